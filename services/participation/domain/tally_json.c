/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results as JSON. It must never depend on anything but the election and
 * the result.
 */
#include "participation/domain/tally_json.h"

#include <assert.h>

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

static void write_bool(const struct writer *writer, const char *key, bool value)
{
    write_key(writer, key);
    text_add(writer->text, value ? "true" : "false");
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
        write_bool(writer, "funded", outcome->funded);
        text_add(writer->text, ",");
        write_key(writer, "reason");
        text_add_json_string(writer->text, tally_reason_name(outcome->reason));
        text_add(writer->text, "}");
    }
    text_add(writer->text, "],");
}

static void write_rounds(const struct writer *writer)
{
    const struct tally_result *result = writer->result;

    assert(result->round_count <= result->option_count);
    assert(result->rounds != NULL);

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

    assert(result->tie_count <= result->option_count);
    assert(result->ties != NULL);

    write_key(writer, "ties");
    text_add(writer->text, "[");
    for (uint32_t i = 0; i < result->tie_count; i++) {
        const struct tally_tie *tie = &result->ties[i];

        assert(tie->first + tie->count <= result->tie_option_count);
        write_comma(writer, i);
        text_add(writer->text, "{");
        write_ids(writer, "options", result->tie_options + tie->first, tie->count);
        write_score(writer, tie->score);
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
    write_string(&writer, "tie", tally_tie_rule_name(result->method.tie));
    write_money(&writer, "budget", result->budget);
    text_add(text, ",");
    write_ids(&writer, "funded", result->funded, result->funded_count);
    write_money(&writer, "total_cost", result->total_cost);
    text_add(text, ",");
    write_money(&writer, "left_over", result->left_over);
    text_add(text, ",\"endowment\":null,");
    write_options(&writer);
    write_rounds(&writer);
    write_ties(&writer);
    text_add(text, "}");
}
