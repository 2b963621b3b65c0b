/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/entries:batch: several entries in one request, each under its own
 * key. Linked entries are posted all or none; the others each by itself.
 */
#include "ledger/events.h"
#include "ledger/http/answers.h"
#include "ledger/http/entry_body.h"
#include "ledger/http/handlers.h"
#include "ledger/http/params.h"
#include "ledger/post.h"
#include "ledger/service.h"
#include "ledger/store/journal.h"
#include "runtime/json.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    HTTP_OK = 200,
    BATCH_ENTRY_MAX = 1000, /* some 5 MB of orders while it waits */
    BATCH_RUN_MAX = 256,    /* requests answered by one run of work */
    ANSWER_SIZE_MAX = BATCH_ENTRY_MAX * ANSWER_ENTRY_SIZE_MAX,
};

static_assert((int)BATCH_ENTRY_MAX <= (int)POST_ORDER_COUNT_MAX, "a batch is posted at once");

/* One request, until it is answered. */
struct batch {
    struct writer_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    char traceparent[EVENT_TRACEPARENT_SIZE];
    struct order *orders; /* calloc'd */
    struct order *known;  /* calloc'd: entries as they were posted before */
    size_t count;
    bool linked;
};

static enum err batch_read(struct batch *batch, struct problem *problem, struct refusal *refusal);
static enum err batch_read_entries(struct batch *batch, const json_t *entries, bool linked,
                                   struct problem *problem, struct refusal *refusal);
static enum err batch_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static size_t batch_run(struct writer_job *const *jobs, size_t count);
static enum err batch_post(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static enum err batch_say(struct writer_tx *tx, struct batch *batch, struct order *const *orders);
static enum err batch_recall(struct writer_tx *tx, struct batch *batch, size_t place);
static void batch_done(struct writer_job *job);
static void append_result(struct buffer *buffer, const struct batch *batch, size_t place);
static void batch_free(struct batch *batch);

static const struct writer_job_type BATCH = {
    .name = "entry_batch",
    .run_max = BATCH_RUN_MAX,
    .work = batch_work,
    .done = batch_done,
};

void entry_batch_start(struct http_request *request, void *context)
{
    struct ledger *ledger = context;
    struct problem problem = {.kind = NULL};
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct batch *batch = calloc(1, sizeof *batch);
    enum err err = batch ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    batch->job.type = &BATCH;
    batch->request = request;
    batch->ledger = ledger;
    params_traceparent(request, batch->traceparent);
    err = batch_read(batch, &problem, &refusal);
    if (err) {
        goto out;
    }
    batch->job.event_count = EVENTS_OF_ENTRIES(batch->count);
    batch->job.request_count = batch->count;
    err = writer_submit(ledger->host.writer, &batch->job);
    if (!err) {
        return;
    }

out:
    batch_free(batch);
    if (refusal.reason) {
        answer_refusal_plain(request, &refusal);
    } else {
        answer_failure(request, &problem, err);
    }
}

static enum err batch_read(struct batch *batch, struct problem *problem, struct refusal *refusal)
{
    static const char *const names[] = {"linked", "entries", NULL};
    const json_t *entries = NULL;
    struct json_reader reader;
    json_t *value = NULL;
    bool linked = false;
    enum err err = params_body(batch->request, &value, problem);

    if (err) {
        return err;
    }
    json_reader_init(&reader, value, "", problem);
    json_reader_allow(&reader, names);
    json_read_bool(&reader, "linked", &linked);
    json_read_array(&reader, "entries", BATCH_ENTRY_MAX, &entries);
    if (json_reader_ok(&reader) && json_array_size(entries) == 0) {
        json_reader_refuse(&reader, "entries", &PROBLEM_WRONG_VALUE, "count", "0");
    }
    err = json_reader_ok(&reader) ? batch_read_entries(batch, entries, linked, problem, refusal)
                                  : ERR_INVALID;
    json_decref(value);
    return err;
}

static enum err batch_read_entries(struct batch *batch, const json_t *entries, bool linked,
                                   struct problem *problem, struct refusal *refusal)
{
    size_t count = json_array_size(entries);
    struct entry_body body;
    char path[PROBLEM_FIELD_SIZE];

    batch->orders = calloc(count, sizeof *batch->orders);
    batch->known = calloc(count, sizeof *batch->known);
    if (!batch->orders || !batch->known) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(path, sizeof path, "/entries/%zu", i); /* short */
        enum err err = entry_body_read(json_array_get(entries, i), path, &body, problem);
        if (!err) {
            err = entry_body_order(&body, http_request_principal(batch->request), &batch->orders[i],
                                   refusal);
        }
        if (err) {
            return err;
        }
        batch->orders[i].group = linked ? 1 : 0;
    }
    batch->count = count;
    batch->linked = linked;
    return ERR_OK;
}

static enum err batch_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    enum err err = ERR_OK;

    for (size_t first = 0, run = 0; !err && first < count; first += run) {
        run = batch_run(&jobs[first], count - first);
        err = batch_post(tx, &jobs[first], run);
    }
    if (!err) {
        post_keep(&((struct batch *)jobs[0])->ledger->poster, tx);
    }
    return err;
}

/* How many batches are posted together, so that an account they share is read and written once. Linked
 * ones are posted alone: what they are taken back to when one is refused is a copy of all that is read. */
static size_t batch_run(struct writer_job *const *jobs, size_t count)
{
    const struct batch *batch = (const struct batch *)jobs[0];
    size_t total = batch->count;
    size_t run = 1;

    while (!batch->linked && run < count) {
        batch = (const struct batch *)jobs[run];
        total += batch->count;
        if (batch->linked || total > POST_ORDER_COUNT_MAX) {
            break;
        }
        run++;
    }
    return run;
}

static enum err batch_post(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct poster *poster = &((struct batch *)jobs[0])->ledger->poster;
    struct order *orders[POST_ORDER_COUNT_MAX] = {NULL};
    size_t total = 0;

    for (size_t job = 0; job < count; job++) {
        struct batch *batch = (struct batch *)jobs[job];
        assert(total + batch->count <= POST_ORDER_COUNT_MAX);
        for (size_t i = 0; i < batch->count; i++) {
            orders[total] = &batch->orders[i];
            total++;
        }
    }
    enum err err = post_orders(poster, tx, orders, total);
    total = 0;
    for (size_t job = 0; !err && job < count; job++) {
        struct batch *batch = (struct batch *)jobs[job];
        err = batch_say(tx, batch, &orders[total]);
        total += batch->count;
    }
    return err;
}

static enum err batch_say(struct writer_tx *tx, struct batch *batch, struct order *const *orders)
{
    const struct event_cause cause = {.traceparent = batch->traceparent};
    const struct events_entries entries = {orders, batch->count, ""};
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < batch->count; i++) {
        err = batch_recall(tx, batch, i);
    }
    return err ? err : events_say_entries(tx, &cause, &entries);
}

static enum err batch_recall(struct writer_tx *tx, struct batch *batch, size_t place)
{
    const struct order *order = &batch->orders[place];
    struct order *known = &batch->known[place];
    struct store_page page = {.limit = 1};

    /* A key that comes twice in one batch names an entry that is written by now. */
    if (order->result != ORDER_REPEATED) {
        return ERR_OK;
    }
    enum err err = store_journal_read(tx->db, batch->ledger->shard, order->seq - 1, known, &page);
    if (err) {
        return err;
    }
    bool found = page.count == 1 && known->seq == order->seq && known->result == ORDER_POSTED;
    return found ? ERR_OK : ERR_INTERNAL; /* the journal lost what a key names */
}

static void batch_done(struct writer_job *job)
{
    struct batch *batch = (struct batch *)job;
    struct buffer answer;
    size_t posted_count = 0;

    buffer_init(&answer, ANSWER_SIZE_MAX);
    if (job->err) {
        http_respond_error(batch->request, job->err);
        goto out;
    }
    for (size_t i = 0; i < batch->count; i++) {
        posted_count += batch->orders[i].result == ORDER_REFUSED ? 0 : 1;
    }
    buffer_append_format(&answer, "{\"posted\":%zu,\"refused\":%zu,\"results\":[", posted_count,
                         batch->count - posted_count);
    for (size_t i = 0; i < batch->count; i++) {
        append_result(&answer, batch, i);
    }
    buffer_append_text(&answer, "]}");
    http_respond_buffer(batch->request, HTTP_OK, &answer);

out:
    buffer_release(&answer);
    batch_free(batch);
}

static void append_result(struct buffer *buffer, const struct batch *batch, size_t place)
{
    const struct order *order = &batch->orders[place];
    struct problem problem = {.kind = NULL};

    buffer_append_text(buffer, place == 0 ? "" : ",");
    if (order->result == ORDER_REFUSED) {
        answer_problem(&order->refusal, &problem);
        json_t *told = problem_json(&problem, http_request_language(batch->request));
        char *text = told ? json_text(told) : NULL;
        buffer_append_text(buffer, "{\"result\":\"refused\",\"problem\":");
        buffer_append_text(buffer, text ? text : "null");
        free(text);
        json_decref(told);
    } else {
        buffer_append_text(buffer, "{\"result\":\"posted\",\"entry\":");
        answer_entry_append(buffer, order->result == ORDER_REPEATED ? &batch->known[place] : order);
    }
    buffer_append_text(buffer, "}");
}

static void batch_free(struct batch *batch)
{
    if (batch) {
        free(batch->orders);
        free(batch->known);
    }
    free(batch);
}
