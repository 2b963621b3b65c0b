/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said about each reason a definition is refused for: a code for
 * programs, a sentence each in Korean and English for people. A code must
 * never change its meaning; a sentence may be worded better at any time.
 */
#include "participation/domain/ballot.h"

#include <assert.h>

static const struct ballot_refusal_text TEXTS[] = {
    [BALLOT_REFUSAL_NONE] = {"none", "거절 사유가 없습니다.", "Nothing is refused."},
    [BALLOT_REFUSAL_TEXT_EMPTY] = {"text-empty", "필수 항목이 비어 있습니다.",
                                   "A required text is empty."},
    [BALLOT_REFUSAL_TEXT_TOO_LONG] = {"text-too-long", "입력한 글자 수가 허용 길이를 넘습니다.",
                                      "A text is longer than its limit."},
    [BALLOT_REFUSAL_TEXT_INVALID] =
        {"text-invalid", "사용할 수 없는 문자가 있거나 앞뒤에 공백이 있습니다.",
         "A text has characters that are not allowed, or starts or ends with a space."},
    [BALLOT_REFUSAL_VALUE_MISSING] = {"value-missing", "필수 항목을 선택하지 않았습니다.",
                                      "A required choice is missing."},
    [BALLOT_REFUSAL_VALUE_UNKNOWN] = {"value-unknown", "정해진 값 중에 없는 값입니다.",
                                      "The value is not one of those that exist."},
    [BALLOT_REFUSAL_POINTS_MISSING] = {"points-missing",
                                       "이 투표 방식에는 이 점수 한도가 있어야 합니다.",
                                       "This voting method needs this limit of points."},
    [BALLOT_REFUSAL_POINTS_UNUSED] = {"points-unused",
                                      "이 투표 방식은 이 점수 항목을 쓰지 않습니다. 빼십시오.",
                                      "This voting method does not use this; leave it out."},
    [BALLOT_REFUSAL_POINTS_OUT_OF_RANGE] = {"points-out-of-range",
                                            "점수가 사용할 수 있는 범위를 벗어났습니다.",
                                            "The number of points is out of range."},
    [BALLOT_REFUSAL_MIN_POINTS_ABOVE_MAX] = {"min-points-above-max",
                                             "점수의 하한이 상한보다 큽니다.",
                                             "The least points are above the most."},
    [BALLOT_REFUSAL_MAX_POINTS_ABOVE_SUM] =
        {"max-points-above-sum", "의제 하나의 점수 상한이 점수 합계의 상한보다 큽니다.",
         "The most points of one option are above the most of all together."},
    [BALLOT_REFUSAL_MIN_SUM_POINTS_UNREACHABLE] =
        {"min-sum-points-unreachable",
         "최대 선택 수만큼 최고점을 주어도 점수 합계의 하한에 미치지 못합니다.",
         "Even the most points at the maximum number of choices stay below the least sum."},
    [BALLOT_REFUSAL_MIN_POINTS_UNAFFORDABLE] =
        {"min-points-unaffordable", "최소 선택 수만큼 최저점을 주어도 점수 합계의 상한을 넘습니다.",
         "Even the least points at the minimum number of choices exceed the most sum."},
    [BALLOT_REFUSAL_SATISFACTION_UNUSED] =
        {"satisfaction-unused",
         "이 선정 규칙이나 투표 방식은 이 만족도(satisfaction)를 쓰지 않습니다. 빼십시오.",
         "This rule, or this voting method, does not use that satisfaction; leave it out."},
    [BALLOT_REFUSAL_COMPLETION_UNUSED] =
        {"completion-unused",
         "잔액 보완(completion)은 균등 몫(equal-shares)과 비교(comparison)에서만 쓸 수 있습니다.",
         "Only equal-shares and comparison have a completion."},
    [BALLOT_REFUSAL_THRESHOLD_MISSING] =
        {"threshold-missing", "greedy-threshold에는 최소 점수(threshold_score)가 있어야 합니다.",
         "The rule greedy-threshold needs threshold_score."},
    [BALLOT_REFUSAL_THRESHOLD_UNUSED] =
        {"threshold-unused", "최소 점수(threshold_score)는 greedy-threshold에서만 쓸 수 있습니다.",
         "Only the rule greedy-threshold has threshold_score."},
    [BALLOT_REFUSAL_THRESHOLD_OUT_OF_RANGE] = {"threshold-out-of-range",
                                               "최소 점수는 1부터 10억까지여야 합니다.",
                                               "The threshold must be from 1 to 1,000,000,000."},
    [BALLOT_REFUSAL_DEFAULT_SCORE_ABOVE_MAX] =
        {"default-score-above-max", "기본 점수(default_score)가 의제 하나의 점수 상한보다 큽니다.",
         "The default score is above the most points of one option."},
    [BALLOT_REFUSAL_ZERO_POINTS_SUPPORT] =
        {"zero-points-support",
         "이 선정 규칙은 0점을 준 의제도 지지한 것으로 셉니다. min_points를 1 이상으로 하고 기본 "
         "점수를 "
         "빼거나, 균등 몫에 satisfaction을 points로 하십시오.",
         "This rule would count 0 points as support; make min_points at least 1 and leave out the "
         "default score, or use equal-shares with the satisfaction points."},
    [BALLOT_REFUSAL_YEAR_OUT_OF_RANGE] = {"year-out-of-range",
                                          "예산 연도는 2000년부터 2100년까지여야 합니다.",
                                          "The budget year must be from 2000 to 2100."},
    [BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE] = {"amount-not-positive", "금액은 1원 이상이어야 합니다.",
                                            "The amount must be at least 1 won."},
    [BALLOT_REFUSAL_AMOUNT_NEGATIVE] = {"amount-negative", "금액은 음수일 수 없습니다.",
                                        "The amount must not be negative."},
    [BALLOT_REFUSAL_AMOUNT_TOO_LARGE] = {"amount-too-large",
                                         "금액이 입력할 수 있는 한도(1,000조 원)를 넘습니다.",
                                         "The amount is above the limit of 1,000 trillion won."},
    [BALLOT_REFUSAL_TIME_OUT_OF_RANGE] = {"time-out-of-range",
                                          "투표 시각이 없거나 사용할 수 있는 범위를 벗어났습니다.",
                                          "The time is missing or out of range."},
    [BALLOT_REFUSAL_WINDOW_EMPTY] = {"window-empty",
                                     "투표 마감 시각은 시작 시각보다 뒤여야 합니다.",
                                     "The ballot must close after it opens."},
    [BALLOT_REFUSAL_WINDOW_TOO_SHORT] = {"window-too-short", "투표 기간은 1초 이상이어야 합니다.",
                                         "The voting window must last at least one second."},
    [BALLOT_REFUSAL_WINDOW_TOO_LONG] = {"window-too-long", "투표 기간은 366일을 넘을 수 없습니다.",
                                        "The voting window must not be longer than 366 days."},
    [BALLOT_REFUSAL_AGE_OUT_OF_RANGE] = {"age-out-of-range",
                                         "나이는 만 10세부터 120세까지 정할 수 있습니다.",
                                         "An age must be from 10 to 120 full years."},
    [BALLOT_REFUSAL_MIN_AGE_ABOVE_MAX] = {"min-age-above-max", "나이의 하한이 상한보다 큽니다.",
                                          "The least age is above the greatest."},
    [BALLOT_REFUSAL_AGE_DATE_MISSING] = {"age-date-missing",
                                         "만 나이를 따지는 기준일(age_on)을 정하십시오.",
                                         "An age needs the day it is for (age_on)."},
    [BALLOT_REFUSAL_AGE_DATE_UNUSED] =
        {"age-date-unused", "나이 제한이 없으므로 기준일(age_on)을 쓰지 않습니다. 빼십시오.",
         "Without a limit of age its day (age_on) is not used; leave it out."},
    [BALLOT_REFUSAL_AGE_DATE_INVALID] = {"age-date-invalid",
                                         "기준일(age_on)은 2026-06-01과 같은 날짜여야 합니다.",
                                         "The day (age_on) must be a date such as 2026-06-01."},
    [BALLOT_REFUSAL_OBJECTION_DAYS_OUT_OF_RANGE] =
        {"objection-days-out-of-range", "이의신청 기간은 1일부터 366일까지 정할 수 있습니다.",
         "The objection period must be from 1 to 366 days."},
    [BALLOT_REFUSAL_AREAS_TOO_MANY] = {"areas-too-many",
                                       "투표 대상 지역은 100개까지 지정할 수 있습니다.",
                                       "A ballot may name at most 100 areas."},
    [BALLOT_REFUSAL_AREA_DUPLICATE] = {"area-duplicate", "같은 지역이 두 번 지정되었습니다.",
                                       "The same area is named twice."},
    [BALLOT_REFUSAL_OPTIONS_MISSING] = {"options-missing", "투표할 의제가 하나 이상 있어야 합니다.",
                                        "A ballot needs at least one option."},
    [BALLOT_REFUSAL_OPTIONS_TOO_MANY] = {"options-too-many",
                                         "의제는 1,000개까지 등록할 수 있습니다.",
                                         "A ballot may have at most 1,000 options."},
    [BALLOT_REFUSAL_OPTIONS_TEXT_TOO_LONG] =
        {"options-text-too-long",
         "의제의 글(번호, 이름, 지역, 분야, 세부사업)은 모두 더해 212,992바이트까지입니다. 한글 한 "
         "글자는 3바이트입니다.",
         "The texts of all options (id, name, area, field, programme) may have 212,992 bytes "
         "together."},
    [BALLOT_REFUSAL_OPTION_NUMBER_OUT_OF_ORDER] =
        {"option-number-out-of-order", "의제 번호는 나열된 순서대로 1번부터 매겨야 합니다.",
         "Options must be numbered from 1 in the order they are listed."},
    [BALLOT_REFUSAL_OPTION_ID_DUPLICATE] = {"option-id-duplicate",
                                            "같은 식별자를 쓰는 의제가 이미 있습니다.",
                                            "Another option has the same id."},
    [BALLOT_REFUSAL_PROGRAMME_DUPLICATE] = {"programme-duplicate",
                                            "같은 예산사업에 연결된 의제가 이미 있습니다.",
                                            "Another option has the same budget programme."},
    [BALLOT_REFUSAL_OPTION_AREA_UNKNOWN] =
        {"option-area-unknown", "의제의 지역이 이 투표의 대상 지역에 없습니다.",
         "The option's area is neither the district nor one of the ballot's areas."},
    [BALLOT_REFUSAL_MAX_OPTIONS_ZERO] = {"max-options-zero",
                                         "최대 선택 수는 1개 이상이어야 합니다.",
                                         "The maximum number of choices must be at least 1."},
    [BALLOT_REFUSAL_MIN_OPTIONS_ZERO] =
        {"min-options-zero", "빈 투표를 허용하지 않으면 최소 선택 수는 1개 이상이어야 합니다.",
         "Unless empty votes are allowed, the minimum number of choices must be at least 1."},
    [BALLOT_REFUSAL_MIN_OPTIONS_ABOVE_MAX] =
        {"min-options-above-max", "최소 선택 수가 최대 선택 수보다 큽니다.",
         "The minimum number of choices is above the maximum."},
    [BALLOT_REFUSAL_MAX_OPTIONS_ABOVE_OPTIONS] =
        {"max-options-above-options", "최대 선택 수가 의제 수보다 큽니다.",
         "The maximum number of choices is above the number of options."},
    [BALLOT_REFUSAL_CHOOSE_1_MAX_OPTIONS] =
        {"choose-1-max-options", "1개 선택(choose-1) 투표의 최대 선택 수는 1개여야 합니다.",
         "In a choose-1 ballot the maximum number of choices must be 1."},
    [BALLOT_REFUSAL_MIN_COST_ABOVE_MAX] = {"min-cost-above-max",
                                           "선택 금액의 하한이 상한보다 큽니다.",
                                           "The minimum total cost is above the maximum."},
    [BALLOT_REFUSAL_MAX_COST_BELOW_CHEAPEST] =
        {"max-cost-below-cheapest",
         "선택 금액의 상한이 가장 적은 사업비보다 작아 아무 의제도 선택할 수 없습니다.",
         "The maximum total cost is below the cheapest option, so nothing could be chosen."},
    [BALLOT_REFUSAL_MIN_OPTIONS_UNAFFORDABLE] =
        {"min-options-unaffordable",
         "사업비가 적은 의제부터 골라도 최소 선택 수를 채우면 선택 금액의 상한을 넘습니다.",
         "Even the cheapest options exceed the maximum total cost at the minimum number."},
    [BALLOT_REFUSAL_MIN_COST_UNREACHABLE] =
        {"min-cost-unreachable",
         "사업비가 큰 의제부터 최대 선택 수만큼 골라도 선택 금액의 하한에 미치지 못합니다.",
         "Even the most expensive options stay below the minimum total cost at the maximum "
         "number."},
    [BALLOT_REFUSAL_BUDGET_BELOW_CHEAPEST] =
        {"budget-below-cheapest",
         "예산이 가장 적은 사업비보다 작아 아무 의제도 선정할 수 없습니다.",
         "The budget is below the cheapest option, so nothing could be funded."},
    [BALLOT_REFUSAL_OPTION_UNKNOWN] = {"option-unknown", "이 투표에 없는 의제입니다.",
                                       "The ballot has no such option."},
    [BALLOT_REFUSAL_TIE_ORDER_MISSING] =
        {"tie-order-missing", "동점을 추첨 순서(drawn)로 가리려면 추첨 순서가 있어야 합니다.",
         "The tie rule drawn needs the order that was drawn."},
    [BALLOT_REFUSAL_TIE_ORDER_UNUSED] = {"tie-order-unused",
                                         "추첨 순서는 동점 규칙이 drawn일 때만 쓸 수 있습니다.",
                                         "Only the tie rule drawn has an order that was drawn."},
    [BALLOT_REFUSAL_TIE_ORDER_INCOMPLETE] = {"tie-order-incomplete",
                                             "추첨 순서에는 모든 의제가 있어야 합니다.",
                                             "The order that was drawn must name every option."},
    [BALLOT_REFUSAL_TIE_ORDER_REPEATED] = {"tie-order-repeated",
                                           "추첨 순서에 같은 의제가 두 번 있습니다.",
                                           "The order that was drawn names an option twice."},
    [BALLOT_REFUSAL_PARTIAL_FIT_OUT_OF_RANGE] =
        {"partial-fit-out-of-range",
         "일부 선정의 몫은 80/100처럼 0보다 크고 1 이하인 분수여야 합니다.",
         "The share of a partial fit must be above 0 and up to 1, such as 80/100."},
    [BALLOT_REFUSAL_PARTIAL_FIT_UNUSED] =
        {"partial-fit-unused",
         "일부 선정은 득표순으로 정하는 규칙(greedy, add1u, utilitarian)에서만 쓸 수 있습니다.",
         "Only rules with turns by score have a partial fit: greedy, add1u, utilitarian."},
    [BALLOT_REFUSAL_QUORUM_OUT_OF_RANGE] = {"quorum-out-of-range",
                                            "정족수는 1명부터 1,000만 명까지여야 합니다.",
                                            "The quorum must be from 1 to 10,000,000 voters."},
    [BALLOT_REFUSAL_QUORUM_SHARE_OUT_OF_RANGE] =
        {"quorum-share-out-of-range",
         "선거인 수에 대한 정족수 비율은 1/3처럼 0보다 크고 1 이하인 분수여야 합니다.",
         "The quorum as a share of the electorate must be above 0 and up to 1, such as 1/3."},
    [BALLOT_REFUSAL_JURY_UNUSED] =
        {"jury-unused",
         "심사 점수는 득표순으로 정하는 규칙(greedy, greedy-no-skip, greedy-threshold)에서만 쓸 수 "
         "있습니다.",
         "Only greedy, greedy-no-skip and greedy-threshold can weigh a jury's scores."},
    [BALLOT_REFUSAL_JURY_WEIGHT_OUT_OF_RANGE] =
        {"jury-weight-out-of-range",
         "주민투표와 심사의 반영 비율은 각각 1 이상이고 합이 100 이하인 정수여야 합니다.",
         "The weights of residents and jury must each be at least 1, of a whole of at most 100."},
    [BALLOT_REFUSAL_JURY_WEIGHTS_SUM] =
        {"jury-weights-sum", "주민투표와 심사의 반영 비율을 더한 값이 정한 전체와 다릅니다.",
         "The weights of residents and jury do not add up to the whole that is stated."},
    [BALLOT_REFUSAL_JURY_MAX_SCORE_OUT_OF_RANGE] =
        {"jury-max-score-out-of-range", "심사위원 한 명의 만점은 1점부터 1,000점까지여야 합니다.",
         "The most that one juror gives an option must be from 1 to 1,000."},
    [BALLOT_REFUSAL_CHANNEL_WEIGHTS_UNUSED] =
        {"channel-weights-unused",
         "투표 경로별 반영 비율은 득표순으로 정하는 규칙(greedy, greedy-no-skip, "
         "greedy-threshold)에서만 쓸 수 있습니다.",
         "Only greedy, greedy-no-skip and greedy-threshold can weigh votes by channel."},
    [BALLOT_REFUSAL_CHANNEL_WEIGHTS_ALONE] =
        {"channel-weights-alone",
         "투표 경로별 반영 비율은 둘 이상의 묶음이어야 합니다. 하나뿐이면 비율이 뜻이 없습니다.",
         "Votes are weighed by channel in two parts or more: one alone is weighed against "
         "nothing."},
    [BALLOT_REFUSAL_CHANNEL_WEIGHT_OUT_OF_RANGE] =
        {"channel-weight-out-of-range",
         "투표 경로별 반영 비율은 각각 1 이상이고 합이 100 이하인 정수여야 합니다.",
         "The weights of channels must each be at least 1, of a whole of at most 100."},
    [BALLOT_REFUSAL_CHANNEL_WEIGHTS_SUM] =
        {"channel-weights-sum",
         "투표 경로별 반영 비율을 더한 값이 정한 전체와 다릅니다. 심사가 있으면 전체는 주민투표의 "
         "반영 비율입니다.",
         "The weights of channels do not add up to the whole that is stated, which with a jury is "
         "the weight of the residents."},
    [BALLOT_REFUSAL_CHANNEL_WEIGHT_REPEATED] = {"channel-weight-repeated",
                                                "한 투표 경로가 두 묶음에 들어 있습니다.",
                                                "A channel is in two parts."},
    [BALLOT_REFUSAL_CHANNEL_WEIGHT_NOT_ACCEPTED] =
        {"channel-weight-not-accepted", "이 투표가 받지 않는 경로에 반영 비율이 있습니다.",
         "A part weighs a channel that the ballot does not accept."},
    [BALLOT_REFUSAL_CHANNEL_WEIGHT_MISSING] =
        {"channel-weight-missing", "이 투표가 받는 경로 가운데 반영 비율이 없는 것이 있습니다.",
         "A channel that the ballot accepts is in no part."},
    [BALLOT_REFUSAL_MIN_COST_UNUSED] =
        {"min-cost-unused",
         "사업비 조정은 득표순으로 정하는 규칙(greedy, greedy-no-skip, greedy-threshold)에서만 쓸 "
         "수 있습니다.",
         "Only greedy, greedy-no-skip and greedy-threshold can adjust a cost."},
    [BALLOT_REFUSAL_MIN_COST_NOT_BELOW_COST] =
        {"min-cost-not-below-cost", "조정할 수 있는 최소 사업비는 사업비보다 작아야 합니다.",
         "The least that an option can be adjusted to must be below its cost."},
    [BALLOT_REFUSAL_MIN_COST_AND_PARTIAL_FIT] =
        {"min-cost-and-partial-fit",
         "사업비 조정과 일부 선정은 남은 예산을 서로 다르게 쓰므로 함께 쓸 수 없습니다.",
         "Adjustable costs and a partial fit use what is left in different ways; take one."},
    [BALLOT_REFUSAL_INCOMPATIBLE_ALONE] = {"incompatible-alone",
                                           "함께 할 수 없는 의제는 둘 이상이어야 합니다.",
                                           "It takes at least two options to exclude each other."},
    [BALLOT_REFUSAL_INCOMPATIBLE_REPEATED] =
        {"incompatible-repeated", "함께 할 수 없는 의제에 같은 의제가 두 번 있습니다.",
         "An option is named twice among those that exclude each other."},
    [BALLOT_REFUSAL_CAP_DUPLICATE] = {"cap-duplicate",
                                      "같은 지역이나 분야의 한도가 두 번 지정되었습니다.",
                                      "The same area or field has two caps."},
    [BALLOT_REFUSAL_CAP_UNUSED] = {"cap-unused",
                                   "이 지역이나 분야의 의제가 없어 한도를 적용할 수 없습니다.",
                                   "No option is of that area or field, so its cap caps nothing."},
    [BALLOT_REFUSAL_CAP_BELOW_CHEAPEST] =
        {"cap-below-cheapest",
         "한도가 그 지역이나 분야에서 가장 적은 사업비보다 작아 아무 의제도 선정할 수 없습니다.",
         "The cap is below the cheapest option of its area or field, so none could be funded."},
    [BALLOT_REFUSAL_QUOTA_AREA_UNUSED] =
        {"quota-area-unused", "지역 이름은 범위(scope)가 area인 할당에만 쓸 수 있습니다.",
         "Only a quota of the scope area names an area."},
    [BALLOT_REFUSAL_QUOTA_DUPLICATE] = {"quota-duplicate",
                                        "같은 범위의 선택 수 할당이 두 번 지정되었습니다.",
                                        "The same options have two quotas."},
    [BALLOT_REFUSAL_QUOTA_ABOVE_OPTIONS] = {"quota-above-options",
                                            "할당된 최대 선택 수가 그 범위의 의제 수보다 큽니다.",
                                            "The quota is above the number of its options."},
    [BALLOT_REFUSAL_QUOTA_UNAFFORDABLE] =
        {"quota-unaffordable",
         "사업비가 적은 의제부터 골라도 할당된 최소 선택 수를 채우면 선택 금액의 상한을 넘습니다.",
         "Even the cheapest options of the quota exceed the maximum total cost."},
    [BALLOT_REFUSAL_QUOTAS_ABOVE_MAX_OPTIONS] =
        {"quotas-above-max-options", "할당된 최소 선택 수의 합이 최대 선택 수보다 큽니다.",
         "The least numbers of the quotas together are above the maximum number of choices."},
    [BALLOT_REFUSAL_QUOTAS_BELOW_MIN_OPTIONS] =
        {"quotas-below-min-options", "할당된 최대 선택 수의 합이 최소 선택 수보다 작습니다.",
         "The most numbers of the quotas together are below the minimum number of choices."},
};

static_assert(sizeof TEXTS / sizeof TEXTS[0] == BALLOT_REFUSAL_END, "a text for every reason");

const struct ballot_refusal_text *ballot_refusal_text(enum ballot_refusal_reason reason)
{
    assert(reason > BALLOT_REFUSAL_NONE);
    assert(reason < BALLOT_REFUSAL_END);

    return &TEXTS[reason];
}
