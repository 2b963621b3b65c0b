/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metrics: their text form, histograms' buckets, and counting from several
 * threads. The registry is the process's, so each test looks for its own names.
 */
#include "runtime/metrics.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { THREAD_COUNT = 4, ADDS_PER_THREAD = 10000 };

static struct buffer written;

static const char *write_all(void)
{
    buffer_clear(&written);
    metrics_write(&written);
    assert_int_equal(buffer_status(&written), ERR_OK);
    return buffer_text(&written);
}

static int make_buffer(void **state)
{
    (void)state;
    buffer_init(&written, 1 << 20);
    return 0;
}

static int release_buffer(void **state)
{
    (void)state;
    buffer_release(&written);
    return 0;
}

static void metrics_of_one_name_are_written_together_under_one_heading(void **state)
{
    static struct metric ledger = {.type = METRIC_COUNTER,
                                   .name = "test_events_total",
                                   .help = "Events.",
                                   .labels = "stream=\"ledger\""};
    static struct metric between = {
        .type = METRIC_GAUGE, .name = "test_depth", .help = "Depth.", .labels = ""};
    static struct metric reporting = {.type = METRIC_COUNTER,
                                      .name = "test_events_total",
                                      .help = "Events.",
                                      .labels = "stream=\"reporting\""};

    (void)state;
    metrics_register(&ledger);
    metrics_register(&between);
    metrics_register(&reporting);
    metrics_register(&ledger);
    metrics_add(&ledger, 2);
    metrics_add(&ledger, 3);
    metrics_add(&between, 5);
    metrics_add(&between, -7);
    assert_string_equal(write_all(),
                        "# HELP test_events_total Events.\n"
                        "# TYPE test_events_total counter\n"
                        "test_events_total{stream=\"ledger\"} 5\n"
                        "test_events_total{stream=\"reporting\"} 0\n"
                        "# HELP test_depth Depth.\n"
                        "# TYPE test_depth gauge\n"
                        "test_depth -2\n");
    metrics_set(&between, 9);
    assert_non_null(strstr(write_all(), "\ntest_depth 9\n"));
}

static void a_duration_counts_in_its_bucket_and_all_wider_ones(void **state)
{
    static struct metric latency = {
        .type = METRIC_HISTOGRAM, .name = "test_latency_seconds", .help = "Latency.", .labels = ""};
    const char *text;

    (void)state;
    metrics_register(&latency);
    metrics_observe(&latency, 0);
    metrics_observe(&latency, 50);
    metrics_observe(&latency, 51);
    metrics_observe(&latency, 1638400);
    metrics_observe(&latency, 1638401);
    text = write_all();
    assert_non_null(strstr(text,
                           "# TYPE test_latency_seconds histogram\n"
                           "test_latency_seconds_bucket{le=\"0.000050\"} 2\n"
                           "test_latency_seconds_bucket{le=\"0.000100\"} 3\n"
                           "test_latency_seconds_bucket{le=\"0.000200\"} 3\n"));
    assert_non_null(strstr(text,
                           "test_latency_seconds_bucket{le=\"1.638400\"} 4\n"
                           "test_latency_seconds_bucket{le=\"+Inf\"} 5\n"
                           "test_latency_seconds_sum 3.276902\n"
                           "test_latency_seconds_count 5\n"));
}

static void a_histograms_labels_come_before_its_bounds(void **state)
{
    static struct metric latency = {.type = METRIC_HISTOGRAM,
                                    .name = "test_labelled_seconds",
                                    .help = "Latency.",
                                    .labels = "route=\"votes\""};
    const char *text;

    (void)state;
    metrics_register(&latency);
    metrics_observe(&latency, 1);
    text = write_all();
    assert_non_null(
        strstr(text, "test_labelled_seconds_bucket{route=\"votes\",le=\"0.000050\"} 1\n"));
    assert_non_null(strstr(text, "test_labelled_seconds_count{route=\"votes\"} 1\n"));
}

static void sizes_are_counted_by_powers_of_two_and_written_as_they_are(void **state)
{
    static struct metric batch = {
        .type = METRIC_SIZES, .name = "test_batch_jobs", .help = "Batch.", .labels = ""};
    const char *text;

    (void)state;
    metrics_register(&batch);
    metrics_observe(&batch, 1);
    metrics_observe(&batch, 3);
    metrics_observe(&batch, 32768);
    metrics_observe(&batch, 32769);
    text = write_all();
    assert_non_null(strstr(text,
                           "# TYPE test_batch_jobs histogram\n"
                           "test_batch_jobs_bucket{le=\"1\"} 1\n"
                           "test_batch_jobs_bucket{le=\"2\"} 1\n"
                           "test_batch_jobs_bucket{le=\"4\"} 2\n"));
    assert_non_null(strstr(text,
                           "test_batch_jobs_bucket{le=\"32768\"} 3\n"
                           "test_batch_jobs_bucket{le=\"+Inf\"} 4\n"
                           "test_batch_jobs_sum 65541\n"
                           "test_batch_jobs_count 4\n"));
}

static void *add_many(void *context)
{
    for (int i = 0; i < ADDS_PER_THREAD; i++) {
        metrics_add(context, 1);
    }
    return NULL;
}

static void no_count_of_several_threads_is_lost(void **state)
{
    static struct metric counter = {
        .type = METRIC_COUNTER, .name = "test_threads_total", .help = "Threads.", .labels = ""};
    pthread_t threads[THREAD_COUNT];

    (void)state;
    metrics_register(&counter);
    for (int i = 0; i < THREAD_COUNT; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, &counter), 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_non_null(strstr(write_all(), "\ntest_threads_total 40000\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_of_one_name_are_written_together_under_one_heading),
        cmocka_unit_test(a_duration_counts_in_its_bucket_and_all_wider_ones),
        cmocka_unit_test(a_histograms_labels_come_before_its_bounds),
        cmocka_unit_test(sizes_are_counted_by_powers_of_two_and_written_as_they_are),
        cmocka_unit_test(no_count_of_several_threads_is_lost),
    };

    return cmocka_run_group_tests(tests, make_buffer, release_buffer);
}
