/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text layer of a .pb file, one byte at a time, so that the result
 * cannot depend on where the bytes were cut. It must never look ahead.
 */
#include "participation/domain/pb_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 4096

static const unsigned char BOM[] = {0xef, 0xbb, 0xbf};

void pb_rows_init(struct pb_rows *rows, pb_row_fn *on_row, void *context)
{
    assert(rows != NULL);
    assert(on_row != NULL);

    *rows = (struct pb_rows){
        .on_row = on_row,
        .context = context,
        .state = PB_ROWS_CELL_START,
        .line = 1,
        .row_line = 1,
    };
}

void pb_rows_release(struct pb_rows *rows)
{
    if (rows == NULL) {
        return;
    }
    free(rows->bytes);
    rows->bytes = NULL;
    rows->capacity = 0;
    rows->length = 0;
}

static enum err break_off(struct pb_rows *rows, enum pb_rule rule, uint64_t line)
{
    assert(!rows->broken);
    assert(line >= 1);

    rows->broken = true;
    rows->rule = rule;
    rows->rule_line = line;
    return ERR_INVALID;
}

/* Keeps one byte of the row. */
static enum err keep(struct pb_rows *rows, char byte)
{
    assert(rows->length <= rows->capacity);

    if (rows->length == PB_ROW_LENGTH_MAX) {
        return break_off(rows, PB_ROW_TOO_LONG, rows->row_line);
    }
    if (rows->length == rows->capacity) {
        size_t capacity = rows->capacity == 0 ? CAPACITY_FIRST : rows->capacity * 2;
        char *bytes = realloc(rows->bytes, capacity);

        if (bytes == NULL) {
            return ERR_FULL;
        }
        rows->bytes = bytes;
        rows->capacity = capacity;
    }
    rows->bytes[rows->length] = byte;
    rows->length++;
    return ERR_OK;
}

static enum err end_cell(struct pb_rows *rows)
{
    enum err err = keep(rows, '\0');

    if (err) {
        return err;
    }
    if (rows->cell_count == PB_CELLS_MAX) {
        return break_off(rows, PB_TOO_MANY_CELLS, rows->row_line);
    }
    rows->cell_count++;
    rows->starts[rows->cell_count] = rows->length;
    rows->state = PB_ROWS_CELL_START;
    return ERR_OK;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* The cell as rows hand it out: without the spaces around it, ended by NUL. */
static struct pb_cell trimmed_cell(struct pb_rows *rows, size_t index)
{
    char *text = rows->bytes + rows->starts[index];
    size_t length = rows->starts[index + 1] - rows->starts[index] - 1;

    assert(index < rows->cell_count);
    assert(text[length] == '\0');

    while (length > 0 && is_space(text[length - 1])) {
        length--;
    }
    text[length] = '\0';
    while (is_space(*text)) {
        text++;
        length--;
    }
    return (struct pb_cell){.text = text, .length = length};
}

static enum err end_row(struct pb_rows *rows)
{
    struct pb_row row;
    bool blank = true;
    enum err err = end_cell(rows);

    if (err) {
        return err;
    }
    for (size_t i = 0; i < rows->cell_count; i++) {
        rows->cells[i] = trimmed_cell(rows, i);
        blank = blank && rows->cells[i].length == 0;
    }
    row = (struct pb_row){
        .line = rows->row_line,
        .cells = rows->cells,
        .count = rows->cell_count,
        .text_after_quote = rows->text_after_quote,
    };
    rows->length = 0;
    rows->cell_count = 0;
    rows->text_after_quote = false;
    assert(rows->starts[0] == 0);
    return blank ? ERR_OK : rows->on_row(rows->context, &row);
}

/* A byte outside quotes, at the start of a cell or inside a plain one. */
static enum err take_plain(struct pb_rows *rows, char byte)
{
    if (byte == ';') {
        return end_cell(rows);
    }
    if (byte == '\n' || byte == '\r') {
        return end_row(rows);
    }
    if (byte == '"' && rows->state == PB_ROWS_CELL_START) {
        rows->state = PB_ROWS_QUOTED;
        return ERR_OK;
    }
    /* Spaces in front of a quote do not make the cell a plain one. */
    if (is_space(byte) && rows->state == PB_ROWS_CELL_START) {
        return ERR_OK;
    }
    rows->state = PB_ROWS_PLAIN;
    return keep(rows, byte);
}

/* Behind a closing quote only spaces belong; anything else is kept, and reported. */
static enum err take_after_quote(struct pb_rows *rows, char byte)
{
    if (is_space(byte)) {
        rows->state = PB_ROWS_AFTER_QUOTE;
        return keep(rows, byte);
    }
    if (byte != ';' && byte != '\n' && byte != '\r') {
        rows->text_after_quote = true;
    }
    rows->state = PB_ROWS_PLAIN;
    return take_plain(rows, byte);
}

static enum err take(struct pb_rows *rows, char byte)
{
    switch (rows->state) {
    case PB_ROWS_CELL_START:
    case PB_ROWS_PLAIN:
        return take_plain(rows, byte);
    case PB_ROWS_QUOTED:
        if (byte == '"') {
            rows->state = PB_ROWS_QUOTE_IN_QUOTED;
            return ERR_OK;
        }
        return keep(rows, byte);
    case PB_ROWS_QUOTE_IN_QUOTED:
        if (byte == '"') {
            rows->state = PB_ROWS_QUOTED;
            return keep(rows, byte);
        }
        return take_after_quote(rows, byte);
    case PB_ROWS_AFTER_QUOTE:
        return take_after_quote(rows, byte);
    }
    assert(false && "a state without a step");
    return ERR_INTERNAL;
}

/* The first byte of a character longer than one byte, by the table of RFC 3629. */
static bool utf8_begin(struct pb_rows *rows, unsigned char byte)
{
    rows->utf8_low = 0x80;
    rows->utf8_high = 0xbf;
    if (byte >= 0xc2 && byte <= 0xdf) {
        rows->utf8_due = 1;
    } else if (byte >= 0xe0 && byte <= 0xef) {
        rows->utf8_due = 2;
        rows->utf8_low = byte == 0xe0 ? 0xa0 : 0x80;
        rows->utf8_high = byte == 0xed ? 0x9f : 0xbf;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
        rows->utf8_due = 3;
        rows->utf8_low = byte == 0xf0 ? 0x90 : 0x80;
        rows->utf8_high = byte == 0xf4 ? 0x8f : 0xbf;
    } else {
        return false;
    }
    return true;
}

static bool utf8_accepts(struct pb_rows *rows, unsigned char byte)
{
    if (rows->utf8_due == 0) {
        return byte < 0x80 || utf8_begin(rows, byte);
    }
    if (byte < rows->utf8_low || byte > rows->utf8_high) {
        return false;
    }
    rows->utf8_due--;
    rows->utf8_low = 0x80;
    rows->utf8_high = 0xbf;
    return true;
}

/* Counts lines: LF, CRLF and a lone CR end one each. */
static void count_line(struct pb_rows *rows, unsigned char byte)
{
    bool ended = byte == '\r' || (byte == '\n' && !rows->after_cr);

    rows->after_cr = byte == '\r';
    rows->line += ended ? 1 : 0;
}

static enum err take_text(struct pb_rows *rows, unsigned char byte)
{
    bool between_rows = rows->state == PB_ROWS_CELL_START && rows->cell_count == 0;

    if (byte == '\0') {
        return break_off(rows, PB_NUL_BYTE, rows->line);
    }
    if (between_rows) {
        rows->row_line = rows->line;
    }
    /* The LF of a CRLF was counted with its CR, and ends nothing more. */
    if (between_rows && byte == '\n' && rows->after_cr) {
        count_line(rows, byte);
        return ERR_OK;
    }
    count_line(rows, byte);
    return take(rows, (char)byte);
}

/* The BOM is held back until it is whole; its beginning alone is text like any other. */
static enum err take_byte(struct pb_rows *rows, unsigned char byte)
{
    enum err err = ERR_OK;

    if (!utf8_accepts(rows, byte)) {
        return break_off(rows, PB_NOT_UTF8, rows->line);
    }
    if (rows->offset < sizeof BOM && rows->bom == rows->offset && byte == BOM[rows->bom]) {
        rows->offset++;
        rows->bom++;
        return ERR_OK;
    }
    for (unsigned i = 0; !err && rows->bom < sizeof BOM && i < rows->bom; i++) {
        err = take_text(rows, BOM[i]);
    }
    rows->bom = sizeof BOM;
    rows->offset++;
    return err ? err : take_text(rows, byte);
}

enum err pb_rows_feed(struct pb_rows *rows, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;

    assert(rows != NULL);
    assert(bytes != NULL || length == 0);
    assert(!rows->broken);

    for (size_t i = 0; i < length; i++) {
        enum err err = take_byte(rows, at[i]);

        if (err) {
            return err;
        }
    }
    return ERR_OK;
}

enum err pb_rows_finish(struct pb_rows *rows)
{
    assert(rows != NULL);
    assert(!rows->broken);

    if (rows->utf8_due > 0) {
        return break_off(rows, PB_NOT_UTF8, rows->line);
    }
    if (rows->state == PB_ROWS_QUOTED) {
        return break_off(rows, PB_UNCLOSED_QUOTE, rows->row_line);
    }
    if (rows->state == PB_ROWS_CELL_START && rows->cell_count == 0) {
        return ERR_OK;
    }
    return end_row(rows);
}
