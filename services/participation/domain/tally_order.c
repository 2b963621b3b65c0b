/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order in which options have their turn, and what decided it. Two
 * options must never compare equal: a tie rule ends in something unique.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/tally_rules.h"
#include "participation/domain/wide.h"

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

static int compare_drawn(const struct tally_place *left, const struct tally_place *right)
{
    return (left->drawn > right->drawn) - (left->drawn < right->drawn);
}

static compare_fn *const COMPARE[TALLY_CRITERION_COUNT] = {
    [TALLY_BY_COST] = compare_cost,   [TALLY_BY_VOTES] = compare_votes,
    [TALLY_BY_ID] = compare_id,       [TALLY_BY_LISTED_ORDER] = compare_listed_order,
    [TALLY_BY_DRAWN] = compare_drawn, [TALLY_BY_LOT] = compare_drawn,
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
    [TALLY_TIE_DRAWN] = {.list = {TALLY_BY_DRAWN, TALLY_BY_ID}, .count = 2},
    [TALLY_TIE_LOT] = {.list = {TALLY_BY_LOT, TALLY_BY_ID}, .count = 2},
};

static int sign_of(wide_signed number)
{
    return (number > 0) - (number < 0);
}

/*
 * score / cost without dividing. What costs nothing and has a score stands
 * above everything (below, when the score is negative); without one it stands at 0.
 */
int tally_compare_scores(const struct tally_place *left, const struct tally_place *right)
{
    int64_t left_cost = left->score_cost == 0 && left->score == 0 ? 1 : left->score_cost;
    int64_t right_cost = right->score_cost == 0 && right->score == 0 ? 1 : right->score_cost;
    int order = sign_of(right->score) - sign_of(left->score);
    wide_signed left_side = left->score * right_cost;
    wide_signed right_side = right->score * left_cost;

    assert(left->score_cost >= 0);
    assert(right->score_cost >= 0);

    return order != 0 ? order : (left_side < right_side) - (left_side > right_side);
}

static int compare_places(const struct tally_place *left, const struct tally_place *right,
                          enum tally_tie_rule tie)
{
    const struct criteria *criteria = &CRITERIA[tie];
    int order = tally_compare_scores(left, right);

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

static int sort_drawn(const void *left, const void *right)
{
    return compare_places(left, right, TALLY_TIE_DRAWN);
}

static int sort_lot(const void *left, const void *right)
{
    return compare_places(left, right, TALLY_TIE_LOT);
}

void tally_sort(struct tally_place *places, uint32_t count, enum tally_tie_rule tie)
{
    static int (*const sort[TALLY_TIE_RULE_COUNT])(const void *, const void *) = {
        [TALLY_TIE_LOWEST_COST_THEN_VOTES] = sort_lowest_cost_then_votes,
        [TALLY_TIE_ID] = sort_id,
        [TALLY_TIE_LISTED_ORDER] = sort_listed_order,
        [TALLY_TIE_DRAWN] = sort_drawn,
        [TALLY_TIE_LOT] = sort_lot,
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

    assert(tally_compare_scores(first, second) == 0);
    assert(compare_places(first, second, tie) < 0);

    for (int i = 0; i < criteria->count - 1; i++) {
        if (COMPARE[criteria->list[i]](first, second) != 0) {
            return criteria->list[i];
        }
    }
    return criteria->list[criteria->count - 1];
}

struct tally_place tally_place_of(const struct election *election,
                                  const struct tally_method *method, uint32_t option)
{
    const struct election_option *row = election_option(election, option);
    bool drawn = method->tie == TALLY_TIE_DRAWN || method->tie == TALLY_TIE_LOT;

    assert(!drawn || method->order != NULL);

    return (struct tally_place){
        .option = option,
        .score_cost = 1,
        .cost = row->cost,
        .votes = row->votes,
        .drawn = drawn ? method->order[option] : 0,
        .id = row->id,
    };
}

enum err tally_ranks(const struct election *election, const struct tally_method *method,
                     uint32_t **ret)
{
    uint32_t count = election_option_count(election);
    struct tally_place *places = calloc((size_t)count + 1, sizeof *places);
    uint32_t *ranks = calloc((size_t)count + 1, sizeof *ranks);

    assert(ret != NULL);
    assert(method->tie < TALLY_TIE_RULE_COUNT);

    if (places == NULL || ranks == NULL) {
        free(places);
        free(ranks);
        return ERR_FULL;
    }
    for (uint32_t option = 0; option < count; option++) {
        places[option] = tally_place_of(election, method, option);
    }
    tally_sort(places, count, method->tie);
    for (uint32_t rank = 0; rank < count; rank++) {
        ranks[places[rank].option] = rank;
    }
    free(places);
    *ret = ranks;
    return ERR_OK;
}
