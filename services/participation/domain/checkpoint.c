/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of checkpoint.h. Others keep and compare them for years: they must
 * never change for the same log.
 */
#include "participation/domain/checkpoint.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum { ALGORITHM_ED25519 = 1, DECIMAL_DIGITS_MAX = 20 };

#define NAME_PREFIX     "hyeopchi/"
#define SIGNATURE_BEGIN "\n\xe2\x80\x94 " /* an empty line, then an em dash */

/* Text of a bounded length; each size above is the sum of what is added. */
struct line {
    char *at;
    size_t room; /* without the NUL */
};

static void add_bytes(struct line *line, const char *bytes, size_t length)
{
    assert(length <= line->room);
    memcpy(line->at, bytes, length);
    line->at += length;
    line->room -= length;
    *line->at = '\0';
}

static void add(struct line *line, const char *text)
{
    add_bytes(line, text, strlen(text));
}

static void add_hex(struct line *line, const uint8_t *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        add_bytes(line, &digits[bytes[i] >> 4], 1);
        add_bytes(line, &digits[bytes[i] & 15], 1);
    }
}

static void add_decimal(struct line *line, uint64_t value)
{
    char digits[DECIMAL_DIGITS_MAX];
    size_t at = sizeof digits;

    do {
        at--;
        digits[at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    add_bytes(line, digits + at, sizeof digits - at);
}

/* Base64 with padding. */
static void add_base64(struct line *line, const uint8_t *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < length; i += 3) {
        const size_t left = length - i;
        const unsigned bits = (unsigned)bytes[i] << 16 |
                              (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                              (left > 2 ? (unsigned)bytes[i + 2] : 0);
        char four[4] = {
            digits[bits >> 18 & 63],
            digits[bits >> 12 & 63],
            left > 1 ? digits[bits >> 6 & 63] : '=',
            left > 2 ? digits[bits & 63] : '=',
        };

        add_bytes(line, four, sizeof four);
    }
}

void checkpoint_name(const char *district, const uint8_t ballot_id[BALLOT_ID_SIZE],
                     char ret_name[CHECKPOINT_NAME_SIZE])
{
    static const size_t groups[] = {4, 2, 2, 2, 6}; /* bytes between the hyphens of a UUID */
    struct line line = {ret_name, CHECKPOINT_NAME_SIZE - 1};
    size_t done = 0;

    assert(ballot_id != NULL);
    assert(district[0] != '\0' && strlen(district) <= CHECKPOINT_DISTRICT_MAX);

    add(&line, NAME_PREFIX);
    add(&line, district);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        add(&line, i == 0 ? "/" : "-");
        add_hex(&line, ballot_id + done, groups[i]);
        done += groups[i];
    }
    assert(done == BALLOT_ID_SIZE);
}

void checkpoint_text(const char *name, uint64_t size, const uint8_t *root,
                     char ret_text[CHECKPOINT_TEXT_SIZE])
{
    struct line line = {ret_text, CHECKPOINT_TEXT_SIZE - 1};

    assert(name[0] != '\0');
    assert(root != NULL);

    add(&line, name);
    add(&line, "\n");
    add_decimal(&line, size);
    add(&line, "\n");
    add_base64(&line, root, ENCODE_HASH_SIZE);
    add(&line, "\n");
}

void checkpoint_key_encode(struct encoder *encoder, const char *name, const uint8_t *public_key)
{
    assert(encoder != NULL && name[0] != '\0');
    assert(public_key != NULL);

    encode_bytes(encoder, (const uint8_t *)name, strlen(name));
    encode_u8(encoder, '\n');
    encode_u8(encoder, ALGORITHM_ED25519);
    encode_bytes(encoder, public_key, ENCODE_HASH_SIZE);
}

void checkpoint_note(const char *name, const char *text,
                     const uint8_t key_hash[CHECKPOINT_KEY_HASH_SIZE],
                     const uint8_t signature[CHECKPOINT_SIGNATURE_SIZE],
                     char ret_note[CHECKPOINT_NOTE_SIZE])
{
    struct line line = {ret_note, CHECKPOINT_NOTE_SIZE - 1};
    uint8_t signed_by[CHECKPOINT_KEY_HASH_SIZE + CHECKPOINT_SIGNATURE_SIZE];

    assert(name[0] != '\0');
    assert(strncmp(text, name, strlen(name)) == 0);

    memcpy(signed_by, key_hash, CHECKPOINT_KEY_HASH_SIZE);
    memcpy(signed_by + CHECKPOINT_KEY_HASH_SIZE, signature, CHECKPOINT_SIGNATURE_SIZE);
    add(&line, text);
    add(&line, SIGNATURE_BEGIN);
    add(&line, name);
    add(&line, " ");
    add_base64(&line, signed_by, sizeof signed_by);
    add(&line, "\n");
}

void checkpoint_verifier(const char *name, const uint8_t key_hash[CHECKPOINT_KEY_HASH_SIZE],
                         const uint8_t *public_key, char ret_text[CHECKPOINT_VERIFIER_SIZE])
{
    struct line line = {ret_text, CHECKPOINT_VERIFIER_SIZE - 1};
    uint8_t key[1 + ENCODE_HASH_SIZE] = {ALGORITHM_ED25519};

    assert(name[0] != '\0');
    assert(public_key != NULL);

    memcpy(key + 1, public_key, ENCODE_HASH_SIZE);
    add(&line, name);
    add(&line, "+");
    add_hex(&line, key_hash, CHECKPOINT_KEY_HASH_SIZE);
    add(&line, "+");
    add_base64(&line, key, sizeof key);
}
