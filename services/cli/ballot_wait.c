/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting until a ballot is in a state, by asking again and again.
 */
#include "cli/ballot_wait.h"

#include "cli/client.h"
#include "cli/phrase.h"
#include "cli/print.h"
#include "cli/request.h"
#include "runtime/clock.h"

#include <stdio.h>
#include <string.h>

enum { WAIT_PAUSE_MS = 250 };

const struct command_option BALLOT_WAIT_OPTIONS[] = {
    {
        .name = "state",
        .argument = "STATE",
        .choices = "open|closed|counted|certified",
        .required = true,
        .sentence = {"기다릴 상태 (이미 지났으면 곧바로 끝냄)",
                     "the state to wait for; a later one will do"},
    },
    {.name = NULL},
};

/* The places of the states in a ballot's life; -1 for a word that is none. */
static int state_place(const char *state)
{
    static const char *const STATES[] = {"draft",  "opening", "open",
                                         "closed", "counted", "certified"};
    int i;

    for (i = 0; i < 6; i++) {
        if (state != NULL && strcmp(state, STATES[i]) == 0) {
            return i;
        }
    }
    return -1;
}

/* A refusal by the ledger puts an opening ballot back to draft, with the reason beside it. */
static bool opening_was_refused(const json_t *ballot)
{
    return json_is_object(json_object_get(ballot, "opening_refusal"));
}

static enum cli_status wait_for_state(const struct invocation *invocation, struct client *client,
                                      const char *path)
{
    const char *wanted = invocation_text(invocation, "state");
    int64_t timeout_s = CLIENT_TIMEOUT_DEFAULT_S;
    int64_t deadline_ms;

    if (invocation_number(invocation, "timeout", 1, CLIENT_TIMEOUT_MAX_S, &timeout_s) ==
        ERR_INVALID) {
        return CLI_USAGE;
    }
    deadline_ms = clock_monotonic_ms() + timeout_s * 1000;
    for (;;) {
        struct client_response response;
        const char *state;
        enum cli_status status = request_send(invocation, client,
                                              &(const struct client_request){
                                                  .service = CLIENT_PARTICIPATION,
                                                  .method = "GET",
                                                  .path = path,
                                                  .is_public = true,
                                                  .persistent = true,
                                              },
                                              &response);
        bool refused;

        if (status != CLI_OK) {
            return status;
        }
        state = json_string_value(json_object_get(response.json, "state"));
        refused = state_place(state) == 0 && opening_was_refused(response.json);
        if (state_place(state) >= state_place(wanted) || refused ||
            clock_monotonic_ms() > deadline_ms) {
            status = state_place(state) >= state_place(wanted) ? CLI_OK : CLI_FAILED;
            print_answer(response.json, invocation->json);
            if (status != CLI_OK) {
                (void)fprintf(
                    stderr,
                    say("hyeopchi: 투표는 %s 상태이며 %s 상태가 되지 않았습니다%s\n",
                        "hyeopchi: the ballot is %s, not %s%s\n"),
                    state_place(state) >= 0 ? state : "?", wanted,
                    refused ? say(": 재원 예약이 거절되었습니다", ": its envelope was refused")
                            : "");
            }
            client_response_release(&response);
            return status;
        }
        client_response_release(&response);
        client_pause(WAIT_PAUSE_MS);
    }
}

enum cli_status ballot_wait(const struct invocation *invocation)
{
    struct client *client = NULL;
    char path[CLIENT_URL_SIZE];
    enum cli_status status;

    if (request_ballot_path(invocation, invocation_operand(invocation, 0), "", path)) {
        return CLI_USAGE;
    }
    status = client_open(invocation, &client);
    if (status != CLI_OK) {
        return status;
    }
    status = wait_for_state(invocation, client, path);
    client_close(client);
    return status;
}
