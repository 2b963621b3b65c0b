/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names are put together from cells; a cell that is empty because cells were
 * merged is the reader's to fill (sheet_header_text).
 */
#include "ledger/domain/sheet_name.h"

#include <assert.h>
#include <string.h>

void sheet_row_name(const struct sheet *sheet, uint32_t row, char ret_name[SHEET_NAME_SIZE])
{
    assert(row < sheet->row_count);
    assert(sheet->rows[row].table >= 0);
    const struct sheet_table *table = &sheet->tables[sheet->rows[row].table];

    ret_name[0] = '\0';
    for (uint32_t i = 0; i < table->label_count; i++) {
        sheet_name_append(ret_name, SHEET_NAME_SIZE, sheet_cell_text(sheet, row, i));
    }
}

void sheet_column_name(const struct sheet *sheet, uint32_t row, uint32_t column,
                       char ret_name[SHEET_NAME_SIZE])
{
    assert(row < sheet->row_count);
    assert(sheet->rows[row].table >= 0);
    const struct sheet_table *table = &sheet->tables[sheet->rows[row].table];

    ret_name[0] = '\0';
    for (uint32_t i = table->header; i < table->body; i++) {
        sheet_name_append(ret_name, SHEET_NAME_SIZE, sheet_header_text(sheet, i, column));
    }
}

const char *sheet_table_name(const struct sheet *sheet, uint32_t row)
{
    assert(row < sheet->row_count);
    assert(sheet->rows[row].table >= 0);
    return sheet_text(sheet, sheet->tables[sheet->rows[row].table].title);
}

void sheet_name_append(char *name, size_t size, const char *word)
{
    size_t at = strlen(name);
    size_t length = strlen(word);

    assert(size > 0);
    assert(at < size);
    if (length == 0 || at + 2 > size) {
        return;
    }
    if (at > 0) {
        name[at] = ' ';
        at++;
    }
    if (length > size - 1 - at) {
        length = size - 1 - at;
        /* 10xxxxxx goes on with a character: the cut must not stand in front of one. */
        while (length > 0 && ((unsigned char)word[length] & 0xc0U) == 0x80U) {
            length--;
        }
    }
    memcpy(&name[at], word, length);
    name[at + length] = '\0';
}

const char *sheet_state_code(enum sheet_state state)
{
    static const char *const codes[] = {
        [SHEET_MISSING] = "missing",
        [SHEET_DASH] = "dash",
        [SHEET_GIVEN] = "given",
    };

    assert(state >= SHEET_MISSING);
    assert(state <= SHEET_GIVEN);
    return codes[state];
}
