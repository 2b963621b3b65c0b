/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection and its transactions.
 *
 * The answer to COMMIT counts only when everything behind it has been read as
 * well, and libpq says that no transaction is left: CommandComplete alone is no
 * promise. Behind a statement that failed the server skips a COMMIT, or answers
 * it with ROLLBACK.
 *
 * Must never call a commit durable that the server has answered with anything
 * but COMMIT.
 */
#include "runtime/db_internal.h"

#include "runtime/log.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SETTING_SIZE = 24,
    CANCEL_REASON_SIZE = 256, /* as libpq wants it */
    CONNECT_PARAM_COUNT_MAX = 16,
    INPUT_READ_COUNT_MAX = 4, /* reads that tell a hang-up from a notice */
};

static enum err trust_settings(struct db *db, const struct db_options *options,
                               char ret_reason[DB_REASON_SIZE]);
static enum err find_by_keys(struct db *db, char ret_reason[DB_REASON_SIZE]);

/* Warnings matter to db_commit(); everything is kept off standard error. */
static void on_notice(void *context, const PGresult *result)
{
    struct db *db = context;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (severity != NULL && strcmp(severity, "WARNING") == 0) {
        db->warned = true;
    }
}

/* What libpq should do unless the connection string says otherwise, the string, and what holds
 * whatever it says: later ones win. */
static PGconn *connect_by(const struct db_options *options)
{
    const char *names[CONNECT_PARAM_COUNT_MAX] = {
        "connect_timeout",  "keepalives",       "keepalives_idle", "keepalives_interval",
        "keepalives_count", "tcp_user_timeout", "gssencmode",      "dbname",
        "client_encoding",  "application_name",
    };
    const char *values[CONNECT_PARAM_COUNT_MAX] = {
        "5",       "1",
        "5",       "3",
        "3",       "15000",
        "disable", options->conninfo,
        "UTF8",    options->application_name,
    };

    if (options->password[0] != '\0') {
        names[10] = "password";
        values[10] = options->password;
    }
    return PQconnectdbParams(names, values, 1);
}

enum err db_open(const struct db_options *options, struct db **ret_db)
{
    char reason[DB_REASON_SIZE] = "out of memory";
    struct db *db = calloc(1, sizeof *db);
    enum err err = ERR_UNAVAILABLE;

    assert(options->statement_timeout_ms >= 0);
    if (db == NULL) {
        goto out;
    }
    atomic_init(&db->cancelled, false);
    db->connection = connect_by(options);
    if (db->connection == NULL) {
        goto out;
    }
    (void)PQsetNoticeReceiver(db->connection, on_notice, db); /* Returns the one of before. */
    if (PQstatus(db->connection) != CONNECTION_OK) {
        db_one_line(PQerrorMessage(db->connection), reason, sizeof reason);
        goto out;
    }
    db->cancel = PQgetCancel(db->connection);
    if (db->cancel == NULL) {
        goto out;
    }
    if (!db_prepare_ends(db)) {
        db_one_line(PQerrorMessage(db->connection), reason, sizeof reason);
        goto out;
    }
    err = trust_settings(db, options, reason);
    if (!err && options->by_keys) {
        err = find_by_keys(db, reason);
    }
    if (err) {
        goto out;
    }
    if (options->accept != NULL) {
        err = options->accept(db, options->accept_context);
    }
    if (err) {
        (void)snprintf(reason, sizeof reason, "the connection was looked at and not accepted");
        goto out;
    }
    *ret_db = db;
    db = NULL;

out:
    if (err && options->reason != NULL) {
        (void)snprintf(options->reason, DB_REASON_SIZE, "%s", reason);
    } else if (err) {
        log_warn("database_unavailable", log_str("connection", options->application_name),
                 log_str("error", err_name(err)), log_str("reason", reason));
    }
    db_close(db);
    return err;
}

void db_close(struct db *db)
{
    if (db == NULL) {
        return;
    }
    db_forget_answers(db);
    PQfreeCancel(db->cancel);
    PQfinish(db->connection);
    free(db);
}

void db_cancel(struct db *db)
{
    char reason[CANCEL_REASON_SIZE];

    assert(db->cancel != NULL);
    atomic_store(&db->cancelled, true);
    /* A server that does not hear it has gone, and its connections with it, or is asked again. */
    (void)PQcancel(db->cancel, reason, sizeof reason);
}

static const char TRUST_SETTINGS[] =
    "SELECT current_setting('fsync'), current_setting('full_page_writes'),"
    " current_setting('synchronous_commit'),"
    " set_config('statement_timeout', $1, FALSE), set_config('lock_timeout', $2, FALSE),"
    " set_config('idle_in_transaction_session_timeout', $3, FALSE),"
    " set_config('default_transaction_read_only', $4, FALSE)";

/* Sets the timeouts and refuses a server that may forget what it has confirmed. */
static enum err trust_settings(struct db *db, const struct db_options *options,
                               char ret_reason[DB_REASON_SIZE])
{
    static const char *const names[] = {"fsync", "full_page_writes", "synchronous_commit"};
    char statement_timeout[SETTING_SIZE];
    char lock_timeout[SETTING_SIZE];
    char idle_timeout[SETTING_SIZE];
    struct db_rows *rows = NULL;
    enum err err;

    (void)snprintf(statement_timeout, sizeof statement_timeout, "%lld",
                   (long long)options->statement_timeout_ms);
    (void)snprintf(lock_timeout, sizeof lock_timeout, "%d", DB_LOCK_TIMEOUT_MS);
    (void)snprintf(idle_timeout, sizeof idle_timeout, "%d", DB_IDLE_IN_TRANSACTION_TIMEOUT_MS);
    const struct db_param params[] = {
        db_text(statement_timeout),
        db_text(lock_timeout),
        db_text(idle_timeout),
        db_text(options->read_only ? "on" : "off"),
    };

    err = db_query(db, TRUST_SETTINGS, params, DB_COUNT(params), &rows);
    if (err) {
        db_one_line(PQerrorMessage(db->connection), ret_reason, DB_REASON_SIZE);
        return ERR_UNAVAILABLE;
    }
    for (int i = 0; !err && i < (int)DB_COUNT(names); i++) {
        if (strcmp(db_rows_text(rows, 0, i), "off") == 0) {
            (void)snprintf(ret_reason, DB_REASON_SIZE, "the server runs with %s=off", names[i]);
            err = ERR_INVALID;
        }
    }
    db_rows_release(rows);
    return err;
}

static const char FIND_BY_KEYS[] =
    "SELECT set_config('enable_seqscan', 'off', FALSE),"
    " set_config('plan_cache_mode', 'force_generic_plan', FALSE)";

static enum err find_by_keys(struct db *db, char ret_reason[DB_REASON_SIZE])
{
    if (db_exec(db, FIND_BY_KEYS, NULL, 0) != ERR_OK) {
        db_one_line(PQerrorMessage(db->connection), ret_reason, DB_REASON_SIZE);
        return ERR_UNAVAILABLE;
    }
    return ERR_OK;
}

/* True when the server has sent something, or hung up. */
static bool has_input(const struct db *db)
{
    struct pollfd socket = {.fd = PQsocket(db->connection), .events = POLLIN};

    return poll(&socket, 1, 0) > 0;
}

bool db_is_usable(const struct db *db)
{
    if (db == NULL || db->broken || atomic_load(&db->cancelled) ||
        PQstatus(db->connection) != CONNECTION_OK) {
        return false;
    }
    /* A farewell is read before the hang-up behind it is seen. */
    for (int i = 0; i < INPUT_READ_COUNT_MAX && has_input(db); i++) {
        if (PQconsumeInput(db->connection) == 0 || PQstatus(db->connection) != CONNECTION_OK) {
            return false;
        }
    }
    return true;
}

PGresult *db_simple_query(struct db *db, const char *sql)
{
    return PQexec(db->connection, sql);
}

enum err db_command(struct db *db, const char *sql)
{
    PGresult *result = db_simple_query(db, sql);
    enum err err = ERR_OK;

    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        err = db_error_of_result(db, sql, result);
    }
    PQclear(result);
    return err;
}

enum err db_begin(struct db *db)
{
    assert(!db->begin_waiting && db->queue_length == 0);
    if (!db_is_usable(db)) {
        return ERR_UNAVAILABLE;
    }
    assert(PQtransactionStatus(db->connection) == PQTRANS_IDLE);
    db->sqlstate[0] = '\0';
    db->begin_waiting = true;
    return ERR_OK;
}

/* Whether what the server said to COMMIT means that it is durable. */
static enum err judge_commit(struct db *db, PGresult *result)
{
    if (strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        /* A statement had failed: the server has rolled back and says so by the tag alone. */
        log_error("database_commit_refused", log_str("tag", PQcmdStatus(result)));
        return ERR_INTERNAL;
    }
    if (db->warned || PQtransactionStatus(db->connection) != PQTRANS_IDLE) {
        /* Written here, but not where it should be as well: waiting for the standby was cut off. */
        log_warn("database_commit_doubtful");
        db->unknown = true;
        return ERR_UNAVAILABLE;
    }
    return ERR_OK;
}

enum err db_commit(struct db *db)
{
    PGresult *result = NULL;
    enum err err;

    if (db->begin_waiting) {
        db->begin_waiting = false; /* Nothing was said in between. */
        return ERR_OK;
    }
    assert(db->unasked_count == 0);
    db->unknown = false;
    err = db->queue_length > 0 ? db_commit_queue(db, &result) : db_commit_alone(db, &result);
    if (!err) {
        err = judge_commit(db, result);
    } else {
        /* As long as the server talks to us, a failure means that it has not committed. */
        db->unknown = db->broken || PQstatus(db->connection) != CONNECTION_OK;
    }
    PQclear(result);
    return err;
}

bool db_commit_is_unknown(const struct db *db)
{
    return db->unknown;
}

void db_rollback(struct db *db)
{
    PGTransactionStatusType status;

    if (db->begin_waiting) {
        db->begin_waiting = false;
        return;
    }
    if (db_flush_begin(db)) {
        db->queue_length = 0; /* What failed is rolled back with the rest. */
    }
    db_forget_answers(db);
    status = PQtransactionStatus(db->connection);
    if (db->broken || (status != PQTRANS_INTRANS && status != PQTRANS_INERROR)) {
        return;
    }
    if (db_command(db, "ROLLBACK")) {
        db->broken = true; /* Closing the connection rolls back as well. */
    }
}

enum err db_script(struct db *db, const char *script)
{
    enum err err = db_flush_begin(db);

    return err ? err : db_command(db, script);
}
