/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Balances of accounts: read together, written together.
 */
#include "ledger/store/posting.h"

#include <assert.h>

void store_account_add(struct db_column columns[], const struct account *account)
{
    db_column_add_int32(&columns[0], account->line.fiscal_year);
    db_column_add_text(&columns[1], account->line.programme);
    db_column_add_text(&columns[2], funding_source_code(account->line.funding_source));
    db_column_add_text(&columns[3], stage_code(account->stage));
}

static bool is_changed(const struct store_account *account)
{
    return account->balance.version != account->loaded_version;
}

/* One account at a time, as keys are looked up in posting.c. */
static const char ACCOUNT_LOAD[] =
    "SELECT wanted.place, known.balance_krw, known.held_krw, known.version, known.floor_krw,"
    "    known.number, line_freeze.frozen IS NOT NULL,"
    "    CASE WHEN known.held_krw > 0 THEN EXISTS (SELECT 1 FROM ledger.hold"
    "        WHERE hold.shard = $1 AND hold.fiscal_year = wanted.fiscal_year"
    "        AND hold.programme = wanted.programme"
    "        AND hold.funding_source = wanted.funding_source AND hold.stage = wanted.stage"
    "        AND hold.state = 'held' AND hold.expires_time_ms <= $7) ELSE FALSE END"
    " FROM unnest($2::int4[], $3::text[], $4::text[], $5::text[], $6::int4[])"
    "    AS wanted (fiscal_year, programme, funding_source, stage, place)"
    " LEFT JOIN LATERAL ("
    "    SELECT a.balance_krw, a.held_krw, a.version, a.floor_krw, a.number"
    "    FROM ledger.account AS a"
    "    WHERE a.shard = $1 AND a.fiscal_year = wanted.fiscal_year"
    "    AND a.programme = wanted.programme AND a.funding_source = wanted.funding_source"
    "    AND a.stage = wanted.stage LIMIT 1"
    " ) AS known ON TRUE"
    " LEFT JOIN LATERAL ("
    "    SELECT TRUE AS frozen FROM ledger.line_freeze AS f"
    "    WHERE f.shard = $1 AND f.fiscal_year = wanted.fiscal_year"
    "    AND f.programme = wanted.programme AND f.funding_source = wanted.funding_source LIMIT 1"
    " ) AS line_freeze ON TRUE";

enum err store_account_ask(struct db *db, const char *shard, int64_t now_ms,
                           const struct store_account *accounts, size_t count)
{
    static const enum db_column_type TYPES[] = {DB_COLUMN_INT32, DB_COLUMN_TEXT, DB_COLUMN_TEXT,
                                                DB_COLUMN_TEXT, DB_COLUMN_INT32};
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[2 + DB_COUNT(columns)];
    enum err err = ERR_OK;

    assert(count <= STORE_ACCOUNT_COUNT_MAX);
    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        if (!accounts[i].known) {
            store_account_add(columns, &accounts[i].balance.account);
            db_column_add_int32(&columns[4], (int32_t)i);
        }
    }
    params[0] = db_text(shard);
    db_columns_params(columns, DB_COUNT(columns), params + 1);
    params[1 + DB_COUNT(columns)] = db_int64(now_ms);
    err = db_query_later(db, ACCOUNT_LOAD, params, DB_COUNT(params));
    db_columns_release(columns, DB_COUNT(columns));
    return err;
}

enum err store_account_hear(struct db *db, struct store_account *accounts, size_t count)
{
    struct db_rows *rows = NULL;
    enum err err = db_query_rows(db, &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        const int64_t place = db_rows_int64(rows, i, 0);
        struct store_account *account = &accounts[place];

        assert(place >= 0 && (size_t)place < count);
        account->balance.frozen = db_rows_bool(rows, i, 6);
        if (db_rows_is_null(rows, i, 3)) {
            continue; /* an account that was never posted to */
        }
        account->balance.balance_krw = db_rows_int64(rows, i, 1);
        account->balance.held_krw = db_rows_int64(rows, i, 2);
        account->balance.version = db_rows_int64(rows, i, 3);
        account->balance.has_floor = !db_rows_is_null(rows, i, 4);
        account->balance.floor_krw =
            account->balance.has_floor ? db_rows_int64(rows, i, 4) : account->balance.floor_krw;
        account->loaded_version = account->balance.version;
        account->loaded_held_krw = account->balance.held_krw;
        account->due = db_rows_bool(rows, i, 7);
        account->number = (int32_t)db_rows_int64(rows, i, 5);
    }
    db_rows_release(rows);
    return err;
}

enum err store_account_load(struct db *db, const char *shard, int64_t now_ms,
                            struct store_account *accounts, size_t count)
{
    enum err err = store_account_ask(db, shard, now_ms, accounts, count);

    return err ? err : store_account_hear(db, accounts, count);
}

static const char ACCOUNT_NUMBER[] =
    "SELECT nextval('ledger.account_number') FROM generate_series(1, $1::int4)";

enum err store_account_number(struct db *db, struct store_account *accounts, size_t count)
{
    struct db_rows *rows = NULL;
    int64_t at = 0;
    int32_t new_count = 0;

    for (size_t i = 0; i < count; i++) {
        new_count += is_changed(&accounts[i]) && accounts[i].number == 0 ? 1 : 0;
    }
    if (new_count == 0) {
        return ERR_OK;
    }
    const struct db_param params[] = {db_int32(new_count)};
    enum err err = db_query(db, ACCOUNT_NUMBER, params, DB_COUNT(params), &rows);
    for (size_t i = 0; !err && i < count; i++) {
        if (is_changed(&accounts[i]) && accounts[i].number == 0) {
            accounts[i].number = (int32_t)db_rows_int64(rows, at, 0);
            at++;
        }
    }
    db_rows_release(rows);
    return err;
}

static const char ACCOUNT_ADD[] =
    "INSERT INTO ledger.account (shard, fiscal_year, programme, funding_source, stage, number,"
    "    balance_krw, version, floor_krw)"
    " SELECT $1, added.fiscal_year, added.programme, added.funding_source, added.stage,"
    "    added.number, added.balance_krw, added.version, added.floor_krw"
    " FROM unnest($2::int4[], $3::text[], $4::text[], $5::text[], $6::int4[], $7::int8[],"
    "    $8::int8[], $9::int8[])"
    "    AS added (fiscal_year, programme, funding_source, stage, number, balance_krw, version,"
    "    floor_krw)";

/* Accounts without a posting before; nothing is sent where there is none. */
static enum err account_add(struct db *db, const char *shard, const struct store_account *accounts,
                            size_t count)
{
    static const enum db_column_type TYPES[] = {
        DB_COLUMN_INT32, DB_COLUMN_TEXT,  DB_COLUMN_TEXT,  DB_COLUMN_TEXT,
        DB_COLUMN_INT32, DB_COLUMN_INT64, DB_COLUMN_INT64, DB_COLUMN_INT64,
    };
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[1 + DB_COUNT(columns)];
    enum err err = ERR_OK;

    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        const struct account_balance *balance = &accounts[i].balance;
        if (!is_changed(&accounts[i]) || accounts[i].loaded_version > 0) {
            continue;
        }
        store_account_add(columns, &balance->account);
        db_column_add_int32(&columns[4], accounts[i].number);
        db_column_add_int64(&columns[5], balance->balance_krw);
        db_column_add_int64(&columns[6], balance->version);
        if (balance->has_floor) {
            db_column_add_int64(&columns[7], balance->floor_krw);
        } else {
            db_column_add_null(&columns[7]);
        }
    }
    if (columns[0].count > 0) {
        params[0] = db_text(shard);
        db_columns_params(columns, DB_COUNT(columns), params + 1);
        err = db_exec_later(db, ACCOUNT_ADD, params, DB_COUNT(params));
    }
    db_columns_release(columns, DB_COUNT(columns));
    return err;
}

static const char ACCOUNT_SAVE[] =
    "UPDATE ledger.account SET balance_krw = changed.balance_krw, version = changed.version"
    " FROM (SELECT unnest($1::int4[]) AS number, unnest($2::int8[]) AS balance_krw,"
    "    unnest($3::int8[]) AS version) AS changed"
    " WHERE account.number = changed.number";

enum err store_account_save(struct db *db, const char *shard, const struct store_account *accounts,
                            size_t count)
{
    static const enum db_column_type TYPES[] = {DB_COLUMN_INT32, DB_COLUMN_INT64, DB_COLUMN_INT64};
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[DB_COUNT(TYPES)];

    assert(count <= STORE_ACCOUNT_COUNT_MAX);
    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        if (is_changed(&accounts[i]) && accounts[i].loaded_version > 0) {
            db_column_add_int32(&columns[0], accounts[i].number);
            db_column_add_int64(&columns[1], accounts[i].balance.balance_krw);
            db_column_add_int64(&columns[2], accounts[i].balance.version);
        }
    }
    db_columns_params(columns, DB_COUNT(TYPES), params);
    enum err err = account_add(db, shard, accounts, count);
    if (!err && columns[0].count > 0) {
        err = db_exec_later(db, ACCOUNT_SAVE, params, DB_COUNT(params));
    }
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}
