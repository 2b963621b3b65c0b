/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests of a plan. Each voter's vote follows from the voter's number, so
 * that two services given the same plan hear the same votes. Every request has
 * a nonce and an Idempotency-Key of its own.
 */
#include "load.h"

#include "runtime/buffer.h"
#include "runtime/clock.h"
#include "runtime/http_signature.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_VALUE_SIZE_MAX = 4096, NAME_SIZE = 96, SUBJECT_SIZE = 48 };

static const char *const SEXES[] = {"\"F\"", "\"M\"", "null"};
static const char *const AGE_BANDS[] = {"20-29", "30-39", "40-49", "50-59", "60-69", "70+"};
static const char *const BASES[] = {"resident-register", "certificate", "did"};

/* Of keys that must be UUIDs: UUIDv5(this, "run-number"). */
static const uint8_t KEY_NAMESPACE[CRYPTO_UUID_SIZE] = {0xbe, 0x4c};

#define PICK(names, byte) ((names)[(byte) % (sizeof(names) / sizeof((names)[0]))])

static void append_vote(struct buffer *body, const struct load_plan *plan, int64_t voter)
{
    uint8_t seed[CRYPTO_HASH_SIZE];
    char subject[SUBJECT_SIZE];
    char name[NAME_SIZE];
    size_t option_count = json_array_size(plan->options);
    const json_t *area;

    (void)snprintf(name, sizeof name, "voter-%lld", (long long)voter); /* Always fits. */
    crypto_sha256(name, strlen(name), seed);
    crypto_base64url(seed, sizeof seed, subject, sizeof subject);
    area = json_array_get(plan->areas, seed[0] % json_array_size(plan->areas));
    buffer_append_format(body,
                         "{\"subject\":\"%s\",\"basis\":\"%s\",\"area\":\"%s\",\"sex\":%s,"
                         "\"age_band\":\"%s\",\"channel\":\"web\",\"choices\":[",
                         subject, PICK(BASES, seed[1]), json_string_value(area),
                         PICK(SEXES, seed[2]), PICK(AGE_BANDS, seed[3]));
    for (size_t i = 0; i < plan->choice_count; i++) {
        const json_t *option = json_array_get(plan->options, (seed[4] + i) % option_count);

        buffer_append_format(body, "%s{\"option\":\"%s\",\"value\":1}", i == 0 ? "" : ",",
                             json_string_value(option));
    }
    buffer_append_text(body, "]}");
}

/* The head with the signature, and the body behind it. */
static enum err append_request(struct buffer *bytes, const struct load_plan *plan, size_t number,
                               const struct buffer *body)
{
    bool is_json = plan->vote_count == 1 || plan->bodies != NULL;
    const char *content_type = is_json ? "application/json" : "application/x-ndjson";
    const struct http_signer signer = {plan->key_id, CRYPTO_ED25519, plan->secret};
    char authority[NAME_SIZE];
    char key[NAME_SIZE];
    struct buffer digest;
    struct buffer input;
    struct buffer signature;
    enum err err;

    (void)snprintf(authority, sizeof authority, "%s:%d", plan->host, plan->port);
    (void)snprintf(key, sizeof key, "%s-%zu", plan->run_name, number);
    if (plan->bodies != NULL) {
        uint8_t uuid[CRYPTO_UUID_SIZE];
        crypto_uuid5(KEY_NAMESPACE, key, strlen(key), uuid);
        crypto_uuid_format(uuid, key);
    }
    const struct http_header headers[] = {
        {"content-type", content_type},
        {"idempotency-key", key},
    };
    const struct http_message message = {
        .method = "POST",
        .scheme = "http",
        .authority = authority,
        .path = plan->path,
        .headers = headers,
        .header_count = sizeof headers / sizeof headers[0],
        .body = body->data,
        .body_length = body->length,
    };
    buffer_init(&digest, HEADER_VALUE_SIZE_MAX);
    buffer_init(&input, HEADER_VALUE_SIZE_MAX);
    buffer_init(&signature, HEADER_VALUE_SIZE_MAX);
    err = http_signature_sign(&message, &signer, clock_now_ms(), &digest, &input, &signature);
    if (!err) {
        buffer_append_format(bytes,
                             "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\n"
                             "Idempotency-Key: %s\r\nContent-Digest: %s\r\n"
                             "Signature-Input: %s\r\nSignature: %s\r\nContent-Length: %zu\r\n\r\n",
                             plan->path, authority, content_type, key, buffer_text(&digest),
                             buffer_text(&input), buffer_text(&signature), body->length);
        buffer_append(bytes, body->data, body->length);
        err = buffer_status(bytes);
    }
    buffer_release(&digest);
    buffer_release(&input);
    buffer_release(&signature);
    return err;
}

static enum err make_request(const struct load_plan *plan, size_t number, struct buffer *body,
                             struct load_request *ret_request)
{
    struct buffer bytes;
    enum err err;

    buffer_clear(body);
    if (plan->bodies != NULL) {
        buffer_append_text(body, json_string_value(json_array_get(plan->bodies, number)));
    }
    for (size_t i = 0; i < plan->vote_count && plan->bodies == NULL; i++) {
        append_vote(body, plan, plan->first_voter + (int64_t)(number * plan->vote_count + i));
        if (plan->vote_count > 1) {
            buffer_append_u8(body, '\n');
        }
    }
    err = buffer_status(body);
    if (err) {
        return err;
    }
    buffer_init(&bytes, LOAD_REQUEST_SIZE_MAX);
    err = append_request(&bytes, plan, number, body);
    if (err) {
        buffer_release(&bytes);
        return err;
    }
    ret_request->bytes = buffer_take(&bytes, &ret_request->length);
    return ERR_OK;
}

enum err load_requests_make(const struct load_plan *plan, struct load_request **ret_requests)
{
    struct load_request *requests = calloc(plan->request_count, sizeof *requests);
    struct buffer body;
    enum err err = requests == NULL ? ERR_FULL : ERR_OK;

    buffer_init(&body, LOAD_REQUEST_SIZE_MAX);
    for (size_t i = 0; i < plan->request_count && !err; i++) {
        err = make_request(plan, i, &body, &requests[i]);
    }
    buffer_release(&body);
    if (err) {
        load_requests_free(requests, plan->request_count);
        return err;
    }
    *ret_requests = requests;
    return ERR_OK;
}

void load_requests_free(struct load_request *requests, size_t count)
{
    for (size_t i = 0; requests != NULL && i < count; i++) {
        free(requests[i].bytes);
    }
    free(requests);
}
