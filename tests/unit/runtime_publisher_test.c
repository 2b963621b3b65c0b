/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The publisher on a real loop and bus, fed as the writer feeds it. The
 * database is away, so that what the ring no longer has cannot be had; reading
 * from a real log is tested with a real one.
 */
#include "runtime/publisher.h"

#include "runtime/bus.h"
#include "runtime/crypto.h"
#include "runtime/event_fetch.h"
#include "runtime/event_ring.h"
#include "runtime/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    TEST_TIMEOUT_MS = 30000,
    ASK_TIMEOUT_MS = 25000,
    ASKER_COUNT_MAX = PUBLISHER_FETCH_WAITING_MAX + 2,
    REQUEST_SIZE_MAX = 1024,
};

/* One who asks, and the answer that came. */
struct asker {
    struct bus_req *req;
    int answer_count;
    struct event_fetch_response response;
};

struct fixture {
    struct loop loop;
    uv_timer_t deadline;
    struct reader *reader;
    struct publisher *publisher;
    struct eventlog_head head;
    struct asker askers[ASKER_COUNT_MAX];
    size_t asker_count;
    struct bus_sub *sub;
    int event_count;
    int heartbeat_count;
    struct event_frame last_event;
    struct event_frame last_heartbeat;
    struct publisher_follower follower;
    int wake_count;
};

/* --- What is heard on the bus. -------------------------------------------------------------------- */

static void on_frame(const void *data, size_t length, void *context)
{
    struct fixture *f = context;
    struct event_frame frame;

    assert_int_equal(event_frame_decode(data, length, &frame), ERR_OK);
    assert_string_equal(frame.stream, "test");
    if (frame.kind == EVENT_FRAME_EVENT) {
        f->event_count++;
        f->last_event = frame;
    } else {
        f->heartbeat_count++;
        f->last_heartbeat = frame;
    }
}

static void run_until_heartbeats(struct fixture *f, int count)
{
    while (f->heartbeat_count < count) {
        (void)uv_run(&f->loop.uv, UV_RUN_ONCE);
    }
}

static void run_until_events(struct fixture *f, int count)
{
    while (f->event_count < count) {
        (void)uv_run(&f->loop.uv, UV_RUN_ONCE);
    }
}

static void on_stop(void *context)
{
    struct fixture *f = context;

    for (size_t i = 0; i < f->asker_count; i++) {
        bus_req_close(f->askers[i].req);
        event_fetch_release(&f->askers[i].response);
    }
    bus_sub_close(f->sub);
    reader_close(f->reader);
    publisher_close(f->publisher);
    uv_close((uv_handle_t *)&f->deadline, NULL);
}

static void on_deadline(uv_timer_t *timer)
{
    (void)timer;
    fail_msg("%s", "what was waited for did not happen");
}

static int set_up(void **state)
{
    static int number;
    struct fixture *f = calloc(1, sizeof *f);
    char pub_url[64];
    char fetch_url[64];
    const struct reader_options reading = {
        /* Nothing listens there. */
        .db = {.conninfo = "host=/nonexistent dbname=none",
               .password = "",
               .application_name = "publisher test",
               .statement_timeout_ms = 1000},
        .thread_count = 1,
    };
    struct publisher_options options = {
        .stream = "test", .pub_url = pub_url, .fetch_url = fetch_url};
    const struct bus_sub_options listening = {
        .url = pub_url, .topic = "test", .on_message = on_frame, .context = f};

    assert_non_null(f);
    assert_int_equal(crypto_open(), ERR_OK);
    log_open("publisher_test", LOG_ERROR, LOG_FORMAT_JSON);
    number++;
    (void)snprintf(pub_url, sizeof pub_url, "inproc://publisher-test-pub-%d", number);
    (void)snprintf(fetch_url, sizeof fetch_url, "inproc://publisher-test-fetch-%d", number);
    assert_int_equal(loop_open(&f->loop, 5000), ERR_OK);
    assert_int_equal(loop_on_stop(&f->loop, on_stop, f), ERR_OK);
    assert_int_equal(uv_timer_init(&f->loop.uv, &f->deadline), 0);
    assert_int_equal(uv_timer_start(&f->deadline, on_deadline, TEST_TIMEOUT_MS, 0), 0);
    assert_int_equal(reader_open(&f->loop, &reading, &f->reader), ERR_OK);
    options.reader = f->reader;
    assert_int_equal(publisher_open(&f->loop, &options, &f->publisher), ERR_OK);
    assert_int_equal(bus_sub_open(&f->loop, &listening, &f->sub), ERR_OK);
    for (size_t i = 0; i < ASKER_COUNT_MAX; i++) {
        assert_int_equal(bus_req_open(&f->loop, fetch_url, 0, &f->askers[i].req), ERR_OK);
        f->asker_count++;
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    loop_stop(&f->loop);
    loop_run(&f->loop);
    loop_close(&f->loop);
    (void)bus_wait_closed(2000); /* nng 1.5.2 sometimes hangs here, which is why nobody waits. */
    free(f);
    return 0;
}

/* --- What the writer says. ------------------------------------------------------------------------ */

/* Somebody leads, and the stream ends here. */
static void lead_from(struct fixture *f, uint64_t epoch, uint64_t seq)
{
    static const struct eventlog_entries none;

    (void)snprintf(f->head.stream, sizeof f->head.stream, "test");
    f->head.epoch = epoch;
    f->head.seq = seq;
    if (f->head.low_seq == 0) {
        f->head.low_seq = 1;
    }
    memset(f->head.chain, (int)(seq % 251), EVENT_CHAIN_SIZE);
    publisher_committed(&f->head, &none, f->publisher);
}

/* Commits count events of this size at once; the text says which is which. */
static void commit(struct fixture *f, size_t count, size_t size)
{
    struct eventlog_entries entries = {.entries = calloc(count, sizeof(struct eventlog_entry)),
                                       .count = count};

    assert_non_null(entries.entries);
    for (size_t i = 0; i < count; i++) {
        struct eventlog_entry *entry = &entries.entries[i];

        entry->seq = f->head.seq + 1;
        entry->envelope_length = size;
        entry->envelope = calloc(1, size);
        assert_non_null(entry->envelope);
        (void)snprintf((char *)entry->envelope, size, "%llu", (unsigned long long)entry->seq);
        event_chain(f->head.chain, entry->seq, entry->envelope, size);
        f->head.seq++;
    }
    publisher_committed(&f->head, &entries, f->publisher);
    eventlog_entries_release(&entries);
}

/* --- Who asks. ------------------------------------------------------------------------------------ */

static void on_answer(const void *reply, size_t length, void *context)
{
    struct asker *asker = context;

    assert_non_null(reply);
    assert_int_equal(event_fetch_decode_response(reply, length, &asker->response), ERR_OK);
    asker->answer_count++;
}

static void send_bytes(struct asker *asker, const void *data, size_t length)
{
    event_fetch_release(&asker->response);
    asker->answer_count = 0;
    assert_int_equal(bus_req_send(asker->req, data, length, ASK_TIMEOUT_MS, on_answer, asker),
                     ERR_OK);
}

static void ask_stream(struct asker *asker, const char *stream, uint64_t from, uint32_t wait_ms)
{
    struct event_fetch_request request = {
        .from_seq = from, .limit = EVENT_FETCH_COUNT_MAX, .wait_ms = wait_ms};
    struct buffer buffer;

    (void)snprintf(request.stream, sizeof request.stream, "%s", stream);
    buffer_init(&buffer, REQUEST_SIZE_MAX);
    event_fetch_encode_request(&request, &buffer);
    assert_int_equal(buffer_status(&buffer), ERR_OK);
    send_bytes(asker, buffer.data, buffer.length);
    buffer_release(&buffer);
}

static void ask(struct asker *asker, uint64_t from, uint32_t wait_ms)
{
    ask_stream(asker, "test", from, wait_ms);
}

static const struct event_fetch_response *answer_of(struct fixture *f, struct asker *asker)
{
    while (asker->answer_count == 0) {
        (void)uv_run(&f->loop.uv, UV_RUN_ONCE);
    }
    return &asker->response;
}

/* Asks at once and waits for the answer. */
static const struct event_fetch_response *fetch(struct fixture *f, uint64_t from)
{
    ask(&f->askers[0], from, 0);
    return answer_of(f, &f->askers[0]);
}

static void assert_events(const struct event_fetch_response *response, uint64_t from, size_t count)
{
    assert_int_equal(response->status, EVENT_FETCH_OK);
    assert_int_equal(response->count, count);
    for (size_t i = 0; i < count; i++) {
        char text[32];

        const unsigned long long seq = (unsigned long long)from + i;

        (void)snprintf(text, sizeof text, "%llu", seq);
        assert_string_equal((const char *)response->envelopes[i].data, text);
    }
}

/* --- The promises. -------------------------------------------------------------------------------- */

static void a_fetch_before_the_head_is_known_is_put_off(void **state)
{
    struct fixture *f = *state;
    const struct event_fetch_response *response = fetch(f, 1);

    assert_int_equal(response->status, EVENT_FETCH_OVERLOADED);
    assert_true(response->retry_after_ms > 0);
    assert_true(publisher_head_seq(f->publisher) == 0);
    lead_from(f, 1, 0);
    assert_int_equal(fetch(f, 1)->status, EVENT_FETCH_OK);
}

static void another_stream_and_garbage_are_refused_from_the_start(void **state)
{
    struct fixture *f = *state;

    for (int round = 0; round < 2; round++) {
        ask_stream(&f->askers[0], "test2", 1, 0);
        assert_int_equal(answer_of(f, &f->askers[0])->status, EVENT_FETCH_INVALID);
        send_bytes(&f->askers[0], "\xFF\xFF\xFF garbage", 11);
        assert_int_equal(answer_of(f, &f->askers[0])->status, EVENT_FETCH_INVALID);
        send_bytes(&f->askers[0], "", 0);
        assert_int_equal(answer_of(f, &f->askers[0])->status, EVENT_FETCH_INVALID);
        lead_from(f, 1, 0);
    }
}

static void events_come_from_the_ring_with_the_chain_before_them(void **state)
{
    struct fixture *f = *state;
    uint8_t chain_at_40[EVENT_CHAIN_SIZE];
    const struct event_fetch_response *response;

    lead_from(f, 2, 30);
    commit(f, 10, 32);
    memcpy(chain_at_40, f->head.chain, EVENT_CHAIN_SIZE);
    commit(f, 5, 32);
    response = fetch(f, 41);
    assert_events(response, 41, 5);
    assert_true(response->epoch == 2 && response->head_seq == 45 && response->low_seq == 1);
    assert_memory_equal(response->chain_before, chain_at_40, EVENT_CHAIN_SIZE);
    assert_events(fetch(f, 31), 31, 15);
}

static void at_the_end_there_is_nothing_but_the_newest_chain(void **state)
{
    struct fixture *f = *state;
    const struct event_fetch_response *response;

    lead_from(f, 1, 0);
    commit(f, 3, 32);
    response = fetch(f, 4);
    assert_events(response, 4, 0);
    assert_memory_equal(response->chain_before, f->head.chain, EVENT_CHAIN_SIZE);
    assert_true(response->head_seq == 3);
}

static void one_answer_stays_within_its_bytes_and_its_count(void **state)
{
    struct fixture *f = *state;

    lead_from(f, 1, 0);
    commit(f, 9, 200 * 1024);
    assert_events(fetch(f, 1), 1, 5); /* The sixth would pass 1 MiB. */
    commit(f, EVENT_FETCH_COUNT_MAX + 10, 32);
    assert_events(fetch(f, 10), 10, EVENT_FETCH_COUNT_MAX);
}

static void a_long_poll_is_answered_by_the_next_commit(void **state)
{
    struct fixture *f = *state;
    const struct event_fetch_response *response;

    lead_from(f, 1, 7);
    ask(&f->askers[1], 9, EVENT_FETCH_WAIT_MAX_MS);
    ask(&f->askers[2], 8, EVENT_FETCH_WAIT_MAX_MS);
    assert_events(fetch(f, 8), 8, 0); /* Answers come in order: by now the others wait. */
    commit(f, 1, 32);
    assert_events(answer_of(f, &f->askers[2]), 8, 1);
    assert_int_equal(f->askers[1].answer_count, 0);
    commit(f, 1, 32);
    response = answer_of(f, &f->askers[1]);
    assert_events(response, 9, 1);
    assert_true(response->head_seq == 9);
}

static void a_long_poll_is_answered_with_nothing_when_its_time_is_up(void **state)
{
    struct fixture *f = *state;

    lead_from(f, 1, 7);
    ask(&f->askers[0], 8, 100);
    assert_events(answer_of(f, &f->askers[0]), 8, 0);
}

static void long_polls_leave_room_for_those_who_do_not_wait(void **state)
{
    struct fixture *f = *state;
    const struct event_fetch_response *response;
    size_t refused = 0;

    lead_from(f, 1, 7);
    for (size_t i = 1; i < ASKER_COUNT_MAX; i++) {
        ask(&f->askers[i], 8, EVENT_FETCH_WAIT_MAX_MS);
    }
    while (refused == 0) { /* All but one may wait. */
        (void)uv_run(&f->loop.uv, UV_RUN_ONCE);
        for (size_t i = 1; i < ASKER_COUNT_MAX; i++) {
            if (f->askers[i].answer_count > 0) {
                assert_int_equal(f->askers[i].response.status, EVENT_FETCH_OVERLOADED);
                refused++;
            }
        }
    }
    assert_int_equal(refused, 1);
    response = fetch(f, 8);
    assert_events(response, 8, 0);
    commit(f, 1, 32);
    for (size_t i = 1; i < ASKER_COUNT_MAX; i++) {
        response = answer_of(f, &f->askers[i]);
        assert_true(response->status == EVENT_FETCH_OVERLOADED || response->count == 1);
    }
}

static void what_is_no_longer_kept_is_gone(void **state)
{
    struct fixture *f = *state;
    const struct event_fetch_response *response;

    f->head.low_seq = 5;
    lead_from(f, 1, 7);
    response = fetch(f, 4);
    assert_int_equal(response->status, EVENT_FETCH_GONE);
    assert_true(response->low_seq == 5);
}

static void what_the_ring_lacks_is_put_off_while_the_log_is_away(void **state)
{
    struct fixture *f = *state;
    const struct event_fetch_response *response;

    lead_from(f, 1, 7);
    commit(f, 1, 32);
    response = fetch(f, 7);
    assert_int_equal(response->status, EVENT_FETCH_OVERLOADED);
    assert_true(response->retry_after_ms > 0);
    assert_events(fetch(f, 8), 8, 1);
}

static void the_ring_keeps_the_newest_within_its_count(void **state)
{
    struct fixture *f = *state;
    size_t length;

    lead_from(f, 1, 0);
    for (size_t done = 0; done < EVENT_RING_LENGTH; done += 1024) {
        commit(f, 1024, 32);
    }
    assert_non_null(publisher_ring_get(f->publisher, 1, &length));
    commit(f, 3, 32);
    assert_null(publisher_ring_get(f->publisher, 3, &length));
    assert_non_null(publisher_ring_get(f->publisher, 4, &length));
    assert_int_equal(length, 32);
    assert_string_equal((const char *)publisher_ring_get(f->publisher, 4, &length), "4");
    assert_null(publisher_ring_get(f->publisher, f->head.seq + 1, &length));
}

static void the_ring_keeps_the_newest_within_its_bytes(void **state)
{
    enum { LARGE = 256 * 1024, FITS = EVENT_RING_SIZE_MAX / LARGE };
    struct fixture *f = *state;
    size_t length;

    lead_from(f, 1, 0);
    for (int i = 0; i < FITS; i++) {
        commit(f, 1, LARGE);
    }
    assert_non_null(publisher_ring_get(f->publisher, 1, &length));
    commit(f, 1, 32);
    assert_null(publisher_ring_get(f->publisher, 1, &length));
    assert_non_null(publisher_ring_get(f->publisher, 2, &length));
    assert_non_null(publisher_ring_get(f->publisher, FITS + 1, &length));
}

static void a_head_that_another_leader_moved_empties_the_ring_and_wakes_who_waits(void **state)
{
    struct fixture *f = *state;
    size_t length;

    lead_from(f, 1, 0);
    commit(f, 3, 32);
    ask(&f->askers[1], 4, EVENT_FETCH_WAIT_MAX_MS);
    assert_events(fetch(f, 4), 4, 0);
    lead_from(f, 1, 6);
    assert_int_equal(answer_of(f, &f->askers[1])->status, EVENT_FETCH_OVERLOADED); /* No log. */
    assert_null(publisher_ring_get(f->publisher, 3, &length));
    commit(f, 1, 32);
    assert_events(fetch(f, 7), 7, 1);
    assert_true(publisher_head_seq(f->publisher) == 7);
}

/* A database restored to another history of the same length, or pruned meanwhile. */
static void a_head_of_the_same_number_and_another_chain_is_taken_over(void **state)
{
    struct fixture *f = *state;
    size_t length;

    lead_from(f, 1, 0);
    commit(f, 3, 32);
    f->head.low_seq = 2;
    lead_from(f, 1, 3); /* Not the chain that three commits made. */
    assert_null(publisher_ring_get(f->publisher, 3, &length));
    commit(f, 1, 32);
    assert_events(fetch(f, 4), 4, 1);
    assert_int_equal(fetch(f, 1)->status, EVENT_FETCH_GONE);
}

static void a_lower_limit_of_what_is_kept_is_taken_over_alone(void **state)
{
    static const struct eventlog_entries none;
    struct fixture *f = *state;
    size_t length;

    lead_from(f, 1, 0);
    commit(f, 3, 32);
    f->head.low_seq = 3;
    publisher_committed(&f->head, &none, f->publisher);
    assert_non_null(publisher_ring_get(f->publisher, 3, &length));
    assert_int_equal(fetch(f, 2)->status, EVENT_FETCH_GONE);
}

static void heartbeats_tell_the_head_every_second_and_events_are_published(void **state)
{
    struct fixture *f = *state;

    lead_from(f, 4, 10);
    run_until_heartbeats(f, 1);
    assert_true(f->last_heartbeat.epoch == 4 && f->last_heartbeat.seq == 10);
    assert_true(f->last_heartbeat.low_seq == 1);
    commit(f, 2, 32); /* Connected by now, and little enough to arrive. */
    run_until_events(f, 2);
    assert_true(f->last_event.seq == 12 && f->last_event.epoch == 4);
    run_until_heartbeats(f, f->heartbeat_count + 2);
    assert_true(f->last_heartbeat.seq == 12);
    assert_int_equal(f->event_count, 2);
}

static void events_that_follow_closely_are_sent_together_after_a_rest(void **state)
{
    struct fixture *f = *state;
    uint64_t first_ms;

    lead_from(f, 4, 10);
    run_until_heartbeats(f, 1); /* Connected. */
    uv_update_time(&f->loop.uv);
    first_ms = uv_now(&f->loop.uv);
    for (int i = 0; i < 3; i++) {
        commit(f, 1, 32);
    }
    run_until_events(f, 1);
    assert_true(f->last_event.seq == 11);
    assert_true(fetch(f, 13)->status == EVENT_FETCH_OK); /* Whoever asks need not wait. */
    run_until_events(f, 2);
    assert_true(uv_now(&f->loop.uv) - first_ms >= PUBLISHER_REST_MS);
    run_until_events(f, 3);
    assert_true(f->last_event.seq == 13 && f->last_event.epoch == 4);
}

static void events_that_wait_go_before_the_next_heartbeat(void **state)
{
    static const struct eventlog_entries none;
    struct fixture *f = *state;

    lead_from(f, 4, 10);
    run_until_heartbeats(f, 1);
    commit(f, 1, 32);
    commit(f, 1, 32);
    lead_from(f, 5, 40); /* Another history: what waited is not of it. */
    while (f->last_heartbeat.seq != 40) {
        (void)uv_run(&f->loop.uv, UV_RUN_ONCE);
    }
    assert_int_equal(f->event_count, 1);
    commit(f, 1, 32);
    commit(f, 1, 32);
    publisher_committed(&f->head, &none, f->publisher); /* The lead was confirmed. */
    run_until_events(f, 3);
    assert_true(f->last_event.seq == 42 && f->last_event.epoch == 5);
}

static void nothing_is_said_before_the_head_is_known(void **state)
{
    static const struct eventlog_head unknown;
    static const struct eventlog_entries none;
    struct fixture *f = *state;
    uint64_t start_ms = uv_now(&f->loop.uv);

    publisher_committed(&unknown, &none, f->publisher);
    while (uv_now(&f->loop.uv) - start_ms <= PUBLISHER_HEARTBEAT_MS) {
        (void)uv_run(&f->loop.uv, UV_RUN_ONCE); /* Until the heartbeat's time has come. */
    }
    assert_int_equal(fetch(f, 1)->status, EVENT_FETCH_OVERLOADED);
    assert_int_equal(f->heartbeat_count, 0);
    assert_int_equal(f->event_count, 0);
}

static void on_wake(struct publisher_follower *follower)
{
    struct fixture *f =
        (struct fixture *)(void *)((char *)follower - offsetof(struct fixture, follower));

    f->wake_count++;
}

static void followers_are_woken_until_they_stop_following(void **state)
{
    struct fixture *f = *state;

    f->follower.wake = on_wake;
    assert_int_equal(publisher_follow(f->publisher, &f->follower), ERR_OK);
    lead_from(f, 1, 0);
    commit(f, 2, 32);
    assert_int_equal(f->wake_count, 2); /* Once for the head, once for the commit. */
    publisher_unfollow(f->publisher, &f->follower);
    commit(f, 1, 32);
    assert_int_equal(f->wake_count, 2);
}

static void an_address_in_use_is_a_conflict(void **state)
{
    struct fixture *f = *state;
    const struct publisher_options options = {
        .stream = "test",
        .pub_url = "inproc://publisher-test-other",
        .fetch_url = "inproc://publisher-test-other-fetch",
        .reader = f->reader,
    };
    struct publisher *first = NULL;
    struct publisher *second = NULL;

    assert_int_equal(publisher_open(&f->loop, &options, &first), ERR_OK);
    assert_int_equal(publisher_open(&f->loop, &options, &second), ERR_CONFLICT);
    assert_null(second);
    publisher_close(first);
    publisher_close(NULL);
}

#define PUBLISHER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISHER_TEST(a_fetch_before_the_head_is_known_is_put_off),
        PUBLISHER_TEST(another_stream_and_garbage_are_refused_from_the_start),
        PUBLISHER_TEST(events_come_from_the_ring_with_the_chain_before_them),
        PUBLISHER_TEST(at_the_end_there_is_nothing_but_the_newest_chain),
        PUBLISHER_TEST(one_answer_stays_within_its_bytes_and_its_count),
        PUBLISHER_TEST(a_long_poll_is_answered_by_the_next_commit),
        PUBLISHER_TEST(a_long_poll_is_answered_with_nothing_when_its_time_is_up),
        PUBLISHER_TEST(long_polls_leave_room_for_those_who_do_not_wait),
        PUBLISHER_TEST(what_is_no_longer_kept_is_gone),
        PUBLISHER_TEST(what_the_ring_lacks_is_put_off_while_the_log_is_away),
        PUBLISHER_TEST(the_ring_keeps_the_newest_within_its_count),
        PUBLISHER_TEST(the_ring_keeps_the_newest_within_its_bytes),
        PUBLISHER_TEST(a_head_that_another_leader_moved_empties_the_ring_and_wakes_who_waits),
        PUBLISHER_TEST(a_head_of_the_same_number_and_another_chain_is_taken_over),
        PUBLISHER_TEST(a_lower_limit_of_what_is_kept_is_taken_over_alone),
        PUBLISHER_TEST(heartbeats_tell_the_head_every_second_and_events_are_published),
        PUBLISHER_TEST(events_that_follow_closely_are_sent_together_after_a_rest),
        PUBLISHER_TEST(events_that_wait_go_before_the_next_heartbeat),
        PUBLISHER_TEST(nothing_is_said_before_the_head_is_known),
        PUBLISHER_TEST(followers_are_woken_until_they_stop_following),
        PUBLISHER_TEST(an_address_in_use_is_a_conflict),
    };

    loop_block_signals();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
