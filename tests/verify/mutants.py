# SPDX-License-Identifier: Apache-2.0
"""Sound bundles changed in every way somebody might, and what has to find it.

A mutation takes a Case (a sound bundle with the receipts of its votes) and returns a Mutant: a bundle
that is not what was published, or a receipt that is not what was given. The malicious administrator
holds every key, so most mutants are signed again. FINDERS says what each kind is found by at the latest:
the bundle alone, a receipt that a voter kept, or a checkpoint that anybody kept. A mutation must never
return what nobody could tell from the original.
"""

from dataclasses import dataclass, field, replace

from verify import archive, documents, ed25519, log
from verify.bundle_maker import HOUR_MS, pack, random_ballot, random_choices
from verify.definition import CHANNELS, encode_jury
from verify.encoding import Malformed, leaf_hash, read_json, tagged_hash, write_json

ALONE, RECEIPT, KEPT = "the bundle alone", "a receipt", "a kept checkpoint"
FINDERS = {}


@dataclass
class Case:
    ballot: object
    parts: object
    data: bytes
    receipts: dict  # by (nullifier, rev)
    notes: list

    @classmethod
    def of(cls, ballot):
        parts = ballot.parts()
        return cls(ballot, parts, parts.pack(), ballot.receipts(), parts.signed_notes())


@dataclass
class Mutant:
    data: bytes
    receipts: list = field(default_factory=list)  # part of the mutation: given from the start
    kept: bytes = None  # the checkpoint somebody kept, when it is not the last


def mutation(finder):
    def register(function):
        FINDERS[function] = finder
        return function

    return register


def cases(chance, count):
    """Ballots of every rule and every method in turn, each with votes."""
    methods = ["approval", "cumulative", "ordinal", "scoring", "choose-1"]
    rules = ["greedy", "equal-shares", "phragmen", "comparison", "greedy-threshold",
             "greedy-no-skip"]
    found = []
    while len(found) < count:
        place = len(found)
        ballot = random_ballot(chance, methods[place % 5], rules[place % 6],
                               "lot" if place % 4 == 3 else None, roll=place % 2 == 0,
                               batches=chance.randint(2, 4), papers=place % 3 == 2 or None)
        if len(ballot.votes) >= 6 and len(ballot.openings()) >= 2 and (
                place % 3 != 2 or ballot.papers):
            found.append(Case.of(ballot))
    return found


def paper_cases(chance, count):
    """Those with sheets of paper."""
    found = []
    while len(found) < count:
        found += [case for case in cases(chance, 3) if case.ballot.papers]
    return found[:count]


def flipped(chance, data):
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ chance.randint(1, 255)]) + data[at + 1 :]


def places(case, kind):
    return [at for at, leaf in enumerate(case.parts.entries)
            if isinstance(log.read_leaf(case.ballot.ballot_id, leaf), kind)]


def relogged(case, entries, sizes=None):
    """Another log, all its checkpoints signed by the right key."""
    sizes = case.parts.sizes[:-1] + [len(entries)] if sizes is None else sizes
    sizes = sorted({size for size in sizes if 0 < size <= len(entries)})
    return replace(case.parts, entries=entries, sizes=sizes)


def changed(parts, files):
    """The parts with other documents, and nothing that commits to them."""
    found = {**parts.documents, **files}
    return replace(parts, documents={name: found[name] for name in documents.NAMES
                                     if found.get(name) is not None})


def committed(parts, files):
    """The same, with the hashes in CLOSE and RESULT made anew: only roll_hash stays in OPEN."""
    parts, entries = changed(parts, files), list(parts.entries)
    for at, data in enumerate(entries):
        leaf = log.read_leaf(parts.ballot.ballot_id, data)
        if isinstance(leaf, log.Close):
            digest = tagged_hash("extensions", parts.documents.get("extensions.json", b""))
            entries[at] = parts.ballot.leaf(leaf._replace(extensions_hash=digest))
        if isinstance(leaf, log.Result):
            digest = documents.documents_hash(parts.documents)
            entries[at] = parts.ballot.leaf(leaf._replace(documents_hash=digest))
    return replace(parts, entries=entries)


def moved_sizes(case, at, by):
    return [size + by if size > at else size for size in case.parts.sizes]


# The archive's bytes, without touching the manifest.


@mutation(ALONE)
def any_byte_flipped(chance, case):
    return Mutant(flipped(chance, case.data))


@mutation(ALONE)
def cut_short(chance, case):
    return Mutant(case.data[: chance.randrange(len(case.data))])


@mutation(ALONE)
def bytes_behind_the_end(chance, case):
    return Mutant(case.data + bytes(chance.choice([1, 512, 10240])))


@mutation(ALONE)
def time_of_the_archive_changed(chance, case):
    return Mutant(replace(case.parts, time_s=case.parts.time_s + chance.choice([-1, 1])).pack())


# Files, with the manifest that belongs to them.


@mutation(ALONE)
def byte_of_a_file_flipped(chance, case):
    files = case.parts.files()
    name = chance.choice(["definition", "keys.json", "checkpoints", "entries", "openings",
                          "result.json"] + documents_of(files))
    if not files[name]:
        return None
    files[name] = flipped(chance, files[name])
    return Mutant(pack(case.ballot.ballot_id, files, case.parts.time_s))


@mutation(ALONE)
def file_missing(chance, case):
    files = case.parts.files()
    name = chance.choice(list(files))
    del files[name]
    return Mutant(pack(case.ballot.ballot_id, files, case.parts.time_s))


@mutation(ALONE)
def files_in_another_order(chance, case):
    names = list(case.parts.files())
    chance.shuffle(names)
    if names == list(case.parts.files()):
        return None
    files = {name: case.parts.files()[name] for name in names}
    return Mutant(pack(case.ballot.ballot_id, files, case.parts.time_s))


@mutation(ALONE)
def file_that_does_not_belong(chance, case):
    files = case.parts.files()
    name = chance.choice(["lot", "notes", "../entries"])
    if name in files:
        return None
    return Mutant(pack(case.ballot.ballot_id, {**files, name: b"1"}, case.parts.time_s))


@mutation(ALONE)
def manifest_changed(chance, case):
    files = case.parts.files()
    value = read_json(archive.manifest("x", files))
    change = chance.randrange(3)
    if change == 0:
        value["ballot"] = "00000000-0000-0000-0000-000000000000"
    elif change == 1:
        value["format"] = "hyeopchi-bundle/1"
    else:
        value["files"].reverse()
    if change:
        value["ballot"] = case.ballot.name.rpartition("/")[2]
    files["manifest.json"] = write_json(value)
    return Mutant(archive.write(files, case.parts.time_s))


@mutation(ALONE)
def json_written_in_another_way(chance, case):
    files = case.parts.files()
    name = chance.choice(["keys.json", "result.json"])
    escaped = files[name].replace(b'{"r', b'{"\\u0072').replace(b'{"b', b'{"\\u0062')
    files[name] = chance.choice([files[name].replace(b":", b": ", 1), files[name] + b"\n", escaped])
    return Mutant(pack(case.ballot.ballot_id, files, case.parts.time_s))


def documents_of(files):
    return [name for name in documents.NAMES if name in files]


# Leaves, with every checkpoint made and signed again.


@mutation(KEPT)
def leaf_dropped(chance, case):
    at = chance.randrange(len(case.parts.entries))
    entries = case.parts.entries[:at] + case.parts.entries[at + 1 :]
    return Mutant(relogged(case, entries, moved_sizes(case, at, -1)).pack(),
                  kept=case.notes[-1])


@mutation(KEPT)
def leaf_altered(chance, case):
    entries = list(case.parts.entries)
    at = chance.randrange(len(entries))
    entries[at] = flipped(chance, entries[at])
    return Mutant(relogged(case, entries).pack())


@mutation(ALONE)
def commitment_altered(chance, case):
    opened = {vote.nullifier for vote in case.ballot.finals()}
    entries, finals = list(case.parts.entries), {}
    for at in places(case, log.Cast):
        leaf = log.read_leaf(case.ballot.ballot_id, entries[at])
        if leaf.nullifier in opened and leaf.rev >= finals.get(leaf.nullifier, (0,))[0]:
            finals[leaf.nullifier] = (leaf.rev, at, leaf)
    if not finals:
        return None
    _, at, leaf = chance.choice(list(finals.values()))
    entries[at] = case.ballot.leaf(leaf._replace(commitment=flipped(chance, leaf.commitment)))
    return Mutant(relogged(case, entries).pack())


@mutation(KEPT)
def leaves_reordered(chance, case):
    entries = list(case.parts.entries)
    one, other = chance.sample(range(len(entries)), 2)
    entries[one], entries[other] = entries[other], entries[one]
    return Mutant(relogged(case, entries).pack())


@mutation(ALONE)
def batch_reordered(chance, case):
    entries = list(case.parts.entries)
    ends = [0, *case.parts.sizes]
    runs = [[at for at in places(case, log.Cast) if start <= at < end]
            for start, end in zip(ends, ends[1:])]
    runs = [run for run in runs if len(run) > 1]
    if not runs:
        return None
    one, other = chance.sample(chance.choice(runs), 2)
    entries[one], entries[other] = entries[other], entries[one]
    return Mutant(relogged(case, entries).pack())


@mutation(ALONE)
def vote_inserted(chance, case):
    """A CAST of somebody who never voted, with nothing else changed."""
    model = log.read_leaf(case.ballot.ballot_id, case.parts.entries[chance.choice(
        places(case, log.Cast))])
    leaf = case.ballot.leaf(model._replace(nullifier=chance.randbytes(32), rev=1))
    close = places(case, log.Close)[0]
    at = chance.randint(1, close)
    entries = case.parts.entries[:at] + [leaf] + case.parts.entries[at:]
    return Mutant(relogged(case, entries, moved_sizes(case, at, 1)).pack())


@mutation(ALONE)
def vote_inserted_and_closed_over(chance, case):
    """The same, with CLOSE and turnout counting it: its opening is missing."""
    ballot = case.ballot
    model = log.read_leaf(ballot.ballot_id, case.parts.entries[places(case, log.Cast)[0]])
    leaf = ballot.leaf(model._replace(nullifier=chance.randbytes(32), rev=1))
    at = places(case, log.Close)[0]
    close = log.read_leaf(ballot.ballot_id, case.parts.entries[at])
    entries = (case.parts.entries[:at] + [leaf, ballot.leaf(close._replace(voters=close.voters + 1))]
               + case.parts.entries[at + 1 :])
    turnout = read_json(case.parts.documents["turnout.json"])
    turnout["voters"] += 1
    parts = relogged(case, entries, sorted({*moved_sizes(case, at, 1), at + 1}))
    return Mutant(committed(parts, {"turnout.json": write_json(turnout)}).pack())


def in_order(case, entries, sizes):
    """The CASTs of every batch in the order they must have, other leaves where they are."""
    found, start = list(entries), 0
    for end in sizes:
        run = [at for at in range(start, min(end, len(found)))
               if found[at][10] == log.TYPES[log.Cast]]
        for at, leaf in zip(run, sorted((found[at] for at in run), key=leaf_hash)):
            found[at] = leaf
        start = end
    return found


@mutation(RECEIPT)
def vote_altered_and_put_in_order(chance, case):
    """What no opening speaks of: the commit a vote came with, its request, or an earlier choice."""
    entries, at = list(case.parts.entries), chance.choice(places(case, log.Cast))
    leaf = log.read_leaf(case.ballot.ballot_id, entries[at])
    change = chance.choice([{"batch_no": leaf.batch_no + 1}, {"req_hash": chance.randbytes(32)},
                            {"ct_hash": chance.randbytes(32)},
                            {"commitment": chance.randbytes(32)}])
    entries[at] = case.ballot.leaf(leaf._replace(**change))
    return Mutant(relogged(case, in_order(case, entries, case.parts.sizes)).pack())


@mutation(ALONE)
def vote_inserted_in_order(chance, case):
    at = chance.choice(places(case, log.Cast))
    model = log.read_leaf(case.ballot.ballot_id, case.parts.entries[at])
    leaf = case.ballot.leaf(chance.choice([
        model._replace(nullifier=chance.randbytes(32), rev=1),
        model._replace(rev=chance.randint(1, 10), req_hash=chance.randbytes(32))]))
    entries, sizes = list(case.parts.entries), moved_sizes(case, at, 1)
    entries.insert(at, leaf)
    return Mutant(relogged(case, in_order(case, entries, sizes), sizes).pack())


@mutation(ALONE)
def leaf_duplicated(chance, case):
    at = chance.choice([at for at in range(len(case.parts.entries))
                        if at not in places(case, log.Anchor) + places(case, log.Key)])
    to = chance.randint(at, len(case.parts.entries))
    entries = list(case.parts.entries)
    entries.insert(to, entries[at])
    return Mutant(relogged(case, entries, moved_sizes(case, to, 1)).pack())


@mutation(ALONE)
def closing_numbers_changed(chance, case):
    entries, at = list(case.parts.entries), places(case, log.Close)[0]
    close = log.read_leaf(case.ballot.ballot_id, entries[at])
    change = chance.choice([{"voters": close.voters + 1}, {"revisions": close.revisions + 1},
                            {"closed_at_ms": close.closed_at_ms + 1000}])
    entries[at] = case.ballot.leaf(close._replace(**change))
    return Mutant(relogged(case, entries).pack())


@mutation(ALONE)
def times_run_backwards(chance, case):
    entries, at = list(case.parts.entries), chance.choice(places(case, log.Key))
    key = log.read_leaf(case.ballot.ballot_id, entries[at])
    entries[at] = case.ballot.leaf(key._replace(from_ms=chance.choice([0, 2**63])))
    return Mutant(relogged(case, entries).pack())


# Checkpoints and keys.


@mutation(ALONE)
def two_checkpoints_of_one_size(chance, case):
    notes, at = list(case.notes), chance.randrange(len(case.notes))
    root = chance.choice([chance.randbytes(32), log.split_note(notes[at])[1].root])
    size = case.parts.sizes[at]
    other = log.write_checkpoint(case.ballot.name, case.ballot.board_seed, size, root)
    notes.insert(at + chance.randint(0, 1), other)
    return Mutant(replace(case.parts, notes=notes).pack())


@mutation(ALONE)
def checkpoint_of_another_tree(chance, case):
    notes, at = list(case.notes), chance.randrange(len(case.notes))
    notes[at] = log.write_checkpoint(case.ballot.name, case.ballot.board_seed,
                                     case.parts.sizes[at], chance.randbytes(32))
    return Mutant(replace(case.parts, notes=notes).pack())


@mutation(ALONE)
def signature_flipped(chance, case):
    notes, at = list(case.notes), chance.randrange(len(case.notes))
    name, checkpoint, signature = log.split_note(notes[at])
    text = log.checkpoint_text(name, *checkpoint)
    notes[at] = log.write_note(text, name, flipped(chance, signature))
    return Mutant(replace(case.parts, notes=notes).pack())


@mutation(KEPT)
def checkpoint_dropped(chance, case):
    at = chance.randrange(len(case.notes))
    notes = case.notes[:at] + case.notes[at + 1 :]
    return Mutant(replace(case.parts, notes=notes).pack(), kept=case.notes[at])


@mutation(ALONE)
def board_key_swapped(chance, case):
    ballot = replace(case.ballot, board_seed=chance.randbytes(32))
    return Mutant(replace(case.parts, ballot=ballot, notes=case.notes).pack())


@mutation(KEPT)
def board_key_swapped_and_all_signed_by_it(chance, case):
    ballot = replace(case.ballot, board_seed=chance.randbytes(32))
    return Mutant(replace(case.parts, ballot=ballot).pack())


@mutation(ALONE)
def receipt_key_swapped(chance, case):
    keys = list(case.parts.receipt_keys)
    keys[chance.randrange(len(keys))] = ed25519.public_key(chance.randbytes(32))
    return Mutant(replace(case.parts, receipt_keys=chance.choice([keys, keys[:-1]])).pack())


@mutation(RECEIPT)
def receipt_keys_swapped_in_the_log_too(chance, case):
    keys, entries = [], list(case.parts.entries)
    for at in places(case, log.Key):
        leaf = log.read_leaf(case.ballot.ballot_id, entries[at])
        keys.append(ed25519.public_key(chance.randbytes(32)))
        entries[at] = case.ballot.leaf(leaf._replace(public_key=keys[-1]))
    return Mutant(replace(relogged(case, entries), receipt_keys=keys).pack())


# Openings.


@mutation(ALONE)
def opening_dropped(chance, case):
    openings, at = list(case.parts.openings), chance.randrange(len(case.parts.openings))
    del openings[at]
    return Mutant(replace(case.parts, openings=openings).pack())


@mutation(ALONE)
def opening_added(chance, case):
    """One twice, one of nobody, or that of a vote that is void."""
    openings = list(case.parts.openings)
    blinding, body = chance.choice(openings)
    voided = [(vote.blinding, case.ballot.body(vote)) for vote in case.ballot.votes
              if vote.nullifier in case.ballot.voided]
    openings.insert(chance.randint(0, len(openings)),
                    chance.choice([(blinding, body), (chance.randbytes(32), body), *voided]))
    return Mutant(replace(case.parts, openings=openings).pack())


@mutation(ALONE)
def opening_changed(chance, case):
    openings, at = list(case.parts.openings), chance.randrange(len(case.parts.openings))
    blinding, body = openings[at]
    openings[at] = chance.choice([(flipped(chance, blinding), body),
                                  (blinding, flipped(chance, body))])
    return Mutant(replace(case.parts, openings=openings).pack())


@mutation(ALONE)
def openings_in_another_order(chance, case):
    openings = list(case.parts.openings)
    at = chance.randrange(len(openings) - 1)
    openings[at], openings[at + 1] = openings[at + 1], openings[at]
    return Mutant(replace(case.parts, openings=openings).pack())


@mutation(ALONE)
def opening_of_an_earlier_revision(chance, case):
    finals = {vote.nullifier: vote.rev for vote in case.ballot.finals()}
    earlier = [vote for vote in case.ballot.votes if vote.rev < finals.get(vote.nullifier, 0)]
    if not earlier:
        return None
    vote = chance.choice(earlier)
    votes = [each for each in case.ballot.votes
             if each.nullifier != vote.nullifier or each.rev <= vote.rev]
    return Mutant(replace(case.parts,
                          openings=replace(case.ballot, votes=votes).openings()).pack())


@mutation(ALONE)
def choices_that_break_the_rules(chance, case):
    """Committed to, opened and closed over as if they were allowed."""
    opened = sorted(vote.nullifier for vote in case.ballot.finals())
    if not opened:
        return None
    name, options = chance.choice(opened), len(case.ballot.definition["options"])
    bad = chance.choice([{options + 1: 1}, {0: 1}, {1: 2**32 - 1}])
    last = max(vote.rev for vote in case.ballot.votes if vote.nullifier == name)
    votes = [vote._replace(choices=bad) if (vote.nullifier, vote.rev) == (name, last) else vote
             for vote in case.ballot.votes]
    forged = SameResult(case, votes)
    return Mutant(forged.parts().pack())


# What was counted, and from what.


@mutation(ALONE)
def result_changed(chance, case):
    """Says that something else is funded; in half of them the log says so too."""
    value = read_json(case.parts.result)
    option = chance.choice(value["options"])
    change = chance.randrange(4)
    if change == 0:
        option["funded"] = not option["funded"]
    elif change == 1:
        option["score"] = str(int(option["score"]) + 1)
    elif change == 2:
        value["funded"] = list(reversed(value["funded"])) + [option["id"]]
    else:
        value["total_cost"], value["left_over"] = value["left_over"], value["total_cost"] + "0"
    result, entries = write_json(value), list(case.parts.entries)
    if chance.random() < 0.5:
        leaf = log.read_leaf(case.ballot.ballot_id, entries[-1])
        digest = tagged_hash("result", result)
        entries[-1] = case.ballot.leaf(leaf._replace(result_hash=digest))
    return Mutant(replace(relogged(case, entries), result=result).pack())


@mutation(ALONE)
def result_hash_changed(chance, case):
    entries = list(case.parts.entries)
    leaf = log.read_leaf(case.ballot.ballot_id, entries[-1])
    entries[-1] = case.ballot.leaf(leaf._replace(result_hash=flipped(chance, leaf.result_hash)))
    return Mutant(relogged(case, entries).pack())


@mutation(ALONE)
def definition_changed(chance, case):
    """Another budget; in half of them OPEN says so too, and no commitment does."""
    definition = {**case.ballot.definition}
    definition["budget_krw"] += chance.randint(1, 9)
    changed = replace(case.ballot, definition=definition)
    parts = replace(case.parts, definition=changed.parts().definition)
    if chance.random() < 0.5:
        entries = [changed.entries()[0][0], *case.parts.entries[1:]]
        parts = replace(relogged(case, entries), definition=parts.definition)
    return Mutant(parts.pack())


@mutation(ALONE)
def another_ballots_definition(chance, case):
    definition = {**case.ballot.definition, "ballot_id": chance.randbytes(16)}
    return Mutant(replace(case.parts, definition=replace(
        case.ballot, definition=definition).parts().definition).pack())


@mutation(ALONE)
def roll_changed(chance, case):
    """Fewer people than voted, a number without the hash that belongs to it, or more people than when
    it was opened; in half of them RESULT says so too."""
    if case.ballot.roll is None:
        return None
    value = read_json(case.parts.documents["roll.json"])
    change = chance.randrange(4)
    if change == 0:
        area = chance.choice(value["areas"])
        area["voters"], value["voters"] = area["voters"] + 1, value["voters"] + 1
        roll = write_json(value)
    elif change == 3:
        roll = None
    else:
        more = [dict.fromkeys(case.ballot.roll, 0),
                {area: voters + 1 for area, voters in case.ballot.roll.items()}][change - 1]
        roll = replace(case.ballot, roll=more).roll_json()
    how = chance.choice([changed, committed])
    return Mutant(how(case.parts, {"roll.json": roll}).pack())


@mutation(ALONE)
def roll_invented(chance, case):
    """For a ballot that was opened without one."""
    if case.ballot.roll is not None:
        return None
    areas = case.ballot.definition["areas"] or ["all"]
    roll = replace(case.ballot, roll=dict.fromkeys(areas, 100)).roll_json()
    return Mutant(committed(case.parts, {"roll.json": roll}).pack())


@mutation(ALONE)
def turnout_changed(chance, case):
    value = read_json(case.parts.documents["turnout.json"])
    value[chance.choice(["voters", "revisions"])] += 1
    how = chance.choice([changed, committed])
    return Mutant(how(case.parts, {"turnout.json": write_json(value)}).pack())


@mutation(ALONE)
def document_changed_without_its_hash(chance, case):
    """What means nothing to any other check: a day, a number of an area, the words of a reason."""
    name = chance.choice(documents_of(case.parts.documents))
    data = case.parts.documents[name]
    if name in ("lot", "jury"):
        return None
    value = read_json(data)
    if name == "decided.json" and value["voids"] + value["exclusions"]:
        chance.choice(value["voids"] + value["exclusions"])["reason"] += " 등"
    elif name == "extensions.json" and value["extensions"]:
        chance.choice(value["extensions"])["reason"] += " 등"
    elif name == "turnout.json" and chance.random() < 0.5:
        value["days"] += 1
    else:
        value["note"] = 1
    return Mutant(changed(case.parts, {name: write_json(value)}).pack())


@mutation(KEPT)
def document_changed_and_committed_to(chance, case):
    """The same with all hashes and checkpoints: no bundle can show it by itself."""
    name = chance.choice(["turnout.json", "extensions.json", "decided.json"])
    value = read_json(case.parts.documents[name])
    value["note"] = 1
    return Mutant(committed(case.parts, {name: write_json(value)}).pack())


@mutation(ALONE)
def extensions_that_cannot_be(chance, case):
    """Decided when residents had gone home, shorter, too often or too long: the log says so too."""
    value, end_ms = {"extensions": []}, case.ballot.definition["closes_at_ms"]
    change, count = chance.randrange(6), chance.randint(1, 3)
    for place in range(4 if change == 2 else count):
        wrong, until_ms = place == count - 1, end_ms + HOUR_MS
        said_ms = end_ms + (0 if wrong and change == 0 else -1)
        if wrong and change == 1:
            until_ms = end_ms - chance.choice([0, 1, HOUR_MS])
        if wrong and change == 3:
            until_ms = case.ballot.definition["closes_at_ms"] + 31 * 24 * HOUR_MS + 1
        value["extensions"].append({
            "closes_at": documents.write_time(until_ms),
            "reason": ("" if change == 4 else "x" * 1001) if wrong and change > 3 else "장애",
            "extended_at": documents.write_time(said_ms)})
        end_ms = until_ms
    return Mutant(committed(case.parts, {"extensions.json": write_json(value)}).pack())


@mutation(ALONE)
def extension_of_another_day(chance, case):
    """Times that are none, or are written otherwise."""
    until = documents.write_time(case.ballot.definition["closes_at_ms"] + HOUR_MS)
    wrong = chance.choice([until[:-1], until + "Z", until.replace("T", " "), until[:10],
                           "2027-02-30T00:00:00.000Z", "2027-13-01T00:00:00.000Z",
                           "2027-01-15T24:00:00.000Z", "2027-01-15T10:60:00.000Z", "", "0",
                           until.replace("2027", "٢٠٢٧")])
    extension = {"closes_at": until, "reason": "장애", "extended_at": documents.write_time(0)}
    extension[chance.choice(["closes_at", "extended_at"])] = wrong
    value = {"extensions": [extension]}
    return Mutant(committed(case.parts, {"extensions.json": write_json(value)}).pack())


@mutation(ALONE)
def decisions_that_contradict_the_rest(chance, case):
    """Voids that the log does not have, or has otherwise; exclusions of what was not funded, and what
    would follow from others: RESULT says so too."""
    value = read_json(case.parts.documents["decided.json"])
    result, voids, exclusions = read_json(case.parts.result), value["voids"], value["exclusions"]
    change = chance.randrange(8)
    if change == 0 and voids:
        del voids[chance.randrange(len(voids))]
    elif change == 1 and voids:
        void = chance.choice(voids)
        place = documents.VOID_REASONS.index(void["reason_code"])
        void["reason_code"] = (documents.VOID_REASONS + ["none"])[place - 1]
    elif change == 2 and voids:
        chance.choice(voids)["rev"] += chance.choice([-1, 1, 9])
    elif change == 3 and voids:
        voids.append(chance.choice(voids))
    elif change == 4 and exclusions:
        del exclusions[chance.randrange(len(exclusions))]
    elif change == 5:
        out = [option["id"] for option in result["options"] if not option["funded"]]
        exclusions.append({"option": chance.choice([*out, "nothing"]), "reason": "장애",
                           "excluded_at": documents.write_time(0)})
    elif change == 6:
        name = chance.choice(["total_cost", "left_over"])
        value[name] = str(int(value[name]) + 1)
    elif change == 7:
        value["funded"] = value["funded"][1:] if value["funded"] else ["nothing"]
    else:
        return None
    if value == read_json(case.parts.documents["decided.json"]):
        return None
    if change in (0, 1, 2) and documents_agree(case, value):
        return None  # a void that an other vote followed is in the log nowhere else
    return Mutant(committed(case.parts, {"decided.json": write_json(value)}).pack())


def documents_agree(case, value):
    """Whether the log could be this one's: only votes that others, or papers, followed are not in it as
    void."""
    last = {}
    for each in case.ballot.votes + case.ballot.issues:
        last[each.nullifier] = max(each.rev, last.get(each.nullifier, 0))
    try:
        voids = documents.read_voids(value)
    except Malformed:
        return False
    return (all(1 <= rev <= last.get(name, 0) for name, rev, _ in voids) and
            [void for void in voids if void[1] == last[void[0]]]
            == [void for void in case.ballot.voids() if void[1] == last[void[0]]])


@mutation(ALONE)
def json_of_another_shape(chance, case):
    """What a reader might take for granted; in half of them the log speaks of it."""
    name = chance.choice([name for name in documents_of(case.parts.documents)
                          if name not in ("lot", "jury")])
    value = read_json(case.parts.documents[name])
    change = chance.choice([[], None, 1, "x", {}])
    if name == "turnout.json":
        table = value["tables"]["area"]
        spot = chance.randrange(4)
        if spot == 0:
            value["tables"] = change
        elif spot == 1:
            value["tables"]["area"] = {"0": change}
        elif spot == 2:
            chance.choice(table)["name"] = chance.choice([[], None, 1])
        else:
            chance.choice(table)["voters"] = chance.choice([-1, "1", 1.5, True])
    elif name == "roll.json":
        spot = chance.choice(["voters", "areas", "roll_hash", "ballot_id", "area"])
        if spot == "area":
            chance.choice(value["areas"])["area"] = chance.choice([[], None, 1, "x"])
        else:
            value[spot] = chance.choice([change, [value[spot]]])
    else:
        holders = [value] + [item for items in value.values() if isinstance(items, list)
                             for item in items if isinstance(item, dict)]
        holder = chance.choice(holders)
        spot = chance.choice(list(holder))
        wrong = chance.choice([{"0": 1}, None, 1.5, True, [[1]], [holder]])
        if type(wrong) is type(holder[spot]) and spot in ("voids", "extensions", "exclusions"):
            wrong = [{}]
        holder[spot] = wrong
        try:
            data = write_json(value)
        except ValueError:
            return None  # it would hold itself
        return Mutant(chance.choice([changed, committed])(case.parts, {name: data}).pack())
    data = write_json(value)
    return Mutant(chance.choice([changed, committed])(case.parts, {name: data}).pack())


@mutation(ALONE)
def lot_changed(chance, case):
    """In half of them RESULT says so too: the tally tells, where the lot decided, or the bundle's form."""
    lot = case.parts.documents.get("lot")
    if lot is None:
        how = chance.choice([changed, committed])
        return Mutant(how(case.parts, {"lot": b"3 14 15"}).pack())
    return Mutant(changed(case.parts, {"lot": flipped(chance, lot)}).pack())


@mutation(ALONE)
def jury_changed(chance, case):
    """In half of those without a jury RESULT says so too: the definition tells."""
    jury = case.parts.documents.get("jury")
    if jury is None:
        how = chance.choice([changed, committed])
        return Mutant(how(case.parts, {"jury": encode_jury(3, "문서", [0])}).pack())
    return Mutant(changed(case.parts, {"jury": flipped(chance, jury)}).pack())


@mutation(ALONE)
def channel_weights_changed(chance, case):
    """Another share of the whole for two parts, or their channels swapped; in half of them the result is
    what follows. The log was opened with the hash of other weights."""
    weights = case.ballot.definition["terms"]["channel_weights"]
    if weights is None:
        return None
    parts = [dict(part) for part in weights["parts"]]
    first, second = chance.sample(range(len(parts)), 2)
    if chance.random() < 0.5 and parts[first]["weight"] > 1:
        parts[first]["weight"] -= 1
        parts[second]["weight"] += 1
    else:
        parts[first]["channels"], parts[second]["channels"] = (
            parts[second]["channels"], parts[first]["channels"])
    terms = {**case.ballot.definition["terms"], "channel_weights": {**weights, "parts": parts}}
    other = replace(case.ballot, definition={**case.ballot.definition, "terms": terms})
    mutant = replace(case.parts, definition=other.parts().definition)
    if chance.random() < 0.5:
        mutant = replace(mutant, result=other.result())
    return Mutant(mutant.pack())


@mutation(ALONE)
def counted_by_another_channel(chance, case):
    """The result as it would be had a vote come through another channel, committed to by RESULT; the log
    says of each vote how it came."""
    if case.ballot.definition["terms"]["channel_weights"] is None:
        return None
    place = chance.randrange(len(case.ballot.votes))
    vote = case.ballot.votes[place]
    channels = [number for number, word in enumerate(CHANNELS, 1)
                if word in case.ballot.definition["channels"] and number != vote.channel]
    votes = list(case.ballot.votes)
    votes[place] = vote._replace(channel=chance.choice(channels))
    result = replace(case.ballot, votes=votes).result()
    if result == case.parts.result:
        return None  # not final, or of the same part
    other = replace(case.ballot)
    other.result = lambda: result
    return Mutant(other.parts().pack())


# Another ballot altogether: every number, hash and signature made anew from other votes.


class SameResult:
    """A ballot with other votes whose result is still the old one: it could not be counted."""

    def __init__(self, case, votes):
        self.ballot = replace(case.ballot, votes=votes)
        self.result = case.ballot.result

    def parts(self):
        self.ballot.result = self.result
        return self.ballot.parts()


def voters(case):
    return sorted({vote.nullifier for vote in case.ballot.votes})


@mutation(RECEIPT)
def voter_dropped_and_all_made_anew(chance, case):
    name = chance.choice(voters(case))
    votes = [vote for vote in case.ballot.votes if vote.nullifier != name]
    return Mutant(replace(case.ballot, votes=votes,
                          voided=case.ballot.voided - {name}).parts().pack())


@mutation(RECEIPT)
def revision_dropped_and_all_made_anew(chance, case):
    revised = [vote.nullifier for vote in case.ballot.votes if vote.rev > 1]
    if not revised:
        return None
    name = chance.choice(revised)
    last = max(vote.rev for vote in case.ballot.votes if vote.nullifier == name)
    votes = [vote for vote in case.ballot.votes if (vote.nullifier, vote.rev) != (name, last)]
    return Mutant(replace(case.ballot, votes=votes).parts().pack())


@mutation(RECEIPT)
def choices_changed_and_all_made_anew(chance, case):
    vote = chance.choice(case.ballot.votes)
    choices = random_choices(chance, case.ballot.definition)
    if choices is None or choices == vote.choices:
        return None
    votes = [each._replace(choices=choices) if each is vote else each for each in case.ballot.votes]
    return Mutant(replace(case.ballot, votes=votes).parts().pack())


@mutation(KEPT)
def voter_invented_and_all_made_anew(chance, case):
    model = chance.choice(case.ballot.votes)
    vote = model._replace(nullifier=chance.randbytes(32), rev=1, blinding=chance.randbytes(32))
    roll = case.ballot.roll and {area: may + 1 for area, may in case.ballot.roll.items()}
    return Mutant(replace(case.ballot, votes=[*case.ballot.votes, vote], roll=roll).parts().pack())


@mutation(RECEIPT)
def definition_changed_and_all_made_anew(chance, case):
    definition = {**case.ballot.definition}
    definition["budget_krw"] += chance.randint(1, 9)
    return Mutant(replace(case.ballot, definition=definition).parts().pack())


@mutation(ALONE)
def more_voters_than_people_and_all_made_anew(chance, case):
    if case.ballot.roll is None:
        return None
    roll = {area: 0 for area in case.ballot.roll}
    roll[chance.choice(list(roll))] = len(voters(case)) - 1
    return Mutant(replace(case.ballot, roll=roll).parts().pack())


@mutation(KEPT)
def vote_voided_and_all_made_anew(chance, case):
    """No receipt tells: the vote is in the log still."""
    name = chance.choice(voters(case))
    if name in case.ballot.voided:
        return None
    return Mutant(replace(case.ballot, voided=case.ballot.voided | {name}).parts().pack())


@mutation(KEPT)
def log_of_another_time(chance, case):
    """The same votes, opened and closed at other times."""
    return Mutant(replace(case.ballot, more_time_ms=chance.randint(1, 5000)).parts().pack())


# Paper: its file, the leaves that commit to it, and papers that were issued.


def held(case):
    """Papers that somebody holds."""
    return [issue for issue in case.ballot.issues
            if (issue.nullifier, issue.rev) not in case.ballot.handed_back]


def anew(case, **changes):
    return Mutant(replace(case.ballot, **changes).parts().pack())


def with_papers(case, place, paper):
    papers = list(case.ballot.papers)
    papers[place] = paper
    return replace(case.ballot, papers=papers)


def recommitted(case, ballot):
    """The PAPERs and the file of another ballot's papers, and nothing else of it."""
    leaves = iter([ballot.paper_leaf(paper) for paper in ballot.papers])
    kept = set(places(case, log.Paper))
    entries = [next(leaves) if at in kept else leaf for at, leaf in enumerate(case.parts.entries)]
    return Mutant(replace(relogged(case, entries), paper=ballot.paper_file()).pack())


@mutation(ALONE)
def sheets_changed_in_the_file(chance, case):
    if not case.ballot.papers:
        return None
    return Mutant(replace(case.parts, paper=flipped(chance, case.parts.paper)).pack())


@mutation(ALONE)
def sheets_dropped_or_there_without_a_leaf(chance, case):
    if case.ballot.papers:
        return Mutant(replace(case.parts, paper=None).pack())
    return Mutant(replace(case.parts, paper=chance.randbytes(40)).pack())


@mutation(ALONE)
def sheet_changed_and_committed_to(chance, case):
    """The result is still that of the sheet as it was."""
    if not case.ballot.papers:
        return None
    place = chance.randrange(len(case.ballot.papers))
    paper = case.ballot.papers[place]
    at = chance.randrange(len(paper.sheets))
    choices = random_choices(chance, case.ballot.definition)
    if not choices or choices == paper.sheets[at][1]:
        return None
    sheets = [*paper.sheets[:at], (1, choices), *paper.sheets[at + 1 :]]
    other = with_papers(case, place, paper._replace(sheets=sheets))
    # Other choices may come to the same result: of points that are what an option gets by default, say.
    return None if other.result() == case.ballot.result() else recommitted(case, other)


@mutation(ALONE)
def numbers_of_a_batch_changed(chance, case):
    if not case.ballot.papers:
        return None
    at = chance.choice(places(case, log.Paper))
    leaf = log.read_leaf(case.ballot.ballot_id, case.parts.entries[at])
    changes = [{"envelopes": leaf.envelopes + 1}, {"batch_no": leaf.batch_no + 1}]
    changes += [{"counted": leaf.counted - 1}] if leaf.counted else []
    changes += [{"counted": leaf.counted + 1}] if leaf.counted < leaf.envelopes else []
    entries = list(case.parts.entries)
    entries[at] = case.ballot.leaf(leaf._replace(**chance.choice(changes)))
    return Mutant(relogged(case, entries).pack())


@mutation(ALONE)
def batch_sealed_before_the_close(chance, case):
    if not case.ballot.papers:
        return None
    at, closed = chance.choice(places(case, log.Paper)), places(case, log.Close)[0]
    entries = list(case.parts.entries)
    entries.insert(closed, entries.pop(at))
    return Mutant(relogged(case, entries, case.parts.sizes).pack())


@mutation(ALONE)
def more_envelopes_than_papers_and_all_made_anew(chance, case):
    if not case.ballot.papers:
        return None
    left = len(held(case)) - sum(len(paper.sheets) for paper in case.ballot.papers)
    place = chance.randrange(len(case.ballot.papers))
    paper = case.ballot.papers[place]
    sheets = [*paper.sheets, *[(chance.randint(2, 6), None)] * (left + 1)]
    return anew(case, papers=with_papers(case, place, paper._replace(sheets=sheets)).papers)


@mutation(ALONE)
def paper_handed_back_twice_or_never(chance, case):
    """Never: a vote follows a paper that is held."""
    followed = [(issue.nullifier, issue.rev) for issue in case.ballot.issues
                if (issue.nullifier, issue.rev) in case.ballot.handed_back
                and issue.nullifier in voters(case)]
    back = [at for at in places(case, log.Void) if log.read_leaf(
        case.ballot.ballot_id, case.parts.entries[at]).reason == log.HANDED_BACK]
    if not followed or not back:
        return None
    if chance.random() < 0.5:
        at = chance.choice(back)
        entries = [*case.parts.entries[:at], case.parts.entries[at], *case.parts.entries[at:]]
        return Mutant(relogged(case, entries, moved_sizes(case, at, 1)).pack())
    return anew(case, handed_back=case.ballot.handed_back - {followed[0]})


@mutation(ALONE)
def vote_behind_a_paper_that_is_held_and_all_made_anew(chance, case):
    if not held(case):
        return None
    issue, model = chance.choice(held(case)), chance.choice(case.ballot.votes)
    vote = model._replace(nullifier=issue.nullifier, rev=issue.rev + 1,
                          blinding=chance.randbytes(32), batch=case.ballot.batches - 1)
    roll = case.ballot.roll and {area: may + 1 for area, may in case.ballot.roll.items()}
    return anew(case, votes=[*case.ballot.votes, vote], roll=roll)


@mutation(ALONE)
def paper_where_the_ballot_takes_none_and_all_made_anew(chance, case):
    """Batches of sheets, or nothing but papers that were issued."""
    if not case.ballot.issues:
        return None
    channels = [name for name in case.ballot.definition["channels"] if name != "paper"]
    papers = chance.choice([case.ballot.papers, []])
    return anew(case, definition={**case.ballot.definition, "channels": channels}, papers=papers,
                votes=[vote._replace(channel=min(vote.channel, 3)) for vote in case.ballot.votes])


@mutation(KEPT)
def sheet_taken_for_invalid_and_all_made_anew(chance, case):
    """Nobody has a receipt of a sheet: who entered and sealed it, and who kept a checkpoint, can tell."""
    counted = [(place, at) for place, paper in enumerate(case.ballot.papers)
               for at, (kind, _) in enumerate(paper.sheets) if kind == 1]
    if not counted:
        return None
    place, at = chance.choice(counted)
    paper = case.ballot.papers[place]
    sheets = [*paper.sheets[:at], (3, None), *paper.sheets[at + 1 :]]
    return anew(case, papers=with_papers(case, place, paper._replace(sheets=sheets)).papers)


@mutation(KEPT)
def paper_invented_and_all_made_anew(chance, case):
    if not case.ballot.issues:
        return None
    issue = chance.choice(case.ballot.issues)._replace(nullifier=chance.randbytes(32), rev=1)
    roll = case.ballot.roll and {area: may + 1 for area, may in case.ballot.roll.items()}
    return anew(case, issues=[*case.ballot.issues, issue], roll=roll)


ABOUT_PAPER = [
    sheets_changed_in_the_file, sheets_dropped_or_there_without_a_leaf,
    sheet_changed_and_committed_to, numbers_of_a_batch_changed, batch_sealed_before_the_close,
    more_envelopes_than_papers_and_all_made_anew, paper_handed_back_twice_or_never,
    vote_behind_a_paper_that_is_held_and_all_made_anew,
    paper_where_the_ballot_takes_none_and_all_made_anew,
    sheet_taken_for_invalid_and_all_made_anew, paper_invented_and_all_made_anew,
]


# Receipts, beside the bundle as it is.


@mutation(ALONE)
def receipt_that_is_not_there(chance, case):
    """Soundly signed, for a vote that was never merged."""
    vote = chance.choice(case.ballot.votes)
    name = chance.randbytes(32)
    lost = replace(case.ballot, votes=[vote._replace(nullifier=name, rev=1)])
    return Mutant(case.data, [lost.receipts()[name, 1]])


@mutation(ALONE)
def receipt_of_another_ballot(chance, case):
    definition = {**case.ballot.definition, "ballot_id": chance.randbytes(16)}
    other = replace(case.ballot, definition=definition)
    return Mutant(case.data, [chance.choice(list(other.receipts().values()))])


@mutation(ALONE)
def receipt_of_another_key(chance, case):
    seeds = [chance.randbytes(32) for _ in case.ballot.receipt_seeds]
    other = replace(case.ballot, receipt_seeds=seeds)
    return Mutant(case.data, [chance.choice(list(other.receipts().values()))])


@mutation(ALONE)
def receipt_says_another_vote(chance, case):
    value = read_json(chance.choice(list(case.receipts.values())))
    if chance.random() < 0.5:
        value["vote"]["rev"] += 1
    else:
        other = read_json(chance.choice(list(case.receipts.values())))
        if other["vote"]["nullifier"] == value["vote"]["nullifier"]:
            return None
        value["vote"]["nullifier"] = other["vote"]["nullifier"]
    return Mutant(case.data, [write_json(value)])


@mutation(ALONE)
def byte_of_a_receipt_flipped(chance, case):
    receipt = chance.choice(list(case.receipts.values()))
    data = flipped(chance, receipt)
    if differs_in_size_alone(receipt, data):
        return None
    return Mutant(case.data, [data])


def differs_in_size_alone(receipt, data):
    """A path of two hashes proves as much of three votes as of four: only its root is signed."""
    try:
        value = read_json(data)
        value["receipt"]["path"]["size"] = read_json(receipt)["receipt"]["path"]["size"]
    except (Malformed, KeyError, TypeError):
        return False
    return value == read_json(receipt)


@mutation(ALONE)
def member_of_a_receipt_missing(chance, case):
    value = read_json(chance.choice(list(case.receipts.values())))
    holder = chance.choice([value, value["vote"], value["receipt"], value["receipt"]["path"]])
    del holder[chance.choice(list(holder))]
    return Mutant(case.data, [write_json(value)])


@mutation(ALONE)
def path_of_a_receipt_changed(chance, case):
    value = read_json(chance.choice(list(case.receipts.values())))
    path = value["receipt"]["path"]
    change = chance.randrange(3)
    if change == 0:
        path["index"] += 1
    elif change == 1:
        path["size"] += chance.choice([2, 5, 60])
    else:
        path["hashes"].append(value["vote"]["leaf_hash"])
    return Mutant(case.data, [write_json(value)])

