/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger does about ballots: reserves a ballot's budget before it
 * opens, posts what a certified tally selected, releases the rest.
 *
 * Writer thread, inside the transaction that also moves the subscription's
 * offset or answers the operator. Nothing here waits or retries.
 */
#ifndef HYEOPCHI_LEDGER_BALLOTS_H
#define HYEOPCHI_LEDGER_BALLOTS_H

#include "ledger/domain/envelope.h"
#include "ledger/events.h"
#include "ledger/post.h"
#include "runtime/err.h"
#include "runtime/event.h"
#include "runtime/writer.h"

/*
 * Applies an event of the participation stream; context is the struct poster. A request to open is
 * always answered by a message. A tally that the ledger cannot follow (no reservation, other
 * terms, more than was reserved) is ERR_CONFLICT or ERR_INVALID, which halts the stream until an
 * operator looks.
 */
ERR_CHECKED enum err ballots_apply(struct writer_tx *tx, const struct event *event, void *context);

/* An operator gives back the budget of a ballot that will not be certified. */
struct ballots_release {
    uint8_t ballot_id[BALLOT_ID_SIZE];
    const char *by;     /* "operator:<id>" */
    const char *reason; /* for people; kept */
};

/*
 * Releases a reservation and says so. *ret_envelope is what it became. A refusal (none, settled) is
 * an answer: ERR_OK with ret_refusal->reason set.
 */
ERR_CHECKED enum err ballots_release(struct poster *poster, struct writer_tx *tx,
                                     const struct ballots_release *release,
                                     struct envelope *ret_envelope, struct refusal *ret_refusal);

#endif
