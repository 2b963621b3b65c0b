# SPDX-License-Identifier: Apache-2.0
"""`hyeopchi vote check` and `hyeopchi ballot bundle` at a running service: what a voter and a journalist
type, what they read, and a bundle that is there as a whole or not at all.
"""

import contextlib
import http.server
import json
import os
import subprocess

import pytest

from support.participation import vote
from support.published import Published
from support.services import environment, program
from support.serving import serving


class Office(Published):
    """The service, and the command at the same machine."""

    def command(self, *words, status=0, **settings):
        """Runs hyeopchi; returns standard output and standard error."""
        settings = {
            "HYEOPCHI_PARTICIPATION_URL": f"http://127.0.0.1:{self.ports['participation']}",
            "HYEOPCHI_LANGUAGE": "en",
            **settings,
        }
        done = subprocess.run(
            [program("hyeopchi"), *words], env=environment(settings), capture_output=True, text=True,
            timeout=120, check=False, cwd=self.folder,
        )  # fmt: skip
        assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
        assert "ERROR: " not in done.stderr and "runtime error" not in done.stderr, done.stderr
        return done.stdout, done.stderr

    def files(self):
        return {name for name in os.listdir(self.folder) if ".tar" in name}

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()


@pytest.fixture(name="office")
def make_office(databases, start_service, tmp_path):
    return Office(databases, start_service, tmp_path).begin()


class Broken(http.server.BaseHTTPRequestHandler):
    """Gives what its server holds, and says nothing of how long it should be."""

    def do_GET(self):  # noqa: N802
        self.send_response(200)
        self.send_header("content-type", "application/x-tar")
        self.end_headers()
        self.wfile.write(self.server.given)

    def log_message(self, format, *arguments):  # noqa: A002
        pass


@contextlib.contextmanager
def broken(given):
    """The address of a service that gives these bytes for everything, and hangs up."""
    with serving(Broken) as server:
        server.given = given
        yield f"http://127.0.0.1:{server.server_port}"


def check_codes(office, ballot_id):
    """A vote is looked up by its code: before it is on the board, and then as people type codes."""
    office.checkpoint(ballot_id)
    with office.board_held(ballot_id):
        receipt = json.loads(office.cast(ballot_id, vote(1)).body)
        code = receipt["receipt"]["code"]
        _, told = office.command("vote", "check", code, "--ballot", ballot_id, status=1)
        assert "No vote with this code is on the board" in told
    office.wait_on_board(ballot_id, [json.dumps(receipt)])
    for typed in (code, code.lower(), code.replace("-", ""), f" {code[:4]} {code[5:]} "):
        text, _ = office.command("vote", "check", typed, "--ballot", ballot_id)
        assert text.startswith(f"{code}: on the public board (of 3 entries number 3)\n")
        assert receipt["vote"]["leaf_hash"] in text
    text, _ = office.command("vote", "check", code, "--ballot", ballot_id, HYEOPCHI_LANGUAGE="ko")
    assert "공개 게시판에 있습니다 (기록 3건 가운데 3번째)" in text
    said = json.loads(office.command("vote", "check", code, "--ballot", ballot_id, "--json")[0])
    assert said["leaf_hash"] == receipt["vote"]["leaf_hash"]
    assert (said["position"], said["size"], len(said["path"])) == (2, 3, 1)
    _, told = office.command("vote", "check", "ABXB-TWKT-0NA", "--ballot", ballot_id, status=1)
    assert "Check the code" in told
    office.command("vote", "check", "확인 코드", "--ballot", ballot_id, status=2)
    office.command("vote", "check", code, "--ballot", "no-ballot", status=2)
    office.command("vote", "check", code, status=2)
    return receipt


def test_a_code_is_looked_up_and_a_bundle_is_fetched_whole_or_not_at_all(office):
    ballot_id = office.open_ballot()
    receipt = check_codes(office, ballot_id)
    _, told = office.command("ballot", "bundle", ballot_id, status=1)
    assert "once the result is certified" in told and not office.files()
    office.close_and_count(ballot_id)
    bundle = office.certify(ballot_id)

    text, _ = office.command("ballot", "bundle", ballot_id)
    assert text.startswith(f"{ballot_id}.tar ({len(bundle)} bytes)\n")
    assert "hyeopchi-verify" in text
    assert office.read(f"{ballot_id}.tar") == bundle
    said = json.loads(
        office.command("ballot", "bundle", ballot_id, "--output", "mine.tar", "--json")[0]
    )
    assert said == {"file": "mine.tar", "bytes": len(bundle)}
    assert office.read("mine.tar") == bundle
    assert office.files() == {f"{ballot_id}.tar", "mine.tar"}  # no part is left
    with open(os.path.join(office.folder, "receipt.json"), "w", encoding="utf-8") as file:
        json.dump(receipt, file)
    done = subprocess.run(
        [program("hyeopchi-verify"), "mine.tar", "--receipt", "receipt.json", "--json"],
        env=environment(), capture_output=True, text=True, timeout=60, cwd=office.folder, check=False,
    )  # fmt: skip
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "verified"), done.stdout

    # Somebody between breaks off: what is there already stays, and no half is left.
    for cut in (0, 100, len(bundle) // 2, len(bundle) - 512):
        with broken(bundle[:cut]) as address:
            _, told = office.command("ballot", "bundle", ballot_id, "--output", "mine.tar",
                                     status=1, HYEOPCHI_PARTICIPATION_URL=address)
            assert "did not give all of it" in told
        assert office.read("mine.tar") == bundle
    assert office.files() == {f"{ballot_id}.tar", "mine.tar"}
    # What follows the archive's end is none of it.
    with broken(bundle + b"more") as address:
        office.command("ballot", "bundle", ballot_id, "--output", "more.tar",
                       HYEOPCHI_PARTICIPATION_URL=address)
    assert office.read("more.tar") == bundle
    _, told = office.command("ballot", "bundle", ballot_id, "--output", "no/such/folder.tar", status=1)
    assert "folder.tar" in told
    office.command("ballot", "bundle", "no-ballot", status=2)
