/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document is built whole: a sheet is small.
 */
#include "cli/sheet_json.h"

#include "ledger/domain/entry.h"
#include "ledger/domain/sheet_name.h"
#include "ledger/domain/sheet_words.h"
#include "ledger/domain/sheet_write.h"

static json_t *text_or_null(const char *text);
static json_t *date_or_null(int32_t yyyymmdd);
static json_t *tables(const struct sheet *sheet);
static json_t *rows(const struct sheet *sheet, int32_t table);
static json_t *cells(const struct sheet *sheet, uint32_t row);

json_t *sheet_json(const struct sheet_file *file)
{
    const struct sheet *sheet = &file->sheet;
    json_t *figures = json_array();
    json_t *discrepancies = json_array();
    size_t i;

    for (i = 0; i < sheet->figure_count; i++) {
        (void)json_array_append_new(figures, sheet_json_figure(sheet, &sheet->figures[i]));
    }
    for (i = 0; i < sheet_check_kept(&file->check); i++) {
        (void)json_array_append_new(discrepancies, sheet_file_discrepancy(file, i));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "document",
                     text_or_null(sheet_text(sheet, sheet->document)), "as_of",
                     date_or_null(sheet->as_of), "tables", tables(sheet), "figures", figures,
                     "discrepancies", discrepancies);
}

json_t *sheet_json_figure(const struct sheet *sheet, const struct sheet_figure *figure)
{
    const struct sheet_place *place = &figure->place;
    const bool given = figure->state == SHEET_GIVEN;
    char number[SHEET_NUMBER_SIZE];
    json_t *amount = given ? json_integer((json_int_t)figure->amount) : json_null();

    return json_pack(
        "{s:I, s:I, s:I, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o}", "table",
        (json_int_t)sheet->rows[figure->row].table + 1, "line",
        (json_int_t)sheet->rows[figure->row].line, "column", (json_int_t)figure->column + 1, "kind",
        sheet_kind_code(place->kind), "fiscal_year",
        place->year != 0 ? json_integer((json_int_t)place->year) : json_null(), "funding_source",
        place->source != 0 ? json_string(funding_source_code((enum funding_source)place->source))
                           : json_null(),
        "programme", text_or_null(sheet_name_text(sheet, place->programme)), "item",
        text_or_null(sheet_name_text(sheet, place->item)), "state", sheet_state_code(figure->state),
        "printed", text_or_null(sheet_write_cell(sheet, figure->row, figure->column, number)),
        "unit", text_or_null(sheet_unit_word(sheet_figure_unit(sheet, figure))),
        place->kind == SHEET_COUNT ? "count" : "amount_krw", amount);
}

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *date_or_null(int32_t yyyymmdd)
{
    char text[ENTRY_DATE_SIZE];

    if (yyyymmdd == 0) {
        return json_null();
    }
    entry_date_format(yyyymmdd, text);
    return json_string(text);
}

static json_t *tables(const struct sheet *sheet)
{
    json_t *all = json_array();
    size_t i;

    for (i = 0; i < sheet->table_count; i++) {
        const struct sheet_table *table = &sheet->tables[i];

        (void)json_array_append_new(all,
                                    json_pack("{s:o, s:o, s:o}", "title",
                                              text_or_null(sheet_text(sheet, table->title)), "unit",
                                              text_or_null(sheet_unit_word(table->unit)), "rows",
                                              rows(sheet, (int32_t)i)));
    }
    return all;
}

/* Column names and body; what the preamble says is in the figures. */
static json_t *rows(const struct sheet *sheet, int32_t table)
{
    json_t *all = json_array();
    uint32_t i;

    for (i = sheet->tables[table].header; i < sheet->tables[table].end; i++) {
        (void)json_array_append_new(all, cells(sheet, i));
    }
    return all;
}

static json_t *cells(const struct sheet *sheet, uint32_t row)
{
    char number[SHEET_NUMBER_SIZE];
    json_t *all = json_array();
    uint32_t width = sheet_write_width(sheet, row);
    uint32_t i;

    for (i = 0; i < width; i++) {
        (void)json_array_append_new(all, text_or_null(sheet_write_cell(sheet, row, i, number)));
    }
    return all;
}
