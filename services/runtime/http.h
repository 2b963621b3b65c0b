/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small HTTP/1.1 server: llhttp (strict) on the service's own loop.
 *
 * Per connection one request at a time (pipelined ones wait); per request: head
 * -> route -> limits -> body -> signature (on the work queue) -> handler ->
 * answer. A route names its roles; a role that is not named is refused, and a
 * path that is no route is 404. Handlers run on the loop, must not block, and
 * answer exactly once, at any later time; an answer to a client that has gone
 * is dropped. Everything a handler gets from a request is borrowed until it
 * has answered.
 *
 * A body above HTTP_BODY_SIZE_MAX takes its room out of HTTP_BULK_TOTAL_SIZE_MAX
 * when its head is there: the most it may become when it is chunked. Its
 * signature is verified before that, and before any of it is read, so that
 * nobody without a key of a role that may send it holds anything.
 *
 * Limits (ARCHITECTURE.md, HTTP): below. Duplicate Content-Length, bare LF,
 * obs-fold and Transfer-Encoding with Content-Length are refused.
 */
#ifndef HYEOPCHI_RUNTIME_HTTP_H
#define HYEOPCHI_RUNTIME_HTTP_H

#include "runtime/buffer.h"
#include "runtime/err.h"
#include "runtime/keyring.h"
#include "runtime/loop.h"
#include "runtime/problem.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_HEADER_COUNT_MAX = 64,
    HTTP_HEAD_SIZE_MAX = 8 * 1024,
    HTTP_BODY_SIZE_MAX = 64 * 1024,              /* unless a route allows more */
    HTTP_BULK_BODY_SIZE_MAX = 8 * 1024 * 1024,   /* the most a route may allow */
    HTTP_BULK_TOTAL_SIZE_MAX = 64 * 1024 * 1024, /* of all large bodies under way; then 503 */
    HTTP_CONNECTION_COUNT_MAX = 2000,            /* then 503 and close */
    HTTP_HEAD_TIMEOUT_MS = 5000,
    HTTP_BODY_TIMEOUT_MS = 10000,
    HTTP_IDLE_TIMEOUT_MS = 15000,
    HTTP_SEND_TIMEOUT_MS = 30000,          /* a client that takes no byte of its answer */
    HTTP_STREAM_BACKLOG_MAX = 1024 * 1024, /* unsent bytes of one stream */
    HTTP_PATH_PARAM_COUNT_MAX = 5,
    HTTP_QUERY_PARAM_COUNT_MAX = 32,
    HTTP_IDEMPOTENCY_KEY_LENGTH_MAX = 255, /* of one that an answer repeats */
};

struct http_server;
struct http_request;
struct nonce_cache; /* http_signature.h */

typedef void (*http_handler_fn)(struct http_request *request, void *context);

struct http_route {
    const char *method; /* "GET" (HEAD is answered too), "POST", "PUT" */
    const char *path;   /* "/v1/ballots/{id}/votes:batch": {name} is one segment up to / or : */
    unsigned roles;     /* bits of enum role; ROLE_PUBLIC: no signature needed */
    size_t body_max;    /* 0: HTTP_BODY_SIZE_MAX; more is for routes that must be signed */
    http_handler_fn handler;
};

struct http_route_table {
    const struct http_route *routes;
    size_t count;
    void *context; /* passed to the handlers */
};

struct http_server_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080", "unix:/path" */
    const struct http_route_table *tables;
    size_t table_count;
    struct keyring *keyring;      /* NULL: every non-public route is refused */
    int64_t connection_count_max; /* 0: HTTP_CONNECTION_COUNT_MAX */
};

/* Listens. ERR_INVALID for a wrong address, ERR_CONFLICT when it is in use (both logged).
 * Tables are borrowed for the server's life. */
ERR_CHECKED enum err http_server_open(struct loop *loop, const struct http_server_options *options,
                                      struct http_server **ret_server);
/* Stops listening, ends streams, closes idle connections, and lets answers finish, the taking of them
 * within half of timeout_ms: whoever has not by then is cut off. The loop then runs out. Whoever opened
 * the server calls this when the loop stops; again is harmless. */
void http_server_stop(struct http_server *server, int64_t timeout_ms);
/* Requests under way, those of clients that have gone included; for an orderly stop. */
int64_t http_server_request_count(const struct http_server *server);
/* The nonces it has seen, for whoever else takes signed requests: one is used once, whichever way. */
struct nonce_cache *http_server_nonces(struct http_server *server);
/* Frees after the loop has run out; takes NULL. */
void http_server_free(struct http_server *server);
/* The TCP port it listens on (useful when 0 was asked for). */
int http_server_port(const struct http_server *server);

const char *http_request_method(const struct http_request *request);
const char *http_request_path(const struct http_request *request);
/* Value of {name} in the path, percent-decoded; NULL when the route has none. */
const char *http_request_param(const struct http_request *request, const char *name);
/* Value of a query parameter, percent-decoded; NULL when absent. Twice the same is refused. */
const char *http_request_query(struct http_request *request, const char *name);
/* Value of a header (name in lower case), the first of several; NULL when absent. Headers that can
 * only mean one thing (Host, Content-Type, Idempotency-Key, …) are refused when they come twice. */
const char *http_request_header(const struct http_request *request, const char *name);
const uint8_t *http_request_body(const struct http_request *request, size_t *ret_length);
/* Who signed it; NULL for an unsigned request to a public route. */
const struct principal *http_request_principal(const struct http_request *request);
/* SHA-256 of the signature base, 32 bytes; NULL when unsigned. */
const uint8_t *http_request_signature_hash(const struct http_request *request);
enum problem_language http_request_language(const struct http_request *request);
/* When its head was complete, monotonic milliseconds. */
int64_t http_request_started_ms(const struct http_request *request);

/* Adds a header to the answer; before answering. Names and values are copied; a value with control
 * characters is dropped and logged. What frames the message is not a handler's to set. */
void http_response_header(struct http_request *request, const char *name, const char *value);

/*
 * Answers. The body is copied. The answer to a signed request carries the
 * body's Content-Digest (RFC 9530) and repeats the request's Idempotency-Key,
 * so that who asked can see that the answer is whole and the right one.
 */
void http_respond(struct http_request *request, int status, const char *content_type,
                  const void *body, size_t length);
/* Answers with the JSON text in the buffer; 500 where it did not hold all of it. */
void http_respond_buffer(struct http_request *request, int status, const struct buffer *json);
/* Answers with JSON; takes the reference. */
void http_respond_json(struct http_request *request, int status, json_t *value);
/* Answers with problem details in the request's language. */
void http_respond_problem(struct http_request *request, const struct problem *problem);
/* The usual answer for an error without further story: 404, 503 with Retry-After, 500 … */
void http_respond_error(struct http_request *request, enum err err);

/*
 * Answers in pieces, chunked, for as long as the client stays. on_close runs
 * exactly once, when the client goes, the server stops, or http_stream_end()
 * was called; the request is gone afterwards.
 */
void http_stream_begin(struct http_request *request, int status, const char *content_type,
                       void (*on_close)(void *context), void *context);
/* ERR_FULL when the client reads too slowly: nothing was queued. */
ERR_CHECKED enum err http_stream_write(struct http_request *request, const void *data,
                                       size_t length);
/* Bytes queued and not yet sent. */
size_t http_stream_backlog(const struct http_request *request);
/* Calls drained, with on_close's context, whenever a backlog has been sent; NULL ends that. */
void http_stream_on_drained(struct http_request *request, void (*drained)(void *context));
void http_stream_end(struct http_request *request);
/* Ends it so that the client sees that it is not whole: the connection breaks. on_close runs later. */
void http_stream_abort(struct http_request *request);
/* Only all of it is of use: what ends it before http_stream_end() breaks the connection. After http_stream_begin(). */
void http_stream_whole(struct http_request *request);

#endif
