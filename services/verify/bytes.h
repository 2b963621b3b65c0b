/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading published bytes in order, never past their end. An error sticks:
 * after the first nothing more is read, every number is 0 and every span
 * empty, and it is asked for once, at the end.
 *
 * No allocation; any thread.
 */
#ifndef HYEOPCHI_VERIFY_BYTES_H
#define HYEOPCHI_VERIFY_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that belong to somebody else. */
struct span {
    const uint8_t *data;
    size_t length;
};

struct reader {
    const uint8_t *data;
    size_t length;
    size_t offset; /* bytes read so far */
    bool broken;   /* something was not there, or was refused */
};

/* Starts reading a span, which is borrowed while reading. */
void reader_init(struct reader *reader, struct span span);

/* True when every read so far succeeded and not one byte is left. */
bool reader_done(const struct reader *reader);

/* Bytes that are left; 0 once the reader is broken. */
size_t reader_left(const struct reader *reader);

/* Marks what was read as wrong. */
void reader_refuse(struct reader *reader);

/* Big-endian. */
uint8_t read_u8(struct reader *reader);
uint16_t read_u16(struct reader *reader);
uint32_t read_u32(struct reader *reader);
uint64_t read_u64(struct reader *reader);

/* Exactly length bytes, borrowed from the span; data is NULL when they are not there. */
struct span read_span(struct reader *reader, size_t length);

/* u16 length || as many bytes. */
struct span read_prefixed(struct reader *reader);

/* As read_prefixed, and valid UTF-8 without control characters. */
struct span read_str(struct reader *reader);

/* Reads T(name): u8 length || "pbv1/" || name. */
void read_tag(struct reader *reader, const char *name);

bool span_equal(struct span a, struct span b);
bool span_is_text(struct span span, const char *text);

/* Well-formed UTF-8 (nothing overlong, no surrogate, at most U+10FFFF) without C0, DEL and C1. */
bool span_is_utf8(struct span span);

#endif
