# SPDX-License-Identifier: Apache-2.0
"""F4. PostgreSQL is restarted in order, and all sessions are ended by pg_terminate_backend, again and
again; once only the writers' sessions."""

TITLE = "restart of PostgreSQL, pg_terminate_backend of all"


def tell(arena, load, random):
    for _ in range(4):
        arena.terminate_backends()
        load.let_run(random.uniform(0, 0.4))
    arena.terminate_backends(like="% writer")
    load.wait_acks(5)
    arena.restart_database()
    load.wait_acks(5)
