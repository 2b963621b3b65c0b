/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers in pieces: as each version of HTTP wants them, to clients that leave,
 * to clients that do not read, and when the server stops. on_close is counted:
 * it runs exactly once, whatever happens.
 */
#include "runtime_http_support.h"

#define STAY "Host: a\r\n\r\n"

enum { PIECE_SIZE = 16 * 1024 };

struct fixture {
    struct support_server server;
    struct http_request *request; /* loop thread only */
    int piece_count;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int begun;
    int closed;
    int drained;
    bool full;
};

static void note(struct fixture *fixture, int *counter)
{
    (void)pthread_mutex_lock(&fixture->mutex);
    (*counter)++;
    (void)pthread_cond_broadcast(&fixture->changed);
    (void)pthread_mutex_unlock(&fixture->mutex);
}

static int count_of(struct fixture *fixture, const int *counter)
{
    int count;

    (void)pthread_mutex_lock(&fixture->mutex);
    count = *counter;
    (void)pthread_mutex_unlock(&fixture->mutex);
    return count;
}

static void wait_for(struct fixture *fixture, const int *counter, int value)
{
    (void)pthread_mutex_lock(&fixture->mutex);
    while (*counter < value) {
        (void)pthread_cond_wait(&fixture->changed, &fixture->mutex);
    }
    (void)pthread_mutex_unlock(&fixture->mutex);
}

static void on_close(void *context)
{
    struct fixture *fixture = context;

    fixture->request = NULL;
    note(fixture, &fixture->closed);
}

/* Three pieces and the end, all at once. */
static void pieces(struct http_request *request, void *context)
{
    http_stream_begin(request, 200, "text/plain", on_close, context);
    assert_int_equal(http_stream_write(request, "one", 3), ERR_OK);
    assert_int_equal(http_stream_write(request, "", 0), ERR_OK);
    assert_int_equal(http_stream_write(request, "0123456789abcdefg", 17), ERR_OK);
    if (strcmp(http_request_method(request), "HEAD") != 0) {
        http_stream_end(request);
    }
}

/* A stream that others write to. */
static void open_stream(struct http_request *request, void *context)
{
    struct fixture *fixture = context;

    fixture->request = request;
    http_stream_begin(request, 200, "text/plain", on_close, context);
    assert_int_equal(http_stream_write(request, "begun", 5), ERR_OK);
    note(fixture, &fixture->begun);
}

/* The same, of use only to its end. */
static void open_whole(struct http_request *request, void *context)
{
    open_stream(request, context);
    http_stream_whole(request);
}

static void on_drained(void *context)
{
    struct fixture *fixture = context;

    http_stream_on_drained(fixture->request, NULL);
    note(fixture, &fixture->drained);
}

/* Writes until no more is taken. */
static void flood(struct http_request *request, void *context)
{
    static char piece[PIECE_SIZE];
    struct fixture *fixture = context;

    fixture->request = request;
    memset(piece, 'x', sizeof piece);
    http_stream_begin(request, 200, "text/plain", on_close, context);
    http_stream_on_drained(request, on_drained);
    while (http_stream_write(request, piece, sizeof piece) == ERR_OK) {
        fixture->piece_count++;
    }
    assert_true(http_stream_backlog(request) > HTTP_STREAM_BACKLOG_MAX - sizeof piece);
    assert_true(http_stream_backlog(request) <= HTTP_STREAM_BACKLOG_MAX);
    note(fixture, &fixture->begun);
}

static void plain(struct http_request *request, void *context)
{
    (void)context;
    http_respond(request, 200, "text/plain", "plain", 5);
}

static const struct http_route routes[] = {
    {.method = "GET", .path = "/pieces", .roles = ROLE_PUBLIC, .handler = pieces},
    {.method = "GET", .path = "/open", .roles = ROLE_PUBLIC, .handler = open_stream},
    {.method = "GET", .path = "/whole", .roles = ROLE_PUBLIC, .handler = open_whole},
    {.method = "GET", .path = "/flood", .roles = ROLE_PUBLIC, .handler = flood},
    {.method = "GET", .path = "/plain", .roles = ROLE_PUBLIC, .handler = plain},
};

static struct fixture *start_with(int64_t send_timeout_ms)
{
    static struct http_route_table table = {.routes = routes,
                                            .count = sizeof routes / sizeof routes[0]};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct http_server_options options = {
        .listen = "127.0.0.1:0", .tables = &table, .table_count = 1};
    struct http_limits limits = HTTP_LIMITS_DEFAULT;

    assert_non_null(fixture);
    table.context = fixture;
    limits.tick_ms = 5;
    limits.send_buffer_size = 4096;
    limits.send_timeout_ms = send_timeout_ms;
    assert_int_equal(pthread_mutex_init(&fixture->mutex, NULL), 0);
    assert_int_equal(pthread_cond_init(&fixture->changed, NULL), 0);
    support_start(&fixture->server, &options, &limits);
    return fixture;
}

static struct fixture *start(void)
{
    return start_with(HTTP_SEND_TIMEOUT_MS);
}

static void end(struct fixture *fixture, int closed)
{
    assert_int_equal(fixture->closed, closed);
    assert_int_equal(pthread_cond_destroy(&fixture->changed), 0);
    assert_int_equal(pthread_mutex_destroy(&fixture->mutex), 0);
    free(fixture);
}

static void stop(struct fixture *fixture, int closed)
{
    support_stop(&fixture->server);
    end(fixture, closed);
}

static void pieces_are_chunks_and_the_connection_goes_on(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    support_send_text(client, "GET /pieces HTTP/1.1\r\n" STAY "GET /pieces HTTP/1.1\r\n" STAY
                              "GET /plain HTTP/1.1\r\nConnection: close\r\n" STAY);
    support_read_end(client, &answer);
    assert_non_null(strstr(buffer_text(&answer), "\r\nTransfer-Encoding: chunked\r\n"));
    assert_non_null(strstr(buffer_text(&answer),
                           "\r\n\r\n3\r\none\r\n11\r\n0123456789abcdefg\r\n0\r\n\r\nHTTP/1.1 200"));
    assert_non_null(strstr(buffer_text(&answer), "plain"));
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    stop(fixture, 2);
}

static void http_1_0_gets_the_pieces_bare(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    support_send_text(client, "GET /pieces HTTP/1.0\r\n\r\n");
    support_read_end(client, &answer);
    assert_null(strstr(buffer_text(&answer), "Transfer-Encoding"));
    assert_non_null(strstr(buffer_text(&answer), "\r\n\r\none0123456789abcdefg"));
    assert_string_equal(buffer_text(&answer) + answer.length - 4, "defg");
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    stop(fixture, 1);
}

static void head_gets_the_head_of_a_stream(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    support_send_text(client, "HEAD /pieces HTTP/1.1\r\n" STAY);
    support_read_end(client, &answer);
    assert_string_equal(buffer_text(&answer) + answer.length - 4, "\r\n\r\n");
    assert_null(strstr(buffer_text(&answer), "one"));
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    stop(fixture, 1);
}

static void a_client_that_leaves_closes_its_stream_once(void **state)
{
    struct fixture *fixture = start();
    struct linger reset = {.l_onoff = 1, .l_linger = 0};

    (void)state;
    for (int round = 0; round < 2; round++) {
        int client = support_connect(&fixture->server);
        struct buffer answer;

        support_send_text(client, "GET /open HTTP/1.1\r\n" STAY);
        buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
        support_read_until(client, "begun", &answer);
        buffer_release(&answer);
        if (round == 1) {
            assert_int_equal(setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
        }
        assert_int_equal(close(client), 0);
        wait_for(fixture, &fixture->closed, round + 1);
    }
    stop(fixture, 2);
}

static void a_client_that_does_not_read_fills_only_its_backlog(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    support_send_text(client, "GET /flood HTTP/1.1\r\n" STAY);
    wait_for(fixture, &fixture->begun, 1);
    assert_int_equal(count_of(fixture, &fixture->drained), 0);

    /* It reads after all: everything that was taken comes, and the stream is told. */
    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    while (answer.length < (size_t)fixture->piece_count * PIECE_SIZE) {
        char bytes[65536];
        ssize_t count = support_recv(client, bytes, sizeof bytes, 0);

        assert_true(count > 0);
        buffer_append(&answer, bytes, (size_t)count);
    }
    wait_for(fixture, &fixture->drained, 1);
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    wait_for(fixture, &fixture->closed, 1);
    stop(fixture, 1);
}

static void a_client_that_never_reads_is_cut_off(void **state)
{
    struct fixture *fixture = start_with(20);
    int client = support_connect(&fixture->server);

    (void)state;
    support_send_text(client, "GET /flood HTTP/1.1\r\n" STAY);
    wait_for(fixture, &fixture->closed, 1);
    assert_int_equal(close(client), 0);
    stop(fixture, 1);
}

static void a_quiet_stream_is_not_cut_off(void **state)
{
    struct fixture *fixture = start_with(1);
    int client = support_connect(&fixture->server);
    struct timeval pause = {.tv_usec = 100000};
    struct buffer answer;
    char byte;

    (void)state;
    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    support_send_text(client, "GET /open HTTP/1.1\r\n" STAY);
    support_read_until(client, "begun", &answer);
    buffer_release(&answer);
    /* A hundred times the timeout, and the connection is still open. */
    assert_int_equal(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause), 0);
    while (support_recv(client, &byte, 1, 0) > 0) {
    }
    assert_int_equal(count_of(fixture, &fixture->closed), 0);
    assert_int_equal(close(client), 0);
    wait_for(fixture, &fixture->closed, 1);
    stop(fixture, 1);
}

static void a_stop_ends_streams_in_order(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    int unread = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    support_send_text(client, "GET /open HTTP/1.1\r\n" STAY);
    wait_for(fixture, &fixture->begun, 1);
    support_stop_begin(&fixture->server);
    support_read_end(client, &answer);
    assert_string_equal(buffer_text(&answer) + answer.length - 12, "begun\r\n0\r\n\r\n");
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    assert_int_equal(close(unread), 0);
    support_stop_wait(&fixture->server);
    end(fixture, 1);
}

static void a_stop_breaks_off_what_is_of_use_only_whole(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    support_send_text(client, "GET /whole HTTP/1.1\r\n" STAY);
    wait_for(fixture, &fixture->begun, 1);
    support_stop_begin(&fixture->server);
    support_read_end(client, &answer);
    assert_string_equal(buffer_text(&answer) + answer.length - 10, "5\r\nbegun\r\n");
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    support_stop_wait(&fixture->server);
    end(fixture, 1);
}

static void a_stop_cuts_off_a_client_that_never_reads(void **state)
{
    enum { LONGER_THAN_ANY_STOP_MS = 3600 * 1000, SOON_MS = 2 };
    struct fixture *fixture = start_with(LONGER_THAN_ANY_STOP_MS);
    int client = support_connect(&fixture->server);

    (void)state;
    support_send_text(client, "GET /flood HTTP/1.1\r\n" STAY);
    wait_for(fixture, &fixture->begun, 1);
    support_stop_within(&fixture->server, SOON_MS);
    stop(fixture, 1);
    assert_int_equal(close(client), 0);
}

static void a_half_closed_client_does_not_keep_a_stream(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    support_send_text(client, "GET /open HTTP/1.1\r\n" STAY);
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    support_read_end(client, &answer);
    buffer_release(&answer);
    wait_for(fixture, &fixture->closed, 1);
    assert_int_equal(close(client), 0);
    stop(fixture, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_chunks_and_the_connection_goes_on),
        cmocka_unit_test(http_1_0_gets_the_pieces_bare),
        cmocka_unit_test(head_gets_the_head_of_a_stream),
        cmocka_unit_test(a_client_that_leaves_closes_its_stream_once),
        cmocka_unit_test(a_client_that_does_not_read_fills_only_its_backlog),
        cmocka_unit_test(a_client_that_never_reads_is_cut_off),
        cmocka_unit_test(a_quiet_stream_is_not_cut_off),
        cmocka_unit_test(a_stop_ends_streams_in_order),
        cmocka_unit_test(a_stop_breaks_off_what_is_of_use_only_whole),
        cmocka_unit_test(a_stop_cuts_off_a_client_that_never_reads),
        cmocka_unit_test(a_half_closed_client_does_not_keep_a_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
