/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection that is made again when it is lost: what writer and reader
 * threads hold. One thread at a time. Must never wait by itself: it says how
 * long to, and its owner waits so that it can be woken.
 */
#ifndef HYEOPCHI_RUNTIME_DB_LINK_H
#define HYEOPCHI_RUNTIME_DB_LINK_H

#include "runtime/db.h"
#include "runtime/err.h"

enum {
    DB_LINK_WAIT_MIN_MS = 50,
    DB_LINK_WAIT_MAX_MS = 10000,
};

struct db_link {
    struct db *db;               /* NULL while away */
    int64_t wait_ms;             /* before the next attempt to connect; 0: none */
    char reason[DB_REASON_SIZE]; /* why it is away */
    struct db_options options;   /* of the copies below; reason points into us: do not move us */
    char *conninfo;
    char *password;
    char *application_name;
};

/* Copies the options; connects nothing. ERR_INTERNAL without memory. Loop thread, for its metrics. */
ERR_CHECKED enum err db_link_init(struct db_link *link, const struct db_options *options);

/* Connects. On failure reason says why. */
ERR_CHECKED enum err db_link_connect(struct db_link *link);

/* The connection does what it is for: the next loss is answered without waiting. */
void db_link_settle(struct db_link *link);

/* Gives the connection up, if there is one, and sets how long to wait: 50 ms, doubling to 10 s. */
void db_link_drop(struct db_link *link, const char *reason);

/* Closes and frees; takes zeroed structs. */
void db_link_release(struct db_link *link);

#endif
