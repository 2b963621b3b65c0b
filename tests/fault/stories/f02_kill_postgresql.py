# SPDX-License-Identifier: Apache-2.0
"""F2. PostgreSQL is killed whole, postmaster and backends at once, as a power cut would; what it had
confirmed is there when it comes back."""

TITLE = "kill -9 of PostgreSQL, whole"


def tell(arena, load, random):
    for _ in range(2):
        load.let_run(random.uniform(0.1, 0.6))
        arena.kill_database()
        load.let_run(random.uniform(0, 1.5))
        arena.start_database()
        load.wait_acks(10)
