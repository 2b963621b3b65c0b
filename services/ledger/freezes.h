/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stops a budget line, so that every entry that touches it is refused, and lets
 * it go again (집행 보류). Writer thread, inside the transaction under way.
 */
#ifndef HYEOPCHI_LEDGER_FREEZES_H
#define HYEOPCHI_LEDGER_FREEZES_H

#include "ledger/domain/account.h"
#include "ledger/domain/refusal.h"
#include "ledger/domain/requested_terms.h"
#include "runtime/err.h"
#include "runtime/writer.h"

#include <stdbool.h>

enum {
    FREEZES_BY_SIZE = 160, /* with its NUL, as the next */
    FREEZES_REASON_SIZE = REQUESTED_REASON_LENGTH_MAX + 1,
};

/* What a line is to be. All borrowed; the texts fit the sizes above. */
struct freezes_wanted {
    const struct line *line;
    bool frozen;
    const char *by; /* "operator:<id>", "finance:<who asked>" */
    const char *reason;
};

/*
 * Freezes or frees a line; where it is so already, nothing changes. ERR_OK with *ret_refusal filled when
 * it was refused: a line of a year that is being closed is frozen no more. Once it is committed the log
 * says who did it and why, since the table keeps only what is frozen now.
 */
ERR_CHECKED enum err freezes_set(struct writer_tx *tx, const char *shard,
                                 const struct freezes_wanted *wanted, struct refusal *ret_refusal);

#endif
