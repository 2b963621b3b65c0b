# SPDX-License-Identifier: Apache-2.0
"""Lint: buf's rules for messages, and that no message changed in a way old events cannot take.

Usage: buf.py ROOT TOOLS

buf is installed from npm into the folder TOOLS, as package-lock.json pins it. The messages are
compared with those of the last tagged version; before the first tag with those of origin/main,
or, when this is origin/main, with those of the commit before. A change that breaks messages
which nobody has stored yet says why in its commit: a line `Breaks-Messages: <reason>`.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

from lintlib import Report, die, read

HERE = os.path.dirname(os.path.abspath(__file__))
CONFIG = os.path.join(HERE, "buf.yaml")
PACKAGE = ("package.json", "package-lock.json")
EXCUSE = "Breaks-Messages:"


def install(tools):
    """Installs buf, unless the pinned one is there; returns the path of the program."""
    os.makedirs(tools, exist_ok=True)
    wanted = hashlib.sha256("\0".join(read(HERE, name) for name in PACKAGE).encode()).hexdigest()
    marker = os.path.join(tools, "installed")
    program = os.path.join(tools, "node_modules", ".bin", "buf")
    with open(os.path.join(tools, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(marker) and read(tools, "installed") == wanted:
            return program
        for name in PACKAGE:
            shutil.copy(os.path.join(HERE, name), tools)
        # The packages bring the program as it is; none of their scripts needs to run.
        result = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=2"],
            cwd=tools,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            reason = re.findall(r"(?m)^npm (?:error|ERR!) (\S.*)$", result.stderr)
            die(
                "buf",
                "buf could not be installed from the npm registry; is it reachable? npm says: "
                + "; ".join(reason[:3]),
            )
        with open(marker, "w", encoding="ascii") as file:
            file.write(wanted)
    return program


def git(root, *arguments):
    """Returns what git prints, or None if it fails."""
    result = subprocess.run(
        ["git", "-C", root, *arguments], capture_output=True, text=True, check=False
    )
    return result.stdout.strip() if result.returncode == 0 else None


def find_base(root):
    """Returns (commit, what it is) to compare with, or None where there is no history."""
    head = git(root, "rev-parse", "HEAD")
    tag = git(root, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
    if tag:
        return tag, f"version {tag}"
    upstream = git(root, "merge-base", "HEAD", "origin/main")
    if upstream and upstream != head:
        return upstream, "origin/main"
    before = git(root, "rev-parse", "--verify", "--quiet", "HEAD~1")
    if before:
        return before, "the commit before"
    return None


def is_excused(root, base):
    messages = git(root, "log", "--format=%B", f"{base}..HEAD") or ""
    return [line for line in messages.splitlines() if line.startswith(EXCUSE)]


def report_lines(report, result, folder):
    if result.returncode not in (0, 100):
        die("buf", result.stderr.strip() or result.stdout.strip())
    for line in result.stdout.splitlines():
        place, _, message = line.partition(": ") if ": " in line else line.rpartition(":")
        report.raw(f"{os.path.relpath(place, folder) if place.startswith('/') else place}: {message}")


def run(program, *arguments, cwd):
    return subprocess.run(
        [program, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def check_breaking(report, program, root):
    """Compares with the base; returns what was compared, in words."""
    base = find_base(root)
    if base is None:
        return "no earlier version to compare with"
    commit, words = base
    if git(root, "cat-file", "-e", f"{commit}:proto") is None:
        return f"{words} had no messages yet"
    with tempfile.TemporaryDirectory(prefix="hyeopchi-buf-") as folder:
        archive = subprocess.run(
            ["git", "-C", root, "archive", commit, "proto"], capture_output=True, check=True
        )
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        result = run(
            program,
            "breaking",
            "--against",
            folder,
            "--against-config",
            CONFIG,
            "--config",
            CONFIG,
            cwd=root,
        )
    excuses = is_excused(root, commit)
    if result.returncode == 100 and excuses:
        print(result.stdout.rstrip())
        return f"changed against {words} on purpose ({excuses[0].removeprefix(EXCUSE).strip()})"
    report_lines(report, result, root)
    return f"compatible with {words}"


def main():
    root, tools = (os.path.abspath(path) for path in sys.argv[1:3])
    program = install(tools)
    report = Report("buf")
    result = run(program, "lint", "--config", CONFIG, cwd=root)
    report_lines(report, result, root)
    compared = check_breaking(report, program, root)
    report.finish(f"messages ({compared})")


main()
