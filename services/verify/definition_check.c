/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold between the values of a definition, so that every vote's
 * check and every count has one meaning. It must never judge whether a
 * definition is wise.
 */
#include "verify/definition.h"

#include <assert.h>
#include <string.h>

#define WINDOW_MIN_MS 1000LL
#define WINDOW_MAX_MS (366LL * 24 * 60 * 60 * 1000)

static const char *const NAMES[] = {
    [DEFINITION_OK] = "ok",
    [DEFINITION_NO_MEMORY] = "no-memory",
    [DEFINITION_CUT_SHORT] = "cut-short",
    [DEFINITION_BYTES_LEFT_OVER] = "bytes-left-over",
    [DEFINITION_FORMAT_UNKNOWN] = "format-unknown",
    [DEFINITION_VALUE_UNKNOWN] = "value-unknown",
    [DEFINITION_FLAG_INVALID] = "flag-invalid",
    [DEFINITION_SET_INVALID] = "set-invalid",
    [DEFINITION_TEXT_INVALID] = "text-invalid",
    [DEFINITION_TEXT_LENGTH] = "text-length",
    [DEFINITION_NUMBER_RANGE] = "number-range",
    [DEFINITION_LIST_LENGTH] = "list-length",
    [DEFINITION_OPTION_NUMBER] = "option-number",
    [DEFINITION_OPTION_DUPLICATE] = "option-duplicate",
    [DEFINITION_OPTION_UNKNOWN] = "option-unknown",
    [DEFINITION_OPTION_REPEATED] = "option-repeated",
    [DEFINITION_AREA_DUPLICATE] = "area-duplicate",
    [DEFINITION_AREA_UNKNOWN] = "area-unknown",
    [DEFINITION_LIMITS_CROSSED] = "limits-crossed",
    [DEFINITION_POINTS_MISSING] = "points-missing",
    [DEFINITION_POINTS_UNUSED] = "points-unused",
    [DEFINITION_SATISFACTION_UNUSED] = "satisfaction-unused",
    [DEFINITION_COMPLETION_UNUSED] = "completion-unused",
    [DEFINITION_THRESHOLD_MISPLACED] = "threshold-misplaced",
    [DEFINITION_ZERO_SUPPORT] = "zero-support",
    [DEFINITION_AGE_INVALID] = "age-invalid",
    [DEFINITION_TERM_UNKNOWN] = "term-unknown",
    [DEFINITION_TERM_ORDER] = "term-order",
    [DEFINITION_TIE_ORDER_MISPLACED] = "tie-order-misplaced",
    [DEFINITION_FIT_MISPLACED] = "fit-misplaced",
    [DEFINITION_CAP_INVALID] = "cap-invalid",
    [DEFINITION_QUOTA_INVALID] = "quota-invalid",
    [DEFINITION_JURY_INVALID] = "jury-invalid",
    [DEFINITION_CHANNEL_WEIGHTS_INVALID] = "channel-weights-invalid",
    [DEFINITION_MIN_COST_INVALID] = "min-cost-invalid",
};

static_assert(sizeof NAMES / sizeof NAMES[0] == DEFINITION_FAULT_END, "a name for every fault");

const char *definition_fault_name(enum definition_fault fault)
{
    assert(fault >= DEFINITION_OK);
    assert(fault < DEFINITION_FAULT_END);
    return NAMES[fault];
}

int definition_text_order(struct span left, struct span right)
{
    size_t shorter = left.length < right.length ? left.length : right.length;
    int order = shorter > 0 ? memcmp(left.data, right.data, shorter) : 0;

    if (order != 0) {
        return order;
    }
    return (left.length > right.length) - (left.length < right.length);
}

bool definition_has_points(const struct definition *definition)
{
    return definition->method == DEFINITION_CUMULATIVE || definition->method == DEFINITION_SCORING;
}

static bool is_whole_district(const struct definition *definition, struct span area)
{
    return area.length == 0 || span_equal(area, definition->district);
}

bool definition_quota_covers(const struct definition *definition,
                             const struct definition_quota *quota,
                             const struct definition_option *option)
{
    switch (quota->scope) {
    case DEFINITION_SCOPE_DISTRICT:
        return is_whole_district(definition, option->area);
    case DEFINITION_SCOPE_LOCAL:
        return !is_whole_district(definition, option->area);
    case DEFINITION_SCOPE_AREA:
        return span_equal(option->area, quota->area);
    case DEFINITION_SCOPE_END:
        break;
    }
    assert(false);
    return false;
}

static enum definition_fault check_method(const struct definition *d)
{
    bool shares = d->rule == DEFINITION_EQUAL_SHARES || d->rule == DEFINITION_COMPARISON;

    if (d->satisfaction == DEFINITION_BY_POINTS && !(shares && definition_has_points(d))) {
        return DEFINITION_SATISFACTION_UNUSED;
    }
    if (d->satisfaction == DEFINITION_BY_CARDINALITY && d->rule == DEFINITION_PHRAGMEN) {
        return DEFINITION_SATISFACTION_UNUSED;
    }
    if (d->completion != DEFINITION_NONE && !shares) {
        return DEFINITION_COMPLETION_UNUSED;
    }
    if (d->threshold.present != (d->rule == DEFINITION_GREEDY_THRESHOLD)) {
        return DEFINITION_THRESHOLD_MISPLACED;
    }
    return DEFINITION_OK;
}

static bool crossed(struct definition_number least, struct definition_number most)
{
    return least.present && most.present && least.value > most.value;
}

static enum definition_fault check_limits(const struct definition *d)
{
    int64_t window_ms = d->closes_at_ms - d->opens_at_ms;

    if (window_ms < WINDOW_MIN_MS || window_ms > WINDOW_MAX_MS) {
        return DEFINITION_NUMBER_RANGE;
    }
    if (d->min_options == 0 && !d->empty_allowed) {
        return DEFINITION_NUMBER_RANGE;
    }
    if (d->min_options > d->max_options || d->max_options > d->option_count) {
        return DEFINITION_LIMITS_CROSSED;
    }
    if (d->method == DEFINITION_CHOOSE_1 && d->max_options != 1) {
        return DEFINITION_LIMITS_CROSSED;
    }
    if (crossed(d->min_cost_krw, d->max_cost_krw) || crossed(d->min_points, d->max_points) ||
        crossed(d->min_sum_points, d->max_sum_points)) {
        return DEFINITION_LIMITS_CROSSED;
    }
    return DEFINITION_OK;
}

/* Rules that pay an option's supporters' way take every option that is named as supported, so that
 * naming one with 0 points, or giving points to one without naming it, would have no meaning. */
static enum definition_fault check_support(const struct definition *d)
{
    int64_t least = d->method == DEFINITION_CUMULATIVE ? 1 : 0;
    bool by_voters = d->rule == DEFINITION_EQUAL_SHARES || d->rule == DEFINITION_PHRAGMEN ||
                     d->rule == DEFINITION_COMPARISON;

    if (!by_voters ||
        (d->rule == DEFINITION_EQUAL_SHARES && d->satisfaction == DEFINITION_BY_POINTS)) {
        return DEFINITION_OK;
    }
    if (d->min_points.present) {
        least = d->min_points.value;
    }
    return least == 0 || d->default_score.value > 0 ? DEFINITION_ZERO_SUPPORT : DEFINITION_OK;
}

static enum definition_fault check_points(const struct definition *d)
{
    bool cumulative = d->method == DEFINITION_CUMULATIVE;
    bool scoring = d->method == DEFINITION_SCORING;

    if (!cumulative && (d->min_sum_points.present || d->max_sum_points.present)) {
        return DEFINITION_POINTS_UNUSED;
    }
    if (!scoring && d->default_score.present) {
        return DEFINITION_POINTS_UNUSED;
    }
    if (!cumulative && !scoring) {
        return d->min_points.present || d->max_points.present ? DEFINITION_POINTS_UNUSED
                                                              : DEFINITION_OK;
    }
    if ((cumulative && !d->max_sum_points.present) || (scoring && !d->max_points.present)) {
        return DEFINITION_POINTS_MISSING;
    }
    if (cumulative &&
        (crossed(d->max_points, d->max_sum_points) || crossed(d->min_points, d->max_sum_points))) {
        return DEFINITION_LIMITS_CROSSED;
    }
    if (scoring && crossed(d->default_score, d->max_points)) {
        return DEFINITION_LIMITS_CROSSED;
    }
    return check_support(d);
}

static bool is_date(struct span date)
{
    static const unsigned DAYS[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned part[3] = {0, 0, 0};
    size_t which = 0;

    if (date.length != 10 || date.data[4] != '-' || date.data[7] != '-') {
        return false;
    }
    for (size_t i = 0; i < date.length; i++) {
        if (i == 4 || i == 7) {
            which++;
        } else if (date.data[i] < '0' || date.data[i] > '9') {
            return false;
        } else {
            part[which] = part[which] * 10 + (date.data[i] - (unsigned)'0');
        }
    }
    if (part[0] < 2000 || part[0] > 2100 || part[1] < 1 || part[1] > 12) {
        return false;
    }
    /* 2000 is a leap year and 2100 is none, which is all that centuries matter here. */
    if (part[1] == 2 && part[2] == 29 && (part[0] % 4 != 0 || part[0] == 2100)) {
        return false;
    }
    return part[2] >= 1 && part[2] <= DAYS[part[1] - 1];
}

static enum definition_fault check_ages(const struct definition *d)
{
    bool limited = d->min_age.present || d->max_age.present;

    if (crossed(d->min_age, d->max_age)) {
        return DEFINITION_LIMITS_CROSSED;
    }
    if (limited ? !is_date(d->age_on) : d->age_on.length > 0) {
        return DEFINITION_AGE_INVALID;
    }
    return DEFINITION_OK;
}

static bool is_area(const struct definition *d, struct span area)
{
    for (size_t i = 0; i < d->area_count; i++) {
        if (span_equal(d->areas[i], area)) {
            return true;
        }
    }
    return false;
}

static enum definition_fault check_options(const struct definition *d)
{
    for (size_t i = 0; i < d->area_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (span_equal(d->areas[i], d->areas[k])) {
                return DEFINITION_AREA_DUPLICATE;
            }
        }
    }
    for (size_t i = 0; i < d->option_count; i++) {
        const struct definition_option *option = &d->options[i];

        if (d->area_count > 0 && !is_whole_district(d, option->area) && !is_area(d, option->area)) {
            return DEFINITION_AREA_UNKNOWN;
        }
        for (size_t k = 0; k < i; k++) {
            if (span_equal(option->id, d->options[k].id) ||
                span_equal(option->programme, d->options[k].programme)) {
                return DEFINITION_OPTION_DUPLICATE;
            }
        }
    }
    return DEFINITION_OK;
}

/* Whether a number stands twice among count numbers. */
static bool repeats(const uint32_t *numbers, size_t count)
{
    bool seen[DEFINITION_OPTIONS_MAX + 1] = {false};

    for (size_t i = 0; i < count; i++) {
        assert(numbers[i] <= DEFINITION_OPTIONS_MAX);
        if (seen[numbers[i]]) {
            return true;
        }
        seen[numbers[i]] = true;
    }
    return false;
}

static enum definition_fault check_order_and_groups(const struct definition *d)
{
    size_t needed = d->tie == DEFINITION_TIE_DRAWN ? d->option_count : 0;

    if (d->drawn_count != needed) {
        return DEFINITION_TIE_ORDER_MISPLACED;
    }
    if (repeats(d->drawn, d->drawn_count)) {
        return DEFINITION_OPTION_REPEATED;
    }
    for (size_t i = 0; i < d->group_count; i++) {
        if (repeats(d->named + d->groups[i].first, d->groups[i].count)) {
            return DEFINITION_OPTION_REPEATED;
        }
    }
    return DEFINITION_OK;
}

static enum definition_fault check_fit(const struct definition *d)
{
    bool turns = d->rule == DEFINITION_GREEDY || d->rule == DEFINITION_GREEDY_NO_SKIP ||
                 d->rule == DEFINITION_GREEDY_THRESHOLD || d->completion == DEFINITION_ADD1U ||
                 d->completion == DEFINITION_UTILITARIAN;

    if (d->fit_denominator == 0) {
        return DEFINITION_OK;
    }
    if (d->fit_numerator > d->fit_denominator) {
        return DEFINITION_NUMBER_RANGE;
    }
    return turns ? DEFINITION_OK : DEFINITION_FIT_MISPLACED;
}

static bool is_greedy(const struct definition *d)
{
    return d->rule == DEFINITION_GREEDY || d->rule == DEFINITION_GREEDY_NO_SKIP ||
           d->rule == DEFINITION_GREEDY_THRESHOLD;
}

static enum definition_fault check_jury(const struct definition *d)
{
    if (d->quorum_numerator > d->quorum_denominator) {
        return DEFINITION_NUMBER_RANGE;
    }
    if (d->jury_whole == 0) {
        return DEFINITION_OK;
    }
    return is_greedy(d) && d->resident_weight + d->jury_weight == d->jury_whole
               ? DEFINITION_OK
               : DEFINITION_JURY_INVALID;
}

/* Each accepted channel is in one part, and no other channel in any. */
static bool parts_cover(const struct definition *d)
{
    uint8_t channels = 0;

    for (size_t i = 0; i < d->channel_part_count; i++) {
        if ((channels & d->channel_parts[i].channels) != 0) {
            return false;
        }
        channels |= d->channel_parts[i].channels;
    }
    return channels == d->channels;
}

static enum definition_fault check_channel_weights(const struct definition *d)
{
    unsigned weights = 0;

    for (size_t i = 0; i < d->channel_part_count; i++) {
        weights += d->channel_parts[i].weight;
    }
    if (d->channel_part_count == 0) {
        return DEFINITION_OK;
    }
    return is_greedy(d) && d->channel_part_count > 1 && parts_cover(d) &&
                   weights == d->channel_whole &&
                   (d->jury_whole == 0 || weights == d->resident_weight)
               ? DEFINITION_OK
               : DEFINITION_CHANNEL_WEIGHTS_INVALID;
}

size_t definition_channel_part(const struct definition *definition, uint8_t channel)
{
    size_t part = 0;

    while (part < definition->channel_part_count &&
           (definition->channel_parts[part].channels & (1U << channel)) == 0) {
        part++;
    }
    assert(part < definition->channel_part_count);
    return part;
}

static enum definition_fault check_min_costs(const struct definition *d)
{
    if (d->adjustable && (!is_greedy(d) || d->fit_denominator > 0)) {
        return DEFINITION_MIN_COST_INVALID;
    }
    for (size_t i = 0; i < d->option_count; i++) {
        if (d->options[i].min_cost_krw >= d->options[i].cost_krw) {
            return DEFINITION_MIN_COST_INVALID;
        }
    }
    return DEFINITION_OK;
}

static enum definition_fault check_caps(const struct definition *d, bool of_fields)
{
    const struct definition_cap *caps = of_fields ? d->field_caps : d->area_caps;
    size_t count = of_fields ? d->field_cap_count : d->area_cap_count;

    for (size_t i = 0; i < count; i++) {
        bool used = false;

        for (size_t k = 0; k < i; k++) {
            if (span_equal(caps[i].name, caps[k].name)) {
                return DEFINITION_CAP_INVALID;
            }
        }
        for (size_t k = 0; k < d->option_count; k++) {
            const struct definition_option *option = &d->options[k];

            used = used || span_equal(of_fields ? option->field : option->area, caps[i].name);
        }
        if (!used) {
            return DEFINITION_CAP_INVALID;
        }
    }
    return DEFINITION_OK;
}

static enum definition_fault check_quotas(const struct definition *d)
{
    for (size_t i = 0; i < d->quota_count; i++) {
        const struct definition_quota *quota = &d->quotas[i];
        size_t covered = 0;

        if ((quota->scope == DEFINITION_SCOPE_AREA) != (quota->area.length > 0)) {
            return DEFINITION_QUOTA_INVALID;
        }
        for (size_t k = 0; k < i; k++) {
            if (quota->scope == d->quotas[k].scope && span_equal(quota->area, d->quotas[k].area)) {
                return DEFINITION_QUOTA_INVALID;
            }
        }
        for (size_t k = 0; k < d->option_count; k++) {
            covered += definition_quota_covers(d, quota, &d->options[k]) ? 1 : 0;
        }
        if (quota->min_options > quota->max_options) {
            return DEFINITION_LIMITS_CROSSED;
        }
        if (quota->max_options > covered) {
            return DEFINITION_QUOTA_INVALID;
        }
    }
    return DEFINITION_OK;
}

enum definition_fault definition_check(const struct definition *definition)
{
    static enum definition_fault (*const CHECKS[])(const struct definition *) = {
        check_method,  check_limits,           check_points,    check_ages,
        check_options, check_order_and_groups, check_fit,       check_quotas,
        check_jury,    check_channel_weights,  check_min_costs,
    };
    enum definition_fault fault = DEFINITION_OK;

    for (size_t i = 0; i < sizeof CHECKS / sizeof CHECKS[0] && fault == DEFINITION_OK; i++) {
        fault = CHECKS[i](definition);
    }
    if (fault == DEFINITION_OK) {
        fault = check_caps(definition, false);
    }
    return fault == DEFINITION_OK ? check_caps(definition, true) : fault;
}
