# SPDX-License-Identifier: Apache-2.0
"""hyeopchi, the operator's command, against the real services: a ballot's whole life by command
line, an import that is cut off and repeated, refusals and their exit statuses."""

import datetime
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from support.process import Process
from support.services import environment, program
from support.stack import Stack

BASE = 1_000_000

# Options with their costs in millions; voters live in two 동 in turns and use three channels.
OPTIONS = [("a", 30, "마을공동체"), ("b", 20, "커피박"), ("c", 25, "청년공간"), ("d", 5, "정원")]


def in_korea(moment):
    """A moment as the command shows it to people."""
    at = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00"))
    zone = datetime.timezone(datetime.timedelta(hours=9))
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def pb_text(voters=40, broken=False):
    rows = [
        "META",
        "key;value",
        "description;2023 성동구 주민투표(시험)",
        f"num_projects;{len(OPTIONS)}",
        f"num_votes;{voters}",
        f"budget;{60 * BASE}",
        "vote_type;approval",
        "rule;greedy",
        "min_length;1",
        "max_length;3",
        "PROJECTS",
        "project_id;cost;name",
        *[f"{name};{cost * BASE};{title}" for name, cost, title in OPTIONS],
        "VOTES",
        "voter_id;vote;age;sex;voting_method;neighborhood",
    ]
    for number in range(voters):
        chosen = [OPTIONS[place][0] for place in range(3) if number % (place + 1) == 0]
        area = "성수1가1동" if number % 2 else "마장동"
        method = ("internet", "kiosk", "web")[number % 3]
        sex = "FM"[number % 2]
        rows.append(f"홍길동-{number};{','.join(chosen)};{20 + number};{sex};{method};{area}")
    if broken:
        rows.append("broken-1;nothing;20;F;web;마장동")
    return "\n".join(rows) + "\n"


class Command:
    """Runs hyeopchi with the addresses, clock and keys of a stack."""

    def __init__(self, stack, folder):
        self.stack = stack
        self.folder = str(folder)
        self.env = environment(
            {
                **{
                    f"HYEOPCHI_{name.upper()}_URL": f"http://127.0.0.1:{port}"
                    for name, port in stack.ports.items()
                },
                "HYEOPCHI_DEMONSTRATION_CLOCK_FILE": stack.clock.path,
                "HYEOPCHI_KEYS_FILE": stack.keys_file,
                "HYEOPCHI_SUBJECT_KEY_FILE": self.path("subject.key"),
                "HYEOPCHI_LANGUAGE": "en",
            }
        )
        with open(self.path("subject.key"), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def run(self, *words, key=None, status=0, env=None, text=None):
        """Runs one command; returns (standard output, standard error)."""
        extra = ["--key-file", self.path(key)] if key else []
        done = subprocess.run(
            [program("hyeopchi"), *words, *extra],
            env={**self.env, **(env or {})},
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        said = f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == status, said
        assert "ERROR: " not in done.stderr and "runtime error" not in done.stderr, done.stderr
        return done.stdout, done.stderr

    def json(self, *words, **options):
        """Runs one command with --json; returns what it printed, parsed."""
        return json.loads(self.run(*words, "--json", **options)[0])

    def new_key(self, role, name, *words):
        """Makes a key and registers it; returns the name of its file."""
        file = f"{name.replace('/', '-')}.key"
        line, _ = self.run(
            "key", "new", "--role", role, "--id", name, "--out", self.path(file),
            "--not-before", "2020-01-01", *words,
        )
        self.run("key", "add", "--line", line.strip())
        return file

    def open_ballot(self, *words):
        """Creates a ballot from election.pb and opens it; returns its id."""
        now = self.stack.clock.now_ms() // 1000
        day = lambda at: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))  # noqa: E731
        ballot = self.json(
            "ballot", "create", "--from", self.path("election.pb"), "--year", "2023",
            "--opens", day(now - 60), "--closes", day(now + 3600), *words, key="kim.key",
        )["ballot_id"]
        self.run("ballot", "open", ballot, key="kim.key")
        self.run("ballot", "open", ballot, key="lee.key")
        self.run("ballot", "wait", ballot, "--state", "open")
        return ballot


@pytest.fixture
def command(databases, start_service, tmp_path):
    stack = Stack(databases, start_service, tmp_path)
    os.unlink(stack.keys_file)
    command = Command(stack, tmp_path)
    for role, name in (("operator", "kim"), ("operator", "lee"), ("auditor", "park")):
        command.new_key(role, name)
    command.new_key("front-end", "portal", "--algorithm", "ecdsa-p256-sha256")
    command.write("election.pb", pb_text())
    stack.migrate("participation", "ledger")
    stack.start("participation", "ledger")
    command.run(
        "ledger", "limit", "set", "--year", "2023", "--source", "district",
        "--amount", "1,000,000,000", key="kim.key",
    )
    return command


def import_votes(command, ballot, *words, **options):
    return command.json(
        "vote", "import", command.path("election.pb"), "--ballot", ballot, *words,
        key="portal.key", **options,
    )


def close_and_count(command, ballot):
    for key in ("kim.key", "lee.key"):
        command.run("ballot", "close", ballot, key=key)
    command.run("ballot", "wait", ballot, "--state", "counted")


def votes_of(text):
    rows = text[text.index("VOTES\n"):].splitlines()[2:]
    return [row.split(";")[1] for row in rows]


def check_export(command, ballot):
    """The certified ballot as a file: the election that was imported, its voters shuffled."""
    text, told = command.run("ballot", "export", ballot, key="park.key")
    assert told == "" and "홍길동" not in text
    path = command.write("exported.pb", text)
    assert command.run("pb", "check", path)[0].endswith("4 options, 40 votes, nothing wrong\n")
    with open(command.path("election.pb"), encoding="utf-8") as file:
        cast = votes_of(file.read())
    assert votes_of(text) != cast
    assert sorted(votes_of(text)) == sorted(cast)
    before, after = (
        command.json(
            "ballot", "create", "--from", command.path(name), "--year", "2023", "--opens",
            "2023-06-01", "--closes", "2023-06-02", "--print", key="kim.key",
        )
        for name in ("election.pb", "exported.pb")
    )
    # What is only assumed of the first file, the second says.
    assert {name: after[name] for name in before} == before
    counts = [command.json("tally", command.path(name)) for name in ("election.pb", "exported.pb")]
    assert counts[0] == counts[1]
    assert command.json("ballot", "export", ballot, key="kim.key") == {"pb": text}
    command.run("ballot", "export", ballot, key="portal.key", status=1)
    command.run("ballot", "export", ballot, status=1)


def test_a_ballot_lives_from_a_file_to_its_report_by_command_line(command):
    command.stack.migrate("reporting").start("reporting")
    ballot = command.open_ballot()
    shown = command.json("ballot", "show", ballot)
    assert (shown["state"], shown["budget_krw"], len(shown["options"])) == ("open", 60 * BASE, 4)
    assert ballot in [row["ballot_id"] for row in command.json("ballot", "list")]
    assert "2023 성동구 주민투표(시험)" in command.run("ballot", "list")[0]

    summary = import_votes(
        command, ballot, "--batch", "7", "--receipts", command.path("receipts.ndjson")
    )
    assert (summary["votes"], summary["accepted"], summary["refused"]) == (40, 40, 0)
    assert summary["batches"] == 6
    receipts = command.path("receipts.ndjson")
    with open(receipts, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert len(lines) == 40
    key = lines[0]["receipt"]["key"]
    told, _ = command.run("vote", "receipt", "verify", receipts, "--service-key", key, "--json")
    facts = [json.loads(line) for line in told.splitlines()]
    assert len(facts) == 40 and all(f["valid"] and f["ballot"] == ballot for f in facts)
    other = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    command.run("vote", "receipt", "verify", receipts, "--service-key", other, status=1)

    close_and_count(command, ballot)
    _, told = command.run("ballot", "export", ballot, key="kim.key", status=1)
    assert "result-not-published" in told
    first, told = command.run("ballot", "certify", ballot, key="kim.key")
    assert "Another operator must approve it too" in told
    _, told = command.run("ballot", "certify", ballot, key="lee.key")
    assert told == ""
    command.run("ballot", "wait", ballot, "--state", "certified")

    check_export(command, ballot)
    result = command.json("ballot", "result", ballot)
    counted = command.json("tally", command.path("election.pb"))
    assert result["funded"] == counted["funded"] == ["a", "b", "d"]
    assert result["total_cost"] == counted["total_cost"]
    turnout = command.json("ballot", "turnout", ballot)
    assert turnout["voters"] == 40

    programme = [o["programme"] for o in shown["options"] if o["id"] == "a"][0]
    deadline = time.monotonic() + 30
    lines = []
    while programme not in [line["programme"] for line in lines]:
        assert time.monotonic() < deadline
        lines = command.json("ledger", "lines", key="kim.key")
    entry = command.json(
        "ledger", "appropriate", "--year", "2023", "--source", "district", "--programme", programme,
        "--amount", str(30 * BASE), "--document", "의회의결-2022-112", key="kim.key",
    )
    assert entry["kind"] == "appropriation"
    lines = command.json("ledger", "lines", "--year", "2023", key="kim.key")
    assert [x["budget_krw"] for x in lines if x["programme"] == programme] == [30 * BASE]
    table, _ = command.run("ledger", "lines", key="kim.key")
    assert re.search(rf"{programme}\s+district\s+30,000,000\s+S10", table)
    journal = command.json("ledger", "journal", "--limit", "2", key="park.key")
    assert len(journal) == 2
    assert "30,000,000" in command.run("ledger", "journal", key="park.key")[0]
    envelopes = command.json("ledger", "envelopes", key="kim.key")
    assert [e["ballot_id"] for e in envelopes] == [ballot]
    assert command.json("ledger", "limit", "show", key="kim.key")[0]["limit_krw"] == 1_000_000_000
    assert command.json("ledger", "verify", key="park.key")["sound"] is True

    published = command.json(
        "events", "tail", "--service", "reporting", "--from", "1", "--count", "1",
        "--types", "kr.hyeopchi.reporting.ballot-report.published.v1",
    )
    assert ballot in json.dumps(published)
    report = command.json("reporting", "show", ballot)
    assert (report["ballot_id"], report["state"]) == (ballot, "certified")
    listed = command.json("reporting", "list")
    assert [row["ballot_id"] for row in listed] == [ballot]
    table = command.run("reporting", "list")[0]
    assert in_korea(listed[0]["window"]["opens_time"]) in table
    assert in_korea(listed[0]["window"]["closes_time"]) in table
    assert "{" not in table
    assert "2023 성동구 주민투표(시험)" in command.run("reporting", "show", ballot)[0]
    check = command.json("reporting", "rebuild", "--check", key="kim.key")
    assert (check["state"], check["equal"]) == ("done", True)
    command.run("reporting", "rebuild", "--check", key="portal.key", status=1)
    assert all(answer["ready"] for answer in command.json("status", key="park.key").values())


def test_an_import_that_was_cut_off_is_run_again_and_counts_nobody_twice(command):
    command.write("election.pb", pb_text(voters=300))
    ballot = command.open_ballot()
    log = command.path("import.log")
    cut = Process(
        "import",
        [
            program("hyeopchi"), "vote", "import", command.path("election.pb"), "--ballot", ballot,
            "--batch", "3", "--key-file", command.path("portal.key"),
            "--receipts", command.path("first.ndjson"),
        ],
        log,
        env=command.env,
    )
    voters = 0
    deadline = time.monotonic() + 30
    while voters == 0:
        assert time.monotonic() < deadline
        voters = command.stack.databases.psql(
            "participation", "SELECT count(*) FROM participation.roll"
        )[0][0]
    cut.kill()

    batch = ("--batch", "3", "--receipts")
    summary = import_votes(command, ballot, *batch, command.path("second.ndjson"))
    assert (summary["accepted"], summary["refused"]) == (300, 0)
    again = import_votes(command, ballot, *batch, command.path("third.ndjson"))
    assert (again["accepted"], again["refused"]) == (300, 0)
    with open(command.path("second.ndjson"), "rb") as second, open(
        command.path("third.ndjson"), "rb"
    ) as third:
        assert second.read() == third.read()
    close_and_count(command, ballot)
    for key in ("kim.key", "lee.key"):
        command.run("ballot", "certify", ballot, key=key)
    turnout = command.json("ballot", "turnout", ballot)
    assert (turnout["voters"], turnout["revisions"]) == (300, 0)


def test_refused_votes_are_counted_by_reason_and_named_by_line(command):
    command.write("election.pb", pb_text(voters=3, broken=True))
    ballot = command.open_ballot()
    text, told = command.run(
        "vote", "import", command.path("election.pb"), "--ballot", ballot, "--json",
        "--refusals", command.path("refusals.ndjson"), key="portal.key", status=1,
    )
    summary = json.loads(text)
    assert (summary["votes"], summary["accepted"], summary["refused"]) == (4, 3, 1)
    assert sum(summary["reasons"].values()) == 1
    with open(command.path("refusals.ndjson"), encoding="utf-8") as file:
        refusal = json.loads(file.read())
    with open(command.path("election.pb"), encoding="utf-8") as file:
        assert file.read().splitlines()[refusal["line"] - 1].startswith("broken-1;")
    assert refusal["problem"]["code"] in summary["reasons"]
    assert "홍길동" not in text + told and "broken-1" not in text + told

    # The ballot takes no votes any more; what was answered before is answered as before.
    close_and_count(command, ballot)
    assert command.run(
        "vote", "import", command.path("election.pb"), "--ballot", ballot, "--json",
        key="portal.key", status=1,
    )[0].startswith('{"ballot":')
    command.write("election.pb", pb_text(voters=4))
    text, told = command.run(
        "vote", "import", command.path("election.pb"), "--ballot", ballot, "--json",
        key="portal.key", status=1,
    )
    assert "ballot-closed" in text + told


def test_one_vote_is_cast_revised_and_refused(command):
    ballot = command.open_ballot()
    cast = (
        "vote", "cast", "--ballot", ballot, "--voter", "홍길동-1", "--area", "마장동",
        "--sex", "X", "--age-band", "70+", "--channel", "kiosk",
    )
    receipt = command.path("receipt.json")
    answer = command.json(*cast, "--choice", "a", "--receipt-file", receipt, key="portal.key")
    assert answer["vote"]["rev"] == 1
    assert os.stat(receipt).st_mode & 0o777 == 0o600
    command.run("vote", "receipt", "verify", receipt, "--service-key", answer["receipt"]["key"])
    again = command.json(*cast, "--choice", "b=1", "--choice", "d", key="portal.key")
    assert again["vote"]["rev"] == 2
    assert again["vote"]["nullifier"] == answer["vote"]["nullifier"]

    _, told = command.run(*cast, "--choice", "zebra", key="portal.key", status=1)
    assert "/choices/0/option" in told
    text, _ = command.run(*cast, "--choice", "zebra", "--json", key="portal.key", status=1)
    assert json.loads(text)["status"] == 422
    korean = {"HYEOPCHI_LANGUAGE": "ko"}
    _, told = command.run(*cast, "--choice", "zebra", key="portal.key", status=1, env=korean)
    assert re.search("[가-힣]", told)

    line = {
        "subject": "A" * 43, "basis": "did", "area": "마장동", "channel": "web",
        "choices": [{"option": "c", "value": 1}],
    }
    from_stdin = command.json(
        "vote", "cast", "--ballot", ballot, "--from", "-", "--idempotency-key", "same",
        key="portal.key", text=json.dumps(line),
    )
    repeated = command.json(
        "vote", "cast", "--ballot", ballot, "--from", "-", "--idempotency-key", "same",
        key="portal.key", text=json.dumps(line),
    )
    assert from_stdin == repeated

    close_and_count(command, ballot)
    for key in ("kim.key", "lee.key"):
        command.run("ballot", "certify", ballot, key=key)
    command.run("ballot", "wait", ballot, "--state", "certified")
    exported = command.run("ballot", "export", ballot, key="kim.key")[0]
    assert sorted(votes_of(exported)) == ["b,d", "c"]


def test_who_may_not_is_told_which_rule_and_what_to_do(command):
    command.write("election.pb", pb_text(voters=1))
    create = (
        "ballot", "create", "--from", command.path("election.pb"), "--year", "2023",
        "--opens", "2023-01-01", "--closes", "2023-01-02",
    )
    _, told = command.run(*create, key="portal.key", status=1)
    assert told.startswith("hyeopchi: role-not-allowed: ")
    _, told = command.run(*create, status=1)
    assert "must sign" in told and "hyeopchi key new" in told
    _, told = command.run("ballot", "show", "0197c1f2-0000-7000-8000-000000000001", status=1)
    assert told.startswith("hyeopchi: ")

    # A key the services do not know; one that is registered; one that was revoked.
    line, _ = command.run(
        "key", "new", "--role", "operator", "--id", "choi", "--out", command.path("choi.key"),
        "--not-before", "2020-01-01",
    )
    verify = ("ledger", "verify")
    _, told = command.run(*verify, key="choi.key", status=1)
    assert "key-unknown" in told
    mark = command.stack.services["ledger"].mark()
    command.run("key", "add", "--line", line.strip())
    command.stack.services["ledger"].wait_log("keys_loaded", since=mark)
    command.run(*verify, key="choi.key")
    _, told = command.run("key", "add", "--line", line.strip(), status=1)
    assert "already" in told
    assert "operator:choi" in [row["key_id"] for row in command.json("key", "list")]
    mark = command.stack.services["ledger"].mark()
    command.run("key", "revoke", "--key-id", "operator:choi")
    command.stack.services["ledger"].wait_log("keys_loaded", since=mark)
    _, told = command.run(*verify, key="choi.key", status=1)
    assert "key-unknown" in told
    command.run("key", "revoke", "--key-id", "operator:choi", status=1)

    os.chmod(command.path("kim.key"), 0o644)
    _, told = command.run(*verify, key="kim.key", status=1)
    assert "chmod 600" in told


def test_events_are_followed_and_taken_up_where_they_broke_off(command):
    ballot = command.open_ballot()
    events = [
        json.loads(line)
        for line in command.run(
            "events", "tail", "--service", "participation", "--from", "1", "--count", "2", "--json",
            key="park.key",
        )[0].splitlines()
    ]
    assert [event["type"].split(".")[-2] for event in events] == ["opening-requested", "opened"]
    assert all(event["subject"] == f"ballots/{ballot}" for event in events)
    line, _ = command.run(
        "events", "tail", "--service", "participation", "--from", "2", "--count", "1",
        key="park.key",
    )
    assert re.match(r"\d+-2  .*ballot\.opened\.v1  ballots/" + ballot, line)
    types = "kr.hyeopchi.participation.ballot.opened.v1"
    line, _ = command.run(
        "events", "tail", "--service", "participation", "--from", "1", "--count", "1",
        "--types", types, key="park.key",
    )
    assert types in line

    tail = Process(
        "tail",
        [
            program("hyeopchi"), "events", "tail", "--service", "participation", "--from", "1",
            "--count", "3", "--key-file", command.path("park.key"),
        ],
        command.path("tail.log"),
        env=command.env,
    )
    tail.wait_line(lambda line: "ballot.opened.v1" in line, "the second event")
    participation = command.stack.services["participation"]
    participation.restart()
    participation.wait_ready()
    close_and_count(command, ballot)
    assert tail.wait_exit(60) == 0
    seen = [line.split()[2].split(".")[-2] for line in tail.output.lines() if " ballots/" in line]
    assert seen == ["opening-requested", "opened", "closed"]


def test_status_and_dead_letters_are_asked_of_each_service(command):
    text, told = command.run("status", "--json", key="kim.key", status=1)
    answers = json.loads(text)
    assert answers["participation"]["ready"] is True
    assert answers["ledger"]["ready"] is True
    assert answers["reporting"] == {"ready": False, "error": "unreachable"}
    assert "cannot reach reporting" in told
    public = json.loads(command.run("status", "--json", status=1)[0])
    assert public["ledger"]["ready"] is True
    assert command.json("events", "dead", "list", "--service", "ledger", key="kim.key") == []
    for decision in ("retry", "discard"):
        _, told = command.run(
            "events", "dead", decision, "99", "--service", "ledger", "--stream", "participation",
            "--reason", "시험", key="kim.key", status=1,
        )
        assert "dead-letter-not-found" in told
    command.run(
        "events", "dead", "show", "99", "--service", "ledger", "--stream", "participation",
        key="kim.key", status=1,
    )


def test_a_second_operator_is_asked_for_and_the_first_is_not_enough(command):
    ballot = command.json(
        "ballot", "create", "--from", command.path("election.pb"), "--year", "2023",
        "--opens", "2099-01-01", "--closes", "2099-12-31", key="kim.key",
    )["ballot_id"]
    for _ in range(2):
        _, told = command.run("ballot", "open", ballot, key="kim.key")
        assert "Another operator must approve it too" in told
    _, told = command.run("ballot", "wait", ballot, "--state", "open", "--timeout", "1", status=1)
    assert "the ballot is draft, not open" in told


class Busy(BaseHTTPRequestHandler):
    """Answers 503 twice, then drops a connection, then answers; remembers the keys it was sent."""

    keys = []

    def do_PUT(self):  # noqa: N802
        self.rfile.read(int(self.headers["content-length"]))
        Busy.keys.append((self.headers["idempotency-key"], self.headers["signature"]))
        count = len(Busy.keys)
        if count == 3:
            self.connection.close()
            return
        body = b'{"code":"overloaded"}' if count < 3 else b'{"limit_krw":1}'
        self.send_response(503 if count < 3 else 200)
        kind = "application/problem+json" if count < 3 else "application/json"
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if count == 2:
            self.send_header("retry-after", "1")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT

    def log_message(self, format, *args):  # noqa: A002
        pass


@pytest.fixture
def busy():
    Busy.keys = []
    server = HTTPServer(("127.0.0.1", 0), Busy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_busy_or_silent_service_is_asked_again_with_the_same_key(tmp_path, busy):
    env = environment({"HYEOPCHI_LEDGER_URL": busy, "HYEOPCHI_LANGUAGE": "en"})
    key = str(tmp_path / "kim.key")
    hyeopchi = program("hyeopchi")
    subprocess.run(
        [hyeopchi, "key", "new", "--role", "operator", "--id", "kim", "--out", key],
        env=env, check=True, capture_output=True, timeout=60,
    )
    started = time.monotonic()
    done = subprocess.run(
        [
            hyeopchi, "ledger", "appropriate", "--year", "2023", "--source", "city", "--programme",
            "p", "--amount", "1", "--document", "d", "--json", "--key-file", key,
        ],
        env=env, check=False, capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"limit_krw": 1}
    assert len(Busy.keys) == 4
    assert len({idempotency for idempotency, _ in Busy.keys}) == 1
    assert len({signature for _, signature in Busy.keys}) == 4
    assert time.monotonic() - started >= 1

    # Retry-After beyond --timeout is not waited for.
    Busy.keys = [("x", "y")]
    done = subprocess.run(
        [hyeopchi, "ledger", "verify", "--timeout", "1", "--key-file", key],
        env={**env, "HYEOPCHI_LEDGER_URL": "http://127.0.0.1:9"},
        check=False, capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 1
    assert "cannot reach ledger at http://127.0.0.1:9" in done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_nouns_verbs_options_and_choices(tmp_path):
    script = subprocess.run(
        [program("hyeopchi"), "completion", "bash"],
        env=environment(), check=True, capture_output=True, text=True, timeout=60,
    ).stdout
    (tmp_path / "completion").write_text(script, encoding="utf-8")

    def complete(*words):
        line = (
            f"source {tmp_path}/completion; COMP_WORDS=({' '.join(repr(w) for w in words)});"
            f" COMP_CWORD={len(words) - 1}; _hyeopchi; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        )
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=60,
            check=True,
        )
        assert done.stderr == ""
        return done.stdout.split()

    assert complete("hyeopchi", "ba") == ["ballot"]
    assert "ledger" in complete("hyeopchi", "")
    assert set(complete("hyeopchi", "ballot", "c")) == {"create", "close", "certify"}
    assert complete("hyeopchi", "events", "d") == ["dead"]
    assert complete("hyeopchi", "events", "dead", "re") == ["retry"]
    assert complete("hyeopchi", "ballot", "create", "--tit") == ["--title"]
    assert "--state" in complete("hyeopchi", "ballot", "wait", "some-id", "--")
    assert complete("hyeopchi", "ballot", "create", "--source", "ci") == ["city"]
    assert complete("hyeopchi", "tally", "--ti") == ["--tie"]


@pytest.mark.parametrize(
    "words",
    [
        ("ledger", "release", "018c0000-0000-7000-8000-000000000000", "--reason"),
        ("ledger", "freeze", "--year", "2026", "--source", "district", "--programme", "a", "--reason"),
    ],
)
def test_text_that_is_not_utf8_is_a_wrong_use_and_sends_nothing(words):
    done = subprocess.run(
        [program("hyeopchi"), *words, b"\xff", "--ledger-url", "http://127.0.0.1:9"],
        env=environment(), capture_output=True, timeout=60, check=False,
    )
    assert done.returncode == 2, done.stderr
    assert b"a value is not UTF-8" in done.stderr


def test_a_broken_pipe_ends_quietly(tmp_path):
    producer = subprocess.Popen(
        [program("hyeopchi"), "--help"], env=environment(), stdout=subprocess.PIPE
    )
    producer.stdout.close()
    assert producer.wait(timeout=60) in (0, -signal.SIGPIPE)
