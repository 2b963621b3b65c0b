/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ledger settle-grant`: what a performing body accounts for, in one
 * sum. How that falls to the sources is the ledger's to say.
 */
#include "cli/ledger_commands.h"

#include "cli/request.h"

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
    DOCUMENT_OPTIONS,
    {.name = NULL},
};

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
    body = json_pack("{s:I, s:s, s:I, s:I, s:I, s:s, s:s*}", "fiscal_year", (json_int_t)year,
                     "programme", invocation_text(invocation, "programme"), "spent_krw",
                     (json_int_t)spent_krw, "unspent_krw", (json_int_t)unspent_krw, "interest_krw",
                     (json_int_t)interest_krw, "document", invocation_text(invocation, "document"),
                     "effective_date", invocation_text(invocation, "date"));
    if (body == NULL) {
        return usage_error(invocation, say("값이 UTF-8이 아닙니다", "a value is not UTF-8"));
    }
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_LEDGER,
                                .method = "POST",
                                .path = "/v1/settlements",
                                .idempotency_key = invocation_text(invocation, "idempotency-key"),
                            },
                            body);
}
