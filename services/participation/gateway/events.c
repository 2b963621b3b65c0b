/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the gateway's messages to structs and back. A stranger's bytes come here
 * first: nothing may cost more than they weigh. No decision is made here, and no
 * generated name leaves this file.
 */
#include "participation/gateway/events.h"

#include "hyeopchi/participation/v1/cast.pb-c.h"
#include "runtime/event_pack.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum {
    FIELD_COUNT_MAX = 32, /* of a message, those included that we do not know */
    VARINT_LENGTH_MAX = 10,
};

static_assert((int)CAST_KIND_VOTE == (int)HYEOPCHI__PARTICIPATION__V1__CAST_KIND__CAST_KIND_VOTE,
              "");
static_assert((int)CAST_KIND_BATCH == (int)HYEOPCHI__PARTICIPATION__V1__CAST_KIND__CAST_KIND_BATCH,
              "");

/* The number at *offset, which moves behind it; false when it does not end. */
static bool take_varint(const uint8_t *data, size_t length, size_t *offset, uint64_t *ret_number)
{
    uint64_t number = 0;

    for (unsigned place = 0; place < VARINT_LENGTH_MAX && *offset < length; place++) {
        const uint8_t byte = data[*offset];

        (*offset)++;
        number |= (uint64_t)(byte & 0x7fU) << (7 * place);
        if (byte < 0x80) {
            *ret_number = number;
            return true;
        }
    }
    return false;
}

/* Bytes of a field's value from *offset on, which moves behind a length; false for what is no field. */
static bool take_size(const uint8_t *data, size_t length, size_t *offset, uint64_t *ret_size)
{
    uint64_t tag = 0;
    uint64_t ignored = 0;

    *ret_size = 0;
    if (!take_varint(data, length, offset, &tag)) {
        return false;
    }
    switch (tag & 7U) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        return take_varint(data, length, offset, &ignored);
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        *ret_size = 8;
        return true;
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        return take_varint(data, length, offset, ret_size);
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        *ret_size = 4;
        return true;
    default:
        return false;
    }
}

/* protobuf-c keeps a record of each field that it does not know, many times as large as the two bytes
 * that a stranger needs for one. */
static bool has_few_fields(const uint8_t *data, size_t length)
{
    size_t offset = 0;

    for (int count = 0; offset < length; count++) {
        uint64_t size;

        if (count == FIELD_COUNT_MAX || !take_size(data, length, &offset, &size) ||
            size > length - offset) {
            return false;
        }
        offset += (size_t)size;
    }
    return true;
}

static const char *read_message(const Hyeopchi__Participation__V1__CastRequest *message,
                                struct gateway_request *request)
{
    struct cast_statement *statement = &request->statement;

    statement->kind = (enum cast_kind)message->kind;
    statement->key_id = message->key_id;
    statement->nonce = message->nonce;
    statement->created_ms = message->created_time_ms;
    statement->expires_ms = message->expires_time_ms;
    statement->idempotency_key = message->idempotency_key;
    request->language =
        message->language == HYEOPCHI__PARTICIPATION__V1__CAST_LANGUAGE__CAST_LANGUAGE_ENGLISH
            ? PROBLEM_ENGLISH
            : PROBLEM_KOREAN;
    request->body = message->body.data != NULL ? message->body.data : (const uint8_t *)"";
    request->body_length = message->body.len;
    request->signature_length = message->signature.len;
    if (message->signature.len == sizeof request->signature) {
        memcpy(request->signature, message->signature.data, sizeof request->signature);
    }
    if (crypto_uuid_parse(message->ballot_id, statement->ballot_id) != ERR_OK) {
        return "ballot_id";
    }
    return cast_statement_fault(statement);
}

enum err gateway_request_read(const void *data, size_t length, struct gateway_request *ret_request,
                              const char **ret_fault)
{
    Hyeopchi__Participation__V1__CastRequest *message = NULL;
    struct gateway_request request = {.body_length = 0};

    if (has_few_fields(data, length)) {
        message = hyeopchi__participation__v1__cast_request__unpack(NULL, length, data);
    }
    if (message == NULL) {
        *ret_fault = "";
        return ERR_INVALID;
    }
    request.message = message;
    *ret_fault = read_message(message, &request);
    if (*ret_fault != NULL) {
        gateway_request_release(&request);
        return ERR_INVALID;
    }
    *ret_request = request;
    return ERR_OK;
}

void gateway_request_release(struct gateway_request *request)
{
    if (request->message != NULL) {
        hyeopchi__participation__v1__cast_request__free_unpacked(request->message, NULL);
    }
    *request = (struct gateway_request){.body_length = 0};
}

void gateway_response_write(const struct gateway_response *response, struct buffer *buffer)
{
    Hyeopchi__Participation__V1__CastResponse message =
        HYEOPCHI__PARTICIPATION__V1__CAST_RESPONSE__INIT;

    assert(response->status > 0 && response->retry_after_ms >= 0);
    message.status = (uint32_t)response->status;
    message.retry_after_ms = (uint32_t)response->retry_after_ms;
    /* protobuf-c has no const, and only reads what it packs. */
    memcpy(&message.body.data, &response->body, sizeof message.body.data);
    message.body.len = response->body_length;
    event_pack(&message.base, buffer);
}
