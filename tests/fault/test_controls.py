# SPDX-License-Identifier: Apache-2.0
"""The checker is checked: each defect that it is there for is built in, and it must say so.

The services carry no switches for this. A defect is a library between a service and libpq (shim.c), a
setting of the server, a program that stands in for a service and does things in the wrong order, or a
changed table. Where a defect is a program of ours, the same program without it must pass.
"""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import uuid

import psycopg2
import pytest

import tale
from checker import Checker
from conftest import artifacts_folder
from findings import Findings
from load import Load
from receipts import BallotKeys
from supervisor import Arena, Run, make_cluster
from support.client import b64url
from support.messages import encode
from support.process import Process

HERE = os.path.dirname(os.path.abspath(__file__))
WRITERS = 8


@pytest.fixture(scope="module")
def cluster():
    # Room for what a server that does not wait for its disk has not even written.
    with make_cluster(artifacts_folder("controls"), wal_buffers="64MB") as running:
        yield running


@pytest.fixture
def arena(cluster, request):
    """Services and databases of one control's own."""
    if not cluster.is_running():
        cluster.reap()
        cluster.start()
    made = Arena(cluster, artifacts_folder(request.node.name), 1)
    try:
        yield made.begin()
    finally:
        made.mend_network()
        made.start_database()
        made.close()  # What a broken service says at its end is none of this test's business.
        cluster.drop_service_databases()


@pytest.fixture
def load(arena, chance):
    """A load that has begun; nobody waits for its end."""
    running = Load(arena, chance).start()
    running.wait_acks(tale.SETTLE_ACKS)
    yield running
    running.abandon()


@pytest.mark.parametrize("end", ["SEGV", "KILL"])
def test_a_crash_where_a_kill_was_injected_is_noticed(tmp_path, end):
    log = os.path.join(tmp_path, "service.log")
    run = Run("service", Process("service", ["sh", "-c", f"kill -{end} $$"], log))
    run.end(-signal.SIGKILL)
    assert bool(check_record(tmp_path, [], [run.describe()])) == (end == "SEGV")


@pytest.mark.parametrize("status", [500, 503])
def test_an_answer_that_blames_the_service_is_noticed(tmp_path, status):
    ask = {"kind": "ask", "n": 1, "what": "vote", "target": "/v1/ballots/x/votes", "key": "k"}
    answer = {"kind": "answer", "n": 1, "status": status, "body": ""}
    assert bool(check_record(tmp_path, [ask, answer], [])) == (status == 500)


def check_record(folder, lines, processes):
    """What I12 finds in a record of these lines, and in these processes; no service is asked."""
    path = os.path.join(folder, "record.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    findings = Findings()
    checker = Checker({"record": path, "processes": processes, "clock": None})
    checker.check_processes(findings)
    return findings.violations["I12"]


WAL_WRITER = (
    "SELECT pid, wait_event = 'WalWriterMain' FROM pg_stat_activity WHERE backend_type = 'walwriter'"
)


@contextlib.contextmanager
def no_log_writer(databases, attempts=1000):
    """Without the server's process that writes the log behind the others' backs; they go on.

    It is stopped where it waits for work: anywhere else it may hold a lock that the others want.
    """
    for _ in range(attempts):
        pid = databases.psql("postgres", WAL_WRITER)[0][0]
        os.kill(pid, signal.SIGSTOP)
        if databases.psql("postgres", WAL_WRITER)[0][1]:
            break
        os.kill(pid, signal.SIGCONT)
    else:
        raise AssertionError("the log writer never waits")
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def check(arena, *invariants):
    arena.write_state()
    findings = Checker(arena.describe()).check(only=set(invariants))
    print(findings)
    return findings


def test_a_vote_acknowledged_before_its_commit_is_missed(arena, load):
    arena.load_shim("participation", "early-commit:400")
    arena.kill("participation")
    arena.start_again("participation")
    load.wait_acks(8)
    arena.kill("participation")
    load.abandon()
    arena.unload_shim("participation")
    arena.start_again("participation")
    arena.services["participation"].wait_ready()
    findings = check(arena, "I1")
    assert any("acknowledged, and is not there" in text for text in findings.violations["I1"])


def test_votes_of_a_server_that_does_not_wait_for_its_disk_are_missed(arena, load):
    """The services refuse such a server when they connect; so it is made so while they are."""
    for statement in (
        "ALTER SYSTEM SET synchronous_commit = off",
        "SELECT pg_reload_conf()",
    ):
        arena.databases.psql("postgres", statement)
    load.wait_acks(50)  # Whoever was committing has taken note.
    # On a quick disk the writer of the log is never more than a page behind: it is made to be.
    with no_log_writer(arena.databases):
        load.wait_acks(100)
        arena.kill_database()
    load.abandon()
    os.truncate(os.path.join(arena.databases.data, "postgresql.auto.conf"), 0)
    arena.start_database()
    arena.services["participation"].wait_ready()
    findings = check(arena, "I1")
    assert any("acknowledged, and is not there" in text for text in findings.violations["I1"])


@pytest.mark.parametrize("order", ["hasty", "careful"])
def test_an_offset_saved_before_its_effect_is_noticed(arena, chance, order):
    arena.kill("reporting")
    load = Load(arena, chance).start()
    load.wait_acks(tale.SETTLE_ACKS)
    consumer = Process(
        "consumer",
        [
            sys.executable,
            "-B",
            os.path.join(HERE, "hasty_consumer.py"),
            order,
            arena.databases.conninfo("participation"),
            arena.databases.conninfo("reporting"),
        ],
        os.path.join(arena.artifacts, "consumer.log"),
        stdin=subprocess.PIPE,
    )
    consumer.wait_line(lambda line: line == "between", "its offset")
    arena.inject("kill -9", "consumer")
    consumer.kill()
    arena.start_again("reporting")
    arena.services["reporting"].wait_ready()
    load.finish()
    assert Checker(arena.describe()).wait_for_no_lag() is None
    findings = check(arena, "I7")
    shown = any(load.ballot_id in text for text in findings.violations["I7"])
    assert shown if order == "hasty" else not findings.broken()


def write_events(conninfo, number, statements):
    """One of several writers: some of its transactions fail, as transactions do."""
    connection = psycopg2.connect(conninfo)
    cursor = connection.cursor()
    for job in range(10):
        event_id = str(uuid.uuid4())
        seq = statements["number"](cursor)
        envelope = encode((1, event_id), (2, "//x"), (3, "kr.hyeopchi.x.note.said.v1"), (8, seq))
        statements["insert"](cursor, seq, event_id, envelope)
        if (job + number) % 4 == 0:
            connection.rollback()
        else:
            connection.commit()
    connection.close()


def number_by_sequence(cursor):
    cursor.execute("SELECT nextval('event.naive_seq')")
    return cursor.fetchone()[0]


def number_by_head(cursor):
    cursor.execute("SELECT seq + 1 FROM event.stream_head WHERE stream = 'participation' FOR UPDATE")
    return cursor.fetchone()[0]


def insert_event(cursor, seq, event_id, envelope):
    cursor.execute(
        "INSERT INTO event.log (stream, seq, epoch, event_id, type, envelope, chain) SELECT"
        " 'participation', %s, 1, %s, 'note', %s, sha256(h.chain || int8send(%s) || %s)"
        " FROM event.stream_head AS h WHERE h.stream = 'participation'",
        (seq, event_id, psycopg2.Binary(envelope), seq, psycopg2.Binary(envelope)),
    )
    cursor.execute(
        "UPDATE event.stream_head SET seq = %s,"
        " chain = (SELECT chain FROM event.log WHERE stream = 'participation' AND seq = %s)"
        " WHERE stream = 'participation'",
        (seq, seq),
    )


@pytest.mark.parametrize("by", ["sequence", "head"])
def test_events_numbered_by_a_sequence_are_noticed(arena, by):
    for name in ("participation", "ledger", "reporting"):
        arena.stop_in_order(name)
    head = arena.databases.psql("participation", "SELECT coalesce(max(seq), 0) FROM event.stream_head")
    arena.databases.psql(
        "participation",
        "CREATE SEQUENCE event.naive_seq;"
        f"SELECT setval('event.naive_seq', {head[0][0] + 1}, FALSE)",
    )
    number = number_by_sequence if by == "sequence" else number_by_head
    statements = {"number": number, "insert": insert_event}
    threads = [
        threading.Thread(
            target=write_events,
            args=(arena.databases.conninfo("participation"), writer, statements),
        )
        for writer in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    findings = check(arena, "I3")
    assert bool(findings.violations["I3"]) == (by == "sequence"), findings


def cast_naively(conninfo, job, barrier):
    """Looks whether the voter has voted, then writes the vote: only a key stops two of these."""
    connection = psycopg2.connect(conninfo)
    cursor = connection.cursor()
    box = "SELECT count(*) FROM participation.vote WHERE ballot_id = %s AND nullifier = %s"
    cursor.execute(box, (job["ballot"], job["nullifier"]))
    rev = cursor.fetchone()[0] + 1
    barrier.wait(30)
    try:
        cursor.execute(
            "INSERT INTO participation.vote (ballot_id, nullifier, rev, channel, choice, blinding,"
            " req_hash, batch_no, leaf_index) VALUES (%s, %s, %s, 1, %s, %s, %s, 1, 0)",
            (job["ballot"], job["nullifier"], rev, b"\x01\0\0", bytes(32), bytes(32)),
        )
        cursor.execute(
            "INSERT INTO participation.vote_request (ballot_id, request_key, request_mac,"
            " nullifier, rev) VALUES (%s, %s, %s, %s, %s)",
            (job["ballot"], job["request"], bytes(32), job["nullifier"], rev),
        )
        cursor.execute(
            "INSERT INTO participation.roll (ballot_id, vtag, rev, channel, cells)"
            " VALUES (%s, %s, %s, 1, %s)",
            (job["ballot"], job["vtag"], rev, bytes(12)),
        )
        cursor.execute(
            "UPDATE participation.ballot SET voters = voters + 1, turnout = %s WHERE ballot_id = %s",
            ([number for table in range(6) for number in (table << 16, 1)], job["ballot"]),
        )
        connection.commit()
    except psycopg2.errors.UniqueViolation:
        connection.rollback()
    connection.close()


@pytest.mark.parametrize("key", ["dropped", "kept"])
def test_a_second_vote_that_only_a_key_had_stopped_is_noticed(arena, chance, key):
    load = Load(arena, chance)
    load.office.set_limit()
    ballot, _ = load.open_ballot("열쇠 없는 투표함")
    if key == "dropped":
        for table in ("vote", "vote_request", "roll"):
            arena.databases.psql(
                "participation", f"ALTER TABLE participation.{table} DROP CONSTRAINT {table}_pkey"
            )
    keys = BallotKeys(arena.ballot_keys, ballot)
    subject = b64url(hashlib.sha256(b"twice").digest())
    barrier = threading.Barrier(WRITERS)
    threads = []
    for number in range(WRITERS):
        job = {
            "ballot": ballot,
            "nullifier": keys.nullifier(subject),
            "vtag": keys.vtag(subject),
            "request": keys.request_key(("front-end", "portal"), f"naive {number}", 0),
        }
        conninfo = arena.databases.conninfo("participation")
        threads.append(threading.Thread(target=cast_naively, args=(conninfo, job, barrier)))
        threads[-1].start()
    for thread in threads:
        thread.join(60)
    load.abandon()
    findings = check(arena, "I1")
    assert bool(findings.violations["I2"]) == (key == "dropped"), findings


@pytest.mark.parametrize("cell", ["another", "their own"])
def test_a_voter_counted_in_another_cell_is_noticed(arena, load, cell):
    """The tables' sums stay what they were."""
    load.abandon()
    if cell == "another":
        moved = arena.databases.psql(
            "participation",
            "UPDATE participation.ballot SET turnout[2] = turnout[2] - 1, turnout[4] = turnout[4] + 1"
            " WHERE turnout[2] > 0 AND turnout[3] < 65536 RETURNING ballot_id",
        )
        assert moved
    findings = check(arena, "I1")
    assert bool(findings.violations["I2"]) == (cell == "another"), findings
