# SPDX-License-Identifier: Apache-2.0
"""F8. Links are parted one way, both ways, and on and off; connections are reset, and left half open."""

TITLE = "partition one way, two ways, flapping"

LINKS = ("participation.database", "ledger.database", "reporting.database", "*.database",
         "*.pub", "*.fetch", "ledger.participation.pub", "ledger.participation.fetch",
         "participation.http", "*")  # fmt: skip

# Where something passes at any time: subscribers say nothing, and nothing is fetched without a gap.
SPEAKING = (("participation.database", "up"), ("participation.database", "down"),
            ("*.database", "up"), ("*.database", "down"), ("*.pub", "down"),
            ("ledger.participation.pub", "down"), ("participation.http", "up"),
            ("participation.http", "down"), ("*", "up"), ("*", "down"))  # fmt: skip


def tell(arena, load, random):
    for way in random.sample(["up", "down", "both"], 3):
        link = random.choice(LINKS)
        arena.network(link, way, hold=1)
        load.let_run(random.uniform(0.3, 1.5))
        arena.heal_network()
    # What was sent is lost, and nobody hears that it is.
    link, way = random.choice(SPEAKING)
    arena.network(link, way, swallow=1)
    load.let_run(random.uniform(0.3, 1.0))
    arena.heal_network()
    link = random.choice(LINKS)
    for _ in range(6):
        arena.network(link, "both", hold=1)
        load.let_run(random.uniform(0.02, 0.2))
        arena.heal_network()
        load.let_run(random.uniform(0.02, 0.2))
    arena.half_open(random.choice(LINKS), random.choice(["up", "down"]))
    load.let_run(random.uniform(0.3, 1.5))
    arena.refuse(random.choice(LINKS))
    arena.cut("*")
    load.let_run(random.uniform(0.2, 0.8))
