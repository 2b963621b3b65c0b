/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the subscriber's parts share, and nobody else includes: subscriber.c
 * decides on the loop, subscriber_hear.c hears and fetches, subscriber_store.c
 * writes on the writer thread, subscriber_metrics.c makes the figures.
 */
#ifndef HYEOPCHI_RUNTIME_SUBSCRIBER_INTERNAL_H
#define HYEOPCHI_RUNTIME_SUBSCRIBER_INTERNAL_H

#include "runtime/bus.h"
#include "runtime/event_fetch.h"
#include "runtime/metrics.h"
#include "runtime/subscriber.h"
#include "runtime/subscriber_window.h"

/* Where a subscriber stands in the stream: everything before next_seq has taken effect. */
struct subscriber_offset {
    uint64_t epoch;
    uint64_t next_seq;
    uint8_t chain[EVENT_CHAIN_SIZE]; /* at next_seq - 1 */
};

enum {
    SUBSCRIBER_RETRY_MS = 50, /* after a passing failure; doubles */
    SUBSCRIBER_STANDBY_RETRY_MS = 1000,
};

enum subscriber_task_kind {
    SUBSCRIBER_TASK_LOAD,    /* read the offset */
    SUBSCRIBER_TASK_APPLY,   /* apply up to `count` envelopes from offset.next_seq on */
    SUBSCRIBER_TASK_BURY,    /* dead-letter the event at offset.next_seq; skip it unless halting */
    SUBSCRIBER_TASK_RESOLVE, /* carry out an operator's decision */
};

/* One thing for the writer; only one is under way at a time. */
struct subscriber_task {
    struct writer_job job;
    struct subscriber *subscriber;
    const struct subscriber_options *options;
    enum subscriber_task_kind kind;
    struct subscriber_offset offset;       /* in: where it starts */
    struct subscriber_offset offset_after; /* out: where it ends */
    const struct subscriber_slot *slots[SUBSCRIBER_APPLY_COUNT_MAX];
    size_t count;
    size_t applied;                           /* out of APPLY: how many of them, in order */
    const char *failure;                      /* BURY: why; a static word */
    bool skip;                                /* BURY: move on past the event */
    struct subscriber_resolution *resolution; /* RESOLVE */
    bool offset_lost;                         /* out: somebody else moved the offset */
    char sqlstate[DB_SQLSTATE_SIZE]; /* out of APPLY: why it failed; "" when no statement did */
    bool halted; /* out of LOAD: the event at next_seq lies in the dead letters */
};

/* A subscriber's figures; registered once, never freed. */
struct subscriber_metrics {
    char labels[EVENT_STREAM_SIZE + 16];
    struct metric lag;
    struct metric gaps;
    struct metric applied;
    struct metric dead;
    struct metric refused;
    struct metric duplicates;
    struct metric fetches;
    struct metric pulls;
    struct metric redials;
    struct metric state;
};

/* All of it belongs to the loop; the writer sees only the task. */
struct subscriber {
    struct loop *loop;
    struct writer *writer;
    struct subscriber_options options;
    struct bus_sub *sub;
    struct bus_req *req;
    uv_timer_t timer;
    enum subscriber_state state;
    struct subscriber_offset offset;
    uint64_t head_seq;   /* highest number heard of */
    uint64_t head_epoch; /* the publisher's, as last heard */
    bool chain_checked;  /* a Fetch has shown that our history is the publisher's */
    struct subscriber_window window;
    struct subscriber_task task;
    bool task_busy;
    int64_t term;                /* the writer's when the offset was last read */
    int attempts;                /* at applying the event at offset.next_seq */
    enum err failure;            /* of the last attempt */
    uint64_t delayed_seq;        /* where applying last failed though the database was there */
    uint64_t delays;             /* how often in a row */
    int64_t delay_not_before_ms; /* of the next line about it */
    size_t apply_count_max;
    bool fetch_busy;
    uint64_t fetch_from; /* 0: the answer under way is to a question of before the last reload */
    int64_t fetch_not_before_ms;
    int64_t task_not_before_ms;
    int64_t retry_ms;   /* the next wait after a passing failure */
    int64_t applied_ms; /* when events were last applied */
    int64_t rest_ms;    /* how long after that the impatient one of those that are here may wait */
    int64_t heard_ms;   /* when a frame of any kind was last heard */
    int64_t redialed_ms;
    int64_t progressed_ms; /* when an event last filled a slot */
    int64_t small_lag_since_ms;
    struct subscriber_resolution *resolution; /* waits for its turn */
    uint64_t gaps_repaired;
    uint64_t events_applied;
    uint64_t dead_letters;
    bool closing;
    bool timer_closed;
    struct subscriber_metrics *metrics;
};

/* The only writer of state; why goes into the log. */
void subscriber_change_state(struct subscriber *self, enum subscriber_state state, const char *why);

/* Makes and registers them; they belong to the registry from then on and outlive the subscriber. */
ERR_CHECKED enum err subscriber_metrics_make(const char *stream,
                                             struct subscriber_metrics **ret_metrics);

/* Begins again from the offset in the database; everything held in memory is forgotten then. */
void subscriber_reload(struct subscriber *self, int64_t wait_ms, const char *why);

/* Starts whatever is due: work for the writer, a Fetch, a change of state. */
void subscriber_go_on(struct subscriber *self);

/* The bus has connected anew: whether the history is still ours has to be asked again. context is
 * the subscriber. */
void subscriber_connected(void *context);

/* A bus message; context is the subscriber. */
void subscriber_heard(const void *data, size_t length, void *context);

/* Fetches what is missing, if it is time. */
void subscriber_fetch(struct subscriber *self);

/* The writer's work and done for every task; done is subscriber.c's. */
extern const struct writer_job_type SUBSCRIBER_TASK_TYPE;
enum err subscriber_task_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
void subscriber_task_done(struct writer_job *job);

#endif
