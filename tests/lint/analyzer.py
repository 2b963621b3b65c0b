# SPDX-License-Identifier: Apache-2.0
"""Lint: gcc's own analyzer (-fanalyzer), with the optimisation of the release build.

Usage: analyzer.py ROOT BUILD

It looks at the services' code; of the tests it would mostly find what they provoke. A file is
looked at again only when it, a header of ours that it includes, or the compiler has changed.
"""

import os
import shlex
import sys

from lintlib import Cache, Report, Sources, check_each, die, require_version, tool_version

# Instrumented code hides its own null checks from the analyzer.
DROPPED = ("-fsanitize", "-fno-sanitize", "-fprofile", "--coverage", "-O")
# It forgets pointers that a loop stores in an array, and calls them leaked; the sanitizer of every
# test run looks for leaks.
ADDED = ["-O2", "-fanalyzer", "-Wno-analyzer-malloc-leak", "-Werror", "-o", os.devnull]


def analysis_of(entry):
    """Returns the compile command of an entry, turned into an analysis."""
    words = shlex.split(entry["command"])
    command = []
    skip = False
    for word in words:
        if skip or word.startswith(DROPPED):
            skip = False
        elif word == "-o":
            skip = True
        else:
            command.append(word)
    return command + ADDED


def main():
    root, build = (os.path.abspath(path) for path in sys.argv[1:3])
    try:
        sources = Sources(root, build)
    except FileNotFoundError as error:
        die("analyzer", error)
    services = os.path.join(root, "services") + os.sep
    cache = Cache(build, "analyzer")
    report = Report("analyzer")
    work = []
    version = None
    for path, entry in sorted(sources.entries.items()):
        if not path.startswith(services):
            continue
        command = analysis_of(entry)
        if version is None:
            version = tool_version(command[0], "--version")
            require_version("analyzer", version, " 12.")
        key = cache.key(version, command, sources.contents(path))
        work.append((key, command, entry["directory"]))
    count = check_each(report, cache, work)
    report.finish(f"{len(work)} files, {count} of them looked at now")


main()
