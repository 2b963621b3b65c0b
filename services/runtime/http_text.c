/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Percent-decoding of paths, queries and forms. Strict: a
 * broken escape, a NUL, or anything that is not UTF-8 afterwards is refused.
 */
#include "runtime/http_text.h"

#include "runtime/http_parser.h"
#include "runtime/utf8.h"

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
    return utf8_is_sound(ret_text);
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
