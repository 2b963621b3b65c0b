/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fixed encodings that are hashed, signed and published: big-endian
 * integers, length-prefixed text, counted lists and name tags. A stranger can
 * write a verifier from this page alone.
 *
 *   u8 u16 u32 u64   unsigned, most significant byte first
 *   bytes            exactly n bytes, no length in front
 *   str              u16 length in bytes || UTF-8, no control characters
 *   list             u16 number of elements || the elements
 *   T(name)          u8 length || ASCII("pbv1/" + name); the length counts "pbv1/" too
 *
 * Both sides work in memory the caller owns and never allocate. An error
 * sticks: after the first one nothing more is written or read, and the error
 * is asked for once, at the end. No floating point, ever.
 *
 * Text must be NFC. This code checks UTF-8 and control characters but not
 * normal form: the HTTP edge normalises or refuses text before it reaches the
 * domain, and whoever encodes text from elsewhere must do the same.
 *
 * Any thread; the structs are not shared between threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_ENCODE_H
#define HYEOPCHI_PARTICIPATION_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/err.h"

#define ENCODE_TAG_PREFIX   "pbv1/"
#define ENCODE_TAG_NAME_MAX 32    /* bytes of the name behind "pbv1/" */
#define ENCODE_STR_MAX      65535 /* bytes; what a u16 length can say */
#define ENCODE_LIST_MAX     65535 /* elements */
#define ENCODE_HASH_SIZE    32    /* bytes of a SHA-256 or HMAC-SHA256 */

struct encoder {
    uint8_t *data;   /* the caller's memory; private from here on */
    size_t capacity; /* bytes */
    size_t length;   /* bytes written so far */
    enum err err;    /* the first error, or ERR_OK */
};

struct decoder {
    const uint8_t *data; /* borrowed while decoding; private from here on */
    size_t length;       /* bytes */
    size_t offset;       /* bytes read so far */
    enum err err;        /* the first error, or ERR_OK */
};

/* Starts writing at data, which the encoder borrows and never frees. */
void encoder_init(struct encoder *encoder, uint8_t *data, size_t capacity);

/*
 * Ends writing and stores the number of bytes in *ret_length.
 *
 * ERR_FULL     the bytes did not fit into the capacity.
 * ERR_INVALID  a text was not valid, or too long.
 */
ERR_CHECKED enum err encoder_finish(const struct encoder *encoder, size_t *ret_length);

void encode_u8(struct encoder *encoder, uint8_t value);
void encode_u16(struct encoder *encoder, uint16_t value);
void encode_u32(struct encoder *encoder, uint32_t value);
void encode_u64(struct encoder *encoder, uint64_t value);

/* Exactly length bytes, without a length in front. */
void encode_bytes(struct encoder *encoder, const uint8_t *bytes, size_t length);

/* A NUL-terminated text as str; the NUL is not written. Invalid text: ERR_INVALID at the end. */
void encode_str(struct encoder *encoder, const char *text);

/* The count in front of a list's elements; more than ENCODE_LIST_MAX is ERR_INVALID at the end. */
void encode_count(struct encoder *encoder, size_t count);

/* T(name). The name is a constant of the program: 1 to ENCODE_TAG_NAME_MAX ASCII bytes. */
void encode_tag(struct encoder *encoder, const char *name);

/* Starts reading length bytes at data, which the decoder borrows. */
void decoder_init(struct decoder *decoder, const uint8_t *data, size_t length);

/* ERR_INVALID unless every read so far succeeded and not one byte is left over. */
ERR_CHECKED enum err decoder_finish(const struct decoder *decoder);

/* True until a read fails; loops over decoded counts stop on it. */
bool decoder_ok(const struct decoder *decoder);

/* Marks the input as invalid, for a value that is well-formed but breaks a rule of the reader. */
void decoder_refuse(struct decoder *decoder);

/* Zero when the input ends too early. */
uint8_t decode_u8(struct decoder *decoder);
uint16_t decode_u16(struct decoder *decoder);
uint32_t decode_u32(struct decoder *decoder);
uint64_t decode_u64(struct decoder *decoder);

/* Copies exactly length bytes to bytes, which is left alone when the input ends too early. */
void decode_bytes(struct decoder *decoder, uint8_t *bytes, size_t length);

/* Copies a str and a NUL to text, size bytes in all. Too long or not valid text fails the decoder;
 * text is then the empty string. */
void decode_str(struct decoder *decoder, char *text, size_t size);

/* Reads T(name) and fails the decoder when it is another one. */
void decode_tag(struct decoder *decoder, const char *name);

/*
 * True if the bytes are well-formed UTF-8 (no overlong form, no surrogate, at
 * most U+10FFFF) without control characters (C0, DEL, C1). The empty text is
 * valid.
 */
bool encode_text_valid(const char *text, size_t length);

#endif
