# SPDX-License-Identifier: Apache-2.0
"""Lint: sqlfluff, with the rules of .sqlfluff, over migrations and over the SQL inside C.

Usage: sql.py ROOT BUILD

A statement in C is a `static const char NAME[] = "..."` of its own; each of its literals becomes
one line here, so that a finding names the line in C. The layout rules do not apply to it: the
formatter of C lays it out. Besides: no SQL outside such a statement, no `*` in what is selected,
no statement put together at run time, and migrations numbered 0001, 0002, ... without a gap.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from lintlib import (
    Cache,
    Report,
    code_only,
    die,
    line_of,
    read,
    require_version,
    tool_version,
    tracked_files,
)

# Layout: indentation, line length, line ends, blank lines, where commas, targets and brackets go.
LAYOUT_RULES = "L001,L003,L009,L016,L018,L022,L036,L041,L050,L052,L065"

# Columns are read by their place, so they need no alias.
PLACE_RULES = "L013"

# What sqlfluff 1 cannot read, though PostgreSQL can: row locks and MATERIALIZED are hidden from it;
# statements that change data inside a WITH, or look rows up by LATERAL, are left to the integration
# tests.
HIDDEN = re.compile(
    r"\bFOR (NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)( OF [\w., ]+)?( NOWAIT| SKIP LOCKED)?"
    r"|\b(NOT )?MATERIALIZED\b(?= *\()"
)
UNREADABLE = re.compile(
    r"\bAS\s+((NOT\s+)?MATERIALIZED\s+)?\(\s*(UPDATE|INSERT|DELETE)\b|\bJOIN\s+LATERAL\b"
)

TEXT = r'"(?:\\.|[^"\\\n])*"'
# The text of a statement: literals, and names of macros that are literals.
CONSTANT = re.compile(rf"\bstatic\s+const\s+char\s+(\w+)\[\]\s*=\s*((?:(?:{TEXT}|[A-Z]\w*)\s*)+);")
PART = re.compile(rf"{TEXT}|[A-Z]\w*")
MACRO = re.compile(rf"^[ \t]*#[ \t]*define[ \t]+([A-Z]\w*)((?:[ \t]|\\\n)+{TEXT}(?:(?:\s|\\\n)*{TEXT})*)", re.M)
LITERAL = re.compile(r'"((?:\\.|[^"\\\n])*)"')
STATEMENT = re.compile(
    r"\s*(SELECT|INSERT\s+INTO|UPDATE\s+[\w.]+\s+SET|DELETE\s+FROM|WITH\s+\w+|COPY\s+[\w(]|CREATE\s+[A-Z]"
    r"|ALTER\s+[A-Z]|DROP\s+[A-Z]|TRUNCATE\s|LOCK\s+TABLE|GRANT\s|REVOKE\s)",
    re.IGNORECASE,
)
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "'": "'"}


def unescape(literal):
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match.group(1), match.group()), literal)


def joined(text):
    """Returns what the literals in a piece of C make together."""
    return "".join(unescape(literal) for literal in LITERAL.findall(text))


def check_text(report, path, line, text):
    if re.search(r"\b(SELECT|RETURNING)\s+(\w+\.)?\*", text, re.IGNORECASE):
        report.add(path, line, "sql-star", "name the columns")
    if re.search(r"%(s|d|l|u|z|\.\*s|\" *PRI)", text):
        report.add(path, line, "sql-built", "a statement is not put together; use parameters")


def statements_in(report, path, source):
    """Yields (line numbers, SQL text) of the statements of a C file."""
    code = code_only(source, keep_strings=True)
    macros = {match.group(1): joined(match.group(2)) for match in MACRO.finditer(code)}
    named = []
    for match in CONSTANT.finditer(code):
        literals = []
        for part in PART.finditer(match.group(2)):
            text = part.group()
            text = joined(text) if text.startswith('"') else macros.get(text, text)
            literals.append((line_of(code, match.start(2) + part.start()), text))
        text = "".join(part for _, part in literals)
        if not STATEMENT.match(text):
            continue
        named.append(match.span())
        check_text(report, path, literals[0][0], text)
        numbers = []
        rows = []
        for number, part in literals:
            for row in part.strip("\n").split("\n"):
                numbers.append(number)
                rows.append(row.strip())
        yield numbers, "\n".join(rows) + "\n"
    for literal in LITERAL.finditer(code):
        inside = any(start <= literal.start() < end for start, end in named)
        # Elsewhere only capitals are taken for SQL: messages to people may well begin with "with".
        first = unescape(literal.group(1))
        if not inside and STATEMENT.match(first) and re.match(r"\s*[A-Z]{2}", first):
            message = "SQL stands in a `static const char NAME[]` above its function"
            report.add(path, line_of(code, literal.start()), "sql-place", message)


def check_numbering(report, paths):
    folders = {}
    for path in paths:
        folders.setdefault(os.path.dirname(path), []).append(os.path.basename(path))
    for folder, names in folders.items():
        for number, name in enumerate(sorted(names), 1):
            if not re.fullmatch(rf"{number:04d}_[a-z0-9_]+\.sql", name):
                report.add(f"{folder}/{name}", 1, "sql-number", f"{number:04d}_... is next in line")


def run_sqlfluff(config, folder, extra):
    """Returns {file name: [(line, rule, description)]} for the files of a folder."""
    result = subprocess.run(
        ["sqlfluff", "lint", "--config", config, "--format", "json", "--nofail", "--disable_progress_bar"]
        + ["--processes", str(os.cpu_count()), *extra, folder],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    start = result.stdout.find("[")
    if result.returncode not in (0, 1) or start < 0:
        die("sql", f"sqlfluff failed: {result.stderr.strip() or result.stdout.strip()}")
    found = {}
    for file in json.loads(result.stdout[start:]):
        found[os.path.basename(file["filepath"])] = [
            (v.get("line_no", v.get("start_line_no")), v["code"], v["description"])
            for v in file["violations"]
        ]
    return found


def main():
    root, build = (os.path.abspath(path) for path in sys.argv[1:3])
    report = Report("sql")
    config = os.path.join(root, ".sqlfluff")
    version = tool_version("sqlfluff", "--version")
    require_version("sql", version, "version 1.")
    cache = Cache(build, "sql")
    services = [path for path in tracked_files(root) if path.startswith("services/")]
    migrations = [path for path in services if path.endswith(".sql")]
    check_numbering(report, [path for path in migrations if "/schema/" in path])

    # Each piece of SQL: where it stands, and its text.
    whole = []
    for path in migrations:
        text = read(root, path)
        check_text(report, path, 1, text)
        whole.append((path, list(range(1, text.count("\n") + 2)), text))
    embedded = []
    unreadable = 0
    for path in services:
        if path.endswith(".c"):
            for numbers, text in statements_in(report, path, read(root, path)):
                if UNREADABLE.search(text):
                    unreadable += 1
                else:
                    embedded.append((path, numbers, HIDDEN.sub("", text)))

    settings = read(root, ".sqlfluff")
    # An option on the command line replaces the file's: what is off there stays off.
    off = re.search(r"(?m)^exclude_rules = (.*)$", settings).group(1)
    for pieces, extra in ((whole, []), (embedded, ["--exclude-rules", f"{off},{LAYOUT_RULES},{PLACE_RULES}"])):
        keys = [cache.key(version, settings, extra, text) for _, _, text in pieces]
        waiting = {i for i, key in enumerate(keys) if not cache.has(key)}
        if not waiting:
            continue
        folder = tempfile.mkdtemp(prefix="hyeopchi-sql-")
        try:
            for i in waiting:
                with open(os.path.join(folder, f"{i}.sql"), "w", encoding="utf-8") as file:
                    file.write(pieces[i][2])
            found = run_sqlfluff(config, folder, extra)
        finally:
            shutil.rmtree(folder)
        for i in sorted(waiting):
            path, numbers, _ = pieces[i]
            for line, rule, description in found.get(f"{i}.sql", []):
                report.add(path, numbers[min(line, len(numbers)) - 1], f"sqlfluff-{rule}", description)
            if not found.get(f"{i}.sql"):
                cache.put(keys[i])
    report.finish(
        f"{len(whole)} migrations and {len(embedded)} statements in C ({unreadable} not readable)"
    )


main()
