/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How anybody verifies this ballot: where the verifier comes from, and the
 * commands for this very ballot. Must never ask to be believed.
 */
#include "participation/web/pages.h"

static void command(struct exchange *exchange, const char *before, const char *what,
                    const char *after)
{
    struct view *view = &exchange->view;

    MARK(view, "<pre><code>");
    view_text(view, before);
    if (what != NULL) {
        page_public_address(exchange, what);
    }
    view_text(view, after);
    MARK(view, "</code></pre>\n");
}

static void paragraph(struct view *view, const char *ko, const char *en)
{
    MARK(view, "<p>");
    view_text(view, view_say(view, ko, en));
    MARK(view, "</p>\n");
}

static void heading(struct view *view, const char *ko, const char *en)
{
    MARK(view, "<h2>");
    view_text(view, view_say(view, ko, en));
    MARK(view, "</h2>\n");
}

static void where_it_is(struct exchange *exchange)
{
    struct view *view = &exchange->view;
    const char *url = exchange->portal->config.verifier_url;

    heading(view, "프로그램 구하기", "Getting it");
    if (url[0] != '\0') {
        MARK(view, "<p><a href=\"");
        view_text(view, url);
        MARK(view, "\">");
        BOTH(view, "hyeopchi-verify와 자료 형식 설명 받기",
             "hyeopchi-verify, and the description of the formats");
        MARK(view, "</a></p>\n");
    }
    paragraph(
        view,
        "협치의 소스 코드에서 직접 만들 수도 있습니다. 서비스와 코드를 나누지 않으며, 형식 "
        "설명(services/verify/README.md)만 보고 누구나 다른 검증 프로그램을 만들 수 있습니다.",
        "It can be built from Hyeopchi's source. It shares no code with the services, and "
        "with the description of the formats (services/verify/README.md) anybody can write "
        "another verifier.");
    command(exchange, "cmake --build build/release --target hyeopchi-verify", NULL, "");
}

static void what_to_do(struct exchange *exchange)
{
    struct view *view = &exchange->view;

    heading(view, "결과 확인하기", "Checking the result");
    paragraph(view,
              "결과가 확정되면 검증 자료 묶음을 내려받아 모든 것을 다시 계산합니다. 접수증 파일이 "
              "있으면 함께 주십시오.",
              "Once the result is certified, get the bundle and recompute everything; give your "
              "receipt's file too if you have one.");
    command(exchange, "curl -o ballot.tar ", "/bundle", "");
    command(exchange, "hyeopchi-verify ballot.tar --receipt hyeopchi-receipt.json", NULL, "");
    paragraph(view,
              "‘검증되었습니다’로 끝나면(종료 상태 0) 모두 맞는 것입니다. 하나라도 다르면 무엇이 "
              "다른지 말하고 1로, 읽을 수 없으면 2로 끝납니다.",
              "It ends with “Verified” and status 0 when everything holds, with 1 when something "
              "does not, naming it, and with 2 when the bundle cannot be read.");
    heading(view, "마감 전부터 지켜보기", "Watching before it closes");
    paragraph(view,
              "게시판의 기록이 갈라지거나 줄거나 바뀌면 알립니다. 누구나 할 수 있고, 지켜보는 "
              "사람이 많을수록 몰래 바꾸기 어렵습니다.",
              "It raises the alarm when the board's log forks, shrinks or changes. Anybody can do "
              "this, and the more do, the harder it is to change anything unnoticed.");
    command(exchange, "hyeopchi-verify watch ", "/board", "");
}

void page_verifier(struct exchange *exchange)
{
    struct view *view = &exchange->view;
    const struct view_frame frame = {
        .title = view_say(view, "검증 프로그램", "The verifier"),
        .ballot = &exchange->ballot->definition,
    };

    view_begin_of_ballot(view, &frame);
    where_it_is(exchange);
    what_to_do(exchange);
    view_end(view, &frame);
}
