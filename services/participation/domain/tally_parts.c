/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighing parts. Nothing here may divide before numbers are written down:
 * every option's combined score has the same denominator, the product of what
 * the parts are divided by.
 */
#include "participation/domain/tally_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/bignum.h"

/* Limbs of a combined score's numerator: a weight of at most 7 bits, and 63 bits for each part. */
#define LIMBS_MAX 6

static_assert(7 + TALLY_PARTS_MAX * 63 <= LIMBS_MAX * 64, "a numerator fits");
static_assert(TALLY_WEIGHT_MAX < 128, "a weight has 7 bits");
static_assert(TALLY_PARTS_MAX == ELECTION_GROUPS_MAX + 1, "every group, and a jury");

/* 10^19 is the largest power of ten in a limb. */
#define DIGITS_DIVISOR 10000000000000000000U
#define DIGITS_OF_LIMB 19

/* An option with its combined score. */
struct standing {
    uint32_t option;
    uint32_t length;
    uint64_t limbs[LIMBS_MAX];
    int64_t cost; /* 1 where turns do not go by cost */
};

static bool list_is_sound(const struct tally_parts *parts)
{
    uint32_t weights = 0;

    for (uint32_t i = 0; i < parts->count; i++) {
        const struct tally_part *part = &parts->list[i];
        const bool first = i == 0;
        const bool last = i + 1 == parts->count;
        const bool of_votes = part->of == TALLY_PART_VOTES;

        if (part->weight < 1 || part->weight > TALLY_WEIGHT_MAX || (of_votes && !first) ||
            (part->of == TALLY_PART_JURY && (first || !last)) ||
            (part->of == TALLY_PART_CHANNELS && parts->list[0].of != TALLY_PART_CHANNELS) ||
            part->channel_count > TALLY_PART_CHANNELS_MAX) {
            return false;
        }
        weights += part->weight;
    }
    return weights <= TALLY_WEIGHT_MAX;
}

bool tally_parts_are_sound(const struct tally_method *method)
{
    const struct tally_parts *parts = method->parts;

    assert(method->rule < TALLY_RULE_COUNT);

    if (parts == NULL) {
        return true;
    }
    return (method->rule == TALLY_GREEDY || method->rule == TALLY_GREEDY_NO_SKIP ||
            method->rule == TALLY_GREEDY_THRESHOLD) &&
           parts->count >= 2 && parts->count <= TALLY_PARTS_MAX && list_is_sound(parts);
}

bool tally_parts_by_channel(const struct tally_method *method)
{
    return method->parts != NULL && method->parts->list[0].of == TALLY_PART_CHANNELS;
}

bool tally_parts_by_jury(const struct tally_method *method)
{
    return method->parts != NULL &&
           method->parts->list[method->parts->count - 1].of == TALLY_PART_JURY;
}

int64_t tally_part_score(const struct tally_result *result, uint32_t part, uint32_t option)
{
    assert(result->method.parts != NULL);
    assert(part < result->method.parts->count);
    assert(option < result->option_count);

    return result->part_scores[(size_t)part * result->option_count + option];
}

unsigned tally_part_scale(const struct tally_result *result, uint32_t part)
{
    const struct tally_part *row = &result->method.parts->list[part];

    assert(part < result->method.parts->count);

    return row->of == TALLY_PART_JURY ? row->scale : result->score_scale;
}

/* What a part is divided by: where nobody has any of it, the part is 0 for all. */
static uint64_t divisor_of(const struct tally_result *result, uint32_t part)
{
    assert(result->part_highest[part] >= 0);

    return result->part_highest[part] > 0 ? (uint64_t)result->part_highest[part] : 1;
}

struct tally_fraction tally_part_share(const struct tally_result *result, uint32_t part,
                                       uint32_t option)
{
    const int64_t score = tally_part_score(result, part, option);

    assert(score >= 0);

    return (struct tally_fraction){
        .numerator = (wide)result->method.parts->list[part].weight * (wide)score,
        .denominator = divisor_of(result, part),
    };
}

/* Numbers here have at most LIMBS_MAX limbs and a cost's: none gets too long. */
static void multiply(struct bignum *number, uint64_t factor)
{
    enum err err = ERR_OK;

    if (factor == 0) {
        bignum_set(number, 0);
    } else {
        err = bignum_multiply(number, factor);
    }
    assert(err == ERR_OK);
    (void)err; /* looked at above */
}

/* The combined score in parts of the product of all divisors. */
static void numerator_of(const struct tally_result *result, uint32_t option, struct bignum *ret)
{
    const uint32_t count = result->method.parts->count;

    bignum_set(ret, 0);
    for (uint32_t part = 0; part < count; part++) {
        struct bignum term;
        enum err err;

        bignum_set(&term, (uint64_t)tally_part_score(result, part, option));
        multiply(&term, result->method.parts->list[part].weight);
        for (uint32_t other = 0; other < count; other++) {
            multiply(&term, other == part ? 1 : divisor_of(result, other));
        }
        err = bignum_add_multiple(ret, &term, 1, false);
        assert(err == ERR_OK);
        (void)err; /* looked at above */
    }
    assert(ret->length <= LIMBS_MAX);
}

/* Like tally_compare_scores(), the lower one first: what costs nothing and has a score is above all. */
static int compare_standings(const void *left_standing, const void *right_standing)
{
    const struct standing *left = left_standing;
    const struct standing *right = right_standing;
    struct bignum one;
    struct bignum other;

    if (left->length == 0 || right->length == 0) {
        return (left->length > 0) - (right->length > 0);
    }
    bignum_load(&one, left->limbs, left->length);
    bignum_load(&other, right->limbs, right->length);
    multiply(&one, (uint64_t)right->cost);
    multiply(&other, (uint64_t)left->cost);
    return bignum_compare(&one, &other);
}

static enum err rank(const struct election *election, struct tally_result *result)
{
    const bool by_cost = result->method.satisfaction == TALLY_SATISFACTION_CARDINALITY;
    struct standing *standings = calloc((size_t)result->option_count + 1, sizeof *standings);
    uint32_t place = 0;

    if (standings == NULL) {
        return ERR_FULL;
    }
    for (uint32_t i = 0; i < result->option_count; i++) {
        struct bignum numerator;

        numerator_of(result, i, &numerator);
        standings[i] = (struct standing){
            .option = i,
            .length = numerator.length,
            .cost = by_cost ? election_option(election, i)->cost : 1,
        };
        memcpy(standings[i].limbs, numerator.limbs, numerator.length * sizeof *numerator.limbs);
    }
    qsort(standings, result->option_count, sizeof *standings, compare_standings);
    for (uint32_t i = 0; i < result->option_count; i++) {
        place += i > 0 && compare_standings(&standings[i - 1], &standings[i]) != 0 ? 1 : 0;
        result->part_ranks[standings[i].option] = place;
    }
    free(standings);
    return ERR_OK;
}

/* What all options have of one part. */
static enum err measure_part(const struct election *election, struct tally_result *result,
                             uint32_t part)
{
    const struct tally_part *row = &result->method.parts->list[part];
    int64_t *scores = result->part_scores + (size_t)part * result->option_count;

    for (uint32_t i = 0; i < result->option_count; i++) {
        enum err err = ERR_OK;

        if (row->of == TALLY_PART_CHANNELS) {
            err = tally_group_score(election, part, i, &scores[i]);
        } else {
            scores[i] = row->of == TALLY_PART_JURY ? row->scores[i] : result->outcomes[i].score;
        }
        if (err || scores[i] < 0) {
            return err ? err : ERR_INVALID;
        }
        result->part_highest[part] =
            scores[i] > result->part_highest[part] ? scores[i] : result->part_highest[part];
    }
    result->part_votes[part] = row->of == TALLY_PART_CHANNELS
                                   ? (int64_t)election_group_votes(election, part)
                                   : (int64_t)election_vote_count(election);
    return ERR_OK;
}

enum err tally_parts_measure(const struct election *election, struct tally_result *result)
{
    const struct tally_parts *parts = result->method.parts;
    uint32_t groups = 0;
    enum err err = ERR_OK;

    assert(result->outcomes != NULL);
    assert(result->option_count == election_option_count(election));

    if (parts == NULL) {
        return ERR_OK;
    }
    while (groups < parts->count && parts->list[groups].of == TALLY_PART_CHANNELS) {
        groups++;
    }
    if (groups > 0 && groups != election_group_count(election)) {
        return ERR_CONFLICT;
    }
    result->part_scores =
        calloc((size_t)parts->count * result->option_count + 1, sizeof *result->part_scores);
    result->part_ranks = calloc((size_t)result->option_count + 1, sizeof *result->part_ranks);
    if (result->part_scores == NULL || result->part_ranks == NULL) {
        return ERR_FULL;
    }
    for (uint32_t part = 0; part < parts->count && !err; part++) {
        err = measure_part(election, result, part);
    }
    return err ? err : rank(election, result);
}

int64_t tally_parts_hundredths(const struct tally_result *result, uint32_t option)
{
    struct bignum numerator;
    struct bignum denominator;
    wide hundredths = 0;
    enum err err;

    numerator_of(result, option, &numerator);
    multiply(&numerator, 100);
    bignum_set(&denominator, 1);
    for (uint32_t part = 0; part < result->method.parts->count; part++) {
        multiply(&denominator, divisor_of(result, part));
    }
    err = bignum_quotient(&numerator, 0, &denominator, &hundredths);
    assert(err == ERR_OK);
    assert(hundredths <= (wide)TALLY_WEIGHT_MAX * 100);
    (void)err; /* looked at above */
    return (int64_t)hundredths;
}

/* Puts the digits of a number in front of end; returns where they begin. The number is used up. */
static char *write_digits(struct bignum *number, char *end)
{
    do {
        uint64_t low = bignum_divide(number, DIGITS_DIVISOR);

        for (int i = 0; i < DIGITS_OF_LIMB && (low > 0 || number->length > 0 || i == 0); i++) {
            end--;
            *end = (char)('0' + (char)(low % 10));
            low /= 10;
        }
    } while (number->length > 0);
    return end;
}

static uint64_t common_divisor(uint64_t left, uint64_t right)
{
    while (right != 0) {
        const uint64_t rest = left % right;

        left = right;
        right = rest;
    }
    return left;
}

/*
 * Each divisor is freed of what it has in common with the numerator: nothing of it is left in common
 * afterwards, and a numerator that got smaller has nothing new in it.
 */
void tally_parts_combined(const struct tally_result *result, uint32_t option,
                          char ret[TALLY_COMBINED_SIZE])
{
    char text[TALLY_COMBINED_SIZE];
    char *const end = text + sizeof text - 1;
    char *at = end;
    struct bignum numerator;
    struct bignum denominator;

    numerator_of(result, option, &numerator);
    bignum_set(&denominator, 1);
    for (uint32_t part = 0; part < result->method.parts->count; part++) {
        const uint64_t divisor = divisor_of(result, part);
        struct bignum rest;
        uint64_t common;

        bignum_copy(&rest, &numerator);
        common = common_divisor(divisor, bignum_divide(&rest, divisor));
        bignum_divide_exactly(&numerator, common);
        multiply(&denominator, divisor / common);
    }
    *end = '\0';
    if (denominator.length > 1 || denominator.limbs[0] != 1) {
        at = write_digits(&denominator, at);
        at--;
        *at = '/';
    }
    at = write_digits(&numerator, at);
    memcpy(ret, at, (size_t)(end - at) + 1);
}

struct tally_fraction tally_fraction_reduce(struct tally_fraction fraction)
{
    wide left = fraction.numerator;
    wide right = fraction.denominator;

    assert(fraction.denominator > 0);

    while (right != 0) {
        wide rest = left % right;

        left = right;
        right = rest;
    }
    assert(left > 0);
    return (struct tally_fraction){
        .numerator = fraction.numerator / left,
        .denominator = fraction.denominator / left,
    };
}
