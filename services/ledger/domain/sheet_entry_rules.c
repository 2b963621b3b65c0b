/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a sheet is not posted, as stable codes and sentences.
 */
#include <assert.h>

#include "ledger/domain/sheet_entry.h"

struct rule_row {
    const char *code;
    const char *korean;
    const char *english;
};

static const struct rule_row RULES[SHEET_REFUSAL_RULE_COUNT] = {
    [SHEET_REFUSED_CONTRADICTION] = {"sheet-contradicts",
                                     "예산표에 모순이 있습니다('ledger sheet check'로 봅니다).",
                                     "The sheet contradicts itself, as 'ledger sheet check' says."},
    [SHEET_REFUSED_KIND] = {"kind-not-posted",
                            "계획, 확보, 집행이 아닌 금액은 원장에 올리지 않습니다.",
                            "Only what is planned, secured and spent can be posted."},
    [SHEET_REFUSED_YEAR] = {"year-missing", "어느 연도의 금액인지 없습니다.",
                            "It is not said of which year this is."},
    [SHEET_REFUSED_SOURCE] = {"source-missing", "어느 재원의 금액인지 없습니다(--source).",
                              "It is not said from which source this is (--source)."},
    [SHEET_REFUSED_PROGRAMME] = {"programme-missing",
                                 "어느 세부사업의 금액인지 없습니다(--programme).",
                                 "It is not said of which programme this is (--programme)."},
    [SHEET_REFUSED_PROGRAMME_NAME] = {"programme-too-long", "세부사업 이름은 96바이트까지입니다.",
                                      "A programme's name may have at most 96 bytes."},
    [SHEET_REFUSED_PROGRAMME_TWICE] = {"programme-ambiguous",
                                       "서로 다른 세부사업의 이름이 같습니다.",
                                       "Two programmes have the same name."},
    [SHEET_REFUSED_NEGATIVE] = {"negative", "0보다 작은 금액은 올릴 수 없습니다.",
                                "An amount below zero cannot be posted."},
    [SHEET_REFUSED_TOTAL_ALONE] = {"not-broken-down",
                                   "합계만 있고 연도·재원별 내역이 없거나 내역과 다릅니다.",
                                   "This total is not broken down by year and source."},
    [SHEET_REFUSED_PLAN_MISSING] = {"plan-missing",
                                    "확보·집행은 있으나 계획이 없습니다(--implied).",
                                    "This is secured or spent and not planned (--implied)."},
    [SHEET_REFUSED_SECURED_MISSING] = {"secured-missing",
                                       "집행은 있으나 확보가 없습니다(--implied).",
                                       "This is spent and not secured (--implied)."},
    [SHEET_REFUSED_STAGES] = {"stages-exceed", "집행, 확보, 계획의 순서로 많아질 수 없습니다.",
                              "More is spent than secured, or secured than planned."},
    [SHEET_REFUSED_TOO_MANY] = {"too-many-entries", "한 번에 올릴 수 있는 전표는 256건까지입니다.",
                                "At most 256 entries can be posted together."},
    [SHEET_REFUSED_NOTHING] = {"nothing-to-post", "올릴 금액이 없습니다.",
                               "There is nothing to post."},
};

const char *sheet_refusal_code(enum sheet_refusal_rule rule)
{
    assert(rule < SHEET_REFUSAL_RULE_COUNT);
    assert(RULES[rule].code);
    return RULES[rule].code;
}

const char *sheet_refusal_korean(enum sheet_refusal_rule rule)
{
    assert(rule < SHEET_REFUSAL_RULE_COUNT);
    assert(RULES[rule].korean);
    return RULES[rule].korean;
}

const char *sheet_refusal_english(enum sheet_refusal_rule rule)
{
    assert(rule < SHEET_REFUSAL_RULE_COUNT);
    assert(RULES[rule].english);
    return RULES[rule].english;
}
