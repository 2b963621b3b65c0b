/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of refusals. One row holds everything that is said about a
 * reason; nothing else in the service words one.
 */
#include "ledger/domain/refusal.h"

#include <assert.h>
#include <string.h>

struct refusal_row {
    const char *code;
    enum err err;
    const char *sentence_ko;
    const char *sentence_en;
};

static const struct refusal_row REFUSAL_ROWS[] = {
    [REFUSAL_NONE] = {"none", ERR_OK, "거절되지 않았습니다.", "It was not refused."},
    [REFUSAL_FISCAL_YEAR_INVALID] = {"fiscal-year-invalid", ERR_INVALID,
                                     "회계연도가 올바르지 않습니다.",
                                     "The fiscal year is not valid."},
    [REFUSAL_FUNDING_SOURCE_INVALID] =
        {"funding-source-invalid", ERR_INVALID, "재원은 국비, 시비, 구비, 기타 중 하나여야 합니다.",
         "The funding source must be national, city, district or other."},
    [REFUSAL_PROGRAMME_INVALID] = {"programme-invalid", ERR_INVALID,
                                   "사업 코드가 올바르지 않습니다.",
                                   "The programme code is not valid."},
    [REFUSAL_AMOUNT_INVALID] = {"amount-invalid", ERR_INVALID, "금액은 1원 이상의 정수여야 합니다.",
                                "The amount must be a whole number of won, at least 1."},
    [REFUSAL_DATE_INVALID] = {"date-invalid", ERR_INVALID, "효력 발생일이 올바른 날짜가 아닙니다.",
                              "The effective date is not a valid date."},
    [REFUSAL_DOCUMENT_MISSING] = {"document-missing", ERR_INVALID, "근거 문서를 적어야 합니다.",
                                  "The supporting document must be named."},
    [REFUSAL_DOCUMENT_INVALID] =
        {"document-invalid", ERR_INVALID,
         "근거 문서 표기가 너무 길거나 쓸 수 없는 문자를 담고 있습니다.",
         "The supporting document's text is too long or holds control characters."},
    [REFUSAL_KIND_UNKNOWN] = {"kind-unknown", ERR_INVALID, "알 수 없는 전표 종류입니다.",
                              "The kind of entry is not known."},
    [REFUSAL_LEGS_INVALID] = {"legs-invalid", ERR_INVALID,
                              "전표의 차변과 대변이 그 종류의 규칙에 맞지 않습니다.",
                              "The entry's legs do not follow the rules of its kind."},
    [REFUSAL_LEGS_UNBALANCED] = {"legs-unbalanced", ERR_INVALID,
                                 "차변과 대변의 금액이 같지 않습니다.",
                                 "A debit and its credit do not have the same amount."},
    [REFUSAL_LINE_UNBALANCED] = {"line-unbalanced", ERR_INVALID,
                                 "같은 예산 과목 안에서 차변과 대변의 합이 같지 않습니다.",
                                 "The entry does not sum to zero within a budget line."},
    [REFUSAL_SOURCE_UNBALANCED] =
        {"source-unbalanced", ERR_INVALID,
         "같은 회계연도와 재원 안에서 차변과 대변의 합이 같지 않습니다.",
         "The entry does not sum to zero within a fiscal year and funding source."},
    [REFUSAL_LINE_MISMATCH] = {"line-mismatch", ERR_INVALID,
                               "이 종류의 전표는 한 예산 과목 안에서만 옮길 수 있습니다.",
                               "This kind of entry moves money within one budget line only."},
    [REFUSAL_SOURCE_MISMATCH] =
        {"source-mismatch", ERR_INVALID,
         "이 종류의 전표는 한 회계연도와 재원 안에서만 옮길 수 있습니다.",
         "This kind of entry moves money within one fiscal year and funding source only."},
    [REFUSAL_PERIOD_MISSING] = {"period-missing", ERR_CONFLICT, "아직 열리지 않은 회계연도입니다.",
                                "The fiscal year has not been opened yet."},
    [REFUSAL_PERIOD_CLOSED] = {"period-closed", ERR_CONFLICT, "이미 마감된 회계연도입니다.",
                               "The fiscal year is closed."},
    [REFUSAL_BALANCE_SHORT] = {"balance-short", ERR_CONFLICT, "계정의 잔액이 모자랍니다.",
                               "The account's balance is too low."},
    [REFUSAL_BALANCE_OVERFLOW] = {"balance-overflow", ERR_CONFLICT,
                                  "잔액이 다룰 수 있는 금액의 범위를 넘습니다.",
                                  "The balance would exceed the largest amount that can be kept."},
    [REFUSAL_KEY_REUSED] = {"key-reused", ERR_CONFLICT,
                            "같은 멱등 키가 다른 내용의 요청에 이미 쓰였습니다.",
                            "The same idempotency key was already used for another request."},
    [REFUSAL_ENVELOPE_LIMIT_MISSING] =
        {"envelope-limit-missing", ERR_CONFLICT,
         "이 회계연도와 재원에는 주민참여예산 한도가 정해져 있지 않습니다.",
         "No participatory budget limit is set for this fiscal year and funding source."},
    [REFUSAL_ENVELOPE_EXCEEDED] = {"envelope-limit-exceeded", ERR_CONFLICT,
                                   "주민참여예산 한도를 넘습니다.",
                                   "The participatory budget limit would be exceeded."},
    [REFUSAL_ENVELOPE_CONFLICT] = {"envelope-conflict", ERR_CONFLICT,
                                   "이 투표에는 이미 다른 내용으로 예산이 예약되어 있습니다.",
                                   "The ballot already has a reservation with other terms."},
    [REFUSAL_ENVELOPE_MISSING] = {"envelope-missing", ERR_CONFLICT,
                                  "이 투표에 예약된 예산이 없습니다.",
                                  "The ballot has no reservation."},
    [REFUSAL_ENVELOPE_SETTLED] = {"envelope-settled", ERR_CONFLICT,
                                  "이 투표의 예산은 이미 확정되었습니다.",
                                  "The ballot's reservation is already settled."},
    [REFUSAL_ENVELOPE_RELEASED] = {"envelope-released", ERR_CONFLICT,
                                   "이 투표의 예산 예약은 이미 해제되었습니다.",
                                   "The ballot's reservation was already released."},
    [REFUSAL_ENVELOPE_OVERSPENT] = {"envelope-overspent", ERR_CONFLICT,
                                    "선정된 사업의 합계가 예약된 예산을 넘습니다.",
                                    "The selected projects together exceed the reservation."},
    [REFUSAL_LIMIT_BELOW_RESERVED] =
        {"limit-below-reserved", ERR_CONFLICT,
         "한도를 이미 예약되거나 확정된 금액보다 낮출 수 없습니다.",
         "The limit cannot be lower than what is already reserved or settled."},
    [REFUSAL_CLEARING_UNBALANCED] = {"transfer-unbalanced", ERR_INVALID,
                                     "보내는 금액과 받는 금액이 같지 않습니다.",
                                     "What is sent and what is received are not the same."},
    [REFUSAL_CLEARING_WITHIN_LINE] =
        {"transfer-within-line", ERR_INVALID,
         "한 예산 과목에서 같은 과목으로는 옮길 수 없습니다. 받는 예산 과목을 확인해 주십시오.",
         "Money cannot be moved from a budget line to itself; check the line that receives it."},
    [REFUSAL_LINK_MISSING] = {"link-missing", ERR_INVALID, "바로잡을 전표의 번호를 적어야 합니다.",
                              "The entry that this one corrects must be named."},
    [REFUSAL_LINK_UNKNOWN] = {"link-unknown", ERR_CONFLICT, "그 번호의 전표가 없습니다.",
                              "There is no entry with that number."},
    [REFUSAL_LINK_INVALID] = {"link-invalid", ERR_CONFLICT,
                              "그 전표는 이 방법으로 바로잡을 수 없습니다.",
                              "That entry cannot be corrected in this way."},
    [REFUSAL_LINK_REVERSED] = {"link-reversed", ERR_CONFLICT, "그 전표는 이미 취소되었습니다.",
                               "That entry was already reversed."},
    [REFUSAL_LINK_USED] = {"link-used", ERR_CONFLICT,
                           "그 전표에서 여입하거나 경정한 금액이 있어 취소할 수 없습니다.",
                           "That entry was already corrected in part and cannot be reversed."},
    [REFUSAL_LINK_EXCEEDED] = {"link-exceeded", ERR_CONFLICT,
                               "그 전표로 집행한 금액 가운데 남은 것보다 많습니다.",
                               "It is more than what is left of the entry's expenditure."},
    [REFUSAL_GROUP_REFUSED] = {"group-refused", ERR_CONFLICT,
                               "함께 요청한 다른 전표가 거절되어 기록하지 않았습니다.",
                               "Another entry of the same group was refused."},
    [REFUSAL_LINE_FROZEN] = {"line-frozen", ERR_CONFLICT, "집행이 보류된 예산 과목입니다.",
                             "The budget line is frozen."},
    [REFUSAL_YEAR_UNSETTLED] = {"year-unsettled", ERR_CONFLICT,
                                "정리되지 않은 잔액이 있어 마감할 수 없습니다.",
                                "The year cannot be closed while a balance is unsettled."},
    [REFUSAL_YEAR_RESERVED] = {"year-reserved", ERR_CONFLICT,
                               "결과가 확정되지 않은 주민투표의 예산이 있어 마감할 수 없습니다.",
                               "The year cannot be closed while a ballot holds a reservation."},
    [REFUSAL_HOLD_UNKNOWN] = {"hold-unknown", ERR_CONFLICT, "그 번호의 예약이 없습니다.",
                              "There is no hold with that number."},
    [REFUSAL_HOLD_COMMITTED] = {"hold-committed", ERR_CONFLICT,
                                "그 예약으로 이미 원인행위나 교부결정을 하였습니다.",
                                "The hold was already taken up by an entry."},
    [REFUSAL_HOLD_RELEASED] = {"hold-released", ERR_CONFLICT, "이미 해제된 예약입니다.",
                               "The hold was already released."},
    [REFUSAL_HOLD_EXPIRED] = {"hold-expired", ERR_CONFLICT, "기한이 지난 예약입니다.",
                              "The hold's deadline has passed."},
    [REFUSAL_HOLD_EXCEEDED] = {"hold-exceeded", ERR_CONFLICT, "예약한 금액보다 많습니다.",
                               "It is more than what is held."},
    [REFUSAL_HOLD_DEADLINE_INVALID] =
        {"hold-deadline-invalid", ERR_INVALID, "예약 기한은 지금 이후, 366일 이내여야 합니다.",
         "The hold's deadline must be after now and at most 366 days away."},
    [REFUSAL_YEAR_NOT_ENDED] = {"year-not-ended", ERR_CONFLICT,
                                "회계연도가 끝난 뒤에 마감할 수 있습니다.",
                                "The year cannot be closed before it has ended."},
    [REFUSAL_SETTLEMENT_EMPTY] = {"settlement-empty", ERR_CONFLICT,
                                  "교부하고 정산하지 않은 금액이 없습니다.",
                                  "Nothing is paid out that is not settled."},
    [REFUSAL_SETTLEMENT_UNBALANCED] =
        {"settlement-unbalanced", ERR_CONFLICT,
         "집행액과 잔액의 합이 교부하고 정산하지 않은 금액과 다릅니다.",
         "Spent and unspent together are not what is paid out and not settled."},
    [REFUSAL_GRANT_INSTRUMENT_UNKNOWN] = {"grant-instrument-unknown", ERR_INVALID,
                                          "알 수 없는 지원 유형입니다.",
                                          "The kind of grant is not known."},
    [REFUSAL_GRANT_BODIES_INVALID] =
        {"grant-bodies-invalid", ERR_INVALID,
         "수행 단체는 하나 이상이어야 하고 이름이 겹치지 않아야 합니다.",
         "A grant needs at least one performing body, and each only once."},
    [REFUSAL_GRANT_DAYS_INVALID] = {"grant-days-invalid", ERR_INVALID,
                                    "지원 기간의 날짜가 올바르지 않습니다.",
                                    "The days of the grant are not valid."},
    [REFUSAL_GRANT_TOO_LONG] = {"grant-too-long", ERR_INVALID,
                                "지원 기간이 이 유형의 최대 개월 수보다 깁니다.",
                                "The grant is longer than its kind allows."},
    [REFUSAL_GRANT_PLANNING_TOO_LONG] =
        {"grant-planning-too-long", ERR_INVALID,
         "계획 수립 기간이 이 유형에서 허용하는 개월 수보다 깁니다.",
         "More of the grant is for planning than its kind allows."},
    [REFUSAL_GRANT_DUE_INVALID] = {"grant-due-invalid", ERR_INVALID,
                                   "정산 기한은 지원 기간이 끝난 뒤여야 합니다.",
                                   "The settlement must be due after the grant has ended."},
    [REFUSAL_GRANT_OVER_CAP] =
        {"grant-over-cap", ERR_INVALID,
         "지원 한도(한도액 × 개월 수 ÷ 기준 개월 수, 원 미만 버림)를 넘습니다.",
         "It is more than the cap for so many months, rounded down to the won."},
    [REFUSAL_PERIOD_CLOSING] = {"period-closing", ERR_CONFLICT, "마감이 진행 중인 회계연도입니다.",
                                "The fiscal year is being closed."},
    [REFUSAL_REQUESTER_INVALID] = {"requester-invalid", ERR_INVALID,
                                   "요청한 사람이나 부서를 128바이트 이내로 적어야 합니다.",
                                   "Who asked must be named, in at most 128 bytes."},
    [REFUSAL_ENTRY_COUNT_INVALID] = {"entry-count-invalid", ERR_INVALID,
                                     "한 번에 요청할 수 있는 전표는 1건에서 256건까지입니다.",
                                     "One request holds 1 to 256 entries."},
    [REFUSAL_GRANT_MISSING] =
        {"grant-missing", ERR_CONFLICT,
         "보조금의 돈이므로 어느 보조금인지 지정해야 합니다. "
         "등록 전에 기록한 전표는 역분개한 뒤 보조금을 지정하여 다시 기록하십시오.",
         "The money is a grant's, and the entry must name it. "
         "What was posted before the grant was registered is reversed and posted again by name."},
    [REFUSAL_GRANT_UNKNOWN] = {"grant-unknown", ERR_CONFLICT, "등록되지 않은 보조금입니다.",
                               "There is no such grant."},
    [REFUSAL_GRANT_KIND_INVALID] = {"grant-kind-invalid", ERR_INVALID,
                                    "이 종류의 전표에는 보조금을 지정할 수 없습니다.",
                                    "An entry of this kind is no grant's."},
    [REFUSAL_GRANT_LINE_MISMATCH] =
        {"grant-line-mismatch", ERR_INVALID,
         "보조금의 세부사업과 회계연도에 속하지 않는 금액입니다.",
         "It moves money outside the grant's programme and fiscal years."},
    [REFUSAL_GRANT_OVER_AMOUNT] = {"grant-over-amount", ERR_CONFLICT,
                                   "교부결정액이 이 재원의 보조금액을 넘습니다.",
                                   "More is decided than the grant is from this source."},
    [REFUSAL_GRANT_OVER_DECIDED] = {"grant-over-decided", ERR_CONFLICT,
                                    "이 보조금의 교부결정 잔액이 모자랍니다.",
                                    "The grant has not that much decided and unpaid."},
    [REFUSAL_GRANT_OVER_PAID] = {"grant-over-paid", ERR_CONFLICT,
                                 "집행액과 반납액이 이 보조금의 교부액을 넘습니다.",
                                 "More is spent and returned than is paid of the grant."},
    [REFUSAL_GRANT_BALANCE_SHORT] =
        {"grant-balance-short", ERR_CONFLICT, "이 보조금의 집행·정산·반납 금액이 모자랍니다.",
         "The grant has not that much spent, settled or to be returned."},
    [REFUSAL_GRANT_DECIDED] =
        {"grant-decided", ERR_CONFLICT,
         "교부결정된 돈은 그 보조금의 교부·취소·이월·불용으로만 나갑니다. "
         "보조금의 집행은 교부한 뒤에 기록하십시오.",
         "The money is decided for a grant: only that grant's payment, cancellation, carry-over or "
         "lapse may take it. A grant is spent after it is paid."},
    [REFUSAL_REASON_INVALID] = {"reason-invalid", ERR_INVALID,
                                "이유를 300바이트 이내로 적어야 합니다.",
                                "A reason must be given, in at most 300 bytes."},
};

static_assert(sizeof REFUSAL_ROWS / sizeof REFUSAL_ROWS[0] == (size_t)REFUSAL_COUNT + 1,
              "a row for every reason");

static const struct refusal_row *refusal_row(enum refusal_reason reason);

enum err refusal_set(struct refusal *refusal, enum refusal_reason reason, const char *field,
                     int64_t shortfall_krw)
{
    assert(refusal);
    assert(field);
    assert(reason != REFUSAL_NONE);
    assert(shortfall_krw >= 0);
    memset(refusal, 0, sizeof *refusal);
    refusal->reason = reason;
    refusal->field = field;
    refusal->shortfall_krw = shortfall_krw;
    return refusal_err(reason);
}

const char *refusal_code(enum refusal_reason reason)
{
    return refusal_row(reason)->code;
}

const char *refusal_sentence_ko(enum refusal_reason reason)
{
    return refusal_row(reason)->sentence_ko;
}

const char *refusal_sentence_en(enum refusal_reason reason)
{
    return refusal_row(reason)->sentence_en;
}

enum err refusal_err(enum refusal_reason reason)
{
    return refusal_row(reason)->err;
}

enum err refusal_parse(const char *code, enum refusal_reason *ret_reason)
{
    assert(code);
    assert(ret_reason);
    for (int i = 1; i <= REFUSAL_COUNT; i++) {
        if (strcmp(REFUSAL_ROWS[i].code, code) == 0) {
            *ret_reason = (enum refusal_reason)i;
            return ERR_OK;
        }
    }
    return ERR_INVALID;
}

static const struct refusal_row *refusal_row(enum refusal_reason reason)
{
    assert(reason >= REFUSAL_NONE);
    assert((int)reason <= REFUSAL_COUNT);
    return &REFUSAL_ROWS[reason];
}
