/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements behind holds. Rows travel as arrays, so that many holds are as
 * many round trips as one.
 */
#include "ledger/store/hold.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static enum err read_hold(const struct db_rows *rows, int64_t row, struct hold *hold);
static bool copy_text(char *target, size_t size, const char *text);

/* What read_hold() reads, from the second column on. */
static const char HOLD_LOAD[] =
    "SELECT wanted.place, hold.kind, hold.fiscal_year, hold.programme, hold.funding_source,"
    "    hold.stage, hold.amount_krw, hold.committed_krw, hold.expires_time_ms, hold.state,"
    "    hold.document, hold.request_hash, hold.seq"
    " FROM unnest($2::uuid[], $3::int4[]) AS wanted (hold_id, place)"
    " INNER JOIN ledger.hold ON hold.shard = $1 AND hold.hold_id = wanted.hold_id";

enum err store_hold_load(struct db *db, const char *shard, struct store_hold *holds, size_t count)
{
    struct db_column ids;
    struct db_column places;
    struct db_rows *rows = NULL;
    enum err err = ERR_OK;

    assert(count <= STORE_ORDER_COUNT_MAX);
    db_column_init(&ids, DB_COLUMN_UUID);
    db_column_init(&places, DB_COLUMN_INT32);
    for (size_t i = 0; i < count; i++) {
        db_column_add_uuid(&ids, holds[i].hold.id);
        db_column_add_int32(&places, (int32_t)i);
    }
    const struct db_param params[] = {db_text(shard), db_column_param(&ids),
                                      db_column_param(&places)};
    err = db_query(db, HOLD_LOAD, params, DB_COUNT(params), &rows);
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        struct store_hold *hold = &holds[db_rows_int64(rows, i, 0)];
        err = read_hold(rows, i, &hold->hold);
        if (!err) {
            err = db_rows_fixed(rows, i, 11, hold->request_hash, ORDER_HASH_SIZE);
        }
        hold->seq = db_rows_is_null(rows, i, 12) ? 0 : db_rows_int64(rows, i, 12);
    }
    db_rows_release(rows);
    db_column_release(&ids);
    db_column_release(&places);
    return err;
}

static const char HOLD_INSERT[] =
    "INSERT INTO ledger.hold (shard, hold_id, kind, fiscal_year, programme, funding_source, stage,"
    "    amount_krw, expires_time_ms, document, request_hash, placed_by, placed_time_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

enum err store_hold_insert(struct db *db, const char *shard, const struct hold *hold,
                           const struct store_placing *placing)
{
    const struct line *line = &hold->account.line;
    const struct db_param params[] = {
        db_text(shard),
        db_uuid(hold->id),
        db_text(hold->kind),
        db_int32(line->fiscal_year),
        db_text(line->programme),
        db_text(funding_source_code(line->funding_source)),
        db_text(stage_code(hold->account.stage)),
        db_int64(hold->amount_krw),
        db_int64(hold->expires_time_ms),
        db_text(hold->document),
        db_bytes(placing->request_hash, ORDER_HASH_SIZE),
        db_text(placing->by),
        db_int64(placing->time_ms),
    };

    assert(hold->state == HOLD_HELD);
    return db_exec(db, HOLD_INSERT, params, DB_COUNT(params));
}

static const char HOLD_COMMIT[] =
    "UPDATE ledger.hold SET state = 'committed', committed_krw = ended.committed_krw,"
    "    seq = ended.seq, ended_time_ms = $2"
    " FROM unnest($3::uuid[], $4::int8[], $5::int8[]) AS ended (hold_id, committed_krw, seq)"
    " WHERE hold.shard = $1 AND hold.hold_id = ended.hold_id";

enum err store_hold_commit(struct db *db, const char *shard, int64_t time_ms,
                           const struct store_hold *holds, size_t count)
{
    static const enum db_column_type TYPES[] = {DB_COLUMN_UUID, DB_COLUMN_INT64, DB_COLUMN_INT64};
    struct db_column columns[DB_COUNT(TYPES)];
    size_t changed = 0;
    enum err err = ERR_OK;

    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        if (holds[i].changed) {
            assert(holds[i].hold.state == HOLD_COMMITTED);
            db_column_add_uuid(&columns[0], holds[i].hold.id);
            db_column_add_int64(&columns[1], holds[i].hold.committed_krw);
            db_column_add_int64(&columns[2], holds[i].seq);
            changed++;
        }
    }
    if (changed > 0) {
        const struct db_param params[] = {
            db_text(shard),
            db_int64(time_ms),
            db_column_param(&columns[0]),
            db_column_param(&columns[1]),
            db_column_param(&columns[2]),
        };
        err = db_exec_later(db, HOLD_COMMIT, params, DB_COUNT(params));
    }
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}

static const char HOLD_RELEASE[] =
    "UPDATE ledger.hold SET state = 'released', ended_time_ms = $3, ended_by = $4, end_reason = $5"
    " WHERE shard = $1 AND hold_id = $2 AND state = 'held'";

enum err store_hold_release(struct db *db, const char *shard, const uint8_t hold_id[HOLD_ID_SIZE],
                            const struct store_change *change)
{
    const struct db_param params[] = {
        db_text(shard),      db_uuid(hold_id),        db_int64(change->time_ms),
        db_text(change->by), db_text(change->reason),
    };
    int64_t changed = 0;
    enum err err = db_exec_count(db, HOLD_RELEASE, params, DB_COUNT(params), &changed);

    if (err) {
        return err;
    }
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

static const char HOLD_EXPIRE[] =
    "UPDATE ledger.hold SET state = 'expired', ended_time_ms = $2"
    " WHERE shard = $1 AND hold_id IN ("
    "    SELECT due.hold_id FROM ledger.hold AS due"
    "    WHERE due.shard = $1 AND due.state = 'held' AND due.expires_time_ms <= $2"
    "    ORDER BY due.expires_time_ms LIMIT $3)"
    " RETURNING hold_id, kind, fiscal_year, programme, funding_source, stage, amount_krw,"
    "    committed_krw, expires_time_ms, state, document";

static enum err read_ended(const struct db_rows *rows, struct hold **ret_holds, size_t *ret_count)
{
    const size_t count = (size_t)db_rows_count(rows);
    struct hold *holds = calloc(count + 1, sizeof *holds);
    enum err err = holds ? ERR_OK : ERR_UNAVAILABLE;

    for (size_t i = 0; !err && i < count; i++) {
        err = db_rows_fixed(rows, (int64_t)i, 0, holds[i].id, HOLD_ID_SIZE);
        if (!err) {
            err = read_hold(rows, (int64_t)i, &holds[i]);
        }
    }
    if (err) {
        free(holds);
        return err;
    }
    *ret_holds = holds;
    *ret_count = count;
    return ERR_OK;
}

enum err store_hold_expire(struct db *db, const char *shard, int64_t now_ms,
                           struct hold **ret_holds, size_t *ret_count)
{
    const struct db_param params[] = {db_text(shard), db_int64(now_ms),
                                      db_int64(STORE_HOLD_EXPIRE_MAX)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, HOLD_EXPIRE, params, DB_COUNT(params), &rows);

    if (!err) {
        err = read_ended(rows, ret_holds, ret_count);
    }
    db_rows_release(rows);
    return err;
}

/* One account at a time, as keys are looked up in posting.c. */
static const char HOLD_EXPIRE_OF[] =
    "WITH due AS ("
    "    SELECT found.hold_id"
    "    FROM unnest($3::int4[], $4::text[], $5::text[], $6::text[])"
    "        AS wanted (fiscal_year, programme, funding_source, stage)"
    "    CROSS JOIN LATERAL ("
    "        SELECT h.hold_id FROM ledger.hold AS h"
    "        WHERE h.shard = $1 AND h.fiscal_year = wanted.fiscal_year"
    "        AND h.programme = wanted.programme AND h.funding_source = wanted.funding_source"
    "        AND h.stage = wanted.stage AND h.state = 'held' AND h.expires_time_ms <= $2"
    "        LIMIT $7 + 1"
    "    ) AS found LIMIT $7 + 1"
    " )"
    " UPDATE ledger.hold SET state = 'expired', ended_time_ms = $2"
    " WHERE shard = $1 AND hold_id = ANY (ARRAY(SELECT due.hold_id FROM due))"
    "    AND (SELECT count(*) FROM due) <= $7"
    " RETURNING hold_id, kind, fiscal_year, programme, funding_source, stage, amount_krw,"
    "    committed_krw, expires_time_ms, state, document";

enum err store_hold_expire_of(struct db *db, const char *shard, int64_t now_ms,
                              const struct store_accounts *accounts, struct hold **ret_holds,
                              size_t *ret_count)
{
    static const enum db_column_type TYPES[] = {DB_COLUMN_INT32, DB_COLUMN_TEXT, DB_COLUMN_TEXT,
                                                DB_COLUMN_TEXT};
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[3 + DB_COUNT(TYPES)];
    struct db_rows *rows = NULL;

    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < accounts->count; i++) {
        if (accounts->rows[i].due) {
            store_account_add(columns, &accounts->rows[i].balance.account);
        }
    }
    params[0] = db_text(shard);
    params[1] = db_int64(now_ms);
    db_columns_params(columns, DB_COUNT(TYPES), params + 2);
    params[2 + DB_COUNT(TYPES)] = db_int64(STORE_HOLD_DUE_MAX);
    enum err err = db_query(db, HOLD_EXPIRE_OF, params, DB_COUNT(params), &rows);
    if (!err) {
        err = read_ended(rows, ret_holds, ret_count);
    }
    db_rows_release(rows);
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}

static const char ACCOUNT_FREE_HELD[] =
    "UPDATE ledger.account SET held_krw = account.held_krw - ended.amount_krw"
    " FROM ("
    "    SELECT freed.fiscal_year, freed.programme, freed.funding_source, freed.stage,"
    "        sum(freed.amount_krw)::int8 AS amount_krw"
    "    FROM unnest($2::int4[], $3::text[], $4::text[], $5::text[], $6::int8[])"
    "        AS freed (fiscal_year, programme, funding_source, stage, amount_krw)"
    "    GROUP BY freed.fiscal_year, freed.programme, freed.funding_source, freed.stage"
    " ) AS ended"
    " WHERE account.shard = $1 AND account.fiscal_year = ended.fiscal_year"
    "    AND account.programme = ended.programme"
    "    AND account.funding_source = ended.funding_source AND account.stage = ended.stage";

enum err store_account_free_held(struct db *db, const char *shard, const struct hold *holds,
                                 size_t count)
{
    static const enum db_column_type TYPES[] = {DB_COLUMN_INT32, DB_COLUMN_TEXT, DB_COLUMN_TEXT,
                                                DB_COLUMN_TEXT, DB_COLUMN_INT64};
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[1 + DB_COUNT(TYPES)];

    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        store_account_add(columns, &holds[i].account);
        db_column_add_int64(&columns[4], holds[i].amount_krw);
    }
    params[0] = db_text(shard);
    db_columns_params(columns, DB_COUNT(TYPES), params + 1);
    enum err err = db_exec(db, ACCOUNT_FREE_HELD, params, DB_COUNT(params));
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}

static const char ACCOUNT_SAVE_HELD[] =
    "UPDATE ledger.account SET held_krw = held.held_krw"
    " FROM unnest($2::int4[], $3::text[], $4::text[], $5::text[], $6::int8[])"
    "    AS held (fiscal_year, programme, funding_source, stage, held_krw)"
    " WHERE account.shard = $1 AND account.fiscal_year = held.fiscal_year"
    "    AND account.programme = held.programme"
    "    AND account.funding_source = held.funding_source AND account.stage = held.stage";

enum err store_account_save_held(struct db *db, const char *shard,
                                 const struct store_account *accounts, size_t count)
{
    static const enum db_column_type TYPES[] = {DB_COLUMN_INT32, DB_COLUMN_TEXT, DB_COLUMN_TEXT,
                                                DB_COLUMN_TEXT, DB_COLUMN_INT64};
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[1 + DB_COUNT(TYPES)];
    size_t changed = 0;
    enum err err = ERR_OK;

    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        if (accounts[i].balance.held_krw != accounts[i].loaded_held_krw) {
            store_account_add(columns, &accounts[i].balance.account);
            db_column_add_int64(&columns[4], accounts[i].balance.held_krw);
            changed++;
        }
    }
    params[0] = db_text(shard);
    db_columns_params(columns, DB_COUNT(TYPES), params + 1);
    if (changed > 0) {
        err = db_exec_later(db, ACCOUNT_SAVE_HELD, params, DB_COUNT(params));
    }
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}

static const char HOLD_DUE[] =
    "SELECT EXISTS (SELECT 1 FROM ledger.hold"
    "    WHERE shard = $1 AND state = 'held' AND expires_time_ms <= $2) AS due";

enum err store_hold_due(struct db *db, const char *shard, int64_t now_ms, bool *ret_due)
{
    const struct db_param params[] = {db_text(shard), db_int64(now_ms)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, HOLD_DUE, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_due = db_rows_bool(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

static const char HOLD_EXTEND[] =
    "WITH extended AS ("
    "    UPDATE ledger.hold SET expires_time_ms = $3 WHERE shard = $1 AND hold_id = $2"
    " )"
    " INSERT INTO ledger.hold_extension (shard, hold_id, expires_time_ms, previous_time_ms,"
    "    extended_by, extended_time_ms, reason)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";

enum err store_hold_extend(struct db *db, const char *shard, const struct hold *hold,
                           int64_t previous_time_ms, const struct store_change *change)
{
    const struct db_param params[] = {
        db_text(shard),
        db_uuid(hold->id),
        db_int64(hold->expires_time_ms),
        db_int64(previous_time_ms),
        db_text(change->by),
        db_int64(change->time_ms),
        db_text(change->reason),
    };

    assert(hold->expires_time_ms > previous_time_ms);
    return db_exec(db, HOLD_EXTEND, params, DB_COUNT(params));
}

static const char HOLD_EXTENSION_ROWS[] =
    "SELECT expires_time_ms, previous_time_ms, extended_by, extended_time_ms, reason"
    " FROM ledger.hold_extension WHERE shard = $1 AND hold_id = $2"
    " ORDER BY expires_time_ms LIMIT $3";

enum err store_hold_extension_rows(struct db *db, const char *shard,
                                   const uint8_t hold_id[HOLD_ID_SIZE], struct db_rows **ret_rows)
{
    const struct db_param params[] = {
        db_text(shard),
        db_uuid(hold_id),
        db_int64(STORE_HOLD_EXTENSION_MAX),
    };

    return db_query(db, HOLD_EXTENSION_ROWS, params, DB_COUNT(params), ret_rows);
}

/* The one that is asked for, or those behind a cursor. */
static const char HOLD_ROWS[] =
    "SELECT hold_id, kind, fiscal_year, programme, funding_source, amount_krw, expires_time_ms,"
    "    state, committed_krw, seq, document, placed_by, placed_time_ms, ended_time_ms, ended_by,"
    "    end_reason"
    " FROM ledger.hold"
    " WHERE shard = $1 AND ($2::int8 IS NULL OR fiscal_year = $2)"
    "    AND ($3::text IS NULL OR funding_source = $3) AND ($4::text IS NULL OR state = $4)"
    "    AND hold_id >= $6 AND (hold_id = $6) = $5"
    " ORDER BY hold_id LIMIT $7";

enum err store_hold_rows(struct db *db, const char *shard, const struct store_filter *filter,
                         const struct store_hold_filter *holds, struct db_rows **ret_rows)
{
    const struct db_param params[] = {
        db_text(shard),
        filter->fiscal_year == 0 ? db_null_int64() : db_int64(filter->fiscal_year),
        db_text(filter->funding_source == 0 ? NULL : funding_source_code(filter->funding_source)),
        db_text(holds->state == HOLD_NONE ? NULL : hold_state_code(holds->state)),
        db_bool(holds->only != NULL),
        db_uuid(holds->only ? holds->only : holds->after),
        db_int64(filter->limit),
    };

    return db_query(db, HOLD_ROWS, params, DB_COUNT(params), ret_rows);
}

static const char HOLD_MISMATCH_COUNT[] =
    "WITH held AS ("
    "    SELECT fiscal_year, programme, funding_source, stage, sum(amount_krw) AS amount_krw"
    "    FROM ledger.hold WHERE shard = $1 AND state = 'held'"
    "    GROUP BY fiscal_year, programme, funding_source, stage"
    " ), wrong_account AS ("
    "    SELECT 1 AS wrong FROM (SELECT fiscal_year, programme, funding_source, stage, held_krw"
    "        FROM ledger.account WHERE shard = $1 AND held_krw > 0) AS account"
    "    FULL JOIN held ON held.fiscal_year = account.fiscal_year"
    "        AND held.programme = account.programme"
    "        AND held.funding_source = account.funding_source AND held.stage = account.stage"
    "    WHERE account.held_krw IS DISTINCT FROM held.amount_krw"
    " ), wrong_hold AS ("
    "    SELECT 1 AS wrong FROM ledger.hold"
    "    WHERE hold.shard = $1 AND hold.state = 'committed' AND NOT EXISTS ("
    "        SELECT 1 FROM ledger.journal"
    "        INNER JOIN ledger.entry_leg ON entry_leg.shard = journal.shard"
    "            AND entry_leg.seq = journal.seq"
    "        WHERE journal.shard = $1 AND journal.seq = hold.seq AND journal.kind = hold.kind"
    "            AND strpos(journal.metadata, hold.hold_id::text) > 0"
    "            AND entry_leg.fiscal_year = hold.fiscal_year"
    "            AND entry_leg.programme = hold.programme"
    "            AND entry_leg.funding_source = hold.funding_source"
    "            AND entry_leg.stage = hold.stage"
    "            AND entry_leg.amount_krw + hold.committed_krw = 0)"
    " ), wrong_deadline AS ("
    "    SELECT 1 AS wrong FROM (SELECT hold_id, max(expires_time_ms) AS expires_time_ms"
    "        FROM ledger.hold_extension WHERE shard = $1 GROUP BY hold_id) AS extended"
    "    INNER JOIN ledger.hold ON hold.shard = $1 AND hold.hold_id = extended.hold_id"
    "    WHERE hold.expires_time_ms != extended.expires_time_ms"
    " )"
    " SELECT ((SELECT count(*) FROM wrong_account) + (SELECT count(*) FROM wrong_hold)"
    "    + (SELECT count(*) FROM wrong_deadline))::int8"
    "    AS mismatches";

enum err store_hold_mismatch_count(struct db *db, const char *shard, int64_t *ret_count)
{
    const struct db_param params[] = {db_text(shard)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, HOLD_MISMATCH_COUNT, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_count = db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

static enum err read_hold(const struct db_rows *rows, int64_t row, struct hold *hold)
{
    enum funding_source source = 0;
    enum err err = funding_source_parse(db_rows_text(rows, row, 4), &source);

    if (!err) {
        err = stage_parse(db_rows_text(rows, row, 5), &hold->account.stage);
    }
    if (!err) {
        err = line_init(&hold->account.line, (int32_t)db_rows_int64(rows, row, 2), source,
                        db_rows_text(rows, row, 3));
    }
    if (!err) {
        err = hold_state_parse(db_rows_text(rows, row, 9), &hold->state);
    }
    hold->amount_krw = db_rows_int64(rows, row, 6);
    hold->committed_krw = db_rows_int64(rows, row, 7);
    hold->expires_time_ms = db_rows_int64(rows, row, 8);
    bool fits = copy_text(hold->kind, sizeof hold->kind, db_rows_text(rows, row, 1)) &&
                copy_text(hold->document, sizeof hold->document, db_rows_text(rows, row, 10));
    return err || !fits ? ERR_INTERNAL : ERR_OK; /* a damaged row is not built upon */
}

static bool copy_text(char *target, size_t size, const char *text)
{
    size_t length = strlen(text);

    if (length >= size) {
        return false;
    }
    memcpy(target, text, length + 1);
    return true;
}
