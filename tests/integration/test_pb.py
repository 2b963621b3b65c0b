# SPDX-License-Identifier: Apache-2.0
"""hyeopchi pb: every fault of a file by line and field, and files written anew value for value."""

import csv
import io
import json
import os
import subprocess

import pytest

from support.paths import ROOT, SHARED_PB
from support.services import program

OWN = os.path.join(ROOT, "tests", "data")
GOOD = ("META\nkey;value\nnum_projects;2\nnum_votes;2\nbudget;100\nvote_type;approval\n"
        "PROJECTS\nproject_id;cost\na;10\nb;20\nVOTES\nvoter_id;vote\nv1;a\nv2;a,b\n")
BAD = ("META\nkey;value\nnum_projects;3\nnum_votes;4\nbudget;100,5\nvote_type;approval\n"
       "PROJECTS\nproject_id;cost;selected\na;10;1\nb;20;yes\n"
       "VOTES\nvoter_id;vote\nsecret-7;a,c\nsecret-7;b,b\n")
# line, field, value, code; in the order met
FAULTS = [
    (5, "budget", "100,5", "decimal-comma"),
    (10, "selected", "yes", "unknown-selected"),
    (13, "vote", "c", "unknown-option"),
    (14, "voter_id", None, "duplicate-voter"),
    (14, "vote", "b", "repeated-option"),
    (3, "num_projects", "3", "option-count"),
    (4, "num_votes", "4", "vote-count"),
]


def real_files():
    names = sorted(os.listdir(SHARED_PB)) if os.path.isdir(SHARED_PB) else []
    return [os.path.join(SHARED_PB, name) for name in names if name.endswith(".pb")]


def pb(*words, status=0, text=None, language="en"):
    done = subprocess.run([program("hyeopchi"), "pb", *map(str, words)], input=text,
                          capture_output=True, text=text is not None or "rewrite" not in words,
                          timeout=120, env={**os.environ, "HYEOPCHI_LANGUAGE": language})
    assert done.returncode == status, (words, done.stdout, done.stderr)
    return done


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_fault_is_named_by_line_and_field(tmp_path):
    path = tmp_path / "bad.pb"
    path.write_text(BAD, encoding="utf-8")
    *faults, counts = lines(pb("check", path, "--json", status=1))
    assert [(f["line"], f["field"], f["value"], f["code"]) for f in faults] == FAULTS
    assert {f["file"] for f in faults} == {str(path)}
    assert counts == {"file": str(path), "readable": True, "errors": 0, "contradictions": 6,
                      "warnings": 1, "options": 2, "votes": 2}
    said = pb("check", path, status=1, language="ko").stdout
    assert f"{path}:13: 모순: vote: " in said and "(c) [unknown-option]" in said
    assert said.splitlines()[-1] == f"{path}: 사업 2개, 투표 2건, 오류 0, 모순 6, 주의 1"
    assert "secret-7" not in said


def test_the_status_says_whether_any_of_many_files_is_wrong(tmp_path):
    good, comma = tmp_path / "good.pb", tmp_path / "comma.pb"
    good.write_text(GOOD, encoding="utf-8")
    comma.write_text(GOOD.replace("budget;100", "budget;100,5"), encoding="utf-8")
    assert pb("check", good).stdout == f"{good}: 2 options, 2 votes, nothing wrong\n"
    many = [good] * 700
    assert len(lines(pb("check", *many, comma, "--json"))) == 702
    bad = tmp_path / "bad.pb"
    bad.write_text(GOOD.replace("PROJECTS", "PROJECT"), encoding="utf-8")
    done = pb("check", good, bad, good, "--json", status=1)
    assert [row.get("readable") for row in lines(done)] == [True, None, False, True]
    done = pb("check", tmp_path / "none.pb", good, status=1)
    assert "none.pb" in done.stderr and done.stdout.endswith("nothing wrong\n")
    assert pb("check", "-", text=GOOD).stdout.startswith("-: 2 options")
    pb("check", status=2)


def test_more_faults_than_are_kept_are_all_named(tmp_path):
    path = tmp_path / "many.pb"
    votes = "".join(f"w{number};x{number}\n" for number in range(5000))
    path.write_text(GOOD.replace("num_votes;2\n", "").replace("v1;a\n", votes), encoding="utf-8")
    *faults, counts = lines(pb("check", path, "--json", status=1))
    assert [fault["line"] for fault in faults] == list(range(12, 5012))
    assert counts["contradictions"] == 5000


def rows(data):
    """What the csv module reads, as whoever publishes such files writes it."""
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
    return [[cell.strip(" \t") for cell in row] for row in reader if any(row)]


@pytest.mark.skipif(not real_files(), reason=f"{SHARED_PB} is absent")
def test_real_elections_come_out_of_being_written_anew_as_they_were():
    for path in real_files():
        with open(path, "rb") as file:
            data = file.read()
        written = pb("rewrite", path, "--strict").stdout
        assert rows(written) == rows(data), path
        assert b"\r" not in written.replace(b"\r\n", b"") and not written.startswith(b"\xef\xbb\xbf")
    assert pb("check", *real_files()).stdout.count("nothing wrong") == len(real_files())


def test_awkward_files_count_the_same_when_they_are_written_anew(tmp_path):
    for name in sorted(name for name in os.listdir(OWN) if name.endswith(".pb")):
        path, again = os.path.join(OWN, name), tmp_path / name
        again.write_bytes(pb("rewrite", path).stdout)
        for rule in ("greedy", "equal-shares", "phragmen"):
            results = [
                subprocess.run([program("hyeopchi"), "tally", file, "--rule", rule, "--json"],
                               capture_output=True, check=True, timeout=60).stdout
                for file in (path, again)
            ]
            assert results[0] == results[1], (name, rule)


def test_nothing_is_written_of_a_file_that_cannot_be_read_or_contradicts_itself(tmp_path):
    path = tmp_path / "bad.pb"
    path.write_text(GOOD.replace("b;20", "b;much"), encoding="utf-8")
    done = pb("rewrite", path, status=1)
    assert done.stdout == b"" and b"[not-a-number]" in done.stderr
    path.write_text(BAD, encoding="utf-8")
    assert pb("rewrite", path, "--strict", status=1).stdout == b""
    assert rows(pb("rewrite", path).stdout) == rows(BAD.encode())
