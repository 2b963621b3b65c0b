#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes bundles from nothing: a ballot, its votes, its log, receipts, openings and result.

    tests/verify/bundle_maker.py FOLDER [--seed N] [--method M] [--rule R] [--tie T] [--voters N] …

Whoever holds these keys can sign anything, so it is also the malicious administrator of the mutation
tests. It must never make a bundle that breaks a rule of services/verify/README.md by itself.
"""

import argparse
import hashlib
import os
import random
import sys
import uuid
from collections import namedtuple
from dataclasses import dataclass, field

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# pylint: disable=wrong-import-position
from verify import archive, definition as definitions, documents, ed25519, log, recount
from verify.encoding import (Malformed, Tree, leaf_hash, read_json, receipt_code, tagged_hash,
                             to_base64url, tree_path, write_framed, write_json, write_number,
                             write_text)

OPENED_AT_MS = 1_800_000_000_000
HOUR_MS = 3_600_000
MERGE_DELAY_S = 60
PAPER = definitions.CHANNELS.index("paper") + 1

# One vote: choices is {option number: value}; commit_no says with which others it became durable, batch
# with which checkpoint it is published. All votes of a commit are of one batch.
Vote = namedtuple("Vote", "nullifier rev channel choices blinding req_hash batch commit_no")


# A ballot paper that was issued; sheets are (kind, choices), choices None unless the kind is 1, a vote.
Issue = namedtuple("Issue", "nullifier rev req_hash batch commit_no")
Paper = namedtuple("Paper", "batch_no blinding sheets")


def final_votes(votes, voided):
    """The last vote of everybody whose last vote is not void, by nullifier."""
    last = {}
    for vote in votes:
        if vote.nullifier not in last or last[vote.nullifier].rev < vote.rev:
            last[vote.nullifier] = vote
    return {name: last[name] for name in sorted(last) if name not in voided}


@dataclass
class Ballot:
    """Everything that is true of a ballot; parts() is what follows from it."""

    definition: dict
    votes: list
    batches: int
    voided: set = field(default_factory=set)
    board_seed: bytes = bytes(32)
    receipt_seeds: list = field(default_factory=lambda: [b"\1" * 32])
    roll: dict = None  # voters by area
    lot: bytes = None
    jury: bytes = None
    more_time_ms: int = 0
    extensions: list = field(default_factory=list)  # hours that the window was extended by
    excluded: list = field(default_factory=list)  # numbers of options, as far as they are funded
    early_voids: set = field(default_factory=set)  # (nullifier, rev) that a later vote follows
    issues: list = field(default_factory=list)
    handed_back: set = field(default_factory=set)  # (nullifier, rev) of issues
    papers: list = field(default_factory=list)

    @property
    def ballot_id(self):
        return self.definition["ballot_id"]

    @property
    def name(self):
        return log.origin(self.definition["district"], self.ballot_id)

    @property
    def def_hash(self):
        return tagged_hash("ballot", definitions.encode(self.definition))

    def body(self, vote):
        return definitions.encode_body(self.definition, vote.choices)

    def commitment(self, vote):
        body = self.body(vote)
        return tagged_hash("commit", self.ballot_id + self.def_hash + vote.blinding
                           + write_number(2, len(body)) + body)

    def leaf(self, leaf):
        return log.write_leaf(self.ballot_id, leaf)

    def cast(self, vote):
        return self.leaf(log.Cast(vote.commit_no, vote.nullifier, vote.rev, vote.channel,
                                  self.commitment(vote), tagged_hash("ct", b""), vote.req_hash))

    def on_paper(self):
        """Whose last revision is a paper, held or handed back."""
        last = {name: vote.rev for name, vote in final_votes(self.votes, ()).items()}
        return {issue.nullifier for issue in self.issues
                if issue.rev > last.get(issue.nullifier, 0)}

    def finals(self):
        return final_votes(self.votes, self.voided | self.on_paper()).values()

    def voters(self):
        last = {}
        for issue in self.issues:
            last[issue.nullifier] = max(issue.rev, last.get(issue.nullifier, 0))
        gone = {name for name in self.on_paper() if (name, last[name]) in self.handed_back}
        return {leaf.nullifier for leaf in self.votes + self.issues} - gone

    def sheets(self, paper):
        """The sheets' bytes, in their order."""
        bodies = [(kind, b"" if choices is None
                   else definitions.encode_body(self.definition, choices))
                  for kind, choices in paper.sheets]
        return b"".join(sorted(write_number(1, kind) + write_number(2, len(body)) + body
                               for kind, body in bodies))

    def paper_leaf(self, paper):
        digest = tagged_hash("paper", self.ballot_id + self.def_hash
                             + write_number(4, paper.batch_no) + paper.blinding
                             + self.sheets(paper))
        counted = sum(choices is not None for _, choices in paper.sheets)
        return self.leaf(log.Paper(paper.batch_no, len(paper.sheets), counted, digest))

    def paper_file(self):
        parts = [write_number(4, paper.batch_no) + paper.blinding
                 + write_number(4, len(self.sheets(paper))) + self.sheets(paper)
                 for paper in self.papers]
        return b"".join(parts) or None

    def key_of(self, batch):
        """The key of receipts changes at even distances."""
        return self.receipt_seeds[batch * len(self.receipt_seeds) // self.batches]

    def entries(self):
        """The leaves of every batch; a batch may have none."""
        now = OPENED_AT_MS + self.more_time_ms
        batches = [[self.leaf(log.Open(self.def_hash, self.roll_hash(), now))]]
        in_force = None
        for batch in range(self.batches):
            leaves = []
            if self.key_of(batch) is not in_force:
                in_force = self.key_of(batch)
                leaves.append(self.leaf(log.Key(1, ed25519.public_key(in_force), now + batch)))
            casts = [self.cast(vote) for vote in self.votes if vote.batch == batch]
            casts += [self.leaf(log.Issue(issue.commit_no, *issue[:3]))
                      for issue in self.issues if issue.batch == batch]
            batches.append(leaves + sorted(casts, key=leaf_hash))
        anchor = log.Anchor("participation", 17, hashlib.sha256(b"audit").digest())
        voters, leaves = len(self.voters()), len(self.votes) + len(self.issues)
        close = log.Close(now + HOUR_MS, voters, leaves - voters,
                          tagged_hash("extensions", self.extensions_json()))
        last = {(name, vote.rev) for name, vote in final_votes(self.votes, ()).items()}
        voids = [self.leaf(log.Void(*void)) for void in self.voids() if void[:2] in last]
        voids += [self.leaf(log.Void(*issue, log.HANDED_BACK)) for issue in sorted(self.handed_back)]
        voids += [self.paper_leaf(paper) for paper in self.papers]
        counted = log.Result(tagged_hash("result", self.result()),
                             documents.documents_hash(self.documents()), now + 2 * HOUR_MS)
        return batches + [[self.leaf(close), self.leaf(anchor), *voids], [self.leaf(counted)]]

    def openings(self):
        return [(vote.blinding, self.body(vote))
                for vote in sorted(self.finals(), key=self.commitment)]

    def voids(self):
        """(nullifier, rev, number of the reason), in the order of decision."""
        last = {name: vote.rev for name, vote in final_votes(self.votes, ()).items()}
        voids = {(name, last[name]) for name in self.voided}
        voids |= {(name, rev) for name, rev in self.early_voids if rev < last.get(name, 0)}
        return [(name, rev, 1 + name[0] % 5) for name, rev in sorted(voids)]

    def jury_scores(self):
        return None if self.jury is None else definitions.decode_jury(self.definition, self.jury)

    def electorate(self):
        return None if self.roll is None else sum(self.roll.values())

    def choices(self):
        """Of everything that is counted: final votes, and sheets that are votes."""
        return [vote.choices for vote in self.finals()] + [
            chosen for paper in self.papers for _, chosen in paper.sheets if chosen is not None]

    def channels(self):
        """The channel of each of the choices."""
        sheets = len(self.choices()) - len(self.finals())
        return [vote.channel for vote in self.finals()] + [PAPER] * sheets

    def result(self):
        return recount.result(self.definition, self.choices(), self.lot, self.jury_scores(),
                              self.electorate(), self.invalid(), self.channels())

    def invalid(self):
        return sum(2 <= kind <= 5 for paper in self.papers for kind, _ in paper.sheets)

    def roll_hash(self):
        if self.roll is None:
            return bytes(32)
        areas = self.definition["areas"] or ["all"]
        listed = b"".join(write_text(area) + write_number(8, self.roll[area]) for area in areas)
        return tagged_hash("roll", self.ballot_id + write_number(2, len(areas)) + listed)

    def roll_json(self):
        if self.roll is None:
            return None
        areas = self.definition["areas"] or ["all"]
        return write_json({
            "ballot_id": str(uuid.UUID(bytes=self.ballot_id)), "voters": sum(self.roll.values()),
            "roll_hash": self.roll_hash().hex(), "imported_at": "2027-01-10T00:00:00.000Z",
            "areas": [{"area": area, "voters": self.roll[area]} for area in areas]})

    def turnout_json(self):
        voters = len(self.voters())
        areas = self.definition["areas"] or ["all"]
        shares = [voters // len(areas)] * (len(areas) - 1)
        counts = dict(zip(areas, [voters - sum(shares), *shares]))
        cells = [{"name": area, "voters": None if 0 < counts[area] < 5 else counts[area],
                  "suppressed": 0 < counts[area] < 5} for area in areas]
        if self.roll is not None:
            cells = [{**cell, "eligible": self.roll[cell["name"]]} for cell in cells]
        return write_json({
            "state": "certified", "voters": voters, "rounded": False,
            "revisions": len(self.votes) + len(self.issues) - voters, "days": 1, "tables": {"area": cells},
            "eligible": None if self.roll is None else sum(self.roll.values())})

    def extensions_json(self):
        end, extensions = self.definition["closes_at_ms"], []
        for hours in self.extensions:
            extensions.append({"closes_at": documents.write_time(end + hours * HOUR_MS),
                               "reason": "본인확인 서비스 장애",
                               "extended_at": documents.write_time(end - 60_001)})
            end += hours * HOUR_MS
        return write_json({"extensions": extensions})

    def decided_json(self):
        decided_at = documents.write_time(OPENED_AT_MS + 3 * HOUR_MS // 2)
        result = read_json(self.result())
        excluded = [option["id"] for number, option in enumerate(result["options"], 1)
                    if number in self.excluded and option["funded"]]
        return write_json({
            "voids": [{"nullifier": to_base64url(name), "rev": rev,
                       "reason_code": documents.VOID_REASONS[reason - 1],
                       "reason": "본인이 아님이 \"확인\"됨", "voided_at": decided_at}
                      for name, rev, reason in self.voids()],
            **documents.decided(result, excluded),
            "exclusions": [{"option": option, "reason": "부지를 구할 수 없음",
                            "excluded_at": decided_at} for option in excluded]})

    def documents(self):
        """What RESULT commits to, by name."""
        found = {"roll.json": self.roll_json(), "turnout.json": self.turnout_json(),
                 "extensions.json": self.extensions_json(), "lot": self.lot,
                 "jury": self.jury, "decided.json": self.decided_json()}
        return {name: data for name, data in found.items() if data is not None}

    def parts(self):
        batches = self.entries()
        entries = [leaf for batch in batches for leaf in batch]
        sizes = sorted({len([leaf for batch in batches[:place] for leaf in batch])
                        for place in range(1, len(batches) + 1)})
        return Parts(
            ballot=self, definition=definitions.encode(self.definition), entries=entries,
            sizes=sizes, openings=self.openings(), paper=self.paper_file(),
            documents=self.documents(), result=self.result(),
            receipt_keys=[ed25519.public_key(seed) for seed in self.receipt_seeds],
            time_s=(OPENED_AT_MS + self.more_time_ms + HOUR_MS) // 1000)

    def receipts(self):
        """Every vote's receipt, as a front end keeps it: {(nullifier, rev): JSON}."""
        found = {}
        for commit_no in sorted({vote.commit_no for vote in self.votes}):
            votes = [vote for vote in self.votes if vote.commit_no == commit_no]
            seed = self.key_of(votes[0].batch)
            hashes = [leaf_hash(self.cast(vote)) for vote in votes]
            tree = Tree()
            for each in hashes:
                tree.append(each)
            body = log.write_receipt_body(self.ballot_id, tree.root(),
                                          OPENED_AT_MS + 1000 * commit_no, MERGE_DELAY_S)
            signature = ed25519.sign(seed, body)
            for index, vote in enumerate(votes):
                path = [to_base64url(each) for each in tree_path(hashes, index)]
                found[vote.nullifier, vote.rev] = write_json({
                    "vote": {"rev": vote.rev, "nullifier": to_base64url(vote.nullifier),
                             "leaf_hash": to_base64url(hashes[index])},
                    "receipt": {"code": receipt_code(hashes[index]), "body": to_base64url(body),
                                "path": {"index": index, "size": len(votes), "hashes": path},
                                "signature": to_base64url(signature),
                                "key": to_base64url(ed25519.public_key(seed))}})
        return found


@dataclass
class Parts:
    """The pieces of a bundle, each free to be changed; pack() writes and signs what they are now."""

    ballot: Ballot
    definition: bytes
    entries: list
    sizes: list
    openings: list
    paper: bytes
    documents: dict  # by name, in their order
    result: bytes
    receipt_keys: list
    time_s: int
    notes: list = None  # else signed from entries and sizes

    def signed_notes(self):
        notes, tree, sizes = [], Tree(), set(self.sizes)
        for leaf in self.entries:
            tree.append(leaf_hash(leaf))
            if tree.size in sizes:
                notes.append(log.write_checkpoint(self.ballot.name, self.ballot.board_seed,
                                                  tree.size, tree.root()))
        return notes

    def keys_json(self):
        board = ed25519.public_key(self.ballot.board_seed)
        return write_json({"board": log.verifier_key(self.ballot.name, board),
                           "receipts": [to_base64url(key) for key in self.receipt_keys]})

    def files(self):
        notes = self.signed_notes() if self.notes is None else self.notes
        files = {
            "definition": self.definition,
            "keys.json": self.keys_json(),
            "checkpoints": write_framed(notes),
            "entries": write_framed(self.entries),
            "openings": b"".join(blinding + write_number(2, len(body)) + body
                                 for blinding, body in self.openings),
            "paper": self.paper,
            **self.documents,
            "result.json": self.result,
        }
        return {name: data for name, data in files.items() if data is not None}

    def pack(self):
        return pack(self.ballot.ballot_id, self.files(), self.time_s)


def pack(ballot_id, files, time_s):
    """The archive of these files, with the manifest that belongs to them."""
    files = {name: data for name, data in files.items() if name != "manifest.json"}
    files["manifest.json"] = archive.manifest(str(uuid.UUID(bytes=ballot_id)), files)
    return archive.write(files, time_s)


# Ballots by chance. Small numbers make ties; the literal recount takes a run per won.

AREAS = ["성수1가1동", "왕십리도선동", "Majang"]
FIELDS = ["", "복지", "환경"]


def random_definition(chance, method=None, rule=None, tie=None):
    method = method or chance.choice(definitions.METHODS)
    rule = rule or chance.choice(definitions.RULES)
    shares, pointed = rule in ("equal-shares", "comparison"), method in ("cumulative", "scoring")
    budget = chance.randint(20, 90)
    options = [{
        "number": number, "id": chance.choice([f"p{number}", f"{20 - number}", f"B/{number}.가"]),
        "name": f"사업 {number} \"{number}\"", "cost_krw": chance.choice([5, 10, chance.randint(1, budget)]),
        "area": chance.choice(["", *AREAS]), "field": chance.choice(FIELDS),
        "programme": f"2027-{number:03}",
    } for number in range(1, chance.randint(3, 8) + 1)]
    satisfactions = ["cost"] if rule == "phragmen" else ["cost", "cardinality"]
    satisfactions += ["points"] if shares and pointed else []
    definition = {
        "format": definitions.FORMAT, "ballot_id": chance.randbytes(16), "district": "성동구",
        "title": "2027년 주민참여예산 투표", "budget_year": 2027, "funding_source": "district",
        "budget_krw": budget, "method": method, "rule": rule,
        "satisfaction": chance.choice(satisfactions),
        "completion": chance.choice(definitions.COMPLETIONS) if shares else "none",
        "threshold_score": chance.randint(1, 5) if rule == "greedy-threshold" else None,
        "tie": tie or chance.choice(definitions.TIES),
        "opens_at_ms": OPENED_AT_MS, "closes_at_ms": OPENED_AT_MS + HOUR_MS,
        "min_options": 1, "max_options": 1 if method == "choose-1" else len(options) - 1,
        "min_cost_krw": None, "max_cost_krw": None,
        "min_points": 1 if method == "scoring" else None,
        "max_points": 5 if method == "scoring" else None, "min_sum_points": None,
        "max_sum_points": 10 if method == "cumulative" else None, "default_score": None,
        "empty_allowed": chance.random() < 0.5,
        "channels": list(definitions.CHANNELS[: chance.randint(1, 4)]),
        "bases": ["resident-register", "did"], "grounds": ["address"], "min_age": 16,
        "max_age": None, "age_on": "2027-01-01", "objection_days": 30, "demonstration": False,
        "areas": list(AREAS) if chance.random() < 0.7 else [], "options": options,
    }
    if method in ("approval", "choose-1") and chance.random() < 0.4:
        definition["max_cost_krw"] = budget
    names_nothing = rule.startswith("greedy") or (rule, definition["satisfaction"]) == (
        "equal-shares", "points")  # only such a rule takes points of 0, or by default
    if method == "scoring" and names_nothing:
        definition["min_points"] = chance.choice([None, 0, 1])
        definition["default_score"] = chance.choice([None, 0, 1, 3])
    if method == "cumulative" and chance.random() < 0.3:
        definition["min_sum_points"] = 2
    definition["terms"] = random_terms(chance, definition)
    while budget < min(option["cost_krw"] for option in options):
        options[0]["cost_krw"] = budget
    return definition


def random_terms(chance, definition):
    options = definition["options"]
    numbers = [option["number"] for option in options]
    terms = dict.fromkeys(("tie_order", "partial_fit", "quorum", "incompatible", "area_caps",
                           "field_caps", "area_quotas", "jury", "quorum_share", "min_costs",
                           "channel_weights"))
    if definition["tie"] == "drawn":
        terms["tie_order"] = chance.sample(numbers, len(numbers))
    if definition["rule"].startswith("greedy"):
        terms |= random_turns(chance, options)
    if chance.random() < 0.2:
        terms["quorum"] = chance.randint(1, 12)
    if chance.random() < 0.4:
        terms["incompatible"] = [chance.sample(numbers, 2)]
    for name, key in (("area_caps", "area"), ("field_caps", "field")):
        named = sorted({option[key] for option in options})
        if named and chance.random() < 0.4:
            cheapest = min(option["cost_krw"] for option in options if option[key] == named[0])
            terms[name] = [{key: named[0], "cap_krw": cheapest + chance.randint(0, 30)}]
    if definition["method"] != "choose-1" and chance.random() < 0.5:
        quotas = [{"scope": "local", "area": ""}, {"scope": "district", "area": ""},
                  {"scope": "area", "area": chance.choice(AREAS)}]
        covered = [sum(definitions.covers(definition, quota, option) for option in options)
                   for quota in quotas]
        terms["area_quotas"] = [
            {**quota, "min_options": 0, "max_options": chance.randint(1, count)}
            for quota, count in zip(quotas, covered) if count] or None
    return terms


def random_turns(chance, options):
    """What rules by score alone can have."""
    found = {"partial_fit": None, "min_costs": None, "jury": None}
    if chance.random() < 0.5:
        found["partial_fit"] = {"numerator": 50, "denominator": 100}
    elif chance.random() < 0.7:
        adjusted = sorted(chance.sample(range(len(options)), chance.randint(1, len(options))))
        found["min_costs"] = [
            {"number": place + 1, "min_cost_krw": chance.randint(1, options[place]["cost_krw"] - 1)}
            for place in adjusted if options[place]["cost_krw"] > 1] or None
    if chance.random() < 0.5:
        weight = chance.choice([50, 30, 45, 1, 99])
        found["jury"] = {"resident_weight": weight, "jury_weight": 100 - weight, "whole": 100,
                         "max_score": chance.choice([1, 10, 100]), "normalisation": "highest"}
    return found


def random_channel_weights(chance, definition):
    """The accepted channels in two parts or more, of what residents weigh; None where nothing is weighed."""
    jury, channels = definition["terms"]["jury"], list(definition["channels"])
    whole = 100 if jury is None else jury["resident_weight"]
    if not definition["rule"].startswith("greedy") or min(len(channels), whole) < 2:
        return None
    chance.shuffle(channels)
    count = chance.randint(2, min(len(channels), whole))
    cuts = [0, *sorted(chance.sample(range(1, len(channels)), count - 1)), len(channels)]
    ends = [0, *sorted(chance.sample(range(1, whole), count - 1)), whole]
    return {"whole": whole, "normalisation": "highest", "parts": [
        {"channels": sorted(channels[first:last], key=definitions.CHANNELS.index),
         "weight": end - start}
        for first, last, start, end in zip(cuts, cuts[1:], ends, ends[1:])]}


def random_jury(chance, definition):
    """A jury's scores where they are weighed; few values make ties."""
    jury = definition["terms"]["jury"]
    if jury is None:
        return None
    jurors = chance.randint(1, 9)
    most = jurors * jury["max_score"] * 100
    scores = [chance.choice([0, most, most // 2, chance.randint(0, most)])
              for _ in definition["options"]]
    return definitions.encode_jury(jurors, "심사위원회 회의록 2027-1", scores)


def random_choices(chance, definition):
    """Choices that obey the definition, or None when chance found none."""
    numbers = [option["number"] for option in definition["options"]]
    for _ in range(50):
        length = chance.randint(0, min(4, definition["max_options"]))
        chosen = chance.sample(numbers, length)
        values = {"ordinal": range(1, length + 1), "cumulative": [chance.randint(1, 4)] * length,
                  "scoring": [chance.randint(0, 5) for _ in chosen]}
        choices = dict(zip(chosen, values.get(definition["method"], [1] * length)))
        try:
            definitions.decode_body(definition, definitions.encode_body(definition, choices))
        except Malformed:
            continue
        return choices
    return None


def random_ballot(chance, method=None, rule=None, tie=None, voters=12, roll=None, voids=None,
                  batches=None, key_changes=None, papers=None):
    """A ballot by chance; what is given is not left to it. voters may turn out fewer."""
    definition = random_definition(chance, method, rule, tie)
    if papers:
        definition["channels"] = list(definitions.CHANNELS)
    if chance.random() < 0.5:
        definition["terms"]["channel_weights"] = random_channel_weights(chance, definition)
    batches = chance.randint(1, 4) if batches is None else batches
    key_changes = chance.randint(0, 2) if key_changes is None else key_changes
    channels = [definitions.CHANNELS.index(name) + 1 for name in definition["channels"]]
    votes = []
    for _ in range(voters):
        nullifier, batch = chance.randbytes(32), 0
        for rev in range(1, chance.choice([1, 1, 1, 2, 3]) + 1):
            choices = random_choices(chance, definition)
            if choices is None:
                break
            batch = chance.randint(batch, batches - 1)
            votes.append(Vote(nullifier, rev, chance.choice(channels), choices,
                              chance.randbytes(32), chance.randbytes(32), batch, 0))
    with_papers = chance.random() < 0.5 if papers is None else papers
    issues, handed_back, sheets = [], set(), []
    if with_papers and "paper" in definition["channels"] and votes:
        issues, handed_back = random_issues(chance, definition, votes, batches)
        sheets = random_papers(chance, definition, len(issues) - len(handed_back))
    votes = committed(votes, chance.randint(1, 4))
    on_paper = {issue.nullifier for issue in issues}
    names = sorted({vote.nullifier for vote in votes} - on_paper)
    voided = set(chance.sample(names, min(len(names), chance.choice([0, 0, 1, 2])
                                          if voids is None else voids)))
    early = [(vote.nullifier, vote.rev) for vote in votes if vote.nullifier not in on_paper
             and any((other.nullifier, other.rev) == (vote.nullifier, vote.rev + 1) for other in votes)]
    with_roll = chance.random() < 0.5 if roll is None else roll
    if with_roll and chance.random() < 0.5:
        definition["terms"]["quorum_share"] = {"numerator": chance.randint(1, 3), "denominator": 3}
    areas = definition["areas"] or ["all"]
    return Ballot(
        definition, votes, batches, voided, chance.randbytes(32),
        [chance.randbytes(32) for _ in range(1 + min(key_changes, batches - 1))],
        {area: voters + len(issues) + chance.randint(0, 9) for area in areas}
        if with_roll else None,
        "2027년 1월 10일 추첨 3 14 15".encode() if definition["tie"] == "lot" else None,
        jury=random_jury(chance, definition),
        extensions=[chance.randint(1, 72) for _ in range(chance.choice([0, 0, 1, 2, 3]))],
        excluded=[option["number"] for option in definition["options"] if chance.random() < 0.2],
        early_voids=set(chance.sample(early, min(len(early), chance.choice([0, 0, 1])))),
        issues=issues, handed_back=handed_back, papers=sheets)


def random_issues(chance, definition, votes, batches):
    """Papers of people who have not voted, of one who has, and papers handed back, behind one of which
    a vote follows: it is put to the votes."""
    def issue(nullifier, rev, batch):
        return Issue(nullifier, rev, chance.randbytes(32), batch, 1000 + batch)

    issues = [issue(chance.randbytes(32), 1, chance.randrange(batches))
              for _ in range(chance.randint(2, 5))]
    last = max(votes, key=lambda vote: (vote.nullifier, vote.rev))
    issues.append(issue(last.nullifier, last.rev + 1, batches - 1))
    spoilt = [issue(chance.randbytes(32), 1, chance.randrange(batches)) for _ in range(2)]
    choices = random_choices(chance, definition)
    if choices is not None:
        channel = 1 + chance.randrange(2)  # web or kiosk
        votes.append(Vote(spoilt[0].nullifier, 2, channel, choices, chance.randbytes(32),
                          chance.randbytes(32), batches - 1, 0))
    return issues + spoilt, {(each.nullifier, each.rev) for each in spoilt}


def random_papers(chance, definition, held):
    """Batches of sheets, together at most as many as papers that are held."""
    papers, batch_no = [], 0
    while held > 0 and len(papers) < 2:
        batch_no += chance.randint(1, 3)
        count = chance.randint(1, held)
        held -= count
        sheets = []
        for _ in range(count):
            choices = random_choices(chance, definition) if chance.random() < 0.7 else None
            sheets.append((chance.randint(2, 6) if choices is None else 1, choices))
        papers.append(Paper(batch_no, chance.randbytes(32), sheets))
    return papers


def committed(votes, size):
    """The votes of each batch in commits of at most that size."""
    found, commit_no = [], 0
    for batch in sorted({vote.batch for vote in votes}):
        together = [vote for vote in votes if vote.batch == batch]
        for at, vote in enumerate(together):
            commit_no += at % size == 0
            found.append(vote._replace(commit_no=commit_no))
    return found


def main():
    parser = argparse.ArgumentParser(description="Makes a bundle and the receipts of its votes.")
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--method", choices=definitions.METHODS)
    parser.add_argument("--rule", choices=definitions.RULES)
    parser.add_argument("--tie", choices=definitions.TIES)
    for number in ("voters", "batches", "voids", "key-changes"):
        parser.add_argument(f"--{number}", type=int, default=12 if number == "voters" else None)
    parser.add_argument("--roll", action=argparse.BooleanOptionalAction)
    given = parser.parse_args()
    ballot = random_ballot(random.Random(given.seed), given.method, given.rule, given.tie,
                           given.voters, given.roll, given.voids, given.batches, given.key_changes)
    os.makedirs(given.folder, exist_ok=True)
    kept = {f"receipt-{nullifier.hex()[:8]}-{rev}.json": receipt
            for (nullifier, rev), receipt in ballot.receipts().items()}
    for name, data in {"bundle.tar": ballot.parts().pack(), **kept}.items():
        with open(os.path.join(given.folder, name), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main()
