/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said about each fault of a roll. A code must never change its
 * meaning; a sentence may be worded better at any time.
 */
#include "participation/domain/roll_csv.h"

#include <assert.h>

static const struct text {
    const char *code;
    const char *korean;
    const char *english;
} TEXTS[] = {
    [ROLL_CSV_NOT_UTF8] =
        {"not-utf8", "UTF-8이 아니거나 쓸 수 없는 문자가 있습니다. 'CSV UTF-8'로 저장하십시오.",
         "Not UTF-8, or a character that is not allowed; save it as CSV UTF-8."},
    [ROLL_CSV_LINE_TOO_LONG] = {"line-too-long", "한 줄이 64 KiB를 넘습니다.",
                                "The line is longer than 64 KiB."},
    [ROLL_CSV_QUOTE_OPEN] = {"quote-open", "따옴표가 그 줄에서 닫히지 않았습니다.",
                             "A quote is not closed on its line."},
    [ROLL_CSV_QUOTE_MISPLACED] = {"quote-misplaced",
                                  "따옴표는 칸의 처음과 끝에만 쓸 수 있습니다. 칸 안의 따옴표는 두 "
                                  "번 씁니다.",
                                  "Quotes stand around a whole field; one within it is doubled."},
    [ROLL_CSV_HEADER_MISSING] = {"header-missing", "열 이름이 있는 첫 줄이 없습니다.",
                                 "There is no first line with the names of the columns."},
    [ROLL_CSV_COLUMN_UNKNOWN] = {"column-unknown",
                                 "쓰지 않는 열입니다. area(지역)와 voters(유권자수)만 남기십시오.",
                                 "No column of a roll; leave only area and voters."},
    [ROLL_CSV_COLUMN_REPEATED] = {"column-repeated", "같은 열이 두 번 있습니다.",
                                  "The column is there twice."},
    [ROLL_CSV_COLUMN_MISSING] = {"column-missing", "필요한 열이 없습니다.",
                                 "A column that is needed is missing."},
    [ROLL_CSV_FIELD_COUNT] = {"field-count", "칸의 수가 첫 줄과 다릅니다.",
                              "The line has another number of fields than the first one."},
    [ROLL_CSV_FIELD_EMPTY] = {"field-empty", "칸이 비어 있습니다.", "The field is empty."},
    [ROLL_CSV_AREA_UNKNOWN] = {"area-unknown", "이 투표의 대상 지역이 아닙니다.",
                               "The ballot has no such area."},
    [ROLL_CSV_AREA_REPEATED] = {"area-repeated", "같은 지역이 앞줄에 이미 있습니다.",
                                "An earlier line is for the same area."},
    [ROLL_CSV_AREA_MISSING] = {"area-missing", "이 투표의 대상 지역인데 파일에 없습니다.",
                               "An area of the ballot has no line."},
    [ROLL_CSV_NOT_A_NUMBER] = {"not-a-number", "쉼표 없이 숫자로만 적은 정수여야 합니다.",
                               "It must be a whole number, in digits without separators."},
    [ROLL_CSV_NUMBER_TOO_LARGE] = {"number-too-large",
                                   "한 지역의 유권자 수는 1억을 넘을 수 없습니다.",
                                   "An area has at most 100,000,000 voters."},
    [ROLL_CSV_NOBODY] = {"nobody", "유권자가 한 명도 없습니다.", "Nobody could vote."},
    [ROLL_CSV_LINES_TOO_MANY] = {"lines-too-many", "줄이 1억을 넘습니다.",
                                 "The file has more than 100,000,000 lines."},
    [ROLL_CSV_FAULTS_TOO_MANY] = {"faults-too-many",
                                  "잘못이 1,000개를 넘어 나머지는 읽지 않았습니다.",
                                  "More than 1,000 faults; the rest was not read."},
};

static_assert(sizeof TEXTS / sizeof TEXTS[0] == ROLL_CSV_RULE_END, "a text for every rule");
static_assert(ROLL_VOTERS_MAX == 100000000 && ROLL_CSV_LINE_MAX == 100000000 &&
                  ROLL_CSV_FAULT_MAX == 1000 && ROLL_CSV_LENGTH_MAX == 65536,
              "the sentences name these limits");

const char *roll_csv_code(enum roll_csv_rule rule)
{
    assert(rule < ROLL_CSV_RULE_END);
    return TEXTS[rule].code;
}

const char *roll_csv_korean(enum roll_csv_rule rule)
{
    assert(rule < ROLL_CSV_RULE_END);
    return TEXTS[rule].korean;
}

const char *roll_csv_english(enum roll_csv_rule rule)
{
    assert(rule < ROLL_CSV_RULE_END);
    return TEXTS[rule].english;
}
