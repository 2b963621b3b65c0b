# SPDX-License-Identifier: Apache-2.0
"""Lint: the sample environment and the README of a service say what its settings table says.

Usage: settings.py ROOT BIN-FOLDER

deploy/env/<program>.env is what `<program> --print-env` prints, and the part of its folder's
README.md between the lines `<!-- settings -->` and `<!-- /settings -->` is what
`<program> --print-settings` prints. A folder that has no main.c yet is passed over.
"""

import difflib
import os
import subprocess
import sys

from lintlib import Report, die, read

# Program and folder.
SERVICES = {
    "participation": "participation",
    "ledger": "ledger",
    "reporting": "reporting",
    "portal": "participation/web",
}
BEGIN = "<!-- settings -->"
END = "<!-- /settings -->"


def ask(binaries, service, flag):
    path = os.path.join(binaries, service)
    if not os.path.exists(path):
        die("settings", f"{path} is missing; build first (tests/run does)")
    # Nothing from this environment may colour what the program prints of its table.
    result = subprocess.run(
        [path, flag], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        die("settings", f"{service} {flag} ended with {result.returncode}: {result.stderr.strip()}")
    return result.stdout


def significant(text):
    """The lines that count: the licence line and blank lines at either end do not."""
    lines = [line for line in text.strip().splitlines() if "SPDX-License-Identifier" not in line]
    return "\n".join(lines).strip().splitlines()


def compare(report, path, written, printed, how):
    if significant(written) == significant(printed):
        return
    report.add(path, 1, "settings", f"differs from what {how} prints:")
    difference = difflib.unified_diff(
        significant(written), significant(printed), path, how, lineterm="", n=1
    )
    print("\n".join(f"    {line}" for line in difference))


def between(report, path, text):
    """Returns what stands between the markers of a README, or None."""
    before, begin, rest = text.partition(BEGIN)
    inside, end, _ = rest.partition(END)
    if not begin or not end:
        report.add(path, 1, "settings", f"needs the lines {BEGIN} and {END} around its table")
        return None
    return inside


def main():
    root, binaries = (os.path.abspath(path) for path in sys.argv[1:3])
    report = Report("settings")
    services = {
        name: folder
        for name, folder in SERVICES.items()
        if os.path.exists(os.path.join(root, "services", folder, "main.c"))
    }
    for service, folder in services.items():
        sample = f"deploy/env/{service}.env"
        readme = f"services/{folder}/README.md"
        for path in (sample, readme):
            if not os.path.exists(os.path.join(root, path)):
                report.add(path, 1, "settings", "is missing")
                continue
            if path == sample:
                printed = ask(binaries, service, "--print-env")
                compare(report, path, read(root, path), printed, f"{service} --print-env")
                continue
            written = between(report, path, read(root, path))
            if written is not None:
                printed = ask(binaries, service, "--print-settings")
                compare(report, path, written, printed, f"{service} --print-settings")
    report.finish(f"{len(services)} services")


main()
