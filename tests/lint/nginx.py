# SPDX-License-Identifier: Apache-2.0
"""Lint: nginx's log ties nobody to a vote, and no answer is kept on nginx's small /tmp.

Usage: nginx.py ROOT

It reads deploy/nginx/nginx.conf and asks its maps as nginx would; what a running nginx does is
tests/compose's part.
"""

import re
import sys

from lintlib import Report, line_of, read

FILE = "deploy/nginx/nginx.conf"

BALLOT = "/v1/ballots/0198f3a0-0000-7000-8000-000000000001"
CODE = "ABCDE-FGHJK-MNPQR-STVWX"

# Who asks for these votes, or has voted.
TIED_TO_A_VOTER = (
    f"{BALLOT}/votes",
    f"{BALLOT}/votes:batch",
    f"{BALLOT}/board/codes/{CODE}",
    f"{BALLOT}/board/codes/{CODE}/board/codes/",
    "/ballots/0198f3a0-0000-7000-8000-000000000001/vote",
)

# What a line of the log may be made of.
LOGGED = {
    "time_iso8601",
    "logged_network",
    "host",
    "request_method",
    "logged_path",
    "status",
    "bytes_sent",
    "request_time",
    "upstream_status",
    "upstream_response_time",
}


def blocks(text, pattern):
    """The matches of a pattern for what stands before a block without blocks in it, with the block."""
    return re.finditer(pattern + r"\s*\{(?P<inside>[^{}]*(?:\{\d+\}[^{}]*)*)\}", text)


def map_of(text, name):
    """What nginx makes of a path by `map $uri $name`: a function; None where there is no such map."""
    found = next(blocks(text, rf"map \$uri \${name}"), None)
    if found is None:
        return None
    rules = re.findall(r"^\s*(\S+)\s+(\S+);", found["inside"], re.MULTILINE)

    def ask(path):
        answer = dict(rules).get("default", "")
        values = {"uri": path}
        for pattern, value in rules:
            if pattern.startswith('"~'):
                match = re.search(pattern.strip('"')[1:].replace("(?<", "(?P<"), path)
                if match:
                    answer, values = value, {**values, **match.groupdict()}
                    break
        return re.sub(r"\$(\w+)", lambda name: values.get(name[1], name[0]), answer.strip('"'))

    return ask


def check_log(text, add):
    line = re.search(r"log_format [^;]*;", text)
    if line is None:
        add(0, "log", "has no log_format")
        return
    for name in sorted(set(re.findall(r"\$(\w+)", line.group())) - LOGGED):
        add(line.start(), "log", f"${name} is logged")
    place = max(text.find("map $uri"), 0)
    network, path = map_of(text, "logged_network"), map_of(text, "logged_path")
    for asked in TIED_TO_A_VOTER:
        if network is None or network(asked) != "-":
            add(place, "log", f"the network of who asks for {asked} is logged")
        if CODE in asked and (path is None or CODE in path(asked)):
            add(place, "log", f"the code in {asked} is logged")
    if path is not None and path(BALLOT) != BALLOT:
        add(place, "log", f"{BALLOT} is logged as {path(BALLOT)}")


def check_errors(text, add):
    """Below emerg nginx tells of a service that is away with the whole address of who asked."""
    levels = re.findall(r"^( +)error_log [^;]*?(\w+);", text, re.MULTILINE)
    if levels != [(" " * 4, "emerg")]:
        add(0, "log", "http has no 'error_log stderr emerg;', or something in it has its own")


def check_spool(text, add):
    """Unless told otherwise, nginx spools an answer of up to 1 GB for each that reads slowly."""
    sizes = re.findall(r"^( *)proxy_max_temp_file_size ([^;]*);", text, re.MULTILINE)
    if (" " * 4, "0") not in sizes:
        add(0, "spool", "an answer may be kept on /tmp: http has no 'proxy_max_temp_file_size 0;'")
    for match in re.finditer(r"proxy_max_temp_file_size (?!0;)", text):
        add(match.start(), "spool", "an answer may be kept on /tmp")


def check(text, add):
    check_errors(text, add)
    check_log(text, add)
    check_spool(text, add)


def main():
    report = Report("nginx")
    text = read(sys.argv[1], FILE)
    check(text, lambda place, rule, why: report.add(FILE, line_of(text, place), rule, why))
    report.finish(FILE)


main()
