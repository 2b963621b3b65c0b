/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said about each reason a vote is refused for. A code must never
 * change its meaning; a sentence may be worded better at any time. No sentence
 * repeats anything the voter chose.
 */
#include "participation/domain/vote.h"

#include <assert.h>

static const struct vote_refusal_text TEXTS[] = {
    [VOTE_REFUSAL_NONE] = {"none", VOTE_REFUSAL_CLASS_NONE, "", "거절 사유가 없습니다.",
                           "Nothing is refused."},
    [VOTE_REFUSAL_BALLOT_NOT_OPEN] = {"ballot-not-open", VOTE_REFUSAL_CLASS_CONFLICT, "state",
                                      "아직 열리지 않은 투표입니다.",
                                      "The ballot has not been opened."},
    [VOTE_REFUSAL_BALLOT_EARLY] =
        {"ballot-early", VOTE_REFUSAL_CLASS_CONFLICT, "opens_at_ms",
         "투표 시작 시각 전입니다. 시작 시각 이후에 다시 참여해 주십시오.",
         "Voting has not begun yet; please come back when it has."},
    [VOTE_REFUSAL_BALLOT_CLOSED] = {"ballot-closed", VOTE_REFUSAL_CLASS_CONFLICT, "closes_at_ms",
                                    "투표가 마감되어 더 이상 참여할 수 없습니다.",
                                    "The ballot is closed and accepts no more votes."},
    [VOTE_REFUSAL_FINAL_VOTE_CAST] =
        {"final-vote-cast", VOTE_REFUSAL_CLASS_CONFLICT, "channels",
         "투표소나 종이 투표로 이미 최종 투표를 마쳐 변경할 수 없습니다.",
         "A final vote was cast at a booth or on paper and cannot be changed."},
    [VOTE_REFUSAL_PAPER_ISSUED] =
        {"paper-issued", VOTE_REFUSAL_CLASS_CONFLICT, "channels",
         "투표용지를 받아 가셨으므로 온라인이나 투표소 단말기로는 투표할 수 없습니다. 용지를 "
         "반납한 "
         "뒤에 "
         "다시 참여해 주십시오.",
         "A ballot paper was issued to this voter, who can vote in no other way until it is handed "
         "back."},
    [VOTE_REFUSAL_REVISIONS_EXHAUSTED] =
        {"revisions-exhausted", VOTE_REFUSAL_CLASS_CONFLICT, "",
         "투표를 변경할 수 있는 횟수(총 10회)를 모두 사용했습니다.",
         "All 10 votes a voter may cast in this ballot, changes included, have been used."},
    [VOTE_REFUSAL_REVISION_RESERVED] =
        {"revision-reserved", VOTE_REFUSAL_CLASS_CONFLICT, "channels",
         "투표할 수 있는 횟수(변경과 투표용지 수령 포함 10회) 가운데 9회를 사용했습니다. 마지막 한 "
         "번은 투표소나 종이 투표용으로 남겨 둡니다.",
         "9 of the 10 votes of this voter, changes and papers that were issued included, have been "
         "used; the last one is kept for a booth or paper."},
    [VOTE_REFUSAL_VOTE_VOID] =
        {"vote-void", VOTE_REFUSAL_CLASS_CONFLICT, "channels",
         "먼저 한 투표가 무효로 처리되었습니다. 투표소에서 본인 확인을 거쳐 다시 투표해 주십시오.",
         "The vote cast before was declared void; please come to a booth to vote again."},
    [VOTE_REFUSAL_ROLL_FULL] =
        {"roll-full", VOTE_REFUSAL_CLASS_CONFLICT, "roll",
         "이 지역의 투표 인원이 등록된 유권자 수에 이르러 더 이상 참여할 수 없습니다.",
         "As many people of this area have voted as its roll has voters."},
    [VOTE_REFUSAL_BASIS_NOT_ACCEPTED] =
        {"basis-not-accepted", VOTE_REFUSAL_CLASS_INELIGIBLE, "bases",
         "이 투표에서 인정하지 않는 본인확인 방법입니다.",
         "This ballot does not accept that way of proving who you are."},
    [VOTE_REFUSAL_AREA_NOT_ELIGIBLE] = {"area-not-eligible", VOTE_REFUSAL_CLASS_INELIGIBLE, "areas",
                                        "이 투표의 대상 지역 주민이 아닙니다.",
                                        "This ballot is not for residents of that area."},
    [VOTE_REFUSAL_AGE_BAND_MISSING] =
        {"age-band-missing", VOTE_REFUSAL_CLASS_INELIGIBLE, "eligibility",
         "나이 제한이 있는 투표이므로 연령대를 함께 보내야 합니다.",
         "This ballot limits the age, so a vote must come with an age band."},
    [VOTE_REFUSAL_AGE_NOT_ELIGIBLE] = {"age-not-eligible", VOTE_REFUSAL_CLASS_INELIGIBLE,
                                       "eligibility", "이 투표의 대상 나이가 아닙니다.",
                                       "This ballot is not for people of that age."},
    [VOTE_REFUSAL_CHANNEL_NOT_ACCEPTED] =
        {"channel-not-accepted", VOTE_REFUSAL_CLASS_INELIGIBLE, "channels",
         "이 투표에서 사용하지 않는 참여 경로입니다.",
         "This ballot does not accept votes through that channel."},
    [VOTE_REFUSAL_CHANNEL_NOT_YOURS] =
        {"channel-not-yours", VOTE_REFUSAL_CLASS_INELIGIBLE, "channels",
         "이 키로는 접수할 수 없는 참여 경로입니다. 온라인·무인단말은 포털, 투표소·종이는 담당 "
         "직원의 "
         "키로 접수합니다.",
         "Votes of that channel are not this key's to hand in: web and kiosk are the front ends', "
         "booth and paper the staff's."},
    [VOTE_REFUSAL_PAPER_NOT_ISSUED] = {"paper-not-cast", VOTE_REFUSAL_CLASS_INELIGIBLE, "channels",
                                       "종이투표는 이 경로로 접수하지 않습니다. 먼저 투표용지 "
                                       "교부를 등록하고, 투표지는 개봉한 뒤 "
                                       "두 "
                                       "사람이 따로 입력합니다.",
                                       "A vote on paper is not handed in like this: a ballot paper "
                                       "is issued first, and its sheet "
                                       "is entered by two people once its envelope is opened."},
    [VOTE_REFUSAL_OPTION_UNKNOWN] = {"option-unknown", VOTE_REFUSAL_CLASS_RULE, "options",
                                     "이 투표에 없는 의제를 선택했습니다.",
                                     "The ballot has no such option."},
    [VOTE_REFUSAL_OPTION_REPEATED] = {"option-repeated", VOTE_REFUSAL_CLASS_RULE, "options",
                                      "같은 의제를 두 번 선택했습니다.",
                                      "The same option is chosen twice."},
    [VOTE_REFUSAL_VALUE_NOT_ONE] = {"value-not-one", VOTE_REFUSAL_CLASS_RULE, "method",
                                    "선택한 의제의 값은 1이어야 합니다.",
                                    "The value of a chosen option must be 1."},
    [VOTE_REFUSAL_POINTS_TOO_FEW] = {"points-too-few", VOTE_REFUSAL_CLASS_RULE, "min_points",
                                     "의제에 준 점수가 하한보다 적습니다.",
                                     "An option is given fewer points than the ballot requires."},
    [VOTE_REFUSAL_POINTS_TOO_MANY] = {"points-too-many", VOTE_REFUSAL_CLASS_RULE, "max_points",
                                      "의제에 준 점수가 상한을 넘습니다.",
                                      "An option is given more points than the ballot allows."},
    [VOTE_REFUSAL_PLACE_OUT_OF_RANGE] =
        {"place-out-of-range", VOTE_REFUSAL_CLASS_RULE, "method",
         "순위는 1위부터 선택한 의제 수까지여야 합니다.",
         "A place must be from 1 to the number of options that are chosen."},
    [VOTE_REFUSAL_PLACE_REPEATED] = {"place-repeated", VOTE_REFUSAL_CLASS_RULE, "method",
                                     "같은 순위를 두 의제에 주었습니다.",
                                     "Two options are given the same place."},
    [VOTE_REFUSAL_EMPTY_NOT_ALLOWED] = {"empty-not-allowed", VOTE_REFUSAL_CLASS_RULE,
                                        "empty_allowed", "의제를 하나 이상 선택해 주십시오.",
                                        "Please choose at least one option."},
    [VOTE_REFUSAL_OPTIONS_TOO_FEW] = {"options-too-few", VOTE_REFUSAL_CLASS_RULE, "min_options",
                                      "선택한 의제 수가 최소 선택 수보다 적습니다.",
                                      "Fewer options are chosen than the ballot requires."},
    [VOTE_REFUSAL_OPTIONS_TOO_MANY] = {"options-too-many", VOTE_REFUSAL_CLASS_RULE, "max_options",
                                       "선택한 의제 수가 최대 선택 수를 넘습니다.",
                                       "More options are chosen than the ballot allows."},
    [VOTE_REFUSAL_COST_TOO_LOW] =
        {"cost-too-low", VOTE_REFUSAL_CLASS_RULE, "min_cost_krw",
         "선택한 의제의 사업비 합계가 하한보다 적습니다.",
         "The chosen options cost less in total than the ballot requires."},
    [VOTE_REFUSAL_COST_TOO_HIGH] =
        {"cost-too-high", VOTE_REFUSAL_CLASS_RULE, "max_cost_krw",
         "선택한 의제의 사업비 합계가 상한을 넘습니다.",
         "The chosen options cost more in total than the ballot allows."},
    [VOTE_REFUSAL_SUM_TOO_LOW] = {"sum-too-low", VOTE_REFUSAL_CLASS_RULE, "min_sum_points",
                                  "준 점수의 합계가 하한보다 적습니다.",
                                  "Fewer points are given in total than the ballot requires."},
    [VOTE_REFUSAL_SUM_TOO_HIGH] = {"sum-too-high", VOTE_REFUSAL_CLASS_RULE, "max_sum_points",
                                   "준 점수의 합계가 상한을 넘습니다.",
                                   "More points are given in total than the ballot allows."},
    [VOTE_REFUSAL_QUOTA_TOO_FEW] =
        {"quota-too-few", VOTE_REFUSAL_CLASS_RULE, "area_quotas",
         "구 전체나 동 의제 가운데 정해진 최소 수를 채우지 못했습니다.",
         "Fewer district or local options are chosen than the ballot requires of them."},
    [VOTE_REFUSAL_QUOTA_TOO_MANY] =
        {"quota-too-many", VOTE_REFUSAL_CLASS_RULE, "area_quotas",
         "구 전체나 동 의제를 정해진 최대 수보다 많이 선택했습니다.",
         "More district or local options are chosen than the ballot allows of them."},
};

static_assert(sizeof TEXTS / sizeof TEXTS[0] == VOTE_REFUSAL_END, "a text for every reason");
static_assert(VOTE_REVISION_MAX == 10 && VOTE_REVISION_ONLINE_MAX == 9,
              "the sentences on revisions say so");

const struct vote_refusal_text *vote_refusal_text(enum vote_refusal_reason reason)
{
    assert(reason > VOTE_REFUSAL_NONE);
    assert(reason < VOTE_REFUSAL_END);

    return &TEXTS[reason];
}
