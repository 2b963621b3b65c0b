/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Votes by HTTP, one or many, and ballot papers: what comes before a request's
 * course (cast_run.h) and how its answer is given. One struct owns everything
 * until then.
 */
#include "participation/cast_run.h"
#include "participation/http/params.h"
#include "participation/http/routes.h"

#include <stdlib.h>
#include <string.h>

struct exchange {
    struct cast_run run; /* first, so that the run is the exchange */
    struct http_request *request;
};

static void respond_refused(struct cast_run *run, const struct problem *problem);
static void respond_answered(struct cast_run *run);

static const struct cast_run_type HTTP_RUN_TYPE = {
    .refused = respond_refused,
    .answered = respond_answered,
};

enum vote_request { REQUEST_VOTE, REQUEST_BATCH, REQUEST_PAPER };

static void vote_start(struct http_request *request, struct participation *service,
                       enum vote_request asked)
{
    const bool batch = asked == REQUEST_BATCH;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    const char *key;
    struct exchange *exchange;
    struct cast_source *source;

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
    exchange->request = request;
    cast_run_init(&exchange->run, service, &HTTP_RUN_TYPE, http_request_principal(request));
    exchange->run.language = http_request_language(request);
    memcpy(exchange->run.cast.req_hash, http_request_signature_hash(request), CRYPTO_HASH_SIZE);
    source = &exchange->run.source;
    source->batch = batch;
    source->reserves = asked == REQUEST_PAPER;
    source->idempotency_key = key;
    source->body = http_request_body(request, &source->body_length);
    cast_run_start(&exchange->run, ballot_id);
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

static void exchange_free(struct exchange *exchange)
{
    cast_run_release(&exchange->run);
    free(exchange);
}

static void respond_refused(struct cast_run *run, const struct problem *problem)
{
    struct exchange *exchange = (struct exchange *)run;

    http_respond_problem(exchange->request, problem);
    exchange_free(exchange);
}

static void respond_answered(struct cast_run *run)
{
    struct exchange *exchange = (struct exchange *)run;
    const bool batch = run->source.batch;

    http_respond(exchange->request, batch ? 200 : 201,
                 batch ? "application/x-ndjson" : "application/json", run->answer.data,
                 run->answer.length);
    exchange_free(exchange);
}
