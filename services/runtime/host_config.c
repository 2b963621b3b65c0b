/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings that every service has. The sentences are the manual: they are
 * what --help, the READMEs and every refusal say.
 */
#include "runtime/host.h"

#include <stddef.h>

#define TEXT(setting, shortest, value, meaning)                                                    \
    {                                                                                              \
        .name = #setting, .type = CONFIG_TEXT, .minimum = (shortest),                              \
        .maximum = CONFIG_TEXT_SIZE - 1, .default_value = (value), .unit = "",                     \
        .sentence = (meaning), .offset = offsetof(struct host_config, setting)                     \
    }
#define SECRET(setting, meaning)                                                                   \
    {                                                                                              \
        .name = #setting, .type = CONFIG_SECRET, .minimum = 0, .maximum = CONFIG_TEXT_SIZE - 1,    \
        .default_value = "", .unit = "", .sentence = (meaning),                                    \
        .offset = offsetof(struct host_config, setting)                                            \
    }
#define CHOICE(setting, names, value, meaning)                                                     \
    {                                                                                              \
        .name = #setting, .type = CONFIG_CHOICE, .default_value = (value), .unit = "",             \
        .sentence = (meaning), .choices = (names), .offset = offsetof(struct host_config, setting) \
    }
#define INTEGER(setting, least, most, value, measure, meaning)                                     \
    {                                                                                              \
        .name = #setting, .type = CONFIG_INTEGER, .minimum = (least), .maximum = (most),           \
        .default_value = (value), .unit = (measure), .sentence = (meaning),                        \
        .offset = offsetof(struct host_config, setting)                                            \
    }

static const struct config_row ROWS[] = {
    {.name = "district",
     .type = CONFIG_TEXT,
     .minimum = 1,
     .maximum = HOST_DISTRICT_LENGTH_MAX,
     .default_value = NULL,
     .unit = "",
     .sentence = "The district this deployment serves: lower-case letters, digits and hyphens.",
     .offset = offsetof(struct host_config, district)},
    TEXT(http_listen, 1, "127.0.0.1:8080",
         "Where HTTP is served: a loopback or private address with its port, or unix:/path."),
    TEXT(database_url, 1, NULL,
         "The service's own database as the runtime role, a libpq string or URI without"
         " password."),
    SECRET(database_password, "The password of the runtime role."),
    TEXT(migration_database_url, 0, "",
         "The same database as its owner, for `migrate` only; without it database_url is taken."),
    SECRET(migration_database_password, "The password of the owner."),
    TEXT(pub_url, 1, NULL,
         "Bus address where this service publishes: ipc:///path or tcp://127.0.0.1:port."),
    TEXT(fetch_url, 1, NULL, "Bus address where this service lets its events be fetched again."),
    TEXT(keys_file, 0, "",
         "The file of public keys and roles; without it every signed request is refused."),
    TEXT(demonstration_clock_file, 0, "",
         "A file of 8 bytes that shifts the clock of a demonstration; never set it for real use."),
    CHOICE(log_level, "debug|info|warn|error", "info", "The least that is logged."),
    CHOICE(log_format, "auto|json|text", "auto",
           "How log lines look; auto is text on a terminal and JSON elsewhere."),
    INTEGER(reader_threads, 1, READER_THREAD_COUNT_MAX, "2", "threads",
            "How many threads, each with its own connection, answer queries."),
    INTEGER(statement_timeout_ms, 100, 600000, "30000", "ms",
            "How long one SQL statement may take before the database gives it up."),
    INTEGER(stop_timeout_ms, 1000, 600000, "25000", "ms",
            "How long an orderly stop may take before the process ends itself with status 70."),
};

const struct config_table host_config_table = {ROWS, sizeof ROWS / sizeof ROWS[0]};
