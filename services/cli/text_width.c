/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Characters by ranges, enough for what this command prints. Must never depend
 * on the locale: wcwidth() does, and tests run in "C".
 */
#include "cli/text_width.h"

#include <stdbool.h>
#include <stdint.h>

#define CHARACTER_BAD 0xfffdu

struct range {
    uint32_t first;
    uint32_t last;
};

/* Characters that take two cells, as East Asian text and emoji do. */
static const struct range WIDE[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x1fa70, 0x1faff},
    {0x20000, 0x3fffd},
};

/* Characters that take none: combining marks, joiners, variation selectors. */
static const struct range NARROW[] = {
    {0x0300, 0x036f}, {0x1160, 0x11ff}, {0x200b, 0x200f},
    {0x20d0, 0x20ff}, {0xd7b0, 0xd7ff}, {0xfe00, 0xfe0f},
};

/* Characters a terminal acts on, or that turn the direction of the text around them. */
static const struct range CONTROL[] = {
    {0x00, 0x1f},
    {0x7f, 0x9f},
    {0x202a, 0x202e},
    {0x2066, 0x2069},
};

#define IN(ranges, character) is_in((ranges), sizeof(ranges) / sizeof(ranges)[0], (character))

static bool is_in(const struct range *ranges, size_t count, uint32_t character)
{
    for (size_t i = 0; i < count; i++) {
        if (character >= ranges[i].first && character <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

/*
 * The character at text, and how many bytes it has. The text was read as
 * UTF-8 or is a path; a byte that begins no character stands for itself.
 */
static uint32_t character_at(const char *text, size_t *ret_length)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t length = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    uint32_t character = length == 1 ? at[0] : at[0] & (0x7fu >> length);

    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            *ret_length = 1;
            return CHARACTER_BAD;
        }
        character = character << 6 | (at[i] & 0x3fu);
    }
    *ret_length = length;
    return character;
}

size_t text_width(const char *text)
{
    size_t width = 0;
    size_t length;

    for (; *text != '\0'; text += length) {
        const uint32_t character = character_at(text, &length);

        if (!IN(NARROW, character)) {
            width += IN(WIDE, character) ? 2 : 1;
        }
    }
    return width;
}

void text_print(const char *text, FILE *output)
{
    size_t length;

    for (; *text != '\0'; text += length) {
        const uint32_t character = character_at(text, &length);

        if (IN(CONTROL, character) || (length == 1 && character == CHARACTER_BAD)) {
            (void)fputc('?', output);
        } else {
            (void)fwrite(text, 1, length, output);
        }
    }
}
