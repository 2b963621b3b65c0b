# SPDX-License-Identifier: Apache-2.0
"""The figures: each function measures one thing once and returns a sample, a dict of numbers.

Whatever is compared is measured by the same load generator, or counts the same votes.
"""

import base64
import bisect
import json
import os
import re
import subprocess
import threading
import time

from support.process import Process
from support.services import environment

from bench_world import (
    COPY,
    STREAM,
    children_us,
    processor_us,
    program,
    resident_bytes,
    run_program,
)

PGBENCH_CLIENTS = 32
BATCH_VOTES = 1000
BATCH_CONNECTIONS = 8

# One vote a transaction: the rows that every vote has of its own, by one prepared statement, and
# none of those that a commit's votes share (counters, receipt, event), for which 32 clients would
# wait for one another.
PGBENCH_VOTE = r"""
\set subject random(1, 9000000000000000000)
WITH id AS (
    SELECT sha256(int8send(:subject::bigint)) AS a, sha256(int8send(:subject::bigint + 1)) AS b
), roll AS (
    INSERT INTO participation.roll (ballot_id, vtag, rev, channel, cells)
    SELECT '018c0000-0000-7000-8000-000000000000', a, 1, 1, '\x000100010001000100010001' FROM id
), box AS (
    INSERT INTO participation.vote (ballot_id, nullifier, rev, channel, choice, blinding, req_hash,
        batch_no, leaf_index)
    SELECT '018c0000-0000-7000-8000-000000000000', b, 1, 1,
        decode(repeat('01', 35), 'hex'),
        a, b, 1, 0 FROM id
)
INSERT INTO participation.vote_request (ballot_id, request_key, request_mac, nullifier, rev)
SELECT '018c0000-0000-7000-8000-000000000000', a, b, b, 1 FROM id;
"""


class Meter:
    """What everybody has computed between its making and read()."""

    def __init__(self, world, **pids):
        self.world = world
        self.services = pids
        self.before = self._now()

    def _now(self):
        now = {name: processor_us(pid) for name, pid in self.services.items()}
        now["postgres"] = self.world.postgres_us()
        return now

    def read(self, votes, **extra_us):
        """Microseconds of processor time for each vote."""
        now = self._now()
        used = {name: now[name] - self.before[name] for name in now}
        used.update(extra_us)
        return {name: round(us / votes, 1) for name, us in used.items()}


def loaded(world, plan, pid):
    """Sends a plan to the service with that pid; returns a sample."""
    meter = Meter(world, service=pid)
    report = world.load(plan)
    votes = report["votes_accepted"]
    return {
        "votes": votes,
        "votes_per_second": round(report["votes_per_second"]),
        "latency_us": report["latency_us"],
        "seconds": round(report["seconds"], 2),
        "processor_us_per_vote": meter.read(votes, load=report["load_processor_us"]),
    }


def singles(world, ballot_id, requests, connections=64):
    pid = world.stack.services["participation"].process.pid
    return loaded(world, world.plan(ballot_id, requests, connections=connections), pid)


def batches(world, ballot_id, requests, votes=BATCH_VOTES, connections=BATCH_CONNECTIONS):
    pid = world.stack.services["participation"].process.pid
    return loaded(world, world.plan(ballot_id, requests, votes, connections=connections), pid)


def peer(world, ballot_id, requests):
    plan = world.plan(ballot_id, requests, port=world.peer_port)
    return loaded(world, plan, world.peer_process.pid)


def pgbench(world, seconds):
    """32 clients, one vote a transaction, into a copy of participation's tables."""
    path = os.path.join(world.folder, "vote.pgbench")
    with open(path, "w", encoding="ascii") as file:
        file.write(PGBENCH_VOTE)
    meter = Meter(world)
    before = children_us()
    done = subprocess.run(
        [
            os.path.join(world.cluster.programs, "pgbench"),
            "--no-vacuum",
            "--protocol=prepared",
            f"--client={PGBENCH_CLIENTS}",
            "--jobs=2",
            f"--time={seconds}",
            f"--file={path}",
            world.cluster.conninfo(COPY, "participation"),
        ],
        capture_output=True,
        text=True,
        timeout=seconds + 120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    votes = int(re.search(r"actually processed: (\d+)", done.stdout).group(1))
    rate = float(re.search(r"tps = ([0-9.]+) \(without", done.stdout).group(1))
    assert re.search(r"failed transactions: 0 ", done.stdout), done.stdout
    return {
        "votes_per_second": round(rate),
        "processor_us_per_vote": meter.read(votes, pgbench=children_us() - before),
    }


def percentile(values, per_cent):
    """The value that so many per cent do not exceed."""
    ordered = sorted(values)
    rank = -(-len(ordered) * per_cent // 100)
    return ordered[max(rank, 1) - 1]


def spread(latencies_ns):
    """p50, p99 and the worst, in milliseconds."""
    return {
        "count": len(latencies_ns),
        "p50_ms": round(percentile(latencies_ns, 50) / 1e6, 1),
        "p99_ms": round(percentile(latencies_ns, 99) / 1e6, 1),
        "max_ms": round(max(latencies_ns) / 1e6, 1),
    }


class Listener(Process):
    """bench_listen on the buses of the three services."""

    def __init__(self, world):
        command = [program("bench_listen")]
        for service in ("participation", "ledger", "reporting"):
            command += [service, world.stack.bus(service, "pub")]
        log = os.path.join(world.log_folder, "listen.log")
        super().__init__("bench_listen", command, log, env=environment())
        self.wait_line(lambda line: line == "listening", "heartbeats of all services")

    def events(self, type_end, subject=None):
        found = []
        for line in self.output.lines():
            if not line.startswith("{"):
                continue
            event = json.loads(line)
            if event["type"].endswith(type_end) and subject in (None, event["subject"]):
                found.append(event)
        return found

    def wait_event(self, matches, what):
        return self.wait_line(lambda line: line.startswith("{") and matches(json.loads(line)), what)


def prepare_ballots(world, count):
    """Ballots that are counted and wait to be certified."""
    ballots = []
    for _ in range(count):
        ballot_id = world.open_ballot()
        world.load(world.plan(ballot_id, 2, connections=1))
        world.stack.close_and_count(ballot_id)
        ballots.append(ballot_id)
    return ballots


def certify_all(world, ballots, seconds):
    """Certifies the ballots, spread over the time; returns when each second approval was sent."""
    sent = {}
    pause = threading.Event()
    for ballot_id in ballots:
        pause.wait(seconds / (len(ballots) + 1))
        first = world.stack.kim.post(f"/v1/ballots/{ballot_id}:certify")
        assert first.status == 202, first.body
        sent[ballot_id] = time.monotonic_ns()
        second = world.stack.lee.post(f"/v1/ballots/{ballot_id}:certify")
        assert second.status == 200, second.body
    return sent


def entry_latencies(listener, sent):
    """From sending the approval that certifies to hearing the last entry that it brings about."""
    latencies = []
    for ballot_id, sent_ns in sent.items():
        certified = listener.wait_event(
            lambda event, subject=f"ballots/{ballot_id}": event["subject"] == subject
            and event["type"].endswith(".tally.certified.v1"),
            "certified tally",
        )
        cause = json.loads(certified)["id"]
        listener.wait_event(
            lambda event, cause=cause: event["causation_id"] == cause
            and event["type"].endswith(".envelope.released.v1"),
            "released envelope",
        )
        heard = [
            event["heard_ns"]
            for event in listener.events(".entries.posted.v1")
            if event["causation_id"] == cause
        ]
        assert heard, f"no entry for ballot {ballot_id}"
        latencies.append(max(heard) - sent_ns)
    return latencies


def report_latencies(world, listener, ballot_id, trace):
    """From a vote's answer to hearing the first report event that its commit is in.

    A vote is followed exactly: its nullifier's commit is in the box, that commit's event has a
    number, and a report says up to which number it has heard.
    """
    subject = f"ballots/{ballot_id}"
    rows = world.cluster.psql(
        "participation",
        "SELECT nullifier, batch_no FROM participation.vote WHERE ballot_id = %s",
        (ballot_id,),
    )
    seqs = {e["batch_no"]: e["seq"] for e in listener.events(".votes.accepted.v1", subject)}
    commits = {
        base64.urlsafe_b64encode(bytes(nullifier)).rstrip(b"=").decode(): batch_no
        for nullifier, batch_no in rows
    }
    reports = listener.events(".ballot-report.published.v1", subject)
    told = [report["participation_seq"] for report in reports]
    latencies = []
    with open(trace, encoding="ascii") as file:
        for line in file:
            answered_ns, _, _, nullifier = line.split()
            place = bisect.bisect_left(told, seqs[commits[nullifier]])
            latencies.append(reports[place]["heard_ns"] - int(answered_ns))
    return latencies


def wait_last_report(world, listener, ballot_id):
    """Until the report of the last commit in the box is heard, which is behind that commit's event."""
    ((last_batch,),) = world.cluster.psql(
        "participation",
        "SELECT max(batch_no) FROM participation.vote WHERE ballot_id = %s",
        (ballot_id,),
    )
    heard = listener.wait_event(
        lambda event: event.get("batch_no") == last_batch
        and event["subject"] == f"ballots/{ballot_id}",
        "event of the last vote",
    )
    last = json.loads(heard)["seq"]
    listener.wait_event(
        lambda event: event.get("participation_seq", 0) >= last, "report of the last vote"
    )


def messages(world, rate, seconds, ballot_count):
    """Both ways of a message at a steady rate of votes, heard by somebody outside."""
    ballots = prepare_ballots(world, ballot_count)
    ballot_id = world.open_ballot()
    trace = os.path.join(world.folder, "trace")
    # Reports say voters in tens: with a whole number of tens the last vote is reported, too.
    requests = rate * seconds // 10 * 10
    listener = Listener(world)
    try:
        report = {}
        sender = threading.Thread(
            target=lambda: report.update(
                world.load(world.plan(ballot_id, requests, rate=rate, trace=trace))
            )
        )
        sender.start()
        sent = certify_all(world, ballots, seconds)
        sender.join()
        wait_last_report(world, listener, ballot_id)
        return {
            "rate": round(report["votes_per_second"]),
            "vote_latency_us": report["latency_us"],
            "vote_to_report": spread(report_latencies(world, listener, ballot_id, trace)),
            "tally_to_entry": spread(entry_latencies(listener, sent)),
        }
    finally:
        listener.kill()


def event_log(world, events, per_commit):
    """The event log alone: appended, heard on the bus, fetched again."""
    address = [f"ipc://{world.folder}/stream.{kind}" for kind in ("pub", "fetch")]
    return run_program(
        "bench_stream", world.cluster.conninfo(STREAM, STREAM), *address, events, per_commit
    )


# How often the board takes new votes: every half hour, which no measurement lasts, or every ten
# seconds, three times as often as usual.
BOARDS = {
    "resting": {"HYEOPCHI_BOARD_INTERVAL_MS": 1_800_000, "HYEOPCHI_MAX_MERGE_DELAY_S": 3600},
    "busy": {"HYEOPCHI_BOARD_INTERVAL_MS": 10_000, "HYEOPCHI_MAX_MERGE_DELAY_S": 60},
}


def restart(world, board):
    """Starts participation anew with that board; returns its process id."""
    service = world.stack.services["participation"]
    service.stop()
    service.settings.update({name: str(value) for name, value in BOARDS[board].items()})
    service.start()
    return service.process.pid


def with_board(world, board):
    """The same, and a new ballot."""
    restart(world, board)
    world.stack.services["participation"].wait_ready()
    return world.open_ballot()


CATCH_UP_SECONDS_MAX = 120


def catch_up(world, ballot_id, votes):
    """Lets a board that rested take all the votes; microseconds of processor time for each."""
    before = world.postgres_us()
    pid = restart(world, "busy")
    deadline = time.monotonic() + CATCH_UP_SECONDS_MAX
    while on_board(world, ballot_id) < votes:
        assert time.monotonic() < deadline, "the board does not catch up"
        time.sleep(0.2)  # What is waited for happens in another process; asking takes time, too.
    return round((processor_us(pid) + world.postgres_us() - before) / votes, 1)


def on_board(world, ballot_id):
    """How many entries a ballot's board has now; 0 before it was made."""
    rows = world.cluster.psql(
        "participation",
        "SELECT coalesce(sum(size), 0) FROM participation.board WHERE ballot_id = %s",
        (ballot_id,),
    )
    return int(rows[0][0])


# Votes of one commit: as they gather from 64 connections, and those of a batch.
COMMITS = {"single": 17, "batch": BATCH_VOTES}


def receipts(votes):
    """What leaf, path, code, signature and text of a vote's receipt take, in microseconds."""
    return {
        way: run_program("bench_receipt", max(1, votes // leaves), leaves)["processor_us_per_vote"]
        for way, leaves in COMMITS.items()
    }


def soak(world, ballot_id, votes, scale, tell):
    """Accepts so many votes and looks at the memory of each service on the way.

    What its ring of the latest events holds is taken off: that fills up for hours, and has a size it
    never passes.
    """
    phase = max(8, int(250 * scale)) * BATCH_VOTES
    single = max(64, int(5000 * scale))
    seen = []
    accepted = 0
    while accepted < votes:
        batch_count = min(phase, votes - accepted) // BATCH_VOTES
        batches(world, ballot_id, max(batch_count, 1))
        singles(world, ballot_id, single)
        accepted += max(batch_count, 1) * BATCH_VOTES + single
        memory = {
            name: resident_bytes(service.process.pid) - world.metric(name, "hyeopchi_event_ring_bytes")
            for name, service in world.stack.services.items()
        }
        seen.append({"votes": accepted, **memory})
        tell(seen[-1])
    return seen


FILL = """
INSERT INTO participation.roll (ballot_id, vtag, rev, channel, cells)
SELECT %(ballot)s, sha256('v' || int8send(n)), 1, 1, '\\x000100010001000100010001'
FROM generate_series(%(low)s, %(high)s) AS n;
INSERT INTO participation.vote (ballot_id, nullifier, rev, channel, choice, blinding, req_hash,
    batch_no, leaf_index)
SELECT %(ballot)s, sha256('n' || int8send(n)), 1, 1, decode(repeat('01', 35), 'hex'),
    sha256('b' || int8send(n)), sha256('h' || int8send(n)), 1, 0
FROM generate_series(%(low)s, %(high)s) AS n;
INSERT INTO participation.vote_request (ballot_id, request_key, request_mac, nullifier, rev)
SELECT %(ballot)s, sha256('k' || int8send(n)), sha256('m' || int8send(n)),
    sha256('n' || int8send(n)), 1
FROM generate_series(%(low)s, %(high)s) AS n;
"""

TABLES = ("roll", "vote", "vote_request")


def fill(world, ballot_id, low, high):
    """Puts votes low to high straight into the tables; their keys are rebuilt where that is faster."""
    connection = world.cluster.connect("participation")
    cursor = connection.cursor()
    keys = {}
    for table in TABLES if high - low > 1_000_000 else ():
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'p'",
            (f"participation.{table}",),
        )
        keys[table] = cursor.fetchone()
        cursor.execute(f"ALTER TABLE participation.{table} DROP CONSTRAINT {keys[table][0]}")
    for start in range(low, high, 1_000_000):
        end = min(start + 1_000_000, high) - 1
        cursor.execute(FILL, {"ballot": ballot_id, "low": start, "high": end})
    for table, (name, text) in keys.items():
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(f"ALTER TABLE participation.{table} ADD CONSTRAINT {name} {text}")
    for table in TABLES:
        cursor.execute(f"VACUUM ANALYZE participation.{table}")
    cursor.execute("CHECKPOINT")
    connection.close()


def rows(world, ballot_id, most, rounds, scale, tell):
    """What a vote costs on tables of 10,000, 100,000 … rows, each time with a batch and alone."""
    size, filled, seen = 10_000, 0, []
    while size <= most:
        fill(world, ballot_id, filled, size)
        filled = size
        times = 1 if size < 100_000 else 5
        for number in range(1, rounds + 1):
            sample = {
                "rows": size,
                "round": number,
                "batch": batches(world, ballot_id, max(8, int(times * 20 * scale))),
                "single": singles(world, ballot_id, max(64, int(times * 2000 * scale))),
            }
            seen.append(sample)
            tell(sample)
        size *= 10
    return seen
