# SPDX-License-Identifier: Apache-2.0
"""Load on all three services at once, with every request and every answer written down.

A request without a final answer (no connection, a lost answer, 503) is sent again under the same key
until there is one, as every front end must. What the answers promise is held against the services
later; nothing here looks into a database.
"""

import collections
import http.client
import json
import threading
import time

from support.participation import BASE, vote

VOTER_THREADS = 6
CHOICES = (("a",), ("b",), ("c",), ("a", "b"), ("b", "c"), ("a", "c"), ("b",))
PAUSE_SECONDS = 0.1
LIMIT_YEAR = 2031

# What a request may meet on its way while containers are killed.
LOST = (OSError, http.client.HTTPException)


class Record:
    """Every attempt, in a file and counted; threads wait for its progress."""

    def __init__(self, path):
        self._file = open(path, "w", encoding="utf-8")  # noqa: SIM115 closed by close()
        self._changed = threading.Condition()
        self._began = time.monotonic()
        self.answered = collections.Counter()
        self.attempts = collections.Counter()
        self.failures = []

    def add(self, kind, number, attempt, outcome):
        line = {
            "second": round(time.monotonic() - self._began, 4),
            "kind": kind,
            "number": number,
            "attempt": attempt,
            "outcome": outcome,
        }
        with self._changed:
            self._file.write(json.dumps(line) + "\n")
            self.attempts[(kind, outcome)] += 1

    def finish(self, kind):
        with self._changed:
            self.answered[kind] += 1
            self._changed.notify_all()

    def failed(self, kind):
        """How many attempts have got no answer, or another than they were for."""
        with self._changed:
            return sum(
                count
                for (of, outcome), count in self.attempts.items()
                if of == kind and outcome not in (200, 201)
            )

    def fail(self, what):
        with self._changed:
            self.failures.append(what)
            self._changed.notify_all()

    def wait_more(self, kind, count, timeout):
        """Waits for `count` more final answers of that kind."""
        with self._changed:
            wanted = self.answered[kind] + count
            done = self._changed.wait_for(
                lambda: self.failures or self.answered[kind] >= wanted, timeout
            )
            assert not self.failures, self.failures
            assert done, f"{kind}: {self.answered[kind]} answers, {wanted} wanted, in {timeout} s"

    def close(self):
        self._file.close()


class Load:
    """Threads that vote, set a limit of the ledger, read reports, follow their events and look at the
    ballot page."""

    def __init__(self, stack, ballot_id, front_end, operator, path):
        self.stack = stack
        self.ballot_id = ballot_id
        self.front_end = front_end
        self.operator = operator
        self.record = Record(path)
        self.stopping = threading.Event()
        self.votes = {}  # number -> (body, receipt's bytes)
        self.limit_krw = 0
        self.events = []  # of reporting, in order
        self.missed = collections.Counter()  # by the service that was killed: attempts that failed
        self._numbers = iter(range(1_000_000))
        self._lock = threading.Lock()
        work = [self._vote] * VOTER_THREADS + [self._set_limits, self._read, self._look, self._follow]
        self._threads = [threading.Thread(target=self._guard, args=(one,)) for one in work]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def stop(self):
        """Ends the threads; a request under way is first brought to its answer."""
        self.stopping.set()
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), "a request never got its answer"
        self.record.close()
        assert not self.record.failures, self.record.failures

    def _guard(self, work):
        try:
            work()
        except Exception as error:  # noqa: BLE001 a thread's failure is the test's
            self.record.fail(f"{work.__name__}: {error!r}")

    def _until_answered(self, kind, number, send):
        """Sends until there is an answer that is not 503; returns it."""
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = send()
            except LOST as error:
                self.record.add(kind, number, attempt, type(error).__name__)
            else:
                self.record.add(kind, number, attempt, answer.status)
                if answer.status != 503:
                    self.record.finish(kind)
                    return answer
            self.stopping.wait(PAUSE_SECONDS)

    def send_vote(self, client, number):
        body = json.dumps(vote(number, CHOICES[number % len(CHOICES)]), ensure_ascii=False).encode()
        target = f"/v1/ballots/{self.ballot_id}/votes"
        return client.post(target, body, key=f"vote-{number}", timeout=20)

    def _vote(self):
        client = self.stack.client("participation", self.front_end)
        while not self.stopping.is_set():
            with self._lock:
                number = next(self._numbers)
            answer = self._until_answered("vote", number, lambda n=number: self.send_vote(client, n))
            assert answer.status == 201, (number, answer.status, answer.body)
            with self._lock:
                assert number not in self.votes
                self.votes[number] = answer.body

    def _set_limits(self):
        client = self.stack.client("ledger", self.operator)
        target = f"/v1/envelope-limits/{LIMIT_YEAR}/district"
        number = 0
        while not self.stopping.is_set():
            number += 1
            body = {"limit_krw": number * BASE}
            headers = {"idempotency-key": f"limit-{self.ballot_id}-{number}"}
            answer = self._until_answered(
                "limit",
                number,
                lambda b=body, h=headers: client.request("PUT", target, b, headers=h, timeout=20),
            )
            assert answer.status == 200, (answer.status, answer.body)
            self.limit_krw = number * BASE
            self.stopping.wait(0.02)

    def _read(self):
        self._get_on_and_on("report", "reporting", "/v1/ballot-reports", 0.03)

    def _look(self):
        self._get_on_and_on("page", "vote", "/", 0.1)

    def _get_on_and_on(self, kind, name, target, pause):
        client = self.stack.client(name)
        number = 0
        while not self.stopping.is_set():
            number += 1
            answer = self._until_answered(kind, number, lambda: client.get(target, timeout=20))
            assert answer.status == 200, (answer.status, answer.body)
            self.stopping.wait(pause)

    def _follow(self):
        """Keeps a stream of events open; after a break it goes on behind the last one heard."""
        follower = Follower(self.stack.client("reporting"), self.events)
        while not self.stopping.is_set():
            try:
                follower.follow(lambda: self.stopping.is_set())
            except LOST as error:
                self.record.add("follow", len(self.events), 1, type(error).__name__)
            self.stopping.wait(PAUSE_SECONDS)


class Follower:
    """Reads reporting's events as server-sent events; `events` gets (id, data as a dict)."""

    def __init__(self, client, events, after="1-0"):
        self.client = client
        self.events = events
        self.last_id = after

    def follow(self, is_over):
        """Reads until is_over() says so, which is asked after each line, or the stream ends."""
        connection = self.client.connect(20)
        try:
            headers = {"accept": "text/event-stream", "last-event-id": self.last_id}
            connection.request("GET", "/v1/events", headers=headers)
            response = connection.getresponse()
            if response.status != 200:
                raise http.client.HTTPException(f"status {response.status}")
            assert response.headers["Content-Type"].startswith("text/event-stream")
            event_id = None
            for raw in response:
                line = raw.decode().rstrip("\n")
                if line.startswith("id: "):
                    event_id = line[len("id: ") :]
                elif line.startswith("data: ") and event_id is not None:
                    self.events.append((event_id, json.loads(line[len("data: ") :])))
                    self.last_id = event_id
                if is_over():
                    return
        finally:
            connection.close()


def expected_scores(numbers):
    """How many approvals each option must have after these votes."""
    scores = collections.Counter()
    for number in numbers:
        scores.update(CHOICES[number % len(CHOICES)])
    return dict(scores)
