/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements around fiscal years: listing them, reading what one holds,
 * closing one. Nothing here decides whether a year may be closed.
 */
#include "ledger/store/period.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static enum err read_account(const struct db_rows *rows, int64_t row, int32_t fiscal_year,
                             struct account_balance *ret_balance);
static int compare_balances(const void *left, const void *right);
static void copy_text(char *target, size_t size, const char *text);

static const char PERIOD_ROWS[] =
    "SELECT fiscal_year, state, closed_time_ms, closed_seq, closed_hash FROM ledger.period"
    " WHERE shard = $1 AND ($2::int8 IS NULL OR fiscal_year = $2) ORDER BY fiscal_year";

enum err store_period_rows(struct db *db, const char *shard, int32_t fiscal_year,
                           struct db_rows **ret_rows)
{
    const struct db_param params[] = {
        db_text(shard),
        fiscal_year == 0 ? db_null_int64() : db_int64(fiscal_year),
    };

    return db_query(db, PERIOD_ROWS, params, DB_COUNT(params), ret_rows);
}

static const char YEAR_ACCOUNTS[] =
    "SELECT account.programme, account.funding_source, account.stage, account.balance_krw,"
    "    account.held_krw, account.version, line_freeze.reason IS NOT NULL"
    " FROM ledger.account"
    " LEFT JOIN ledger.line_freeze ON line_freeze.shard = account.shard"
    "    AND line_freeze.fiscal_year = account.fiscal_year"
    "    AND line_freeze.programme = account.programme"
    "    AND line_freeze.funding_source = account.funding_source"
    " WHERE account.shard = $1 AND account.fiscal_year = $2"
    "    AND (account.balance_krw != 0 OR account.held_krw != 0 OR line_freeze.reason IS NOT NULL)"
    " LIMIT $3";

enum err store_year_accounts(struct db *db, const char *shard, int32_t fiscal_year,
                             struct account_balance **ret_accounts, size_t *ret_count)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(fiscal_year),
        db_int64(STORE_YEAR_ACCOUNT_MAX + 1),
    };
    struct account_balance *accounts = NULL;
    struct db_rows *rows = NULL;
    size_t count = 0;
    enum err err = db_query(db, YEAR_ACCOUNTS, params, DB_COUNT(params), &rows);

    if (err) {
        goto out;
    }
    count = (size_t)db_rows_count(rows);
    if (count > STORE_YEAR_ACCOUNT_MAX) {
        err = ERR_FULL;
        goto out;
    }
    accounts = calloc(count + 1, sizeof *accounts);
    err = accounts ? ERR_OK : ERR_UNAVAILABLE;
    for (size_t i = 0; !err && i < count; i++) {
        err = read_account(rows, (int64_t)i, fiscal_year, &accounts[i]);
    }
    if (err) {
        goto out;
    }
    qsort(accounts, count, sizeof *accounts, compare_balances);
    *ret_accounts = accounts;
    *ret_count = count;
    accounts = NULL;

out:
    free(accounts);
    db_rows_release(rows);
    return err;
}

static const char RESERVED_COUNT[] =
    "SELECT count(*) AS reserved FROM ledger.envelope"
    " WHERE shard = $1 AND fiscal_year = $2 AND state = 'reserved'";

enum err store_year_reserved_count(struct db *db, const char *shard, int32_t fiscal_year,
                                   int64_t *ret_count)
{
    const struct db_param params[] = {db_text(shard), db_int32(fiscal_year)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, RESERVED_COUNT, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_count = db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

static const char PERIOD_CLOSE[] =
    "UPDATE ledger.period SET state = 'closed', closed_by = $3, closed_time_ms = $4,"
    "    closed_seq = $5, closed_hash = $6"
    " WHERE shard = $1 AND fiscal_year = $2 AND state IN ('open', 'closing')";

enum err store_period_close(struct db *db, const char *shard, int32_t fiscal_year,
                            const struct store_head *head, int64_t time_ms, const char *by)
{
    const struct db_param params[] = {
        db_text(shard),    db_int32(fiscal_year), db_text(by),
        db_int64(time_ms), db_int64(head->seq),   db_bytes(head->hash, JOURNAL_HASH_SIZE),
    };
    int64_t changed = 0;
    enum err err = db_exec_count(db, PERIOD_CLOSE, params, DB_COUNT(params), &changed);

    if (err) {
        return err;
    }
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

static const char PERIOD_CLOSING_BEGIN[] =
    "UPDATE ledger.period SET state = 'closing', closing_by = $3, closing_document = $4,"
    "    closing_metadata = $5"
    " WHERE shard = $1 AND fiscal_year = $2 AND state = 'open'";

enum err store_closing_begin(struct db *db, const char *shard, const struct store_closing *closing)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(closing->fiscal_year),
        db_text(closing->by),
        db_text(closing->document),
        db_text(closing->metadata),
    };
    int64_t changed = 0;
    enum err err = db_exec_count(db, PERIOD_CLOSING_BEGIN, params, DB_COUNT(params), &changed);

    if (err) {
        return err;
    }
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

static const char CLOSING_READ[] =
    "SELECT fiscal_year, closing_by, closing_document, closing_metadata FROM ledger.period"
    " WHERE shard = $1 AND state = 'closing' AND ($2::int8 IS NULL OR fiscal_year = $2)"
    " ORDER BY fiscal_year LIMIT 1";

enum err store_closing_read(struct db *db, const char *shard, int32_t fiscal_year,
                            struct store_closing *ret_closing)
{
    const struct db_param params[] = {
        db_text(shard),
        fiscal_year == 0 ? db_null_int64() : db_int64(fiscal_year),
    };
    struct store_closing closing = {.fiscal_year = 0};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, CLOSING_READ, params, DB_COUNT(params), &rows);

    if (err) {
        goto out;
    }
    err = db_rows_count(rows) == 1 ? ERR_OK : ERR_NOT_FOUND;
    if (err) {
        goto out;
    }
    closing.fiscal_year = (int32_t)db_rows_int64(rows, 0, 0);
    copy_text(closing.by, sizeof closing.by, db_rows_text(rows, 0, 1));
    copy_text(closing.document, sizeof closing.document, db_rows_text(rows, 0, 2));
    copy_text(closing.metadata, sizeof closing.metadata, db_rows_text(rows, 0, 3));
    *ret_closing = closing;

out:
    db_rows_release(rows);
    return err;
}

/* Texts of our own row; it was written from buffers of these sizes. */
static void copy_text(char *target, size_t size, const char *text)
{
    size_t length = strlen(text);

    assert(length < size);
    memcpy(target, text, length + 1);
}

static enum err read_account(const struct db_rows *rows, int64_t row, int32_t fiscal_year,
                             struct account_balance *ret_balance)
{
    struct account account;
    enum funding_source source = 0;
    enum err err = funding_source_parse(db_rows_text(rows, row, 1), &source);

    memset(&account, 0, sizeof account);
    if (!err) {
        err = stage_parse(db_rows_text(rows, row, 2), &account.stage);
    }
    if (!err) {
        err = line_init(&account.line, fiscal_year, source, db_rows_text(rows, row, 0));
    }
    if (err) {
        return ERR_INTERNAL; /* only known accounts are posted to */
    }
    account_balance_init(ret_balance, &account);
    ret_balance->balance_krw = db_rows_int64(rows, row, 3);
    ret_balance->held_krw = db_rows_int64(rows, row, 4);
    ret_balance->version = db_rows_int64(rows, row, 5);
    ret_balance->frozen = db_rows_bool(rows, row, 6);
    return ERR_OK;
}

static int compare_balances(const void *left, const void *right)
{
    const struct account_balance *a = left;
    const struct account_balance *b = right;

    return account_compare(&a->account, &b->account);
}
