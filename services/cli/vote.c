/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi vote`: casting one vote, importing many, and receipts. Nothing that
 * identifies a voter is printed or sent but the keyed subject.
 */
#include "cli/nouns.h"

#include "cli/key_file.h"
#include "cli/print.h"
#include "cli/process.h"
#include "cli/receipt.h"
#include "cli/request.h"
#include "cli/subject.h"
#include "cli/vote_check.h"
#include "cli/vote_import.h"
#include "cli/vote_line.h"
#include "runtime/clock.h"
#include "runtime/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VOTE_SIZE_MAX = 64 * 1024,
    CHOICE_COUNT_MAX = 200,
    CHOICE_VALUE_MAX = 1000000,
    RECEIPT_LINE_SIZE_MAX = 64 * 1024,
    OPTION_ID_SIZE = 256,
};

/* "17" or "17=3" */
static enum cli_status add_choice(const struct invocation *invocation, const char *text,
                                  json_t *choices)
{
    const char *equals = strrchr(text, '=');
    const size_t length = equals != NULL ? (size_t)(equals - text) : strlen(text);
    char id[OPTION_ID_SIZE];
    char *end = NULL;
    long value = 1;

    if (equals != NULL) {
        value = strtol(equals + 1, &end, 10);
    }
    if (length == 0 || length >= sizeof id || value < 0 || value > CHOICE_VALUE_MAX ||
        (equals != NULL && (equals[1] == '\0' || *end != '\0'))) {
        return usage_error(invocation,
                           say("--choice 값 '%s': 선택지 또는 선택지=점수여야 합니다",
                               "--choice '%s': it must be OPTION or OPTION=VALUE"),
                           text);
    }
    memcpy(id, text, length);
    id[length] = '\0';
    (void)json_array_append_new(choices,
                                json_pack("{s:s, s:i}", "option", id, "value", (int)value));
    return CLI_OK;
}

static enum cli_status vote_from_flags(const struct invocation *invocation,
                                       const uint8_t *ballot_id, json_t **ret_vote)
{
    const char *texts[CHOICE_COUNT_MAX];
    const size_t count = invocation_texts(invocation, "choice", texts, CHOICE_COUNT_MAX);
    const char *basis = invocation_text(invocation, "basis");
    const char *channel = invocation_text(invocation, "channel");
    const char *area = invocation_text(invocation, "area");
    char subject[SUBJECT_TEXT_SIZE];
    json_t *choices = json_array();
    enum cli_status status;
    size_t i;

    status = subject_text(invocation, ballot_id, subject);
    for (i = 0; i < count && status == CLI_OK; i++) {
        status = add_choice(invocation, texts[i], choices);
    }
    if (status != CLI_OK) {
        json_decref(choices);
        return status;
    }
    *ret_vote = json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s, s:o}", "subject", subject, "basis",
                          basis != NULL ? basis : "resident-register", "area",
                          area != NULL ? area : "", "sex", invocation_text(invocation, "sex"),
                          "age_band", invocation_text(invocation, "age-band"), "channel",
                          channel != NULL ? channel : "web", "choices", choices);
    return *ret_vote != NULL ? CLI_OK : CLI_FAILED;
}

static enum cli_status vote_from_file(const char *path, json_t **ret_vote)
{
    char *text = malloc(VOTE_SIZE_MAX);
    enum cli_status status = CLI_FAILED;
    struct problem problem;
    size_t length = 0;

    if (text == NULL) {
        return CLI_FAILED;
    }
    if (file_read_text(strcmp(path, "-") == 0 ? "/dev/stdin" : path, text, VOTE_SIZE_MAX,
                       &length) ||
        json_parse(text, length, ret_vote, &problem)) {
        (void)fprintf(stderr,
                      say("hyeopchi: %s: 투표 한 건의 JSON이 아닙니다\n",
                          "hyeopchi: %s holds no vote as JSON\n"),
                      path);
    } else {
        status = CLI_OK;
    }
    crypto_wipe(text, VOTE_SIZE_MAX);
    free(text);
    return status;
}

static enum cli_status keep_receipt(const struct invocation *invocation, const json_t *answer)
{
    const char *path = invocation_text(invocation, "receipt-file");
    enum cli_status status = CLI_FAILED;
    struct buffer line;
    char *text;

    if (path == NULL) {
        return CLI_OK;
    }
    text = json_text(answer);
    if (text == NULL) {
        return CLI_FAILED;
    }
    buffer_init(&line, RECEIPT_LINE_SIZE_MAX);
    buffer_append_format(&line, "%s\n", text);
    if (buffer_status(&line) == ERR_OK &&
        file_replace_text(path, buffer_text(&line), 0600) == ERR_OK) {
        status = CLI_OK;
    }
    buffer_release(&line);
    free(text);
    return status;
}

static enum cli_status send_vote(const struct invocation *invocation, const char *path,
                                 const uint8_t *ballot_id, const char *text)
{
    struct client *client = NULL;
    struct client_response response;
    enum cli_status status = client_open(invocation, &client);

    if (status == CLI_OK) {
        status = client_use_gateway(client, invocation, invocation_text(invocation, "gateway-url"));
    }
    if (status == CLI_OK) {
        status = request_send(invocation, client,
                              &(const struct client_request){
                                  .service = CLIENT_PARTICIPATION,
                                  .method = "POST",
                                  .path = path,
                                  .content_type = "application/json",
                                  .body = text,
                                  .body_length = strlen(text),
                                  .idempotency_key = invocation_text(invocation, "idempotency-key"),
                                  .votes_of = ballot_id,
                              },
                              &response);
    }
    if (status == CLI_OK) {
        print_answer(response.json, invocation->json);
        status = keep_receipt(invocation, response.json);
        client_response_release(&response);
    }
    client_close(client);
    return status;
}

static enum cli_status vote_cast(const struct invocation *invocation)
{
    const char *from = invocation_text(invocation, "from");
    const char *ballot = invocation_text(invocation, "ballot");
    uint8_t ballot_id[CRYPTO_UUID_SIZE];
    char path[CLIENT_URL_SIZE];
    json_t *vote = NULL;
    enum cli_status status;
    char *text;

    if (request_ballot_path(invocation, ballot, "/votes", path) ||
        crypto_uuid_parse(ballot, ballot_id)) {
        return CLI_USAGE;
    }
    status =
        from != NULL ? vote_from_file(from, &vote) : vote_from_flags(invocation, ballot_id, &vote);
    if (status != CLI_OK) {
        return status;
    }
    text = json_text(vote);
    json_decref(vote);
    status = text != NULL ? send_vote(invocation, path, ballot_id, text) : CLI_FAILED;
    free(text);
    return status;
}

/* Checks one line of a receipts file and prints what came of it. */
static enum err verify_line(const struct invocation *invocation, const char *text, size_t length,
                            const uint8_t *key)
{
    const char *failed = "format";
    char issued[CLOCK_TEXT_SIZE];
    struct receipt_facts facts = {.issued_ms = 0};
    struct problem ignored;
    json_t *answer = NULL;
    json_t *result;
    enum err err;

    err = json_parse(text, length, &answer, &ignored);
    if (!err) {
        err = receipt_check(answer, key, &facts, &failed);
        json_decref(answer);
    }
    if (err) {
        result = json_pack("{s:b, s:s}", "valid", 0, "failed", failed);
    } else {
        clock_format(facts.issued_ms, issued);
        result = json_pack("{s:b, s:s, s:s, s:s, s:I}", "valid", 1, "ballot", facts.ballot_id,
                           "code", facts.code, "issued", issued, "max_merge_delay_s",
                           (json_int_t)facts.max_merge_delay_s);
    }
    print_answer(result, invocation->json);
    json_decref(result);
    return err;
}

static enum cli_status receipt_verify(const struct invocation *invocation)
{
    const char *path = invocation_operand(invocation, 0);
    const char *key_text = invocation_text(invocation, "service-key");
    uint8_t key[CRYPTO_ED25519_PUBLIC_SIZE];
    enum cli_status status = CLI_OK;
    size_t line_capacity = 0;
    size_t length = 0;
    char *line = NULL;
    ssize_t got;
    FILE *file;
    bool any = false;

    if (crypto_base64url_parse(key_text, strlen(key_text), key, sizeof key, &length) ||
        length != sizeof key) {
        return usage_error(invocation,
                           say("--service-key 값은 32바이트 base64url 공개 키여야 합니다",
                               "--service-key must be a public key: 32 bytes in base64url"));
    }
    file = fopen(path, "r");
    if (file == NULL) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        return CLI_FAILED;
    }
    for (got = getline(&line, &line_capacity, file); got >= 0;
         got = getline(&line, &line_capacity, file)) {
        if (strspn(line, " \t\r\n") == (size_t)got) {
            continue;
        }
        any = true;
        if (verify_line(invocation, line, (size_t)got, key)) {
            status = CLI_FAILED;
        }
    }
    if (!any) {
        (void)fprintf(stderr,
                      say("hyeopchi: %s 에 접수증이 없습니다\n", "hyeopchi: %s holds no receipt\n"),
                      path);
        status = CLI_FAILED;
    }
    free(line);
    (void)fclose(file); /* Only read from. */
    return status;
}

#define BALLOT_OPTION                                                                              \
    {                                                                                              \
        .name = "ballot", .argument = "ID", .required = true,                                      \
        .sentence = {"투표 번호(UUID)", "the ballot's UUID"},                                      \
    }

#define GATEWAY_OPTION                                                                             \
    {                                                                                              \
        .name = "gateway-url", .argument = "URL", .environment = "HYEOPCHI_GATEWAY_URL",           \
        .sentence = {"participation 의 gateway_url: 표를 HTTP 대신 메시지(nng)로 보냅니다",        \
                     "participation's gateway_url: votes go by message (nng) instead of HTTP"},    \
    }

#define CHANNEL_OPTION                                                                             \
    {                                                                                              \
        .name = "channel", .argument = "CHANNEL", .choices = "web|kiosk|booth",                    \
        .sentence = {"투표 경로 (기본 web; import 에서는 파일의 voting_method)",                   \
                     "how it was cast (default web; import: the file's voting_method)"},           \
    }

static const struct command_option CAST_OPTIONS[] = {
    BALLOT_OPTION,
    GATEWAY_OPTION,
    {
        .name = "choice",
        .argument = "OPTION[=VALUE]",
        .repeated = true,
        .sentence = {"고른 선택지 (여러 번 쓸 수 있음)", "an option chosen; may be repeated"},
    },
    SUBJECT_VOTER_OPTION,
    SUBJECT_KEY_OPTION,
    SUBJECT_OPTION,
    SUBJECT_BASIS_OPTION,
    CHANNEL_OPTION,
    SUBJECT_AREA_OPTION,
    SUBJECT_SEX_OPTION,
    SUBJECT_AGE_BAND_OPTION,
    {
        .name = "from",
        .argument = "FILE.json",
        .sentence = {"투표 한 건의 JSON (- 는 표준 입력)",
                     "the vote as JSON (- is standard input)"},
    },
    {
        .name = "receipt-file",
        .argument = "FILE",
        .sentence = {"접수증을 이 파일에 남깁니다", "keep the receipt in this file"},
    },
    REQUEST_KEY_OPTION("KEY"),
    {.name = NULL},
};

static const struct command_option IMPORT_OPTIONS[] = {
    BALLOT_OPTION,
    GATEWAY_OPTION,
    {
        .name = "subject-key-file",
        .argument = "FILE",
        .environment = "HYEOPCHI_SUBJECT_KEY_FILE",
        .required = true,
        .sentence = {"투표자 식별값에서 subject 를 계산할 비밀값 파일",
                     "secret that subjects are derived with from the voters' ids"},
    },
    {
        .name = "batch",
        .argument = "N",
        .sentence = {"한 번에 보낼 표 수 (기본 500, 최대 1,000)",
                     "votes per request (default 500, at most 1,000)"},
    },
    SUBJECT_BASIS_OPTION,
    CHANNEL_OPTION,
    {
        .name = "staff-key-file",
        .argument = "FILE",
        .environment = "HYEOPCHI_STAFF_KEY_FILE",
        .sentence = {"투표소·종이 표에 서명할 담당 직원의 키 파일",
                     "the staff's key, which signs the votes of booths and on paper"},
    },
    {
        .name = "refusals",
        .argument = "FILE",
        .sentence = {"거절된 표를 파일 줄 번호와 사유로 적습니다",
                     "write refused votes here: line of the file, and why"},
    },
    {
        .name = "receipts",
        .argument = "FILE",
        .sentence = {"접수증을 한 줄에 하나씩 적습니다", "write the receipts here, one a line"},
    },
    {.name = NULL},
};

static const struct command_option CHECK_OPTIONS[] = {
    BALLOT_OPTION,
    {.name = NULL},
};

static const struct command_option RECEIPT_VERIFY_OPTIONS[] = {
    {
        .name = "service-key",
        .argument = "BASE64URL",
        .required = true,
        .sentence = {"서비스가 공고한 접수증 공개 키",
                     "the public key the service has announced for receipts"},
    },
    {.name = NULL},
};

static const struct command_operand PB_OPERAND[] = {
    {.name = "FILE.pb", .sentence = {"Pabulib 파일", "a Pabulib file"}},
    {.name = NULL},
};

static const struct command_operand CODE_OPERAND[] = {
    {.name = "CODE", .sentence = {"접수증의 확인 코드", "the code of a receipt"}},
    {.name = NULL},
};

static const struct command_operand RECEIPT_OPERAND[] = {
    {.name = "FILE", .sentence = {"접수증 파일 (한 줄에 하나)", "receipts, one a line"}},
    {.name = NULL},
};

#define ID "0197c1f2-0000-7000-8000-000000000001"
static const char *const CAST_EXAMPLES[] = {
    "hyeopchi vote cast --ballot " ID
    " --voter 17 --subject-key-file subject.key "
    "--choice 3 --choice 9 --key-file portal.key",
    "hyeopchi vote cast --ballot " ID " --from vote.json --receipt-file receipt.json",
    NULL,
};
static const char *const IMPORT_EXAMPLES[] = {
    "hyeopchi vote import election.pb --ballot " ID
    " --subject-key-file subject.key --key-file portal.key",
    "hyeopchi vote import election.pb --ballot " ID
    " --subject-key-file subject.key --refusals refusals.ndjson --receipts receipts.ndjson",
    NULL,
};
static const char *const CHECK_EXAMPLES[] = {
    "hyeopchi vote check ABXB-TWKT-0NA --ballot " ID,
    NULL,
};
static const char *const RECEIPT_VERIFY_EXAMPLES[] = {
    "hyeopchi vote receipt verify receipt.json --service-key "
    "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    NULL,
};
#undef ID

static const struct command COMMANDS[] = {
    {
        .verb = "cast",
        .summary = {"한 표를 접수합니다", "casts one vote"},
        .options = CAST_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = CAST_EXAMPLES,
        .run = vote_cast,
    },
    {
        .verb = "import",
        .summary = {"Pabulib 파일의 표를 모두 접수합니다 (끊기면 다시 실행)",
                    "casts all votes of a Pabulib file; run it again if it was cut off"},
        .operands = PB_OPERAND,
        .options = IMPORT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = IMPORT_EXAMPLES,
        .run = vote_import,
    },
    {
        .verb = "check",
        .summary = {"확인 코드의 표가 공개 게시판에 있는지 봅니다",
                    "shows whether the vote of a receipt code is on the public board"},
        .operands = CODE_OPERAND,
        .options = CHECK_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = CHECK_EXAMPLES,
        .run = vote_check,
    },
    {
        .verb = "receipt verify",
        .summary = {"접수증을 서버 없이 검증합니다", "checks receipts without any server"},
        .operands = RECEIPT_OPERAND,
        .options = RECEIPT_VERIFY_OPTIONS,
        .examples = RECEIPT_VERIFY_EXAMPLES,
        .run = receipt_verify,
    },
};

const struct command_noun VOTE_NOUN = {
    .noun = "vote",
    .summary = {"투표 접수", "Votes"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
