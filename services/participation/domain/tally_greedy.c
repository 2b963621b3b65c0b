/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By score: greedy and its variants, what fills up equal shares, and the
 * partial fit. Greedy must never stop early: what remains unfunded does not
 * fit what is left. Only greedy-no-skip does stop.
 */
#include <assert.h>
#include <stdlib.h>

#include "participation/domain/tally_gate.h"
#include "participation/domain/tally_rules.h"
#include "participation/domain/wide.h"

/* A walk over options by score. */
struct walk {
    const struct election *election;
    struct tally_result *result;
    enum tally_step step;
    bool no_skip;
    bool stopped;
    struct tally_gate gate;
    struct tally_gate trial; /* for trying out what the options of a tie would do */
};

static bool below_threshold(const struct tally_result *result, uint32_t option)
{
    const struct decimal score = {
        .units = result->outcomes[option].score,
        .scale = result->score_scale,
    };

    return result->method.rule == TALLY_GREEDY_THRESHOLD &&
           decimal_compare(score, result->method.threshold) < 0;
}

/* The options that take part, with their places; those that do not are settled here. */
static uint32_t gather(const struct walk *walk, struct tally_place *ret_places)
{
    struct tally_result *result = walk->result;
    uint32_t count = 0;

    assert(ret_places != NULL);
    assert(result->option_count == election_option_count(walk->election));

    for (uint32_t i = 0; i < result->option_count; i++) {
        const struct election_option *option = election_option(walk->election, i);
        bool by_cost = result->method.satisfaction == TALLY_SATISFACTION_CARDINALITY &&
                       walk->step == TALLY_STEP_TURN && result->method.rule != TALLY_COMPARISON;

        if (result->outcomes[i].funded) {
            continue;
        }
        if (option->withdrawn || below_threshold(result, i)) {
            result->outcomes[i].reason =
                option->withdrawn ? TALLY_WITHDRAWN : TALLY_BELOW_THRESHOLD;
            continue;
        }
        ret_places[count] = tally_place_of(walk->election, &result->method, i);
        if (result->method.parts != NULL) {
            ret_places[count].score = result->part_ranks[i]; /* Cost is in the rank. */
        } else {
            ret_places[count].score = result->outcomes[i].score;
            ret_places[count].score_cost = by_cost ? option->cost : 1;
        }
        count++;
    }
    return count;
}

/* Whether the option could be funded now; where the first that does not fit ends the count, one that does
 * not matters as much. */
static bool matters(const struct walk *walk, uint32_t option)
{
    const struct tally_turn turn = {.option = option, .left = walk->result->left_over};
    enum tally_reason reason = TALLY_FUNDED;
    int64_t amount = 0;

    return tally_gate_offer(&walk->gate, &turn, &reason, &amount) ||
           (walk->no_skip && reason == TALLY_OVER_LEFT);
}

/*
 * Writes down the tie among the places of one score, if two or more of them
 * fit what is left. Those that do not fit now cannot be helped by any order,
 * except where the first that does not fit ends the count.
 */
static enum err note_tie(struct walk *walk, const struct tally_place *places, uint32_t count)
{
    struct tally_result *result = walk->result;
    struct tally_tie tie = {
        .step = walk->step,
        .first = result->tie_option_count,
        .round = result->round_count,
        .score = result->outcomes[places[0].option].score,
    };
    const struct tally_place *before = NULL;
    int64_t left = result->left_over;
    enum err err = tally_tie_reserve(result, count);

    assert(count > 0);
    assert(result->tie_count < TALLY_ROUNDS_PER_OPTION * result->option_count);

    if (err || walk->stopped) {
        return err;
    }
    tally_gate_copy(&walk->trial, &walk->gate);
    for (uint32_t i = 0; i < count; i++) {
        if (!matters(walk, places[i].option)) {
            continue;
        }
        result->tie_options[tie.first + tie.count] = places[i].option;
        tie.count++;
        if (before != NULL) {
            tie.decided_by |= 1u << tally_criterion_between(before, &places[i], result->method.tie);
        }
        before = &places[i];
        tie.decisive = tie.decisive || places[i].cost > left ||
                       !tally_gate_is_open(&walk->trial, places[i].option);
        if (!tie.decisive) {
            left -= places[i].cost;
            tally_gate_take(&walk->trial, places[i].option, places[i].cost);
        }
    }
    if (tie.count < 2) {
        return ERR_OK;
    }
    result->tie_option_count += tie.count;
    result->ties[result->tie_count] = tie;
    result->tie_count++;
    return ERR_OK;
}

/* The turn of one option. */
static void take_turn(struct walk *walk, const struct tally_place *place)
{
    struct tally_result *result = walk->result;
    struct tally_outcome *outcome = &result->outcomes[place->option];
    const struct tally_turn turn = {.option = place->option, .left = result->left_over};
    enum tally_reason reason = TALLY_FUNDED;
    int64_t amount = 0;

    assert(!outcome->funded);

    if (walk->stopped) {
        outcome->reason = TALLY_STOPPED;
        return;
    }
    if (tally_gate_offer(&walk->gate, &turn, &reason, &amount)) {
        tally_fund(result, place->option, amount);
        tally_gate_take(&walk->gate, place->option, amount);
        outcome->reason = amount < place->cost ? TALLY_FUNDED_PARTLY : TALLY_FUNDED;
    } else if (tally_gate_gives(reason)) {
        outcome->reason =
            reason; /* The rule goes on without it, also where one that does not fit ends it. */
    } else {
        outcome->reason = tally_gate_least(&walk->gate, place->option) > result->budget
                              ? TALLY_OVER_BUDGET
                              : TALLY_OVER_LEFT;
        walk->stopped = walk->no_skip;
    }
    tally_note_round(result, &(struct tally_round){
                                 .step = walk->step,
                                 .option = place->option,
                                 .funded = outcome->funded,
                             });
}

static enum err walk_in_order(struct walk *walk, struct tally_place *places)
{
    uint32_t count;
    uint32_t next;
    enum err err = ERR_OK;

    assert(walk->election != NULL);
    assert(!walk->stopped);

    tally_gate_take_funded(&walk->gate, walk->result);
    count = gather(walk, places);
    tally_sort(places, count, walk->result->method.tie);
    for (uint32_t first = 0; first < count && !err; first = next) {
        next = first + 1;
        while (next < count && tally_compare_scores(&places[next], &places[first]) == 0) {
            next++;
        }
        err = note_tie(walk, &places[first], next - first);
        for (uint32_t i = first; i < next && !err; i++) {
            take_turn(walk, &places[i]);
        }
    }
    return err;
}

static enum err walk_options(struct walk *walk)
{
    const struct tally_limits *limits = walk->result->method.limits;
    struct tally_place *places = calloc((size_t)walk->result->option_count + 1, sizeof *places);
    enum err err = places == NULL ? ERR_FULL : ERR_OK;

    if (!err) {
        err = tally_gate_open(&walk->gate, walk->election, limits);
    }
    if (!err) {
        err = tally_gate_open(&walk->trial, walk->election, limits);
    }
    if (!err) {
        err = walk_in_order(walk, places);
    }
    tally_gate_close(&walk->gate);
    tally_gate_close(&walk->trial);
    free(places);
    return err;
}

enum err tally_greedy(const struct election *election, struct tally_result *result)
{
    struct walk walk = {
        .election = election,
        .result = result,
        .step = TALLY_STEP_TURN,
        .no_skip = result->method.rule == TALLY_GREEDY_NO_SKIP,
    };

    assert(result->funded_count == 0);
    assert(result->left_over == result->budget);

    return walk_options(&walk);
}

enum err tally_fill(const struct election *election, struct tally_result *result)
{
    struct walk walk = {.election = election, .result = result, .step = TALLY_STEP_FILL};

    assert(result->left_over >= 0);
    assert(result->method.rule != TALLY_GREEDY_THRESHOLD);

    return walk_options(&walk);
}

/* The first option whose turn found too little left, and that the limits would still admit with what
 * is left; option_count: there is none. */
static uint32_t first_that_did_not_fit(const struct tally_result *result,
                                       const struct tally_gate *gate)
{
    for (uint32_t i = 0; i < result->round_count; i++) {
        const struct tally_round *round = &result->rounds[i];
        enum tally_reason reason = result->outcomes[round->option].reason;

        if (!round->funded && (round->step == TALLY_STEP_TURN || round->step == TALLY_STEP_FILL) &&
            !tally_gate_gives(reason) &&
            tally_gate_admits(gate, round->option, result->left_over, &reason)) {
            return round->option;
        }
    }
    return result->option_count;
}

static void fit_partly(const struct election *election, struct tally_result *result,
                       const struct tally_gate *gate)
{
    const struct tally_partial_fit *fit = &result->method.partial_fit;
    uint32_t option = first_that_did_not_fit(result, gate);
    int64_t cost;

    assert(fit->numerator > 0);
    assert(fit->numerator <= fit->denominator);

    if (option == result->option_count) {
        return;
    }
    cost = election_option(election, option)->cost;
    assert(cost > result->left_over);
    if ((wide_signed)result->left_over * fit->denominator < (wide_signed)cost * fit->numerator) {
        return;
    }
    tally_fund(result, option, result->left_over);
    result->outcomes[option].reason = TALLY_FUNDED_PARTLY;
    tally_note_round(result, &(struct tally_round){
                                 .step = TALLY_STEP_PARTIAL,
                                 .option = option,
                                 .funded = true,
                             });
}

enum err tally_partial_fit(const struct election *election, struct tally_result *result)
{
    struct tally_gate gate;
    enum err err;

    assert(result->left_over >= 0);
    assert(result->total_cost >= 0);

    if (result->method.partial_fit.denominator == 0 || result->left_over == 0) {
        return ERR_OK;
    }
    err = tally_gate_open(&gate, election, result->method.limits);
    if (!err) {
        tally_gate_take_funded(&gate, result);
        fit_partly(election, result, &gate);
    }
    tally_gate_close(&gate);
    return err;
}
