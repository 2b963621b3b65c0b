/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two commands: `hyeopchi-verify BUNDLE` and `hyeopchi-verify watch URL`.
 * Each takes the arguments behind its name, prints to standard output and
 * error, and returns the program's exit status: a verdict, or COMMAND_USAGE.
 */
#ifndef HYEOPCHI_VERIFY_COMMAND_H
#define HYEOPCHI_VERIFY_COMMAND_H

#include <stdbool.h>

#define COMMAND_USAGE 64

int command_verify(int argc, char **argv);
int command_watch(int argc, char **argv);

/* One argument after another, told apart into options and the rest. */
struct arguments {
    int argc;
    char **argv;
    int next;
};

/*
 * Whether the next argument is this option; if so it is read over. An option
 * with a value takes it from "--name=VALUE" or from the argument behind it;
 * *ret_value is NULL when there is none.
 */
bool arguments_flag(struct arguments *arguments, const char *name);
bool arguments_value(struct arguments *arguments, const char *name, const char **ret_value);

/*
 * Takes the next argument as the only one that is no option; a second one is
 * refused with the text, an unknown option by itself. 0, or COMMAND_USAGE.
 */
int arguments_only(struct arguments *arguments, const char *one_at_a_time, const char **slot);

/* Says on standard error what is wrong with how the program was called; returns COMMAND_USAGE. */
int command_usage(const char *what, const char *argument);

#endif
