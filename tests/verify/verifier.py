#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a bundle, and receipts and checkpoints that were kept, as services/verify/README.md says.

    tests/verify/verifier.py BUNDLE [--receipt FILE]… [--checkpoint FILE]…

The checks below stand in the order of that page and have its names. This is the second of two
verifiers: Python's standard library only, no code of the services, and no hurry. What it needs is
beside it: encoding.py, archive.py, definition.py, log.py, documents.py, ed25519.py and recount.py.
"""

import argparse
import os
import sys
import uuid

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# pylint: disable=wrong-import-position
from verify import archive, definition as definitions, documents, log, recount
from verify.encoding import (Malformed, Reader, Tree, demand, from_base64url, leaf_hash,
                             read_framed, read_json, tagged_hash, to_base64url, write_json,
                             write_number, write_text)

VERIFIED, FAILED, UNREADABLE, USAGE = 0, 1, 2, 64


class Bundle:
    """A bundle on its way through the checks; each leaves here what the next ones stand on."""

    def __init__(self, data, receipts=(), kept=()):
        self.data, self.receipts, self.kept = data, receipts, kept

    def check_archive(self):
        self.files, self.time_s = archive.read(self.data)

    def check_manifest(self):
        self.ballot = archive.manifest_ballot(self.files)

    def check_definition(self):
        data = self.files["definition"]
        self.definition = definitions.decode(data)
        self.ballot_id = self.definition["ballot_id"]
        self.name = log.origin(self.definition["district"], self.ballot_id)
        self.def_hash = tagged_hash("ballot", data)
        demand(str(uuid.UUID(bytes=self.ballot_id)) == self.ballot, "another ballot")
        first = Reader(self.files["entries"])
        opened = log.read_leaf(self.ballot_id, first.take(first.number(2)))
        demand(isinstance(opened, log.Open) and opened.def_hash == self.def_hash,
               "not what the ballot was opened with")

    def check_checkpoints(self):
        self.entries = read_framed(self.files["entries"])
        keys = read_json(self.files["keys.json"])
        demand(isinstance(keys, dict) and isinstance(keys.get("board"), str)
               and isinstance(keys.get("receipts"), list)
               and all(isinstance(key, str) for key in keys["receipts"]), "keys.json")
        self.board_key = log.read_verifier_key(self.name, keys["board"])
        self.receipt_keys = [from_base64url(key) for key in keys["receipts"]]
        stated = {"board": keys["board"],
                  "receipts": [to_base64url(key) for key in self.receipt_keys]}
        demand(write_json(stated) == self.files["keys.json"], "not the one way to write it")
        notes = read_framed(self.files["checkpoints"])
        self.checkpoints = [log.read_checkpoint(self.name, self.board_key, note) for note in notes]
        sizes = [checkpoint.size for checkpoint in self.checkpoints]
        demand(sizes == sorted(set(sizes)), "sizes that do not increase")
        demand(sizes and sizes[-1] == len(self.entries), "not of the log's size")

    def check_root(self):
        self.hashes = [leaf_hash(leaf) for leaf in self.entries]
        self.roots, tree = {}, Tree()
        for each in self.hashes:
            tree.append(each)
            self.roots[tree.size] = tree.root()
        for checkpoint in self.checkpoints:
            demand(self.roots[checkpoint.size] == checkpoint.root,
                   f"the checkpoint of {checkpoint.size}")

    def check_leaves(self):
        self.leaves = [log.read_leaf(self.ballot_id, data) for data in self.entries]
        kinds = [type(leaf) for leaf in self.leaves]
        for kind, place in ((log.Open, 0), (log.Result, len(kinds) - 1)):
            demand(kinds.count(kind) == 1 and kinds[place] is kind, f"{kind.__name__} out of place")
        demand(kinds.count(log.Close) == 1, "one CLOSE")
        closed = kinds.index(log.Close)
        for kind in (log.Cast, log.Issue):
            if kind in kinds:
                demand(kind not in kinds[closed:], f"{kind.__name__} behind CLOSE")
                demand(log.Key in kinds[: kinds.index(kind)], f"no KEY before {kind.__name__}")
        demand(log.Paper not in kinds[:closed], "a PAPER before CLOSE")
        times = [getattr(leaf, name) for leaf in self.leaves for name in leaf._fields
                 if name in ("opened_at_ms", "from_ms", "closed_at_ms", "counted_at_ms")]
        demand(times == sorted(times), "times that run backwards")
        self.opened, self.close, self.result = self.leaves[0], self.leaves[closed], self.leaves[-1]

    def check_batches(self):
        """Also puts the CASTs and ISSUEs of each nullifier in the order of their revs, with their batch."""
        self.casts, self.place, start = {}, {}, 0
        for batch, checkpoint in enumerate(self.checkpoints):
            hashes = []
            for at in range(start, checkpoint.size):
                cast = self.leaves[at]
                if isinstance(cast, (log.Cast, log.Issue)):
                    demand(cast.batch_no >= 1, "a batch_no of 0")
                    hashes.append(self.hashes[at])
                    self.casts.setdefault(cast.nullifier, []).append((batch, cast))
                    self.place[self.hashes[at]] = cast
            demand(hashes == sorted(set(hashes)), "CASTs or ISSUEs out of order")
            start = checkpoint.size

    def check_keys(self):
        keys = [leaf.public_key for leaf in self.leaves if isinstance(leaf, log.Key)]
        demand(keys == self.receipt_keys, "not the KEY leaves'")

    def check_revisions(self):
        self.final = {}
        for nullifier, casts in self.casts.items():
            casts.sort(key=lambda item: item[1].rev)
            revs = [cast.rev for _, cast in casts]
            batches = [batch for batch, _ in casts]
            demand(revs == list(range(1, len(revs) + 1)), "revs with a gap, or twice")
            demand(batches == sorted(batches), "a rev before the one that it follows")
            self.final[nullifier] = casts[-1][1]
        self.check_papers_handed_back()
        voided = set()
        for at, leaf in enumerate(self.leaves):
            if isinstance(leaf, log.Void) and leaf.reason != log.HANDED_BACK:
                final = self.final.get(leaf.nullifier)
                demand(isinstance(final, log.Cast) and final.rev == leaf.rev,
                       "a VOID of no final CAST")
                demand(final in self.leaves[:at], "a VOID before its CAST")
                demand(leaf.nullifier not in voided, "a VOID twice")
                voided.add(leaf.nullifier)
        for nullifier in voided:
            del self.final[nullifier]

    def check_papers_handed_back(self):
        """Who holds a paper has no vote that is opened; who handed it back is no voter without another."""
        handed_back, before = set(), set()
        for leaf in self.leaves:
            if isinstance(leaf, log.Issue):
                before.add((leaf.nullifier, leaf.rev))
            elif isinstance(leaf, log.Void) and leaf.reason == log.HANDED_BACK:
                named = (leaf.nullifier, leaf.rev)
                demand(named in before, "a VOID of no ISSUE")
                demand(named not in handed_back, "a VOID twice")
                handed_back.add(named)
        self.voters, self.issues = len(self.final), 0
        for nullifier, casts in self.casts.items():
            for at, (_, leaf) in enumerate(casts):
                if not isinstance(leaf, log.Issue):
                    continue
                held = (nullifier, leaf.rev) not in handed_back
                last = at == len(casts) - 1
                demand(last or not held, "a rev behind a paper that is held")
                if last:
                    self.issues += held
                    self.voters -= not held
                    del self.final[nullifier]

    def check_close(self):
        votes = sum(len(casts) for casts in self.casts.values())
        demand(self.close.voters == self.voters, "voters")
        demand(self.close.revisions == votes - self.voters, "revisions")
        demand(self.close.closed_at_ms // 1000 == self.time_s, "the archive's time")

    def check_extensions(self):
        data = self.files["extensions.json"]
        demand(tagged_hash("extensions", data) == self.close.extensions_hash, "not CLOSE's")
        documents.check_extensions(self.definition["closes_at_ms"], read_json(data))

    def check_openings(self):
        """Openings name nobody: each belongs to the final vote whose commitment it opens."""
        reader, commitments = Reader(self.files["openings"]), []
        finals = sorted(self.final.values(), key=lambda cast: cast.commitment)
        self.bodies = []
        while not reader.ended():
            blinding = reader.take(32)
            body = reader.take(reader.number(2))
            commitments.append(tagged_hash("commit", self.ballot_id + self.def_hash + blinding
                                           + write_number(2, len(body)) + body))
            self.bodies.append(body)
        demand(commitments == [cast.commitment for cast in finals],
               "an opening of no final vote, or one missing, twice or out of order")
        self.channels = [cast.channel for cast in finals]

    def check_choices(self):
        accepted = {definitions.CHANNELS.index(name) + 1 for name in self.definition["channels"]}
        self.votes = []
        for channel, body in zip(self.channels, self.bodies):
            demand(channel in accepted, "a channel that is not accepted")
            self.votes.append(definitions.decode_body(self.definition, body))

    def check_paper(self):
        batches = [leaf for leaf in self.leaves if isinstance(leaf, log.Paper)]
        demand((len(batches) > 0) == ("paper" in self.files), "sheets without a PAPER, or none for it")
        demand(sum(leaf.envelopes for leaf in batches) <= self.issues, "more envelopes than papers")
        numbers = [leaf.batch_no for leaf in batches]
        demand(numbers == sorted(set(numbers)), "batches out of order")
        on_paper = any(isinstance(leaf, (log.Paper, log.Issue)) for leaf in self.leaves)
        demand(not on_paper or "paper" in self.definition["channels"], "a channel that is not accepted")
        reader, self.sheets, self.invalid = Reader(self.files.get("paper", b"")), 0, 0
        for leaf in batches:
            number, blinding = reader.take(4), reader.take(32)
            data = reader.take(reader.number(4))
            demand(number == write_number(4, leaf.batch_no), "another batch")
            digest = tagged_hash("paper", self.ballot_id + self.def_hash + number + blinding + data)
            demand(digest == leaf.sheets_hash, "not what was committed to")
            sheets = read_sheets(data)
            demand(sheets == sorted(sheets), "sheets out of order")
            demand(len(sheets) == leaf.envelopes, "sheets and envelopes")
            votes = [body for kind, _, body in sheets if kind == 1]
            demand(len(votes) == leaf.counted, "sheets that are votes")
            self.votes += [definitions.decode_body(self.definition, body) for body in votes]
            self.channels += [definitions.CHANNELS.index("paper") + 1] * len(votes)
            self.sheets += len(votes)
            # Blank and invalid sheets are people who voted; an empty envelope is nobody's paper.
            self.invalid += sum(kind in (2, 3, 4, 5) for kind, _, _ in sheets)
        reader.end()

    def check_roll(self):
        turnout = read_json(self.files["turnout.json"])
        demand(isinstance(turnout, dict), "turnout.json")
        for name, number in (("voters", self.close.voters), ("revisions", self.close.revisions)):
            demand(is_number(turnout.get(name)) and turnout[name] == number, name)
        cells = turnout.get("tables")
        cells = cells.get("area") if isinstance(cells, dict) else None
        demand(isinstance(cells, list), "no table of areas")
        voted = {}
        for cell in cells:
            demand(isinstance(cell, dict) and isinstance(cell.get("name"), str)
                   and (cell.get("voters") is None or is_number(cell["voters"])), "an area")
            voted[cell["name"]] = cell.get("voters") or 0
        self.electorate = None
        if "roll.json" not in self.files:
            demand(self.opened.roll_hash == bytes(32), "it was opened with a roll")
            return
        roll = read_json(self.files["roll.json"])
        demand(isinstance(roll, dict) and roll.get("ballot_id") == self.ballot, "another ballot's")
        areas = roll.get("areas")
        demand(isinstance(areas, list) and all(
            isinstance(area, dict) and is_number(area.get("voters")) for area in areas), "areas")
        names = self.definition["areas"] or ["all"]
        demand([area.get("area") for area in areas] == names, "other areas")
        may = {area["area"]: area["voters"] for area in areas}
        demand(is_number(roll.get("voters")) and roll["voters"] == sum(may.values()), "the sum")
        listed = b"".join(write_text(name) + write_number(8, may[name]) for name in names)
        digest = tagged_hash("roll", self.ballot_id + write_number(2, len(names)) + listed)
        demand(roll.get("roll_hash") == digest.hex(), "roll_hash")
        demand(self.opened.roll_hash == digest, "not the roll that it was opened with")
        demand(self.close.voters <= roll["voters"], "more voters than people")
        for name in names:
            demand(voted.get(name, 0) <= may[name], f"more voters than people in {name}")
        self.electorate = roll["voters"]

    def check_recount(self):
        seed = self.files.get("lot")
        demand((seed is not None) == (self.definition["tie"] == "lot"), "a lot")
        if seed is not None:
            demand(1 <= len(seed) <= 512, "the length of a seed")
            try:
                seed.decode("utf-8")
            except UnicodeDecodeError as error:
                raise Malformed(str(error)) from None
        terms, jury = self.definition["terms"], self.files.get("jury")
        demand((jury is not None) == (terms["jury"] is not None), "a jury's scores")
        demand(terms["quorum_share"] is None or self.electorate is not None, "a share of no roll")
        scores = None if jury is None else definitions.decode_jury(self.definition, jury)
        counted = recount.result(self.definition, self.votes, seed, scores, self.electorate,
                                 self.invalid, self.channels)
        demand(counted == self.files["result.json"], "another result")

    def check_sums(self):
        options = read_json(self.files["result.json"])["options"]
        method = self.definition["method"]
        unnamed = self.definition["default_score"] or 0
        total = 0
        for choices in self.votes:
            if method in ("approval", "choose-1"):
                total += len(choices)
            elif method == "ordinal":
                total += sum(range(1, len(choices) + 1))
            else:
                total += sum(choices.values()) + unnamed * (len(options) - len(choices))
        demand(sum(int(option["score"]) for option in options) == total, "selections")
        demand(len(self.votes) == len(self.final) + self.sheets, "voters")

    def check_result(self):
        digest = tagged_hash("result", self.files["result.json"])
        demand(digest == self.result.result_hash, "not what the log says")

    def check_documents(self):
        demand(documents.documents_hash(self.files) == self.result.documents_hash, "not RESULT's")

    def check_decided(self):
        value = read_json(self.files["decided.json"])
        last = {nullifier: casts[-1][1].rev for nullifier, casts in self.casts.items()}
        voids = documents.read_voids(value)
        demand(all(rev <= last.get(nullifier, 0) for nullifier, rev, _ in voids), "a void of no CAST")
        demand([void for void in voids if void[1] == last[void[0]]]
               == [tuple(leaf) for leaf in self.leaves
                   if isinstance(leaf, log.Void) and leaf.reason != log.HANDED_BACK],
               "not the VOID leaves")
        documents.check_exclusions(read_json(self.files["result.json"]), value)

    def check_kept(self):
        for note in self.kept:
            checkpoint = log.read_checkpoint(self.name, self.board_key, note)
            demand(checkpoint in self.checkpoints, "not one of the bundle's")

    def check_receipt(self):
        for receipt in self.receipts:
            log.check_receipt(self.ballot_id, receipt)
            demand(receipt.key in self.receipt_keys, "a key that is not the log's")
            cast = self.place.get(receipt.leaf_hash)
            demand(cast is not None, "a vote that is not in the log")
            demand((cast.nullifier, cast.rev) == (receipt.nullifier, receipt.rev), "another vote")


def read_sheets(data):
    """Kind, length and choice_body of each sheet of a batch; raises Malformed."""
    reader, sheets = Reader(data), []
    while not reader.ended():
        kind, length = reader.number(1), reader.number(2)
        demand(1 <= kind <= 6 and (kind == 1 or length == 0), "what is no sheet")
        sheets.append((kind, length, reader.take(length)))
    return sheets


def is_number(value):
    return type(value) is int and value >= 0


CHECKS = ["archive", "manifest", "definition", "checkpoints", "root", "leaves", "batches", "keys",
          "revisions", "close", "extensions", "openings", "choices", "paper", "roll", "recount",
          "sums", "result", "documents", "decided", "kept", "receipt"]


def verify(data, receipts=(), kept=(), tell=lambda name, found: None):
    """The exit status, and the name of the check that failed or None. All three are bytes as read."""
    try:
        receipts = [log.read_receipt(receipt) for receipt in receipts]
        for note in kept:
            log.split_note(note)
    except Malformed as error:
        tell("a receipt or kept checkpoint cannot be read", error)
        return UNREADABLE, None
    bundle = Bundle(data, receipts, kept)
    for name in CHECKS:
        try:
            getattr(bundle, f"check_{name}")()
        except Malformed as error:
            tell(name, error)
            return UNREADABLE if name == "archive" else FAILED, name
        tell(name, None)
    return VERIFIED, None


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        print(message, file=sys.stderr)
        sys.exit(USAGE)


def main():
    parser = Parser(description="Checks a bundle: 0 verified, 1 a check failed, 2 unreadable.")
    parser.add_argument("bundle")
    parser.add_argument("--receipt", action="append", default=[], metavar="FILE")
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE")
    given = parser.parse_args()

    def contents(path):
        with open(path, "rb") as file:
            return file.read()

    def tell(name, error):
        print(f"{name}: ok" if error is None else f"{name}: FAILED: {error}")

    try:
        data = contents(given.bundle)
        receipts = [contents(path) for path in given.receipt]
        kept = [contents(path) for path in given.checkpoint]
    except OSError as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    status, _ = verify(data, receipts, kept, tell)
    print({VERIFIED: "verified", FAILED: "NOT verified", UNREADABLE: "unreadable"}[status])
    return status


if __name__ == "__main__":
    sys.exit(main())
