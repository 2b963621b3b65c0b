/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terms of rules by score: the weights of residents, channels and a jury,
 * and costs that may be adjusted. Both say what an option's turn is and does, so where turns
 * are not all there is to a rule they must be refused.
 */
#include "participation/domain/ballot_check_parts.h"

#include <assert.h>

bool ballot_is_greedy(const struct ballot_definition *definition)
{
    assert(definition->rule > BALLOT_RULE_MISSING);
    assert(definition->rule < BALLOT_RULE_END);

    return definition->rule == BALLOT_RULE_GREEDY ||
           definition->rule == BALLOT_RULE_GREEDY_NO_SKIP ||
           definition->rule == BALLOT_RULE_GREEDY_THRESHOLD;
}

static enum ballot_refusal_reason normalisation_reason(enum ballot_normalisation normalisation)
{
    if (normalisation == BALLOT_NORMALISATION_MISSING) {
        return BALLOT_REFUSAL_VALUE_MISSING;
    }
    return normalisation < BALLOT_NORMALISATION_END ? BALLOT_REFUSAL_NONE
                                                    : BALLOT_REFUSAL_VALUE_UNKNOWN;
}

static enum ballot_refusal_reason jury_reason(const struct ballot_jury *jury,
                                              const char **ret_member)
{
    *ret_member = "resident_weight";
    if (jury->resident_weight < 1 || jury->resident_weight > BALLOT_WEIGHT_WHOLE_MAX) {
        return BALLOT_REFUSAL_JURY_WEIGHT_OUT_OF_RANGE;
    }
    *ret_member = "jury_weight";
    if (jury->jury_weight < 1 || jury->jury_weight > BALLOT_WEIGHT_WHOLE_MAX) {
        return BALLOT_REFUSAL_JURY_WEIGHT_OUT_OF_RANGE;
    }
    *ret_member = "whole";
    if (jury->whole > BALLOT_WEIGHT_WHOLE_MAX) {
        return BALLOT_REFUSAL_JURY_WEIGHT_OUT_OF_RANGE;
    }
    if (jury->resident_weight + jury->jury_weight != jury->whole) {
        return BALLOT_REFUSAL_JURY_WEIGHTS_SUM;
    }
    *ret_member = "max_score";
    if (jury->max_score < 1 || jury->max_score > BALLOT_JURY_SCORE_MAX) {
        return BALLOT_REFUSAL_JURY_MAX_SCORE_OUT_OF_RANGE;
    }
    *ret_member = "normalisation";
    return normalisation_reason(jury->normalisation);
}

enum err ballot_check_jury(const struct ballot_definition *definition,
                           struct ballot_refusal *refusal)
{
    const char *member = NULL;
    enum ballot_refusal_reason reason;

    assert(definition->jury.present || definition->jury.whole == 0);
    assert(refusal != NULL);

    if (!definition->jury.present) {
        return ERR_OK;
    }
    if (!ballot_is_greedy(definition)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_JURY_UNUSED, "jury");
    }
    reason = jury_reason(&definition->jury, &member);
    if (reason == BALLOT_REFUSAL_NONE) {
        return ERR_OK;
    }
    return ballot_refuse_at(refusal, reason, "jury", BALLOT_PATH_WHOLE, member);
}

/* What is wrong with one part; before is the set of channels in the parts before it. */
static enum ballot_refusal_reason part_reason(const struct ballot_definition *definition,
                                              const struct ballot_channel_part *part,
                                              uint32_t before, const char **ret_member)
{
    *ret_member = "channels";
    if (part->channels == 0) {
        return BALLOT_REFUSAL_VALUE_MISSING;
    }
    if ((part->channels & ~definition->channels) != 0) {
        return BALLOT_REFUSAL_CHANNEL_WEIGHT_NOT_ACCEPTED;
    }
    if ((part->channels & before) != 0) {
        return BALLOT_REFUSAL_CHANNEL_WEIGHT_REPEATED;
    }
    *ret_member = "weight";
    return part->weight < 1 || part->weight > BALLOT_WEIGHT_WHOLE_MAX
               ? BALLOT_REFUSAL_CHANNEL_WEIGHT_OUT_OF_RANGE
               : BALLOT_REFUSAL_NONE;
}

/* What is wrong with all parts together, each of which is sound. */
static enum ballot_refusal_reason whole_reason(const struct ballot_definition *definition,
                                               const char **ret_member)
{
    const struct ballot_channel_weights *weights = &definition->channel_weights;
    uint32_t channels = 0;
    uint32_t sum = 0;

    for (size_t i = 0; i < weights->count; i++) {
        channels |= weights->parts[i].channels;
        sum += weights->parts[i].weight;
    }
    *ret_member = "parts";
    if (channels != definition->channels) {
        return BALLOT_REFUSAL_CHANNEL_WEIGHT_MISSING;
    }
    if (weights->count < 2) {
        return BALLOT_REFUSAL_CHANNEL_WEIGHTS_ALONE;
    }
    *ret_member = "whole";
    if (weights->whole > BALLOT_WEIGHT_WHOLE_MAX) {
        return BALLOT_REFUSAL_CHANNEL_WEIGHT_OUT_OF_RANGE;
    }
    if (sum != weights->whole ||
        (definition->jury.present && weights->whole != definition->jury.resident_weight)) {
        return BALLOT_REFUSAL_CHANNEL_WEIGHTS_SUM;
    }
    *ret_member = "normalisation";
    return normalisation_reason(weights->normalisation);
}

enum err ballot_check_channel_weights(const struct ballot_definition *definition,
                                      struct ballot_refusal *refusal)
{
    const struct ballot_channel_weights *weights = &definition->channel_weights;
    enum ballot_refusal_reason reason;
    const char *member = NULL;
    uint32_t before = 0;

    assert(weights->count <= BALLOT_CHANNEL_PART_MAX);
    assert(refusal != NULL);

    if (weights->count == 0) {
        /* What says how to weigh, and nothing to be weighed, is not what counts all alike. */
        return weights->whole == 0 && weights->normalisation == BALLOT_NORMALISATION_MISSING
                   ? ERR_OK
                   : ballot_refuse_at(refusal, BALLOT_REFUSAL_CHANNEL_WEIGHTS_ALONE,
                                      "channel_weights", BALLOT_PATH_WHOLE, "parts");
    }
    if (!ballot_is_greedy(definition)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_CHANNEL_WEIGHTS_UNUSED, "channel_weights");
    }
    for (size_t i = 0; i < weights->count; i++) {
        reason = part_reason(definition, &weights->parts[i], before, &member);
        if (reason != BALLOT_REFUSAL_NONE) {
            return ballot_refuse_at(refusal, reason, "channel_weights/parts", i, member);
        }
        before |= weights->parts[i].channels;
    }
    reason = whole_reason(definition, &member);
    if (reason == BALLOT_REFUSAL_NONE) {
        return ERR_OK;
    }
    return ballot_refuse_at(refusal, reason, "channel_weights", BALLOT_PATH_WHOLE, member);
}

size_t ballot_channel_part(const struct ballot_definition *definition, enum ballot_channel channel)
{
    const struct ballot_channel_weights *weights = &definition->channel_weights;
    size_t part = 0;

    while (part < weights->count && (weights->parts[part].channels & BALLOT_BIT(channel)) == 0) {
        part++;
    }
    assert(part < weights->count);
    return part;
}

int64_t ballot_least_krw(const struct ballot_definition *definition, size_t place)
{
    const int64_t min_krw = definition->min_costs.krw[place];

    assert(place < definition->option_count);
    assert(min_krw >= 0);

    return min_krw > 0 ? min_krw : definition->options[place].cost_krw;
}

int64_t ballot_check_least_krw(const struct ballot_definition *definition)
{
    int64_t least = BALLOT_KRW_MAX;

    assert(definition->option_count > 0);

    for (size_t i = 0; i < definition->option_count; i++) {
        const int64_t krw = ballot_least_krw(definition, i);

        least = krw < least ? krw : least;
    }
    assert(least > 0);
    return least;
}

static enum ballot_refusal_reason min_cost_reason(const struct ballot_definition *definition,
                                                  size_t place)
{
    const int64_t krw = definition->min_costs.krw[place];

    if (krw < 0) {
        return BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE;
    }
    if (krw >= definition->options[place].cost_krw) {
        return BALLOT_REFUSAL_MIN_COST_NOT_BELOW_COST;
    }
    if (!ballot_is_greedy(definition)) {
        return BALLOT_REFUSAL_MIN_COST_UNUSED;
    }
    return definition->partial_fit.present ? BALLOT_REFUSAL_MIN_COST_AND_PARTIAL_FIT
                                           : BALLOT_REFUSAL_NONE;
}

enum err ballot_check_min_costs(const struct ballot_definition *definition,
                                struct ballot_refusal *refusal)
{
    assert(definition->option_count <= BALLOT_OPTION_MAX);
    assert(refusal != NULL);

    for (size_t i = 0; i < definition->option_count; i++) {
        enum ballot_refusal_reason reason = definition->min_costs.krw[i] != 0
                                                ? min_cost_reason(definition, i)
                                                : BALLOT_REFUSAL_NONE;

        if (reason != BALLOT_REFUSAL_NONE) {
            return ballot_refuse_at(refusal, reason, "options", i, "min_cost_krw");
        }
    }
    return ERR_OK;
}
