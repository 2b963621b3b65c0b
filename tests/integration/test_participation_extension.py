# SPDX-License-Identifier: Apache-2.0
"""Extending a window: by two operators with a public reason, before its end, and never shortening it.

The services start once for all cases; each has ballots of its own.
"""

import concurrent.futures

import pytest

from support.participation import Running, refused, rfc3339, vote

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
REASON = "본인확인 서비스가 13시부터 16시까지 중단되었습니다"


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Running(databases, start_service, tmp_path).begin()


def extend(who, ballot_id, closes_ms, reason=REASON):
    body = {"closes_at": rfc3339(closes_ms), "reason": reason}
    return who.post(f"/v1/ballots/{ballot_id}:extend", body)


def both_extend(running, ballot_id, closes_ms, reason=REASON):
    assert extend(running.kim, ballot_id, closes_ms, reason).status == 202
    answer = extend(running.lee, ballot_id, closes_ms, reason)
    assert (answer.status, answer.json()["done"]) == (200, True), answer.body


def show(running, ballot_id):
    return running.public.get(f"/v1/ballots/{ballot_id}").json()


def open_until(running, closes_ms, **changes):
    return running.open_ballot(closes_at=rfc3339(closes_ms), **changes)


def check_two_operators_extend_an_open_window_and_the_definition_stays(running):
    end = running.clock.now_ms() + 10 * MINUTE_MS
    ballot_id = open_until(running, end)
    before = show(running, ballot_id)
    assert (before["extended_to"], before["extensions"]) == (None, [])
    refused(extend(running.portal, ballot_id, end + DAY_MS), 403, "role-not-allowed")
    for _ in range(2):
        answer = extend(running.kim, ballot_id, end + DAY_MS)
        assert (answer.status, answer.json()["approvals"]) == (202, 1)
    # Another end or another reason is another thing to approve.
    assert extend(running.lee, ballot_id, end + 2 * DAY_MS).status == 202
    assert extend(running.lee, ballot_id, end + DAY_MS, "다른 사유").status == 202
    assert show(running, ballot_id)["extensions"] == []
    answer = extend(running.lee, ballot_id, end + DAY_MS)
    assert (answer.status, answer.json()["state"]) == (200, "open")

    shown = show(running, ballot_id)
    assert shown["closes_at"] == before["closes_at"] == rfc3339(end)
    assert shown["definition_hash"] == before["definition_hash"]
    assert shown["extended_to"] == rfc3339(end + DAY_MS)
    assert [(one["closes_at"], one["reason"]) for one in shown["extensions"]] == [
        (rfc3339(end + DAY_MS), REASON)
    ]
    listed = running.public.get("/v1/ballots").json()["ballots"][0]
    assert listed["extended_to"] == rfc3339(end + DAY_MS)
    said = running.databases.psql(
        "participation", "SELECT count(*) FROM event.log WHERE type LIKE '%%ballot.extended%%'"
    )
    assert said[0][0] == 1

    # The definition was cached before: the row decides, past the old end and past the restart.
    running.clock.move_ms(11 * MINUTE_MS)
    assert running.cast(ballot_id, vote(1)).status == 201
    running.services["participation"].restart()
    running.services["participation"].wait_ready()
    assert running.cast(ballot_id, vote(2)).status == 201
    running.clock.move_ms(DAY_MS)
    refused(running.cast(ballot_id, vote(3)), 409, "ballot-closed")
    running.close_and_count(ballot_id)
    turnout = running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()
    assert turnout["voters"] == 2
    assert turnout["days"] == len(turnout["tables"]["day"]) >= 2


def check_days_behind_the_old_end_have_cells_of_their_own(running):
    end = running.clock.now_ms() + 10 * MINUTE_MS
    ballot_id = open_until(running, end)
    for number in range(6):
        assert running.cast(ballot_id, vote(f"first-{number}")).status == 201
    both_extend(running, ballot_id, end + 3 * DAY_MS)
    running.clock.move_ms(2 * DAY_MS)
    for number in range(7):
        assert running.cast(ballot_id, vote(f"third-{number}")).status == 201
    # One who voted on the first day votes again on the third and is counted there.
    assert running.cast(ballot_id, vote("first-0")).json()["vote"]["rev"] == 2
    rows = running.databases.psql(
        "participation",
        "SELECT cell::integer, voters FROM participation.turnout"
        " WHERE ballot_id = %s AND dimension = 5 AND voters > 0 ORDER BY cell",
        (ballot_id,),
    )
    assert rows == [(0, 5), (2, 8)]
    running.close_and_count(ballot_id)
    turnout = running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()
    assert turnout["voters"] == 13 and turnout["days"] >= 4
    assert [cell["voters"] for cell in turnout["tables"]["day"]][:3] == [5, 0, 8]


def check_an_extension_is_refused_by_its_rule(running):
    end = running.clock.now_ms() + 10 * MINUTE_MS
    draft = running.create(closes_at=rfc3339(end))
    refused(extend(running.kim, draft, end + DAY_MS), 409, "wrong-state")
    ballot_id = open_until(running, end)
    for closes_ms in (end, end - 1, end - DAY_MS, 1, -DAY_MS):
        refused(extend(running.kim, ballot_id, closes_ms), 409, "extension-shortens")
    refused(extend(running.kim, ballot_id, end + 31 * DAY_MS + 1), 409, "extension-too-long")
    target = f"/v1/ballots/{ballot_id}:extend"
    refused(running.kim.post(target, {"closes_at": rfc3339(end + 1)}), 400, "missing-key")
    for reason in ("", "가" * 334, "두\n줄"):
        answer = extend(running.kim, ballot_id, end + 1, reason)
        refused(answer, 400, "wrong-value", "/reason")
    both_extend(running, ballot_id, end + 1, "가" * 333)
    # Shortening an extension is shortening too.
    refused(extend(running.kim, ballot_id, end + 1), 409, "extension-shortens")
    both_extend(running, ballot_id, end + 2)
    both_extend(running, ballot_id, end + 31 * DAY_MS)
    refused(extend(running.kim, ballot_id, end + 31 * DAY_MS + 1), 409, "extension-too-often")
    assert len(show(running, ballot_id)["extensions"]) == 3
    # Approved in time by one, too late by the other.
    late = open_until(running, running.clock.now_ms() + MINUTE_MS)
    later = running.clock.now_ms() + 60 * MINUTE_MS
    assert extend(running.kim, late, later).status == 202
    running.clock.move_ms(2 * MINUTE_MS)
    refused(extend(running.lee, late, later), 409, "extension-too-late")
    refused(running.cast(late, vote(1)), 409, "ballot-closed")
    running.close_and_count(late)
    refused(extend(running.lee, late, later), 409, "wrong-state")


def check_extension_closing_and_votes_race_and_everybody_is_told_the_truth(running):
    """Votes come in without a pause while two operators extend the window, the clock is set past the
    old end, and two operators close the ballot. Whoever was told 201 is counted, nobody else is;
    after the closing nobody is told 201; and the extension either is in force or was refused."""
    end = running.clock.now_ms() + MINUTE_MS
    ballot_id = open_until(running, end)
    assert extend(running.kim, ballot_id, end + DAY_MS).status == 202
    assert running.kim.post(f"/v1/ballots/{ballot_id}:close").status == 202
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        flood = [pool.submit(lambda n: running.cast(ballot_id, vote(n)), n) for n in range(150)]
        concurrent.futures.wait(flood[:30])
        extended = pool.submit(extend, running.lee, ballot_id, end + DAY_MS)
        # Less than a signature is good for, or requests under way would be stale.
        passed = pool.submit(running.clock.move_ms, 90_000)
        flood += [
            pool.submit(lambda n: running.cast(ballot_id, vote(n)), 200 + n) for n in range(100)
        ]
        concurrent.futures.wait(flood[:170])
        closed = pool.submit(running.lee.post, f"/v1/ballots/{ballot_id}:close")
        passed.result()
        assert closed.result().status == 200
        late = [running.cast(ballot_id, vote(f"late-{n}")).status for n in range(3)]
    assert late == [409] * 3
    statuses = [answer.result().status for answer in flood]
    assert set(statuses) <= {201, 409}
    in_force = show(running, ballot_id)["extended_to"] is not None
    assert in_force == (extended.result().status == 200)
    if not in_force:
        assert extended.result().json()["code"] in ("extension-too-late", "wrong-state")
    running.wait_state(ballot_id, "counted")
    turnout = running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()
    assert turnout["voters"] == statuses.count(201)
    running.decide(ballot_id, "certify")
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    assert result["options"][0]["score"] == str(statuses.count(201))


def test_two_operators_extend_a_window_and_everybody_is_told_the_truth(running):
    check_two_operators_extend_an_open_window_and_the_definition_stays(running)
    check_days_behind_the_old_end_have_cells_of_their_own(running)
    check_an_extension_is_refused_by_its_rule(running)
    check_extension_closing_and_votes_race_and_everybody_is_told_the_truth(running)
