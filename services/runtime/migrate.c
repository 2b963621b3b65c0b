/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applies migrations, one transaction each. Every transaction takes the lock,
 * looks at what has been applied since, and applies the next; so whoever waits
 * for another migrator goes on where that one has ended.
 *
 * Must never apply a migration twice, out of order, or beside a text that has
 * changed since.
 */
#include "runtime/migrate.h"

#include "runtime/clock.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_TEXT_SIZE = 16 };

static void hash_migration(const struct migration *migration, uint8_t ret_hash[CRYPTO_HASH_SIZE])
{
    crypto_sha256(migration->sql, strlen(migration->sql), ret_hash);
}

enum err migrate_compare(const struct migration_set *set, const struct migration_record *records,
                         size_t count, size_t *ret_applied)
{
    uint8_t hash[CRYPTO_HASH_SIZE];

    for (size_t i = 0; i < set->count; i++) {
        assert(set->migrations[i].number == (int)i + 1);
    }
    for (size_t i = 0; i < count; i++) {
        if (records[i].number != (int64_t)i + 1) {
            log_error("migration_missing", log_str("set", set->name),
                      log_int("number", (int64_t)i + 1));
            return ERR_CONFLICT;
        }
        if (i >= set->count) {
            log_error("migration_schema_newer", log_str("set", set->name),
                      log_int("number", records[count - 1].number),
                      log_int("expected", (int64_t)set->count));
            return ERR_CONFLICT;
        }
        hash_migration(&set->migrations[i], hash);
        if (memcmp(hash, records[i].sha256, sizeof hash) != 0) {
            log_error("migration_changed", log_str("set", set->name),
                      log_str("file", set->migrations[i].file));
            return ERR_CONFLICT;
        }
    }
    *ret_applied = count;
    return ERR_OK;
}

static const char TABLE_EXISTS[] = "SELECT to_regclass('public.schema_migration') IS NOT NULL";

static enum err table_exists(struct db *db, bool *ret_exists)
{
    struct db_rows *rows;
    enum err err = db_query(db, TABLE_EXISTS, NULL, 0, &rows);

    if (err) {
        return err;
    }
    *ret_exists = db_rows_bool(rows, 0, 0);
    db_rows_release(rows);
    return ERR_OK;
}

/* The runtime role, named like the database, may read what was applied: migrate_check() is its. */
static const char MAKE_TABLE[] =
    "CREATE TABLE public.schema_migration ("
    " name text NOT NULL,"
    " number integer NOT NULL,"
    " file text NOT NULL,"
    " sha256 bytea NOT NULL,"
    " applied_at_ms bigint NOT NULL,"
    " CONSTRAINT schema_migration_pk PRIMARY KEY (name, number));"
    "COMMENT ON TABLE public.schema_migration IS"
    " 'The migrations that have been applied, with the SHA-256 of their text.';"
    "DO $$ BEGIN EXECUTE format('GRANT SELECT ON public.schema_migration TO %I',"
    " current_database()); END $$";

static enum err make_table(struct db *db)
{
    bool exists;
    enum err err = table_exists(db, &exists);

    if (err || exists) {
        return err;
    }
    return db_script(db, MAKE_TABLE);
}

static const char READ_APPLIED[] =
    "SELECT number, sha256 FROM public.schema_migration"
    " WHERE name = $1 ORDER BY number LIMIT $2";

/* Reads what was applied and holds it against the set. */
static enum err compare_applied(struct db *db, const struct migration_set *set, size_t *ret_applied)
{
    const struct db_param params[] = {
        db_text(set->name),
        db_int64(MIGRATE_COUNT_MAX),
    };
    struct migration_record *records = NULL;
    struct db_rows *rows = NULL;
    size_t count;
    size_t length;
    enum err err;

    err = db_query(db, READ_APPLIED, params, DB_COUNT(params), &rows);
    if (err) {
        goto out;
    }
    count = (size_t)db_rows_count(rows);
    records = calloc(count + 1, sizeof *records);
    if (records == NULL) {
        err = ERR_INTERNAL;
        goto out;
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *hash = db_rows_bytes(rows, (int64_t)i, 1, &length);

        records[i].number = db_rows_int64(rows, (int64_t)i, 0);
        if (length == sizeof records[i].sha256) {
            memcpy(records[i].sha256, hash, length);
        }
    }
    err = migrate_compare(set, records, count, ret_applied);

out:
    free(records);
    db_rows_release(rows);
    return err;
}

static const char RECORD_APPLIED[] =
    "INSERT INTO public.schema_migration (name, number, file, sha256, applied_at_ms)"
    " VALUES ($1, $2, $3, $4, $5)";

static enum err record_applied(struct db *db, const char *name, const struct migration *migration)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    const struct db_param params[] = {
        db_text(name),
        db_int32(migration->number),
        db_text(migration->file),
        db_bytes(hash, sizeof hash),
        db_int64(clock_now_ms()),
    };

    hash_migration(migration, hash);
    return db_exec(db, RECORD_APPLIED, params, DB_COUNT(params));
}

static const char SET_TIMEOUTS[] =
    "SELECT set_config('lock_timeout', $1, TRUE), set_config('statement_timeout', '0', TRUE)";

/* For this transaction. A migration may take its time, but must not make others wait for its locks. */
static enum err set_lock_timeout(struct db *db, int timeout_ms)
{
    char text[TIMEOUT_TEXT_SIZE];
    struct db_rows *rows;
    enum err err;

    (void)snprintf(text, sizeof text, "%d", timeout_ms);
    const struct db_param params[] = {
        db_text(text),
    };

    err = db_query(db, SET_TIMEOUTS, params, DB_COUNT(params), &rows);
    if (!err) {
        db_rows_release(rows);
    }
    return err;
}

static const char TAKE_LOCK[] = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";

static enum err take_lock(struct db *db)
{
    const struct db_param params[] = {
        db_text("hyeopchi migration"),
    };
    struct db_rows *rows;
    enum err err = db_query(db, TAKE_LOCK, params, DB_COUNT(params), &rows);

    if (!err) {
        db_rows_release(rows);
    }
    return err;
}

/* Everything of one transaction; *ret_applied is what was applied before it, *ret_done what it did. */
static enum err apply_next(struct db *db, const struct migration_set *set, size_t *ret_applied,
                           bool *ret_done)
{
    enum err err;

    err = set_lock_timeout(db, MIGRATE_WAIT_MS);
    if (!err) {
        err = take_lock(db);
    }
    if (!err) {
        err = set_lock_timeout(db, DB_LOCK_TIMEOUT_MS);
    }
    if (!err) {
        err = make_table(db);
    }
    if (!err) {
        err = compare_applied(db, set, ret_applied);
    }
    *ret_done = !err && *ret_applied == set->count;
    if (!err && !*ret_done) {
        err = db_script(db, set->migrations[*ret_applied].sql);
    }
    if (!err && !*ret_done) {
        err = record_applied(db, set->name, &set->migrations[*ret_applied]);
    }
    return err;
}

enum err migrate_apply(struct db *db, const struct migration_set *set)
{
    size_t applied = 0;
    bool done = false;
    enum err err = ERR_OK;

    assert(set->count <= MIGRATE_COUNT_MAX);
    while (!err && !done) {
        err = db_begin(db);
        if (err) {
            return err;
        }
        err = apply_next(db, set, &applied, &done);
        if (!err) {
            err = db_commit(db);
        }
        if (err) {
            db_rollback(db);
        } else if (!done) {
            log_info("migration_applied", log_str("set", set->name),
                     log_str("file", set->migrations[applied].file));
        }
    }
    return err;
}

enum err migrate_check(struct db *db, const struct migration_set *set)
{
    size_t applied;
    bool exists;
    enum err err;

    err = table_exists(db, &exists);
    if (err) {
        return err;
    }
    if (!exists) {
        return ERR_NOT_FOUND;
    }
    err = compare_applied(db, set, &applied);
    if (err) {
        return err;
    }
    return applied == set->count ? ERR_OK : ERR_NOT_FOUND;
}
