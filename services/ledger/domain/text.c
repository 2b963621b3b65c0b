/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks UTF-8 one code point at a time; it keeps and copies nothing.
 */
#include "ledger/domain/text.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/* What a lead byte promises: how many bytes follow and which code points are then legal. */
struct utf8_form {
    uint8_t mask; /* of the lead byte */
    uint8_t lead;
    uint8_t following;
    uint32_t point_min; /* anything lower has a shorter form */
};

static const struct utf8_form FORMS[] = {
    {0x80, 0x00, 0, 0x00},
    {0xe0, 0xc0, 1, 0x80},
    {0xf0, 0xe0, 2, 0x800},
    {0xf8, 0xf0, 3, 0x10000},
};

static size_t next_point(const uint8_t *bytes, uint32_t *ret_point);
static bool point_printable(uint32_t point);

bool text_valid(const char *text)
{
    const uint8_t *at = (const uint8_t *)text;

    assert(text);
    while (*at != '\0') {
        uint32_t point = 0;
        size_t size = next_point(at, &point);
        if (size == 0 || !point_printable(point)) {
            return false;
        }
        at += size;
    }
    assert(*at == '\0');
    return true;
}

/* How many bytes the sequence at bytes has, and its code point; 0 when it is malformed. */
static size_t next_point(const uint8_t *bytes, uint32_t *ret_point)
{
    const struct utf8_form *form = NULL;

    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        if ((bytes[0] & FORMS[i].mask) == FORMS[i].lead) {
            form = &FORMS[i];
        }
    }
    if (!form) {
        return 0;
    }
    uint32_t point = bytes[0] & (uint8_t)~form->mask;
    for (size_t i = 1; i <= form->following; i++) {
        /* The NUL at the end is no continuation byte, so that this never reads past it. */
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
        point = point << 6 | (bytes[i] & 0x3fU);
    }
    if (point < form->point_min) {
        return 0;
    }
    *ret_point = point;
    return 1U + form->following;
}

static bool point_printable(uint32_t point)
{
    bool control = point < 0x20 || (point >= 0x7f && point <= 0x9f);
    bool surrogate = point >= 0xd800 && point <= 0xdfff;

    return !control && !surrogate && point <= 0x10ffff;
}
