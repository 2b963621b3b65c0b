/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads event.dead_letter for operators. Deciding about a letter is the
 * subscriber's; nothing here changes anything.
 */
#include "runtime/host_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns in the order of both queries. */
enum column {
    COLUMN_STREAM,
    COLUMN_EPOCH,
    COLUMN_SEQ,
    COLUMN_TYPE,
    COLUMN_ERROR_CODE,
    COLUMN_ATTEMPTS,
    COLUMN_STATE,
    COLUMN_CREATED_AT_MS,
    COLUMN_RESOLVED_AT_MS,
    COLUMN_RESOLVED_BY,
    COLUMN_REASON,
    COLUMN_ENVELOPE,
};

static void copy_text(const struct db_rows *rows, int64_t row, int column, char *ret_text,
                      size_t size)
{
    const char *text = db_rows_is_null(rows, row, column) ? "" : db_rows_text(rows, row, column);

    (void)snprintf(ret_text, size, "%s", text); /* Longer than we ever wrote: cut for display. */
}

static void read_letter(const struct db_rows *rows, int64_t row,
                        struct host_dead_letter *ret_letter)
{
    *ret_letter = (struct host_dead_letter){
        .epoch = (uint64_t)db_rows_int64(rows, row, COLUMN_EPOCH),
        .seq = (uint64_t)db_rows_int64(rows, row, COLUMN_SEQ),
        .attempts = db_rows_int64(rows, row, COLUMN_ATTEMPTS),
        .created_at_ms = db_rows_int64(rows, row, COLUMN_CREATED_AT_MS),
    };
    if (!db_rows_is_null(rows, row, COLUMN_RESOLVED_AT_MS)) {
        ret_letter->resolved_at_ms = db_rows_int64(rows, row, COLUMN_RESOLVED_AT_MS);
    }
    copy_text(rows, row, COLUMN_STREAM, ret_letter->stream, sizeof ret_letter->stream);
    copy_text(rows, row, COLUMN_TYPE, ret_letter->type, sizeof ret_letter->type);
    copy_text(rows, row, COLUMN_ERROR_CODE, ret_letter->error_code, sizeof ret_letter->error_code);
    copy_text(rows, row, COLUMN_STATE, ret_letter->state, sizeof ret_letter->state);
    copy_text(rows, row, COLUMN_RESOLVED_BY, ret_letter->resolved_by,
              sizeof ret_letter->resolved_by);
    copy_text(rows, row, COLUMN_REASON, ret_letter->reason, sizeof ret_letter->reason);
}

static const char LIST_DEAD_LETTERS[] =
    "SELECT stream, epoch, seq, type, error_code, attempts, state, created_at_ms, resolved_at_ms,"
    " resolved_by, reason"
    " FROM event.dead_letter"
    " WHERE consumer = $1 AND ($2 = '' OR state = $2) AND (stream, epoch, seq) > ($3, $4, $5)"
    " ORDER BY stream, epoch, seq"
    " LIMIT $6";

enum err host_dead_store_list(struct db *db, const struct host_dead_query *query,
                              struct host_dead_letter **ret_letters, size_t *ret_count)
{
    const struct db_param params[] = {
        db_text(query->consumer),
        db_text(query->state),
        db_text(query->after.stream),
        db_int64((int64_t)query->after.epoch),
        db_int64((int64_t)query->after.seq),
        db_int64((int64_t)query->count_max),
    };
    struct host_dead_letter *letters;
    struct db_rows *rows;
    size_t count;
    enum err err = db_query(db, LIST_DEAD_LETTERS, params, DB_COUNT(params), &rows);

    if (err) {
        return err;
    }
    count = (size_t)db_rows_count(rows);
    assert(count <= query->count_max);
    letters = calloc(count + 1, sizeof *letters);
    if (letters == NULL) {
        db_rows_release(rows);
        return ERR_INTERNAL;
    }
    for (size_t i = 0; i < count; i++) {
        read_letter(rows, (int64_t)i, &letters[i]);
    }
    db_rows_release(rows);
    *ret_letters = letters;
    *ret_count = count;
    return ERR_OK;
}

static const char GET_DEAD_LETTER[] =
    "SELECT stream, epoch, seq, type, error_code, attempts, state, created_at_ms, resolved_at_ms,"
    " resolved_by, reason, envelope"
    " FROM event.dead_letter"
    " WHERE consumer = $1 AND stream = $2 AND seq = $3"
    " ORDER BY epoch DESC"
    " LIMIT 1";

enum err host_dead_store_get(struct db *db, const char *consumer, const char *stream, uint64_t seq,
                             struct host_dead_letter *ret_letter)
{
    const struct db_param params[] = {
        db_text(consumer),
        db_text(stream),
        db_int64((int64_t)seq),
    };
    const uint8_t *envelope;
    struct db_rows *rows;
    size_t length;
    uint8_t *copy;
    enum err err = db_query(db, GET_DEAD_LETTER, params, DB_COUNT(params), &rows);

    if (err) {
        return err;
    }
    if (db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
        goto out;
    }
    envelope = db_rows_bytes(rows, 0, COLUMN_ENVELOPE, &length);
    copy = malloc(length + 1);
    if (copy == NULL) {
        err = ERR_INTERNAL;
        goto out;
    }
    memcpy(copy, envelope, length);
    read_letter(rows, 0, ret_letter);
    ret_letter->envelope = copy;
    ret_letter->envelope_length = length;
out:
    db_rows_release(rows);
    return err;
}
