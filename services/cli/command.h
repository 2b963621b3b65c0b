/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of commands: `hyeopchi <noun> <verb> OPERAND… --option VALUE`. From
 * it come the parser, --help, shell completion and the check of what was given,
 * so that none of them can disagree. A noun's own file holds its rows; nouns.c
 * lists the nouns.
 */
#ifndef HYEOPCHI_CLI_COMMAND_H
#define HYEOPCHI_CLI_COMMAND_H

#include "cli/phrase.h"

#include <stdbool.h>
#include <stddef.h>

/* What a command returns and the program exits with. */
enum cli_status {
    CLI_OK = 0,
    CLI_FAILED = 1, /* refused, or it did not work */
    CLI_USAGE = 2,  /* the command line is wrong */
};

struct command_option {
    const char *name;        /* "budget" is --budget */
    const char *argument;    /* "KRW"; NULL: a switch without a value */
    const char *environment; /* read when the flag is not given; NULL */
    const char *choices;     /* "web|kiosk": the only values; NULL */
    bool required;
    bool repeated; /* may be given several times */
    struct phrase sentence;
};

struct command_operand {
    const char *name; /* "BALLOT" */
    bool optional;
    bool repeated; /* may come several times; the last of its table only */
    struct phrase sentence;
};

struct invocation;

typedef enum cli_status (*command_run_fn)(const struct invocation *invocation);

struct command {
    const char *verb; /* "create", "limit set"; "" when the noun is the whole command */
    struct phrase summary;
    const struct command_operand *operands; /* ends with a NULL name; NULL for none */
    const struct command_option *options;   /* ends with a NULL name; NULL for none */
    const struct command_option *shared;    /* a table several commands have in common, or NULL */
    const char *const *examples;            /* whole command lines; ends with NULL */
    command_run_fn run;
};

struct command_noun {
    const char *noun;
    struct phrase summary;
    const struct command *commands;
    size_t count;
};

/* All nouns, in the order of the help; ends with NULL. */
extern const struct command_noun *const NOUNS[];

/* Options that every command has: --json and --help. */
extern const struct command_option COMMON_OPTIONS[];

/* The noun of that name, or NULL. */
const struct command_noun *command_noun_find(const char *name);

#endif
