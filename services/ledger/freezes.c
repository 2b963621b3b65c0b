/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line is frozen as long as it has a row; this writes and deletes the row.
 */
#include "ledger/freezes.h"

#include "ledger/store/freeze.h"
#include "ledger/store/period.h"
#include "runtime/log.h"

#include <stdio.h>

/* What the log is told. */
struct done {
    struct line line;
    bool frozen;
    char by[FREEZES_BY_SIZE];
    char reason[FREEZES_REASON_SIZE];
};

static enum err change(struct writer_tx *tx, const char *shard,
                       const struct freezes_wanted *wanted);
static enum err log_later(struct writer_tx *tx, const struct freezes_wanted *wanted);
static void log_done(const void *data);

enum err freezes_set(struct writer_tx *tx, const char *shard, const struct freezes_wanted *wanted,
                     struct refusal *ret_refusal)
{
    struct store_closing closing;
    enum err err = ERR_NOT_FOUND;

    *ret_refusal = (struct refusal){.reason = REFUSAL_NONE};
    if (wanted->frozen) {
        err = store_closing_read(tx->db, shard, wanted->line->fiscal_year, &closing);
    }
    if (!err) { /* A line that is frozen now could never be closed, and its year not be opened again. */
        err = refusal_set(ret_refusal, REFUSAL_PERIOD_CLOSING, "/fiscal_year", 0);
        return err ? ERR_OK : ERR_INTERNAL; /* a refusal is an answer */
    }
    return err == ERR_NOT_FOUND ? change(tx, shard, wanted) : err;
}

static enum err change(struct writer_tx *tx, const char *shard, const struct freezes_wanted *wanted)
{
    const struct store_change by = {tx->now_ms, wanted->by, wanted->reason};
    enum err err = wanted->frozen ? store_line_freeze(tx->db, shard, wanted->line, &by)
                                  : store_line_thaw(tx->db, shard, wanted->line);

    return err ? err : log_later(tx, wanted);
}

static enum err log_later(struct writer_tx *tx, const struct freezes_wanted *wanted)
{
    struct done done = {.line = *wanted->line, .frozen = wanted->frozen};

    (void)snprintf(done.by, sizeof done.by, "%s", wanted->by);             /* fits */
    (void)snprintf(done.reason, sizeof done.reason, "%s", wanted->reason); /* fits */
    return writer_tx_after(tx, log_done, &done, sizeof done);
}

static void log_done(const void *data)
{
    const struct done *done = data;

    log_info(done->frozen ? "line_frozen" : "line_thawed",
             log_int("fiscal_year", done->line.fiscal_year),
             log_str("programme", done->line.programme),
             log_str("funding_source", funding_source_code(done->line.funding_source)),
             log_str("by", done->by), log_str("reason", done->reason));
}
