/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole numbers too large for 128 bits, with a sign and a named maximum.
 *
 * Only what exact tallies need. A number that would be longer than
 * BIGNUM_LIMBS_MAX is refused with ERR_FULL; nothing wraps, nothing rounds.
 * Every function is pure; storage is the caller's.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_BIGNUM_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_BIGNUM_H

#include <stdbool.h>
#include <stdint.h>

#include "participation/domain/wide.h"
#include "runtime/err.h"

/* 65,536 bits: some 2,500 rounds among ten million voters. */
#define BIGNUM_LIMBS_MAX 1024

/* limbs[0] is the lowest; the highest in use is not 0; zero has no limbs and no sign. */
struct bignum {
    bool negative;
    uint32_t length;
    uint64_t limbs[BIGNUM_LIMBS_MAX];
};

/* Sets the number to a small one. */
void bignum_set(struct bignum *number, uint64_t value);

/* Sets the number to the limbs, lowest first; high zeros are dropped. length <= BIGNUM_LIMBS_MAX. */
void bignum_load(struct bignum *number, const uint64_t *limbs, uint32_t length);

/* Copies what is in use of a number. */
void bignum_copy(struct bignum *number, const struct bignum *from);

/* number *= factor. ERR_FULL when it gets too long; the number is then not to be used. */
ERR_CHECKED enum err bignum_multiply(struct bignum *number, uint64_t factor);

/* number += factor * |other|, or -= when minus. other is taken without its sign. ERR_FULL as above. */
ERR_CHECKED enum err bignum_add_multiple(struct bignum *number, const struct bignum *other,
                                         uint64_t factor, bool minus);

/* number /= divisor, rounded towards zero; returns the rest of its size. divisor > 0. */
uint64_t bignum_divide(struct bignum *number, uint64_t divisor);

/* number /= divisor, which must divide it without a rest. */
void bignum_divide_exactly(struct bignum *number, uint64_t divisor);

/* Negative, zero or positive as left is smaller than, equal to or larger than right. */
int bignum_compare(const struct bignum *left, const struct bignum *right);

/* -1, 0 or 1. */
int bignum_sign(const struct bignum *number);

/*
 * floor(number * 2^shift / divisor) of two numbers that are not negative.
 * ERR_FULL when that has more than 127 bits, or a number gets too long on the way.
 */
ERR_CHECKED enum err bignum_quotient(const struct bignum *number, unsigned shift,
                                     const struct bignum *divisor, wide *ret);

#endif
