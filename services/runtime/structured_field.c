/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of Structured Fields. Strict where RFC 8941 is: what it would have a
 * parser fail on fails here. Never reads past the cursor's end: the text need
 * not be NUL-terminated.
 */
#include "runtime/structured_field.h"

#include "runtime/crypto.h"

#include <assert.h>
#include <string.h>

enum {
    INTEGER_DIGITS_MAX = 15,
    DECIMAL_INTEGER_DIGITS_MAX = 12,
    DECIMAL_FRACTION_DIGITS_MAX = 3,
};

/* The next character, or NUL at the end: no structured field holds one. */
static char peek(const struct field_cursor *cursor)
{
    if (cursor->at == cursor->end) {
        return '\0';
    }
    return *cursor->at;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_alpha(char c)
{
    return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool is_key_character(char c)
{
    return is_lower(c) || is_digit(c) || (c != '\0' && strchr("_-.*", c) != NULL);
}

static bool is_token_character(char c)
{
    return is_alpha(c) || is_digit(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~:/", c) != NULL);
}

static bool is_base64_character(char c)
{
    return is_alpha(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
}

/* Steps over every character that the test accepts. */
static struct field_text take_while(struct field_cursor *cursor, bool (*accepts)(char c))
{
    struct field_text text = {.at = cursor->at};

    while (accepts(peek(cursor))) {
        cursor->at++;
    }
    text.length = (size_t)(cursor->at - text.at);
    return text;
}

void field_cursor_init(struct field_cursor *cursor, const char *text, size_t length)
{
    *cursor = (struct field_cursor){.at = text, .end = text + length};
    field_skip_spaces(cursor);
}

bool field_at_end(const struct field_cursor *cursor)
{
    return cursor->at == cursor->end;
}

bool field_take(struct field_cursor *cursor, char character)
{
    assert(character != '\0');
    if (peek(cursor) != character) {
        return false;
    }
    cursor->at++;
    return true;
}

void field_skip_spaces(struct field_cursor *cursor)
{
    while (peek(cursor) == ' ') {
        cursor->at++;
    }
}

static void skip_blanks(struct field_cursor *cursor)
{
    while (peek(cursor) == ' ' || peek(cursor) == '\t') {
        cursor->at++;
    }
}

enum err field_read_key(struct field_cursor *cursor, struct field_text *ret_key)
{
    if (!is_lower(peek(cursor)) && peek(cursor) != '*') {
        return ERR_INVALID;
    }
    *ret_key = take_while(cursor, is_key_character);
    return ERR_OK;
}

static enum err read_number(struct field_cursor *cursor, struct field_item *ret_item)
{
    const char *start = cursor->at;
    const bool negative = field_take(cursor, '-');
    const struct field_text whole = take_while(cursor, is_digit);
    int64_t number = 0;
    size_t i;

    if (whole.length == 0 || whole.length > INTEGER_DIGITS_MAX) {
        return ERR_INVALID;
    }
    if (field_take(cursor, '.')) {
        const struct field_text fraction = take_while(cursor, is_digit);

        if (whole.length > DECIMAL_INTEGER_DIGITS_MAX || fraction.length == 0 ||
            fraction.length > DECIMAL_FRACTION_DIGITS_MAX) {
            return ERR_INVALID;
        }
        *ret_item = (struct field_item){
            .type = FIELD_DECIMAL,
            .text = {start, (size_t)(cursor->at - start)},
        };
        return ERR_OK;
    }

    for (i = 0; i < whole.length; i++) {
        number = number * 10 + (whole.at[i] - '0');
    }
    *ret_item = (struct field_item){
        .type = FIELD_INTEGER,
        .text = {start, (size_t)(cursor->at - start)},
        .integer = negative ? -number : number,
    };
    return ERR_OK;
}

static enum err read_string(struct field_cursor *cursor, struct field_item *ret_item)
{
    const char *start = cursor->at;

    while (cursor->at < cursor->end) {
        const char c = *cursor->at;

        if (c == '"') {
            *ret_item = (struct field_item){
                .type = FIELD_STRING,
                .text = {start, (size_t)(cursor->at - start)},
            };
            cursor->at++;
            return ERR_OK;
        }
        if (c < 0x20 || c > 0x7e) {
            return ERR_INVALID;
        }
        cursor->at++;
        if (c == '\\') {
            if (peek(cursor) != '"' && peek(cursor) != '\\') {
                return ERR_INVALID;
            }
            cursor->at++;
        }
    }
    return ERR_INVALID;
}

static enum err read_bytes(struct field_cursor *cursor, struct field_item *ret_item)
{
    *ret_item = (struct field_item){
        .type = FIELD_BYTES,
        .text = take_while(cursor, is_base64_character),
    };
    return field_take(cursor, ':') ? ERR_OK : ERR_INVALID;
}

static enum err read_boolean(struct field_cursor *cursor, struct field_item *ret_item)
{
    *ret_item = (struct field_item){
        .type = FIELD_BOOLEAN,
        .text = {cursor->at, 1},
        .integer = peek(cursor) == '1' ? 1 : 0,
    };
    return field_take(cursor, '1') || field_take(cursor, '0') ? ERR_OK : ERR_INVALID;
}

enum err field_read_item(struct field_cursor *cursor, struct field_item *ret_item)
{
    if (field_take(cursor, '"')) {
        return read_string(cursor, ret_item);
    }
    if (field_take(cursor, ':')) {
        return read_bytes(cursor, ret_item);
    }
    if (field_take(cursor, '?')) {
        return read_boolean(cursor, ret_item);
    }
    if (peek(cursor) == '-' || is_digit(peek(cursor))) {
        return read_number(cursor, ret_item);
    }
    if (peek(cursor) == '*' || is_alpha(peek(cursor))) {
        *ret_item = (struct field_item){
            .type = FIELD_TOKEN,
            .text = take_while(cursor, is_token_character),
        };
        return ERR_OK;
    }
    return ERR_INVALID;
}

enum err field_read_parameter(struct field_cursor *cursor, bool *ret_found,
                              struct field_text *ret_key, struct field_item *ret_value)
{
    if (!field_take(cursor, ';')) {
        *ret_found = false;
        return ERR_OK;
    }
    field_skip_spaces(cursor);
    if (field_read_key(cursor, ret_key)) {
        return ERR_INVALID;
    }
    *ret_found = true;
    *ret_value = (struct field_item){.type = FIELD_BOOLEAN, .integer = 1};
    if (field_take(cursor, '=')) {
        return field_read_item(cursor, ret_value);
    }
    return ERR_OK;
}

enum err field_skip_parameters(struct field_cursor *cursor, size_t *ret_count)
{
    bool found = true;
    size_t count;

    for (count = 0; count <= FIELD_ITEM_COUNT_MAX; count++) {
        struct field_text key;
        struct field_item value;

        if (field_read_parameter(cursor, &found, &key, &value)) {
            return ERR_INVALID;
        }
        if (!found) {
            *ret_count = count;
            return ERR_OK;
        }
    }
    return ERR_INVALID;
}

enum err field_next_member(struct field_cursor *cursor, bool *ret_more)
{
    skip_blanks(cursor);
    if (field_at_end(cursor)) {
        *ret_more = false;
        return ERR_OK;
    }
    if (!field_take(cursor, ',')) {
        return ERR_INVALID;
    }
    skip_blanks(cursor);
    if (field_at_end(cursor)) {
        return ERR_INVALID;
    }
    *ret_more = true;
    return ERR_OK;
}

enum err field_copy_string(const struct field_item *item, char *ret_text, size_t size)
{
    size_t used = 0;
    size_t i;

    if (item->type != FIELD_STRING) {
        return ERR_INVALID;
    }
    for (i = 0; i < item->text.length; i++) {
        if (item->text.at[i] == '\\') {
            i++;
        }
        if (used + 1 >= size) {
            return ERR_FULL;
        }
        ret_text[used] = item->text.at[i];
        used++;
    }
    ret_text[used] = '\0';
    return ERR_OK;
}

bool field_text_is(const struct field_text *text, const char *expected)
{
    return text->length == strlen(expected) && memcmp(text->at, expected, text->length) == 0;
}

enum err field_dictionary_bytes(const struct field_text *dictionary, const char *key,
                                uint8_t *ret_data, size_t size, size_t *ret_length)
{
    struct field_cursor cursor;
    struct field_item wanted = {.type = FIELD_BOOLEAN};
    bool more = true;
    bool found = false;
    size_t members;

    field_cursor_init(&cursor, dictionary->at, dictionary->length);
    for (members = 0; more; members++) {
        struct field_text name;
        struct field_item value = {.type = FIELD_BOOLEAN, .integer = 1};
        size_t parameters = 0;

        if (members == FIELD_MEMBER_COUNT_MAX || field_read_key(&cursor, &name)) {
            return ERR_INVALID;
        }
        if (field_take(&cursor, '=') && field_read_item(&cursor, &value)) {
            return ERR_INVALID;
        }
        if (field_skip_parameters(&cursor, &parameters) || field_next_member(&cursor, &more)) {
            return ERR_INVALID;
        }
        if (field_text_is(&name, key)) {
            if (found) {
                return ERR_INVALID;
            }
            found = true;
            wanted = value;
        }
    }
    if (!found) {
        return ERR_NOT_FOUND;
    }
    if (wanted.type != FIELD_BYTES) {
        return ERR_INVALID;
    }
    return crypto_base64_parse(wanted.text.at, wanted.text.length, ret_data, size, ret_length);
}
