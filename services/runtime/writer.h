/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one writer thread of a service, and its group commit.
 *
 * It takes every job that is waiting the moment the previous commit returns
 * (no timer), or, idle, what one turn of the loop submits, runs them in arrival
 * order as one transaction, appends their events to the log, commits, and
 * completes each job on the loop. One waiting job therefore waits for nothing; a
 * thousand share one fsync. It takes no more jobs at once than one commit has
 * room for events (writer_job.event_count) and is to have requests, of which a
 * job may hold many (writer_job.request_count).
 *
 * Consecutive jobs of one type are handed to its work function together, so
 * that it can write them with unnest() arrays. A refusal is the job's own
 * result and never fails the batch: work returns ERR_OK and the job carries
 * its refusal in its own fields. When work returns an error the transaction is
 * rolled back and every run of it is tried alone, so that one bad job takes
 * nobody with it; work must therefore be repeatable and set all its results
 * anew each time. When a statement finds that a key is taken (a unique
 * violation, by its own answer or by COMMIT's), all are first tried once more
 * together: work may trust that keys are free, and look only then.
 *
 * job->err when done runs: ERR_OK means durable. ERR_UNAVAILABLE means the
 * database is away, another process leads, or the outcome of COMMIT is
 * unknown: the requester retries under the same idempotency key.
 *
 * When COMMIT was sent and its answer lost, the writer finds out: it leads
 * again on a new connection and looks in the log. It begins no attempt after
 * 8 s; the last one may take the 5 s that connecting takes at most. What was
 * committed is announced, what was not is run again, and only what cannot be
 * known ends with ERR_UNAVAILABLE: a commit without events leaves no trace in
 * the log, and one that no standby confirmed is not as durable as was asked.
 *
 * The writer leads the service's stream (eventlog.h) on its own connection.
 * Without leadership (standing by) every job ends with ERR_UNAVAILABLE.
 */
#ifndef HYEOPCHI_RUNTIME_WRITER_H
#define HYEOPCHI_RUNTIME_WRITER_H

#include "runtime/db.h"
#include "runtime/err.h"
#include "runtime/eventlog.h"
#include "runtime/loop.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    WRITER_QUEUE_LENGTH_MAX = 65536,
    WRITER_BATCH_LENGTH_MAX = 4096, /* requests in one commit */
    /* Events that the jobs of one commit may say together; what work adds uncounted has the rest. */
    WRITER_BATCH_EVENT_MAX = EVENTLOG_APPEND_COUNT_MAX - 64,
};

struct writer;

/* The transaction a work function runs in. */
struct writer_tx {
    struct db *db;
    int64_t now_ms; /* one time for the whole commit */
    /* From 1 on: one more than that of the work before, when what that wrote stands for this one, whether
     * committed or in the same transaction, and nobody else can have written since; else greater. */
    uint64_t run;
    struct writer *writer;
};

struct writer_job;

struct writer_job_type {
    const char *name; /* for logs and metrics */
    size_t run_max;   /* jobs handed to work at once; 1 when it writes them one by one */
    enum err (*work)(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
    void (*done)(struct writer_job *job);
};

/* Embed it in the request's struct. */
struct writer_job {
    const struct writer_job_type *type;
    size_t event_count;   /* that work may add for it, at most; 0: too few to count */
    size_t request_count; /* that it stands for; 0: one */
    enum err err;
    struct writer_job *next; /* the writer's */
};

/* Adds an event to the running transaction; takes draft->data and copies the texts, but for type and
 * dataschema, which must be constants. From work only. ERR_FULL past EVENTLOG_APPEND_COUNT_MAX;
 * ERR_INVALID when a text is too long. */
ERR_CHECKED enum err writer_tx_event(struct writer_tx *tx, const struct event_draft *draft);

/*
 * Has `committed` called on the loop thread once the transaction is durable, before the jobs' done;
 * never when it was rolled back, as for a job that is tried again. For what work must not say too
 * early, a line in the log. It is called with a copy of size bytes of data. ERR_FULL past
 * WRITER_BATCH_LENGTH_MAX, one for each request. From work only.
 */
ERR_CHECKED enum err writer_tx_after(struct writer_tx *tx, void (*committed)(const void *data),
                                     const void *data, size_t size);

/* Begins the next run in the same transaction: for work that does one thing after another, each of which
 * must count for the next. From work only. */
void writer_tx_next_run(struct writer_tx *tx);

/* Events that were added to the running transaction so far. From work only. */
size_t writer_tx_event_count(const struct writer_tx *tx);

enum writer_state { WRITER_CONNECTING, WRITER_STANDBY, WRITER_LEADING };

struct writer_options {
    struct db_options db; /* by_keys is set */
    const char *stream;   /* NULL: no events, no leadership needed (tools only) */
    const char *source;   /* //hyeopchi/<district>/<service> */
    const char *leader_id;

    /* After each commit with events, before the jobs' done; and with no entries when the state
     * changes or, standing by, the leader has moved on. The head is the stream's new end, zeros
     * while it was never read. Loop thread. */
    void (*committed)(const struct eventlog_head *head, const struct eventlog_entries *entries,
                      void *context);
    void *committed_context;
};

/* Starts the thread; it connects and takes the lead by itself, again and again. */
ERR_CHECKED enum err writer_open(struct loop *loop, const struct writer_options *options,
                                 struct writer **ret_writer);

/*
 * Queues a job. ERR_UNAVAILABLE when the writer does not lead now, ERR_FULL when
 * WRITER_QUEUE_LENGTH_MAX jobs wait: then done never runs. Loop thread.
 */
ERR_CHECKED enum err writer_submit(struct writer *writer, struct writer_job *job);

/* What the writer is doing. Any thread. */
enum writer_state writer_state(const struct writer *writer);

/* The term under which it leads, another each time that it takes the lead; 0 while it does not. Whoever
 * remembers what the database said under one term asks again under the next. Any thread. */
int64_t writer_term(const struct writer *writer);

/*
 * Commits what is queued, joins the thread, runs the done functions, frees. Loop
 * thread, but not from a done function or hook; takes NULL. loop_close() must follow.
 */
void writer_close(struct writer *writer);

#endif
