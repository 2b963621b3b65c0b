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

#include <assert.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    MIGRATE_PATIENCE_MS = 10 * 60 * 1000, /* how long an absent database is waited for */
    MIGRATE_PAUSE_FIRST_MS = 50,
    MIGRATE_PAUSE_MAX_MS = 5000,
    HEALTH_TIMEOUT_S = 5,
    HEALTH_ANSWER_SIZE = 64, /* the status line is all that counts */
    ADDRESS_SIZE = 256,
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

/* "127.0.0.1:8080" or "[::1]:8080" into its two halves; who listens everywhere is asked on loopback. */
static enum err split_address(const char *listen, char ret_host[ADDRESS_SIZE],
                              const char **ret_port)
{
    const char *colon = strrchr(listen, ':');
    const char *start = listen[0] == '[' ? listen + 1 : listen;
    size_t length;

    if (colon == NULL || colon <= start) {
        return ERR_INVALID;
    }
    length = (size_t)(colon - start);
    if (listen[0] == '[') {
        if (start[length - 1] != ']') {
            return ERR_INVALID;
        }
        length--;
    }
    if (length >= ADDRESS_SIZE) {
        return ERR_INVALID;
    }
    memcpy(ret_host, start, length);
    ret_host[length] = '\0';
    if (strcmp(ret_host, "0.0.0.0") == 0) {
        (void)snprintf(ret_host, ADDRESS_SIZE, "127.0.0.1");
    } else if (strcmp(ret_host, "::") == 0) {
        (void)snprintf(ret_host, ADDRESS_SIZE, "::1");
    }
    *ret_port = colon + 1;
    return ERR_OK;
}

/* A bounded wait for connecting, sending and receiving alike. */
static int open_socket(int family)
{
    const struct timeval timeout = {.tv_sec = HEALTH_TIMEOUT_S};
    int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (descriptor >= 0 &&
        (setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) != 0 ||
         setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) != 0)) {
        (void)close(descriptor);
        return -1;
    }
    return descriptor;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor;

    if (strlen(path) >= sizeof address.sun_path) {
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    descriptor = open_socket(AF_UNIX);
    if (descriptor >= 0 &&
        connect(descriptor, (const struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(descriptor);
        return -1;
    }
    return descriptor;
}

static int connect_tcp(const char *listen)
{
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *found = NULL;
    char host[ADDRESS_SIZE];
    const char *port;
    int descriptor;

    if (split_address(listen, host, &port) || getaddrinfo(host, port, &hints, &found) != 0) {
        return -1;
    }
    descriptor = open_socket(found->ai_family);
    if (descriptor >= 0 && connect(descriptor, found->ai_addr, found->ai_addrlen) != 0) {
        (void)close(descriptor);
        descriptor = -1;
    }
    freeaddrinfo(found);
    return descriptor;
}

static const char HEALTH_REQUEST[] =
    "GET /readyz HTTP/1.1\r\n"
    "Host: localhost\r\n"
    "Connection: close\r\n"
    "\r\n";

/* Sends the question and reads the beginning of the answer; false when it cannot. */
static bool ask(int descriptor, char ret_answer[HEALTH_ANSWER_SIZE])
{
    size_t length = 0;
    ssize_t got = 1;

    if (send(descriptor, HEALTH_REQUEST, sizeof HEALTH_REQUEST - 1, MSG_NOSIGNAL) !=
        (ssize_t)sizeof HEALTH_REQUEST - 1) {
        return false;
    }
    while (length < HEALTH_ANSWER_SIZE - 1 && got > 0) {
        got = recv(descriptor, ret_answer + length, HEALTH_ANSWER_SIZE - 1 - length, 0);
        if (got > 0) {
            length += (size_t)got;
        }
    }
    ret_answer[length] = '\0';
    return length > 0;
}

static enum err healthcheck(const struct host_config *config)
{
    const char *listen = config->http_listen;
    char answer[HEALTH_ANSWER_SIZE] = "";
    int descriptor =
        strncmp(listen, "unix:", 5) == 0 ? connect_unix(listen + 5) : connect_tcp(listen);
    bool answered;

    if (descriptor < 0) {
        log_error("healthcheck_failed", log_str("listen", listen),
                  log_str("reason", "nobody listens there"));
        return ERR_UNAVAILABLE;
    }
    answered = ask(descriptor, answer);
    (void)close(descriptor); /* Everything was read, or will not be. */
    if (!answered || strncmp(answer, "HTTP/1.1 200 ", 13) != 0) {
        answer[strcspn(answer, "\r\n")] = '\0';
        log_error("healthcheck_failed", log_str("listen", listen),
                  log_str("reason", answered ? answer : "no answer"));
        return ERR_UNAVAILABLE;
    }
    return ERR_OK;
}

enum err host_command(const char *command, const struct host_config *config,
                      const struct host_options *options)
{
    enum err err;

    host_log_open(config, options->service);
    if (strcmp(command, "healthcheck") == 0) {
        return healthcheck(config);
    }
    if (strcmp(command, "migrate") != 0) {
        log_error("unknown_command", log_str("command", command),
                  log_str("action", "--help lists the commands"));
        return ERR_NOT_FOUND;
    }
    err = host_protect_memory();
    if (!err) {
        err = crypto_open();
    }
    if (err) {
        log_error("open_failed", log_str("part", "crypto"), log_str("error", err_name(err)));
        return err;
    }
    return migrate(config, options);
}
