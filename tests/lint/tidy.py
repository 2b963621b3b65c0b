# SPDX-License-Identifier: Apache-2.0
"""Lint: clang-tidy with the checks of .clang-tidy, over every C file that is built.

Usage: tidy.py ROOT BUILD [--deep]

Without --deep it leaves out clang's path-sensitive analyzer, which takes longer than all the other
checks together and which gcc's analyzer, a lint of its own, stands in for.

A file is looked at again only when it, a header of ours that it includes, the checks or the tool
have changed.
"""

import os
import sys

from lintlib import Cache, Report, Sources, check_each, die, read, require_version, tool_version

# The compiler is gcc: it knows warnings that clang does not.
EXTRA = ("--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-null-dereference")

# Without its analyzer clang-tidy takes what the compiler warns of in generated headers for errors.
SHALLOW = ("--checks=-clang-analyzer-*", "--extra-arg=-Wno-error")

# The nearest of these to a file holds for it.
CONFIGS = (".clang-tidy", "tests/.clang-tidy")


def main():
    root, build = (os.path.abspath(path) for path in sys.argv[1:3])
    extra = EXTRA if sys.argv[3:] == ["--deep"] else (*EXTRA, *SHALLOW)
    try:
        sources = Sources(root, build)
    except FileNotFoundError as error:
        die("tidy", error)
    config = [read(root, name) for name in CONFIGS if os.path.exists(os.path.join(root, name))]
    version = tool_version("clang-tidy", "--version")
    require_version("tidy", version, "version 14.")
    cache = Cache(build, "tidy")
    report = Report("tidy")
    work = []
    for path, entry in sorted(sources.entries.items()):
        key = cache.key(version, config, extra, entry["command"], sources.contents(path))
        command = ["clang-tidy", "--quiet", f"-p={build}", *extra, path]
        work.append((key, command, root))
    count = check_each(report, cache, work)
    report.finish(f"{len(work)} files, {count} of them looked at now")


main()
