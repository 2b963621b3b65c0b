/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ballot create`: what it is given, and how it is carried out.
 */
#ifndef HYEOPCHI_CLI_BALLOT_CREATE_H
#define HYEOPCHI_CLI_BALLOT_CREATE_H

#include "cli/invocation.h"

extern const struct command_option BALLOT_CREATE_OPTIONS[];
extern const char *const BALLOT_CREATE_EXAMPLES[];

/* Creates a ballot, as a draft, and prints it; with --print it prints the definition and asks nobody. */
enum cli_status ballot_create(const struct invocation *invocation);

#endif
