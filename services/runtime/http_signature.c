/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request's signature must be to be accepted: what it covers, when it
 * was made, by which key, and that it is right. Never says which part of a
 * cryptographic check failed, only which rule the sender broke.
 */
#include "runtime/http_signature.h"

#include "runtime/http_signature_input.h"
#include "runtime/structured_field.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    HEADER_SIZE_MAX = 8 * 1024,
    NONCE_LENGTH_MIN = 16,
};

static enum err refuse(struct problem *ret_problem, const struct problem_kind *kind,
                       const char *field, const char *rule, const char *value)
{
    problem_set(ret_problem, kind, field, rule, value);
    return ERR_INVALID;
}

/* Names the component, or another that stands for it, that is missing; NULL when nothing is. */
static const char *missing_component(const struct http_message *message,
                                     const struct signature_input *input)
{
    const bool target = signature_input_covers(input, "@target-uri") ||
                        signature_input_covers(input, "@request-target");
    struct buffer nothing;
    bool has_key;

    buffer_init(&nothing, HEADER_SIZE_MAX);
    has_key = message_header(message, "idempotency-key", &nothing) == ERR_OK;
    buffer_release(&nothing);

    if (!signature_input_covers(input, "@method")) {
        return "@method";
    }
    if (!signature_input_covers(input, "@authority") &&
        !signature_input_covers(input, "@target-uri")) {
        return "@authority";
    }
    if (!target && !signature_input_covers(input, "@path")) {
        return "@path";
    }
    if (!target && message->query != NULL && !signature_input_covers(input, "@query")) {
        return "@query";
    }
    if (message->body_length > 0 && !signature_input_covers(input, "content-digest")) {
        return "content-digest";
    }
    if (has_key && !signature_input_covers(input, "idempotency-key")) {
        return "idempotency-key";
    }
    return NULL;
}

/* What the signature says of itself must be there before anything is worth computing. */
static enum err check_parameters(const struct http_message *message,
                                 const struct signature_input *input, struct problem *ret_problem)
{
    const char *missing;

    if (!signature_input_has(input, SIGNATURE_CREATED)) {
        return refuse(ret_problem, &PROBLEM_BAD_SIGNATURE, "signature-input", "created", NULL);
    }
    if (strlen(input->nonce) < NONCE_LENGTH_MIN) {
        return refuse(ret_problem, &PROBLEM_BAD_SIGNATURE, "signature-input", "nonce", NULL);
    }
    missing = missing_component(message, input);
    if (missing != NULL) {
        (void)refuse(ret_problem, &PROBLEM_BAD_SIGNATURE, "signature-input", "covers", missing);
        problem_detail(ret_problem, "서명 대상에 이 항목이 들어 있어야 합니다.",
                       "The signature must cover this component.");
        return ERR_INVALID;
    }
    return ERR_OK;
}

/* Signature-Input, its choice of member, and what that must say. */
static enum err read_input(const struct http_message *message, struct signature_input *ret_input,
                           struct problem *ret_problem)
{
    char reason[SIGNATURE_REASON_SIZE];
    struct buffer joined;
    enum err err;

    buffer_init(&joined, HEADER_SIZE_MAX);
    if (message_header(message, "signature-input", &joined)) {
        err = refuse(ret_problem, &PROBLEM_UNSIGNED, "signature-input", NULL, NULL);
        goto out;
    }
    if (buffer_status(&joined)) {
        err = refuse(ret_problem, &PROBLEM_BAD_SIGNATURE, "signature-input", "too-long", NULL);
        goto out;
    }
    err = signature_input_parse(buffer_text(&joined), joined.length, ret_input, reason);
    if (err) {
        err = refuse(ret_problem, &PROBLEM_BAD_SIGNATURE, "signature-input",
                     err == ERR_NOT_FOUND ? "keyid" : reason, NULL);
        goto out;
    }
    err = check_parameters(message, ret_input, ret_problem);

out:
    buffer_release(&joined);
    return err;
}

static enum err read_signature(const struct http_message *message, const char *label,
                               uint8_t ret_signature[CRYPTO_SIGNATURE_SIZE],
                               struct problem *ret_problem)
{
    struct buffer joined;
    struct field_text dictionary;
    size_t length = 0;
    enum err err;

    buffer_init(&joined, HEADER_SIZE_MAX);
    if (message_header(message, "signature", &joined)) {
        err = refuse(ret_problem, &PROBLEM_UNSIGNED, "signature", NULL, NULL);
        goto out;
    }
    err = buffer_status(&joined);
    if (!err) {
        dictionary = (struct field_text){buffer_text(&joined), joined.length};
        err = field_dictionary_bytes(&dictionary, label, ret_signature, CRYPTO_SIGNATURE_SIZE,
                                     &length);
    }
    if (err || length != CRYPTO_SIGNATURE_SIZE) {
        err = refuse(ret_problem, &PROBLEM_BAD_SIGNATURE, "signature", "syntax", NULL);
    }

out:
    buffer_release(&joined);
    return err;
}

static void copy_parameters(const struct signature_input *input, struct http_signature *signature)
{
    memcpy(signature->key_id, input->key_id, sizeof signature->key_id);
    memcpy(signature->nonce, input->nonce, sizeof signature->nonce);
    memcpy(signature->algorithm, input->algorithm, sizeof signature->algorithm);

    /* A structured field's integer has at most 15 digits, so this cannot overflow. */
    signature->created_ms = input->created_s * 1000;
    signature->expires_ms =
        signature_input_has(input, SIGNATURE_EXPIRES) ? input->expires_s * 1000 : INT64_MAX;
}

static_assert(sizeof((struct http_signature *)0)->key_id ==
                  sizeof((struct signature_input *)0)->key_id,
              "copied whole");
static_assert(sizeof((struct http_signature *)0)->algorithm ==
                  sizeof((struct signature_input *)0)->algorithm,
              "copied whole");

enum err http_signature_parse(const struct http_message *message,
                              struct http_signature *ret_signature, struct problem *ret_problem)
{
    char component[SIGNATURE_COMPONENT_SIZE] = "";
    struct http_signature signature = {.created_ms = 0};
    struct signature_input input;
    enum err err;

    buffer_init(&signature.base, HTTP_SIGNATURE_BASE_SIZE_MAX);
    err = read_input(message, &input, ret_problem);
    if (err) {
        goto out;
    }
    err = read_signature(message, input.label, signature.signature, ret_problem);
    if (err) {
        goto out;
    }
    err = signature_base(message, &input, &signature.base, component);
    if (err) {
        err = refuse(ret_problem, &PROBLEM_BAD_SIGNATURE, "signature-input",
                     err == ERR_FULL ? "too-long" : "component", component);
        goto out;
    }
    copy_parameters(&input, &signature);

out:
    if (err) {
        buffer_release(&signature.base);
        return err;
    }
    *ret_signature = signature;
    return ERR_OK;
}

static enum err check_time(const struct http_signature *signature, int64_t now_ms,
                           struct problem *ret_problem)
{
    const int64_t earliest_ms = now_ms - HTTP_SIGNATURE_AGE_MAX_MS;
    const int64_t latest_ms = now_ms + HTTP_SIGNATURE_AGE_MAX_MS;

    if (signature->created_ms < earliest_ms || signature->created_ms > latest_ms) {
        return refuse(ret_problem, &PROBLEM_STALE_SIGNATURE, "signature-input", "created", NULL);
    }
    if (signature->expires_ms < now_ms) {
        return refuse(ret_problem, &PROBLEM_STALE_SIGNATURE, "signature-input", "expires", NULL);
    }
    return ERR_OK;
}

static enum err check_key(const struct http_signature *signature, const struct keyring_key *key,
                          int64_t now_ms, struct problem *ret_problem)
{
    const char *algorithm = key->algorithm == CRYPTO_ED25519 ? "ed25519" : "ecdsa-p256-sha256";

    if (now_ms < key->not_before_ms || now_ms >= key->not_after_ms) {
        return refuse(ret_problem, &PROBLEM_EXPIRED_CREDENTIAL, "signature-input", "keyid",
                      key->principal.key_id);
    }
    if (signature->algorithm[0] != '\0' && strcmp(signature->algorithm, algorithm) != 0) {
        return refuse(ret_problem, &PROBLEM_BAD_SIGNATURE, "signature-input", "alg",
                      signature->algorithm);
    }
    return ERR_OK;
}

static enum err check_digest(const struct http_message *message, struct problem *ret_problem)
{
    struct buffer value;
    bool present;

    buffer_init(&value, HEADER_SIZE_MAX);
    present = message_header(message, "content-digest", &value) == ERR_OK;
    buffer_release(&value);

    /* That a body has one, and that it is covered, http_signature_parse() has checked. */
    if (present && content_digest_check(message)) {
        return refuse(ret_problem, &PROBLEM_BAD_DIGEST, "content-digest", NULL, NULL);
    }
    return ERR_OK;
}

enum err http_signature_check(const struct http_signature *signature, const struct keyring_key *key,
                              int64_t now_ms, uint8_t ret_base_hash[CRYPTO_HASH_SIZE],
                              struct problem *ret_problem)
{
    enum err err;

    assert(strcmp(signature->key_id, key->principal.key_id) == 0);
    assert(signature->base.length > 0);

    err = check_time(signature, now_ms, ret_problem);
    if (err) {
        return err;
    }
    err = check_key(signature, key, now_ms, ret_problem);
    if (err) {
        return err;
    }
    if (crypto_verify(key->algorithm, key->public_key, key->public_length, signature->base.data,
                      signature->base.length, signature->signature)) {
        return refuse(ret_problem, &PROBLEM_BAD_SIGNATURE, "signature", NULL, NULL);
    }
    crypto_sha256(signature->base.data, signature->base.length, ret_base_hash);
    return ERR_OK;
}

enum err http_signature_verify(const struct http_message *message,
                               const struct http_signature *signature,
                               const struct keyring_key *key, int64_t now_ms,
                               uint8_t ret_base_hash[CRYPTO_HASH_SIZE], struct problem *ret_problem)
{
    enum err err = http_signature_check(signature, key, now_ms, ret_base_hash, ret_problem);

    return err ? err : check_digest(message, ret_problem);
}

void http_signature_release(struct http_signature *signature)
{
    if (signature != NULL) {
        buffer_release(&signature->base);
    }
}
