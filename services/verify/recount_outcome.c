/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every rule does alike: paying an option, keeping limits, writing down
 * rounds and ties.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "verify/recount_internal.h"

struct outcome *outcome_new(const struct recount *recount)
{
    struct outcome *outcome = calloc(1, sizeof *outcome);

    if (outcome != NULL) {
        mpq_init(outcome->endowment);
        outcome->left_over = recount->definition->budget_krw;
    }
    return outcome;
}

void outcome_free(struct outcome *outcome)
{
    if (outcome != NULL) {
        mpq_clear(outcome->endowment);
        free(outcome->tied_options);
        free(outcome);
    }
}

bool outcome_is_funded(const struct outcome *outcome, uint32_t option)
{
    return outcome->reasons[option] == REASON_FUNDED ||
           outcome->reasons[option] == REASON_FUNDED_PARTLY;
}

/* Whether a group that the option is in has another one that is funded. */
static bool is_excluded(const struct recount *recount, const struct outcome *outcome,
                        uint32_t option)
{
    const struct definition *d = recount->definition;

    for (size_t i = 0; i < d->group_count; i++) {
        const uint32_t *numbers = d->named + d->groups[i].first;
        bool within = false;
        bool other = false;

        for (size_t k = 0; k < d->groups[i].count; k++) {
            within = within || numbers[k] - 1 == option;
            other =
                other || (numbers[k] - 1 != option && outcome_is_funded(outcome, numbers[k] - 1));
        }
        if (within && other) {
            return true;
        }
    }
    return false;
}

/* The cap of this name, or count when there is none. */
static size_t find_cap(const struct definition_cap *caps, size_t count, struct span name)
{
    size_t at = 0;

    while (at < count && !span_equal(caps[at].name, name)) {
        at++;
    }
    return at;
}

enum reason outcome_limit(const struct recount *recount, const struct outcome *outcome,
                          uint32_t option, int64_t cost_krw)
{
    const struct definition *d = recount->definition;
    const struct definition_option *what = &d->options[option];
    size_t area = find_cap(d->area_caps, d->area_cap_count, what->area);
    size_t field = find_cap(d->field_caps, d->field_cap_count, what->field);

    assert(!outcome_is_funded(outcome, option));
    if (is_excluded(recount, outcome, option)) {
        return REASON_INCOMPATIBLE;
    }
    if (area < d->area_cap_count &&
        cost_krw > d->area_caps[area].cap_krw - outcome->area_spent[area]) {
        return REASON_OVER_AREA_CAP;
    }
    if (field < d->field_cap_count &&
        cost_krw > d->field_caps[field].cap_krw - outcome->field_spent[field]) {
        return REASON_OVER_FIELD_CAP;
    }
    return REASON_NONE;
}

enum reason outcome_limit_whole(const struct recount *recount, const struct outcome *outcome,
                                uint32_t option)
{
    return outcome_limit(recount, outcome, option, recount->definition->options[option].cost_krw);
}

enum reason outcome_fit(const struct recount *recount, const struct outcome *outcome,
                        uint32_t option)
{
    int64_t cost_krw = recount->definition->options[option].cost_krw;

    if (cost_krw > recount->definition->budget_krw) {
        return REASON_OVER_BUDGET;
    }
    return cost_krw > outcome->left_over ? REASON_OVER_LEFT : REASON_NONE;
}

bool reason_is_limit(enum reason reason)
{
    return reason == REASON_INCOMPATIBLE || reason == REASON_OVER_AREA_CAP ||
           reason == REASON_OVER_FIELD_CAP;
}

static int64_t least_of(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

enum reason outcome_offer(const struct recount *recount, const struct outcome *outcome,
                          uint32_t option, int64_t *ret_krw)
{
    const struct definition *d = recount->definition;
    const struct definition_option *what = &d->options[option];
    int64_t least_krw = what->min_cost_krw > 0 ? what->min_cost_krw : what->cost_krw;
    enum reason limit = outcome_limit(recount, outcome, option, least_krw);
    size_t area = find_cap(d->area_caps, d->area_cap_count, what->area);
    size_t field = find_cap(d->field_caps, d->field_cap_count, what->field);
    int64_t krw = least_of(what->cost_krw, outcome->left_over);

    if (limit != REASON_NONE) {
        return limit;
    }
    if (least_krw > d->budget_krw) {
        return REASON_OVER_BUDGET;
    }
    if (least_krw > outcome->left_over) {
        return REASON_OVER_LEFT;
    }
    if (area < d->area_cap_count) {
        krw = least_of(krw, d->area_caps[area].cap_krw - outcome->area_spent[area]);
    }
    if (field < d->field_cap_count) {
        krw = least_of(krw, d->field_caps[field].cap_krw - outcome->field_spent[field]);
    }
    assert(krw >= least_krw);
    *ret_krw = krw;
    return REASON_NONE;
}

void outcome_fund(const struct recount *recount, struct outcome *outcome, uint32_t option,
                  int64_t cost_krw)
{
    const struct definition *d = recount->definition;
    size_t area = find_cap(d->area_caps, d->area_cap_count, d->options[option].area);
    size_t field = find_cap(d->field_caps, d->field_cap_count, d->options[option].field);

    assert(!outcome_is_funded(outcome, option));
    assert(cost_krw > 0);
    outcome->reasons[option] = REASON_FUNDED;
    outcome->funded[outcome->funded_count] = option;
    outcome->funded_count++;
    outcome->left_over -= cost_krw;
    if (area < d->area_cap_count) {
        outcome->area_spent[area] += cost_krw;
    }
    if (field < d->field_cap_count) {
        outcome->field_spent[field] += cost_krw;
    }
}

struct round *outcome_round(struct outcome *outcome, enum step step, uint32_t option, bool funded)
{
    struct round *round = &outcome->rounds[outcome->round_count];

    assert(outcome->round_count < ROUNDS_MAX);
    outcome->round_count++;
    *round = (struct round){
        .step = step, .option = option, .funded = funded, .left_over = outcome->left_over};
    return round;
}

/* Whether all of count options are among those of the last tie. */
static bool repeats_last(const struct outcome *outcome, const uint32_t *options, size_t count)
{
    const struct tie *last = &outcome->ties[outcome->tie_count - 1];
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < last->count; k++) {
            found += outcome->tied_options[last->first + k] == options[i] ? 1U : 0U;
        }
    }
    return found == count;
}

enum recount_err outcome_tie(const struct recount *recount, struct outcome *outcome, enum step step,
                             const uint32_t *options, size_t count)
{
    bool by_score = step == STEP_TURN || step == STEP_FILL;

    if (count < 2) {
        return RECOUNT_OK;
    }
    if (!by_score && outcome->tie_count > 0 && repeats_last(outcome, options, count)) {
        return RECOUNT_OK;
    }
    if (outcome->tied_count + count > outcome->tied_room) {
        size_t room = (outcome->tied_count + count) * 2;
        uint32_t *moved = realloc(outcome->tied_options, room * sizeof *moved);

        if (moved == NULL) {
            return RECOUNT_NO_MEMORY;
        }
        outcome->tied_options = moved;
        outcome->tied_room = room;
    }
    assert(outcome->tie_count < ROUNDS_MAX);
    memcpy(outcome->tied_options + outcome->tied_count, options, count * sizeof *options);
    recount_sort_places(recount, outcome->tied_options + outcome->tied_count, count);
    outcome->ties[outcome->tie_count] = (struct tie){.step = step,
                                                     .first = outcome->tied_count,
                                                     .count = count,
                                                     .rounds_before = outcome->round_count};
    outcome->tie_count++;
    outcome->tied_count += count;
    return RECOUNT_OK;
}
