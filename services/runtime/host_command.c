/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands beside `run`: they work without a loop, block, and end. Must
 * never probe the bus, and never migrate as anything but the owner they are
 * told.
 */
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/host_internal.h"
#include "runtime/log.h"
#include "runtime/process.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    MIGRATE_PATIENCE_MS = 10 * 60 * 1000, /* how long an absent database is waited for */
    MIGRATE_PAUSE_FIRST_MS = 50,
    MIGRATE_PAUSE_MAX_MS = 5000,
};

static void on_pause_over(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, NULL);
}

/* On a loop of its own: a command has no other. */
static void pause_for(int64_t duration_ms)
{
    uv_loop_t loop;
    uv_timer_t timer;

    if (uv_loop_init(&loop) != 0) {
        return; /* Then we try again at once. */
    }
    (void)uv_timer_init(&loop, &timer); /* Neither can fail. */
    (void)uv_timer_start(&timer, on_pause_over, (uint64_t)duration_ms, 0);
    (void)uv_run(&loop, UV_RUN_DEFAULT); /* Until the timer is closed. */
    (void)uv_loop_close(&loop);          /* Nothing is open any more. */
}

/* Connects as the owner, waiting for a database that is away. */
static enum err connect_owner(const struct host_config *config, const char *name,
                              struct db **ret_db)
{
    char reason[DB_REASON_SIZE] = "";
    char said[DB_REASON_SIZE] = "";
    bool own = config->migration_database_url[0] != '\0';
    const struct db_options options = {
        .conninfo = own ? config->migration_database_url : config->database_url,
        .password = own ? config->migration_database_password : config->database_password,
        .application_name = name,
        .reason = reason,
    };
    int64_t deadline_ms = clock_monotonic_ms() + MIGRATE_PATIENCE_MS;
    int64_t pause_ms = MIGRATE_PAUSE_FIRST_MS;
    enum err err;

    if (db_conninfo_check(options.conninfo, reason) != ERR_OK) {
        log_error("setting_refused", log_str("setting", "migration_database_url"),
                  log_str("reason", reason));
        return ERR_INVALID;
    }
    for (;;) {
        err = db_open(&options, ret_db);
        if (err != ERR_UNAVAILABLE || clock_monotonic_ms() >= deadline_ms) {
            break;
        }
        if (strcmp(said, reason) != 0) {
            log_warn("database_unavailable", log_str("reason", reason),
                     log_str("action", "waiting"));
            memcpy(said, reason, sizeof said);
        }
        pause_for(pause_ms);
        pause_ms = pause_ms * 2 > MIGRATE_PAUSE_MAX_MS ? MIGRATE_PAUSE_MAX_MS : pause_ms * 2;
    }
    if (err) {
        log_error("database_unavailable", log_str("error", err_name(err)),
                  log_str("reason", reason), log_str("action", "given up"));
    }
    return err;
}

static enum err migrate(const struct host_config *config, const struct host_options *options)
{
    char name[HOST_NAME_SIZE];
    struct db *db = NULL;
    enum err err;

    (void)snprintf(name, sizeof name, "%s migrate", options->service);
    err = connect_owner(config, name, &db);
    if (err) {
        return err;
    }
    err = migrate_apply(db, &migrate_runtime_set);
    if (!err) {
        err = migrate_apply(db, options->migrations);
    }
    db_close(db);
    if (err) {
        log_error("migrate_failed", log_str("error", err_name(err)));
    } else {
        log_info("migrated", log_int("migrations", (int64_t)options->migrations->count));
    }
    return err;
}

enum err host_command(const char *command, const struct host_config *config,
                      const struct host_options *options)
{
    enum err err;

    host_log_open(config, options->service);
    if (strcmp(command, "healthcheck") == 0) {
        return process_healthcheck(config->http_listen);
    }
    if (strcmp(command, "migrate") != 0) {
        log_error("unknown_command", log_str("command", command),
                  log_str("action", "--help lists the commands"));
        return ERR_NOT_FOUND;
    }
    err = process_protect();
    if (!err) {
        err = crypto_open();
    }
    if (err) {
        log_error("open_failed", log_str("part", "crypto"), log_str("error", err_name(err)));
        return err;
    }
    return migrate(config, options);
}
