/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules themselves, one function each, and what they share. Only the
 * tally files include this header; everybody else calls tally_run().
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_RULES_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_RULES_H

#include "participation/domain/tally.h"

/*
 * A rule. It comes with the method, budget and scores filled in and every
 * array as long as the list of options; it fills in the rest. What it
 * leaves behind on failure the caller releases.
 */
typedef enum err tally_rule_fn(const struct election *election, struct tally_result *result);

/* By score, highest first: what fits is funded, what does not fit is passed over. */
tally_rule_fn tally_greedy;

/* An option with what its place in an order depends on. */
struct tally_place {
    uint32_t option; /* also its place in the listed order */
    int64_t score;
    int64_t cost;
    int64_t votes;
    const char *id;
};

/*
 * Sorts places by score, highest first, and equal scores by the tie rule.
 * The order is total: no two options can change places.
 */
void tally_sort(struct tally_place *places, uint32_t count, enum tally_tie_rule tie);

/* What put the first of two neighbours of one score in front of the second. */
enum tally_criterion tally_criterion_between(const struct tally_place *first,
                                             const struct tally_place *second,
                                             enum tally_tie_rule tie);

/* Marks the option funded, and takes its cost, which must fit, from what is left. */
void tally_fund(struct tally_result *result, uint32_t option, int64_t cost);

#endif
