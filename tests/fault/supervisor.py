# SPDX-License-Identifier: Apache-2.0
"""The arena of a story: the three services on a PostgreSQL of their own, a proxy on every link between
them, and the hands that kill, pause, cut and restart.

Everything that is done on purpose goes through inject(), which writes it down; every process that is
started is known with how it ended, so that the checker can tell an injected end from a crash. The
arena never looks at whether anything held: that is the checker's.
"""

import atexit
import collections
import json
import os
import secrets
import shutil
import signal
import struct
import subprocess
import tempfile
import threading
import time

import psycopg2
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from support.paths import BUILD
from support.ports import free_port
from support.postgres import PostgresCluster
from support.process import Process, ProcessError, kill_all_and_wait
from support.services import ENDS_ANEW, SANITIZER_OPTIONS, Service
from support.stack import SERVICES, Stack

# Who hears whom over the bus.
HEARERS = {
    "participation": ("ledger",),
    "ledger": ("participation",),
    "reporting": ("participation", "ledger"),
}

# AddressSanitizer keeps freed memory to find its use; little of it lets a leak be seen.
QUARANTINE_MB = 8

DISK_SIZE_MB = 2048

WAYS = ("up", "down")

# Under which name the proxy counts what a rule does; its own for all others.
COUNTED_AS = {"delay_ms": "delayed", "jitter_ms": "delayed", "rate_bytes_s": "delayed"}

# What is put between a service and its libraries; see shim.c.
SHIM = os.path.join(BUILD, "tests", "fault_shim.so")

# With what a service ends that its supervisor shall start anew; see README.md, "An hour of it".
ANEW_STATUS = 1


class Recorder:
    """The record of a run: one JSON object a line, written before anything that depends on it."""

    def __init__(self, path):
        self.path = path
        self._file = open(path, "a", encoding="utf-8")  # noqa: SIM115 - as long as the arena
        self._lock = threading.Lock()

    def write(self, kind, **fields):
        line = json.dumps({"kind": kind, "t": round(time.time(), 4), **fields}, ensure_ascii=False)
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()

    def close(self):
        with self._lock:
            self._file.close()


class Proxy:
    """The proxy program (proxy.c) and its language."""

    def __init__(self, artifacts, seed):
        self._lock = threading.Lock()
        self._process = Process(
            "proxy",
            [os.path.join(BUILD, "tests", "fault_proxy"), str(seed % 2**31)],
            os.path.join(artifacts, "proxy.log"),
            stdin=subprocess.PIPE,
            env={**os.environ, **SANITIZER_OPTIONS},
        )
        self.links = {}

    def command(self, *words):
        """Says one command and returns the answer; fails when the proxy refuses it."""
        with self._lock:
            mark = self._process.output.mark()
            self._process.write(" ".join(str(word) for word in words) + "\n")
            answer = self._process.wait_line(lambda line: True, f"answer to {words}", since=mark)
        assert not answer.startswith("error"), f"{words}: {answer}"
        return answer

    def link(self, name, target_port, framed=False):
        """Makes a link and returns the port to talk to."""
        port = free_port()
        self.command("link", name, port, target_port, "framed" if framed else "raw")
        self.links[name] = port
        return port

    def stats(self):
        return json.loads(self.command("stats"))

    def count(self, what, places):
        """How often something was done so far at places: (link, "up", "down" or "both")."""
        stats = self.stats()
        count = 0
        for link, way in places:
            for counts in [stats[link], *(stats[link][w] for w in WAYS if way in (w, "both"))]:
                count += counts.get(what, 0)
        return count

    def close(self):
        """Ends the proxy; it must have leaked nothing."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.write(None)
        status = process.wait_exit()
        assert status == 0, f"the proxy ended with {status}\n{process.log_tail()}"


class Disk:
    """A small filesystem of its own in a file, so that it can be full. Needs root and loop devices."""

    PIECE_SIZE = 4096

    def __init__(self, size_mb=DISK_SIZE_MB):
        self.image = tempfile.mktemp(prefix="hyeopchi-disk-", suffix=".img")
        self.path = tempfile.mkdtemp(prefix="hyeopchi-disk-")
        self._filler = os.path.join(self.path, "filler")
        self._mounted = False
        atexit.register(self.close)
        try:
            with open(self.image, "wb") as file:
                file.truncate(size_mb * 1024 * 1024)
            self._run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=1", self.image)
            self._run("mount", "-o", "loop,noatime", self.image, self.path)
            self._mounted = True
            os.chmod(self.path, 0o755)
        except (OSError, subprocess.CalledProcessError):
            self.close()
            raise

    @classmethod
    def make(cls, size_mb=DISK_SIZE_MB):
        """Returns a disk, or None where this machine lets us mount none."""
        try:
            return cls(size_mb)
        except (OSError, subprocess.CalledProcessError):
            return None

    @staticmethod
    def _run(*command):
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)

    def free_bytes(self):
        stat = os.statvfs(self.path)
        return stat.f_bavail * stat.f_frsize

    def fill(self, leave_bytes):
        """Takes all space but so much, however much others take at the same time."""
        with open(self._filler, "ab") as file:
            piece = self.free_bytes()
            while piece >= self.PIECE_SIZE:
                size = min(piece, max(0, self.free_bytes() - leave_bytes))
                if size == 0:
                    break
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, size)
                except OSError:
                    piece //= 2

    def empty(self):
        if os.path.exists(self._filler):
            os.unlink(self._filler)

    def close(self):
        """Unmounts and removes it; harmless when repeated."""
        if self._mounted:
            self._mounted = False
            subprocess.run(["umount", "-l", self.path], check=False, capture_output=True)
        if os.path.exists(self.image):
            os.unlink(self.image)
        if os.path.isdir(self.path):
            shutil.rmtree(self.path, ignore_errors=True)


def make_cluster(artifacts, disk=None, **settings):
    """Returns a cluster that is not started, on the disk if there is one."""
    # After a crash every file is synced before anything else: one call for all of them.
    # And what the server says is said with its SQLSTATE, for wait_database_log().
    settings = {
        "recovery_init_sync_method": "syncfs",
        "log_line_prefix": "%m [%p] %u@%d %e ",
        **settings,
    }
    before = tempfile.tempdir
    tempfile.tempdir = disk.path if disk is not None else before
    try:
        return PostgresCluster(artifacts=artifacts, settings=settings)
    finally:
        tempfile.tempdir = before


def preload_for_services(*libraries):
    """Returns LD_PRELOAD for programs of this build: a sanitizer wants to be first."""
    linked = subprocess.run(
        ["ldd", os.path.join(BUILD, "bin", "participation")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    first = [
        line.split("=>")[1].split()[0]
        for line in linked.splitlines()
        if "libasan" in line or "libtsan" in line
    ]
    return ":".join([*first, *libraries])


class MemoryGroup:
    """A control group that ends a process by its memory. Needs root and the kernel's leave."""

    VERSION_1 = "/sys/fs/cgroup/memory"
    VERSION_2 = "/sys/fs/cgroup"

    def __init__(self):
        first = os.path.exists(os.path.join(self.VERSION_1, "memory.limit_in_bytes"))
        root = self.VERSION_1 if first else self.VERSION_2
        self._path = os.path.join(root, f"hyeopchi-fault-{os.getpid()}-{secrets.token_hex(4)}")
        self._limit = "memory.limit_in_bytes" if first else "memory.max"
        os.mkdir(self._path)
        if not os.path.exists(os.path.join(self._path, self._limit)):
            self.close()
            raise OSError("memory cannot be limited here")

    @classmethod
    def is_possible(cls):
        try:
            cls().close()
        except OSError:
            return False
        return True

    def _write(self, name, text):
        with open(os.path.join(self._path, name), "w", encoding="ascii") as file:
            file.write(text)

    def limit(self, pid, size):
        """Only what the process asks for from now on is counted."""
        self._write(self._limit, str(size))
        self._write("cgroup.procs", str(pid))

    def close(self):
        os.rmdir(self._path)


class Run:
    """One life of a process, from its start to its end."""

    def __init__(self, name, process):
        self.name = name
        self.process = process
        self.pid = process.pid
        self.started = time.time()
        self.ended = None
        self.status = None
        self.expected = False  # Whether its end was our doing.

    def wants_another(self):
        """Whether it has said that it ends so that its supervisor starts it anew."""
        return any(ENDS_ANEW in line for line in self.process.output.lines())

    def end(self, *statuses):
        """Waits for its end and writes down how it was; any status but these is a crash, unless it is
        ANEW_STATUS and was said before."""
        self.status = self.process.wait_exit()
        self.ended = time.time()
        anew = self.status == ANEW_STATUS and self.wants_another()
        self.expected = anew or self.status in statuses

    def describe(self):
        return {
            "name": self.name,
            "pid": self.pid,
            "log": self.process.log_path,
            "started": self.started,
            "ended": self.ended,
            "status": self.status,
            "expected": self.expected,
        }


class Arena(Stack):
    """The services, what they stand on, and what is done to them."""

    def __init__(self, cluster, artifacts, seed, disk=None):
        self.artifacts = str(artifacts)
        self.disk = disk
        self.seed = seed
        folder = os.path.join(self.artifacts, "arena")
        os.makedirs(folder)
        super().__init__(cluster, self._make_service, folder)
        self.recorder = Recorder(os.path.join(self.artifacts, "record.jsonl"))
        self.proxy = Proxy(self.artifacts, seed)
        self.runs = []
        self.injected = collections.Counter()
        self.missed = collections.Counter()
        self._asked = {}  # Of the network: what -> [places, count before].
        self.story = ""
        self.environment = {}  # Besides the settings, by service.
        self._lives = threading.RLock()  # Held while a process is ended or started.
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep_up, daemon=True)
        self._paused = set()
        self._bus_ports = {
            (name, kind): free_port() for name in SERVICES for kind in ("pub", "fetch")
        }
        self._password_file = os.path.join(self.folder, "password")
        with open(self._password_file, "w", encoding="ascii") as file:
            file.write(cluster.password + "\n")
        os.chmod(self._password_file, 0o600)
        self._make_links()

    def _make_links(self):
        for name in SERVICES:
            self.proxy.link(f"{name}.http", self.ports[name])
            self.proxy.link(f"{name}.database", self.databases.port)
            for speaker in HEARERS[name]:
                for kind in ("pub", "fetch"):
                    port = self._bus_ports[speaker, kind]
                    self.proxy.link(f"{name}.{speaker}.{kind}", port, framed=True)

    def bus(self, service, kind):
        return f"tcp://127.0.0.1:{self._bus_ports[service, kind]}"

    def settings(self, service):
        settings = super().settings(service)
        port = self.proxy.links[f"{service}.database"]
        settings["HYEOPCHI_DATABASE_URL"] = (
            f"host=127.0.0.1 port={port} dbname={service} user={service}"
        )
        settings["HYEOPCHI_DATABASE_PASSWORD_FILE"] = self._password_file
        for speaker in SERVICES:
            for kind in ("pub", "fetch"):
                settings.pop(f"HYEOPCHI_{speaker.upper()}_{kind.upper()}_URL", None)
        for speaker in HEARERS[service]:
            for kind in ("pub", "fetch"):
                port = self.proxy.links[f"{service}.{speaker}.{kind}"]
                settings[f"HYEOPCHI_{speaker.upper()}_{kind.upper()}_URL"] = f"tcp://127.0.0.1:{port}"
        options = SANITIZER_OPTIONS["ASAN_OPTIONS"]
        settings["ASAN_OPTIONS"] = f"{options}:quarantine_size_mb={QUARANTINE_MB}"
        settings.update(self.environment.get(service, {}))
        return settings

    def _make_service(self, name, settings, **options):
        service = Service(name, settings, self.artifacts, **options).start()
        self.runs.append(Run(name, service.process))
        return service

    def begin(self):
        """Databases, migrations, services; the keys of those who ask."""
        self.databases.create_service_databases()
        self.migrate().start()
        self._keeper.start()
        return self

    def proxied(self, service):
        """The address at which a front end reaches a service."""
        return ("127.0.0.1", self.proxy.links[f"{service}.http"])

    def bus_address(self, service, kind):
        return ("127.0.0.1", self._bus_ports[service, kind])

    def direct(self, service):
        return ("127.0.0.1", self.ports[service])

    # What is done.

    def inject(self, what, target="", **details):
        """Writes down what is done on purpose, before it is done."""
        self.injected[self._entry(what)] += 1
        self.recorder.write("inject", story=self.story, what=what, target=str(target), **details)

    def _miss(self, what, target, **details):
        """Writes down that what was injected did not take place."""
        self.missed[self._entry(what)] += 1
        self.recorder.write("missed", story=self.story, what=what, target=str(target), **details)

    def _entry(self, what):
        return f"{self.story}: {what}" if self.story else what

    def _run_of(self, name):
        return next(run for run in reversed(self.runs) if run.name == name)

    def is_up(self, name):
        service = self.services[name]
        return service.process is not None and service.process.is_running()

    def _keep_up(self):
        """Does what any supervisor does: starts a service anew that has ended for it."""
        while not self._over.wait(0.2):
            with self._lives:
                for name in SERVICES:
                    self._start_anew(name)

    def _start_anew(self, name):
        service = self.services.get(name)
        if service is None or service.process is None or service.process.is_running():
            return
        service.process.wait_exit()  # All that it has said is read then.
        run = self._run_of(name)
        if not run.wants_another():
            return
        service.process = None
        run.end()
        self.recorder.write("anew", name=name, pid=run.pid, status=run.status)
        self.start_again(name)

    def wait_anew(self, name, timeout=90):
        """Waits until a service has ended to be started anew, and has been."""
        before = self._run_of(name)
        deadline = time.monotonic() + timeout
        while self._run_of(name) is before:
            assert time.monotonic() < deadline, f"{name} does not end"
            self._over.wait(0.1)

    def notice_ends(self):
        """Writes down processes that have ended without anybody's doing."""
        with self._lives:
            for name, service in self.services.items():
                self._start_anew(name)
                if service.process is not None and not service.process.is_running():
                    run = self._run_of(name)
                    run.end()
                    service.process = None
                    self.recorder.write("crash", name=name, pid=run.pid, status=run.status)

    def kill(self, name):
        """kill -9 of one service."""
        self.inject("kill -9", name)
        self.kill_quietly(name)

    def kill_quietly(self, name):
        """The same, when the story has written down what it is part of."""
        with self._lives:
            self.notice_ends()
            if not self.is_up(name):
                return
            self._paused.discard(name)
            run, process = self._run_of(name), self.services[name].process
            self.services[name].process = None
            process.kill()
            run.end(-signal.SIGKILL)

    def start_again(self, name):
        """Starts a service that is down, with the settings of now."""
        service = self.services[name]
        assert service.process is None, f"{name} still runs"
        service.settings = self.settings(name)
        service.start()
        self.runs.append(Run(name, service.process))

    def stop_in_order(self, name):
        """SIGTERM; the service must end with 0."""
        self.inject("stop", name)
        with self._lives:
            run, process = self._run_of(name), self.services[name].process
            process.send_signal(signal.SIGTERM)
            process.wait_exit(60)
            self.services[name].process = None
            run.end(0)

    def pause(self, name):
        self.inject("SIGSTOP", name)
        self._paused.add(name)
        self.services[name].process.send_signal(signal.SIGSTOP)

    def pause_quietly(self, name):
        """A pause of many; the story has written down what they are."""
        if self.is_up(name):
            self._paused.add(name)
            self.services[name].process.send_signal(signal.SIGSTOP)

    def limit_memory(self, name):
        """Leaves a service next to no memory for what it will ask for; the kernel kills it."""
        self.inject("memory limit", name)
        group = MemoryGroup()
        try:
            group.limit(self.services[name].process.pid, 1024 * 1024)
            self.wait_end(name, "memory limit")
        finally:
            group.close()

    def wait_end(self, name, what, timeout=20):
        """Waits until a service is killed by what was injected. One that is not is killed here, and
        the record says that it was missed; one that ends otherwise has crashed."""
        run, process = self._run_of(name), self.services[name].process
        self.services[name].process = None
        try:
            process.wait_exit(timeout)
        except ProcessError:
            self._miss(what, name)
            process.kill()
        run.end(-signal.SIGKILL)

    def resume(self, name):
        self._paused.discard(name)
        if self.is_up(name):
            self.services[name].process.send_signal(signal.SIGCONT)

    def kill_database(self):
        """kill -9 of PostgreSQL, postmaster and backends at once, as a power cut would."""
        self.inject("kill -9 whole", "postgres")
        self.databases.kill9()

    def start_database(self):
        if not self.databases.is_running():
            self.databases.reap()
            self.databases.start()

    def restart_database(self):
        self.inject("restart", "postgres")
        self.databases.restart()

    def ask_database(self, database, sql, parameters=None, timeout=30):
        """Asks the server, which may be about to come back."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                return self.databases.psql(database, sql, parameters)
            except psycopg2.OperationalError:
                if time.monotonic() >= deadline:
                    raise
                threading.Event().wait(0.1)

    def backends(self, like="%"):
        """Pids of the sessions of services, by application name."""
        rows = self.ask_database(
            "postgres",
            "SELECT pid FROM pg_stat_activity WHERE usename IN %s AND application_name LIKE %s",
            (SERVICES, like),
        )
        return [pid for (pid,) in rows]

    def kill_backend(self, pid):
        """kill -9 of one backend; the server then starts over with all of them."""
        self.inject("kill -9 of a backend", pid)
        kill_all_and_wait([pid])

    def terminate_backends(self, like="%"):
        self.inject("pg_terminate_backend", like)
        self.ask_database(
            "postgres",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename IN %s AND application_name LIKE %s",
            (SERVICES, like),
        )

    def network(self, link, direction="both", **rules):
        """Sets rules of the proxy; "*" in the link's name stands for anything."""
        self.inject("network", link, direction=direction, **rules)
        for rule, value in rules.items():
            if value != 0:
                self._ask_network(COUNTED_AS.get(rule, rule), link, direction)
        words = [word for pair in rules.items() for word in pair]
        for name in self.links(link):
            self.proxy.command("set", name, direction, *words)

    def _ask_network(self, what, link, direction="both"):
        """Before it is asked of the proxy; wait_network() then expects it."""
        places, _ = asked = self._asked.setdefault(what, [set(), 0])
        new = {(name, direction) for name in self.links(link)} - places
        asked[1] += self.proxy.count(what, new)
        places |= new

    def wait_network(self, timeout=20):
        """Waits until everything that was asked of the network since it was last whole, or waited for,
        has taken place; fails when it does not."""
        deadline = time.monotonic() + timeout
        for what, (places, before) in self._asked.items():
            while self.proxy.count(what, places) <= before:
                assert time.monotonic() < deadline, f"no {what} at {sorted(places)}"
                self._over.wait(0.02)
        self._asked.clear()

    def links(self, pattern):
        before, star, after = pattern.partition("*")
        if not star:
            return [pattern]
        return [n for n in self.proxy.links if n.startswith(before) and n.endswith(after)]

    def cut(self, link):
        self.inject("cut", link)
        self._ask_network("cut", link)
        for name in self.links(link):
            self.proxy.command("cut", name)

    def half_open(self, link, direction):
        """Leaves the connections of links half open, as soon as there is one."""
        self.inject("half-open", link, direction=direction)
        places = {(name, direction) for name in self.links(link)}
        before, deadline = self.proxy.count("half", places), time.monotonic() + 20
        while self.proxy.count("half", places) == before:
            assert time.monotonic() < deadline, f"{link} has no connection"
            for name in self.links(link):
                self.proxy.command("half", name, direction)
            self._over.wait(0.02)

    def refuse(self, link):
        self.inject("refuse connections", link)
        self._ask_network("refused", link)
        for name in self.links(link):
            self.proxy.command("refuse", name, 1)

    def load_shim(self, name, mode):
        """From its next start on a service is under shim.c."""
        self.environment[name] = {
            "LD_PRELOAD": preload_for_services(SHIM),
            "HYEOPCHI_FAULT_SHIM": mode,
        }

    def unload_shim(self, name):
        self.environment.pop(name, None)

    def fill_disk(self, room):
        """Takes all space under PostgreSQL but so many bytes."""
        self.inject("full disk", "postgres", room=room)
        self.disk.fill(room)

    def empty_disk(self):
        """Gives the space back; a server that could not bear its lack is started again."""
        self.disk.empty()
        self.start_database()

    def write_much(self, database):
        """Writes what needs room now, as a vacuum or an index would; it may well fail."""
        try:
            self.databases.psql(
                database,
                "CREATE TEMPORARY TABLE filler AS SELECT repeat('x', 1000) AS x"
                " FROM generate_series(1, 40000)",
            )
        except psycopg2.Error:
            pass  # That is what a full disk is for.

    def database_log_size(self):
        return os.path.getsize(self.databases.log_path)

    def wait_database_log(self, sqlstate, since, timeout=10):
        """Waits until the server has logged an error of this SQLSTATE behind so many bytes."""
        deadline = time.monotonic() + timeout
        while True:
            with open(self.databases.log_path, "rb") as file:
                file.seek(since)
                if f" {sqlstate} ".encode() in file.read():
                    return
            assert time.monotonic() < deadline, f"the server has not logged {sqlstate}"
            self._over.wait(0.1)

    def _clock_file(self, name):
        return os.path.join(self.folder, f"{name}.offset")

    def fake_clocks(self):
        """Starts the services anew with clocks that can be set."""
        for name in SERVICES:
            with open(self._clock_file(name), "wb") as file:
                file.write(bytes(8))
            self.environment[name] = {
                "LD_PRELOAD": preload_for_services(SHIM),
                "HYEOPCHI_FAULT_CLOCK": self._clock_file(name),
            }
            self.stop_in_order(name)
            self.start_again(name)

    def set_clock(self, name, offset_s):
        """Sets a service's clock so many seconds off; in place, since the service has it mapped."""
        self.inject("clock", name, offset_s=offset_s)
        with open(self._clock_file(name), "r+b") as file:
            file.write(struct.pack("=q", offset_s * 1000))

    def true_clocks(self):
        """Starts the services anew with the clock that everybody has."""
        self.environment.clear()
        for name in SERVICES:
            self.stop_in_order(name)
            self.start_again(name)

    # And undone.

    def discard_dead_letters(self, name, count, timeout=60):
        """Waits for dead letters of participation, one after another, and has them discarded."""
        client = self.client(name, self.operators[0])
        deadline = time.monotonic() + timeout
        discarded = 0
        while discarded < count:
            assert time.monotonic() < deadline, f"{name} has {discarded} dead letters, not {count}"
            letters = self.ask_database(
                name, "SELECT seq FROM event.dead_letter WHERE state = 'parked' ORDER BY seq"
            )
            for (seq,) in letters:
                body = {"stream": "participation", "reason": "장애 시험"}
                answer = client.post(f"/v1/events/dead/{seq}:discard", body)
                discarded += answer.status == 200
            if not letters:
                self.services[name].process.output.wait(
                    lambda line: True, 0.2, self.services[name].mark()
                )

    def heal_network(self):
        """Ends what was asked of the network, once it has taken place."""
        self.wait_network()
        self.mend_network()

    def mend_network(self):
        """The same, whatever has taken place."""
        self._asked.clear()
        for name in self.proxy.links:
            self.proxy.command("clear", name)

    def heal(self):
        """Ends every fault: from here on the services have to find their way back."""
        self.notice_ends()
        if self.disk is not None:
            self.disk.empty()
        self.heal_network()
        for name in list(self._paused):
            self.resume(name)
        self.start_database()
        self.environment.clear()
        for name in SERVICES:
            if self.services[name].process is None:
                self.start_again(name)
        self.recorder.write("healed")

    def describe(self):
        """What the checker gets to know; see checker.py."""
        keys = {
            name: {
                "role": key.role,
                "name": key.name,
                "seed": key.private.private_bytes(
                    Encoding.Raw, PrivateFormat.Raw, NoEncryption()
                ).hex(),
            }
            for name, key in (
                ("front_end", self.front_end),
                ("kim", self.operators[0]),
                ("auditor", self.auditor),
            )
        }
        return {
            "record": self.recorder.path,
            "district": self.district,
            "services": {name: list(self.direct(name)) for name in SERVICES},
            "databases": {name: self.databases.conninfo(name) for name in SERVICES},
            "consumers": {name: list(HEARERS[name]) for name in SERVICES},
            "ballot_keys": self.ballot_keys,
            "clock": self.clock.path,
            "keys": keys,
            "processes": [run.describe() for run in self.runs],
        }

    def write_state(self):
        """Writes describe() beside the record, so that the checker can be run again by hand."""
        self.notice_ends()
        path = os.path.join(self.artifacts, "state.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.describe(), file, indent=1)
        return path

    def close(self):
        """Ends everything that was started here; returns what went wrong on the way."""
        errors = []
        self._over.set()
        if self._keeper.ident is not None:
            self._keeper.join()
        for name in list(self._paused):
            self.resume(name)
        self.notice_ends()
        for name, service in reversed(self.services.items()):
            if service.process is None:
                continue
            try:
                service.stop(timeout=60)
            except AssertionError as error:
                errors.append(f"{name}: {error}")
        try:
            self.proxy.close()
        except AssertionError as error:
            errors.append(str(error))
        self.recorder.close()
        return errors


def new_seed():
    return secrets.randbelow(2**31)
