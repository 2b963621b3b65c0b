/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a definition to META: what other readers of these files know under their
 * names, and every term in the words that the command takes it by, so that the
 * file read again gives the definition again.
 */
#include "participation/domain/ballot_pb_meta.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/ballot_names.h"
#include "participation/domain/decimal.h"
#include "participation/domain/jury.h"
#include "participation/domain/pb_write.h"
#include "participation/domain/turnout_day.h"

/* Room for a value that names every option once. */
#define VALUE_LENGTH_MAX ((size_t)BALLOT_OPTION_MAX * (BALLOT_OPTION_ID_MAX + 2))

/* The day in Seoul as these files write it: 19.09.2022. */
static void add_day(struct text *text, const char *key, int64_t time_ms)
{
    char iso[TURNOUT_DATE_SIZE];
    char day[TURNOUT_DATE_SIZE];

    turnout_day_format(turnout_day(time_ms), iso);
    assert(strlen(iso) == sizeof day - 1);
    memcpy(day, iso + 8, 2);
    day[2] = '.';
    memcpy(day + 3, iso + 5, 2);
    day[5] = '.';
    memcpy(day + 6, iso, 4);
    day[sizeof day - 1] = '\0';
    pb_write_pair(text, key, day);
}

/* The time in Seoul, exactly: 2022-09-19T09:00:00.000+09:00. */
static void add_time(struct text *text, const char *key, int64_t time_ms)
{
    static const int64_t UNITS[] = {36000000, 3600000, 600000, 60000, 10000, 1000, 100, 10, 1};
    char moment[] = "0000-00-00T00:00:00.000+09:00";
    const int64_t day = turnout_day(time_ms);
    int64_t rest = time_ms + TURNOUT_SEOUL_OFFSET_MS - day * TURNOUT_DAY_MS;
    char iso[TURNOUT_DATE_SIZE];
    size_t at = TURNOUT_DATE_SIZE; /* behind the date and its T */

    assert(rest >= 0 && rest < TURNOUT_DAY_MS);

    turnout_day_format(day, iso);
    memcpy(moment, iso, sizeof iso - 1);
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        moment[at] = (char)('0' + (char)(rest / UNITS[i]));
        rest %= UNITS[i];
        at += moment[at + 1] >= '0' && moment[at + 1] <= '9' ? 1 : 2; /* past : and . */
    }
    pb_write_pair(text, key, moment);
}

static void add_points(struct text *text, const char *key, const struct ballot_points *points)
{
    if (points->present) {
        pb_write_number(text, key, points->points);
    }
}

/* Writes a value that was put together, and frees it. */
static void add_value(struct text *text, const char *key, struct text *value)
{
    if (text_err(value)) {
        text_fail(text);
    } else {
        pb_write_pair(text, key, text_bytes(value));
    }
    text_release(value);
}

/* The key of one of several values: "area_cap.1". */
struct key {
    char text[32 + DECIMAL_TEXT_SIZE];
};

static struct key numbered(const char *name, size_t place)
{
    struct key key;
    size_t length = strlen(name);

    assert(length < 32);

    memcpy(key.text, name, length);
    key.text[length] = '.';
    (void)decimal_format((int64_t)place + 1, 0, key.text + length + 1);
    return key;
}

/* As `hyeopchi tally --tie` takes it, but for the file of an order, which is written out here. */
static void add_tie(struct text *text, const struct ballot_definition *definition, const char *seed)
{
    const struct ballot_tie_order *order = &definition->tie_order;
    struct text value;

    text_init(&value, VALUE_LENGTH_MAX);
    text_add(&value, ballot_tie_name(definition->tie));
    text_add(&value, seed != NULL ? ":" : "");
    text_add(&value, seed != NULL ? seed : "");
    add_value(text, "tie", &value);
    text_init(&value, VALUE_LENGTH_MAX);
    for (size_t i = 0; i < order->count; i++) {
        text_add(&value, i > 0 ? "," : "");
        text_add(&value, ballot_option(definition, order->numbers[i])->id);
    }
    add_value(text, "tie_order", &value);
}

static void add_caps(struct text *text, const char *key, const struct ballot_caps *caps)
{
    for (size_t i = 0; i < caps->count; i++) {
        struct text value;
        char cap[DECIMAL_TEXT_SIZE];

        (void)decimal_format(caps->list[i].cap_krw, 0, cap);
        text_init(&value, VALUE_LENGTH_MAX);
        text_add(&value, caps->list[i].name);
        text_add(&value, "=");
        text_add(&value, cap);
        add_value(text, numbered(key, i).text, &value);
    }
}

/* As `hyeopchi ballot create --quota` takes them. */
static void add_quotas(struct text *text, const struct ballot_quotas *quotas)
{
    for (size_t i = 0; i < quotas->count; i++) {
        const struct ballot_quota *quota = &quotas->list[i];
        const bool area = quota->scope == BALLOT_SCOPE_AREA;
        char number[DECIMAL_TEXT_SIZE];
        struct text value;

        text_init(&value, VALUE_LENGTH_MAX);
        text_add(&value, ballot_scope_name(quota->scope));
        text_add(&value, area ? ":" : "");
        text_add(&value, area ? quota->area : "");
        text_add(&value, "=");
        (void)decimal_format(quota->min_options, 0, number);
        text_add(&value, number);
        text_add(&value, "-");
        (void)decimal_format(quota->max_options, 0, number);
        text_add(&value, number);
        add_value(text, numbered("area_quota", i).text, &value);
    }
}

/* Two numbers with a mark between them. */
struct pair {
    uint32_t first;
    uint32_t second;
    const char *mark;
};

static void add_pair(struct text *text, const char *key, const struct pair *pair)
{
    struct text value;
    char number[DECIMAL_TEXT_SIZE];

    text_init(&value, VALUE_LENGTH_MAX);
    (void)decimal_format(pair->first, 0, number);
    text_add(&value, number);
    text_add(&value, pair->mark);
    (void)decimal_format(pair->second, 0, number);
    text_add(&value, number);
    add_value(text, key, &value);
}

/* All in one value, and so with the scores: META has fewer rows than a ballot options. */
static void add_min_costs(struct text *text, const struct ballot_definition *definition)
{
    struct text value;
    char number[DECIMAL_TEXT_SIZE];

    text_init(&value, VALUE_LENGTH_MAX);
    for (size_t i = 0; i < definition->option_count; i++) {
        if (definition->min_costs.krw[i] > 0) {
            text_add(&value, text_length(&value) > 0 ? "," : "");
            text_add(&value, definition->options[i].id);
            text_add(&value, "=");
            (void)decimal_format(definition->min_costs.krw[i], 0, number);
            text_add(&value, number);
        }
    }
    if (text_length(&value) > 0) {
        add_value(text, "min_cost.1", &value);
    } else {
        text_release(&value);
    }
}

/* As `hyeopchi tally --channel-weights` takes them: web+kiosk:30,booth+paper:70. */
static void add_channel_weights(struct text *text, const struct ballot_channel_weights *weights)
{
    struct text value;

    text_init(&value, VALUE_LENGTH_MAX);
    for (size_t i = 0; i < weights->count; i++) {
        const struct ballot_channel_part *part = &weights->parts[i];
        const char *mark = i > 0 ? "," : "";
        char number[DECIMAL_TEXT_SIZE];

        for (unsigned channel = 1; channel < BALLOT_CHANNEL_END; channel++) {
            if (part->channels & BALLOT_BIT(channel)) {
                text_add(&value, mark);
                text_add(&value, ballot_channel_name((enum ballot_channel)channel));
                mark = "+";
            }
        }
        text_add(&value, ":");
        (void)decimal_format(part->weight, 0, number);
        text_add(&value, number);
    }
    add_value(text, "channel_weights", &value);
}

/* What beside the votes was counted with: the roll's number and the jury's scores. */
static void add_count(struct text *text, const struct ballot_definition *definition,
                      const struct ballot_pb_count *count)
{
    struct text value;
    char number[DECIMAL_TEXT_SIZE];

    if (count->invalid > 0) {
        pb_write_number(text, "invalid_votes", count->invalid);
    }
    if (definition->quorum_share.present) {
        add_pair(text, "quorum_share",
                 &(const struct pair){definition->quorum_share.numerator,
                                      definition->quorum_share.denominator, "/"});
        pb_write_number(text, "electorate", count->electorate);
    }
    if (!definition->jury.present) {
        return;
    }
    assert(count->jury != NULL);
    add_pair(
        text, "weights",
        &(const struct pair){definition->jury.resident_weight, definition->jury.jury_weight, ":"});
    pb_write_number(text, "jury_max_score", definition->jury.max_score);
    text_init(&value, VALUE_LENGTH_MAX);
    for (size_t i = 0; i < definition->option_count; i++) {
        text_add(&value, i > 0 ? "," : "");
        (void)decimal_format(count->jury[i], JURY_SCALE, number);
        text_add(&value, number);
    }
    add_value(text, "jury_scores", &value);
}

/* What is counted with, each in the way `hyeopchi tally` takes it. */
static void add_terms(struct text *text, const struct ballot_definition *definition)
{
    const struct ballot_groups *groups = &definition->incompatible;
    size_t place = 0;

    if (definition->partial_fit.present) {
        add_pair(text, "partial_fit",
                 &(const struct pair){definition->partial_fit.numerator,
                                      definition->partial_fit.denominator, "/"});
    }
    if (definition->quorum.present) {
        pb_write_number(text, "quorum", definition->quorum.voters);
    }
    for (size_t i = 0; i < groups->count; i++) {
        struct text value;
        size_t first = place;

        text_init(&value, VALUE_LENGTH_MAX);
        for (; place < groups->ends[i]; place++) {
            text_add(&value, place > first ? "," : "");
            text_add(&value, ballot_option(definition, groups->numbers[place])->id);
        }
        add_value(text, numbered("incompatible", i).text, &value);
    }
    add_quotas(text, &definition->area_quotas);
    add_min_costs(text, definition);
    if (definition->channel_weights.count > 0) {
        add_channel_weights(text, &definition->channel_weights);
    }
    add_caps(text, "area_cap", &definition->area_caps);
    add_caps(text, "field_cap", &definition->field_caps);
}

/* The words of a set between commas. */
static void add_set(struct text *text, const char *key, uint32_t set, unsigned end,
                    const char *(*name)(unsigned))
{
    struct text value;

    text_init(&value, VALUE_LENGTH_MAX);
    for (unsigned member = 1; member < end; member++) {
        if (set & BALLOT_BIT(member)) {
            text_add(&value, text_length(&value) > 0 ? "," : "");
            text_add(&value, name(member));
        }
    }
    add_value(text, key, &value);
}

static const char *channel_word(unsigned value)
{
    return ballot_channel_name((enum ballot_channel)value);
}

static const char *basis_word(unsigned value)
{
    return ballot_basis_name((enum ballot_basis)value);
}

static const char *ground_word(unsigned value)
{
    return eligibility_ground_name((enum eligibility_ground)value);
}

/* Who may vote, and how. */
static void add_electorate(struct text *text, const struct ballot_definition *definition)
{
    const struct eligibility *eligibility = &definition->eligibility;

    add_set(text, "channels", definition->channels, BALLOT_CHANNEL_END, channel_word);
    add_set(text, "bases", definition->bases, BALLOT_BASIS_END, basis_word);
    add_set(text, "grounds", eligibility->grounds, ELIGIBILITY_GROUND_END, ground_word);
    if (eligibility->min_age.present) {
        pb_write_number(text, "min_age", eligibility->min_age.years);
    }
    if (eligibility->max_age.present) {
        pb_write_number(text, "max_age", eligibility->max_age.years);
    }
    pb_write_pair(text, "age_on", eligibility->age_on);
    for (size_t i = 0; i < definition->area_count; i++) {
        pb_write_pair(text, numbered("area", i).text, definition->areas[i]);
    }
    pb_write_number(text, "objection_days", definition->objection_days);
}

/* The least of a vote that names something, where META's own words must let one that names nothing pass. */
static void add_least(struct text *text, const struct ballot_definition *definition)
{
    const bool empty = definition->empty_allowed;

    if (empty) {
        pb_write_pair(text, "empty_allowed", "1");
        pb_write_number(text, "min_length", 0);
    }
    pb_write_number(text, empty ? "nonempty_min_length" : "min_length", definition->min_options);
    if (definition->min_cost_krw.present) {
        pb_write_number(text, empty ? "nonempty_min_sum_cost" : "min_sum_cost",
                        definition->min_cost_krw.krw);
    }
    add_points(text, empty ? "nonempty_min_sum_points" : "min_sum_points",
               &definition->min_sum_points);
}

void ballot_pb_add_meta(struct text *text, const struct ballot_definition *definition,
                        const struct ballot_pb_count *count)
{
    const struct pb_cell name = {.text = "META", .length = 4};

    pb_write_row(text, &name, 1);
    pb_write_pair(text, "key", "value");
    pb_write_pair(text, "description", definition->title);
    pb_write_pair(text, "country", "South Korea");
    pb_write_pair(text, "unit", definition->district);
    pb_write_number(text, "instance", definition->budget_year);
    pb_write_pair(text, "funding_source", ballot_funding_source_name(definition->funding_source));
    pb_write_number(text, "num_projects", (int64_t)definition->option_count);
    pb_write_number(text, "num_votes", count->voters);
    pb_write_number(text, "budget", definition->budget_krw);
    pb_write_pair(text, "vote_type", ballot_method_name(definition->method));
    pb_write_pair(text, "rule", ballot_rule_name(definition->rule));
    pb_write_pair(text, "satisfaction", ballot_satisfaction_name(definition->satisfaction));
    pb_write_pair(text, "completion", ballot_completion_name(definition->completion));
    if (definition->threshold.present) {
        pb_write_number(text, "min_project_score_threshold", definition->threshold.score);
    }
    add_tie(text, definition, count->lot_seed);
    add_terms(text, definition);
    add_count(text, definition, count);
    add_electorate(text, definition);
    add_day(text, "date_begin", definition->opens_at_ms);
    add_day(text, "date_end", definition->closes_at_ms - 1); /* that moment itself is late */
    add_time(text, "opens_at", definition->opens_at_ms);
    add_time(text, "closes_at", definition->closes_at_ms);
    add_least(text, definition);
    pb_write_number(text, "max_length", (int64_t)definition->max_options);
    if (definition->max_cost_krw.present) {
        pb_write_number(text, "max_sum_cost", definition->max_cost_krw.krw);
    }
    add_points(text, "min_points", &definition->min_points);
    add_points(text, "max_points", &definition->max_points);
    add_points(text, "max_sum_points", &definition->max_sum_points);
    add_points(text, "default_score", &definition->default_score);
    pb_write_pair(text, "language", "ko");
    pb_write_pair(text, "currency", "KRW");
    pb_write_pair(text, "comment",
                  definition->demonstration ? "#1: 시연용 투표 (a demonstration, not a real ballot)"
                                            : "");
}
