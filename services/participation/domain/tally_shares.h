/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Method of Equal Shares, one run for one endowment. Only the tally
 * files include this header; completions are in tally_complete.c.
 *
 * Every decision is exact. Balances are kept as lower bounds in 64 bits with
 * one bound on what they may lack; where the bounds of two numbers overlap,
 * the fractions themselves are compared (tally_exact.h).
 *
 * A run can also say for how many further steps of the endowment every
 * decision stays as it was, so that nobody need count those again: balances
 * rise with the endowment and prices fall, and the run carries bounds on how
 * fast, valid over a horizon of steps. Neither the total cost nor
 * exhaustiveness is monotone, so nothing may be concluded from either.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_SHARES_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_SHARES_H

#include "participation/domain/tally_classes.h"
#include "participation/domain/wide.h"

/* An endowment: whole + part / divisor units of money, part < divisor. */
struct tally_endowment {
    int64_t whole;
    uint32_t part;
    uint32_t divisor;
};

/* What is counted, borrowed for as long as the runs last. */
struct tally_shares_terms {
    const struct election *election;
    const struct tally_classes *classes;
    const uint32_t *ranks; /* per option its place in the order of the tie rule */
    enum tally_satisfaction satisfaction;
    uint64_t step; /* by how much one step raises the endowment, in units of money */
    const struct tally_limits *limits; /* NULL: none */
};

/* What a run found. Arrays belong to the runner and last until its next run. */
struct tally_shares_outcome {
    const uint32_t *funded;
    uint32_t funded_count;
    uint32_t barred_count; /* options with supporters that the limits put out, whoever could pay */
    bool over_budget;      /* the total passed the budget; the run ended there */
    int64_t total_cost;
    uint64_t skip; /* for so many steps more every decision is the same; at most the horizon */
};

struct tally_shares;

/* Makes a runner; the caller frees it. ERR_FULL when there is no memory. */
ERR_CHECKED enum err tally_shares_new(const struct tally_shares_terms *terms,
                                      struct tally_shares **ret);

/* Frees the runner. Takes NULL. */
void tally_shares_free(struct tally_shares *shares);

/*
 * Counts from scratch. horizon 0 asks for no skip. record, when not NULL, is
 * a result whose arrays are reserved: it gets funded options, rounds, ties
 * and reasons. ERR_FULL when a number or an array gets too large.
 */
ERR_CHECKED enum err tally_shares_run(struct tally_shares *shares,
                                      const struct tally_endowment *endowment, uint64_t horizon,
                                      struct tally_result *record,
                                      struct tally_shares_outcome *ret);

/* Whether the limits put the option out in the last run. */
bool tally_shares_is_barred(const struct tally_shares *shares, uint32_t option);

#endif
