# SPDX-License-Identifier: Apache-2.0
"""The ledger's newest root on the board of every ballot.

The ledger's chain lies in one database. What stands on a board was published by another service,
under signed checkpoints that people keep; whoever rewrites the journal cannot rewrite that.
"""

import json
import os
import subprocess
import uuid

import pytest

from support.board import ANCHOR, CLOSE, KEY, OPEN, RESULT, Board
from support.participation import Running, vote
from support.services import environment, program


class WithBoard(Running):
    """A participation whose board is quick."""

    def settings(self, service):
        settings = super().settings(service)
        if service == "participation":
            settings["HYEOPCHI_BOARD_INTERVAL_MS"] = "50"
        return settings

    def treasurer(self):
        return self.client("ledger", self.operators[0])

    def seal(self, year):
        """Has the ledger seal a block by closing a year; returns it when participation has heard it."""
        treasurer = self.treasurer()
        body = {
            "kind": "main_budget",
            "fiscal_year": year,
            "programme": "a",
            "funding_source": "district",
            "amount_krw": 5,
            "document": "d",
        }
        assert treasurer.post(f"/v1/periods/{year}:open").status == 200
        for kind in ("main_budget", "lapse"):
            body["kind"] = kind
            if kind == "lapse":
                del body["amount_krw"]
                body["transfers"] = [{"debit": "S10", "credit": "S90", "amount_krw": 5}]
            answer = treasurer.request(
                "POST", "/v1/entries", body, {"Idempotency-Key": str(uuid.uuid4())}
            )
            assert answer.status == 201, answer.body
        answer = treasurer.request("POST", f"/v1/periods/{year}:close", {"document": "결산"})
        assert answer.status == 200, answer.body
        block = treasurer.get("/v1/blocks").json()["blocks"][-1]
        service = self.services["participation"]
        for _ in range(400):
            mark = service.mark()
            heard = self.databases.psql(
                "participation", "SELECT max(number) FROM participation.ledger_block"
            )
            if heard == [(block["number"],)]:
                return block
            service.process.output.wait(lambda line: True, 0.05, mark)
        raise AssertionError("participation does not hear of the block")

    def wait_board(self, ballot_id, last):
        service = self.services["participation"]
        for _ in range(400):
            mark = service.mark()
            if self.public.get(f"/v1/ballots/{ballot_id}/board/checkpoint").status == 200:
                _, leaves = Board(self.public, ballot_id).read()
                if any(leaf.type == last for leaf in leaves):
                    return leaves
            service.process.output.wait(lambda line: True, 0.05, mark)
        raise AssertionError("the board does not come to hold what it should")


@pytest.fixture
def running(databases, start_service, tmp_path):
    return WithBoard(databases, start_service, tmp_path).begin()


def ledger_anchors(leaves):
    return [
        (at, leaf.position, leaf.chain.hex())
        for at, leaf in enumerate(leaves)
        if leaf.type == ANCHOR and leaf.stream == "ledger"
    ]


def test_the_ledgers_newest_root_is_on_the_board_and_the_verifier_prints_it(running, tmp_path):
    first = running.seal(2021)
    ballot_id = running.open_ballot()
    assert running.cast(ballot_id, vote(1, ("a",))).status == 201
    second = running.seal(2022)
    assert second["last_seq"] > first["last_seq"]
    running.close_and_count(ballot_id)
    leaves = running.wait_board(ballot_id, CLOSE)
    running.decide(ballot_id, "certify")
    leaves = running.wait_board(ballot_id, RESULT)
    assert [leaf.type for leaf in leaves[:3]] == [OPEN, KEY, ANCHOR]
    assert leaves[-2].type == ANCHOR and leaves[-1].type == RESULT
    at_open, at_close, at_result = ledger_anchors(leaves)
    assert at_open[1:] == (first["last_seq"], first["root"])
    assert at_close[1:] == (second["last_seq"], second["root"])
    assert at_result[1:] == (second["last_seq"], second["root"])

    bundle = os.path.join(tmp_path, "ballot.tar")
    with open(bundle, "wb") as file:
        file.write(running.public.get(f"/v1/ballots/{ballot_id}/bundle").body)
    said = subprocess.run(
        [program("hyeopchi-verify"), bundle, "--json"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.returncode == 0, said.stdout
    anchor = json.loads(said.stdout)["summary"]["ledger_anchor"]
    assert anchor == {"seq": second["last_seq"], "root": second["root"]}


def test_a_root_that_changes_after_it_was_heard_is_reported_and_the_first_one_kept(running):
    block = running.seal(2021)
    ledger = running.services["ledger"]
    participation = running.services["participation"]
    # Somebody rewrites the journal's last block; the ledger says it anew, as it would after a restore.
    participation.stop()
    running.databases.psql(
        "participation",
        "ALTER TABLE participation.ledger_block DISABLE TRIGGER USER;"
        " UPDATE participation.ledger_block SET root = sha256('rewritten');"
        " UPDATE event.consumer_offset SET next_seq = 1, chain = decode(repeat('00', 32), 'hex');"
        " ALTER TABLE participation.ledger_block ENABLE ALWAYS TRIGGER ledger_block_append_only",
    )
    participation.start().wait_ready()
    told = participation.wait_log("ledger_block_differs")
    assert told["number"] == block["number"]
    kept = running.databases.psql(
        "participation",
        "SELECT root = sha256('rewritten') FROM participation.ledger_block",
    )
    assert kept == [(True,)]
    assert ledger.readiness() == 200
