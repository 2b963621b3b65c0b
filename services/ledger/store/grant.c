/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements behind grants. What was paid and settled is read from the
 * accounts, never kept here.
 */
#include "ledger/store/grant.h"

#include <assert.h>
#include <string.h>

static struct db_param amount_param(const struct grant *grant, enum funding_source source);

static const char GRANT_RULE_LOAD[] =
    "SELECT cap_krw, cap_month_count, month_max, planning_month_max FROM ledger.grant_rule"
    " WHERE instrument = $1";

enum err store_grant_rule_load(struct db *db, const char *instrument, struct grant_rule *ret_rule)
{
    const struct db_param params[] = {db_text(instrument)};
    struct grant_rule rule = {.cap_krw = 0};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, GRANT_RULE_LOAD, params, DB_COUNT(params), &rows);

    if (err) {
        goto out;
    }
    if (db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
        goto out;
    }
    assert(strlen(instrument) < sizeof rule.instrument);
    memcpy(rule.instrument, instrument, strlen(instrument));
    rule.cap_krw = db_rows_int64(rows, 0, 0);
    rule.cap_month_count = db_rows_is_null(rows, 0, 1) ? 0 : (int32_t)db_rows_int64(rows, 0, 1);
    rule.month_max = db_rows_is_null(rows, 0, 2) ? 0 : (int32_t)db_rows_int64(rows, 0, 2);
    rule.has_planning_max = !db_rows_is_null(rows, 0, 3);
    rule.planning_month_max = rule.has_planning_max ? (int32_t)db_rows_int64(rows, 0, 3) : 0;
    *ret_rule = rule;

out:
    db_rows_release(rows);
    return err;
}

static const char GRANT_HASH[] =
    "SELECT request_hash FROM ledger.grant_award WHERE shard = $1 AND grant_id = $2";

enum err store_grant_hash(struct db *db, const char *shard, const uint8_t grant_id[ENTRY_KEY_SIZE],
                          uint8_t ret_hash[ORDER_HASH_SIZE])
{
    const struct db_param params[] = {db_text(shard), db_uuid(grant_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, GRANT_HASH, params, DB_COUNT(params), &rows);

    if (!err) {
        err = db_rows_count(rows) == 0 ? ERR_NOT_FOUND
                                       : db_rows_fixed(rows, 0, 0, ret_hash, ORDER_HASH_SIZE);
    }
    db_rows_release(rows);
    return err;
}

static const char GRANT_INSERT[] =
    "INSERT INTO ledger.grant_award (shard, grant_id, instrument, fiscal_year, programme,"
    "    national_krw, city_krw, district_krw, other_krw, start_date, end_date, month_count,"
    "    planning_month_count, settlement_due_date, document, request_hash, registered_by,"
    "    registered_time_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";

enum err store_grant_insert(struct db *db, const char *shard, const struct grant *grant,
                            const struct store_placing *placing)
{
    const struct db_param params[] = {
        db_text(shard),
        db_uuid(grant->id),
        db_text(grant->instrument),
        db_int32(grant->fiscal_year),
        db_text(grant->programme),
        amount_param(grant, FUNDING_SOURCE_NATIONAL),
        amount_param(grant, FUNDING_SOURCE_CITY),
        amount_param(grant, FUNDING_SOURCE_DISTRICT),
        amount_param(grant, FUNDING_SOURCE_OTHER),
        db_int32(grant->start_date),
        db_int32(grant->end_date),
        db_int32(grant_month_count(grant->start_date, grant->end_date)),
        db_int32(grant->planning_month_count),
        db_int32(grant->settlement_due_date),
        db_text(grant->document),
        db_bytes(placing->request_hash, ORDER_HASH_SIZE),
        db_text(placing->by),
        db_int64(placing->time_ms),
    };

    return db_exec(db, GRANT_INSERT, params, DB_COUNT(params));
}

static const char GRANT_BODY_INSERT[] =
    "INSERT INTO ledger.grant_body (shard, grant_id, place, name)"
    " SELECT $1, $2, added.place, added.name"
    " FROM unnest($3::int2[], $4::text[]) AS added (place, name)";

enum err store_grant_body_insert(struct db *db, const char *shard, const struct grant *grant)
{
    struct db_column places;
    struct db_column names;

    db_column_init(&places, DB_COLUMN_INT16);
    db_column_init(&names, DB_COLUMN_TEXT);
    for (size_t i = 0; i < grant->body_count; i++) {
        db_column_add_int16(&places, (int16_t)(i + 1));
        db_column_add_text(&names, grant->bodies[i]);
    }
    const struct db_param params[] = {db_text(shard), db_uuid(grant->id), db_column_param(&places),
                                      db_column_param(&names)};
    enum err err = db_exec(db, GRANT_BODY_INSERT, params, DB_COUNT(params));
    db_column_release(&places);
    db_column_release(&names);
    return err;
}

static const char GRANT_RULE_ROWS[] =
    "SELECT instrument, name_ko, cap_krw, cap_month_count, month_max, planning_month_max, basis"
    " FROM ledger.grant_rule ORDER BY instrument";

enum err store_grant_rule_rows(struct db *db, struct db_rows **ret_rows)
{
    return db_query(db, GRANT_RULE_ROWS, NULL, 0, ret_rows);
}

/* The one that is asked for, or those behind a cursor. */
static const char GRANT_ROWS[] =
    "WITH page AS ("
    "    SELECT grant_id, instrument, fiscal_year, programme, national_krw, city_krw,"
    "        district_krw, other_krw, start_date, end_date, month_count, planning_month_count,"
    "        settlement_due_date, document, registered_by, registered_time_ms"
    "    FROM ledger.grant_award"
    "    WHERE shard = $1 AND ($2::int8 IS NULL OR fiscal_year = $2)"
    "        AND grant_id >= $4 AND (grant_id = $4) = $3"
    "    ORDER BY grant_id LIMIT $5"
    " ), figure AS ("
    "    SELECT page.grant_id,"
    "        sum(entry_leg.amount_krw) FILTER (WHERE entry_leg.stage IN ('S30', 'S90'))"
    "            AS undecided_krw,"
    "        sum(entry_leg.amount_krw) FILTER (WHERE entry_leg.stage IN ('S45', 'S50', 'S60', "
    "'S70',"
    "            'S75')) AS paid_krw,"
    "        sum(entry_leg.amount_krw) FILTER (WHERE entry_leg.stage IN ('S50', 'S60')) AS "
    "spent_krw,"
    "        sum(entry_leg.amount_krw) FILTER (WHERE entry_leg.stage IN ('S60', 'S70', 'S75'))"
    "            AS settled_krw,"
    "        sum(entry_leg.amount_krw) FILTER (WHERE entry_leg.stage = 'S70') AS to_return_krw,"
    "        sum(entry_leg.amount_krw) FILTER (WHERE entry_leg.stage = 'S75') AS returned_krw,"
    "        sum(entry_leg.amount_krw) FILTER (WHERE entry_leg.stage = 'I10') AS interest_krw"
    "    FROM page"
    "    INNER JOIN ledger.grant_entry ON grant_entry.shard = $1"
    "        AND grant_entry.grant_id = page.grant_id"
    "    INNER JOIN ledger.entry_leg ON entry_leg.shard = $1 AND entry_leg.seq = grant_entry.seq"
    "        AND entry_leg.programme = page.programme"
    "    GROUP BY page.grant_id"
    " )"
    " SELECT page.grant_id, page.instrument, grant_rule.name_ko, page.fiscal_year, page.programme,"
    "    page.national_krw, page.city_krw, page.district_krw, page.other_krw, grant_rule.cap_krw,"
    "    grant_rule.cap_month_count, page.start_date, page.end_date, page.month_count,"
    "    page.planning_month_count, page.settlement_due_date, page.document, page.registered_by,"
    "    page.registered_time_ms,"
    "    (SELECT coalesce(sum(account.balance_krw), 0)::int8 FROM ledger.account"
    "        WHERE account.shard = $1 AND account.fiscal_year = page.fiscal_year"
    "        AND account.programme = page.programme AND account.stage = 'S45') AS unsettled_krw,"
    "    (SELECT coalesce(sum(account.balance_krw), 0)::int8 FROM ledger.account"
    "        WHERE account.shard = $1 AND account.fiscal_year = page.fiscal_year"
    "        AND account.programme = page.programme"
    "        AND account.stage IN ('S70', 'I10')) AS to_refund_krw,"
    "    coalesce(-figure.undecided_krw, 0)::int8 AS decided_krw,"
    "    coalesce(figure.paid_krw, 0)::int8 AS paid_krw,"
    "    coalesce(figure.spent_krw, 0)::int8 AS spent_krw,"
    "    coalesce(figure.settled_krw, 0)::int8 AS settled_krw,"
    "    coalesce(figure.to_return_krw, 0)::int8 AS to_return_krw,"
    "    coalesce(figure.returned_krw, 0)::int8 AS returned_krw,"
    "    coalesce(figure.interest_krw, 0)::int8 AS interest_krw,"
    "    grant_body.name"
    " FROM page"
    " LEFT JOIN figure ON figure.grant_id = page.grant_id"
    " INNER JOIN ledger.grant_rule ON grant_rule.instrument = page.instrument"
    " INNER JOIN ledger.grant_body ON grant_body.shard = $1"
    "    AND grant_body.grant_id = page.grant_id"
    " ORDER BY page.grant_id, grant_body.place";

enum err store_grant_rows(struct db *db, const char *shard, const struct store_filter *filter,
                          const struct store_grant_filter *grants, struct db_rows **ret_rows)
{
    const struct db_param params[] = {
        db_text(shard),
        filter->fiscal_year == 0 ? db_null_int64() : db_int64(filter->fiscal_year),
        db_bool(grants->only != NULL),
        db_uuid(grants->only ? grants->only : grants->after),
        db_int64(filter->limit),
    };

    return db_query(db, GRANT_ROWS, params, DB_COUNT(params), ret_rows);
}

static struct db_param amount_param(const struct grant *grant, enum funding_source source)
{
    int64_t amount_krw = grant->amounts_krw[source - 1];

    return amount_krw == 0 ? db_null_int64() : db_int64(amount_krw);
}
