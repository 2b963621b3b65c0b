/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request by message: read -> verify (work queue) -> its course (cast_run.h)
 * -> answer. One struct owns everything until then. Never logs a body, and
 * never takes on more than its maximums: who comes then is told when to come
 * again.
 */
#include "participation/gateway/gateway.h"

#include "participation/cast_run.h"
#include "participation/gateway/events.h"
#include "runtime/bus.h"
#include "runtime/clock.h"
#include "runtime/http_signature.h"
#include "runtime/json.h"
#include "runtime/log.h"
#include "runtime/metrics.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)GATEWAY_REQUEST_COUNT_MAX < (int)BUS_REPLY_CONTEXT_COUNT,
              "requests under way must leave room to refuse others");
static_assert((int)GATEWAY_REQUEST_SIZE_MAX > (int)HTTP_BULK_BODY_SIZE_MAX, "beside the body");
static_assert((int)GATEWAY_RESPONSE_SIZE_MAX > (int)CAST_ANSWER_SIZE_MAX, "beside the body");
static_assert(2 * CRYPTO_HASH_SIZE < HTTP_SIGNATURE_NONCE_SIZE, "a statement's hash is as short");
static_assert((int)CAST_STATEMENT_NONCE_MAX < (int)HTTP_SIGNATURE_NONCE_SIZE, "copied whole");
static_assert((int)CAST_STATEMENT_IDEMPOTENCY_KEY_MAX == (int)HTTP_IDEMPOTENCY_KEY_LENGTH_MAX,
              "a request may come the other way");

struct gateway {
    struct participation *service;
    struct bus_rep *rep; /* NULL: stopped */
    int64_t request_count;
    size_t total_size;
};

/* One request, from its bytes to its answer. */
struct handing {
    struct cast_run run; /* first, so that the run is the handing */
    struct gateway *gateway;
    struct bus_request *asked;
    size_t size; /* of its message */
    struct gateway_request request;
    struct http_signature signature;
    struct keyring_key key;
    int64_t verified_at_ms;
    struct buffer packed; /* the answer's message, of what was accepted */
};

static void on_request(struct bus_request *asked, const void *data, size_t length, void *context);
static void verify_start(struct handing *handing);
static void verify_work(void *context);
static void verify_done(void *context);
static void cast_start(struct handing *handing);
static void cast_refused(struct cast_run *run, const struct problem *problem);
static void cast_pack(struct cast_run *run);
static void cast_answered(struct cast_run *run);

static const struct cast_run_type GATEWAY_RUN_TYPE = {
    .refused = cast_refused,
    .answered = cast_answered,
    .pack = cast_pack,
};

#define REQUESTS(class)                                                                            \
    {                                                                                              \
        .type = METRIC_COUNTER, .name = "hyeopchi_gateway_requests_total",                         \
        .help = "Requests by message, answered, by class of status.",                              \
        .labels = "status=\"" class "\""                                                           \
    }

static struct metric requests_answered[] = {REQUESTS("2xx"), REQUESTS("4xx"), REQUESTS("5xx")};

/* --- The socket. -------------------------------------------------------------------------------- */

enum err gateway_open(struct participation *service, const char *url, struct gateway **ret_gateway)
{
    struct bus_rep_options options = {
        .url = url,
        .request_size_max = GATEWAY_REQUEST_SIZE_MAX,
        .answer_size_max = GATEWAY_RESPONSE_SIZE_MAX,
        .on_request = on_request,
    };
    struct gateway *gateway;
    enum err err;

    for (size_t i = 0; i < sizeof requests_answered / sizeof requests_answered[0]; i++) {
        metrics_register(&requests_answered[i]);
    }
    *ret_gateway = NULL;
    if (url[0] == '\0') {
        return ERR_OK;
    }
    gateway = calloc(1, sizeof *gateway);
    if (gateway == NULL) {
        return ERR_FULL;
    }
    gateway->service = service;
    options.context = gateway;
    err = bus_rep_open(&service->host.loop, &options, &gateway->rep);
    if (err) {
        free(gateway);
        return err;
    }
    log_info("gateway_listening", log_str("url", url));
    *ret_gateway = gateway;
    return ERR_OK;
}

bool gateway_owes_answers(const struct gateway *gateway)
{
    return gateway != NULL && gateway->request_count > 0;
}

/* It stays until the last request under way is done with it. */
static void release(struct gateway *gateway)
{
    if (gateway->rep == NULL && gateway->request_count == 0) {
        free(gateway);
    }
}

void gateway_stop(void *context)
{
    struct gateway **slot = context;
    struct gateway *gateway = *slot;

    if (gateway != NULL) {
        *slot = NULL;
        bus_rep_close(gateway->rep);
        gateway->rep = NULL;
        release(gateway);
    }
}

/* --- Answers. ----------------------------------------------------------------------------------- */

static void count_answer(int status)
{
    assert(status >= 200 && status < 600 && status / 100 != 3);
    metrics_add(&requests_answered[status < 300 ? 0 : status / 100 - 3], 1);
}

static void answer_problem(struct bus_request *asked, const struct problem *problem,
                           enum problem_language language)
{
    json_t *document = problem_json(problem, language);
    char *text = document != NULL ? json_text(document) : NULL;
    const bool busy = problem->kind->status == 503;
    const struct gateway_response response = {
        .status = problem->kind->status,
        .retry_after_ms = busy ? (int64_t)PROBLEM_RETRY_AFTER_S * 1000 : 0,
        .body = text != NULL ? text : "",
        .body_length = text != NULL ? strlen(text) : 0,
    };
    struct buffer packed;

    buffer_init(&packed, BUS_MESSAGE_SIZE_MAX);
    gateway_response_write(&response, &packed);
    count_answer(response.status);
    /* Without memory an empty answer, which is none: it is asked again. */
    bus_request_answer(asked, packed.data, buffer_status(&packed) == ERR_OK ? packed.length : 0);
    buffer_release(&packed);
    free(text);
    json_decref(document);
}

static void handing_free(struct handing *handing)
{
    struct gateway *gateway = handing->gateway;

    assert(gateway->request_count > 0 && gateway->total_size >= handing->size);
    gateway->request_count--;
    gateway->total_size -= handing->size;
    release(gateway);
    cast_run_release(&handing->run);
    http_signature_release(&handing->signature);
    gateway_request_release(&handing->request);
    buffer_release(&handing->packed);
    free(handing);
}

static void refuse(struct handing *handing, const struct problem *problem)
{
    const int status = problem->kind->status;

    if (status == 401 || status == 403) {
        log_info("gateway_refused", log_int("status", status), log_str("code", problem->kind->code),
                 log_str("key", handing->request.statement.key_id));
    }
    if (handing->gateway->rep != NULL) {
        answer_problem(handing->asked, problem, handing->request.language);
    }
    handing_free(handing);
}

static void refuse_kind(struct handing *handing, const struct problem_kind *kind, const char *field)
{
    struct problem problem;

    problem_set(&problem, kind, field, NULL, NULL);
    refuse(handing, &problem);
}

static void cast_refused(struct cast_run *run, const struct problem *problem)
{
    refuse((struct handing *)run, problem);
}

static void cast_pack(struct cast_run *run)
{
    struct handing *handing = (struct handing *)run;
    const struct gateway_response response = {
        .status = run->source.batch ? 200 : 201,
        .body = run->answer.data,
        .body_length = run->answer.length,
    };

    gateway_response_write(&response, &handing->packed);
    run->err = buffer_status(&handing->packed);
    buffer_release(&run->answer); /* Once is enough: it may be large. */
}

static void cast_answered(struct cast_run *run)
{
    struct handing *handing = (struct handing *)run;

    count_answer(run->source.batch ? 200 : 201);
    if (handing->gateway->rep != NULL) {
        bus_request_answer(handing->asked, handing->packed.data, handing->packed.length);
    }
    handing_free(handing);
}

/* --- Requests. ---------------------------------------------------------------------------------- */

static bool is_full(const struct gateway *gateway, size_t length)
{
    return gateway->request_count >= GATEWAY_REQUEST_COUNT_MAX ||
           length > GATEWAY_TOTAL_SIZE_MAX - gateway->total_size ||
           gateway->service->host.http == NULL || loop_is_stopping(&gateway->service->host.loop);
}

static struct handing *handing_new(struct gateway *gateway, struct bus_request *asked,
                                   const struct gateway_request *request, size_t size)
{
    struct handing *handing = calloc(1, sizeof *handing);

    if (handing != NULL) {
        handing->gateway = gateway;
        handing->asked = asked;
        handing->request = *request;
        handing->size = size;
        buffer_init(&handing->signature.base, CAST_STATEMENT_SIZE_MAX);
        buffer_init(&handing->packed, GATEWAY_RESPONSE_SIZE_MAX);
        gateway->request_count++;
        gateway->total_size += size;
    }
    return handing;
}

static void on_request(struct bus_request *asked, const void *data, size_t length, void *context)
{
    struct gateway *gateway = context;
    struct gateway_request request;
    struct handing *handing = NULL;
    struct problem problem;
    const char *fault = NULL;

    problem_set_error(&problem, ERR_FULL);
    if (is_full(gateway, length)) {
        answer_problem(asked, &problem, PROBLEM_KOREAN);
        return;
    }
    if (gateway_request_read(data, length, &request, &fault) != ERR_OK) {
        problem_set(&problem, &PROBLEM_MALFORMED, fault, NULL, NULL);
        answer_problem(asked, &problem, PROBLEM_KOREAN);
        return;
    }
    handing = handing_new(gateway, asked, &request, length);
    if (handing == NULL) {
        answer_problem(asked, &problem, request.language);
        gateway_request_release(&request);
        return;
    }
    verify_start(handing);
}

/* What needs no signature to be seen. */
static const struct problem_kind *check_request(const struct gateway_request *request,
                                                const char **ret_field)
{
    const size_t body_max = request->statement.kind == CAST_KIND_BATCH
                                ? (size_t)HTTP_BULK_BODY_SIZE_MAX
                                : (size_t)HTTP_BODY_SIZE_MAX;

    *ret_field = "signature";
    if (request->signature_length == 0) {
        return &PROBLEM_UNSIGNED;
    }
    if (request->signature_length != CRYPTO_SIGNATURE_SIZE) {
        return &PROBLEM_BAD_SIGNATURE;
    }
    *ret_field = "body";
    if (request->body_length > body_max) {
        return &PROBLEM_TOO_LARGE;
    }
    *ret_field = "idempotency_key";
    return request->statement.idempotency_key[0] == '\0' ? &PROBLEM_KEY_MISSING : NULL;
}

static void verify_start(struct handing *handing)
{
    struct loop *loop = &handing->gateway->service->host.loop;
    const struct gateway_request *request = &handing->request;
    const struct cast_statement *statement = &request->statement;
    const struct keyring *keyring = handing->gateway->service->host.keyring;
    const char *field = NULL;
    const struct problem_kind *kind = check_request(request, &field);
    struct http_signature *signature = &handing->signature;
    enum err err;

    if (kind != NULL) {
        refuse_kind(handing, kind, field);
        return;
    }
    if (keyring == NULL || keyring_find(keyring, statement->key_id, &handing->key) != ERR_OK) {
        refuse_kind(handing, &PROBLEM_UNKNOWN_CREDENTIAL, "key_id");
        return;
    }
    /* Neither is cut: the statement is without fault. */
    (void)snprintf(signature->key_id, sizeof signature->key_id, "%s", statement->key_id);
    (void)snprintf(signature->nonce, sizeof signature->nonce, "%s", statement->nonce);
    signature->created_ms = statement->created_ms;
    signature->expires_ms = statement->expires_ms != 0 ? statement->expires_ms : INT64_MAX;
    memcpy(signature->signature, request->signature, sizeof signature->signature);
    handing->verified_at_ms = clock_now_ms();
    err = request->body_length <= HTTP_SIGNATURE_BRIEF_BODY_SIZE_MAX
              ? loop_work_brief(loop, verify_work, verify_done, handing)
              : loop_work(loop, verify_work, verify_done, handing);
    if (err) {
        refuse_kind(handing, &PROBLEM_OVERLOADED, NULL);
    }
}

static void verify_work(void *context)
{
    struct handing *handing = context;
    struct gateway_request *request = &handing->request;
    struct cast_run *run = &handing->run;
    uint8_t statement[CAST_STATEMENT_SIZE_MAX];
    struct encoder encoder;
    size_t length = 0;

    crypto_sha256(request->body, request->body_length, request->statement.body_hash);
    encoder_init(&encoder, statement, sizeof statement);
    cast_statement_encode(&encoder, &request->statement);
    run->err = encoder_finish(&encoder, &length);
    assert(run->err == ERR_OK); /* It is without fault. */
    buffer_append(&handing->signature.base, statement, length);
    if (buffer_status(&handing->signature.base) != ERR_OK) {
        problem_set(&run->problem, &PROBLEM_OVERLOADED, NULL, NULL, NULL);
        run->err = ERR_FULL;
        return;
    }
    run->err = http_signature_check(&handing->signature, &handing->key, handing->verified_at_ms,
                                    run->cast.req_hash, &run->problem);
}

/* A signature's rules are named after the headers of HTTP; here they are fields. */
static void name_field(struct problem *problem)
{
    static const struct {
        const char *rule;
        const char *field;
    } fields[] = {
        {"created", "created_time_ms"},
        {"expires", "expires_time_ms"},
        {"keyid", "key_id"},
    };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(problem->rule, fields[i].rule) == 0) {
            (void)snprintf(problem->field, sizeof problem->field, "%s", fields[i].field);
        }
    }
}

/*
 * A nonce is used up only by a request that was right in everything else, and is used once, as by HTTP.
 * But a REQ socket sends its request again by itself when a connection was lost: the same statement is
 * the same request, and its Idempotency-Key has it answered as before.
 */
static enum err use_nonce(const struct handing *handing)
{
    struct nonce_cache *nonces = http_server_nonces(handing->gateway->service->host.http);
    const struct http_signature *signature = &handing->signature;
    char statement[2 * CRYPTO_HASH_SIZE + 1];
    const struct nonce_request request = {
        .nonce = signature->nonce,
        .statement = statement,
        .created_ms = signature->created_ms,
    };

    crypto_hex(handing->run.cast.req_hash, CRYPTO_HASH_SIZE, statement, sizeof statement);
    return nonce_cache_add_request(nonces, signature->key_id, &request, handing->verified_at_ms);
}

static void verify_done(void *context)
{
    struct handing *handing = context;
    const enum role role = handing->key.principal.role;
    enum err err;

    if (handing->run.err) {
        name_field(&handing->run.problem);
        refuse(handing, &handing->run.problem);
        return;
    }
    if (role != ROLE_FRONT_END && role != ROLE_STAFF) {
        refuse_kind(handing, &PROBLEM_FORBIDDEN, "key_id");
        return;
    }
    err = use_nonce(handing);
    if (err) {
        refuse_kind(handing, err == ERR_CONFLICT ? &PROBLEM_REPLAYED : &PROBLEM_OVERLOADED,
                    err == ERR_CONFLICT ? "nonce" : NULL);
        return;
    }
    cast_start(handing);
}

static void cast_start(struct handing *handing)
{
    const struct gateway_request *request = &handing->request;
    struct cast_run *run = &handing->run;

    cast_run_init(run, handing->gateway->service, &GATEWAY_RUN_TYPE, &handing->key.principal);
    run->language = request->language;
    run->source.batch = request->statement.kind == CAST_KIND_BATCH;
    run->source.idempotency_key = request->statement.idempotency_key;
    run->source.body = request->body;
    run->source.body_length = request->body_length;
    cast_run_start(run, request->statement.ballot_id);
}
