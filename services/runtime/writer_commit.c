/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group commit: one transaction for everything that waits, and what becomes of
 * the jobs when it fails.
 *
 * Must never complete a job with ERR_OK before its COMMIT was confirmed, nor
 * go on with a connection whose last COMMIT was not.
 */
#include "runtime/writer_internal.h"

#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/metrics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NANOSECONDS_PER_US = 1000 };

static const char UNIQUE_VIOLATION[] = "23505";

static struct metric jobs_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_writer_jobs_total",
    .help = "Jobs that were committed.",
    .labels = "",
};

static struct metric jobs_failed_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_writer_jobs_failed_total",
    .help = "Jobs that ended with an error; refusals are none.",
    .labels = "",
};

static struct metric commits_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_writer_commits_total",
    .help = "Commits.",
    .labels = "",
};

static struct metric events_total = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_writer_events_total",
    .help = "Events that were committed.",
    .labels = "",
};

static struct metric commit_duration = {
    .type = METRIC_HISTOGRAM,
    .name = "hyeopchi_writer_commit_seconds",
    .help = "From taking a batch to its confirmed COMMIT.",
    .labels = "",
};

static struct metric batch_jobs = {
    .type = METRIC_SIZES,
    .name = "hyeopchi_writer_batch_jobs",
    .help = "Jobs in a batch, the unit of commit.",
    .labels = "",
};

void writer_commit_register_metrics(void)
{
    metrics_register(&jobs_total);
    metrics_register(&jobs_failed_total);
    metrics_register(&commits_total);
    metrics_register(&events_total);
    metrics_register(&commit_duration);
    metrics_register(&batch_jobs);
}

void writer_count_failed(int64_t count)
{
    metrics_add(&jobs_failed_total, count);
}

/* Hands jobs that failed to the loop. */
static void fail_jobs(struct writer *writer, struct writer_job *const *jobs, size_t count,
                      enum err err)
{
    assert(err != ERR_OK);
    uv_mutex_lock(&writer->mutex);
    for (size_t i = 0; i < count; i++) {
        jobs[i]->err = err;
        writer_job_list_append(&writer->outbox.failed, jobs[i]);
    }
    uv_mutex_unlock(&writer->mutex);
    writer_count_failed((int64_t)count);
    writer_wake_loop(writer);
}

static void forget_drafts(struct writer *writer)
{
    for (size_t i = 0; i < writer->draft_count; i++) {
        free(writer->drafts[i].data);
    }
    writer->draft_count = 0;
}

/* Copies a text; ERR_INVALID when it is longer than an event's may be. */
static enum err keep_text(const char **text, char *copy, size_t size)
{
    if (*text == NULL) {
        return ERR_OK;
    }
    if (strlen(*text) >= size) {
        return ERR_INVALID;
    }
    memcpy(copy, *text, strlen(*text) + 1);
    *text = copy;
    return ERR_OK;
}

static enum err keep_texts(struct event_draft *draft, struct writer_texts *texts)
{
    enum err err = keep_text(&draft->subject, texts->subject, sizeof texts->subject);

    if (!err) {
        err = keep_text(&draft->traceparent, texts->traceparent, sizeof texts->traceparent);
    }
    if (!err) {
        err =
            keep_text(&draft->correlation_id, texts->correlation_id, sizeof texts->correlation_id);
    }
    if (!err) {
        err = keep_text(&draft->causation_id, texts->causation_id, sizeof texts->causation_id);
    }
    return err;
}

enum err writer_tx_event(struct writer_tx *tx, const struct event_draft *draft)
{
    struct writer *writer = tx->writer;
    enum err err = ERR_FULL;

    assert(writer->options.stream != NULL);
    if (writer->draft_count < EVENTLOG_APPEND_COUNT_MAX) {
        writer->drafts[writer->draft_count] = *draft;
        err = keep_texts(&writer->drafts[writer->draft_count], &writer->texts[writer->draft_count]);
    }
    if (err) {
        free(draft->data);
        return err;
    }
    writer->draft_count++;
    return ERR_OK;
}

enum err writer_tx_after(struct writer_tx *tx, void (*committed)(const void *data),
                         const void *data, size_t size)
{
    struct writer_after_list *list = &tx->writer->afters;
    struct writer_after *after;

    if (list->count == WRITER_BATCH_LENGTH_MAX) {
        return ERR_FULL;
    }
    after = malloc(sizeof *after + size);
    if (!after) {
        return ERR_UNAVAILABLE;
    }
    *after = (struct writer_after){.committed = committed};
    memcpy(after->data, data, size);
    if (list->last) {
        list->last->next = after;
    } else {
        list->first = after;
    }
    list->last = after;
    list->count++;
    return ERR_OK;
}

void writer_after_list_end(struct writer_after_list *list, bool committed)
{
    while (list->first) {
        struct writer_after *after = list->first;

        list->first = after->next;
        if (committed) {
            after->committed(after->data);
        }
        free(after);
    }
    *list = (struct writer_after_list){.count = 0};
}

void writer_tx_next_run(struct writer_tx *tx)
{
    tx->writer->run++;
    tx->run = tx->writer->run;
}

size_t writer_tx_event_count(const struct writer_tx *tx)
{
    return tx->writer->draft_count;
}

/* How many of the jobs are of the first one's type, as far as it wants them together. */
static size_t run_length(struct writer_job *const *jobs, size_t count)
{
    const struct writer_job_type *type = jobs[0]->type;
    size_t length = 1;

    assert(type->run_max >= 1);
    while (length < count && length < type->run_max && jobs[length]->type == type) {
        length++;
    }
    return length;
}

static enum err work(struct writer *writer, struct writer_job *const *jobs, size_t count)
{
    struct writer_tx tx = {.db = writer->link.db, .now_ms = clock_now_ms(), .writer = writer};
    size_t done = 0;
    enum err err = ERR_OK;

    while (!err && done < count) {
        size_t length = run_length(jobs + done, count - done);

        writer_tx_next_run(&tx);
        err = jobs[done]->type->work(&tx, jobs + done, length);
        done += length;
    }
    return err;
}

/* Hands a confirmed commit to the loop. */
static void announce(struct writer *writer, struct writer_commit *commit,
                     struct writer_job *const *jobs, size_t count)
{
    if (commit->head.seq >= writer->head.seq) {
        writer->head =
            commit->head; /* Else others have led since, and the lead was taken behind. */
    }
    metrics_add(&commits_total, 1);
    metrics_add(&jobs_total, (int64_t)count);
    metrics_add(&events_total, (int64_t)commit->entries.count);

    uv_mutex_lock(&writer->mutex);
    /* The loop must hear of the head that these events follow before it hears of them. */
    commit->state_changed = writer->outbox.state_changed;
    commit->head_before = writer->outbox.head;
    writer->outbox.state_changed = false;
    for (size_t i = 0; i < count; i++) {
        jobs[i]->err = ERR_OK;
        writer_job_list_append(&commit->jobs, jobs[i]);
    }
    if (writer->outbox.commits.first == NULL) {
        writer->outbox.commits.first = commit;
    } else {
        writer->outbox.commits.last->next = commit;
    }
    writer->outbox.commits.last = commit;
    writer->outbox.head = writer->head;
    writer->outbox.state_changed = writer->head.seq > commit->head.seq;
    uv_mutex_unlock(&writer->mutex);
    writer_wake_loop(writer);
}

enum { TRY_COUNT_MAX = 3 }; /* of one transaction whose COMMIT is lost again and again */

/* How a transaction failed. Unless its commit is unknown, it has been rolled back. */
struct attempt {
    bool unknown; /* COMMIT may have been carried out, or not */
    bool fenced;  /* somebody else leads */
    bool taken;   /* a key was found taken */
    bool lost;    /* COMMIT was sent in vain, as is known by now: it may be sent again */
};

/* A statement that was queued says so at COMMIT, or when the next one is prepared, as on a new connection
 * each is. */
static bool found_a_key_taken(const struct writer *writer, enum err err)
{
    return err == ERR_CONFLICT && strcmp(db_sqlstate(writer->link.db), UNIQUE_VIOLATION) == 0;
}

/* Decides whether the connection can be kept, and what the jobs' error is. */
static enum err judge_failure(struct writer *writer, const struct attempt *attempt, enum err err)
{
    if (attempt->fenced) {
        writer_fenced(writer);
        return ERR_UNAVAILABLE;
    }
    if (attempt->unknown) {
        writer_give_up(writer, err, "the outcome of a commit is unknown");
        return ERR_UNAVAILABLE;
    }
    if (!db_is_usable(writer->link.db)) {
        writer_give_up(writer, ERR_UNAVAILABLE, "the connection was lost");
        return ERR_UNAVAILABLE;
    }
    return err;
}

/* Whether the log can tell what became of a commit: it was to leave events there, and its connection
 * is gone. One that the server confirms without its standby stays in doubt. */
static bool can_be_found(const struct writer *writer, const struct attempt *attempt,
                         const struct writer_commit *commit)
{
    return attempt->unknown && !attempt->fenced && commit->entries.count > 0 &&
           !db_is_usable(writer->link.db);
}

/* Looks for a commit in doubt. ERR_OK: it is there, and the writer leads. */
static enum err find_commit(struct writer *writer, struct writer_commit *commit,
                            struct attempt *attempt)
{
    bool committed = false;
    enum err err = writer_doubt_resolve(writer, &commit->head, &committed);

    if (!err && committed) {
        commit->head.leader_term = writer->head.leader_term;
        return ERR_OK;
    }
    attempt->lost = !err;
    attempt->unknown = err != ERR_OK;
    return ERR_UNAVAILABLE;
}

/* As commit_jobs(), once. */
static enum err try_jobs(struct writer *writer, struct writer_job *const *jobs, size_t count,
                         struct attempt *attempt)
{
    struct writer_commit *commit = calloc(1, sizeof *commit);
    enum err err;

    *attempt = (struct attempt){false};
    if (commit == NULL || writer->link.db == NULL) {
        free(commit);
        return ERR_UNAVAILABLE;
    }
    commit->head = writer->head;
    err = db_begin(writer->link.db);
    if (!err) {
        err = work(writer, jobs, count);
    }
    if (!err && writer->options.stream != NULL) {
        err = eventlog_append(writer->link.db, &writer->head, writer->options.source,
                              writer->drafts, writer->draft_count, &commit->head, &commit->entries);
    }
    attempt->taken = found_a_key_taken(writer, err);
    if (!err) {
        err = db_commit(writer->link.db);
        attempt->unknown = err && db_commit_is_unknown(writer->link.db);
        attempt->taken = found_a_key_taken(writer, err);
        err = err == ERR_CONFLICT ? ERR_INTERNAL : err;
    }
    forget_drafts(writer);
    /* Also in the work, when a statement that was queued before fails a later one. */
    attempt->fenced = err && eventlog_is_fenced(writer->link.db);
    if (err) {
        db_rollback(writer->link.db);
        writer->run++; /* What it wrote does not stand, or others may have written. */
    }
    if (err && can_be_found(writer, attempt, commit)) {
        err = find_commit(writer, commit, attempt);
    }
    if (err) {
        writer_after_list_end(&writer->afters, false);
        eventlog_entries_release(&commit->entries);
        free(commit);
        return attempt->lost ? err : judge_failure(writer, attempt, err);
    }
    commit->afters = writer->afters;
    writer->afters = (struct writer_after_list){.count = 0};
    announce(writer, commit, jobs, count);
    return ERR_OK;
}

/*
 * One transaction for all these jobs. ERR_OK: they are on their way to the
 * loop. ERR_UNAVAILABLE: none of them can be done now. Anything else: one of
 * them, or all together, cannot be done.
 */
static enum err commit_jobs(struct writer *writer, struct writer_job *const *jobs, size_t count)
{
    struct attempt attempt;
    enum err err = try_jobs(writer, jobs, count, &attempt);
    bool again = err && (attempt.lost || (attempt.taken && err != ERR_UNAVAILABLE));

    /* Once more for jobs that look closer the second time; more often where COMMIT never arrives. */
    for (int tries = 1; again && tries < TRY_COUNT_MAX; tries++) {
        err = try_jobs(writer, jobs, count, &attempt);
        again = err && attempt.lost;
    }
    return err;
}

/* A run that failed with err: each of its jobs alone. */
static void commit_one_by_one(struct writer *writer, struct writer_job *const *jobs, size_t count,
                              enum err err)
{
    for (size_t i = 0; i < count; i++) {
        if (count > 1) {
            err = commit_jobs(writer, &jobs[i], 1);
        }
        if (err) {
            fail_jobs(writer, &jobs[i], 1, err);
        }
    }
}

/* Everything that was waiting: together, else each run alone, else each job alone. */
static void commit_batch(struct writer *writer, size_t count)
{
    struct writer_job *const *jobs = writer->batch;
    size_t done = 0;
    enum err batch_err;
    enum err err;

    batch_err = commit_jobs(writer, jobs, count);
    if (batch_err == ERR_UNAVAILABLE) {
        fail_jobs(writer, jobs, count, batch_err);
    }
    if (batch_err == ERR_OK || batch_err == ERR_UNAVAILABLE) {
        return;
    }
    while (done < count) {
        size_t length = run_length(jobs + done, count - done);

        err = length == count ? batch_err : commit_jobs(writer, jobs + done, length);
        if (err == ERR_UNAVAILABLE) {
            fail_jobs(writer, jobs + done, length, err);
        } else if (err) {
            commit_one_by_one(writer, jobs + done, length, err);
        }
        done += length;
    }
}

void writer_commit_batch(struct writer *writer, size_t count)
{
    uint64_t started_ns = uv_hrtime();

    metrics_observe(&batch_jobs, (int64_t)count);
    commit_batch(writer, count);
    metrics_observe(&commit_duration, (int64_t)((uv_hrtime() - started_ns) / NANOSECONDS_PER_US));
}
