/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded reading: one function decides whether bytes are there, all others go through it. */
#include "verify/bytes.h"

#include <assert.h>
#include <string.h>

#define TAG_PREFIX "pbv1/"

void reader_init(struct reader *reader, struct span span)
{
    assert(reader != NULL);
    assert(span.data != NULL || span.length == 0);

    *reader = (struct reader){.data = span.data, .length = span.length};
}

bool reader_done(const struct reader *reader)
{
    assert(reader->offset <= reader->length);

    return !reader->broken && reader->offset == reader->length;
}

size_t reader_left(const struct reader *reader)
{
    assert(reader->offset <= reader->length);

    return reader->broken ? 0 : reader->length - reader->offset;
}

void reader_refuse(struct reader *reader)
{
    reader->broken = true;
}

struct span read_span(struct reader *reader, size_t length)
{
    struct span span = {0};

    if (reader->broken || length > reader->length - reader->offset) {
        reader->broken = true;
        return span;
    }
    if (length > 0) {
        span.data = reader->data + reader->offset;
        span.length = length;
        reader->offset += length;
    }
    return span;
}

static uint64_t read_number(struct reader *reader, size_t size)
{
    struct span span = read_span(reader, size);
    uint64_t number = 0;

    for (size_t i = 0; i < span.length; i++) {
        number = number << 8 | span.data[i];
    }
    return number;
}

uint8_t read_u8(struct reader *reader)
{
    return (uint8_t)read_number(reader, 1);
}

uint16_t read_u16(struct reader *reader)
{
    return (uint16_t)read_number(reader, 2);
}

uint32_t read_u32(struct reader *reader)
{
    return (uint32_t)read_number(reader, 4);
}

uint64_t read_u64(struct reader *reader)
{
    return read_number(reader, 8);
}

struct span read_prefixed(struct reader *reader)
{
    return read_span(reader, read_u16(reader));
}

struct span read_str(struct reader *reader)
{
    struct span span = read_prefixed(reader);

    if (!span_is_utf8(span)) {
        reader_refuse(reader);
        return (struct span){0};
    }
    return span;
}

void read_tag(struct reader *reader, const char *name)
{
    struct span span = read_span(reader, read_u8(reader));
    const size_t prefix_length = sizeof TAG_PREFIX - 1;

    if (span.data == NULL || span.length != prefix_length + strlen(name) ||
        memcmp(span.data, TAG_PREFIX, prefix_length) != 0 ||
        memcmp(span.data + prefix_length, name, strlen(name)) != 0) {
        reader_refuse(reader);
    }
}

bool span_equal(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool span_is_text(struct span span, const char *text)
{
    return span.length == strlen(text) &&
           (span.length == 0 || memcmp(span.data, text, span.length) == 0);
}

/* Bytes that follow a first byte, and the least and greatest second byte; follow is 4 for a byte
 * that begins nothing. RFC 3629, section 4. */
struct utf8_head {
    size_t follow;
    uint8_t low;
    uint8_t high;
};

static struct utf8_head utf8_head(uint8_t byte)
{
    if (byte < 0x20 || byte == 0x7F) {
        return (struct utf8_head){.follow = 4};
    }
    if (byte < 0x80) {
        return (struct utf8_head){.follow = 0};
    }
    if (byte >= 0xC2 && byte <= 0xDF) {
        /* Below C2 A0 are the control characters C1. */
        return (struct utf8_head){.follow = 1, .low = byte == 0xC2 ? 0xA0 : 0x80, .high = 0xBF};
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        return (struct utf8_head){
            .follow = 2, .low = byte == 0xE0 ? 0xA0 : 0x80, .high = byte == 0xED ? 0x9F : 0xBF};
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        return (struct utf8_head){
            .follow = 3, .low = byte == 0xF0 ? 0x90 : 0x80, .high = byte == 0xF4 ? 0x8F : 0xBF};
    }
    return (struct utf8_head){.follow = 4};
}

bool span_is_utf8(struct span span)
{
    size_t at = 0;

    while (at < span.length) {
        struct utf8_head head = utf8_head(span.data[at]);

        if (head.follow == 4 || head.follow >= span.length - at) {
            return false;
        }
        for (size_t i = 1; i <= head.follow; i++) {
            uint8_t byte = span.data[at + i];
            uint8_t low = i == 1 ? head.low : 0x80;
            uint8_t high = i == 1 ? head.high : 0xBF;

            if (byte < low || byte > high) {
                return false;
            }
        }
        at += head.follow + 1;
    }
    return true;
}
