/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ballot wait`: what it is given, and how it is carried out.
 */
#ifndef HYEOPCHI_CLI_BALLOT_WAIT_H
#define HYEOPCHI_CLI_BALLOT_WAIT_H

#include "cli/invocation.h"

extern const struct command_option BALLOT_WAIT_OPTIONS[];

/* Waits until the ballot is in the state or past it, and prints it; CLI_FAILED when it cannot be any more
 * or the time is over. */
enum cli_status ballot_wait(const struct invocation *invocation);

#endif
