/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends holds when their deadline has passed: looks on a reader thread every
 * second, and only when something is due has the writer end it. Who asks
 * before that is answered by the deadline all the same (holds.h); this makes
 * the rows, the lists and the stream say so too, unasked.
 *
 * A service that stands by looks as well, and leaves it to the one that leads.
 */
#ifndef HYEOPCHI_LEDGER_HOLD_CLOCK_H
#define HYEOPCHI_LEDGER_HOLD_CLOCK_H

#include "runtime/err.h"
#include "runtime/host.h"
#include "runtime/reader.h"
#include "runtime/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* Embedded in struct ledger; the loop thread's, but for what a job under way fills. */
struct hold_clock {
    struct host *host;
    const char *shard;
    uv_timer_t timer;
    struct reader_job look; /* is anything due? */
    struct writer_job end;
    bool due;     /* what looking found */
    size_t ended; /* how many the writer ended */
    bool busy;    /* one of the two is under way */
    bool stopping;
};

/* Starts the timer, and ends it when the loop stops. After host_open(), once. Loop thread. */
ERR_CHECKED enum err hold_clock_open(struct hold_clock *clock, struct host *host);

#endif
