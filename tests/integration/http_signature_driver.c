/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/http_signature for other programs to talk to: one JSON job a line on
 * standard input, one JSON answer a line on standard output.
 *
 *   {"job": "sign", "key_id", "algorithm", "secret", …}     -> {"headers": {…}}
 *   {"job": "verify", "key": a line of a keys file, …}      -> {"verified": true, "base": "…"}
 *                                                           or {"verified": false, "code", "rule"}
 * with "method", "scheme", "authority", "path", "query" (or null), "headers"
 * ([[name, value], …]), "body", "now_ms". For tests only.
 */
#include "runtime/http_signature.h"
#include "runtime/json.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_COUNT_MAX = 32, VALUE_SIZE_MAX = 4096 };

static const char *text(const json_t *job, const char *name)
{
    return json_string_value(json_object_get(job, name));
}

/* The job's request; headers gets room for HEADER_COUNT_MAX. */
static struct http_message read_message(const json_t *job, struct http_header *headers)
{
    const json_t *list = json_object_get(job, "headers");
    const char *body = text(job, "body");
    struct http_message message = {
        .method = text(job, "method"),
        .scheme = text(job, "scheme"),
        .authority = text(job, "authority"),
        .path = text(job, "path"),
        .query = text(job, "query"),
        .headers = headers,
        .body = body,
        .body_length = body != NULL ? strlen(body) : 0,
    };

    for (size_t i = 0; i < json_array_size(list) && i < HEADER_COUNT_MAX; i++) {
        const json_t *pair = json_array_get(list, i);

        headers[i] = (struct http_header){json_string_value(json_array_get(pair, 0)),
                                          json_string_value(json_array_get(pair, 1))};
        message.header_count = i + 1;
    }
    return message;
}

static json_t *problem_answer(const struct problem *problem)
{
    return json_pack("{s:b, s:s, s:s}", "verified", 0, "code",
                     problem->kind != NULL ? problem->kind->code : "", "rule", problem->rule);
}

static json_t *verify(const json_t *job)
{
    const int64_t now_ms = json_integer_value(json_object_get(job, "now_ms"));
    struct http_header headers[HEADER_COUNT_MAX];
    const struct http_message message = read_message(job, headers);
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct problem problem = {.kind = NULL};
    struct http_signature signature;
    struct keyring_key key;
    json_t *answer;
    enum err err;

    if (keyring_parse_line(text(job, "key"), &key)) {
        return json_pack("{s:s}", "error", "the key's line is wrong");
    }
    if (http_signature_parse(&message, &signature, &problem)) {
        return problem_answer(&problem);
    }
    if (strcmp(signature.key_id, key.principal.key_id) != 0) {
        http_signature_release(&signature);
        return json_pack("{s:s}", "error", "it names another key");
    }
    err = http_signature_verify(&message, &signature, &key, now_ms, hash, &problem);
    answer = err ? problem_answer(&problem)
                 : json_pack("{s:b, s:s}", "verified", 1, "base", buffer_text(&signature.base));
    http_signature_release(&signature);
    return answer;
}

static json_t *sign(const json_t *job)
{
    const char *secret_text = text(job, "secret");
    const bool p256 = strcmp(text(job, "algorithm"), "ecdsa-p256-sha256") == 0;
    struct http_header headers[HEADER_COUNT_MAX];
    const struct http_message message = read_message(job, headers);
    uint8_t secret[32];
    const struct http_signer signer = {text(job, "key_id"),
                                       p256 ? CRYPTO_ECDSA_P256 : CRYPTO_ED25519, secret};
    struct buffer digest;
    struct buffer input;
    struct buffer signature;
    size_t length = 0;
    json_t *answer;

    buffer_init(&digest, VALUE_SIZE_MAX);
    buffer_init(&input, VALUE_SIZE_MAX);
    buffer_init(&signature, VALUE_SIZE_MAX);
    if (crypto_base64url_parse(secret_text, strlen(secret_text), secret, sizeof secret, &length) ||
        length != sizeof secret ||
        http_signature_sign(&message, &signer, json_integer_value(json_object_get(job, "now_ms")),
                            &digest, &input, &signature)) {
        answer = json_pack("{s:s}", "error", "it cannot be signed");
    } else {
        answer =
            json_pack("{s:{s:s, s:s, s:s}}", "headers", "content-digest", buffer_text(&digest),
                      "signature-input", buffer_text(&input), "signature", buffer_text(&signature));
    }
    buffer_release(&digest);
    buffer_release(&input);
    buffer_release(&signature);
    return answer;
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;

    if (crypto_open()) {
        return EXIT_FAILURE;
    }
    while (getline(&line, &capacity, stdin) >= 0) {
        json_t *job = json_loads(line, 0, NULL);
        const char *name = text(job, "job");
        json_t *answer = name != NULL && strcmp(name, "sign") == 0 ? sign(job) : verify(job);
        char *written = json_text(answer);

        (void)printf("%s\n", written);
        (void)fflush(stdout);
        free(written);
        json_decref(answer);
        json_decref(job);
    }
    free(line);
    return EXIT_SUCCESS;
}
