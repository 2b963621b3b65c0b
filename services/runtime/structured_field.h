/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of Structured Fields (RFC 8941) that signatures and digests are
 * written in: dictionaries of inner lists and of byte sequences. A cursor walks
 * over the text once; what it reads is borrowed from the text. Everything fails
 * with ERR_INVALID and leaves the cursor anywhere. Pure; any thread.
 */
#ifndef HYEOPCHI_RUNTIME_STRUCTURED_FIELD_H
#define HYEOPCHI_RUNTIME_STRUCTURED_FIELD_H

#include "runtime/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIELD_MEMBER_COUNT_MAX = 16, FIELD_ITEM_COUNT_MAX = 64 };

struct field_cursor {
    const char *at;
    const char *end;
};

struct field_text {
    const char *at;
    size_t length;
};

enum field_type {
    FIELD_INTEGER,
    FIELD_DECIMAL,
    FIELD_STRING, /* text is between the quotes, still escaped */
    FIELD_TOKEN,
    FIELD_BYTES, /* text is the base64 between the colons */
    FIELD_BOOLEAN,
};

struct field_item {
    enum field_type type;
    struct field_text text;
    int64_t integer; /* of FIELD_INTEGER and FIELD_BOOLEAN */
};

/* Starts at the first character that is no space. */
void field_cursor_init(struct field_cursor *cursor, const char *text, size_t length);

/* True when nothing is left. */
bool field_at_end(const struct field_cursor *cursor);

/* Steps over this character if it is the next one. */
bool field_take(struct field_cursor *cursor, char character);

void field_skip_spaces(struct field_cursor *cursor);

/* A dictionary's or parameter's key: lower case, digits, _ - . * */
ERR_CHECKED enum err field_read_key(struct field_cursor *cursor, struct field_text *ret_key);

/* An integer, decimal, string, token, byte sequence or boolean. */
ERR_CHECKED enum err field_read_item(struct field_cursor *cursor, struct field_item *ret_item);

/* ";key" or ";key=item", if there is one: *ret_found says so. Without a value it is true (1). */
ERR_CHECKED enum err field_read_parameter(struct field_cursor *cursor, bool *ret_found,
                                          struct field_text *ret_key, struct field_item *ret_value);

/* Steps over all parameters that follow; *ret_count says how many. */
ERR_CHECKED enum err field_skip_parameters(struct field_cursor *cursor, size_t *ret_count);

/* After a member: steps over the comma. *ret_more is false at the end of the dictionary. */
ERR_CHECKED enum err field_next_member(struct field_cursor *cursor, bool *ret_more);

/* Copies a string with its escapes resolved. ERR_FULL when it and a NUL do not fit. */
ERR_CHECKED enum err field_copy_string(const struct field_item *item, char *ret_text, size_t size);

bool field_text_is(const struct field_text *text, const char *expected);

/*
 * The byte sequence that a dictionary holds under this key. ERR_NOT_FOUND when
 * it has no such key; ERR_INVALID when anything in the dictionary is malformed,
 * the key is there twice, or its value is no byte sequence of at most size bytes.
 */
ERR_CHECKED enum err field_dictionary_bytes(const struct field_text *dictionary, const char *key,
                                            uint8_t *ret_data, size_t size, size_t *ret_length);

#endif
