/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements behind the lists. Orders are those of the keys, so that a
 * page starts where the last one ended whatever was added between.
 */
#include "ledger/store/list.h"

static struct db_param filter_year(const struct store_filter *filter);
static struct db_param filter_source(const struct store_filter *filter);

static const char LINE_LIST[] =
    "WITH line AS ("
    "    SELECT DISTINCT fiscal_year, programme, funding_source FROM ledger.account"
    "    WHERE shard = $1 AND ($2::int8 IS NULL OR fiscal_year = $2)"
    "    AND ($3::text IS NULL OR funding_source = $3)"
    "    AND (fiscal_year, programme, funding_source) > ($4, $5, $6)"
    "    ORDER BY fiscal_year, programme, funding_source LIMIT $7"
    " )"
    " SELECT account.fiscal_year, account.programme, account.funding_source, account.stage,"
    "    account.balance_krw, account.held_krw, account.version"
    " FROM line INNER JOIN ledger.account ON account.shard = $1"
    "    AND account.fiscal_year = line.fiscal_year AND account.programme = line.programme"
    "    AND account.funding_source = line.funding_source"
    " ORDER BY account.fiscal_year, account.programme, account.funding_source, account.stage";

enum err store_line_list(struct db *db, const char *shard, const struct store_filter *filter,
                         const struct store_line_cursor *after, struct db_rows **ret_rows)
{
    const struct db_param params[] = {
        db_text(shard),
        filter_year(filter),
        filter_source(filter),
        db_int32(after->fiscal_year),
        db_text(after->programme),
        db_text(after->fiscal_year == 0 ? "" : funding_source_code(after->funding_source)),
        db_int64(filter->limit),
    };

    return db_query(db, LINE_LIST, params, DB_COUNT(params), ret_rows);
}

static const char ENVELOPE_LIST[] =
    "SELECT ballot_id, fiscal_year, funding_source, state, amount_krw, selected_krw,"
    "    changed_time_ms"
    " FROM ledger.envelope"
    " WHERE shard = $1 AND ($2::int8 IS NULL OR fiscal_year = $2)"
    "    AND ($3::text IS NULL OR funding_source = $3) AND ballot_id > $4"
    " ORDER BY ballot_id LIMIT $5";

enum err store_envelope_list(struct db *db, const char *shard, const struct store_filter *filter,
                             const uint8_t after[BALLOT_ID_SIZE], struct db_rows **ret_rows)
{
    const struct db_param params[] = {
        db_text(shard), filter_year(filter),     filter_source(filter),
        db_uuid(after), db_int64(filter->limit),
    };

    return db_query(db, ENVELOPE_LIST, params, DB_COUNT(params), ret_rows);
}

static const char LIMIT_LIST[] =
    "WITH used AS ("
    "    SELECT fiscal_year, funding_source, sum(CASE state WHEN 'reserved' THEN amount_krw"
    "        WHEN 'settled' THEN selected_krw ELSE 0 END)::int8 AS used_krw"
    "    FROM ledger.envelope WHERE shard = $1 GROUP BY fiscal_year, funding_source"
    " )"
    " SELECT envelope_limit.fiscal_year, envelope_limit.funding_source, envelope_limit.limit_krw,"
    "    envelope_limit.set_time_ms, coalesce(used.used_krw, 0) AS used_krw"
    " FROM ledger.envelope_limit"
    " LEFT JOIN used ON used.fiscal_year = envelope_limit.fiscal_year"
    "    AND used.funding_source = envelope_limit.funding_source"
    " WHERE envelope_limit.shard = $1"
    "    AND ($2::int8 IS NULL OR envelope_limit.fiscal_year = $2)"
    "    AND ($3::text IS NULL OR envelope_limit.funding_source = $3)"
    " ORDER BY envelope_limit.fiscal_year, envelope_limit.funding_source";

enum err store_limit_list(struct db *db, const char *shard, const struct store_filter *filter,
                          struct db_rows **ret_rows)
{
    const struct db_param params[] = {
        db_text(shard),
        filter_year(filter),
        filter_source(filter),
    };

    return db_query(db, LIMIT_LIST, params, DB_COUNT(params), ret_rows);
}

static struct db_param filter_year(const struct store_filter *filter)
{
    return filter->fiscal_year == 0 ? db_null_int64() : db_int64(filter->fiscal_year);
}

static struct db_param filter_source(const struct store_filter *filter)
{
    return db_text(filter->funding_source == 0 ? NULL
                                               : funding_source_code(filter->funding_source));
}
