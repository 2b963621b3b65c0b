/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of ballots. The words are the domain's; the rules are too: what is read
 * here is only put into its struct, and ballot_check() judges it.
 */
#include "participation/http/ballot_json.h"

#include "participation/domain/ballot_names.h"
#include "participation/http/ballot_json_sets.h"
#include "participation/http/ballot_json_terms.h"
#include "participation/http/eligibility_json.h"
#include "participation/http/jury_json.h"
#include "runtime/clock.h"
#include "runtime/json.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROGRAMME_PREFIX_LENGTH = sizeof "0a0b0c0d0e0f-" - 1,
    OBJECTION_DAYS_DEFAULT = 14,
};

static const char *const BALLOT_KEYS[] = {
    "title",         "budget_year",     "funding_source",
    "budget_krw",    "method",          "rule",
    "satisfaction",  "completion",      "threshold_score",
    "tie",           "tie_order",       "partial_fit",
    "quorum_voters", "incompatible",    "area_caps",
    "field_caps",    "area_quotas",     "opens_at",
    "closes_at",     "min_options",     "max_options",
    "min_cost_krw",  "max_cost_krw",    "min_points",
    "max_points",    "min_sum_points",  "max_sum_points",
    "default_score", "empty_allowed",   "channels",
    "bases",         "eligibility",     "objection_days",
    "areas",         "options",         "quorum_share",
    "jury",          "channel_weights", NULL,
};
static const char *const OPTION_KEYS[] = {
    "id", "name", "cost_krw", "min_cost_krw", "area", "field", "programme", NULL,
};

/* The members about points, and where in the definition they stand. */
static const struct {
    const char *key;
    size_t offset;
} POINTS[] = {
    {"min_points", offsetof(struct ballot_definition, min_points)},
    {"max_points", offsetof(struct ballot_definition, max_points)},
    {"min_sum_points", offsetof(struct ballot_definition, min_sum_points)},
    {"max_sum_points", offsetof(struct ballot_definition, max_sum_points)},
    {"default_score", offsetof(struct ballot_definition, default_score)},
};

enum { POINT_COUNT = sizeof POINTS / sizeof POINTS[0] };

/* A word of an enum. What is missing becomes `otherwise`; where that is NULL it is refused, and unknown
 * words are everywhere. */
static unsigned read_word(struct json_reader *reader, const char *name, const char *otherwise,
                          unsigned (*from_name)(const char *))
{
    char word[64] = "";
    unsigned value;

    if (otherwise != NULL && !json_reader_has(reader, name)) {
        return from_name(otherwise);
    }
    json_read_text(reader, name, 1, word, sizeof word);
    value = from_name(word);
    if (json_reader_ok(reader) && value == 0) {
        json_reader_refuse(reader, name, &PROBLEM_WRONG_VALUE, NULL, word);
    }
    return value;
}

/* from_name of every enum, as one type. */
#define WORD_VALUE(what)                                                                           \
    static unsigned what##_value(const char *name)                                                 \
    {                                                                                              \
        return (unsigned)ballot_##what##_from_name(name);                                          \
    }

WORD_VALUE(funding_source)
WORD_VALUE(method)
WORD_VALUE(rule)
WORD_VALUE(satisfaction)
WORD_VALUE(completion)
WORD_VALUE(tie)
WORD_VALUE(basis)

static void read_words(struct json_reader *reader, struct ballot_definition *definition)
{
    definition->funding_source = read_word(reader, "funding_source", NULL, funding_source_value);
    definition->method = read_word(reader, "method", NULL, method_value);
    definition->rule = read_word(reader, "rule", "greedy", rule_value);
    definition->satisfaction = read_word(reader, "satisfaction", "cost", satisfaction_value);
    definition->completion = read_word(reader, "completion", "none", completion_value);
    definition->tie = read_word(reader, "tie", "lowest-cost-then-votes", tie_value);
}

static void read_limit(struct json_reader *reader, const char *name, struct ballot_limit *limit)
{
    limit->present = json_reader_has(reader, name);
    if (limit->present) {
        json_read_int64(reader, name, INT64_MIN, INT64_MAX, &limit->krw);
    }
}

static void read_points(struct json_reader *reader, struct ballot_definition *definition)
{
    for (size_t i = 0; i < POINT_COUNT; i++) {
        struct ballot_points *points = (void *)((char *)definition + POINTS[i].offset);

        points->present = json_reader_has(reader, POINTS[i].key);
        if (points->present) {
            json_read_int64(reader, POINTS[i].key, INT64_MIN, INT64_MAX, &points->points);
        }
    }
}

static void read_numbers(struct json_reader *reader, struct ballot_definition *definition)
{
    int64_t year = 0;
    int64_t least = 1;
    int64_t most = 0;
    int64_t objection_days = OBJECTION_DAYS_DEFAULT;

    json_read_int64(reader, "budget_year", 0, INT32_MAX, &year);
    json_read_int64(reader, "budget_krw", INT64_MIN, INT64_MAX, &definition->budget_krw);
    if (json_reader_has(reader, "min_options")) {
        json_read_int64(reader, "min_options", 0, UINT32_MAX, &least);
    }
    json_read_int64(reader, "max_options", 0, UINT32_MAX, &most);
    definition->threshold.present = json_reader_has(reader, "threshold_score");
    if (definition->threshold.present) {
        json_read_int64(reader, "threshold_score", INT64_MIN, INT64_MAX,
                        &definition->threshold.score);
    }
    read_limit(reader, "min_cost_krw", &definition->min_cost_krw);
    read_limit(reader, "max_cost_krw", &definition->max_cost_krw);
    read_points(reader, definition);
    if (json_reader_has(reader, "objection_days")) {
        json_read_int64(reader, "objection_days", 0, UINT16_MAX, &objection_days);
    }
    definition->objection_days = (uint32_t)objection_days;
    definition->budget_year = (int32_t)year;
    definition->min_options = (uint32_t)least;
    definition->max_options = (uint32_t)most;
    json_read_time(reader, "opens_at", &definition->opens_at_ms);
    json_read_time(reader, "closes_at", &definition->closes_at_ms);
    if (json_reader_has(reader, "empty_allowed")) {
        json_read_bool(reader, "empty_allowed", &definition->empty_allowed);
    }
}

static void read_areas(struct json_reader *reader, struct ballot_definition *definition)
{
    const json_t *array = NULL;

    if (!json_reader_has(reader, "areas")) {
        return;
    }
    json_read_array(reader, "areas", BALLOT_AREA_MAX, &array);
    for (size_t i = 0; json_reader_ok(reader) && i < json_array_size(array); i++) {
        const char *area = json_string_value(json_array_get(array, i));

        if (area == NULL ||
            ballot_text_set(definition->areas[i], sizeof definition->areas[i], area) != ERR_OK) {
            json_reader_refuse(reader, "areas", &PROBLEM_WRONG_VALUE, NULL, area);
        }
        definition->area_count = i + 1;
    }
}

static void read_optional_text(struct json_reader *reader, const char *name, char *ret_text,
                               size_t size)
{
    if (json_reader_has(reader, name)) {
        json_read_text(reader, name, 0, ret_text, size);
    }
}

/* A programme that no other ballot has: the last part of the ballot's id, and the option's id or,
 * when that is too long to be kept whole, its number. */
static void name_programme(const uint8_t *ballot_id, struct ballot_option *option)
{
    int length = snprintf(option->programme, sizeof option->programme,
                          "%02x%02x%02x%02x%02x%02x-%s", ballot_id[10], ballot_id[11],
                          ballot_id[12], ballot_id[13], ballot_id[14], ballot_id[15], option->id);

    if (length >= (int)sizeof option->programme) {
        (void)snprintf(option->programme + PROGRAMME_PREFIX_LENGTH,
                       sizeof option->programme - PROGRAMME_PREFIX_LENGTH, "n%u",
                       (unsigned)option->number); /* Always fits. */
    }
}

static void read_option(const json_t *json, size_t index, struct ballot_definition *definition,
                        struct ballot_option *option, struct problem *problem)
{
    struct json_reader reader;
    char path[PROBLEM_FIELD_SIZE];

    (void)snprintf(path, sizeof path, "/options/%zu", index); /* Always fits. */
    json_reader_init(&reader, json, path, problem);
    json_reader_allow(&reader, OPTION_KEYS);
    option->number = (uint32_t)index + 1;
    json_read_text(&reader, "id", 1, option->id, sizeof option->id);
    json_read_text(&reader, "name", 1, option->name, sizeof option->name);
    json_read_int64(&reader, "cost_krw", INT64_MIN, INT64_MAX, &option->cost_krw);
    if (json_reader_has(&reader, "min_cost_krw")) {
        json_read_int64(&reader, "min_cost_krw", 1, INT64_MAX, &definition->min_costs.krw[index]);
    }
    read_optional_text(&reader, "area", option->area, sizeof option->area);
    read_optional_text(&reader, "field", option->field, sizeof option->field);
    read_optional_text(&reader, "programme", option->programme, sizeof option->programme);
    if (option->programme[0] == '\0') {
        name_programme(definition->ballot_id, option);
    }
}

static void read_options(struct json_reader *reader, struct ballot_definition *definition,
                         struct ballot_option **ret_options)
{
    const json_t *array = NULL;

    json_read_array(reader, "options", BALLOT_OPTION_MAX, &array);
    if (!json_reader_ok(reader)) {
        return;
    }
    definition->option_count = json_array_size(array);
    *ret_options = calloc(definition->option_count + 1, sizeof **ret_options);
    if (*ret_options == NULL) {
        json_reader_refuse(reader, "options", &PROBLEM_OVERLOADED, NULL, NULL);
        return;
    }
    definition->options = *ret_options;
    for (size_t i = 0; i < definition->option_count && json_reader_ok(reader); i++) {
        read_option(json_array_get(array, i), i, definition, &(*ret_options)[i], reader->problem);
    }
}

/* The domain's refusal as a problem. */
static void refuse(const struct ballot_refusal *refusal, struct problem *ret_problem)
{
    static struct problem_kind kinds[BALLOT_REFUSAL_END]; /* Loop thread only. */
    const struct ballot_refusal_text *text = ballot_refusal_text(refusal->reason);

    kinds[refusal->reason] = (struct problem_kind){
        .status = 422,
        .code = text->code,
        .ko = text->korean,
        .en = text->english,
    };
    problem_set(ret_problem, &kinds[refusal->reason], refusal->path, NULL, NULL);
}

enum err ballot_json_read(const void *text, size_t length, struct ballot_definition *definition,
                          struct ballot_option **ret_options, struct problem *ret_problem)
{
    struct json_reader reader;
    struct ballot_refusal refusal;
    json_t *json = NULL;

    *ret_options = NULL;
    if (json_parse(text, length, &json, ret_problem) != ERR_OK) {
        return ERR_INVALID;
    }
    json_reader_init(&reader, json, "", ret_problem);
    json_reader_allow(&reader, BALLOT_KEYS);
    json_read_text(&reader, "title", 1, definition->title, sizeof definition->title);
    read_words(&reader, definition);
    read_numbers(&reader, definition);
    definition->channels = ballot_json_read_channels(&reader);
    definition->bases = ballot_json_read_set(&reader, "bases", BALLOT_BASIS_END, basis_value);
    eligibility_json_read(&reader, &definition->eligibility);
    read_areas(&reader, definition);
    read_options(&reader, definition, ret_options);
    ballot_json_read_terms(&reader, definition);
    json_decref(json);
    if (ret_problem->kind == NULL && ballot_check(definition, &refusal) != ERR_OK) {
        refuse(&refusal, ret_problem);
    }
    if (ret_problem->kind != NULL) {
        free(*ret_options);
        *ret_options = NULL;
        return ERR_INVALID;
    }
    return ERR_OK;
}

/* A time as RFC 3339, or null for what has not happened. */
static json_t *time_json(int64_t time_ms)
{
    char text[CLOCK_TEXT_SIZE];

    if (time_ms == 0) {
        return json_null();
    }
    clock_format(time_ms, text);
    return json_string(text);
}

static const char *basis_word(unsigned value)
{
    return ballot_basis_name((enum ballot_basis)value);
}

static json_t *limit_json(const struct ballot_limit *limit)
{
    return limit->present ? json_integer(limit->krw) : json_null();
}

static json_t *threshold_json(const struct ballot_threshold *threshold)
{
    return threshold->present ? json_integer(threshold->score) : json_null();
}

static json_t *areas_json(const struct ballot_definition *definition)
{
    json_t *array = json_array();

    for (size_t i = 0; i < definition->area_count; i++) {
        (void)json_array_append_new(array, json_string(definition->areas[i])); /* Likewise. */
    }
    return array;
}

static json_t *min_cost_json(const struct ballot_definition *definition, size_t place)
{
    const int64_t krw = definition->min_costs.krw[place];

    return krw > 0 ? json_integer(krw) : json_null();
}

static json_t *options_json(const struct ballot_definition *definition)
{
    json_t *array = json_array();

    for (size_t i = 0; i < definition->option_count; i++) {
        const struct ballot_option *option = &definition->options[i];

        (void)json_array_append_new(/* Likewise. */
                                    array, json_pack("{s:I, s:s, s:s, s:I, s:o, s:s, s:s, s:s}",
                                                     "number", (json_int_t)option->number, "id",
                                                     option->id, "name", option->name, "cost_krw",
                                                     (json_int_t)option->cost_krw, "min_cost_krw",
                                                     min_cost_json(definition, i), "area",
                                                     option->area, "field", option->field,
                                                     "programme", option->programme));
    }
    return array;
}

json_t *ballot_json_short(const struct ballot_row *row, const struct ballot_definition *definition)
{
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(row->ballot_id, ballot_id);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:s, s:I, s:o, s:o, s:o, s:b}", "ballot_id", ballot_id,
        "district", definition->district, "title", definition->title, "state",
        ballot_state_name(row->state), "budget_year", (int)definition->budget_year,
        "funding_source", ballot_funding_source_name(definition->funding_source), "budget_krw",
        (json_int_t)definition->budget_krw, "opens_at", time_json(definition->opens_at_ms),
        "closes_at", time_json(definition->closes_at_ms), "extended_to",
        time_json(row->extended_to_ms), "demonstration", (int)definition->demonstration);
}

static json_t *refusal_json(const struct ballot_row *row)
{
    if (row->refusal_code[0] == '\0') {
        return json_null();
    }
    return json_pack("{s:s, s:I}", "code", row->refusal_code, "shortfall_krw",
                     (json_int_t)row->refusal_shortfall_krw);
}

/* Adds the limits of points; null for those that the definition does not have. */
static bool add_points(json_t *json, const struct ballot_definition *definition)
{
    bool added = true;

    for (size_t i = 0; i < POINT_COUNT; i++) {
        const struct ballot_points *points =
            (const void *)((const char *)definition + POINTS[i].offset);
        json_t *value = points->present ? json_integer(points->points) : json_null();

        added = json_object_set_new(json, POINTS[i].key, value) == 0 && added;
    }
    return added;
}

json_t *ballot_json(const struct ballot_row *row, const struct ballot_definition *definition)
{
    char hash[2 * CRYPTO_HASH_SIZE + 1];
    json_t *json = ballot_json_short(row, definition);
    json_t *more;

    crypto_hex(row->definition_hash, CRYPTO_HASH_SIZE, hash, sizeof hash);
    more = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:s, s:I, s:I, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:s, s:o}",
        "method", ballot_method_name(definition->method), "rule",
        ballot_rule_name(definition->rule), "satisfaction",
        ballot_satisfaction_name(definition->satisfaction), "completion",
        ballot_completion_name(definition->completion), "threshold_score",
        threshold_json(&definition->threshold), "tie", ballot_tie_name(definition->tie),
        "min_options", (json_int_t)definition->min_options, "max_options",
        (json_int_t)definition->max_options, "min_cost_krw", limit_json(&definition->min_cost_krw),
        "max_cost_krw", limit_json(&definition->max_cost_krw), "empty_allowed",
        (int)definition->empty_allowed, "channels", ballot_json_channels(definition->channels),
        "bases", ballot_json_set(definition->bases, BALLOT_BASIS_END, basis_word), "areas",
        areas_json(definition), "options", options_json(definition), "definition_hash", hash,
        "opening_refusal", refusal_json(row));
    if (json == NULL || more == NULL || json_object_update(json, more) != 0 ||
        !add_points(json, definition) || !ballot_json_add_terms(json, definition) ||
        json_object_set_new(json, "eligibility", eligibility_json(&definition->eligibility)) != 0 ||
        json_object_set_new(json, "objection_days", json_integer(definition->objection_days)) !=
            0 ||
        json_object_set_new(json, "lot_seed",
                            row->lot_seed != NULL ? json_string(row->lot_seed) : json_null()) !=
            0 ||
        json_object_set_new(json, "jury_scores", jury_scores_json(row, definition)) != 0 ||
        json_object_set_new(json, "opened_at", time_json(row->opened_at_ms)) != 0 ||
        json_object_set_new(json, "closed_at", time_json(row->closed_at_ms)) != 0 ||
        json_object_set_new(json, "certified_at", time_json(row->certified_at_ms)) != 0 ||
        json_object_set_new(json, "key_destroyed_at", time_json(row->key_destroyed_at_ms)) != 0) {
        json_decref(json);
        json = NULL;
    }
    json_decref(more);
    return json;
}
