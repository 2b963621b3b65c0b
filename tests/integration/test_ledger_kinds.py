# SPDX-License-Identifier: Apache-2.0
"""Public money from its appropriation to its settlement, and every way to refuse an entry."""

import uuid
from datetime import datetime, timedelta, timezone

import pytest

from support.ledger import Ledger, Participation, posted, stages


@pytest.fixture
def ledger(databases, start_service, tmp_path):
    stream = Participation(databases, str(tmp_path)).start()
    service = Ledger(databases, start_service, str(tmp_path), stream)
    for year in (2025, 2026):
        service.set_limit(10_000_000, fiscal_year=year)  # which opens the year
    yield service
    stream.close()


def move(debit, credit, amount_krw, **line):
    return {"debit": debit, "credit": credit, "amount_krw": amount_krw, **line}


def refused(ledger, answer, code, field=None, before=None):
    status, problem = answer
    assert status in (409, 422), problem
    assert problem["code"] == code, problem
    if field:
        assert problem["field"] == field, problem
    if before is not None:
        assert ledger.get("/v1/lines") == before
    return problem


def commit(ledger, amount_krw, programme="a"):
    """Takes money of a line to its commitment."""
    for kind in ("main_budget", "securing", "allotment", "commitment"):
        posted(ledger.post(kind, amount_krw, programme=programme))


def test_money_travels_from_the_budget_to_its_settlement(ledger):
    commit(ledger, 1_000)
    posted(ledger.post("expenditure", transfers=[move("S40", "S50", 900), move("S40", "S30", 40)]))
    posted(ledger.post("settlement", transfers=[move("S50", "S60", 900)]))
    assert stages(ledger) == {"R10.main": -1_000, "S30": 40, "S40": 60, "S60": 900}
    posted(ledger.post("commitment_cancel", 60))
    carried = posted(
        ledger.post(
            "carryover_explicit",
            transfers=[
                move("S30", "S80.explicit", 70),
                move("R10.carryover_explicit", "S30", 70, fiscal_year=2026),
            ],
        )
    )
    assert (carried["kind_name"], carried["fiscal_year"]) == ("명시이월", 2025)
    posted(ledger.post("lapse", 30))
    assert stages(ledger) == {"R10.main": -1_000, "S60": 900, "S80.explicit": 70, "S90": 30}
    assert stages(ledger, year=2026) == {"R10.carryover_explicit": -70, "S30": 70}
    report = ledger.verification()
    assert report["sound"] and report["entries"] == 9


def test_a_grant_is_paid_settled_and_refunded_with_its_interest(ledger):
    for kind in ("main_budget", "securing", "allotment", "grant_decision", "grant_payment"):
        posted(ledger.post(kind, 500))
    posted(ledger.post("grant_expenditure", 470))
    posted(
        ledger.post(
            "settlement",
            transfers=[move("S50", "S60", 470), move("S45", "S70", 30), move("I20", "I10", 2)],
        )
    )
    before = ledger.get("/v1/lines")
    refused(ledger, ledger.post("refund", 31), "balance-short", "/amount_krw", before)
    posted(ledger.post("refund", transfers=[move("S70", "S75", 30), move("I10", "I20", 2)]))
    assert stages(ledger) == {"R10.main": -500, "S60": 470, "S75": 30}
    assert ledger.verification()["sound"]


def test_money_moves_between_lines_of_one_year_and_source_only(ledger):
    commit(ledger, 1_000)
    posted(ledger.post("commitment_cancel", 600))
    pair = [
        move("S30", "R10.item_transfer", 250),
        move("R10.item_transfer", "S20", 250, programme="b"),
    ]
    posted(ledger.post("item_transfer", transfers=pair))
    assert stages(ledger, "b") == {"R10.item_transfer": -250, "S20": 250}
    before = ledger.get("/v1/lines")
    for change, code in (
        ({"funding_source": "city"}, "source-mismatch"),
        ({"fiscal_year": 2026}, "source-mismatch"),
        ({"amount_krw": 251}, "transfer-unbalanced"),
    ):
        wrong = [pair[0], {**pair[1], **change}]
        refused(ledger, ledger.post("item_transfer", transfers=wrong), code, before=before)
    short = [{**row, "amount_krw": 351} for row in pair]
    refused(ledger, ledger.post("item_transfer", transfers=short), "balance-short", before=before)
    assert ledger.verification()["sound"]


def test_returns_and_reversals_take_back_what_is_left_and_no_won_more(ledger):
    commit(ledger, 1_000)
    spent = posted(ledger.post("expenditure", 300))["seq"]
    before = ledger.get("/v1/lines")
    refused(ledger, ledger.post("expenditure_return", 1), "link-missing", "/linked_seq", before)
    refused(ledger, ledger.post("expenditure_return", 1, linked_seq=99), "link-unknown")
    refused(ledger, ledger.post("expenditure_return", 1, linked_seq=1), "link-invalid")
    refused(ledger, ledger.post("expenditure_return", 301, linked_seq=spent), "link-exceeded")
    assert ledger.get("/v1/lines") == before
    entry = posted(ledger.post("expenditure_return", 200, linked_seq=spent))
    assert entry["linked_seq"] == spent
    problem = refused(
        ledger, ledger.post("expenditure_return", 101, linked_seq=spent), "link-exceeded"
    )
    assert "1원" in problem["detail"]
    refused(ledger, ledger.post("reversal", linked_seq=spent), "link-used")

    other = posted(ledger.post("expenditure", 50))["seq"]
    key = str(uuid.uuid4())
    first = ledger.post("reversal", key=key, linked_seq=other)
    assert [leg["stage"] for leg in posted(first)["legs"]] == ["S50", "S40"]
    assert ledger.post("reversal", key=key, linked_seq=other) == first
    refused(ledger, ledger.post("reversal", linked_seq=other), "link-reversed")
    refused(ledger, ledger.post("reversal", linked_seq=first[1]["seq"]), "link-invalid")
    refused(ledger, ledger.post("expenditure_return", 1, linked_seq=other), "link-reversed")
    assert stages(ledger) == {"R10.main": -1_000, "S30": 200, "S40": 700, "S50": 100}
    assert ledger.verification()["sound"]


def test_a_reclassification_moves_an_expenditure_to_the_right_line(ledger):
    commit(ledger, 1_000)
    spent = posted(ledger.post("expenditure", 300))["seq"]
    for kind in ("main_budget", "securing", "allotment"):
        posted(ledger.post(kind, 300, programme="b"))
    legs = [move("S50", "S30", 120), move("S30", "S50", 120, programme="b")]
    posted(ledger.post("reclassification", transfers=legs, linked_seq=spent))
    assert stages(ledger) == {"R10.main": -1_000, "S30": 120, "S40": 700, "S50": 180}
    assert stages(ledger, "b") == {"R10.main": -300, "S30": 180, "S50": 120}
    assert ledger.verification()["sound"]


def test_a_reclassification_that_stays_in_its_line_takes_nothing_back_and_is_refused(ledger):
    commit(ledger, 1_000)
    spent = posted(ledger.post("expenditure", 300))["seq"]
    legs = [move("S50", "S30", 1_000), move("S30", "S50", 1_000)]
    answer = ledger.post("reclassification", transfers=legs, linked_seq=spent)
    refused(ledger, answer, "legs-invalid", "/transfers")
    posted(ledger.post("expenditure_return", 300, linked_seq=spent))
    assert ledger.verification()["sound"]


def batch(ledger, linked, *entries):
    status, answer = ledger.ask("POST", "/v1/entries:batch", {"linked": linked, "entries": entries})
    assert status == 200, answer
    return answer


def wanted(kind, amount_krw):
    return {
        "key": str(uuid.uuid4()),
        "kind": kind,
        "fiscal_year": 2025,
        "programme": "a",
        "funding_source": "district",
        "amount_krw": amount_krw,
        "document": "일괄",
    }


def test_linked_entries_share_their_fate_and_others_do_not(ledger):
    entries = [wanted("main_budget", 100), wanted("securing", 100), wanted("allotment", 101)]
    answer = batch(ledger, True, *entries)
    codes = [row["problem"]["code"] for row in answer["results"]]
    assert codes == ["group-refused", "group-refused", "balance-short"]
    assert (answer["posted"], answer["refused"]) == (0, 3)
    assert ledger.get("/v1/lines")["lines"] == []
    assert ledger.get("/v1/journal")["entries"] == []
    assert batch(ledger, True, *entries) == answer  # the keys remember it

    entries = [dict(entry, key=str(uuid.uuid4())) for entry in entries]
    twice = batch(ledger, True, entries[0], entries[0], entries[1], entries[2])
    codes = [row["problem"]["code"] for row in twice["results"]]
    assert codes == ["group-refused", "group-refused", "group-refused", "balance-short"]

    for order in ((2, 2), (0, 2, 0), (0, 1, 2, 1, 2)):  # repeated at and behind the refused one
        entries = [dict(entry, key=str(uuid.uuid4())) for entry in entries]
        repeated = batch(ledger, True, *(entries[at] for at in order))
        codes = [row["problem"]["code"] for row in repeated["results"]]
        assert codes == ["balance-short" if at == 2 else "group-refused" for at in order]
        assert batch(ledger, True, *(entries[at] for at in order)) == repeated

    entries = [dict(entry, key=str(uuid.uuid4())) for entry in entries]
    answer = batch(ledger, False, *entries)
    assert [row["result"] for row in answer["results"]] == ["posted", "posted", "refused"]
    assert stages(ledger) == {"R10.main": -100, "S20": 100}

    entries = [wanted("allotment", 60), wanted("commitment", 60)]
    first = batch(ledger, True, *entries)
    assert first["posted"] == 2
    assert batch(ledger, True, *entries) == first
    assert [row["entry"]["seq"] for row in first["results"]] == [3, 4]
    assert len(ledger.get("/v1/journal")["entries"]) == 4
    assert ledger.verification()["sound"]


def test_a_batch_that_is_not_one_is_refused_whole(ledger):
    good = wanted("main_budget", 1)
    for body, field in (
        ({"linked": True, "entries": []}, "/entries"),
        ({"linked": False, "entries": [good] * 1001}, "/entries"),
        ({"linked": 1, "entries": [good]}, "/linked"),
        ({"linked": True, "entries": [{**good, "key": "x"}]}, "/entries/0/key"),
        ({"linked": True, "entries": [good, {**good, "amount_krw": 0}]}, "/entries/1/amount_krw"),
        ({"linked": True, "entries": [{**good, "kind": "closing"}]}, "/entries/0/kind"),
    ):
        status, answer = ledger.ask("POST", "/v1/entries:batch", body)
        assert (status, answer.get("field")) == (400, field), answer
    assert ledger.sql("SELECT count(*) FROM ledger.refused_key")[0][0] == 0


def test_balances_are_known_as_of_any_entry_day_and_moment(ledger):
    posted(ledger.post("main_budget", 100, effective_date="2025-01-02"))
    middle = posted(ledger.post("securing", 30, effective_date="2025-03-01"))
    posted(ledger.post("securing", 20, effective_date="2025-02-01"))  # back-dated
    target = "/v1/accounts/2025/district/a/S20/balance"
    assert ledger.get(target)["balance_krw"] == 50
    for as_of, balance_krw in (
        ("2", 30),
        ("3", 50),
        ("2025-02-01", 20),
        ("2025-02-28", 20),
        ("2025-03-01", 50),
        (middle["posted_time"], 30),
    ):
        assert ledger.get(f"{target}?as_of={as_of}")["balance_krw"] == balance_krw, as_of
    for as_of in ("1", "2025-01-31"):
        assert ledger.ask("GET", f"{target}?as_of={as_of}")[0] == 404
    assert ledger.ask("GET", f"{target}?as_of=2025-02-30")[0] == 400
    assert ledger.ask("GET", "/v1/accounts/2025/district/a/S11/balance")[0] == 400


def test_a_balance_after_any_entry_is_the_sum_of_the_postings_up_to_it(ledger):
    posted(ledger.post("main_budget", 1_000))
    for number in range(1, 14):  # entries of the account and others, in turns
        posted(ledger.post("securing", number))
        for _ in range(number % 3):
            posted(ledger.post("main_budget", 1, programme="b"))
    entries = ledger.get("/v1/journal?limit=200")["entries"]
    balance_krw, postings = 0, 0
    for entry in entries + [{"seq": len(entries) + 7, "legs": []}]:
        for leg in entry["legs"]:
            if (leg["programme"], leg["stage"]) == ("a", "S20"):
                balance_krw += leg["amount_krw"]
                postings += 1
        target = f"/v1/accounts/2025/district/a/S20/balance?as_of={entry['seq']}"
        status, answer = ledger.ask("GET", target)
        if postings == 0:
            assert status == 404
        else:
            assert (answer["balance_krw"], answer["postings"]) == (balance_krw, postings)
    assert ledger.get("/v1/accounts/2025/district/a/S20/balance")["balance_krw"] == 91


def test_every_bad_entry_is_refused_by_name_and_changes_nothing(ledger):
    commit(ledger, 1_000)
    before = ledger.get("/v1/lines")
    journal = ledger.get("/v1/journal")
    for kind, changes, code in (
        ("expenditure", {"amount_krw": 1_001}, "balance-short"),
        ("main_budget", {"amount_krw": 2**63 - 1}, "balance-overflow"),
        ("main_budget", {"amount_krw": 1, "fiscal_year": 2031}, "period-missing"),
        ("main_budget", {"amount_krw": 1, "document": " "}, "document-missing"),
        ("supplementary", {"transfers": [move("R10.main", "S10", 1)]}, "legs-invalid"),
        ("expenditure", {"transfers": [move("S40", "S45", 1)]}, "legs-invalid"),
        (
            "expenditure",
            {"transfers": [move("S40", "S50", 1), move("S40", "S30", 1, programme="b")]},
            "line-mismatch",
        ),
        (
            "carryover_accident",
            {
                "transfers": [
                    move("S40", "S80.accident", 1),
                    move("R10.carryover_accident", "S40", 1, fiscal_year=2026, programme="b"),
                ]
            },
            "line-mismatch",
        ),
        (
            "supplementary",
            {"transfers": [move("R10.supplementary.1", "S10", 2), move("M10", "M90", 1)]},
            "legs-unbalanced",
        ),
    ):
        refused(ledger, ledger.post(kind, **changes), code, before=before)
    for changes, field in (
        ({"transfers": [move("S40", "S50", 1)], "amount_krw": 1}, "/amount_krw"),
        ({"transfers": []}, "/transfers"),
        ({"transfers": [move("S40", "S51", 1)]}, "/transfers/0/credit"),
        ({"transfers": [move("S40", "S50", -1)]}, "/transfers/0/amount_krw"),
        ({"transfers": [move("S40", "S50", 1)] * 9}, "/transfers"),
        ({"linked_seq": 0, "amount_krw": 1}, "/linked_seq"),
        ({}, "/amount_krw"),
    ):
        status, answer = ledger.post("expenditure", **changes)
        assert (status, answer["field"]) == (400, field), answer
    status, answer = ledger.post("item_transfer", 1)
    assert (status, answer["field"]) == (400, "/transfers")
    status, answer = ledger.post("reversal", 1, linked_seq=1)
    assert (status, answer["field"]) == (400, "/amount_krw")
    assert ledger.get("/v1/lines") == before
    assert ledger.get("/v1/journal") == journal
    assert ledger.verification()["sound"]


def test_a_frozen_line_takes_and_gives_nothing_until_it_is_let_go(ledger):
    commit(ledger, 1_000)
    line = {"fiscal_year": 2025, "programme": "a", "funding_source": "district", "reason": "감사"}
    for _ in range(2):
        status, answer = ledger.ask("POST", "/v1/lines:freeze", line)
        assert (status, answer["frozen"]) == (200, True)
    before = ledger.get("/v1/lines")
    refused(ledger, ledger.post("expenditure", 1), "line-frozen", "/programme", before)
    refused(ledger, ledger.post("settlement", 1), "line-frozen", before=before)
    posted(ledger.post("main_budget", 1, programme="b"))
    status, answer = ledger.ask("POST", "/v1/lines:thaw", line)
    assert (status, answer["frozen"]) == (200, False)
    posted(ledger.post("expenditure", 1))
    status, answer = ledger.ask("POST", "/v1/lines:freeze", {**line, "reason": ""})
    assert (status, answer["field"]) == (400, "/reason")
    assert ledger.ask("POST", "/v1/lines:freeze", line, key=ledger.auditor)[0] == 403
    assert ledger.verification()["sound"]


def test_a_year_is_closed_once_everything_is_settled_and_for_good(ledger):
    def close(year=2025, document="결산 2025"):
        return ledger.ask("POST", f"/v1/periods/{year}:close", {"document": document})

    commit(ledger, 1_000)
    posted(ledger.post("expenditure", 900))
    before = ledger.get("/v1/lines")
    problem = refused(ledger, close(), "year-unsettled", before=before)
    assert problem["value"] == "2025/district/a/S40"
    posted(ledger.post("lapse", transfers=[move("S40", "S90", 100)]))
    for kind in ("main_budget", "securing", "allotment"):
        posted(ledger.post(kind, 50, programme="b"))
    pair = [
        move("S30", "R10.item_transfer", 50, programme="b"),
        move("R10.item_transfer", "S30", 50, programme="c"),
    ]
    posted(ledger.post("item_transfer", transfers=pair, programme="b"))
    posted(ledger.post("lapse", 50, programme="c"))
    refused(ledger, close(year=2031), "period-missing")
    status, period = close()
    assert (status, period["state"]) == (200, "closed")
    journal = ledger.get("/v1/journal")["entries"]
    assert (period["closed_seq"], period["closed_hash"]) == (journal[-1]["seq"], journal[-1]["hash"])
    assert [entry["kind"] for entry in journal[-3:]] == ["closing"] * 3
    for programme in "abc":
        assert stages(ledger, programme) == {}
    assert close(document="다른 문서") == (200, period)
    refused(
        ledger, ledger.ask("POST", "/v1/periods/2025:open"), "period-closed", "/fiscal_year"
    )
    before = ledger.get("/v1/lines")
    refused(ledger, ledger.post("main_budget", 1), "period-closed", "/fiscal_year", before)
    refused(ledger, ledger.post("reversal", linked_seq=1), "period-closed", before=before)
    year_end = "/v1/accounts/2025/district/a/S50/balance?as_of=6"
    assert ledger.get(year_end)["balance_krw"] == 900
    states = [(row["fiscal_year"], row["state"]) for row in ledger.get("/v1/periods")["periods"]]
    assert states == [(2025, "closed"), (2026, "open")]
    assert ledger.verification()["sound"]
    ledger.sql("ALTER TABLE ledger.period DISABLE TRIGGER USER")
    for change in (
        "closed_hash = sha256('x')",
        "state = 'open', closed_by = NULL, closed_time_ms = NULL, closed_seq = NULL,"
        " closed_hash = NULL",
    ):
        ledger.sql(f"UPDATE ledger.period SET {change} WHERE fiscal_year = 2025")
        assert [fault["code"] for fault in ledger.verification()["faults"]] == ["period-broken"]


def test_a_year_is_closed_by_the_services_calendar_and_no_second_earlier(
    databases, start_service, tmp_path
):
    stream = Participation(databases, str(tmp_path)).start()
    ledger = Ledger(databases, start_service, str(tmp_path), stream, demonstration=True)
    korea = timezone(timedelta(hours=9))
    year = datetime.now(korea).year + 1
    new_year = int(datetime(year + 1, 1, 1, tzinfo=korea).timestamp() * 1000)
    target = f"/v1/periods/{year}:close"
    assert ledger.ask("POST", f"/v1/periods/{year}:open")[0] == 200
    ledger.clock.move_ms(new_year - 60_000 - ledger.clock.now_ms())
    refused(ledger, ledger.ask("POST", target, {"document": "결산"}), "year-not-ended")
    assert ledger.get(f"/v1/periods?fiscal_year={year}")["periods"][0]["state"] == "open"
    ledger.clock.move_ms(60_000)
    status, period = ledger.ask("POST", target, {"document": "결산"})
    assert (status, period["state"]) == (200, "closed")
    assert ledger.verification()["sound"]
    stream.close()
