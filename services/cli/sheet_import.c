/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ledger sheet import`: what a budget sheet says, posted in one
 * request, all or nothing. Keys come from the digest of the sheet and the place
 * of each figure, so that the same sheet posted again changes nothing.
 */
#include "cli/ledger_commands.h"
#include "cli/ledger_sheet.h"
#include "cli/print.h"
#include "cli/process.h"
#include "cli/request.h"
#include "cli/sheet_file.h"
#include "cli/text_width.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/kind.h"
#include "ledger/domain/sheet_entry.h"
#include "ledger/domain/sheet_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DOCUMENT_NAME_MAX = 300,
    NAME_SIZE_MAX = 4096,
    DIGEST_SHOWN = 8,
    WRITTEN_SIZE_MAX = 2 * SHEET_SIZE_MAX
};

/* One sheet on its way into the ledger. */
struct import {
    const struct invocation *invocation;
    struct sheet_file *file;
    struct sheet_entries *entries;
    uint8_t digest[CRYPTO_HASH_SIZE];
    char date[ENTRY_DATE_SIZE];
    char document[DOCUMENT_NAME_MAX + 1];
};

static enum cli_status read_options(struct import *import, struct sheet_entry_options *options);
static enum cli_status read_date(struct import *import);
static enum cli_status read_document(struct import *import);
static enum err digest(struct import *import);
static void say_refusal(const struct import *import);
static json_t *batch(const struct import *import);
static json_t *entry_json(const struct import *import, const struct sheet_entry *entry);
static enum err entry_key(const struct import *import, const struct sheet_entry *entry,
                          char ret_key[CRYPTO_UUID_TEXT_SIZE]);
static void show_entries(const struct import *import, json_t *body);
static enum cli_status post(const struct import *import, json_t *body);
static enum cli_status take_answer(const struct import *import, const json_t *answer);
static void say_refused_entry(const struct import *import, size_t place, const json_t *problem);

enum cli_status ledger_sheet_import(const struct invocation *invocation)
{
    struct import import = {.invocation = invocation};
    struct sheet_entry_options options = {.implied = false};
    enum cli_status status = CLI_FAILED;
    json_t *body = NULL;

    import.entries = malloc(sizeof *import.entries);
    if (!import.entries || sheet_file_read(invocation_operand(invocation, 0), &import.file)) {
        goto out;
    }
    sheet_file_say(import.file, stderr);
    if (!import.file->readable) {
        goto out;
    }
    status = read_options(&import, &options);
    if (status != CLI_OK) {
        goto out;
    }
    status = CLI_FAILED;
    if (sheet_entries_make(&import.file->sheet, &import.file->check, &options, import.entries)) {
        say_refusal(&import);
        goto out;
    }
    body = digest(&import) ? NULL : batch(&import);
    if (!body) {
        (void)fprintf(stderr, "hyeopchi: %s\n", say("메모리가 모자랍니다", "out of memory"));
        goto out;
    }
    if (invocation_switch(invocation, "dry-run")) {
        show_entries(&import, body);
        status = CLI_OK;
    } else {
        status = post(&import, body);
    }

out:
    json_decref(body);
    free(import.entries);
    sheet_file_free(import.file);
    return status;
}

static enum cli_status read_options(struct import *import, struct sheet_entry_options *options)
{
    const struct invocation *invocation = import->invocation;
    const char *source = invocation_text(invocation, "source");
    enum cli_status status;

    options->programme = invocation_text(invocation, "programme");
    options->implied = invocation_switch(invocation, "implied");
    options->despite = invocation_switch(invocation, "despite-contradictions");
    if (source && funding_source_parse(source, &options->source)) {
        return CLI_USAGE; /* the table lets no other source through */
    }
    status = read_date(import);
    return status == CLI_OK ? read_document(import) : status;
}

/* The day that was given, else the sheet's 기준일: never today, which differs tomorrow. */
static enum cli_status read_date(struct import *import)
{
    const char *given = invocation_text(import->invocation, "date");
    int32_t date = import->file->sheet.as_of;

    if (given && entry_date_parse(given, &date)) {
        return usage_error(import->invocation,
                           say("'%s': 날짜여야 합니다 (예: 2026-01-01)",
                               "'%s': it must be a day, such as 2026-01-01"),
                           given);
    }
    if (date == 0) {
        return usage_error(import->invocation,
                           say("예산표에 기준일이 없으니 --date가 있어야 합니다",
                               "the sheet has no 기준일, so --date is needed"));
    }
    entry_date_format(date, import->date);
    return CLI_OK;
}

/* The document that was given, else the sheet's 문서; room is left for where a figure stands. */
static enum cli_status read_document(struct import *import)
{
    const struct sheet *sheet = &import->file->sheet;
    const char *given = invocation_text(import->invocation, "document");
    const char *text = given ? given : sheet_text(sheet, sheet->document);

    if (text[0] == '\0') {
        return usage_error(import->invocation,
                           say("예산표에 문서가 없으니 --document가 있어야 합니다",
                               "the sheet names no 문서, so --document is needed"));
    }
    if (strlen(text) > DOCUMENT_NAME_MAX) {
        return usage_error(import->invocation,
                           say("문서 이름은 300바이트까지입니다",
                               "the document's name may have at most 300 bytes"));
    }
    (void)snprintf(import->document, sizeof import->document, "%s", text);
    return CLI_OK;
}

static void put(void *context, const char *bytes, size_t length)
{
    buffer_append(context, bytes, length);
}

/* Of the sheet as it is written anew: encoding, line ends and quotes make no difference. */
static enum err digest(struct import *import)
{
    struct buffer written;
    enum err err;

    buffer_init(&written, WRITTEN_SIZE_MAX);
    sheet_write(&import->file->sheet, put, &written);
    err = buffer_status(&written);
    if (!err) {
        crypto_sha256(written.data, written.length, import->digest);
    }
    buffer_release(&written);
    return err;
}

static void say_refusal(const struct import *import)
{
    const struct sheet *sheet = &import->file->sheet;
    const struct sheet_refusal *refusal = &import->entries->refusal;
    char where[SHEET_FILE_PLACE_SIZE] = "";
    json_t *problem;

    if (refusal->figure) {
        sheet_file_place(sheet, &refusal->figure->place, where);
    }
    if (import->invocation->json) {
        problem = json_pack(
            "{s:s, s:o, s:o, s:s, s:s, s:s}", "file", import->file->path, "line",
            refusal->figure ? json_integer((json_int_t)sheet->rows[refusal->figure->row].line)
                            : json_null(),
            "column",
            refusal->figure ? json_integer((json_int_t)refusal->figure->column + 1) : json_null(),
            "place", where, "code", sheet_refusal_code(refusal->rule), "detail",
            say(sheet_refusal_korean(refusal->rule), sheet_refusal_english(refusal->rule)));
        print_answer(problem, true);
        json_decref(problem);
    }
    text_print(import->file->path, stderr);
    if (refusal->figure) {
        (void)fprintf(stderr, ":%" PRIu32 ":%" PRIu32, sheet->rows[refusal->figure->row].line,
                      refusal->figure->column + 1);
    }
    (void)fprintf(stderr, ": %s: ", say("올리지 않았습니다", "not posted"));
    text_print(where, stderr);
    (void)fprintf(stderr, "%s%s [%s]\n", where[0] != '\0' ? ": " : "",
                  say(sheet_refusal_korean(refusal->rule), sheet_refusal_english(refusal->rule)),
                  sheet_refusal_code(refusal->rule));
}

static json_t *batch(const struct import *import)
{
    json_t *rows = json_array();
    size_t i;

    for (i = 0; i < import->entries->count; i++) {
        if (json_array_append_new(rows, entry_json(import, &import->entries->entries[i])) != 0) {
            json_decref(rows);
            return NULL;
        }
    }
    return json_pack("{s:b, s:o}", "linked", 1, "entries", rows);
}

static json_t *entry_json(const struct import *import, const struct sheet_entry *entry)
{
    const struct sheet *sheet = &import->file->sheet;
    char short_digest[2 * DIGEST_SHOWN + 1];
    char document[ENTRY_DOCUMENT_LENGTH_MAX + 1];
    char key[CRYPTO_UUID_TEXT_SIZE];

    if (entry_key(import, entry, key)) {
        return NULL;
    }
    crypto_hex(import->digest, DIGEST_SHOWN, short_digest, sizeof short_digest);
    (void)snprintf(document, sizeof document, "%s (예산표 %s, %" PRIu32 "행 %" PRIu32 "열)",
                   import->document, short_digest, sheet->rows[entry->figure->row].line,
                   entry->figure->column + 1);
    return json_pack(
        "{s:s, s:s, s:I, s:s, s:s, s:I, s:s, s:s}", "key", key, "kind", entry->kind, "fiscal_year",
        (json_int_t)entry->line.fiscal_year, "programme", entry->line.programme, "funding_source",
        funding_source_code(entry->line.funding_source), "amount_krw",
        (json_int_t)entry->amount_krw, "effective_date", import->date, "document", document);
}

/* One key for what one sheet says of one line, item and kind. */
static enum err entry_key(const struct import *import, const struct sheet_entry *entry,
                          char ret_key[CRYPTO_UUID_TEXT_SIZE])
{
    struct buffer name;
    uint8_t uuid[CRYPTO_UUID_SIZE];
    enum err err;

    buffer_init(&name, NAME_SIZE_MAX);
    buffer_append_format(&name, "sheet/%" PRId32 "/%s/%s/", entry->line.fiscal_year,
                         funding_source_code(entry->line.funding_source), entry->kind);
    buffer_append_text(&name, entry->line.programme);
    buffer_append_u8(&name, 0);
    buffer_append_text(&name, sheet_name_text(&import->file->sheet, entry->item));
    err = buffer_status(&name);
    if (!err) {
        crypto_uuid5(import->digest, name.data, name.length, uuid);
        crypto_uuid_format(uuid, ret_key);
    }
    buffer_release(&name);
    return err;
}

static void show_entries(const struct import *import, json_t *body)
{
    json_t *rows = json_object_get(body, "entries");
    size_t i;

    if (!import->invocation->json) {
        for (i = 0; i < json_array_size(rows); i++) {
            (void)json_object_del(json_array_get(rows, i), "key");
            (void)json_object_del(json_array_get(rows, i), "document");
        }
    }
    print_answer(import->invocation->json ? body : rows, import->invocation->json);
}

static enum cli_status post(const struct import *import, json_t *body)
{
    struct client *client = NULL;
    struct client_response response = {.json = NULL};
    char *text = json_dumps(body, JSON_COMPACT);
    enum cli_status status = CLI_FAILED;

    if (!text) {
        goto out;
    }
    status = client_open(import->invocation, &client);
    if (status == CLI_OK) {
        status = request_send(import->invocation, client,
                              &(const struct client_request){
                                  .service = CLIENT_LEDGER,
                                  .method = "POST",
                                  .path = "/v1/entries:batch",
                                  .content_type = "application/json",
                                  .body = text,
                                  .body_length = strlen(text),
                              },
                              &response);
    }
    if (status == CLI_OK) {
        status = take_answer(import, response.json);
        client_response_release(&response);
    }

out:
    client_close(client);
    free(text);
    return status;
}

/* Linked entries are posted all or none, so that one refusal means that nothing was. */
static enum cli_status take_answer(const struct import *import, const json_t *answer)
{
    const json_t *results = json_object_get(answer, "results");
    const json_int_t refused = json_integer_value(json_object_get(answer, "refused"));
    size_t i;

    if (json_array_size(results) != import->entries->count) {
        (void)fprintf(stderr, say("hyeopchi: 서비스의 응답을 이해할 수 없습니다\n",
                                  "hyeopchi: the service's answer makes no sense\n"));
        return CLI_FAILED;
    }
    if (import->invocation->json) {
        print_answer(answer, true);
    }
    for (i = 0; i < json_array_size(results); i++) {
        const json_t *problem = json_object_get(json_array_get(results, i), "problem");
        if (problem) {
            say_refused_entry(import, i, problem);
        }
    }
    if (refused == 0 && !import->invocation->json) {
        text_print(import->file->path, stdout);
        (void)printf(say(": 전표 %zu건\n", ": %zu entries\n"), import->entries->count);
    }
    return refused == 0 ? CLI_OK : CLI_FAILED;
}

static void say_refused_entry(const struct import *import, size_t place, const json_t *problem)
{
    const struct sheet_entry *entry = &import->entries->entries[place];
    struct buffer line;

    buffer_init(&line, PRINT_SIZE_MAX);
    print_problem(problem, &line);
    text_print(import->file->path, stderr);
    (void)fprintf(stderr, ":%" PRIu32 ":%" PRIu32 ": %s: %s\n",
                  import->file->sheet.rows[entry->figure->row].line, entry->figure->column + 1,
                  say(kind_name_ko(entry->kind), kind_name_en(entry->kind)), buffer_text(&line));
    buffer_release(&line);
}

const struct command_option LEDGER_SHEET_IMPORT_OPTIONS[] = {
    LEDGER_SOURCE_OPTION(false),
    {
        .name = "programme",
        .argument = "ID",
        .sentence = {"예산표에 사업이 없을 때의 세부사업",
                     "the budget programme of a sheet that names none"},
    },
    {
        .name = "date",
        .argument = "DATE",
        .sentence = {"효력 발생일 (기본: 예산표의 기준일)",
                     "the day it takes effect (default: the sheet's 기준일)"},
    },
    {
        .name = "document",
        .argument = "TEXT",
        .sentence = {"근거 문서 (기본: 예산표의 문서)",
                     "the document that it rests on (default: the sheet's 문서)"},
    },
    {
        .name = "implied",
        .sentence =
            {"적혀 있지 않은 계획·확보는 집행(확보)된 만큼으로 봅니다",
             "what was spent or secured counts as secured or planned where that is missing"},
    },
    {
        .name = "despite-contradictions",
        .sentence = {"합계와 무관한 모순이 있어도 적힌 금액대로 올립니다",
                     "post the printed figures although something else contradicts itself"},
    },
    {
        .name = "dry-run",
        .sentence = {"올리지 않고 만들어질 전표만 보여 줍니다",
                     "show the entries and post nothing"},
    },
    {.name = NULL},
};
