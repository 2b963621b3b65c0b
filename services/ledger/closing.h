/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Closes a fiscal year: checks that nothing is left unsettled, posts the
 * closing entries, and keeps the journal's head. Writer thread.
 *
 * One commit takes only so many events, so a year with many lines is closed in
 * several steps, each durable. The first marks it as `closing`: from then on
 * nothing else is posted in it, and it can only go on to being closed, by
 * whoever asks for the next step. What is left to do is read from the balances,
 * so a step that was lost with its process is simply done again.
 */
#ifndef HYEOPCHI_LEDGER_CLOSING_H
#define HYEOPCHI_LEDGER_CLOSING_H

#include "ledger/blocks.h"
#include "ledger/domain/refusal.h"
#include "ledger/events.h"
#include "ledger/post.h"
#include "runtime/event_say.h"
#include "runtime/writer.h"

#include <stdbool.h>
#include <stddef.h>

/* What closing a year rests on. All borrowed. */
struct closing {
    int32_t fiscal_year;
    const char *document;
    const char *metadata; /* of every closing entry */
    const char *by;       /* "operator:<id>", "finance:<who asked>" */
    const struct event_cause *cause;
};

enum { CLOSING_STEP_ENTRY_MAX = 1024 }; /* closing entries in one commit */

/* Events that one step says at most: its entries, the blocks that they end, and that the year is closed. */
enum { CLOSING_STEP_EVENT_MAX = EVENTS_OF_ENTRIES(CLOSING_STEP_ENTRY_MAX) + BLOCKS_SEAL_MAX + 1 };

/* What a step did. */
struct closing_outcome {
    struct refusal refusal; /* why the year cannot be closed; nothing was written then */
    bool closed;            /* it is, now or since before; else another step must follow */
    size_t entry_count;     /* closing entries of this step */
};

/*
 * Takes one step in the transaction under way; a closing that was begun goes on in the words of who
 * began it. Any error means that nothing may be committed.
 */
ERR_CHECKED enum err closing_step(struct poster *poster, struct writer_tx *tx,
                                  const struct closing *closing,
                                  struct closing_outcome *ret_outcome);

/* A step of a closing that was begun, whichever it is; ERR_NOT_FOUND when there is none. */
ERR_CHECKED enum err closing_resume(struct poster *poster, struct writer_tx *tx,
                                    struct closing_outcome *ret_outcome);

#endif
