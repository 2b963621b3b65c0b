/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failures of the database: their one mapping to enum err, and their one log
 * line. Must never log a parameter, nor a message that may quote one.
 */
#include "runtime/db_internal.h"

#include "runtime/log.h"

#include <assert.h>
#include <string.h>

enum { LOGGED_TEXT_SIZE = 160 };

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

enum err db_error_of_sqlstate(const char *sqlstate)
{
    static const struct {
        const char *prefix;
        enum err err;
    } map[] = {
        {"08", ERR_UNAVAILABLE},    /* connection exception */
        {"40001", ERR_UNAVAILABLE}, /* serialization failure */
        {"40P01", ERR_UNAVAILABLE}, /* deadlock detected */
        {"53", ERR_UNAVAILABLE},    /* insufficient resources */
        {"55P03", ERR_UNAVAILABLE}, /* lock not available */
        {"57014", ERR_UNAVAILABLE}, /* query canceled: the statement timeout, or an operator */
        {"57P0", ERR_UNAVAILABLE},  /* the server shuts down or starts up */
        {"58", ERR_UNAVAILABLE},    /* system error, as of its disk */
        {"25006", ERR_UNAVAILABLE}, /* the server only reads, as one does that was deposed */
        {"23", ERR_CONFLICT},       /* integrity constraint violation */
        {"HL", ERR_CONFLICT},       /* another process leads: event.refuse_fenced() */
        {"22", ERR_INVALID},        /* data exception */
    };

    for (size_t i = 0; i < DB_COUNT(map); i++) {
        if (starts_with(sqlstate, map[i].prefix)) {
            return map[i].err;
        }
    }
    return ERR_INTERNAL;
}

void db_one_line(const char *text, char *ret_line, size_t size)
{
    size_t length = 0;

    for (const char *c = text; *c != '\0' && length < size - 1; c++) {
        char shown = *c == '\n' || *c == '\t' ? ' ' : *c;

        if (shown != ' ' || (length > 0 && ret_line[length - 1] != ' ')) {
            ret_line[length] = shown;
            length++;
        }
    }
    if (length > 0 && ret_line[length - 1] == ' ') {
        length--;
    }
    ret_line[length] = '\0';
}

static const char *primary_message(const struct db *db, const PGresult *result)
{
    const char *message =
        result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    /* Data exceptions quote the value: 'invalid input syntax for type integer: "…"'. */
    if (starts_with(db->sqlstate, "22")) {
        return "a value is malformed or out of range";
    }
    return message != NULL ? message : PQerrorMessage(db->connection);
}

enum err db_error_of_result(struct db *db, const char *sql, const PGresult *result)
{
    const char *sqlstate = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *constraint =
        result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    char message[LOGGED_TEXT_SIZE];
    char statement[LOGGED_TEXT_SIZE];
    const bool cancelled = atomic_load(&db->cancelled);
    enum log_level level;
    enum err err;

    db->sqlstate[0] = '\0';
    if (sqlstate != NULL && strlen(sqlstate) == DB_SQLSTATE_SIZE - 1) {
        memcpy(db->sqlstate, sqlstate, DB_SQLSTATE_SIZE);
    }
    err = db_error_of_sqlstate(db->sqlstate);
    if (db->broken || cancelled || PQstatus(db->connection) != CONNECTION_OK) {
        err = ERR_UNAVAILABLE; /* Whatever the last words were. */
    }

    level = err == ERR_INTERNAL ? LOG_ERROR : LOG_WARN;
    level = cancelled ? LOG_INFO : level; /* As was wanted. */
    db_one_line(primary_message(db, result), message, sizeof message);
    db_one_line(sql, statement, sizeof statement);
    log_write(level, "database_error",
              (const struct log_field[]){
                  log_str("error", err_name(err)),
                  log_str("sqlstate", db->sqlstate),
                  log_str("message", message),
                  log_str("constraint", constraint != NULL ? constraint : ""),
                  log_str("statement", statement),
                  log_end(),
              });
    return err;
}

const char *db_sqlstate(const struct db *db)
{
    return db->sqlstate;
}
