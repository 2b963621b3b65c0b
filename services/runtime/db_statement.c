/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements: prepared once on a connection, run alone or queued in a pipeline.
 *
 * BEGIN is not sent alone: it waits for the next statement and travels with it
 * in one pipeline, and so do statements whose answers nobody needs at once, and
 * a COMMIT behind such: each saves the transaction a round trip. Every answer is
 * read to its end.
 *
 * Must never log parameters, nor let a statement's failure pass unseen because
 * it was queued.
 */
#include "runtime/db_internal.h"

#include "runtime/log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STATEMENT_NAME_SIZE = 16,
    SEND_AT_ONCE_SIZE = 16 * 1024, /* of a queued statement's parameters */
};

static const char BEGIN[] = "BEGIN";
static const char COMMIT[] = "COMMIT";

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
    if (atomic_load(&db->cancelled)) {
        return db_error_of_result(db, sql, NULL);
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

static void queue_append(struct db *db, const char *sql, bool has_rows)
{
    assert(db->queue_length < DB_QUEUE_LENGTH_MAX);
    db->queue[db->queue_length] = (struct db_queued){.sql = sql, .has_rows = has_rows};
    db->queue_length++;
}

static size_t call_size(const struct call *call)
{
    size_t size = 0;

    for (int i = 0; i < call->count; i++) {
        size += (size_t)call->lengths[i];
    }
    return size;
}

/* Both travel with every transaction, so the server reads their text only once. */
bool db_prepare_ends(struct db *db)
{
    static const char *const ends[] = {BEGIN, COMMIT};
    bool prepared = true;

    for (size_t i = 0; i < sizeof ends / sizeof ends[0] && prepared; i++) {
        PGresult *result = PQprepare(db->connection, ends[i], ends[i], 0, NULL);

        prepared = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
    }
    return prepared;
}

/* Queues BEGIN or COMMIT, which is prepared under its own name. */
static bool queue_end(struct db *db, const char *end)
{
    queue_append(db, end, false);
    return PQsendQueryPrepared(db->connection, end, 0, NULL, NULL, NULL, 0) != 0;
}

/*
 * Sends a statement that is answered by read_queue(), with a waiting BEGIN before
 * it. Short ones leave together; the server works on a long one while the next
 * is being made.
 */
static enum err queue(struct db *db, const char *sql, const struct call *call, bool has_rows)
{
    PGconn *connection = db->connection;
    bool sent = db->queue_length > 0 || PQenterPipelineMode(connection) != 0;

    if (sent && db->begin_waiting) {
        db->begin_waiting = false;
        sent = queue_end(db, BEGIN);
    }
    if (sent) {
        queue_append(db, sql, has_rows);
        sent = PQsendQueryPrepared(connection, call->name, call->count, call->values, call->lengths,
                                   call->formats, 1) != 0;
    }
    if (sent && call_size(call) >= SEND_AT_ONCE_SIZE) {
        sent = PQflush(connection) == 0;
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

/* Keeps the answer when somebody will ask for it; NULL then, else the answer. */
static PGresult *keep_answer(struct db *db, const struct db_queued *queued, PGresult *result)
{
    if (!queued->has_rows) {
        return result;
    }
    assert(db->answer_count < db->unasked_count);
    db->answers[db->answer_count] = result;
    db->answer_count++;
    return NULL;
}

void db_forget_answers(struct db *db)
{
    for (int i = 0; i < db->answer_count; i++) {
        PQclear(db->answers[i]);
    }
    db->answer_count = 0;
    db->unasked_count = 0;
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
 * the last statement's result, to PQclear(); NULL when it is kept for its asker.
 */
static enum err read_queue(struct db *db, PGresult **ret_last)
{
    PGresult *last = NULL;
    enum err err = ERR_OK;

    if (PQpipelineSync(db->connection) == 0) {
        db->broken = true;
    }
    for (int i = 0; i < db->queue_length && !db->broken; i++) {
        PGresult *result;
        ExecStatusType status;

        db->warned = false; /* What the last statement was warned of is for its caller. */
        result = read_queued(db);
        status = PQresultStatus(result);

        if (!err && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            err = db_error_of_result(db, db->queue[i].sql, result);
        }
        db->broken = db->broken || result == NULL;
        PQclear(last);
        last = keep_answer(db, &db->queue[i], result);
    }
    if (!db->broken && !end_queue(db)) {
        db->broken = true;
    }
    if (db->broken && !err) {
        err = db_error_of_result(db, db->queue[db->queue_length - 1].sql, NULL);
    }
    db->queue_length = 0;
    if (err) {
        db_forget_answers(db);
        PQclear(last);
        return err;
    }
    *ret_last = last;
    return ERR_OK;
}

enum err db_commit_queue(struct db *db, PGresult **ret_result)
{
    assert(db->queue_length > 0 && !db->begin_waiting);
    if (!queue_end(db, COMMIT)) {
        db->broken = true;
    }
    return read_queue(db, ret_result);
}

enum err db_commit_alone(struct db *db, PGresult **ret_result)
{
    PGresult *result;
    enum err err = ERR_OK;

    db->warned = false;
    result = db_simple_query(db, COMMIT);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        err = db_error_of_result(db, COMMIT, result);
        PQclear(result);
        return err;
    }
    *ret_result = result;
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
        err = queue(db, sql, &call, false);
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

static enum err send_later(struct db *db, const char *sql, const struct db_param *params,
                           size_t param_count, bool has_rows)
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
    return err ? err : queue(db, sql, &call, has_rows);
}

enum err db_exec_later(struct db *db, const char *sql, const struct db_param *params,
                       size_t param_count)
{
    return send_later(db, sql, params, param_count, false);
}

enum err db_query_later(struct db *db, const char *sql, const struct db_param *params,
                        size_t param_count)
{
    enum err err = ERR_FULL;

    if (db->unasked_count < DB_QUERY_LATER_COUNT_MAX) {
        err = send_later(db, sql, params, param_count, true);
    }
    if (!err) {
        db->unasked_count++;
    }
    return err;
}

enum err db_query_rows(struct db *db, struct db_rows **ret_rows)
{
    struct db_rows *rows = calloc(1, sizeof *rows);
    enum err err = rows != NULL ? ERR_OK : ERR_INTERNAL;

    if (!err && db->queue_length > 0) {
        err = db_flush_begin(db);
    }
    if (err) {
        free(rows);
        return err;
    }
    assert(db->answer_count > 0);
    rows->result = db->answers[0];
    db->answer_count--;
    db->unasked_count--;
    memmove(db->answers, db->answers + 1, (size_t)db->answer_count * sizeof(PGresult *));
    *ret_rows = rows;
    return ERR_OK;
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
