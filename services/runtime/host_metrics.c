/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process's own metrics, brought up to date when somebody asks. Reads
 * /proc, which does not block; what cannot be read keeps its last value.
 */
#include "runtime/bus.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/host_internal.h"
#include "runtime/keyring.h"
#include "runtime/metrics.h"

#include <assert.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <nng/nng.h>
#include <openssl/crypto.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LABELS_SIZE = 512 };

#define GAUGE(metric_name, text)                                                                   \
    {                                                                                              \
        .type = METRIC_GAUGE, .name = (metric_name), .help = (text), .labels = ""                  \
    }

static struct metric ready = GAUGE("hyeopchi_ready", "1 while the service is ready.");
static struct metric leading =
    GAUGE("hyeopchi_writer_leading", "1 while this process leads its stream.");
static struct metric stream_head =
    GAUGE("hyeopchi_stream_head_seq", "Number of the newest event of the own stream.");
static struct metric listener_resets = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_bus_listener_resets_total",
    .help = "How often a listener of the bus had to listen anew.",
    .labels = "",
};
static struct metric hangs = GAUGE(
    "hyeopchi_bus_hangs", "1 once nng frees no connection any more: the service is about to end.");
static struct metric keys = GAUGE("hyeopchi_keys", "Public keys that are known.");
static struct metric started =
    GAUGE("hyeopchi_process_start_time_seconds", "When the process started, since 1970.");
static struct metric resident =
    GAUGE("hyeopchi_process_resident_memory_bytes", "Memory of the process in RAM.");
static struct metric descriptors =
    GAUGE("hyeopchi_process_open_descriptors", "Open file descriptors.");
static struct metric descriptors_max =
    GAUGE("hyeopchi_process_descriptors_max", "How many file descriptors may be open.");
static struct metric demonstration =
    GAUGE("hyeopchi_clock_is_demonstration", "1 while a demonstration's clock is in force.");

static char build_labels[LABELS_SIZE];
static struct metric build = {
    .type = METRIC_GAUGE,
    .name = "hyeopchi_build_info",
    .help = "Always 1; the labels say which release runs with which libraries and protocols.",
    .labels = build_labels,
};

static void fill_build_labels(const char *service)
{
    /* Always fits: versions are short. A longer text would be cut within a label, so assert. */
    int length =
        snprintf(build_labels, sizeof build_labels,
                 "service=\"%s\",version=\"%s\",frame_protocol=\"%d\",nng=\"%s\","
                 "libuv=\"%s\",libpq=\"%d\",libsodium=\"%s\",openssl=\"%s\"",
                 service, HYEOPCHI_VERSION, EVENT_FRAME_VERSION, nng_version(), uv_version_string(),
                 PQlibVersion(), sodium_version_string(), OpenSSL_version(OPENSSL_VERSION_STRING));

    assert(length > 0 && (size_t)length < sizeof build_labels);
}

static void read_descriptors_max(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur <= INT64_MAX) {
        metrics_set(&descriptors_max, (int64_t)limit.rlim_cur);
    }
}

void host_metrics_register(const struct host *host)
{
    fill_build_labels(host->options.service);
    metrics_register(&build);
    metrics_set(&build, 1);
    metrics_register(&keys);
    metrics_register(&descriptors_max);
    metrics_register(&demonstration);
    metrics_set(&demonstration, clock_is_demonstration());
    read_descriptors_max();
    metrics_register(&ready);
    metrics_register(&leading);
    metrics_register(&stream_head);
    metrics_register(&listener_resets);
    metrics_register(&hangs);
    metrics_register(&started);
    metrics_register(&resident);
    metrics_register(&descriptors);
}

/* The second number of /proc/self/statm, in pages. */
static void update_resident(void)
{
    char text[128];
    int64_t pages = 0;
    const char *at;
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length;

    if (file < 0) {
        return;
    }
    length = read(file, text, sizeof text - 1);
    (void)close(file); /* Nothing was written. */
    if (length <= 0) {
        return;
    }
    text[length] = '\0';
    at = strchr(text, ' ');
    for (at = at != NULL ? at + 1 : ""; *at >= '0' && *at <= '9'; at++) {
        pages = pages * 10 + (*at - '0');
    }
    metrics_set(&resident, pages * sysconf(_SC_PAGESIZE));
}

static void update_descriptors(void)
{
    uv_fs_t request;
    int count = uv_fs_scandir(NULL, &request, "/proc/self/fd", 0, NULL);

    uv_fs_req_cleanup(&request);
    if (count > 0) {
        metrics_set(&descriptors, count - 1); /* One is the folder itself. */
    }
}

void host_metrics_update(const struct host *host)
{
    struct host_health health;

    host_health_read(host, &health);
    metrics_set(&ready, host_health_is_ready(host, &health));
    metrics_set(&leading, health.writer == WRITER_LEADING);
    if (host->publisher != NULL) {
        metrics_set(&stream_head, (int64_t)publisher_head_seq(host->publisher));
    }
    metrics_add(&listener_resets, (int64_t)bus_listener_resets() - listener_resets.value);
    metrics_set(&hangs, bus_hangs());
    metrics_set(&keys, host->keyring != NULL ? (int64_t)keyring_count(host->keyring) : 0);
    metrics_set(&started, host->state->started_ms / 1000);
    update_resident();
    update_descriptors();
}
