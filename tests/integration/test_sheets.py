# SPDX-License-Identifier: Apache-2.0
"""hyeopchi ledger sheet: budget sheets of real documents are checked, and come out again in every
form with every figure as it was printed."""

import csv
import io
import json
import os
import subprocess

import pytest

from support.paths import ROOT
from support.services import program

FOLDER = os.path.join(ROOT, "tests", "data", "sheets")
NAMES = sorted(os.listdir(FOLDER))

# What each says that is wrong with it: line, column, code, severity, printed, computed, in its unit.
FOUND = {
    "b02_gwangjin_secured.csv": [
        (17, 2, "plan-unsecured", "gap", None, "231"),
        (15, 2, "plan-unsecured", "gap", "0", "1,037"),
    ],
    "b03_seoul_2017.csv": [
        (25, 3, "repeated-figure", "rounding", "2,293", "2,293.42"),
        (27, 3, "sum-of-items", "rounding", "101", "100.75"),
        (12, 6, "sum-of-programmes", "rounding", "163,750", "164,000"),
    ],
    "b04_innovation_grants_2016.csv": [(10, 3, "term-months", "contradiction", "6", "7")],
    "b05_platform_grants_2016.csv": [
        (20, 2, "repeated-figure", "rounding", "9", "8.99976"),
    ],
    "b06_caps_2017.csv": [(16, 4, "product", "contradiction", "2,200", "2,400")],
    "b07_geumcheon.csv": [
        (14, 3, "own-source", "contradiction", "1,185", "0"),
        (13, 4, "completed-unspent", "gap", "405", "1,185"),
    ],
}


def sheet(*words, status=0, language="en", data=None):
    done = subprocess.run(
        [program("hyeopchi"), "ledger", "sheet", *map(str, words)], input=data,
        capture_output=True, timeout=120, env={**os.environ, "HYEOPCHI_LANGUAGE": language})
    assert done.returncode == status, (words, done.stdout, done.stderr)
    return done


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def rows(data):
    """The cells of a CSV file, without the empty ones at the end of a row."""
    found = []
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        cells = [cell.strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        found.append(cells)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_table_says_just_what_does_not_add_up_in_it(name):
    expected = FOUND.get(name, [])
    wrong = any(row[3] == "contradiction" for row in expected)
    *found, counts = lines(sheet("check", os.path.join(FOLDER, name), "--json", status=int(wrong)))
    assert [tuple(row[key] for key in ("line", "column_number", "code", "severity", "printed",
                                       "computed")) for row in found] == expected
    assert counts["readable"] and counts["errors"] == 0 and counts["encoding"] == "utf-8"
    assert counts["contradictions"] == sum(row[3] == "contradiction" for row in expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_table_comes_out_again_cell_for_cell(name):
    path = os.path.join(FOLDER, name)
    with open(path, "rb") as file:
        data = file.read()
    written = sheet("export", path).stdout
    assert written.startswith(b"\xef\xbb\xbf") and b"\n" not in written.replace(b"\r\n", b"")
    assert rows(written) == rows(data)
    assert sheet("export", "-", data=written).stdout == written
    again = [lines(sheet("check", "-", "--json", data=form, status=int(any(
        row[3] == "contradiction" for row in FOUND.get(name, []))))) for form in (data, written)]
    assert again[0] == again[1]


def test_cp949_is_the_same_sheet():
    for name in ("b02_gwangjin_secured.csv", "b07_geumcheon.csv", "b08_yeonsu.csv"):
        with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
            text = file.read()
        forms = [text.encode("utf-8"), text.replace("\n", "\r\n").encode("cp949")]
        assert sheet("export", "-", data=forms[0]).stdout == sheet("export", "-", data=forms[1]).stdout
        status = int("b07" in name)
        counts = [lines(sheet("check", "-", "--json", data=form, status=status))[-1]
                  for form in forms]
        assert [count.pop("encoding") for count in counts] == ["utf-8", "cp949"]
        assert counts[0] == counts[1]


def test_json_keeps_missing_apart_from_zero(tmp_path):
    output = tmp_path / "b02.json"
    sheet("export", os.path.join(FOLDER, "b02_gwangjin_secured.csv"), "--format", "json",
          "--output", output)
    document = json.loads(output.read_text(encoding="utf-8"))
    assert document["as_of"] == "2023-03-31"
    assert [table["unit"] for table in document["tables"]] == ["백만원"] * 3
    states = {(f["kind"], f["fiscal_year"], f["funding_source"]): (f["state"], f["amount_krw"])
              for f in document["figures"]}
    assert states["secured", 2022, None] == ("given", 0)
    assert states["secured", 2022, "city"] == ("missing", None)
    assert states["plan", None, "city"] == ("given", 231_000_000)
    assert states["executed", 2023, "district"] == ("given", 315_000_000)
    assert [row["code"] for row in document["discrepancies"]] == ["plan-unsecured"] * 2


def test_rates_are_exact():
    def years(name, status=0):
        counts = lines(sheet("check", os.path.join(FOLDER, name), "--json", status=status))[-1]
        return {row["fiscal_year"]: row for row in counts["years"]}

    gwangjin = years("b02_gwangjin_secured.csv")
    assert gwangjin[None]["secured_of_plan_percent"] == "20.8"
    assert gwangjin[None]["executed_of_plan_percent"] == "16.1"
    assert gwangjin[2023]["executed_of_secured_percent"] == "77.6"
    geumcheon = years("b07_geumcheon.csv", 1)
    assert [geumcheon[year]["executed_of_secured_percent"] for year in range(2018, 2023)] == [
        "94.9", "87.2", "46.0", "0.0", None]
    assert geumcheon[None]["executed_of_secured_percent"] == "45.8"
    yeonsu = years("b08_yeonsu.csv")
    assert [yeonsu[year]["executed_of_plan_percent"] for year in (2022, 2023, None)] == [
        "60.0", "65.0", "21.1"]
    assert yeonsu[2022]["executed_krw"] == 1_800_000 and yeonsu[2024]["executed_krw"] is None


def test_a_discrepancy_is_said_by_table_row_column_and_rule():
    path = os.path.join(FOLDER, "b04_innovation_grants_2016.csv")
    said = sheet("check", path, status=1, language="ko").stdout.decode()
    assert said.splitlines() == [
        f"{path}:10:3: 모순: <참고1> 2016년도 지역사회혁신계획 사업 선정 결과 / 성동구 / 사업기간: "
        "적힌 개월 수가 기간과 다릅니다. (적힌 값 6, 계산한 값 7) [term-months]",
        f"{path}: 표 1개, 칸 9개, 모순 1, 공백 0, 반올림 0",
    ]


def test_what_cannot_be_read_is_said_and_nothing_is_written(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("단위,백만원\n항목,확보\n구분,2022\n구비,사백육\n시비,1.2345678\n", encoding="utf-8")
    *faults, counts = lines(sheet("check", path, "--json", status=1))
    assert [(f["line"], f["column"], f["code"], f["value"]) for f in faults] == [
        (4, 2, "not-a-figure", "사백육"), (5, 2, "below-one-won", "1.2345678")]
    assert not counts["readable"] and counts["errors"] == 2
    done = sheet("export", path, status=1)
    assert done.stdout == b"" and b"[not-a-figure]" in done.stderr
    assert b"none.csv" in sheet("check", tmp_path / "none.csv", status=1).stderr
    path.write_bytes(b"\xff\xfe\xff")
    assert lines(sheet("check", path, "--json", status=1))[0]["code"] == "not-text"
    path.write_bytes(b"x," * 200_000)
    assert lines(sheet("check", path, "--json", status=1))[0]["code"] == "too-large"
    sheet("check", status=2)
