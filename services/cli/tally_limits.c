/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading terms off a command line, or META. An id with a comma cannot be named
 * here.
 */
#include "cli/tally_limits.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VALUE_COUNT_MAX = INVOCATION_VALUE_COUNT_MAX,
    LIMIT_TEXTS_MAX = 1024, /* as many as a file's META has rows */
    KEY_SIZE = 48,
};

enum kind { GROUPS, AREAS, FIELDS, LEASTS, KIND_COUNT };

static_assert((int)LIMIT_TEXTS_MAX >= (int)VALUE_COUNT_MAX, "all of a command line");

static const char *const REPEATED[] = {"incompatible", "area-cap", "field-cap", "min-cost"};

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

enum err tally_cap_split(const char *option, char *text, struct tally_cap *ret_cap)
{
    char *equals = strrchr(text, '=');
    bool comma = false;
    enum err err = ERR_INVALID;

    if (equals != NULL) {
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
    if (copy == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
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
        enum err err = tally_cap_split(option, text, &ret_caps[i]);

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

/* "ID=AMOUNT" or several between commas, cut apart in place; how many stand at the store's end. */
static enum err take_least(struct tally_limits_store *store, const struct election *election,
                           char *text)
{
    while (text != NULL) {
        struct tally_adjustable *one = &store->adjustable[store->limits.adjustable_count];
        char *comma = strchr(text, ',');
        struct tally_cap least = {.name = NULL};

        if (comma != NULL) {
            *comma = '\0';
        }
        if (tally_cap_split("min-cost", text, &least)) {
            return ERR_INVALID;
        }
        if (store->limits.adjustable_count == election_option_count(election) ||
            election_find_option(election, text, strlen(text), &one->option)) {
            return complain("min-cost", text,
                            say("이 선거에 없는 사업입니다", "there is no such option"));
        }
        one->least = least.amount;
        if (decimal_compare(least.amount,
                            (struct decimal){election_option(election, one->option)->cost,
                                             election_money_scale(election)}) >= 0 ||
            least.amount.units == 0) {
            return complain("min-cost", text,
                            say("0보다 크고 사업비보다 작아야 합니다",
                                "must be above 0 and below the option's cost"));
        }
        store->limits.adjustable_count++;
        text = comma != NULL ? comma + 1 : NULL;
    }
    return ERR_OK;
}

static int compare_adjustable(const void *left, const void *right)
{
    const struct tally_adjustable *first = left;
    const struct tally_adjustable *second = right;

    return (first->option > second->option) - (first->option < second->option);
}

/* In listed order, so that the result's bytes do not depend on how they were given. */
static enum err take_leasts(struct tally_limits_store *store, const struct election *election,
                            char *text, size_t count)
{
    const struct tally_limits *limits = &store->limits;
    enum err err = ERR_OK;

    for (size_t i = 0; i < count && !err; i++) {
        char *next = text + strlen(text) + 1;

        err = take_least(store, election, text);
        text = next;
    }
    if (err || limits->adjustable_count == 0) {
        return err;
    }
    qsort(store->adjustable, limits->adjustable_count, sizeof *store->adjustable,
          compare_adjustable);
    for (uint32_t i = 1; i < limits->adjustable_count; i++) {
        if (store->adjustable[i - 1].option == store->adjustable[i].option) {
            return complain("min-cost", election_option(election, store->adjustable[i].option)->id,
                            say("같은 사업이 두 번 있습니다", "it is named twice"));
        }
    }
    return ERR_OK;
}

/* Texts of one kind behind those of the kind before. */
struct kinds {
    const char *values[LIMIT_TEXTS_MAX];
    size_t counts[KIND_COUNT];
    size_t total;
};

static void take_option(const struct invocation *invocation, const char *name, struct kinds *kinds,
                        enum kind kind)
{
    kinds->counts[kind] = invocation_texts(invocation, name, kinds->values + kinds->total,
                                           LIMIT_TEXTS_MAX - kinds->total);
    kinds->total += kinds->counts[kind];
}

/* Values of "incompatible.1", "incompatible.2" and so on. */
static void take_meta(const struct pb *pb, const char *name, struct kinds *kinds, enum kind kind)
{
    char key[KEY_SIZE];
    const char *value = name;

    for (size_t i = 1; value != NULL && kinds->total < LIMIT_TEXTS_MAX; i++) {
        (void)snprintf(key, sizeof key, "%s.%zu", name, i); /* Always fits. */
        value = pb_meta(pb, key);
        if (value != NULL) {
            kinds->values[kinds->total] = value;
            kinds->total++;
            kinds->counts[kind]++;
        }
    }
}

static void take_kinds(const struct tally_limits_store *store, struct kinds *ret_kinds)
{
    static const char *const OPTIONS[KIND_COUNT] = {"incompatible", "area-cap", "field-cap",
                                                    "min-cost"};
    static const char *const KEYS[KIND_COUNT] = {"incompatible", "area_cap", "field_cap",
                                                 "min_cost"};

    for (int kind = 0; kind < KIND_COUNT; kind++) {
        if (store->pb != NULL) {
            take_meta(store->pb, KEYS[kind], ret_kinds, (enum kind)kind);
        } else {
            take_option(store->invocation, OPTIONS[kind], ret_kinds, (enum kind)kind);
        }
    }
}

enum err tally_limits_resolve(struct tally_limits_store *store, const struct election *election)
{
    struct kinds kinds = {.total = 0};
    size_t named_max = 1;
    char *texts[KIND_COUNT + 1];
    enum err err;

    take_kinds(store, &kinds);
    store->texts = copy_texts(kinds.values, kinds.total);
    if (store->texts == NULL) {
        return ERR_FULL;
    }
    texts[0] = store->texts;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        texts[kind + 1] = texts[kind];
        for (size_t i = 0; i < kinds.counts[kind]; i++) {
            named_max += strlen(texts[kind + 1]);
            texts[kind + 1] += strlen(texts[kind + 1]) + 1;
        }
    }
    store->groups = calloc(LIMIT_TEXTS_MAX, sizeof *store->groups);
    /* A group names no more options than its text has bytes. */
    store->options = calloc(named_max, sizeof *store->options);
    store->area_caps = calloc(LIMIT_TEXTS_MAX, sizeof *store->area_caps);
    store->field_caps = calloc(LIMIT_TEXTS_MAX, sizeof *store->field_caps);
    store->adjustable =
        calloc((size_t)election_option_count(election) + 1, sizeof *store->adjustable);
    if (store->groups == NULL || store->options == NULL || store->area_caps == NULL ||
        store->field_caps == NULL || store->adjustable == NULL) {
        return ERR_FULL;
    }
    err = take_groups(store, election, texts[GROUPS], kinds.counts[GROUPS]);
    if (!err) {
        err = take_caps(election, "area-cap", texts[AREAS], kinds.counts[AREAS], store->area_caps);
    }
    if (!err) {
        err = take_caps(election, "field-cap", texts[FIELDS], kinds.counts[FIELDS],
                        store->field_caps);
    }
    if (!err) {
        err = take_leasts(store, election, texts[LEASTS], kinds.counts[LEASTS]);
    }
    store->limits = (struct tally_limits){
        .groups = store->groups,
        .group_count = (uint32_t)kinds.counts[GROUPS],
        .area_caps = store->area_caps,
        .area_cap_count = (uint32_t)kinds.counts[AREAS],
        .field_caps = store->field_caps,
        .field_cap_count = (uint32_t)kinds.counts[FIELDS],
        .adjustable = store->adjustable,
        .adjustable_count = store->limits.adjustable_count,
    };
    return err;
}

void tally_limits_release(struct tally_limits_store *store)
{
    free(store->groups);
    free(store->options);
    free(store->area_caps);
    free(store->field_caps);
    free(store->adjustable);
    free(store->texts);
    *store = (struct tally_limits_store){.invocation = store->invocation, .pb = store->pb};
}
