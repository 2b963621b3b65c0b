/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rows are a table's preamble, its column names and its body. It must not
 * read a figure's amount: only whether a cell could be one.
 */
#include "ledger/domain/sheet_parts.h"

#include <assert.h>
#include <string.h>

/* Where the reading stands. */
struct layout {
    struct sheet *sheet;
    struct sheet_table *table; /* the table under way; NULL before the first row */
    bool has_preamble;
    bool has_header;
    bool has_body;
    bool full; /* and it was said */
};

static void take_row(struct layout *layout, uint32_t row);
static bool begin_table(struct layout *layout);
static void end_table(struct layout *layout);
static void take_header(struct layout *layout, uint32_t row);
static bool is_title(const struct layout *layout, uint32_t row);
static void take_title(struct layout *layout, uint32_t row);
static bool is_header(const struct layout *layout, uint32_t row);
static uint32_t count_labels(const struct sheet *sheet, uint32_t row);
static void take_label_header(const struct sheet *sheet, struct sheet_table *table);

void sheet_layout_read(struct sheet *sheet)
{
    struct layout layout = {.sheet = sheet};

    assert(sheet->table_count == 0);
    for (size_t i = 0; i < sheet->row_count && !layout.full; i++) {
        take_row(&layout, (uint32_t)i);
    }
    end_table(&layout);
    assert(sheet->table_count <= SHEET_TABLES_MAX);
}

static void take_row(struct layout *layout, uint32_t row)
{
    struct sheet *sheet = layout->sheet;
    struct sheet_row *at = &sheet->rows[row];
    bool preamble = sheet_preamble_is(sheet, row);

    assert(row < sheet->row_count);
    assert(at->role == SHEET_BLANK);
    if (at->count == 0) {
        if (layout->has_header) {
            end_table(layout);
        }
        return;
    }
    if (layout->has_header && preamble &&
        sheet_key_read(sheet_cell_text(sheet, row, 0)) == SHEET_KEY_TABLE) {
        end_table(layout);
    }
    if (!layout->table && !begin_table(layout)) {
        return;
    }
    at->table = (int32_t)(layout->table - sheet->tables);
    layout->table->end = row + 1;
    if (!layout->has_header && preamble) {
        at->role = SHEET_PREAMBLE;
        layout->has_preamble = true;
        sheet_preamble_read(sheet, row, layout->table);
    } else if (!layout->has_header && is_title(layout, row)) {
        at->role = SHEET_TITLE;
        take_title(layout, row);
    } else if (!layout->has_header || (!layout->has_body && is_header(layout, row))) {
        take_header(layout, row);
    } else {
        at->role = SHEET_BODY;
        if (!layout->has_body) {
            layout->table->body = row;
        }
        layout->has_body = true;
    }
    if (at->role >= SHEET_HEADER && at->count > layout->table->width) {
        layout->table->width = at->count;
    }
}

/* A new table has what the one above it had, but for what belongs to that one alone. */
static bool begin_table(struct layout *layout)
{
    struct sheet *sheet = layout->sheet;
    struct sheet_table fresh = {.title = 0};

    assert(!layout->table);
    assert(!layout->has_header);
    if (sheet->table_count == SHEET_TABLES_MAX) {
        layout->full = true;
        sheet_fault_add(sheet, &(const struct sheet_fault){.rule = SHEET_TOO_MANY_TABLES});
        return false;
    }
    if (sheet->table_count > 0) {
        const struct sheet_table *above = &sheet->tables[sheet->table_count - 1];
        fresh.unit = above->unit;
        fresh.year = above->year;
        fresh.source = above->source;
        fresh.programme = above->programme;
    }
    layout->table = &sheet->tables[sheet->table_count];
    *layout->table = fresh;
    sheet->table_count++;
    return true;
}

/* Remarks under the last table are no table; a preamble or columns without a body are a fault. */
static void end_table(struct layout *layout)
{
    struct sheet *sheet = layout->sheet;
    struct sheet_table *table = layout->table;

    if (table && layout->has_body) {
        take_label_header(sheet, table);
    } else if (table && sheet->table_count > 1 && !layout->has_header && !layout->has_preamble) {
        sheet->table_count--;
        for (size_t i = 0; i < sheet->row_count; i++) {
            sheet->rows[i].table =
                sheet->rows[i].table == (int32_t)sheet->table_count ? -1 : sheet->rows[i].table;
        }
    } else if (table) {
        sheet_fault_add(sheet, &(const struct sheet_fault){
                                   .rule = SHEET_HEADER_MISSING,
                                   .line = sheet->rows[table->end - 1].line,
                               });
        table->body = table->end;
        table->header = table->end;
    }
    layout->table = NULL;
    layout->has_preamble = false;
    layout->has_header = false;
    layout->has_body = false;
    assert(!layout->has_body);
    assert(!layout->table);
}

static void take_header(struct layout *layout, uint32_t row)
{
    struct sheet_table *table = layout->table;

    assert(table);
    layout->sheet->rows[row].role = SHEET_HEADER;
    if (!layout->has_header) {
        table->header = row;
        table->label_count = count_labels(layout->sheet, row);
    } else if (row - table->header >= SHEET_HEADERS_MAX) {
        sheet_fault_add(layout->sheet, &(const struct sheet_fault){
                                           .rule = SHEET_TOO_MANY_HEADERS,
                                           .line = layout->sheet->rows[row].line,
                                       });
    }
    layout->has_header = true;
    assert(table->label_count > 0);
}

/* One cell alone in front of the columns, or a remark on the unit. */
static bool is_title(const struct layout *layout, uint32_t row)
{
    const struct sheet *sheet = layout->sheet;
    uint32_t filled = 0;

    assert(row < sheet->row_count);
    for (uint32_t i = 0; i < sheet->rows[row].count; i++) {
        filled += sheet_cell_text(sheet, row, i)[0] != '\0' ? 1 : 0;
    }
    assert(filled > 0);
    return filled == 1;
}

static void take_title(struct layout *layout, uint32_t row)
{
    const struct sheet *sheet = layout->sheet;
    uint32_t column = sheet->rows[row].count - 1;
    enum sheet_unit unit = sheet_unit_remark(sheet_cell_text(sheet, row, column));

    assert(layout->table);
    assert(sheet->rows[row].count > 0);
    if (unit != SHEET_UNIT_NONE) {
        layout->table->unit = unit;
    } else if (layout->table->title == 0) {
        layout->table->title = sheet_cell_place(sheet, row, column);
    }
}

/*
 * More column names: nothing but words over the figures and no name in front. A year may look like
 * a figure, so it counts as a name only where none stands above it.
 */
static bool is_header(const struct layout *layout, uint32_t row)
{
    const struct sheet *sheet = layout->sheet;
    const struct sheet_table *table = layout->table;
    struct sheet_word word;
    struct sheet_word above;
    struct sheet_print print;
    int64_t amount = 0;
    int64_t step = 0;
    bool named = false;

    assert(layout->has_header);
    assert(row > table->header);
    for (uint32_t i = 0; i < sheet->rows[row].count; i++) {
        const char *text = sheet_cell_text(sheet, row, i);
        if (text[0] == '\0') {
            continue;
        }
        bool known = sheet_word_read(text, &word);
        if (i < table->label_count) {
            if (!known || !word.filler) {
                return false;
            }
            continue;
        }
        if (known && word.year != 0) {
            (void)sheet_word_read(sheet_cell_text(sheet, row - 1, i), &above); /* zero for none */
            known = above.year == 0;
        }
        enum err err = sheet_number_parse(text, SHEET_UNIT_NONE, &amount, &step, &print);
        if (!known && (err != ERR_INVALID || strcmp(text, "-") == 0)) {
            return false;
        }
        named = true;
    }
    return named;
}

/* The first column is one of names, and so are those behind it that are empty or a filler. */
static uint32_t count_labels(const struct sheet *sheet, uint32_t row)
{
    struct sheet_word word;
    uint32_t count = 1;

    assert(row < sheet->row_count);
    for (; count < sheet->rows[row].count; count++) {
        const char *text = sheet_cell_text(sheet, row, count);
        bool known = sheet_word_read(text, &word);
        if (text[0] != '\0' && !(known && word.filler)) {
            break;
        }
    }
    assert(count > 0);
    return count;
}

/* "소요예산 (백만원)" over the column of names says what the whole table is about. */
static void take_label_header(const struct sheet *sheet, struct sheet_table *table)
{
    struct sheet_word word;
    bool known = sheet_word_read(sheet_cell_text(sheet, table->header, 0), &word);

    assert(table->body > table->header);
    if (known && word.kind != SHEET_KIND_NONE && table->kind == SHEET_KIND_NONE) {
        table->kind = word.kind;
    }
    if (known && word.unit != SHEET_UNIT_NONE) {
        table->unit = word.unit;
    }
    assert(table->kind <= SHEET_COUNT);
}
