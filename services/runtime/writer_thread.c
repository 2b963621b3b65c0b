/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer thread: connects, leads or stands by, and takes what waits to
 * writer_commit.c.
 *
 * The state has one writer, change_state(), which also fails what still waits
 * when the lead is lost: no job waits for a writer that cannot write.
 *
 * Must never keep a connection whose use has raised doubts.
 */
#include "runtime/writer_internal.h"

#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/metrics.h"

#include <assert.h>
#include <stdlib.h>

/* A leader that is idle tests its term this often, one that stands by asks to lead. */
enum { CHECK_MS = 1000, NANOSECONDS_PER_MS = 1000000 };

static_assert(4 * CHECK_MS < (int)EVENTLOG_LEADER_SILENCE_MS, "a leader must not fall silent");

static struct metric queue_jobs = {
    .type = METRIC_GAUGE,
    .name = "hyeopchi_writer_queue_jobs",
    .help = "Jobs that wait to be taken.",
    .labels = "",
};

static struct metric state_number = {
    .type = METRIC_GAUGE,
    .name = "hyeopchi_writer_state_number",
    .help = "0 connecting, 1 standing by, 2 leading.",
    .labels = "",
};

void writer_thread_register_metrics(void)
{
    metrics_register(&queue_jobs);
    metrics_register(&state_number);
}

/* The only writer of the state. Whatever waits for a leader that is none any more fails here. */
static void change_state(struct writer *writer, enum writer_state state)
{
    struct writer_job *job;

    if (atomic_load(&writer->state) == (int)state) {
        return;
    }
    uv_mutex_lock(&writer->mutex);
    atomic_store(&writer->state, (int)state);
    atomic_store(&writer->term, state == WRITER_LEADING ? writer->head.leader_term : 0);
    writer->outbox.head = writer->head;
    writer->outbox.state_changed = true;
    if (state != WRITER_LEADING) {
        for (job = writer_job_list_take(&writer->waiting); job != NULL;
             job = writer_job_list_take(&writer->waiting)) {
            job->err = ERR_UNAVAILABLE;
            writer_job_list_append(&writer->outbox.failed, job);
        }
        writer_count_failed(writer->waiting_count);
        writer->waiting_count = 0;
    }
    uv_mutex_unlock(&writer->mutex);
    metrics_set(&state_number, state);
    writer_wake_loop(writer);
}

/* Logs the first failure after every success. */
static void log_away(struct writer *writer, enum err err)
{
    if (writer->away_logged) {
        return;
    }
    writer->away_logged = true;
    log_warn("database_unavailable", log_str("connection", writer->link.options.application_name),
             log_str("error", err_name(err)), log_str("reason", writer->link.reason),
             log_int("retry_ms", writer->link.wait_ms));
}

void writer_give_up(struct writer *writer, enum err err, const char *reason)
{
    db_link_drop(&writer->link, reason);
    change_state(writer, WRITER_CONNECTING);
    log_away(writer, err);
}

void writer_fenced(struct writer *writer)
{
    log_warn("writer_fenced", log_str("stream", writer->options.stream),
             log_int("term", writer->head.leader_term));
    db_link_drop(&writer->link, "another process leads");
    change_state(writer, WRITER_CONNECTING);
}

/* Waits for a job, for closing, or for wait_ms. Returns how many jobs are now in batch. */
static size_t take_batch(struct writer *writer, int64_t wait_ms, bool *ret_closing)
{
    size_t request_count = 0;
    size_t event_count = 0;
    size_t count = 0;

    uv_mutex_lock(&writer->mutex);
    if (writer->waiting.first == NULL && !writer->closing && wait_ms > 0) {
        /* Woken too early, the caller only looks around too early. */
        (void)uv_cond_timedwait(&writer->changed, &writer->mutex,
                                (uint64_t)wait_ms * NANOSECONDS_PER_MS);
    }
    while (count < WRITER_BATCH_LENGTH_MAX && writer->waiting.first != NULL) {
        const struct writer_job *job = writer->waiting.first;

        event_count += job->event_count;
        request_count += job->request_count > 0 ? job->request_count : 1;
        if (count > 0 &&
            (event_count > WRITER_BATCH_EVENT_MAX || request_count > WRITER_BATCH_LENGTH_MAX)) {
            break; /* One that fills a commit goes alone. */
        }
        writer->batch[count] = writer_job_list_take(&writer->waiting);
        count++;
    }
    writer->waiting_count -= (int64_t)count;
    *ret_closing = writer->closing;
    metrics_set(&queue_jobs, writer->waiting_count);
    uv_mutex_unlock(&writer->mutex);
    return count;
}

/* Waits without taking anything: nobody may submit now. Returns true when it is time to end. */
static bool wait_idle(struct writer *writer, int64_t wait_ms)
{
    bool closing;
    size_t count = take_batch(writer, wait_ms, &closing);

    assert(count == 0);
    return closing;
}

static void log_connected(struct writer *writer)
{
    if (atomic_load(&writer->state) != WRITER_CONNECTING) {
        return;
    }
    writer->away_logged = false;
    log_info("database_connected", log_str("connection", writer->link.options.application_name));
}

/* Asks to lead. */
static void try_to_lead(struct writer *writer)
{
    enum err err = ERR_OK;

    writer->run++; /* Others may have written. */
    if (writer->options.stream != NULL) {
        err = eventlog_lead(writer->link.db, writer->options.stream, writer->options.leader_id,
                            &writer->head);
    }
    if (err && err != ERR_CONFLICT) {
        writer_give_up(writer, err, "the stream's head cannot be read or written");
        return;
    }
    db_link_settle(&writer->link);
    log_connected(writer);
    if (err == ERR_CONFLICT) {
        if (atomic_load(&writer->state) != WRITER_STANDBY) {
            log_info("writer_standby", log_str("stream", writer->options.stream));
        }
        change_state(writer, WRITER_STANDBY);
        return;
    }
    if (writer->options.stream != NULL) {
        log_info("writer_leading", log_str("stream", writer->options.stream),
                 log_int("term", writer->head.leader_term),
                 log_int("seq", (int64_t)writer->head.seq));
    }
    change_state(writer, WRITER_LEADING);
}

static bool step_connecting(struct writer *writer)
{
    enum err err;

    if (wait_idle(writer, writer->link.wait_ms)) {
        return false;
    }
    err = db_link_connect(&writer->link);
    if (err) {
        db_link_drop(&writer->link, writer->link.reason);
        log_away(writer, err);
    } else {
        try_to_lead(writer);
    }
    return true;
}

/* Tells the loop where the leader has got to: whoever stands by serves Fetch as well. */
static void follow_head(struct writer *writer)
{
    struct eventlog_head head;
    enum err err = eventlog_read_head(writer->link.db, writer->options.stream, &head);

    if (err == ERR_NOT_FOUND) {
        return; /* The leader is about to make it. */
    }
    if (err) {
        writer_give_up(writer, err, "the stream's head cannot be read");
        return;
    }
    if (head.seq == writer->head.seq && head.epoch == writer->head.epoch) {
        return;
    }
    writer->head = head;
    uv_mutex_lock(&writer->mutex);
    writer->outbox.head = head;
    writer->outbox.state_changed = true;
    uv_mutex_unlock(&writer->mutex);
    writer_wake_loop(writer);
}

static bool step_standby(struct writer *writer)
{
    follow_head(writer);
    if (writer->link.db == NULL) {
        return true;
    }
    if (wait_idle(writer, CHECK_MS)) {
        return false;
    }
    try_to_lead(writer);
    return true;
}

/* A leader that has nothing to do finds out all the same when it leads no more. */
static void check_lead(struct writer *writer)
{
    enum err err;

    if (writer->options.stream == NULL) {
        if (!db_is_usable(writer->link.db)) {
            writer_give_up(writer, ERR_UNAVAILABLE, "the connection was lost");
        }
        return;
    }
    err = eventlog_test_lead(writer->link.db, &writer->head);
    if (err && eventlog_is_fenced(writer->link.db)) {
        writer_fenced(writer);
    } else if (err) {
        writer_give_up(writer, err, "the lead could not be confirmed");
    }
}

static bool step_leading(struct writer *writer)
{
    bool closing;
    size_t count = take_batch(writer, CHECK_MS, &closing);

    if (count == 0) {
        if (!closing) {
            check_lead(writer);
        }
        return !closing;
    }
    writer_commit_batch(writer, count);
    return true;
}

/* Each step returns false when it is time to end. */
void writer_main(void *context)
{
    static bool (*const steps[])(struct writer *) = {
        [WRITER_CONNECTING] = step_connecting,
        [WRITER_STANDBY] = step_standby,
        [WRITER_LEADING] = step_leading,
    };
    struct writer *writer = context;
    bool going_on = true;

    while (going_on) {
        going_on = steps[atomic_load(&writer->state)](writer);
    }
    change_state(writer, WRITER_CONNECTING);
}
