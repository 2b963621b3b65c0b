# SPDX-License-Identifier: Apache-2.0
"""A jury's scores beside the residents' votes, a quorum that is a share of the roll, and costs that may
be adjusted: refused by name before opening, decided by two operators, counted by the service and again
by both verifiers and by the command, in the exported file without a flag."""

import json
import os

import pytest

from support.command import run_command
from support.participation import BASE, definition, refused, vote
from support.published import Published
from test_slice import Office, both, create_ballot, import_votes
from test_terms import certified, election_file
from verify import judge, verifier

JURY = {"resident_weight": 50, "jury_weight": 50, "whole": 100, "max_score": 100}
SOURCE = "2023-06-30 심사위원회 회의록 제4호"


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Published(databases, start_service, tmp_path).begin()


@pytest.fixture
def run(tmp_path):
    run = judge.Run(str(tmp_path))
    yield run
    assert not run.disagreements


def scores(**changes):
    given = {"a": "210", "b": 350, "c": "612.5", **changes}
    return {"jurors": 7, "source": SOURCE,
            "scores": [{"option": name, "score": score} for name, score in given.items()
                       if score is not None]}


def publish(who, ballot_id, body):
    return who.post(f"/v1/ballots/{ballot_id}:jury", body)


def shown(running, ballot_id):
    return running.public.get(f"/v1/ballots/{ballot_id}").json()


def cast_all(running, ballot_id):
    """a gets 6 votes, b 4, c 2."""
    for number in range(6):
        chosen = ("a", "b", "c")[: 1 + (number < 4) + (number < 2)]
        assert running.cast(ballot_id, vote(number, chosen)).status == 201


def check_what_contradicts_itself_is_refused_by_name_before_opening(running):
    for changes, code, field in (
        ({"jury": {**JURY, "whole": 90}}, "jury-weights-sum", "/jury/whole"),
        ({"jury": {**JURY, "resident_weight": 0, "whole": 50}}, "jury-weight-out-of-range",
         "/jury/resident_weight"),
        ({"jury": {**JURY, "max_score": 0}}, "jury-max-score-out-of-range", "/jury/max_score"),
        ({"jury": JURY, "rule": "equal-shares"}, "jury-unused", "/jury"),
        ({"jury": JURY, "rule": "phragmen"}, "jury-unused", "/jury"),
        ({"quorum_share": "4/3"}, "quorum-share-out-of-range", "/quorum_share"),
    ):
        body = definition(running, **changes)
        refused(running.kim.post("/v1/ballots", body), 422, code, field)
    body = definition(running)
    body["options"][1]["min_cost_krw"] = 20 * BASE
    refused(running.kim.post("/v1/ballots", body), 422, "min-cost-not-below-cost",
            "/options/1/min_cost_krw")
    body["options"][1]["min_cost_krw"] = BASE
    body["rule"] = "phragmen"
    refused(running.kim.post("/v1/ballots", body), 422, "min-cost-unused")
    body["rule"], body["partial_fit"] = "greedy", "80/100"
    refused(running.kim.post("/v1/ballots", body), 422, "min-cost-and-partial-fit")


def check_scores_are_weighed_once_two_operators_published_them(running, run):
    ballot_id = running.open_ballot(jury=JURY, max_options=3)
    assert shown(running, ballot_id)["jury"] == {**JURY, "normalisation": "highest"}
    assert shown(running, ballot_id)["jury_scores"] is None
    cast_all(running, ballot_id)
    for body, code in (
        (scores(c=None), "jury-option-missing"),
        (scores(d="1"), "jury-option-unknown"),
        (scores(a="0.125"), "jury-score-invalid"),
        (scores(a="-1"), "jury-score-invalid"),
        (scores(a="700.01"), "jury-score-too-high"),
        ({**scores(), "scores": scores()["scores"] * 2}, "jury-option-repeated"),
        ({**scores(), "source": " x"}, "jury-source-invalid"),
    ):
        refused(publish(running.kim, ballot_id, body), 422, code)
    refused(publish(running.portal, ballot_id, scores()), 403, "role-not-allowed")
    assert publish(running.kim, ballot_id, scores()).status == 202
    # Other scores are another matter, and one operator alone decides nothing.
    assert publish(running.lee, ballot_id, scores(a="211")).status == 202
    assert shown(running, ballot_id)["jury_scores"] is None
    running.decide(ballot_id, "close")
    assert shown(running, ballot_id)["state"] == "closed"
    done = publish(running.lee, ballot_id, scores())
    assert (done.status, done.json()["done"]) == (200, True), done.body
    running.wait_state(ballot_id, "counted")
    refused(publish(running.kim, ballot_id, scores(a="1")), 409, "wrong-state")
    published = shown(running, ballot_id)["jury_scores"]
    assert published == {"jurors": 7, "source": SOURCE, "scores": [
        {"option": "a", "score": "210"}, {"option": "b", "score": "350"},
        {"option": "c", "score": "612.5"}]}
    bundle = running.certify(ballot_id)
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    options = {option["id"]: option for option in result["options"]}
    # a: 50 + 120/7, b: 100/3 + 200/7, c: 50/3 + 50: of the residents' order a, b, c becomes a, c, b.
    assert {name: options[name]["combined"] for name in "abc"} == {
        "a": "470/7", "b": "1300/21", "c": "200/3"}
    assert options["c"]["resident_part"] == "50/3" and options["c"]["jury_part"] == "50"
    assert result["funded"] == ["a", "c"]
    assert run.verdict("weighed", bundle, [], []) == (verifier.VERIFIED, None)


def check_a_share_of_the_roll_needs_a_roll_and_is_rounded_up(running, run):
    ballot_id = running.create(quorum_share="1/3", quorum_voters=2, max_options=3)
    refused(running.kim.post(f"/v1/ballots/{ballot_id}:open"), 409, "roll-missing")
    areas = [{"area": "성수1가1동", "voters": 10}, {"area": "마장동", "voters": 9}]
    answer = running.kim.request("PUT", f"/v1/ballots/{ballot_id}/roll", {"areas": areas})
    assert answer.status == 200, answer.body
    running.decide(ballot_id, "open")
    assert running.wait_state(ballot_id, "open", "draft") == "open"
    cast_all(running, ballot_id)
    running.close_and_count(ballot_id)
    bundle = running.certify(ballot_id)
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    assert result["quorum"] == {"needed": 7, "share": "1/3", "electorate": 19, "voted": 6,
                                "met": False}
    assert result["funded"] == []
    assert run.verdict("share", bundle, [], []) == (verifier.VERIFIED, None)


def check_a_cost_is_adjusted_to_what_is_left_at_its_turn(running, run):
    body = definition(running)["options"]
    body[2]["min_cost_krw"] = 10 * BASE
    ballot_id = running.open_ballot(options=body, max_options=3)
    assert [option["min_cost_krw"] for option in shown(running, ballot_id)["options"]] == [
        None, None, 10 * BASE]
    cast_all(running, ballot_id)
    running.close_and_count(ballot_id)
    bundle = running.certify(ballot_id)
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    assert result["funded"] == ["a", "b", "c"] and result["left_over"] == "0"
    assert result["options"][2]["reason"] == "funded-partly"
    assert result["options"][2]["granted"] == str(10 * BASE)
    assert result["adjustable"] == [{"option": "c", "min_cost": str(10 * BASE)}]
    assert run.verdict("adjusted", bundle, [], []) == (verifier.VERIFIED, None)


def test_juries_shares_and_adjusted_costs_through_the_service(running, run):
    check_what_contradicts_itself_is_refused_by_name_before_opening(running)
    check_scores_are_weighed_once_two_operators_published_them(running, run)
    check_a_share_of_the_roll_needs_a_roll_and_is_rounded_up(running, run)
    check_a_cost_is_adjusted_to_what_is_left_at_its_turn(running, run)


PROJECTS = {
    "도로": (40, "성수동", "안전"),
    "공원": (30, "성수동", "환경"),
    "쉼터": (30, "", "환경"),
    "도서": (25, "", "교육"),
}
VOTES = [list(PROJECTS)[: 1 + n % len(PROJECTS)] for n in range(12)]


def scores_file(office, **given):
    path = os.path.join(office.folder, "scores.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("# 심사위원 5명\n" + "".join(f"{name},{score}\n" for name, score in given.items()))
    return path


def test_the_exported_file_is_counted_as_it_says_without_a_flag(databases, start_service, tmp_path):
    office = Office(databases, start_service, tmp_path).begin()
    path = election_file(office, PROJECTS, VOTES)
    jury = scores_file(office, 도로="50", 공원="12.25", 쉼터="49.75", 도서="50")
    limits = ("--area-cap", "=50", "--min-cost", "쉼터=5", "--min-cost", "공원=10",
              "--incompatible", "공원,도서", "--quorum", "12", "--tie", "listed-order")
    ballot_id = create_ballot(office, path, *limits, "--weights", "30:70", "--jury-max-score",
                              "10")["ballot_id"]
    both(office, "open", ballot_id, "open")
    import_votes(office, path, ballot_id)
    for key in (office.kim, office.lee):
        office.run(key, "ballot", "jury", ballot_id, "--jurors", "5", "--document", SOURCE,
                   "--scores", jury)
    both(office, "close", ballot_id, "counted")
    text, result, exported = certified(office, ballot_id)
    assert result["area_caps"][0]["area"] == ""
    by_flags = run_command("tally", path, *limits, "--jury", jury, "--weights", "30:70", "--json")
    assert by_flags.stdout == text + "\n"
    assert run_command("tally", exported, "--json").stdout == text + "\n"
    # A flag that says how to count takes the place of all that the file says.
    assert json.loads(run_command("tally", exported, "--tie", "id", "--json").stdout) != result
    explained = run_command("tally", exported, "--explain").stdout
    assert "심사" in explained and "30:70" in explained
    table = run_command("tally", exported, "--table").stdout
    assert "30:70" in table
    wrong = scores_file(office, 도로="50", 공원="12.25", 쉼터="49.75")
    done = run_command("tally", path, "--jury", wrong, "--weights", "30:70", check=False)
    assert done.returncode != 0 and "도서" in done.stderr
    done = run_command("tally", path, "--jury", jury, check=False)
    assert done.returncode != 0 and "--weights" in done.stderr


@pytest.mark.parametrize("terms", [
    ("--rule", "equal-shares", "--completion", "add1u", "--partial-fit", "25/100"),
    ("--rule", "greedy-threshold", "--threshold", "7", "--tie", "id"),
    ("--rule", "comparison", "--completion", "add1", "--field-cap", "환경=30"),
])
def test_every_rule_is_read_from_the_exported_file(databases, start_service, tmp_path, terms):
    office = Office(databases, start_service, tmp_path).begin()
    path = election_file(office, PROJECTS, VOTES)
    ballot_id = create_ballot(office, path, *terms)["ballot_id"]
    both(office, "open", ballot_id, "open")
    import_votes(office, path, ballot_id)
    both(office, "close", ballot_id, "counted")
    text, _, exported = certified(office, ballot_id)
    assert run_command("tally", exported, "--json").stdout == text + "\n"
