/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terms of a definition as bytes. A term that is not given must leave no
 * byte behind, so that one definition keeps exactly one encoding.
 */
#include "participation/domain/ballot_encode_parts.h"

#include <assert.h>
#include <string.h>

/* The numbers are part of the canonical encoding: they never change, and stand in this order. */
enum term {
    TERM_TIE_ORDER = 1,
    TERM_PARTIAL_FIT = 2,
    TERM_QUORUM = 3,
    TERM_INCOMPATIBLE = 4,
    TERM_AREA_CAPS = 5,
    TERM_FIELD_CAPS = 6,
    TERM_AREA_QUOTAS = 7,
    TERM_JURY = 8,
    TERM_QUORUM_SHARE = 9,
    TERM_MIN_COSTS = 10,
    TERM_CHANNEL_WEIGHTS = 11,
};

typedef bool given_fn(const struct ballot_definition *definition);
typedef void encode_fn(struct encoder *encoder, const struct ballot_definition *definition);
typedef void decode_fn(struct decoder *decoder, struct ballot_definition *definition);

static given_fn tie_order_given;
static encode_fn tie_order_encode;
static decode_fn tie_order_decode;
static given_fn partial_fit_given;
static encode_fn partial_fit_encode;
static decode_fn partial_fit_decode;
static given_fn quorum_given;
static encode_fn quorum_encode;
static decode_fn quorum_decode;
static given_fn incompatible_given;
static encode_fn incompatible_encode;
static decode_fn incompatible_decode;
static given_fn area_caps_given;
static encode_fn area_caps_encode;
static decode_fn area_caps_decode;
static given_fn field_caps_given;
static encode_fn field_caps_encode;
static decode_fn field_caps_decode;
static given_fn area_quotas_given;
static encode_fn area_quotas_encode;
static decode_fn area_quotas_decode;
static given_fn jury_given;
static encode_fn jury_encode;
static decode_fn jury_decode;
static given_fn quorum_share_given;
static encode_fn quorum_share_encode;
static decode_fn quorum_share_decode;
static given_fn min_costs_given;
static encode_fn min_costs_encode;
static decode_fn min_costs_decode;
static given_fn channel_weights_given;
static encode_fn channel_weights_encode;
static decode_fn channel_weights_decode;

/* In the order of their kinds. */
static const struct term_row {
    enum term kind;
    given_fn *given;
    encode_fn *encode;
    decode_fn *decode;
} TERMS[] = {
    {TERM_TIE_ORDER, tie_order_given, tie_order_encode, tie_order_decode},
    {TERM_PARTIAL_FIT, partial_fit_given, partial_fit_encode, partial_fit_decode},
    {TERM_QUORUM, quorum_given, quorum_encode, quorum_decode},
    {TERM_INCOMPATIBLE, incompatible_given, incompatible_encode, incompatible_decode},
    {TERM_AREA_CAPS, area_caps_given, area_caps_encode, area_caps_decode},
    {TERM_FIELD_CAPS, field_caps_given, field_caps_encode, field_caps_decode},
    {TERM_AREA_QUOTAS, area_quotas_given, area_quotas_encode, area_quotas_decode},
    {TERM_JURY, jury_given, jury_encode, jury_decode},
    {TERM_QUORUM_SHARE, quorum_share_given, quorum_share_encode, quorum_share_decode},
    {TERM_MIN_COSTS, min_costs_given, min_costs_encode, min_costs_decode},
    {TERM_CHANNEL_WEIGHTS, channel_weights_given, channel_weights_encode, channel_weights_decode},
};

enum { TERM_COUNT = sizeof TERMS / sizeof TERMS[0] };

void ballot_encode_terms(struct encoder *encoder, const struct ballot_definition *definition)
{
    size_t count = 0;

    assert(definition->option_count <= BALLOT_OPTION_MAX);

    for (size_t i = 0; i < TERM_COUNT; i++) {
        assert(i == 0 || TERMS[i].kind > TERMS[i - 1].kind);
        count += TERMS[i].given(definition) ? 1 : 0;
    }
    encode_count(encoder, count);
    for (size_t i = 0; i < TERM_COUNT; i++) {
        if (TERMS[i].given(definition)) {
            encode_u8(encoder, (uint8_t)TERMS[i].kind);
            TERMS[i].encode(encoder, definition);
        }
    }
}

void ballot_decode_terms(struct decoder *decoder, struct ballot_definition *definition)
{
    size_t count = decode_u16(decoder);
    size_t next = 0;

    assert(definition->option_count <= BALLOT_OPTION_MAX);

    for (size_t i = 0; i < count && decoder_ok(decoder); i++) {
        unsigned kind = decode_u8(decoder);

        while (next < TERM_COUNT && TERMS[next].kind != kind) {
            next++;
        }
        if (next == TERM_COUNT) {
            decoder_refuse(decoder); /* unknown, twice, or out of order */
            return;
        }
        TERMS[next].decode(decoder, definition);
        if (!TERMS[next].given(definition)) {
            decoder_refuse(decoder); /* said without saying anything */
        }
        next++;
    }
}

static void encode_numbers(struct encoder *encoder, const uint16_t *numbers, size_t count)
{
    assert(count <= BALLOT_OPTION_MAX);

    encode_count(encoder, count);
    for (size_t i = 0; i < count; i++) {
        encode_u32(encoder, numbers[i]);
    }
}

/* How many there were; none when there were more than a ballot has options. */
static size_t decode_numbers(struct decoder *decoder, uint16_t *ret_numbers)
{
    size_t count = decode_u16(decoder);

    if (count > BALLOT_OPTION_MAX) {
        decoder_refuse(decoder);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t number = decode_u32(decoder);

        if (number > BALLOT_OPTION_MAX) {
            decoder_refuse(decoder);
            return 0;
        }
        ret_numbers[i] = (uint16_t)number;
    }
    return count;
}

static bool tie_order_given(const struct ballot_definition *definition)
{
    return definition->tie_order.count > 0;
}

static void tie_order_encode(struct encoder *encoder, const struct ballot_definition *definition)
{
    encode_numbers(encoder, definition->tie_order.numbers, definition->tie_order.count);
}

static void tie_order_decode(struct decoder *decoder, struct ballot_definition *definition)
{
    definition->tie_order.count = decode_numbers(decoder, definition->tie_order.numbers);
}

static bool partial_fit_given(const struct ballot_definition *definition)
{
    return definition->partial_fit.present;
}

static void partial_fit_encode(struct encoder *encoder, const struct ballot_definition *definition)
{
    encode_u32(encoder, definition->partial_fit.numerator);
    encode_u32(encoder, definition->partial_fit.denominator);
}

static void partial_fit_decode(struct decoder *decoder, struct ballot_definition *definition)
{
    definition->partial_fit.present = true;
    definition->partial_fit.numerator = decode_u32(decoder);
    definition->partial_fit.denominator = decode_u32(decoder);
}

static bool quorum_given(const struct ballot_definition *definition)
{
    return definition->quorum.present;
}

static void quorum_encode(struct encoder *encoder, const struct ballot_definition *definition)
{
    assert(definition->quorum.voters > 0);

    encode_u64(encoder, (uint64_t)definition->quorum.voters);
}

static void quorum_decode(struct decoder *decoder, struct ballot_definition *definition)
{
    definition->quorum.present = true;
    definition->quorum.voters = ballot_decode_int64(decoder);
}

static bool incompatible_given(const struct ballot_definition *definition)
{
    return definition->incompatible.count > 0;
}

static void incompatible_encode(struct encoder *encoder, const struct ballot_definition *definition)
{
    const struct ballot_groups *groups = &definition->incompatible;
    size_t first = 0;

    assert(groups->count <= BALLOT_GROUP_MAX);

    encode_count(encoder, groups->count);
    for (size_t i = 0; i < groups->count; i++) {
        encode_numbers(encoder, groups->numbers + first, groups->ends[i] - first);
        first = groups->ends[i];
    }
}

static void incompatible_decode(struct decoder *decoder, struct ballot_definition *definition)
{
    struct ballot_groups *groups = &definition->incompatible;
    uint16_t numbers[BALLOT_OPTION_MAX] = {0};
    size_t count = decode_u16(decoder);
    size_t named = 0;

    for (size_t i = 0; i < count && decoder_ok(decoder); i++) {
        size_t more = decode_numbers(decoder, numbers);

        if (i >= BALLOT_GROUP_MAX || more > BALLOT_NAMED_MAX - named) {
            decoder_refuse(decoder);
            return;
        }
        memcpy(groups->numbers + named, numbers, more * sizeof *numbers);
        named += more;
        groups->ends[i] = (uint16_t)named;
        groups->count = i + 1;
    }
}

static void encode_caps(struct encoder *encoder, const struct ballot_caps *caps)
{
    assert(caps->count <= BALLOT_CAP_MAX);

    encode_count(encoder, caps->count);
    for (size_t i = 0; i < caps->count; i++) {
        assert(caps->list[i].cap_krw > 0);
        encode_str(encoder, caps->list[i].name);
        encode_u64(encoder, (uint64_t)caps->list[i].cap_krw);
    }
}

static void decode_caps(struct decoder *decoder, struct ballot_caps *caps)
{
    size_t count = decode_u16(decoder);

    if (count > BALLOT_CAP_MAX) {
        decoder_refuse(decoder);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        decode_str(decoder, caps->list[i].name, sizeof caps->list[i].name);
        caps->list[i].cap_krw = ballot_decode_int64(decoder);
    }
    caps->count = count;
}

static bool area_caps_given(const struct ballot_definition *definition)
{
    return definition->area_caps.count > 0;
}

static void area_caps_encode(struct encoder *encoder, const struct ballot_definition *definition)
{
    encode_caps(encoder, &definition->area_caps);
}

static void area_caps_decode(struct decoder *decoder, struct ballot_definition *definition)
{
    decode_caps(decoder, &definition->area_caps);
}

static bool field_caps_given(const struct ballot_definition *definition)
{
    return definition->field_caps.count > 0;
}

static void field_caps_encode(struct encoder *encoder, const struct ballot_definition *definition)
{
    encode_caps(encoder, &definition->field_caps);
}

static void field_caps_decode(struct decoder *decoder, struct ballot_definition *definition)
{
    decode_caps(decoder, &definition->field_caps);
}

static bool area_quotas_given(const struct ballot_definition *definition)
{
    return definition->area_quotas.count > 0;
}

static void area_quotas_encode(struct encoder *encoder, const struct ballot_definition *definition)
{
    const struct ballot_quotas *quotas = &definition->area_quotas;

    assert(quotas->count <= BALLOT_QUOTA_MAX);

    encode_count(encoder, quotas->count);
    for (size_t i = 0; i < quotas->count; i++) {
        const struct ballot_quota *quota = &quotas->list[i];

        assert(quota->max_options <= UINT16_MAX && quota->min_options <= UINT16_MAX);
        encode_u8(encoder, (uint8_t)quota->scope);
        encode_str(encoder, quota->area);
        encode_u16(encoder, (uint16_t)quota->min_options);
        encode_u16(encoder, (uint16_t)quota->max_options);
    }
}

static void area_quotas_decode(struct decoder *decoder, struct ballot_definition *definition)
{
    size_t count = decode_u16(decoder);

    if (count > BALLOT_QUOTA_MAX) {
        decoder_refuse(decoder);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct ballot_quota *quota = &definition->area_quotas.list[i];

        quota->scope = (enum ballot_scope)decode_u8(decoder);
        decode_str(decoder, quota->area, sizeof quota->area);
        quota->min_options = decode_u16(decoder);
        quota->max_options = decode_u16(decoder);
    }
    definition->area_quotas.count = count;
}

static bool jury_given(const struct ballot_definition *definition)
{
    return definition->jury.present;
}

static void jury_encode(struct encoder *encoder, const struct ballot_definition *definition)
{
    const struct ballot_jury *jury = &definition->jury;

    assert(jury->whole <= UINT16_MAX && jury->max_score <= UINT16_MAX);
    assert(jury->resident_weight + jury->jury_weight == jury->whole);

    encode_u16(encoder, (uint16_t)jury->resident_weight);
    encode_u16(encoder, (uint16_t)jury->jury_weight);
    encode_u16(encoder, (uint16_t)jury->whole);
    encode_u16(encoder, (uint16_t)jury->max_score);
    encode_u8(encoder, (uint8_t)jury->normalisation);
}

static void jury_decode(struct decoder *decoder, struct ballot_definition *definition)
{
    struct ballot_jury *jury = &definition->jury;

    jury->present = true;
    jury->resident_weight = decode_u16(decoder);
    jury->jury_weight = decode_u16(decoder);
    jury->whole = decode_u16(decoder);
    jury->max_score = decode_u16(decoder);
    jury->normalisation = (enum ballot_normalisation)decode_u8(decoder);
}

static bool quorum_share_given(const struct ballot_definition *definition)
{
    return definition->quorum_share.present;
}

static void quorum_share_encode(struct encoder *encoder, const struct ballot_definition *definition)
{
    encode_u32(encoder, definition->quorum_share.numerator);
    encode_u32(encoder, definition->quorum_share.denominator);
}

static void quorum_share_decode(struct decoder *decoder, struct ballot_definition *definition)
{
    definition->quorum_share.present = true;
    definition->quorum_share.numerator = decode_u32(decoder);
    definition->quorum_share.denominator = decode_u32(decoder);
}

/* How many options have a cost that may be adjusted. */
static size_t adjustable_count(const struct ballot_definition *definition)
{
    size_t count = 0;

    assert(definition->option_count <= BALLOT_OPTION_MAX);

    for (size_t i = 0; i < definition->option_count; i++) {
        count += definition->min_costs.krw[i] > 0 ? 1 : 0;
    }
    return count;
}

static bool min_costs_given(const struct ballot_definition *definition)
{
    return adjustable_count(definition) > 0;
}

static void min_costs_encode(struct encoder *encoder, const struct ballot_definition *definition)
{
    encode_count(encoder, adjustable_count(definition));
    for (size_t i = 0; i < definition->option_count; i++) {
        if (definition->min_costs.krw[i] > 0) {
            encode_u32(encoder, (uint32_t)i + 1);
            encode_u64(encoder, (uint64_t)definition->min_costs.krw[i]);
        }
    }
}

/* In the order of the options, each once: a second way to write them would be another definition. */
static void min_costs_decode(struct decoder *decoder, struct ballot_definition *definition)
{
    size_t count = decode_u16(decoder);
    uint32_t before = 0;

    for (size_t i = 0; i < count && decoder_ok(decoder); i++) {
        uint32_t number = decode_u32(decoder);
        int64_t krw = ballot_decode_int64(decoder);

        if (number <= before || number > definition->option_count || krw == 0) {
            decoder_refuse(decoder);
            return;
        }
        definition->min_costs.krw[number - 1] = krw;
        before = number;
    }
}

static bool channel_weights_given(const struct ballot_definition *definition)
{
    return definition->channel_weights.count > 0;
}

static void channel_weights_encode(struct encoder *encoder,
                                   const struct ballot_definition *definition)
{
    const struct ballot_channel_weights *weights = &definition->channel_weights;

    assert(weights->count <= BALLOT_CHANNEL_PART_MAX);
    assert(weights->whole <= UINT16_MAX);

    encode_count(encoder, weights->count);
    for (size_t i = 0; i < weights->count; i++) {
        assert(weights->parts[i].channels <= UINT8_MAX && weights->parts[i].weight <= UINT16_MAX);
        encode_u8(encoder, (uint8_t)weights->parts[i].channels);
        encode_u16(encoder, (uint16_t)weights->parts[i].weight);
    }
    encode_u16(encoder, (uint16_t)weights->whole);
    encode_u8(encoder, (uint8_t)weights->normalisation);
}

static void channel_weights_decode(struct decoder *decoder, struct ballot_definition *definition)
{
    struct ballot_channel_weights *weights = &definition->channel_weights;
    size_t count = decode_u16(decoder);

    if (count > BALLOT_CHANNEL_PART_MAX) {
        decoder_refuse(decoder);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        weights->parts[i].channels = decode_u8(decoder);
        weights->parts[i].weight = decode_u16(decoder);
    }
    weights->count = count;
    weights->whole = decode_u16(decoder);
    weights->normalisation = (enum ballot_normalisation)decode_u8(decoder);
}
