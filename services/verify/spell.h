/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How bytes and numbers are spelt in what is published: decimal, base64, UUIDs
 * and receipt codes. Each has one spelling; readers refuse every other.
 *
 * No allocation; any thread.
 */
#ifndef HYEOPCHI_VERIFY_SPELL_H
#define HYEOPCHI_VERIFY_SPELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verify/bytes.h"
#include "verify/digest.h"

#define SPELL_UUID_BYTES        16
#define SPELL_UUID_LENGTH       36
#define SPELL_CODE_SIZE         14 /* "ABXB-TWKT-0NA" and a NUL */
#define SPELL_BASE64_MAX(bytes) (((bytes) + 2) / 3 * 4)

/* Decimal without sign or leading zero, up to 2^63 - 1. */
bool spell_read_decimal(struct span text, uint64_t *ret);

enum spell_base64 {
    SPELL_BASE64,    /* RFC 4648, section 4, with its padding */
    SPELL_BASE64URL, /* section 5, without */
};

/*
 * Reads base64 that says exactly size bytes; bits left over are zero. False
 * otherwise, and ret is then undefined.
 */
bool spell_read_base64(struct span text, enum spell_base64 alphabet, uint8_t *ret, size_t size);

/* Whether the text is base64url, of however many bytes, which *ret_size then says. */
bool spell_base64url_size(struct span text, size_t *ret_size);

/* Writes base64 and a NUL to text, which has SPELL_BASE64_MAX(size) + 1 bytes. */
void spell_base64(const uint8_t *bytes, size_t size, enum spell_base64 alphabet, char *ret_text);

/* Eight lower-case hexadecimal digits. */
bool spell_read_hex32(struct span text, uint32_t *ret);

/* "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" in lower case. */
void spell_uuid(const uint8_t bytes[SPELL_UUID_BYTES], char ret_text[SPELL_UUID_LENGTH + 1]);
bool spell_read_uuid(struct span text, uint8_t ret_bytes[SPELL_UUID_BYTES]);

/* "2027-01-31T09:00:00.000Z", from 1970 on, as milliseconds; false for a time that there is not. */
bool spell_read_time(struct span text, uint64_t *ret_ms);

/* The receipt code of H("code", leaf_hash). */
void spell_code(const uint8_t hash[DIGEST_SIZE], char ret_text[SPELL_CODE_SIZE]);

#endif
