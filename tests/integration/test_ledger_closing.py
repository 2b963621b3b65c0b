# SPDX-License-Identifier: Apache-2.0
"""Closing a fiscal year whose closing entries do not fit one commit.

A commit takes 1,024 of them. A year with more is closed in several commits: between them it is `closing`, takes nothing else, and is seen through by the service, even
by another process than the one that was asked.
"""

import concurrent.futures
import time
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from support.ledger import Finance, Ledger, Participation

LINES = 2_100
BATCH = 200
TARGET = "/v1/periods/2025:close"


@pytest.fixture
def finance(databases, tmp_path):
    stream = Finance(databases, str(tmp_path)).start()
    yield stream
    stream.close()


@pytest.fixture
def ledger(databases, start_service, tmp_path, finance):
    stream = Participation(databases, str(tmp_path)).start()
    ledger = Ledger(databases, start_service, str(tmp_path), stream, finance=finance)
    assert ledger.ask("POST", "/v1/periods/2025:open")[0] == 200
    yield ledger
    stream.close()


def wanted(kind, programme, **more):
    return {
        "key": str(uuid.uuid4()),
        "kind": kind,
        "fiscal_year": 2025,
        "programme": programme,
        "funding_source": "district",
        "amount_krw": 5,
        "document": "d",
        **more,
    }


def make_lines(ledger, count):
    """Lines whose money has lapsed, by batches that wait for the writer at the same time."""
    move = {"transfers": [{"debit": "S10", "credit": "S90", "amount_krw": 5}]}
    entries = []
    for number in range(count):
        programme = f"p{number:05}"
        entries.append(wanted("main_budget", programme))
        lapse = wanted("lapse", programme, **move)
        del lapse["amount_krw"]
        entries.append(lapse)
    batches = [entries[at : at + BATCH] for at in range(0, len(entries), BATCH)]

    def send(batch):
        return ledger.ask("POST", "/v1/entries:batch", {"linked": False, "entries": batch})

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for status, answer in pool.map(send, batches):
            assert (status, answer["refused"]) == (200, 0), answer


def period(ledger):
    return ledger.get("/v1/periods?fiscal_year=2025")["periods"][0]


def closing_entries(ledger):
    return ledger.sql("SELECT count(*) FROM ledger.journal WHERE kind = 'closing'")[0][0]


def test_a_year_with_more_lines_than_a_commit_takes_is_closed_to_the_last_won(ledger):
    make_lines(ledger, LINES)
    status, answer = ledger.ask("POST", TARGET, {"document": "결산 2025"})
    assert (status, answer["state"]) == (200, "closed")
    assert closing_entries(ledger) == LINES
    assert ledger.sql("SELECT count(*) FROM ledger.account WHERE balance_krw != 0") == [(0,)]
    head = ledger.sql("SELECT seq, encode(hash, 'hex') FROM ledger.head")[0]
    assert (answer["closed_seq"], answer["closed_hash"]) == head
    assert ledger.ask("POST", TARGET, {"document": "다른 문서"}) == (200, answer)
    said = [int(entry["journal_seq"]) for entries in ledger.entries_said() for entry in entries]
    assert said == list(range(1, 3 * LINES + 1))
    assert ledger.verification()["sound"]


def test_a_closing_whose_process_is_killed_is_seen_through_by_the_next_one(ledger):
    # The last line is locked from outside, so the closing stands still within its last step; there
    # its process is killed. What it had closed stays closed; a new process finishes the rest.
    make_lines(ledger, LINES)
    outside = ledger.cluster.connect("ledger", autocommit=False)
    with outside.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM ledger.account WHERE programme = %s FOR UPDATE", (f"p{LINES - 1:05}",)
        )
    mark = ledger.service.mark()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ledger.ask, "POST", TARGET, {"document": "결산 2025"})
        ledger.service.wait_log("year_closing", since=mark)
        now = period(ledger)
        assert (now["state"], now["closed_seq"]) == ("closing", None)
        ledger.service.kill9()
        assert asked.exception() is not None
    outside.rollback()
    outside.close()
    assert 0 < closing_entries(ledger) < LINES
    ledger.service.start().wait_ready()
    ledger.service.wait_log("year_closed")
    assert period(ledger)["state"] == "closed"
    assert closing_entries(ledger) == LINES
    words = ledger.sql(
        "SELECT DISTINCT document, metadata::json ->> 'operator' FROM ledger.journal"
        " WHERE kind = 'closing'"
    )
    assert words == [("결산 2025", "kim")]
    assert ledger.sql("SELECT closed_by FROM ledger.period WHERE state = 'closed'") == [
        ("operator:kim",)
    ]
    assert ledger.verification()["sound"]


def wait_locked(ledger):
    """Waits until the service's transaction stands before a row that is locked."""
    deadline = time.monotonic() + 60
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while ledger.sql(waiting) == [(0,)]:
        assert time.monotonic() < deadline, "nobody waits for the lock"
        ledger.service.process.output.wait(lambda line: True, 0.02, ledger.service.mark())


def said(ledger, event_type):
    pattern = f"kr.hyeopchi.ledger.{event_type}.v1"
    return ledger.sql("SELECT count(*) FROM event.log WHERE type = %s", (pattern,))[0][0]


@pytest.mark.parametrize("place", [0, LINES // 2, LINES - 1], ids=["first", "middle", "last"])
def test_a_closing_by_message_that_is_killed_in_a_step_is_done_once(ledger, finance, place):
    # A line is locked from outside, so the closing stands still in the step that closes it: in the
    # transaction that hears the message, in the first that the due clock makes, in the last. There
    # its process is killed. The message is answered once, and every line is closed once.
    make_lines(ledger, LINES)
    outside = ledger.cluster.connect("ledger", autocommit=False)
    with outside.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM ledger.account WHERE programme = %s FOR UPDATE", (f"p{place:05}",)
        )
    event_id = finance.close_period(2025)
    wait_locked(ledger)
    done = closing_entries(ledger)
    assert period(ledger)["state"] == ("closing" if done else "open")
    assert said(ledger, "request.accepted") == (1 if done else 0)
    ledger.service.kill9()
    outside.rollback()
    outside.close()
    assert closing_entries(ledger) == done <= place
    ledger.service.start().wait_ready()
    ledger.service.wait_log("year_closed")
    assert period(ledger)["state"] == "closed"
    assert closing_entries(ledger) == LINES
    assert ledger.sql("SELECT count(*) FROM ledger.account WHERE balance_krw != 0") == [(0,)]
    assert said(ledger, "request.accepted") == said(ledger, "period.closed") == 1
    words = ledger.sql(
        "SELECT DISTINCT document, metadata::json ->> 'event_id' FROM ledger.journal"
        " WHERE kind = 'closing'"
    )
    assert words == [("결산", event_id)]
    assert ledger.sql("SELECT closed_by FROM ledger.period") == [("finance:회계과-1",)]
    mark = ledger.service.mark()
    finance.open_period(2025)
    ledger.service.wait_log("request_refused", since=mark)
    assert ledger.verification()["sound"]


def test_a_year_that_is_being_closed_takes_nothing_else(ledger):
    # A frozen line, as no closing would have begun with, keeps the closing from its end.
    make_lines(ledger, 2)
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    line = {"fiscal_year": 2025, "programme": "p00001", "funding_source": "district"}
    frozen = {**line, "reason": "감사"}
    assert ledger.ask("POST", "/v1/lines:freeze", frozen)[0] == 200
    mark = ledger.service.mark()
    ledger.sql(
        "UPDATE ledger.period SET state = 'closing', closing_by = 'operator:kim',"
        " closing_document = '결산', closing_metadata = '{}'"
    )
    ledger.service.wait_log("due_failed", since=mark)
    for status, problem in (
        ledger.post("main_budget", 1),
        ledger.hold(1, tomorrow),
        ledger.ask("POST", "/v1/lines:freeze", {**frozen, "programme": "p00000"}),
        ledger.ask("POST", "/v1/periods/2025:open"),
    ):
        assert status in (409, 422), problem
        assert problem["code"] == "period-closing", problem
    status, problem = ledger.ask("PUT", "/v1/envelope-limits/2025/district", {"limit_krw": 9})
    assert (status, problem["code"]) == (409, "period-closed")
    assert closing_entries(ledger) == 0
    assert ledger.verification()["sound"]
    mark = ledger.service.mark()
    assert ledger.ask("POST", "/v1/lines:thaw", {**frozen, "reason": "끝"})[0] == 200
    ledger.service.wait_log("year_closed", since=mark)
    assert (period(ledger)["state"], closing_entries(ledger)) == ("closed", 2)
    assert ledger.verification()["sound"]
