# SPDX-License-Identifier: Apache-2.0
"""Lint: every file says its licence first, and every C file what it is for.

Usage: spdx.py ROOT
"""

import os
import re
import sys

from lintlib import BINARY_SUFFIXES, Report, read, tracked_files

LICENCE = "SPDX-License-Identifier: Apache-2.0"

# Files that cannot hold a comment, or whose every byte is input to a test.
EXEMPT = re.compile(
    r"^LICENSE$|\.json$|\.pb$|\.csv$|\.svg$|\.gitkeep$|^tests/fuzz/corpus/|^tests/[a-z]+/data/"
)

# Shorter than this, a first comment says nothing.
PARAGRAPH_LENGTH_MIN = 40


def check_paragraph(report, path, lines):
    """A C file's second line opens the comment that says what the file is for."""
    if len(lines) < 2 or not lines[1].startswith("/*"):
        report.add(path, 2, "spdx-paragraph", "say here what the file is for and must never do")
        return
    comment = "\n".join(lines[1:]).partition("*/")[0]
    words = re.sub(r"[\s*/]+", " ", comment).strip()
    if len(words) < PARAGRAPH_LENGTH_MIN or "." not in words:
        report.add(path, 2, "spdx-paragraph", "a whole sentence, please, on what the file is for")


def main():
    root = os.path.abspath(sys.argv[1])
    report = Report("spdx")
    files = [
        path
        for path in tracked_files(root)
        if not EXEMPT.search(path) and not path.endswith(BINARY_SUFFIXES)
    ]
    for path in files:
        lines = read(root, path).splitlines()
        place = 1 if lines and lines[0].startswith(("#!", "<!doctype", "<!DOCTYPE", "<?xml")) else 0
        if len(lines) <= place or LICENCE not in lines[place]:
            report.add(path, place + 1, "spdx-line", f"the line must hold '{LICENCE}'")
        elif path.endswith((".c", ".h")):
            check_paragraph(report, path, lines)
    report.finish(f"{len(files)} files")


main()
