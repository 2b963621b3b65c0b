# SPDX-License-Identifier: Apache-2.0
"""nng 1.5.2's thread that frees connections stands still, as it does once a connection was closed in
the middle of a message; shim.c sees to it. The service notices it and ends by itself, and its supervisor
starts it anew. A newer nng is not watched."""

from support.stack import SERVICES

TITLE = "nng frees no connection any more"
LONG = True  # A minute, nearly all of it until the guard is sure; runtime_host's test waits for it, too.


def NEEDS(arena):
    answer = arena.client("ledger", arena.auditor).get("/v1/status")
    version = answer.json()["libraries"]["nng"]
    return None if version.startswith("1.5.") else f"nng {version} has not this defect"


def tell(arena, load, random):
    name = random.choice(SERVICES)
    arena.load_shim(name, "stop-freeing")
    arena.inject("stop freeing connections", name)
    arena.kill_quietly(name)
    arena.start_again(name)
    arena.unload_shim(name)
    arena.wait_anew(name)
    load.wait_acks(5)
