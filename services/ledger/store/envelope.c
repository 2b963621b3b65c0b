/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements about envelopes. What they mean is in domain/envelope.c.
 */
#include "ledger/store/envelope.h"

#include <assert.h>
#include <string.h>

static const char ENVELOPE_LOAD[] =
    "SELECT fiscal_year, funding_source, state, amount_krw, selected_krw"
    " FROM ledger.envelope WHERE shard = $1 AND ballot_id = $2";

enum err store_envelope_load(struct db *db, const char *shard,
                             const uint8_t ballot_id[BALLOT_ID_SIZE], struct envelope *ret_envelope)
{
    const struct db_param params[] = {db_text(shard), db_uuid(ballot_id)};
    struct envelope envelope = {.state = ENVELOPE_NONE};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, ENVELOPE_LOAD, params, DB_COUNT(params), &rows);

    if (err) {
        goto out;
    }
    memcpy(envelope.ballot_id, ballot_id, BALLOT_ID_SIZE);
    if (db_rows_count(rows) == 1) {
        envelope.fiscal_year = (int32_t)db_rows_int64(rows, 0, 0);
        envelope.amount_krw = db_rows_int64(rows, 0, 3);
        envelope.selected_krw = db_rows_int64(rows, 0, 4);
        err = funding_source_parse(db_rows_text(rows, 0, 1), &envelope.funding_source);
        if (!err) {
            err = envelope_state_parse(db_rows_text(rows, 0, 2), &envelope.state);
        }
        if (err) {
            err = ERR_INTERNAL; /* the table's checks name the same words */
            goto out;
        }
    }
    *ret_envelope = envelope;

out:
    db_rows_release(rows);
    return err;
}

static const char ENVELOPE_SAVE[] =
    "INSERT INTO ledger.envelope (shard, ballot_id, fiscal_year, funding_source, state, amount_krw,"
    "    selected_krw, changed_time_ms, changed_by, change_reason)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    " ON CONFLICT (shard, ballot_id) DO UPDATE SET fiscal_year = excluded.fiscal_year,"
    "    funding_source = excluded.funding_source, state = excluded.state,"
    "    amount_krw = excluded.amount_krw, selected_krw = excluded.selected_krw,"
    "    changed_time_ms = excluded.changed_time_ms, changed_by = excluded.changed_by,"
    "    change_reason = excluded.change_reason";

enum err store_envelope_save(struct db *db, const char *shard, const struct envelope *envelope,
                             const struct store_change *change)
{
    const struct db_param params[] = {
        db_text(shard),
        db_uuid(envelope->ballot_id),
        db_int32(envelope->fiscal_year),
        db_text(funding_source_code(envelope->funding_source)),
        db_text(envelope_state_code(envelope->state)),
        db_int64(envelope->amount_krw),
        db_int64(envelope->selected_krw),
        db_int64(change->time_ms),
        db_text(change->by),
        db_text(change->reason),
    };

    assert(envelope->state != ENVELOPE_NONE);
    return db_exec(db, ENVELOPE_SAVE, params, DB_COUNT(params));
}

static const char LIMIT_READ[] =
    "WITH used AS ("
    "    SELECT coalesce(sum(CASE state WHEN 'reserved' THEN amount_krw"
    "        WHEN 'settled' THEN selected_krw ELSE 0 END), 0)::int8 AS used_krw"
    "    FROM ledger.envelope WHERE shard = $1 AND fiscal_year = $2 AND funding_source = $3"
    " )"
    " SELECT envelope_limit.limit_krw, used.used_krw, period.state != 'open' FROM used"
    " LEFT JOIN ledger.envelope_limit"
    "    ON envelope_limit.shard = $1 AND envelope_limit.fiscal_year = $2"
    "    AND envelope_limit.funding_source = $3"
    " LEFT JOIN ledger.period ON period.shard = $1 AND period.fiscal_year = $2";

enum err store_limit_read(struct db *db, const char *shard, int32_t fiscal_year,
                          enum funding_source source, struct envelope_limit *ret_limit)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(fiscal_year),
        db_text(funding_source_code(source)),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, LIMIT_READ, params, DB_COUNT(params), &rows);

    if (err) {
        goto out;
    }
    ret_limit->set = !db_rows_is_null(rows, 0, 0);
    ret_limit->limit_krw = ret_limit->set ? db_rows_int64(rows, 0, 0) : 0;
    ret_limit->used_krw = db_rows_int64(rows, 0, 1);
    ret_limit->year_closed = !db_rows_is_null(rows, 0, 2) && db_rows_bool(rows, 0, 2);

out:
    db_rows_release(rows);
    return err;
}

static const char LIMIT_SAVE[] =
    "INSERT INTO ledger.envelope_limit (shard, fiscal_year, funding_source, limit_krw, set_by,"
    "    set_time_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (shard, fiscal_year, funding_source) DO UPDATE"
    " SET limit_krw = excluded.limit_krw, set_by = excluded.set_by,"
    "    set_time_ms = excluded.set_time_ms";

enum err store_limit_save(struct db *db, const char *shard, const struct store_limit *limit)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(limit->fiscal_year),
        db_text(funding_source_code(limit->funding_source)),
        db_int64(limit->limit_krw),
        db_text(limit->set_by),
        db_int64(limit->set_time_ms),
    };

    return db_exec(db, LIMIT_SAVE, params, DB_COUNT(params));
}
