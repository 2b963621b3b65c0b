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

void metrics_register(struct metric *metric)
{
    assert(metric->name != NULL && metric->help != NULL && metric->labels != NULL);
    for (size_t i = 0; i < registry_count; i++) {
        if (registry[i] == metric) {
            return;
        }
    }
    assert(registry_count < METRICS_COUNT_MAX);
    registry[registry_count] = metric;
    registry_count++;
}

void metrics_add(struct metric *metric, int64_t amount)
{
    assert(metric->type != METRIC_HISTOGRAM);
    assert(metric->type != METRIC_COUNTER || amount >= 0);
    atomic_fetch_add_explicit(&metric->value, amount, memory_order_relaxed);
}

void metrics_set(struct metric *metric, int64_t value)
{
    assert(metric->type == METRIC_GAUGE);
    atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}

void metrics_observe(struct metric *metric, int64_t duration_us)
{
    int64_t bound_us = METRICS_BUCKET_FIRST_US;
    size_t bucket = 0;

    assert(metric->type == METRIC_HISTOGRAM);
    while (bucket < METRICS_BUCKET_COUNT && duration_us > bound_us) {
        bound_us *= 2;
        bucket++;
    }
    atomic_fetch_add_explicit(&metric->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&metric->sum_us, duration_us, memory_order_relaxed);
}

static const char *type_name(enum metric_type type)
{
    static const char *const names[] = {"counter", "gauge", "histogram"};

    return names[type];
}

/* Prometheus counts time in seconds. */
static void write_seconds(struct buffer *buffer, int64_t duration_us)
{
    int64_t magnitude_us = duration_us < 0 ? -duration_us : duration_us;

    buffer_append_format(buffer, "%s%" PRId64 ".%06" PRId64, duration_us < 0 ? "-" : "",
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
    int64_t bound_us = METRICS_BUCKET_FIRST_US;
    int64_t count = 0;

    for (size_t i = 0; i <= METRICS_BUCKET_COUNT; i++) {
        count += atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
        buffer_append_format(buffer, "%s_bucket{%s%sle=\"", metric->name, metric->labels, comma);
        if (i < METRICS_BUCKET_COUNT) {
            write_seconds(buffer, bound_us);
            bound_us *= 2;
        } else {
            buffer_append_text(buffer, "+Inf");
        }
        buffer_append_format(buffer, "\"} %" PRId64 "\n", count);
    }
    buffer_append_format(buffer, "%s_sum", metric->name);
    write_labels(buffer, metric);
    buffer_append_text(buffer, " ");
    write_seconds(buffer, atomic_load_explicit(&metric->sum_us, memory_order_relaxed));
    buffer_append_format(buffer, "\n%s_count", metric->name);
    write_labels(buffer, metric);
    buffer_append_format(buffer, " %" PRId64 "\n", count);
}

static void write_metric(struct buffer *buffer, const struct metric *metric)
{
    if (metric->type == METRIC_HISTOGRAM) {
        write_histogram(buffer, metric);
        return;
    }
    buffer_append_text(buffer, metric->name);
    write_labels(buffer, metric);
    buffer_append_format(buffer, " %" PRId64 "\n",
                         atomic_load_explicit(&metric->value, memory_order_relaxed));
}

/* True for the first of several that share a name: the text form wants them together. */
static bool is_first_of_name(size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(registry[i]->name, registry[index]->name) == 0) {
            return false;
        }
    }
    return true;
}

void metrics_write(struct buffer *buffer)
{
    for (size_t i = 0; i < registry_count; i++) {
        if (!is_first_of_name(i)) {
            continue;
        }
        buffer_append_format(buffer, "# HELP %s %s\n# TYPE %s %s\n", registry[i]->name,
                             registry[i]->help, registry[i]->name, type_name(registry[i]->type));
        for (size_t j = i; j < registry_count; j++) {
            if (strcmp(registry[j]->name, registry[i]->name) == 0) {
                write_metric(buffer, registry[j]);
            }
        }
    }
}
