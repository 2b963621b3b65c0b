/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings from tables: one row per setting, from which come the parser, the
 * check, --help, --print-config, --print-env (the sample env file) and the
 * settings table of a README (--print-settings).
 *
 * Order: flag (--http-listen VALUE or --http-listen=VALUE), environment
 * (HYEOPCHI_HTTP_LISTEN), file (--config FILE or HYEOPCHI_CONFIG; lines
 * `http_listen = VALUE`; # at a line's start or after a blank starts a
 * comment), default. A secret row is never taken from a flag or the environment
 * itself: its value is read from the file named by `<name>_file` /
 * HYEOPCHI_<NAME>_FILE, one trailing newline dropped; its default is that
 * file's path, "" for no secret.
 *
 * A wrong value is refused with the row's sentence. Called once at start,
 * before any thread.
 */
#ifndef HYEOPCHI_RUNTIME_CONFIG_H
#define HYEOPCHI_RUNTIME_CONFIG_H

#include "runtime/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONFIG_TEXT_SIZE = 512, /* every text and secret value, with its NUL */
    CONFIG_TABLE_COUNT_MAX = 4,
    CONFIG_FILE_SIZE_MAX = 65536,
};

enum config_type {
    CONFIG_INTEGER, /* int64_t at offset; minimum and maximum hold */
    CONFIG_BOOLEAN, /* bool at offset; on, off, true, false, 1, 0 */
    CONFIG_TEXT,    /* char[CONFIG_TEXT_SIZE] at offset; minimum and maximum bound its length */
    CONFIG_CHOICE,  /* like text, but one of `choices` ("json|text|auto") */
    CONFIG_SECRET,  /* char[CONFIG_TEXT_SIZE] at offset, from a file; never printed */
};

struct config_row {
    const char *name; /* lower snake case */
    enum config_type type;
    int64_t minimum;
    int64_t maximum;
    const char *default_value; /* as it would be written; NULL: the setting is required */
    const char *unit;          /* "ms", "bytes", …; "" where none */
    const char *sentence;      /* what it does, one sentence */
    const char *choices;       /* for CONFIG_CHOICE, else NULL */
    size_t offset;             /* offsetof() in the target struct */
};

struct config_table {
    const struct config_row *rows;
    size_t count;
};

struct config_program {
    const char *name;                  /* "participation" */
    const char *summary;               /* one sentence for --help */
    const char *usage;                 /* commands and examples, printed by --help */
    const struct config_table *tables; /* at most CONFIG_TABLE_COUNT_MAX */
    size_t table_count;
};

enum config_action {
    CONFIG_RUN,  /* go on: the settings are loaded */
    CONFIG_DONE, /* --help or a --print-… was answered on standard output: exit 0 */
};

/*
 * Loads target from argv, environment and file. *ret_command is the first
 * argument that is no flag ("run" when there is none); borrowed from argv.
 *
 * ERR_INVALID  something is wrong; one line that says what, and the row's
 *              sentence, was written to standard error.
 */
ERR_CHECKED enum err config_load(const struct config_program *program, int argc, char **argv,
                                 void *target, enum config_action *ret_action,
                                 const char **ret_command);

#endif
