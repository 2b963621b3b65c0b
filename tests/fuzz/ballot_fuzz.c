/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a ballot's canonical definition: what is accepted obeys every
 * rule, encodes to exactly the bytes it was read from, and finds each of its
 * options by id.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "participation/domain/ballot_encode.h"

static void assert_sound(const struct ballot_definition *definition)
{
    static struct ballot_index index;
    struct ballot_refusal refusal = {0};
    enum err err = ballot_check(definition, &refusal);

    assert(err == ERR_OK);
    ballot_index_build(definition, &index);
    for (uint32_t number = 1; number <= definition->option_count; number++) {
        const struct ballot_option *option = ballot_option(definition, number);

        assert(ballot_option_find(definition, &index, option->id) == number);
    }
}

static void assert_same_bytes(const struct ballot_definition *definition, const uint8_t *data,
                              size_t size)
{
    uint8_t *written = malloc(size);
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    assert(written != NULL);
    assert(size <= BALLOT_ENCODE_BASE_MAX + definition->option_count * BALLOT_ENCODE_OPTION_MAX);
    encoder_init(&encoder, written, size);
    ballot_encode(&encoder, definition);
    err = encoder_finish(&encoder, &length);
    assert(err == ERR_OK);
    assert(length == size);
    assert(memcmp(written, data, size) == 0);
    free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ballot_option options[BALLOT_OPTION_MAX];
    struct ballot_option_store store = {.options = options};
    static struct ballot_definition definition;

    if (size == 0 || ballot_decode_count(data, size, &store.capacity) != ERR_OK) {
        return 0;
    }
    /* With a store of just the size the bytes ask for, it is never full. */
    switch (ballot_decode(data, size, &store, &definition)) {
    case ERR_OK:
        assert_sound(&definition);
        assert_same_bytes(&definition, data, size);
        break;
    case ERR_INVALID:
        break;
    case ERR_NOT_FOUND:
    case ERR_CONFLICT:
    case ERR_FULL:
    case ERR_UNAVAILABLE:
    case ERR_INTERNAL:
    default:
        abort();
    }
    return 0;
}
