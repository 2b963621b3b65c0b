/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a year to its row, unless it has one.
 */
#include "ledger/periods.h"

#include "ledger/store/posting.h"

enum err periods_open(struct writer_tx *tx, const char *shard, int32_t fiscal_year,
                      struct refusal *ret_refusal)
{
    enum period_state state = PERIOD_MISSING;
    enum err err = store_period_state(tx->db, shard, fiscal_year, &state);

    *ret_refusal = (struct refusal){.reason = REFUSAL_NONE};
    if (err || state == PERIOD_OPEN) {
        return err;
    }
    if (state != PERIOD_MISSING) {
        err = refusal_set(ret_refusal, period_refusal(state), "/fiscal_year", 0);
        return err ? ERR_OK : ERR_INTERNAL; /* a refusal is an answer */
    }
    return store_period_open(tx->db, shard, fiscal_year);
}
