/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as what is published or typed about one vote: a choice body,
 * padding, a leaf, a receipt, a receipt code. What is accepted encodes to
 * exactly the bytes it was read from, so that nothing has two spellings.
 *
 * The first byte chooses the reader; the rest is the input.
 */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "participation/domain/code.h"
#include "participation/domain/leaf.h"
#include "participation/domain/receipt.h"
#include "participation/domain/vote_body.h"

static void assert_written(const struct encoder *encoder, const uint8_t *written,
                           const uint8_t *data, size_t size)
{
    size_t length = 0;

    assert(encoder_finish(encoder, &length) == ERR_OK);
    assert(length == size);
    assert(memcmp(written, data, size) == 0);
}

static void try_body(const uint8_t *data, size_t size)
{
    static uint8_t written[VOTE_BODY_MAX];
    static struct vote_body body;
    struct encoder encoder;

    if (vote_body_decode(data, size, &body) == ERR_OK) {
        encoder_init(&encoder, written, sizeof written);
        vote_body_encode(&encoder, body.method, body.choices, body.count);
        assert_written(&encoder, written, data, size);
    }
}

static void try_padding(const uint8_t *data, size_t size)
{
    static uint8_t written[VOTE_BODY_PADDED_SIZE(VOTE_CHOICE_MAX)];
    struct encoder encoder;
    uint32_t max_choices;
    size_t length = 0;

    if (size < 1) {
        return;
    }
    max_choices = data[0];
    if (vote_body_unpad(data + 1, size - 1, max_choices, &length) == ERR_OK) {
        assert(length < size - 1);
        encoder_init(&encoder, written, sizeof written);
        vote_body_pad(&encoder, data + 1, length, max_choices);
        assert_written(&encoder, written, data + 1, size - 1);
    }
}

static void try_leaf(const uint8_t *data, size_t size)
{
    uint8_t written[LEAF_CAST_SIZE];
    struct encoder encoder;
    struct leaf_cast cast;

    if (leaf_cast_decode(data, size, &cast) == ERR_OK) {
        encoder_init(&encoder, written, sizeof written);
        leaf_cast_encode(&encoder, &cast);
        assert_written(&encoder, written, data, size);
    }
}

static void try_receipt(const uint8_t *data, size_t size)
{
    uint8_t written[RECEIPT_SIZE];
    struct encoder encoder;
    struct receipt receipt;

    if (receipt_decode(data, size, &receipt) == ERR_OK) {
        encoder_init(&encoder, written, sizeof written);
        receipt_encode(&encoder, &receipt);
        assert_written(&encoder, written, data, size);
    }
}

static void try_code(const uint8_t *data, size_t size)
{
    char typed[2 * CODE_INPUT_MAX];
    char text[CODE_SIZE];
    uint64_t code = 0;
    uint64_t again = 0;

    if (size >= sizeof typed) {
        return;
    }
    memset(typed, 0, sizeof typed);
    if (size > 0) {
        memcpy(typed, data, size);
    }
    if (code_parse(typed, &code) == ERR_OK) {
        enum err err;

        code_format(code, text);
        err = code_parse(text, &again);
        assert(err == ERR_OK);
        assert(again == code);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const TRIES[])(const uint8_t *, size_t) = {
        try_body, try_padding, try_leaf, try_receipt, try_code,
    };

    if (size > 0) {
        TRIES[data[0] % (sizeof TRIES / sizeof TRIES[0])](data + 1, size - 1);
    }
    return 0;
}
