/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signature-Input, read and written. Other signers' members (a proxy's, say)
 * may use components with parameters, which are not supported here: such a
 * member is refused only when it is the one that is used. Never keeps a
 * component or parameter that would be written differently from how it was read.
 */
#include "runtime/http_signature_input.h"

#include "runtime/structured_field.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const PARAMETER_NAMES[SIGNATURE_PARAMETER_COUNT] = {
    "created", "expires", "nonce", "keyid", "alg", "tag",
};

/* Keeps the first reason; later ones follow from it. */
static void set_reason(char reason[SIGNATURE_REASON_SIZE], const char *text)
{
    if (reason[0] == '\0') {
        (void)snprintf(reason, SIGNATURE_REASON_SIZE, "%s", text);
    }
}

enum err signature_input_cover(struct signature_input *input, const char *name)
{
    const size_t length = strlen(name);

    if (input->component_count == HTTP_SIGNATURE_COMPONENT_COUNT_MAX ||
        length >= SIGNATURE_COMPONENT_SIZE) {
        return ERR_FULL;
    }
    memcpy(input->components[input->component_count], name, length + 1);
    input->component_count++;
    return ERR_OK;
}

bool signature_input_covers(const struct signature_input *input, const char *name)
{
    size_t i;

    for (i = 0; i < input->component_count; i++) {
        if (strcmp(input->components[i], name) == 0) {
            return true;
        }
    }
    return false;
}

void signature_input_order(struct signature_input *input, enum signature_parameter parameter)
{
    assert(!signature_input_has(input, parameter));
    input->order[input->parameter_count] = parameter;
    input->parameter_count++;
}

bool signature_input_has(const struct signature_input *input, enum signature_parameter parameter)
{
    size_t i;

    for (i = 0; i < input->parameter_count; i++) {
        if (input->order[i] == parameter) {
            return true;
        }
    }
    return false;
}

/* ("a" "b"): the syntax always, the content into input, what is unsupported into reason. */
static enum err read_components(struct field_cursor *cursor, struct signature_input *input,
                                char reason[SIGNATURE_REASON_SIZE])
{
    size_t count;

    if (!field_take(cursor, '(')) {
        return ERR_INVALID;
    }
    for (count = 0; count <= FIELD_ITEM_COUNT_MAX; count++) {
        char name[SIGNATURE_COMPONENT_SIZE];
        struct field_item item;
        size_t parameters = 0;

        field_skip_spaces(cursor);
        if (field_take(cursor, ')')) {
            return ERR_OK;
        }
        if (field_read_item(cursor, &item) || field_skip_parameters(cursor, &parameters)) {
            return ERR_INVALID;
        }
        if (cursor->at < cursor->end && *cursor->at != ' ' && *cursor->at != ')') {
            return ERR_INVALID;
        }
        if (item.type != FIELD_STRING) {
            return ERR_INVALID;
        }
        if (parameters > 0) {
            set_reason(reason, "component-parameter");
        } else if (field_copy_string(&item, name, sizeof name)) {
            set_reason(reason, "component-too-long");
        } else if (signature_input_covers(input, name)) {
            set_reason(reason, "component-twice");
        } else if (signature_input_cover(input, name)) {
            set_reason(reason, "too-many-components");
        }
    }
    return ERR_INVALID;
}

/* Where a parameter's text goes and how much fits; NULL for the two that are times. */
static char *text_slot(struct signature_input *input, enum signature_parameter parameter,
                       size_t *ret_size)
{
    switch (parameter) {
    case SIGNATURE_NONCE:
        *ret_size = sizeof input->nonce;
        return input->nonce;
    case SIGNATURE_KEY_ID:
        *ret_size = sizeof input->key_id;
        return input->key_id;
    case SIGNATURE_ALGORITHM:
        *ret_size = sizeof input->algorithm;
        return input->algorithm;
    case SIGNATURE_TAG:
        *ret_size = sizeof input->tag;
        return input->tag;
    case SIGNATURE_CREATED:
    case SIGNATURE_EXPIRES:
    case SIGNATURE_PARAMETER_COUNT:
    default:
        *ret_size = 0;
        return NULL;
    }
}

static void take_parameter(struct signature_input *input, enum signature_parameter parameter,
                           const struct field_item *value, char reason[SIGNATURE_REASON_SIZE])
{
    size_t size = 0;
    char *slot = text_slot(input, parameter, &size);

    if (signature_input_has(input, parameter)) {
        set_reason(reason, "parameter-twice");
        return;
    }
    signature_input_order(input, parameter);
    if (slot != NULL) {
        const enum err err = field_copy_string(value, slot, size);

        if (err) {
            set_reason(reason, err == ERR_FULL ? "parameter-too-long" : "parameter-type");
        }
        return;
    }
    if (value->type != FIELD_INTEGER) {
        set_reason(reason, "parameter-type");
    } else if (parameter == SIGNATURE_CREATED) {
        input->created_s = value->integer;
    } else {
        input->expires_s = value->integer;
    }
}

static enum err read_parameters(struct field_cursor *cursor, struct signature_input *input,
                                char reason[SIGNATURE_REASON_SIZE])
{
    size_t count;

    for (count = 0; count <= FIELD_ITEM_COUNT_MAX; count++) {
        struct field_text key;
        struct field_item value;
        bool found = false;
        int parameter;

        if (field_read_parameter(cursor, &found, &key, &value)) {
            return ERR_INVALID;
        }
        if (!found) {
            return ERR_OK;
        }
        for (parameter = 0; parameter < SIGNATURE_PARAMETER_COUNT; parameter++) {
            if (field_text_is(&key, PARAMETER_NAMES[parameter])) {
                take_parameter(input, (enum signature_parameter)parameter, &value, reason);
                break;
            }
        }
        if (parameter == SIGNATURE_PARAMETER_COUNT) {
            set_reason(reason, "parameter-unknown");
        }
    }
    return ERR_INVALID;
}

static enum err read_member(struct field_cursor *cursor, struct signature_input *ret_input,
                            char reason[SIGNATURE_REASON_SIZE])
{
    struct field_text label;

    *ret_input = (struct signature_input){.component_count = 0};
    if (field_read_key(cursor, &label) || !field_take(cursor, '=')) {
        return ERR_INVALID;
    }
    if (label.length >= SIGNATURE_LABEL_SIZE) {
        set_reason(reason, "label-too-long");
    } else {
        memcpy(ret_input->label, label.at, label.length);
    }
    if (read_components(cursor, ret_input, reason)) {
        return ERR_INVALID;
    }
    return read_parameters(cursor, ret_input, reason);
}

enum err signature_input_parse(const char *text, size_t length, struct signature_input *ret_input,
                               char ret_reason[SIGNATURE_REASON_SIZE])
{
    struct field_cursor cursor;
    bool more = true;
    bool found = false;
    size_t members;

    ret_reason[0] = '\0';
    field_cursor_init(&cursor, text, length);
    for (members = 0; more; members++) {
        struct signature_input input;
        char reason[SIGNATURE_REASON_SIZE] = "";

        if (members == FIELD_MEMBER_COUNT_MAX || read_member(&cursor, &input, reason) ||
            field_next_member(&cursor, &more)) {
            set_reason(ret_reason, "syntax");
            return ERR_INVALID;
        }
        if (found && strcmp(input.label, ret_input->label) == 0) {
            set_reason(ret_reason, "label-twice");
            return ERR_INVALID;
        }
        if (!found && signature_input_has(&input, SIGNATURE_KEY_ID)) {
            found = true;
            *ret_input = input;
            set_reason(ret_reason, reason);
        }
    }
    if (!found) {
        return ERR_NOT_FOUND;
    }
    return ret_reason[0] == '\0' ? ERR_OK : ERR_INVALID;
}

static void format_string(const char *text, struct buffer *buffer)
{
    size_t length = strcspn(text, "\"\\");

    buffer_append_u8(buffer, '"');
    buffer_append(buffer, text, length);
    for (text += length; *text != '\0'; text += length) {
        buffer_append_u8(buffer, '\\');
        length = 1 + strcspn(text + 1, "\"\\");
        buffer_append(buffer, text, length);
    }
    buffer_append_u8(buffer, '"');
}

static void format_parameter(const struct signature_input *input,
                             enum signature_parameter parameter, struct buffer *buffer)
{
    buffer_append_text(buffer, ";");
    buffer_append_text(buffer, PARAMETER_NAMES[parameter]);
    buffer_append_text(buffer, "=");
    switch (parameter) {
    case SIGNATURE_CREATED:
        buffer_append_format(buffer, "%" PRId64, input->created_s);
        break;
    case SIGNATURE_EXPIRES:
        buffer_append_format(buffer, "%" PRId64, input->expires_s);
        break;
    case SIGNATURE_NONCE:
        format_string(input->nonce, buffer);
        break;
    case SIGNATURE_KEY_ID:
        format_string(input->key_id, buffer);
        break;
    case SIGNATURE_ALGORITHM:
        format_string(input->algorithm, buffer);
        break;
    case SIGNATURE_TAG:
        format_string(input->tag, buffer);
        break;
    case SIGNATURE_PARAMETER_COUNT:
    default:
        assert(false);
        break;
    }
}

void signature_input_format(const struct signature_input *input, struct buffer *buffer)
{
    size_t i;

    buffer_append_u8(buffer, '(');
    for (i = 0; i < input->component_count; i++) {
        if (i > 0) {
            buffer_append_u8(buffer, ' ');
        }
        format_string(input->components[i], buffer);
    }
    buffer_append_u8(buffer, ')');
    for (i = 0; i < input->parameter_count; i++) {
        format_parameter(input, input->order[i], buffer);
    }
}
