# SPDX-License-Identifier: Apache-2.0
"""Holds what a story has left behind to the invariants: I1-I4, I6, I7, I11 and I12.

It knows nothing of the story: it gets the record of what was asked and answered, the databases and
the addresses (state.json, written by the arena). Run again by hand while the arena stands:

    /usr/bin/python3 tests/fault/checker.py build/fault/state.json

It changes nothing but for what it asks the services: requests that were asked before, and one new
vote (I11). It shares no code with the services.
"""

import collections
import hashlib
import itertools
import json
import os
import random
import struct
import sys
import time
import uuid

if __name__ == "__main__":
    sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
    sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]

import psycopg2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from books import Books
from box import Box
from findings import Findings
from record import Record
from support.client import Client, Clock, Key
from support.services import ENDS_ANEW, SANITIZER_MARKS
from wire_format import Event, ReadModel, fold

PROBE_SECONDS = 10
LAG_SECONDS = 30
REFETCH_MAX = 200  # receipts asked for again over HTTP; all are compared in the database
REBUILD_SECONDS = 60
DESCRIPTORS_MORE_MAX = 24
IDLE_SECONDS = 30
MEMORY_MORE_MAX = 96 * 1024 * 1024
STREAMS = ("participation", "ledger", "reporting")


class Checker:
    """One checker may check again and again; it remembers what it needs to see a leak."""

    def __init__(self, state, seed=1):
        self.state = state
        self.random = random.Random(seed)
        self.resources = {}  # pid -> (descriptors, memory) when it was first seen at rest
        self._log_offsets = {}
        self._logs_before = {}  # The same as of the check before.
        self.clock = Clock.__new__(Clock)
        self.clock.path = state["clock"]

    def check(self, only=None):
        """Checks everything, or only some invariants; returns Findings."""
        findings = Findings()
        steps = {
            "I11": self.check_recovery,
            "I1": self.check_votes,
            "I3": self.check_streams,
            "I6": self.check_ledger,
            "I7": self.check_projections,
            "I12": self.check_processes,
        }
        if only is None or "I1" in only:
            # The probe of I11 is a vote like any other: the record is read after it.
            steps = {"I11": steps.pop("I11"), **steps}
        for name, step in steps.items():
            if only is not None and name not in only:
                continue
            try:
                step(findings)
            except (psycopg2.Error, OSError, AssertionError) as error:
                findings.add(name, f"could not be checked: {error!r}")
        return findings

    # What it asks.

    def _client(self, service, role):
        named = self.state["keys"][role]
        key = Key(named["role"], named["name"])
        key.private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(named["seed"]))
        return Client(tuple(self.state["services"][service]), key, self.clock)

    def _rows(self, service, sql, parameters=None):
        connection = psycopg2.connect(self.state["databases"][service], connect_timeout=10)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return cursor.fetchall()
        finally:
            connection.close()

    @staticmethod
    def _until(seconds, attempt):
        """Attempts until there is a result, with growing pauses; returns None when time is over."""
        deadline = time.monotonic() + seconds
        pause = 0.05
        while True:
            result = attempt()
            if result is not None or time.monotonic() >= deadline:
                return result
            time.sleep(min(pause, max(0, deadline - time.monotonic())))
            pause = min(pause * 2, 0.5)

    # I11.

    def check_recovery(self, findings):
        started = time.monotonic()
        findings.figures["probe_s"] = self._probe(findings)
        heads = self._until(LAG_SECONDS, self._heads)
        # Votes go on meanwhile: what counts is that everything said until now is heard.
        lag = self._until(
            LAG_SECONDS - (time.monotonic() - started), lambda: self._no_lag(heads)
        )
        findings.figures["lag_s"] = round(time.monotonic() - started, 2)
        if lag is None:
            findings.add("I11", f"after {LAG_SECONDS} s still lagging: {self._lags()}")
        for service, address in self.state["services"].items():
            ready = self._until(
                max(1, LAG_SECONDS - (time.monotonic() - started)),
                lambda address=address: self._ready(address),
            )
            if ready is None:
                findings.add("I11", f"{service} is not ready after {LAG_SECONDS} s")

    def wait_for_no_lag(self):
        """Waits until everything said is heard; returns what is not after LAG_SECONDS, or None."""
        if self._until(LAG_SECONDS, self._no_lag) is None:
            return f"with nothing to do, after {LAG_SECONDS} s: {self._lags()}"
        return None

    @staticmethod
    def _ready(address):
        try:
            return True if Client(tuple(address)).get("/readyz").status == 200 else None
        except OSError:
            return None

    def _probe(self, findings):
        """One new vote in the newest open ballot; returns how long it took."""
        rows = self._until(PROBE_SECONDS, self._find_open_ballot)
        if not rows:
            findings.add("I11", "there is no open ballot to probe")
            return None
        paper = {
            "subject": "probe",
            "basis": "resident-register",
            "area": "마장동",
            "channel": "web",
            "choices": [{"option": "a", "value": 1}],
        }
        digest = hashlib.sha256(uuid.uuid4().bytes).digest()
        paper["subject"] = _b64url(digest)
        target = f"/v1/ballots/{rows[0][0]}/votes"
        key = f"probe-{uuid.uuid4()}"
        number = f"probe-{uuid.uuid4()}"
        self._note(kind="ask", n=number, what="vote", target=target, key=key, ballot=rows[0][0],
                   votes=[paper])  # fmt: skip
        client = self._client("participation", "front_end")
        body = _json_bytes(paper)
        started = time.monotonic()
        seen = []

        def attempt():
            try:
                answer = client.post(target, body, key=key, timeout=PROBE_SECONDS)
            except OSError as error:
                seen.append(type(error).__name__)
                return None
            seen.append(answer.status)
            self._note(kind="answer", n=number, status=answer.status, body=answer.body.decode())
            return True if answer.status == 201 else None

        if self._until(PROBE_SECONDS, attempt) is None:
            findings.add("I11", f"no acknowledgement in {PROBE_SECONDS} s, but {seen[-5:]}")
            return None
        return round(time.monotonic() - started, 2)

    def _find_open_ballot(self):
        try:
            return self._rows(
                "participation",
                "SELECT ballot_id::text FROM participation.ballot WHERE state = 'open'"
                " ORDER BY voters DESC LIMIT 1",
            )
        except psycopg2.Error:
            return None

    def _note(self, **fields):
        with open(self.state["record"], "a", encoding="utf-8") as file:
            file.write(json.dumps({"t": time.time(), **fields}, ensure_ascii=False) + "\n")

    def _heads(self):
        try:
            heads = {}
            for stream in STREAMS:
                rows = self._rows(stream, "SELECT seq FROM event.stream_head")
                heads[stream] = rows[0][0] if rows else 0
            return heads
        except psycopg2.Error:
            return None

    def _lags(self, heads=None):
        """How many events each consumer has to hear until it has heard these heads, or all."""
        heads = heads or self._heads() or {}
        lags = {}
        for consumer, streams in self.state["consumers"].items():
            rows = dict(self._rows(consumer, "SELECT stream, next_seq FROM event.consumer_offset"))
            for stream in streams:
                behind = heads.get(stream, 0) + 1 - rows.get(stream, 1)
                lags[f"{consumer} of {stream}"] = max(0, behind)
        return lags

    def _no_lag(self, heads=None):
        """Whether everybody has heard these heads; or all, with nothing new said meanwhile."""
        try:
            standing = heads or self._heads()
            if standing is None or any(self._lags(standing).values()):
                return None
            return True if heads or self._heads() == standing else None
        except psycopg2.Error:
            return None

    # I1, I2, I4.

    def check_votes(self, findings):
        record = Record(self.state["record"])
        figures = collections.Counter(
            requests=len(record.asks),
            injected=record.injected,
            missed=record.missed,
            ballots=len(record.ballots),
        )
        figures["statuses"] = collections.Counter(
            str(status) for ask in record.asks.values() for status, _ in ask.answers
        )
        receipts = []
        for ballot_id, ballot in record.ballots.items():
            box = Box(self.state, self._rows, ballot_id, ballot["options"])
            if box.ballot is None:
                findings.add("I1", f"ballot {ballot_id} was acknowledged, and is not there")
                continue
            box.check_itself(findings)
            receipts += box.check_record(findings, record.of_ballot(ballot_id), figures)
        self._fetch_again(findings, receipts)
        figures["receipts"] = len(receipts)
        findings.figures.update(figures)

    def _fetch_again(self, findings, receipts):
        """Asks for receipts again, as a front end would that has lost them: single ones, and a batch."""
        client = self._client("participation", "front_end")
        single = [(ask, text) for ask, line, text in receipts if line == 0]
        for ask, text in self.random.sample(single, min(REFETCH_MAX, len(single))):
            answer = client.post(ask.target, _json_bytes(ask.votes[0]), key=ask.key)
            if answer.status != 201 or answer.body.decode() != text:
                findings.add("I4", f"request {ask.n} now gets {answer.status}, another receipt")
        batches = [ask for ask, line, _ in receipts if line != 0]
        if batches:
            self._fetch_batch_again(findings, client, self.random.choice(batches), receipts)
        findings.figures["refetched"] = min(REFETCH_MAX, len(single))

    @staticmethod
    def _fetch_batch_again(findings, client, ask, receipts):
        """The whole batch; each of its lines that had a receipt must have the same."""
        body = b"\n".join(_json_bytes(paper) for paper in ask.votes)
        headers = {"content-type": "application/x-ndjson"}
        answer = client.post(ask.target, body, key=ask.key, headers=headers)
        lines = answer.body.decode().splitlines()
        if answer.status != 200 or len(lines) != len(ask.votes):
            findings.add("I4", f"batch {ask.n} now gets {answer.status} and {len(lines)} lines")
            return
        given = [(line, text) for other, line, text in receipts if other is ask]
        for line, text in given:
            if lines[line - 1] != text:
                findings.add("I4", f"batch {ask.n} now gets another receipt in line {line}")
        findings.figures["refetched_lines"] = len(given)

    # I3.

    def check_streams(self, findings):
        self._chains = {}
        for stream in STREAMS:
            self._check_stream(findings, stream)
        for consumer, streams in self.state["consumers"].items():
            self._check_offsets(findings, consumer, streams)
        self._check_batches(findings)

    def events(self, stream):
        rows = self._rows(
            stream, "SELECT seq, envelope FROM event.log WHERE stream = %s ORDER BY seq", (stream,)
        )
        return [Event(stream, seq, bytes(envelope)) for seq, envelope in rows]

    def _check_stream(self, findings, stream):
        rows = self._rows(
            stream,
            "SELECT seq, event_id::text, envelope, chain FROM event.log"
            " WHERE stream = %s ORDER BY seq",
            (stream,),
        )
        heads = self._rows(
            stream, "SELECT seq, chain FROM event.stream_head WHERE stream = %s", (stream,)
        )
        chain, chains, ids = bytes(32), [bytes(32)], set()
        for position, (seq, event_id, envelope, stored) in enumerate(rows, 1):
            if seq != position:
                findings.add("I3", f"{stream}: event {position} is missing, {seq} comes instead")
                break
            envelope = bytes(envelope)
            chain = hashlib.sha256(chain + struct.pack(">Q", seq) + envelope).digest()
            chains.append(chain)
            if chain != bytes(stored):
                findings.add("I3", f"{stream}: the chain is broken at {seq}")
                break
            event = Event(stream, seq, envelope)
            if event.seq != seq or event.id != event_id or event_id in ids:
                findings.add("I3", f"{stream}: event {seq} says that it is {event.seq}")
            ids.add(event_id)
        head = (heads[0][0], bytes(heads[0][1])) if heads else (0, bytes(32))
        if (len(rows), chain) != head:
            findings.add("I3", f"{stream}: the head says {head[0]}, the log has {len(rows)}")
        self._chains[stream] = chains
        findings.figures[f"events_{stream}"] = len(rows)

    def _check_offsets(self, findings, consumer, streams):
        offsets = self._rows(consumer, "SELECT stream, next_seq, chain FROM event.consumer_offset")
        for stream, next_seq, chain in offsets:
            chains = self._chains.get(stream, [])
            if stream not in streams:
                findings.add("I3", f"{consumer} has heard {stream}")
            elif next_seq > len(chains):
                findings.add("I3", f"{consumer} is beyond the end of {stream}")
            elif bytes(chain) != chains[next_seq - 1]:
                findings.add("I3", f"{consumer} has heard another {stream} before {next_seq}")

    def _check_batches(self, findings):
        """Each commit of votes was said once, and in order."""
        last = {}
        for event in self.events("participation"):
            if event.kind != "votes.accepted":
                continue
            message = event.message()
            ballot, batch_no = message.text(1), message.number(2)
            if batch_no != last.get(ballot, 0) + 1:
                findings.add("I3", f"{ballot}: batch {batch_no} follows {last.get(ballot, 0)}")
            last[ballot] = batch_no
        stored = self._rows(
            "participation",
            "SELECT ballot_id::text, max(batch_no), count(*)"
            " FROM participation.receipt_batch GROUP BY ballot_id",
        )
        for ballot, newest, count in stored:
            if not newest == count == last.get(ballot, 0):
                findings.add("I3", f"{ballot}: {count} commits, {last.get(ballot, 0)} said")

    # I6.

    def check_ledger(self, findings):
        books = Books(self._rows)
        books.check_journal(findings)
        books.check_sums(findings)
        books.check_entries(findings, Record(self.state["record"]))
        try:
            answer = self._client("ledger", "auditor").get("/v1/verification")
            report = answer.json()
            if answer.status != 200 or report["sound"] is not True:
                findings.add("I6", f"the ledger's own verification says {answer.body[:300]}")
        except (OSError, ValueError, KeyError) as error:
            findings.add("I6", f"the ledger does not verify: {error!r}")

    # I7.

    def check_projections(self, findings):
        letters = set(
            self._rows(
                "reporting",
                "SELECT stream, seq FROM event.dead_letter WHERE state <> 'retried'",
            )
        )
        events = [
            event
            for stream in self.state["consumers"]["reporting"]
            for event in self.events(stream)
            if (stream, event.seq) not in letters
        ]
        model = fold(events)
        for name, columns in ReadModel.TABLES.items():
            keys, _, values = columns.partition(";")
            shown = {
                row[: len(keys.split(","))]: row[len(keys.split(",")) :]
                for row in self._rows("reporting", f"SELECT {keys}, {values} FROM reporting.{name}")
            }
            _compare(findings, name, shown, model.tables[name])
        again = fold(events, seed=self.random.random())
        if again.tables != model.tables:
            findings.add("I7", "the same events twice and in another order mean something else")
        self._rebuild(findings)

    def _rebuild(self, findings):
        """Reporting's own rebuild, from event 1."""
        client = self._client("reporting", "kim")
        try:
            started = client.post("/v1/rebuild:check", key="")
            if started.status != 202:
                findings.add("I7", f"the rebuild does not start: {started.status}")
                return
            target = f"/v1/rebuild-checks/{started.json()['check_id']}"

            def attempt():
                report = client.get(target).json()
                return report if report["state"] != "running" else None

            report = self._until(REBUILD_SECONDS, attempt)
            if report is None or report["state"] != "done" or report["equal"] is not True:
                findings.add("I7", f"the rebuild says {json.dumps(report)[:400]}")
        except (OSError, ValueError, KeyError) as error:
            findings.add("I7", f"the rebuild does not answer: {error!r}")

    # I12.

    def check_processes(self, findings):
        for process in self.state["processes"]:
            if process["ended"] is not None and not process["expected"]:
                findings.add("I12", f"{process['name']} ended by itself: {process['status']}")
        record = Record(self.state["record"])
        for crash in record.crashes:
            findings.add("I12", f"{crash['name']} ended by itself: {crash['status']}")
        for ask in record.asks.values():
            if any(status == 500 for status, _ in ask.answers):
                findings.add("I12", f"request {ask.n} ({ask.what}) got 500")
        self._logs_before = dict(self._log_offsets)
        for log in sorted({process["log"] for process in self.state["processes"]}):
            self._check_log(findings, log)
        for process in self.state["processes"]:
            if process["ended"] is None:
                self._check_resources(findings, process)

    def _check_log(self, findings, path):
        levels = collections.Counter()
        with open(path, encoding="utf-8", errors="replace") as file:
            file.seek(self._log_offsets.get(path, 0))
            for line in file:
                if any(mark in line for mark in SANITIZER_MARKS):
                    findings.add("I12", f"{os.path.basename(path)}: {line.strip()}")
                if "ssertion" in line and "failed" in line:
                    findings.add("I12", f"{os.path.basename(path)}: {line.strip()}")
                if '"level":"error"' in line:
                    try:
                        entry = json.loads(line)
                    except ValueError:
                        continue
                    levels[entry.get("event", "")] += 1
            self._log_offsets[path] = file.tell()
        errors = findings.figures.setdefault("errors_logged", {})
        for event, count in levels.items():
            name = f"{os.path.basename(path)[:-4]} {event}"
            errors[name] = errors.get(name, 0) + count

    def _bus_hangs(self, name):
        """Whether the service says that its nng frees no connection any more; see README.md."""
        answer = Client(tuple(self.state["services"][name])).get("/metrics")
        return b"\nhyeopchi_bus_hangs 1\n" in answer.body

    def _ends_anew(self, process):
        """Whether it has ended so that it is started anew, since the check before."""
        with open(process["log"], encoding="utf-8", errors="replace") as file:
            file.seek(self._logs_before.get(process["log"], 0))
            return ENDS_ANEW in file.read()

    def _look_at(self, process, most):
        """Returns descriptors and bytes, once there are no more descriptors than that or time is up."""
        folder = f"/proc/{process['pid']}/fd"
        # A connection that nobody uses any more is closed by its time limit, 15 s.
        self._until(IDLE_SECONDS, lambda: len(os.listdir(folder)) <= most or None)
        if len(os.listdir(folder)) > most and self._bus_hangs(process["name"]):
            self._until(IDLE_SECONDS, lambda: self._ends_anew(process) or None)
            raise ProcessLookupError("it ends")
        with open(f"/proc/{process['pid']}/statm", encoding="ascii") as file:
            return len(os.listdir(folder)), int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def _check_resources(self, findings, process):
        try:
            first = self.resources.get(process["pid"])
            if first is None:
                first = (len(os.listdir(f"/proc/{process['pid']}/fd")), 0)
            most = first[0] + DESCRIPTORS_MORE_MAX
            descriptors, memory = self._look_at(process, most)
        except OSError as error:
            if self._ends_anew(process):
                findings.figures.setdefault("started_anew", []).append(process["name"])
            else:
                findings.add("I12", f"{process['name']} is not there: {error}")
            return
        first = self.resources.setdefault(process["pid"], (descriptors, memory))
        if descriptors > most:
            findings.add("I12", f"{process['name']}: {first[0]} descriptors are now {descriptors}")
        if memory > 2 * first[1] + MEMORY_MORE_MAX:
            findings.add("I12", f"{process['name']}: {first[1]} bytes are now {memory}")
        findings.figures.setdefault("resources", {})[process["name"]] = {
            "pid": process["pid"],
            "descriptors": descriptors,
            "memory_mb": memory // 2**20,
        }


def _b64url(data):
    import base64  # pylint: disable=import-outside-toplevel

    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _json_bytes(value):
    """As the front end of load.py writes it: a request asked again is the same bytes."""
    return json.dumps(value, ensure_ascii=False).encode()


def _compare(findings, name, shown, computed):
    for key in itertools.islice(sorted(shown.keys() | computed.keys(), key=repr), None):
        if shown.get(key) != computed.get(key):
            findings.add("I7", f"{name} {key}: shown {shown.get(key)}, computed {computed.get(key)}")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        checker = Checker(json.load(file))
    findings = checker.check()
    print(json.dumps(findings.as_dict(), indent=1, ensure_ascii=False))
    print(findings)
    return 1 if findings.broken() else 0


if __name__ == "__main__":
    sys.exit(main())
