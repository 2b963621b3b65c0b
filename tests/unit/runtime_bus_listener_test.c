/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listener guard's decisions, with its clock wound forward: a probe that
 * gets through leaves the listener alone; one that never does has it opened
 * anew, which neither frees the address nor ends what is connected. Stall and
 * hang are simulated, since nng brings neither about to order (clients that left
 * in the handshake did not stall it in 3,000 tries of each kind over ipc://): a
 * guard that is not told of its handshakes stands for the stall, and one that is
 * not told of connections freed for the hang. That is all that it sees of them.
 */
#include "runtime/bus_internal.h"
#include "runtime/log.h"

#include <nng/protocol/pubsub0/pub.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    TEST_TIMEOUT_MS = 30000,
    TICK_MS = 200,
    ROUND_COUNT = 8,
    FLOOD_ROUND_COUNT = 40,
    BURST_LENGTH = 1000
};

struct fixture {
    struct loop loop;
    uv_timer_t deadline;
    char directory[64];
    char url[128];
    nng_socket socket;
    struct bus_listener listener;
    struct bus_sub *sub;
    int heard;
    bool closed;
};

static void listener_closed(void *context)
{
    struct fixture *f = context;

    f->closed = true;
}

static void dispose(void *context)
{
    struct fixture *f = context;

    (void)nng_close(f->socket);
    bus_listener_dispose(&f->listener);
}

static void on_stop(void *context)
{
    struct fixture *f = context;

    bus_sub_close(f->sub);
    bus_listener_close(&f->listener);
    uv_close((uv_handle_t *)&f->deadline, NULL);
}

static void on_deadline(uv_timer_t *timer)
{
    (void)timer;
    fail_msg("%s", "what was waited for did not happen");
}

static void on_message(const void *data, size_t length, void *context)
{
    struct fixture *f = context;

    (void)data;
    (void)length;
    f->heard++;
}

static struct fixture *open_fixture(const char *url_form)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct bus_sub_options options = {.topic = "test", .on_message = on_message, .context = f};

    assert_non_null(f);
    log_open("listener_test", LOG_ERROR, LOG_FORMAT_JSON);
    (void)snprintf(f->directory, sizeof f->directory, "/tmp/hyeopchi-listener-XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    (void)snprintf(f->url, sizeof f->url, "%s%s/pub", url_form, f->directory);
    assert_int_equal(loop_open(&f->loop, 5000), ERR_OK);
    assert_int_equal(loop_on_stop(&f->loop, on_stop, f), ERR_OK);
    assert_int_equal(uv_timer_init(&f->loop.uv, &f->deadline), 0);
    assert_int_equal(uv_timer_start(&f->deadline, on_deadline, TEST_TIMEOUT_MS, 0), 0);
    assert_int_equal(nng_pub0_open(&f->socket), 0);
    f->listener.on_closed = listener_closed;
    f->listener.context = f;
    assert_int_equal(nng_socket_set_int(f->socket, NNG_OPT_SENDBUF, BUS_SEND_QUEUE_LENGTH_MAX), 0);
    assert_int_equal(bus_listener_open(&f->listener, &f->loop, f->socket, f->url), ERR_OK);
    options.url = f->url;
    assert_int_equal(bus_sub_open(&f->loop, &options, &f->sub), ERR_OK);
    return f;
}

static void close_fixture(struct fixture *f)
{
    loop_stop(&f->loop);
    loop_run(&f->loop);
    loop_close(&f->loop);
    assert_true(f->closed);
    dispose(f);
    (void)bus_wait_closed(2000); /* nng 1.5.2 sometimes hangs here, which is why nobody waits. */
    (void)rmdir(f->directory);
    free(f);
}

/* Where nng needs no guard there is nothing to test: says so, and closes the fixture. */
static bool is_unguarded(struct fixture *f)
{
    if (f->listener.guarded) {
        return false;
    }
    print_message("no guard with nng %s\n", nng_version());
    close_fixture(f);
    return true;
}

static void say(struct fixture *f)
{
    assert_int_equal(nng_send(f->socket, (char[]){"test"}, 5, 0), 0);
}

/* Says something, again and again, until the subscriber has heard more. */
static void say_until_heard(struct fixture *f)
{
    int before = f->heard;

    while (f->heard == before) {
        say(f);
        (void)uv_run(&f->loop.uv, UV_RUN_NOWAIT);
    }
}

/* Winds the guard's clock forward. */
static void hurry(struct fixture *f)
{
    uv_timer_cb guard = f->listener.timer.timer_cb;

    assert_non_null(guard);
    assert_int_equal(uv_timer_start(&f->listener.timer, guard, TICK_MS, TICK_MS), 0);
}

/* Runs until the guard has judged that many probes. */
static void run_rounds(struct fixture *f, int count)
{
    uint64_t until_ms = uv_now(&f->loop.uv) + (uint64_t)count * TICK_MS;

    while (uv_now(&f->loop.uv) < until_ms) {
        (void)uv_run(&f->loop.uv, UV_RUN_ONCE);
    }
}

/* The guard hears no more of that. */
static void deafen(struct fixture *f, nng_pipe_ev event)
{
    assert_int_equal(nng_pipe_notify(f->listener.probe, event, NULL, NULL), 0);
}

static void wait_until_all_is_freed(struct fixture *f)
{
    (void)uv_timer_stop(&f->listener.timer);
    while (atomic_load(&f->listener.probe_pipes) > 0) {
        (void)uv_run(&f->loop.uv, UV_RUN_NOWAIT);
    }
}

static void a_listener_that_answers_is_left_alone(void **state)
{
    uint64_t before = bus_listener_resets();
    struct fixture *f = open_fixture("ipc://");

    (void)state;
    if (is_unguarded(f)) {
        return;
    }
    say_until_heard(f);
    hurry(f);
    run_rounds(f, ROUND_COUNT);
    assert_true(bus_listener_resets() == before);
    say_until_heard(f);
    close_fixture(f);
}

static void a_listener_that_never_answers_is_opened_anew_and_keeps_who_is_connected(void **state)
{
    uint64_t before = bus_listener_resets();
    struct fixture *f = open_fixture("ipc://");
    struct bus_sub_options options = {
        .url = f->url, .topic = "test", .on_message = on_message, .context = f};

    (void)state;
    if (is_unguarded(f)) {
        return;
    }
    deafen(f, NNG_PIPE_EV_ADD_PRE);
    say_until_heard(f);
    hurry(f);
    while (bus_listener_resets() < before + 2) { /* Again after it was opened anew once. */
        (void)uv_run(&f->loop.uv, UV_RUN_ONCE);
        assert_true(f->listener.misses <= BUS_GUARD_MISS_COUNT_MAX);
    }
    say_until_heard(f);

    /* And who comes later gets in. */
    bus_sub_close(f->sub);
    f->sub = NULL;
    assert_int_equal(bus_sub_open(&f->loop, &options, &f->sub), ERR_OK);
    say_until_heard(f);
    close_fixture(f);
}

static void the_guard_gives_back_every_connection_of_its_own(void **state)
{
    struct fixture *f = open_fixture("ipc://");

    (void)state;
    if (is_unguarded(f)) {
        return;
    }
    hurry(f);
    run_rounds(f, ROUND_COUNT);
    wait_until_all_is_freed(f);
    assert_false(bus_hangs());
    close_fixture(f);
}

/* One that is closed in the middle of a message hangs nng 1.5.2. */
static void the_guard_gives_back_every_connection_while_messages_flow(void **state)
{
    struct fixture *f = open_fixture("ipc://");
    uint64_t until_ms = uv_now(&f->loop.uv) + (uint64_t)FLOOD_ROUND_COUNT * TICK_MS;

    (void)state;
    if (is_unguarded(f)) {
        return;
    }
    hurry(f);
    while (uv_now(&f->loop.uv) < until_ms) {
        for (int i = 0; i < BURST_LENGTH; i++) {
            say(f);
        }
        (void)uv_run(&f->loop.uv, UV_RUN_NOWAIT);
    }
    wait_until_all_is_freed(f);
    close_fixture(f);
}

/* As when its threads get next to no processor time. */
static void a_guard_whose_connections_are_freed_late_goes_on(void **state)
{
    struct fixture *f = open_fixture("ipc://");

    (void)state;
    if (is_unguarded(f)) {
        return;
    }
    atomic_fetch_add(&f->listener.probe_pipes, 1000);
    hurry(f);
    for (int i = 0; i < BUS_GUARD_HANG_COUNT_MAX; i++) {
        run_rounds(f, 2);
        f->listener.freed_ms -= BUS_GUARD_HANG_MS;
    }
    run_rounds(f, 2);
    assert_false(bus_hangs());
    close_fixture(f);
}

/* nng cannot be made to hang to order. */
static void a_guard_whose_connections_are_never_freed_says_so_and_stops(void **state)
{
    struct fixture *f = open_fixture("ipc://");

    (void)state;
    if (is_unguarded(f)) {
        return;
    }
    deafen(f, NNG_PIPE_EV_REM_POST);
    hurry(f);
    run_rounds(f, BUS_GUARD_HANG_COUNT_MAX + 2);
    assert_false(bus_hangs()); /* Many rounds, but not long enough. */
    f->listener.freed_ms -= BUS_GUARD_HANG_MS;
    while (!bus_hangs()) {
        (void)uv_run(&f->loop.uv, UV_RUN_ONCE);
    }
    assert_false(uv_is_active((uv_handle_t *)&f->listener.timer));
    say_until_heard(f); /* Whoever is connected goes on. */
    close_fixture(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listener_that_answers_is_left_alone),
        cmocka_unit_test(a_listener_that_never_answers_is_opened_anew_and_keeps_who_is_connected),
        cmocka_unit_test(the_guard_gives_back_every_connection_of_its_own),
        cmocka_unit_test(the_guard_gives_back_every_connection_while_messages_flow),
        cmocka_unit_test(a_guard_whose_connections_are_freed_late_goes_on),
        cmocka_unit_test(a_guard_whose_connections_are_never_freed_says_so_and_stops),
    };

    loop_block_signals();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
