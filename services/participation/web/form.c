/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads forms and cookies. Must never take one reading of what has two: a
 * doubled field or cookie is as good as none.
 */
#include "participation/web/form.h"

#include "participation/domain/encode.h"
#include "runtime/http_text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Decodes one half of a field into the form's memory and moves *at behind it. */
static enum err decode(const char *begin, const char *end, char **at, const char **ret_text)
{
    size_t length = 0;

    if (!http_text_decode(begin, end, true, *at, &length) || !encode_text_valid(*at, length)) {
        return ERR_INVALID;
    }
    *ret_text = *at;
    *at += length + 1;
    return ERR_OK;
}

static size_t count_fields(const char *body, size_t length)
{
    size_t count = 1;

    for (size_t i = 0; i < length; i++) {
        count += body[i] == '&' ? 1 : 0;
    }
    return count;
}

static enum err parse_fields(struct form *form, const char *body, size_t length)
{
    const char *const end = body + length;
    const char *begin = body;
    char *at = form->text;

    while (begin < end) {
        const char *stop = memchr(begin, '&', (size_t)(end - begin));
        const char *equals;
        struct form_field field = {.name = NULL};
        enum err err;

        stop = stop != NULL ? stop : end;
        equals = memchr(begin, '=', (size_t)(stop - begin));
        if (equals == NULL) {
            return ERR_INVALID;
        }
        err = decode(begin, equals, &at, &field.name);
        if (!err) {
            err = decode(equals + 1, stop, &at, &field.value);
        }
        if (err) {
            return err;
        }
        form->fields[form->count] = field;
        form->count++;
        begin = stop < end ? stop + 1 : end;
    }
    return ERR_OK;
}

enum err form_parse(const void *body, size_t length, struct form *ret_form)
{
    const size_t count = count_fields(body, length);
    struct form form = {.count = 0};
    enum err err = ERR_FULL;

    if (length > FORM_BODY_MAX || count > FORM_FIELD_MAX) {
        return ERR_FULL;
    }
    form.fields = calloc(count, sizeof form.fields[0]);
    form.text = malloc(length + 2 * count + 1); /* Two NULs a field. */
    if (form.fields != NULL && form.text != NULL) {
        err = parse_fields(&form, body, length);
    }
    if (err) {
        form_release(&form);
        return err;
    }
    assert(form.count <= count);
    *ret_form = form;
    return ERR_OK;
}

void form_release(struct form *form)
{
    free(form->fields);
    free(form->text);
    *form = (struct form){.count = 0};
}

const char *form_value(const struct form *form, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->fields[i].name, name) == 0) {
            if (value != NULL) {
                return NULL;
            }
            value = form->fields[i].value;
        }
    }
    return value;
}

enum err form_number(const char *text, int64_t *ret_number)
{
    int64_t number = 0;
    int digits = 0;

    text += strspn(text, " ");
    if (*text == '\0') {
        return ERR_NOT_FOUND;
    }
    for (; *text >= '0' && *text <= '9'; text++) {
        number = number * 10 + (*text - '0');
        digits++;
        if (digits > FORM_NUMBER_LENGTH_MAX) {
            return ERR_INVALID;
        }
    }
    text += strspn(text, " ");
    if (*text != '\0' || digits == 0) {
        return ERR_INVALID;
    }
    *ret_number = number;
    return ERR_OK;
}

enum err form_cookie(const char *header, const char *name, char ret_value[FORM_COOKIE_SIZE])
{
    const size_t name_length = strlen(name);
    const char *at = header;
    bool found = false;

    while (at != NULL && *at != '\0') {
        const size_t length = strcspn(at, ";");

        if (length > name_length && strncmp(at, name, name_length) == 0 && at[name_length] == '=') {
            const size_t value_length = length - name_length - 1;

            if (found || value_length >= FORM_COOKIE_SIZE) {
                return ERR_NOT_FOUND;
            }
            memcpy(ret_value, at + name_length + 1, value_length);
            ret_value[value_length] = '\0';
            found = true;
        }
        at += length;
        at += strspn(at, "; ");
    }
    return found ? ERR_OK : ERR_NOT_FOUND;
}
