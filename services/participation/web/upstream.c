/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks and asks again. Must never change a vote between attempts, and never
 * believe an answer that may be another vote's.
 */
#include "participation/web/upstream.h"

#include "runtime/clock.h"
#include "runtime/json.h"
#include "runtime/log.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum {
    PAUSE_FIRST_MS = 100,
    PAUSE_MAX_MS = 2000,
    ATTEMPT_TIMEOUT_MS = 10000,
    HASH_TEXT_SIZE = 48, /* base64 of 32 bytes, and a NUL */
};

enum err upstream_open(const char *url, const char *ca_file, const struct signing_key *key,
                       struct upstream *ret)
{
    *ret = (struct upstream){.ca_file = ca_file, .key = *key};
    if (http_client_target_set(&ret->target, url)) {
        log_error("setting_refused", log_str("setting", "participation_url"),
                  log_str("reason", "it must be http://…, https://… or unix:/…, without a path"));
        return ERR_INVALID;
    }
    if (uv_mutex_init(&ret->lock) != 0) {
        return ERR_INTERNAL;
    }
    ret->open = true;
    for (size_t i = 0; i < UPSTREAM_CLIENT_MAX; i++) {
        const enum err err = http_client_open(&ret->clients[i]);

        if (err) {
            upstream_close(ret);
            return err;
        }
    }
    return ERR_OK;
}

void upstream_close(struct upstream *upstream)
{
    if (!upstream->open) {
        return;
    }
    for (size_t i = 0; i < UPSTREAM_CLIENT_MAX; i++) {
        assert(!upstream->busy[i]);
        http_client_close(&upstream->clients[i]);
    }
    uv_mutex_destroy(&upstream->lock);
    signing_key_wipe(&upstream->key);
    upstream->open = false;
}

/* There are as many as threads, so one is always free. */
static size_t take_client(struct upstream *upstream)
{
    size_t found = UPSTREAM_CLIENT_MAX;

    uv_mutex_lock(&upstream->lock);
    for (size_t i = 0; i < UPSTREAM_CLIENT_MAX && found == UPSTREAM_CLIENT_MAX; i++) {
        if (!upstream->busy[i]) {
            upstream->busy[i] = true;
            found = i;
        }
    }
    uv_mutex_unlock(&upstream->lock);
    assert(found < UPSTREAM_CLIENT_MAX);
    return found;
}

static void return_client(struct upstream *upstream, size_t place)
{
    uv_mutex_lock(&upstream->lock);
    upstream->busy[place] = false;
    uv_mutex_unlock(&upstream->lock);
}

static void read_json(struct upstream_call *call, const char *content_type)
{
    struct problem ignored;

    if (strstr(content_type, "json") != NULL && buffer_status(&call->answer) == ERR_OK &&
        json_parse(call->answer.data, call->answer.length, &call->json, &ignored)) {
        call->json = NULL;
    }
}

void upstream_get(struct upstream *upstream, struct upstream_call *call)
{
    const struct http_client_options options = {
        .target = &upstream->target,
        .ca_file = upstream->ca_file,
    };
    const struct http_client_request request = {
        .method = "GET",
        .path = call->path,
        .language = call->language,
        .timeout_ms = UPSTREAM_READ_TIMEOUT_MS,
    };
    const size_t place = take_client(upstream);
    struct http_client_attempt attempt;

    buffer_init(&call->answer, UPSTREAM_ANSWER_MAX);
    call->outcome = UPSTREAM_UNKNOWN;
    if (http_client_send(&upstream->clients[place], &options, &request, &call->answer, &attempt) ==
        ERR_OK) {
        call->outcome = attempt.status != 0 ? UPSTREAM_ANSWERED : UPSTREAM_UNKNOWN;
        call->status = attempt.status;
        read_json(call, attempt.content_type);
    }
    return_client(upstream, place);
}

/* Whether the answer is whole, and to what was asked. */
static bool is_own_answer(const struct upstream_vote *vote, const struct upstream_call *call,
                          const struct http_client_attempt *attempt)
{
    uint8_t hash[CRYPTO_HASH_SIZE];
    char text[HASH_TEXT_SIZE];
    char wanted[HTTP_CLIENT_DIGEST_SIZE];

    if (buffer_status(&call->answer)) {
        return false;
    }
    /* Refused before anybody looked at the key, as a signature that is not known is. */
    if (attempt->status >= 400 && attempt->idempotency_key[0] == '\0') {
        return true;
    }
    if (strcmp(attempt->idempotency_key, vote->key) != 0) {
        return false;
    }
    crypto_sha256(call->answer.data, call->answer.length, hash);
    crypto_base64(hash, sizeof hash, text, sizeof text);
    (void)snprintf(wanted, sizeof wanted, "sha-256=:%s:", text);
    return strcmp(attempt->content_digest, wanted) == 0;
}

/* Whether an answer is about who asked, or about the connection, rather than about the vote. Where an
 * attempt before it may have arrived, it must not pass for what became of that one. */
static bool says_nothing_of_vote(const struct upstream_call *call,
                                 const struct http_client_attempt *attempt)
{
    const char *code = json_string_value(json_object_get(call->json, "code"));

    return attempt->status >= 400 &&
           (attempt->idempotency_key[0] == '\0' || attempt->status == 401 ||
            attempt->status == 408 || (code != NULL && strcmp(code, PROBLEM_FORBIDDEN.code) == 0));
}

/* What an attempt says of the vote: an answer, or what to think until the next attempt. */
static enum upstream_outcome judge(const struct upstream_vote *vote,
                                   const struct upstream_call *call,
                                   const struct http_client_attempt *attempt)
{
    if (attempt->status == 0) {
        return attempt->sent ? UPSTREAM_UNKNOWN : UPSTREAM_NOT_SENT;
    }
    /* Nobody refuses a vote with these; a proxy may say them of a service that it lost. */
    if (attempt->status >= 500 || attempt->status == 429) {
        return UPSTREAM_UNKNOWN;
    }
    if (call->outcome == UPSTREAM_UNKNOWN && says_nothing_of_vote(call, attempt)) {
        return UPSTREAM_UNKNOWN;
    }
    return is_own_answer(vote, call, attempt) ? UPSTREAM_ANSWERED : UPSTREAM_UNKNOWN;
}

/* The work queue's own thread may wait; a signal ends it early. */
static void pause_for(int64_t milliseconds)
{
    (void)poll(NULL, 0, (int)milliseconds);
}

/* One attempt; true when there is no need of another. */
static bool attempt_vote(struct upstream *upstream, struct http_client *client,
                         const struct http_client_request *request,
                         const struct upstream_vote *vote, struct upstream_call *call)
{
    const struct http_client_options options = {
        .target = &upstream->target,
        .key = &upstream->key,
        .ca_file = upstream->ca_file,
    };
    struct http_client_attempt attempt;
    enum upstream_outcome outcome;

    buffer_clear(&call->answer);
    json_decref(call->json);
    call->json = NULL;
    if (http_client_send(client, &options, request, &call->answer, &attempt)) {
        return true;
    }
    read_json(call, attempt.content_type);
    outcome = judge(vote, call, &attempt);
    if (outcome == UPSTREAM_ANSWERED) {
        call->outcome = outcome;
        call->status = attempt.status;
        return true;
    }
    log_warn("vote_unanswered", log_int("status", attempt.status), log_bool("sent", attempt.sent),
             log_str("reason", attempt.reason),
             log_str("action", "sending it again under its key"));
    /* What may have arrived once stays unknown, however the later attempts fail. */
    if (outcome == UPSTREAM_UNKNOWN) {
        call->outcome = outcome;
    }
    return false;
}

void upstream_send(struct upstream *upstream, const struct upstream_vote *vote,
                   struct upstream_call *call)
{
    struct http_client_request request = {
        .method = "POST",
        .path = call->path,
        .language = call->language,
        .content_type = "application/json",
        .body = vote->body,
        .body_length = vote->length,
        .idempotency_key = vote->key,
    };
    const int64_t deadline_ms = clock_monotonic_ms() + vote->timeout_ms;
    const size_t place = take_client(upstream);
    int64_t pause_ms = PAUSE_FIRST_MS;

    buffer_init(&call->answer, UPSTREAM_ANSWER_MAX);
    call->outcome = vote->in_doubt ? UPSTREAM_UNKNOWN : UPSTREAM_NOT_SENT;
    for (;;) {
        const int64_t left_ms = deadline_ms - clock_monotonic_ms();

        if (left_ms <= 0) {
            break;
        }
        request.timeout_ms = left_ms < ATTEMPT_TIMEOUT_MS ? left_ms : ATTEMPT_TIMEOUT_MS;
        if (attempt_vote(upstream, &upstream->clients[place], &request, vote, call)) {
            break;
        }
        pause_for(pause_ms);
        pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
    }
    return_client(upstream, place);
}

void upstream_call_release(struct upstream_call *call)
{
    buffer_release(&call->answer);
    json_decref(call->json);
    call->json = NULL;
}
