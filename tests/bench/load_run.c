/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending: keep-alive connections on one loop, one request on each at a time.
 * The answers' HTTP is read only as far as the services write it: a status, a
 * Content-Length, a body. Anything else ends the run.
 */
#include "load.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <uv.h>

enum { READ_SIZE_MIN = 64 * 1024, PACE_MS = 1, NANOSECONDS = 1000000000, MICROSECONDS = 1000000 };

static const char ACCEPTED_LINE[] = "\"status\":201";
static const char POSTED[] = "\"result\":\"posted\"";
static const char STATUS_LINE[] = "\"status\":";
static const char LENGTH_HEADER[] = "content-length:";
static const char NULLIFIER[] = "\"nullifier\":\"";

struct load;

struct load_connection {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    struct load *load;
    struct load_connection *next_idle;
    size_t request; /* number of the one under way */
    uint64_t due_ns;
    bool busy;
    char *bytes; /* of the answer, malloc'd, always with room for a NUL */
    size_t length;
    size_t capacity;
    size_t answer_length; /* head and body; 0 while the head is not complete */
    size_t head_length;
};

struct load {
    uv_loop_t loop;
    uv_timer_t pace;
    const struct load_plan *plan;
    const struct load_request *requests;
    struct load_result result;
    struct load_connection *connections;
    struct load_connection *idle; /* in turn, so that none is silent for too long */
    struct load_connection *idle_last;
    int connected_count;
    size_t sent_count;
    enum err err;
};

static void send_due(struct load *load);

static void close_handle(uv_handle_t *handle, void *context)
{
    (void)context;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

static void stop(struct load *load, enum err err, const char *why)
{
    if (err && !load->err) {
        (void)fprintf(stderr, "bench_load: %s\n", why);
        load->err = err;
    }
    uv_walk(&load->loop, close_handle, NULL);
}

static void idle_append(struct load *load, struct load_connection *connection)
{
    connection->next_idle = NULL;
    if (load->idle == NULL) {
        load->idle = connection;
    } else {
        load->idle_last->next_idle = connection;
    }
    load->idle_last = connection;
}

static void on_written(uv_write_t *write, int status)
{
    struct load_connection *connection = write->data;

    if (status < 0 && status != UV_ECANCELED) {
        stop(connection->load, ERR_UNAVAILABLE, uv_strerror(status));
    }
}

/* Sends the next request; due_ns is when its time begins. */
static void send_next(struct load_connection *connection, uint64_t due_ns)
{
    struct load *load = connection->load;
    const struct load_request *request = &load->requests[load->sent_count];
    uv_buf_t buffer = uv_buf_init((char *)request->bytes, (unsigned int)request->length);
    int written;

    assert(!connection->busy);
    connection->busy = true;
    connection->request = load->sent_count;
    connection->due_ns = due_ns;
    load->sent_count++;
    written = uv_try_write((uv_stream_t *)&connection->tcp, &buffer, 1);
    if (written == (int)buffer.len) {
        return;
    }
    if (written > 0) {
        buffer = uv_buf_init(buffer.base + written, (unsigned int)(buffer.len - (size_t)written));
    }
    connection->write.data = connection;
    if (uv_write(&connection->write, (uv_stream_t *)&connection->tcp, &buffer, 1, on_written)) {
        stop(load, ERR_UNAVAILABLE, "a request cannot be sent");
    }
}

/* The digits at text as a number; ends at anything else. */
static size_t read_number(const char *text)
{
    size_t number = 0;

    while (*text == ' ') {
        text++;
    }
    for (; *text >= '0' && *text <= '9' && number <= LOAD_ANSWER_SIZE_MAX; text++) {
        number = number * 10 + (size_t)(*text - '0');
    }
    return number;
}

/* Finds the end of the head and the answer's length. False when the head is none of ours. */
static bool read_head(struct load_connection *connection)
{
    const char *end = strstr(connection->bytes, "\r\n\r\n");
    const char *line = connection->bytes;

    if (end == NULL) {
        return connection->length < READ_SIZE_MIN;
    }
    connection->head_length = (size_t)(end - connection->bytes) + 4;
    while (line < end) {
        if (strncasecmp(line, LENGTH_HEADER, sizeof LENGTH_HEADER - 1) == 0) {
            connection->answer_length =
                connection->head_length + read_number(line + sizeof LENGTH_HEADER - 1);
            return connection->answer_length <= LOAD_ANSWER_SIZE_MAX;
        }
        line = strstr(line, "\r\n") + 2;
    }
    return false;
}

static int64_t count_text(const char *text, const char *wanted)
{
    int64_t count = 0;

    for (text = strstr(text, wanted); text != NULL; text = strstr(text + 1, wanted)) {
        count++;
    }
    return count;
}

/* Counts the votes of a complete answer. */
static void count_votes(struct load *load, struct load_connection *connection, int status)
{
    const char *body = connection->bytes + connection->head_length;
    int64_t votes = (int64_t)load->plan->vote_count;
    int64_t accepted = status == 201 ? 1 : 0;

    if (votes > 1 && load->plan->bodies != NULL) {
        accepted = status == 200 ? count_text(body, POSTED) : 0;
    } else if (votes > 1) {
        accepted = status == 200 ? count_text(body, ACCEPTED_LINE) : 0;
        if (status == 200 && count_text(body, STATUS_LINE) != votes) {
            stop(load, ERR_INVALID, "a batch was not answered line by line");
        }
    }
    load->result.votes_accepted += accepted;
    load->result.votes_refused += votes - accepted;
}

static void keep_nullifier(const struct load_connection *connection, struct load_answer *answer)
{
    const char *found = strstr(connection->bytes, NULLIFIER);

    if (found != NULL) {
        (void)snprintf(answer->nullifier, sizeof answer->nullifier, "%s",
                       found + sizeof NULLIFIER - 1);
    }
}

/* What this process has computed so far. */
static int64_t processor_us(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage); /* Cannot fail for ourselves. */
    return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * MICROSECONDS +
           (int64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void take_answer(struct load_connection *connection)
{
    struct load *load = connection->load;
    struct load_answer *answer = &load->result.answers[connection->request];
    size_t status = read_number(connection->bytes + sizeof "HTTP/1.1" - 1);

    answer->answered_ns = uv_hrtime();
    answer->latency_ns = answer->answered_ns - connection->due_ns;
    answer->status = status < LOAD_STATUS_END ? (int)status : 0;
    count_votes(load, connection, answer->status);
    if (load->plan->trace != NULL) {
        keep_nullifier(connection, answer);
    }
    load->result.bytes_received += (int64_t)connection->answer_length;
    load->result.answer_count++;
    load->result.ended_ns = answer->answered_ns;
    connection->length = 0;
    connection->answer_length = 0;
    connection->busy = false;
    if (load->result.answer_count == load->plan->request_count) {
        load->result.processor_us += processor_us();
        stop(load, ERR_OK, NULL);
        return;
    }
    idle_append(load, connection);
    send_due(load);
}

static void on_allocate(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    struct load_connection *connection = handle->data;
    size_t wanted = connection->answer_length > connection->length
                        ? connection->answer_length - connection->length
                        : READ_SIZE_MIN;

    (void)size;
    if (connection->length + wanted + 1 > connection->capacity) {
        size_t capacity = connection->length + wanted + 1;
        char *bytes = realloc(connection->bytes, capacity);

        if (bytes == NULL) {
            *buffer = uv_buf_init(NULL, 0); /* Reading fails with UV_ENOBUFS. */
            return;
        }
        connection->bytes = bytes;
        connection->capacity = capacity;
    }
    *buffer = uv_buf_init(connection->bytes + connection->length, (unsigned int)wanted);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct load_connection *connection = stream->data;

    (void)buffer;
    if (count < 0 && !connection->busy &&
        connection->load->sent_count == connection->load->plan->request_count) {
        uv_close((uv_handle_t *)stream, NULL); /* It has nothing to send and may go. */
        return;
    }
    if (count < 0) {
        stop(connection->load, ERR_UNAVAILABLE, "the server hung up");
        return;
    }
    if (!connection->busy && count > 0) {
        stop(connection->load, ERR_INVALID, "an answer that nobody asked for");
        return;
    }
    connection->length += (size_t)count;
    connection->bytes[connection->length] = '\0';
    if (connection->answer_length == 0 && !read_head(connection)) {
        stop(connection->load, ERR_INVALID, "an answer's head cannot be read");
        return;
    }
    if (connection->answer_length > 0 && connection->length >= connection->answer_length) {
        take_answer(connection);
    }
}

/* When the request of this number is due; with no rate, now. */
static uint64_t due_at(const struct load *load, size_t number)
{
    if (load->plan->rate == 0) {
        return uv_hrtime();
    }
    return load->result.started_ns +
           (uint64_t)number * (uint64_t)NANOSECONDS / (uint64_t)load->plan->rate;
}

static void send_due(struct load *load)
{
    while (load->idle != NULL && load->sent_count < load->plan->request_count && !load->err) {
        struct load_connection *connection = load->idle;
        uint64_t due_ns = due_at(load, load->sent_count);

        if (due_ns > uv_hrtime()) {
            return;
        }
        load->idle = connection->next_idle;
        send_next(connection, due_ns);
    }
}

static void on_pace(uv_timer_t *timer)
{
    send_due(timer->data);
}

static void on_connected(uv_connect_t *connect, int status)
{
    struct load_connection *connection = connect->data;
    struct load *load = connection->load;

    if (status < 0 || uv_read_start((uv_stream_t *)&connection->tcp, on_allocate, on_read) != 0) {
        stop(load, ERR_UNAVAILABLE, "the server cannot be reached");
        return;
    }
    idle_append(load, connection);
    load->connected_count++;
    if (load->connected_count == load->plan->connection_count) {
        load->result.processor_us = -processor_us();
        load->result.started_ns = uv_hrtime();
        if (load->plan->rate > 0) {
            (void)uv_timer_start(&load->pace, on_pace, 0,
                                 PACE_MS); /* Fails only without callback. */
        }
        send_due(load);
    }
}

static enum err connect_all(struct load *load)
{
    struct sockaddr_in address;

    if (uv_ip4_addr(load->plan->host, load->plan->port, &address) != 0) {
        return ERR_INVALID;
    }
    for (int i = 0; i < load->plan->connection_count; i++) {
        struct load_connection *connection = &load->connections[i];

        connection->load = load;
        connection->connect.data = connection;
        if (uv_tcp_init(&load->loop, &connection->tcp) != 0) {
            return ERR_UNAVAILABLE;
        }
        connection->tcp.data = connection;
        (void)uv_tcp_nodelay(&connection->tcp, 1); /* Slower without, not wrong. */
        if (uv_tcp_connect(&connection->connect, &connection->tcp,
                           (const struct sockaddr *)&address, on_connected) != 0) {
            return ERR_UNAVAILABLE;
        }
    }
    return ERR_OK;
}

enum err load_run(const struct load_plan *plan, const struct load_request *requests,
                  struct load_result *ret_result)
{
    struct load *load = calloc(1, sizeof *load);
    enum err err = ERR_FULL;

    if (load == NULL || uv_loop_init(&load->loop) != 0) {
        free(load);
        return ERR_FULL;
    }
    load->plan = plan;
    load->requests = requests;
    load->result.answers = calloc(plan->request_count, sizeof *load->result.answers);
    load->connections = calloc((size_t)plan->connection_count, sizeof *load->connections);
    (void)uv_timer_init(&load->loop, &load->pace); /* Cannot fail. */
    load->pace.data = load;
    if (load->result.answers != NULL && load->connections != NULL) {
        err = connect_all(load);
    }
    if (err) {
        stop(load, err, "connections cannot be made");
    }
    (void)uv_run(&load->loop, UV_RUN_DEFAULT);
    err = load->err;
    (void)uv_loop_close(&load->loop); /* Everything on it is closed. */
    for (int i = 0; load->connections != NULL && i < plan->connection_count; i++) {
        free(load->connections[i].bytes);
    }
    free(load->connections);
    if (err) {
        free(load->result.answers);
    } else {
        *ret_result = load->result;
    }
    free(load);
    return err;
}
