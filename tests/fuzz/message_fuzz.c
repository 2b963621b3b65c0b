/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as any message of proto/: the first byte chooses which. What
 * unpacks has a JSON form and, where it holds no field that we do not know,
 * packs to bytes that unpack to the same; what does not unpack has neither.
 * protobuf-c 1.4 writes unknown fields with tags from 2^28 on so that nobody can
 * read them, which is why no service packs what it has heard. What the services make of their messages is the
 * targets ledger_heard, participation_heard and reporting_heard.
 */
#include "runtime/proto_json.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "runtime/json.h"

/* Every message there is; list_messages.cmake makes it from the generated headers. */
extern const ProtobufCMessageDescriptor *const MESSAGES[];
extern const size_t MESSAGE_COUNT;

static uint8_t *pack(const ProtobufCMessage *message, size_t *ret_length)
{
    const size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = malloc(length + 1);

    assert(bytes != NULL);
    *ret_length = protobuf_c_message_pack(message, bytes);
    assert(*ret_length == length);
    return bytes;
}

enum { STACK_LENGTH = 64 };

/* Messages that are still to be looked at; once there are too many for it, it is full for good. */
struct stack {
    const ProtobufCMessage *messages[STACK_LENGTH];
    size_t length;
    bool full;
};

static void push(struct stack *stack, const ProtobufCMessage *message)
{
    if (message == NULL) {
        return;
    }
    if (stack->length == STACK_LENGTH) {
        stack->full = true;
        return;
    }
    stack->messages[stack->length] = message;
    stack->length++;
}

static void push_inner(struct stack *stack, const ProtobufCMessage *message,
                       const ProtobufCFieldDescriptor *field)
{
    const uint8_t *base = (const uint8_t *)message;
    const void *at = base + field->offset;
    const void *count_at = base + field->quantifier_offset;
    const ProtobufCMessage *const *list;

    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        push(stack, *(const ProtobufCMessage *const *)at);
        return;
    }
    list = *(const ProtobufCMessage *const *const *)at;
    for (size_t i = 0; i < *(const size_t *)count_at; i++) {
        push(stack, list[i]);
    }
}

/* True when all of the message was looked at and every field is known. */
static bool is_known(const ProtobufCMessage *message)
{
    struct stack stack = {.length = 0};

    push(&stack, message);
    while (stack.length > 0 && !stack.full) {
        const ProtobufCMessage *top = stack.messages[stack.length - 1];

        stack.length--;
        if (top->n_unknown_fields > 0) {
            return false;
        }
        for (unsigned i = 0; i < top->descriptor->n_fields; i++) {
            if (top->descriptor->fields[i].type == PROTOBUF_C_TYPE_MESSAGE) {
                push_inner(&stack, top, &top->descriptor->fields[i]);
            }
        }
    }
    return !stack.full;
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
    descriptor = MESSAGES[data[0] % MESSAGE_COUNT];
    message = protobuf_c_message_unpack(descriptor, NULL, size - 1, data + 1);
    if (proto_json(descriptor, data + 1, size - 1, &json) == ERR_OK) {
        assert(message != NULL);
        assert_json(json);
        json_decref(json);
    }
    if (message != NULL) {
        if (is_known(message)) {
            assert_packs_to_the_same(message);
        }
        protobuf_c_message_free_unpacked(message, NULL);
    }
    return 0;
}
