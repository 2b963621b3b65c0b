/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closes a fiscal year: checks that nothing is left unsettled, posts the
 * closing entries, and keeps the journal's head. Writer thread.
 */
#ifndef HYEOPCHI_LEDGER_CLOSING_H
#define HYEOPCHI_LEDGER_CLOSING_H

#include "ledger/domain/refusal.h"
#include "ledger/post.h"
#include "runtime/event_say.h"
#include "runtime/writer.h"

/* What closing a year rests on. All borrowed. */
struct closing {
    int32_t fiscal_year;
    const char *document;
    const char *metadata; /* of every closing entry */
    const char *by;       /* "operator:<id>" */
    const struct event_cause *cause;
};

/*
 * Closes the year in the transaction under way. ERR_OK with ret_refusal filled when it cannot be
 * closed and nothing was written; a year closed before stays as it is. Any error means that nothing
 * may be committed.
 */
ERR_CHECKED enum err closing_run(struct poster *poster, struct writer_tx *tx,
                                 const struct closing *closing, struct refusal *ret_refusal);

#endif
