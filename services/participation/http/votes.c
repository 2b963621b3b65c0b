/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Votes, one or many: find the ballot -> prepare -> commit (writer) -> write the
 * answer -> answer. Many are prepared and written on the work queue. One struct owns everything until
 * then. Must never log what is in a request.
 */
#include "participation/cast.h"
#include "participation/http/params.h"
#include "participation/http/routes.h"
#include "runtime/buffer.h"
#include "runtime/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct problem_kind KEY_DESTROYED = {
    .status = 409,
    .code = "ballot-key-destroyed",
    .ko = "이의신청 기간이 끝나 이 투표의 키를 파기하였으므로 표를 받거나 찾을 수 없습니다.",
    .en =
        "The objection period is over and the ballot's key is destroyed: no vote can be accepted "
        "or "
        "found again.",
};

enum { ANSWER_SIZE_MAX = 64 * 1024 * 1024, SMALL_BODY_SIZE_MAX = 4096 };

struct exchange {
    struct cast cast; /* first, so that the writer's job is the exchange */
    struct participation *service;
    struct http_request *request;
    struct cast_source source;
    struct problem problem; /* of the request as a whole */
    struct buffer answer;
    enum problem_language language;
    enum err err;
};

static void vote_found(struct frozen *frozen, enum err err, void *context);
static void prepare_work(void *context);
static void prepare_done(void *context);
static void commit_done(struct writer_job *job);
static void write_work(void *context);
static void write_done(void *context);

static const struct writer_job_type CAST_JOB_TYPE = {
    .name = "cast",
    .run_max = CAST_RUN_LENGTH_MAX,
    .work = cast_work,
    .done = commit_done,
};

static void exchange_free(struct exchange *exchange)
{
    cast_release(&exchange->cast);
    buffer_release(&exchange->answer);
    free(exchange);
}

static void respond_error(struct exchange *exchange, enum err err)
{
    http_respond_error(exchange->request, err);
    exchange_free(exchange);
}

static void respond_problem(struct exchange *exchange, const struct problem *problem)
{
    http_respond_problem(exchange->request, problem);
    exchange_free(exchange);
}

/* One vote costs less than handing it to another thread and back; ten thousand, or one as long as a
 * request may be, are too much for the loop. */
static bool exchange_is_small(const struct exchange *exchange)
{
    return !exchange->source.batch && exchange->source.body_length <= SMALL_BODY_SIZE_MAX;
}

enum vote_request { REQUEST_VOTE, REQUEST_BATCH, REQUEST_PAPER };

static void vote_start(struct http_request *request, struct participation *service,
                       enum vote_request asked)
{
    const bool batch = asked == REQUEST_BATCH;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    const char *key;
    struct exchange *exchange;

    if (!params_ballot_id(request, ballot_id) ||
        !params_content_type(request, batch ? "application/x-ndjson" : "application/json")) {
        return;
    }
    key = params_idempotency_key(request);
    if (key == NULL) {
        return;
    }
    exchange = calloc(1, sizeof *exchange);
    if (exchange == NULL) {
        http_respond_error(request, ERR_FULL);
        return;
    }
    exchange->service = service;
    exchange->request = request;
    exchange->language = http_request_language(request);
    exchange->cast.signer = &service->signer;
    memcpy(exchange->cast.req_hash, http_request_signature_hash(request), CRYPTO_HASH_SIZE);
    buffer_init(&exchange->answer, ANSWER_SIZE_MAX);
    exchange->source = (struct cast_source){
        .batch = batch,
        .reserves = asked == REQUEST_PAPER,
        .caster = http_request_principal(request)->role == ROLE_STAFF ? VOTE_CASTER_STAFF
                                                                      : VOTE_CASTER_FRONT_END,
        .front_end_role = role_name(http_request_principal(request)->role),
        .front_end_id = http_request_principal(request)->id,
        .idempotency_key = key,
    };
    exchange->source.body = http_request_body(request, &exchange->source.body_length);
    ballots_find(service->ballots, ballot_id, vote_found, exchange);
}

void handle_vote(struct http_request *request, void *context)
{
    vote_start(request, context, REQUEST_VOTE);
}

void handle_vote_batch(struct http_request *request, void *context)
{
    vote_start(request, context, REQUEST_BATCH);
}

void handle_paper_reserve(struct http_request *request, void *context)
{
    vote_start(request, context, REQUEST_PAPER);
}

static void vote_found(struct frozen *frozen, enum err err, void *context)
{
    struct exchange *exchange = context;

    if (err == ERR_CONFLICT) {
        params_refuse(exchange->request, &KEY_DESTROYED, "");
        exchange_free(exchange);
        return;
    }
    if (err) {
        respond_error(exchange, err);
        return;
    }
    exchange->cast.frozen = frozen_hold(frozen);
    if (exchange_is_small(exchange)) {
        prepare_work(exchange);
        prepare_done(exchange);
        return;
    }
    err = loop_work(&exchange->service->host.loop, prepare_work, prepare_done, exchange);
    if (err) {
        respond_error(exchange, err);
    }
}

static void prepare_work(void *context)
{
    struct exchange *exchange = context;

    exchange->err = cast_prepare(&exchange->cast, &exchange->source, &exchange->problem);
}

static void write_start(struct exchange *exchange)
{
    enum err err;

    if (exchange_is_small(exchange)) {
        write_work(exchange);
        write_done(exchange);
        return;
    }
    err = loop_work(&exchange->service->host.loop, write_work, write_done, exchange);
    if (err) {
        respond_error(exchange, err);
    }
}

static void prepare_done(void *context)
{
    struct exchange *exchange = context;
    enum err err;

    if (exchange->err) {
        respond_problem(exchange, &exchange->problem);
        return;
    }
    if (cast_is_decided(&exchange->cast)) {
        write_start(exchange);
        return;
    }
    exchange->cast.job.type = &CAST_JOB_TYPE;
    err = writer_submit(exchange->service->host.writer, &exchange->cast.job);
    if (err) {
        respond_error(exchange, err);
    }
}

static void commit_done(struct writer_job *job)
{
    struct exchange *exchange = (struct exchange *)job;

    if (job->err) {
        respond_error(exchange, job->err);
        return;
    }
    write_start(exchange);
}

/* Appends a document; an unfinished answer is noticed by its missing text. */
static void write_json(struct exchange *exchange, json_t *json)
{
    char *text = json != NULL ? json_text(json) : NULL;

    if (text == NULL) {
        exchange->err = ERR_FULL;
    } else {
        buffer_append_text(&exchange->answer, text);
    }
    free(text);
    json_decref(json);
}

static void write_accepted(struct exchange *exchange, const struct cast_item *item)
{
    const struct commit_receipt_vote vote = {
        .leaf_index = item->leaf_index,
        .rev = item->rev,
        .nullifier = item->nullifier,
    };

    commit_receipt_write(item->receipt, &vote, &exchange->answer);
}

/* {"line", "status", "vote", "receipt"} or {"line", "status", "problem"}. */
static void write_line(struct exchange *exchange, const struct cast_item *item)
{
    int status = 201;

    if (item->outcome == CAST_REFUSED) {
        status = item->problem != NULL ? item->problem->kind->status : 0;
    }
    buffer_append_format(&exchange->answer, "{\"line\":%u,\"status\":%d,", item->line, status);
    if (item->outcome != CAST_REFUSED) {
        write_accepted(exchange, item);
    } else {
        buffer_append_text(&exchange->answer, "\"problem\":");
        write_json(exchange,
                   item->problem != NULL ? problem_json(item->problem, exchange->language) : NULL);
    }
    buffer_append_text(&exchange->answer, "}\n");
}

static void write_work(void *context)
{
    struct exchange *exchange = context;

    exchange->err = ERR_OK;
    if (exchange->source.batch) {
        for (size_t i = 0; i < exchange->cast.item_count && !exchange->err; i++) {
            write_line(exchange, &exchange->cast.items[i]);
        }
    } else if (exchange->cast.items[0].outcome != CAST_REFUSED) {
        buffer_append_u8(&exchange->answer, '{');
        write_accepted(exchange, &exchange->cast.items[0]);
        buffer_append_u8(&exchange->answer, '}');
    }
    if (!exchange->err) {
        exchange->err = buffer_status(&exchange->answer);
    }
}

static void write_done(void *context)
{
    struct exchange *exchange = context;
    const struct cast_item *first = &exchange->cast.items[0];

    if (exchange->err) {
        /* The votes are durable; the same request under the same key gets the receipts. */
        respond_error(exchange, ERR_UNAVAILABLE);
        return;
    }
    if (!exchange->source.batch && first->outcome == CAST_REFUSED) {
        if (first->problem == NULL) {
            respond_error(exchange, ERR_FULL);
            return;
        }
        respond_problem(exchange, first->problem);
        return;
    }
    assert(exchange->source.batch || first->receipt != NULL);
    http_respond(exchange->request, exchange->source.batch ? 200 : 201,
                 exchange->source.batch ? "application/x-ndjson" : "application/json",
                 exchange->answer.data, exchange->answer.length);
    exchange_free(exchange);
}
