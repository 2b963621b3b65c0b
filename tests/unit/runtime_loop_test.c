/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: order of the stop, signals, work off the loop, and the watchdog
 * (in a child process, since it ends the process it watches).
 */
#include "runtime/loop.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { STOP_TIMEOUT_MS = 60000 };

struct fixture {
    struct loop loop;
    uv_timer_t timer;
    char order[32];
    pthread_t worker;
    bool worked;
    bool done;
};

static void note(struct fixture *fixture, char letter)
{
    size_t length = strlen(fixture->order);

    assert_true(length + 1 < sizeof fixture->order);
    fixture->order[length] = letter;
    fixture->order[length + 1] = '\0';
}

static void stop_a(void *context)
{
    note(context, 'a');
}

static void stop_b(void *context)
{
    note(context, 'b');
}

static void stop_timer(void *context)
{
    struct fixture *fixture = context;

    note(fixture, 't');
    uv_close((uv_handle_t *)&fixture->timer, NULL);
}

static void timer_stops_loop(uv_timer_t *timer)
{
    struct fixture *fixture = timer->data;

    assert_false(loop_is_stopping(&fixture->loop));
    loop_stop(&fixture->loop);
    assert_true(loop_is_stopping(&fixture->loop));
    loop_stop(&fixture->loop);
}

static void timer_raises_sigterm(uv_timer_t *timer)
{
    (void)timer;
    assert_int_equal(kill(getpid(), SIGTERM), 0);
}

static void timer_raises_sigint(uv_timer_t *timer)
{
    (void)timer;
    assert_int_equal(kill(getpid(), SIGINT), 0);
}

static void open_fixture(struct fixture *fixture, uv_timer_cb on_timer)
{
    *fixture = (struct fixture){.done = false};
    loop_block_signals();
    assert_int_equal(loop_open(&fixture->loop, STOP_TIMEOUT_MS), ERR_OK);
    assert_int_equal(uv_timer_init(&fixture->loop.uv, &fixture->timer), 0);
    fixture->timer.data = fixture;
    assert_int_equal(uv_timer_start(&fixture->timer, on_timer, 0, 0), 0);
}

static void stops_run_once_in_reverse_order(void **state)
{
    struct fixture fixture;

    (void)state;
    open_fixture(&fixture, timer_stops_loop);
    assert_int_equal(loop_on_stop(&fixture.loop, stop_a, &fixture), ERR_OK);
    assert_int_equal(loop_on_stop(&fixture.loop, stop_b, &fixture), ERR_OK);
    assert_int_equal(loop_on_stop(&fixture.loop, stop_timer, &fixture), ERR_OK);
    loop_run(&fixture.loop);
    assert_string_equal(fixture.order, "tba");
    loop_close(&fixture.loop);
}

static void a_signal_stops_the_loop(void **state)
{
    static const uv_timer_cb raisers[] = {timer_raises_sigterm, timer_raises_sigint};

    (void)state;
    for (size_t i = 0; i < sizeof raisers / sizeof raisers[0]; i++) {
        struct fixture fixture;

        open_fixture(&fixture, raisers[i]);
        assert_int_equal(loop_on_stop(&fixture.loop, stop_timer, &fixture), ERR_OK);
        loop_run(&fixture.loop);
        assert_string_equal(fixture.order, "t");
        loop_close(&fixture.loop);
    }
}

static void too_many_stops_are_refused(void **state)
{
    struct fixture fixture;

    (void)state;
    open_fixture(&fixture, timer_stops_loop);
    assert_int_equal(loop_on_stop(&fixture.loop, stop_timer, &fixture), ERR_OK);
    for (int i = 1; i < LOOP_STOP_COUNT_MAX; i++) {
        assert_int_equal(loop_on_stop(&fixture.loop, stop_a, &fixture), ERR_OK);
    }
    assert_int_equal(loop_on_stop(&fixture.loop, stop_b, &fixture), ERR_FULL);
    loop_run(&fixture.loop);
    assert_string_equal(fixture.order, "aaaaaaaaaaaaaaat");
    loop_close(&fixture.loop);
}

static void work_runs(void *context)
{
    struct fixture *fixture = context;
    sigset_t blocked;

    fixture->worker = pthread_self();
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &blocked), 0);
    fixture->worked = sigismember(&blocked, SIGTERM) == 1;
}

static void work_is_done(void *context)
{
    struct fixture *fixture = context;

    assert_false(fixture->done);
    fixture->done = true;
    loop_stop(&fixture->loop);
}

static void timer_submits_work(uv_timer_t *timer)
{
    struct fixture *fixture = timer->data;

    assert_int_equal(loop_work(&fixture->loop, work_runs, work_is_done, fixture), ERR_OK);
}

static void work_runs_elsewhere_without_signals_and_is_done_on_the_loop(void **state)
{
    struct fixture fixture;

    (void)state;
    open_fixture(&fixture, timer_submits_work);
    assert_int_equal(loop_on_stop(&fixture.loop, stop_timer, &fixture), ERR_OK);
    loop_run(&fixture.loop);
    assert_true(fixture.done);
    assert_true(fixture.worked);
    assert_false(pthread_equal(fixture.worker, pthread_self()));
    loop_close(&fixture.loop);
}

static void timer_stops_with_work_under_way(uv_timer_t *timer)
{
    timer_submits_work(timer);
    loop_stop(&((struct fixture *)timer->data)->loop);
}

static void work_under_way_is_finished_before_the_end(void **state)
{
    struct fixture fixture;

    (void)state;
    open_fixture(&fixture, timer_stops_with_work_under_way);
    assert_int_equal(loop_on_stop(&fixture.loop, stop_timer, &fixture), ERR_OK);
    loop_run(&fixture.loop);
    assert_true(fixture.done);
    loop_close(&fixture.loop);
}

enum { BRIEF_COUNT = 3 * LOOP_BRIEF_RUN_LENGTH_MAX + 1 };

struct brief {
    struct fixture *fixture;
    bool worked;
    bool done;
};

static struct brief briefs[BRIEF_COUNT];

static void brief_runs(void *context)
{
    struct brief *brief = context;

    assert_false(brief->worked);
    brief->worked = !pthread_equal(brief->fixture->worker, pthread_self());
}

static void brief_is_done(void *context)
{
    struct brief *brief = context;

    assert_true(brief->worked);
    assert_false(brief->done);
    assert_true(pthread_equal(brief->fixture->worker, pthread_self()));
    brief->done = true;
}

static void timer_stops_with_brief_work_under_way(uv_timer_t *timer)
{
    struct fixture *fixture = timer->data;

    fixture->worker = pthread_self(); /* The loop's. */
    for (size_t i = 0; i < BRIEF_COUNT; i++) {
        briefs[i] = (struct brief){.fixture = fixture};
        assert_int_equal(loop_work_brief(&fixture->loop, brief_runs, brief_is_done, &briefs[i]),
                         ERR_OK);
    }
    loop_stop(&fixture->loop);
}

static void brief_work_runs_once_each_elsewhere_and_is_done_before_the_end(void **state)
{
    struct fixture fixture;

    (void)state;
    open_fixture(&fixture, timer_stops_with_brief_work_under_way);
    assert_int_equal(loop_on_stop(&fixture.loop, stop_timer, &fixture), ERR_OK);
    loop_run(&fixture.loop);
    for (size_t i = 0; i < BRIEF_COUNT; i++) {
        assert_true(briefs[i].done);
    }
    loop_close(&fixture.loop);
}

static void a_closed_pipe_does_not_kill(void **state)
{
    struct fixture fixture;
    int ends[2];

    (void)state;
    open_fixture(&fixture, timer_stops_loop);
    assert_int_equal(loop_on_stop(&fixture.loop, stop_timer, &fixture), ERR_OK);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(write(ends[1], "x", 1), -1);
    assert_int_equal(close(ends[1]), 0);
    loop_run(&fixture.loop);
    loop_close(&fixture.loop);
}

static void close_takes_null(void **state)
{
    (void)state;
    loop_close(NULL);
}

/* Never returns: nobody closes the timer, so the loop cannot run out. */
static void hang_at_stop(void)
{
    struct fixture fixture = {.done = false};

    if (freopen("/dev/null", "w", stderr) == NULL || loop_open(&fixture.loop, 50) != ERR_OK ||
        uv_timer_init(&fixture.loop.uv, &fixture.timer) != 0) {
        _exit(1);
    }
    (void)uv_timer_start(&fixture.timer, timer_raises_sigterm, 0, 3600000);
    loop_run(&fixture.loop);
    _exit(2);
}

static void a_stop_that_hangs_ends_with_the_watchdogs_status(void **state)
{
    int status;
    pid_t child;

    (void)state;
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        hang_at_stop();
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), LOOP_EXIT_STATUS_WATCHDOG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First: a child of a process that has threads may not make any. */
        cmocka_unit_test(a_stop_that_hangs_ends_with_the_watchdogs_status),
        cmocka_unit_test(stops_run_once_in_reverse_order),
        cmocka_unit_test(a_signal_stops_the_loop),
        cmocka_unit_test(too_many_stops_are_refused),
        cmocka_unit_test(work_runs_elsewhere_without_signals_and_is_done_on_the_loop),
        cmocka_unit_test(work_under_way_is_finished_before_the_end),
        cmocka_unit_test(brief_work_runs_once_each_elsewhere_and_is_done_before_the_end),
        cmocka_unit_test(a_closed_pipe_does_not_kill),
        cmocka_unit_test(close_takes_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
