/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results as JSON. It must never depend on anything but the election and
 * the result.
 */
#include "participation/domain/tally_json.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/tally_parts.h"
#include "participation/domain/wide.h"

/* Digits of the largest number of 128 bits, and a NUL. */
#define DIGITS_SIZE 40

/* A result being written: what it is of, and where it goes. */
struct writer {
    const struct election *election;
    const struct tally_result *result;
    struct text *text;
};

/* A comma before every element but the first. */
static void write_comma(const struct writer *writer, uint32_t index)
{
    if (index > 0) {
        text_add(writer->text, ",");
    }
}

static void write_key(const struct writer *writer, const char *key)
{
    text_add_json_string(writer->text, key);
    text_add(writer->text, ":");
}

static void write_string(const struct writer *writer, const char *key, const char *value)
{
    write_key(writer, key);
    text_add_json_string(writer->text, value);
    text_add(writer->text, ",");
}

static void write_digits(const struct writer *writer, wide number)
{
    char digits[DIGITS_SIZE];
    size_t first = sizeof digits - 1;

    digits[first] = '\0';
    do {
        assert(first > 0);
        first--;
        digits[first] = (char)('0' + (int)(number % 10));
        number /= 10;
    } while (number > 0);
    text_add(writer->text, digits + first);
}

static void write_money(const struct writer *writer, const char *key, int64_t amount)
{
    write_key(writer, key);
    text_add_json_decimal(writer->text, amount, writer->result->money_scale);
}

static void write_score(const struct writer *writer, int64_t score)
{
    write_key(writer, "score");
    text_add_json_decimal(writer->text, score, writer->result->score_scale);
}

static void write_number(const struct writer *writer, const char *key, wide number)
{
    write_key(writer, key);
    write_digits(writer, number);
}

static void write_bool(const struct writer *writer, const char *key, bool value)
{
    write_key(writer, key);
    text_add(writer->text, value ? "true" : "false");
}

/* What the method says beside the four names that every result has. */
static void write_terms(const struct writer *writer)
{
    const struct tally_method *method = &writer->result->method;

    write_key(writer, "tie");
    if (method->tie == TALLY_TIE_LOT) {
        struct text lot;

        text_init(&lot, TALLY_JSON_SEED_MAX);
        text_add(&lot, "lot:");
        text_add(&lot, method->seed);
        text_add_json_string(writer->text, text_bytes(&lot));
        text_release(&lot);
    } else {
        text_add_json_string(writer->text, tally_tie_rule_name(method->tie));
    }
    text_add(writer->text, ",");
    if (method->rule == TALLY_GREEDY_THRESHOLD) {
        write_key(writer, "threshold");
        text_add_json_decimal(writer->text, method->threshold.units, method->threshold.scale);
        text_add(writer->text, ",");
    }
    if (method->partial_fit.denominator > 0) {
        write_key(writer, "partial_fit");
        text_add(writer->text, "\"");
        write_digits(writer, method->partial_fit.numerator);
        text_add(writer->text, "/");
        write_digits(writer, method->partial_fit.denominator);
        text_add(writer->text, "\",");
    }
}

/* The quorum, and how it went. */
static void write_quorum(const struct writer *writer)
{
    const struct tally_result *result = writer->result;
    const struct tally_quorum_share *share = &result->method.quorum_share;

    if (result->method.quorum == 0 && share->denominator == 0) {
        return;
    }
    write_key(writer, "quorum");
    text_add(writer->text, "{");
    write_number(writer, "needed", (wide)tally_quorum_needed(&result->method));
    text_add(writer->text, ",");
    if (share->denominator > 0) {
        write_key(writer, "share");
        text_add(writer->text, "\"");
        write_digits(writer, share->numerator);
        text_add(writer->text, "/");
        write_digits(writer, share->denominator);
        text_add(writer->text, "\",");
        write_number(writer, "electorate", (wide)share->electorate);
        text_add(writer->text, ",");
    }
    write_number(writer, "voted", (wide)tally_quorum_voted(writer->election, &result->method));
    text_add(writer->text, ",");
    if (result->method.invalid > 0) {
        write_number(writer, "invalid", (wide)result->method.invalid);
        text_add(writer->text, ",");
    }
    write_bool(writer, "met", !result->quorum_missed);
    text_add(writer->text, "},");
}

/* A whole number, or a fraction in lowest terms. */
static void write_fraction(const struct writer *writer, struct tally_fraction fraction)
{
    fraction = tally_fraction_reduce(fraction);
    text_add(writer->text, "\"");
    write_digits(writer, fraction.numerator);
    if (fraction.denominator > 1) {
        text_add(writer->text, "/");
        write_digits(writer, fraction.denominator);
    }
    text_add(writer->text, "\"");
}

/* The words of a part of channels. */
static void write_channels(const struct writer *writer, const struct tally_part *part)
{
    write_key(writer, "channels");
    text_add(writer->text, "[");
    for (uint32_t i = 0; i < part->channel_count; i++) {
        write_comma(writer, i);
        text_add_json_string(writer->text, part->channels[i]);
    }
    text_add(writer->text, "],");
}

static void write_highest(const struct writer *writer, const char *key, uint32_t part)
{
    write_key(writer, key);
    text_add_json_decimal(writer->text, writer->result->part_highest[part],
                          tally_part_scale(writer->result, part));
}

/* The parts that votes are weighed in by channel. */
static void write_channel_weights(const struct writer *writer)
{
    const struct tally_parts *parts = writer->result->method.parts;

    if (!tally_parts_by_channel(&writer->result->method)) {
        return;
    }
    write_key(writer, "channel_weights");
    text_add(writer->text, "{");
    write_string(writer, "normalisation", "highest");
    write_key(writer, "parts");
    text_add(writer->text, "[");
    for (uint32_t i = 0; i < parts->count && parts->list[i].of == TALLY_PART_CHANNELS; i++) {
        write_comma(writer, i);
        text_add(writer->text, "{");
        write_channels(writer, &parts->list[i]);
        write_number(writer, "weight", parts->list[i].weight);
        text_add(writer->text, ",");
        write_number(writer, "votes", (wide)writer->result->part_votes[i]);
        text_add(writer->text, ",");
        write_highest(writer, "highest_score", i);
        text_add(writer->text, "}");
    }
    text_add(writer->text, "]},");
}

/* What the residents' parts weigh together. */
static uint32_t resident_weight(const struct tally_parts *parts)
{
    uint32_t weight = 0;

    for (uint32_t i = 0; i < parts->count; i++) {
        weight += parts->list[i].of == TALLY_PART_JURY ? 0 : parts->list[i].weight;
    }
    return weight;
}

static void write_jury(const struct writer *writer)
{
    const struct tally_parts *parts = writer->result->method.parts;

    if (!tally_parts_by_jury(&writer->result->method)) {
        return;
    }
    write_key(writer, "jury");
    text_add(writer->text, "{");
    write_number(writer, "resident_weight", resident_weight(parts));
    text_add(writer->text, ",");
    write_number(writer, "jury_weight", parts->list[parts->count - 1].weight);
    text_add(writer->text, ",");
    write_string(writer, "normalisation", "highest");
    if (!tally_parts_by_channel(&writer->result->method)) {
        write_highest(writer, "highest_score", 0);
        text_add(writer->text, ",");
    }
    write_highest(writer, "highest_jury", parts->count - 1);
    text_add(writer->text, "},");
}

static void write_part(const struct writer *writer, const char *key, uint32_t part, uint32_t option)
{
    write_key(writer, key);
    write_fraction(writer, tally_part_share(writer->result, part, option));
}

static void write_combined(const struct writer *writer, uint32_t option)
{
    char combined[TALLY_COMBINED_SIZE];

    tally_parts_combined(writer->result, option, combined);
    write_key(writer, "combined");
    text_add_json_string(writer->text, combined);
}

/* What an option has of each part of channels, in their order. */
static void write_channel_parts(const struct writer *writer, uint32_t option)
{
    const struct tally_parts *parts = writer->result->method.parts;

    write_key(writer, "channel_parts");
    text_add(writer->text, "[");
    for (uint32_t i = 0; i < parts->count && parts->list[i].of == TALLY_PART_CHANNELS; i++) {
        write_comma(writer, i);
        text_add(writer->text, "{");
        write_score(writer, tally_part_score(writer->result, i, option));
        text_add(writer->text, ",");
        write_part(writer, "part", i, option);
        text_add(writer->text, "}");
    }
    text_add(writer->text, "],");
}

/* All parts of an option's combined score, and what the jury gave it. */
static void write_parts(const struct writer *writer, uint32_t option)
{
    const struct tally_result *result = writer->result;
    const struct tally_parts *parts = result->method.parts;

    if (parts == NULL) {
        return;
    }
    if (tally_parts_by_channel(&result->method)) {
        write_channel_parts(writer, option);
    } else {
        write_part(writer, "resident_part", 0, option);
        text_add(writer->text, ",");
    }
    if (tally_parts_by_jury(&result->method)) {
        const uint32_t jury = parts->count - 1;

        write_key(writer, "jury");
        text_add_json_decimal(writer->text, tally_part_score(result, jury, option),
                              tally_part_scale(result, jury));
        text_add(writer->text, ",");
        write_part(writer, "jury_part", jury, option);
        text_add(writer->text, ",");
    }
    write_combined(writer, option);
    text_add(writer->text, ",");
}

/* A decimal, or a fraction in lowest terms where the budget is not a multiple of the voters. */
static void write_endowment(const struct writer *writer)
{
    const struct tally_given *given = &writer->result->endowment;
    wide numerator = (wide)given->whole * given->divisor + given->part;
    wide denominator = given->divisor;

    write_key(writer, "endowment");
    if (!given->present) {
        text_add(writer->text, "null,");
        return;
    }
    if (given->part == 0) {
        text_add_json_decimal(writer->text, given->whole, writer->result->money_scale);
        text_add(writer->text, ",");
        return;
    }
    for (unsigned i = 0; i < writer->result->money_scale; i++) {
        denominator *= 10;
    }
    write_fraction(writer, (struct tally_fraction){numerator, denominator});
    text_add(writer->text, ",");
}

static void write_compared(const struct writer *writer)
{
    const struct tally_compared *compared = &writer->result->compared;

    if (!compared->present) {
        return;
    }
    assert(compared->prefer_greedy >= 0);
    assert(compared->prefer_shares >= 0);
    write_key(writer, "comparison");
    text_add(writer->text, "{");
    write_number(writer, "prefer_greedy", (wide)compared->prefer_greedy);
    text_add(writer->text, ",");
    write_number(writer, "prefer_equal_shares", (wide)compared->prefer_shares);
    text_add(writer->text, ",");
    write_key(writer, "chosen");
    text_add_json_string(writer->text, compared->greedy_wins ? "greedy" : "equal-shares");
    text_add(writer->text, "},");
}

static void write_ids(const struct writer *writer, const char *key, const uint32_t *options,
                      uint32_t count)
{
    assert(options != NULL);
    assert(count <= writer->result->option_count);

    write_key(writer, key);
    text_add(writer->text, "[");
    for (uint32_t i = 0; i < count; i++) {
        write_comma(writer, i);
        text_add_json_string(writer->text, election_option(writer->election, options[i])->id);
    }
    text_add(writer->text, "],");
}

static void write_groups(const struct writer *writer)
{
    const struct tally_limits *limits = writer->result->method.limits;

    write_key(writer, "incompatible");
    text_add(writer->text, "[");
    for (uint32_t i = 0; i < limits->group_count; i++) {
        const struct tally_group *group = &limits->groups[i];

        write_comma(writer, i);
        text_add(writer->text, "[");
        for (uint32_t k = 0; k < group->count; k++) {
            write_comma(writer, k);
            text_add_json_string(writer->text,
                                 election_option(writer->election, group->options[k])->id);
        }
        text_add(writer->text, "]");
    }
    text_add(writer->text, "],");
}

/* What the funded options of one area, or of one field, get together. */
static int64_t spent_of(const struct writer *writer, const char *name, bool by_field)
{
    const struct tally_result *result = writer->result;
    int64_t spent = 0;

    for (uint32_t i = 0; i < result->funded_count; i++) {
        const struct election_option *option = election_option(writer->election, result->funded[i]);

        if (strcmp(by_field ? option->category : option->area, name) == 0) {
            spent += result->outcomes[result->funded[i]].granted;
        }
    }
    assert(spent <= result->total_cost);
    return spent;
}

static void write_caps(const struct writer *writer, bool by_field)
{
    const struct tally_limits *limits = writer->result->method.limits;
    const struct tally_cap *caps = by_field ? limits->field_caps : limits->area_caps;
    const uint32_t count = by_field ? limits->field_cap_count : limits->area_cap_count;

    if (count == 0) {
        return;
    }
    write_key(writer, by_field ? "field_caps" : "area_caps");
    text_add(writer->text, "[");
    for (uint32_t i = 0; i < count; i++) {
        write_comma(writer, i);
        text_add(writer->text, "{");
        write_string(writer, by_field ? "field" : "area", caps[i].name);
        write_key(writer, "cap");
        text_add_json_decimal(writer->text, caps[i].amount.units, caps[i].amount.scale);
        text_add(writer->text, ",");
        write_money(writer, "spent", spent_of(writer, caps[i].name, by_field));
        text_add(writer->text, "}");
    }
    text_add(writer->text, "],");
}

static void write_adjustable(const struct writer *writer)
{
    const struct tally_limits *limits = writer->result->method.limits;

    if (limits->adjustable_count == 0) {
        return;
    }
    write_key(writer, "adjustable");
    text_add(writer->text, "[");
    for (uint32_t i = 0; i < limits->adjustable_count; i++) {
        const struct tally_adjustable *one = &limits->adjustable[i];

        write_comma(writer, i);
        text_add(writer->text, "{");
        write_string(writer, "option", election_option(writer->election, one->option)->id);
        write_key(writer, "min_cost");
        text_add_json_decimal(writer->text, one->least.units, one->least.scale);
        text_add(writer->text, "}");
    }
    text_add(writer->text, "],");
}

static void write_limits(const struct writer *writer)
{
    const struct tally_limits *limits = writer->result->method.limits;

    if (limits == NULL) {
        return;
    }
    if (limits->group_count > 0) {
        write_groups(writer);
    }
    write_caps(writer, false);
    write_caps(writer, true);
    write_adjustable(writer);
}

static void write_options(const struct writer *writer)
{
    const struct tally_result *result = writer->result;

    assert(result->option_count == election_option_count(writer->election));
    assert(result->outcomes != NULL);

    write_key(writer, "options");
    text_add(writer->text, "[");
    for (uint32_t i = 0; i < result->option_count; i++) {
        const struct election_option *option = election_option(writer->election, i);
        const struct tally_outcome *outcome = &result->outcomes[i];

        write_comma(writer, i);
        text_add(writer->text, "{");
        write_string(writer, "id", option->id);
        write_money(writer, "cost", option->cost);
        text_add(writer->text, ",");
        write_score(writer, outcome->score);
        text_add(writer->text, ",");
        write_parts(writer, i);
        write_bool(writer, "funded", outcome->funded);
        text_add(writer->text, ",");
        write_key(writer, "reason");
        text_add_json_string(writer->text, tally_reason_name(outcome->reason));
        if (outcome->reason == TALLY_FUNDED_PARTLY) {
            text_add(writer->text, ",");
            write_money(writer, "granted", outcome->granted);
        }
        text_add(writer->text, "}");
    }
    text_add(writer->text, "],");
}

/* Every step but a plain turn says what it is. */
static void write_step(const struct writer *writer, const struct tally_round *round)
{
    if (round->step == TALLY_STEP_TURN) {
        return;
    }
    text_add(writer->text, ",");
    write_key(writer, "step");
    text_add_json_string(writer->text, tally_step_name(round->step));
    if (round->step == TALLY_STEP_SHARES || round->step == TALLY_STEP_LOAD) {
        text_add(writer->text, ",");
        write_number(writer, "supporters", (wide)round->supporters);
    }
    if (round->step == TALLY_STEP_SHARES && round->funded) {
        text_add(writer->text, ",");
        write_number(writer, "spent", (wide)round->spent);
    }
}

static void write_rounds(const struct writer *writer)
{
    const struct tally_result *result = writer->result;

    assert(result->rounds != NULL);
    assert(result->outcomes != NULL);

    write_key(writer, "rounds");
    text_add(writer->text, "[");
    for (uint32_t i = 0; i < result->round_count; i++) {
        const struct tally_round *round = &result->rounds[i];

        write_comma(writer, i);
        text_add(writer->text, "{");
        write_string(writer, "option", election_option(writer->election, round->option)->id);
        write_bool(writer, "funded", round->funded);
        text_add(writer->text, ",");
        write_money(writer, "left_over", round->left_over);
        write_step(writer, round);
        text_add(writer->text, "}");
    }
    text_add(writer->text, "],");
}

static void write_criteria(const struct writer *writer, unsigned decided_by)
{
    uint32_t written = 0;

    assert(decided_by != 0);
    assert(decided_by < 1u << TALLY_CRITERION_COUNT);

    write_key(writer, "decided_by");
    text_add(writer->text, "[");
    for (int criterion = 0; criterion < TALLY_CRITERION_COUNT; criterion++) {
        if ((decided_by & 1u << criterion) == 0) {
            continue;
        }
        write_comma(writer, written);
        text_add_json_string(writer->text, tally_criterion_name((enum tally_criterion)criterion));
        written++;
    }
    text_add(writer->text, "],");
}

static void write_ties(const struct writer *writer)
{
    const struct tally_result *result = writer->result;

    assert(result->ties != NULL);
    assert(result->tie_options != NULL);

    write_key(writer, "ties");
    text_add(writer->text, "[");
    for (uint32_t i = 0; i < result->tie_count; i++) {
        const struct tally_tie *tie = &result->ties[i];

        assert(tie->first + tie->count <= result->tie_option_count);
        write_comma(writer, i);
        text_add(writer->text, "{");
        write_ids(writer, "options", result->tie_options + tie->first, tie->count);
        if (result->method.parts != NULL) {
            write_combined(writer, result->tie_options[tie->first]);
        } else if (tie->step == TALLY_STEP_TURN || tie->step == TALLY_STEP_FILL) {
            write_score(writer, tie->score);
        } else {
            write_number(writer, "round", (wide)tie->round + 1);
        }
        text_add(writer->text, ",");
        write_criteria(writer, tie->decided_by);
        write_bool(writer, "decisive", tie->decisive);
        text_add(writer->text, "}");
    }
    text_add(writer->text, "]");
}

void tally_json_write(const struct election *election, const struct tally_result *result,
                      struct text *text)
{
    const struct writer writer = {.election = election, .result = result, .text = text};

    assert(election != NULL);
    assert(result != NULL);
    assert(text != NULL);

    text_add(text, "{");
    write_string(&writer, "rule", tally_rule_name(result->method.rule));
    write_string(&writer, "satisfaction", tally_satisfaction_name(result->method.satisfaction));
    write_string(&writer, "completion", tally_completion_name(result->method.completion));
    write_terms(&writer);
    write_quorum(&writer);
    write_channel_weights(&writer);
    write_jury(&writer);
    write_limits(&writer);
    write_money(&writer, "budget", result->budget);
    text_add(text, ",");
    write_ids(&writer, "funded", result->funded, result->funded_count);
    write_money(&writer, "total_cost", result->total_cost);
    text_add(text, ",");
    write_money(&writer, "left_over", result->left_over);
    text_add(text, ",");
    write_endowment(&writer);
    write_compared(&writer);
    write_options(&writer);
    write_rounds(&writer);
    write_ties(&writer);
    text_add(text, "}");
}
