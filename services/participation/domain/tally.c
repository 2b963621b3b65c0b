/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all rules share: names, scores, the result's memory, and the table
 * of rules. It must never decide who wins; rules do.
 */
#include "participation/domain/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/tally_rules.h"

/* One row per rule: its name, its function, and whether it reads single votes. */
struct rule_row {
    const char *name;
    tally_rule_fn *run;
    bool needs_votes;
};

static const struct rule_row RULES[TALLY_RULE_COUNT] = {
    [TALLY_GREEDY] = {.name = "greedy", .run = tally_greedy, .needs_votes = false},
};

static const char *const SATISFACTION_NAMES[TALLY_SATISFACTION_COUNT] = {
    [TALLY_SATISFACTION_COST] = "cost",
};

static const char *const COMPLETION_NAMES[TALLY_COMPLETION_COUNT] = {
    [TALLY_COMPLETION_NONE] = "none",
};

static const char *const TIE_RULE_NAMES[TALLY_TIE_RULE_COUNT] = {
    [TALLY_TIE_LOWEST_COST_THEN_VOTES] = "lowest-cost-then-votes",
    [TALLY_TIE_ID] = "id",
    [TALLY_TIE_LISTED_ORDER] = "listed-order",
};

static const char *const REASON_NAMES[TALLY_REASON_COUNT] = {
    [TALLY_FUNDED] = "funded",
    [TALLY_OVER_BUDGET] = "over-budget",
    [TALLY_OVER_LEFT] = "over-left",
    [TALLY_WITHDRAWN] = "withdrawn",
};

static const char *const CRITERION_NAMES[TALLY_CRITERION_COUNT] = {
    [TALLY_BY_COST] = "cost",
    [TALLY_BY_VOTES] = "votes",
    [TALLY_BY_ID] = "id",
    [TALLY_BY_LISTED_ORDER] = "listed-order",
};

const char *tally_rule_name(enum tally_rule rule)
{
    assert(rule < TALLY_RULE_COUNT);

    return RULES[rule].name;
}

const char *tally_satisfaction_name(enum tally_satisfaction satisfaction)
{
    assert(satisfaction < TALLY_SATISFACTION_COUNT);

    return SATISFACTION_NAMES[satisfaction];
}

const char *tally_completion_name(enum tally_completion completion)
{
    assert(completion < TALLY_COMPLETION_COUNT);

    return COMPLETION_NAMES[completion];
}

const char *tally_tie_rule_name(enum tally_tie_rule tie)
{
    assert(tie < TALLY_TIE_RULE_COUNT);

    return TIE_RULE_NAMES[tie];
}

const char *tally_reason_name(enum tally_reason reason)
{
    assert(reason < TALLY_REASON_COUNT);

    return REASON_NAMES[reason];
}

const char *tally_criterion_name(enum tally_criterion criterion)
{
    assert(criterion < TALLY_CRITERION_COUNT);

    return CRITERION_NAMES[criterion];
}

enum err tally_rule_find(const char *name, enum tally_rule *ret)
{
    assert(name != NULL);
    assert(ret != NULL);

    for (int rule = 0; rule < TALLY_RULE_COUNT; rule++) {
        if (strcmp(name, RULES[rule].name) == 0) {
            *ret = (enum tally_rule)rule;
            return ERR_OK;
        }
    }
    return ERR_NOT_FOUND;
}

enum err tally_tie_rule_find(const char *name, enum tally_tie_rule *ret)
{
    assert(name != NULL);
    assert(ret != NULL);

    for (int tie = 0; tie < TALLY_TIE_RULE_COUNT; tie++) {
        if (strcmp(name, TIE_RULE_NAMES[tie]) == 0) {
            *ret = (enum tally_tie_rule)tie;
            return ERR_OK;
        }
    }
    return ERR_NOT_FOUND;
}

bool tally_rule_needs_votes(enum tally_rule rule)
{
    assert(rule < TALLY_RULE_COUNT);

    return RULES[rule].needs_votes;
}

/* The points given to an option, with the default score of every vote that does not name it. */
static enum err score_points(const struct election *election, const struct election_option *option,
                             int64_t *ret)
{
    int64_t silent = (int64_t)election_vote_count(election) - option->votes;
    int64_t score;

    assert(silent >= 0);
    assert(ret != NULL);

    if (__builtin_mul_overflow(election_default_score(election), silent, &score) ||
        __builtin_add_overflow(score, option->points, &score)) {
        return ERR_FULL;
    }
    *ret = score;
    return ERR_OK;
}

enum err tally_score(const struct election *election, uint32_t option, int64_t *ret)
{
    const struct election_option *row = election_option(election, option);

    assert(ret != NULL);
    assert(row->votes >= 0);

    switch (election_vote_type(election)) {
    case ELECTION_APPROVAL:
    case ELECTION_CHOOSE_1:
        *ret = row->votes;
        return ERR_OK;
    case ELECTION_CUMULATIVE:
        *ret = row->points;
        return ERR_OK;
    case ELECTION_SCORING:
        return score_points(election, row, ret);
    case ELECTION_ORDINAL:
        *ret = row->borda;
        return ERR_OK;
    case ELECTION_VOTE_TYPE_COUNT:
        break;
    }
    assert(false && "a vote type without a score");
    return ERR_INTERNAL;
}

unsigned tally_score_scale(const struct election *election)
{
    enum election_vote_type type = election_vote_type(election);

    assert(type < ELECTION_VOTE_TYPE_COUNT);

    return type == ELECTION_CUMULATIVE || type == ELECTION_SCORING ? election_points_scale(election)
                                                                   : 0;
}

/* Every array can hold all options, so that a rule never has to grow one. */
static enum err result_reserve(struct tally_result *result)
{
    size_t count = result->option_count == 0 ? 1 : result->option_count;

    assert(result->option_count <= ELECTION_OPTIONS_MAX);
    assert(result->outcomes == NULL);

    result->outcomes = calloc(count, sizeof *result->outcomes);
    result->funded = calloc(count, sizeof *result->funded);
    result->rounds = calloc(count, sizeof *result->rounds);
    result->ties = calloc(count, sizeof *result->ties);
    result->tie_options = calloc(count, sizeof *result->tie_options);
    if (result->outcomes == NULL || result->funded == NULL || result->rounds == NULL ||
        result->ties == NULL || result->tie_options == NULL) {
        return ERR_FULL;
    }
    return ERR_OK;
}

static enum err score_all(const struct election *election, struct tally_result *result)
{
    assert(result->option_count == election_option_count(election));

    for (uint32_t option = 0; option < result->option_count; option++) {
        enum err err = tally_score(election, option, &result->outcomes[option].score);

        if (err) {
            return err;
        }
    }
    return ERR_OK;
}

/* What is true of every result, whatever the rule. */
static void result_check(const struct tally_result *result)
{
    assert(result->total_cost >= 0);
    assert(result->total_cost <= result->budget);
    assert(result->left_over == result->budget - result->total_cost);
    assert(result->funded_count <= result->option_count);
}

enum err tally_run(const struct election *election, const struct tally_method *method,
                   struct tally_result *ret)
{
    struct tally_result result = {.method = *method};
    enum err err;

    assert(election != NULL);
    assert(ret != NULL);
    assert(method->rule < TALLY_RULE_COUNT);

    if (!election_has_budget(election) ||
        (RULES[method->rule].needs_votes && !election_keeps_votes(election))) {
        return ERR_CONFLICT;
    }
    result.money_scale = election_money_scale(election);
    result.score_scale = tally_score_scale(election);
    result.budget = election_budget(election);
    result.left_over = result.budget;
    result.option_count = election_option_count(election);
    err = result_reserve(&result);
    if (err) {
        goto out;
    }
    err = score_all(election, &result);
    if (err) {
        goto out;
    }
    err = RULES[method->rule].run(election, &result);
    if (err) {
        goto out;
    }
    result_check(&result);
    *ret = result;
out:
    if (err) {
        tally_result_release(&result);
    }
    return err;
}

void tally_result_release(struct tally_result *result)
{
    if (result == NULL) {
        return;
    }
    free(result->outcomes);
    free(result->funded);
    free(result->rounds);
    free(result->ties);
    free(result->tie_options);
    *result = (struct tally_result){.option_count = 0};
}
