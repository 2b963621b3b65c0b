/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shell completion for bash and zsh, written from the table of commands.
 */
#ifndef HYEOPCHI_CLI_COMPLETION_H
#define HYEOPCHI_CLI_COMPLETION_H

#include "cli/command.h"
#include "runtime/buffer.h"

extern const struct command_noun COMPLETION_NOUN;

enum { COMPLETION_SIZE_MAX = 256 * 1024 };

void completion_bash(struct buffer *buffer);
void completion_zsh(struct buffer *buffer);

#endif
