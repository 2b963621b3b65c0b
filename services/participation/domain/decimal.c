/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact decimals. It must never round, and never use floating point.
 */
#include "participation/domain/decimal.h"

#include <assert.h>
#include <string.h>

/* Two digits reach past every exponent that could still fit. */
#define EXPONENT_DIGITS_MAX 2

/* A number while it is read: the digits so far, and zeros that may turn out to be trailing. */
struct reader {
    const char *at;
    const char *end;
    int64_t units;
    int scale;
    int zeros;
    bool digits;
};

static const int64_t POWERS[DECIMAL_SCALE_MAX + 1] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};

static_assert(sizeof POWERS / sizeof POWERS[0] == DECIMAL_SCALE_MAX + 1, "one power per scale");
static_assert(DECIMAL_TEXT_SIZE >= sizeof "-9.223372036854775807" + 1, "the longest number fits");

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum err reader_push(struct reader *reader, int digit)
{
    assert(digit >= 0);
    assert(digit <= 9);

    if (__builtin_mul_overflow(reader->units, (int64_t)10, &reader->units) ||
        __builtin_add_overflow(reader->units, (int64_t)digit, &reader->units)) {
        return ERR_FULL;
    }
    return ERR_OK;
}

static enum err reader_whole(struct reader *reader)
{
    for (; reader->at < reader->end && is_digit(*reader->at); reader->at++) {
        enum err err = reader_push(reader, *reader->at - '0');

        if (err) {
            return err;
        }
        reader->digits = true;
    }
    return ERR_OK;
}

/* Zeros wait until a digit follows them: "1.500000000000000000000000" is an ordinary number. */
static enum err reader_fraction(struct reader *reader)
{
    enum err err;

    for (; reader->at < reader->end && is_digit(*reader->at); reader->at++) {
        reader->digits = true;
        if (*reader->at == '0') {
            reader->zeros++;
            continue;
        }
        for (; reader->zeros > 0; reader->zeros--) {
            err = reader_push(reader, 0);
            if (err) {
                return err;
            }
            reader->scale++;
        }
        err = reader_push(reader, *reader->at - '0');
        if (err) {
            return err;
        }
        reader->scale++;
    }
    return ERR_OK;
}

static enum err reader_exponent(struct reader *reader)
{
    bool negative = false;
    int exponent = 0;
    int digits = 0;

    if (reader->at == reader->end || (*reader->at != 'e' && *reader->at != 'E')) {
        return ERR_OK;
    }
    reader->at++;
    if (reader->at < reader->end && (*reader->at == '-' || *reader->at == '+')) {
        negative = *reader->at == '-';
        reader->at++;
    }
    for (; reader->at < reader->end && is_digit(*reader->at); reader->at++) {
        digits++;
        if (digits > EXPONENT_DIGITS_MAX) {
            return ERR_INVALID;
        }
        exponent = exponent * 10 + (*reader->at - '0');
    }
    if (digits == 0) {
        return ERR_INVALID;
    }
    reader->scale += negative ? exponent : -exponent;
    return ERR_OK;
}

/* Brings the scale between 0 and DECIMAL_SCALE_MAX, and the number into lowest terms. */
static enum err reader_settle(struct reader *reader)
{
    if (reader->units == 0) {
        reader->scale = 0;
    }
    while (reader->scale < 0) {
        enum err err = reader_push(reader, 0);

        if (err) {
            return err;
        }
        reader->scale++;
    }
    while (reader->scale > 0 && reader->units % 10 == 0) {
        reader->units /= 10;
        reader->scale--;
    }
    return reader->scale > DECIMAL_SCALE_MAX ? ERR_FULL : ERR_OK;
}

enum err decimal_parse(const char *text, size_t length, bool *ret_comma, struct decimal *ret)
{
    struct reader reader = {.at = text, .end = text + length};
    bool negative = false;
    bool comma = false;
    enum err err;

    assert(text != NULL);
    assert(ret_comma != NULL);
    assert(ret != NULL);

    if (length == 0 || length > DECIMAL_LENGTH_MAX) {
        return ERR_INVALID;
    }
    if (*reader.at == '-' || *reader.at == '+') {
        negative = *reader.at == '-';
        reader.at++;
    }
    err = reader_whole(&reader);
    if (!err && reader.at < reader.end && (*reader.at == '.' || *reader.at == ',')) {
        comma = *reader.at == ',';
        reader.at++;
        err = reader_fraction(&reader);
    }
    if (!err) {
        err = reader_exponent(&reader);
    }
    if (err) {
        return err;
    }
    if (!reader.digits || reader.at != reader.end) {
        return ERR_INVALID;
    }
    err = reader_settle(&reader);
    if (err) {
        return err;
    }
    *ret_comma = comma;
    *ret = (struct decimal){
        .units = negative ? -reader.units : reader.units,
        .scale = (unsigned)reader.scale,
    };
    return ERR_OK;
}

enum err decimal_rescale(struct decimal number, unsigned scale, int64_t *ret)
{
    int64_t units;

    assert(scale <= DECIMAL_SCALE_MAX);
    assert(number.scale <= DECIMAL_SCALE_MAX);
    assert(ret != NULL);

    if (scale < number.scale) {
        int64_t divisor = POWERS[number.scale - scale];

        if (number.units % divisor != 0) {
            return ERR_FULL;
        }
        *ret = number.units / divisor;
        return ERR_OK;
    }
    if (__builtin_mul_overflow(number.units, POWERS[scale - number.scale], &units) ||
        units == INT64_MIN) {
        return ERR_FULL;
    }
    *ret = units;
    return ERR_OK;
}

enum err decimal_add(struct decimal left, struct decimal right, struct decimal *ret)
{
    unsigned scale = left.scale > right.scale ? left.scale : right.scale;
    int64_t left_units;
    int64_t right_units;
    int64_t units;
    enum err err;

    assert(ret != NULL);
    assert(scale <= DECIMAL_SCALE_MAX);

    err = decimal_rescale(left, scale, &left_units);
    if (err) {
        return err;
    }
    err = decimal_rescale(right, scale, &right_units);
    if (err) {
        return err;
    }
    if (__builtin_add_overflow(left_units, right_units, &units) || units == INT64_MIN) {
        return ERR_FULL;
    }
    *ret = (struct decimal){.units = units, .scale = scale};
    return ERR_OK;
}

int decimal_compare(struct decimal left, struct decimal right)
{
    unsigned scale = left.scale > right.scale ? left.scale : right.scale;
    __extension__ __int128 left_units;
    __extension__ __int128 right_units;

    assert(left.scale <= DECIMAL_SCALE_MAX);
    assert(right.scale <= DECIMAL_SCALE_MAX);

    /* 2^63 * 10^18 is below 2^127: neither product can overflow. */
    left_units = left.units;
    left_units *= POWERS[scale - left.scale];
    right_units = right.units;
    right_units *= POWERS[scale - right.scale];
    return (left_units > right_units) - (left_units < right_units);
}

size_t decimal_format(int64_t units, unsigned scale, char ret[DECIMAL_TEXT_SIZE])
{
    char reversed[DECIMAL_TEXT_SIZE];
    uint64_t rest = units < 0 ? -(uint64_t)units : (uint64_t)units;
    unsigned places = scale;
    size_t count = 0;
    size_t length = 0;

    assert(ret != NULL);
    assert(scale <= DECIMAL_SCALE_MAX);

    while (places > 0 && rest % 10 == 0) {
        rest /= 10;
        places--;
    }
    /* At least one digit stands before the point, so places + 1 digits are written. */
    for (unsigned digit = 0; rest > 0 || digit <= places; digit++) {
        if (digit == places && places > 0) {
            reversed[count++] = '.';
        }
        reversed[count++] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (units < 0) {
        reversed[count++] = '-';
    }
    assert(count < DECIMAL_TEXT_SIZE);
    while (count > 0) {
        ret[length++] = reversed[--count];
    }
    ret[length] = '\0';
    return length;
}
