# SPDX-License-Identifier: Apache-2.0
"""F14. One request a thousand times at once, each time signed anew; then the very same bytes a hundred
times; then one voter a hundred times with different choices. It is one vote, one vote, and at most
ten revisions, in any order."""

import secrets

from crowd import Shots

TITLE = "the same request a thousand times at once, one voter a hundred times"


def tell(arena, load, random):
    asker = load.front_end()

    paper, key = load.ballot_paper(random, load.subject("thousand")), secrets.token_urlsafe(12)
    thousand = Shots(arena, asker)
    thousand.add(load.ballot_id, paper, key, times=1000)
    arena.inject("one request 1000 times", "participation")
    thousand.fire()
    load.cast(asker, paper, key)

    paper, key = load.ballot_paper(random, load.subject("bytes")), secrets.token_urlsafe(12)
    same = Shots(arena, asker)
    same.add(load.ballot_id, paper, key, times=100, same_bytes=True)
    arena.inject("the same bytes 100 times", "participation")
    same.fire()
    load.cast(asker, paper, key)

    voter = Shots(arena, asker)
    for _ in range(100):
        paper = load.ballot_paper(random, load.subject("voter"))
        voter.add(load.ballot_id, paper, secrets.token_urlsafe(12))
    arena.inject("one voter 100 times", "participation")
    voter.fire()
