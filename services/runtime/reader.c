/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of reader threads. Jobs wait in one queue; a thread with a usable
 * connection takes the next one. Threads without a connection take jobs only
 * when no thread has one, to fail them at once instead of letting them wait.
 *
 * The queue and the list of finished jobs are under the mutex, each link
 * belongs to its thread. Must never write: the connections are read-only.
 */
#include "runtime/reader.h"

#include "runtime/clock.h"
#include "runtime/db_link.h"
#include "runtime/log.h"
#include "runtime/metrics.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Threads with nothing to do look this often whether the server has hung up. */
enum { CHECK_MS = 1000, NANOSECONDS_PER_MS = 1000000, NANOSECONDS_PER_US = 1000 };

struct job_list {
    struct reader_job *first;
    struct reader_job *last;
};

struct reader_thread {
    struct reader *reader;
    uv_thread_t thread;
    struct db_link link;
    int64_t next_attempt_ms; /* to connect; monotonic */
    bool counted;            /* among connected_count */
    struct db *busy;         /* a job's connection; under the mutex; NULL between jobs */
};

struct reader {
    uv_async_t *wake;            /* on the heap: its closing outlives us */
    _Atomic int connected_count; /* threads with a usable connection; changed under the mutex */

    uv_mutex_t mutex;
    uv_cond_t job_came; /* or closing; for threads with a connection */
    uv_cond_t away;  /* the last connection went, a job came after that, or closing; for others */
    uv_cond_t ended; /* a thread */
    struct job_list waiting;
    int64_t waiting_count;
    struct job_list finished;
    bool closing;
    bool cancelled; /* no job gets a connection any more */
    bool away_logged;
    char reason[DB_REASON_SIZE]; /* why the last attempt to connect failed */

    int64_t running_count; /* threads that have not ended */
    int64_t thread_count;
    struct reader_thread threads[READER_THREAD_COUNT_MAX];
};

static struct metric query_duration = {
    .type = METRIC_HISTOGRAM,
    .name = "hyeopchi_reader_query_seconds",
    .help = "How long reading jobs worked.",
    .labels = "",
};

static struct metric jobs_unavailable_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_reader_jobs_unavailable_total",
    .help = "Jobs that ended because the database was away.",
    .labels = "",
};

static struct metric queue_jobs = {
    .type = METRIC_GAUGE,
    .name = "hyeopchi_reader_queue_jobs",
    .help = "Jobs that wait for a reader thread.",
    .labels = "",
};

static struct metric connections = {
    .type = METRIC_GAUGE,
    .name = "hyeopchi_reader_connections",
    .help = "Reader threads with a usable connection.",
    .labels = "",
};

static void register_metrics(void)
{
    metrics_register(&query_duration);
    metrics_register(&jobs_unavailable_total);
    metrics_register(&queue_jobs);
    metrics_register(&connections);
}

static void job_list_append(struct job_list *list, struct reader_job *job)
{
    job->next = NULL;
    if (list->first == NULL) {
        list->first = job;
    } else {
        list->last->next = job;
    }
    list->last = job;
}

static struct reader_job *job_list_take(struct job_list *list)
{
    struct reader_job *job = list->first;

    if (job != NULL) {
        list->first = job->next;
    }
    return job;
}

/* Keeps connected_count true, and says when the first connection comes or the last one goes. */
static void count_connection(struct reader_thread *thread, enum err err)
{
    struct reader *reader = thread->reader;
    bool connected = thread->link.db != NULL;
    int count;
    int change = 0;
    bool came;
    bool went;

    uv_mutex_lock(&reader->mutex);
    count = atomic_load(&reader->connected_count);
    if (connected != thread->counted) {
        change = connected ? 1 : -1;
        count += change;
        thread->counted = connected;
        atomic_store(&reader->connected_count, count);
    }
    came = connected && count == 1;
    went = !connected && count == 0 && !reader->away_logged && !reader->cancelled;
    reader->away_logged = count == 0;
    if (!connected) {
        (void)snprintf(reader->reason, sizeof reader->reason, "%s", thread->link.reason);
    }
    if (went) {
        uv_cond_broadcast(&reader->away);
    }
    uv_mutex_unlock(&reader->mutex);

    metrics_add(&connections, change); /* A process may have several readers. */
    if (came) {
        log_info("database_connected",
                 log_str("connection", thread->link.options.application_name));
    }
    if (went) {
        log_warn("database_unavailable",
                 log_str("connection", thread->link.options.application_name),
                 log_str("error", err_name(err)), log_str("reason", thread->link.reason),
                 log_int("retry_ms", thread->link.wait_ms));
    }
}

static void drop(struct reader_thread *thread, enum err err, const char *reason)
{
    db_link_drop(&thread->link, reason);
    thread->next_attempt_ms = clock_monotonic_ms() + thread->link.wait_ms;
    count_connection(thread, err);
}

static void connect_again(struct reader_thread *thread)
{
    enum err err = db_link_connect(&thread->link);

    if (err) {
        drop(thread, err, thread->link.reason);
    } else {
        db_link_settle(&thread->link);
        count_connection(thread, ERR_OK);
    }
}

/* True when this thread should take jobs now. Under the mutex. */
static bool may_take(const struct reader_thread *thread)
{
    return thread->link.db != NULL || atomic_load(&thread->reader->connected_count) == 0;
}

/* Waits for a job this thread may take, closing, or wait_ms; NULL when there is none. */
static struct reader_job *take_job(struct reader_thread *thread, int64_t wait_ms, bool *ret_ended)
{
    struct reader *reader = thread->reader;
    struct reader_job *job = NULL;

    uv_mutex_lock(&reader->mutex);
    if ((reader->waiting.first == NULL || !may_take(thread)) && !reader->closing && wait_ms > 0) {
        /* Woken too early, the caller only looks around too early. */
        (void)uv_cond_timedwait(thread->link.db != NULL ? &reader->job_came : &reader->away,
                                &reader->mutex, (uint64_t)wait_ms * NANOSECONDS_PER_MS);
    }
    if (reader->waiting.first != NULL && may_take(thread)) {
        job = job_list_take(&reader->waiting);
        reader->waiting_count--;
        metrics_add(&queue_jobs, -1);
    }
    *ret_ended = reader->closing && job == NULL;
    uv_mutex_unlock(&reader->mutex);
    return job;
}

static void run_job(struct reader_thread *thread, struct reader_job *job)
{
    struct reader *reader = thread->reader;
    uint64_t started_ns = uv_hrtime();
    struct db *db;

    uv_mutex_lock(&reader->mutex);
    db = reader->cancelled ? NULL : thread->link.db;
    thread->busy = db;
    uv_mutex_unlock(&reader->mutex);

    job->err = job->work(db, job);
    metrics_observe(&query_duration, (int64_t)((uv_hrtime() - started_ns) / NANOSECONDS_PER_US));
    if (job->err == ERR_UNAVAILABLE) {
        metrics_add(&jobs_unavailable_total, 1);
    }

    uv_mutex_lock(&reader->mutex);
    thread->busy = NULL;
    job_list_append(&reader->finished, job);
    uv_mutex_unlock(&reader->mutex);
    (void)uv_async_send(reader->wake); /* Fails only for handles of another type. */
}

/* How long a thread may wait for a job before it has something else to do. */
static int64_t wait_of(const struct reader_thread *thread)
{
    return thread->link.db != NULL ? CHECK_MS : thread->next_attempt_ms - clock_monotonic_ms();
}

/* Looks whether the server has hung up while the thread waited. */
static void check_connection(struct reader_thread *thread)
{
    if (thread->link.db != NULL && !db_is_usable(thread->link.db)) {
        drop(thread, ERR_UNAVAILABLE, "the connection was lost");
    }
}

static void thread_main(void *context)
{
    struct reader_thread *thread = context;
    struct reader_job *job;
    bool ended = false;

    while (!ended) {
        if (thread->link.db == NULL && wait_of(thread) <= 0) {
            connect_again(thread);
        }
        job = take_job(thread, wait_of(thread), &ended);
        if (job != NULL && thread->link.db != NULL && !db_is_usable(thread->link.db)) {
            /* The server was restarted since the last job: this one need not suffer from it. */
            drop(thread, ERR_UNAVAILABLE, "the connection was lost");
            connect_again(thread);
        }
        if (job != NULL) {
            run_job(thread, job);
        }
        check_connection(thread);
    }
    db_link_drop(&thread->link, "closing");
    uv_mutex_lock(&thread->reader->mutex);
    thread->reader->running_count--;
    uv_cond_signal(&thread->reader->ended);
    uv_mutex_unlock(&thread->reader->mutex);
}

static void deliver(struct reader *reader)
{
    struct job_list finished;
    struct reader_job *job;

    uv_mutex_lock(&reader->mutex);
    finished = reader->finished;
    reader->finished = (struct job_list){.first = NULL};
    uv_mutex_unlock(&reader->mutex);

    /* Taken first: done may free the job. */
    for (job = job_list_take(&finished); job != NULL; job = job_list_take(&finished)) {
        job->done(job);
    }
}

static void on_wake(uv_async_t *handle)
{
    deliver(handle->data);
}

static void on_wake_closed(uv_handle_t *handle)
{
    free(handle);
}

/* Under the mutex, so that no thread lets go of its connection meanwhile. */
static void cancel(struct reader *reader)
{
    reader->cancelled = true;
    for (int64_t i = 0; i < reader->thread_count; i++) {
        if (reader->threads[i].busy != NULL) {
            db_cancel(reader->threads[i].busy);
        }
    }
}

/* Ends the threads, delivers, frees. */
static void stop(struct reader *reader)
{
    uv_mutex_lock(&reader->mutex);
    reader->closing = true;
    uv_cond_broadcast(&reader->job_came);
    uv_cond_broadcast(&reader->away);
    while (reader->running_count > 0) {
        int64_t wait_ms = reader->cancelled ? READER_CANCEL_MS : READER_CLOSE_MS;

        if (uv_cond_timedwait(&reader->ended, &reader->mutex,
                              (uint64_t)wait_ms * NANOSECONDS_PER_MS) != 0) {
            cancel(reader);
        }
    }
    uv_mutex_unlock(&reader->mutex);
    for (int64_t i = 0; i < reader->thread_count; i++) {
        (void)uv_thread_join(&reader->threads[i].thread); /* Fails only for what is no thread. */
    }
    deliver(reader);
    for (int i = 0; i < READER_THREAD_COUNT_MAX; i++) {
        db_link_release(&reader->threads[i].link);
    }
    uv_close((uv_handle_t *)reader->wake, on_wake_closed);
    uv_cond_destroy(&reader->job_came);
    uv_cond_destroy(&reader->away);
    uv_cond_destroy(&reader->ended);
    uv_mutex_destroy(&reader->mutex);
    free(reader);
}

static enum err start_thread(struct reader *reader, const struct db_options *options)
{
    struct reader_thread *thread = &reader->threads[reader->thread_count];
    enum err err;

    thread->reader = reader;
    thread->next_attempt_ms = clock_monotonic_ms();
    err = db_link_init(&thread->link, options);
    if (err) {
        return err;
    }
    reader->running_count++;
    if (uv_thread_create(&thread->thread, thread_main, thread) != 0) {
        reader->running_count--;
        return ERR_INTERNAL;
    }
    reader->thread_count++;
    return ERR_OK;
}

enum err reader_open(struct loop *loop, const struct reader_options *options,
                     struct reader **ret_reader)
{
    struct reader *reader = calloc(1, sizeof *reader);
    struct db_options db_options = options->db;
    enum err err = ERR_OK;

    assert(options->thread_count >= 1 && options->thread_count <= READER_THREAD_COUNT_MAX);
    if (reader == NULL) {
        return ERR_INTERNAL;
    }
    reader->wake = malloc(sizeof *reader->wake);
    if (reader->wake == NULL || uv_async_init(&loop->uv, reader->wake, on_wake) != 0) {
        free(reader->wake);
        free(reader);
        return ERR_INTERNAL;
    }
    reader->wake->data = reader;
    /* Whoever waits for a job keeps the loop going; we do not. */
    uv_unref((uv_handle_t *)reader->wake);
    /* On Linux none of these can fail. */
    (void)uv_mutex_init(&reader->mutex);
    (void)uv_cond_init(&reader->job_came);
    (void)uv_cond_init(&reader->away);
    (void)uv_cond_init(&reader->ended);
    register_metrics();

    db_options.read_only = true;
    for (int64_t i = 0; !err && i < options->thread_count; i++) {
        err = start_thread(reader, &db_options);
    }
    if (err) {
        stop(reader);
        return err;
    }
    *ret_reader = reader;
    return ERR_OK;
}

enum err reader_submit(struct reader *reader, struct reader_job *job)
{
    enum err err = ERR_OK;

    uv_mutex_lock(&reader->mutex);
    if (reader->waiting_count == READER_QUEUE_LENGTH_MAX) {
        err = ERR_FULL;
    } else {
        job_list_append(&reader->waiting, job);
        reader->waiting_count++;
        metrics_add(&queue_jobs, 1);
        uv_cond_signal(atomic_load(&reader->connected_count) > 0 ? &reader->job_came
                                                                 : &reader->away);
    }
    uv_mutex_unlock(&reader->mutex);
    return err;
}

bool reader_is_ready(const struct reader *reader)
{
    return atomic_load(&reader->connected_count) > 0;
}

void reader_reason(struct reader *reader, char ret_reason[DB_REASON_SIZE])
{
    uv_mutex_lock(&reader->mutex);
    (void)snprintf(ret_reason, DB_REASON_SIZE, "%s",
                   atomic_load(&reader->connected_count) > 0 ? "" : reader->reason);
    uv_mutex_unlock(&reader->mutex);
}

void reader_cancel(struct reader *reader)
{
    uv_mutex_lock(&reader->mutex);
    cancel(reader);
    uv_mutex_unlock(&reader->mutex);
}

void reader_close(struct reader *reader)
{
    if (reader != NULL) {
        stop(reader);
    }
}
