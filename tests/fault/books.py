# SPDX-License-Identifier: Apache-2.0
"""The ledger's books for the checker: I6."""

import collections
import hashlib
import json
import struct
import uuid


class Books:
    """Journal, accounts and envelopes: against themselves, the record and what was certified."""

    def __init__(self, ask):
        """ask(service, sql, parameters) gives rows."""
        self._ask = ask

    def check_journal(self, findings):
        postings = collections.defaultdict(list)
        for row in self._ask(
            "ledger",
            "SELECT shard, seq, fiscal_year, funding_source, programme, stage, amount_krw"
            " FROM ledger.posting ORDER BY shard, seq, leg",
        ):
            postings[row[0], row[1]].append(row[2:])
        previous = {}
        count = 0
        for row in self._ask(
            "ledger",
            "SELECT shard, seq, key::text, posted_time_ms, kind, effective_date, period, document,"
            " metadata, hash FROM ledger.journal ORDER BY shard, seq",
        ):
            shard, seq, stored = row[0], row[1], bytes(row[9])
            last_seq, last_hash = previous.get(shard, (0, bytes(32)))
            legs = postings.pop((shard, seq), [])
            if seq != last_seq + 1:
                findings.add("I6", f"entry {seq} follows {last_seq}")
            if _entry_hash(last_hash, row, legs) != stored:
                findings.add("I6", f"the hash of entry {seq} is not that of its content")
            _check_entry_sums(findings, seq, legs)
            previous[shard] = (seq, stored)
            count += 1
        if postings:
            findings.add("I6", f"{len(postings)} entries have legs and no journal row")
        for shard, seq, stored in self._ask("ledger", "SELECT shard, seq, hash FROM ledger.head"):
            if (seq, bytes(stored)) != previous.get(shard, (0, bytes(32))):
                findings.add("I6", f"the head says {seq}, the journal another")
        findings.figures["entries"] = count

    def check_sums(self, findings):
        rows = self._ask(
            "ledger",
            "SELECT a.programme, a.stage, a.balance_krw, a.version, a.floor_krw,"
            " coalesce(sum(p.amount_krw), 0), count(p.version), coalesce(max(p.version), 0)"
            " FROM ledger.account AS a LEFT JOIN ledger.posting AS p"
            " USING (shard, fiscal_year, programme, funding_source, stage)"
            " GROUP BY a.shard, a.fiscal_year, a.programme, a.funding_source, a.stage",
        )
        for programme, stage, balance, version, floor, total, count, newest in rows:
            if balance != total or not version == count == newest:
                findings.add("I6", f"{programme} {stage}: {balance} of {version}, {total} posted")
            if floor is not None and balance < floor:
                findings.add("I6", f"{programme} {stage}: {balance} is below {floor}")

    def check_entries(self, findings, record):
        """What operators were told is posted; what was certified is selected, once."""
        journal = dict(self._ask("ledger", "SELECT key::text, seq FROM ledger.journal"))
        for ask in record.asks.values():
            if ask.what != "entry":
                continue
            accepted = {json.loads(body)["seq"] for status, body in ask.answers if status == 201}
            if accepted and accepted != {journal.get(ask.key)}:
                findings.add("I6", f"entry {ask.key} was told {accepted}: {journal.get(ask.key)}")
        certified = self._ask(
            "participation",
            "SELECT ballot_id::text, result_json FROM participation.ballot"
            " WHERE state = 'certified'",
        )
        envelopes = {
            row[0]: row[1:]
            for row in self._ask(
                "ledger", "SELECT ballot_id::text, state, selected_krw FROM ledger.envelope"
            )
        }
        selections = collections.Counter(
            dict(
                self._ask(
                    "ledger",
                    "SELECT p.programme, count(*) FROM ledger.posting AS p"
                    " JOIN ledger.journal AS j USING (shard, seq)"
                    " WHERE j.kind = 'selection' AND p.stage = 'M10' GROUP BY p.programme",
                )
            )
        )
        for ballot_id, text in certified:
            result = json.loads(text)
            wanted = ("settled", int(result["total_cost"]))
            if envelopes.get(ballot_id) != wanted:
                findings.add("I6", f"{ballot_id}: {wanted} is {envelopes.get(ballot_id)}")
            ballot = record.ballots.get(ballot_id)
            for option in ballot["options"] if ballot else ():
                times = selections[f"{ballot['prefix']}-{option}"]
                if times != (option in result["funded"]):
                    findings.add("I6", f"{ballot_id} {option} is selected {times} times")


def _text(text):
    data = text.encode()
    return struct.pack(">H", len(data)) + data


def _entry_hash(previous, row, legs):
    """The layout ledger/1; see services/ledger/domain/journal.h."""
    shard, seq, key, posted_ms, kind, effective, period, document, metadata, _ = row
    data = b"ledger/1" + previous + _text(shard) + struct.pack(">Q", seq) + uuid.UUID(key).bytes
    data += struct.pack(">q", posted_ms) + _text(kind) + struct.pack(">IIH", effective, period, len(legs))
    for fiscal_year, source, programme, stage, amount in legs:
        data += struct.pack(">I", fiscal_year) + _text(source) + _text(programme) + _text(stage)
        data += struct.pack(">q", amount)
    data += hashlib.sha256(_text(document) + _text(metadata)).digest()
    return hashlib.sha256(data).digest()


def _check_entry_sums(findings, seq, legs):
    by_source, by_line = collections.Counter(), collections.Counter()
    for fiscal_year, source, programme, _, amount in legs:
        by_source[fiscal_year, source] += amount
        by_line[fiscal_year, source, programme] += amount
    if not legs or any(by_source.values()) or any(by_line.values()):
        findings.add("I6", f"entry {seq} does not sum to zero")
