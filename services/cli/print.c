/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON for people, two levels deep: what nests deeper is shown as JSON. Never
 * recursive, and never trusting: every text goes through append_clean().
 */
#include "cli/print.h"

#include "cli/phrase.h"
#include "cli/text_width.h"
#include "runtime/clock.h"
#include "runtime/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_SIZE_MAX = 4096, NUMBER_SIZE = 32, KOREA_AHEAD_MS = 9 * 60 * 60 * 1000 };

/* Text without C0, DEL and C1 characters: each becomes a question mark. */
static void append_clean(const char *text, struct buffer *buffer)
{
    const unsigned char *at;

    for (at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at < 0x20 || *at == 0x7f) {
            buffer_append_u8(buffer, '?');
        } else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) {
            buffer_append_u8(buffer, '?');
            at++;
        } else {
            buffer_append_u8(buffer, *at);
        }
    }
}

static bool ends_with(const char *text, const char *end)
{
    const size_t text_length = strlen(text);
    const size_t end_length = strlen(end);

    return text_length >= end_length && strcmp(text + text_length - end_length, end) == 0;
}

/* -1234567 as -1,234,567 */
static void append_grouped(int64_t number, struct buffer *buffer)
{
    char digits[NUMBER_SIZE];
    const char *at = digits;
    size_t left;

    (void)snprintf(digits, sizeof digits, "%" PRId64, number);
    if (*at == '-') {
        buffer_append_u8(buffer, '-');
        at++;
    }
    for (left = strlen(at); left > 0; left--) {
        buffer_append(buffer, at, 1);
        at++;
        if (left > 1 && left % 3 == 1) {
            buffer_append_u8(buffer, ',');
        }
    }
}

/* "2022-09-19T00:00:00.000Z" as a clock on a wall in Korea shows it; false when it is no time. */
static bool append_time(const char *text, struct buffer *buffer)
{
    char shown[CLOCK_TEXT_SIZE];
    int64_t time_ms;

    if (clock_parse(text, &time_ms) != ERR_OK) {
        return false;
    }
    clock_format(time_ms + KOREA_AHEAD_MS, shown);
    buffer_append_format(buffer, "%.10s %.8s", shown, shown + 11);
    return true;
}

void print_scalar(const char *name, const json_t *value, struct buffer *buffer)
{
    char *text;

    if (value == NULL || json_is_null(value)) {
        buffer_append_u8(buffer, '-');
    } else if (json_is_string(value) && (ends_with(name, "_at") || ends_with(name, "_time")) &&
               append_time(json_string_value(value), buffer)) {
        return;
    } else if (json_is_string(value)) {
        append_clean(json_string_value(value), buffer);
    } else if (json_is_integer(value) && ends_with(name, "_krw")) {
        append_grouped(json_integer_value(value), buffer);
    } else if (json_is_boolean(value)) {
        buffer_append_text(buffer, json_is_true(value) ? say("예", "yes") : say("아니요", "no"));
    } else {
        text = json_text(value);
        append_clean(text != NULL ? text : "?", buffer);
        free(text);
    }
}

static void append_spaces(size_t count, struct buffer *buffer)
{
    for (; count > 0; count--) {
        buffer_append_u8(buffer, ' ');
    }
}

/* Appends the cell and returns its width. */
static size_t append_cell(const char *name, const json_t *value, struct buffer *buffer)
{
    struct buffer cell;
    size_t width;

    buffer_init(&cell, CELL_SIZE_MAX);
    print_scalar(name, value, &cell);
    width = text_width(buffer_text(&cell));
    buffer_append_text(buffer, buffer_text(&cell));
    buffer_release(&cell);
    return width;
}

struct column {
    const char *name;
    size_t width;
};

/* The columns are the first row's keys. */
static size_t find_columns(const json_t *rows, struct column columns[PRINT_COLUMN_COUNT_MAX])
{
    json_t *first = json_array_get(rows, 0);
    size_t count = 0;
    const char *key;
    json_t *value;
    size_t i;
    size_t j;

    json_object_foreach(first, key, value)
    {
        if (count < PRINT_COLUMN_COUNT_MAX) {
            columns[count] = (struct column){key, text_width(key)};
            count++;
        }
    }
    for (i = 0; i < json_array_size(rows); i++) {
        for (j = 0; j < count; j++) {
            struct buffer cell;
            size_t width;

            buffer_init(&cell, CELL_SIZE_MAX);
            width = append_cell(columns[j].name,
                                json_object_get(json_array_get(rows, i), columns[j].name), &cell);
            columns[j].width = width > columns[j].width ? width : columns[j].width;
            buffer_release(&cell);
        }
    }
    return count;
}

/* Numbers to the right, texts to the left; no blanks at the end of a line. */
static void append_column(const struct column *column, const json_t *value, bool last,
                          struct buffer *buffer)
{
    struct buffer cell;
    size_t blanks;

    buffer_init(&cell, CELL_SIZE_MAX);
    blanks = column->width - append_cell(column->name, value, &cell);
    if (json_is_number(value)) {
        append_spaces(blanks, buffer);
        blanks = 0;
    }
    buffer_append_text(buffer, buffer_text(&cell));
    append_spaces(last ? 0 : blanks + 2, buffer);
    buffer_release(&cell);
}

static void append_table(const json_t *rows, size_t indent, struct buffer *buffer)
{
    struct column columns[PRINT_COLUMN_COUNT_MAX];
    const size_t count = find_columns(rows, columns);
    size_t i;
    size_t j;

    append_spaces(indent, buffer);
    for (j = 0; j < count; j++) {
        append_clean(columns[j].name, buffer);
        append_spaces(j + 1 < count ? columns[j].width - text_width(columns[j].name) + 2 : 0,
                      buffer);
    }
    buffer_append_text(buffer, "\n");
    for (i = 0; i < json_array_size(rows); i++) {
        append_spaces(indent, buffer);
        for (j = 0; j < count; j++) {
            append_column(&columns[j], json_object_get(json_array_get(rows, i), columns[j].name),
                          j + 1 == count, buffer);
        }
        buffer_append_text(buffer, "\n");
    }
}

static void append_array(const json_t *array, size_t indent, struct buffer *buffer)
{
    size_t i;

    if (json_array_size(array) == 0) {
        append_spaces(indent, buffer);
        buffer_append_format(buffer, "%s\n", say("(없음)", "(none)"));
        return;
    }
    if (json_is_object(json_array_get(array, 0))) {
        append_table(array, indent, buffer);
        return;
    }
    append_spaces(indent, buffer);
    for (i = 0; i < json_array_size(array); i++) {
        buffer_append_text(buffer, i > 0 ? ", " : "");
        print_scalar("", json_array_get(array, i), buffer);
    }
    buffer_append_text(buffer, "\n");
}

static size_t widest_key(json_t *object)
{
    size_t widest = 0;
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        const size_t width = text_width(key);

        widest = width > widest ? width : widest;
    }
    return widest;
}

static void append_line(const char *key, const json_t *value, size_t width, size_t indent,
                        struct buffer *buffer)
{
    append_spaces(indent, buffer);
    append_clean(key, buffer);
    append_spaces(width - text_width(key) + 2, buffer);
    print_scalar(key, value, buffer);
    buffer_append_text(buffer, "\n");
}

/* An object within the object: its members indented, anything deeper as JSON. */
static void append_inner(json_t *object, struct buffer *buffer)
{
    const size_t width = widest_key(object);
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        append_line(key, value, width, 2, buffer);
    }
}

static void append_object(json_t *object, struct buffer *buffer)
{
    const size_t width = widest_key(object);
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (json_is_object(value) || json_is_array(value)) {
            append_clean(key, buffer);
            buffer_append_text(buffer, "\n");
        }
        if (json_is_object(value)) {
            append_inner(value, buffer);
        } else if (json_is_array(value)) {
            append_array(value, 2, buffer);
        } else {
            append_line(key, value, width, 0, buffer);
        }
    }
}

void print_value(const json_t *value, struct buffer *buffer)
{
    json_t *copy;

    if (json_is_object(value)) {
        /* jansson walks only what is not const. */
        copy = json_deep_copy(value);
        append_object(copy, buffer);
        json_decref(copy);
    } else if (json_is_array(value)) {
        append_array(value, 0, buffer);
    } else {
        print_scalar("", value, buffer);
        buffer_append_text(buffer, "\n");
    }
}

void print_answer(const json_t *value, bool json)
{
    struct buffer buffer;
    char *text;

    if (value == NULL) {
        return;
    }
    if (json) {
        text = json_text(value);
        (void)printf("%s\n", text != NULL ? text : "null");
        free(text);
        return;
    }
    buffer_init(&buffer, PRINT_SIZE_MAX);
    print_value(value, &buffer);
    (void)fputs(buffer_text(&buffer), stdout);
    buffer_release(&buffer);
}

static void append_part(const json_t *problem, const char *name, const char *label,
                        const char **separator, struct buffer *buffer)
{
    const char *text = json_string_value(json_object_get(problem, name));

    if (text != NULL) {
        buffer_append_format(buffer, "%s%s ", *separator, label);
        append_clean(text, buffer);
        *separator = ", ";
    }
}

void print_problem(const json_t *problem, struct buffer *buffer)
{
    const char *code = json_string_value(json_object_get(problem, "code"));
    const char *title = json_string_value(json_object_get(problem, "title"));
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    const char *separator = " (";

    append_clean(code != NULL ? code : say("오류", "error"), buffer);
    if (title != NULL) {
        buffer_append_text(buffer, ": ");
        append_clean(title, buffer);
    }
    if (detail != NULL) {
        buffer_append_text(buffer, " ");
        append_clean(detail, buffer);
    }
    append_part(problem, "field", say("항목", "field"), &separator, buffer);
    append_part(problem, "value", say("값", "value"), &separator, buffer);
    append_part(problem, "rule", say("규칙", "rule"), &separator, buffer);
    if (separator[0] == ',') {
        buffer_append_text(buffer, ")");
    }
}
