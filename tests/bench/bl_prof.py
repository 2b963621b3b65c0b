#!/usr/bin/env -S /usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Measures how fast the ledger posts, beside TPC-B and a stored procedure; see README.md."""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RELEASE = os.path.join(ROOT, "build", "release")

# The programs under test: the release build, unless HYEOPCHI_BUILD names another.
os.environ.setdefault("HYEOPCHI_BUILD", RELEASE)
sys.path.insert(0, os.path.join(ROOT, "tests"))
sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))

from cryptography.hazmat.primitives.serialization import (  # noqa: E402
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from bench_world import World  # noqa: E402
from support.client import b64url  # noqa: E402
from support.paths import BUILD  # noqa: E402

BATCH = 1000  # what /v1/entries:batch takes at most
BATCH_CONNECTIONS = 4
CLIENTS = 16
LINES = 1000
TPCB = "tpcb"
DOUBLE_ENTRY = "double_entry"
TABLES = ("journal", "transfer", "refused_key", "account", "block")

PEER_CALL = """
\\set debit random(1, 1000)
\\set credit random(1001, 2000)
SELECT post(gen_random_uuid(), :debit, :credit, 1);
"""


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Builds the release preset first. Run it on a machine that does nothing else.",
    )
    number = {"type": int, "metavar": "N"}
    parser.add_argument("--rounds", default=3, help="rounds, interleaved; 3 by default", **number)
    parser.add_argument("--scale", default=100, help="per cent of the usual counts", **number)
    parser.add_argument("--recovery", default=1_000_000, help="entries before kill -9;"
                        " 1,000,000 by default, 0: leave it out", **number)  # fmt: skip
    parser.add_argument("--json", metavar="FILE", help="where the samples go;"
                        " build/bench/ledger.json by default")  # fmt: skip
    return parser.parse_args()


def build():
    """Builds the release preset; another build is taken as it is."""
    if BUILD != RELEASE:
        return
    configure = ["cmake", "-G", "Ninja", "-B", BUILD, "-D", "HYEOPCHI_PRESET=release",
                 "-D", "BUILD_TESTING=ON"]  # deploy/up leaves them out
    programs = ["participation", "ledger", "bench_load"]
    for command in (configure, ["cmake", "--build", BUILD, "--target", *programs]):
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def tell(text):
    print(text, flush=True)


def entry(programme, kind="securing", amount_krw=1):
    return {
        "kind": kind,
        "fiscal_year": 2023,
        "programme": f"p{programme}",
        "funding_source": "district",
        "amount_krw": amount_krw,
        "document": "bench",
        "effective_date": "2023-03-02",
    }


def batch(entries):
    keyed = [{**one, "key": str(uuid.uuid4())} for one in entries]
    return json.dumps({"linked": False, "entries": keyed})


class Bench:
    """The measurements; each returns a sample."""

    def __init__(self, world, scale):
        self.world = world
        self.scale = scale
        self.operator = world.stack.operators[0]
        for start in range(0, LINES, BATCH):
            lines = range(start, min(start + BATCH, LINES))
            self.send([batch(entry(line, "main_budget", 10**12) for line in lines)], len(lines), 1)
        self._peers()

    def _peers(self):
        cluster = self.world.cluster
        for name in (TPCB, DOUBLE_ENTRY):
            cluster.psql("postgres", f"CREATE DATABASE {name}")
        with open(os.path.join(ROOT, "tests", "bench", "peer", "ledger.sql"), encoding="utf-8") as file:
            cluster.psql(DOUBLE_ENTRY, file.read())
        self._pgbench(TPCB, "--initialize", f"--scale={max(1, int(CLIENTS * self.scale))}",
                      "--quiet")  # fmt: skip

    def _pgbench(self, database, *words):
        cluster = self.world.cluster
        program = os.path.join(cluster.programs, "pgbench")
        done = subprocess.run(
            [program, *words, cluster.conninfo(database, "postgres")],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _rate(self, database, seconds, *words):
        printed = self._pgbench(
            database, "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2",
            f"--time={seconds}", *words,
        )  # fmt: skip
        assert re.search(r"failed transactions: 0 ", printed), printed
        return {"per_second": round(float(re.search(r"tps = ([0-9.]+) \(without", printed)[1]))}

    def tpcb(self, seconds):
        return self._rate(TPCB, seconds)

    def double_entry(self, seconds):
        path = os.path.join(self.world.folder, "double_entry.pgbench")
        with open(path, "w", encoding="ascii") as file:
            file.write(PEER_CALL)
        return self._rate(DOUBLE_ENTRY, seconds, f"--file={path}")

    def send(self, bodies, entries, connections):
        """Sends requests of so many entries each; all must be posted."""
        secret = self.operator.private.private_bytes(
            Encoding.Raw, PrivateFormat.Raw, NoEncryption()
        )
        plan = self.world.plan("", len(bodies), entries)
        plan.update(
            port=self.world.stack.ports["ledger"],
            path="/v1/entries" if entries == 1 else "/v1/entries:batch",
            key_id=self.operator.id,
            secret=b64url(secret),
            connections=connections,
            bodies=bodies,
        )
        report = self.world.load(plan)
        return {
            "per_second": round(report["votes_per_second"]),
            "p50_ms": round(report["latency_us"]["p50"] / 1000, 2),
            "p99_ms": round(report["latency_us"]["p99"] / 1000, 2),
        }

    def singles(self, count, connections, lines=LINES):
        return self.send([json.dumps(entry(i % lines)) for i in range(count)], 1, connections)

    def bulk(self, requests):
        bodies = [batch(entry((r * BATCH + i) % LINES) for i in range(BATCH)) for r in range(requests)]
        return self.send(bodies, BATCH, BATCH_CONNECTIONS)

    def entries(self):
        return self.world.cluster.psql("ledger", "SELECT seq FROM ledger.head")[0][0]

    def bytes_per_entry(self):
        tables = ", ".join(f"('ledger.{name}')" for name in TABLES)
        size = self.world.cluster.psql(
            "ledger",
            f"SELECT sum(pg_total_relation_size(name::regclass))::int8 FROM (VALUES {tables}) AS t (name)",
        )[0][0]
        return round(size / self.entries())

    def recovery(self, count):
        """Seconds from the start of the program after kill -9 to the first entry posted."""
        while self.entries() < count:
            left = count - self.entries()
            self.bulk(max(1, min(400, left // BATCH)))
        service = self.world.stack.services["ledger"]
        service.kill9()
        began = time.monotonic()
        service.start()
        service.wait_ready()
        self.singles(1, 1)
        return {"entries": count, "seconds": round(time.monotonic() - began, 2)}


def median(samples, field="per_second"):
    return statistics.median(sample[field] for sample in samples)


def verdict(value, wanted, at_most=False):
    return "reached" if (value <= wanted if at_most else value >= wanted) else "NOT reached"


def tell_figures(samples, size, recovery):
    rates = {name: median(some) for name, some in samples.items()}
    for name, rate in rates.items():
        tell(f"  {name:14} {rate:>8.0f} /s (median)")
    p50 = median(samples["one client"], "p50_ms")
    tell(f"  one client, p50           {p50:6.2f}   wanted 1 ms  {verdict(p50, 1, True)}")
    for name, other, wanted in (
        ("64 clients", "TPC-B", 3),
        ("bulk", "TPC-B", 7),
        ("64 clients", "double entry", 0),
        ("bulk", "double entry", 0),
        ("hot line", "64 clients", 0.9),
    ):
        ratio = rates[name] / rates[other]
        word = f"wanted {wanted:<5} {verdict(ratio, wanted)}" if wanted else ""
        tell(f"  {name + ' / ' + other:25} {ratio:6.2f}   {word}")
    tell(f"  bytes per two-leg entry   {size:6}   wanted 550   {verdict(size, 550, True)}")
    if recovery:
        tell(f"  recovery of {recovery['entries']} entries {recovery['seconds']:6.2f} s"
             f" wanted 2 s   {verdict(recovery['seconds'], 2, True)}")  # fmt: skip


def main():
    options = arguments()
    build()
    folder = os.path.join(ROOT, "build", "bench")
    os.makedirs(folder, exist_ok=True)
    scale = options.scale / 100
    with World(folder, reporting=False) as world:
        bench = Bench(world, scale)
        seconds = max(1, int(6 * scale))
        ways = {
            "TPC-B": lambda: bench.tpcb(seconds),
            "double entry": lambda: bench.double_entry(seconds),
            "one client": lambda: bench.singles(max(20, int(3000 * scale)), 1),
            "64 clients": lambda: bench.singles(max(64, int(20_000 * scale)), 64),
            "hot line": lambda: bench.singles(max(64, int(20_000 * scale)), 64, lines=1),
            "bulk": lambda: bench.bulk(max(4, int(200 * scale))),
        }
        samples = {name: [] for name in ways}
        for number in range(options.rounds):
            tell(f"  round {number + 1}")
            order = list(ways)
            at = number % len(order)
            for name in order[at:] + order[:at]:
                samples[name].append(ways[name]())
                tell(f"    {name:14} {json.dumps(samples[name][-1])}")
        recovery = bench.recovery(options.recovery) if options.recovery else None
        size = bench.bytes_per_entry()
        tell("result")
        tell_figures(samples, size, recovery)
        results = {"samples": samples, "bytes_per_entry": size, "recovery": recovery}
        verification = world.stack.client("ledger", bench.operator).get("/v1/verification").json()
        assert verification["sound"], verification
    with open(options.json or os.path.join(folder, "ledger.json"), "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)

