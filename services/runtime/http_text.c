/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Percent-decoding of paths, queries and forms. Strict: a
 * broken escape, a NUL, or anything that is not UTF-8 afterwards is refused.
 */
#include "runtime/http_text.h"

#include "runtime/http_parser.h"

#include <assert.h>

static int hexadecimal(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

/* How many bytes the character at text has by its first byte, and the smallest code such a long
 * form may hold; 0 for a byte that starts none. */
static size_t character_length(uint8_t first, uint32_t *ret_bits, uint32_t *ret_minimum)
{
    if (first < 0x80) {
        *ret_bits = first;
        *ret_minimum = 0;
        return 1;
    }
    if ((first & 0xe0) == 0xc0) {
        *ret_bits = first & 0x1f;
        *ret_minimum = 0x80;
        return 2;
    }
    if ((first & 0xf0) == 0xe0) {
        *ret_bits = first & 0x0f;
        *ret_minimum = 0x800;
        return 3;
    }
    if ((first & 0xf8) == 0xf0) {
        *ret_bits = first & 0x07;
        *ret_minimum = 0x10000;
        return 4;
    }
    return 0;
}

static bool is_utf8(const char *text, size_t length)
{
    size_t at = 0;

    while (at < length) {
        uint32_t code = 0;
        uint32_t minimum = 0;
        size_t bytes = character_length((uint8_t)text[at], &code, &minimum);

        if (bytes == 0 || bytes > length - at) {
            return false;
        }
        for (size_t i = 1; i < bytes; i++) {
            uint8_t next = (uint8_t)text[at + i];

            if ((next & 0xc0) != 0x80) {
                return false;
            }
            code = code << 6 | (next & 0x3f);
        }
        if (code < minimum || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
            return false;
        }
        at += bytes;
    }
    return true;
}

bool http_text_decode(const char *begin, const char *end, bool plus_is_space, char *ret_text,
                      size_t *ret_length)
{
    size_t length = 0;

    assert(begin <= end);
    for (const char *at = begin; at < end; at++) {
        char character = *at;

        if (character == '%') {
            int high = end - at > 2 ? hexadecimal(at[1]) : -1;
            int low = high >= 0 ? hexadecimal(at[2]) : -1;

            if (low < 0) {
                return false;
            }
            character = (char)(high * 16 + low);
            at += 2;
        } else if (character == '+' && plus_is_space) {
            character = ' ';
        }
        if (character == '\0') {
            return false;
        }
        ret_text[length] = character;
        length++;
    }
    ret_text[length] = '\0';
    *ret_length = length;
    return is_utf8(ret_text, length);
}

const char *http_head_decode(struct http_head *head, const char *begin, const char *end,
                             bool plus_is_space)
{
    char *text = head->text + head->text_length;
    size_t length = 0;

    assert(begin <= end);
    if ((size_t)(end - begin) + 1 > sizeof head->text - head->text_length ||
        !http_text_decode(begin, end, plus_is_space, text, &length)) {
        return NULL;
    }
    head->text_length += length + 1;
    return text;
}
