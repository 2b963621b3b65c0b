/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terms of ballot_terms.h: each on its own, and against the options. A
 * term that nothing would use must be refused like one that contradicts.
 */
#include "participation/domain/ballot_check_parts.h"

#include <assert.h>

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
