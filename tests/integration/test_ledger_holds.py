# SPDX-License-Identifier: Apache-2.0
"""Money held until a deadline: taken up in whole or in part, given back, ended by the clock."""

import concurrent.futures
import time
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
    for kind in ("main_budget", "securing", "allotment"):
        assert service.post(kind, 1_000)[0] == 201
    yield service
    stream.close()


def in_hours(ledger, hours):
    """A moment so many hours from the ledger's now, as requests have it."""
    now = datetime.fromtimestamp(ledger.clock.now_ms() / 1000, timezone.utc)
    return (now + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def move_hours(ledger, hours):
    ledger.clock.move_ms(hours * 3_600_000)


def held(ledger, amount_krw, hours=24, **changes):
    status, hold = ledger.hold(amount_krw, in_hours(ledger, hours), **changes)
    assert status == 201, hold
    return hold


def account(ledger, stage="S30"):
    """Balance and held won of 2025/district/a at a stage."""
    for line in ledger.get("/v1/lines")["lines"]:
        for row in line["stages"]:
            if (line["programme"], row["stage"]) == ("a", stage):
                return row["balance_krw"], row["held_krw"]
    return None


def state_of(ledger, hold_id):
    return [x["state"] for x in ledger.get("/v1/holds")["holds"] if x["hold_id"] == hold_id][0]


def wait_state(ledger, hold_id, state):
    """Asks again with growing pauses, since the service's clock ends holds unasked."""
    deadline = time.monotonic() + 20
    pause = 0.01
    while state_of(ledger, hold_id) != state:
        assert time.monotonic() < deadline, f"no hold that is {state} within 20 s"
        time.sleep(pause)
        pause = min(pause * 2, 0.2)


def code_of(answer, status=409):
    assert answer[0] == status, answer
    return answer[1]["code"]


def said(ledger, noun):
    return [data for kind, data in ledger.events() if kind.endswith(f".{noun}.v1")]


def test_held_money_is_there_for_its_own_entry_only(ledger):
    hold = held(ledger, 700)
    assert (hold["state"], hold["kind_name"], hold["seq"]) == ("held", "지출원인행위", None)
    assert account(ledger) == (1_000, 700)
    status, problem = ledger.post("commitment", 301)
    assert (status, problem["code"], problem["value"]) == (
        409,
        "balance-short",
        "2025/district/a/S30",
    )
    assert "1원" in problem["detail"]
    assert code_of(ledger.post("allotment_return", 301)) == "balance-short"
    assert code_of(ledger.hold(301, in_hours(ledger, 1))) == "balance-short"
    assert ledger.post("commitment", 300)[0] == 201
    status, entry = ledger.commit_hold(hold["hold_id"], 700)
    assert status == 201
    assert [(leg["stage"], leg["amount_krw"]) for leg in entry["legs"]] == [
        ("S30", -700),
        ("S40", 700),
    ]
    assert hold["hold_id"] in entry["metadata"]
    assert account(ledger) == (0, 0)
    ended = ledger.get("/v1/holds?state=committed")["holds"]
    assert [(x["committed_krw"], x["seq"]) for x in ended] == [(700, entry["seq"])]
    report = ledger.verification()
    assert report["sound"], report


def test_part_of_a_hold_is_taken_up_and_the_rest_is_free(ledger):
    hold = held(ledger, 1_000, kind="grant_decision")
    assert code_of(ledger.commit_hold(hold["hold_id"], 1_001)) == "hold-exceeded"
    assert account(ledger) == (1_000, 1_000)
    status, entry = ledger.commit_hold(hold["hold_id"], 940, effective_date="2025-03-02")
    assert (status, entry["kind"], entry["effective_date"]) == (
        201,
        "grant_decision",
        "2025-03-02",
    )
    assert account(ledger) == (60, 0)
    assert code_of(ledger.commit_hold(hold["hold_id"], 1)) == "hold-committed"
    assert code_of(ledger.release_hold(hold["hold_id"])) == "hold-committed"
    (posted,) = ledger.entries_said()[-1]
    assert posted["hold_id"] == hold["hold_id"]
    assert said(ledger, "hold.placed")[0]["amount_krw"] == "1000"
    assert said(ledger, "hold.ended") == []
    assert ledger.verification()["sound"]


def test_a_released_hold_is_free_and_stays_released(ledger):
    hold_id = held(ledger, 1_000)["hold_id"]
    first = ledger.release_hold(hold_id)
    assert (first[0], first[1]["state"], first[1]["end_reason"]) == (200, "released", "입찰 취소")
    assert first[1]["ended_by"] == "operator:kim"
    assert ledger.release_hold(hold_id, "다른 까닭") == first
    assert account(ledger) == (1_000, 0)
    assert code_of(ledger.commit_hold(hold_id, 1)) == "hold-released"
    assert [x["end"] for x in said(ledger, "hold.ended")] == ["HOLD_END_RELEASED"]
    assert code_of(ledger.release_hold(str(uuid.uuid4()))) == "hold-unknown"
    assert code_of(ledger.commit_hold(str(uuid.uuid4()), 1)) == "hold-unknown"
    assert ledger.verification()["sound"]


def test_the_service_ends_what_is_due_unasked(ledger):
    hold_id = held(ledger, 1_000, hours=24)["hold_id"]
    other = held_beside(ledger, "b")
    move_hours(ledger, 25)
    ledger.service.wait_log("holds_expired")
    assert state_of(ledger, hold_id) == "expired"
    assert state_of(ledger, other) == "held"
    assert account(ledger) == (1_000, 0)
    assert [x["hold_id"] for x in said(ledger, "hold.ended")] == [hold_id]
    assert ledger.verification()["sound"]


def held_beside(ledger, programme):
    """Holds money of another line for longer."""
    for kind in ("main_budget", "securing", "allotment"):
        assert ledger.post(kind, 10, programme=programme)[0] == 201
    return held(ledger, 10, hours=48, programme=programme)["hold_id"]


def test_a_hold_past_its_deadline_refuses_by_its_name(ledger):
    hold_id = held(ledger, 1_000, hours=24)["hold_id"]
    assert code_of(ledger.hold(1, in_hours(ledger, 1))) == "balance-short"
    move_hours(ledger, 23)
    assert code_of(ledger.post("commitment", 1)) == "balance-short"
    assert state_of(ledger, hold_id) == "held"
    move_hours(ledger, 2)
    # Whoever comes before the clock has looked is answered by the deadline all the same.
    assert code_of(ledger.commit_hold(hold_id, 1_000)) == "hold-expired"
    assert code_of(ledger.release_hold(hold_id)) == "hold-expired"
    wait_state(ledger, hold_id, "expired")
    assert account(ledger) == (1_000, 0)
    assert [x["end"] for x in said(ledger, "hold.ended")] == ["HOLD_END_EXPIRED"]
    assert code_of(ledger.commit_hold(hold_id, 1)) == "hold-expired"
    assert ledger.post("commitment", 1_000)[0] == 201
    assert ledger.verification()["sound"]


def test_what_is_due_is_free_for_the_first_who_asks(ledger):
    hold_id = held(ledger, 1_000)["hold_id"]
    move_hours(ledger, 25)
    assert ledger.post("commitment", 400)[0] == 201
    assert state_of(ledger, hold_id) == "expired"
    assert held(ledger, 600)["state"] == "held"
    move_hours(ledger, 25)
    again = held(ledger, 600)
    assert account(ledger) == (600, 600)
    assert code_of(ledger.commit_hold(hold_id, 1)) == "hold-expired"
    assert ledger.commit_hold(again["hold_id"], 600)[0] == 201
    assert ledger.verification()["sound"]


def test_more_holds_than_one_statement_ends_are_all_ended(ledger):
    deadline = in_hours(ledger, 24)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ledger.hold(1, deadline)[0], range(300)))
    assert answers == [201] * 300
    assert account(ledger) == (1_000, 300)
    move_hours(ledger, 25)
    assert ledger.post("commitment", 1_000)[0] == 201
    assert account(ledger) == (0, 0)
    holds = ledger.get("/v1/holds?limit=1000")["holds"]
    assert [x["state"] for x in holds] == ["expired"] * 300
    assert len(said(ledger, "hold.ended")) == 300
    assert ledger.verification()["sound"]


def appropriated(ledger, programme, amount_krw):
    for kind in ("main_budget", "securing", "allotment"):
        assert ledger.post(kind, amount_krw, programme=programme)[0] == 201


def test_what_is_due_on_other_lines_stands_in_nobodys_way(ledger):
    appropriated(ledger, "b", 10_000)
    other = held(ledger, 1, programme="b")["hold_id"]
    mine = held(ledger, 1)["hold_id"]  # due behind all of the other line's
    ledger.copy_due(other, 5_000)
    ledger.copy_due(mine, 1_000)
    assert ledger.post("commitment", 999)[0] == 201
    assert account(ledger) == (1, 1)
    wait_no_due(ledger)
    assert len(said(ledger, "hold.ended")) == 6_000
    assert ledger.verification()["sound"]


def wait_no_due(ledger):
    """Waits until the clock has ended all that copy_due() made."""
    deadline = time.monotonic() + 60
    pause = 0.05
    while ledger.sql(
        "SELECT count(*) FROM ledger.hold WHERE state = 'held' AND expires_time_ms = placed_time_ms + 1"
    )[0][0]:
        assert time.monotonic() < deadline, "what is due is not ended"
        time.sleep(pause)
        pause = min(pause * 2, 0.5)


def test_more_due_on_a_line_than_is_ended_at_once_keeps_only_that_line_waiting(ledger):
    appropriated(ledger, "b", 20_000)
    appropriated(ledger, "c", 1_000)
    hold_id = held(ledger, 1, programme="b")["hold_id"]
    ledger.copy_due(hold_id, 10_000)

    def post(programme):
        body = {
            "kind": "commitment",
            "document": "계약",
            "fiscal_year": 2025,
            "programme": programme,
            "funding_source": "district",
            "amount_krw": 1,
        }
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return ledger.client().request("POST", "/v1/entries", body, headers)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda at: ("bc"[at % 2], post("bc"[at % 2])), range(40)))
    assert {answer.status for programme, answer in answers if programme == "c"} == {201}
    waiting = [answer for _, answer in answers if answer.status != 201]
    assert waiting  # 10,000 are not ended while 40 entries are posted
    for answer in waiting:
        assert (answer.status, answer.json()["code"]) == (503, "overloaded")
        assert int(answer.headers["Retry-After"]) > 0
    wait_no_due(ledger)
    assert post("b").status == 201
    assert len(said(ledger, "hold.ended")) == 10_000
    assert ledger.verification()["sound"]


def test_the_same_request_is_answered_the_same_and_another_is_a_conflict(ledger):
    key = str(uuid.uuid4())
    until = in_hours(ledger, 24)
    first = ledger.hold(400, until, key)
    assert first[1]["hold_id"] == key
    assert ledger.hold(400, until, key) == first
    assert account(ledger) == (1_000, 400)
    assert code_of(ledger.hold(401, until, key)) == "idempotency-key-reused"
    commit_key = str(uuid.uuid4())
    entry = ledger.commit_hold(key, 300, commit_key)
    assert entry[0] == 201
    assert ledger.commit_hold(key, 300, commit_key) == entry
    assert code_of(ledger.commit_hold(key, 299, commit_key)) == "idempotency-key-reused"
    assert ledger.hold(400, until, key)[1]["state"] == "committed"
    # A refusal is remembered too, even when the money comes later.
    key = str(uuid.uuid4())
    refused = ledger.hold(701, until, key)
    assert code_of(refused) == "balance-short"
    for kind in ("main_budget", "securing", "allotment"):
        assert ledger.post(kind, 1_000)[0] == 201
    assert ledger.hold(701, until, key) == refused
    assert code_of(ledger.hold(1, until, commit_key)) == "idempotency-key-reused"
    ledger.service.restart().wait_ready()
    assert ledger.hold(701, until, key) == refused
    assert ledger.commit_hold(str(uuid.UUID(first[1]["hold_id"])), 300, commit_key) == entry
    assert ledger.verification()["sound"]


def test_a_key_of_zeros_is_a_key_as_any_other(ledger):
    key = str(uuid.UUID(int=0))
    expires_time = in_hours(ledger, 24)
    first = ledger.hold(100, expires_time, key)
    assert (first[0], first[1].get("hold_id")) == (201, key)
    assert ledger.hold(100, expires_time, key) == first


def test_an_entry_under_a_holds_key_changes_no_answer_about_the_hold(ledger):
    key = str(uuid.uuid4())
    until = in_hours(ledger, 24)
    first = ledger.hold(400, until, key)
    assert first[0] == 201
    assert ledger.post("commitment", 1, key=key)[0] == 201
    assert ledger.hold(400, until, key) == first
    assert code_of(ledger.hold(401, until, key)) == "idempotency-key-reused"
    assert ledger.verification()["sound"]


def test_many_at_once_never_hold_or_commit_more_than_there_is(ledger):
    deadline = in_hours(ledger, 24)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ledger.hold(90, deadline), range(40)))
        holds = [hold["hold_id"] for status, hold in answers if status == 201]
        assert len(holds) == 11
        assert account(ledger) == (1_000, 990)
        # Each hold is fought for by three: two who commit it and one who gives it back.
        wanted = [(act, hold_id) for hold_id in holds for act in ("commit", "commit", "release")]
        results = list(pool.map(lambda row: try_it(ledger, *row), wanted))
    for place, hold_id in enumerate(holds):
        mine = results[3 * place : 3 * place + 3]
        assert sorted(status for status, _ in mine)[1:] == [409, 409], mine
        state = state_of(ledger, hold_id)
        codes = {answer["code"] for status, answer in mine if status == 409}
        assert codes == {f"hold-{state}"}
    committed = ledger.get("/v1/holds?state=committed")["holds"]
    assert account(ledger, "S40") in (None, (80 * len(committed), 0))
    assert account(ledger) == (1_000 - 80 * len(committed), 0)
    assert ledger.verification()["sound"]


def try_it(ledger, act, hold_id):
    return ledger.commit_hold(hold_id, 80) if act == "commit" else ledger.release_hold(hold_id)


def test_a_bad_request_names_its_field_and_holds_nothing(ledger):
    good = in_hours(ledger, 24)
    for changes, field in (
        ({"amount_krw": 0}, "/amount_krw"),
        ({"kind": "expenditure"}, "/kind"),
        ({"fiscal_year": 1999}, "/fiscal_year"),
        ({"funding_source": "x"}, "/funding_source"),
        ({"programme": " "}, "/programme"),
        ({"expires_time": "tomorrow"}, "/expires_time"),
        ({"document": ""}, "/document"),
        ({"note": 1}, "/note"),
    ):
        status, answer = ledger.hold(**{"amount_krw": 1, "expires_time": good, **changes})
        assert (status, answer["field"]) == (400, field), answer
    for changes, status, code in (
        ({"expires_time": in_hours(ledger, 0)}, 422, "hold-deadline-invalid"),
        ({"expires_time": in_hours(ledger, 24 * 367)}, 422, "hold-deadline-invalid"),
        ({"document": "  "}, 422, "document-missing"),
        ({"fiscal_year": 2031}, 409, "period-missing"),
        ({"programme": "b"}, 409, "balance-short"),
    ):
        answer = ledger.hold(**{"amount_krw": 1, "expires_time": good, **changes})
        assert code_of(answer, status) == code
    line = {"fiscal_year": 2025, "programme": "a", "funding_source": "district", "reason": "감사"}
    hold_id = held(ledger, 500)["hold_id"]
    assert ledger.ask("POST", "/v1/lines:freeze", line)[0] == 200
    assert code_of(ledger.hold(1, good)) == "line-frozen"
    assert code_of(ledger.commit_hold(hold_id, 500)) == "line-frozen"
    assert account(ledger) == (1_000, 500)
    assert ledger.ask("POST", "/v1/lines:thaw", line)[0] == 200
    assert ledger.commit_hold(hold_id, 500)[0] == 201
    assert ledger.ask("GET", "/v1/holds?state=open")[0] == 400
    assert ledger.ask("GET", "/v1/holds?after=x")[0] == 400
    status, answer = ledger.commit_hold(hold_id, 0)
    assert (status, answer["field"]) == (400, "/amount_krw")
    assert ledger.verification()["sound"]


def test_holds_are_listed_in_pages_and_by_what_became_of_them(ledger):
    ids = sorted(held(ledger, 10)["hold_id"] for _ in range(7))
    ledger.release_hold(ids[3])
    seen = []
    after = ""
    while after is not None:
        page = ledger.get(f"/v1/holds?limit=3{after}")
        seen += [row["hold_id"] for row in page["holds"]]
        after = page["next"] and f"&after={page['next']}"
    assert seen == ids
    assert [x["hold_id"] for x in ledger.get("/v1/holds?state=released")["holds"]] == [ids[3]]
    assert ledger.get("/v1/holds?fiscal_year=2026")["holds"] == []
    assert ledger.get("/v1/holds?funding_source=city")["holds"] == []
    assert len(ledger.get("/v1/holds?funding_source=district")["holds"]) == 7


def test_a_kill_loses_no_hold_and_ends_none_twice(ledger):
    kept = held(ledger, 300, hours=100)["hold_id"]
    due = held(ledger, 200, hours=24)["hold_id"]
    ledger.service.kill9()
    move_hours(ledger, 25)
    ledger.service.start()
    ledger.service.wait_ready()
    wait_state(ledger, due, "expired")
    assert account(ledger) == (1_000, 300)
    assert ledger.commit_hold(kept, 300)[0] == 201
    assert len(said(ledger, "hold.ended")) == 1
    assert ledger.verification()["sound"]


def test_an_ended_hold_is_changed_by_nobody_and_verification_sees_who_tried(ledger):
    hold_id = held(ledger, 300)["hold_id"]
    held(ledger, 50)
    ledger.commit_hold(hold_id, 250)
    for statement in (
        "UPDATE ledger.hold SET state = 'held' WHERE state = 'committed'",
        "UPDATE ledger.hold SET amount_krw = 1",
        "DELETE FROM ledger.hold",
        "TRUNCATE ledger.hold",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ledger.cluster.psql("ledger", statement, role="ledger")
    for statement in (
        "UPDATE ledger.hold SET committed_krw = 1 WHERE state = 'committed'",
        "DELETE FROM ledger.hold",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
            ledger.cluster.psql("ledger", statement, role="ledger_owner")
    assert ledger.verification()["sound"]
    for change, undo in (
        ("UPDATE ledger.account SET held_krw = 51 WHERE held_krw = 50",
         "UPDATE ledger.account SET held_krw = 50 WHERE held_krw = 51"),
        ("UPDATE ledger.hold SET amount_krw = 49 WHERE state = 'held'",
         "UPDATE ledger.hold SET amount_krw = 50 WHERE state = 'held'"),
        ("UPDATE ledger.hold SET committed_krw = 249 WHERE state = 'committed'",
         "UPDATE ledger.hold SET committed_krw = 250 WHERE state = 'committed'"),
        ("UPDATE ledger.hold SET seq = 1 WHERE state = 'committed'",
         "UPDATE ledger.hold SET seq = 4 WHERE state = 'committed'"),
        ("DELETE FROM ledger.hold WHERE state = 'held'", None),
    ):
        ledger.sql("ALTER TABLE ledger.hold DISABLE TRIGGER USER")
        ledger.sql(change)
        codes = [fault["code"] for fault in ledger.verification()["faults"]]
        assert codes == ["hold-mismatch"], change
        if undo:
            ledger.sql(undo)
            assert ledger.verification()["sound"], undo


def test_a_deadline_is_extended_on_record_and_never_brought_forward(ledger):
    def extend(hold_id, expires_time, reason="재공고"):
        body = {"expires_time": expires_time, "reason": reason}
        return ledger.ask("POST", f"/v1/holds/{hold_id}:extend", body)

    hold = held(ledger, 600, hours=2)
    target = f"/v1/holds/{hold['hold_id']}"
    assert ledger.get(target, key=ledger.front_end) == {**hold, "extensions": []}
    later = in_hours(ledger, 30)
    status, extended = extend(hold["hold_id"], later)
    assert (status, extended["expires_time"]) == (200, later), extended
    (trace,) = extended["extensions"]
    assert (trace["previous_time"], trace["expires_time"], trace["extended_by"], trace["reason"]) == (
        hold["expires_time"],
        later,
        "operator:kim",
        "재공고",
    )
    assert extend(hold["hold_id"], later, "again") == (200, extended)
    assert code_of(extend(hold["hold_id"], in_hours(ledger, 29)), 422) == "hold-deadline-invalid"
    assert code_of(extend(hold["hold_id"], in_hours(ledger, 400 * 24)), 422)
    assert ledger.get(target) == extended
    said_now = said(ledger, "hold.extended")
    assert [x["hold_id"] for x in said_now] == [hold["hold_id"]]
    # Beyond the first deadline it still stands, and can be taken up.
    move_hours(ledger, 3)
    assert account(ledger) == (1_000, 600)
    other = held(ledger, 100, hours=1)
    move_hours(ledger, 2)
    assert code_of(extend(other["hold_id"], in_hours(ledger, 5))) == "hold-expired"
    assert ledger.commit_hold(hold["hold_id"], 600)[0] == 201
    assert code_of(extend(hold["hold_id"], in_hours(ledger, 50))) == "hold-committed"
    assert code_of(extend(str(uuid.uuid4()), in_hours(ledger, 50))) == "hold-unknown"
    assert ledger.ask("GET", f"/v1/holds/{uuid.uuid4()}")[0] == 404
    assert ledger.ask("GET", "/v1/holds/x")[0] == 400
    status, problem = ledger.ask("POST", f"{target}:extend", {"expires_time": "x"})
    assert status == 400, problem
    wait_state(ledger, other["hold_id"], "expired")
    assert ledger.verification()["sound"]
    for statement in ("UPDATE ledger.hold_extension SET reason = 'x'", "DELETE FROM ledger.hold_extension"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ledger.cluster.psql("ledger", statement, role="ledger")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
            ledger.sql(f"SET session_replication_role = replica; {statement}")
    for change in ("expires_time_ms = 1", "expires_time_ms = expires_time_ms + 1"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            # It has ended, and nothing about it changes any more.
            ledger.cluster.psql("ledger", f"UPDATE ledger.hold SET {change}", role="ledger")
    ledger.sql("ALTER TABLE ledger.hold DISABLE TRIGGER USER")
    ledger.sql(
        "UPDATE ledger.hold SET expires_time_ms = expires_time_ms + 1"
        f" WHERE hold_id = '{hold['hold_id']}'"
    )
    assert [x["code"] for x in ledger.verification()["faults"]] == ["hold-mismatch"]
