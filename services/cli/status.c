/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi status`: asks the three services how they are. A service that does
 * not answer is part of the answer, so all three are always asked.
 */
#include "cli/nouns.h"

#include "cli/print.h"
#include "cli/request.h"

#include <stdio.h>

/* What one service said, or why it did not. Without a key only what is public can be asked. */
static json_t *ask(struct client *client, enum client_service service, bool *ret_ready)
{
    const struct client_request request = {
        .service = service,
        .method = "GET",
        .path = client_key_id(client) != NULL ? "/v1/status" : "/readyz",
        .is_public = true,
        .single = true,
    };
    struct client_response response;
    json_t *answer;

    *ret_ready = false;
    if (client_send(client, &request, &response)) {
        return json_pack("{s:b, s:s}", "ready", 0, "error", "unreachable");
    }
    if (json_object_get(response.json, "ready") != NULL) {
        answer = json_incref(response.json);
        *ret_ready = json_is_true(json_object_get(answer, "ready"));
    } else {
        answer = json_pack("{s:b, s:i, s:O?}", "ready", 0, "status", response.status, "error",
                           response.json);
    }
    client_response_release(&response);
    return answer;
}

static void print_for_people(json_t *answers)
{
    const char *name;
    json_t *answer;

    json_object_foreach(answers, name, answer)
    {
        (void)printf("[%s]\n", name);
        print_answer(answer, false);
        (void)printf("\n");
    }
}

static enum cli_status status_run(const struct invocation *invocation)
{
    struct client *client = NULL;
    const enum cli_status opened = client_open(invocation, &client);
    json_t *answers;
    bool all_ready = true;
    int service;

    if (opened != CLI_OK) {
        return opened;
    }
    answers = json_object();
    for (service = 0; service < CLIENT_SERVICE_COUNT; service++) {
        bool ready = false;
        json_t *answer = ask(client, (enum client_service)service, &ready);

        all_ready = all_ready && ready;
        (void)json_object_set_new(answers, client_service_name((enum client_service)service),
                                  answer);
    }
    if (invocation->json) {
        print_answer(answers, true);
    } else {
        print_for_people(answers);
    }
    json_decref(answers);
    client_close(client);
    return all_ready ? CLI_OK : CLI_FAILED;
}

static const char *const EXAMPLES[] = {
    "hyeopchi status",
    "hyeopchi status --json | jq .ledger.ready",
    NULL,
};

static const struct command COMMANDS[] = {
    {
        .verb = "",
        .summary = {"세 서비스의 상태를 보여 줍니다 (모두 준비되었으면 종료 코드 0)",
                    "shows how the three services are (exit status 0: all ready)"},
        .shared = CLIENT_OPTIONS,
        .examples = EXAMPLES,
        .run = status_run,
    },
};

const struct command_noun STATUS_NOUN = {
    .noun = "status",
    .summary = {"상태", "Status"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
