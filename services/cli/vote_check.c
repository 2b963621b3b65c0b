/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking a receipt code up. Whether it is a code at all is the service's to
 * say; here it only must fit into a path.
 */
#include "cli/vote_check.h"

#include "cli/request.h"
#include "runtime/json.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODE_TEXT_SIZE = 64 };

/* The code without the spaces that people put into it. False when it cannot be one. */
static bool tidy_code(const char *text, char ret_code[CODE_TEXT_SIZE])
{
    static const char allowed[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-*~$=";
    size_t length = 0;

    for (; *text != '\0'; text++) {
        if (*text == ' ') {
            continue;
        }
        if (strchr(allowed, *text) == NULL || length + 1 == CODE_TEXT_SIZE) {
            return false;
        }
        ret_code[length] = *text;
        length++;
    }
    ret_code[length] = '\0';
    return length > 0;
}

static void say_found(const json_t *json)
{
    const char *code = json_string_value(json_object_get(json, "code"));
    const char *leaf_hash = json_string_value(json_object_get(json, "leaf_hash"));
    const int64_t position = json_integer_value(json_object_get(json, "position"));
    const int64_t size = json_integer_value(json_object_get(json, "size"));

    (void)printf(say("%s: 공개 게시판에 있습니다 (기록 %" PRId64 "건 가운데 %" PRId64 "번째)\n",
                     "%s: on the public board (of %" PRId64 " entries number %" PRId64 ")\n"),
                 code != NULL ? code : "", size, position + 1);
    (void)printf(say("접수증의 leaf_hash가 다음과 같으면 그 표입니다: %s\n",
                     "it is your vote if your receipt has this leaf_hash: %s\n"),
                 leaf_hash != NULL ? leaf_hash : "");
}

enum cli_status vote_check(const struct invocation *invocation)
{
    const char *typed = invocation_operand(invocation, 0);
    char code[CODE_TEXT_SIZE];
    char rest[CODE_TEXT_SIZE + 16];
    char path[CLIENT_URL_SIZE];
    struct client_response response;
    enum cli_status status;
    char *text;

    if (!tidy_code(typed, code)) {
        return usage_error(invocation,
                           say("'%s': ABXB-TWKT-0NA 같은 확인 코드가 아닙니다",
                               "'%s' is no receipt code, such as ABXB-TWKT-0NA"),
                           typed);
    }
    (void)snprintf(rest, sizeof rest, "/board/codes/%s", code); /* There is room for it. */
    if (request_ballot_path(invocation, invocation_text(invocation, "ballot"), rest, path)) {
        return CLI_USAGE;
    }
    status = request_fetch(invocation,
                           &(const struct client_request){
                               .service = CLIENT_PARTICIPATION,
                               .method = "GET",
                               .path = path,
                               .is_public = true,
                           },
                           &response);
    if (status != CLI_OK) {
        return status;
    }
    text = json_text(response.json);
    if (!invocation->json) {
        say_found(response.json);
    } else if (text != NULL) {
        (void)puts(text);
    }
    free(text);
    client_response_release(&response);
    return CLI_OK;
}
