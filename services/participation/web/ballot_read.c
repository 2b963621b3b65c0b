/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From JSON to a definition. Must never fill in what the service did not say:
 * what a page needs and does not find is an error.
 */
#include "participation/web/ballot_read.h"

#include "participation/domain/ballot_names.h"
#include "runtime/clock.h"

#include <stdlib.h>
#include <string.h>

const char *web_json_text(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));

    return text != NULL ? text : "";
}

enum err web_json_window(const json_t *json, int64_t *ret_opens_ms, int64_t *ret_closes_ms)
{
    const char *extended = json_string_value(json_object_get(json, "extended_to"));
    const char *closes = extended != NULL ? extended : web_json_text(json, "closes_at");
    int64_t opens_ms = 0;
    int64_t closes_ms = 0;

    if (clock_parse(web_json_text(json, "opens_at"), &opens_ms) ||
        clock_parse(closes, &closes_ms)) {
        return ERR_INVALID;
    }
    *ret_opens_ms = opens_ms;
    *ret_closes_ms = closes_ms;
    return ERR_OK;
}

/* Everything is read, and whether all of it was right is asked once. */
struct reading {
    const json_t *json;
    bool wrong;
};

static void read_text(struct reading *reading, const char *name, char *to, size_t size)
{
    const char *text = json_string_value(json_object_get(reading->json, name));

    if (text == NULL || ballot_text_set(to, size, text)) {
        reading->wrong = true;
    }
}

static int64_t read_number(struct reading *reading, const char *name)
{
    const json_t *value = json_object_get(reading->json, name);

    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        reading->wrong = true;
        return 0;
    }
    return json_integer_value(value);
}

static int64_t read_time(struct reading *reading, const char *name)
{
    int64_t time_ms = 0;

    if (clock_parse(web_json_text(reading->json, name), &time_ms)) {
        reading->wrong = true;
    }
    return time_ms;
}

static struct ballot_points read_points(struct reading *reading, const char *name)
{
    if (!json_is_integer(json_object_get(reading->json, name))) {
        return (struct ballot_points){.present = false};
    }
    return (struct ballot_points){.present = true, .points = read_number(reading, name)};
}

static struct ballot_limit read_limit(struct reading *reading, const char *name)
{
    const struct ballot_points points = read_points(reading, name);

    return (struct ballot_limit){.present = points.present, .krw = points.points};
}

static bool read_flag(struct reading *reading, const char *name)
{
    const json_t *value = json_object_get(reading->json, name);

    if (!json_is_boolean(value)) {
        reading->wrong = true;
    }
    return json_is_true(value);
}

/* A set of words as bits. */
static uint32_t read_set(struct reading *reading, const char *name,
                         unsigned (*from_name)(const char *))
{
    const json_t *array = json_object_get(reading->json, name);
    uint32_t set = 0;

    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *word = json_string_value(json_array_get(array, i));

        set |= word != NULL && from_name(word) != 0 ? BALLOT_BIT(from_name(word)) : 0;
    }
    if (set == 0) {
        reading->wrong = true;
    }
    return set;
}

static unsigned channel_of(const char *name)
{
    return ballot_channel_from_name(name);
}

static unsigned basis_of(const char *name)
{
    return ballot_basis_from_name(name);
}

static unsigned ground_of(const char *name)
{
    return eligibility_ground_from_name(name);
}

static void read_options(struct web_ballot *ballot, struct reading *reading)
{
    const json_t *array = json_object_get(reading->json, "options");
    const size_t count = json_array_size(array);

    if (count == 0 || count > BALLOT_OPTION_MAX) {
        reading->wrong = true;
        return;
    }
    ballot->options = calloc(count, sizeof ballot->options[0]);
    if (ballot->options == NULL) {
        reading->wrong = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct ballot_option *option = &ballot->options[i];
        struct reading one = {.json = json_array_get(array, i)};

        option->number = (uint32_t)i + 1;
        read_text(&one, "id", option->id, sizeof option->id);
        read_text(&one, "name", option->name, sizeof option->name);
        read_text(&one, "area", option->area, sizeof option->area);
        read_text(&one, "field", option->field, sizeof option->field);
        option->cost_krw = read_number(&one, "cost_krw");
        reading->wrong = reading->wrong || one.wrong;
    }
    ballot->definition.options = ballot->options;
    ballot->definition.option_count = count;
}

static void read_areas(struct ballot_definition *definition, struct reading *reading)
{
    const json_t *array = json_object_get(reading->json, "areas");

    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *area = json_string_value(json_array_get(array, i));

        if (i == BALLOT_AREA_MAX || area == NULL ||
            ballot_text_set(definition->areas[i], sizeof definition->areas[i], area)) {
            reading->wrong = true;
            return;
        }
        definition->area_count = i + 1;
    }
}

static void read_quotas(struct ballot_definition *definition, struct reading *reading)
{
    const json_t *array = json_object_get(reading->json, "area_quotas");

    for (size_t i = 0; i < json_array_size(array); i++) {
        struct reading one = {.json = json_array_get(array, i)};
        struct ballot_quota *quota = &definition->area_quotas.list[i];

        if (i == BALLOT_QUOTA_MAX) {
            reading->wrong = true;
            return;
        }
        quota->scope = ballot_scope_from_name(web_json_text(one.json, "scope"));
        quota->min_options = (uint32_t)read_number(&one, "min_options");
        quota->max_options = (uint32_t)read_number(&one, "max_options");
        if (quota->scope == BALLOT_SCOPE_AREA) {
            read_text(&one, "area", quota->area, sizeof quota->area);
        }
        reading->wrong = reading->wrong || one.wrong || quota->scope == BALLOT_SCOPE_MISSING;
        definition->area_quotas.count = i + 1;
    }
}

static struct eligibility_age read_age(struct reading *reading, const char *name)
{
    const struct ballot_points years = read_points(reading, name);

    return (struct eligibility_age){.present = years.present, .years = years.points};
}

static void read_eligibility(struct ballot_definition *definition, const struct reading *reading,
                             bool *wrong)
{
    struct eligibility *eligibility = &definition->eligibility;
    struct reading one = {.json = json_object_get(reading->json, "eligibility")};

    eligibility->grounds = read_set(&one, "grounds", ground_of);
    eligibility->min_age = read_age(&one, "min_age");
    eligibility->max_age = read_age(&one, "max_age");
    if (eligibility_has_age(eligibility)) {
        read_text(&one, "age_on", eligibility->age_on, sizeof eligibility->age_on);
    }
    *wrong = *wrong || one.wrong;
}

static void read_limits(struct ballot_definition *definition, struct reading *reading)
{
    definition->min_options = (uint32_t)read_number(reading, "min_options");
    definition->max_options = (uint32_t)read_number(reading, "max_options");
    definition->min_cost_krw = read_limit(reading, "min_cost_krw");
    definition->max_cost_krw = read_limit(reading, "max_cost_krw");
    definition->min_points = read_points(reading, "min_points");
    definition->max_points = read_points(reading, "max_points");
    definition->min_sum_points = read_points(reading, "min_sum_points");
    definition->max_sum_points = read_points(reading, "max_sum_points");
    definition->default_score = read_points(reading, "default_score");
    definition->empty_allowed = read_flag(reading, "empty_allowed");
}

/* Reads digits and goes on behind them. */
static uint32_t take_digits(const char **at)
{
    uint32_t number = 0;

    for (; **at >= '0' && **at <= '9' && number <= (UINT32_MAX - 9) / 10; (*at)++) {
        number = number * 10 + (uint32_t)(**at - '0');
    }
    return number;
}

/* "1/3"; absent where there is none. */
static struct ballot_share read_share(struct reading *reading, const char *name)
{
    const char *at = json_string_value(json_object_get(reading->json, name));
    struct ballot_share share = {.present = at != NULL};

    if (!share.present) {
        return share;
    }
    share.numerator = take_digits(&at);
    if (*at == '/') {
        at++;
        share.denominator = take_digits(&at);
    }
    reading->wrong = reading->wrong || *at != '\0' || share.denominator == 0;
    return share;
}

/* What votes weigh by channel, where the ballot weighs them. */
static void read_channel_weights(struct ballot_definition *definition, struct reading *reading)
{
    const json_t *parts =
        json_object_get(json_object_get(reading->json, "channel_weights"), "parts");
    struct ballot_channel_weights *weights = &definition->channel_weights;

    for (size_t i = 0; i < json_array_size(parts); i++) {
        struct reading part = {.json = json_array_get(parts, i)};

        if (i == BALLOT_CHANNEL_PART_MAX) {
            reading->wrong = true;
            return;
        }
        weights->parts[i].channels = read_set(&part, "channels", channel_of);
        weights->parts[i].weight = (uint32_t)read_number(&part, "weight");
        weights->count = i + 1;
        reading->wrong = reading->wrong || part.wrong;
    }
}

/* What decides beside the votes. */
static void read_terms(struct ballot_definition *definition, struct reading *reading)
{
    const struct ballot_points quorum = read_points(reading, "quorum_voters");
    const json_t *options = json_object_get(reading->json, "options");
    struct reading jury = {.json = json_object_get(reading->json, "jury")};

    definition->quorum = (struct ballot_quorum){.present = quorum.present, .voters = quorum.points};
    definition->quorum_share = read_share(reading, "quorum_share");
    definition->partial_fit = read_share(reading, "partial_fit");
    if (json_is_object(jury.json)) {
        definition->jury.present = true;
        definition->jury.resident_weight = (uint32_t)read_number(&jury, "resident_weight");
        definition->jury.jury_weight = (uint32_t)read_number(&jury, "jury_weight");
    }
    for (size_t i = 0; i < definition->option_count; i++) {
        struct reading one = {.json = json_array_get(options, i)};

        definition->min_costs.krw[i] = read_limit(&one, "min_cost_krw").krw;
        reading->wrong = reading->wrong || one.wrong;
    }
    reading->wrong = reading->wrong || jury.wrong;
    read_channel_weights(definition, reading);
}

static void read_ballot(struct web_ballot *ballot, struct reading *reading)
{
    struct ballot_definition *definition = &ballot->definition;

    read_text(reading, "ballot_id", ballot->id, sizeof ballot->id);
    read_text(reading, "definition_hash", ballot->definition_hash, sizeof ballot->definition_hash);
    read_text(reading, "district", definition->district, sizeof definition->district);
    read_text(reading, "title", definition->title, sizeof definition->title);
    definition->budget_year = (int32_t)read_number(reading, "budget_year");
    definition->budget_krw = read_number(reading, "budget_krw");
    definition->method = ballot_method_from_name(web_json_text(reading->json, "method"));
    definition->closes_at_ms = read_time(reading, "closes_at");
    definition->demonstration = read_flag(reading, "demonstration");
    definition->channels = read_set(reading, "channels", channel_of);
    definition->bases = read_set(reading, "bases", basis_of);
    ballot->state = ballot_state_from_name(web_json_text(reading->json, "state"));
    ballot->max_merge_delay_s = read_number(reading, "max_merge_delay_s");
    read_limits(definition, reading);
    read_areas(definition, reading);
    read_quotas(definition, reading);
    read_eligibility(definition, reading, &reading->wrong);
    read_options(ballot, reading);
    read_terms(definition, reading);
    if (web_json_window(reading->json, &definition->opens_at_ms, &ballot->closes_at_ms) ||
        definition->method == BALLOT_METHOD_MISSING || ballot->state == BALLOT_STATE_MISSING ||
        ballot->max_merge_delay_s < 1 || crypto_uuid_parse(ballot->id, definition->ballot_id)) {
        reading->wrong = true;
    }
}

enum err web_ballot_read(const json_t *json, struct web_ballot **ret_ballot)
{
    struct reading reading = {.json = json};
    struct web_ballot *ballot = calloc(1, sizeof *ballot);

    if (ballot == NULL) {
        return ERR_INTERNAL;
    }
    read_ballot(ballot, &reading);
    if (reading.wrong) {
        web_ballot_free(ballot);
        return ERR_INVALID;
    }
    *ret_ballot = ballot;
    return ERR_OK;
}

void web_ballot_free(struct web_ballot *ballot)
{
    if (ballot != NULL) {
        free(ballot->options);
        free(ballot);
    }
}
