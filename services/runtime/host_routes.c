/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routes that every service has: is it alive, is it ready and if not why,
 * its metrics, and its feed. The status for operators is in host_status.c, the
 * dead letter's handlers in host_dead.c. Must never answer with a secret, nor
 * to the public with a setting.
 */
#include "runtime/host_internal.h"

#include "runtime/metrics.h"

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

static const struct http_route SHARED_ROUTES[] = {
    {"GET", "/livez", ROLE_PUBLIC, 0, handle_live},
    {"GET", "/readyz", ROLE_PUBLIC, 0, handle_ready},
    {"GET", "/metrics", ROLE_PUBLIC, 0, handle_metrics},
    {"GET", "/v1/events", 0, 0, handle_feed}, /* roles: host_options.feed_roles */
    {"GET", "/v1/events/dead", ROLE_OPERATOR | ROLE_AUDITOR, 0, host_dead_list},
    {"GET", "/v1/events/dead/{seq}", ROLE_OPERATOR | ROLE_AUDITOR, 0, host_dead_show},
    {"POST", "/v1/events/dead/{seq}:retry", ROLE_OPERATOR, 0, host_dead_retry},
    {"POST", "/v1/events/dead/{seq}:discard", ROLE_OPERATOR, 0, host_dead_discard},
    {"GET", "/v1/status", ROLE_OPERATOR | ROLE_AUDITOR, 0, host_status_handle},
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
