/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetch messages to and from protobuf. What comes in is checked against every
 * bound before anybody else sees it.
 */
#include "runtime/event_fetch.h"

#include "hyeopchi/event/v1/envelope.pb-c.h"
#include "runtime/event_pack.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)EVENT_FETCH_OK == (int)HYEOPCHI__EVENT__V1__FETCH_STATUS__FETCH_STATUS_OK, "");
static_assert((int)EVENT_FETCH_GONE == (int)HYEOPCHI__EVENT__V1__FETCH_STATUS__FETCH_STATUS_GONE,
              "");

void event_fetch_encode_request(const struct event_fetch_request *request, struct buffer *buffer)
{
    Hyeopchi__Event__V1__FetchRequest message = HYEOPCHI__EVENT__V1__FETCH_REQUEST__INIT;
    char stream[EVENT_STREAM_SIZE];

    memcpy(stream, request->stream, sizeof stream);
    message.stream = stream;
    message.from_seq = request->from_seq;
    message.limit = request->limit;
    message.wait_ms = request->wait_ms;
    event_pack(&message.base, buffer);
}

enum err event_fetch_decode_request(const void *data, size_t length,
                                    struct event_fetch_request *ret_request)
{
    Hyeopchi__Event__V1__FetchRequest *message =
        hyeopchi__event__v1__fetch_request__unpack(NULL, length, data);
    enum err err = ERR_INVALID;

    if (message == NULL) {
        return ERR_INVALID;
    }
    if (message->stream[0] != '\0' && strlen(message->stream) < EVENT_STREAM_SIZE &&
        message->from_seq > 0 && message->from_seq <= INT64_MAX && message->limit > 0 &&
        message->limit <= EVENT_FETCH_COUNT_MAX && message->wait_ms <= EVENT_FETCH_WAIT_MAX_MS) {
        *ret_request = (struct event_fetch_request){
            .from_seq = message->from_seq,
            .limit = message->limit,
            .wait_ms = message->wait_ms,
        };
        memcpy(ret_request->stream, message->stream, strlen(message->stream) + 1);
        err = ERR_OK;
    }
    hyeopchi__event__v1__fetch_request__free_unpacked(message, NULL);
    return err;
}

void event_fetch_encode_response(const struct event_fetch_response *response, struct buffer *buffer)
{
    Hyeopchi__Event__V1__FetchResponse message = HYEOPCHI__EVENT__V1__FETCH_RESPONSE__INIT;
    uint8_t chain[EVENT_CHAIN_SIZE];
    ProtobufCBinaryData envelopes[EVENT_FETCH_COUNT_MAX];

    assert(response->count <= EVENT_FETCH_COUNT_MAX);
    for (size_t i = 0; i < response->count; i++) {
        /* protobuf-c has no const, and only reads what it packs. */
        memcpy(&envelopes[i].data, &response->envelopes[i].data, sizeof envelopes[i].data);
        envelopes[i].len = response->envelopes[i].length;
    }
    memcpy(chain, response->chain_before, sizeof chain);
    message.status = (Hyeopchi__Event__V1__FetchStatus)response->status;
    message.epoch = response->epoch;
    message.head_seq = response->head_seq;
    message.low_seq = response->low_seq;
    message.retry_after_ms = response->retry_after_ms;
    message.chain_before.data = chain;
    message.chain_before.len = sizeof chain;
    message.n_envelopes = response->count;
    message.envelopes = envelopes;
    event_pack(&message.base, buffer);
}

static bool response_is_sound(const Hyeopchi__Event__V1__FetchResponse *message)
{
    if (message->status < HYEOPCHI__EVENT__V1__FETCH_STATUS__FETCH_STATUS_OK ||
        message->status > HYEOPCHI__EVENT__V1__FETCH_STATUS__FETCH_STATUS_GONE ||
        message->n_envelopes > EVENT_FETCH_COUNT_MAX ||
        message->chain_before.len != EVENT_CHAIN_SIZE ||
        message->retry_after_ms > EVENT_FETCH_RETRY_MAX_MS || message->head_seq > INT64_MAX ||
        message->low_seq > INT64_MAX) {
        return false;
    }
    for (size_t i = 0; i < message->n_envelopes; i++) {
        if (message->envelopes[i].len == 0 || message->envelopes[i].len > EVENT_ENVELOPE_SIZE_MAX) {
            return false;
        }
    }
    return true;
}

/* What a decoded response owns. */
struct decoded {
    Hyeopchi__Event__V1__FetchResponse *message;
    struct event_fetch_piece pieces[];
};

enum err event_fetch_decode_response(const void *data, size_t length,
                                     struct event_fetch_response *ret_response)
{
    Hyeopchi__Event__V1__FetchResponse *message =
        hyeopchi__event__v1__fetch_response__unpack(NULL, length, data);
    struct decoded *decoded;

    if (message == NULL || !response_is_sound(message)) {
        hyeopchi__event__v1__fetch_response__free_unpacked(message, NULL);
        return ERR_INVALID;
    }
    decoded = malloc(sizeof *decoded + message->n_envelopes * sizeof decoded->pieces[0]);
    if (decoded == NULL) {
        hyeopchi__event__v1__fetch_response__free_unpacked(message, NULL);
        return ERR_FULL;
    }
    decoded->message = message;
    for (size_t i = 0; i < message->n_envelopes; i++) {
        decoded->pieces[i].data = message->envelopes[i].data;
        decoded->pieces[i].length = message->envelopes[i].len;
    }
    *ret_response = (struct event_fetch_response){
        .status = (enum event_fetch_status)message->status,
        .epoch = message->epoch,
        .head_seq = message->head_seq,
        .low_seq = message->low_seq,
        .retry_after_ms = message->retry_after_ms,
        .envelopes = decoded->pieces,
        .count = message->n_envelopes,
        .owner = decoded,
    };
    memcpy(ret_response->chain_before, message->chain_before.data, EVENT_CHAIN_SIZE);
    return ERR_OK;
}

void event_fetch_release(struct event_fetch_response *response)
{
    struct decoded *decoded = response->owner;

    if (decoded != NULL) {
        hyeopchi__event__v1__fetch_response__free_unpacked(decoded->message, NULL);
        free(decoded);
    }
    *response = (struct event_fetch_response){0};
}
