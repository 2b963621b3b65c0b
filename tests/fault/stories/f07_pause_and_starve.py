# SPDX-License-Identifier: Apache-2.0
"""F7. Services stand still, once longer than a leader may be silent; then one gets next to no
processor; then one has less memory than it holds, and the kernel ends it."""

import supervisor
from support.stack import SERVICES

TITLE = "SIGSTOP, starvation, memory limit"

# The server ends a leader's session after 10 s of silence.
SILENCE_SECONDS = 11


def tell(arena, load, random):
    for name in random.sample(SERVICES, len(SERVICES)):
        arena.pause(name)
        load.let_run(random.uniform(0.3, 1.5))
        arena.resume(name)
    if random.random() < 0.3:
        name = random.choice(SERVICES)
        arena.pause(name)
        load.let_run(SILENCE_SECONDS)
        arena.resume(name)
    name = random.choice(SERVICES)
    arena.inject("starve", name)
    for _ in range(20):
        arena.pause_quietly(name)
        load.let_run(0.09)
        arena.resume(name)
        load.let_run(0.01)
    if supervisor.MemoryGroup.is_possible():
        name = random.choice(SERVICES)
        load.wait_acks(1)
        arena.limit_memory(name)
        arena.start_again(name)
