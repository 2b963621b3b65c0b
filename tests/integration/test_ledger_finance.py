# SPDX-License-Identifier: Apache-2.0
"""What a district's accounting system asks for by message, and the answer that each request gets."""

import contextlib
import subprocess
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from support.ledger import Finance, Ledger, Participation, grant_terms, posted, stages
from support.services import environment, program

ENTRY_KEYS = uuid.UUID("6f5d0e91-3c1b-4d0a-9a57-21c87e44b213")
DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def finance(databases, tmp_path):
    stream = Finance(databases, str(tmp_path)).start()
    yield stream
    stream.close()


@pytest.fixture
def asked(databases, start_service, tmp_path, finance):
    """A ledger that an accounting system asks for entries."""
    stream = Participation(databases, str(tmp_path)).start()
    service = Ledger(databases, start_service, str(tmp_path), stream, finance=finance)
    service.set_limit(10_000_000)
    yield service
    stream.close()


def wait_heard(ledger, seq):
    """Waits until the ledger is past this event of the finance stream."""
    deadline = time.monotonic() + 30
    while True:
        mark = ledger.service.mark()
        rows = ledger.sql("SELECT next_seq FROM event.consumer_offset WHERE stream = 'finance'")
        if rows and rows[0][0] > seq:
            return
        assert time.monotonic() < deadline, f"event {seq} is not heard: {rows}"
        ledger.service.process.output.wait(lambda line: True, 0.02, mark)


def answers(ledger, event_id):
    """What the ledger said because of this event, as (type, data)."""
    return [
        (event["type"].removeprefix("kr.hyeopchi.ledger."), event["data"])
        for event in ledger.said()
        if event.get("causationid") == event_id
    ]


def journal(ledger):
    return ledger.get("/v1/journal?limit=1000")["entries"]


GRANT = grant_terms()


def test_what_an_accounting_system_asks_for_is_posted_as_an_officers_entry_is(asked, finance):
    entry = finance.entry
    first = finance.request(entry("main_budget", 1_000, effective_date=20250102))
    second = finance.request(entry("securing", 900), entry("allotment", 800))
    wait_heard(asked, 2)
    status, hold = asked.hold(300, "2199-01-01T00:00:00Z")
    assert status == 422, hold  # more than a year away
    held_until = datetime.now(timezone.utc) + timedelta(days=1)
    status, hold = asked.hold(300, held_until.isoformat(timespec="seconds"))
    assert status == 201, hold
    third = finance.request(entry("", 250, "", 0, hold_id=hold["hold_id"]))
    finance.request(entry("expenditure", moves=[("S40", "S50", 200), ("S40", "S30", 50)]))
    finance.request(entry("reversal", 0, "", 0, linked_seq=3))
    finance.request(entry("commitment", 10))
    wait_heard(asked, 6)
    assert stages(asked) == {
        "R10.main": -1_000,
        "S10": 100,
        "S20": 100,
        "S30": 590,
        "S40": 10,
        "S50": 200,
    }
    entries = journal(asked)
    assert [row["kind"] for row in entries] == [
        "main_budget",
        "securing",
        "allotment",
        "commitment",
        "expenditure",
        "commitment",
    ]
    today = datetime.now(timezone(timedelta(hours=9))).date().isoformat()
    assert [row["effective_date"] for row in entries[:2]] == ["2025-01-02", today]
    assert entries[0]["metadata"] == (
        f'{{"stream":"finance","event_id":"{first}","requested_by":"예산과-17"}}'
    )
    assert entries[3]["metadata"].endswith(f'"hold_id":"{hold["hold_id"]}"}}')
    keys = [(first, 1), (second, 1), (second, 2), (third, 1)]
    assert [row["key"] for row in entries[:4]] == [
        str(uuid.uuid5(ENTRY_KEYS, f"finance/{event_id}/{place}")) for event_id, place in keys
    ]
    ((kind, said),) = answers(asked, second)
    assert kind == "entries.posted.v1"
    assert [entry["entry_key"] for entry in said["entries"]] == [row["key"] for row in entries[1:3]]
    assert answers(asked, third)[0][1]["entries"][0]["hold_id"] == hold["hold_id"]
    # The allotment is taken up in part by now, so it could not be taken back whole.
    assert answers(asked, finance.ids()[4])[0][1]["code"] == "balance-short"
    status, grant = asked.ask("POST", "/v1/grants", GRANT, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert status == 201, grant
    grant_id = grant["grant_id"]
    finance.request(entry("grant_decision", 100))
    of_grant = finance.request(entry("grant_decision", 100, grant_id=grant_id))
    beyond = finance.request(entry("expenditure", 11))  # 10 are committed to something else
    wait_heard(asked, 9)
    assert answers(asked, finance.ids()[6])[0][1]["code"] == "grant-missing"
    assert [kind for kind, _ in answers(asked, of_grant)] == ["entries.posted.v1"]
    ((kind, refused),) = answers(asked, beyond)
    assert (kind, refused["code"], refused["shortfall_krw"]) == ("entry.refused.v1", "grant-decided", "1")
    assert journal(asked)[6]["metadata"].endswith(f'"grant_id":"{grant_id}"}}')
    assert asked.get("/v1/grants")["grants"][0]["decided_krw"] == 100
    report = asked.verification()
    assert report["sound"] and report["entries"] == 7


def test_a_request_that_breaks_a_rule_is_refused_by_name_and_the_next_is_heard(asked, finance):
    entry = finance.entry
    finance.request(entry("main_budget", 1_000))
    wait_heard(asked, 1)
    before = asked.get("/v1/lines")
    cases = [
        ([entry("securing", 1_001)], 1, "balance-short", "/amount_krw", "1"),
        ([entry("securing", 400), entry("allotment", 401)], 2, "balance-short", "/amount_krw", "1"),
        ([entry("securing", 400), entry("no_such", 1)], 2, "kind-unknown", "/kind", "0"),
        ([entry("selection", 400)], 1, "kind-unknown", "/kind", "0"),
        ([entry("securing", 0)], 1, "amount-invalid", "/amount_krw", "0"),
        ([entry("securing", -5)], 1, "amount-invalid", "/amount_krw", "0"),
        ([entry("securing", 5, "\n")], 1, "programme-invalid", "/programme", "0"),
        ([entry("securing", 5, document="")], 1, "document-missing", "/document", "0"),
        ([entry("securing", 5, document="\x00\x01")], 1, "document-missing", "/document", "0"),
        ([entry("securing", 5, document="x\x01")], 1, "document-invalid", "/document", "0"),
        ([entry("securing", 5, effective_date=20250230)], 1, "date-invalid", "/effective_date", "0"),
        ([entry("securing", 5, fiscal_year=2031)], 1, "period-missing", "/fiscal_year", "0"),
        ([entry("securing", moves=[("S20", "S10", 5)])], 1, "legs-invalid", None, "0"),
        ([entry("reversal", 0, "", 0, linked_seq=99)], 1, "link-unknown", "/linked_seq", "0"),
        ([entry("", 5, "", 0, hold_id=str(uuid.uuid4()))], 1, "hold-unknown", "/hold_id", "0"),
        ([entry("", 5, "", 0, hold_id="mine")], 1, "hold-unknown", "/hold_id", "0"),
        ([entry("grant_decision", 5, grant_id=str(uuid.uuid4()))], 1, "grant-unknown", None, "0"),
        ([entry("grant_decision", 5, grant_id="mine")], 1, "grant-unknown", "/grant_id", "0"),
        (
            [entry("reversal", 0, "", 0, linked_seq=1, grant_id=str(uuid.uuid4()))],
            1, "grant-kind-invalid", "/grant_id", "0",
        ),
        ([], 0, "entry-count-invalid", "/entries", "0"),
        ([entry("securing", 1)] * 257, 0, "entry-count-invalid", "/entries", "0"),
    ]
    ids = [finance.request(*entries) for entries, *_ in cases]
    nameless = finance.request(entry("securing", 5), requested_by=" ")
    last = finance.request(entry("securing", 1_000))
    wait_heard(asked, len(cases) + 3)
    for event_id, (_, place, code, field, shortfall) in zip(ids, cases):
        ((kind, data),) = answers(asked, event_id)
        key = str(uuid.uuid5(ENTRY_KEYS, f"finance/{event_id}/{place}")) if place else ""
        assert (kind, data["request_id"], data["entry"]) == ("entry.refused.v1", event_id, place)
        assert (data["code"], data["shortfall_krw"], data["entry_key"]) == (code, shortfall, key)
        assert field is None or data["field"] == field, data
    assert answers(asked, ids[0])[0][1]["account"] == "2025/district/a/S10"
    assert answers(asked, nameless)[0][1]["code"] == "requester-invalid"
    assert [kind for kind, _ in answers(asked, last)] == ["entries.posted.v1"]
    assert [row["kind"] for row in journal(asked)] == ["main_budget", "securing"]
    assert asked.get("/v1/lines") != before
    assert stages(asked) == {"R10.main": -1_000, "S20": 1_000}
    asked.service.wait_readiness(200)
    assert asked.verification()["sound"]


def test_a_request_is_posted_once_however_often_it_comes_and_whatever_is_killed(asked, finance):
    entry = finance.entry
    for number in range(20):
        finance.request(entry("main_budget", 10), entry("securing", 10))
        if number % 7 == 3:
            asked.service.kill9()
            asked.service.start()
    refused_id = finance.request(entry("securing", 1))
    unbuilt_id = finance.request(entry("securing", 1), entry("no_such", 1))
    wait_heard(asked, 22)
    asked.service.wait_ready()
    before, said = journal(asked), len(asked.events())
    assert len(before) == 40 and stages(asked) == {"R10.main": -200, "S20": 200}
    # All of it once more, and behind it other requests under the ids of a posted and a refused one.
    asked.service.kill9()
    asked.sql(
        "UPDATE event.consumer_offset SET next_seq = 1, chain = decode(repeat('00', 32), 'hex')"
        " WHERE stream = 'finance'"
    )
    finance.request(entry("main_budget", 10), entry("securing", 9))
    finance.request(entry("main_budget", 10), entry("securing", 10), entry("main_budget", 10))
    finance.request(entry("no_such", 1))
    finance.request(entry("main_budget", 1))
    finance.request(entry("main_budget", 1))
    finance.close()
    posted_id = finance.ids()[0]
    for seq, event_id in enumerate([posted_id] * 3 + [refused_id, unbuilt_id], start=23):
        finance.rename(seq, event_id)
    asked.service.start()
    asked.service.wait_log("subscriber_state", stream="finance", to="degraded")
    asked.service.wait_ready()  # who asks may be away
    finance.start()
    wait_heard(asked, 27)
    assert journal(asked) == before
    more = [(kind, data["code"]) for kind, data in asked.events()[said:]]
    assert more == [("kr.hyeopchi.ledger.entry.refused.v1", "key-reused")] * 5
    assert asked.verification()["sound"]


def test_a_request_that_cannot_be_read_halts_the_stream_until_an_operator_decides(asked, finance):
    finance.request_bytes(b"\xff")
    finance.request(finance.entry("main_budget", 7))
    asked.service.wait_log("event_dead_letter", stream="finance")
    asked.service.wait_readiness(503)
    posted(asked.post("main_budget", 1))  # over HTTP all goes on
    dead = {"stream": "finance", "reason": "연계 시스템 오류"}
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    assert asked.ask("POST", "/v1/events/dead/1:discard", dead, headers=headers)[0] == 200
    wait_heard(asked, 2)
    asked.service.wait_readiness(200)
    assert stages(asked) == {"R10.main": -8, "S10": 8}


def test_half_a_stream_is_refused_at_start(asked):
    settings = dict(asked.settings, HYEOPCHI_FINANCE_PUB_URL="")
    asked.service.stop()
    done = subprocess.run(
        [program("ledger")], env=environment(settings), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "settings_refused" in done.stderr and "finance_pub_url" in done.stderr
    asked.service.start().wait_ready()


def key_of(event_id):
    """The id of what a request is to make."""
    return str(uuid.uuid5(ENTRY_KEYS, f"finance/{event_id}/1"))


def refusals(ledger, event_id):
    """(code, field) of each answer that refuses."""
    return [
        (data["code"], data["field"])
        for kind, data in answers(ledger, event_id)
        if kind == "request.refused.v1"
    ]


def accepted(ledger, event_id):
    """The resource of the one answer that accepts, and the types of what was said before it."""
    said = answers(ledger, event_id)
    assert said and said[-1][0] == "request.accepted.v1", said
    assert said[-1][1]["request_id"] == event_id
    return said[-1][1]["resource"], [kind for kind, _ in said[:-1]]


def allotted(finance, amount_krw):
    entry = finance.entry
    return finance.request(
        entry("main_budget", amount_krw), entry("securing", amount_krw), entry("allotment", amount_krw)
    )


def now_ms():
    return int(time.time() * 1000)


def test_a_hold_is_placed_extended_taken_up_and_released_by_message(asked, finance):
    allotted(finance, 1_000)
    until_ms = now_ms() + DAY_MS
    first = finance.hold(300, until_ms)
    second = finance.hold(200, until_ms)
    hold_id, other_id = key_of(first), key_of(second)
    longer = finance.extend_hold(hold_id, until_ms + DAY_MS)
    again = finance.extend_hold(hold_id, until_ms + DAY_MS)
    release = finance.release_hold(other_id)
    drawn = finance.request(finance.entry("", 250, "", 0, hold_id=hold_id))
    late = finance.release_hold(hold_id)
    wait_heard(asked, 8)
    assert accepted(asked, first) == (f"holds/{hold_id}", ["hold.placed.v1"])
    assert accepted(asked, longer) == (f"holds/{hold_id}", ["hold.extended.v1"])
    assert accepted(asked, again) == (f"holds/{hold_id}", [])  # it is so already
    assert accepted(asked, release) == (f"holds/{other_id}", ["hold.ended.v1"])
    assert [kind for kind, _ in answers(asked, drawn)] == ["entries.posted.v1"]
    assert refusals(asked, late) == [("hold-committed", "/hold_id")]
    hold = asked.get(f"/v1/holds/{hold_id}")
    assert (hold["state"], hold["committed_krw"]) == ("committed", 250)
    assert hold["placed_by"] == "finance:예산과-17"
    assert asked.get(f"/v1/holds/{other_id}")["state"] == "released"
    assert stages(asked) == {"R10.main": -1_000, "S30": 750, "S40": 250}
    assert asked.verification()["sound"]


def test_a_request_waits_until_what_is_due_on_its_line_is_ended(asked, finance):
    allotted(finance, 20_000)
    kept = finance.hold(1, now_ms() + DAY_MS)
    wait_heard(asked, 2)
    asked.copy_due(key_of(kept), 10_000)
    entry = finance.request(finance.entry("commitment", 19_999))
    hold = finance.hold(1, now_ms() + DAY_MS)
    asked.service.wait_log(
        "subscriber_state",
        why="the database cannot do it now, or what became of a commit is unknown",
    )
    wait_heard(asked, 4)
    assert [kind for kind, _ in answers(asked, entry)] == ["entries.posted.v1"]
    assert refusals(asked, hold) == [("balance-short", "/amount_krw")]
    assert asked.sql("SELECT count(*) FROM event.dead_letter")[0][0] == 0
    assert asked.verification()["sound"]


def test_limits_years_and_frozen_lines_are_set_by_message(asked, finance):
    limit = finance.set_limit(7_000, fiscal_year=2027)
    same = finance.set_limit(7_000, fiscal_year=2027)
    opened = finance.open_period(2028)
    wait_heard(asked, 3)
    assert accepted(asked, limit) == ("envelope-limits/2027/district", ["envelope-limit.set.v1"])
    assert accepted(asked, same) == ("envelope-limits/2027/district", [])
    assert accepted(asked, opened) == ("periods/2028", [])
    limits = {row["fiscal_year"]: row["limit_krw"] for row in asked.get("/v1/envelope-limits")["limits"]}
    assert limits[2027] == 7_000
    states = {row["fiscal_year"]: row["state"] for row in asked.get("/v1/periods")["periods"]}
    assert states[2027] == states[2028] == "open"
    frozen = finance.freeze_line()
    refused_id = finance.request(finance.entry("main_budget", 5))
    held_id = finance.hold(1, now_ms() + DAY_MS)
    freed = finance.thaw_line()
    finance.request(finance.entry("main_budget", 5))
    wait_heard(asked, 8)
    assert accepted(asked, frozen) == ("lines/2025/district/a", [])
    assert answers(asked, refused_id)[0][1]["code"] == "line-frozen"
    assert refusals(asked, held_id) == [("line-frozen", "/programme")]
    assert accepted(asked, freed) == ("lines/2025/district/a", [])
    assert stages(asked) == {"R10.main": -5, "S10": 5}


@contextlib.contextmanager
def posting(ledger):
    """Posts entries one after another by HTTP meanwhile, until one is refused."""
    enough, answered = threading.Event(), threading.Event()

    def post():
        while not enough.is_set() and ledger.post("main_budget", 1)[0] == 201:
            answered.set()

    thread = threading.Thread(target=post)
    thread.start()
    try:
        assert answered.wait(30)
        yield
    finally:
        enough.set()
        thread.join()


def test_a_request_counts_for_the_next_one_whatever_was_posted_right_before(
    asked, finance, databases, tmp_path
):
    finance.close()
    silent_folder = tmp_path / "silent"
    silent_folder.mkdir()
    silent = Finance(databases, str(silent_folder)).start()  # both are said where nobody hears them
    frozen = silent.freeze_line()
    refused_id = silent.request(finance.entry("main_budget", 5))
    silent.close()
    with posting(asked):
        finance.start()  # and are fetched together
        wait_heard(asked, 2)
    assert accepted(asked, frozen) == ("lines/2025/district/a", [])
    assert answers(asked, refused_id)[0][1]["code"] == "line-frozen"
    assert asked.verification()["sound"]


def test_what_is_done_by_message_is_logged_once_it_is_committed_and_not_before(asked, finance):
    told = ("line_frozen", "entry_request_refused", "request_accepted")
    with asked.commits_held() as mark:
        finance.freeze_line()
        refused_id = finance.request(finance.entry("main_budget", 5))
        finance.open_period(2025)
        asked.wait_given_up(mark)
        assert [asked.service.log(event, since=mark) for event in told] == [[], [], []]
    wait_heard(asked, 3)
    asked.service.wait_log("request_accepted", since=mark, resource="periods/2025")
    frozen, refused, accepted_ones = (asked.service.log(event, since=mark) for event in told)
    assert [(row["event_id"], row["seq"], row["entry"], row["code"], row["field"]) for row in refused] == [
        (refused_id, 2, 1, "line-frozen", "/programme")]
    assert [(row["by"], row["reason"]) for row in frozen] == [("finance:감사담당관-2", "감사 중")]
    assert [row["resource"] for row in accepted_ones] == ["lines/2025/district/a", "periods/2025"]


def test_a_grant_is_registered_settled_and_its_year_closed_by_message(asked, finance):
    entry = finance.entry
    finance.open_period(2024)
    for source in ("district", "city"):
        line = {"source": source, "fiscal_year": 2024}
        finance.request(*(entry(kind, 300, **line) for kind in ("main_budget", "securing", "allotment")))
    registered = finance.register_grant(
        fiscal_year=2024,
        amounts={"district": 200, "city": 101},
        bodies=["협치네트워크", "마을공동체"],
        start_date=20240101,
        end_date=20241231,
        settlement_due_date=20250228,
    )
    grant_id = key_of(registered)
    for source, krw in (("district", 200), ("city", 101)):
        line = {"source": source, "fiscal_year": 2024, "grant_id": grant_id}
        finance.request(entry("grant_decision", krw, **line), entry("grant_payment", krw, **line))
    early = finance.close_period(2024)
    settled = finance.settle(250, 51, 3, fiscal_year=2024, grant_id=grant_id, effective_date=20241230)
    for source, unspent, interest in (("district", 34, 2), ("city", 17, 1)):
        line = {"source": source, "fiscal_year": 2024, "grant_id": grant_id}
        rest = 300 - (200 if source == "district" else 101)
        finance.request(
            entry("refund", moves=[("S70", "S75", unspent), ("I10", "I20", interest)], **line),
            entry("lapse", rest, source=source, fiscal_year=2024),
        )
    closed = finance.close_period(2024)
    wait_heard(asked, 11)
    assert accepted(asked, registered) == (f"grants/{grant_id}", [])
    (grant,) = asked.get("/v1/grants")["grants"]
    assert (grant["grant_id"], grant["amount_krw"]) == (grant_id, 301)
    assert [body["name"] for body in grant["bodies"]] == ["협치네트워크", "마을공동체"]
    assert grant["registered_by"] == "finance:협치과-3"
    assert refusals(asked, early) == [("year-unsettled", "")]
    resource, said = accepted(asked, settled)
    assert (resource, said) == ("settlements/2024/a", ["entries.posted.v1"])
    resource, said = accepted(asked, closed)
    assert resource == "periods/2024" and said[-1] == "period.closed.v1", said
    head = answers(asked, closed)[-2][1]
    (period,) = asked.get("/v1/periods?fiscal_year=2024")["periods"]
    assert (period["state"], str(period["closed_seq"])) == ("closed", head["closed_seq"])
    assert stages(asked, year=2024) == {}
    last = journal(asked)[-1]
    assert last["kind"] == "closing" and last["effective_date"] == "2024-12-31"
    assert f'"event_id":"{closed}"' in last["metadata"]
    assert asked.verification()["sound"]


def test_what_is_asked_for_and_breaks_a_rule_is_refused_by_name_and_changes_nothing(asked, finance):
    allotted(finance, 100)
    soon = now_ms() + DAY_MS
    some_id = str(uuid.uuid4())
    cases = [
        (finance.hold(101, soon), "balance-short", "/amount_krw"),
        (finance.hold(0, soon), "amount-invalid", "/amount_krw"),
        (finance.hold(-5, soon), "amount-invalid", "/amount_krw"),
        (finance.hold(5, soon, kind="securing"), "kind-unknown", "/kind"),
        (finance.hold(5, soon, fiscal_year=1), "fiscal-year-invalid", "/fiscal_year"),
        (finance.hold(5, soon, fiscal_year=2040), "period-missing", "/fiscal_year"),
        (finance.hold(5, soon, programme=" "), "programme-invalid", "/programme"),
        (finance.hold(5, soon, source="none"), "funding-source-invalid", "/funding_source"),
        (finance.hold(5, soon, document=" "), "document-missing", "/document"),
        (finance.hold(5, soon, document="x" * 601), "document-invalid", "/document"),
        (finance.hold(5, 1), "hold-deadline-invalid", "/expires_time"),
        (finance.hold(5, soon, requested_by="x" * 129), "requester-invalid", "/requested_by"),
        (finance.extend_hold(some_id, soon), "hold-unknown", "/hold_id"),
        (finance.extend_hold("mine", soon), "hold-unknown", "/hold_id"),
        (finance.extend_hold(some_id, soon, reason=""), "reason-invalid", "/reason"),
        (finance.release_hold(some_id), "hold-unknown", "/hold_id"),
        (finance.release_hold(some_id, reason="x" * 301), "reason-invalid", "/reason"),
        (finance.set_limit(-1), "amount-invalid", "/limit_krw"),
        (finance.set_limit(1, fiscal_year=3), "fiscal-year-invalid", "/fiscal_year"),
        (finance.set_limit(1, source="none"), "funding-source-invalid", "/funding_source"),
        (finance.register_grant(instrument="no_such"), "grant-instrument-unknown", "/instrument"),
        (finance.register_grant(instrument="x" * 40), "grant-instrument-unknown", "/instrument"),
        (finance.register_grant(amounts={"district": 100_000_001}), "grant-over-cap", "/amounts"),
        (finance.register_grant(amounts={}), "amount-invalid", "/amounts"),
        (finance.register_grant(amounts={"none": 1}), "funding-source-invalid", "/amounts"),
        (finance.register_grant(amounts={"city": -1}), "amount-invalid", "/amounts"),
        (finance.register_grant(bodies=[]), "grant-bodies-invalid", "/bodies"),
        (finance.register_grant(bodies=["x"] * 17), "grant-bodies-invalid", "/bodies"),
        (finance.register_grant(bodies=["x" * 201]), "grant-bodies-invalid", "/bodies"),
        (finance.register_grant(end_date=20250230), "grant-days-invalid", "/end_date"),
        (finance.register_grant(settlement_due_date=1), "grant-due-invalid", "/settlement_due_date"),
        (finance.register_grant(programme=""), "programme-invalid", "/programme"),
        (finance.register_grant(document=""), "document-missing", "/document"),
        (finance.settle(1, 0), "settlement-empty", None),
        (finance.settle(-1, 0), "amount-invalid", "/spent_krw"),
        (finance.settle(0, 1, -1), "amount-invalid", "/interest_krw"),
        (finance.settle(1, 0, grant_id=some_id), "grant-unknown", "/grant_id"),
        (finance.settle(1, 0, grant_id="mine"), "grant-unknown", "/grant_id"),
        (finance.settle(1, 0, effective_date=20250230), "date-invalid", "/effective_date"),
        (finance.open_period(1999), "fiscal-year-invalid", "/fiscal_year"),
        (finance.close_period(2041), "period-missing", "/fiscal_year"),
        (finance.close_period(2025, document=""), "document-missing", "/document"),
        (finance.close_period(2025), "year-unsettled", None),
        (finance.freeze_line(reason=""), "reason-invalid", "/reason"),
        (finance.freeze_line(programme=""), "programme-invalid", "/programme"),
        (finance.thaw_line(source="none"), "funding-source-invalid", "/funding_source"),
    ]
    wait_heard(asked, len(cases) + 1)
    for event_id, code, field in cases:
        ((said, said_field),) = refusals(asked, event_id)
        assert (said, said_field if field else None) == (code, field)
        assert len(answers(asked, event_id)) == 1
    assert answers(asked, cases[0][0])[0][1]["shortfall_krw"] == "1"
    assert answers(asked, cases[0][0])[0][1]["account"] == "2025/district/a/S30"
    assert stages(asked) == {"R10.main": -100, "S30": 100}
    assert asked.get("/v1/holds")["holds"] == asked.get("/v1/grants")["grants"] == []
    assert len(journal(asked)) == 3
    asked.service.wait_readiness(200)


def test_a_year_that_is_closed_or_being_closed_is_not_opened_by_message(asked, finance):
    finance.open_period(2023)
    closed = finance.close_period(2023)
    finance.open_period(2024)
    finance.request(finance.entry("main_budget", 1, fiscal_year=2024))
    finance.freeze_line(fiscal_year=2024)
    wait_heard(asked, 5)
    assert accepted(asked, closed) == ("periods/2023", ["period.closed.v1"])
    # Its frozen line keeps it from being closed, as only a hand in the database can bring about.
    mark = asked.service.mark()
    asked.sql(
        "UPDATE ledger.period SET state = 'closing', closing_by = 'operator:kim',"
        " closing_document = '결산', closing_metadata = '{}' WHERE fiscal_year = 2024"
    )
    asked.service.wait_log("due_failed", since=mark)
    again = [finance.open_period(year) for year in (2023, 2024, 2025)]
    wait_heard(asked, 8)
    assert refusals(asked, again[0]) == [("period-closed", "/fiscal_year")]
    assert refusals(asked, again[1]) == [("period-closing", "/fiscal_year")]
    assert accepted(asked, again[2]) == ("periods/2025", [])  # it is so already
    states = {row["fiscal_year"]: row["state"] for row in asked.get("/v1/periods")["periods"]}
    assert states == {2023: "closed", 2024: "closing", 2025: "open"}


def test_a_request_under_the_id_of_another_type_with_the_same_bytes_is_refused(asked, finance):
    asked.service.stop()  # which would hear the second before it has the first one's id
    thawed = finance.thaw_line(reason="감사")
    finance.freeze_line(reason="감사")
    finance.close()
    finance.rename(2, thawed)
    finance.start()
    asked.service.start().wait_ready()
    wait_heard(asked, 2)
    said = [(kind, data.get("code")) for kind, data in answers(asked, thawed)]
    assert said == [("request.accepted.v1", None), ("request.refused.v1", "key-reused")]
    assert asked.sql("SELECT count(*) FROM ledger.line_freeze") == [(0,)]


def test_what_is_asked_for_is_done_once_however_often_it_comes_and_whatever_is_killed(asked, finance):
    allotted(finance, 1_000)
    until_ms = now_ms() + DAY_MS
    holds = []
    for number in range(12):
        holds.append(finance.hold(10, until_ms))
        if number % 5 == 2:
            asked.service.kill9()
            asked.service.start()
    low, high = finance.set_limit(11_000_000), finance.set_limit(12_000_000)
    refused_id = finance.hold(10_000, until_ms)
    wait_heard(asked, 16)
    asked.service.wait_ready()
    said = len(asked.events())
    assert [row["amount_krw"] for row in asked.get("/v1/holds")["holds"]] == [10] * 12
    # All of it once more, and behind it other requests under the ids of some that were answered.
    asked.service.kill9()
    asked.sql(
        "UPDATE event.consumer_offset SET next_seq = 1, chain = decode(repeat('00', 32), 'hex')"
        " WHERE stream = 'finance'"
    )
    finance.hold(20, until_ms)
    finance.hold(10, until_ms)
    finance.set_limit(1)
    finance.request(finance.entry("main_budget", 1))
    finance.hold(10, until_ms)
    finance.close()
    entries_id = finance.ids()[0]
    for seq, event_id in enumerate([holds[0], refused_id, low, high, entries_id], start=17):
        finance.rename(seq, event_id)
    asked.service.start()
    finance.start()
    wait_heard(asked, 21)
    more = [(kind.removeprefix("kr.hyeopchi.ledger."), data["code"]) for kind, data in asked.events()[said:]]
    reused = ("request.refused.v1", "key-reused")
    assert more == [reused] * 3 + [("entry.refused.v1", "key-reused"), reused]
    assert len(asked.get("/v1/holds")["holds"]) == 12
    (limit,) = [row for row in asked.get("/v1/envelope-limits")["limits"] if row["fiscal_year"] == 2025]
    assert limit["limit_krw"] == 12_000_000  # the lower one came first, and not again
    assert asked.verification()["sound"]
