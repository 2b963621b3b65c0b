# SPDX-License-Identifier: Apache-2.0
"""F12. The disk under PostgreSQL is full: first with a little room left, then with none. Nothing that
cannot be stored is acknowledged, and everything goes on by itself once there is room."""

TITLE = "full disk under PostgreSQL"


def NEEDS(arena):
    return None if arena.disk is not None else "no filesystem can be mounted here (needs root)"


def tell(arena, load, random):
    for room in (random.randint(1, 4) * 1024 * 1024, 0):
        arena.fill_disk(room)
        # With the disk full there is nothing to wait for but time; 16 MB are a segment of WAL.
        load.let_run(random.uniform(1, 3))
        if room == 0:
            arena.write_much("participation")
            load.let_run(1)
        arena.empty_disk()
        load.wait_acks(10)
