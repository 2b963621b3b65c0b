/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the HTTP server counts: as a whole, and of each route by its pattern, so
 * that no label ever holds what a client has sent. Never freed: the registry of
 * metrics points at them.
 */
#include "runtime/http_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUTE_COUNT_MAX = 128 };

#define COUNTER(metric_name, text, label)                                                          \
    {                                                                                              \
        .type = METRIC_COUNTER, .name = (metric_name), .help = (text), .labels = (label)           \
    }
#define REFUSALS(label)                                                                            \
    COUNTER("hyeopchi_http_refusals_total", "What the server refused by itself, by reason.",       \
            (label))

struct http_metrics http_metrics = {
    .connections = {.type = METRIC_GAUGE,
                    .name = "hyeopchi_http_connections",
                    .help = "Clients that are connected.",
                    .labels = ""},
    .bytes_received = COUNTER("hyeopchi_http_received_bytes_total", "Bytes received.", ""),
    .bytes_sent = COUNTER("hyeopchi_http_sent_bytes_total", "Bytes sent.", ""),
    .refused_connections = REFUSALS("reason=\"connections\""),
    .refused_bodies = REFUSALS("reason=\"body_memory\""),
    .refused_requests = REFUSALS("reason=\"malformed\""),
    .refused_signatures = REFUSALS("reason=\"credentials\""),
    .refused_nonces = REFUSALS("reason=\"nonces\""),
    .timeouts = REFUSALS("reason=\"timeout\""),
};

void http_metrics_register(void)
{
    metrics_register(&http_metrics.connections);
    metrics_register(&http_metrics.bytes_received);
    metrics_register(&http_metrics.bytes_sent);
    metrics_register(&http_metrics.refused_connections);
    metrics_register(&http_metrics.refused_bodies);
    metrics_register(&http_metrics.refused_requests);
    metrics_register(&http_metrics.refused_signatures);
    metrics_register(&http_metrics.refused_nonces);
    metrics_register(&http_metrics.timeouts);
}

static struct http_route_metrics *known[ROUTE_COUNT_MAX];
static size_t known_count;

static void fill(struct http_route_metrics *metrics, const char *route_labels)
{
    static const char *const classes[HTTP_STATUS_CLASS_COUNT] = {"gone", "1xx", "2xx",
                                                                 "3xx",  "4xx", "5xx"};

    memcpy(metrics->route_labels, route_labels, sizeof metrics->route_labels);
    metrics->duration = (struct metric){
        .type = METRIC_HISTOGRAM,
        .name = "hyeopchi_http_request_duration_seconds",
        .help = "Time from a request's whole head to the end of its answer.",
        .labels = metrics->route_labels,
    };
    metrics_register(&metrics->duration);
    for (size_t i = 0; i < HTTP_STATUS_CLASS_COUNT; i++) {
        int length = snprintf(metrics->labels[i], sizeof metrics->labels[i], "%s,status=\"%s\"",
                              route_labels, classes[i]);

        assert(length > 0 && (size_t)length < sizeof metrics->labels[i]);
        metrics->status[i] = (struct metric)COUNTER(
            "hyeopchi_http_requests_total", "Requests answered, by route and class of status.",
            metrics->labels[i]);
        metrics_register(&metrics->status[i]);
    }
}

static struct http_route_metrics *find_or_make(const char *method, const char *path)
{
    char labels[HTTP_ROUTE_LABELS_SIZE];
    int length = snprintf(labels, sizeof labels, "method=\"%s\",route=\"%s\"", method, path);
    struct http_route_metrics *metrics;

    assert(length > 0 && (size_t)length < sizeof labels);
    for (size_t i = 0; i < known_count; i++) {
        if (strcmp(known[i]->route_labels, labels) == 0) {
            return known[i];
        }
    }
    assert(known_count < ROUTE_COUNT_MAX);
    metrics = calloc(1, sizeof *metrics);
    if (metrics == NULL) {
        return NULL;
    }
    fill(metrics, labels);
    known[known_count] = metrics;
    known_count++;
    return metrics;
}

enum err http_metrics_make(const struct http_routes *routes,
                           struct http_route_metrics ***ret_metrics)
{
    struct http_route_metrics **metrics = calloc(ROUTE_COUNT_MAX + 1, sizeof(void *));
    bool complete = metrics != NULL;
    size_t number = 0;

    for (size_t t = 0; complete && t < routes->count; t++) {
        for (size_t i = 0; complete && i < routes->tables[t].count; i++) {
            const struct http_route *route = &routes->tables[t].routes[i];

            assert(number < ROUTE_COUNT_MAX);
            metrics[number] = find_or_make(route->method, route->path);
            complete = metrics[number] != NULL;
            number++;
        }
    }
    if (complete) {
        metrics[number] = find_or_make("", "");
        complete = metrics[number] != NULL;
    }
    if (!complete) {
        free(metrics);
        return ERR_INTERNAL;
    }
    *ret_metrics = metrics;
    return ERR_OK;
}
