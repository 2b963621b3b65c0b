/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be wrong with a sheet: a stable code and a sentence in both languages
 * each. A code never changes once it has been released.
 */
#include <assert.h>

#include "ledger/domain/sheet.h"
#include "ledger/domain/sheet_check.h"

struct rule_row {
    const char *code;
    const char *korean;
    const char *english;
};

static const struct rule_row FAULTS[SHEET_FAULT_RULE_COUNT] = {
    [SHEET_NOT_TEXT] = {"not-text", "읽을 수 있는 글자만 있어야 합니다(UTF-8 또는 CP949).",
                        "The file must be readable text (UTF-8 or CP949)."},
    [SHEET_TOO_LARGE] = {"too-large", "파일은 262,144바이트를 넘을 수 없습니다.",
                         "The file may have at most 262,144 bytes."},
    [SHEET_TOO_MANY_ROWS] = {"too-many-rows", "행은 2,048개를 넘을 수 없습니다.",
                             "There may be at most 2,048 rows."},
    [SHEET_TOO_MANY_CELLS] = {"too-many-cells",
                              "칸은 한 행에 64개, 모두 8,192개를 넘을 수 없습니다.",
                              "There may be at most 64 cells in a row and 8,192 in all."},
    [SHEET_CELL_TOO_LONG] = {"cell-too-long", "한 칸은 600바이트를 넘을 수 없습니다.",
                             "A cell may have at most 600 bytes."},
    [SHEET_UNCLOSED_QUOTE] = {"unclosed-quote", "여는 따옴표는 닫혀야 합니다.",
                              "A quote that opens must close."},
    [SHEET_TEXT_AFTER_QUOTE] = {"text-after-quote",
                                "닫는 따옴표 뒤에는 쉼표나 줄 끝만 올 수 있습니다.",
                                "Only a comma or the end of the line may follow a closing quote."},
    [SHEET_TOO_MANY_TABLES] = {"too-many-tables", "표는 32개를 넘을 수 없습니다.",
                               "There may be at most 32 tables."},
    [SHEET_TOO_MANY_HEADERS] = {"too-many-headers", "열 이름은 네 행을 넘을 수 없습니다.",
                                "Column names may take at most four rows."},
    [SHEET_TOO_MANY_NAMES] = {"too-many-names",
                              "사업과 통계목의 이름은 모두 1,023개를 넘을 수 없습니다.",
                              "There may be at most 1,023 programmes and items."},
    [SHEET_NO_TABLE] = {"no-table", "표가 하나는 있어야 합니다.", "There must be a table."},
    [SHEET_HEADER_MISSING] = {"header-missing", "표에는 열 이름 행과 금액 행이 있어야 합니다.",
                              "A table needs a row of column names and rows of figures."},
    [SHEET_COLUMN_UNNAMED] = {"column-unnamed", "금액이 있는 열에는 이름이 있어야 합니다.",
                              "A column of figures must have a name."},
    [SHEET_UNIT_MISSING] = {"unit-missing", "금액의 단위가 있어야 합니다(예: 단위,백만원).",
                            "The unit of the figures must be said, as in \"단위,백만원\"."},
    [SHEET_UNIT_UNKNOWN] = {"unit-unknown",
                            "단위는 원, 천원, 만원, 백만원, 억원 중 하나여야 합니다.",
                            "The unit must be 원, 천원, 만원, 백만원 or 억원."},
    [SHEET_KIND_MISSING] = {"kind-missing",
                            "계획, 확보, 집행 등 무엇의 금액인지 있어야 합니다(예: 항목,확보).",
                            "It must be said what the figures are of, as in \"항목,확보\"."},
    [SHEET_NOT_A_FIGURE] = {"not-a-figure", "금액이거나, \"-\"이거나, 비어 있어야 합니다.",
                            "This must be a figure, \"-\" or empty."},
    [SHEET_FIGURE_TOO_LARGE] = {"figure-too-large", "금액이 너무 큽니다.",
                                "The figure is too large."},
    [SHEET_BELOW_ONE_WON] = {"below-one-won", "1원보다 작은 자리는 쓸 수 없습니다.",
                             "A figure may not be finer than one won."},
    [SHEET_NOT_A_DATE] = {"not-a-date", "날짜여야 합니다(예: 2023-03-31).",
                          "This must be a date, such as 2023-03-31."},
    [SHEET_NOT_A_YEAR] = {"not-a-year", "연도여야 합니다(예: 2023).",
                          "This must be a year, such as 2023."},
    [SHEET_SOURCE_UNKNOWN] = {"source-unknown", "재원은 국비, 시비, 구비, 기타 중 하나여야 합니다.",
                              "The source must be 국비, 시비, 구비 or 기타."},
    [SHEET_WORD_TWICE] = {"word-twice", "한 금액의 연도나 재원은 하나여야 합니다.",
                          "A figure may be of one year and one source only."},
};

static const struct rule_row RULES[SHEET_RULE_COUNT] = {
    [SHEET_REPEATED_FIGURE] = {"repeated-figure", "같은 금액이 다른 곳에 다르게 적혀 있습니다.",
                               "The same figure is printed elsewhere with another value."},
    [SHEET_SUM_OF_YEARS] = {"sum-of-years", "합계가 연도별 금액의 합과 다릅니다.",
                            "The total is not the sum of the years."},
    [SHEET_SUM_OF_SOURCES] = {"sum-of-sources", "합계가 재원별 금액의 합과 다릅니다.",
                              "The total is not the sum of the sources."},
    [SHEET_SUM_OF_ITEMS] = {"sum-of-items", "합계가 통계목별 금액의 합과 다릅니다.",
                            "The total is not the sum of the items."},
    [SHEET_SUM_OF_PROGRAMMES] = {"sum-of-programmes", "합계가 사업별 금액의 합과 다릅니다.",
                                 "The total is not the sum of the programmes."},
    [SHEET_SUM_OF_PARTS] = {"sum-of-parts", "합계가 내역의 합과 다릅니다.",
                            "The total is not the sum of its parts."},
    [SHEET_SUM_OVERFLOW] = {"sum-overflow", "내역의 합이 너무 커서 계산할 수 없습니다.",
                            "The sum of the parts is too large to compute."},
    [SHEET_EXECUTED_OVER_SECURED] = {"executed-over-secured", "집행액이 확보액보다 많습니다.",
                                     "More was spent than was secured."},
    [SHEET_EXECUTED_OVER_PLAN] = {"executed-over-plan", "집행액이 계획액보다 많습니다.",
                                  "More was spent than was planned."},
    [SHEET_SECURED_OVER_PLAN] = {"secured-over-plan", "확보액이 계획액보다 많습니다.",
                                 "More was secured than was planned."},
    [SHEET_PLAN_UNSECURED] = {"plan-unsecured", "계획은 있으나 확보된 금액이 없습니다.",
                              "Money was planned, and none of it is secured."},
    [SHEET_PRODUCT] = {"product", "금액이 단가와 수량의 곱과 다릅니다.",
                       "The amount is not the price times the count."},
    [SHEET_OVER_CAP] = {"over-cap", "금액이 기간에 따른 한도를 넘습니다.",
                        "The amount is above what the cap allows for its term."},
    [SHEET_TERM_MONTHS] = {"term-months", "적힌 개월 수가 기간과 다릅니다.",
                           "The printed months are not those of the term."},
    [SHEET_SETTLEMENT_BALANCE] = {"settlement-balance",
                                  "반납액이 교부액에서 집행액을 뺀 금액과 다릅니다.",
                                  "What goes back is not what was paid less what was spent."},
    [SHEET_SETTLEMENT_DUE] = {"settlement-due", "정산기한이 지났으나 정산 결과가 없습니다.",
                              "The settlement is due, and its result is missing."},
    [SHEET_SOURCE_ENDED] = {"source-ended", "지원이 끝난 재원의 금액이 있습니다.",
                            "A source gives money after it has ended."},
    [SHEET_OWN_SOURCE] = {"own-source", "자체사업이라 하였으나 구비가 없습니다.",
                          "It is called the district's own business, and none of the money is."},
    [SHEET_COMPLETED_UNSPENT] = {"completed-unspent",
                                 "완료라 하였으나 집행하지 않은 금액이 있습니다.",
                                 "It is called completed, and not all of the money is spent."},
};

static const struct rule_row SEVERITIES[SHEET_SEVERITY_COUNT] = {
    [SHEET_ROUNDING] = {"rounding", "반올림", "rounding"},
    [SHEET_GAP] = {"gap", "공백", "gap"},
    [SHEET_CONTRADICTION] = {"contradiction", "모순", "contradiction"},
};

const char *sheet_fault_code(enum sheet_fault_rule rule)
{
    assert(rule < SHEET_FAULT_RULE_COUNT);
    assert(FAULTS[rule].code);
    return FAULTS[rule].code;
}

const char *sheet_fault_korean(enum sheet_fault_rule rule)
{
    assert(rule < SHEET_FAULT_RULE_COUNT);
    assert(FAULTS[rule].korean);
    return FAULTS[rule].korean;
}

const char *sheet_fault_english(enum sheet_fault_rule rule)
{
    assert(rule < SHEET_FAULT_RULE_COUNT);
    assert(FAULTS[rule].english);
    return FAULTS[rule].english;
}

const char *sheet_rule_code(enum sheet_rule rule)
{
    assert(rule < SHEET_RULE_COUNT);
    assert(RULES[rule].code);
    return RULES[rule].code;
}

const char *sheet_rule_korean(enum sheet_rule rule)
{
    assert(rule < SHEET_RULE_COUNT);
    assert(RULES[rule].korean);
    return RULES[rule].korean;
}

const char *sheet_rule_english(enum sheet_rule rule)
{
    assert(rule < SHEET_RULE_COUNT);
    assert(RULES[rule].english);
    return RULES[rule].english;
}

const char *sheet_severity_code(enum sheet_severity severity)
{
    assert(severity <= SHEET_CONTRADICTION);
    assert(SEVERITIES[severity].code);
    return SEVERITIES[severity].code;
}

const char *sheet_severity_korean(enum sheet_severity severity)
{
    assert(severity <= SHEET_CONTRADICTION);
    assert(SEVERITIES[severity].korean);
    return SEVERITIES[severity].korean;
}
