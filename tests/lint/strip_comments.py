# SPDX-License-Identifier: Apache-2.0
"""Prints C files as `file:line:code`, with comments and strings blanked, for lints that grep.

Usage: strip_comments.py ROOT PREFIX...     (only files whose path starts with a PREFIX)
"""

import os
import sys

from lintlib import c_files, code_only, read


def main():
    root = os.path.abspath(sys.argv[1])
    for path in c_files(root):
        if path.startswith(tuple(sys.argv[2:])):
            for number, line in enumerate(code_only(read(root, path)).splitlines(), 1):
                if line.strip():
                    print(f"{path}:{number}:{line.rstrip()}")


main()
