/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables event.stream_head and event.log.
 *
 * Appending is one statement: it moves the head, only from where this leader
 * has left it and only in this leader's term, and inserts the events beside
 * it. It holds the head's row until the transaction ends, so that nobody can
 * take over between the test and the commit.
 *
 * Must never change or delete an event, nor number one without having led.
 */
#include "runtime/eventlog.h"

#include "runtime/clock.h"
#include "runtime/crypto.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)EVENT_CHAIN_SIZE == (int)CRYPTO_HASH_SIZE, "the chain is made of SHA-256");

enum { SETTING_SIZE = 16 };

/* Columns of a head: epoch, seq, low_seq, leader_term, chain. */
static void read_head_row(const struct db_rows *rows, const char *stream,
                          struct eventlog_head *ret_head)
{
    struct eventlog_head head = {
        .epoch = (uint64_t)db_rows_int64(rows, 0, 0),
        .seq = (uint64_t)db_rows_int64(rows, 0, 1),
        .low_seq = (uint64_t)db_rows_int64(rows, 0, 2),
        .leader_term = db_rows_int64(rows, 0, 3),
    };
    size_t length;
    const uint8_t *chain = db_rows_bytes(rows, 0, 4, &length);

    assert(length == sizeof head.chain); /* The table checks it. */
    memcpy(head.chain, chain, length);
    (void)snprintf(head.stream, sizeof head.stream, "%s", stream);
    *ret_head = head;
}

/* The session is ended for us when it is silent too long: a paused leader must not lead for ever. */
static const char TAKE_LOCK[] =
    "SELECT pg_try_advisory_lock(hashtextextended($1, 0)),"
    " set_config('idle_session_timeout', $2, FALSE)";

static enum err take_lock(struct db *db, const char *name)
{
    char silence[SETTING_SIZE];
    struct db_rows *rows;
    enum err err;

    (void)snprintf(silence, sizeof silence, "%d", EVENTLOG_LEADER_SILENCE_MS);
    const struct db_param params[] = {
        db_text(name),
        db_text(silence),
    };

    err = db_query(db, TAKE_LOCK, params, DB_COUNT(params), &rows);
    if (err) {
        return err;
    }
    err = db_rows_bool(rows, 0, 0) ? ERR_OK : ERR_CONFLICT;
    db_rows_release(rows);
    return err;
}

static const char GIVE_LOCK[] = "SELECT pg_advisory_unlock(hashtextextended($1, 0))";

static void give_lock(struct db *db, const char *name)
{
    const struct db_param params[] = {
        db_text(name),
    };
    struct db_rows *rows;

    /* Where this fails the connection is lost, and the lock with it. */
    if (db_query(db, GIVE_LOCK, params, DB_COUNT(params), &rows) == ERR_OK) {
        db_rows_release(rows);
    }
}

static const char RAISE_TERM[] =
    "INSERT INTO event.stream_head AS head"
    " (stream, epoch, seq, low_seq, leader_term, leader_id, chain, updated_at_ms)"
    " VALUES ($1, 1, 0, 1, 1, $2, $3, $4)"
    " ON CONFLICT (stream) DO UPDATE SET leader_term = head.leader_term + 1,"
    " leader_id = excluded.leader_id, updated_at_ms = excluded.updated_at_ms"
    " RETURNING epoch, seq, low_seq, leader_term, chain";

/* By a COMMIT of its own: a term that a standby may not have yet is no lead. */
static enum err raise_term(struct db *db, const char *stream, const char *leader_id,
                           struct eventlog_head *ret_head)
{
    static const uint8_t chain_before[EVENT_CHAIN_SIZE];
    const struct db_param params[] = {
        db_text(stream),
        db_text(leader_id),
        db_bytes(chain_before, sizeof chain_before),
        db_int64(clock_now_ms()),
    };
    struct db_rows *rows = NULL;
    enum err err = db_begin(db);

    if (!err) {
        err = db_query(db, RAISE_TERM, params, DB_COUNT(params), &rows);
    }
    if (!err) {
        err = db_commit(db);
    }
    if (err) {
        db_rollback(db);
    } else {
        read_head_row(rows, stream, ret_head);
    }
    db_rows_release(rows);
    return err;
}

enum err eventlog_lead(struct db *db, const char *stream, const char *leader_id,
                       struct eventlog_head *ret_head)
{
    char lock_name[EVENT_STREAM_SIZE + sizeof "hyeopchi stream "];
    enum err err;

    assert(strlen(stream) < EVENT_STREAM_SIZE);
    (void)snprintf(lock_name, sizeof lock_name, "hyeopchi stream %s", stream);
    err = take_lock(db, lock_name);
    if (err) {
        return err;
    }
    err = raise_term(db, stream, leader_id, ret_head);
    if (err) {
        give_lock(db, lock_name);
    }
    /* Without the lock's refusal nobody else leads: a conflict here is another fault. */
    return err == ERR_CONFLICT ? ERR_INTERNAL : err;
}

/* What event.refuse_fenced() raises. */
static const char FENCED[] = "HL001";

bool eventlog_is_fenced(const struct db *db)
{
    return strcmp(db_sqlstate(db), FENCED) == 0;
}

/* FOR SHARE keeps another leader from raising the term until we have committed. */
static const char TEST_TERM[] =
    "SELECT coalesce(("
    "SELECT leader_term FROM event.stream_head WHERE stream = $1 AND leader_term = $2 FOR SHARE"
    "), event.refuse_fenced())";

static enum err test_term(struct db *db, const struct eventlog_head *head,
                          enum err (*exec)(struct db *db, const char *sql,
                                           const struct db_param *params, size_t param_count))
{
    const struct db_param params[] = {
        db_text(head->stream),
        db_int64(head->leader_term),
    };

    return exec(db, TEST_TERM, params, DB_COUNT(params));
}

enum err eventlog_test_lead(struct db *db, const struct eventlog_head *head)
{
    return test_term(db, head, db_exec);
}

/* The columns of the new events. */
struct append_columns {
    struct db_column seqs;
    struct db_column ids;
    struct db_column types;
    struct db_column envelopes;
    struct db_column chains;
};

static void columns_init(struct append_columns *columns)
{
    db_column_init(&columns->seqs, DB_COLUMN_INT64);
    db_column_init(&columns->ids, DB_COLUMN_UUID);
    db_column_init(&columns->types, DB_COLUMN_TEXT);
    db_column_init(&columns->envelopes, DB_COLUMN_BYTES);
    db_column_init(&columns->chains, DB_COLUMN_BYTES);
}

static void columns_release(struct append_columns *columns)
{
    db_column_release(&columns->seqs);
    db_column_release(&columns->ids);
    db_column_release(&columns->types);
    db_column_release(&columns->envelopes);
    db_column_release(&columns->chains);
}

/* Numbers one draft: moves head on, and fills entry and the columns. */
static enum err number_draft(const struct event_draft *draft, const char *source, int64_t now_ms,
                             struct eventlog_head *head, struct eventlog_entry *ret_entry,
                             struct append_columns *columns)
{
    char id_text[CRYPTO_UUID_TEXT_SIZE];
    uint8_t id[CRYPTO_UUID_SIZE];
    struct event_number number = {
        .event_id = id_text,
        .source = source,
        .time_ms = now_ms,
        .epoch = head->epoch,
        .seq = head->seq + 1,
    };
    struct buffer envelope;
    enum err err;

    crypto_uuid7(now_ms, id);
    crypto_uuid_format(id, id_text);
    buffer_init(&envelope, EVENT_ENVELOPE_SIZE_MAX);
    err = event_encode(draft, &number, &envelope);
    if (err) {
        buffer_release(&envelope);
        return err;
    }
    head->seq = number.seq;
    event_chain(head->chain, number.seq, envelope.data, envelope.length);

    db_column_add_int64(&columns->seqs, (int64_t)number.seq);
    db_column_add_uuid(&columns->ids, id);
    db_column_add_text(&columns->types, draft->type);
    db_column_add_bytes(&columns->envelopes, envelope.data, envelope.length);
    db_column_add_bytes(&columns->chains, head->chain, sizeof head->chain);
    ret_entry->seq = number.seq;
    ret_entry->envelope = buffer_take(&envelope, &ret_entry->envelope_length);
    return ERR_OK;
}

/* The head moves on if it is still where we left it; else the statement fails, and the COMMIT that is
 * already on its way behind it with it. */
static const char APPEND[] =
    "WITH head AS (UPDATE event.stream_head SET seq = $5, chain = $6, updated_at_ms = $7"
    " WHERE stream = $1 AND leader_term = $2 AND epoch = $3 AND seq = $4 RETURNING epoch)"
    " INSERT INTO event.log (stream, seq, epoch, event_id, type, envelope, chain)"
    " SELECT $1, event.seq, coalesce((SELECT head.epoch FROM head), event.refuse_fenced()),"
    " event.event_id, event.type, event.envelope, event.chain"
    " FROM (SELECT unnest($8::bigint[]) AS seq, unnest($9::uuid[]) AS event_id,"
    " unnest($10::text[]) AS type, unnest($11::bytea[]) AS envelope,"
    " unnest($12::bytea[]) AS chain) AS event";

static enum err append(struct db *db, const struct eventlog_head *old,
                       const struct eventlog_head *new, int64_t now_ms,
                       struct append_columns *columns)
{
    const struct db_param params[] = {
        db_text(old->stream),
        db_int64(old->leader_term),
        db_int64((int64_t)old->epoch),
        db_int64((int64_t)old->seq),
        db_int64((int64_t) new->seq),
        db_bytes(new->chain, sizeof new->chain),
        db_int64(now_ms),
        db_column_param(&columns->seqs),
        db_column_param(&columns->ids),
        db_column_param(&columns->types),
        db_column_param(&columns->envelopes),
        db_column_param(&columns->chains),
    };

    return db_exec_later(db, APPEND, params, DB_COUNT(params));
}

enum err eventlog_append(struct db *db, const struct eventlog_head *head, const char *source,
                         struct event_draft *drafts, size_t count, struct eventlog_head *ret_head,
                         struct eventlog_entries *ret_entries)
{
    struct eventlog_entries entries = {.entries = NULL, .count = 0};
    struct eventlog_head new_head = *head;
    struct append_columns columns;
    int64_t now_ms = clock_now_ms();
    enum err err = ERR_OK;

    columns_init(&columns);
    if (count > EVENTLOG_APPEND_COUNT_MAX) {
        err = ERR_FULL;
        goto out;
    }
    if (count == 0) {
        err = test_term(db, head, db_exec_later);
        goto out;
    }
    entries.entries = calloc(count, sizeof *entries.entries);
    if (entries.entries == NULL) {
        err = ERR_INTERNAL;
        goto out;
    }
    for (; entries.count < count; entries.count++) {
        err = number_draft(&drafts[entries.count], source, now_ms, &new_head,
                           &entries.entries[entries.count], &columns);
        if (err) {
            goto out;
        }
    }
    err = append(db, head, &new_head, now_ms, &columns);

out:
    columns_release(&columns);
    if (err) {
        eventlog_entries_release(&entries);
        return err;
    }
    *ret_head = new_head;
    *ret_entries = entries;
    return ERR_OK;
}

static const char READ_HEAD[] =
    "SELECT epoch, seq, low_seq, leader_term, chain"
    " FROM event.stream_head WHERE stream = $1";

enum err eventlog_read_head(struct db *db, const char *stream, struct eventlog_head *ret_head)
{
    const struct db_param params[] = {
        db_text(stream),
    };
    struct db_rows *rows;
    enum err err = db_query(db, READ_HEAD, params, DB_COUNT(params), &rows);

    if (err) {
        return err;
    }
    if (db_rows_count(rows) == 1) {
        read_head_row(rows, stream, ret_head);
    } else {
        err = ERR_NOT_FOUND;
    }
    db_rows_release(rows);
    return err;
}

static const char READ_CHAIN[] = "SELECT chain FROM event.log WHERE stream = $1 AND seq = $2";

static enum err read_chain(struct db *db, const char *stream, uint64_t seq,
                           uint8_t ret_chain[EVENT_CHAIN_SIZE])
{
    const struct db_param params[] = {
        db_text(stream),
        db_int64((int64_t)seq),
    };
    struct db_rows *rows;
    size_t length;
    enum err err;

    if (seq == 0) {
        memset(ret_chain, 0, EVENT_CHAIN_SIZE);
        return ERR_OK;
    }
    err = db_query(db, READ_CHAIN, params, DB_COUNT(params), &rows);
    if (err) {
        return err;
    }
    err = db_rows_count(rows) == 1 ? ERR_OK : ERR_NOT_FOUND;
    if (!err) {
        const uint8_t *chain = db_rows_bytes(rows, 0, 0, &length);

        assert(length == EVENT_CHAIN_SIZE); /* The table checks it. */
        memcpy(ret_chain, chain, EVENT_CHAIN_SIZE);
    }
    db_rows_release(rows);
    return err;
}

/* The first row passes whatever it weighs. */
static const char READ_EVENTS[] =
    "SELECT seq, envelope FROM ("
    " SELECT seq, envelope, sum(octet_length(envelope)) OVER (ORDER BY seq) AS size,"
    " row_number() OVER (ORDER BY seq) AS position"
    " FROM (SELECT seq, envelope FROM event.log WHERE stream = $1 AND seq >= $2"
    " ORDER BY seq LIMIT $3) AS page) AS sized"
    " WHERE size <= $4 OR position = 1 ORDER BY seq";

static enum err copy_entries(const struct db_rows *rows, struct eventlog_entries *ret_entries)
{
    struct eventlog_entries entries = {.count = 0};
    size_t count = (size_t)db_rows_count(rows);

    entries.entries = calloc(count + 1, sizeof *entries.entries);
    if (entries.entries == NULL) {
        return ERR_INTERNAL;
    }
    for (; entries.count < count; entries.count++) {
        struct eventlog_entry *entry = &entries.entries[entries.count];
        const uint8_t *envelope =
            db_rows_bytes(rows, (int64_t)entries.count, 1, &entry->envelope_length);

        entry->seq = (uint64_t)db_rows_int64(rows, (int64_t)entries.count, 0);
        entry->envelope = malloc(entry->envelope_length + 1);
        if (entry->envelope == NULL) {
            eventlog_entries_release(&entries);
            return ERR_INTERNAL;
        }
        memcpy(entry->envelope, envelope, entry->envelope_length);
    }
    *ret_entries = entries;
    return ERR_OK;
}

enum err eventlog_read(struct db *db, const char *stream, uint64_t from_seq, size_t count,
                       struct eventlog_entries *ret_entries,
                       uint8_t ret_chain_before[EVENT_CHAIN_SIZE])
{
    const struct db_param params[] = {
        db_text(stream),
        db_int64((int64_t)from_seq),
        db_int64((int64_t)(count < EVENTLOG_READ_COUNT_MAX ? count : EVENTLOG_READ_COUNT_MAX)),
        db_int64(EVENTLOG_READ_SIZE_MAX),
    };
    uint8_t chain[EVENT_CHAIN_SIZE];
    struct db_rows *rows;
    enum err err;

    if (from_seq == 0 || from_seq > INT64_MAX) {
        return ERR_INVALID;
    }
    err = read_chain(db, stream, from_seq - 1, chain);
    if (err) {
        return err;
    }
    err = db_query(db, READ_EVENTS, params, DB_COUNT(params), &rows);
    if (err) {
        return err;
    }
    err = copy_entries(rows, ret_entries);
    db_rows_release(rows);
    if (!err) {
        memcpy(ret_chain_before, chain, sizeof chain);
    }
    return err;
}

void eventlog_entries_release(struct eventlog_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        free(entries->entries[i].envelope);
    }
    free(entries->entries);
    *entries = (struct eventlog_entries){.entries = NULL, .count = 0};
}
