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

from receipts import (
    ROOT_AT,
    BadReceipt,
    BallotKeys,
    choice_numbers,
    from_b64url,
    merkle_root,
    root_of,
    verify_receipt,
)
from support.client import Client, Clock, Key
from support.services import ENDS_ANEW, SANITIZER_MARKS
from wire_format import Event, ReadModel, fold

INVARIANTS = {
    "I1": "every acknowledged vote exactly once; unacknowledged 0 or 1",
    "I2": "one final vote per ballot and voter; revisions contiguous",
    "I3": "event streams gap-free, and heard to their end",
    "I4": "every receipt can be fetched again, byte for byte",
    "I6": "the ledger adds up, and is what was posted",
    "I7": "projections are what event 1 and all after it lead to",
    "I11": "a probe vote within 10 s of healing, no lag within 30 s",
    "I12": "no crash but the injected, no sanitizer report, no leak of descriptors or memory",
}

VIOLATION_MAX = 20  # of one invariant; the rest is counted
PROBE_SECONDS = 10
LAG_SECONDS = 30
REFETCH_MAX = 200  # receipts asked for again over HTTP; all are compared in the database
REBUILD_SECONDS = 60
DESCRIPTORS_MORE_MAX = 24
IDLE_SECONDS = 30
MEMORY_MORE_MAX = 96 * 1024 * 1024
STREAMS = ("participation", "ledger", "reporting")


class Findings:
    """What was wrong, by invariant, and some figures of what was looked at."""

    def __init__(self):
        self.violations = {name: [] for name in INVARIANTS}
        self.more = collections.Counter()
        self.figures = {}

    def add(self, invariant, text):
        if len(self.violations[invariant]) < VIOLATION_MAX:
            self.violations[invariant].append(text)
        else:
            self.more[invariant] += 1

    def broken(self):
        return {name for name, texts in self.violations.items() if texts}

    def as_dict(self):
        return {
            "held": sorted(set(INVARIANTS) - self.broken(), key=lambda name: int(name[1:])),
            "broken": {name: texts for name, texts in self.violations.items() if texts},
            "more": dict(self.more),
            "figures": self.figures,
        }

    def __str__(self):
        lines = []
        for name in INVARIANTS:
            for text in self.violations[name]:
                lines.append(f"{name} ({INVARIANTS[name]}): {text}")
            if self.more[name]:
                lines.append(f"{name}: and {self.more[name]} more")
        return "\n".join(lines) or "everything held"


class Ask:
    """One request of the record and all its answers."""

    def __init__(self, line):
        self.n = line["n"]
        self.what = line["what"]
        self.key = line["key"]
        self.target = line["target"]
        self.ballot = line.get("ballot")
        self.votes = line.get("votes", [])
        self.entry = line.get("entry")
        self.role = line.get("role", "front_end")
        self.answers = []

    def verified(self):
        """The answers of a vote or a batch that prove something: (line, JSON, body) of each vote."""
        for status, body in self.answers:
            if self.what == "vote" and status == 201:
                lines = [(0, body)]
            elif self.what == "batch" and status == 200:
                lines = [(i, text) for i, text in enumerate(body.splitlines(), 1)]
            else:
                continue
            for line, text in lines:
                try:
                    accepted = json.loads(text)
                    verify_receipt(accepted)
                except (BadReceipt, ValueError, KeyError, TypeError):
                    continue
                yield line, accepted, text

    def refused(self):
        """The lines that were refused for good."""
        for status, body in self.answers:
            if self.what == "vote" and status in (403, 409, 422):
                yield 0
            elif self.what == "batch" and status == 200:
                for text in body.splitlines():
                    try:
                        line = json.loads(text)
                    except ValueError:
                        continue
                    if line.get("status") in (403, 409, 422):
                        yield line["line"]


class Record:
    """The record file, read back."""

    def __init__(self, path):
        self.ballots = {}
        self.asks = {}
        self.crashes = []
        self.injected = 0
        with open(path, encoding="utf-8") as file:
            for text in file:
                self._take(json.loads(text))

    def _take(self, line):
        kind = line["kind"]
        if kind == "ask":
            self.asks[line["n"]] = Ask(line)
        elif kind == "answer":
            self.asks[line["n"]].answers.append((line["status"], line["body"]))
        elif kind == "ballot":
            self.ballots[line["ballot"]] = line
        elif kind == "crash":
            self.crashes.append(line)
        elif kind == "inject":
            self.injected += 1

    def of_ballot(self, ballot_id):
        return [
            ask
            for ask in self.asks.values()
            if ask.ballot == ballot_id and ask.what in ("vote", "batch")
        ]


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
        body = json.dumps(paper, ensure_ascii=False).encode()
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
            requests=len(record.asks), injected=record.injected, ballots=len(record.ballots)
        )
        figures["statuses"] = collections.Counter(
            str(status) for ask in record.asks.values() for status, _ in ask.answers
        )
        receipts = []
        for ballot_id, ballot in record.ballots.items():
            box = Box(self, ballot_id, ballot["options"])
            if box.ballot is None:
                findings.add("I1", f"ballot {ballot_id} was acknowledged, and is not there")
                continue
            box.check_itself(findings)
            receipts += box.check_record(findings, record.of_ballot(ballot_id), figures)
        self._fetch_again(findings, receipts)
        figures["receipts"] = len(receipts)
        findings.figures.update(figures)

    def _fetch_again(self, findings, receipts):
        """Asks for receipts again, as a front end would that has lost them."""
        client = self._client("participation", "front_end")
        for ask, line, text in self.random.sample(receipts, min(REFETCH_MAX, len(receipts))):
            if line != 0:
                continue
            body = json.dumps(ask.votes[0], ensure_ascii=False).encode()
            answer = client.post(ask.target, body, key=ask.key)
            if answer.status != 201 or answer.body.decode() != text:
                findings.add("I4", f"request {ask.n} now gets {answer.status}, another receipt")

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
        self._check_journal(findings)
        self._check_sums(findings)
        self._check_entries(findings)
        try:
            answer = self._client("ledger", "auditor").get("/v1/verification")
            report = answer.json()
            if answer.status != 200 or report["sound"] is not True:
                findings.add("I6", f"the ledger's own verification says {answer.body[:300]}")
        except (OSError, ValueError, KeyError) as error:
            findings.add("I6", f"the ledger does not verify: {error!r}")

    def _check_journal(self, findings):
        postings = collections.defaultdict(list)
        for row in self._rows(
            "ledger",
            "SELECT shard, seq, fiscal_year, funding_source, programme, stage, amount_krw"
            " FROM ledger.posting ORDER BY shard, seq, leg",
        ):
            postings[row[0], row[1]].append(row[2:])
        previous = {}
        count = 0
        for row in self._rows(
            "ledger",
            "SELECT shard, seq, key::text, posted_time_ms, kind, effective_date, period, document,"
            " metadata, hash FROM ledger.journal ORDER BY shard, seq",
        ):
            shard, seq, stored = row[0], row[1], bytes(row[9])
            last_seq, last_hash = previous.get(shard, (0, bytes(32)))
            legs = postings.pop((shard, seq), [])
            if seq != last_seq + 1:
                findings.add("I6", f"entry {seq} follows {last_seq}")
            if _entry_hash(last_hash, row, legs) != stored:
                findings.add("I6", f"the hash of entry {seq} is not that of its content")
            _check_entry_sums(findings, seq, legs)
            previous[shard] = (seq, stored)
            count += 1
        if postings:
            findings.add("I6", f"{len(postings)} entries have legs and no journal row")
        for shard, seq, stored in self._rows("ledger", "SELECT shard, seq, hash FROM ledger.head"):
            if (seq, bytes(stored)) != previous.get(shard, (0, bytes(32))):
                findings.add("I6", f"the head says {seq}, the journal another")
        findings.figures["entries"] = count

    def _check_sums(self, findings):
        rows = self._rows(
            "ledger",
            "SELECT a.programme, a.stage, a.balance_krw, a.version, a.floor_krw,"
            " coalesce(sum(p.amount_krw), 0), count(p.version), coalesce(max(p.version), 0)"
            " FROM ledger.account AS a LEFT JOIN ledger.posting AS p"
            " USING (shard, fiscal_year, programme, funding_source, stage)"
            " GROUP BY a.shard, a.fiscal_year, a.programme, a.funding_source, a.stage",
        )
        for programme, stage, balance, version, floor, total, count, newest in rows:
            if balance != total or not version == count == newest:
                findings.add("I6", f"{programme} {stage}: {balance} of {version}, {total} posted")
            if floor is not None and balance < floor:
                findings.add("I6", f"{programme} {stage}: {balance} is below {floor}")

    def _check_entries(self, findings):
        """What operators were told is posted; what was certified is selected, once."""
        record = Record(self.state["record"])
        journal = dict(self._rows("ledger", "SELECT key::text, seq FROM ledger.journal"))
        for ask in record.asks.values():
            if ask.what != "entry":
                continue
            accepted = {json.loads(body)["seq"] for status, body in ask.answers if status == 201}
            if accepted and accepted != {journal.get(ask.key)}:
                findings.add("I6", f"entry {ask.key} was told {accepted}: {journal.get(ask.key)}")
        certified = self._rows(
            "participation",
            "SELECT ballot_id::text, result_json FROM participation.ballot"
            " WHERE state = 'certified'",
        )
        envelopes = {
            row[0]: row[1:]
            for row in self._rows(
                "ledger", "SELECT ballot_id::text, state, selected_krw FROM ledger.envelope"
            )
        }
        selections = collections.Counter(
            dict(
                self._rows(
                    "ledger",
                    "SELECT p.programme, count(*) FROM ledger.posting AS p"
                    " JOIN ledger.journal AS j USING (shard, seq)"
                    " WHERE j.kind = 'selection' AND p.stage = 'M10' GROUP BY p.programme",
                )
            )
        )
        for ballot_id, text in certified:
            result = json.loads(text)
            wanted = ("settled", int(result["total_cost"]))
            if envelopes.get(ballot_id) != wanted:
                findings.add("I6", f"{ballot_id}: {wanted} is {envelopes.get(ballot_id)}")
            ballot = record.ballots.get(ballot_id)
            for option in ballot["options"] if ballot else ():
                times = selections[f"{ballot['prefix']}-{option}"]
                if times != (option in result["funded"]):
                    findings.add("I6", f"{ballot_id} {option} is selected {times} times")

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
        for crash in Record(self.state["record"]).crashes:
            findings.add("I12", f"{crash['name']} ended by itself: {crash['status']}")
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


class Box:
    """A ballot's rows in participation's database, against themselves and against the record."""

    def __init__(self, checker, ballot_id, options):
        self.ballot_id = ballot_id
        self.options = options
        self.keys = BallotKeys(checker.state["ballot_keys"], ballot_id)
        front_end = checker.state["keys"]["front_end"]
        self._front_end = (front_end["role"], front_end["name"])

        def rows(sql):
            found = checker._rows("participation", sql, (ballot_id,))
            return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in r) for r in found]

        self.votes = rows(
            "SELECT nullifier, rev, choice, batch_no, leaf_index FROM participation.vote"
            " WHERE ballot_id = %s"
        )
        self.requests = rows(
            "SELECT request_key, nullifier, rev FROM participation.vote_request"
            " WHERE ballot_id = %s"
        )
        self.roll = rows("SELECT vtag, rev FROM participation.roll WHERE ballot_id = %s")
        self.batches = {
            row[0]: row[1:]
            for row in rows(
                "SELECT batch_no, leaf_hashes, body, signature, key"
                " FROM participation.receipt_batch WHERE ballot_id = %s"
            )
        }
        (self.ballot,) = rows(
            "SELECT voters, revisions, state, result_json FROM participation.ballot"
            " WHERE ballot_id = %s"
        ) or [None]
        self.turnout = rows(
            "SELECT dimension, cell, voters FROM participation.turnout"
            " WHERE ballot_id = %s AND voters <> 0"
        )
        self.places = rows(  # Who has a vote or a paper that counts, and not a cancelled one.
            "SELECT cells FROM participation.roll"
            " WHERE ballot_id = %s AND rev > 0 AND channel <> 0"
        )

    def check_itself(self, findings):
        by_voter = collections.defaultdict(list)
        for nullifier, rev, *_ in self.votes:
            by_voter[nullifier].append(rev)
        for nullifier, revs in by_voter.items():
            if sorted(revs) != list(range(1, len(revs) + 1)):
                findings.add("I2", f"{self.ballot_id} {nullifier.hex()[:12]}: revisions {sorted(revs)}")
        if len(self.roll) != len(by_voter) or len({row[0] for row in self.roll}) != len(self.roll):
            findings.add("I2", f"{self.ballot_id}: {len(self.roll)} on the roll, {len(by_voter)} in the box")
        if sum(rev for _, rev in self.roll) != len(self.votes):
            findings.add("I2", f"{self.ballot_id}: the roll's revisions are not the box's")
        voters, revisions = self.ballot[:2]
        if (voters, revisions) != (len(by_voter), len(self.votes) - len(by_voter)):
            findings.add("I2", f"{self.ballot_id}: counted {voters} voters and {revisions} revisions, "
                               f"there are {len(by_voter)} and {len(self.votes) - len(by_voter)}")  # fmt: skip
        self._check_turnout(findings)
        self._check_pairs(findings)
        self._check_batches(findings)
        self._check_result(findings)

    def _check_turnout(self, findings):
        """Every voter of the roll is in one cell of each of the six tables, and nobody else is."""
        counted = collections.Counter()
        for (cells,) in self.places:
            counted.update(enumerate(struct.unpack(">6H", cells)))
        for dimension, cell, voters in self.turnout:
            counted[dimension, cell] -= voters
        for (dimension, cell), missing in sorted(counted.items()):
            if missing:
                findings.add("I2", f"{self.ballot_id}: turnout table {dimension} lacks {missing} "
                                   f"of the roll's voters in cell {cell}")  # fmt: skip

    def _check_pairs(self, findings):
        votes = collections.Counter(row[:2] for row in self.votes)
        requests = collections.Counter(row[1:] for row in self.requests)
        for pair in votes.keys() | requests.keys():
            if votes[pair] != 1 or requests[pair] != 1:
                findings.add("I1", f"{self.ballot_id} {pair[0].hex()[:12]} rev {pair[1]}: "
                                   f"{requests[pair]} requests, {votes[pair]} votes")  # fmt: skip

    def _check_batches(self, findings):
        places = collections.Counter(row[3:5] for row in self.votes)
        if any(count > 1 for count in places.values()):
            findings.add("I4", f"{self.ballot_id}: two votes at one place of a commit")
        if len(places) != sum(len(batch[0]) // 32 for batch in self.batches.values()):
            findings.add("I4", f"{self.ballot_id}: leaves and votes are not as many")
        for batch_no, (leaves, body, _, _) in self.batches.items():
            hashes = _hashes(leaves)
            if merkle_root(hashes) != body[ROOT_AT : ROOT_AT + 32]:
                findings.add("I4", f"{self.ballot_id}: batch {batch_no} is not what was signed")

    def _check_result(self, findings):
        """A counted result is what the box says."""
        if self.ballot[3] is None:
            return
        final = {}
        for nullifier, rev, choice, *_ in self.votes:
            if rev >= final.get(nullifier, (0,))[0]:
                final[nullifier] = (rev, choice)
        scores = collections.Counter(
            self.options[number - 1]
            for _, choice in final.values()
            for number in choice_numbers(choice)
        )
        said = {row["id"]: int(row["score"]) for row in json.loads(self.ballot[3])["options"]}
        if said != {option: scores[option] for option in self.options}:
            findings.add("I2", f"{self.ballot_id}: counted {said}, the box says {dict(scores)}")

    def check_record(self, findings, asks, figures):
        """Compares with what was asked and answered; returns the receipts that were given."""
        stored = collections.defaultdict(list)
        for request_key, nullifier, rev in self.requests:
            stored[request_key].append((nullifier, rev))
        votes = {row[:2]: row[2:] for row in self.votes}
        asked, refused, receipts = {}, set(), {}
        for ask in asks:
            for line in [0] if ask.what == "vote" else range(1, len(ask.votes) + 1):
                name = self.keys.request_key(self._front_end, ask.key, line)
                asked[name] = (ask, ask.votes[max(0, line - 1)])
            for line in ask.refused():
                refused.add(self.keys.request_key(self._front_end, ask.key, line))
            for line, accepted, text in ask.verified():
                name = self.keys.request_key(self._front_end, ask.key, line)
                self._check_accepted(findings, (ask, line, accepted, text), stored[name], votes)
                before = receipts.setdefault(name, (ask, line, text))
                if before[2] != text:
                    findings.add("I4", f"request {ask.n} got two receipts")
        for name, rows in stored.items():
            if rows and name not in asked:
                findings.add("I1", f"{self.ballot_id}: a vote that nobody asked for")
            elif len(rows) > 1:
                findings.add("I1", f"request {asked[name][0].n} was accepted {len(rows)} times")
            elif rows and name in refused and name not in receipts:
                findings.add("I1", f"request {asked[name][0].n} was refused, and counts")
        for name, (ask, paper) in asked.items():
            for nullifier, rev in stored.get(name, []):
                self._check_choice(findings, ask, paper, nullifier, votes.get((nullifier, rev)))
        figures["votes_asked"] += len(asked)
        figures["votes_acknowledged"] += len(receipts)
        figures["votes_stored"] += len(self.votes)
        figures["votes_stored_unacknowledged"] += sum(
            1 for name, rows in stored.items() if rows and name not in receipts
        )
        return list(receipts.values())

    def _check_accepted(self, findings, given, rows, votes):
        ask, line, accepted, _ = given
        vote, receipt = accepted["vote"], accepted["receipt"]
        place = (from_b64url(vote["nullifier"]), vote["rev"])
        if rows != [place] or place not in votes:
            findings.add("I1", f"request {ask.n} line {line} was acknowledged, and is not there")
            return
        _, batch_no, leaf_index = votes[place]
        leaves, body, signature, key = self.batches.get(batch_no, (b"", b"", b"", b""))
        hashes = _hashes(leaves)
        path = receipt["path"]
        same = (
            from_b64url(receipt["body"]) == body
            and from_b64url(receipt["signature"]) == signature
            and from_b64url(receipt["key"]) == key
            and (path["index"], path["size"]) == (leaf_index, len(hashes))
            and from_b64url(vote["leaf_hash"]) == hashes[leaf_index]
            and root_of(
                hashes[leaf_index], leaf_index, len(hashes), map(from_b64url, path["hashes"])
            )
            == body[ROOT_AT : ROOT_AT + 32]
        )
        if not same:
            findings.add("I4", f"the receipt of request {ask.n} line {line} is not in the database")

    def _check_choice(self, findings, ask, paper, nullifier, vote):
        if nullifier != self.keys.nullifier(paper["subject"]):
            findings.add("I1", f"request {ask.n} is another voter's now")
        if vote is None:
            return  # Said above.
        wanted = sorted(self.options.index(choice["option"]) + 1 for choice in paper["choices"])
        if choice_numbers(vote[0]) != wanted:
            findings.add("I1", f"request {ask.n} chose {wanted} and counts as another choice")


def _hashes(data):
    return [data[i : i + 32] for i in range(0, len(data), 32)]


def _b64url(data):
    import base64  # pylint: disable=import-outside-toplevel

    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _text(text):
    data = text.encode()
    return struct.pack(">H", len(data)) + data


def _entry_hash(previous, row, legs):
    """The layout ledger/1; see services/ledger/domain/journal.h."""
    shard, seq, key, posted_ms, kind, effective, period, document, metadata, _ = row
    data = b"ledger/1" + previous + _text(shard) + struct.pack(">Q", seq) + uuid.UUID(key).bytes
    data += struct.pack(">q", posted_ms) + _text(kind) + struct.pack(">IIH", effective, period, len(legs))
    for fiscal_year, source, programme, stage, amount in legs:
        data += struct.pack(">I", fiscal_year) + _text(source) + _text(programme) + _text(stage)
        data += struct.pack(">q", amount)
    data += hashlib.sha256(_text(document) + _text(metadata)).digest()
    return hashlib.sha256(data).digest()


def _check_entry_sums(findings, seq, legs):
    by_source, by_line = collections.Counter(), collections.Counter()
    for fiscal_year, source, programme, _, amount in legs:
        by_source[fiscal_year, source] += amount
        by_line[fiscal_year, source, programme] += amount
    if not legs or any(by_source.values()) or any(by_line.values()):
        findings.add("I6", f"entry {seq} does not sum to zero")


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
