/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/entries: an operator posts an entry of the kinds that people may
 * post (selections come from certified tallies, never from here); and the way
 * that every request for one entry takes, wherever it was read.
 */
#include "ledger/events.h"
#include "ledger/http/answers.h"
#include "ledger/http/entry_body.h"
#include "ledger/http/entry_order.h"
#include "ledger/http/handlers.h"
#include "ledger/http/params.h"
#include "ledger/post.h"
#include "ledger/service.h"
#include "ledger/store/journal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    HTTP_CREATED = 201,
    ENTRY_RUN_MAX = 512, /* requests answered by one run of posting */
};

static_assert((int)ENTRY_RUN_MAX <= (int)POST_ORDER_COUNT_MAX, "a run is posted at once");

/* One request, until it is answered. */
struct entry_post {
    struct writer_job job; /* first: a job is its request */
    struct http_request *request;
    struct ledger *ledger;
    char traceparent[EVENT_TRACEPARENT_SIZE];
    struct order order;
    struct order known; /* the entry as it was posted before, for a repeated request */
};

static enum err entry_read(struct http_request *request, struct order *ret_order,
                           struct problem *problem, struct refusal *refusal);
static enum err entry_post_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static enum err entry_post_recall(struct writer_tx *tx, struct entry_post *post);
static enum err say_posts(struct writer_tx *tx, struct writer_job *const *jobs,
                          struct order *const *orders, size_t count);
static void entry_post_done(struct writer_job *job);

static const struct writer_job_type ENTRY_POST = {
    .name = "entry_post",
    .run_max = ENTRY_RUN_MAX,
    .work = entry_post_work,
    .done = entry_post_done,
};

void entry_post_start(struct http_request *request, void *context)
{
    entry_order_start(request, context, entry_read);
}

void entry_order_start(struct http_request *request, struct ledger *ledger, entry_order_fn read)
{
    struct problem problem = {.kind = NULL};
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct entry_post *post = calloc(1, sizeof *post);
    enum err err = post ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    post->job.type = &ENTRY_POST;
    post->job.event_count = 1;
    post->request = request;
    post->ledger = ledger;
    params_traceparent(request, post->traceparent);
    err = read(request, &post->order, &problem, &refusal);
    if (err) {
        goto out;
    }
    err = writer_submit(ledger->host.writer, &post->job);
    if (!err) {
        return;
    }

out:
    free(post);
    if (refusal.reason) {
        answer_refusal_plain(request, &refusal);
    } else {
        answer_failure(request, &problem, err);
    }
}

static enum err entry_read(struct http_request *request, struct order *ret_order,
                           struct problem *problem, struct refusal *refusal)
{
    struct entry_body body;
    uint8_t key[ENTRY_KEY_SIZE];
    json_t *value = NULL;
    enum err err = params_key(request, key, problem);

    if (err) {
        return err;
    }
    err = params_body(request, &value, problem);
    if (err) {
        return err;
    }
    err = entry_body_read(value, "", &body, problem);
    json_decref(value);
    if (err) {
        return err;
    }
    memcpy(body.key, key, sizeof body.key);
    return entry_body_order(&body, http_request_principal(request), ret_order, refusal);
}

static enum err entry_post_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct entry_post *first = (struct entry_post *)jobs[0];
    struct order *orders[ENTRY_RUN_MAX] = {NULL};

    assert(count <= ENTRY_RUN_MAX);
    for (size_t i = 0; i < count; i++) {
        orders[i] = &((struct entry_post *)jobs[i])->order;
    }
    enum err err = post_orders(&first->ledger->poster, tx, orders, count);
    for (size_t i = 0; !err && i < count; i++) {
        err = entry_post_recall(tx, (struct entry_post *)jobs[i]);
    }
    if (!err) {
        err = say_posts(tx, jobs, orders, count);
    }
    if (!err) {
        post_keep(&first->ledger->poster, tx);
    }
    return err;
}

/* Neighbours of one trace, as all are that have none, are said together. */
static enum err say_posts(struct writer_tx *tx, struct writer_job *const *jobs,
                          struct order *const *orders, size_t count)
{
    enum err err = ERR_OK;

    for (size_t first = 0, after = 0; !err && first < count; first = after) {
        const char *traceparent = ((struct entry_post *)jobs[first])->traceparent;
        const struct event_cause cause = {.traceparent = traceparent};

        after = first + 1;
        while (after < count &&
               strcmp(((struct entry_post *)jobs[after])->traceparent, traceparent) == 0) {
            after++;
        }
        err = events_say_entries(tx, &cause,
                                 &(struct events_entries){&orders[first], after - first, ""});
    }
    return err;
}

static enum err entry_post_recall(struct writer_tx *tx, struct entry_post *post)
{
    struct store_page page = {.limit = 1};

    if (post->order.result != ORDER_REPEATED) {
        return ERR_OK;
    }
    enum err err =
        store_journal_read(tx->db, post->ledger->shard, post->order.seq - 1, &post->known, &page);
    if (err) {
        return err;
    }
    bool found =
        page.count == 1 && post->known.seq == post->order.seq && post->known.result == ORDER_POSTED;
    return found ? ERR_OK : ERR_INTERNAL; /* the journal lost what a key names */
}

static void entry_post_done(struct writer_job *job)
{
    struct entry_post *post = (struct entry_post *)job;
    const struct order *order = &post->order;
    struct buffer answer;

    buffer_init(&answer, ANSWER_ENTRY_SIZE_MAX);
    if (job->err) {
        http_respond_error(post->request, job->err);
        goto out;
    }
    if (order->result == ORDER_REFUSED) {
        answer_refusal(post->request, &order->refusal);
        goto out;
    }
    answer_entry_append(&answer, order->result == ORDER_REPEATED ? &post->known : order);
    http_respond_buffer(post->request, HTTP_CREATED, &answer);

out:
    buffer_release(&answer);
    free(post);
}
