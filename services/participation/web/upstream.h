/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the portal asks participation, from the work queue: readings once, a
 * vote again and again under its key until its outcome is known or time is up.
 * Clients are pooled, so that connections last. Must never run on the loop.
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_UPSTREAM_H
#define HYEOPCHI_PARTICIPATION_WEB_UPSTREAM_H

#include "runtime/buffer.h"
#include "runtime/err.h"
#include "runtime/http_client.h"

#include <jansson.h>
#include <uv.h>

enum {
    UPSTREAM_CLIENT_MAX = 16, /* as many as the work queue has threads */
    UPSTREAM_PATH_SIZE = 160,
    UPSTREAM_ANSWER_MAX = 8 * 1024 * 1024,
    UPSTREAM_READ_TIMEOUT_MS = 8000,
};

enum upstream_outcome {
    UPSTREAM_ANSWERED, /* status says how */
    UPSTREAM_NOT_SENT, /* nothing can have reached the service */
    UPSTREAM_UNKNOWN,  /* it may have */
};

struct upstream {
    struct http_client_target target;
    struct signing_key key;
    const char *ca_file; /* borrowed */
    uv_mutex_t lock;
    struct http_client clients[UPSTREAM_CLIENT_MAX];
    bool busy[UPSTREAM_CLIENT_MAX];
    bool open;
};

/* ERR_INVALID when the URL is none; logged. The key's secret is copied. */
ERR_CHECKED enum err upstream_open(const char *url, const char *ca_file,
                                   const struct signing_key *key, struct upstream *ret);
void upstream_close(struct upstream *upstream); /* takes a zeroed one */

/* A question and its answer. */
struct upstream_call {
    char path[UPSTREAM_PATH_SIZE];
    const char *language; /* "ko" */

    enum upstream_outcome outcome;
    int status;
    struct buffer answer;
    json_t *json; /* the answer where it is JSON, else NULL */
};

/* Asks; the outcome is never unknown in a way that matters. Work queue. */
void upstream_get(struct upstream *upstream, struct upstream_call *call);

/* A vote to be sent; all borrowed. */
struct upstream_vote {
    const char *key;
    const char *body;
    size_t length;
    int64_t timeout_ms;
    bool in_doubt; /* it was sent before, and may have arrived */
};

/* Sends it until there is an answer that is no 503 (or other sign of a gateway's), and that is this
 * vote's own and whole, by Idempotency-Key and Content-Digest. Once it may have arrived, an answer about
 * who asked or about the connection leaves it unknown. Work queue. */
void upstream_send(struct upstream *upstream, const struct upstream_vote *vote,
                   struct upstream_call *call);

void upstream_call_release(struct upstream_call *call); /* takes a zeroed one */

#endif
