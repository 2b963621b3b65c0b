# SPDX-License-Identifier: Apache-2.0
"""F15. Requests that are sent again byte for byte, at once and after a restart that has forgotten their
nonces; that are signed too early or too late; that arrive long after their front end gave them up; and
that come when the ballot is closed."""

import secrets

from crowd import Shots

TITLE = "late and replayed requests"


def tell(arena, load, random):
    asker = load.front_end()

    def make(ballot_id, count, skew_s=0):
        shots = Shots(arena, asker)
        asker.wire.skew_s = skew_s
        for _ in range(count):
            paper = load.ballot_paper(random, load.subject(secrets.token_hex(8)))
            shots.add(ballot_id, paper, secrets.token_urlsafe(12), same_bytes=True)
        asker.wire.skew_s = 0
        return shots

    replayed = make(load.ballot_id, 20)
    arena.inject("replay", "participation")
    for _ in range(3):
        replayed.fire()
    arena.kill("participation")
    arena.start_again("participation")
    load.wait_acks(5)
    replayed.fire()

    for skew_s in (-3600, -200, -100, 100, 200, 3600):
        arena.inject("signed at another time", "participation", skew_s=skew_s)
        make(load.ballot_id, 2, skew_s).fire()

    # Slower than the front end is patient: it asks again while the first request is on its way.
    arena.network("participation.http", "up", delay_ms=random.randint(5100, 5600))
    load.let_run(6)
    arena.heal_network()

    # A ballot that is closed while requests for it wait.
    ballot_id, _ = load.open_ballot("늦은 투표")
    late = make(ballot_id, 20)
    late.fire(10)
    load.office.certify(ballot_id)
    arena.inject("votes for a closed ballot", ballot_id)
    late.fire()
