# SPDX-License-Identifier: Apache-2.0
"""F16. Messages that nobody can follow: frames that are no frames, and events in participation's log
that say nothing sensible. The ledger halts at such an event, reporting parks it; an operator discards
it, and both go on without having missed anything."""

import os
import secrets
import subprocess

from support.paths import BUILD
from support.process import Process
from support.services import environment

TITLE = "poison messages"

CERTIFIED = "kr.hyeopchi.participation.tally.certified.v1"
SCHEMA = "hyeopchi.participation.v1.TallyCertified"


def say_poison(arena, count):
    """Says events as participation would, by a program that stands in for it."""
    driver = Process(
        "poison",
        [
            os.path.join(BUILD, "tests", "stream_publisher_driver"),
            arena.databases.conninfo("participation", "participation_owner"),
            "participation",
            arena.bus("participation", "pub"),
            arena.bus("participation", "fetch"),
        ],
        os.path.join(arena.artifacts, "poison.log"),
        env=environment(),
        stdin=subprocess.PIPE,
    )
    try:
        driver.wait_line(lambda line: line.strip() == "ready", "the lead", timeout=60)
        for _ in range(count):
            mark = driver.output.mark()
            driver.write(f"{CERTIFIED} ballots/x {SCHEMA} ff{secrets.token_hex(20)}\n")
            driver.wait_line(lambda line: line.strip() == "said", "its word", since=mark)
        driver.write(None)
        assert driver.wait_exit() == 0, driver.log_tail()
    finally:
        driver.kill()


def tell(arena, load, random):
    arena.inject("damaged frames", "*.pub")
    arena.network("*.pub", "down", corrupt=5000)
    load.let_run(1)
    arena.heal_network()
    arena.stop_in_order("participation")
    count = random.randint(1, 2)
    arena.inject("poison events", "participation", count=count)
    say_poison(arena, count)
    arena.start_again("participation")
    load.wait_acks(10)
    for name in ("ledger", "reporting"):
        arena.discard_dead_letters(name, count)
