/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two messages of the gateway (proto/hyeopchi/participation/v1/cast.proto)
 * in participation's own words. The messages themselves stay inside events.c.
 * Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_GATEWAY_EVENTS_H
#define HYEOPCHI_PARTICIPATION_GATEWAY_EVENTS_H

#include "participation/domain/cast_statement.h"
#include "runtime/buffer.h"
#include "runtime/crypto.h"
#include "runtime/err.h"
#include "runtime/problem.h"

#include <stddef.h>
#include <stdint.h>

/* A request whose statement is sound; whether it is signed by anybody is still to be seen. */
struct gateway_request {
    struct cast_statement
        statement;       /* its texts are borrowed from message; without the body's hash */
    const uint8_t *body; /* likewise; never NULL */
    size_t body_length;
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    size_t
        signature_length; /* as it came; the bytes are there only if it is CRYPTO_SIGNATURE_SIZE */
    enum problem_language language;
    void *message; /* the unpacked message */
};

/* ERR_INVALID: *ret_fault is the field that breaks its rule, "" where the bytes are no request at all.
 * Static. gateway_request_release() frees what was read. */
ERR_CHECKED enum err gateway_request_read(const void *data, size_t length,
                                          struct gateway_request *ret_request,
                                          const char **ret_fault);

/* Takes a zeroed struct. */
void gateway_request_release(struct gateway_request *request);

struct gateway_response {
    int status;
    int64_t retry_after_ms;
    const void *body;
    size_t body_length;
};

/* Appends the message. The buffer's status is the caller's to ask for. */
void gateway_response_write(const struct gateway_response *response, struct buffer *buffer);

#endif
