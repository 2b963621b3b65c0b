/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server as a whole: accepting clients up to the limit, the tick that
 * finds timeouts, and the orderly stop. Never reads or writes a client's bytes.
 *
 * Everything is freed in this order: the stop closes the listener; connections
 * and requests end; the last of them closes the tick; the loop runs out; then
 * http_server_free(). A request whose client has gone keeps the loop alive
 * until its handler has answered, so a handler never meets freed memory.
 */
#include "runtime/http_internal.h"

#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const struct http_limits HTTP_LIMITS_DEFAULT = {
    .head_timeout_ms = HTTP_HEAD_TIMEOUT_MS,
    .body_timeout_ms = HTTP_BODY_TIMEOUT_MS,
    .idle_timeout_ms = HTTP_IDLE_TIMEOUT_MS,
    .send_timeout_ms = HTTP_SEND_TIMEOUT_MS,
    .linger_ms = HTTP_LINGER_MS,
    .tick_ms = HTTP_TICK_MS,
    .bulk_total_size_max = HTTP_BULK_TOTAL_SIZE_MAX,
    .stream_backlog_max = HTTP_STREAM_BACKLOG_MAX,
    .send_buffer_size = 0,
};

static enum err start(struct http_server *server);
static void on_connection(uv_stream_t *stream, int status);
static void on_tick(uv_timer_t *timer);
static void on_handle_closed(uv_handle_t *handle);
static void free_unstarted(uv_handle_t *handle);
static void destroy(struct http_server *server);

enum err http_server_open(struct loop *loop, const struct http_server_options *options,
                          struct http_server **ret_server)
{
    return http_server_open_limited(loop, options, &HTTP_LIMITS_DEFAULT, ret_server);
}

enum err http_server_open_limited(struct loop *loop, const struct http_server_options *options,
                                  const struct http_limits *limits, struct http_server **ret_server)
{
    struct http_server *server = calloc(1, sizeof *server);
    enum err err;

    if (!server) {
        return ERR_INTERNAL;
    }
    server->loop = loop;
    server->routes = (struct http_routes){options->tables, options->table_count};
    server->limits = *limits;
    server->keyring = options->keyring;
    server->listener = (struct http_listener){.socket = -1, .lock = -1};
    server->connection_count_max = options->connection_count_max > 0 ? options->connection_count_max
                                                                     : HTTP_CONNECTION_COUNT_MAX;
    server->cut_off_ms = INT64_MAX;
    server->date_second = -1;
    buffer_init(&server->head, HTTP_RESPONSE_HEAD_SIZE_MAX);
    buffer_init(&server->overloaded, HTTP_RESPONSE_HEAD_SIZE_MAX);

    err = http_route_check(&server->routes);
    if (!err) {
        err = http_metrics_make(&server->routes, &server->route_metrics);
    }
    if (!err) {
        err = http_response_overloaded(&server->overloaded);
    }
    if (!err) {
        err = nonce_cache_new(&server->nonces);
    }
    if (!err) {
        err = http_listener_open(options->listen, &server->listener);
    }
    if (err) {
        destroy(server);
        return err;
    }
    http_metrics_register();
    err = start(server);
    if (err) {
        return err;
    }
    *ret_server = server;
    return ERR_OK;
}

/* From here on the server has handles, so on failure the loop frees it. */
static enum err start(struct http_server *server)
{
    uv_loop_t *uv = &server->loop->uv;
    int status;

    if (server->listener.is_unix) {
        status = uv_pipe_init(uv, &server->socket.pipe, 0);
        if (status == 0) {
            status = uv_pipe_open(&server->socket.pipe, server->listener.socket);
        }
    } else {
        status = uv_tcp_init(uv, &server->socket.tcp);
        if (status == 0) {
            status = uv_tcp_open(&server->socket.tcp, server->listener.socket);
        }
    }
    server->socket.handle.data = server;
    if (status != 0) {
        log_error("http_listen_error", log_str("system", uv_strerror(status)));
        uv_close(&server->socket.handle, free_unstarted);
        return ERR_INTERNAL;
    }
    server->listener.socket = -1; /* The handle closes it from now on. */
    status = uv_listen(&server->socket.stream, HTTP_LISTEN_BACKLOG, on_connection);
    if (status != 0) {
        log_error("http_listen_error", log_str("system", uv_strerror(status)));
        uv_close(&server->socket.handle, free_unstarted);
        return ERR_INTERNAL;
    }

    status = uv_timer_init(uv, &server->tick);
    assert(status == 0);
    server->tick.data = server;
    status = uv_timer_start(&server->tick, on_tick, (uint64_t)server->limits.tick_ms,
                            (uint64_t)server->limits.tick_ms);
    assert(status == 0);
    server->open_handles = 2;
    return ERR_OK;
}

static void free_unstarted(uv_handle_t *handle)
{
    destroy(handle->data);
}

static void destroy(struct http_server *server)
{
    http_listener_close(&server->listener);
    nonce_cache_free(server->nonces);
    buffer_release(&server->head);
    buffer_release(&server->overloaded);
    free(server->route_metrics);
    free(server);
}

int http_server_port(const struct http_server *server)
{
    return server->listener.port;
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct http_server *server = stream->data;

    if (status != 0) {
        log_warn("http_accept_failed", log_str("system", uv_strerror(status)));
        return;
    }
    http_connection_accept(server);
}

static void on_tick(uv_timer_t *timer)
{
    struct http_server *server = timer->data;
    int64_t now_ms = (int64_t)uv_now(&server->loop->uv);
    struct http_connection *next = server->connections;

    /* Closing is asynchronous, so a connection stays in the list while we stand on it. */
    while (next) {
        struct http_connection *connection = next;

        next = connection->next;
        http_connection_tick(connection, now_ms);
    }
    if (server->accept_waiting && !server->stopping) {
        http_connection_accept(server);
    }
}

void http_server_stop(struct http_server *server, int64_t timeout_ms)
{
    struct http_connection *next;

    if (server->stopping) {
        return;
    }
    server->stopping = true;
    server->cut_off_ms = (int64_t)uv_now(&server->loop->uv) + timeout_ms / 2;
    uv_close(&server->socket.handle, on_handle_closed);
    next = server->connections;
    while (next) {
        struct http_connection *connection = next;

        next = connection->next;
        http_connection_stop(connection);
    }
    http_server_settle(server);
}

void http_server_settle(struct http_server *server)
{
    uv_handle_t *tick = (uv_handle_t *)&server->tick;

    if (server->stopping && !server->connections && server->request_count == 0 &&
        !uv_is_closing(tick)) {
        uv_close(tick, on_handle_closed);
    }
}

int64_t http_server_request_count(const struct http_server *server)
{
    return server->request_count;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct http_server *server = handle->data;

    server->open_handles--;
    assert(server->open_handles >= 0);
}

struct nonce_cache *http_server_nonces(struct http_server *server)
{
    return server->nonces;
}

void http_server_free(struct http_server *server)
{
    if (!server) {
        return;
    }
    assert(server->open_handles == 0);
    assert(server->connections == NULL);
    assert(server->request_count == 0);
    destroy(server);
}
