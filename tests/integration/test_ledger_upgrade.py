# SPDX-License-Identifier: Apache-2.0
"""A ledger of the schema before migration 9, in which postings spelled their accounts out."""

import glob
import os
import subprocess
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from support.ledger import Ledger, Participation, grant_terms
from support.paths import ROOT
from support.services import environment, program

SCHEMA = os.path.join(ROOT, "services", "ledger", "schema")
KEPT = ("head", "period", "account", "journal", "posting", "refused_key", "envelope_limit", "envelope")

# Tables that the migrations from 9 on leave as they are, in an order that their references allow.
AS_IT_WAS = (
    "line_freeze", "block", "hold", "hold_extension", "grant_award", "grant_body", "grant_entry",
    "sheet", "sheet_figure", "sheet_discrepancy",
)  # fmt: skip

# What the program before would have written. It remembered all of a request's hash, of which the
# rest is not known any more.
OLD_ROWS = """
INSERT INTO ledger.head SELECT * FROM kept_head;
INSERT INTO ledger.period SELECT * FROM kept_period;
INSERT INTO ledger.envelope_limit SELECT * FROM kept_envelope_limit;
INSERT INTO ledger.envelope SELECT * FROM kept_envelope;
INSERT INTO ledger.account (shard, fiscal_year, programme, funding_source, stage, balance_krw,
    held_krw, version, floor_krw)
SELECT shard, fiscal_year, programme, funding_source, stage, balance_krw, held_krw, version,
    floor_krw FROM kept_account ORDER BY md5(programme || stage);
INSERT INTO ledger.journal (shard, seq, key, kind, effective_date, period, linked_seq,
    posted_time_ms, document, metadata, hash)
SELECT shard, seq, key, kind, effective_date, period, linked_seq, posted_time_ms, document,
    metadata, hash FROM kept_journal;
INSERT INTO ledger.posting (shard, seq, leg, fiscal_year, programme, funding_source, stage,
    amount_krw, version, balance_after_krw)
SELECT shard, seq, leg, fiscal_year, programme, funding_source, stage, amount_krw, version,
    balance_after_krw FROM kept_posting;
INSERT INTO ledger.entry_key (shard, key, request_hash, seq, recorded_time_ms)
SELECT shard, key, substring(request FROM 1 FOR 16) || decode(repeat('00', 16), 'hex'), seq,
    posted_time_ms FROM kept_journal;
INSERT INTO ledger.entry_key (shard, key, request_hash, refusal_code, refusal_field,
    refusal_account, shortfall_krw, recorded_time_ms)
SELECT shard, key, request || decode(repeat('00', 16), 'hex'), refusal_code, refusal_field,
    refusal_account, shortfall_krw, recorded_time_ms FROM kept_refused_key;
"""


@pytest.fixture
def ledger(databases, start_service, tmp_path):
    stream = Participation(databases, str(tmp_path)).start()
    yield Ledger(databases, start_service, str(tmp_path), stream)
    stream.close()


def make_old(ledger):
    """Takes the ledger's database back to migration 8, with the same journal in its words."""
    for table in KEPT + AS_IT_WAS:  # Not in the schema's own types, which go with it.
        columns = ledger.sql(
            "SELECT string_agg(format('%I::%s AS %I', column_name, data_type, column_name), ', '"
            " ORDER BY ordinal_position) FROM information_schema.columns"
            f" WHERE table_schema = 'ledger' AND table_name = '{table}'"
        )[0][0]
        ledger.sql(f"CREATE TABLE kept_{table} AS SELECT {columns} FROM ledger.{table}")
    ledger.sql("DROP SCHEMA ledger CASCADE")
    ledger.sql("DELETE FROM public.schema_migration WHERE name = 'ledger' AND number > 8")
    for path in sorted(glob.glob(os.path.join(SCHEMA, "000[1-8]_*.sql"))):
        with open(path, encoding="utf-8") as file:
            ledger.cluster.psql("ledger", file.read(), role="ledger_owner")
    ledger.sql(OLD_ROWS)
    for table in AS_IT_WAS:
        columns = ledger.sql(
            "SELECT string_agg(format('%I', column_name), ', ') FROM information_schema.columns"
            f" WHERE table_schema = 'public' AND table_name = 'kept_{table}'"
        )[0][0]
        ledger.sql(f"INSERT INTO ledger.{table} ({columns}) SELECT {columns} FROM kept_{table}")


def migrate(ledger):
    return subprocess.run(
        [program("ledger"), "migrate"],
        env=environment(ledger.settings),
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
    )


def ask(ledger, answers, request, status):
    kind, amount_krw, programme = request
    key = str(uuid.uuid4())
    answer = ledger.post(kind, amount_krw, key, programme=programme)
    assert answer[0] == status, answer
    answers[key] = (request, answer)


def post_some(ledger):
    """Entries of several transfers and lines, a reversal, a refusal; returns some by their keys."""
    ledger.set_limit(10_000)
    answers = {}
    for programme in ("b", "a", "가"):
        ask(ledger, answers, ("main_budget", 500, programme), 201)
        for kind in ("securing", "allotment", "commitment"):
            assert ledger.post(kind, 300, programme=programme)[0] == 201
        transfers = [
            {"debit": "S40", "credit": "S50", "amount_krw": 200},
            {"debit": "S40", "credit": "S30", "amount_krw": 100},
        ]
        assert ledger.post("expenditure", transfers=transfers, programme=programme)[0] == 201
    status, posted = ledger.post("securing", 50)
    assert status == 201
    assert ledger.post("reversal", linked_seq=posted["seq"])[0] == 201
    ask(ledger, answers, ("securing", 1_000_000, "a"), 409)
    return answers


def convert(ledger):
    """The ledger is one of the older schema for a moment, and is brought up to date again."""
    ledger.service.stop()
    make_old(ledger)
    done = migrate(ledger)
    assert done.returncode == 0, done.stderr
    ledger.service.start().wait_ready()
    assert ledger.verification()["sound"]


def test_a_ledger_of_the_older_schema_is_converted_with_every_guarantee(ledger):
    answers = post_some(ledger)
    journal = ledger.get("/v1/journal")
    lines = ledger.get("/v1/lines")
    convert(ledger)
    assert ledger.get("/v1/journal") == journal
    assert ledger.get("/v1/lines") == lines
    for key, (request, answer) in answers.items():
        kind, amount_krw, programme = request
        assert ledger.post(kind, amount_krw, key, programme=programme) == answer
        status, problem = ledger.post(kind, amount_krw + 1, key, programme=programme)
        assert (status, problem["code"]) == (409, "idempotency-key-reused")
    assert ledger.post("securing", 10, programme="가")[0] == 201
    assert ledger.post("main_budget", 10, programme="new")[0] == 201
    assert ledger.verification()["sound"]


LISTS = ("journal", "lines", "grants", "holds", "periods", "blocks", "sheets", "envelope-limits")


def post_terms(ledger):
    """What stands beside the journal: a closed year, a grant half paid, holds, a frozen line, a sheet.

    Returns the ids of the grant and of the hold that still stands.
    """

    def ask(method, target, body, status, **headers):
        answer = ledger.ask(method, target, body, headers=headers)
        assert answer[0] == status, answer
        return answer[1]

    ask("POST", "/v1/periods/2023:open", None, 200)
    assert ledger.post("main_budget", 70, fiscal_year=2023)[0] == 201
    lapse = [{"debit": "S10", "credit": "S90", "amount_krw": 70}]
    assert ledger.post("lapse", transfers=lapse, fiscal_year=2023)[0] == 201
    ask("POST", "/v1/periods/2023:close", {"document": "결산 2023"}, 200)

    grant_id = str(uuid.uuid4())
    terms = grant_terms(programme="g", bodies=["협치네트워크", "마을넷"])
    ask("POST", "/v1/grants", terms, 201, **{"Idempotency-Key": grant_id})
    for kind in ("main_budget", "securing", "allotment"):
        assert ledger.post(kind, 900, programme="g")[0] == 201
    for kind, amount_krw in (("grant_decision", 300), ("grant_payment", 200)):
        assert ledger.post(kind, amount_krw, programme="g", grant_id=grant_id)[0] == 201

    held = [ledger.hold(krw, tomorrow(2), programme="g")[1]["hold_id"] for krw in (40, 50, 60)]
    assert ledger.commit_hold(held[0], 30)[0] == 201
    assert ledger.release_hold(held[1])[0] == 200
    later = {"expires_time": tomorrow(3), "reason": "재공고"}
    ask("POST", f"/v1/holds/{held[2]}:extend", later, 200)

    line = {"fiscal_year": 2025, "programme": "b", "funding_source": "district", "reason": "감사"}
    ask("POST", "/v1/lines:freeze", line, 200)
    with open(os.path.join(ROOT, "tests", "data", "sheets", "b07_geumcheon.csv"), "rb") as file:
        ask("POST", "/v1/sheets?name=b07", file.read(), 201,
            **{"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "text/csv"})  # fmt: skip
    return grant_id, held[2]


def tomorrow(days=1):
    at = datetime.now(timezone.utc) + timedelta(days=days)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_grants_holds_and_a_closed_year_of_the_older_schema_go_on_where_they_stood(ledger):
    post_some(ledger)
    grant_id, hold_id = post_terms(ledger)
    before = {name: ledger.get(f"/v1/{name}") for name in LISTS}
    hold = ledger.get(f"/v1/holds/{hold_id}")
    convert(ledger)
    for name in LISTS:
        assert ledger.get(f"/v1/{name}") == before[name]
    assert ledger.get(f"/v1/holds/{hold_id}") == hold and hold["extensions"]
    of_grant = {"programme": "g", "grant_id": grant_id}
    for answer, code in (
        (ledger.ask("POST", "/v1/periods/2023:open"), "period-closed"),
        (ledger.post("main_budget", 1, fiscal_year=2023), "period-closed"),
        (ledger.post("main_budget", 1, programme="b"), "line-frozen"),
        (ledger.post("allotment_return", 511, programme="g"), "balance-short"),  # 60 are held
        (ledger.post("grant_payment", 101, **of_grant), "grant-over-decided"),
        (ledger.post("grant_decision", 1, **of_grant), "grant-over-amount"),
        (ledger.commit_hold(hold_id, 61), "hold-exceeded"),
    ):
        assert answer[1]["code"] == code, answer
    assert ledger.commit_hold(hold_id, 60)[0] == 201
    assert ledger.post("grant_payment", 100, **of_grant)[0] == 201
    [grant] = ledger.get("/v1/grants?fiscal_year=2025")["grants"]
    assert (grant["decided_krw"], grant["paid_krw"]) == (300, 300)
    assert ledger.verification()["sound"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ledger.posting SET amount_krw = amount_krw + 1 WHERE seq = 2 AND leg = 1",
        "DELETE FROM ledger.posting WHERE seq = 2 AND leg = 1",
        "DELETE FROM ledger.posting WHERE seq = 2 AND leg = 2",
        "DELETE FROM ledger.entry_key WHERE seq = 3",
        "UPDATE ledger.entry_key SET key = gen_random_uuid() WHERE seq = 3",
    ],
)
def test_a_damaged_ledger_of_the_older_schema_is_left_as_it_is(ledger, damage):
    post_some(ledger)
    ledger.service.stop()
    make_old(ledger)
    ledger.sql("ALTER TABLE ledger.posting DISABLE TRIGGER USER")
    ledger.sql("ALTER TABLE ledger.entry_key DISABLE TRIGGER USER")
    ledger.sql(damage)
    before = ledger.sql("SELECT count(*) FROM ledger.posting")
    assert migrate(ledger).returncode != 0
    assert ledger.sql("SELECT count(*) FROM ledger.posting") == before
    assert ledger.sql("SELECT to_regclass('ledger.transfer')") == [(None,)]
