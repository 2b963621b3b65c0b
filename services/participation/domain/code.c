/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Crockford's base32 with its check digit, for code.h. Reading forgives what
 * handwriting and telephones do to a code, and must never forgive a wrong
 * check digit.
 */
#include "participation/domain/code.h"

#include <assert.h>
#include <string.h>

#define CHECK_MODULUS 37

static const char DIGITS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

static_assert(sizeof DIGITS - 1 == CHECK_MODULUS, "32 digits and 5 more for the check");
static_assert(CODE_DIGITS * 5 == CODE_BITS, "five bits a digit");
static_assert(CODE_SIZE == CODE_DIGITS + 1 + 2 + 1, "check digit, two hyphens, NUL");

static int digit_value(char typed);

uint64_t code_from_hash(const uint8_t hash[ENCODE_HASH_SIZE])
{
    uint64_t code = 0;

    assert(hash != NULL);
    static_assert(CODE_BITS > 48 && CODE_BITS <= 56, "the 50 bits lie in seven bytes");

    for (size_t i = 0; i < 7; i++) {
        code = code << 8 | hash[i];
    }
    code >>= 56 - CODE_BITS;
    assert(code >> CODE_BITS == 0);
    return code;
}

void code_format(uint64_t code, char ret_text[CODE_SIZE])
{
    size_t at = 0;

    assert(code >> CODE_BITS == 0);
    assert(ret_text != NULL);

    for (unsigned i = 0; i < CODE_DIGITS; i++) {
        if (i == 4 || i == 8) {
            ret_text[at++] = '-';
        }
        ret_text[at++] = DIGITS[code >> (CODE_BITS - 5 * (i + 1)) & 31U];
    }
    ret_text[at++] = DIGITS[code % CHECK_MODULUS];
    ret_text[at++] = '\0';
    assert(at == CODE_SIZE);
}

enum err code_parse(const char *text, uint64_t *ret_code)
{
    uint64_t code = 0;
    unsigned count = 0;
    int check = -1;

    assert(text != NULL);
    assert(ret_code != NULL);

    for (size_t i = 0; text[i] != '\0'; i++) {
        int value;

        if (i == CODE_INPUT_MAX) {
            return ERR_INVALID;
        }
        if (text[i] == '-' || text[i] == ' ') {
            continue;
        }
        value = digit_value(text[i]);
        if (value < 0 || count > CODE_DIGITS || (count < CODE_DIGITS && value >= 32)) {
            return ERR_INVALID;
        }
        if (count < CODE_DIGITS) {
            code = code << 5 | (unsigned)value;
        } else {
            check = value;
        }
        count++;
    }
    if (check < 0 || code % CHECK_MODULUS != (unsigned)check) {
        return ERR_INVALID;
    }
    assert(code >> CODE_BITS == 0);
    *ret_code = code;
    return ERR_OK;
}

/* 0 to 36, or -1 for a character that is no digit. */
static int digit_value(char typed)
{
    const char *found;

    assert(typed != '\0');

    if (typed >= 'a' && typed <= 'z') {
        typed = (char)(typed - 'a' + 'A');
    }
    if (typed == 'O') {
        typed = '0';
    }
    if (typed == 'I' || typed == 'L') {
        typed = '1';
    }
    found = strchr(DIGITS, typed);
    return found == NULL ? -1 : (int)(found - DIGITS);
}
