/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hears one stream of another service and applies each event exactly once.
 *
 * The bus is a hint, the publisher's log the truth (EVENTS.md section 3): the
 * subscriber subscribes first, then fetches what it missed; repairs gaps and
 * lost tails by Fetch; pulls only while it lags; and moves its offset in the
 * transaction of the effect, so that a crash between the two cannot happen. What
 * comes to a subscriber at rest is applied at once, never waited for to fill a
 * batch: batches grow by what comes while the one before is committed and in the
 * short rest behind it. A batch ends early when it takes long, since everything
 * else that the service writes waits for it.
 *
 * apply runs on the writer thread inside the service's transaction; it writes
 * its effects through tx and may add events of its own (writer_tx_event). It
 * must be deterministic and must not answer ERR_UNAVAILABLE for anything but a
 * database that is away. A type it does not know it ignores with ERR_OK.
 *
 * When apply (or decoding) keeps failing with anything else, the event is tried
 * SUBSCRIBER_ATTEMPT_COUNT_MAX times and goes into event.dead_letter; then
 * SUBSCRIBER_HALT stops here until an operator retries or discards it, in this
 * process or in another that leads meanwhile, and SUBSCRIBER_PARK goes on with
 * the next. What the database cannot do for now is tried again for ever; once
 * an event has failed so in a row, event_delayed says which and why, at most
 * once a minute. Loop thread.
 */
#ifndef HYEOPCHI_RUNTIME_SUBSCRIBER_H
#define HYEOPCHI_RUNTIME_SUBSCRIBER_H

#include "runtime/err.h"
#include "runtime/event.h"
#include "runtime/loop.h"
#include "runtime/writer.h"

#include <stdbool.h>

enum {
    SUBSCRIBER_ATTEMPT_COUNT_MAX = 3,
    SUBSCRIBER_APPLY_COUNT_MAX = 500, /* events in one transaction */
    SUBSCRIBER_APPLY_MS = 20,         /* … and no further event once it has taken so long */
    SUBSCRIBER_REST_MS = 25,
    SUBSCRIBER_UNHEARD_REST_MS = 1000, /* for types that only move the offset */
    SUBSCRIBER_TAIL_WAIT_MS = 200,
    SUBSCRIBER_SILENCE_MS = 3500,
    SUBSCRIBER_LAG_PULL = 20000, /* close SUB and pull beyond this */
    SUBSCRIBER_LAG_LIVE = 1000,  /* … and be live again below this for 5 s */
};

enum subscriber_policy { SUBSCRIBER_HALT, SUBSCRIBER_PARK };

enum subscriber_state {
    SUBSCRIBER_LOADING, /* reading its offset */
    SUBSCRIBER_CATCHING_UP,
    SUBSCRIBER_LIVE,
    SUBSCRIBER_PULLING,  /* lags: no SUB, Fetch only */
    SUBSCRIBER_DEGRADED, /* no heartbeat: long polls */
    SUBSCRIBER_HALTED,   /* a poison event, or histories differ */
};

typedef enum err (*subscriber_apply_fn)(struct writer_tx *tx, const struct event *event,
                                        void *context);

/* How long after the commit before an event of this type may wait for others to share its own; an
 * event that may wait less takes the others with it. Pure; loop thread. */
typedef int64_t (*subscriber_rest_fn)(const char *type);

/* True when applying event leaves nothing of what applying earlier, the one right before it, would
 * have done: in one transaction with it earlier is passed over. Pure; writer thread. */
typedef bool (*subscriber_replaces_fn)(const struct event *event, const struct event *earlier);

struct subscriber_options {
    const char *consumer; /* who hears: "ledger" */
    const char *stream;   /* whom: "participation" */
    const char *sub_url;
    const char *fetch_url;
    enum subscriber_policy policy;
    bool may_be_away; /* a stream from outside: its silence leaves the service ready */
    subscriber_apply_fn apply;
    void *context;
    subscriber_rest_fn rest_ms;      /* NULL: SUBSCRIBER_REST_MS for all types */
    subscriber_replaces_fn replaces; /* NULL: no event replaces another */
    size_t sub_queue_length;         /* 0: the default; tests use 1 */
};

struct subscriber;

struct subscriber_status {
    const char *stream;
    enum subscriber_state state;
    uint64_t next_seq;
    uint64_t head_seq; /* as last heard; 0 when never */
    uint64_t gaps_repaired;
    uint64_t events_applied;
    uint64_t dead_letters;
};

ERR_CHECKED enum err subscriber_open(struct loop *loop, struct writer *writer,
                                     const struct subscriber_options *options,
                                     struct subscriber **ret_subscriber);

void subscriber_status(const struct subscriber *self, struct subscriber_status *ret_status);

/* The state's name in lower case, for logs and pages. */
const char *subscriber_state_name(enum subscriber_state state);

/*
 * After an operator decided about the dead letter at seq: retry applies it
 * again in order (a halted stream goes on from it; a parked event is applied
 * out of order), discard skips it for good. The decision itself (who, why) is
 * written in the same transaction. done runs once with ERR_OK, ERR_NOT_FOUND,
 * the error of applying it again, or ERR_UNAVAILABLE when the lead was lost.
 *
 * ERR_UNAVAILABLE  this process does not lead, or is still reading its offset.
 * ERR_CONFLICT     another decision about this stream is under way.
 */
enum subscriber_decision { SUBSCRIBER_RETRY, SUBSCRIBER_DISCARD };

struct subscriber_resolution {
    uint64_t seq;
    enum subscriber_decision decision;
    char operator_id[64];
    char reason[512];
    void (*done)(struct subscriber_resolution *resolution, enum err err);
};
ERR_CHECKED enum err subscriber_resolve(struct subscriber *subscriber,
                                        struct subscriber_resolution *resolution);

void subscriber_close(struct subscriber *self); /* takes NULL */

#endif
