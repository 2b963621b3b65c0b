/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements behind balances. Numbers of entries grow with an account's
 * versions, so its state after an entry is found by halving; days and moments
 * need not grow, so they are summed.
 */
#include "ledger/store/balance.h"

#include <assert.h>

enum { HALVING_MAX = 64 }; /* versions are 63-bit numbers */

static enum err find_number(struct db *db, const char *shard, const struct account *account,
                            int32_t *ret_number);
static enum err read_version(struct db *db, int32_t number, int64_t version,
                             struct store_balance *ret_balance);
static enum err read_now(struct db *db, int32_t number, struct store_balance *ret_balance);
static enum err read_seq(struct db *db, int32_t number, int64_t seq,
                         struct store_balance *ret_balance);
static enum err read_sum(struct db *db, const char *shard, int32_t number,
                         const struct store_moment *moment, struct store_balance *ret_balance);

enum err store_balance_read(struct db *db, const char *shard, const struct account *account,
                            const struct store_moment *moment, struct store_balance *ret_balance)
{
    int32_t number = 0;
    enum err err = find_number(db, shard, account, &number);

    if (err) {
        return err;
    }
    switch (moment->kind) {
    case STORE_MOMENT_NOW:
        return read_now(db, number, ret_balance);
    case STORE_MOMENT_SEQ:
        return read_seq(db, number, moment->seq, ret_balance);
    case STORE_MOMENT_TIME:
    case STORE_MOMENT_DATE:
        break;
    }
    return read_sum(db, shard, number, moment, ret_balance);
}

static const char NUMBER_FIND[] =
    "SELECT number FROM ledger.account"
    " WHERE shard = $1 AND fiscal_year = $2 AND programme = $3 AND funding_source = $4"
    "    AND stage = $5";

/* 0: nothing was ever posted to the account. */
static enum err find_number(struct db *db, const char *shard, const struct account *account,
                            int32_t *ret_number)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(account->line.fiscal_year),
        db_text(account->line.programme),
        db_text(funding_source_code(account->line.funding_source)),
        db_text(stage_code(account->stage)),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, NUMBER_FIND, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_number = db_rows_count(rows) == 1 ? (int32_t)db_rows_int64(rows, 0, 0) : 0;
    }
    db_rows_release(rows);
    return err;
}

static const char VERSION_LAST[] =
    "SELECT greatest("
    "    (SELECT coalesce(max(debit_version), 0) FROM ledger.transfer WHERE debit_account = $1),"
    "    (SELECT coalesce(max(credit_version), 0) FROM ledger.transfer WHERE credit_account = $1)"
    " ) AS version";

static enum err read_now(struct db *db, int32_t number, struct store_balance *ret_balance)
{
    const struct db_param params[] = {db_int32(number)};
    struct db_rows *rows = NULL;
    int64_t version = 0;
    enum err err = db_query(db, VERSION_LAST, params, DB_COUNT(params), &rows);

    if (!err) {
        version = db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return err ? err : read_version(db, number, version, ret_balance);
}

static const char VERSION_READ[] =
    "SELECT debit_balance_krw AS balance_krw, seq FROM ledger.transfer"
    " WHERE debit_account = $1 AND debit_version = $2"
    " UNION ALL"
    " SELECT credit_balance_krw, seq FROM ledger.transfer"
    " WHERE credit_account = $1 AND credit_version = $2";

/* What the account was after its posting of this number; 0: before the first. */
static enum err read_version(struct db *db, int32_t number, int64_t version,
                             struct store_balance *ret_balance)
{
    const struct db_param params[] = {db_int32(number), db_int64(version)};
    struct store_balance balance = {.posting_count = version};
    struct db_rows *rows = NULL;
    enum err err = ERR_OK;

    if (version == 0) {
        *ret_balance = balance;
        return ERR_OK;
    }
    err = db_query(db, VERSION_READ, params, DB_COUNT(params), &rows);
    if (!err && db_rows_count(rows) != 1) {
        err = ERR_INTERNAL; /* versions have no gap, unless somebody made one */
    }
    if (!err) {
        balance.balance_krw = db_rows_int64(rows, 0, 0);
        balance.seq = db_rows_int64(rows, 0, 1);
        *ret_balance = balance;
    }
    db_rows_release(rows);
    return err;
}

/* The last version whose entry is not after seq. */
static enum err read_seq(struct db *db, int32_t number, int64_t seq,
                         struct store_balance *ret_balance)
{
    struct store_balance found = {.posting_count = 0};
    struct store_balance probe = {.posting_count = 0};
    enum err err = read_now(db, number, &probe);
    int64_t above = probe.posting_count;

    if (err) {
        return err;
    }
    if (probe.seq <= seq) {
        *ret_balance = probe;
        return ERR_OK;
    }
    /* found is not after seq, version `above` is. */
    for (int i = 0; i < HALVING_MAX && above - found.posting_count > 1; i++) {
        err = read_version(db, number, found.posting_count + (above - found.posting_count) / 2,
                           &probe);
        if (err) {
            return err;
        }
        if (probe.seq <= seq) {
            found = probe;
        } else {
            above = probe.posting_count;
        }
    }
    assert(above - found.posting_count == 1);
    *ret_balance = found;
    return ERR_OK;
}

static const char BALANCE_SUM[] =
    "SELECT coalesce(sum(posted.amount_krw), 0)::int8, count(*), coalesce(max(posted.seq), 0)"
    " FROM ("
    "    SELECT seq, -amount_krw AS amount_krw FROM ledger.transfer WHERE debit_account = $2"
    "    UNION ALL"
    "    SELECT seq, amount_krw FROM ledger.transfer WHERE credit_account = $2"
    " ) AS posted"
    " INNER JOIN ledger.journal ON journal.shard = $1 AND journal.seq = posted.seq"
    " WHERE ($3::int8 IS NULL OR journal.posted_time_ms <= $3)"
    "    AND ($4::int8 IS NULL OR journal.effective_date <= $4)";

static enum err read_sum(struct db *db, const char *shard, int32_t number,
                         const struct store_moment *moment, struct store_balance *ret_balance)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(number),
        moment->kind == STORE_MOMENT_TIME ? db_int64(moment->time_ms) : db_null_int64(),
        moment->kind == STORE_MOMENT_DATE ? db_int64(moment->date) : db_null_int64(),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BALANCE_SUM, params, DB_COUNT(params), &rows);

    if (!err) {
        ret_balance->balance_krw = db_rows_int64(rows, 0, 0);
        ret_balance->posting_count = db_rows_int64(rows, 0, 1);
        ret_balance->seq = db_rows_int64(rows, 0, 2);
    }
    db_rows_release(rows);
    return err;
}
