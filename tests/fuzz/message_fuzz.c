/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as any message of proto/: the first byte chooses which. What
 * unpacks packs to bytes that unpack to the same, and has a JSON form; what
 * does not unpack has none. What the services make of their messages is the
 * targets ledger_heard, participation_heard and reporting_heard.
 */
#include "runtime/proto_json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "runtime/json.h"

/* Made from the generated headers: an include and a row for every message there is. */
#include "message_headers.h"

static const ProtobufCMessageDescriptor *const DESCRIPTORS[] = {
#include "message_rows.h"
};

static uint8_t *pack(const ProtobufCMessage *message, size_t *ret_length)
{
    const size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(length + 1);

    assert(bytes != NULL);
    *ret_length = protobuf_c_message_pack(message, bytes);
    assert(*ret_length == length);
    return bytes;
}

static void assert_packs_to_the_same(const ProtobufCMessage *message)
{
    size_t length;
    size_t again_length;
    uint8_t *bytes = pack(message, &length);
    ProtobufCMessage *again = protobuf_c_message_unpack(message->descriptor, NULL, length, bytes);
    uint8_t *again_bytes;

    assert(again != NULL);
    again_bytes = pack(again, &again_length);
    assert(length == again_length && memcmp(bytes, again_bytes, length) == 0);
    free(bytes);
    free(again_bytes);
    protobuf_c_message_free_unpacked(again, NULL);
}

static void assert_json(json_t *json)
{
    struct problem problem = {.kind = NULL};
    char *text = json_text(json);
    json_t *again = NULL;
    enum err err;

    assert(text != NULL);
    err = json_parse(text, strlen(text), &again, &problem);
    assert(err == ERR_OK);
    assert(json_equal(json, again));
    free(text);
    json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ProtobufCMessageDescriptor *descriptor;
    ProtobufCMessage *message;
    json_t *json = NULL;

    if (size == 0) {
        return 0;
    }
    descriptor = DESCRIPTORS[data[0] % (sizeof DESCRIPTORS / sizeof DESCRIPTORS[0])];
    message = protobuf_c_message_unpack(descriptor, NULL, size - 1, data + 1);
    if (proto_json(descriptor, data + 1, size - 1, &json) == ERR_OK) {
        assert(message != NULL);
        assert_json(json);
        json_decref(json);
    }
    if (message != NULL) {
        assert_packs_to_the_same(message);
        protobuf_c_message_free_unpacked(message, NULL);
    }
    return 0;
}
