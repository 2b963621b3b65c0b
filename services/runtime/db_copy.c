/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY (query) TO STDOUT in binary: the fastest way to read very many rows,
 * since the server neither plans for a client nor makes a result of them. Must
 * never hold more than one row.
 */
#include "runtime/db_internal.h"

#include "runtime/log.h"

#include <assert.h>
#include <string.h>

/* Signature, int32 flags, int32 length of the extension that follows. */
static const char SIGNATURE[11] = "PGCOPY\n\377\r\n";

enum {
    COPY_HEADER_SIZE = sizeof SIGNATURE + 4 + 4,
    COPY_RESULT_COUNT_MAX = 8, /* results after the last row: one, in practice */
};

/* What is left of a chunk. */
struct cursor {
    const uint8_t *data;
    size_t length;
};

static bool read_i32(struct cursor *cursor, int32_t *ret_value)
{
    if (cursor->length < 4) {
        return false;
    }
    *ret_value = (int32_t)((uint32_t)cursor->data[0] << 24 | (uint32_t)cursor->data[1] << 16 |
                           (uint32_t)cursor->data[2] << 8 | (uint32_t)cursor->data[3]);
    cursor->data += 4;
    cursor->length -= 4;
    return true;
}

static bool read_i16(struct cursor *cursor, int16_t *ret_value)
{
    if (cursor->length < 2) {
        return false;
    }
    *ret_value = (int16_t)((uint16_t)cursor->data[0] << 8 | (uint16_t)cursor->data[1]);
    cursor->data += 2;
    cursor->length -= 2;
    return true;
}

static bool skip(struct cursor *cursor, size_t length)
{
    if (cursor->length < length) {
        return false;
    }
    cursor->data += length;
    cursor->length -= length;
    return true;
}

static bool read_header(struct cursor *cursor)
{
    int32_t flags;
    int32_t extension_length;

    if (cursor->length < COPY_HEADER_SIZE ||
        memcmp(cursor->data, SIGNATURE, sizeof SIGNATURE) != 0) {
        return false;
    }
    if (!skip(cursor, sizeof SIGNATURE) || !read_i32(cursor, &flags) ||
        !read_i32(cursor, &extension_length)) {
        return false;
    }
    return flags == 0 && extension_length >= 0 && skip(cursor, (size_t)extension_length);
}

static bool read_field(struct cursor *cursor, struct db_field *ret_field)
{
    int32_t length;

    if (!read_i32(cursor, &length) || length < -1) {
        return false;
    }
    if (length == -1) {
        *ret_field = (struct db_field){.data = NULL, .length = 0};
        return true;
    }
    *ret_field = (struct db_field){.data = cursor->data, .length = length};
    return skip(cursor, (size_t)length);
}

static enum err read_row(struct db_copy *copy, struct cursor *cursor)
{
    struct db_field fields[DB_COPY_FIELD_COUNT_MAX];
    int16_t count;

    if (!read_i16(cursor, &count) || count < -1) {
        return ERR_INTERNAL;
    }
    if (count == -1) {
        copy->trailer_seen = true;
        return cursor->length == 0 ? ERR_OK : ERR_INTERNAL;
    }
    if (count > DB_COPY_FIELD_COUNT_MAX) {
        return ERR_FULL;
    }
    for (int i = 0; i < count; i++) {
        if (!read_field(cursor, &fields[i])) {
            return ERR_INTERNAL;
        }
    }
    return copy->on_row(fields, count, copy->context);
}

enum err db_copy_read(struct db_copy *copy, const uint8_t *data, size_t length)
{
    struct cursor cursor = {.data = data, .length = length};
    enum err err = ERR_OK;

    if (!copy->header_seen) {
        if (!read_header(&cursor)) {
            return ERR_INTERNAL;
        }
        copy->header_seen = true;
    }
    while (!err && cursor.length > 0) {
        err = copy->trailer_seen ? ERR_INTERNAL : read_row(copy, &cursor);
    }
    return err;
}

/* Tells the server to stop, and reads away what is still on its way. */
static void cancel(struct db *db)
{
    PGcancel *handle = PQgetCancel(db->connection);
    char ignored[DB_REASON_SIZE];
    char *chunk;

    if (handle != NULL) {
        (void)PQcancel(handle, ignored, sizeof ignored); /* Else it is read to its end. */
        PQfreeCancel(handle);
    }
    while (PQgetCopyData(db->connection, &chunk, 0) > 0) {
        PQfreemem(chunk);
    }
}

/* Reads the results that end the COPY; on_row's error wins, since the cancelling is ours. */
static enum err finish(struct db *db, const char *sql, enum err row_err)
{
    PGresult *result;
    enum err err = row_err;

    for (int i = 0; i < COPY_RESULT_COUNT_MAX; i++) {
        result = PQgetResult(db->connection);
        if (result == NULL) {
            return err;
        }
        if (PQresultStatus(result) != PGRES_COMMAND_OK && !err) {
            err = db_error_of_result(db, sql, result);
        }
        PQclear(result);
    }
    db->broken = true;
    return err ? err : ERR_UNAVAILABLE;
}

enum err db_copy_out(struct db *db, const char *sql, db_row_fn on_row, void *context)
{
    struct db_copy copy = {.on_row = on_row, .context = context};
    PGresult *result;
    ExecStatusType status;
    char *chunk;
    int length;
    enum err err;

    err = db_flush_begin(db);
    if (err) {
        return err;
    }
    result = db_simple_query(db, sql);
    status = PQresultStatus(result);
    if (status != PGRES_COPY_OUT) {
        err = db_error_of_result(db, sql, result);
        PQclear(result);
        return err;
    }
    PQclear(result);

    length = PQgetCopyData(db->connection, &chunk, 0);
    while (length > 0 && !err) {
        err = db_copy_read(&copy, (const uint8_t *)chunk, (size_t)length);
        PQfreemem(chunk);
        if (!err) {
            length = PQgetCopyData(db->connection, &chunk, 0);
        }
    }
    if (err) {
        cancel(db);
    }
    err = finish(db, sql, err);
    if (!err && !copy.trailer_seen) {
        db->broken = true; /* Half a table must never pass for a whole one. */
        err = ERR_UNAVAILABLE;
    }
    return err;
}
