/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi reporting`: the published reports, and the check that the read model
 * is what the events say.
 */
#include "cli/nouns.h"

#include "cli/print.h"
#include "cli/request.h"

#include <stdio.h>
#include <string.h>

static enum cli_status reporting_list(const struct invocation *invocation)
{
    return request_run(invocation, &(const struct client_request){
                                       .service = CLIENT_REPORTING,
                                       .method = "GET",
                                       .path = "/v1/ballot-reports",
                                       .is_public = true,
                                   });
}

static enum cli_status reporting_show(const struct invocation *invocation)
{
    uint8_t uuid[CRYPTO_UUID_SIZE];
    char path[CLIENT_URL_SIZE];

    if (crypto_uuid_parse(invocation_operand(invocation, 0), uuid)) {
        return usage_error(
            invocation, say("'%s': 투표 번호(UUID)여야 합니다", "'%s': it must be a ballot's UUID"),
            invocation_operand(invocation, 0));
    }
    (void)snprintf(path, sizeof path, "/v1/ballot-reports/%s", invocation_operand(invocation, 0));
    return request_run(invocation, &(const struct client_request){
                                       .service = CLIENT_REPORTING,
                                       .method = "GET",
                                       .path = path,
                                       .is_public = true,
                                   });
}

/* The answer says whether the two agree; only agreement is success. */
static enum cli_status reporting_rebuild(const struct invocation *invocation)
{
    const struct client_request request = {
        .service = CLIENT_REPORTING,
        .method = "POST",
        .path = "/v1/rebuild:check",
    };
    struct client_response response;
    struct client *client = NULL;
    enum cli_status status;

    if (!invocation_switch(invocation, "check")) {
        return usage_error(invocation, say("--check 를 주십시오: 다시 계산해 비교만 합니다",
                                           "give --check: it recomputes and compares"));
    }
    status = client_open(invocation, &client);
    if (status != CLI_OK) {
        return status;
    }
    status = request_send(invocation, client, &request, &response);
    if (status == CLI_OK) {
        const json_t *same = json_object_get(response.json, "same");

        print_answer(response.json, invocation->json);
        status = same == NULL || json_is_true(same) ? CLI_OK : CLI_FAILED;
        client_response_release(&response);
    }
    client_close(client);
    return status;
}

static const struct command_operand BALLOT_OPERAND[] = {
    {.name = "BALLOT", .sentence = {"투표 번호(UUID)", "a ballot's UUID"}},
    {.name = NULL},
};

static const struct command_option REBUILD_OPTIONS[] = {
    {
        .name = "check",
        .sentence = {"1번 이벤트부터 다시 계산해 현재 값과 비교합니다",
                     "recompute from event 1 and compare with what is there"},
    },
    {.name = NULL},
};

static const char *const LIST_EXAMPLES[] = {"hyeopchi reporting list", NULL};
static const char *const SHOW_EXAMPLES[] = {
    "hyeopchi reporting show 0197c1f2-0000-7000-8000-000000000001", NULL};
static const char *const REBUILD_EXAMPLES[] = {"hyeopchi reporting rebuild --check", NULL};

static const struct command COMMANDS[] = {
    {
        .verb = "list",
        .summary = {"공개된 투표 결과 보고서 목록", "lists the published ballot reports"},
        .shared = CLIENT_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = reporting_list,
    },
    {
        .verb = "show",
        .summary = {"한 투표의 보고서를 보여 줍니다", "shows the report of a ballot"},
        .operands = BALLOT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = SHOW_EXAMPLES,
        .run = reporting_show,
    },
    {
        .verb = "rebuild",
        .summary = {"조회 모델을 이벤트에서 다시 계산해 비교합니다",
                    "recomputes the read model from the events and compares"},
        .options = REBUILD_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = REBUILD_EXAMPLES,
        .run = reporting_rebuild,
    },
};

const struct command_noun REPORTING_NOUN = {
    .noun = "reporting",
    .summary = {"보고서", "Reports"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
