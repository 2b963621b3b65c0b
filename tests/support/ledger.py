# SPDX-License-Identifier: Apache-2.0
"""A ledger to test: its database, its keys, the streams it hears, which the test speaks for.

The streams are real (the runtime's publisher over nng); only what is said on them is the test's.
"""

import contextlib
import copy
import os
import subprocess
import uuid

from support.client import Client, Clock, Key, write_keys
from support.messages import encode, encode_repeated
from support.paths import BUILD
from support.ports import free_port
from support.process import Process
from support.services import environment, program

SOURCES = {"national": 1, "city": 2, "district": 3, "other": 4}

OPENING_REQUESTED = "kr.hyeopchi.participation.ballot.opening-requested.v1"
TALLY_CERTIFIED = "kr.hyeopchi.participation.tally.certified.v1"

# 2024-12-13 00:30 in Korea, still the 12th in UTC.
CERTIFIED_MS = 1734017400000


def posted(answer):
    """Returns the entry of an answer, which says that it was posted."""
    status, entry = answer
    assert status == 201, entry
    return entry


def stages(ledger, programme="a", year=2025):
    """Returns the balances of a programme's line by stage, those of 0 won left out."""
    for line in ledger.get(f"/v1/lines?fiscal_year={year}")["lines"]:
        if line["programme"] == programme:
            return {row["stage"]: row["balance_krw"] for row in line["stages"] if row["balance_krw"]}
    return {}


def grant_terms(**changes):
    """Returns the terms of a grant as a request has them."""
    return {
        "instrument": "platform",
        "fiscal_year": 2025,
        "programme": "a",
        "amounts": [{"funding_source": "district", "amount_krw": 300}],
        "start_date": "2025-01-01",
        "end_date": "2025-12-31",
        "settlement_due_date": "2026-02-28",
        "bodies": ["협치네트워크"],
        "document": "협약 2025-1",
        **changes,
    }


class Stream:
    """Says events of a stream; its log lies in the database of the service of that name."""

    def __init__(self, cluster, directory, name, database):
        self.name = name
        self.pub_url = f"ipc://{directory}/{name}-pub"
        self.fetch_url = f"ipc://{directory}/{name}-fetch"
        self.cluster = cluster
        self.database = database
        self._command = [
            os.path.join(BUILD, "tests", "stream_publisher_driver"),
            cluster.conninfo(database, f"{database}_owner"),
            name,
            self.pub_url,
            self.fetch_url,
        ]
        self._log_path = os.path.join(directory, f"{name}.log")
        self._process = None

    def start(self):
        self._process = Process(
            self.name, self._command, self._log_path, env=environment(), stdin=subprocess.PIPE
        )
        self._process.wait_line(lambda line: line.strip() == "ready", "the lead")
        return self

    def close(self):
        process, self._process = self._process, None
        process.write(None)
        status = process.wait_exit()
        assert status == 0, process.log_tail()

    def say(self, event_type, subject, schema, data):
        """Says one event and returns when it is durable."""
        mark = self._process.output.mark()
        self._process.write(f"{event_type} {subject} {schema} {data.hex()}\n")
        answer = self._process.wait_line(
            lambda line: line.strip() in ("said", "lost"), "the answer", since=mark
        )
        assert answer.strip() == "said"


class Participation(Stream):
    """Says events of the participation stream as the service itself would."""

    def __init__(self, cluster, directory):
        super().__init__(cluster, directory, "participation", "participation")

    def request_opening(self, ballot_id, amount_krw, fiscal_year=2025, source="district"):
        self.say(
            OPENING_REQUESTED,
            f"ballots/{ballot_id}",
            "hyeopchi.participation.v1.BallotOpeningRequested",
            encode((1, ballot_id), (2, fiscal_year), (3, SOURCES[source]), (4, amount_krw)),
        )

    def certify(self, ballot_id, amount_krw, winners, **changes):
        """Certifies a tally; winners are (option, programme, cost), beside one that lost."""
        funded_krw = changes.get("funded_krw", sum(cost for _, _, cost in winners))
        options = [
            encode((1, option), (2, 10), (3, cost), (4, 1), (5, "funded"), (6, programme))
            for option, programme, cost in winners
        ]
        options.append(encode((1, "lost"), (2, 1), (3, 7), (5, "does-not-fit"), (6, "lost")))
        data = encode(
            (1, ballot_id),
            (2, changes.get("fiscal_year", 2025)),
            (3, SOURCES[changes.get("source", "district")]),
            (4, amount_krw),
            (5, funded_krw),
            (6, 100),
            (7, 300),
        )
        data += encode_repeated(8, options) + encode((9, "{}"), (10, CERTIFIED_MS))
        self.say(
            TALLY_CERTIFIED,
            f"ballots/{ballot_id}",
            "hyeopchi.participation.v1.TallyCertified",
            data,
        )


def encode_line(number, line):
    """The three fields of a line from this number on: 2025/district/a, unless said otherwise."""
    return encode(
        (number, line.get("fiscal_year", 2025)),
        (number + 1, line.get("programme", "a")),
        (number + 2, SOURCES.get(line.get("source", "district"), 9)),
    )


class Finance(Stream):
    """Says events of the finance stream as what stands before an accounting system would."""

    def __init__(self, cluster, directory):
        super().__init__(cluster, directory, "finance", "reporting")  # of which no test here has need

    def request(self, *entries, requested_by="예산과-17"):
        """Asks for entries, which entry() makes; returns the event's id."""
        data = encode((1, requested_by)) + encode_repeated(2, entries)
        return self.request_bytes(data)

    def request_bytes(self, data):
        """Says a request for entries of these bytes; returns the event's id."""
        return self.ask("entry.requested", "EntryRequested", data)

    def ask(self, what, message, data):
        """Says a request of this type and message; returns the event's id."""
        event_type = f"kr.hyeopchi.finance.{what}.v1"
        self.say(event_type, "requests/1", f"hyeopchi.finance.v1.{message}", data)
        return self.ids()[-1]

    def hold(self, amount_krw, expires_time_ms, requested_by="예산과-17", **line):
        """Asks for a hold of the line 2025/district/a, unless said otherwise."""
        data = encode((1, requested_by), (2, line.get("kind", "commitment")))
        data += encode_line(3, line)
        data += encode(
            (6, amount_krw), (7, expires_time_ms), (8, line.get("document", "입찰 공고"))
        )
        return self.ask("hold.requested", "HoldRequested", data)

    def extend_hold(self, hold_id, expires_time_ms, reason="재공고"):
        data = encode((1, "예산과-17"), (2, hold_id), (3, expires_time_ms), (4, reason))
        return self.ask("hold.extension-requested", "HoldExtensionRequested", data)

    def release_hold(self, hold_id, reason="입찰 취소"):
        data = encode((1, "예산과-17"), (2, hold_id), (3, reason))
        return self.ask("hold.release-requested", "HoldReleaseRequested", data)

    def set_limit(self, limit_krw, fiscal_year=2025, source="district"):
        data = encode((1, "예산과-17"), (2, fiscal_year), (3, SOURCES.get(source, 9)), (4, limit_krw))
        return self.ask("envelope-limit.requested", "EnvelopeLimitRequested", data)

    def register_grant(self, **terms):
        """Asks for a grant of programme a over 2025 to be registered, unless said otherwise."""
        data = encode(
            (1, terms.get("requested_by", "협치과-3")),
            (2, terms.get("instrument", "platform")),
            (3, terms.get("fiscal_year", 2025)),
            (4, terms.get("programme", "a")),
        )
        amounts = terms.get("amounts", {"district": 300})
        data += encode_repeated(
            5, [encode((1, SOURCES.get(source, 9)), (2, krw)) for source, krw in amounts.items()]
        )
        data += encode(
            (6, terms.get("start_date", 20250101)),
            (7, terms.get("end_date", 20251231)),
            (8, terms.get("planning_month_count", 0)),
            (9, terms.get("settlement_due_date", 20260228)),
        )
        data += encode_repeated(
            10, [body.encode() for body in terms.get("bodies", ["협치네트워크"])]
        )
        data += encode((11, terms.get("document", "협약 2025-1")))
        return self.ask("grant.requested", "GrantRequested", data)

    def settle(self, spent_krw, unspent_krw, interest_krw=0, **terms):
        data = encode(
            (1, "협치과-3"),
            (2, terms.get("fiscal_year", 2025)),
            (3, terms.get("programme", "a")),
            (4, terms.get("grant_id", "")),
            (5, spent_krw),
            (6, unspent_krw),
            (7, interest_krw),
            (8, terms.get("effective_date", 0)),
            (9, terms.get("document", "정산서")),
        )
        return self.ask("settlement.requested", "SettlementRequested", data)

    def open_period(self, fiscal_year):
        data = encode((1, "회계과-1"), (2, fiscal_year))
        return self.ask("period.opening-requested", "PeriodOpeningRequested", data)

    def close_period(self, fiscal_year, document="결산"):
        data = encode((1, "회계과-1"), (2, fiscal_year), (3, document))
        return self.ask("period.closing-requested", "PeriodClosingRequested", data)

    def freeze_line(self, reason="감사 중", **line):
        data = encode((1, "감사담당관-2")) + encode_line(2, line) + encode((5, reason))
        return self.ask("line.freeze-requested", "LineFreezeRequested", data)

    def thaw_line(self, reason="감사 끝", **line):
        data = encode((1, "감사담당관-2")) + encode_line(2, line) + encode((5, reason))
        return self.ask("line.thaw-requested", "LineThawRequested", data)

    def ids(self):
        rows = self.cluster.psql(self.database, "SELECT event_id FROM event.log ORDER BY seq")
        return [str(row[0]) for row in rows]

    def rename(self, seq, event_id):
        """Gives an event another id, as only a foreign publisher can; while the stream is closed."""
        self.cluster.psql(self.database, "ALTER TABLE event.log DISABLE TRIGGER ALL")
        rows = self.cluster.psql(
            self.database, "SELECT event_id, envelope FROM event.log WHERE seq = %s", (seq,)
        )
        envelope = bytes(rows[0][1]).replace(str(rows[0][0]).encode(), event_id.encode())
        assert envelope != bytes(rows[0][1]) and len(envelope) == len(rows[0][1])
        self.cluster.psql(
            self.database, "UPDATE event.log SET envelope = %s WHERE seq = %s", (envelope, seq)
        )

    @staticmethod
    def entry(kind, amount_krw=0, programme="a", fiscal_year=2025, **more):
        """One entry of the line 2025/district/a, unless said otherwise."""
        source = SOURCES[more.get("source", "district")] if fiscal_year else 0
        moves = [
            encode((1, debit), (2, credit), (3, krw)) for debit, credit, krw in more.get("moves", ())
        ]
        return (
            encode(
                (1, kind),
                (2, more.get("effective_date", 0)),
                (3, more.get("document", f"문서 {kind}")),
                (4, fiscal_year),
                (5, programme),
                (6, source),
                (7, amount_krw),
            )
            + encode_repeated(8, moves)
            + encode(
                (9, more.get("linked_seq", 0)),
                (10, more.get("hold_id", "")),
                (11, more.get("grant_id", "")),
            )
        )


class Ledger:
    """A running ledger service and the keys that may speak to it."""

    def __init__(
        self, cluster, start_service, directory, participation, demonstration=False, finance=None
    ):
        """With demonstration, self.clock moves the service's calendar (and that of its clients)."""
        self.clock = Clock(os.path.join(directory, "ledger-clock")) if demonstration else None
        self.cluster = cluster
        self.operator = Key("operator", "kim")
        self.auditor = Key("auditor", "lee")
        self.staff = Key("staff", "park")
        self.front_end = Key("front-end", "portal")
        self.port = free_port()
        self.authority = f"127.0.0.1:{self.port}"
        keys = (self.operator, self.auditor, self.staff, self.front_end)
        self.settings = {
            "HYEOPCHI_DISTRICT": "seongdong",
            "HYEOPCHI_HTTP_LISTEN": self.authority,
            "HYEOPCHI_DATABASE_URL": cluster.conninfo("ledger", "ledger"),
            "HYEOPCHI_MIGRATION_DATABASE_URL": cluster.conninfo("ledger", "ledger_owner"),
            "HYEOPCHI_PUB_URL": f"ipc://{directory}/ledger-pub",
            "HYEOPCHI_FETCH_URL": f"ipc://{directory}/ledger-fetch",
            "HYEOPCHI_KEYS_FILE": write_keys(os.path.join(directory, "keys"), *keys),
            "HYEOPCHI_PARTICIPATION_PUB_URL": participation.pub_url,
            "HYEOPCHI_PARTICIPATION_FETCH_URL": participation.fetch_url,
        }
        if finance:
            self.settings["HYEOPCHI_FINANCE_PUB_URL"] = finance.pub_url
            self.settings["HYEOPCHI_FINANCE_FETCH_URL"] = finance.fetch_url
        if self.clock:
            self.settings["HYEOPCHI_DEMONSTRATION_CLOCK_FILE"] = self.clock.path
        subprocess.run(
            [program("ledger"), "migrate"],
            env=environment(self.settings),
            check=True,
            timeout=60,
            capture_output=True,
        )
        self.service = start_service(
            "ledger", self.settings, address=("127.0.0.1", self.port)
        ).wait_ready()

    def beside(self, start_service, directory):
        """Starts a second ledger on the same database and with the same keys."""
        other = copy.copy(self)
        other.port = free_port()
        other.authority = f"127.0.0.1:{other.port}"
        other.settings = dict(
            self.settings,
            HYEOPCHI_HTTP_LISTEN=other.authority,
            HYEOPCHI_PUB_URL=f"ipc://{directory}/standby-pub",
            HYEOPCHI_FETCH_URL=f"ipc://{directory}/standby-fetch",
        )
        other.service = start_service("ledger", other.settings, address=("127.0.0.1", other.port))
        return other

    @contextlib.contextmanager
    def commits_held(self):
        """Has every transaction stand still behind all of its work, right before its COMMIT.

        One that waits too long for it is given up and tried again. Returns the place in the log.
        """
        mark = self.service.mark()
        outside = self.cluster.connect("ledger", autocommit=False)
        try:
            with outside.cursor() as cursor:
                cursor.execute("LOCK TABLE event.log IN SHARE MODE")
            yield mark
        finally:
            outside.rollback()
            outside.close()

    def wait_given_up(self, mark):
        """Waits until a transaction was given up that commits_held() holds."""
        self.service.wait_log("database_error", since=mark, sqlstate="55P03")

    def client(self, key=None):
        """Returns a client that signs; the operator's unless said otherwise."""
        return Client(("127.0.0.1", self.port), key or self.operator, self.clock)

    def ask(self, method, target, body=None, key=None, headers=None):
        """Sends a signed request (the operator's unless said otherwise).

        Returns (status, JSON), or the bytes of an answer that is not JSON.
        """
        answer = self.client(key).request(method, target, body, headers)
        media_type = answer.headers.get("Content-Type", "").split(";")[0]
        is_json = media_type.endswith("json") and media_type != "application/x-ndjson"
        return answer.status, answer.json() if is_json else answer.body

    def get(self, target, key=None):
        status, answer = self.ask("GET", target, key=key)
        assert status == 200, (status, answer)
        return answer

    def set_limit(self, limit_krw, fiscal_year=2025, source="district"):
        target = f"/v1/envelope-limits/{fiscal_year}/{source}"
        status, answer = self.ask("PUT", target, {"limit_krw": limit_krw})
        assert status == 200, (status, answer)
        return answer

    def appropriate(self, programme, amount_krw, key=None, **changes):
        """Posts a 본예산 entry; returns (status, JSON)."""
        body = {
            "kind": "appropriation",
            "fiscal_year": 2025,
            "programme": programme,
            "funding_source": "district",
            "amount_krw": amount_krw,
            "document": "제123회 성동구의회 의결 2024-12-20",
            "effective_date": "2024-12-20",
        }
        body.update(changes)
        return self.ask(
            "POST", "/v1/entries", body, headers={"Idempotency-Key": key or str(uuid.uuid4())}
        )

    def post(self, kind, amount_krw=None, key=None, **changes):
        """Posts an entry of any kind in the line 2025/district/a; returns (status, JSON)."""
        body = {"kind": kind, "document": f"문서 {kind}"}
        if kind != "reversal":
            body.update(fiscal_year=2025, programme="a", funding_source="district")
        if amount_krw is not None:
            body["amount_krw"] = amount_krw
        body.update(changes)
        return self.ask(
            "POST", "/v1/entries", body, headers={"Idempotency-Key": key or str(uuid.uuid4())}
        )

    def hold(self, amount_krw, expires_time, key=None, **changes):
        """Holds money of the line 2025/district/a; returns (status, JSON)."""
        body = {
            "kind": "commitment",
            "fiscal_year": 2025,
            "programme": "a",
            "funding_source": "district",
            "amount_krw": amount_krw,
            "expires_time": expires_time,
            "document": "입찰 공고",
            **changes,
        }
        return self.ask(
            "POST", "/v1/holds", body, headers={"Idempotency-Key": key or str(uuid.uuid4())}
        )

    def commit_hold(self, hold_id, amount_krw, key=None, **changes):
        """Takes up a hold; returns (status, JSON)."""
        body = {"amount_krw": amount_krw, "document": "계약", **changes}
        target = f"/v1/holds/{hold_id}:commit"
        return self.ask("POST", target, body, headers={"Idempotency-Key": key or str(uuid.uuid4())})

    def release_hold(self, hold_id, reason="입찰 취소"):
        """Gives a hold back; returns (status, JSON)."""
        return self.ask("POST", f"/v1/holds/{hold_id}:release", {"reason": reason})

    def verification(self):
        return self.get("/v1/verification")

    def copy_due(self, hold_id, count):
        """Has a hold count times more, all past their deadline, without asking for each."""
        self.sql(
            "WITH copied AS ("
            " INSERT INTO ledger.hold (shard, hold_id, kind, fiscal_year, programme, funding_source,"
            " stage, amount_krw, expires_time_ms, document, request_hash, placed_by, placed_time_ms)"
            " SELECT shard, gen_random_uuid(), kind, fiscal_year, programme, funding_source, stage,"
            " amount_krw, placed_time_ms + 1, document, request_hash, placed_by, placed_time_ms"
            " FROM ledger.hold, generate_series(1, %s) WHERE hold_id = %s RETURNING *)"
            " UPDATE ledger.account AS a SET held_krw = a.held_krw + one.amount_krw * %s"
            " FROM (SELECT * FROM copied LIMIT 1) AS one WHERE a.shard = one.shard"
            " AND a.fiscal_year = one.fiscal_year AND a.programme = one.programme"
            " AND a.funding_source = one.funding_source AND a.stage = one.stage",
            (count, hold_id, count),
        )

    def sql(self, statement, parameters=None):
        """Runs a statement as the superuser."""
        return self.cluster.psql("ledger", statement, parameters)

    def events(self):
        """Returns what the ledger has said so far as (type, data) pairs, in order."""
        return [(event["type"], event["data"]) for event in self.said()]

    def said(self):
        """Returns the events that are in the ledger's log so far, in order.

        The feed may come to the last of them a moment after their commit.
        """
        events = []
        head = self.sql("SELECT coalesce(max(seq), 0) FROM event.log WHERE stream = 'ledger'")[0][0]
        while len(events) < head:
            target = f"/v1/events?after=1-{len(events)}&limit=1000&wait=20"
            answer = self.client().get(target, headers={"Accept": "application/x-ndjson"})
            assert answer.status == 200, answer.body
            events += answer.lines()
        return events

    def entries_said(self):
        """Returns the entries that the ledger has said were posted so far, event by event."""
        return [
            data["entries"] for kind, data in self.events() if kind.endswith(".entries.posted.v1")
        ]
