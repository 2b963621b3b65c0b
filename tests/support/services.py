# SPDX-License-Identifier: Apache-2.0
"""A real service of this project, run as a child with its settings in the environment.

Its log (one JSON object a line on standard error) can be waited for by event name. At the end
of every test the service must stop in order and must have reported nothing to a sanitizer but,
perhaps, a connection that nng has lost (leaks.py).
"""

import http.client
import json
import os
import signal
import time

from support.leaks import nng_lost_a_connection
from support.paths import BINARIES, ROOT
from support.process import STOP_SECONDS, Process, ProcessError

# A sanitizer ends the process with its own status, so that it is never taken for a refusal.
SANITIZER_STATUS = 99
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:detect_leaks=1:strict_string_checks=1",
    "UBSAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:halt_on_error=1"
    f":suppressions={os.path.join(ROOT, 'tests', 'support', 'tsan.supp')}",
    "LSAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:print_suppressions=0"
    f":suppressions={os.path.join(ROOT, 'tests', 'support', 'lsan.supp')}",
}
LEAK_MARK = "ERROR: LeakSanitizer"
SANITIZER_MARKS = (
    "ERROR: AddressSanitizer",
    LEAK_MARK,
    "WARNING: ThreadSanitizer",
    "runtime error:",
)

# The log event of a service that ends so that whoever supervises it starts it anew.
ENDS_ANEW = '"event":"service_ends"'

# What a service inherits from the test besides its settings.
INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL")


def program(name):
    """Returns the path of a built program, such as "hyeopchi" or "ledger"."""
    path = os.path.join(BINARIES, name)
    assert os.path.exists(path), f"{path} is not built"
    return path


def environment(settings=None):
    """Returns the environment for a program of ours: settings and sanitizers, nothing stray."""
    env = {name: os.environ[name] for name in INHERITED if name in os.environ}
    env.update(SANITIZER_OPTIONS)
    env.update({name: str(value) for name, value in (settings or {}).items()})
    return env


def parse_log(line):
    """Returns a log line as a dict, or None for one that is not a JSON object."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


class Service:
    """One running service.

    `settings` are its environment (HYEOPCHI_...); `address` is (host, port) of its HTTP server,
    or None where it has none. Call start(), and close() at the end, or use a fixture that does.
    """

    def __init__(self, name, settings, artifacts, arguments=(), address=None):
        self.name = name
        self.settings = dict(settings)
        self.arguments = list(arguments)
        self.address = address
        self.process = None
        self.log_path = os.path.join(artifacts, f"{name}.log")

    def start(self):
        """Starts the program and returns at once; see wait_log() and wait_ready()."""
        assert self.process is None, f"{self.name} already runs"
        self.process = Process(
            self.name,
            [program(self.name), *self.arguments],
            self.log_path,
            env=environment(self.settings),
        )
        return self

    def mark(self):
        """Returns a place in the log; wait_log(since=...) looks only at what comes after it."""
        return self.process.output.mark()

    def log(self, event=None, since=0):
        """Returns the log entries so far as dicts, of one event name if given."""
        entries = [parse_log(line) for line in self.process.output.lines(since)]
        return [e for e in entries if e is not None and event in (None, e.get("event"))]

    def wait_log(self, event, timeout=30, since=0, **fields):
        """Returns the first log entry of that event that has all the fields; fails without one."""

        def matches(line):
            entry = parse_log(line)
            return (
                entry is not None
                and entry.get("event") == event
                and all(entry.get(name) == value for name, value in fields.items())
            )

        line = self.process.wait_line(matches, f"log event {event} {fields or ''}", timeout, since)
        return parse_log(line)

    def request(self, method, path, body=None, headers=None, timeout=30):
        """Sends one HTTP request; returns (status, headers, body as bytes)."""
        connection = http.client.HTTPConnection(*self.address, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def readiness(self):
        """Returns the status of GET /readyz, or None while nothing answers."""
        try:
            return self.request("GET", "/readyz", timeout=10)[0]
        except (OSError, http.client.HTTPException):
            return None

    def wait_readiness(self, wanted, timeout=30):
        """Waits until /readyz answers `wanted` (200 ready, 503 not ready).

        It is asked again whenever the service has logged something, and besides with growing
        pauses, since not every change of readiness need be logged.
        """
        deadline = time.monotonic() + timeout
        pause = 0.02
        while True:
            mark = self.mark()
            if self.readiness() == wanted:
                return
            if not self.process.is_running():
                raise ProcessError(f"{self.name} has ended\n{self.process.log_tail()}")
            if time.monotonic() >= deadline:
                raise ProcessError(
                    f"{self.name}: /readyz is not {wanted} after {timeout} s\n"
                    f"{self.process.log_tail()}"
                )
            self.process.output.wait(lambda line: True, pause, mark)
            pause = min(pause * 2, 0.5)

    def wait_ready(self, timeout=30):
        self.wait_readiness(200, timeout)
        return self

    def kill9(self):
        """Kills the service at once, as a power cut would."""
        process, self.process = self.process, None
        process.kill()
        self._check_sanitizers(process)

    def stop(self, timeout=STOP_SECONDS):
        """Asks the service to stop (SIGTERM); it must end with 0 and leak nothing."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait_exit(timeout)
        except ProcessError:
            process.kill()
            raise
        lost = self._check_sanitizers(process)
        if status == SANITIZER_STATUS and lost and self._said(process, "service_stopped"):
            return  # Its own status is not known then, but it was at the end of its orderly stop.
        assert status == 0, f"{self.name} ended with {status}\n{process.log_tail()}"

    def restart(self):
        self.stop()
        return self.start()

    def wait_exit(self, timeout=STOP_SECONDS):
        """Waits for the service to end by itself, as after a wrong setting; returns its status."""
        process = self.process
        status = process.wait_exit(timeout)
        self.process = None
        self._check_sanitizers(process)
        return status

    def close(self):
        """Stops the service if it still runs; the end of every test."""
        self.stop()

    @staticmethod
    def _said(process, event):
        return any(f'"event":"{event}"' in line for line in process.output.lines())

    def _check_sanitizers(self, process):
        """Returns whether nng has lost a connection, all that a sanitizer may report."""
        lines = process.output.lines()
        lost = nng_lost_a_connection(lines)
        for line in lines:
            for mark in SANITIZER_MARKS:
                assert mark not in line or (lost and mark == LEAK_MARK), (
                    f"{self.name}: {line}\n{process.log_tail(80)}"
                )
        return lost
