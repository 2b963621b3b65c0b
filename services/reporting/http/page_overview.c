/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 개요: what was voted on, when, with which money.
 */
#include "reporting/http/page_parts.h"

#include "reporting/domain/date.h"
#include "reporting/domain/word.h"
#include "reporting/http/html.h"

static void overview_state(struct buffer *buffer, const struct report *report)
{
    HTML(buffer, "<dt>상태</dt><dd>");
    html_text(buffer, word_state(report->state));
    if (report->state == REPORT_CERTIFIED) {
        HTML(buffer, " (");
        html_moment(buffer, report->tally.certified_time_ms);
        HTML(buffer, " 확정)");
    }
    HTML(buffer, "</dd>\n");
}

static void overview_window(struct buffer *buffer, const struct report_ballot *ballot)
{
    int64_t days = 0;

    HTML(buffer, "<dt>투표 기간</dt><dd>");
    html_moment(buffer, ballot->opens_time_ms);
    HTML(buffer, " ~ ");
    html_moment(buffer, ballot->closes_time_ms);
    if (date_days(ballot->opens_time_ms, ballot->closes_time_ms, &days) == ERR_OK) {
        HTML(buffer, " (");
        html_number(buffer, days);
        HTML(buffer, "일간)");
    }
    HTML(buffer, "</dd>\n");
    if (ballot->extension_reason[0] != '\0') {
        HTML(buffer, "<dt>기간 연장 사유</dt><dd>");
        html_text(buffer, ballot->extension_reason);
        HTML(buffer, "</dd>\n");
    }
}

static void overview_envelope(struct buffer *buffer, const struct report_envelope *envelope)
{
    HTML(buffer, "<dt>예산 한도 확보</dt><dd>");
    if (envelope->was_reserved) {
        html_krw(buffer, envelope->reserved_krw);
    } else {
        html_missing(buffer);
    }
    if (envelope->was_released) {
        HTML(buffer, " (선정 사업 ");
        html_krw(buffer, envelope->selected_krw);
        HTML(buffer, ", 한도 환원 ");
        html_krw(buffer, envelope->released_krw);
        HTML(buffer, ")");
    }
    HTML(buffer, "</dd>\n");
}

void page_overview(struct buffer *buffer, const struct report *report)
{
    const struct report_ballot *ballot = &report->ballot;

    HTML(buffer,
         "<section aria-labelledby=\"overview\">\n"
         "<h2 id=\"overview\">개요 <span lang=\"en\">Overview</span></h2>\n"
         "<dl>\n");
    overview_state(buffer, report);
    overview_window(buffer, ballot);
    HTML(buffer, "<dt>회계연도</dt><dd>");
    buffer_append_format(buffer, "%d", (int)ballot->budget_year);
    HTML(buffer, "년</dd>\n<dt>재원</dt><dd>");
    html_text(buffer, word_source(ballot->funding_source));
    HTML(buffer, "</dd>\n<dt>예산</dt><dd>");
    html_krw(buffer, ballot->budget_krw);
    HTML(buffer, "</dd>\n");
    overview_envelope(buffer, &report->envelope);
    HTML(buffer, "<dt>투표 방식</dt><dd>");
    html_text(buffer, word_method(ballot->method));
    HTML(buffer, "</dd>\n<dt>선정 방식</dt><dd>");
    html_text(buffer, word_rule(ballot->rule));
    HTML(buffer,
         "</dd>\n"
         "</dl>\n"
         "</section>\n");
}
