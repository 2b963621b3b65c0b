# SPDX-License-Identifier: Apache-2.0
"""Options that operators exclude from a counted result: what was computed stays beside it.

The services start once for all cases; each has ballots of its own.
"""

import concurrent.futures
import json

import pytest

from support.participation import BASE, Running, refused, vote

REASON = "사유지로 확인되어 설치할 수 없습니다"


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Running(databases, start_service, tmp_path).begin()


def counted(running, **changes):
    """A counted ballot: a and b are funded (50 of 60 million), c does not fit."""
    ballot_id = running.open_ballot(max_options=3, **changes)
    for number in range(6):
        chosen = ("a", "b", "c")[: 1 + (number < 4) + (number < 2)]
        assert running.cast(ballot_id, vote(number, chosen)).status == 201
    running.close_and_count(ballot_id)
    return ballot_id


def exclude(who, ballot_id, option, reason=REASON):
    return who.post(f"/v1/ballots/{ballot_id}:exclude", {"option": option, "reason": reason})


def both_exclude(running, ballot_id, option, reason=REASON):
    assert exclude(running.kim, ballot_id, option, reason).status == 202
    answer = exclude(running.lee, ballot_id, option, reason)
    assert (answer.status, answer.json()["state"]) == (200, "counted"), answer.body


def result(running, ballot_id, who=None):
    return (who or running.public).get(f"/v1/ballots/{ballot_id}/result")


def computed_text(running, ballot_id):
    return running.databases.psql(
        "participation",
        "SELECT result_json FROM participation.ballot WHERE ballot_id = %s",
        (ballot_id,),
    )[0][0].encode()


def envelope(running, ballot_id):
    treasurer = running.client("ledger", running.operators[0])
    envelopes = treasurer.get("/v1/envelopes").json()["envelopes"]
    return next(one for one in envelopes if one["ballot_id"] == ballot_id)


def wait_booked(running, ballot_id):
    """The ledger's selections once it has settled the ballot: {option: won}."""
    options = running.public.get(f"/v1/ballots/{ballot_id}").json()["options"]
    ids = {option["programme"]: option["id"] for option in options}
    service = running.services["ledger"]
    treasurer = running.client("ledger", running.operators[0])
    for _ in range(200):
        mark = service.mark()
        lines = treasurer.get("/v1/lines").json()["lines"]
        booked = {
            ids[line["programme"]]: stage["balance_krw"]
            for line in lines
            for stage in line["stages"]
            if line["programme"] in ids and stage["stage"] == "M10" and stage["balance_krw"] != 0
        }
        if booked and envelope(running, ballot_id)["state"] != "reserved":
            return booked
        service.process.output.wait(lambda line: True, 0.1, mark)
    raise AssertionError(f"not settled: {envelope(running, ballot_id)}")


def check_an_excluded_option_is_not_booked_and_its_computed_place_is_shown(running):
    ballot_id = counted(running)
    before = result(running, ballot_id, running.kim)
    assert before.json()["funded"] == ["a", "b"] and "decided" not in before.json()
    refused(exclude(running.portal, ballot_id, "a"), 403, "role-not-allowed")
    for _ in range(2):
        answer = exclude(running.kim, ballot_id, "a")
        assert (answer.status, answer.json()["approvals"]) == (202, 1)
    assert exclude(running.lee, ballot_id, "a", "다른 사유").status == 202
    # Somebody signs the result while it has no exclusion: that is not what is certified later.
    assert running.kim.post(f"/v1/ballots/{ballot_id}:certify").status == 202
    assert exclude(running.lee, ballot_id, "a").status == 200
    answer = running.lee.post(f"/v1/ballots/{ballot_id}:certify")
    assert (answer.status, answer.json()["approvals"]) == (202, 1)
    refused(result(running, ballot_id), 409, "result-not-published")
    assert running.kim.post(f"/v1/ballots/{ballot_id}:certify").status == 200

    shown = result(running, ballot_id)
    computed = computed_text(running, ballot_id)
    assert computed == before.body
    assert shown.body.startswith(computed[:-1] + b',"decided":')
    shown = shown.json()
    assert shown["funded"] == ["a", "b"] and shown["total_cost"] == str(50 * BASE)
    decided = shown["decided"]
    assert decided["funded"] == ["b"]
    assert (decided["total_cost"], decided["left_over"]) == (str(20 * BASE), str(40 * BASE))
    assert [(one["option"], one["reason"]) for one in decided["exclusions"]] == [("a", REASON)]
    # The ledger books what was decided, and releases the rest.
    assert wait_booked(running, ballot_id) == {"b": 20 * BASE}
    export = running.kim.get(f"/v1/ballots/{ballot_id}/votes.pb").body.decode()
    projects = export.split("PROJECTS\n")[1].split("VOTES\n")[0].splitlines()
    at = projects[0].split(";").index("selected")
    assert [row.split(";")[at] for row in projects[1:]] == ["0", "1", "0"]


def check_what_cannot_be_excluded_is_refused_by_its_rule(running):
    draft = running.create()
    refused(exclude(running.kim, draft, "a"), 409, "wrong-state")
    ballot_id = counted(running)
    refused(exclude(running.kim, ballot_id, "zzz"), 404, "option-not-found")
    refused(exclude(running.kim, ballot_id, "c"), 409, "option-not-funded")
    refused(exclude(running.kim, ballot_id, "a", ""), 400, "wrong-value", "/reason")
    refused(exclude(running.kim, ballot_id, "a" * 65), 400, "wrong-value", "/option")
    both_exclude(running, ballot_id, "a")
    refused(exclude(running.kim, ballot_id, "a"), 409, "option-already-excluded")
    both_exclude(running, ballot_id, "b")
    running.decide(ballot_id, "certify")
    refused(exclude(running.kim, ballot_id, "a"), 409, "wrong-state")
    decided = result(running, ballot_id).json()["decided"]
    assert decided["funded"] == [] and decided["total_cost"] == "0"
    assert decided["left_over"] == str(60 * BASE)


def check_what_an_option_got_partly_stays_in_the_budget_with_it(running):
    # 30 of 60 for a, 20 for b, and of c the 10 that are left.
    ballot_id = counted(running, partial_fit="40/100")
    whole = result(running, ballot_id, running.kim).json()
    assert whole["funded"] == ["a", "b", "c"] and whole["left_over"] == "0"
    both_exclude(running, ballot_id, "c")
    running.decide(ballot_id, "certify")
    decided = result(running, ballot_id).json()["decided"]
    assert (decided["funded"], decided["left_over"]) == (["a", "b"], str(10 * BASE))
    assert wait_booked(running, ballot_id) == {"a": 30 * BASE, "b": 20 * BASE}


def check_as_many_reasons_are_taken_as_one_event_can_say(running):
    """The most options with the longest names; 60 are funded and would all be excluded."""
    names = [f"{number:064}" for number in range(1000)]
    ballot_id = running.open_ballot(
        max_options=60,
        options=[
            {"id": name, "programme": name, "name": "의제", "cost_krw": BASE} for name in names
        ],
    )
    assert running.cast(ballot_id, vote(1, names[:60])).status == 201
    running.close_and_count(ballot_id)
    long = "가" * 333 + "."  # 1,000 bytes
    for name in names[:49]:
        both_exclude(running, ballot_id, name, long)
    refused(exclude(running.kim, ballot_id, names[49], long), 409, "exclusion-reasons-too-long")
    # Of the 152 bytes that are left each of two reasons fits, but not both.
    rest = "나" * 50
    for name in names[50:52]:
        assert exclude(running.kim, ballot_id, name, rest).status == 202
    assert exclude(running.lee, ballot_id, names[50], rest).status == 200
    refused(exclude(running.lee, ballot_id, names[51], rest), 409, "exclusion-reasons-too-long")
    running.decide(ballot_id, "certify")
    decided = result(running, ballot_id).json()["decided"]
    assert len(decided["exclusions"]) == 50 and len(decided["funded"]) == 10
    assert set(wait_booked(running, ballot_id)) == {names[49], *names[51:60]}


def check_certifying_races_with_an_exclusion_and_nobody_certifies_what_was_not_signed(running):
    """One operator has signed the result and the exclusion each; the other sends both at once. Either
    the result is certified as it was signed, without the exclusion, or the exclusion came first and
    nothing is certified."""
    for _ in range(3):
        ballot_id = counted(running)
        assert exclude(running.kim, ballot_id, "a").status == 202
        assert running.kim.post(f"/v1/ballots/{ballot_id}:certify").status == 202
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            excluded = pool.submit(exclude, running.lee, ballot_id, "a")
            certified = pool.submit(running.lee.post, f"/v1/ballots/{ballot_id}:certify")
        if certified.result().status == 200:
            refused(excluded.result(), 409, "wrong-state")
            assert "decided" not in result(running, ballot_id).json()
        else:
            assert (excluded.result().status, certified.result().status) == (200, 202)
            assert running.state(ballot_id) == "counted"
            text = result(running, ballot_id, running.kim).body
            assert json.loads(text)["decided"]["funded"] == ["b"]


def test_two_operators_exclude_options_and_what_was_computed_stays_beside_it(running):
    check_an_excluded_option_is_not_booked_and_its_computed_place_is_shown(running)
    check_what_cannot_be_excluded_is_refused_by_its_rule(running)
    check_what_an_option_got_partly_stays_in_the_budget_with_it(running)
    check_certifying_races_with_an_exclusion_and_nobody_certifies_what_was_not_signed(running)
    check_as_many_reasons_are_taken_as_one_event_can_say(running)
