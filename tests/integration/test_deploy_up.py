# SPDX-License-Identifier: Apache-2.0
"""deploy/up, on the programs of this build: what it prints, refuses, and how it goes on.

It plays a whole ballot each time it begins anew, so most tests share one data directory. Its own
PostgreSQL and services end with it; nothing else is touched.
"""

import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

from support.paths import BUILD, ROOT
from support.ports import free_port
from support.process import Process
from support.services import SANITIZER_MARKS, environment

UP = os.path.join(ROOT, "deploy", "up")
RUN_SECONDS = 150
STOP_SECONDS = 60
VOTERS = 1577
INTERRUPTIONS = 30
BUDGET_KRW = 320_000_000


def port_base():
    """Returns the first of four neighbouring free ports."""
    while True:
        base = free_port()
        try:
            for port in (base + 1, base + 2, base + 3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base


def arguments(data, base, mode):
    # As root the tests make no user on this machine: the one of Debian's PostgreSQL will do.
    user = ["--user", "postgres"] if os.geteuid() == 0 else []
    return [UP, "--data", data, "--port-base", str(base), *user, *mode]


def settings(language="en"):
    return environment({"HYEOPCHI_BUILD": BUILD, "HYEOPCHI_LANGUAGE": language})


def up(data, base, language="en"):
    return subprocess.run(
        arguments(data, base, ["--once"]),
        env=settings(language),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )


def start_up(data, base, logs, name, mode):
    command = arguments(data, base, mode)
    return Process(name, command, os.path.join(logs, f"{name}.log"), env=settings())


def processes_of(data):
    """Returns the ids of the processes whose command line names the data directory."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                if data.encode() in file.read():
                    found.append(int(name))
        except OSError:
            continue
    return found


def amount(text):
    return int(text.replace(",", ""))


def result_rows(output):
    """Returns the result's rows as (id, cost, votes, funded)."""
    pattern = re.compile(r"^  (성동-\S+) .*?  +([\d,]+)  +([\d,]+)  (funded|-|선정)$", re.MULTILINE)
    return [
        (match[1], amount(match[2]), amount(match[3]), match[4] != "-")
        for match in pattern.finditer(output)
    ]


def stage_sum(output, stage):
    """Returns the budget table's sum over programmes at a stage."""
    pattern = re.compile(rf"^  2023-협치-\S+ .* {re.escape(stage)}  .* (-?[\d,]+)$", re.MULTILINE)
    return sum(amount(match[1]) for match in pattern.finditer(output))


def check_played(output):
    """The tables are there, and add up."""
    rows = result_rows(output)
    assert len(rows) == 13, output
    funded = sum(cost for _, cost, _, is_funded in rows if is_funded)
    assert 0 < funded <= BUDGET_KRW, output
    assert VOTERS <= sum(votes for _, _, votes, _ in rows) <= 3 * VOTERS
    assert stage_sum(output, "S10") == funded, output
    assert stage_sum(output, "R10.main") == -funded, output
    assert stage_sum(output, "M10") == 0, output
    assert f"{VOTERS:,}" in output


def tables(output):
    """What is printed of the outcome, without what was done to get there."""
    return output[output.index("== result") :]


@pytest.fixture(scope="module")
def place():
    """A function that makes data directories; what still runs in them at the end is a failure."""
    made = []

    def make():
        # Short: sockets have little room for their path. Open: an unprivileged user must get in.
        folder = tempfile.mkdtemp(prefix="up-", dir="/var/tmp")
        os.chmod(folder, 0o755)
        made.append(folder)
        return os.path.join(folder, "d")

    yield make
    left = [pid for folder in made for pid in processes_of(folder + "/")]
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)
    assert left == []


def watch(process, words, act):
    """Waits for a line with these words, then acts; returns the status and all that was printed."""
    try:
        process.wait_line(lambda line: words in line, words, RUN_SECONDS)
        act()
        # As Ctrl-C on a terminal does, to everything in the foreground.
        os.killpg(process.pid, signal.SIGINT)
        status = process.wait_exit(STOP_SECONDS)
    except BaseException:
        process.kill()
        raise
    return status, "\n".join(process.output.lines())


@pytest.fixture(scope="module")
def played(place):
    """A data directory in which the demonstration was interrupted, continued and finished."""
    data = place()
    base = port_base()
    seen = {}

    def meet_others():
        seen["refused"] = up(data, base)
        seen["busy"] = up(place(), base)

    with tempfile.TemporaryDirectory() as logs:
        process = start_up(data, base, logs, "interrupted", ["--once"])
        seen["interrupted"] = watch(process, "day 2 of 5", lambda: None)
        seen["left"] = processes_of(data)
        process = start_up(data, base, logs, "continued", [])
        seen["continued"] = watch(process, "Running until Ctrl-C", meet_others)
    return data, base, seen


def test_an_interrupted_run_ends_in_order_and_says_that_it_continues(played):
    _, _, seen = played
    status, output = seen["interrupted"]
    assert status == 130, output
    assert "Run the same command again" in output
    assert "== result" not in output
    assert seen["left"] == []


def test_a_continued_run_doubles_no_vote_and_the_budget_adds_up(played):
    """It runs on after printing, until Ctrl-C, which then is how it ends well."""
    _, _, seen = played
    status, output = seen["continued"]
    assert status == 0, output
    assert "day 1 of 5" not in output
    check_played(output)


def test_a_second_run_on_the_same_data_is_refused_in_one_line(played):
    _, _, seen = played
    assert seen["refused"].returncode == 1
    assert "another deploy/up runs in" in seen["refused"].stderr
    assert len(seen["refused"].stderr.splitlines()) == 1


def test_a_port_in_use_is_named_with_what_to_do(played):
    _, base, seen = played
    assert seen["busy"].returncode == 1
    assert f"port {base} " in seen["busy"].stderr
    assert "--port-base" in seen["busy"].stderr
    assert len(seen["busy"].stderr.splitlines()) == 1


def test_a_finished_run_prints_the_same_again_and_sends_no_vote(played):
    data, base, seen = played
    result = up(data, base)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "of 5)" not in result.stdout
    before = tables(seen["continued"][1])
    assert before.startswith(tables(result.stdout).rstrip("\n"))


def test_it_speaks_korean_where_that_is_the_language(played):
    data, base, _ = played
    result = up(data, base, "ko")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "선정" in result.stdout
    assert "1,577명" in result.stdout


def test_what_it_started_ends_when_it_is_killed(played, artifacts):
    """deploy/up is killed outright; PostgreSQL and the services must not live on without it."""
    data, base, _ = played
    process = start_up(data, base, artifacts, "killed", ["--once"])
    process.wait_line(lambda line: "== ballot" in line, "the services", RUN_SECONDS)
    process.kill()
    # The next run waits for them, and then has the directory and the ports for itself.
    result = up(data, base)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_service_that_ends_ends_the_run_and_is_named(played, artifacts):
    """The ledger is killed while everything runs; deploy/up must not sit there as if nothing were."""
    data, base, _ = played
    process = start_up(data, base, artifacts, "bereft", [])
    process.wait_line(lambda line: "Running until Ctrl-C" in line, "the end", RUN_SECONDS)
    for pid in processes_of(os.path.join(data, "settings", "ledger.conf")):
        os.kill(pid, signal.SIGKILL)
    assert process.wait_exit(STOP_SECONDS) == 1
    assert "ledger has ended" in "\n".join(process.output.lines())
    assert processes_of(data) == []


def test_a_service_that_does_not_get_ready_is_named_with_its_last_error(played):
    """The receipt key is damaged; participation refuses it and says so."""
    data, base, _ = played
    path = os.path.join(data, "keys", "receipt-key")
    with open(path, encoding="ascii") as file:
        key = file.read()
    try:
        with open(path, "w", encoding="ascii") as file:
            file.write("too short")
        result = up(data, base)
    finally:
        with open(path, "w", encoding="ascii") as file:
            file.write(key)
    assert result.returncode == 1
    assert "participation" in result.stderr
    assert "receipt_key" in result.stderr
    assert processes_of(data) == []


def test_secrets_are_readable_by_their_user_only(played):
    data, _, _ = played
    expected = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else os.geteuid()
    for name in ("", "keys", "ballot-keys", "run", "postgresql"):
        status = os.stat(os.path.join(data, name))
        assert status.st_mode & 0o077 == 0, name
        assert status.st_uid == expected, name
    for name in os.listdir(os.path.join(data, "keys")):
        assert os.stat(os.path.join(data, "keys", name)).st_mode & 0o077 == 0, name


def test_no_sanitizer_has_spoken_in_any_log(played):
    """deploy/up itself does not look at how a service ended; this does."""
    data, _, _ = played
    folder = os.path.join(data, "log")
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
            text = file.read()
        for mark in SANITIZER_MARKS:
            assert mark not in text, f"{name}: {text[text.index(mark):][:4000]}"


def test_an_interruption_is_understood_while_bash_expands_a_command():
    """bash 5.2 parses a trap that comes then as if it stood in the $(…), and ended half of these runs
    with 2. The trap is deploy/up's own, in a loop that does little but expand."""
    script = f"""
        set -euo pipefail
        . {shlex.quote(os.path.join(ROOT, "deploy", "demo", "process.sh"))}
        name() {{ printf '%s' "$1"; }}
        trap 'exit $?' EXIT
        trap "$INTERRUPT" TERM
        echo begun
        while :; do both=$(name a)$(name b); done"""
    for _ in range(INTERRUPTIONS):
        with subprocess.Popen(
            ["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            process.stdout.readline()
            process.terminate()
            said = process.communicate()
        assert (process.returncode, *said) == (130, "", ""), said


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        (["--often"], "unknown argument '--often'"),
        (["--data"], "--data needs a value"),
        (["--port-base", "70000"], "from 1 to 65532"),
    ],
)
def test_a_wrong_argument_is_one_line(wrong, sentence):
    result = subprocess.run(
        [UP, *wrong], env=settings(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["letter", "lock"])
@pytest.mark.parametrize("language, sentence", [("en", "neither empty nor"), ("ko", "비어 있지 않고")])
def test_a_folder_with_something_of_others_in_it_is_refused_and_left_as_it_is(
    place, name, language, sentence
):
    data = place()
    os.mkdir(data, 0o755)
    for one in (name, "other"):
        with open(os.path.join(data, one), "w", encoding="ascii") as file:
            file.write("not ours")
    before = os.stat(data)
    result = up(data, port_base(), language)
    assert result.returncode == 1
    assert data in result.stderr and sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1
    after = os.stat(data)
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)
    assert sorted(os.listdir(data)) == sorted([name, "other"])


def test_an_empty_folder_is_taken_and_taken_again_wherever_it_was_stopped(place):
    """Each run gets as far as the ports, of which one is in use."""
    data = place()
    os.mkdir(data)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        base = min(other.getsockname()[1], 65532)
        for left in (None, {"lock", "keys"}, {"lock"}):
            for name in set(os.listdir(data)) - (left or set()):
                path = os.path.join(data, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
            result = up(data, base)
            assert result.returncode == 1
            assert "in use by another program" in result.stderr, result.stderr


def test_help_has_examples():
    result = subprocess.run([UP, "--help"], env=settings(), capture_output=True, text=True, check=True)
    assert "Examples:" in result.stdout


def test_the_demonstration_district_is_the_same_every_time():
    def generate(*arguments):
        demo = os.path.join(ROOT, "deploy", "demo")
        return subprocess.run(
            ["awk", *arguments, "-f", f"{demo}/district.awk", f"{demo}/projects.tsv"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    voters = set()
    votes = 0
    for day in range(1, 6):
        text = generate("-v", "part=day", "-v", f"day={day}")
        assert text == generate("-v", "part=day", "-v", f"day={day}")
        rows = text.split("voter_id;vote;age;sex;neighborhood;voting_method\n")[1].splitlines()
        ids = [row.split(";")[0] for row in rows]
        assert len(ids) == len(set(ids)), "nobody votes twice on one day"
        votes += len(ids)
        voters.update(ids)
    assert len(voters) == VOTERS
    assert generate("-v", "part=count").split() == [str(VOTERS), str(votes - VOTERS)]
