/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One PostgreSQL connection: plain blocking libpq, binary parameters and
 * results, statements prepared once per connection by the address of their
 * text. For database threads only, one thread at a time; never on the loop.
 *
 * SQLSTATE becomes enum err here and nowhere else:
 *   08*, 25006, 40001, 40P01, 53*, 55P03, 57014, 57P0*, 58*  ERR_UNAVAILABLE
 *   connection lost, or anything behind db_cancel()          ERR_UNAVAILABLE
 *   23*, HL*                                                 ERR_CONFLICT
 *   22*                                                      ERR_INVALID
 *   anything else                                            ERR_INTERNAL
 * A statement that takes longer than its timeout is therefore tried again by
 * whoever tries again at all; who goes through several things must go on with
 * the next, since one may never be done in time.
 * The failing statement's SQLSTATE and message are logged once, here
 * ("database_error"); parameters never are.
 */
#ifndef HYEOPCHI_RUNTIME_DB_H
#define HYEOPCHI_RUNTIME_DB_H

#include "runtime/buffer.h"
#include "runtime/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DB_PARAM_COUNT_MAX = 32,
    DB_STATEMENT_COUNT_MAX = 128,          /* prepared per connection */
    DB_COLUMN_SIZE_MAX = 64 * 1024 * 1024, /* one array parameter, in bytes */
    DB_COPY_FIELD_COUNT_MAX = 32,
    DB_QUERY_LATER_COUNT_MAX = 8, /* queries of a transaction that wait to be asked for */
    DB_REASON_SIZE = 256,         /* why a connection failed, with its NUL */
    DB_SQLSTATE_SIZE = 6,         /* with its NUL */

    /* Beside db_options.statement_timeout_ms, on every connection. */
    DB_LOCK_TIMEOUT_MS = 5000,
    DB_IDLE_IN_TRANSACTION_TIMEOUT_MS = 10000,
};

struct db;      /* a connection */
struct db_rows; /* a result */

/* What a connection is for; decides its timeouts. */
struct db_options {
    const char *conninfo;         /* libpq connection string or URI, without the password */
    const char *password;         /* "" for none */
    const char *application_name; /* "participation writer" */
    int64_t statement_timeout_ms; /* 0: none */
    bool read_only;               /* the server refuses every write */

    /* Rows are found by their keys, and plans are made once and kept: one made while a table was small must not
     * read all of it when it has grown to millions, and one made anew because it would know the sizes of the
     * arrays takes longer than to carry it out. */
    bool by_keys;

    char *reason; /* NULL: db_open() logs why it failed; else DB_REASON_SIZE bytes for that */

    /* Looks at each new connection before anybody uses it (is the schema ours?); its error closes the
     * connection and becomes db_open()'s. NULL: every connection will do. Database threads. */
    enum err (*accept)(struct db *db, void *accept_context);
    void *accept_context;
};

/*
 * Connects. ERR_UNAVAILABLE when the server is away or refuses; ERR_INVALID
 * when it runs with fsync, full_page_writes or synchronous_commit off, which
 * this system refuses to trust. A server that vanishes is noticed by TCP
 * keepalives within about 15 s. *ret_db is the caller's, to db_close().
 */
ERR_CHECKED enum err db_open(const struct db_options *options, struct db **ret_db);

/* ERR_INVALID with a reason for the log when the string cannot be read or holds a password, which
 * belongs into db_options.password. Any thread. */
ERR_CHECKED enum err db_conninfo_check(const char *conninfo, char ret_reason[DB_REASON_SIZE]);

/* Closes and frees; takes NULL. */
void db_close(struct db *db);

/* False once the connection is known to be lost: close it and open another. Between statements it
 * also looks whether the server has hung up, without asking it. Takes NULL. */
bool db_is_usable(const struct db *db);

/*
 * Ends the connection's use: the server is asked to give up the statement under
 * way, which fails with ERR_UNAVAILABLE, and db_is_usable() is false from then
 * on. For a thread beside the connection's own, which must keep the connection
 * open until this returns; to be called again until that thread lets go of it,
 * since a statement that is just being sent is missed. Asks over a connection
 * of its own, waiting for the server.
 */
void db_cancel(struct db *db);

/* One parameter. Borrowed memory must live until the call that takes it returns. */
struct db_param {
    uint32_t type;
    int length;       /* -1: NULL */
    const void *data; /* NULL: the value is in bytes */
    uint8_t bytes[8];
};

struct db_param db_text(const char *text);                 /* NULL becomes SQL NULL */
struct db_param db_bytes(const void *data, size_t length); /* at most DB_COLUMN_SIZE_MAX */
struct db_param db_int16(int16_t value);
struct db_param db_int32(int32_t value);
struct db_param db_int64(int64_t value);
struct db_param db_bool(bool value);
struct db_param db_uuid(const uint8_t uuid[16]); /* borrowed too */
struct db_param db_null_int64(void);
struct db_param db_null_bytes(void);

#define DB_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * An array parameter, built element by element, for unnest():
 *     struct db_column ids;
 *     db_column_init(&ids, DB_COLUMN_BYTES);
 *     db_column_add_bytes(&ids, id, 16);
 *     … db_column_param(&ids) …
 *     db_column_release(&ids);
 * The add functions assert that the element fits the column's type. A column
 * that has passed DB_COLUMN_SIZE_MAX makes its statement fail with ERR_FULL.
 */
enum db_column_type {
    DB_COLUMN_TEXT,
    DB_COLUMN_BYTES,
    DB_COLUMN_INT16,
    DB_COLUMN_INT32,
    DB_COLUMN_INT64,
    DB_COLUMN_BOOL,
    DB_COLUMN_UUID,
};

struct db_column {
    enum db_column_type type;
    struct buffer elements;
    int32_t count;
    bool has_null;
};

void db_column_init(struct db_column *column, enum db_column_type type);
void db_column_add_text(struct db_column *column, const char *text); /* NULL becomes SQL NULL */
void db_column_add_bytes(struct db_column *column, const void *data, size_t length);
void db_column_add_int16(struct db_column *column, int16_t value);
void db_column_add_int32(struct db_column *column, int32_t value);
void db_column_add_int64(struct db_column *column, int64_t value);
void db_column_add_bool(struct db_column *column, bool value);
void db_column_add_uuid(struct db_column *column, const uint8_t uuid[16]);
void db_column_add_null(struct db_column *column);
struct db_param db_column_param(struct db_column *column); /* borrowed from the column */
void db_column_release(struct db_column *column);

/* The same for the columns of a statement: one of each type, and their parameters in a row. */
void db_columns_init(struct db_column columns[], const enum db_column_type types[], size_t count);
void db_columns_params(struct db_column columns[], size_t count, struct db_param ret_params[]);
void db_columns_release(struct db_column columns[], size_t count);

/* Runs a statement that returns nothing. sql must be a constant with static lifetime. */
ERR_CHECKED enum err db_exec(struct db *db, const char *sql, const struct db_param *params,
                             size_t param_count);

/*
 * The same inside a transaction, without waiting for the answer: it is read by
 * the next call that does wait, which fails if this statement did. What runs
 * after a statement that failed is not run. Parameters are copied.
 */
ERR_CHECKED enum err db_exec_later(struct db *db, const char *sql, const struct db_param *params,
                                   size_t param_count);

/* The same for a query, whose rows must be asked for by db_query_rows() before the commit. ERR_FULL past
 * DB_QUERY_LATER_COUNT_MAX that were not. */
ERR_CHECKED enum err db_query_later(struct db *db, const char *sql, const struct db_param *params,
                                    size_t param_count);

/* The rows of the first query of db_query_later() that were not asked for yet, once the answers to
 * everything sent so far are read. *ret_rows is the caller's, to db_rows_release(). */
ERR_CHECKED enum err db_query_rows(struct db *db, struct db_rows **ret_rows);

/* Like db_exec(), and says how many rows it changed. */
ERR_CHECKED enum err db_exec_count(struct db *db, const char *sql, const struct db_param *params,
                                   size_t param_count, int64_t *ret_changed);

/* Runs a query. *ret_rows is the caller's, to db_rows_release(). */
ERR_CHECKED enum err db_query(struct db *db, const char *sql, const struct db_param *params,
                              size_t param_count, struct db_rows **ret_rows);

/*
 * BEGIN, COMMIT, ROLLBACK. BEGIN travels with the next statement, COMMIT with
 * the last ones of db_exec_later(). A commit is durable only when db_commit()
 * returned ERR_OK; with ERR_UNAVAILABLE its outcome is unknown if
 * db_commit_is_unknown() says so, else nothing was changed. db_rollback() is
 * harmless outside a transaction.
 */
ERR_CHECKED enum err db_begin(struct db *db);
ERR_CHECKED enum err db_commit(struct db *db);
bool db_commit_is_unknown(const struct db *db);
void db_rollback(struct db *db);

/* Runs many statements of a script (migrations only; no parameters); all or none. */
ERR_CHECKED enum err db_script(struct db *db, const char *script);

/*
 * Streams COPY (query) TO STDOUT (FORMAT binary) row by row; on_row gets the
 * row's fields, borrowed until it returns, and may stop it with an error (which
 * is then returned, and the transaction can only be rolled back). COPY takes no
 * parameters: its query reads them by current_setting().
 */
struct db_field {
    const uint8_t *data; /* NULL: SQL NULL */
    int32_t length;
};
typedef enum err (*db_row_fn)(const struct db_field *fields, int field_count, void *context);
ERR_CHECKED enum err db_copy_out(struct db *db, const char *sql, db_row_fn on_row, void *context);

/* The five-letter SQLSTATE of the last failure, "" when none since db_begin(). Borrowed. */
const char *db_sqlstate(const struct db *db);

int64_t db_rows_count(const struct db_rows *rows);
bool db_rows_is_null(const struct db_rows *rows, int64_t row, int column);
int64_t db_rows_int64(const struct db_rows *rows, int64_t row, int column); /* int2, int4 or int8 */
bool db_rows_bool(const struct db_rows *rows, int64_t row, int column);
const char *db_rows_text(const struct db_rows *rows, int64_t row, int column); /* borrowed */
const uint8_t *db_rows_bytes(const struct db_rows *rows, int64_t row, int column,
                             size_t *ret_length); /* borrowed; uuid too */

/* Copies a bytea or uuid that is exactly `size` bytes long. ERR_INTERNAL when it is not. */
ERR_CHECKED enum err db_rows_fixed(const struct db_rows *rows, int64_t row, int column,
                                   uint8_t *ret_bytes, size_t size);

/* How many elements an int8[] of one dimension has, none of them NULL, and one of them, from 0.
 * db_rows_array_count() is -1 when the array is anything else. */
int64_t db_rows_array_count(const struct db_rows *rows, int64_t row, int column);
int64_t db_rows_array_int64(const struct db_rows *rows, int64_t row, int column, int64_t element);
void db_rows_release(struct db_rows *rows); /* takes NULL */

#endif
