/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command line, parsed against its row of the table: which values were
 * given, by flag or environment. Everything is borrowed from argv and the
 * environment. What is wrong is said on standard error, with where to read on.
 */
#ifndef HYEOPCHI_CLI_INVOCATION_H
#define HYEOPCHI_CLI_INVOCATION_H

#include "cli/command.h"
#include "runtime/err.h"

#include <stdint.h>

enum {
    INVOCATION_OPERAND_COUNT_MAX = 4096,
    INVOCATION_VALUE_COUNT_MAX = 256,
};

struct invocation_value {
    const struct command_option *option;
    const char *value; /* "" for a switch */
};

struct invocation {
    const struct command_noun *noun;
    const struct command *command;
    const char *operands[INVOCATION_OPERAND_COUNT_MAX];
    size_t operand_count;
    struct invocation_value values[INVOCATION_VALUE_COUNT_MAX];
    size_t value_count;
    bool json;
    bool help;
};

/* Parses what follows noun and verb. ERR_INVALID after saying why. --help stops every other check. */
ERR_CHECKED enum err invocation_parse(const struct command_noun *noun,
                                      const struct command *command, int argc,
                                      const char *const *argv, struct invocation *ret_invocation);

/* The operand in this place; NULL when it is optional and absent. */
const char *invocation_operand(const struct invocation *invocation, size_t place);

/* The value of an option (the last one given), else of its environment variable, else NULL. */
const char *invocation_text(const struct invocation *invocation, const char *name);

/* All values of a repeated option, in order; returns how many, at most count_max. */
size_t invocation_texts(const struct invocation *invocation, const char *name,
                        const char **ret_values, size_t count_max);

/* True when the switch was given. */
bool invocation_switch(const struct invocation *invocation, const char *name);

/* A whole number (1_000_000 and 1,000,000 are accepted, 1,00 is not). ERR_NOT_FOUND when it is not given;
 * ERR_INVALID after saying what is allowed. */
ERR_CHECKED enum err invocation_number(const struct invocation *invocation, const char *name,
                                       int64_t minimum, int64_t maximum, int64_t *ret_number);

/* An RFC 3339 time; a day alone (2026-09-19) is its start in Korea. Errors as above. */
ERR_CHECKED enum err invocation_time(const struct invocation *invocation, const char *name,
                                     int64_t *ret_time_ms);

/* Says on standard error that the command line is wrong, and where help is. */
enum cli_status usage_error(const struct invocation *invocation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
