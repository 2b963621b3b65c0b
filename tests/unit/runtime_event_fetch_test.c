/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two messages of Fetch: what is encoded is decoded as it was, and nothing
 * that breaks a bound, or is no message at all, gets through.
 */
#include "runtime/event_fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { MESSAGE_SIZE_MAX = 4 * 1024 * 1024, GARBAGE_SIZE_MAX = 512, ROUND_COUNT = 20000 };

static struct event_fetch_request make_request(void)
{
    struct event_fetch_request request = {.from_seq = 7, .limit = 100, .wait_ms = 1000};

    (void)snprintf(request.stream, sizeof request.stream, "participation");
    return request;
}

/* Encodes and decodes. */
static enum err pass_request(const struct event_fetch_request *request,
                             struct event_fetch_request *ret_request)
{
    struct buffer buffer;
    enum err err;

    buffer_init(&buffer, MESSAGE_SIZE_MAX);
    event_fetch_encode_request(request, &buffer);
    assert_int_equal(buffer_status(&buffer), ERR_OK);
    err = event_fetch_decode_request(buffer.data, buffer.length, ret_request);
    buffer_release(&buffer);
    return err;
}

static void assert_request_passes(const struct event_fetch_request *request)
{
    struct event_fetch_request decoded;

    assert_int_equal(pass_request(request, &decoded), ERR_OK);
    assert_string_equal(decoded.stream, request->stream);
    assert_true(decoded.from_seq == request->from_seq);
    assert_int_equal(decoded.limit, request->limit);
    assert_int_equal(decoded.wait_ms, request->wait_ms);
}

static void assert_request_refused(const struct event_fetch_request *request)
{
    struct event_fetch_request decoded = {.from_seq = 99};

    assert_int_equal(pass_request(request, &decoded), ERR_INVALID);
    assert_true(decoded.from_seq == 99);
}

static void a_request_comes_out_as_it_went_in(void **state)
{
    struct event_fetch_request request = make_request();

    (void)state;
    assert_request_passes(&request);
    request.from_seq = 1;
    request.limit = 1;
    request.wait_ms = 0;
    assert_request_passes(&request);
    request.from_seq = INT64_MAX;
    request.limit = EVENT_FETCH_COUNT_MAX;
    request.wait_ms = EVENT_FETCH_WAIT_MAX_MS;
    memset(request.stream, 'a', sizeof request.stream - 1);
    request.stream[sizeof request.stream - 1] = '\0';
    assert_request_passes(&request);
}

static void a_request_out_of_bounds_is_refused(void **state)
{
    struct event_fetch_request request = make_request();

    (void)state;
    request.from_seq = 0;
    assert_request_refused(&request);
    request.from_seq = (uint64_t)INT64_MAX + 1; /* No number of the log's. */
    assert_request_refused(&request);
    request = make_request();
    request.limit = 0;
    assert_request_refused(&request);
    request.limit = EVENT_FETCH_COUNT_MAX + 1;
    assert_request_refused(&request);
    request = make_request();
    request.wait_ms = EVENT_FETCH_WAIT_MAX_MS + 1;
    assert_request_refused(&request);
    request = make_request();
    request.stream[0] = '\0';
    assert_request_refused(&request);
}

/* Field 1, a text of 32 letters; field 2, 1; field 3, 1. */
static void a_stream_whose_name_is_too_long_is_refused(void **state)
{
    uint8_t message[2 + EVENT_STREAM_SIZE + 4] = {0x0A, EVENT_STREAM_SIZE};
    static const uint8_t rest[4] = {0x10, 1, 0x18, 1};
    struct event_fetch_request decoded;

    (void)state;
    memset(message + 2, 'a', EVENT_STREAM_SIZE);
    memcpy(message + 2 + EVENT_STREAM_SIZE, rest, sizeof rest);
    assert_int_equal(event_fetch_decode_request(message, sizeof message, &decoded), ERR_INVALID);
}

static void a_request_of_no_bytes_is_refused(void **state)
{
    struct event_fetch_request decoded;

    (void)state;
    assert_int_equal(event_fetch_decode_request("", 0, &decoded), ERR_INVALID);
}

static struct event_fetch_response make_response(const struct event_fetch_piece *pieces,
                                                 size_t count)
{
    struct event_fetch_response response = {
        .status = EVENT_FETCH_OK,
        .epoch = 3,
        .head_seq = 900,
        .low_seq = 1,
        .retry_after_ms = 0,
        .envelopes = pieces,
        .count = count,
    };

    for (size_t i = 0; i < EVENT_CHAIN_SIZE; i++) {
        response.chain_before[i] = (uint8_t)(i * 7);
    }
    return response;
}

/* Encodes and decodes; the result is the caller's to release. */
static enum err pass_response(const struct event_fetch_response *response,
                              struct event_fetch_response *ret_response)
{
    struct buffer buffer;
    enum err err;

    buffer_init(&buffer, MESSAGE_SIZE_MAX);
    event_fetch_encode_response(response, &buffer);
    assert_int_equal(buffer_status(&buffer), ERR_OK);
    err = event_fetch_decode_response(buffer.data, buffer.length, ret_response);
    buffer_release(&buffer);
    return err;
}

static void assert_response_passes(const struct event_fetch_response *response)
{
    struct event_fetch_response decoded;

    assert_int_equal(pass_response(response, &decoded), ERR_OK);
    assert_int_equal(decoded.status, response->status);
    assert_true(decoded.epoch == response->epoch);
    assert_true(decoded.head_seq == response->head_seq);
    assert_true(decoded.low_seq == response->low_seq);
    assert_int_equal(decoded.retry_after_ms, response->retry_after_ms);
    assert_memory_equal(decoded.chain_before, response->chain_before, EVENT_CHAIN_SIZE);
    assert_int_equal(decoded.count, response->count);
    for (size_t i = 0; i < decoded.count; i++) {
        assert_int_equal(decoded.envelopes[i].length, response->envelopes[i].length);
        assert_memory_equal(decoded.envelopes[i].data, response->envelopes[i].data,
                            decoded.envelopes[i].length);
    }
    event_fetch_release(&decoded);
    assert_null(decoded.owner);
    event_fetch_release(&decoded); /* Again is harmless. */
}

static void assert_response_refused(const struct event_fetch_response *response)
{
    struct event_fetch_response decoded = {.epoch = 99};

    assert_int_equal(pass_response(response, &decoded), ERR_INVALID);
    assert_true(decoded.epoch == 99 && decoded.owner == NULL);
}

static void a_response_comes_out_as_it_went_in(void **state)
{
    static uint8_t largest[EVENT_ENVELOPE_SIZE_MAX];
    const struct event_fetch_piece pieces[] = {
        {(const uint8_t *)"one", 3},
        {largest, sizeof largest},
        {(const uint8_t *)"\0", 1},
    };
    struct event_fetch_response response = make_response(pieces, 3);

    (void)state;
    memset(largest, 0xA5, sizeof largest);
    assert_response_passes(&response);
    response = make_response(NULL, 0);
    assert_response_passes(&response);
    for (int status = EVENT_FETCH_OK; status <= EVENT_FETCH_GONE; status++) {
        response.status = (enum event_fetch_status)status;
        assert_response_passes(&response);
    }
    response.retry_after_ms = EVENT_FETCH_RETRY_MAX_MS;
    response.head_seq = INT64_MAX;
    response.low_seq = INT64_MAX;
    assert_response_passes(&response);
}

static void the_largest_number_of_events_passes(void **state)
{
    struct event_fetch_piece pieces[EVENT_FETCH_COUNT_MAX];
    struct event_fetch_response response = make_response(pieces, EVENT_FETCH_COUNT_MAX);

    (void)state;
    for (size_t i = 0; i < EVENT_FETCH_COUNT_MAX; i++) {
        pieces[i] = (struct event_fetch_piece){(const uint8_t *)"event", 5};
    }
    assert_response_passes(&response);
}

static void a_response_out_of_bounds_is_refused(void **state)
{
    static uint8_t too_large[EVENT_ENVELOPE_SIZE_MAX + 1];
    struct event_fetch_piece piece = {too_large, sizeof too_large};
    struct event_fetch_response response = make_response(&piece, 1);

    (void)state;
    assert_response_refused(&response);
    piece.length = 0;
    assert_response_refused(&response);
    response = make_response(NULL, 0);
    response.status = (enum event_fetch_status)0;
    assert_response_refused(&response);
    response.status = (enum event_fetch_status)(EVENT_FETCH_GONE + 1);
    assert_response_refused(&response);
    response = make_response(NULL, 0);
    response.head_seq = (uint64_t)INT64_MAX + 1; /* One more would be 0 for whoever adds it. */
    assert_response_refused(&response);
    response = make_response(NULL, 0);
    response.low_seq = UINT64_MAX;
    assert_response_refused(&response);
    response = make_response(NULL, 0);
    response.retry_after_ms = EVENT_FETCH_RETRY_MAX_MS + 1; /* Nobody is sent away for days. */
    assert_response_refused(&response);
}

/* Appends the message's own bytes, repeated: field 5 with one byte, or field 6 with some. */
static enum err decode_made(uint8_t chain_length, size_t envelope_count)
{
    static const uint8_t head[2] = {0x08, EVENT_FETCH_OK};
    static const uint8_t envelope[3] = {0x2A, 1, 'x'};
    static const uint8_t chain[64];
    const uint8_t chain_head[2] = {0x32, chain_length};
    struct event_fetch_response decoded;
    struct buffer buffer;
    enum err err;

    buffer_init(&buffer, MESSAGE_SIZE_MAX);
    buffer_append(&buffer, head, sizeof head);
    buffer_append(&buffer, chain_head, sizeof chain_head);
    buffer_append(&buffer, chain, chain_length);
    for (size_t i = 0; i < envelope_count; i++) {
        buffer_append(&buffer, envelope, sizeof envelope);
    }
    err = event_fetch_decode_response(buffer.data, buffer.length, &decoded);
    buffer_release(&buffer);
    if (!err) {
        assert_int_equal(decoded.count, envelope_count);
        event_fetch_release(&decoded);
    }
    return err;
}

static void a_chain_of_another_length_is_refused(void **state)
{
    (void)state;
    assert_int_equal(decode_made(EVENT_CHAIN_SIZE, 1), ERR_OK);
    assert_int_equal(decode_made(EVENT_CHAIN_SIZE - 1, 1), ERR_INVALID);
    assert_int_equal(decode_made(EVENT_CHAIN_SIZE + 1, 1), ERR_INVALID);
    assert_int_equal(decode_made(0, 1), ERR_INVALID);
}

static void one_event_too_many_is_refused(void **state)
{
    (void)state;
    assert_int_equal(decode_made(EVENT_CHAIN_SIZE, EVENT_FETCH_COUNT_MAX), ERR_OK);
    assert_int_equal(decode_made(EVENT_CHAIN_SIZE, EVENT_FETCH_COUNT_MAX + 1), ERR_INVALID);
}

static void a_buffer_that_is_too_small_says_so(void **state)
{
    const struct event_fetch_piece piece = {(const uint8_t *)"0123456789", 10};
    const struct event_fetch_response response = make_response(&piece, 1);
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 8);
    event_fetch_encode_response(&response, &buffer);
    assert_int_not_equal(buffer_status(&buffer), ERR_OK);
    buffer_release(&buffer);
}

static unsigned seed;

static size_t draw(size_t below)
{
    return (size_t)rand_r(&seed) % below;
}

/* Whatever is done to a message, decoding refuses it or stays within its bounds. */
static void damaged_messages_are_refused_or_stay_within_bounds(void **state)
{
    const struct event_fetch_piece pieces[] = {{(const uint8_t *)"one", 3},
                                               {(const uint8_t *)"two", 3}};
    const struct event_fetch_response whole = make_response(pieces, 2);
    uint8_t message[GARBAGE_SIZE_MAX];
    struct buffer buffer;

    (void)state;
    seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    buffer_init(&buffer, sizeof message);
    event_fetch_encode_response(&whole, &buffer);
    assert_int_equal(buffer_status(&buffer), ERR_OK);
    for (int round = 0; round < ROUND_COUNT; round++) {
        size_t length = draw(buffer.length + 1);
        struct event_fetch_response response;
        struct event_fetch_request request;

        memcpy(message, buffer.data, buffer.length);
        for (int i = 0; i < 3; i++) {
            message[draw(buffer.length)] = (uint8_t)draw(256);
        }
        if (event_fetch_decode_response(message, length, &response) == ERR_OK) {
            assert_true(response.count <= length);
            assert_true(response.head_seq <= INT64_MAX);
            event_fetch_release(&response);
        }
        if (event_fetch_decode_request(message, length, &request) == ERR_OK) {
            assert_true(request.limit >= 1 && request.limit <= EVENT_FETCH_COUNT_MAX);
            assert_true(memchr(request.stream, '\0', sizeof request.stream) != NULL);
        }
    }
    buffer_release(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_comes_out_as_it_went_in),
        cmocka_unit_test(a_request_out_of_bounds_is_refused),
        cmocka_unit_test(a_stream_whose_name_is_too_long_is_refused),
        cmocka_unit_test(a_request_of_no_bytes_is_refused),
        cmocka_unit_test(a_response_comes_out_as_it_went_in),
        cmocka_unit_test(the_largest_number_of_events_passes),
        cmocka_unit_test(a_response_out_of_bounds_is_refused),
        cmocka_unit_test(a_chain_of_another_length_is_refused),
        cmocka_unit_test(one_event_too_many_is_refused),
        cmocka_unit_test(a_buffer_that_is_too_small_says_so),
        cmocka_unit_test(damaged_messages_are_refused_or_stay_within_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
