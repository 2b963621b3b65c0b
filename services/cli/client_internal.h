/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What client.c and client_attempt.c share: the client's state and one attempt
 * to send a request. No other file includes this.
 */
#ifndef HYEOPCHI_CLI_CLIENT_INTERNAL_H
#define HYEOPCHI_CLI_CLIENT_INTERNAL_H

#include "cli/client.h"

#include <curl/curl.h>

enum {
    CLIENT_AUTHORITY_SIZE = 280,
    CLIENT_PATH_SIZE = 4096,
    CLIENT_REASON_SIZE = CURL_ERROR_SIZE,
};

/* Where a service is. */
struct client_target {
    char given[CLIENT_URL_SIZE];  /* as the user wrote it, without a trailing slash */
    char base[CLIENT_URL_SIZE];   /* "http://127.0.0.1:8081" */
    char socket[CLIENT_URL_SIZE]; /* path of the UNIX socket; "" for TCP */
    char scheme[8];
    char authority[CLIENT_AUTHORITY_SIZE]; /* what goes into Host */
};

struct client {
    struct client_target targets[CLIENT_SERVICE_COUNT];
    char ca_file[CLIENT_PATH_SIZE]; /* "": the system's certificates */
    struct key_file key;
    bool has_key;
    int64_t timeout_ms;
    int64_t deadline_ms; /* monotonic; of the request under way */
    CURL *curl;
};

/* How one attempt went. */
struct client_attempt {
    int status;             /* 0: no answer */
    int64_t retry_after_s;  /* 0: not said */
    bool sent;              /* the connection stood, so the service may have taken it */
    char content_type[128]; /* "" when not said */
    char reason[CLIENT_REASON_SIZE];
};

ERR_CHECKED enum err client_target_set(struct client_target *target, const char *url);
ERR_CHECKED enum err client_curl_open(struct client *client);
void client_curl_close(struct client *client);

/* Sends once; *ret_attempt says how it went. ERR_INVALID after saying why it cannot be sent at all. */
ERR_CHECKED enum err client_attempt_send(struct client *client,
                                         const struct client_request *request, struct buffer *body,
                                         struct client_attempt *ret_attempt);

#endif
