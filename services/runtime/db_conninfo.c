/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at a connection string before anybody connects by it. Must never repeat
 * a password that it finds.
 */
#include "runtime/db.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

enum err db_conninfo_check(const char *conninfo, char ret_reason[DB_REASON_SIZE])
{
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
    enum err err = ERR_OK;

    if (options == NULL) {
        /* libpq's own message may quote what it could not read, password and all. */
        (void)snprintf(ret_reason, DB_REASON_SIZE, "not a connection string or URI of libpq");
        return ERR_INVALID;
    }
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        if (option->val == NULL) {
            continue;
        }
        if (strcmp(option->keyword, "password") == 0 ||
            strcmp(option->keyword, "sslpassword") == 0) {
            (void)snprintf(ret_reason, DB_REASON_SIZE, "a password belongs into a secret file");
            err = ERR_INVALID;
        }
    }
    PQconninfoFree(options);
    return err;
}
