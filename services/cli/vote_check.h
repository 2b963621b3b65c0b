/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi vote check`: whether the vote of a receipt code is on the public
 * board. A code finds a vote and proves nothing; the receipt and hyeopchi-verify
 * do.
 */
#ifndef HYEOPCHI_CLI_VOTE_CHECK_H
#define HYEOPCHI_CLI_VOTE_CHECK_H

#include "cli/command.h"

enum cli_status vote_check(const struct invocation *invocation);

#endif
