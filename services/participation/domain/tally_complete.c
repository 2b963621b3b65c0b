/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Equal shares with its completions, and the comparison with greedy. An
 * endowment must only be passed over when a run has shown that it changes nothing.
 */
#include <assert.h>
#include <stdlib.h>

#include "participation/domain/tally_gate.h"
#include "participation/domain/tally_rules.h"
#include "participation/domain/tally_shares.h"

/* Most runs for one count; a real election needs some hundreds. */
#define RUNS_MAX 100000000

#define HORIZON_FIRST  16
#define HORIZON_GROWTH 4 /* times a horizon that was shown whole */
#define HORIZON_SHOWN  2 /* times what was shown of another */
#define HORIZON_KEPT   2 /* at least such a part of it */
#define HORIZON_MAX    ((uint64_t)1 << 40)

/* An election being counted by equal shares. */
struct completion {
    const struct election *election;
    struct tally_result *result;
    struct tally_classes classes;
    struct tally_shares *shares;
    uint32_t *ranks;
    uint32_t supported; /* options that somebody supports */
    struct tally_endowment endowment;
    uint64_t horizon;
};

/* 10^scale, which is one unit of the currency in units of money. */
static uint64_t one_unit(const struct election *election)
{
    uint64_t unit = 1;

    assert(election_money_scale(election) <= DECIMAL_SCALE_MAX);

    for (unsigned i = 0; i < election_money_scale(election); i++) {
        unit *= 10;
    }
    return unit;
}

static void first_endowment(struct completion *completion)
{
    int64_t budget = election_budget(completion->election);
    uint32_t voters = election_vote_count(completion->election);
    int64_t unit = (int64_t)one_unit(completion->election);
    struct tally_endowment *endowment = &completion->endowment;

    assert(voters > 0);
    assert(budget >= 0);

    if (completion->result->method.completion == TALLY_COMPLETION_ADD1 ||
        completion->result->method.completion == TALLY_COMPLETION_ADD1U) {
        endowment->whole = budget / voters / unit * unit;
        endowment->part = 0;
        endowment->divisor = 1;
    } else {
        endowment->whole = budget / voters;
        endowment->part = (uint32_t)(budget % voters);
        endowment->divisor = endowment->part == 0 ? 1 : voters;
    }
}

static enum err raise_endowment(struct completion *completion, uint64_t steps)
{
    uint64_t unit = one_unit(completion->election);
    uint64_t amount;

    if (__builtin_mul_overflow(unit, steps, &amount) ||
        amount > (uint64_t)(INT64_MAX - completion->endowment.whole)) {
        return ERR_FULL;
    }
    completion->endowment.whole += (int64_t)amount;
    return ERR_OK;
}

/* Whether a supported option that is not funded would still fit the budget. */
static bool has_room(const struct completion *completion,
                     const struct tally_shares_outcome *outcome)
{
    int64_t left = election_budget(completion->election) - outcome->total_cost;

    assert(left >= 0);
    assert(completion->result->funded_count == 0);

    for (uint32_t i = 0; i < outcome->funded_count; i++) {
        completion->result->outcomes[outcome->funded[i]].funded = true;
    }
    for (uint32_t option = 0; option < completion->classes.option_count; option++) {
        if (completion->classes.support_voters[option] > 0 &&
            !tally_shares_is_barred(completion->shares, option) &&
            !completion->result->outcomes[option].funded &&
            election_option(completion->election, option)->cost <= left) {
            left = -1;
        }
    }
    for (uint32_t i = 0; i < outcome->funded_count; i++) {
        completion->result->outcomes[outcome->funded[i]].funded = false;
    }
    return left < 0;
}

/* Whether the endowment need not be raised: nothing could follow, or nothing need. */
static bool is_complete(const struct completion *completion,
                        const struct tally_shares_outcome *outcome)
{
    return outcome->funded_count + outcome->barred_count == completion->supported ||
           (completion->result->method.completion == TALLY_COMPLETION_ADD1_EXHAUSTIVE &&
            !has_room(completion, outcome));
}

/*
 * Longer horizons show more steps at once, and looser bounds: the horizon
 * follows what the last run could show, and is not given up for one step that
 * was hard to pass.
 */
static uint64_t next_horizon(uint64_t horizon, uint64_t skip)
{
    uint64_t shown = skip * HORIZON_SHOWN;
    uint64_t kept = horizon / HORIZON_KEPT;
    uint64_t next = skip == horizon ? horizon * HORIZON_GROWTH : (shown > kept ? shown : kept);

    assert(skip <= horizon);
    assert(horizon <= HORIZON_MAX);

    next = next == 0 ? 1 : next;
    return next > HORIZON_MAX ? HORIZON_MAX : next;
}

/* Raises the endowment until the completion is reached; leaves the last one within the budget. */
static enum err add1(struct completion *completion)
{
    struct tally_shares_outcome outcome;
    enum err err = ERR_OK;

    for (uint32_t run = 0; run < RUNS_MAX; run++) {
        struct tally_endowment last = completion->endowment;

        err = tally_shares_run(completion->shares, &completion->endowment, completion->horizon,
                               NULL, &outcome);
        if (err) {
            return err;
        }
        if (outcome.over_budget) {
            assert(run > 0); /* the first endowment gives out no more than the budget */
            completion->endowment.whole -= (int64_t)one_unit(completion->election);
            return ERR_OK;
        }
        if (is_complete(completion, &outcome)) {
            return ERR_OK;
        }
        completion->horizon = next_horizon(completion->horizon, outcome.skip);
        err = raise_endowment(completion, outcome.skip + 1);
        if (err) {
            return err;
        }
        assert(completion->endowment.whole > last.whole);
    }
    return ERR_FULL;
}

/* The final run, written down; and why the others are not funded. */
static enum err record(struct completion *completion)
{
    struct tally_result *result = completion->result;
    struct tally_shares_outcome outcome;
    enum err err;

    err = tally_shares_run(completion->shares, &completion->endowment, 0, result, &outcome);
    if (err) {
        return err;
    }
    assert(!outcome.over_budget);
    result->endowment = (struct tally_given){
        .present = true,
        .whole = completion->endowment.whole,
        .part = completion->endowment.part,
        .divisor = completion->endowment.divisor,
    };
    return ERR_OK;
}

static void give_reasons(const struct election *election, const struct tally_classes *classes,
                         struct tally_result *result)
{
    for (uint32_t option = 0; option < result->option_count; option++) {
        const struct election_option *row = election_option(election, option);
        struct tally_outcome *outcome = &result->outcomes[option];

        if (outcome->funded || tally_gate_gives(outcome->reason)) {
            continue;
        }
        outcome->reason = row->withdrawn                         ? TALLY_WITHDRAWN
                          : classes->support_voters[option] == 0 ? TALLY_NO_SUPPORTERS
                          : row->cost > result->budget           ? TALLY_OVER_BUDGET
                                                                 : TALLY_SUPPORTERS_SHORT;
    }
}

static enum err completion_open(struct completion *completion)
{
    struct tally_shares_terms terms = {
        .election = completion->election,
        .classes = &completion->classes,
        .satisfaction = completion->result->method.satisfaction,
        .step = one_unit(completion->election),
        .limits = completion->result->method.limits,
    };
    enum err err =
        tally_classes_make(completion->election, terms.satisfaction, &completion->classes);

    if (!err) {
        err = tally_ranks(completion->election, &completion->result->method, &completion->ranks);
    }
    if (!err) {
        terms.ranks = completion->ranks;
        err = tally_shares_new(&terms, &completion->shares);
    }
    for (uint32_t option = 0; option < completion->classes.option_count && !err; option++) {
        completion->supported += completion->classes.support_voters[option] > 0 ? 1 : 0;
    }
    return err;
}

enum err tally_equal_shares(const struct election *election, struct tally_result *result)
{
    enum tally_completion kind = result->method.completion;
    struct completion completion = {
        .election = election,
        .result = result,
        .horizon = HORIZON_FIRST,
    };
    enum err err = completion_open(&completion);

    assert(result->funded_count == 0);
    assert(kind < TALLY_COMPLETION_COUNT);

    if (!err && election_vote_count(election) > 0) {
        first_endowment(&completion);
        if (kind != TALLY_COMPLETION_NONE && kind != TALLY_COMPLETION_UTILITARIAN) {
            err = add1(&completion);
        }
        if (!err) {
            err = record(&completion);
        }
    }
    if (!err) {
        give_reasons(election, &completion.classes, result);
    }
    if (!err && (kind == TALLY_COMPLETION_ADD1U || kind == TALLY_COMPLETION_UTILITARIAN)) {
        err = tally_fill(election, result);
    }
    tally_shares_free(completion.shares);
    tally_classes_release(&completion.classes);
    free(completion.ranks);
    return err;
}

/* Counts the voters who named more of the options funded under one rule than under the other. */
static struct tally_compared compare(const struct election *election, const bool *by_shares,
                                     const bool *by_greedy)
{
    struct tally_compared compared = {.present = true};

    for (uint32_t i = 0; i < election_vote_count(election); i++) {
        struct election_vote vote = election_vote(election, i);
        int64_t shares = 0;
        int64_t greedy = 0;

        for (size_t place = 0; place < vote.count; place++) {
            shares += by_shares[vote.options[place]] ? 1 : 0;
            greedy += by_greedy[vote.options[place]] ? 1 : 0;
        }
        compared.prefer_greedy += greedy > shares ? 1 : 0;
        compared.prefer_shares += shares > greedy ? 1 : 0;
    }
    compared.greedy_wins = compared.prefer_greedy > compared.prefer_shares;
    return compared;
}

static void copy_funded(const struct tally_result *result, bool *ret)
{
    for (uint32_t option = 0; option < result->option_count; option++) {
        ret[option] = result->outcomes[option].funded;
    }
}

enum err tally_comparison(const struct election *election, struct tally_result *result)
{
    size_t count = (size_t)result->option_count + 1;
    bool *by_shares = calloc(count, sizeof *by_shares);
    bool *by_greedy = calloc(count, sizeof *by_greedy);
    enum err err = by_shares == NULL || by_greedy == NULL ? ERR_FULL : ERR_OK;

    assert(result->funded_count == 0);
    assert(election_keeps_votes(election));

    if (!err) {
        err = tally_greedy(election, result);
    }
    if (!err) {
        copy_funded(result, by_greedy);
        tally_result_clear(result);
        err = tally_equal_shares(election, result);
    }
    if (!err) {
        copy_funded(result, by_shares);
        result->compared = compare(election, by_shares, by_greedy);
        if (result->compared.greedy_wins) {
            tally_result_clear(result);
            err = tally_greedy(election, result);
        }
    }
    free(by_shares);
    free(by_greedy);
    return err;
}
