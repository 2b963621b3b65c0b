# SPDX-License-Identifier: Apache-2.0
"""F21. Hundreds of clients that never finish their request, others that are gone when theirs is
refused, floods of garbage on every port, and handshakes on the bus that break off in the midst; votes
go on all the while."""

from crowd import Flood, Sockets
from support.stack import SERVICES

TITLE = "slowloris, floods, garbage on bus ports"

UNFINISHED = b"POST /v1/ballots HTTP/1.1\r\nHost: x\r\ncontent-length: 60000\r\n"
REFUSED = (
    b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /v1/ballots HTTP/1.1\r\nHost: x\r\ncontent-length: 2\r\n\r\n",
    b"POST /v1/ballots HTTP/1.1\r\nHost: x\r\ncontent-length: 99999999999\r\n\r\n",
    b"GET / HTTP/1.1\n\n",
)


def leave_refused(addresses):
    gone = Sockets()
    for address in addresses:
        for request in REFUSED:
            gone.connect(address, request)
    gone.close(reset=True)


def tell(arena, load, random):
    slow = Sockets()
    arena.inject("slowloris", "HTTP")
    for name in SERVICES:
        for _ in range(150):
            slow.connect(arena.direct(name), UNFINISHED[: random.randint(0, len(UNFINISHED))])
    http = [arena.direct(name) for name in SERVICES]
    bus = [arena.bus_address(name, kind) for name in SERVICES for kind in ("pub", "fetch")]
    floods = [Flood(addresses, type(random)(random.random())) for addresses in (http, bus)]
    arena.inject("garbage", "HTTP and bus ports")
    arena.inject("refused and gone", "HTTP")
    try:
        for _ in range(4):
            for _ in range(25):
                leave_refused(http)
            load.wait_acks(10)
            slow.send_all(b"x")
    finally:
        for flood in floods:
            flood.close()
        slow.close(reset=True)
