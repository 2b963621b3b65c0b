/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a vote one after the other: its form, each choice, then all
 * choices together. It must never repair anything.
 */
#include "verify/choice.h"

#include <assert.h>

enum method_byte {
    METHOD_APPROVE = 1,
    METHOD_POINTS,
    METHOD_RANK,
    METHOD_KNAPSACK,
};

#define CHANNEL_MAX 7 /* the bits of a set */

static const char *const NAMES[] = {
    [CHOICE_OK] = "ok",
    [CHOICE_MALFORMED] = "malformed",
    [CHOICE_CHANNEL] = "channel-not-accepted",
    [CHOICE_METHOD] = "method",
    [CHOICE_OPTION_UNKNOWN] = "option-unknown",
    [CHOICE_OPTION_ORDER] = "option-order",
    [CHOICE_VALUE_NOT_ONE] = "value-not-one",
    [CHOICE_POINTS_TOO_FEW] = "points-too-few",
    [CHOICE_POINTS_TOO_MANY] = "points-too-many",
    [CHOICE_PLACE] = "place",
    [CHOICE_EMPTY] = "empty-not-allowed",
    [CHOICE_OPTIONS_TOO_FEW] = "options-too-few",
    [CHOICE_OPTIONS_TOO_MANY] = "options-too-many",
    [CHOICE_COST_TOO_LOW] = "cost-too-low",
    [CHOICE_COST_TOO_HIGH] = "cost-too-high",
    [CHOICE_SUM_TOO_LOW] = "sum-too-low",
    [CHOICE_SUM_TOO_HIGH] = "sum-too-high",
    [CHOICE_QUOTA_TOO_FEW] = "quota-too-few",
    [CHOICE_QUOTA_TOO_MANY] = "quota-too-many",
};

static_assert(sizeof NAMES / sizeof NAMES[0] == CHOICE_FAULT_END, "a name for every fault");

const char *choice_fault_name(enum choice_fault fault)
{
    assert(fault >= CHOICE_OK);
    assert(fault < CHOICE_FAULT_END);
    return NAMES[fault];
}

static uint32_t big_endian(const uint8_t *bytes, size_t count)
{
    uint32_t value = 0;

    for (size_t i = 0; i < count; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

size_t choice_count(struct span body)
{
    assert(body.length >= CHOICE_HEAD_SIZE);
    return (body.length - CHOICE_HEAD_SIZE) / CHOICE_SIZE;
}

struct choice choice_at(struct span body, size_t index)
{
    const uint8_t *at = body.data + CHOICE_HEAD_SIZE + index * CHOICE_SIZE;

    assert(index < choice_count(body));
    return (struct choice){.option = big_endian(at, 4), .value = big_endian(at + 4, 4)};
}

static uint8_t method_byte(const struct definition *d)
{
    switch (d->method) {
    case DEFINITION_APPROVAL:
    case DEFINITION_CHOOSE_1:
        return d->min_cost_krw.present || d->max_cost_krw.present ? METHOD_KNAPSACK
                                                                  : METHOD_APPROVE;
    case DEFINITION_CUMULATIVE:
    case DEFINITION_SCORING:
        return METHOD_POINTS;
    case DEFINITION_ORDINAL:
        return METHOD_RANK;
    case DEFINITION_METHOD_END:
        break;
    }
    assert(false);
    return 0;
}

static enum choice_fault check_form(const struct definition *d, uint8_t channel, struct span body)
{
    if (body.length < CHOICE_HEAD_SIZE ||
        body.length != CHOICE_HEAD_SIZE + CHOICE_SIZE * (size_t)big_endian(body.data + 1, 2)) {
        return CHOICE_MALFORMED;
    }
    if (channel > CHANNEL_MAX || (d->channels & (1U << channel)) == 0) {
        return CHOICE_CHANNEL;
    }
    return body.data[0] == method_byte(d) ? CHOICE_OK : CHOICE_METHOD;
}

static enum choice_fault check_points(const struct definition *d, uint32_t points)
{
    int64_t least = d->method == DEFINITION_CUMULATIVE ? 1 : 0;
    int64_t most = d->max_points.present ? d->max_points.value : d->max_sum_points.value;

    if (d->min_points.present) {
        least = d->min_points.value;
    }
    if (points < least) {
        return CHOICE_POINTS_TOO_FEW;
    }
    return points > most ? CHOICE_POINTS_TOO_MANY : CHOICE_OK;
}

/* The value of one choice by itself; places are looked at together. */
static enum choice_fault check_value(const struct definition *d, uint32_t value)
{
    if (definition_has_points(d)) {
        return check_points(d, value);
    }
    if (d->method != DEFINITION_ORDINAL && value != 1) {
        return CHOICE_VALUE_NOT_ONE;
    }
    return CHOICE_OK;
}

static enum choice_fault check_each(const struct definition *d, struct span body)
{
    bool taken[DEFINITION_OPTIONS_MAX + 1] = {false};
    size_t count = choice_count(body);
    uint32_t before = 0;

    for (size_t i = 0; i < count; i++) {
        struct choice choice = choice_at(body, i);
        enum choice_fault fault;

        if (choice.option == 0 || choice.option > d->option_count) {
            return CHOICE_OPTION_UNKNOWN;
        }
        if (choice.option <= before) {
            return CHOICE_OPTION_ORDER;
        }
        before = choice.option;
        fault = check_value(d, choice.value);
        if (fault != CHOICE_OK) {
            return fault;
        }
        if (d->method == DEFINITION_ORDINAL) {
            /* A body may have room for more choices than there are options; it is no place then. */
            if (choice.value == 0 || choice.value > count || choice.value > d->option_count ||
                taken[choice.value]) {
                return CHOICE_PLACE;
            }
            taken[choice.value] = true;
        }
    }
    return CHOICE_OK;
}

static enum choice_fault check_sums(const struct definition *d, struct span body)
{
    int64_t cost = 0;
    int64_t points = 0;

    for (size_t i = 0; i < choice_count(body); i++) {
        struct choice choice = choice_at(body, i);

        cost += d->options[choice.option - 1].cost_krw;
        points += choice.value;
    }
    if (d->min_cost_krw.present && cost < d->min_cost_krw.value) {
        return CHOICE_COST_TOO_LOW;
    }
    if (d->max_cost_krw.present && cost > d->max_cost_krw.value) {
        return CHOICE_COST_TOO_HIGH;
    }
    if (d->min_sum_points.present && points < d->min_sum_points.value) {
        return CHOICE_SUM_TOO_LOW;
    }
    if (d->max_sum_points.present && points > d->max_sum_points.value) {
        return CHOICE_SUM_TOO_HIGH;
    }
    return CHOICE_OK;
}

static enum choice_fault check_quotas(const struct definition *d, struct span body)
{
    for (size_t i = 0; i < d->quota_count; i++) {
        const struct definition_quota *quota = &d->quotas[i];
        uint32_t named = 0;

        for (size_t k = 0; k < choice_count(body); k++) {
            uint32_t number = choice_at(body, k).option;

            named += definition_quota_covers(d, quota, &d->options[number - 1]) ? 1 : 0;
        }
        if (named < quota->min_options) {
            return CHOICE_QUOTA_TOO_FEW;
        }
        if (named > quota->max_options) {
            return CHOICE_QUOTA_TOO_MANY;
        }
    }
    return CHOICE_OK;
}

/* An empty vote is valid where it is allowed, whatever the limits say. */
static enum choice_fault check_together(const struct definition *d, struct span body)
{
    size_t count = choice_count(body);
    enum choice_fault fault;

    if (count == 0) {
        return d->empty_allowed ? CHOICE_OK : CHOICE_EMPTY;
    }
    if (count < d->min_options) {
        return CHOICE_OPTIONS_TOO_FEW;
    }
    if (count > d->max_options) {
        return CHOICE_OPTIONS_TOO_MANY;
    }
    fault = check_sums(d, body);
    return fault == CHOICE_OK ? check_quotas(d, body) : fault;
}

enum choice_fault choice_check(const struct definition *definition, uint8_t channel,
                               struct span body)
{
    enum choice_fault fault;

    assert(definition != NULL);
    assert(body.data != NULL || body.length == 0);
    fault = check_form(definition, channel, body);
    if (fault == CHOICE_OK) {
        fault = check_each(definition, body);
    }
    return fault == CHOICE_OK ? check_together(definition, body) : fault;
}
