/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does what falls due by itself: ends holds whose deadline has passed, seals
 * entries that wait for a block too long, goes on with the closing of a year
 * that nobody sees through any more. It looks on a reader thread every second, and only when something is due has the writer do it. Who asks for a
 * hold before that is answered by its deadline all the same (holds.h); this
 * makes the rows, the lists and the stream say so too, unasked.
 *
 * A service that stands by looks as well, and leaves it to the one that leads.
 */
#ifndef HYEOPCHI_LEDGER_DUE_CLOCK_H
#define HYEOPCHI_LEDGER_DUE_CLOCK_H

#include "ledger/blocks.h"
#include "ledger/closing.h"
#include "ledger/store/block.h"
#include "runtime/err.h"
#include "runtime/host.h"
#include "runtime/reader.h"
#include "runtime/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* Embedded in struct ledger; the loop thread's, but for what a job under way fills. */
struct due_clock {
    struct host *host;
    const char *shard;
    struct poster *poster; /* the writer thread's */
    uv_timer_t timer;
    struct reader_job look; /* is anything due? */
    struct writer_job act;
    bool due; /* what looking found: anything at all, and what */
    bool holds_due;
    struct store_block_due blocks_due;
    bool closing_due;
    size_t holds_ended; /* what the writer did */
    struct blocks_outcome blocks;
    struct closing_outcome closing;
    bool blocks_stuck; /* the journal is too damaged to seal; not tried again */
    bool busy;         /* one of the two jobs is under way */
    bool stopping;
};

/* Starts the timer, and ends it when the loop stops. After host_open(), once. Loop thread. */
ERR_CHECKED enum err due_clock_open(struct due_clock *clock, struct host *host,
                                    struct poster *poster);

#endif
