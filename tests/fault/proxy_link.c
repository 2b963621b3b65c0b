/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of a link: a client, a server, and a flow each way. A connection
 * is freed when its last handle has been closed. Must never touch a connection
 * behind connection_end() but to count its handles.
 */
#include "proxy_link.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BACKLOG = 512, HANDLE_COUNT = 4 };

struct connection {
    struct connection *next;
    struct proxy_link *link;
    uv_tcp_t client;
    uv_tcp_t server;
    uv_connect_t connect;
    uv_shutdown_t shutdowns[PROXY_DIRECTION_COUNT];
    struct flow flows[PROXY_DIRECTION_COUNT];
    int open_handles;
    bool connected;
    bool half; /* one side has gone without the other's knowing */
    bool ending;
};

struct proxy_link {
    char name[64];
    uv_loop_t *loop;
    uv_tcp_t listener;
    uint16_t target_port;
    bool framed;
    bool refusing;
    struct flow_rules rules[PROXY_DIRECTION_COUNT];
    struct flow_counts counts[PROXY_DIRECTION_COUNT];
    struct connection *connections;
    uint64_t accepted;
    uint64_t refused;
    uint64_t cut;
    uint64_t halved;
};

static const char *const fault_names[] = {
    [FLOW_DROP] = "drop",       [FLOW_DUPLICATE] = "duplicate", [FLOW_REORDER] = "reorder",
    [FLOW_CORRUPT] = "corrupt", [FLOW_TRUNCATE] = "truncate",
};

static void address_of(uint16_t port, struct sockaddr_in *ret_address)
{
    *ret_address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    ret_address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

static void on_handle_closed(struct connection *connection)
{
    struct connection **place;

    connection->open_handles--;
    if (connection->open_handles > 0) {
        return;
    }
    place = &connection->link->connections;
    while (*place != connection) {
        place = &(*place)->next;
    }
    *place = connection->next;
    for (int i = 0; i < PROXY_DIRECTION_COUNT; i++) {
        flow_release(&connection->flows[i]);
    }
    free(connection);
}

static void on_closed(uv_handle_t *handle)
{
    const struct flow *flow = handle->data; /* TCP handles and timers alike */

    on_handle_closed(flow->owner);
}

static void close_tcp(uv_tcp_t *tcp, bool reset)
{
    if (uv_is_closing((uv_handle_t *)tcp) != 0) {
        return;
    }
    if (!reset || uv_tcp_close_reset(tcp, on_closed) != 0) {
        uv_close((uv_handle_t *)tcp, on_closed);
    }
}

static void connection_end(struct connection *connection, bool reset)
{
    if (connection->ending) {
        return;
    }
    connection->ending = true;
    for (int i = 0; i < PROXY_DIRECTION_COUNT; i++) {
        flow_close(&connection->flows[i], on_closed);
    }
    close_tcp(&connection->client, reset);
    close_tcp(&connection->server, reset);
}

static void on_flow_ended(struct flow *flow, bool reset)
{
    struct connection *connection = flow->owner;
    bool up = flow == &connection->flows[PROXY_UP];
    const struct flow *other = &connection->flows[up ? PROXY_DOWN : PROXY_UP];

    if (reset || other->finished) {
        connection_end(connection, reset);
        return;
    }
    /* Half-closed, as the source wants it; a target that is gone ends the connection. */
    if (uv_shutdown(&connection->shutdowns[up ? PROXY_UP : PROXY_DOWN], flow->target, NULL) != 0) {
        connection_end(connection, true);
    }
}

static void on_connected(uv_connect_t *request, int status)
{
    struct connection *connection = request->data;

    if (connection->ending) {
        return;
    }
    if (status != 0) {
        connection_end(connection, true);
        return;
    }
    connection->connected = true;
    (void)uv_tcp_nodelay(&connection->server, 1); /* Only slower without. */
    for (int i = 0; i < PROXY_DIRECTION_COUNT; i++) {
        flow_go_on(&connection->flows[i]);
    }
}

static void flow_begin(struct connection *connection, enum proxy_direction direction)
{
    struct proxy_link *link = connection->link;
    struct flow *flow = &connection->flows[direction];
    uv_stream_t *client = (uv_stream_t *)&connection->client;
    uv_stream_t *server = (uv_stream_t *)&connection->server;

    *flow = (struct flow){
        .source = direction == PROXY_UP ? client : server,
        .target = direction == PROXY_UP ? server : client,
        .rules = &link->rules[direction],
        .counts = &link->counts[direction],
        .ended = on_flow_ended,
        .owner = connection,
        .framed = link->framed,
    };
    flow_open(flow, link->loop);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct proxy_link *link = listener->data;
    struct connection *connection = calloc(1, sizeof *connection);
    struct sockaddr_in address;

    assert(connection != NULL);
    connection->link = link;
    connection->next = link->connections;
    link->connections = connection;
    connection->open_handles = HANDLE_COUNT;
    connection->connect.data = connection;
    (void)uv_tcp_init(link->loop, &connection->client); /* Always 0 without flags. */
    (void)uv_tcp_init(link->loop, &connection->server);
    flow_begin(connection, PROXY_UP);
    flow_begin(connection, PROXY_DOWN);
    if (status != 0 || uv_accept(listener, (uv_stream_t *)&connection->client) != 0) {
        connection_end(connection, true);
        return;
    }
    link->accepted++;
    (void)uv_tcp_nodelay(&connection->client, 1);
    address_of(link->target_port, &address);
    if (link->refusing) {
        link->refused++;
        connection_end(connection, true);
    } else if (uv_tcp_connect(&connection->connect, &connection->server,
                              (const struct sockaddr *)&address, on_connected) != 0) {
        connection_end(connection, true);
    }
}

static void on_unused_closed(uv_handle_t *handle)
{
    free(handle->data);
}

struct proxy_link *proxy_link_open(uv_loop_t *loop, const struct proxy_link_options *options)
{
    struct proxy_link *link = calloc(1, sizeof *link);
    struct sockaddr_in address;

    assert(link != NULL);
    (void)snprintf(link->name, sizeof link->name, "%s", options->name);
    link->loop = loop;
    link->target_port = options->target_port;
    link->framed = options->framed;
    address_of(options->listen_port, &address);
    (void)uv_tcp_init(loop, &link->listener);
    link->listener.data = link;
    if (uv_tcp_bind(&link->listener, (const struct sockaddr *)&address, 0) != 0 ||
        uv_listen((uv_stream_t *)&link->listener, BACKLOG, on_connection) != 0) {
        uv_close((uv_handle_t *)&link->listener, on_unused_closed);
        return NULL;
    }
    return link;
}

const char *proxy_link_name(const struct proxy_link *link)
{
    return link->name;
}

struct flow_rules *proxy_link_rules(struct proxy_link *link, enum proxy_direction direction)
{
    return &link->rules[direction];
}

void proxy_link_go_on(struct proxy_link *link)
{
    for (struct connection *at = link->connections; at != NULL; at = at->next) {
        for (int i = 0; at->connected && !at->ending && i < PROXY_DIRECTION_COUNT; i++) {
            flow_go_on(&at->flows[i]);
        }
    }
}

void proxy_link_refuse(struct proxy_link *link, bool refuse)
{
    link->refusing = refuse;
}

void proxy_link_clear(struct proxy_link *link)
{
    link->refusing = false;
    for (int i = 0; i < PROXY_DIRECTION_COUNT; i++) {
        link->rules[i] = (struct flow_rules){0};
    }
    for (struct connection *at = link->connections; at != NULL; at = at->next) {
        if (at->half || at->flows[PROXY_UP].torn || at->flows[PROXY_DOWN].torn) {
            connection_end(at, true);
        }
    }
    proxy_link_go_on(link);
}

void proxy_link_cut(struct proxy_link *link)
{
    for (struct connection *at = link->connections; at != NULL; at = at->next) {
        link->cut += !at->ending;
        connection_end(at, true);
    }
}

void proxy_link_half(struct proxy_link *link, enum proxy_direction direction)
{
    for (struct connection *at = link->connections; at != NULL; at = at->next) {
        if (at->ending || at->half) {
            continue;
        }
        at->half = true;
        link->halved++;
        flow_stop(&at->flows[PROXY_UP]);
        flow_stop(&at->flows[PROXY_DOWN]);
        close_tcp(direction == PROXY_UP ? &at->server : &at->client, true);
    }
}

static void print_counts(const char *name, const struct flow_counts *counts)
{
    (void)printf(", \"%s\": {\"units\": %llu, \"bytes\": %llu, \"delayed\": %llu", name,
                 (unsigned long long)counts->units, (unsigned long long)counts->bytes,
                 (unsigned long long)counts->delayed);
    (void)printf(", \"hold\": %llu, \"swallow\": %llu", (unsigned long long)counts->held,
                 (unsigned long long)counts->swallowed);
    for (int i = 0; i < FLOW_FAULT_COUNT; i++) {
        (void)printf(", \"%s\": %llu", fault_names[i], (unsigned long long)counts->faults[i]);
    }
    (void)printf("}");
}

void proxy_link_print(const struct proxy_link *link)
{
    (void)printf("\"%s\": {\"accepted\": %llu, \"refused\": %llu, \"cut\": %llu, \"half\": %llu",
                 link->name, (unsigned long long)link->accepted, (unsigned long long)link->refused,
                 (unsigned long long)link->cut, (unsigned long long)link->halved);
    print_counts("up", &link->counts[PROXY_UP]);
    print_counts("down", &link->counts[PROXY_DOWN]);
    (void)printf("}");
}

void proxy_link_close(struct proxy_link *link)
{
    proxy_link_cut(link);
    uv_close((uv_handle_t *)&link->listener, NULL);
}

void proxy_link_free(struct proxy_link *link)
{
    assert(link->connections == NULL);
    free(link);
}
