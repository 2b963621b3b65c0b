/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ledger grant` and `settle-grant`: grants with their terms, and what a
 * performing body accounts for, in one sum. Caps, months and how a sum falls to
 * the sources are the ledger's to say.
 */
#include "cli/ledger_commands.h"

#include "cli/list.h"
#include "cli/print.h"
#include "cli/request.h"

#include <inttypes.h>
#include <stdio.h>

enum { BODY_MAX = 16 };

#define DOCUMENT_OPTIONS                                                                           \
    {                                                                                              \
        .name = "document",                                                                        \
        .argument = "TEXT",                                                                        \
        .required = true,                                                                          \
        .sentence = {"근거 문서 번호", "the document that it rests on"},                           \
    },                                                                                             \
        {                                                                                          \
            .name = "date",                                                                        \
            .argument = "DATE",                                                                    \
            .sentence = {"효력 발생일 (예: 2026-01-01, 기본: 오늘)",                               \
                         "the day it takes effect, such as 2026-01-01 (default: today)"},          \
        },                                                                                         \
        REQUEST_KEY_OPTION("UUID")

#define AMOUNT_OPTION(source, korean, english)                                                     \
    {                                                                                              \
        .name = (source), .argument = "KRW", .sentence = {korean, english},                        \
    }

const struct command_option LEDGER_GRANT_ADD_OPTIONS[] = {
    {
        .name = "instrument",
        .argument = "CODE",
        .required = true,
        .sentence = {"지원 유형 ('grant rules'가 보여 줍니다)",
                     "the kind of grant, as 'grant rules' shows it"},
    },
    LEDGER_YEAR_OPTION(true),
    {
        .name = "programme",
        .argument = "ID",
        .required = true,
        .sentence = {"세부사업", "the budget programme"},
    },
    AMOUNT_OPTION("national", "국비(원)", "from the state, in won"),
    AMOUNT_OPTION("city", "시비(원)", "from the city, in won"),
    AMOUNT_OPTION("district", "구비(원)", "from the district, in won"),
    AMOUNT_OPTION("other", "기타 재원(원)", "from elsewhere, in won"),
    {
        .name = "from",
        .argument = "DATE",
        .required = true,
        .sentence = {"지원 기간의 첫날", "its first day"},
    },
    {
        .name = "to",
        .argument = "DATE",
        .required = true,
        .sentence = {"지원 기간의 마지막 날", "its last day"},
    },
    {
        .name = "planning-months",
        .argument = "N",
        .sentence = {"그 가운데 계획 수립 개월 수 (기본: 0)",
                     "months of it for planning (default: 0)"},
    },
    {
        .name = "settle-by",
        .argument = "DATE",
        .required = true,
        .sentence = {"정산 기한", "the day by which it must be settled"},
    },
    {
        .name = "body",
        .argument = "NAME",
        .required = true,
        .repeated = true,
        .sentence = {"수행 단체 이름 (여러 번; 처음이 주관단체)",
                     "a performing organisation (several times; the first leads)"},
    },
    {
        .name = "document",
        .argument = "TEXT",
        .required = true,
        .sentence = {"근거 문서 번호", "the document that it rests on"},
    },
    REQUEST_KEY_OPTION("UUID"),
    {.name = NULL},
};

const struct command_option LEDGER_SETTLE_GRANT_OPTIONS[] = {
    LEDGER_YEAR_OPTION(true),
    {
        .name = "programme",
        .argument = "ID",
        .required = true,
        .sentence = {"세부사업", "the budget programme"},
    },
    {
        .name = "spent",
        .argument = "KRW",
        .required = true,
        .sentence = {"집행액으로 인정한 금액(원)", "what is accepted as spent, in won"},
    },
    {
        .name = "unspent",
        .argument = "KRW",
        .required = true,
        .sentence = {"집행하지 않아 반납할 금액(원)", "what was not spent and goes back, in won"},
    },
    {
        .name = "interest",
        .argument = "KRW",
        .sentence = {"반납할 이자(원, 기본: 0)", "interest that goes back, in won (default: 0)"},
    },
    LEDGER_GRANT_OPTION,
    DOCUMENT_OPTIONS,
    {.name = NULL},
};

static enum err read_amounts(const struct invocation *invocation, json_t *ret_amounts);
static json_t *body_names(const struct invocation *invocation);
static enum cli_status show(const struct invocation *invocation, const char *path,
                            const char *items);

enum cli_status ledger_grant_add(const struct invocation *invocation)
{
    json_t *amounts = json_array();
    json_t *body = NULL;
    int64_t year = 0;
    int64_t planning = 0;

    if (invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year) ||
        invocation_number(invocation, "planning-months", 0, INT32_MAX, &planning) == ERR_INVALID ||
        read_amounts(invocation, amounts)) {
        json_decref(amounts);
        return CLI_USAGE;
    }
    body =
        json_pack("{s:s, s:I, s:s, s:o, s:s, s:s, s:I, s:s, s:o, s:s}", "instrument",
                  invocation_text(invocation, "instrument"), "fiscal_year", (json_int_t)year,
                  "programme", invocation_text(invocation, "programme"), "amounts", amounts,
                  "start_date", invocation_text(invocation, "from"), "end_date",
                  invocation_text(invocation, "to"), "planning_month_count", (json_int_t)planning,
                  "settlement_due_date", invocation_text(invocation, "settle-by"), "bodies",
                  body_names(invocation), "document", invocation_text(invocation, "document"));
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_LEDGER,
                                .method = "POST",
                                .path = "/v1/grants",
                                .idempotency_key = invocation_text(invocation, "idempotency-key"),
                            },
                            body);
}

enum cli_status ledger_grant_show(const struct invocation *invocation)
{
    char path[CLIENT_URL_SIZE] = "/v1/grants";
    int64_t year = 0;
    enum err err = invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year);

    if (err == ERR_INVALID) {
        return CLI_USAGE;
    }
    if (!err) {
        (void)snprintf(path, sizeof path, "/v1/grants?fiscal_year=%" PRId64, year);
    }
    return show(invocation, path, "grants");
}

enum cli_status ledger_grant_rules(const struct invocation *invocation)
{
    return show(invocation, "/v1/grant-rules", "rules");
}

enum cli_status ledger_settle_grant(const struct invocation *invocation)
{
    int64_t year = 0;
    int64_t spent_krw = 0;
    int64_t unspent_krw = 0;
    int64_t interest_krw = 0;
    json_t *body = NULL;

    if (invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year) ||
        invocation_number(invocation, "spent", 0, INT64_MAX, &spent_krw) ||
        invocation_number(invocation, "unspent", 0, INT64_MAX, &unspent_krw) ||
        invocation_number(invocation, "interest", 0, INT64_MAX, &interest_krw) == ERR_INVALID) {
        return CLI_USAGE;
    }
    body = json_pack("{s:I, s:s, s:I, s:I, s:I, s:s, s:s*, s:s*}", "fiscal_year", (json_int_t)year,
                     "programme", invocation_text(invocation, "programme"), "spent_krw",
                     (json_int_t)spent_krw, "unspent_krw", (json_int_t)unspent_krw, "interest_krw",
                     (json_int_t)interest_krw, "document", invocation_text(invocation, "document"),
                     "effective_date", invocation_text(invocation, "date"), "grant_id",
                     invocation_text(invocation, "grant-id"));
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_LEDGER,
                                .method = "POST",
                                .path = "/v1/settlements",
                                .idempotency_key = invocation_text(invocation, "idempotency-key"),
                            },
                            body);
}

/* The sources that were given, each with its amount. ERR_INVALID after saying why. */
static enum err read_amounts(const struct invocation *invocation, json_t *ret_amounts)
{
    static const char *const SOURCES[] = {"national", "city", "district", "other"};

    for (size_t i = 0; i < sizeof SOURCES / sizeof SOURCES[0]; i++) {
        int64_t amount_krw = 0;
        enum err err = invocation_number(invocation, SOURCES[i], 1, INT64_MAX, &amount_krw);
        if (err == ERR_NOT_FOUND) {
            continue;
        }
        if (err) {
            return err;
        }
        (void)json_array_append_new(ret_amounts,
                                    json_pack("{s:s, s:I}", "funding_source", SOURCES[i],
                                              "amount_krw", (json_int_t)amount_krw));
    }
    return ERR_OK;
}

/* NULL when one is not UTF-8. */
static json_t *body_names(const struct invocation *invocation)
{
    const char *names[BODY_MAX + 1] = {NULL};
    size_t count = invocation_texts(invocation, "body", names, BODY_MAX + 1);
    json_t *bodies = json_array();

    for (size_t i = 0; i < count; i++) {
        if (json_array_append_new(bodies, json_string(names[i])) != 0) {
            json_decref(bodies);
            return NULL;
        }
    }
    return bodies;
}

static enum cli_status show(const struct invocation *invocation, const char *path,
                            const char *items)
{
    return list_show(invocation, &(const struct list_request){
                                     .service = CLIENT_LEDGER,
                                     .path = path,
                                     .items = items,
                                 });
}
