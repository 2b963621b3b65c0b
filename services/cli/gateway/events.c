/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From structs to the gateway's messages and back. No generated name leaves
 * this file.
 */
#include "cli/gateway/events.h"

#include "hyeopchi/participation/v1/cast.pb-c.h"
#include "runtime/event_pack.h"
#include "runtime/event_say.h"

#include <string.h>

enum err gateway_ask_write(const struct gateway_asked *asked, struct buffer *buffer)
{
    const struct cast_statement *statement = asked->statement;
    Hyeopchi__Participation__V1__CastRequest message =
        HYEOPCHI__PARTICIPATION__V1__CAST_REQUEST__INIT;
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(statement->ballot_id, ballot_id);
    message.kind = (Hyeopchi__Participation__V1__CastKind)statement->kind;
    message.ballot_id = ballot_id;
    message.idempotency_key = event_say_text(statement->idempotency_key);
    message.key_id = event_say_text(statement->key_id);
    message.nonce = event_say_text(statement->nonce);
    message.created_time_ms = statement->created_ms;
    message.expires_time_ms = statement->expires_ms;
    message.language = asked->english
                           ? HYEOPCHI__PARTICIPATION__V1__CAST_LANGUAGE__CAST_LANGUAGE_ENGLISH
                           : HYEOPCHI__PARTICIPATION__V1__CAST_LANGUAGE__CAST_LANGUAGE_KOREAN;
    /* protobuf-c has no const, and only reads what it packs. */
    memcpy(&message.body.data, &asked->body, sizeof message.body.data);
    message.body.len = asked->body_length;
    memcpy(&message.signature.data, &asked->signature, sizeof message.signature.data);
    message.signature.len = CRYPTO_SIGNATURE_SIZE;
    event_pack(&message.base, buffer);
    return buffer_status(buffer);
}

enum err gateway_answer_read(const void *data, size_t length, struct gateway_answer *ret_answer,
                             struct buffer *body)
{
    Hyeopchi__Participation__V1__CastResponse *message =
        hyeopchi__participation__v1__cast_response__unpack(NULL, length, data);
    enum err err = ERR_INVALID;

    if (message != NULL && message->status >= 200 && message->status < 600) {
        ret_answer->status = (int)message->status;
        ret_answer->retry_after_ms = message->retry_after_ms;
        buffer_append(body, message->body.data, message->body.len);
        err = ERR_OK;
    }
    hyeopchi__participation__v1__cast_response__free_unpacked(message, NULL);
    return err;
}
