/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers. Every one says how long it is, when it was made, and that it is not
 * to be sniffed or stored (a handler may allow storing). Never lets a handler's
 * header break the framing: names are tokens, values have no control
 * characters, and what frames the message is set here alone.
 */
#include "runtime/http_internal.h"

#include "runtime/clock.h"
#include "runtime/http_signature_input.h"
#include "runtime/json.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whole weeks, and more than a demonstration's clock can be set back: what is counted from so long before
 * 1970 is never below zero. */
#define DATE_SHIFT_MS (INT64_C(20000) * 7 * 86400 * 1000)

/* sha-256=:…: */
enum { DIGEST_SIZE_MAX = 64 };

/* A page may load its own styles and pictures, send its own forms, and nothing else. */
static const char PAGE_POLICY[] =
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

static const char *reason_of(int status);
static const char *date_of(struct http_server *server);
static void append_number(struct buffer *buffer, int64_t number);
static bool is_framing(const char *name);
static bool is_token(const char *name);
static bool is_clean(const char *value);
static void send_answer(struct http_request *request, const struct http_response *response,
                        const void *body);
static void bind_answer(struct http_request *request, const void *body, size_t length);

/* --- Headers. ----------------------------------------------------------------------------------- */

void http_response_header(struct http_request *request, const char *name, const char *value)
{
    struct buffer *headers = &request->response_headers;

    assert(request->under_way);
    assert(!request->streaming);
    assert(is_token(name));
    assert(!is_framing(name));
    if (!is_clean(value)) {
        log_error("http_header_dropped", log_str("name", name));
        return;
    }
    request->has_cache_control =
        request->has_cache_control || strcasecmp(name, "Cache-Control") == 0;
    request->has_content_security_policy =
        request->has_content_security_policy || strcasecmp(name, "Content-Security-Policy") == 0;
    buffer_append_text(headers, name);
    buffer_append_text(headers, ": ");
    buffer_append_text(headers, value);
    buffer_append_text(headers, "\r\n");
}

static bool is_framing(const char *name)
{
    static const char *const names[] = {
        "Connection",        "Content-Length", "Content-Type", "Date",
        "Transfer-Encoding", "Trailer",        "Upgrade",      "X-Content-Type-Options",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_token(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

    return name[0] != '\0' && name[strspn(name, allowed)] == '\0';
}

static bool is_clean(const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            return false;
        }
    }
    return true;
}

/* --- The head. ---------------------------------------------------------------------------------- */

enum err http_response_head(struct http_request *request, const struct http_response *response)
{
    struct http_connection *connection = request->connection;
    struct buffer *head = &connection->server->head;
    bool is_page = response->content_type && strncmp(response->content_type, "text/html", 9) == 0;

    buffer_clear(head);
    buffer_append_text(head, "HTTP/1.1 ");
    append_number(head, response->status);
    buffer_append_text(head, " ");
    buffer_append_text(head, reason_of(response->status));
    buffer_append_text(head, "\r\nDate: ");
    buffer_append_text(head, date_of(connection->server));
    if (response->content_type) {
        buffer_append_text(head, "\r\nContent-Type: ");
        buffer_append_text(head, response->content_type);
    }
    if (response->content_length >= 0 && response->status != 204 && response->status != 304) {
        buffer_append_text(head, "\r\nContent-Length: ");
        append_number(head, response->content_length);
    }
    if (response->chunked) {
        buffer_append_text(head, "\r\nTransfer-Encoding: chunked");
    }
    if (!connection->keep_alive) {
        buffer_append_text(head, "\r\nConnection: close");
    }
    buffer_append_text(head, "\r\nX-Content-Type-Options: nosniff");
    if (!request->has_cache_control) {
        buffer_append_text(head, "\r\nCache-Control: no-store");
    }
    if (is_page && !request->has_content_security_policy) {
        buffer_append_text(head, "\r\nContent-Security-Policy: ");
        buffer_append_text(head, PAGE_POLICY);
    }
    buffer_append_text(head, "\r\n");
    buffer_append(head, request->response_headers.data, request->response_headers.length);
    buffer_append_text(head, "\r\n");
    if (buffer_status(&request->response_headers)) {
        return ERR_FULL;
    }
    return buffer_status(head);
}

/* The date of the clock that signatures are held against, so that a client can tell by how much its
 * own is wrong. Once a second at most. */
static const char *date_of(struct http_server *server)
{
    static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 was a Thursday. */
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t now_ms = clock_now_ms();
    int64_t second = (now_ms + DATE_SHIFT_MS) / 1000;
    char text[CLOCK_TEXT_SIZE]; /* 2022-09-19T00:00:00.000Z */
    size_t day;
    size_t month;

    if (second == server->date_second) {
        return server->date;
    }
    assert(second >= 0);
    clock_format(now_ms, text);
    day = (size_t)(second / 86400 % 7);
    month = (size_t)((text[5] - '0') * 10 + (text[6] - '0') - 1);
    assert(month < 12);
    memcpy(server->date, days + day * 3, 3);
    memcpy(server->date + 3, ", ", 2);
    memcpy(server->date + 5, text + 8, 2);
    server->date[7] = ' ';
    memcpy(server->date + 8, months + month * 3, 3);
    server->date[11] = ' ';
    memcpy(server->date + 12, text, 4);
    server->date[16] = ' ';
    memcpy(server->date + 17, text + 11, 8);
    memcpy(server->date + 25, " GMT", 5);
    server->date_second = second;
    return server->date;
}

static void append_number(struct buffer *buffer, int64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    assert(number >= 0);
    do {
        at--;
        digits[at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buffer_append(buffer, digits + at, sizeof digits - at);
}

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {207, "Multi-Status"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "Unknown";
}

enum err http_response_overloaded(struct buffer *ret_answer)
{
    struct problem problem;
    json_t *document;
    char *text;
    enum err err = ERR_INTERNAL;

    problem_set(&problem, &PROBLEM_OVERLOADED, NULL, NULL, NULL);
    document = problem_json(&problem, PROBLEM_KOREAN);
    text = document ? json_text(document) : NULL;
    if (text) {
        buffer_append_format(ret_answer,
                             "HTTP/1.1 503 %s\r\nConnection: close\r\nRetry-After: %d\r\n"
                             "Content-Type: application/problem+json\r\nContent-Language: ko\r\n"
                             "Content-Length: %zu\r\nCache-Control: no-store\r\n"
                             "X-Content-Type-Options: nosniff\r\n\r\n%s",
                             reason_of(503), PROBLEM_RETRY_AFTER_S, strlen(text), text);
        err = buffer_status(ret_answer);
    }
    free(text);
    json_decref(document);
    return err;
}

/* --- Answers. ----------------------------------------------------------------------------------- */

void http_respond(struct http_request *request, int status, const char *content_type,
                  const void *body, size_t length)
{
    struct http_response response = {
        .status = status,
        .content_type = content_type,
        .content_length = (int64_t)length,
    };

    assert(request->under_way);
    assert(!request->streaming);
    assert(status >= 200 && status <= 599);
    assert(length == 0 || (status != 204 && status != 304));
    if (request->is_signed) {
        bind_answer(request, body, length);
    }
    send_answer(request, &response, body);
}

/* A client that was answered by what belongs to another request, or lost a byte on the way, would take
 * a stranger's receipt for its own: it can compare both before it believes the answer. */
static void bind_answer(struct http_request *request, const void *body, size_t length)
{
    const char *key = http_request_header(request, "idempotency-key");
    struct buffer digest;

    buffer_init(&digest, DIGEST_SIZE_MAX);
    content_digest_format(body, length, &digest);
    http_response_header(request, "Content-Digest", buffer_text(&digest));
    buffer_release(&digest);
    if (key != NULL && strlen(key) <= HTTP_IDEMPOTENCY_KEY_LENGTH_MAX) {
        http_response_header(request, "Idempotency-Key", key);
    }
}

static void send_answer(struct http_request *request, const struct http_response *response,
                        const void *body)
{
    static const char fallback[] =
        "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    struct http_connection *connection = request->connection;
    struct buffer *head = &connection->server->head;
    const char *method = connection->parser.head.method;
    bool is_head_only = method && strcmp(method, "HEAD") == 0;
    int status = response->status;
    uv_buf_t buffers[2];

    if (http_response_head(request, response)) {
        log_error("http_answer_head_too_large", log_int("size_max", HTTP_RESPONSE_HEAD_SIZE_MAX));
        connection->keep_alive = false;
        status = 500;
        is_head_only = true;
        buffers[0] = uv_buf_init((char *)(uintptr_t)fallback, sizeof fallback - 1);
    } else {
        buffers[0] = uv_buf_init((char *)head->data, (unsigned)head->length);
    }
    buffers[1] = uv_buf_init((char *)(uintptr_t)body, (unsigned)response->content_length);
    if (is_head_only) {
        buffers[1].len = 0;
    }
    http_connection_write(connection, buffers, buffers[1].len > 0 ? 2 : 1);
    http_exchange_finish(request, status, buffers[0].len + buffers[1].len);
    http_connection_answered(connection);
}

void http_respond_buffer(struct http_request *request, int status, const struct buffer *json)
{
    enum err err = buffer_status(json);

    if (err) {
        http_respond_error(request, ERR_INTERNAL);
        return;
    }
    http_respond(request, status, "application/json", json->data, json->length);
}

void http_respond_json(struct http_request *request, int status, json_t *value)
{
    char *text = value ? json_text(value) : NULL;

    json_decref(value);
    if (!text) {
        http_respond_error(request, ERR_INTERNAL);
        return;
    }
    http_respond(request, status, "application/json", text, strlen(text));
    free(text);
}

void http_respond_problem(struct http_request *request, const struct problem *problem)
{
    enum problem_language language = http_request_language(request);
    json_t *document = problem_json(problem, language);
    char *text = document ? json_text(document) : NULL;
    const struct problem_kind *kind = problem->kind;

    assert(kind != NULL);
    json_decref(document);
    request->problem_code = kind->code;
    if (problem->retry_after_s > 0) {
        struct buffer seconds;

        buffer_init(&seconds, 32);
        append_number(&seconds, problem->retry_after_s);
        http_response_header(request, "Retry-After", buffer_text(&seconds));
        buffer_release(&seconds);
    }
    if (kind->status == 401) {
        http_response_header(request, "WWW-Authenticate", "Signature realm=\"hyeopchi\"");
    }
    http_response_header(request, "Content-Language", language == PROBLEM_ENGLISH ? "en" : "ko");
    /* Without memory for the document the status still says it. */
    http_respond(request, kind->status, "application/problem+json", text ? text : "",
                 text ? strlen(text) : 0);
    free(text);
}

void http_respond_error(struct http_request *request, enum err err)
{
    struct problem problem;

    problem_set_error(&problem, err);
    http_respond_problem(request, &problem);
}
