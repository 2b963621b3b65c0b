/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From texts to members of a definition. A text that cannot be read is said and
 * must never be passed over. An id with a comma cannot be named here; a
 * definition in JSON can.
 */
#include "cli/ballot_terms.h"

#include "cli/phrase.h"
#include "cli/tally_limits.h"
#include "cli/tally_terms.h"
#include "cli/tally_weights.h"
#include "participation/domain/ballot.h"
#include "participation/domain/ballot_names.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AREA_PREFIX "area:"
#define QUOTA       "quota"
#define QUOTA_META  "area_quota" /* what META calls the option of that name */

enum {
    VALUE_COUNT_MAX = 1024, /* as many as a file's META has rows */
    KEY_SIZE = 48,
};

static_assert((int)VALUE_COUNT_MAX >= (int)INVOCATION_VALUE_COUNT_MAX, "all of a command line");
static_assert((int)VALUE_COUNT_MAX >= (int)PB_META_MAX, "all of a file");

/* What META calls an option: quorum_share for quorum-share. */
struct key {
    char text[KEY_SIZE];
};

static struct key meta_key(const char *option, size_t number)
{
    struct key key;
    const char *name = strcmp(option, QUOTA) == 0 ? QUOTA_META : option;

    assert(strlen(name) < KEY_SIZE / 2);
    if (number > 0) {
        (void)snprintf(key.text, sizeof key.text, "%s.%zu", name, number); /* Always fits. */
    } else {
        (void)snprintf(key.text, sizeof key.text, "%s", name); /* Likewise. */
    }
    for (char *at = key.text; *at != '\0'; at++) {
        *at = *at == '-' ? '_' : *at;
    }
    return key;
}

static const char *take_text(const struct ballot_terms_source *source, const char *option)
{
    if (source->pb != NULL) {
        return pb_meta(source->pb, meta_key(option, 0).text);
    }
    return source->invocation != NULL ? invocation_text(source->invocation, option) : NULL;
}

static size_t take_texts(const struct ballot_terms_source *source, const char *option,
                         const char **ret_values)
{
    size_t count = 0;

    if (source->pb == NULL) {
        return source->invocation != NULL
                   ? invocation_texts(source->invocation, option, ret_values, VALUE_COUNT_MAX)
                   : 0;
    }
    while (count < VALUE_COUNT_MAX) {
        const char *value = pb_meta(source->pb, meta_key(option, count + 1).text);

        if (value == NULL) {
            break;
        }
        ret_values[count] = value;
        count++;
    }
    return count;
}

static enum err complain(const struct ballot_terms_source *source, const char *option,
                         const char *value, const char *what)
{
    (void)fprintf(stderr, "hyeopchi: %s%s '%s': %s\n", source->pb != NULL ? "META " : "--",
                  source->pb != NULL ? meta_key(option, 0).text : option, value, what);
    return ERR_INVALID;
}

static enum err complain_no_number(const struct ballot_terms_source *source, const char *option,
                                   const char *value)
{
    return complain(source, option, value, say("정수여야 합니다", "this must be a whole number"));
}

static enum err set(json_t *definition, const char *member, json_t *value)
{
    return json_object_set_new(definition, member, value) == 0 ? ERR_OK : ERR_FULL;
}

/* A whole number. ERR_NOT_FOUND when it is not given. */
static enum err take_number(const struct ballot_terms_source *source, const char *option,
                            int64_t maximum, int64_t *ret_number)
{
    const char *text = take_text(source, option);
    struct decimal number = {0};
    int64_t whole = 0;

    if (source->pb == NULL) {
        return text != NULL ? invocation_number(source->invocation, option, 1, maximum, ret_number)
                            : ERR_NOT_FOUND;
    }
    if (text == NULL) {
        return ERR_NOT_FOUND;
    }
    if (pb_meta_decimal(source->pb, meta_key(option, 0).text, &number) ||
        decimal_rescale(number, 0, &whole)) {
        return complain_no_number(source, option, text);
    }
    *ret_number = whole; /* Whether it is in range the service says by name. */
    return ERR_OK;
}

/* The texts between commas as an array; NULL without memory. */
static json_t *split_json(const char *text)
{
    json_t *array = json_array();

    while (text != NULL && array != NULL) {
        const char *comma = strchr(text, ',');
        size_t length = comma != NULL ? (size_t)(comma - text) : strlen(text);

        if (json_array_append_new(array, json_stringn(text, length)) != 0) {
            json_decref(array);
            array = NULL;
        }
        text = comma != NULL ? comma + 1 : NULL;
    }
    return array;
}

static enum err add_groups(const struct ballot_terms_source *source, json_t *definition)
{
    const char *values[VALUE_COUNT_MAX];
    size_t count = take_texts(source, "incompatible", values);
    json_t *groups;

    if (count == 0) {
        return ERR_OK;
    }
    groups = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(groups, split_json(values[i])) != 0) {
            json_decref(groups);
            return ERR_FULL;
        }
    }
    return set(definition, "incompatible", groups);
}

/* "NAME=AMOUNT" in whole won; the name is cut off in the text. */
static enum err take_krw(const struct ballot_terms_source *source, const char *option, char *text,
                         int64_t *ret_krw)
{
    struct tally_cap cap = {.name = NULL};
    enum err err = tally_cap_split(option, text, &cap);

    if (!err && decimal_rescale(cap.amount, 0, ret_krw)) {
        err = complain(source, option, text,
                       say("원 단위 정수가 아닙니다", "the amount is not in whole won"));
    }
    return err;
}

static enum err add_caps(const struct ballot_terms_source *source, const char *option,
                         const char *member, json_t *definition)
{
    const bool by_field = strcmp(option, "field-cap") == 0;
    const char *values[VALUE_COUNT_MAX];
    size_t count = take_texts(source, option, values);
    json_t *caps;
    enum err err = ERR_OK;

    if (count == 0) {
        return ERR_OK;
    }
    caps = json_array();
    for (size_t i = 0; i < count && !err; i++) {
        int64_t cap_krw = 0;
        char *text = strdup(values[i]);

        err = text == NULL ? ERR_FULL : take_krw(source, option, text, &cap_krw);
        if (!err &&
            json_array_append_new(caps, json_pack("{s:s, s:I}", by_field ? "field" : "area", text,
                                                  "cap_krw", (json_int_t)cap_krw)) != 0) {
            err = ERR_FULL;
        }
        free(text);
    }
    if (err) {
        json_decref(caps);
        return err;
    }
    return set(definition, member, caps);
}

/* "district=4-4", "local=0-3" or "area:NAME=1-2". */
static json_t *quota_json(const char *text)
{
    const char *equals = strrchr(text, '=');
    const bool area = strncmp(text, AREA_PREFIX, strlen(AREA_PREFIX)) == 0;
    const char *name = area ? text + strlen(AREA_PREFIX) : text;
    unsigned long least;
    unsigned long most;
    char *end;

    if (equals == NULL || equals < name || !isdigit((unsigned char)equals[1])) {
        return NULL;
    }
    least = strtoul(equals + 1, &end, 10);
    if (*end != '-' || !isdigit((unsigned char)end[1])) {
        return NULL;
    }
    most = strtoul(end + 1, &end, 10);
    if (*end != '\0' || least > BALLOT_OPTION_MAX || most > BALLOT_OPTION_MAX) {
        return NULL;
    }
    return json_pack("{s:o, s:o, s:I, s:I}", "scope",
                     area ? json_string("area") : json_stringn(name, (size_t)(equals - name)),
                     "area", area ? json_stringn(name, (size_t)(equals - name)) : json_null(),
                     "min_options", (json_int_t)least, "max_options", (json_int_t)most);
}

static enum err add_quotas(const struct ballot_terms_source *source, json_t *definition)
{
    const char *values[VALUE_COUNT_MAX];
    size_t count = take_texts(source, QUOTA, values);
    json_t *quotas;

    if (count == 0) {
        return ERR_OK;
    }
    quotas = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(quotas, quota_json(values[i])) != 0) {
            json_decref(quotas);
            return complain(source, QUOTA, values[i],
                            say("district=4-4, local=4-4, area:이름=1-2 꼴이어야 합니다",
                                "must look like district=4-4, local=4-4 or area:NAME=1-2"));
        }
    }
    return set(definition, "area_quotas", quotas);
}

static json_t *find_option(const json_t *definition, const char *id)
{
    const json_t *options = json_object_get(definition, "options");

    for (size_t i = 0; i < json_array_size(options); i++) {
        json_t *option = json_array_get(options, i);
        const char *other = json_string_value(json_object_get(option, "id"));

        if (other != NULL && strcmp(other, id) == 0) {
            return option;
        }
    }
    return NULL;
}

/* "ID=AMOUNT" or several between commas, cut apart in place. */
static enum err add_least(const struct ballot_terms_source *source, char *text, json_t *definition)
{
    while (text != NULL) {
        char *comma = strchr(text, ',');
        int64_t krw = 0;
        json_t *option;
        enum err err;

        if (comma != NULL) {
            *comma = '\0';
        }
        err = take_krw(source, "min-cost", text, &krw);
        if (err) {
            return err;
        }
        option = find_option(definition, text);
        if (option == NULL) {
            return complain(source, "min-cost", text,
                            say("이 선거에 없는 사업입니다", "there is no such option"));
        }
        err = set(option, "min_cost_krw", json_integer(krw));
        if (err) {
            return err;
        }
        text = comma != NULL ? comma + 1 : NULL;
    }
    return ERR_OK;
}

/* Puts the least costs into the definition's options. */
static enum err add_leasts(const struct ballot_terms_source *source, json_t *definition)
{
    const char *values[VALUE_COUNT_MAX];
    size_t count = take_texts(source, "min-cost", values);
    enum err err = ERR_OK;

    for (size_t i = 0; i < count && !err; i++) {
        char *text = strdup(values[i]);

        err = text == NULL ? ERR_FULL : add_least(source, text, definition);
        free(text);
    }
    return err;
}

/* The weights of residents and jury, as the definition states them. */
static enum err add_jury(const struct ballot_terms_source *source, json_t *definition)
{
    const char *weights = take_text(source, "weights");
    struct ballot_jury jury = {.present = false};
    int64_t max_score = 0;

    if (weights == NULL) {
        return ERR_OK;
    }
    if (!tally_weights_parse(weights, &jury)) {
        return complain(source, "weights", weights,
                        say("50:50 꼴이어야 합니다", "must look like 50:50"));
    }
    if (take_number(source, "jury-max-score", BALLOT_JURY_SCORE_MAX, &max_score)) {
        return complain(source, "weights", weights,
                        say("심사 만점(--jury-max-score)도 주십시오",
                            "needs --jury-max-score, the most that one juror gives"));
    }
    return set(definition, "jury",
               json_pack("{s:I, s:I, s:I, s:I}", "resident_weight",
                         (json_int_t)jury.resident_weight, "jury_weight",
                         (json_int_t)jury.jury_weight, "whole", (json_int_t)jury.whole, "max_score",
                         (json_int_t)max_score));
}

static json_t *channels_json(uint32_t channels)
{
    json_t *words = json_array();

    for (unsigned channel = 1; channel < BALLOT_CHANNEL_END; channel++) {
        if (channels & BALLOT_BIT(channel)) {
            (void)json_array_append_new(/* The service finds a channel without a weight. */
                                        words, json_string(ballot_channel_name(
                                                   (enum ballot_channel)channel)));
        }
    }
    return words;
}

/* The weights of channels; whether they fit the ballot's and a jury's the service says by name. */
static enum err add_channel_weights(const struct ballot_terms_source *source, json_t *definition)
{
    const char *text = take_text(source, "channel-weights");
    struct ballot_channel_weights channels = {.count = 0};
    json_t *parts;

    if (text == NULL) {
        return ERR_OK;
    }
    if (!tally_channel_weights_parse(text, &channels)) {
        return complain(source, "channel-weights", text,
                        say("web+kiosk:30,booth+paper:70 꼴이고 한 경로는 한 번만 나와야 합니다",
                            "must look like web+kiosk:30,booth+paper:70, each channel once"));
    }
    parts = json_array();
    for (size_t i = 0; i < channels.count; i++) {
        if (json_array_append_new(parts,
                                  json_pack("{s:o, s:I}", "channels",
                                            channels_json(channels.parts[i].channels), "weight",
                                            (json_int_t)channels.parts[i].weight)) != 0) {
            json_decref(parts);
            return ERR_FULL;
        }
    }
    return set(definition, "channel_weights",
               json_pack("{s:o, s:I}", "parts", parts, "whole", (json_int_t)channels.whole));
}

/* The quorum, its share, and the share of a partial fit. */
static enum err add_shares(const struct ballot_terms_source *source, json_t *definition)
{
    const char *fit = take_text(source, "partial-fit");
    const char *share = take_text(source, "quorum-share");
    int64_t quorum = 0;
    enum err err = take_number(source, "quorum", BALLOT_QUORUM_MAX, &quorum);

    if (err && err != ERR_NOT_FOUND) {
        return err;
    }
    err = err ? ERR_OK : set(definition, "quorum_voters", json_integer(quorum));
    if (!err && fit != NULL) {
        err = set(definition, "partial_fit", json_string(fit));
    }
    if (!err && share != NULL) {
        err = set(definition, "quorum_share", json_string(share));
    }
    return err;
}

enum err ballot_terms_add(const struct ballot_terms_source *source, json_t *definition)
{
    enum err err = add_shares(source, definition);

    if (!err) {
        err = add_groups(source, definition);
    }
    if (!err) {
        err = add_leasts(source, definition);
    }
    if (!err) {
        err = add_jury(source, definition);
    }
    if (!err) {
        err = add_channel_weights(source, definition);
    }
    if (!err) {
        err = add_caps(source, "area-cap", "area_caps", definition);
    }
    if (!err) {
        err = add_caps(source, "field-cap", "field_caps", definition);
    }
    if (!err) {
        err = add_quotas(source, definition);
    }
    return err;
}

/* A word, or words between commas, where META has the key. */
static enum err add_words(const struct pb *pb, const char *key, bool several, json_t *definition)
{
    const char *text = pb_meta(pb, key);

    if (text == NULL) {
        return ERR_OK;
    }
    return set(definition, key, several ? split_json(text) : json_string(text));
}

static enum err add_whole(const struct pb *pb, const char *key, json_t *definition)
{
    const struct ballot_terms_source source = {.pb = pb};
    int64_t number = 0;
    enum err err = take_number(&source, key, INT64_MAX, &number);

    if (err) {
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    }
    return set(definition, key, json_integer(number));
}

static enum err add_eligibility(const struct pb *pb, json_t *definition)
{
    json_t *eligibility = json_object();
    enum err err = add_words(pb, "grounds", true, eligibility);

    if (!err) {
        err = add_whole(pb, "min_age", eligibility);
    }
    if (!err) {
        err = add_whole(pb, "max_age", eligibility);
    }
    if (!err) {
        err = add_words(pb, "age_on", false, eligibility);
    }
    if (err || json_object_size(eligibility) == 0) {
        json_decref(eligibility);
        return err;
    }
    return set(definition, "eligibility", eligibility);
}

static enum err add_areas(const struct pb *pb, json_t *definition)
{
    const struct ballot_terms_source source = {.pb = pb};
    const char *values[VALUE_COUNT_MAX];
    size_t count = take_texts(&source, "area", values);
    json_t *areas;

    if (count == 0) {
        return ERR_OK;
    }
    areas = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(areas, json_string(values[i])) != 0) {
            json_decref(areas);
            return ERR_FULL;
        }
    }
    return set(definition, "areas", areas);
}

enum err ballot_terms_add_electorate(const struct pb *pb, json_t *definition)
{
    enum err err = add_words(pb, "channels", true, definition);

    if (!err) {
        err = add_words(pb, "bases", true, definition);
    }
    if (!err) {
        err = add_eligibility(pb, definition);
    }
    if (!err) {
        err = add_areas(pb, definition);
    }
    if (!err) {
        err = add_whole(pb, "objection_days", definition);
    }
    return err;
}

enum err ballot_terms_add_order(const struct pb *pb, json_t *definition)
{
    return add_words(pb, "tie_order", true, definition);
}
