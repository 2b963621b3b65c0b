# SPDX-License-Identifier: Apache-2.0
"""hyeopchi ledger sheet import: what a budget sheet says is posted whole or not at all, and posted
again it changes nothing."""

import csv
import hashlib
import json
import os
import uuid

import psycopg2
import pytest

from support.paths import ROOT
from test_cli import command  # noqa: F401  the fixture

FOLDER = os.path.join(ROOT, "tests", "data", "sheets")
GEUMCHEON = os.path.join(FOLDER, "b07_geumcheon.csv")
TERMS = ("--date", "2021-10-31", "--implied", "--despite-contradictions")
MILLION = 1_000_000


@pytest.fixture
def ledger(command):  # noqa: F811
    def run(*words, status=0):
        return command.run("ledger", *words, key="kim.key", status=status)

    run.json = lambda *words: command.json("ledger", *words, key="kim.key")
    return run


def journal(ledger):
    return ledger.json("journal")


def test_a_refused_sheet_posts_nothing_and_says_why(ledger, tmp_path):
    before = journal(ledger)
    _, said = ledger("sheet", "import", GEUMCHEON, "--date", "2021-10-31", status=1)
    assert "[sheet-contradicts]" in said and "[own-source]" in said
    _, said = ledger("sheet", "import", os.path.join(FOLDER, "b02_gwangjin_secured.csv"),
                     "--programme", "p", "--implied", status=1)
    assert "[not-broken-down]" in said and ":5:2:" in said
    _, said = ledger("sheet", "import", os.path.join(FOLDER, "b08_yeonsu.csv"),
                     "--programme", "p", status=1)
    assert "[secured-missing]" in said
    ledger("sheet", "import", GEUMCHEON, "--implied", "--despite-contradictions", status=2)
    path = tmp_path / "no-document.csv"
    path.write_text("단위,원\n항목,계획\n구분,재원,2018\n가,시비,1\n", encoding="utf-8")
    ledger("sheet", "import", path, "--date", "2021-10-31", status=2)
    # The ledger's own refusal: the years are not open. One entry of it is enough.
    ledger("open", "--year", "2018")
    _, said = ledger("sheet", "import", GEUMCHEON, *TERMS, status=1)
    assert "period-missing" in said and "group-refused" in said
    assert journal(ledger) == before


def test_a_sheet_is_posted_once_however_often_it_is_imported(
    ledger, command, tmp_path  # noqa: F811
):
    for year in range(2018, 2023):
        ledger("open", "--year", str(year))
    shown = ledger.json("sheet", "import", GEUMCHEON, *TERMS, "--dry-run")
    assert shown["linked"] and len(shown["entries"]) == 18
    before = len(journal(ledger))
    answer = ledger.json("sheet", "import", GEUMCHEON, *TERMS)
    assert (answer["posted"], answer["refused"]) == (18, 0)
    after = journal(ledger)
    assert len(after) == before + 18

    # The same sheet again, also as another program saved it: the same answer, and nothing new.
    again = tmp_path / "cp949.csv"
    with open(GEUMCHEON, encoding="utf-8") as file:
        again.write_bytes(file.read().replace("\n", "\r\n").encode("cp949"))
    for path in (GEUMCHEON, again):
        repeated = ledger.json("sheet", "import", path, *TERMS)
        assert [row["entry"]["seq"] for row in repeated["results"]] == [
            row["entry"]["seq"] for row in answer["results"]]
    assert journal(ledger) == after

    # The same sheet with another date is another request under the same keys.
    _, said = ledger("sheet", "import", GEUMCHEON, "--date", "2021-11-01", *TERMS[2:], status=1)
    assert "key-reused" in said
    assert journal(ledger) == after

    # The ledger says what the sheet said.
    lines = {line["fiscal_year"]: line for line in ledger.json("lines", "--source", "city")
             if line["programme"] == "협치기반강화"}
    budget = {year: line["budget_krw"] // MILLION for year, line in lines.items()}
    assert budget == {2018: 138, 2019: 156, 2020: 300, 2021: 291, 2022: 300}
    spent = {year: sum(stage["balance_krw"] for stage in line["stages"] if stage["stage"] == "S50")
             for year, line in lines.items()}
    assert {year: amount // MILLION for year, amount in spent.items()} == {
        2018: 131, 2019: 136, 2020: 138, 2021: 0, 2022: 0}
    documents = [entry["document"] for entry in journal(ledger) if entry["kind"] == "expenditure"]
    assert all(text.startswith("금천구 소통행정-3 (예산표 ") for text in documents[-3:])
    assert ledger.json("verify")["sound"] is True

    # And it says so as a sheet again, which adds up.
    output = tmp_path / "ledger.csv"
    ledger("sheet", "export", "--source", "city", "--output", output)
    with open(output, encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file)]
    head = [row[0] for row in rows].index("사업명")
    [row] = [row for row in rows[head + 1:] if row[:2] == ["협치기반강화", "시비"]]
    found = dict(zip(rows[head], row))
    for year, (plan, secured, spent) in {
        2018: (138, 138, 131), 2019: (156, 156, 136), 2020: (300, 300, 138), 2021: (291, 291, 0),
        2022: (300, 0, 0),
    }.items():
        assert [found[f"{year}년 {kind}"] for kind in ("계획", "확보", "집행")] == [
            f"{amount * MILLION:,}" for amount in (plan, secured, spent)]
    told, _ = command.run("ledger", "sheet", "check", output)
    assert told.rstrip().endswith(("이상 없음", "adds up"))
    ledger("sheet", "export", "--year", "2050", status=1)


def test_a_closed_year_is_left_empty_and_never_zero(ledger, command, tmp_path):  # noqa: F811
    for year in ("2023", "2024"):
        line = ("--year", year, "--source", "city", "--programme", "마감", "--document", "문서-1")
        ledger("open", "--year", year)
        ledger("plan", "--origin", "main", "--amount", "5,000", *line)
        ledger("lapse", "--stage", "S10", "--amount", "5,000", *line)
    ledger("close", "--year", "2023", "--document", "결산")
    output = tmp_path / "ledger.csv"
    for language, year, said in (("ko", "2023년", "마감"), ("en", "2023", "closed")):
        words = ("ledger", "sheet", "export", "--source", "city", "--output", output)
        _, warned = command.run(*words, key="kim.key", env={"HYEOPCHI_LANGUAGE": language})
        assert year in warned and said in warned and "2024" not in warned
    with open(output, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    head = [row[0] for row in rows].index("사업명")
    [row] = [row for row in rows[head + 1:] if row[0] == "마감"]
    found = dict(zip(rows[head], row))
    assert [found[f"2023년 {kind}"] for kind in ("계획", "확보", "집행")] == ["", "", ""]
    assert [found[f"2024년 {kind}"] for kind in ("계획", "확보", "집행")] == ["5,000", "", "0"]


def test_decimals_of_a_document_reach_the_ledger_to_the_won(ledger):
    for year in range(2022, 2027):
        ledger("open", "--year", str(year))
    ledger("sheet", "import", os.path.join(FOLDER, "b08_yeonsu.csv"), "--programme", "소통",
           "--implied")
    balance = ledger.json("balance", "2022/district/소통/S50")
    assert balance["balance_krw"] == 1_800_000
    _, said = ledger("sheet", "import", os.path.join(FOLDER, "b03_seoul_2017.csv"), "--source",
                     "city", "--date", "2017-02-22", status=1)
    assert "period-missing" in said


def test_every_sheet_is_kept_as_it_stands_and_comes_out_again(ledger, command, tmp_path):  # noqa: F811
    before = journal(ledger)
    names = sorted(os.listdir(FOLDER))
    kept = {}
    for name in names:
        kept[name] = ledger.json("sheet", "keep", os.path.join(FOLDER, name))
    assert len({sheet["sheet_id"] for sheet in kept.values()}) == len(names) == 11
    listed = {sheet["sheet_id"]: sheet for sheet in ledger.json("sheet", "list")}
    assert [listed[sheet["sheet_id"]] for sheet in kept.values()] == list(kept.values())

    # What the ledger read from the bytes is what the command reads from the file.
    figure = ("table", "line", "column", "kind", "fiscal_year", "funding_source", "programme",
              "item", "state", "printed", "unit")
    found = ("code", "severity", "unit", "printed", "computed")
    for name in names:
        path = os.path.join(FOLDER, name)
        sheet = ledger.json("sheet", "show", kept[name]["sheet_id"])
        expected = json.loads(command.run(
            "ledger", "sheet", "export", path, "--format", "json")[0])
        with open(path, "rb") as file:
            data = file.read()
        assert sheet["content_hash"] == hashlib.sha256(data).hexdigest()
        assert (sheet["name"], sheet["size"]) == (name, len(data))
        assert sheet["content"] == data.decode()
        assert [[row[key] for key in figure] + [row.get("amount_krw"), row.get("count")]
                for row in sheet["figures"]] == [
            [row[key] for key in figure] + [row.get("amount_krw"), row.get("count")]
            for row in expected["figures"]], name
        assert [[row[key] for key in found] + [row.get("printed_krw"), row.get("computed_krw"),
                                               row["row_words"], row["column_words"], row["column"]]
                for row in sheet["discrepancies"]] == [
            [row[key] for key in found] + [row.get("printed_krw"), row.get("computed_krw"),
                                           row["row"], row["column"], row["column_number"]]
            for row in expected["discrepancies"]], name
        assert sheet["contradictions"] == sum(
            row["severity"] == "contradiction" for row in expected["discrepancies"])
        assert all((row["state"] == "given") == (row.get("amount_krw", row.get("count")) is not None)
                   for row in sheet["figures"])
        written = command.run("ledger", "sheet", "export", "--kept", kept[name]["sheet_id"],
                              key="kim.key")[0]
        assert written == command.run("ledger", "sheet", "export", path)[0]
    assert journal(ledger) == before  # no figure became an entry

    # The same bytes again, under whatever key and name, are the sheet that was kept first.
    free = ("--idempotency-key", str(uuid.uuid4()))
    assert ledger.json("sheet", "keep", GEUMCHEON, "--name", "again", *free) == (
        kept["b07_geumcheon.csv"])
    first = kept["b07_geumcheon.csv"]["sheet_id"]
    _, said = ledger("sheet", "keep", os.path.join(FOLDER, "b08_yeonsu.csv"), "--idempotency-key",
                     first, status=1)
    assert "idempotency-key-reused" in said
    # As another program saved it they are other bytes, and so another sheet, of the same figures.
    again = tmp_path / "cp949.csv"
    with open(GEUMCHEON, encoding="utf-8") as file:
        again.write_bytes(file.read().encode("cp949"))
    other = ledger.json("sheet", "keep", again, *free)
    assert other["sheet_id"] == free[1]  # the key was answered with another sheet, and stayed free
    assert other["encoding"] == "cp949" and other["sheet_id"] != first
    both = [ledger.json("sheet", "show", sheet_id) for sheet_id in (first, other["sheet_id"])]
    for member in ("figures", "discrepancies", "content"):
        assert both[0][member] == both[1][member]
    told, _ = ledger("sheet", "show", first)
    assert "own-source" in told and "1,185" in told

    # What is no sheet is refused by where it is wrong.
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("단위,원\n구분,재원,2018 계획\na,시비,1x\n", encoding="utf-8")
    _, said = ledger("sheet", "keep", wrong, status=1)
    assert "[not-a-figure]" in said
    assert len(ledger.json("sheet", "list")) == len(names) + 1
    for table in ("sheet", "sheet_figure", "sheet_discrepancy"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
            command.stack.databases.psql("ledger", f"DELETE FROM ledger.{table}", role="ledger_owner")
    ledger("sheet", "show", "x", status=2)
    ledger("sheet", "show", str(uuid.uuid4()), status=1)
