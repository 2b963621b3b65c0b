/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ballot itself: options in a random order of the voter's own, limits
 * beside them, and what the picks come to. It works without JavaScript; page.js
 * only keeps the running total up to date, in the same words.
 */
#include "participation/web/choice.h"
#include "participation/web/pages.h"

#include "runtime/clock.h"

#include <stdlib.h>

/* What a page of picks is made from. */
struct sheet {
    struct exchange *exchange;
    struct view *view;
    const struct ballot_definition *definition;
    const struct session *session;
    const struct picks *picks;
    const struct picks_fault *fault;
};

static void number_attribute(struct view *view, const char *name, int64_t number)
{
    buffer_append_format(&view->page, " data-%s=\"%lld\"", name, (long long)number);
}

static void option_id(struct view *view, const struct ballot_option *option)
{
    buffer_append_format(&view->page, "option-%u", option->number);
}

/* What every field of an option has besides its kind. */
static void field_attributes(const struct sheet *sheet, const struct ballot_option *option)
{
    struct view *view = sheet->view;

    MARK(view, " id=\"");
    option_id(view, option);
    MARK(view, "\" aria-describedby=\"");
    option_id(view, option);
    MARK(view, "-facts");
    if (sheet->fault->ko != NULL && sheet->fault->number == option->number) {
        MARK(view, " picks-error\" aria-invalid=\"true");
    }
    MARK(view, "\"");
    number_attribute(view, "cost", option->cost_krw);
}

static void box_field(const struct sheet *sheet, const struct ballot_option *option, int64_t value)
{
    struct view *view = sheet->view;
    const bool radio = sheet->definition->method == BALLOT_METHOD_CHOOSE_1;

    buffer_append_text(&view->page, radio ? "<input type=\"radio\"" : "<input type=\"checkbox\"");
    buffer_append_format(&view->page, " name=\"choice\" value=\"%u\"", option->number);
    field_attributes(sheet, option);
    if (value != SESSION_PICK_NONE) {
        MARK(view, " checked");
    }
    MARK(view, ">\n");
}

static void points_field(const struct sheet *sheet, const struct ballot_option *option,
                         int64_t value)
{
    struct view *view = sheet->view;

    buffer_append_format(&view->page,
                         "<input type=\"text\" inputmode=\"numeric\" size=\"5\" maxlength=\"9\" "
                         "autocomplete=\"off\" name=\"points-%u\" value=\"",
                         option->number);
    if (value != SESSION_PICK_NONE) {
        buffer_append_format(&view->page, "%lld", (long long)value);
    }
    MARK(view, "\"");
    field_attributes(sheet, option);
    MARK(view, ">\n");
}

static void place_field(const struct sheet *sheet, const struct ballot_option *option,
                        int64_t value)
{
    struct view *view = sheet->view;

    buffer_append_format(&view->page, "<select name=\"place-%u\"", option->number);
    field_attributes(sheet, option);
    MARK(view, ">\n<option value=\"\">");
    BOTH(view, "순위 없음", "No place");
    MARK(view, "</option>\n");
    for (int64_t place = 1; place <= sheet->definition->max_options; place++) {
        buffer_append_format(&view->page, "<option value=\"%lld\"%s>", (long long)place,
                             place == value ? " selected" : "");
        view_number(view, place);
        BOTH(view, "위", "");
        MARK(view, "</option>\n");
    }
    MARK(view, "</select>\n");
}

static void option_row(const struct sheet *sheet, const struct ballot_option *option)
{
    struct view *view = sheet->view;
    const int64_t value = sheet->picks->values[option->number - 1];
    const bool boxes =
        !ballot_has_points(sheet->definition) && sheet->definition->method != BALLOT_METHOD_ORDINAL;

    buffer_append_text(&view->page,
                       boxes ? "<div class=\"option\">\n" : "<div class=\"option wide\">\n");
    if (boxes) {
        box_field(sheet, option, value);
    }
    MARK(view, "<label for=\"");
    option_id(view, option);
    MARK(view, "\">");
    view_words(view, option->name);
    if (ballot_has_points(sheet->definition)) {
        BOTH(view, " <span>점수</span>", " <span>points</span>");
    } else if (!boxes) {
        BOTH(view, " <span>순위</span>", " <span>place</span>");
    }
    MARK(view, "</label>\n");
    if (ballot_has_points(sheet->definition)) {
        points_field(sheet, option, value);
    } else if (!boxes) {
        place_field(sheet, option, value);
    }
    MARK(view, "<p class=\"facts\" id=\"");
    option_id(view, option);
    MARK(view, "-facts\">");
    page_option_facts(view, option);
    MARK(view, "</p>\n");
    MARK(view, "</div>\n");
}

/* --- What it comes to; page.js writes the same words. --------------------------------------------- */

static void total_words(const struct sheet *sheet, const struct picks_total *total)
{
    struct view *view = sheet->view;
    const struct ballot_definition *definition = sheet->definition;

    BOTH(view, "고른 사업 ", "Chosen: ");
    view_number(view, total->options);
    BOTH(view, "개 (최대 ", " (at most ");
    view_number(view, definition->max_options);
    BOTH(view, "개), 비용 합계 ", "), cost ");
    view_krw(view, total->cost_krw);
    if (definition->max_cost_krw.present) {
        BOTH(view, " (한도 ", " (limit ");
        view_krw(view, definition->max_cost_krw.krw);
        MARK(view, ")");
    }
    if (ballot_has_points(definition)) {
        BOTH(view, ", 점수 합계 ", ", points ");
        view_number(view, total->points);
        BOTH(view, "점", "");
    }
    if (definition->method == BALLOT_METHOD_CUMULATIVE) {
        BOTH(view, " (한도 ", " (limit ");
        view_number(view, ballot_point_limits(definition).max_sum);
        BOTH(view, "점)", ")");
    }
    if (definition->max_cost_krw.present && total->cost_krw > definition->max_cost_krw.krw) {
        BOTH(view, ". 비용 한도를 넘었습니다.", ". Over the cost limit.");
    } else if (definition->method == BALLOT_METHOD_CUMULATIVE &&
               total->points > ballot_point_limits(definition).max_sum) {
        BOTH(view, ". 점수 한도를 넘었습니다.", ". Over the points.");
    } else if (total->options > definition->max_options) {
        BOTH(view, ". 고를 수 있는 수를 넘었습니다.", ". Too many.");
    }
}

/* The bar is of whatever is scarcest: won, points, or the number of options. */
static void total_bar(const struct sheet *sheet, const struct picks_total *total)
{
    const struct ballot_definition *definition = sheet->definition;
    int64_t value = total->options;
    int64_t limit = definition->max_options;

    if (definition->max_cost_krw.present) {
        value = total->cost_krw;
        limit = definition->max_cost_krw.krw;
    } else if (definition->method == BALLOT_METHOD_CUMULATIVE) {
        value = total->points;
        limit = ballot_point_limits(definition).max_sum;
    }
    buffer_append_format(&sheet->view->page, "<progress id=\"bar\" max=\"%lld\" value=\"%lld\"",
                         (long long)limit, (long long)(value < limit ? value : limit));
    MARK(sheet->view, " aria-labelledby=\"total\"></progress>\n");
}

static void total_section(const struct sheet *sheet)
{
    struct view *view = sheet->view;
    const struct picks_total total = picks_total(sheet->definition, sheet->picks);

    MARK(view,
         "<section class=\"total\" aria-labelledby=\"total-title\">\n<h2 id=\"total-title\">");
    BOTH(view, "지금까지 고른 것", "So far");
    MARK(view, "</h2>\n<p id=\"total\" role=\"status\">");
    total_words(sheet, &total);
    MARK(view, "</p>\n");
    total_bar(sheet, &total);
    MARK(view, "</section>\n");
}

/* --- The page. ------------------------------------------------------------------------------------ */

static void form_begin(const struct sheet *sheet)
{
    struct view *view = sheet->view;
    const struct ballot_definition *definition = sheet->definition;

    MARK(view, "<form id=\"ballot\" method=\"post\" action=\"/ballots/");
    view_text(view, sheet->exchange->ballot_id);
    MARK(view, "/vote\" data-method=\"");
    buffer_append_text(&view->page, ballot_has_points(definition)                 ? "points"
                                    : definition->method == BALLOT_METHOD_ORDINAL ? "places"
                                                                                  : "boxes");
    MARK(view, "\"");
    number_attribute(view, "max-options", definition->max_options);
    if (definition->max_cost_krw.present) {
        number_attribute(view, "max-cost", definition->max_cost_krw.krw);
    }
    if (definition->method == BALLOT_METHOD_CUMULATIVE) {
        number_attribute(view, "max-points", ballot_point_limits(definition).max_sum);
    }
    MARK(view, ">\n");
    exchange_write_token(sheet->exchange);
}

static void options(const struct sheet *sheet)
{
    struct view *view = sheet->view;
    const size_t count = sheet->definition->option_count;
    uint32_t *numbers = calloc(count, sizeof *numbers);

    MARK(view, "<fieldset id=\"options\"");
    if (sheet->fault->ko != NULL) {
        MARK(view, " aria-describedby=\"picks-error\"");
    }
    MARK(view, ">\n<legend>");
    BOTH(view, "사업", "Projects");
    MARK(view, "</legend>\n");
    if (sheet->fault->ko != NULL) {
        MARK(view, "<p class=\"error\" id=\"picks-error\">");
        view_text(view, view_say(view, sheet->fault->ko, sheet->fault->en));
        MARK(view, "</p>\n");
    }
    if (numbers == NULL || picks_order(sheet->definition, sheet->session->seed, numbers)) {
        view->page.overflowed = true; /* A page without its options is none. */
        free(numbers);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        option_row(sheet, &sheet->definition->options[numbers[i] - 1]);
    }
    free(numbers);
    MARK(view, "</fieldset>\n");
}

static void buttons(const struct sheet *sheet)
{
    struct view *view = sheet->view;
    const int64_t until_ms =
        clock_now_ms() + sheet->exchange->portal->config.session_minutes * 60 * 1000;

    MARK(view, "<p class=\"buttons\"><button type=\"submit\" name=\"action\" value=\"review\">");
    BOTH(view, "다음: 내용 확인", "Next: check what you chose");
    MARK(view,
         "</button>\n<button type=\"submit\" class=\"second\" name=\"action\" "
         "value=\"total\">");
    BOTH(view, "합계 다시 계산", "Add up again");
    MARK(view, "</button></p>\n<p class=\"hint\">");
    BOTH(view, "이 화면은 ", "This page is good until ");
    view_moment(view, until_ms);
    BOTH(view,
         "까지 쓸 수 있습니다. ‘합계 다시 계산’을 누르면 고른 것을 그대로 둔 채 시간이 늘어납니다.",
         ". “Add up again” extends it and keeps what you chose.");
    MARK(view, "</p>\n");
}

static void error_summary(const struct sheet *sheet)
{
    char field[32] = "options";

    if (sheet->fault->ko == NULL) {
        return;
    }
    if (sheet->fault->number != 0) {
        struct buffer id;

        buffer_init(&id, sizeof field);
        buffer_append_format(&id, "option-%u", sheet->fault->number);
        page_error_summary(sheet->view, view_say(sheet->view, sheet->fault->ko, sheet->fault->en),
                           buffer_text(&id));
        buffer_release(&id);
        return;
    }
    page_error_summary(sheet->view, view_say(sheet->view, sheet->fault->ko, sheet->fault->en),
                       field);
}

void page_vote(struct exchange *exchange, const struct session *session, const struct picks *picks,
               const struct picks_fault *fault)
{
    struct view *view = &exchange->view;
    const struct sheet sheet = {
        .exchange = exchange,
        .view = view,
        .definition = &exchange->ballot->definition,
        .session = session,
        .picks = picks,
        .fault = fault,
    };
    const struct view_frame frame = {
        .title = view_say(view, "사업 고르기", "Choose projects"),
        .wrong = fault->ko != NULL,
        .ballot = sheet.definition,
        .seed = session->seed,
    };

    view_begin(view, &frame);
    error_summary(&sheet);
    MARK(view, "<p class=\"step\">");
    BOTH(view, "4단계 중 2단계", "Step 2 of 4");
    MARK(view, "</p>\n<h1>");
    view_text(view, frame.title);
    MARK(view, "</h1>\n<p>");
    view_words(view, sheet.definition->title);
    MARK(view, "</p>\n");
    if (session->receipt.body != NULL) {
        MARK(view, "<p class=\"notice\">");
        BOTH(view, "이미 접수된 표가 있습니다. 여기서 고른 것을 제출하면 앞선 표를 대신합니다.",
             "You have voted. What you send from here takes that vote's place.");
        MARK(view, "</p>\n");
    }
    MARK(view, "<section class=\"limits\" aria-labelledby=\"limits\">\n<h2 id=\"limits\">");
    BOTH(view, "이 투표의 규칙", "The rules");
    MARK(view, "</h2>\n<ul>\n");
    page_rules(view, sheet.definition);
    MARK(view, "</ul>\n</section>\n");
    form_begin(&sheet);
    options(&sheet);
    total_section(&sheet);
    buttons(&sheet);
    MARK(view, "</form>\n");
    view_end(view, &frame);
}
