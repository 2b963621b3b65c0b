/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one statement behind balances of the past.
 */
#include "ledger/store/balance.h"

static const char BALANCE_READ[] =
    "SELECT coalesce(sum(posting.amount_krw), 0)::int8, count(*), coalesce(max(posting.seq), 0)"
    " FROM ledger.posting"
    " INNER JOIN ledger.journal ON journal.shard = posting.shard AND journal.seq = posting.seq"
    " WHERE posting.shard = $1 AND posting.fiscal_year = $2 AND posting.programme = $3"
    "    AND posting.funding_source = $4 AND posting.stage = $5"
    "    AND ($6::int8 IS NULL OR posting.seq <= $6)"
    "    AND ($7::int8 IS NULL OR journal.posted_time_ms <= $7)"
    "    AND ($8::int8 IS NULL OR journal.effective_date <= $8)";

enum err store_balance_read(struct db *db, const char *shard, const struct account *account,
                            const struct store_moment *moment, struct store_balance *ret_balance)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(account->line.fiscal_year),
        db_text(account->line.programme),
        db_text(funding_source_code(account->line.funding_source)),
        db_text(stage_code(account->stage)),
        moment->kind == STORE_MOMENT_SEQ ? db_int64(moment->seq) : db_null_int64(),
        moment->kind == STORE_MOMENT_TIME ? db_int64(moment->time_ms) : db_null_int64(),
        moment->kind == STORE_MOMENT_DATE ? db_int64(moment->date) : db_null_int64(),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BALANCE_READ, params, DB_COUNT(params), &rows);

    if (!err) {
        ret_balance->balance_krw = db_rows_int64(rows, 0, 0);
        ret_balance->posting_count = db_rows_int64(rows, 0, 1);
        ret_balance->seq = db_rows_int64(rows, 0, 2);
    }
    db_rows_release(rows);
    return err;
}
