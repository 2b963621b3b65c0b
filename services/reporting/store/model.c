/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements of model.h. What is heard again finds its row there and leaves
 * it alone; what is newer than its row replaces it.
 */
#include "reporting/store/model.h"

#include <assert.h>
#include <string.h>

static const char USE_SCHEMA[] = "SELECT set_config('search_path', $1, TRUE)";

enum err store_schema_use(struct db *db, const char *schema)
{
    const struct db_param params[] = {db_text(schema)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, USE_SCHEMA, params, DB_COUNT(params), &rows);

    db_rows_release(rows);
    return err;
}

static const char ADD_BALLOT[] =
    "INSERT INTO ballot (district, ballot_id, title, budget_year, funding_source, budget_krw,"
    " opens_time_ms, closes_time_ms, definition_hash, method, rule, demonstration)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    " ON CONFLICT (district, ballot_id) DO NOTHING";

enum err store_ballot_add(struct db *db, const struct store_key *key,
                          const struct report_ballot *ballot)
{
    const struct db_param params[] = {
        db_text(key->district),
        db_uuid(key->ballot_id),
        db_text(ballot->title),
        db_int32(ballot->budget_year),
        db_text(report_source_name(ballot->funding_source)),
        db_int64(ballot->budget_krw),
        db_int64(ballot->opens_time_ms),
        db_int64(ballot->closes_time_ms),
        db_bytes(ballot->definition_hash, sizeof ballot->definition_hash),
        db_text(ballot->method),
        db_text(ballot->rule),
        db_bool(ballot->demonstration),
    };

    return db_exec(db, ADD_BALLOT, params, DB_COUNT(params));
}

static const char ADD_EXTENSION[] =
    "INSERT INTO ballot_extension (district, ballot_id, extension_no, closes_time_ms, reason)"
    " VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (district, ballot_id, extension_no) DO NOTHING";

enum err store_extension_add(struct db *db, const struct store_key *key,
                             const struct report_extension *extension)
{
    const struct db_param params[] = {
        db_text(key->district),      db_uuid(key->ballot_id),
        db_int32(extension->number), db_int64(extension->closes_time_ms),
        db_text(extension->reason),
    };

    return db_exec(db, ADD_EXTENSION, params, DB_COUNT(params));
}

static const char ADD_OPTIONS[] =
    "INSERT INTO ballot_option"
    " (district, ballot_id, number, option_id, name, cost_krw, area, field, programme)"
    " SELECT $1, $2, o.number, o.option_id, o.name, o.cost_krw, o.area, o.field, o.programme"
    " FROM unnest($3::integer[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[],"
    " $9::text[]) AS o (number, option_id, name, cost_krw, area, field, programme)"
    " ON CONFLICT (district, ballot_id, number) DO NOTHING";

enum err store_options_add(struct db *db, const struct store_key *key,
                           const struct report_option *options, size_t count)
{
    enum { NUMBER, OPTION_ID, NAME, COST, AREA, FIELD, PROGRAMME, COLUMNS };

    static const enum db_column_type types[COLUMNS] = {
        DB_COLUMN_INT32, DB_COLUMN_TEXT, DB_COLUMN_TEXT, DB_COLUMN_INT64,
        DB_COLUMN_TEXT,  DB_COLUMN_TEXT, DB_COLUMN_TEXT,
    };
    struct db_column columns[COLUMNS];
    struct db_param params[2 + COLUMNS] = {db_text(key->district), db_uuid(key->ballot_id)};
    enum err err;

    db_columns_init(columns, types, COLUMNS);
    for (size_t i = 0; i < count; i++) {
        db_column_add_int32(&columns[NUMBER], options[i].number);
        db_column_add_text(&columns[OPTION_ID], options[i].option_id);
        db_column_add_text(&columns[NAME], options[i].name);
        db_column_add_int64(&columns[COST], options[i].cost_krw);
        db_column_add_text(&columns[AREA], options[i].area);
        db_column_add_text(&columns[FIELD], options[i].field);
        db_column_add_text(&columns[PROGRAMME], options[i].programme);
    }
    db_columns_params(columns, COLUMNS, params + 2);
    err = db_exec(db, ADD_OPTIONS, params, DB_COUNT(params));
    db_columns_release(columns, COLUMNS);
    return err;
}

static const char SET_TURNOUT[] =
    "INSERT INTO turnout (district, ballot_id, batch_no, voters)"
    " VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (district, ballot_id) DO UPDATE"
    " SET batch_no = excluded.batch_no, voters = excluded.voters"
    " WHERE turnout.batch_no < excluded.batch_no";

enum err store_turnout_set(struct db *db, const struct store_key *key,
                           const struct report_turnout *turnout)
{
    const struct db_param params[] = {
        db_text(key->district),
        db_uuid(key->ballot_id),
        db_int64(turnout->batch_no),
        db_int64(turnout->voters),
    };

    return db_exec(db, SET_TURNOUT, params, DB_COUNT(params));
}

static const char ADD_CLOSING[] =
    "INSERT INTO closing (district, ballot_id, closed_time_ms, voters, revisions, days)"
    " VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (district, ballot_id) DO NOTHING";

enum err store_closing_add(struct db *db, const struct store_key *key,
                           const struct report_closing *closing)
{
    const struct db_param params[] = {
        db_text(key->district),    db_uuid(key->ballot_id),      db_int64(closing->closed_time_ms),
        db_int64(closing->voters), db_int64(closing->revisions), db_int32(closing->days),
    };

    return db_exec(db, ADD_CLOSING, params, DB_COUNT(params));
}

static const char ADD_CELLS[] =
    "INSERT INTO turnout_cell (district, ballot_id, dimension, place, name, voters)"
    " SELECT $1, $2, c.dimension, c.place, c.name, c.voters"
    " FROM unnest($3::text[], $4::integer[], $5::text[], $6::bigint[])"
    " AS c (dimension, place, name, voters)"
    " ON CONFLICT (district, ballot_id, dimension, place) DO NOTHING";

enum err store_cells_add(struct db *db, const struct store_key *key,
                         const struct report_cell *cells, size_t count)
{
    struct db_column dimensions;
    struct db_column places;
    struct db_column names;
    struct db_column voters;
    enum err err;

    db_column_init(&dimensions, DB_COLUMN_TEXT);
    db_column_init(&places, DB_COLUMN_INT32);
    db_column_init(&names, DB_COLUMN_TEXT);
    db_column_init(&voters, DB_COLUMN_INT64);
    for (size_t i = 0; i < count; i++) {
        db_column_add_text(&dimensions, cells[i].dimension);
        db_column_add_int32(&places, cells[i].place);
        db_column_add_text(&names, cells[i].name);
        if (cells[i].suppressed) {
            db_column_add_null(&voters);
        } else {
            db_column_add_int64(&voters, cells[i].voters);
        }
    }
    const struct db_param params[] = {
        db_text(key->district),   db_uuid(key->ballot_id), db_column_param(&dimensions),
        db_column_param(&places), db_column_param(&names), db_column_param(&voters),
    };
    err = db_exec(db, ADD_CELLS, params, DB_COUNT(params));
    db_column_release(&dimensions);
    db_column_release(&places);
    db_column_release(&names);
    db_column_release(&voters);
    return err;
}

static const char ADD_TALLY[] =
    "INSERT INTO tally"
    " (district, ballot_id, certified_time_ms, funded_krw, voters, selections, voids,"
    " resident_weight, jury_weight, channel_weights)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    " ON CONFLICT (district, ballot_id) DO NOTHING";

enum err store_tally_add(struct db *db, const struct store_key *key,
                         const struct report_tally *tally)
{
    const struct db_param params[] = {
        db_text(key->district),
        db_uuid(key->ballot_id),
        db_int64(tally->certified_time_ms),
        db_int64(tally->funded_krw),
        db_int64(tally->voters),
        db_int64(tally->selections),
        db_int64(tally->voids),
        db_int64(tally->resident_weight),
        db_int64(tally->jury_weight),
        db_text(tally->channel_weights),
    };

    return db_exec(db, ADD_TALLY, params, DB_COUNT(params));
}

static const char ADD_RESULTS[] =
    "INSERT INTO option_result"
    " (district, ballot_id, option_id, score, funded, reason, exclusion_reason)"
    " SELECT $1, $2, r.option_id, r.score, r.funded, r.reason, r.exclusion_reason"
    " FROM unnest($3::text[], $4::bigint[], $5::boolean[], $6::text[], $7::text[])"
    " AS r (option_id, score, funded, reason, exclusion_reason)"
    " ON CONFLICT (district, ballot_id, option_id) DO NOTHING";

enum err store_results_add(struct db *db, const struct store_key *key,
                           const struct report_option *options, size_t count)
{
    struct db_column ids;
    struct db_column scores;
    struct db_column funded;
    struct db_column reasons;
    struct db_column exclusions;
    enum err err;

    db_column_init(&ids, DB_COLUMN_TEXT);
    db_column_init(&scores, DB_COLUMN_INT64);
    db_column_init(&funded, DB_COLUMN_BOOL);
    db_column_init(&reasons, DB_COLUMN_TEXT);
    db_column_init(&exclusions, DB_COLUMN_TEXT);
    for (size_t i = 0; i < count; i++) {
        db_column_add_text(&ids, options[i].option_id);
        db_column_add_int64(&scores, options[i].score);
        db_column_add_bool(&funded, options[i].funded);
        db_column_add_text(&reasons, options[i].reason);
        db_column_add_text(&exclusions, options[i].exclusion_reason);
    }
    const struct db_param params[] = {
        db_text(key->district),       db_uuid(key->ballot_id),  db_column_param(&ids),
        db_column_param(&scores),     db_column_param(&funded), db_column_param(&reasons),
        db_column_param(&exclusions),
    };
    err = db_exec(db, ADD_RESULTS, params, DB_COUNT(params));
    db_column_release(&ids);
    db_column_release(&scores);
    db_column_release(&funded);
    db_column_release(&reasons);
    db_column_release(&exclusions);
    return err;
}

static const char RESERVE_ENVELOPE[] =
    "INSERT INTO envelope (district, ballot_id, reserved_seq, reserved_krw)"
    " VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (district, ballot_id) DO UPDATE"
    " SET reserved_seq = excluded.reserved_seq, reserved_krw = excluded.reserved_krw"
    " WHERE envelope.reserved_seq IS NULL OR envelope.reserved_seq < excluded.reserved_seq";

enum err store_envelope_reserve(struct db *db, const struct store_key *key, int64_t reserved_krw,
                                int64_t seq)
{
    const struct db_param params[] = {
        db_text(key->district),
        db_uuid(key->ballot_id),
        db_int64(seq),
        db_int64(reserved_krw),
    };

    return db_exec(db, RESERVE_ENVELOPE, params, DB_COUNT(params));
}

static const char RELEASE_ENVELOPE[] =
    "INSERT INTO envelope (district, ballot_id, released_seq, released_krw, selected_krw)"
    " VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (district, ballot_id) DO UPDATE"
    " SET released_seq = excluded.released_seq, released_krw = excluded.released_krw,"
    " selected_krw = excluded.selected_krw"
    " WHERE envelope.released_seq IS NULL OR envelope.released_seq < excluded.released_seq";

enum err store_envelope_release(struct db *db, const struct store_key *key,
                                const struct report_envelope *envelope, int64_t seq)
{
    const struct db_param params[] = {
        db_text(key->district),           db_uuid(key->ballot_id),          db_int64(seq),
        db_int64(envelope->released_krw), db_int64(envelope->selected_krw),
    };

    return db_exec(db, RELEASE_ENVELOPE, params, DB_COUNT(params));
}

static const char READ_LINE[] =
    "SELECT balance_krw, version FROM budget_line"
    " WHERE district = $1 AND fiscal_year = $2 AND programme = $3 AND funding_source = $4"
    " AND stage = $5";

enum err store_line_read(struct db *db, const char *district, const struct report_account *account,
                         struct report_line *ret_line)
{
    const struct db_param params[] = {
        db_text(district),           db_int32(account->fiscal_year),
        db_text(account->programme), db_text(report_source_name(account->funding_source)),
        db_text(account->stage),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, READ_LINE, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_line = (struct report_line){.account = *account};
        if (db_rows_count(rows) > 0) {
            ret_line->balance_krw = db_rows_int64(rows, 0, 0);
            ret_line->version = db_rows_int64(rows, 0, 1);
        }
    }
    db_rows_release(rows);
    return err;
}

static const char SET_LINE[] =
    "INSERT INTO budget_line"
    " (district, fiscal_year, programme, funding_source, stage, balance_krw, version)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (district, fiscal_year, programme, funding_source, stage) DO UPDATE"
    " SET balance_krw = excluded.balance_krw, version = excluded.version"
    " WHERE budget_line.version < excluded.version";

enum err store_line_set(struct db *db, const char *district, const struct report_line *line)
{
    const struct db_param params[] = {
        db_text(district),
        db_int32(line->account.fiscal_year),
        db_text(line->account.programme),
        db_text(report_source_name(line->account.funding_source)),
        db_text(line->account.stage),
        db_int64(line->balance_krw),
        db_int64(line->version),
    };

    return db_exec(db, SET_LINE, params, DB_COUNT(params));
}

static const char ADD_BALLOT_LINE[] =
    "INSERT INTO ballot_line (district, ballot_id, fiscal_year, programme, funding_source)"
    " VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (district, ballot_id, fiscal_year, programme, funding_source) DO NOTHING";

enum err store_ballot_line_add(struct db *db, const struct store_key *key,
                               const struct report_account *account)
{
    const struct db_param params[] = {
        db_text(key->district),
        db_uuid(key->ballot_id),
        db_int32(account->fiscal_year),
        db_text(account->programme),
        db_text(report_source_name(account->funding_source)),
    };

    return db_exec(db, ADD_BALLOT_LINE, params, DB_COUNT(params));
}

static const char BALLOTS_OF_PROGRAMME[] =
    "SELECT b.ballot_id FROM ballot_option AS o"
    " INNER JOIN ballot AS b ON b.district = o.district AND b.ballot_id = o.ballot_id"
    " WHERE o.district = $1 AND o.programme = $2 AND b.budget_year = $3"
    " GROUP BY b.ballot_id ORDER BY b.ballot_id LIMIT $4";

enum err store_ballots_of_programme(struct db *db, const char *district,
                                    const struct report_account *account,
                                    uint8_t ret_ids[][REPORT_ID_SIZE], size_t *ret_count)
{
    const struct db_param params[] = {
        db_text(district),
        db_text(account->programme),
        db_int32(account->fiscal_year),
        db_int64(STORE_BALLOT_MAX),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BALLOTS_OF_PROGRAMME, params, DB_COUNT(params), &rows);
    size_t count = 0;

    if (err) {
        return err;
    }
    count = (size_t)db_rows_count(rows);
    for (size_t i = 0; !err && i < count; i++) {
        err = db_rows_fixed(rows, (int64_t)i, 0, ret_ids[i], REPORT_ID_SIZE);
    }
    db_rows_release(rows);
    if (!err) {
        *ret_count = count;
    }
    return err;
}

static const char ADD_BLOCK[] =
    "INSERT INTO ledger_block (district, number, last_seq, root, sealed_time_ms)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (district, number) DO NOTHING";

enum err store_block_add(struct db *db, const char *district, const struct report_block *block)
{
    const struct db_param params[] = {
        db_text(district),
        db_int64(block->number),
        db_int64(block->last_seq),
        db_bytes(block->root, sizeof block->root),
        db_int64(block->sealed_time_ms),
    };

    return db_exec(db, ADD_BLOCK, params, DB_COUNT(params));
}
