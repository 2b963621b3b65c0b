/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of a vote: the receipt, a refusal, or that nobody knows yet. Must
 * never say "accepted" but by the service's own answer.
 */
#include "participation/domain/receipt.h"
#include "participation/web/pages.h"
#include "runtime/crypto.h"

#include <stdlib.h>
#include <string.h>

static void link_to(struct exchange *exchange, const char *path, const char *classes,
                    const char *text)
{
    struct view *view = &exchange->view;

    MARK(view, "<a class=\"");
    view_text(view, classes);
    MARK(view, "\" href=\"/ballots/");
    view_text(view, exchange->ballot_id);
    view_text(view, path);
    MARK(view, "\">");
    view_text(view, text);
    MARK(view, "</a>");
}

/* Codes may hold characters that mean something in a query. */
static void write_code_query(struct view *view, const char *code)
{
    for (const char *at = code; *at != '\0'; at++) {
        buffer_append_format(&view->page, "%%%02X", (unsigned)(unsigned char)*at);
    }
}

static void receipt_facts(struct exchange *exchange, const json_t *answer)
{
    struct view *view = &exchange->view;
    const json_t *vote = json_object_get(answer, "vote");
    const json_int_t revision = json_integer_value(json_object_get(vote, "rev"));

    MARK(view, "<dl>\n<dt>");
    BOTH(view, "확인 코드", "Code");
    MARK(view, "</dt><dd class=\"code\"><strong>");
    view_text(view, web_json_text(json_object_get(answer, "receipt"), "code"));
    MARK(view, "</strong></dd>\n<dt>");
    BOTH(view, "몇 번째 표", "Which vote");
    MARK(view, "</dt><dd>");
    view_number(view, revision);
    if (revision > 1) {
        BOTH(view, "번째 (앞선 표를 대신합니다)", " (takes the place of the one before)");
    } else {
        BOTH(view, "번째 (처음)", " (the first)");
    }
    MARK(view, "</dd>\n<dt>");
    BOTH(view, "게시판에 실리는 값", "On the board as");
    MARK(view, "</dt><dd><code>");
    view_text(view, web_json_text(vote, "leaf_hash"));
    MARK(view, "</code></dd>\n</dl>\n");
}

/* How soon the receipt promises the vote to be on the board; 0 when it does not say so. */
static int64_t promised_s(const json_t *answer)
{
    const char *text = web_json_text(json_object_get(answer, "receipt"), "body");
    uint8_t body[RECEIPT_SIZE];
    struct receipt receipt;
    size_t length = 0;

    if (crypto_base64url_parse(text, strlen(text), body, sizeof body, &length) ||
        receipt_decode(body, length, &receipt)) {
        return 0;
    }
    return receipt.max_merge_delay_s;
}

static void receipt_ways_on(struct exchange *exchange, const json_t *answer)
{
    const int64_t delay_s = promised_s(answer);
    struct view *view = &exchange->view;

    MARK(view, "<p class=\"buttons\">");
    link_to(exchange, "/receipt.json", "button",
            view_say(view, "접수증 파일 내려받기", "Download the receipt"));
    MARK(view, "\n<a class=\"second\" href=\"/ballots/");
    view_text(view, exchange->ballot_id);
    MARK(view, "/check?code=");
    write_code_query(view, web_json_text(json_object_get(answer, "receipt"), "code"));
    MARK(view, "\">");
    BOTH(view, "내 표 확인", "Check my vote");
    MARK(view, "</a></p>\n<ul>\n<li>");
    BOTH(view,
         "확인 코드를 적어 두거나 접수증 파일을 내려받아 두십시오. 이 화면을 인쇄해도 됩니다.",
         "Write the code down, keep the file, or print this page.");
    MARK(view, "</li>\n<li>");
    BOTH(view, "접수증에는 무엇을 골랐는지 나오지 않습니다. ",
         "The receipt does not show what you chose. The board has it under this code");
    if (delay_s > 0) {
        BOTH(view, "", " within ");
        view_duration(view, delay_s);
        BOTH(view, " 안에 ", "");
    }
    BOTH(view, "공개 게시판에서 코드로 확인할 수 있습니다.", ".");
    MARK(view, "</li>\n<li>");
    BOTH(view, "마감 전까지 표를 바꿀 수 있습니다. ",
         "Until the ballot closes you can change it: ");
    link_to(exchange, "/vote", "", view_say(view, "표 바꾸기", "change my vote"));
    MARK(view, "</li>\n</ul>\n<form method=\"post\" action=\"/ballots/");
    view_text(view, exchange->ballot_id);
    MARK(view, "/leave\">\n");
    exchange_write_token(exchange);
    MARK(view, "<p><button type=\"submit\" class=\"second\">");
    BOTH(view, "마치고 나가기", "Finish and leave");
    MARK(view, "</button></p>\n</form>\n");
}

void page_receipt(struct exchange *exchange, const json_t *answer)
{
    struct view *view = &exchange->view;
    const struct view_frame frame = {
        .title = view_say(view, "투표가 접수되었습니다", "Your vote was accepted"),
        .ballot = exchange->ballot != NULL ? &exchange->ballot->definition : NULL,
    };

    view_begin(view, &frame);
    MARK(view, "<p class=\"step\">");
    BOTH(view, "4단계 중 4단계", "Step 4 of 4");
    MARK(view, "</p>\n<div class=\"done\">\n<h1>");
    view_text(view, frame.title);
    MARK(view, "</h1>\n");
    if (exchange->ballot != NULL) {
        MARK(view, "<p>");
        view_words(view, exchange->ballot->definition.title);
        MARK(view, "</p>\n");
    }
    MARK(view, "</div>\n");
    receipt_facts(exchange, answer);
    receipt_ways_on(exchange, answer);
    view_end(view, &frame);
}

void page_unknown(struct exchange *exchange, bool sent)
{
    struct view *view = &exchange->view;
    const struct view_frame frame = {
        .title = sent ? view_say(view, "접수되었는지 아직 모릅니다",
                                 "Whether it was accepted is not known yet")
                      : view_say(view, "표를 보내지 못했습니다", "The vote could not be sent"),
        .wrong = true,
        .ballot = exchange->ballot != NULL ? &exchange->ballot->definition : NULL,
    };

    view_begin(view, &frame);
    MARK(view, "<h1>");
    view_text(view, frame.title);
    MARK(view, "</h1>\n<p>");
    if (sent) {
        BOTH(view,
             "표를 보냈지만 답을 받지 못했습니다. 아래 단추를 누르면 같은 표를 다시 보내어 "
             "확인합니다. 몇 "
             "번을 눌러도 한 표로만 셉니다.",
             "The vote was sent, and no answer came. The button sends the same vote again to find "
             "out; however often you press it, it counts once.");
    } else {
        BOTH(view,
             "투표 시스템에 연결하지 못해 표가 나가지 않았습니다. 접수된 것이 없으니 잠시 뒤 아래 "
             "단추를 "
             "눌러 주십시오.",
             "The voting system could not be reached, so nothing was sent or accepted. Please "
             "press the button in a moment.");
    }
    MARK(view, "</p>\n<p class=\"other\" lang=\"");
    BOTH(view, "en\">Press the button below to try again; it counts once.",
         "ko\">아래 단추를 눌러 다시 시도해 주십시오. 한 표로만 셉니다.");
    MARK(view, "</p>\n<form method=\"post\" action=\"/ballots/");
    view_text(view, exchange->ballot_id);
    MARK(view, "/confirm\">\n");
    exchange_write_token(exchange);
    MARK(view, "<input type=\"hidden\" name=\"key\" value=\"");
    view_text(view, exchange->vote_key);
    MARK(view, "\">\n<p><button type=\"submit\">");
    BOTH(view, "다시 확인하기", "Try again");
    MARK(view, "</button></p>\n</form>\n");
    view_end(view, &frame);
}

void page_refused(struct exchange *exchange, const json_t *problem)
{
    struct view *view = &exchange->view;
    const char *code = web_json_text(problem, "code");
    const struct refusal_text *text = refusal_find(code);
    const struct view_frame frame = {
        .title = view_say(view, text->ko, text->en),
        .wrong = true,
        .ballot = exchange->ballot != NULL ? &exchange->ballot->definition : NULL,
    };

    view_begin(view, &frame);
    MARK(view, "<h1>");
    view_text(view, frame.title);
    MARK(view, "</h1>\n");
    if (text->code[0] == '\0' && web_json_text(problem, "title")[0] != '\0') {
        MARK(view, "<p>");
        view_text(view, web_json_text(problem, "title"));
        MARK(view, "</p>\n");
    }
    MARK(view, "<p>");
    view_text(view, view_say(view, text->next_ko, text->next_en));
    MARK(view, "</p>\n<div class=\"other\" lang=\"");
    BOTH(view, "en", "ko");
    MARK(view, "\"><p>");
    view_text(view, view_say(view, text->en, text->ko));
    MARK(view, " ");
    view_text(view, view_say(view, text->next_en, text->next_ko));
    MARK(view, "</p></div>\n<p class=\"buttons\">");
    link_to(exchange, "/vote", "button", view_say(view, "고르는 화면으로", "To your choices"));
    MARK(view, "\n");
    link_to(exchange, "/identity", "second", view_say(view, "본인확인으로", "To identification"));
    MARK(view, "\n");
    link_to(exchange, "", "second", view_say(view, "투표 안내로", "To the ballot"));
    MARK(view, "</p>\n");
    if (code[0] != '\0') {
        MARK(view, "<p class=\"hint\">");
        BOTH(view, "문의하실 때 알려 주십시오: ", "If you ask us, name this: ");
        MARK(view, "<code>");
        view_text(view, code);
        MARK(view, "</code></p>\n");
    }
    view_end(view, &frame);
}
