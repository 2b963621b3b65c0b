/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request over libcurl: headers, signature, transfer. Must never send a
 * request elsewhere than it was signed for, nor twice.
 */
#include "runtime/http_client.h"

#include "runtime/clock.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    HEADER_COUNT_MAX = 8,
    HEADER_LINE_SIZE = 4096,
    SIGNATURE_VALUE_SIZE_MAX = 2048,
    UNIX_PREFIX_LENGTH = 5, /* "unix:" */
};

enum err http_client_target_set(struct http_client_target *target, const char *url)
{
    const size_t length = strlen(url);
    const char *rest;

    if (length == 0 || length >= sizeof target->given) {
        return ERR_INVALID;
    }
    *target = (struct http_client_target){.socket = ""};
    (void)snprintf(target->given, sizeof target->given, "%s", url);
    while (target->given[0] != '\0' && target->given[strlen(target->given) - 1] == '/') {
        target->given[strlen(target->given) - 1] = '\0';
    }
    (void)snprintf(target->scheme, sizeof target->scheme, "http");
    if (strncmp(target->given, "unix:/", UNIX_PREFIX_LENGTH + 1) == 0) {
        (void)snprintf(target->socket, sizeof target->socket, "%s",
                       target->given + UNIX_PREFIX_LENGTH);
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

enum err http_client_open(struct http_client *client)
{
    *client = (struct http_client){.curl = NULL};
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return ERR_INTERNAL;
    }
    client->curl = curl_easy_init();
    if (client->curl == NULL) {
        curl_global_cleanup();
        return ERR_INTERNAL;
    }
    return ERR_OK;
}

void http_client_close(struct http_client *client)
{
    if (client->curl != NULL) {
        curl_easy_cleanup(client->curl);
        curl_slist_free_all(client->lines);
        curl_global_cleanup();
        *client = (struct http_client){.curl = NULL};
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
    if (value == NULL) {
        return;
    }
    assert(list->count < HEADER_COUNT_MAX);
    list->headers[list->count] = (struct http_header){name, value};
    list->count++;
    add_line(list, name, value);
}

static enum err add_signature(const struct http_client_options *options,
                              const struct http_client_request *request, struct header_list *list)
{
    const struct http_signer signer = {options->key->key_id, options->key->algorithm,
                                       options->key->secret};
    const char *question = strchr(request->path, '?');
    char path[HTTP_CLIENT_URL_SIZE];
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
            .scheme = options->target->scheme,
            .authority = options->target->authority,
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

static enum err build_headers(const struct http_client_options *options,
                              const struct http_client_request *request, struct header_list *list)
{
    enum err err = ERR_OK;

    add_header(list, "host", options->target->authority);
    add_header(list, "accept",
               request->accept != NULL ? request->accept
                                       : "application/json, application/problem+json");
    add_header(list, "accept-language", request->language);
    add_header(list, "content-type", request->content_type);
    add_header(list, "idempotency-key", request->idempotency_key);
    add_header(list, "last-event-id", request->last_event_id);
    /* No "Expect: 100-continue": it costs a round trip and says nothing here. */
    add_line(list, "Expect", "");
    if (options->key != NULL) {
        err = add_signature(options, request, list);
    }
    return err || list->failed ? ERR_INTERNAL : ERR_OK;
}

static int on_waiting(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                      curl_off_t up)
{
    const struct http_client_request *request = context;

    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    request->waiting(request->waiting_context);
    return 0; /* go on */
}

enum err http_client_prepare(struct http_client *client, const struct http_client_options *options,
                             const struct http_client_request *request, char *reason)
{
    const struct http_client_target *target = options->target;
    struct header_list list = {.count = 0};
    char url[3 * HTTP_CLIENT_URL_SIZE];
    CURL *curl = client->curl;

    /* Keeps the connection and forgets everything else of the request before. */
    curl_easy_reset(curl);
    curl_slist_free_all(client->lines);
    client->lines = NULL;
    reason[0] = '\0';
    if (build_headers(options, request, &list) != ERR_OK ||
        (size_t)snprintf(url, sizeof url, "%s%s", target->base, request->path) >= sizeof url) {
        curl_slist_free_all(list.lines);
        return ERR_INTERNAL;
    }
    client->lines = list.lines;
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->lines);
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    if (options->ca_file[0] != '\0') {
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
    }
    if (target->socket[0] != '\0') {
        (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, target->socket);
    }
    if (request->waiting != NULL) {
        (void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        (void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_waiting);
        (void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, request);
    }
    if (request->body != NULL || strcmp(request->method, "POST") == 0) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                               request->body != NULL ? request->body : "");
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    }
    return ERR_OK;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    buffer_append(context, data, size * count);
    return size * count;
}

/* The errors after which nothing can have reached the service. */
static bool never_sent(CURLcode code)
{
    return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
           code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION;
}

static void copy_header(CURL *curl, const char *name, char *ret_value, size_t size)
{
    struct curl_header *header = NULL;

    ret_value[0] = '\0';
    if (curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
        (void)snprintf(ret_value, size, "%s", header->value);
    }
}

static void describe(CURL *curl, CURLcode code, struct http_client_attempt *attempt)
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
    copy_header(curl, "content-digest", attempt->content_digest, sizeof attempt->content_digest);
    copy_header(curl, "idempotency-key", attempt->idempotency_key, sizeof attempt->idempotency_key);
}

enum err http_client_send(struct http_client *client, const struct http_client_options *options,
                          const struct http_client_request *request, struct buffer *body,
                          struct http_client_attempt *ret_attempt)
{
    enum err err;

    *ret_attempt = (struct http_client_attempt){.status = 0};
    err = http_client_prepare(client, options, request, ret_attempt->reason);
    if (err) {
        return err;
    }
    (void)curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS,
                           request->timeout_ms > 1 ? (long)request->timeout_ms : 1L);
    (void)curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, body);
    describe(client->curl, curl_easy_perform(client->curl), ret_attempt);
    return ERR_OK;
}
