/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The result's bytes, as tally_json.h tells them: one order of keys, no space,
 * amounts and scores in quotes. Nothing is decided here.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/leaf.h"
#include "verify/recount_internal.h"

#define JSON_SMALLEST 4096
#define JSON_MAX      134217728

/* Text that grows; after the first failure nothing more is added. */
struct output {
    char *bytes;
    size_t length;
    size_t room;
    bool failed;
};

static const char *const RULES[] = {
    [DEFINITION_GREEDY] = "greedy",
    [DEFINITION_GREEDY_NO_SKIP] = "greedy-no-skip",
    [DEFINITION_GREEDY_THRESHOLD] = "greedy-threshold",
    [DEFINITION_EQUAL_SHARES] = "equal-shares",
    [DEFINITION_PHRAGMEN] = "phragmen",
    [DEFINITION_COMPARISON] = "comparison",
};

static const char *const SATISFACTIONS[] = {
    [DEFINITION_BY_COST] = "cost",
    [DEFINITION_BY_CARDINALITY] = "cardinality",
    [DEFINITION_BY_POINTS] = "points",
};

static const char *const COMPLETIONS[] = {
    [DEFINITION_NONE] = "none",
    [DEFINITION_ADD1] = "add1",
    [DEFINITION_ADD1_EXHAUSTIVE] = "add1-exhaustive",
    [DEFINITION_ADD1U] = "add1u",
    [DEFINITION_UTILITARIAN] = "utilitarian",
};

static const char *const TIES[] = {
    [DEFINITION_TIE_ID] = "id",
    [DEFINITION_TIE_LISTED_ORDER] = "listed-order",
    [DEFINITION_TIE_LOWEST_COST_THEN_VOTES] = "lowest-cost-then-votes",
    [DEFINITION_TIE_DRAWN] = "drawn",
    [DEFINITION_TIE_LOT] = "lot:",
};

static const char *const REASONS[] = {
    [REASON_FUNDED] = "funded",
    [REASON_FUNDED_PARTLY] = "funded-partly",
    [REASON_OVER_BUDGET] = "over-budget",
    [REASON_OVER_LEFT] = "over-left",
    [REASON_BELOW_THRESHOLD] = "below-threshold",
    [REASON_STOPPED] = "stopped",
    [REASON_NO_SUPPORTERS] = "no-supporters",
    [REASON_SUPPORTERS_SHORT] = "supporters-short",
    [REASON_INCOMPATIBLE] = "incompatible",
    [REASON_OVER_AREA_CAP] = "over-area-cap",
    [REASON_OVER_FIELD_CAP] = "over-field-cap",
    [REASON_QUORUM_MISSED] = "quorum-missed",
};

static const char *const STEPS[] = {
    [STEP_SHARES] = "shares",
    [STEP_LOAD] = "load",
    [STEP_FILL] = "fill",
    [STEP_PARTIAL_FIT] = "partial-fit",
};

/* In the order of enum criterion's bits. */
static const char *const CRITERIA[] = {"cost", "votes", "id", "listed-order", "drawn", "lot"};

static void add_bytes(struct output *output, const void *bytes, size_t length)
{
    if (!output->failed && output->length + length > output->room) {
        size_t room = (output->length + length) * 2;
        char *moved = room > JSON_MAX ? NULL : realloc(output->bytes, room);

        output->failed = moved == NULL;
        output->bytes = moved == NULL ? output->bytes : moved;
        output->room = moved == NULL ? output->room : room;
    }
    if (!output->failed) {
        memcpy(output->bytes + output->length, bytes, length);
        output->length += length;
    }
}

static void add(struct output *output, const char *text)
{
    add_bytes(output, text, strlen(text));
}

static void add_number(struct output *output, int64_t number)
{
    char text[24];
    int length = snprintf(text, sizeof text, "%" PRId64, number);

    assert(length > 0 && (size_t)length < sizeof text);
    add_bytes(output, text, (size_t)length);
}

/* "key":"number" and a comma in front unless it is the first. */
static void add_amount(struct output *output, const char *key, int64_t amount)
{
    add(output, key);
    add(output, "\"");
    add_number(output, amount);
    add(output, "\"");
}

static void add_member(struct output *output, const char *key, const char *word)
{
    add(output, key);
    add(output, "\"");
    add(output, word);
    add(output, "\"");
}

static void add_bool(struct output *output, const char *key, bool value)
{
    add(output, key);
    add(output, value ? "true" : "false");
}

/* What is inside a string's quotes. */
static void add_escaped(struct output *output, struct span text)
{
    static const char SHORT[] = "btnvfr"; /* of the characters from 8 on; \v is not one of JSON's */

    for (size_t i = 0; i < text.length; i++) {
        uint8_t byte = text.data[i];

        if (byte == '"' || byte == '\\') {
            add(output, "\\");
            add_bytes(output, &byte, 1);
        } else if (byte >= 8 && byte <= 13 && byte != 11) {
            add(output, "\\");
            add_bytes(output, &SHORT[byte - 8], 1);
        } else if (byte < 32) {
            char escape[8];
            int length = snprintf(escape, sizeof escape, "\\u%04x", (unsigned)byte);

            assert(length == 6);
            add(output, escape);
        } else {
            add_bytes(output, &byte, 1);
        }
    }
}

static void add_string(struct output *output, struct span text)
{
    add(output, "\"");
    add_escaped(output, text);
    add(output, "\"");
}

static void add_ids(struct output *output, const struct recount *recount, const uint32_t *options,
                    size_t count)
{
    add(output, "[");
    for (size_t i = 0; i < count; i++) {
        add(output, i > 0 ? "," : "");
        add_string(output, recount->definition->options[options[i]].id);
    }
    add(output, "]");
}

static void add_groups(struct output *output, const struct recount *recount)
{
    const struct definition *d = recount->definition;

    if (d->group_count == 0) {
        return;
    }
    add(output, ",\"incompatible\":[");
    for (size_t i = 0; i < d->group_count; i++) {
        uint32_t options[OPTIONS_MAX];

        for (size_t k = 0; k < d->groups[i].count; k++) {
            options[k] = d->named[d->groups[i].first + k] - 1;
        }
        add(output, i > 0 ? "," : "");
        add_ids(output, recount, options, d->groups[i].count);
    }
    add(output, "]");
}

static void add_caps(struct output *output, const struct recount *recount, bool of_fields)
{
    const struct definition *d = recount->definition;
    const struct definition_cap *caps = of_fields ? d->field_caps : d->area_caps;
    size_t count = of_fields ? d->field_cap_count : d->area_cap_count;
    const int64_t *spent = of_fields ? recount->outcome->field_spent : recount->outcome->area_spent;

    if (count == 0) {
        return;
    }
    add(output, of_fields ? ",\"field_caps\":[" : ",\"area_caps\":[");
    for (size_t i = 0; i < count; i++) {
        add(output, i > 0 ? "," : "");
        add(output, of_fields ? "{\"field\":" : "{\"area\":");
        add_string(output, caps[i].name);
        add_amount(output, ",\"cap\":", caps[i].cap_krw);
        add_amount(output, ",\"spent\":", spent[i]);
        add(output, "}");
    }
    add(output, "]");
}

static void add_adjustable(struct output *output, const struct recount *recount)
{
    const struct definition *d = recount->definition;
    bool first = true;

    if (!d->adjustable) {
        return;
    }
    add(output, ",\"adjustable\":[");
    for (size_t i = 0; i < d->option_count; i++) {
        if (d->options[i].min_cost_krw > 0) {
            add(output, first ? "{\"option\":" : ",{\"option\":");
            add_string(output, d->options[i].id);
            add_amount(output, ",\"min_cost\":", d->options[i].min_cost_krw);
            add(output, "}");
            first = false;
        }
    }
    add(output, "]");
}

static void add_quorum_share(struct output *output, const struct recount *recount)
{
    const struct definition *d = recount->definition;

    if (d->quorum_denominator > 0) {
        add(output, ",\"share\":\"");
        add_number(output, d->quorum_numerator);
        add(output, "/");
        add_number(output, d->quorum_denominator);
        add(output, "\",\"electorate\":");
        add_number(output, recount->electorate);
    }
}

/* Hundredths in their shortest form. */
static void add_hundredths(struct output *output, const char *key, int64_t hundredths)
{
    add(output, key);
    add(output, "\"");
    add_number(output, hundredths / 100);
    if (hundredths % 100 != 0) {
        add(output, ".");
        add_number(output, hundredths % 100 / 10);
    }
    if (hundredths % 10 != 0) {
        add_number(output, hundredths % 10);
    }
    add(output, "\"");
}

static void add_channels(struct output *output, uint8_t channels)
{
    static const char *const WORDS[] = {"", "web", "kiosk", "booth", "paper"};
    bool first = true;

    add(output, "{\"channels\":[");
    for (unsigned channel = LEAF_CHANNEL_WEB; channel < LEAF_CHANNEL_END; channel++) {
        if ((channels & (1U << channel)) != 0) {
            add_member(output, first ? "" : ",", WORDS[channel]);
            first = false;
        }
    }
    add(output, "]");
}

static void add_channel_weights(struct output *output, const struct recount *recount)
{
    const struct definition *d = recount->definition;

    if (d->channel_part_count == 0) {
        return;
    }
    add_member(output, ",\"channel_weights\":{\"normalisation\":", "highest");
    add(output, ",\"parts\":[");
    for (size_t i = 0; i < d->channel_part_count; i++) {
        add(output, i > 0 ? "," : "");
        add_channels(output, d->channel_parts[i].channels);
        add(output, ",\"weight\":");
        add_number(output, recount->parts[i].weight);
        add(output, ",\"votes\":");
        add_number(output, recount->parts[i].votes);
        add_amount(output, ",\"highest_score\":", recount->parts[i].highest);
        add(output, "}");
    }
    add(output, "]}");
}

static void add_jury(struct output *output, const struct recount *recount)
{
    const struct definition *d = recount->definition;

    if (!recount->has_jury) {
        return;
    }
    add(output, ",\"jury\":{\"resident_weight\":");
    add_number(output, d->resident_weight);
    add(output, ",\"jury_weight\":");
    add_number(output, d->jury_weight);
    add_member(output, ",\"normalisation\":", "highest");
    if (d->channel_part_count == 0) {
        add_amount(output, ",\"highest_score\":", recount->parts[0].highest);
    }
    add_hundredths(output, ",\"highest_jury\":", recount->parts[recount->part_count - 1].highest);
    add(output, "}");
}

static void add_fraction(struct output *output, const char *key, const mpq_t fraction)
{
    char *text = malloc(mpz_sizeinbase(mpq_numref(fraction), 10) +
                        mpz_sizeinbase(mpq_denref(fraction), 10) + 3);

    if (text == NULL) {
        output->failed = true;
        return;
    }
    (void)mpq_get_str(text, 10, fraction); /* it returns its argument */
    add_member(output, key, text);
    free(text);
}

static void add_part(struct output *output, const char *key, const struct recount *recount,
                     uint32_t option, size_t part)
{
    mpq_t fraction;

    mpq_init(fraction);
    recount_part(recount, option, part, fraction);
    add_fraction(output, key, fraction);
    mpq_clear(fraction);
}

static void add_combined(struct output *output, const char *key, const struct recount *recount,
                         uint32_t option)
{
    mpq_t fraction;

    mpq_init(fraction);
    recount_combined(recount, option, fraction);
    add_fraction(output, key, fraction);
    mpq_clear(fraction);
}

static void add_parts(struct output *output, const struct recount *recount, uint32_t option)
{
    const size_t channel_count = recount->definition->channel_part_count;

    if (recount->part_count == 0) {
        return;
    }
    if (channel_count == 0) {
        add_part(output, ",\"resident_part\":", recount, option, 0);
    } else {
        add(output, ",\"channel_parts\":[");
    }
    for (size_t i = 0; i < channel_count; i++) {
        add_amount(output,
                   i > 0 ? ",{\"score\":" : "{\"score\":", recount->parts[i].scores[option]);
        add_part(output, ",\"part\":", recount, option, i);
        add(output, "}");
    }
    add(output, channel_count > 0 ? "]" : "");
    if (recount->has_jury) {
        add_hundredths(output, ",\"jury\":", recount->jury[option]);
        add_part(output, ",\"jury_part\":", recount, option, recount->part_count - 1);
    }
    add_combined(output, ",\"combined\":", recount, option);
}

static void add_method(struct output *output, const struct recount *recount)
{
    const struct definition *d = recount->definition;

    add_member(output, "{\"rule\":", RULES[d->rule]);
    add_member(output, ",\"satisfaction\":", SATISFACTIONS[d->satisfaction]);
    add_member(output, ",\"completion\":", COMPLETIONS[d->completion]);
    add(output, ",\"tie\":\"");
    add(output, TIES[d->tie]);
    add_escaped(output, recount->seed);
    add(output, "\"");
    if (d->threshold.present) {
        add_amount(output, ",\"threshold\":", d->threshold.value);
    }
    if (d->fit_denominator > 0) {
        add(output, ",\"partial_fit\":\"");
        add_number(output, d->fit_numerator);
        add(output, "/");
        add_number(output, d->fit_denominator);
        add(output, "\"");
    }
    if (d->quorum > 0 || d->quorum_denominator > 0) {
        add(output, ",\"quorum\":{\"needed\":");
        add_number(output, recount->quorum);
        add_quorum_share(output, recount);
        add(output, ",\"voted\":");
        add_number(output, recount->votes + recount->invalid);
        if (recount->invalid > 0) {
            add(output, ",\"invalid\":");
            add_number(output, recount->invalid);
        }
        add_bool(output, ",\"met\":", !recount->quorum_missed);
        add(output, "}");
    }
    add_channel_weights(output, recount);
    add_jury(output, recount);
    add_groups(output, recount);
    add_caps(output, recount, false);
    add_caps(output, recount, true);
    add_adjustable(output, recount);
}

static void add_endowment(struct output *output, const struct outcome *outcome)
{
    if (!outcome->has_endowment) {
        add(output, ",\"endowment\":null");
        return;
    }
    add_fraction(output, ",\"endowment\":", outcome->endowment);
}

static void add_money(struct output *output, const struct recount *recount)
{
    const struct outcome *outcome = recount->outcome;
    int64_t budget_krw = recount->definition->budget_krw;

    add_amount(output, ",\"budget\":", budget_krw);
    add(output, ",\"funded\":");
    add_ids(output, recount, outcome->funded, outcome->funded_count);
    add_amount(output, ",\"total_cost\":", budget_krw - outcome->left_over);
    add_amount(output, ",\"left_over\":", outcome->left_over);
    add_endowment(output, outcome);
    if (recount->compared) {
        add(output, ",\"comparison\":{\"prefer_greedy\":");
        add_number(output, recount->prefer_greedy);
        add(output, ",\"prefer_equal_shares\":");
        add_number(output, recount->prefer_shares);
        add_member(output, ",\"chosen\":", recount->greedy_wins ? "greedy" : "equal-shares");
        add(output, "}");
    }
}

static void add_options(struct output *output, const struct recount *recount)
{
    const struct definition *d = recount->definition;
    const struct outcome *outcome = recount->outcome;

    add(output, ",\"options\":[");
    for (uint32_t i = 0; i < d->option_count; i++) {
        enum reason reason = outcome->reasons[i];

        assert(reason > REASON_NONE && reason < REASON_END);
        add(output, i > 0 ? ",{\"id\":" : "{\"id\":");
        add_string(output, d->options[i].id);
        add_amount(output, ",\"cost\":", d->options[i].cost_krw);
        add_amount(output, ",\"score\":", recount->scores[i]);
        add_parts(output, recount, i);
        add_bool(output, ",\"funded\":", outcome_is_funded(outcome, i));
        add_member(output, ",\"reason\":", REASONS[reason]);
        if (reason == REASON_FUNDED_PARTLY) {
            add_amount(output, ",\"granted\":", outcome->granted[i]);
        }
        add(output, "}");
    }
    add(output, "]");
}

static void add_rounds(struct output *output, const struct recount *recount)
{
    const struct outcome *outcome = recount->outcome;

    add(output, ",\"rounds\":[");
    for (size_t i = 0; i < outcome->round_count; i++) {
        const struct round *round = &outcome->rounds[i];

        add(output, i > 0 ? ",{\"option\":" : "{\"option\":");
        add_string(output, recount->definition->options[round->option].id);
        add_bool(output, ",\"funded\":", round->funded);
        add_amount(output, ",\"left_over\":", round->left_over);
        if (round->step != STEP_TURN) {
            add_member(output, ",\"step\":", STEPS[round->step]);
        }
        if (round->step == STEP_SHARES || round->step == STEP_LOAD) {
            add(output, ",\"supporters\":");
            add_number(output, round->supporters);
        }
        if (round->step == STEP_SHARES && round->funded) {
            add(output, ",\"spent\":");
            add_number(output, round->spent);
        }
        add(output, "}");
    }
    add(output, "]");
}

/* Whether an option of the tie is not funded in the end, or only partly. */
static bool is_decisive(const struct outcome *outcome, const struct tie *tie)
{
    for (size_t i = 0; i < tie->count; i++) {
        if (outcome->reasons[outcome->tied_options[tie->first + i]] != REASON_FUNDED) {
            return true;
        }
    }
    return false;
}

static void add_criteria(struct output *output, unsigned decided_by)
{
    bool first = true;

    add(output, ",\"decided_by\":[");
    for (size_t i = 0; i < sizeof CRITERIA / sizeof CRITERIA[0]; i++) {
        if ((decided_by & 1U << i) != 0) {
            add_member(output, first ? "" : ",", CRITERIA[i]);
            first = false;
        }
    }
    add(output, "]");
}

static void add_ties(struct output *output, const struct recount *recount)
{
    const struct outcome *outcome = recount->outcome;

    add(output, ",\"ties\":[");
    for (size_t i = 0; i < outcome->tie_count; i++) {
        const struct tie *tie = &outcome->ties[i];
        const uint32_t *options = outcome->tied_options + tie->first;

        add(output, i > 0 ? ",{\"options\":" : "{\"options\":");
        add_ids(output, recount, options, tie->count);
        if (recount->part_count > 0) {
            add_combined(output, ",\"combined\":", recount, options[0]);
        } else if (tie->step == STEP_TURN || tie->step == STEP_FILL) {
            add_amount(output, ",\"score\":", recount->scores[options[0]]);
        } else {
            add(output, ",\"round\":");
            add_number(output, (int64_t)tie->rounds_before + 1);
        }
        add_criteria(output, recount_decided_by(recount, options, tie->count));
        add_bool(output, ",\"decisive\":", is_decisive(outcome, tie));
        add(output, "}");
    }
    add(output, "]}");
}

enum recount_err recount_json(struct recount *recount, struct span *ret)
{
    struct output output = {.failed = false};

    assert(recount->outcome != NULL);
    assert(recount->json == NULL);
    output.bytes = malloc(JSON_SMALLEST);
    output.room = output.bytes == NULL ? 0 : JSON_SMALLEST;
    add_method(&output, recount);
    add_money(&output, recount);
    add_options(&output, recount);
    add_rounds(&output, recount);
    add_ties(&output, recount);
    if (output.failed) {
        free(output.bytes);
        return RECOUNT_NO_MEMORY;
    }
    recount->json = output.bytes;
    recount->json_length = output.length;
    *ret = (struct span){(const uint8_t *)output.bytes, output.length};
    return RECOUNT_OK;
}
