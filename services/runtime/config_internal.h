/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How config.c is put together: config_collect.c gathers what is given,
 * config_store.c checks it and writes the target, config_print.c answers
 * --help and the --print-… flags. Private to those four; everybody else uses
 * config.h. Nothing here ever shows a secret.
 */
#ifndef HYEOPCHI_RUNTIME_CONFIG_INTERNAL_H
#define HYEOPCHI_RUNTIME_CONFIG_INTERNAL_H

#include "runtime/buffer.h"
#include "runtime/config.h"

enum {
    CONFIG_ROW_COUNT_MAX = 128, /* of all tables together */
    CONFIG_NAME_SIZE = 96,      /* a name in any spelling, with its NUL */
    CONFIG_WHERE_SIZE = 4096,   /* where a value was given, with its NUL */
    CONFIG_MESSAGE_SIZE = 2048, /* one refusal */
    CONFIG_PRINT_SIZE_MAX = 256 * 1024,
};

enum config_source {
    CONFIG_FROM_DEFAULT,
    CONFIG_FROM_FILE,
    CONFIG_FROM_ENVIRONMENT,
    CONFIG_FROM_FLAG,
};

enum config_print {
    CONFIG_PRINT_NOTHING,
    CONFIG_PRINT_HELP,
    CONFIG_PRINT_CONFIG,
    CONFIG_PRINT_ENVIRONMENT,
    CONFIG_PRINT_SETTINGS,
};

/* A setting and what was given for it, as text; for a secret that is its file's path. */
struct config_value {
    const struct config_row *row;
    const char *text; /* NULL: required and not given; borrowed */
    enum config_source source;
    int line; /* in the file; 0 elsewhere */
};

struct config_loader {
    const struct config_program *program;
    struct config_value values[CONFIG_ROW_COUNT_MAX];
    size_t count;
    enum config_print print;
    const char *command; /* NULL: none given */
    const char *file_path;
    char *file_text; /* values of the file point into it */
};

/* One line to standard error: what is wrong, then the row's sentence (row may be NULL). Always
 * ERR_INVALID. */
ERR_CHECKED enum err config_refuse(const struct config_program *program,
                                   const struct config_row *row, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reads a whole small file into ret_text (size bytes, with a NUL). ERR_NOT_FOUND with errno when it
 * cannot be read, ERR_FULL when it is longer. */
ERR_CHECKED enum err config_read_file(const char *path, char *ret_text, size_t size,
                                      size_t *ret_length);

/* errno's text. */
const char *config_system_error(void);

/* The variable's value; NULL when it is not set. Borrowed. */
const char *config_environment(const char *name);

/* Gathering, weakest source first; each overwrites what the ones before gave. */
void config_collect_defaults(struct config_loader *loader);
ERR_CHECKED enum err config_collect_file(struct config_loader *loader);
ERR_CHECKED enum err config_collect_environment(struct config_loader *loader);
/* Looks for --config, the printing flags and the command; with `values`, takes the settings too. */
ERR_CHECKED enum err config_collect_arguments(struct config_loader *loader, int argc, char **argv,
                                              bool values);

/* Checks one setting and writes it into the target. */
ERR_CHECKED enum err config_store(const struct config_loader *loader,
                                  const struct config_value *value, void *target);

/* The name under which a row is given: http_listen, database_password_file. */
void config_name(const struct config_row *row, char ret_name[CONFIG_NAME_SIZE]);
/* … as a flag, without the dashes in front: http-listen. */
void config_flag_name(const struct config_row *row, char ret_name[CONFIG_NAME_SIZE]);
/* … as an environment variable: HYEOPCHI_HTTP_LISTEN. */
void config_environment_name(const struct config_row *row, char ret_name[CONFIG_NAME_SIZE]);

/* What a row allows, for people: "integer, 1 to 16, ms". */
void config_describe_range(struct buffer *buffer, const struct config_row *row);

void config_print_help(struct buffer *buffer, const struct config_program *program);
void config_print_environment(struct buffer *buffer, const struct config_program *program);
void config_print_settings(struct buffer *buffer, const struct config_program *program);
void config_print_effective(struct buffer *buffer, const struct config_value *values, size_t count);

#endif
