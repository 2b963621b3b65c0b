/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop that owns a service's state, and its orderly end.
 *
 * SIGTERM and SIGINT (or loop_stop()) run the stop functions in the reverse
 * order of their registration; each closes its handles and lets work under way
 * finish. The loop returns when nothing is left. A watchdog thread ends the
 * process with a log line and status 70 when that takes longer than promised.
 *
 * SIGPIPE is ignored. loop_block_signals() must run before the first call into
 * nng or the first thread. All functions belong to the loop's thread.
 */
#ifndef HYEOPCHI_RUNTIME_LOOP_H
#define HYEOPCHI_RUNTIME_LOOP_H

#include "runtime/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

enum {
    LOOP_STOP_COUNT_MAX = 16,
    LOOP_BRIEF_RUN_LENGTH_MAX = 4, /* pieces of brief work that a thread takes over at once */
    LOOP_EXIT_STATUS_WATCHDOG = 70,
};

typedef void (*loop_stop_fn)(void *context);
typedef void (*loop_work_fn)(void *context);

/* What to do at stop. */
struct loop_stop {
    loop_stop_fn stop;
    void *context;
};

struct loop_job;

struct loop {
    uv_loop_t uv;
    uv_signal_t on_terminate;
    uv_signal_t on_interrupt;

    struct loop_stop stops[LOOP_STOP_COUNT_MAX];
    int stop_count;

    uv_prepare_t before_waiting;  /* active while brief work waits to be handed over */
    struct loop_job *brief_first; /* fewer than a run */
    struct loop_job *brief_last;
    int brief_count;
    int64_t stop_timeout_ms;
    bool stopping;
    void *watchdog;
};

/* Blocks every signal in the calling thread so that other threads inherit that; see above. */
void loop_block_signals(void);

/* Opens the loop and its signal handlers. stop_timeout_ms bounds an orderly stop. */
ERR_CHECKED enum err loop_open(struct loop *loop, int64_t stop_timeout_ms);

/* Registers what to do at stop. ERR_FULL past LOOP_STOP_COUNT_MAX. */
ERR_CHECKED enum err loop_on_stop(struct loop *loop, loop_stop_fn stop, void *context);

/* Runs until stopped and everything is closed. */
void loop_run(struct loop *loop);

/* Starts the orderly stop; again is harmless. */
void loop_stop(struct loop *loop);

/* True once the stop has begun. */
bool loop_is_stopping(const struct loop *loop);

/* Runs work on libuv's work queue, then done on the loop; done runs exactly once. */
ERR_CHECKED enum err loop_work(struct loop *loop, loop_work_fn work, loop_work_fn done,
                               void *context);

/*
 * The same for work that takes far less than a millisecond: what comes up in one turn of the loop is
 * handed over, and comes back, in runs, since waking a thread costs about as much as the work itself.
 * A run that is full goes at once, the last at the turn's end.
 */
ERR_CHECKED enum err loop_work_brief(struct loop *loop, loop_work_fn work, loop_work_fn done,
                                     void *context);

/* Frees what loop_open() made; after loop_run() has returned. Takes NULL. */
void loop_close(struct loop *loop);

#endif
