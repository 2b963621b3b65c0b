/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real HTTP server in a thread of its own, and a client that speaks in raw
 * bytes: what the tests of runtime/http have in common. Every read has a
 * deadline, so a server that hangs fails the test instead of hanging it.
 */
#ifndef HYEOPCHI_TESTS_UNIT_RUNTIME_HTTP_SUPPORT_H
#define HYEOPCHI_TESTS_UNIT_RUNTIME_HTTP_SUPPORT_H

#include "runtime/buffer.h"
#include "runtime/http_internal.h"
#include "runtime/loop.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    SUPPORT_STOP_TIMEOUT_MS = 60000,
    SUPPORT_READ_TIMEOUT_S = 20,
    SUPPORT_ANSWER_SIZE_MAX = 16 * 1024 * 1024,
};

struct support_server {
    struct loop loop;
    struct http_server *http;
    uv_async_t stop;
    uv_async_t call;
    pthread_mutex_t mutex;         /* over what is set here while the server runs */
    void (*called)(void *context); /* what call runs on the loop's thread */
    void *called_context;
    bool called_after_stop;          /* call stays open until it was used once more */
    void (*stopping)(void *context); /* runs before HTTP stops; may be NULL */
    void *stopping_context;
    int64_t stop_timeout_ms; /* which HTTP is told of when it stops */
    pthread_t thread;
    char unix_path[100]; /* "" for TCP */
};

static inline void support_on_stop(uv_async_t *async)
{
    struct support_server *server = async->data;

    bool called_after_stop;
    void (*stopping)(void *context);
    int64_t stop_timeout_ms;

    (void)pthread_mutex_lock(&server->mutex);
    stop_timeout_ms = server->stop_timeout_ms;
    called_after_stop = server->called_after_stop;
    stopping = server->stopping;
    (void)pthread_mutex_unlock(&server->mutex);
    if (stopping) {
        stopping(server->stopping_context);
    }
    http_server_stop(server->http, stop_timeout_ms);
    http_server_stop(server->http, stop_timeout_ms); /* Again is harmless. */
    uv_close((uv_handle_t *)async, NULL);
    if (!called_after_stop) {
        uv_close((uv_handle_t *)&server->call, NULL);
    }
    loop_stop(&server->loop);
}

static inline void support_on_call(uv_async_t *async)
{
    struct support_server *server = async->data;

    void (*called)(void *context);
    void *context;

    (void)pthread_mutex_lock(&server->mutex);
    called = server->called;
    context = server->called_context;
    (void)pthread_mutex_unlock(&server->mutex);
    called(context);
    if (loop_is_stopping(&server->loop)) {
        uv_close((uv_handle_t *)async, NULL);
    }
}

/* Runs a function on the server's thread. */
static inline void support_call(struct support_server *server, void (*called)(void *),
                                void *context)
{
    (void)pthread_mutex_lock(&server->mutex);
    server->called = called;
    server->called_context = context;
    (void)pthread_mutex_unlock(&server->mutex);
    assert_int_equal(uv_async_send(&server->call), 0);
}

static inline void *support_run(void *context)
{
    struct support_server *server = context;

    loop_run(&server->loop);
    return NULL;
}

static inline void support_start(struct support_server *server,
                                 const struct http_server_options *options,
                                 const struct http_limits *limits)
{
    memset(server, 0, sizeof *server);
    server->stop_timeout_ms = SUPPORT_STOP_TIMEOUT_MS;
    assert_int_equal(pthread_mutex_init(&server->mutex, NULL), 0);
    if (strncmp(options->listen, "unix:", 5) == 0) {
        (void)snprintf(server->unix_path, sizeof server->unix_path, "%s", options->listen + 5);
    }
    assert_int_equal(loop_open(&server->loop, SUPPORT_STOP_TIMEOUT_MS), ERR_OK);
    assert_int_equal(http_server_open_limited(&server->loop, options, limits, &server->http),
                     ERR_OK);
    assert_int_equal(uv_async_init(&server->loop.uv, &server->stop, support_on_stop), 0);
    server->stop.data = server;
    assert_int_equal(uv_async_init(&server->loop.uv, &server->call, support_on_call), 0);
    server->call.data = server;
    assert_int_equal(pthread_create(&server->thread, NULL, support_run, server), 0);
}

static inline void support_stop_begin(struct support_server *server)
{
    assert_int_equal(uv_async_send(&server->stop), 0);
}

static inline void support_stop_wait(struct support_server *server)
{
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    http_server_free(server->http);
    loop_close(&server->loop);
    assert_int_equal(pthread_mutex_destroy(&server->mutex), 0);
}

/* Has HTTP stop within so long. */
static inline void support_stop_within(struct support_server *server, int64_t timeout_ms)
{
    (void)pthread_mutex_lock(&server->mutex);
    server->stop_timeout_ms = timeout_ms;
    (void)pthread_mutex_unlock(&server->mutex);
}

/* Runs stopping on the server's thread before HTTP stops. */
static inline void support_on_stopping(struct support_server *server,
                                       void (*stopping)(void *context), void *context)
{
    (void)pthread_mutex_lock(&server->mutex);
    server->stopping = stopping;
    server->stopping_context = context;
    (void)pthread_mutex_unlock(&server->mutex);
}

/* support_call() will be used once more after the stop has begun. */
static inline void support_call_after_stop(struct support_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    server->called_after_stop = true;
    (void)pthread_mutex_unlock(&server->mutex);
}

static inline void support_stop(struct support_server *server)
{
    support_stop_begin(server);
    support_stop_wait(server);
}

static inline int support_connect(const struct support_server *server)
{
    struct timeval timeout = {.tv_sec = SUPPORT_READ_TIMEOUT_S};
    int client;

    if (server->unix_path[0] != '\0') {
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", server->unix_path);
        client = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    } else {
        struct sockaddr_in address = {
            .sin_family = AF_INET,
            .sin_port = htons((uint16_t)http_server_port(server->http)),
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        };

        client = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    }
    assert_int_equal(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout), 0);
    assert_int_equal(setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout), 0);
    return client;
}

/* Sends step bytes at a time; a server that has closed already is no error. */
static inline void support_send(int client, const void *bytes, size_t length, size_t step)
{
    size_t sent = 0;

    while (sent < length) {
        size_t size = length - sent < step ? length - sent : step;
        ssize_t count = send(client, (const char *)bytes + sent, size, MSG_NOSIGNAL);

        if (count <= 0 && errno != EINTR) {
            return;
        }
        sent += count > 0 ? (size_t)count : 0;
    }
}

static inline void support_send_text(int client, const char *text)
{
    support_send(client, text, strlen(text), SIZE_MAX);
}

/* recv(), again when a signal came between: a socket with a time limit is not resumed by itself. */
static inline ssize_t support_recv(int client, void *bytes, size_t size, int flags)
{
    ssize_t count = recv(client, bytes, size, flags);

    while (count < 0 && errno == EINTR) {
        count = recv(client, bytes, size, flags);
    }
    return count;
}

/* Everything until the server closes. The caller releases the buffer. */
static inline void support_read_end(int client, struct buffer *ret_answer)
{
    char bytes[16384];
    ssize_t count = support_recv(client, bytes, sizeof bytes, 0);

    buffer_init(ret_answer, SUPPORT_ANSWER_SIZE_MAX);
    while (count > 0) {
        buffer_append(ret_answer, bytes, (size_t)count);
        count = support_recv(client, bytes, sizeof bytes, 0);
    }
    if (count < 0) {
        fail_msg("the server did not close in order; so far: %s", buffer_text(ret_answer));
    }
    assert_int_equal(buffer_status(ret_answer), ERR_OK);
}

/* Until `text` has come. */
static inline void support_read_until(int client, const char *text, struct buffer *answer)
{
    size_t searched = 0;

    while (!strstr(buffer_text(answer) + searched, text)) {
        char bytes[65536];
        ssize_t count = support_recv(client, bytes, sizeof bytes, 0);

        if (count <= 0) {
            fail_msg("waited for %s; got %zu bytes, at last: %s", text, answer->length,
                     buffer_text(answer) + (answer->length > 200 ? answer->length - 200 : 0));
        }
        searched = answer->length > strlen(text) ? answer->length - strlen(text) : 0;
        buffer_append(answer, bytes, (size_t)count);
        assert_int_equal(buffer_status(answer), ERR_OK);
    }
}

/* One request in, all answers out: the client closes its side after sending. */
static inline void support_exchange(const struct support_server *server, const char *bytes,
                                    size_t length, size_t step, struct buffer *ret_answer)
{
    int client = support_connect(server);

    support_send(client, bytes, length, step);
    (void)shutdown(client, SHUT_WR); /* It may have closed already. */
    support_read_end(client, ret_answer);
    assert_int_equal(close(client), 0);
}

/* The statuses of all answers in the bytes: "200 404 ". */
static inline void support_statuses(struct buffer *answer, char *ret_text, size_t size)
{
    const char *at = strstr(buffer_text(answer), "HTTP/1.1 ");

    ret_text[0] = '\0';
    while (at) {
        size_t used = strlen(ret_text);

        (void)snprintf(ret_text + used, size - used, "%.4s", at + 9);
        at = strstr(at + 9, "HTTP/1.1 ");
    }
}

#endif
