# SPDX-License-Identifier: Apache-2.0
"""The journal's blocks: when they are sealed, that anyone can recompute them, what tampering does."""

import base64
import hashlib
import struct
import time
import uuid

import psycopg2
import pytest

from support.ledger import Ledger, Participation

BLOCK = 1024  # BLOCK_ENTRY_MAX
BATCH = 256
HOUR_MS = 3_600_000


@pytest.fixture
def ledger(databases, start_service, tmp_path):
    stream = Participation(databases, str(tmp_path)).start()
    service = Ledger(databases, start_service, str(tmp_path), stream, demonstration=True)
    service.set_limit(10_000_000)  # which opens the year
    yield service
    stream.close()


def post_many(ledger, count, kind="main_budget"):
    """Posts so many entries of one won each."""
    while count > 0:
        entries = [
            {
                "kind": kind,
                "fiscal_year": 2025,
                "programme": "a",
                "funding_source": "district",
                "amount_krw": 1,
                "document": "예산",
                "effective_date": "2025-01-02",
                "key": str(uuid.uuid4()),
            }
            for _ in range(min(count, BATCH))
        ]
        body = {"linked": False, "entries": entries}
        status, answer = ledger.ask("POST", "/v1/entries:batch", body)
        assert (status, answer["refused"]) == (200, 0), answer
        count -= len(entries)


def blocks(ledger):
    return ledger.get("/v1/blocks")["blocks"]


def wait_blocks(ledger, count):
    """Asks again with growing pauses, since the service's clock seals blocks unasked."""
    deadline = time.monotonic() + 20
    pause = 0.01
    while len(blocks(ledger)) < count:
        assert time.monotonic() < deadline, f"no {count} blocks within 20 s"
        time.sleep(pause)
        pause = min(pause * 2, 0.2)
    return blocks(ledger)


def journal(ledger):
    entries = []
    after = 0
    while after is not None:
        page = ledger.get(f"/v1/journal?limit=1000&after={after}")
        entries += page["entries"]
        after = page["next"]
    return entries


def tree_root(leaves):
    """RFC 6962, 2.1."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    halves = tree_root(leaves[:split]) + tree_root(leaves[split:])
    return hashlib.sha256(b"\1" + halves).digest()


def root_of(entries, block):
    leaves = [bytes.fromhex(x["hash"]) for x in entries[block["first_seq"] - 1 : block["last_seq"]]]
    return tree_root(leaves).hex()


def said(ledger):
    """Data of the block.sealed events so far, as the feed has them."""
    return [data for kind, data in ledger.events() if kind.endswith(".block.sealed.v1")]


def test_blocks_are_sealed_full_or_after_a_day_and_anyone_can_recompute_them(ledger):
    post_many(ledger, BLOCK - 1)
    assert blocks(ledger) == []
    assert ledger.verification()["blocks"] == 0
    status, last = ledger.post("securing", 5)
    assert (status, last["seq"]) == (201, BLOCK)
    # In the same commit: it is there once the entry was answered.
    (first,) = blocks(ledger)
    assert (first["number"], first["first_seq"], first["last_seq"]) == (1, 1, BLOCK)
    post_many(ledger, 2, "allotment")
    assert len(blocks(ledger)) == 1
    ledger.clock.move_ms(23 * HOUR_MS)
    assert ledger.post("commitment", 1)[0] == 201
    ledger.clock.move_ms(2 * HOUR_MS)
    second = wait_blocks(ledger, 2)[1]
    assert (second["number"], second["first_seq"], second["last_seq"]) == (2, BLOCK + 1, BLOCK + 3)
    assert second["sealed_time"] > first["sealed_time"]
    entries = journal(ledger)
    assert [root_of(entries, block) for block in (first, second)] == [
        first["root"],
        second["root"],
    ]
    report = ledger.verification()
    assert report["sound"] and report["blocks"] == 2, report
    events = said(ledger)
    assert [(x["number"], x["first_seq"], x["last_seq"]) for x in events] == [
        (str(x["number"]), str(x["first_seq"]), str(x["last_seq"])) for x in (first, second)
    ]
    assert [base64.b64decode(x["root"]).hex() for x in events] == [first["root"], second["root"]]
    # Pages.
    page = ledger.get("/v1/blocks?limit=1")
    assert (page["blocks"], page["next"]) == ([first], 1)
    page = ledger.get("/v1/blocks?limit=1&after=1", key=ledger.front_end)
    assert (page["blocks"], page["next"]) == ([second], 2)
    assert ledger.get("/v1/blocks?after=2")["blocks"] == []


def root_from_path(leaf, place, count, path):
    """RFC 9162, 2.1.3.2."""
    last = count - 1
    root = hashlib.sha256(b"\0" + bytes.fromhex(leaf)).digest()
    for sibling in map(bytes.fromhex, path):
        if place & 1 or place == last:
            root = hashlib.sha256(b"\1" + sibling + root).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\1" + root + sibling).digest()
        place, last = place >> 1, last >> 1
    return root.hex()


def test_an_entry_is_shown_with_what_corrected_it_and_the_way_to_its_root(ledger):
    post_many(ledger, 5)
    status, reversal = ledger.post("reversal", linked_seq=2)
    assert status == 201
    entry = ledger.get("/v1/entries/2")
    (known,) = ledger.get("/v1/journal?after=1&limit=1")["entries"]
    correction = {"seq": 6, "kind": "reversal", "kind_name": "역분개"}
    assert entry == {**known, "corrections": [correction], "block": None}
    assert ledger.get("/v1/entries/6", key=ledger.auditor)["linked_seq"] == 2
    ledger.clock.move_ms(25 * HOUR_MS)
    (block,) = wait_blocks(ledger, 1)
    for seq in range(1, 7):
        entry = ledger.get(f"/v1/entries/{seq}")
        path = entry["block"].pop("path")
        assert entry["block"] == block
        assert root_from_path(entry["hash"], seq - 1, 6, path) == block["root"]
    assert (reversal["seq"], entry["hash"]) == (6, reversal["hash"])
    for target, expected in (("7", 404), ("0", 400), ("x", 400), ("01", 400)):
        assert ledger.ask("GET", f"/v1/entries/{target}")[0] == expected, target


def test_closing_a_year_seals_the_journal_to_its_end(ledger):
    assert ledger.post("main_budget", 10)[0] == 201
    cut = {"debit": "S10", "credit": "S90", "amount_krw": 10}
    assert ledger.post("lapse", transfers=[cut])[0] == 201
    assert ledger.ask("POST", "/v1/periods/2026:open")[0] == 200
    status, year = ledger.ask("POST", "/v1/periods/2025:close", {"document": "결산"})
    assert (status, year["state"]) == (200, "closed"), year
    (block,) = blocks(ledger)
    assert block["last_seq"] == year["closed_seq"] == len(journal(ledger))
    assert block["root"] == root_of(journal(ledger), block)
    assert len(said(ledger)) == 1
    # The next block begins behind it and ends where the first would have.
    assert ledger.post("main_budget", 1, fiscal_year=2026)[0] == 201
    assert ledger.verification()["sound"]


def entry_hash(row, legs, previous):
    """The layout ledger/1; see services/ledger/domain/journal.h."""

    def text(value):
        encoded = value.encode()
        return struct.pack(">H", len(encoded)) + encoded

    shard, seq, key, posted_ms, kind, effective, period, document, metadata = row
    data = b"ledger/1" + previous + text(shard) + struct.pack(">Q", seq) + uuid.UUID(key).bytes
    data += struct.pack(">q", posted_ms) + text(kind) + struct.pack(">IIH", effective, period, len(legs))
    for year, source, programme, stage, amount in legs:
        data += struct.pack(">I", year) + text(source) + text(programme) + text(stage)
        data += struct.pack(">q", amount)
    return hashlib.sha256(data + hashlib.sha256(text(document) + text(metadata)).digest()).digest()


def rewrite(cursor, seq):
    """Changes an entry and every hash from there on, as whoever owns the database could."""
    cursor.execute("UPDATE ledger.journal SET document = 'x' WHERE seq = %s", (seq,))
    cursor.execute("SELECT hash FROM ledger.journal WHERE seq = %s", (seq - 1,))
    previous = bytes(cursor.fetchone()[0])
    cursor.execute(
        "SELECT shard, seq, key::text, posted_time_ms, kind, effective_date, period, document,"
        " metadata FROM ledger.journal WHERE seq >= %s ORDER BY seq",
        (seq,),
    )
    for row in cursor.fetchall():
        cursor.execute(
            "SELECT fiscal_year, funding_source, programme, stage, amount_krw FROM ledger.posting"
            " WHERE seq = %s ORDER BY leg",
            (row[1],),
        )
        previous = entry_hash(row, cursor.fetchall(), previous)
        cursor.execute(
            "UPDATE ledger.journal SET hash = %s, request = substring(request FROM 1 FOR 16)"
            " || substring(sha256(substring(request FROM 1 FOR 16) || %s) FROM 1 FOR 8)"
            " WHERE seq = %s",
            (previous, previous, row[1]),
        )
    cursor.execute("UPDATE ledger.head SET hash = %s", (previous,))


TAMPERINGS = [
    ("UPDATE ledger.block SET root = set_byte(root, 0, 255 - get_byte(root, 0)) WHERE number = 1", 3),
    ("UPDATE ledger.block SET root = set_byte(root, 31, get_byte(root, 31) # 1) WHERE number = 2", 5),
    ("UPDATE ledger.block SET root = '\\x00' WHERE number = 2", 1),
    ("UPDATE ledger.block SET number = 3 WHERE number = 2", 5),
    ("UPDATE ledger.block SET last_seq = 4 WHERE number = 2", 4),
    ("UPDATE ledger.block SET first_seq = 2 WHERE number = 1", 3),
    ("UPDATE ledger.block SET last_seq = 1025 WHERE number = 1", 1025),
    ("UPDATE ledger.block SET shard = 'other' WHERE number = 1", 5),
    ("DELETE FROM ledger.block WHERE number = 1", 5),
    ("INSERT INTO ledger.block VALUES ('seongdong', 3, 6, 7, sha256('x'), 0)", 7),
]


def test_whatever_is_done_to_blocks_or_under_them_is_found(ledger):
    for count, entries in enumerate((3, 2), start=1):
        post_many(ledger, entries)
        ledger.clock.move_ms(25 * HOUR_MS)
        wait_blocks(ledger, count)
    post_many(ledger, 1)
    ledger.clock.move_ms(-50 * HOUR_MS)  # so that nothing is due while rows are tampered with
    assert ledger.verification()["sound"]
    for statement in ("UPDATE ledger.block SET root = root", "DELETE FROM ledger.block"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ledger.cluster.psql("ledger", statement, role="ledger")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="append-only"):
            ledger.sql(f"SET session_replication_role = replica; {statement}")
    ledger.sql("ALTER TABLE ledger.block DISABLE TRIGGER USER")
    ledger.sql("ALTER TABLE ledger.block DROP CONSTRAINT block_root_check")
    ledger.sql("CREATE TABLE copy_block AS TABLE ledger.block")
    for statement, seq in TAMPERINGS:
        ledger.sql(statement)
        report = ledger.verification()
        faults = [(fault["code"], fault["seq"]) for fault in report["faults"]]
        assert faults == [("block-mismatch", seq)], (statement, report)
        ledger.sql("DELETE FROM ledger.block")
        ledger.sql("INSERT INTO ledger.block TABLE copy_block")
    assert ledger.verification()["sound"]
    # Chain, head and all balances are right again; only the root knows better.
    ledger.sql("ALTER TABLE ledger.journal DISABLE TRIGGER USER")
    connection = ledger.cluster.connect("ledger", autocommit=False)
    with connection.cursor() as cursor:
        rewrite(cursor, 5)
    connection.commit()
    connection.close()
    report = ledger.verification()
    faults = [(fault["code"], fault["seq"]) for fault in report["faults"]]
    assert (faults, report["blocks"]) == ([("block-mismatch", 5)], 1), report


def test_a_damaged_journal_is_not_sealed_and_money_goes_on(ledger):
    post_many(ledger, 2)
    ledger.sql("ALTER TABLE ledger.journal DISABLE TRIGGER USER")
    ledger.sql("DELETE FROM ledger.journal WHERE seq = 2")
    ledger.clock.move_ms(25 * HOUR_MS)
    ledger.service.wait_log("block_unsealed")
    post_many(ledger, 1)
    assert blocks(ledger) == []
    assert ledger.verification()["faults"][0]["code"] == "seq-gap"
