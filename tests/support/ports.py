# SPDX-License-Identifier: Apache-2.0
"""Free TCP ports on the loopback address, without races between tests that run at once.

A port found by binding to port 0 is free only until it is closed again. So a port is first
claimed by name (an abstract UNIX socket, which the kernel frees when this process ends) and
lies below the range that the kernel hands to outgoing connections: while the claim lives,
no other test and no client takes it. Never hands out one port twice in a process.
"""

import random
import socket

# Below the kernel's ephemeral range (32768 and up), above what servers usually take.
PORT_FIRST = 20000
PORT_LAST = 29999

_claims = {}


def _claim(port):
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0hyeopchi-test-port-{port}")
    except OSError:
        claim.close()
        return None
    return claim


def _is_free(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A server that was just stopped leaves TIME_WAIT behind, which servers bind over too.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port():
    """Returns a port on 127.0.0.1 that stays this process's own until it ends."""
    ports = list(range(PORT_FIRST, PORT_LAST + 1))
    random.SystemRandom().shuffle(ports)
    for port in ports:
        claim = _claim(port)
        if claim is None:
            continue
        if _is_free(port):
            _claims[port] = claim
            return port
        claim.close()
    raise RuntimeError(f"no free port between {PORT_FIRST} and {PORT_LAST}")
