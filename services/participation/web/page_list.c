/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first page: ballots that are open, in front of those that are not yet or
 * no more.
 */
#include "participation/web/pages.h"
#include "runtime/clock.h"

#include <string.h>

/* What a ballot's state and window mean to a resident. */
enum standing {
    STANDING_HIDDEN,
    STANDING_OPEN,
    STANDING_EARLY,
    STANDING_COUNTING,
    STANDING_RESULT
};

static enum standing standing_of(const json_t *ballot, int64_t now_ms)
{
    const char *state = web_json_text(ballot, "state");
    int64_t opens_ms = 0;
    int64_t closes_ms = 0;

    if (web_json_window(ballot, &opens_ms, &closes_ms) || strcmp(state, "draft") == 0 ||
        strcmp(state, "opening") == 0) {
        return STANDING_HIDDEN;
    }
    if (strcmp(state, "certified") == 0) {
        return STANDING_RESULT;
    }
    if (strcmp(state, "open") != 0 || now_ms >= closes_ms) {
        return STANDING_COUNTING;
    }
    return now_ms < opens_ms ? STANDING_EARLY : STANDING_OPEN;
}

static void window(struct view *view, const json_t *ballot)
{
    int64_t opens_ms = 0;
    int64_t closes_ms = 0;

    if (web_json_window(ballot, &opens_ms, &closes_ms) == ERR_OK) {
        view_moment(view, opens_ms);
        MARK(view, " ~ ");
        view_moment(view, closes_ms);
    }
}

static void item(struct view *view, const json_t *ballot, enum standing standing)
{
    MARK(view, "<li class=\"card\"><h3><a href=\"/ballots/");
    view_text(view, web_json_text(ballot, "ballot_id"));
    if (standing == STANDING_RESULT) {
        MARK(view, "/result");
    }
    MARK(view, "\">");
    view_words(view, web_json_text(ballot, "title"));
    MARK(view, "</a></h3>\n<p>");
    if (json_is_true(json_object_get(ballot, "demonstration"))) {
        MARK(view, "<span class=\"tag\">");
        BOTH(view, "시연용", "Demonstration");
        MARK(view, "</span> ");
    }
    BOTH(view, "투표 기간 ", "Voting: ");
    window(view, ballot);
    MARK(view, "<br>");
    BOTH(view, "예산 ", "Budget: ");
    view_krw(view, json_integer_value(json_object_get(ballot, "budget_krw")));
    MARK(view, "</p></li>\n");
}

/* The ballots of one standing under a heading; nothing when there are none. */
static size_t section(struct view *view, const json_t *ballots, enum standing wanted,
                      const char *title)
{
    const int64_t now_ms = clock_now_ms();
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(ballots); i++) {
        const json_t *ballot = json_array_get(ballots, i);

        if (standing_of(ballot, now_ms) != wanted) {
            continue;
        }
        if (count == 0) {
            MARK(view, "<h2>");
            view_text(view, title);
            MARK(view, "</h2>\n<ul class=\"cards\">\n");
        }
        item(view, ballot, wanted);
        count++;
    }
    if (count > 0) {
        MARK(view, "</ul>\n");
    }
    return count;
}

void page_list(struct exchange *exchange, const json_t *json)
{
    struct view *view = &exchange->view;
    const json_t *ballots = json_object_get(json, "ballots");
    const struct view_frame frame = {.title = view_say(view, "주민투표", "Ballots")};

    view_begin(view, &frame);
    MARK(view, "<h1>");
    BOTH(view, "우리 동네 예산, 주민이 정합니다", "Residents decide the local budget");
    MARK(view, "</h1>\n");
    if (section(view, ballots, STANDING_OPEN,
                view_say(view, "지금 참여할 수 있는 투표", "Open now")) == 0) {
        MARK(view, "<p>");
        BOTH(view, "지금 진행 중인 투표가 없습니다.", "No ballot is open now.");
        MARK(view, "</p>\n");
    }
    (void)section(view, ballots, STANDING_EARLY,
                  view_say(view, "곧 시작하는 투표", "Opening soon"));
    (void)section(view, ballots, STANDING_COUNTING,
                  view_say(view, "마감되어 결과를 확정하는 투표", "Closed, being certified"));
    (void)section(view, ballots, STANDING_RESULT, view_say(view, "결과가 나온 투표", "Results"));
    view_end(view, &frame);
}
