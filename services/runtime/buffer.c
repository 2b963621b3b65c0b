/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing runs of bytes. One spare byte is always allocated behind the content,
 * so that buffer_text() never has to allocate. Must never grow past length_max
 * and never report a failure anywhere but in `overflowed`.
 */
#include "runtime/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_CAPACITY_FIRST = 256 };

void buffer_init(struct buffer *buffer, size_t length_max)
{
    assert(length_max < SIZE_MAX / 2);
    *buffer = (struct buffer){.length_max = length_max};
}

void buffer_release(struct buffer *buffer)
{
    if (buffer == NULL) {
        return;
    }
    free(buffer->data);
    *buffer = (struct buffer){.length_max = buffer->length_max};
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->overflowed = false;
}

/* Makes room for length more bytes and the spare one; false marks the overflow. */
static bool buffer_reserve(struct buffer *buffer, size_t length)
{
    size_t capacity;
    uint8_t *data;

    assert(buffer->length <= buffer->length_max);
    if (buffer->overflowed) {
        return false;
    }
    if (length > buffer->length_max - buffer->length) {
        buffer->overflowed = true;
        return false;
    }
    if (buffer->data != NULL && length < buffer->capacity - buffer->length) {
        return true;
    }

    capacity = buffer->capacity > 0 ? buffer->capacity : BUFFER_CAPACITY_FIRST;
    while (capacity <= buffer->length + length) {
        capacity *= 2; /* length_max < SIZE_MAX / 2, so this cannot wrap. */
    }
    if (capacity > buffer->length_max + 1) {
        capacity = buffer->length_max + 1;
    }
    data = realloc(buffer->data, capacity);
    if (data == NULL) {
        buffer->overflowed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void buffer_append(struct buffer *buffer, const void *data, size_t length)
{
    if (length == 0 || !buffer_reserve(buffer, length)) {
        return;
    }
    memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    const size_t room = buffer->data != NULL ? buffer->capacity - buffer->length : 0;
    uint8_t *end = room > 0 ? buffer->data + buffer->length : NULL;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf((char *)end, room, format, arguments);
    va_end(arguments);
    assert(length >= 0);
    if (!buffer_reserve(buffer, (size_t)length)) {
        return;
    }
    if ((size_t)length >= room) { /* It was cut off. */
        va_start(arguments, format);
        length =
            vsnprintf((char *)buffer->data + buffer->length, (size_t)length + 1, format, arguments);
        va_end(arguments);
        assert(length >= 0);
    }
    buffer->length += (size_t)length;
}

void buffer_append_u8(struct buffer *buffer, uint8_t value)
{
    buffer_append(buffer, &value, 1);
}

void buffer_append_u16(struct buffer *buffer, uint16_t value)
{
    const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};

    buffer_append(buffer, bytes, sizeof bytes);
}

void buffer_append_u32(struct buffer *buffer, uint32_t value)
{
    const uint8_t bytes[] = {
        (uint8_t)(value >> 24),
        (uint8_t)(value >> 16),
        (uint8_t)(value >> 8),
        (uint8_t)value,
    };

    buffer_append(buffer, bytes, sizeof bytes);
}

void buffer_append_u64(struct buffer *buffer, uint64_t value)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(value >> (56 - 8 * i));
    }
    buffer_append(buffer, bytes, sizeof bytes);
}

void buffer_consume(struct buffer *buffer, size_t length)
{
    assert(length <= buffer->length);
    if (length == 0) {
        return;
    }
    memmove(buffer->data, buffer->data + length, buffer->length - length);
    buffer->length -= length;
}

enum err buffer_status(const struct buffer *buffer)
{
    return buffer->overflowed ? ERR_FULL : ERR_OK;
}

const char *buffer_text(struct buffer *buffer)
{
    if (buffer->data == NULL) {
        return "";
    }
    assert(buffer->length < buffer->capacity);
    buffer->data[buffer->length] = '\0';
    return (const char *)buffer->data;
}

uint8_t *buffer_take(struct buffer *buffer, size_t *ret_length)
{
    uint8_t *data = buffer->data;

    *ret_length = buffer->length;
    buffer_init(buffer, buffer->length_max);
    return data;
}
