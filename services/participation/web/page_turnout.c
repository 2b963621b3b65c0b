/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many voted, by area, sex, age group and so on. A cell that is withheld is
 * said to be; it must never look like zero. Behind it how paper went, and that
 * the count adds up.
 */
#include "participation/web/pages.h"

#include <string.h>

static const char *dimension_words(const struct view *view, const char *name)
{
    static const struct view_term WORDS[] = {
        {"area", "지역별 투표자", "Voters by area"},
        {"sex", "성별 투표자", "Voters by sex"},
        {"age_band", "연령대별 투표자", "Voters by age group"},
        {"channel", "방법별 투표자", "Voters by channel"},
        {"basis", "본인확인 방법별 투표자", "Voters by identification"},
        {"day", "날짜별 투표자", "Voters by day"},
    };

    return view_term(view, WORDS, sizeof WORDS / sizeof WORDS[0], name);
}

static void cell_name(struct view *view, const char *dimension, const char *name)
{
    static const struct view_term WORDS[] = {
        {"unknown", "미상", "not given"},
        {"all", "전체", "all"},
        {"resident-register", "주민등록 확인", "resident register"},
        {"certificate", "인증서", "certificate"},
        {"did", "모바일 신분증(DID)", "DID"},
        {"manual", "직접 확인", "by staff"},
    };

    if (strcmp(dimension, "sex") == 0 && strcmp(name, "unknown") != 0) {
        view_text(view, view_sex(view, name));
        return;
    }
    if (strcmp(dimension, "channel") == 0) {
        view_text(view, view_channel(view, name));
        return;
    }
    if (strcmp(dimension, "area") == 0 && strcmp(name, "all") != 0) {
        view_words(view, name);
        return;
    }
    view_text(view, view_term(view, WORDS, sizeof WORDS / sizeof WORDS[0], name));
}

static void table(struct view *view, const char *dimension, const json_t *cells)
{
    MARK(view, "<table>\n<caption>");
    view_text(view, dimension_words(view, dimension));
    MARK(view, "</caption>\n<thead><tr><th scope=\"col\">");
    BOTH(view, "구분</th><th scope=\"col\">사람 수", "Group</th><th scope=\"col\">People");
    MARK(view, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < json_array_size(cells); i++) {
        const json_t *cell = json_array_get(cells, i);
        const json_t *voters = json_object_get(cell, "voters");

        MARK(view, "<tr><th scope=\"row\">");
        cell_name(view, dimension, web_json_text(cell, "name"));
        MARK(view, "</th><td class=\"number\">");
        if (json_is_integer(voters)) {
            view_number(view, json_integer_value(voters));
        } else {
            BOTH(view, "비공개", "withheld");
        }
        MARK(view, "</td></tr>\n");
    }
    MARK(view, "</tbody>\n</table>\n");
}

static int64_t number_of(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

static void row(struct view *view, const char *name, int64_t number)
{
    MARK(view, "<tr><th scope=\"row\">");
    view_text(view, name);
    MARK(view, "</th><td class=\"number\">");
    view_number(view, number);
    MARK(view, "</td></tr>\n");
}

static const char *kind_words(const struct view *view, const char *kind)
{
    static const struct view_term WORDS[] = {
        {"vote", "유효한 표", "Votes"},
        {"blank", "백지(기권)", "Blank"},
        {"unclear", "무효: 알아볼 수 없음", "Invalid: cannot be read"},
        {"rule-broken", "무효: 투표 방법에 어긋남", "Invalid: breaks the ballot's rules"},
        {"not-official", "무효: 정해진 투표용지가 아님", "Invalid: no official ballot paper"},
        {"empty-envelope", "빈 봉투", "Empty envelopes"},
    };

    return view_term(view, WORDS, sizeof WORDS / sizeof WORDS[0], kind);
}

/* Papers from the voter's hand to what was on them. */
static void paper(struct view *view, const json_t *about)
{
    const json_t *kinds = json_object_get(about, "kinds");
    const json_t *reason = json_object_get(about, "completed_reason");

    if (!json_is_object(about)) {
        return;
    }
    MARK(view, "<h2>");
    BOTH(view, "종이 투표", "Votes on paper");
    MARK(view, "</h2>\n<table>\n<caption>");
    BOTH(view, "투표용지와 개표한 봉투", "Ballot papers, and envelopes that were opened");
    MARK(view, "</caption>\n<tbody>\n");
    row(view, view_say(view, "나누어 준 투표용지(반납 제외)", "Papers issued and not handed back"),
        number_of(about, "issued"));
    row(view, view_say(view, "반납되어 취소한 투표용지", "Papers handed back and cancelled"),
        number_of(about, "handed_back"));
    row(view, view_say(view, "들어온 봉투", "Envelopes that came in"),
        number_of(about, "envelopes"));
    row(view, view_say(view, "돌아오지 않은 투표용지", "Papers that did not come back"),
        number_of(about, "not_returned"));
    row(view, view_say(view, "두 사람씩 입력하고 봉인한 묶음", "Batches, entered twice and sealed"),
        number_of(about, "batches"));
    for (size_t i = 0; i < json_array_size(kinds); i++) {
        const json_t *kind = json_array_get(kinds, i);

        row(view, kind_words(view, web_json_text(kind, "kind")), number_of(kind, "sheets"));
    }
    MARK(view, "</tbody>\n</table>\n");
    if (json_is_string(reason)) {
        BOTH(view, "<p>더 기다리지 않고 개표한 사유: ", "<p>Why no more papers were waited for: ");
        view_words(view, json_string_value(reason));
        MARK(view, "</p>\n");
    }
}

/* Two numbers that must be the same, with whether they are. */
static void compared(struct view *view, int64_t one, int64_t other)
{
    MARK(view, " ");
    view_number(view, one);
    view_text(view, one == other ? " = " : " ≠ ");
    view_number(view, other);
    MARK(view, "</li>\n");
}

/* That the count adds up, in ways that do not know of one another. */
static void sums(struct view *view, const json_t *about)
{
    if (!json_is_object(about)) {
        return;
    }
    MARK(view, "<h2>");
    BOTH(view, "숫자 맞춰 보기", "The count adds up");
    MARK(view, "</h2>\n<p>");
    BOTH(view, "개표한 표는 모두 ", "Votes that were counted: ");
    view_number(view, number_of(about, "votes"));
    BOTH(view, "표입니다. 서로 다른 방법으로 센 수가 같아야 합니다.",
         ". What was counted in different ways must be the same.");
    MARK(view, "</p>\n<ul>\n<li>");
    BOTH(view, "사업별 득표의 합 = 표마다 고른 사업 수의 합:",
         "Votes of all projects = projects named in all votes:");
    compared(view, number_of(about, "selections"), number_of(about, "choices"));
    MARK(view, "<li>");
    BOTH(view, "투표한 사람 = 투표함에 있는 서로 다른 익명 번호:",
         "People who voted = different pseudonyms in the box:");
    compared(view, number_of(about, "voters"), number_of(about, "distinct_voters"));
    MARK(view, "</ul>\n");
}

static bool has_paper(const json_t *tables)
{
    const json_t *cells = json_object_get(tables, "channel");

    for (size_t i = 0; i < json_array_size(cells); i++) {
        if (strcmp(web_json_text(json_array_get(cells, i), "name"), "paper") == 0) {
            return true;
        }
    }
    return false;
}

void page_turnout(struct view *view, const json_t *turnout)
{
    const json_t *tables = json_object_get(turnout, "tables");
    const json_t *eligible = json_object_get(turnout, "eligible");
    const char *dimension;
    json_t *cells;

    MARK(view, "<h2>");
    BOTH(view, "투표율", "Turnout");
    MARK(view, "</h2>\n<p>");
    BOTH(view, "투표한 사람 ", "People who voted: ");
    view_number(view, json_integer_value(json_object_get(turnout, "voters")));
    BOTH(view, "명", "");
    if (json_is_integer(eligible)) {
        BOTH(view, " (등록된 유권자 ", " (of ");
        view_number(view, json_integer_value(eligible));
        BOTH(view, "명)", " on the roll)");
    }
    BOTH(view, ", 표를 바꾼 횟수 ", ", changes of votes: ");
    view_number(view, json_integer_value(json_object_get(turnout, "revisions")));
    BOTH(view, "번", "");
    MARK(view, "</p>\n<p class=\"hint\">");
    BOTH(view,
         "다섯 명보다 적은 칸과 그것을 짐작하게 하는 칸은 누구인지 드러날 수 있어 ‘비공개’로 "
         "둡니다.",
         "Cells of fewer than five people, and those that would give them away, are withheld.");
    if (has_paper(tables)) {
        MARK(view, "</p>\n<p class=\"hint\">");
        BOTH(
            view,
            "‘종이’는 투표용지를 받아 반납하지 않은 사람 수입니다. 개표된 종이 투표지 수와 다를 수 "
            "있습니다.",
            "Paper counts the people who were given a ballot paper and kept it, which may differ "
            "from the number of paper votes counted.");
    }
    MARK(view, "</p>\n<div class=\"tables\">\n");
    json_object_foreach((json_t *)(uintptr_t)tables, dimension, cells)
    {
        table(view, dimension, cells);
    }
    MARK(view, "</div>\n");
    paper(view, json_object_get(turnout, "paper"));
    sums(view, json_object_get(turnout, "sums"));
}
