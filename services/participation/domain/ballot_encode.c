/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of ballot_encode.h, written and read. The two directions stand
 * side by side and must change together, under a new format number.
 */
#include "participation/domain/ballot_encode.h"

#include <assert.h>

#include "participation/domain/ballot_encode_parts.h"

static void encode_optional(struct encoder *encoder, bool present, int64_t value);
static void encode_points(struct encoder *encoder, const struct ballot_points *points);
static void encode_option(struct encoder *encoder, const struct ballot_option *option);
static void decode_head(struct decoder *decoder, struct ballot_definition *definition);
static void decode_areas(struct decoder *decoder, struct ballot_definition *definition);
static void decode_option(struct decoder *decoder, struct ballot_option *option);
static bool decode_optional(struct decoder *decoder, int64_t *ret_value);
static void decode_points(struct decoder *decoder, struct ballot_points *points);
static bool decode_bool(struct decoder *decoder);
static unsigned decode_enum(struct decoder *decoder, unsigned end);

void ballot_encode(struct encoder *encoder, const struct ballot_definition *definition)
{
    assert(definition->budget_krw > 0);
    assert(definition->opens_at_ms > 0 && definition->closes_at_ms > 0);
    assert(definition->max_options <= UINT16_MAX && definition->min_options <= UINT16_MAX);
    assert(definition->objection_days <= UINT16_MAX);
    assert(definition->channels <= UINT8_MAX && definition->bases <= UINT8_MAX);

    encode_u16(encoder, BALLOT_ENCODE_FORMAT);
    encode_bytes(encoder, definition->ballot_id, BALLOT_ID_SIZE);
    encode_str(encoder, definition->district);
    encode_str(encoder, definition->title);
    encode_u16(encoder, (uint16_t)definition->budget_year);
    encode_u8(encoder, (uint8_t)definition->funding_source);
    encode_u64(encoder, (uint64_t)definition->budget_krw);
    encode_u8(encoder, (uint8_t)definition->method);
    encode_u8(encoder, (uint8_t)definition->rule);
    encode_u8(encoder, (uint8_t)definition->satisfaction);
    encode_u8(encoder, (uint8_t)definition->completion);
    encode_optional(encoder, definition->threshold.present, definition->threshold.score);
    encode_u8(encoder, (uint8_t)definition->tie);
    encode_u64(encoder, (uint64_t)definition->opens_at_ms);
    encode_u64(encoder, (uint64_t)definition->closes_at_ms);
    encode_u16(encoder, (uint16_t)definition->min_options);
    encode_u16(encoder, (uint16_t)definition->max_options);
    encode_optional(encoder, definition->min_cost_krw.present, definition->min_cost_krw.krw);
    encode_optional(encoder, definition->max_cost_krw.present, definition->max_cost_krw.krw);
    encode_points(encoder, &definition->min_points);
    encode_points(encoder, &definition->max_points);
    encode_points(encoder, &definition->min_sum_points);
    encode_points(encoder, &definition->max_sum_points);
    encode_points(encoder, &definition->default_score);
    encode_u8(encoder, definition->empty_allowed ? 1 : 0);
    encode_u8(encoder, (uint8_t)definition->channels);
    encode_u8(encoder, (uint8_t)definition->bases);
    eligibility_encode(encoder, &definition->eligibility);
    encode_u16(encoder, (uint16_t)definition->objection_days);
    encode_u8(encoder, definition->demonstration ? 1 : 0);

    encode_count(encoder, definition->area_count);
    for (size_t i = 0; i < definition->area_count; i++) {
        encode_str(encoder, definition->areas[i]);
    }
    encode_count(encoder, definition->option_count);
    for (size_t i = 0; i < definition->option_count; i++) {
        encode_option(encoder, &definition->options[i]);
    }
    ballot_encode_terms(encoder, definition);
}

enum err ballot_decode_count(const uint8_t *data, size_t length, size_t *ret_option_count)
{
    struct ballot_definition definition = {0};
    struct decoder decoder;
    size_t option_count;

    assert(data != NULL);
    assert(ret_option_count != NULL);

    decoder_init(&decoder, data, length);
    decode_head(&decoder, &definition);
    decode_areas(&decoder, &definition);
    option_count = decode_u16(&decoder);
    if (!decoder_ok(&decoder) || option_count > BALLOT_OPTION_MAX) {
        return ERR_INVALID;
    }
    *ret_option_count = option_count;
    return ERR_OK;
}

enum err ballot_decode(const uint8_t *data, size_t length, const struct ballot_option_store *store,
                       struct ballot_definition *ret)
{
    struct ballot_definition definition = {0};
    struct ballot_refusal refusal = {0};
    struct decoder decoder;

    assert(data != NULL);
    assert(store->options != NULL || store->capacity == 0);
    assert(ret != NULL);

    decoder_init(&decoder, data, length);
    decode_head(&decoder, &definition);
    decode_areas(&decoder, &definition);
    definition.option_count = decode_u16(&decoder);
    if (!decoder_ok(&decoder) || definition.option_count > BALLOT_OPTION_MAX) {
        return ERR_INVALID;
    }
    if (definition.option_count > store->capacity) {
        return ERR_FULL;
    }
    definition.options = store->options;
    for (size_t i = 0; i < definition.option_count; i++) {
        decode_option(&decoder, &store->options[i]);
    }
    ballot_decode_terms(&decoder, &definition);
    if (decoder_finish(&decoder) != ERR_OK || ballot_check(&definition, &refusal) != ERR_OK) {
        return ERR_INVALID;
    }
    *ret = definition;
    return ERR_OK;
}

static void encode_optional(struct encoder *encoder, bool present, int64_t value)
{
    assert(value >= 0);
    assert(present || value == 0);

    encode_u8(encoder, present ? 1 : 0);
    encode_u64(encoder, (uint64_t)value);
}

static void encode_points(struct encoder *encoder, const struct ballot_points *points)
{
    encode_optional(encoder, points->present, points->points);
}

static void encode_option(struct encoder *encoder, const struct ballot_option *option)
{
    assert(option->number > 0);
    assert(option->cost_krw > 0);

    encode_u32(encoder, option->number);
    encode_str(encoder, option->id);
    encode_str(encoder, option->name);
    encode_u64(encoder, (uint64_t)option->cost_krw);
    encode_str(encoder, option->area);
    encode_str(encoder, option->field);
    encode_str(encoder, option->programme);
}

static void decode_head(struct decoder *decoder, struct ballot_definition *definition)
{
    if (decode_u16(decoder) != BALLOT_ENCODE_FORMAT) {
        decoder_refuse(decoder);
    }
    decode_bytes(decoder, definition->ballot_id, BALLOT_ID_SIZE);
    decode_str(decoder, definition->district, sizeof definition->district);
    decode_str(decoder, definition->title, sizeof definition->title);
    definition->budget_year = decode_u16(decoder);
    definition->funding_source = decode_enum(decoder, BALLOT_FUNDING_SOURCE_END);
    definition->budget_krw = ballot_decode_int64(decoder);
    definition->method = decode_enum(decoder, BALLOT_METHOD_END);
    definition->rule = decode_enum(decoder, BALLOT_RULE_END);
    definition->satisfaction = decode_enum(decoder, BALLOT_SATISFACTION_END);
    definition->completion = decode_enum(decoder, BALLOT_COMPLETION_END);
    definition->threshold.present = decode_optional(decoder, &definition->threshold.score);
    definition->tie = decode_enum(decoder, BALLOT_TIE_END);
    definition->opens_at_ms = ballot_decode_int64(decoder);
    definition->closes_at_ms = ballot_decode_int64(decoder);
    definition->min_options = decode_u16(decoder);
    definition->max_options = decode_u16(decoder);
    definition->min_cost_krw.present = decode_optional(decoder, &definition->min_cost_krw.krw);
    definition->max_cost_krw.present = decode_optional(decoder, &definition->max_cost_krw.krw);
    decode_points(decoder, &definition->min_points);
    decode_points(decoder, &definition->max_points);
    decode_points(decoder, &definition->min_sum_points);
    decode_points(decoder, &definition->max_sum_points);
    decode_points(decoder, &definition->default_score);
    definition->empty_allowed = decode_bool(decoder);
    definition->channels = decode_u8(decoder);
    definition->bases = decode_u8(decoder);
    eligibility_decode(decoder, &definition->eligibility);
    definition->objection_days = decode_u16(decoder);
    definition->demonstration = decode_bool(decoder);
}

static void decode_areas(struct decoder *decoder, struct ballot_definition *definition)
{
    size_t count = decode_u16(decoder);

    if (count > BALLOT_AREA_MAX) {
        decoder_refuse(decoder);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        decode_str(decoder, definition->areas[i], sizeof definition->areas[i]);
    }
    definition->area_count = count;
}

static void decode_option(struct decoder *decoder, struct ballot_option *option)
{
    *option = (struct ballot_option){0};
    option->number = decode_u32(decoder);
    decode_str(decoder, option->id, sizeof option->id);
    decode_str(decoder, option->name, sizeof option->name);
    option->cost_krw = ballot_decode_int64(decoder);
    decode_str(decoder, option->area, sizeof option->area);
    decode_str(decoder, option->field, sizeof option->field);
    decode_str(decoder, option->programme, sizeof option->programme);
}

/* Whether a value is there. An absent one that is not 0 would be a second encoding of the same
 * definition. */
static bool decode_optional(struct decoder *decoder, int64_t *ret_value)
{
    bool present = decode_bool(decoder);

    *ret_value = ballot_decode_int64(decoder);
    if (!present && *ret_value != 0) {
        decoder_refuse(decoder);
    }
    return present;
}

static void decode_points(struct decoder *decoder, struct ballot_points *points)
{
    points->present = decode_optional(decoder, &points->points);
}

static bool decode_bool(struct decoder *decoder)
{
    return decode_enum(decoder, 2) == 1;
}

static unsigned decode_enum(struct decoder *decoder, unsigned end)
{
    unsigned value = decode_u8(decoder);

    assert(end > 1);

    if (value >= end) {
        decoder_refuse(decoder);
        return 0;
    }
    return value;
}

int64_t ballot_decode_int64(struct decoder *decoder)
{
    uint64_t value = decode_u64(decoder);

    if (value > INT64_MAX) {
        decoder_refuse(decoder);
        return 0;
    }
    return (int64_t)value;
}
