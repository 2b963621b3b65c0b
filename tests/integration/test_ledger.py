# SPDX-License-Identifier: Apache-2.0
"""The ledger as it runs: envelopes, selections, appropriations, refusals, exactly once."""

import base64
import concurrent.futures
import os
import time
import uuid

import psycopg2
import pytest
import yaml

from support.ledger import Ledger, Participation
from support.paths import ROOT


@pytest.fixture
def participation(databases, tmp_path):
    stream = Participation(databases, str(tmp_path)).start()
    yield stream
    stream.close()


@pytest.fixture
def ledger(databases, start_service, tmp_path, participation):
    return Ledger(databases, start_service, str(tmp_path), participation)


def ballot():
    return str(uuid.uuid4())


def wait_until(condition, what, timeout=20):
    """Asks again with growing pauses, since what is waited for happens in another process."""
    deadline = time.monotonic() + timeout
    pause = 0.01
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"no {what} within {timeout} s"
        time.sleep(pause)
        pause = min(pause * 2, 0.2)


def applied(ledger):
    """How far the ledger has heard participation."""
    rows = ledger.sql("SELECT next_seq FROM event.consumer_offset WHERE stream = 'participation'")
    return rows[0][0] - 1 if rows else 0


def wait_applied(ledger, count):
    wait_until(lambda: applied(ledger) >= count, f"event {count}")


def envelope_of(ledger, ballot_id):
    for envelope in ledger.get("/v1/envelopes")["envelopes"]:
        if envelope["ballot_id"] == ballot_id:
            return envelope
    return None


def stages(ledger, programme):
    for line in ledger.get("/v1/lines")["lines"]:
        if line["programme"] == programme:
            return {stage["stage"]: stage["balance_krw"] for stage in line["stages"]}
    return None


def said(ledger, noun):
    """Data of the events whose type has this noun and verb, as the log holds them."""
    return [data for kind, data in ledger.events() if f".{noun}.v1" in kind]


def discard(ledger, seq):
    """Passes over the dead letter at this number, as soon as it is there."""
    target = f"/v1/events/dead/{seq}:discard"
    body = {"stream": "participation", "reason": "집계 오류"}

    def try_it():
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return ledger.ask("POST", target, body, headers=headers)[0] == 200

    wait_until(try_it, f"dead letter {seq}")


def select(ledger, participation, winners, amount_krw=10_000_000):
    """Takes a ballot from its opening to its certified tally; returns its id."""
    ballot_id = ballot()
    before = applied(ledger)
    participation.request_opening(ballot_id, amount_krw)
    participation.certify(ballot_id, amount_krw, winners)
    wait_applied(ledger, before + 2)
    return ballot_id


def test_a_ballot_travels_from_its_reservation_to_the_budget(ledger, participation):
    ledger.set_limit(20_000_000)
    ballot_id = ballot()
    participation.request_opening(ballot_id, 10_000_000)
    wait_applied(ledger, 1)
    envelope = envelope_of(ledger, ballot_id)
    assert (envelope["state"], envelope["amount_krw"]) == ("reserved", 10_000_000)

    winners = [("3", "성동-마을정원", 4_000_000), ("7", "park-7", 5_500_000)]
    participation.certify(ballot_id, 10_000_000, winners)
    wait_applied(ledger, 2)
    envelope = envelope_of(ledger, ballot_id)
    assert (envelope["state"], envelope["selected_krw"]) == ("settled", 9_500_000)
    limit = ledger.get("/v1/envelope-limits")["limits"][0]
    assert (limit["limit_krw"], limit["used_krw"]) == (20_000_000, 9_500_000)
    assert stages(ledger, "성동-마을정원") == {"M10": 4_000_000, "M90": -4_000_000}

    status, entry = ledger.appropriate("park-7", 5_500_000)
    assert status == 201
    assert [leg["stage"] for leg in entry["legs"]] == ["R10.main", "S10", "M10", "M90"]
    assert stages(ledger, "park-7") == {
        "M10": 0,
        "M90": 0,
        "R10.main": -5_500_000,
        "S10": 5_500_000,
    }
    line = [x for x in ledger.get("/v1/lines")["lines"] if x["programme"] == "park-7"][0]
    assert line["budget_krw"] == 5_500_000

    journal = ledger.get("/v1/journal", key=ledger.auditor)["entries"]
    assert [(x["seq"], x["kind"]) for x in journal] == [
        (1, "selection"),
        (2, "selection"),
        (3, "appropriation"),
    ]
    assert journal[0]["effective_date"] == "2024-12-13"
    assert ballot_id in journal[0]["document"]
    report = ledger.verification()
    assert report["sound"] and (report["seq"], report["entries"]) == (3, 3)
    assert (report["postings"], report["accounts"]) == (8, 6)
    assert report["hash"] == journal[2]["hash"]


def test_every_posting_and_every_envelope_is_said(ledger, participation):
    ledger.set_limit(20_000_000)
    ballot_id = select(ledger, participation, [("1", "a", 3_000_000)])
    ledger.appropriate("a", 1_000_000)
    kinds = [kind.removeprefix("kr.hyeopchi.ledger.") for kind, _ in ledger.events()]
    assert kinds == [
        "envelope-limit.set.v1",
        "envelope.reserved.v1",
        "entries.posted.v1",
        "envelope.released.v1",
        "entries.posted.v1",
    ]
    (selection,), (appropriation,) = ledger.entries_said()
    assert selection["ballot_id"] == ballot_id
    assert appropriation["ballot_id"] == ""
    assert [leg["amount_krw"] for leg in selection["legs"]] == ["-3000000", "3000000"]
    assert [leg["version"] for leg in appropriation["legs"]] == ["1", "1", "2", "2"]
    released = said(ledger, "envelope.released")[0]
    assert (released["amount_krw"], released["selected_krw"]) == ("7000000", "3000000")


def batch_entry(amount_krw, **changes):
    return {
        "key": str(uuid.uuid4()),
        "kind": "main_budget",
        "fiscal_year": 2025,
        "programme": "a",
        "funding_source": "district",
        "amount_krw": amount_krw,
        "document": "d",
        **changes,
    }


def test_what_one_request_posts_is_said_in_as_few_events_as_hold_it(ledger):
    ledger.set_limit(10)
    entries = [batch_entry(5) for _ in range(150)]
    entries[70]["kind"] = "securing"
    entries[70]["amount_krw"] = 10**6
    entries[80] = entries[3]
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    body = {"linked": False, "entries": entries}
    status, answer = ledger.ask("POST", "/v1/entries:batch", body, headers={"traceparent": trace})
    assert (status, answer["posted"], answer["refused"]) == (200, 149, 1)
    _, last = ledger.post("main_budget", 5)
    *batch, single = [x for x in ledger.said() if x["type"].endswith(".entries.posted.v1")]
    assert [event["subject"] for event in batch] == [
        "journal/1-64",
        "journal/65-128",
        "journal/129-148",
    ]
    assert single["subject"] == f"entries/{last['key']}"
    assert [event.get("traceparent") for event in (*batch, single)] == [trace] * 3 + [None]
    said = [entry for entries in ledger.entries_said() for entry in entries]
    journal = ledger.get("/v1/journal?limit=1000")["entries"]
    assert [(x["journal_seq"], x["entry_key"], x["kind"]) for x in said] == [
        (str(row["seq"]), row["key"], row["kind"]) for row in journal
    ]
    assert [base64.b64decode(x["hash"]).hex() for x in said] == [row["hash"] for row in journal]


def test_batches_that_come_together_are_answered_each_by_itself(ledger):
    """The writer takes what waits and posts it at once; a batch that is refused whole, or repeats the
    keys of another, is answered as if it had come alone."""
    ledger.set_limit(10)
    assert ledger.post("main_budget", 100)[0] == 201
    shared = [batch_entry(1) for _ in range(40)]
    lists = [[batch_entry(1) for _ in range(40)] for _ in range(12)] + [shared] * 4
    plain = [{"linked": False, "entries": entries} for entries in lists]
    poor = [
        {"linked": True, "entries": [batch_entry(1), batch_entry(10**9, kind="securing")]}
        for _ in range(4)
    ]
    bodies = [body for at in range(4) for body in (*plain[at::4], poor[at])]
    with concurrent.futures.ThreadPoolExecutor(len(bodies)) as pool:
        asked = [pool.submit(ledger.ask, "POST", "/v1/entries:batch", body) for body in bodies]
        answers = [one.result() for one in asked]
    seqs = {}
    for body, (status, answer) in zip(bodies, answers):
        assert status == 200, answer
        if body["linked"]:
            codes = [result["problem"]["code"] for result in answer["results"]]
            assert codes == ["group-refused", "balance-short"]
            continue
        assert answer["posted"] == 40
        for entry, result in zip(body["entries"], answer["results"]):
            seq = result["entry"]["seq"]
            assert seqs.setdefault(entry["key"], seq) == seq
    assert sorted(seqs.values()) == list(range(2, 2 + 13 * 40))
    said = [int(entry["journal_seq"]) for entries in ledger.entries_said() for entry in entries]
    assert said == list(range(1, 2 + 13 * 40))
    assert ledger.verification()["sound"]


def test_entries_as_large_as_they_come_fit_their_event(ledger):
    ledger.set_limit(10)
    programmes = [f"{number:03}" + "가" * 31 for number in range(8)]
    money = [
        batch_entry(10**14, programme=programme, kind=kind)
        for programme in programmes[:4]
        for kind in ("main_budget", "securing")
    ]
    transfers = [
        {"programme": programme, "amount_krw": 10**11, "debit": debit, "credit": credit}
        for programmes, debit, credit in (
            (programmes[:4], "S20", "R10.item_transfer"),
            (programmes[4:], "R10.item_transfer", "S20"),
        )
        for programme in programmes
    ]
    entry = batch_entry(0, kind="item_transfer", document="나" * 200, transfers=transfers)
    del entry["amount_krw"]
    large = [{**entry, "key": str(uuid.uuid4())} for _ in range(65)]
    for entries in (money, large):
        body = {"linked": False, "entries": entries}
        status, answer = ledger.ask("POST", "/v1/entries:batch", body)
        assert (status, answer.get("refused")) == (200, 0), answer
    _, most, last = ledger.entries_said()
    assert ([len(entry["legs"]) for entry in most], len(last)) == ([16] * 64, 1)
    sizes = ledger.sql("SELECT max(length(envelope)) FROM event.log")
    assert 160_000 < sizes[0][0] < 256 * 1024, sizes


def test_openings_beyond_the_limit_are_refused_with_reason_and_shortfall(ledger, participation):
    ledger.set_limit(10_000)
    ledger.set_limit(0, source="other")
    first, second, last = ballot(), ballot(), ballot()
    participation.request_opening(first, 6_000)
    participation.request_opening(ballot(), 1_000, source="city")  # no limit is set
    participation.request_opening(ballot(), 5, source="other")  # a limit of zero is one
    participation.request_opening(second, 4_001)  # one won too many
    participation.request_opening(first, 6_001)  # other terms
    participation.request_opening(ballot(), 0)
    participation.request_opening(ballot(), -5)
    participation.request_opening(ballot(), 5, fiscal_year=7)
    participation.request_opening(first, 6_000)  # the same again
    participation.request_opening(second, 4_000)
    wait_applied(ledger, 10)
    refused = [(x["code"], x["shortfall_krw"]) for x in said(ledger, "envelope.refused")]
    assert refused == [
        ("envelope-limit-missing", "0"),
        ("envelope-limit-exceeded", "5"),
        ("envelope-limit-exceeded", "1"),
        ("envelope-conflict", "0"),
        ("amount-invalid", "0"),
        ("amount-invalid", "0"),
        ("fiscal-year-invalid", "0"),
    ]
    reserved = [x["ballot_id"] for x in said(ledger, "envelope.reserved")]
    assert reserved == [first, first, second]
    used = {x["funding_source"]: x["used_krw"] for x in ledger.get("/v1/envelope-limits")["limits"]}
    assert used == {"district": 10_000, "other": 0}
    participation.request_opening(last, 1)
    wait_applied(ledger, 11)
    assert envelope_of(ledger, last) is None


def test_a_refused_opening_is_logged_once_though_its_commit_is_done_again(ledger, participation):
    ledger.set_limit(10_000)
    ballot_id = ballot()
    with ledger.commits_held() as mark:
        participation.request_opening(ballot_id, 10_001)
        ledger.wait_given_up(mark)
        assert ledger.service.log("envelope_refused", since=mark) == []
    ledger.service.wait_log("envelope_refused", since=mark)
    wait_applied(ledger, 1)
    [row] = ledger.service.log("envelope_refused", since=mark)
    assert (row["ballot_id"], row["code"], row["shortfall_krw"]) == (
        ballot_id, "envelope-limit-exceeded", 1)


def test_a_year_is_not_closed_over_a_ballot_and_takes_none_afterwards(ledger, participation):
    ledger.set_limit(10_000)
    ballot_id = ballot()
    participation.request_opening(ballot_id, 6_000)
    wait_applied(ledger, 1)
    target = "/v1/periods/2025:close"
    status, answer = ledger.ask("POST", target, {"document": "결산"})
    assert (status, answer["code"]) == (409, "year-reserved")
    participation.certify(ballot_id, 6_000, [("3", "park", 2_000)])
    wait_applied(ledger, 2)
    assert ledger.ask("POST", target, {"document": "결산"})[0] == 200
    late = ballot()
    participation.request_opening(late, 1)
    wait_applied(ledger, 3)
    assert [x["code"] for x in said(ledger, "envelope.refused")] == ["period-closed"]
    assert envelope_of(ledger, late) is None
    status, answer = ledger.ask("PUT", "/v1/envelope-limits/2025/district", {"limit_krw": 9_000})
    assert (status, answer["code"]) == (409, "period-closed")
    assert ledger.verification()["sound"]


def test_the_limit_cannot_fall_below_what_ballots_hold(ledger, participation):
    ledger.set_limit(10_000)
    participation.request_opening(ballot(), 6_000)
    wait_applied(ledger, 1)
    status, answer = ledger.ask("PUT", "/v1/envelope-limits/2025/district", {"limit_krw": 5_999})
    assert (status, answer["code"]) == (409, "limit-below-reserved")
    assert "1원" in answer["detail"]
    assert ledger.set_limit(6_000)["used_krw"] == 6_000
    assert len(said(ledger, "envelope-limit.set")) == 2


def test_an_operator_releases_the_budget_of_an_abandoned_ballot(ledger, participation):
    ledger.set_limit(10_000)
    ballot_id = ballot()
    participation.request_opening(ballot_id, 6_000)
    wait_applied(ledger, 1)
    target = f"/v1/envelopes/{ballot_id}:release"
    for _ in range(2):
        status, answer = ledger.ask("POST", target, {"reason": "투표 취소"})
        assert (status, answer["state"]) == (200, "released")
    assert len(said(ledger, "envelope.released")) == 1
    status, answer = ledger.ask("POST", f"/v1/envelopes/{ballot()}:release", {"reason": "x"})
    assert (status, answer["code"]) == (409, "envelope-missing")
    participation.request_opening(ballot_id, 10_000)
    wait_applied(ledger, 2)
    assert envelope_of(ledger, ballot_id)["amount_krw"] == 10_000


def test_an_appropriation_beyond_the_selection_changes_nothing(ledger, participation):
    ledger.set_limit(10_000_000)
    select(ledger, participation, [("1", "a", 3_000_000)])
    before = ledger.get("/v1/lines")
    status, answer = ledger.appropriate("a", 3_000_001)
    assert (status, answer["code"]) == (409, "balance-short")
    assert answer["field"] == "/amount_krw"
    assert answer["value"] == "2025/district/a/M10"
    assert "1원" in answer["detail"]
    assert ledger.get("/v1/lines") == before
    status, answer = ledger.appropriate("b", 1)
    assert (status, answer["code"]) == (409, "balance-short")
    assert stages(ledger, "b") is None
    assert ledger.verification()["sound"]


def test_a_year_that_was_never_opened_takes_no_entry(ledger):
    status, answer = ledger.appropriate("a", 1, fiscal_year=2031)
    assert (status, answer["code"], answer["field"]) == (409, "period-missing", "/fiscal_year")


def test_a_key_is_answered_once_for_ever(ledger, participation):
    ledger.set_limit(10_000_000)
    select(ledger, participation, [("1", "a", 3_000_000)])
    key = str(uuid.uuid4())
    first = ledger.appropriate("a", 1_000, key)
    assert first[0] == 201
    assert ledger.appropriate("a", 1_000, key) == first
    status, answer = ledger.appropriate("a", 1_001, key)
    assert (status, answer["code"]) == (409, "idempotency-key-reused")
    assert ledger.appropriate("a", 1_000, key) == first

    # A refusal is remembered too, even when the money comes later.
    key = str(uuid.uuid4())
    refused = ledger.appropriate("a", 9_000_000, key)
    assert refused[1]["code"] == "balance-short"
    select(ledger, participation, [("1", "a", 7_000_000)], 7_000_000)
    assert ledger.appropriate("a", 9_000_000, key) == refused
    ledger.service.restart().wait_ready()
    assert ledger.appropriate("a", 9_000_000, key) == refused
    assert len(ledger.get("/v1/journal")["entries"]) == 3


def test_one_request_many_times_at_once_posts_once(ledger, participation):
    ledger.set_limit(10_000_000)
    select(ledger, participation, [("1", "a", 3_000_000)])
    key = str(uuid.uuid4())
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: ledger.appropriate("a", 1_000, key), range(60)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 201
    assert stages(ledger, "a")["S10"] == 1_000


def test_many_at_once_never_overdraw(ledger, participation):
    ledger.set_limit(10_000_000)
    select(ledger, participation, [("1", "a", 25_000)])
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ledger.appropriate("a", 1_000), range(60)))
    posted = [answer for status, answer in answers if status == 201]
    refused = [answer for status, answer in answers if status == 409]
    assert (len(posted), len(refused)) == (25, 35)
    assert all(answer["code"] == "balance-short" for answer in refused)
    assert sorted(answer["seq"] for answer in posted) == list(range(2, 27))
    report = ledger.verification()
    assert report["sound"] and report["entries"] == 26


BAD_BODIES = [
    ({"amount_krw": 0}, "wrong-value", "/amount_krw"),
    ({"amount_krw": -1}, "wrong-value", "/amount_krw"),
    ({"amount_krw": 1.5}, "wrong-value", "/amount_krw"),
    ({"amount_krw": "1"}, "wrong-value", "/amount_krw"),
    ({"amount_krw": 2**63}, None, None),
    ({"kind": "selection"}, "wrong-value", "/kind"),
    ({"kind": "spend"}, "wrong-value", "/kind"),
    ({"fiscal_year": 1999}, "wrong-value", "/fiscal_year"),
    ({"funding_source": "state"}, "wrong-value", "/funding_source"),
    ({"programme": ""}, "wrong-value", "/programme"),
    ({"programme": "a\nb"}, "wrong-value", "/programme"),
    ({"programme": "  "}, "wrong-value", "/programme"),
    ({"programme": "x" * 97}, "wrong-value", "/programme"),
    ({"document": ""}, "wrong-value", "/document"),
    ({"document": "d" * 601}, "wrong-value", "/document"),
    ({"effective_date": "2024-13-01"}, "wrong-value", "/effective_date"),
    ({"effective_date": "20241201"}, "wrong-value", "/effective_date"),
    ({"note": 1}, "unknown-key", "/note"),
]


def test_bad_bodies_are_refused_by_field_and_leave_nothing(ledger):
    for changes, code, field in BAD_BODIES:
        body = {"programme": "a", "amount_krw": 1, **changes}
        status, answer = ledger.appropriate(**body)
        assert status == 400, (changes, answer)
        if code:
            assert (answer["code"], answer["field"]) == (code, field), changes
    assert ledger.sql("SELECT count(*) FROM ledger.refused_key")[0][0] == 0


def test_requests_without_a_usable_key_or_type_are_refused(ledger):
    status, answer = ledger.ask("POST", "/v1/entries", {})
    assert (status, answer["code"]) == (400, "idempotency-key-missing")
    status, answer = ledger.ask(
        "POST", "/v1/entries", {}, headers={"Idempotency-Key": "not a uuid"}
    )
    assert (status, answer["code"], answer["rule"]) == (400, "wrong-value", "uuid")
    status, answer = ledger.ask(
        "POST",
        "/v1/entries",
        b"{}",
        headers={"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "text/plain"},
    )
    assert (status, answer["code"]) == (415, "content-type-not-supported")
    for target in (
        "/v1/journal?after=-1",
        "/v1/journal?after=x",
        "/v1/journal?limit=0",
        "/v1/journal?limit=1001",
        "/v1/lines?fiscal_year=25",
        "/v1/lines?funding_source=x",
        "/v1/lines?after=2025/district",
        "/v1/envelopes?after=x",
    ):
        status, answer = ledger.ask("GET", target)
        assert (status, answer["code"]) == (400, "wrong-value"), target
        assert answer["rule"], target
    status, answer = ledger.ask("PUT", "/v1/envelope-limits/25/district", {"limit_krw": 1})
    assert (status, answer["field"]) == (400, "fiscal_year")
    status, answer = ledger.ask("PUT", "/v1/envelope-limits/2025/state", {"limit_krw": 1})
    assert (status, answer["field"]) == (400, "funding_source")


def routes_of_openapi():
    """Returns (method, path, roles) of every route that openapi.yaml describes."""
    path = os.path.join(ROOT, "services", "ledger", "openapi.yaml")
    with open(path, encoding="utf-8") as file:
        paths = yaml.safe_load(file)["paths"]
    return [
        (method.upper(), path, operation["x-roles"])
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]


def test_each_role_may_do_what_openapi_says_of_each_route(ledger):
    samples = {
        "{fiscal_year}": "2025",
        "{funding_source}": "city",
        "{ballot_id}": ballot(),
        "{hold_id}": ballot(),
        "{sheet_id}": ballot(),
        "{seq}": "1",
    }
    routes = routes_of_openapi()
    assert len(routes) >= 17
    for method, path, roles in routes:
        for name, value in samples.items():
            path = path.replace(name, value)
        path += "?stream=participation" if "/dead" in path else ""
        body = None if method == "GET" else {}
        status, _, _ = ledger.service.request(method, path, b"{}" if body is not None else None)
        assert (status == 401) == ("public" not in roles), (method, path, status)
        for key in (ledger.operator, ledger.auditor, ledger.staff, ledger.front_end):
            accept = {"Accept": "application/x-ndjson"} if path == "/v1/events" else None
            status, answer = ledger.ask(method, path, body, key=key, headers=accept)
            allowed = key.role in roles or "public" in roles
            assert (status != 403) == allowed, (method, path, key.role, answer)
            assert status not in (401, 405, 500), (method, path, key.role, answer)


def test_what_is_no_sheet_is_refused_by_the_place_where_it_is_wrong(ledger):
    def post(body, name="a", media="text/csv; charset=utf-8", key=None):
        headers = {"Idempotency-Key": key or ballot(), "Content-Type": media}
        return ledger.ask("POST", f"/v1/sheets?name={name}", body, headers=headers)

    text = "단위,원\n구분,재원,2018 계획\n사업,시비,{}\n"
    status, problem = post(text.format("1x").encode())
    assert (status, problem["code"], problem["field"], problem["rule"], problem["value"]) == (
        422, "sheet-unreadable", "/3/3", "not-a-figure", "1x")
    assert post(b"\xff\xff")[1]["rule"] == "not-text"
    assert post(b"")[0] == 422
    assert post(b"x" * 262145)[0] == 413
    assert post(b"{}", media="application/json")[0] == 415
    assert post(b"{}", name="")[0] == 400
    assert post(b"{}", name="%0a")[0] == 400
    assert ledger.get("/v1/sheets") == {"sheets": [], "next": None}

    # The same bytes are one sheet; a key that another request used is no sheet's.
    key, right = ballot(), text.format("1").encode()
    status, sheet = post(right, key=key)
    assert (status, sheet["sheet_id"], sheet["given"]) == (201, key, 1)
    assert post(right, key=key) == (201, sheet)
    assert post(right, name="b") == (200, sheet)
    assert post(right, name="b", key=key)[1]["code"] == "idempotency-key-reused"
    used = ballot()
    assert ledger.appropriate("a", 1, key=used)[0] == 409  # refused, and remembered
    assert post(text.format("2").encode(), key=used)[1]["code"] == "idempotency-key-reused"
    assert ledger.get("/v1/sheets")["sheets"] == [sheet]
    assert ledger.get(f"/v1/sheets?after={key}")["sheets"] == []
    [figure] = ledger.get(f"/v1/sheets/{key}")["figures"]
    assert (figure["amount_krw"], figure["programme"], figure["funding_source"]) == (
        1, "사업", "city")


def test_lists_come_in_pages_without_gap_or_repeat(ledger, participation):
    ledger.set_limit(10_000_000)
    names = [f"길/{number}" for number in range(7)]
    select(ledger, participation, [(str(i), name, 10 + i) for i, name in enumerate(names)])
    for target, member, count in (("/v1/lines", "lines", 7), ("/v1/journal", "entries", 7)):
        seen = []
        after = ""
        while True:
            page = ledger.get(f"{target}?limit=3{after}")
            seen += page[member]
            if page["next"] is None:
                break
            after = "&after=" + str(page["next"]).replace("/", "%2F").replace("길", "%EA%B8%B8")
        assert len(seen) == count
        assert seen == ledger.get(target)[member]
    assert [line["programme"] for line in ledger.get("/v1/lines?fiscal_year=2025")["lines"]] == names
    for target, member in (("/v1/lines", "lines"), ("/v1/journal", "entries")):
        assert ledger.get(f"{target}?funding_source=city")[member] == []
        assert ledger.get(f"{target}?fiscal_year=2026")[member] == []
        assert len(ledger.get(f"{target}?fiscal_year=2025&funding_source=district")[member]) == 7


def transfers_read(ledger, target=None):
    """How many transfers the database reads for a service that starts, answers this, and stops."""
    count = "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'transfer'"
    before = ledger.sql(count)[0][0]
    ledger.service.start().wait_ready()
    answer = ledger.get(target) if target else None
    ledger.service.stop()  # its connections tell the statistics as they end
    return ledger.sql(count)[0][0] - before, answer


def test_a_page_of_entries_that_lie_far_apart_reads_no_others(ledger):
    ledger.set_limit(10_000)
    ledger.set_limit(10_000, fiscal_year=2026)
    entry = {
        "kind": "main_budget", "fiscal_year": 2025, "programme": "a", "funding_source": "district",
        "amount_krw": 1, "document": "예산", "effective_date": "2025-01-02",
    }
    entries = [dict(entry, key=str(uuid.uuid4())) for _ in range(800)]
    for apart in (0, 400, 799):
        entries[apart].update(fiscal_year=2026, amount_krw=apart + 5)
    body = {"linked": False, "entries": entries}
    status, answer = ledger.ask("POST", "/v1/entries:batch", body)
    assert (status, answer["refused"]) == (200, 0), answer
    ledger.sql("ALTER DATABASE ledger SET enable_seqscan = off")  # as it is once the table is large
    ledger.service.stop()
    at_rest, _ = transfers_read(ledger)
    read, page = transfers_read(ledger, "/v1/journal?fiscal_year=2026")
    assert [row["seq"] for row in page["entries"]] == [1, 401, 800]
    assert [row["legs"][1]["amount_krw"] for row in page["entries"]] == [5, 405, 804]
    assert read - at_rest < 20, (read, at_rest)
    ledger.service.start().wait_ready()
    assert ledger.verification()["sound"]


def test_a_tally_is_posted_exactly_once_across_kills(ledger, participation):
    ledger.set_limit(10**12)
    ballots = []
    for number in range(30):
        ballot_id = ballot()
        ballots.append(ballot_id)
        participation.request_opening(ballot_id, 1_000)
        participation.certify(
            ballot_id, 1_000, [("1", f"p{number}", 300), ("2", f"q{number}", 400)]
        )
        if number % 7 == 3:
            ledger.service.kill9()
            ledger.service.start()
    wait_applied(ledger, 60)
    ledger.service.wait_ready()
    journal = ledger.get("/v1/journal?limit=1000")["entries"]
    assert len(journal) == 60
    assert len({entry["key"] for entry in journal}) == 60
    assert ledger.get("/v1/envelope-limits")["limits"][0]["used_krw"] == 30 * 700
    said = ledger.entries_said()
    assert [len(entries) for entries in said] == [2] * 30
    assert [e["journal_seq"] for entries in said for e in entries] == [
        str(seq) for seq in range(1, 61)
    ]
    assert ledger.verification()["sound"]


def test_a_second_ledger_stands_by_and_takes_over_without_a_gap(
    ledger, participation, start_service, tmp_path
):
    ledger.set_limit(10**12)
    standby = ledger.beside(start_service, str(tmp_path))
    standby.service.wait_log("writer_state", to="standby")
    select(ledger, participation, [("1", "a", 1_000_000)])
    status, answer = standby.appropriate("a", 1)
    assert status == 503, answer
    key = str(uuid.uuid4())
    first = ledger.appropriate("a", 10, key)
    assert first[0] == 201
    ledger.service.kill9()
    standby.service.wait_log("writer_state", to="leading")
    standby.service.wait_ready()
    assert standby.appropriate("a", 10, key) == first
    assert standby.appropriate("a", 20)[0] == 201
    select(standby, participation, [("1", "b", 5)])
    report = standby.verification()
    assert report["sound"] and report["entries"] == 4
    assert stages(standby, "a")["S10"] == 30


def test_a_tally_that_cannot_be_followed_halts_until_an_operator_decides(ledger, participation):
    ledger.set_limit(10_000)
    ballot_id, other = ballot(), ballot()
    participation.request_opening(ballot_id, 5_000)
    participation.certify(ballot_id, 5_000, [("1", "a", 4_000)], funded_krw=3_999)
    participation.request_opening(other, 5_000)
    ledger.service.wait_log("tally_refused", code="amount-invalid")
    ledger.service.wait_readiness(503)
    assert applied(ledger) == 1
    assert ledger.get("/v1/journal")["entries"] == []
    assert envelope_of(ledger, ballot_id)["state"] == "reserved"
    discard(ledger, 2)
    wait_applied(ledger, 3)
    ledger.service.wait_readiness(200)
    assert envelope_of(ledger, other)["state"] == "reserved"


def test_tallies_with_other_terms_halt_the_stream_each_by_its_reason(ledger, participation):
    ledger.set_limit(10_000)
    ballot_id = ballot()
    participation.request_opening(ballot_id, 5_000)
    seq = 1
    for code, change in (
        ("envelope-missing", {"ballot_id": ballot()}),
        ("envelope-conflict", {"fiscal_year": 2026}),
        ("envelope-conflict", {"source": "city"}),
        ("envelope-conflict", {"amount_krw": 5_001}),
        ("amount-invalid", {"winners": [("1", "a", 4_000), ("2", "b", -1)]}),
        ("envelope-overspent", {"winners": [("1", "a", 5_001)]}),
        (None, {"winners": [("1", "\t", 4_000)]}),
        (None, {"ballot_id": "not-a-uuid"}),
    ):
        terms = {
            "ballot_id": ballot_id,
            "amount_krw": 5_000,
            "winners": [("1", "a", 4_000)],
            **change,
        }
        mark = ledger.service.mark()
        participation.certify(**terms)
        seq += 1
        if code:
            ledger.service.wait_log("tally_refused", since=mark, code=code)
        ledger.service.wait_log("event_dead_letter", since=mark)
        discard(ledger, seq)
    assert ledger.get("/v1/journal")["entries"] == []
    assert envelope_of(ledger, ballot_id)["state"] == "reserved"
    participation.certify(ballot_id, 5_000, [("1", "a", 4_000)])
    wait_applied(ledger, seq + 1)
    assert stages(ledger, "a") == {"M10": 4_000, "M90": -4_000}


def test_the_journal_refuses_every_change_by_role_and_by_trigger(ledger, participation):
    ledger.set_limit(10_000)
    select(ledger, participation, [("1", "a", 100)], 1_000)
    for table, column in (("journal", "seq"), ("transfer", "seq"), ("refused_key", "key")):
        for statement in (
            f"UPDATE ledger.{table} SET {column} = {column}",
            f"DELETE FROM ledger.{table}",
            f"TRUNCATE ledger.{table} CASCADE",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                ledger.cluster.psql("ledger", statement, role="ledger")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
                ledger.cluster.psql("ledger", statement, role="ledger_owner")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
                # What restores and replication use to switch triggers off.
                ledger.sql(f"SET session_replication_role = replica; {statement}")
    for statement in (
        "DELETE FROM ledger.account",
        "UPDATE ledger.account SET programme = 'x'",
        "UPDATE ledger.account SET floor_krw = NULL",
        "UPDATE ledger.head SET shard = 'x'",
        "DELETE FROM ledger.envelope",
        "INSERT INTO ledger.kind_rule SELECT * FROM ledger.kind_rule",
        "UPDATE ledger.period SET state = 'open'",
        "CREATE TABLE ledger.mine (a integer)",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ledger.cluster.psql("ledger", statement, role="ledger")


@pytest.mark.parametrize(("view", "by_key"), [("entry_leg", True), ("posting", False)])
def test_the_legs_of_an_entry_are_looked_up_by_its_number(ledger, view, by_key):
    """`posting` shows what it looks like when they are not: the whole journal is read."""
    rows = ledger.sql(
        "SET enable_seqscan = off; EXPLAIN SELECT 1 FROM ledger.journal"
        f" INNER JOIN ledger.{view} AS leg ON leg.shard = journal.shard AND leg.seq = journal.seq"
        " WHERE journal.shard = 'a' AND journal.linked_seq = 1",
    )
    plan = "\n".join(row[0] for row in rows)
    assert ("Index Cond: (seq = (journal.seq)::bigint)" in plan) == by_key, plan
    assert ("Index Cond: ((number)::integer = " in plan) == by_key, plan


def test_nothing_is_posted_behind_a_head_that_somebody_moved(ledger, participation):
    ledger.set_limit(10_000)
    select(ledger, participation, [("1", "a", 100)], 1_000)
    key = str(uuid.uuid4())
    other = ledger.cluster.connect("ledger", autocommit=False)
    try:
        with other.cursor() as cursor:
            cursor.execute("UPDATE ledger.head SET hash = sha256('x')")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            posting = pool.submit(ledger.appropriate, "a", 60, key)
            wait_until(lambda: blocked(ledger), "the entry waits for the head")
            other.commit()
            assert posting.result()[0] == 503, posting.result()
        with other.cursor() as cursor:
            cursor.execute("SELECT max(seq) FROM ledger.journal")
            assert cursor.fetchone()[0] == 1
            cursor.execute("SELECT count(*) FROM ledger.journal WHERE key = %s", (key,))
            assert cursor.fetchone()[0] == 0
            cursor.execute("UPDATE ledger.head SET hash = (SELECT hash FROM ledger.journal WHERE seq = 1)")
        other.commit()
    finally:
        other.close()
    ledger.service.wait_readiness(200)
    assert ledger.appropriate("a", 60, key)[0] == 201
    assert ledger.verification()["sound"]


def blocked(ledger):
    """Whether somebody waits for a lock in the ledger's database."""
    return ledger.cluster.psql(
        "ledger",
        "SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0",
    )[0][0]


TAMPERINGS = [
    ("UPDATE ledger.journal SET document = document || ' ' WHERE seq = 2", "hash-mismatch", 2),
    ("UPDATE ledger.journal SET metadata = '{}' WHERE seq = 2", "hash-mismatch", 2),
    ("UPDATE ledger.journal SET kind = 'appropriation' WHERE seq = 1", "hash-mismatch", 1),
    ("UPDATE ledger.journal SET effective_date = 20241212 WHERE seq = 3", "hash-mismatch", 3),
    ("UPDATE ledger.journal SET period = 2026 WHERE seq = 1", "hash-mismatch", 1),
    ("UPDATE ledger.journal SET posted_time_ms = posted_time_ms + 1 WHERE seq = 1", "hash-mismatch", 1),
    ("UPDATE ledger.journal SET hash = set_byte(hash, 31, 255 - get_byte(hash, 31)) WHERE seq = 2", "hash-mismatch", 2),
    ("UPDATE ledger.journal SET key = gen_random_uuid() WHERE seq = 2", "hash-mismatch", 2),
    ("UPDATE ledger.journal SET linked_seq = 1 WHERE seq = 2", "hash-mismatch", 2),
    ("UPDATE ledger.journal SET shard = 'other' WHERE seq = 2", "seq-gap", 3),
    ("DELETE FROM ledger.journal WHERE seq = 2", "seq-gap", 3),
    ("DELETE FROM ledger.journal WHERE seq = 3", "head-mismatch", 3),
    ("UPDATE ledger.head SET seq = seq + 1", "head-mismatch", 4),
    ("UPDATE ledger.head SET hash = sha256('x')", "head-mismatch", 3),
    ("UPDATE ledger.journal SET request = set_byte(request, 0, 255 - get_byte(request, 0)) WHERE seq = 2", "key-mismatch", 2),
    ("UPDATE ledger.journal SET request = set_byte(request, 23, 255 - get_byte(request, 23)) WHERE seq = 2", "key-mismatch", 2),
    ("UPDATE ledger.transfer SET amount_krw = amount_krw + 1 WHERE seq = 2", "hash-mismatch", 2),
    ("UPDATE ledger.transfer SET debit_account = credit_account WHERE seq = 2", "hash-mismatch", 2),
    ("UPDATE ledger.transfer SET credit_account = 1000000 WHERE seq = 2", "hash-mismatch", 2),
    ("UPDATE ledger.transfer SET place = 3 - place WHERE seq = 3", "hash-mismatch", 3),
    ("DELETE FROM ledger.transfer WHERE seq = 3 AND place = 2", "hash-mismatch", 3),
    ("UPDATE ledger.transfer SET debit_version = 9 WHERE seq = 3 AND place = 2", "version-gap", 3),
    ("UPDATE ledger.transfer SET credit_version = 9 WHERE seq = 3 AND place = 2", "version-gap", 3),
    ("UPDATE ledger.transfer SET debit_balance_krw = 7 WHERE seq = 3 AND place = 2", "balance-mismatch", 3),
    ("UPDATE ledger.transfer SET credit_balance_krw = 7 WHERE seq = 3 AND place = 2", "balance-mismatch", 3),
    ("UPDATE ledger.transfer SET seq = 4 WHERE seq = 3 AND place = 2", "hash-mismatch", 3),
    ("UPDATE ledger.transfer SET seq = 2, place = 2 WHERE seq = 1", "hash-mismatch", 1),
    ("UPDATE ledger.account SET stage = 'S20' WHERE stage = 'S10'", "hash-mismatch", 3),
    ("UPDATE ledger.account SET stage = 'S99' WHERE stage = 'S10'", "hash-mismatch", 3),
    ("UPDATE ledger.account SET programme = repeat('x', 96) WHERE stage = 'S10'", "hash-mismatch", 3),
    ("UPDATE ledger.account SET number = 1000000 WHERE stage = 'S10'", "hash-mismatch", 3),
    (
        "UPDATE ledger.account SET number = 1000000 WHERE stage = 'S10';"
        " UPDATE ledger.account SET number = 1000001 WHERE stage = 'R10.main';"
        " UPDATE ledger.account SET number = (SELECT credit_account FROM ledger.transfer"
        "     WHERE seq = 3 AND place = 1) WHERE number = 1000001;"
        " UPDATE ledger.account SET number = (SELECT debit_account FROM ledger.transfer"
        "     WHERE seq = 3 AND place = 1) WHERE number = 1000000",
        "hash-mismatch", 3,
    ),
    ("UPDATE ledger.account SET balance_krw = balance_krw + 1 WHERE stage = 'S10'", "balance-mismatch", 0),
    ("UPDATE ledger.account SET held_krw = 10000 WHERE stage = 'S10'", "floor-broken", 0),
    ("UPDATE ledger.account SET version = version + 1 WHERE stage = 'S10'", "version-gap", 0),
    ("UPDATE ledger.account SET floor_krw = NULL WHERE stage = 'S10'", "floor-broken", 0),
    ("DELETE FROM ledger.account WHERE stage = 'S10'", "hash-mismatch", 3),
    ("INSERT INTO ledger.refused_key SELECT shard, key, substring(request FROM 1 FOR 16), 'floor-broken', '', NULL, 0, 0 FROM ledger.journal WHERE seq = 1", "key-mismatch", 0),
    ("UPDATE ledger.envelope_limit SET limit_krw = 299", "limit-exceeded", 0),
    ("DELETE FROM ledger.envelope_limit", "limit-exceeded", 0),
]


def test_verification_finds_whatever_was_tampered_with(ledger, participation):
    ledger.set_limit(10_000)
    select(ledger, participation, [("1", "a", 100), ("2", "b", 200)], 1_000)
    assert ledger.appropriate("a", 60)[0] == 201
    assert ledger.verification()["sound"]
    connection = ledger.cluster.connect("ledger", autocommit=False)
    try:
        for statement, code, seq in TAMPERINGS:
            # The superuser may do anything; what was there is put back from copies.
            with connection.cursor() as cursor:
                for table in TABLES:
                    cursor.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER USER")
                    cursor.execute(f"CREATE TABLE copy_{table} AS TABLE ledger.{table}")
                cursor.execute(statement)
                assert cursor.rowcount > 0, statement
            connection.commit()
            report = ledger.verification()
            assert not report["sound"], statement
            assert (report["faults"][0]["code"], report["faults"][0]["seq"]) == (code, seq), (
                statement,
                report,
            )
            with connection.cursor() as cursor:
                for table in TABLES:
                    cursor.execute(f"DELETE FROM ledger.{table}")
                    cursor.execute(f"INSERT INTO ledger.{table} TABLE copy_{table}")
                    cursor.execute(f"DROP TABLE copy_{table}")
            connection.commit()
    finally:
        connection.close()
    assert ledger.verification()["sound"]


TABLES = ("journal", "transfer", "account", "head", "refused_key", "envelope_limit")


def test_a_key_that_was_also_refused_is_answered_by_its_entry(ledger):
    ledger.set_limit(10_000)
    key = str(uuid.uuid4())
    first = ledger.post("main_budget", 5, key)
    assert first[0] == 201
    ledger.sql(
        "INSERT INTO ledger.refused_key SELECT shard, key, substring(request FROM 1 FOR 16),"
        " 'floor-broken', '', NULL, 0, 0 FROM ledger.journal"
    )
    ledger.service.restart().wait_ready()  # which forgets the keys it remembers
    assert ledger.post("main_budget", 5, key) == first


def test_an_entry_of_a_day_that_never_was_is_found_and_not_shown(ledger):
    ledger.set_limit(10_000)
    assert ledger.post("main_budget", 5)[0] == 201
    ledger.sql(
        "ALTER TABLE ledger.journal DISABLE TRIGGER USER;"
        " UPDATE ledger.journal SET effective_date = 20250230"
    )
    for target in ("/v1/journal", "/v1/entries/1"):
        assert ledger.ask("GET", target)[0] == 500, target
    ledger.service.wait_log("journal_damaged", seq=1)
    report = ledger.verification()
    assert [(x["code"], x["seq"]) for x in report["faults"]][:1] == [("hash-mismatch", 1)]


def test_a_tally_that_is_certified_again_posts_nothing_again(ledger, participation):
    ledger.set_limit(10_000)
    winners = [("1", "a", 4_000)]
    ballot_id = select(ledger, participation, winners, 5_000)
    released = said(ledger, "envelope.released")
    participation.certify(ballot_id, 5_000, winners)
    wait_applied(ledger, 3)
    assert len(ledger.get("/v1/journal")["entries"]) == 1
    assert stages(ledger, "a") == {"M10": 4_000, "M90": -4_000}
    assert envelope_of(ledger, ballot_id)["state"] == "settled"
    assert len(said(ledger, "envelope.released")) == len(released) == 1
    assert ledger.verification()["sound"]


def test_a_verification_says_how_far_it_is(ledger):
    """It stands still behind a lock, once when the chain is walked and once when all is."""
    idle = {"running": False, "done": None, "total": None}
    target = "/v1/verification/progress"
    assert ledger.get(target) == idle
    ledger.set_limit(10_000_000)
    entries, postings = 205, 410  # more than one page of both
    body = {"linked": True, "entries": [
        {"key": str(uuid.uuid4()), "kind": "main_budget", "fiscal_year": 2025, "programme": "a",
         "funding_source": "district", "amount_krw": 1, "document": "의결"} for _ in range(entries)
    ]}  # fmt: skip
    assert ledger.ask("POST", "/v1/entries:batch", body)[1]["posted"] == entries
    total = 2 * entries + postings
    for table, done in (("ledger.envelope", entries), ("ledger.hold", total)):
        outside = ledger.cluster.connect("ledger", autocommit=False)
        with outside.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            verification = pool.submit(ledger.verification)
            there = {"running": True, "done": done, "total": total}
            wait_until(lambda there=there: ledger.get(target, key=ledger.auditor) == there, f"{there}")
            outside.rollback()
            outside.close()
            assert verification.result(timeout=60)["sound"]
        assert ledger.get(target) == idle


def test_a_stop_ends_a_verification(ledger):
    """Reading the journal takes longer than a stop may; who asked is told that there is no answer."""
    ledger.set_limit(10_000_000)
    assert ledger.post("main_budget", 5)[0] == 201
    ledger.cluster.psql(
        "ledger",
        "ALTER TABLE ledger.journal ENABLE ROW LEVEL SECURITY;"
        " CREATE POLICY slow ON ledger.journal FOR SELECT USING (pg_sleep(60) IS NOT NULL)",
        role="ledger_owner",
    )
    with concurrent.futures.ThreadPoolExecutor() as pool:
        verification = pool.submit(ledger.ask, "GET", "/v1/verification", key=ledger.auditor)
        wait_until(
            lambda: ledger.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"),
            "verification that reads the journal",
        )
        ledger.service.stop()
        status, answer = verification.result()
    assert status == 503 and "sound" not in answer, answer


def test_nothing_is_acknowledged_while_the_database_is_gone(ledger, participation, databases):
    ledger.set_limit(10_000)
    select(ledger, participation, [("1", "a", 100)], 1_000)
    databases.kill9()
    ledger.service.wait_readiness(503)
    key = str(uuid.uuid4())
    status, answer = ledger.appropriate("a", 10, key)
    assert status == 503, answer
    databases.start()
    ledger.service.wait_readiness(200)
    status, first = ledger.appropriate("a", 10, key)
    assert status == 201
    assert ledger.appropriate("a", 10, key) == (201, first)
    assert stages(ledger, "a")["S10"] == 10
    assert ledger.verification()["sound"]
