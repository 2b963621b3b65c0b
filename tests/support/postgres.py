# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL cluster for tests: its own data, port and socket, and its own end.

The server is the real one, with durable writes as in production. When the tests run as root it
runs as an unprivileged user, since PostgreSQL refuses root. It never touches another cluster.

Over the UNIX socket, whose directory only its owner and root may enter, every role is trusted;
over TCP (loopback only) a role needs its password.
"""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile

import psycopg2
import psycopg2.extensions

from support.ports import free_port
from support.process import Process, ProcessError, children_of, kill_all_and_wait

# PostgreSQL 15 or newer; the newest that is installed is taken.
VERSION_MIN = 15

SERVICES = ("participation", "ledger", "reporting")

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_min_messages": "warning",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def _find_programs():
    """Returns the folder with PostgreSQL's server programs."""
    found = {}
    for path in glob.glob("/usr/lib/postgresql/*/bin/postgres"):
        version = path.split("/")[4]
        if version.isdigit() and int(version) >= VERSION_MIN:
            found[int(version)] = os.path.dirname(path)
    if not found:
        raise RuntimeError(
            f"no PostgreSQL {VERSION_MIN} or newer is installed; run deploy/install-deps test"
        )
    return found[max(found)]


def _find_owner():
    """Returns the passwd entry of who runs the server: us, or an ordinary user if we are root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("neither 'postgres' nor 'nobody' exists to run PostgreSQL as")


class PostgresCluster:
    """One cluster, from initdb to the removal of its data.

    Use it as a context manager, or call start() and close().
    """

    def __init__(self, durable=True, settings=None, artifacts=None):
        """`durable` is fsync; `settings` are lines of postgresql.conf that win over the defaults.

        `artifacts` is the folder that gets the server's log; without it the log dies with the data.
        """
        self._programs = _find_programs()
        self._owner = _find_owner()
        self._process = None
        self._settings = dict(SETTINGS, fsync="on" if durable else "off", **(settings or {}))
        self.port = free_port()
        self.password = "loopback-test-only"
        self.directory = tempfile.mkdtemp(prefix="hyeopchi-postgres-")
        self.data = os.path.join(self.directory, "data")
        self.log_path = os.path.join(artifacts or self.directory, f"postgres-{self.port}.log")
        try:
            self._initialise()
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()

    def _as_owner(self):
        """Returns the options of subprocess.Popen that make a program run as the owner."""
        if os.geteuid() != 0:
            return {}
        return {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}

    def _initialise(self):
        if os.geteuid() == 0:
            os.chown(self.directory, self._owner.pw_uid, self._owner.pw_gid)
        password_path = os.path.join(self.directory, "password")
        with open(password_path, "w", encoding="ascii") as file:
            file.write(self.password + "\n")
        if os.geteuid() == 0:
            os.chown(password_path, self._owner.pw_uid, self._owner.pw_gid)
        subprocess.run(
            [
                f"{self._programs}/initdb",
                f"--pgdata={self.data}",
                "--username=postgres",
                f"--pwfile={password_path}",
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                # Start and stop of the server are durable by the setting fsync; initdb need not be.
                "--no-sync",
            ],
            check=True,
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            **self._as_owner(),
        )
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as conf:
            for name, value in self._settings.items():
                conf.write(f"{name} = '{value}'\n")

    def start(self):
        """Starts the server and returns when it accepts connections."""
        assert self._process is None, "the server already runs"
        self._process = Process(
            "postgres",
            [f"{self._programs}/postgres", "-D", self.data, "-k", self.directory, "-p", str(self.port)],
            self.log_path,
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "TZ": "UTC"},
            cwd=self.directory,
            **self._as_owner(),
        )
        try:
            self._process.wait_line(
                lambda line: "database system is ready to accept connections" in line,
                "readiness",
                timeout=60,
            )
        except ProcessError:
            self._process.kill()
            self._process = None
            raise

    def stop(self):
        """Stops the server in order, ending open connections; the data stays."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        status = process.wait_exit()
        assert status == 0, f"postgres ended with {status}\n{process.log_tail()}"

    def kill9(self):
        """Kills the server and all its backends at once, as a power cut would; the data stays."""
        process, self._process = self._process, None
        assert process is not None, "the server does not run"
        children = children_of(process.pid)
        process.send_signal(signal.SIGKILL)
        # Before anybody waits for its output to end: one that is stopped would hold it open.
        kill_all_and_wait(children)
        process.kill()

    def reap(self):
        """Forgets a server that has ended by itself, as one does that finds the disk full."""
        if self._process is not None and not self._process.is_running():
            self._process.wait_exit()
            self._process = None

    def restart(self):
        self.stop()
        self.start()

    def is_running(self):
        return self._process is not None and self._process.is_running()

    @property
    def programs(self):
        """The folder of the server's programs, such as pgbench."""
        return self._programs

    @property
    def pid(self):
        """The postmaster's, whose children are the backends."""
        return self._process.pid

    def close(self):
        """Stops the server if it runs and removes everything."""
        try:
            self.stop()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def conninfo(self, database="postgres", role="postgres"):
        """Returns libpq's connection string over the UNIX socket; no password is needed."""
        return f"host={self.directory} port={self.port} dbname={database} user={role}"

    def conninfo_tcp(self, database="postgres", role="postgres"):
        """Returns libpq's connection string over loopback TCP; self.password is needed."""
        return f"host=127.0.0.1 port={self.port} dbname={database} user={role}"

    def connect(self, database="postgres", role="postgres", autocommit=True):
        """Returns an open psycopg2 connection; the caller closes it."""
        connection = psycopg2.connect(self.conninfo(database, role), connect_timeout=10)
        connection.autocommit = autocommit
        return connection

    def psql(self, database, sql, parameters=None, role="postgres"):
        """Runs one statement (`%s` for parameters); returns its rows, or None if it has none."""
        connection = self.connect(database, role)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def dump(self, database):
        """Returns everything in a database as SQL text, as pg_dump writes it."""
        done = subprocess.run(
            [os.path.join(_find_programs(), "pg_dump"), "--dbname", self.conninfo(database)],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return done.stdout

    def log_mark(self):
        """Returns a place in the server's log, for log_until()."""
        return self._process.output.mark()

    def log_until(self, text, since=0):
        """Returns the lines of the server's log from `since` to one that has the text."""
        last = self._process.wait_line(lambda line: text in line, f"line with {text}", since=since)
        lines = self._process.output.lines(since)
        return lines[: lines.index(last)]

    def create_service_database(self, service):
        """Creates the empty database of a service, its owner role and its runtime role.

        The owner `<service>_owner` migrates; the runtime role `<service>` may connect and gets
        what the migrations grant it. Nobody else may connect.
        """
        assert service in SERVICES, service
        owner = f"{service}_owner"
        for role in (owner, service):
            self.psql("postgres", f"CREATE ROLE {role} LOGIN PASSWORD '{self.password}'")
        self.psql("postgres", f"CREATE DATABASE {service} OWNER {owner}")
        self.psql("postgres", f"REVOKE ALL ON DATABASE {service} FROM PUBLIC")
        self.psql("postgres", f"GRANT CONNECT ON DATABASE {service} TO {service}")

    def drop_service_database(self, service):
        """Drops the database and the roles of a service, ending connections to it."""
        assert service in SERVICES, service
        self.psql("postgres", f"DROP DATABASE IF EXISTS {service} WITH (FORCE)")
        for role in (service, f"{service}_owner"):
            self.psql("postgres", f"DROP ROLE IF EXISTS {role}")

    def create_service_databases(self):
        for service in SERVICES:
            self.create_service_database(service)

    def drop_service_databases(self):
        for service in SERVICES:
            self.drop_service_database(service)
