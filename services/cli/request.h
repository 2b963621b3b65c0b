/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nearly every command does with a service: ask, and either print the
 * answer or say why it was refused. Also how operands become paths.
 */
#ifndef HYEOPCHI_CLI_REQUEST_H
#define HYEOPCHI_CLI_REQUEST_H

#include "cli/client.h"
#include "cli/invocation.h"

#include <jansson.h>

/* The row of a command's table that lets a request be repeated; form is what its key looks like. */
#define REQUEST_KEY_OPTION(form)                                                                   \
    {                                                                                              \
        .name = "idempotency-key", .argument = (form),                                             \
        .sentence = {"같은 요청을 다시 보낼 때 쓸 키 (기본: 새 키)",                               \
                     "the key to repeat the same request with (default: a new one)"},              \
    }

/* The operands of a command about one ballot; see request_ballot_path(). */
extern const struct command_operand REQUEST_BALLOT_OPERAND[];

/* Sends; anything but 2xx is said (with --json as a document on standard output) and is CLI_FAILED.
 * On CLI_OK the caller releases *ret_response. */
enum cli_status request_send(const struct invocation *invocation, struct client *client,
                             const struct client_request *request,
                             struct client_response *ret_response);

/* Opens a client for this one request, and sends as above. */
enum cli_status request_fetch(const struct invocation *invocation,
                              const struct client_request *request,
                              struct client_response *ret_response);

/* The same, and prints the answer. */
enum cli_status request_run(const struct invocation *invocation,
                            const struct client_request *request);

/* The same with a JSON body; takes the reference. NULL is what json_pack() makes of a value that is
 * not UTF-8: a usage error, and said so. */
enum cli_status request_run_json(const struct invocation *invocation,
                                 const struct client_request *request, json_t *body);

/* Says an answer that is a refusal. */
void request_refused(const struct invocation *invocation, const struct client_response *response);

/* "/v1/ballots/<id>" and what follows, from the operand in this place, which must be a UUID.
 * ERR_INVALID after saying so. */
ERR_CHECKED enum err request_ballot_path(const struct invocation *invocation, const char *id,
                                         const char *rest, char ret_path[CLIENT_URL_SIZE]);

#endif
