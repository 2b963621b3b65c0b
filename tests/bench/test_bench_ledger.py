# SPDX-License-Identifier: Apache-2.0
"""The ledger's bench: with tiny counts it prints every figure. What they are is not looked at."""

import json
import os
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def test_one_command_prints_every_figure_of_the_ledger(tmp_path):
    samples = tmp_path / "ledger.json"
    done = subprocess.run(
        [os.path.join(HERE, "ledger"), "--json", samples, "--rounds", "1", "--scale", "1",
         "--recovery", "3000"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for figure in (
        r"TPC-B +\d+ /s \(median\)",
        r"double entry +\d+ /s \(median\)",
        r"bulk +\d+ /s \(median\)",
        r"one client, p50 +\d+\.\d+ +wanted 1 ms +(NOT )?reached",
        r"64 clients / TPC-B +\d+\.\d+ +wanted 3 +(NOT )?reached",
        r"bulk / TPC-B +\d+\.\d+ +wanted 7 +(NOT )?reached",
        r"hot line / 64 clients +\d+\.\d+ +wanted 0\.9 +(NOT )?reached",
        r"bytes per two-leg entry +\d+ +wanted 550 +(NOT )?reached",
        r"recovery of 3000 entries +\d+\.\d+ s wanted 2 s +(NOT )?reached",
    ):
        assert re.search(figure, done.stdout), f"{figure} is not in\n{done.stdout}"
    assert all(len(some) == 1 for some in json.loads(samples.read_text())["samples"].values())
