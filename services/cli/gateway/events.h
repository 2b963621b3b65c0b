/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two messages of participation's gateway from the command's side. The
 * messages themselves stay inside events.c.
 */
#ifndef HYEOPCHI_CLI_GATEWAY_EVENTS_H
#define HYEOPCHI_CLI_GATEWAY_EVENTS_H

#include "participation/domain/cast_statement.h"
#include "runtime/buffer.h"
#include "runtime/crypto.h"
#include "runtime/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gateway_asked {
    const struct cast_statement *statement;
    const void *body;
    size_t body_length;
    const uint8_t *signature; /* CRYPTO_SIGNATURE_SIZE bytes */
    bool english;             /* else Korean */
};

/* Appends the request. ERR_FULL when the buffer is. */
ERR_CHECKED enum err gateway_ask_write(const struct gateway_asked *asked, struct buffer *buffer);

struct gateway_answer {
    int status;
    int64_t retry_after_ms;
};

/* Reads an answer and appends its body to the buffer. ERR_INVALID when it is none. */
ERR_CHECKED enum err gateway_answer_read(const void *data, size_t length,
                                         struct gateway_answer *ret_answer, struct buffer *body);

#endif
