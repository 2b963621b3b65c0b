/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 투표 결과: nothing of it before certification, but for what is voted on.
 */
#include "reporting/http/page_parts.h"

#include "reporting/domain/word.h"
#include "reporting/http/html.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void or_missing(struct buffer *buffer, const char *text)
{
    if (text[0] == '\0') {
        html_missing(buffer);
    } else {
        html_text(buffer, text);
    }
}

static void option_row(struct buffer *buffer, const struct report_option *option)
{
    HTML(buffer, "<tr><td class=\"number\">");
    html_number(buffer, option->number);
    HTML(buffer, "</td><th scope=\"row\">");
    html_text(buffer, option->name);
    HTML(buffer, "</th><td>");
    or_missing(buffer, option->field);
    HTML(buffer, "</td><td>");
    html_text(buffer, option->area[0] == '\0' ? "전체" : option->area);
    HTML(buffer, "</td><td class=\"number\">");
    html_number(buffer, option->cost_krw);
    HTML(buffer, "</td></tr>\n");
}

static void listed_options(struct buffer *buffer, const struct report *report)
{
    HTML(buffer,
         "<p>개표 결과와 선정 결과는 개표하여 확정한 뒤 공개합니다.</p>\n"
         "<div class=\"wide\" role=\"region\" aria-labelledby=\"options-table\" tabindex=\"0\">\n"
         "<table>\n"
         "<caption id=\"options-table\">투표 대상 사업 (사업비 단위: 원)</caption>\n"
         "<thead><tr><th scope=\"col\">번호</th><th scope=\"col\">사업명</th>"
         "<th scope=\"col\">분야</th><th scope=\"col\">지역</th>"
         "<th scope=\"col\">사업비</th></tr></thead>\n"
         "<tbody>\n");
    for (size_t i = 0; i < report->option_count; i++) {
        option_row(buffer, &report->options[i]);
    }
    HTML(buffer,
         "</tbody>\n"
         "</table>\n</div>\n");
}

/* rank 0: the tally does not name the option. */
static void result_row(struct buffer *buffer, const struct report_option *option, uint32_t rank)
{
    HTML(buffer, "<tr><td class=\"number\">");
    if (rank == 0) {
        html_missing(buffer);
    } else {
        html_number(buffer, rank);
    }
    HTML(buffer, "</td><th scope=\"row\">");
    html_text(buffer, option->name);
    HTML(buffer, "</th><td>");
    or_missing(buffer, option->field);
    HTML(buffer, "</td><td class=\"number\">");
    if (rank == 0) {
        html_missing(buffer);
    } else {
        html_number(buffer, option->score);
    }
    HTML(buffer, "</td><td class=\"number\">");
    html_number(buffer, option->cost_krw);
    HTML(buffer, "</td><td>");
    if (rank == 0) {
        HTML(buffer, "자료 없음</td><td>자료 없음");
    } else {
        html_text(buffer, option->funded ? "선정" : "미선정");
        HTML(buffer, "</td><td>");
        html_text(buffer, word_reason(option->reason));
        if (option->exclusion_reason[0] != '\0') {
            HTML(buffer, ": ");
            html_text(buffer, option->exclusion_reason);
        }
    }
    HTML(buffer, "</td></tr>\n");
}

static void result_summary(struct buffer *buffer, const struct report *report)
{
    HTML(buffer, "<dl>\n<dt>선정 사업비 합계</dt><dd>");
    html_krw(buffer, report->tally.funded_krw);
    HTML(buffer, " (예산 ");
    html_krw(buffer, report->ballot.budget_krw);
    HTML(buffer, " 중)</dd>\n<dt>남은 예산</dt><dd>");
    html_krw(buffer, report->ballot.budget_krw - report->tally.funded_krw);
    HTML(buffer, "</dd>\n<dt>개표한 투표</dt><dd>");
    html_number(buffer, report->tally.voters);
    html_text(buffer, word_has_votes(report->ballot.method) ? "명, 선택 " : "명, 점수 합계 ");
    html_number(buffer, report->tally.selections);
    html_text(buffer, word_has_votes(report->ballot.method) ? "건" : "점");
    HTML(buffer, "</dd>\n");
    if (report->tally.voids > 0) {
        HTML(buffer, "<dt>무효로 처리한 투표</dt><dd>");
        html_number(buffer, report->tally.voids);
        HTML(buffer, "명 (개표에서 뺌, 사유 공개)</dd>\n");
    }
    HTML(buffer, "</dl>\n");
}

/* The ranks above are of votes alone: said where they were not all that decided. */
static void jury_note(struct buffer *buffer, const struct report *report)
{
    if (report->tally.jury_weight == 0) {
        return;
    }
    HTML(buffer, "<p>선정 순서는 주민투표와 심사 점수를 ");
    html_number(buffer, report->tally.resident_weight);
    HTML(buffer, ":");
    html_number(buffer, report->tally.jury_weight);
    HTML(buffer, "의 비율로 더하여 정했습니다. 위 순위는 주민투표의 ");
    html_text(buffer, word_has_votes(report->ballot.method) ? "득표" : "점수");
    HTML(buffer,
         "만으로 매긴 것이어서 선정 여부와 다를 수 있습니다. 사업별 심사 점수는 공개된 개표 "
         "결과(result_json)에 있습니다. "
         "<span lang=\"en\">Projects were selected by residents' votes and a jury's scores in the "
         "weights ");
    html_number(buffer, report->tally.resident_weight);
    HTML(buffer, ":");
    html_number(buffer, report->tally.jury_weight);
    HTML(buffer,
         "; the ranks are of the votes alone. The jury's scores are in the published result "
         "(result_json).</span></p>\n");
}

/* "web+kiosk:30,booth+paper:70" in Korean words. */
static void weights_in_words(struct buffer *buffer, const char *weights)
{
    while (*weights != '\0') {
        size_t length = strcspn(weights, "+:,");
        char word[REPORT_WEIGHTS_SIZE] = "";

        memcpy(word, weights, length);
        html_text(buffer, word_cell("channel", word)); /* A weight is no word and stays as it is. */
        weights += length;
        if (*weights != '\0') {
            html_text(buffer, *weights == '+' ? "·" : *weights == ':' ? " " : ", ");
            weights++;
        }
    }
}

/* That channels did not count alike, and what each weighed. */
static void channels_note(struct buffer *buffer, const struct report *report)
{
    const bool jury = report->tally.jury_weight > 0;

    if (report->tally.channel_weights[0] == '\0') {
        return;
    }
    HTML(buffer, "<p>참여 경로별 반영 비율: ");
    weights_in_words(buffer, report->tally.channel_weights);
    HTML(buffer,
         ". 묶음마다 가장 높은 사업이 그 비율만큼을 모두 얻고 다른 사업은 그에 견준 만큼을 얻어, "
         "더한 점수로 선정했습니다. ");
    html_text(buffer,
              jury ? "" : "위 순위는 모든 표를 같게 센 것이어서 선정 여부와 다를 수 있습니다. ");
    HTML(buffer,
         "묶음별 점수는 공개된 개표 결과(result_json)에 있습니다. <span lang=\"en\">Votes were "
         "weighed "
         "by channel (");
    html_text(buffer, report->tally.channel_weights);
    HTML(buffer,
         "): in each part the highest project got all of the weight and every other its share of "
         "that. The ranks count all votes alike; each part's scores are in the published result "
         "(result_json).</span></p>\n");
}

static void result_table(struct buffer *buffer, const struct report *report)
{
    uint32_t order[REPORT_OPTION_MAX];
    uint32_t ranks[REPORT_OPTION_MAX];
    const bool votes = word_has_votes(report->ballot.method);

    report_rank(report->options, report->option_count, order, ranks);
    HTML(buffer,
         "<div class=\"wide\" role=\"region\" aria-labelledby=\"result-table\" tabindex=\"0\">\n"
         "<table>\n"
         "<caption id=\"result-table\">");
    html_text(buffer, votes ? "득표순 결과 (득표 단위: 표, 사업비 단위: 원)"
                            : "점수순 결과 (점수 단위: 점, 사업비 단위: 원)");
    HTML(buffer,
         "</caption>\n"
         "<thead><tr><th scope=\"col\">순위</th><th scope=\"col\">사업명</th>"
         "<th scope=\"col\">분야</th><th scope=\"col\">");
    html_text(buffer, votes ? "득표" : "점수");
    HTML(buffer,
         "</th>"
         "<th scope=\"col\">사업비</th><th scope=\"col\">선정 여부</th>"
         "<th scope=\"col\">사유</th></tr></thead>\n"
         "<tbody>\n");
    for (size_t i = 0; i < report->option_count; i++) {
        result_row(buffer, &report->options[order[i]], ranks[i]);
    }
    HTML(buffer,
         "</tbody>\n"
         "</table>\n</div>\n");
    HTML(buffer, "<p>");
    html_text(buffer, votes ? "득표" : "점수");
    HTML(buffer, "가 같은 사업은 순위가 같습니다.</p>\n");
    channels_note(buffer, report);
    jury_note(buffer, report);
}

void page_result(struct buffer *buffer, const struct report *report)
{
    HTML(buffer,
         "<section aria-labelledby=\"result\">\n"
         "<h2 id=\"result\">투표 결과 <span lang=\"en\">Result</span></h2>\n");
    if (report->state == REPORT_CERTIFIED) {
        result_summary(buffer, report);
        result_table(buffer, report);
    } else {
        listed_options(buffer, report);
    }
    HTML(buffer, "</section>\n");
}
