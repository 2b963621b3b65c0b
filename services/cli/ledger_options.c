/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands of ledger_entry.c may be given. No command runs here.
 */
#include "cli/ledger_commands.h"

#include "cli/request.h"

const struct command_operand LEDGER_SEQ_OPERAND[] = {
    {.name = "SEQ", .sentence = {"전표 번호", "the entry's number in the journal"}},
    {.name = NULL},
};

#define AMOUNT_OPTION(needed)                                                                      \
    {                                                                                              \
        .name = "amount", .argument = "KRW", .required = (needed),                                 \
        .sentence = {"금액(원)", "the amount in won"},                                             \
    }

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

#define LINE_OPTIONS                                                                               \
    LEDGER_YEAR_OPTION(true), LEDGER_SOURCE_OPTION(true),                                          \
        {                                                                                          \
            .name = "programme",                                                                   \
            .argument = "ID",                                                                      \
            .required = true,                                                                      \
            .sentence = {"세부사업", "the budget programme"},                                      \
        },                                                                                         \
        DOCUMENT_OPTIONS

#define NTH_OPTION(needed)                                                                         \
    {                                                                                              \
        .name = "nth", .argument = "N", .required = (needed),                                      \
        .sentence = {"몇 번째 추경인지 (1~9)", "which supplementary budget, 1 to 9"},              \
    }

#define STAGE_OPTION(allowed, needed, korean, english)                                             \
    {                                                                                              \
        .name = "stage", .argument = "STAGE", .choices = (allowed), .required = (needed),          \
        .sentence = {korean, english},                                                             \
    }

#define PART_OPTION(part, korean, english)                                                         \
    {                                                                                              \
        .name = (part), .argument = "KRW", .sentence = {korean, english},                          \
    }

#define SWITCH_OPTION(switch_name, korean, english)                                                \
    {                                                                                              \
        .name = (switch_name), .sentence = {korean, english},                                      \
    }

const struct command_option LEDGER_PLAN_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(true),
    {
        .name = "origin",
        .argument = "ORIGIN",
        .choices = "main|supplementary|pre_approval|reserve_use",
        .required = true,
        .sentence = {"본예산, 추경, 성립전, 예비비", "which budget it comes from"},
    },
    NTH_OPTION(false),
    {.name = NULL},
};

const struct command_option LEDGER_CUT_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(true),
    NTH_OPTION(true),
    STAGE_OPTION("S10|S20|S30", true, "어느 단계에서 줄이는지", "the stage it is taken from"),
    {.name = NULL},
};

const struct command_option LEDGER_AMOUNT_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(true),
    {.name = NULL},
};

const struct command_option LEDGER_PAY_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(true),
    LEDGER_GRANT_OPTION,
    {.name = NULL},
};

const struct command_option LEDGER_ALLOT_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(true),
    SWITCH_OPTION("back", "배정회수", "take it back"),
    {.name = NULL},
};

const struct command_option LEDGER_COMMIT_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(true),
    SWITCH_OPTION("grant", "보조금 교부결정", "it is a grant"),
    SWITCH_OPTION("cancel", "원인행위 취소", "cancel it"),
    LEDGER_GRANT_OPTION,
    {.name = NULL},
};

const struct command_option LEDGER_EXECUTE_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(true),
    PART_OPTION("saving", "낙찰차액(원): 다시 쓸 수 있게 됩니다",
                "what is left of the commitment and becomes free, in won"),
    SWITCH_OPTION("grant", "교부받은 단체의 집행", "spent by the body that was granted it"),
    LEDGER_GRANT_OPTION,
    {.name = NULL},
};

const struct command_option LEDGER_TAKE_BACK_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(true),
    STAGE_OPTION("S30|S40", false, "돌아갈 단계 (기본: S30)",
                 "the stage it goes back to (default: S30)"),
    {.name = NULL},
};

const struct command_option LEDGER_SETTLE_OPTIONS[] = {
    LINE_OPTIONS,
    PART_OPTION("spent", "정산 확정액(원)", "what is accepted as spent, in won"),
    PART_OPTION("unspent", "교부 잔액: 반납할 금액(원)", "what of a grant must go back, in won"),
    PART_OPTION("interest", "반납할 이자(원)", "interest that must go back, in won"),
    LEDGER_GRANT_OPTION,
    {.name = NULL},
};

const struct command_option LEDGER_REFUND_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(false),
    PART_OPTION("interest", "이자(원)", "interest in won"),
    LEDGER_GRANT_OPTION,
    {.name = NULL},
};

const struct command_option LEDGER_TRANSFER_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(true),
    {
        .name = "kind",
        .argument = "KIND",
        .choices = "item|policy|body",
        .required = true,
        .sentence = {"전용(item), 이용(policy), 이체(body)", "between items, policies or bodies"},
    },
    {
        .name = "to",
        .argument = "ID",
        .required = true,
        .sentence = {"받는 세부사업", "the programme that receives it"},
    },
    STAGE_OPTION("S20|S30", false, "보내는 단계 (기본: S30)", "the stage it leaves (default: S30)"),
    {
        .name = "into",
        .argument = "STAGE",
        .choices = "S20|S30",
        .sentence = {"받는 단계 (기본: S30)", "the stage it enters (default: S30)"},
    },
    {.name = NULL},
};

const struct command_option LEDGER_CARRY_OVER_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(true),
    {
        .name = "kind",
        .argument = "KIND",
        .choices = "explicit|accident|continuing",
        .required = true,
        .sentence = {"명시(explicit), 사고(accident), 계속비(continuing)",
                     "by resolution, of commitments, of continuing costs"},
    },
    STAGE_OPTION("S30|S40", false, "계속비이월의 단계 (기본: S30)",
                 "the stage of continuing costs (default: S30)"),
    LEDGER_GRANT_OPTION,
    {.name = NULL},
};

const struct command_option LEDGER_LAPSE_OPTIONS[] = {
    LINE_OPTIONS,
    AMOUNT_OPTION(true),
    STAGE_OPTION("S10|S20|S30|S40", true, "불용이 난 단계", "the stage it lapses from"),
    LEDGER_GRANT_OPTION,
    {.name = NULL},
};

const struct command_option LEDGER_REVERSE_OPTIONS[] = {
    DOCUMENT_OPTIONS,
    {.name = NULL},
};

const struct command_option LEDGER_FREEZE_OPTIONS[] = {
    LEDGER_YEAR_OPTION(true),
    LEDGER_SOURCE_OPTION(true),
    {
        .name = "programme",
        .argument = "ID",
        .required = true,
        .sentence = {"세부사업", "the budget programme"},
    },
    {
        .name = "reason",
        .argument = "TEXT",
        .required = true,
        .sentence = {"사유 (기록에 남습니다)", "why; it is kept on record"},
    },
    {.name = NULL},
};

const struct command_option LEDGER_OPEN_OPTIONS[] = {
    LEDGER_YEAR_OPTION(true),
    {.name = NULL},
};

const struct command_option LEDGER_CLOSE_OPTIONS[] = {
    LEDGER_YEAR_OPTION(true),
    {
        .name = "document",
        .argument = "TEXT",
        .required = true,
        .sentence = {"근거 문서 번호", "the document that it rests on"},
    },
    {.name = NULL},
};
