/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digits are made by hand: a domain has no printf, and needs none.
 */
#include "reporting/domain/number.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { BASE = 10, GROUP = 3, TENTHS = 10, PERCENT_TENTHS = 1000 };

/* Writes from the end on and returns where the digits begin. */
static size_t write_digits(uint64_t rest, char text[NUMBER_SIZE], size_t end)
{
    size_t at = end;
    int digits = 0;

    assert(end < NUMBER_SIZE);
    do {
        if (digits > 0 && digits % GROUP == 0) {
            text[--at] = ',';
        }
        text[--at] = (char)('0' + rest % BASE);
        rest /= BASE;
        digits++;
    } while (rest > 0);
    assert(at > 0);
    return at;
}

void number_format(int64_t number, char ret_text[NUMBER_SIZE])
{
    /* The lowest number has no positive twin among int64. */
    uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    char text[NUMBER_SIZE];
    size_t at;

    text[NUMBER_SIZE - 1] = '\0';
    at = write_digits(size, text, NUMBER_SIZE - 1);
    if (number < 0) {
        text[--at] = '-';
    }
    assert(at < NUMBER_SIZE);
    assert(text[at] != '\0');
    memcpy(ret_text, text + at, NUMBER_SIZE - at);
}

int64_t number_round_down(int64_t number)
{
    assert(number >= 0);

    int64_t rounded = number - number % NUMBER_ROUNDING;

    assert(rounded <= number);
    return rounded;
}

static enum err scale(int64_t number, int64_t parts, int64_t factor, int64_t *ret_scaled)
{
    assert(ret_scaled != NULL);
    assert(factor > 0);

    if (number < 0 || parts <= 0) {
        return ERR_INVALID;
    }
    if (number > INT64_MAX / factor) {
        return ERR_FULL;
    }
    *ret_scaled = number * factor / parts;
    return ERR_OK;
}

enum err number_tenths(int64_t number, int64_t parts, int64_t *ret_tenths)
{
    return scale(number, parts, TENTHS, ret_tenths);
}

enum err number_share(int64_t part, int64_t whole, int64_t *ret_tenths)
{
    return scale(part, whole, PERCENT_TENTHS, ret_tenths);
}

void number_format_tenths(int64_t tenths, char ret_text[NUMBER_SIZE])
{
    char text[NUMBER_SIZE];
    size_t at = NUMBER_SIZE - 1;

    assert(tenths >= 0);
    text[at] = '\0';
    text[--at] = (char)('0' + tenths % TENTHS);
    text[--at] = '.';
    at = write_digits((uint64_t)(tenths / TENTHS), text, at);
    assert(at < NUMBER_SIZE);
    memcpy(ret_text, text + at, NUMBER_SIZE - at);
}
