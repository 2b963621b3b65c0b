# SPDX-License-Identifier: Apache-2.0
"""`hyeopchi-verify watch` on the board of a running service: it follows the log through batches, a
restart and a kill, and raises the alarm when somebody who has the whole database, and even the board's
key, puts an older log or another one in its place.
"""

import contextlib
import json
import os
import subprocess

import pytest

from support.board import Board
from support.participation import vote
from support.published import Published
from support.services import environment, program
from verify import log
from verify.encoding import Tree, from_base64url, leaf_hash


@pytest.fixture(name="running")
def make_running(databases, start_service, tmp_path):
    return Published(databases, start_service, tmp_path).begin()


class Watcher:
    """What somebody outside keeps of one ballot's board."""

    def __init__(self, running, ballot_id, folder):
        self.running, self.ballot_id = running, ballot_id
        self.folder = folder
        self.state = folder / f"{ballot_id}.watch"
        self.address = (f"http://127.0.0.1:{running.ports['participation']}"
                        f"/v1/ballots/{ballot_id}/board")

    def command(self, *more):
        return [program("hyeopchi-verify"), "watch", self.address, *more]

    def look(self, status, *more):
        """Looks once; returns what was said."""
        done = subprocess.run(self.command("--once", *more), capture_output=True, text=True,
                              timeout=60, env=environment(), cwd=self.folder, check=False)
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    @contextlib.contextmanager
    def going_on(self, *more):
        """A watch that goes on, looking every second; its lines are to be read."""
        with subprocess.Popen(self.command("--interval", "1", *more), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env=environment(),
                              cwd=self.folder) as process:
            try:
                yield process
            finally:
                process.kill()

    def size(self):
        """How many leaves were seen."""
        return json.loads(self.state.read_text())["size"]

    def kept(self):
        return (self.folder / f"{self.state.name}.checkpoint").read_bytes()

    def alarm(self):
        return (self.folder / f"{self.state.name}.alarm").read_bytes()


def wait_line(process, *wanted):
    """Reads until a line has all of this; returns it."""
    for line in process.stdout:
        if all(text in line for text in wanted):
            return line
    raise AssertionError(f"the watch ended with {process.wait(30)} before it said {wanted}")


def cast(running, ballot_id, numbers):
    """Casts votes and waits until they are on the board; returns its size."""
    receipts = []
    for number in numbers:
        answer = running.cast(ballot_id, vote(number))
        assert answer.status == 201, answer.body
        receipts.append(answer.body)
    running.wait_on_board(ballot_id, receipts)
    return Board(running.public, ballot_id).checkpoint().size


def test_a_watch_follows_a_ballot_from_its_opening_to_its_result(running, tmp_path):
    """Every batch, a restart in order, a kill, silence, and the end: one log, and what was kept of it is
    found in the bundle."""
    ballot_id = running.open_ballot()
    running.checkpoint(ballot_id)
    watcher = Watcher(running, ballot_id, tmp_path)
    key = Board(running.public, ballot_id).verifier()
    assert f"First look: {(size := cast(running, ballot_id, range(3)))} leaves" in watcher.look(
        0, "--key", key)
    for numbers in (range(3, 4), range(4, 30), range(30, 33)):
        before, size = size, cast(running, ballot_id, numbers)
        assert f"from {before} leaves to {size}" in watcher.look(0)
    service = running.services["participation"]
    service.restart().wait_ready()
    assert f"Unchanged: {size} leaves" in watcher.look(0)
    with watcher.going_on() as process:
        wait_line(process, f"Unchanged: {size} leaves")
        service.kill9()
        wait_line(process, "The board cannot be read")
        service.start().wait_ready()
        wait_line(process, f"Unchanged: {size} leaves")
        size = cast(running, ballot_id, range(33, 40))
        wait_line(process, f"to {size}")
        process.terminate()
        assert process.wait(30) == 0
    service.stop()
    assert "cannot be read" in watcher.look(2)
    state = json.loads(watcher.state.read_text())
    state["seen_ms"] -= 901_000
    watcher.state.write_text(json.dumps(state))
    assert "silent for" in watcher.look(1)
    service.start().wait_ready()
    running.close_and_count(ballot_id)
    bundle = running.certify(ballot_id)
    assert watcher.look(0)
    (tmp_path / "bundle.tar").write_bytes(bundle)
    done = subprocess.run(
        [program("hyeopchi-verify"), "bundle.tar", "--checkpoint", f"{watcher.state.name}.checkpoint"],
        capture_output=True, text=True, timeout=60, env=environment(), cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr


def test_an_older_database_put_back_is_an_alarm(running, tmp_path):
    """The service goes on from a copy of yesterday: first there are fewer leaves than were seen, and
    once there are as many again they are others."""
    ballot_id = running.open_ballot()
    running.checkpoint(ballot_id)
    watcher = Watcher(running, ballot_id, tmp_path)
    old = cast(running, ballot_id, range(4))
    service = running.services["participation"]
    service.stop()
    running.databases.psql("postgres", "CREATE DATABASE yesterday TEMPLATE participation")
    service.start().wait_ready()
    size = cast(running, ballot_id, range(4, 9))
    assert f"{size} leaves" in watcher.look(0)
    seen = watcher.kept()

    service.stop()
    running.databases.psql("postgres", "ALTER DATABASE participation RENAME TO today")
    running.databases.psql("postgres", "ALTER DATABASE yesterday RENAME TO participation")
    service.start().wait_ready()
    assert f"shrank from {size} leaves to {old}" in watcher.look(1)
    assert watcher.alarm() == running.checkpoint(ballot_id) != seen
    cast(running, ballot_id, range(20, 20 + size - old - 1))
    assert "shrank" in watcher.look(1)
    assert cast(running, ballot_id, range(40, 41)) == size
    assert f"two roots of {size} leaves" in watcher.look(1)
    with watcher.going_on() as process:
        assert process.wait(60) == 1
    cast(running, ballot_id, range(50, 60))
    assert "does not go on from" in watcher.look(1)
    assert watcher.kept() == seen and watcher.size() == size
    # Who has seen nothing has nothing to compare: only those who watched can tell.
    assert "First look" in watcher.look(0, "--state", "stranger")
    running.databases.psql("postgres", "DROP DATABASE today")


def superuser(running, table, sql, parameters):
    """One statement by somebody who first switches off what forbids it."""
    running.databases.psql("participation", f"ALTER TABLE participation.{table} DISABLE TRIGGER ALL")
    running.databases.psql("participation", sql, parameters)


def swap_two_leaves(running, ballot_id):
    """Another log of the same length, in entries, hashes, tree and checkpoint, signed by the board's own
    key: what an administrator can do who has everything."""
    board = Board(running.public, ballot_id)
    checkpoint, leaves = board.read()
    data = [leaf.data for leaf in leaves]
    data[-1], data[-2] = data[-2], data[-1]
    tree = Tree()
    for leaf in data:
        tree.append(leaf_hash(leaf))
    with open(running.board_key_file, encoding="ascii") as file:
        seed = from_base64url(file.read().strip())
    name = board.verifier().split("+")[0]
    note = log.write_checkpoint(name, seed, checkpoint.size, tree.root())
    framed = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in data)
    hashes = b"".join(leaf_hash(leaf) for leaf in data)
    for sql, parameters in (
        ("DELETE FROM participation.board_segment WHERE ballot_id = %s AND position > 0", (ballot_id,)),
        ("UPDATE participation.board_segment SET hashes = %s, entries = %s WHERE ballot_id = %s",
         (hashes, framed, ballot_id)),
    ):
        superuser(running, "board_segment", sql, parameters)
    superuser(running, "board_checkpoint",
              "UPDATE participation.board_checkpoint SET note = %s WHERE ballot_id = %s AND size = %s",
              (note.decode(), ballot_id, checkpoint.size))
    return checkpoint.size


def test_what_a_superuser_changes_on_the_board_is_an_alarm(running, tmp_path):
    # Two checkpoints of one size, both soundly signed.
    ballot_id = running.open_ballot()
    running.checkpoint(ballot_id)
    watcher = Watcher(running, ballot_id, tmp_path)
    cast(running, ballot_id, range(5))
    assert "First look" in watcher.look(0)
    size = swap_two_leaves(running, ballot_id)
    Board(running.public, ballot_id).read()  # sound by itself
    assert f"two roots of {size} leaves" in watcher.look(1)

    # A leaf altered behind what was seen, under a checkpoint that was signed before: the tiles do not
    # lead to it.
    ballot_id = running.open_ballot()
    running.checkpoint(ballot_id)
    watcher = Watcher(running, ballot_id, tmp_path)
    before = cast(running, ballot_id, range(2))
    assert "First look" in watcher.look(0)
    size = cast(running, ballot_id, range(2, 4))
    superuser(running, "board_segment",
              "UPDATE participation.board_segment SET hashes = set_byte(hashes, 5,"
              " 255 - get_byte(hashes, 5)) WHERE ballot_id = %s AND position >= %s",
              (ballot_id, before))
    assert f"that of {size} leaves does not go on from the {before}" in watcher.look(1)

    # A checkpoint that the board's key did not sign.
    ballot_id = running.open_ballot()
    running.checkpoint(ballot_id)
    watcher = Watcher(running, ballot_id, tmp_path)
    cast(running, ballot_id, range(2))
    assert "First look" in watcher.look(0)
    superuser(running, "board_checkpoint",
              "UPDATE participation.board_checkpoint SET note = overlay(note PLACING 'AAAA'"
              " FROM length(note) - 20) WHERE ballot_id = %s", (ballot_id,))
    assert "not signed by the board's key" in watcher.look(1)
    assert os.path.exists(tmp_path / f"{ballot_id}.watch.alarm")


def test_a_receipt_that_is_never_merged_is_an_alarm_for_whoever_holds_it(running, tmp_path):
    """Nothing is put on the board any more: while the promise holds the watch waits, a moment later it
    raises the alarm, and so does the service's log. When the vote is there, nobody has to worry."""
    service = running.services["participation"]
    service.settings["HYEOPCHI_MAX_MERGE_DELAY_S"] = "4"
    service.restart().wait_ready()
    ballot_id = running.open_ballot()
    running.checkpoint(ballot_id)
    watcher = Watcher(running, ballot_id, tmp_path)
    early = running.cast(ballot_id, vote(1)).body
    running.wait_on_board(ballot_id, [early])
    (tmp_path / "early.json").write_bytes(early)
    assert "On the board: the vote of early.json" in watcher.look(0, "--receipt", "early.json")
    with running.board_held(ballot_id):
        mark = service.mark()
        late = running.cast(ballot_id, vote(2)).body
        (tmp_path / "late.json").write_bytes(late)
        both = ("--receipt", "late.json", "--receipt", "early.json")
        assert "Not yet, and not yet due: the vote of late.json" in watcher.look(0, *both)
        with watcher.going_on(*both) as process:
            assert process.wait(60) == 1
            assert "promised to be on the board" in process.stdout.read()
        alarm = service.wait_log("board_overdue", since=mark, ballot_id=ballot_id)
        assert alarm["promised_ms"] == 4000
        assert "ALARM" in watcher.look(1, *both)
        assert watcher.look(0)  # the log itself is in order
    running.wait_on_board(ballot_id, [late])
    said = watcher.look(0, *both)
    assert said.count("On the board") == 2

    # What is none of this board's, or was changed, is said to be so.
    other = running.cast(running.open_ballot(), vote(1)).body
    (tmp_path / "other.json").write_bytes(other)
    assert "not that of a receipt of this ballot" in watcher.look(1, "--receipt", "other.json")
    changed = json.loads(late)
    changed["receipt"]["signature"] = "A" * 86
    (tmp_path / "changed.json").write_text(json.dumps(changed))
    assert "did not sign" in watcher.look(1, "--receipt", "changed.json")
    (tmp_path / "none.json").write_text("{}")
    assert "this is no receipt" in watcher.look(2, "--receipt", "none.json")
    assert "cannot be watched" in watcher.look(2, "--receipt", "absent.json")
    # Somebody moved the leaf's hash elsewhere in the tiles: the proof does not lead to the root.
    superuser(running, "board_segment",
              "UPDATE participation.board_segment SET hashes = set_byte(hashes, 3,"
              " 255 - get_byte(hashes, 3)) WHERE ballot_id = %s AND position = 0", (ballot_id,))
    assert "does not lead to the checkpoint" in watcher.look(1, "--receipt", "late.json")
