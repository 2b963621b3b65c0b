/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large whole numbers, schoolbook style. It must never allocate.
 */
#include "participation/domain/bignum.h"

#include <assert.h>
#include <string.h>

#define LIMB_BITS      64u
#define QUOTIENT_LIMBS 3

static void check(const struct bignum *number)
{
    assert(number->length <= BIGNUM_LIMBS_MAX);
    assert(number->length == 0 || number->limbs[number->length - 1] != 0);
    assert(number->length > 0 || !number->negative);
}

static void trim(struct bignum *number)
{
    while (number->length > 0 && number->limbs[number->length - 1] == 0) {
        number->length--;
    }
    number->negative = number->negative && number->length > 0;
}

void bignum_set(struct bignum *number, uint64_t value)
{
    assert(number != NULL);

    number->negative = false;
    number->length = value == 0 ? 0 : 1;
    number->limbs[0] = value;
    check(number);
}

void bignum_load(struct bignum *number, const uint64_t *limbs, uint32_t length)
{
    assert(length <= BIGNUM_LIMBS_MAX);
    assert(limbs != NULL || length == 0);

    number->negative = false;
    number->length = length;
    if (length > 0) {
        memcpy(number->limbs, limbs, length * sizeof *limbs);
    }
    trim(number);
    check(number);
}

void bignum_copy(struct bignum *number, const struct bignum *from)
{
    assert(number != from);
    check(from);

    number->negative = from->negative;
    number->length = from->length;
    memcpy(number->limbs, from->limbs, from->length * sizeof *from->limbs);
}

enum err bignum_multiply(struct bignum *number, uint64_t factor)
{
    uint64_t carry = 0;

    check(number);
    assert(factor > 0);

    for (uint32_t i = 0; i < number->length; i++) {
        wide product = (wide)number->limbs[i] * factor + carry;

        number->limbs[i] = (uint64_t)product;
        carry = (uint64_t)(product >> LIMB_BITS);
    }
    if (carry != 0) {
        if (number->length == BIGNUM_LIMBS_MAX) {
            return ERR_FULL;
        }
        number->limbs[number->length] = carry;
        number->length++;
    }
    check(number);
    return ERR_OK;
}

/* |number| += factor * |other|. */
static enum err grow(struct bignum *number, const struct bignum *other, uint64_t factor)
{
    uint32_t length = number->length > other->length ? number->length : other->length;
    uint64_t carry = 0;

    for (uint32_t i = 0; i < length; i++) {
        wide sum = carry;

        sum += i < number->length ? number->limbs[i] : 0;
        sum += i < other->length ? (wide)other->limbs[i] * factor : 0;
        number->limbs[i] = (uint64_t)sum;
        carry = (uint64_t)(sum >> LIMB_BITS);
    }
    number->length = length;
    if (carry != 0) {
        if (length == BIGNUM_LIMBS_MAX) {
            return ERR_FULL;
        }
        number->limbs[length] = carry;
        number->length++;
    }
    return ERR_OK;
}

/* |number| -= factor * |other|; where that is below zero the sign turns. */
static enum err shrink(struct bignum *number, const struct bignum *other, uint64_t factor)
{
    uint32_t length = (number->length > other->length ? number->length : other->length) + 1;
    uint64_t carry = 0;
    uint64_t borrow = 0;

    if (length > BIGNUM_LIMBS_MAX) {
        return ERR_FULL;
    }
    for (uint32_t i = 0; i < length; i++) {
        uint64_t limb = i < number->length ? number->limbs[i] : 0;
        wide product = (i < other->length ? (wide)other->limbs[i] * factor : 0) + carry;
        wide taken = (wide)(uint64_t)product + borrow;

        carry = (uint64_t)(product >> LIMB_BITS);
        borrow = taken > limb ? 1 : 0;
        number->limbs[i] = limb - (uint64_t)taken;
    }
    assert(carry == 0);
    if (borrow != 0) {
        uint64_t one = 1;

        for (uint32_t i = 0; i < length; i++) {
            number->limbs[i] = ~number->limbs[i] + one;
            one = one == 1 && number->limbs[i] == 0 ? 1 : 0;
        }
        number->negative = !number->negative;
    }
    number->length = length;
    return ERR_OK;
}

enum err bignum_add_multiple(struct bignum *number, const struct bignum *other, uint64_t factor,
                             bool minus)
{
    enum err err;

    assert(number != other);
    check(number);
    check(other);

    if (factor == 0 || other->length == 0) {
        return ERR_OK;
    }
    if (number->length == 0) {
        number->negative = minus;
    }
    err = number->negative == minus ? grow(number, other, factor) : shrink(number, other, factor);
    if (!err) {
        trim(number);
        check(number);
    }
    return err;
}

uint64_t bignum_divide(struct bignum *number, uint64_t divisor)
{
    uint64_t rest = 0;

    check(number);
    assert(divisor > 0);

    for (uint32_t i = number->length; i > 0; i--) {
        wide part = (wide)rest << LIMB_BITS | number->limbs[i - 1];

        number->limbs[i - 1] = (uint64_t)(part / divisor);
        rest = (uint64_t)(part % divisor);
    }
    trim(number);
    return rest;
}

void bignum_divide_exactly(struct bignum *number, uint64_t divisor)
{
    const uint64_t rest = bignum_divide(number, divisor);

    assert(rest == 0);
    (void)rest; /* looked at above */
}

static int compare_size(const struct bignum *left, const struct bignum *right)
{
    if (left->length != right->length) {
        return left->length > right->length ? 1 : -1;
    }
    for (uint32_t i = left->length; i > 0; i--) {
        if (left->limbs[i - 1] != right->limbs[i - 1]) {
            return left->limbs[i - 1] > right->limbs[i - 1] ? 1 : -1;
        }
    }
    return 0;
}

int bignum_compare(const struct bignum *left, const struct bignum *right)
{
    check(left);
    check(right);

    if (left->negative != right->negative) {
        return left->negative ? -1 : 1;
    }
    return left->negative ? -compare_size(left, right) : compare_size(left, right);
}

int bignum_sign(const struct bignum *number)
{
    check(number);

    return number->length == 0 ? 0 : number->negative ? -1 : 1;
}

/* number * 2^shift. */
static enum err shift_left(struct bignum *number, unsigned shift)
{
    uint32_t whole = shift / LIMB_BITS;
    unsigned rest = shift % LIMB_BITS;

    if (number->length == 0) {
        return ERR_OK;
    }
    if (number->length + whole + 1 > BIGNUM_LIMBS_MAX) {
        return ERR_FULL;
    }
    memmove(number->limbs + whole, number->limbs, number->length * sizeof *number->limbs);
    memset(number->limbs, 0, whole * sizeof *number->limbs);
    number->length += whole;
    return rest == 0 ? ERR_OK : bignum_multiply(number, (uint64_t)1 << rest);
}

/*
 * One limb of a quotient: how often the divisor, whose highest bit is set,
 * goes into rest / 2^(64 * place). Takes it away from rest. The guess from
 * the highest limbs is at most two too large.
 */
static uint64_t quotient_limb(struct bignum *rest, const struct bignum *divisor, uint32_t place)
{
    uint32_t top = divisor->length + place;
    uint64_t high = top < rest->length ? rest->limbs[top] : 0;
    uint64_t next = top - 1 < rest->length ? rest->limbs[top - 1] : 0;
    uint64_t first = divisor->limbs[divisor->length - 1];
    wide guess = ((wide)high << LIMB_BITS | next) / first;
    uint64_t limb = guess > UINT64_MAX ? UINT64_MAX : (uint64_t)guess;
    struct bignum part = {.length = 0};
    enum err err;

    assert(rest->length <= top + 1);
    assert(first >> (LIMB_BITS - 1) == 1);

    bignum_load(&part, rest->limbs + (place < rest->length ? place : rest->length),
                place < rest->length ? rest->length - place : 0);
    err = bignum_add_multiple(&part, divisor, limb, true);
    while (!err && part.negative) {
        limb--;
        err = bignum_add_multiple(&part, divisor, 1, false);
    }
    assert(err == ERR_OK); /* no longer than rest, which had room to spare */
    memcpy(rest->limbs + place, part.limbs, part.length * sizeof *part.limbs);
    rest->length =
        part.length == 0 ? (place < rest->length ? place : rest->length) : place + part.length;
    trim(rest);
    return limb;
}

enum err bignum_quotient(const struct bignum *number, unsigned shift, const struct bignum *divisor,
                         wide *ret)
{
    struct bignum rest;
    struct bignum normal;
    unsigned up;
    wide quotient = 0;
    enum err err;

    assert(!number->negative);
    assert(bignum_sign(divisor) > 0);

    up = (unsigned)__builtin_clzll(divisor->limbs[divisor->length - 1]);
    bignum_copy(&rest, number);
    bignum_copy(&normal, divisor);
    err = shift_left(&normal, up);
    if (!err) {
        err = shift_left(&rest, shift + up);
    }
    if (!err && (rest.length + 2 > BIGNUM_LIMBS_MAX || rest.length > normal.length + 2)) {
        err = ERR_FULL;
    }
    if (err) {
        return err;
    }
    for (uint32_t place = QUOTIENT_LIMBS; place > 0; place--) {
        uint64_t limb = quotient_limb(&rest, &normal, place - 1);

        if (quotient >> (LIMB_BITS - 1) != 0) {
            return ERR_FULL;
        }
        quotient = quotient << LIMB_BITS | limb;
    }
    *ret = quotient;
    return ERR_OK;
}
