/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request from its head to its handler: route, limits, signature, roles,
 * and the accounts at its end. The only place that decides whether a handler
 * runs. Never logs a body, a parameter's value or an address; a route's
 * pattern says enough.
 */
#include "runtime/http_internal.h"

#include "runtime/clock.h"
#include "runtime/log.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

static const struct problem_kind *check_route(struct http_request *request);
static const struct problem_kind *check_body(struct http_request *request);
static size_t body_expected(const struct http_request *request);
static enum err admit_bulk(struct http_request *request, size_t expected,
                           struct problem *ret_problem);
static void refuse(struct http_request *request, const struct problem_kind *kind, const char *rule);
static void refuse_with(struct http_request *request, const struct problem *problem);
static void begin(struct http_request *request);
static void verify_start(struct http_request *request);
static void fill_message(struct http_request *request);
static enum err find_key(struct http_request *request, struct problem *ret_problem);
static enum err check_role(const struct http_request *request, struct problem *ret_problem);
static void verify_work(void *context);
static void verify_done(void *context);
static enum err check_credentials(struct http_request *request, struct problem *ret_problem);
static void handle(struct http_request *request);

/* --- The head. ---------------------------------------------------------------------------------- */

bool http_exchange_head(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    struct http_request *request = &connection->request;
    struct problem problem = {.kind = NULL};
    const struct problem_kind *kind;

    begin(request);
    http_route_match(&server->routes, &connection->parser.head, &request->match);
    kind = check_route(request);
    if (!kind) {
        kind = check_body(request);
    }
    if (kind) {
        problem_set(&problem, kind, NULL, NULL, NULL);
    } else if (!admit_bulk(request, body_expected(request), &problem)) {
        return true;
    }
    /* A body that nobody reads cannot be told from the next request. */
    if (connection->parser.head.has_body) {
        connection->keep_alive = false;
    }
    refuse_with(request, &problem);
    return false;
}

static void begin(struct http_request *request)
{
    assert(!request->under_way);
    request->under_way = true;
    request->connection->server->request_count++;
    request->match.route = NULL;
    request->match.number = http_route_count(&request->connection->server->routes);
    request->problem_code = NULL;
    request->bulk_size = 0;
    request->started_ms = clock_monotonic_ms();
    request->started_ns = uv_hrtime();
    request->is_signed = false;
    request->signature.key_id[0] = '\0';
    request->has_cache_control = false;
    request->has_content_security_policy = false;
    request->streaming = false;
    request->stream_ending = false;
    buffer_clear(&request->response_headers);
}

static bool has_signature(const struct http_request *request)
{
    return http_request_header(request, "signature") ||
           http_request_header(request, "signature-input");
}

static const struct problem_kind *check_route(struct http_request *request)
{
    const struct http_match *match = &request->match;

    if (!match->path_known) {
        return &PROBLEM_NOT_FOUND;
    }
    if (!match->route) {
        http_response_header(request, "Allow", match->allow);
        return &PROBLEM_WRONG_METHOD;
    }
    if (match->broken) {
        return &PROBLEM_MALFORMED;
    }
    /* Before its body is read: what is not even signed costs us nothing more. */
    if (!(match->route->roles & ROLE_PUBLIC) && !has_signature(request)) {
        return &PROBLEM_UNSIGNED;
    }
    return NULL;
}

static size_t body_max(const struct http_request *request)
{
    size_t size = request->match.route->body_max;

    return size > 0 ? size : (size_t)HTTP_BODY_SIZE_MAX;
}

static const struct problem_kind *check_body(struct http_request *request)
{
    struct http_parser *parser = &request->connection->parser;

    if (parser->head.content_length > body_max(request)) {
        return &PROBLEM_TOO_LARGE;
    }
    parser->body.length_max = body_max(request);
    return NULL;
}

/* Of a chunked body only the most it may become is known. */
static size_t body_expected(const struct http_request *request)
{
    const struct http_head *head = &request->connection->parser.head;

    return head->chunked ? body_max(request) : (size_t)head->content_length;
}

/*
 * Whether its signature is that of somebody who may send it, as far as that shows without the body: only
 * the body's digest is checked later. On the loop, since it takes far less than a millisecond and the
 * body does not come before; nothing is kept, and no nonce used up.
 */
static enum err verify_head(struct http_request *request, size_t expected,
                            struct problem *ret_problem)
{
    struct http_server *server = request->connection->server;
    const struct http_signature *signature = &request->signature;
    uint8_t base_hash[CRYPTO_HASH_SIZE];
    enum err err;

    fill_message(request);
    request->message.body_length = expected;
    err = find_key(request, ret_problem);
    if (!err) {
        err =
            http_signature_check(signature, &request->key, clock_now_ms(), base_hash, ret_problem);
    }
    if (!err) {
        err = check_role(request, ret_problem);
    }
    if (!err && nonce_cache_has(server->nonces, signature->key_id, signature->nonce,
                                signature->created_ms)) {
        problem_set(ret_problem, &PROBLEM_REPLAYED, NULL, NULL, NULL);
        err = ERR_CONFLICT;
    }
    if (err) {
        metrics_add(&http_metrics.refused_signatures, 1);
        return err;
    }
    http_signature_release(&request->signature);
    request->is_signed = false;
    return ERR_OK;
}

/*
 * A large body gets all its room before its first byte, so that who is let in can also finish, and who is
 * not is told before sending it. Therefore only a sender whose signature is right gets any: a key's name
 * is no secret, and eight strangers who send nothing, or all but the last byte, would keep everybody out.
 */
static enum err admit_bulk(struct http_request *request, size_t expected,
                           struct problem *ret_problem)
{
    struct http_server *server = request->connection->server;
    enum err err;

    if (expected <= HTTP_BODY_SIZE_MAX) {
        return ERR_OK;
    }
    err = has_signature(request) ? verify_head(request, expected, ret_problem) : ERR_OK;
    if (err) {
        return err;
    }
    if (expected > server->limits.bulk_total_size_max - server->bulk_size) {
        metrics_add(&http_metrics.refused_bodies, 1);
        problem_set(ret_problem, &PROBLEM_OVERLOADED, NULL, NULL, NULL);
        ret_problem->retry_after_s = PROBLEM_RETRY_AFTER_S;
        return ERR_FULL;
    }
    request->bulk_size = expected;
    server->bulk_size += expected;
    return ERR_OK;
}

static void refuse(struct http_request *request, const struct problem_kind *kind, const char *rule)
{
    struct problem problem;

    problem_set(&problem, kind, NULL, rule, NULL);
    if (kind->status == 503) {
        problem.retry_after_s = PROBLEM_RETRY_AFTER_S;
    }
    refuse_with(request, &problem);
}

static void refuse_with(struct http_request *request, const struct problem *problem)
{
    struct http_connection *connection = request->connection;

    /* From here on the answer ends the request, whether or not the client is there to take it. */
    if (connection->state == HTTP_CONNECTION_BODY) {
        http_connection_set_state(connection, HTTP_CONNECTION_BUSY);
    }
    http_respond_problem(request, problem);
}

void http_exchange_refuse(struct http_connection *connection, const struct problem_kind *kind,
                          const char *rule)
{
    struct http_request *request = &connection->request;

    connection->keep_alive = false;
    if (!request->under_way) {
        begin(request);
    }
    if (kind != &PROBLEM_TIMEOUT) {
        metrics_add(&http_metrics.refused_requests, 1);
    }
    refuse(request, kind, rule);
}

/* --- The message. ------------------------------------------------------------------------------- */

void http_exchange_message(struct http_connection *connection)
{
    struct http_request *request = &connection->request;

    if (has_signature(request)) {
        verify_start(request);
        return;
    }
    assert(request->match.route->roles & ROLE_PUBLIC);
    handle(request);
}

static void verify_start(struct http_request *request)
{
    struct http_server *server = request->connection->server;
    struct problem problem = {.kind = NULL};
    enum err err;

    fill_message(request);
    err = find_key(request, &problem);
    if (err) {
        metrics_add(&http_metrics.refused_signatures, 1);
        refuse_with(request, &problem);
        return;
    }
    request->verified_at_ms = clock_now_ms();
    if (request->message.body_length <= HTTP_SIGNATURE_BRIEF_BODY_SIZE_MAX) {
        err = loop_work_brief(server->loop, verify_work, verify_done, request);
    } else {
        err = loop_work(server->loop, verify_work, verify_done, request);
    }
    if (err) {
        refuse(request, &PROBLEM_OVERLOADED, NULL);
    }
}

/* What the message's signature says of itself, and the key that it names. */
static enum err find_key(struct http_request *request, struct problem *ret_problem)
{
    const struct keyring *keyring = request->connection->server->keyring;
    enum err err;

    err = http_signature_parse(&request->message, &request->signature, ret_problem);
    if (err) {
        request->signature.key_id[0] = '\0';
        return err;
    }
    request->is_signed = true;
    err = keyring ? keyring_find(keyring, request->signature.key_id, &request->key) : ERR_NOT_FOUND;
    if (err) {
        problem_set(ret_problem, &PROBLEM_UNKNOWN_CREDENTIAL, NULL, NULL, NULL);
    }
    return err;
}

static void fill_message(struct http_request *request)
{
    const struct http_parser *parser = &request->connection->parser;
    const struct http_head *head = &parser->head;
    const char *scheme = http_head_header(head, "x-forwarded-proto");

    /* What a proxy says the client used only chooses which base the signature must match; a lie
     * makes it wrong. */
    request->message = (struct http_message){
        .method = head->method,
        .scheme = scheme && strcasecmp(scheme, "https") == 0 ? "https" : "http",
        .authority = head->authority,
        .path = head->path,
        .query = head->query,
        .headers = head->headers,
        .header_count = head->header_count,
        .body = parser->body.data,
        .body_length = parser->body.length,
    };
}

/* Work queue: the request is under way, so nobody else touches what this reads and writes. */
static void verify_work(void *context)
{
    struct http_request *request = context;

    request->verify_problem.kind = NULL;
    request->verify_error = http_signature_verify(
        &request->message, &request->signature, &request->key, request->verified_at_ms,
        request->signature_hash, &request->verify_problem);
}

static void verify_done(void *context)
{
    struct http_request *request = context;
    struct problem problem = {.kind = NULL};

    if (check_credentials(request, &problem)) {
        metrics_add(&http_metrics.refused_signatures, 1);
        http_respond_problem(request, &problem);
        return;
    }
    request->principal = request->key.principal;
    if (request->connection->state == HTTP_CONNECTION_CLOSED) {
        /* Nobody waits for it any more, and nothing was done yet. */
        http_exchange_finish(request, 0, 0);
        http_connection_release(request->connection);
        return;
    }
    handle(request);
}

static enum err check_role(const struct http_request *request, struct problem *ret_problem)
{
    unsigned roles = request->match.route->roles;

    if (!(roles & ROLE_PUBLIC) && !(roles & (unsigned)request->key.principal.role)) {
        problem_set(ret_problem, &PROBLEM_FORBIDDEN, NULL, NULL, NULL);
        return ERR_INVALID;
    }
    return ERR_OK;
}

/* A nonce is used up only by a request that was right in everything else. */
static enum err check_credentials(struct http_request *request, struct problem *ret_problem)
{
    struct http_server *server = request->connection->server;
    enum err err;

    if (request->verify_error) {
        *ret_problem = request->verify_problem;
        return request->verify_error;
    }
    err = check_role(request, ret_problem);
    if (err) {
        return err;
    }
    err = nonce_cache_add(server->nonces, request->signature.key_id, request->signature.nonce,
                          request->signature.created_ms, request->verified_at_ms);
    if (err == ERR_CONFLICT) {
        problem_set(ret_problem, &PROBLEM_REPLAYED, NULL, NULL, NULL);
    } else if (err) {
        metrics_add(&http_metrics.refused_nonces, 1);
        problem_set(ret_problem, &PROBLEM_OVERLOADED, NULL, NULL, NULL);
        ret_problem->retry_after_s = PROBLEM_RETRY_AFTER_S;
    }
    return err;
}

static void handle(struct http_request *request)
{
    request->match.route->handler(request, request->match.context);
}

/* --- The end. ----------------------------------------------------------------------------------- */

static void log_request(const struct http_request *request, int status, uint64_t duration_us,
                        uint64_t sent)
{
    const struct http_parser *parser = &request->connection->parser;
    const char *route = request->match.route ? request->match.route->path : NULL;

    if (status == 401 || status == 403) {
        const char *key = request->signature.key_id[0] != '\0' ? request->signature.key_id : NULL;

        log_info("http_refused", log_str("method", parser->head.method), log_str("route", route),
                 log_int("status", status), log_str("code", request->problem_code),
                 log_str("key", key));
        return;
    }
    log_debug("http_request", log_str("method", parser->head.method), log_str("route", route),
              log_int("status", status), log_int("duration_us", (int64_t)duration_us),
              log_int("received_bytes", (int64_t)(parser->head.length + parser->body_raw_length)),
              log_int("sent_bytes", (int64_t)sent), log_str("code", request->problem_code));
}

void http_exchange_finish(struct http_request *request, int status, uint64_t sent)
{
    struct http_server *server = request->connection->server;
    uint64_t duration_us = (uv_hrtime() - request->started_ns) / 1000;
    struct http_route_metrics *metrics = server->route_metrics[request->match.number];
    size_t status_class = (size_t)status / 100;

    assert(request->under_way);
    assert(status_class < HTTP_STATUS_CLASS_COUNT);
    metrics_add(&metrics->status[status_class], 1);
    metrics_observe(&metrics->duration, (int64_t)duration_us);
    log_request(request, status, duration_us, sent);

    if (request->is_signed) {
        http_signature_release(&request->signature);
        request->is_signed = false;
    }
    server->bulk_size -= request->bulk_size;
    request->bulk_size = 0;
    request->under_way = false;
    assert(server->request_count > 0);
    server->request_count--;
    http_server_settle(server);
}
