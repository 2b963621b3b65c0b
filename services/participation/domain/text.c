/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded, growing text. It must never write past its maximum.
 */
#include "participation/domain/text.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/decimal.h"

#define CAPACITY_FIRST 256

void text_init(struct text *text, size_t length_max)
{
    assert(text != NULL);
    assert(length_max > 0);
    assert(length_max < SIZE_MAX / 2);

    *text = (struct text){.length_max = length_max};
}

void text_release(struct text *text)
{
    if (text == NULL) {
        return;
    }
    free(text->bytes);
    *text = (struct text){.length_max = text->length_max};
}

enum err text_err(const struct text *text)
{
    assert(text != NULL);
    assert(text->length <= text->length_max);

    return text->err;
}

size_t text_length(const struct text *text)
{
    assert(text != NULL);
    assert(text->length <= text->length_max);

    return text->length;
}

void text_fail(struct text *text)
{
    assert(text != NULL);

    text->err = ERR_FULL;
}

const char *text_bytes(const struct text *text)
{
    assert(text != NULL);
    assert(text->bytes == NULL || text->bytes[text->length] == '\0');

    return text->bytes == NULL ? "" : text->bytes;
}

/* Makes room for length more bytes and a NUL. */
static enum err text_reserve(struct text *text, size_t length)
{
    size_t needed = text->length + length + 1;
    size_t capacity = text->capacity == 0 ? CAPACITY_FIRST : text->capacity;
    char *bytes;

    assert(text->length <= text->length_max);

    if (length > text->length_max - text->length) {
        return ERR_FULL;
    }
    if (needed <= text->capacity) {
        return ERR_OK;
    }
    while (capacity < needed) {
        capacity *= 2;
    }
    bytes = realloc(text->bytes, capacity);
    if (bytes == NULL) {
        return ERR_FULL;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return ERR_OK;
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    assert(text != NULL);
    assert(bytes != NULL);

    if (text->err) {
        return;
    }
    text->err = text_reserve(text, length);
    if (text->err) {
        return;
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    assert(string != NULL);

    text_add_bytes(text, string, strlen(string));
}

void text_add_json_decimal(struct text *text, int64_t units, unsigned scale)
{
    char number[DECIMAL_TEXT_SIZE];
    size_t length = decimal_format(units, scale, number);

    assert(length > 0);
    assert(length < sizeof number);

    text_add(text, "\"");
    text_add_bytes(text, number, length);
    text_add(text, "\"");
}

static void text_add_json_control(struct text *text, unsigned char c)
{
    static const char HEX[] = "0123456789abcdef";
    const char escape[] = {'\\', 'u', '0', '0', HEX[c >> 4], HEX[c & 0x0f]};

    assert(c < 0x20);

    text_add_bytes(text, escape, sizeof escape);
}

static void text_add_json_character(struct text *text, char c)
{
    switch (c) {
    case '"':
        text_add(text, "\\\"");
        break;
    case '\\':
        text_add(text, "\\\\");
        break;
    case '\b':
        text_add(text, "\\b");
        break;
    case '\f':
        text_add(text, "\\f");
        break;
    case '\n':
        text_add(text, "\\n");
        break;
    case '\r':
        text_add(text, "\\r");
        break;
    case '\t':
        text_add(text, "\\t");
        break;
    default:
        text_add_json_control(text, (unsigned char)c);
        break;
    }
}

void text_add_json_string(struct text *text, const char *string)
{
    const char *plain = string;

    assert(text != NULL);
    assert(string != NULL);

    text_add(text, "\"");
    for (const char *at = string; *at != '\0'; at++) {
        bool escaped = *at == '"' || *at == '\\' || (unsigned char)*at < 0x20;

        if (!escaped) {
            continue;
        }
        text_add_bytes(text, plain, (size_t)(at - plain));
        text_add_json_character(text, *at);
        plain = at + 1;
    }
    text_add(text, plain);
    text_add(text, "\"");
}
