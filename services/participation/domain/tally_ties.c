/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a result remembers of its rounds and ties. A tie must be in the order
 * the tie rule gave it.
 */
#include <assert.h>
#include <stdlib.h>

#include "participation/domain/tally_rules.h"

#define TIE_OPTIONS_FIRST 64

void tally_fund(struct tally_result *result, uint32_t option, int64_t cost)
{
    struct tally_outcome *outcome = &result->outcomes[option];

    assert(cost >= 0);
    assert(cost <= result->left_over);
    assert(!outcome->funded);
    assert(result->funded_count < result->option_count);

    outcome->funded = true;
    outcome->reason = TALLY_FUNDED;
    outcome->granted = cost;
    result->funded[result->funded_count] = option;
    result->funded_count++;
    result->total_cost += cost;
    result->left_over -= cost;
    assert(result->total_cost + result->left_over == result->budget);
}

void tally_note_round(struct tally_result *result, const struct tally_round *round)
{
    assert(result->round_count < TALLY_ROUNDS_PER_OPTION * result->option_count);
    assert(round->option < result->option_count);

    result->rounds[result->round_count] = *round;
    result->rounds[result->round_count].left_over = result->left_over;
    result->round_count++;
}

enum err tally_tie_reserve(struct tally_result *result, uint32_t count)
{
    uint32_t capacity = result->tie_option_capacity;
    uint32_t *grown;

    assert(result->tie_option_count <= capacity);

    if (count > TALLY_TIE_OPTIONS_MAX - result->tie_option_count) {
        return ERR_FULL;
    }
    if (result->tie_option_count + count <= capacity) {
        return ERR_OK;
    }
    capacity = capacity == 0 ? TIE_OPTIONS_FIRST : capacity;
    while (capacity < result->tie_option_count + count) {
        capacity *= 2;
    }
    grown = realloc(result->tie_options, capacity * sizeof *grown);
    if (grown == NULL) {
        return ERR_FULL;
    }
    result->tie_options = grown;
    result->tie_option_capacity = capacity;
    return ERR_OK;
}

enum err tally_tie_begin(struct tally_result *result)
{
    assert(result->tie_count < TALLY_ROUNDS_PER_OPTION * result->option_count);

    result->ties[result->tie_count] = (struct tally_tie){
        .first = result->tie_option_count,
        .round = result->round_count,
    };
    return ERR_OK;
}

enum err tally_tie_add(struct tally_result *result, uint32_t option)
{
    struct tally_tie *tie = &result->ties[result->tie_count];
    enum err err = tally_tie_reserve(result, tie->count + 1);

    assert(option < result->option_count);

    if (!err) {
        result->tie_options[tie->first + tie->count] = option;
        tie->count++;
    }
    return err;
}

/* Whether every option of the tie was in the tie noted before it, by the same kind of step. */
static bool is_rest_of_last(const struct tally_result *result, const struct tally_tie *tie)
{
    const struct tally_tie *last = tie - 1;
    uint32_t found = 0;

    if (result->tie_count == 0 || last->step != tie->step) {
        return false;
    }
    /* Both are in the order of the tie rule, so one walk along the two is enough. */
    for (uint32_t i = 0; i < last->count && found < tie->count; i++) {
        if (result->tie_options[last->first + i] == result->tie_options[tie->first + found]) {
            found++;
        }
    }
    return found == tie->count;
}

static void sort_by_rank(uint32_t *options, uint32_t count, const uint32_t *ranks)
{
    for (uint32_t i = 1; i < count; i++) {
        uint32_t option = options[i];
        uint32_t place = i;

        for (; place > 0 && ranks[options[place - 1]] > ranks[option]; place--) {
            options[place] = options[place - 1];
        }
        options[place] = option;
    }
}

enum err tally_tie_end(struct tally_result *result, const struct tally_tie_note *note)
{
    struct tally_tie *tie = &result->ties[result->tie_count];
    uint32_t *options = result->tie_options + tie->first;

    assert(tie->count > 0);
    assert(note->ranks != NULL);

    tie->step = note->step;
    sort_by_rank(options, tie->count, note->ranks);
    if (tie->count < 2 || is_rest_of_last(result, tie)) {
        return ERR_OK;
    }
    for (uint32_t i = 1; i < tie->count; i++) {
        struct tally_place before = tally_place_of(note->election, &result->method, options[i - 1]);
        struct tally_place after = tally_place_of(note->election, &result->method, options[i]);

        tie->decided_by |= 1u << tally_criterion_between(&before, &after, result->method.tie);
    }
    result->tie_option_count += tie->count;
    result->tie_count++;
    return ERR_OK;
}

void tally_result_clear(struct tally_result *result)
{
    for (uint32_t option = 0; option < result->option_count; option++) {
        result->outcomes[option].funded = false;
        result->outcomes[option].reason = TALLY_FUNDED;
        result->outcomes[option].granted = 0;
    }
    result->total_cost = 0;
    result->left_over = result->budget;
    result->funded_count = 0;
    result->round_count = 0;
    result->tie_count = 0;
    result->tie_option_count = 0;
    result->endowment = (struct tally_given){.present = false};
}
