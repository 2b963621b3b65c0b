#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what tests/fuzz/verify_bundle_fuzz.c starts from: small sound bundles, one for each way to vote and count.

    tests/verify/fuzz_corpus.py tests/fuzz/corpus/verify_bundle

To be run again when a bundle's files or the verifier's checks change: test fuzz.verify_bundle fails while an input is
not sound. The target signs a checkpoint behind every leaf, so every leaf is in a batch of its own here as well.
"""

import argparse
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# pylint: disable=wrong-import-position
from verify.bundle_maker import random_ballot
from verify.encoding import write_number

VOTERS = 3
TRIES = 60  # seeds, of which the smallest input is taken
WAYS = [
    ("approval", "phragmen", False), ("approval", "greedy", True), ("choose-1", "equal-shares", False),
    ("cumulative", "comparison", False), ("cumulative", "equal-shares", False), ("cumulative", "greedy", True),
    ("cumulative", "greedy-threshold", False), ("ordinal", "comparison", False), ("ordinal", "greedy", False),
    ("ordinal", "greedy-threshold", True), ("ordinal", "phragmen", False), ("scoring", "equal-shares", True),
    ("scoring", "greedy", False), ("scoring", "greedy-threshold", False),
]


def apart(ballot):
    """Every vote and paper in a batch of its own, revisions in their order."""
    casts = sorted(ballot.votes + ballot.issues, key=lambda cast: (cast.rev, cast.nullifier))
    batches = {(cast.nullifier, cast.rev): place for place, cast in enumerate(casts)}

    def moved(cast):
        place = batches[cast.nullifier, cast.rev]
        return cast._replace(batch=place, commit_no=place + 1)

    ballot.votes = sorted(map(moved, ballot.votes), key=lambda vote: vote.batch)
    ballot.issues = [moved(issue) for issue in ballot.issues]
    ballot.batches = len(casts)
    return ballot


def prefixed(data):
    return write_number(2, len(data or b"")) + (data or b"")


def fuzz_input(ballot):
    files = ballot.parts().files()
    openings = b"".join(vote.nullifier + vote.blinding + prefixed(ballot.body(vote)) for vote in ballot.finals())
    parts = [files["definition"], files["entries"], openings, files.get("paper"), files.get("roll.json"),
             files["turnout.json"], files["extensions.json"], files.get("lot"), files["decided.json"],
             files["result.json"]]
    if "jury" in files:
        parts.append(files["jury"])
    return b"".join(map(prefixed, parts))


def smallest(place, method, rule, papers):
    """The rest that a ballot may have takes its turns."""
    given = {"voters": VOTERS, "papers": papers, "roll": place % 2 == 0, "voids": int(place % 3 == 0),
             "tie": "lot" if place % 4 == 0 else None}
    ballots = [random_ballot(random.Random(seed), method, rule, **given) for seed in range(TRIES)]
    judged = [ballot for ballot in ballots if ballot.votes and ballot.jury is not None and place % 5 == 0]
    return min((fuzz_input(apart(ballot)) for ballot in judged or ballots if ballot.votes), key=len)


def main():
    parser = argparse.ArgumentParser(description="Writes the corpus of the target verify_bundle.")
    parser.add_argument("folder")
    folder = parser.parse_args().folder
    for old in os.listdir(folder):
        os.unlink(os.path.join(folder, old))
    for place, (method, rule, papers) in enumerate(WAYS):
        data = smallest(place, method, rule, papers)
        name = f"{method}_{rule}{'_paper' if papers else ''}"
        print(f"{name}: {len(data)} bytes")
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main()
