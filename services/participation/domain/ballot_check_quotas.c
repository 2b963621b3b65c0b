/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotas of areas: which options one is for, and whether any vote could keep
 * them all. Quotas of areas lie within that of all local options; those of the
 * district and of local options never overlap.
 */
#include "participation/domain/ballot_check_parts.h"

#include <assert.h>
#include <string.h>

bool ballot_quota_covers(const struct ballot_definition *definition,
                         const struct ballot_quota *quota, const struct ballot_option *option)
{
    const bool whole = option->area[0] == '\0' || strcmp(option->area, definition->district) == 0;

    assert(quota->scope > BALLOT_SCOPE_MISSING);
    assert(quota->scope < BALLOT_SCOPE_END);

    switch (quota->scope) {
    case BALLOT_SCOPE_DISTRICT:
        return whole;
    case BALLOT_SCOPE_LOCAL:
        return !whole;
    case BALLOT_SCOPE_AREA:
        return strcmp(option->area, quota->area) == 0;
    case BALLOT_SCOPE_MISSING:
    case BALLOT_SCOPE_END:
        break;
    }
    return false;
}

/* How many options the quota is for. */
static uint32_t count_covered(const struct ballot_definition *definition,
                              const struct ballot_quota *quota)
{
    uint32_t count = 0;

    assert(definition->option_count <= BALLOT_OPTION_MAX);

    for (size_t i = 0; i < definition->option_count; i++) {
        count += ballot_quota_covers(definition, quota, &definition->options[i]) ? 1 : 0;
    }
    assert(count <= definition->option_count);
    return count;
}

/* What the least number of the quota's cheapest options cost together. */
static int64_t least_krw(const struct ballot_definition *definition,
                         const struct ballot_quota *quota)
{
    int64_t costs_krw[BALLOT_OPTION_MAX] = {0};
    size_t count = 0;
    int64_t sum = 0;

    for (size_t i = 0; i < definition->option_count; i++) {
        const int64_t cost_krw = definition->options[i].cost_krw;
        size_t at = count;

        if (!ballot_quota_covers(definition, quota, &definition->options[i])) {
            continue;
        }
        for (; at > 0 && costs_krw[at - 1] > cost_krw; at--) {
            costs_krw[at] = costs_krw[at - 1];
        }
        costs_krw[at] = cost_krw;
        count++;
    }
    assert(quota->min_options <= count);
    for (size_t i = 0; i < quota->min_options; i++) {
        sum += costs_krw[i];
    }
    return sum;
}

/* Whose options they are. */
static enum ballot_refusal_reason scope_reason(const struct ballot_definition *definition,
                                               size_t place, const char **ret_member)
{
    const struct ballot_quota *quota = &definition->area_quotas.list[place];

    *ret_member = "scope";
    if (quota->scope == BALLOT_SCOPE_MISSING) {
        return BALLOT_REFUSAL_VALUE_MISSING;
    }
    if (quota->scope >= BALLOT_SCOPE_END) {
        return BALLOT_REFUSAL_VALUE_UNKNOWN;
    }
    *ret_member = "area";
    if (quota->scope != BALLOT_SCOPE_AREA && quota->area[0] != '\0') {
        return BALLOT_REFUSAL_QUOTA_AREA_UNUSED;
    }
    if (quota->scope == BALLOT_SCOPE_AREA && ballot_text_reason(quota->area, true)) {
        return ballot_text_reason(quota->area, true);
    }
    *ret_member = "scope";
    for (size_t i = 0; i < place; i++) {
        const struct ballot_quota *before = &definition->area_quotas.list[i];

        if (before->scope == quota->scope && strcmp(before->area, quota->area) == 0) {
            return BALLOT_REFUSAL_QUOTA_DUPLICATE;
        }
    }
    return BALLOT_REFUSAL_NONE;
}

/* How many they are. */
static enum ballot_refusal_reason number_reason(const struct ballot_definition *definition,
                                                size_t place, const char **ret_member)
{
    const struct ballot_quota *quota = &definition->area_quotas.list[place];

    *ret_member = "max_options";
    if (quota->max_options == 0) {
        return BALLOT_REFUSAL_MAX_OPTIONS_ZERO;
    }
    if (quota->max_options > count_covered(definition, quota)) {
        return BALLOT_REFUSAL_QUOTA_ABOVE_OPTIONS;
    }
    *ret_member = "min_options";
    if (quota->min_options > quota->max_options) {
        return BALLOT_REFUSAL_MIN_OPTIONS_ABOVE_MAX;
    }
    if (definition->max_cost_krw.present &&
        least_krw(definition, quota) > definition->max_cost_krw.krw) {
        return BALLOT_REFUSAL_QUOTA_UNAFFORDABLE;
    }
    return BALLOT_REFUSAL_NONE;
}

/* All quotas together with the limits of a vote. */
static enum err check_together(const struct ballot_definition *definition,
                               struct ballot_refusal *refusal)
{
    uint64_t least[BALLOT_SCOPE_END] = {0};
    uint64_t most = 0;
    unsigned whole = 0;

    for (size_t i = 0; i < definition->area_quotas.count; i++) {
        const struct ballot_quota *quota = &definition->area_quotas.list[i];

        least[quota->scope] += quota->min_options;
        if (quota->scope != BALLOT_SCOPE_AREA) {
            most += quota->max_options;
            whole++;
        }
    }
    if (least[BALLOT_SCOPE_LOCAL] < least[BALLOT_SCOPE_AREA]) {
        least[BALLOT_SCOPE_LOCAL] = least[BALLOT_SCOPE_AREA];
    }
    if (least[BALLOT_SCOPE_DISTRICT] + least[BALLOT_SCOPE_LOCAL] > definition->max_options) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_QUOTAS_ABOVE_MAX_OPTIONS, "area_quotas");
    }
    if (whole == 2 && most < definition->min_options) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_QUOTAS_BELOW_MIN_OPTIONS, "area_quotas");
    }
    return ERR_OK;
}

enum err ballot_check_quotas(const struct ballot_definition *definition,
                             struct ballot_refusal *refusal)
{
    assert(definition->area_quotas.count <= BALLOT_QUOTA_MAX);
    assert(refusal != NULL);

    for (size_t i = 0; i < definition->area_quotas.count; i++) {
        const char *member = NULL;
        enum ballot_refusal_reason reason = scope_reason(definition, i, &member);

        if (reason == BALLOT_REFUSAL_NONE) {
            reason = number_reason(definition, i, &member);
        }
        if (reason != BALLOT_REFUSAL_NONE) {
            return ballot_refuse_at(refusal, reason, "area_quotas", i, member);
        }
    }
    return check_together(definition, refusal);
}
