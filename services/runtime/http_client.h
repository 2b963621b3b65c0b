/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to a service over libcurl: HTTP or a UNIX socket (unix:/path),
 * signed where there is a key (http_signature.h). One attempt each; whether to
 * try again is the caller's to decide, with the same Idempotency-Key.
 *
 * Follows no redirect and reads no proxy or .netrc from the environment: a
 * signed request goes where it was signed for and nowhere else. Blocking; one
 * thread at a time uses a client. A library of its own, runtime_http_client,
 * since services do not link libcurl.
 */
#ifndef HYEOPCHI_RUNTIME_HTTP_CLIENT_H
#define HYEOPCHI_RUNTIME_HTTP_CLIENT_H

#include "runtime/buffer.h"
#include "runtime/err.h"
#include "runtime/http_signature.h"
#include "runtime/signing_key.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    HTTP_CLIENT_URL_SIZE = 512,
    HTTP_CLIENT_AUTHORITY_SIZE = 280,
    HTTP_CLIENT_TYPE_SIZE = 128,
    HTTP_CLIENT_DIGEST_SIZE = 128,
    HTTP_CLIENT_KEY_SIZE = 256, /* of an Idempotency-Key, with its NUL */
};

/* Where a service is. */
struct http_client_target {
    char given[HTTP_CLIENT_URL_SIZE];  /* as it was written, without a trailing slash */
    char base[HTTP_CLIENT_URL_SIZE];   /* "http://127.0.0.1:8081" */
    char socket[HTTP_CLIENT_URL_SIZE]; /* path of the UNIX socket; "" for TCP */
    char scheme[8];
    char authority[HTTP_CLIENT_AUTHORITY_SIZE]; /* what goes into Host */
};

/* ERR_INVALID unless it is http://…, https://… (no path) or unix:/…. */
ERR_CHECKED enum err http_client_target_set(struct http_client_target *target, const char *url);

/* What is the same for all requests of a client; borrowed for its life. */
struct http_client_options {
    const struct http_client_target *target;
    const struct signing_key *key; /* NULL: requests are not signed */
    const char *ca_file;           /* "" for the system's certificates */
};

struct http_client_request {
    const char *method;
    const char *path;         /* "/v1/ballots?state=open" */
    const char *accept;       /* NULL: JSON */
    const char *language;     /* "ko" */
    const char *content_type; /* of the body; NULL: none */
    const void *body;
    size_t body_length;
    const char *idempotency_key; /* NULL: none */
    const char *last_event_id;   /* NULL: none */
    int64_t timeout_ms;          /* of http_client_send() */
    void (*waiting)(
        void *context); /* called about once a second until the answer is there; or NULL */
    void *waiting_context;
};

/* How one attempt went. */
struct http_client_attempt {
    int status;            /* 0: no answer */
    int64_t retry_after_s; /* 0: not said */
    bool sent;             /* the connection stood, so the service may have taken it */
    char content_type[HTTP_CLIENT_TYPE_SIZE];     /* "" when not said, as the next two */
    char content_digest[HTTP_CLIENT_DIGEST_SIZE]; /* of the answer */
    char idempotency_key[HTTP_CLIENT_KEY_SIZE];   /* that the answer repeats */
    char reason[CURL_ERROR_SIZE];
};

struct http_client {
    CURL *curl; /* for reading an answer otherwise than http_client_perform() does */
    struct curl_slist *lines;
};

/* Opens a client; keeps its connection from request to request. ERR_INTERNAL. The first one also sets
 * up libcurl, which is not safe beside other threads. */
ERR_CHECKED enum err http_client_open(struct http_client *client);
void http_client_close(struct http_client *client); /* takes a zeroed one */

/* Sets everything of a request but how its answer is read; reason, CURL_ERROR_SIZE bytes, is borrowed
 * until it was performed. ERR_INTERNAL when it cannot be put together or signed. */
ERR_CHECKED enum err http_client_prepare(struct http_client *client,
                                         const struct http_client_options *options,
                                         const struct http_client_request *request, char *reason);

/* Prepares and sends once; the answer is appended to body. How it went is in *ret_attempt.
 * ERR_INTERNAL as above. */
ERR_CHECKED enum err http_client_send(struct http_client *client,
                                      const struct http_client_options *options,
                                      const struct http_client_request *request,
                                      struct buffer *body, struct http_client_attempt *ret_attempt);

#endif
