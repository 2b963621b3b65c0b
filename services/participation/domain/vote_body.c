/* SPDX-License-Identifier: Apache-2.0 */
/*
 * choice_body and pad of vote_body.h. One set of choices has exactly one body;
 * reading must never accept a second one.
 */
#include "participation/domain/vote_body.h"

#include <assert.h>

static_assert(VOTE_CHOICE_MAX <= ENCODE_LIST_MAX, "a count of choices fits into its u16");

static bool value_allowed(enum vote_body_method method, uint32_t value);

enum vote_body_method vote_body_method(const struct ballot_definition *definition)
{
    assert(definition->method > BALLOT_METHOD_MISSING && definition->method < BALLOT_METHOD_END);
    assert(definition->min_options <= definition->max_options);

    if (ballot_has_points(definition)) {
        return VOTE_BODY_METHOD_POINTS;
    }
    if (definition->method == BALLOT_METHOD_ORDINAL) {
        return VOTE_BODY_METHOD_RANK;
    }
    if (definition->min_cost_krw.present || definition->max_cost_krw.present) {
        return VOTE_BODY_METHOD_KNAPSACK;
    }
    return VOTE_BODY_METHOD_APPROVE;
}

void vote_body_encode(struct encoder *encoder, enum vote_body_method method,
                      const struct vote_choice *choices, size_t count)
{
    /* One place per option instead of a sort: a batch of long votes stays linear. */
    uint16_t chosen[BALLOT_OPTION_MAX + 1] = {0}; /* which choice, from 1 on */
    size_t written = 0;

    assert(method > VOTE_BODY_METHOD_MISSING && method < VOTE_BODY_METHOD_END);
    assert(count <= VOTE_CHOICE_MAX);

    for (size_t i = 0; i < count; i++) {
        assert(choices[i].option >= 1 && choices[i].option <= BALLOT_OPTION_MAX);
        assert(value_allowed(method, choices[i].value));
        assert(chosen[choices[i].option] == 0);
        chosen[choices[i].option] = (uint16_t)(i + 1);
    }

    encode_u8(encoder, (uint8_t)method);
    encode_count(encoder, count);
    for (uint32_t option = 1; option <= BALLOT_OPTION_MAX && written < count; option++) {
        if (chosen[option] != 0) {
            encode_u32(encoder, option);
            encode_u32(encoder, choices[chosen[option] - 1].value);
            written++;
        }
    }
    assert(written == count);
}

enum err vote_body_decode(const uint8_t *data, size_t length, struct vote_body *ret)
{
    struct decoder decoder;
    enum vote_body_method method;
    uint32_t last = 0;
    size_t count;

    assert(data != NULL || length == 0);
    assert(ret != NULL);

    decoder_init(&decoder, data, length);
    method = decode_u8(&decoder);
    count = decode_u16(&decoder);
    if (!decoder_ok(&decoder) || method == VOTE_BODY_METHOD_MISSING ||
        method >= VOTE_BODY_METHOD_END || count > VOTE_CHOICE_MAX ||
        length != VOTE_BODY_SIZE(count)) {
        return ERR_INVALID;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t option = decode_u32(&decoder);

        if (option <= last || option > BALLOT_OPTION_MAX ||
            !value_allowed(method, decode_u32(&decoder))) {
            return ERR_INVALID;
        }
        last = option;
    }
    if (decoder_finish(&decoder) != ERR_OK) {
        return ERR_INVALID;
    }

    /* Read again, now that it is known to be whole: *ret is written only on success. */
    decoder_init(&decoder, data + 3, length - 3);
    ret->method = method;
    ret->count = count;
    for (size_t i = 0; i < count; i++) {
        ret->choices[i].option = decode_u32(&decoder);
        ret->choices[i].value = decode_u32(&decoder);
    }
    assert(decoder_ok(&decoder));
    return ERR_OK;
}

enum err vote_body_ranked(const struct vote_body *body, uint32_t ret_options[VOTE_CHOICE_MAX])
{
    bool taken[VOTE_CHOICE_MAX] = {false};

    assert(body->method == VOTE_BODY_METHOD_RANK);
    assert(body->count <= VOTE_CHOICE_MAX);

    for (size_t i = 0; i < body->count; i++) {
        const uint32_t place = body->choices[i].value;

        if (place < 1 || place > body->count || taken[place - 1]) {
            return ERR_INVALID;
        }
        taken[place - 1] = true;
        ret_options[place - 1] = body->choices[i].option;
    }
    return ERR_OK;
}

void vote_body_pad(struct encoder *encoder, const uint8_t *body, size_t length,
                   uint32_t max_choices)
{
    size_t padded = VOTE_BODY_PADDED_SIZE((size_t)max_choices);

    assert(max_choices <= VOTE_CHOICE_MAX);
    assert(length <= VOTE_BODY_SIZE((size_t)max_choices));
    assert(padded > length);

    encode_bytes(encoder, body, length);
    encode_u8(encoder, 0x80);
    for (size_t i = length + 1; i < padded; i++) {
        encode_u8(encoder, 0x00);
    }
}

enum err vote_body_unpad(const uint8_t *padded, size_t length, uint32_t max_choices,
                         size_t *ret_length)
{
    size_t end = length;

    assert(padded != NULL || length == 0);
    assert(max_choices <= VOTE_CHOICE_MAX);
    assert(ret_length != NULL);

    if (length != VOTE_BODY_PADDED_SIZE((size_t)max_choices)) {
        return ERR_INVALID;
    }
    while (end > 0 && padded[end - 1] == 0x00) {
        end--;
    }
    if (end == 0 || padded[end - 1] != 0x80 || end - 1 > VOTE_BODY_SIZE((size_t)max_choices)) {
        return ERR_INVALID;
    }
    *ret_length = end - 1;
    return ERR_OK;
}

static bool value_allowed(enum vote_body_method method, uint32_t value)
{
    assert(method > VOTE_BODY_METHOD_MISSING);
    assert(method < VOTE_BODY_METHOD_END);

    if (method == VOTE_BODY_METHOD_APPROVE || method == VOTE_BODY_METHOD_KNAPSACK) {
        return value == 1;
    }
    return method == VOTE_BODY_METHOD_POINTS || value >= 1;
}
