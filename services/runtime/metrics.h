/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters, gauges and histograms in Prometheus text. A metric is a static
 * struct, registered once at start; adding to it is one atomic operation from
 * any thread. Names: hyeopchi_<what>_<unit>[_total].
 */
#ifndef HYEOPCHI_RUNTIME_METRICS_H
#define HYEOPCHI_RUNTIME_METRICS_H

#include "runtime/buffer.h"

#include <stdatomic.h>
#include <stdint.h>

enum {
    METRICS_COUNT_MAX = 1024,
    METRICS_BUCKET_COUNT = 16, /* upper bounds 50 µs … 1.6 s, or 1 … 32768; doubling, then +Inf */
};

enum metric_type {
    METRIC_COUNTER,
    METRIC_GAUGE,
    METRIC_HISTOGRAM, /* of durations */
    METRIC_SIZES,     /* a histogram of whole numbers */
};

struct metric {
    enum metric_type type;
    const char *name;
    const char *help;
    const char *labels; /* `stream="ledger"`, "" for none; several metrics may share a name */
    _Atomic int64_t value;
    _Atomic int64_t buckets[METRICS_BUCKET_COUNT + 1];
    _Atomic int64_t sum; /* of what was observed: µs, or numbers */
};

/* Makes a metric visible; again is harmless. Loop thread, at start. Asserts METRICS_COUNT_MAX. */
void metrics_register(struct metric *metric);

void metrics_add(struct metric *metric, int64_t amount);       /* counter, gauge */
void metrics_set(struct metric *metric, int64_t value);        /* gauge */
void metrics_observe(struct metric *metric, int64_t observed); /* histogram: µs; sizes */

/* Writes all of them. */
void metrics_write(struct buffer *buffer);

#endif
