/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger hears of the finance stream, in its own words. The messages
 * themselves (proto/hyeopchi) stay inside events.c. Any thread.
 */
#ifndef HYEOPCHI_LEDGER_FINANCE_EVENTS_H
#define HYEOPCHI_LEDGER_FINANCE_EVENTS_H

#include "ledger/domain/requested.h"
#include "runtime/err.h"
#include "runtime/event.h"

#include <stdbool.h>
#include <stddef.h>

#define EVENTS_STREAM_FINANCE "finance"

/* One request as it came; any text, any number. */
struct finance_request {
    bool is_request;          /* false: of another type, which the ledger does not listen for */
    const char *requested_by; /* this and all texts of the entries: borrowed from message */
    struct requested_entry *entries; /* malloc'd; as many as came, however many may come */
    size_t entry_count;
    struct requested_transfer *transfers; /* malloc'd: of all entries */
    void *message;                        /* the unpacked message */
};

/*
 * Reads an event of the finance stream. ERR_INVALID when the message does not decode or the event's
 * id is no UUID; ERR_UNAVAILABLE when out of memory. finance_request_release() frees what was read.
 */
ERR_CHECKED enum err finance_hear(const struct event *event, struct finance_request *ret_request);

/* Takes a zeroed struct. */
void finance_request_release(struct finance_request *request);

#endif
