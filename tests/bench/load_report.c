/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came back, as JSON: counts, rates and the exact percentiles of all
 * latencies, none sampled or bucketed.
 */
#include "load.h"

#include "runtime/json.h"

#include <stdlib.h>

enum { NANOSECONDS_PER_US = 1000 };

static int compare_latencies(const void *a, const void *b)
{
    const struct load_answer *left = a;
    const struct load_answer *right = b;

    return left->latency_ns < right->latency_ns ? -1 : left->latency_ns > right->latency_ns;
}

/* The latency that per_mille of the answers do not exceed, in microseconds. */
static json_int_t percentile_us(const struct load_result *result, size_t per_mille)
{
    size_t rank = (result->answer_count * per_mille + 999) / 1000;

    return (json_int_t)(result->answers[rank > 0 ? rank - 1 : 0].latency_ns / NANOSECONDS_PER_US);
}

static json_t *count_statuses(const struct load_result *result)
{
    int64_t counts[LOAD_STATUS_END] = {0};
    json_t *statuses = json_object();

    for (size_t i = 0; i < result->answer_count; i++) {
        counts[result->answers[i].status]++;
    }
    for (int status = 0; status < LOAD_STATUS_END; status++) {
        char name[16];

        if (counts[status] > 0) {
            (void)snprintf(name, sizeof name, "%d", status); /* Always fits. */
            (void)json_object_set_new(statuses, name, json_integer(counts[status]));
        }
    }
    return statuses;
}

/* One line for each answer: when it came, how long it took, which vote it was. */
static enum err write_trace(const struct load_plan *plan, const struct load_result *result)
{
    FILE *file = fopen(plan->trace, "we");
    bool failed;

    if (file == NULL) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; i < result->answer_count; i++) {
        const struct load_answer *answer = &result->answers[i];

        (void)fprintf(file, "%llu %llu %d %s\n", (unsigned long long)answer->answered_ns,
                      (unsigned long long)answer->latency_ns, answer->status, answer->nullifier);
    }
    failed = ferror(file) != 0;
    return fclose(file) != 0 || failed ? ERR_UNAVAILABLE : ERR_OK;
}

enum err load_report(const struct load_plan *plan, struct load_result *result)
{
    uint64_t elapsed_ns = result->ended_ns - result->started_ns;
    double seconds = (double)elapsed_ns / 1e9;
    enum err err = plan->trace != NULL ? write_trace(plan, result) : ERR_OK;
    json_t *report;
    char *text;

    if (err) {
        return err;
    }
    qsort(result->answers, result->answer_count, sizeof result->answers[0], compare_latencies);
    report = json_pack(
        "{s:I, s:I, s:I, s:o, s:f, s:f, s:f, s:I, s:I, s:{s:I, s:I, s:I, s:I, s:I}}", "requests",
        (json_int_t)result->answer_count, "votes_accepted", (json_int_t)result->votes_accepted,
        "votes_refused", (json_int_t)result->votes_refused, "statuses", count_statuses(result),
        "seconds", seconds, "requests_per_second", (double)result->answer_count / seconds,
        "votes_per_second", (double)result->votes_accepted / seconds, "bytes_received",
        (json_int_t)result->bytes_received, "load_processor_us", (json_int_t)result->processor_us,
        "latency_us", "p50", percentile_us(result, 500), "p90", percentile_us(result, 900), "p99",
        percentile_us(result, 990), "p999", percentile_us(result, 999), "max",
        percentile_us(result, 1000));
    text = report != NULL ? json_text(report) : NULL;
    if (text != NULL) {
        (void)printf("%s\n", text);
    }
    json_decref(report);
    free(text);
    return text != NULL && fflush(stdout) == 0 ? ERR_OK : ERR_FULL;
}
