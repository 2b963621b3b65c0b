/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step before anything is sent: everything that will be, and nothing else.
 */
#include "participation/web/choice.h"
#include "participation/web/pages.h"

static void head_row(struct view *view, const struct ballot_definition *definition)
{
    MARK(view, "<thead><tr><th scope=\"col\">");
    BOTH(view, "사업", "Project");
    MARK(view, "</th>");
    if (definition->method == BALLOT_METHOD_ORDINAL) {
        BOTH(view, "<th scope=\"col\">순위</th>", "<th scope=\"col\">Place</th>");
    } else if (ballot_has_points(definition)) {
        BOTH(view, "<th scope=\"col\">점수</th>", "<th scope=\"col\">Points</th>");
    }
    MARK(view, "<th scope=\"col\">");
    BOTH(view, "비용", "Cost");
    MARK(view, "</th></tr></thead>\n");
}

static void row(struct view *view, const struct ballot_definition *definition,
                const struct ballot_option *option, int64_t value)
{
    MARK(view, "<tr><th scope=\"row\">");
    view_words(view, option->name);
    MARK(view, "</th>");
    if (definition->method == BALLOT_METHOD_ORDINAL) {
        MARK(view, "<td class=\"number\">");
        view_number(view, value);
        BOTH(view, "위</td>", "</td>");
    } else if (ballot_has_points(definition)) {
        MARK(view, "<td class=\"number\">");
        view_number(view, value);
        BOTH(view, "점</td>", "</td>");
    }
    MARK(view, "<td class=\"number\">");
    view_krw(view, option->cost_krw);
    MARK(view, "</td></tr>\n");
}

/* In the order of places where there are places, else in listed order. */
static void rows(struct view *view, const struct ballot_definition *definition,
                 const struct picks *picks)
{
    const bool places = definition->method == BALLOT_METHOD_ORDINAL;
    const int64_t turns = places ? definition->max_options : 1;

    for (int64_t turn = 1; turn <= turns; turn++) {
        for (size_t i = 0; i < picks->count; i++) {
            if (picks->values[i] != SESSION_PICK_NONE && (!places || picks->values[i] == turn)) {
                row(view, definition, &definition->options[i], picks->values[i]);
            }
        }
    }
}

static void choices(struct view *view, const struct ballot_definition *definition,
                    const struct picks *picks)
{
    const struct picks_total total = picks_total(definition, picks);
    const bool middle =
        definition->method == BALLOT_METHOD_ORDINAL || ballot_has_points(definition);

    if (total.options == 0) {
        MARK(view, "<p class=\"notice\">");
        BOTH(view, "아무 사업도 고르지 않은 표입니다.", "This vote names no project.");
        MARK(view, "</p>\n");
        return;
    }
    MARK(view, "<table>\n<caption>");
    BOTH(view, "고르신 사업", "What you chose");
    MARK(view, "</caption>\n");
    head_row(view, definition);
    MARK(view, "<tbody>\n");
    rows(view, definition, picks);
    MARK(view, "</tbody>\n<tfoot><tr><th scope=\"row\">");
    BOTH(view, "합계 ", "Together ");
    view_number(view, total.options);
    BOTH(view, "개", "");
    MARK(view, "</th>");
    if (middle) {
        MARK(view, "<td class=\"number\">");
        if (ballot_has_points(definition)) {
            view_number(view, total.points);
            BOTH(view, "점", "");
        }
        MARK(view, "</td>");
    }
    MARK(view, "<td class=\"number\">");
    view_krw(view, total.cost_krw);
    MARK(view, "</td></tr></tfoot>\n</table>\n");
}

static void what_is_sent(struct view *view, const struct session *session)
{
    const char *age = vote_age_band_name(session->voter.age_band);

    MARK(view, "<h2>");
    BOTH(view, "함께 보내는 것", "What is sent with it");
    MARK(view, "</h2>\n<dl>\n");
    if (session->voter.area[0] != '\0') {
        BOTH(view, "<dt>지역</dt><dd>", "<dt>Area</dt><dd>");
        view_words(view, session->voter.area);
        MARK(view, "</dd>\n");
    }
    BOTH(view, "<dt>성별</dt><dd>", "<dt>Sex</dt><dd>");
    view_text(view, view_sex(view, vote_sex_name(session->voter.sex)));
    BOTH(view, "</dd>\n<dt>연령대</dt><dd>", "</dd>\n<dt>Age group</dt><dd>");
    view_text(view, age[0] != '\0' ? age : view_sex(view, ""));
    BOTH(view, "</dd>\n<dt>본인확인에서 만든 값</dt><dd>",
         "</dd>\n<dt>A value from identification</dt><dd>");
    BOTH(view, "한 사람이 한 표만 갖게 하는 값이며, 이것으로 누구인지 알 수 없습니다.",
         "It lets each person have one vote, and does not tell who that is.");
    MARK(view, "</dd>\n</dl>\n<p>");
    BOTH(view,
         "이름, 주민등록번호, 전화번호는 보내지 않습니다. 지역, 성별, 연령대는 투표율 통계에만 "
         "쓰며 고른 "
         "사업과 함께 두지 않습니다.",
         "No name or number is sent. Area, sex and age group are for turnout figures only and "
         "are never kept beside your choices.");
    MARK(view, "</p>\n");
}

void page_confirm(struct exchange *exchange, const struct session *session)
{
    struct view *view = &exchange->view;
    const struct ballot_definition *definition = &exchange->ballot->definition;
    const struct view_frame frame = {
        .title = view_say(view, "내용 확인과 제출", "Check and send"),
        .ballot = definition,
    };

    view_begin(view, &frame);
    MARK(view, "<p class=\"step\">");
    BOTH(view, "4단계 중 3단계", "Step 3 of 4");
    MARK(view, "</p>\n<h1>");
    view_text(view, frame.title);
    MARK(view, "</h1>\n<p>");
    BOTH(view, "아직 투표하지 않았습니다. 내용이 맞으면 아래 ‘투표하기’를 눌러 주십시오.",
         "You have not voted yet. If this is right, press “Vote” below.");
    MARK(view, "</p>\n");
    choices(view, definition, &session->picks);
    what_is_sent(view, session);
    MARK(view, "<p class=\"notice\">");
    if (session->receipt.body != NULL) {
        BOTH(view,
             "<strong>표를 바꿉니다.</strong> 제출하면 앞서 접수된 표 대신 이 표가 유효합니다.",
             "<strong>This is a change.</strong> It takes the place of the vote you sent before.");
    } else {
        BOTH(view,
             "전에 투표하신 적이 있다면 이 표가 그 표를 대신합니다. 마감 전까지 다시 바꿀 수 "
             "있습니다.",
             "If you have voted before, this vote takes that one's place. Until the ballot closes "
             "you can change it again.");
    }
    MARK(view, "</p>\n<form method=\"post\" action=\"/ballots/");
    view_text(view, exchange->ballot_id);
    MARK(view, "/confirm\">\n");
    exchange_write_token(exchange);
    MARK(view, "<input type=\"hidden\" name=\"key\" value=\"");
    view_text(view, session->submission.key);
    MARK(view, "\">\n<p class=\"buttons\"><button type=\"submit\">");
    BOTH(view, "투표하기", "Vote");
    MARK(view, "</button>\n<a class=\"second\" href=\"/ballots/");
    view_text(view, exchange->ballot_id);
    MARK(view, "/vote\">");
    BOTH(view, "돌아가서 고치기", "Go back and change");
    MARK(view, "</a></p>\n</form>\n");
    view_end(view, &frame);
}
