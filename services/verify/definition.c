/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of a definition, read field by field in the order of the table
 * in ballot_encode.h. The first fault sticks and ends the reading; how values
 * go together is for definition_check.c.
 */
#include "verify/definition.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TIME_MAX_MS        4133980800000LL
#define THRESHOLD_MAX      1000000000LL
#define POINTS_MAX         1000000LL
#define QUORUM_MAX         10000000LL
#define SHARE_MAX          1000000U
#define WEIGHT_MAX         100
#define JURY_SCORE_MAX     1000
#define YEAR_MIN           2000
#define YEAR_MAX           2100
#define AGE_MIN            10
#define AGE_MAX            120
#define OBJECTION_DAYS_MAX 366

#define DISTRICT_MAX    64
#define TITLE_MAX       300
#define OPTION_ID_MAX   64
#define OPTION_NAME_MAX 300
#define AREA_MAX        96
#define FIELD_MAX       96
#define PROGRAMME_MAX   64
#define DATE_LENGTH     10

/* The bits of a set: 1 is never one of them. */
#define FOUR_BITS (2U | 4U | 8U | 16U)

enum term {
    TERM_TIE_ORDER = 1,
    TERM_PARTIAL_FIT,
    TERM_QUORUM,
    TERM_INCOMPATIBLE,
    TERM_AREA_CAPS,
    TERM_FIELD_CAPS,
    TERM_AREA_QUOTAS,
    TERM_JURY,
    TERM_QUORUM_SHARE,
    TERM_MIN_COSTS,
    TERM_CHANNEL_WEIGHTS,
    TERM_END,
};

struct layout {
    struct reader reader;
    enum definition_fault fault;
    struct definition *definition;
};

/* How long a text may be. */
struct lengths {
    size_t least;
    size_t most;
};

/* What a number may be. */
struct range {
    int64_t least;
    int64_t most;
};

/* Keeps the first fault; what the reader says afterwards follows from it. */
static void refuse(struct layout *layout, enum definition_fault fault)
{
    if (layout->fault == DEFINITION_OK) {
        layout->fault = fault;
    }
    reader_refuse(&layout->reader);
}

static bool going(struct layout *layout)
{
    if (layout->reader.broken && layout->fault == DEFINITION_OK) {
        layout->fault = DEFINITION_CUT_SHORT;
    }
    return layout->fault == DEFINITION_OK;
}

static struct span take_text(struct layout *layout, struct lengths lengths)
{
    struct span text = read_prefixed(&layout->reader);

    if (!going(layout)) {
        return (struct span){0};
    }
    if (text.length < lengths.least || text.length > lengths.most) {
        refuse(layout, DEFINITION_TEXT_LENGTH);
        return (struct span){0};
    }
    if (!span_is_utf8(text) ||
        (text.length > 0 && (text.data[0] == ' ' || text.data[text.length - 1] == ' '))) {
        refuse(layout, DEFINITION_TEXT_INVALID);
    }
    return text;
}

/* A u64 within a range, which is within int64_t. */
static int64_t take_u64(struct layout *layout, struct range range)
{
    uint64_t value = read_u64(&layout->reader);

    assert(range.least >= 0 && range.least <= range.most);
    if (going(layout) && (value < (uint64_t)range.least || value > (uint64_t)range.most)) {
        refuse(layout, DEFINITION_NUMBER_RANGE);
        return range.least;
    }
    return (int64_t)value;
}

static uint32_t take_u32(struct layout *layout, struct range range)
{
    uint32_t value = read_u32(&layout->reader);

    if (going(layout) && (value < range.least || value > range.most)) {
        refuse(layout, DEFINITION_NUMBER_RANGE);
    }
    return value;
}

static uint16_t take_u16(struct layout *layout, struct range range)
{
    uint16_t value = read_u16(&layout->reader);

    if (going(layout) && (value < range.least || value > range.most)) {
        refuse(layout, DEFINITION_NUMBER_RANGE);
    }
    return value;
}

/* A number from 1 to end - 1. */
static unsigned take_choice(struct layout *layout, unsigned end)
{
    uint8_t value = read_u8(&layout->reader);

    if (going(layout) && (value == 0 || value >= end)) {
        refuse(layout, DEFINITION_VALUE_UNKNOWN);
    }
    return value;
}

static bool take_flag(struct layout *layout)
{
    uint8_t value = read_u8(&layout->reader);

    if (going(layout) && value > 1) {
        refuse(layout, DEFINITION_FLAG_INVALID);
    }
    return value == 1;
}

static uint8_t take_set(struct layout *layout)
{
    uint8_t value = read_u8(&layout->reader);

    if (going(layout) && (value == 0 || (value & ~FOUR_BITS) != 0)) {
        refuse(layout, DEFINITION_SET_INVALID);
    }
    return value;
}

/* A flag and a u64 (or, for an age, a u8) that is 0 behind a flag of 0. */
static struct definition_number take_optional(struct layout *layout, bool is_age,
                                              struct range range)
{
    struct definition_number number = {.present = take_flag(layout)};
    uint64_t value = is_age ? read_u8(&layout->reader) : read_u64(&layout->reader);

    if (!going(layout)) {
        return number;
    }
    if (!number.present) {
        if (value != 0) {
            refuse(layout, DEFINITION_FLAG_INVALID);
        }
        return number;
    }
    if (value < (uint64_t)range.least || value > (uint64_t)range.most) {
        refuse(layout, DEFINITION_NUMBER_RANGE);
        return number;
    }
    number.value = (int64_t)value;
    return number;
}

static size_t take_count(struct layout *layout, struct lengths lengths)
{
    size_t count = read_u16(&layout->reader);

    if (!going(layout)) {
        return 0;
    }
    if (count < lengths.least || count > lengths.most) {
        refuse(layout, DEFINITION_LIST_LENGTH);
        return 0;
    }
    return count;
}

static void take_head(struct layout *layout)
{
    struct definition *d = layout->definition;
    struct span id;

    if (read_u16(&layout->reader) != DEFINITION_FORMAT && going(layout)) {
        refuse(layout, DEFINITION_FORMAT_UNKNOWN);
    }
    id = read_span(&layout->reader, sizeof d->ballot_id);
    if (!going(layout)) {
        return;
    }
    memcpy(d->ballot_id, id.data, sizeof d->ballot_id);
    d->district = take_text(layout, (struct lengths){1, DISTRICT_MAX});
    d->title = take_text(layout, (struct lengths){1, TITLE_MAX});
    d->budget_year = take_u16(layout, (struct range){YEAR_MIN, YEAR_MAX});
    d->funding_source = (uint8_t)take_choice(layout, 5);
    d->budget_krw = take_u64(layout, (struct range){1, DEFINITION_KRW_MAX});
}

static void take_method(struct layout *layout)
{
    struct definition *d = layout->definition;

    d->method = take_choice(layout, DEFINITION_METHOD_END);
    d->rule = take_choice(layout, DEFINITION_RULE_END);
    d->satisfaction = take_choice(layout, DEFINITION_SATISFACTION_END);
    d->completion = take_choice(layout, DEFINITION_COMPLETION_END);
    d->threshold = take_optional(layout, false, (struct range){1, THRESHOLD_MAX});
    d->tie = take_choice(layout, DEFINITION_TIE_END);
    d->opens_at_ms = take_u64(layout, (struct range){1, TIME_MAX_MS});
    d->closes_at_ms = take_u64(layout, (struct range){1, TIME_MAX_MS});
}

static void take_limits(struct layout *layout)
{
    struct definition *d = layout->definition;
    const struct range points = {0, POINTS_MAX};

    d->min_options = take_u16(layout, (struct range){0, DEFINITION_OPTIONS_MAX});
    d->max_options = take_u16(layout, (struct range){1, DEFINITION_OPTIONS_MAX});
    d->min_cost_krw = take_optional(layout, false, (struct range){0, DEFINITION_KRW_MAX});
    d->max_cost_krw = take_optional(layout, false, (struct range){1, DEFINITION_KRW_MAX});
    d->min_points = take_optional(layout, false, points);
    d->max_points = take_optional(layout, false, (struct range){1, POINTS_MAX});
    d->min_sum_points = take_optional(layout, false, points);
    d->max_sum_points = take_optional(layout, false, (struct range){1, POINTS_MAX});
    d->default_score = take_optional(layout, false, points);
    d->empty_allowed = take_flag(layout);
}

static void take_voters(struct layout *layout)
{
    struct definition *d = layout->definition;

    d->channels = take_set(layout);
    d->bases = take_set(layout);
    d->grounds = take_set(layout);
    d->min_age = take_optional(layout, true, (struct range){AGE_MIN, AGE_MAX});
    d->max_age = take_optional(layout, true, (struct range){AGE_MIN, AGE_MAX});
    d->age_on = take_text(layout, (struct lengths){0, DATE_LENGTH});
    d->objection_days = take_u16(layout, (struct range){1, OBJECTION_DAYS_MAX});
    d->demonstration = take_flag(layout);
    d->area_count = take_count(layout, (struct lengths){0, DEFINITION_AREAS_MAX});
    for (size_t i = 0; i < d->area_count && going(layout); i++) {
        d->areas[i] = take_text(layout, (struct lengths){1, AREA_MAX});
    }
}

static void take_options(struct layout *layout)
{
    struct definition *d = layout->definition;

    d->option_count = take_count(layout, (struct lengths){1, DEFINITION_OPTIONS_MAX});
    for (size_t i = 0; i < d->option_count && going(layout); i++) {
        struct definition_option *option = &d->options[i];

        if (read_u32(&layout->reader) != i + 1 && going(layout)) {
            refuse(layout, DEFINITION_OPTION_NUMBER);
        }
        option->id = take_text(layout, (struct lengths){1, OPTION_ID_MAX});
        option->name = take_text(layout, (struct lengths){1, OPTION_NAME_MAX});
        option->cost_krw = take_u64(layout, (struct range){1, DEFINITION_KRW_MAX});
        option->area = take_text(layout, (struct lengths){0, AREA_MAX});
        option->field = take_text(layout, (struct lengths){0, FIELD_MAX});
        option->programme = take_text(layout, (struct lengths){1, PROGRAMME_MAX});
    }
}

/* The number of an option that there is. */
static uint32_t take_number(struct layout *layout)
{
    uint32_t number = read_u32(&layout->reader);

    if (going(layout) && (number == 0 || number > layout->definition->option_count)) {
        refuse(layout, DEFINITION_OPTION_UNKNOWN);
    }
    return number;
}

static void take_groups(struct layout *layout)
{
    struct definition *d = layout->definition;

    d->group_count = take_count(layout, (struct lengths){1, DEFINITION_GROUPS_MAX});
    for (size_t i = 0; i < d->group_count && going(layout); i++) {
        size_t room = DEFINITION_NAMED_MAX - d->named_count;
        struct definition_group *group = &d->groups[i];

        group->first = d->named_count;
        group->count = take_count(layout, (struct lengths){2, room < 2 ? 2 : room});
        if (group->count > room) {
            refuse(layout, DEFINITION_LIST_LENGTH);
        }
        for (size_t k = 0; k < group->count && going(layout); k++) {
            d->named[d->named_count] = take_number(layout);
            d->named_count++;
        }
    }
}

static size_t take_caps(struct layout *layout, struct definition_cap *caps)
{
    size_t count = take_count(layout, (struct lengths){1, DEFINITION_CAPS_MAX});

    for (size_t i = 0; i < count && going(layout); i++) {
        caps[i].name = take_text(layout, (struct lengths){0, AREA_MAX});
        caps[i].cap_krw = take_u64(layout, (struct range){1, DEFINITION_KRW_MAX});
    }
    return count;
}

static void take_quotas(struct layout *layout)
{
    struct definition *d = layout->definition;

    d->quota_count = take_count(layout, (struct lengths){1, DEFINITION_QUOTAS_MAX});
    for (size_t i = 0; i < d->quota_count && going(layout); i++) {
        struct definition_quota *quota = &d->quotas[i];

        quota->scope = take_choice(layout, DEFINITION_SCOPE_END);
        quota->area = take_text(layout, (struct lengths){0, AREA_MAX});
        quota->min_options = take_u16(layout, (struct range){0, DEFINITION_OPTIONS_MAX});
        quota->max_options = take_u16(layout, (struct range){0, DEFINITION_OPTIONS_MAX});
    }
}

static void take_tie_order(struct layout *layout)
{
    struct definition *d = layout->definition;

    d->drawn_count = take_count(layout, (struct lengths){1, DEFINITION_OPTIONS_MAX});
    for (size_t i = 0; i < d->drawn_count && going(layout); i++) {
        d->drawn[i] = take_number(layout);
    }
}

static void take_jury(struct layout *layout)
{
    struct definition *d = layout->definition;

    d->resident_weight = take_u16(layout, (struct range){1, WEIGHT_MAX});
    d->jury_weight = take_u16(layout, (struct range){1, WEIGHT_MAX});
    d->jury_whole = take_u16(layout, (struct range){1, WEIGHT_MAX});
    d->jury_max_score = take_u16(layout, (struct range){1, JURY_SCORE_MAX});
    (void)take_choice(layout, 2); /* the one way to normalise: by the highest */
}

static void take_min_costs(struct layout *layout)
{
    struct definition *d = layout->definition;
    size_t count = take_count(layout, (struct lengths){1, DEFINITION_OPTIONS_MAX});
    uint32_t before = 0;

    for (size_t i = 0; i < count && going(layout); i++) {
        uint32_t number = take_number(layout);
        int64_t krw = take_u64(layout, (struct range){1, DEFINITION_KRW_MAX});

        if (going(layout) && number <= before) {
            refuse(layout, DEFINITION_OPTION_REPEATED);
        }
        if (going(layout)) {
            d->options[number - 1].min_cost_krw = krw;
            d->adjustable = true;
        }
        before = number;
    }
}

static void take_channel_weights(struct layout *layout)
{
    struct definition *d = layout->definition;

    d->channel_part_count = take_count(layout, (struct lengths){1, DEFINITION_CHANNEL_PARTS_MAX});
    for (size_t i = 0; i < d->channel_part_count && going(layout); i++) {
        d->channel_parts[i].channels = take_set(layout);
        d->channel_parts[i].weight = take_u16(layout, (struct range){1, WEIGHT_MAX});
    }
    d->channel_whole = take_u16(layout, (struct range){1, WEIGHT_MAX});
    (void)take_choice(layout, 2); /* the one way to normalise, as a jury's scores */
}

static void take_term(struct layout *layout, unsigned kind)
{
    struct definition *d = layout->definition;

    switch (kind) {
    case TERM_TIE_ORDER:
        take_tie_order(layout);
        break;
    case TERM_PARTIAL_FIT:
        d->fit_numerator = take_u32(layout, (struct range){1, SHARE_MAX});
        d->fit_denominator = take_u32(layout, (struct range){1, SHARE_MAX});
        break;
    case TERM_QUORUM:
        d->quorum = take_u64(layout, (struct range){1, QUORUM_MAX});
        break;
    case TERM_INCOMPATIBLE:
        take_groups(layout);
        break;
    case TERM_AREA_CAPS:
        d->area_cap_count = take_caps(layout, d->area_caps);
        break;
    case TERM_FIELD_CAPS:
        d->field_cap_count = take_caps(layout, d->field_caps);
        break;
    case TERM_AREA_QUOTAS:
        take_quotas(layout);
        break;
    case TERM_JURY:
        take_jury(layout);
        break;
    case TERM_QUORUM_SHARE:
        d->quorum_numerator = take_u32(layout, (struct range){1, SHARE_MAX});
        d->quorum_denominator = take_u32(layout, (struct range){1, SHARE_MAX});
        break;
    case TERM_MIN_COSTS:
        take_min_costs(layout);
        break;
    case TERM_CHANNEL_WEIGHTS:
        take_channel_weights(layout);
        break;
    default:
        refuse(layout, DEFINITION_TERM_UNKNOWN);
        break;
    }
}

static void take_terms(struct layout *layout)
{
    size_t count = read_u16(&layout->reader);
    unsigned before = 0;

    for (size_t i = 0; i < count && going(layout); i++) {
        unsigned kind = read_u8(&layout->reader);

        if (going(layout) && kind != 0 && kind <= before) {
            refuse(layout, DEFINITION_TERM_ORDER);
        }
        if (going(layout)) {
            take_term(layout, kind);
        }
        before = kind;
    }
}

static enum definition_fault take_all(struct definition *definition, size_t length)
{
    struct layout layout = {.fault = DEFINITION_OK, .definition = definition};

    reader_init(&layout.reader, (struct span){definition->bytes, length});
    take_head(&layout);
    take_method(&layout);
    take_limits(&layout);
    take_voters(&layout);
    take_options(&layout);
    take_terms(&layout);
    if (going(&layout) && !reader_done(&layout.reader)) {
        return DEFINITION_BYTES_LEFT_OVER;
    }
    return layout.fault;
}

enum definition_fault definition_read(const uint8_t *bytes, size_t length, struct definition **ret)
{
    struct definition *definition = NULL;
    enum definition_fault fault = DEFINITION_NO_MEMORY;

    assert(bytes != NULL || length == 0);
    assert(ret != NULL);
    if (length > DEFINITION_BYTES_MAX) {
        return DEFINITION_BYTES_LEFT_OVER;
    }
    definition = calloc(1, sizeof *definition);
    if (definition == NULL) {
        goto out;
    }
    definition->bytes = malloc(length + 1);
    if (definition->bytes == NULL) {
        goto out;
    }
    if (length > 0) {
        memcpy(definition->bytes, bytes, length);
    }
    fault = take_all(definition, length);
    if (fault == DEFINITION_OK) {
        fault = definition_check(definition);
    }
    if (fault == DEFINITION_OK) {
        *ret = definition;
        definition = NULL;
    }

out:
    definition_free(definition);
    return fault;
}

void definition_free(struct definition *definition)
{
    if (definition != NULL) {
        free(definition->bytes);
        free(definition);
    }
}
