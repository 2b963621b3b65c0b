/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes of openapi.yaml. Figures come from the rows that were written when
 * the sheet was kept; only the content is put into UTF-8 again.
 */
#include "ledger/http/sheet_json.h"

#include "ledger/domain/entry.h"
#include "ledger/domain/sheet_number.h"
#include "ledger/http/answers.h"
#include "ledger/store/sheet.h"
#include "runtime/encoding.h"

#include <stdlib.h>
#include <string.h>

static enum err add_figures(struct db *db, const char *shard, const uint8_t *sheet_id,
                            json_t *sheet);
static enum err add_discrepancies(struct db *db, const char *shard, const uint8_t *sheet_id,
                                  json_t *sheet);
static enum err add_content(struct db *db, const char *shard, const uint8_t *sheet_id,
                            json_t *sheet);
static json_t *content_json(const uint8_t *bytes, size_t length);
static json_t *figure_json(const struct db_rows *rows, int64_t row);
static json_t *discrepancy_json(const struct db_rows *rows, int64_t row);
static json_t *value_json(const struct db_rows *rows, int64_t row, int column);
static json_t *number_json(const struct db_rows *rows, int64_t row, int column);
static json_t *text_json(const struct db_rows *rows, int64_t row, int column);
static json_t *date_json(const struct db_rows *rows, int64_t row, int column);
static enum err put(json_t *sheet, const char *name, json_t *value);

json_t *sheet_json(const struct db_rows *rows, int64_t row)
{
    size_t length = 0;
    const uint8_t *hash = db_rows_bytes(rows, row, STORE_SHEET_CONTENT_HASH, &length);

    return json_pack(
        "{s:o, s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o}",
        "sheet_id", sheet_json_id(rows, row), "name", db_rows_text(rows, row, STORE_SHEET_NAME),
        "document", text_json(rows, row, STORE_SHEET_DOCUMENT), "as_of",
        date_json(rows, row, STORE_SHEET_AS_OF), "units",
        db_rows_text(rows, row, STORE_SHEET_UNITS), "encoding",
        db_rows_text(rows, row, STORE_SHEET_ENCODING), "size",
        number_json(rows, row, STORE_SHEET_SIZE), "content_hash", answer_hex(hash, length),
        "tables", number_json(rows, row, STORE_SHEET_TABLE_COUNT), "cells",
        number_json(rows, row, STORE_SHEET_FIGURE_COUNT), "given",
        number_json(rows, row, STORE_SHEET_GIVEN_COUNT), "contradictions",
        number_json(rows, row, STORE_SHEET_CONTRADICTION_COUNT), "gaps",
        number_json(rows, row, STORE_SHEET_GAP_COUNT), "roundings",
        number_json(rows, row, STORE_SHEET_ROUNDING_COUNT), "kept_by",
        db_rows_text(rows, row, STORE_SHEET_KEPT_BY), "kept_time",
        answer_time(db_rows_int64(rows, row, STORE_SHEET_KEPT_TIME)));
}

json_t *sheet_json_id(const struct db_rows *rows, int64_t row)
{
    char text[CRYPTO_UUID_TEXT_SIZE];
    size_t length = 0;

    crypto_uuid_format(db_rows_bytes(rows, row, STORE_SHEET_ID, &length), text);
    return json_string(text);
}

enum err sheet_json_read(struct db *db, const char *shard, const uint8_t sheet_id[CRYPTO_UUID_SIZE],
                         json_t **ret_sheet)
{
    struct db_rows *rows = NULL;
    json_t *sheet = NULL;
    enum err err = store_sheet_row(db, shard, sheet_id, &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        sheet = sheet_json(rows, 0);
        err = sheet ? ERR_OK : ERR_UNAVAILABLE;
    }
    db_rows_release(rows);
    if (!err) {
        *ret_sheet = sheet;
    }
    return err;
}

enum err sheet_json_read_whole(struct db *db, const char *shard,
                               const uint8_t sheet_id[CRYPTO_UUID_SIZE], json_t **ret_sheet)
{
    json_t *sheet = NULL;
    enum err err = sheet_json_read(db, shard, sheet_id, &sheet);

    if (!err) {
        err = add_figures(db, shard, sheet_id, sheet);
    }
    if (!err) {
        err = add_discrepancies(db, shard, sheet_id, sheet);
    }
    if (!err) {
        err = add_content(db, shard, sheet_id, sheet);
    }
    if (err) {
        json_decref(sheet);
        return err;
    }
    *ret_sheet = sheet;
    return ERR_OK;
}

static enum err add_figures(struct db *db, const char *shard, const uint8_t *sheet_id,
                            json_t *sheet)
{
    struct db_rows *rows = NULL;
    json_t *figures = json_array();
    enum err err = store_sheet_figure_rows(db, shard, sheet_id, &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        answer_append(&figures, figure_json(rows, i));
    }
    db_rows_release(rows);
    if (err) {
        json_decref(figures);
        return err;
    }
    return put(sheet, "figures", figures);
}

static enum err add_discrepancies(struct db *db, const char *shard, const uint8_t *sheet_id,
                                  json_t *sheet)
{
    struct db_rows *rows = NULL;
    json_t *found = json_array();
    enum err err = store_sheet_discrepancy_rows(db, shard, sheet_id, &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        answer_append(&found, discrepancy_json(rows, i));
    }
    db_rows_release(rows);
    if (err) {
        json_decref(found);
        return err;
    }
    return put(sheet, "discrepancies", found);
}

static enum err add_content(struct db *db, const char *shard, const uint8_t *sheet_id,
                            json_t *sheet)
{
    struct db_rows *rows = NULL;
    enum err err = store_sheet_content(db, shard, sheet_id, &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        size_t length = 0;
        const uint8_t *bytes = db_rows_bytes(rows, 0, 0, &length);
        err = put(sheet, "content", content_json(bytes, length));
    }
    db_rows_release(rows);
    return err;
}

static json_t *content_json(const uint8_t *bytes, size_t length)
{
    const size_t size = ENCODING_UTF8_SIZE(length) + 1;
    char *text = malloc(size);
    const char *name = NULL;
    size_t used = 0;
    json_t *value = NULL;

    if (text && encoding_to_utf8(bytes, length, text, size, &used, &name) == ERR_OK) {
        value = json_stringn(text, used);
    }
    free(text);
    return value;
}

static json_t *figure_json(const struct db_rows *rows, int64_t row)
{
    const bool plain = strcmp(db_rows_text(rows, row, STORE_FIGURE_KIND), "count") == 0;

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o}",
                     "table", number_json(rows, row, STORE_FIGURE_TABLE), "line",
                     number_json(rows, row, STORE_FIGURE_LINE), "column",
                     number_json(rows, row, STORE_FIGURE_COLUMN), "row_words",
                     text_json(rows, row, STORE_FIGURE_ROW_WORDS), "column_words",
                     text_json(rows, row, STORE_FIGURE_COLUMN_WORDS), "kind",
                     db_rows_text(rows, row, STORE_FIGURE_KIND), "fiscal_year",
                     number_json(rows, row, STORE_FIGURE_FISCAL_YEAR), "funding_source",
                     text_json(rows, row, STORE_FIGURE_FUNDING_SOURCE), "programme",
                     text_json(rows, row, STORE_FIGURE_PROGRAMME), "item",
                     text_json(rows, row, STORE_FIGURE_ITEM), "state",
                     db_rows_text(rows, row, STORE_FIGURE_STATE), "printed",
                     text_json(rows, row, STORE_FIGURE_PRINTED), "unit",
                     text_json(rows, row, STORE_FIGURE_UNIT), plain ? "count" : "amount_krw",
                     number_json(rows, row, plain ? STORE_FIGURE_QUANTITY : STORE_FIGURE_AMOUNT));
}

/* Both values as the sheet would print them, and in won where they are money. */
static json_t *discrepancy_json(const struct db_rows *rows, int64_t row)
{
    json_t *found = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "code",
                              db_rows_text(rows, row, STORE_DISCREPANCY_RULE), "severity",
                              db_rows_text(rows, row, STORE_DISCREPANCY_SEVERITY), "line",
                              number_json(rows, row, STORE_DISCREPANCY_LINE), "column",
                              number_json(rows, row, STORE_DISCREPANCY_COLUMN), "table_title",
                              text_json(rows, row, STORE_DISCREPANCY_TABLE_TITLE), "row_words",
                              text_json(rows, row, STORE_DISCREPANCY_ROW_WORDS), "column_words",
                              text_json(rows, row, STORE_DISCREPANCY_COLUMN_WORDS), "unit",
                              text_json(rows, row, STORE_DISCREPANCY_UNIT), "printed",
                              value_json(rows, row, STORE_DISCREPANCY_PRINTED), "computed",
                              value_json(rows, row, STORE_DISCREPANCY_COMPUTED));

    if (found && !db_rows_is_null(rows, row, STORE_DISCREPANCY_UNIT) &&
        (json_object_set_new(found, "printed_krw",
                             number_json(rows, row, STORE_DISCREPANCY_PRINTED)) != 0 ||
         json_object_set_new(found, "computed_krw",
                             number_json(rows, row, STORE_DISCREPANCY_COMPUTED)) != 0)) {
        json_decref(found);
        return NULL;
    }
    return found;
}

static json_t *value_json(const struct db_rows *rows, int64_t row, int column)
{
    enum sheet_unit unit = SHEET_UNIT_NONE;
    char number[SHEET_NUMBER_SIZE];

    if (db_rows_is_null(rows, row, column)) {
        return json_null();
    }
    if (!db_rows_is_null(rows, row, STORE_DISCREPANCY_UNIT) &&
        sheet_unit_parse(db_rows_text(rows, row, STORE_DISCREPANCY_UNIT), &unit)) {
        return NULL; /* no unit that was ever written */
    }
    sheet_number_show(db_rows_int64(rows, row, column), unit, number);
    return json_string(number);
}

static json_t *number_json(const struct db_rows *rows, int64_t row, int column)
{
    return db_rows_is_null(rows, row, column)
               ? json_null()
               : json_integer((json_int_t)db_rows_int64(rows, row, column));
}

static json_t *text_json(const struct db_rows *rows, int64_t row, int column)
{
    return db_rows_is_null(rows, row, column) ? json_null()
                                              : json_string(db_rows_text(rows, row, column));
}

static json_t *date_json(const struct db_rows *rows, int64_t row, int column)
{
    char text[ENTRY_DATE_SIZE];

    if (db_rows_is_null(rows, row, column)) {
        return json_null();
    }
    entry_date_format((int32_t)db_rows_int64(rows, row, column), text);
    return json_string(text);
}

/* Takes value; NULL is what running out of memory left. */
static enum err put(json_t *sheet, const char *name, json_t *value)
{
    return value && json_object_set_new(sheet, name, value) == 0 ? ERR_OK : ERR_UNAVAILABLE;
}
