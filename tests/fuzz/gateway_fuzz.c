/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a request that a kiosk sends by message. What is read keeps what
 * its header promises, and can be signed; what is refused names a field.
 */
#include "participation/gateway/events.h"

#include <assert.h>
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t bytes[CAST_STATEMENT_SIZE_MAX];
    struct gateway_request request;
    const char *fault = NULL;
    struct encoder encoder;
    size_t length = 0;
    enum err err = gateway_request_read(data, size, &request, &fault);

    if (err) {
        assert(err == ERR_INVALID && fault != NULL);
        return 0;
    }
    assert(request.body != NULL && request.body_length <= size);
    assert(cast_statement_fault(&request.statement) == NULL);
    crypto_sha256(request.body, request.body_length, request.statement.body_hash);
    encoder_init(&encoder, bytes, sizeof bytes);
    cast_statement_encode(&encoder, &request.statement);
    err = encoder_finish(&encoder, &length);
    assert(err == ERR_OK && length <= sizeof bytes);
    gateway_request_release(&request);
    return 0;
}
