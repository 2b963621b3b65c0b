/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets how much ballots of a fiscal year and source may decide on, which also
 * opens the year. Writer thread, inside the transaction under way.
 */
#ifndef HYEOPCHI_LEDGER_LIMITS_H
#define HYEOPCHI_LEDGER_LIMITS_H

#include "ledger/domain/envelope.h"
#include "ledger/events.h"
#include "runtime/err.h"
#include "runtime/writer.h"

/* A limit that somebody wants. All borrowed. */
struct limits_wanted {
    struct events_limit limit;
    const char *by; /* "operator:<id>", "finance:<who asked>" */
    const struct event_cause *cause;
};

/*
 * Sets a limit and says so; where it is so already, nothing happens. *ret_limit is what it is then. ERR_OK
 * with *ret_refusal filled when it was refused.
 */
ERR_CHECKED enum err limits_set(struct writer_tx *tx, const char *shard,
                                const struct limits_wanted *wanted,
                                struct envelope_limit *ret_limit, struct refusal *ret_refusal);

#endif
