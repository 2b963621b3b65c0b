/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of one client: reading, feeding the parser, writing, timeouts, and
 * an end that lets the client hear its answer. Never looks at what a request
 * asks for; that is http_exchange.c.
 *
 * Requests that were sent ahead wait in `input`, and nothing more is read while
 * any do: what a client may queue with us is one read's worth.
 */
#include "runtime/http_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";

/* Bytes that the socket did not take at once. */
struct http_write {
    uv_write_t write;
    struct http_connection *connection;
    char bytes[];
};

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer);
static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer);
static void on_data(struct http_connection *connection, const char *data, size_t length);
static void on_end(struct http_connection *connection);
static size_t process(struct http_connection *connection, const char *data, size_t length);
static void process_head(struct http_connection *connection, bool body_at_hand);
static void resume(struct http_connection *connection);
static void flushed(struct http_connection *connection);
static void linger(struct http_connection *connection);
static void queue_write(struct http_connection *connection, const uv_buf_t *buffers, unsigned count,
                        size_t skip);
static void on_written(uv_write_t *write, int status);
static void on_shutdown(uv_shutdown_t *shutdown, int status);
static void on_closed(uv_handle_t *handle);

/* --- Reading. ----------------------------------------------------------------------------------- */

/* Everything read is used or copied before the next read, so one buffer serves all connections. */
static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct http_connection *connection = handle->data;

    (void)suggested;
    *buffer = uv_buf_init(connection->server->read_buffer, HTTP_READ_SIZE);
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct http_connection *connection = stream->data;

    if (length > 0) {
        metrics_add(&http_metrics.bytes_received, length);
        on_data(connection, buffer->base, (size_t)length);
    } else if (length == UV_EOF) {
        on_end(connection);
    } else if (length < 0) {
        http_connection_close(connection);
    }
}

static void on_data(struct http_connection *connection, const char *data, size_t length)
{
    size_t taken = 0;

    switch (connection->state) {
    case HTTP_CONNECTION_IDLE:
    case HTTP_CONNECTION_HEAD:
    case HTTP_CONNECTION_BODY:
        taken = process(connection, data, length);
        break;
    case HTTP_CONNECTION_BUSY:
    case HTTP_CONNECTION_ANSWERING:
    case HTTP_CONNECTION_STREAMING:
    case HTTP_CONNECTION_LINGERING:
    case HTTP_CONNECTION_CLOSED:
        break;
    }
    if (connection->state == HTTP_CONNECTION_CLOSED ||
        connection->state == HTTP_CONNECTION_LINGERING) {
        return;
    }
    assert(taken == length || connection->input.length == 0);
    buffer_append(&connection->input, data + taken, length - taken);
    if (buffer_status(&connection->input)) {
        http_connection_close(connection);
        return;
    }
    http_connection_update_reading(connection);
}

/* The client sends no more. It may still want its answer (a half-closed socket), but a stream that
 * nobody reads would never end. */
static void on_end(struct http_connection *connection)
{
    connection->peer_finished = true;
    connection->reading = false; /* libuv has stopped by itself. */
    if (connection->state != HTTP_CONNECTION_BUSY &&
        connection->state != HTTP_CONNECTION_ANSWERING) {
        http_connection_close(connection);
    }
}

void http_connection_update_reading(struct http_connection *connection)
{
    bool wanted = connection->state != HTTP_CONNECTION_CLOSED && !connection->peer_finished &&
                  (connection->state == HTTP_CONNECTION_LINGERING || connection->input.length == 0);

    if (wanted == connection->reading || connection->state == HTTP_CONNECTION_CLOSED) {
        return;
    }
    connection->reading = wanted;
    if (!wanted) {
        (void)uv_read_stop(&connection->socket.stream); /* Always succeeds. */
    } else if (uv_read_start(&connection->socket.stream, on_allocate, on_read) != 0) {
        http_connection_close(connection);
    }
}

static bool is_receiving(const struct http_connection *connection)
{
    return connection->state == HTTP_CONNECTION_IDLE || connection->state == HTTP_CONNECTION_HEAD ||
           connection->state == HTTP_CONNECTION_BODY;
}

/* Feeds the parser until the bytes are used or a request is under way; returns how many were used. */
static size_t process(struct http_connection *connection, const char *data, size_t length)
{
    size_t used = 0;
    bool again = false; /* a message without a body is whole without further bytes */

    assert(!connection->processing);
    connection->processing = true;
    while (is_receiving(connection) && (used < length || again)) {
        size_t taken;
        enum http_parse parse =
            http_parser_feed(&connection->parser, data + used, length - used, &taken);

        used += taken;
        again = false;
        switch (parse) {
        case HTTP_PARSE_MORE:
            if (connection->state == HTTP_CONNECTION_IDLE) {
                http_connection_set_state(connection, HTTP_CONNECTION_HEAD);
            }
            break;
        case HTTP_PARSE_HEAD:
            process_head(connection, used < length);
            again = connection->state == HTTP_CONNECTION_BODY; /* It was not refused. */
            break;
        case HTTP_PARSE_WHOLE:
            http_connection_set_state(connection, HTTP_CONNECTION_BUSY);
            http_exchange_message(connection);
            break;
        case HTTP_PARSE_REFUSED:
            http_exchange_refuse(connection, connection->parser.refusal, connection->parser.rule);
            break;
        }
    }
    connection->processing = false;
    return used;
}

static void process_head(struct http_connection *connection, bool body_at_hand)
{
    const struct http_head *head = &connection->parser.head;

    connection->keep_alive = head->keep_alive && !connection->server->stopping;
    http_connection_set_state(connection, HTTP_CONNECTION_BODY);
    if (!http_exchange_head(connection)) {
        return;
    }
    if (head->expects_continue && head->has_body && !body_at_hand) {
        uv_buf_t go_on = uv_buf_init((char *)(uintptr_t)CONTINUE, sizeof CONTINUE - 1);

        http_connection_write(connection, &go_on, 1);
    }
}

/* Goes on with what was sent ahead. */
static void resume(struct http_connection *connection)
{
    size_t used =
        process(connection, (const char *)connection->input.data, connection->input.length);

    /* A refusal has thrown the rest away, and what was used with it. */
    if (connection->state == HTTP_CONNECTION_CLOSED ||
        connection->state == HTTP_CONNECTION_LINGERING) {
        return;
    }
    buffer_consume(&connection->input, used);
    if (connection->peer_finished && connection->input.length == 0 && is_receiving(connection)) {
        http_connection_close(connection);
        return;
    }
    http_connection_update_reading(connection);
}

/* --- Writing. ----------------------------------------------------------------------------------- */

void http_connection_write(struct http_connection *connection, const uv_buf_t *buffers,
                           unsigned count)
{
    size_t total = 0;
    size_t sent = 0;

    if (connection->state == HTTP_CONNECTION_CLOSED) {
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        total += buffers[i].len;
    }
    metrics_add(&http_metrics.bytes_sent, (int64_t)total);
    if (connection->write_count == 0) {
        int status = uv_try_write(&connection->socket.stream, buffers, count);

        if (status < 0 && status != UV_EAGAIN) {
            http_connection_close(connection);
            return;
        }
        sent = status > 0 ? (size_t)status : 0;
    }
    if (sent < total) {
        queue_write(connection, buffers, count, sent);
    }
}

static void queue_write(struct http_connection *connection, const uv_buf_t *buffers, unsigned count,
                        size_t skip)
{
    struct http_write *write;
    size_t total = 0;
    size_t length = 0;
    uv_buf_t rest;

    for (unsigned i = 0; i < count; i++) {
        total += buffers[i].len;
    }
    assert(skip < total);
    write = malloc(sizeof *write + total - skip);
    if (!write) {
        http_connection_close(connection);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        size_t from = skip < buffers[i].len ? skip : buffers[i].len;

        memcpy(write->bytes + length, buffers[i].base + from, buffers[i].len - from);
        length += buffers[i].len - from;
        skip -= from;
    }
    write->connection = connection;
    rest = uv_buf_init(write->bytes, (unsigned)length);
    if (uv_write(&write->write, &connection->socket.stream, &rest, 1, on_written) != 0) {
        free(write);
        http_connection_close(connection);
        return;
    }
    if (connection->write_count == 0) {
        connection->deadline_ms = (int64_t)uv_now(&connection->server->loop->uv) +
                                  connection->server->limits.send_timeout_ms;
    }
    connection->queued += length;
    connection->write_count++;
}

static void on_written(uv_write_t *write, int status)
{
    struct http_write *done = (struct http_write *)write;
    struct http_connection *connection = done->connection;

    free(done);
    connection->write_count--;
    if (status < 0) {
        http_connection_close(connection);
        return;
    }
    if (connection->write_count > 0) {
        return;
    }
    if (connection->state == HTTP_CONNECTION_ANSWERING) {
        flushed(connection);
    } else if (connection->state == HTTP_CONNECTION_STREAMING &&
               connection->request.stream_drained) {
        connection->request.stream_drained(connection->request.stream_context);
    }
}

void http_connection_answered(struct http_connection *connection)
{
    if (connection->state == HTTP_CONNECTION_CLOSED) {
        http_connection_release(connection);
        return;
    }
    http_connection_set_state(connection, HTTP_CONNECTION_ANSWERING);
    if (connection->write_count == 0) {
        flushed(connection);
    }
}

/* The client has the whole answer: the next request, or the end. */
static void flushed(struct http_connection *connection)
{
    if (!connection->keep_alive || connection->server->stopping) {
        linger(connection);
        return;
    }
    http_parser_reset(&connection->parser);
    http_connection_set_state(connection, HTTP_CONNECTION_IDLE);
    /* Inside process() its loop goes on; calling it again from here would be recursion. */
    if (!connection->processing) {
        resume(connection);
    }
}

/* --- Ending. ------------------------------------------------------------------------------------ */

/* Closing while the client still sends makes its system throw the answer away; so only our side is
 * closed, and what comes is thrown away until the client closes too or its time is up. */
static void linger(struct http_connection *connection)
{
    http_connection_set_state(connection, HTTP_CONNECTION_LINGERING);
    buffer_clear(&connection->input);
    if (connection->peer_finished ||
        uv_shutdown(&connection->shutdown, &connection->socket.stream, on_shutdown) != 0) {
        http_connection_close(connection);
        return;
    }
    http_connection_update_reading(connection);
}

static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
    /* Whether the client is still there shows in reading. */
    (void)shutdown;
    (void)status;
}

void http_connection_close(struct http_connection *connection)
{
    enum http_connection_state state = connection->state;

    if (state == HTTP_CONNECTION_CLOSED) {
        return;
    }
    http_connection_set_state(connection, HTTP_CONNECTION_CLOSED);
    uv_close(&connection->socket.handle, on_closed);
    if (state == HTTP_CONNECTION_BODY && connection->request.under_way) {
        http_exchange_finish(&connection->request, 0, 0);
    }
}

static void on_closed(uv_handle_t *handle)
{
    struct http_connection *connection = handle->data;
    struct http_server *server = connection->server;

    connection->closed = true;
    if (connection->refused) {
        server->refused_count--;
    } else {
        server->connection_count--;
        metrics_set(&http_metrics.connections, server->connection_count);
    }
    if (connection->request.streaming) {
        http_stream_finish(&connection->request);
    }
    http_connection_release(connection);
}

/* --- Time. -------------------------------------------------------------------------------------- */

void http_connection_set_state(struct http_connection *connection, enum http_connection_state state)
{
    const struct http_limits *limits = &connection->server->limits;
    int64_t now_ms = (int64_t)uv_now(&connection->server->loop->uv);
    int64_t allowed_ms = -1;

    assert(connection->state != HTTP_CONNECTION_CLOSED);
    connection->state = state;
    switch (state) {
    case HTTP_CONNECTION_IDLE:
        allowed_ms = limits->idle_timeout_ms;
        break;
    case HTTP_CONNECTION_HEAD:
        allowed_ms = limits->head_timeout_ms;
        break;
    case HTTP_CONNECTION_BODY:
        allowed_ms = limits->body_timeout_ms;
        break;
    case HTTP_CONNECTION_ANSWERING:
    case HTTP_CONNECTION_STREAMING:
        allowed_ms = limits->send_timeout_ms;
        break;
    case HTTP_CONNECTION_LINGERING:
        allowed_ms = limits->linger_ms;
        break;
    case HTTP_CONNECTION_BUSY:
    case HTTP_CONNECTION_CLOSED:
        break;
    }
    connection->deadline_ms = allowed_ms >= 0 ? now_ms + allowed_ms : INT64_MAX;
}

/* A client that takes bytes, however slowly, or has none to take, is given more time. */
static bool is_reading_its_answer(struct http_connection *connection)
{
    size_t waiting = uv_stream_get_write_queue_size(&connection->socket.stream);
    uint64_t left = connection->queued - waiting;
    bool moved = left != connection->left_at_tick;

    connection->left_at_tick = left;
    return waiting == 0 || moved;
}

/* Ends a stream that its handler has not ended. */
static void end_stream(struct http_connection *connection)
{
    if (connection->request.stream_whole && connection->state != HTTP_CONNECTION_CLOSED) {
        http_connection_close(connection); /* Which finishes the stream. */
    } else {
        http_stream_end(&connection->request);
    }
}

void http_connection_tick(struct http_connection *connection, int64_t now_ms)
{
    bool is_sending = connection->state == HTTP_CONNECTION_ANSWERING ||
                      connection->state == HTTP_CONNECTION_STREAMING;

    if (connection->request.streaming && connection->request.stream_ending) {
        end_stream(connection);
        return;
    }
    if (connection->state == HTTP_CONNECTION_CLOSED) {
        return;
    }
    if (is_sending && now_ms >= connection->server->cut_off_ms) {
        connection->deadline_ms = now_ms;
    } else if (is_sending && is_reading_its_answer(connection)) {
        connection->deadline_ms = now_ms + connection->server->limits.send_timeout_ms;
    }
    if (now_ms < connection->deadline_ms) {
        return;
    }
    if (connection->state == HTTP_CONNECTION_HEAD || connection->state == HTTP_CONNECTION_BODY) {
        metrics_add(&http_metrics.timeouts, 1);
        http_exchange_refuse(connection, &PROBLEM_TIMEOUT,
                             connection->state == HTTP_CONNECTION_HEAD ? "head-timeout"
                                                                       : "body-timeout");
        return;
    }
    if (is_sending) {
        metrics_add(&http_metrics.timeouts, 1);
    }
    http_connection_close(connection);
}

void http_connection_stop(struct http_connection *connection)
{
    bool cut_off = connection->state == HTTP_CONNECTION_BODY && connection->request.under_way;

    connection->keep_alive = false;
    if (is_receiving(connection)) {
        /* The answer before may not be read yet, and more be sent already. */
        linger(connection);
        if (cut_off) {
            http_exchange_finish(&connection->request, 0, 0);
        }
    } else if (connection->state == HTTP_CONNECTION_STREAMING && connection->request.streaming) {
        end_stream(connection);
    }
}
