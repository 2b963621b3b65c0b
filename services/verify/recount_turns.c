/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns by score: greedy and its variants, the fill behind equal shares, and
 * the partial fit at their end.
 */
#include <assert.h>

#include "verify/recount_internal.h"

/* Options in the order of their turns. */
struct turns {
    const struct recount *recount;
    bool by_rate;
    uint32_t options[OPTIONS_MAX];
    size_t count;
};

/* left against right by score, or by score / cost without dividing. */
static int compare_scores(const struct turns *turns, uint32_t left, uint32_t right)
{
    const struct recount *recount = turns->recount;
    const struct definition_option *options = recount->definition->options;
    mpz_t one;
    mpz_t other;
    int order;

    if (!turns->by_rate && recount->part_count == 0) {
        return (recount->scores[left] > recount->scores[right]) -
               (recount->scores[left] < recount->scores[right]);
    }
    mpz_init(one);
    mpz_init(other);
    recount_rank(recount, left, one);
    recount_rank(recount, right, other);
    if (turns->by_rate) {
        mpz_mul_si(one, one, options[right].cost_krw);
        mpz_mul_si(other, other, options[left].cost_krw);
    }
    order = mpz_cmp(one, other);
    mpz_clear(one);
    mpz_clear(other);
    return order;
}

/* The higher score first, the tie rule's order where they are equal. */
static bool comes_before(const struct turns *turns, uint32_t left, uint32_t right)
{
    int order = compare_scores(turns, left, right);

    return order > 0 ||
           (order == 0 && turns->recount->places[left] < turns->recount->places[right]);
}

static void put_in_order(struct turns *turns)
{
    for (size_t i = 1; i < turns->count; i++) {
        uint32_t option = turns->options[i];
        size_t at = i;

        while (at > 0 && comes_before(turns, option, turns->options[at - 1])) {
            turns->options[at] = turns->options[at - 1];
            at--;
        }
        turns->options[at] = option;
    }
}

/* All options that have a turn: not those funded already, nor those below the threshold. */
static void take_part(struct turns *turns, struct outcome *outcome)
{
    const struct recount *recount = turns->recount;
    const struct definition *d = recount->definition;

    for (uint32_t i = 0; i < d->option_count; i++) {
        if (d->threshold.present && recount->scores[i] < d->threshold.value) {
            outcome->reasons[i] = REASON_BELOW_THRESHOLD;
        } else if (!outcome_is_funded(outcome, i)) {
            turns->options[turns->count] = i;
            turns->count++;
        }
    }
}

/* Those of one score, from first on, that could be funded now. Where the first that does not fit ends
 * everything, one that does not fit matters as much as one that does. */
static enum recount_err note_tie(const struct turns *turns, struct outcome *outcome, enum step step,
                                 size_t first, bool no_skip)
{
    uint32_t tied[OPTIONS_MAX];
    size_t count = 0;

    for (size_t i = first; i < turns->count; i++) {
        uint32_t option = turns->options[i];
        int64_t krw = 0;
        enum reason reason = outcome_offer(turns->recount, outcome, option, &krw);

        if (compare_scores(turns, turns->options[first], option) != 0) {
            break;
        }
        if (reason == REASON_NONE || (no_skip && !reason_is_limit(reason))) {
            tied[count] = option;
            count++;
        }
    }
    return outcome_tie(turns->recount, outcome, step, tied, count);
}

/* One turn; true when the rule goes on after it. */
static bool take_turn(const struct recount *recount, struct outcome *outcome, enum step step,
                      uint32_t option, bool no_skip)
{
    int64_t krw = 0;
    enum reason reason = outcome_offer(recount, outcome, option, &krw);

    if (reason == REASON_NONE) {
        outcome_fund(recount, outcome, option, krw);
    } else {
        outcome->reasons[option] = reason;
    }
    if (reason == REASON_NONE && krw < recount->definition->options[option].cost_krw) {
        outcome->reasons[option] = REASON_FUNDED_PARTLY;
        outcome->granted[option] = krw;
    }
    (void)outcome_round(outcome, step, option, reason == REASON_NONE); /* it has all it needs */
    return !(no_skip && reason != REASON_NONE && !reason_is_limit(reason));
}

enum recount_err recount_turns(struct recount *recount, struct outcome *outcome, enum step step,
                               bool by_rate)
{
    struct turns turns = {.recount = recount, .by_rate = by_rate};
    bool no_skip = recount->definition->rule == DEFINITION_GREEDY_NO_SKIP;
    enum recount_err err = RECOUNT_OK;
    bool going = true;

    assert(step == STEP_TURN || step == STEP_FILL);
    take_part(&turns, outcome);
    put_in_order(&turns);
    for (size_t i = 0; i < turns.count && !err; i++) {
        uint32_t option = turns.options[i];

        if (!going) {
            outcome->reasons[option] = REASON_STOPPED;
            continue;
        }
        if (i == 0 || compare_scores(&turns, turns.options[i - 1], option) != 0) {
            err = note_tie(&turns, outcome, step, i, no_skip);
        }
        going = take_turn(recount, outcome, step, option, no_skip);
    }
    return err;
}

/* The first option whose turn came and that did not fit, of those that limits admit to what is left now;
 * or option_count. */
static uint32_t first_unfit(const struct recount *recount, const struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->round_count; i++) {
        const struct round *round = &outcome->rounds[i];
        enum reason reason = outcome->reasons[round->option];

        if ((round->step == STEP_TURN || round->step == STEP_FILL) &&
            (reason == REASON_OVER_BUDGET || reason == REASON_OVER_LEFT) &&
            outcome_limit(recount, outcome, round->option, outcome->left_over) == REASON_NONE) {
            return round->option;
        }
    }
    return (uint32_t)recount->definition->option_count;
}

/* Whether what is left is at least numerator / denominator of the cost. */
static bool is_share(const struct definition *d, int64_t left_over, int64_t cost_krw)
{
    mpz_t left;
    mpz_t share;
    bool enough;

    mpz_init_set_si(left, left_over);
    mpz_init_set_si(share, cost_krw);
    mpz_mul_ui(left, left, d->fit_denominator);
    mpz_mul_ui(share, share, d->fit_numerator);
    enough = mpz_cmp(left, share) >= 0;
    mpz_clear(left);
    mpz_clear(share);
    return enough;
}

void recount_partial_fit(const struct recount *recount, struct outcome *outcome)
{
    const struct definition *d = recount->definition;
    uint32_t option = first_unfit(recount, outcome);

    if (d->fit_denominator == 0 || option == d->option_count || outcome->left_over == 0 ||
        !is_share(d, outcome->left_over, d->options[option].cost_krw)) {
        return;
    }
    outcome->granted[option] = outcome->left_over;
    outcome_fund(recount, outcome, option, outcome->left_over);
    outcome->reasons[option] = REASON_FUNDED_PARTLY;
    (void)outcome_round(outcome, STEP_PARTIAL_FIT, option, true); /* it has all it needs */
}
