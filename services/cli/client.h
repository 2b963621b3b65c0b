/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to the services, over HTTP or a UNIX socket (unix:/path), signed
 * with the operator's key. A POST carries an Idempotency-Key, so that it can be
 * sent again: 503 and a lost connection are retried with the same key for as
 * long as --timeout allows, honouring Retry-After. Blocking; one thread.
 */
#ifndef HYEOPCHI_CLI_CLIENT_H
#define HYEOPCHI_CLI_CLIENT_H

#include "cli/invocation.h"
#include "cli/key_file.h"
#include "runtime/buffer.h"
#include "runtime/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    CLIENT_URL_SIZE = 512,
    CLIENT_RESPONSE_SIZE_MAX = 64 * 1024 * 1024,
    CLIENT_TIMEOUT_DEFAULT_S = 30,
    CLIENT_TIMEOUT_MAX_S = 24 * 3600,
};

enum client_service { CLIENT_PARTICIPATION, CLIENT_LEDGER, CLIENT_REPORTING, CLIENT_SERVICE_COUNT };

/* The options of every command that talks to a service. */
extern const struct command_option CLIENT_OPTIONS[];

struct client;

/* Reads URLs and timeout from the invocation, and the key file where one is named. Anything but
 * CLI_OK after saying what is wrong. */
ERR_CHECKED enum cli_status client_open(const struct invocation *invocation,
                                        struct client **ret_client);
/* The same with another key file than --key-file; NULL: without a key. */
ERR_CHECKED enum cli_status client_open_as(const struct invocation *invocation,
                                           const char *key_file, struct client **ret_client);
/* Requests that are votes go by message to participation's gateway from now on; NULL changes nothing. */
ERR_CHECKED enum cli_status
client_use_gateway(struct client *client, const struct invocation *invocation, const char *url);
void client_close(struct client *client); /* takes NULL */

struct client_request {
    enum client_service service;
    const char *method;
    const char *path;         /* "/v1/ballots?state=open" */
    const char *content_type; /* of the body; NULL: none */
    const void *body;
    size_t body_length;
    const char *idempotency_key; /* NULL: a new one for a POST */
    const uint8_t *votes_of;     /* a ballot's id where the body is votes of it; else NULL */
    const char *accept;          /* NULL: JSON */
    bool is_public;              /* goes without a signature when there is no key */
    bool persistent;             /* a service that is away is waited for like one that is busy */
    int64_t patience_s; /* how long it may take without --timeout; 0: CLIENT_TIMEOUT_DEFAULT_S */
    void (*waiting)(
        void *context); /* called about once a second until the answer is there; or NULL */
    void *waiting_context;
    bool single; /* one attempt, whatever comes of it: for asking how a service is */
};

struct client_response {
    int status;
    char content_type[128];
    struct buffer body;
    json_t *json; /* the body where it is JSON, else NULL */
};

/*
 * Sends until there is an answer that is no 503. ERR_UNAVAILABLE after saying
 * on standard error why there is none; any HTTP status is an answer.
 */
ERR_CHECKED enum err client_send(struct client *client, const struct client_request *request,
                                 struct client_response *ret_response);
void client_response_release(struct client_response *response); /* takes NULL */

/*
 * What a GET answers that is only looked at beside something else: one attempt of at most timeout_ms, which says
 * nothing. NULL unless the answer is 200 and JSON; the caller's to json_decref().
 */
json_t *client_look(struct client *client, const struct client_request *request,
                    int64_t timeout_ms);

/* Takes each piece of a long answer as it comes; false ends the stream. */
typedef bool (*client_piece_fn)(const char *data, size_t length, void *context);

/* A GET whose answer is read in pieces for as long as it lasts (SSE). *ret_status is 0 when no answer
 * began. ERR_UNAVAILABLE when the connection ends otherwise than by the callback; says nothing.
 * An answer other than 200 goes to *ret_problem (or NULL there) instead of the callback. */
ERR_CHECKED enum err client_stream(struct client *client, const struct client_request *request,
                                   const char *last_event_id, client_piece_fn piece, void *context,
                                   int *ret_status, json_t **ret_problem);

/* The name of a service ("ledger") and the URL that was given for it. */
const char *client_service_name(enum client_service service);
ERR_CHECKED enum err client_service_find(const char *name, enum client_service *ret_service);
const char *client_url(const struct client *client, enum client_service service);

/* --timeout, or what stands for it. */
int64_t client_timeout_ms(const struct client *client);

/* The id of the key that signs ("operator:kim"); NULL when there is none. */
const char *client_key_id(const struct client *client);

/* Waits; used between attempts. */
void client_pause(int64_t milliseconds);

/* A new Idempotency-Key: UUIDv7. */
void client_new_key(char ret_key[CRYPTO_UUID_TEXT_SIZE]);

#endif
