/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terms as members of a ballot's JSON. Options are named by their ids there
 * and by their numbers in the definition; this must never let one stand for
 * another.
 */
#include "participation/http/ballot_json_terms.h"

#include "participation/domain/ballot_names.h"
#include "participation/http/ballot_json_sets.h"

#include <inttypes.h>
#include <stdio.h>

enum { SHARE_SIZE = sizeof "4294967295/4294967295" };

/* Ids as numbers; one that is no text is refused here, one that no option has becomes 0. */
static size_t read_ids(struct json_reader *reader, const char *name,
                       const struct ballot_definition *definition, const json_t *array,
                       uint16_t *ret_numbers)
{
    struct ballot_index index;
    size_t count = json_array_size(array);

    ballot_index_build(definition, &index);
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_array_get(array, i));

        if (id == NULL) {
            json_reader_refuse(reader, name, &PROBLEM_WRONG_VALUE, NULL, NULL);
            return 0;
        }
        ret_numbers[i] = (uint16_t)ballot_option_find(definition, &index, id);
    }
    return count;
}

static void read_tie_order(struct json_reader *reader, struct ballot_definition *definition)
{
    struct ballot_tie_order *order = &definition->tie_order;
    const json_t *array = NULL;

    if (!json_reader_has(reader, "tie_order")) {
        return;
    }
    json_read_array(reader, "tie_order", BALLOT_OPTION_MAX, &array);
    if (json_reader_ok(reader)) {
        order->count = read_ids(reader, "tie_order", definition, array, order->numbers);
    }
}

/* The number that the text begins with, and what follows it; NULL when there is none that fits. */
static const char *read_digits(const char *text, uint32_t *ret_number)
{
    uint32_t number = 0;

    if (*text < '0' || *text > '9') {
        return NULL;
    }
    for (; *text >= '0' && *text <= '9'; text++) {
        if (number > (UINT32_MAX - 9) / 10) {
            return NULL;
        }
        number = 10 * number + (uint32_t)(*text - '0');
    }
    *ret_number = number;
    return text;
}

/* "80/100". What is no fraction is refused here, one that is no share by ballot_check(). */
static void read_share(struct json_reader *reader, const char *name, struct ballot_share *ret_share)
{
    struct ballot_share share = {.present = true};
    char text[SHARE_SIZE] = "";
    const char *rest;

    if (!json_reader_has(reader, name)) {
        return;
    }
    json_read_text(reader, name, 1, text, sizeof text);
    if (!json_reader_ok(reader)) {
        return;
    }
    rest = read_digits(text, &share.numerator);
    rest = rest != NULL && *rest == '/' ? read_digits(rest + 1, &share.denominator) : NULL;
    if (rest == NULL || *rest != '\0' || share.denominator == 0) {
        json_reader_refuse(reader, name, &PROBLEM_WRONG_VALUE, NULL, text);
        return;
    }
    *ret_share = share;
}

/* One of the numbers of what is weighed; what it may be is for ballot_check(). */
static uint32_t read_weight(struct json_reader *reader, const char *name)
{
    int64_t number = 0;

    json_read_int64(reader, name, 0, UINT16_MAX, &number);
    return (uint32_t)number;
}

/* Highest where nothing is said. */
static enum ballot_normalisation read_normalisation(struct json_reader *reader)
{
    static const char *const words[] = {"highest", NULL};
    int normalisation = 0;

    if (json_reader_has(reader, "normalisation")) {
        json_read_choice(reader, "normalisation", words, &normalisation);
    }
    return (enum ballot_normalisation)(normalisation + 1);
}

static void read_jury(struct json_reader *reader, struct ballot_definition *definition)
{
    static const char *const keys[] = {"resident_weight", "jury_weight",   "whole",
                                       "max_score",       "normalisation", NULL};
    struct json_reader member;

    if (!json_reader_has(reader, "jury")) {
        return;
    }
    json_reader_init(&member, json_object_get(reader->object, "jury"), "/jury", reader->problem);
    json_reader_allow(&member, keys);
    definition->jury = (struct ballot_jury){
        .present = true,
        .resident_weight = read_weight(&member, "resident_weight"),
        .jury_weight = read_weight(&member, "jury_weight"),
        .whole = read_weight(&member, "whole"),
        .max_score = read_weight(&member, "max_score"),
    };
    definition->jury.normalisation = read_normalisation(&member);
}

static void read_channel_weights(struct json_reader *reader, struct ballot_definition *definition)
{
    static const char *const keys[] = {"parts", "whole", "normalisation", NULL};
    static const char *const part_keys[] = {"channels", "weight", NULL};
    struct ballot_channel_weights *weights = &definition->channel_weights;
    const json_t *array = NULL;
    struct json_reader member;

    if (!json_reader_has(reader, "channel_weights")) {
        return;
    }
    json_reader_init(&member, json_object_get(reader->object, "channel_weights"),
                     "/channel_weights", reader->problem);
    json_reader_allow(&member, keys);
    weights->whole = read_weight(&member, "whole");
    weights->normalisation = read_normalisation(&member);
    json_read_array(&member, "parts", BALLOT_CHANNEL_PART_MAX, &array);
    for (size_t i = 0; json_reader_ok(&member) && i < json_array_size(array); i++) {
        struct json_reader part;
        char path[PROBLEM_FIELD_SIZE];

        (void)snprintf(path, sizeof path, "/channel_weights/parts/%zu", i); /* Always fits. */
        json_reader_init(&part, json_array_get(array, i), path, reader->problem);
        json_reader_allow(&part, part_keys);
        weights->parts[i].channels =
            json_reader_has(&part, "channels") ? ballot_json_read_channels(&part) : 0;
        weights->parts[i].weight = read_weight(&part, "weight");
        weights->count = i + 1;
    }
}

static void read_quorum(struct json_reader *reader, struct ballot_definition *definition)
{
    definition->quorum.present = json_reader_has(reader, "quorum_voters");
    if (definition->quorum.present) {
        json_read_int64(reader, "quorum_voters", INT64_MIN, INT64_MAX, &definition->quorum.voters);
    }
}

static void read_incompatible(struct json_reader *reader, struct ballot_definition *definition)
{
    struct ballot_groups *groups = &definition->incompatible;
    const json_t *array = NULL;
    size_t named = 0;

    if (!json_reader_has(reader, "incompatible")) {
        return;
    }
    json_read_array(reader, "incompatible", BALLOT_GROUP_MAX, &array);
    for (size_t i = 0; json_reader_ok(reader) && i < json_array_size(array); i++) {
        const json_t *ids = json_array_get(array, i);

        if (!json_is_array(ids) || json_array_size(ids) > BALLOT_NAMED_MAX - named) {
            json_reader_refuse(reader, "incompatible", &PROBLEM_WRONG_VALUE, NULL, NULL);
            return;
        }
        named += read_ids(reader, "incompatible", definition, ids, groups->numbers + named);
        groups->ends[i] = (uint16_t)named;
        groups->count = i + 1;
    }
}

/* Caps and what their members are called. */
struct cap_kind {
    const char *list;
    const char *member;
};

static const struct cap_kind AREA_CAPS = {"area_caps", "area"};
static const struct cap_kind FIELD_CAPS = {"field_caps", "field"};

static void read_caps(struct json_reader *reader, const struct cap_kind *kind,
                      struct ballot_caps *caps)
{
    const char *const keys[] = {kind->member, "cap_krw", NULL};
    const json_t *array = NULL;

    if (!json_reader_has(reader, kind->list)) {
        return;
    }
    json_read_array(reader, kind->list, BALLOT_CAP_MAX, &array);
    for (size_t i = 0; json_reader_ok(reader) && i < json_array_size(array); i++) {
        struct ballot_cap *cap = &caps->list[i];
        struct json_reader member;
        char path[PROBLEM_FIELD_SIZE];

        (void)snprintf(path, sizeof path, "/%s/%zu", kind->list, i); /* Always fits. */
        json_reader_init(&member, json_array_get(array, i), path, reader->problem);
        json_reader_allow(&member, keys);
        json_read_text(&member, kind->member, 0, cap->name, sizeof cap->name);
        json_read_int64(&member, "cap_krw", INT64_MIN, INT64_MAX, &cap->cap_krw);
        caps->count = i + 1;
    }
}

static void read_quotas(struct json_reader *reader, struct ballot_quotas *quotas)
{
    static const char *const keys[] = {"scope", "area", "min_options", "max_options", NULL};
    static const char *const scopes[] = {"district", "local", "area", NULL};
    const json_t *array = NULL;

    if (!json_reader_has(reader, "area_quotas")) {
        return;
    }
    json_read_array(reader, "area_quotas", BALLOT_QUOTA_MAX, &array);
    for (size_t i = 0; json_reader_ok(reader) && i < json_array_size(array); i++) {
        struct ballot_quota *quota = &quotas->list[i];
        struct json_reader member;
        char path[PROBLEM_FIELD_SIZE];
        int64_t least = 0;
        int64_t most = 0;
        int scope = 0;

        (void)snprintf(path, sizeof path, "/area_quotas/%zu", i); /* Always fits. */
        json_reader_init(&member, json_array_get(array, i), path, reader->problem);
        json_reader_allow(&member, keys);
        json_read_choice(&member, "scope", scopes, &scope);
        if (json_reader_has(&member, "area")) {
            json_read_text(&member, "area", 1, quota->area, sizeof quota->area);
        }
        if (json_reader_has(&member, "min_options")) {
            json_read_int64(&member, "min_options", 0, BALLOT_OPTION_MAX, &least);
        }
        json_read_int64(&member, "max_options", 0, UINT32_MAX, &most);
        quota->scope = (enum ballot_scope)(scope + 1);
        quota->min_options = (uint32_t)least;
        quota->max_options = (uint32_t)most;
        quotas->count = i + 1;
    }
}

void ballot_json_read_terms(struct json_reader *reader, struct ballot_definition *definition)
{
    if (!json_reader_ok(reader)) {
        return; /* there may be no options to name */
    }
    read_tie_order(reader, definition);
    read_share(reader, "partial_fit", &definition->partial_fit);
    read_quorum(reader, definition);
    read_share(reader, "quorum_share", &definition->quorum_share);
    read_jury(reader, definition);
    read_channel_weights(reader, definition);
    read_incompatible(reader, definition);
    read_caps(reader, &AREA_CAPS, &definition->area_caps);
    read_caps(reader, &FIELD_CAPS, &definition->field_caps);
    read_quotas(reader, &definition->area_quotas);
}

/* Ids of options in their order; NULL without memory. */
static json_t *ids_json(const struct ballot_definition *definition, const uint16_t *numbers,
                        size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count && array != NULL; i++) {
        const struct ballot_option *option = ballot_option(definition, numbers[i]);

        if (option == NULL || json_array_append_new(array, json_string(option->id)) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

static json_t *tie_order_json(const struct ballot_definition *definition)
{
    const struct ballot_tie_order *order = &definition->tie_order;

    return order->count > 0 ? ids_json(definition, order->numbers, order->count) : json_null();
}

static json_t *share_json(const struct ballot_share *share)
{
    return share->present
               ? json_sprintf("%" PRIu32 "/%" PRIu32, share->numerator, share->denominator)
               : json_null();
}

static json_t *jury_json(const struct ballot_jury *jury)
{
    return jury->present
               ? json_pack("{s:I, s:I, s:I, s:I, s:s}", "resident_weight",
                           (json_int_t)jury->resident_weight, "jury_weight",
                           (json_int_t)jury->jury_weight, "whole", (json_int_t)jury->whole,
                           "max_score", (json_int_t)jury->max_score, "normalisation", "highest")
               : json_null();
}

static json_t *channel_weights_json(const struct ballot_channel_weights *weights)
{
    json_t *parts;

    if (weights->count == 0) {
        return json_null();
    }
    parts = json_array();
    for (size_t i = 0; i < weights->count && parts != NULL; i++) {
        json_t *part =
            json_pack("{s:o, s:I}", "channels", ballot_json_channels(weights->parts[i].channels),
                      "weight", (json_int_t)weights->parts[i].weight);

        if (json_array_append_new(parts, part) != 0) {
            json_decref(parts);
            parts = NULL;
        }
    }
    return json_pack("{s:o, s:I, s:s}", "parts", parts, "whole", (json_int_t)weights->whole,
                     "normalisation", "highest");
}

static json_t *quorum_json(const struct ballot_definition *definition)
{
    return definition->quorum.present ? json_integer(definition->quorum.voters) : json_null();
}

static json_t *incompatible_json(const struct ballot_definition *definition)
{
    const struct ballot_groups *groups = &definition->incompatible;
    json_t *array = groups->count > 0 ? json_array() : json_null();
    size_t first = 0;

    for (size_t i = 0; i < groups->count && array != NULL; i++) {
        json_t *ids = ids_json(definition, groups->numbers + first, groups->ends[i] - first);

        if (json_array_append_new(array, ids) != 0) {
            json_decref(array);
            array = NULL;
        }
        first = groups->ends[i];
    }
    return array;
}

static json_t *caps_json(const struct cap_kind *kind, const struct ballot_caps *caps)
{
    json_t *array = caps->count > 0 ? json_array() : json_null();

    for (size_t i = 0; i < caps->count && array != NULL; i++) {
        json_t *cap = json_pack("{s:s, s:I}", kind->member, caps->list[i].name, "cap_krw",
                                (json_int_t)caps->list[i].cap_krw);

        if (json_array_append_new(array, cap) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

static json_t *quotas_json(const struct ballot_quotas *quotas)
{
    json_t *array = quotas->count > 0 ? json_array() : json_null();

    for (size_t i = 0; i < quotas->count && array != NULL; i++) {
        const struct ballot_quota *row = &quotas->list[i];
        json_t *quota =
            json_pack("{s:s, s:o, s:I, s:I}", "scope", ballot_scope_name(row->scope), "area",
                      row->area[0] != '\0' ? json_string(row->area) : json_null(), "min_options",
                      (json_int_t)row->min_options, "max_options", (json_int_t)row->max_options);

        if (json_array_append_new(array, quota) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

bool ballot_json_add_terms(json_t *json, const struct ballot_definition *definition)
{
    return json_object_set_new(json, "tie_order", tie_order_json(definition)) == 0 &&
           json_object_set_new(json, "partial_fit", share_json(&definition->partial_fit)) == 0 &&
           json_object_set_new(json, "quorum_voters", quorum_json(definition)) == 0 &&
           json_object_set_new(json, "quorum_share", share_json(&definition->quorum_share)) == 0 &&
           json_object_set_new(json, "jury", jury_json(&definition->jury)) == 0 &&
           json_object_set_new(json, "channel_weights",
                               channel_weights_json(&definition->channel_weights)) == 0 &&
           json_object_set_new(json, "incompatible", incompatible_json(definition)) == 0 &&
           json_object_set_new(json, AREA_CAPS.list,
                               caps_json(&AREA_CAPS, &definition->area_caps)) == 0 &&
           json_object_set_new(json, FIELD_CAPS.list,
                               caps_json(&FIELD_CAPS, &definition->field_caps)) == 0 &&
           json_object_set_new(json, "area_quotas", quotas_json(&definition->area_quotas)) == 0;
}
