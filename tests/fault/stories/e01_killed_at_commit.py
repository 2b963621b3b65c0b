# SPDX-License-Identifier: Apache-2.0
"""EVENTS 6. A leader is killed between COMMIT and PUB, and a consumer between effect and commit: what is
durable is said and heard once, what is not is done again. shim.c finds the place."""

from support.stack import SERVICES

TITLE = "killed right before and right after a COMMIT"


def tell(arena, load, random):
    for name in random.sample(SERVICES, len(SERVICES)):
        for place in random.sample(["before", "after"], 2):
            arena.load_shim(name, f"kill-{place}-commit:{random.randint(2, 12)}")
            what = f"kill {place} COMMIT"
            arena.inject(what, name)
            arena.kill_quietly(name)
            arena.start_again(name)
            arena.wait_end(name, what)
            arena.unload_shim(name)
            arena.start_again(name)
            load.wait_acks(2)
