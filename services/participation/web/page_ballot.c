/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a ballot is about, and the stand-in for proving who one is. The stand-in
 * must never look like the real thing.
 */
#include "participation/web/pages.h"

#include "participation/domain/ballot_names.h"

#include <string.h>

static void rule(struct view *view, const char *ko, const char *en, int64_t number,
                 const char *after_ko, const char *after_en)
{
    MARK(view, "<li>");
    view_text(view, view_say(view, ko, en));
    view_number(view, number);
    view_text(view, view_say(view, after_ko, after_en));
    MARK(view, "</li>\n");
}

static void option_rules(struct view *view, const struct ballot_definition *definition)
{
    if (definition->method == BALLOT_METHOD_CHOOSE_1) {
        MARK(view, "<li>");
        BOTH(view, "사업을 하나 고릅니다.", "Choose one project.");
        MARK(view, "</li>\n");
        return;
    }
    if (definition->min_options > 1) {
        rule(view, "최소 ", "Name at least ", definition->min_options, "개 사업을 고릅니다.",
             " projects.");
    }
    rule(view, "최대 ", "Name at most ", definition->max_options, "개 사업까지 고를 수 있습니다.",
         " projects.");
    if (definition->method == BALLOT_METHOD_ORDINAL) {
        MARK(view, "<li>");
        BOTH(view,
             "고른 사업에 1위부터 빠짐없이 순위를 매깁니다. 같은 순위는 한 번만 쓸 수 있습니다.",
             "Give places from 1 without a gap; each place once.");
        MARK(view, "</li>\n");
    }
}

static void point_rules(struct view *view, const struct ballot_definition *definition)
{
    const struct ballot_point_limits limits = ballot_point_limits(definition);

    MARK(view, "<li>");
    BOTH(view, "한 사업에 ", "Between ");
    view_number(view, limits.min);
    BOTH(view, "점에서 ", " and ");
    view_number(view, limits.max);
    BOTH(view, "점까지 줄 수 있습니다.", " points for one project.");
    MARK(view, "</li>\n");
    if (definition->method == BALLOT_METHOD_CUMULATIVE) {
        if (limits.min_sum > 0) {
            rule(view, "모두 더해 최소 ", "At least ", limits.min_sum, "점을 나누어 줍니다.",
                 " points together.");
        }
        rule(view, "모두 더해 최대 ", "At most ", limits.max_sum, "점까지 나누어 줄 수 있습니다.",
             " points together.");
    } else {
        rule(view, "비워 둔 사업은 ", "A project left empty counts as ",
             definition->default_score.points, "점으로 셉니다.", " points.");
    }
}

static void cost_rules(struct view *view, const struct ballot_definition *definition)
{
    if (definition->min_cost_krw.present) {
        rule(view, "고른 사업의 비용을 더해 ", "Together they cost at least ",
             definition->min_cost_krw.krw, "원 이상이어야 합니다.", " won.");
    }
    if (definition->max_cost_krw.present) {
        rule(view, "고른 사업의 비용을 더해 ", "Together they cost at most ",
             definition->max_cost_krw.krw, "원을 넘을 수 없습니다.", " won.");
    }
}

static void quota_rules(struct view *view, const struct ballot_definition *definition)
{
    for (size_t i = 0; i < definition->area_quotas.count; i++) {
        const struct ballot_quota *quota = &definition->area_quotas.list[i];

        MARK(view, "<li>");
        if (quota->scope == BALLOT_SCOPE_AREA) {
            view_words(view, quota->area);
            BOTH(view, " 사업: ", " projects: ");
        } else if (quota->scope == BALLOT_SCOPE_LOCAL) {
            BOTH(view, "동 단위 사업: ", "Neighbourhood projects: ");
        } else {
            BOTH(view, "구 전체 사업: ", "District-wide projects: ");
        }
        view_number(view, quota->min_options);
        BOTH(view, "개에서 ", " to ");
        view_number(view, quota->max_options);
        BOTH(view, "개까지", "");
        MARK(view, "</li>\n");
    }
}

/* What a vote weighs by the channel that it comes through. */
static void channel_rules(struct view *view, const struct ballot_channel_weights *weights)
{
    if (weights->count == 0) {
        return;
    }
    MARK(view, "<li>");
    BOTH(view, "투표 방법에 따라 반영 비율이 다릅니다: ",
         "What votes weigh depends on how they are cast: ");
    for (size_t i = 0; i < weights->count; i++) {
        bool first = true;

        view_text(view, i > 0 ? ", " : "");
        for (unsigned channel = 1; channel < BALLOT_CHANNEL_END; channel++) {
            if ((weights->parts[i].channels & BALLOT_BIT(channel)) != 0) {
                view_text(view, first ? "" : "·");
                view_text(view,
                          view_channel(view, ballot_channel_name((enum ballot_channel)channel)));
                first = false;
            }
        }
        MARK(view, " ");
        view_number(view, weights->parts[i].weight);
    }
    BOTH(view, ". 묶음마다 가장 높은 사업이 그 비율만큼을 모두 얻습니다.",
         ". In each of these the highest project gets all of the weight.");
    MARK(view, "</li>\n");
}

/* What decides beside the votes, so that it is known before anybody votes. */
static void count_rules(struct view *view, const struct ballot_definition *definition)
{
    const struct ballot_jury *jury = &definition->jury;
    bool adjustable = definition->partial_fit.present;

    for (size_t i = 0; i < definition->option_count && !adjustable; i++) {
        adjustable = definition->min_costs.krw[i] > 0;
    }
    if (jury->present) {
        MARK(view, "<li>");
        BOTH(view, "주민 투표와 심사 점수를 ", "Residents' votes and a jury's scores are weighed ");
        view_number(view, jury->resident_weight);
        MARK(view, ":");
        view_number(view, jury->jury_weight);
        BOTH(view, "의 비율로 더한 점수로 선정합니다.",
             " and added; the sum selects the projects.");
        MARK(view, "</li>\n");
    }
    channel_rules(view, &definition->channel_weights);
    if (definition->quorum.present) {
        rule(view, "투표자가 ", "If fewer than ", definition->quorum.voters,
             "명에 미치지 못하면 사업을 선정하지 않습니다.",
             " people vote, no project is selected.");
    }
    if (definition->quorum_share.present) {
        MARK(view, "<li>");
        BOTH(view, "투표자가 유권자 명부의 ", "If fewer than ");
        view_number(view, definition->quorum_share.numerator);
        MARK(view, "/");
        view_number(view, definition->quorum_share.denominator);
        BOTH(view, "에 미치지 못하면 사업을 선정하지 않습니다.",
             " of those on the roll vote, no project is selected.");
        MARK(view, "</li>\n");
    }
    if (adjustable) {
        MARK(view, "<li>");
        BOTH(view, "예산에 맞추어 사업비 일부만으로 선정될 수 있는 사업이 있습니다.",
             "Some projects may be selected with less than their cost, to fit the budget.");
        MARK(view, "</li>\n");
    }
}

void page_rules(struct view *view, const struct ballot_definition *definition)
{
    option_rules(view, definition);
    if (ballot_has_points(definition)) {
        point_rules(view, definition);
    }
    cost_rules(view, definition);
    quota_rules(view, definition);
    if (definition->empty_allowed) {
        MARK(view, "<li>");
        BOTH(view, "아무 사업도 고르지 않은 표도 유효합니다.", "A vote for none of them is valid.");
        MARK(view, "</li>\n");
    }
    count_rules(view, definition);
}

static void who_may(struct view *view, const struct ballot_definition *definition)
{
    const struct eligibility *eligibility = &definition->eligibility;
    bool first = true;

    for (unsigned ground = 1; ground < ELIGIBILITY_GROUND_END; ground++) {
        if (eligibility->grounds & BALLOT_BIT(ground)) {
            view_text(view, first ? "" : ", ");
            view_text(view, view_ground(view, ground));
            first = false;
        }
    }
    if (eligibility->min_age.present) {
        BOTH(view, ", 만 ", ", aged ");
        view_number(view, eligibility->min_age.years);
        BOTH(view, "세 이상", " or older");
    }
    if (eligibility->max_age.present) {
        BOTH(view, ", 만 ", ", aged ");
        view_number(view, eligibility->max_age.years);
        BOTH(view, "세 이하", " or younger");
    }
    if (eligibility_has_age(eligibility)) {
        MARK(view, " (");
        view_text(view, eligibility->age_on);
        BOTH(view, " 기준)", ")");
    }
}

static void facts(struct view *view, const struct web_ballot *ballot)
{
    const struct ballot_definition *definition = &ballot->definition;

    MARK(view, "<dl>\n<dt>");
    BOTH(view, "투표 기간", "Voting");
    MARK(view, "</dt><dd>");
    view_moment(view, definition->opens_at_ms);
    MARK(view, " ~ ");
    view_moment(view, ballot->closes_at_ms);
    MARK(view, "</dd>\n<dt>");
    BOTH(view, "참여할 수 있는 사람", "Who may vote");
    MARK(view, "</dt><dd>");
    who_may(view, definition);
    MARK(view, "</dd>\n<dt>");
    BOTH(view, "예산", "Budget");
    MARK(view, "</dt><dd>");
    view_krw(view, definition->budget_krw);
    MARK(view, "</dd>\n<dt>");
    BOTH(view, "투표 방법", "How to vote");
    MARK(view, "</dt><dd>");
    view_text(view, view_method(view, definition->method));
    MARK(view, "</dd>\n</dl>\n<h2>");
    BOTH(view, "이 투표의 규칙", "The rules");
    MARK(view, "</h2>\n<ul>\n");
    page_rules(view, definition);
    MARK(view, "</ul>\n");
}

void page_option_facts(struct view *view, const struct ballot_option *option)
{
    BOTH(view, "비용 ", "Cost ");
    view_krw(view, option->cost_krw);
    MARK(view, " · ");
    if (option->area[0] != '\0') {
        view_words(view, option->area);
    } else {
        BOTH(view, "구 전체", "whole district");
    }
    if (option->field[0] != '\0') {
        MARK(view, " · ");
        view_words(view, option->field);
    }
}

/* Everybody may read what there is to choose from, before saying who they are. */
static void options(struct view *view, const struct ballot_definition *definition)
{
    MARK(view, "<h2>");
    BOTH(view, "사업 목록", "The projects");
    MARK(view, "</h2>\n<p>");
    BOTH(view, "등록된 순서입니다. 투표 화면에서는 사람마다 다른 무작위 순서로 보여 드립니다.",
         "In the order they were registered. The ballot shows them to everybody in a random order "
         "of "
         "their own.");
    MARK(view, "</p>\n<ol>\n");
    for (size_t i = 0; i < definition->option_count; i++) {
        MARK(view, "<li>");
        view_words(view, definition->options[i].name);
        MARK(view, "<p class=\"facts\">");
        page_option_facts(view, &definition->options[i]);
        MARK(view, "</p></li>\n");
    }
    MARK(view, "</ol>\n");
}

/* Why nobody can vote now. */
static void notice(struct view *view, const struct web_ballot *ballot, int64_t now_ms)
{
    MARK(view, "<p class=\"notice\">");
    if (ballot->state == BALLOT_STATE_DRAFT || ballot->state == BALLOT_STATE_OPENING) {
        BOTH(view, "아직 열리지 않은 투표입니다.", "This ballot has not been opened yet.");
    } else if (ballot->state == BALLOT_STATE_OPEN && now_ms < ballot->definition.opens_at_ms) {
        BOTH(view, "아직 투표 기간이 아닙니다.", "Voting has not begun yet.");
    } else {
        BOTH(view, "마감되었습니다. 결과는 확정된 뒤에 공개합니다.",
             "Closed. The result is published once it is certified.");
    }
    MARK(view, "</p>\n");
}

/* Where a person goes from here. */
static void way_on(struct exchange *exchange, int64_t now_ms)
{
    struct view *view = &exchange->view;
    const struct web_ballot *ballot = exchange->ballot;

    if (ballot->state == BALLOT_STATE_CERTIFIED) {
        MARK(view, "<p><a class=\"button\" href=\"/ballots/");
        view_text(view, exchange->ballot_id);
        MARK(view, "/result\">");
        BOTH(view, "결과 보기", "See the result");
        MARK(view, "</a></p>\n");
    } else if (ballot->state == BALLOT_STATE_OPEN && now_ms >= ballot->definition.opens_at_ms &&
               now_ms < ballot->closes_at_ms) {
        MARK(view, "<p><a class=\"button\" href=\"/ballots/");
        view_text(view, exchange->ballot_id);
        MARK(view, "/identity\">");
        BOTH(view, "투표 시작", "Begin to vote");
        MARK(view, "</a></p>\n<p>");
        BOTH(view,
             "마감 전까지는 같은 방법으로 다시 투표하여 표를 바꿀 수 있습니다. 마지막 표가 "
             "유효합니다.",
             "Until it closes you may vote again in the same way; the last vote counts.");
        MARK(view, "</p>\n");
    } else {
        notice(view, ballot, now_ms);
    }
}

void page_ballot(struct exchange *exchange, int64_t now_ms)
{
    struct view *view = &exchange->view;
    const struct ballot_definition *definition = &exchange->ballot->definition;
    const struct view_frame frame = {.title = definition->title, .ballot = definition};

    view_begin(view, &frame);
    MARK(view, "<h1>");
    view_words(view, definition->title);
    MARK(view, "</h1>\n");
    way_on(exchange, now_ms);
    facts(view, exchange->ballot);
    options(view, definition);
    MARK(view, "<h2>");
    BOTH(view, "내 표 확인", "Check a vote");
    MARK(view, "</h2>\n<p><a href=\"/ballots/");
    view_text(view, exchange->ballot_id);
    MARK(view, "/check\">");
    BOTH(view, "접수증의 확인 코드로 내 표가 공개 게시판에 있는지 확인하기",
         "Look whether the board has the vote of your receipt's code");
    MARK(view, "</a></p>\n");
    view_end(view, &frame);
}
