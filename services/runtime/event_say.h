/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a message to an event of the running transaction: what every service's
 * events.c does last. The messages themselves are known only to the services.
 * From a writer's work function only.
 */
#ifndef HYEOPCHI_RUNTIME_EVENT_SAY_H
#define HYEOPCHI_RUNTIME_EVENT_SAY_H

#include "runtime/event.h"
#include "runtime/writer.h"

#include <protobuf-c/protobuf-c.h>

/* What an event follows from; members may be NULL or "". */
struct event_cause {
    const char *traceparent;
    const char *correlation_id;
    const char *causation_id;
};

/* What is said beside the message. */
struct event_saying {
    const char *type;    /* a constant */
    const char *subject; /* ballots/<id> */
    const struct event_cause *cause;
};

/* The cause of what follows from a heard event: its trace goes on, and a correlation begins with it
 * where it has none. Borrows its texts; NULL gives a cause of nothing. */
struct event_cause event_cause_of(const struct event *event);

/* Packs the message and adds the event to the running transaction. Errors are those of
 * writer_tx_event(), and ERR_UNAVAILABLE when memory is short. */
ERR_CHECKED enum err event_say(struct writer_tx *tx, const struct event_saying *saying,
                               const ProtobufCMessage *message);

/* The same text, for a field of a message: protobuf-c has no const, and only reads what it packs. */
char *event_say_text(const char *text);

#endif
