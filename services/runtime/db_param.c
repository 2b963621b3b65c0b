/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters in PostgreSQL's binary format: single values, and arrays for
 * unnest(). Must never copy what a caller lends; must never send.
 */
#include "runtime/db_internal.h"

#include <assert.h>
#include <string.h>

/*
 * array_recv() reads: int32 dimensions, int32 has-null, oid of the elements,
 * int32 length, int32 lower bound, then each element as int32 length (-1 for
 * NULL) and its bytes. The head is filled in when the column is finished.
 */
enum { ARRAY_HEAD_SIZE = 5 * 4 };

static void store_u16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static void store_u32(uint8_t *bytes, uint32_t value)
{
    store_u16(bytes, (uint16_t)(value >> 16));
    store_u16(bytes + 2, (uint16_t)value);
}

static void store_u64(uint8_t *bytes, uint64_t value)
{
    store_u32(bytes, (uint32_t)(value >> 32));
    store_u32(bytes + 4, (uint32_t)value);
}

struct db_param db_text(const char *text)
{
    struct db_param param = {.type = DB_OID_TEXT, .length = DB_LENGTH_NULL};

    if (text != NULL) {
        size_t length = strlen(text);

        assert(length <= DB_COLUMN_SIZE_MAX);
        param.data = text;
        param.length = (int)length;
    }
    return param;
}

struct db_param db_bytes(const void *data, size_t length)
{
    assert(length <= DB_COLUMN_SIZE_MAX);
    assert(data != NULL || length == 0);
    return (struct db_param){.type = DB_OID_BYTEA, .length = (int)length, .data = data};
}

struct db_param db_int16(int16_t value)
{
    struct db_param param = {.type = DB_OID_INT2, .length = 2};

    store_u16(param.bytes, (uint16_t)value);
    return param;
}

struct db_param db_int32(int32_t value)
{
    struct db_param param = {.type = DB_OID_INT4, .length = 4};

    store_u32(param.bytes, (uint32_t)value);
    return param;
}

struct db_param db_int64(int64_t value)
{
    struct db_param param = {.type = DB_OID_INT8, .length = 8};

    store_u64(param.bytes, (uint64_t)value);
    return param;
}

struct db_param db_bool(bool value)
{
    return (struct db_param){.type = DB_OID_BOOL, .length = 1, .bytes = {value ? 1 : 0}};
}

struct db_param db_uuid(const uint8_t uuid[16])
{
    return (struct db_param){.type = DB_OID_UUID, .length = 16, .data = uuid};
}

struct db_param db_null_int64(void)
{
    return (struct db_param){.type = DB_OID_INT8, .length = DB_LENGTH_NULL};
}

struct db_param db_null_bytes(void)
{
    return (struct db_param){.type = DB_OID_BYTEA, .length = DB_LENGTH_NULL};
}

static const struct {
    uint32_t element;
    uint32_t array;
} COLUMN_OIDS[] = {
    [DB_COLUMN_TEXT] = {DB_OID_TEXT, DB_OID_TEXT_ARRAY},
    [DB_COLUMN_BYTES] = {DB_OID_BYTEA, DB_OID_BYTEA_ARRAY},
    [DB_COLUMN_INT16] = {DB_OID_INT2, DB_OID_INT2_ARRAY},
    [DB_COLUMN_INT32] = {DB_OID_INT4, DB_OID_INT4_ARRAY},
    [DB_COLUMN_INT64] = {DB_OID_INT8, DB_OID_INT8_ARRAY},
    [DB_COLUMN_BOOL] = {DB_OID_BOOL, DB_OID_BOOL_ARRAY},
    [DB_COLUMN_UUID] = {DB_OID_UUID, DB_OID_UUID_ARRAY},
};

void db_column_init(struct db_column *column, enum db_column_type type)
{
    static const uint8_t head[ARRAY_HEAD_SIZE];

    assert(type < DB_COUNT(COLUMN_OIDS));
    *column = (struct db_column){.type = type};
    buffer_init(&column->elements, DB_COLUMN_SIZE_MAX);
    buffer_append(&column->elements, head, sizeof head);
}

static void add(struct db_column *column, const void *data, size_t length)
{
    assert(length <= DB_COLUMN_SIZE_MAX);
    buffer_append_u32(&column->elements, (uint32_t)length);
    buffer_append(&column->elements, data, length);
    column->count++;
}

void db_column_add_text(struct db_column *column, const char *text)
{
    assert(column->type == DB_COLUMN_TEXT);
    if (text == NULL) {
        db_column_add_null(column);
    } else {
        add(column, text, strlen(text));
    }
}

void db_column_add_bytes(struct db_column *column, const void *data, size_t length)
{
    assert(column->type == DB_COLUMN_BYTES);
    add(column, data, length);
}

void db_column_add_int16(struct db_column *column, int16_t value)
{
    uint8_t bytes[2];

    assert(column->type == DB_COLUMN_INT16);
    store_u16(bytes, (uint16_t)value);
    add(column, bytes, sizeof bytes);
}

void db_column_add_int32(struct db_column *column, int32_t value)
{
    uint8_t bytes[4];

    assert(column->type == DB_COLUMN_INT32);
    store_u32(bytes, (uint32_t)value);
    add(column, bytes, sizeof bytes);
}

void db_column_add_int64(struct db_column *column, int64_t value)
{
    uint8_t bytes[8];

    assert(column->type == DB_COLUMN_INT64);
    store_u64(bytes, (uint64_t)value);
    add(column, bytes, sizeof bytes);
}

void db_column_add_bool(struct db_column *column, bool value)
{
    const uint8_t byte = value ? 1 : 0;

    assert(column->type == DB_COLUMN_BOOL);
    add(column, &byte, 1);
}

void db_column_add_uuid(struct db_column *column, const uint8_t uuid[16])
{
    assert(column->type == DB_COLUMN_UUID);
    add(column, uuid, 16);
}

void db_column_add_null(struct db_column *column)
{
    buffer_append_u32(&column->elements, UINT32_MAX); /* -1 as an int32 */
    column->count++;
    column->has_null = true;
}

struct db_param db_column_param(struct db_column *column)
{
    struct db_param param = {.type = COLUMN_OIDS[column->type].array};
    uint8_t *head = column->elements.data;

    if (buffer_status(&column->elements) != ERR_OK) {
        param.length = DB_LENGTH_OVERFLOWED;
        return param;
    }
    store_u32(head, 1);
    store_u32(head + 4, column->has_null ? 1 : 0);
    store_u32(head + 8, COLUMN_OIDS[column->type].element);
    store_u32(head + 12, (uint32_t)column->count);
    store_u32(head + 16, 1);
    param.data = head;
    param.length = (int)column->elements.length;
    return param;
}

void db_column_release(struct db_column *column)
{
    buffer_release(&column->elements);
    column->count = 0;
    column->has_null = false;
}

void db_columns_init(struct db_column columns[], const enum db_column_type types[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        db_column_init(&columns[i], types[i]);
    }
}

void db_columns_params(struct db_column columns[], size_t count, struct db_param ret_params[])
{
    for (size_t i = 0; i < count; i++) {
        ret_params[i] = db_column_param(&columns[i]);
    }
}

void db_columns_release(struct db_column columns[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        db_column_release(&columns[i]);
    }
}
