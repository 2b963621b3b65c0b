# SPDX-License-Identifier: Apache-2.0
"""Votes that operators declare void: by nullifier, with a public reason, before the count.

The services start once for all cases; each has ballots of its own.
"""

import concurrent.futures

import pytest

from support.client import b64url
from support.participation import Running, refused, vote

REASON = "명의 도용이 경찰 조사로 확인되었습니다"
CODE = "not-cast-by-voter"


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Running(databases, start_service, tmp_path).hire().begin()


def cast(running, ballot_id, number, options=("a",)):
    answer = running.cast(ballot_id, vote(number, options))
    assert answer.status == 201, answer.body
    return answer.json()["vote"]


def void(who, ballot_id, one, code=CODE, reason=REASON, **changes):
    body = {"nullifier": one["nullifier"], "rev": one["rev"], "reason_code": code, "reason": reason}
    return who.post(f"/v1/ballots/{ballot_id}:void", {**body, **changes})


def both_void(running, ballot_id, one, code=CODE):
    assert void(running.kim, ballot_id, one, code).status == 202
    answer = void(running.lee, ballot_id, one, code)
    assert (answer.status, answer.json()["done"]) == (200, True), answer.body


def voids(running, ballot_id):
    return running.public.get(f"/v1/ballots/{ballot_id}/voids").json()["voids"]


def certified(running, ballot_id):
    running.close_and_count(ballot_id)
    turnout = running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()
    running.decide(ballot_id, "certify")
    return turnout, running.public.get(f"/v1/ballots/{ballot_id}/result").json()


def scores(result):
    return {option["id"]: option["score"] for option in result["options"]}


def check_a_void_vote_is_not_counted_and_everybody_reads_why(running):
    ballot_id = running.open_ballot()
    votes = [cast(running, ballot_id, n, ("a", "b")) for n in range(8)]
    refused(void(running.portal, ballot_id, votes[0]), 403, "role-not-allowed")
    for _ in range(2):
        answer = void(running.kim, ballot_id, votes[0])
        assert (answer.status, answer.json()["approvals"]) == (202, 1)
    # Another vote, reason or code is another thing to approve.
    assert void(running.lee, ballot_id, votes[1]).status == 202
    assert void(running.lee, ballot_id, votes[0], reason="다른 사유").status == 202
    assert void(running.lee, ballot_id, votes[0], code="coerced").status == 202
    assert voids(running, ballot_id) == []
    assert void(running.lee, ballot_id, votes[0]).status == 200
    both_void(running, ballot_id, votes[5], "cast-twice")
    shown = voids(running, ballot_id)
    assert [(one["nullifier"], one["rev"], one["reason_code"], one["reason"]) for one in shown] == [
        (votes[0]["nullifier"], 1, CODE, REASON),
        (votes[5]["nullifier"], 1, "cast-twice", REASON),
    ]
    # Not by online means: whoever voted in somebody's name would do it again.
    refused(running.cast(ballot_id, vote(0)), 409, "vote-void", "/channel")

    turnout, result = certified(running, ballot_id)
    reasons = [{"code": CODE, "votes": 1}, {"code": "cast-twice", "votes": 1}]
    assert turnout["voters"] == 8
    assert turnout["voids"] == result["voids"] == {"votes": 2, "reasons": reasons}
    assert scores(result) == {"a": "6", "b": "6", "c": "0"}
    # What was computed is whole in front, byte for byte.
    text = running.public.get(f"/v1/ballots/{ballot_id}/result").body
    computed = running.databases.psql(
        "participation",
        "SELECT result_json FROM participation.ballot WHERE ballot_id = %s",
        (ballot_id,),
    )[0][0].encode()
    assert text.startswith(computed[:-1] + b',"voids":')
    export = running.kim.get(f"/v1/ballots/{ballot_id}/votes.pb").body.decode()
    assert "\nnum_votes;6\n" in export
    refused(void(running.kim, ballot_id, votes[2]), 409, "wrong-state")
    # Nothing is said of which vote: the board has that.
    said = running.databases.psql(
        "participation", "SELECT count(*) FROM event.log WHERE type LIKE '%%vote.voided%%'"
    )
    assert said[0][0] == 2


def check_the_voter_whose_name_was_used_votes_at_a_booth(running):
    ballot_id = running.open_ballot()
    stolen = cast(running, ballot_id, 1, ("b",))
    cast(running, ballot_id, 2, ("b",))
    both_void(running, ballot_id, stolen)
    target = f"/v1/ballots/{ballot_id}/votes"
    refused(running.cast(ballot_id, vote(1, channel="kiosk")), 409, "vote-void", "/channel")
    again = running.clerk.post(target, vote(1, ("a",), channel="booth"))
    assert again.status == 201 and again.json()["vote"]["rev"] == 2
    turnout, result = certified(running, ballot_id)
    assert scores(result) == {"a": "1", "b": "1", "c": "0"}
    # The void vote was followed by a good one: no voter is without a vote.
    assert turnout["voters"] == 2 and turnout["voids"] is None
    assert "voids" not in result
    assert len(voids(running, ballot_id)) == 1


def check_what_cannot_be_void_is_refused_by_its_rule(running):
    ballot_id = running.open_ballot()
    first = cast(running, ballot_id, 1)
    second = cast(running, ballot_id, 1)
    unknown = {"nullifier": b64url(bytes(32)), "rev": 1}
    refused(void(running.kim, ballot_id, unknown), 404, "vote-not-found")
    refused(void(running.kim, ballot_id, second, rev=3), 404, "vote-not-found")
    refused(void(running.kim, ballot_id, first), 409, "vote-not-final")
    refused(void(running.kim, ballot_id, first, rev=0), 400, "wrong-value", "/rev")
    refused(void(running.kim, ballot_id, first, code="because"), 400, "wrong-value", "/reason_code")
    refused(void(running.kim, ballot_id, first, reason=""), 400, "wrong-value", "/reason")
    refused(void(running.kim, ballot_id, first, nullifier="abc"), 400, "wrong-value", "/nullifier")
    # Approved by one, then the voter votes again: that vote nobody has looked at.
    assert void(running.kim, ballot_id, second).status == 202
    third = cast(running, ballot_id, 1)
    refused(void(running.lee, ballot_id, second), 409, "vote-not-final")
    both_void(running, ballot_id, third)
    refused(void(running.kim, ballot_id, third), 409, "vote-already-void")
    draft = running.create()
    refused(void(running.kim, draft, third), 409, "wrong-state")


def check_a_void_that_races_with_the_voter_names_the_vote_that_is_not_counted(running):
    """The second operator approves a void while the same voter sends votes again and again. Either
    the named vote was the last one then, and nothing follows it; or the void is refused."""
    ballot_id = running.open_ballot()
    firsts = [cast(running, ballot_id, n, ("a",)) for n in range(12)]
    for one in firsts:
        assert void(running.kim, ballot_id, one).status == 202
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        answers = [
            (
                pool.submit(running.cast, ballot_id, vote(n, ("b",))),
                pool.submit(void, running.lee, ballot_id, firsts[n]),
                pool.submit(running.cast, ballot_id, vote(n, ("b",))),
            )
            for n in range(12)
        ]
    void_count = 0
    for one, voided, other in answers:
        statuses = {one.result().status, other.result().status}
        if voided.result().status == 200:
            void_count += 1
            assert statuses == {409}
        else:
            refused(voided.result(), 409, "vote-not-final")
            assert statuses == {201}
    assert len(voids(running, ballot_id)) == void_count
    _, result = certified(running, ballot_id)
    assert scores(result) == {"a": "0", "b": str(12 - void_count), "c": "0"}


def check_a_ballot_that_waits_for_its_lot_can_still_lose_a_vote(running):
    ballot_id = running.open_ballot(tie="lot")
    votes = [cast(running, ballot_id, n) for n in range(3)]
    running.decide(ballot_id, "close")
    both_void(running, ballot_id, votes[1])
    for who in (running.kim, running.lee):
        answer = who.post(f"/v1/ballots/{ballot_id}:lot", {"seed": "2026-11-22"})
    assert answer.status == 200
    running.wait_state(ballot_id, "counted")
    running.decide(ballot_id, "certify")
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    assert scores(result)["a"] == "2" and result["voids"]["votes"] == 1


def test_two_operators_declare_votes_void_and_everybody_reads_why(running):
    check_a_void_vote_is_not_counted_and_everybody_reads_why(running)
    check_the_voter_whose_name_was_used_votes_at_a_booth(running)
    check_what_cannot_be_void_is_refused_by_its_rule(running)
    check_a_void_that_races_with_the_voter_names_the_vote_that_is_not_counted(running)
    check_a_ballot_that_waits_for_its_lot_can_still_lose_a_vote(running)
