/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many voted, by area, sex, age group and so on. A cell that is withheld is
 * said to be; it must never look like zero.
 */
#include "participation/web/pages.h"

#include <string.h>

static const char *dimension_words(const struct view *view, const char *name)
{
    static const char *const WORDS[][3] = {
        {"area", "지역별 투표자", "Voters by area"},
        {"sex", "성별 투표자", "Voters by sex"},
        {"age_band", "연령대별 투표자", "Voters by age group"},
        {"channel", "방법별 투표자", "Voters by channel"},
        {"basis", "본인확인 방법별 투표자", "Voters by identification"},
        {"day", "날짜별 투표자", "Voters by day"},
    };

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (strcmp(WORDS[i][0], name) == 0) {
            return view_say(view, WORDS[i][1], WORDS[i][2]);
        }
    }
    return name;
}

static void cell_name(struct view *view, const char *dimension, const char *name)
{
    static const char *const WORDS[][3] = {
        {"unknown", "미상", "not given"},
        {"all", "전체", "all"},
        {"web", "인터넷", "web"},
        {"kiosk", "무인 단말기", "kiosk"},
        {"booth", "투표소", "booth"},
        {"paper", "종이", "paper"},
        {"resident-register", "주민등록 확인", "resident register"},
        {"certificate", "인증서", "certificate"},
        {"did", "모바일 신분증(DID)", "DID"},
        {"manual", "직접 확인", "by staff"},
    };

    if (strcmp(dimension, "sex") == 0 && strcmp(name, "unknown") != 0) {
        view_text(view, view_sex(view, name));
        return;
    }
    if (strcmp(dimension, "area") == 0 && strcmp(name, "all") != 0) {
        view_words(view, name);
        return;
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (strcmp(WORDS[i][0], name) == 0) {
            view_text(view, view_say(view, WORDS[i][1], WORDS[i][2]));
            return;
        }
    }
    view_text(view, name);
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
}
