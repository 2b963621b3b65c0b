# SPDX-License-Identifier: Apache-2.0
"""The public board: every vote with a receipt on it, in an order that says nothing, under checkpoints
that never contradict each other, whoever dies while it is made.
"""

import json

import pytest

from support.board import CAST, CLOSE, KEY, OPEN, RESULT, Board, Checkpoint
from support.client import from_b64url
from support.participation import Running, vote


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

    # One commit's votes stand in the order of their hashes; each is found by its code.
    batch = [leaf.hash for leaf in leaves[2:602]]
    assert batch == sorted(batch) and {leaf.batch_no for leaf in leaves[2:602]} == {1}
    for receipt in [*receipts[:3], *receipts[-4:]]:
        position, size, root = running.board(ballot_id).find(receipt)
        assert size == checkpoint.size and root == checkpoint.root
        assert leaves[position].hash == from_b64url(receipt["vote"]["leaf_hash"])

    # Older checkpoints are of what the log began with.
    verifier = running.board(ballot_id).verifier()
    sizes = [Checkpoint(note, verifier).size for _, note in running.notes(ballot_id)]
    assert sizes == sorted(set(sizes)) and sizes[-1] == 606
