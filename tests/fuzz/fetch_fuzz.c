/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as either message of Fetch. What decodes keeps the bounds that its
 * header promises, and encodes to a message that decodes to the same.
 */
#include "runtime/event_fetch.h"

#include <assert.h>
#include <string.h>

#include "fuzz.h"

enum { MESSAGE_SIZE_MAX = 64 * 1024 * 1024 };

static void try_request(const uint8_t *data, size_t size)
{
    struct event_fetch_request request;
    struct event_fetch_request again;
    struct buffer buffer;
    enum err err;

    if (event_fetch_decode_request(data, size, &request) != ERR_OK) {
        return;
    }
    assert(request.stream[0] != '\0');
    assert(memchr(request.stream, '\0', sizeof request.stream) != NULL);
    assert(request.from_seq > 0 && request.from_seq <= INT64_MAX);
    assert(request.limit > 0 && request.limit <= EVENT_FETCH_COUNT_MAX);
    assert(request.wait_ms <= EVENT_FETCH_WAIT_MAX_MS);

    buffer_init(&buffer, MESSAGE_SIZE_MAX);
    event_fetch_encode_request(&request, &buffer);
    assert(buffer_status(&buffer) == ERR_OK);
    err = event_fetch_decode_request(buffer.data, buffer.length, &again);
    assert(err == ERR_OK);
    assert(strcmp(request.stream, again.stream) == 0);
    assert(request.from_seq == again.from_seq && request.limit == again.limit);
    assert(request.wait_ms == again.wait_ms);
    buffer_release(&buffer);
}

static void assert_same(const struct event_fetch_response *left,
                        const struct event_fetch_response *right)
{
    assert(left->status == right->status && left->epoch == right->epoch);
    assert(left->head_seq == right->head_seq && left->low_seq == right->low_seq);
    assert(left->retry_after_ms == right->retry_after_ms);
    assert(memcmp(left->chain_before, right->chain_before, EVENT_CHAIN_SIZE) == 0);
    assert(left->count == right->count);
    for (size_t i = 0; i < left->count; i++) {
        assert(left->envelopes[i].length == right->envelopes[i].length);
        assert(memcmp(left->envelopes[i].data, right->envelopes[i].data,
                      left->envelopes[i].length) == 0);
    }
}

static void try_response(const uint8_t *data, size_t size)
{
    struct event_fetch_response response;
    struct event_fetch_response again;
    struct buffer buffer;
    enum err err;

    if (event_fetch_decode_response(data, size, &response) != ERR_OK) {
        return;
    }
    assert(response.status >= EVENT_FETCH_OK && response.status <= EVENT_FETCH_GONE);
    assert(response.head_seq <= INT64_MAX && response.low_seq <= INT64_MAX);
    assert(response.retry_after_ms <= EVENT_FETCH_RETRY_MAX_MS);
    assert(response.count <= EVENT_FETCH_COUNT_MAX);
    for (size_t i = 0; i < response.count; i++) {
        assert(response.envelopes[i].length > 0);
        assert(response.envelopes[i].length <= EVENT_ENVELOPE_SIZE_MAX);
    }

    buffer_init(&buffer, MESSAGE_SIZE_MAX);
    event_fetch_encode_response(&response, &buffer);
    assert(buffer_status(&buffer) == ERR_OK);
    err = event_fetch_decode_response(buffer.data, buffer.length, &again);
    assert(err == ERR_OK);
    assert_same(&response, &again);
    buffer_release(&buffer);
    event_fetch_release(&again);
    event_fetch_release(&response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_request(data, size);
    try_response(data, size);
    return 0;
}
