/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of one subscriber, told apart by the stream. What they say is set
 * where it happens.
 */
#include "runtime/subscriber_internal.h"

#include <stdio.h>
#include <stdlib.h>

static void make(struct subscriber_metrics *metrics, struct metric *metric, enum metric_type type,
                 const char *name, const char *help)
{
    metric->type = type;
    metric->name = name;
    metric->help = help;
    metric->labels = metrics->labels;
    metrics_register(metric);
}

enum err subscriber_metrics_make(const char *stream, struct subscriber_metrics **ret_metrics)
{
    struct subscriber_metrics *metrics = calloc(1, sizeof *metrics);

    if (metrics == NULL) {
        return ERR_FULL;
    }
    (void)snprintf(metrics->labels, sizeof metrics->labels, "stream=\"%s\"",
                   stream); /* Names are short: subscriber_open() checks. */
    make(metrics, &metrics->lag, METRIC_GAUGE, "hyeopchi_subscriber_lag_events",
         "Events that are known of and not applied yet.");
    make(metrics, &metrics->gaps, METRIC_COUNTER, "hyeopchi_subscriber_gaps_repaired_total",
         "Fetches that brought events the bus had lost.");
    make(metrics, &metrics->applied, METRIC_COUNTER, "hyeopchi_subscriber_events_applied_total",
         "Events applied.");
    make(metrics, &metrics->dead, METRIC_COUNTER, "hyeopchi_subscriber_dead_letters_total",
         "Events given up as dead letters.");
    make(metrics, &metrics->refused, METRIC_COUNTER, "hyeopchi_subscriber_frames_refused_total",
         "Bus messages that were no frame.");
    make(metrics, &metrics->duplicates, METRIC_COUNTER,
         "hyeopchi_subscriber_duplicates_dropped_total",
         "Events heard again after they were applied or kept.");
    make(metrics, &metrics->fetches, METRIC_COUNTER, "hyeopchi_subscriber_fetches_total",
         "Fetch requests sent to the publisher.");
    make(metrics, &metrics->pulls, METRIC_COUNTER, "hyeopchi_subscriber_pulls_total",
         "How often it lagged so far that it left the bus and pulled.");
    make(metrics, &metrics->redials, METRIC_COUNTER, "hyeopchi_subscriber_redials_total",
         "How often it dialled anew because nothing was heard.");
    make(metrics, &metrics->state, METRIC_GAUGE, "hyeopchi_subscriber_state_number",
         "0 loading, 1 catching up, 2 live, 3 pulling, 4 degraded, 5 halted.");
    *ret_metrics = metrics;
    return ERR_OK;
}
