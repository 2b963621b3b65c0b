# SPDX-License-Identifier: Apache-2.0
"""The terms of a ballot beyond its method and rule, through the service: what it counts with them
is byte for byte what the command counts with the same terms, in the file that was imported and in
the one that is exported."""

import os

import pytest

from support.command import run_command
from test_slice import (
    Office,
    balances,
    both,
    count_by_command,
    create_ballot,
    import_votes,
    wait_for,
)


@pytest.fixture
def office(databases, start_service, tmp_path):
    return Office(databases, start_service, tmp_path).begin()


def election_file(office, projects, votes, meta=""):
    """An approval election: projects are {id: (cost, area, field)}, votes lists of ids."""
    path = os.path.join(office.folder, "election.pb")
    rows = ["META", "key;value", "description;조건 시험", f"num_projects;{len(projects)}",
            f"num_votes;{len(votes)}", "budget;100", "vote_type;approval"]  # fmt: skip
    rows += [meta] if meta else []
    rows += ["PROJECTS", "project_id;cost;neighborhood;category"]
    rows += [f"{name};{cost};{area};{field}" for name, (cost, area, field) in projects.items()]
    rows += ["VOTES", "voter_id;vote"]
    rows += [f"v{voter};{','.join(chosen)}" for voter, chosen in enumerate(votes)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    return path


OWN = ("ballot_id", "state", "definition_hash", "lot_seed", "jury_scores", "extensions", "extended_to",
       "opened_at", "closed_at", "certified_at", "key_destroyed_at", "opening_refusal",
       "approvals")  # fmt: skip


def same_definition(office, ballot_id, exported):
    """The file makes the ballot that it came from again, but for what no two ballots share."""
    first = office.ask(office.kim, "ballot", "show", ballot_id)
    again = office.ask(
        office.kim, "ballot", "create", "--from", exported, "--year", str(first["budget_year"]),
        "--opens", first["opens_at"], "--closes", first["closes_at"],
    )  # fmt: skip
    for ballot in (first, again):
        for member in OWN:
            ballot.pop(member, None)
        for option in ballot["options"]:
            del option["programme"]
    assert again == first


def certified(office, ballot_id):
    """Certifies a counted ballot; returns its result, as text and as values, and its file."""
    both(office, "certify", ballot_id, "certified")
    answer = office.client("participation").get(f"/v1/ballots/{ballot_id}/result")
    exported = os.path.join(office.folder, f"{ballot_id}.pb")
    with open(exported, "w", encoding="utf-8") as file:
        file.write(office.run(office.kim, "ballot", "export", ballot_id).stdout)
    run_command("pb", "check", exported)
    same_definition(office, ballot_id, exported)
    return answer.body.decode(), answer.json(), exported


def through_the_service(office, path, *terms):
    """From a file to a certified result under the terms of `ballot create`."""
    ballot_id = create_ballot(office, path, *terms)["ballot_id"]
    both(office, "open", ballot_id, "open")
    import_votes(office, path, ballot_id)
    both(office, "close", ballot_id, "counted")
    return certified(office, ballot_id)


def same_bytes(text, sources, *terms):
    for source in sources:
        counted = run_command("tally", source, *terms, "--json").stdout
        assert counted == text + "\n", (terms, source)


TIED = {name: (50, "", "") for name in ("가", "나", "다", "라")}


def drawn_file(office, order):
    path = os.path.join(office.folder, "drawn.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("# 공개 추첨\n" + "\n".join(order) + "\n")
    return path


def test_an_order_drawn_in_public_breaks_ties_as_in_the_command(office):
    path = election_file(office, TIED, [list(TIED)] * 6)
    for order in (["라", "나", "다", "가"], ["다", "가", "나", "라"]):
        tie = ("--tie", f"drawn:{drawn_file(office, order)}")
        text, result, exported = through_the_service(office, path, *tie)
        assert result["tie"] == "drawn"
        assert result["funded"] == order[:2]
        assert result["ties"] == [
            {"options": order, "score": "6", "decided_by": ["drawn"], "decisive": True}
        ]
        same_bytes(text, (path, exported), *tie)
        with open(exported, encoding="utf-8") as file:
            assert f"\ntie;drawn\ntie_order;{','.join(order)}\n" in file.read()


def test_a_lot_waits_for_the_seed_that_two_operators_publish_after_close(office):
    path = election_file(office, TIED, [list(TIED)] * 6)
    seed = "2026-11-22 공개 추첨; 3 7 15"
    ballot = create_ballot(office, path, "--tie", "lot")
    ballot_id = ballot["ballot_id"]
    assert ballot["lot_seed"] is None
    both(office, "open", ballot_id, "open")
    import_votes(office, path, ballot_id)
    early = office.run(office.kim, "ballot", "lot", ballot_id, "--seed", seed, check=False)
    assert early.returncode == 1 and "wrong-state" in early.stderr + early.stdout
    both(office, "close", ballot_id, "closed")
    # Two operators with two seeds have not agreed on any.
    for key, said in ((office.kim, "다른 난수"), (office.lee, seed), (office.lee, seed)):
        answer = office.ask(key, "ballot", "lot", ballot_id, "--seed", said)
        assert (answer["done"], answer["state"]) == (False, "closed")
    shown = office.ask(office.kim, "ballot", "show", ballot_id)
    assert (shown["state"], shown["lot_seed"]) == ("closed", None)
    done = office.ask(office.kim, "ballot", "lot", ballot_id, "--seed", seed)
    assert done["done"] is True
    office.run(office.kim, "ballot", "wait", ballot_id, "--state", "counted")
    assert office.ask(office.kim, "ballot", "show", ballot_id)["lot_seed"] == seed
    late = office.run(office.kim, "ballot", "lot", ballot_id, "--seed", seed, check=False)
    assert late.returncode == 1
    text, result, exported = certified(office, ballot_id)
    assert result["tie"] == f"lot:{seed}"
    assert result["ties"][0]["decided_by"] == ["lot"]
    assert result == count_by_command(path, "--tie", f"lot:{seed}")
    same_bytes(text, (path, exported), "--tie", f"lot:{seed}")
    events = office.events("participation", 6)
    published = [event for event in events if event["type"].endswith("lot-published.v1")]
    assert [event["data"]["seed"] for event in published] == [seed]


def test_no_seed_is_published_for_a_ballot_without_a_lot(office):
    path = election_file(office, TIED, [["가"]] * 2)
    order = drawn_file(office, ["가", "나"])
    refused = office.run(
        office.kim, "ballot", "create", "--from", path, "--year", "2023", "--opens", "2023-01-01",
        "--closes", "2023-01-02", "--tie", f"drawn:{order}", check=False,
    )  # fmt: skip
    assert refused.returncode == 1 and "tie-order-incomplete" in refused.stderr
    ballot_id = create_ballot(office, path)["ballot_id"]
    both(office, "open", ballot_id, "open")
    both(office, "close", ballot_id, "counted")
    answer = office.run(office.kim, "ballot", "lot", ballot_id, "--seed", "1", check=False)
    assert answer.returncode == 1 and "wrong-state" in answer.stderr


LIMITED = {
    "도로": (40, "성수동", "안전"),
    "공원": (30, "성수동", "환경"),
    "쉼터": (30, "마장동", "환경"),
    "도서": (25, "마장동", "교육"),
    "축제": (20, "", "교육"),
}


def some_votes(projects, voters=12):
    """Voter n names the first projects, fewer and fewer: no two have as many votes."""
    return [list(projects)[: 1 + n % len(projects)] for n in range(voters)]


LIMITS = (
    ("--incompatible", "도로,공원", "--incompatible", "쉼터,도서,축제"),
    ("--area-cap", "성수동=69", "--area-cap", "마장동=30"),
    ("--field-cap", "환경=30", "--field-cap", "교육=25", "--quorum", "12"),
    ("--incompatible", "도로,쉼터", "--area-cap", "마장동=54", "--field-cap", "안전=40"),
)


@pytest.mark.parametrize(
    "rule",
    [
        ("--rule", "greedy"),
        ("--rule", "greedy-no-skip"),
        ("--rule", "equal-shares", "--completion", "add1u"),
        ("--rule", "phragmen"),
        ("--rule", "comparison", "--completion", "add1"),
    ],
)
def test_limits_are_kept_by_the_service_as_by_the_command(office, rule):
    path = election_file(office, LIMITED, some_votes(LIMITED))
    without = count_by_command(path, *rule)["funded"]
    kept = 0
    for limits in LIMITS:
        terms = (*rule, "--tie", "id", *limits)
        text, result, exported = through_the_service(office, path, *terms)
        same_bytes(text, (path, exported), *terms)
        kept += result["funded"] != without
    assert kept >= 2, "the limits do nothing in this election"


def test_a_missed_quorum_funds_nothing_and_releases_all_of_the_money(office):
    path = election_file(office, LIMITED, some_votes(LIMITED))
    terms = ("--quorum", "13", "--tie", "id")
    text, result, exported = through_the_service(office, path, *terms)
    assert result["funded"] == []
    assert result["quorum"] == {"needed": 13, "voted": 12, "met": False}
    assert {option["reason"] for option in result["options"]} == {"quorum-missed"}
    same_bytes(text, (path, exported), *terms)
    def settled():
        envelopes = office.ask(office.kim, "ledger", "envelopes", "--year", "2023")
        return [envelope["state"] for envelope in envelopes] == ["settled"]

    wait_for(office, settled)
    assert balances(office, "M10") == {}


def test_an_option_that_is_funded_partly_gets_what_was_left_in_the_ledger_too(office):
    path = election_file(office, LIMITED, some_votes(LIMITED))
    terms = ("--rule", "greedy", "--partial-fit", "25/100", "--incompatible", "공원,쉼터",
             "--tie", "id")  # fmt: skip
    ballot_id = create_ballot(office, path, *terms)["ballot_id"]
    both(office, "open", ballot_id, "open")
    import_votes(office, path, ballot_id)
    both(office, "close", ballot_id, "counted")
    text, result, exported = certified(office, ballot_id)
    same_bytes(text, (path, exported), *terms)
    options = {option["id"]: option for option in result["options"]}
    assert result["funded"] == ["도로", "공원", "도서", "축제"]
    assert (options["축제"]["reason"], options["축제"]["granted"]) == ("funded-partly", "5")
    assert options["쉼터"]["reason"] == "incompatible"
    shown = office.ask(office.kim, "ballot", "show", ballot_id)
    assert shown["partial_fit"] == "25/100"
    programmes = {option["id"]: option["programme"] for option in shown["options"]}
    granted = {
        programmes[name]: int(options[name].get("granted", options[name]["cost"]))
        for name in result["funded"]
    }
    assert sum(granted.values()) == int(result["total_cost"])
    wait_for(office, lambda: balances(office, "M10") == granted)


def test_quotas_of_areas_are_kept_at_vote_time_by_name(office):
    path = election_file(office, LIMITED, [["축제", "도로"], ["축제", "쉼터"]])
    create = ("--quota", "district=1-1", "--quota", "local=1-2", "--quota", "area:마장동=0-1")
    ballot = create_ballot(office, path, *create)
    ballot_id = ballot["ballot_id"]
    assert [quota["scope"] for quota in ballot["area_quotas"]] == ["district", "local", "area"]
    both(office, "open", ballot_id, "open")
    for number, (options, code, field) in enumerate((
        (("축제", "도로", "공원"), None, None),
        (("도로", "공원"), "quota-too-few", "/choices"),
        (("축제", "도로", "공원", "쉼터"), "quota-too-many", "/choices/3/option"),
        (("축제", "쉼터", "도서"), "quota-too-many", "/choices/2/option"),
    )):  # fmt: skip
        answer = office.run(
            office.portal, "vote", "cast", "--ballot", ballot_id, "--subject-key-file",
            office.subject_key, "--voter", f"v{number}", "--basis", "certificate", "--area",
            "성수동", *(word for option in options for word in ("--choice", option)), "--json",
            check=False,
        )  # fmt: skip
        said = answer.stdout + answer.stderr
        assert (answer.returncode == 0) == (code is None), said
        if code is not None:
            assert code in said and field in said and "area_quotas" in said, said
    both(office, "close", ballot_id, "counted")
    _, _, exported = certified(office, ballot_id)
    with open(exported, encoding="utf-8") as file:
        assert "\narea_quota.1;district=1-1\narea_quota.2;local=1-2\n" in file.read()
    refused = office.run(
        office.kim, "ballot", "create", "--from", path, "--year", "2023", "--opens", "2023-01-01",
        "--closes", "2023-01-02", "--quota", "district=2-2", check=False,
    )  # fmt: skip
    assert refused.returncode == 1 and "quota-above-options" in refused.stderr
