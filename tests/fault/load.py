# SPDX-License-Identifier: Apache-2.0
"""The load of a story: a front end with several workers, and a district office that carries small
ballots from draft to budget meanwhile.

Every request is in the record before it is sent, every answer before it is believed; a receipt counts
as an acknowledgement only if it verifies. What is not answered for good is asked again under the
same Idempotency-Key until it is, or until the story is over. Nothing here judges the services.
"""

import hashlib
import http.client
import itertools
import json
import secrets
import threading
import time
import uuid

from support.client import Answer, Client, b64url, content_digest
from support.participation import rfc3339

from receipts import BadReceipt, verify_receipt

YEAR = 2023
LIMIT_KRW = 10**15
DAY_MS = 24 * 60 * 60 * 1000
ATTEMPT_SECONDS = 5
PATIENCE_SECONDS = 90  # No fault of a story stands this long.
PAUSE_MIN, PAUSE_MAX = 0.05, 0.5

OPTIONS = "abcdefgh"

# Statuses that end a request: everything else is asked again, since it may be a fault's doing.
ACCEPTED = (200, 201)
REFUSED = (403, 409, 413, 422)
ENDING = (202, *ACCEPTED, *REFUSED)

NDJSON = {"content-type": "application/x-ndjson"}


class GivenUp(Exception):
    """The story is over before the request was answered."""


class Unbelievable(ValueError):
    """An answer that was damaged on its way, or is another request's."""


def believe(answer, key):
    """Raises Unbelievable unless an answer is whole and belongs to the request of this key.

    Where a request was doubled on its way, each answer on the connection is the one before's.
    """
    if answer.headers.get("content-digest") != content_digest(answer.body):
        raise Unbelievable("damaged")
    if answer.headers.get("idempotency-key") != key:
        raise Unbelievable("another request's")


class Wire(Client):
    """A client that keeps its connection, as a front end does; one thread's own."""

    def __init__(self, address, key=None, clock=None):
        super().__init__(address, key, clock)
        self._kept = None
        self.skew_s = 0  # How far this client's clock is off.

    def now_s(self):
        return super().now_s() + self.skew_s

    def send(self, method, target, body=None, headers=None):
        """Sends one signed request; raises OSError, HTTPException or Unbelievable when no answer comes."""
        headers = {"host": f"{self.address[0]}:{self.address[1]}", **(headers or {})}
        key = headers.setdefault("idempotency-key", secrets.token_urlsafe(12))
        if body is not None:
            headers.setdefault("content-type", "application/json")
        if self.key is not None:
            headers = self.sign(method, target, headers, body)
        if self._kept is None:
            self._kept = http.client.HTTPConnection(*self.address, timeout=ATTEMPT_SECONDS)
        try:
            self._kept.request(method, target, body=body, headers=headers)
            response = self._kept.getresponse()
            answer = Answer(response.status, response.headers, response.read())
            if answer.status in ENDING:
                believe(answer, key)
        except BaseException:
            self.drop()
            raise
        if response.will_close:
            self.drop()
        return answer

    def drop(self):
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()


class Asker:
    """Asks until there is an answer for good; writes down all of it."""

    numbers = itertools.count(1)

    def __init__(self, recorder, wire, over, told_to_wait=lambda: None):
        """Calls told_to_wait() for each answer 503 with Retry-After."""
        self.recorder = recorder
        self.wire = wire
        self._over = over
        self._told_to_wait = told_to_wait

    def insist(self, what, target, body, key, method="POST", headers=None, accepts=None, **fields):
        """Returns the answer that ends the request; `fields` go into the record."""
        number = next(self.numbers)
        self.recorder.write("ask", n=number, what=what, target=target, key=key, **fields)
        headers = dict(headers or {})
        if key is not None:
            headers["idempotency-key"] = key
        pause = PAUSE_MIN
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            assert time.monotonic() < deadline, f"{what} is not answered in {PATIENCE_SECONDS} s"
            answer = self._attempt(number, method, target, body, headers)
            if answer is not None and self._ends(number, answer, accepts):
                return answer
            if self._over.wait(pause):
                self.recorder.write("unanswered", n=number)
                raise GivenUp(target)
            pause = min(pause * 2, PAUSE_MAX)

    def _attempt(self, number, method, target, body, headers):
        started = time.monotonic()
        try:
            answer = self.wire.send(method, target, body, headers)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.recorder.write("failure", n=number, error=type(error).__name__)
            return None
        self.recorder.write(
            "answer",
            n=number,
            status=answer.status,
            ms=round((time.monotonic() - started) * 1000, 1),
            retry_after=answer.headers.get("retry-after"),
            body=answer.body.decode("utf-8", "backslashreplace"),
        )
        if answer.status == 503 and answer.headers.get("retry-after") is not None:
            self._told_to_wait()
        return answer

    def _ends(self, number, answer, accepts):
        if answer.status in REFUSED:
            try:
                return "code" in answer.json()
            except ValueError:
                return False
        if answer.status not in ENDING:
            return False
        try:
            return accepts is None or accepts(answer)
        except (BadReceipt, ValueError, KeyError, TypeError) as error:
            self.recorder.write("unbelievable", n=number, error=repr(error))
            return False


def has_receipt(answer):
    verify_receipt(answer.json())
    return True


def has_receipts(count):
    """Accepts an answer to a batch that is whole and whose receipts verify."""

    def check(answer):
        lines = answer.lines()
        if [line["line"] for line in lines] != list(range(1, count + 1)):
            return False
        for line in lines:
            if line["status"] == 201:
                verify_receipt(line)
        return True

    return check


class Office:
    """What operators do to a ballot, each step insisted on."""

    def __init__(self, arena, over):
        self._arena = arena
        self._over = over
        self._askers = [
            Asker(arena.recorder, Wire(arena.proxied("participation"), key, arena.clock), over)
            for key in arena.operators
        ]
        self._treasurer = Asker(
            arena.recorder, Wire(arena.proxied("ledger"), arena.operators[0], arena.clock), over
        )

    def set_limit(self):
        body = json.dumps({"limit_krw": LIMIT_KRW}).encode()
        key = secrets.token_urlsafe(12)
        target = f"/v1/envelope-limits/{YEAR}/district"
        self._treasurer.insist("limit", target, body, key, method="PUT")

    def create(self, title):
        now = self._arena.clock.now_ms()
        prefix = secrets.token_hex(5)
        definition = {
            "title": title,
            "budget_year": YEAR,
            "funding_source": "district",
            "budget_krw": 60_000_000,
            "method": "approval",
            "tie": "id",
            "opens_at": rfc3339(now - 2 * DAY_MS),
            "closes_at": rfc3339(now + 30 * DAY_MS),
            "max_options": 3,
            "areas": ["성수1가1동", "마장동"],
            "options": [
                {
                    "id": option,
                    "name": f"사업 {option}",
                    "cost_krw": 7_000_000 + 3_000_000 * place,
                    "programme": f"{prefix}-{option}",
                }
                for place, option in enumerate(OPTIONS)
            ],
        }
        answer = self._askers[0].insist(
            "create",
            "/v1/ballots",
            json.dumps(definition, ensure_ascii=False).encode(),
            secrets.token_urlsafe(12),
        )
        ballot_id = answer.json()["ballot_id"]
        self._arena.recorder.write("ballot", ballot=ballot_id, prefix=prefix, options=OPTIONS)
        return ballot_id, prefix

    def state(self, ballot_id):
        answer = self._askers[0].insist("look", f"/v1/ballots/{ballot_id}", None, None, method="GET")
        return answer.json()["state"]

    def carry_out(self, ballot_id, action, wanted):
        """Both operators approve, again and again, until the ballot is in a wanted state."""
        while True:
            for asker in self._askers:
                asker.insist(
                    action, f"/v1/ballots/{ballot_id}:{action}", None, None, ballot=ballot_id
                )
            for _ in range(20):
                state = self.state(ballot_id)
                if state in wanted:
                    return state
                if self._over.wait(PAUSE_MIN):
                    raise GivenUp(action)

    def open_ballot(self, title):
        ballot_id, prefix = self.create(title)
        self.carry_out(ballot_id, "open", ("open",))
        return ballot_id, prefix

    def certify(self, ballot_id):
        """Closes, has it counted, certifies; returns the options that are funded."""
        self.carry_out(ballot_id, "close", ("counted", "certified"))
        self.carry_out(ballot_id, "certify", ("certified",))
        answer = self._askers[0].insist(
            "result", f"/v1/ballots/{ballot_id}/result", None, None, method="GET"
        )
        return answer.json()["funded"]

    def appropriate(self, prefix, option):
        """Posts the main budget of one selected option, once the ledger has heard of it."""
        programme = f"{prefix}-{option}"
        target = f"/v1/lines?fiscal_year={YEAR}&after={YEAR}/district/{prefix}&limit=100"
        while True:
            lines = self._treasurer.insist("lines", target, None, None, method="GET").json()["lines"]
            if any(line["programme"] == programme for line in lines):
                break
            if self._over.wait(PAUSE_MIN):
                raise GivenUp("appropriate")
        body = {
            "kind": "appropriation",
            "fiscal_year": YEAR,
            "programme": programme,
            "funding_source": "district",
            "amount_krw": 1_000_000 + secrets.randbelow(1_000_000),
            "document": "제123회 성동구의회 의결",
            "effective_date": f"{YEAR}-01-02",
        }
        key = str(uuid.uuid4())
        self._treasurer.insist(
            "entry", "/v1/entries", json.dumps(body, ensure_ascii=False).encode(), key, entry=body
        )


class Count:
    """A number that grows, and that others wait for."""

    def __init__(self):
        self._changed = threading.Condition()
        self._value = 0

    def add(self, count=1):
        with self._changed:
            self._value += count
            self._changed.notify_all()

    @property
    def value(self):
        with self._changed:
            return self._value

    def wait_for(self, value, timeout):
        """Waits until it is at least this; returns whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self._value >= value, timeout)


class Load:
    """Starts with start(), ends with finish(); counts acknowledgements for those who wait."""

    def __init__(self, arena, random, workers=6, pace_s=0.03):
        self.arena = arena
        self.random = random
        self.pace_s = pace_s
        self.ballot_id = None
        self.prefix = None
        self.errors = []
        self._ending = threading.Event()  # No new requests.
        self._over = threading.Event()  # Nor repeats of old ones.
        self.acks = Count()
        self.waits = Count()  # Votes answered 503 with Retry-After.
        self._wires = []
        self._seeds = [random.getrandbits(64) for _ in range(workers)]
        self._threads = []
        self._voters = itertools.count(1)
        self._salt = secrets.token_hex(8)
        self.office = Office(arena, self._over)  # The story's own; one thread's, like every wire.

    def start(self):
        self.office.set_limit()
        self.ballot_id, self.prefix = self.open_ballot(f"장애 시험 {self.arena.story}".strip())
        for seed in self._seeds:
            self._begin(self._vote, type(self.random)(seed))
        self._begin(self._keep_office)
        return self

    def open_ballot(self, title):
        return self.office.open_ballot(title)

    def _begin(self, work, *arguments):
        def run():
            try:
                work(*arguments)
            except GivenUp:
                pass
            except Exception as error:  # pylint: disable=broad-except
                self.errors.append(repr(error))  # finish() fails with it

        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait_acks(self, count, timeout=60):
        """Waits for so many acknowledgements from now on."""
        before = self.acks.value
        assert self.acks.wait_for(before + count, timeout), (
            f"only {self.acks.value - before} of {count} votes in {timeout} s"
        )

    def wait_told_to_wait(self, before, timeout=30):
        """Waits until votes have been told to wait more often than before."""
        told = self.waits.wait_for(before + 1, timeout)
        assert told, f"no vote was answered 503 with Retry-After in {timeout} s"

    def let_run(self, seconds):
        """Lets faults and load go on for a time that is part of the story."""
        self._over.wait(seconds)

    def skew_clock(self, seconds):
        """Sets the clocks of the front end's workers off."""
        for wire in list(self._wires):
            wire.skew_s = seconds

    def subject(self, number):
        return b64url(hashlib.sha256(f"{self._salt}-{number}".encode()).digest())

    def ballot_paper(self, random, subject):
        """A vote as the front end sends it."""
        choices = sorted(random.sample(OPTIONS, random.randint(1, 3)))
        return {
            "subject": subject,
            "basis": "resident-register",
            "area": random.choice(["성수1가1동", "마장동"]),
            "sex": random.choice(["F", "M", None]),
            "age_band": random.choice(["20-29", "30-39", "70+"]),
            "channel": "web",
            "choices": [{"option": option, "value": 1} for option in choices],
        }

    def cast(self, asker, paper, key, ballot_id=None):
        """Casts one vote until it is answered for good; returns the answer."""
        ballot_id = ballot_id or self.ballot_id
        answer = asker.insist(
            "vote",
            f"/v1/ballots/{ballot_id}/votes",
            json.dumps(paper, ensure_ascii=False).encode(),
            key,
            accepts=has_receipt,
            ballot=ballot_id,
            votes=[paper],
        )
        if answer.status == 201:
            self.acks.add()
        return answer

    def cast_batch(self, asker, papers, key):
        body = b"\n".join(json.dumps(paper, ensure_ascii=False).encode() for paper in papers)
        answer = asker.insist(
            "batch",
            f"/v1/ballots/{self.ballot_id}/votes:batch",
            body,
            key,
            headers=NDJSON,
            accepts=has_receipts(len(papers)),
            ballot=self.ballot_id,
            votes=papers,
        )
        self.acks.add(sum(line["status"] == 201 for line in answer.lines()))

    def front_end(self):
        """A new worker's asker."""
        wire = Wire(self.arena.proxied("participation"), self.arena.front_end, self.arena.clock)
        self._wires.append(wire)
        return Asker(self.arena.recorder, wire, self._over, self.waits.add)

    def _vote(self, random):
        asker = self.front_end()
        done = []
        while not self._ending.wait(self.pace_s):
            dice = random.random()
            key = secrets.token_urlsafe(12)
            if dice < 0.05:
                papers = [
                    self.ballot_paper(random, self.subject(next(self._voters)))
                    for _ in range(random.randint(2, 20))
                ]
                self.cast_batch(asker, papers, key)
            elif done and dice < 0.10:  # The front end has forgotten that it was answered.
                paper, key = random.choice(done)
                self.cast(asker, paper, key)
            elif done and dice < 0.15:
                paper = self.ballot_paper(random, random.choice(done)[0]["subject"])
                self.cast(asker, paper, key)
            else:
                paper = self.ballot_paper(random, self.subject(next(self._voters)))
                self.cast(asker, paper, key)
                done = [*done[-50:], (paper, key)]

    def _keep_office(self):
        """One small ballot after another, all the way."""
        asker = self.front_end()
        random = type(self.random)(self._seeds[0] + 1)
        office = Office(self.arena, self._over)
        while not self._ending.is_set():
            ballot_id, prefix = office.open_ballot("작은 투표")
            for _ in range(4):
                paper = self.ballot_paper(random, self.subject(next(self._voters)))
                self.cast(asker, paper, secrets.token_urlsafe(12), ballot_id)
            funded = office.certify(ballot_id)
            for option in funded[:2]:
                office.appropriate(prefix, option)

    def abandon(self):
        """Ends everything at once, after a failure."""
        self._ending.set()
        self._over.set()
        for thread in self._threads:
            thread.join(2 * ATTEMPT_SECONDS)

    def finish(self, timeout=60):
        """Asks nothing new, waits until everything asked is answered, and certifies the ballot.

        What is still not answered when the time is over stays so: the checker counts it 0 or 1.
        """
        self._ending.set()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))
        late = any(thread.is_alive() for thread in self._threads)
        if not late and not self.errors:
            self.office.certify(self.ballot_id)
        self.abandon()
        for wire in self._wires:
            wire.drop()
        assert not self.errors, self.errors
        assert not late, f"requests are still unanswered after {timeout} s"
