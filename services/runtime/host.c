/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens a service's parts in order and closes them in reverse.
 *
 * The stop has two steps. First HTTP stops listening and answers what it has
 * begun, with everything else still running; the watch timer looks when that
 * is done, and cancels reads that would go on for too long. Then the service's own stop functions run, which is why host_run()
 * takes them over from the loop, and subscribers, writer, readers and publisher
 * end, in an order in which nobody is called by what comes after: writer and
 * readers run the last done functions, which may still speak to the publisher.
 * Everything that is freed on the loop is freed by the time it has run out.
 */
#include "runtime/host.h"

#include "runtime/bus.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/host_internal.h"
#include "runtime/log.h"
#include "runtime/process.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUS_CLOSE_TIMEOUT_MS = 2000 };

static void on_stop(void *context);

/*
 * Read by jemalloc before main(), by this name: pages go back as soon as they are free. By itself it keeps them for ten
 * seconds in four arenas a processor, and bodies and answers of batches make participation swing between 48 and 72 MiB.
 */
extern const char *malloc_conf;
const char *malloc_conf = "narenas:2,dirty_decay_ms:0,muzzy_decay_ms:0";

static enum err fail(const char *part, enum err err)
{
    if (err) {
        log_error("open_failed", log_str("part", part), log_str("error", err_name(err)));
    }
    return err;
}

void host_log_open(const struct host_config *config, const char *service)
{
    log_open_words(service, config->log_level, config->log_format);
}

/* What the settings table cannot express. */
static enum err check_config(const struct host_config *config)
{
    char reason[DB_REASON_SIZE];

    for (const char *at = config->district; *at != '\0'; at++) {
        if (!((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '-')) {
            log_error("setting_refused", log_str("setting", "district"),
                      log_str("reason", "only lower-case letters, digits and hyphens"));
            return ERR_INVALID;
        }
    }
    if (db_conninfo_check(config->database_url, reason) != ERR_OK) {
        log_error("setting_refused", log_str("setting", "database_url"), log_str("reason", reason));
        return ERR_INVALID;
    }
    return ERR_OK;
}

static enum err make_state(struct host *host)
{
    struct host_state *state = calloc(1, sizeof *state);
    char machine[64] = "";

    if (state == NULL) {
        return ERR_INTERNAL;
    }
    host->state = state;
    state->host = host;
    state->started_ms = clock_now_ms();
    (void)gethostname(machine, sizeof machine - 1); /* A cut name is still a name. */
    (void)snprintf(state->source, sizeof state->source, "//hyeopchi/%.*s/%s",
                   HOST_DISTRICT_LENGTH_MAX, host->config.district, host->options.service);
    (void)snprintf(state->leader_id, sizeof state->leader_id, "%s:%ld", machine, (long)getpid());
    (void)snprintf(state->reader_name, sizeof state->reader_name, "%s reader",
                   host->options.service);
    (void)snprintf(state->writer_name, sizeof state->writer_name, "%s writer",
                   host->options.service);
    return host_routes_make(host);
}

struct db_options host_db_options(const struct host *host, const char *name)
{
    return (struct db_options){
        .conninfo = host->config.database_url,
        .password = host->config.database_password,
        .application_name = name,
        .statement_timeout_ms = host->config.statement_timeout_ms,
        .accept = host_accept,
        .accept_context = host->state,
    };
}

static enum err open_reader(struct host *host)
{
    struct reader_options options = {
        .db = host_db_options(host, host->state->reader_name),
        .thread_count = host->config.reader_threads,
    };

    options.db.read_only = true;
    return fail("reader", reader_open(&host->loop, &options, &host->reader));
}

static enum err open_publisher(struct host *host)
{
    const struct publisher_options options = {
        .stream = host->options.service,
        .pub_url = host->config.pub_url,
        .fetch_url = host->config.fetch_url,
        .reader = host->reader,
    };

    return fail("publisher", publisher_open(&host->loop, &options, &host->publisher));
}

static enum err open_writer(struct host *host)
{
    const struct writer_options options = {
        .db = host_db_options(host, host->state->writer_name),
        .stream = host->options.service,
        .source = host->state->source,
        .leader_id = host->state->leader_id,
        .committed = publisher_committed,
        .committed_context = host->publisher,
    };

    return fail("writer", writer_open(&host->loop, &options, &host->writer));
}

static enum err open_feed(struct host *host)
{
    const struct feed_options options = {
        .loop = &host->loop,
        .publisher = host->publisher,
        .reader = host->reader,
        .stream = host->options.service,
        .types = host->options.event_types,
    };

    return fail("feed", feed_open(&options, &host->feed));
}

static enum err open_keyring(struct host *host)
{
    if (host->config.keys_file[0] == '\0') {
        log_warn("keys_missing", log_str("action", "set keys_file; signed requests are refused"));
        return ERR_OK;
    }
    return fail("keys", keyring_open(&host->loop, host->config.keys_file, &host->keyring));
}

static enum err open_parts(struct host *host)
{
    enum err err;

    err = fail("stop", loop_on_stop(&host->loop, on_stop, host));
    if (!err) {
        err = fail("watch", host_watch_open(host));
    }
    if (!err) {
        err = open_keyring(host);
    }
    if (!err) {
        err = open_reader(host);
    }
    if (!err) {
        err = open_publisher(host);
    }
    if (!err) {
        err = open_writer(host);
    }
    if (!err) {
        err = open_feed(host);
    }
    return err;
}

static enum err open_clock(const struct host_config *config)
{
    enum err err;

    if (config->demonstration_clock_file[0] == '\0') {
        return ERR_OK;
    }
    err = clock_demonstration_open(config->demonstration_clock_file);
    if (err) {
        log_error("setting_refused", log_str("setting", "demonstration_clock_file"),
                  log_str("reason", "cannot be read, or is not 8 bytes long"));
        return err;
    }
    log_warn("demonstration_clock", log_str("file", config->demonstration_clock_file));
    return ERR_OK;
}

/* What needs no closing. */
static enum err prepare(const struct host_config *config)
{
    enum err err = fail("protection", process_protect());

    if (!err) {
        err = check_config(config);
    }
    if (!err) {
        err = open_clock(config);
    }
    if (!err) {
        err = fail("crypto", crypto_open());
    }
    return err;
}

enum err host_open(struct host *host, const struct host_config *config,
                   const struct host_options *options)
{
    enum err err;

    *host = (struct host){.config = *config, .options = *options};
    host_log_open(config, options->service);
    loop_block_signals();
    err = prepare(config);
    if (err) {
        return err;
    }
    err = fail("state", make_state(host));
    if (!err) {
        err = fail("loop", loop_open(&host->loop, config->stop_timeout_ms));
    }
    if (err) {
        host_state_free(host);
        return err;
    }
    host_metrics_register(host);
    err = open_parts(host);
    if (err) {
        host_close(host);
    }
    return err;
}

enum err host_subscribe(struct host *host, const struct subscriber_options *options)
{
    struct subscriber_options own = *options;
    enum err err;

    if (host->subscriber_count == HOST_SUBSCRIBER_COUNT_MAX) {
        return fail("subscriber", ERR_FULL);
    }
    own.consumer = host->options.service;
    err = subscriber_open(&host->loop, host->writer, &own,
                          &host->subscribers[host->subscriber_count]);
    if (!err) {
        struct host_address *address = &host->state->heard[host->subscriber_count];

        /* Cut ones were refused by the bus. */
        (void)snprintf(address->pub_url, sizeof address->pub_url, "%s", own.sub_url);
        (void)snprintf(address->fetch_url, sizeof address->fetch_url, "%s", own.fetch_url);
        address->may_be_away = own.may_be_away;
        host->subscriber_count++;
    }
    return fail("subscriber", err);
}

struct subscriber *host_find_subscriber(const struct host *host, const char *stream)
{
    for (size_t i = 0; i < host->subscriber_count; i++) {
        struct subscriber_status status;

        subscriber_status(host->subscribers[i], &status);
        if (strcmp(status.stream, stream) == 0) {
            return host->subscribers[i];
        }
    }
    return NULL;
}

/* From now on the loop knows only our stop function. */
static void take_over_stops(struct host *host)
{
    struct host_state *state = host->state;
    struct loop *loop = &host->loop;

    assert(loop->stop_count > 0 && loop->stops[0].stop == on_stop);
    state->stop_count = loop->stop_count - 1;
    memcpy(state->stops, &loop->stops[1], (size_t)state->stop_count * sizeof state->stops[0]);
    loop->stop_count = 1;
}

enum err host_run(struct host *host, const struct http_route_table *routes)
{
    const struct http_route_table tables[] = {
        *routes,
        {host->state->routes, host->state->route_count, host},
    };
    const struct http_server_options options = {
        .listen = host->config.http_listen,
        .tables = tables,
        .table_count = sizeof tables / sizeof tables[0],
        .keyring = host->keyring,
    };
    enum err err = http_server_open(&host->loop, &options, &host->http);

    if (err) {
        return fail("http", err);
    }
    log_info("service_started", log_str("listen", host->config.http_listen),
             log_int("port", http_server_port(host->http)),
             log_str("district", host->config.district), log_str("version", HYEOPCHI_VERSION));
    take_over_stops(host);
    loop_run(&host->loop);
    return host->state->result;
}

/* The second step of the stop: everything that HTTP needed until now. */
static void close_parts(struct host *host)
{
    struct host_state *state = host->state;

    state->closed_parts = true;
    while (state->stop_count > 0) {
        state->stop_count--;
        state->stops[state->stop_count].stop(state->stops[state->stop_count].context);
    }
    for (size_t i = 0; i < host->subscriber_count; i++) {
        subscriber_close(host->subscribers[i]);
    }
    host->subscriber_count = 0;
    writer_close(host->writer);
    host->writer = NULL;
    reader_close(host->reader);
    host->reader = NULL;
    publisher_close(host->publisher);
    host->publisher = NULL;
    keyring_close(host->keyring);
    host->keyring = NULL;
    host_watch_close(host);
}

static void on_drain(uv_timer_t *timer)
{
    struct host_state *state = timer->data;
    struct host *host = state->host;

    if (http_server_request_count(host->http) == 0 &&
        (host->options.owes_answers == NULL || !host->options.owes_answers(host))) {
        close_parts(host);
    } else if (uv_now(&host->loop.uv) >= state->cancel_ms) {
        reader_cancel(host->reader);
        state->cancel_ms = uv_now(&host->loop.uv) + READER_CANCEL_MS;
    }
}

/* The first step of the stop. */
static void on_stop(void *context)
{
    struct host *host = context;
    struct host_state *state = host->state;

    feed_close(host->feed);
    host->feed = NULL;
    if (host->http == NULL || !state->watch_open) {
        close_parts(host);
        return;
    }
    http_server_stop(host->http, host->config.stop_timeout_ms);
    state->cancel_ms =
        uv_now(&host->loop.uv) + (uint64_t)host->config.stop_timeout_ms / HOST_READ_PART;
    if (uv_timer_start(&state->watch, on_drain, 0, HOST_DRAIN_MS) != 0) {
        close_parts(host);
    }
}

void host_state_free(struct host *host)
{
    if (host->state != NULL) {
        free(host->state->routes);
    }
    free(host->state);
    host->state = NULL;
}

void host_close(struct host *host)
{
    if (host->state == NULL) {
        return;
    }
    if (!loop_is_stopping(&host->loop)) {
        /* Something failed while opening: stop what is there. */
        loop_stop(&host->loop);
        loop_run(&host->loop);
    }
    assert(host->state->closed_parts);
    http_server_free(host->http);
    host->http = NULL;
    if (!bus_wait_closed(BUS_CLOSE_TIMEOUT_MS)) {
        log_warn("bus_close_hangs", log_str("action", "leaving it to the end of the process"));
    }
    loop_close(&host->loop);
    host_state_free(host);
    crypto_wipe(host->config.database_password, sizeof host->config.database_password);
    log_info("service_stopped");
}
