/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements behind grants' entries. Orders and grants travel as arrays, so
 * that many are as many round trips as one.
 */
#include "ledger/store/grant_entry.h"

#include <assert.h>
#include <string.h>

static enum err read_terms(const struct db_rows *rows, int64_t row, struct grant_book *book);
static enum err read_balance(const struct db_rows *rows, int64_t row, struct grant_book *book);
static enum err query_books(struct db *db, const char *sql, const char *shard,
                            const struct grant_book *books, size_t count,
                            struct db_rows **ret_rows);

/* What a reclassification brought into another programme is no longer the grant's. */
static const char GRANT_FOLLOW[] =
    "SELECT wanted.place, grant_entry.grant_id"
    " FROM unnest($2::int4[], $3::int8[], $4::text[]) AS wanted (place, seq, programme)"
    " INNER JOIN ledger.grant_entry ON grant_entry.shard = $1 AND grant_entry.seq = wanted.seq"
    " INNER JOIN ledger.grant_award ON grant_award.shard = $1"
    "    AND grant_award.grant_id = grant_entry.grant_id"
    "    AND grant_award.programme = wanted.programme";

enum err store_grant_follow(struct db *db, const char *shard, struct order *const *orders,
                            size_t count)
{
    struct db_column places;
    struct db_column seqs;
    struct db_column programmes;
    struct db_rows *rows = NULL;

    db_column_init(&places, DB_COLUMN_INT32);
    db_column_init(&seqs, DB_COLUMN_INT64);
    db_column_init(&programmes, DB_COLUMN_TEXT);
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &orders[i]->entry;
        if (orders[i]->result == ORDER_PENDING && entry->linked_seq > 0 && entry->leg_count > 0 &&
            grant_kind_follows(entry->kind)) {
            db_column_add_int32(&places, (int32_t)i);
            db_column_add_int64(&seqs, entry->linked_seq);
            db_column_add_text(&programmes, entry->legs[0].account.line.programme);
        }
    }
    const struct db_param params[] = {db_text(shard), db_column_param(&places),
                                      db_column_param(&seqs), db_column_param(&programmes)};
    enum err err = db_query(db, GRANT_FOLLOW, params, DB_COUNT(params), &rows);
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        struct order *order = orders[db_rows_int64(rows, i, 0)];
        err = db_rows_fixed(rows, i, 1, order->grant_id, ENTRY_KEY_SIZE);
        order->has_grant = !err;
    }
    db_rows_release(rows);
    db_column_release(&places);
    db_column_release(&seqs);
    db_column_release(&programmes);
    return err;
}

/* A grant of an earlier year counts once an entry of it was posted in the year. */
static const char GRANT_REQUIRE[] =
    "SELECT wanted.place"
    " FROM unnest($3::int4[], $4::int4[], $5::text[]) AS wanted (place, fiscal_year, programme)"
    " WHERE EXISTS (SELECT 1 FROM ledger.grant_award WHERE grant_award.shard = $1"
    "    AND grant_award.programme = wanted.programme"
    "    AND grant_award.fiscal_year BETWEEN wanted.fiscal_year - $2::int4 AND wanted.fiscal_year"
    "    AND (grant_award.fiscal_year = wanted.fiscal_year"
    "        OR EXISTS (SELECT 1 FROM ledger.grant_entry"
    "            INNER JOIN ledger.entry_leg ON entry_leg.shard = $1"
    "                AND entry_leg.seq = grant_entry.seq"
    "            WHERE grant_entry.shard = $1 AND grant_entry.grant_id = grant_award.grant_id"
    "                AND entry_leg.fiscal_year = wanted.fiscal_year)))";

enum err store_grant_require(struct db *db, const char *shard, struct order *const *orders,
                             size_t count)
{
    static const enum db_column_type TYPES[] = {DB_COLUMN_INT32, DB_COLUMN_INT32, DB_COLUMN_TEXT};
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[2 + DB_COUNT(TYPES)];
    struct db_rows *rows = NULL;

    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        const struct order *order = orders[i];
        if (order->result == ORDER_PENDING && !order->has_grant &&
            grant_entry_needs(&order->entry)) {
            const struct line *line = &order->entry.legs[0].account.line;
            db_column_add_int32(&columns[0], (int32_t)i);
            db_column_add_int32(&columns[1], line->fiscal_year);
            db_column_add_text(&columns[2], line->programme);
        }
    }
    params[0] = db_text(shard);
    params[1] = db_int32(GRANT_BOOK_YEAR_MAX - 1);
    db_columns_params(columns, DB_COUNT(TYPES), params + 2);
    enum err err = db_query(db, GRANT_REQUIRE, params, DB_COUNT(params), &rows);
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        orders[db_rows_int64(rows, i, 0)]->grant_required = true;
    }
    db_rows_release(rows);
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}

static const char GRANT_DECIDED[] =
    "SELECT wanted.place, sum(entry_leg.amount_krw)::int8"
    " FROM unnest($3::int4[], $4::text[], $5::text[], $6::text[], $7::int4[])"
    "    AS wanted (fiscal_year, programme, funding_source, stage, place)"
    " INNER JOIN ledger.grant_award ON grant_award.shard = $1"
    "    AND grant_award.programme = wanted.programme"
    "    AND grant_award.fiscal_year BETWEEN wanted.fiscal_year - $2::int4 AND wanted.fiscal_year"
    " INNER JOIN ledger.grant_entry ON grant_entry.shard = $1"
    "    AND grant_entry.grant_id = grant_award.grant_id"
    " INNER JOIN ledger.entry_leg ON entry_leg.shard = $1 AND entry_leg.seq = grant_entry.seq"
    "    AND entry_leg.fiscal_year = wanted.fiscal_year"
    "    AND entry_leg.programme = wanted.programme"
    "    AND entry_leg.funding_source = wanted.funding_source AND entry_leg.stage = wanted.stage"
    " GROUP BY wanted.place";

enum err store_grant_decided_ask(struct db *db, const char *shard,
                                 const struct store_account *accounts, size_t count)
{
    static const enum db_column_type TYPES[] = {DB_COLUMN_INT32, DB_COLUMN_TEXT, DB_COLUMN_TEXT,
                                                DB_COLUMN_TEXT, DB_COLUMN_INT32};
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[2 + DB_COUNT(TYPES)];

    assert(count <= STORE_ACCOUNT_COUNT_MAX);
    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        if (accounts[i].taken) {
            store_account_add(columns, &accounts[i].balance.account);
            db_column_add_int32(&columns[4], (int32_t)i);
        }
    }
    params[0] = db_text(shard);
    params[1] = db_int32(GRANT_BOOK_YEAR_MAX - 1);
    db_columns_params(columns, DB_COUNT(TYPES), params + 2);
    enum err err = db_query_later(db, GRANT_DECIDED, params, DB_COUNT(params));
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}

enum err store_grant_decided_hear(struct db *db, struct store_account *accounts, size_t count)
{
    struct db_rows *rows = NULL;
    enum err err = db_query_rows(db, &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        const int64_t place = db_rows_int64(rows, i, 0);
        assert(place >= 0 && (size_t)place < count);
        accounts[place].balance.decided_krw = db_rows_int64(rows, i, 1);
    }
    db_rows_release(rows);
    return err;
}

/* Likewise. */
static const char GRANT_EXISTS[] =
    "SELECT EXISTS (SELECT 1 FROM ledger.grant_award WHERE grant_award.shard = $1"
    "    AND grant_award.programme = $3"
    "    AND grant_award.fiscal_year BETWEEN $2::int4 - $4::int4 AND $2::int4"
    "    AND (grant_award.fiscal_year = $2::int4"
    "        OR EXISTS (SELECT 1 FROM ledger.grant_entry"
    "            INNER JOIN ledger.entry_leg ON entry_leg.shard = $1"
    "                AND entry_leg.seq = grant_entry.seq"
    "            WHERE grant_entry.shard = $1 AND grant_entry.grant_id = grant_award.grant_id"
    "                AND entry_leg.fiscal_year = $2::int4))) AS found";

enum err store_grant_exists(struct db *db, const char *shard,
                            const struct store_programme *programme, bool *ret_exists)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(programme->fiscal_year),
        db_text(programme->code),
        db_int32(GRANT_BOOK_YEAR_MAX - 1),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, GRANT_EXISTS, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_exists = db_rows_bool(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

static const char GRANT_BOOK_LOAD[] =
    "SELECT wanted.place, grant_award.fiscal_year, grant_award.programme,"
    "    grant_award.national_krw, grant_award.city_krw, grant_award.district_krw,"
    "    grant_award.other_krw"
    " FROM unnest($2::int4[], $3::uuid[]) AS wanted (place, grant_id)"
    " INNER JOIN ledger.grant_award ON grant_award.shard = $1"
    "    AND grant_award.grant_id = wanted.grant_id";

enum err store_grant_book_load(struct db *db, const char *shard, struct grant_book *books,
                               size_t count)
{
    struct db_rows *rows = NULL;
    enum err err = query_books(db, GRANT_BOOK_LOAD, shard, books, count, &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        err = read_terms(rows, i, &books[db_rows_int64(rows, i, 0)]);
    }
    db_rows_release(rows);
    return err;
}

/*
 * The interest of settlements is told apart from what was paid back of it. What a
 * reclassification moved in another programme is none of the grant's.
 */
static const char GRANT_BALANCE_LOAD[] =
    "SELECT wanted.place, entry_leg.fiscal_year, entry_leg.programme, entry_leg.funding_source,"
    "    entry_leg.stage, sum(entry_leg.amount_krw)::int8 AS amount_krw,"
    "    coalesce(sum(entry_leg.amount_krw) FILTER (WHERE journal.kind = 'settlement'"
    "        OR reversed.kind = 'settlement'), 0)::int8 AS settled_krw"
    " FROM unnest($2::int4[], $3::uuid[]) AS wanted (place, grant_id)"
    " INNER JOIN ledger.grant_award ON grant_award.shard = $1"
    "    AND grant_award.grant_id = wanted.grant_id"
    " INNER JOIN ledger.grant_entry ON grant_entry.shard = $1"
    "    AND grant_entry.grant_id = wanted.grant_id"
    " INNER JOIN ledger.journal ON journal.shard = $1 AND journal.seq = grant_entry.seq"
    " LEFT JOIN ledger.journal AS reversed ON reversed.shard = $1"
    "    AND reversed.seq = journal.linked_seq AND journal.kind = 'reversal'"
    " INNER JOIN ledger.entry_leg ON entry_leg.shard = $1 AND entry_leg.seq = grant_entry.seq"
    "    AND entry_leg.programme = grant_award.programme"
    " GROUP BY wanted.place, entry_leg.fiscal_year, entry_leg.programme, entry_leg.funding_source,"
    "    entry_leg.stage";

enum err store_grant_balance_load(struct db *db, const char *shard, struct grant_book *books,
                                  size_t count)
{
    struct db_rows *rows = NULL;
    enum err err = query_books(db, GRANT_BALANCE_LOAD, shard, books, count, &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        err = read_balance(rows, i, &books[db_rows_int64(rows, i, 0)]);
    }
    db_rows_release(rows);
    return err;
}

static const char GRANT_ENTRY_INSERT[] =
    "INSERT INTO ledger.grant_entry (shard, seq, grant_id)"
    " SELECT $1, added.seq, added.grant_id"
    " FROM unnest($2::int8[], $3::uuid[]) AS added (seq, grant_id)";

enum err store_grant_entry_insert(struct db *db, const char *shard, struct order *const *orders,
                                  size_t count)
{
    struct db_column seqs;
    struct db_column ids;
    enum err err = ERR_OK;

    db_column_init(&seqs, DB_COLUMN_INT64);
    db_column_init(&ids, DB_COLUMN_UUID);
    for (size_t i = 0; i < count; i++) {
        const struct order *order = orders[i];
        if (order->result == ORDER_POSTED && !order->remembered && order->has_grant) {
            db_column_add_int64(&seqs, order->seq);
            db_column_add_uuid(&ids, order->grant_id);
        }
    }
    if (seqs.count > 0) {
        const struct db_param params[] = {db_text(shard), db_column_param(&seqs),
                                          db_column_param(&ids)};
        err = db_exec_later(db, GRANT_ENTRY_INSERT, params, DB_COUNT(params));
    }
    db_column_release(&seqs);
    db_column_release(&ids);
    return err;
}

static const char GRANT_MISMATCH_COUNT[] =
    "WITH unsaid AS ("
    "    SELECT 1 AS wrong FROM ledger.grant_entry"
    "    INNER JOIN ledger.journal ON journal.shard = $1 AND journal.seq = grant_entry.seq"
    "    LEFT JOIN ledger.grant_entry AS corrected ON corrected.shard = $1"
    "        AND corrected.seq = journal.linked_seq"
    "        AND corrected.grant_id = grant_entry.grant_id"
    "        AND journal.kind IN ('reversal', 'expenditure_return', 'reclassification')"
    "    WHERE grant_entry.shard = $1 AND corrected.seq IS NULL"
    "        AND strpos(journal.metadata, '\"grant_id\":\"' || grant_entry.grant_id::text || '\"') "
    "= 0"
    " ), unlinked AS ("
    "    SELECT 1 AS wrong FROM ledger.journal WHERE journal.shard = $1"
    "        AND strpos(journal.metadata, '\"grant_id\":\"') > 0 AND NOT EXISTS ("
    "            SELECT 1 FROM ledger.grant_entry WHERE grant_entry.shard = $1"
    "            AND grant_entry.seq = journal.seq)"
    " ), balance AS ("
    "    SELECT grant_entry.grant_id, entry_leg.fiscal_year, entry_leg.funding_source, "
    "entry_leg.stage,"
    "        sum(entry_leg.amount_krw) AS amount_krw"
    "    FROM ledger.grant_entry"
    "    INNER JOIN ledger.grant_award ON grant_award.shard = $1"
    "        AND grant_award.grant_id = grant_entry.grant_id"
    "    INNER JOIN ledger.entry_leg ON entry_leg.shard = $1 AND entry_leg.seq = grant_entry.seq"
    "        AND entry_leg.programme = grant_award.programme"
    "    WHERE grant_entry.shard = $1"
    "    GROUP BY grant_entry.grant_id, entry_leg.fiscal_year, entry_leg.funding_source, "
    "entry_leg.stage"
    " ), short AS ("
    "    SELECT 1 AS wrong FROM balance WHERE balance.amount_krw < 0"
    "        AND balance.stage IN ('S40', 'S45', 'S50', 'S60', 'S70', 'S75', 'I10')"
    " ), beyond AS ("
    "    SELECT 1 AS wrong FROM balance"
    "    INNER JOIN ledger.grant_award ON grant_award.shard = $1"
    "        AND grant_award.grant_id = balance.grant_id"
    "    WHERE balance.stage IN ('S30', 'S90')"
    "    GROUP BY balance.grant_id, balance.funding_source, grant_award.national_krw,"
    "        grant_award.city_krw, grant_award.district_krw, grant_award.other_krw"
    "    HAVING sum(-balance.amount_krw) > coalesce(CASE balance.funding_source"
    "        WHEN 'national' THEN grant_award.national_krw WHEN 'city' THEN grant_award.city_krw"
    "        WHEN 'district' THEN grant_award.district_krw ELSE grant_award.other_krw END, 0)"
    " ), gone AS ("
    "    SELECT 1 AS wrong FROM balance"
    "    INNER JOIN ledger.grant_award ON grant_award.shard = $1"
    "        AND grant_award.grant_id = balance.grant_id"
    "    LEFT JOIN ledger.account ON account.shard = $1 AND account.stage = 'S40'"
    "        AND account.fiscal_year = balance.fiscal_year"
    "        AND account.programme = grant_award.programme"
    "        AND account.funding_source = balance.funding_source"
    "    WHERE balance.stage = 'S40'"
    "    GROUP BY balance.fiscal_year, grant_award.programme, balance.funding_source"
    "    HAVING sum(balance.amount_krw) > coalesce(max(account.balance_krw), 0)"
    " )"
    " SELECT ((SELECT count(*) FROM unsaid) + (SELECT count(*) FROM unlinked)"
    "    + (SELECT count(*) FROM short) + (SELECT count(*) FROM beyond)"
    "    + (SELECT count(*) FROM gone))::int8 AS mismatches";

enum err store_grant_mismatch_count(struct db *db, const char *shard, int64_t *ret_count)
{
    const struct db_param params[] = {db_text(shard)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, GRANT_MISMATCH_COUNT, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_count = db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

static enum err read_terms(const struct db_rows *rows, int64_t row, struct grant_book *book)
{
    const char *programme = db_rows_text(rows, row, 2);
    const size_t length = strlen(programme);

    if (length == 0 || length >= sizeof book->programme) {
        return ERR_INTERNAL;
    }
    memcpy(book->programme, programme, length + 1);
    book->fiscal_year = (int32_t)db_rows_int64(rows, row, 1);
    for (int i = 0; i < FUNDING_SOURCE_COUNT; i++) {
        book->amounts_krw[i] =
            db_rows_is_null(rows, row, 3 + i) ? 0 : db_rows_int64(rows, row, 3 + i);
    }
    return ERR_OK;
}

static enum err read_balance(const struct db_rows *rows, int64_t row, struct grant_book *book)
{
    struct account account;
    enum funding_source source = 0;
    enum err err = funding_source_parse(db_rows_text(rows, row, 3), &source);

    if (!err) {
        err = stage_parse(db_rows_text(rows, row, 4), &account.stage);
    }
    if (!err) {
        err = line_init(&account.line, (int32_t)db_rows_int64(rows, row, 1), source,
                        db_rows_text(rows, row, 2));
    }
    if (!err) {
        err = grant_book_add(book, &account, db_rows_int64(rows, row, 5));
    }
    if (!err && account.stage == STAGE_I10) {
        grant_book_set_interest(book, &account.line, db_rows_int64(rows, row, 6));
    }
    return err ? ERR_INTERNAL : ERR_OK; /* only a grant's own lines were asked for */
}

static enum err query_books(struct db *db, const char *sql, const char *shard,
                            const struct grant_book *books, size_t count, struct db_rows **ret_rows)
{
    struct db_column places;
    struct db_column ids;

    assert(count > 0);
    db_column_init(&places, DB_COLUMN_INT32);
    db_column_init(&ids, DB_COLUMN_UUID);
    for (size_t i = 0; i < count; i++) {
        db_column_add_int32(&places, (int32_t)i);
        db_column_add_uuid(&ids, books[i].id);
    }
    const struct db_param params[] = {db_text(shard), db_column_param(&places),
                                      db_column_param(&ids)};
    enum err err = db_query(db, sql, params, DB_COUNT(params), ret_rows);
    db_column_release(&places);
    db_column_release(&ids);
    return err;
}
