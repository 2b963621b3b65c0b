/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds one line in memory of its own and writes it with one write(2), so that
 * lines of several threads (and of several processes on one pipe) never mix.
 * Must never allocate, never fail its caller, and never let a value end a line
 * or a JSON string early.
 */
#include "runtime/log.h"

#include "runtime/clock.h"
#include "runtime/utf8.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    LOG_LINE_SIZE_MAX = 8192,
    LOG_TEXT_LENGTH_MAX = 2048, /* bytes of one value; the rest is cut */
    LOG_TAIL_SIZE = 32,         /* kept free for the line's end */
    LOG_FIELD_COUNT_MAX = 64,
    LOG_PROGRAM_SIZE = 64,
};

struct line {
    char bytes[LOG_LINE_SIZE_MAX];
    size_t length;
    bool full;
};

static struct {
    char program[LOG_PROGRAM_SIZE];
    enum log_level level;
    bool text;
} state = {.program = "hyeopchi", .level = LOG_INFO};

void log_open(const char *program, enum log_level level, enum log_format format)
{
    (void)snprintf(state.program, sizeof state.program, "%s", program);
    state.level = level;
    state.text =
        format == LOG_FORMAT_TEXT || (format == LOG_FORMAT_AUTO && isatty(STDERR_FILENO) == 1);
}

void log_open_words(const char *program, const char *level, const char *format)
{
    static const char *const LEVELS[] = {"debug", "info", "warn", "error"};
    enum log_level least = LOG_INFO;
    enum log_format shape = LOG_FORMAT_AUTO;

    for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++) {
        if (strcmp(LEVELS[i], level) == 0) {
            least = (enum log_level)i;
        }
    }
    if (strcmp(format, "json") == 0) {
        shape = LOG_FORMAT_JSON;
    } else if (strcmp(format, "text") == 0) {
        shape = LOG_FORMAT_TEXT;
    }
    log_open(program, least, shape);
}

struct log_field log_str(const char *name, const char *text)
{
    return (struct log_field){.type = LOG_FIELD_STR, .name = name, .text = text};
}

struct log_field log_int(const char *name, int64_t integer)
{
    return (struct log_field){.type = LOG_FIELD_INT, .name = name, .integer = integer};
}

struct log_field log_bool(const char *name, bool value)
{
    return (struct log_field){.type = LOG_FIELD_BOOL, .name = name, .integer = value};
}

struct log_field log_end(void)
{
    return (struct log_field){.type = LOG_FIELD_END};
}

/* Bytes past the limit mark the line full; the caller then takes the whole field back. */
static void line_add(struct line *line, const char *bytes, size_t length)
{
    if (line->full || length > sizeof line->bytes - LOG_TAIL_SIZE - line->length) {
        line->full = true;
        return;
    }
    memcpy(line->bytes + line->length, bytes, length);
    line->length += length;
}

static void line_add_text(struct line *line, const char *text)
{
    line_add(line, text, strlen(text));
}

static void line_add_integer(struct line *line, int64_t integer)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%lld", (long long)integer);
    line_add_text(line, digits);
}

static void line_add_control(struct line *line, unsigned char byte)
{
    char escape[8];

    (void)snprintf(escape, sizeof escape, "\\u%04x", (unsigned)byte);
    line_add_text(line, escape);
}

/* The inside of a JSON string; broken UTF-8 becomes U+FFFD, too long text ends in an ellipsis. */
static void line_add_escaped(struct line *line, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t done = 0;

    while (at[done] != '\0') {
        size_t length = utf8_length(text + done);

        if (done + length > LOG_TEXT_LENGTH_MAX) {
            line_add_text(line, "…");
            return;
        }
        if (length == 0) {
            line_add_text(line, "\xEF\xBF\xBD");
            done++;
            continue;
        }
        if (at[done] == '"' || at[done] == '\\') {
            line_add(line, "\\", 1);
            line_add(line, text + done, 1);
        } else if (at[done] < 0x20 || at[done] == 0x7F) {
            line_add_control(line, at[done]);
        } else {
            line_add(line, text + done, length);
        }
        done += length;
    }
}

static void line_add_quoted(struct line *line, const char *text)
{
    if (text == NULL) {
        line_add_text(line, "null");
        return;
    }
    line_add(line, "\"", 1);
    line_add_escaped(line, text);
    line_add(line, "\"", 1);
}

/* On a terminal a value is quoted only where it would otherwise be hard to tell apart. */
static void line_add_readable(struct line *line, const char *text)
{
    if (text != NULL && text[0] != '\0' && strpbrk(text, " =\"\\\t\r\n") == NULL) {
        line_add_escaped(line, text);
    } else {
        line_add_quoted(line, text);
    }
}

static void line_add_value(struct line *line, const struct log_field *field, bool readable)
{
    switch (field->type) {
    case LOG_FIELD_STR:
        if (readable) {
            line_add_readable(line, field->text);
        } else {
            line_add_quoted(line, field->text);
        }
        break;
    case LOG_FIELD_INT:
        line_add_integer(line, field->integer);
        break;
    case LOG_FIELD_BOOL:
        line_add_text(line, field->integer ? "true" : "false");
        break;
    case LOG_FIELD_END:
        break;
    }
}

/* Real time, not the demonstration's: logs are read beside those of other programs. */
static void now_text(char ret_text[CLOCK_TEXT_SIZE])
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now); /* Cannot fail for this clock. */
    clock_format((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, ret_text);
}

static const char *level_name(enum log_level level)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    return names[level];
}

static void line_begin_json(struct line *line, enum log_level level, const char *event)
{
    char time_text[CLOCK_TEXT_SIZE];

    now_text(time_text);
    line_add_text(line, "{\"time\":\"");
    line_add_text(line, time_text);
    line_add_text(line, "\",\"level\":\"");
    line_add_text(line, level_name(level));
    line_add_text(line, "\",\"program\":");
    line_add_quoted(line, state.program);
    line_add_text(line, ",\"event\":");
    line_add_quoted(line, event);
}

static void line_begin_text(struct line *line, enum log_level level, const char *event)
{
    char time_text[CLOCK_TEXT_SIZE];
    char head[64];

    now_text(time_text);
    /* Only the time of day: somebody is watching. */
    (void)snprintf(head, sizeof head, "%.12s %-5s ", time_text + 11, level_name(level));
    line_add_text(line, head);
    line_add_escaped(line, state.program);
    line_add(line, ": ", 2);
    line_add_escaped(line, event);
}

static void line_add_field(struct line *line, const struct log_field *field)
{
    if (state.text) {
        line_add(line, "  ", 2);
        line_add_escaped(line, field->name);
        line_add(line, "=", 1);
    } else {
        line_add(line, ",", 1);
        line_add_quoted(line, field->name);
        line_add(line, ":", 1);
    }
    line_add_value(line, field, state.text);
}

static void line_write(enum log_level level, const char *event, const struct log_field *fields)
{
    struct line line = {.length = 0};
    const char *tail;
    size_t before;

    if (state.text) {
        line_begin_text(&line, level, event);
    } else {
        line_begin_json(&line, level, event);
    }
    for (size_t i = 0; i < LOG_FIELD_COUNT_MAX && fields[i].type != LOG_FIELD_END; i++) {
        before = line.length;
        line_add_field(&line, &fields[i]);
        if (line.full) {
            line.length = before;
            break;
        }
    }

    if (state.text) {
        tail = line.full ? "  truncated=true\n" : "\n";
    } else {
        tail = line.full ? ",\"truncated\":true}\n" : "}\n";
    }
    memcpy(line.bytes + line.length, tail, strlen(tail));
    line.length += strlen(tail);

    /* A log that cannot be written has nowhere to say so. */
    while (write(STDERR_FILENO, line.bytes, line.length) < 0 && errno == EINTR) {
    }
}

/* Most calls end here, so the line's thousands of bytes are another function's. */
void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    if (level >= state.level) {
        line_write(level, event, fields);
    }
}
