/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP server as a client meets it: raw bytes in, statuses and heads out;
 * requests sent ahead, bodies announced first, limits, timeouts, clients that
 * leave, and the orderly stop.
 */
#include "runtime_http_support.h"

#include "runtime/clock.h"
#include "runtime/metrics.h"

#include <jansson.h>

#define CLOSE "Host: a\r\nConnection: close\r\n\r\n"
#define STAY  "Host: a\r\n\r\n"

enum { HELD_COUNT_MAX = 8, LARGE_ANSWER_SIZE = 4 * 1024 * 1024 };

struct fixture {
    struct support_server server;
    struct http_request *held[HELD_COUNT_MAX]; /* loop thread only */
    int held_count;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int arrived; /* requests held so far */
};

/* --- Handlers. ---------------------------------------------------------------------------------- */

static void hello(struct http_request *request, void *context)
{
    (void)context;
    http_respond(request, 200, "text/plain", "hello", 5);
}

static void page(struct http_request *request, void *context)
{
    (void)context;
    http_respond(request, 200, "text/html; charset=utf-8", "<p>", 3);
}

static void own_headers(struct http_request *request, void *context)
{
    (void)context;
    http_response_header(request, "Cache-Control", "max-age=60");
    http_response_header(request, "Content-Security-Policy", "default-src 'self'");
    http_response_header(request, "ETag", "\"1\"");
    http_response_header(request, "Location", "/x\r\nInjected: yes");
    http_respond(request, 200, "text/html", "<p>", 3);
}

static void echo(struct http_request *request, void *context)
{
    size_t length;
    const uint8_t *body = http_request_body(request, &length);

    (void)context;
    http_respond(request, 200, "application/octet-stream", body, length);
}

static void item(struct http_request *request, void *context)
{
    const char *query = http_request_query(request, "q");

    (void)context;
    assert_null(http_request_principal(request));
    assert_null(http_request_signature_hash(request));
    assert_null(http_request_query(request, "absent"));
    assert_true(http_request_started_ms(request) > 0);
    http_respond_json(request, 201,
                      json_pack("{s:s, s:s?, s:s, s:s}", "id", http_request_param(request, "id"),
                                "q", query, "method", http_request_method(request), "path",
                                http_request_path(request)));
}

static void refuse(struct http_request *request, void *context)
{
    const char *number = http_request_query(request, "err");

    (void)context;
    http_respond_error(request, (enum err)(number[0] - '0'));
}

static void nothing(struct http_request *request, void *context)
{
    (void)context;
    http_respond(request, 204, NULL, NULL, 0);
}

static void large(struct http_request *request, void *context)
{
    char *body = malloc(LARGE_ANSWER_SIZE);

    (void)context;
    assert_non_null(body);
    memset(body, 'x', LARGE_ANSWER_SIZE);
    http_respond(request, 200, "text/plain", body, LARGE_ANSWER_SIZE);
    free(body);
}

static void hold(struct http_request *request, void *context)
{
    struct fixture *fixture = context;

    assert_true(fixture->held_count < HELD_COUNT_MAX);
    fixture->held[fixture->held_count] = request;
    fixture->held_count++;
    (void)pthread_mutex_lock(&fixture->mutex);
    fixture->arrived++;
    (void)pthread_cond_broadcast(&fixture->changed);
    (void)pthread_mutex_unlock(&fixture->mutex);
}

static void release(struct http_request *request, void *context)
{
    struct fixture *fixture = context;
    int count = fixture->held_count;
    struct http_request *held[HELD_COUNT_MAX];

    memcpy(held, fixture->held, sizeof held);
    fixture->held_count = 0;
    for (int i = 0; i < count; i++) {
        http_respond(held[i], 200, "text/plain", "held", 4);
    }
    http_respond(request, 200, "text/plain", "released", 8);
}

static void wait_for_held(struct fixture *fixture, int count)
{
    (void)pthread_mutex_lock(&fixture->mutex);
    while (fixture->arrived < count) {
        (void)pthread_cond_wait(&fixture->changed, &fixture->mutex);
    }
    (void)pthread_mutex_unlock(&fixture->mutex);
}

static const struct http_route routes[] = {
    {.method = "GET", .path = "/hello", .roles = ROLE_PUBLIC, .handler = hello},
    {.method = "GET", .path = "/page", .roles = ROLE_PUBLIC, .handler = page},
    {.method = "GET", .path = "/headers", .roles = ROLE_PUBLIC, .handler = own_headers},
    {.method = "POST", .path = "/echo", .roles = ROLE_PUBLIC, .handler = echo},
    {.method = "POST",
     .path = "/bulk",
     .roles = ROLE_PUBLIC,
     .body_max = 1024 * 1024,
     .handler = echo},
    {.method = "GET", .path = "/items/{id}", .roles = ROLE_PUBLIC, .handler = item},
    {.method = "GET", .path = "/fail", .roles = ROLE_PUBLIC, .handler = refuse},
    {.method = "POST", .path = "/nothing", .roles = ROLE_PUBLIC, .handler = nothing},
    {.method = "GET", .path = "/large", .roles = ROLE_PUBLIC, .handler = large},
    {.method = "GET", .path = "/hold", .roles = ROLE_PUBLIC, .handler = hold},
    {.method = "POST", .path = "/release", .roles = ROLE_PUBLIC, .handler = release},
    {.method = "POST", .path = "/staff", .roles = ROLE_STAFF, .handler = hello},
};

/* --- The fixture. ------------------------------------------------------------------------------- */

static struct fixture *start_with(const struct http_limits *limits, int64_t connection_count_max,
                                  const char *listen)
{
    /* Static: the server borrows the table, and one fixture lives at a time. */
    static struct http_route_table table = {.routes = routes,
                                            .count = sizeof routes / sizeof routes[0]};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct http_server_options options = {
        .listen = listen,
        .tables = &table,
        .table_count = 1,
        .connection_count_max = connection_count_max,
    };

    assert_non_null(fixture);
    table.context = fixture;
    assert_int_equal(pthread_mutex_init(&fixture->mutex, NULL), 0);
    assert_int_equal(pthread_cond_init(&fixture->changed, NULL), 0);
    support_start(&fixture->server, &options, limits);
    return fixture;
}

static struct fixture *start(void)
{
    return start_with(&HTTP_LIMITS_DEFAULT, 0, "127.0.0.1:0");
}

static void end(struct fixture *fixture)
{
    assert_int_equal(pthread_cond_destroy(&fixture->changed), 0);
    assert_int_equal(pthread_mutex_destroy(&fixture->mutex), 0);
    free(fixture);
}

static void stop(struct fixture *fixture)
{
    support_stop(&fixture->server);
    end(fixture);
}

static struct http_limits quick_limits(void)
{
    struct http_limits limits = HTTP_LIMITS_DEFAULT;

    limits.tick_ms = 5;
    return limits;
}

/* The server's answer to a request that asks to close, as text; the caller releases the buffer. */
static const char *ask(struct fixture *fixture, const char *request, struct buffer *ret_answer)
{
    support_exchange(&fixture->server, request, strlen(request), SIZE_MAX, ret_answer);
    return buffer_text(ret_answer);
}

static void expect_status(struct fixture *fixture, const char *request, const char *statuses,
                          size_t step)
{
    struct buffer answer;
    char text[64];

    support_exchange(&fixture->server, request, strlen(request), step, &answer);
    support_statuses(&answer, text, sizeof text);
    if (strcmp(text, statuses) != 0) {
        fail_msg("%s: expected %s, got %s: %s", request, statuses, text, buffer_text(&answer));
    }
    buffer_release(&answer);
}

/* --- Answers. ----------------------------------------------------------------------------------- */

static const struct {
    const char *request;
    const char *statuses;
} cases[] = {
    {"GET /hello HTTP/1.1\r\n" STAY, "200 "},
    {"GET /hello HTTP/1.0\r\n\r\n", "200 "},
    {"GET http://a/hello HTTP/1.1\r\n" STAY, "200 "},
    {"GET /nowhere HTTP/1.1\r\n" STAY, "404 "},
    {"POST /hello HTTP/1.1\r\n" STAY, "405 "},
    {"GET /items/%ff HTTP/1.1\r\n" STAY, "400 "},
    {"GET /items/%EA%B0%80?q=1 HTTP/1.1\r\n" STAY, "201 "},
    {"POST /nothing HTTP/1.1\r\n" STAY, "204 "},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", "200 "},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
     "200 "},
    {"POST /staff HTTP/1.1\r\n" STAY, "401 "},
    /* Sent ahead: all are answered, in order. */
    {"GET /hello HTTP/1.1\r\n" STAY "GET /nowhere HTTP/1.1\r\n" STAY "GET /page HTTP/1.1\r\n" STAY,
     "200 404 200 "},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nabGET /hello HTTP/1.1\r\n" STAY,
     "200 200 "},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
     "\r\nGET /hello HTTP/1.1\r\n" STAY,
     "200 200 "},
    {"GET /hello HTTP/1.1\r\n" CLOSE "GET /hello HTTP/1.1\r\n" STAY, "200 "},
    {"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /hello HTTP/1.1\r\n" STAY, "200 "},
    /* What is malformed ends the connection: nothing after it can be told apart. */
    {"GET /hello HTTP/1.1\r\n" STAY "GET /hello HTTP/1.1\n" STAY "GET /hello HTTP/1.1\r\n" STAY,
     "200 400 "},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", "400 "},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
     "chunked\r\n\r\n0\r\n\r\n",
     "400 "},
    {"GET /hello HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", "400 "},
    {"GET /hello HTTP/1.1\r\n\r\n", "400 "},
    {"GET /hello HTTP/2.0\r\n" STAY, "505 "},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400 "},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 1\r\n\r\na", "417 "},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", "413 "},
    {"POST /bulk HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", "413 "},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", "413 "},
    /* Half a request and then the end: there is nobody to answer. */
    {"GET /hello HTTP/1.1\r\nHost: a\r\n", ""},
    {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na", ""},
    {"", ""},
};

static void each_request_gets_its_status(void **state)
{
    struct fixture *fixture = start();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_status(fixture, cases[i].request, cases[i].statuses, SIZE_MAX);
    }
    stop(fixture);
}

static void byte_by_byte_delivery_changes_no_status(void **state)
{
    struct fixture *fixture = start();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_status(fixture, cases[i].request, cases[i].statuses, 1);
    }
    stop(fixture);
}

static void every_answer_carries_the_headers_it_must(void **state)
{
    struct fixture *fixture = start();
    struct buffer answer;
    const char *text = ask(fixture, "GET /hello HTTP/1.1\r\n" CLOSE, &answer);
    const char *date = strstr(text, "\r\nDate: ");

    (void)state;
    assert_non_null(strstr(text, "\r\nContent-Length: 5\r\n"));
    assert_non_null(strstr(text, "\r\nContent-Type: text/plain\r\n"));
    assert_non_null(strstr(text, "\r\nX-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(text, "\r\nCache-Control: no-store\r\n"));
    assert_non_null(strstr(text, "\r\nConnection: close\r\n"));
    assert_null(strstr(text, "Content-Security-Policy"));
    assert_non_null(strstr(text, "\r\n\r\nhello"));
    assert_non_null(date);
    assert_memory_equal(strstr(date + 8, "\r\n") - 3, "GMT", 3);
    assert_int_equal(strstr(date + 8, "\r\n") - (date + 8), HTTP_DATE_SIZE - 1);
    buffer_release(&answer);

    text = ask(fixture, "GET /page HTTP/1.1\r\n" STAY, &answer);
    assert_non_null(strstr(text, "\r\nContent-Security-Policy: default-src 'none'; "));
    assert_null(strstr(text, "unsafe-inline"));
    buffer_release(&answer);

    text = ask(fixture, "GET /nowhere HTTP/1.1\r\n" STAY, &answer);
    assert_non_null(strstr(text, "\r\nX-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(text, "\r\nContent-Type: application/problem+json\r\n"));
    assert_non_null(strstr(text, "\"code\":\"not-found\""));
    buffer_release(&answer);

    text = ask(fixture, "PUT /hello HTTP/1.1\r\n" STAY, &answer);
    assert_non_null(strstr(text, "\r\nAllow: GET, HEAD\r\n"));
    buffer_release(&answer);

    text = ask(fixture, "POST /staff HTTP/1.1\r\n" STAY, &answer);
    assert_non_null(strstr(text, "\r\nWWW-Authenticate: Signature"));
    buffer_release(&answer);

    text = ask(fixture, "POST /nothing HTTP/1.1\r\n" STAY, &answer);
    assert_null(strstr(text, "Content-Length"));
    buffer_release(&answer);
    stop(fixture);
}

/* A demonstration may be set back so far, and a remainder below zero is no day of the week. */
static void a_date_before_1970_has_its_day_of_the_week(void **state)
{
    char path[] = "/tmp/hyeopchi_clock_XXXXXX";
    int file = mkstemp(path);
    struct fixture *fixture;
    struct buffer answer;
    int64_t offset_ms;

    (void)state;
    assert_int_equal(clock_parse("1969-07-20T20:17:00Z", &offset_ms), ERR_OK);
    offset_ms -= clock_system_now_ms();
    assert_int_equal(pwrite(file, &offset_ms, sizeof offset_ms, 0), sizeof offset_ms);
    assert_int_equal(clock_demonstration_open(path), ERR_OK);
    fixture = start();
    assert_non_null(strstr(ask(fixture, "GET /hello HTTP/1.1\r\n" CLOSE, &answer),
                           "\r\nDate: Sun, 20 Jul 1969 2"));
    buffer_release(&answer);
    stop(fixture);
    offset_ms = 0; /* Once mapped, it stays for the life of the process. */
    assert_int_equal(pwrite(file, &offset_ms, sizeof offset_ms, 0), sizeof offset_ms);
    assert_int_equal(close(file), 0);
    assert_int_equal(unlink(path), 0);
}

static void a_handler_may_set_headers_but_not_break_the_answer(void **state)
{
    struct fixture *fixture = start();
    struct buffer answer;
    const char *text = ask(fixture, "GET /headers HTTP/1.1\r\n" STAY, &answer);

    (void)state;
    assert_non_null(strstr(text, "\r\nCache-Control: max-age=60\r\n"));
    assert_null(strstr(text, "no-store"));
    assert_non_null(strstr(text, "\r\nContent-Security-Policy: default-src 'self'\r\n"));
    assert_null(strstr(text, "'none'"));
    assert_non_null(strstr(text, "\r\nETag: \"1\"\r\n"));
    assert_null(strstr(text, "Injected"));
    buffer_release(&answer);
    stop(fixture);
}

static void head_is_answered_like_get_without_the_body(void **state)
{
    struct fixture *fixture = start();
    struct buffer answer;
    const char *text =
        ask(fixture, "HEAD /hello HTTP/1.1\r\n" STAY "HEAD /nowhere HTTP/1.1\r\n" STAY, &answer);
    const char *first_end = strstr(text, "\r\n\r\n");

    (void)state;
    assert_non_null(strstr(text, "\r\nContent-Length: 5\r\n"));
    assert_non_null(first_end);
    assert_memory_equal(first_end + 4, "HTTP/1.1 404", 12);
    assert_string_equal(text + strlen(text) - 4, "\r\n\r\n");
    buffer_release(&answer);
    stop(fixture);
}

static void problems_speak_the_language_that_was_asked_for(void **state)
{
    struct fixture *fixture = start();
    struct buffer answer;
    const char *text =
        ask(fixture, "GET /nowhere HTTP/1.1\r\nAccept-Language: en\r\n" STAY, &answer);

    (void)state;
    assert_non_null(strstr(text, "\r\nContent-Language: en\r\n"));
    buffer_release(&answer);
    text = ask(fixture, "GET /nowhere HTTP/1.1\r\n" STAY, &answer);
    assert_non_null(strstr(text, "\r\nContent-Language: ko\r\n"));
    buffer_release(&answer);
    stop(fixture);
}

static void errors_have_their_usual_answers(void **state)
{
    static const struct {
        enum err err;
        const char *status;
        bool retry;
    } errors[] = {
        {ERR_INVALID, " 400 ", false},    {ERR_NOT_FOUND, " 404 ", false},
        {ERR_CONFLICT, " 409 ", false},   {ERR_FULL, " 503 ", true},
        {ERR_UNAVAILABLE, " 503 ", true}, {ERR_INTERNAL, " 500 ", false},
    };
    struct fixture *fixture = start();

    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        char request[80];
        struct buffer answer;
        const char *text;

        (void)snprintf(request, sizeof request, "GET /fail?err=%d HTTP/1.1\r\n" STAY,
                       (int)errors[i].err);
        text = ask(fixture, request, &answer);
        assert_memory_equal(text + 8, errors[i].status, 5);
        assert_int_equal(strstr(text, "\r\nRetry-After: ") != NULL, errors[i].retry);
        buffer_release(&answer);
    }
    stop(fixture);
}

static void parameters_and_queries_reach_the_handler_decoded(void **state)
{
    struct fixture *fixture = start();
    struct buffer answer;
    const char *text = ask(fixture, "GET /items/a%2Fb?q=c+d%26 HTTP/1.1\r\n" STAY, &answer);

    (void)state;
    assert_non_null(strstr(text,
                           "{\"id\":\"a/b\",\"q\":\"c d&\",\"method\":\"GET\","
                           "\"path\":\"/items/a%2Fb\"}"));
    buffer_release(&answer);
    stop(fixture);
}

/* --- Connections. ------------------------------------------------------------------------------- */

static void a_connection_serves_request_after_request(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);

    (void)state;
    for (int i = 0; i < 100; i++) {
        struct buffer answer;

        buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
        support_send_text(client, "GET /hello HTTP/1.1\r\n" STAY);
        support_read_until(client, "hello", &answer);
        buffer_release(&answer);
    }
    assert_int_equal(close(client), 0);
    stop(fixture);
}

/*
 * A client sends two requests at once. The first takes its time; meanwhile the
 * second must wait, since its answer may not go out first, and must not be lost
 * when the first is answered from elsewhere.
 */
static void a_request_sent_ahead_waits_for_the_one_before_it(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;
    struct buffer released;

    (void)state;
    support_send_text(client, "GET /hold HTTP/1.1\r\n" STAY "GET /hello HTTP/1.1\r\n" STAY);
    wait_for_held(fixture, 1);
    (void)ask(fixture, "POST /release HTTP/1.1\r\n" STAY, &released);
    buffer_release(&released);
    support_send_text(client, "GET /page HTTP/1.1\r\n" CLOSE);
    support_read_end(client, &answer);
    assert_true(strstr(buffer_text(&answer), "held") < strstr(buffer_text(&answer), "hello"));
    assert_true(strstr(buffer_text(&answer), "hello") < strstr(buffer_text(&answer), "<p>"));
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    stop(fixture);
}

/*
 * What is sent ahead may be no request at all. It is refused when its turn
 * comes, from the very bytes that the refusal throws away, and nobody else
 * notices: this once ended the process.
 */
static void garbage_sent_ahead_is_refused_when_its_turn_comes(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;
    struct buffer released;

    (void)state;
    support_send_text(client, "GET /hold HTTP/1.1\r\n" STAY "GET  /garbage\r\n\r\nand more");
    wait_for_held(fixture, 1);
    (void)ask(fixture, "POST /release HTTP/1.1\r\n" CLOSE, &released);
    buffer_release(&released);
    support_read_end(client, &answer);
    assert_non_null(strstr(buffer_text(&answer), "held"));
    assert_non_null(strstr(buffer_text(&answer), "HTTP/1.1 505 "));
    buffer_release(&answer);
    assert_non_null(strstr(ask(fixture, "GET /hello HTTP/1.1\r\n" CLOSE, &answer), "hello"));
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    stop(fixture);
}

/* Ten thousand tiny requests in one go: each is answered, without recursion and without queueing
 * more than a read's worth. */
static void ten_thousand_requests_sent_ahead_are_all_answered(void **state)
{
    enum { COUNT = 10000 };

    static const char request[] = "GET /hello HTTP/1.1\r\n" STAY;
    struct fixture *fixture = start();
    struct buffer requests;
    struct buffer answer;
    int client = support_connect(&fixture->server);
    size_t count = 0;

    (void)state;
    buffer_init(&requests, SUPPORT_ANSWER_SIZE_MAX);
    for (int i = 0; i < COUNT; i++) {
        buffer_append_text(&requests, request);
    }
    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    /* Sent and read in turns: neither side may have to hold everything. */
    for (size_t sent = 0; sent < requests.length;) {
        ssize_t more = send(client, requests.data + sent, requests.length - sent, MSG_DONTWAIT);
        char bytes[16384];
        ssize_t got;

        sent += more > 0 ? (size_t)more : 0;
        got = support_recv(client, bytes, sizeof bytes, more > 0 ? MSG_DONTWAIT : 0);
        if (got > 0) {
            buffer_append(&answer, bytes, (size_t)got);
        }
    }
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    {
        struct buffer rest;

        support_read_end(client, &rest);
        buffer_append(&answer, rest.data, rest.length);
        buffer_release(&rest);
    }
    for (const char *at = strstr(buffer_text(&answer), "hello"); at; at = strstr(at + 1, "hello")) {
        count++;
    }
    assert_int_equal(count, COUNT);
    buffer_release(&answer);
    buffer_release(&requests);
    assert_int_equal(close(client), 0);
    stop(fixture);
}

static void a_body_is_asked_for_when_the_client_expects_it(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    support_send_text(client,
                      "POST /echo HTTP/1.1\r\nExpect: 100-continue\r\n"
                      "Content-Length: 4\r\n" CLOSE);
    support_read_until(client, "HTTP/1.1 100 Continue\r\n\r\n", &answer);
    assert_int_equal(answer.length, strlen("HTTP/1.1 100 Continue\r\n\r\n"));
    support_send_text(client, "body");
    support_read_until(client, "\r\n\r\nbody", &answer);
    buffer_release(&answer);
    assert_int_equal(close(client), 0);

    /* No invitation for what will be refused, nor for a body that is already there. */
    expect_status(fixture,
                  "POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 70000\r\n" CLOSE,
                  "413 ", SIZE_MAX);
    expect_status(fixture,
                  "POST /staff HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n" CLOSE,
                  "401 ", SIZE_MAX);
    expect_status(fixture,
                  "POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n" CLOSE "a",
                  "200 ", SIZE_MAX);
    stop(fixture);
}

static void a_refused_client_that_still_sends_hears_the_answer(void **state)
{
    enum { BODY_SIZE = 4 * 1024 * 1024 };

    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    char *body = calloc(1, BODY_SIZE);
    struct buffer answer;

    (void)state;
    assert_non_null(body);
    support_send_text(client, "POST /nowhere HTTP/1.1\r\nContent-Length: 4194304\r\n" STAY);
    support_send(client, body, BODY_SIZE, 65536);
    support_read_end(client, &answer);
    assert_memory_equal(buffer_text(&answer), "HTTP/1.1 404", 12);
    buffer_release(&answer);
    free(body);
    assert_int_equal(close(client), 0);
    stop(fixture);
}

static void a_large_answer_reaches_a_slow_reader_whole(void **state)
{
    struct http_limits limits = quick_limits();
    struct fixture *fixture;
    struct buffer answer;

    (void)state;
    limits.send_buffer_size = 4096;
    fixture = start_with(&limits, 0, "127.0.0.1:0");
    (void)ask(fixture, "GET /large HTTP/1.1\r\n" STAY "GET /hello HTTP/1.1\r\n" STAY, &answer);
    assert_true(answer.length > LARGE_ANSWER_SIZE);
    assert_string_equal(buffer_text(&answer) + answer.length - 5, "hello");
    buffer_release(&answer);
    stop(fixture);
}

static void an_answer_to_a_client_that_has_gone_is_dropped(void **state)
{
    struct fixture *fixture = start();
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int client = support_connect(&fixture->server);

    (void)state;
    support_send_text(client, "GET /hold HTTP/1.1\r\n" STAY);
    wait_for_held(fixture, 1);
    assert_int_equal(setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
    assert_int_equal(close(client), 0);
    /* Whether the server has noticed by now or not, it must not mind. */
    expect_status(fixture, "GET /hello HTTP/1.1\r\n" STAY, "200 ", SIZE_MAX);
    expect_status(fixture, "POST /release HTTP/1.1\r\n" STAY, "200 ", SIZE_MAX);
    expect_status(fixture, "GET /hello HTTP/1.1\r\n" STAY, "200 ", SIZE_MAX);
    stop(fixture);
}

/* --- Limits. ------------------------------------------------------------------------------------ */

static void one_client_too_many_is_told_so_unheard(void **state)
{
    struct http_limits limits = quick_limits();
    struct fixture *fixture = start_with(&limits, 2, "127.0.0.1:0");
    int first = support_connect(&fixture->server);
    int second = support_connect(&fixture->server);
    int third;
    struct buffer answer;
    char statuses[16] = "";

    (void)state;
    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    support_send_text(first, "GET /hello HTTP/1.1\r\n" STAY);
    support_send_text(second, "GET /hello HTTP/1.1\r\n" STAY);
    support_read_until(first, "hello", &answer);
    buffer_clear(&answer);
    support_read_until(second, "hello", &answer);
    buffer_release(&answer);

    third = support_connect(&fixture->server);
    support_send_text(third, "GET /hello HTTP/1.1\r\n" STAY);
    support_read_end(third, &answer);
    assert_memory_equal(buffer_text(&answer), "HTTP/1.1 503 ", 13);
    assert_non_null(strstr(buffer_text(&answer), "\r\nRetry-After: 1\r\n"));
    assert_non_null(strstr(buffer_text(&answer), "\"code\":\"overloaded\""));
    buffer_release(&answer);
    assert_int_equal(close(third), 0);

    /* A place that becomes free is given away again; when is the server's to notice. */
    assert_int_equal(close(first), 0);
    while (strcmp(statuses, "200 ") != 0) {
        support_exchange(&fixture->server, "GET /hello HTTP/1.1\r\n" STAY,
                         strlen("GET /hello HTTP/1.1\r\n" STAY), SIZE_MAX, &answer);
        support_statuses(&answer, statuses, sizeof statuses);
        buffer_release(&answer);
    }
    assert_int_equal(close(second), 0);
    stop(fixture);
}

static void large_bodies_share_a_bounded_memory(void **state)
{
    struct http_limits limits = HTTP_LIMITS_DEFAULT;
    struct fixture *fixture;
    struct buffer answer;
    char *body = calloc(1, 150000);
    int client;

    (void)state;
    assert_non_null(body);
    limits.bulk_total_size_max = 200000;
    fixture = start_with(&limits, 0, "127.0.0.1:0");
    client = support_connect(&fixture->server);
    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    support_send_text(client,
                      "POST /bulk HTTP/1.1\r\nExpect: 100-continue\r\n"
                      "Content-Length: 150000\r\n" STAY);
    support_read_until(client, "100 Continue", &answer);
    buffer_release(&answer);

    /* Neither another large one nor one of unknown length fits beside it; a small one does. */
    (void)ask(fixture, "POST /bulk HTTP/1.1\r\nContent-Length: 150000\r\n" STAY, &answer);
    assert_memory_equal(buffer_text(&answer), "HTTP/1.1 503 ", 13);
    assert_non_null(strstr(buffer_text(&answer), "\r\nRetry-After: 1\r\n"));
    buffer_release(&answer);
    expect_status(fixture, "POST /bulk HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" STAY, "503 ",
                  SIZE_MAX);
    expect_status(fixture, "POST /bulk HTTP/1.1\r\nContent-Length: 1\r\n" STAY "a", "200 ",
                  SIZE_MAX);

    support_send(client, body, 150000, SIZE_MAX);
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    support_read_end(client, &answer);
    assert_true(answer.length > 150000);
    buffer_release(&answer);
    assert_int_equal(close(client), 0);

    /* Its share is free again, also after a client that left in the middle. */
    client = support_connect(&fixture->server);
    support_send_text(client, "POST /bulk HTTP/1.1\r\nContent-Length: 150000\r\n" STAY "abc");
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    support_read_end(client, &answer);
    assert_int_equal(answer.length, 0);
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    client = support_connect(&fixture->server);
    support_send_text(client, "POST /bulk HTTP/1.1\r\nContent-Length: 150000\r\n" STAY);
    support_send(client, body, 150000, SIZE_MAX);
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    support_read_end(client, &answer);
    assert_memory_equal(buffer_text(&answer), "HTTP/1.1 200 ", 13);
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    free(body);
    stop(fixture);
}

static void check_timeout(struct fixture *fixture, const char *bytes, const char *status)
{
    int client = support_connect(&fixture->server);
    struct buffer answer;

    support_send_text(client, bytes);
    support_read_end(client, &answer);
    if (strncmp(buffer_text(&answer), status, strlen(status)) != 0 ||
        (status[0] == '\0' && answer.length > 0)) {
        fail_msg("%s: %s", bytes, buffer_text(&answer));
    }
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
}

static void slow_clients_run_out_of_time(void **state)
{
    struct http_limits limits = quick_limits();
    struct fixture *fixture;

    (void)state;
    limits.head_timeout_ms = 20;
    fixture = start_with(&limits, 0, "127.0.0.1:0");
    check_timeout(fixture, "GET /hello HTT", "HTTP/1.1 408 ");
    check_timeout(fixture, "GET /hello HTTP/1.1\r\nHost: a\r\n", "HTTP/1.1 408 ");
    stop(fixture);

    limits = quick_limits();
    limits.body_timeout_ms = 20;
    fixture = start_with(&limits, 0, "127.0.0.1:0");
    check_timeout(fixture, "POST /echo HTTP/1.1\r\nContent-Length: 5\r\n" STAY "abc",
                  "HTTP/1.1 408 ");
    check_timeout(fixture, "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" STAY "5\r\nabc",
                  "HTTP/1.1 408 ");
    stop(fixture);

    limits = quick_limits();
    limits.idle_timeout_ms = 20;
    fixture = start_with(&limits, 0, "127.0.0.1:0");
    check_timeout(fixture, "", "");
    check_timeout(fixture, "GET /hello HTTP/1.1\r\n" STAY, "HTTP/1.1 200 ");
    stop(fixture);
}

/* It waits for a request and not for the rest of one. */
static void an_idle_client_whose_request_was_refused_is_told_nothing_more(void **state)
{
    struct http_limits limits = quick_limits();
    struct fixture *fixture;
    struct buffer answer;
    char statuses[16];
    int client;

    (void)state;
    limits.head_timeout_ms = 1;
    limits.idle_timeout_ms = 50;
    fixture = start_with(&limits, 0, "127.0.0.1:0");
    client = support_connect(&fixture->server);
    support_send_text(client, "GET /nowhere HTTP/1.1\r\n" STAY);
    support_read_end(client, &answer);
    support_statuses(&answer, statuses, sizeof statuses);
    assert_string_equal(statuses, "404 ");
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    stop(fixture);
}

/* A drip of one header byte now and then must not reset the head's time. */
static void a_dripping_head_runs_out_of_time_all_the_same(void **state)
{
    struct http_limits limits = quick_limits();
    struct fixture *fixture;
    struct timeval drip = {.tv_usec = 2000};
    struct buffer answer;
    int client;
    char byte = 0;

    (void)state;
    limits.head_timeout_ms = 50;
    fixture = start_with(&limits, 0, "127.0.0.1:0");
    client = support_connect(&fixture->server);
    assert_int_equal(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &drip, sizeof drip), 0);
    support_send_text(client, "GET /hello HTTP/1.1\r\nX: ");
    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    /* The receive's own timeout is the pace of the drip. */
    for (int i = 0; i < 10000 && support_recv(client, &byte, 1, 0) <= 0; i++) {
        support_send_text(client, "x");
    }
    assert_int_equal(byte, 'H');
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    stop(fixture);
}

static void a_client_that_does_not_read_its_answer_is_cut_off(void **state)
{
    struct http_limits limits = quick_limits();
    struct fixture *fixture;
    int client;
    struct buffer metrics;

    (void)state;
    limits.send_timeout_ms = 20;
    limits.send_buffer_size = 4096;
    fixture = start_with(&limits, 1, "127.0.0.1:0");
    client = support_connect(&fixture->server);
    support_send_text(client, "GET /large HTTP/1.1\r\n" STAY);
    /* The only place is taken until the server gives up on that client. */
    for (bool free_again = false; !free_again;) {
        struct buffer answer;
        char statuses[16];

        support_exchange(&fixture->server, "GET /hello HTTP/1.1\r\n" STAY,
                         strlen("GET /hello HTTP/1.1\r\n" STAY), SIZE_MAX, &answer);
        support_statuses(&answer, statuses, sizeof statuses);
        free_again = strcmp(statuses, "200 ") == 0;
        buffer_release(&answer);
    }
    assert_int_equal(close(client), 0);
    stop(fixture);

    buffer_init(&metrics, 1024 * 1024);
    metrics_write(&metrics);
    assert_non_null(strstr(buffer_text(&metrics),
                           "hyeopchi_http_requests_total{method=\"GET\","
                           "route=\"/hello\",status=\"2xx\"}"));
    assert_non_null(
        strstr(buffer_text(&metrics), "hyeopchi_http_refusals_total{reason=\"timeout\"}"));
    assert_non_null(strstr(buffer_text(&metrics), "hyeopchi_http_connections 0\n"));
    buffer_release(&metrics);
}

/* --- The stop. ---------------------------------------------------------------------------------- */

static void release_held(void *context)
{
    struct fixture *fixture = context;

    for (int i = 0; i < fixture->held_count; i++) {
        http_respond(fixture->held[i], 200, "text/plain", "held", 4);
    }
    fixture->held_count = 0;
}

static void a_stop_lets_answers_finish_and_closes_the_idle(void **state)
{
    struct fixture *fixture = start();
    int held = support_connect(&fixture->server);
    int gone = support_connect(&fixture->server);
    int idle = support_connect(&fixture->server);
    int halfway = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    support_call_after_stop(&fixture->server);
    support_send_text(held, "GET /hold HTTP/1.1\r\n" STAY "GET /hello HTTP/1.1\r\n" STAY);
    support_send_text(gone, "GET /hold HTTP/1.1\r\n" STAY);
    support_send_text(halfway, "POST /echo HTTP/1.1\r\nContent-Length: 5\r\n" STAY "abc");
    wait_for_held(fixture, 2);
    assert_int_equal(close(gone), 0);
    support_stop_begin(&fixture->server);
    support_read_end(idle, &answer);
    assert_int_equal(answer.length, 0);
    buffer_release(&answer);
    support_read_end(halfway, &answer);
    assert_int_equal(answer.length, 0);
    buffer_release(&answer);

    /* Now the database answers, late: its requests are still there, and the next one is not begun. */
    support_call(&fixture->server, release_held, fixture);
    support_read_end(held, &answer);
    assert_memory_equal(buffer_text(&answer), "HTTP/1.1 200 ", 13);
    assert_non_null(strstr(buffer_text(&answer), "\r\nConnection: close\r\n"));
    assert_null(strstr(buffer_text(&answer), "hello"));
    buffer_release(&answer);
    assert_int_equal(close(held), 0);
    assert_int_equal(close(idle), 0);
    assert_int_equal(close(halfway), 0);
    support_stop_wait(&fixture->server);
    end(fixture);
}

static void send_ahead(void *context)
{
    const int *client = context;

    support_send_text(*client, "GET /hello HTTP/1.1\r\n" STAY);
}

/* The client has its answer and sends the next request while the server stops: closing a socket
 * whose bytes nobody has read makes the client's system report a reset instead of an end. */
static void a_stop_ends_in_order_for_a_client_that_has_sent_more(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;
    char statuses[16];
    char byte;

    (void)state;
    support_send_text(client, "GET /hello HTTP/1.1\r\n" STAY);
    assert_int_equal(support_recv(client, &byte, 1, MSG_PEEK), 1);
    support_on_stopping(&fixture->server, send_ahead, &client);
    support_stop_begin(&fixture->server);
    support_read_end(client, &answer);
    support_statuses(&answer, statuses, sizeof statuses);
    assert_string_equal(statuses, "200 ");
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    support_stop_wait(&fixture->server);
    end(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_request_gets_its_status),
        cmocka_unit_test(byte_by_byte_delivery_changes_no_status),
        cmocka_unit_test(every_answer_carries_the_headers_it_must),
        cmocka_unit_test(a_date_before_1970_has_its_day_of_the_week),
        cmocka_unit_test(a_handler_may_set_headers_but_not_break_the_answer),
        cmocka_unit_test(head_is_answered_like_get_without_the_body),
        cmocka_unit_test(problems_speak_the_language_that_was_asked_for),
        cmocka_unit_test(errors_have_their_usual_answers),
        cmocka_unit_test(parameters_and_queries_reach_the_handler_decoded),
        cmocka_unit_test(a_connection_serves_request_after_request),
        cmocka_unit_test(a_request_sent_ahead_waits_for_the_one_before_it),
        cmocka_unit_test(garbage_sent_ahead_is_refused_when_its_turn_comes),
        cmocka_unit_test(ten_thousand_requests_sent_ahead_are_all_answered),
        cmocka_unit_test(a_body_is_asked_for_when_the_client_expects_it),
        cmocka_unit_test(a_refused_client_that_still_sends_hears_the_answer),
        cmocka_unit_test(a_large_answer_reaches_a_slow_reader_whole),
        cmocka_unit_test(an_answer_to_a_client_that_has_gone_is_dropped),
        cmocka_unit_test(one_client_too_many_is_told_so_unheard),
        cmocka_unit_test(large_bodies_share_a_bounded_memory),
        cmocka_unit_test(slow_clients_run_out_of_time),
        cmocka_unit_test(an_idle_client_whose_request_was_refused_is_told_nothing_more),
        cmocka_unit_test(a_dripping_head_runs_out_of_time_all_the_same),
        cmocka_unit_test(a_client_that_does_not_read_its_answer_is_cut_off),
        cmocka_unit_test(a_stop_lets_answers_finish_and_closes_the_idle),
        cmocka_unit_test(a_stop_ends_in_order_for_a_client_that_has_sent_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
