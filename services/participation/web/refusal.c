/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of refusals. Must never say that a vote counts.
 */
#include "participation/web/refusal.h"

#include <stddef.h>
#include <string.h>

static const struct refusal_text TEXTS[] = {
    {"ballot-closed", "투표가 마감되어 이 표는 접수되지 않았습니다.",
     "The ballot has closed; this vote was not accepted.",
     "마감 전에 접수된 표가 있다면 그 표가 그대로 유효합니다. 개표 결과는 확정된 뒤 이 화면에서 볼 "
     "수 "
     "있습니다.",
     "If you voted before it closed, that vote stands. The result will be on this site once it is "
     "certified."},
    {"ballot-not-open", "이 투표는 지금 표를 받지 않습니다.",
     "This ballot does not take votes now.", "투표 목록에서 투표 기간을 확인해 주십시오.",
     "See the list of ballots for when it is open."},
    {"ballot-early", "아직 투표 기간이 아닙니다.", "Voting has not begun yet.",
     "투표가 시작된 뒤에 다시 해 주십시오. 시작 시각은 투표 안내에 있습니다.",
     "Please come back when voting has begun; the ballot's page says when."},
    {"final-vote-cast", "이미 투표소나 종이로 투표하셨습니다. 그 표는 바꿀 수 없습니다.",
     "You have voted at a booth or on paper; that vote is final.",
     "투표하신 기억이 없다면 아래 문의처에 알려 주십시오.",
     "If you have not, please tell the contact below."},
    {"paper-issued", "투표용지를 받아 가셔서 온라인으로는 투표하실 수 없습니다.",
     "A ballot paper was issued to you, so you cannot vote online.",
     "받으신 용지로 투표해 주십시오. 용지를 투표소에 반납하시면, 온라인 투표 횟수가 남아 있는 한 "
     "다시 온라인으로 투표하실 수 있습니다.",
     "Please vote with that paper. Once you hand it back at the polling place, you can vote "
     "online as often as you have left."},
    {"revisions-exhausted", "표를 바꿀 수 있는 횟수를 모두 썼습니다.",
     "The vote cannot be changed any more often.",
     "마지막으로 접수된 표가 유효합니다. 그 접수증으로 확인하실 수 있습니다.",
     "The last vote that was accepted stands; its receipt shows it."},
    {"revision-reserved", "온라인으로 표를 바꿀 수 있는 횟수를 모두 썼습니다.",
     "The vote cannot be changed online any more often.",
     "이미 접수된 온라인 표가 있으면 그 표가 유효합니다. 투표용지를 반납하셨다면 지금은 유효한 "
     "표가 "
     "없습니다. 어느 때나 투표소나 종이로 한 번 더 투표하실 수 있습니다.",
     "A vote that was accepted online stands. If you handed back a ballot paper, no vote of yours "
     "counts now. Either way you can vote once more at a polling place or on paper."},
    {"roll-full", "이 지역은 등록된 유권자 수만큼 이미 투표하였습니다.",
     "As many people of this area as are on its roll have voted already.",
     "지역을 바르게 골랐는지 확인하고, 맞다면 아래 문의처에 알려 주십시오. 표는 접수되지 "
     "않았습니다.",
     "Check that you chose the right area; if so, please tell the contact below. The vote was not "
     "accepted."},
    {"area-not-eligible", "고르신 지역은 이 투표의 대상이 아닙니다.",
     "The area you chose does not take part in this ballot.",
     "본인확인 단계로 돌아가 지역을 다시 골라 주십시오.",
     "Go back to identification and choose your area."},
    {"age-not-eligible", "이 투표에 참여할 수 있는 나이가 아닙니다.",
     "Your age group may not vote in this ballot.",
     "투표 안내에서 참여 나이를 확인해 주십시오. 잘못 골랐다면 본인확인 단계에서 고칠 수 있습니다.",
     "The ballot's page says who may. If you chose the wrong group, correct it at identification."},
    {"age-band-missing", "이 투표는 나이를 확인해야 참여할 수 있습니다.",
     "This ballot needs your age group.", "본인확인 단계로 돌아가 연령대를 골라 주십시오.",
     "Go back to identification and choose it."},
    {"basis-not-accepted", "이 본인확인 방법은 이 투표에서 쓸 수 없습니다.",
     "This way of identification is not accepted in this ballot.",
     "투표 안내에 있는 다른 방법으로 참여해 주십시오.",
     "Please use one that the ballot's page names."},
    {"channel-not-accepted", "이 투표는 인터넷으로 받지 않습니다.",
     "This ballot does not take votes from the web.",
     "투표 안내에 있는 투표소나 다른 방법으로 참여해 주십시오.",
     "Please vote at a booth or as the ballot's page says."},
    {"ballot-key-destroyed", "이의신청 기간이 끝나 더는 표를 받거나 찾을 수 없습니다.",
     "The objection period is over: no vote can be accepted or found any more.",
     "확정된 결과는 이 화면에서 볼 수 있습니다.", "The certified result is on this site."},
    {"idempotency-key-reused", "같은 제출 번호로 다른 내용이 접수되어 있습니다.",
     "Something else was accepted under the same submission.",
     "내용 확인 화면으로 돌아가 다시 제출해 주십시오.",
     "Go back to the confirmation and send it again."},
};

static const struct refusal_text OTHER = {
    "",
    "이 표는 접수되지 않았습니다.",
    "This vote was not accepted.",
    "고른 내용을 확인하고 다시 제출해 주십시오. 같은 일이 되풀이되면 아래 문의처에 알려 주십시오.",
    "Check your choices and send it again. If it happens again, please tell the contact below.",
};

const struct refusal_text *refusal_find(const char *code)
{
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        if (strcmp(TEXTS[i].code, code) == 0) {
            return &TEXTS[i];
        }
    }
    return &OTHER;
}
