# SPDX-License-Identifier: Apache-2.0
"""One ballot of the checker's: I1, I2 and I4."""

import collections
import json
import struct

from receipts import ROOT_AT, BallotKeys, choice_numbers, from_b64url, merkle_root, root_of


class Box:
    """A ballot's rows in participation's database, against themselves and against the record."""

    def __init__(self, state, ask, ballot_id, options):
        """State is the arena's; ask(service, sql, parameters) gives rows."""
        self.ballot_id = ballot_id
        self.options = options
        self.keys = BallotKeys(state["ballot_keys"], ballot_id)
        front_end = state["keys"]["front_end"]
        self._front_end = (front_end["role"], front_end["name"])

        def rows(sql):
            found = ask("participation", sql, (ballot_id,))
            return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in r) for r in found]

        self.votes = rows(
            "SELECT nullifier, rev, choice, batch_no, leaf_index FROM participation.vote"
            " WHERE ballot_id = %s"
        )
        self.requests = rows(
            "SELECT request_key, nullifier, rev FROM participation.vote_request"
            " WHERE ballot_id = %s"
        )
        self.roll = rows("SELECT vtag, rev FROM participation.roll WHERE ballot_id = %s")
        self.batches = {
            row[0]: row[1:]
            for row in rows(
                "SELECT batch_no, leaf_hashes, body, signature, key"
                " FROM participation.receipt_batch WHERE ballot_id = %s"
            )
        }
        (self.ballot,) = rows(
            "SELECT voters, revisions, state, result_json FROM participation.ballot"
            " WHERE ballot_id = %s"
        ) or [None]
        self.turnout = rows(
            "SELECT dimension, cell, voters FROM participation.turnout"
            " WHERE ballot_id = %s AND voters <> 0"
        )
        self.places = rows(  # Who has a vote or a paper that counts, and not a cancelled one.
            "SELECT cells FROM participation.roll"
            " WHERE ballot_id = %s AND rev > 0 AND channel <> 0"
        )

    def check_itself(self, findings):
        by_voter = collections.defaultdict(list)
        for nullifier, rev, *_ in self.votes:
            by_voter[nullifier].append(rev)
        for nullifier, revs in by_voter.items():
            if sorted(revs) != list(range(1, len(revs) + 1)):
                findings.add("I2", f"{self.ballot_id} {nullifier.hex()[:12]}: revisions {sorted(revs)}")
        if len(self.roll) != len(by_voter) or len({row[0] for row in self.roll}) != len(self.roll):
            findings.add("I2", f"{self.ballot_id}: {len(self.roll)} on the roll, {len(by_voter)} in the box")
        if sum(rev for _, rev in self.roll) != len(self.votes):
            findings.add("I2", f"{self.ballot_id}: the roll's revisions are not the box's")
        voters, revisions = self.ballot[:2]
        if (voters, revisions) != (len(by_voter), len(self.votes) - len(by_voter)):
            findings.add("I2", f"{self.ballot_id}: counted {voters} voters and {revisions} revisions, "
                               f"there are {len(by_voter)} and {len(self.votes) - len(by_voter)}")  # fmt: skip
        self._check_turnout(findings)
        self._check_pairs(findings)
        self._check_batches(findings)
        self._check_result(findings)

    def _check_turnout(self, findings):
        """Every voter of the roll is in one cell of each of the six tables, and nobody else is."""
        counted = collections.Counter()
        for (cells,) in self.places:
            counted.update(enumerate(struct.unpack(">6H", cells)))
        for dimension, cell, voters in self.turnout:
            counted[dimension, cell] -= voters
        for (dimension, cell), missing in sorted(counted.items()):
            if missing:
                findings.add("I2", f"{self.ballot_id}: turnout table {dimension} lacks {missing} "
                                   f"of the roll's voters in cell {cell}")  # fmt: skip

    def _check_pairs(self, findings):
        votes = collections.Counter(row[:2] for row in self.votes)
        requests = collections.Counter(row[1:] for row in self.requests)
        for pair in votes.keys() | requests.keys():
            if votes[pair] != 1 or requests[pair] != 1:
                findings.add("I1", f"{self.ballot_id} {pair[0].hex()[:12]} rev {pair[1]}: "
                                   f"{requests[pair]} requests, {votes[pair]} votes")  # fmt: skip

    def _check_batches(self, findings):
        places = collections.Counter(row[3:5] for row in self.votes)
        if any(count > 1 for count in places.values()):
            findings.add("I4", f"{self.ballot_id}: two votes at one place of a commit")
        if len(places) != sum(len(batch[0]) // 32 for batch in self.batches.values()):
            findings.add("I4", f"{self.ballot_id}: leaves and votes are not as many")
        for batch_no, (leaves, body, _, _) in self.batches.items():
            hashes = _hashes(leaves)
            if merkle_root(hashes) != body[ROOT_AT : ROOT_AT + 32]:
                findings.add("I4", f"{self.ballot_id}: batch {batch_no} is not what was signed")

    def _check_result(self, findings):
        """A counted result is what the box says."""
        if self.ballot[3] is None:
            return
        final = {}
        for nullifier, rev, choice, *_ in self.votes:
            if rev >= final.get(nullifier, (0,))[0]:
                final[nullifier] = (rev, choice)
        scores = collections.Counter(
            self.options[number - 1]
            for _, choice in final.values()
            for number in choice_numbers(choice)
        )
        said = {row["id"]: int(row["score"]) for row in json.loads(self.ballot[3])["options"]}
        if said != {option: scores[option] for option in self.options}:
            findings.add("I2", f"{self.ballot_id}: counted {said}, the box says {dict(scores)}")

    def check_record(self, findings, asks, figures):
        """Compares with what was asked and answered; returns the receipts that were given."""
        stored = collections.defaultdict(list)
        for request_key, nullifier, rev in self.requests:
            stored[request_key].append((nullifier, rev))
        votes = {row[:2]: row[2:] for row in self.votes}
        asked, refused, receipts = {}, set(), {}
        for ask in asks:
            for line in [0] if ask.what == "vote" else range(1, len(ask.votes) + 1):
                name = self.keys.request_key(self._front_end, ask.key, line)
                asked[name] = (ask, ask.votes[max(0, line - 1)])
            for line in ask.refused():
                refused.add(self.keys.request_key(self._front_end, ask.key, line))
            for line, accepted, text in ask.verified():
                name = self.keys.request_key(self._front_end, ask.key, line)
                self._check_accepted(findings, (ask, line, accepted, text), stored[name], votes)
                before = receipts.setdefault(name, (ask, line, text))
                if before[2] != text:
                    findings.add("I4", f"request {ask.n} got two receipts")
        for name, rows in stored.items():
            if rows and name not in asked:
                findings.add("I1", f"{self.ballot_id}: a vote that nobody asked for")
            elif len(rows) > 1:
                findings.add("I1", f"request {asked[name][0].n} was accepted {len(rows)} times")
            elif rows and name in refused and name not in receipts:
                findings.add("I1", f"request {asked[name][0].n} was refused, and counts")
        for name, (ask, paper) in asked.items():
            for nullifier, rev in stored.get(name, []):
                self._check_choice(findings, ask, paper, nullifier, votes.get((nullifier, rev)))
        figures["votes_asked"] += len(asked)
        figures["votes_acknowledged"] += len(receipts)
        figures["votes_stored"] += len(self.votes)
        figures["votes_stored_unacknowledged"] += sum(
            1 for name, rows in stored.items() if rows and name not in receipts
        )
        return list(receipts.values())

    def _check_accepted(self, findings, given, rows, votes):
        ask, line, accepted, _ = given
        vote, receipt = accepted["vote"], accepted["receipt"]
        place = (from_b64url(vote["nullifier"]), vote["rev"])
        if rows != [place] or place not in votes:
            findings.add("I1", f"request {ask.n} line {line} was acknowledged, and is not there")
            return
        _, batch_no, leaf_index = votes[place]
        leaves, body, signature, key = self.batches.get(batch_no, (b"", b"", b"", b""))
        hashes = _hashes(leaves)
        path = receipt["path"]
        same = (
            from_b64url(receipt["body"]) == body
            and from_b64url(receipt["signature"]) == signature
            and from_b64url(receipt["key"]) == key
            and (path["index"], path["size"]) == (leaf_index, len(hashes))
            and from_b64url(vote["leaf_hash"]) == hashes[leaf_index]
            and root_of(
                hashes[leaf_index], leaf_index, len(hashes), map(from_b64url, path["hashes"])
            )
            == body[ROOT_AT : ROOT_AT + 32]
        )
        if not same:
            findings.add("I4", f"the receipt of request {ask.n} line {line} is not in the database")

    def _check_choice(self, findings, ask, paper, nullifier, vote):
        if nullifier != self.keys.nullifier(paper["subject"]):
            findings.add("I1", f"request {ask.n} is another voter's now")
        if vote is None:
            return  # Said above.
        wanted = sorted(self.options.index(choice["option"]) + 1 for choice in paper["choices"])
        if choice_numbers(vote[0]) != wanted:
            findings.add("I1", f"request {ask.n} chose {wanted} and counts as another choice")


def _hashes(data):
    return [data[i : i + 32] for i in range(0, len(data), 32)]
