# SPDX-License-Identifier: Apache-2.0
"""Where things are: the checkout, the build under test, the data that lies beside the checkout."""

import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# ctest names the build; a test run by hand takes the one that tests/run builds.
BUILD = os.environ.get("HYEOPCHI_BUILD", os.path.join(ROOT, "build", "sanitize"))
BINARIES = os.path.join(BUILD, "bin")

# Logs of failed tests stay here, one folder a test.
ARTIFACTS = os.path.join(ROOT, "build", "test-artifacts")

# Real elections, when they lie beside the checkout; tests that need them skip without.
SHARED_PB = os.path.join(os.path.dirname(ROOT), "shared", "data", "pb")
