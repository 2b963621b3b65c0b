/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order in which options have their turn, and what decided it. Two
 * options must never compare equal: a tie rule ends in something unique.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/tally_rules.h"

#define CRITERIA_MAX 3

/* How one criterion puts two options in order: negative when the left one comes first. */
typedef int compare_fn(const struct tally_place *left, const struct tally_place *right);

static int compare_cost(const struct tally_place *left, const struct tally_place *right)
{
    return (left->cost > right->cost) - (left->cost < right->cost);
}

static int compare_votes(const struct tally_place *left, const struct tally_place *right)
{
    return (left->votes < right->votes) - (left->votes > right->votes);
}

/* strcmp compares as unsigned bytes, and a beginning comes before what it begins. */
static int compare_id(const struct tally_place *left, const struct tally_place *right)
{
    return strcmp(left->id, right->id);
}

static int compare_listed_order(const struct tally_place *left, const struct tally_place *right)
{
    return (left->option > right->option) - (left->option < right->option);
}

static compare_fn *const COMPARE[TALLY_CRITERION_COUNT] = {
    [TALLY_BY_COST] = compare_cost,
    [TALLY_BY_VOTES] = compare_votes,
    [TALLY_BY_ID] = compare_id,
    [TALLY_BY_LISTED_ORDER] = compare_listed_order,
};

/* A tie rule is criteria tried one after the other; the last of each never finds two equal. */
struct criteria {
    enum tally_criterion list[CRITERIA_MAX];
    int count;
};

static const struct criteria CRITERIA[TALLY_TIE_RULE_COUNT] = {
    [TALLY_TIE_LOWEST_COST_THEN_VOTES] = {.list = {TALLY_BY_COST, TALLY_BY_VOTES, TALLY_BY_ID},
                                          .count = 3},
    [TALLY_TIE_ID] = {.list = {TALLY_BY_ID}, .count = 1},
    [TALLY_TIE_LISTED_ORDER] = {.list = {TALLY_BY_LISTED_ORDER}, .count = 1},
};

static int compare_places(const struct tally_place *left, const struct tally_place *right,
                          enum tally_tie_rule tie)
{
    const struct criteria *criteria = &CRITERIA[tie];
    int order = (left->score < right->score) - (left->score > right->score);

    for (int i = 0; order == 0 && i < criteria->count; i++) {
        order = COMPARE[criteria->list[i]](left, right);
    }
    return order;
}

/* qsort takes no context, so each tie rule has its own function. */
static int sort_lowest_cost_then_votes(const void *left, const void *right)
{
    return compare_places(left, right, TALLY_TIE_LOWEST_COST_THEN_VOTES);
}

static int sort_id(const void *left, const void *right)
{
    return compare_places(left, right, TALLY_TIE_ID);
}

static int sort_listed_order(const void *left, const void *right)
{
    return compare_places(left, right, TALLY_TIE_LISTED_ORDER);
}

void tally_sort(struct tally_place *places, uint32_t count, enum tally_tie_rule tie)
{
    static int (*const sort[TALLY_TIE_RULE_COUNT])(const void *, const void *) = {
        [TALLY_TIE_LOWEST_COST_THEN_VOTES] = sort_lowest_cost_then_votes,
        [TALLY_TIE_ID] = sort_id,
        [TALLY_TIE_LISTED_ORDER] = sort_listed_order,
    };

    assert(places != NULL || count == 0);
    assert(tie < TALLY_TIE_RULE_COUNT);

    if (count > 0) {
        qsort(places, count, sizeof *places, sort[tie]);
    }
    for (uint32_t i = 1; i < count; i++) {
        assert(compare_places(&places[i - 1], &places[i], tie) < 0);
    }
}

enum tally_criterion tally_criterion_between(const struct tally_place *first,
                                             const struct tally_place *second,
                                             enum tally_tie_rule tie)
{
    const struct criteria *criteria = &CRITERIA[tie];

    assert(first->score == second->score);
    assert(compare_places(first, second, tie) < 0);

    for (int i = 0; i < criteria->count - 1; i++) {
        if (COMPARE[criteria->list[i]](first, second) != 0) {
            return criteria->list[i];
        }
    }
    return criteria->list[criteria->count - 1];
}
