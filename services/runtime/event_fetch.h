/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two messages of Fetch, by which a subscriber asks a publisher for events
 * again (proto/hyeopchi/event/v1/envelope.proto). Pure; any thread.
 */
#ifndef HYEOPCHI_RUNTIME_EVENT_FETCH_H
#define HYEOPCHI_RUNTIME_EVENT_FETCH_H

#include "runtime/buffer.h"
#include "runtime/err.h"
#include "runtime/event.h"

#include <stddef.h>
#include <stdint.h>

enum {
    EVENT_FETCH_COUNT_MAX = 1000,       /* events in one answer */
    EVENT_FETCH_SIZE_MAX = 1024 * 1024, /* bytes of envelopes in one answer, but always one event */
    EVENT_FETCH_WAIT_MAX_MS = 20000,
    EVENT_FETCH_RETRY_MAX_MS = 60000,
};

enum event_fetch_status {
    EVENT_FETCH_OK = 1,
    EVENT_FETCH_OVERLOADED,
    EVENT_FETCH_INVALID,
    EVENT_FETCH_GONE, /* from_seq is older than what is kept */
};

struct event_fetch_request {
    char stream[EVENT_STREAM_SIZE];
    uint64_t from_seq;
    uint32_t limit;   /* 1 to EVENT_FETCH_COUNT_MAX */
    uint32_t wait_ms; /* how long from_seq may be waited for, at most EVENT_FETCH_WAIT_MAX_MS */
};

struct event_fetch_piece {
    const uint8_t *data;
    size_t length;
};

struct event_fetch_response {
    enum event_fetch_status status;
    uint64_t epoch;
    uint64_t head_seq;
    uint64_t low_seq;
    uint32_t retry_after_ms;                /* at most EVENT_FETCH_RETRY_MAX_MS */
    uint8_t chain_before[EVENT_CHAIN_SIZE]; /* the chain at from_seq - 1 */
    const struct event_fetch_piece *envelopes;
    size_t count;
    void *owner; /* of a decoded response; freed by event_fetch_release() */
};

void event_fetch_encode_request(const struct event_fetch_request *request, struct buffer *buffer);

/* ERR_INVALID for anything that is no request, or is out of bounds. */
ERR_CHECKED enum err event_fetch_decode_request(const void *data, size_t length,
                                                struct event_fetch_request *ret_request);

void event_fetch_encode_response(const struct event_fetch_response *response,
                                 struct buffer *buffer);

/* ERR_INVALID likewise. The envelopes point into memory that the response owns. */
ERR_CHECKED enum err event_fetch_decode_response(const void *data, size_t length,
                                                 struct event_fetch_response *ret_response);

/* Frees what decoding made; takes zeroed structs. */
void event_fetch_release(struct event_fetch_response *response);

#endif
