/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of kinds by name, in the order in which money passes through them.
 */
#include "ledger/domain/kind.h"

#include <assert.h>
#include <string.h>

struct kind_row {
    const char *code;
    const char *name_ko;
    const char *name_en;
    enum stage plain[4]; /* debit and credit, twice; 0 where the kind has no plain form */
    bool reserved;
};

static const struct kind_row KIND_ROWS[] = {
    {"selection", "편성요구", "Request by ballot", {0}, true},
    {"appropriation",
     "본예산 (주민 선정 사업)",
     "Appropriation of a requested project",
     {STAGE_R10_MAIN, STAGE_S10, STAGE_M10, STAGE_M90},
     false},
    {"main_budget", "본예산", "Main budget", {STAGE_R10_MAIN, STAGE_S10}, false},
    {"supplementary", "추가경정예산 증액", "Supplementary budget, increase", {0}, false},
    {"supplementary_cut", "추가경정예산 감액", "Supplementary budget, decrease", {0}, false},
    {"pre_approval",
     "성립전 예산",
     "Expenditure before approval",
     {STAGE_R10_PRE_APPROVAL, STAGE_S10},
     false},
    {"reserve_use", "예비비 사용", "Use of the reserve", {STAGE_R10_RESERVE, STAGE_S10}, false},
    {"securing", "확보", "Funds secured", {STAGE_S10, STAGE_S20}, false},
    {"allotment", "배정", "Allotment", {STAGE_S20, STAGE_S30}, false},
    {"allotment_return", "배정회수", "Allotment taken back", {STAGE_S30, STAGE_S20}, false},
    {"commitment", "지출원인행위", "Commitment", {STAGE_S30, STAGE_S40}, false},
    {"commitment_cancel",
     "지출원인행위 취소",
     "Commitment cancelled",
     {STAGE_S40, STAGE_S30},
     false},
    {"grant_decision", "교부결정", "Grant decision", {STAGE_S30, STAGE_S40}, false},
    {"grant_payment", "교부", "Grant paid out", {STAGE_S40, STAGE_S45}, false},
    {"expenditure", "집행", "Expenditure", {STAGE_S40, STAGE_S50}, false},
    {"grant_expenditure", "보조사업 집행", "Expenditure of a grant", {STAGE_S45, STAGE_S50}, false},
    {"expenditure_return", "여입", "Expenditure returned", {STAGE_S50, STAGE_S30}, false},
    {"reclassification", "과목경정", "Reclassification", {0}, false},
    {"settlement", "정산", "Settlement", {STAGE_S50, STAGE_S60}, false},
    {"refund", "반납", "Refund", {STAGE_S70, STAGE_S75}, false},
    {"item_transfer", "전용", "Transfer between items", {0}, false},
    {"policy_transfer", "이용", "Transfer between policies", {0}, false},
    {"body_transfer", "이체", "Transfer between bodies", {0}, false},
    {"carryover_explicit", "명시이월", "Carry-over by resolution", {0}, false},
    {"carryover_accident", "사고이월", "Carry-over of commitments", {0}, false},
    {"carryover_continuing", "계속비이월", "Carry-over of continuing costs", {0}, false},
    {"lapse", "불용", "Lapse", {STAGE_S30, STAGE_S90}, false},
    {"reversal", "역분개", "Reversal", {0}, false},
    {"closing", "마감", "Closing of the year", {0}, true},
};

enum { KIND_COUNT = sizeof KIND_ROWS / sizeof KIND_ROWS[0] };

static const struct kind_row *kind_row(const char *kind);

const char *kind_name_ko(const char *kind)
{
    const struct kind_row *row = kind_row(kind);

    assert(row == NULL || row->code[0] != '\0');
    return row ? row->name_ko : kind;
}

const char *kind_name_en(const char *kind)
{
    const struct kind_row *row = kind_row(kind);

    assert(row == NULL || row->code[0] != '\0');
    return row ? row->name_en : kind;
}

const char *kind_at(size_t place)
{
    return place < KIND_COUNT ? KIND_ROWS[place].code : NULL;
}

bool kind_may_be_asked(const char *kind)
{
    const struct kind_row *row = kind_row(kind);

    assert(row == NULL || strcmp(row->code, kind) == 0);
    return row && !row->reserved;
}

size_t kind_plain(const char *kind, const struct line *line, int64_t amount_krw,
                  struct entry_transfer ret_transfers[2])
{
    const struct kind_row *row = kind_row(kind);
    size_t count = 0;

    assert(line);
    assert(ret_transfers);
    for (size_t i = 0; row && i < 4 && row->plain[i] != 0; i += 2) {
        ret_transfers[count] = (struct entry_transfer){
            .line = *line,
            .debit = row->plain[i],
            .credit = row->plain[i + 1],
            .amount_krw = amount_krw,
        };
        count++;
    }
    return count;
}

static const struct kind_row *kind_row(const char *kind)
{
    assert(kind);
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(KIND_ROWS[i].code, kind) == 0) {
            return &KIND_ROWS[i];
        }
    }
    return NULL;
}
