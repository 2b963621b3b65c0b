/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text layer of a sheet, one byte at a time. It must never look ahead.
 */
#include "ledger/domain/sheet_grid.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/text.h"

enum grid_state {
    GRID_CELL_START,
    GRID_PLAIN,
    GRID_QUOTED,
    GRID_QUOTE_IN_QUOTED,
};

struct grid {
    struct sheet *sheet;
    enum grid_state state;
    uint32_t line;
    uint32_t row_line; /* where the row under way began */
    size_t cell_text;  /* where the cell under way begins */
    bool after_cr;
};

static enum err take(struct grid *grid, char byte);
static enum err take_plain(struct grid *grid, char byte);
static enum err take_after_quote(struct grid *grid, char byte);
static enum err keep(struct grid *grid, char byte);
static enum err end_cell(struct grid *grid);
static enum err end_row(struct grid *grid);
static struct sheet_row *row_under_way(struct grid *grid);
static enum err break_off(struct grid *grid, enum sheet_fault_rule rule);

enum err sheet_grid_read(struct sheet *sheet, const char *bytes, size_t length)
{
    struct grid grid = {.sheet = sheet, .line = 1, .row_line = 1};
    size_t at = 0;

    assert(sheet->row_count == 0);
    assert(bytes || length == 0);
    if (length > SHEET_SIZE_MAX) {
        return break_off(&grid, SHEET_TOO_LARGE);
    }
    while (length - at >= 3 && memcmp(bytes + at, "\xef\xbb\xbf", 3) == 0) {
        at += 3;
    }
    *row_under_way(&grid) = (struct sheet_row){.cell = 0};
    sheet->text[0] = '\0'; /* place 0 is the empty text */
    sheet->text_length = 1;
    grid.cell_text = 1;
    for (; at < length; at++) {
        enum err err = take(&grid, bytes[at]);
        if (err) {
            return err;
        }
    }
    if (grid.state == GRID_QUOTED) {
        return break_off(&grid, SHEET_UNCLOSED_QUOTE);
    }
    if (grid.state == GRID_CELL_START && row_under_way(&grid)->count == 0) {
        return ERR_OK;
    }
    return end_row(&grid);
}

static enum err take(struct grid *grid, char byte)
{
    bool line_feed_of_cr = byte == '\n' && grid->after_cr;

    assert(grid->line >= grid->row_line);
    if (byte == '\0') {
        return break_off(grid, SHEET_NOT_TEXT);
    }
    grid->after_cr = byte == '\r';
    if (line_feed_of_cr) {
        return ERR_OK; /* counted, and taken, with its CR */
    }
    if (byte == '\n' || byte == '\r') {
        grid->line++;
    }
    switch (grid->state) {
    case GRID_CELL_START:
    case GRID_PLAIN:
        return take_plain(grid, byte);
    case GRID_QUOTED:
        if (byte == '"') {
            grid->state = GRID_QUOTE_IN_QUOTED;
            return ERR_OK;
        }
        return keep(grid, byte);
    case GRID_QUOTE_IN_QUOTED:
        return take_after_quote(grid, byte);
    }
    assert(false && "a state without a step");
    return ERR_INTERNAL;
}

static enum err take_plain(struct grid *grid, char byte)
{
    assert(grid->state == GRID_CELL_START || grid->state == GRID_PLAIN);
    if (byte == ',') {
        return end_cell(grid);
    }
    if (byte == '\n' || byte == '\r') {
        return end_row(grid);
    }
    if (grid->state == GRID_CELL_START) {
        if (byte == '"') {
            grid->state = GRID_QUOTED;
            return ERR_OK;
        }
        if (byte == ' ' || byte == '\t') {
            return ERR_OK; /* spaces in front of a quote do not make the cell a plain one */
        }
    }
    grid->state = GRID_PLAIN;
    return keep(grid, byte);
}

static enum err take_after_quote(struct grid *grid, char byte)
{
    assert(grid->state == GRID_QUOTE_IN_QUOTED);
    if (byte == '"') {
        grid->state = GRID_QUOTED;
        return keep(grid, byte);
    }
    if (byte == ',') {
        return end_cell(grid);
    }
    if (byte == '\n' || byte == '\r') {
        return end_row(grid);
    }
    if (byte == ' ' || byte == '\t') {
        return ERR_OK;
    }
    return break_off(grid, SHEET_TEXT_AFTER_QUOTE);
}

static enum err keep(struct grid *grid, char byte)
{
    struct sheet *sheet = grid->sheet;
    bool space = byte == '\n' || byte == '\r' || byte == '\t';

    /* Every cell ends in a byte that the sheet has no more, so that the text cannot run over. */
    assert(sheet->text_length < sizeof sheet->text - 1);
    if (sheet->text_length - grid->cell_text == SHEET_CELL_LENGTH_MAX) {
        return break_off(grid, SHEET_CELL_TOO_LONG);
    }
    sheet->text[sheet->text_length] = space ? ' ' : byte;
    sheet->text_length++;
    return ERR_OK;
}

static enum err end_cell(struct grid *grid)
{
    struct sheet *sheet = grid->sheet;
    struct sheet_row *row = row_under_way(grid);
    size_t from = grid->cell_text;

    if (sheet->cell_count == SHEET_CELLS_MAX || row->count == SHEET_COLUMNS_MAX) {
        return break_off(grid, SHEET_TOO_MANY_CELLS);
    }
    while (sheet->text_length > from && sheet->text[sheet->text_length - 1] == ' ') {
        sheet->text_length--;
    }
    assert(sheet->text_length < sizeof sheet->text);
    sheet->text[sheet->text_length] = '\0';
    while (sheet->text[from] == ' ') {
        from++;
    }
    if (!text_valid(sheet->text + from)) {
        return break_off(grid, SHEET_NOT_TEXT);
    }
    sheet->cells[sheet->cell_count] = (struct sheet_cell){.text = (uint32_t)from};
    sheet->cell_count++;
    row->count++;
    sheet->text_length++;
    grid->cell_text = sheet->text_length;
    grid->state = GRID_CELL_START;
    return ERR_OK;
}

/* A row keeps its place even when it is empty: empty rows part tables. */
static enum err end_row(struct grid *grid)
{
    struct sheet *sheet = grid->sheet;
    struct sheet_row *row = row_under_way(grid);

    if (sheet->row_count == SHEET_ROWS_MAX) {
        return break_off(grid, SHEET_TOO_MANY_ROWS);
    }
    enum err err = end_cell(grid);
    if (err) {
        return err;
    }
    while (row->count > 0 && sheet->text[sheet->cells[row->cell + row->count - 1].text] == '\0') {
        row->count--;
    }
    sheet->cell_count = row->cell + row->count;
    row->line = grid->row_line;
    row->table = -1;
    row->role = SHEET_BLANK;
    sheet->row_count++;
    grid->row_line = grid->line;
    *row_under_way(grid) = (struct sheet_row){.cell = (uint32_t)sheet->cell_count};
    assert(grid->state == GRID_CELL_START);
    return ERR_OK;
}

/* The row that cells are added to; there is room for one more than a sheet may have. */
static struct sheet_row *row_under_way(struct grid *grid)
{
    struct sheet *sheet = grid->sheet;

    assert(sheet);
    assert(sheet->row_count <= SHEET_ROWS_MAX);
    return &sheet->rows[sheet->row_count];
}

static enum err break_off(struct grid *grid, enum sheet_fault_rule rule)
{
    struct sheet_fault fault = {.rule = rule, .line = grid->line};

    assert(grid->sheet);
    assert(rule < SHEET_FAULT_RULE_COUNT);
    sheet_fault_add(grid->sheet, &fault);
    return ERR_INVALID;
}
