/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frame and figures. Must never put a text into the page unescaped, nor name a
 * voter.
 */
#include "participation/web/view.h"

#include "participation/domain/eligibility.h"
#include "runtime/clock.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SECONDS_PER_MINUTE = 60,
    SECONDS_PER_HOUR = 60 * SECONDS_PER_MINUTE,
    KOREA_AHEAD_MS = 9 * 60 * 60 * 1000,
    DAY_MS = 24 * 60 * 60 * 1000,
    THURSDAY = 4, /* 1970-01-01, counted from Sunday */
    WEEK = 7,
};

const char *view_say(const struct view *view, const char *ko, const char *en)
{
    return view->language == PROBLEM_KOREAN ? ko : en;
}

void view_text(struct view *view, const char *text)
{
    html_text(&view->page, text);
}

const char *view_term(const struct view *view, const struct view_term *terms, size_t count,
                      const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(terms[i].word, word) == 0) {
            return view_say(view, terms[i].ko, terms[i].en);
        }
    }
    return word;
}

void view_words(struct view *view, const char *text)
{
    BOTH(view, "", "<span lang=\"ko\">");
    view_text(view, text);
    BOTH(view, "", "</span>");
}

void view_number_text(int64_t number, char ret_text[VIEW_NUMBER_SIZE])
{
    char digits[VIEW_NUMBER_SIZE];
    const char *from = digits;
    size_t at = 0;
    size_t left;

    (void)snprintf(digits, sizeof digits, "%" PRId64, number); /* Always fits. */
    if (*from == '-') {
        ret_text[at] = *from;
        at++;
        from++;
    }
    for (left = strlen(from); left > 0; left--) {
        ret_text[at] = *from;
        at++;
        from++;
        if (left > 1 && left % 3 == 1) {
            ret_text[at] = ',';
            at++;
        }
    }
    assert(at < VIEW_NUMBER_SIZE);
    ret_text[at] = '\0';
}

void view_number(struct view *view, int64_t number)
{
    char text[VIEW_NUMBER_SIZE];

    view_number_text(number, text);
    view_text(view, text);
}

void view_krw(struct view *view, int64_t amount_krw)
{
    view_number(view, amount_krw);
    BOTH(view, "원", " won");
}

void view_duration(struct view *view, int64_t seconds)
{
    const struct {
        int64_t count;
        const char *ko;
        const char *one;
        const char *many;
    } parts[] = {
        {seconds / SECONDS_PER_HOUR, "시간", " hour", " hours"},
        {seconds % SECONDS_PER_HOUR / SECONDS_PER_MINUTE, "분", " minute", " minutes"},
        {seconds % SECONDS_PER_MINUTE, "초", " second", " seconds"},
    };

    bool begun = false;

    assert(seconds >= 1);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].count > 0) {
            view_text(view, begun ? " " : "");
            view_number(view, parts[i].count);
            view_text(view, view_say(view, parts[i].ko,
                                     parts[i].count == 1 ? parts[i].one : parts[i].many));
            begun = true;
        }
    }
}

static int two_digits(const char *text)
{
    return (text[0] - '0') * 10 + (text[1] - '0');
}

void view_moment_text(enum problem_language language, int64_t time_ms,
                      char ret_text[VIEW_MOMENT_SIZE])
{
    static const char *const KOREAN[] = {"일", "월", "화", "수", "목", "금", "토"};
    static const char *const ENGLISH[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    char iso[CLOCK_TEXT_SIZE]; /* 2022-09-19T09:00:00.000Z, of Korea's time */
    const int64_t local_ms = time_ms + KOREA_AHEAD_MS;
    const size_t day = (size_t)((local_ms / DAY_MS + THURSDAY) % WEEK);

    assert(time_ms >= 0);
    clock_format(local_ms, iso);
    if (language == PROBLEM_KOREAN) {
        (void)snprintf(ret_text, VIEW_MOMENT_SIZE, "%.4s. %d. %d.(%s) %.5s", iso,
                       two_digits(iso + 5), two_digits(iso + 8), KOREAN[day], iso + 11);
    } else {
        (void)snprintf(ret_text, VIEW_MOMENT_SIZE, "%s %.10s %.5s KST", ENGLISH[day], iso,
                       iso + 11);
    }
}

void view_moment(struct view *view, int64_t time_ms)
{
    char text[VIEW_MOMENT_SIZE];

    view_moment_text(view->language, time_ms, text);
    view_text(view, text);
}

/* A link that changes how pages look; the choice is kept in a cookie. */
static void view_switches(struct view *view)
{
    MARK(view, "<nav aria-label=\"");
    BOTH(view, "보기 설정", "View");
    MARK(view, "\"><ul><li><a href=\"");
    view_text(view, view->path);
    BOTH(view, "?lang=en\" lang=\"en\" hreflang=\"en\">English</a></li>",
         "?lang=ko\" lang=\"ko\" hreflang=\"ko\">한국어</a></li>");
    MARK(view, "<li><a href=\"");
    view_text(view, view->path);
    if (view->large) {
        MARK(view, "?text=normal\">");
        BOTH(view, "보통 글씨", "Normal type");
    } else {
        MARK(view, "?text=large\">");
        BOTH(view, "큰 글씨", "Large type");
    }
    MARK(view, "</a></li></ul></nav>\n");
}

void view_begin(struct view *view, const struct view_frame *frame)
{
    MARK(view, "<!DOCTYPE html>\n<html lang=\"");
    BOTH(view, "ko", "en");
    buffer_append_text(&view->page, view->large ? "\" class=\"large\">\n" : "\">\n");
    MARK(view,
         "<head>\n"
         "<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<title>");
    if (frame->wrong) {
        BOTH(view, "오류: ", "Error: ");
    }
    view_text(view, frame->title);
    BOTH(view, " - 협치 주민투표", " - Hyeopchi ballots");
    MARK(view,
         "</title>\n"
         "<link rel=\"icon\" href=\"data:,\">\n"
         "<link rel=\"stylesheet\" href=\"/style.css\">\n"
         "<script src=\"/page.js\" defer></script>\n"
         "</head>\n"
         "<body>\n"
         "<a class=\"skip\" href=\"#main\">");
    BOTH(view, "본문 바로가기", "Skip to content");
    MARK(view, "</a>\n<header>\n<p><a class=\"home\" href=\"/\">");
    BOTH(view, "협치 주민투표", "Hyeopchi ballots");
    MARK(view, "</a></p>\n");
    view_switches(view);
    MARK(view, "</header>\n<main id=\"main\" tabindex=\"-1\">\n");
    if (frame->ballot != NULL && frame->ballot->demonstration) {
        MARK(view, "<p class=\"demonstration\"><strong>");
        BOTH(view, "시연용</strong> 실제 투표가 아닙니다. 표와 금액은 시연을 위한 것입니다.",
             "Demonstration.</strong> This is no real ballot; votes and amounts are made up.");
        MARK(view, "</p>\n");
    }
}

void view_begin_of_ballot(struct view *view, const struct view_frame *frame)
{
    assert(frame->ballot != NULL);

    view_begin(view, frame);
    MARK(view, "<h1>");
    view_text(view, frame->title);
    MARK(view, "</h1>\n<p>");
    view_words(view, frame->ballot->title);
    MARK(view, "</p>\n");
}

void view_end(struct view *view, const struct view_frame *frame)
{
    MARK(view, "</main>\n<footer>\n<h2>");
    BOTH(view, "도움말과 문의", "Help and contact");
    MARK(view, "</h2>\n<p>");
    if (view->contact[0] != '\0') {
        view_words(view, view->contact);
    } else {
        BOTH(view, "등록된 문의처가 없습니다. 구청 담당 부서에 문의해 주십시오.",
             "No contact is registered here; please ask your district office.");
    }
    MARK(view, "</p>\n");
    if (frame->seed != NULL) {
        MARK(view, "<p>");
        BOTH(view, "사업은 사람마다 다른 무작위 순서로 보여 드립니다. 이 화면의 순서를 만든 값: ",
             "Everybody sees the projects in a random order of their own. This page's seed: ");
        MARK(view, "<code>");
        view_text(view, frame->seed);
        MARK(view, "</code></p>\n");
    }
    MARK(view, "</footer>\n</body>\n</html>\n");
}

const char *view_method(const struct view *view, enum ballot_method method)
{
    static const char *const NAMES[BALLOT_METHOD_END][2] = {
        {"", ""},
        {"여러 사업 고르기", "choose several projects"},
        {"사업 하나 고르기", "choose one project"},
        {"점수 나누어 주기", "distribute points"},
        {"사업마다 점수 매기기", "score each project"},
        {"순위 매기기", "rank projects"},
    };

    assert(method > BALLOT_METHOD_MISSING && method < BALLOT_METHOD_END);
    return NAMES[method][view->language == PROBLEM_KOREAN ? 0 : 1];
}

const char *view_ground(const struct view *view, unsigned ground)
{
    static const char *const NAMES[ELIGIBILITY_GROUND_END][2] = {
        {"", ""},
        {"주소를 둔 주민", "people who live here"},
        {"직장이 있는 사람", "people who work here"},
        {"학교에 다니는 사람", "people who study here"},
        {"등록 외국인", "registered foreigners"},
    };

    assert(ground < ELIGIBILITY_GROUND_END);
    return NAMES[ground][view->language == PROBLEM_KOREAN ? 0 : 1];
}

const char *view_sex(const struct view *view, const char *word)
{
    if (strcmp(word, "F") == 0) {
        return view_say(view, "여성", "Female");
    }
    if (strcmp(word, "M") == 0) {
        return view_say(view, "남성", "Male");
    }
    if (strcmp(word, "X") == 0) {
        return view_say(view, "그 밖의 성별", "Other");
    }
    return view_say(view, "밝히지 않음", "Not given");
}

const char *view_channel(const struct view *view, const char *word)
{
    static const struct view_term WORDS[] = {
        {"web", "인터넷", "web"},
        {"kiosk", "무인 단말기", "kiosk"},
        {"booth", "투표소", "booth"},
        {"paper", "종이", "paper"},
    };

    return view_term(view, WORDS, sizeof WORDS / sizeof WORDS[0], word);
}
