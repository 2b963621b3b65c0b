# SPDX-License-Identifier: Apache-2.0
"""F10. What passes is late, out of order, double, damaged, lost or cut in two.

Bus: whole messages, since a stream of bytes either arrives or breaks. Damage only where a message
carries a checksum: Fetch relies on its transport, which between hosts is TLS. HTTP: requests are signed
and receipts too, so anything may happen to their bytes. PostgreSQL: what TLS leaves of it, which is
lateness and connections that end in the midst of a message.
"""

TITLE = "delay, reorder, duplicate, corrupt, truncate, drop"


def tell(arena, load, random):
    def chance(most):
        return random.randint(most // 4 + 1, most)

    arena.network("*.pub", "down", jitter_ms=chance(100), drop=chance(2000), duplicate=chance(2000),
                  reorder=chance(3000), corrupt=chance(1000), truncate=chance(50))  # fmt: skip
    arena.network("*.fetch", "both", jitter_ms=chance(100), drop=chance(300), duplicate=chance(500),
                  reorder=chance(1000), truncate=chance(100))  # fmt: skip
    load.let_run(2)
    arena.network("participation.http", "up", jitter_ms=chance(50), corrupt=chance(300),
                  truncate=chance(300), drop=chance(100), duplicate=chance(300))  # fmt: skip
    arena.network("participation.http", "down", jitter_ms=chance(50), corrupt=chance(300),
                  truncate=chance(300), drop=chance(100), duplicate=chance(300))  # fmt: skip
    load.let_run(2)
    arena.heal_network()
    arena.network("*.database", "both", delay_ms=chance(10), jitter_ms=chance(10), truncate=chance(60))
    load.let_run(2)
    arena.wait_network()
    arena.network("*.database", "both", delay_ms=0, jitter_ms=0, truncate=0, rate_bytes_s=200_000)
    load.let_run(1)
