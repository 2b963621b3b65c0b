# SPDX-License-Identifier: Apache-2.0
"""Participation and the ledger, running, with small ballots and votes for the tests of both.

Nothing here checks what a service answers beyond what its caller needs to go on.
"""

import datetime
import hashlib
import secrets

from support.client import Key, b64url
from support.stack import Stack

BASE = 1_000_000


def rfc3339(time_ms):
    moment = datetime.datetime.fromtimestamp(time_ms / 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time_ms % 1000:03d}Z"


def definition(stack, **changes):
    """A small approval ballot that is open for an hour from now."""
    now = stack.clock.now_ms()
    ballot = {
        "title": "2023 주민투표",
        "budget_year": 2023,
        "funding_source": "district",
        "budget_krw": 60 * BASE,
        "method": "approval",
        "tie": "id",
        "opens_at": rfc3339(now - 1000),
        "closes_at": rfc3339(now + 3_600_000),
        "max_options": 2,
        "areas": ["성수1가1동", "마장동"],
        "options": [
            {"id": "a", "name": "마을공동체 지원사업", "cost_krw": 30 * BASE, "field": "공동체"},
            {"id": "b", "name": "커피박 업사이클링", "cost_krw": 20 * BASE},
            {"id": "c", "name": "청년공유공간 운영", "cost_krw": 25 * BASE, "area": "마장동"},
        ],
    }
    ballot.update(changes)
    return ballot


def subject(number):
    return b64url(hashlib.sha256(f"subject-{number}".encode()).digest())


def vote(number, options=("a",), **changes):
    ballot = {
        "subject": subject(number),
        "basis": "resident-register",
        "area": "성수1가1동",
        "sex": "F",
        "age_band": "30-39",
        "channel": "web",
        "choices": [{"option": option, "value": 1} for option in options],
    }
    ballot.update(changes)
    return ballot


class Running(Stack):
    """Participation and ledger, with what every test here needs."""

    def begin(self):
        self.migrate("participation", "ledger")
        self.start("participation", "ledger")
        self.kim = self.client("participation", self.operators[0])
        self.lee = self.client("participation", self.operators[1])
        self.portal = self.client("participation", self.front_end)
        self.public = self.client("participation")
        treasurer = self.client("ledger", self.operators[0])
        answer = treasurer.request(
            "PUT",
            "/v1/envelope-limits/2023/district",
            {"limit_krw": 1000 * BASE},
            headers={"idempotency-key": secrets.token_urlsafe(12)},
        )
        assert answer.status in (200, 201), answer.body
        return self

    def hire(self):
        """A clerk, who hands in the votes of booths and on paper; before begin()."""
        self.clerk_key = Key("staff", "clerk")
        self.keys.append(self.clerk_key)
        self.write_keys()
        self.clerk = self.client("participation", self.clerk_key)
        return self

    def create(self, **changes):
        answer = self.kim.post("/v1/ballots", definition(self, **changes))
        assert answer.status == 201, answer.body
        return answer.json()["ballot_id"]

    def state(self, ballot_id):
        return self.public.get(f"/v1/ballots/{ballot_id}").json()["state"]

    def wait_state(self, ballot_id, *wanted):
        """Waits until the ballot is in one of the states, woken by the service's log."""
        service = self.services["participation"]
        for _ in range(200):
            mark = service.mark()
            state = self.state(ballot_id)
            if state in wanted:
                return state
            service.process.output.wait(lambda line: True, 0.1, mark)
        raise AssertionError(f"still {state}, not {wanted}")

    def decide(self, ballot_id, action):
        first = self.kim.post(f"/v1/ballots/{ballot_id}:{action}")
        assert first.status == 202, first.body
        second = self.lee.post(f"/v1/ballots/{ballot_id}:{action}")
        assert second.status == 200, second.body

    def open_ballot(self, **changes):
        ballot_id = self.create(**changes)
        self.decide(ballot_id, "open")
        assert self.wait_state(ballot_id, "open", "draft") == "open"
        return ballot_id

    def cast(self, ballot_id, body, **options):
        return self.portal.post(f"/v1/ballots/{ballot_id}/votes", body, **options)

    def close_and_count(self, ballot_id):
        self.decide(ballot_id, "close")
        self.wait_state(ballot_id, "counted")


def refused(answer, status, code, field=None):
    """Checks a problem document in both languages' shape and returns it."""
    assert answer.status == status, answer.body
    problem = answer.json()
    assert problem["code"] == code, problem
    assert problem["status"] == status
    if field is not None:
        assert problem["field"] == field, problem
    return problem
