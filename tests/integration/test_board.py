# SPDX-License-Identifier: Apache-2.0
"""The public board: every vote with a receipt on it, in an order that says nothing, under checkpoints
that never contradict each other, whoever dies while it is made.
"""

import hashlib
import http.client
import io
import json
import os
import signal
import struct
import tarfile
import uuid

import pytest

from support.board import (
    ANCHOR,
    CAST,
    CLOSE,
    KEY,
    OPEN,
    RESULT,
    Board,
    Checkpoint,
    root_of,
    split_entries,
    tagged_hash,
)
from support.client import b64url, from_b64url
from support.metrics import parse
from support.participation import Running, refused, vote
from support.paths import BUILD
from support.published import preload


class WithBoard(Running):
    """A participation whose board is quick."""

    board_settings = {"HYEOPCHI_BOARD_INTERVAL_MS": "50"}

    def settings(self, service):
        settings = super().settings(service)
        if service == "participation":
            settings.update(self.board_settings)
        return settings

    def board(self, ballot_id):
        return Board(self.public, ballot_id)

    def wait_board(self, ballot_id, holds):
        """Waits until the newest checkpoint and its leaves are as wanted; returns them."""
        service = self.services["participation"]
        for _ in range(400):
            mark = service.mark()
            if self.public.get(f"/v1/ballots/{ballot_id}/board/checkpoint").status == 200:
                checkpoint, leaves = self.board(ballot_id).read()
                if holds(leaves):
                    return checkpoint, leaves
            service.process.output.wait(lambda line: True, 0.05, mark)
        raise AssertionError("the board does not come to hold what it should")

    def wait_casts(self, ballot_id, count):
        return self.wait_board(
            ballot_id, lambda leaves: sum(leaf.type == CAST for leaf in leaves) >= count
        )

    def notes(self, ballot_id):
        """Every checkpoint that was ever stored, as (size, note)."""
        return self.databases.psql(
            "participation",
            "SELECT size, note FROM participation.board_checkpoint WHERE ballot_id = %s"
            " ORDER BY size",
            (ballot_id,),
        )


@pytest.fixture
def running(databases, start_service, tmp_path):
    return WithBoard(databases, start_service, tmp_path).begin()


def accepted(answer):
    assert answer.status == 201, answer.body
    return answer.json()


def check_order(leaves):
    """The order that services/verify/README.md promises, over the whole log."""
    types = [leaf.type for leaf in leaves]
    assert types[:2] == [OPEN, KEY]
    assert types.count(OPEN) == 1 and types.count(CLOSE) <= 1 and types.count(RESULT) <= 1
    if CLOSE in types:
        assert CAST not in types[types.index(CLOSE) :]
    if RESULT in types:
        assert types[-1] == RESULT and CLOSE in types
    times = [leaf.time_ms for leaf in leaves if hasattr(leaf, "time_ms")]
    assert times == sorted(times)
    casts = [leaf for leaf in leaves if leaf.type == CAST]
    assert len({(leaf.nullifier, leaf.rev) for leaf in casts}) == len(casts)


def check_spellings(running, ballot_id):
    """Tiles have one spelling, and nothing is served beyond the checkpoint, of 606 leaves here."""
    board = running.board(ballot_id)
    answer = board.get("tile/0/002.p/94")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "immutable" in answer.headers["cache-control"]
    assert board.get("tile/entries/000.p/1").body[2:13] == b"\x09pbv1/leaf\x01"
    for path in (
        "tile/0/002",
        "tile/0/002.p/95",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/0.p/1",
        "tile/0/x000/000.p/1",
        "tile/00/000.p/1",
        "tile/6/000.p/1",
        "tile/1/000.p/3",
        "tile/2/000.p/1",
        "tile/entries/003.p/1",
        "tile/entries/000.p",
        "tile/0/x001/000.p/1",
        "codes/ABXB-TWKT-0NA",
        "codes/nothing",
    ):
        board.get(path, 404)
    refused(running.public.get("/v1/ballots/no/board/key"), 404, "not-found")
    draft = running.create()
    for path in ("checkpoint", "key", "tile/0/000.p/1"):
        Board(running.public, draft).get(path, 404)


def test_votes_and_revisions_are_on_the_board_under_a_signed_root(running):
    ballot_id = running.open_ballot()
    body = "\n".join(json.dumps(vote(number)) for number in range(600)) + "\n"
    answer = running.portal.post(
        f"/v1/ballots/{ballot_id}/votes:batch",
        body.encode(),
        headers={"content-type": "application/x-ndjson"},
    )
    assert answer.status == 200, answer.body
    receipts = answer.lines()
    receipts += [accepted(running.cast(ballot_id, vote(n, ("b",)))) for n in (1, 2, 599)]
    receipts.append(accepted(running.cast(ballot_id, vote(1, ("a", "b")))))
    checkpoint, leaves = running.wait_casts(ballot_id, 604)
    check_order(leaves)
    by_hash = {leaf.hash: leaf for leaf in leaves}
    assert len(leaves) == 606 == checkpoint.size
    for receipt in receipts:
        leaf = by_hash[from_b64url(receipt["vote"]["leaf_hash"])]
        assert leaf.type == CAST and leaf.rev == receipt["vote"]["rev"]
        assert leaf.nullifier == from_b64url(receipt["vote"]["nullifier"])
    assert leaves[1].key == from_b64url(receipts[0]["receipt"]["key"])

    # Each is found by its code.
    for receipt in [*receipts[:3], *receipts[-4:]]:
        position, size, root = running.board(ballot_id).find(receipt)
        assert size == checkpoint.size and root == checkpoint.root
        assert leaves[position].hash == from_b64url(receipt["vote"]["leaf_hash"])

    # Older checkpoints are of what the log began with.
    verifier = running.board(ballot_id).verifier()
    sizes = [Checkpoint(note, verifier).size for _, note in running.notes(ballot_id)]
    assert sizes == sorted(set(sizes)) and sizes[-1] == 606
    # Between two of them votes stand in the order of their hashes, whenever they came.
    for begin, end in zip([0, *sizes], sizes):
        batch = [leaf.hash for leaf in leaves[begin:end] if leaf.type == CAST]
        assert batch == sorted(batch)
    check_spellings(running, ballot_id)


def finish(running, ballot_id):
    """Closes, counts and certifies; returns the newest checkpoint and the leaves."""
    running.close_and_count(ballot_id)
    running.decide(ballot_id, "certify")
    return running.wait_board(ballot_id, lambda leaves: leaves[-1].type == RESULT)


def restart(running, **settings):
    """The service anew, with other settings beside its own."""
    service = running.services["participation"]
    service.settings.update(settings)
    service.start()
    return service


def choices_of(running, ballot_id):
    """What must not be on the board before the count: choices, and what opens their commitments."""
    rows = running.databases.psql(
        "participation",
        "SELECT choice, blinding FROM participation.vote WHERE ballot_id = %s",
        (ballot_id,),
    )
    return [bytes(value) for row in rows for value in row]


def test_the_result_is_on_the_board_only_when_it_is_certified(running):
    """Before close nothing but opening, keys and blinded votes is there; after it the numbers of
    voters; the result when two operators have certified it, and nothing behind it."""
    ballot_id = running.open_ballot()
    for number in range(3):
        accepted(running.cast(ballot_id, vote(number, ("a", "c"))))
    accepted(running.cast(ballot_id, vote(0, ("b",))))
    _, leaves = running.wait_casts(ballot_id, 4)
    assert {leaf.type for leaf in leaves} == {OPEN, KEY, CAST}
    secret = choices_of(running, ballot_id)
    shown = b"".join(leaf.data for leaf in leaves)
    assert len(secret) == 8 and all(value not in shown for value in secret)
    refused(running.public.get(f"/v1/ballots/{ballot_id}/bundle"), 409, "result-not-published")
    running.close_and_count(ballot_id)
    refused(running.public.get(f"/v1/ballots/{ballot_id}/bundle"), 409, "result-not-published")
    _, leaves = running.wait_board(ballot_id, lambda leaves: leaves[-1].type == CLOSE)
    assert (leaves[-1].voters, leaves[-1].revisions) == (3, 1)
    assert leaves[-2].type == ANCHOR and leaves[-2].stream == "participation"
    chain = running.databases.psql(
        "participation", "SELECT chain FROM event.log WHERE seq = %s", (leaves[-2].position,)
    )
    assert bytes(chain[0][0]) == leaves[-2].chain
    running.decide(ballot_id, "certify")
    checkpoint, leaves = running.wait_board(ballot_id, lambda leaves: leaves[-1].type == RESULT)
    check_order(leaves)
    stored = running.databases.psql(
        "participation",
        "SELECT definition_hash, result_json, result_hash FROM participation.ballot"
        " WHERE ballot_id = %s",
        (ballot_id,),
    )[0]
    assert leaves[0].def_hash == bytes(stored[0])
    assert leaves[-1].result_hash == bytes(stored[2]) == tagged_hash("result", stored[1].encode())
    assert checkpoint.size == len(leaves)


def test_whoever_is_killed_while_the_board_is_made_it_goes_on_the_same(running):
    """The board's thread dies before or after each of its COMMITs: between a commit of votes and its
    batch, between a batch and its checkpoint, behind a checkpoint. Whatever was published before
    is what the log begins with afterwards, and no size has two checkpoints."""
    shim = os.path.join(BUILD, "tests", "fault_shim.so")
    if not os.path.exists(shim):
        pytest.skip(f"{shim} is not built")
    ballot_id = running.open_ballot()
    running.wait_board(ballot_id, lambda leaves: len(leaves) == 2)
    service = running.services["participation"]
    notes = {}
    leaves_before = []
    number = 0
    for place in ("before", "after"):
        for commit in (1, 2):
            service.stop()
            restart(
                running,
                LD_PRELOAD=preload(shim),
                HYEOPCHI_FAULT_SHIM=f"kill-{place}-commit:{commit}",
                HYEOPCHI_FAULT_CONNECTION="board",
            )
            # Votes keep the board going until it dies; some of them get no answer.
            for _ in range(600):
                if not service.process.is_running():
                    break
                mark = service.mark()
                number += 1
                try:
                    running.portal.post(f"/v1/ballots/{ballot_id}/votes", vote(number))
                except (OSError, http.client.HTTPException):
                    pass
                service.process.output.wait(lambda line: True, 0.05, mark)
            assert service.process.wait_exit(60) == -signal.SIGKILL
            service.process = None
            restart(running, LD_PRELOAD="", HYEOPCHI_FAULT_SHIM="", HYEOPCHI_FAULT_CONNECTION="")
            service.wait_ready()
            number += 1
            receipt = accepted(running.cast(ballot_id, vote(number)))
            wanted = from_b64url(receipt["vote"]["leaf_hash"])
            _, leaves = running.wait_board(
                ballot_id, lambda leaves, wanted=wanted: any(leaf.hash == wanted for leaf in leaves)
            )
            data = [leaf.data for leaf in leaves]
            assert data[: len(leaves_before)] == leaves_before
            leaves_before = data
            for size, note in running.notes(ballot_id):
                assert notes.setdefault(size, note) == note
    check_order(leaves)
    verifier = running.board(ballot_id).verifier()
    for size, note in running.notes(ballot_id):
        checkpoint = Checkpoint(note, verifier)
        assert (checkpoint.size, checkpoint.root) == (
            size,
            root_of([leaf.hash for leaf in leaves[:size]]),
        )


def wait_metric(service, name, wanted):
    """The board looks at all ballots before it says how many are late; its next log line wakes us."""
    for _ in range(100):
        mark = service.mark()
        value = parse(service.request("GET", "/metrics")[2].decode())[name].value()
        if value == wanted:
            return
        service.process.output.wait(lambda line: True, 0.1, mark)
    raise AssertionError(f"{name} is {value}, not {wanted}")


def test_a_receipt_that_is_not_merged_in_time_raises_an_alarm(running):
    """Somebody starts the service with another board key: the ballot's checkpoints cannot be signed,
    and after the promised second the log and a metric say so. The old key ends it."""
    ballot_id = running.open_ballot()
    running.wait_board(ballot_id, lambda leaves: len(leaves) == 2)
    service = running.services["participation"]
    wrong = os.path.join(running.folder, "wrong-board.key")
    with open(wrong, "w", encoding="ascii") as file:
        file.write(b64url(bytes(32)))
    right = service.settings["HYEOPCHI_BOARD_KEY_FILE"]
    service.stop()
    restart(running, HYEOPCHI_BOARD_KEY_FILE=wrong, HYEOPCHI_MAX_MERGE_DELAY_S="1").wait_ready()
    receipt = accepted(running.cast(ballot_id, vote(1)))
    service.wait_log("board_key_differs", ballot_id=ballot_id)
    alarm = service.wait_log("board_overdue", ballot_id=ballot_id)
    assert alarm["level"] == "error" and alarm["age_ms"] > alarm["promised_ms"] == 1000
    wait_metric(service, "hyeopchi_board_overdue_ballots", 1)
    refused(
        running.public.get(f"/v1/ballots/{ballot_id}/board/codes/{receipt['receipt']['code']}"),
        404,
        "code-not-on-board",
    )
    service.stop()
    restart(running, HYEOPCHI_BOARD_KEY_FILE=right).wait_ready()
    running.wait_casts(ballot_id, 1)
    running.board(ballot_id).find(receipt)


def test_a_new_receipt_key_stands_before_the_first_vote_under_it(running):
    ballot_id = running.open_ballot()
    first = accepted(running.cast(ballot_id, vote(1)))
    service = running.services["participation"]
    service.stop()
    with open(running.receipt_key_file, "w", encoding="ascii") as file:
        file.write(b64url(os.urandom(32)))
    restart(running).wait_ready()
    second = accepted(running.cast(ballot_id, vote(2)))
    assert first["receipt"]["key"] != second["receipt"]["key"]
    _, leaves = running.wait_casts(ballot_id, 2)
    signer = None
    for leaf in leaves:
        if leaf.type == KEY:
            signer = b64url(leaf.key)
        for receipt in (first, second):
            if leaf.hash == from_b64url(receipt["vote"]["leaf_hash"]):
                assert receipt["receipt"]["key"] == signer


def test_a_commit_that_somebody_changed_is_not_put_on_the_board(running):
    """The database's owner takes a vote's leaf away from a commit before the board has read it: the
    board stands still there and says so, rather than publish it."""
    ballot_id = running.open_ballot()
    running.wait_board(ballot_id, lambda leaves: len(leaves) == 2)
    service = running.services["participation"]
    service.stop()
    restart(running, HYEOPCHI_BOARD_INTERVAL_MS="1800000").wait_ready()
    accepted(running.cast(ballot_id, vote(1)))
    running.databases.psql(
        "participation",
        "ALTER TABLE participation.receipt_batch DISABLE TRIGGER receipt_batch_append_only;"
        "UPDATE participation.receipt_batch SET casts = set_byte(casts, 40, 255 - get_byte(casts, 40));"
        "ALTER TABLE participation.receipt_batch ENABLE ALWAYS TRIGGER receipt_batch_append_only",
    )
    service.stop()
    restart(running, HYEOPCHI_BOARD_INTERVAL_MS="50").wait_ready()
    service.wait_log("board_contradicts_receipt", ballot_id=ballot_id, batch_no=1)
    _, leaves = running.board(ballot_id).read()
    assert len(leaves) == 2


def read_bundle(body):
    """The files of an archive, whose every byte is what services/verify/README.md says."""
    archive = tarfile.open(fileobj=io.BytesIO(body), mode="r:")
    files = {}
    expected = b""
    for member in archive.getmembers():
        data = archive.extractfile(member).read()
        files[member.name] = data
        header = bytearray(512)
        for at, field in (
            (0, member.name.encode()),
            (100, b"0000644"),
            (108, b"0000000"),
            (116, b"0000000"),
            (124, b"%011o" % len(data)),
            (136, b"%011o" % member.mtime),
            (148, b" " * 8),
            (156, b"0"),
            (257, b"ustar\x0000"),
        ):
            header[at : at + len(field)] = field
        header[148:156] = b"%06o\x00 " % sum(header)
        expected += bytes(header) + data + bytes(-len(data) % 512)
    assert body == expected + bytes(1024)
    return files, {member.mtime for member in archive.getmembers()}


def test_the_bundle_is_the_same_for_everybody_and_holds_what_was_published(running):
    ballot_id = running.open_ballot()
    for number in range(100):
        accepted(running.cast(ballot_id, vote(number, ("a",) if number % 3 else ("b", "c"))))
    accepted(running.cast(ballot_id, vote(7, ("b",))))
    checkpoint, leaves = finish(running, ballot_id)
    first = running.public.get(f"/v1/ballots/{ballot_id}/bundle")
    assert first.status == 200, first.body
    assert first.headers["content-type"] == "application/x-tar"
    running.services["participation"].restart()
    running.services["participation"].wait_ready()
    assert running.kim.get(f"/v1/ballots/{ballot_id}/bundle").body == first.body
    files, times = read_bundle(first.body)
    assert list(files) == [
        "definition",
        "keys.json",
        "checkpoints",
        "entries",
        "openings",
        "turnout.json",
        "extensions.json",
        "decided.json",
        "result.json",
        "manifest.json",
    ]
    close = next(leaf for leaf in leaves if leaf.type == CLOSE)
    assert times == {close.time_ms // 1000}
    assert split_entries(files["entries"]) == [leaf.data for leaf in leaves]
    notes = [note.decode() for note in split_entries(files["checkpoints"])]
    assert notes == [note for _, note in running.notes(ballot_id)]
    assert notes[-1] == checkpoint.note
    assert tagged_hash("ballot", files["definition"]) == leaves[0].def_hash
    assert tagged_hash("result", files["result.json"]) == leaves[-1].result_hash
    assert files["turnout.json"] == running.public.get(f"/v1/ballots/{ballot_id}/turnout").body
    keys = {"board": running.board(ballot_id).verifier(), "receipts": [b64url(leaves[1].key)]}
    assert files["keys.json"].decode() == json.dumps(keys, separators=(",", ":"))
    manifest = {
        "format": "hyeopchi-bundle/2",
        "ballot": ballot_id,
        "files": [
            {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in list(files.items())[:-1]
        ],
    }
    assert files["manifest.json"].decode() == json.dumps(manifest, separators=(",", ":"))

    # Every final vote is opened, in the order of the commitments, and no other; nobody is named.
    final = {}
    for leaf in leaves:
        if leaf.type == CAST and leaf.rev >= final.get(leaf.nullifier, leaf).rev:
            final[leaf.nullifier] = leaf
    at, opened = 0, []
    while at < len(files["openings"]):
        blinding, length = struct.unpack_from(">32sH", files["openings"], at)
        body = files["openings"][at + 34 : at + 34 + length]
        opened.append(
            tagged_hash(
                "commit",
                uuid.UUID(ballot_id).bytes
                + leaves[0].def_hash
                + blinding
                + struct.pack(">H", length)
                + body,
            )
        )
        at += 34 + length
    assert opened == sorted(leaf.commit for leaf in final.values()) and len(opened) == 100
    assert not any(nullifier in files["openings"] for nullifier in final)
