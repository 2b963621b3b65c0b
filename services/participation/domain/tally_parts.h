/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The combined score of residents' votes and a jury's scores: exact, as a
 * number of parts of what all options have in common, so that two options are
 * compared without a fraction. Only the tally files and what writes results
 * include this header. Pure; any thread.
 *
 *   residents' part  resident_weight * score / highest_score
 *   jury's part      jury_weight * jury's score / highest_jury
 *   combined         their sum, out of resident_weight + jury_weight
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_JURY_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_JURY_H

#include "participation/domain/tally.h"
#include "participation/domain/wide.h"

/* numerator / denominator, not in lowest terms. */
struct tally_fraction {
    wide numerator;
    wide denominator;
};

/* Whether the method's jury, if it has one, has weights within their maximum and a rule that can use it. */
bool tally_jury_is_sound(const struct tally_method *method);

/*
 * Finds the highest of both parts, once the scores are there.
 *
 * ERR_INVALID  a score of the jury's or of the residents' is negative.
 * ERR_FULL     a combined score times the highest cost would not fit.
 */
ERR_CHECKED enum err tally_jury_measure(const struct election *election,
                                        struct tally_result *result);

/* What options are put in order by: the combined score in parts of highest_score * highest_jury; without a
 * jury the score. */
wide_signed tally_jury_rank(const struct tally_result *result, uint32_t option);

/* The parts of a result that was measured, and their sum. */
struct tally_fraction tally_jury_residents(const struct tally_result *result, uint32_t option);
struct tally_fraction tally_jury_jurys(const struct tally_result *result, uint32_t option);
struct tally_fraction tally_jury_combined(const struct tally_result *result, uint32_t option);

/* The same number in lowest terms. */
struct tally_fraction tally_fraction_reduce(struct tally_fraction fraction);

#endif
