/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Votes by message: the socket (nng REP) where kiosks and gateways hand in what
 * front ends send by HTTP. Only head and answer differ: signatures are of a
 * statement (domain/cast_statement.h) and obey the rules of HTTP's, from the
 * same keys and with the same nonces; from there on a request takes the same
 * course (cast_run.h). Nothing is answered as accepted that is not durable.
 *
 * Loop thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_GATEWAY_GATEWAY_H
#define HYEOPCHI_PARTICIPATION_GATEWAY_GATEWAY_H

#include "participation/service.h"
#include "runtime/err.h"

#include <stdbool.h>

enum {
    GATEWAY_REQUEST_COUNT_MAX = 48,             /* under way; more are told that it is overloaded */
    GATEWAY_TOTAL_SIZE_MAX = 64 * 1024 * 1024,  /* bytes of requests under way; likewise */
    GATEWAY_REQUEST_SIZE_MAX = 9 * 1024 * 1024, /* of one message; a longer one is dropped with its
                                                    connection */
    GATEWAY_RESPONSE_SIZE_MAX = 65 * 1024 * 1024, /* of one answer */
};

struct gateway;

/* Listens. With an empty url nowhere: *ret_gateway is NULL then, which all of the following take. */
ERR_CHECKED enum err gateway_open(struct participation *service, const char *url,
                                  struct gateway **ret_gateway);

/* Whether requests wait for their answers. */
bool gateway_owes_answers(const struct gateway *gateway);

/* Listens no more; a stop function: context is the struct gateway **, which it sets to NULL. What is
 * still under way goes on, and is not answered. */
void gateway_stop(void *context);

#endif
