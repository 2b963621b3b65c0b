/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading results, which are all binary. Asking for a type that the statement
 * does not return is a bug of the statement's function, hence an assertion.
 * Must never change a result.
 */
#include "runtime/db_internal.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* libpq counts rows with int. */
static int checked_row(const struct db_rows *rows, int64_t row, int column)
{
    assert(row >= 0 && row < PQntuples(rows->result));
    assert(column >= 0 && column < PQnfields(rows->result));
    return (int)row;
}

/* The value's bytes; the value must not be NULL. */
static const uint8_t *value_of(const struct db_rows *rows, int64_t row, int column,
                               size_t *ret_length)
{
    int index = checked_row(rows, row, column);

    assert(!PQgetisnull(rows->result, index, column));
    *ret_length = (size_t)PQgetlength(rows->result, index, column);
    return (const uint8_t *)PQgetvalue(rows->result, index, column);
}

int64_t db_rows_count(const struct db_rows *rows)
{
    return PQntuples(rows->result);
}

bool db_rows_is_null(const struct db_rows *rows, int64_t row, int column)
{
    return PQgetisnull(rows->result, checked_row(rows, row, column), column) != 0;
}

/* A big-endian integer of at most 8 bytes. */
static uint64_t integer_of(const uint8_t *bytes, size_t length)
{
    uint64_t value = 0;

    for (size_t i = 0; i < length; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

int64_t db_rows_int64(const struct db_rows *rows, int64_t row, int column)
{
    size_t length;
    const uint8_t *bytes = value_of(rows, row, column, &length);
    Oid type = PQftype(rows->result, column);
    uint64_t value = integer_of(bytes, length);

    assert(type == DB_OID_INT2 || type == DB_OID_INT4 || type == DB_OID_INT8);
    if (length == 2) {
        return (int16_t)value;
    }
    return length == 4 ? (int32_t)value : (int64_t)value;
}

bool db_rows_bool(const struct db_rows *rows, int64_t row, int column)
{
    size_t length;
    const uint8_t *bytes = value_of(rows, row, column, &length);

    assert(PQftype(rows->result, column) == DB_OID_BOOL && length == 1);
    return bytes[0] != 0;
}

static bool is_text(Oid type)
{
    static const Oid texts[] = {DB_OID_TEXT, DB_OID_VARCHAR, DB_OID_BPCHAR,
                                DB_OID_NAME, DB_OID_JSON,    DB_OID_UNKNOWN};

    for (size_t i = 0; i < DB_COUNT(texts); i++) {
        if (type == texts[i]) {
            return true;
        }
    }
    return type >= DB_OID_USER_MIN;
}

const char *db_rows_text(const struct db_rows *rows, int64_t row, int column)
{
    size_t length;

    assert(is_text(PQftype(rows->result, column)));
    return (const char *)value_of(rows, row, column, &length); /* libpq adds the NUL. */
}

const uint8_t *db_rows_bytes(const struct db_rows *rows, int64_t row, int column,
                             size_t *ret_length)
{
    Oid type = PQftype(rows->result, column);

    assert(type == DB_OID_BYTEA || type == DB_OID_UUID);
    return value_of(rows, row, column, ret_length);
}

enum err db_rows_fixed(const struct db_rows *rows, int64_t row, int column, uint8_t *ret_bytes,
                       size_t size)
{
    size_t length;
    const uint8_t *bytes = db_rows_bytes(rows, row, column, &length);

    if (length != size) {
        return ERR_INTERNAL;
    }
    memcpy(ret_bytes, bytes, size);
    return ERR_OK;
}

/* An array's head: dimensions, whether any element is NULL, type; for its one dimension length and
 * lower bound. Before each element stands its length. */
enum {
    ARRAY_HEAD_SIZE_EMPTY = 12,
    ARRAY_HEAD_SIZE_LIST = 20,
    ARRAY_INT8_SIZE = 12,
};

int64_t db_rows_array_count(const struct db_rows *rows, int64_t row, int column)
{
    size_t length;
    const uint8_t *bytes = value_of(rows, row, column, &length);
    uint64_t dimensions;
    size_t count;

    assert(PQftype(rows->result, column) == DB_OID_INT8_ARRAY);
    dimensions = integer_of(bytes, 4);
    if (dimensions == 0) {
        return length == ARRAY_HEAD_SIZE_EMPTY ? 0 : -1;
    }
    count = (length - ARRAY_HEAD_SIZE_LIST) / ARRAY_INT8_SIZE;
    if (dimensions != 1 || integer_of(bytes + 4, 4) != 0 || integer_of(bytes + 12, 4) != count) {
        return -1;
    }
    assert(length == ARRAY_HEAD_SIZE_LIST + count * ARRAY_INT8_SIZE);
    return (int64_t)count;
}

int64_t db_rows_array_int64(const struct db_rows *rows, int64_t row, int column, int64_t element)
{
    size_t length;
    const uint8_t *bytes = value_of(rows, row, column, &length);

    assert(element >= 0 && element < db_rows_array_count(rows, row, column));
    bytes += ARRAY_HEAD_SIZE_LIST + (size_t)element * ARRAY_INT8_SIZE;
    return (int64_t)integer_of(bytes + 4, 8);
}

void db_rows_release(struct db_rows *rows)
{
    if (rows == NULL) {
        return;
    }
    PQclear(rows->result);
    free(rows);
}
