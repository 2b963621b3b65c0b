/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One attempt over libcurl: headers, signature, transfer. Follows no redirect
 * and reads no proxy or .netrc from the environment: a signed request goes
 * where it was signed for and nowhere else.
 */
#include "cli/client_internal.h"
#include "runtime/clock.h"
#include "runtime/http_signature.h"
#include "runtime/json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_COUNT_MAX = 8,
    HEADER_LINE_SIZE = 4096,
    SIGNATURE_VALUE_SIZE_MAX = 2048,
    PROBLEM_SIZE_MAX = 64 * 1024,
    LOW_SPEED_SECONDS = 60,
};

enum err client_target_set(struct client_target *target, const char *url)
{
    const size_t length = strlen(url);
    const char *rest;

    if (length == 0 || length >= sizeof target->given) {
        return ERR_INVALID;
    }
    *target = (struct client_target){.socket = ""};
    (void)snprintf(target->given, sizeof target->given, "%s", url);
    while (target->given[0] != '\0' && target->given[strlen(target->given) - 1] == '/') {
        target->given[strlen(target->given) - 1] = '\0';
    }
    (void)snprintf(target->scheme, sizeof target->scheme, "http");
    if (strncmp(target->given, "unix:/", 6) == 0) {
        (void)snprintf(target->socket, sizeof target->socket, "%s", target->given + 5);
        (void)snprintf(target->base, sizeof target->base, "http://localhost");
        (void)snprintf(target->authority, sizeof target->authority, "localhost");
        return ERR_OK;
    }
    if (strncmp(target->given, "https://", 8) == 0) {
        (void)snprintf(target->scheme, sizeof target->scheme, "https");
    } else if (strncmp(target->given, "http://", 7) != 0) {
        return ERR_INVALID;
    }
    rest = strstr(target->given, "://") + 3;
    if (*rest == '\0' || strpbrk(rest, "/?#@ ") != NULL ||
        strlen(rest) >= sizeof target->authority) {
        return ERR_INVALID;
    }
    (void)snprintf(target->base, sizeof target->base, "%s", target->given);
    (void)snprintf(target->authority, sizeof target->authority, "%s", rest);
    return ERR_OK;
}

enum err client_curl_open(struct client *client)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return ERR_INTERNAL;
    }
    client->curl = curl_easy_init();
    return client->curl != NULL ? ERR_OK : ERR_INTERNAL;
}

void client_curl_close(struct client *client)
{
    if (client->curl != NULL) {
        curl_easy_cleanup(client->curl);
        curl_global_cleanup();
        client->curl = NULL;
    }
}

/* The headers of a request, in two shapes: for the signature and for libcurl. */
struct header_list {
    struct http_header headers[HEADER_COUNT_MAX];
    size_t count;
    struct curl_slist *lines;
    bool failed;
};

static void add_line(struct header_list *list, const char *name, const char *value)
{
    char line[HEADER_LINE_SIZE];
    struct curl_slist *lines;

    if ((size_t)snprintf(line, sizeof line, "%s: %s", name, value) >= sizeof line) {
        list->failed = true;
        return;
    }
    lines = curl_slist_append(list->lines, line);
    if (lines == NULL) {
        list->failed = true;
        return;
    }
    list->lines = lines;
}

/* A header that the signature may cover; name in lower case. */
static void add_header(struct header_list *list, const char *name, const char *value)
{
    assert(list->count < HEADER_COUNT_MAX);
    list->headers[list->count] = (struct http_header){name, value};
    list->count++;
    add_line(list, name, value);
}

static enum err add_signature(struct client *client, const struct client_request *request,
                              struct header_list *list)
{
    const struct client_target *target = &client->targets[request->service];
    const struct http_signer signer = {client->key.key_id, client->key.algorithm,
                                       client->key.secret};
    const char *question = strchr(request->path, '?');
    char path[CLIENT_URL_SIZE];
    struct buffer digest;
    struct buffer input;
    struct buffer signature;
    enum err err;

    (void)snprintf(path, sizeof path, "%.*s", (int)strcspn(request->path, "?"), request->path);
    buffer_init(&digest, SIGNATURE_VALUE_SIZE_MAX);
    buffer_init(&input, SIGNATURE_VALUE_SIZE_MAX);
    buffer_init(&signature, SIGNATURE_VALUE_SIZE_MAX);
    err = http_signature_sign(
        &(const struct http_message){
            .method = request->method,
            .scheme = target->scheme,
            .authority = target->authority,
            .path = path,
            .query = question != NULL ? question + 1 : NULL,
            .headers = list->headers,
            .header_count = list->count,
            .body = request->body,
            .body_length = request->body_length,
        },
        &signer, clock_now_ms(), &digest, &input, &signature);
    if (!err) {
        if (digest.length > 0) {
            add_line(list, "content-digest", buffer_text(&digest));
        }
        add_line(list, "signature-input", buffer_text(&input));
        add_line(list, "signature", buffer_text(&signature));
    }
    buffer_release(&digest);
    buffer_release(&input);
    buffer_release(&signature);
    return err;
}

static enum err build_headers(struct client *client, const struct client_request *request,
                              const char *last_event_id, struct header_list *list)
{
    add_header(list, "host", client->targets[request->service].authority);
    add_header(list, "accept",
               request->accept != NULL ? request->accept
                                       : "application/json, application/problem+json");
    add_header(list, "accept-language", say("ko", "en"));
    if (request->content_type != NULL) {
        add_header(list, "content-type", request->content_type);
    }
    if (request->idempotency_key != NULL) {
        add_header(list, "idempotency-key", request->idempotency_key);
    }
    if (last_event_id != NULL) {
        add_header(list, "last-event-id", last_event_id);
    }
    /* No "Expect: 100-continue": it costs a round trip and says nothing here. */
    add_line(list, "Expect", "");
    if (!client->has_key) {
        if (request->is_public) {
            return list->failed ? ERR_INTERNAL : ERR_OK;
        }
        (void)fprintf(
            stderr, say("hyeopchi: 이 명령은 서명이 필요합니다. --key-file 또는 HYEOPCHI_KEY_FILE "
                        "로 개인 키를 지정해 주십시오 ('hyeopchi key new'로 만듭니다).\n",
                        "hyeopchi: this command must sign. Name a private key with --key-file or "
                        "HYEOPCHI_KEY_FILE ('hyeopchi key new' makes one).\n"));
        return ERR_INVALID;
    }
    if (add_signature(client, request, list)) {
        return ERR_INTERNAL;
    }
    return list->failed ? ERR_INTERNAL : ERR_OK;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    buffer_append(context, data, size * count);
    return size * count;
}

static void set_common(struct client *client, const struct client_request *request,
                       const struct header_list *list, char *reason)
{
    const struct client_target *target = &client->targets[request->service];
    char url[2 * CLIENT_URL_SIZE + CLIENT_URL_SIZE];
    CURL *curl = client->curl;

    /* Keeps the connection and forgets everything else of the request before. */
    curl_easy_reset(curl);
    (void)snprintf(url, sizeof url, "%s%s", target->base, request->path);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list->lines);
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    if (client->ca_file[0] != '\0') {
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, client->ca_file);
    }
    if (target->socket[0] != '\0') {
        (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, target->socket);
    }
    if (request->body != NULL || strcmp(request->method, "POST") == 0) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                               request->body != NULL ? request->body : "");
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    }
}

/* The errors after which nothing can have reached the service. */
static bool never_sent(CURLcode code)
{
    return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
           code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION;
}

static void describe(CURL *curl, CURLcode code, struct client_attempt *attempt)
{
    const char *type = NULL;
    curl_off_t retry_after = 0;
    long status = 0;

    attempt->sent = !never_sent(code);
    if (attempt->reason[0] == '\0') {
        (void)snprintf(attempt->reason, sizeof attempt->reason, "%s", curl_easy_strerror(code));
    }
    if (code != CURLE_OK) {
        return;
    }
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    (void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
    attempt->status = (int)status;
    attempt->retry_after_s = (int64_t)retry_after;
    (void)snprintf(attempt->content_type, sizeof attempt->content_type, "%s",
                   type != NULL ? type : "");
}

enum err client_attempt_send(struct client *client, const struct client_request *request,
                             struct buffer *body, struct client_attempt *ret_attempt)
{
    struct header_list list = {.count = 0};
    const int64_t left_ms = client->deadline_ms - clock_monotonic_ms();
    CURLcode code;
    enum err err;

    *ret_attempt = (struct client_attempt){.status = 0};
    err = build_headers(client, request, NULL, &list);
    if (err) {
        goto out;
    }
    set_common(client, request, &list, ret_attempt->reason);
    (void)curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, left_ms > 1 ? (long)left_ms : 1L);
    (void)curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, body);
    code = curl_easy_perform(client->curl);
    describe(client->curl, code, ret_attempt);

out:
    curl_slist_free_all(list.lines);
    return err;
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
    struct header_list list = {.count = 0};
    struct stream stream = {.curl = client->curl, .piece = piece, .context = context};
    char reason[CLIENT_REASON_SIZE] = "";
    struct problem ignored;
    long status = 0;
    enum err err;

    *ret_status = 0;
    *ret_problem = NULL;
    buffer_init(&stream.refusal, PROBLEM_SIZE_MAX);
    err = build_headers(client, request, last_event_id, &list);
    if (err) {
        goto out;
    }
    set_common(client, request, &list, reason);
    (void)curl_easy_setopt(client->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)client->timeout_ms);
    /* A living stream says something every fifteen seconds. */
    (void)curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    (void)curl_easy_setopt(client->curl, CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_SECONDS);
    (void)curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_piece);
    (void)curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &stream);
    (void)curl_easy_perform(client->curl); /* How it ended is asked below. */
    (void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    *ret_status = (int)status;
    err = stream.ended ? ERR_OK : ERR_UNAVAILABLE;
    if (status != 0 && status != 200 &&
        json_parse(stream.refusal.data, stream.refusal.length, ret_problem, &ignored)) {
        *ret_problem = NULL;
    }

out:
    buffer_release(&stream.refusal);
    curl_slist_free_all(list.lines);
    return err;
}
