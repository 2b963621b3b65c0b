/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 예산: the ledger's balances by programme, year and source, a column for each
 * stage that any of them has reached. A stage that a line never reached is
 * missing there, not zero.
 */
#include "reporting/http/page_parts.h"

#include "reporting/domain/word.h"
#include "reporting/http/html.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum { STAGE_MAX = 32 }; /* columns */

/* The stages of a report's lines, in order of their codes. */
struct stages {
    const char *codes[STAGE_MAX];
    size_t count;
};

static void stages_add(struct stages *stages, const char *code)
{
    size_t at = 0;

    while (at < stages->count && strcmp(stages->codes[at], code) < 0) {
        at++;
    }
    if ((at < stages->count && strcmp(stages->codes[at], code) == 0) ||
        stages->count == STAGE_MAX) {
        return;
    }
    memmove(&stages->codes[at + 1], &stages->codes[at],
            (stages->count - at) * sizeof stages->codes[0]);
    stages->codes[at] = code;
    stages->count++;
}

static bool same_row(const struct report_account *left, const struct report_account *right)
{
    return left->fiscal_year == right->fiscal_year &&
           left->funding_source == right->funding_source &&
           strcmp(left->programme, right->programme) == 0;
}

/* The name that the ballot gives the programme, or NULL. */
static const char *programme_name(const struct report *report, const char *programme)
{
    for (size_t i = 0; i < report->option_count; i++) {
        if (strcmp(report->options[i].programme, programme) == 0) {
            return report->options[i].name;
        }
    }
    return NULL;
}

static void budget_head(struct buffer *buffer, const struct stages *stages)
{
    HTML(buffer,
         "<thead><tr><th scope=\"col\">사업</th><th scope=\"col\">회계연도</th>"
         "<th scope=\"col\">재원</th>");
    for (size_t i = 0; i < stages->count; i++) {
        HTML(buffer, "<th scope=\"col\">");
        html_text(buffer, word_stage(stages->codes[i]));
        HTML(buffer, "</th>");
    }
    HTML(buffer, "</tr></thead>\n");
}

static void budget_cell(struct buffer *buffer, const struct report *report, size_t first,
                        const char *stage)
{
    const struct report_account *row = &report->lines[first].account;

    HTML(buffer, "<td class=\"number\">");
    for (size_t i = first; i < report->line_count && same_row(row, &report->lines[i].account);
         i++) {
        if (strcmp(report->lines[i].account.stage, stage) == 0) {
            html_number(buffer, report->lines[i].balance_krw);
            HTML(buffer, "</td>");
            return;
        }
    }
    html_missing(buffer);
    HTML(buffer, "</td>");
}

static void budget_row(struct buffer *buffer, const struct report *report, size_t first,
                       const struct stages *stages)
{
    const struct report_account *row = &report->lines[first].account;
    const char *name = programme_name(report, row->programme);

    HTML(buffer, "<tr><th scope=\"row\">");
    if (name) {
        html_text(buffer, name);
        HTML(buffer, " (");
        html_text(buffer, row->programme);
        HTML(buffer, ")");
    } else {
        html_text(buffer, row->programme);
    }
    HTML(buffer, "</th><td>");
    buffer_append_format(buffer, "%d", (int)row->fiscal_year);
    HTML(buffer, "</td><td>");
    html_text(buffer, word_source(row->funding_source));
    HTML(buffer, "</td>");
    for (size_t i = 0; i < stages->count; i++) {
        budget_cell(buffer, report, first, stages->codes[i]);
    }
    HTML(buffer, "</tr>\n");
}

static void budget_sum(struct buffer *buffer, const struct report *report, const char *stage)
{
    int64_t sum = 0;
    bool fits = true;

    for (size_t i = 0; fits && i < report->line_count; i++) {
        if (strcmp(report->lines[i].account.stage, stage) == 0) {
            fits = !__builtin_add_overflow(sum, report->lines[i].balance_krw, &sum);
        }
    }
    HTML(buffer, "<td class=\"number\">");
    if (fits) {
        html_number(buffer, sum);
    } else {
        html_missing(buffer);
    }
    HTML(buffer, "</td>");
}

static void budget_table(struct buffer *buffer, const struct report *report,
                         const struct stages *stages)
{
    assert(stages->count > 0);
    HTML(buffer,
         "<div class=\"wide\" role=\"region\" aria-labelledby=\"budget-table\" tabindex=\"0\">\n"
         "<table>\n"
         "<caption id=\"budget-table\">사업별·재원별·단계별 예산 (단위: 원)</caption>\n");
    budget_head(buffer, stages);
    HTML(buffer, "<tbody>\n");
    for (size_t i = 0; i < report->line_count; i++) {
        if (i == 0 || !same_row(&report->lines[i - 1].account, &report->lines[i].account)) {
            budget_row(buffer, report, i, stages);
        }
    }
    HTML(buffer,
         "</tbody>\n"
         "<tfoot><tr><th scope=\"row\" colspan=\"3\">합계</th>");
    for (size_t i = 0; i < stages->count; i++) {
        budget_sum(buffer, report, stages->codes[i]);
    }
    HTML(buffer,
         "</tr></tfoot>\n"
         "</table>\n</div>\n"
         "<p>각 단계에 지금 남아 있는 금액입니다. 편성요구는 본예산에 편성되면 편성으로 "
         "옮겨집니다. 아직 이르지 않은 단계는 ‘자료 없음’이며 0원과 다릅니다.</p>\n");
}

void page_budget(struct buffer *buffer, const struct report *report)
{
    struct stages stages = {.count = 0};

    HTML(buffer,
         "<section aria-labelledby=\"budget\">\n"
         "<h2 id=\"budget\">예산 반영 <span lang=\"en\">Budget</span></h2>\n");
    for (size_t i = 0; i < report->line_count; i++) {
        if (report_stage_is_shown(report->lines[i].account.stage)) {
            stages_add(&stages, report->lines[i].account.stage);
        }
    }
    if (stages.count == 0) {
        HTML(buffer, "<p>자료 없음: 아직 예산 원장에 기록된 금액이 없습니다.</p>\n");
    } else {
        budget_table(buffer, report, &stages);
    }
    HTML(buffer, "</section>\n");
}
