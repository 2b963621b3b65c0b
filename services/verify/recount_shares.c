/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Method of Equal Shares, round after round, and its completions that
 * raise what everybody is given.
 */
#include "verify/recount_shares.h"

#include <assert.h>
#include <stdlib.h>

enum { PATIENCE_MAX = 32 };

struct equal_shares *equal_shares_new(struct recount *recount)
{
    struct equal_shares *shares = calloc(1, sizeof *shares);

    if (shares == NULL) {
        return NULL;
    }
    shares->recount = recount;
    shares->by_cost = recount->definition->satisfaction == DEFINITION_BY_COST;
    shares->all_stale = recount->definition->satisfaction == DEFINITION_BY_POINTS &&
                        recount->definition->default_score.value > 0;
    shares->course = &shares->courses[0];
    shares->kept = &shares->courses[1];
    mpz_inits(shares->common, shares->steps, shares->one, shares->other, NULL);
    for (size_t i = 0; i < OPTIONS_MAX; i++) {
        mpz_inits(shares->prices[i].over.value, shares->prices[i].over.slope,
                  shares->prices[i].under, NULL);
        for (size_t k = 0; k < 2; k++) {
            mpz_inits(shares->courses[k].over[i], shares->courses[k].under[i], NULL);
        }
    }
    shares->class_purses = calloc(recount->class_count + 1, sizeof *shares->class_purses);
    shares->purses = calloc(1, sizeof *shares->purses);
    shares->free_purses = calloc(1, sizeof *shares->free_purses);
    if (shares->class_purses == NULL || shares->purses == NULL || shares->free_purses == NULL) {
        equal_shares_free(shares);
        return NULL;
    }
    mpz_inits(shares->purses[0].holds.value, shares->purses[0].holds.slope, NULL);
    shares->purses[0].first_group = NO_GROUP;
    shares->purse_count = 1;
    shares->purse_room = 1;
    return shares;
}

void equal_shares_free(struct equal_shares *shares)
{
    if (shares == NULL) {
        return;
    }
    for (size_t i = 0; i < shares->purse_count; i++) {
        mpz_clears(shares->purses[i].holds.value, shares->purses[i].holds.slope, NULL);
    }
    for (size_t i = 0; i < OPTIONS_MAX; i++) {
        mpz_clears(shares->prices[i].over.value, shares->prices[i].over.slope,
                   shares->prices[i].under, NULL);
        for (size_t k = 0; k < 2; k++) {
            mpz_clears(shares->courses[k].over[i], shares->courses[k].under[i], NULL);
        }
    }
    mpz_clears(shares->common, shares->steps, shares->one, shares->other, NULL);
    free(shares->class_purses);
    free(shares->purses);
    free(shares->free_purses);
    free(shares->groups);
    free(shares);
}

/* Who can take part at all: options with supporters. */
static void begin(struct equal_shares *shares, const mpq_t endowment)
{
    const struct recount *recount = shares->recount;

    equal_shares_endow(shares, endowment);
    shares->bounded = false;
    shares->course->count = 0;
    shares->follows = true;
    for (size_t i = 0; i < recount->definition->option_count; i++) {
        bool supported = recount->ends[i] > recount->starts[i];

        shares->prices[i].open = supported;
        shares->prices[i].stale = true;
        shares->outcome->reasons[i] = supported ? REASON_NONE : REASON_NO_SUPPORTERS;
    }
}

/* Puts out an option that a limit keeps out, or whose supporters no longer hold its cost. */
static enum recount_err look_at(struct equal_shares *shares, uint32_t option)
{
    struct outcome *outcome = shares->outcome;
    struct price *price = &shares->prices[option];
    bool affordable = true;
    enum recount_err err;

    outcome->reasons[option] = outcome_limit_whole(shares->recount, outcome, option);
    if (outcome->reasons[option] != REASON_NONE) {
        price->open = false;
        return RECOUNT_OK;
    }
    if (!price->stale) {
        return RECOUNT_OK;
    }
    err = equal_shares_price(shares, option, &affordable);
    if (!err && !affordable) {
        bool over = outcome_fit(shares->recount, outcome, option) == REASON_OVER_BUDGET;

        outcome->reasons[option] = over ? REASON_OVER_BUDGET : REASON_SUPPORTERS_SHORT;
        outcome_round(outcome, STEP_SHARES, option, false)->supporters = price->supporters;
        price->open = false;
    }
    return err;
}

/* The sign of left's rate less right's, and the difference as an amount of no particular unit. */
static int compare(const struct equal_shares *shares, uint32_t left, uint32_t right,
                   struct amount *ret_difference)
{
    const struct price *one = &shares->prices[left];
    const struct price *other = &shares->prices[right];

    mpz_mul(ret_difference->value, one->over.value, other->under);
    mpz_submul(ret_difference->value, other->over.value, one->under);
    mpz_mul(ret_difference->slope, one->over.slope, other->under);
    mpz_submul(ret_difference->slope, other->over.slope, one->under);
    return mpz_sgn(ret_difference->value);
}

/* The options of the least rate, in the order of their places; 0 when none is open. */
static size_t find_best(struct equal_shares *shares, uint32_t *best)
{
    const struct recount *recount = shares->recount;
    struct amount difference;
    size_t count = 0;

    mpz_inits(difference.value, difference.slope, NULL);
    for (uint32_t i = 0; i < recount->definition->option_count; i++) {
        int order = -1;

        if (!shares->prices[i].open) {
            continue;
        }
        if (count > 0) {
            order = compare(shares, i, best[0], &difference);
        }
        count = order < 0 ? 0 : count;
        if (order <= 0) {
            best[count] = i;
            count++;
        }
    }
    recount_sort_places(recount, best, count);
    for (uint32_t i = 0; i < recount->definition->option_count; i++) {
        if (shares->prices[i].open && i != best[0]) {
            (void)compare(shares, i, best[0], &difference); /* its sign is known */
            equal_shares_note(shares, difference.value, difference.slope,
                              recount->places[i] < recount->places[best[0]]);
        }
    }
    mpz_clears(difference.value, difference.slope, NULL);
    return count;
}

void equal_shares_keep(struct equal_shares *shares)
{
    struct course *course = shares->course;

    shares->course = shares->kept;
    shares->kept = course;
}

/* Whether an option asks no less than the one funded in this round of the run kept, or is behind it where
 * they ask the same. */
static bool stays_behind(struct equal_shares *shares, uint32_t option, size_t round)
{
    const struct recount *recount = shares->recount;
    const struct price *price = &shares->prices[option];
    const struct course *kept = shares->kept;
    int order;

    mpz_mul(shares->one, price->over.value, kept->under[round]);
    mpz_mul(shares->other, kept->over[round], price->under);
    order = mpz_cmp(shares->one, shares->other);
    return order > 0 ||
           (order == 0 && recount->places[option] > recount->places[kept->options[round]]);
}

/* Adds the option about to be funded to the run's course, and holds the round against the run kept. */
static void follow(struct equal_shares *shares, uint32_t option)
{
    const struct course *kept = shares->kept;
    struct course *course = shares->course;
    size_t round = course->count;

    course->options[round] = option;
    mpz_set(course->over[round], shares->prices[option].over.value);
    mpz_set(course->under[round], shares->prices[option].under);
    course->count++;
    shares->follows = shares->follows && round < kept->count && kept->options[round] == option;
    for (uint32_t i = 0; i < shares->recount->definition->option_count && shares->follows; i++) {
        shares->follows = i == option || !shares->prices[i].open || stays_behind(shares, i, round);
    }
}

static enum recount_err buy(struct equal_shares *shares, uint32_t option)
{
    struct outcome *outcome = shares->outcome;
    int64_t cost_krw = shares->recount->definition->options[option].cost_krw;
    int64_t spent = 0;
    enum recount_err err = equal_shares_pay(shares, option, &spent);
    struct round *round;

    if (err) {
        return err;
    }
    outcome_fund(shares->recount, outcome, option, cost_krw);
    shares->prices[option].open = false;
    round = outcome_round(outcome, STEP_SHARES, option, true);
    round->supporters = shares->prices[option].supporters;
    round->spent = spent;
    return RECOUNT_OK;
}

/* Whether an option that somebody supports is neither funded nor kept out by a limit: more money for
 * everybody could still fund it. */
static bool is_wanting(const struct equal_shares *shares)
{
    const struct recount *recount = shares->recount;

    for (uint32_t i = 0; i < recount->definition->option_count; i++) {
        if (recount->ends[i] > recount->starts[i] && !outcome_is_funded(shares->outcome, i) &&
            outcome_limit_whole(recount, shares->outcome, i) == REASON_NONE) {
            return true;
        }
    }
    return false;
}

enum recount_err equal_shares_run(struct equal_shares *shares, const mpq_t endowment,
                                  struct outcome *outcome, enum equal_shares_end *ret)
{
    uint32_t best[OPTIONS_MAX] = {0};
    size_t count = 1;
    enum recount_err err = RECOUNT_OK;

    shares->outcome = outcome;
    begin(shares, endowment);
    while (count > 0 && outcome->left_over >= 0) {
        for (uint32_t i = 0; i < shares->recount->definition->option_count && !err; i++) {
            err = shares->prices[i].open ? look_at(shares, i) : RECOUNT_OK;
        }
        count = err ? 0 : find_best(shares, best);
        if (count > 0) {
            err = outcome_tie(shares->recount, outcome, STEP_SHARES, best, count);
        }
        if (count > 0 && !err) {
            follow(shares, best[0]);
            err = buy(shares, best[0]);
        }
        if (err) {
            return err;
        }
    }
    shares->follows = shares->follows && shares->course->count == shares->kept->count;
    if (outcome->left_over < 0) {
        *ret = SHARES_OVER;
    } else {
        *ret = is_wanting(shares) ? SHARES_WITHIN : SHARES_COMPLETE;
    }
    return err;
}

/* Whether an option that somebody supports and that is not funded would fit what is left. */
static bool something_fits(const struct recount *recount, const struct outcome *outcome)
{
    for (uint32_t i = 0; i < recount->definition->option_count; i++) {
        if (!outcome_is_funded(outcome, i) && recount->ends[i] > recount->starts[i] &&
            outcome_limit_whole(recount, outcome, i) == REASON_NONE &&
            outcome_fit(recount, outcome, i) == REASON_NONE) {
            return true;
        }
    }
    return false;
}

/* A run in an outcome of its own. */
static enum recount_err run_once(struct equal_shares *shares, const mpq_t endowment,
                                 struct outcome **ret, enum equal_shares_end *ret_end)
{
    struct recount *recount = shares->recount;
    struct outcome *outcome = outcome_new(recount);
    enum recount_err err = outcome == NULL ? RECOUNT_NO_MEMORY : RECOUNT_OK;

    recount->runs++;
    if (!err && recount->progress != NULL &&
        !recount->progress(recount->progress_context, recount->runs)) {
        err = RECOUNT_STOPPED;
    }
    if (!err) {
        err = equal_shares_run(shares, endowment, outcome, ret_end);
    }
    if (err) {
        outcome_free(outcome);
        return err;
    }
    mpq_set(outcome->endowment, endowment);
    outcome->has_endowment = true;
    *ret = outcome;
    return RECOUNT_OK;
}

/* How far ahead of the last endowment that counts the next run is made. */
struct stride {
    mpz_t steps;
    mpz_t sure; /* before so many no decision changes */
    unsigned
        patience; /* after a run further ahead that was in vain, runs that are only that far … */
    unsigned rests; /* … and how many of them are still to come */
};

/* The next, once a run counts: held is whether that was since the runs between would be the same. */
static void stride_on(struct stride *stride, const mpz_t sure, bool held)
{
    mpz_set(stride->sure, sure);
    if (held) {
        mpz_mul_2exp(stride->steps, stride->steps, 1);
        stride->patience = 1;
    } else if (stride->rests > 0) {
        stride->rests--;
        mpz_set(stride->steps, sure);
    } else {
        mpz_mul_2exp(stride->steps, sure, 1);
    }
    if (mpz_cmp(stride->steps, sure) < 0) {
        mpz_set(stride->steps, sure);
    }
}

/* The next, when nobody can tell what is between. */
static void stride_back(struct stride *stride)
{
    mpz_fdiv_q_2exp(stride->steps, stride->steps, 2);
    if (mpz_cmp(stride->steps, stride->sure) <= 0) {
        mpz_set(stride->steps, stride->sure);
        stride->rests = stride->patience;
        stride->patience =
            2 * stride->patience < PATIENCE_MAX ? 2 * stride->patience : PATIENCE_MAX;
    }
}

/* Whether more money for everybody could change the outcome of a run, and the completion asks for it. */
static bool may_rise(const struct equal_shares *shares, const struct outcome *outcome,
                     enum equal_shares_end end)
{
    bool exhaustive = shares->recount->definition->completion == DEFINITION_ADD1_EXHAUSTIVE;

    return end == SHARES_WITHIN && shares->bounded &&
           !(exhaustive && !something_fits(shares->recount, outcome));
}

/*
 * Raises the endowment from *endowment to the one whose outcome is kept: the
 * first after which nothing is wanting, or the last that stays within the
 * budget. A run counts when no run between it and the last that did can come
 * out otherwise than that one; such runs are not made.
 */
static enum recount_err raise_endowment(struct equal_shares *shares, mpq_t endowment)
{
    struct stride stride = {.patience = 1};
    bool going = true;
    mpq_t at;
    enum recount_err err = RECOUNT_OK;

    mpz_inits(stride.steps, stride.sure, NULL);
    mpq_init(at);
    while (going && !err) {
        struct outcome *outcome = NULL;
        enum equal_shares_end end = SHARES_OVER;

        mpq_set_z(at, stride.steps);
        mpq_add(at, at, endowment);
        err = run_once(shares, at, &outcome, &end);
        if (err) {
            break;
        }
        if (!shares->follows && mpz_cmp(stride.steps, stride.sure) > 0) {
            stride_back(&stride);
        } else if (end == SHARES_OVER) {
            mpq_set_si(endowment, -1, 1);
            mpq_add(endowment, endowment, at);
            going = false;
        } else {
            mpq_set(endowment, at);
            going = may_rise(shares, outcome, end);
            equal_shares_keep(shares);
            stride_on(&stride, shares->steps, shares->follows);
        }
        if (shares->recount->every_step) {
            mpz_set_si(stride.steps, 1);
            mpz_set_si(stride.sure, 1);
        }
        outcome_free(outcome);
    }
    mpq_clear(at);
    mpz_clears(stride.steps, stride.sure, NULL);
    return err;
}

/* budget / votes, or (add1, add1u) the whole part of it. */
static void first_endowment(const struct recount *recount, mpq_t ret)
{
    const struct definition *d = recount->definition;

    mpz_set_si(mpq_numref(ret), d->budget_krw);
    mpz_set_si(mpq_denref(ret), recount->votes);
    if (d->completion == DEFINITION_ADD1 || d->completion == DEFINITION_ADD1U) {
        mpz_fdiv_q(mpq_numref(ret), mpq_numref(ret), mpq_denref(ret));
        mpz_set_si(mpq_denref(ret), 1);
    }
    mpq_canonicalize(ret);
}

/* Without a vote there is nobody to give anything to. */
static enum recount_err run_empty(struct recount *recount, struct outcome **ret)
{
    struct outcome *outcome = outcome_new(recount);

    if (outcome == NULL) {
        return RECOUNT_NO_MEMORY;
    }
    for (size_t i = 0; i < recount->definition->option_count; i++) {
        outcome->reasons[i] = REASON_NO_SUPPORTERS;
    }
    *ret = outcome;
    return RECOUNT_OK;
}

enum recount_err recount_shares(struct recount *recount, struct outcome **ret)
{
    enum definition_completion completion = recount->definition->completion;
    enum equal_shares_end end = SHARES_WITHIN;
    enum recount_err err = RECOUNT_OK;
    struct equal_shares *shares;
    mpq_t endowment;

    if (recount->votes == 0) {
        return run_empty(recount, ret);
    }
    shares = equal_shares_new(recount);
    if (shares == NULL) {
        return RECOUNT_NO_MEMORY;
    }
    mpq_init(endowment);
    first_endowment(recount, endowment);
    if (completion != DEFINITION_NONE && completion != DEFINITION_UTILITARIAN) {
        err = raise_endowment(shares, endowment);
    }
    if (!err) {
        err = run_once(shares, endowment, ret, &end);
    }
    assert(err || end != SHARES_OVER);
    mpq_clear(endowment);
    equal_shares_free(shares);
    return err;
}
