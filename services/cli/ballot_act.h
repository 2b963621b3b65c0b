/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ballot open`, `extend`, `void`, `close`, `lot`, `exclude`, `certify` and `destroy-key`:
 * what takes two operators.
 */
#ifndef HYEOPCHI_CLI_BALLOT_ACT_H
#define HYEOPCHI_CLI_BALLOT_ACT_H

#include "cli/invocation.h"

#include <jansson.h>

/* Approves something about the ballot that the first operand names: action is what follows the ballot in
 * the path, body a JSON document or NULL. Prints the answer, and says when another operator must approve. */
enum cli_status ballot_act(const struct invocation *invocation, const char *action,
                           const char *body);

/* The same with a document, which it takes; NULL for one that could not be packed. */
enum cli_status ballot_act_with(const struct invocation *invocation, const char *action,
                                json_t *json);

enum cli_status ballot_act_open(const struct invocation *invocation);
enum cli_status ballot_act_close(const struct invocation *invocation);
enum cli_status ballot_act_extend(const struct invocation *invocation);
enum cli_status ballot_act_void(const struct invocation *invocation);
enum cli_status ballot_act_exclude(const struct invocation *invocation);
enum cli_status ballot_act_jury(const struct invocation *invocation);
enum cli_status ballot_act_lot(const struct invocation *invocation);
enum cli_status ballot_act_certify(const struct invocation *invocation);
enum cli_status ballot_act_destroy_key(const struct invocation *invocation);

#endif
