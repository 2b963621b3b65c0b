# SPDX-License-Identifier: Apache-2.0
"""F1. Each service is killed with SIGKILL under load and started again, in any order and at any time;
once all three are down together."""

from support.stack import SERVICES

TITLE = "kill -9 of each service"


def tell(arena, load, random):
    for name in random.sample(SERVICES, len(SERVICES)):
        load.let_run(random.uniform(0, 0.5))
        arena.kill(name)
        load.let_run(random.uniform(0, 0.8))
        arena.start_again(name)
        if name == "participation":
            load.wait_acks(5)
    load.let_run(random.uniform(0.2, 0.8))
    for name in random.sample(SERVICES, len(SERVICES)):
        arena.kill(name)
    for name in random.sample(SERVICES, len(SERVICES)):
        arena.start_again(name)
