/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact decimals: money and scores as a whole number of units of 10^-scale.
 *
 * Nothing here touches floating point, and nothing rounds: a number that
 * does not fit is refused. Every function is pure and may run on any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_DECIMAL_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/err.h"

/* Most decimal places: 10^18 is the largest power of ten in an int64_t. */
#define DECIMAL_SCALE_MAX 18

/* Most characters decimal_parse reads; a longer number is refused. */
#define DECIMAL_LENGTH_MAX 64

/* Room for any number decimal_format writes, with its sign, point and NUL. */
#define DECIMAL_TEXT_SIZE 24

/*
 * The number units / 10^scale. Made by decimal_parse it is in lowest terms:
 * no trailing zero after the point. -INT64_MAX <= units, so that negating
 * never overflows.
 */
struct decimal {
    int64_t units;
    unsigned scale;
};

/*
 * Reads a sign, digits, a `.` or `,` with more digits, and an exponent
 * (1e+06, as statistics packages write it). *ret_comma says that the point
 * was a comma. The text need not end in NUL; spaces are not skipped.
 *
 * ERR_INVALID  it is not such a number, or longer than DECIMAL_LENGTH_MAX.
 * ERR_FULL     it is one, but does not fit exactly.
 */
ERR_CHECKED enum err decimal_parse(const char *text, size_t length, bool *ret_comma,
                                   struct decimal *ret);

/* Stores the number as units of 10^-scale; ERR_FULL when that is not exact or does not fit. */
ERR_CHECKED enum err decimal_rescale(struct decimal number, unsigned scale, int64_t *ret);

/* Stores left + right; ERR_FULL when the sum does not fit. */
ERR_CHECKED enum err decimal_add(struct decimal left, struct decimal right, struct decimal *ret);

/* Negative, zero or positive as left is smaller than, equal to or larger than right. */
int decimal_compare(struct decimal left, struct decimal right);

/*
 * Writes units / 10^scale in its shortest form ("12.5", "-0.25", "7"): no
 * trailing zeros, always a `.`, NUL at the end. Returns the length.
 */
size_t decimal_format(int64_t units, unsigned scale, char ret[DECIMAL_TEXT_SIZE]);

#endif
