/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Votes by message: one attempt to hand them in at participation's gateway, as
 * http_client_send() is one by HTTP. Blocking; one thread.
 */
#ifndef HYEOPCHI_CLI_GATEWAY_GATEWAY_H
#define HYEOPCHI_CLI_GATEWAY_GATEWAY_H

#include "participation/domain/cast_statement.h"
#include "runtime/buffer.h"
#include "runtime/err.h"
#include "runtime/http_client.h"
#include "runtime/signing_key.h"

struct gateway;

/* Dials. ERR_INVALID when the address is none. */
ERR_CHECKED enum err gateway_open(const char *url, struct gateway **ret_gateway);
void gateway_close(struct gateway *gateway); /* takes NULL */

struct gateway_request {
    enum cast_kind kind;
    const uint8_t *ballot_id; /* BALLOT_ID_SIZE bytes */
    const char *idempotency_key;
    const void *body;
    size_t body_length;
    const struct signing_key *key;
    int64_t timeout_ms;
};

/*
 * Signs anew and sends; the answer's body is appended to body. How it went is in *ret_attempt; no status
 * means no answer, and then the same under the same key may be sent again. ERR_INTERNAL when it cannot
 * be put together, or the user has interrupted it.
 */
ERR_CHECKED enum err gateway_send(struct gateway *gateway, const struct gateway_request *request,
                                  struct buffer *body, struct http_client_attempt *ret_attempt);

#endif
