# SPDX-License-Identifier: Apache-2.0
"""One ballot all the way: from a real election's file to a report event, through three services.

Everything is done by the operator's command, as an operator would: create, open, import through the
API, close, certify, appropriate, report. The outcome must be what independent implementations
found (../shared/data, skipped where it is absent), and what the file beside it says for ours.
"""

import datetime
import json
import os
import random

import pytest

from support.client import b64url
from support.command import CommandKey, run_command
from support.paths import ROOT
from support.stack import Stack

REAL = os.path.join(os.path.dirname(ROOT), "shared", "data", "pb")
OURS = os.path.join(ROOT, "tests", "data")
REAL_FILES = (
    "Poland_Zabrze_2021_Zandka.pb",
    "Poland_Warszawa_2017_Marysin_Poludniowy.pb",
    "Poland_Wroclaw_2018_Rejon_nr_11_750.pb",
)
YEAR = 2023


class Office(Stack):
    """The three services, and a district office's keys."""

    def begin(self):
        self.kim = CommandKey(self.folder, "operator", "kim")
        self.lee = CommandKey(self.folder, "operator", "lee")
        self.portal = CommandKey(self.folder, "front-end", "portal")
        self.clerk = CommandKey(self.folder, "staff", "clerk")
        self.keys += [self.kim, self.lee, self.portal, self.clerk]
        self.keys = [key for key in self.keys if isinstance(key, CommandKey)]
        self.write_keys()
        self.subject_key = os.path.join(self.folder, "subject.key")
        with open(self.subject_key, "w", encoding="ascii") as file:
            file.write(b64url(os.urandom(32)) + "\n")
        os.chmod(self.subject_key, 0o600)
        return self.migrate().start()

    def run(self, key, *arguments, check=True):
        env = {
            "HYEOPCHI_KEY_FILE": key.path,
            "HYEOPCHI_DEMONSTRATION_CLOCK_FILE": self.clock.path,
        }
        for service, port in self.ports.items():
            env[f"HYEOPCHI_{service.upper()}_URL"] = f"http://127.0.0.1:{port}"
        return run_command(*arguments, env=env, check=check)

    def ask(self, key, *arguments):
        """Runs a command with --json; returns what it prints."""
        return json.loads(self.run(key, *arguments, "--json").stdout)

    def events(self, service, count):
        """The first `count` events of a service, as `events tail` shows them."""
        text = self.run(
            self.kim, "events", "tail", "--service", service, "--from", "1", "--count", str(count),
            "--json",
        ).stdout  # fmt: skip
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def office(databases, start_service, tmp_path):
    return Office(databases, start_service, tmp_path).begin()


def rfc3339(time_ms):
    moment = datetime.datetime.fromtimestamp(time_ms / 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def both(office, action, ballot_id, state):
    """Two operators decide; returns once the ballot has come to the state."""
    for key in (office.kim, office.lee):
        office.run(key, "ballot", action, ballot_id)
    office.run(office.kim, "ballot", "wait", ballot_id, "--state", state)


def create_ballot(office, path, *options):
    """A draft from a file, which the ledger has money enough for."""
    limit = ("--year", str(YEAR), "--source", "district", "--amount", "1000000000000")
    office.run(office.kim, "ledger", "limit", "set", *limit)
    now = office.clock.now_ms()
    return office.ask(
        office.kim, "ballot", "create", "--from", path, "--year", str(YEAR), "--opens",
        rfc3339(now - 1000), "--closes", rfc3339(now + 3_600_000), *options,
    )  # fmt: skip


def import_votes(office, path, ballot_id):
    return office.ask(
        office.portal, "vote", "import", path, "--ballot", ballot_id, "--subject-key-file",
        office.subject_key, "--staff-key-file", office.clerk.path,
    )  # fmt: skip


def count_by_command(path, *method):
    """What the command finds; options that a file marks as withdrawn are not put on a ballot."""
    counted = json.loads(run_command("tally", path, *method, "--json").stdout)
    counted["options"] = [o for o in counted["options"] if o["reason"] != "withdrawn"]
    return counted


def carry_through(office, path, winners):
    """Takes one file all the way and compares every step with the winners expected."""
    ballot = create_ballot(office, path, "--tie", "id")
    ballot_id = ballot["ballot_id"]
    both(office, "open", ballot_id, "open")
    imported = import_votes(office, path, ballot_id)
    again = import_votes(office, path, ballot_id)
    assert again["accepted"] == imported["accepted"]
    both(office, "close", ballot_id, "counted")
    both(office, "certify", ballot_id, "certified")

    result = json.loads(office.run(office.kim, "ballot", "result", ballot_id, "--json").stdout)
    assert sorted(result["funded"]) == sorted(winners)
    assert result == count_by_command(path, "--rule", "greedy", "--tie", "id")
    check_money(office, ballot, result)
    check_report(office, ballot_id, imported["accepted"], result)
    return ballot_id


def check_money(office, ballot, result):
    """Each winner becomes a selection (M10); an appropriation moves it to S10, and not one won more."""
    programmes = {option["id"]: option["programme"] for option in ballot["options"]}
    costs = {option["id"]: int(option["cost"]) for option in result["options"]}
    office.services["ledger"].wait_log("subscriber_state", to="live")
    funded = {programmes[option]: costs[option] for option in result["funded"]}
    wait_for(office, lambda: balances(office, "M10") == funded)
    first = next(iter(funded))
    arguments = ("ledger", "appropriate", "--year", str(YEAR), "--source", "district")
    document = ("--document", "2023년 본예산 의결")
    too_much = office.run(
        office.kim, *arguments, "--programme", first, "--amount", str(funded[first] + 1), *document,
        check=False,
    )  # fmt: skip
    assert too_much.returncode == 1
    assert "balance-short" in too_much.stderr + too_much.stdout
    assert balances(office, "M10") == funded
    for programme, amount in funded.items():
        office.run(
            office.kim, *arguments, "--programme", programme, "--amount", str(amount), *document
        )
    assert balances(office, "S10") == funded
    assert balances(office, "M10") == {}
    office.run(office.kim, "ledger", "verify")


def balances(office, stage):
    """{programme: won} of a stage, without zeros."""
    found = {}
    for line in office.ask(office.kim, "ledger", "lines", "--year", str(YEAR)):
        for balance in line["stages"]:
            if balance["stage"] == stage and balance["balance_krw"] != 0:
                found[line["programme"]] = balance["balance_krw"]
    return found


def wait_for(office, condition):
    """Waits until the condition holds, looking again whenever a service logs or a moment passes."""
    service = office.services["ledger"]
    for _ in range(300):
        mark = service.mark()
        if condition():
            return
        service.process.output.wait(lambda line: True, 0.1, mark)
    raise AssertionError("it never came to hold")


def check_report(office, ballot_id, voters, result):
    """The report's JSON and page, its event, and a rebuild from event 1 agree with the result."""
    public = office.client("reporting")

    def report():
        return public.get(f"/v1/ballot-reports/{ballot_id}").json()

    def appropriated():
        lines = report().get("lines") or []
        total = sum(line["balance_krw"] for line in lines if line["stage"] == "S10")
        return total == int(result["total_cost"])

    wait_for(office, appropriated)
    shown = report()
    assert shown["state"] == "certified"
    assert shown["turnout"]["voters"] == voters
    funded = {option["option_id"] for option in shown["options"] if option["funded"]}
    assert funded == set(result["funded"])
    page = public.get(f"/v1/ballot-reports/{ballot_id}.html")
    assert page.status == 200
    assert 'lang="ko"' in page.body.decode()
    assert f"{voters:,}" in page.body.decode()
    events = office.events("reporting", shown["report_version"])
    assert events[-1]["type"] == "kr.hyeopchi.reporting.ballot-report.published.v1"
    assert events[-1]["data"]["ballot_id"] == ballot_id
    assert int(events[-1]["data"]["funded_krw"]) == int(result["total_cost"])
    office.run(office.kim, "reporting", "rebuild", "--check")


@pytest.mark.parametrize("name", REAL_FILES)
def test_a_real_election_goes_all_the_way_and_ends_as_others_found(office, name):
    path = os.path.join(REAL, name)
    if not os.path.exists(path):
        pytest.skip(f"{REAL} is absent: real elections are not part of a checkout")
    with open(path[: -len(".pb")] + ".expected.json", encoding="utf-8") as file:
        expected = json.load(file)["rules"]["greedy"]
    assert expected["tie"] == "id"
    carry_through(office, path, expected["winners"])


def test_an_election_of_our_own_goes_all_the_way(office):
    path = os.path.join(OURS, "seongsu_approval.pb")
    counted = json.loads(
        run_command("tally", path, "--rule", "greedy", "--tie", "id", "--json").stdout
    )
    assert counted["funded"], "the file must fund something"
    carry_through(office, path, counted["funded"])


METHODS = (
    ("--rule", "greedy", "--satisfaction", "cardinality"),
    ("--rule", "greedy-no-skip"),
    ("--rule", "greedy-threshold"),
    ("--rule", "equal-shares"),
    ("--rule", "equal-shares", "--completion", "add1"),
    ("--rule", "equal-shares", "--completion", "add1-exhaustive", "--satisfaction", "cardinality"),
    ("--rule", "equal-shares", "--completion", "add1u"),
    ("--rule", "equal-shares", "--completion", "utilitarian"),
    ("--rule", "phragmen"),
    ("--rule", "comparison", "--completion", "add1"),
)


def count_in_service(office, path, method, tie="id"):
    """Takes a ballot from a file to certified with the file's votes; returns its id and result, which is
    what the command finds in that file, and in the one that the ballot is exported to."""
    method = (*method, "--tie", tie)
    ballot = create_ballot(office, path, *method)
    ballot_id = ballot["ballot_id"]
    assert ballot["rule"] == method[1]
    both(office, "open", ballot_id, "open")
    import_votes(office, path, ballot_id)
    both(office, "close", ballot_id, "counted")
    both(office, "certify", ballot_id, "certified")
    result = json.loads(office.run(office.kim, "ballot", "result", ballot_id, "--json").stdout)
    exported = os.path.join(office.folder, f"{ballot_id}.pb")
    with open(exported, "w", encoding="utf-8") as file:
        file.write(office.run(office.kim, "ballot", "export", ballot_id).stdout)
    run_command("pb", "check", exported)
    for source in (path, exported):
        assert result == count_by_command(source, *method), (method, source)
    return ballot_id, result


def test_every_rule_counts_in_the_service_as_in_the_command(office):
    path = os.path.join(office.folder, "election.pb")
    with open(os.path.join(OURS, "seongsu_approval.pb"), encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("\nbudget;", "\nmin_project_score_threshold;20\nbudget;"))
    funded = set()
    for method in METHODS:
        ballot_id, result = count_in_service(office, path, method)
        funded.add(tuple(result["funded"]))
        report = office.client("reporting").get(f"/v1/ballot-reports/{ballot_id}").json()
        assert report["rule"] == method[1]
    assert len(funded) > 3, "the rules do not differ on this election"


PROJECTS = {"가": 40, "나": 25, "다": 60, "라": 15, "마": 30}
META = ("META\nkey;value\ndescription;방식 시험\nnum_projects;5\nnum_votes;30\nbudget;100\n"
        "vote_type;{}\nmin_length;1\nmax_length;4\n{}PROJECTS\nproject_id;cost\n")


def some_votes(voting):
    """An election of 30 votes by that method, as a file; the same one each time."""
    chance = random.Random(voting)
    limits = {
        "cumulative": "max_sum_points;12\n",
        "scoring": "max_points;5\ndefault_score;2\n",
        "ordinal": "",
    }[voting]
    rows = []
    for voter in range(30):
        chosen = chance.sample(list(PROJECTS), chance.randint(1, 4))
        points = [chance.randint(0 if voting == "scoring" else 1, 3) for _ in chosen]
        cells = [f"v{voter}", ",".join(chosen), ",".join(map(str, points))]
        rows.append(";".join(cells[:2] if voting == "ordinal" else cells))
    head = "voter_id;vote" + ("" if voting == "ordinal" else ";points")
    costs = "".join(f"{name};{cost}\n" for name, cost in PROJECTS.items())
    return META.format(voting, limits) + costs + f"VOTES\n{head}\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("voting", ["cumulative", "scoring", "ordinal"])
def test_every_voting_method_counts_in_the_service_as_in_the_command(office, voting):
    path = os.path.join(office.folder, "election.pb")
    with open(path, "w", encoding="utf-8") as file:
        file.write(some_votes(voting))
    methods = [("--rule", "greedy")]
    if voting != "scoring":
        methods.append(("--rule", "equal-shares", "--completion", "add1u"))
    if voting != "ordinal":
        methods.append(("--rule", "equal-shares", "--satisfaction", "points"))
    for method in methods:
        ballot_id, result = count_in_service(office, path, method)
        page = office.client("reporting").get(f"/v1/ballot-reports/{ballot_id}.html").body.decode()
        points = sum(int(option["score"]) for option in result["options"])
        assert "점수순 결과" in page and f"점수 합계 {points:,}점" in page


# Other methods and rules than approval and greedy: the file, the method, the name of what others found.
REAL_METHODS = (
    ("Poland_Gdansk_2020_Rudniki.pb", ("--rule", "equal-shares", "--satisfaction", "points"),
     "equal-shares/points/none"),
    ("Poland_Czestochowa_2020_Srodmiescie.pb",
     ("--rule", "equal-shares", "--satisfaction", "points"), "equal-shares/points/none"),
    ("Netherlands_Assen_2024.pb", ("--rule", "equal-shares", "--completion", "add1"),
     "equal-shares/cost/add1"),
    ("Poland_Krakow_2021_Lagiewniki-Borek_Falecki.pb", ("--rule", "greedy"), "official"),
)  # fmt: skip


def test_real_elections_of_other_methods_and_rules_end_as_others_found(office):
    if not os.path.isdir(REAL):
        pytest.skip(f"{REAL} is absent: real elections are not part of a checkout")
    for name, method, found in REAL_METHODS:
        path = os.path.join(REAL, name)
        with open(path[: -len(".pb")] + ".expected.json", encoding="utf-8") as file:
            expected = json.load(file)["rules"][found]
        _, result = count_in_service(office, path, method, expected.get("tie", "id"))
        assert sorted(result["funded"]) == sorted(expected["winners"]), name
