/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a row is put into text. It must never look at more than one cell at a
 * time.
 */
#include "participation/domain/pb_write.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/decimal.h"

/* A cell that is read otherwise, or not as one cell, when it stands there as it is. */
static bool needs_quotes(const struct pb_cell *cell)
{
    static const char SPECIAL[] = ";\"\n\r";

    for (size_t i = 0; i < cell->length; i++) {
        if (memchr(SPECIAL, cell->text[i], sizeof SPECIAL - 1) != NULL) {
            return true;
        }
    }
    return false;
}

static void write_cell(struct text *text, const struct pb_cell *cell)
{
    const char *from = cell->text;
    const char *end = cell->text + cell->length;

    if (!needs_quotes(cell)) {
        text_add_bytes(text, from, cell->length);
        return;
    }
    text_add(text, "\"");
    while (from < end) {
        const char *quote = memchr(from, '"', (size_t)(end - from));
        const char *to = quote != NULL ? quote + 1 : end;

        text_add_bytes(text, from, (size_t)(to - from));
        if (quote != NULL) {
            text_add(text, "\"");
        }
        from = to;
    }
    text_add(text, "\"");
}

void pb_write_row(struct text *text, const struct pb_cell *cells, size_t count)
{
    size_t length = 0;

    assert(text != NULL);
    assert(count > 0);

    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            text_add(text, ";");
        }
        write_cell(text, &cells[i]);
        length += cells[i].length;
    }
    text_add(text, "\n");
    assert(length > 0);
}

void pb_write_pair(struct text *text, const char *key, const char *value)
{
    const struct pb_cell cells[] = {
        {.text = key, .length = strlen(key)},
        {.text = value, .length = strlen(value)},
    };

    assert(cells[0].length > 0);
    assert(strchr(key, ';') == NULL);

    if (cells[1].length > 0) {
        pb_write_row(text, cells, sizeof cells / sizeof cells[0]);
    }
}

void pb_write_number(struct text *text, const char *key, int64_t number)
{
    char digits[DECIMAL_TEXT_SIZE];
    size_t length = decimal_format(number, 0, digits);

    assert(length > 0);
    assert(digits[length] == '\0');
    pb_write_pair(text, key, digits);
}
