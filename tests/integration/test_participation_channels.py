# SPDX-License-Identifier: Apache-2.0
"""Channels: whose votes each of them takes, and what a booth's vote does to the online one.

The services start once for all cases; each has ballots of its own.
"""

import concurrent.futures
import json

import pytest

from support.participation import Running, refused, vote

NDJSON = {"content-type": "application/x-ndjson"}
VOTERS = 40


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Running(databases, start_service, tmp_path).hire().begin()


def target(ballot_id, rest=""):
    return f"/v1/ballots/{ballot_id}/votes{rest}"


def booth(number, options=("b",)):
    return vote(number, options, channel="booth")


def final_channels(running, ballot_id):
    """The channel of each final vote in the box, and how many votes the box holds."""
    rows = running.databases.psql(
        "participation",
        "SELECT (array_agg(channel::integer ORDER BY rev DESC))[1], count(*)::integer"
        " FROM participation.vote WHERE ballot_id = %s GROUP BY nullifier",
        (ballot_id,),
    )
    return [row[0] for row in rows], sum(row[1] for row in rows)


def check_a_channel_takes_votes_only_from_those_whose_it_is(running):
    ballot_id = running.open_ballot()
    for channel in ("web", "kiosk"):
        body = vote(channel, channel=channel)
        assert running.cast(ballot_id, body).status == 201
        problem = refused(
            running.clerk.post(target(ballot_id), body), 403, "channel-not-yours", "/channel"
        )
        assert problem["rule"] == "channels"
    for channel in ("booth", "paper"):
        body = vote(channel, channel=channel)
        refused(running.cast(ballot_id, body), 403, "channel-not-yours", "/channel")
        answer = running.clerk.post(target(ballot_id), body)
        if channel == "booth":
            assert answer.status == 201
        else:  # A paper is issued, and its sheet is entered by two people.
            refused(answer, 403, "paper-not-cast", "/channel")
    # Line by line in a batch, and nothing of a refused line is consumed: its key serves the next.
    lines = b"\n".join(json.dumps(one).encode() for one in (vote(7), booth(8), vote(9)))
    answer = running.portal.post(target(ballot_id, ":batch"), lines, headers=NDJSON)
    assert [line["status"] for line in answer.lines()] == [201, 403, 201]
    refused(running.cast(ballot_id, booth(8), key="k"), 403, "channel-not-yours")
    assert running.cast(ballot_id, vote(8), key="k").status == 201
    # A ballot without the channel says nothing else to whose it is not.
    online = running.open_ballot(channels=["web"])
    refused(running.cast(online, booth(1)), 403, "channel-not-yours")
    refused(running.clerk.post(target(online), booth(1)), 403, "channel-not-accepted", "/channel")


def check_a_vote_is_left_for_the_booth_however_often_somebody_voted_online(running):
    ballot_id = running.open_ballot()
    for _ in range(9):
        assert running.cast(ballot_id, vote(5)).status == 201
    refused(running.cast(ballot_id, vote(5)), 409, "revision-reserved")
    answer = running.clerk.post(target(ballot_id), booth(5))
    assert (answer.status, answer.json()["vote"]["rev"]) == (201, 10)


def check_a_booths_vote_takes_the_place_of_the_online_one_for_good(running):
    ballot_id = running.open_ballot()
    first = running.cast(ballot_id, vote(1)).json()["vote"]
    second = running.clerk.post(target(ballot_id), booth(1)).json()["vote"]
    assert second["nullifier"] == first["nullifier"]
    assert (first["rev"], second["rev"]) == (1, 2)
    for again in (vote(1), vote(1, channel="kiosk")):
        refused(running.cast(ballot_id, again), 409, "final-vote-cast")
    refused(running.clerk.post(target(ballot_id), booth(1, ("a",))), 409, "final-vote-cast")
    lines = b"\n".join(json.dumps(one).encode() for one in (booth(2), booth(2)))
    answer = running.clerk.post(target(ballot_id, ":batch"), lines, headers=NDJSON)
    assert [line["status"] for line in answer.lines()] == [201, 409]
    running.close_and_count(ballot_id)
    running.decide(ballot_id, "certify")
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    assert {option["id"]: option["score"] for option in result["options"]} == {
        "a": "0", "b": "2", "c": "0",
    }  # fmt: skip


def check_a_voter_online_and_at_a_booth_at_once_ends_with_the_booths_vote(running):
    """Each resident sends votes from the telephone while a clerk hands in the same resident's vote
    of the booth. Whatever comes first: the booth's vote is taken once, is the last, and is counted;
    an online vote is either before it or refused by its name."""
    ballot_id = running.open_ballot()

    def online(number):
        return running.cast(ballot_id, vote(number, ("a",)))

    def at_booth(number):
        return running.clerk.post(target(ballot_id), booth(number))

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        answers = [
            (pool.submit(online, n), pool.submit(at_booth, n), pool.submit(online, n))
            for n in range(VOTERS)
        ]
    before = 0
    for one, final, other in answers:
        assert final.result().status == 201, final.result().body
        for answer in (one.result(), other.result()):
            if answer.status == 201:
                before += 1
                assert answer.json()["vote"]["rev"] < final.result().json()["vote"]["rev"]
            else:
                refused(answer, 409, "final-vote-cast")
    channels, votes = final_channels(running, ballot_id)
    assert channels == [3] * VOTERS
    assert votes == VOTERS + before
    running.close_and_count(ballot_id)
    turnout = running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()
    assert (turnout["voters"], turnout["revisions"]) == (VOTERS, before)
    cells = {cell["name"]: cell["voters"] for cell in turnout["tables"]["channel"]}
    assert cells == {"web": 0, "kiosk": 0, "booth": VOTERS, "paper": 0}
    running.decide(ballot_id, "certify")
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    assert [option["score"] for option in result["options"]] == ["0", str(VOTERS), "0"]


def test_channels_take_the_votes_of_those_whose_they_are_and_a_booths_is_final(running):
    check_a_channel_takes_votes_only_from_those_whose_it_is(running)
    check_a_vote_is_left_for_the_booth_however_often_somebody_voted_online(running)
    check_a_booths_vote_takes_the_place_of_the_online_one_for_good(running)
    check_a_voter_online_and_at_a_booth_at_once_ends_with_the_booths_vote(running)
