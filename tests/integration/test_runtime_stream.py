# SPDX-License-Identifier: Apache-2.0
"""One stream, several processes that write it, and servers and processes that die or pause.

Each process is a runtime_stream_driver: "ack SOURCE NUMBER" is its word that a job is durable. What
holds after every story: everything that was acknowledged is there, once; events are numbered 1, 2, 3
without a gap, in the order of each source, and their chain is unbroken.
"""

import hashlib
import os
import re
import select
import signal
import socket
import struct
import threading

import pytest

from support.paths import BUILD
from support.process import Process

SOURCES = 8
SPOKEN = re.compile(rb"([a-z]+) ([0-9]+) ([0-9]+)$")


@pytest.fixture
def database(postgres):
    """The cluster with the database of one service, schema event and the drivers' table in it."""
    postgres.create_service_database("ledger")
    owner = postgres.conninfo("ledger", "ledger_owner")
    migrate = Process(
        "migrate",
        [os.path.join(BUILD, "tests", "runtime_migrate_driver"), owner, "apply", "runtime"],
        os.devnull,
    )
    assert migrate.wait_exit() == 0, migrate.output.lines()
    postgres.psql(
        "ledger",
        "CREATE TABLE said (name text, source bigint, number bigint,"
        " PRIMARY KEY (name, source, number)); GRANT SELECT, INSERT ON said TO ledger",
    )
    yield postgres
    if not postgres.is_running():
        postgres.start()
    postgres.drop_service_database("ledger")


class Speaker(Process):
    """A process that writes the stream, and what it has said so far."""

    def __init__(self, conninfo, artifacts, name, sources=SOURCES, jobs=0, mode="once"):
        super().__init__(
            name,
            [
                os.path.join(BUILD, "tests", "runtime_stream_driver"),
                conninfo,
                name,
                str(sources),
                str(jobs),
                mode,
            ],
            os.path.join(artifacts, f"{name}.log"),
        )

    def wait_event(self, event, since=0, timeout=60):
        return self.wait_line(lambda line: f'"event":"{event}"' in line, event, timeout, since)

    def wait_acks(self, count, since=0, timeout=60):
        """Waits until each source's share of count jobs is acknowledged, as far as lines tell."""
        seen = [0]

        def matches(line):
            seen[0] += line.startswith("ack ")
            return seen[0] >= count

        return self.wait_line(matches, f"{count} acknowledgements", timeout, since)

    def told(self, word, since=0):
        lines = (line.split(" ") for line in self.output.lines(since) if line.startswith(word + " "))
        return [(self.name, int(source), int(number)) for _, source, number in lines]

    def terminate(self):
        self.send_signal(signal.SIGTERM)
        assert self.wait_exit() == 0, self.log_tail()


@pytest.fixture
def speak(database, artifacts):
    """A function that starts a speaker; whatever still runs after the test is killed."""
    speakers = []

    def start(name, conninfo=database.conninfo("ledger", "ledger"), **options):
        speaker = Speaker(conninfo, artifacts, name, **options)
        speakers.append(speaker)
        return speaker

    yield start
    for speaker in speakers:
        if speaker.is_running():
            speaker.send_signal(signal.SIGCONT)
            speaker.kill()


class Follower(threading.Thread):
    """Reads the log by its numbers while it grows, as a subscriber would; keeps what it saw."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self._connection = cluster.connect("ledger", "ledger")
        self._ending = threading.Event()
        self.seqs = []
        self.start()

    def run(self):
        cursor = self._connection.cursor()
        ending = False
        while not ending:
            ending = self._ending.is_set()
            cursor.execute(
                "SELECT seq FROM event.log WHERE seq > %s ORDER BY seq",
                (self.seqs[-1] if self.seqs else 0,),
            )
            self.seqs.extend(seq for (seq,) in cursor.fetchall())
        self._connection.close()

    def end(self):
        self._ending.set()
        self.join(60)
        return self.seqs


def said(cluster):
    return cluster.psql("ledger", "SELECT name, source, number FROM said")


def count_of(cluster, name):
    return cluster.psql("ledger", "SELECT count(*) FROM said WHERE name = %s", (name,))[0][0]


def check_log(cluster):
    """Holds the log to its promises; returns what its events say, in order."""
    rows = cluster.psql("ledger", "SELECT seq, envelope, chain FROM event.log ORDER BY seq")
    head = cluster.psql("ledger", "SELECT seq, chain FROM event.stream_head")[0]
    chain = bytes(32)
    spoken = []
    for position, (seq, envelope, stored) in enumerate(rows, start=1):
        assert seq == position, f"event {position} is missing"
        chain = hashlib.sha256(chain + struct.pack(">Q", seq) + bytes(envelope)).digest()
        assert chain == bytes(stored), f"the chain is broken at {seq}"
        name, source, number = SPOKEN.search(bytes(envelope)).groups()
        spoken.append((name.decode(), int(source), int(number)))
    assert (len(rows), chain) == (head[0], bytes(head[1]))

    assert sorted(spoken) == sorted(said(cluster)), "rows and events are not the same"
    last = {}
    for name, source, number in spoken:
        assert number > last.get((name, source), -1), f"{name} {source} {number} is out of order"
        last[name, source] = number
    return spoken


def test_two_processes_compete_and_nothing_is_missed_doubled_or_out_of_order(database, speak):
    """Whoever leads is killed, again and again; the other takes over, the dead one starts anew."""
    jobs = 600
    follower = Follower(database)
    leader = speak("anna", jobs=jobs, mode="again")
    leader.wait_event("writer_leading")
    other = speak("berta", jobs=jobs, mode="again")
    acked = []
    for _ in range(3):
        other.wait_event("writer_standby")
        leader.wait_acks(100, since=leader.output.mark())
        leader.kill()
        acked += leader.told("ack")
        other.wait_event("writer_leading")
        leader, other = other, speak(leader.name, jobs=jobs, mode="again")
    for speaker in (leader, other):
        assert speaker.wait_exit(timeout=120) == 0, speaker.log_tail()
        acked += speaker.told("ack")

    spoken = check_log(database)
    assert set(acked) == set(spoken)
    assert len(spoken) == 2 * SOURCES * jobs
    assert follower.end() == list(range(1, len(spoken) + 1))


def test_a_leader_that_is_paused_changes_nothing_when_it_wakes(database, speak):
    """The first is stopped while it leads; the server ends its silent session; the second takes
    over and writes; then the first wakes, still believing that it leads."""
    first = speak("first")
    first.wait_event("writer_leading")
    second = speak("second")
    second.wait_event("writer_standby")
    first.wait_acks(100)

    first.send_signal(signal.SIGSTOP)
    second.wait_event("writer_leading", timeout=60)
    second.wait_acks(100)
    stored = count_of(database, "first")
    before = first.output.mark()
    first.send_signal(signal.SIGCONT)
    first.wait_event("writer_standby", since=before)
    second.wait_acks(100, since=second.output.mark())
    assert count_of(database, "first") == stored

    since = first.output.mark()
    second.terminate()
    first.wait_event("writer_leading", since=since)
    first.wait_acks(100, since=since)
    first.terminate()
    spoken = set(check_log(database))
    assert set(first.told("ack")) <= spoken
    assert set(second.told("ack")) <= spoken
    assert database.psql("ledger", "SELECT leader_term FROM event.stream_head") == [(3,)]


def test_a_leader_that_is_paused_while_it_has_nothing_to_do_loses_the_lead(database, speak):
    """Between transactions only its silence tells the server that it is paused."""
    first = speak("first", sources=0)
    first.wait_event("writer_leading")
    first.send_signal(signal.SIGSTOP)
    second = speak("second")
    second.wait_event("writer_leading", timeout=60)
    before = first.output.mark()
    first.send_signal(signal.SIGCONT)
    first.wait_event("writer_standby", since=before)
    second.wait_acks(100)
    first.terminate()
    second.terminate()
    check_log(database)


class CuttingProxy(threading.Thread):
    """A proxy before the server that swallows a COMMIT, or the answer to it, and hangs up."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cut_next = threading.Event()
        self.has_cut = threading.Event()
        self.passes = threading.Event()  # else whoever connects waits, as in a net that is cut
        self.passes.set()
        self.swallows_commit = False
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        self.passes.wait()
        server = socket.create_connection(("127.0.0.1", self._port))
        with client, server:
            while True:
                readable, _, _ = select.select([client, server], [], [])
                source, target = (client, server) if client in readable else (server, client)
                data = source.recv(65536)
                if not data:
                    return
                cut = source is client and b"COMMIT" in data and self.cut_next.is_set()
                if not cut or not self.swallows_commit:
                    target.sendall(data)
                if cut:
                    if not self.swallows_commit:
                        server.recv(65536)  # The answer: it is durable, and nobody will know.
                    self.cut_next.clear()
                    self.has_cut.set()
                    return

    def cut(self, swallows_commit=False):
        self.swallows_commit = swallows_commit
        self.has_cut.clear()
        self.cut_next.set()
        assert self.has_cut.wait(60), "no COMMIT passed"

    def close(self):
        self.passes.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.mark.parametrize("swallows_commit", [False, True])
def test_a_commit_whose_answer_is_lost_is_found_out_and_takes_effect_once(
    database, speak, swallows_commit
):
    """The writer sends COMMIT and hears nothing more. It connects again, leads again, and looks in the
    log: what is there is announced, what is not is sent again. Nobody who asked hears of it."""
    proxy = CuttingProxy(database.port)
    conninfo = (
        f"host=127.0.0.1 port={proxy.port} dbname=ledger user=ledger password={database.password}"
    )
    speaker = speak("dora", conninfo=conninfo, jobs=300, mode="once")
    try:
        for _ in range(5):
            speaker.wait_acks(50, since=speaker.output.mark())
            proxy.cut(swallows_commit)
        assert speaker.wait_exit(timeout=120) == 0, speaker.log_tail()
    finally:
        proxy.close()
    assert speaker.told("lost") == []
    assert sorted(speaker.told("ack")) == sorted(check_log(database))
    assert len(said(database)) == SOURCES * 300
    outcome = "not committed, sending it again" if swallows_commit else "committed"
    resolved = [line for line in speaker.output.lines() if "commit_resolved" in line]
    assert len(resolved) == 5 and all(outcome in line for line in resolved), resolved


def test_a_commit_that_was_lost_while_others_led_is_sent_again_behind_theirs(database, speak):
    """The COMMIT is swallowed, and the net stays cut while another process leads, commits and ends. The
    first comes back, finds that its commit is not there, and sends it again: its loop must have heard of
    the others' events before it hears of its own."""
    proxy = CuttingProxy(database.port)
    conninfo = (
        f"host=127.0.0.1 port={proxy.port} dbname=ledger user=ledger password={database.password}"
    )
    try:
        first = speak("dora", conninfo=conninfo, jobs=300, mode="once")
        first.wait_event("writer_leading")
        second = speak("emil", jobs=3, mode="again")
        second.wait_event("writer_standby")
        first.wait_acks(50)
        proxy.passes.clear()
        proxy.cut(swallows_commit=True)
        assert second.wait_exit() == 0, second.log_tail()
        since = first.output.mark()
        proxy.passes.set()
        first.wait_line(lambda line: "sending it again" in line, "the commit's fate", 60, since)
        assert first.wait_exit(timeout=120) == 0, first.log_tail()
    finally:
        proxy.close()
    assert first.told("lost") == []
    assert sorted(first.told("ack") + second.told("ack")) == sorted(check_log(database))


def test_a_term_that_no_standby_has_is_no_lead(database, speak):
    """The server waits for a standby that is not there, until somebody ends the waiting: the term is
    written here only, with a warning. Who leads by it could be one of two that do."""
    setting = "synchronous_standby_names"
    database.psql("postgres", f"ALTER SYSTEM SET {setting} = 'nobody'")
    database.psql("postgres", "SELECT pg_reload_conf()")
    try:
        speaker = speak("fritz")
        for _ in range(600):
            if database.psql(
                "postgres",
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'fritz' AND wait_event = 'SyncRep'",
            ):
                break
            speaker.output.wait(lambda line: False, 0.05)
        else:
            raise AssertionError("nobody waits for the standby")
        speaker.wait_event("database_commit_doubtful")
        assert not any("writer_leading" in line for line in speaker.output.lines())
    finally:
        database.psql("postgres", f"ALTER SYSTEM RESET {setting}")
        database.psql("postgres", "SELECT pg_reload_conf()")
    speaker.wait_event("writer_leading")
    speaker.wait_acks(100)
    speaker.terminate()
    check_log(database)


def test_a_server_that_is_killed_keeps_what_was_acknowledged_and_nothing_is_invented(
    database, speak
):
    speaker = speak("carla")
    speaker.wait_event("writer_leading")
    for _ in range(3):
        speaker.wait_acks(200, since=speaker.output.mark())
        since = speaker.output.mark()
        database.kill9()
        speaker.wait_event("database_unavailable", since)
        database.start()
        speaker.wait_event("writer_leading", since)
    speaker.wait_acks(200, since=speaker.output.mark())
    speaker.terminate()

    acked, lost = speaker.told("ack"), speaker.told("lost")
    stored = set(check_log(database))
    assert set(acked) <= stored, "something that was acknowledged is gone"
    assert stored <= set(acked) | set(lost), "something is there that nobody asked for"
    assert lost and not set(acked) & set(lost)
    assert len(acked) == len(set(acked))


def test_a_writer_waits_for_a_server_that_is_absent_and_ends_without_it(database, speak):
    database.stop()
    first = speak("early")
    first.wait_event("database_unavailable")
    first.terminate()
    assert first.told("ack") == []

    second = speak("early")
    second.wait_event("database_unavailable")
    database.start()
    second.wait_acks(100)
    second.terminate()
    log = "\n".join(second.output.lines())
    assert log.count('"event":"database_unavailable"') == 1, "said again and again"
    assert set(second.told("ack")) <= set(check_log(database))
