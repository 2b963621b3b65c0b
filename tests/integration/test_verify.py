# SPDX-License-Identifier: Apache-2.0
"""From a vote to the bundle and back: real services, votes and revisions, receipts that voters keep, and
both verifiers over what is published. Then a superuser of the database changes votes and results before
certification, and the verifiers find it from the bundle and the receipts."""

import hashlib
import json

import pytest

from support.board import VOID, Board
from support.participation import refused, vote
from support.published import Published
from verify import ed25519, judge, verifier
from verify.encoding import Tree, from_base64url, tag, tagged_hash

@pytest.fixture
def running(databases, start_service, tmp_path):
    return Published(databases, start_service, tmp_path).begin()


@pytest.fixture
def run(tmp_path):
    run = judge.Run(str(tmp_path))
    yield run
    assert not run.disagreements
    assert not run.other_names


def test_what_is_published_of_a_real_ballot_is_verified_with_every_receipt(running, run):
    ballot_id = running.open_ballot()
    receipts = running.vote_all(ballot_id)
    running.wait_on_board(ballot_id, receipts)
    kept = running.checkpoint(ballot_id)
    void = {name: json.loads(receipts[0])["vote"][name] for name in ("nullifier", "rev")}
    void |= {"reason_code": "not-cast-by-voter", "reason": "명의 도용이 확인되었습니다"}
    for operator in (running.kim, running.lee):
        assert operator.post(f"/v1/ballots/{ballot_id}:void", void).status in (200, 202)
    running.close_and_count(ballot_id)
    early = running.public.get(f"/v1/ballots/{ballot_id}/bundle")
    refused(early, 409, "result-not-published")
    bundle = running.certify(ballot_id)
    assert running.bundle(ballot_id) == bundle
    assert run.verdict("published", bundle, receipts, [kept]) == (verifier.VERIFIED, None)
    assert VOID in [leaf.type for leaf in Board(running.public, ballot_id).read()[1]]

    # A vote of another ballot is not in this log, however sound its receipt is.
    lost = running.cast(running.open_ballot(), vote(1)).body
    assert run.verdict("lost", bundle, [lost]) == (verifier.FAILED, "receipt")


def numbers(ballot_id, change):
    """All numbers of voters as if there had been more or fewer: ours stand in the same cells."""
    return [
        ("UPDATE participation.ballot SET voters = voters + %s WHERE ballot_id = %s",
         (change, ballot_id)),
        ("UPDATE participation.ballot SET turnout = (SELECT array_agg("
         "CASE WHEN place %% 2 = 0 THEN number + %s ELSE number END ORDER BY place)"
         " FROM unnest(turnout) WITH ORDINALITY AS u (number, place)) WHERE ballot_id = %s",
         (change, ballot_id)),
    ]


ONE = " WHERE ballot_id = %s AND nullifier = %s"


def alter_a_vote(ballot_id, nullifier):
    body = bytes.fromhex("010001" "00000003" "00000001")
    return [("UPDATE participation.vote SET choice = %s" + ONE, (body, ballot_id, nullifier))]


def delete_a_vote(ballot_id, nullifier):
    return [("DELETE FROM participation.vote" + ONE, (ballot_id, nullifier))]


def insert_a_vote(ballot_id, nullifier):
    return [(
        "INSERT INTO participation.vote (ballot_id, nullifier, rev, channel, choice, blinding,"
        " req_hash, batch_no, leaf_index) SELECT ballot_id, %s, rev, channel, choice, blinding,"
        " req_hash, batch_no, leaf_index FROM participation.vote" + ONE,
        (hashlib.sha256(b"nobody").digest(), ballot_id, nullifier))]


def delete_a_vote_and_its_leaf(running, ballot_id, receipt):
    """Without a trace, by somebody who has the key of receipts too: the vote, its place in the commit
    that the board is to read, and all numbers."""
    place = receipt["receipt"]["path"]["index"]
    hashes, casts, body = map(bytes, running.databases.psql(
        "participation", "SELECT leaf_hashes, casts, body FROM participation.receipt_batch"
        " WHERE ballot_id = %s AND batch_no = 1", (ballot_id,))[0])
    size = len(casts) // (len(hashes) // 32)
    hashes = hashes[: 32 * place] + hashes[32 * (place + 1) :]
    casts = casts[: size * place] + casts[size * (place + 1) :]
    tree = Tree()
    for at in range(0, len(hashes), 32):
        tree.append(hashes[at : at + 32])
    with open(running.receipt_key_file, encoding="ascii") as file:
        seed = from_base64url(file.read().strip())
    root_at = len(tag("receipt")) + 16
    body = body[:root_at] + tree.root() + body[root_at + 32 :]
    return [
        *delete_a_vote(ballot_id, nullifier_of(receipt)),
        ("UPDATE participation.receipt_batch SET leaf_hashes = %s, casts = %s, body = %s,"
         " signature = %s WHERE ballot_id = %s AND batch_no = 1",
         (hashes, casts, body, ed25519.sign(seed, body), ballot_id)),
        *numbers(ballot_id, -1)]


def nullifier_of(receipt):
    return from_base64url(receipt["vote"]["nullifier"])


def change_the_result(running, ballot_id):
    rows = running.databases.psql(
        "participation", "SELECT result_json FROM participation.ballot WHERE ballot_id = %s",
        (ballot_id,))
    result = json.loads(rows[0][0])
    result["funded"].reverse()
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    return (
        "UPDATE participation.ballot SET result_json = %s, result_hash = %s WHERE ballot_id = %s",
        (text, tagged_hash("result", text.encode()), ballot_id))


def test_what_a_superuser_changed_before_certification_is_found(running, run):
    # A vote altered in the box: its opening is not what its leaf commits to.
    ballot_id = running.open_ballot()
    receipts = running.vote_all(ballot_id)
    running.superuser(*alter_a_vote(ballot_id, nullifier_of(json.loads(receipts[0]))))
    running.close_and_count(ballot_id)
    bundle = running.certify(ballot_id)
    assert run.verdict("altered", bundle, receipts) == (verifier.FAILED, "openings")

    # A vote deleted without a trace before the board read it: only its voter can tell.
    ballot_id = running.open_ballot()
    running.checkpoint(ballot_id)
    with running.board_held(ballot_id):
        receipts = running.vote_all(ballot_id)
        running.superuser(*delete_a_vote_and_its_leaf(running, ballot_id, json.loads(receipts[0])))
    running.close_and_count(ballot_id)
    bundle = running.certify(ballot_id)
    assert run.verdict("alone", bundle, receipts[1:]) == (verifier.VERIFIED, None)
    assert run.verdict("deleted", bundle, receipts[:1]) == (verifier.FAILED, "receipt")

    # Another result, with its hash: counting again gives the old one.
    ballot_id = running.open_ballot()
    receipts = running.vote_all(ballot_id)
    running.close_and_count(ballot_id)
    running.superuser(change_the_result(running, ballot_id))
    bundle = running.certify(ballot_id)
    assert run.verdict("result", bundle, receipts) == (verifier.FAILED, "recount")


def test_a_board_is_not_closed_over_votes_that_it_does_not_hold(running):
    for tamper, change in ((delete_a_vote, -1), (insert_a_vote, 1)):
        ballot_id = running.open_ballot()
        receipts = running.vote_all(ballot_id)
        running.wait_on_board(ballot_id, receipts)
        running.superuser(*tamper(ballot_id, nullifier_of(json.loads(receipts[0]))),
                          *numbers(ballot_id, change))
        running.close_and_count(ballot_id)
        running.decide(ballot_id, "certify")
        running.services["participation"].wait_log("board_contradicts_ballot", ballot_id=ballot_id)
    