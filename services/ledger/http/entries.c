/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/entries: an operator posts an entry of the kinds that people may
 * post (selections come from certified tallies, never from here).
 */
#include "ledger/events.h"
#include "ledger/http/answers.h"
#include "ledger/http/handlers.h"
#include "ledger/http/params.h"
#include "ledger/post.h"
#include "ledger/service.h"
#include "ledger/store/journal.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/json.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HTTP_CREATED = 201,
    ENTRY_RUN_MAX = 512, /* requests answered by one run of posting */
    CANONICAL_SIZE = ENTRY_DOCUMENT_LENGTH_MAX + PROGRAMME_LENGTH_MAX + 128,
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

/* The body. */
struct entry_body {
    struct line line;
    int64_t amount_krw;
    int32_t effective_date; /* 0 when it is not given: today */
    char document[ENTRY_DOCUMENT_LENGTH_MAX + 1];
};

static enum err entry_read(struct entry_post *post, struct problem *problem,
                           struct refusal *refusal);
static enum err body_read(const json_t *value, struct entry_body *ret_body,
                          struct problem *problem);
static enum err order_build(struct entry_post *post, const struct entry_body *body,
                            const uint8_t key[ENTRY_KEY_SIZE], struct refusal *ret_refusal);
static void body_hash(const struct entry_body *body, uint8_t ret_hash[ORDER_HASH_SIZE]);
static enum err entry_post_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static enum err entry_post_answer(struct writer_tx *tx, struct entry_post *post);
static void entry_post_done(struct writer_job *job);

static const struct writer_job_type ENTRY_POST = {
    .name = "entry_post",
    .run_max = ENTRY_RUN_MAX,
    .work = entry_post_work,
    .done = entry_post_done,
};

void entry_post_start(struct http_request *request, void *context)
{
    struct ledger *ledger = context;
    struct problem problem = {.kind = NULL};
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct entry_post *post = calloc(1, sizeof *post);
    enum err err = post ? ERR_OK : ERR_UNAVAILABLE;

    if (err) {
        goto out;
    }
    post->job.type = &ENTRY_POST;
    post->request = request;
    post->ledger = ledger;
    params_traceparent(request, post->traceparent);
    err = entry_read(post, &problem, &refusal);
    if (err) {
        goto out;
    }
    err = writer_submit(ledger->host.writer, &post->job);
    if (!err) {
        return;
    }

out:
    free(post);
    if (problem.kind) {
        http_respond_problem(request, &problem);
    } else if (refusal.reason) {
        answer_refusal_plain(request, &refusal);
    } else {
        http_respond_error(request, err);
    }
}

static enum err entry_read(struct entry_post *post, struct problem *problem,
                           struct refusal *refusal)
{
    uint8_t key[ENTRY_KEY_SIZE];
    struct entry_body body = {.amount_krw = 0};
    json_t *value = NULL;
    enum err err = params_key(post->request, key, problem);

    if (err) {
        return err;
    }
    err = params_body(post->request, &value, problem);
    if (err) {
        return err;
    }
    err = body_read(value, &body, problem);
    json_decref(value);
    if (err) {
        return err;
    }
    return order_build(post, &body, key, refusal);
}

static enum err body_read(const json_t *value, struct entry_body *ret_body, struct problem *problem)
{
    static const char *const names[] = {"kind",           "fiscal_year", "programme",
                                        "funding_source", "amount_krw",  "effective_date",
                                        "document",       NULL};
    static const char *const kinds[] = {KIND_APPROPRIATION, NULL};
    char programme[PROGRAMME_LENGTH_MAX + 1] = "";
    char date[ENTRY_DATE_SIZE] = "";
    struct json_reader reader;
    int64_t year = 0;
    int kind = 0;
    int source = 0;

    json_reader_init(&reader, value, "", problem);
    json_reader_allow(&reader, names);
    json_read_choice(&reader, "kind", kinds, &kind);
    json_read_int64(&reader, "fiscal_year", FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &year);
    json_read_text(&reader, "programme", 1, programme, sizeof programme);
    json_read_choice(&reader, "funding_source", PARAMS_FUNDING_SOURCES, &source);
    json_read_int64(&reader, "amount_krw", 1, INT64_MAX, &ret_body->amount_krw);
    json_read_text(&reader, "document", 1, ret_body->document, sizeof ret_body->document);
    if (json_reader_has(&reader, "effective_date")) {
        json_read_text(&reader, "effective_date", 1, date, sizeof date);
        enum err wrong_date = entry_date_parse(date, &ret_body->effective_date);
        if (wrong_date) {
            json_reader_refuse(&reader, "effective_date", &PROBLEM_WRONG_VALUE, "date", date);
        }
    }
    if (!json_reader_ok(&reader)) {
        return ERR_INVALID;
    }
    enum err err =
        line_init(&ret_body->line, (int32_t)year, (enum funding_source)(source + 1), programme);
    if (err) {
        json_reader_refuse(&reader, "programme", &PROBLEM_WRONG_VALUE, "programme", programme);
    }
    return err;
}

static enum err order_build(struct entry_post *post, const struct entry_body *body,
                            const uint8_t key[ENTRY_KEY_SIZE], struct refusal *ret_refusal)
{
    const struct principal *principal = http_request_principal(post->request);
    struct entry_head head = {
        .key = key,
        .effective_date = body->effective_date,
        .document = body->document,
    };
    json_t *metadata =
        json_pack("{s:s, s:s}", "operator", principal->id, "key_id", principal->key_id);
    char *metadata_text = metadata ? json_text(metadata) : NULL;
    char day[CLOCK_DAY_SIZE];
    enum err err = metadata_text ? ERR_OK : ERR_UNAVAILABLE;

    if (!err && head.effective_date == 0) {
        clock_day_in_korea(clock_now_ms(), day);
        err = entry_date_parse(day, &head.effective_date);
        err = err ? ERR_INTERNAL : ERR_OK; /* a clock beyond 2199 */
    }
    if (!err) {
        head.metadata = metadata_text;
        err = entry_build_appropriation(&post->order.entry, &head, &body->line, body->amount_krw,
                                        ret_refusal);
        body_hash(body, post->order.request_hash);
    }
    free(metadata_text);
    json_decref(metadata);
    return err;
}

/* What makes two requests the same: what they ask for, not how it is written. */
static void body_hash(const struct entry_body *body, uint8_t ret_hash[ORDER_HASH_SIZE])
{
    char canonical[CANONICAL_SIZE];
    int length = snprintf(canonical, sizeof canonical, "%s\n%d\n%s\n%s\n%lld\n%d\n%s",
                          KIND_APPROPRIATION, (int)body->line.fiscal_year,
                          funding_source_code(body->line.funding_source), body->line.programme,
                          (long long)body->amount_krw, (int)body->effective_date, body->document);

    assert(length > 0 && (size_t)length < sizeof canonical);
    crypto_sha256(canonical, (size_t)length, ret_hash);
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
        err = entry_post_answer(tx, (struct entry_post *)jobs[i]);
    }
    return err;
}

static enum err entry_post_answer(struct writer_tx *tx, struct entry_post *post)
{
    const struct event_cause cause = {.traceparent = post->traceparent};
    struct store_page page = {.limit = 1};

    if (post->order.result == ORDER_POSTED) {
        return events_say_entry(tx, &cause, &post->order, "");
    }
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
    json_t *answer = NULL;

    if (job->err) {
        http_respond_error(post->request, job->err);
        goto out;
    }
    if (order->result == ORDER_REFUSED) {
        answer_refusal(post->request, &order->refusal);
        goto out;
    }
    answer = answer_entry(order->result == ORDER_REPEATED ? &post->known : order);
    if (!answer) {
        http_respond_error(post->request, ERR_UNAVAILABLE);
        goto out;
    }
    http_respond_json(post->request, HTTP_CREATED, answer);

out:
    free(post);
}
