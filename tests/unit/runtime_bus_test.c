/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bus endpoints on a real loop over ipc:// in a private directory. Each
 * test waits for what it expects, bounded by a timer that fails it.
 */
#include "runtime/bus.h"
#include "runtime/log.h"

#include <nng/nng.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEST_TIMEOUT_MS = 40000, CLOSE_TIMEOUT_MS = 15000, CLOSE_COUNT = 100 };

struct fixture {
    struct loop loop;
    uv_timer_t deadline;
    uv_timer_t again;
    char directory[64];
    char url[128];
    struct bus_pub *pub;
    struct bus_sub *sub;
    struct bus_req *req;
    struct bus_rep *rep;
    int sent;
    int heard;
    int connected;
    int heard_when_connected;
    bool redialed;
    int wanted;
    char last[64];
    bool reply_was_null;
    struct bus_request *held;
    bool timed_out;
};

static void finish(struct fixture *f)
{
    loop_stop(&f->loop);
}

static void on_stop(void *context)
{
    struct fixture *f = context;

    bus_sub_close(f->sub);
    bus_req_close(f->req);
    bus_rep_close(f->rep);
    bus_pub_close(f->pub);
    uv_close((uv_handle_t *)&f->deadline, NULL);
    uv_close((uv_handle_t *)&f->again, NULL);
}

static void on_deadline(uv_timer_t *timer)
{
    struct fixture *f = timer->data;

    f->timed_out = true;
    finish(f);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    log_open("bus_test", LOG_ERROR, LOG_FORMAT_JSON);
    (void)snprintf(f->directory, sizeof f->directory, "/tmp/hyeopchi-bus-XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    (void)snprintf(f->url, sizeof f->url, "ipc://%s/bus", f->directory);
    assert_int_equal(loop_open(&f->loop, TEST_TIMEOUT_MS), ERR_OK);
    assert_int_equal(loop_on_stop(&f->loop, on_stop, f), ERR_OK);
    assert_int_equal(uv_timer_init(&f->loop.uv, &f->deadline), 0);
    assert_int_equal(uv_timer_init(&f->loop.uv, &f->again), 0);
    f->deadline.data = f;
    f->again.data = f;
    assert_int_equal(uv_timer_start(&f->deadline, on_deadline, TEST_TIMEOUT_MS, 0), 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    loop_close(&f->loop);
    (void)bus_wait_closed(2000); /* nng 1.5.2 sometimes hangs here, which is why nobody waits. */
    (void)rmdir(f->directory);   /* The listener has removed its socket. */
    free(f);
    return 0;
}

static void on_message(const void *data, size_t length, void *context)
{
    struct fixture *f = context;

    f->heard++;
    if (length < sizeof f->last) {
        memcpy(f->last, data, length);
        f->last[length] = '\0';
    }
    if (f->heard == f->wanted) {
        finish(f);
    }
}

static void open_pub_and_sub(struct fixture *f, const char *topic, size_t queue_length)
{
    const struct bus_sub_options options = {
        .url = f->url,
        .topic = topic,
        .queue_length = queue_length,
        .on_message = on_message,
        .context = f,
    };

    assert_int_equal(bus_pub_open(&f->loop, f->url, &f->pub), ERR_OK);
    assert_int_equal(bus_sub_open(&f->loop, &options, &f->sub), ERR_OK);
}

/* Nobody knows when a subscriber is connected, so tests go on sending until it hears. */
static void send_both_topics(uv_timer_t *timer)
{
    struct fixture *f = timer->data;

    bus_pub_send(f->pub, "ledger2\0other", 13);
    bus_pub_send(f->pub, "ledger\0mine", 11);
}

static void a_subscriber_hears_its_topic_and_no_longer_one(void **state)
{
    struct fixture *f = *state;

    open_pub_and_sub(f, "ledger", 0);
    f->wanted = 3;
    assert_int_equal(uv_timer_start(&f->again, send_both_topics, 1, 10), 0);
    loop_run(&f->loop);
    assert_false(f->timed_out);
    assert_int_equal(f->heard, 3);
    assert_memory_equal(f->last, "ledger\0mine", 11);
}

static void send_burst(uv_timer_t *timer)
{
    struct fixture *f = timer->data;

    for (int i = 0; i < 200; i++) {
        bus_pub_send(f->pub, "ledger\0burst", 12);
    }
}

static void a_queue_of_one_goes_on_hearing_after_a_burst(void **state)
{
    struct fixture *f = *state;

    open_pub_and_sub(f, "ledger", 1);
    f->wanted = 50;
    assert_int_equal(uv_timer_start(&f->again, send_burst, 1, 5), 0);
    loop_run(&f->loop);
    assert_false(f->timed_out);
    assert_true(f->heard >= 50);
}

static void resume_later(uv_timer_t *timer)
{
    struct fixture *f = timer->data;

    send_burst(timer);
    f->sent++;
    if (f->sent == 20) {
        assert_int_equal(f->heard, 0);
        bus_sub_resume(f->sub);
    }
}

static void a_paused_subscriber_hears_nothing_until_resumed(void **state)
{
    struct fixture *f = *state;

    open_pub_and_sub(f, "ledger", 64);
    bus_sub_pause(f->sub);
    f->wanted = 10;
    assert_int_equal(uv_timer_start(&f->again, resume_later, 1, 10), 0);
    loop_run(&f->loop);
    assert_false(f->timed_out);
    assert_true(f->heard >= 10);
}

/* The loop does not get to the ring, which is full, before it resumes; again and again. */
static void resume_with_a_full_ring(uv_timer_t *timer)
{
    struct fixture *f = timer->data;

    for (int i = 0; i < 20; i++) {
        send_burst(timer);
        bus_sub_pause(f->sub);
        bus_sub_resume(f->sub);
    }
}

static void a_subscriber_resumes_with_a_full_ring(void **state)
{
    struct fixture *f = *state;

    open_pub_and_sub(f, "ledger", 1);
    f->wanted = 50;
    assert_int_equal(uv_timer_start(&f->again, resume_with_a_full_ring, 1, 5), 0);
    loop_run(&f->loop);
    assert_false(f->timed_out);
    assert_true(f->heard >= 50);
}

static void redial_then_send(uv_timer_t *timer)
{
    struct fixture *f = timer->data;

    f->sent++;
    if (f->sent == 5) {
        bus_sub_redial(f->sub);
    }
    send_burst(timer);
}

static void a_redialled_subscriber_hears_again(void **state)
{
    struct fixture *f = *state;

    open_pub_and_sub(f, "ledger", 0);
    f->wanted = 4000;
    assert_int_equal(uv_timer_start(&f->again, redial_then_send, 1, 10), 0);
    loop_run(&f->loop);
    assert_false(f->timed_out);
}

static void close_as_soon_as_heard(uv_timer_t *timer)
{
    struct fixture *f = timer->data;
    const struct bus_sub_options options = {
        .url = f->url, .topic = "ledger", .on_message = on_message, .context = f};

    for (int i = 0; i < 10; i++) {
        send_burst(timer);
    }
    if (f->heard == 0) {
        return;
    }
    f->heard = 0;
    f->sent++;
    bus_sub_close(f->sub);
    f->sub = NULL;
    if (f->sent == CLOSE_COUNT) {
        finish(f);
        return;
    }
    assert_int_equal(bus_sub_open(&f->loop, &options, &f->sub), ERR_OK);
}

/* nng 1.5.2 hangs, and frees no connection any more, when one is closed in the middle of a message. */
static void subscribers_closed_while_messages_flow_are_gone(void **state)
{
    struct fixture *f = *state;

    open_pub_and_sub(f, "ledger", 0);
    assert_int_equal(uv_timer_start(&f->again, close_as_soon_as_heard, 1, 1), 0);
    loop_run(&f->loop);
    assert_false(f->timed_out);
    assert_int_equal(f->sent, CLOSE_COUNT);
    assert_true(bus_wait_closed(CLOSE_TIMEOUT_MS));
}

static void count_connection(void *context)
{
    struct fixture *f = context;

    f->connected++;
    f->heard_when_connected = f->heard;
    if (f->connected == 2) {
        finish(f);
    }
}

static void send_then_listen_anew(uv_timer_t *timer)
{
    struct fixture *f = timer->data;

    bus_pub_send(f->pub, "ledger\0mine", 11);
    f->sent++;
    if (f->heard > 0 && f->connected == 1 && !f->redialed) {
        f->redialed = true;
        assert_int_equal(f->heard_when_connected, 0);
        bus_sub_redial(f->sub);
    }
}

static void every_connection_is_told_of_before_its_first_message(void **state)
{
    struct fixture *f = *state;
    const struct bus_sub_options options = {
        .url = f->url,
        .topic = "ledger",
        .on_message = on_message,
        .on_connected = count_connection,
        .context = f,
    };

    assert_int_equal(bus_pub_open(&f->loop, f->url, &f->pub), ERR_OK);
    assert_int_equal(bus_sub_open(&f->loop, &options, &f->sub), ERR_OK);
    assert_int_equal(uv_timer_start(&f->again, send_then_listen_anew, 1, 10), 0);
    loop_run(&f->loop);
    assert_false(f->timed_out);
    assert_int_equal(f->connected, 2);
}

static void answer_with_echo(struct bus_request *request, const void *data, size_t length,
                             void *context)
{
    (void)context;
    bus_request_answer(request, data, length);
}

static void ask_again(struct fixture *f);

static void on_reply(const void *reply, size_t length, void *context)
{
    struct fixture *f = context;

    f->heard++;
    f->reply_was_null = reply == NULL;
    if (reply != NULL) {
        assert_int_equal(length, strlen(f->last));
        assert_memory_equal(reply, f->last, length);
    }
    if (f->heard == f->wanted) {
        finish(f);
        return;
    }
    ask_again(f);
}

static void ask_again(struct fixture *f)
{
    (void)snprintf(f->last, sizeof f->last, "question %d", f->heard);
    assert_int_equal(bus_req_send(f->req, f->last, strlen(f->last), 5000, on_reply, f), ERR_OK);
}

static void every_request_gets_its_own_answer(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(bus_rep_open(&f->loop,
                                  &(const struct bus_rep_options){
                                      .url = f->url, .on_request = answer_with_echo, .context = f},
                                  &f->rep),
                     ERR_OK);
    assert_int_equal(bus_req_open(&f->loop, f->url, 0, &f->req), ERR_OK);
    f->wanted = 500;
    ask_again(f);
    loop_run(&f->loop);
    assert_false(f->timed_out);
    assert_int_equal(f->heard, 500);
    assert_false(f->reply_was_null);
}

static void a_second_request_at_once_is_a_conflict(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(bus_rep_open(&f->loop,
                                  &(const struct bus_rep_options){
                                      .url = f->url, .on_request = answer_with_echo, .context = f},
                                  &f->rep),
                     ERR_OK);
    assert_int_equal(bus_req_open(&f->loop, f->url, 0, &f->req), ERR_OK);
    f->wanted = 1;
    ask_again(f);
    assert_int_equal(bus_req_send(f->req, "x", 1, 1000, on_reply, f), ERR_CONFLICT);
    loop_run(&f->loop);
    assert_int_equal(f->heard, 1);
}

/* Holds the first request for ever and answers the others. */
static void hold_the_first(struct bus_request *request, const void *data, size_t length,
                           void *context)
{
    struct fixture *f = context;

    if (f->held == NULL) {
        f->held = request;
        return;
    }
    bus_request_answer(request, data, length);
}

static void second_reply(const void *reply, size_t length, void *context)
{
    struct fixture *f = context;

    assert_non_null(reply);
    assert_int_equal(length, 6);
    assert_memory_equal(reply, "second", 6);
    f->heard++;
    finish(f);
}

static void first_reply(const void *reply, size_t length, void *context)
{
    struct fixture *f = context;

    assert_null(reply);
    assert_int_equal(length, 0);
    f->heard++;
    assert_int_equal(bus_req_send(f->req, "second", 6, 5000, second_reply, f), ERR_OK);
}

static void a_request_that_times_out_is_reported_and_the_next_one_works(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(bus_rep_open(&f->loop,
                                  &(const struct bus_rep_options){
                                      .url = f->url, .on_request = hold_the_first, .context = f},
                                  &f->rep),
                     ERR_OK);
    assert_int_equal(bus_req_open(&f->loop, f->url, 0, &f->req), ERR_OK);
    assert_int_equal(bus_req_send(f->req, "first", 5, 300, first_reply, f), ERR_OK);
    loop_run(&f->loop);
    assert_false(f->timed_out);
    assert_int_equal(f->heard, 2);
}

enum { DEAF_BACKLOG = 8 };

/* A listener that never says a word, and is not nng. */
static int listen_deaf(const char *url)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int deaf = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    assert_true(deaf >= 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", url + strlen("ipc://"));
    assert_int_equal(bind(deaf, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(deaf, DEAF_BACKLOG), 0);
    return deaf;
}

/* Closes the listener; how many have connected to it. */
static int count_connections(int deaf)
{
    int count = 0;

    for (int accepted = accept(deaf, NULL, NULL); accepted >= 0;
         accepted = accept(deaf, NULL, NULL)) {
        (void)close(accepted);
        count++;
    }
    (void)close(deaf);
    return count;
}

static void ask_twice(const void *reply, size_t length, void *context)
{
    struct fixture *f = context;

    (void)length;
    assert_null(reply);
    f->heard++;
    if (f->heard == 2) {
        finish(f);
        return;
    }
    assert_int_equal(bus_req_send(f->req, "again", 5, 1000, ask_twice, f), ERR_OK);
}

/* As if nng had no memory for one more context, so many times: the linker puts this before it. */
static int contexts_refused;

/* NOLINTBEGIN(readability-identifier-naming): the linker's names. */
int __real_nng_ctx_open(nng_ctx *context, nng_socket socket);
int __wrap_nng_ctx_open(nng_ctx *context, nng_socket socket);

/* NOLINTEND(readability-identifier-naming) */

int __wrap_nng_ctx_open(nng_ctx *context, nng_socket socket)
{
    if (contexts_refused > 0) {
        contexts_refused--;
        return NNG_ENOMEM;
    }
    return __real_nng_ctx_open(context, socket);
}

static void first_reply_without_context(const void *reply, size_t length, void *context)
{
    struct fixture *f = context;

    assert_int_equal(contexts_refused, 1);
    assert_int_equal(bus_req_send(f->req, "second", 6, 5000, second_reply, f), ERR_FULL);
    first_reply(reply, length, context);
}

static void a_request_is_sent_once_there_is_memory_for_it_again(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(bus_rep_open(&f->loop,
                                  &(const struct bus_rep_options){
                                      .url = f->url, .on_request = hold_the_first, .context = f},
                                  &f->rep),
                     ERR_OK);
    assert_int_equal(bus_req_open(&f->loop, f->url, 0, &f->req), ERR_OK);
    contexts_refused = 2;
    assert_int_equal(bus_req_send(f->req, "first", 5, 300, first_reply_without_context, f), ERR_OK);
    loop_run(&f->loop);
    assert_false(f->timed_out);
    assert_int_equal(f->heard, 2);
}

static void a_request_that_times_out_is_not_asked_again_over_the_same_connection(void **state)
{
    struct fixture *f = *state;
    int deaf = listen_deaf(f->url);

    assert_int_equal(bus_req_open(&f->loop, f->url, 0, &f->req), ERR_OK);
    assert_int_equal(bus_req_send(f->req, "first", 5, 1000, ask_twice, f), ERR_OK);
    loop_run(&f->loop);
    assert_false(f->timed_out);
    /* One more when the second has timed out; on a slow machine nng dials again by itself. */
    assert_in_range(count_connections(deaf), 2, DEAF_BACKLOG);
    assert_int_equal(unlink(f->url + strlen("ipc://")), 0);
}

static void nobody_listening_times_out(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(bus_req_open(&f->loop, f->url, 0, &f->req), ERR_OK);
    f->wanted = 1;
    assert_int_equal(bus_req_send(f->req, "x", 1, 100, on_reply, f), ERR_OK);
    loop_run(&f->loop);
    assert_int_equal(f->heard, 1);
    assert_true(f->reply_was_null);
}

static void an_address_in_use_is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct bus_pub *second = NULL;

    assert_int_equal(bus_pub_open(&f->loop, f->url, &f->pub), ERR_OK);
    assert_int_equal(bus_pub_open(&f->loop, f->url, &second), ERR_CONFLICT);
    assert_null(second);
    finish(f);
    loop_run(&f->loop);
}

#define BUS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUS_TEST(a_subscriber_hears_its_topic_and_no_longer_one),
        BUS_TEST(a_queue_of_one_goes_on_hearing_after_a_burst),
        BUS_TEST(a_paused_subscriber_hears_nothing_until_resumed),
        BUS_TEST(a_subscriber_resumes_with_a_full_ring),
        BUS_TEST(a_redialled_subscriber_hears_again),
        BUS_TEST(subscribers_closed_while_messages_flow_are_gone),
        BUS_TEST(every_connection_is_told_of_before_its_first_message),
        BUS_TEST(every_request_gets_its_own_answer),
        BUS_TEST(a_second_request_at_once_is_a_conflict),
        BUS_TEST(a_request_that_times_out_is_reported_and_the_next_one_works),
        BUS_TEST(a_request_is_sent_once_there_is_memory_for_it_again),
        BUS_TEST(a_request_that_times_out_is_not_asked_again_over_the_same_connection),
        BUS_TEST(nobody_listening_times_out),
        BUS_TEST(an_address_in_use_is_a_conflict),
    };

    loop_block_signals();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
