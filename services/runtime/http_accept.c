/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a client comes in, and how its memory goes: taken up to the limit, told
 * 503 beyond it, closed unheard beyond that. Never reads a byte: what is shed
 * here costs no parsing.
 */
#include "runtime/http_internal.h"

#include <assert.h>
#include <stdlib.h>

static enum err take_client(struct http_connection *connection);
static void refuse_client(struct http_server *server);
static void drop_client(struct http_server *server);
static void link_connection(struct http_connection *connection);
static void unlink_connection(struct http_connection *connection);
static void on_dropped(uv_handle_t *handle);

static struct http_connection *connection_new(struct http_server *server)
{
    struct http_connection *connection = calloc(1, sizeof *connection);

    if (!connection) {
        return NULL;
    }
    connection->server = server;
    connection->request.connection = connection;
    buffer_init(&connection->input, HTTP_READ_SIZE);
    buffer_init(&connection->request.response_headers, HTTP_RESPONSE_HEADER_SIZE_MAX);
    http_parser_init(&connection->parser);
    return connection;
}

static int socket_init(struct http_server *server, union http_socket *socket)
{
    uv_loop_t *uv = &server->loop->uv;

    return server->listener.is_unix ? uv_pipe_init(uv, &socket->pipe, 0)
                                    : uv_tcp_init(uv, &socket->tcp);
}

void http_connection_accept(struct http_server *server)
{
    struct http_connection *connection;

    server->accept_waiting = false;
    if (server->connection_count >= server->connection_count_max) {
        refuse_client(server);
        return;
    }
    connection = connection_new(server);
    if (!connection) {
        drop_client(server);
        return;
    }
    if (take_client(connection)) {
        return;
    }
    server->connection_count++;
    metrics_set(&http_metrics.connections, server->connection_count);
    http_connection_set_state(connection, HTTP_CONNECTION_IDLE);
    http_connection_update_reading(connection);
}

/* On failure the connection closes (and frees) itself. */
static enum err take_client(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    int status = socket_init(server, &connection->socket);

    assert(status == 0); /* Neither kind allocates or asks the system for anything. */
    connection->socket.handle.data = connection;
    link_connection(connection);
    status = uv_accept(&server->socket.stream, &connection->socket.stream);
    if (status != 0) {
        connection->refused = true;
        server->refused_count++;
        http_connection_close(connection);
        return ERR_UNAVAILABLE;
    }
    if (!server->listener.is_unix) {
        /* Worth trying only: a socket without them works as well. */
        (void)uv_tcp_nodelay(&connection->socket.tcp, 1);
        (void)uv_tcp_keepalive(&connection->socket.tcp, 1, 60);
    }
    if (server->limits.send_buffer_size > 0) {
        int size = server->limits.send_buffer_size;

        (void)uv_send_buffer_size(&connection->socket.handle, &size);
    }
    return ERR_OK;
}

/* Says 503 without reading anything; past a number of those, closes without a word. */
static void refuse_client(struct http_server *server)
{
    struct http_connection *connection = NULL;
    uv_buf_t answer;

    metrics_add(&http_metrics.refused_connections, 1);
    if (server->refused_count < HTTP_REFUSED_CONNECTION_COUNT_MAX) {
        connection = connection_new(server);
    }
    if (!connection) {
        drop_client(server);
        return;
    }
    if (take_client(connection)) {
        return;
    }
    connection->refused = true;
    server->refused_count++;
    answer = uv_buf_init((char *)server->overloaded.data, (unsigned)server->overloaded.length);
    http_connection_set_state(connection, HTTP_CONNECTION_ANSWERING);
    http_connection_write(connection, &answer, 1);
    http_connection_answered(connection);
}

static void drop_client(struct http_server *server)
{
    union http_socket *socket = malloc(sizeof *socket);
    int status;

    if (!socket) {
        /* libuv accepts nobody else until this one is taken: try again at the tick. */
        server->accept_waiting = true;
        return;
    }
    status = socket_init(server, socket);
    assert(status == 0);
    (void)uv_accept(&server->socket.stream, &socket->stream); /* Closed either way. */
    uv_close(&socket->handle, on_dropped);
}

static void on_dropped(uv_handle_t *handle)
{
    free(handle);
}

static void link_connection(struct http_connection *connection)
{
    struct http_server *server = connection->server;

    connection->next = server->connections;
    if (server->connections) {
        server->connections->previous = connection;
    }
    server->connections = connection;
}

static void unlink_connection(struct http_connection *connection)
{
    if (connection->previous) {
        connection->previous->next = connection->next;
    } else {
        connection->server->connections = connection->next;
    }
    if (connection->next) {
        connection->next->previous = connection->previous;
    }
}

void http_connection_release(struct http_connection *connection)
{
    struct http_server *server = connection->server;

    if (!connection->closed || connection->request.under_way) {
        return;
    }
    unlink_connection(connection);
    buffer_release(&connection->input);
    buffer_release(&connection->request.response_headers);
    http_parser_release(&connection->parser);
    free(connection);
    http_server_settle(server);
}
