/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbered SQL migrations, embedded in the binary (hyeopchi_embed_migrations()
 * in services/options.cmake), applied in order under an advisory lock with a
 * lock timeout, each in its own transaction, and recorded with its hash in
 * `public.schema_migration(name, number, file, sha256, applied_at_ms)` where
 * name is the set ("runtime", "ledger"). Forward only. Blocking; before the
 * loop runs.
 */
#ifndef HYEOPCHI_RUNTIME_MIGRATE_H
#define HYEOPCHI_RUNTIME_MIGRATE_H

#include "runtime/crypto.h"
#include "runtime/db.h"
#include "runtime/err.h"

enum {
    MIGRATE_COUNT_MAX = 1024,
    MIGRATE_WAIT_MS = 30000, /* for another migration to end */
};

struct migration {
    int number;       /* 1, 2, 3 … */
    const char *file; /* "0001_ledger.sql" */
    const char *sql;
};

struct migration_set {
    const char *name; /* "runtime", "participation", … */
    const struct migration *migrations;
    size_t count;
};

/* Schema `event` (stream_head, log, consumer_offset, dead_letter); every service applies it first. */
extern const struct migration_set migrate_runtime_set;

/*
 * Applies what is missing; several at once wait for each other. ERR_CONFLICT
 * when an applied migration's text has changed or the schema is newer than the
 * binary; ERR_UNAVAILABLE when another migration holds the lock too long.
 */
ERR_CHECKED enum err migrate_apply(struct db *db, const struct migration_set *set);

/* Says whether the schema is exactly what the binary expects; the same errors, changes nothing;
 * ERR_NOT_FOUND when migrations are missing. */
ERR_CHECKED enum err migrate_check(struct db *db, const struct migration_set *set);

/* One applied migration, as the database remembers it. */
struct migration_record {
    int64_t number;
    uint8_t sha256[CRYPTO_HASH_SIZE];
};

/*
 * Compares what was applied, in order of number, with the set, whose numbers
 * must be 1, 2, 3 … ERR_CONFLICT as above; else *ret_applied counts the
 * migrations that need not be applied again. Pure; logs what differs.
 */
ERR_CHECKED enum err migrate_compare(const struct migration_set *set,
                                     const struct migration_record *records, size_t count,
                                     size_t *ret_applied);

#endif
