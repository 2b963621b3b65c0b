/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routes that every service has: is it alive, is it ready and if not why,
 * its metrics, its feed, and its status for operators. The dead letter's
 * handlers are in host_dead.c. Must never answer with a secret or a setting.
 */
#include "runtime/host_internal.h"

#include "runtime/clock.h"
#include "runtime/metrics.h"

#include <libpq-fe.h>
#include <nng/nng.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { METRICS_SIZE_MAX = 1024 * 1024 };

static void handle_live(struct http_request *request, void *context)
{
    (void)context;
    http_respond_json(request, 200, json_pack("{s:b}", "alive", 1));
}

static void handle_ready(struct http_request *request, void *context)
{
    const struct host *host = context;
    struct host_health health;
    bool ready;

    host_health_read(host, &health);
    ready = host_health_is_ready(host, &health);
    if (!ready) {
        http_response_header(request, "retry-after", "1");
    }
    http_respond_json(
        request, ready ? 200 : 503,
        json_pack("{s:b, s:o}", "ready", ready, "reasons", host_health_reasons(host, &health)));
}

static void handle_metrics(struct http_request *request, void *context)
{
    struct buffer buffer;

    host_metrics_update(context);
    buffer_init(&buffer, METRICS_SIZE_MAX);
    metrics_write(&buffer);
    if (buffer_status(&buffer)) {
        http_respond_error(request, ERR_INTERNAL);
    } else {
        http_respond(request, 200, "text/plain; version=0.0.4; charset=utf-8", buffer.data,
                     buffer.length);
    }
    buffer_release(&buffer);
}

static void handle_feed(struct http_request *request, void *context)
{
    const struct host *host = context;

    if (host->feed == NULL) {
        http_respond_error(request, ERR_UNAVAILABLE); /* We are stopping. */
        return;
    }
    feed_handle(request, host->feed);
}

static json_t *subscriber_json(const struct subscriber *subscriber)
{
    struct subscriber_status status;
    uint64_t lag;

    subscriber_status(subscriber, &status);
    lag = status.head_seq >= status.next_seq ? status.head_seq - status.next_seq + 1 : 0;
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "stream", status.stream, "state",
                     subscriber_state_name(status.state), "next_seq", (json_int_t)status.next_seq,
                     "head_seq", (json_int_t)status.head_seq, "lag", (json_int_t)lag,
                     "gaps_repaired", (json_int_t)status.gaps_repaired, "events_applied",
                     (json_int_t)status.events_applied, "dead_letters",
                     (json_int_t)status.dead_letters);
}

static json_t *subscribers_json(const struct host *host)
{
    json_t *list = json_array();

    for (size_t i = 0; i < host->subscriber_count; i++) {
        /* Out of memory makes the list shorter. */
        (void)json_array_append_new(list, subscriber_json(host->subscribers[i]));
    }
    return list;
}

static json_t *libraries_json(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i}", "libuv", uv_version_string(), "nng",
                     nng_version(), "libsodium", sodium_version_string(), "jansson",
                     jansson_version_str(), "libpq", PQlibVersion());
}

static void handle_status(struct http_request *request, void *context)
{
    static const char *const writer_names[] = {"connecting", "standby", "leading"};
    const struct host *host = context;
    char started[CLOCK_TEXT_SIZE];
    struct host_health health;

    host_health_read(host, &health);
    if (host->publisher == NULL) {
        http_respond_error(request, ERR_UNAVAILABLE); /* We are stopping. */
        return;
    }
    clock_format(host->state->started_ms, started);
    http_respond_json(
        request, 200,
        json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:o, s:s, s:{s:s, s:I, s:I}, s:o, s:o}",
                  "service", host->options.service, "version", HYEOPCHI_VERSION, "district",
                  host->config.district, "started_at", started, "demonstration",
                  clock_is_demonstration(), "ready", host_health_is_ready(host, &health), "reasons",
                  host_health_reasons(host, &health), "writer", writer_names[health.writer],
                  "stream", "name", host->options.service, "epoch",
                  (json_int_t)publisher_epoch(host->publisher), "head_seq",
                  (json_int_t)publisher_head_seq(host->publisher), "subscribers",
                  subscribers_json(host), "libraries", libraries_json()));
}

static const struct http_route SHARED_ROUTES[] = {
    {"GET", "/livez", ROLE_PUBLIC, 0, handle_live},
    {"GET", "/readyz", ROLE_PUBLIC, 0, handle_ready},
    {"GET", "/metrics", ROLE_PUBLIC, 0, handle_metrics},
    {"GET", "/v1/events", 0, 0, handle_feed}, /* roles: host_options.feed_roles */
    {"GET", "/v1/events/dead", ROLE_OPERATOR | ROLE_AUDITOR, 0, host_dead_list},
    {"GET", "/v1/events/dead/{seq}", ROLE_OPERATOR | ROLE_AUDITOR, 0, host_dead_show},
    {"POST", "/v1/events/dead/{seq}:retry", ROLE_OPERATOR, 0, host_dead_retry},
    {"POST", "/v1/events/dead/{seq}:discard", ROLE_OPERATOR, 0, host_dead_discard},
    {"GET", "/v1/status", ROLE_OPERATOR | ROLE_AUDITOR, 0, handle_status},
};

enum err host_routes_make(struct host *host)
{
    const size_t count = sizeof SHARED_ROUTES / sizeof SHARED_ROUTES[0];
    struct http_route *routes = malloc(sizeof SHARED_ROUTES);

    if (routes == NULL) {
        return ERR_INTERNAL;
    }
    memcpy(routes, SHARED_ROUTES, sizeof SHARED_ROUTES);
    for (size_t i = 0; i < count; i++) {
        if (routes[i].handler == handle_feed) {
            routes[i].roles = host->options.feed_roles;
        }
    }
    host->state->routes = routes;
    host->state->route_count = count;
    return ERR_OK;
}
