/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rule is carried out, and what follows it: the quorum first, then the
 * rule, then what fills up the budget. The comparison carries out two.
 */
#include <assert.h>

#include "verify/recount_internal.h"

/* By score, all of the budget. */
static enum recount_err run_greedy(struct recount *recount, bool by_rate, struct outcome **ret)
{
    struct outcome *outcome = outcome_new(recount);
    enum recount_err err;

    if (outcome == NULL) {
        return RECOUNT_NO_MEMORY;
    }
    err = recount_turns(recount, outcome, STEP_TURN, by_rate);
    if (err) {
        outcome_free(outcome);
        return err;
    }
    recount_partial_fit(recount, outcome);
    *ret = outcome;
    return RECOUNT_OK;
}

static enum recount_err run_shares(struct recount *recount, struct outcome **ret)
{
    const struct definition *d = recount->definition;
    bool fills = d->completion == DEFINITION_ADD1U || d->completion == DEFINITION_UTILITARIAN;
    struct outcome *outcome = NULL;
    enum recount_err err = recount_support(recount, d->satisfaction == DEFINITION_BY_POINTS);

    if (!err) {
        err = recount_shares(recount, &outcome);
    }
    if (!err && fills) {
        err = recount_turns(recount, outcome, STEP_FILL, false);
    }
    if (err) {
        outcome_free(outcome);
        return err;
    }
    if (fills) {
        recount_partial_fit(recount, outcome);
    }
    *ret = outcome;
    return RECOUNT_OK;
}

static enum recount_err run_phragmen(struct recount *recount, struct outcome **ret)
{
    struct outcome *outcome = outcome_new(recount);
    enum recount_err err = outcome == NULL ? RECOUNT_NO_MEMORY : RECOUNT_OK;

    if (!err) {
        err = recount_support(recount, false);
    }
    if (!err) {
        err = recount_phragmen(recount, outcome);
    }
    if (err) {
        outcome_free(outcome);
        return err;
    }
    *ret = outcome;
    return RECOUNT_OK;
}

/* Voters with more funded options that they named under greedy, and those with more under shares. An
 * option funded partly counts for neither. */
static void compare(struct recount *recount, const struct outcome *greedy,
                    const struct outcome *shares)
{
    for (size_t i = 0; i < recount->class_count; i++) {
        const struct vote_class *class = &recount->classes[i];
        size_t by_greedy = 0;
        size_t by_shares = 0;

        for (size_t k = 0; k < class->count; k++) {
            uint32_t option = recount->choices[class->first + k].option - 1;

            by_greedy += greedy->reasons[option] == REASON_FUNDED ? 1U : 0U;
            by_shares += shares->reasons[option] == REASON_FUNDED ? 1U : 0U;
        }
        recount->prefer_greedy += by_greedy > by_shares ? class->votes : 0;
        recount->prefer_shares += by_shares > by_greedy ? class->votes : 0;
    }
    recount->compared = true;
    recount->greedy_wins = recount->prefer_greedy > recount->prefer_shares;
}

static enum recount_err run_comparison(struct recount *recount, struct outcome **ret)
{
    struct outcome *greedy = NULL;
    struct outcome *shares = NULL;
    enum recount_err err = run_greedy(recount, false, &greedy);

    if (!err) {
        err = run_shares(recount, &shares);
    }
    if (!err) {
        compare(recount, greedy, shares);
        *ret = recount->greedy_wins ? greedy : shares;
        outcome_free(recount->greedy_wins ? shares : greedy);
        return RECOUNT_OK;
    }
    outcome_free(greedy);
    outcome_free(shares);
    return err;
}

static enum recount_err run_nothing(struct recount *recount, struct outcome **ret)
{
    struct outcome *outcome = outcome_new(recount);

    if (outcome == NULL) {
        return RECOUNT_NO_MEMORY;
    }
    for (size_t i = 0; i < recount->definition->option_count; i++) {
        outcome->reasons[i] = REASON_QUORUM_MISSED;
    }
    *ret = outcome;
    return RECOUNT_OK;
}

static enum recount_err run_rule(struct recount *recount)
{
    const struct definition *d = recount->definition;

    if (recount->quorum_missed) {
        return run_nothing(recount, &recount->outcome);
    }
    switch (d->rule) {
    case DEFINITION_GREEDY:
    case DEFINITION_GREEDY_NO_SKIP:
    case DEFINITION_GREEDY_THRESHOLD:
        return run_greedy(recount, d->satisfaction == DEFINITION_BY_CARDINALITY, &recount->outcome);
    case DEFINITION_EQUAL_SHARES:
        return run_shares(recount, &recount->outcome);
    case DEFINITION_PHRAGMEN:
        return run_phragmen(recount, &recount->outcome);
    case DEFINITION_COMPARISON:
        return run_comparison(recount, &recount->outcome);
    case DEFINITION_RULE_END:
        break;
    }
    assert(false);
    return RECOUNT_NO_MEMORY;
}

void recount_electorate(struct recount *recount, int64_t electorate)
{
    assert(electorate >= 0);
    assert(recount->outcome == NULL);
    recount->has_electorate = true;
    recount->electorate = electorate;
}

void recount_invalid(struct recount *recount, int64_t invalid)
{
    assert(invalid >= 0);
    assert(recount->outcome == NULL);
    recount->invalid = invalid;
}

/* The number, or the least whole number of voters that is the share, whichever is more. */
static int64_t quorum_of(const struct recount *recount)
{
    const struct definition *d = recount->definition;
    int64_t needed = 0;
    mpz_t share;

    if (d->quorum_denominator > 0) {
        mpz_init_set_si(share, recount->electorate);
        mpz_mul_ui(share, share, d->quorum_numerator);
        mpz_cdiv_q_ui(share, share, d->quorum_denominator);
        needed = mpz_get_si(share);
        mpz_clear(share);
    }
    return needed > d->quorum ? needed : d->quorum;
}

enum recount_err recount_run(struct recount *recount, struct span seed,
                             recount_progress_fn *progress, void *context)
{
    bool lot = recount->definition->tie == DEFINITION_TIE_LOT;
    enum recount_err err;

    assert(recount->outcome == NULL);
    if (lot != (seed.data != NULL) || seed.length > RECOUNT_SEED_MAX) {
        return RECOUNT_NO_LOT;
    }
    if (recount->has_jury != (recount->definition->jury_whole > 0)) {
        return RECOUNT_NO_JURY;
    }
    if (recount->definition->quorum_denominator > 0 && !recount->has_electorate) {
        return RECOUNT_NO_ROLL;
    }
    recount->seed = seed;
    recount->progress = progress;
    recount->progress_context = context;
    recount_scores(recount);
    recount_weigh(recount);
    recount->quorum = quorum_of(recount);
    recount->quorum_missed = recount->votes + recount->invalid < recount->quorum;
    err = recount_order(recount);
    return err ? err : run_rule(recount);
}
