/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Greedy: by score, take what fits, skip what does not. It must never stop
 * early: what remains unfunded does not fit what is left.
 */
#include <assert.h>
#include <stdlib.h>

#include "participation/domain/tally_rules.h"

/* The options that take part, with their places; the withdrawn ones are settled here. */
static uint32_t gather(const struct election *election, struct tally_result *result,
                       struct tally_place *ret_places)
{
    uint32_t count = 0;

    assert(ret_places != NULL);
    assert(result->option_count == election_option_count(election));

    for (uint32_t i = 0; i < result->option_count; i++) {
        const struct election_option *option = election_option(election, i);

        if (option->withdrawn) {
            result->outcomes[i].reason = TALLY_WITHDRAWN;
            continue;
        }
        ret_places[count++] = (struct tally_place){
            .option = i,
            .score = result->outcomes[i].score,
            .cost = option->cost,
            .votes = option->votes,
            .id = option->id,
        };
    }
    return count;
}

/*
 * Writes down the tie among the places of one score, if two or more of them
 * fit what is left. Those that do not fit now cannot be helped by any order.
 */
static void note_tie(struct tally_result *result, const struct tally_place *places, uint32_t count)
{
    struct tally_tie tie = {.first = result->tie_option_count, .score = places[0].score};
    const struct tally_place *before = NULL;
    int64_t left = result->left_over;

    assert(count > 0);
    assert(result->tie_option_count + count <= result->option_count);

    for (uint32_t i = 0; i < count; i++) {
        assert(places[i].score == tie.score);
        if (places[i].cost > result->left_over) {
            continue;
        }
        result->tie_options[tie.first + tie.count] = places[i].option;
        tie.count++;
        if (before != NULL) {
            tie.decided_by |= 1u << tally_criterion_between(before, &places[i], result->method.tie);
        }
        before = &places[i];
        tie.decisive = tie.decisive || places[i].cost > left;
        left -= tie.decisive ? 0 : places[i].cost;
    }
    if (tie.count < 2) {
        return;
    }
    result->tie_option_count += tie.count;
    result->ties[result->tie_count] = tie;
    result->tie_count++;
}

/* The turn of one option. */
static void take_turn(struct tally_result *result, const struct tally_place *place)
{
    struct tally_outcome *outcome = &result->outcomes[place->option];

    assert(result->round_count < result->option_count);
    assert(!outcome->funded);

    if (place->cost <= result->left_over) {
        tally_fund(result, place->option, place->cost);
    } else {
        outcome->reason = place->cost > result->budget ? TALLY_OVER_BUDGET : TALLY_OVER_LEFT;
    }
    result->rounds[result->round_count] = (struct tally_round){
        .option = place->option,
        .funded = outcome->funded,
        .left_over = result->left_over,
    };
    result->round_count++;
}

enum err tally_greedy(const struct election *election, struct tally_result *result)
{
    struct tally_place *places = calloc((size_t)result->option_count + 1, sizeof *places);
    uint32_t count;
    uint32_t next;

    assert(election != NULL);
    assert(result->funded_count == 0);

    if (places == NULL) {
        return ERR_FULL;
    }
    count = gather(election, result, places);
    tally_sort(places, count, result->method.tie);
    for (uint32_t first = 0; first < count; first = next) {
        next = first + 1;
        while (next < count && places[next].score == places[first].score) {
            next++;
        }
        note_tie(result, &places[first], next - first);
        for (uint32_t i = first; i < next; i++) {
            take_turn(result, &places[i]);
        }
    }
    free(places);
    return ERR_OK;
}

void tally_fund(struct tally_result *result, uint32_t option, int64_t cost)
{
    struct tally_outcome *outcome = &result->outcomes[option];

    assert(cost >= 0);
    assert(cost <= result->left_over);
    assert(!outcome->funded);
    assert(result->funded_count < result->option_count);

    outcome->funded = true;
    outcome->reason = TALLY_FUNDED;
    result->funded[result->funded_count] = option;
    result->funded_count++;
    result->total_cost += cost;
    result->left_over -= cost;
    assert(result->total_cost + result->left_over == result->budget);
}
