/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads settings: arguments are looked through once for what decides about the
 * rest (--config, --help …), then file, environment and flags are gathered in
 * that order, and each row is checked once. Must never print a secret.
 */
#include "runtime/config.h"

#include "runtime/config_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

/* POSIX wants it declared here. */
extern char **environ;

enum err config_refuse(const struct config_program *program, const struct config_row *row,
                       const char *format, ...)
{
    char problem[CONFIG_MESSAGE_SIZE / 2];
    char line[CONFIG_MESSAGE_SIZE];
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    (void)vsnprintf(problem, sizeof problem, format, arguments); /* Cutting is fine. */
    va_end(arguments);
    (void)snprintf(line, sizeof line - 1, "%s: %s%s%s", program->name, problem,
                   row != NULL ? ": " : "", row != NULL ? row->sentence : "");

    /* Given values may hold anything; the answer stays one line. */
    length = strlen(line);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F) {
            line[i] = '?';
        }
    }
    line[length] = '\n';
    while (write(STDERR_FILENO, line, length + 1) < 0 && errno == EINTR) {
    }
    return ERR_INVALID;
}

enum err config_read_file(const char *path, char *ret_text, size_t size, size_t *ret_length)
{
    enum err err = ERR_OK;
    size_t length = 0;
    ssize_t got = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0) {
        return ERR_NOT_FOUND;
    }
    do {
        got = read(file, ret_text + length, size - length);
        if (got > 0) {
            length += (size_t)got;
        }
    } while (length < size && (got > 0 || (got < 0 && errno == EINTR)));
    if (got < 0) {
        err = ERR_NOT_FOUND;
    } else if (length == size) {
        err = ERR_FULL;
    } else {
        ret_text[length] = '\0';
        *ret_length = length;
    }
    (void)close(file); /* Nothing was written. */
    return err;
}

const char *config_system_error(void)
{
    return uv_strerror(uv_translate_sys_error(errno));
}

const char *config_environment(const char *name)
{
    size_t length = strlen(name);

    for (char **at = environ; at != NULL && *at != NULL; at++) {
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=') {
            return *at + length + 1;
        }
    }
    return NULL;
}

static enum err print(const struct config_loader *loader)
{
    struct buffer buffer;
    size_t written = 0;
    enum err err;

    buffer_init(&buffer, CONFIG_PRINT_SIZE_MAX);
    switch (loader->print) {
    case CONFIG_PRINT_HELP:
        config_print_help(&buffer, loader->program);
        break;
    case CONFIG_PRINT_CONFIG:
        config_print_effective(&buffer, loader->values, loader->count);
        break;
    case CONFIG_PRINT_ENVIRONMENT:
        config_print_environment(&buffer, loader->program);
        break;
    case CONFIG_PRINT_SETTINGS:
        config_print_settings(&buffer, loader->program);
        break;
    case CONFIG_PRINT_NOTHING:
        break;
    }
    err = buffer_status(&buffer);
    while (err == ERR_OK && written < buffer.length) {
        ssize_t length = write(STDOUT_FILENO, buffer.data + written, buffer.length - written);

        if (length >= 0) {
            written += (size_t)length;
        } else if (errno != EINTR) {
            err =
                config_refuse(loader->program, NULL, "standard output: %s", config_system_error());
        }
    }
    buffer_release(&buffer);
    return err;
}

/* Everything after the arguments were looked through for --config and --print-…. */
static enum err load(struct config_loader *loader, int argc, char **argv, void *target)
{
    enum err err = config_collect_file(loader);

    if (!err) {
        err = config_collect_environment(loader);
    }
    if (!err) {
        err = config_collect_arguments(loader, argc, argv, true);
    }
    for (size_t i = 0; !err && i < loader->count; i++) {
        err = config_store(loader, &loader->values[i], target);
    }
    return err;
}

enum err config_load(const struct config_program *program, int argc, char **argv, void *target,
                     enum config_action *ret_action, const char **ret_command)
{
    struct config_loader loader = {.program = program};
    enum config_action action = CONFIG_RUN;
    enum err err;

    assert(program->table_count <= CONFIG_TABLE_COUNT_MAX);
    config_collect_defaults(&loader);
    err = config_collect_arguments(&loader, argc, argv, false);
    if (err && loader.print != CONFIG_PRINT_HELP) {
        goto out;
    }
    if (loader.print == CONFIG_PRINT_NOTHING || loader.print == CONFIG_PRINT_CONFIG) {
        err = load(&loader, argc, argv, target);
        if (err) {
            goto out;
        }
    }
    if (loader.print != CONFIG_PRINT_NOTHING) {
        action = CONFIG_DONE;
        err = print(&loader);
        if (err) {
            goto out;
        }
    }
    *ret_action = action;
    *ret_command = loader.command != NULL ? loader.command : "run";
    err = ERR_OK;
out:
    free(loader.file_text);
    return err;
}
