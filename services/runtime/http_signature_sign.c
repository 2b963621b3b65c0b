/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing a request, for those who call the services: the operator's command
 * and tests. Covers everything that the services ask for, and the content type.
 * Never signs without a fresh nonce.
 */
#include "runtime/http_signature.h"

#include "runtime/http_signature_input.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    HEADER_COUNT_MAX = 64,
    NONCE_BYTES = 18, /* 24 characters of base64url */
};

static const char LABEL[] = "sig";

static bool has_header(const struct http_message *message, const char *name)
{
    size_t i;

    for (i = 0; i < message->header_count; i++) {
        if (strcmp(message->headers[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static enum err cover_all(const struct http_message *message, struct signature_input *input)
{
    const struct {
        const char *name;
        bool wanted;
    } components[] = {
        {"@method", true},
        {"@authority", true},
        {"@path", true},
        {"@query", message->query != NULL},
        {"content-digest", has_header(message, "content-digest")},
        {"content-type", has_header(message, "content-type")},
        {"idempotency-key", has_header(message, "idempotency-key")},
    };

    size_t i;

    for (i = 0; i < sizeof components / sizeof components[0]; i++) {
        if (components[i].wanted) {
            const enum err err = signature_input_cover(input, components[i].name);

            if (err) {
                return err;
            }
        }
    }
    return ERR_OK;
}

static enum err fill_input(const struct http_message *message, const struct http_signer *signer,
                           int64_t now_ms, struct signature_input *ret_input)
{
    uint8_t nonce[NONCE_BYTES];

    *ret_input = (struct signature_input){.created_s = now_ms / 1000};
    if (strlen(signer->key_id) >= sizeof ret_input->key_id) {
        return ERR_INVALID;
    }
    (void)snprintf(ret_input->label, sizeof ret_input->label, "%s", LABEL);
    (void)snprintf(ret_input->key_id, sizeof ret_input->key_id, "%s", signer->key_id);
    (void)snprintf(ret_input->algorithm, sizeof ret_input->algorithm, "%s",
                   signer->algorithm == CRYPTO_ED25519 ? "ed25519" : "ecdsa-p256-sha256");
    crypto_random(nonce, sizeof nonce);
    crypto_base64url(nonce, sizeof nonce, ret_input->nonce, sizeof ret_input->nonce);

    signature_input_order(ret_input, SIGNATURE_CREATED);
    signature_input_order(ret_input, SIGNATURE_NONCE);
    signature_input_order(ret_input, SIGNATURE_KEY_ID);
    signature_input_order(ret_input, SIGNATURE_ALGORITHM);
    return cover_all(message, ret_input);
}

/* The base of the input, signed. */
static enum err sign_base(const struct http_message *message, const struct signature_input *input,
                          const struct http_signer *signer,
                          uint8_t ret_signature[CRYPTO_SIGNATURE_SIZE])
{
    char component[SIGNATURE_COMPONENT_SIZE];
    struct buffer base;
    enum err err;

    buffer_init(&base, HTTP_SIGNATURE_BASE_SIZE_MAX);
    err = signature_base(message, input, &base, component);
    if (!err) {
        err = crypto_sign_data(signer->algorithm, signer->secret, base.data, base.length,
                               ret_signature);
    }
    buffer_release(&base);
    return err;
}

enum err http_signature_sign(const struct http_message *message, const struct http_signer *signer,
                             int64_t now_ms, struct buffer *ret_digest, struct buffer *ret_input,
                             struct buffer *ret_signature)
{
    struct http_header headers[HEADER_COUNT_MAX];
    struct http_message signed_message = *message;
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    char text[CRYPTO_SIGNATURE_SIZE * 2];
    struct signature_input input;
    enum err err;

    if (message->header_count >= HEADER_COUNT_MAX || has_header(message, "content-digest")) {
        return ERR_INVALID;
    }
    if (message->header_count > 0) {
        memcpy(headers, message->headers, message->header_count * sizeof headers[0]);
    }
    if (message->body_length > 0) {
        content_digest_format(message->body, message->body_length, ret_digest);
        headers[message->header_count] =
            (struct http_header){"content-digest", buffer_text(ret_digest)};
        signed_message.headers = headers;
        signed_message.header_count++;
    }

    err = fill_input(&signed_message, signer, now_ms, &input);
    if (err) {
        return err;
    }
    err = sign_base(&signed_message, &input, signer, signature);
    if (err) {
        return err;
    }
    buffer_append_format(ret_input, "%s=", LABEL);
    signature_input_format(&input, ret_input);
    crypto_base64(signature, sizeof signature, text, sizeof text);
    buffer_append_format(ret_signature, "%s=:%s:", LABEL, text);

    err = buffer_status(ret_digest);
    if (!err) {
        err = buffer_status(ret_input);
    }
    return err ? err : buffer_status(ret_signature);
}
