/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON in, strictly: UTF-8, depth at most JSON_DEPTH_MAX, duplicate and unknown
 * keys refused, integers only where counts or money are meant, one value and
 * nothing after it. Every refusal names the field as a JSON pointer.
 *
 * json_read_…() functions read one member of an object into a value and report the first
 * problem; once a reader has a problem the later calls do nothing, so that callers
 * read all members and test once. Any thread.
 */
#ifndef HYEOPCHI_RUNTIME_JSON_H
#define HYEOPCHI_RUNTIME_JSON_H

#include "runtime/buffer.h"
#include "runtime/err.h"
#include "runtime/problem.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_DEPTH_MAX = 16 };

/* Parses one document. ERR_INVALID with *ret_problem filled. *ret_value is a new reference. */
ERR_CHECKED enum err json_parse(const void *text, size_t length, json_t **ret_value,
                                struct problem *ret_problem);

struct json_reader {
    const json_t *object;
    char path[PROBLEM_FIELD_SIZE]; /* of the object: "", "/choices/3" */
    struct problem *problem;       /* shared by nested readers; kind NULL while all is well */
};

/* Starts reading an object; anything else is a problem. *problem must start with kind NULL. */
void json_reader_init(struct json_reader *reader, const json_t *value, const char *path,
                      struct problem *problem);

/* Refuses members that are not among the names (NULL-terminated list). */
void json_reader_allow(struct json_reader *reader, const char *const *names);

/* Required members. Text is copied; its length in bytes must be within minimum..size-1, and it may
 * hold no control characters. */
void json_read_text(struct json_reader *reader, const char *name, size_t length_min, char *ret_text,
                    size_t size);
void json_read_int64(struct json_reader *reader, const char *name, int64_t minimum, int64_t maximum,
                     int64_t *ret_value);
void json_read_bool(struct json_reader *reader, const char *name, bool *ret_value);
void json_read_time(struct json_reader *reader, const char *name, int64_t *ret_time_ms);
void json_read_base64url(struct json_reader *reader, const char *name, uint8_t *ret_bytes,
                         size_t length);
/* One of the names (NULL-terminated list); the index into it. */
void json_read_choice(struct json_reader *reader, const char *name, const char *const *names,
                      int *ret_index);
/* An array of at most count_max elements; borrowed. */
void json_read_array(struct json_reader *reader, const char *name, size_t count_max,
                     const json_t **ret_array);

/* True when the member is there and not null. */
bool json_reader_has(const struct json_reader *reader, const char *name);

/* True while there is no problem. */
bool json_reader_ok(const struct json_reader *reader);

/* Records a problem of the caller's own about a member, unless there is one already. */
void json_reader_refuse(struct json_reader *reader, const char *name,
                        const struct problem_kind *kind, const char *rule, const char *value);

/* Appends the text as a JSON string with its quotes, as json_text() would write it. UTF-8. */
void json_append_string(struct buffer *buffer, const char *text);

/* Compact text with keys in insertion order; malloc'd, the caller frees it; NULL when out of memory. */
char *json_text(const json_t *value);

#endif
