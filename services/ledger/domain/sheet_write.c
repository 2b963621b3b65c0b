/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows out. A figure is never copied from the text it was read from.
 */
#include "ledger/domain/sheet_write.h"

#include <assert.h>
#include <string.h>

void sheet_write(const struct sheet *sheet, sheet_put_fn put, void *context)
{
    char number[SHEET_NUMBER_SIZE];
    uint32_t rows = sheet_write_rows(sheet);

    assert(put);
    assert(rows <= sheet->row_count);
    for (uint32_t row = 0; row < rows; row++) {
        uint32_t width = sheet_write_width(sheet, row);
        for (uint32_t column = 0; column < width; column++) {
            if (column > 0) {
                put(context, ",", 1);
            }
            sheet_write_text(sheet_write_cell(sheet, row, column, number), put, context);
        }
        put(context, "\r\n", 2);
    }
}

uint32_t sheet_write_width(const struct sheet *sheet, uint32_t row)
{
    const struct sheet_row *at = &sheet->rows[row];

    assert(row < sheet->row_count);
    assert(at->role < SHEET_HEADER || at->table >= 0);
    return at->role >= SHEET_HEADER ? sheet->tables[at->table].width : at->count;
}

uint32_t sheet_write_rows(const struct sheet *sheet)
{
    size_t rows = sheet->row_count;

    assert(rows <= SHEET_ROWS_MAX);
    while (rows > 0 && sheet->rows[rows - 1].count == 0) {
        rows--;
    }
    assert(rows <= sheet->row_count);
    return (uint32_t)rows;
}

const char *sheet_write_cell(const struct sheet *sheet, uint32_t row, uint32_t column,
                             char number[SHEET_NUMBER_SIZE])
{
    const struct sheet_row *at = &sheet->rows[row];

    assert(row < sheet->row_count);
    assert(number);
    if (column >= at->count || sheet->cells[at->cell + column].figure == 0) {
        return sheet_cell_text(sheet, row, column);
    }
    const struct sheet_figure *figure = &sheet->figures[sheet->cells[at->cell + column].figure - 1];
    if (figure->state != SHEET_GIVEN) {
        return figure->state == SHEET_DASH ? "-" : "";
    }
    sheet_number_format(figure->amount, sheet_figure_unit(sheet, figure), &figure->print, number);
    return number;
}

void sheet_write_text(const char *text, sheet_put_fn put, void *context)
{
    const char *at = text;

    assert(text);
    assert(put);
    if (strcspn(text, ",\"") == strlen(text)) {
        put(context, text, strlen(text));
        return;
    }
    put(context, "\"", 1);
    while (*at != '\0') {
        size_t length = strcspn(at, "\"");
        put(context, at, length);
        at += length;
        if (*at == '"') {
            put(context, "\"\"", 2);
            at++;
        }
    }
    put(context, "\"", 1);
}
