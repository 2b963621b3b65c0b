# SPDX-License-Identifier: Apache-2.0
"""Lint: clang-tidy with the checks of .clang-tidy, over every C file that is built.

Usage: tidy.py ROOT BUILD

A file is looked at again only when it, a header of ours that it includes, the checks or the tool
have changed.
"""

import os
import sys

from lintlib import Cache, Report, Sources, check_each, die, require_version, tool_version

# The compiler is gcc: it knows warnings that clang does not.
EXTRA = ("--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-null-dereference")

# Tests have one thread, and may ask the environment or cut a line with strtok.
TESTS_EXTRA = ("--checks=-concurrency-mt-unsafe",)


def main():
    root, build = (os.path.abspath(path) for path in sys.argv[1:3])
    try:
        sources = Sources(root, build)
    except FileNotFoundError as error:
        die("tidy", error)
    config_path = os.path.join(root, ".clang-tidy")
    with open(config_path, encoding="utf-8") as file:
        config = file.read()
    version = tool_version("clang-tidy", "--version")
    require_version("tidy", version, "version 14.")
    cache = Cache(build, "tidy")
    report = Report("tidy")
    tests = os.path.join(root, "tests") + os.sep
    work = []
    for path, entry in sorted(sources.entries.items()):
        extra = EXTRA + (TESTS_EXTRA if path.startswith(tests) else ())
        key = cache.key(version, config, extra, entry["command"], sources.contents(path))
        command = ["clang-tidy", "--quiet", f"--config-file={config_path}", f"-p={build}", *extra, path]
        work.append((key, command, root))
    count = check_each(report, cache, work)
    report.finish(f"{len(work)} files, {count} of them looked at now")


main()
