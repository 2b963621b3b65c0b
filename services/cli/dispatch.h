/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From argv to the command that runs: finds noun and verb, answers --help, and
 * says what was probably meant when there is no such word.
 */
#ifndef HYEOPCHI_CLI_DISPATCH_H
#define HYEOPCHI_CLI_DISPATCH_H

#include "cli/command.h"

/* Runs one command line; argv[0] is the program. */
enum cli_status dispatch(int argc, const char *const *argv);

/*
 * The command of a noun whose verb's words stand at the front of argv; the longest wins.
 * *ret_words says how many words it has. NULL when there is none.
 */
const struct command *dispatch_find(const struct command_noun *noun, int argc,
                                    const char *const *argv, int *ret_words);

#endif
