/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi reporting`: the published reports, and the check that the read model
 * is what the events say.
 */
#include "cli/nouns.h"

#include "cli/list.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/request.h"
#include "runtime/clock.h"

#include <stdio.h>
#include <string.h>

enum { CHECK_PAUSE_MS = 200 };

/* A table's cell has no room for an object: when voting begins and ends are columns of their own. */
static void spread_windows(json_t *rows)
{
    size_t i;

    for (i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);

        (void)json_object_update(row, json_object_get(row, "window"));
        (void)json_object_del(row, "window"); /* Without one there is nothing to spread. */
    }
}

static enum cli_status reporting_list(const struct invocation *invocation)
{
    const struct list_request request = {
        .service = CLIENT_REPORTING,
        .path = "/v1/ballot-reports",
        .items = "reports",
    };
    json_t *rows = NULL;
    enum cli_status status = list_fetch(invocation, &request, &rows);

    if (status != CLI_OK) {
        return status;
    }
    if (!invocation->json) {
        spread_windows(rows);
    }
    print_answer(rows, invocation->json);
    json_decref(rows);
    return CLI_OK;
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

/* How many events a check has gone through, and how many there are. */
static int64_t check_progress(const json_t *check, int64_t *ret_total)
{
    const json_t *streams = json_object_get(check, "streams");
    int64_t done = 0;
    size_t i;

    *ret_total = 0;
    for (i = 0; i < json_array_size(streams); i++) {
        const json_t *stream = json_array_get(streams, i);

        done += json_integer_value(json_object_get(stream, "seq"));
        *ret_total += json_integer_value(json_object_get(stream, "target_seq"));
    }
    return done;
}

static bool is_running(const json_t *check)
{
    const char *state = json_string_value(json_object_get(check, "state"));

    return state != NULL && strcmp(state, "running") == 0;
}

/* Asks again until the check is over. A check that stands still for a whole --timeout has failed. */
static enum cli_status check_wait(const struct invocation *invocation, struct client *client,
                                  const char *path, struct client_response *response)
{
    struct progress progress;
    int64_t total = 0;
    int64_t done = check_progress(response->json, &total);
    int64_t moved_ms = clock_monotonic_ms();

    progress_begin(&progress, say("재계산", "events"), total, !progress_is_wanted());
    while (is_running(response->json)) {
        struct client_response next;
        enum cli_status status;
        int64_t next_done;

        client_pause(CHECK_PAUSE_MS);
        status = request_send(invocation, client,
                              &(const struct client_request){
                                  .service = CLIENT_REPORTING,
                                  .method = "GET",
                                  .path = path,
                              },
                              &next);
        if (status != CLI_OK) {
            return status;
        }
        client_response_release(response);
        *response = next;
        next_done = check_progress(response->json, &total);
        progress.total = total;
        progress_update(&progress, next_done);
        if (next_done != done) {
            done = next_done;
            moved_ms = clock_monotonic_ms();
        } else if (clock_monotonic_ms() - moved_ms > client_timeout_ms(client)) {
            (void)fprintf(stderr, say("hyeopchi: 재계산이 진행되지 않습니다\n",
                                      "hyeopchi: the check does not move on\n"));
            return CLI_FAILED;
        }
    }
    progress_end(&progress, done);
    return CLI_OK;
}

/* Only a check that is done and found both alike is success. */
static enum cli_status check_run(const struct invocation *invocation, struct client *client)
{
    const struct client_request start = {
        .service = CLIENT_REPORTING,
        .method = "POST",
        .path = "/v1/rebuild:check",
    };
    struct client_response response;
    uint8_t uuid[CRYPTO_UUID_SIZE];
    char path[CLIENT_URL_SIZE];
    enum cli_status status;
    const char *id;

    status = request_send(invocation, client, &start, &response);
    if (status != CLI_OK) {
        return status;
    }
    id = json_string_value(json_object_get(response.json, "check_id"));
    if (id == NULL || crypto_uuid_parse(id, uuid)) {
        (void)fprintf(stderr, say("hyeopchi: 서비스의 응답을 이해할 수 없습니다\n",
                                  "hyeopchi: the service's answer makes no sense\n"));
        client_response_release(&response);
        return CLI_FAILED;
    }
    (void)snprintf(path, sizeof path, "/v1/rebuild-checks/%s", id);
    status = check_wait(invocation, client, path, &response);
    if (status == CLI_OK) {
        print_answer(response.json, invocation->json);
        status = json_is_true(json_object_get(response.json, "equal")) ? CLI_OK : CLI_FAILED;
    }
    client_response_release(&response);
    return status;
}

static enum cli_status reporting_rebuild(const struct invocation *invocation)
{
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
    status = check_run(invocation, client);
    client_close(client);
    return status;
}

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
        .operands = REQUEST_BALLOT_OPERAND,
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
