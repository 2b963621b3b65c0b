/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Widths by ranges, enough for what this command prints. Must never depend on
 * the locale: wcwidth() does, and tests run in "C".
 */
#include "cli/text_width.h"

#include <stdint.h>

static const struct {
    uint32_t from;
    uint32_t to;
    size_t width;
} RANGES[] = {
    {0x0300, 0x036f, 0}, {0x1100, 0x115f, 2}, {0x1160, 0x11ff, 0},   {0x200b, 0x200f, 0},
    {0x2e80, 0x303e, 2}, {0x3041, 0x33ff, 2}, {0x3400, 0x4dbf, 2},   {0x4e00, 0x9fff, 2},
    {0xac00, 0xd7a3, 2}, {0xf900, 0xfaff, 2}, {0xfe00, 0xfe0f, 0},   {0xfe30, 0xfe4f, 2},
    {0xff00, 0xff60, 2}, {0xffe0, 0xffe6, 2}, {0x1f300, 0x1faff, 2}, {0x20000, 0x3fffd, 2},
};

/* The character at *at, which moves on; bytes that are no UTF-8 count as themselves. */
static uint32_t next_character(const unsigned char **at)
{
    const unsigned char first = **at;
    const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    uint32_t character = more == 0 ? first : first & (0x3fU >> more);
    int i;

    (*at)++;
    for (i = 0; i < more && (**at & 0xc0U) == 0x80U; i++) {
        character = (character << 6) | (**at & 0x3fU);
        (*at)++;
    }
    return character;
}

size_t text_width(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t width = 0;

    while (*at != '\0') {
        const uint32_t character = next_character(&at);
        size_t cells = 1;
        size_t i;

        for (i = 0; i < sizeof RANGES / sizeof RANGES[0]; i++) {
            if (character >= RANGES[i].from && character <= RANGES[i].to) {
                cells = RANGES[i].width;
            }
        }
        width += cells;
    }
    return width;
}
