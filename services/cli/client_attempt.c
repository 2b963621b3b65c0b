/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One attempt to send a request (runtime/http_client.h), and streams, which are
 * read in pieces. Must never change what is sent from attempt to attempt.
 */
#include "cli/client_internal.h"
#include "runtime/clock.h"
#include "runtime/json.h"

#include <stdio.h>
#include <string.h>

enum {
    PROBLEM_SIZE_MAX = 64 * 1024,
    LOW_SPEED_SECONDS = 60,
};

static struct http_client_options options_of(const struct client *client,
                                             const struct client_request *request)
{
    return (struct http_client_options){
        .target = &client->targets[request->service],
        .key = client->has_key ? &client->key : NULL,
        .ca_file = client->ca_file,
    };
}

static struct http_client_request http_request_of(const struct client_request *request)
{
    return (struct http_client_request){
        .method = request->method,
        .path = request->path,
        .accept = request->accept,
        .language = say("ko", "en"),
        .content_type = request->content_type,
        .body = request->body,
        .body_length = request->body_length,
        .idempotency_key = request->idempotency_key,
        .waiting = request->waiting,
        .waiting_context = request->waiting_context,
    };
}

static enum err check_key(const struct client *client, const struct client_request *request)
{
    if (client->has_key || request->is_public) {
        return ERR_OK;
    }
    (void)fprintf(stderr,
                  say("hyeopchi: 이 명령은 서명이 필요합니다. --key-file 또는 HYEOPCHI_KEY_FILE "
                      "로 개인 키를 지정해 주십시오 ('hyeopchi key new'로 만듭니다).\n",
                      "hyeopchi: this command must sign. Name a private key with --key-file or "
                      "HYEOPCHI_KEY_FILE ('hyeopchi key new' makes one).\n"));
    return ERR_INVALID;
}

bool client_goes_by_message(const struct client *client, const struct client_request *request)
{
    return client->gateway != NULL && request->votes_of != NULL;
}

static struct gateway_request message_of(const struct client *client,
                                         const struct client_request *request)
{
    return (struct gateway_request){
        .kind = strstr(request->content_type, "ndjson") != NULL ? CAST_KIND_BATCH : CAST_KIND_VOTE,
        .ballot_id = request->votes_of,
        .idempotency_key = request->idempotency_key,
        .body = request->body,
        .body_length = request->body_length,
        .key = &client->key,
        .timeout_ms = client->deadline_ms - clock_monotonic_ms(),
    };
}

enum err client_attempt_send(struct client *client, const struct client_request *request,
                             struct buffer *body, struct http_client_attempt *ret_attempt)
{
    const struct http_client_options options = options_of(client, request);
    struct http_client_request http = http_request_of(request);
    enum err err = check_key(client, request);

    if (!err && client_goes_by_message(client, request)) {
        const struct gateway_request message = message_of(client, request);

        return gateway_send(client->gateway, &message, body, ret_attempt);
    }
    http.timeout_ms = client->deadline_ms - clock_monotonic_ms();
    return err ? err : http_client_send(&client->http, &options, &http, body, ret_attempt);
}

/* A stream under way: pieces go to the callback, a refusal into a buffer. */
struct stream {
    CURL *curl;
    client_piece_fn piece;
    void *context;
    struct buffer refusal;
    bool ended; /* by the callback */
};

static size_t on_piece(char *data, size_t size, size_t count, void *context)
{
    struct stream *stream = context;
    long status = 0;

    (void)curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        buffer_append(&stream->refusal, data, size * count);
        return size * count;
    }
    if (!stream->piece(data, size * count, stream->context)) {
        stream->ended = true;
        return 0;
    }
    return size * count;
}

enum err client_stream(struct client *client, const struct client_request *request,
                       const char *last_event_id, client_piece_fn piece, void *context,
                       int *ret_status, json_t **ret_problem)
{
    const struct http_client_options options = options_of(client, request);
    struct http_client_request http = http_request_of(request);
    struct stream stream = {.curl = client->http.curl, .piece = piece, .context = context};
    char reason[CURL_ERROR_SIZE] = "";
    struct problem ignored;
    long status = 0;
    enum err err;

    *ret_status = 0;
    *ret_problem = NULL;
    buffer_init(&stream.refusal, PROBLEM_SIZE_MAX);
    http.last_event_id = last_event_id;
    err = check_key(client, request);
    if (!err) {
        err = http_client_prepare(&client->http, &options, &http, reason);
    }
    if (err) {
        goto out;
    }
    (void)curl_easy_setopt(client->http.curl, CURLOPT_CONNECTTIMEOUT_MS, (long)client->timeout_ms);
    /* A living stream says something every fifteen seconds. */
    (void)curl_easy_setopt(client->http.curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    (void)curl_easy_setopt(client->http.curl, CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_SECONDS);
    (void)curl_easy_setopt(client->http.curl, CURLOPT_WRITEFUNCTION, on_piece);
    (void)curl_easy_setopt(client->http.curl, CURLOPT_WRITEDATA, &stream);
    (void)curl_easy_perform(client->http.curl); /* How it ended is asked below. */
    (void)curl_easy_getinfo(client->http.curl, CURLINFO_RESPONSE_CODE, &status);
    *ret_status = (int)status;
    err = stream.ended ? ERR_OK : ERR_UNAVAILABLE;
    if (status != 0 && status != 200 &&
        json_parse(stream.refusal.data, stream.refusal.length, ret_problem, &ignored)) {
        *ret_problem = NULL;
    }

out:
    buffer_release(&stream.refusal);
    return err;
}
