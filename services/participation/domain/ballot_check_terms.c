/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terms of ballot_terms.h: each on its own, and against the options. A
 * term that nothing would use must be refused like one that contradicts.
 */
#include "participation/domain/ballot_check_parts.h"

#include <assert.h>
#include <string.h>

/* Options that were named so far. */
struct named {
    bool seen[BALLOT_OPTION_MAX];
};

/* Whether the ballot has an option of that number; refuses when it has not, or when it was named. */
static enum err take_named(const struct ballot_definition *definition, struct named *named,
                           uint32_t number, enum ballot_refusal_reason *ret_reason)
{
    assert(definition->option_count <= BALLOT_OPTION_MAX);
    assert(ret_reason != NULL);

    if (ballot_option(definition, number) == NULL) {
        *ret_reason = BALLOT_REFUSAL_OPTION_UNKNOWN;
        return ERR_INVALID;
    }
    if (named->seen[number - 1]) {
        return ERR_INVALID;
    }
    named->seen[number - 1] = true;
    return ERR_OK;
}

enum err ballot_check_tie_order(const struct ballot_definition *definition,
                                struct ballot_refusal *refusal)
{
    const struct ballot_tie_order *order = &definition->tie_order;
    const bool drawn = definition->tie == BALLOT_TIE_DRAWN;
    struct named named = {0};

    assert(order->count <= BALLOT_OPTION_MAX);
    assert(refusal != NULL);

    if (drawn != (order->count > 0)) {
        return ballot_refuse(
            refusal, drawn ? BALLOT_REFUSAL_TIE_ORDER_MISSING : BALLOT_REFUSAL_TIE_ORDER_UNUSED,
            "tie_order");
    }
    for (size_t i = 0; i < order->count; i++) {
        enum ballot_refusal_reason reason = BALLOT_REFUSAL_TIE_ORDER_REPEATED;

        if (take_named(definition, &named, order->numbers[i], &reason)) {
            return ballot_refuse_at(refusal, reason, "tie_order", i, NULL);
        }
    }
    if (drawn && order->count < definition->option_count) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_TIE_ORDER_INCOMPLETE, "tie_order");
    }
    return ERR_OK;
}

/* Whether the rule ever gives an option a turn by score, at which it may not fit. */
static bool has_turns(const struct ballot_definition *definition)
{
    switch (definition->rule) {
    case BALLOT_RULE_GREEDY:
    case BALLOT_RULE_GREEDY_NO_SKIP:
    case BALLOT_RULE_GREEDY_THRESHOLD:
        return true;
    case BALLOT_RULE_EQUAL_SHARES:
    case BALLOT_RULE_COMPARISON:
        return definition->completion == BALLOT_COMPLETION_ADD1U ||
               definition->completion == BALLOT_COMPLETION_UTILITARIAN;
    case BALLOT_RULE_PHRAGMEN:
    case BALLOT_RULE_MISSING:
    case BALLOT_RULE_END:
        break;
    }
    return false;
}

/* Above 0 and up to 1. */
static bool is_share(const struct ballot_share *share)
{
    return share->numerator > 0 && share->numerator <= share->denominator &&
           share->denominator <= BALLOT_SHARE_MAX;
}

enum err ballot_check_partial_fit(const struct ballot_definition *definition,
                                  struct ballot_refusal *refusal)
{
    const struct ballot_share *fit = &definition->partial_fit;

    assert(fit->present || fit->numerator == 0);
    assert(fit->present || fit->denominator == 0);

    if (!fit->present) {
        return ERR_OK;
    }
    if (!has_turns(definition)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_PARTIAL_FIT_UNUSED, "partial_fit");
    }
    if (!is_share(fit)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_PARTIAL_FIT_OUT_OF_RANGE, "partial_fit");
    }
    return ERR_OK;
}

enum err ballot_check_quorum(const struct ballot_definition *definition,
                             struct ballot_refusal *refusal)
{
    const struct ballot_quorum *quorum = &definition->quorum;
    const struct ballot_share *share = &definition->quorum_share;

    assert(quorum->present || quorum->voters == 0);
    assert(refusal != NULL);

    if (quorum->present && (quorum->voters < 1 || quorum->voters > BALLOT_QUORUM_MAX)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_QUORUM_OUT_OF_RANGE, "quorum_voters");
    }
    if (share->present && !is_share(share)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_QUORUM_SHARE_OUT_OF_RANGE, "quorum_share");
    }
    return ERR_OK;
}

static enum err check_group(const struct ballot_definition *definition, size_t group,
                            struct ballot_refusal *refusal)
{
    const struct ballot_groups *groups = &definition->incompatible;
    size_t first = group == 0 ? 0 : groups->ends[group - 1];
    struct named named = {0};

    assert(groups->ends[group] >= first);
    assert(groups->ends[group] <= BALLOT_NAMED_MAX);

    if (groups->ends[group] - first < 2) {
        return ballot_refuse_at(refusal, BALLOT_REFUSAL_INCOMPATIBLE_ALONE, "incompatible", group,
                                NULL);
    }
    for (size_t i = first; i < groups->ends[group]; i++) {
        enum ballot_refusal_reason reason = BALLOT_REFUSAL_INCOMPATIBLE_REPEATED;

        if (take_named(definition, &named, groups->numbers[i], &reason)) {
            return ballot_refuse_at(refusal, reason, "incompatible", group, NULL);
        }
    }
    return ERR_OK;
}

enum err ballot_check_incompatible(const struct ballot_definition *definition,
                                   struct ballot_refusal *refusal)
{
    assert(definition->incompatible.count <= BALLOT_GROUP_MAX);
    assert(refusal != NULL);

    for (size_t i = 0; i < definition->incompatible.count; i++) {
        enum err err = check_group(definition, i, refusal);

        if (err) {
            return err;
        }
    }
    return ERR_OK;
}

/* Caps of one kind: what their list and its members are called, and what of an option they are for. */
struct cap_kind {
    const struct ballot_caps *caps;
    const char *list;
    const char *member;
    bool by_field;
};

/* The least that an option can be funded with that the cap is for; 0 when there is none. */
static int64_t cheapest_krw(const struct ballot_definition *definition, const struct cap_kind *kind,
                            const char *name)
{
    int64_t cheapest = 0;

    assert(name != NULL);
    assert(definition->option_count <= BALLOT_OPTION_MAX);

    for (size_t i = 0; i < definition->option_count; i++) {
        const struct ballot_option *option = &definition->options[i];

        if (strcmp(kind->by_field ? option->field : option->area, name) == 0 &&
            (cheapest == 0 || ballot_least_krw(definition, i) < cheapest)) {
            cheapest = ballot_least_krw(definition, i);
        }
    }
    return cheapest;
}

static enum err check_cap(const struct ballot_definition *definition, const struct cap_kind *kind,
                          size_t place, struct ballot_refusal *refusal)
{
    const struct ballot_cap *cap = &kind->caps->list[place];
    enum ballot_refusal_reason reason = ballot_text_reason(cap->name, false);
    int64_t cheapest = cheapest_krw(definition, kind, cap->name);

    for (size_t i = 0; i < place && reason == BALLOT_REFUSAL_NONE; i++) {
        if (strcmp(kind->caps->list[i].name, cap->name) == 0) {
            reason = BALLOT_REFUSAL_CAP_DUPLICATE;
        }
    }
    if (reason == BALLOT_REFUSAL_NONE && cheapest == 0) {
        reason = BALLOT_REFUSAL_CAP_UNUSED;
    }
    if (reason != BALLOT_REFUSAL_NONE) {
        return ballot_refuse_at(refusal, reason, kind->list, place, kind->member);
    }
    if (cap->cap_krw <= 0) {
        reason = BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE;
    } else if (cap->cap_krw > BALLOT_KRW_MAX) {
        reason = BALLOT_REFUSAL_AMOUNT_TOO_LARGE;
    } else if (cap->cap_krw < cheapest) {
        reason = BALLOT_REFUSAL_CAP_BELOW_CHEAPEST;
    }
    return reason == BALLOT_REFUSAL_NONE
               ? ERR_OK
               : ballot_refuse_at(refusal, reason, kind->list, place, "cap_krw");
}

enum err ballot_check_caps(const struct ballot_definition *definition,
                           struct ballot_refusal *refusal)
{
    const struct cap_kind kinds[] = {
        {&definition->area_caps, "area_caps", "area", false},
        {&definition->field_caps, "field_caps", "field", true},
    };

    static_assert(BALLOT_CAP_NAME_MAX >= BALLOT_AREA_NAME_MAX, "an area's name fits");
    static_assert(BALLOT_CAP_NAME_MAX >= BALLOT_FIELD_MAX, "a field's name fits");

    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        assert(kinds[kind].caps->count <= BALLOT_CAP_MAX);
        for (size_t i = 0; i < kinds[kind].caps->count; i++) {
            enum err err = check_cap(definition, &kinds[kind], i, refusal);

            if (err) {
                return err;
            }
        }
    }
    return ERR_OK;
}
