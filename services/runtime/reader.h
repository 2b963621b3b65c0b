/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader threads: a small pool, each with its own read-only connection, for
 * queries that answer requests. A job's work runs on a reader thread with a
 * usable connection, then its done on the loop, exactly once.
 */
#ifndef HYEOPCHI_RUNTIME_READER_H
#define HYEOPCHI_RUNTIME_READER_H

#include "runtime/db.h"
#include "runtime/err.h"
#include "runtime/loop.h"

#include <stdbool.h>

enum {
    READER_THREAD_COUNT_MAX = 16,
    READER_QUEUE_LENGTH_MAX = 4096,
    READER_CLOSE_MS = 5000, /* for what was begun to end by itself when the reader is closed */
    READER_CANCEL_MS = 100, /* until what was cancelled in vain is cancelled again */
};

struct reader;

/*
 * One query for a request. Embed it in the request's struct. work gets NULL
 * for db when the database is away, and should then return ERR_UNAVAILABLE; its result is in
 * `err` when done runs.
 */
struct reader_job {
    enum err (*work)(struct db *db, struct reader_job *job);
    void (*done)(struct reader_job *job);
    enum err err;
    struct reader_job *next; /* the pool's */
};

struct reader_options {
    struct db_options db;
    int64_t thread_count;
};

/* Starts the threads; they connect by themselves, again and again. */
ERR_CHECKED enum err reader_open(struct loop *loop, const struct reader_options *options,
                                 struct reader **ret_reader);

/* Queues a job; ERR_FULL when READER_QUEUE_LENGTH_MAX wait, and then done never runs. Loop thread. */
ERR_CHECKED enum err reader_submit(struct reader *reader, struct reader_job *job);

/* True when at least one connection is usable. Any thread. */
bool reader_is_ready(const struct reader *reader);

/* Why no connection is usable, as it was found last; "" when one is. Loop thread. */
void reader_reason(struct reader *reader, char ret_reason[DB_REASON_SIZE]);

/*
 * Ends reading: jobs under way are cancelled as db_cancel() says, and those that wait or come later
 * get NULL for db. To be called every READER_CANCEL_MS until all are done. Waits for the server. Loop thread.
 */
void reader_cancel(struct reader *reader);

/*
 * Finishes what is queued, and cancels what takes longer than READER_CLOSE_MS; joins the threads, runs
 * their done functions, frees.
 * Loop thread, but not from a done function; takes NULL. loop_close() must follow.
 */
void reader_close(struct reader *reader);

#endif
