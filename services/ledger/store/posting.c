/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements that append to the journal. Rows travel as arrays, so that a
 * thousand entries are as many round trips as one.
 */
#include "ledger/store/posting.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool is_new(const struct order *order, enum order_result result);
static void add_key(struct db_column columns[], const struct order *order);
static void add_request(struct db_column *column, const struct order *order);
static void copy_text(char *target, size_t size, const char *text);

/* Nothing is appended unless the head is where the run found it, and no key was refused before: one that
 * was accepted is in the journal already. */
static const char JOURNAL_INSERT[] =
    "WITH head AS (UPDATE ledger.head SET seq = $15, hash = $16"
    "    WHERE shard = $1 AND epoch = $17 AND seq = $13 AND hash = $14 RETURNING epoch)"
    " INSERT INTO ledger.journal (shard, seq, key, kind, effective_date, period, posted_time_ms,"
    "    document, metadata, hash, linked_seq, request)"
    " SELECT $1, added.seq, added.key, added.kind, added.effective_date, added.period,"
    "    added.posted_time_ms, added.document, added.metadata, added.hash, added.linked_seq,"
    "    added.request"
    " FROM (SELECT unnest($2::int8[]) AS seq, unnest($3::uuid[]) AS key,"
    "    unnest($4::text[]) AS kind, unnest($5::int4[]) AS effective_date,"
    "    unnest($6::int4[]) AS period, unnest($7::int8[]) AS posted_time_ms,"
    "    unnest($8::text[]) AS document, unnest($9::text[]) AS metadata,"
    "    unnest($10::bytea[]) AS hash, unnest($11::int8[]) AS linked_seq,"
    "    unnest($12::bytea[]) AS request) AS added"
    " WHERE coalesce((SELECT head.epoch FROM head), event.refuse_fenced()) > 0"
    "    AND CASE WHEN EXISTS (SELECT 1 FROM ledger.refused_key WHERE refused_key.shard = $1"
    "        AND refused_key.key = ANY ($3::uuid[])) THEN ledger.refuse_taken() ELSE TRUE END";

enum err store_journal_insert(struct db *db, const char *shard, const struct store_heads *heads,
                              struct order *const *orders, size_t count)
{
    static const enum db_column_type TYPES[] = {
        DB_COLUMN_INT64, DB_COLUMN_UUID,  DB_COLUMN_TEXT,  DB_COLUMN_INT32,
        DB_COLUMN_INT32, DB_COLUMN_INT64, DB_COLUMN_TEXT,  DB_COLUMN_TEXT,
        DB_COLUMN_BYTES, DB_COLUMN_INT64, DB_COLUMN_BYTES,
    };
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[1 + DB_COUNT(TYPES) + 5];
    struct db_param *head = params + 1 + DB_COUNT(TYPES);
    enum err err = ERR_OK;

    assert(count <= STORE_ORDER_COUNT_MAX);
    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &orders[i]->entry;
        if (!is_new(orders[i], ORDER_POSTED)) {
            continue;
        }
        db_column_add_int64(&columns[0], orders[i]->seq);
        db_column_add_uuid(&columns[1], entry->key);
        db_column_add_text(&columns[2], entry->kind);
        db_column_add_int32(&columns[3], entry->effective_date);
        db_column_add_int32(&columns[4], entry->period);
        db_column_add_int64(&columns[5], orders[i]->posted_time_ms);
        db_column_add_text(&columns[6], entry->document);
        db_column_add_text(&columns[7], entry->metadata);
        db_column_add_bytes(&columns[8], orders[i]->hash, ORDER_HASH_SIZE);
        if (entry->linked_seq > 0) {
            db_column_add_int64(&columns[9], entry->linked_seq);
        } else {
            db_column_add_null(&columns[9]);
        }
        add_request(&columns[10], orders[i]);
    }
    params[0] = db_text(shard);
    db_columns_params(columns, DB_COUNT(TYPES), params + 1);
    head[0] = db_int64(heads->before->seq);
    head[1] = db_bytes(heads->before->hash, JOURNAL_HASH_SIZE);
    head[2] = db_int64(heads->after->seq);
    head[3] = db_bytes(heads->after->hash, JOURNAL_HASH_SIZE);
    head[4] = db_int64(heads->before->epoch);
    err = db_exec_later(db, JOURNAL_INSERT, params, DB_COUNT(params));
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}

static const char TRANSFER_INSERT[] =
    "INSERT INTO ledger.transfer (seq, place, debit_account, credit_account, amount_krw,"
    "    debit_version, credit_version, debit_balance_krw, credit_balance_krw)"
    " SELECT added.seq, added.place, added.debit_account, added.credit_account, added.amount_krw,"
    "    added.debit_version, added.credit_version, added.debit_balance_krw,"
    "    added.credit_balance_krw"
    " FROM (SELECT unnest($1::int8[]) AS seq, unnest($2::int2[]) AS place,"
    "    unnest($3::int4[]) AS debit_account, unnest($4::int4[]) AS credit_account,"
    "    unnest($5::int8[]) AS amount_krw, unnest($6::int8[]) AS debit_version,"
    "    unnest($7::int8[]) AS credit_version, unnest($8::int8[]) AS debit_balance_krw,"
    "    unnest($9::int8[]) AS credit_balance_krw) AS added";

static int compare_accounts(const void *left, const void *right)
{
    const struct store_account *account = right;

    return account_compare(left, &account->balance.account);
}

static int32_t account_number(const struct store_accounts *accounts, const struct account *account)
{
    const struct store_account *found =
        bsearch(account, accounts->rows, accounts->count, sizeof *accounts->rows, compare_accounts);

    assert(found);
    assert(found->number > 0);
    return found->number;
}

static void add_transfer(struct db_column columns[], const struct store_accounts *accounts,
                         const struct order *order, size_t leg)
{
    const struct entry_leg *debit = &order->entry.legs[leg];
    const struct entry_leg *credit = debit + 1;

    assert(credit->amount_krw > 0);
    assert(debit->amount_krw == -credit->amount_krw);
    db_column_add_int64(&columns[0], order->seq);
    db_column_add_int16(&columns[1], (int16_t)(leg / 2 + 1));
    db_column_add_int32(&columns[2], account_number(accounts, &debit->account));
    db_column_add_int32(&columns[3], account_number(accounts, &credit->account));
    db_column_add_int64(&columns[4], credit->amount_krw);
    db_column_add_int64(&columns[5], order->postings[leg].version);
    db_column_add_int64(&columns[6], order->postings[leg + 1].version);
    db_column_add_int64(&columns[7], order->postings[leg].balance_after_krw);
    db_column_add_int64(&columns[8], order->postings[leg + 1].balance_after_krw);
}

enum err store_transfer_insert(struct db *db, const struct store_accounts *accounts,
                               struct order *const *orders, size_t count)
{
    static const enum db_column_type TYPES[] = {
        DB_COLUMN_INT64, DB_COLUMN_INT16, DB_COLUMN_INT32, DB_COLUMN_INT32, DB_COLUMN_INT64,
        DB_COLUMN_INT64, DB_COLUMN_INT64, DB_COLUMN_INT64, DB_COLUMN_INT64,
    };
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[DB_COUNT(TYPES)];
    enum err err = ERR_OK;

    assert(count <= STORE_ORDER_COUNT_MAX);
    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        size_t leg_count = is_new(orders[i], ORDER_POSTED) ? orders[i]->entry.leg_count : 0;
        assert(leg_count % 2 == 0);
        for (size_t leg = 0; leg < leg_count; leg += 2) {
            add_transfer(columns, accounts, orders[i], leg);
        }
    }
    db_columns_params(columns, DB_COUNT(TYPES), params);
    err = db_exec_later(db, TRANSFER_INSERT, params, DB_COUNT(params));
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}

static const char RULE_LIST[] =
    "SELECT kind, transfer, debit_class, credit_class, required, same_line, same_source,"
    "    same_amount, needs_document, allowed_when_closed, repeated, next_year, clearing,"
    "    needs_link, reversible"
    " FROM ledger.kind_rule ORDER BY kind, transfer";

enum err store_rule_list(struct db *db, struct kind_rule_set *ret_rules)
{
    struct db_rows *rows = NULL;
    enum err err = db_query(db, RULE_LIST, NULL, 0, &rows);

    if (err) {
        goto out;
    }
    for (int64_t i = 0; i < db_rows_count(rows); i++) {
        struct kind_rule rule = {
            .transfer = (int32_t)db_rows_int64(rows, i, 1),
            .required = db_rows_bool(rows, i, 4),
            .same_line = db_rows_bool(rows, i, 5),
            .same_source = db_rows_bool(rows, i, 6),
            .same_amount = db_rows_bool(rows, i, 7),
            .needs_document = db_rows_bool(rows, i, 8),
            .allowed_when_closed = db_rows_bool(rows, i, 9),
            .repeated = db_rows_bool(rows, i, 10),
            .next_year = db_rows_bool(rows, i, 11),
            .clearing = db_rows_bool(rows, i, 12),
            .needs_link = db_rows_bool(rows, i, 13),
            .reversible = db_rows_bool(rows, i, 14),
        };
        copy_text(rule.kind, sizeof rule.kind, db_rows_text(rows, i, 0));
        copy_text(rule.debit_class, sizeof rule.debit_class, db_rows_text(rows, i, 2));
        copy_text(rule.credit_class, sizeof rule.credit_class, db_rows_text(rows, i, 3));
        err = kind_rule_set_add(ret_rules, &rule);
        if (err) {
            err = ERR_INTERNAL;
            goto out;
        }
    }

out:
    db_rows_release(rows);
    return err;
}

/* One key at a time, by subqueries that LIMIT keeps apart: the plan of a join, made when the tables
 * were empty, reads all of them for ever after. */
static const char KEY_RECALL[] =
    "SELECT wanted.place, known.request, known.seq, known.refusal_code, known.refusal_field,"
    "    known.refusal_account, known.shortfall_krw"
    " FROM unnest($2::uuid[], $3::int4[]) AS wanted (key, place)"
    " CROSS JOIN LATERAL ("
    "    (SELECT j.request, j.seq, NULL::text AS refusal_code, NULL::text AS refusal_field,"
    "        NULL::text AS refusal_account, NULL::int8 AS shortfall_krw FROM ledger.journal AS j"
    "    WHERE j.shard = $1 AND j.key = wanted.key LIMIT 1)"
    "    UNION ALL"
    "    (SELECT k.request, NULL, k.refusal_code, k.refusal_field, k.refusal_account,"
    "        k.shortfall_krw FROM ledger.refused_key AS k"
    "    WHERE k.shard = $1 AND k.key = wanted.key LIMIT 1)"
    "    ORDER BY seq LIMIT 1"
    " ) AS known";

static enum err read_key(const struct db_rows *rows, int64_t row, struct order_key *ret_key)
{
    size_t length = 0;
    const uint8_t *request = db_rows_bytes(rows, row, 1, &length);
    enum err err = ERR_OK;

    memset(ret_key, 0, sizeof *ret_key);
    assert(length >= ORDER_REQUEST_SIZE); /* the tables check it */
    memcpy(ret_key->request, request, ORDER_REQUEST_SIZE);
    if (!db_rows_is_null(rows, row, 2)) {
        ret_key->seq = db_rows_int64(rows, row, 2);
        return ERR_OK;
    }
    /* A code of a newer version, read by an older one. */
    err = refusal_parse(db_rows_text(rows, row, 3), &ret_key->refusal.reason);
    if (err) {
        return ERR_INTERNAL;
    }
    copy_text(ret_key->refusal.field, sizeof ret_key->refusal.field, db_rows_text(rows, row, 4));
    if (!db_rows_is_null(rows, row, 5)) {
        copy_text(ret_key->refusal.account, sizeof ret_key->refusal.account,
                  db_rows_text(rows, row, 5));
    }
    ret_key->refusal.shortfall_krw = db_rows_int64(rows, row, 6);
    return ERR_OK;
}

enum err store_key_ask(struct db *db, const char *shard, struct order *const *orders, size_t count)
{
    struct db_column keys;
    struct db_column places;
    enum err err = ERR_OK;

    assert(count <= STORE_ORDER_COUNT_MAX);
    db_column_init(&keys, DB_COLUMN_UUID);
    db_column_init(&places, DB_COLUMN_INT32);
    for (size_t i = 0; i < count; i++) {
        db_column_add_uuid(&keys, orders[i]->entry.key);
        db_column_add_int32(&places, (int32_t)i);
    }
    const struct db_param params[] = {db_text(shard), db_column_param(&keys),
                                      db_column_param(&places)};
    err = db_query_later(db, KEY_RECALL, params, DB_COUNT(params));
    db_column_release(&keys);
    db_column_release(&places);
    return err;
}

enum err store_key_hear(struct db *db, struct order *const *orders, size_t count)
{
    struct db_rows *rows = NULL;
    enum err err = db_query_rows(db, &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        const int64_t place = db_rows_int64(rows, i, 0);
        struct order_key key;

        assert(place >= 0 && (size_t)place < count);
        err = read_key(rows, i, &key);
        if (!err) {
            order_recall(orders[place], &key);
        }
    }
    db_rows_release(rows);
    return err;
}

enum err store_key_recall(struct db *db, const char *shard, struct order *const *orders,
                          size_t count)
{
    enum err err = store_key_ask(db, shard, orders, count);

    return err ? err : store_key_hear(db, orders, count);
}

static const char KEY_INSERT[] =
    "INSERT INTO ledger.refused_key (shard, key, request, refusal_code, refusal_field,"
    "    refusal_account, shortfall_krw, recorded_time_ms)"
    " SELECT $1, added.key, added.request, added.refusal_code, added.refusal_field,"
    "    added.refusal_account, added.shortfall_krw, $8"
    " FROM unnest($2::uuid[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::int8[])"
    "    AS added (key, request, refusal_code, refusal_field, refusal_account, shortfall_krw)";

enum err store_key_insert(struct db *db, const char *shard, int64_t now_ms,
                          struct order *const *orders, size_t count)
{
    static const enum db_column_type TYPES[] = {
        DB_COLUMN_UUID, DB_COLUMN_BYTES, DB_COLUMN_TEXT,
        DB_COLUMN_TEXT, DB_COLUMN_TEXT,  DB_COLUMN_INT64,
    };
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[2 + DB_COUNT(TYPES)];
    enum err err = ERR_OK;

    assert(count <= STORE_ORDER_COUNT_MAX);
    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        if (is_new(orders[i], ORDER_REFUSED)) {
            add_key(columns, orders[i]);
        }
    }
    if (columns[0].count > 0) {
        params[0] = db_text(shard);
        db_columns_params(columns, DB_COUNT(TYPES), params + 1);
        params[1 + DB_COUNT(TYPES)] = db_int64(now_ms);
        err = db_exec_later(db, KEY_INSERT, params, DB_COUNT(params));
    }
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}

/* A state that is not known is taken for the one in which nothing may be posted. */
static enum period_state period_state_parse(const char *code)
{
    if (strcmp(code, "open") == 0) {
        return PERIOD_OPEN;
    }
    return strcmp(code, "closing") == 0 ? PERIOD_CLOSING : PERIOD_CLOSED;
}

static const char PERIOD_LIST[] =
    "SELECT fiscal_year, state FROM ledger.period WHERE shard = $1 ORDER BY fiscal_year";

enum err store_period_ask(struct db *db, const char *shard)
{
    const struct db_param params[] = {db_text(shard)};

    return db_query_later(db, PERIOD_LIST, params, DB_COUNT(params));
}

enum err store_period_hear(struct db *db, struct period periods[STORE_PERIOD_COUNT_MAX],
                           size_t *ret_count)
{
    struct db_rows *rows = NULL;
    enum err err = db_query_rows(db, &rows);

    /* The table's own check leaves room for no more years than this. */
    assert(err || db_rows_count(rows) <= STORE_PERIOD_COUNT_MAX);
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        periods[i].fiscal_year = (int32_t)db_rows_int64(rows, i, 0);
        periods[i].state = period_state_parse(db_rows_text(rows, i, 1));
    }
    if (!err) {
        *ret_count = (size_t)db_rows_count(rows);
    }
    db_rows_release(rows);
    return err;
}

static const char PERIOD_STATE[] =
    "SELECT state FROM ledger.period WHERE shard = $1 AND fiscal_year = $2";

enum err store_period_state(struct db *db, const char *shard, int32_t fiscal_year,
                            enum period_state *ret_state)
{
    const struct db_param params[] = {db_text(shard), db_int32(fiscal_year)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, PERIOD_STATE, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_state = db_rows_count(rows) == 0 ? PERIOD_MISSING
                                              : period_state_parse(db_rows_text(rows, 0, 0));
    }
    db_rows_release(rows);
    return err;
}

static const char PERIOD_OPEN_SQL[] =
    "INSERT INTO ledger.period (shard, fiscal_year, state) VALUES ($1, $2, 'open')"
    " ON CONFLICT (shard, fiscal_year) DO NOTHING";

enum err store_period_open(struct db *db, const char *shard, int32_t fiscal_year)
{
    const struct db_param params[] = {db_text(shard), db_int32(fiscal_year)};

    return db_exec(db, PERIOD_OPEN_SQL, params, DB_COUNT(params));
}

/* A text of our own tables into its place; longer text than the tables allow is a bug. */
static void copy_text(char *target, size_t size, const char *text)
{
    size_t length = strlen(text);

    assert(length < size);
    memcpy(target, text, length + 1);
}

static bool is_new(const struct order *order, enum order_result result)
{
    return order->result == result && !order->remembered;
}

static void add_key(struct db_column columns[], const struct order *order)
{
    const struct order_refusal *refusal = &order->refusal;

    db_column_add_uuid(&columns[0], order->entry.key);
    db_column_add_bytes(&columns[1], order->request_hash, ORDER_REQUEST_SIZE);
    db_column_add_text(&columns[2], refusal_code(refusal->reason));
    db_column_add_text(&columns[3], refusal->field);
    db_column_add_text(&columns[4], refusal->account[0] ? refusal->account : NULL);
    db_column_add_int64(&columns[5], refusal->shortfall_krw);
}

static void add_request(struct db_column *column, const struct order *order)
{
    uint8_t request[ORDER_REQUEST_SIZE + ORDER_SEAL_SIZE];

    memcpy(request, order->request_hash, ORDER_REQUEST_SIZE);
    memcpy(request + ORDER_REQUEST_SIZE, order->request_seal, ORDER_SEAL_SIZE);
    db_column_add_bytes(column, request, sizeof request);
}
