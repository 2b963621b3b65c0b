/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Approving. Whether a second operator is needed, the service decides; this
 * must never say that something is done when it is only approved.
 */
#include "cli/ballot_act.h"

#include "cli/key_file.h"
#include "cli/print.h"
#include "cli/request.h"
#include "participation/domain/jury.h"
#include "participation/domain/vote.h"
#include "runtime/clock.h"
#include "runtime/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCORES_SIZE_MAX = 1024 * 1024 };

enum cli_status ballot_act(const struct invocation *invocation, const char *action,
                           const char *body)
{
    struct client_response response;
    struct client *client = NULL;
    char path[CLIENT_URL_SIZE];
    enum cli_status status;

    if (request_ballot_path(invocation, invocation_operand(invocation, 0), action, path)) {
        return CLI_USAGE;
    }
    status = client_open(invocation, &client);
    if (status != CLI_OK) {
        return status;
    }
    status = request_send(invocation, client,
                          &(const struct client_request){
                              .service = CLIENT_PARTICIPATION,
                              .method = "POST",
                              .path = path,
                              .content_type = body != NULL ? "application/json" : NULL,
                              .body = body,
                              .body_length = body != NULL ? strlen(body) : 0,
                          },
                          &response);
    if (status == CLI_OK) {
        print_answer(response.json, invocation->json);
        if (response.status == 202 && json_object_get(response.json, "needed") != NULL) {
            (void)fprintf(stderr,
                          say("승인했습니다(%s). 다른 운영자 한 명의 승인이 더 있어야 합니다.\n",
                              "Approved by %s. Another operator must approve it too.\n"),
                          client_key_id(client));
        }
        client_response_release(&response);
    }
    client_close(client);
    return status;
}

enum cli_status ballot_act_open(const struct invocation *invocation)
{
    return ballot_act(invocation, ":open", NULL);
}

enum cli_status ballot_act_close(const struct invocation *invocation)
{
    return ballot_act(invocation, ":close", NULL);
}

enum cli_status ballot_act_certify(const struct invocation *invocation)
{
    return ballot_act(invocation, ":certify", NULL);
}

enum cli_status ballot_act_with(const struct invocation *invocation, const char *action,
                                json_t *json)
{
    char *body = json != NULL ? json_text(json) : NULL;
    enum cli_status status = CLI_USAGE;

    if (body == NULL) {
        /* Only text that is no UTF-8 cannot be packed. */
        status = usage_error(invocation, "%s",
                             say("값은 UTF-8 글자여야 합니다", "values must be UTF-8 text"));
    } else {
        status = ballot_act(invocation, action, body);
    }
    free(body);
    json_decref(json);
    return status;
}

enum cli_status ballot_act_lot(const struct invocation *invocation)
{
    return ballot_act_with(invocation, ":lot",
                           json_pack("{s:s}", "seed", invocation_text(invocation, "seed")));
}

/* The scores of a file of lines ID,SCORE, as the service takes them; NULL after saying what is wrong. */
static json_t *read_scores(const char *path)
{
    char *text = malloc(SCORES_SIZE_MAX);
    size_t length = 0;
    json_t *scores = json_array();
    char *at = text;

    if (text == NULL || file_read_text(path, text, SCORES_SIZE_MAX, &length)) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path,
                      say("읽을 수 없거나 너무 큽니다", "cannot be read, or is too large"));
        json_decref(scores);
        scores = NULL;
    }
    for (size_t line = 1; scores != NULL && at != NULL; line++) {
        char *end = strchr(at, '\n');
        size_t size = end != NULL ? (size_t)(end - at) : strlen(at);
        const char *comma = NULL;

        size -= size > 0 && at[size - 1] == '\r' ? 1 : 0;
        for (size_t i = 0; i < size; i++) {
            comma = at[i] == ',' ? at + i : comma;
        }
        if (comma == NULL && size > 0 && at[0] != '#') {
            (void)fprintf(stderr, "%s:%zu: %s\n", path, line,
                          say("번호,점수 꼴이어야 합니다", "must be an id, a comma and a score"));
            json_decref(scores);
            scores = NULL;
        } else if (size > 0 && at[0] != '#') {
            (void)json_array_append_new(/* The service names what is missing. */
                                        scores,
                                        json_pack("{s:o, s:o}", "option",
                                                  json_stringn(at, (size_t)(comma - at)), "score",
                                                  json_stringn(comma + 1,
                                                               size - (size_t)(comma + 1 - at))));
        }
        at = end != NULL ? end + 1 : NULL;
    }
    free(text);
    return scores;
}

enum cli_status ballot_act_jury(const struct invocation *invocation)
{
    int64_t jurors = 0;
    json_t *scores;

    if (invocation_number(invocation, "jurors", 1, JURY_MEMBERS_MAX, &jurors)) {
        return CLI_USAGE;
    }
    scores = read_scores(invocation_text(invocation, "scores"));
    if (scores == NULL) {
        return CLI_FAILED;
    }
    return ballot_act_with(invocation, ":jury",
                           json_pack("{s:I, s:s, s:o}", "jurors", (json_int_t)jurors, "source",
                                     invocation_text(invocation, "document"), "scores", scores));
}

enum cli_status ballot_act_exclude(const struct invocation *invocation)
{
    return ballot_act_with(invocation, ":exclude",
                           json_pack("{s:s, s:s}", "option", invocation_text(invocation, "option"),
                                     "reason", invocation_text(invocation, "reason")));
}

enum cli_status ballot_act_void(const struct invocation *invocation)
{
    int64_t rev = 0;

    if (invocation_number(invocation, "rev", 1, VOTE_REVISION_MAX, &rev)) {
        return CLI_USAGE;
    }
    return ballot_act_with(
        invocation, ":void",
        json_pack("{s:s, s:I, s:s, s:s}", "nullifier", invocation_text(invocation, "nullifier"),
                  "rev", (json_int_t)rev, "reason_code", invocation_text(invocation, "code"),
                  "reason", invocation_text(invocation, "reason")));
}

enum cli_status ballot_act_extend(const struct invocation *invocation)
{
    char closes_at[CLOCK_TEXT_SIZE];
    int64_t closes_ms = 0;

    if (invocation_time(invocation, "closes", &closes_ms)) {
        return CLI_USAGE;
    }
    clock_format(closes_ms, closes_at);
    return ballot_act_with(invocation, ":extend",
                           json_pack("{s:s, s:s}", "closes_at", closes_at, "reason",
                                     invocation_text(invocation, "reason")));
}

enum cli_status ballot_act_destroy_key(const struct invocation *invocation)
{
    return ballot_act(invocation, ":destroy-key", NULL);
}
