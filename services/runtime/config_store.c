/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks a setting against its row and writes it into the target. Must never
 * put what a secret's file holds into a refusal.
 */
#include "runtime/config_internal.h"
#include "runtime/crypto.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a value was given, for refusals: "--http-listen", "HYEOPCHI_HTTP_LISTEN", "file:3: http_listen". */
static void describe_source(const struct config_loader *loader, const struct config_value *value,
                            char ret_text[CONFIG_WHERE_SIZE])
{
    char name[CONFIG_NAME_SIZE];

    switch (value->source) {
    case CONFIG_FROM_FLAG:
        config_flag_name(value->row, name);
        (void)snprintf(ret_text, CONFIG_WHERE_SIZE, "--%s", name);
        break;
    case CONFIG_FROM_ENVIRONMENT:
        config_environment_name(value->row, ret_text);
        break;
    case CONFIG_FROM_FILE:
        config_name(value->row, name);
        (void)snprintf(ret_text, CONFIG_WHERE_SIZE, "%s:%d: %s", loader->file_path, value->line,
                       name);
        break;
    case CONFIG_FROM_DEFAULT:
        config_name(value->row, name);
        (void)snprintf(ret_text, CONFIG_WHERE_SIZE, "%s", name);
        break;
    }
}

static bool parse_integer(const char *text, int64_t *ret_integer)
{
    char *end;
    long long integer;

    if (*text != '-' && (*text < '0' || *text > '9')) {
        return false; /* strtoll() would skip blanks and take a plus. */
    }
    errno = 0;
    integer = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0') {
        return false;
    }
    *ret_integer = integer;
    return true;
}

static bool parse_boolean(const char *text, bool *ret_boolean)
{
    static const char *const names[] = {"off", "on", "false", "true", "0", "1"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], text) == 0) {
            *ret_boolean = i % 2 == 1;
            return true;
        }
    }
    return false;
}

static bool is_choice(const char *choices, const char *text)
{
    size_t length = strlen(text);

    for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
        at += *at == '|' ? 1 : 0;
        if (strncmp(at, text, length) == 0 && (at[length] == '|' || at[length] == '\0')) {
            return length > 0 && strchr(text, '|') == NULL;
        }
    }
    return false;
}

/* Length within the row's bounds and the target's size, and nothing unprintable. */
static bool is_text(const struct config_row *row, const char *text)
{
    size_t length = strlen(text);

    if (length >= CONFIG_TEXT_SIZE || (int64_t)length < row->minimum ||
        (int64_t)length > row->maximum) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F) {
            return false;
        }
    }
    return true;
}

/* Reads the secret's file. Refusals name the file, never what it holds. */
static enum err store_secret(const struct config_loader *loader, const struct config_value *value,
                             char *ret_text)
{
    char where[CONFIG_WHERE_SIZE];
    char secret[CONFIG_TEXT_SIZE + 1] = "";
    size_t length = 0;
    enum err err;

    if (value->text[0] == '\0') {
        ret_text[0] = '\0';
        return ERR_OK;
    }
    describe_source(loader, value, where);
    err = config_read_file(value->text, secret, sizeof secret, &length);
    if (err == ERR_NOT_FOUND) {
        return config_refuse(loader->program, value->row, "%s: %s cannot be read: %s", where,
                             value->text, config_system_error());
    }
    if (err == ERR_OK && length > 0 && secret[length - 1] == '\n') {
        length--;
        secret[length] = '\0';
    }
    if (err || strlen(secret) != length || !is_text(value->row, secret)) {
        err = config_refuse(loader->program, value->row,
                            "%s: %s must hold one line of %" PRId64 " to %" PRId64 " bytes", where,
                            value->text, value->row->minimum, value->row->maximum);
    } else {
        memcpy(ret_text, secret, length + 1);
    }
    crypto_wipe(secret, sizeof secret);
    return err;
}

static enum err refuse_value(const struct config_loader *loader, const struct config_value *value)
{
    char where[CONFIG_WHERE_SIZE];
    struct buffer range;
    enum err err;

    describe_source(loader, value, where);
    buffer_init(&range, CONFIG_MESSAGE_SIZE);
    config_describe_range(&range, value->row);
    err = config_refuse(loader->program, value->row, "%s: '%.200s' is not allowed (%s)", where,
                        value->text, buffer_text(&range));
    buffer_release(&range);
    return err;
}

enum err config_store(const struct config_loader *loader, const struct config_value *value,
                      void *target)
{
    const struct config_row *row = value->row;
    char *at = (char *)target + row->offset;
    char name[CONFIG_NAME_SIZE];
    int64_t integer;
    bool boolean;

    if (value->text == NULL) {
        config_name(row, name);
        return config_refuse(loader->program, row, "%s is required and not given", name);
    }
    switch (row->type) {
    case CONFIG_INTEGER:
        if (!parse_integer(value->text, &integer) || integer < row->minimum ||
            integer > row->maximum) {
            return refuse_value(loader, value);
        }
        memcpy(at, &integer, sizeof integer);
        break;
    case CONFIG_BOOLEAN:
        if (!parse_boolean(value->text, &boolean)) {
            return refuse_value(loader, value);
        }
        memcpy(at, &boolean, sizeof boolean);
        break;
    case CONFIG_TEXT:
        if (!is_text(row, value->text)) {
            return refuse_value(loader, value);
        }
        memcpy(at, value->text, strlen(value->text) + 1);
        break;
    case CONFIG_CHOICE:
        if (!is_choice(row->choices, value->text)) {
            return refuse_value(loader, value);
        }
        assert(strlen(value->text) < CONFIG_TEXT_SIZE);
        memcpy(at, value->text, strlen(value->text) + 1);
        break;
    case CONFIG_SECRET:
        return store_secret(loader, value, at);
    }
    return ERR_OK;
}
