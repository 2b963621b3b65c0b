/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ledger`: envelope limits, appropriation, and reading the journal.
 * Computes no amount itself: what is shown is what the ledger says.
 */
#include "cli/nouns.h"

#include "cli/list.h"
#include "cli/print.h"
#include "cli/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    FISCAL_YEAR_MIN = 2000,
    FISCAL_YEAR_MAX = 2100,
    PATH_SIZE_MAX = 1024,
};

static enum cli_status limit_set(const struct invocation *invocation)
{
    int64_t year = 0;
    int64_t amount_krw = 0;
    char path[CLIENT_URL_SIZE];

    if (invocation_number(invocation, "year", FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &year) ||
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

/* A list with the filters that all of the ledger's lists have. */
static enum cli_status fetch(const struct invocation *invocation, const char *path,
                             const char *items, json_t **ret_rows)
{
    struct client *client = NULL;
    struct buffer whole;
    int64_t count_max = 0;
    int64_t year;
    enum cli_status status = CLI_USAGE;

    buffer_init(&whole, PATH_SIZE_MAX);
    buffer_append_text(&whole, path);
    if (invocation_number(invocation, "year", FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &year) ==
            ERR_INVALID ||
        invocation_number(invocation, "limit", 1, INT64_MAX, &count_max) == ERR_INVALID) {
        goto out;
    }
    list_append_query(&whole, "fiscal_year", invocation_text(invocation, "year"));
    list_append_query(&whole, "funding_source", invocation_text(invocation, "source"));
    status = client_open(invocation, &client);
    if (status != CLI_OK) {
        goto out;
    }
    status = list_fetch(invocation, client,
                        &(const struct list_request){
                            .service = CLIENT_LEDGER,
                            .path = buffer_text(&whole),
                            .items = items,
                            .count_max = count_max,
                        },
                        ret_rows);

out:
    client_close(client);
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

static enum cli_status limit_show(const struct invocation *invocation)
{
    return fetch_and_print(invocation, "/v1/envelope-limits", "limits");
}

static enum cli_status ledger_envelopes(const struct invocation *invocation)
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

static enum cli_status ledger_lines(const struct invocation *invocation)
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

            (void)json_array_append_new(rows,
                                        json_pack("{s:O?, s:O?, s:O?, s:O?, s:O?, s:O?, s:O?}",
                                                  "seq", json_object_get(entry, "seq"), "date",
                                                  json_object_get(entry, "effective_date"), "kind",
                                                  json_object_get(entry, "kind"), "programme",
                                                  json_object_get(leg, "programme"), "stage",
                                                  json_object_get(leg, "stage"), "amount_krw",
                                                  json_object_get(leg, "amount_krw"), "document",
                                                  json_object_get(entry, "document")));
        }
    }
    return rows;
}

static enum cli_status ledger_journal(const struct invocation *invocation)
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

static enum cli_status ledger_appropriate(const struct invocation *invocation)
{
    const char *date = invocation_text(invocation, "date");
    int64_t year = 0;
    int64_t amount_krw = 0;
    json_t *body;

    if (invocation_number(invocation, "year", FISCAL_YEAR_MIN, FISCAL_YEAR_MAX, &year) ||
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
    if (body == NULL) {
        return usage_error(invocation, say("값이 UTF-8이 아닙니다", "a value is not UTF-8"));
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
static enum cli_status ledger_verify(const struct invocation *invocation)
{
    struct client_response response;
    struct client *client = NULL;
    enum cli_status status;

    status = client_open(invocation, &client);
    if (status != CLI_OK) {
        return status;
    }
    status = request_send(invocation, client,
                          &(const struct client_request){
                              .service = CLIENT_LEDGER,
                              .method = "GET",
                              .path = "/v1/verification",
                          },
                          &response);
    if (status == CLI_OK) {
        print_answer(response.json, invocation->json);
        status = json_is_true(json_object_get(response.json, "sound")) ? CLI_OK : CLI_FAILED;
        client_response_release(&response);
    }
    client_close(client);
    return status;
}

static enum cli_status ledger_release(const struct invocation *invocation)
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

#define YEAR_OPTION(needed)                                                                        \
    {                                                                                              \
        .name = "year", .argument = "YEAR", .required = (needed),                                  \
        .sentence = {"회계연도", "fiscal year"},                                                   \
    }

#define SOURCE_OPTION(needed)                                                                      \
    {                                                                                              \
        .name = "source", .argument = "SOURCE", .choices = "national|city|district|other",         \
        .required = (needed),                                                                      \
        .sentence = {"재원 (국비, 시비, 구비, 기타)", "where the money comes from"},               \
    }

#define LIMIT_OPTION                                                                               \
    {                                                                                              \
        .name = "limit", .argument = "N",                                                          \
        .sentence = {"많아야 이만큼 (기본: 모두)", "at most so many (default: all)"},              \
    }

static const struct command_option LIMIT_SET_OPTIONS[] = {
    YEAR_OPTION(true),
    SOURCE_OPTION(true),
    {
        .name = "amount",
        .argument = "KRW",
        .required = true,
        .sentence = {"주민투표에 쓸 수 있는 총액(원)",
                     "how much ballots may reserve in all, in won"},
    },
    {.name = NULL},
};

static const struct command_option FILTER_OPTIONS[] = {
    YEAR_OPTION(false),
    SOURCE_OPTION(false),
    LIMIT_OPTION,
    {.name = NULL},
};

static const struct command_option APPROPRIATE_OPTIONS[] = {
    YEAR_OPTION(true),
    SOURCE_OPTION(true),
    {
        .name = "programme",
        .argument = "ID",
        .required = true,
        .sentence = {"세부사업", "the budget programme"},
    },
    {
        .name = "amount",
        .argument = "KRW",
        .required = true,
        .sentence = {"본예산 의결액(원)", "the amount that was voted, in won"},
    },
    {
        .name = "document",
        .argument = "TEXT",
        .required = true,
        .sentence = {"근거 문서 번호", "the document that it rests on"},
    },
    {
        .name = "date",
        .argument = "DATE",
        .sentence = {"효력 발생일 (예: 2026-01-01, 기본: 오늘)",
                     "the day it takes effect, such as 2026-01-01 (default: today)"},
    },
    REQUEST_KEY_OPTION("UUID"),
    {.name = NULL},
};

static const struct command_option RELEASE_OPTIONS[] = {
    {
        .name = "reason",
        .argument = "TEXT",
        .required = true,
        .sentence = {"해제 사유 (기록에 남습니다)", "why; it is kept on record"},
    },
    {.name = NULL},
};

static const char *const LIMIT_SET_EXAMPLES[] = {
    "hyeopchi ledger limit set --year 2026 --source district --amount 1,000,000,000", NULL};
static const char *const LIMIT_SHOW_EXAMPLES[] = {"hyeopchi ledger limit show --year 2026", NULL};
static const char *const APPROPRIATE_EXAMPLES[] = {
    "hyeopchi ledger appropriate --year 2026 --source district --programme 2026-P-03 "
    "--amount 50,000,000 --document 의회의결-2025-112",
    NULL,
};
static const char *const LINES_EXAMPLES[] = {
    "hyeopchi ledger lines --year 2026",
    "hyeopchi ledger lines --source district --json",
    NULL,
};
static const char *const ENVELOPES_EXAMPLES[] = {"hyeopchi ledger envelopes --year 2026", NULL};
static const char *const JOURNAL_EXAMPLES[] = {"hyeopchi ledger journal --limit 20", NULL};
static const char *const VERIFY_EXAMPLES[] = {"hyeopchi ledger verify", NULL};
static const char *const RELEASE_EXAMPLES[] = {
    "hyeopchi ledger release 0197c1f2-0000-7000-8000-000000000001 --reason '투표 취소'", NULL};

static const struct command COMMANDS[] = {
    {
        .verb = "limit set",
        .summary = {"연도·재원별 투표 재원 한도를 정합니다",
                    "sets how much ballots may reserve of a year and source"},
        .options = LIMIT_SET_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = LIMIT_SET_EXAMPLES,
        .run = limit_set,
    },
    {
        .verb = "limit show",
        .summary = {"투표 재원 한도와 사용액을 보여 줍니다", "shows limits and what is used"},
        .options = FILTER_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = LIMIT_SHOW_EXAMPLES,
        .run = limit_show,
    },
    {
        .verb = "envelopes",
        .summary = {"투표별로 묶어 둔 재원을 보여 줍니다", "shows what is reserved for ballots"},
        .options = FILTER_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = ENVELOPES_EXAMPLES,
        .run = ledger_envelopes,
    },
    {
        .verb = "release",
        .summary = {"취소된 투표의 재원을 풉니다", "releases what was reserved for a ballot"},
        .operands = REQUEST_BALLOT_OPERAND,
        .options = RELEASE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = RELEASE_EXAMPLES,
        .run = ledger_release,
    },
    {
        .verb = "appropriate",
        .summary = {"본예산 편성을 기록합니다", "posts an appropriation"},
        .options = APPROPRIATE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = APPROPRIATE_EXAMPLES,
        .run = ledger_appropriate,
    },
    {
        .verb = "lines",
        .summary = {"예산 과목별 단계 잔액을 보여 줍니다",
                    "shows the budget lines with their balances by stage"},
        .options = FILTER_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = LINES_EXAMPLES,
        .run = ledger_lines,
    },
    {
        .verb = "journal",
        .summary = {"분개장을 보여 줍니다", "shows the journal"},
        .options = FILTER_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = JOURNAL_EXAMPLES,
        .run = ledger_journal,
    },
    {
        .verb = "verify",
        .summary = {"원장을 처음부터 다시 계산해 검증합니다",
                    "recomputes the ledger from its first entry and compares"},
        .shared = CLIENT_OPTIONS,
        .examples = VERIFY_EXAMPLES,
        .run = ledger_verify,
    },
};

const struct command_noun LEDGER_NOUN = {
    .noun = "ledger",
    .summary = {"예산 원장", "The budget ledger"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
