/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing run of bytes with a maximum. Appending never fails on the spot:
 * the first append that would pass the maximum (or finds no memory) marks the
 * buffer as overflowed and everything after it is ignored, so that callers
 * append freely and ask buffer_status() once at the end.
 *
 * Numbers are appended big-endian. Not thread-safe; one owner at a time.
 */
#ifndef HYEOPCHI_RUNTIME_BUFFER_H
#define HYEOPCHI_RUNTIME_BUFFER_H

#include "runtime/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    uint8_t *data;     /* NULL until the first append */
    size_t length;     /* bytes in use */
    size_t capacity;   /* bytes allocated */
    size_t length_max; /* never grows past this */
    bool overflowed;
};

/* Prepares an empty buffer that may hold length_max bytes; allocates nothing. */
void buffer_init(struct buffer *buffer, size_t length_max);

/* Frees the bytes; the buffer may be initialised again. Takes NULL and zeroed structs. */
void buffer_release(struct buffer *buffer);

/* Forgets the content and the overflow mark, keeps the memory. */
void buffer_clear(struct buffer *buffer);

void buffer_append(struct buffer *buffer, const void *data, size_t length);
void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_append_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buffer_append_u8(struct buffer *buffer, uint8_t value);
void buffer_append_u16(struct buffer *buffer, uint16_t value);
void buffer_append_u32(struct buffer *buffer, uint32_t value);
void buffer_append_u64(struct buffer *buffer, uint64_t value);

/* Drops the first length bytes and moves the rest to the front. */
void buffer_consume(struct buffer *buffer, size_t length);

/* ERR_FULL when anything was dropped since init or clear. */
ERR_CHECKED enum err buffer_status(const struct buffer *buffer);

/* The content as a NUL-terminated string, borrowed until the next change; never NULL. */
const char *buffer_text(struct buffer *buffer);

/* Hands the memory to the caller, who frees it with free(); the buffer is empty afterwards. */
uint8_t *buffer_take(struct buffer *buffer, size_t *ret_length);

#endif
