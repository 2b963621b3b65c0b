/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the journal back. Every text is measured before it is copied, since
 * verification must survive whatever it is meant to find.
 */
#include "ledger/store/journal.h"

#include <assert.h>
#include <string.h>

static bool copy_text(char *target, size_t size, const char *text);
static bool read_entry(const struct db_rows *rows, int64_t row, struct order *order);
static enum err read_legs(struct db *db, const char *shard, struct order *orders, size_t count);
static bool read_transfer(const struct db_rows *rows, int64_t row, struct order *order);
static bool read_account(const struct db_rows *rows, int64_t row, int column,
                         struct account *ret_account);
static bool read_request(const struct db_rows *rows, int64_t row, int column, struct order *order);
static enum err count_rows(struct db *db, const char *sql, const char *shard, int64_t *ret_count);

static const char JOURNAL_READ[] =
    "SELECT seq, key, kind, effective_date, period, posted_time_ms, document, metadata, hash,"
    "    linked_seq, request"
    " FROM ledger.journal WHERE shard = $1 AND seq > $2 ORDER BY seq LIMIT $3";

/* A statement of its own, since the plan for both reads the whole journal for a page of it. */
static const char JOURNAL_READ_SOME[] =
    "SELECT seq, key, kind, effective_date, period, posted_time_ms, document, metadata, hash,"
    "    linked_seq, request"
    " FROM ledger.journal WHERE shard = $1 AND seq > $2 AND ($4::int8 IS NULL OR period = $4)"
    "    AND ($5::text IS NULL OR EXISTS ("
    "        SELECT 1 FROM ledger.entry_leg WHERE entry_leg.shard = journal.shard"
    "        AND entry_leg.seq = journal.seq AND entry_leg.funding_source = $5))"
    " ORDER BY seq LIMIT $3";

static enum err query_page(struct db *db, const char *shard, int64_t after,
                           const struct store_page *page, struct db_rows **ret_rows)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int64(after),
        db_int64((int64_t)page->limit),
        page->fiscal_year == 0 ? db_null_int64() : db_int64(page->fiscal_year),
        db_text(page->funding_source == 0 ? NULL : funding_source_code(page->funding_source)),
    };

    if (page->fiscal_year == 0 && page->funding_source == 0) {
        return db_query(db, JOURNAL_READ, params, 3, ret_rows);
    }
    return db_query(db, JOURNAL_READ_SOME, params, DB_COUNT(params), ret_rows);
}

enum err store_journal_read(struct db *db, const char *shard, int64_t after, struct order *orders,
                            struct store_page *page)
{
    struct db_rows *rows = NULL;
    enum err err = query_page(db, shard, after, page, &rows);

    assert(page->limit <= STORE_JOURNAL_COUNT_MAX);
    if (err) {
        goto out;
    }
    for (int64_t i = 0; i < db_rows_count(rows); i++) {
        memset(&orders[i], 0, sizeof orders[i]);
        orders[i].result = read_entry(rows, i, &orders[i]) ? ORDER_POSTED : ORDER_PENDING;
    }
    err = read_legs(db, shard, orders, (size_t)db_rows_count(rows));
    if (err) {
        goto out;
    }
    page->count = (size_t)db_rows_count(rows);

out:
    db_rows_release(rows);
    return err;
}

static bool read_entry(const struct db_rows *rows, int64_t row, struct order *order)
{
    struct entry *entry = &order->entry;

    order->seq = db_rows_int64(rows, row, 0);
    entry->effective_date = (int32_t)db_rows_int64(rows, row, 3);
    entry->period = (int32_t)db_rows_int64(rows, row, 4);
    order->posted_time_ms = db_rows_int64(rows, row, 5);
    entry->linked_seq = db_rows_is_null(rows, row, 9) ? 0 : db_rows_int64(rows, row, 9);
    return entry_date_valid(entry->effective_date) &&
           db_rows_fixed(rows, row, 1, entry->key, ENTRY_KEY_SIZE) == ERR_OK &&
           db_rows_fixed(rows, row, 8, order->hash, ORDER_HASH_SIZE) == ERR_OK &&
           read_request(rows, row, 10, order) &&
           copy_text(entry->kind, sizeof entry->kind, db_rows_text(rows, row, 2)) &&
           copy_text(entry->document, sizeof entry->document, db_rows_text(rows, row, 6)) &&
           copy_text(entry->metadata, sizeof entry->metadata, db_rows_text(rows, row, 7));
}

/* By line, as entry_taking() has it: what an entry moves on within its line it does not take. */
static const char LINK_READ[] =
    "SELECT coalesce(bool_or(line.reversal), FALSE),"
    "    coalesce(sum(-line.spent_krw) FILTER (WHERE line.takes AND line.spent_krw < 0), 0)::int8"
    " FROM (SELECT journal.kind = 'reversal' AS reversal, rule.kind IS NOT NULL AS takes,"
    "        sum(entry_leg.amount_krw) FILTER (WHERE entry_leg.stage = 'S50') AS spent_krw"
    "    FROM ledger.journal"
    "    INNER JOIN ledger.entry_leg ON entry_leg.shard = journal.shard"
    "        AND entry_leg.seq = journal.seq"
    "    LEFT JOIN ledger.kind_rule AS rule ON rule.kind = journal.kind AND rule.transfer = 1"
    "        AND rule.needs_link"
    "    WHERE journal.shard = $1 AND journal.linked_seq = $2"
    "    GROUP BY journal.seq, journal.kind, rule.kind, entry_leg.fiscal_year,"
    "        entry_leg.programme, entry_leg.funding_source) AS line";

enum err store_link_read(struct db *db, const char *shard, int64_t seq, struct store_link *ret_link)
{
    const struct db_param params[] = {db_text(shard), db_int64(seq)};
    struct store_page page = {.limit = 1};
    struct db_rows *rows = NULL;
    enum err err = store_journal_read(db, shard, seq - 1, &ret_link->order, &page);

    if (err) {
        goto out;
    }
    ret_link->seq = seq;
    ret_link->found = page.count == 1 && ret_link->order.seq == seq;
    if (ret_link->found && ret_link->order.result != ORDER_POSTED) {
        err = ERR_INTERNAL; /* a damaged row is not built upon */
        goto out;
    }
    err = db_query(db, LINK_READ, params, DB_COUNT(params), &rows);
    if (err) {
        goto out;
    }
    ret_link->reversed = db_rows_bool(rows, 0, 0);
    ret_link->taken_krw = db_rows_int64(rows, 0, 1);

out:
    db_rows_release(rows);
    return err;
}

static const char CORRECTION_ROWS[] =
    "SELECT seq, kind FROM ledger.journal WHERE shard = $1 AND linked_seq = $2"
    " ORDER BY seq LIMIT $3";

enum err store_correction_rows(struct db *db, const char *shard, int64_t seq,
                               struct db_rows **ret_rows)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int64(seq),
        db_int64(STORE_JOURNAL_COUNT_MAX),
    };

    return db_query(db, CORRECTION_ROWS, params, DB_COUNT(params), ret_rows);
}

/* Accounts by their numbers alone, which LIMIT sees to: looked for by shard, all would be read. */
static const char TRANSFER_READ[] =
    "SELECT debited.fiscal_year, debited.programme, debited.funding_source, debited.stage,"
    "    credited.fiscal_year, credited.programme, credited.funding_source, credited.stage,"
    "    transfer.seq, transfer.place, transfer.amount_krw, transfer.debit_version,"
    "    transfer.credit_version, transfer.debit_balance_krw, transfer.credit_balance_krw"
    " FROM ledger.transfer"
    " CROSS JOIN LATERAL ("
    "    SELECT a.shard, a.fiscal_year, a.programme, a.funding_source, a.stage"
    "    FROM ledger.account AS a WHERE a.number = transfer.debit_account LIMIT 1"
    " ) AS debited"
    " CROSS JOIN LATERAL ("
    "    SELECT a.shard, a.fiscal_year, a.programme, a.funding_source, a.stage"
    "    FROM ledger.account AS a WHERE a.number = transfer.credit_account LIMIT 1"
    " ) AS credited"
    " WHERE transfer.seq = ANY ($2::int8[]) AND debited.shard = $1 AND credited.shard = $1"
    " ORDER BY transfer.seq, transfer.place";

/*
 * Gives each order its legs, and reads no others: behind a filter the orders may lie far apart. An order
 * whose legs make no sense becomes PENDING: damaged.
 */
static enum err read_legs(struct db *db, const char *shard, struct order *orders, size_t count)
{
    struct db_column seqs;
    struct db_rows *rows = NULL;
    size_t at = 0;

    if (count == 0) {
        return ERR_OK;
    }
    db_column_init(&seqs, DB_COLUMN_INT64);
    for (size_t i = 0; i < count; i++) {
        db_column_add_int64(&seqs, orders[i].seq);
    }
    const struct db_param params[] = {db_text(shard), db_column_param(&seqs)};
    enum err err = db_query(db, TRANSFER_READ, params, DB_COUNT(params), &rows);
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        while (orders[at].seq != db_rows_int64(rows, i, 8)) {
            at++;
            assert(at < count); /* both are in the order of the numbers asked for */
        }
        if (!read_transfer(rows, i, &orders[at])) {
            orders[at].result = ORDER_PENDING;
        }
    }
    db_rows_release(rows);
    db_column_release(&seqs);
    return err;
}

static bool read_transfer(const struct db_rows *rows, int64_t row, struct order *order)
{
    size_t at = order->entry.leg_count;
    int64_t amount_krw = db_rows_int64(rows, row, 10);

    if (at == ENTRY_LEG_MAX || db_rows_int64(rows, row, 9) != (int64_t)at / 2 + 1) {
        return false;
    }
    order->entry.legs[at].amount_krw = -amount_krw;
    order->entry.legs[at + 1].amount_krw = amount_krw;
    order->postings[at].version = db_rows_int64(rows, row, 11);
    order->postings[at + 1].version = db_rows_int64(rows, row, 12);
    order->postings[at].balance_after_krw = db_rows_int64(rows, row, 13);
    order->postings[at + 1].balance_after_krw = db_rows_int64(rows, row, 14);
    order->entry.leg_count += 2;
    return read_account(rows, row, 0, &order->entry.legs[at].account) &&
           read_account(rows, row, 4, &order->entry.legs[at + 1].account);
}

/* What is remembered of the request, and what binds it to the entry. */
static bool read_request(const struct db_rows *rows, int64_t row, int column, struct order *order)
{
    uint8_t request[ORDER_REQUEST_SIZE + ORDER_SEAL_SIZE];
    enum err err = db_rows_fixed(rows, row, column, request, sizeof request);

    if (err) {
        return false;
    }
    memcpy(order->request_hash, request, ORDER_REQUEST_SIZE);
    memcpy(order->request_seal, request + ORDER_REQUEST_SIZE, ORDER_SEAL_SIZE);
    return true;
}

static const char KEY_MISMATCH_COUNT[] =
    "SELECT count(*) AS mismatches FROM ledger.refused_key"
    " INNER JOIN ledger.journal ON journal.shard = $1 AND journal.key = refused_key.key"
    " WHERE refused_key.shard = $1";

enum err store_key_mismatch_count(struct db *db, const char *shard, int64_t *ret_count)
{
    return count_rows(db, KEY_MISMATCH_COUNT, shard, ret_count);
}

/* A transfer without its debited account is of no shard, and so everybody's. */
static const char TRANSFER_ORPHAN_COUNT[] =
    "SELECT count(*) AS orphans FROM ledger.transfer"
    " LEFT JOIN ledger.account AS debited ON debited.number = transfer.debit_account"
    " LEFT JOIN ledger.account AS credited ON credited.number = transfer.credit_account"
    " LEFT JOIN ledger.journal ON journal.shard = debited.shard AND journal.seq = transfer.seq"
    " WHERE coalesce(debited.shard, $1) = $1"
    "    AND (journal.seq IS NULL OR credited.shard IS DISTINCT FROM debited.shard)";

enum err store_transfer_orphan_count(struct db *db, const char *shard, int64_t *ret_count)
{
    return count_rows(db, TRANSFER_ORPHAN_COUNT, shard, ret_count);
}

static const char POSTING_COUNT[] =
    "SELECT least(coalesce(sum(account.version), 0), 9223372036854775807)::int8 AS postings"
    " FROM ledger.account WHERE account.shard = $1";

enum err store_posting_count(struct db *db, const char *shard, int64_t *ret_count)
{
    return count_rows(db, POSTING_COUNT, shard, ret_count);
}

static const char LIMIT_EXCESS_COUNT[] =
    "WITH used AS ("
    "    SELECT fiscal_year, funding_source, sum(CASE state WHEN 'reserved' THEN amount_krw"
    "        WHEN 'settled' THEN selected_krw ELSE 0 END) AS used_krw"
    "    FROM ledger.envelope WHERE shard = $1 GROUP BY fiscal_year, funding_source"
    " )"
    " SELECT count(*) AS excesses FROM used"
    " LEFT JOIN ledger.envelope_limit ON envelope_limit.shard = $1"
    "    AND envelope_limit.fiscal_year = used.fiscal_year"
    "    AND envelope_limit.funding_source = used.funding_source"
    " WHERE used.used_krw > coalesce(envelope_limit.limit_krw, 0)";

enum err store_limit_excess_count(struct db *db, const char *shard, int64_t *ret_count)
{
    return count_rows(db, LIMIT_EXCESS_COUNT, shard, ret_count);
}

/* Besides those, years that were closed by their entries and are open again. */
static const char PERIOD_MISMATCH_COUNT[] =
    "SELECT count(*) + ("
    "    SELECT count(DISTINCT closing.period) FROM ledger.journal AS closing"
    "    LEFT JOIN ledger.period AS closed ON closed.shard = closing.shard"
    "        AND closed.fiscal_year = closing.period AND closed.state != 'open'"
    "    WHERE closing.shard = $1 AND closing.kind = 'closing' AND closed.state IS NULL"
    " ) AS mismatches FROM ledger.period"
    " LEFT JOIN ledger.journal AS head ON head.shard = period.shard"
    "    AND head.seq = period.closed_seq"
    " WHERE period.shard = $1 AND period.state = 'closed' AND ("
    "    (period.closed_seq > 0 AND head.hash IS DISTINCT FROM period.closed_hash)"
    "    OR (period.closed_seq = 0 AND period.closed_hash != decode(repeat('00', 32), 'hex'))"
    "    OR EXISTS (SELECT 1 FROM ledger.posting WHERE posting.shard = period.shard"
    "        AND posting.fiscal_year = period.fiscal_year AND posting.seq > period.closed_seq)"
    "    OR EXISTS (SELECT 1 FROM ledger.account WHERE account.shard = period.shard"
    "        AND account.fiscal_year = period.fiscal_year AND account.balance_krw != 0))";

enum err store_period_mismatch_count(struct db *db, const char *shard, int64_t *ret_count)
{
    return count_rows(db, PERIOD_MISMATCH_COUNT, shard, ret_count);
}

static const char ACCOUNT_READ[] =
    "SELECT fiscal_year, programme, funding_source, stage, balance_krw, held_krw, version,"
    "    floor_krw, number"
    " FROM ledger.account WHERE shard = $1 AND number > $2 ORDER BY number LIMIT $3";

enum err store_account_read(struct db *db, const char *shard, int32_t *after,
                            struct account_balance *balances, struct store_page *page)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(*after),
        db_int64((int64_t)page->limit),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, ACCOUNT_READ, params, DB_COUNT(params), &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        struct account_balance *balance = &balances[i];
        memset(balance, 0, sizeof *balance);
        if (!read_account(rows, i, 0, &balance->account)) {
            err = ERR_INVALID;
            break;
        }
        balance->balance_krw = db_rows_int64(rows, i, 4);
        balance->held_krw = db_rows_int64(rows, i, 5);
        balance->version = db_rows_int64(rows, i, 6);
        balance->has_floor = !db_rows_is_null(rows, i, 7);
        balance->floor_krw = balance->has_floor ? db_rows_int64(rows, i, 7) : 0;
        *after = (int32_t)db_rows_int64(rows, i, 8);
    }
    if (!err) {
        page->count = (size_t)db_rows_count(rows);
    }
    db_rows_release(rows);
    return err;
}

/* Each side in the order of its own key; together they are all postings. */
static const char POSTING_READ[] =
    "SELECT account.fiscal_year, account.programme, account.funding_source, account.stage,"
    "    posted.version, posted.seq, posted.amount_krw, posted.balance_krw, posted.account"
    " FROM ("
    "    (SELECT debit_account AS account, debit_version AS version, seq,"
    "        -amount_krw AS amount_krw, debit_balance_krw AS balance_krw"
    "    FROM ledger.transfer WHERE (debit_account, debit_version) > ($2, $3)"
    "    ORDER BY debit_account, debit_version LIMIT $4)"
    "    UNION ALL"
    "    (SELECT credit_account, credit_version, seq, amount_krw, credit_balance_krw"
    "    FROM ledger.transfer WHERE (credit_account, credit_version) > ($2, $3)"
    "    ORDER BY credit_account, credit_version LIMIT $4)"
    "    ORDER BY account, version LIMIT $4"
    " ) AS posted"
    " LEFT JOIN LATERAL ("
    "    SELECT a.shard, a.fiscal_year, a.programme, a.funding_source, a.stage"
    "    FROM ledger.account AS a WHERE a.number = posted.account LIMIT 1"
    " ) AS account ON account.shard = $1"
    " ORDER BY posted.account, posted.version";

static enum err read_postings(struct db *db, const char *shard, struct store_posted *after,
                              struct journal_posting *postings, struct store_page *page,
                              int64_t *ret_row_count)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(after->account),
        db_int64(after->version),
        db_int64((int64_t)page->limit),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, POSTING_READ, params, DB_COUNT(params), &rows);

    page->count = 0;
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        struct journal_posting *posting = &postings[page->count];
        memset(posting, 0, sizeof *posting);
        after->account = (int32_t)db_rows_int64(rows, i, 8);
        after->version = db_rows_int64(rows, i, 4);
        if (db_rows_is_null(rows, i, 0)) {
            continue; /* another shard's */
        }
        if (!read_account(rows, i, 0, &posting->account)) {
            err = ERR_INVALID;
            break;
        }
        posting->version = db_rows_int64(rows, i, 4);
        posting->seq = db_rows_int64(rows, i, 5);
        posting->amount_krw = db_rows_int64(rows, i, 6);
        posting->balance_after_krw = db_rows_int64(rows, i, 7);
        page->count++;
    }
    *ret_row_count = err ? 0 : db_rows_count(rows);
    db_rows_release(rows);
    return err;
}

enum err store_posting_read(struct db *db, const char *shard, struct store_posted *after,
                            struct journal_posting *postings, struct store_page *page)
{
    int64_t row_count = 0;
    enum err err;

    do { /* a page of nothing but other shards' postings is passed over */
        err = read_postings(db, shard, after, postings, page, &row_count);
    } while (!err && page->count == 0 && row_count == (int64_t)page->limit);
    return err;
}

/* Year, programme, source and stage from four columns in this order. */
static bool read_account(const struct db_rows *rows, int64_t row, int column,
                         struct account *ret_account)
{
    enum funding_source source = 0;
    enum err err = funding_source_parse(db_rows_text(rows, row, column + 2), &source);

    if (err) {
        return false;
    }
    err = stage_parse(db_rows_text(rows, row, column + 3), &ret_account->stage);
    if (err) {
        return false;
    }
    err = line_init(&ret_account->line, (int32_t)db_rows_int64(rows, row, column), source,
                    db_rows_text(rows, row, column + 1));
    return !err;
}

static enum err count_rows(struct db *db, const char *sql, const char *shard, int64_t *ret_count)
{
    const struct db_param params[] = {db_text(shard)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, sql, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_count = db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
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
