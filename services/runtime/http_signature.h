/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530): what a
 * request's signature covers, and whether it is right. Both sides: services
 * verify, the operator's command signs. Pure; any thread.
 *
 * A request is accepted when one signature covers at least "@method", "@authority" and "@path"
 * ("@target-uri" or "@request-target" stand for the last), "@query" when there is one,
 * "content-digest" when there is a body, and "idempotency-key" when that header is there; has created (within
 * HTTP_SIGNATURE_AGE_MAX_MS of now), nonce and keyid; and an alg, if given, that is the key's.
 * Content-Digest must hold sha-256 or sha-512 of the body as received.
 */
#ifndef HYEOPCHI_RUNTIME_HTTP_SIGNATURE_H
#define HYEOPCHI_RUNTIME_HTTP_SIGNATURE_H

#include "runtime/buffer.h"
#include "runtime/crypto.h"
#include "runtime/err.h"
#include "runtime/keyring.h"
#include "runtime/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_SIGNATURE_AGE_MAX_MS = 120 * 1000,
    HTTP_SIGNATURE_NONCE_SIZE = 65, /* 16 to 64 characters and the NUL */
    HTTP_SIGNATURE_COMPONENT_COUNT_MAX = 24,
    HTTP_SIGNATURE_BASE_SIZE_MAX = 16 * 1024,
    HTTP_SIGNATURE_BRIEF_BODY_SIZE_MAX =
        16 * 1024, /* hashed faster than its signature is verified */
};

struct http_header {
    const char *name; /* lower case */
    const char *value;
};

/* A request as both sides see it; everything is borrowed. */
struct http_message {
    const char *method;
    const char *scheme;    /* "http" or "https": what the client used */
    const char *authority; /* Host */
    const char *path;      /* "/v1/ballots" */
    const char *query;     /* without "?"; NULL when there is none */
    const struct http_header *headers;
    size_t header_count;
    const void *body;
    size_t body_length;
};

/* What a signature says of itself, parsed before the key is known. */
struct http_signature {
    char key_id[KEYRING_ID_SIZE + 16];
    char nonce[HTTP_SIGNATURE_NONCE_SIZE];
    char algorithm[32]; /* "" when not given */
    int64_t created_ms;
    int64_t expires_ms; /* INT64_MAX when not given */
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    struct buffer base; /* the signature base; released by http_signature_release() */
};

/* Parses Signature-Input and Signature and builds the base. ERR_INVALID with *ret_problem. */
ERR_CHECKED enum err http_signature_parse(const struct http_message *message,
                                          struct http_signature *ret_signature,
                                          struct problem *ret_problem);

/* Checks time window, key validity, algorithm, signature and Content-Digest. ERR_INVALID with
 * *ret_problem. *ret_base_hash is req_hash: SHA-256 of the base. The slow part; for the work queue. */
ERR_CHECKED enum err http_signature_verify(const struct http_message *message,
                                           const struct http_signature *signature,
                                           const struct keyring_key *key, int64_t now_ms,
                                           uint8_t ret_base_hash[CRYPTO_HASH_SIZE],
                                           struct problem *ret_problem);

/* The same of a base that the caller has built himself, of what is no HTTP message. */
ERR_CHECKED enum err http_signature_check(const struct http_signature *signature,
                                          const struct keyring_key *key, int64_t now_ms,
                                          uint8_t ret_base_hash[CRYPTO_HASH_SIZE],
                                          struct problem *ret_problem);

void http_signature_release(struct http_signature *signature);

/* Signs: appends the values of Content-Digest (nothing without a body), Signature-Input and Signature
 * to buffers that the caller has initialised. The message's headers are what is sent beside them. */
struct http_signer {
    const char *key_id;
    enum crypto_algorithm algorithm;
    const uint8_t *secret; /* 32 bytes */
};
ERR_CHECKED enum err http_signature_sign(const struct http_message *message,
                                         const struct http_signer *signer, int64_t now_ms,
                                         struct buffer *ret_digest, struct buffer *ret_input,
                                         struct buffer *ret_signature);

/* Nonces seen lately, so that a request is accepted once. Bounded; forgets what is too old to be
 * accepted anyway. A restart forgets all, which is harmless: every signed POST that changes anything
 * carries an Idempotency-Key under the signature. */
struct nonce_cache;

enum { NONCE_CACHE_LENGTH_MAX = 1 << 22 };
ERR_CHECKED enum err nonce_cache_new(struct nonce_cache **ret_cache);
/* After the signature was found right. ERR_CONFLICT when it was seen, or may have been and is forgotten;
 * ERR_FULL when too many are remembered. The nows of requests that overtook each other may come in any
 * order: the latest counts. */
ERR_CHECKED enum err nonce_cache_add(struct nonce_cache *cache, const char *key_id,
                                     const char *nonce, int64_t created_ms, int64_t now_ms);

/* A request that its sender may send again by itself, the same to the last bit. */
struct nonce_request {
    const char *nonce;
    const char *statement; /* stands for all that was signed: its hash in hexadecimal */
    int64_t created_ms;
};
/* The same, but ERR_OK also when the whole request was seen; and after ERR_FULL it may come again. */
ERR_CHECKED enum err nonce_cache_add_request(struct nonce_cache *cache, const char *key_id,
                                             const struct nonce_request *request, int64_t now_ms);
/* Whether it was seen, as far as that is remembered. */
bool nonce_cache_has(const struct nonce_cache *cache, const char *key_id, const char *nonce,
                     int64_t created_ms);
void nonce_cache_free(struct nonce_cache *cache);

#endif
