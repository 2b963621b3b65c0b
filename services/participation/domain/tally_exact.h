/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact fractions of one count, all over one denominator.
 *
 * Equal shares and Phragmén make one new fraction a round, from whole
 * numbers and the fractions of earlier rounds: a price, a load. What a voter
 * holds is a form over them: a whole number and a whole multiple of each.
 * Forms are cheap to build and rarely evaluated. Only the tally files
 * include this header. One value belongs to one thread at a time.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_EXACT_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_EXACT_H

#include "participation/domain/bignum.h"

/* Most memory for the numerators of one count, in limbs: 256 MiB. */
#define TALLY_EXACT_LIMBS_MAX 33554432

/* The fractions: number k is row k of limbs, over the denominator. */
struct tally_exact {
    uint64_t *limbs;
    uint32_t stride; /* limbs of a row */
    uint32_t count;
    uint32_t capacity; /* rows */
    struct bignum denominator;
};

/* constant + the sum of factors[k] * fraction k. factors has a place for every fraction there is. */
struct tally_form {
    int64_t constant;
    int64_t *factors;
};

/* Makes room for up to count_max fractions. ERR_FULL when there is no memory. */
ERR_CHECKED enum err tally_exact_init(struct tally_exact *exact, uint32_t count_max);

/* Frees what it holds. Takes NULL and one made of zeros. */
void tally_exact_release(struct tally_exact *exact);

/* Forgets all fractions and makes numerator / divisor number 0. */
void tally_exact_start(struct tally_exact *exact, wide numerator, uint64_t divisor);

/* Stores the form times the denominator, with its sign. ERR_FULL when it gets too long. */
ERR_CHECKED enum err tally_exact_evaluate(const struct tally_exact *exact,
                                          const struct tally_form *form, struct bignum *ret);

/* Adds form / divisor, which is not negative, as the next fraction. ERR_FULL as above. */
ERR_CHECKED enum err tally_exact_push(struct tally_exact *exact, const struct tally_form *form,
                                      uint64_t divisor);

/* floor(the last fraction * 2^shift); ERR_FULL when that does not fit 127 bits. */
ERR_CHECKED enum err tally_exact_last(const struct tally_exact *exact, unsigned shift, wide *ret);

#endif
