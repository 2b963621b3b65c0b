/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every service opens in the same order and closes in reverse: settings,
 * log, clock, crypto, keys, loop, reader threads, publisher, writer,
 * subscribers, HTTP with the routes all services share:
 *
 *   GET  /livez /readyz /metrics                          public (behind nginx: not routed)
 *   GET  /v1/events                                       host_options.feed_roles
 *   GET  /v1/events/dead, GET /v1/events/dead/{seq}?stream=   operator, auditor
 *   POST /v1/events/dead/{seq}:retry  /v1/events/dead/{seq}:discard  (body {"stream", "reason"})  operator
 *   GET  /v1/status                                       operator, auditor: state, lag, versions
 *
 * A service's main loads its settings, calls host_open(), opens its own parts,
 * calls host_run() and closes. Ready means: a reader is connected, the writer
 * leads or stands by, no subscriber is halted, and none degraded whose stream may
 * not be away.
 *
 * PostgreSQL may be absent at start or later: the service listens, says why it
 * is not ready, and goes on by itself. Every connection is looked at before
 * its use: where migrations are missing the service waits for them; a schema
 * that is newer than the program ends it when that is found at start.
 *
 * Where nng 1.5.2 has come to a standstill that nothing but a new process ends
 * (bus_hangs()), the service stops by itself and host_run() fails: whoever
 * supervises it starts it anew.
 *
 * At stop HTTP answers what it has begun, with everything else still there: reads
 * that take longer than a tenth of stop_timeout_ms are cancelled, and answered
 * by 503; clients that do not take their answer within half of it are cut off;
 * then the service's own loop_on_stop() functions run (registered between
 * host_open() and host_run()), then subscribers, writer, readers and publisher
 * end. A service that begins work by itself ends that in its stop function, and
 * begins nothing anew in the done function of what was still under way.
 */
#ifndef HYEOPCHI_RUNTIME_HOST_H
#define HYEOPCHI_RUNTIME_HOST_H

#include "runtime/config.h"
#include "runtime/feed.h"
#include "runtime/http.h"
#include "runtime/loop.h"
#include "runtime/migrate.h"
#include "runtime/publisher.h"
#include "runtime/reader.h"
#include "runtime/subscriber.h"
#include "runtime/writer.h"

#include <stddef.h>

enum { HOST_SUBSCRIBER_COUNT_MAX = 4, HOST_DISTRICT_LENGTH_MAX = 32 };

/* Settings every service has; put it first in the service's own config struct. */
struct host_config {
    char district[CONFIG_TEXT_SIZE]; /* "seongdong" */
    char http_listen[CONFIG_TEXT_SIZE];
    char database_url[CONFIG_TEXT_SIZE];      /* runtime role */
    char database_password[CONFIG_TEXT_SIZE]; /* secret file */
    char migration_database_url
        [CONFIG_TEXT_SIZE]; /* owner role; for `migrate` only; "" = database_url */
    char migration_database_password[CONFIG_TEXT_SIZE];
    char pub_url[CONFIG_TEXT_SIZE]; /* bus address of the own stream */
    char fetch_url[CONFIG_TEXT_SIZE];
    char keys_file[CONFIG_TEXT_SIZE];
    char demonstration_clock_file[CONFIG_TEXT_SIZE]; /* "" = none */
    char log_level[CONFIG_TEXT_SIZE];
    char log_format[CONFIG_TEXT_SIZE];
    int64_t reader_threads;
    int64_t statement_timeout_ms;
    int64_t stop_timeout_ms;
};

/* The table of those settings; offsets are from the start of struct host_config. */
extern const struct config_table host_config_table;

/* Two rows of a service's own table, both required: the bus addresses of a stream that it hears.
 * target, the service's struct, has them as <stream>_pub_url and <stream>_fetch_url; owner is a string
 * that names the service in the sentences. */
#define HOST_BUS_ADDRESSES(target, stream, owner)                                                  \
    HOST_BUS_ADDRESS(target, stream##_pub_url,                                                     \
                     "Bus address where " owner " publishes its stream."),                         \
        HOST_BUS_ADDRESS(target, stream##_fetch_url,                                               \
                         "Bus address where " owner " answers requests for its past events.")
#define HOST_BUS_ADDRESS(target, setting, meaning)                                                 \
    {                                                                                              \
        .name = #setting, .type = CONFIG_TEXT, .minimum = 1, .maximum = CONFIG_TEXT_SIZE - 1,      \
        .unit = "", .sentence = (meaning), .offset = offsetof(struct target, setting)              \
    }

struct host;

struct host_options {
    const char *service; /* "ledger": stream, database schema and log name */
    const struct migration_set *migrations;
    unsigned feed_roles; /* who may GET /v1/events; ROLE_PUBLIC on reporting */
    const ProtobufCMessageDescriptor *const *event_types; /* NULL-terminated */
    /* Whether the service owes answers that HTTP does not know of: an orderly stop waits for them as
     * for those of HTTP. May be NULL. */
    bool (*owes_answers)(const struct host *host);
};

struct host {
    struct host_config config; /* a copy */
    struct host_options options;
    struct loop loop;
    struct keyring *keyring;
    struct reader *reader;
    struct publisher *publisher;
    struct writer *writer;
    struct feed *feed;
    struct http_server *http;
    struct subscriber *subscribers[HOST_SUBSCRIBER_COUNT_MAX];
    size_t subscriber_count;
    struct host_state *state; /* the host's own */
};

/* Opens everything but subscribers and HTTP. On failure it has closed what it opened and logged why. */
ERR_CHECKED enum err host_open(struct host *host, const struct host_config *config,
                               const struct host_options *options);

/* How a thread of the service's own connects to its database, by a name of its own: "participation
 * board". What it points to lives as long as the host. After host_open(). */
struct db_options host_db_options(const struct host *host, const char *name);

/* Adds a subscriber; consumer is the service's name. */
ERR_CHECKED enum err host_subscribe(struct host *host, const struct subscriber_options *options);

/* Opens HTTP with the service's routes beside the shared ones, logs service_started, and runs until
 * stopped; logs service_ready and service_not_ready as that changes. Fails when it cannot listen;
 * ERR_CONFLICT when the schema is newer than the program. Both are logged. */
ERR_CHECKED enum err host_run(struct host *host, const struct http_route_table *routes);

/* Closes in reverse; after host_run(), or when opening further parts failed. */
void host_close(struct host *host);

/*
 * The commands every service has beside run: `migrate` (applies runtime's and
 * the service's migrations as the owner, waits for the database), `healthcheck`
 * (asks its own /readyz). Every failure is logged. ERR_NOT_FOUND when the
 * command is none of them.
 */
ERR_CHECKED enum err host_command(const char *command, const struct host_config *config,
                                  const struct host_options *options);

#endif
