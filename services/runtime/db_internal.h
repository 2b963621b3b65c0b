/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of db share (db.c db_statement.c db_error.c db_copy.c db_rows.c, and their
 * unit tests). Must never be included by anybody else.
 */
#ifndef HYEOPCHI_RUNTIME_DB_INTERNAL_H
#define HYEOPCHI_RUNTIME_DB_INTERNAL_H

#include "runtime/db.h"

#include <libpq-fe.h>
#include <stdatomic.h>

/* The types of parameters and results, as PostgreSQL numbers them for ever (pg_type.dat). */
enum db_oid {
    DB_OID_BOOL = 16,
    DB_OID_BYTEA = 17,
    DB_OID_NAME = 19,
    DB_OID_INT8 = 20,
    DB_OID_INT2 = 21,
    DB_OID_INT4 = 23,
    DB_OID_TEXT = 25,
    DB_OID_JSON = 114,
    DB_OID_UNKNOWN = 705,
    DB_OID_BOOL_ARRAY = 1000,
    DB_OID_BYTEA_ARRAY = 1001,
    DB_OID_INT2_ARRAY = 1005,
    DB_OID_INT4_ARRAY = 1007,
    DB_OID_TEXT_ARRAY = 1009,
    DB_OID_INT8_ARRAY = 1016,
    DB_OID_BPCHAR = 1042,
    DB_OID_VARCHAR = 1043,
    DB_OID_UUID = 2950,
    DB_OID_UUID_ARRAY = 2951,
    DB_OID_USER_MIN = 16384, /* enums and domains of ours */
};

enum {
    DB_QUEUE_LENGTH_MAX = 16,  /* statements sent whose answers were not read yet */
    DB_LENGTH_NULL = -1,       /* db_param.length of SQL NULL */
    DB_LENGTH_OVERFLOWED = -2, /* … of a column that was too long */
};

/* A statement in the queue. */
struct db_queued {
    const char *sql;
    bool has_rows; /* of db_query_later() */
};

struct db {
    PGconn *connection;
    PGcancel *cancel;      /* written before and after all use of the connection only */
    atomic_bool cancelled; /* by another thread */
    const char *statements[DB_STATEMENT_COUNT_MAX]; /* prepared as s0, s1, … */
    int statement_count;
    bool begin_waiting;                          /* BEGIN goes out with the next statement */
    struct db_queued queue[DB_QUEUE_LENGTH_MAX]; /* sent in one pipeline, in this order */
    int queue_length;
    PGresult *answers[DB_QUERY_LATER_COUNT_MAX]; /* read, and not asked for; in order */
    int answer_count;
    int unasked_count; /* the answers, and the queries in the queue */
    bool broken;       /* libpq's state cannot be trusted any more */
    bool warned;       /* the server sent a warning since this was cleared */
    bool unknown;      /* the last COMMIT may have been carried out, or not */
    char sqlstate[DB_SQLSTATE_SIZE];
};

struct db_rows {
    PGresult *result;
};

/* The one mapping from SQLSTATE, as db.h tells it. Pure. */
enum err db_error_of_sqlstate(const char *sqlstate);

/* Remembers why result (NULL: no result at all) is a failure, logs it once, and names the error. */
enum err db_error_of_result(struct db *db, const char *sql, const PGresult *result);

/* Copies text with every run of white space as one space, cut off at size - 1 bytes. */
void db_one_line(const char *text, char *ret_line, size_t size);

/* Prepares BEGIN and COMMIT on a new connection. */
ERR_CHECKED bool db_prepare_ends(struct db *db);

/* Reads the answers to what is queued, or sends a waiting BEGIN. */
ERR_CHECKED enum err db_flush_begin(struct db *db);

/* COMMIT, behind what is queued or alone. *ret_result is what the server said to it, and db->warned
 * whether with a warning; to PQclear(). An error is that of the first statement that failed. */
ERR_CHECKED enum err db_commit_queue(struct db *db, PGresult **ret_result);
ERR_CHECKED enum err db_commit_alone(struct db *db, PGresult **ret_result);

/* Drops the answers that nobody has asked for: their transaction is over. */
void db_forget_answers(struct db *db);

/* Runs sql by the simple protocol; the result is the caller's, to PQclear(). */
PGresult *db_simple_query(struct db *db, const char *sql);

/* Runs a command of ours that returns nothing, alone. */
ERR_CHECKED enum err db_command(struct db *db, const char *sql);

/* Reads one chunk of COPY's binary format: whole rows, with the file's header before the first. */
struct db_copy {
    db_row_fn on_row;
    void *context;
    bool header_seen;
    bool trailer_seen;
};

/* ERR_INTERNAL when the bytes are no such format, ERR_FULL past DB_COPY_FIELD_COUNT_MAX; on_row's error. */
ERR_CHECKED enum err db_copy_read(struct db_copy *copy, const uint8_t *data, size_t length);

#endif
