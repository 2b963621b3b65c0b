/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages that say what went wrong and what to do, always in both languages, and
 * the box that names an error in a form.
 */
#include "participation/web/pages.h"

#include <assert.h>

struct trouble {
    int status;
    const char *ko;
    const char *en;
    const char *next_ko;
    const char *next_en;
    const char *link; /* {id}: the ballot's; NULL: the list */
    const char *link_ko;
    const char *link_en;
};

static const struct trouble TROUBLES[PAGE_TROUBLE_COUNT] = {
    [PAGE_TROUBLE_NOT_FOUND] = {404, "찾으시는 화면이 없습니다.", "There is no such page.",
                                "주소를 확인하거나 투표 목록에서 골라 주십시오.",
                                "Check the address, or choose from the list of ballots.", NULL,
                                NULL, NULL},
    [PAGE_TROUBLE_FORM] = {400, "보내신 내용을 읽을 수 없습니다.", "What was sent cannot be read.",
                           "앞 화면으로 돌아가 다시 보내 주십시오. 표는 접수되지 않았습니다.",
                           "Go back and send it again. No vote was accepted.", NULL, NULL, NULL},
    [PAGE_TROUBLE_TOKEN] =
        {403, "이 화면에서 보낸 내용인지 확인할 수 없습니다.",
         "It cannot be told that this came from our page.",
         "쿠키를 허용하고 본인확인부터 다시 해 주십시오. 표는 접수되지 않았습니다.",
         "Allow cookies and begin again with identification. No vote was accepted.",
         "/ballots/{id}/identity", "본인확인으로", "To identification"},
    [PAGE_TROUBLE_AWAY] = {503, "투표 시스템에 지금 연결할 수 없습니다.",
                           "The voting system cannot be reached just now.",
                           "잠시 뒤에 새로 고쳐 주십시오. 이미 접수된 표는 안전합니다.",
                           "Please reload in a moment. Votes that were accepted are safe.", NULL,
                           NULL, NULL},
    [PAGE_TROUBLE_EXPIRED] =
        {403, "시간이 지나 본인확인이 끝났습니다.", "Your identification has run out.",
         "다시 본인확인을 하고 이어서 투표해 주십시오. 이미 받은 접수증은 그대로 "
         "유효합니다.",
         "Please identify yourself again. Receipts you have keep their worth.",
         "/ballots/{id}/identity", "본인확인으로", "To identification"},
    [PAGE_TROUBLE_CROWDED] = {503, "지금 투표하는 사람이 많습니다.",
                              "Many people are voting just now.",
                              "몇 분 뒤에 다시 해 주십시오. 표는 접수되지 않았습니다.",
                              "Please try again in some minutes. No vote was accepted.",
                              "/ballots/{id}", "투표 안내로", "To the ballot"},
    [PAGE_TROUBLE_STALE] = {409, "그 뒤에 고른 내용이 바뀌었습니다.",
                            "Your choices were changed since.",
                            "지금 고른 내용을 확인하고 제출해 주십시오.",
                            "Look at what is chosen now, and send that.", "/ballots/{id}/vote",
                            "고르는 화면으로", "To your choices"},
    [PAGE_TROUBLE_NO_IDENTITY] = {403, "이 투표에는 시연용 본인확인을 쓸 수 없습니다.",
                                  "The demonstration's identification is not for this ballot.",
                                  "실제 투표는 구청이 안내하는 본인확인 방법으로 참여해 주십시오.",
                                  "Real ballots need the identification that your district names.",
                                  "/ballots/{id}", "투표 안내로", "To the ballot"},
    [PAGE_TROUBLE_NO_WEB] = {403, "이 투표는 인터넷으로 받지 않습니다.",
                             "This ballot does not take votes from the web.",
                             "투표 안내에 있는 방법으로 참여해 주십시오.",
                             "Please vote as the ballot's page says.", "/ballots/{id}",
                             "투표 안내로", "To the ballot"},
    [PAGE_TROUBLE_NO_RESULT] = {404, "아직 확정된 결과가 없습니다.",
                                "There is no certified result yet.",
                                "결과는 마감하고 개표한 뒤 운영자 두 명이 확정하면 공개합니다.",
                                "It is published once two operators have certified the count.",
                                "/ballots/{id}", "투표 안내로", "To the ballot"},
};

/* The same sentences in the language that the page is not in. */
static void other_language(struct view *view, const struct trouble *trouble)
{
    MARK(view, "<div class=\"other\" lang=\"");
    BOTH(view, "en", "ko");
    MARK(view, "\"><p>");
    view_text(view, view_say(view, trouble->en, trouble->ko));
    MARK(view, " ");
    view_text(view, view_say(view, trouble->next_en, trouble->next_ko));
    MARK(view, "</p></div>\n");
}

static void link_on(struct exchange *exchange, const struct trouble *trouble)
{
    struct view *view = &exchange->view;
    const char *path = trouble->link;

    MARK(view, "<p><a class=\"button\" href=\"");
    if (path == NULL || exchange->ballot_id[0] == '\0') {
        MARK(view, "/\">");
        BOTH(view, "투표 목록으로", "To the list of ballots");
    } else {
        MARK(view, "/ballots/");
        view_text(view, exchange->ballot_id);
        view_text(view, path + sizeof "/ballots/{id}" - 1);
        MARK(view, "\">");
        view_text(view, view_say(view, trouble->link_ko, trouble->link_en));
    }
    MARK(view, "</a></p>\n");
}

void page_trouble(struct exchange *exchange, enum page_trouble kind)
{
    const struct trouble *trouble = &TROUBLES[kind];
    struct view *view = &exchange->view;
    const struct view_frame frame = {
        .title = view_say(view, trouble->ko, trouble->en),
        .wrong = true,
    };

    assert(kind < PAGE_TROUBLE_COUNT);
    view_begin(view, &frame);
    MARK(view, "<h1>");
    view_text(view, frame.title);
    MARK(view, "</h1>\n<p>");
    view_text(view, view_say(view, trouble->next_ko, trouble->next_en));
    MARK(view, "</p>\n");
    other_language(view, trouble);
    link_on(exchange, trouble);
    view_end(view, &frame);
    exchange_answer(exchange, trouble->status);
}

void page_error_summary(struct view *view, const char *message, const char *field_id)
{
    MARK(view,
         "<div class=\"errors\" role=\"alert\" aria-labelledby=\"errors-title\" tabindex=\"-1\" "
         "autofocus>\n<h2 id=\"errors-title\">");
    BOTH(view, "고칠 것이 있습니다", "There is a problem");
    MARK(view, "</h2>\n<p><a href=\"#");
    view_text(view, field_id);
    MARK(view, "\">");
    view_text(view, message);
    MARK(view, "</a></p>\n</div>\n");
}
