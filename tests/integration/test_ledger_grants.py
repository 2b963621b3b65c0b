# SPDX-License-Identifier: Apache-2.0
"""Grants with their terms: caps by months, consortia, and the day by which they are settled."""

import uuid
from datetime import datetime, timedelta, timezone

import psycopg2
import pytest

from support.ledger import Ledger, Participation, grant_terms


@pytest.fixture
def ledger(databases, start_service, tmp_path):
    stream = Participation(databases, str(tmp_path)).start()
    service = Ledger(databases, start_service, str(tmp_path), stream, demonstration=True)
    service.set_limit(10_000_000)  # which opens the year
    yield service
    stream.close()


def register(ledger, key=None, **changes):
    terms = {
        "amounts": [
            {"funding_source": "city", "amount_krw": 80_000_000},
            {"funding_source": "district", "amount_krw": 20_000_000},
        ],
        "bodies": ["협치네트워크", "마을넷", "시민센터"],
        "document": "삼자 협약 2025-1",
    }
    body = grant_terms(**{**terms, **changes})
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
    assert ledger.post("main_budget", 1, key=key, programme="c")[0] == 201  # an entry may have its key
    assert register(ledger, key) == (201, grant)
    listed = ledger.get("/v1/grants?fiscal_year=2025")
    assert listed["next"] is None
    assert sorted(listed["grants"], key=lambda row: row["programme"]) == [grant, other]
    first = ledger.get("/v1/grants?limit=1")
    rest = ledger.get(f"/v1/grants?limit=1&after={first['next']}")
    assert [x["grants"][0]["grant_id"] for x in (first, rest)] == sorted([key, other["grant_id"]])
    assert ledger.get("/v1/grants?fiscal_year=2026")["grants"] == []


def test_a_grant_may_have_a_key_of_zeros(ledger):
    key = str(uuid.UUID(int=0))
    first = register(ledger, key)
    assert (first[0], first[1].get("grant_id")) == (201, key)
    assert register(ledger, key) == first


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
    status, registered = register(ledger, amounts=amounts, **terms)
    assert status == 201
    named = {"grant_id": registered["grant_id"]}
    assert grant() == (0, 0, False)
    for kind in ("main_budget", "securing", "allotment"):
        assert ledger.post(kind, 500)[0] == 201
    for kind in ("grant_decision", "grant_payment"):
        assert ledger.post(kind, 500, **named)[0] == 201
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
        **named,
    }
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    assert ledger.ask("POST", "/v1/settlements", body, headers=headers)[0] == 201
    assert grant() == (0, 32, True)
    legs = [
        {"debit": "S70", "credit": "S75", "amount_krw": 30},
        {"debit": "I10", "credit": "I20", "amount_krw": 2},
    ]
    assert ledger.post("refund", transfers=legs, **named)[0] == 201
    assert grant() == (0, 0, False)
    assert ledger.verification()["sound"]


def fund(ledger, amount_krw, **line):
    for kind in ("main_budget", "securing", "allotment"):
        assert ledger.post(kind, amount_krw, **line)[0] == 201


def figures(ledger, grant_id):
    [row] = [row for row in ledger.get("/v1/grants")["grants"] if row["grant_id"] == grant_id]
    names = ("decided", "paid", "spent", "settled", "to_return", "returned")
    return tuple(row[f"{name}_krw"] for name in names)


def refusal(answer):
    status, problem = answer
    assert status in (409, 422), answer
    return problem["code"], problem.get("detail", "")


def test_nothing_of_a_grant_exceeds_what_came_before_it(ledger):
    """Two grants of one programme and source share the line's accounts, and never each other's."""
    amounts = [{"funding_source": "district", "amount_krw": 300}]
    first, second = (register(ledger, amounts=amounts)[1]["grant_id"] for _ in range(2))
    fund(ledger, 1000)
    assert refusal(ledger.post("grant_decision", 300))[0] == "grant-missing"
    assert refusal(ledger.post("grant_decision", 300, grant_id=str(uuid.uuid4())))[0] == "grant-unknown"
    assert refusal(ledger.post("commitment", 300, grant_id=first))[0] == "grant-kind-invalid"
    code, detail = refusal(ledger.post("grant_decision", 301, grant_id=first))
    assert code == "grant-over-amount" and "1원" in detail
    key = str(uuid.uuid4())
    decided = ledger.post("grant_decision", 200, grant_id=first, key=key)
    assert decided[0] == 201
    assert f'"grant_id":"{first}"' in decided[1]["metadata"]
    assert ledger.post("grant_decision", 200, grant_id=first, key=key) == decided
    assert ledger.post("grant_decision", 200, grant_id=second, key=key)[1]["code"] == (
        "idempotency-key-reused")
    assert refusal(ledger.post("grant_decision", 101, grant_id=first))[0] == "grant-over-amount"
    assert refusal(ledger.post("grant_decision", 1, grant_id=first, funding_source="city"))[0] == (
        "grant-over-amount")  # nothing of it is the city's
    assert refusal(ledger.post("grant_decision", 1, grant_id=first, programme="b"))[0] == (
        "grant-line-mismatch")
    assert ledger.post("grant_decision", 300, grant_id=second)[0] == 201
    assert ledger.post("commitment", 200)[0] == 201  # which is no grant's

    # 700 are on the line's S40, 200 of them the first grant's.
    code, detail = refusal(ledger.post("grant_payment", 201, grant_id=first))
    assert code == "grant-over-decided" and "1원" in detail
    assert refusal(ledger.post("grant_payment", 200))[0] == "grant-missing"
    assert ledger.post("grant_payment", 200, grant_id=first)[0] == 201
    paid = ledger.post("grant_payment", 300, grant_id=second)[1]
    assert refusal(ledger.post("grant_expenditure", 201, grant_id=first))[0] == "grant-over-paid"
    spent = ledger.post("grant_expenditure", 150, grant_id=first)[1]
    assert figures(ledger, first) == (200, 200, 150, 0, 0, 0)
    assert figures(ledger, second) == (300, 300, 0, 0, 0, 0)

    # Corrections belong to the grant of what they correct, and keep its floors.
    assert ledger.post("reversal", linked_seq=paid["seq"], grant_id=second)[0] == 400
    assert ledger.post("reversal", linked_seq=paid["seq"])[0] == 201
    assert figures(ledger, second) == (300, 0, 0, 0, 0, 0)
    assert refusal(ledger.post("reversal", linked_seq=decided[1]["seq"]))[0] == "grant-over-decided"
    back = ledger.post("expenditure_return", 50, linked_seq=spent["seq"])
    assert back[0] == 201, back
    assert figures(ledger, first) == (150, 150, 100, 0, 0, 0)
    assert ledger.post("commitment_cancel", 300, grant_id=second)[0] == 201
    assert figures(ledger, second) == (0, 0, 0, 0, 0, 0)
    assert refusal(ledger.post("commitment_cancel", 1, grant_id=second))[0] == "grant-over-decided"

    # A held sum becomes a decision on a grant like any other.
    deadline = datetime.fromtimestamp(ledger.clock.now_ms() / 1000 + 86_400, timezone.utc)
    status, hold = ledger.hold(
        100, deadline.isoformat(timespec="seconds").replace("+00:00", "Z"), kind="grant_decision")
    assert status == 201, hold

    def take(**changes):
        body = {"amount_krw": 100, "document": "교부결정", **changes}
        return ledger.ask("POST", f"/v1/holds/{hold['hold_id']}:commit", body,
                          headers={"Idempotency-Key": str(uuid.uuid4())})

    assert refusal(take())[0] == "grant-missing"
    assert take(grant_id=second)[0] == 201
    assert figures(ledger, second)[0] == 100

    # All or none: the second payment is one won too much, so that the first is not made either.
    entries = [
        {"key": str(uuid.uuid4()), "kind": "grant_payment", "fiscal_year": 2025, "programme": "a",
         "funding_source": "district", "amount_krw": amount, "document": "교부", "grant_id": second}
        for amount in (60, 41)
    ]
    answer = ledger.ask("POST", "/v1/entries:batch", {"linked": True, "entries": entries})[1]
    assert (answer["posted"], answer["refused"]) == (0, 2)
    assert answer["results"][1]["problem"]["code"] == "grant-over-decided"
    for entry in entries:
        entry["key"] = str(uuid.uuid4())
    entries[1]["amount_krw"] = 40
    answer = ledger.ask("POST", "/v1/entries:batch", {"linked": True, "entries": entries})[1]
    assert (answer["posted"], answer["refused"]) == (2, 0)
    assert figures(ledger, second)[:2] == (100, 100)
    assert ledger.verification()["sound"]

    # An entry that was taken from its grant, or given to another, is found.
    cluster = ledger.cluster
    seq = decided[1]["seq"]
    for statement in (
        f"DELETE FROM ledger.grant_entry WHERE seq = {seq}",
        f"INSERT INTO ledger.grant_entry VALUES ('seongdong', {seq}, '{second}')",
    ):
        cluster.psql("ledger", "ALTER TABLE ledger.grant_entry DISABLE TRIGGER USER",
                     role="ledger_owner")
        cluster.psql("ledger", statement, role="ledger_owner")
        report = ledger.verification()
        assert "grant-mismatch" in [fault["code"] for fault in report["faults"]], report


def test_a_settlement_that_was_wrong_is_made_again_for_the_difference(ledger):
    amounts = [{"funding_source": "city", "amount_krw": 600},
               {"funding_source": "district", "amount_krw": 400}]
    grant = register(ledger, amounts=amounts)[1]["grant_id"]
    for source, amount_krw in (("city", 600), ("district", 400)):
        fund(ledger, amount_krw, funding_source=source)
        for kind in ("grant_decision", "grant_payment"):
            assert ledger.post(kind, amount_krw, funding_source=source, grant_id=grant)[0] == 201

    def settle(spent_krw, unspent_krw, interest_krw=0, key=None, **changes):
        body = {"fiscal_year": 2025, "programme": "a", "spent_krw": spent_krw,
                "unspent_krw": unspent_krw, "interest_krw": interest_krw, "document": "정산검사",
                "grant_id": grant, **changes}
        return ledger.ask("POST", "/v1/settlements", body,
                          headers={"Idempotency-Key": key or str(uuid.uuid4())})

    def shares(settlement):
        return [(row["funding_source"], row["spent_krw"], row["unspent_krw"], row["interest_krw"])
                for row in settlement["sources"]]

    assert refusal(settle(900, 100, grant_id=None))[0] == "grant-missing"
    assert refusal(settle(900, 100, grant_id=str(uuid.uuid4())))[0] == "grant-unknown"
    assert refusal(settle(900, 100, programme="b"))[0] == "grant-line-mismatch"
    assert refusal(settle(900, 100, fiscal_year=2026))[0] == "settlement-empty"
    assert refusal(settle(900, 99))[0] == "settlement-unbalanced"
    key = str(uuid.uuid4())
    first = settle(900, 100, 10, key)
    assert first[0] == 201, first
    assert first[1]["grant_id"] == grant
    assert shares(first[1]) == [("city", 540, 60, 6), ("district", 360, 40, 4)]
    assert figures(ledger, grant) == (1000, 1000, 900, 1000, 100, 0)
    assert settle(900, 100, 10, key) == first
    assert refusal(settle(900, 100, 10))[0] == "settlement-empty"  # nothing would move
    for source, unspent, interest in (("city", 60, 6), ("district", 40, 4)):
        legs = [{"debit": "S70", "credit": "S75", "amount_krw": unspent},
                {"debit": "I10", "credit": "I20", "amount_krw": interest}]
        assert ledger.post("refund", transfers=legs, funding_source=source, grant_id=grant)[0] == 201
    assert figures(ledger, grant) == (1000, 1000, 900, 1000, 0, 100)

    # More was left unspent than the first settlement said: only the difference goes back.
    second = settle(850, 150, 15)
    assert second[0] == 201, second
    assert shares(second[1]) == [("city", -30, 30, 3), ("district", -20, 20, 2)]
    assert figures(ledger, grant) == (1000, 1000, 850, 1000, 50, 100)
    # Less, as far as it did not go back yet.
    third = settle(880, 120, 12)
    assert shares(third[1]) == [("city", 18, -18, -2), ("district", 12, -12, -1)]
    assert figures(ledger, grant) == (1000, 1000, 880, 1000, 20, 100)
    code, detail = refusal(settle(901, 99, 12))
    assert code == "grant-balance-short" and "1원" in detail

    # A settlement entry that is reversed leaves its part to be settled again.
    for entry in third[1]["entries"]:
        assert ledger.post("reversal", linked_seq=entry["seq"])[0] == 201
    assert figures(ledger, grant) == (1000, 1000, 850, 1000, 50, 100)
    assert settle(880, 120, 12)[0] == 201
    for entry in second[1]["entries"]:
        # Too late: what it says goes back is no longer all there.
        assert refusal(ledger.post("reversal", linked_seq=entry["seq"]))[0] == "grant-balance-short"
    assert figures(ledger, grant) == (1000, 1000, 880, 1000, 20, 100)
    [row] = ledger.get("/v1/grants")["grants"]
    assert (row["interest_to_return_krw"], row["programme_to_refund_krw"]) == (2, 22)
    assert ledger.verification()["sound"]


def leg(debit, credit, amount_krw, **line):
    return {"debit": debit, "credit": credit, "amount_krw": amount_krw, **line}


def test_what_was_paid_before_its_grant_was_registered_is_posted_again_by_name(ledger):
    fund(ledger, 300)
    decided = ledger.post("grant_decision", 100)[1]["seq"]
    paid = ledger.post("grant_payment", 100)[1]["seq"]
    amounts = [{"funding_source": "district", "amount_krw": 300}]
    grant = register(ledger, amounts=amounts)[1]["grant_id"]
    status, problem = ledger.post("grant_expenditure", 50)
    assert (status, problem["code"]) == (409, "grant-missing")
    assert "역분개" in problem["title"]
    assert refusal(ledger.post("grant_expenditure", 50, grant_id=grant))[0] == "grant-over-paid"
    for seq in (paid, decided):
        assert ledger.post("reversal", linked_seq=seq)[0] == 201
    for kind in ("grant_decision", "grant_payment"):
        assert ledger.post(kind, 100, grant_id=grant)[0] == 201
    spent = ledger.post("grant_expenditure", 100, grant_id=grant)[1]["seq"]
    assert figures(ledger, grant) == (100, 100, 100, 0, 0, 0)

    # 과목경정: the part that was another programme's leaves the grant, which goes on without it.
    fund(ledger, 30, programme="b")
    moves = [leg("S50", "S30", 30), leg("S30", "S50", 30, programme="b")]
    status, moved = ledger.post("reclassification", transfers=moves, linked_seq=spent)
    assert status == 201, moved
    assert figures(ledger, grant) == (70, 70, 70, 0, 0, 0)
    back = ledger.post("expenditure_return", 10, programme="b", linked_seq=moved["seq"])
    assert back[0] == 201, back  # which is no longer the grant's
    assert figures(ledger, grant) == (70, 70, 70, 0, 0, 0)
    assert refusal(ledger.post("grant_decision", 231, grant_id=grant))[0] == "grant-over-amount"
    assert ledger.post("grant_decision", 230, grant_id=grant)[0] == 201
    assert figures(ledger, grant) == (300, 70, 70, 0, 0, 0)
    assert ledger.verification()["sound"]


def test_decided_money_leaves_under_its_grants_name_only(ledger):
    # 100 are committed to a contract and 200 decided for two grants, on one S40.
    assert ledger.ask("POST", "/v1/periods/2026:open")[0] == 200
    amounts = [{"funding_source": "district", "amount_krw": 300}]
    first, second = (register(ledger, amounts=amounts)[1]["grant_id"] for _ in range(2))
    fund(ledger, 1000)
    assert ledger.post("commitment", 100)[0] == 201
    assert ledger.post("grant_decision", 150, grant_id=first)[0] == 201
    assert ledger.post("grant_decision", 50, grant_id=second)[0] == 201

    def carry(krw, **named):
        moves = [leg("S40", "S80.accident", krw),
                 leg("R10.carryover_accident", "S40", krw, fiscal_year=2026)]
        return ledger.post("carryover_accident", transfers=moves, **named)

    def lapse(krw, **named):
        return ledger.post("lapse", transfers=[leg("S40", "S90", krw)], **named)

    for answer in (carry(101), lapse(101), ledger.post("commitment_cancel", 101)):
        code, detail = refusal(answer)
        assert code == "grant-missing" and "1원" in detail, answer
        assert answer[1]["value"] == "2025/district/a/S40"
    assert refusal(carry(301))[0] == "balance-short"
    assert lapse(10)[0] == 201
    assert ledger.post("commitment_cancel", 20)[0] == 201

    # What the same commit decided counts: the line has 70 more than before the two, and 70 of them
    # are the second grant's.
    def entry(kind, **more):
        return {"key": str(uuid.uuid4()), "kind": kind, "fiscal_year": 2025, "programme": "a",
                "funding_source": "district", "document": "문서", **more}

    moves = [leg("S40", "S90", 71)]
    entries = [entry("grant_decision", amount_krw=70, grant_id=second), entry("lapse", transfers=moves)]
    answer = ledger.ask("POST", "/v1/entries:batch", {"linked": True, "entries": entries})[1]
    assert answer["results"][1]["problem"]["code"] == "grant-missing"
    assert carry(70)[0] == 201  # the rest of the commitment
    assert refusal(carry(1))[0] == "grant-missing"
    assert carry(150, grant_id=first)[0] == 201
    assert lapse(50, grant_id=second)[0] == 201
    # In the next year the carried money is the grant's still, beside the commitment's.
    for krw, code in ((71, "grant-missing"), (221, "balance-short")):
        answer = ledger.post("commitment_cancel", krw, fiscal_year=2026)
        assert refusal(answer)[0] == code, answer
    assert ledger.post("commitment_cancel", 70, fiscal_year=2026)[0] == 201
    assert ledger.verification()["sound"]


def test_what_cannot_name_a_grant_takes_nothing_that_is_decided_for_one(ledger):
    """A plain expenditure, or a commitment that is taken back late, would leave a grant without its money."""
    assert ledger.ask("POST", "/v1/periods/2026:open")[0] == 200
    amounts = [{"funding_source": "district", "amount_krw": 300}]
    grant = register(ledger, amounts=amounts)[1]["grant_id"]
    fund(ledger, 1000)
    committed = ledger.post("commitment", 100)[1]["seq"]
    decided = ledger.post("grant_decision", 200, grant_id=grant)[1]["seq"]

    def refused(answer, short_krw, account="2025/district/a/S40"):
        code, detail = refusal(answer)
        assert code == "grant-decided" and f"{short_krw}원" in detail, answer
        assert (answer[1]["field"], answer[1]["value"]) == ("/amount_krw", account)

    refused(ledger.post("expenditure", 101), 1)
    with_saving = [leg("S40", "S50", 90), leg("S40", "S30", 12)]
    refused(ledger.post("expenditure", transfers=with_saving), 2)
    assert refusal(ledger.post("expenditure", 301))[0] == "balance-short"
    assert refusal(ledger.post("expenditure", 100, grant_id=grant))[0] == "grant-kind-invalid"
    spent = ledger.post("expenditure", 70)[1]["seq"]
    refused(ledger.post("reversal", linked_seq=committed), 70)
    assert ledger.post("reversal", linked_seq=spent)[0] == 201

    # Many in one commit: what earlier ones decided and paid of the grant counts, and all is as before
    # when the last of them is one won too many.
    def entry(kind, amount_krw, **more):
        return {"key": str(uuid.uuid4()), "kind": kind, "fiscal_year": 2025, "programme": "a",
                "funding_source": "district", "amount_krw": amount_krw, "document": "문서", **more}

    def batch(last_krw):
        entries = [entry("grant_decision", 50, grant_id=grant), entry("grant_payment", 20, grant_id=grant),
                   entry("expenditure", 60), entry("expenditure", last_krw)]
        body = {"linked": True, "entries": entries}
        return ledger.ask("POST", "/v1/entries:batch", body)[1]

    problem = batch(41)["results"][3]["problem"]
    assert problem["code"] == "grant-decided" and "1원" in problem["detail"]
    assert figures(ledger, grant) == (200, 0, 0, 0, 0, 0)
    assert batch(40)["posted"] == 4
    refused(ledger.post("expenditure", 1), 1)

    # In the year into which it was carried: there a carry-over of other money cannot be taken back
    # once that money is spent.
    def carry(krw, **named):
        moves = [leg("S40", "S80.accident", krw),
                 leg("R10.carryover_accident", "S40", krw, fiscal_year=2026)]
        return ledger.post("carryover_accident", transfers=moves, **named)

    assert ledger.post("commitment", 30)[0] == 201
    carried = carry(30)[1]["seq"]
    assert carry(230, grant_id=grant)[0] == 201
    assert ledger.post("expenditure", 30, fiscal_year=2026)[0] == 201
    for answer, short_krw in ((ledger.post("expenditure", 1, fiscal_year=2026), 1),
                              (ledger.post("reversal", linked_seq=carried), 30)):
        refused(answer, short_krw, "2026/district/a/S40")
    assert refusal(ledger.post("reversal", linked_seq=decided))[0] == "grant-over-decided"
    assert ledger.verification()["sound"]


def test_a_correction_that_was_taken_from_its_grant_is_found(ledger):
    """It says no grant itself: what is decided then is more than there is."""
    amounts = [{"funding_source": "district", "amount_krw": 300}]
    grant = register(ledger, amounts=amounts)[1]["grant_id"]
    fund(ledger, 300)
    assert ledger.post("commitment", 200)[0] == 201
    decided = ledger.post("grant_decision", 40, grant_id=grant)[1]["seq"]
    assert ledger.post("expenditure", 170)[0] == 201
    back = ledger.post("reversal", linked_seq=decided)[1]["seq"]
    assert ledger.verification()["sound"]
    for statement in ("ALTER TABLE ledger.grant_entry DISABLE TRIGGER USER",
                      f"DELETE FROM ledger.grant_entry WHERE seq = {back}"):
        ledger.cluster.psql("ledger", statement, role="ledger_owner")
    assert [fault["code"] for fault in ledger.verification()["faults"]] == ["grant-mismatch"]


def test_money_that_is_carried_over_names_its_grant_in_the_next_year(ledger):
    assert ledger.ask("POST", "/v1/periods/2026:open")[0] == 200
    amounts = [{"funding_source": "district", "amount_krw": 100}]
    grant = register(ledger, amounts=amounts)[1]["grant_id"]
    fund(ledger, 100)
    assert ledger.post("grant_decision", 100, grant_id=grant)[0] == 201
    assert ledger.post("lapse", transfers=[leg("S40", "S90", 40)], grant_id=grant)[0] == 201
    assert figures(ledger, grant)[0] == 60  # what lapsed is not decided any more

    def overdue():
        [row] = [row for row in ledger.get("/v1/grants")["grants"] if row["grant_id"] == grant]
        return row["overdue"]

    def settle(**named):
        body = {"fiscal_year": 2026, "programme": "a", "spent_krw": 50, "unspent_krw": 10,
                "document": "정산검사", **named}
        return ledger.ask("POST", "/v1/settlements", body,
                          headers={"Idempotency-Key": str(uuid.uuid4())})

    # As long as nothing of the grant is in that year, the year is none of its.
    fund(ledger, 5, fiscal_year=2026)
    for kind in ("grant_decision", "commitment_cancel"):
        assert ledger.post(kind, 5, fiscal_year=2026)[0] == 201
    assert refusal(settle())[0] == "settlement-empty"
    moves = [leg("S40", "S80.accident", 60),
             leg("R10.carryover_accident", "S40", 60, fiscal_year=2026)]
    assert ledger.post("carryover_accident", transfers=moves, grant_id=grant)[0] == 201
    assert overdue() is True  # carried over, and not paid
    assert refusal(ledger.post("grant_decision", 5, fiscal_year=2026))[0] == "grant-missing"
    assert refusal(ledger.post("grant_payment", 60, fiscal_year=2026))[0] == "grant-missing"
    paid = ledger.post("grant_payment", 60, fiscal_year=2026, grant_id=grant)
    assert paid[0] == 201, paid
    assert overdue() is True
    assert refusal(settle())[0] == "grant-missing"
    assert settle(grant_id=grant)[0] == 201
    assert overdue() is True
    assert figures(ledger, grant) == (60, 60, 50, 60, 10, 0)
    assert ledger.post("refund", 10, fiscal_year=2026, grant_id=grant)[0] == 201
    assert overdue() is False
    # What lapsed may be decided on again, and no more than that.
    fund(ledger, 41)
    assert refusal(ledger.post("grant_decision", 41, grant_id=grant))[0] == "grant-over-amount"
    assert ledger.post("grant_decision", 40, grant_id=grant)[0] == 201
    assert ledger.verification()["sound"]
