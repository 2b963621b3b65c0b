# SPDX-License-Identifier: Apache-2.0
"""The end of a ballot's key: by two operators, after the objection period, said only once it is so."""

import os

import pytest

from support.client import Client
from support.participation import Running, refused, vote

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Running(databases, start_service, tmp_path).begin()


def certified(running, **changes):
    """A ballot that was voted in under the keys v0 … v3, counted and certified."""
    ballot_id = running.open_ballot(**changes)
    for number in range(4):
        assert running.cast(ballot_id, vote(number), key=f"v{number}").status == 201
    running.close_and_count(ballot_id)
    running.decide(ballot_id, "certify")
    return ballot_id


def key_file(running, ballot_id):
    return os.path.join(running.ballot_keys, f"{ballot_id}.key")


def approve(running, who, ballot_id):
    return who.post(f"/v1/ballots/{ballot_id}:destroy-key")


def destroyed_at(running, ballot_id):
    return running.public.get(f"/v1/ballots/{ballot_id}").json()["key_destroyed_at"]


def events(running):
    return running.databases.psql(
        "participation",
        "SELECT count(*) FROM event.log WHERE type LIKE '%key-destroyed%'",
    )[0][0]


def start_replica(running):
    """A second process on the same database, and a front end's client of it."""
    replica, address = running.start_replica()
    return replica, Client(address, running.front_end, running.clock)


def test_two_operators_destroy_the_key_once_nobody_may_object(running):
    ballot_id = certified(running, objection_days=2)
    shown = running.public.get(f"/v1/ballots/{ballot_id}").json()
    assert (shown["objection_days"], shown["key_destroyed_at"]) == (2, None)
    refused(approve(running, running.portal, ballot_id), 403, "role-not-allowed")
    refused(approve(running, running.kim, ballot_id), 409, "objection-not-over")
    running.clock.move_ms(2 * DAY_MS - 60_000)
    refused(approve(running, running.kim, ballot_id), 409, "objection-not-over")
    running.clock.move_ms(60_000)
    for _ in range(2):
        answer = approve(running, running.kim, ballot_id)
        assert (answer.status, answer.json()["approvals"]) == (202, 1)
    assert os.path.getsize(key_file(running, ballot_id)) == 32
    # Another process comes to have the key in its memory, although it takes no votes now.
    replica, portal = start_replica(running)
    target = f"/v1/ballots/{ballot_id}/votes"
    assert portal.post(target, vote(9)).status == 503
    # The key is there until the second one approves: the same request still finds its receipt.
    assert running.cast(ballot_id, vote(1), key="v1").status == 201
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").body
    answer = approve(running, running.lee, ballot_id)
    assert (answer.status, answer.json()["done"]) == (200, True)
    assert os.listdir(running.ballot_keys) == []
    at = destroyed_at(running, ballot_id)
    assert at is not None and events(running) == 1
    running.services["participation"].wait_log("ballot_key_destroyed", ballot_id=ballot_id)
    replica.wait_log("ballot_key_forgotten", ballot_id=ballot_id)
    refused(portal.post(target, vote(9)), 409, "ballot-key-destroyed")
    replica.stop()

    # Again changes nothing, and says nothing twice.
    assert approve(running, running.kim, ballot_id).status == 200
    assert destroyed_at(running, ballot_id) == at and events(running) == 1
    # What needs the key says so by name, before and after the definition must be read anew.
    for _ in range(2):
        refused(running.cast(ballot_id, vote(9)), 409, "ballot-key-destroyed")
        refused(running.cast(ballot_id, vote(1), key="v1"), 409, "ballot-key-destroyed")
        assert running.public.get(f"/v1/ballots/{ballot_id}/result").body == result
        assert running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()["voters"] == 4
        export = running.kim.get(f"/v1/ballots/{ballot_id}/votes.pb")
        assert export.status == 200 and b"VOTES" in export.body
        running.services["participation"].restart()
        running.services["participation"].wait_ready()


def test_no_ballot_loses_its_key_before_it_is_certified(running):
    ballot_id = running.create(objection_days=1)
    refused(approve(running, running.kim, ballot_id), 409, "wrong-state")
    running.decide(ballot_id, "open")
    running.wait_state(ballot_id, "open")
    running.clock.move_ms(400 * DAY_MS)
    refused(approve(running, running.kim, ballot_id), 409, "wrong-state")
    running.close_and_count(ballot_id)
    refused(approve(running, running.kim, ballot_id), 409, "wrong-state")
    assert os.path.exists(key_file(running, ballot_id))


def test_a_key_that_could_not_be_destroyed_is_not_said_to_be(running):
    """The directory fails when the second operator approves. Both approvals stand; nothing is said.
    Then somebody removes the file by hand and the service starts anew: either operator approving
    again finishes it."""
    ballot_id = certified(running, objection_days=1)
    running.clock.move_ms(DAY_MS + 1000)
    assert approve(running, running.kim, ballot_id).status == 202
    path = key_file(running, ballot_id)
    os.rename(path, path + ".aside")
    os.mkdir(path)
    refused(approve(running, running.lee, ballot_id), 500, "internal-error")
    running.services["participation"].wait_log("ballot_key_not_destroyed", ballot_id=ballot_id)
    assert destroyed_at(running, ballot_id) is None and events(running) == 0
    os.rmdir(path)
    os.rename(path + ".aside", path)
    os.unlink(path)
    running.services["participation"].restart()
    running.services["participation"].wait_ready()
    refused(running.cast(ballot_id, vote(1), key="v1"), 500, "internal-error")
    assert approve(running, running.kim, ballot_id).status == 200
    assert destroyed_at(running, ballot_id) is not None and events(running) == 1
    refused(running.cast(ballot_id, vote(1), key="v1"), 409, "ballot-key-destroyed")
