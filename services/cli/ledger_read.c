/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ledger`: envelope limits, appropriation, and reading the journal.
 * Computes no amount itself: what is shown is what the ledger says.
 */
#include "cli/ledger_commands.h"

#include "cli/list.h"
#include "cli/print.h"
#include "cli/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    PATH_SIZE_MAX = 1024,
    ACCOUNT_SLASH_COUNT = 3,
};

static void append_encoded(struct buffer *path, const char *text);

enum cli_status ledger_limit_set(const struct invocation *invocation)
{
    int64_t year = 0;
    int64_t amount_krw = 0;
    char path[CLIENT_URL_SIZE];

    if (invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year) ||
        invocation_number(invocation, "amount", 0, INT64_MAX, &amount_krw)) {
        return CLI_USAGE;
    }
    (void)snprintf(path, sizeof path, "/v1/envelope-limits/%" PRId64 "/%s", year,
                   invocation_text(invocation, "source"));
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_LEDGER,
                                .method = "PUT",
                                .path = path,
                            },
                            json_pack("{s:I}", "limit_krw", (json_int_t)amount_krw));
}

/* A list with the filters that most of the ledger's lists have. */
static enum cli_status fetch(const struct invocation *invocation, const char *path,
                             const char *items, json_t **ret_rows)
{
    struct buffer whole;
    int64_t count_max = 0;
    int64_t year;
    enum cli_status status = CLI_USAGE;

    buffer_init(&whole, PATH_SIZE_MAX);
    buffer_append_text(&whole, path);
    if (invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year) ==
            ERR_INVALID ||
        invocation_number(invocation, "limit", 1, INT64_MAX, &count_max) == ERR_INVALID) {
        goto out;
    }
    list_append_query(&whole, "fiscal_year", invocation_text(invocation, "year"));
    list_append_query(&whole, "funding_source", invocation_text(invocation, "source"));
    status = list_fetch(invocation,
                        &(const struct list_request){
                            .service = CLIENT_LEDGER,
                            .path = buffer_text(&whole),
                            .items = items,
                            .count_max = count_max,
                        },
                        ret_rows);

out:
    buffer_release(&whole);
    return status;
}

static enum cli_status fetch_and_print(const struct invocation *invocation, const char *path,
                                       const char *items)
{
    json_t *rows = NULL;
    const enum cli_status status = fetch(invocation, path, items, &rows);

    if (status == CLI_OK) {
        print_answer(rows, invocation->json);
        json_decref(rows);
    }
    return status;
}

enum cli_status ledger_limit_show(const struct invocation *invocation)
{
    return fetch_and_print(invocation, "/v1/envelope-limits", "limits");
}

enum cli_status ledger_envelopes(const struct invocation *invocation)
{
    return fetch_and_print(invocation, "/v1/envelopes", "envelopes");
}

/* For people a row per stage; the line's own figures stand in the first of them. */
static json_t *stage_rows(const json_t *lines)
{
    json_t *rows = json_array();
    size_t i;
    size_t j;

    for (i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        const json_t *stages = json_object_get(line, "stages");

        for (j = 0; j < json_array_size(stages); j++) {
            const json_t *stage = json_array_get(stages, j);

            (void)json_array_append_new(
                rows,
                json_pack("{s:O?, s:O?, s:O?, s:O?, s:O?, s:O?, s:O?}", "fiscal_year",
                          json_object_get(line, "fiscal_year"), "programme",
                          json_object_get(line, "programme"), "funding_source",
                          json_object_get(line, "funding_source"), "budget_krw",
                          json_object_get(line, "budget_krw"), "stage",
                          json_object_get(stage, "stage"), "name", json_object_get(stage, "name"),
                          "balance_krw", json_object_get(stage, "balance_krw")));
        }
    }
    return rows;
}

enum cli_status ledger_lines(const struct invocation *invocation)
{
    json_t *lines = NULL;
    json_t *rows;
    const enum cli_status status = fetch(invocation, "/v1/lines", "lines", &lines);

    if (status != CLI_OK) {
        return status;
    }
    rows = invocation->json ? json_incref(lines) : stage_rows(lines);
    print_answer(rows, invocation->json);
    json_decref(rows);
    json_decref(lines);
    return CLI_OK;
}

/* For people a row per leg. */
static json_t *leg_rows(const json_t *entries)
{
    json_t *rows = json_array();
    size_t i;
    size_t j;

    for (i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        const json_t *legs = json_object_get(entry, "legs");

        for (j = 0; j < json_array_size(legs); j++) {
            const json_t *leg = json_array_get(legs, j);

            (void)json_array_append_new(
                rows, json_pack("{s:O?, s:O?, s:O?, s:O?, s:O?, s:O?, s:O?, s:O?, s:O?}", "seq",
                                json_object_get(entry, "seq"), "date",
                                json_object_get(entry, "effective_date"), "kind",
                                json_object_get(entry, say("kind_name", "kind")), "fiscal_year",
                                json_object_get(leg, "fiscal_year"), "programme",
                                json_object_get(leg, "programme"), "funding_source",
                                json_object_get(leg, "funding_source"), "stage",
                                json_object_get(leg, "stage"), "amount_krw",
                                json_object_get(leg, "amount_krw"), "document",
                                json_object_get(entry, "document")));
        }
    }
    return rows;
}

enum cli_status ledger_journal(const struct invocation *invocation)
{
    json_t *entries = NULL;
    json_t *rows;
    const enum cli_status status = fetch(invocation, "/v1/journal", "entries", &entries);

    if (status != CLI_OK) {
        return status;
    }
    rows = invocation->json ? json_incref(entries) : leg_rows(entries);
    print_answer(rows, invocation->json);
    json_decref(rows);
    json_decref(entries);
    return CLI_OK;
}

enum cli_status ledger_entry(const struct invocation *invocation)
{
    const char *seq = invocation_operand(invocation, 0);
    char path[CLIENT_URL_SIZE];

    if (seq[strspn(seq, "0123456789")] != '\0') {
        return usage_error(invocation,
                           say("'%s': 전표 번호여야 합니다", "'%s': it must be an entry's number"),
                           seq);
    }
    (void)snprintf(path, sizeof path, "/v1/entries/%s", seq);
    return request_run(invocation, &(const struct client_request){
                                       .service = CLIENT_LEDGER,
                                       .method = "GET",
                                       .path = path,
                                   });
}

enum cli_status ledger_blocks(const struct invocation *invocation)
{
    struct list_request request = {
        .service = CLIENT_LEDGER,
        .path = "/v1/blocks",
        .items = "blocks",
    };
    json_t *rows = NULL;
    enum cli_status status = CLI_USAGE;

    if (invocation_number(invocation, "limit", 1, INT64_MAX, &request.count_max) == ERR_INVALID) {
        return CLI_USAGE;
    }
    status = list_fetch(invocation, &request, &rows);
    if (status == CLI_OK) {
        print_answer(rows, invocation->json);
        json_decref(rows);
    }
    return status;
}

enum cli_status ledger_appropriate(const struct invocation *invocation)
{
    const char *date = invocation_text(invocation, "date");
    int64_t year = 0;
    int64_t amount_krw = 0;
    json_t *body;

    if (invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year) ||
        invocation_number(invocation, "amount", 1, INT64_MAX, &amount_krw)) {
        return CLI_USAGE;
    }
    body = json_pack("{s:s, s:I, s:s, s:s, s:I, s:s}", "kind", "appropriation", "fiscal_year",
                     (json_int_t)year, "programme", invocation_text(invocation, "programme"),
                     "funding_source", invocation_text(invocation, "source"), "amount_krw",
                     (json_int_t)amount_krw, "document", invocation_text(invocation, "document"));
    if (body != NULL && date != NULL) {
        (void)json_object_set_new(body, "effective_date", json_string(date));
    }
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_LEDGER,
                                .method = "POST",
                                .path = "/v1/entries",
                                .idempotency_key = invocation_text(invocation, "idempotency-key"),
                            },
                            body);
}

/* A ledger that is not sound is a failure, however well it was reported. */
enum cli_status ledger_release(const struct invocation *invocation)
{
    uint8_t uuid[CRYPTO_UUID_SIZE];
    char path[CLIENT_URL_SIZE];

    if (crypto_uuid_parse(invocation_operand(invocation, 0), uuid)) {
        return usage_error(
            invocation, say("'%s': 투표 번호(UUID)여야 합니다", "'%s': it must be a ballot's UUID"),
            invocation_operand(invocation, 0));
    }
    (void)snprintf(path, sizeof path, "/v1/envelopes/%s:release",
                   invocation_operand(invocation, 0));
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_LEDGER,
                                .method = "POST",
                                .path = path,
                            },
                            json_pack("{s:s}", "reason", invocation_text(invocation, "reason")));
}

enum cli_status ledger_balance(const struct invocation *invocation)
{
    const char *account = invocation_operand(invocation, 0);
    enum cli_status status = CLI_USAGE;
    struct buffer path;
    size_t slash_count = 0;

    buffer_init(&path, PATH_SIZE_MAX);
    for (const char *at = account; *at != '\0'; at++) {
        slash_count += *at == '/' ? 1 : 0;
    }
    if (slash_count != ACCOUNT_SLASH_COUNT) {
        status = usage_error(invocation,
                             say("'%s': 회계연도/재원/세부사업/단계로 적어야 합니다",
                                 "'%s': it must be year/source/programme/stage"),
                             account);
        goto out;
    }
    buffer_append_text(&path, "/v1/accounts/");
    append_encoded(&path, account);
    buffer_append_text(&path, "/balance");
    list_append_query(&path, "as_of", invocation_text(invocation, "as-of"));
    status = request_run(invocation, &(const struct client_request){
                                         .service = CLIENT_LEDGER,
                                         .method = "GET",
                                         .path = buffer_text(&path),
                                     });

out:
    buffer_release(&path);
    return status;
}

/* A path's segments with everything but its slashes and plain characters percent-encoded. */
static void append_encoded(struct buffer *path, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

    for (const char *at = text; *at != '\0'; at++) {
        if (strchr(plain, *at)) {
            buffer_append(path, at, 1);
        } else {
            buffer_append_format(path, "%%%02X", (unsigned)(unsigned char)*at);
        }
    }
}

static enum cli_status line_send(const struct invocation *invocation, const char *path)
{
    int64_t year = 0;

    if (invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year)) {
        return CLI_USAGE;
    }
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_LEDGER,
                                .method = "POST",
                                .path = path,
                            },
                            json_pack("{s:I, s:s, s:s, s:s}", "fiscal_year", (json_int_t)year,
                                      "programme", invocation_text(invocation, "programme"),
                                      "funding_source", invocation_text(invocation, "source"),
                                      "reason", invocation_text(invocation, "reason")));
}

enum cli_status ledger_freeze(const struct invocation *invocation)
{
    return line_send(invocation, "/v1/lines:freeze");
}

enum cli_status ledger_thaw(const struct invocation *invocation)
{
    return line_send(invocation, "/v1/lines:thaw");
}

enum cli_status ledger_periods(const struct invocation *invocation)
{
    int64_t year = 0;
    json_t *rows = NULL;
    char path[CLIENT_URL_SIZE] = "/v1/periods";
    enum err err = invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year);
    enum cli_status status;

    if (err == ERR_INVALID) {
        return CLI_USAGE;
    }
    if (!err) {
        (void)snprintf(path, sizeof path, "/v1/periods?fiscal_year=%" PRId64, year);
    }
    status = list_fetch(
        invocation,
        &(const struct list_request){.service = CLIENT_LEDGER, .path = path, .items = "periods"},
        &rows);
    if (status == CLI_OK) {
        print_answer(rows, invocation->json);
        json_decref(rows);
    }
    return status;
}

/* A NULL body: none is sent. Takes the reference. */
static enum cli_status period_send(const struct invocation *invocation, const char *verb,
                                   json_t *body)
{
    int64_t year = 0;
    char path[CLIENT_URL_SIZE];
    const struct client_request request = {
        .service = CLIENT_LEDGER,
        .method = "POST",
        .path = path,
    };

    if (invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year)) {
        json_decref(body);
        return CLI_USAGE;
    }
    (void)snprintf(path, sizeof path, "/v1/periods/%" PRId64 ":%s", year, verb);
    return body != NULL ? request_run_json(invocation, &request, body)
                        : request_run(invocation, &request);
}

enum cli_status ledger_open(const struct invocation *invocation)
{
    return period_send(invocation, "open", NULL);
}

enum cli_status ledger_close(const struct invocation *invocation)
{
    json_t *body = json_pack("{s:s}", "document", invocation_text(invocation, "document"));

    return body != NULL ? period_send(invocation, "close", body) : CLI_FAILED;
}
