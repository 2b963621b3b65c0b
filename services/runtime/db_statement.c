/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements: prepared once on a connection, run alone or queued in a pipeline.
 *
 * BEGIN is not sent alone: it waits for the next statement and travels with it
 * in one pipeline, and so do statements whose answers nobody needs at once: each
 * saves the transaction a round trip. Every answer is read to its end.
 *
 * Must never log parameters, nor let a statement's failure pass unseen because
 * it was queued.
 */
#include "runtime/db_internal.h"

#include "runtime/log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { STATEMENT_NAME_SIZE = 16 };

static const char BEGIN[] = "BEGIN";

/* What a statement's call needs, laid out as libpq wants it. */
struct call {
    char name[STATEMENT_NAME_SIZE];
    const char *values[DB_PARAM_COUNT_MAX];
    int lengths[DB_PARAM_COUNT_MAX];
    int formats[DB_PARAM_COUNT_MAX];
    Oid types[DB_PARAM_COUNT_MAX];
    int count;
};

static enum err bind(struct call *call, const struct db_param *params, size_t count)
{
    assert(count <= DB_PARAM_COUNT_MAX);
    call->count = (int)count;
    for (size_t i = 0; i < count; i++) {
        if (params[i].length == DB_LENGTH_OVERFLOWED) {
            return ERR_FULL;
        }
        call->types[i] = params[i].type;
        call->formats[i] = 1;
        call->lengths[i] = params[i].length;
        call->values[i] = params[i].data != NULL ? params[i].data : (const char *)params[i].bytes;
        if (params[i].length == DB_LENGTH_NULL) {
            call->values[i] = NULL;
            call->lengths[i] = 0;
        }
    }
    return ERR_OK;
}

/* Names the statement and prepares it on its first use on this connection. */
static enum err prepare(struct db *db, const char *sql, struct call *call)
{
    PGresult *result;
    int index = 0;
    enum err err;

    while (index < db->statement_count && db->statements[index] != sql) {
        index++;
    }
    if (index == DB_STATEMENT_COUNT_MAX) {
        log_error("database_statements_full", log_int("statements", index));
        return ERR_FULL;
    }
    (void)snprintf(call->name, sizeof call->name, "s%d", index);
    if (index < db->statement_count) {
        return ERR_OK;
    }

    /* Inside the transaction, so that a failure fails it. */
    err = db_flush_begin(db);
    if (err) {
        return err;
    }
    result = PQprepare(db->connection, call->name, sql, call->count, call->types);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        err = db_error_of_result(db, sql, result);
    } else {
        db->statements[index] = sql;
        db->statement_count++;
    }
    PQclear(result);
    return err;
}

/* Sends a statement that is answered by read_queue(), with a waiting BEGIN before it. */
static enum err queue(struct db *db, const char *sql, const struct call *call)
{
    PGconn *connection = db->connection;
    bool sent = db->queue_length > 0 || PQenterPipelineMode(connection) != 0;

    if (sent && db->begin_waiting) {
        db->begin_waiting = false;
        db->queue[db->queue_length] = BEGIN;
        db->queue_length++;
        sent = PQsendQueryParams(connection, BEGIN, 0, NULL, NULL, NULL, NULL, 0) != 0;
    }
    if (sent) {
        assert(db->queue_length < DB_QUEUE_LENGTH_MAX);
        db->queue[db->queue_length] = sql;
        db->queue_length++;
        sent = PQsendQueryPrepared(connection, call->name, call->count, call->values, call->lengths,
                                   call->formats, 1) != 0;
    }
    if (sent) {
        return ERR_OK;
    }
    db->broken = true;
    db->queue_length = 0;
    return db_error_of_result(db, sql, NULL);
}

/* The one result of the next statement in the queue; NULL when the connection is lost. */
static PGresult *read_queued(struct db *db)
{
    PGresult *result = PQgetResult(db->connection);
    PGresult *end = result != NULL ? PQgetResult(db->connection) : NULL;

    if (end != NULL) { /* One command, one result: anything else is not understood. */
        PQclear(end);
        PQclear(result);
        db->broken = true;
        return NULL;
    }
    return result;
}

/* True when the answers to the queue have come to their end. */
static bool end_queue(struct db *db)
{
    PGresult *result = PQgetResult(db->connection);
    bool synced = PQresultStatus(result) == PGRES_PIPELINE_SYNC;

    PQclear(result);
    return synced && PQexitPipelineMode(db->connection) != 0;
}

/*
 * Reads the answers to everything in the queue. The error is that of the first
 * statement that failed, since the server skips those behind it. *ret_last is
 * the last statement's result, to PQclear().
 */
static enum err read_queue(struct db *db, PGresult **ret_last)
{
    PGresult *last = NULL;
    enum err err = ERR_OK;

    if (PQpipelineSync(db->connection) == 0) {
        db->broken = true;
    }
    for (int i = 0; i < db->queue_length && !db->broken; i++) {
        PGresult *result = read_queued(db);
        ExecStatusType status = PQresultStatus(result);

        if (!err && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            err = db_error_of_result(db, db->queue[i], result);
        }
        db->broken = db->broken || result == NULL;
        PQclear(last);
        last = result;
    }
    if (!db->broken && !end_queue(db)) {
        db->broken = true;
    }
    if (db->broken && !err) {
        err = db_error_of_result(db, db->queue[db->queue_length - 1], NULL);
    }
    db->queue_length = 0;
    if (err) {
        PQclear(last);
        return err;
    }
    *ret_last = last;
    return ERR_OK;
}

enum err db_flush_begin(struct db *db)
{
    PGresult *last = NULL;
    enum err err;

    if (db->queue_length > 0) {
        err = read_queue(db, &last);
        if (!err) {
            PQclear(last);
        }
        return err;
    }
    if (!db->begin_waiting) {
        return ERR_OK;
    }
    db->begin_waiting = false;
    return db_command(db, BEGIN);
}

/* Runs a statement to its end; *ret_result is the caller's, to PQclear(). */
static enum err execute(struct db *db, const char *sql, const struct db_param *params, size_t count,
                        PGresult **ret_result)
{
    struct call call;
    PGresult *result;
    ExecStatusType status;
    enum err err;

    err = bind(&call, params, count);
    if (err) {
        log_error("database_parameter_too_large");
        return err;
    }
    err = prepare(db, sql, &call);
    if (err) {
        return err;
    }
    if (db->begin_waiting || db->queue_length > 0) {
        err = queue(db, sql, &call);
        return err ? err : read_queue(db, ret_result);
    }
    result = PQexecPrepared(db->connection, call.name, call.count, call.values, call.lengths,
                            call.formats, 1);
    status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        err = db_error_of_result(db, sql, result);
        PQclear(result);
        return err;
    }
    *ret_result = result;
    return ERR_OK;
}

enum err db_exec_later(struct db *db, const char *sql, const struct db_param *params,
                       size_t param_count)
{
    struct call call;
    enum err err = bind(&call, params, param_count);

    if (err) {
        log_error("database_parameter_too_large");
        return err;
    }
    assert(db->begin_waiting || PQtransactionStatus(db->connection) != PQTRANS_IDLE);
    if (db->queue_length + 2 >= DB_QUEUE_LENGTH_MAX) { /* Room for BEGIN and who ends the queue. */
        err = db_flush_begin(db);
    }
    if (!err) {
        err = prepare(db, sql, &call);
    }
    return err ? err : queue(db, sql, &call);
}

enum err db_exec(struct db *db, const char *sql, const struct db_param *params, size_t param_count)
{
    int64_t changed;

    return db_exec_count(db, sql, params, param_count, &changed);
}

enum err db_exec_count(struct db *db, const char *sql, const struct db_param *params,
                       size_t param_count, int64_t *ret_changed)
{
    PGresult *result = NULL;
    int64_t changed = 0;
    enum err err;

    err = execute(db, sql, params, param_count, &result);
    if (err) {
        return err;
    }
    for (const char *digit = PQcmdTuples(result); *digit != '\0'; digit++) {
        assert(*digit >= '0' && *digit <= '9' && changed < INT64_MAX / 10 - 1);
        changed = changed * 10 + (*digit - '0');
    }
    PQclear(result);
    *ret_changed = changed;
    return ERR_OK;
}

enum err db_query(struct db *db, const char *sql, const struct db_param *params, size_t param_count,
                  struct db_rows **ret_rows)
{
    struct db_rows *rows = calloc(1, sizeof *rows);
    enum err err;

    if (rows == NULL) {
        return ERR_INTERNAL;
    }
    err = execute(db, sql, params, param_count, &rows->result);
    if (err) {
        free(rows);
        return err;
    }
    *ret_rows = rows;
    return ERR_OK;
}
