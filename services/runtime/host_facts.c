/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the database says of itself and of this service, for operators. Reads
 * only, on reader threads.
 */
#include "runtime/host_internal.h"

#include "runtime/clock.h"

#include <stdio.h>
#include <string.h>

static void copy_text(const struct db_rows *rows, int64_t row, int column, char *ret_text,
                      size_t size)
{
    (void)snprintf(ret_text, size, "%s", db_rows_text(rows, row, column)); /* Cut for display. */
}

static const char READ_SERVER[] =
    "SELECT current_setting('server_version'), current_setting('fsync'),"
    " current_setting('full_page_writes'), current_setting('synchronous_commit'),"
    " current_setting('data_checksums'), current_setting('server_encoding'),"
    " current_setting('is_superuser') = 'on',"
    " current_setting('max_connections')::bigint,"
    " (SELECT sum(numbackends)::bigint FROM pg_stat_database),"
    " pg_database_size(current_database()),"
    " (extract(EPOCH FROM clock_timestamp()) * 1000)::bigint";

static enum err read_server(struct db *db, struct host_facts *facts)
{
    const int64_t before_ms = clock_system_now_ms();
    struct db_rows *rows;
    enum err err = db_query(db, READ_SERVER, NULL, 0, &rows);
    const int64_t after_ms = clock_system_now_ms();
    int64_t there_ms;

    if (err) {
        return err;
    }
    copy_text(rows, 0, 0, facts->version, sizeof facts->version);
    copy_text(rows, 0, 1, facts->fsync, sizeof facts->fsync);
    copy_text(rows, 0, 2, facts->full_page_writes, sizeof facts->full_page_writes);
    copy_text(rows, 0, 3, facts->synchronous_commit, sizeof facts->synchronous_commit);
    copy_text(rows, 0, 4, facts->data_checksums, sizeof facts->data_checksums);
    copy_text(rows, 0, 5, facts->encoding, sizeof facts->encoding);
    facts->superuser = db_rows_bool(rows, 0, 6);
    facts->connections_max = db_rows_int64(rows, 0, 7);
    facts->connections = db_rows_int64(rows, 0, 8);
    facts->size_bytes = db_rows_int64(rows, 0, 9);
    there_ms = db_rows_int64(rows, 0, 10);
    /* Somewhere between the two; anything within them is no difference at all. */
    if (there_ms < before_ms) {
        facts->clock_ahead_ms = there_ms - before_ms;
    } else if (there_ms > after_ms) {
        facts->clock_ahead_ms = there_ms - after_ms;
    }
    db_rows_release(rows);
    return ERR_OK;
}

static const char READ_LEADER[] =
    "SELECT leader_id, leader_term, updated_at_ms FROM event.stream_head WHERE stream = $1";

static enum err read_leader(struct db *db, const char *service, struct host_facts *facts)
{
    const struct db_param params[] = {db_text(service)};
    struct db_rows *rows;
    enum err err = db_query(db, READ_LEADER, params, DB_COUNT(params), &rows);

    if (err) {
        return err;
    }
    if (db_rows_count(rows) > 0) {
        copy_text(rows, 0, 0, facts->leader_id, sizeof facts->leader_id);
        facts->leader_term = db_rows_int64(rows, 0, 1);
        facts->leader_updated_at_ms = db_rows_int64(rows, 0, 2);
    }
    db_rows_release(rows);
    return ERR_OK;
}

static const char READ_DEAD[] =
    "SELECT stream, count(*) FROM event.dead_letter"
    " WHERE consumer = $1 AND state = 'parked' GROUP BY stream ORDER BY stream LIMIT 4";

static enum err read_dead(struct db *db, const char *service, struct host_facts *facts)
{
    const struct db_param params[] = {db_text(service)};
    struct db_rows *rows;
    enum err err = db_query(db, READ_DEAD, params, DB_COUNT(params), &rows);

    if (err) {
        return err;
    }
    for (int64_t i = 0; i < db_rows_count(rows) && i < HOST_SUBSCRIBER_COUNT_MAX; i++) {
        copy_text(rows, i, 0, facts->dead_streams[i].stream, sizeof facts->dead_streams[i].stream);
        facts->dead_streams[i].count = db_rows_int64(rows, i, 1);
        facts->dead_stream_count++;
    }
    db_rows_release(rows);
    return ERR_OK;
}

enum err host_facts_read(struct db *db, const char *service, struct host_facts *ret_facts)
{
    struct host_facts facts = {.known = true};
    enum err err = read_server(db, &facts);

    if (!err) {
        err = read_leader(db, service, &facts);
    }
    if (!err) {
        err = read_dead(db, service, &facts);
    }
    if (!err) {
        *ret_facts = facts;
    }
    return err;
}
