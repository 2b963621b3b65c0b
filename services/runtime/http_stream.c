/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers in pieces: chunked for HTTP/1.1, until the end of the connection for
 * HTTP/1.0. Never holds more than the backlog's maximum for a client that does
 * not read.
 */
#include "runtime/http_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void http_stream_begin(struct http_request *request, int status, const char *content_type,
                       void (*on_close)(void *context), void *context)
{
    struct http_connection *connection = request->connection;
    const struct http_head *head = &connection->parser.head;
    struct buffer *answer = &connection->server->head;
    struct http_response response = {
        .status = status,
        .content_type = content_type,
        .content_length = -1,
        .chunked = head->version_minor > 0,
    };
    bool is_head_only = strcmp(head->method, "HEAD") == 0;
    uv_buf_t buffer;

    assert(request->under_way);
    assert(!request->streaming);
    assert(on_close != NULL);
    request->streaming = true;
    request->stream_chunked = response.chunked;
    request->stream_status = status;
    request->stream_sent = 0;
    request->stream_whole = false;
    request->stream_closed = on_close;
    request->stream_drained = NULL;
    request->stream_context = context;
    /* on_close comes from the loop later, never from inside this call. */
    request->stream_ending = is_head_only || connection->peer_finished || connection->closed ||
                             connection->server->stopping;

    if (connection->state == HTTP_CONNECTION_CLOSED) {
        return;
    }
    connection->keep_alive = connection->keep_alive && response.chunked && !request->stream_ending;
    http_connection_set_state(connection, HTTP_CONNECTION_STREAMING);
    if (http_response_head(request, &response)) {
        http_connection_close(connection);
        return;
    }
    buffer = uv_buf_init((char *)answer->data, (unsigned)answer->length);
    request->stream_sent = buffer.len;
    http_connection_write(connection, &buffer, 1);
    http_connection_update_reading(connection);
}

enum err http_stream_write(struct http_request *request, const void *data, size_t length)
{
    struct http_connection *connection = request->connection;
    size_t backlog_max = connection->server->limits.stream_backlog_max;
    char size[20];
    uv_buf_t buffers[3];
    int digits;

    assert(request->streaming);
    if (connection->state == HTTP_CONNECTION_CLOSED || request->stream_ending || length == 0) {
        return ERR_OK;
    }
    if (length > backlog_max || http_stream_backlog(request) > backlog_max - length) {
        return ERR_FULL;
    }
    buffers[1] = uv_buf_init((char *)(uintptr_t)data, (unsigned)length);
    request->stream_sent += length;
    if (!request->stream_chunked) {
        http_connection_write(connection, &buffers[1], 1);
        return ERR_OK;
    }
    digits = snprintf(size, sizeof size, "%zx\r\n", length);
    assert(digits > 0 && (size_t)digits < sizeof size);
    buffers[0] = uv_buf_init(size, (unsigned)digits);
    buffers[2] = uv_buf_init(size + digits - 2, 2);
    http_connection_write(connection, buffers, 3);
    return ERR_OK;
}

size_t http_stream_backlog(const struct http_request *request)
{
    const struct http_connection *connection = request->connection;

    if (connection->state == HTTP_CONNECTION_CLOSED) {
        return 0;
    }
    return uv_stream_get_write_queue_size(&connection->socket.stream);
}

void http_stream_on_drained(struct http_request *request, void (*drained)(void *context))
{
    assert(request->streaming);
    request->stream_drained = drained;
}

void http_stream_end(struct http_request *request)
{
    static const char last_chunk[] = "0\r\n\r\n";
    struct http_connection *connection = request->connection;

    assert(request->streaming);
    if (connection->state == HTTP_CONNECTION_CLOSED && !connection->closed) {
        return; /* The socket's own end is on its way and ends the stream. */
    }
    if (request->stream_chunked && strcmp(http_request_method(request), "HEAD") != 0) {
        uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)last_chunk, sizeof last_chunk - 1);

        http_connection_write(connection, &buffer, 1);
        if (connection->state == HTTP_CONNECTION_CLOSED && !connection->closed) {
            return;
        }
    }
    if (!request->stream_chunked) {
        connection->keep_alive = false;
    }
    http_stream_finish(request);
    http_connection_answered(connection);
}

void http_stream_abort(struct http_request *request)
{
    assert(request->streaming);
    http_connection_close(request->connection); /* Again is harmless. */
}

void http_stream_whole(struct http_request *request)
{
    assert(request->streaming);
    request->stream_whole = strcmp(http_request_method(request), "HEAD") != 0;
}

void http_stream_finish(struct http_request *request)
{
    request->streaming = false;
    http_exchange_finish(request, request->stream_status, request->stream_sent);
    request->stream_closed(request->stream_context);
}
