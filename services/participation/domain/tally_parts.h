/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Combined scores: exact, and put in order without a fraction. Only the tally
 * files and what writes results include this header. Pure; any thread.
 *
 *   of a part   weight * score / highest score of any option
 *   combined    the sum over all parts, out of the sum of the weights
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_PARTS_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_PARTS_H

#include "participation/domain/tally.h"
#include "participation/domain/wide.h"

/* numerator / denominator, not in lowest terms. */
struct tally_fraction {
    wide numerator;
    wide denominator;
};

/* Room for a combined score as text: two numbers of at most 322 bits, a stroke and a NUL. */
#define TALLY_COMBINED_SIZE 256

/* Whether the method's parts, if it has any, are as tally.h says, with a rule that can use them. */
bool tally_parts_are_sound(const struct tally_method *method);

/*
 * Finds what each option has of each part, and ranks options by the combined score (by that and the cost,
 * where the method's turns go by both).
 *
 * ERR_INVALID   a score is negative.
 * ERR_CONFLICT  the election has not the groups that the parts are of.
 * ERR_FULL      a score does not fit, or there is no memory.
 */
ERR_CHECKED enum err tally_parts_measure(const struct election *election,
                                         struct tally_result *result);

/* Whether votes are weighed by channel, and against a jury's scores. */
bool tally_parts_by_channel(const struct tally_method *method);
bool tally_parts_by_jury(const struct tally_method *method);

/* What an option has of a part of a result that was measured, in the part's own units, and as weighed. */
int64_t tally_part_score(const struct tally_result *result, uint32_t part, uint32_t option);
struct tally_fraction tally_part_share(const struct tally_result *result, uint32_t part,
                                       uint32_t option);

/* Scores' decimal places: units of 10^-scale. */
unsigned tally_part_scale(const struct tally_result *result, uint32_t part);

/* The combined score as a whole number or a fraction in lowest terms: "290/3". */
void tally_parts_combined(const struct tally_result *result, uint32_t option,
                          char ret[TALLY_COMBINED_SIZE]);

/* The same in hundredths, cut: for people. */
int64_t tally_parts_hundredths(const struct tally_result *result, uint32_t option);

/* The same number in lowest terms. */
struct tally_fraction tally_fraction_reduce(struct tally_fraction fraction);

#endif
