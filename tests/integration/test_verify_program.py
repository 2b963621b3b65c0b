# SPDX-License-Identifier: Apache-2.0
"""hyeopchi-verify as people run it: what it prints, what it exits with, and `watch` on boards that grow,
fork, shrink and fall silent. The boards are folders of static tiles behind Python's http.server.
"""

import contextlib
import functools
import hashlib
import http.server
import json
import os
import random
import secrets
import subprocess
import uuid

import pytest

from support.paths import BINARIES
from support.services import environment
from support.serving import serving
from verify import ed25519, log
from verify.bundle_maker import random_ballot
from verify.encoding import Tree, from_base64url, leaf_hash, node_hash, to_base64url, tree_path

PROGRAM = os.path.join(BINARIES, "hyeopchi-verify")
SEED = int(os.environ.get("HYEOPCHI_VERIFY_SEED", secrets.randbelow(2**32)))
BALLOT = bytes(range(16))
NAME = log.origin("성동구", BALLOT)
WIDTH = 256


def run(*arguments, cwd=None):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          timeout=60, env=environment(), cwd=cwd, check=False)
    assert "AddressSanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
    assert "(null)" not in done.stdout + done.stderr, done.stdout
    return done


def ballot_by_chance():
    """The same one for each call; papers may bring voters beyond the nine."""
    return random_ballot(random.Random(SEED), method="approval", rule="greedy", voters=9)


@pytest.fixture(name="sound")
def make_sound(tmp_path):
    """A folder with a sound bundle, one receipt and one checkpoint that was kept."""
    print(f"HYEOPCHI_VERIFY_SEED={SEED}")
    ballot = ballot_by_chance()
    parts = ballot.parts()
    (tmp_path / "bundle.tar").write_bytes(parts.pack())
    (tmp_path / "receipt.json").write_bytes(next(iter(ballot.receipts().values())))
    (tmp_path / "kept").write_bytes(parts.signed_notes()[0])
    return tmp_path


def test_a_sound_bundle_is_told_check_by_check_in_korean_and_english(sound):
    done = run("bundle.tar", "--receipt", "receipt.json", "--checkpoint=kept", cwd=sound)
    assert done.returncode == 0 and not done.stderr
    names = ["archive", "manifest", "definition", "checkpoints", "root", "leaves", "batches", "keys",
             "revisions", "close", "extensions", "openings", "choices", "paper", "roll", "recount",
             "sums", "result", "documents", "decided", "kept", "receipt"]
    told = [line.split()[0] for line in done.stdout.splitlines() if " ok " in line]
    assert told == names
    assert "검증되었습니다. Verified." in done.stdout
    assert "성동구" in done.stdout and "선정 사업 funded" in done.stdout
    assert not run("bundle.tar", "--quiet", cwd=sound).stdout


def test_json_says_the_same_to_programs(sound):
    told = json.loads(run("bundle.tar", "--json", "--receipt", "receipt.json", cwd=sound).stdout)
    assert (told["verdict"], told["status"]) == ("verified", 0)
    assert told["summary"]["district"] == "성동구"
    assert told["summary"]["voters"] == len(ballot_by_chance().voters())
    assert [check["outcome"] for check in told["checks"]] == ["ok"] * 21
    result = json.loads(run("bundle.tar", "--json", "--checkpoint", "receipt.json", cwd=sound).stdout)
    assert (result["verdict"], result["status"], result["check"]) == ("unreadable", 2, "kept")


def test_funded_is_what_was_decided_with_what_it_was_granted(tmp_path):
    ballot = ballot_by_chance()
    numbers = [option["number"] for option in ballot.definition["options"]]
    for ballot.excluded in ([], numbers):
        parts = ballot.parts()
        (tmp_path / "bundle.tar").write_bytes(parts.pack())
        told = json.loads(run("bundle.tar", "--json", cwd=tmp_path).stdout)
        decided = json.loads(parts.documents["decided.json"])
        funded = told["summary"]["funded"]
        assert [option["id"] for option in funded] == decided["funded"]
        assert sum(option["granted_krw"] for option in funded) == int(decided["total_cost"])
        assert all(option["granted_krw"] <= option["cost_krw"] for option in funded)


def test_a_failure_names_check_file_and_position(sound):
    data = bytearray((sound / "bundle.tar").read_bytes())
    at = data.index(b"pbv1/leaf", data.index(b"pbv1/leaf") + 1) + 11
    data[at] ^= 1
    (sound / "bundle.tar").write_bytes(data)
    done = run("bundle.tar", cwd=sound)
    assert done.returncode == 1
    assert "manifest     FAILED" in done.stderr and "entries" in done.stderr
    told = json.loads(run("bundle.tar", "--json", cwd=sound).stdout)
    assert (told["verdict"], told["check"], told["file"]) == ("failed", "manifest", "entries")


def test_what_cannot_be_read_and_wrong_usage_have_their_own_exit_status(sound):
    assert run("absent.tar", cwd=sound).returncode == 2
    assert run(".", cwd=sound).returncode == 2
    assert run("receipt.json", cwd=sound).returncode == 2
    assert run("bundle.tar", "--receipt", "absent", cwd=sound).returncode == 2
    (sound / "empty").write_bytes(b"")
    assert run("empty", cwd=sound).returncode == 2
    for wrong in ([], ["--quiet"], ["bundle.tar", "bundle.tar"], ["bundle.tar", "--receipt"],
                  ["bundle.tar", "--unknown"], ["watch"], ["watch", "ftp://a/board"],
                  ["watch", "http://a/b"], ["watch", "http://a/b", "--interval", "0"],
                  ["watch", "http://a/b", "--state"]):
        done = run(*wrong, cwd=sound)
        assert done.returncode == 64 and "--help" in done.stderr, wrong
    assert "hyeopchi-verify ballot.tar" in run("--help").stdout


class Board:
    """A log whose board is a folder; write() publishes its first leaves as tlog-tiles does."""

    def __init__(self, folder, seed=b"\7" * 32, name=NAME):
        self.folder, self.seed, self.name = folder, seed, name
        self.hashes = [leaf_hash(hashlib.sha256(b"%d" % n).digest()) for n in range(1200)]
        os.makedirs(folder)
        self.file("key", log.verifier_key(name, ed25519.public_key(seed)).encode())

    def file(self, name, data):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(f"{path}.new", "wb") as file:
            file.write(data)
        os.replace(f"{path}.new", path)  # Who reads it meanwhile gets all of one of them.

    def write(self, size):
        level, hashes = 0, self.hashes[:size]
        while hashes:
            for place in range(0, len(hashes), WIDTH):
                tile = hashes[place : place + WIDTH]
                partial = "" if len(tile) == WIDTH else f".p/{len(tile)}"
                self.file(f"tile/{level}/{place // WIDTH:03}{partial}", b"".join(tile))
            whole = [hashes[at : at + WIDTH] for at in range(0, len(hashes), WIDTH)]
            hashes = [subtree(tile) for tile in whole if len(tile) == WIDTH]
            level += 1
        tree = Tree()
        for each in self.hashes[:size]:
            tree.append(each)
        self.file("checkpoint", log.write_checkpoint(self.name, self.seed, size, tree.root()))

    def fork(self, at):
        self.hashes[at] = leaf_hash(b"another")


def subtree(hashes):
    while len(hashes) > 1:
        hashes = [node_hash(*hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
    return hashes[0]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *arguments):  # pylint: disable=redefined-builtin
        pass


@contextlib.contextmanager
def serve(folder):
    """The base address of a folder's files; nothing answers there afterwards."""
    handler = functools.partial(Quiet, directory=folder)
    with serving(handler) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(name="board")
def make_board(tmp_path):
    """A board of 300 leaves, its address, and a function that watches it once."""
    path = f"v1/ballots/{uuid.UUID(bytes=BALLOT)}/board"
    board = Board(tmp_path / "served" / path)
    board.write(300)
    with serve(tmp_path / "served") as base:
        board.address = f"{base}/{path}/"
        board.watch = lambda *more: run("watch", board.address, "--once", *more, cwd=tmp_path)
        yield board


def test_the_first_look_says_that_the_key_is_taken_on_trust(board, tmp_path):
    done = board.watch()
    assert done.returncode == 0, done.stderr
    assert "taken on trust" in done.stdout and "First look: 300 leaves" in done.stdout
    state = f"{uuid.UUID(bytes=BALLOT)}.watch"
    assert json.loads((tmp_path / state).read_text())["size"] == 300
    kept = (tmp_path / f"{state}.checkpoint").read_bytes()
    assert kept == (board.folder / "checkpoint").read_bytes()
    again = board.watch()
    assert again.returncode == 0 and "Unchanged: 300 leaves" in again.stdout
    assert "trust" not in again.stdout


def test_a_board_that_grows_is_consistent(board):
    assert board.watch("--state", "seen").returncode == 0
    for size in (301, 511, 512, 513, 1200):
        board.write(size)
        done = board.watch("--state", "seen")
        assert done.returncode == 0, done.stderr
        assert f"to {size}" in done.stdout


def test_a_fork_is_an_alarm_with_both_checkpoints_kept(board, tmp_path):
    key = (board.folder / "key").read_text()
    assert board.watch("--state", "seen", "--key", key).returncode == 0
    seen = (board.folder / "checkpoint").read_bytes()
    board.fork(17)
    for size in (300, 700):
        board.write(size)
        done = board.watch("--state", "seen")
        assert done.returncode == 1
        assert "ALARM" in done.stderr and "forked" in done.stderr
        assert (tmp_path / "seen.alarm").read_bytes() == (board.folder / "checkpoint").read_bytes()
        assert (tmp_path / "seen.checkpoint").read_bytes() == seen


def test_a_log_that_shrinks_is_an_alarm(board):
    assert board.watch("--state", "seen").returncode == 0
    board.write(299)
    done = board.watch("--state", "seen")
    assert done.returncode == 1 and "shrank" in done.stderr


def test_a_checkpoint_of_another_key_is_an_alarm(board, tmp_path):
    other = Board(tmp_path / "other", b"\x08" * 32)
    assert board.watch("--state", "seen").returncode == 0
    board.seed = other.seed
    board.write(300)
    done = board.watch("--state", "seen")
    assert done.returncode == 1 and "not signed" in done.stderr
    wrong = (other.folder / "key").read_text()
    assert board.watch("--state", "seen", "--key", wrong).returncode == 2
    assert board.watch("--state", "fresh", "--key", wrong).returncode == 0


def test_silence_is_an_alarm_only_when_it_lasts(board, tmp_path):
    assert board.watch("--state", "seen").returncode == 0
    os.rename(board.folder, f"{board.folder}-away")
    done = board.watch("--state", "seen")
    assert done.returncode == 2 and "no board" in done.stderr
    state = json.loads((tmp_path / "seen").read_text())
    state["seen_ms"] -= 901_000
    (tmp_path / "seen").write_text(json.dumps(state))
    done = board.watch("--state", "seen")
    assert done.returncode == 1 and "silent for" in done.stderr
    assert board.watch("--state", "seen", "--silence", "86400").returncode == 2


@pytest.fixture(name="promised")
def make_promised(tmp_path):
    """A board of 300 leaves with a vote at place 5, whose receipt is receipt.json, and a function that
    puts on it what the board says of the vote in its log of that size."""
    print(f"HYEOPCHI_VERIFY_SEED={SEED}")
    ballot = ballot_by_chance()
    text = next(iter(ballot.receipts().values()))
    (tmp_path / "receipt.json").write_bytes(text)
    receipt = json.loads(text)
    path = f"v1/ballots/{uuid.UUID(bytes=ballot.ballot_id)}/board"
    board = Board(tmp_path / "served" / path, name=log.origin("성동구", ballot.ballot_id))
    board.hashes[5] = from_base64url(receipt["vote"]["leaf_hash"])
    board.write(300)
    board.code = f"codes/{receipt['receipt']['code']}"

    def answer(size):
        board.file(board.code, json.dumps({
            "leaf_hash": receipt["vote"]["leaf_hash"], "position": 5, "size": size,
            "path": [to_base64url(each) for each in tree_path(board.hashes[:size], 5)]}).encode())

    board.answer = answer
    with serve(tmp_path / "served") as base:
        board.command = [PROGRAM, "watch", f"{base}/{path}/", "--once", "--state", "seen",
                         "--receipt", "receipt.json"]
        board.watch = lambda *more: run(*board.command[1:], *more, cwd=tmp_path)
        yield board


def test_a_board_that_does_not_answer_for_a_receipt_is_silent(promised, tmp_path):
    """Its checkpoints go on, and what it says of the code is none of a board's: were that a good answer,
    nobody would ever hear that the vote is missing."""
    promised.file(promised.code, b"Service Unavailable")
    assert promised.watch().returncode == 2
    first = json.loads((tmp_path / "seen").read_text())
    promised.write(301)
    done = promised.watch()
    assert done.returncode == 2 and "to 301" in done.stdout
    state = json.loads((tmp_path / "seen").read_text())
    assert (state["size"], state["seen_ms"]) == (301, first["seen_ms"])
    state["seen_ms"] -= 901_000
    (tmp_path / "seen").write_text(json.dumps(state))
    done = promised.watch()
    assert done.returncode == 1 and "silent for" in done.stderr, done.stderr
    promised.answer(301)
    done = promised.watch()
    assert done.returncode == 0 and "On the board" in done.stdout
    assert json.loads((tmp_path / "seen").read_text())["seen_ms"] > first["seen_ms"]


@pytest.mark.parametrize("kept", [299, 301])
def test_a_proof_of_another_size_is_waited_for_behind_a_cache(promised, tmp_path, kept):
    """Something between keeps the checkpoint or the proof a little longer than the other."""
    promised.answer(kept)
    with subprocess.Popen(promised.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment(), cwd=tmp_path) as process:
        try:
            for line in process.stdout:
                if "Unchanged" in line:  # It was looked at again.
                    promised.answer(300)
                    break
            assert "On the board" in process.stdout.read()
            assert process.wait(30) == 0, process.stderr.read()
        finally:
            process.kill()


def test_a_board_whose_proofs_never_fit_its_checkpoint_is_an_alarm(promised):
    promised.answer(299)
    done = promised.watch()
    assert done.returncode == 1 and "never of the size of its checkpoint" in done.stderr


def test_waiting_for_a_proof_that_fits_ends_when_it_is_asked_to(promised, tmp_path):
    promised.answer(299)
    with subprocess.Popen(promised.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment(), cwd=tmp_path) as process:
        try:
            for line in process.stdout:
                if "Unchanged" in line:
                    break
            process.terminate()
            assert process.wait(30) == 0
            assert "ALARM" not in process.stderr.read()
        finally:
            process.kill()


@contextlib.contextmanager
def watching(board, folder):
    """A watch that goes on, behind its first look."""
    with subprocess.Popen([PROGRAM, "watch", board.address, "--state", "seen", "--interval", "1"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment(), cwd=folder) as process:
        try:
            for line in process.stdout:
                if "First look" in line:
                    break
            yield process
        finally:
            process.kill()


def test_watching_goes_on_until_there_is_an_alarm(board, tmp_path):
    with watching(board, tmp_path) as process:
        board.write(301)
        for line in process.stdout:
            if "to 301" in line:
                break
        board.fork(5)
        board.write(302)
        assert process.wait(30) == 1
        assert "ALARM" in process.stderr.read()


def test_watching_ends_well_when_it_is_asked_to(board, tmp_path):
    with watching(board, tmp_path) as process:
        process.terminate()
        assert process.wait(30) == 0
