/* SPDX-License-Identifier: Apache-2.0 */
/* Spellings, each strict: two texts that say the same would be a way to hide a change. */
#include "verify/spell.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool spell_read_decimal(struct span text, uint64_t *ret)
{
    uint64_t number = 0;

    if (text.length == 0 || (text.length > 1 && text.data[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        uint64_t digit = (uint64_t)text.data[i] - '0';

        if (text.data[i] < '0' || text.data[i] > '9' || number > (INT64_MAX - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    *ret = number;
    return true;
}

static const char *alphabet_of(enum spell_base64 alphabet)
{
    return alphabet == SPELL_BASE64
               ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
               : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
}

/* The value of one digit, 64 when it is none. */
static uint32_t base64_value(uint8_t byte, enum spell_base64 alphabet)
{
    const char *digits = alphabet_of(alphabet);
    const char *digit = byte == '\0' ? NULL : strchr(digits, byte);

    return digit == NULL ? 64 : (uint32_t)(digit - digits);
}

/* Digits that say size bytes, without padding. */
static size_t base64_digits(size_t size)
{
    return size / 3 * 4 + (size % 3 == 0 ? 0 : size % 3 + 1);
}

bool spell_read_base64(struct span text, enum spell_base64 alphabet, uint8_t *ret, size_t size)
{
    size_t digits = base64_digits(size);
    size_t length = alphabet == SPELL_BASE64 ? SPELL_BASE64_MAX(size) : digits;
    uint32_t bits = 0;
    unsigned bit_count = 0;
    size_t written = 0;

    if (text.length != length) {
        return false;
    }
    for (size_t i = digits; i < length; i++) {
        if (text.data[i] != '=') {
            return false;
        }
    }
    for (size_t i = 0; i < digits; i++) {
        uint32_t value = base64_value(text.data[i], alphabet);

        if (value == 64) {
            return false;
        }
        bits = (bits << 6 | value) & 0xFFFF;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            assert(written < size);
            ret[written++] = (uint8_t)(bits >> bit_count);
        }
    }
    return written == size && (bits & ((1U << bit_count) - 1)) == 0;
}

bool spell_base64url_size(struct span text, size_t *ret_size)
{
    /* Bits of the last digit that say nothing, by the digits behind the last whole group. */
    static const uint32_t UNUSED[] = {0x00, 0x3F, 0x0F, 0x03};
    size_t rest = text.length % 4;

    for (size_t i = 0; i < text.length; i++) {
        if (base64_value(text.data[i], SPELL_BASE64URL) == 64) {
            return false;
        }
    }
    if (rest == 1 ||
        (rest > 0 && (base64_value(text.data[text.length - 1], SPELL_BASE64URL) & UNUSED[rest]))) {
        return false;
    }
    *ret_size = text.length / 4 * 3 + (rest == 0 ? 0 : rest - 1);
    return true;
}

void spell_base64(const uint8_t *bytes, size_t size, enum spell_base64 alphabet, char *ret_text)
{
    const char *digits = alphabet_of(alphabet);
    size_t out = 0;

    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i < 3 ? size - i : 3;
        uint32_t group = (uint32_t)bytes[i] << 16;

        if (left > 1) {
            group |= (uint32_t)bytes[i + 1] << 8;
        }
        if (left > 2) {
            group |= bytes[i + 2];
        }
        for (size_t digit = 0; digit < 4; digit++) {
            if (digit <= left) {
                ret_text[out++] = digits[group >> (18 - 6 * digit) & 0x3F];
            } else if (alphabet == SPELL_BASE64) {
                ret_text[out++] = '=';
            }
        }
    }
    ret_text[out] = '\0';
}

/* 16 when it is no lower-case hexadecimal digit. */
static uint8_t hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return (uint8_t)(byte - '0');
    }
    return byte >= 'a' && byte <= 'f' ? (uint8_t)(byte - 'a' + 10) : 16;
}

bool spell_read_hex32(struct span text, uint32_t *ret)
{
    uint32_t number = 0;

    if (text.length != 8) {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        uint8_t value = hex_value(text.data[i]);

        if (value == 16) {
            return false;
        }
        number = number << 4 | value;
    }
    *ret = number;
    return true;
}

static bool uuid_has_hyphen(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

void spell_uuid(const uint8_t bytes[SPELL_UUID_BYTES], char ret_text[SPELL_UUID_LENGTH + 1])
{
    static const char DIGITS[] = "0123456789abcdef";
    size_t nibble = 0;

    for (size_t at = 0; at < SPELL_UUID_LENGTH; at++) {
        if (uuid_has_hyphen(at)) {
            ret_text[at] = '-';
        } else {
            uint8_t byte = bytes[nibble / 2];

            ret_text[at] = DIGITS[nibble % 2 == 0 ? byte >> 4 : byte & 0x0F];
            nibble++;
        }
    }
    assert(nibble == 2 * (size_t)SPELL_UUID_BYTES);
    ret_text[SPELL_UUID_LENGTH] = '\0';
}

bool spell_read_uuid(struct span text, uint8_t ret_bytes[SPELL_UUID_BYTES])
{
    size_t nibble = 0;

    if (text.length != SPELL_UUID_LENGTH) {
        return false;
    }
    for (size_t at = 0; at < SPELL_UUID_LENGTH; at++) {
        uint8_t value = hex_value(text.data[at]);

        if (uuid_has_hyphen(at)) {
            if (text.data[at] != '-') {
                return false;
            }
            continue;
        }
        if (value == 16) {
            return false;
        }
        ret_bytes[nibble / 2] =
            (uint8_t)(nibble % 2 == 0 ? value << 4 : ret_bytes[nibble / 2] | value);
        nibble++;
    }
    return true;
}

/* Days from 1970 to the first of a month. */
static uint64_t days_before(uint64_t year, uint64_t month)
{
    static const unsigned BEFORE[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    uint64_t past = year - 1;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    /* 719162 days lie between the first of January of the years 1 and 1970. */
    return 365 * past + past / 4 - past / 100 + past / 400 - 719162 + BEFORE[month - 1] +
           (leap && month > 2 ? 1 : 0);
}

bool spell_read_time(struct span text, uint64_t *ret_ms)
{
    static const char FORM[] = "0000-00-00T00:00:00.000Z";
    uint64_t fields[7] = {0};
    size_t field = 0;
    uint64_t days;

    if (text.length != sizeof FORM - 1) {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        if (FORM[i] != '0') {
            if (text.data[i] != (uint8_t)FORM[i]) {
                return false;
            }
            field++;
        } else if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        } else {
            fields[field] = 10 * fields[field] + (uint64_t)(text.data[i] - '0');
        }
    }
    if (fields[0] < 1970 || fields[1] < 1 || fields[1] > 12 || fields[2] < 1 || fields[3] > 23 ||
        fields[4] > 59 || fields[5] > 59) {
        return false;
    }
    days = days_before(fields[0], fields[1]) + fields[2] - 1;
    if (days >=
        (fields[1] == 12 ? days_before(fields[0] + 1, 1) : days_before(fields[0], fields[1] + 1))) {
        return false;
    }
    *ret_ms = (((days * 24 + fields[3]) * 60 + fields[4]) * 60 + fields[5]) * 1000 + fields[6];
    return true;
}

void spell_code(const uint8_t hash[DIGEST_SIZE], char ret_text[SPELL_CODE_SIZE])
{
    static const char DIGITS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";
    uint64_t code = 0;
    char digits[10];

    for (size_t i = 0; i < 7; i++) {
        code = code << 8 | hash[i];
    }
    code >>= 6;
    assert(code < 1ULL << 50);
    for (unsigned i = 0; i < sizeof digits; i++) {
        digits[i] = DIGITS[code >> (45 - 5 * i) & 0x1F];
    }
    (void)snprintf(ret_text, SPELL_CODE_SIZE, "%.4s-%.4s-%.2s%c", digits, digits + 4, digits + 8,
                   DIGITS[code % 37]);
}
