/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi roll`: how many people of each area may vote in a ballot. The file
 * is read here and only its numbers are sent, in one request: what is wrong
 * with any line is said before anything is, and there is no half of a roll.
 */
#include "cli/nouns.h"

#include "cli/client.h"
#include "cli/print.h"
#include "cli/request.h"
#include "cli/roll_file.h"
#include "runtime/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The areas of the ballot as the service shows it, which is all that a roll is read against. */
static enum cli_status read_areas(const struct invocation *invocation, struct client *client,
                                  struct ballot_definition *ret_definition)
{
    struct client_response response;
    char path[CLIENT_URL_SIZE];
    enum cli_status status;
    const json_t *areas;

    if (request_ballot_path(invocation, invocation_operand(invocation, 0), "", path)) {
        return CLI_USAGE;
    }
    status = request_send(invocation, client,
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
    areas = json_object_get(response.json, "areas");
    for (size_t i = 0; status == CLI_OK && i < json_array_size(areas); i++) {
        const char *area = json_string_value(json_array_get(areas, i));

        if (i >= BALLOT_AREA_MAX || area == NULL ||
            ballot_text_set(ret_definition->areas[i], sizeof ret_definition->areas[i], area)) {
            (void)fprintf(stderr, "hyeopchi: %s\n",
                          say("서비스의 답을 알아볼 수 없습니다",
                              "the service's answer cannot be understood"));
            status = CLI_FAILED;
        } else {
            ret_definition->area_count = i + 1;
        }
    }
    client_response_release(&response);
    return status;
}

static enum cli_status put_roll(const struct invocation *invocation, struct client *client,
                                const struct roll_file *file)
{
    json_t *body = roll_file_json(file);
    char *text = body != NULL ? json_text(body) : NULL;
    struct client_response response;
    char path[CLIENT_URL_SIZE];
    enum cli_status status = CLI_FAILED;

    json_decref(body);
    if (text == NULL ||
        request_ballot_path(invocation, invocation_operand(invocation, 0), "/roll", path)) {
        goto out;
    }
    status = request_send(invocation, client,
                          &(const struct client_request){
                              .service = CLIENT_PARTICIPATION,
                              .method = "PUT",
                              .path = path,
                              .content_type = "application/json",
                              .body = text,
                              .body_length = strlen(text),
                          },
                          &response);
    if (status == CLI_OK) {
        print_answer(response.json, invocation->json);
        client_response_release(&response);
    }

out:
    free(text);
    return status;
}

static enum cli_status show_checked(const struct invocation *invocation,
                                    const struct roll_file *file)
{
    json_t *checked = roll_file_json(file);

    (void)json_object_set_new(checked, "voters", json_integer(roll_total(&file->roll)));
    (void)json_object_set_new(checked, "lines", json_integer((json_int_t)file->rows));
    print_answer(checked, invocation->json);
    json_decref(checked);
    return CLI_OK;
}

static enum cli_status roll_import(const struct invocation *invocation)
{
    struct ballot_definition *definition = calloc(1, sizeof *definition);
    struct roll_file file = {
        .path = invocation_operand(invocation, 1),
        .json = invocation->json,
        .definition = definition,
    };
    struct client *client = NULL;
    enum cli_status status = CLI_FAILED;

    if (definition == NULL) {
        return CLI_FAILED;
    }
    status = client_open(invocation, &client);
    if (status == CLI_OK) {
        status = read_areas(invocation, client, definition);
    }
    if (status == CLI_OK && roll_file_read(&file)) {
        status = CLI_FAILED;
    }
    if (status == CLI_OK) {
        status = invocation_switch(invocation, "check") ? show_checked(invocation, &file)
                                                        : put_roll(invocation, client, &file);
    }
    client_close(client);
    free(definition);
    return status;
}

static enum cli_status roll_show(const struct invocation *invocation)
{
    char path[CLIENT_URL_SIZE];

    if (request_ballot_path(invocation, invocation_operand(invocation, 0), "/roll", path)) {
        return CLI_USAGE;
    }
    return request_run(invocation, &(const struct client_request){
                                       .service = CLIENT_PARTICIPATION,
                                       .method = "GET",
                                       .path = path,
                                       .is_public = true,
                                   });
}

static const struct command_operand IMPORT_OPERANDS[] = {
    {.name = "BALLOT",
     .sentence = {"투표 번호(UUID), 아직 열지 않은 투표",
                  "the UUID of a ballot that is still a draft"}},
    {.name = "FILE.csv",
     .sentence = {"열 이름이 area,voters(지역,유권자수)인 UTF-8 CSV. voters 열이 없으면 한 줄이 한 "
                  "명입니다 (- 는 표준 입력)",
                  "UTF-8 CSV with the columns area,voters; without voters a line is one person "
                  "(- is standard input)"}},
    {.name = NULL},
};

static const struct command_option IMPORT_OPTIONS[] = {
    {
        .name = "check",
        .sentence = {"파일만 검사하고 등록하지 않습니다", "only check the file; import nothing"},
    },
    {.name = NULL},
};

static const char *const IMPORT_EXAMPLES[] = {
    "hyeopchi roll import 0192f0c1-7b2a-7c3d-8e4f-5a6b7c8d9e0f roll.csv",
    "hyeopchi roll import 0192f0c1-7b2a-7c3d-8e4f-5a6b7c8d9e0f roll.csv --check",
    NULL,
};

static const char *const SHOW_EXAMPLES[] = {
    "hyeopchi roll show 0192f0c1-7b2a-7c3d-8e4f-5a6b7c8d9e0f",
    NULL,
};

static const struct command COMMANDS[] = {
    {
        .verb = "import",
        .summary = {"지역마다 투표할 수 있는 사람 수를 등록합니다 (투표를 열기 전에만)",
                    "imports how many people of each area may vote; before opening only"},
        .operands = IMPORT_OPERANDS,
        .options = IMPORT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = IMPORT_EXAMPLES,
        .run = roll_import,
    },
    {
        .verb = "show",
        .summary = {"등록된 명부의 지역별 사람 수를 보여 줍니다",
                    "shows the numbers of the roll that was imported"},
        .operands = REQUEST_BALLOT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = SHOW_EXAMPLES,
        .run = roll_show,
    },
};

const struct command_noun ROLL_NOUN = {
    .noun = "roll",
    .summary = {"유권자 명부(지역별 인원)", "Rolls: how many may vote in each area"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
