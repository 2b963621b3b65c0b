# SPDX-License-Identifier: Apache-2.0
"""A child process whose output is read line by line, and that can be waited for by what it says.

Nothing here sleeps: waiting is waiting for a line, for the end of the process or for the time
limit. A process is only ever ended by its own pid.
"""

import os
import select
import signal
import subprocess
import threading
import time

# How long an orderly stop may take before it counts as a failure.
STOP_SECONDS = 30


class ProcessError(AssertionError):
    """A process ended or stayed silent when the test needed it to speak."""


class LineReader(threading.Thread):
    """Reads a pipe to its end; keeps the lines, and copies them to a file."""

    def __init__(self, pipe, path):
        super().__init__(daemon=True)
        self._pipe = pipe
        self._path = path
        self._changed = threading.Condition()
        self._lines = []
        self._ended = False
        self.start()

    def run(self):
        with open(self._path, "ab", buffering=0) as copy:
            for raw in self._pipe:
                copy.write(raw)
                with self._changed:
                    self._lines.append(raw.decode("utf-8", "replace").rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def mark(self):
        """Returns the number of lines so far; wait() takes it to look only at later ones."""
        with self._changed:
            return len(self._lines)

    def lines(self, since=0):
        with self._changed:
            return self._lines[since:]

    def wait(self, matches, timeout, since=0):
        """Returns the first line from `since` on for which matches(line) is true.

        Returns None when the pipe has ended, or the time is over, without one.
        """
        deadline = time.monotonic() + timeout
        position = since
        with self._changed:
            while True:
                while position < len(self._lines):
                    line = self._lines[position]
                    position += 1
                    if matches(line):
                        return line
                remaining = deadline - time.monotonic()
                if self._ended or remaining <= 0:
                    return None
                self._changed.wait(remaining)


class Process:
    """A running program; what it writes to standard error and output goes to one log."""

    def __init__(self, name, command, log_path, **options):
        """`options` go to subprocess.Popen: env, cwd, user, group, stdin (nothing by default)."""
        options.setdefault("stdin", subprocess.DEVNULL)
        self.name = name
        self.log_path = log_path
        self._popen = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
        self.output = LineReader(self._popen.stdout, log_path)

    @property
    def pid(self):
        return self._popen.pid

    def is_running(self):
        return self._popen.poll() is None

    def send_signal(self, number):
        self._popen.send_signal(number)

    def write(self, text):
        """Writes to the program's input, which must be a pipe; None ends the input."""
        if text is None:
            self._popen.stdin.close()
        else:
            self._popen.stdin.write(text.encode("utf-8"))
            self._popen.stdin.flush()

    def wait_line(self, matches, what, timeout=30, since=0):
        """Returns the first line that matches; fails with the end of the log if none comes."""
        line = self.output.wait(matches, timeout, since)
        if line is None:
            state = "still runs" if self.is_running() else f"ended with {self._popen.returncode}"
            raise ProcessError(
                f"{self.name}: no {what} within {timeout} s; it {state}\n{self.log_tail()}"
            )
        return line

    def wait_exit(self, timeout=STOP_SECONDS):
        """Waits for the process to end by itself and returns its exit status."""
        try:
            status = self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            raise ProcessError(
                f"{self.name}: still runs after {timeout} s\n{self.log_tail()}"
            ) from None
        self.output.join(timeout)
        self._popen.stdout.close()
        return status

    def kill(self):
        """Ends the process at once, if it runs, and waits until it is gone."""
        if self.is_running():
            self._popen.kill()
        return self.wait_exit()

    def log_tail(self, count=40):
        return "\n".join(f"    {line}" for line in self.output.lines()[-count:])


def children_of(pid):
    """Returns the pids of the direct children of a process."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as stat:
                fields = stat.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(name))
    return found


def kill_all_and_wait(pids, timeout=STOP_SECONDS):
    """Ends processes that need not be our children with SIGKILL and waits until they are gone."""
    handles = []
    for pid in pids:
        try:
            handles.append(os.pidfd_open(pid))
        except ProcessLookupError:
            continue
    try:
        for handle in handles:
            try:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + timeout
        for handle in handles:
            remaining = max(0, deadline - time.monotonic())
            ready, _, _ = select.select([handle], [], [], remaining)
            if not ready:
                raise ProcessError("a killed process did not end")
    finally:
        for handle in handles:
            os.close(handle)
