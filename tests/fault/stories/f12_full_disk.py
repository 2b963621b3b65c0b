# SPDX-License-Identifier: Apache-2.0
"""F12. The disk under PostgreSQL is full: first with a little room left, then with none. Nothing that
cannot be stored is acknowledged: the server says that it is full, the front end is told to come back. And
everything goes on by itself once there is room."""

TITLE = "full disk under PostgreSQL"

DISK_FULL = "53100"  # SQLSTATE disk_full


def NEEDS(arena):
    return None if arena.disk is not None else "no filesystem can be mounted here (needs root)"


def tell(arena, load, random):
    before, told = arena.database_log_size(), load.waits.value
    for room in (random.randint(1, 4) * 1024 * 1024, 0):
        arena.fill_disk(room)
        # With the disk full there is nothing to wait for but time; 16 MB are a segment of WAL.
        load.let_run(random.uniform(1, 3))
        if room == 0:
            arena.write_much("participation")
            load.wait_told_to_wait(told)
            arena.wait_database_log(DISK_FULL, before)
        arena.empty_disk()
        load.wait_acks(10)
