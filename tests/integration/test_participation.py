# SPDX-License-Identifier: Apache-2.0
"""Participation through its HTTP API: ballots, votes, receipts, and every refusal they have."""

import concurrent.futures
import hashlib
import json
import os
import secrets

import psycopg2
import pytest

from support.client import Key, b64url, content_digest, from_b64url
from support.participation import BASE, Running, definition, refused, rfc3339, vote
from support.paths import ROOT
from support.stack import Stack


VOTED = "018c0000-0000-7000-8000-000000000001"
UNVOTED = "018c0000-0000-7000-8000-000000000002"


def schema_before(ending):
    """The texts of all migrations of participation, the runtime's first, before the one of that name."""
    folders = (os.path.join(ROOT, "services", name, "schema") for name in ("runtime", "participation"))
    for folder in folders:
        for name in sorted(os.listdir(folder)):
            if folder.endswith("participation/schema") and name.endswith(ending):
                return
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                yield file.read()


def schema_file(ending):
    folder = os.path.join(ROOT, "services", "participation", "schema")
    (name,) = (name for name in os.listdir(folder) if name.endswith(ending))
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Running(databases, start_service, tmp_path).begin()


def test_a_ballot_goes_from_draft_to_certified_and_money_is_selected(running):
    ballot_id = running.open_ballot()
    for number, options in enumerate([("a", "b"), ("b",), ("b", "c"), ("c",)]):
        answer = running.cast(ballot_id, vote(number, options))
        assert answer.status == 201, answer.body
    hidden = running.public.get(f"/v1/ballots/{ballot_id}/result")
    refused(hidden, 409, "result-not-published")
    running.close_and_count(ballot_id)
    running.decide(ballot_id, "certify")
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    assert result["funded"] == ["b", "c"]
    assert result["total_cost"] == str(45 * BASE)
    assert [option["score"] for option in result["options"]] == ["1", "3", "2"]
    turnout = running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()
    assert turnout["voters"] == 4


def test_opening_is_refused_with_the_ledgers_reason_and_the_ballot_is_a_draft_again(running):
    ballot_id = running.create(funding_source="city")
    running.decide(ballot_id, "open")
    running.wait_state(ballot_id, "draft")
    ballot = running.public.get(f"/v1/ballots/{ballot_id}").json()
    assert ballot["opening_refusal"]["code"] == "envelope-limit-missing"


def test_a_ballot_whose_key_file_is_missing_keeps_no_other_from_opening(running):
    # The ledger reserves its budget, and participation could not apply that: the stream halted.
    running.services["ledger"].stop()
    without_key, other = running.create(), running.create()
    for ballot_id in (without_key, other):
        running.decide(ballot_id, "open")
    key_file = os.path.join(running.ballot_keys, f"{without_key}.key")
    os.rename(key_file, key_file + ".sealed")
    running.services["participation"].restart()
    running.services["ledger"].start().wait_ready()
    running.services["participation"].wait_ready()
    for ballot_id in (other, without_key):
        assert running.wait_state(ballot_id, "open", "draft") == "open"
    assert running.cast(other, vote(1)).status == 201
    refused(running.cast(without_key, vote(1)), 500, "internal-error")
    running.services["participation"].wait_log("ballot_key_unreadable", ballot_id=without_key)
    os.rename(key_file + ".sealed", key_file)
    assert running.cast(without_key, vote(1)).status == 201


def test_a_ballot_that_is_not_made_leaves_no_key_file(running):
    first = running.kim.post("/v1/ballots", definition(running), key="once")
    assert first.status == 201
    again = running.kim.post("/v1/ballots", definition(running), key="once")
    refused(again, 409, "idempotency-key-reused")
    kept = [f"{first.json()['ballot_id']}.key"]
    assert os.listdir(running.ballot_keys) == kept
    other = definition(running)
    made = running.kim.post("/v1/ballots", other, key="twice").json()["ballot_id"]
    assert running.kim.post("/v1/ballots", other, key="twice").json()["ballot_id"] == made
    assert sorted(os.listdir(running.ballot_keys)) == sorted([*kept, f"{made}.key"])


def test_one_operator_alone_opens_nothing(running):
    ballot_id = running.create()
    for _ in range(3):
        answer = running.kim.post(f"/v1/ballots/{ballot_id}:open")
        assert answer.status == 202
        assert answer.json()["approvals"] == 1
    assert running.state(ballot_id) == "draft"


def test_the_same_request_gets_the_same_receipt_bytes(running):
    ballot_id = running.open_ballot()
    first = running.cast(ballot_id, vote(1), key="once")
    again = running.cast(ballot_id, vote(1), key="once")
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    refused(running.cast(ballot_id, vote(1, ("b",)), key="once"), 409, "idempotency-key-reused")


def test_an_answer_says_whose_it_is_and_what_it_holds(running):
    ballot_id = running.open_ballot()
    answer = running.cast(ballot_id, vote(1), key="one-of-mine")
    refusal = running.cast(ballot_id, vote(2, ("nowhere",)), key="another")
    assert (answer.status, refusal.status) == (201, 422)
    for one, key in ((answer, "one-of-mine"), (refusal, "another")):
        assert one.headers["content-digest"] == content_digest(one.body)
        assert one.headers["idempotency-key"] == key


def test_a_receipt_leads_from_the_leaf_to_the_signed_root(running):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    ballot_id = running.open_ballot()
    lines = b"\n".join(json.dumps(vote(n), ensure_ascii=False).encode() for n in range(7))
    answer = running.portal.post(
        f"/v1/ballots/{ballot_id}/votes:batch",
        lines,
        headers={"content-type": "application/x-ndjson"},
    )
    assert answer.status == 200, answer.body
    assert [line["status"] for line in answer.lines()] == [201] * 7
    for line in answer.lines():
        receipt = line["receipt"]
        body = from_b64url(receipt["body"])
        key = Ed25519PublicKey.from_public_bytes(from_b64url(receipt["key"]))
        key.verify(from_b64url(receipt["signature"]), body)
        node = from_b64url(line["vote"]["leaf_hash"])
        index, last = receipt["path"]["index"], receipt["path"]["size"] - 1
        for sibling in map(from_b64url, receipt["path"]["hashes"]):
            while index % 2 == 0 and index == last:
                index, last = index // 2, last // 2
            pair = sibling + node if index % 2 else node + sibling
            node = hashlib.sha256(b"\x01" + pair).digest()
            index, last = index // 2, last // 2
        assert node == body[13 + 16 : 13 + 16 + 32]


def test_a_voter_may_revise_until_close_and_is_counted_once(running):
    ballot_id = running.open_ballot()
    for rev, options in enumerate([("a",), ("b",), ("c", "b")], start=1):
        answer = running.cast(ballot_id, vote(7, options))
        assert answer.json()["vote"]["rev"] == rev
    running.close_and_count(ballot_id)
    running.decide(ballot_id, "certify")
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    assert [option["score"] for option in result["options"]] == ["0", "1", "1"]
    assert running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()["voters"] == 1


@pytest.mark.parametrize("table", ["ballot_approval", "vote", "receipt_batch", "vote_request"])
def test_what_was_accepted_refuses_every_change_by_role_and_by_trigger(databases, tmp_path, table):
    Stack(databases, None, tmp_path).migrate("participation")
    for statement in (
        f"UPDATE participation.{table} SET ballot_id = ballot_id",
        f"DELETE FROM participation.{table}",
        f"TRUNCATE participation.{table}",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            databases.psql("participation", statement, role="participation")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
            databases.psql("participation", statement, role="participation_owner")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
            # What restores and replication use to switch triggers off.
            databases.psql("participation", f"SET session_replication_role = replica; {statement}")


def test_an_eleventh_revision_is_refused(running):
    ballot_id = running.open_ballot(channels=["web", "kiosk"])
    for _ in range(10):
        assert running.cast(ballot_id, vote(7)).status == 201
    refused(running.cast(ballot_id, vote(7)), 409, "revisions-exhausted")


def test_one_voter_a_hundred_times_at_once_has_contiguous_revisions_and_one_final_vote(running):
    ballot_id = running.open_ballot()
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda n: running.cast(ballot_id, vote(1)), range(100)))
    revs = sorted(a.json()["vote"]["rev"] for a in answers if a.status == 201)
    assert revs == list(range(1, 10))  # the tenth is a booth's
    assert sum(a.status == 409 for a in answers) == 91
    rows = running.databases.psql(
        "participation", "SELECT rev FROM participation.vote ORDER BY rev"
    )
    assert [row[0] for row in rows] == list(range(1, 10))
    assert running.databases.psql("participation", "SELECT count(*) FROM participation.roll") == [
        (1,)
    ]


def test_the_same_request_a_hundred_times_at_once_is_one_vote(running):
    ballot_id = running.open_ballot()
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: running.cast(ballot_id, vote(1), key="k"), range(100)))
    assert {a.status for a in answers} == {201}
    assert len({a.body for a in answers}) == 1
    assert running.databases.psql("participation", "SELECT count(*) FROM participation.vote") == [
        (1,)
    ]


BROKEN_VOTES = [
    ({"choices": [{"option": "zzz", "value": 1}]}, 422, "option-unknown", "/choices/0/option"),
    ({"choices": [{"option": o, "value": 1} for o in "abc"]}, 422, "options-too-many", "/choices/2"),
    ({"choices": [{"option": "a", "value": 2}]}, 422, "value-not-one", "/choices/0/value"),
    ({"choices": [{"option": "a", "value": 1.0}]}, 400, "wrong-value", "/choices/0/value"),
    ({"choices": []}, 422, "empty-not-allowed", None),
    ({"area": "다른동"}, 403, "area-not-eligible", "/area"),
    ({"channel": "fax"}, 400, "wrong-value", "/channel"),
    ({"subject": "short"}, 400, "wrong-value", "/subject"),
    ({"extra": 1}, 400, "unknown-key", "/extra"),
]


def test_a_vote_that_breaks_a_rule_is_refused_by_name_and_changes_nothing(running):
    ballot_id = running.open_ballot()
    for change, status, code, field in BROKEN_VOTES:
        refused(running.cast(ballot_id, vote(1, **change)), status, code, field)
    for table in ("roll", "vote", "vote_request", "receipt_batch", "turnout"):
        rows = running.databases.psql(
            "participation", f"SELECT count(*) FROM participation.{table}"
        )
        assert rows == [(0,)], table


def test_malformed_duplicate_and_oversized_json_is_refused(running):
    ballot_id = running.open_ballot()
    refused(running.cast(ballot_id, b'{"subject": '), 400, "invalid-json")
    refused(running.cast(ballot_id, b'{"area": "a", "area": "b"}'), 400, "invalid-json")
    refused(running.cast(ballot_id, b'{"area": "\xff"}'), 400, "invalid-json")
    refused(running.cast(ballot_id, b"[" * 17 + b"]" * 17), 400, "invalid-json")
    big = json.dumps(vote(1, area="가" * 70_000)).encode()
    refused(running.cast(ballot_id, big), 413, "body-too-large")


def test_early_and_late_votes_are_conflicts(running):
    now = running.clock.now_ms()
    ballot_id = running.open_ballot(
        opens_at=rfc3339(now + 600_000), closes_at=rfc3339(now + 1_200_000)
    )
    refused(running.cast(ballot_id, vote(1)), 409, "ballot-early")
    running.clock.move_ms(700_000)
    assert running.cast(ballot_id, vote(1), key="in-time").status == 201
    running.clock.move_ms(700_000)
    refused(running.cast(ballot_id, vote(2)), 409, "ballot-closed")
    assert running.cast(ballot_id, vote(1), key="in-time").status == 201


def test_a_wrong_key_signature_digest_or_nonce_is_refused(running):
    ballot_id = running.open_ballot()
    target = f"/v1/ballots/{ballot_id}/votes"
    stranger = Key("front-end", "stranger")
    refused(running.cast(ballot_id, vote(1), key_id="front-end:stranger"), 401, "key-unknown")
    refused(running.cast(ballot_id, vote(1), created=1), 401, "signature-stale")
    forged = running.client("participation", stranger)
    refused(forged.post(target, vote(1), key_id="front-end:portal"), 401, "signature-wrong")
    wrong_digest = "sha-256=:" + "A" * 43 + "=:"
    refused(running.cast(ballot_id, vote(1), digest=wrong_digest), 400, "content-digest-wrong")
    refused(running.public.post(target, vote(1)), 401, "signature-missing")
    nonce = secrets.token_urlsafe(24)
    assert running.cast(ballot_id, vote(1), key="n", nonce=nonce).status == 201
    refused(running.cast(ballot_id, vote(1), key="n", nonce=nonce), 401, "nonce-replayed")
    refused(running.kim.post(target, vote(1)), 403, "role-not-allowed")


def test_a_request_key_is_its_signers_own(running):
    # Somebody of the staff may have the same id as a front end.
    clerk = Key("staff", running.front_end.name)
    running.keys.append(clerk)
    running.write_keys()
    running.services["participation"].wait_log("keys_loaded", keys=5)
    ballot_id = running.open_ballot()
    assert running.cast(ballot_id, vote(1), key="first").status == 201
    counter = running.client("participation", clerk)
    target = f"/v1/ballots/{ballot_id}/votes"
    assert counter.post(target, vote(2, channel="booth"), key="first").status == 201
    other = vote(3, channel="booth")
    refused(counter.post(target, other, key="first"), 409, "idempotency-key-reused")


def test_an_expired_key_is_refused_and_a_revoked_one_at_once(running):
    expired = Key("front-end", "old", not_after="2020-06-01T00:00:00Z")
    running.keys.append(expired)
    running.write_keys()
    ballot_id = running.open_ballot()
    running.services["participation"].wait_log("keys_loaded", keys=5)
    client = running.client("participation", expired)
    refused(client.post(f"/v1/ballots/{ballot_id}/votes", vote(1)), 401, "key-expired")
    assert running.cast(ballot_id, vote(1)).status == 201
    mark = running.services["participation"].mark()
    running.keys.remove(running.front_end)
    running.write_keys()
    running.services["participation"].wait_log("keys_loaded", keys=4, since=mark)
    refused(running.cast(ballot_id, vote(2)), 401, "key-unknown")


def test_a_batch_answers_line_by_line_and_a_bad_line_takes_nobody_with_it(running):
    ballot_id = running.open_ballot()
    lines = [json.dumps(vote(n)).encode() for n in range(5)]
    lines[2] = b"{broken"
    lines[3] = json.dumps(vote(3, ("zzz",))).encode()
    lines.append(lines[0])
    target = f"/v1/ballots/{ballot_id}/votes:batch"
    headers = {"content-type": "application/x-ndjson"}
    answer = running.portal.post(target, b"\n".join(lines), key="batch", headers=headers)
    assert [line["status"] for line in answer.lines()] == [201, 201, 400, 422, 201, 201]
    assert answer.lines()[5]["vote"]["rev"] == 2
    again = running.portal.post(target, b"\n".join(lines), key="batch", headers=headers)
    assert again.body == answer.body


def test_no_identity_is_stored_and_no_choice_beside_a_voter(running):
    ballot_id = running.open_ballot()
    canary = hashlib.sha256(b"a resident").digest()
    running.cast(ballot_id, vote(0, subject=b64url(canary)))
    columns = running.databases.psql(
        "participation",
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'participation'",
    )
    by_table = {}
    for table, column in columns:
        by_table.setdefault(table, set()).add(column)
    assert not any({"vtag", "choice"} <= names for names in by_table.values())
    assert not any({"vtag", "nullifier"} <= names for names in by_table.values())
    dump = running.databases.dump("participation")
    for form in (canary.hex(), b64url(canary), canary.decode("latin-1")):
        assert form not in dump


def test_postgresql_gone_for_a_while_acknowledges_nothing_and_recovers(running):
    ballot_id = running.open_ballot()
    assert running.cast(ballot_id, vote(1)).status == 201
    running.databases.kill9()
    service = running.services["participation"]
    answer = running.cast(ballot_id, vote(2), key="two")
    assert answer.status == 503, answer.body
    assert answer.headers["Retry-After"]
    service.wait_readiness(503)
    running.databases.start()
    service.wait_ready()
    assert running.cast(ballot_id, vote(2), key="two").status == 201
    assert running.databases.psql("participation", "SELECT count(*) FROM participation.roll") == [
        (2,)
    ]


def test_a_bus_address_or_receipt_key_that_cannot_be_used_ends_the_start(
    databases, start_service, tmp_path
):
    # The part that counts was already running then, and nobody stopped it.
    stack = Stack(databases, start_service, tmp_path).migrate("participation")
    short_key = tmp_path / "short.key"
    short_key.write_text("A" * 42 + "*\n")
    for setting, value in (
        ("HYEOPCHI_LEDGER_FETCH_URL", "nonsense://"),
        ("HYEOPCHI_LEDGER_PUB_URL", "nonsense://"),
        ("HYEOPCHI_RECEIPT_KEY_FILE", str(short_key)),
    ):
        settings = {**stack.settings("participation"), setting: value}
        service = start_service("participation", settings)
        assert service.wait_exit() == 1, setting


class OneReader(Running):
    """With one thread and connection for all queries."""

    def settings(self, service):
        return {**super().settings(service), "HYEOPCHI_READER_THREADS": "1"}


def test_a_ballot_that_cannot_be_counted_keeps_no_other_from_it(databases, start_service, tmp_path):
    running = OneReader(databases, start_service, tmp_path).begin()
    # The first one closed was looked at again and again, and nobody else ever.
    contradictory = running.open_ballot()
    without_key = running.open_ballot()
    last = running.open_ballot()
    for ballot_id in (contradictory, without_key, last):
        assert running.cast(ballot_id, vote(1)).status == 201
    os.remove(os.path.join(running.ballot_keys, f"{without_key}.key"))
    running.databases.psql(
        "participation",
        "UPDATE participation.ballot SET state = 'closed',"
        " voters = voters + (ballot_id = %s)::int WHERE ballot_id IN (%s, %s)",
        (contradictory, contradictory, without_key),
    )
    # A count takes as long as it takes, and no query waits for it, not even with one reader.
    service = running.services["participation"]
    connection = running.databases.connect("participation", "postgres", autocommit=False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE participation.paper_batch IN ACCESS EXCLUSIVE MODE")
        running.decide(last, "close")
        counting = ("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    " AND application_name = 'participation count'")
        while running.databases.psql("participation", counting) != [(1,)]:
            service.process.output.wait(lambda line: True, 0.1, service.mark())
        for _ in range(4):
            assert running.state(last) == "closed"
    finally:
        connection.close()
    running.wait_state(last, "counted")
    running.wait_state(without_key, "counted")
    running.services["participation"].wait_log("count_contradicts_roll", ballot_id=contradictory)
    assert running.state(contradictory) == "closed"


@pytest.mark.parametrize(
    "change",
    [
        "result_json = '{}'",
        "result_json = '{}', result_hash = sha256('')",
        "state = 'counted'",
        "lot_seed = 'early'",
        "key_destroyed_at_ms = 1",
        "state = 'opening', extended_to_ms = 1",
        "state = 'draft', jury = ''",
        "paper_completed_reason = 'early'",
    ],
)
def test_the_database_refuses_a_ballot_that_has_what_its_state_does_not_allow(running, change):
    ballot_id = running.open_ballot()
    with pytest.raises(psycopg2.errors.CheckViolation, match="does not allow"):
        running.databases.psql(
            "participation",
            f"UPDATE participation.ballot SET {change} WHERE ballot_id = %s",
            (ballot_id,),
        )
    assert running.cast(ballot_id, vote(1)).status == 201


def test_turnout_counted_in_rows_of_cells_moves_into_the_ballots_row(databases):
    for sql in schema_before("_commit.sql"):
        databases.psql("participation", sql)
    databases.psql(
        "participation",
        "INSERT INTO participation.ballot (ballot_id, district, state, definition,"
        " definition_hash, created_at_ms, created_by, idempotency_key, request_hash)"
        " SELECT i.ballot_id::uuid, 'd', 'open', '', sha256(''), 1, 'kim', i.ballot_id, sha256('')"
        " FROM (VALUES (%s), (%s)) AS i (ballot_id)",
        (VOTED, UNVOTED),
    )
    cells = [(0, 0, 3), (0, 255, 4), (5, 0, 7), (5, 366, 2**40)]
    for cell in cells:
        databases.psql(
            "participation",
            "INSERT INTO participation.turnout VALUES (%s, %s, %s, %s)",
            (VOTED, *cell),
        )
    databases.psql("participation", schema_file("_commit.sql"))
    assert databases.psql(
        "participation",
        "SELECT ballot_id, dimension, cell, voters FROM participation.turnout"
        " ORDER BY dimension, cell",
    ) == [(VOTED, *cell) for cell in cells]
    assert databases.psql(
        "participation",
        "SELECT cardinality(turnout) FROM participation.ballot ORDER BY ballot_id",
    ) == [(8,), (0,)]
