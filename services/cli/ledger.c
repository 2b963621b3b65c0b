/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ledger`: its commands as a table, in the order in which an officer
 * of the budget section (예산과) comes to need them.
 */
#include "cli/ledger_commands.h"

#include "cli/client.h"
#include "cli/ledger_sheet.h"
#include "cli/nouns.h"
#include "cli/request.h"
#include "cli/sheet_keep.h"

#define LIMIT_OPTION                                                                               \
    {                                                                                              \
        .name = "limit", .argument = "N",                                                          \
        .sentence = {"많아야 이만큼 (기본: 모두)", "at most so many (default: all)"},              \
    }

static const struct command_option LIMIT_SET_OPTIONS[] = {
    LEDGER_YEAR_OPTION(true),
    LEDGER_SOURCE_OPTION(true),
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
    LEDGER_YEAR_OPTION(false),
    LEDGER_SOURCE_OPTION(false),
    LIMIT_OPTION,
    {.name = NULL},
};

static const struct command_option BLOCKS_OPTIONS[] = {LIMIT_OPTION, {.name = NULL}};
static const struct command_option PERIODS_OPTIONS[] = {LEDGER_YEAR_OPTION(false), {.name = NULL}};

static const struct command_option APPROPRIATE_OPTIONS[] = {
    LEDGER_YEAR_OPTION(true),
    LEDGER_SOURCE_OPTION(true),
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
static const char *const SHOW_EXAMPLES[] = {"hyeopchi ledger show --year 2026", NULL};
static const char *const ENVELOPES_EXAMPLES[] = {"hyeopchi ledger envelopes --year 2026", NULL};
static const char *const JOURNAL_EXAMPLES[] = {"hyeopchi ledger journal --limit 20", NULL};
static const char *const ENTRY_EXAMPLES[] = {"hyeopchi ledger entry 17", NULL};
static const char *const BLOCKS_EXAMPLES[] = {"hyeopchi ledger blocks", NULL};
static const char *const VERIFY_EXAMPLES[] = {
    "hyeopchi ledger verify",
    "hyeopchi ledger verify --anchor 1024:"
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    NULL};
static const char *const RELEASE_EXAMPLES[] = {
    "hyeopchi ledger release 0197c1f2-0000-7000-8000-000000000001 --reason '투표 취소'", NULL};

static const char *const PLAN_EXAMPLES[] = {
    "hyeopchi ledger plan --year 2026 --source district --programme 2026-P-03 --origin "
    "supplementary --nth 1 --amount 50,000,000 --document 문서-12",
    NULL};
static const char *const CUT_EXAMPLES[] = {
    "hyeopchi ledger cut --year 2026 --source district --programme 2026-P-03 --nth 1 --stage S10 "
    "--amount 5,000,000 --document 문서-12",
    NULL};
static const char *const SECURE_EXAMPLES[] = {
    "hyeopchi ledger secure --year 2026 --source district --programme 2026-P-03 --amount "
    "50,000,000 --document 문서-12",
    NULL};
static const char *const ALLOT_EXAMPLES[] = {
    "hyeopchi ledger allot --year 2026 --source district --programme 2026-P-03 --amount 50,000,000 "
    "--document 문서-12",
    NULL};
static const char *const COMMIT_EXAMPLES[] = {
    "hyeopchi ledger commit --year 2026 --source district --programme 2026-P-03 --amount "
    "48,000,000 --document 문서-12",
    "hyeopchi ledger commit --grant --grant-id 0197c1f2-0000-7000-8000-000000000001 --year 2026 "
    "--source "
    "city --programme 2026-P-09 --amount 80,000,000 --document 교부결정-3",
    NULL};
static const char *const HOLD_PLACE_EXAMPLES[] = {
    "hyeopchi ledger hold place --year 2026 --source district --programme 2026-P-03 --amount "
    "48,000,000 --until 2026-05-31T18:00:00+09:00 --document 문서-12",
    NULL};
static const char *const HOLD_COMMIT_EXAMPLES[] = {
    "hyeopchi ledger hold commit 0197c1f2-0000-7000-8000-000000000001 --amount 47,500,000 "
    "--document 문서-13",
    NULL};
static const char *const HOLD_EXTEND_EXAMPLES[] = {
    "hyeopchi ledger hold extend 0197c1f2-0000-7000-8000-000000000001 --until "
    "2026-06-30T18:00:00+09:00 --reason '재공고'",
    NULL};
static const char *const HOLD_RELEASE_EXAMPLES[] = {
    "hyeopchi ledger hold release 0197c1f2-0000-7000-8000-000000000001 --reason '입찰 취소'", NULL};
static const char *const HOLD_SHOW_EXAMPLES[] = {
    "hyeopchi ledger hold show --state held",
    "hyeopchi ledger hold show 0197c1f2-0000-7000-8000-000000000001", NULL};
static const char *const PAY_EXAMPLES[] = {
    "hyeopchi ledger pay --year 2026 --source district --programme 2026-P-03 --amount 48,000,000 "
    "--document 문서-12",
    "hyeopchi ledger pay --grant-id 0197c1f2-0000-7000-8000-000000000001 --year 2026 --source city "
    "--programme 2026-P-09 --amount 80,000,000 --document 교부-3",
    NULL};
static const char *const EXECUTE_EXAMPLES[] = {
    "hyeopchi ledger execute --year 2026 --source district --programme 2026-P-03 --amount "
    "47,200,000 --saving 800,000 --document 문서-12",
    NULL};
static const char *const TAKE_BACK_EXAMPLES[] = {
    "hyeopchi ledger take-back 17 --year 2026 --source district --programme 2026-P-03 --amount "
    "100,000 --document 문서-12",
    NULL};
static const char *const SETTLE_EXAMPLES[] = {
    "hyeopchi ledger settle --year 2026 --source district --programme 2026-P-03 --spent 47,200,000 "
    "--document 문서-12",
    NULL};
static const char *const GRANT_ADD_EXAMPLES[] = {
    "hyeopchi ledger grant add --instrument platform --year 2026 --programme 2026-P-09 --city "
    "80,000,000 --district 20,000,000 --from 2026-01-01 --to 2026-12-31 --settle-by 2027-02-28 "
    "--body 성동협치네트워크 --body 마을넷 --document 협약-2026-3",
    NULL};
static const char *const GRANT_SHOW_EXAMPLES[] = {"hyeopchi ledger grant show --year 2026", NULL};
static const char *const GRANT_RULES_EXAMPLES[] = {"hyeopchi ledger grant rules", NULL};
static const char *const SETTLE_GRANT_EXAMPLES[] = {
    "hyeopchi ledger settle-grant --year 2026 --programme 2026-P-03 --spent 47,200,000 --unspent "
    "800,000 --interest 1,203 --document 문서-12",
    "hyeopchi ledger settle-grant --grant-id 0197c1f2-0000-7000-8000-000000000001 --year 2026 "
    "--programme "
    "2026-P-09 --spent 97,000,000 --unspent 3,000,000 --document 재정산-1",
    NULL};
static const char *const REFUND_EXAMPLES[] = {
    "hyeopchi ledger refund --year 2026 --source district --programme 2026-P-03 --amount 300,000 "
    "--interest 1,200 --document 문서-12",
    NULL};
static const char *const TRANSFER_EXAMPLES[] = {
    "hyeopchi ledger transfer --year 2026 --source district --programme 2026-P-03 --kind item --to "
    "2026-P-04 --amount 1,000,000 --document 문서-12",
    NULL};
static const char *const CARRY_OVER_EXAMPLES[] = {
    "hyeopchi ledger carry-over --year 2026 --source district --programme 2026-P-03 --kind "
    "explicit --amount 2,000,000 --document 문서-12",
    NULL};
static const char *const LAPSE_EXAMPLES[] = {
    "hyeopchi ledger lapse --year 2026 --source district --programme 2026-P-03 --stage S30 "
    "--amount 10,000 --document 문서-12",
    NULL};
static const char *const REVERSE_EXAMPLES[] = {"hyeopchi ledger reverse 17 --document 문서-12",
                                               NULL};
static const char *const BALANCE_EXAMPLES[] = {
    "hyeopchi ledger balance 2026/district/2026-P-03/S30 --as-of 2026-06-30", NULL};

static const char *const FREEZE_EXAMPLES[] = {
    "hyeopchi ledger freeze --year 2026 --source district --programme 2026-P-03 --reason '감사'",
    NULL};
static const char *const THAW_EXAMPLES[] = {
    "hyeopchi ledger thaw --year 2026 --source district --programme 2026-P-03 --reason '감사'",
    NULL};

static const char *const OPEN_EXAMPLES[] = {"hyeopchi ledger open --year 2027", NULL};
static const char *const CLOSE_EXAMPLES[] = {
    "hyeopchi ledger close --year 2026 --document 결산-2026", NULL};
static const char *const PERIODS_EXAMPLES[] = {"hyeopchi ledger periods", NULL};

static const char *const SHEET_CHECK_EXAMPLES[] = {
    "hyeopchi ledger sheet check 예산현황.csv", "hyeopchi ledger sheet check sheets/*.csv --json",
    NULL};
static const char *const SHEET_IMPORT_EXAMPLES[] = {
    "hyeopchi ledger sheet import 예산현황.csv --programme 협치기반강화 --date 2024-03-31",
    "hyeopchi ledger sheet import 예산현황.csv --implied --dry-run", NULL};
static const char *const SHEET_EXPORT_EXAMPLES[] = {
    "hyeopchi ledger sheet export --year 2026 --format xlsx --output 2026년-예산.xlsx",
    "hyeopchi ledger sheet export 예산현황.csv --format xlsx --output 예산현황.xlsx",
    "hyeopchi ledger sheet export 예산현황.csv --format package --output 예산현황-자료",
    "hyeopchi ledger sheet export --kept 0197c1f2-0000-7000-8000-000000000001", NULL};
static const char *const SHEET_KEEP_EXAMPLES[] = {
    "hyeopchi ledger sheet keep 예산현황.csv",
    "hyeopchi ledger sheet keep - --name '2023년 3월 예산현황'", NULL};
static const char *const SHEET_LIST_EXAMPLES[] = {"hyeopchi ledger sheet list", NULL};
static const char *const SHEET_SHOW_EXAMPLES[] = {
    "hyeopchi ledger sheet show 0197c1f2-0000-7000-8000-000000000001", NULL};

static const struct command_operand ACCOUNT_OPERAND[] = {
    {.name = "ACCOUNT",
     .sentence = {"계정: 회계연도/재원/세부사업/단계", "year/source/programme/stage"}},
    {.name = NULL},
};

static const struct command_operand ENTRY_OPERAND[] = {
    {.name = "SEQ", .sentence = {"전표 번호", "the entry's number"}},
    {.name = NULL},
};

static const struct command_option BALANCE_OPTIONS[] = {
    {
        .name = "as-of",
        .argument = "MOMENT",
        .sentence = {"전표 번호, 효력 발생일 또는 시각 (기본: 지금)",
                     "an entry's number, an effective date or a time (default: now)"},
    },
    {.name = NULL},
};

static const struct command COMMANDS[] = {
    {
        .verb = "limit set",
        .summary = {"연도·재원별 투표 재원 한도를 정합니다",
                    "sets how much ballots may reserve of a year and source"},
        .options = LIMIT_SET_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = LIMIT_SET_EXAMPLES,
        .run = ledger_limit_set,
    },
    {
        .verb = "limit show",
        .summary = {"투표 재원 한도와 사용액을 보여 줍니다", "shows limits and what is used"},
        .options = FILTER_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = LIMIT_SHOW_EXAMPLES,
        .run = ledger_limit_show,
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
        .verb = "plan",
        .summary = {"본예산·추경·성립전·예비비 편성을 기록합니다",
                    "posts budgeted money that no ballot asked for"},
        .options = LEDGER_PLAN_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = PLAN_EXAMPLES,
        .run = ledger_plan,
    },
    {
        .verb = "cut",
        .summary = {"추경 감액을 기록합니다",
                    "takes budgeted money back by a supplementary budget"},
        .options = LEDGER_CUT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = CUT_EXAMPLES,
        .run = ledger_cut,
    },
    {
        .verb = "secure",
        .summary = {"재원 확보를 기록합니다", "posts that the money is there"},
        .options = LEDGER_AMOUNT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = SECURE_EXAMPLES,
        .run = ledger_secure,
    },
    {
        .verb = "allot",
        .summary = {"배정 또는 배정회수를 기록합니다", "allots money, or takes it back"},
        .options = LEDGER_ALLOT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = ALLOT_EXAMPLES,
        .run = ledger_allot,
    },
    {
        .verb = "commit",
        .summary = {"지출원인행위·교부결정 또는 그 취소를 기록합니다",
                    "commits money to a contract or grant, or cancels that"},
        .options = LEDGER_COMMIT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = COMMIT_EXAMPLES,
        .run = ledger_commit,
    },
    {
        .verb = "hold place",
        .summary = {"배정액을 기한까지 예약합니다",
                    "holds money for a contract or grant until a deadline"},
        .options = LEDGER_HOLD_PLACE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = HOLD_PLACE_EXAMPLES,
        .run = ledger_hold_place,
    },
    {
        .verb = "hold commit",
        .summary = {"예약한 금액의 전부나 일부로 원인행위·교부결정을 합니다",
                    "commits held money, whole or in part; the rest is free"},
        .operands = LEDGER_HOLD_OPERAND,
        .options = LEDGER_HOLD_COMMIT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = HOLD_COMMIT_EXAMPLES,
        .run = ledger_hold_commit,
    },
    {
        .verb = "hold extend",
        .summary = {"예약 기한을 늦춥니다", "moves a hold's deadline later"},
        .operands = LEDGER_HOLD_OPERAND,
        .options = LEDGER_HOLD_EXTEND_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = HOLD_EXTEND_EXAMPLES,
        .run = ledger_hold_extend,
    },
    {
        .verb = "hold release",
        .summary = {"예약을 해제합니다", "gives held money back"},
        .operands = LEDGER_HOLD_OPERAND,
        .options = RELEASE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = HOLD_RELEASE_EXAMPLES,
        .run = ledger_hold_release,
    },
    {
        .verb = "hold show",
        .summary = {"예약과 그 결과를 보여 줍니다", "shows holds and what became of them"},
        .operands = LEDGER_HOLD_SHOW_OPERAND,
        .options = LEDGER_HOLD_SHOW_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = HOLD_SHOW_EXAMPLES,
        .run = ledger_hold_show,
    },
    {
        .verb = "pay",
        .summary = {"보조금 교부를 기록합니다", "pays a grant out to the performing body"},
        .options = LEDGER_PAY_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = PAY_EXAMPLES,
        .run = ledger_pay,
    },
    {
        .verb = "execute",
        .summary = {"집행과 낙찰차액을 기록합니다",
                    "posts an expenditure and what was saved of its commitment"},
        .options = LEDGER_EXECUTE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = EXECUTE_EXAMPLES,
        .run = ledger_execute,
    },
    {
        .verb = "take-back",
        .summary = {"집행한 돈의 여입을 기록합니다", "posts that an expenditure was paid back"},
        .operands = LEDGER_SEQ_OPERAND,
        .options = LEDGER_TAKE_BACK_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = TAKE_BACK_EXAMPLES,
        .run = ledger_take_back,
    },
    {
        .verb = "settle",
        .summary = {"정산 결과를 기록합니다", "posts a settlement: spent, unspent, interest"},
        .options = LEDGER_SETTLE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = SETTLE_EXAMPLES,
        .run = ledger_settle,
    },
    {
        .verb = "grant add",
        .summary = {"보조금의 조건을 등록합니다", "registers a grant with its terms"},
        .options = LEDGER_GRANT_ADD_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = GRANT_ADD_EXAMPLES,
        .run = ledger_grant_add,
    },
    {
        .verb = "grant show",
        .summary = {"보조금과 정산 기한을 보여 줍니다",
                    "shows grants and when they must be settled"},
        .options = PERIODS_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = GRANT_SHOW_EXAMPLES,
        .run = ledger_grant_show,
    },
    {
        .verb = "grant rules",
        .summary = {"지원 유형별 한도를 보여 줍니다",
                    "shows what each kind of grant may be at most"},
        .shared = CLIENT_OPTIONS,
        .examples = GRANT_RULES_EXAMPLES,
        .run = ledger_grant_rules,
    },
    {
        .verb = "settle-grant",
        .summary = {"보조금을 정산하고 반납액을 재원별로 나눕니다",
                    "settles a grant and splits what goes back by source"},
        .options = LEDGER_SETTLE_GRANT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = SETTLE_GRANT_EXAMPLES,
        .run = ledger_settle_grant,
    },
    {
        .verb = "refund",
        .summary = {"정산 잔액과 이자의 반납을 기록합니다",
                    "posts that unspent money and interest went back"},
        .options = LEDGER_REFUND_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = REFUND_EXAMPLES,
        .run = ledger_refund,
    },
    {
        .verb = "transfer",
        .summary = {"전용·이용·이체를 기록합니다", "moves money between budget lines"},
        .options = LEDGER_TRANSFER_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = TRANSFER_EXAMPLES,
        .run = ledger_transfer,
    },
    {
        .verb = "carry-over",
        .summary = {"명시·사고·계속비 이월을 기록합니다",
                    "carries money over into the next fiscal year"},
        .options = LEDGER_CARRY_OVER_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = CARRY_OVER_EXAMPLES,
        .run = ledger_carry_over,
    },
    {
        .verb = "lapse",
        .summary = {"불용액을 기록합니다", "posts money that lapses"},
        .options = LEDGER_LAPSE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = LAPSE_EXAMPLES,
        .run = ledger_lapse,
    },
    {
        .verb = "reverse",
        .summary = {"잘못 기록한 전표를 역분개로 취소합니다",
                    "takes an entry back by its mirror image"},
        .operands = LEDGER_SEQ_OPERAND,
        .options = LEDGER_REVERSE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = REVERSE_EXAMPLES,
        .run = ledger_reverse,
    },
    {
        .verb = "freeze",
        .summary = {"예산 과목의 집행을 보류합니다", "stops a budget line"},
        .options = LEDGER_FREEZE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = FREEZE_EXAMPLES,
        .run = ledger_freeze,
    },
    {
        .verb = "thaw",
        .summary = {"보류한 예산 과목을 풉니다", "lets a frozen budget line go"},
        .options = LEDGER_FREEZE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = THAW_EXAMPLES,
        .run = ledger_thaw,
    },
    {
        .verb = "open",
        .summary = {"회계연도를 엽니다", "opens a fiscal year"},
        .options = LEDGER_OPEN_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = OPEN_EXAMPLES,
        .run = ledger_open,
    },
    {
        .verb = "close",
        .summary = {"회계연도를 마감합니다 (되돌릴 수 없습니다)", "closes a fiscal year for good"},
        .options = LEDGER_CLOSE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = CLOSE_EXAMPLES,
        .run = ledger_close,
    },
    {
        .verb = "periods",
        .summary = {"회계연도와 마감 상태를 보여 줍니다",
                    "shows fiscal years and whether they are closed"},
        .options = PERIODS_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = PERIODS_EXAMPLES,
        .run = ledger_periods,
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
        .verb = "show",
        .summary = {"예산 과목별 단계 잔액을 보여 줍니다 (lines와 같습니다)", "the same as lines"},
        .options = FILTER_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = SHOW_EXAMPLES,
        .run = ledger_lines,
    },
    {
        .verb = "balance",
        .summary = {"한 계정의 과거 또는 지금 잔액을 보여 줍니다",
                    "shows what one account holds, or held"},
        .operands = ACCOUNT_OPERAND,
        .options = BALANCE_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = BALANCE_EXAMPLES,
        .run = ledger_balance,
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
        .verb = "entry",
        .summary = {"전표 하나와 그 정정 내역, 블록 증명을 보여 줍니다",
                    "shows one entry, what corrected it, and its proof"},
        .operands = ENTRY_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = ENTRY_EXAMPLES,
        .run = ledger_entry,
    },
    {
        .verb = "blocks",
        .summary = {"분개장을 묶은 블록과 그 루트 해시를 보여 줍니다",
                    "shows the blocks that the journal is sealed in, with their roots"},
        .options = BLOCKS_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = BLOCKS_EXAMPLES,
        .run = ledger_blocks,
    },
    {
        .verb = "verify",
        .summary = {"원장을 처음부터 다시 계산해 검증합니다",
                    "recomputes the ledger from its first entry and compares"},
        .options = LEDGER_VERIFY_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = VERIFY_EXAMPLES,
        .run = ledger_verify,
    },
    {
        .verb = "sheet check",
        .summary = {"예산표의 합계와 앞뒤가 맞는지 살펴봅니다",
                    "says what of budget sheets does not add up"},
        .operands = LEDGER_SHEETS_OPERAND,
        .examples = SHEET_CHECK_EXAMPLES,
        .run = ledger_sheet_check,
    },
    {
        .verb = "sheet import",
        .summary = {"예산표의 계획·확보·집행을 한꺼번에 기록합니다",
                    "posts what a budget sheet says, all of it or nothing"},
        .operands = LEDGER_SHEET_OPERAND,
        .options = LEDGER_SHEET_IMPORT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = SHEET_IMPORT_EXAMPLES,
        .run = ledger_sheet_import,
    },
    {
        .verb = "sheet keep",
        .summary = {"예산표를 적힌 그대로 원장 곁에 보관합니다 (전표는 만들지 않습니다)",
                    "has budget sheets kept beside the journal as they stand; posts nothing"},
        .operands = LEDGER_SHEETS_OPERAND,
        .options = LEDGER_SHEET_KEEP_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = SHEET_KEEP_EXAMPLES,
        .run = ledger_sheet_keep,
    },
    {
        .verb = "sheet list",
        .summary = {"보관된 예산표를 보여 줍니다", "lists the sheets that are kept"},
        .shared = CLIENT_OPTIONS,
        .examples = SHEET_LIST_EXAMPLES,
        .run = ledger_sheet_list,
    },
    {
        .verb = "sheet show",
        .summary = {"보관된 예산표의 금액과 어긋나는 점을 보여 줍니다",
                    "shows a kept sheet's figures and what of them does not add up"},
        .operands = LEDGER_SHEET_KEPT_OPERAND,
        .shared = CLIENT_OPTIONS,
        .examples = SHEET_SHOW_EXAMPLES,
        .run = ledger_sheet_show,
    },
    {
        .verb = "sheet export",
        .summary = {"예산표나 원장을 금액 그대로 다른 형식으로 내보냅니다",
                    "writes a budget sheet, or the ledger as one, in another form"},
        .operands = LEDGER_SHEET_OR_LEDGER_OPERAND,
        .options = LEDGER_SHEET_EXPORT_OPTIONS,
        .shared = CLIENT_OPTIONS,
        .examples = SHEET_EXPORT_EXAMPLES,
        .run = ledger_sheet_export,
    },
};

const struct command_noun LEDGER_NOUN = {
    .noun = "ledger",
    .summary = {"예산 원장", "The budget ledger"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
