/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ballot export`: a certified ballot as a Pabulib file on standard
 * output.
 */
#ifndef HYEOPCHI_CLI_BALLOT_EXPORT_H
#define HYEOPCHI_CLI_BALLOT_EXPORT_H

#include "cli/command.h"

enum cli_status ballot_export(const struct invocation *invocation);

#endif
