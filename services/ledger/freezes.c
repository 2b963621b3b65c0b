/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line is frozen as long as it has a row; this writes and deletes the row.
 */
#include "ledger/freezes.h"

#include "ledger/store/freeze.h"
#include "ledger/store/period.h"
#include "runtime/log.h"

enum err freezes_set(struct writer_tx *tx, const char *shard, const struct freezes_wanted *wanted,
                     struct refusal *ret_refusal)
{
    const struct store_change change = {tx->now_ms, wanted->by, wanted->reason};
    struct store_closing closing;

    *ret_refusal = (struct refusal){.reason = REFUSAL_NONE};
    if (!wanted->frozen) {
        return store_line_thaw(tx->db, shard, wanted->line);
    }
    /* A line that is frozen now could never be closed, and its year not be opened again. */
    enum err err = store_closing_read(tx->db, shard, wanted->line->fiscal_year, &closing);
    if (err == ERR_NOT_FOUND) {
        return store_line_freeze(tx->db, shard, wanted->line, &change);
    }
    if (!err) {
        err = refusal_set(ret_refusal, REFUSAL_PERIOD_CLOSING, "/fiscal_year", 0);
        return err ? ERR_OK : ERR_INTERNAL; /* a refusal is an answer */
    }
    return err;
}

void freezes_log(const struct freezes_wanted *wanted)
{
    const struct line *line = wanted->line;

    log_info(wanted->frozen ? "line_frozen" : "line_thawed",
             log_int("fiscal_year", line->fiscal_year), log_str("programme", line->programme),
             log_str("funding_source", funding_source_code(line->funding_source)),
             log_str("by", wanted->by), log_str("reason", wanted->reason));
}
