/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 투표 참여: while a ballot is open one rounded number and no more; afterwards
 * the tables, with what was withheld shown as withheld.
 */
#include "reporting/http/page_parts.h"

#include "reporting/domain/date.h"
#include "reporting/domain/number.h"
#include "reporting/domain/word.h"
#include "reporting/http/html.h"

#include <string.h>

/* Tables in the order in which they stand on the page. */
static const char *const DIMENSIONS[] = {"area", "channel", "sex", "age_band", "day", "basis"};

static void cell_name(struct buffer *buffer, const struct report_cell *cell)
{
    char day[DATE_SIZE];

    if (strcmp(cell->dimension, "day") == 0 && date_format_day(cell->name, day) == ERR_OK) {
        html_text(buffer, day);
        return;
    }
    html_text(buffer, word_cell(cell->dimension, cell->name));
}

static void cell_share(struct buffer *buffer, int64_t voters, int64_t whole)
{
    char text[NUMBER_SIZE];
    int64_t tenths = 0;

    if (number_share(voters, whole, &tenths)) {
        html_missing(buffer);
        return;
    }
    number_format_tenths(tenths, text);
    html_text(buffer, text);
}

static void cell_row(struct buffer *buffer, const struct report_cell *cell, int64_t whole)
{
    HTML(buffer, "<tr><th scope=\"row\">");
    cell_name(buffer, cell);
    HTML(buffer, "</th>");
    if (cell->suppressed) {
        HTML(buffer, "<td colspan=\"2\">비공개(5명 미만 보호)</td></tr>\n");
        return;
    }
    HTML(buffer, "<td class=\"number\">");
    html_number(buffer, cell->voters);
    HTML(buffer, "</td><td class=\"number\">");
    cell_share(buffer, cell->voters, whole);
    HTML(buffer, "</td></tr>\n");
}

static void turnout_table(struct buffer *buffer, const struct report *report, const char *dimension)
{
    int64_t whole = report_voters(report);
    size_t count = 0;

    HTML(buffer, "<table>\n<caption>");
    html_text(buffer, word_by_dimension(dimension));
    HTML(buffer,
         " 투표자 (단위: 명, %)</caption>\n"
         "<thead><tr><th scope=\"col\">");
    html_text(buffer, word_dimension(dimension));
    HTML(buffer,
         "</th><th scope=\"col\">투표자</th><th scope=\"col\">비율</th></tr></thead>\n"
         "<tbody>\n");
    for (size_t i = 0; i < report->cell_count; i++) {
        if (strcmp(report->cells[i].dimension, dimension) == 0) {
            cell_row(buffer, &report->cells[i], whole);
            count++;
        }
    }
    if (count == 0) {
        HTML(buffer, "<tr><td colspan=\"3\">자료 없음</td></tr>\n");
    }
    HTML(buffer,
         "</tbody>\n"
         "<tfoot><tr><th scope=\"row\">합계</th><td class=\"number\">");
    html_number(buffer, whole);
    HTML(buffer, "</td><td class=\"number\">");
    cell_share(buffer, whole, whole);
    HTML(buffer,
         "</td></tr></tfoot>\n"
         "</table>\n");
}

/* Who was given a ballot paper is counted there, whatever became of it. */
static void paper_note(struct buffer *buffer, const struct report *report)
{
    for (size_t i = 0; i < report->cell_count; i++) {
        if (strcmp(report->cells[i].dimension, "channel") == 0 &&
            strcmp(report->cells[i].name, "paper") == 0) {
            HTML(buffer,
                 "<p>종이투표는 투표용지를 받아 반납하지 않은 사람 수이며, 개표된 종이 투표지 수와 "
                 "다를 수 있습니다. <span lang=\"en\">Paper counts the people who were given a "
                 "ballot paper and kept it, which may differ from the number of paper votes "
                 "counted.</span></p>\n");
            return;
        }
    }
}

static void turnout_open(struct buffer *buffer, const struct report *report)
{
    HTML(buffer, "<p>투표자 ");
    html_number(buffer, report_public_voters(report->state, report_voters(report)));
    HTML(buffer,
         "명 (투표가 끝나기 전에는 10명 단위로 내림하여 공개합니다)</p>\n"
         "<p>동별·성별 등의 투표자 수와 1일 평균은 마감 후 공개합니다.</p>\n");
}

static void turnout_average(struct buffer *buffer, const struct report_closing *closing)
{
    char text[NUMBER_SIZE];
    int64_t tenths = 0;

    HTML(buffer, "<dt>1일 평균</dt><dd>");
    if (number_tenths(closing->voters, closing->days, &tenths)) {
        html_missing(buffer);
    } else {
        number_format_tenths(tenths, text);
        html_number(buffer, closing->voters);
        HTML(buffer, "명/");
        html_number(buffer, closing->days);
        HTML(buffer, "일 = ");
        html_text(buffer, text);
        HTML(buffer, "명/일");
    }
    HTML(buffer, "</dd>\n");
}

/* A ballot can be certified here before its closing was heard: then nothing is known of it. */
static void turnout_closed(struct buffer *buffer, const struct report *report)
{
    const struct report_closing *closing = &report->closing;

    if (!report->was_closed) {
        HTML(buffer, "<p>자료 없음</p>\n");
        return;
    }
    HTML(buffer, "<dl>\n<dt>투표자</dt><dd>");
    html_number(buffer, closing->voters);
    HTML(buffer, "명</dd>\n<dt>투표 일수</dt><dd>");
    html_number(buffer, closing->days);
    HTML(buffer, "일</dd>\n");
    turnout_average(buffer, closing);
    HTML(buffer, "<dt>투표 변경</dt><dd>");
    html_number(buffer, closing->revisions);
    HTML(buffer,
         "건 (변경한 투표자도 한 번만 셉니다)</dd>\n"
         "</dl>\n"
         "<p>비율과 평균은 소수 첫째 자리까지 적고 그 아래는 버립니다. 비율의 기준은 전체 "
         "투표자입니다. 5명 미만인 값과 그 값을 알아낼 수 있는 값은 공개하지 않으며, 이는 "
         "0명과 다릅니다.</p>\n");
    for (size_t i = 0; i < sizeof DIMENSIONS / sizeof DIMENSIONS[0]; i++) {
        turnout_table(buffer, report, DIMENSIONS[i]);
        if (strcmp(DIMENSIONS[i], "channel") == 0) {
            paper_note(buffer, report);
        }
    }
}

void page_turnout(struct buffer *buffer, const struct report *report)
{
    HTML(buffer,
         "<section aria-labelledby=\"turnout\">\n"
         "<h2 id=\"turnout\">투표 참여 <span lang=\"en\">Turnout</span></h2>\n");
    if (report->state == REPORT_OPEN) {
        turnout_open(buffer, report);
    } else {
        turnout_closed(buffer, report);
    }
    HTML(buffer, "</section>\n");
}
