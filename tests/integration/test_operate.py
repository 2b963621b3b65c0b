# SPDX-License-Identifier: Apache-2.0
"""hyeopchi status and doctor against the real services: each test breaks one thing, and the command
names it, says what to do, and exits with 1."""

import json
import os
import pty
import re
import subprocess

import pytest

from support.participation import rfc3339
from support.ports import free_port
from support.services import environment, program
from support.stack import SERVICES, Stack

ESCAPE = "\x1b["

# What a test machine may be told of that is not what the test is about.
ORDINARY = {"demonstration", "nng-old", "database-flag", "disk-low", "database-version"}


class Operator:
    """Runs hyeopchi as an operator of the stack would."""

    def __init__(self, stack):
        self.stack = stack
        self.urls = {name: f"http://127.0.0.1:{port}" for name, port in stack.ports.items()}
        self.settings = {
            "HYEOPCHI_KEYS_FILE": stack.keys_file,
            "HYEOPCHI_DEMONSTRATION_CLOCK_FILE": stack.clock.path,
            "HYEOPCHI_LANGUAGE": "en",
        }
        self.settings["HYEOPCHI_KEY_FILE"] = self.new_key("operator", "choi")

    def environment(self, **changes):
        urls = {f"HYEOPCHI_{name.upper()}_URL": url for name, url in self.urls.items()}
        settings = {**urls, **self.settings, **changes}
        return environment({name: value for name, value in settings.items() if value})

    def run(self, *words, status=0, **changes):
        done = subprocess.run(
            [program("hyeopchi"), *words],
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def new_key(self, role, name, *words, register=True):
        path = os.path.join(self.stack.folder, f"{name}.key")
        line = self.run(
            "key", "new", "--role", role, "--id", name, "--out", path, "--not-before",
            "2020-01-01", *words, HYEOPCHI_KEY_FILE=None,
        )  # fmt: skip
        if register:
            self.run("key", "add", "--line", line.strip(), HYEOPCHI_KEY_FILE=None)
        return path

    def status(self, status=0, **changes):
        return json.loads(self.run("status", "--json", status=status, **changes))

    def doctor(self, status=0, **changes):
        """Returns {(service, code): finding} of what is not in order."""
        answer = json.loads(self.run("doctor", "--json", status=status, **changes))
        assert answer["healthy"] is (status == 0)
        found = [finding for finding in answer["findings"] if finding["level"] != "ok"]
        assert answer["errors"] == sum(finding["level"] == "error" for finding in found)
        assert all(finding["message"] and finding["advice"] for finding in found)
        return {(finding["service"], finding["code"]): finding for finding in found}


@pytest.fixture
def operator(databases, start_service, tmp_path):
    stack = Stack(databases, start_service, tmp_path).migrate().start()
    for name in SERVICES:
        for stream in ("participation", "ledger"):
            if stream != name:
                stack.services[name].wait_log("subscriber_state", to="live", stream=stream)
    operator = Operator(stack)
    for name in SERVICES:
        stack.services[name].wait_log("keys_loaded", keys=5)
    return operator


def test_a_sound_deployment_is_found_sound(operator):
    for code in (code for _, code in operator.doctor()):
        assert code in ORDINARY, code
    answers = operator.status()
    for name in SERVICES:
        answer = answers[name]
        assert answer["service"] == name and answer["ready"] and answer["writer"] == "leading"
        assert answer["stream"]["leader"]["here"] is True
        assert answer["database"]["connected"] and answer["database"]["size_bytes"] > 0
        assert abs(answer["database"]["clock_ahead_ms"]) < 1000
        assert 0 < answer["disk"]["free_bytes"] < answer["disk"]["total_bytes"]
        assert len(answer["keys"]["list"]) == 5 and answer["keys"]["problem"] is None
        assert all(heard["lag"] == 0 for heard in answer["subscribers"])
        assert "secret" not in json.dumps(answer) and "password" not in json.dumps(answer)


def test_the_screen_has_every_service_in_both_languages_and_no_colours_in_a_pipe(operator):
    english = operator.run("status")
    korean = operator.run("status", HYEOPCHI_LANGUAGE="ko")
    assert english.startswith("healthy  ") and korean.startswith("정상  ")
    assert len(english.splitlines()) <= 24 and max(map(len, english.splitlines())) <= 132
    for text in (english, korean):
        assert ESCAPE not in text
        for name in SERVICES:
            assert len(re.findall(rf"^{name} ", text, re.MULTILINE)) >= 3
    assert "리더" in korean and "leading" in english
    # The database's own is not seen.
    assert "서비스 디스크" in korean and "service disk" in english
    told = operator.run("doctor", HYEOPCHI_LANGUAGE="ko")
    assert ESCAPE not in told and "정상  포트" in told and "오류 0건" in told


def on_a_terminal(operator, *words, **changes):
    """Runs the command with a terminal for its output; returns what it showed."""
    screen, terminal = pty.openpty()
    shown = b""
    with os.fdopen(terminal, "wb") as output:
        process = subprocess.Popen(
            [program("hyeopchi"), *words],
            env=operator.environment(TERM="xterm", **changes),
            stdin=subprocess.DEVNULL,
            stdout=output,
        )
    while True:
        try:
            piece = os.read(screen, 65536)
        except OSError:  # The other end is closed.
            break
        if not piece:
            break
        shown += piece
    os.close(screen)
    assert process.wait(60) == 0
    return shown.decode()


def test_colours_are_for_terminals_that_want_them(operator):
    assert ESCAPE in on_a_terminal(operator, "status")
    assert ESCAPE in on_a_terminal(operator, "doctor")
    assert ESCAPE not in on_a_terminal(operator, "status", NO_COLOR="1")
    assert ESCAPE not in on_a_terminal(operator, "status", "--json")


def test_a_port_that_nobody_listens_at_and_swapped_ones_are_named(operator):
    ledger = operator.urls["ledger"]
    operator.urls["ledger"] = f"http://127.0.0.1:{free_port()}"
    found = operator.doctor(status=1)
    assert operator.urls["ledger"] in found["ledger", "unreachable"]["message"]
    assert "HYEOPCHI_HTTP_LISTEN" in found["ledger", "unreachable"]["advice"]
    assert operator.status(status=1)["ledger"] == {"ready": False, "error": "unreachable"}

    operator.urls["ledger"] = operator.urls["reporting"]
    assert ("ledger", "wrong-service") in operator.doctor(status=1)
    operator.urls["ledger"] = ledger
    operator.doctor()


def test_a_silent_stream_is_named_with_the_address_where_nobody_is_heard(operator):
    operator.stack.services["participation"].stop()
    operator.stack.services["ledger"].wait_log("subscriber_state", to="degraded")
    found = operator.doctor(status=1)
    assert ("participation", "unreachable") in found
    silent = found["ledger", "stream-silent"]
    assert "participation" in silent["message"]
    assert operator.stack.bus("participation", "pub") in silent["message"]
    assert "HYEOPCHI_PUB_URL" in silent["advice"]


def test_a_database_flag_that_may_lose_what_was_confirmed_is_named(operator):
    databases = operator.stack.databases
    ledger = operator.stack.services["ledger"]
    databases.psql("postgres", "ALTER ROLE ledger SET synchronous_commit = off")
    ledger.stop()
    ledger.start()
    reason = "the server runs with synchronous_commit=off"
    ledger.wait_log("database_unavailable", connection="ledger reader", reason=reason)
    flag = operator.doctor(status=1)["ledger", "database-flag"]
    assert "synchronous_commit=off" in flag["message"]
    assert "ALTER ROLE" in flag["advice"]
    assert operator.status(status=1)["ledger"]["database"]["connected"] is False

    databases.psql("postgres", "ALTER ROLE ledger RESET synchronous_commit")
    ledger.wait_ready()


def test_a_database_that_is_away_is_named(operator):
    operator.stack.databases.stop()
    for name in SERVICES:
        operator.stack.services[name].wait_log("service_not_ready")
        operator.stack.services[name].wait_log("writer_state", to="connecting")
    found = operator.doctor(status=1)
    for name in SERVICES:
        assert found[name, "database-away"]["level"] == "error"
        assert (name, "writer-connecting") in found
    public = operator.doctor(status=1, HYEOPCHI_KEY_FILE=None)
    assert ("", "no-key") in public and ("ledger", "database-away") in public


def test_missing_migrations_are_named(databases, start_service, tmp_path):
    stack = Stack(databases, start_service, tmp_path).migrate("participation", "reporting")
    for name in SERVICES:
        stack.services[name] = start_service(
            name, stack.settings(name), address=("127.0.0.1", stack.ports[name])
        )
    stack.services["ledger"].wait_log("schema_missing")
    operator = Operator(stack)
    stack.services["ledger"].wait_log("keys_loaded", keys=5)
    assert "migrate" in operator.doctor(status=1)["ledger", "schema-missing"]["advice"]


def test_keys_that_are_unknown_expired_or_not_allowed_are_named(operator):
    stack = operator.stack
    stranger = operator.new_key("operator", "stranger", register=False)
    found = operator.doctor(status=1, HYEOPCHI_KEY_FILE=stranger)
    assert "operator:stranger" in found["ledger", "key-unknown"]["message"]

    expired = operator.new_key("auditor", "old", "--not-after", "2021-01-01")
    staff = operator.new_key("staff", "clerk")
    for name in SERVICES:
        stack.services[name].wait_log("keys_loaded", keys=7)
    found = operator.doctor(status=1, HYEOPCHI_KEY_FILE=expired)
    assert "auditor:old" in found["participation", "key-expired"]["message"]
    found = operator.doctor(status=1, HYEOPCHI_KEY_FILE=staff)
    assert found["reporting", "role-not-allowed"]["level"] == "error"
    listed = operator.doctor()["participation", "key-expired"]
    assert listed["level"] == "warning" and "auditor:old" in listed["message"]

    with open(stack.keys_file, "a", encoding="ascii") as file:
        file.write("operator nonsense\n")
    stack.services["ledger"].wait_log("keys_file_refused")
    stack.services["participation"].wait_log("keys_file_refused")
    refused = [code for _, code in operator.doctor(status=1)]
    assert "keys-file-refused" in refused


def test_a_clock_that_differs_is_named_and_told_from_a_wrong_key(operator):
    without = {"HYEOPCHI_DEMONSTRATION_CLOCK_FILE": None}
    operator.stack.clock.move_ms(30_000)
    ahead = operator.doctor(**without)["ledger", "clock-differs"]
    assert ahead["level"] == "warning" and re.search(r"\b(29|30)\.\d{3} s", ahead["message"])
    operator.stack.clock.move_ms(-120_000)
    behind = operator.doctor(status=1, **without)["ledger", "clock-differs"]
    assert behind["level"] == "error" and "behind" in behind["message"]
    operator.stack.clock.move_ms(3_600_000)
    found = operator.doctor(status=1, **without)
    assert "--demonstration-clock-file" in found["ledger", "clock-far"]["advice"]
    assert not any(code.startswith("key-") for _, code in found)
    operator.doctor()


def test_a_dead_letter_and_the_lag_behind_it_are_named(operator):
    stack = operator.stack
    next_seq = operator.status()["ledger"]["subscribers"][0]["next_seq"]
    stack.services["ledger"].stop()
    stack.databases.psql(
        "ledger",
        "INSERT INTO event.dead_letter (consumer, stream, epoch, seq, type, envelope, error_code,"
        f" attempts, created_at_ms) VALUES ('ledger', 'participation', 1, {next_seq},"
        " 'kr.hyeopchi.participation.votes.accepted.v1', '\\x00', 'ERR_INVALID', 3, 1)",
    )
    stack.services["ledger"].start()
    stack.services["ledger"].wait_log("subscriber_state", to="halted", stream="participation")

    # A ballot that asks to be opened: an event that the ledger does not get to.
    election = os.path.join(stack.folder, "election.pb")
    with open(election, "w", encoding="utf-8") as file:
        file.write(
            "META\nkey;value\ndescription;시험\nnum_projects;1\nnum_votes;0\nbudget;1000\n"
            "vote_type;approval\nrule;greedy\nPROJECTS\nproject_id;cost;name\na;1000;가\n"
            "VOTES\nvoter_id;vote\n"
        )
    now = stack.clock.now_ms()
    ballot = json.loads(
        operator.run(
            "ballot", "create", "--from", election, "--year", "2023", "--opens",
            rfc3339(now - 60_000), "--closes", rfc3339(now + 3_600_000), "--json",
        )
    )["ballot_id"]  # fmt: skip
    operator.run("ballot", "open", ballot)
    second = operator.new_key("operator", "second")
    stack.services["participation"].wait_log("keys_loaded", keys=6)
    operator.run("ballot", "open", ballot, HYEOPCHI_KEY_FILE=second)

    found = operator.doctor(status=1)
    assert "participation" in found["ledger", "dead-letters"]["message"]
    assert "hyeopchi events dead list" in found["ledger", "dead-letters"]["advice"]
    assert str(next_seq) in found["ledger", "stream-halted"]["message"]
    assert found["ledger", "stream-lags"]["level"] == "error"
    heard = operator.status(status=1)["ledger"]["subscribers"][0]
    assert heard["dead_letters_waiting"] == 1 and heard["state"] == "halted"
    screen = operator.run("status", status=1)
    assert screen.startswith("needs attention") and "hyeopchi doctor" in screen


def test_settings_that_do_not_fit_together_are_named(operator):
    stack = operator.stack
    stack.services["ledger"].stop()
    settings = {
        **stack.settings("ledger"),
        "HYEOPCHI_DISTRICT": "mapo",
        "HYEOPCHI_LOG_LEVEL": "debug",
    }
    stack.services["ledger"] = stack.start_service(
        "ledger", settings, address=("127.0.0.1", stack.ports["ledger"])
    )
    stack.services["ledger"].wait_ready()
    found = operator.doctor(status=1)
    assert "mapo" in found["ledger", "district-differs"]["message"]
    assert found["ledger", "log-level-debug"]["level"] == "warning"
