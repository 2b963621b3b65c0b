# SPDX-License-Identifier: Apache-2.0
"""Lint: who may include whom.

Usage: layers.py ROOT [BUILD]

The rules are those of ../../services/README.md: runtime knows no service; a domain knows only
itself, runtime/err.h and the pure part of the C standard library, and links nothing; services
meet only in messages; generated code is included only by events.c and its like; the verifier
shares no code; a front end (a service's web folder) knows its service's domain and nothing else of it. With BUILD it also looks at what the domain libraries need from outside.
"""

import os
import re
import subprocess
import sys

from lintlib import Report, c_files, code_only, die, line_of, read

SERVICES = ("participation", "ledger", "reporting")
PARTS = ("runtime", *SERVICES, "cli", "verify")

# Headers that give neither input nor output, clock, randomness nor a place to keep state.
PURE_HEADERS = {
    "assert.h",
    "inttypes.h",
    "limits.h",
    "stdalign.h",
    "stdbool.h",
    "stddef.h",
    "stdint.h",
    "stdlib.h",
    "string.h",
}

# What a domain library may need from outside: copying, comparing, sorting, asserting, memory where
# it is unavoidable (an election is as large as its votes), and what the compiler puts in. I/O,
# clock, randomness and locale are not among them.
PURE_SYMBOLS = re.compile(
    r"^(__assert_fail|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_"
    r"|(__)?(memcpy|memmove|memset|memcmp|memchr|strlen|strnlen|strcmp|strncmp|strchr|strstr|strspn|strcspn)"
    r"(_chk)?|qsort|bsearch|malloc|calloc|realloc|free"
    r"|__u?(div|mod)ti3"  # how gcc divides integers of 128 bits
    r"|__(asan|ubsan|tsan|sanitizer)_.*|__sanitizer_cov_.*|__bid.*)$"
)

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
GENERATED_NAME = re.compile(r"\b(Hyeopchi__|hyeopchi__|HYEOPCHI__)\w+")


def may_use_generated(path):
    folder, _, file = path.rpartition("/")
    if path.startswith("tests/") or file == "events.c":
        return True
    return folder == "services/runtime" and (
        file == "proto_json.c" or (file.startswith("event") and file.endswith(".c"))
    )


def part_of(path):
    """Returns the part under services/ that a file or a quoted include belongs to, or None."""
    first = path.removeprefix("services/").split("/")[0]
    return first if first in PARTS else None


def judge(path, bracket, header):
    """Returns (rule, message) for one include that may not be, or None."""
    if header.endswith(".pb-c.h"):
        if not may_use_generated(path):
            return "layer-generated", f"{header}: only events.c may include generated code"
        return None
    if not path.startswith("services/"):
        return None
    part = part_of(path)
    target = part_of(header) if bracket == '"' else None
    if "/domain/" in path:
        if bracket == "<" and header not in PURE_HEADERS:
            return "layer-domain", f"<{header}>: a domain does no I/O and has no clock"
        if bracket == '"' and header != "runtime/err.h" and not header.startswith(f"{part}/domain/"):
            return "layer-domain", f"{header}: a domain includes only itself and runtime/err.h"
        return None
    if bracket == "<":
        return None
    if target is None:
        return "layer-path", f"{header}: write it from services/ on, such as runtime/err.h"
    if target == part:
        folder = f"{part}/web/"
        in_web = path.startswith(f"services/{folder}")
        if in_web and not header.startswith((folder, f"{part}/domain/")):
            return "layer-web", f"{header}: a front end asks its service over HTTP"
        if not in_web and header.startswith(folder):
            return "layer-web", f"{header}: a service does not know its front end"
        return None
    if part == "runtime":
        return "layer-runtime", f"{header}: runtime knows no service"
    if part == "verify":
        return "layer-verify", f"{header}: the verifier shares no code with the services"
    if target == "runtime":
        return None
    if part == "cli" and "/domain/" in header:
        return None
    return "layer-service", f"{header}: {part} and {target} meet only in messages"


def check_includes(report, root):
    count = 0
    for path in c_files(root):
        count += 1
        text = read(root, path)
        code = code_only(text, keep_strings=True)
        for match in INCLUDE.finditer(code):
            finding = judge(path, *match.groups())
            if finding:
                report.add(path, line_of(code, match.start()), *finding)
        if may_use_generated(path):
            continue
        for match in GENERATED_NAME.finditer(code_only(text)):
            message = f"{match.group()}: no generated name leaves events.c"
            report.add(path, line_of(text, match.start()), "layer-generated", message)
    return count


def nm(library, selection):
    output = subprocess.run(
        ["nm", "--format=posix", selection, library], check=True, capture_output=True, text=True
    ).stdout
    return {line.split()[0] for line in output.splitlines() if " " in line}


def check_symbols(report, root, build):
    """Reports what the domain libraries call that is not theirs and not pure."""
    for service in SERVICES:
        if not os.path.isdir(os.path.join(root, "services", service, "domain")):
            continue
        library = os.path.join(build, "services", service, f"lib{service}_domain.a")
        if not os.path.exists(library):
            die("layers", f"{library} is missing; build first (tests/run does)")
        outside = nm(library, "--undefined-only") - nm(library, "--defined-only")
        for symbol in sorted(outside):
            if not PURE_SYMBOLS.match(symbol):
                message = f"the domain library needs {symbol}, which is not pure"
                report.add(f"services/{service}/domain", 1, "layer-domain-links", message)


def main():
    root = os.path.abspath(sys.argv[1])
    report = Report("layers")
    count = check_includes(report, root)
    if len(sys.argv) > 2:
        check_symbols(report, root, sys.argv[2])
    report.finish(f"{count} C files")


main()
