/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's state, and sending a request until it is answered. How one
 * attempt is put together is client_attempt.c. Must never change a request
 * between attempts but for its signature: the same key must mean the same body.
 */
#include "cli/client.h"

#include "cli/client_internal.h"
#include "runtime/clock.h"
#include "runtime/json.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PAUSE_FIRST_MS = 100,
    PAUSE_MAX_MS = 2000,
    LOOK_SIZE_MAX = 64 * 1024,
};

void client_pause(int64_t milliseconds)
{
    const int64_t until_ms = clock_monotonic_ms() + milliseconds;
    int64_t left_ms = milliseconds;

    while (left_ms > 0) {
        (void)poll(NULL, 0, (int)(left_ms < 1000 ? left_ms : 1000)); /* A signal ends it early. */
        left_ms = until_ms - clock_monotonic_ms();
    }
}

void client_new_key(char ret_key[CRYPTO_UUID_TEXT_SIZE])
{
    uint8_t uuid[CRYPTO_UUID_SIZE];

    crypto_uuid7(clock_now_ms(), uuid);
    crypto_uuid_format(uuid, ret_key);
}

/* A file that is not there would only be told of as an untrusted service. */
static enum cli_status read_ca_file(const struct invocation *invocation, struct client *client)
{
    const char *path = invocation_text(invocation, "ca-file");

    if (path == NULL) {
        return CLI_OK;
    }
    if (strlen(path) >= sizeof client->ca_file || access(path, R_OK) != 0) {
        (void)usage_error(invocation,
                          say("인증 기관 파일 %s 을(를) 읽을 수 없습니다",
                              "cannot read the file of certificates %s"),
                          path);
        return CLI_USAGE;
    }
    memcpy(client->ca_file, path, strlen(path) + 1);
    return CLI_OK;
}

static enum cli_status read_settings(const struct invocation *invocation, const char *key_file,
                                     struct client *client)
{
    static const char *const OPTIONS[CLIENT_SERVICE_COUNT] = {"participation-url", "ledger-url",
                                                              "reporting-url"};
    static const char *const DEFAULTS[CLIENT_SERVICE_COUNT] = {
        "http://127.0.0.1:8081", "http://127.0.0.1:8082", "http://127.0.0.1:8083"};
    const char *clock_file = invocation_text(invocation, "demonstration-clock-file");
    int64_t timeout_s = CLIENT_TIMEOUT_DEFAULT_S;
    int i;

    for (i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        const char *url = invocation_text(invocation, OPTIONS[i]);

        if (http_client_target_set(&client->targets[i], url != NULL ? url : DEFAULTS[i])) {
            (void)usage_error(invocation,
                              say("--%s 값 '%s': http://…, https://… 또는 unix:/… 이어야 합니다",
                                  "--%s '%s': it must be http://…, https://… or unix:/…"),
                              OPTIONS[i], url);
            return CLI_USAGE;
        }
    }
    if (invocation_number(invocation, "timeout", 1, CLIENT_TIMEOUT_MAX_S, &timeout_s) ==
        ERR_INVALID) {
        return CLI_USAGE;
    }
    client->timeout_ms = timeout_s * 1000;
    client->timeout_given = invocation_text(invocation, "timeout") != NULL;
    if (read_ca_file(invocation, client) != CLI_OK) {
        return CLI_USAGE;
    }
    if (clock_file != NULL && clock_demonstration_open(clock_file)) {
        (void)usage_error(invocation,
                          say("시연용 시계 파일 %s 을(를) 읽을 수 없습니다",
                              "cannot read the demonstration's clock file %s"),
                          clock_file);
        return CLI_USAGE;
    }
    if (key_file != NULL) {
        client->has_key = true;
        return key_file_read(key_file, &client->key) ? CLI_FAILED : CLI_OK;
    }
    return CLI_OK;
}

enum cli_status client_open(const struct invocation *invocation, struct client **ret_client)
{
    return client_open_as(invocation, invocation_text(invocation, "key-file"), ret_client);
}

enum cli_status client_open_as(const struct invocation *invocation, const char *key_file,
                               struct client **ret_client)
{
    struct client *client = calloc(1, sizeof *client);
    enum cli_status status;

    if (client == NULL) {
        return CLI_FAILED;
    }
    status = read_settings(invocation, key_file, client);
    if (status == CLI_OK && http_client_open(&client->http)) {
        status = CLI_FAILED;
    }
    if (status != CLI_OK) {
        client_close(client);
        return status;
    }
    *ret_client = client;
    return CLI_OK;
}

enum cli_status client_use_gateway(struct client *client, const struct invocation *invocation,
                                   const char *url)
{
    if (url == NULL) {
        return CLI_OK;
    }
    client->gateway_url = url;
    if (gateway_open(url, &client->gateway)) {
        return usage_error(invocation,
                           say("--gateway-url 값 '%s': ipc:///… 또는 tcp://주소:포트여야 합니다",
                               "--gateway-url '%s': it must be ipc:///… or tcp://ADDRESS:PORT"),
                           url);
    }
    return CLI_OK;
}

void client_close(struct client *client)
{
    if (client == NULL) {
        return;
    }
    gateway_close(client->gateway);
    http_client_close(&client->http);
    signing_key_wipe(&client->key);
    free(client);
}

const char *client_url(const struct client *client, enum client_service service)
{
    return client->targets[service].given;
}

int64_t client_timeout_ms(const struct client *client)
{
    return client->timeout_ms;
}

const char *client_key_id(const struct client *client)
{
    return client->has_key ? client->key.key_id : NULL;
}

/* Whether another attempt may follow, and after how long. */
static bool retry_after(const struct http_client_attempt *attempt,
                        const struct client_request *request, int64_t *pause_ms)
{
    if (request->single) {
        return false;
    }
    if (attempt->status == 503) {
        if (attempt->retry_after_s > 0) {
            *pause_ms = attempt->retry_after_s * 1000;
        }
        return true;
    }
    if (attempt->status != 0) {
        return false;
    }
    /* Nothing was sent when the connection could not be made; else the answer was lost. */
    return request->persistent || attempt->sent;
}

static void say_unreachable(const struct client *client, const struct client_request *request,
                            const struct http_client_attempt *attempt)
{
    (void)fprintf(stderr,
                  say("hyeopchi: %s(%s)에 연결할 수 없습니다: %s. 서비스가 실행 중인지, 주소가 "
                      "맞는지 확인해 주십시오.\n",
                      "hyeopchi: cannot reach %s at %s: %s. Check that it runs and that the "
                      "address is right.\n"),
                  client_service_name(request->service),
                  client_goes_by_message(client, request) ? client->gateway_url
                                                          : client_url(client, request->service),
                  attempt->reason);
}

enum err client_send(struct client *client, const struct client_request *request,
                     struct client_response *ret_response)
{
    char key[CRYPTO_UUID_TEXT_SIZE] = "";
    struct client_request keyed = *request;
    struct client_response response = {.status = 0};
    struct http_client_attempt attempt = {.status = 0};
    int64_t pause_ms = PAUSE_FIRST_MS;
    struct problem ignored;
    enum err err;

    if (strcmp(request->method, "POST") == 0 && request->idempotency_key == NULL) {
        client_new_key(key);
        keyed.idempotency_key = key;
    }
    client->deadline_ms = clock_monotonic_ms() + (client->timeout_given || request->patience_s == 0
                                                      ? client->timeout_ms
                                                      : request->patience_s * 1000);
    buffer_init(&response.body, CLIENT_RESPONSE_SIZE_MAX);
    for (;;) {
        int64_t left_ms;
        int64_t next_ms = pause_ms;

        buffer_clear(&response.body);
        err = client_attempt_send(client, &keyed, &response.body, &attempt);
        if (err) {
            goto out;
        }
        left_ms = client->deadline_ms - clock_monotonic_ms();
        if (!retry_after(&attempt, &keyed, &next_ms) || next_ms > left_ms) {
            break;
        }
        client_pause(next_ms);
        pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
    }

    if (attempt.status == 0) {
        say_unreachable(client, request, &attempt);
        err = ERR_UNAVAILABLE;
        goto out;
    }
    if (buffer_status(&response.body)) {
        (void)fprintf(stderr,
                      say("hyeopchi: 응답이 너무 큽니다\n", "hyeopchi: the answer is too large\n"));
        err = ERR_UNAVAILABLE;
        goto out;
    }
    response.status = attempt.status;
    (void)snprintf(response.content_type, sizeof response.content_type, "%s", attempt.content_type);
    if (strstr(response.content_type, "json") != NULL &&
        strstr(response.content_type, "ndjson") == NULL &&
        json_parse(response.body.data, response.body.length, &response.json, &ignored)) {
        response.json = NULL;
    }

out:
    if (err) {
        buffer_release(&response.body);
        return err;
    }
    *ret_response = response;
    return ERR_OK;
}

json_t *client_look(struct client *client, const struct client_request *request, int64_t timeout_ms)
{
    struct http_client_attempt attempt = {.status = 0};
    struct problem ignored;
    struct buffer body;
    json_t *json = NULL;

    client->deadline_ms = clock_monotonic_ms() + timeout_ms;
    buffer_init(&body, LOOK_SIZE_MAX);
    if (client_attempt_send(client, request, &body, &attempt) || attempt.status != 200 ||
        buffer_status(&body) || json_parse(body.data, body.length, &json, &ignored)) {
        json = NULL;
    }
    buffer_release(&body);
    return json;
}

void client_response_release(struct client_response *response)
{
    if (response != NULL) {
        buffer_release(&response->body);
        json_decref(response->json);
        response->json = NULL;
    }
}
