/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ballot`: a ballot from its definition to its certified result. Who
 * may do what, and whether a second operator is needed, the service decides;
 * this says what it answered.
 */
#include "cli/nouns.h"

#include "cli/ballot_act.h"
#include "cli/ballot_bundle.h"
#include "cli/ballot_create.h"
#include "cli/ballot_export.h"
#include "cli/ballot_wait.h"
#include "cli/list.h"
#include "cli/request.h"

static enum cli_status ballot_get(const struct invocation *invocation, const char *rest)
{
    char path[CLIENT_URL_SIZE];

    if (request_ballot_path(invocation, invocation_operand(invocation, 0), rest, path)) {
        return CLI_USAGE;
    }
    return request_run(invocation, &(const struct client_request){
                                       .service = CLIENT_PARTICIPATION,
                                       .method = "GET",
                                       .path = path,
                                       .is_public = true,
                                   });
}

static enum cli_status ballot_show(const struct invocation *invocation)
{
    return ballot_get(invocation, "");
}

static enum cli_status ballot_turnout(const struct invocation *invocation)
{
    return ballot_get(invocation, "/turnout");
}

static enum cli_status ballot_voids(const struct invocation *invocation)
{
    return ballot_get(invocation, "/voids");
}

static enum cli_status ballot_result(const struct invocation *invocation)
{
    return ballot_get(invocation, "/result");
}

static enum cli_status ballot_list(const struct invocation *invocation)
{
    return list_show(invocation, &(const struct list_request){
                                     .service = CLIENT_PARTICIPATION,
                                     .path = "/v1/ballots",
                                     .items = "ballots",
                                     .cursor = "before",
                                 });
}

static const struct command_option BUNDLE_OPTIONS[] = {
    {
        .name = "output",
        .argument = "FILE",
        .sentence = {"저장할 파일 (기본: 투표 번호.tar)",
                     "the file to write (default: the ballot's id and .tar)"},
    },
    {.name = NULL},
};

static const struct command_option LOT_OPTIONS[] = {
    {
        .name = "seed",
        .argument = "TEXT",
        .required = true,
        .sentence = {"공개한 난수. 두 운영자가 똑같이 줍니다",
                     "the published seed; both operators give the same"},
    },
    {.name = NULL},
};

static const struct command_option JURY_OPTIONS[] = {
    {
        .name = "jurors",
        .argument = "N",
        .required = true,
        .sentence = {"심사위원 수", "how many jurors gave scores"},
    },
    {
        .name = "document",
        .argument = "TEXT",
        .required = true,
        .sentence = {"점수의 근거 문서. 공개하며 두 운영자가 똑같이 줍니다",
                     "the document the scores are from, which is published; both operators give "
                     "the same"},
    },
    {
        .name = "scores",
        .argument = "FILE",
        .required = true,
        .sentence = {"심사위원 전체의 점수 합계: 한 줄에 번호,점수",
                     "what all jurors together gave, a line ID,SCORE for each option"},
    },
    {.name = NULL},
};

static const struct command_option VOID_OPTIONS[] = {
    {
        .name = "nullifier",
        .argument = "BASE64URL",
        .required = true,
        .sentence = {"접수증에 적힌 표의 익명 번호", "the vote's nullifier, as its receipt has it"},
    },
    {
        .name = "rev",
        .argument = "N",
        .required = true,
        .sentence = {"몇 번째 투표인지 (접수증의 rev)", "its revision, as its receipt has it"},
    },
    {
        .name = "code",
        .argument = "CODE",
        .choices = "not-cast-by-voter|not-eligible|cast-twice|coerced|other",
        .required = true,
        .sentence = {"사유 구분: 본인이 하지 않음, 투표권 없음, 두 번 투표, 강요·매수, 그 밖",
                     "the kind of reason"},
    },
    {
        .name = "reason",
        .argument = "TEXT",
        .required = true,
        .sentence = {"공개할 사유. 두 운영자가 똑같이 줍니다",
                     "why, which is published; both operators give the same"},
    },
    {.name = NULL},
};

static const struct command_option EXCLUDE_OPTIONS[] = {
    {
        .name = "option",
        .argument = "ID",
        .required = true,
        .sentence = {"제외할 의제의 번호", "the option's id"},
    },
    {
        .name = "reason",
        .argument = "TEXT",
        .required = true,
        .sentence = {"공개할 제외 사유. 두 운영자가 똑같이 줍니다",
                     "why, which is published; both operators give the same"},
    },
    {.name = NULL},
};

static const struct command_option EXTEND_OPTIONS[] = {
    {
        .name = "closes",
        .argument = "TIME",
        .required = true,
        .sentence = {"새 마감 시각 (현재 마감 시각보다 늦어야 함)",
                     "when voting ends instead; later than now said"},
    },
    {
        .name = "reason",
        .argument = "TEXT",
        .required = true,
        .sentence = {"공개할 연장 사유. 두 운영자가 똑같이 줍니다",
                     "why, which is published; both operators give the same"},
    },
    {.name = NULL},
};

#define ID "0197c1f2-0000-7000-8000-000000000001"
static const char *const SHOW_EXAMPLES[] = {"hyeopchi ballot show " ID, NULL};
static const char *const LIST_EXAMPLES[] = {"hyeopchi ballot list", "hyeopchi ballot list --json",
                                            NULL};
static const char *const OPEN_EXAMPLES[] = {
    "hyeopchi ballot open " ID " --key-file kim.key",
    "hyeopchi ballot open " ID " --key-file lee.key && hyeopchi ballot wait " ID " --state open",
    NULL,
};
static const char *const EXTEND_EXAMPLES[] = {
    "hyeopchi ballot extend " ID
    " --closes 2026-09-25T18:00:00+09:00 --reason '본인확인 서비스 장애' "
    "--key-file kim.key",
    NULL,
};
static const char *const VOID_EXAMPLES[] = {
    "hyeopchi ballot void " ID
    " --nullifier h4Ai6i2A4yzIb2vPRYwU7QSTyCdOCJAFC8BcTiZFBCA --rev 1 "
    "--code not-cast-by-voter --reason '명의 도용이 경찰 조사로 확인됨' --key-file kim.key",
    NULL,
};
static const char *const VOIDS_EXAMPLES[] = {"hyeopchi ballot voids " ID, NULL};
static const char *const CLOSE_EXAMPLES[] = {"hyeopchi ballot close " ID, NULL};
static const char *const JURY_EXAMPLES[] = {
    "hyeopchi ballot jury " ID
    " --jurors 7 --document '2026-09-10 심사위원회 회의록' --scores scores.csv",
    NULL};
static const char *const LOT_EXAMPLES[] = {
    "hyeopchi ballot lot " ID " --seed '2026-11-22 로또 1199회 3 7 15 22 31 40'", NULL};
static const char *const EXCLUDE_EXAMPLES[] = {
    "hyeopchi ballot exclude " ID
    " --option 7 --reason '사유지로 확인되어 설치할 수 없음' "
    "--key-file kim.key",
    NULL,
};
static const char *const CERTIFY_EXAMPLES[] = {"hyeopchi ballot certify " ID " --key-file kim.key",
                                               NULL};
static const char *const DESTROY_KEY_EXAMPLES[] = {
    "hyeopchi ballot destroy-key " ID " --key-file kim.key", NULL};
static const char *const TURNOUT_EXAMPLES[] = {"hyeopchi ballot turnout " ID, NULL};
static const char *const RESULT_EXAMPLES[] = {"hyeopchi ballot result " ID " --json", NULL};
static const char *const EXPORT_EXAMPLES[] = {"hyeopchi ballot export " ID " > result.pb", NULL};
static const char *const BUNDLE_EXAMPLES[] = {
    "hyeopchi ballot bundle " ID,
    "hyeopchi ballot bundle " ID " --output 2026.tar && hyeopchi-verify 2026.tar",
    NULL,
};
static const char *const WAIT_EXAMPLES[] = {
    "hyeopchi ballot wait " ID " --state counted --timeout 60", NULL};
#undef ID

static const struct command COMMANDS[] = {
    {
        .verb = "create",
        .summary = {"투표를 만듭니다 (초안)", "creates a ballot, as a draft"},
        .options = BALLOT_CREATE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = BALLOT_CREATE_EXAMPLES,
        .run = ballot_create,
    },
    {
        .verb = "list",
        .summary = {"투표 목록", "lists the ballots"},
        .shared = CLIENT_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = ballot_list,
    },
    {
        .verb = "show",
        .summary = {"투표 하나를 보여 줍니다", "shows a ballot"},
        .operands = REQUEST_BALLOT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = SHOW_EXAMPLES,
        .run = ballot_show,
    },
    {
        .verb = "open",
        .summary = {"투표 개시를 승인합니다 (운영자 두 명)",
                    "approves opening a ballot; two operators must"},
        .operands = REQUEST_BALLOT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = OPEN_EXAMPLES,
        .run = ballot_act_open,
    },
    {
        .verb = "extend",
        .summary = {"열린 투표의 기간 연장을 승인합니다 (운영자 두 명, 사유 공개)",
                    "approves a later end of an open ballot, with its reason; two operators must"},
        .operands = REQUEST_BALLOT_OPERAND,
        .options = EXTEND_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = EXTEND_EXAMPLES,
        .run = ballot_act_extend,
    },
    {
        .verb = "void",
        .summary = {"표 하나의 무효 처리를 승인합니다 (개표 전, 운영자 두 명, 사유 공개)",
                    "approves that a vote is void, before the count; two operators must"},
        .operands = REQUEST_BALLOT_OPERAND,
        .options = VOID_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = VOID_EXAMPLES,
        .run = ballot_act_void,
    },
    {
        .verb = "voids",
        .summary = {"무효로 처리된 표와 사유", "shows the votes that are void, and why"},
        .operands = REQUEST_BALLOT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = VOIDS_EXAMPLES,
        .run = ballot_voids,
    },
    {
        .verb = "close",
        .summary = {"투표 마감을 승인합니다 (운영자 두 명)",
                    "approves closing a ballot; two operators must"},
        .operands = REQUEST_BALLOT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = CLOSE_EXAMPLES,
        .run = ballot_act_close,
    },
    {
        .verb = "jury",
        .summary = {"심사 점수의 공개를 승인합니다 (개표 전, 운영자 두 명, 한 번만)",
                    "approves the jury's scores, before the count and once; two operators must"},
        .operands = REQUEST_BALLOT_OPERAND,
        .options = JURY_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = JURY_EXAMPLES,
        .run = ballot_act_jury,
    },
    {
        .verb = "lot",
        .summary = {"동점을 가릴 난수의 공개를 승인합니다 (마감 뒤, 운영자 두 명)",
                    "approves the seed that breaks ties, after close; two operators must"},
        .operands = REQUEST_BALLOT_OPERAND,
        .options = LOT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = LOT_EXAMPLES,
        .run = ballot_act_lot,
    },
    {
        .verb = "exclude",
        .summary = {"개표에서 선정된 의제의 제외를 승인합니다 (확정 전, 운영자 두 명, 사유 공개)",
                    "approves that a funded option is not carried out, before certification; two "
                    "operators must"},
        .operands = REQUEST_BALLOT_OPERAND,
        .options = EXCLUDE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = EXCLUDE_EXAMPLES,
        .run = ballot_act_exclude,
    },
    {
        .verb = "certify",
        .summary = {"개표 결과 확정을 승인합니다 (운영자 두 명)",
                    "approves the result of a ballot; two operators must"},
        .operands = REQUEST_BALLOT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = CERTIFY_EXAMPLES,
        .run = ballot_act_certify,
    },
    {
        .verb = "destroy-key",
        .summary =
            {"이의신청 기간이 끝난 투표의 키 파기를 승인합니다 (운영자 두 명, 되돌릴 수 없음)",
             "approves destroying a ballot's key after the objection period; two operators must"},
        .operands = REQUEST_BALLOT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = DESTROY_KEY_EXAMPLES,
        .run = ballot_act_destroy_key,
    },
    {
        .verb = "turnout",
        .summary = {"투표 참여 현황", "shows the turnout of a ballot"},
        .operands = REQUEST_BALLOT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = TURNOUT_EXAMPLES,
        .run = ballot_turnout,
    },
    {
        .verb = "result",
        .summary = {"개표 결과", "shows the result of a ballot"},
        .operands = REQUEST_BALLOT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = RESULT_EXAMPLES,
        .run = ballot_result,
    },
    {
        .verb = "export",
        .summary = {"확정된 투표를 Pabulib 파일로 내보냅니다 (투표자 순서는 섞임)",
                    "writes a certified ballot as a Pabulib file, voters shuffled"},
        .operands = REQUEST_BALLOT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = EXPORT_EXAMPLES,
        .run = ballot_export,
    },
    {
        .verb = "bundle",
        .summary = {"누구나 검증할 수 있는 공개 자료 묶음을 받습니다 (결과 확정 뒤)",
                    "fetches everything published of a certified ballot, for hyeopchi-verify"},
        .operands = REQUEST_BALLOT_OPERAND,
        .options = BUNDLE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = BUNDLE_EXAMPLES,
        .run = ballot_bundle,
    },
    {
        .verb = "wait",
        .summary = {"투표가 어떤 상태가 될 때까지 기다립니다",
                    "waits until a ballot is in a state"},
        .operands = REQUEST_BALLOT_OPERAND,
        .options = BALLOT_WAIT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = WAIT_EXAMPLES,
        .run = ballot_wait,
    },
};

const struct command_noun BALLOT_NOUN = {
    .noun = "ballot",
    .summary = {"투표", "Ballots"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
