/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a wanted limit to its row. Whether it may be is the domain's to say.
 */
#include "ledger/limits.h"

#include "ledger/store/envelope.h"
#include "ledger/store/posting.h"

static enum err write_limit(struct writer_tx *tx, const char *shard,
                            const struct limits_wanted *wanted);

enum err limits_set(struct writer_tx *tx, const char *shard, const struct limits_wanted *wanted,
                    struct envelope_limit *ret_limit, struct refusal *ret_refusal)
{
    const struct events_limit *limit = &wanted->limit;
    enum err err =
        store_limit_read(tx->db, shard, limit->fiscal_year, limit->funding_source, ret_limit);

    *ret_refusal = (struct refusal){.reason = REFUSAL_NONE};
    if (err || (ret_limit->set && ret_limit->limit_krw == limit->limit_krw)) {
        return err; /* it is so already */
    }
    err = envelope_limit_set(ret_limit, limit->limit_krw, ret_refusal);
    if (err) {
        return ERR_OK; /* a refusal is an answer */
    }
    return write_limit(tx, shard, wanted);
}

static enum err write_limit(struct writer_tx *tx, const char *shard,
                            const struct limits_wanted *wanted)
{
    const struct store_limit limit = {
        .fiscal_year = wanted->limit.fiscal_year,
        .funding_source = wanted->limit.funding_source,
        .limit_krw = wanted->limit.limit_krw,
        .set_by = wanted->by,
        .set_time_ms = tx->now_ms,
    };
    enum err err = store_period_open(tx->db, shard, limit.fiscal_year);

    if (!err) {
        err = store_limit_save(tx->db, shard, &limit);
    }
    return err ? err : events_say_limit(tx, wanted->cause, &wanted->limit);
}
