/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event log: the tables event.stream_head and event.log, where every event
 * is durable before anybody hears it. Numbers are dense and assigned in commit
 * order, because the one writer that leads a stream numbers events as the last
 * statement of its transaction.
 *
 * Leadership is a session advisory lock on the writer's own connection and a
 * fencing term in stream_head: a writer that was paused while another took over
 * fails the term test and changes nothing.
 *
 * Database threads only.
 */
#ifndef HYEOPCHI_RUNTIME_EVENTLOG_H
#define HYEOPCHI_RUNTIME_EVENTLOG_H

#include "runtime/db.h"
#include "runtime/err.h"
#include "runtime/event.h"

enum {
    EVENTLOG_APPEND_COUNT_MAX = 2048, /* events in one commit */
    EVENTLOG_READ_COUNT_MAX = 1000,   /* events in one read */
    EVENTLOG_READ_SIZE_MAX = 1024 * 1024,
    EVENTLOG_LEADER_SILENCE_MS = 5000, /* the server ends a leader's session after this */
};

/* The leader's view of a stream's end. */
struct eventlog_head {
    char stream[EVENT_STREAM_SIZE];
    uint64_t epoch;
    uint64_t seq;     /* of the last event; 0 when there is none */
    uint64_t low_seq; /* of the oldest event kept */
    int64_t leader_term;
    uint8_t chain[EVENT_CHAIN_SIZE];
};

/* One event as it lies in the log. */
struct eventlog_entry {
    uint64_t seq;
    uint8_t *envelope; /* malloc'd */
    size_t envelope_length;
};

struct eventlog_entries {
    struct eventlog_entry *entries; /* malloc'd */
    size_t count;
};

/*
 * Tries to lead, outside a transaction: takes the advisory lock, raises the term, makes the stream's
 * row on first use. ERR_CONFLICT while another process leads; ERR_UNAVAILABLE when the term was not
 * made durable everywhere it should be: give the connection up. From then on the
 * session must say something every EVENTLOG_LEADER_SILENCE_MS, or the server
 * ends it, so that a paused process does not lead for ever.
 */
ERR_CHECKED enum err eventlog_lead(struct db *db, const char *stream, const char *leader_id,
                                   struct eventlog_head *ret_head);

/*
 * Inside the caller's transaction, as its last statement: numbers the drafts,
 * writes them, and stores the new head in *ret_head (head itself is unchanged:
 * take *ret_head over after COMMIT). With no drafts it only tests the term, so
 * that a fenced writer never commits anything. It does not wait for the answer:
 * when somebody else leads, COMMIT fails and eventlog_is_fenced() says so.
 * The drafts stay the caller's, with their data.
 * ERR_FULL      too many drafts, or one too large.
 */
ERR_CHECKED enum err eventlog_append(struct db *db, const struct eventlog_head *head,
                                     const char *source, struct event_draft *drafts, size_t count,
                                     struct eventlog_head *ret_head,
                                     struct eventlog_entries *ret_entries);

/* Whether the last failure on this connection was that somebody else leads: roll back, stand by. */
bool eventlog_is_fenced(const struct db *db);

/* Outside a transaction: ERR_CONFLICT, with eventlog_is_fenced(), when somebody else leads. */
ERR_CHECKED enum err eventlog_test_lead(struct db *db, const struct eventlog_head *head);

/* Reads the head without leading. ERR_NOT_FOUND when the stream has never been written. */
ERR_CHECKED enum err eventlog_read_head(struct db *db, const char *stream,
                                        struct eventlog_head *ret_head);

/*
 * Reads events from from_seq on, at most count (and EVENTLOG_READ_SIZE_MAX bytes, but
 * always one); *ret_chain_before is the chain at from_seq - 1. At head + 1 there are none.
 * ERR_INVALID   from_seq is 0.
 * ERR_NOT_FOUND from_seq - 1 is not in the log: it lies beyond the head, or was pruned.
 */
ERR_CHECKED enum err eventlog_read(struct db *db, const char *stream, uint64_t from_seq,
                                   size_t count, struct eventlog_entries *ret_entries,
                                   uint8_t ret_chain_before[EVENT_CHAIN_SIZE]);

/* Frees the entries; takes zeroed structs. */
void eventlog_entries_release(struct eventlog_entries *entries);

#endif
