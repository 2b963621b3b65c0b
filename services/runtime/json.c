/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict JSON: reading the members of an object into values. What the text as
 * a whole must obey (depth, duplicates, UTF-8) is json_parse.c. A refusal never
 * shows a text value, which could be somebody's identity, unless a closed list
 * of names was expected.
 */
#include "runtime/json.h"

#include "runtime/clock.h"
#include "runtime/crypto.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_TEXT_SIZE = 32 };

/* Copies a key into a pointer, escaped as RFC 6901 says; returns the new length. */
static size_t pointer_append(char *pointer, size_t size, size_t length, const char *name)
{
    for (; *name != '\0' && length + 3 < size; name++) {
        if (*name == '~' || *name == '/') {
            pointer[length] = '~';
            pointer[length + 1] = *name == '~' ? '0' : '1';
            length += 2;
        } else {
            pointer[length] = *name;
            length++;
        }
    }
    pointer[length] = '\0';
    return length;
}

/* "/choices/3" and "option" make "/choices/3/option". */
static void member_pointer(const struct json_reader *reader, const char *name,
                           char ret_pointer[PROBLEM_FIELD_SIZE])
{
    size_t length = strlen(reader->path);

    memcpy(ret_pointer, reader->path, length + 1);
    if (length + 2 < PROBLEM_FIELD_SIZE) {
        ret_pointer[length] = '/';
        length++;
        (void)pointer_append(ret_pointer, PROBLEM_FIELD_SIZE, length, name);
    }
}

void json_reader_refuse(struct json_reader *reader, const char *name,
                        const struct problem_kind *kind, const char *rule, const char *value)
{
    char pointer[PROBLEM_FIELD_SIZE];

    if (reader->problem->kind != NULL) {
        return;
    }
    member_pointer(reader, name, pointer);
    problem_set(reader->problem, kind, pointer, rule, value);
}

static void refuse_value(struct json_reader *reader, const char *name, const char *rule,
                         const char *value, const char *ko, const char *en)
{
    json_reader_refuse(reader, name, &PROBLEM_WRONG_VALUE, rule, value);
    problem_detail(reader->problem, ko, en);
}

void json_reader_init(struct json_reader *reader, const json_t *value, const char *path,
                      struct problem *problem)
{
    *reader = (struct json_reader){.object = value, .problem = problem};
    (void)snprintf(reader->path, sizeof reader->path, "%s", path);
    if (problem->kind == NULL && !json_is_object(value)) {
        problem_set(problem, &PROBLEM_WRONG_VALUE, reader->path, "object", NULL);
        problem_detail(problem, "JSON 객체({…})여야 합니다.", "A JSON object ({…}) is expected.");
    }
}

bool json_reader_ok(const struct json_reader *reader)
{
    return reader->problem->kind == NULL;
}

static bool name_is_among(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strcmp(name, *names) == 0) {
            return true;
        }
    }
    return false;
}

void json_reader_allow(struct json_reader *reader, const char *const *names)
{
    const char *const *name;
    const char *key;
    json_t *copy;
    json_t *value;
    size_t known = 0;

    if (!json_reader_ok(reader)) {
        return;
    }
    for (name = names; *name != NULL; name++) {
        known += json_object_get(reader->object, *name) != NULL ? 1 : 0;
    }
    if (known == json_object_size(reader->object)) {
        return;
    }

    /* jansson walks only what is not const; a copy is made just to name the key. */
    copy = json_deep_copy(reader->object);
    json_object_foreach(copy, key, value)
    {
        if (!name_is_among(key, names)) {
            json_reader_refuse(reader, key, &PROBLEM_UNKNOWN_KEY, NULL, NULL);
            break;
        }
    }
    json_decref(copy);
    assert(!json_reader_ok(reader));
}

bool json_reader_has(const struct json_reader *reader, const char *name)
{
    const json_t *value = json_object_get(reader->object, name);

    return value != NULL && !json_is_null(value);
}

/* The member, or NULL with the problem recorded. */
static const json_t *member(struct json_reader *reader, const char *name)
{
    const json_t *value;

    if (!json_reader_ok(reader)) {
        return NULL;
    }
    value = json_object_get(reader->object, name);
    if (value == NULL) {
        json_reader_refuse(reader, name, &PROBLEM_MISSING_KEY, NULL, NULL);
    }
    return value;
}

/* The member if it is a string, else NULL with the problem recorded. */
static const json_t *string_member(struct json_reader *reader, const char *name)
{
    const json_t *value = member(reader, name);

    if (value != NULL && !json_is_string(value)) {
        refuse_value(reader, name, "string", NULL, "문자열이어야 합니다.", "A string is expected.");
        return NULL;
    }
    return value;
}

/* C0, DEL, and C1 (U+0080 to U+009F: c2 80 to c2 9f). */
static bool has_control_character(const char *text)
{
    const unsigned char *byte;

    for (byte = (const unsigned char *)text; *byte != '\0'; byte++) {
        if (*byte < 0x20 || *byte == 0x7f || (*byte == 0xc2 && byte[1] < 0xa0)) {
            return true;
        }
    }
    return false;
}

void json_read_text(struct json_reader *reader, const char *name, size_t length_min, char *ret_text,
                    size_t size)
{
    const json_t *value = string_member(reader, name);
    char ko[PROBLEM_DETAIL_SIZE];
    char en[PROBLEM_DETAIL_SIZE];
    size_t length;

    assert(length_min < size);
    if (value == NULL) {
        return;
    }
    length = json_string_length(value);
    if (length < length_min || length >= size) {
        (void)snprintf(ko, sizeof ko, "UTF-8로 %zu~%zu바이트여야 합니다(받은 길이 %zu바이트).",
                       length_min, size - 1, length);
        (void)snprintf(en, sizeof en, "It must have %zu to %zu bytes of UTF-8; it has %zu.",
                       length_min, size - 1, length);
        refuse_value(reader, name, "length", NULL, ko, en);
        return;
    }
    if (has_control_character(json_string_value(value))) {
        refuse_value(reader, name, "control-character", NULL, "제어 문자는 쓸 수 없습니다.",
                     "Control characters are not allowed.");
        return;
    }
    memcpy(ret_text, json_string_value(value), length + 1);
}

void json_read_int64(struct json_reader *reader, const char *name, int64_t minimum, int64_t maximum,
                     int64_t *ret_value)
{
    const json_t *value = member(reader, name);
    char text[NUMBER_TEXT_SIZE];
    char ko[PROBLEM_DETAIL_SIZE];
    char en[PROBLEM_DETAIL_SIZE];
    int64_t number;

    if (value == NULL) {
        return;
    }
    if (!json_is_integer(value)) {
        refuse_value(reader, name, "integer", NULL, "소수점이나 지수 없이 쓴 정수여야 합니다.",
                     "An integer, without a point or an exponent, is expected.");
        return;
    }
    number = json_integer_value(value);
    if (number < minimum || number > maximum) {
        (void)snprintf(text, sizeof text, "%" PRId64, number);
        (void)snprintf(ko, sizeof ko, "%" PRId64 " 이상 %" PRId64 " 이하여야 합니다.", minimum,
                       maximum);
        (void)snprintf(en, sizeof en, "It must be from %" PRId64 " to %" PRId64 ".", minimum,
                       maximum);
        refuse_value(reader, name, "range", text, ko, en);
        return;
    }
    *ret_value = number;
}

void json_read_bool(struct json_reader *reader, const char *name, bool *ret_value)
{
    const json_t *value = member(reader, name);

    if (value == NULL) {
        return;
    }
    if (!json_is_boolean(value)) {
        refuse_value(reader, name, "boolean", NULL, "true 또는 false여야 합니다.",
                     "true or false is expected.");
        return;
    }
    *ret_value = json_is_true(value);
}

void json_read_time(struct json_reader *reader, const char *name, int64_t *ret_time_ms)
{
    const json_t *value = string_member(reader, name);
    int64_t time_ms = 0;

    if (value == NULL) {
        return;
    }
    if (clock_parse(json_string_value(value), &time_ms)) {
        refuse_value(reader, name, "rfc-3339", NULL,
                     "RFC 3339 시각이어야 합니다. 예: 2026-09-19T09:00:00+09:00",
                     "An RFC 3339 time is expected, such as 2026-09-19T09:00:00+09:00.");
        return;
    }
    *ret_time_ms = time_ms;
}

void json_read_base64url(struct json_reader *reader, const char *name, uint8_t *ret_bytes,
                         size_t length)
{
    const json_t *value = string_member(reader, name);
    char ko[PROBLEM_DETAIL_SIZE];
    char en[PROBLEM_DETAIL_SIZE];
    size_t found = 0;

    if (value == NULL) {
        return;
    }
    if (crypto_base64url_parse(json_string_value(value), json_string_length(value), ret_bytes,
                               length, &found) ||
        found != length) {
        (void)snprintf(ko, sizeof ko, "%zu바이트를 채움 문자 없는 base64url로 써야 합니다.",
                       length);
        (void)snprintf(en, sizeof en, "%zu bytes in base64url without padding are expected.",
                       length);
        refuse_value(reader, name, "base64url", NULL, ko, en);
    }
}

/* "허용되는 값: web, kiosk" */
static void describe_choices(const char *const *names, char ret_ko[PROBLEM_DETAIL_SIZE],
                             char ret_en[PROBLEM_DETAIL_SIZE])
{
    char list[PROBLEM_DETAIL_SIZE / 2] = "";
    size_t used = 0;

    for (; *names != NULL && used < sizeof list; names++) {
        const int wrote =
            snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", *names);

        assert(wrote >= 0);
        used += (size_t)wrote;
    }
    (void)snprintf(ret_ko, PROBLEM_DETAIL_SIZE, "허용되는 값: %s", list);
    (void)snprintf(ret_en, PROBLEM_DETAIL_SIZE, "It must be one of: %s", list);
}

void json_read_choice(struct json_reader *reader, const char *name, const char *const *names,
                      int *ret_index)
{
    const json_t *value = string_member(reader, name);
    char ko[PROBLEM_DETAIL_SIZE];
    char en[PROBLEM_DETAIL_SIZE];
    int index;

    if (value == NULL) {
        return;
    }
    for (index = 0; names[index] != NULL; index++) {
        if (strcmp(json_string_value(value), names[index]) == 0) {
            *ret_index = index;
            return;
        }
    }
    describe_choices(names, ko, en);
    refuse_value(reader, name, "choice", json_string_value(value), ko, en);
}

void json_read_array(struct json_reader *reader, const char *name, size_t count_max,
                     const json_t **ret_array)
{
    const json_t *value = member(reader, name);
    char ko[PROBLEM_DETAIL_SIZE];
    char en[PROBLEM_DETAIL_SIZE];

    if (value == NULL) {
        return;
    }
    if (!json_is_array(value)) {
        refuse_value(reader, name, "array", NULL, "배열이어야 합니다.", "An array is expected.");
        return;
    }
    if (json_array_size(value) > count_max) {
        (void)snprintf(ko, sizeof ko, "%zu개까지 넣을 수 있습니다(받은 개수 %zu개).", count_max,
                       json_array_size(value));
        (void)snprintf(en, sizeof en, "It may hold at most %zu elements; it holds %zu.", count_max,
                       json_array_size(value));
        refuse_value(reader, name, "count", NULL, ko, en);
        return;
    }
    *ret_array = value;
}

void json_append_string(struct buffer *buffer, const char *text)
{
    static const char PLAIN_END[] =
        "\"\\\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e"
        "\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d"
        "\x1e\x1f";
    static const char SHORT[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* a byte, then what it is written as */

    buffer_append_text(buffer, "\"");
    while (*text != '\0') {
        const size_t plain = strcspn(text, PLAIN_END);

        buffer_append(buffer, text, plain);
        text += plain;
        if (*text == '\0') {
            break;
        }
        const char *pair = SHORT;
        while (*pair != '\0' && *pair != *text) {
            pair += 2;
        }
        if (*pair != '\0') {
            const char escape[] = {'\\', pair[1]};
            buffer_append(buffer, escape, sizeof escape);
        } else {
            buffer_append_format(buffer, "\\u%04X", (unsigned)*text);
        }
        text++;
    }
    buffer_append_text(buffer, "\"");
}

char *json_text(const json_t *value)
{
    return json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
}
