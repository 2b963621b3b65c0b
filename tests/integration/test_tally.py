# SPDX-License-Identifier: Apache-2.0
"""hyeopchi tally against the slow reference: random small elections with ties, options nobody
names, costs equal to the budget and decimals, counted by every rule there is; and what must hold
of any count. HYEOPCHI_TALLY_ELECTIONS asks for more elections, HYEOPCHI_TALLY_SEED repeats a run."""

import json
import os
import random
import secrets
import subprocess
from fractions import Fraction

import pytest

from support.paths import ROOT, SHARED_PB
from support.services import program
from support.tally_reference import Election, Option, complete, run

ELECTIONS = int(os.environ.get("HYEOPCHI_TALLY_ELECTIONS", "8"))
SEED = int(os.environ.get("HYEOPCHI_TALLY_SEED", secrets.randbelow(2**32)))
TIES = ["id", "listed-order", "lowest-cost-then-votes", "drawn"]
COMPLETIONS = ["none", "add1", "add1-exhaustive", "add1u", "utilitarian"]


def decimal(number):
    """A fraction with a few decimal places, as a file writes it."""
    hundredths = number * 100
    assert hundredths.denominator == 1
    whole, rest = divmod(abs(hundredths.numerator), 100)
    return f"{'-' if number < 0 else ''}{whole}" + (f".{rest:02}".rstrip("0") if rest else "")


def random_election(chance):
    """Small numbers make ties; a few large or fine ones make fractions."""
    kind = chance.choice(["approval", "approval", "choose-1", "cumulative", "scoring", "ordinal"])
    unit = chance.choice([Fraction(1), Fraction(1), Fraction(1, 100), Fraction(1, 4)])
    budget = unit * chance.randint(1, 40)
    options = []
    for place in range(chance.randint(1, 7)):
        cost = unit * chance.randint(1, max(1, int(budget / unit)))
        if chance.random() < 0.15:
            cost = budget
        if chance.random() < 0.05:
            cost = budget + unit
        if chance.random() < 0.3 and options:
            cost = chance.choice(options).cost
        name = chance.choice([f"p{place}", f"{9 - place}", f"B/{place}.가", f"0{place}"])
        withdrawn = chance.random() < 0.03 or cost == 999999999
        options.append(Option(name, Fraction(999999999) if withdrawn else cost, withdrawn))
    blank = chance.randrange(len(options)) if chance.random() < 0.3 else None
    votes = []
    for _ in range(chance.randint(1, 14)):
        if votes and chance.random() < 0.3:
            votes.append(chance.choice(votes))
            continue
        pool = [option for option in range(len(options)) if option != blank]
        chance.shuffle(pool)
        length = 1 if kind == "choose-1" else chance.randint(0, len(pool))
        points = [Fraction(chance.randint(0, 5)) for _ in range(length)]
        if chance.random() < 0.1:
            points = [Fraction(chance.randint(0, 500), 100) for _ in range(length)]
        votes.append(list(zip(pool[:length], points)))
    drawn = [option.id for option in options]
    chance.shuffle(drawn)
    for option in options:
        option.area, option.field = chance.choice("동서"), chance.choice(["", "복지", "환경"])
    return Election(kind, budget, options, votes,
                    default_score=Fraction(chance.choice([0, 0, 1])) if kind == "scoring" else 0,
                    threshold=Fraction(chance.randint(0, 6)), drawn=drawn[:chance.randint(1, 7)])


def pb_text(election):
    rows = ["META", "key;value", "description;무작위", f"num_projects;{len(election.options)}",
            f"num_votes;{len(election.votes)}", f"budget;{decimal(election.budget)}",
            f"vote_type;{election.vote_type}", "rule;greedy",
            f"default_score;{decimal(Fraction(election.default_score))}",
            f"min_project_score_threshold;{decimal(election.threshold)}",
            "PROJECTS", "project_id;cost;neighborhood;category"]
    rows += [f"{option.id};{decimal(option.cost)};{option.area};{option.field}"
             for option in election.options]
    pointed = election.vote_type in ("cumulative", "scoring")
    rows += ["VOTES", "voter_id;vote;points" if pointed else "voter_id;vote"]
    for voter, vote in enumerate(election.votes):
        named = ",".join(election.options[option].id for option, _ in vote)
        points = ",".join(decimal(points) for _, points in vote)
        rows.append(f"{voter};{named};{points}" if pointed else f"{voter};{named}")
    return "\n".join(rows) + "\n"


def add_limits(election, chance):
    """Caps, incompatible options and a quorum; returns them as the command takes them."""
    arguments = []
    places = [place for place, option in enumerate(election.options) if not option.withdrawn]
    for _ in range(chance.randint(0, 2)):
        if len(places) >= 2:
            group = chance.sample(places, chance.randint(2, min(3, len(places))))
            election.groups.append(group)
            names = ",".join(election.options[place].id for place in group)
            arguments += ["--incompatible", names]
    for caps, option_name, key in ((election.area_caps, "--area-cap", "area"),
                                   (election.field_caps, "--field-cap", "field")):
        for name in sorted({getattr(option, key) for option in election.options} - {""}):
            if chance.random() < 0.5:
                caps[name] = election.budget * chance.randint(1, 4) / 4
                caps[name] -= caps[name] % Fraction(1, 100)
                arguments += [option_name, f"{name}={decimal(caps[name])}"]
    if chance.random() < 0.2:
        election.quorum = chance.randint(1, len(election.votes) + 1)
        arguments += ["--quorum", str(election.quorum)]
    return arguments


def tally(path, *arguments):
    done = subprocess.run([program("hyeopchi"), "tally", str(path), *arguments, "--json"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def methods(election, chance):
    """Every rule with every completion, each with a satisfaction and a tie rule of its own."""
    pointed = election.vote_type in ("cumulative", "scoring", "ordinal")
    measures = ["cost", "cardinality"] + (["points"] if pointed else [])
    for rule in ["greedy", "greedy-no-skip", "greedy-threshold", "phragmen"]:
        yield rule, chance.choice(measures), "none", chance.choice(TIES)
    for completion in COMPLETIONS:
        for measure in measures:
            yield "equal-shares", measure, completion, chance.choice(TIES)
    yield "comparison", chance.choice(measures), chance.choice(COMPLETIONS), chance.choice(TIES)


def check_result(election, result, rule, completion):
    """What must hold of any count, whatever the rule."""
    costs = {option.id: option.cost for option in election.options}
    funded = result["funded"]
    total = sum((costs[name] for name in funded), Fraction(0))
    assert Fraction(result["total_cost"]) == total <= election.budget
    assert Fraction(result["left_over"]) == election.budget - total
    assert len(set(funded)) == len(funded)
    filled = completion in ("add1u", "utilitarian")
    if rule == "greedy" or filled:
        assert all(costs[option["id"]] > election.budget - total for option in result["options"]
                   if not option["funded"] and option["reason"] != "withdrawn")


def test_every_rule_counts_random_elections_as_the_reference_does(tmp_path):
    print(f"HYEOPCHI_TALLY_SEED={SEED}")
    chance = random.Random(SEED)
    compared = 0
    for _ in range(ELECTIONS):
        election = random_election(chance)
        if len({option.id for option in election.options}) < len(election.options):
            continue
        path = tmp_path / "election.pb"
        path.write_text(pb_text(election), encoding="utf-8")
        order = tmp_path / "drawn.txt"
        order.write_text("\n".join(election.drawn) + "\n", encoding="utf-8")
        for rule, measure, completion, tie in methods(election, chance):
            fit = chance.random() < 0.3 and rule.startswith("greedy")
            result = tally(path, "--rule", rule, "--satisfaction", measure,
                           *(["--completion", completion] if completion != "none" else []),
                           "--tie", f"drawn:{order}" if tie == "drawn" else tie,
                           *(["--partial-fit", "80/100"] if fit else []))
            told = f"seed {SEED}: {rule} {measure} {completion} {tie}\n{pb_text(election)}"
            expected = run(election, rule, measure, completion, tie,
                           Fraction(80, 100) if fit else None)
            assert result["funded"] == expected, told
            if rule == "equal-shares":
                _, endowment = complete(election, tie, measure, completion)
                assert result["endowment"] is not None, told
                assert Fraction(result["endowment"]) == endowment, told
            if not fit:
                check_result(election, result, rule, completion)
            compared += 1
    assert compared > 0


def shuffled(election, chance):
    """The same election with voters and options in another order."""
    places = list(range(len(election.options)))
    chance.shuffle(places)
    options = [election.options[place] for place in places]
    votes = [[(places.index(option), points) for option, points in vote]
             for vote in election.votes]
    chance.shuffle(votes)
    return Election(election.vote_type, election.budget, options, votes,
                    election.default_score, election.threshold)


def check_limits(election, result):
    """Whatever the rule: no cap is passed and no two incompatible options are funded."""
    if len(election.votes) < election.quorum:
        assert result["funded"] == [] and result["quorum"]["met"] is False
        assert {option["reason"] for option in result["options"]} <= {"quorum-missed", "withdrawn"}
        return
    places = {option.id: place for place, option in enumerate(election.options)}
    funded = {places[name] for name in result["funded"]}
    assert all(len(funded & set(group)) <= 1 for group in election.groups)
    for kind, key, caps in (("area_caps", "area", election.area_caps),
                            ("field_caps", "field", election.field_caps)):
        said = {cap[key]: cap for cap in result.get(kind, [])}
        assert set(said) == set(caps)
        for name, cap in caps.items():
            assert Fraction(said[name]["cap"]) == cap
            assert Fraction(said[name]["spent"]) <= cap


def test_every_rule_keeps_limits_as_the_reference_does(tmp_path):
    print(f"HYEOPCHI_TALLY_SEED={SEED}")
    chance = random.Random(SEED + 2)
    limited = 0
    for _ in range(2 * ELECTIONS):
        election = random_election(chance)
        if len({option.id for option in election.options}) < len(election.options):
            continue
        limits = add_limits(election, chance)
        path = tmp_path / "election.pb"
        path.write_text(pb_text(election), encoding="utf-8")
        for rule, measure, completion, _ in methods(election, chance):
            fit = chance.random() < 0.3 and rule.startswith("greedy")
            result = tally(path, "--rule", rule, "--satisfaction", measure,
                           *(["--completion", completion] if completion != "none" else []),
                           "--tie", "id", *limits, *(["--partial-fit", "50/100"] if fit else []))
            told = f"seed {SEED}: {rule} {measure} {completion} {limits}\n{pb_text(election)}"
            expected = run(election, rule, measure, completion, "id",
                           Fraction(1, 2) if fit else None)
            assert result["funded"] == expected, told
            check_limits(election, result)
            limited += any(option["reason"] in ("incompatible", "over-area-cap", "over-field-cap")
                           for option in result["options"])
    assert limited > 0, "no limit ever did anything"


def test_a_limit_that_names_nothing_is_refused(tmp_path):
    path = os.path.join(ROOT, "tests", "data", "seongsu_approval.pb")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    first = text.split("PROJECTS\n")[1].split("\n")[1].split(";")[0]
    for arguments in (("--incompatible", f"{first},없음"), ("--incompatible", first),
                      ("--incompatible", f"{first},{first}"), ("--area-cap", "달나라=5"),
                      ("--area-cap", "달나라"), ("--field-cap", "=5"), ("--field-cap", "x=-1")):
        done = subprocess.run([program("hyeopchi"), "tally", path, *arguments],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 1, arguments
        assert arguments[0] in done.stderr and done.stdout == ""


def test_the_order_of_voters_and_options_changes_nothing(tmp_path):
    print(f"HYEOPCHI_TALLY_SEED={SEED}")
    chance = random.Random(SEED + 1)
    for _ in range(max(3, ELECTIONS // 3)):
        election = random_election(chance)
        if len({option.id for option in election.options}) < len(election.options):
            continue
        other = shuffled(election, chance)
        (tmp_path / "one.pb").write_text(pb_text(election), encoding="utf-8")
        (tmp_path / "two.pb").write_text(pb_text(other), encoding="utf-8")
        for rule, measure, completion, _ in methods(election, chance):
            arguments = ["--rule", rule, "--satisfaction", measure, "--tie",
                         chance.choice(["id", "lowest-cost-then-votes", "lot:오늘의 난수"])]
            if completion != "none":
                arguments += ["--completion", completion]
            one = tally(tmp_path / "one.pb", *arguments)
            two = tally(tmp_path / "two.pb", *arguments)
            assert one["funded"] == two["funded"], f"seed {SEED}: {arguments}"
            assert one["ties"] == two["ties"], f"seed {SEED}: {arguments}"


@pytest.mark.parametrize("rule", ["greedy", "greedy-no-skip", "greedy-threshold", "equal-shares",
                                  "phragmen", "comparison"])
def test_a_unanimous_option_that_costs_the_whole_budget_is_funded(tmp_path, rule):
    election = Election("approval", Fraction(100), [Option("모두", Fraction(100))],
                        [[(0, Fraction(0))]] * 7)
    (tmp_path / "one.pb").write_text(pb_text(election), encoding="utf-8")
    result = tally(tmp_path / "one.pb", "--rule", rule)
    assert result["funded"] == ["모두"]
    assert result["left_over"] == "0"


def test_an_explanation_speaks_korean_first_and_names_every_option():
    path = os.path.join(ROOT, "tests", "data", "seongsu_approval.pb")
    done = subprocess.run([program("hyeopchi"), "tally", path, "--rule", "equal-shares",
                           "--completion", "add1u", "--explain"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    korean, english = done.stdout.split("\n----\n")
    result = tally(path, "--rule", "equal-shares", "--completion", "add1u")
    for option in result["options"]:
        assert f"[{option['id']}]" in korean
        assert f"[{option['id']}]" in english
    assert "차례" in korean and "사업별 결과" in korean
    assert "Option by option" in english
    # Why shares are more than the budget, and what became of what was left.
    assert "몫을 1씩 늘려" in korean and "점수가 높은 사업부터 씁니다" in korean
    assert "with shares raised by 1" in english and "goes by score" in english
    done = subprocess.run([program("hyeopchi"), "tally", path, "--rule", "greedy-no-skip",
                           "--explain"], capture_output=True, text=True, timeout=60)
    korean, english = done.stdout.split("\n----\n")
    assert "점수는 그 사업을 고른 표의 수입니다." in korean and "여기서 끝: 점수" in korean
    assert "the count ends here: score" in english


def test_an_order_that_names_an_unknown_option_is_refused_by_its_line(tmp_path):
    order = tmp_path / "drawn.txt"
    order.write_text("# 추첨 순서\n\n없는 사업\n", encoding="utf-8")
    path = os.path.join(ROOT, "tests", "data", "seongsu_approval.pb")
    done = subprocess.run([program("hyeopchi"), "tally", path, "--tie", f"drawn:{order}"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"{order}:3:" in done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(not os.path.isdir(SHARED_PB), reason=f"{SHARED_PB} is absent")
def test_the_partial_fit_reads_real_elections(tmp_path):
    names = [name for name in sorted(os.listdir(SHARED_PB)) if "Poznan" in name
             and name.endswith(".pb")]
    for name in names:
        result = tally(os.path.join(SHARED_PB, name), "--rule", "greedy-no-skip",
                       "--partial-fit", "80/100")
        assert result["partial_fit"] == "80/100"
        assert Fraction(result["total_cost"]) <= Fraction(result["budget"])
