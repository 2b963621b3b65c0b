# SPDX-License-Identifier: Apache-2.0
"""What a run of posting keeps for the next one never shows: whatever comes between the two counts."""

import os
import random
import time
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from support.ledger import Ledger, Participation, posted

LINES = ("a", "b", "c")
STEPS = 400
MOVES = {"main_budget": (None, "S10"), "securing": ("S10", "S20"), "allotment": ("S20", "S30"),
         "commitment": ("S30", "S40")}  # fmt: skip


@pytest.fixture
def ledger(databases, start_service, tmp_path):
    stream = Participation(databases, str(tmp_path)).start()
    service = Ledger(databases, start_service, str(tmp_path), stream)
    service.set_limit(10_000_000)  # which opens the year
    yield service
    stream.close()


class Model:
    """The same life as a table of numbers."""

    def __init__(self, ledger, chance):
        self.ledger = ledger
        self.chance = chance
        self.balances = {line: dict.fromkeys(("S10", "S20", "S30", "S40"), 0) for line in LINES}
        self.held = dict.fromkeys(LINES, 0)
        self.frozen = set()
        self.holds = []  # (id, line, amount)
        self.known = []  # (key, kind, line, amount, answer)

    def wanted(self, kind, line, amount):
        """The code of the refusal; None: it is posted."""
        taken = MOVES[kind][0]
        if line in self.frozen:
            return "line-frozen"
        if taken and self.balances[line][taken] - (taken == "S30") * self.held[line] < amount:
            return "balance-short"
        return None

    def post(self):
        kind, line = self.chance.choice(list(MOVES)), self.chance.choice(LINES)
        amount = self.chance.randint(1, 60)
        key = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        code = self.wanted(kind, line, amount)
        status, answer = self.ledger.post(kind, amount, key, programme=line)
        assert (status, answer.get("code")) == (409 if code else 201, code), answer
        if not code:
            taken, given = MOVES[kind]
            self.balances[line][given] += amount
            if taken:
                self.balances[line][taken] -= amount
        self.known.append((key, kind, line, amount, (status, answer)))

    def repeat(self):
        if self.known:
            key, kind, line, amount, answer = self.chance.choice(self.known)
            assert self.ledger.post(kind, amount, key, programme=line) == answer
            if self.chance.random() < 0.3:
                status, other = self.ledger.post(kind, amount + 1, key, programme=line)
                assert (status, other["code"]) == (409, "idempotency-key-reused")

    def freeze(self):
        line = self.chance.choice(LINES)
        verb = "thaw" if line in self.frozen else "freeze"
        self.frozen ^= {line}
        body = {"fiscal_year": 2025, "programme": line, "funding_source": "district", "reason": "감사"}
        assert self.ledger.ask("POST", f"/v1/lines:{verb}", body)[0] == 200

    def hold(self):
        line, amount = self.chance.choice(LINES), self.chance.randint(1, 60)
        expires = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        code = self.wanted("commitment", line, amount)
        status, hold = self.ledger.hold(amount, expires, programme=line)
        assert (status, hold.get("code")) == (409 if code else 201, code), hold
        if not code:
            self.held[line] += amount
            self.holds.append((hold["hold_id"], line, amount))

    def end_hold(self):
        if not self.holds:
            return
        at = self.chance.randrange(len(self.holds))
        hold_id, line, amount = self.holds[at]
        if self.chance.random() < 0.5:
            assert self.ledger.release_hold(hold_id)[0] == 200
        elif line in self.frozen:
            return
        else:
            assert self.ledger.commit_hold(hold_id, amount)[0] == 201
            self.balances[line]["S30"] -= amount
            self.balances[line]["S40"] += amount
        self.held[line] -= amount
        del self.holds[at]

    def restart(self):
        self.ledger.service.kill9()
        self.ledger.service.start()
        self.ledger.service.wait_ready()

    def check(self):
        shown = {line: dict.fromkeys(("S10", "S20", "S30", "S40"), 0) for line in LINES}
        for line in self.ledger.get("/v1/lines")["lines"]:
            for stage in line["stages"]:
                if stage["stage"] in shown[line["programme"]]:
                    shown[line["programme"]][stage["stage"]] = stage["balance_krw"]
        assert shown == self.balances
        report = self.ledger.verification()
        assert report["sound"], report


def test_a_random_life_with_entries_in_a_row_agrees_with_a_table_of_numbers(ledger):
    seed = int(os.environ.get("HYEOPCHI_TEST_SEED") or time.time_ns() % 2**32)
    print(f"HYEOPCHI_TEST_SEED={seed}")
    model = Model(ledger, random.Random(seed))
    acts = [model.post] * 60 + [model.repeat] * 12 + [model.freeze] * 5 + [model.hold] * 6
    acts += [model.end_hold] * 4 + [model.restart]
    for _ in range(STEPS):
        model.chance.choice(acts)()
    model.check()


def test_a_key_that_was_refused_is_refused_again_right_behind_an_entry(ledger):
    key = str(uuid.uuid4())
    refused = ledger.post("securing", 10, key)
    assert refused[1]["code"] == "balance-short"
    for _ in range(3):  # the money comes, and the last of these has kept all that the repeat touches
        posted(ledger.post("main_budget", 10))
    posted(ledger.post("securing", 1))
    assert ledger.post("securing", 10, key) == refused
    status, other = ledger.post("securing", 11, key)
    assert (status, other["code"]) == (409, "idempotency-key-reused")
    assert ledger.verification()["sound"]


def test_an_accepted_key_is_known_again_though_its_money_is_gone(ledger):
    key = str(uuid.uuid4())
    posted(ledger.post("main_budget", 10))
    first = ledger.post("securing", 10, key)
    assert first[0] == 201
    posted(ledger.post("main_budget", 5))
    assert ledger.post("securing", 10, key) == first
    posted(ledger.post("main_budget", 5))
    posted(ledger.post("securing", 10))
    posted(ledger.post("main_budget", 1))
    assert ledger.post("securing", 10, key) == first
    assert ledger.verification()["sound"]
