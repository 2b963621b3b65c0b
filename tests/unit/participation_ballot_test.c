/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/ballot: every contradiction a definition can hold is
 * refused by its own reason and field, everything at its limit is accepted,
 * and the canonical bytes are the ones an independent program computed from
 * the table in ballot_encode.h.
 */
#include "../support/participation_fixture.h"

#include <stdio.h>

#include "participation/domain/ballot_encode.h"
#include "participation/domain/ballot_names.h"
#include "runtime/crypto.h"

#define SPOIL(name, ...)                                                                           \
    static void name(struct fixture *fixture)                                                      \
    {                                                                                              \
        struct ballot_definition *d = &fixture->definition;                                        \
        struct ballot_option *o = fixture->options;                                                \
        (void)d;                                                                                   \
        (void)o;                                                                                   \
        __VA_ARGS__;                                                                               \
    }

SPOIL(district_empty, d->district[0] = '\0')
SPOIL(title_empty, d->title[0] = '\0')
SPOIL(title_of_a_space, fixture_text(d->title, sizeof d->title, " "))
SPOIL(title_with_control, fixture_text(d->title, sizeof d->title, "a\x1b[31m"))
SPOIL(title_not_utf8, fixture_text(d->title, sizeof d->title, "\xff"))
SPOIL(year_too_early, d->budget_year = BALLOT_YEAR_MIN - 1)
SPOIL(year_too_late, d->budget_year = BALLOT_YEAR_MAX + 1)
SPOIL(source_missing, d->funding_source = BALLOT_FUNDING_SOURCE_MISSING)
SPOIL(source_unknown, d->funding_source = BALLOT_FUNDING_SOURCE_END)
SPOIL(budget_zero, d->budget_krw = 0)
SPOIL(budget_negative, d->budget_krw = -1)
SPOIL(budget_huge, d->budget_krw = BALLOT_KRW_MAX + 1)
SPOIL(budget_below_cheapest, d->budget_krw = 44999999)
SPOIL(method_missing, d->method = BALLOT_METHOD_MISSING)
SPOIL(method_unknown, d->method = BALLOT_METHOD_END)
SPOIL(satisfaction_points_of_approval, d->rule = BALLOT_RULE_EQUAL_SHARES;
      d->satisfaction = BALLOT_SATISFACTION_POINTS)
SPOIL(satisfaction_points_of_greedy, fixture_points(fixture, BALLOT_METHOD_SCORING);
      d->satisfaction = BALLOT_SATISFACTION_POINTS)
SPOIL(points_of_approval, d->max_points = (struct ballot_points){true, 5})
SPOIL(default_score_of_approval, d->default_score = (struct ballot_points){true, 0})
SPOIL(points_of_ordinal, d->method = BALLOT_METHOD_ORDINAL;
      d->max_sum_points = (struct ballot_points){true, 5})
SPOIL(sum_of_scoring, fixture_points(fixture, BALLOT_METHOD_SCORING);
      d->min_sum_points = (struct ballot_points){true, 1})
SPOIL(default_score_of_cumulative, fixture_points(fixture, BALLOT_METHOD_CUMULATIVE);
      d->default_score = (struct ballot_points){true, 1})
SPOIL(cumulative_without_sum, d->method = BALLOT_METHOD_CUMULATIVE)
SPOIL(scoring_without_range, d->method = BALLOT_METHOD_SCORING)
SPOIL(points_negative, fixture_points(fixture, BALLOT_METHOD_SCORING);
      d->min_points = (struct ballot_points){true, -1})
SPOIL(points_zero, fixture_points(fixture, BALLOT_METHOD_SCORING);
      d->max_points = (struct ballot_points){true, 0})
SPOIL(points_huge, fixture_points(fixture, BALLOT_METHOD_CUMULATIVE);
      d->max_sum_points = (struct ballot_points){true, BALLOT_POINTS_MAX + 1})
SPOIL(min_points_above_max, fixture_points(fixture, BALLOT_METHOD_SCORING);
      d->min_points = (struct ballot_points){true, 11})
SPOIL(max_points_above_sum, fixture_points(fixture, BALLOT_METHOD_CUMULATIVE);
      d->max_points = (struct ballot_points){true, 11})
SPOIL(default_score_above_max, fixture_points(fixture, BALLOT_METHOD_SCORING);
      d->default_score = (struct ballot_points){true, 11})
SPOIL(zero_points_in_equal_shares, fixture_points(fixture, BALLOT_METHOD_SCORING);
      d->rule = BALLOT_RULE_EQUAL_SHARES)
SPOIL(zero_points_in_phragmen, fixture_points(fixture, BALLOT_METHOD_CUMULATIVE);
      d->rule = BALLOT_RULE_PHRAGMEN; d->min_points = (struct ballot_points){true, 0})
SPOIL(zero_points_in_comparison, fixture_points(fixture, BALLOT_METHOD_SCORING);
      d->rule = BALLOT_RULE_COMPARISON; d->satisfaction = BALLOT_SATISFACTION_POINTS)
SPOIL(default_score_in_equal_shares, fixture_points(fixture, BALLOT_METHOD_SCORING);
      d->rule = BALLOT_RULE_EQUAL_SHARES; d->min_points = (struct ballot_points){true, 1};
      d->default_score = (struct ballot_points){true, 1})
SPOIL(min_sum_above_max, fixture_points(fixture, BALLOT_METHOD_CUMULATIVE);
      d->min_sum_points = (struct ballot_points){true, 11})
SPOIL(min_sum_unreachable, fixture_points(fixture, BALLOT_METHOD_CUMULATIVE);
      d->max_points = (struct ballot_points){true, 3};
      d->min_sum_points = (struct ballot_points){true, 7})
SPOIL(min_points_unaffordable, fixture_points(fixture, BALLOT_METHOD_CUMULATIVE);
      d->min_options = 2; d->min_points = (struct ballot_points){true, 6})
SPOIL(rule_missing, d->rule = BALLOT_RULE_MISSING)
SPOIL(rule_unknown, d->rule = BALLOT_RULE_END)
SPOIL(satisfaction_missing, d->satisfaction = BALLOT_SATISFACTION_MISSING)
SPOIL(satisfaction_unknown, d->satisfaction = BALLOT_SATISFACTION_END)
SPOIL(satisfaction_of_phragmen, d->rule = BALLOT_RULE_PHRAGMEN;
      d->satisfaction = BALLOT_SATISFACTION_CARDINALITY)
SPOIL(completion_missing, d->completion = BALLOT_COMPLETION_MISSING)
SPOIL(completion_unknown, d->completion = BALLOT_COMPLETION_END)
SPOIL(completion_of_greedy, d->completion = BALLOT_COMPLETION_ADD1)
SPOIL(completion_of_phragmen, d->rule = BALLOT_RULE_PHRAGMEN;
      d->completion = BALLOT_COMPLETION_UTILITARIAN)
SPOIL(threshold_missing, d->rule = BALLOT_RULE_GREEDY_THRESHOLD)
SPOIL(threshold_of_greedy, d->threshold = (struct ballot_threshold){true, 10})
SPOIL(threshold_zero, d->rule = BALLOT_RULE_GREEDY_THRESHOLD;
      d->threshold = (struct ballot_threshold){true, 0})
SPOIL(threshold_huge, d->rule = BALLOT_RULE_GREEDY_THRESHOLD;
      d->threshold = (struct ballot_threshold){true, BALLOT_THRESHOLD_MAX + 1})
SPOIL(tie_missing, d->tie = BALLOT_TIE_MISSING)
SPOIL(tie_unknown, d->tie = BALLOT_TIE_END)
SPOIL(opens_missing, d->opens_at_ms = 0)
SPOIL(opens_negative, d->opens_at_ms = INT64_MIN)
SPOIL(closes_missing, d->closes_at_ms = 0)
SPOIL(closes_far, d->closes_at_ms = INT64_MAX)
SPOIL(window_empty, d->closes_at_ms = d->opens_at_ms)
SPOIL(window_backwards, d->closes_at_ms = d->opens_at_ms - 1)
SPOIL(window_short, d->closes_at_ms = d->opens_at_ms + BALLOT_WINDOW_MIN_MS - 1)
SPOIL(window_long, d->closes_at_ms = d->opens_at_ms + BALLOT_WINDOW_MAX_MS + 1)
SPOIL(channels_none, d->channels = 0)
SPOIL(channels_unknown, d->channels |= BALLOT_BIT(BALLOT_CHANNEL_END))
SPOIL(channels_missing_bit, d->channels |= 1)
SPOIL(bases_none, d->bases = 0)
SPOIL(bases_unknown, d->bases |= BALLOT_BIT(BALLOT_BASIS_END))
SPOIL(grounds_none, d->eligibility.grounds = 0)
SPOIL(grounds_unknown, d->eligibility.grounds |= BALLOT_BIT(ELIGIBILITY_GROUND_END))
SPOIL(grounds_missing_bit, d->eligibility.grounds |= 1)
SPOIL(min_age_low, fixture_ages(d, ELIGIBILITY_AGE_MIN - 1, 0))
SPOIL(max_age_high, fixture_ages(d, 0, ELIGIBILITY_AGE_MAX + 1))
SPOIL(ages_crossed, fixture_ages(d, 40, 39))
SPOIL(age_date_missing, fixture_ages(d, 18, 0); d->eligibility.age_on[0] = '\0')
SPOIL(age_date_unused, fixture_text(d->eligibility.age_on, ELIGIBILITY_DATE_SIZE, "2022-06-20"))
SPOIL(age_date_no_day, fixture_ages(d, 18, 0);
      fixture_text(d->eligibility.age_on, ELIGIBILITY_DATE_SIZE, "2023-02-29"))
SPOIL(objection_none, d->objection_days = 0)
SPOIL(objection_long, d->objection_days = BALLOT_OBJECTION_DAYS_MAX + 1)
SPOIL(areas_many, d->area_count = BALLOT_AREA_MAX + 1)
SPOIL(area_empty, d->areas[1][0] = '\0')
SPOIL(area_twice, memcpy(d->areas[1], d->areas[0], sizeof d->areas[0]))
SPOIL(options_none, d->option_count = 0)
SPOIL(options_many, d->option_count = BALLOT_OPTION_MAX + 1)
SPOIL(option_number_zero, o[0].number = 0)
SPOIL(option_number_skipped, o[2].number = 4)
SPOIL(option_id_empty, o[1].id[0] = '\0')
SPOIL(option_name_empty, o[1].name[0] = '\0')
SPOIL(option_programme_empty, o[1].programme[0] = '\0')
SPOIL(option_field_control, fixture_text(o[1].field, sizeof o[1].field, "a\nb"))
SPOIL(option_cost_zero, o[2].cost_krw = 0)
SPOIL(option_cost_negative, o[2].cost_krw = INT64_MIN)
SPOIL(option_cost_huge, o[2].cost_krw = BALLOT_KRW_MAX + 1)
SPOIL(option_id_twice, memcpy(o[2].id, o[0].id, sizeof o[0].id))
SPOIL(option_programme_twice, memcpy(o[1].programme, o[0].programme, sizeof o[0].programme))
SPOIL(option_area_elsewhere, fixture_text(o[1].area, sizeof o[1].area, "자양1동"))
SPOIL(max_options_zero, d->max_options = 0)
SPOIL(max_options_above, d->max_options = 4)
SPOIL(choose_1_of_two, d->method = BALLOT_METHOD_CHOOSE_1)
SPOIL(min_options_zero, d->min_options = 0)
SPOIL(min_options_above, d->min_options = 3)
SPOIL(min_cost_negative, d->min_cost_krw = (struct ballot_limit){true, -1})
SPOIL(min_cost_huge, d->min_cost_krw = (struct ballot_limit){true, BALLOT_KRW_MAX + 1})
SPOIL(max_cost_zero, d->max_cost_krw = (struct ballot_limit){true, 0})
SPOIL(max_cost_huge, d->max_cost_krw = (struct ballot_limit){true, INT64_MAX})
SPOIL(min_cost_above_max, d->min_cost_krw = (struct ballot_limit){true, 300000001})
SPOIL(max_cost_below_cheapest, d->max_cost_krw = (struct ballot_limit){true, 44999999})
SPOIL(min_cost_unreachable, d->max_cost_krw.present = false; d->max_cost_krw.krw = 0;
      d->min_cost_krw = (struct ballot_limit){true, 300000001})
SPOIL(min_options_unaffordable, d->min_options = 2;
      d->max_cost_krw = (struct ballot_limit){true, 164999999})

/* All three options in that order, and the tie rule that uses it. */
static void drawn(struct ballot_definition *d, uint16_t first, uint16_t second, uint16_t third)
{
    d->tie = BALLOT_TIE_DRAWN;
    d->tie_order = (struct ballot_tie_order){.numbers = {first, second, third}, .count = 3};
}

SPOIL(drawn_without_order, d->tie = BALLOT_TIE_DRAWN)
SPOIL(order_of_id, drawn(d, 1, 2, 3); d->tie = BALLOT_TIE_ID)
SPOIL(order_of_a_lot, drawn(d, 1, 2, 3); d->tie = BALLOT_TIE_LOT)
SPOIL(order_incomplete, drawn(d, 2, 1, 3); d->tie_order.count = 2)
SPOIL(order_repeats, drawn(d, 2, 1, 2))
SPOIL(order_unknown, drawn(d, 2, 0, 3))
SPOIL(order_beyond, drawn(d, 2, 1, 4))

/* Options 1 and 2 exclude each other; the 구 gets 300,000,000, 보건복지 as much. */
static void limited(struct ballot_definition *d)
{
    d->partial_fit = (struct ballot_share){true, 80, 100};
    d->quorum = (struct ballot_quorum){true, 500};
    d->incompatible = (struct ballot_groups){.numbers = {1, 2}, .ends = {2}, .count = 1};
    d->area_caps = (struct ballot_caps){.list = {{"성동구", 300000000}}, .count = 1};
    d->field_caps = (struct ballot_caps){.list = {{"보건복지", 300000000}}, .count = 1};
}

SPOIL(fit_of_nothing, d->partial_fit = (struct ballot_share){true, 0, 100})
SPOIL(fit_above_one, d->partial_fit = (struct ballot_share){true, 101, 100})
SPOIL(fit_too_fine, d->partial_fit = (struct ballot_share){true, 1, BALLOT_SHARE_MAX + 1})
SPOIL(fit_of_phragmen, d->partial_fit = (struct ballot_share){true, 80, 100};
      d->rule = BALLOT_RULE_PHRAGMEN)
SPOIL(fit_of_equal_shares, d->partial_fit = (struct ballot_share){true, 80, 100};
      d->rule = BALLOT_RULE_EQUAL_SHARES; d->completion = BALLOT_COMPLETION_ADD1)
SPOIL(quorum_of_nobody, d->quorum.present = true)
SPOIL(quorum_huge, d->quorum = (struct ballot_quorum){true, BALLOT_QUORUM_MAX + 1})
SPOIL(alone, limited(d); d->incompatible.ends[0] = 1)
SPOIL(nobody, limited(d); d->incompatible.ends[1] = 2; d->incompatible.count = 2)
SPOIL(excludes_itself, limited(d); d->incompatible.numbers[1] = 1)
SPOIL(excludes_unknown, limited(d); d->incompatible.numbers[0] = 4)
SPOIL(cap_twice, limited(d); d->area_caps.list[1] = d->area_caps.list[0]; d->area_caps.count = 2)
SPOIL(cap_of_no_area, limited(d);
      fixture_text(d->area_caps.list[0].name, BALLOT_CAP_NAME_MAX, "성수1가1동"))
SPOIL(cap_of_no_field, limited(d); fixture_text(d->field_caps.list[0].name, 64, "환경"))

static void weighed(struct ballot_definition *d)
{
    d->jury = (struct ballot_jury){true, 30, 70, 100, 10, BALLOT_NORMALISATION_HIGHEST};
}

SPOIL(weights_short_of_whole, weighed(d); d->jury.whole = 99)
SPOIL(weight_of_nothing, weighed(d); d->jury.resident_weight = 0; d->jury.jury_weight = 100)
SPOIL(jury_of_nothing, weighed(d); d->jury.resident_weight = 100; d->jury.jury_weight = 0)
SPOIL(whole_too_fine, weighed(d); d->jury.jury_weight = 71; d->jury.whole = 101)
SPOIL(jurors_give_nothing, weighed(d); d->jury.max_score = 0)
SPOIL(jurors_give_much, weighed(d); d->jury.max_score = BALLOT_JURY_SCORE_MAX + 1)
SPOIL(weighed_somehow, weighed(d); d->jury.normalisation = BALLOT_NORMALISATION_MISSING)
SPOIL(weighed_otherwise, weighed(d); d->jury.normalisation = BALLOT_NORMALISATION_END)
SPOIL(jury_of_equal_shares, weighed(d); d->rule = BALLOT_RULE_EQUAL_SHARES)
SPOIL(jury_of_phragmen, weighed(d); d->rule = BALLOT_RULE_PHRAGMEN)
SPOIL(jury_of_comparison, weighed(d); d->rule = BALLOT_RULE_COMPARISON)

/* Online 30, at a booth 70. */
static void by_channel(struct ballot_definition *d)
{
    d->channel_weights = (struct ballot_channel_weights){
        .parts = {{BALLOT_BIT(BALLOT_CHANNEL_WEB) | BALLOT_BIT(BALLOT_CHANNEL_KIOSK), 30},
                  {BALLOT_BIT(BALLOT_CHANNEL_BOOTH), 70}},
        .count = 2,
        .whole = 100,
        .normalisation = BALLOT_NORMALISATION_HIGHEST,
    };
    d->channels = d->channel_weights.parts[0].channels | d->channel_weights.parts[1].channels;
}

SPOIL(channels_short_of_whole, by_channel(d); d->channel_weights.whole = 99)
SPOIL(channels_besides_jury, by_channel(d); weighed(d))
SPOIL(channel_of_nothing, by_channel(d); d->channel_weights.parts[0].weight = 0)
SPOIL(channel_above_whole, by_channel(d); d->channel_weights.parts[1].weight = 101)
SPOIL(channels_too_fine, by_channel(d); d->channel_weights.parts[1].weight = 71;
      d->channel_weights.whole = 101)
SPOIL(channel_twice, by_channel(d);
      d->channel_weights.parts[1].channels |= BALLOT_BIT(BALLOT_CHANNEL_WEB))
SPOIL(channel_unweighed, by_channel(d); d->channels |= BALLOT_BIT(BALLOT_CHANNEL_PAPER))
SPOIL(channel_unaccepted, by_channel(d); d->channels &= ~BALLOT_BIT(BALLOT_CHANNEL_KIOSK))
SPOIL(part_of_no_channel, by_channel(d); d->channel_weights.parts[1].channels = 0)
SPOIL(channels_alone, by_channel(d); d->channel_weights.count = 1; d->channel_weights.whole = 30;
      d->channels = d->channel_weights.parts[0].channels)
SPOIL(channels_without_parts, d->channel_weights.whole = 100)
SPOIL(channels_without_whole, d->channel_weights.normalisation = BALLOT_NORMALISATION_HIGHEST)
SPOIL(channels_somehow, by_channel(d);
      d->channel_weights.normalisation = BALLOT_NORMALISATION_MISSING)
SPOIL(channels_of_equal_shares, by_channel(d); d->rule = BALLOT_RULE_EQUAL_SHARES)
SPOIL(channels_of_phragmen, by_channel(d); d->rule = BALLOT_RULE_PHRAGMEN)
SPOIL(channels_of_comparison, by_channel(d); d->rule = BALLOT_RULE_COMPARISON)
SPOIL(share_of_nobody, d->quorum_share = (struct ballot_share){true, 0, 3})
SPOIL(share_above_all, d->quorum_share = (struct ballot_share){true, 4, 3})
SPOIL(adjusted_to_its_cost, d->min_costs.krw[1] = 45000000)
SPOIL(adjusted_below_nothing, d->min_costs.krw[1] = -1)
SPOIL(adjusted_by_shares, d->min_costs.krw[2] = 1; d->rule = BALLOT_RULE_EQUAL_SHARES)
SPOIL(adjusted_and_partial, d->min_costs.krw[2] = 1;
      d->partial_fit = (struct ballot_share){true, 80, 100})
SPOIL(cap_of_nothing, limited(d); d->area_caps.list[0].cap_krw = 0)
SPOIL(cap_huge, limited(d); d->field_caps.list[0].cap_krw = BALLOT_KRW_MAX + 1)
SPOIL(cap_below, limited(d); d->area_caps.list[0].cap_krw = 119999999)
SPOIL(field_cap_below, limited(d); d->field_caps.list[0].cap_krw = 119999999)

/* One of the two 구 options at most, and none or one of the 동; 왕십리2동 has one option. */
static void quotas(struct ballot_definition *d)
{
    d->area_quotas = (struct ballot_quotas){
        .list = {{.scope = BALLOT_SCOPE_DISTRICT, .min_options = 1, .max_options = 1},
                 {.scope = BALLOT_SCOPE_LOCAL, .max_options = 1},
                 {.scope = BALLOT_SCOPE_AREA, .area = "왕십리2동", .max_options = 1}},
        .count = 3};
}

SPOIL(quota_of_nothing, quotas(d); d->area_quotas.list[0].scope = BALLOT_SCOPE_MISSING)
SPOIL(quota_of_unknown, quotas(d); d->area_quotas.list[1].scope = BALLOT_SCOPE_END)
SPOIL(quota_with_area, quotas(d); fixture_text(d->area_quotas.list[1].area, 64, "왕십리2동"))
SPOIL(quota_without_area, quotas(d); d->area_quotas.list[2].area[0] = '\0')
SPOIL(quota_twice, quotas(d); d->area_quotas.list[1] = d->area_quotas.list[0])
SPOIL(quota_zero, quotas(d); d->area_quotas.list[0].max_options = 0)
SPOIL(quota_above_options, quotas(d); d->area_quotas.list[0].max_options = 3)
SPOIL(quota_of_empty_area, quotas(d); fixture_text(d->area_quotas.list[2].area, 64, "성수1가1동"))
SPOIL(quota_min_above, quotas(d); d->area_quotas.list[1].min_options = 2)
SPOIL(quota_unaffordable, quotas(d); d->area_quotas.list[0].min_options = 2;
      d->area_quotas.list[0].max_options = 2; d->max_cost_krw.krw = 299999999)
SPOIL(quotas_above, quotas(d); d->max_options = 1; d->area_quotas.list[2].min_options = 1)
SPOIL(quotas_below, quotas(d); d->min_options = 3; d->max_options = 3;
      d->max_cost_krw.present = false; d->max_cost_krw.krw = 0)

static void every_contradiction_is_refused_by_its_reason_and_field(void **state)
{
    static const struct {
        void (*spoil)(struct fixture *fixture);
        enum ballot_refusal_reason reason;
        const char *path;
    } CASES[] = {
        {district_empty, BALLOT_REFUSAL_TEXT_EMPTY, "/district"},
        {title_empty, BALLOT_REFUSAL_TEXT_EMPTY, "/title"},
        {title_of_a_space, BALLOT_REFUSAL_TEXT_INVALID, "/title"},
        {title_with_control, BALLOT_REFUSAL_TEXT_INVALID, "/title"},
        {title_not_utf8, BALLOT_REFUSAL_TEXT_INVALID, "/title"},
        {year_too_early, BALLOT_REFUSAL_YEAR_OUT_OF_RANGE, "/budget_year"},
        {year_too_late, BALLOT_REFUSAL_YEAR_OUT_OF_RANGE, "/budget_year"},
        {source_missing, BALLOT_REFUSAL_VALUE_MISSING, "/funding_source"},
        {source_unknown, BALLOT_REFUSAL_VALUE_UNKNOWN, "/funding_source"},
        {budget_zero, BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE, "/budget_krw"},
        {budget_negative, BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE, "/budget_krw"},
        {budget_huge, BALLOT_REFUSAL_AMOUNT_TOO_LARGE, "/budget_krw"},
        {budget_below_cheapest, BALLOT_REFUSAL_BUDGET_BELOW_CHEAPEST, "/budget_krw"},
        {method_missing, BALLOT_REFUSAL_VALUE_MISSING, "/method"},
        {method_unknown, BALLOT_REFUSAL_VALUE_UNKNOWN, "/method"},
        {satisfaction_points_of_approval, BALLOT_REFUSAL_SATISFACTION_UNUSED, "/satisfaction"},
        {satisfaction_points_of_greedy, BALLOT_REFUSAL_SATISFACTION_UNUSED, "/satisfaction"},
        {points_of_approval, BALLOT_REFUSAL_POINTS_UNUSED, "/max_points"},
        {default_score_of_approval, BALLOT_REFUSAL_POINTS_UNUSED, "/default_score"},
        {points_of_ordinal, BALLOT_REFUSAL_POINTS_UNUSED, "/max_sum_points"},
        {sum_of_scoring, BALLOT_REFUSAL_POINTS_UNUSED, "/min_sum_points"},
        {default_score_of_cumulative, BALLOT_REFUSAL_POINTS_UNUSED, "/default_score"},
        {cumulative_without_sum, BALLOT_REFUSAL_POINTS_MISSING, "/max_sum_points"},
        {scoring_without_range, BALLOT_REFUSAL_POINTS_MISSING, "/max_points"},
        {points_negative, BALLOT_REFUSAL_POINTS_OUT_OF_RANGE, "/min_points"},
        {points_zero, BALLOT_REFUSAL_POINTS_OUT_OF_RANGE, "/max_points"},
        {points_huge, BALLOT_REFUSAL_POINTS_OUT_OF_RANGE, "/max_sum_points"},
        {min_points_above_max, BALLOT_REFUSAL_MIN_POINTS_ABOVE_MAX, "/min_points"},
        {max_points_above_sum, BALLOT_REFUSAL_MAX_POINTS_ABOVE_SUM, "/max_points"},
        {default_score_above_max, BALLOT_REFUSAL_DEFAULT_SCORE_ABOVE_MAX, "/default_score"},
        {zero_points_in_equal_shares, BALLOT_REFUSAL_ZERO_POINTS_SUPPORT, "/min_points"},
        {zero_points_in_phragmen, BALLOT_REFUSAL_ZERO_POINTS_SUPPORT, "/min_points"},
        {zero_points_in_comparison, BALLOT_REFUSAL_ZERO_POINTS_SUPPORT, "/min_points"},
        {default_score_in_equal_shares, BALLOT_REFUSAL_ZERO_POINTS_SUPPORT, "/default_score"},
        {min_sum_above_max, BALLOT_REFUSAL_MIN_POINTS_ABOVE_MAX, "/min_sum_points"},
        {min_sum_unreachable, BALLOT_REFUSAL_MIN_SUM_POINTS_UNREACHABLE, "/min_sum_points"},
        {min_points_unaffordable, BALLOT_REFUSAL_MIN_POINTS_UNAFFORDABLE, "/min_points"},
        {rule_missing, BALLOT_REFUSAL_VALUE_MISSING, "/rule"},
        {rule_unknown, BALLOT_REFUSAL_VALUE_UNKNOWN, "/rule"},
        {satisfaction_missing, BALLOT_REFUSAL_VALUE_MISSING, "/satisfaction"},
        {satisfaction_unknown, BALLOT_REFUSAL_VALUE_UNKNOWN, "/satisfaction"},
        {satisfaction_of_phragmen, BALLOT_REFUSAL_SATISFACTION_UNUSED, "/satisfaction"},
        {completion_missing, BALLOT_REFUSAL_VALUE_MISSING, "/completion"},
        {completion_unknown, BALLOT_REFUSAL_VALUE_UNKNOWN, "/completion"},
        {completion_of_greedy, BALLOT_REFUSAL_COMPLETION_UNUSED, "/completion"},
        {completion_of_phragmen, BALLOT_REFUSAL_COMPLETION_UNUSED, "/completion"},
        {threshold_missing, BALLOT_REFUSAL_THRESHOLD_MISSING, "/threshold_score"},
        {threshold_of_greedy, BALLOT_REFUSAL_THRESHOLD_UNUSED, "/threshold_score"},
        {threshold_zero, BALLOT_REFUSAL_THRESHOLD_OUT_OF_RANGE, "/threshold_score"},
        {threshold_huge, BALLOT_REFUSAL_THRESHOLD_OUT_OF_RANGE, "/threshold_score"},
        {tie_missing, BALLOT_REFUSAL_VALUE_MISSING, "/tie"},
        {tie_unknown, BALLOT_REFUSAL_VALUE_UNKNOWN, "/tie"},
        {opens_missing, BALLOT_REFUSAL_TIME_OUT_OF_RANGE, "/opens_at_ms"},
        {opens_negative, BALLOT_REFUSAL_TIME_OUT_OF_RANGE, "/opens_at_ms"},
        {closes_missing, BALLOT_REFUSAL_TIME_OUT_OF_RANGE, "/closes_at_ms"},
        {closes_far, BALLOT_REFUSAL_TIME_OUT_OF_RANGE, "/closes_at_ms"},
        {window_empty, BALLOT_REFUSAL_WINDOW_EMPTY, "/closes_at_ms"},
        {window_backwards, BALLOT_REFUSAL_WINDOW_EMPTY, "/closes_at_ms"},
        {window_short, BALLOT_REFUSAL_WINDOW_TOO_SHORT, "/closes_at_ms"},
        {window_long, BALLOT_REFUSAL_WINDOW_TOO_LONG, "/closes_at_ms"},
        {channels_none, BALLOT_REFUSAL_VALUE_MISSING, "/channels"},
        {channels_unknown, BALLOT_REFUSAL_VALUE_UNKNOWN, "/channels"},
        {channels_missing_bit, BALLOT_REFUSAL_VALUE_UNKNOWN, "/channels"},
        {bases_none, BALLOT_REFUSAL_VALUE_MISSING, "/bases"},
        {bases_unknown, BALLOT_REFUSAL_VALUE_UNKNOWN, "/bases"},
        {grounds_none, BALLOT_REFUSAL_VALUE_MISSING, "/eligibility/grounds"},
        {grounds_unknown, BALLOT_REFUSAL_VALUE_UNKNOWN, "/eligibility/grounds"},
        {grounds_missing_bit, BALLOT_REFUSAL_VALUE_UNKNOWN, "/eligibility/grounds"},
        {min_age_low, BALLOT_REFUSAL_AGE_OUT_OF_RANGE, "/eligibility/min_age"},
        {max_age_high, BALLOT_REFUSAL_AGE_OUT_OF_RANGE, "/eligibility/max_age"},
        {ages_crossed, BALLOT_REFUSAL_MIN_AGE_ABOVE_MAX, "/eligibility/min_age"},
        {age_date_missing, BALLOT_REFUSAL_AGE_DATE_MISSING, "/eligibility/age_on"},
        {age_date_unused, BALLOT_REFUSAL_AGE_DATE_UNUSED, "/eligibility/age_on"},
        {age_date_no_day, BALLOT_REFUSAL_AGE_DATE_INVALID, "/eligibility/age_on"},
        {objection_none, BALLOT_REFUSAL_OBJECTION_DAYS_OUT_OF_RANGE, "/objection_days"},
        {objection_long, BALLOT_REFUSAL_OBJECTION_DAYS_OUT_OF_RANGE, "/objection_days"},
        {areas_many, BALLOT_REFUSAL_AREAS_TOO_MANY, "/areas"},
        {area_empty, BALLOT_REFUSAL_TEXT_EMPTY, "/areas/1"},
        {area_twice, BALLOT_REFUSAL_AREA_DUPLICATE, "/areas/1"},
        {options_none, BALLOT_REFUSAL_OPTIONS_MISSING, "/options"},
        {options_many, BALLOT_REFUSAL_OPTIONS_TOO_MANY, "/options"},
        {option_number_zero, BALLOT_REFUSAL_OPTION_NUMBER_OUT_OF_ORDER, "/options/0/number"},
        {option_number_skipped, BALLOT_REFUSAL_OPTION_NUMBER_OUT_OF_ORDER, "/options/2/number"},
        {option_id_empty, BALLOT_REFUSAL_TEXT_EMPTY, "/options/1/id"},
        {option_name_empty, BALLOT_REFUSAL_TEXT_EMPTY, "/options/1/name"},
        {option_programme_empty, BALLOT_REFUSAL_TEXT_EMPTY, "/options/1/programme"},
        {option_field_control, BALLOT_REFUSAL_TEXT_INVALID, "/options/1/field"},
        {option_cost_zero, BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE, "/options/2/cost_krw"},
        {option_cost_negative, BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE, "/options/2/cost_krw"},
        {option_cost_huge, BALLOT_REFUSAL_AMOUNT_TOO_LARGE, "/options/2/cost_krw"},
        {option_id_twice, BALLOT_REFUSAL_OPTION_ID_DUPLICATE, "/options/2/id"},
        {option_programme_twice, BALLOT_REFUSAL_PROGRAMME_DUPLICATE, "/options/1/programme"},
        {option_area_elsewhere, BALLOT_REFUSAL_OPTION_AREA_UNKNOWN, "/options/1/area"},
        {max_options_zero, BALLOT_REFUSAL_MAX_OPTIONS_ZERO, "/max_options"},
        {max_options_above, BALLOT_REFUSAL_MAX_OPTIONS_ABOVE_OPTIONS, "/max_options"},
        {choose_1_of_two, BALLOT_REFUSAL_CHOOSE_1_MAX_OPTIONS, "/max_options"},
        {min_options_zero, BALLOT_REFUSAL_MIN_OPTIONS_ZERO, "/min_options"},
        {min_options_above, BALLOT_REFUSAL_MIN_OPTIONS_ABOVE_MAX, "/min_options"},
        {min_cost_negative, BALLOT_REFUSAL_AMOUNT_NEGATIVE, "/min_cost_krw"},
        {min_cost_huge, BALLOT_REFUSAL_AMOUNT_TOO_LARGE, "/min_cost_krw"},
        {max_cost_zero, BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE, "/max_cost_krw"},
        {max_cost_huge, BALLOT_REFUSAL_AMOUNT_TOO_LARGE, "/max_cost_krw"},
        {min_cost_above_max, BALLOT_REFUSAL_MIN_COST_ABOVE_MAX, "/min_cost_krw"},
        {max_cost_below_cheapest, BALLOT_REFUSAL_MAX_COST_BELOW_CHEAPEST, "/max_cost_krw"},
        {min_cost_unreachable, BALLOT_REFUSAL_MIN_COST_UNREACHABLE, "/min_cost_krw"},
        {min_options_unaffordable, BALLOT_REFUSAL_MIN_OPTIONS_UNAFFORDABLE, "/min_options"},
        {drawn_without_order, BALLOT_REFUSAL_TIE_ORDER_MISSING, "/tie_order"},
        {order_of_id, BALLOT_REFUSAL_TIE_ORDER_UNUSED, "/tie_order"},
        {order_of_a_lot, BALLOT_REFUSAL_TIE_ORDER_UNUSED, "/tie_order"},
        {order_incomplete, BALLOT_REFUSAL_TIE_ORDER_INCOMPLETE, "/tie_order"},
        {order_repeats, BALLOT_REFUSAL_TIE_ORDER_REPEATED, "/tie_order/2"},
        {order_unknown, BALLOT_REFUSAL_OPTION_UNKNOWN, "/tie_order/1"},
        {order_beyond, BALLOT_REFUSAL_OPTION_UNKNOWN, "/tie_order/2"},
        {fit_of_nothing, BALLOT_REFUSAL_PARTIAL_FIT_OUT_OF_RANGE, "/partial_fit"},
        {fit_above_one, BALLOT_REFUSAL_PARTIAL_FIT_OUT_OF_RANGE, "/partial_fit"},
        {fit_too_fine, BALLOT_REFUSAL_PARTIAL_FIT_OUT_OF_RANGE, "/partial_fit"},
        {fit_of_phragmen, BALLOT_REFUSAL_PARTIAL_FIT_UNUSED, "/partial_fit"},
        {fit_of_equal_shares, BALLOT_REFUSAL_PARTIAL_FIT_UNUSED, "/partial_fit"},
        {quorum_of_nobody, BALLOT_REFUSAL_QUORUM_OUT_OF_RANGE, "/quorum_voters"},
        {quorum_huge, BALLOT_REFUSAL_QUORUM_OUT_OF_RANGE, "/quorum_voters"},
        {weights_short_of_whole, BALLOT_REFUSAL_JURY_WEIGHTS_SUM, "/jury/whole"},
        {weight_of_nothing, BALLOT_REFUSAL_JURY_WEIGHT_OUT_OF_RANGE, "/jury/resident_weight"},
        {jury_of_nothing, BALLOT_REFUSAL_JURY_WEIGHT_OUT_OF_RANGE, "/jury/jury_weight"},
        {whole_too_fine, BALLOT_REFUSAL_JURY_WEIGHT_OUT_OF_RANGE, "/jury/whole"},
        {jurors_give_nothing, BALLOT_REFUSAL_JURY_MAX_SCORE_OUT_OF_RANGE, "/jury/max_score"},
        {jurors_give_much, BALLOT_REFUSAL_JURY_MAX_SCORE_OUT_OF_RANGE, "/jury/max_score"},
        {weighed_somehow, BALLOT_REFUSAL_VALUE_MISSING, "/jury/normalisation"},
        {weighed_otherwise, BALLOT_REFUSAL_VALUE_UNKNOWN, "/jury/normalisation"},
        {jury_of_equal_shares, BALLOT_REFUSAL_JURY_UNUSED, "/jury"},
        {jury_of_phragmen, BALLOT_REFUSAL_JURY_UNUSED, "/jury"},
        {jury_of_comparison, BALLOT_REFUSAL_JURY_UNUSED, "/jury"},
        {channels_short_of_whole, BALLOT_REFUSAL_CHANNEL_WEIGHTS_SUM, "/channel_weights/whole"},
        {channels_besides_jury, BALLOT_REFUSAL_CHANNEL_WEIGHTS_SUM, "/channel_weights/whole"},
        {channel_of_nothing, BALLOT_REFUSAL_CHANNEL_WEIGHT_OUT_OF_RANGE,
         "/channel_weights/parts/0/weight"},
        {channel_above_whole, BALLOT_REFUSAL_CHANNEL_WEIGHT_OUT_OF_RANGE,
         "/channel_weights/parts/1/weight"},
        {channels_too_fine, BALLOT_REFUSAL_CHANNEL_WEIGHT_OUT_OF_RANGE, "/channel_weights/whole"},
        {channel_twice, BALLOT_REFUSAL_CHANNEL_WEIGHT_REPEATED,
         "/channel_weights/parts/1/channels"},
        {channel_unweighed, BALLOT_REFUSAL_CHANNEL_WEIGHT_MISSING, "/channel_weights/parts"},
        {channel_unaccepted, BALLOT_REFUSAL_CHANNEL_WEIGHT_NOT_ACCEPTED,
         "/channel_weights/parts/0/channels"},
        {part_of_no_channel, BALLOT_REFUSAL_VALUE_MISSING, "/channel_weights/parts/1/channels"},
        {channels_alone, BALLOT_REFUSAL_CHANNEL_WEIGHTS_ALONE, "/channel_weights/parts"},
        {channels_without_parts, BALLOT_REFUSAL_CHANNEL_WEIGHTS_ALONE, "/channel_weights/parts"},
        {channels_without_whole, BALLOT_REFUSAL_CHANNEL_WEIGHTS_ALONE, "/channel_weights/parts"},
        {channels_somehow, BALLOT_REFUSAL_VALUE_MISSING, "/channel_weights/normalisation"},
        {channels_of_equal_shares, BALLOT_REFUSAL_CHANNEL_WEIGHTS_UNUSED, "/channel_weights"},
        {channels_of_phragmen, BALLOT_REFUSAL_CHANNEL_WEIGHTS_UNUSED, "/channel_weights"},
        {channels_of_comparison, BALLOT_REFUSAL_CHANNEL_WEIGHTS_UNUSED, "/channel_weights"},
        {share_of_nobody, BALLOT_REFUSAL_QUORUM_SHARE_OUT_OF_RANGE, "/quorum_share"},
        {share_above_all, BALLOT_REFUSAL_QUORUM_SHARE_OUT_OF_RANGE, "/quorum_share"},
        {adjusted_to_its_cost, BALLOT_REFUSAL_MIN_COST_NOT_BELOW_COST, "/options/1/min_cost_krw"},
        {adjusted_below_nothing, BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE, "/options/1/min_cost_krw"},
        {adjusted_by_shares, BALLOT_REFUSAL_MIN_COST_UNUSED, "/options/2/min_cost_krw"},
        {adjusted_and_partial, BALLOT_REFUSAL_MIN_COST_AND_PARTIAL_FIT, "/options/2/min_cost_krw"},
        {alone, BALLOT_REFUSAL_INCOMPATIBLE_ALONE, "/incompatible/0"},
        {nobody, BALLOT_REFUSAL_INCOMPATIBLE_ALONE, "/incompatible/1"},
        {excludes_itself, BALLOT_REFUSAL_INCOMPATIBLE_REPEATED, "/incompatible/0"},
        {excludes_unknown, BALLOT_REFUSAL_OPTION_UNKNOWN, "/incompatible/0"},
        {cap_twice, BALLOT_REFUSAL_CAP_DUPLICATE, "/area_caps/1/area"},
        {cap_of_no_area, BALLOT_REFUSAL_CAP_UNUSED, "/area_caps/0/area"},
        {cap_of_no_field, BALLOT_REFUSAL_CAP_UNUSED, "/field_caps/0/field"},
        {cap_of_nothing, BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE, "/area_caps/0/cap_krw"},
        {cap_huge, BALLOT_REFUSAL_AMOUNT_TOO_LARGE, "/field_caps/0/cap_krw"},
        {cap_below, BALLOT_REFUSAL_CAP_BELOW_CHEAPEST, "/area_caps/0/cap_krw"},
        {field_cap_below, BALLOT_REFUSAL_CAP_BELOW_CHEAPEST, "/field_caps/0/cap_krw"},
        {quota_of_nothing, BALLOT_REFUSAL_VALUE_MISSING, "/area_quotas/0/scope"},
        {quota_of_unknown, BALLOT_REFUSAL_VALUE_UNKNOWN, "/area_quotas/1/scope"},
        {quota_with_area, BALLOT_REFUSAL_QUOTA_AREA_UNUSED, "/area_quotas/1/area"},
        {quota_without_area, BALLOT_REFUSAL_TEXT_EMPTY, "/area_quotas/2/area"},
        {quota_twice, BALLOT_REFUSAL_QUOTA_DUPLICATE, "/area_quotas/1/scope"},
        {quota_zero, BALLOT_REFUSAL_MAX_OPTIONS_ZERO, "/area_quotas/0/max_options"},
        {quota_above_options, BALLOT_REFUSAL_QUOTA_ABOVE_OPTIONS, "/area_quotas/0/max_options"},
        {quota_of_empty_area, BALLOT_REFUSAL_QUOTA_ABOVE_OPTIONS, "/area_quotas/2/max_options"},
        {quota_min_above, BALLOT_REFUSAL_MIN_OPTIONS_ABOVE_MAX, "/area_quotas/1/min_options"},
        {quota_unaffordable, BALLOT_REFUSAL_QUOTA_UNAFFORDABLE, "/area_quotas/0/min_options"},
        {quotas_above, BALLOT_REFUSAL_QUOTAS_ABOVE_MAX_OPTIONS, "/area_quotas"},
        {quotas_below, BALLOT_REFUSAL_QUOTAS_BELOW_MIN_OPTIONS, "/area_quotas"},
    };

    bool met[BALLOT_REFUSAL_END] = {false};

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct ballot_refusal refusal = {0};
        struct fixture fixture;

        fixture_init(&fixture);
        CASES[i].spoil(&fixture);
        assert_int_equal(ballot_check(&fixture.definition, &refusal), ERR_INVALID);
        assert_string_equal(ballot_refusal_text(refusal.reason)->code,
                            ballot_refusal_text(CASES[i].reason)->code);
        assert_string_equal(refusal.path, CASES[i].path);
        met[refusal.reason] = true;
    }
    /* A reason without a case above would be a rule nobody has seen refuse anything. TEXT_TOO_LONG
     * is the edge's: the struct cannot hold such a text. A thousand long names have a test below. */
    met[BALLOT_REFUSAL_OPTIONS_TEXT_TOO_LONG] = true;
    for (int reason = BALLOT_REFUSAL_NONE + 1; reason < BALLOT_REFUSAL_END; reason++) {
        assert_true(met[reason] || reason == BALLOT_REFUSAL_TEXT_TOO_LONG);
    }
}

static void a_sound_definition_is_accepted_and_the_refusal_left_alone(void **state)
{
    struct ballot_refusal refusal = {.reason = BALLOT_REFUSAL_END, .path = "/untouched"};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    assert_int_equal(ballot_check(&fixture.definition, &refusal), ERR_OK);
    assert_int_equal(refusal.reason, BALLOT_REFUSAL_END);
    assert_string_equal(refusal.path, "/untouched");
}

SPOIL(one_option_costs_the_whole_budget, d->budget_krw = 45000000)
SPOIL(an_option_is_withdrawn_by_its_cost, o[0].cost_krw = 999999999)
SPOIL(a_cap_for_options_without_area, limited(d); d->area_caps.list[0].name[0] = '\0')
SPOIL(weights_of_thirty_and_seventy, weighed(d))
SPOIL(weights_by_channel, by_channel(d))
SPOIL(weights_of_channels_and_a_jury, by_channel(d); weighed(d); d->jury.resident_weight = 70;
      d->jury.jury_weight = 30; d->channel_weights.parts[1].weight = 40;
      d->channel_weights.whole = 70)
SPOIL(a_budget_for_adjusted_costs_only, d->budget_krw = 40000000; d->min_costs.krw[1] = 40000000)
SPOIL(window_of_the_least_length, d->closes_at_ms = d->opens_at_ms + BALLOT_WINDOW_MIN_MS)
SPOIL(window_of_the_greatest_length, d->closes_at_ms = d->opens_at_ms + BALLOT_WINDOW_MAX_MS)
SPOIL(years_at_the_edge, d->budget_year = BALLOT_YEAR_MAX)
SPOIL(any_area, d->area_count = 0; fixture_text(o[1].area, sizeof o[1].area, "자양1동"))
SPOIL(choose_1, d->method = BALLOT_METHOD_CHOOSE_1; d->max_options = 1)
SPOIL(a_ranking, d->method = BALLOT_METHOD_ORDINAL)
SPOIL(points_to_share_out, fixture_points(fixture, BALLOT_METHOD_CUMULATIVE))
SPOIL(a_sum_just_reachable, fixture_points(fixture, BALLOT_METHOD_CUMULATIVE);
      d->max_points = (struct ballot_points){true, 5};
      d->min_sum_points = (struct ballot_points){true, 10})
SPOIL(least_points_just_affordable, fixture_points(fixture, BALLOT_METHOD_CUMULATIVE);
      d->min_options = 2; d->min_points = (struct ballot_points){true, 5})
SPOIL(supporters_who_give_a_point, fixture_points(fixture, BALLOT_METHOD_SCORING);
      d->rule = BALLOT_RULE_PHRAGMEN; d->min_points = (struct ballot_points){true, 1})
SPOIL(scores_worth_their_points, fixture_points(fixture, BALLOT_METHOD_SCORING);
      d->rule = BALLOT_RULE_EQUAL_SHARES; d->satisfaction = BALLOT_SATISFACTION_POINTS;
      d->default_score = (struct ballot_points){true, 0})
SPOIL(the_most_points, fixture_points(fixture, BALLOT_METHOD_CUMULATIVE);
      d->max_sum_points = (struct ballot_points){true, BALLOT_POINTS_MAX};
      d->max_points = (struct ballot_points){true, BALLOT_POINTS_MAX})
SPOIL(equal_shares_completed, d->rule = BALLOT_RULE_EQUAL_SHARES;
      d->completion = BALLOT_COMPLETION_ADD1U; d->satisfaction = BALLOT_SATISFACTION_CARDINALITY)
SPOIL(the_comparison_completed, d->rule = BALLOT_RULE_COMPARISON;
      d->completion = BALLOT_COMPLETION_UTILITARIAN)
SPOIL(a_threshold_of_one, d->rule = BALLOT_RULE_GREEDY_THRESHOLD;
      d->threshold = (struct ballot_threshold){true, 1})
SPOIL(the_greatest_threshold, d->rule = BALLOT_RULE_GREEDY_THRESHOLD;
      d->threshold = (struct ballot_threshold){true, BALLOT_THRESHOLD_MAX})
SPOIL(all_options_may_be_chosen, d->max_options = 3; d->max_cost_krw.present = false;
      d->max_cost_krw.krw = 0)
SPOIL(empty_votes_and_no_minimum, d->min_options = 0; d->empty_allowed = true)
SPOIL(cap_at_the_cheapest, d->max_cost_krw.krw = 45000000)
SPOIL(minimum_cost_of_nothing, d->min_cost_krw = (struct ballot_limit){true, 0})
SPOIL(minimum_cost_just_reachable, d->min_cost_krw = (struct ballot_limit){true, 300000000})
SPOIL(minimum_number_just_affordable, d->min_options = 2; d->max_cost_krw.krw = 165000000)
SPOIL(the_greatest_amounts, d->budget_krw = BALLOT_KRW_MAX; o[0].cost_krw = BALLOT_KRW_MAX;
      o[1].cost_krw = BALLOT_KRW_MAX; o[2].cost_krw = BALLOT_KRW_MAX;
      d->max_cost_krw.krw = BALLOT_KRW_MAX)
SPOIL(an_order_that_was_drawn, drawn(d, 3, 1, 2))
SPOIL(a_lot, d->tie = BALLOT_TIE_LOT)
SPOIL(all_limits, limited(d))
SPOIL(all_quotas, quotas(d); d->min_options = 2)
SPOIL(quotas_of_all_there_are, quotas(d); d->max_options = 3;
      d->area_quotas.list[0].max_options = 2; d->area_quotas.list[0].min_options = 2;
      d->area_quotas.list[1].min_options = 1)
SPOIL(limits_at_their_edge, limited(d); d->partial_fit = (struct ballot_share){true, 1, 1};
      d->quorum.voters = BALLOT_QUORUM_MAX; d->area_caps.list[0].cap_krw = 120000000;
      d->field_caps.list[0].cap_krw = 120000000)
SPOIL(a_fit_of_what_shares_leave, limited(d); d->rule = BALLOT_RULE_EQUAL_SHARES;
      d->completion = BALLOT_COMPLETION_ADD1U)

static void everything_at_its_limit_is_accepted(void **state)
{
    static void (*const CASES[])(struct fixture *) = {
        one_option_costs_the_whole_budget,
        an_option_is_withdrawn_by_its_cost,
        a_cap_for_options_without_area,
        weights_of_thirty_and_seventy,
        weights_by_channel,
        weights_of_channels_and_a_jury,
        a_budget_for_adjusted_costs_only,
        window_of_the_least_length,
        window_of_the_greatest_length,
        years_at_the_edge,
        any_area,
        choose_1,
        a_ranking,
        points_to_share_out,
        a_sum_just_reachable,
        least_points_just_affordable,
        supporters_who_give_a_point,
        scores_worth_their_points,
        the_most_points,
        equal_shares_completed,
        the_comparison_completed,
        a_threshold_of_one,
        the_greatest_threshold,
        all_options_may_be_chosen,
        empty_votes_and_no_minimum,
        cap_at_the_cheapest,
        minimum_cost_of_nothing,
        minimum_cost_just_reachable,
        minimum_number_just_affordable,
        the_greatest_amounts,
        an_order_that_was_drawn,
        a_lot,
        all_limits,
        all_quotas,
        quotas_of_all_there_are,
        limits_at_their_edge,
        a_fit_of_what_shares_leave,
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct ballot_refusal refusal = {0};
        struct fixture fixture;

        fixture_init(&fixture);
        CASES[i](&fixture);
        if (ballot_check(&fixture.definition, &refusal) != ERR_OK) {
            fail_msg("case %zu: %s at %s", i, ballot_refusal_text(refusal.reason)->code,
                     refusal.path);
        }
    }
}

static void every_refusal_has_a_code_of_its_own_and_a_sentence_in_both_languages(void **state)
{
    (void)state;
    for (int i = BALLOT_REFUSAL_NONE + 1; i < BALLOT_REFUSAL_END; i++) {
        const struct ballot_refusal_text *text = ballot_refusal_text((enum ballot_refusal_reason)i);

        fixture_assert_texts(text->code, text->korean, text->english);
        for (int j = BALLOT_REFUSAL_NONE + 1; j < i; j++) {
            assert_string_not_equal(text->code,
                                    ballot_refusal_text((enum ballot_refusal_reason)j)->code);
        }
    }
}

static void options_whose_texts_no_event_holds_are_refused(void **state)
{
    static struct ballot_option options[BALLOT_OPTION_MAX];
    struct ballot_refusal refusal = {0};
    struct fixture fixture;
    size_t size = 0;

    (void)state;
    fixture_init(&fixture);
    memset(options, 0, sizeof options);
    for (uint32_t i = 0; i < BALLOT_OPTION_MAX; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "p-%u", i);
        fixture_option(&options[i], id, "n", 45000000);
        options[i].number = i + 1;
        size += strlen(id) + 1 + strlen(options[i].area) + strlen(options[i].field) +
                strlen(options[i].programme);
    }
    fixture.definition.options = options;
    fixture.definition.option_count = BALLOT_OPTION_MAX;
    for (uint32_t i = 0; i < BALLOT_OPTION_MAX && size < BALLOT_OPTIONS_TEXT_MAX; i++) {
        size_t length = BALLOT_OPTIONS_TEXT_MAX - size;

        length = length < BALLOT_NAME_MAX - 1 ? length : BALLOT_NAME_MAX - 1;
        memset(options[i].name, 'n', length + 1);
        size += length;
    }
    assert_int_equal(size, BALLOT_OPTIONS_TEXT_MAX);
    assert_int_equal(ballot_check(&fixture.definition, &refusal), ERR_OK);

    options[BALLOT_OPTION_MAX - 1].name[1] = 'n';
    assert_int_equal(ballot_check(&fixture.definition, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, BALLOT_REFUSAL_OPTIONS_TEXT_TOO_LONG);
    assert_string_equal(refusal.path, "/options");
}

static void a_thousand_options_are_checked_and_found_by_id(void **state)
{
    static struct ballot_option options[BALLOT_OPTION_MAX];
    struct ballot_refusal refusal = {0};
    struct ballot_index index;
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    memset(options, 0, sizeof options);
    for (uint32_t i = 0; i < BALLOT_OPTION_MAX; i++) {
        char id[16];

        /* 389 and 1,000 have no common divisor, so that the ids come in no order. */
        (void)snprintf(id, sizeof id, "p-%u", (i * 389) % 1000);
        fixture_option(&options[i], id, "의제", 45000000);
        options[i].number = i + 1;
    }
    fixture.definition.options = options;
    fixture.definition.option_count = BALLOT_OPTION_MAX;
    assert_int_equal(ballot_check(&fixture.definition, &refusal), ERR_OK);

    ballot_index_build(&fixture.definition, &index);
    for (uint32_t i = 0; i < BALLOT_OPTION_MAX; i++) {
        assert_int_equal(ballot_option_find(&fixture.definition, &index, options[i].id), i + 1);
    }
    assert_int_equal(ballot_option_find(&fixture.definition, &index, "p-1000"), 0);
    assert_int_equal(ballot_option_find(&fixture.definition, &index, ""), 0);

    fixture_text(options[999].id, sizeof options[999].id, options[500].id);
    assert_int_equal(ballot_check(&fixture.definition, &refusal), ERR_INVALID);
    assert_string_equal(refusal.path, "/options/999/id");
}

static void options_and_areas_that_do_not_exist_are_not_found(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    assert_null(ballot_option(&fixture.definition, 0));
    assert_null(ballot_option(&fixture.definition, 4));
    assert_null(ballot_option(&fixture.definition, UINT32_MAX));
    assert_ptr_equal(ballot_option(&fixture.definition, 3), &fixture.options[2]);
    assert_int_equal(ballot_area_find(&fixture.definition, "왕십리2동"), 1);
    assert_int_equal(ballot_area_find(&fixture.definition, ""), 2);
}

static void a_text_that_does_not_fit_is_refused_and_changes_nothing(void **state)
{
    char to[4] = "old";

    (void)state;
    assert_int_equal(ballot_text_set(to, sizeof to, "four"), ERR_INVALID);
    assert_string_equal(to, "old");
    assert_int_equal(ballot_text_set(to, sizeof to, "new"), ERR_OK);
    assert_string_equal(to, "new");
}

static void every_word_is_read_back_as_the_value_it_names(void **state)
{
    (void)state;
    for (unsigned i = 1; i < BALLOT_FUNDING_SOURCE_END; i++) {
        assert_int_equal(ballot_funding_source_from_name(
                             ballot_funding_source_name((enum ballot_funding_source)i)),
                         i);
    }
    for (unsigned i = 1; i < BALLOT_METHOD_END; i++) {
        assert_int_equal(ballot_method_from_name(ballot_method_name((enum ballot_method)i)), i);
    }
    for (unsigned i = 1; i < BALLOT_RULE_END; i++) {
        assert_int_equal(ballot_rule_from_name(ballot_rule_name((enum ballot_rule)i)), i);
    }
    for (unsigned i = 1; i < BALLOT_SATISFACTION_END; i++) {
        assert_int_equal(
            ballot_satisfaction_from_name(ballot_satisfaction_name((enum ballot_satisfaction)i)),
            i);
    }
    for (unsigned i = 1; i < BALLOT_COMPLETION_END; i++) {
        assert_int_equal(
            ballot_completion_from_name(ballot_completion_name((enum ballot_completion)i)), i);
    }
    for (unsigned i = 1; i < BALLOT_TIE_END; i++) {
        assert_int_equal(ballot_tie_from_name(ballot_tie_name((enum ballot_tie)i)), i);
    }
    for (unsigned i = 1; i < BALLOT_CHANNEL_END; i++) {
        assert_int_equal(ballot_channel_from_name(ballot_channel_name((enum ballot_channel)i)), i);
    }
    for (unsigned i = 1; i < BALLOT_BASIS_END; i++) {
        assert_int_equal(ballot_basis_from_name(ballot_basis_name((enum ballot_basis)i)), i);
    }
    assert_string_equal(ballot_tie_name(BALLOT_TIE_LOWEST_COST_THEN_VOTES),
                        "lowest-cost-then-votes");
    assert_int_equal(ballot_method_from_name("Approval"), BALLOT_METHOD_MISSING);
    assert_int_equal(ballot_method_from_name("missing"), BALLOT_METHOD_MISSING);
    assert_string_equal(ballot_method_name(BALLOT_METHOD_END), "missing");
}

static size_t encoded(const struct ballot_definition *definition, uint8_t *data, size_t size)
{
    struct encoder encoder;
    size_t length = 0;

    encoder_init(&encoder, data, size);
    ballot_encode(&encoder, definition);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    return length;
}

static void the_canonical_bytes_are_those_of_the_published_table(void **state)
{
    static const char EXPECTED[] =
        "0004000102030405060708090a0b0c0d0e0f0009ec84b1eb8f99eab5ac002132303233eb858420ed9891ecb998"
        "ec9d98eca09c20eca3bcebafbced88aced919c07e7030000000011e1a300010101010000000000000000000300"
        "0001817e68b4000000018194f0868000010002000000000000000000010000000011e1a3000000000000000000"
        "00000000000000000000000000000000000000000000000000000000000000000000000000000e060200000000"
        "0000000e010002000e"
        "ec84b1ec889831eab08031eb8f99000dec9995ec8badeba6ac32eb8f99000300000001000b6865616c74682d77"
        "616c6b0017eab1b4eab095ed959c20eba788ec9d8420eab1b7eab8b00000000007270e000009ec84b1eb8f99ea"
        "b5ac000cebb3b4eab1b4ebb3b5eca780000b6865616c74682d77616c6b00000002000b7265706169722d636166"
        "650019ec8898eba6acec8898eba6ac20eab3b5ec9ca0ecb9b4ed8e980000000002aea540000dec9995ec8badeb"
        "a6ac32eb8f990000000b7265706169722d6361666500000003000b796f7574682d73706163650013ecb2adeb85"
        "8420eab1b0eca090eab3b5eab084000000000aba950000000000000b796f7574682d73706163650000";
    uint8_t data[BALLOT_ENCODE_BASE_MAX];
    char hex[2 * sizeof data + 1];
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct fixture fixture;
    size_t length;

    (void)state;
    fixture_init(&fixture);
    length = encoded(&fixture.definition, data, sizeof data);
    crypto_hex(data, length, hex, sizeof hex);
    assert_string_equal(hex, EXPECTED);

    crypto_tagged_hash("ballot", data, length, hash);
    crypto_hex(hash, sizeof hash, hex, sizeof hex);
    assert_string_equal(hex, "4e0ce32b43c3c4e2431bec0c3f708455811883a784b028ed6a0537b52936595b");
}

static void the_longest_definition_fits_into_the_named_maximum(void **state)
{
    static struct ballot_option options[BALLOT_OPTION_MAX];
    static uint8_t data[BALLOT_ENCODE_BASE_MAX + BALLOT_OPTION_MAX * BALLOT_ENCODE_OPTION_MAX];
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    memset(fixture.definition.title, 'x', BALLOT_TITLE_MAX);
    memset(fixture.definition.district, 'x', BALLOT_DISTRICT_MAX);
    fixture.definition.area_count = BALLOT_AREA_MAX;
    for (size_t i = 0; i < BALLOT_AREA_MAX; i++) {
        memset(fixture.definition.areas[i], 'x', BALLOT_AREA_NAME_MAX);
    }
    for (uint32_t i = 0; i < BALLOT_OPTION_MAX; i++) {
        options[i].number = i + 1;
        options[i].cost_krw = BALLOT_KRW_MAX;
        memset(options[i].id, 'x', BALLOT_OPTION_ID_MAX);
        memset(options[i].name, 'x', BALLOT_NAME_MAX);
        memset(options[i].area, 'x', BALLOT_AREA_NAME_MAX);
        memset(options[i].field, 'x', BALLOT_FIELD_MAX);
        memset(options[i].programme, 'x', BALLOT_PROGRAMME_MAX);
    }
    fixture.definition.options = options;
    fixture.definition.option_count = BALLOT_OPTION_MAX;
    assert_true(encoded(&fixture.definition, data, sizeof data) <= sizeof data);
}

/* Every term there is, none of them contradicting another. */
static void every_term(struct ballot_definition *d)
{
    drawn(d, 2, 3, 1);
    limited(d);
    quotas(d);
    by_channel(d);
}

static void every_term_has_its_place_behind_the_options(void **state)
{
    static const char EXPECTED[] =
        "0008"
        "010003000000020000000300000001"
        "020000005000000064"
        "0300000000000001f4"
        "04000100020000000100000002"
        "0500010009ec84b1eb8f99eab5ac0000000011e1a300"
        "060001000cebb3b4eab1b4ebb3b5eca7800000000011e1a300"
        "070003"
        "010000"
        "00010001"
        "020000"
        "00000001"
        "03000dec9995ec8badeba6ac32eb8f99"
        "00000001"
        "0b0002"
        "06001e"
        "080046"
        "006401";
    uint8_t data[BALLOT_ENCODE_BASE_MAX];
    char hex[2 * sizeof data + 1];
    struct ballot_refusal refusal;
    struct fixture fixture;
    size_t without;
    size_t length;

    (void)state;
    fixture_init(&fixture);
    without = encoded(&fixture.definition, data, sizeof data);
    every_term(&fixture.definition);
    assert_int_equal(ballot_check(&fixture.definition, &refusal), ERR_OK);
    length = encoded(&fixture.definition, data, sizeof data);
    crypto_hex(data + without - 2, length - without + 2, hex, sizeof hex);
    assert_string_equal(hex, EXPECTED);
}

static void terms_unknown_out_of_order_or_empty_are_not_decoded(void **state)
{
    static const uint8_t WRONG[][6] = {
        {0, 1, 255, 0, 0, 0},  /* no such kind */
        {0, 1, 1, 0, 0, 0},    /* an order of nothing, and a byte too many */
        {0, 2, 1, 0, 0, 1},    /* the same kind twice */
        {0, 1, 0, 0, 0, 0},    /* kind 0 */
        {255, 255, 1, 0, 0, 0} /* more than there are */
    };
    uint8_t data[BALLOT_ENCODE_BASE_MAX];
    struct ballot_option options[FIXTURE_OPTION_COUNT];
    const struct ballot_option_store store = {options, FIXTURE_OPTION_COUNT};
    struct ballot_definition back;
    struct fixture fixture;
    size_t length;

    (void)state;
    fixture_init(&fixture);
    length = encoded(&fixture.definition, data, sizeof data);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        for (size_t size = 2; size <= sizeof WRONG[i]; size++) {
            memcpy(data + length - 2, WRONG[i], size);
            assert_int_equal(ballot_decode(data, length - 2 + size, &store, &back), ERR_INVALID);
        }
    }
}

static void a_definition_comes_back_from_its_bytes_and_encodes_the_same(void **state)
{
    uint8_t data[BALLOT_ENCODE_BASE_MAX];
    uint8_t again[BALLOT_ENCODE_BASE_MAX];
    struct ballot_option options[FIXTURE_OPTION_COUNT];
    const struct ballot_option_store store = {options, FIXTURE_OPTION_COUNT};
    const struct ballot_option_store small = {options, FIXTURE_OPTION_COUNT - 1};
    struct ballot_definition back;
    struct fixture fixture;
    size_t length;
    size_t count = 0;

    (void)state;
    fixture_init(&fixture);
    every_term(&fixture.definition);
    length = encoded(&fixture.definition, data, sizeof data);
    assert_int_equal(ballot_decode_count(data, length, &count), ERR_OK);
    assert_int_equal(count, FIXTURE_OPTION_COUNT);
    assert_int_equal(ballot_decode(data, length, &small, &back), ERR_FULL);
    assert_int_equal(ballot_decode(data, length, &store, &back), ERR_OK);

    assert_string_equal(back.title, fixture.definition.title);
    assert_true(back.max_cost_krw.present);
    assert_false(back.min_cost_krw.present);
    assert_int_equal(encoded(&back, again, sizeof again), length);
    assert_memory_equal(again, data, length);
}

static void no_cut_and_no_changed_byte_decodes_to_the_same_definition(void **state)
{
    uint8_t data[BALLOT_ENCODE_BASE_MAX];
    uint8_t again[BALLOT_ENCODE_BASE_MAX];
    struct ballot_option options[BALLOT_OPTION_MAX];
    const struct ballot_option_store store = {options, BALLOT_OPTION_MAX};
    struct ballot_definition back;
    struct fixture fixture;
    size_t length;

    (void)state;
    fixture_init(&fixture);
    every_term(&fixture.definition);
    length = encoded(&fixture.definition, data, sizeof data);
    for (size_t cut = 0; cut < length; cut++) {
        assert_int_equal(ballot_decode(data, cut, &store, &back), ERR_INVALID);
    }
    /* What a changed byte decodes to, if anything, has exactly the changed bytes as its encoding:
     * no two encodings mean the same. */
    for (size_t at = 0; at < length; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            data[at] ^= (uint8_t)(1U << bit);
            if (ballot_decode(data, length, &store, &back) == ERR_OK) {
                assert_int_equal(encoded(&back, again, sizeof again), length);
                assert_memory_equal(again, data, length);
            }
            data[at] ^= (uint8_t)(1U << bit);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_contradiction_is_refused_by_its_reason_and_field),
        cmocka_unit_test(a_sound_definition_is_accepted_and_the_refusal_left_alone),
        cmocka_unit_test(everything_at_its_limit_is_accepted),
        cmocka_unit_test(every_refusal_has_a_code_of_its_own_and_a_sentence_in_both_languages),
        cmocka_unit_test(options_whose_texts_no_event_holds_are_refused),
        cmocka_unit_test(a_thousand_options_are_checked_and_found_by_id),
        cmocka_unit_test(options_and_areas_that_do_not_exist_are_not_found),
        cmocka_unit_test(a_text_that_does_not_fit_is_refused_and_changes_nothing),
        cmocka_unit_test(every_word_is_read_back_as_the_value_it_names),
        cmocka_unit_test(the_canonical_bytes_are_those_of_the_published_table),
        cmocka_unit_test(the_longest_definition_fits_into_the_named_maximum),
        cmocka_unit_test(every_term_has_its_place_behind_the_options),
        cmocka_unit_test(terms_unknown_out_of_order_or_empty_are_not_decoded),
        cmocka_unit_test(a_definition_comes_back_from_its_bytes_and_encodes_the_same),
        cmocka_unit_test(no_cut_and_no_changed_byte_decodes_to_the_same_definition),
    };

    if (crypto_open() != ERR_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
