# SPDX-License-Identifier: Apache-2.0
"""A container engine for the tests: the one that answers, or one that is started for them.

Where there is none, `<checkout>/../shared/bin/container-engine` may know how one is had; it needs root.
Only an engine that was started here is stopped here.
"""

import os
import shutil
import subprocess

import pytest

from support.paths import ROOT

STARTER = os.path.join(os.path.dirname(ROOT), "shared", "bin", "container-engine")
BASE_IMAGE = "debian:trixie-slim"
START_SECONDS = 600


def succeeds(*command, timeout=60):
    """Whether a command is there and ends with 0."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def start_engine():
    """Starts an engine with the script beside the checkout; skips where there is none to be had."""
    if not os.access(STARTER, os.X_OK):
        pytest.skip(f"no container engine answers, and there is no {STARTER} to start one")
    if os.geteuid() != 0:
        pytest.skip("no container engine answers, and only root may start one")
    done = subprocess.run(
        [STARTER, "up"], capture_output=True, text=True, timeout=START_SECONDS, check=False
    )
    assert done.returncode == 0, f"{STARTER} up:\n{done.stdout}\n{done.stderr}"


def compose_command():
    """Compose 1.29 or 2.x as this machine has it."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if succeeds("docker", "compose", "version"):
        return ["docker", "compose"]
    pytest.skip("a container engine answers, but there is no docker-compose")
    return None


class Engine:
    """Use with `with`; `compose` is the command to call."""

    def __enter__(self):
        self.is_ours = not succeeds("docker", "info")
        if self.is_ours:
            start_engine()
        elif not succeeds("docker", "image", "inspect", BASE_IMAGE):
            if not succeeds("docker", "pull", "-q", BASE_IMAGE, timeout=START_SECONDS):
                start_engine()
        self.compose = compose_command()
        return self

    def __exit__(self, *failure):
        if self.is_ours:
            subprocess.run([STARTER, "down"], check=False, timeout=60)
