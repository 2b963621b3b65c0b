/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ledger sheet keep`, `list` and `show`. A sheet that cannot be read
 * is said to be wrong here, line by line, and not sent.
 */
#include "cli/sheet_keep.h"

#include "cli/ledger_commands.h"
#include "cli/list.h"
#include "cli/print.h"
#include "cli/request.h"
#include "cli/text_width.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE_MAX = 2048 };

static enum cli_status keep_file(const struct invocation *invocation, struct client *client,
                                 const char *path);
static enum cli_status send_bytes(const struct invocation *invocation, struct client *client,
                                  const char *path, const char *bytes, size_t length);
static const char *name_of(const struct invocation *invocation, const char *path);
static enum cli_status fetch(const struct invocation *invocation, const char *sheet_id,
                             struct client_response *ret_response);
static void show_for_people(json_t *sheet);
static json_t *figure_rows(const json_t *figures);

enum cli_status ledger_sheet_keep(const struct invocation *invocation)
{
    struct client *client = NULL;
    enum cli_status status;

    if (invocation->operand_count > 1 && invocation_text(invocation, "name")) {
        return usage_error(invocation, say("--name은 예산표 하나에만 쓸 수 있습니다",
                                           "--name is for one sheet only"));
    }
    status = client_open(invocation, &client);
    for (size_t i = 0; i < invocation->operand_count && status == CLI_OK; i++) {
        status = keep_file(invocation, client, invocation->operands[i]);
    }
    client_close(client);
    return status;
}

enum cli_status ledger_sheet_list(const struct invocation *invocation)
{
    const struct list_request request = {
        .service = CLIENT_LEDGER,
        .path = "/v1/sheets",
        .items = "sheets",
    };
    json_t *rows = NULL;
    enum cli_status status = list_fetch(invocation, &request, &rows);

    if (status != CLI_OK) {
        return status;
    }
    for (size_t i = 0; i < json_array_size(rows) && !invocation->json; i++) {
        /* What a table for people has no room for; `sheet show` says it. */
        static const char *const left_out[] = {"content_hash", "encoding", "size", "tables",
                                               "cells"};
        for (size_t j = 0; j < sizeof left_out / sizeof left_out[0]; j++) {
            (void)json_object_del(json_array_get(rows, i), left_out[j]);
        }
    }
    print_answer(rows, invocation->json);
    json_decref(rows);
    return CLI_OK;
}

enum cli_status ledger_sheet_show(const struct invocation *invocation)
{
    struct client_response response;
    enum cli_status status = fetch(invocation, invocation_operand(invocation, 0), &response);

    if (status != CLI_OK) {
        return status;
    }
    if (!invocation->json) {
        show_for_people(response.json);
    }
    print_answer(response.json, invocation->json);
    client_response_release(&response);
    return CLI_OK;
}

enum cli_status sheet_keep_read(const struct invocation *invocation, const char *sheet_id,
                                struct sheet_file **ret_file)
{
    struct client_response response;
    enum cli_status status = fetch(invocation, sheet_id, &response);

    if (status != CLI_OK) {
        return status;
    }
    const json_t *content = json_object_get(response.json, "content");
    if (!json_is_string(content)) {
        (void)fprintf(stderr, say("hyeopchi: 서비스의 응답을 이해할 수 없습니다\n",
                                  "hyeopchi: the service's answer makes no sense\n"));
        status = CLI_FAILED;
    } else if (sheet_file_parse(sheet_id, json_string_value(content), json_string_length(content),
                                ret_file)) {
        status = CLI_FAILED;
    }
    client_response_release(&response);
    return status;
}

static enum cli_status keep_file(const struct invocation *invocation, struct client *client,
                                 const char *path)
{
    char *bytes = malloc(SHEET_FILE_BYTES_SIZE);
    struct sheet_file *file = NULL;
    enum cli_status status = CLI_FAILED;
    size_t length = 0;

    if (!bytes) {
        (void)fprintf(stderr, "hyeopchi: %s\n", say("메모리가 모자랍니다", "out of memory"));
        return status;
    }
    if (sheet_file_load(path, bytes, &length) || sheet_file_decode(path, bytes, length, &file)) {
        goto out;
    }
    sheet_file_say(file, stderr);
    if (file->readable) {
        status = send_bytes(invocation, client, path, bytes, length);
    }

out:
    sheet_file_free(file);
    free(bytes);
    return status;
}

static enum cli_status send_bytes(const struct invocation *invocation, struct client *client,
                                  const char *path, const char *bytes, size_t length)
{
    const char *name = name_of(invocation, path);
    struct client_response response;
    struct buffer whole;
    enum cli_status status;

    if (!name) {
        return usage_error(invocation, say("표준 입력의 예산표에는 --name이 있어야 합니다",
                                           "a sheet on standard input needs --name"));
    }
    buffer_init(&whole, PATH_SIZE_MAX);
    buffer_append_text(&whole, "/v1/sheets");
    list_append_query(&whole, "name", name);
    status = request_send(invocation, client,
                          &(const struct client_request){
                              .service = CLIENT_LEDGER,
                              .method = "POST",
                              .path = buffer_text(&whole),
                              .content_type = "text/csv",
                              .body = bytes,
                              .body_length = length,
                              .idempotency_key = invocation_text(invocation, "idempotency-key"),
                          },
                          &response);
    buffer_release(&whole);
    if (status != CLI_OK) {
        return status;
    }
    if (invocation->json) {
        print_answer(response.json, true);
    } else {
        text_print(path, stdout);
        (void)printf(": %s %s\n",
                     response.status == 200 ? say("이미 보관되어 있습니다:", "kept before:")
                                            : say("보관했습니다:", "kept:"),
                     json_string_value(json_object_get(response.json, "sheet_id")));
    }
    client_response_release(&response);
    return CLI_OK;
}

/* The name that was given, else the file's without its folders; NULL: standard input has none. */
static const char *name_of(const struct invocation *invocation, const char *path)
{
    const char *given = invocation_text(invocation, "name");
    const char *slash = strrchr(path, '/');

    if (given) {
        return given;
    }
    if (strcmp(path, "-") == 0) {
        return NULL;
    }
    return slash ? slash + 1 : path;
}

static enum cli_status fetch(const struct invocation *invocation, const char *sheet_id,
                             struct client_response *ret_response)
{
    char path[CLIENT_URL_SIZE];
    uint8_t uuid[CRYPTO_UUID_SIZE];

    if (crypto_uuid_parse(sheet_id, uuid)) {
        return usage_error(
            invocation,
            say("'%s': 보관 번호(UUID)여야 합니다, 'hyeopchi ledger sheet list'로 봅니다",
                "'%s': it must be a UUID, as 'hyeopchi ledger sheet list' shows it"),
            sheet_id);
    }
    (void)snprintf(path, sizeof path, "/v1/sheets/%s", sheet_id);
    return request_fetch(invocation,
                         &(const struct client_request){
                             .service = CLIENT_LEDGER,
                             .method = "GET",
                             .path = path,
                         },
                         ret_response);
}

/* Figures as they are printed and in won; the bytes are `sheet export --kept`'s to write. */
static void show_for_people(json_t *sheet)
{
    json_t *figures = figure_rows(json_object_get(sheet, "figures"));

    (void)json_object_del(sheet, "content");
    (void)json_object_set_new(sheet, "figures", figures); /* out of memory: none are shown */
}

static json_t *figure_rows(const json_t *figures)
{
    static const char *const shown[] = {"line",  "column",  "row_words", "column_words",
                                        "state", "printed", "unit",      "amount_krw"};
    json_t *rows = json_array();

    for (size_t i = 0; i < json_array_size(figures); i++) {
        const json_t *figure = json_array_get(figures, i);
        json_t *row = json_object();
        for (size_t j = 0; j < sizeof shown / sizeof shown[0]; j++) {
            json_t *value = json_object_get(figure, shown[j]);
            (void)json_object_set_new(row, shown[j], value ? json_incref(value) : json_null());
        }
        (void)json_array_append_new(rows, row);
    }
    return rows;
}

const struct command_operand LEDGER_SHEET_KEPT_OPERAND[] = {
    {
        .name = "SHEET",
        .sentence = {"보관 번호(UUID), 'hyeopchi ledger sheet list'로 봅니다",
                     "a kept sheet's UUID, as 'hyeopchi ledger sheet list' shows it"},
    },
    {.name = NULL},
};

const struct command_option LEDGER_SHEET_KEEP_OPTIONS[] = {
    {
        .name = "name",
        .argument = "TEXT",
        .sentence = {"보관할 이름 (기본: 파일 이름)",
                     "the name to keep it under (default: the file's)"},
    },
    REQUEST_KEY_OPTION("UUID"),
    {.name = NULL},
};
