/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of ballot.h: one small check per idea, run in order by
 * ballot_check. A check must only look at what the checks before it have
 * already found sane, so the order of the table is part of the code.
 */
#include "participation/domain/ballot.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/ballot_check_parts.h"
#include "participation/domain/encode.h"

static_assert(BALLOT_KRW_MAX <= INT64_MAX / BALLOT_OPTION_MAX, "a sum of all costs fits");

typedef enum err check_fn(const struct ballot_definition *definition,
                          struct ballot_refusal *refusal);

static check_fn check_texts;
static check_fn check_year_and_source;
static check_fn check_budget;
static check_fn check_words;
static check_fn check_rule;
static check_fn check_window;
static check_fn check_channels_and_bases;
static check_fn check_areas;
static check_fn check_options;
static check_fn check_duplicates;
static check_fn check_option_limits;
static check_fn check_cost_limits;
static check_fn check_reachable;

static enum err check_option(const struct ballot_definition *definition, size_t index,
                             struct ballot_refusal *refusal);
static size_t text_size(const struct ballot_option *option);
static enum err check_set(uint32_t set, unsigned end, const char *field,
                          struct ballot_refusal *refusal);
static int64_t cheapest_krw(const struct ballot_definition *definition);
static void costs_sort(const struct ballot_definition *definition, int64_t *costs_krw);

enum err ballot_check(const struct ballot_definition *definition, struct ballot_refusal *refusal)
{
    static check_fn *const CHECKS[] = {
        check_texts,
        check_year_and_source,
        check_budget,
        check_words,
        check_rule,
        check_window,
        check_channels_and_bases,
        ballot_check_eligibility,
        ballot_check_objection,
        check_areas,
        check_options,
        check_duplicates,
        ballot_check_min_costs,
        check_option_limits,
        check_cost_limits,
        check_reachable,
        ballot_check_points,
        ballot_check_point_limits,
        ballot_check_tie_order,
        ballot_check_partial_fit,
        ballot_check_quorum,
        ballot_check_jury,
        ballot_check_channel_weights,
        ballot_check_incompatible,
        ballot_check_caps,
        ballot_check_quotas,
    };

    assert(definition != NULL);
    assert(refusal != NULL);
    assert(definition->options != NULL || definition->option_count == 0);

    for (size_t i = 0; i < sizeof CHECKS / sizeof CHECKS[0]; i++) {
        enum err err = CHECKS[i](definition, refusal);

        if (err) {
            assert(refusal->reason != BALLOT_REFUSAL_NONE);
            return err;
        }
    }
    return ERR_OK;
}

static enum err check_texts(const struct ballot_definition *definition,
                            struct ballot_refusal *refusal)
{
    enum ballot_refusal_reason reason = ballot_text_reason(definition->district, true);

    if (reason) {
        return ballot_refuse(refusal, reason, "district");
    }
    reason = ballot_text_reason(definition->title, true);
    if (reason) {
        return ballot_refuse(refusal, reason, "title");
    }
    return ERR_OK;
}

static enum err check_year_and_source(const struct ballot_definition *definition,
                                      struct ballot_refusal *refusal)
{
    if (definition->budget_year < BALLOT_YEAR_MIN || definition->budget_year > BALLOT_YEAR_MAX) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_YEAR_OUT_OF_RANGE, "budget_year");
    }
    if (definition->funding_source == BALLOT_FUNDING_SOURCE_MISSING) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_VALUE_MISSING, "funding_source");
    }
    if (definition->funding_source >= BALLOT_FUNDING_SOURCE_END) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_VALUE_UNKNOWN, "funding_source");
    }
    return ERR_OK;
}

static enum err check_budget(const struct ballot_definition *definition,
                             struct ballot_refusal *refusal)
{
    if (definition->budget_krw <= 0) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE, "budget_krw");
    }
    if (definition->budget_krw > BALLOT_KRW_MAX) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_AMOUNT_TOO_LARGE, "budget_krw");
    }
    return ERR_OK;
}

static enum err check_words(const struct ballot_definition *definition,
                            struct ballot_refusal *refusal)
{
    const struct {
        unsigned value;
        unsigned end;
        const char *field;
    } values[] = {
        {definition->method, BALLOT_METHOD_END, "method"},
        {definition->rule, BALLOT_RULE_END, "rule"},
        {definition->satisfaction, BALLOT_SATISFACTION_END, "satisfaction"},
        {definition->completion, BALLOT_COMPLETION_END, "completion"},
        {definition->tie, BALLOT_TIE_END, "tie"},
    };

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (values[i].value == 0) {
            return ballot_refuse(refusal, BALLOT_REFUSAL_VALUE_MISSING, values[i].field);
        }
        if (values[i].value >= values[i].end) {
            return ballot_refuse(refusal, BALLOT_REFUSAL_VALUE_UNKNOWN, values[i].field);
        }
    }
    return ERR_OK;
}

/* What a rule does not use must not be said: it would look as if it counted. */
static enum err check_rule(const struct ballot_definition *definition,
                           struct ballot_refusal *refusal)
{
    const bool shares =
        definition->rule == BALLOT_RULE_EQUAL_SHARES || definition->rule == BALLOT_RULE_COMPARISON;
    const bool has_threshold = definition->rule == BALLOT_RULE_GREEDY_THRESHOLD;
    const struct ballot_threshold *threshold = &definition->threshold;

    if ((definition->rule == BALLOT_RULE_PHRAGMEN &&
         definition->satisfaction != BALLOT_SATISFACTION_COST) ||
        (definition->satisfaction == BALLOT_SATISFACTION_POINTS &&
         (!shares || !ballot_has_points(definition)))) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_SATISFACTION_UNUSED, "satisfaction");
    }
    if (!shares && definition->completion != BALLOT_COMPLETION_NONE) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_COMPLETION_UNUSED, "completion");
    }
    if (has_threshold != threshold->present) {
        return ballot_refuse(refusal,
                             has_threshold ? BALLOT_REFUSAL_THRESHOLD_MISSING
                                           : BALLOT_REFUSAL_THRESHOLD_UNUSED,
                             "threshold_score");
    }
    if (threshold->present && (threshold->score < 1 || threshold->score > BALLOT_THRESHOLD_MAX)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_THRESHOLD_OUT_OF_RANGE, "threshold_score");
    }
    return ERR_OK;
}

static enum err check_window(const struct ballot_definition *definition,
                             struct ballot_refusal *refusal)
{
    int64_t length_ms;

    if (definition->opens_at_ms <= 0 || definition->opens_at_ms > BALLOT_TIME_MAX_MS) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_TIME_OUT_OF_RANGE, "opens_at_ms");
    }
    if (definition->closes_at_ms <= 0 || definition->closes_at_ms > BALLOT_TIME_MAX_MS) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_TIME_OUT_OF_RANGE, "closes_at_ms");
    }
    length_ms = definition->closes_at_ms - definition->opens_at_ms;
    if (length_ms <= 0) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_WINDOW_EMPTY, "closes_at_ms");
    }
    if (length_ms < BALLOT_WINDOW_MIN_MS) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_WINDOW_TOO_SHORT, "closes_at_ms");
    }
    if (length_ms > BALLOT_WINDOW_MAX_MS) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_WINDOW_TOO_LONG, "closes_at_ms");
    }
    return ERR_OK;
}

static enum err check_channels_and_bases(const struct ballot_definition *definition,
                                         struct ballot_refusal *refusal)
{
    enum err err = check_set(definition->channels, BALLOT_CHANNEL_END, "channels", refusal);

    if (err) {
        return err;
    }
    return check_set(definition->bases, BALLOT_BASIS_END, "bases", refusal);
}

static enum err check_areas(const struct ballot_definition *definition,
                            struct ballot_refusal *refusal)
{
    if (definition->area_count > BALLOT_AREA_MAX) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_AREAS_TOO_MANY, "areas");
    }
    for (size_t i = 0; i < definition->area_count; i++) {
        enum ballot_refusal_reason reason = ballot_text_reason(definition->areas[i], true);

        if (reason) {
            return ballot_refuse_at(refusal, reason, "areas", i, NULL);
        }
        /* Found earlier in the list than here: this is the second of two. */
        if (ballot_area_find(definition, definition->areas[i]) != i) {
            return ballot_refuse_at(refusal, BALLOT_REFUSAL_AREA_DUPLICATE, "areas", i, NULL);
        }
    }
    return ERR_OK;
}

static enum err check_options(const struct ballot_definition *definition,
                              struct ballot_refusal *refusal)
{
    size_t size = 0;

    if (definition->option_count == 0) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_OPTIONS_MISSING, "options");
    }
    if (definition->option_count > BALLOT_OPTION_MAX) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_OPTIONS_TOO_MANY, "options");
    }
    for (size_t i = 0; i < definition->option_count; i++) {
        enum err err = check_option(definition, i, refusal);

        if (err) {
            return err;
        }
        size += text_size(&definition->options[i]);
    }
    return size <= BALLOT_OPTIONS_TEXT_MAX
               ? ERR_OK
               : ballot_refuse(refusal, BALLOT_REFUSAL_OPTIONS_TEXT_TOO_LONG, "options");
}

static size_t text_size(const struct ballot_option *option)
{
    return strlen(option->id) + strlen(option->name) + strlen(option->area) +
           strlen(option->field) + strlen(option->programme);
}

static enum err check_option(const struct ballot_definition *definition, size_t index,
                             struct ballot_refusal *refusal)
{
    const struct ballot_option *option = &definition->options[index];

    const struct {
        const char *text;
        bool required;
        const char *field;
    } texts[] = {
        {option->id, true, "id"},
        {option->name, true, "name"},
        {option->area, false, "area"},
        {option->field, false, "field"},
        {option->programme, true, "programme"},
    };

    if (option->number != index + 1) {
        return ballot_refuse_at(refusal, BALLOT_REFUSAL_OPTION_NUMBER_OUT_OF_ORDER, "options",
                                index, "number");
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        enum ballot_refusal_reason reason = ballot_text_reason(texts[i].text, texts[i].required);

        if (reason) {
            return ballot_refuse_at(refusal, reason, "options", index, texts[i].field);
        }
    }
    if (option->cost_krw <= 0) {
        return ballot_refuse_at(refusal, BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE, "options", index,
                                "cost_krw");
    }
    if (option->cost_krw > BALLOT_KRW_MAX) {
        return ballot_refuse_at(refusal, BALLOT_REFUSAL_AMOUNT_TOO_LARGE, "options", index,
                                "cost_krw");
    }
    /* Without a list of areas there is nothing that an option's area could contradict. */
    if (definition->area_count > 0 && option->area[0] != '\0' &&
        strcmp(option->area, definition->district) != 0 &&
        ballot_area_find(definition, option->area) == definition->area_count) {
        return ballot_refuse_at(refusal, BALLOT_REFUSAL_OPTION_AREA_UNKNOWN, "options", index,
                                "area");
    }
    return ERR_OK;
}

static enum err check_duplicates(const struct ballot_definition *definition,
                                 struct ballot_refusal *refusal)
{
    uint32_t number = ballot_duplicate_find(definition, false);

    if (number != 0) {
        return ballot_refuse_at(refusal, BALLOT_REFUSAL_OPTION_ID_DUPLICATE, "options", number - 1,
                                "id");
    }
    number = ballot_duplicate_find(definition, true);
    if (number != 0) {
        return ballot_refuse_at(refusal, BALLOT_REFUSAL_PROGRAMME_DUPLICATE, "options", number - 1,
                                "programme");
    }
    return ERR_OK;
}

static enum err check_option_limits(const struct ballot_definition *definition,
                                    struct ballot_refusal *refusal)
{
    if (definition->max_options == 0) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MAX_OPTIONS_ZERO, "max_options");
    }
    if (definition->method == BALLOT_METHOD_CHOOSE_1 && definition->max_options != 1) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_CHOOSE_1_MAX_OPTIONS, "max_options");
    }
    if (definition->max_options > definition->option_count) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MAX_OPTIONS_ABOVE_OPTIONS, "max_options");
    }
    /* "At least none" and "empty votes are refused" cannot both be meant. */
    if (definition->min_options == 0 && !definition->empty_allowed) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MIN_OPTIONS_ZERO, "min_options");
    }
    if (definition->min_options > definition->max_options) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MIN_OPTIONS_ABOVE_MAX, "min_options");
    }
    return ERR_OK;
}

static enum err check_cost_limits(const struct ballot_definition *definition,
                                  struct ballot_refusal *refusal)
{
    const struct ballot_limit *min = &definition->min_cost_krw;
    const struct ballot_limit *max = &definition->max_cost_krw;

    if (min->present && min->krw < 0) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_AMOUNT_NEGATIVE, "min_cost_krw");
    }
    if (min->present && min->krw > BALLOT_KRW_MAX) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_AMOUNT_TOO_LARGE, "min_cost_krw");
    }
    if (max->present && max->krw <= 0) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE, "max_cost_krw");
    }
    if (max->present && max->krw > BALLOT_KRW_MAX) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_AMOUNT_TOO_LARGE, "max_cost_krw");
    }
    if (min->present && max->present && min->krw > max->krw) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MIN_COST_ABOVE_MAX, "min_cost_krw");
    }
    if (max->present && max->krw < cheapest_krw(definition)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MAX_COST_BELOW_CHEAPEST, "max_cost_krw");
    }
    if (definition->budget_krw < ballot_check_least_krw(definition)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_BUDGET_BELOW_CHEAPEST, "budget_krw");
    }
    return ERR_OK;
}

/* Each limit alone must leave some vote possible. Whether all of them together do is a subset-sum
 * question, and is left to the operators who read the definition. */
static enum err check_reachable(const struct ballot_definition *definition,
                                struct ballot_refusal *refusal)
{
    int64_t costs_krw[BALLOT_OPTION_MAX] = {0};
    int64_t least_krw = 0;
    int64_t most_krw = 0;

    assert(definition->max_options <= definition->option_count);
    assert(definition->min_options <= definition->max_options);

    costs_sort(definition, costs_krw);
    for (size_t i = 0; i < definition->min_options; i++) {
        least_krw += costs_krw[i];
    }
    for (size_t i = 0; i < definition->max_options; i++) {
        most_krw += costs_krw[definition->option_count - 1 - i];
    }
    if (definition->max_cost_krw.present && least_krw > definition->max_cost_krw.krw) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MIN_OPTIONS_UNAFFORDABLE, "min_options");
    }
    if (definition->min_cost_krw.present && most_krw < definition->min_cost_krw.krw) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MIN_COST_UNREACHABLE, "min_cost_krw");
    }
    return ERR_OK;
}

/* A set must name something, and nothing that has no name. */
static enum err check_set(uint32_t set, unsigned end, const char *field,
                          struct ballot_refusal *refusal)
{
    uint32_t known = BALLOT_BIT(end) - 2; /* every bit below end but that of "missing" */

    assert(end > 1);
    assert(end < 32);

    if (set == 0) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_VALUE_MISSING, field);
    }
    if ((set & ~known) != 0) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_VALUE_UNKNOWN, field);
    }
    return ERR_OK;
}

enum ballot_refusal_reason ballot_text_reason(const char *text, bool required)
{
    size_t length;

    assert(text != NULL);

    length = strlen(text);
    assert(length <= BALLOT_NAME_MAX);
    if (length == 0 && required) {
        return BALLOT_REFUSAL_TEXT_EMPTY;
    }
    if (!encode_text_valid(text, length)) {
        return BALLOT_REFUSAL_TEXT_INVALID;
    }
    /* A name of spaces is as empty as none, and one that starts or ends with one misleads. */
    if (length > 0 && (text[0] == ' ' || text[length - 1] == ' ')) {
        return BALLOT_REFUSAL_TEXT_INVALID;
    }
    return BALLOT_REFUSAL_NONE;
}

enum err ballot_refuse(struct ballot_refusal *refusal, enum ballot_refusal_reason reason,
                       const char *field)
{
    return ballot_refuse_at(refusal, reason, NULL, BALLOT_PATH_WHOLE, field);
}

enum err ballot_refuse_at(struct ballot_refusal *refusal, enum ballot_refusal_reason reason,
                          const char *list, size_t index, const char *field)
{
    assert(reason > BALLOT_REFUSAL_NONE);
    assert(reason < BALLOT_REFUSAL_END);

    refusal->reason = reason;
    ballot_path_set(refusal->path, list, index, field);
    return ERR_INVALID;
}

static int64_t cheapest_krw(const struct ballot_definition *definition)
{
    int64_t cheapest = BALLOT_KRW_MAX;

    assert(definition->option_count > 0);

    for (size_t i = 0; i < definition->option_count; i++) {
        if (definition->options[i].cost_krw < cheapest) {
            cheapest = definition->options[i].cost_krw;
        }
    }
    assert(cheapest > 0);
    return cheapest;
}

/* An insertion sort: at most 1,000 elements, once per definition, and qsort may allocate. */
static void costs_sort(const struct ballot_definition *definition, int64_t *costs_krw)
{
    assert(definition->option_count <= BALLOT_OPTION_MAX);
    assert(costs_krw != NULL);

    for (size_t i = 0; i < definition->option_count; i++) {
        int64_t cost_krw = definition->options[i].cost_krw;
        size_t at = i;

        while (at > 0 && costs_krw[at - 1] > cost_krw) {
            costs_krw[at] = costs_krw[at - 1];
            at--;
        }
        costs_krw[at] = cost_krw;
    }
}
