/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the numbers of a frozen definition, which never change, to those of the
 * tally, which may. Must never count.
 */
#include "participation/domain/ballot_tally.h"

#include <assert.h>

#include "participation/domain/ballot_names.h"
#include "participation/domain/jury.h"
#include "participation/domain/tally_lot.h"

/* By the numbers of ballot.h; 0 is "missing" there and is never looked up. */
static const enum election_vote_type VOTE_TYPES[BALLOT_METHOD_END] = {
    [BALLOT_METHOD_APPROVAL] = ELECTION_APPROVAL,     [BALLOT_METHOD_CHOOSE_1] = ELECTION_CHOOSE_1,
    [BALLOT_METHOD_CUMULATIVE] = ELECTION_CUMULATIVE, [BALLOT_METHOD_SCORING] = ELECTION_SCORING,
    [BALLOT_METHOD_ORDINAL] = ELECTION_ORDINAL,
};

static const enum tally_rule RULES[BALLOT_RULE_END] = {
    [BALLOT_RULE_GREEDY] = TALLY_GREEDY,
    [BALLOT_RULE_GREEDY_NO_SKIP] = TALLY_GREEDY_NO_SKIP,
    [BALLOT_RULE_GREEDY_THRESHOLD] = TALLY_GREEDY_THRESHOLD,
    [BALLOT_RULE_EQUAL_SHARES] = TALLY_EQUAL_SHARES,
    [BALLOT_RULE_PHRAGMEN] = TALLY_PHRAGMEN,
    [BALLOT_RULE_COMPARISON] = TALLY_COMPARISON,
};

static const enum tally_satisfaction SATISFACTIONS[BALLOT_SATISFACTION_END] = {
    [BALLOT_SATISFACTION_COST] = TALLY_SATISFACTION_COST,
    [BALLOT_SATISFACTION_CARDINALITY] = TALLY_SATISFACTION_CARDINALITY,
    [BALLOT_SATISFACTION_POINTS] = TALLY_SATISFACTION_POINTS,
};

static const enum tally_completion COMPLETIONS[BALLOT_COMPLETION_END] = {
    [BALLOT_COMPLETION_NONE] = TALLY_COMPLETION_NONE,
    [BALLOT_COMPLETION_ADD1] = TALLY_COMPLETION_ADD1,
    [BALLOT_COMPLETION_ADD1_EXHAUSTIVE] = TALLY_COMPLETION_ADD1_EXHAUSTIVE,
    [BALLOT_COMPLETION_ADD1U] = TALLY_COMPLETION_ADD1U,
    [BALLOT_COMPLETION_UTILITARIAN] = TALLY_COMPLETION_UTILITARIAN,
};

static const enum tally_tie_rule TIES[BALLOT_TIE_END] = {
    [BALLOT_TIE_ID] = TALLY_TIE_ID,
    [BALLOT_TIE_LISTED_ORDER] = TALLY_TIE_LISTED_ORDER,
    [BALLOT_TIE_LOWEST_COST_THEN_VOTES] = TALLY_TIE_LOWEST_COST_THEN_VOTES,
    [BALLOT_TIE_DRAWN] = TALLY_TIE_DRAWN,
    [BALLOT_TIE_LOT] = TALLY_TIE_LOT,
};

static_assert(BALLOT_SEED_MAX == TALLY_LOT_SEED_MAX,
              "a seed that is published can be counted with");

enum election_vote_type ballot_tally_vote_type(const struct ballot_definition *definition)
{
    assert(definition->method > 0 && definition->method < BALLOT_METHOD_END);

    return VOTE_TYPES[definition->method];
}

struct tally_method ballot_tally_method(const struct ballot_definition *definition)
{
    assert(definition->rule > 0 && definition->rule < BALLOT_RULE_END);
    assert(definition->satisfaction > 0 && definition->satisfaction < BALLOT_SATISFACTION_END);
    assert(definition->completion > 0 && definition->completion < BALLOT_COMPLETION_END);
    assert(definition->tie > 0 && definition->tie < BALLOT_TIE_END);

    return (struct tally_method){
        .rule = RULES[definition->rule],
        .satisfaction = SATISFACTIONS[definition->satisfaction],
        .completion = COMPLETIONS[definition->completion],
        .tie = TIES[definition->tie],
        .threshold = {.units = definition->threshold.score},
        .partial_fit = {.numerator = definition->partial_fit.numerator,
                        .denominator = definition->partial_fit.denominator},
        .quorum = definition->quorum.voters,
        .quorum_share = {.numerator = definition->quorum_share.numerator,
                         .denominator = definition->quorum_share.denominator},
    };
}

void ballot_tally_drawn(const struct ballot_definition *definition, uint32_t *ret_places)
{
    assert(definition->tie == BALLOT_TIE_DRAWN);
    assert(definition->tie_order.count == definition->option_count);

    for (size_t i = 0; i < definition->tie_order.count; i++) {
        ret_places[definition->tie_order.numbers[i] - 1] = (uint32_t)i;
    }
}

static uint32_t take_caps(const struct ballot_caps *caps, struct tally_cap *ret_caps)
{
    assert(caps->count <= BALLOT_CAP_MAX);

    for (size_t i = 0; i < caps->count; i++) {
        ret_caps[i] = (struct tally_cap){
            .name = caps->list[i].name,
            .amount = {.units = caps->list[i].cap_krw},
        };
    }
    return (uint32_t)caps->count;
}

static struct tally_part take_channels(const struct ballot_channel_part *channels)
{
    struct tally_part part = {.of = TALLY_PART_CHANNELS, .weight = channels->weight};

    for (unsigned channel = 1; channel < BALLOT_CHANNEL_END; channel++) {
        if (channels->channels & BALLOT_BIT(channel)) {
            part.channels[part.channel_count] = ballot_channel_name((enum ballot_channel)channel);
            part.channel_count++;
        }
    }
    return part;
}

const struct tally_parts *ballot_tally_parts(const struct ballot_weighed *weighed,
                                             struct tally_parts *store)
{
    const struct ballot_channel_weights *channels = weighed->channels;
    struct tally_parts parts = {.count = 0};

    static_assert(BALLOT_WEIGHT_WHOLE_MAX <= TALLY_WEIGHT_MAX, "the tally takes all weights");
    static_assert(BALLOT_CHANNEL_PART_MAX <= ELECTION_GROUPS_MAX, "and all parts of channels");
    static_assert(BALLOT_CHANNEL_END - 1 <= TALLY_PART_CHANNELS_MAX, "each with all channels");
    assert(channels->count == 0 || channels->normalisation == BALLOT_NORMALISATION_HIGHEST);
    assert(weighed->jury->present == (weighed->scores != NULL));

    for (size_t i = 0; i < channels->count; i++) {
        parts.list[parts.count] = take_channels(&channels->parts[i]);
        parts.count++;
    }
    if (weighed->jury->present && channels->count == 0) {
        parts.list[parts.count] = (struct tally_part){
            .of = TALLY_PART_VOTES,
            .weight = weighed->jury->resident_weight,
        };
        parts.count++;
    }
    if (weighed->jury->present) {
        assert(weighed->jury->normalisation == BALLOT_NORMALISATION_HIGHEST);
        parts.list[parts.count] = (struct tally_part){
            .of = TALLY_PART_JURY,
            .weight = weighed->jury->jury_weight,
            .scale = JURY_SCALE,
            .scores = weighed->scores,
        };
        parts.count++;
    }
    *store = parts;
    return parts.count > 0 ? store : NULL;
}

static uint32_t take_adjustable(const struct ballot_definition *definition,
                                struct tally_adjustable *ret_adjustable)
{
    uint32_t count = 0;

    assert(definition->option_count <= BALLOT_OPTION_MAX);

    for (size_t i = 0; i < definition->option_count; i++) {
        if (definition->min_costs.krw[i] > 0) {
            ret_adjustable[count] = (struct tally_adjustable){
                .option = (uint32_t)i,
                .least = {.units = definition->min_costs.krw[i]},
            };
            count++;
        }
    }
    return count;
}

const struct tally_limits *ballot_tally_limits(const struct ballot_definition *definition,
                                               struct ballot_tally_store *store)
{
    const struct ballot_groups *groups = &definition->incompatible;
    const uint32_t adjustable = take_adjustable(definition, store->adjustable);
    uint32_t first = 0;

    static_assert(BALLOT_CAP_MAX <= TALLY_CAPS_MAX, "the tally takes all caps");
    static_assert(BALLOT_GROUP_MAX <= TALLY_GROUPS_MAX, "and all groups");
    static_assert(BALLOT_NAMED_MAX <= TALLY_NAMED_MAX, "with all their options");
    assert(groups->count <= BALLOT_GROUP_MAX);

    if (groups->count == 0 && definition->area_caps.count == 0 &&
        definition->field_caps.count == 0 && adjustable == 0) {
        return NULL;
    }
    for (size_t i = 0; i < groups->count; i++) {
        for (uint32_t named = first; named < groups->ends[i]; named++) {
            store->options[named] = groups->numbers[named] - 1u;
        }
        store->groups[i] = (struct tally_group){
            .options = store->options + first,
            .count = groups->ends[i] - first,
        };
        first = groups->ends[i];
    }
    store->limits = (struct tally_limits){
        .groups = store->groups,
        .group_count = (uint32_t)groups->count,
        .area_caps = store->area_caps,
        .area_cap_count = take_caps(&definition->area_caps, store->area_caps),
        .field_caps = store->field_caps,
        .field_cap_count = take_caps(&definition->field_caps, store->field_caps),
        .adjustable = store->adjustable,
        .adjustable_count = adjustable,
    };
    return &store->limits;
}
