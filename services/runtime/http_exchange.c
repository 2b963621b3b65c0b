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
static void refuse(struct http_request *request, const struct problem_kind *kind, const char *rule);
static void begin(struct http_request *request);
static void verify_start(struct http_request *request);
static void fill_message(struct http_request *request);
static void verify_work(void *context);
static void verify_done(void *context);
static enum err check_credentials(struct http_request *request, struct problem *ret_problem);
static void handle(struct http_request *request);

/* --- The head. ---------------------------------------------------------------------------------- */

bool http_exchange_head(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    struct http_request *request = &connection->request;
    const struct problem_kind *kind;

    begin(request);
    http_route_match(&server->routes, &connection->parser.head, &request->match);
    kind = check_route(request);
    if (!kind) {
        kind = check_body(request);
    }
    if (!kind) {
        return true;
    }
    /* A body that nobody reads cannot be told from the next request. */
    if (connection->parser.head.has_body) {
        connection->keep_alive = false;
    }
    refuse(request, kind, NULL);
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

static const struct problem_kind *check_body(struct http_request *request)
{
    struct http_connection *connection = request->connection;
    struct http_server *server = connection->server;
    struct http_parser *parser = &connection->parser;
    size_t body_max = request->match.route->body_max;
    size_t expected;

    if (body_max == 0) {
        body_max = HTTP_BODY_SIZE_MAX;
    }
    if (parser->head.content_length > body_max) {
        return &PROBLEM_TOO_LARGE;
    }
    parser->body.length_max = body_max;

    /* Of a chunked body only the most it may become is known. */
    expected = parser->head.chunked ? body_max : (size_t)parser->head.content_length;
    if (expected > HTTP_BODY_SIZE_MAX) {
        if (expected > server->limits.bulk_total_size_max - server->bulk_size) {
            metrics_add(&http_metrics.refused_bodies, 1);
            return &PROBLEM_OVERLOADED;
        }
        request->bulk_size = expected;
        server->bulk_size += expected;
    }
    return NULL;
}

static void refuse(struct http_request *request, const struct problem_kind *kind, const char *rule)
{
    struct http_connection *connection = request->connection;
    struct problem problem;

    /* From here on the answer ends the request, whether or not the client is there to take it. */
    if (connection->state == HTTP_CONNECTION_BODY) {
        http_connection_set_state(connection, HTTP_CONNECTION_BUSY);
    }
    problem_set(&problem, kind, NULL, rule, NULL);
    if (kind->status == 503) {
        problem.retry_after_s = PROBLEM_RETRY_AFTER_S;
    }
    http_respond_problem(request, &problem);
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
    err = http_signature_parse(&request->message, &request->signature, &problem);
    if (err) {
        request->signature.key_id[0] = '\0';
        metrics_add(&http_metrics.refused_signatures, 1);
        http_respond_problem(request, &problem);
        return;
    }
    request->is_signed = true;
    err = server->keyring ? keyring_find(server->keyring, request->signature.key_id, &request->key)
                          : ERR_NOT_FOUND;
    if (err) {
        metrics_add(&http_metrics.refused_signatures, 1);
        refuse(request, &PROBLEM_UNKNOWN_CREDENTIAL, NULL);
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

/* A nonce is used up only by a request that was right in everything else. */
static enum err check_credentials(struct http_request *request, struct problem *ret_problem)
{
    struct http_server *server = request->connection->server;
    unsigned roles = request->match.route->roles;
    enum err err;

    if (request->verify_error) {
        *ret_problem = request->verify_problem;
        return request->verify_error;
    }
    if (!(roles & ROLE_PUBLIC) && !(roles & (unsigned)request->key.principal.role)) {
        problem_set(ret_problem, &PROBLEM_FORBIDDEN, NULL, NULL, NULL);
        return ERR_INVALID;
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
