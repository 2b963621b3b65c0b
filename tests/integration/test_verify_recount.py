# SPDX-License-Identifier: Apache-2.0
"""The verifier's recount against the service's count and the command's, byte for byte: random
ballots with every rule, completion, satisfaction, tie rule and term, and real elections by every
method they can be counted by. HYEOPCHI_RECOUNT_ELECTIONS asks for more ballots,
HYEOPCHI_RECOUNT_SEED repeats a run, HYEOPCHI_RECOUNT_FILES=all takes the large real files too."""

import collections
import csv
import itertools
import os
import random
import secrets
import struct
import subprocess

import pytest

from support.definition_bytes import (CHANNELS, COMPLETIONS, METHODS, RULES, SATISFACTIONS, TIES,
                                      Definition, Option, body_bytes, definition_bytes, jury_bytes)
from support.paths import BUILD, SHARED_PB
from support.services import program

ELECTIONS = int(os.environ.get("HYEOPCHI_RECOUNT_ELECTIONS", "600"))
SEED = int(os.environ.get("HYEOPCHI_RECOUNT_SEED", secrets.randbelow(2**32)))
ALL_FILES = os.environ.get("HYEOPCHI_RECOUNT_FILES") == "all"
SMALL_BYTES = 14_000
TURNS = ("greedy", "greedy-no-skip", "greedy-threshold")


class Driver:
    """Counts ballots twice, see verify_recount_driver.c."""

    def __init__(self):
        self.process = subprocess.Popen([os.path.join(BUILD, "tests", "verify_recount_driver")],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def count(self, definition, votes, seed=b"", jury=b"", electorate=0, invalid=0):
        """votes are (times, channel, body); returns what the verifier and the service say."""
        return self.count_bytes(definition_bytes(definition), votes, seed, jury, electorate, invalid)

    def count_bytes(self, data, votes, seed=b"", jury=b"", electorate=0, invalid=0):
        message = [struct.pack(">I", len(data)), data, struct.pack(">H", len(seed)), seed,
                   struct.pack(">H", len(jury)), jury, struct.pack(">II", electorate, invalid),
                   struct.pack(">I", len(votes))]
        for times, channel, body in votes:
            message += [struct.pack(">IBH", times, channel, len(body)), body]
        self.process.stdin.write(b"".join(message))
        self.process.stdin.flush()
        return self.answer(), self.answer()

    def answer(self):
        head = self.process.stdout.read(4)
        assert len(head) == 4, "the driver ended"
        text = self.process.stdout.read(struct.unpack(">I", head)[0])
        return text.decode()


@pytest.fixture
def driver():
    made = Driver()
    yield made
    made.process.stdin.close()
    assert made.process.wait(timeout=60) == 0


def random_options(chance, unit):
    options = []
    for place in range(chance.randint(1, 8)):
        cost = unit * chance.randint(1, 40)
        if unit > 1 and chance.random() < 0.7:
            cost += chance.randint(1, unit)
        if options and chance.random() < 0.4:
            cost = chance.choice(options).cost
        name = chance.choice([f"p{place}", f"{9 - place}", f'B/"{place}\\.가', f"0{place}"])
        options.append(Option(name, cost, chance.choice(["", "성동구", "동", "서"]),
                              chance.choice(["", "복지", "환경"])))
    return options


def random_terms(chance, d):
    names = [option.id for option in d.options]
    if d.tie == "drawn":
        d.drawn = chance.sample(names, len(names))
    if chance.random() < 0.3 and (d.rule in TURNS or d.completion in ("add1u", "utilitarian")):
        whole = chance.randint(1, 100)
        d.partial_fit = (chance.randint(1, whole), whole)
    if d.rule in TURNS:
        random_turns(chance, d)
    if chance.random() < 0.1:
        d.quorum = chance.randint(1, 20)
    if chance.random() < 0.1:
        d.quorum_share = (chance.randint(1, 7), 7)
    if chance.random() < 0.3 and len(names) > 1:
        d.incompatible = [chance.sample(names, chance.randint(2, min(4, len(names))))
                          for _ in range(chance.randint(1, 2))]
    for caps, key in ((d.area_caps, "area"), (d.field_caps, "field")):
        there = sorted({getattr(option, key) for option in d.options})
        for name in there if chance.random() < 0.3 else []:
            least = min(d.min_costs.get(option.id, option.cost) for option in d.options
                        if getattr(option, key) == name)
            if chance.random() < 0.7:
                caps.append((name, max(least, d.budget * chance.randint(1, 4) // 4)))


def random_turns(chance, d):
    """What rules by score alone can have: costs that may be adjusted, and weights."""
    if not d.partial_fit and chance.random() < 0.5:
        for option in chance.sample(d.options, chance.randint(1, len(d.options))):
            if option.cost > 1:
                d.min_costs[option.id] = chance.randint(1, option.cost - 1)
    if chance.random() < 0.4:
        whole = chance.choice([2, 100, 20])
        weight = chance.randint(1, whole - 1)
        d.jury = (weight, whole - weight, whole, chance.choice([1, 5, 100, 1000]))
    if chance.random() < 0.4:
        d.channel_weights = random_channels(chance, d.jury[0] if d.jury else 100)


def random_channels(chance, whole):
    """The four channels in two to four parts, whose weights add up to the whole; few values make ties."""
    channels = list(CHANNELS)
    chance.shuffle(channels)
    count = min(chance.randint(2, 4), whole)
    if count < 2:
        return []
    cuts = [0, *sorted(chance.sample(range(1, 4), count - 1)), 4]
    ends = [0, *sorted(chance.sample(range(1, whole), count - 1)), whole]
    return [(sorted(channels[cuts[i]:cuts[i + 1]], key=CHANNELS.index), ends[i + 1] - ends[i])
            for i in range(count)]


def random_jury(chance, d):
    """Scores of the jury; few values make ties."""
    if not d.jury:
        return b""
    jurors = chance.choice([1, 3, 7, 100])
    most = jurors * d.jury[3] * 100
    return jury_bytes(jurors, "심사 회의록", [
        chance.choice([0, most, most // 2, chance.randint(0, most)]) for _ in d.options])


def random_points(chance, d):
    """Points that the rule has a meaning for: 0 is support only by satisfaction points."""
    shares = d.rule == "equal-shares" and d.satisfaction == "points"
    by_voters = d.rule in ("equal-shares", "phragmen", "comparison") and not shares
    least = 1 if by_voters else chance.choice([0, 1])
    if d.method == "cumulative":
        d.min_points, d.max_sum_points = least, 1000
    elif d.method == "scoring":
        d.min_points, d.max_points = least, 100
        if not by_voters and chance.random() < 0.4:
            d.default_score = chance.randint(0, 2)
    return least


def random_definition(chance, number):
    rule = RULES[number % len(RULES)]
    method = chance.choice(METHODS)
    unit = chance.choice([1, 1, 7, 1000, 10_000_000])
    options = random_options(chance, unit)
    cheapest = min(option.cost for option in options)
    d = Definition(method, rule, max(cheapest, unit * chance.randint(1, 100)), options)
    pointed = method in ("cumulative", "scoring")
    if rule in ("equal-shares", "comparison"):
        d.satisfaction = chance.choice(SATISFACTIONS if pointed else SATISFACTIONS[:2])
        d.completion = chance.choice(COMPLETIONS)
    elif rule != "phragmen":
        d.satisfaction = chance.choice(SATISFACTIONS[:2])
    d.tie = chance.choice(TIES)
    if rule == "greedy-threshold":
        d.threshold = chance.randint(1, 6)
    if method == "choose-1":
        d.max_options = 1
    random_terms(chance, d)
    return d


def random_votes(chance, d, least):
    names = [option.id for option in d.options]
    blank = chance.choice(names) if chance.random() < 0.3 else None
    votes = []
    for _ in range(chance.choice([0, 1, 3, 8, 14, 40])):
        pool = [name for name in names if name != blank]
        chance.shuffle(pool)
        most = min(d.max_options or len(pool), len(pool))
        named = pool[:chance.randint(0, most)]
        values = [1] * len(named)
        if d.method == "ordinal":
            values = range(1, len(named) + 1)
        elif d.method in ("cumulative", "scoring"):
            values = [chance.randint(least, 5) for _ in named]
        times = chance.choice([1, 1, 1, 2, 5, 1000 if chance.random() < 0.05 else 3])
        votes.append((times, chance.randint(1, 4), body_bytes(d, zip(named, values))))
    return votes


def test_random_ballots_come_to_the_same_bytes(driver):
    print(f"HYEOPCHI_RECOUNT_SEED={SEED}")
    chance = random.Random(SEED)
    counted = 0
    for number in range(ELECTIONS):
        d = random_definition(chance, number)
        if len({option.id for option in d.options}) < len(d.options):
            continue
        votes = random_votes(chance, d, random_points(chance, d))
        own, theirs = driver.count(d, votes, b"\xea\xb0\x80 20261122" if d.tie == "lot" else b"",
                                   random_jury(chance, d), chance.randint(0, 60))
        if own != theirs:
            for times, channel, body in votes:
                print(times, channel, body.hex())
        assert own == theirs, f"seed {SEED}, ballot {number}: {d}"
        counted += own.startswith("{")
    assert counted > ELECTIONS * 3 // 4


def changed(chance, data):
    """Bytes with one of them changed, left out or doubled."""
    at = chance.randrange(len(data))
    other = bytes([chance.choice([0, 1, 2, 5, 255, data[at] ^ 1 << chance.randrange(8)])])
    return data[:at] + chance.choice([other, b"", data[at:at + 1] * 2]) + data[at + 1:]


def test_what_the_service_accepts_the_verifier_reads(driver):
    """A definition may be unwise for the service and have a meaning all the same, so that only one
    direction holds; votes are judged alike by both."""
    print(f"HYEOPCHI_RECOUNT_SEED={SEED}")
    chance = random.Random(SEED + 1)
    accepted = refused = 0
    for number in range(ELECTIONS):
        d = random_definition(chance, number)
        if len({option.id for option in d.options}) < len(d.options):
            continue
        votes = random_votes(chance, d, random_points(chance, d))[:5]
        limit_votes(chance, d)
        seed = b"20261122" if d.tie == "lot" else b""
        data = definition_bytes(d)
        jury, electorate = random_jury(chance, d), chance.randint(0, 60)
        invalid = chance.choice((0, 0, chance.randint(1, 20)))
        if chance.random() < 0.5:
            data = changed(chance, data)
        elif jury and chance.random() < 0.5:
            jury = changed(chance, jury)
        elif votes:
            times, channel, body = votes.pop()
            votes.append((times, channel, changed(chance, body)))
        own, theirs = driver.count_bytes(data, votes, seed, jury, electorate, invalid)
        told = f"seed {SEED}, ballot {number}: {own[:60]} / {theirs[:60]}\n{data.hex()}\n{votes}"
        if theirs.startswith("! definition"):
            refused += 1
        elif theirs.startswith("! jury"):
            assert own.startswith("! jury"), told
            refused += 1
        elif theirs.startswith("! vote"):
            assert own.startswith(theirs.split(":")[0] + ":"), told
            refused += 1
        else:
            assert own == theirs, told
            accepted += 1
    assert accepted > ELECTIONS // 20 and refused > ELECTIONS // 20


def limit_votes(chance, d):
    """Limits that some of the votes break."""
    d.empty_allowed = chance.random() < 0.5
    d.min_options = chance.randint(0 if d.empty_allowed else 1, 1)
    d.max_options = chance.randint(1, len(d.options)) if d.method != "choose-1" else 1
    if chance.random() < 0.3:
        d.max_cost = max(option.cost for option in d.options) * chance.randint(1, 3)
    if chance.random() < 0.2:
        d.min_cost = min(option.cost for option in d.options)
    if chance.random() < 0.3 and d.method == "cumulative":
        d.max_sum_points, d.min_sum_points = 6, chance.choice([None, 1])
    if chance.random() < 0.3:
        local = [option for option in d.options if option.area not in ("", "성동구")]
        if local:
            d.quotas = [("local", "", 0, chance.randint(1, len(local)))]


def real_election(path):
    """A .pb file's options, votes and budget in whole numbers; None where they are not whole."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    starts = {row[0]: place for place, row in enumerate(rows) if len(row) == 1}
    meta = dict(row[:2] for row in rows[starts["META"] + 2:starts["PROJECTS"]])
    head, *projects = rows[starts["PROJECTS"] + 1:starts["VOTES"]]
    projects = [dict(zip(head, row)) for row in projects]
    head, *votes = rows[starts["VOTES"] + 1:]
    votes = [dict(zip(head, row)) for row in votes if row]
    numbers = [meta["budget"]] + [project["cost"] for project in projects]
    numbers += [points for vote in votes for points in vote.get("points", "").split(",") if points]
    if not all(number.isdigit() and int(number) > 0 for number in numbers):
        return None
    if "999999999" in numbers or float(meta.get("default_score", 0)) != 0:
        return None
    options = [Option(project["project_id"], int(project["cost"])) for project in projects]
    return meta["vote_type"], int(meta["budget"]), options, votes


def real_bodies(d, votes):
    """(times, channel, body) of the votes; an option named twice counts once, where it is named first."""
    bodies = collections.Counter()
    for vote in votes:
        names = [name for name in vote["vote"].split(",") if name]
        values = [1] * len(names)
        if d.method == "ordinal":
            values = range(1, len(names) + 1)
        elif d.method in ("cumulative", "scoring"):
            values = [int(points) for points in vote["points"].split(",")]
        choices = {}
        for name, value in zip(names, values):
            choices.setdefault(name, value)
        bodies[body_bytes(d, choices.items())] += 1
    return [(times, 1, body) for body, times in bodies.items()]


def real_files():
    names = sorted(os.listdir(SHARED_PB)) if os.path.isdir(SHARED_PB) else []
    paths = [os.path.join(SHARED_PB, name) for name in names if name.endswith(".pb")]
    return [path for path in paths if ALL_FILES or os.path.getsize(path) <= SMALL_BYTES]


def real_methods(method):
    measures = SATISFACTIONS if method in ("cumulative", "scoring") else SATISFACTIONS[:2]
    yield from itertools.product(TURNS, SATISFACTIONS[:2], ["none"])
    yield "phragmen", "cost", "none"
    yield from itertools.product(["equal-shares", "comparison"], measures, COMPLETIONS)


def tally(path, d, seed):
    tie = f"lot:{seed.decode()}" if d.tie == "lot" else d.tie
    words = ["--rule", d.rule, "--satisfaction", d.satisfaction, "--tie", tie]
    words += ["--completion", d.completion] if d.completion != "none" else []
    done = subprocess.run([program("hyeopchi"), "tally", path, *words, "--json"],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.removesuffix("\n")


def test_real_elections_come_to_the_same_bytes(driver):
    files = real_files()
    if not files:
        pytest.skip("no real elections beside the checkout")
    print(f"HYEOPCHI_RECOUNT_SEED={SEED}")
    chance = random.Random(SEED + 2)
    counted = 0
    for path in files:
        found = real_election(path)
        if found is None:
            continue
        method, budget, options, votes = found
        for rule, measure, completion in real_methods(method):
            for tie in ("id", "listed-order", "lowest-cost-then-votes", "lot"):
                d = Definition(method, rule, budget, options, measure, completion, tie,
                               max_options=1 if method == "choose-1" else None)
                if method in ("cumulative", "scoring"):
                    d.min_points, d.max_points = 1, 1_000_000
                    d.max_sum_points = 1_000_000 if method == "cumulative" else None
                d.threshold = chance.randint(1, 50) if rule == "greedy-threshold" else None
                seed = b"20261122" if tie == "lot" else b""
                told = f"{os.path.basename(path)}: {rule} {measure} {completion} {tie}"
                own, theirs = driver.count(d, real_bodies(d, votes), seed)
                assert own == theirs, told
                counted += own.startswith("{")
                if rule != "greedy-threshold" and (ALL_FILES or chance.random() < 0.02):
                    assert own == tally(path, d, seed), told
    assert counted >= 80, "hardly anything was counted"
