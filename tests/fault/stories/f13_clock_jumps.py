# SPDX-License-Identifier: Apache-2.0
"""F13. The clocks of the services jump forward and back, each by itself and all together, by seconds,
hours and days; the front end's clock follows participation's, so that votes go on.

shim.c shifts the calendar and leaves the monotonic clock alone, which libfaketime 0.9.10 does not: under
it timed waits of libuv and nng end at once or never, and programs with AddressSanitizer may hang."""

from support.stack import SERVICES

TITLE = "clock jumps"

JUMPS = (-86400, -3600, -90, -2, 2, 90, 3600, 86400)


def tell(arena, load, random):
    arena.fake_clocks()
    load.wait_acks(5)
    for jump in random.sample(JUMPS, 3):
        arena.set_clock("participation", jump)
        load.skew_clock(jump)
        load.wait_acks(5)
        arena.set_clock(random.choice(["ledger", "reporting"]), random.choice(JUMPS))
        load.wait_acks(5)
    for name in SERVICES:
        arena.set_clock(name, 0)
    load.skew_clock(0)
    load.wait_acks(5)
    arena.true_clocks()
