# SPDX-License-Identifier: Apache-2.0
"""Grants with their terms: caps by months, consortia, and the day by which they are settled."""

import uuid
from datetime import datetime, timedelta, timezone

import psycopg2
import pytest

from support.ledger import Ledger, Participation


@pytest.fixture
def ledger(databases, start_service, tmp_path):
    stream = Participation(databases, str(tmp_path)).start()
    service = Ledger(databases, start_service, str(tmp_path), stream, demonstration=True)
    service.set_limit(10_000_000)  # which opens the year
    yield service
    stream.close()


def register(ledger, key=None, **changes):
    body = {
        "instrument": "platform",
        "fiscal_year": 2025,
        "programme": "a",
        "amounts": [
            {"funding_source": "city", "amount_krw": 80_000_000},
            {"funding_source": "district", "amount_krw": 20_000_000},
        ],
        "start_date": "2025-01-01",
        "end_date": "2025-12-31",
        "settlement_due_date": "2026-02-28",
        "bodies": ["협치네트워크", "마을넷", "시민센터"],
        "document": "삼자 협약 2025-1",
        **changes,
    }
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return ledger.ask("POST", "/v1/grants", body, headers=headers)


def test_a_grant_is_registered_with_its_terms_and_its_consortium(ledger):
    key = str(uuid.uuid4())
    status, grant = register(ledger, key)
    assert status == 201, grant
    assert grant["grant_id"] == key
    assert (grant["instrument_name"], grant["month_count"]) == ("시민협력플랫폼", 12)
    assert (grant["amount_krw"], grant["cap_krw"]) == (100_000_000, 100_000_000)
    assert [body["role"] for body in grant["bodies"]] == ["lead", "member", "member"]
    assert grant["bodies"][0]["name"] == "협치네트워크"
    assert grant["registered_by"] == "operator:kim"
    assert register(ledger, key) == (status, grant)
    status, problem = register(ledger, key, programme="b")
    assert (status, problem["code"]) == (409, "idempotency-key-reused")
    other = register(ledger, programme="b", bodies=["단독 수행 단체"])[1]
    listed = ledger.get("/v1/grants?fiscal_year=2025")
    assert listed["next"] is None
    assert sorted(listed["grants"], key=lambda row: row["programme"]) == [grant, other]
    first = ledger.get("/v1/grants?limit=1")
    rest = ledger.get(f"/v1/grants?limit=1&after={first['next']}")
    assert [x["grants"][0]["grant_id"] for x in (first, rest)] == sorted([key, other["grant_id"]])
    assert ledger.get("/v1/grants?fiscal_year=2026")["grants"] == []


def test_one_won_over_the_cap_for_its_months_is_refused_by_how_much(ledger):
    amounts = [{"funding_source": "city", "amount_krw": 58_333_334}]
    terms = {"end_date": "2025-07-31", "amounts": amounts}  # 7 months: 58,333,333.33
    key = str(uuid.uuid4())
    refused = register(ledger, key, **terms)
    assert (refused[0], refused[1]["code"], refused[1]["field"]) == (
        422,
        "grant-over-cap",
        "/amounts",
    )
    assert "1원" in refused[1]["detail"]
    assert register(ledger, key, **terms) == refused
    amounts[0]["amount_krw"] -= 1
    status, grant = register(ledger, **terms)
    assert (status, grant["month_count"], grant["cap_krw"]) == (201, 7, 58_333_333)
    rules = {row["instrument"]: row for row in ledger.get("/v1/grant-rules")["rules"]}
    assert len(rules) == 6
    assert rules["innovation_plan"]["cap_krw"] == 300_000_000
    assert rules["innovation_plan"]["planning_month_max"] == 12
    assert rules["dong"]["cap_month_count"] is None


def test_every_term_that_is_broken_is_refused_by_name_and_registers_nothing(ledger):
    for changes, status, code in (
        ({"instrument": "gift"}, 422, "grant-instrument-unknown"),
        ({"bodies": []}, 422, "grant-bodies-invalid"),
        ({"bodies": ["a", "a"]}, 422, "grant-bodies-invalid"),
        ({"start_date": "2026-01-01"}, 422, "grant-days-invalid"),
        ({"end_date": "2028-01-01", "settlement_due_date": "2029-01-01"}, 422, "grant-too-long"),
        ({"planning_month_count": 13}, 422, "grant-planning-too-long"),
        ({"settlement_due_date": "2025-12-31"}, 422, "grant-due-invalid"),
        ({"amounts": []}, 422, "amount-invalid"),
        ({"document": "  "}, 422, "document-missing"),
        ({"fiscal_year": 2031}, 409, "period-missing"),
    ):
        answer = register(ledger, **changes)
        assert (answer[0], answer[1]["code"]) == (status, code), answer
    twice = [{"funding_source": "city", "amount_krw": 1}] * 2
    for changes, field in (
        ({"amounts": twice}, "/amounts/1/funding_source"),
        ({"amounts": [{"funding_source": "city", "amount_krw": 0}]}, "/amounts/0/amount_krw"),
        ({"bodies": [1]}, "/bodies"),
        ({"bodies": ["x" * 201]}, "/bodies"),
        ({"bodies": ["x"] * 17}, "/bodies"),
        ({"end_date": "2025-02-30"}, "/end_date"),
        ({"programme": " "}, "/programme"),
        ({"planning_month_count": -1}, "/planning_month_count"),
        ({"person": "x"}, "/person"),
    ):
        status, problem = register(ledger, **changes)
        assert (status, problem["field"]) == (400, field), problem
    assert ledger.get("/v1/grants")["grants"] == []
    assert register(ledger)[0] == 201
    for statement in ("UPDATE ledger.grant_award SET programme = 'x'", "DELETE FROM ledger.grant_body"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ledger.cluster.psql("ledger", statement, role="ledger")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
            ledger.cluster.psql("ledger", statement, role="ledger_owner")
    assert ledger.verification()["sound"]


def test_a_grant_is_overdue_until_it_is_settled_and_refunded(ledger):
    def grant():
        row = ledger.get("/v1/grants")["grants"][0]
        return row["programme_unsettled_krw"], row["programme_to_refund_krw"], row["overdue"]

    korea = timezone(timedelta(hours=9))
    today = datetime.fromtimestamp(ledger.clock.now_ms() / 1000, korea).date()
    due = (today + timedelta(days=1)).isoformat()
    start = (today - timedelta(days=30)).isoformat()
    terms = {"start_date": start, "end_date": today.isoformat(), "settlement_due_date": due}
    amounts = [{"funding_source": "district", "amount_krw": 500}]
    assert register(ledger, amounts=amounts, **terms)[0] == 201
    assert grant() == (0, 0, False)
    for kind in ("main_budget", "securing", "allotment", "grant_decision", "grant_payment"):
        assert ledger.post(kind, 500)[0] == 201
    assert grant() == (500, 0, False)
    ledger.clock.move_ms(2 * 86_400_000)
    assert grant() == (500, 0, True)
    body = {
        "fiscal_year": 2025,
        "programme": "a",
        "spent_krw": 470,
        "unspent_krw": 30,
        "interest_krw": 2,
        "document": "정산검사",
    }
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    assert ledger.ask("POST", "/v1/settlements", body, headers=headers)[0] == 201
    assert grant() == (0, 32, True)
    legs = [
        {"debit": "S70", "credit": "S75", "amount_krw": 30},
        {"debit": "I10", "credit": "I20", "amount_krw": 2},
    ]
    assert ledger.post("refund", transfers=legs)[0] == 201
    assert grant() == (0, 0, False)
    assert ledger.verification()["sound"]
