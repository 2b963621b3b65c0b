/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rebuild.c and rebuild_work.c share; nobody else includes it. The loop
 * owns all of it, but for what a running job works on.
 */
#ifndef HYEOPCHI_REPORTING_REBUILD_INTERNAL_H
#define HYEOPCHI_REPORTING_REBUILD_INTERNAL_H

#include "reporting/apply.h"
#include "reporting/rebuild.h"
#include "reporting/store/rebuild.h"
#include "runtime/bus.h"
#include "runtime/event.h"
#include "runtime/event_fetch.h"

enum step { STEP_NONE, STEP_CLEAR, STEP_COMPARE, STEP_FETCH, STEP_APPLY };

/* One stream, as far as the copy has heard it. */
struct stream {
    const char *name;
    struct bus_req *req;
    uint64_t next_seq;
    uint64_t target_seq; /* next_seq of the shown model, as last seen */
    uint8_t chain[EVENT_CHAIN_SIZE];
    bool chain_equal;
};

struct rebuild {
    struct writer_job job; /* first: a job is its rebuild */
    struct loop *loop;
    struct writer *writer;
    struct model model; /* the copy */
    struct stream streams[REBUILD_STREAM_COUNT];
    uv_timer_t timer;
    bool timer_open;
    bool stopping;

    /* The check. */
    char check_id[CRYPTO_UUID_TEXT_SIZE]; /* "" before the first */
    enum rebuild_state state;
    enum step step;
    int retry_count;
    int64_t skipped;
    const char *failure;
    struct store_comparison comparison;
    bool equal;

    /* What a job works on. */
    struct stream *stream;
    struct event_fetch_response response; /* zeros when there is none */
    size_t first;                         /* envelope of the response to begin with */
    size_t count;                         /* envelopes to apply */
    bool one_by_one;                      /* a batch has failed: find the event that did it */
    struct store_offset offsets[REBUILD_STREAM_COUNT];
    bool compared;
};

/* The work of every writer job: what the step is. Writer thread. */
ERR_CHECKED enum err rebuild_work(struct writer_tx *tx, struct writer_job *const *jobs,
                                  size_t count);

#endif
