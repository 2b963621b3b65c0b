/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole page from its parts: frame, banner, sections, sources.
 */
#include "reporting/http/page.h"

#include "reporting/domain/word.h"
#include "reporting/http/html.h"
#include "reporting/http/page_parts.h"
#include "runtime/crypto.h"

#define FEED_LINK "/v1/events?types=kr.hyeopchi.reporting.ballot-report.published.v1"

void page_begin(struct buffer *buffer, const char *title)
{
    HTML(buffer,
         "<!DOCTYPE html>\n"
         "<html lang=\"ko\">\n"
         "<head>\n"
         "<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<title>");
    html_text(buffer, title);
    HTML(buffer,
         "</title>\n"
         "<link rel=\"stylesheet\" href=\"/v1/style.css\">\n"
         "</head>\n"
         "<body>\n"
         "<a class=\"skip\" href=\"#main\">본문 바로가기</a>\n"
         "<header><p><a href=\"/\">주민투표 보고서 목록</a></p></header>\n"
         "<main id=\"main\" tabindex=\"-1\">\n");
}

void page_end(struct buffer *buffer, const char *contact)
{
    HTML(buffer,
         "</main>\n"
         "<footer>\n"
         "<h2>문의 <span lang=\"en\">Contact</span></h2>\n"
         "<p>");
    if (contact[0] == '\0') {
        HTML(buffer, "등록된 문의처가 없습니다.");
    } else {
        html_text(buffer, contact);
    }
    HTML(buffer,
         "</p>\n"
         "</footer>\n"
         "</body>\n"
         "</html>\n");
}

static void demonstration_banner(struct buffer *buffer)
{
    HTML(buffer,
         "<p class=\"demonstration\"><strong>시연 자료</strong> "
         "시연을 위해 만든 자료이며, 실제 투표나 예산이 아닙니다. "
         "<span lang=\"en\">Demonstration data.</span></p>\n");
}

/* What the ledger can be held against later: hyeopchi ledger verify --anchor SEQ:ROOT. */
static void page_ledger_root(struct buffer *buffer, const struct report_block *block)
{
    char root[2 * REPORT_HASH_SIZE + 1];

    if (block->number == 0) {
        HTML(buffer, "<p>예산 원장 지문은 아직 없습니다.</p>\n");
        return;
    }
    crypto_hex(block->root, REPORT_HASH_SIZE, root, sizeof root);
    HTML(buffer, "<p>예산 원장 지문(<span lang=\"en\">ledger root</span>, 전표 ");
    html_number(buffer, block->last_seq);
    HTML(buffer, "번까지): <code>");
    buffer_append_format(buffer, "%lld:", (long long)block->last_seq);
    html_text(buffer, root);
    HTML(buffer, "</code></p>\n");
}

static void page_sources(struct buffer *buffer, const struct report *report)
{
    char id[CRYPTO_UUID_TEXT_SIZE];
    char hash[2 * REPORT_HASH_SIZE + 1];

    crypto_uuid_format(report->ballot.ballot_id, id);
    crypto_hex(report->ballot.definition_hash, REPORT_HASH_SIZE, hash, sizeof hash);
    HTML(buffer,
         "<section aria-labelledby=\"sources\">\n"
         "<h2 id=\"sources\">자료 <span lang=\"en\">Sources</span></h2>\n"
         "<ul>\n"
         "<li><a href=\"/v1/ballot-reports/");
    html_text(buffer, id);
    HTML(buffer,
         ".json\">이 보고서의 원자료(JSON)</a></li>\n"
         "<li><a href=\"" FEED_LINK
         "\">보고서 변경 알림(이벤트 피드)</a></li>\n"
         "</ul>\n"
         "<p>이 보고서는 ");
    html_number(buffer, report->report_version);
    HTML(buffer, "번째 판입니다. 투표 기록 ");
    html_number(buffer, report->participation_seq);
    HTML(buffer, "번과 예산 원장 기록 ");
    html_number(buffer, report->ledger_seq);
    HTML(buffer,
         "번까지 반영했습니다.</p>\n"
         "<p>개시할 때 확정된 투표 내용의 해시값(SHA-256): <code>");
    html_text(buffer, hash);
    HTML(buffer, "</code></p>\n");
    page_ledger_root(buffer, &report->block);
    HTML(buffer, "</section>\n");
}

void page_report(struct buffer *buffer, const struct report *report, const char *contact)
{
    page_begin(buffer, report->ballot.title);
    if (report->ballot.demonstration) {
        demonstration_banner(buffer);
    }
    HTML(buffer, "<h1>");
    html_text(buffer, report->ballot.title);
    HTML(buffer, "</h1>\n");
    page_overview(buffer, report);
    page_turnout(buffer, report);
    page_result(buffer, report);
    page_budget(buffer, report);
    page_sources(buffer, report);
    page_end(buffer, contact);
}

static void list_row(struct buffer *buffer, const struct report *report)
{
    char id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(report->ballot.ballot_id, id);
    HTML(buffer, "<tr><th scope=\"row\"><a href=\"/v1/ballot-reports/");
    html_text(buffer, id);
    HTML(buffer, ".html\">");
    html_text(buffer, report->ballot.title);
    HTML(buffer, "</a>");
    if (report->ballot.demonstration) {
        HTML(buffer, " (시연 자료)");
    }
    HTML(buffer, "</th><td>");
    html_text(buffer, word_state(report->state));
    HTML(buffer, "</td><td>");
    html_day(buffer, report->ballot.opens_time_ms);
    HTML(buffer, " ~ ");
    html_day(buffer, report->ballot.closes_time_ms);
    HTML(buffer, "</td><td class=\"number\">");
    html_number(buffer, report->ballot.budget_krw);
    HTML(buffer, "</td></tr>\n");
}

void page_list(struct buffer *buffer, const struct page_list *list)
{
    page_begin(buffer, "주민투표 보고서 목록");
    HTML(buffer, "<h1>주민투표 보고서 <span lang=\"en\">Ballot reports</span></h1>\n");
    if (list->count == 0) {
        HTML(buffer, "<p>공개된 보고서가 아직 없습니다.</p>\n");
    } else {
        HTML(buffer,
             "<div class=\"wide\" role=\"region\" aria-labelledby=\"list-table\" tabindex=\"0\">\n"
             "<table>\n"
             "<caption id=\"list-table\">주민투표 보고서 목록 (예산 단위: 원)</caption>\n"
             "<thead><tr><th scope=\"col\">투표</th><th scope=\"col\">상태</th>"
             "<th scope=\"col\">투표 기간</th><th scope=\"col\">예산</th></tr></thead>\n"
             "<tbody>\n");
        for (size_t i = 0; i < list->count; i++) {
            list_row(buffer, &list->reports[i]);
        }
        HTML(buffer,
             "</tbody>\n"
             "</table>\n</div>\n");
    }
    if (list->next[0] != '\0') {
        HTML(buffer, "<p><a href=\"/?after=");
        html_text(buffer, list->next);
        HTML(buffer, "\">이전 투표 더 보기</a></p>\n");
    }
    page_end(buffer, list->contact);
}
