/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs: one line per event on standard error, JSON by default, aligned text
 * when standard error is a terminal (or as log_open() is told).
 *
 * The first argument is a stable snake_case event name that alarms may match
 * on; fields follow. Never log a name, a subject, a vote's content or a
 * request body. Domain code and leaf functions do not log: the handler that
 * decides what happens next logs once.
 *
 *     log_warn("database_unavailable", log_str("service", name), log_int("retry_ms", wait_ms));
 *
 * Any thread; a line is written whole.
 */
#ifndef HYEOPCHI_RUNTIME_LOG_H
#define HYEOPCHI_RUNTIME_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

enum log_format { LOG_FORMAT_AUTO, LOG_FORMAT_JSON, LOG_FORMAT_TEXT };

enum log_field_type { LOG_FIELD_END, LOG_FIELD_STR, LOG_FIELD_INT, LOG_FIELD_BOOL };

struct log_field {
    enum log_field_type type;
    const char *name;
    const char *text;
    int64_t integer;
};

/* Sets the program's name (put in every line), the lowest level written and the format. */
void log_open(const char *program, enum log_level level, enum log_format format);

/* The same by the words of settings: "debug" to "error", and "auto", "json" or "text". */
void log_open_words(const char *program, const char *level, const char *format);

/* A text field; NULL is written as null. Borrowed until the log call returns. */
struct log_field log_str(const char *name, const char *text);
struct log_field log_int(const char *name, int64_t integer);
struct log_field log_bool(const char *name, bool value);
struct log_field log_end(void);

/* Writes one event; fields end with log_end(). Use the macros below instead. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);

#define LOG_CALL(level, event, ...) log_write(level, event, (const struct log_field[]){__VA_ARGS__})
#define log_debug(...)              LOG_CALL(LOG_DEBUG, __VA_ARGS__, log_end())
#define log_info(...)               LOG_CALL(LOG_INFO, __VA_ARGS__, log_end())
#define log_warn(...)               LOG_CALL(LOG_WARN, __VA_ARGS__, log_end())
#define log_error(...)              LOG_CALL(LOG_ERROR, __VA_ARGS__, log_end())

#endif
