/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits of points: which of them a method has, and whether any vote could
 * keep them.
 */
#include "participation/domain/ballot_check_parts.h"

#include <stddef.h>

enum points_use { POINTS_UNUSED, POINTS_ALLOWED, POINTS_NEEDED };

bool ballot_has_points(const struct ballot_definition *definition)
{
    return definition->method == BALLOT_METHOD_CUMULATIVE ||
           definition->method == BALLOT_METHOD_SCORING;
}

struct ballot_point_limits ballot_point_limits(const struct ballot_definition *definition)
{
    const bool cumulative = definition->method == BALLOT_METHOD_CUMULATIVE;
    struct ballot_point_limits limits = {
        .min = definition->min_points.present ? definition->min_points.points : cumulative,
        .max = definition->max_points.present ? definition->max_points.points
                                              : definition->max_sum_points.points,
        .min_sum = definition->min_sum_points.points,
        .max_sum = definition->max_sum_points.points,
    };

    return limits;
}

/* What a method does not use must not be said, what it cannot do without must be. */
enum err ballot_check_points(const struct ballot_definition *definition,
                             struct ballot_refusal *refusal)
{
    const bool scoring = definition->method == BALLOT_METHOD_SCORING;
    const bool cumulative = definition->method == BALLOT_METHOD_CUMULATIVE;
    const enum points_use either = ballot_has_points(definition) ? POINTS_ALLOWED : POINTS_UNUSED;

    const struct {
        const char *field;
        const struct ballot_points *points;
        int64_t least;
        enum points_use use;
    } members[] = {
        {"min_points", &definition->min_points, 0, either},
        {"max_points", &definition->max_points, 1, scoring ? POINTS_NEEDED : either},
        {"min_sum_points", &definition->min_sum_points, 0,
         cumulative ? POINTS_ALLOWED : POINTS_UNUSED},
        {"max_sum_points", &definition->max_sum_points, 1,
         cumulative ? POINTS_NEEDED : POINTS_UNUSED},
        {"default_score", &definition->default_score, 0, scoring ? POINTS_ALLOWED : POINTS_UNUSED},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct ballot_points *points = members[i].points;

        if (points->present && members[i].use == POINTS_UNUSED) {
            return ballot_refuse(refusal, BALLOT_REFUSAL_POINTS_UNUSED, members[i].field);
        }
        if (!points->present && members[i].use == POINTS_NEEDED) {
            return ballot_refuse(refusal, BALLOT_REFUSAL_POINTS_MISSING, members[i].field);
        }
        if (points->present &&
            (points->points < members[i].least || points->points > BALLOT_POINTS_MAX)) {
            return ballot_refuse(refusal, BALLOT_REFUSAL_POINTS_OUT_OF_RANGE, members[i].field);
        }
    }
    return ERR_OK;
}

/* Whether the rule asks who supports an option, and takes everybody who names it for one. */
static bool counts_naming(const struct ballot_definition *definition)
{
    switch (definition->rule) {
    case BALLOT_RULE_EQUAL_SHARES:
        return definition->satisfaction != BALLOT_SATISFACTION_POINTS;
    case BALLOT_RULE_PHRAGMEN:
    case BALLOT_RULE_COMPARISON:
        return true;
    case BALLOT_RULE_GREEDY:
    case BALLOT_RULE_GREEDY_NO_SKIP:
    case BALLOT_RULE_GREEDY_THRESHOLD:
    case BALLOT_RULE_MISSING:
    case BALLOT_RULE_END:
        break;
    }
    return false;
}

/* As in check_reachable(), each limit alone must leave some vote possible. */
enum err ballot_check_point_limits(const struct ballot_definition *definition,
                                   struct ballot_refusal *refusal)
{
    const struct ballot_point_limits limits = ballot_point_limits(definition);

    if (limits.min > limits.max) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MIN_POINTS_ABOVE_MAX, "min_points");
    }
    if (definition->default_score.points > limits.max) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_DEFAULT_SCORE_ABOVE_MAX, "default_score");
    }
    if (!ballot_has_points(definition)) {
        return ERR_OK;
    }
    if (counts_naming(definition) && (limits.min < 1 || definition->default_score.points > 0)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_ZERO_POINTS_SUPPORT,
                             limits.min < 1 ? "min_points" : "default_score");
    }
    if (definition->method != BALLOT_METHOD_CUMULATIVE) {
        return ERR_OK;
    }
    if (limits.max > limits.max_sum) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MAX_POINTS_ABOVE_SUM, "max_points");
    }
    if (limits.min_sum > limits.max_sum) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MIN_POINTS_ABOVE_MAX, "min_sum_points");
    }
    if (limits.max * (int64_t)definition->max_options < limits.min_sum) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MIN_SUM_POINTS_UNREACHABLE, "min_sum_points");
    }
    if (limits.min * (int64_t)definition->min_options > limits.max_sum) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MIN_POINTS_UNAFFORDABLE, "min_points");
    }
    return ERR_OK;
}
