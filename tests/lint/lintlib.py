# SPDX-License-Identifier: Apache-2.0
"""What the lints written in Python share: which files are ours, C without its comments and
strings, findings with their place, and a cache of files that were found clean.

A lint prints `file:line: rule: message` for every finding and exits 1 if there was one. Lints
only read the checkout; the cache lives in the build.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys

# Bytes that are neither ours to read nor text.
BINARY_SUFFIXES = (".png", ".ico", ".woff2", ".pdf", ".gz", ".bin")


def tracked_files(root):
    """Returns the paths, relative to root, of all files that git knows or would take, sorted.

    In a folder that is no checkout, as the selftest makes them, it is simply every file.
    """
    if os.path.exists(os.path.join(root, ".git")):
        listing = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True,
            capture_output=True,
        ).stdout.decode()
        names = {name for name in listing.split("\0") if name}
    else:
        names = set()
        for folder, _, files in os.walk(root):
            names.update(os.path.relpath(os.path.join(folder, name), root) for name in files)
    return sorted(name for name in names if os.path.isfile(os.path.join(root, name)))


def c_files(root):
    """Returns our C sources and headers, relative to root."""
    return [
        name
        for name in tracked_files(root)
        if name.endswith((".c", ".h")) and name.startswith(("services/", "tests/"))
    ]


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
        return file.read()


_TOKEN = re.compile(
    r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL
)


def blank(text):
    """Returns text with everything but its line breaks turned into spaces."""
    return re.sub(r"[^\n]", " ", text)


def code_only(text, keep_strings=False):
    """Returns C text with comments, and strings unless kept, blanked; lines keep their numbers."""

    def replace(match):
        token = match.group()
        if token.startswith("/"):
            return blank(token)
        return token if keep_strings else token[0] + blank(token[1:-1]) + token[-1]

    return _TOKEN.sub(replace, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


class Report:
    """Findings of one lint, and its end."""

    def __init__(self, lint):
        self.lint = lint
        self.count = 0

    def add(self, name, line, rule, message):
        self.count += 1
        print(f"{name}:{line}: {rule}: {message}", flush=True)

    def raw(self, text):
        """Adds what a tool printed about one file, which already says where."""
        self.count += 1
        print(text.rstrip("\n"), flush=True)

    def finish(self, what):
        """Prints the closing line and exits."""
        if self.count:
            print(f"{self.lint}: {self.count} finding(s) in {what}")
            sys.exit(1)
        print(f"{self.lint}: {what}: clean")
        sys.exit(0)


def die(lint, message):
    """Ends a lint that could not look at all."""
    print(f"{lint}: error: {message}", file=sys.stderr)
    sys.exit(2)


def tool_version(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return result.stdout.strip()


# ctest takes this status for "skipped".
SKIPPED = 77


def require_version(lint, version, wanted):
    """Ends the lint as skipped unless `wanted` stands in what the tool says of its version."""
    if wanted not in version:
        found = " ".join(version.split())
        print(f"{lint}: skipped: its rules are for '{wanted.strip()}', this is '{found}'")
        sys.exit(SKIPPED)


class Cache:
    """Remembers what was found clean, by the hash of everything that the finding depends on."""

    def __init__(self, build, lint):
        self._folder = os.path.join(build, "lint-cache", lint)
        os.makedirs(self._folder, exist_ok=True)

    def key(self, *parts):
        digest = hashlib.sha256()
        for part in parts:
            raw = part if isinstance(part, bytes) else str(part).encode()
            digest.update(len(raw).to_bytes(8, "big"))
            digest.update(raw)
        return digest.hexdigest()

    def has(self, key):
        path = os.path.join(self._folder, key)
        if not os.path.exists(path):
            return False
        os.utime(path)
        return True

    def put(self, key):
        with open(os.path.join(self._folder, key), "wb"):
            pass


_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


class Sources:
    """The compile commands of our own C files, and the text that each of them depends on."""

    def __init__(self, root, build):
        path = os.path.join(build, "compile_commands.json")
        if not os.path.exists(path):
            raise FileNotFoundError(f"{path} is missing; build first (tests/run does)")
        with open(path, encoding="utf-8") as file:
            entries = json.load(file)
        ours = tuple(os.path.join(root, part) + os.sep for part in ("services", "tests"))
        self.entries = {e["file"]: e for e in entries if e["file"].startswith(ours)}
        self._folders = [os.path.join(root, "services"), os.path.join(build, "proto")]
        self._texts = {}

    def _text(self, path):
        if path not in self._texts:
            try:
                with open(path, "rb") as file:
                    self._texts[path] = file.read()
            except OSError:
                self._texts[path] = None
        return self._texts[path]

    def contents(self, path):
        """Returns the bytes of a source and of every header of ours that it reaches."""
        seen = []
        waiting = [path]
        while waiting:
            path = waiting.pop()
            text = self._text(path)
            if text is None or path in seen:
                continue
            seen.append(path)
            for name in _INCLUDE.findall(text.decode("utf-8", "replace")):
                for folder in [os.path.dirname(path), *self._folders]:
                    waiting.append(os.path.normpath(os.path.join(folder, name)))
        return b"\0".join(self._text(path) for path in seen)


def check_each(report, cache, work):
    """Runs commands on all processors and reports those that fail or print.

    work: a list of (key, command, cwd). A command is clean if it exits 0; what it printed is
    reported otherwise. Commands whose key is in the cache do not run.
    """

    def run(item):
        key, command, cwd = item
        result = subprocess.run(
            command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        return key, result

    waiting = [item for item in work if not cache.has(item[0])]
    printed = set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for key, result in pool.map(run, waiting):
            # A finding in a header comes once for each file that includes it: it is told once.
            output = result.stdout or result.stderr
            if result.returncode == 0:
                cache.put(key)
            elif output not in printed:
                printed.add(output)
                report.raw(output)
    return len(waiting)
