/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway's client: a loop that runs only while an answer is waited for.
 * The socket sends a request again by itself when its connection was lost;
 * that, and an attempt after this one, is the same request under the same key.
 */
#include "cli/gateway/gateway.h"

#include "cli/gateway/events.h"
#include "cli/phrase.h"
#include "runtime/bus.h"
#include "runtime/clock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STOP_TIMEOUT_MS = 5000,
    CLOSE_WAIT_MS = 2000, /* before the loop's watchdog, which would end the command as failed */
    REQUEST_SIZE_MAX = 9 * 1024 * 1024,
    ANSWER_SIZE_MAX = 65 * 1024 * 1024,
    NONCE_BYTES = 16,
};

struct gateway {
    struct loop loop;
    struct bus_req *req;

    /* Of the attempt under way. */
    struct buffer *body;
    struct gateway_answer answer;
    bool ended;
};

enum err gateway_open(const char *url, struct gateway **ret_gateway)
{
    struct gateway *gateway = calloc(1, sizeof *gateway);
    enum err err;

    if (gateway == NULL) {
        return ERR_FULL;
    }
    err = loop_open(&gateway->loop, STOP_TIMEOUT_MS);
    if (err) {
        free(gateway);
        return err;
    }
    err = bus_req_open(&gateway->loop, url, ANSWER_SIZE_MAX, &gateway->req);
    if (err) {
        gateway_close(gateway);
        return err;
    }
    *ret_gateway = gateway;
    return ERR_OK;
}

void gateway_close(struct gateway *gateway)
{
    if (gateway == NULL) {
        return;
    }
    bus_req_close(gateway->req);
    loop_stop(&gateway->loop);
    loop_run(&gateway->loop);
    (void)bus_wait_closed(CLOSE_WAIT_MS); /* What hangs ends with the process. */
    loop_close(&gateway->loop);
    free(gateway);
}

static enum err sign(const struct cast_statement *statement, const struct signing_key *key,
                     uint8_t ret_signature[CRYPTO_SIGNATURE_SIZE])
{
    uint8_t bytes[CAST_STATEMENT_SIZE_MAX];
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    if (cast_statement_fault(statement) != NULL) {
        return ERR_INTERNAL;
    }
    encoder_init(&encoder, bytes, sizeof bytes);
    cast_statement_encode(&encoder, statement);
    err = encoder_finish(&encoder, &length);
    return err ? err : crypto_sign_data(key->algorithm, key->secret, bytes, length, ret_signature);
}

static enum err write_request(const struct gateway_request *request, struct buffer *message)
{
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    uint8_t random[NONCE_BYTES];
    char nonce[2 * NONCE_BYTES + 1];
    struct cast_statement statement = {
        .kind = request->kind,
        .key_id = request->key->key_id,
        .nonce = nonce,
        .created_ms = clock_now_ms(),
        .idempotency_key = request->idempotency_key,
    };
    const struct gateway_asked asked = {
        .statement = &statement,
        .body = request->body,
        .body_length = request->body_length,
        .signature = signature,
        .english = phrase_language() == PROBLEM_ENGLISH,
    };
    enum err err;

    crypto_random(random, sizeof random);
    crypto_hex(random, sizeof random, nonce, sizeof nonce);
    memcpy(statement.ballot_id, request->ballot_id, sizeof statement.ballot_id);
    crypto_sha256(request->body, request->body_length, statement.body_hash);
    err = sign(&statement, request->key, signature);
    return err ? err : gateway_ask_write(&asked, message);
}

static void on_reply(const void *reply, size_t length, void *context)
{
    struct gateway *gateway = context;

    gateway->ended = true;
    if (reply == NULL ||
        gateway_answer_read(reply, length, &gateway->answer, gateway->body) != ERR_OK) {
        gateway->answer.status = 0;
    }
}

static void describe(const struct gateway *gateway, const struct gateway_request *request,
                     struct http_client_attempt *attempt)
{
    const char *accepted =
        request->kind == CAST_KIND_BATCH ? "application/x-ndjson" : "application/json";

    attempt->sent = true; /* Or waits to be: nobody knows. */
    attempt->status = gateway->answer.status;
    attempt->retry_after_s = (gateway->answer.retry_after_ms + 999) / 1000;
    (void)snprintf(attempt->content_type, sizeof attempt->content_type, "%s",
                   attempt->status < 300 ? accepted : "application/problem+json");
    if (attempt->status == 0) {
        (void)snprintf(attempt->reason, sizeof attempt->reason, "%s",
                       say("응답이 없습니다", "no answer"));
    }
}

enum err gateway_send(struct gateway *gateway, const struct gateway_request *request,
                      struct buffer *body, struct http_client_attempt *ret_attempt)
{
    struct buffer message;
    enum err err;

    *ret_attempt = (struct http_client_attempt){.status = 0};
    gateway->body = body;
    gateway->answer = (struct gateway_answer){.status = 0};
    gateway->ended = false;
    buffer_init(&message, REQUEST_SIZE_MAX);
    err = write_request(request, &message);
    if (!err) {
        err = bus_req_send(gateway->req, message.data, message.length,
                           request->timeout_ms > 0 ? request->timeout_ms : 1, on_reply, gateway);
    }
    while (!err && !gateway->ended && !loop_is_stopping(&gateway->loop)) {
        (void)uv_run(&gateway->loop.uv, UV_RUN_ONCE); /* An answer, the time-out or a signal. */
    }
    buffer_release(&message);
    if (err || !gateway->ended) {
        return ERR_INTERNAL;
    }
    describe(gateway, request, ret_attempt);
    return ERR_OK;
}
