# SPDX-License-Identifier: Apache-2.0
"""The bench itself: with tiny counts it prints every figure. What they are is not looked at."""

import json
import os
import re
import shutil
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))


def run(tmp_path, *arguments):
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    samples = tmp_path / "votes.json"
    done = subprocess.run(
        [os.path.join(HERE, "votes"), "--json", samples, *arguments],
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, json.loads(samples.read_text())


def test_one_command_prints_every_figure_and_ratio(tmp_path):
    printed, samples = run(tmp_path, "--rounds", "1", "--scale", "2")
    for figure in (
        r"single +\d+ votes/s \(median\)",
        r"batch +\d+ votes/s \(median\)",
        r"peer +\d+ votes/s \(median\)",
        r"pgbench +\d+ votes/s \(median\)",
        r"batch / pgbench +\d+\.\d+ +wanted 4 +(NOT )?reached",
        r"single / peer +\d+\.\d+ +wanted 3 +(NOT )?reached",
        r"p99 of single votes +\d+\.\d+ +wanted 50 ms +(NOT )?reached",
        r"vote acknowledged to report heard +p50 +-?\d+\.\d+ +p99 +-?\d+\.\d+ ms",
        r"tally certified to entry heard +p50 +\d+\.\d+ +p99 +\d+\.\d+ ms",
        r"events appended \d+/s, heard on the bus \d+/s \(\d+ missed\), fetched \d+/s",
    ):
        assert re.search(figure, printed), f"{figure} is not in\n{printed}"
    assert set(samples) == {"side_by_side", "messages", "log"}
    assert all(len(some) == 1 for some in samples["side_by_side"].values())


def test_growing_tables_and_memory_have_their_figures(tmp_path):
    printed, samples = run(tmp_path, "--rounds", "1", "--rows", "10000", "--scale", "5")
    assert re.search(r"batch +10000 rows: +\d+\.\d+ µs a vote", printed), printed
    assert samples["rows"][0]["rows"] == 10000
    printed, samples = run(tmp_path, "--soak", "10000", "--scale", "5")
    assert re.search(r"participation +[+-]\d+\.\d+ % from the second quarter", printed), printed
    assert samples["soak"][-1]["votes"] >= 10000


def test_the_cost_of_board_and_receipts_is_printed(tmp_path):
    few = ("--rounds", "1", "--scale", "1", "--only", "single")
    printed, samples = run(tmp_path, "--board", *few)
    assert re.search(r"single +\d+ votes/s while the board rests, \d+ while", printed), printed
    assert re.search(r"single +both -?\d+\.\d+ % +wanted at most 20 % +(NOT )?reached", printed)
    assert samples["board"]["single"]["resting"][0]["on_board"] == 0
    assert 0 < samples["receipts"]["batch"] < 1000


def test_a_small_city_is_counted_and_its_rows_are_kept():
    done = subprocess.run(
        [os.path.join(HERE, "tally"), "--voters", "300", "--options", "12", "--files", "0"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"city_300.pb +equal-shares +--completion add1 +\d+\.\d+ s +\d+ MB", done.stdout)
    with open(os.path.join(os.environ["HYEOPCHI_BUILD"], "bench", "tally.json"),
              encoding="utf-8") as file:
        assert len(json.load(file)["rows"]) == 4


def test_a_small_bundle_is_made_measured_and_verified(tmp_path):
    samples = tmp_path / "verify.json"
    done = subprocess.run(
        [os.path.join(HERE, "verify"), "--voters", "300", "--rounds", "1", "--json", samples],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"300 voters: bundle +0\.\d MB .*proof 9 hashes .*verified in \d", done.stdout)
    assert json.loads(samples.read_text())[0]["leaves"] == 310
