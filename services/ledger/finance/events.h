/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger hears of the finance stream, in its own words. The messages
 * themselves (proto/hyeopchi) stay inside events.c. Any thread.
 */
#ifndef HYEOPCHI_LEDGER_FINANCE_EVENTS_H
#define HYEOPCHI_LEDGER_FINANCE_EVENTS_H

#include "ledger/domain/requested.h"
#include "ledger/domain/requested_terms.h"
#include "runtime/err.h"
#include "runtime/event.h"

#include <stddef.h>

#define EVENTS_STREAM_FINANCE "finance"

enum finance_kind {
    FINANCE_OTHER = 0, /* of another type, which the ledger does not listen for */
    FINANCE_ENTRIES,
    FINANCE_HOLD,
    FINANCE_HOLD_EXTENSION,
    FINANCE_HOLD_RELEASE,
    FINANCE_LIMIT,
    FINANCE_GRANT,
    FINANCE_SETTLEMENT,
    FINANCE_OPENING,
    FINANCE_CLOSING,
    FINANCE_FREEZE,
    FINANCE_THAW,
};

#define FINANCE_KIND_COUNT ((int)FINANCE_THAW)

/* One request as it came; any text, any number. */
struct finance_request {
    enum finance_kind kind;
    const char *requested_by; /* this and all texts of what is asked for: borrowed from message */
    struct requested_entry *entries; /* malloc'd; as many as came, however many may come */
    size_t entry_count;
    struct requested_transfer *transfers; /* malloc'd: of all entries */
    struct requested_amount *amounts;     /* malloc'd: of a grant */

    union { /* by kind */
        struct requested_hold hold;
        struct requested_hold_change hold_change;
        struct requested_limit limit;
        struct requested_grant grant;
        struct requested_settlement settlement;
        struct requested_period period;
        struct requested_freeze freeze;
    } asked;

    void *message; /* the unpacked message */
};

/*
 * Reads an event of the finance stream. ERR_INVALID when the message does not decode or the event's
 * id is no UUID; ERR_UNAVAILABLE when out of memory. finance_request_release() frees what was read.
 */
ERR_CHECKED enum err finance_hear(const struct event *event, struct finance_request *ret_request);

/* Takes a zeroed struct. */
void finance_request_release(struct finance_request *request);

#endif
