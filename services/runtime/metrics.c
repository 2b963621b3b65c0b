/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry of metrics and their text form. Registering belongs to start;
 * counting is one atomic operation and must never take a lock.
 */
#include "runtime/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { METRICS_BUCKET_FIRST_US = 50 };

static struct metric *registry[METRICS_COUNT_MAX];
static size_t registry_count;

/* Behind the last of the same name: the text form wants them together. */
static size_t place_of_name(const char *name)
{
    size_t place = registry_count;

    while (place > 0 && strcmp(registry[place - 1]->name, name) != 0) {
        place--;
    }
    return place > 0 ? place : registry_count;
}

void metrics_register(struct metric *metric)
{
    size_t place;

    assert(metric->name != NULL && metric->help != NULL && metric->labels != NULL);
    for (size_t i = 0; i < registry_count; i++) {
        if (registry[i] == metric) {
            return;
        }
    }
    assert(registry_count < METRICS_COUNT_MAX);
    place = place_of_name(metric->name);
    for (size_t i = registry_count; i > place; i--) {
        registry[i] = registry[i - 1];
    }
    registry[place] = metric;
    registry_count++;
}

void metrics_add(struct metric *metric, int64_t amount)
{
    assert(metric->type == METRIC_COUNTER || metric->type == METRIC_GAUGE);
    assert(metric->type != METRIC_COUNTER || amount >= 0);
    atomic_fetch_add_explicit(&metric->value, amount, memory_order_relaxed);
}

void metrics_set(struct metric *metric, int64_t value)
{
    assert(metric->type == METRIC_GAUGE);
    atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}

static int64_t first_bound(const struct metric *metric)
{
    return metric->type == METRIC_SIZES ? 1 : METRICS_BUCKET_FIRST_US;
}

void metrics_observe(struct metric *metric, int64_t observed)
{
    int64_t bound = first_bound(metric);
    size_t bucket = 0;

    assert(metric->type == METRIC_HISTOGRAM || metric->type == METRIC_SIZES);
    while (bucket < METRICS_BUCKET_COUNT && observed > bound) {
        bound *= 2;
        bucket++;
    }
    atomic_fetch_add_explicit(&metric->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&metric->sum, observed, memory_order_relaxed);
}

static const char *type_name(enum metric_type type)
{
    static const char *const names[] = {"counter", "gauge", "histogram", "histogram"};

    return names[type];
}

/* Prometheus counts time in seconds. */
static void write_observed(struct buffer *buffer, const struct metric *metric, int64_t observed)
{
    int64_t magnitude_us = observed < 0 ? -observed : observed;

    if (metric->type == METRIC_SIZES) {
        buffer_append_format(buffer, "%" PRId64, observed);
        return;
    }
    buffer_append_format(buffer, "%s%" PRId64 ".%06" PRId64, observed < 0 ? "-" : "",
                         magnitude_us / 1000000, magnitude_us % 1000000);
}

static void write_labels(struct buffer *buffer, const struct metric *metric)
{
    if (metric->labels[0] != '\0') {
        buffer_append_format(buffer, "{%s}", metric->labels);
    }
}

static void write_histogram(struct buffer *buffer, const struct metric *metric)
{
    const char *comma = metric->labels[0] != '\0' ? "," : "";
    int64_t bound = first_bound(metric);
    int64_t count = 0;

    for (size_t i = 0; i <= METRICS_BUCKET_COUNT; i++) {
        count += atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
        buffer_append_format(buffer, "%s_bucket{%s%sle=\"", metric->name, metric->labels, comma);
        if (i < METRICS_BUCKET_COUNT) {
            write_observed(buffer, metric, bound);
            bound *= 2;
        } else {
            buffer_append_text(buffer, "+Inf");
        }
        buffer_append_format(buffer, "\"} %" PRId64 "\n", count);
    }
    buffer_append_format(buffer, "%s_sum", metric->name);
    write_labels(buffer, metric);
    buffer_append_text(buffer, " ");
    write_observed(buffer, metric, atomic_load_explicit(&metric->sum, memory_order_relaxed));
    buffer_append_format(buffer, "\n%s_count", metric->name);
    write_labels(buffer, metric);
    buffer_append_format(buffer, " %" PRId64 "\n", count);
}

static void write_metric(struct buffer *buffer, const struct metric *metric)
{
    if (metric->type == METRIC_HISTOGRAM || metric->type == METRIC_SIZES) {
        write_histogram(buffer, metric);
        return;
    }
    buffer_append_text(buffer, metric->name);
    write_labels(buffer, metric);
    buffer_append_format(buffer, " %" PRId64 "\n",
                         atomic_load_explicit(&metric->value, memory_order_relaxed));
}

void metrics_write(struct buffer *buffer)
{
    for (size_t i = 0; i < registry_count; i++) {
        const struct metric *metric = registry[i];

        if (i == 0 || strcmp(registry[i - 1]->name, metric->name) != 0) {
            buffer_append_format(buffer, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
                                 metric->name, type_name(metric->type));
        }
        write_metric(buffer, metric);
    }
}
