# SPDX-License-Identifier: Apache-2.0
"""hyeopchi ledger sheet: budget sheets of real documents are checked, and come out again in every
form with every figure as it was printed."""

import csv
import decimal
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest

from support.npm import install
from support.paths import BUILD, ROOT
from support.services import program

FOLDER = os.path.join(ROOT, "tests", "data", "sheets")
NPM = os.path.join(ROOT, "tests", "integration", "npm", "datapackage")
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


def shown(number, pattern):
    """A number of a workbook as a spreadsheet shows it, for the patterns that are used here."""
    plain = pattern.split(";")[0]
    unit = plain.partition('"')[2].rstrip('"')
    digits = plain.partition('"')[0]
    decimals = len(digits.partition(".")[2])
    grouped = "," if digits.startswith("#,##0") else ""
    return f"{decimal.Decimal(number):{grouped}.{decimals}f}{unit}"


def workbook(path):
    """The sheets of a workbook, each its rows of cells as they are shown."""
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as archive:
        part = lambda name: ElementTree.fromstring(archive.read(name))  # noqa: E731
        texts = ["".join(item.itertext()) for item in part("xl/sharedStrings.xml")]
        styles = part("xl/styles.xml")
        patterns = {row.get("numFmtId"): row.get("formatCode")
                    for row in styles.iterfind("x:numFmts/x:numFmt", space)}
        formats = [patterns.get(row.get("numFmtId"))
                   for row in styles.iterfind("x:cellXfs/x:xf", space)]
        sheets = []
        for number in (1, 2):
            rows_of = []
            for row in part(f"xl/worksheets/sheet{number}.xml").iterfind("x:sheetData/x:row", space):
                rows_of.extend([] for _ in range(int(row.get("r")) - len(rows_of)))
                for cell in row:
                    letters = cell.get("r").rstrip("0123456789")
                    place = 0
                    for letter in letters:
                        place = place * 26 + ord(letter) - ord("A") + 1
                    rows_of[-1].extend([""] * (place - len(rows_of[-1])))
                    value = cell.find("x:v", space)
                    if value is None:
                        continue
                    rows_of[-1][place - 1] = (
                        texts[int(value.text)] if cell.get("t") == "s"
                        else shown(value.text, formats[int(cell.get("s"))]))
            sheets.append(rows_of)
        return sheets


@pytest.mark.parametrize("name", NAMES)
def test_a_workbook_shows_every_figure_as_it_was_printed(name, tmp_path):
    path, output = os.path.join(FOLDER, name), tmp_path / "sheet.xlsx"
    sheet("export", path, "--format", "xlsx", "--output", output)
    tables, discrepancies = workbook(output)
    with open(path, "rb") as file:
        assert tables == rows(file.read())
    expected = FOUND.get(name, [])
    assert [(int(row[0]), int(row[1]), row[4] or None, row[5]) for row in discrepancies[1:]] == [
        (row[0], row[1], row[4], row[5]) for row in expected]


def test_a_workbook_keeps_what_is_too_long_for_it_as_text(tmp_path):
    path, output = tmp_path / "long.csv", tmp_path / "long.xlsx"
    path.write_text('단위,원\n항목,계획\n구분,2022,2023\n가,"9,007,199,254,740,993",△12\n',
                    encoding="utf-8")
    sheet("export", path, "--format", "xlsx", "--output", output)
    with zipfile.ZipFile(output) as archive:
        assert "9,007,199,254,740,993" in archive.read("xl/sharedStrings.xml").decode()
    assert workbook(output)[0][3][1] == "9,007,199,254,740,993"
    sheet("export", path, "--format", "xlsx", status=2)
    sheet("export", path, "--format", "xlsx", "--output", tmp_path / "no" / "where.xlsx", status=1)


def test_a_fiscal_data_package_holds_every_amount_in_won(tmp_path):
    folder = tmp_path / "package"
    sheet("export", os.path.join(FOLDER, "b02_gwangjin_secured.csv"), "--format", "package",
          "--output", folder)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["profile"] == "tabular-data-package"
    assert package["columnTypes"] == [
        "https://specs.frictionlessdata.io/taxonomies/fiscal/budgets.json"]
    assert [resource["path"] for resource in package["resources"]] == [
        "figures.csv", "discrepancies.csv"]
    tables = []
    for resource in package["resources"]:
        with open(folder / resource["path"], encoding=resource["encoding"], newline="") as file:
            reader = csv.DictReader(file)
            assert reader.fieldnames == [field["name"] for field in resource["schema"]["fields"]]
            tables.append(list(reader))
    types = {field["columnType"]: field["name"]
             for field in package["resources"][0]["schema"]["fields"] if "columnType" in field}
    assert types["value"] == "amount_krw" and types["date:fiscal-year"] == "fiscal_year"
    assert types["phase:id"] == "phase" and types["fin-source:generic:code"] == "funding_source"
    # The taxonomy says of which type a column is, and wants no label without its code.
    of = {field["columnType"]: field["type"]
          for field in package["resources"][0]["schema"]["fields"] if "columnType" in field}
    assert of.pop("value") == "number" and of.pop("date:fiscal-year") == "integer"
    assert set(of.values()) == {"string"}
    for name in of:
        if name.endswith(":label"):
            code = name.removesuffix(":label")
            assert f"{code}:code" in of or f"{code}:id" in of, name
    amounts = {(row["phase"], row["fiscal_year"], row["funding_source"]): row["amount_krw"]
               for row in tables[0]}
    assert amounts["secured", "2023", "district"] == "406000000"
    assert amounts["secured", "2022", ""] == "0" and amounts["secured", "2022", "city"] == ""
    assert amounts["plan", "", "city"] == "231000000"
    assert [(row["code"], row["printed"], row["computed"]) for row in tables[1]] == [
        ("plan-unsecured", "", "231"), ("plan-unsecured", "0", "1,037")]
    # What is there is never written over.
    sheet("export", os.path.join(FOLDER, "b08_yeonsu.csv"), "--format", "package", "--output",
          folder, status=1)


def test_every_fiscal_data_package_is_read_by_another_implementation(tmp_path):
    """npm's datapackage takes each for a valid tabular data package and casts every cell of it."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    installed = install(NPM, os.path.join(BUILD, "datapackage"))
    names = sorted(name for name in os.listdir(FOLDER) if name.endswith(".csv"))
    assert len(names) >= 7
    for name in names:
        sheet("export", os.path.join(FOLDER, name), "--format", "package", "--output", tmp_path / name)
    done = subprocess.run(
        ["node", os.path.join(installed, "tables.cjs"), *(tmp_path / name for name in names)],
        check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    for name, line in zip(names, done.stdout.splitlines(), strict=True):
        read = json.loads(line)
        assert (read["valid"], read["errors"]) == (True, []), name
        given = json.loads(sheet("export", os.path.join(FOLDER, name), "--format", "json").stdout)
        amounts = {f"{figure['table']}.{figure['line']}.{figure['column']}": figure["amount_krw"]
                   for figure in given["figures"] if "amount_krw" in figure}
        assert {row["id"]: row["amount_krw"] for row in read["tables"]["figures"]} == amounts, name
        assert len(read["tables"]["figures"]) == len(amounts), name
        assert len(read["tables"]["discrepancies"]) == len(given["discrepancies"]), name


SEEDS = os.path.join(ROOT, "..", "shared", "seeds")
DOCUMENTS = {
    "b01_gwangjin_plan.csv": "000_", "b02_gwangjin_secured.csv": "000_",
    "b03_seoul_2017.csv": "002_", "b04_innovation_grants_2016.csv": "002_",
    "b05_platform_grants_2016.csv": "002_", "b07_geumcheon.csv": "003_", "b08_yeonsu.csv": "004_",
}


@pytest.mark.skipif(not os.path.isdir(SEEDS), reason=f"{SEEDS} is absent")
@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_every_figure_stands_in_the_document_that_the_table_is_of(name):
    [seed] = [file for file in os.listdir(SEEDS) if file.startswith(DOCUMENTS[name])]
    with open(os.path.join(SEEDS, seed), encoding="utf-8") as file:
        words = set(re.findall(r"\d[\d,.]*\d|\d", file.read()))
    figures = json.loads(sheet("export", os.path.join(FOLDER, name), "--format", "json").stdout)
    printed = {re.sub(r"[^\d,.]", "", figure["printed"])
               for figure in figures["figures"] if figure["state"] == "given"}
    assert len(printed) >= 4 and printed <= words, printed - words
