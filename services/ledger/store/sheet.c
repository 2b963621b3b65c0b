/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements behind kept sheets. Figures go in as arrays, one statement for
 * all of a sheet.
 */
#include "ledger/store/sheet.h"

#include "ledger/domain/sheet_name.h"
#include "ledger/domain/sheet_words.h"
#include "ledger/domain/sheet_write.h"

#include <assert.h>
#include <string.h>

#define UNITS_SIZE 128 /* all the units there are, with commas */

static void units_of(const struct sheet *sheet, char ret_units[UNITS_SIZE]);
static int32_t given_count(const struct sheet *sheet);
static const char *text_or_null(const char *text);
static void add_int32_or_null(struct db_column *column, int32_t value);
static void add_figure(struct db_column *columns, const struct sheet *sheet,
                       const struct sheet_figure *figure);
static void add_discrepancy(struct db_column *columns, const struct sheet *sheet,
                            const struct sheet_discrepancy *found);

static const char SHEET_HASH[] =
    "SELECT request_hash FROM ledger.sheet WHERE shard = $1 AND sheet_id = $2";

enum err store_sheet_hash(struct db *db, const char *shard,
                          const uint8_t sheet_id[CRYPTO_UUID_SIZE],
                          uint8_t ret_hash[ORDER_HASH_SIZE])
{
    const struct db_param params[] = {db_text(shard), db_uuid(sheet_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, SHEET_HASH, params, DB_COUNT(params), &rows);

    if (!err) {
        err = db_rows_count(rows) == 0 ? ERR_NOT_FOUND
                                       : db_rows_fixed(rows, 0, 0, ret_hash, ORDER_HASH_SIZE);
    }
    db_rows_release(rows);
    return err;
}

static const char SHEET_FIND[] =
    "SELECT sheet_id FROM ledger.sheet WHERE shard = $1 AND content_hash = $2";

enum err store_sheet_find(struct db *db, const char *shard,
                          const uint8_t content_hash[CRYPTO_HASH_SIZE],
                          uint8_t ret_sheet_id[CRYPTO_UUID_SIZE])
{
    const struct db_param params[] = {db_text(shard), db_bytes(content_hash, CRYPTO_HASH_SIZE)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, SHEET_FIND, params, DB_COUNT(params), &rows);

    if (!err) {
        err = db_rows_count(rows) == 0 ? ERR_NOT_FOUND
                                       : db_rows_fixed(rows, 0, 0, ret_sheet_id, CRYPTO_UUID_SIZE);
    }
    db_rows_release(rows);
    return err;
}

static const char SHEET_INSERT[] =
    "INSERT INTO ledger.sheet (shard, sheet_id, name, document, as_of_date, units, encoding,"
    "    content, content_hash, table_count, figure_count, given_count, contradiction_count,"
    "    gap_count, rounding_count, request_hash, kept_by, kept_time_ms)"
    " VALUES ($1, $2, $3, $4, nullif($5, 0), $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
    "    $17, $18)";

enum err store_sheet_insert(struct db *db, const char *shard, const struct store_sheet *kept,
                            const struct store_placing *placing)
{
    const struct sheet *sheet = kept->sheet;
    const size_t *counts = kept->check->counts;
    char units[UNITS_SIZE];

    units_of(sheet, units);
    const struct db_param params[] = {
        db_text(shard),
        db_uuid(kept->sheet_id),
        db_text(kept->name),
        db_text(text_or_null(sheet_text(sheet, sheet->document))),
        db_int32(sheet->as_of),
        db_text(units),
        db_text(kept->encoding),
        db_bytes(kept->content.data, kept->content.length),
        db_bytes(kept->content_hash, CRYPTO_HASH_SIZE),
        db_int32((int32_t)sheet->table_count),
        db_int32((int32_t)sheet->figure_count),
        db_int32(given_count(sheet)),
        db_int32((int32_t)counts[SHEET_CONTRADICTION]),
        db_int32((int32_t)counts[SHEET_GAP]),
        db_int32((int32_t)counts[SHEET_ROUNDING]),
        db_bytes(placing->request_hash, ORDER_HASH_SIZE),
        db_text(placing->by),
        db_int64(placing->time_ms),
    };

    return db_exec(db, SHEET_INSERT, params, DB_COUNT(params));
}

static const char FIGURE_INSERT[] =
    "INSERT INTO ledger.sheet_figure (shard, sheet_id, place, table_number, line, column_number,"
    "    row_words, column_words, kind, fiscal_year, funding_source, programme, item, state,"
    "    printed, unit, amount_krw, quantity)"
    " SELECT $1, $2, added.place, added.table_number, added.line, added.column_number,"
    "    added.row_words, added.column_words, added.kind, added.fiscal_year,"
    "    added.funding_source, added.programme, added.item, added.state, added.printed,"
    "    added.unit, added.amount_krw, added.quantity"
    " FROM unnest($3::int4[], $4::int4[], $5::int4[], $6::int4[], $7::text[], $8::text[],"
    "    $9::text[], $10::int4[], $11::text[], $12::text[], $13::text[], $14::text[],"
    "    $15::text[], $16::text[], $17::int8[], $18::int8[])"
    " AS added (place, table_number, line, column_number, row_words, column_words, kind,"
    "    fiscal_year, funding_source, programme, item, state, printed, unit, amount_krw,"
    "    quantity)";

enum err store_sheet_figure_insert(struct db *db, const char *shard, const struct store_sheet *kept)
{
    static const enum db_column_type TYPES[] = {
        DB_COLUMN_INT32, DB_COLUMN_INT32, DB_COLUMN_INT32, DB_COLUMN_INT32,
        DB_COLUMN_TEXT,  DB_COLUMN_TEXT,  DB_COLUMN_TEXT,  DB_COLUMN_INT32,
        DB_COLUMN_TEXT,  DB_COLUMN_TEXT,  DB_COLUMN_TEXT,  DB_COLUMN_TEXT,
        DB_COLUMN_TEXT,  DB_COLUMN_TEXT,  DB_COLUMN_INT64, DB_COLUMN_INT64,
    };
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[2 + DB_COUNT(TYPES)];

    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < kept->sheet->figure_count; i++) {
        db_column_add_int32(&columns[0], (int32_t)i + 1);
        add_figure(columns, kept->sheet, &kept->sheet->figures[i]);
    }
    params[0] = db_text(shard);
    params[1] = db_uuid(kept->sheet_id);
    db_columns_params(columns, DB_COUNT(TYPES), params + 2);
    enum err err = db_exec(db, FIGURE_INSERT, params, DB_COUNT(params));
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}

static const char DISCREPANCY_INSERT[] =
    "INSERT INTO ledger.sheet_discrepancy (shard, sheet_id, place, rule, severity, line,"
    "    column_number, table_title, row_words, column_words, unit, printed, computed)"
    " SELECT $1, $2, added.place, added.rule, added.severity, added.line, added.column_number,"
    "    added.table_title, added.row_words, added.column_words, added.unit, added.printed,"
    "    added.computed"
    " FROM unnest($3::int4[], $4::text[], $5::text[], $6::int4[], $7::int4[], $8::text[],"
    "    $9::text[], $10::text[], $11::text[], $12::int8[], $13::int8[])"
    " AS added (place, rule, severity, line, column_number, table_title, row_words,"
    "    column_words, unit, printed, computed)";

enum err store_sheet_discrepancy_insert(struct db *db, const char *shard,
                                        const struct store_sheet *kept)
{
    static const enum db_column_type TYPES[] = {
        DB_COLUMN_INT32, DB_COLUMN_TEXT,  DB_COLUMN_TEXT,  DB_COLUMN_INT32,
        DB_COLUMN_INT32, DB_COLUMN_TEXT,  DB_COLUMN_TEXT,  DB_COLUMN_TEXT,
        DB_COLUMN_TEXT,  DB_COLUMN_INT64, DB_COLUMN_INT64,
    };
    struct db_column columns[DB_COUNT(TYPES)];
    struct db_param params[2 + DB_COUNT(TYPES)];
    const size_t count = sheet_check_kept(kept->check);

    db_columns_init(columns, TYPES, DB_COUNT(TYPES));
    for (size_t i = 0; i < count; i++) {
        db_column_add_int32(&columns[0], (int32_t)i + 1);
        add_discrepancy(columns, kept->sheet, &kept->check->discrepancies[i]);
    }
    params[0] = db_text(shard);
    params[1] = db_uuid(kept->sheet_id);
    db_columns_params(columns, DB_COUNT(TYPES), params + 2);
    enum err err = db_exec(db, DISCREPANCY_INSERT, params, DB_COUNT(params));
    db_columns_release(columns, DB_COUNT(TYPES));
    return err;
}

static const char SHEET_ROWS[] =
    "SELECT sheet_id, name, document, as_of_date, units, encoding, length(content)::int8,"
    "    content_hash, table_count, figure_count, given_count, contradiction_count, gap_count,"
    "    rounding_count, kept_by, kept_time_ms"
    " FROM ledger.sheet WHERE shard = $1 AND sheet_id > $2 ORDER BY sheet_id LIMIT $3";

enum err store_sheet_rows(struct db *db, const char *shard, const uint8_t after[CRYPTO_UUID_SIZE],
                          int64_t limit, struct db_rows **ret_rows)
{
    const struct db_param params[] = {db_text(shard), db_uuid(after), db_int64(limit)};

    return db_query(db, SHEET_ROWS, params, DB_COUNT(params), ret_rows);
}

static const char SHEET_ROW[] =
    "SELECT sheet_id, name, document, as_of_date, units, encoding, length(content)::int8,"
    "    content_hash, table_count, figure_count, given_count, contradiction_count, gap_count,"
    "    rounding_count, kept_by, kept_time_ms"
    " FROM ledger.sheet WHERE shard = $1 AND sheet_id = $2";

enum err store_sheet_row(struct db *db, const char *shard, const uint8_t sheet_id[CRYPTO_UUID_SIZE],
                         struct db_rows **ret_rows)
{
    const struct db_param params[] = {db_text(shard), db_uuid(sheet_id)};

    return db_query(db, SHEET_ROW, params, DB_COUNT(params), ret_rows);
}

static const char SHEET_CONTENT[] =
    "SELECT content FROM ledger.sheet WHERE shard = $1 AND sheet_id = $2";

enum err store_sheet_content(struct db *db, const char *shard,
                             const uint8_t sheet_id[CRYPTO_UUID_SIZE], struct db_rows **ret_rows)
{
    const struct db_param params[] = {db_text(shard), db_uuid(sheet_id)};

    return db_query(db, SHEET_CONTENT, params, DB_COUNT(params), ret_rows);
}

static const char FIGURE_ROWS[] =
    "SELECT table_number, line, column_number, row_words, column_words, kind, fiscal_year,"
    "    funding_source, programme, item, state, printed, unit, amount_krw, quantity"
    " FROM ledger.sheet_figure WHERE shard = $1 AND sheet_id = $2 ORDER BY place";

enum err store_sheet_figure_rows(struct db *db, const char *shard,
                                 const uint8_t sheet_id[CRYPTO_UUID_SIZE],
                                 struct db_rows **ret_rows)
{
    const struct db_param params[] = {db_text(shard), db_uuid(sheet_id)};

    return db_query(db, FIGURE_ROWS, params, DB_COUNT(params), ret_rows);
}

static const char DISCREPANCY_ROWS[] =
    "SELECT rule, severity, line, column_number, table_title, row_words, column_words, unit,"
    "    printed, computed"
    " FROM ledger.sheet_discrepancy WHERE shard = $1 AND sheet_id = $2 ORDER BY place";

enum err store_sheet_discrepancy_rows(struct db *db, const char *shard,
                                      const uint8_t sheet_id[CRYPTO_UUID_SIZE],
                                      struct db_rows **ret_rows)
{
    const struct db_param params[] = {db_text(shard), db_uuid(sheet_id)};

    return db_query(db, DISCREPANCY_ROWS, params, DB_COUNT(params), ret_rows);
}

/* In the order of the units, each once. */
static void units_of(const struct sheet *sheet, char ret_units[UNITS_SIZE])
{
    ret_units[0] = '\0';
    for (int unit = SHEET_WON; unit <= SHEET_HUNDRED_MILLION; unit++) {
        bool used = false;
        for (size_t i = 0; i < sheet->table_count; i++) {
            used = used || sheet->tables[i].unit == (enum sheet_unit)unit;
        }
        if (used) {
            sheet_name_append(ret_units, UNITS_SIZE, sheet_unit_word((enum sheet_unit)unit));
        }
    }
}

static int32_t given_count(const struct sheet *sheet)
{
    int32_t count = 0;

    for (size_t i = 0; i < sheet->figure_count; i++) {
        count += sheet->figures[i].state == SHEET_GIVEN ? 1 : 0;
    }
    return count;
}

static const char *text_or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static void add_int32_or_null(struct db_column *column, int32_t value)
{
    if (value == 0) {
        db_column_add_null(column);
    } else {
        db_column_add_int32(column, value);
    }
}

/* All but its place, which is the first column. */
static void add_figure(struct db_column *columns, const struct sheet *sheet,
                       const struct sheet_figure *figure)
{
    const struct sheet_place *place = &figure->place;
    const bool given = figure->state == SHEET_GIVEN;
    const bool plain = place->kind == SHEET_COUNT;
    char number[SHEET_NUMBER_SIZE];
    char words[SHEET_NAME_SIZE];

    assert(figure->row < sheet->row_count);
    db_column_add_int32(&columns[1], sheet->rows[figure->row].table + 1);
    db_column_add_int32(&columns[2], (int32_t)sheet->rows[figure->row].line);
    db_column_add_int32(&columns[3], (int32_t)figure->column + 1);
    sheet_row_name(sheet, figure->row, words);
    db_column_add_text(&columns[4], text_or_null(words));
    sheet_column_name(sheet, figure->row, figure->column, words);
    db_column_add_text(&columns[5], text_or_null(words));
    db_column_add_text(&columns[6], sheet_kind_code(place->kind));
    add_int32_or_null(&columns[7], place->year);
    db_column_add_text(&columns[8], place->source != 0
                                        ? funding_source_code((enum funding_source)place->source)
                                        : NULL);
    db_column_add_text(&columns[9], text_or_null(sheet_name_text(sheet, place->programme)));
    db_column_add_text(&columns[10], text_or_null(sheet_name_text(sheet, place->item)));
    db_column_add_text(&columns[11], sheet_state_code(figure->state));
    db_column_add_text(&columns[12],
                       text_or_null(sheet_write_cell(sheet, figure->row, figure->column, number)));
    db_column_add_text(&columns[13],
                       text_or_null(sheet_unit_word(sheet_figure_unit(sheet, figure))));
    for (size_t i = 14; i <= 15; i++) {
        if (given && plain == (i == 15)) {
            db_column_add_int64(&columns[i], figure->amount);
        } else {
            db_column_add_null(&columns[i]);
        }
    }
}

/* Likewise. */
static void add_discrepancy(struct db_column *columns, const struct sheet *sheet,
                            const struct sheet_discrepancy *found)
{
    char words[SHEET_NAME_SIZE];

    assert(found->row < sheet->row_count);
    db_column_add_text(&columns[1], sheet_rule_code(found->rule));
    db_column_add_text(&columns[2], sheet_severity_code(found->severity));
    db_column_add_int32(&columns[3], (int32_t)sheet->rows[found->row].line);
    db_column_add_int32(&columns[4], (int32_t)found->column + 1);
    db_column_add_text(&columns[5], text_or_null(sheet_table_name(sheet, found->row)));
    sheet_row_name(sheet, found->row, words);
    db_column_add_text(&columns[6], text_or_null(words));
    sheet_column_name(sheet, found->row, found->column, words);
    db_column_add_text(&columns[7], text_or_null(words));
    db_column_add_text(&columns[8], text_or_null(sheet_unit_word(found->unit)));
    if (found->printed_given) {
        db_column_add_int64(&columns[9], found->printed);
    } else {
        db_column_add_null(&columns[9]);
    }
    db_column_add_int64(&columns[10], found->computed);
}
