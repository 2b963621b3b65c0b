/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rebuild check: fetches every event of both streams from event 1 again,
 * applies them to a scratch copy of the read model, and compares the copy with
 * the model that is shown once both have heard the same.
 *
 * It works in writer jobs of at most REBUILD_BATCH_MAX events, so that the model
 * that is shown goes on meanwhile, and changes nothing but the scratch tables.
 * It never applies what the shown model has not heard yet. An event that cannot
 * be applied is skipped and counted, as the subscriber parks it. The publishers'
 * histories are compared too: by the chain over every envelope.
 *
 * One check at a time; the last one's result stays until the next. Loop thread.
 */
#ifndef HYEOPCHI_REPORTING_REBUILD_H
#define HYEOPCHI_REPORTING_REBUILD_H

#include "reporting/store/rebuild.h"
#include "runtime/crypto.h"
#include "runtime/err.h"
#include "runtime/loop.h"
#include "runtime/writer.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    REBUILD_STREAM_COUNT = 2,
    REBUILD_BATCH_MAX = 200,      /* events in one writer job */
    REBUILD_RETRY_MS = 500,       /* after a publisher or the database was away */
    REBUILD_RETRY_COUNT_MAX = 60, /* in a row; then the check fails */
};

struct rebuild;

struct rebuild_options {
    struct loop *loop;
    struct writer *writer;
    const char *district; /* borrowed, like the next two */
    const char *participation_fetch_url;
    const char *ledger_fetch_url;
};

enum rebuild_state { REBUILD_RUNNING, REBUILD_DONE, REBUILD_FAILED };

struct rebuild_stream_status {
    const char *name;
    int64_t seq;        /* last event applied to the copy */
    int64_t target_seq; /* last event the shown model has heard, as last seen */
    bool chain_equal;   /* once done: the histories agree */
};

struct rebuild_status {
    char check_id[CRYPTO_UUID_TEXT_SIZE];
    enum rebuild_state state;
    struct rebuild_stream_status streams[REBUILD_STREAM_COUNT]; /* participation, ledger */
    int64_t skipped;     /* events that could not be applied */
    const char *failure; /* stable code, "" unless failed: publisher-away, history-gone, … */
    bool equal;          /* once done: every table and both histories */
    struct store_comparison comparison; /* once done */
};

/* Opens the two requesters; they dial by themselves. */
ERR_CHECKED enum err rebuild_open(const struct rebuild_options *options,
                                  struct rebuild **ret_rebuild);

/* Starts a check unless one is running; either way *ret_status is that check's. ERR_UNAVAILABLE when
 * the writer does not lead, ERR_FULL when its queue is full. */
ERR_CHECKED enum err rebuild_start(struct rebuild *rebuild, struct rebuild_status *ret_status);

/* The check of that id. ERR_NOT_FOUND when it is not the last one. */
ERR_CHECKED enum err rebuild_read(const struct rebuild *rebuild, const char *check_id,
                                  struct rebuild_status *ret_status);

/* Begins nothing more; a loop_stop_fn with the rebuild as its context. Takes NULL. */
void rebuild_stop(void *context);

/* Frees, after the writer has been closed; takes NULL. */
void rebuild_free(struct rebuild *rebuild);

#endif
