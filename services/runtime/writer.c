/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop's half of the writer: takes jobs, and delivers what the thread has
 * done, in commit order: first the hook with the events, then the jobs' done.
 *
 * Must never run a done function for a job that submitting refused, and must
 * never touch the connection.
 */
#include "runtime/writer_internal.h"

#include "runtime/metrics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct metric jobs_refused_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_writer_jobs_refused_total",
    .help = "Jobs refused because too many wait, or because this process does not lead.",
    .labels = "",
};

void writer_job_list_append(struct writer_job_list *list, struct writer_job *job)
{
    job->next = NULL;
    if (list->first == NULL) {
        list->first = job;
    } else {
        list->last->next = job;
    }
    list->last = job;
}

struct writer_job *writer_job_list_take(struct writer_job_list *list)
{
    struct writer_job *job = list->first;

    if (job != NULL) {
        list->first = job->next;
    }
    return job;
}

static void deliver_jobs(struct writer_job_list *jobs)
{
    struct writer_job *job;

    /* Taken first: done may free the job. */
    for (job = writer_job_list_take(jobs); job != NULL; job = writer_job_list_take(jobs)) {
        job->type->done(job);
    }
}

static void call_committed(const struct writer *writer, const struct eventlog_head *head,
                           const struct eventlog_entries *entries)
{
    if (writer->options.committed != NULL && writer->options.stream != NULL) {
        writer->options.committed(head, entries, writer->options.committed_context);
    }
}

static const struct eventlog_entries NO_ENTRIES;

static void deliver_commit(struct writer *writer, struct writer_commit *commit)
{
    if (commit->state_changed) {
        call_committed(writer, &commit->head_before, &NO_ENTRIES);
    }
    if (commit->entries.count > 0) {
        call_committed(writer, &commit->head, &commit->entries);
    }
    eventlog_entries_release(&commit->entries);
    writer_after_list_end(&commit->afters, true);
    deliver_jobs(&commit->jobs);
    free(commit);
}

/* Delivers everything that has come out so far. */
static void deliver(struct writer *writer)
{
    struct writer_outbox outbox;
    struct writer_commit *commit;

    assert(!writer->delivering);
    uv_mutex_lock(&writer->mutex);
    outbox = writer->outbox;
    writer->outbox = (struct writer_outbox){.head = outbox.head};
    uv_mutex_unlock(&writer->mutex);

    writer->delivering = true;
    while (outbox.commits.first != NULL) {
        commit = outbox.commits.first;
        outbox.commits.first = commit->next;
        deliver_commit(writer, commit);
    }
    deliver_jobs(&outbox.failed);
    if (outbox.state_changed) {
        call_committed(writer, &outbox.head, &NO_ENTRIES);
    }
    writer->delivering = false;
}

void writer_wake_loop(struct writer *writer)
{
    (void)uv_async_send(writer->wake); /* Fails only for handles of another type. */
}

static void on_wake(uv_async_t *handle)
{
    deliver(handle->data);
}

static void on_handle_closed(uv_handle_t *handle)
{
    free(handle);
}

/* What one turn of the loop submits, the thread finds together: woken by the first job, it would begin
 * a commit with that one and let the others wait for it. */
static void on_turn_end(uv_prepare_t *handle)
{
    struct writer *writer = handle->data;

    (void)uv_prepare_stop(handle); /* Always succeeds. */
    uv_mutex_lock(&writer->mutex);
    uv_cond_signal(&writer->changed);
    uv_mutex_unlock(&writer->mutex);
}

/* Frees what the loop never sees. */
static void release(struct writer *writer)
{
    db_link_release(&writer->link);
    free(writer->stream);
    free(writer->source);
    free(writer->leader_id);
    free(writer);
}

/* Copies the options. */
static enum err copy_options(struct writer *writer, const struct writer_options *options)
{
    struct db_options db = options->db;

    writer->options = *options;
    if (options->stream != NULL) {
        assert(options->source != NULL && options->leader_id != NULL);
        writer->stream = strdup(options->stream);
        writer->source = strdup(options->source);
        writer->leader_id = strdup(options->leader_id);
        if (writer->stream == NULL || writer->source == NULL || writer->leader_id == NULL) {
            return ERR_INTERNAL;
        }
    }
    writer->options.stream = writer->stream;
    writer->options.source = writer->source;
    writer->options.leader_id = writer->leader_id;
    writer->options.db = (struct db_options){.conninfo = NULL};
    db.by_keys = true;
    return db_link_init(&writer->link, &db);
}

static void close_handles(struct writer *writer)
{
    uv_close((uv_handle_t *)writer->wake, on_handle_closed);
    uv_close((uv_handle_t *)writer->turn_end, on_handle_closed);
}

static enum err open_handles(struct loop *loop, struct writer *writer)
{
    writer->wake = malloc(sizeof *writer->wake);
    writer->turn_end = malloc(sizeof *writer->turn_end);
    if (writer->wake == NULL || writer->turn_end == NULL ||
        uv_async_init(&loop->uv, writer->wake, on_wake) != 0) {
        free(writer->wake);
        free(writer->turn_end);
        return ERR_INTERNAL;
    }
    (void)uv_prepare_init(&loop->uv, writer->turn_end); /* Cannot fail. */
    writer->wake->data = writer;
    writer->turn_end->data = writer;
    /* Whoever waits for a job keeps the loop going; we do not. */
    uv_unref((uv_handle_t *)writer->wake);
    return ERR_OK;
}

/* The handles and the thread. */
static enum err start(struct loop *loop, struct writer *writer)
{
    enum err err = open_handles(loop, writer);

    if (err) {
        return err;
    }

    /* On Linux neither can fail. */
    (void)uv_mutex_init(&writer->mutex);
    (void)uv_cond_init(&writer->changed);
    if (uv_thread_create(&writer->thread, writer_main, writer) != 0) {
        close_handles(writer);
        return ERR_INTERNAL;
    }
    return ERR_OK;
}

enum err writer_open(struct loop *loop, const struct writer_options *options,
                     struct writer **ret_writer)
{
    struct writer *writer = calloc(1, sizeof *writer);
    enum err err;

    if (writer == NULL) {
        return ERR_INTERNAL;
    }
    err = copy_options(writer, options);
    if (!err) {
        writer_thread_register_metrics();
        metrics_register(&jobs_refused_total);
        writer_commit_register_metrics();
        writer_doubt_register_metrics();
        err = start(loop, writer);
    }
    if (err) {
        release(writer);
        return err;
    }
    *ret_writer = writer;
    return ERR_OK;
}

enum err writer_submit(struct writer *writer, struct writer_job *job)
{
    enum err err = ERR_OK;

    uv_mutex_lock(&writer->mutex);
    if (writer->closing || atomic_load(&writer->state) != WRITER_LEADING) {
        err = ERR_UNAVAILABLE;
    } else if (writer->waiting_count == WRITER_QUEUE_LENGTH_MAX) {
        err = ERR_FULL;
    } else {
        writer_job_list_append(&writer->waiting, job);
        writer->waiting_count++;
    }
    uv_mutex_unlock(&writer->mutex);
    if (err) {
        metrics_add(&jobs_refused_total, 1);
    } else {
        (void)uv_prepare_start(writer->turn_end, on_turn_end); /* Always succeeds. */
    }
    return err;
}

enum writer_state writer_state(const struct writer *writer)
{
    return (enum writer_state)atomic_load(&writer->state);
}

int64_t writer_term(const struct writer *writer)
{
    return atomic_load(&writer->term);
}

void writer_close(struct writer *writer)
{
    if (writer == NULL) {
        return;
    }
    uv_mutex_lock(&writer->mutex);
    writer->closing = true;
    uv_cond_signal(&writer->changed);
    uv_mutex_unlock(&writer->mutex);
    (void)uv_thread_join(&writer->thread); /* Fails only for threads that are none. */

    deliver(writer);
    close_handles(writer);
    uv_cond_destroy(&writer->changed);
    uv_mutex_destroy(&writer->mutex);
    release(writer);
}
