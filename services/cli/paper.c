/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi paper`: issuing ballot papers and taking them back, counting
 * envelopes, entering sheets, and sealing. Who entered what, the key that signs
 * says; nothing here may show what somebody else has entered.
 */
#include "cli/nouns.h"

#include "cli/ballot_act.h"
#include "cli/client.h"
#include "cli/paper_file.h"
#include "cli/print.h"
#include "cli/request.h"
#include "cli/subject.h"
#include "participation/domain/paper.h"
#include "participation/domain/vote.h"
#include "runtime/crypto.h"
#include "runtime/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 128 };

/* The ballot's path with the rest, and its id. */
static enum cli_status ballot_path(const struct invocation *invocation, const char *rest,
                                   uint8_t ret_ballot_id[CRYPTO_UUID_SIZE],
                                   char ret_path[CLIENT_URL_SIZE])
{
    const char *ballot = invocation_operand(invocation, 0);

    if (request_ballot_path(invocation, ballot, rest, ret_path) ||
        crypto_uuid_parse(ballot, ret_ballot_id)) {
        return CLI_USAGE;
    }
    return CLI_OK;
}

/* "/paper/batches/N" and the rest, from the second operand. */
static enum cli_status batch_rest(const struct invocation *invocation, const char *rest,
                                  char ret_rest[PATH_SIZE])
{
    const char *text = invocation_operand(invocation, 1);
    int batch = 0;

    for (; *text >= '0' && *text <= '9' && batch <= PAPER_BATCH_MAX; text++) {
        batch = 10 * batch + (*text - '0');
    }
    if (*text != '\0' || batch < 1 || batch > PAPER_BATCH_MAX) {
        return usage_error(invocation,
                           say("'%s': 묶음 번호는 1부터 %d까지의 수여야 합니다",
                               "'%s': a batch is numbered from 1 to %d"),
                           invocation_operand(invocation, 1), PAPER_BATCH_MAX);
    }
    (void)snprintf(ret_rest, PATH_SIZE, "/paper/batches/%d%s", batch, rest); /* Always fits. */
    return CLI_OK;
}

/* What issuing and taking back begin with: the path, and the voter's subject. */
static enum cli_status voter_path(const struct invocation *invocation, const char *rest,
                                  char ret_path[CLIENT_URL_SIZE],
                                  char ret_subject[SUBJECT_TEXT_SIZE])
{
    uint8_t ballot_id[CRYPTO_UUID_SIZE];
    enum cli_status status = ballot_path(invocation, rest, ballot_id, ret_path);

    return status == CLI_OK ? subject_text(invocation, ballot_id, ret_subject) : status;
}

static enum cli_status paper_reserve(const struct invocation *invocation)
{
    const char *basis = invocation_text(invocation, "basis");
    const char *area = invocation_text(invocation, "area");
    char subject[SUBJECT_TEXT_SIZE];
    char path[CLIENT_URL_SIZE];
    enum cli_status status = voter_path(invocation, "/paper/reservations", path, subject);

    if (status != CLI_OK) {
        return status;
    }
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_PARTICIPATION,
                                .method = "POST",
                                .path = path,
                                .idempotency_key = invocation_text(invocation, "idempotency-key"),
                            },
                            json_pack("{s:s, s:s, s:s, s:s?, s:s?}", "subject", subject, "basis",
                                      basis != NULL ? basis : "resident-register", "area",
                                      area != NULL ? area : "", "sex",
                                      invocation_text(invocation, "sex"), "age_band",
                                      invocation_text(invocation, "age-band")));
}

static enum cli_status paper_cancel(const struct invocation *invocation)
{
    char subject[SUBJECT_TEXT_SIZE];
    char path[CLIENT_URL_SIZE];
    int64_t rev = 0;
    enum cli_status status = voter_path(invocation, "/paper/cancellations", path, subject);

    if (status == CLI_OK && invocation_number(invocation, "rev", 1, VOTE_REVISION_MAX, &rev)) {
        status = CLI_USAGE;
    }
    if (status != CLI_OK) {
        return status;
    }
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_PARTICIPATION,
                                .method = "POST",
                                .path = path,
                            },
                            json_pack("{s:s, s:I, s:s}", "subject", subject, "rev", (json_int_t)rev,
                                      "reason", invocation_text(invocation, "reason")));
}

static enum cli_status paper_show(const struct invocation *invocation)
{
    uint8_t ballot_id[CRYPTO_UUID_SIZE];
    char rest[PATH_SIZE] = "/paper";
    char path[CLIENT_URL_SIZE];
    enum cli_status status = CLI_OK;

    if (invocation_operand(invocation, 1) != NULL) {
        status = batch_rest(invocation, "", rest);
    }
    if (status == CLI_OK) {
        status = ballot_path(invocation, rest, ballot_id, path);
    }
    if (status != CLI_OK) {
        return status;
    }
    return request_run(invocation, &(const struct client_request){
                                       .service = CLIENT_PARTICIPATION,
                                       .method = "GET",
                                       .path = path,
                                   });
}

static enum cli_status paper_count(const struct invocation *invocation)
{
    const char *reason = invocation_text(invocation, "reason");
    uint8_t ballot_id[CRYPTO_UUID_SIZE];
    char rest[PATH_SIZE];
    char path[CLIENT_URL_SIZE];
    int64_t envelopes = 0;
    json_t *body;
    enum cli_status status = batch_rest(invocation, "", rest);

    if (status == CLI_OK) {
        status = ballot_path(invocation, rest, ballot_id, path);
    }
    if (status == CLI_OK &&
        invocation_number(invocation, "envelopes", 1, PAPER_SHEET_MAX, &envelopes)) {
        status = CLI_USAGE;
    }
    if (status != CLI_OK) {
        return status;
    }
    body = json_pack("{s:I}", "envelopes", (json_int_t)envelopes);
    if (reason != NULL) {
        (void)json_object_set_new(body, "reason", json_string(reason));
    }
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_PARTICIPATION,
                                .method = "PUT",
                                .path = path,
                            },
                            body);
}

static enum cli_status paper_enter(const struct invocation *invocation)
{
    uint8_t ballot_id[CRYPTO_UUID_SIZE];
    char rest[PATH_SIZE];
    char path[CLIENT_URL_SIZE];
    json_t *entries = NULL;
    enum cli_status status = batch_rest(invocation, "/entries", rest);

    if (status == CLI_OK) {
        status = ballot_path(invocation, rest, ballot_id, path);
    }
    if (status == CLI_OK && paper_file_read(invocation_operand(invocation, 2), &entries)) {
        status = CLI_FAILED;
    }
    if (status != CLI_OK) {
        return status;
    }
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_PARTICIPATION,
                                .method = "POST",
                                .path = path,
                            },
                            json_pack("{s:o}", "entries", entries));
}

static enum cli_status paper_seal(const struct invocation *invocation)
{
    char rest[PATH_SIZE];
    enum cli_status status = batch_rest(invocation, ":seal", rest);

    return status == CLI_OK ? ballot_act(invocation, rest, NULL) : status;
}

static enum cli_status paper_complete(const struct invocation *invocation)
{
    return ballot_act_with(invocation, ":complete-paper",
                           json_pack("{s:s}", "reason", invocation_text(invocation, "reason")));
}

static const struct command_operand BATCH_OPERANDS[] = {
    {.name = "BALLOT", .sentence = {"투표 번호(UUID)", "the ballot's UUID"}},
    {.name = "BATCH",
     .sentence = {"봉투 묶음 번호 (1부터)", "the number of a batch of envelopes, from 1"}},
    {.name = NULL},
};

static const struct command_operand SHOW_OPERANDS[] = {
    {.name = "BALLOT", .sentence = {"투표 번호(UUID)", "the ballot's UUID"}},
    {.name = "BATCH",
     .optional = true,
     .sentence = {"봉투 묶음 번호: 어느 투표지를 더 입력해야 하는지",
                  "a batch: which sheets are still to be entered"}},
    {.name = NULL},
};

static const struct command_operand ENTER_OPERANDS[] = {
    {.name = "BALLOT", .sentence = {"투표 번호(UUID)", "the ballot's UUID"}},
    {.name = "BATCH",
     .sentence = {"봉투 묶음 번호 (1부터)", "the number of a batch of envelopes, from 1"}},
    {.name = "FILE.csv",
     .sentence =
         {"열이 sheet,choices 인 UTF-8 CSV: 17,a;b 또는 17,a=3;b=2 또는 17,!blank (- 는 표준 입력)",
          "UTF-8 CSV with the columns sheet,choices: 17,a;b or 17,a=3;b=2 or 17,!blank (- is "
          "standard input)"}},
    {.name = NULL},
};

#define REASON_OPTION(korean, english)                                                             \
    {                                                                                              \
        .name = "reason", .argument = "TEXT", .required = true, .sentence = {korean, english},     \
    }

static const struct command_option RESERVE_OPTIONS[] = {
    SUBJECT_VOTER_OPTION,    SUBJECT_KEY_OPTION,        SUBJECT_OPTION,
    SUBJECT_BASIS_OPTION,    SUBJECT_AREA_OPTION,       SUBJECT_SEX_OPTION,
    SUBJECT_AGE_BAND_OPTION, REQUEST_KEY_OPTION("KEY"), {.name = NULL},
};

static const struct command_option CANCEL_OPTIONS[] = {
    SUBJECT_VOTER_OPTION,
    SUBJECT_KEY_OPTION,
    SUBJECT_OPTION,
    {
        .name = "rev",
        .argument = "N",
        .required = true,
        .sentence = {"돌려받는 용지의 번호 (교부할 때 받은 vote.rev)",
                     "which paper it is: the vote.rev that it was issued with"},
    },
    REASON_OPTION("용지를 돌려받는 사유 (공개하지 않음)", "why it is taken back; not published"),
    {.name = NULL},
};

static const struct command_option COUNT_OPTIONS[] = {
    {
        .name = "envelopes",
        .argument = "N",
        .required = true,
        .sentence = {"묶음의 봉투 수 (500 이하)", "how many envelopes the batch has, up to 500"},
    },
    {
        .name = "reason",
        .argument = "TEXT",
        .sentence = {"봉투 수를 고칠 때의 사유", "why they are counted anew"},
    },
    {.name = NULL},
};

static const struct command_option COMPLETE_OPTIONS[] = {
    REASON_OPTION("돌아오지 않은 용지에 대한 설명", "what became of the papers that did not come"),
    {.name = NULL},
};

#define BALLOT_EXAMPLE "0192f0c1-7b2a-7c3d-8e4f-5a6b7c8d9e0f"

static const char *const RESERVE_EXAMPLES[] = {
    "hyeopchi paper reserve " BALLOT_EXAMPLE
    " --voter 17 --subject-key-file subject.key --area 성수1가1동 --key-file clerk.key",
    NULL,
};
static const char *const CANCEL_EXAMPLES[] = {
    "hyeopchi paper cancel " BALLOT_EXAMPLE
    " --voter 17 --subject-key-file subject.key --rev 1 --reason \"기표 착오로 반납\""
    " --key-file clerk.key",
    NULL,
};
static const char *const SHOW_EXAMPLES[] = {
    "hyeopchi paper show " BALLOT_EXAMPLE " --key-file clerk.key",
    "hyeopchi paper show " BALLOT_EXAMPLE " 3 --key-file clerk.key",
    NULL,
};
static const char *const COUNT_EXAMPLES[] = {
    "hyeopchi paper count " BALLOT_EXAMPLE " 3 --envelopes 120 --key-file clerk.key",
    NULL,
};
static const char *const ENTER_EXAMPLES[] = {
    "hyeopchi paper enter " BALLOT_EXAMPLE " 3 sheets.csv --key-file clerk.key",
    NULL,
};
static const char *const SEAL_EXAMPLES[] = {
    "hyeopchi paper seal " BALLOT_EXAMPLE " 3 --key-file operator.key",
    NULL,
};
static const char *const COMPLETE_EXAMPLES[] = {
    "hyeopchi paper complete " BALLOT_EXAMPLE
    " --reason \"3장은 돌아오지 않음\" --key-file operator.key",
    NULL,
};

static const struct command COMMANDS[] = {
    {
        .verb = "reserve",
        .summary = {"투표용지 교부를 등록합니다 (그 뒤로 온라인·투표소 투표를 막음)",
                    "issues a ballot paper; its voter can vote in no other way then"},
        .operands = REQUEST_BALLOT_OPERAND,
        .options = RESERVE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = RESERVE_EXAMPLES,
        .run = paper_reserve,
    },
    {
        .verb = "cancel",
        .summary = {"반납되거나 못 쓰게 된 투표용지의 교부를 취소합니다",
                    "takes back a ballot paper that is spoilt or handed back"},
        .operands = REQUEST_BALLOT_OPERAND,
        .options = CANCEL_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = CANCEL_EXAMPLES,
        .run = paper_cancel,
    },
    {
        .verb = "show",
        .summary = {"교부된 용지와 봉투, 묶음의 현황을 보여 줍니다",
                    "shows how papers, envelopes and batches stand"},
        .operands = SHOW_OPERANDS,
        .shared = CLIENT_OPTIONS,
        .examples = SHOW_EXAMPLES,
        .run = paper_show,
    },
    {
        .verb = "count",
        .summary = {"묶음의 봉투 수를 등록합니다", "says how many envelopes a batch has"},
        .operands = BATCH_OPERANDS,
        .options = COUNT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = COUNT_EXAMPLES,
        .run = paper_count,
    },
    {
        .verb = "enter",
        .summary = {"투표지를 입력합니다 (두 사람이 따로, 각자의 키로)",
                    "enters sheets; two people do, each with their own key"},
        .operands = ENTER_OPERANDS,
        .shared = CLIENT_OPTIONS,
        .examples = ENTER_EXAMPLES,
        .run = paper_enter,
    },
    {
        .verb = "seal",
        .summary = {"모두 맞는 묶음을 봉인합니다 (운영자 두 명)",
                    "seals a batch that reconciles; two operators do"},
        .operands = BATCH_OPERANDS,
        .shared = CLIENT_OPTIONS,
        .examples = SEAL_EXAMPLES,
        .run = paper_seal,
    },
    {
        .verb = "complete",
        .summary = {"남은 봉투가 없음을 확인합니다 (운영자 두 명)",
                    "says that no more envelopes will come; two operators do"},
        .operands = REQUEST_BALLOT_OPERAND,
        .options = COMPLETE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = COMPLETE_EXAMPLES,
        .run = paper_complete,
    },
};

const struct command_noun PAPER_NOUN = {
    .noun = "paper",
    .summary = {"종이투표: 교부, 봉투, 입력, 봉인", "Votes on paper: issued, entered, sealed"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
