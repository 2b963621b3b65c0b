# SPDX-License-Identifier: Apache-2.0
"""Lint: what the project asks of its messages beyond buf's rules.

Usage: proto.py ROOT

No `optional` (the oldest protobuf-c refuses it); every message, field, enum and value says in a
comment what it means; times end in _time_ms and whole money in _krw, never in a floating type.
"""

import os
import re
import sys

from lintlib import Report, line_of, read, tracked_files

DECLARATION = re.compile(r"^\s*(message|enum|oneof|service|rpc)\s+(\w+)")
FIELD = re.compile(
    r"^\s*(repeated\s+|optional\s+|required\s+)?(map\s*<[^>]+>|[\w.]+)\s+(\w+)\s*=\s*\d+\s*(\[.*\])?;"
)
VALUE = re.compile(r"^\s*([A-Z][A-Z0-9_]*)\s*=\s*-?\d+\s*(\[.*\])?;")
STATEMENT = re.compile(r"^\s*(syntax|package|option|import|reserved)\b")


def has_comment(lines, index):
    """True if line `index` has a comment at its end or on the line above it."""
    if "//" in lines[index] or "/*" in lines[index]:
        return True
    above = lines[index - 1].strip() if index else ""
    return above.startswith("//") or above.endswith("*/")


def check_field(report, path, number, match):
    label, kind, name = match.group(1), match.group(2), match.group(3)
    if label and label.strip() != "repeated":
        report.add(path, number, "proto-label", f"{name}: no '{label.strip()}'; proto3 has defaults")
    if kind in ("float", "double"):
        report.add(path, number, "proto-integer", f"{name}: integers only; give it a unit")
    if name.endswith("_krw") and kind != "int64":
        report.add(path, number, "proto-money", f"{name}: money is int64")
    if re.search(r"(^|_)(time|at)$", name):
        report.add(path, number, "proto-time", f"{name}: a time says its unit, as _time_ms")


def check(report, path, text):
    # Block comments become line comments, so that one rule fits both.
    text = re.sub(
        r"/\*.*?\*/", lambda m: re.sub(r"(?m)^", "//", m.group()), text, flags=re.DOTALL
    )
    lines = text.split("\n")
    for index, line in enumerate(lines):
        code = line.split("//")[0]
        if not code.strip() or STATEMENT.match(code):
            continue
        declaration, field, value = DECLARATION.match(code), FIELD.match(code), VALUE.match(code)
        name = None
        if declaration:
            name = declaration.group(2)
        elif value:
            name = value.group(1)
        elif field:
            check_field(report, path, index + 1, field)
            name = field.group(3)
        if name and not has_comment(lines, index):
            report.add(path, index + 1, "proto-comment", f"{name}: say what it means")


def main():
    root = os.path.abspath(sys.argv[1])
    report = Report("proto")
    files = [path for path in tracked_files(root) if path.endswith(".proto")]
    for path in files:
        text = read(root, path)
        check(report, path, text)
        match = re.search(r"(?m)^\s*optional\s", text)
        if match and not FIELD.match(text[match.start() :].lstrip("\n").split("\n")[0]):
            report.add(path, line_of(text, match.start()), "proto-label", "no 'optional'")
    report.finish(f"{len(files)} files")


main()
