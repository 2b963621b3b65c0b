/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading terms off a command line. An id with a comma cannot be named here; a
 * definition in JSON can.
 */
#include "cli/tally_limits.h"

#include "participation/domain/ballot.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AREA_PREFIX "area:"

enum { VALUE_COUNT_MAX = INVOCATION_VALUE_COUNT_MAX };

static const char *const REPEATED[] = {"incompatible", "area-cap", "field-cap"};

bool tally_limits_given(const struct invocation *invocation)
{
    const char *value;

    for (size_t i = 0; i < sizeof REPEATED / sizeof REPEATED[0]; i++) {
        if (invocation_texts(invocation, REPEATED[i], &value, 1) > 0) {
            return true;
        }
    }
    return false;
}

static enum err complain(const char *option, const char *value, const char *what)
{
    (void)fprintf(stderr, "hyeopchi: --%s '%s': %s\n", option, value, what);
    return ERR_INVALID;
}

/* "NAME=AMOUNT", the name cut off in place. */
static enum err split_cap(const char *option, char *text, struct tally_cap *ret_cap)
{
    char *equals = strrchr(text, '=');
    bool comma = false;
    enum err err = ERR_INVALID;

    if (equals != NULL && equals != text) {
        err = decimal_parse(equals + 1, strlen(equals + 1), &comma, &ret_cap->amount);
    }
    if (err || ret_cap->amount.units < 0) {
        return complain(option, text,
                        say("이름=금액이어야 합니다", "must be a name, = and an amount"));
    }
    *equals = '\0';
    ret_cap->name = text;
    return ERR_OK;
}

/* Whether an option of the election is of that area, or field. */
static bool is_used(const struct election *election, const char *name, bool by_field)
{
    for (uint32_t i = 0; i < election_option_count(election); i++) {
        const struct election_option *option = election_option(election, i);

        if (strcmp(by_field ? option->category : option->area, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Copies the texts of an option one after another; returns where the copies begin. */
static char *copy_texts(const char *const *values, size_t count)
{
    size_t size = 1;
    size_t at = 0;
    char *copy;

    for (size_t i = 0; i < count; i++) {
        size += strlen(values[i]) + 1;
    }
    copy = malloc(size);
    for (size_t i = 0; i < count && copy != NULL; i++) {
        memcpy(copy + at, values[i], strlen(values[i]) + 1);
        at += strlen(values[i]) + 1;
    }
    return copy;
}

static enum err take_caps(const struct election *election, const char *option, char *text,
                          size_t count, struct tally_cap *ret_caps)
{
    const bool by_field = strcmp(option, "field-cap") == 0;

    for (size_t i = 0; i < count; i++) {
        char *next = text + strlen(text) + 1;
        enum err err = split_cap(option, text, &ret_caps[i]);

        if (err) {
            return err;
        }
        if (!is_used(election, text, by_field)) {
            return complain(
                option, text,
                say("이 지역이나 분야의 사업이 없습니다", "no option is of that area or field"));
        }
        for (size_t before = 0; before < i; before++) {
            if (strcmp(ret_caps[before].name, text) == 0) {
                return complain(option, text, say("한도가 두 개입니다", "it has two caps"));
            }
        }
        text = next;
    }
    return ERR_OK;
}

/* The ids of one group, cut apart in place. */
static enum err take_group(const struct election *election, char *text, uint32_t *options,
                           uint32_t *ret_count)
{
    uint32_t count = 0;

    while (text != NULL) {
        char *comma = strchr(text, ',');

        if (comma != NULL) {
            *comma = '\0';
        }
        if (election_find_option(election, text, strlen(text), &options[count])) {
            return complain("incompatible", text,
                            say("이 선거에 없는 사업입니다", "there is no such option"));
        }
        for (uint32_t before = 0; before < count; before++) {
            if (options[before] == options[count]) {
                return complain("incompatible", text,
                                say("같은 사업이 두 번 있습니다", "it is named twice"));
            }
        }
        count++;
        text = comma != NULL ? comma + 1 : NULL;
    }
    *ret_count = count;
    return ERR_OK;
}

static enum err take_groups(struct tally_limits_store *store, const struct election *election,
                            char *text, size_t count)
{
    uint32_t *options = store->options;

    for (size_t i = 0; i < count; i++) {
        char *next = text + strlen(text) + 1;
        const char *first = text;
        uint32_t named = 0;
        enum err err = take_group(election, text, options, &named);

        if (err) {
            return err;
        }
        if (named < 2) {
            return complain("incompatible", first,
                            say("둘 이상이어야 합니다", "it takes at least two"));
        }
        store->groups[i] = (struct tally_group){.options = options, .count = named};
        options += named;
        text = next;
    }
    return ERR_OK;
}

enum err tally_limits_resolve(struct tally_limits_store *store, const struct election *election)
{
    const char *values[VALUE_COUNT_MAX];
    const struct invocation *invocation = store->invocation;
    size_t groups = invocation_texts(invocation, "incompatible", values, VALUE_COUNT_MAX);
    size_t areas =
        invocation_texts(invocation, "area-cap", values + groups, VALUE_COUNT_MAX - groups);
    size_t fields = invocation_texts(invocation, "field-cap", values + groups + areas,
                                     VALUE_COUNT_MAX - groups - areas);
    size_t named_max = 1;
    char *texts[3];
    enum err err;

    store->texts = copy_texts(values, groups + areas + fields);
    if (store->texts == NULL) {
        return ERR_FULL;
    }
    texts[0] = store->texts;
    texts[1] = texts[0];
    for (size_t i = 0; i < groups; i++) {
        named_max += strlen(texts[1]);
        texts[1] += strlen(texts[1]) + 1;
    }
    texts[2] = texts[1];
    for (size_t i = 0; i < areas; i++) {
        texts[2] += strlen(texts[2]) + 1;
    }
    store->groups = calloc(VALUE_COUNT_MAX, sizeof *store->groups);
    /* A group names no more options than its text has bytes. */
    store->options = calloc(named_max, sizeof *store->options);
    store->area_caps = calloc(VALUE_COUNT_MAX, sizeof *store->area_caps);
    store->field_caps = calloc(VALUE_COUNT_MAX, sizeof *store->field_caps);
    if (store->groups == NULL || store->options == NULL || store->area_caps == NULL ||
        store->field_caps == NULL) {
        return ERR_FULL;
    }
    err = take_groups(store, election, texts[0], groups);
    if (!err) {
        err = take_caps(election, "area-cap", texts[1], areas, store->area_caps);
    }
    if (!err) {
        err = take_caps(election, "field-cap", texts[2], fields, store->field_caps);
    }
    store->limits = (struct tally_limits){
        .groups = store->groups,
        .group_count = (uint32_t)groups,
        .area_caps = store->area_caps,
        .area_cap_count = (uint32_t)areas,
        .field_caps = store->field_caps,
        .field_cap_count = (uint32_t)fields,
    };
    return err;
}

void tally_limits_release(struct tally_limits_store *store)
{
    free(store->groups);
    free(store->options);
    free(store->area_caps);
    free(store->field_caps);
    free(store->texts);
    *store = (struct tally_limits_store){.invocation = store->invocation};
}

static enum err add_groups(const struct invocation *invocation, json_t *definition)
{
    const char *values[VALUE_COUNT_MAX];
    size_t count = invocation_texts(invocation, "incompatible", values, VALUE_COUNT_MAX);
    json_t *groups = json_array();

    for (size_t i = 0; i < count; i++) {
        json_t *group = json_array();
        const char *text = values[i];

        while (text != NULL) {
            const char *comma = strchr(text, ',');
            size_t length = comma != NULL ? (size_t)(comma - text) : strlen(text);

            (void)json_array_append_new(group, json_stringn(text, length)); /* Asked for below. */
            text = comma != NULL ? comma + 1 : NULL;
        }
        (void)json_array_append_new(groups, group); /* Likewise. */
    }
    if (count == 0) {
        json_decref(groups);
        return ERR_OK;
    }
    return json_object_set_new(definition, "incompatible", groups) == 0 ? ERR_OK : ERR_INVALID;
}

static enum err add_caps(const struct invocation *invocation, const char *option, const char *list,
                         const char *member, json_t *definition)
{
    const char *values[VALUE_COUNT_MAX];
    size_t count = invocation_texts(invocation, option, values, VALUE_COUNT_MAX);
    json_t *caps = json_array();
    enum err err = ERR_OK;

    for (size_t i = 0; i < count && !err; i++) {
        struct tally_cap cap = {.name = NULL};
        int64_t cap_krw = 0;
        char *text = strdup(values[i]);

        err = text == NULL ? ERR_FULL : split_cap(option, text, &cap);
        if (!err && decimal_rescale(cap.amount, 0, &cap_krw)) {
            err = complain(option, values[i],
                           say("원 단위 정수가 아닙니다", "the amount is not in whole won"));
        }
        if (!err && json_array_append_new(caps, json_pack("{s:s, s:I}", member, cap.name, "cap_krw",
                                                          (json_int_t)cap_krw)) != 0) {
            err = ERR_FULL;
        }
        free(text);
    }
    if (err || count == 0) {
        json_decref(caps);
        return err;
    }
    return json_object_set_new(definition, list, caps) == 0 ? ERR_OK : ERR_FULL;
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

static enum err add_quotas(const struct invocation *invocation, json_t *definition)
{
    const char *values[VALUE_COUNT_MAX];
    size_t count = invocation_texts(invocation, "quota", values, VALUE_COUNT_MAX);
    json_t *quotas = json_array();

    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(quotas, quota_json(values[i])) != 0) {
            json_decref(quotas);
            return complain("quota", values[i],
                            say("district=4-4, local=4-4, area:이름=1-2 꼴이어야 합니다",
                                "must look like district=4-4, local=4-4 or area:NAME=1-2"));
        }
    }
    if (count == 0) {
        json_decref(quotas);
        return ERR_OK;
    }
    return json_object_set_new(definition, "area_quotas", quotas) == 0 ? ERR_OK : ERR_FULL;
}

enum err tally_limits_add(const struct invocation *invocation, json_t *definition)
{
    const char *fit = invocation_text(invocation, "partial-fit");
    int64_t quorum = 0;
    enum err err = invocation_number(invocation, "quorum", 1, BALLOT_QUORUM_MAX, &quorum);

    if (err == ERR_INVALID) {
        return err;
    }
    if ((!err && json_object_set_new(definition, "quorum_voters", json_integer(quorum)) != 0) ||
        (fit != NULL && json_object_set_new(definition, "partial_fit", json_string(fit)) != 0)) {
        return ERR_INVALID;
    }
    err = add_groups(invocation, definition);
    if (!err) {
        err = add_caps(invocation, "area-cap", "area_caps", "area", definition);
    }
    if (!err) {
        err = add_caps(invocation, "field-cap", "field_caps", "field", definition);
    }
    if (!err) {
        err = add_quotas(invocation, definition);
    }
    return err;
}
