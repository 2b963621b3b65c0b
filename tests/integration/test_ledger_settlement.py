# SPDX-License-Identifier: Apache-2.0
"""Grants from several sources, settled in one sum and split back by source to the won."""

import uuid

import pytest

from support.ledger import Ledger, Participation

PAID = {"national": 500, "city": 333, "district": 167}


@pytest.fixture
def ledger(databases, start_service, tmp_path):
    stream = Participation(databases, str(tmp_path)).start()
    service = Ledger(databases, start_service, str(tmp_path), stream)
    service.set_limit(10_000_000)  # which opens the year
    yield service
    stream.close()


def pay(ledger, **amounts):
    """Takes money of each source to the performing body."""
    for source, amount_krw in amounts.items():
        for kind in ("main_budget", "securing", "allotment", "grant_decision", "grant_payment"):
            status, entry = ledger.post(kind, amount_krw, funding_source=source)
            assert status == 201, entry


def settle(ledger, spent_krw, unspent_krw, interest_krw=0, key=None, **changes):
    body = {
        "fiscal_year": 2025,
        "programme": "a",
        "spent_krw": spent_krw,
        "unspent_krw": unspent_krw,
        "interest_krw": interest_krw,
        "document": "정산검사 2025-7",
        **changes,
    }
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return ledger.ask("POST", "/v1/settlements", body, headers=headers)


def stages(ledger, source):
    for line in ledger.get("/v1/lines")["lines"]:
        if (line["programme"], line["funding_source"]) == ("a", source):
            return {row["stage"]: row["balance_krw"] for row in line["stages"] if row["balance_krw"]}
    return {}


def test_what_was_not_spent_goes_back_to_each_source_to_the_won(ledger):
    pay(ledger, **PAID)
    key = str(uuid.uuid4())
    status, settlement = settle(ledger, 899, 101, 7, key, effective_date="2025-12-20")
    assert status == 201, settlement
    shares = {
        row["funding_source"]: (row["spent_krw"], row["unspent_krw"], row["interest_krw"])
        for row in settlement["sources"]
    }
    # 101 × 500, 333, 167 / 1,000 = 50.5, 33.633, 16.867; 7 × the same = 3.5, 2.331, 1.169.
    assert shares == {"national": (450, 50, 4), "city": (299, 34, 2), "district": (150, 17, 1)}
    for place, total in enumerate((899, 101, 7)):
        assert sum(share[place] for share in shares.values()) == total
    for source, (spent_krw, unspent_krw, interest_krw) in shares.items():
        assert stages(ledger, source) == {
            "R10.main": -PAID[source],
            "S60": spent_krw,
            "S70": unspent_krw,
            "I10": interest_krw,
            "I20": -interest_krw,
        }
    kinds = [entry["kind"] for entry in settlement["entries"]]
    assert kinds == ["grant_expenditure", "settlement"] * 3
    assert {entry["effective_date"] for entry in settlement["entries"]} == {"2025-12-20"}
    assert settle(ledger, 899, 101, 7, key, effective_date="2025-12-20") == (status, settlement)
    status, problem = settle(ledger, 900, 100, 7, key)
    assert (status, problem["code"]) == (409, "idempotency-key-reused")
    for source, (_, unspent_krw, interest_krw) in shares.items():
        legs = [
            {"debit": "S70", "credit": "S75", "amount_krw": unspent_krw},
            {"debit": "I10", "credit": "I20", "amount_krw": interest_krw},
        ]
        assert ledger.post("refund", transfers=legs, funding_source=source)[0] == 201
    status, problem = settle(ledger, 1, 0)
    assert (status, problem["code"]) == (409, "settlement-empty")
    assert len(ledger.get("/v1/journal")["entries"]) == 15 + 6 + 3
    # An entry may have its key.
    assert ledger.post("main_budget", 1, key=key, programme="b")[0] == 201
    assert settle(ledger, 899, 101, 7, key, effective_date="2025-12-20") == (201, settlement)
    report = ledger.verification()
    assert report["sound"], report


def test_equal_remainders_go_to_the_state_before_the_city_before_the_district(ledger):
    pay(ledger, national=100, city=100, district=100, other=100)
    status, settlement = settle(ledger, 398, 2)
    assert status == 201
    assert [row["unspent_krw"] for row in settlement["sources"]] == [1, 1, 0, 0]
    assert ledger.verification()["sound"]


def test_a_reversed_payment_counts_for_nothing(ledger):
    pay(ledger, city=100, district=300)
    status, entry = ledger.post("reversal", linked_seq=10)
    assert (status, entry["legs"][0]["stage"]) == (201, "S45")
    assert ledger.post("grant_payment", 100, funding_source="district")[0] == 201
    status, settlement = settle(ledger, 190, 10)
    assert status == 201
    assert [row["unspent_krw"] for row in settlement["sources"]] == [5, 5]


def test_a_settlement_that_does_not_fit_is_refused_and_posts_nothing(ledger):
    pay(ledger, city=600, district=400)
    assert ledger.post("grant_expenditure", 350, funding_source="district")[0] == 201
    before = ledger.get("/v1/journal")
    key = str(uuid.uuid4())
    refused = settle(ledger, 549, 100, key=key)
    assert (refused[0], refused[1]["code"], refused[1]["field"]) == (
        409,
        "settlement-unbalanced",
        "/spent_krw",
    )
    assert "1원" in refused[1]["detail"]
    status, problem = settle(ledger, 500, 150)
    assert (status, problem["code"]) == (409, "balance-short")
    assert problem["value"] == "2025/district/a/S45"
    status, problem = settle(ledger, 600, 50, fiscal_year=2031)
    assert (status, problem["code"]) == (409, "settlement-empty")
    for changes, field in (
        ({"unspent_krw": -1}, "/unspent_krw"),
        ({"programme": " "}, "/programme"),
        ({"document": " "}, "/document"),
        ({"effective_date": "2025-02-30"}, "/effective_date"),
        ({"linked_seq": 1}, "/linked_seq"),
    ):
        status, problem = settle(ledger, **{"spent_krw": 600, "unspent_krw": 50, **changes})
        assert (status, problem["field"]) == (400, field), problem
    line = {"fiscal_year": 2025, "programme": "a", "funding_source": "city", "reason": "감사"}
    assert ledger.ask("POST", "/v1/lines:freeze", line)[0] == 200
    frozen_key = str(uuid.uuid4())
    frozen = settle(ledger, 570, 80, key=frozen_key)
    assert (frozen[0], frozen[1]["code"]) == (409, "line-frozen")
    assert ledger.get("/v1/journal") == before
    assert ledger.ask("POST", "/v1/lines:thaw", line)[0] == 200
    assert settle(ledger, 570, 80, key=frozen_key) == frozen
    assert settle(ledger, 549, 100, key=key) == refused
    status, settlement = settle(ledger, 570, 80)
    assert status == 201
    shares = [(row["spent_krw"], row["unspent_krw"]) for row in settlement["sources"]]
    assert shares == [(552, 48), (18, 32)]
    assert ledger.verification()["sound"]
