/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking a service and showing its answer. Must never show half an answer as if
 * it were whole: a refusal is a refusal, whatever came before it.
 */
#include "cli/request.h"

#include "cli/print.h"
#include "runtime/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REFUSAL_SIZE_MAX = 16 * 1024 };

void request_refused(const struct invocation *invocation, const struct client_response *response)
{
    struct buffer line;

    buffer_init(&line, REFUSAL_SIZE_MAX);
    if (response->json != NULL) {
        print_problem(response->json, &line);
    } else {
        buffer_append_format(&line, say("HTTP 상태 %d (%s)", "HTTP status %d (%s)"),
                             response->status, response->content_type);
    }
    (void)fprintf(stderr, "hyeopchi: %s\n", buffer_text(&line));
    buffer_release(&line);
    if (invocation->json && response->json != NULL) {
        print_answer(response->json, true);
    }
}

const struct command_operand REQUEST_BALLOT_OPERAND[] = {
    {.name = "BALLOT",
     .sentence = {"투표 번호(UUID), 'hyeopchi ballot list'로 봅니다",
                  "a ballot's UUID, as 'hyeopchi ballot list' shows it"}},
    {.name = NULL},
};

enum cli_status request_send(const struct invocation *invocation, struct client *client,
                             const struct client_request *request,
                             struct client_response *ret_response)
{
    struct client_response response;

    if (client_send(client, request, &response)) {
        return CLI_FAILED;
    }
    if (response.status < 200 || response.status >= 300) {
        request_refused(invocation, &response);
        client_response_release(&response);
        return CLI_FAILED;
    }
    *ret_response = response;
    return CLI_OK;
}

enum cli_status request_fetch(const struct invocation *invocation,
                              const struct client_request *request,
                              struct client_response *ret_response)
{
    struct client *client = NULL;
    enum cli_status status = client_open(invocation, &client);

    if (status == CLI_OK) {
        status = request_send(invocation, client, request, ret_response);
    }
    client_close(client);
    return status;
}

enum cli_status request_run(const struct invocation *invocation,
                            const struct client_request *request)
{
    struct client_response response;
    enum cli_status status = request_fetch(invocation, request, &response);

    if (status == CLI_OK) {
        print_answer(response.json, invocation->json);
        client_response_release(&response);
    }
    return status;
}

enum cli_status request_run_json(const struct invocation *invocation,
                                 const struct client_request *request, json_t *body)
{
    struct client_request whole = *request;
    enum cli_status status = CLI_FAILED;
    char *text;

    if (body == NULL) {
        return usage_error(invocation, say("값이 UTF-8이 아닙니다", "a value is not UTF-8"));
    }
    text = json_text(body);
    json_decref(body);
    if (text != NULL) {
        whole.content_type = "application/json";
        whole.body = text;
        whole.body_length = strlen(text);
        status = request_run(invocation, &whole);
    }
    free(text);
    return status;
}

enum err request_ballot_path(const struct invocation *invocation, const char *id, const char *rest,
                             char ret_path[CLIENT_URL_SIZE])
{
    uint8_t uuid[CRYPTO_UUID_SIZE];

    if (crypto_uuid_parse(id, uuid)) {
        (void)usage_error(
            invocation,
            say("'%s': 투표 번호는 'hyeopchi ballot list'가 보여 주는 UUID여야 합니다",
                "'%s': a ballot is named by its UUID, as 'hyeopchi ballot list' "
                "shows it"),
            id);
        return ERR_INVALID;
    }
    (void)snprintf(ret_path, CLIENT_URL_SIZE, "/v1/ballots/%s%s", id, rest);
    return ERR_OK;
}
