# SPDX-License-Identifier: Apache-2.0
"""F11. Subscribers that do not read, readers of the feed that do not read, a consumer that sleeps, and
one on a line as narrow as a modem's: nobody else is held up by them."""

from crowd import HELLO_SUB, Sockets
from support.stack import SERVICES

TITLE = "slow and sleeping subscribers"

FEED = (
    b"GET /v1/events?after=1-0 HTTP/1.1\r\nHost: feed\r\nAccept: text/event-stream\r\n\r\n"
)


def tell(arena, load, random):
    sockets = Sockets()
    try:
        for name in SERVICES:
            arena.inject("mute subscribers", name)
            for _ in range(5):
                sockets.connect(arena.bus_address(name, "pub"), HELLO_SUB, receive_buffer=4096)
        arena.inject("mute readers of the feed", "reporting")
        for _ in range(20):
            sockets.connect(arena.direct("reporting"), FEED, receive_buffer=4096)
        arena.pause("reporting")
        load.wait_acks(60)
        arena.resume("reporting")
        arena.network("reporting.*.pub", "down", rate_bytes_s=random.randint(1000, 5000))
        arena.network("ledger.participation.pub", "down", delay_ms=random.randint(100, 1000))
        load.wait_acks(60)
    finally:
        sockets.close(reset=random.random() < 0.5)
