/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the writer share: writer.c on the loop, writer_thread.c,
 * writer_commit.c and writer_doubt.c on the thread. Must never be included by anybody else.
 */
#ifndef HYEOPCHI_RUNTIME_WRITER_INTERNAL_H
#define HYEOPCHI_RUNTIME_WRITER_INTERNAL_H

#include "runtime/db_link.h"
#include "runtime/writer.h"

#include <stdatomic.h>
#include <stddef.h>

/* Jobs in a row, linked by their next. */
struct writer_job_list {
    struct writer_job *first;
    struct writer_job *last;
};

/* What is called once its transaction is durable. */
struct writer_after {
    void (*committed)(const void *data);
    struct writer_after *next;
    max_align_t data[]; /* a copy of what it is called with */
};

struct writer_after_list {
    struct writer_after *first;
    struct writer_after *last;
    size_t count;
};

/* One commit on its way to the loop. */
struct writer_commit {
    struct writer_commit *next;
    bool state_changed;               /* before it, which the loop has not been told of */
    struct eventlog_head head_before; /* as that change found it */
    struct eventlog_head head;
    struct eventlog_entries entries;
    struct writer_after_list afters;
    struct writer_job_list jobs;
};

struct writer_commit_list {
    struct writer_commit *first;
    struct writer_commit *last;
};

/* What the thread hands to the loop at once. */
struct writer_outbox {
    struct writer_commit_list commits;
    struct writer_job_list failed;
    struct eventlog_head head; /* after the last of all commits so far */
    bool state_changed;        /* after the last of commits */
};

/* A draft's own texts, since work's are gone when the events are written. */
struct writer_texts {
    char subject[EVENT_SUBJECT_SIZE];
    char traceparent[EVENT_TRACEPARENT_SIZE];
    char correlation_id[EVENT_ID_SIZE];
    char causation_id[EVENT_ID_SIZE];
};

struct writer {
    struct writer_options options; /* its strings are the copies below; db is in link */
    char *stream;
    char *source;
    char *leader_id;
    uv_thread_t thread;
    uv_async_t *wake;       /* on the heap, as the next: their closing outlives us */
    uv_prepare_t *turn_end; /* active while jobs came in this turn of the loop */
    bool delivering;        /* the loop is inside hooks and done functions */
    _Atomic int state;      /* enum writer_state; changed under the mutex */
    _Atomic int64_t term;   /* 0: not leading */

    uv_mutex_t mutex;
    uv_cond_t changed; /* a job came, or closing */
    struct writer_job_list waiting;
    int64_t waiting_count;
    struct writer_outbox outbox;
    bool closing;

    /* The thread's own. */
    struct db_link link;
    bool away_logged;
    struct eventlog_head head;
    uint64_t run; /* of the last work */
    struct event_draft drafts[EVENTLOG_APPEND_COUNT_MAX];
    struct writer_texts texts[EVENTLOG_APPEND_COUNT_MAX]; /* of the drafts */
    size_t draft_count;
    struct writer_after_list afters; /* of the running transaction */
    struct writer_job *batch[WRITER_BATCH_LENGTH_MAX];
};

/* The thread; ends after closing, with nothing waiting. */
void writer_main(void *context);

/* Wakes the loop to take what is in the outbox. */
void writer_wake_loop(struct writer *writer);

/* Closes a connection that is lost or not to be trusted any more; leads no longer. Thread. */
void writer_give_up(struct writer *writer, enum err err, const char *reason);

/* Another process leads: says so and gives the connection up. Thread. */
void writer_fenced(struct writer *writer);

/*
 * Finds out what became of a COMMIT whose answer was lost with the connection: connects, leads
 * again, and looks for `wanted`, the head that it would have left. On ERR_OK the writer leads with
 * head as it is now. Otherwise nothing is known and no connection may be left: give up. Thread.
 */
ERR_CHECKED enum err writer_doubt_resolve(struct writer *writer, const struct eventlog_head *wanted,
                                          bool *ret_committed);

/* Commits the first count jobs of batch, or fails them. Thread. */
void writer_commit_batch(struct writer *writer, size_t count);

/* Calls them in order, where they are to be called, and frees them. */
void writer_after_list_end(struct writer_after_list *list, bool committed);

/* Counts jobs that end with an error. */
void writer_count_failed(int64_t count);

/* Show the metrics of each part. Loop thread. */
void writer_thread_register_metrics(void);
void writer_commit_register_metrics(void);
void writer_doubt_register_metrics(void);

/* Adds a job behind the others. */
void writer_job_list_append(struct writer_job_list *list, struct writer_job *job);

/* Takes the first job; NULL when there is none. */
struct writer_job *writer_job_list_take(struct writer_job_list *list);

#endif
