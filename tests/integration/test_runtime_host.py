# SPDX-License-Identifier: Apache-2.0
"""The host that every service stands on, with the smallest service there can be.

The database is absent, comes, goes and comes back; the schema is missing, right, or newer than
the program; another instance is heard, and its poison events are decided about.
"""

import http.client
import json
import os
import signal
import subprocess
import threading
import time

import pytest

from support.client import Client, Key, write_keys
from support.paths import BUILD
from support.ports import free_port
from support.process import Process
from support.services import Service, environment

DRIVER = os.path.join(BUILD, "tests", "runtime_host_driver")


class Driver(Service):
    """The driver as a service; its log is named after the service that it plays."""

    def start(self):
        assert self.process is None
        command = [DRIVER, *self.arguments]
        self.process = Process(
            self.name, command, self.log_path, env=environment(self.settings)
        )
        return self

    def get(self, path, headers=None):
        status, _, body = self.request("GET", path, headers=headers)
        return status, json.loads(body)

    def post(self, path, body, headers=None):
        status, _, answer = self.request("POST", path, body=body, headers=headers)
        return status, json.loads(answer)

    def signed(self, key, method, path, document=None):
        """Sends a signed request; returns (status, document)."""
        answer = Client(self.address, key).request(method, path, document)
        return answer.status, answer.json()


def settings_of(databases, service, **extra):
    settings = {
        "HYEOPCHI_DISTRICT": "seongdong",
        "HYEOPCHI_SERVICE_NAME": service,
        "HYEOPCHI_HTTP_LISTEN": f"127.0.0.1:{free_port()}",
        "HYEOPCHI_DATABASE_URL": databases.conninfo(service, service),
        "HYEOPCHI_MIGRATION_DATABASE_URL": databases.conninfo(service, f"{service}_owner"),
        "HYEOPCHI_PUB_URL": f"tcp://127.0.0.1:{free_port()}",
        "HYEOPCHI_FETCH_URL": f"tcp://127.0.0.1:{free_port()}",
    }
    settings.update(extra)
    return settings


def beside(driver):
    """The settings of a second process of this service."""
    return dict(
        driver.settings,
        HYEOPCHI_HTTP_LISTEN=f"127.0.0.1:{free_port()}",
        HYEOPCHI_PUB_URL=f"tcp://127.0.0.1:{free_port()}",
        HYEOPCHI_FETCH_URL=f"tcp://127.0.0.1:{free_port()}",
    )


@pytest.fixture
def make(artifacts):
    """A function that makes a driver (not started) with these settings; all are stopped.

    Of two of one name the second needs a folder of its own for its log.
    """
    drivers = []

    def make_driver(settings, logs=artifacts):
        port = int(settings["HYEOPCHI_HTTP_LISTEN"].rpartition(":")[2])
        driver = Driver(
            settings["HYEOPCHI_SERVICE_NAME"], settings, logs, address=("127.0.0.1", port)
        )
        drivers.append(driver)
        return driver

    yield make_driver
    for driver in reversed(drivers):
        driver.close()


def command(settings, *arguments):
    """Runs one of the driver's commands; returns its exit status and what it wrote."""
    done = subprocess.run(
        [DRIVER, *arguments],
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def migrate(settings):
    status, output = command(settings, "migrate")
    assert status == 0, output


def wait_until(condition, what, timeout=30):
    """Asks again and again; each question is a round trip to the database, which is pause enough."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"{what} does not happen"


def reasons(driver):
    status, answer = driver.get("/readyz")
    assert status == 503
    assert answer["ready"] is False
    return [(reason["part"], reason["state"]) for reason in answer["reasons"]]


def test_a_service_waits_for_an_absent_database_and_for_its_migrations(databases, make):
    settings = settings_of(databases, "ledger")
    databases.stop()
    driver = make(settings).start()
    driver.wait_log("service_started")
    driver.wait_log("database_unavailable")
    driver.wait_log("service_not_ready")
    assert driver.get("/livez") == (200, {"alive": True})
    assert ("database", "unavailable") in reasons(driver)
    assert driver.post("/v1/notes", "early")[0] == 503

    databases.start()
    entry = driver.wait_log("schema_missing", level="error")
    assert "migrate" in entry["action"]
    assert ("schema", "missing") in reasons(driver)

    migrate(settings)
    driver.wait_ready()
    driver.wait_log("service_ready")
    assert driver.get("/readyz") == (200, {"ready": True, "reasons": []})
    assert driver.post("/v1/notes", "hello") == (201, {"text": "hello"})
    assert driver.get("/v1/notes") == (200, {"count": 1})


def test_a_service_survives_its_database_going_away(databases, make):
    settings = settings_of(databases, "ledger")
    migrate(settings)
    driver = make(settings).start().wait_ready()
    assert driver.post("/v1/notes", "before")[0] == 201

    databases.stop()
    driver.wait_readiness(503)
    driver.wait_log("service_not_ready")
    assert driver.post("/v1/notes", "while away")[0] == 503
    assert driver.get("/v1/notes")[0] == 503

    databases.start()
    driver.wait_ready()
    assert driver.post("/v1/notes", "after")[0] == 201
    assert driver.get("/v1/notes") == (200, {"count": 2})


def test_a_service_stops_in_order_while_its_database_is_away(databases, make):
    settings = settings_of(databases, "ledger")
    migrate(settings)
    driver = make(settings).start().wait_ready()
    databases.stop()
    driver.wait_readiness(503)
    driver.stop()


def test_a_newer_schema_is_refused_at_start(databases, make):
    settings = settings_of(databases, "ledger")
    migrate(settings)
    databases.psql(
        "ledger",
        "INSERT INTO public.schema_migration (name, number, file, sha256, applied_at_ms)"
        " VALUES ('driver', 2, '0002_later.sql', '', 0)",
    )
    driver = make(settings).start()
    assert driver.wait_exit() == 1
    assert "schema_refused" in open(driver.log_path, encoding="utf-8").read()


def test_a_newer_schema_later_on_makes_a_service_unready(databases, make):
    settings = settings_of(databases, "ledger")
    migrate(settings)
    driver = make(settings).start().wait_ready()
    databases.psql(
        "ledger",
        "INSERT INTO public.schema_migration (name, number, file, sha256, applied_at_ms)"
        " VALUES ('driver', 2, '0002_later.sql', '', 0)",
    )
    databases.psql(
        "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename='ledger'"
    )
    driver.wait_readiness(503)
    driver.wait_log("service_not_ready", part="schema", state="wrong")
    databases.psql("ledger", "DELETE FROM public.schema_migration WHERE number = 2")
    driver.wait_ready()


def test_migrating_again_changes_nothing(databases):
    settings = settings_of(databases, "ledger")
    migrate(settings)
    before = databases.psql("ledger", "SELECT name, number, applied_at_ms FROM schema_migration")
    migrate(settings)
    assert before == databases.psql(
        "ledger", "SELECT name, number, applied_at_ms FROM schema_migration"
    )


def test_healthcheck_tells_ready_from_not_ready(databases, make):
    settings = settings_of(databases, "ledger")
    assert command(settings, "healthcheck")[0] == 1
    driver = make(settings).start()
    driver.wait_log("service_not_ready")
    status, output = command(settings, "healthcheck")
    assert status == 1
    assert "503" in output
    migrate(settings)
    driver.wait_ready()
    assert command(settings, "healthcheck") == (0, "")


def test_healthcheck_asks_a_unix_socket_too(databases, make, socket_folder):
    settings = settings_of(databases, "ledger")
    migrate(settings)
    driver = make(settings)
    settings["HYEOPCHI_HTTP_LISTEN"] = f"unix:{socket_folder}/http"
    driver.settings = settings
    driver.start()
    driver.wait_log("service_ready")
    assert command(settings, "healthcheck") == (0, "")


def test_an_answer_under_way_is_given_before_the_end(databases, make):
    settings = settings_of(databases, "ledger")
    migrate(settings)
    driver = make(settings).start().wait_ready()
    answers = []
    client = threading.Thread(target=lambda: answers.append(driver.post("/v1/notes", "slow")))
    client.start()
    wait_until(
        lambda: databases.psql(
            "ledger", "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        ),
        "the slow note",
    )
    driver.stop()
    client.join()
    assert answers == [(201, {"text": "slow"})]
    assert databases.psql("ledger", "SELECT count(*) FROM note.written") == [(1,)]


def test_an_open_feed_does_not_hold_up_the_end(databases, make):
    settings = settings_of(databases, "ledger")
    migrate(settings)
    driver = make(settings).start().wait_ready()
    connection = http.client.HTTPConnection(*driver.address, timeout=30)
    connection.request("GET", "/v1/events", headers={"Accept": "text/event-stream"})
    response = connection.getresponse()
    assert response.status == 200
    driver.post("/v1/notes", "heard")
    line = response.readline()
    while not line.startswith(b"data:"):
        line = response.readline()
    assert json.loads(line[5:])["type"] == "kr.hyeopchi.driver.note.written.v1"
    driver.stop()
    connection.close()


def test_memory_is_protected_and_no_program_gets_more_privileges(databases, make):
    settings = settings_of(databases, "ledger")
    driver = make(settings).start()
    driver.wait_log("service_started")
    limits = open(f"/proc/{driver.process.pid}/limits", encoding="ascii").read()
    line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert line.split()[4:6] == ["0", "0"]
    # The files of a process that is not dumpable belong to root, whoever runs it.
    assert os.stat(f"/proc/{driver.process.pid}/mem").st_uid == 0
    status = open(f"/proc/{driver.process.pid}/status", encoding="ascii").read()
    assert "NoNewPrivs:\t1\n" in status


def test_metrics_tell_state_and_process(databases, make):
    settings = settings_of(databases, "ledger")
    migrate(settings)
    driver = make(settings).start().wait_ready()
    driver.post("/v1/notes", "counted")
    status, headers, body = driver.request("GET", "/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = dict(
        line.rsplit(" ", 1) for line in body.decode().splitlines() if not line.startswith("#")
    )
    assert lines["hyeopchi_ready"] == "1"
    assert lines["hyeopchi_writer_leading"] == "1"
    assert lines["hyeopchi_stream_head_seq"] == "1"
    assert int(lines["hyeopchi_process_resident_memory_bytes"]) > 1_000_000
    assert int(lines["hyeopchi_process_open_descriptors"]) > 10


def test_a_wrong_setting_ends_the_start_with_its_reason(databases):
    for change, word in (
        ({"HYEOPCHI_DISTRICT": "Seongdong"}, "district"),
        ({"HYEOPCHI_DATABASE_URL": "postgresql://ledger:secret@localhost/ledger"}, "secret file"),
        ({"HYEOPCHI_DATABASE_URL": "what is this"}, "database_url"),
        ({"HYEOPCHI_KEYS_FILE": "/nonexistent/keys"}, "keys"),
        ({"HYEOPCHI_DEMONSTRATION_CLOCK_FILE": "/nonexistent"}, "demonstration_clock_file"),
        ({"HYEOPCHI_HTTP_LISTEN": "127.0.0.1:http"}, "127.0.0.1:http"),
        ({"HYEOPCHI_READER_THREADS": "17"}, "How many threads"),
    ):
        status, output = command(settings_of(databases, "ledger", **change), "run")
        assert status == 1, output
        assert word in output
        assert "secret@" not in output


def test_an_unknown_command_is_refused(databases):
    status, output = command(settings_of(databases, "ledger"), "migrat")
    assert status == 1
    assert "unknown_command" in output


@pytest.fixture
def pair(databases, make, artifacts):
    """`ledger` hears `participation`; returns both, running, and the keys in their keys file."""

    def start(**extra):
        operator = Key("operator", "kim")
        auditor = Key("auditor", "lee")
        keys = write_keys(os.path.join(artifacts, "keys"), operator, auditor)
        said = settings_of(databases, "participation", HYEOPCHI_KEYS_FILE=keys)
        heard = settings_of(
            databases,
            "ledger",
            HYEOPCHI_KEYS_FILE=keys,
            HYEOPCHI_HEAR_STREAM="participation",
            HYEOPCHI_HEAR_PUB_URL=said["HYEOPCHI_PUB_URL"],
            HYEOPCHI_HEAR_FETCH_URL=said["HYEOPCHI_FETCH_URL"],
            **extra,
        )
        migrate(said)
        migrate(heard)
        speaker = make(said).start().wait_ready()
        hearer = make(heard).start().wait_ready()
        return speaker, hearer, operator, auditor

    return start


def wait_heard(databases, count):
    wait_until(
        lambda: databases.psql("ledger", "SELECT count(*) FROM note.heard") == [(count,)],
        f"hearing {count} notes",
    )


def test_what_one_service_says_the_other_hears_once(databases, pair):
    speaker, hearer, operator, auditor = pair()
    for number in range(20):
        assert speaker.post("/v1/notes", f"note {number}")[0] == 201
    wait_heard(databases, 20)
    assert databases.psql("ledger", "SELECT text FROM note.heard ORDER BY seq") == [
        (f"note {number}",) for number in range(20)
    ]
    status, answer = hearer.signed(auditor, "GET", "/v1/status")
    assert status == 200
    assert answer["service"] == "ledger"
    assert answer["ready"] is True
    assert answer["writer"] == "leading"
    assert answer["subscribers"][0]["stream"] == "participation"
    assert answer["subscribers"][0]["next_seq"] == 21
    assert hearer.get("/v1/status")[0] == 401

    speaker.stop()
    hearer.wait_readiness(503)
    assert reasons(hearer) == [("subscriber", "degraded")]
    speaker.start()
    hearer.wait_ready()


def test_a_halted_stream_goes_on_once_the_poison_is_discarded(databases, pair):
    speaker, hearer, operator, auditor = pair()
    for text in ("one", "poison", "three"):
        assert speaker.post("/v1/notes", text)[0] == 201
    hearer.wait_log("event_dead_letter")
    hearer.wait_readiness(503)
    assert reasons(hearer) == [("subscriber", "halted")]

    status, page = hearer.signed(auditor, "GET", "/v1/events/dead?state=parked")
    assert status == 200
    assert [(item["stream"], item["seq"]) for item in page["items"]] == [("participation", 2)]
    assert page["items"][0]["error"] == "invalid"
    assert page["items"][0]["attempts"] == 3
    status, letter = hearer.signed(auditor, "GET", "/v1/events/dead/2?stream=participation")
    assert status == 200
    assert letter["event"]["type"] == "kr.hyeopchi.driver.note.written.v1"

    decision = {"stream": "participation", "reason": "a test's poison"}
    assert hearer.signed(auditor, "POST", "/v1/events/dead/2:discard", decision)[0] == 403
    status, answer = hearer.signed(operator, "POST", "/v1/events/dead/2:retry", decision)
    assert (status, answer["code"]) == (409, "dead-letter-still-fails")
    status, answer = hearer.signed(operator, "POST", "/v1/events/dead/2:discard", decision)
    assert (status, answer["state"]) == (200, "discarded")
    wait_heard(databases, 2)
    hearer.wait_ready()
    status, page = hearer.signed(auditor, "GET", "/v1/events/dead?state=discarded")
    assert page["items"][0]["resolved_by"] == "kim"
    assert page["items"][0]["reason"] == "a test's poison"
    status, answer = hearer.signed(operator, "POST", "/v1/events/dead/2:discard", decision)
    assert (status, answer["code"]) == (404, "dead-letter-not-found")


def test_a_halted_stream_goes_on_after_another_leader_has_discarded_the_poison(
    databases, pair, make, tmp_path
):
    """The first halts and is paused while it leads; the second takes over, an operator decides
    there. Then the first wakes, still halted, and has the lead back once the second has ended."""
    speaker, first, operator, auditor = pair()
    for text in ("one", "poison", "three"):
        assert speaker.post("/v1/notes", text)[0] == 201
    first.wait_log("event_dead_letter")
    first.wait_readiness(503)

    first.process.send_signal(signal.SIGSTOP)
    second = make(beside(first), str(tmp_path)).start()
    second.wait_log("writer_leading", timeout=60)
    second.wait_log("subscriber_state", to="halted")
    decision = {"stream": "participation", "reason": "a test's poison"}
    status, answer = second.signed(operator, "POST", "/v1/events/dead/2:discard", decision)
    assert (status, answer["state"]) == (200, "discarded")
    wait_heard(databases, 2)
    mark = first.mark()
    first.process.send_signal(signal.SIGCONT)
    first.wait_log("writer_standby", since=mark)
    first.wait_ready()
    status, answer = first.signed(operator, "POST", "/v1/events/dead/2:retry", decision)
    assert status == 503, "who stands by decides nothing"

    second.stop()
    first.wait_log("writer_leading", since=mark)
    assert speaker.post("/v1/notes", "four")[0] == 201
    wait_heard(databases, 3)
    first.wait_ready()
    heard = databases.psql("ledger", "SELECT seq, text FROM note.heard ORDER BY seq")
    assert heard == [(1, "one"), (3, "three"), (4, "four")]


def test_a_parked_event_is_applied_when_its_cause_is_gone(databases, pair):
    speaker, hearer, operator, _ = pair(HYEOPCHI_PARK="on")
    for text in ("sick", "well"):
        assert speaker.post("/v1/notes", text)[0] == 201
    wait_heard(databases, 1)
    hearer.wait_log("event_dead_letter")
    assert hearer.post("/v1/notes", "medicine")[0] == 201
    decision = {"stream": "participation", "reason": "cured"}
    status, answer = hearer.signed(operator, "POST", "/v1/events/dead/1:retry", decision)
    assert (status, answer["state"]) == (200, "retried")
    wait_heard(databases, 2)


def test_dead_letters_are_listed_page_by_page(databases, pair):
    _, hearer, _, auditor = pair()
    databases.psql(
        "ledger",
        "INSERT INTO event.dead_letter (consumer, stream, epoch, seq, type, envelope, error_code,"
        " attempts, created_at_ms) SELECT 'ledger', 'participation', 1, n, 't', 'x', 'invalid',"
        " 3, 0 FROM generate_series(100, 104) n",
    )
    found = []
    path = "/v1/events/dead?limit=2"
    while path:
        status, page = hearer.signed(auditor, "GET", path)
        assert status == 200
        found += [item["seq"] for item in page["items"]]
        path = f"/v1/events/dead?limit=2&after={page['next']}" if "next" in page else None
    assert found == [100, 101, 102, 103, 104]
    status, letter = hearer.signed(auditor, "GET", "/v1/events/dead/100?stream=participation")
    assert letter["envelope_base64"] == "eA=="


def test_wrong_questions_about_dead_letters_are_refused(databases, make, artifacts):
    auditor = Key("auditor", "lee")
    keys = write_keys(os.path.join(artifacts, "keys"), auditor)
    driver = make(settings_of(databases, "ledger", HYEOPCHI_KEYS_FILE=keys)).start()
    driver.wait_log("service_started")
    for path, field in (
        ("/v1/events/dead?state=lost", "state"),
        ("/v1/events/dead?limit=0", "limit"),
        ("/v1/events/dead?limit=1001", "limit"),
        ("/v1/events/dead?after=x", "after"),
        ("/v1/events/dead/x?stream=participation", "seq"),
        ("/v1/events/dead/99999999999999999999?stream=participation", "seq"),
        ("/v1/events/dead/1", "stream"),
    ):
        status, answer = driver.signed(auditor, "GET", path)
        assert (status, answer["field"]) == (400, field), path


def test_a_second_signal_does_not_cut_the_stop_short(databases, make):
    settings = settings_of(databases, "ledger")
    migrate(settings)
    driver = make(settings).start().wait_ready()
    driver.process.send_signal(signal.SIGINT)
    driver.stop()


def test_a_service_ends_to_be_started_anew_once_nng_frees_no_connection(databases, make):
    settings = settings_of(databases, "ledger")
    migrate(settings)
    driver = make(settings).start().wait_ready()
    _, jammed = driver.post("/v1/jam", "")
    if not jammed["nng"].startswith("1.5."):
        pytest.skip(f"nng {jammed['nng']} has not this defect, so nobody watches for it")
    assert driver.post("/v1/notes", "goes on until then")[0] == 201
    driver.wait_log("bus_hangs", timeout=90)
    process, driver.process = driver.process, None
    assert process.wait_exit(60) == 1
    events = [json.loads(line)["event"] for line in open(driver.log_path, encoding="utf-8")]
    assert events[-1] == "service_stopped" or "exit_forced" in events, events[-5:]
    assert "service_ends" in events

    # And the one after it has everything.
    again = make(settings).start().wait_ready()
    assert again.get("/v1/notes")[1] == {"count": 1}
