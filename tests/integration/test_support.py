# SPDX-License-Identifier: Apache-2.0
"""The helpers that all other integration tests trust."""

import os
import signal
import socket
import sys

import psycopg2
import pytest

from support.ports import PORT_FIRST, PORT_LAST, free_port
from support.process import Process, ProcessError
from support.services import SANITIZER_MARKS, SANITIZER_STATUS, Service


def test_cluster_answers_on_its_socket_and_on_loopback(postgres):
    assert postgres.psql("postgres", "SELECT 40 + 2") == [(42,)]
    connection = psycopg2.connect(postgres.conninfo_tcp(), password=postgres.password)
    connection.close()


def test_cluster_refuses_a_wrong_password_on_loopback(postgres):
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(postgres.conninfo_tcp(), password="wrong")


def test_cluster_writes_durably(postgres):
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        assert postgres.psql("postgres", f"SHOW {setting}") == [("on",)]


def test_committed_rows_survive_a_kill_and_a_restart(postgres):
    postgres.psql("postgres", "CREATE TABLE kept (id integer PRIMARY KEY)")
    postgres.psql("postgres", "INSERT INTO kept SELECT generate_series(1, 1000)")
    open_connection = postgres.connect()

    postgres.kill9()
    assert not postgres.is_running()
    with pytest.raises(psycopg2.Error):
        open_connection.cursor().execute("SELECT 1")
    with pytest.raises(psycopg2.OperationalError):
        postgres.connect()

    postgres.start()
    assert postgres.psql("postgres", "SELECT count(*) FROM kept") == [(1000,)]
    postgres.restart()
    assert postgres.psql("postgres", "SELECT count(*) FROM kept") == [(1000,)]
    postgres.psql("postgres", "DROP TABLE kept")


def test_service_databases_belong_to_the_owner_and_open_to_the_service_only(databases):
    databases.psql("ledger", "CREATE TABLE entry (id bigint)", role="ledger_owner")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        databases.psql("ledger", "SELECT id FROM entry", role="ledger")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        databases.psql("ledger", "CREATE TABLE mine (id bigint)", role="ledger")
    with pytest.raises(psycopg2.OperationalError):
        databases.connect("ledger", "reporting")


def test_service_databases_are_new_for_each_test(databases):
    tables = databases.psql("ledger", "SELECT count(*) FROM pg_tables WHERE tablename = 'entry'")
    assert tables == [(0,)]


def test_ports_are_never_handed_out_twice_and_can_be_bound():
    ports = [free_port() for _ in range(100)]
    assert len(set(ports)) == len(ports)
    assert all(PORT_FIRST <= port <= PORT_LAST for port in ports)
    with socket.socket() as server:
        server.bind(("127.0.0.1", ports[0]))


def python(artifacts, code, name="child"):
    command = [sys.executable, "-u", "-c", code]
    return Process(name, command, os.path.join(artifacts, f"{name}.log"))


def test_waiting_for_a_line_returns_it_or_tells_what_was_said(artifacts):
    child = python(artifacts, "print('one'); print('two')")
    assert child.wait_line(lambda line: line == "two", "second line") == "two"
    with pytest.raises(ProcessError, match="no third line(.|\n)*two"):
        child.wait_line(lambda line: line == "three", "third line", timeout=30)
    assert child.wait_exit() == 0


def fake_service(artifacts, monkeypatch, code):
    """A Service whose program is a line of Python, to try what a broken service would do."""
    service = Service("fake", {}, artifacts, arguments=["-u", "-c", code])
    monkeypatch.setattr("support.services.program", lambda name: sys.executable)
    return service.start()


LOGS_AND_WAITS = """
import json, signal, sys
print(json.dumps({"event": "ready", "port": 7}), file=sys.stderr)
print("not json", file=sys.stderr)
signal.sigwait([signal.SIGTERM])
"""


def test_service_log_is_found_by_event_and_field(artifacts, monkeypatch):
    service = fake_service(
        artifacts,
        monkeypatch,
        "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])" + LOGS_AND_WAITS,
    )
    assert service.wait_log("ready", port=7)["port"] == 7
    assert [entry["event"] for entry in service.log()] == ["ready"]
    with pytest.raises(ProcessError):
        service.wait_log("ready", timeout=0.1, port=8)
    service.stop()


def test_service_that_ends_badly_fails_the_test(artifacts, monkeypatch):
    service = fake_service(
        artifacts,
        monkeypatch,
        "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(3)); print('up')\n"
        "signal.pause()",
    )
    service.process.wait_line(lambda line: line == "up", "start")
    with pytest.raises(AssertionError, match="ended with 3"):
        service.stop()


@pytest.mark.parametrize("mark", SANITIZER_MARKS)
def test_service_with_a_sanitizer_report_fails_the_test(artifacts, monkeypatch, mark):
    service = fake_service(artifacts, monkeypatch, f"print({mark!r} + ' x')")
    with pytest.raises(AssertionError, match=mark):
        service.wait_exit()


LOST_CONNECTION = """\
==7==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 856 byte(s) in 1 object(s) allocated from:
    #0 0x7f89d1cb83b7 in __interceptor_calloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:77
    #1 0x7f89d23f4c60  (/lib/x86_64-linux-gnu/libnng.so.1+0x2d1a0)

Indirect leak of 64 byte(s) in 2 object(s) allocated from:
    #0 0x7f89d1cb83b7 in __interceptor_calloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:77
    #1 0x7f89d23f4b07  (/lib/x86_64-linux-gnu/libnng.so.1+0x1cb07)
    #2 0x7f89d1ab5ea6 in start_thread nptl/pthread_create.c:477

SUMMARY: AddressSanitizer: 984 byte(s) leaked in 3 allocation(s).
"""
ITS_LISTENER = """
Indirect leak of 376 byte(s) in 1 object(s) allocated from:
    #0 0x7fd0018b83b7 in __interceptor_calloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:77
    #1 0x7fd0020110fc  (/lib/x86_64-linux-gnu/libnng.so.1+0x3e0fc)
    #2 0x7fd001fe749f in nng_listener_create (/lib/x86_64-linux-gnu/libnng.so.1+0x1449f)
    #3 0x56256474242f in listener_start ../../services/runtime/bus_listener.c:49

SUMMARY"""
LOST_WITH_ITS_LISTENER = LOST_CONNECTION.replace("\nSUMMARY", ITS_LISTENER)
OUR_CALLBACK = "\n    #2 0x55819878ac78 in on_message ../../services/runtime/bus_inbox.c:79"


def service_that_reports(artifacts, monkeypatch, report, event="service_stopped"):
    service = fake_service(
        artifacts,
        monkeypatch,
        "import signal, sys\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM]); print('up', flush=True)\n"
        f"signal.sigwait([signal.SIGTERM]); print('{{\"event\":\"{event}\"}}')\n"
        f"print({report!r}); sys.exit({SANITIZER_STATUS})",
    )
    service.process.wait_line(lambda line: line == "up", "start")
    return service


def test_a_connection_that_nng_has_lost_is_not_taken_for_a_leak_of_ours(artifacts, monkeypatch):
    service_that_reports(artifacts, monkeypatch, LOST_CONNECTION).stop()


def test_nor_is_the_listener_that_such_a_connection_keeps(artifacts, monkeypatch):
    service_that_reports(artifacts, monkeypatch, LOST_WITH_ITS_LISTENER).stop()


OTHER_LEAKS = {
    "in our callback": ("+0x2d1a0)", "+0x2d1a0)" + OUR_CALLBACK),
    "of ours that hangs of it": ("+0x1cb07)", "+0x1cb07)" + OUR_CALLBACK),
    "of two": ("856 byte(s) in 1 ", "1712 byte(s) in 2 "),
    "of a message": ("856 byte(s)", "112 byte(s)"),
    "of several things": ("Indirect", "Direct"),
    "in another library": ("libnng.so.1+0x2d1a0", "libpq.so.5+0x2d1a0"),
    "of nobody knows what": ("(/lib/x86_64-linux-gnu/libnng.so.1+0x2d1a0)", "(<unknown module>)"),
    "and worse": ("SUMMARY", "==7==ERROR: AddressSanitizer: heap-use-after-free"),
}


@pytest.mark.parametrize("kind", OTHER_LEAKS)
def test_any_other_leak_fails_the_test(artifacts, monkeypatch, kind):
    report = LOST_CONNECTION.replace(*OTHER_LEAKS[kind])
    assert report != LOST_CONNECTION
    service = service_that_reports(artifacts, monkeypatch, report)
    with pytest.raises(AssertionError, match="Sanitizer"):
        service.stop()


LISTENER_ALONE = LOST_CONNECTION.partition("\n")[0] + "\n" + ITS_LISTENER.replace("Indirect", "Direct")
OTHER_LISTENERS = {
    "is alone": LISTENER_ALONE,
    "hangs of nothing": LOST_WITH_ITS_LISTENER.replace("Indirect leak of 376", "Direct leak of 376"),
    "is a dialer": LOST_WITH_ITS_LISTENER.replace("nng_listener_create", "nng_dialer_create"),
}


@pytest.mark.parametrize("kind", OTHER_LISTENERS)
def test_a_listener_that_no_lost_connection_keeps_fails_the_test(artifacts, monkeypatch, kind):
    report = OTHER_LISTENERS[kind]
    assert report != LOST_WITH_ITS_LISTENER
    service = service_that_reports(artifacts, monkeypatch, report)
    with pytest.raises(AssertionError, match="Sanitizer"):
        service.stop()


def test_a_lost_connection_does_not_hide_a_service_that_did_not_stop_in_order(
    artifacts, monkeypatch
):
    service = service_that_reports(artifacts, monkeypatch, LOST_CONNECTION, "service_stopping")
    with pytest.raises(AssertionError, match=f"ended with {SANITIZER_STATUS}"):
        service.stop()


def test_service_that_ignores_the_stop_is_killed_and_fails_the_test(artifacts, monkeypatch):
    service = fake_service(
        artifacts,
        monkeypatch,
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf')\n"
        "while True: signal.pause()",
    )
    process = service.process
    process.wait_line(lambda line: line == "deaf", "start")
    with pytest.raises(ProcessError, match="still runs"):
        service.stop(timeout=0.2)
    assert not process.is_running()
    assert process.wait_exit() == -signal.SIGKILL
