/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readiness: what it is made of, whether it has changed, and the look at every
 * new connection's schema; and whether the process is beyond help. Database
 * threads only set the schema's state and wake the loop; everything else here
 * is the loop's.
 */
#include "runtime/host_internal.h"

#include "runtime/log.h"

#include <assert.h>

static const char *schema_name(enum host_schema schema)
{
    static const char *const names[] = {"unknown", "missing", "wrong", "right"};

    return names[schema];
}

static const char *writer_name(enum writer_state state)
{
    static const char *const names[] = {"connecting", "standby", "leading"};

    return names[state];
}

/* Whether both sets of migrations are in the database exactly as the program expects them. */
static enum err check_schema(struct db *db, const struct host *host)
{
    enum err err = migrate_check(db, &migrate_runtime_set);

    if (!err) {
        err = migrate_check(db, host->options.migrations);
    }
    return err;
}

enum err host_accept(struct db *db, void *host_state)
{
    struct host_state *state = host_state;
    enum host_schema now;
    enum host_schema before;
    enum err err = check_schema(db, state->host);

    if (err == ERR_OK) {
        now = HOST_SCHEMA_RIGHT;
    } else if (err == ERR_NOT_FOUND) {
        now = HOST_SCHEMA_MISSING;
    } else if (err == ERR_CONFLICT) {
        now = HOST_SCHEMA_WRONG;
    } else {
        return err; /* Says nothing about the schema. */
    }
    before = (enum host_schema)atomic_exchange(&state->schema, (int)now);
    if (now == HOST_SCHEMA_MISSING && before != now) {
        log_error("schema_missing", log_str("service", state->host->options.service),
                  log_str("action", "run this program with `migrate`; waiting for that"));
    }
    if (now == HOST_SCHEMA_WRONG &&
        (before == HOST_SCHEMA_UNKNOWN || before == HOST_SCHEMA_MISSING)) {
        log_error("schema_refused", log_str("service", state->host->options.service),
                  log_str("action", "install the release that the database was migrated to"));
        (void)uv_async_send(&state->schema_refused); /* Fails only for a closing handle. */
    }
    return now == HOST_SCHEMA_RIGHT ? ERR_OK : ERR_UNAVAILABLE;
}

static void on_schema_refused(uv_async_t *async)
{
    struct host_state *state = async->data;

    state->result = ERR_CONFLICT;
    loop_stop(&state->host->loop);
}

void host_health_read(const struct host *host, struct host_health *ret_health)
{
    *ret_health = (struct host_health){.stopping = loop_is_stopping(&host->loop)};
    ret_health->database = host->reader != NULL && reader_is_ready(host->reader);
    ret_health->schema = (enum host_schema)atomic_load(&host->state->schema);
    ret_health->writer = host->writer != NULL ? writer_state(host->writer) : WRITER_CONNECTING;
    for (size_t i = 0; i < host->subscriber_count; i++) {
        struct subscriber_status status;

        subscriber_status(host->subscribers[i], &status);
        ret_health->subscribers[i] = status.state;
    }
}

static bool is_bad(const struct host *host, const struct host_health *health, size_t place)
{
    const enum subscriber_state state = health->subscribers[place];

    return state == SUBSCRIBER_HALTED ||
           (state == SUBSCRIBER_DEGRADED && !host->state->heard[place].may_be_away);
}

bool host_health_is_ready(const struct host *host, const struct host_health *health)
{
    if (health->stopping || !health->database || health->schema != HOST_SCHEMA_RIGHT ||
        health->writer == WRITER_CONNECTING) {
        return false;
    }
    for (size_t i = 0; i < host->subscriber_count; i++) {
        if (is_bad(host, health, i)) {
            return false;
        }
    }
    return true;
}

static void add_reason(json_t *reasons, const char *part, const char *state)
{
    /* Out of memory makes the list shorter; the status still says 503. */
    (void)json_array_append_new(reasons, json_pack("{s:s, s:s}", "part", part, "state", state));
}

json_t *host_health_reasons(const struct host *host, const struct host_health *health)
{
    json_t *reasons = json_array();

    if (health->stopping) {
        add_reason(reasons, "service", "stopping");
    }
    if (health->schema == HOST_SCHEMA_MISSING || health->schema == HOST_SCHEMA_WRONG) {
        add_reason(reasons, "schema", schema_name(health->schema));
    }
    if (!health->database) {
        add_reason(reasons, "database", "unavailable");
    }
    if (health->writer == WRITER_CONNECTING) {
        add_reason(reasons, "writer", writer_name(health->writer));
    }
    for (size_t i = 0; i < host->subscriber_count; i++) {
        struct subscriber_status status;

        if (!is_bad(host, health, i)) {
            continue;
        }
        subscriber_status(host->subscribers[i], &status);
        (void)json_array_append_new(reasons,
                                    json_pack("{s:s, s:s, s:s}", "part", "subscriber", "state",
                                              subscriber_state_name(health->subscribers[i]),
                                              "stream", status.stream));
    }
    return reasons;
}

/* The first thing that is wrong, for the log; the rest is in /readyz. */
static void log_unready(const struct host *host, const struct host_health *health)
{
    json_t *reasons = host_health_reasons(host, health);
    const json_t *first = json_array_get(reasons, 0);

    log_warn("service_not_ready",
             log_str("part", json_string_value(json_object_get(first, "part"))),
             log_str("state", json_string_value(json_object_get(first, "state"))),
             log_str("stream", json_string_value(json_object_get(first, "stream"))),
             log_int("reasons", (int64_t)json_array_size(reasons)));
    json_decref(reasons);
}

static void log_writer_change(enum writer_state before, enum writer_state now)
{
    if (before != now) {
        log_info("writer_state", log_str("from", writer_name(before)),
                 log_str("to", writer_name(now)));
    }
}

static bool is_same_health(const struct host_health *left, const struct host_health *right)
{
    bool same = left->stopping == right->stopping && left->database == right->database &&
                left->schema == right->schema && left->writer == right->writer;

    for (size_t i = 0; i < HOST_SUBSCRIBER_COUNT_MAX; i++) {
        same = same && left->subscribers[i] == right->subscribers[i];
    }
    return same;
}

/* A stop in order, with a status that tells whoever supervises this process to start it anew. */
static void end_to_be_started_anew(struct host_state *state)
{
    log_error("service_ends", log_str("reason", "bus_hangs"),
              log_str("action", "to be started anew by its supervisor"));
    state->result = ERR_UNAVAILABLE;
    loop_stop(&state->host->loop);
}

static void on_watch(uv_timer_t *timer)
{
    struct host_state *state = timer->data;
    struct host_health health;
    bool ready;

    host_health_read(state->host, &health);
    if (!health.stopping && bus_hangs()) {
        end_to_be_started_anew(state);
        return;
    }
    if (health.stopping ||
        (is_same_health(&health, &state->health) && (state->was_ready || state->said_unready))) {
        return;
    }
    ready = host_health_is_ready(state->host, &health);
    log_writer_change(state->health.writer, health.writer);
    if (ready && !state->was_ready) {
        log_info("service_ready", log_str("listen", state->host->config.http_listen));
    } else if (!ready && (state->was_ready || !state->said_unready ||
                          health.schema != state->health.schema)) {
        log_unready(state->host, &health);
        state->said_unready = true;
    }
    state->was_ready = ready;
    state->health = health;
}

enum err host_watch_open(struct host *host)
{
    struct host_state *state = host->state;

    if (uv_async_init(&host->loop.uv, &state->schema_refused, on_schema_refused) != 0) {
        return ERR_INTERNAL;
    }
    state->schema_refused.data = state;
    state->schema_refused_open = true;
    if (uv_timer_init(&host->loop.uv, &state->watch) != 0) {
        return ERR_INTERNAL;
    }
    state->watch.data = state;
    state->watch_open = true;
    return uv_timer_start(&state->watch, on_watch, HOST_WATCH_MS, HOST_WATCH_MS) != 0 ? ERR_INTERNAL
                                                                                      : ERR_OK;
}

void host_watch_close(struct host *host)
{
    struct host_state *state = host->state;

    if (state->schema_refused_open) {
        uv_close((uv_handle_t *)&state->schema_refused, NULL);
        state->schema_refused_open = false;
    }
    if (state->watch_open) {
        uv_close((uv_handle_t *)&state->watch, NULL);
        state->watch_open = false;
    }
}
