/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ballot open`, `extend`, `void`, `close`, `lot`, `exclude`, `certify` and `destroy-key`:
 * what takes two operators.
 */
#ifndef HYEOPCHI_CLI_BALLOT_ACT_H
#define HYEOPCHI_CLI_BALLOT_ACT_H

#include "cli/invocation.h"

enum cli_status ballot_act_open(const struct invocation *invocation);
enum cli_status ballot_act_close(const struct invocation *invocation);
enum cli_status ballot_act_extend(const struct invocation *invocation);
enum cli_status ballot_act_void(const struct invocation *invocation);
enum cli_status ballot_act_exclude(const struct invocation *invocation);
enum cli_status ballot_act_lot(const struct invocation *invocation);
enum cli_status ballot_act_certify(const struct invocation *invocation);
enum cli_status ballot_act_destroy_key(const struct invocation *invocation);

#endif
