/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host keeps to itself, shared by host*.c only: the state of schema
 * and stop (host.c, host_watch.c), the shared routes (host_routes.c,
 * host_status.c with its SQL in host_facts.c, host_dead.c with its SQL in
 * host_dead_store.c) and the process's own metrics.
 */
#ifndef HYEOPCHI_RUNTIME_HOST_INTERNAL_H
#define HYEOPCHI_RUNTIME_HOST_INTERNAL_H

#include "runtime/bus.h"
#include "runtime/host.h"

#include <stdatomic.h>
#include <stdbool.h>

enum {
    HOST_NAME_SIZE = 96,        /* application names, the leader's id */
    HOST_WATCH_MS = 100,        /* how often readiness is looked at */
    HOST_DRAIN_MS = 10,         /* the same while answers are awaited at stop */
    HOST_READ_PART = 10,        /* of stop_timeout_ms reads may go on for one in so many */
    HOST_DEAD_COUNT_MAX = 1000, /* dead letters in one answer */
    HOST_DEAD_COUNT_DEFAULT = 100,
    HOST_STATE_SIZE = 16,   /* "discarded" and its NUL */
    HOST_REASON_SIZE = 512, /* of an operator's decision */
};

/* What the last look at a connection found. */
enum host_schema {
    HOST_SCHEMA_UNKNOWN,
    HOST_SCHEMA_MISSING, /* migrations have not been applied yet */
    HOST_SCHEMA_WRONG,   /* newer than the program, or changed */
    HOST_SCHEMA_RIGHT,
};

/* What readiness is made of; two are compared to see whether something has changed. */
struct host_health {
    bool stopping;
    bool database;
    enum host_schema schema;
    enum writer_state writer;
    enum subscriber_state subscribers[HOST_SUBSCRIBER_COUNT_MAX];
};

/* Where a stream is heard. */
struct host_address {
    char pub_url[BUS_URL_SIZE];
    char fetch_url[BUS_URL_SIZE];
    bool may_be_away;
};

enum { HOST_FACT_SIZE = 64 };

/* What the database says; all zero while it is not known. */
struct host_facts {
    bool known;
    char version[HOST_FACT_SIZE];
    char fsync[HOST_FACT_SIZE];
    char full_page_writes[HOST_FACT_SIZE];
    char synchronous_commit[HOST_FACT_SIZE];
    char data_checksums[HOST_FACT_SIZE];
    char encoding[HOST_FACT_SIZE];
    bool superuser; /* the runtime role is one */
    int64_t connections;
    int64_t connections_max;
    int64_t size_bytes;
    int64_t clock_ahead_ms;         /* of ours; negative: behind */
    char leader_id[HOST_NAME_SIZE]; /* "" before anybody led */
    int64_t leader_term;
    int64_t leader_updated_at_ms;

    struct {
        char stream[EVENT_STREAM_SIZE];
        int64_t count; /* dead letters that wait for a decision */
    } dead_streams[HOST_SUBSCRIBER_COUNT_MAX];

    size_t dead_stream_count;
};

/* Reads the facts about the database and this service in it. Database threads. */
ERR_CHECKED enum err host_facts_read(struct db *db, const char *service,
                                     struct host_facts *ret_facts);

struct host_state {
    struct host *host;
    char source[EVENT_SOURCE_SIZE];
    char leader_id[HOST_NAME_SIZE];
    char reader_name[HOST_NAME_SIZE];
    char writer_name[HOST_NAME_SIZE];
    int64_t started_ms;

    _Atomic int schema;        /* enum host_schema; written by database threads */
    uv_async_t schema_refused; /* a database thread found it wrong at start */
    bool schema_refused_open;
    uv_timer_t watch;
    bool watch_open;
    bool was_ready;
    bool said_unready;
    struct host_health health;                   /* when readiness was last logged */
    uint64_t cancel_ms;                          /* when reads are cancelled at stop; the loop's */
    bool closed_parts;                           /* the stop has gone past draining */
    struct loop_stop stops[LOOP_STOP_COUNT_MAX]; /* the service's own, until HTTP is done */
    int stop_count;
    enum err result; /* host_run()'s */

    struct http_route *routes;
    size_t route_count;
    struct host_address heard[HOST_SUBSCRIBER_COUNT_MAX]; /* of host->subscribers */
};

/* Opens the log as the settings say; for commands too. */
void host_log_open(const struct host_config *config, const char *service);

/* Frees host->state; takes a host without one. */
void host_state_free(struct host *host);

/* Looks at a new connection; see db_options.accept. Database threads. */
ERR_CHECKED enum err host_accept(struct db *db, void *host_state);

/* Starts watching readiness and the schema. */
ERR_CHECKED enum err host_watch_open(struct host *host);

/* Stops watching; at stop, after the database threads have ended. */
void host_watch_close(struct host *host);

/* What readiness looks like now. Loop thread. */
void host_health_read(const struct host *host, struct host_health *ret_health);
bool host_health_is_ready(const struct host *host, const struct host_health *health);

/* The reasons why it is not ready, [] when it is; a new reference. */
json_t *host_health_reasons(const struct host *host, const struct host_health *health);

/* Fills state->routes. */
ERR_CHECKED enum err host_routes_make(struct host *host);

/* Registers the process's metrics, and brings them up to date before they are written. */
void host_metrics_register(const struct host *host);
void host_metrics_update(const struct host *host);

/* Handler of /v1/status; context is the struct host. */
void host_status_handle(struct http_request *request, void *context);

/* The subscriber that hears the stream; NULL when there is none. */
struct subscriber *host_find_subscriber(const struct host *host, const char *stream);

/* Handlers of the dead letter's routes; context is the struct host. */
void host_dead_list(struct http_request *request, void *host);
void host_dead_show(struct http_request *request, void *host);
void host_dead_retry(struct http_request *request, void *host);
void host_dead_discard(struct http_request *request, void *host);

/* One row of event.dead_letter. */
struct host_dead_letter {
    char stream[EVENT_STREAM_SIZE];
    uint64_t epoch;
    uint64_t seq;
    char type[EVENT_TYPE_SIZE];
    char error_code[HOST_NAME_SIZE];
    int64_t attempts;
    char state[HOST_STATE_SIZE];
    int64_t created_at_ms;
    int64_t resolved_at_ms; /* 0: not yet */
    char resolved_by[HOST_NAME_SIZE];
    char reason[HOST_REASON_SIZE];
    uint8_t *envelope; /* malloc'd; NULL in lists */
    size_t envelope_length;
};

/* Where a list begins: after this letter, in the order stream, epoch, seq. */
struct host_dead_place {
    char stream[EVENT_STREAM_SIZE];
    uint64_t epoch;
    uint64_t seq;
};

struct host_dead_query {
    const char *consumer;
    const char *state; /* "" for all */
    struct host_dead_place after;
    size_t count_max;
};

/* Reads letters without their envelopes; *ret_letters is malloc'd. Database threads. */
ERR_CHECKED enum err host_dead_store_list(struct db *db, const struct host_dead_query *query,
                                          struct host_dead_letter **ret_letters, size_t *ret_count);

/* Reads one letter (of the newest epoch) with its envelope. ERR_NOT_FOUND. Database threads. */
ERR_CHECKED enum err host_dead_store_get(struct db *db, const char *consumer, const char *stream,
                                         uint64_t seq, struct host_dead_letter *ret_letter);

#endif
