/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sheet from its bytes to its figures, and what its parts are looked up with.
 */
#include "ledger/domain/sheet.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/sheet_grid.h"
#include "ledger/domain/sheet_parts.h"

static void sheet_clear(struct sheet *sheet);
static void copy_text(const char *text, char ret_text[SHEET_FIELD_LENGTH_MAX + 1]);

enum err sheet_read(struct sheet *sheet, const char *bytes, size_t length)
{
    assert(sheet);
    assert(bytes || length == 0);
    sheet_clear(sheet);
    enum err err = sheet_grid_read(sheet, bytes, length);
    if (err) {
        return err;
    }
    sheet_layout_read(sheet);
    if (sheet->table_count == 0 && sheet->fault_count == 0) {
        sheet_fault_add(sheet, &(const struct sheet_fault){.rule = SHEET_NO_TABLE});
    }
    for (size_t i = 0; i < sheet->table_count; i++) {
        sheet_figures_read(sheet, (int32_t)i);
    }
    return sheet->fault_count == 0 ? ERR_OK : ERR_INVALID;
}

const char *sheet_text(const struct sheet *sheet, uint32_t text)
{
    assert(sheet);
    assert(text < sheet->text_length || text == 0);
    return sheet->text + text;
}

const char *sheet_cell_text(const struct sheet *sheet, uint32_t row, uint32_t column)
{
    return sheet_text(sheet, sheet_cell_place(sheet, row, column));
}

uint32_t sheet_cell_place(const struct sheet *sheet, uint32_t row, uint32_t column)
{
    const struct sheet_row *at = &sheet->rows[row];

    assert(row < sheet->row_count);
    assert(at->count <= SHEET_COLUMNS_MAX);
    return column < at->count ? sheet->cells[at->cell + column].text : 0;
}

const char *sheet_header_text(const struct sheet *sheet, uint32_t row, uint32_t column)
{
    uint32_t from = column;

    return sheet_text(sheet, sheet_header_place(sheet, row, column, &from));
}

uint32_t sheet_header_place(const struct sheet *sheet, uint32_t row, uint32_t column,
                            uint32_t *ret_from)
{
    const struct sheet_table *table = &sheet->tables[sheet->rows[row].table];
    bool lowest = row + 1 == table->body;
    uint32_t at = column;
    uint32_t name = sheet_cell_place(sheet, row, at);

    assert(row >= table->header);
    assert(row < table->body);
    while (sheet_text(sheet, name)[0] == '\0' && !lowest && at > table->label_count) {
        at--;
        name = sheet_cell_place(sheet, row, at);
    }
    *ret_from = at;
    return sheet_text(sheet, name)[0] != '\0' ? name : 0;
}

const char *sheet_name_text(const struct sheet *sheet, int32_t name)
{
    assert(name >= 0);
    assert((size_t)name < sheet->name_count);
    return sheet_text(sheet, sheet->names[name].text);
}

enum sheet_unit sheet_figure_unit(const struct sheet *sheet, const struct sheet_figure *figure)
{
    int32_t table = sheet->rows[figure->row].table;

    assert(table >= 0);
    assert((size_t)table < sheet->table_count);
    if (figure->place.kind == SHEET_COUNT) {
        return SHEET_UNIT_NONE;
    }
    return figure->print.unit != SHEET_UNIT_NONE ? figure->print.unit : sheet->tables[table].unit;
}

void sheet_fault_add(struct sheet *sheet, const struct sheet_fault *fault)
{
    assert(sheet);
    assert(fault->rule < SHEET_FAULT_RULE_COUNT);
    if (sheet->fault_count < SHEET_FAULTS_MAX) {
        sheet->faults[sheet->fault_count] = *fault;
    }
    sheet->fault_count++;
}

void sheet_fault_cell(struct sheet *sheet, enum sheet_fault_rule rule, uint32_t row,
                      uint32_t column)
{
    struct sheet_fault fault = {
        .rule = rule,
        .line = sheet->rows[row].line,
        .column = column + 1,
    };
    int32_t table = sheet->rows[row].table;

    assert(row < sheet->row_count);
    assert(column < SHEET_COLUMNS_MAX);
    copy_text(sheet_cell_text(sheet, row, column), fault.value);
    if (table >= 0 && sheet->rows[row].role == SHEET_BODY) {
        copy_text(sheet_cell_text(sheet, sheet->tables[table].body - 1, column), fault.field);
    } else {
        copy_text(sheet_cell_text(sheet, row, 0), fault.field);
    }
    sheet_fault_add(sheet, &fault);
}

int32_t sheet_name_intern(struct sheet *sheet, int32_t parent, bool is_item, uint32_t text)
{
    const char *name = sheet_text(sheet, text);

    assert(name[0] != '\0');
    assert(parent >= 0);
    for (size_t i = 1; i < sheet->name_count; i++) {
        const struct sheet_name *known = &sheet->names[i];
        if (known->parent == parent && known->is_item == is_item &&
            strcmp(sheet_text(sheet, known->text), name) == 0) {
            return (int32_t)i;
        }
    }
    if (sheet->name_count == SHEET_NAMES_MAX) {
        return -1;
    }
    sheet->names[sheet->name_count] =
        (struct sheet_name){.text = text, .parent = parent, .is_item = is_item};
    sheet->name_count++;
    return (int32_t)sheet->name_count - 1;
}

/* All counts to zero: what lies behind them is written before it is read. */
static void sheet_clear(struct sheet *sheet)
{
    sheet->text_length = 0;
    sheet->text[0] = '\0';
    sheet->cell_count = 0;
    sheet->row_count = 0;
    sheet->table_count = 0;
    sheet->figure_count = 0;
    sheet->name_count = 1;
    sheet->names[0] = (struct sheet_name){.text = 0};
    sheet->ending_count = 0;
    sheet->fault_count = 0;
    sheet->document = 0;
    sheet->as_of = 0;
    sheet->own_business = false;
    sheet->completed = false;
}

/* As much as fits, cut between characters. */
static void copy_text(const char *text, char ret_text[SHEET_FIELD_LENGTH_MAX + 1])
{
    size_t length = strlen(text);

    if (length > SHEET_FIELD_LENGTH_MAX) {
        length = SHEET_FIELD_LENGTH_MAX;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
            length--;
        }
    }
    assert(length <= SHEET_FIELD_LENGTH_MAX);
    memcpy(ret_text, text, length);
    ret_text[length] = '\0';
    assert(strlen(ret_text) == length);
}
