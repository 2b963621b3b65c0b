/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of well-formed byte sequences (Unicode, 3.9), by the first byte.
 * It must never read past a NUL, which is no continuation byte.
 */
#include "runtime/utf8.h"

#include <assert.h>

/* The second byte's bounds are what keeps out overlong FORMS, surrogates and what is too large. */
static const struct {
    unsigned char first_min;
    unsigned char first_max;
    unsigned char second_min;
    unsigned char second_max;
    size_t length;
} FORMS[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
    {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

static bool continues(const unsigned char *bytes, size_t length)
{
    for (size_t i = 2; i < length; i++) {
        if ((bytes[i] & 0xC0U) != 0x80U) {
            return false;
        }
    }
    return true;
}

size_t utf8_length(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;

    if (bytes[0] < 0x80) {
        return 1;
    }
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        if (bytes[0] >= FORMS[i].first_min && bytes[0] <= FORMS[i].first_max) {
            bool sound = bytes[1] >= FORMS[i].second_min && bytes[1] <= FORMS[i].second_max &&
                         continues(bytes, FORMS[i].length);

            assert(FORMS[i].length <= UTF8_LENGTH_MAX);
            return sound ? FORMS[i].length : 0;
        }
    }
    return 0;
}

bool utf8_is_sound(const char *text)
{
    size_t length = utf8_length(text);

    while (*text != '\0' && length > 0) {
        text += length;
        length = utf8_length(text);
    }
    return *text == '\0';
}
