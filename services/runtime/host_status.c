/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/status: how this process is, for `hyeopchi status` and `hyeopchi
 * doctor`: state, lag, leader, database, its own disk, keys, addresses, versions.
 *
 * What the database knows is asked on a reader thread; when it is away the
 * answer says why instead. Must never answer with a secret; public keys and
 * addresses are none.
 */
#include "runtime/host_internal.h"

#include "runtime/bus.h"
#include "runtime/clock.h"
#include "runtime/keyring.h"

#include <assert.h>
#include <libpq-fe.h>
#include <nng/nng.h>
#include <openssl/crypto.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

/* One request, until it is answered. */
struct status_read {
    struct reader_job job;
    struct http_request *request;
    const struct host *host;
    struct host_facts facts;
    int64_t disk_free_bytes;
    int64_t disk_total_bytes; /* 0: unknown */
};

static void status_done(struct reader_job *job);

/* Of the file system that the process works on: in a container, its own. PostgreSQL says of the
 * database's only what lies on it, not what is left. */
static void read_disk(struct status_read *read)
{
    struct statvfs disk;

    if (statvfs(".", &disk) == 0) {
        read->disk_free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
        read->disk_total_bytes = (int64_t)disk.f_blocks * (int64_t)disk.f_frsize;
    }
}

static enum err status_work(struct db *db, struct reader_job *job)
{
    struct status_read *read = (struct status_read *)job;

    read_disk(read);
    return db != NULL ? host_facts_read(db, read->host->options.service, &read->facts)
                      : ERR_UNAVAILABLE;
}

void host_status_handle(struct http_request *request, void *context)
{
    const struct host *host = context;
    struct status_read *read;
    enum err err;

    if (host->publisher == NULL || host->reader == NULL) {
        http_respond_error(request, ERR_UNAVAILABLE); /* We are stopping. */
        return;
    }
    read = calloc(1, sizeof *read);
    if (read == NULL) {
        http_respond_error(request, ERR_FULL);
        return;
    }
    read->job = (struct reader_job){.work = status_work, .done = status_done};
    read->request = request;
    read->host = host;
    err = reader_submit(host->reader, &read->job);
    if (err) {
        http_respond_error(request, err);
        free(read);
    }
}

/* Adds a member; out of memory leaves it out, and the client shows a dash. */
static void add(json_t *object, const char *name, json_t *value)
{
    (void)json_object_set_new(object, name, value);
}

static int64_t dead_waiting(const struct host_facts *facts, const char *stream)
{
    for (size_t i = 0; i < facts->dead_stream_count; i++) {
        if (strcmp(facts->dead_streams[i].stream, stream) == 0) {
            return facts->dead_streams[i].count;
        }
    }
    return 0;
}

static json_t *subscriber_json(const struct status_read *read, size_t place)
{
    const struct host_address *address = &read->host->state->heard[place];
    struct subscriber_status status;
    json_t *object;
    uint64_t lag;

    subscriber_status(read->host->subscribers[place], &status);
    lag = status.head_seq >= status.next_seq ? status.head_seq - status.next_seq + 1 : 0;
    object = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "stream", status.stream, "state",
                       subscriber_state_name(status.state), "next_seq", (json_int_t)status.next_seq,
                       "head_seq", (json_int_t)status.head_seq, "lag", (json_int_t)lag,
                       "gaps_repaired", (json_int_t)status.gaps_repaired, "events_applied",
                       (json_int_t)status.events_applied, "dead_letters",
                       (json_int_t)status.dead_letters);
    if (read->facts.known) {
        add(object, "dead_letters_waiting",
            json_integer(dead_waiting(&read->facts, status.stream)));
    }
    add(object, "pub_url", json_string(address->pub_url));
    add(object, "fetch_url", json_string(address->fetch_url));
    return object;
}

static json_t *subscribers_json(const struct status_read *read)
{
    json_t *list = json_array();

    for (size_t i = 0; i < read->host->subscriber_count; i++) {
        /* Out of memory makes the list shorter. */
        (void)json_array_append_new(list, subscriber_json(read, i));
    }
    return list;
}

static json_t *stream_json(const struct status_read *read)
{
    const struct host *host = read->host;
    char updated[CLOCK_TEXT_SIZE];
    json_t *object = json_pack("{s:s, s:I, s:I, s:s, s:s, s:I}", "name", host->options.service,
                               "epoch", (json_int_t)publisher_epoch(host->publisher), "head_seq",
                               (json_int_t)publisher_head_seq(host->publisher), "pub_url",
                               host->config.pub_url, "fetch_url", host->config.fetch_url,
                               "listener_resets", (json_int_t)bus_listener_resets());

    if (read->facts.leader_id[0] != '\0') {
        clock_format(read->facts.leader_updated_at_ms, updated);
        add(object, "leader",
            json_pack("{s:s, s:I, s:s, s:b}", "id", read->facts.leader_id, "term",
                      (json_int_t)read->facts.leader_term, "written_at", updated, "here",
                      strcmp(read->facts.leader_id, host->state->leader_id) == 0));
    }
    return object;
}

static json_t *database_json(const struct status_read *read)
{
    const struct host_facts *facts = &read->facts;
    char reason[DB_REASON_SIZE];
    json_t *object;

    if (!facts->known) {
        reader_reason(read->host->reader, reason);
        return json_pack("{s:b, s:s}", "connected", 0, "reason", reason);
    }
    object = json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:s}", "connected", 1, "version",
                       facts->version, "fsync", facts->fsync, "full_page_writes",
                       facts->full_page_writes, "synchronous_commit", facts->synchronous_commit,
                       "data_checksums", facts->data_checksums, "encoding", facts->encoding);
    add(object, "superuser", json_boolean(facts->superuser));
    add(object, "connections", json_integer(facts->connections));
    add(object, "connections_max", json_integer(facts->connections_max));
    add(object, "size_bytes", json_integer(facts->size_bytes));
    add(object, "clock_ahead_ms", json_integer(facts->clock_ahead_ms));
    return object;
}

static json_t *key_json(const struct keyring_key *key)
{
    char from[CLOCK_TEXT_SIZE];
    char to[CLOCK_TEXT_SIZE];

    clock_format(key->not_before_ms, from);
    if (key->not_after_ms != INT64_MAX) {
        clock_format(key->not_after_ms, to);
    }
    return json_pack("{s:s, s:s, s:s, s:s?}", "key_id", key->principal.key_id, "role",
                     role_name(key->principal.role), "not_before", from, "not_after",
                     key->not_after_ms != INT64_MAX ? to : NULL);
}

static json_t *keys_json(const struct host *host)
{
    const struct keyring *keyring = host->keyring;
    json_t *list = json_array();

    for (size_t i = 0; keyring != NULL && i < keyring_count(keyring); i++) {
        (void)json_array_append_new(list, key_json(keyring_at(keyring, i))); /* As above. */
    }
    return json_pack("{s:b, s:s?, s:o}", "file", keyring != NULL, "problem",
                     keyring != NULL ? keyring_problem(keyring) : NULL, "list", list);
}

static json_t *libraries_json(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:i}", "libuv", uv_version_string(), "nng",
                     nng_version(), "libsodium", sodium_version_string(), "jansson",
                     jansson_version_str(), "libpq", PQlibVersion(), "openssl",
                     OpenSSL_version(OPENSSL_VERSION_STRING), "frame_protocol",
                     EVENT_FRAME_VERSION);
}

static json_t *status_json(const struct status_read *read)
{
    static const char *const writer_names[] = {"connecting", "standby", "leading"};
    const struct host *host = read->host;
    char started[CLOCK_TEXT_SIZE];
    char now[CLOCK_TEXT_SIZE];
    struct host_health health;
    json_t *object;

    host_health_read(host, &health);
    clock_format(host->state->started_ms, started);
    clock_format(clock_now_ms(), now);
    object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:o}", "service", host->options.service,
                       "version", HYEOPCHI_VERSION, "district", host->config.district, "time", now,
                       "started_at", started, "demonstration", clock_is_demonstration(), "ready",
                       host_health_is_ready(host, &health), "reasons",
                       host_health_reasons(host, &health));
    add(object, "writer", json_string(writer_names[health.writer]));
    add(object, "stream", stream_json(read));
    add(object, "subscribers", subscribers_json(read));
    add(object, "database", database_json(read));
    add(object, "disk",
        json_pack("{s:I, s:I}", "free_bytes", (json_int_t)read->disk_free_bytes, "total_bytes",
                  (json_int_t)read->disk_total_bytes));
    add(object, "keys", keys_json(host));
    add(object, "log_level", json_string(host->config.log_level));
    add(object, "libraries", libraries_json());
    return object;
}

static void status_done(struct reader_job *job)
{
    struct status_read *read = (struct status_read *)job;

    if (read->host->publisher == NULL || read->host->reader == NULL) {
        http_respond_error(read->request, ERR_UNAVAILABLE); /* We are stopping. */
    } else {
        http_respond_json(read->request, 200, status_json(read));
    }
    free(read);
}
