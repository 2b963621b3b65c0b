# SPDX-License-Identifier: Apache-2.0
"""What is measured: one PostgreSQL cluster, the three services on it, a ballot, the peer service.

Everything that a figure is compared with runs on the same cluster, with the same durable settings,
in the same run.
"""

import contextlib
import json
import os
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from support.client import b64url
from support.participation import Running
from support.paths import BUILD, ROOT
from support.ports import free_port
from support.postgres import PostgresCluster
from support.process import Process, children_of
from support.services import Service, environment

HERE = os.path.dirname(os.path.abspath(__file__))

# The settings of a server with a little memory; durability is PostgreSQL's default, which is full.
SETTINGS = {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
}

AREAS = [f"성수{n}가{m}동" for n in (1, 2) for m in (1, 2)] + ["마장동", "사근동", "행당동", "응봉동"]
OPTIONS = [str(number) for number in range(1, 21)]
CHOICES = 4
MILLION = 1_000_000
TICKS = os.sysconf("SC_CLK_TCK")

COPY = "votes_copy"
STREAM = "bench_stream"
PEER = "peer"

PEER_TABLE = """
CREATE TABLE vote (
    ballot_id uuid NOT NULL,
    voter bytea NOT NULL,
    request_key text NOT NULL UNIQUE,
    request_hash bytea NOT NULL,
    area text NOT NULL,
    sex text,
    age_band text,
    basis text NOT NULL,
    channel text NOT NULL,
    choices jsonb NOT NULL,
    PRIMARY KEY (ballot_id, voter)
)
"""


def program(name):
    """Returns the path of one of the programs of this folder."""
    return os.path.join(BUILD, "tests", name)


def run_program(name, *arguments, text=None, timeout=300):
    """What one of them prints, as JSON, once it has ended well; text is its standard input."""
    done = subprocess.run(
        [program(name), *map(str, arguments)],
        input=text,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def processor_us(pid):
    """What a process has computed so far, and its children that have ended; 0 once it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(field) for field in fields[11:15]) * MILLION // TICKS


def children_us():
    """What the programs that this process has waited for have computed."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((usage.ru_utime + usage.ru_stime) * MILLION)


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} is gone")


class World:
    """Use it as a context manager: what it starts ends with it."""

    def __init__(self, log_folder, reporting=True):
        self.log_folder = log_folder
        self.reporting = reporting
        self.folder = tempfile.mkdtemp(prefix="hyeopchi-bench-", dir="/tmp")
        self.services = []
        self.peer_process = None
        self.peer_port = free_port()
        self.next_voter = 0
        self.runs = 0
        self.cluster = PostgresCluster(settings=SETTINGS, artifacts=log_folder)
        self.stack = Running(self.cluster, self._start_service, self.folder)

    def __enter__(self):
        # Told to end, it ends in order, and servers with it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def _start_service(self, name, settings, **options):
        service = Service(name, settings, self.log_folder, **options)
        self.services.append(service)
        return service.start()

    def _open(self):
        self.cluster.start()
        self.cluster.create_service_databases()
        self.stack.migrate()
        # A copy of the tables for pgbench, made while nobody is connected to them.
        self.cluster.psql("postgres", f"CREATE DATABASE {COPY} TEMPLATE participation")
        self.cluster.psql("postgres", f"CREATE DATABASE {PEER}")
        self.cluster.psql("postgres", f"CREATE ROLE {STREAM} LOGIN")
        self.cluster.psql("postgres", f"CREATE DATABASE {STREAM} OWNER {STREAM}")
        self.cluster.psql(PEER, PEER_TABLE)
        if self.reporting:
            self.stack.start("reporting")
        self.stack.begin()

    def close(self):
        """Ends whatever runs; the services must end in order."""
        with contextlib.ExitStack() as stack:  # All of it, whichever of them fails.
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            stack.callback(self.cluster.close)
            for service in self.services:
                stack.callback(service.close)
            if self.peer_process is not None and self.peer_process.is_running():
                stack.callback(self.peer_process.kill)

    def open_ballot(self, **changes):
        """Opens a ballot of the size that districts have; returns its id."""
        options = [
            {"id": option, "name": f"사업 {option}", "cost_krw": MILLION} for option in OPTIONS
        ]
        ballot = {
            "budget_krw": 6 * MILLION,
            "max_options": CHOICES,
            "areas": AREAS,
            "options": options,
        }
        ballot.update(changes)
        return self.stack.open_ballot(**ballot)

    def start_peer(self):
        """Installs the peer's one dependency into build/ and starts it."""
        installed = os.path.join(ROOT, "build", "bench-peer")
        os.makedirs(installed, exist_ok=True)
        for name in ("package.json", "package-lock.json", "server.mjs"):
            shutil.copy(os.path.join(HERE, "peer", name), installed)
        if not os.path.isdir(os.path.join(installed, "node_modules", "pg")):
            subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=installed,
                check=True,
                capture_output=True,
                timeout=300,
            )
        public = self.stack.front_end.private.public_key()
        plan = {
            "database": f"postgresql://postgres@/{PEER}?host={self.cluster.directory}"
            f"&port={self.cluster.port}",
            "port": self.peer_port,
            "key_id": self.stack.front_end.id,
            "public_key": b64url(public.public_bytes(Encoding.Raw, PublicFormat.Raw)),
            "options": OPTIONS,
            "areas": AREAS,
            "max_options": CHOICES,
        }
        self.peer_process = Process(
            "peer",
            ["node", os.path.join(installed, "server.mjs")],
            os.path.join(self.log_folder, "peer.log"),
            env=environment({"PEER_PLAN": json.dumps(plan)}),
            cwd=installed,
        )
        self.peer_process.wait_line(lambda line: line == "listening", "word of the peer")

    def postgres_us(self):
        """What the whole cluster has computed so far."""
        postmaster = self.cluster.pid
        return processor_us(postmaster) + sum(map(processor_us, children_of(postmaster)))

    def service_us(self, name):
        return processor_us(self.stack.services[name].process.pid)

    def metric(self, name, metric):
        """A service's metric that has no labels."""
        text = self.stack.client(name).get("/metrics").body.decode()
        line = next(line for line in text.splitlines() if line.startswith(f"{metric} "))
        return int(line.split()[1])

    def settle(self):
        """Does now what autovacuum would do in the middle of somebody else's measurement."""
        for database in ("participation", COPY, PEER):
            self.cluster.psql(database, "VACUUM ANALYZE")

    def plan(self, ballot_id, requests, votes=1, **changes):
        """A plan for bench_load: so many requests to participation of so many votes each."""
        secret = self.stack.front_end.private.private_bytes(
            Encoding.Raw, PrivateFormat.Raw, NoEncryption()
        )
        self.runs += 1
        plan = {
            "host": "127.0.0.1",
            "port": self.stack.ports["participation"],
            "path": f"/v1/ballots/{ballot_id}/votes" + (":batch" if votes > 1 else ""),
            "key_id": self.stack.front_end.id,
            "secret": b64url(secret),
            "run": f"run-{self.runs}-{secrets.token_hex(4)}",
            "connections": 64,
            "requests": requests,
            "votes": votes,
            "first_voter": self.next_voter,
            "rate": 0,
            "options": OPTIONS,
            "areas": AREAS,
            "choices": CHOICES,
        }
        self.next_voter += requests * votes
        plan.update(changes)
        return plan

    def load(self, plan):
        """Sends a plan; returns bench_load's report. Every vote must have been accepted."""
        report = run_program("bench_load", text=json.dumps(plan), timeout=900)
        wanted = plan["requests"] * plan["votes"]
        assert report["votes_accepted"] == wanted, report
        return report
