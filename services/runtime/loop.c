/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop and its orderly end. Only the loop's thread takes signals: all are
 * blocked before any other thread starts, and loop_run() unblocks them in its
 * own. libuv's work queue is therefore started in loop_open(), while they are
 * still blocked.
 *
 * The watchdog is armed when the stop begins and disarmed in loop_close(), so
 * that joining threads after the loop counts as well. It must never touch
 * anything the loop owns.
 */
#include "runtime/loop.h"

#include "runtime/log.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    WORK_THREAD_COUNT_MIN = 2, /* one may be busy for long */
    WORK_THREADS_SIZE = 12,
};

struct watchdog {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t disarmed_changed;
    struct timespec deadline;
    int64_t timeout_ms;
    bool disarmed;
};

struct loop_job {
    uv_work_t request;
    loop_work_fn work;
    loop_work_fn done;
    void *context;
    struct loop_job *next; /* of the same run */
};

static void watchdog_free(struct watchdog *watchdog);

/* Faults of a thread's own are never blocked: the kernel would kill without a word. */
static void signals_to_block(sigset_t *ret_signals)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};

    (void)sigfillset(ret_signals); /* These fail only for invalid signal numbers. */
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        (void)sigdelset(ret_signals, faults[i]);
    }
}

static void change_signal_mask(int how)
{
    sigset_t signals;
    int failed;

    signals_to_block(&signals);
    failed = pthread_sigmask(how, &signals, NULL);
    assert(!failed);
}

void loop_block_signals(void)
{
    change_signal_mask(SIG_BLOCK);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct loop *loop = handle->data;

    if (!loop->stopping) {
        log_info("stop_requested", log_str("signal", number == SIGINT ? "SIGINT" : "SIGTERM"));
    }
    loop_stop(loop);
}

static void ignore_work(uv_work_t *request)
{
    (void)request;
}

static void ignore_work_done(uv_work_t *request, int status)
{
    (void)request;
    (void)status;
}

/* A thread for each processor: more would take turns, and take them from the loop and the writer, for
 * whom the rest waits. Who sets it from outside knows better. */
static void size_work_queue(void)
{
    static const char name[] = "UV_THREADPOOL_SIZE";
    unsigned threads = uv_available_parallelism();
    char text[WORK_THREADS_SIZE];
    size_t size = sizeof text;

    if (uv_os_getenv(name, text, &size) != UV_ENOENT) {
        return;
    }
    if (threads < WORK_THREAD_COUNT_MIN) {
        threads = WORK_THREAD_COUNT_MIN;
    }
    (void)snprintf(text, sizeof text, "%u", threads); /* Always fits. */
    (void)uv_os_setenv(name, text);                   /* Without memory it is libuv's own number. */
}

/* The first request starts all threads of the work queue. */
static int start_work_queue(struct loop *loop)
{
    uv_work_t request;
    int status;

    size_work_queue();
    status = uv_queue_work(&loop->uv, &request, ignore_work, ignore_work_done);

    if (status == 0) {
        (void)uv_run(&loop->uv, UV_RUN_DEFAULT); /* Nothing else is on the loop yet. */
    }
    return status;
}

static int start_signal(struct loop *loop, uv_signal_t *handle, int number)
{
    int status = uv_signal_init(&loop->uv, handle);

    handle->data = loop;
    return status != 0 ? status : uv_signal_start(handle, on_signal, number);
}

enum err loop_open(struct loop *loop, int64_t stop_timeout_ms)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};

    assert(stop_timeout_ms > 0);
    *loop = (struct loop){.stop_timeout_ms = stop_timeout_ms};
    if (sigaction(SIGPIPE, &ignore, NULL) != 0) {
        return ERR_INTERNAL;
    }
    if (uv_loop_init(&loop->uv) != 0) {
        return ERR_INTERNAL;
    }
    if (start_work_queue(loop) != 0) {
        (void)uv_loop_close(&loop->uv); /* Nothing is open on it. */
        return ERR_INTERNAL;
    }
    (void)uv_prepare_init(&loop->uv, &loop->before_waiting); /* Cannot fail. */
    loop->before_waiting.data = loop;
    if (start_signal(loop, &loop->on_terminate, SIGTERM) != 0 ||
        start_signal(loop, &loop->on_interrupt, SIGINT) != 0) {
        loop_close(loop);
        return ERR_INTERNAL;
    }
    return ERR_OK;
}

enum err loop_on_stop(struct loop *loop, loop_stop_fn stop, void *context)
{
    if (loop->stop_count == LOOP_STOP_COUNT_MAX) {
        return ERR_FULL;
    }
    loop->stops[loop->stop_count].stop = stop;
    loop->stops[loop->stop_count].context = context;
    loop->stop_count++;
    return ERR_OK;
}

void loop_run(struct loop *loop)
{
    change_signal_mask(SIG_UNBLOCK);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT); /* Returns when nothing is active any more. */
    change_signal_mask(SIG_BLOCK);
}

static void *watchdog_main(void *context)
{
    struct watchdog *watchdog = context;
    int timed_out = 0;

    (void)pthread_mutex_lock(&watchdog->mutex);
    while (!watchdog->disarmed && timed_out == 0) {
        timed_out = pthread_cond_timedwait(&watchdog->disarmed_changed, &watchdog->mutex,
                                           &watchdog->deadline);
    }
    if (!watchdog->disarmed) {
        log_error("exit_watchdog_fired", log_int("timeout_ms", watchdog->timeout_ms));
        _exit(LOOP_EXIT_STATUS_WATCHDOG);
    }
    (void)pthread_mutex_unlock(&watchdog->mutex);
    return NULL;
}

static enum err watchdog_start(int64_t timeout_ms, struct watchdog **ret_watchdog)
{
    struct watchdog *watchdog = calloc(1, sizeof *watchdog);
    pthread_condattr_t attributes;

    if (watchdog == NULL) {
        return ERR_INTERNAL;
    }
    watchdog->timeout_ms = timeout_ms;
    (void)clock_gettime(CLOCK_MONOTONIC, &watchdog->deadline); /* Cannot fail for this clock. */
    watchdog->deadline.tv_sec += (time_t)(timeout_ms / 1000);
    watchdog->deadline.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (watchdog->deadline.tv_nsec >= 1000000000) {
        watchdog->deadline.tv_sec++;
        watchdog->deadline.tv_nsec -= 1000000000;
    }

    /* On Linux none of these can fail. */
    (void)pthread_mutex_init(&watchdog->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&watchdog->disarmed_changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&watchdog->thread, NULL, watchdog_main, watchdog) != 0) {
        watchdog_free(watchdog);
        return ERR_INTERNAL;
    }
    *ret_watchdog = watchdog;
    return ERR_OK;
}

static void watchdog_stop(struct watchdog *watchdog)
{
    (void)pthread_mutex_lock(&watchdog->mutex);
    watchdog->disarmed = true;
    (void)pthread_cond_signal(&watchdog->disarmed_changed);
    (void)pthread_mutex_unlock(&watchdog->mutex);
    (void)pthread_join(watchdog->thread, NULL);
    watchdog_free(watchdog);
}

static void watchdog_free(struct watchdog *watchdog)
{
    (void)pthread_cond_destroy(&watchdog->disarmed_changed);
    (void)pthread_mutex_destroy(&watchdog->mutex);
    free(watchdog);
}

void loop_stop(struct loop *loop)
{
    struct watchdog *watchdog;

    if (loop->stopping) {
        return;
    }
    loop->stopping = true;
    if (watchdog_start(loop->stop_timeout_ms, &watchdog) == ERR_OK) {
        loop->watchdog = watchdog;
    } else {
        log_error("exit_watchdog_unavailable");
    }

    /* The handles stay, unreferenced, so that a second signal does not kill. */
    uv_unref((uv_handle_t *)&loop->on_terminate);
    uv_unref((uv_handle_t *)&loop->on_interrupt);
    while (loop->stop_count > 0) {
        loop->stop_count--;
        loop->stops[loop->stop_count].stop(loop->stops[loop->stop_count].context);
    }
}

bool loop_is_stopping(const struct loop *loop)
{
    return loop->stopping;
}

/* Every job is the first of a run, most often of one alone. */
static void on_work(uv_work_t *request)
{
    for (const struct loop_job *job = request->data; job != NULL; job = job->next) {
        job->work(job->context);
    }
}

static void on_work_done(uv_work_t *request, int status)
{
    struct loop_job *job = request->data;
    struct loop_job *next;

    assert(status == 0); /* Nobody cancels. */
    for (; job != NULL; job = next) {
        next = job->next;
        job->done(job->context);
        free(job);
    }
}

static struct loop_job *job_new(loop_work_fn work, loop_work_fn done, void *context)
{
    struct loop_job *job = malloc(sizeof *job);

    if (job != NULL) {
        *job = (struct loop_job){.work = work, .done = done, .context = context};
    }
    return job;
}

static void hand_over(struct loop *loop, struct loop_job *first)
{
    int status;

    first->request.data = first;
    status = uv_queue_work(&loop->uv, &first->request, on_work, on_work_done);
    assert(status == 0); /* It fails only without a function. */
    (void)status;        /* Only read by the assertion. */
}

enum err loop_work(struct loop *loop, loop_work_fn work, loop_work_fn done, void *context)
{
    struct loop_job *job = job_new(work, done, context);

    if (job == NULL) {
        return ERR_INTERNAL;
    }
    hand_over(loop, job);
    return ERR_OK;
}

static void hand_over_brief(struct loop *loop)
{
    hand_over(loop, loop->brief_first);
    loop->brief_first = NULL;
    loop->brief_count = 0;
    (void)uv_prepare_stop(&loop->before_waiting); /* Always succeeds. */
}

static void on_before_waiting(uv_prepare_t *handle)
{
    hand_over_brief(handle->data);
}

/* A turn may take long, and at its beginning the work queue has nothing to do: so a full run does not
 * wait for the end. */
enum err loop_work_brief(struct loop *loop, loop_work_fn work, loop_work_fn done, void *context)
{
    struct loop_job *job = job_new(work, done, context);

    if (job == NULL) {
        return ERR_INTERNAL;
    }
    if (loop->brief_first == NULL) {
        loop->brief_first = job;
        /* Always succeeds. */
        (void)uv_prepare_start(&loop->before_waiting, on_before_waiting);
    } else {
        loop->brief_last->next = job;
    }
    loop->brief_last = job;
    loop->brief_count++;
    if (loop->brief_count == LOOP_BRIEF_RUN_LENGTH_MAX) {
        hand_over_brief(loop);
    }
    return ERR_OK;
}

static void close_signal(uv_signal_t *handle)
{
    if (handle->type == UV_SIGNAL && !uv_is_closing((uv_handle_t *)handle)) {
        uv_close((uv_handle_t *)handle, NULL);
    }
}

void loop_close(struct loop *loop)
{
    int status;

    if (loop == NULL) {
        return;
    }
    close_signal(&loop->on_terminate);
    close_signal(&loop->on_interrupt);
    if (loop->before_waiting.type == UV_PREPARE) {
        uv_close((uv_handle_t *)&loop->before_waiting, NULL);
    }
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT); /* Lets the closing finish. */
    status = uv_loop_close(&loop->uv);
    assert(status == 0); /* Somebody left a handle open. */
    if (loop->watchdog != NULL) {
        watchdog_stop(loop->watchdog);
        loop->watchdog = NULL;
    }
}
