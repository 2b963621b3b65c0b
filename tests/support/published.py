# SPDX-License-Identifier: Apache-2.0
"""Participation with a board that is quick, for tests of what it publishes: bundles, checkpoints, and
what a superuser of its database can do to them.
"""

import contextlib
import json
import subprocess

from support.participation import Running, vote
from support.services import program

VOTERS = 12


def preload(library):
    """LD_PRELOAD for a program of this build: a sanitizer wants to be first."""
    linked = subprocess.run(
        ["ldd", program("participation")], capture_output=True, text=True, check=True
    ).stdout
    first = [
        line.split("=>")[1].split()[0]
        for line in linked.splitlines()
        if "libasan" in line or "libtsan" in line
    ]
    return ":".join([*first, library])


class Published(Running):
    """A participation whose board is quick, and its bundles."""

    def settings(self, service):
        settings = super().settings(service)
        if service == "participation":
            settings["HYEOPCHI_BOARD_INTERVAL_MS"] = "50"
        return settings

    def wait_for(self, what, target, holds=lambda answer: answer.status == 200):
        """Waits, woken by the service's log, until the answer is as wanted."""
        service = self.services["participation"]
        for _ in range(400):
            mark = service.mark()
            answer = self.public.get(target)
            if holds(answer):
                return answer
            service.process.output.wait(lambda line: True, 0.05, mark)
        raise AssertionError(f"no {what}: {answer.status} {answer.body[:300]}")

    def bundle(self, ballot_id):
        return self.wait_for("bundle", f"/v1/ballots/{ballot_id}/bundle").body

    def checkpoint(self, ballot_id):
        return self.wait_for("checkpoint", f"/v1/ballots/{ballot_id}/board/checkpoint").body

    def wait_on_board(self, ballot_id, receipts):
        for receipt in receipts:
            code = json.loads(receipt)["receipt"]["code"]
            self.wait_for("code on the board", f"/v1/ballots/{ballot_id}/board/codes/{code}")

    def vote_all(self, ballot_id):
        """Votes of every voter in one commit, then revisions; returns the receipts as answered."""
        lines = [json.dumps(vote(number, ("a", "b")[: 1 + number % 2])) for number in range(VOTERS)]
        answer = self.portal.post(
            f"/v1/ballots/{ballot_id}/votes:batch", "\n".join(lines).encode(),
            headers={"content-type": "application/x-ndjson"})
        receipts = answer.body.splitlines()
        for number in (1, 5, 1):
            receipts.append(self.cast(ballot_id, vote(number, ("c",))).body)
        assert all("receipt" in json.loads(receipt) for receipt in receipts), receipts
        return receipts

    def certify(self, ballot_id):
        self.decide(ballot_id, "certify")
        return self.bundle(ballot_id)

    @contextlib.contextmanager
    def board_held(self, ballot_id):
        """Nothing is put on the ballot's board for as long."""
        connection = self.databases.connect("participation", "postgres")
        connection.autocommit = False
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT ballot_id FROM participation.board WHERE ballot_id = %s"
                               " FOR UPDATE", (ballot_id,))
            yield
        finally:
            connection.close()

    def superuser(self, *statements):
        """What a superuser can do who first switches off what forbids it."""
        for table in ("vote", "receipt_batch"):
            self.databases.psql(
                "participation", f"ALTER TABLE participation.{table} DISABLE TRIGGER ALL")
        for sql, parameters in statements:
            self.databases.psql("participation", sql, parameters)
