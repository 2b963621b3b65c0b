/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of .pb files: a stable code and a sentence in both languages,
 * one row each. A code never changes once it has been released.
 */
#include <assert.h>

#include "participation/domain/pb.h"

struct rule_row {
    const char *code;
    const char *korean;
    const char *english;
};

static const struct rule_row RULES[PB_RULE_COUNT] = {
    [PB_NOT_UTF8] = {"not-utf8", "파일은 UTF-8로 저장되어야 합니다.", "The file must be UTF-8."},
    [PB_NUL_BYTE] = {"nul-byte", "파일에 NUL 문자가 있어서는 안 됩니다.",
                     "The file must not contain NUL bytes."},
    [PB_ROW_TOO_LONG] = {"row-too-long", "한 행은 1,048,576바이트를 넘을 수 없습니다.",
                         "A row may have at most 1,048,576 bytes."},
    [PB_TOO_MANY_CELLS] = {"too-many-cells", "한 행의 칸은 256개를 넘을 수 없습니다.",
                           "A row may have at most 256 cells."},
    [PB_UNCLOSED_QUOTE] = {"unclosed-quote", "여는 따옴표는 닫혀야 합니다.",
                           "A quote that opens must close."},
    [PB_TEXT_AFTER_QUOTE] = {"text-after-quote",
                             "닫는 따옴표 뒤에는 구분자(;)나 줄 끝만 올 수 있습니다.",
                             "Only a separator (;) or the end of the line may follow a closing "
                             "quote."},
    [PB_OUTSIDE_SECTION] = {"outside-section", "첫 행은 META, PROJECTS, VOTES 중 하나여야 합니다.",
                            "The first row must be META, PROJECTS or VOTES."},
    [PB_SECTION_MISSING] = {"section-missing", "META, PROJECTS, VOTES 구역이 모두 있어야 합니다.",
                            "The sections META, PROJECTS and VOTES must all be there."},
    [PB_SECTION_REPEATED] = {"section-repeated", "같은 구역은 한 번만 나올 수 있습니다.",
                             "A section may come only once."},
    [PB_SECTION_ORDER] = {"section-order", "구역은 META, PROJECTS, VOTES 순서여야 합니다.",
                          "Sections must come in the order META, PROJECTS, VOTES."},
    [PB_HEADER_MISSING] = {"header-missing", "구역 이름 다음에는 열 이름 행이 있어야 합니다.",
                           "A row of column names must follow the section's name."},
    [PB_COLUMN_MISSING] = {"column-missing", "이 구역에 반드시 있어야 하는 열이 없습니다.",
                           "The section must have this column."},
    [PB_COLUMN_REPEATED] = {"column-repeated", "같은 이름의 열은 하나만 둘 수 있습니다.",
                            "A column name may come only once."},
    [PB_EXTRA_CELL] = {"extra-cell", "행의 칸이 열 이름보다 많을 수 없습니다.",
                       "A row may not have more cells than there are columns."},
    [PB_VALUE_MISSING] = {"value-missing", "값이 비어 있어서는 안 됩니다.",
                          "A value must stand here."},
    [PB_VALUE_TOO_LONG] = {"value-too-long", "사업 번호는 255바이트를 넘을 수 없습니다.",
                           "An option's id may have at most 255 bytes."},
    [PB_NOT_A_NUMBER] = {"not-a-number", "숫자여야 합니다.", "This must be a number."},
    [PB_NUMBER_TOO_LARGE] = {"number-too-large",
                             "숫자가 너무 크거나 소수 자릿수가 많아 정확히 계산할 수 없습니다.",
                             "The number is too large, or has too many decimals, to be exact."},
    [PB_NEGATIVE] = {"negative", "0 이상이어야 합니다.", "This may not be negative."},
    [PB_DECIMAL_COMMA] = {"decimal-comma", "소수점은 쉼표가 아니라 마침표(.)로 적습니다.",
                          "Decimals are written with a point, not a comma."},
    [PB_VOTE_TYPE_UNKNOWN] = {"unknown-vote-type",
                              "vote_type은 approval, choose-1, cumulative, scoring, ordinal 중 "
                              "하나여야 합니다.",
                              "vote_type must be approval, choose-1, cumulative, scoring or "
                              "ordinal."},
    [PB_TOO_MANY_META] = {"too-many-meta", "META 행은 1,024개를 넘을 수 없습니다.",
                          "META may have at most 1,024 rows."},
    [PB_TOO_MANY_OPTIONS] = {"too-many-options", "사업은 16,384개를 넘을 수 없습니다.",
                             "There may be at most 16,384 options."},
    [PB_TOO_MANY_VOTES] = {"too-many-votes", "투표는 10,000,000건을 넘을 수 없습니다.",
                           "There may be at most 10,000,000 votes."},
    [PB_TOO_LARGE] = {"too-large", "글이나 선택의 전체 분량이 한도를 넘습니다.",
                      "The texts or choices are too large altogether."},
    [PB_KEY_REPEATED] = {"repeated-key", "META 항목은 한 번만 나올 수 있습니다.",
                         "A META key may come only once."},
    [PB_OPTION_DUPLICATE] = {"duplicate-option", "같은 번호의 사업이 두 번 나올 수 없습니다.",
                             "An option's id may come only once."},
    [PB_SELECTED_UNKNOWN] = {"unknown-selected", "selected는 0, 1, 2, 3 중 하나여야 합니다.",
                             "selected must be 0, 1, 2 or 3."},
    [PB_VOTER_DUPLICATE] = {"duplicate-voter", "한 투표자는 한 번만 나올 수 있습니다.",
                            "A voter may come only once."},
    [PB_OPTION_UNKNOWN] = {"unknown-option", "PROJECTS에 없는 사업에 투표할 수 없습니다.",
                           "A vote may name only options of PROJECTS."},
    [PB_OPTION_REPEATED] = {"repeated-option", "한 투표에서 같은 사업은 한 번만 고를 수 있습니다.",
                            "A vote may name an option only once."},
    [PB_OPTION_EMPTY] = {"empty-option", "쉼표 사이에 사업 번호가 있어야 합니다.",
                         "There must be an option's id between commas."},
    [PB_POINTS_COUNT] = {"points-count", "점수의 개수는 고른 사업의 개수와 같아야 합니다.",
                         "There must be as many points as options named."},
    [PB_POINTS_RANGE] = {"points-range", "사업별 점수는 min_points와 max_points 사이여야 합니다.",
                         "Points must lie between min_points and max_points."},
    [PB_POINTS_SUM] = {"points-sum", "점수의 합은 min_sum_points와 max_sum_points 사이여야 합니다.",
                       "The sum of points must lie between min_sum_points and max_sum_points."},
    [PB_VOTE_TOO_SHORT] = {"vote-too-short", "min_length보다 적게 고를 수 없습니다.",
                           "A vote may not name fewer options than min_length."},
    [PB_VOTE_TOO_LONG] = {"vote-too-long",
                          "max_length보다 많이 고를 수 없습니다(choose-1은 하나만).",
                          "A vote may not name more options than max_length (one for choose-1)."},
    [PB_VOTE_COST] = {"vote-cost",
                      "고른 사업의 비용 합은 min_sum_cost와 max_sum_cost 사이여야 합니다.",
                      "The cost of the options named must lie between min_sum_cost and "
                      "max_sum_cost."},
    [PB_VOTE_QUOTA] = {"vote-quota", "구·동별로 area_quota가 정한 수만큼 골라야 합니다.",
                       "A vote must name as many options of each area as area_quota says."},
    [PB_VOTE_CHANNEL] = {"vote-channel", "voting_method는 반영 비율이 정해진 투표 경로여야 합니다.",
                         "voting_method must be a channel that is weighed."},
    [PB_NOT_A_QUOTA] = {"not-a-quota",
                        "area_quota는 district=4-4, local=0-3, area:이름=1-2 꼴이어야 합니다.",
                        "area_quota must look like district=4-4, local=0-3 or area:NAME=1-2."},
    [PB_OPTION_COUNT] = {"option-count", "num_projects는 실제 사업 수와 같아야 합니다.",
                         "num_projects must be the number of options."},
    [PB_VOTE_COUNT] = {"vote-count", "num_votes는 실제 투표 수와 같아야 합니다.",
                       "num_votes must be the number of votes."},
    [PB_OPTION_VOTES] = {"option-votes", "votes는 그 사업을 고른 투표 수와 같아야 합니다.",
                         "votes must be the number of votes that name the option."},
    [PB_OPTION_SCORE] = {"option-score", "score는 그 사업이 받은 점수와 같아야 합니다.",
                         "score must be the points the option received."},
};

const char *pb_rule_code(enum pb_rule rule)
{
    assert(rule < PB_RULE_COUNT);
    assert(RULES[rule].code != NULL);

    return RULES[rule].code;
}

const char *pb_rule_korean(enum pb_rule rule)
{
    assert(rule < PB_RULE_COUNT);
    assert(RULES[rule].korean != NULL);

    return RULES[rule].korean;
}

const char *pb_rule_english(enum pb_rule rule)
{
    assert(rule < PB_RULE_COUNT);
    assert(RULES[rule].english != NULL);

    return RULES[rule].english;
}

const char *pb_severity_name(enum pb_severity severity)
{
    static const char *const names[] = {"warning", "contradiction", "error"};

    assert(severity <= PB_ERROR);

    return names[severity];
}
