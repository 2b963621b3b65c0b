/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both sides of a signature share: the covered components with their
 * parameters (one member of Signature-Input), and the signature base of RFC
 * 9421 section 2.5 made of them and a request. Says nothing about what a
 * signature must cover to be accepted: that is http_signature.c. Any thread.
 */
#ifndef HYEOPCHI_RUNTIME_HTTP_SIGNATURE_INPUT_H
#define HYEOPCHI_RUNTIME_HTTP_SIGNATURE_INPUT_H

#include "runtime/buffer.h"
#include "runtime/err.h"
#include "runtime/http_signature.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SIGNATURE_LABEL_SIZE = 64,
    SIGNATURE_COMPONENT_SIZE = 64,
    SIGNATURE_TAG_SIZE = 65,
    SIGNATURE_REASON_SIZE = 64,
};

enum signature_parameter {
    SIGNATURE_CREATED,
    SIGNATURE_EXPIRES,
    SIGNATURE_NONCE,
    SIGNATURE_KEY_ID,
    SIGNATURE_ALGORITHM,
    SIGNATURE_TAG,
    SIGNATURE_PARAMETER_COUNT,
};

struct signature_input {
    char label[SIGNATURE_LABEL_SIZE];
    char components[HTTP_SIGNATURE_COMPONENT_COUNT_MAX][SIGNATURE_COMPONENT_SIZE];
    size_t component_count;
    enum signature_parameter order[SIGNATURE_PARAMETER_COUNT]; /* as they were written */
    size_t parameter_count;
    int64_t created_s;
    int64_t expires_s;
    char nonce[HTTP_SIGNATURE_NONCE_SIZE];
    char key_id[KEYRING_ID_SIZE + 16];
    char algorithm[32];
    char tag[SIGNATURE_TAG_SIZE];
};

/*
 * Reads the value of Signature-Input and keeps the first member that has a
 * keyid. ERR_NOT_FOUND when none has; ERR_INVALID with what is wrong in
 * ret_reason ("syntax", "parameter-unknown", …).
 */
ERR_CHECKED enum err signature_input_parse(const char *text, size_t length,
                                           struct signature_input *ret_input,
                                           char ret_reason[SIGNATURE_REASON_SIZE]);

/* Adds a component or a parameter when signing. ERR_FULL past the maximum. */
ERR_CHECKED enum err signature_input_cover(struct signature_input *input, const char *name);
void signature_input_order(struct signature_input *input, enum signature_parameter parameter);

bool signature_input_covers(const struct signature_input *input, const char *name);
bool signature_input_has(const struct signature_input *input, enum signature_parameter parameter);

/* The member's value in its canonical form: ("@method" "@path");created=1;keyid="a" */
void signature_input_format(const struct signature_input *input, struct buffer *buffer);

/*
 * Appends the signature base. ERR_INVALID with the component at fault in
 * ret_component when the request has no such field or it is no component of a
 * request; ERR_FULL when the base grows too large.
 */
ERR_CHECKED enum err signature_base(const struct http_message *message,
                                    const struct signature_input *input, struct buffer *buffer,
                                    char ret_component[SIGNATURE_COMPONENT_SIZE]);

/* All values of a header, trimmed, joined by ", ". ERR_NOT_FOUND when it is absent. */
ERR_CHECKED enum err message_header(const struct http_message *message, const char *name,
                                    struct buffer *buffer);

/* Appends the Content-Digest of a body: sha-256. */
void content_digest_format(const void *body, size_t length, struct buffer *buffer);

/* ERR_NOT_FOUND without a digest we know; ERR_INVALID when it is malformed or not the body's. */
ERR_CHECKED enum err content_digest_check(const struct http_message *message);

#endif
