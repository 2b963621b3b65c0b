/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ledger hold`: money of a line, held until a deadline. Whether
 * anything is due is the ledger's clock to say, never this one's.
 */
#include "cli/ledger_commands.h"

#include "cli/list.h"
#include "cli/print.h"
#include "cli/request.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"

#include <inttypes.h>
#include <stdio.h>

enum { PATH_SIZE_MAX = 1024 };

const struct command_operand LEDGER_HOLD_OPERAND[] = {
    {.name = "HOLD", .sentence = {"예약 번호(UUID)", "the hold's UUID"}},
    {.name = NULL},
};

const struct command_operand LEDGER_HOLD_SHOW_OPERAND[] = {
    {
        .name = "HOLD",
        .optional = true,
        .sentence = {"예약 번호(UUID), 기한 연장 내역까지 (기본: 모든 예약)",
                     "one hold's UUID, with its extensions (default: all holds)"},
    },
    {.name = NULL},
};

#define AMOUNT_OPTION(korean, english)                                                             \
    {                                                                                              \
        .name = "amount", .argument = "KRW", .required = true, .sentence = {korean, english},      \
    }

#define UNTIL_OPTION                                                                               \
    {                                                                                              \
        .name = "until", .argument = "TIME", .required = true,                                     \
        .sentence = {"기한 (예: 2026-05-31T18:00:00+09:00, 날짜만 적으면 그날 0시)",               \
                     "the deadline, such as 2026-05-31T18:00:00+09:00; a day alone is its start"}, \
    }

#define DOCUMENT_OPTION                                                                            \
    {                                                                                              \
        .name = "document", .argument = "TEXT", .required = true,                                  \
        .sentence = {"근거 문서 번호", "the document that it rests on"},                           \
    }

const struct command_option LEDGER_HOLD_PLACE_OPTIONS[] = {
    LEDGER_YEAR_OPTION(true),
    LEDGER_SOURCE_OPTION(true),
    {
        .name = "programme",
        .argument = "ID",
        .required = true,
        .sentence = {"세부사업", "the budget programme"},
    },
    AMOUNT_OPTION("예약할 금액(원)", "how much to hold, in won"),
    UNTIL_OPTION,
    DOCUMENT_OPTION,
    {
        .name = "grant",
        .sentence = {"보조금 교부결정을 위한 예약 (기본: 지출원인행위)",
                     "for a grant decision (default: a commitment)"},
    },
    REQUEST_KEY_OPTION("UUID"),
    {.name = NULL},
};

const struct command_option LEDGER_HOLD_COMMIT_OPTIONS[] = {
    AMOUNT_OPTION("원인행위 금액(원), 예약한 금액까지", "how much, in won, up to what is held"),
    DOCUMENT_OPTION,
    {
        .name = "date",
        .argument = "DATE",
        .sentence = {"효력 발생일 (예: 2026-01-01, 기본: 오늘)",
                     "the day it takes effect, such as 2026-01-01 (default: today)"},
    },
    LEDGER_GRANT_OPTION,
    REQUEST_KEY_OPTION("UUID"),
    {.name = NULL},
};

const struct command_option LEDGER_HOLD_EXTEND_OPTIONS[] = {
    UNTIL_OPTION,
    {
        .name = "reason",
        .argument = "TEXT",
        .required = true,
        .sentence = {"연장 사유 (기록에 남습니다)", "why; it is kept on record"},
    },
    {.name = NULL},
};

const struct command_option LEDGER_HOLD_SHOW_OPTIONS[] = {
    LEDGER_YEAR_OPTION(false),
    LEDGER_SOURCE_OPTION(false),
    {
        .name = "state",
        .argument = "STATE",
        .choices = "held|committed|released|expired",
        .sentence = {"예약 중, 사용, 해제, 기한 지남", "what became of it"},
    },
    {.name = NULL},
};

static enum err hold_path(const struct invocation *invocation, const char *verb,
                          char ret_path[CLIENT_URL_SIZE]);
static enum cli_status hold_send(const struct invocation *invocation, const char *path,
                                 const char *key, json_t *body);

enum cli_status ledger_hold_place(const struct invocation *invocation)
{
    int64_t year = 0;
    int64_t amount_krw = 0;
    int64_t until_ms = 0;
    char until[CLOCK_TEXT_SIZE];

    if (invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year) ||
        invocation_number(invocation, "amount", 1, INT64_MAX, &amount_krw) ||
        invocation_time(invocation, "until", &until_ms)) {
        return CLI_USAGE;
    }
    clock_format(until_ms, until);
    return hold_send(
        invocation, "/v1/holds", invocation_text(invocation, "idempotency-key"),
        json_pack("{s:s, s:I, s:s, s:s, s:I, s:s, s:s}", "kind",
                  invocation_switch(invocation, "grant") ? "grant_decision" : "commitment",
                  "fiscal_year", (json_int_t)year, "programme",
                  invocation_text(invocation, "programme"), "funding_source",
                  invocation_text(invocation, "source"), "amount_krw", (json_int_t)amount_krw,
                  "expires_time", until, "document", invocation_text(invocation, "document")));
}

enum cli_status ledger_hold_commit(const struct invocation *invocation)
{
    char path[CLIENT_URL_SIZE];
    int64_t amount_krw = 0;

    if (hold_path(invocation, ":commit", path) ||
        invocation_number(invocation, "amount", 1, INT64_MAX, &amount_krw)) {
        return CLI_USAGE;
    }
    return hold_send(invocation, path, invocation_text(invocation, "idempotency-key"),
                     json_pack("{s:I, s:s, s:s*, s:s*}", "amount_krw", (json_int_t)amount_krw,
                               "document", invocation_text(invocation, "document"),
                               "effective_date", invocation_text(invocation, "date"), "grant_id",
                               invocation_text(invocation, "grant-id")));
}

enum cli_status ledger_hold_extend(const struct invocation *invocation)
{
    char path[CLIENT_URL_SIZE];
    char until[CLOCK_TEXT_SIZE];
    int64_t until_ms = 0;

    if (hold_path(invocation, ":extend", path) || invocation_time(invocation, "until", &until_ms)) {
        return CLI_USAGE;
    }
    clock_format(until_ms, until);
    return hold_send(invocation, path, NULL,
                     json_pack("{s:s, s:s}", "expires_time", until, "reason",
                               invocation_text(invocation, "reason")));
}

enum cli_status ledger_hold_release(const struct invocation *invocation)
{
    char path[CLIENT_URL_SIZE];

    if (hold_path(invocation, ":release", path)) {
        return CLI_USAGE;
    }
    return hold_send(invocation, path, NULL,
                     json_pack("{s:s}", "reason", invocation_text(invocation, "reason")));
}

static enum cli_status hold_show_one(const struct invocation *invocation)
{
    char path[CLIENT_URL_SIZE];

    if (hold_path(invocation, "", path)) {
        return CLI_USAGE;
    }
    return request_run(invocation, &(const struct client_request){
                                       .service = CLIENT_LEDGER,
                                       .method = "GET",
                                       .path = path,
                                   });
}

enum cli_status ledger_hold_show(const struct invocation *invocation)
{
    struct buffer path;
    int64_t year = 0;
    enum cli_status status = CLI_USAGE;

    if (invocation_operand(invocation, 0) != NULL) {
        return hold_show_one(invocation);
    }
    buffer_init(&path, PATH_SIZE_MAX);
    if (invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year) ==
        ERR_INVALID) {
        goto out;
    }
    buffer_append_text(&path, "/v1/holds");
    list_append_query(&path, "fiscal_year", invocation_text(invocation, "year"));
    list_append_query(&path, "funding_source", invocation_text(invocation, "source"));
    list_append_query(&path, "state", invocation_text(invocation, "state"));
    status = list_show(invocation, &(const struct list_request){
                                       .service = CLIENT_LEDGER,
                                       .path = buffer_text(&path),
                                       .items = "holds",
                                   });

out:
    buffer_release(&path);
    return status;
}

/* ERR_INVALID after saying why. */
static enum err hold_path(const struct invocation *invocation, const char *verb,
                          char ret_path[CLIENT_URL_SIZE])
{
    const char *hold_id = invocation_operand(invocation, 0);
    uint8_t uuid[CRYPTO_UUID_SIZE];
    enum err err = crypto_uuid_parse(hold_id, uuid);

    if (err) {
        (void)usage_error(invocation,
                          say("'%s': 예약 번호(UUID)여야 합니다 ('hyeopchi ledger hold show'로 "
                              "봅니다)",
                              "'%s': it must be a hold's UUID, as 'hyeopchi ledger hold show' "
                              "shows it"),
                          hold_id);
        return err;
    }
    (void)snprintf(ret_path, CLIENT_URL_SIZE, "/v1/holds/%s%s", hold_id, verb);
    return ERR_OK;
}

/* key NULL: a new one. Takes the body; NULL means that a value is not UTF-8. */
static enum cli_status hold_send(const struct invocation *invocation, const char *path,
                                 const char *key, json_t *body)
{
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_LEDGER,
                                .method = "POST",
                                .path = path,
                                .idempotency_key = key,
                            },
                            body);
}
