/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terms of a definition as bytes. A term that is not given must leave no
 * byte behind, so that one definition keeps exactly one encoding.
 */
#include "participation/domain/ballot_encode_parts.h"

#include <assert.h>

/* The numbers are part of the canonical encoding: they never change, and stand in this order. */
enum term {
    TERM_TIE_ORDER = 1,
};

typedef bool given_fn(const struct ballot_definition *definition);
typedef void encode_fn(struct encoder *encoder, const struct ballot_definition *definition);
typedef void decode_fn(struct decoder *decoder, struct ballot_definition *definition);

static given_fn tie_order_given;
static encode_fn tie_order_encode;
static decode_fn tie_order_decode;

/* In the order of their kinds. */
static const struct term_row {
    enum term kind;
    given_fn *given;
    encode_fn *encode;
    decode_fn *decode;
} TERMS[] = {
    {TERM_TIE_ORDER, tie_order_given, tie_order_encode, tie_order_decode},
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
