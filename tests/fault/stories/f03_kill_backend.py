# SPDX-License-Identifier: Apache-2.0
"""F3. One backend is killed with SIGKILL: the server throws all others out and starts over."""

TITLE = "kill -9 of one backend of PostgreSQL"


def tell(arena, load, random):
    for like in random.sample(["participation writer", "ledger writer", "%"], 2):
        pids = arena.backends(like=like)
        if pids:
            arena.kill_backend(random.choice(pids))
        load.wait_acks(10)
