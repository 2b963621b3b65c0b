/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all rules share: names, scores, the result's memory, and the table
 * of rules. It must never decide who wins; rules do.
 */
#include "participation/domain/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/tally_limits_check.h"
#include "participation/domain/tally_parts.h"
#include "participation/domain/tally_rules.h"
#include "participation/domain/wide.h"

/* One row per rule: its name, its function, and whether it reads single votes. */
struct rule_row {
    const char *name;
    tally_rule_fn *run;
    bool needs_votes;
};

static const struct rule_row RULES[TALLY_RULE_COUNT] = {
    [TALLY_GREEDY] = {.name = "greedy", .run = tally_greedy},
    [TALLY_GREEDY_NO_SKIP] = {.name = "greedy-no-skip", .run = tally_greedy},
    [TALLY_GREEDY_THRESHOLD] = {.name = "greedy-threshold", .run = tally_greedy},
    [TALLY_EQUAL_SHARES] = {.name = "equal-shares", .run = tally_equal_shares, .needs_votes = true},
    [TALLY_PHRAGMEN] = {.name = "phragmen", .run = tally_phragmen, .needs_votes = true},
    [TALLY_COMPARISON] = {.name = "comparison", .run = tally_comparison, .needs_votes = true},
};

static const char *const SATISFACTION_NAMES[TALLY_SATISFACTION_COUNT] = {
    [TALLY_SATISFACTION_COST] = "cost",
    [TALLY_SATISFACTION_CARDINALITY] = "cardinality",
    [TALLY_SATISFACTION_POINTS] = "points",
};

static const char *const COMPLETION_NAMES[TALLY_COMPLETION_COUNT] = {
    [TALLY_COMPLETION_NONE] = "none",
    [TALLY_COMPLETION_ADD1] = "add1",
    [TALLY_COMPLETION_ADD1_EXHAUSTIVE] = "add1-exhaustive",
    [TALLY_COMPLETION_ADD1U] = "add1u",
    [TALLY_COMPLETION_UTILITARIAN] = "utilitarian",
};

static const char *const TIE_RULE_NAMES[TALLY_TIE_RULE_COUNT] = {
    [TALLY_TIE_LOWEST_COST_THEN_VOTES] = "lowest-cost-then-votes",
    [TALLY_TIE_ID] = "id",
    [TALLY_TIE_LISTED_ORDER] = "listed-order",
    [TALLY_TIE_DRAWN] = "drawn",
    [TALLY_TIE_LOT] = "lot",
};

static const char *const REASON_NAMES[TALLY_REASON_COUNT] = {
    [TALLY_FUNDED] = "funded",
    [TALLY_OVER_BUDGET] = "over-budget",
    [TALLY_OVER_LEFT] = "over-left",
    [TALLY_WITHDRAWN] = "withdrawn",
    [TALLY_FUNDED_PARTLY] = "funded-partly",
    [TALLY_BELOW_THRESHOLD] = "below-threshold",
    [TALLY_STOPPED] = "stopped",
    [TALLY_NO_SUPPORTERS] = "no-supporters",
    [TALLY_SUPPORTERS_SHORT] = "supporters-short",
    [TALLY_INCOMPATIBLE] = "incompatible",
    [TALLY_OVER_AREA_CAP] = "over-area-cap",
    [TALLY_OVER_FIELD_CAP] = "over-field-cap",
    [TALLY_QUORUM_MISSED] = "quorum-missed",
};

static const char *const STEP_NAMES[TALLY_STEP_COUNT] = {
    [TALLY_STEP_TURN] = "turn", [TALLY_STEP_SHARES] = "shares",       [TALLY_STEP_LOAD] = "load",
    [TALLY_STEP_FILL] = "fill", [TALLY_STEP_PARTIAL] = "partial-fit",
};

static const char *const CRITERION_NAMES[TALLY_CRITERION_COUNT] = {
    [TALLY_BY_COST] = "cost",   [TALLY_BY_VOTES] = "votes",
    [TALLY_BY_ID] = "id",       [TALLY_BY_LISTED_ORDER] = "listed-order",
    [TALLY_BY_DRAWN] = "drawn", [TALLY_BY_LOT] = "lot",
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

const char *tally_step_name(enum tally_step step)
{
    assert(step < TALLY_STEP_COUNT);

    return STEP_NAMES[step];
}

/* The place of a name among count names, or count. */
static int find(const char *const *names, int count, const char *name)
{
    int place = 0;

    assert(names != NULL);
    assert(name != NULL);

    while (place < count && strcmp(names[place], name) != 0) {
        place++;
    }
    return place;
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

enum err tally_satisfaction_find(const char *name, enum tally_satisfaction *ret)
{
    int place = find(SATISFACTION_NAMES, TALLY_SATISFACTION_COUNT, name);

    if (place == TALLY_SATISFACTION_COUNT) {
        return ERR_NOT_FOUND;
    }
    *ret = (enum tally_satisfaction)place;
    return ERR_OK;
}

enum err tally_completion_find(const char *name, enum tally_completion *ret)
{
    int place = find(COMPLETION_NAMES, TALLY_COMPLETION_COUNT, name);

    if (place == TALLY_COMPLETION_COUNT) {
        return ERR_NOT_FOUND;
    }
    *ret = (enum tally_completion)place;
    return ERR_OK;
}

enum err tally_tie_rule_find(const char *name, enum tally_tie_rule *ret)
{
    int place = find(TIE_RULE_NAMES, TALLY_TIE_RULE_COUNT, name);

    if (place == TALLY_TIE_RULE_COUNT) {
        return ERR_NOT_FOUND;
    }
    *ret = (enum tally_tie_rule)place;
    return ERR_OK;
}

static bool quorum_is_sound(const struct tally_method *method)
{
    const struct tally_quorum_share *share = &method->quorum_share;

    return method->quorum >= 0 && method->invalid >= 0 && share->electorate >= 0 &&
           (share->denominator == 0 ||
            (share->numerator > 0 && share->numerator <= share->denominator));
}

/* Only a turn by score can adjust a cost, and what is left then is not for a partial fit too. */
static bool adjustable_are_used(const struct tally_method *method)
{
    const bool greedy = method->rule == TALLY_GREEDY || method->rule == TALLY_GREEDY_NO_SKIP ||
                        method->rule == TALLY_GREEDY_THRESHOLD;

    return method->limits == NULL || method->limits->adjustable_count == 0 ||
           (greedy && method->partial_fit.denominator == 0);
}

int64_t tally_quorum_needed(const struct tally_method *method)
{
    const struct tally_quorum_share *share = &method->quorum_share;
    int64_t needed = 0;

    assert(share->electorate >= 0);

    if (share->denominator > 0) {
        assert(share->numerator <= share->denominator);
        needed =
            (int64_t)wide_divide_up((wide)share->electorate * share->numerator, share->denominator);
    }
    return needed > method->quorum ? needed : method->quorum;
}

int64_t tally_quorum_voted(const struct election *election, const struct tally_method *method)
{
    const int64_t votes = (int64_t)election_vote_count(election);

    assert(method->invalid >= 0);

    return method->invalid <= INT64_MAX - votes ? votes + method->invalid : INT64_MAX;
}

bool tally_method_is_sound(const struct tally_method *method)
{
    bool shares = method->rule == TALLY_EQUAL_SHARES || method->rule == TALLY_COMPARISON;
    bool filled = method->completion == TALLY_COMPLETION_ADD1U ||
                  method->completion == TALLY_COMPLETION_UTILITARIAN;
    bool drawn = method->tie == TALLY_TIE_DRAWN || method->tie == TALLY_TIE_LOT;
    const struct tally_partial_fit *fit = &method->partial_fit;

    assert(method->rule < TALLY_RULE_COUNT);
    assert(method->completion < TALLY_COMPLETION_COUNT);

    if (!shares && method->completion != TALLY_COMPLETION_NONE) {
        return false;
    }
    /* Only a turn by score can find that an option does not fit. */
    if (fit->denominator > 0 && (fit->numerator == 0 || fit->numerator > fit->denominator ||
                                 method->rule == TALLY_PHRAGMEN || (shares && !filled))) {
        return false;
    }
    if (!tally_parts_are_sound(method) || !quorum_is_sound(method) ||
        !adjustable_are_used(method)) {
        return false;
    }
    return (!drawn || method->order != NULL) &&
           (method->tie != TALLY_TIE_LOT || method->seed != NULL);
}

bool tally_rule_needs_votes(enum tally_rule rule)
{
    assert(rule < TALLY_RULE_COUNT);

    return RULES[rule].needs_votes;
}

/* The points given to an option, with the default score of every vote that does not name it. */
static enum err score_points(const struct election *election, const struct election_sums *sums,
                             int64_t votes, int64_t *ret)
{
    int64_t silent = votes - sums->votes;
    int64_t score;

    assert(silent >= 0);
    assert(ret != NULL);

    if (__builtin_mul_overflow(election_default_score(election), silent, &score) ||
        __builtin_add_overflow(score, sums->points, &score)) {
        return ERR_FULL;
    }
    *ret = score;
    return ERR_OK;
}

/* The score that these sums of so many votes are. */
static enum err score_of(const struct election *election, const struct election_sums *sums,
                         int64_t votes, int64_t *ret)
{
    assert(ret != NULL);
    assert(sums->votes >= 0);

    switch (election_vote_type(election)) {
    case ELECTION_APPROVAL:
    case ELECTION_CHOOSE_1:
        *ret = sums->votes;
        return ERR_OK;
    case ELECTION_CUMULATIVE:
        *ret = sums->points;
        return ERR_OK;
    case ELECTION_SCORING:
        return score_points(election, sums, votes, ret);
    case ELECTION_ORDINAL:
        *ret = sums->borda;
        return ERR_OK;
    case ELECTION_VOTE_TYPE_COUNT:
        break;
    }
    assert(false && "a vote type without a score");
    return ERR_INTERNAL;
}

enum err tally_score(const struct election *election, uint32_t option, int64_t *ret)
{
    const struct election_option *row = election_option(election, option);
    const struct election_sums sums = {row->votes, row->points, row->borda};

    return score_of(election, &sums, (int64_t)election_vote_count(election), ret);
}

enum err tally_group_score(const struct election *election, uint32_t group, uint32_t option,
                           int64_t *ret)
{
    return score_of(election, election_group_sums(election, group, option),
                    (int64_t)election_group_votes(election, group), ret);
}

unsigned tally_score_scale(const struct election *election)
{
    enum election_vote_type type = election_vote_type(election);

    assert(type < ELECTION_VOTE_TYPE_COUNT);

    return type == ELECTION_CUMULATIVE || type == ELECTION_SCORING ? election_points_scale(election)
                                                                   : 0;
}

/* Every array can hold what a rule can write, so that only ties need ever grow one. */
static enum err result_reserve(struct tally_result *result)
{
    size_t count = result->option_count == 0 ? 1 : result->option_count;

    assert(result->option_count <= ELECTION_OPTIONS_MAX);
    assert(result->outcomes == NULL);

    result->outcomes = calloc(count, sizeof *result->outcomes);
    result->funded = calloc(count, sizeof *result->funded);
    result->rounds = calloc(count * TALLY_ROUNDS_PER_OPTION, sizeof *result->rounds);
    result->ties = calloc(count * TALLY_ROUNDS_PER_OPTION, sizeof *result->ties);
    if (result->outcomes == NULL || result->funded == NULL || result->rounds == NULL ||
        result->ties == NULL) {
        return ERR_FULL;
    }
    return tally_tie_reserve(result, 1);
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

/* A tie by rate or load mattered when not all of its options got their whole cost after all. */
static void judge_ties(struct tally_result *result)
{
    for (uint32_t i = 0; i < result->tie_count; i++) {
        struct tally_tie *tie = &result->ties[i];

        assert(tie->first + tie->count <= result->tie_option_count);
        for (uint32_t k = 0; k < tie->count; k++) {
            const struct tally_outcome *outcome =
                &result->outcomes[result->tie_options[tie->first + k]];

            tie->decisive =
                tie->decisive || (outcome->reason != TALLY_FUNDED && tie->step != TALLY_STEP_TURN &&
                                  tie->step != TALLY_STEP_FILL);
        }
    }
}

/* What is true of every result, whatever the rule. */
static void result_check(const struct tally_result *result)
{
    assert(result->total_cost >= 0);
    assert(result->total_cost <= result->budget);
    assert(result->left_over == result->budget - result->total_cost);
    assert(result->funded_count <= result->option_count);
}

/* Too few voted: nothing is counted but the scores. */
static void miss_quorum(const struct election *election, struct tally_result *result)
{
    assert(result->funded_count == 0);
    assert(tally_quorum_needed(&result->method) > 0);

    result->quorum_missed = true;
    for (uint32_t option = 0; option < result->option_count; option++) {
        result->outcomes[option].reason =
            election_option(election, option)->withdrawn ? TALLY_WITHDRAWN : TALLY_QUORUM_MISSED;
    }
}

static enum err run_rule(const struct election *election, struct tally_result *result)
{
    enum err err;

    if (tally_quorum_voted(election, &result->method) < tally_quorum_needed(&result->method)) {
        miss_quorum(election, result);
        return ERR_OK;
    }
    err = RULES[result->method.rule].run(election, result);
    return err ? err : tally_partial_fit(election, result);
}

enum err tally_run(const struct election *election, const struct tally_method *method,
                   struct tally_result *ret)
{
    struct tally_result result = {.method = *method};
    enum err err;

    assert(election != NULL);
    assert(ret != NULL);
    assert(method->rule < TALLY_RULE_COUNT);

    if (!tally_method_is_sound(method) || !tally_limits_are_sound(election, method->limits)) {
        return ERR_INVALID;
    }
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
    if (!err) {
        err = tally_parts_measure(election, &result);
    }
    if (err) {
        goto out;
    }
    err = run_rule(election, &result);
    if (err) {
        goto out;
    }
    judge_ties(&result);
    result_check(&result);
    result.method.order = NULL; /* borrowed for the count only */
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
    free(result->part_scores);
    free(result->part_ranks);
    *result = (struct tally_result){.option_count = 0};
}
