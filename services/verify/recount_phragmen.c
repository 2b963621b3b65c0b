/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phragmén's sequential rule. Every vote's load is that of the last funded
 * option that it supports, so votes only keep which one that was.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "verify/recount_internal.h"

struct loads {
    struct recount *recount;
    struct outcome *outcome;
    uint32_t *last;        /* of each class: the last funded option it supports, plus 1; or 0 */
    mpq_t of[OPTIONS_MAX]; /* what each supporter of a funded option bears; else what it would be */
    int64_t supporters[OPTIONS_MAX];
};

/* (what its supporters bear + its cost) / supporters, which no supporters leave without a value. */
static void weigh(struct loads *loads, uint32_t option)
{
    const struct recount *recount = loads->recount;
    int64_t bearing[OPTIONS_MAX] = {0};
    int64_t supporters = 0;
    mpq_t part;

    for (size_t i = recount->starts[option]; i < recount->ends[option]; i++) {
        uint32_t class = recount->supporters[i].class;
        int64_t votes = recount->classes[class].votes;

        supporters += votes;
        if (loads->last[class] > 0) {
            bearing[loads->last[class] - 1] += votes;
        }
    }
    loads->supporters[option] = supporters;
    if (supporters == 0) {
        return;
    }
    mpq_init(part);
    mpq_set_si(loads->of[option], recount->definition->options[option].cost_krw, 1);
    for (size_t i = 0; i < recount->definition->option_count; i++) {
        if (bearing[i] > 0) {
            mpq_set_si(part, bearing[i], 1);
            mpq_mul(part, part, loads->of[i]);
            mpq_add(loads->of[option], loads->of[option], part);
        }
    }
    mpq_set_si(part, supporters, 1);
    mpq_div(loads->of[option], loads->of[option], part);
    mpq_clear(part);
}

/* Negative when left bears less; an option without supporters bears more than any with some. */
static int compare(const struct loads *loads, uint32_t left, uint32_t right)
{
    bool left_has = loads->supporters[left] > 0;
    bool right_has = loads->supporters[right] > 0;

    if (!left_has || !right_has) {
        return (right_has ? 1 : 0) - (left_has ? 1 : 0);
    }
    return mpq_cmp(loads->of[left], loads->of[right]);
}

/* The options that bear the least, of those that limits and the whole budget admit. */
static size_t find_least(struct loads *loads, uint32_t *least)
{
    size_t count = 0;

    for (uint32_t i = 0; i < loads->recount->definition->option_count; i++) {
        int order;

        if (outcome_is_funded(loads->outcome, i) ||
            outcome_limit_whole(loads->recount, loads->outcome, i) != REASON_NONE ||
            outcome_fit(loads->recount, loads->outcome, i) == REASON_OVER_BUDGET) {
            continue;
        }
        weigh(loads, i);
        order = count == 0 ? -1 : compare(loads, i, least[0]);
        if (order < 0) {
            count = 0;
        }
        if (order <= 0) {
            least[count] = i;
            count++;
        }
    }
    recount_sort_places(loads->recount, least, count);
    return count;
}

static void fund(struct loads *loads, uint32_t option)
{
    struct recount *recount = loads->recount;

    outcome_fund(recount, loads->outcome, option, recount->definition->options[option].cost_krw);
    outcome_round(loads->outcome, STEP_LOAD, option, true)->supporters = loads->supporters[option];
    for (size_t i = recount->starts[option]; i < recount->ends[option]; i++) {
        loads->last[recount->supporters[i].class] = option + 1;
    }
}

/* Whether one of them costs more than what is left, which ends the rule for all. */
static bool any_unfit(const struct loads *loads, const uint32_t *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (outcome_fit(loads->recount, loads->outcome, options[i]) != REASON_NONE) {
            return true;
        }
    }
    return false;
}

/* Why an option is not funded, as things stand at the end. */
static enum reason why_not(const struct recount *recount, const struct outcome *outcome,
                           uint32_t option)
{
    enum reason reason = outcome_limit_whole(recount, outcome, option);

    if (reason == REASON_NONE) {
        reason = outcome_fit(recount, outcome, option);
    }
    return reason == REASON_NONE ? REASON_STOPPED : reason;
}

static enum recount_err run(struct loads *loads)
{
    struct outcome *outcome = loads->outcome;
    uint32_t least[OPTIONS_MAX];
    size_t count = find_least(loads, least);

    while (count > 0 && !any_unfit(loads, least, count)) {
        enum recount_err err = outcome_tie(loads->recount, outcome, STEP_LOAD, least, count);

        if (err) {
            return err;
        }
        fund(loads, least[0]);
        count = find_least(loads, least);
    }
    for (uint32_t i = 0; i < loads->recount->definition->option_count; i++) {
        if (!outcome_is_funded(outcome, i)) {
            outcome->reasons[i] = why_not(loads->recount, outcome, i);
        }
    }
    return RECOUNT_OK;
}

enum recount_err recount_phragmen(struct recount *recount, struct outcome *outcome)
{
    struct loads *loads = calloc(1, sizeof *loads);
    uint32_t *last = calloc(recount->class_count + 1, sizeof *last);
    enum recount_err err = RECOUNT_NO_MEMORY;

    if (loads == NULL || last == NULL) {
        goto out;
    }
    loads->recount = recount;
    loads->outcome = outcome;
    loads->last = last;
    for (size_t i = 0; i < OPTIONS_MAX; i++) {
        mpq_init(loads->of[i]);
    }
    err = run(loads);
    for (size_t i = 0; i < OPTIONS_MAX; i++) {
        mpq_clear(loads->of[i]);
    }

out:
    free(last);
    free(loads);
    return err;
}
