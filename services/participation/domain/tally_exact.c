/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fractions of one count. A new one must never change the value of the
 * others: all rows grow with the denominator.
 */
#include "participation/domain/tally_exact.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STRIDE_FIRST 8
/* A fraction is at most 2^62 times its denominator: one limb more, and one for the carry. */
#define STRIDE_SPARE 3

static uint64_t size_of(int64_t number)
{
    return number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number;
}

static uint64_t *row_of(const struct tally_exact *exact, uint32_t index)
{
    assert(index < exact->capacity);

    return exact->limbs + (size_t)index * exact->stride;
}

enum err tally_exact_init(struct tally_exact *exact, uint32_t count_max)
{
    assert(exact != NULL);
    assert(count_max > 0);

    *exact = (struct tally_exact){.stride = STRIDE_FIRST, .capacity = count_max};
    bignum_set(&exact->denominator, 1);
    exact->limbs = calloc((size_t)count_max * STRIDE_FIRST, sizeof *exact->limbs);
    return exact->limbs == NULL ? ERR_FULL : ERR_OK;
}

void tally_exact_release(struct tally_exact *exact)
{
    if (exact == NULL) {
        return;
    }
    free(exact->limbs);
    exact->limbs = NULL;
    exact->count = 0;
}

void tally_exact_start(struct tally_exact *exact, wide numerator, uint64_t divisor)
{
    uint64_t *row = row_of(exact, 0);

    assert(divisor > 0);
    assert(exact->stride >= STRIDE_FIRST);

    memset(row, 0, exact->stride * sizeof *row);
    row[0] = (uint64_t)numerator;
    row[1] = (uint64_t)(numerator >> 64);
    bignum_set(&exact->denominator, divisor);
    exact->count = 1;
}

enum err tally_exact_evaluate(const struct tally_exact *exact, const struct tally_form *form,
                              struct bignum *ret)
{
    struct bignum number;
    enum err err;

    assert(exact->count > 0);
    assert(form->factors != NULL);

    bignum_set(ret, 0);
    err =
        bignum_add_multiple(ret, &exact->denominator, size_of(form->constant), form->constant < 0);
    for (uint32_t k = 0; k < exact->count && !err; k++) {
        if (form->factors[k] != 0) {
            bignum_load(&number, row_of(exact, k), exact->stride);
            err =
                bignum_add_multiple(ret, &number, size_of(form->factors[k]), form->factors[k] < 0);
        }
    }
    return err;
}

static uint64_t greatest_divisor(uint64_t left, uint64_t right)
{
    while (right != 0) {
        uint64_t rest = left % right;

        left = right;
        right = rest;
    }
    return left;
}

/* What divides the divisor and every number of the form. */
static uint64_t common_divisor(const struct tally_exact *exact, const struct tally_form *form,
                               uint64_t divisor)
{
    uint64_t common = greatest_divisor(divisor, size_of(form->constant));

    for (uint32_t k = 0; k < exact->count && common > 1; k++) {
        common = greatest_divisor(common, size_of(form->factors[k]));
    }
    assert(common > 0);
    return common;
}

/* Gives the rows room for a denominator of this many limbs. */
static enum err reserve(struct tally_exact *exact, uint32_t length)
{
    uint32_t stride = exact->stride;
    uint64_t *limbs;

    while (stride < length + STRIDE_SPARE) {
        stride *= 2;
    }
    if (stride == exact->stride) {
        return ERR_OK;
    }
    if (stride > BIGNUM_LIMBS_MAX || (size_t)stride * exact->capacity > TALLY_EXACT_LIMBS_MAX) {
        return ERR_FULL;
    }
    limbs = calloc((size_t)exact->capacity * stride, sizeof *limbs);
    if (limbs == NULL) {
        return ERR_FULL;
    }
    for (uint32_t k = 0; k < exact->count; k++) {
        memcpy(limbs + (size_t)k * stride, row_of(exact, k), exact->stride * sizeof *limbs);
    }
    free(exact->limbs);
    exact->limbs = limbs;
    exact->stride = stride;
    return ERR_OK;
}

static void multiply_row(uint64_t *row, uint32_t length, uint64_t factor)
{
    uint64_t carry = 0;

    for (uint32_t i = 0; i < length; i++) {
        wide product = (wide)row[i] * factor + carry;

        row[i] = (uint64_t)product;
        carry = (uint64_t)(product >> 64);
    }
    assert(carry == 0);
}

enum err tally_exact_push(struct tally_exact *exact, const struct tally_form *form,
                          uint64_t divisor)
{
    struct bignum number;
    uint64_t common = common_divisor(exact, form, divisor);
    uint64_t factor = divisor / common;
    uint64_t *row;
    enum err err;

    assert(exact->count < exact->capacity);
    assert(divisor > 0);

    err = tally_exact_evaluate(exact, form, &number);
    if (!err) {
        assert(bignum_sign(&number) >= 0);
        bignum_divide_exactly(&number, common);
        err = bignum_multiply(&exact->denominator, factor);
    }
    if (!err) {
        err = reserve(exact, exact->denominator.length);
    }
    if (err) {
        return err;
    }
    for (uint32_t k = 0; k < exact->count && factor > 1; k++) {
        multiply_row(row_of(exact, k), exact->stride, factor);
    }
    if (number.length > exact->stride) {
        return ERR_FULL;
    }
    row = row_of(exact, exact->count);
    memset(row, 0, exact->stride * sizeof *row);
    memcpy(row, number.limbs, number.length * sizeof *row);
    exact->count++;
    return ERR_OK;
}

enum err tally_exact_last(const struct tally_exact *exact, unsigned shift, wide *ret)
{
    struct bignum number;

    assert(exact->count > 0);
    assert(ret != NULL);

    bignum_load(&number, row_of(exact, exact->count - 1), exact->stride);
    return bignum_quotient(&number, shift, &exact->denominator, ret);
}
