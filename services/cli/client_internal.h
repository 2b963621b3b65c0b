/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What client.c and client_attempt.c share: the client's state and one attempt
 * to send a request. No other file includes this.
 */
#ifndef HYEOPCHI_CLI_CLIENT_INTERNAL_H
#define HYEOPCHI_CLI_CLIENT_INTERNAL_H

#include "cli/client.h"

#include "cli/gateway/gateway.h"
#include "runtime/http_client.h"

enum { CLIENT_PATH_SIZE = 4096 };

struct client {
    struct http_client_target targets[CLIENT_SERVICE_COUNT];
    char ca_file[CLIENT_PATH_SIZE]; /* "": the system's certificates */
    struct signing_key key;
    bool has_key;
    int64_t timeout_ms;
    bool timeout_given;
    int64_t deadline_ms; /* monotonic; of the request under way */
    struct http_client http;
    struct gateway *gateway; /* NULL: votes go by HTTP */
    const char *gateway_url; /* borrowed from the invocation */
};

/* Whether the request goes to the gateway. */
bool client_goes_by_message(const struct client *client, const struct client_request *request);

/* Sends once; *ret_attempt says how it went. ERR_INVALID after saying why it cannot be sent at all. */
ERR_CHECKED enum err client_attempt_send(struct client *client,
                                         const struct client_request *request, struct buffer *body,
                                         struct http_client_attempt *ret_attempt);

#endif
