/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integers of 128 bits, for bounds that decide most comparisons before an
 * exact number is needed. They must never wrap: what could is written with
 * the functions here, which stop at the largest value.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_WIDE_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_WIDE_H

#include <assert.h>
#include <stdint.h>

/* The one name for a type that C11 has no word for. */
__extension__ typedef unsigned __int128 wide; /* NOLINT(readability-identifier-naming) */
__extension__ typedef __int128 wide_signed;   /* NOLINT(readability-identifier-naming) */

#define WIDE_BITS 128u
#define WIDE_MAX  (~(wide)0)

/* How many bits the number has: 0 for 0. */
static inline unsigned wide_bits(wide number)
{
    uint64_t high = (uint64_t)(number >> 64);
    uint64_t low = (uint64_t)number;

    if (high != 0) {
        return 128u - (unsigned)__builtin_clzll(high);
    }
    return low == 0 ? 0 : 64u - (unsigned)__builtin_clzll(low);
}

/* number / divisor, rounded up. */
static inline wide wide_divide_up(wide number, wide divisor)
{
    assert(divisor > 0);
    return number / divisor + (number % divisor != 0 ? 1u : 0u);
}

/* number / 2^shift, rounded up. */
static inline wide wide_unshift_up(wide number, unsigned shift)
{
    wide whole;

    assert(shift < WIDE_BITS);
    whole = number >> shift;
    return whole << shift == number ? whole : whole + 1;
}

/* number * 2^shift, or WIDE_MAX when that does not fit. */
static inline wide wide_shift_up(wide number, unsigned shift)
{
    assert(shift < WIDE_BITS);
    return wide_bits(number) + shift > WIDE_BITS ? WIDE_MAX : number << shift;
}

/* left * right, or WIDE_MAX when that does not fit. */
static inline wide wide_multiply(wide left, wide right)
{
    wide product;

    return __builtin_mul_overflow(left, right, &product) ? WIDE_MAX : product;
}

/* left - right, or 0 when right is larger. */
static inline wide wide_less(wide left, wide right)
{
    return left > right ? left - right : 0;
}

#endif
