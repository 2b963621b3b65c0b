# SPDX-License-Identifier: Apache-2.0
"""A reporting service to test, and both streams it hears, for which the test speaks.

The streams are real (the runtime's publisher over nng); only what is said on them is the test's.
"""

import json
import os
import subprocess

from support.client import Client, Key, write_keys
from support.messages import encode, encode_repeated
from support.paths import BUILD
from support.ports import free_port
from support.process import Process
from support.services import environment, program

SOURCES = {"national": 1, "city": 2, "district": 3, "other": 4}

# 2022. 9. 19.(월) 09:00 and 2022. 9. 23.(금) 18:00 in Korea.
OPENS_MS = 1663545600000
CLOSES_MS = 1663923600000
DAY_MS = 24 * 60 * 60 * 1000


class Publisher:
    """Says events of one stream as its service would."""

    def __init__(self, name, cluster, directory):
        self.name = name
        self.pub_url = f"ipc://{directory}/{name}-pub"
        self.fetch_url = f"ipc://{directory}/{name}-fetch"
        self.seq = 0
        self._command = [
            os.path.join(BUILD, "tests", "stream_publisher_driver"),
            cluster.conninfo(name, f"{name}_owner"),
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

    def say(self, kind, subject, schema, data):
        """Says kr.hyeopchi.<stream>.<kind>.v1; returns when it is durable."""
        mark = self._process.output.mark()
        event_type = f"kr.hyeopchi.{self.name}.{kind}.v1"
        schema = f"hyeopchi.{self.name}.v1.{schema}"
        self._process.write(f"{event_type} {subject} {schema} {data.hex() or '00'}\n")
        answer = self._process.wait_line(
            lambda line: line.strip() in ("said", "lost"), "the answer", since=mark
        )
        assert answer.strip() == "said"
        self.seq += 1


class Participation(Publisher):
    def __init__(self, cluster, directory):
        super().__init__("participation", cluster, directory)

    def open(self, ballot_id, options, **changes):
        """Options are dicts of name and cost_krw, or names alone."""
        rows = []
        for number, option in enumerate(options, 1):
            option = option if isinstance(option, dict) else {"name": option}
            rows.append(
                encode(
                    (1, number),
                    (2, option.get("id", str(number))),
                    (3, option["name"]),
                    (4, option.get("cost_krw", 1_000_000 * number)),
                    (5, option.get("area", "")),
                    (6, option.get("field", "마을자치")),
                    (7, option.get("programme", f"p-{number}")),
                )
            )
        data = encode(
            (1, ballot_id),
            (2, changes.get("title", "2023년 성동구 협치 의제 주민투표")),
            (3, changes.get("budget_year", 2023)),
            (4, SOURCES["district"]),
            (5, changes.get("budget_krw", 5_000_000)),
            (6, OPENS_MS),
            (7, CLOSES_MS),
            (8, bytes(range(32))),
            (9, "approval"),
            (10, "greedy"),
        )
        data += encode_repeated(11, rows)
        data += encode((12, int(changes.get("demonstration", False))))
        self.say("ballot.opened", f"ballots/{ballot_id}", "BallotOpened", data)

    def extend(self, ballot_id, number, closes_ms, reason):
        data = encode(
            (1, ballot_id), (2, number), (3, CLOSES_MS), (4, closes_ms), (5, reason), (6, OPENS_MS)
        )
        self.say("ballot.extended", f"ballots/{ballot_id}", "BallotExtended", data)

    def accept(self, ballot_id, batch_no, voters):
        data = encode((1, ballot_id), (2, batch_no), (3, 1), (5, voters))
        self.say("votes.accepted", f"ballots/{ballot_id}", "VotesAccepted", data)

    def shut(self, ballot_id, voters, tables, days=5, revisions=12):
        """Tables are {dimension: [(name, voters or None where suppressed)]}."""
        data = encode((1, ballot_id), (2, CLOSES_MS), (3, voters), (4, revisions), (5, days))
        rows = []
        for dimension, cells in tables.items():
            row = encode((1, dimension))
            row += encode_repeated(
                2,
                [encode((1, name), (2, count or 0), (3, int(count is None))) for name, count in cells],
            )
            rows.append(row)
        data += encode_repeated(6, rows)
        self.say("ballot.closed", f"ballots/{ballot_id}", "BallotClosed", data)

    def certify(self, ballot_id, results, voters, funded_krw, budget_krw=5_000_000, voids=0,
                result="{}", jury=(0, 0), channels=()):
        """Results are (option id, score, funded, reason), and why it was excluded if it was; jury is
        (resident weight, jury weight), channels are (names, weight)."""
        options = [
            encode((1, option), (2, score), (4, int(funded)), (5, reason), (6, f"p-{option}"))
            + encode((9, "".join(why)))
            for option, score, funded, reason, *why in results
        ]
        data = encode(
            (1, ballot_id),
            (2, 2023),
            (3, SOURCES["district"]),
            (4, budget_krw),
            (5, funded_krw),
            (6, voters),
            (7, sum(row[1] for row in results)),
        )
        data += encode_repeated(8, options)
        data += encode((9, result), (10, CLOSES_MS + DAY_MS), (11, voids), (13, jury[0]), (14, jury[1]))
        data += encode_repeated(15, [
            b"".join(encode((1, name)) for name in names) + encode((2, weight))
            for names, weight in channels
        ])
        self.say("tally.certified", f"ballots/{ballot_id}", "TallyCertified", data)


class Ledger(Publisher):
    """Keeps balances and versions as the ledger would."""

    def __init__(self, cluster, directory):
        super().__init__("ledger", cluster, directory)
        self.accounts = {}

    def reserve(self, ballot_id, amount_krw):
        data = encode((1, ballot_id), (2, 2023), (3, SOURCES["district"]), (4, amount_krw))
        self.say("envelope.reserved", f"ballots/{ballot_id}", "EnvelopeReserved", data)

    def release(self, ballot_id, released_krw, selected_krw):
        data = encode(
            (1, ballot_id), (2, 2023), (3, SOURCES["district"]), (4, released_krw), (5, selected_krw)
        )
        self.say("envelope.released", f"ballots/{ballot_id}", "EnvelopeReleased", data)

    def entry(self, programme, moves, ballot_id="", year=2023, wrong_krw=0, kind="kind"):
        """Returns the message of an entry; moves are (stage, amount), wrong_krw makes the balances not
        add up."""
        legs = []
        for stage, amount in moves:
            account = (year, programme, stage)
            balance, version = self.accounts.get(account, (0, 0))
            balance, version = balance + amount, version + 1
            self.accounts[account] = (balance, version)
            legs.append(
                encode(
                    (1, year),
                    (2, programme),
                    (3, SOURCES["district"]),
                    (4, stage),
                    (5, amount),
                    (6, balance + wrong_krw),
                    (7, version),
                )
            )
        data = encode((1, self.seq + 1), (2, "00000000-0000-7000-8000-000000000000"), (3, kind))
        data += encode((4, 20221220), (5, year)) + encode_repeated(7, legs)
        return data + encode((10, ballot_id))

    def post(self, *arguments, **named):
        """Says one entry by itself."""
        self.post_many(self.entry(*arguments, **named))

    def post_many(self, *entries):
        """Says entries together."""
        data = encode_repeated(1, entries)
        self.say("entries.posted", "journal/1-2", "EntriesPosted", data)

    def post_alone(self, *arguments, **named):
        """Says one entry as it was before entries.posted."""
        self.say("entry.posted", "entries/1", "EntryPosted", self.entry(*arguments, **named))

    def seal(self, number, last_seq, root):
        self.say(
            "block.sealed",
            f"blocks/{number}",
            "hyeopchi.ledger.v1.BlockSealed",
            encode((1, number), (2, 1), (3, last_seq), (4, root), (5, CLOSES_MS)),
        )

    def select(self, programme, amount_krw, ballot_id):
        self.post(programme, [("M90", -amount_krw), ("M10", amount_krw)], ballot_id)

    def appropriate(self, programme, amount_krw):
        self.post(
            programme,
            [
                ("R10.main", -amount_krw),
                ("S10", amount_krw),
                ("M10", -amount_krw),
                ("M90", amount_krw),
            ],
        )


class Reporting:
    """A running reporting service and the keys that may speak to it."""

    def __init__(self, cluster, start_service, directory, participation, ledger):
        self.cluster = cluster
        self.operator = Key("operator", "kim")
        self.auditor = Key("auditor", "lee")
        self.port = free_port()
        self.authority = f"127.0.0.1:{self.port}"
        self.settings = {
            "HYEOPCHI_DISTRICT": "seongdong",
            "HYEOPCHI_HTTP_LISTEN": self.authority,
            "HYEOPCHI_DATABASE_URL": cluster.conninfo("reporting", "reporting"),
            "HYEOPCHI_MIGRATION_DATABASE_URL": cluster.conninfo("reporting", "reporting_owner"),
            "HYEOPCHI_PUB_URL": f"ipc://{directory}/reporting-pub",
            "HYEOPCHI_FETCH_URL": f"ipc://{directory}/reporting-fetch",
            "HYEOPCHI_KEYS_FILE": write_keys(
                os.path.join(directory, "keys"), self.operator, self.auditor
            ),
            "HYEOPCHI_PARTICIPATION_PUB_URL": participation.pub_url,
            "HYEOPCHI_PARTICIPATION_FETCH_URL": participation.fetch_url,
            "HYEOPCHI_LEDGER_PUB_URL": ledger.pub_url,
            "HYEOPCHI_LEDGER_FETCH_URL": ledger.fetch_url,
            "HYEOPCHI_CONTACT": "성동구 <협치지원팀> ☎ 02-0000-0000",
        }
        subprocess.run(
            [program("reporting"), "migrate"],
            env=environment(self.settings),
            check=True,
            timeout=60,
            capture_output=True,
        )
        self.service = start_service(
            "reporting", self.settings, address=("127.0.0.1", self.port)
        ).wait_ready()

    def get(self, target, headers=None):
        """Sends an unsigned request; returns (status, headers, text)."""
        status, answered, body = self.service.request("GET", target, headers=headers)
        return status, answered, body.decode()

    def report(self, ballot_id):
        """Returns the report as JSON, or None while there is none."""
        status, _, text = self.get(f"/v1/ballot-reports/{ballot_id}")
        assert status in (200, 404), text
        return json.loads(text) if status == 200 else None

    def page(self, ballot_id):
        status, headers, text = self.get(f"/v1/ballot-reports/{ballot_id}.html")
        assert status == 200
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        return text

    def ask(self, method, target, key=None):
        """Sends a signed request (the operator's unless said otherwise); returns (status, JSON)."""
        answer = Client(self.service.address, key or self.operator).request(method, target)
        return answer.status, answer.json()

    def sql(self, statement, parameters=None):
        """Runs a statement as the superuser."""
        return self.cluster.psql("reporting", statement, parameters)

    def events(self):
        """Returns data of what reporting has said so far, in order."""
        target = "/v1/events?after=1-0&limit=1000"
        status, _, text = self.get(target, {"Accept": "application/x-ndjson"})
        assert status == 200
        return [json.loads(line)["data"] for line in text.splitlines()]
