# SPDX-License-Identifier: Apache-2.0
"""The operator's command as people type it, and keys that it makes."""

import os
import subprocess

from support.services import environment, program


class CommandKey:
    """A key made by `hyeopchi key new`; its public line goes into the keys file."""

    def __init__(self, folder, role, name):
        self.role, self.name = role, name
        self.path = os.path.join(folder, f"{role}-{name}.key")
        made = run_command(
            "key", "new", "--role", role, "--id", name, "--out", self.path,
            "--not-before", "2020-01-01T00:00:00Z",
        )  # fmt: skip
        self.text = next(line for line in made.stdout.splitlines() if line.startswith(role))

    def line(self):
        return self.text + "\n"


def run_command(*arguments, env=None, check=True):
    """Runs hyeopchi; returns the finished process."""
    done = subprocess.run(
        [program("hyeopchi"), *arguments],
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if check:
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done
