/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The help of the whole command, of a noun and of one verb, written from the
 * table. Appends to a buffer; prints nothing itself.
 */
#ifndef HYEOPCHI_CLI_HELP_H
#define HYEOPCHI_CLI_HELP_H

#include "cli/command.h"
#include "runtime/buffer.h"

enum { HELP_SIZE_MAX = 64 * 1024 };

void help_overview(struct buffer *buffer);
void help_noun(const struct command_noun *noun, struct buffer *buffer);
void help_command(const struct command_noun *noun, const struct command *command,
                  struct buffer *buffer);

#endif
