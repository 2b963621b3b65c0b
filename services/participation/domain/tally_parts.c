/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighing two parts. Nothing here may divide before numbers are written down:
 * every option's combined score has the same denominator.
 */
#include "participation/domain/tally_jury.h"

#include <assert.h>

bool tally_jury_is_sound(const struct tally_method *method)
{
    const struct tally_jury *jury = method->jury;

    assert(method->rule < TALLY_RULE_COUNT);

    if (jury == NULL) {
        return true;
    }
    assert(jury->scores != NULL);
    return (method->rule == TALLY_GREEDY || method->rule == TALLY_GREEDY_NO_SKIP ||
            method->rule == TALLY_GREEDY_THRESHOLD) &&
           jury->resident_weight > 0 && jury->jury_weight > 0 &&
           jury->resident_weight <= TALLY_WEIGHT_MAX &&
           jury->jury_weight <= TALLY_WEIGHT_MAX - jury->resident_weight;
}

/* What a part is divided by: where nobody has any of it, the part is 0 for all. */
static wide divisor_of(int64_t highest)
{
    assert(highest >= 0);

    return highest > 0 ? (wide)highest : 1;
}

/* Whether the highest combined score there can be, times the highest cost, is less than WIDE_MAX / 2. */
static bool fits(const struct election *election, const struct tally_result *result)
{
    const struct tally_jury *jury = result->method.jury;
    const wide weights = jury->resident_weight + jury->jury_weight;
    int64_t cost = 1;

    assert(result->highest_score >= 0);
    assert(result->highest_jury >= 0);

    for (uint32_t i = 0; i < result->option_count; i++) {
        const int64_t own = election_option(election, i)->cost;

        cost = own > cost ? own : cost;
    }
    return wide_multiply(
               wide_multiply(divisor_of(result->highest_score) * divisor_of(result->highest_jury),
                             weights),
               (wide)cost) < WIDE_MAX / 2;
}

enum err tally_jury_measure(const struct election *election, struct tally_result *result)
{
    const struct tally_jury *jury = result->method.jury;

    assert(result->outcomes != NULL);
    assert(result->option_count == election_option_count(election));

    if (jury == NULL) {
        return ERR_OK;
    }
    for (uint32_t i = 0; i < result->option_count; i++) {
        const int64_t score = result->outcomes[i].score;

        if (score < 0 || jury->scores[i] < 0) {
            return ERR_INVALID;
        }
        result->highest_score = score > result->highest_score ? score : result->highest_score;
        result->highest_jury =
            jury->scores[i] > result->highest_jury ? jury->scores[i] : result->highest_jury;
    }
    return fits(election, result) ? ERR_OK : ERR_FULL;
}

struct tally_fraction tally_jury_residents(const struct tally_result *result, uint32_t option)
{
    assert(option < result->option_count);
    assert(result->method.jury != NULL);

    return (struct tally_fraction){
        .numerator =
            (wide)result->method.jury->resident_weight * (wide)result->outcomes[option].score,
        .denominator = divisor_of(result->highest_score),
    };
}

struct tally_fraction tally_jury_jurys(const struct tally_result *result, uint32_t option)
{
    assert(option < result->option_count);
    assert(result->method.jury != NULL);

    return (struct tally_fraction){
        .numerator =
            (wide)result->method.jury->jury_weight * (wide)result->method.jury->scores[option],
        .denominator = divisor_of(result->highest_jury),
    };
}

struct tally_fraction tally_jury_combined(const struct tally_result *result, uint32_t option)
{
    const struct tally_fraction residents = tally_jury_residents(result, option);
    const struct tally_fraction jurys = tally_jury_jurys(result, option);

    return (struct tally_fraction){
        .numerator =
            residents.numerator * jurys.denominator + jurys.numerator * residents.denominator,
        .denominator = residents.denominator * jurys.denominator,
    };
}

wide_signed tally_jury_rank(const struct tally_result *result, uint32_t option)
{
    assert(option < result->option_count);
    assert(result->outcomes != NULL);

    return result->method.jury == NULL ? result->outcomes[option].score
                                       : (wide_signed)tally_jury_combined(result, option).numerator;
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
