# SPDX-License-Identifier: Apache-2.0
"""The runtime's database code against a real server: connections, migrations, the event log.

What can be told in C is told by the drivers beside this file; here is what needs a server that is
reconfigured, stopped or killed.
"""

import os
import subprocess

import pytest

from support.paths import BUILD
from support.postgres import PostgresCluster


def driver(name):
    return os.path.join(BUILD, "tests", f"runtime_{name}_driver")


def run(command, timeout=120):
    """Runs a driver to its end; returns its exit status and what it wrote."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout
    )
    return done.returncode, done.stdout + done.stderr


def test_a_connection_keeps_what_its_header_promises(databases):
    status, output = run([driver("db"), databases.conninfo("ledger", "ledger_owner")])
    assert status == 0, output
