/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences for people, and the same as JSON for programs. */
#include "verify/say.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "verify/digest.h"
#include "verify/spell.h"

#define BAR_WIDTH  30
#define NO_PERCENT 101
#define WON_SIZE   32

/* What a check that held has shown, and its Korean when it did not; English then says the finding. */
static const struct {
    const char *ko;
    const char *en;
    const char *ko_failed;
} SENTENCES[CHECK_END] = {
    [CHECK_ARCHIVE] = {"검증 묶음의 형식이 맞습니다", "the archive has its one form",
                       "검증 묶음을 읽을 수 없습니다"},
    [CHECK_MANIFEST] = {"목록에 적힌 파일과 해시가 모두 맞습니다",
                        "every file is as the manifest says", "목록에 적힌 내용과 파일이 다릅니다"},
    [CHECK_DEFINITION] = {"개시할 때 확정한 투표 정의 그대로입니다",
                          "the definition is the one that was opened",
                          "투표 정의가 개시할 때 확정한 것과 다릅니다"},
    [CHECK_CHECKPOINTS] = {"모든 체크포인트에 게시판의 서명이 있습니다",
                           "every checkpoint is signed by the board",
                           "체크포인트 가운데 잘못된 것이 있습니다"},
    [CHECK_ROOT] = {"모든 체크포인트가 하나의 같은 기록을 가리킵니다",
                    "all checkpoints are of one and the same log",
                    "기록이 체크포인트와 맞지 않습니다"},
    [CHECK_LEAVES] = {"기록의 모든 항목이 제자리에 있습니다",
                      "every leaf is well-formed and in place", "기록에 잘못된 항목이 있습니다"},
    [CHECK_BATCHES] = {"투표 순서를 드러내지 않는 차례로 실렸습니다",
                       "votes stand in an order that says nothing about time",
                       "투표 항목의 차례가 규칙과 다릅니다"},
    [CHECK_KEYS] = {"접수증에 서명하는 키가 기록과 같습니다",
                    "the keys of receipts are those of the log",
                    "접수증에 서명하는 키가 기록과 다릅니다"},
    [CHECK_REVISIONS] = {"한 사람의 표는 차례대로 고쳐졌고 하나만 남았습니다",
                         "revisions follow one another; one vote remains of each voter",
                         "고친 표의 차례가 규칙과 다릅니다"},
    [CHECK_CLOSE] = {"마감할 때의 투표자 수와 수정 횟수가 맞습니다",
                     "the numbers at close are those of the log",
                     "마감할 때의 수가 기록과 다릅니다"},
    [CHECK_EXTENSIONS] = {"투표 기간이 규칙대로만 연장되었습니다",
                          "the window was extended within the rules, if at all",
                          "투표 기간의 연장 기록이 규칙과 다릅니다"},
    [CHECK_OPENINGS] = {"모든 최종 표가 봉인과 같은 내용으로 공개되었습니다",
                        "every final vote was opened, and no other",
                        "공개된 표가 봉인과 맞지 않습니다"},
    [CHECK_CHOICES] = {"모든 표가 투표 규칙을 지켰습니다", "every vote obeys the ballot's rules",
                       "투표 규칙을 어긴 표가 있습니다"},
    [CHECK_PAPER] = {"종이 투표의 봉투와 투표지와 입력한 표의 수가 같고 기록과 맞습니다",
                     "votes on paper reconcile: envelopes, sheets, entries and log",
                     "종이 투표의 수나 내용이 기록과 맞지 않습니다"},
    [CHECK_ROLL] = {"투표자 수가 공표된 수와 같고 유권자 수를 넘지 않습니다",
                    "turnout is as published, and within the roll",
                    "투표자 수가 공표된 수나 유권자 수와 맞지 않습니다"},
    [CHECK_RECOUNT] = {"표를 다시 세어 같은 결과를 얻었습니다",
                       "counting again gives the same result",
                       "표를 다시 센 결과가 공표된 결과와 다릅니다"},
    [CHECK_SUMS] = {"선택의 합계가 표와 사업 양쪽에서 같습니다",
                    "selections add up over votes and over options", "선택의 합계가 맞지 않습니다"},
    [CHECK_RESULT] = {"공표된 결과가 기록에 실린 결과입니다",
                      "the result is the one that the log names",
                      "공표된 결과가 기록에 실린 것과 다릅니다"},
    [CHECK_DOCUMENTS] = {"함께 공표된 자료가 기록에 실린 그대로입니다",
                         "what was published beside the result is what the log names",
                         "함께 공표된 자료가 기록에 실린 것과 다릅니다"},
    [CHECK_DECIDED] = {"무효로 한 표와 제외한 사업이 기록과 맞습니다",
                       "void votes and excluded options are those of log and result",
                       "무효로 한 표나 제외한 사업이 기록과 맞지 않습니다"},
    [CHECK_KEPT] = {"보관해 둔 체크포인트가 이 기록의 것입니다",
                    "the checkpoints that were kept are of this log",
                    "보관해 둔 체크포인트가 이 기록과 맞지 않습니다"},
    [CHECK_RECEIPT] = {"접수증의 표가 모두 기록에 있습니다",
                       "the vote of every receipt is in the log",
                       "접수증이 이 기록과 맞지 않습니다"},
};

static const char *outcome_name(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_GOOD:
        return "ok";
    case VERDICT_FAILED:
        return "failed";
    case VERDICT_UNREADABLE:
        return "unreadable";
    }
    return "unreadable";
}

void say_init(struct say *say, bool json, bool quiet)
{
    *say = (struct say){
        .json = json,
        .quiet = quiet,
        .bar = !quiet && isatty(STDERR_FILENO) == 1,
        .percent = NO_PERCENT,
    };
}

/* Nothing can be done about a terminal that takes no more, so what printing returns is dropped. */
static void clear_bar(struct say *say)
{
    if (say->bar && say->percent != NO_PERCENT) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
    }
    say->percent = NO_PERCENT;
}

static void say_begin(void *argument, enum check check)
{
    struct say *say = argument;

    say->check = check;
    say->percent = NO_PERCENT;
}

static void say_progress(void *argument, uint64_t done, uint64_t total)
{
    struct say *say = argument;
    unsigned percent = 0;
    char bar[BAR_WIDTH + 1];
    size_t filled;

    if (!say->bar) {
        return;
    }
    if (total > 0) {
        percent = (unsigned)(done >= total ? 100 : done / (total / 100 + 1));
        if (percent == say->percent) {
            return;
        }
    }
    say->percent = percent;
    filled = (size_t)percent * BAR_WIDTH / 100;
    memset(bar, '#', filled);
    memset(bar + filled, '.', BAR_WIDTH - filled);
    bar[BAR_WIDTH] = '\0';
    if (total > 0) {
        (void)fprintf(stderr, "\r\033[K%-12s [%s] %3u %%", check_name(say->check), bar, percent);
    } else {
        (void)fprintf(stderr, "\r\033[K%-12s %" PRIu64, check_name(say->check), done);
    }
    (void)fflush(stderr);
}

static void say_end(void *argument, enum check check, enum verdict verdict,
                    const struct finding *finding)
{
    struct say *say = argument;

    (void)finding; /* say_refused() tells it. */
    clear_bar(say);
    say->made[check] = true;
    say->verdicts[check] = verdict;
    if (say->json || say->quiet || verdict != VERDICT_GOOD) {
        return;
    }
    (void)printf("%-12s ok      %s\n                     %s\n", check_name(check),
                 SENTENCES[check].ko, SENTENCES[check].en);
    (void)fflush(stdout);
}

struct bundle_observer say_observer(struct say *say)
{
    return (struct bundle_observer){
        .argument = say,
        .begin = say_begin,
        .progress = say_progress,
        .end = say_end,
    };
}

/* An amount with commas, "1,234,000". */
static void write_won(int64_t amount_krw, char ret_text[WON_SIZE])
{
    char digits[WON_SIZE];
    int length = snprintf(digits, sizeof digits, "%" PRId64, amount_krw);
    size_t out = 0;

    assert(length > 0 && length < (int)sizeof digits - 8);
    for (int i = 0; i < length; i++) {
        if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0) {
            ret_text[out++] = ',';
        }
        ret_text[out++] = digits[i];
    }
    ret_text[out] = '\0';
}

static void print_option(void *argument, const struct bundle_option *option)
{
    char won[WON_SIZE];

    (void)argument;
    write_won(option->granted_krw, won);
    (void)printf("  %.*s  %.*s  %s원", (int)option->id.length, (const char *)option->id.data,
                 (int)option->name.length, (const char *)option->name.data, won);
    if (option->granted_krw < option->cost_krw) {
        write_won(option->cost_krw, won);
        (void)printf(" (사업비 %s원 중 일부 partly)", won);
    }
    (void)printf("\n");
}

/* What the ledger can be held against: `hyeopchi ledger verify --anchor`. */
static void print_ledger(const struct bundle_summary *summary)
{
    char root[DIGEST_HEX_SIZE];

    if (summary->ledger_root == NULL) {
        return;
    }
    digest_hex(summary->ledger_root, root);
    (void)printf("원장 지문 ledger   %" PRIu64 ":%s\n", summary->ledger_seq, root);
}

static void print_summary(const struct bundle *bundle)
{
    struct bundle_summary summary;
    char uuid[SPELL_UUID_LENGTH + 1];
    char won[WON_SIZE];

    bundle_summary(bundle, &summary);
    spell_uuid(summary.ballot_id, uuid);
    write_won(summary.budget_krw, won);
    (void)printf("\n검증되었습니다. Verified.\n\n");
    (void)printf("자치단체 district  %.*s\n", (int)summary.district.length,
                 (const char *)summary.district.data);
    (void)printf("투표 ballot        %.*s\n", (int)summary.title.length,
                 (const char *)summary.title.data);
    (void)printf("                   %s\n", uuid);
    (void)printf("투표자 voters      %" PRIu64 " (집계한 표 votes counted %" PRIu64
                 ", 고친 횟수 revisions %" PRIu64 ")\n",
                 summary.voters, summary.votes, summary.revisions);
    (void)printf("기록 log           항목 %" PRIu64 "개 leaves, 체크포인트 %" PRIu64
                 "개 checkpoints\n",
                 summary.leaves, summary.checkpoints);
    (void)printf("예산 budget        %s원\n", won);
    print_ledger(&summary);
    (void)printf("선정 사업 funded\n");
    if (bundle_each_funded(bundle, print_option, NULL) != VERDICT_GOOD) {
        (void)printf(
            "  (메모리가 부족하여 표시하지 못했습니다. There is no memory to list them.)\n");
    }
}

/* One JSON value from text that is not ended by NUL. */
static json_t *json_span(struct span span)
{
    return json_stringn(span.length == 0 ? "" : (const char *)span.data, span.length);
}

static void add_option(void *argument, const struct bundle_option *option)
{
    (void)json_array_append_new(
        argument, json_pack("{s:o,s:o,s:I,s:I}", "id", json_span(option->id), "name",
                            json_span(option->name), "cost_krw", (json_int_t)option->cost_krw,
                            "granted_krw", (json_int_t)option->granted_krw));
}

static json_t *json_checks(const struct say *say)
{
    json_t *checks = json_array();

    for (int i = 0; i < CHECK_END; i++) {
        if (say->made[i]) {
            (void)json_array_append_new(checks,
                                        json_pack("{s:s,s:s}", "name", check_name((enum check)i),
                                                  "outcome", outcome_name(say->verdicts[i])));
        }
    }
    return checks;
}

static json_t *json_ledger(const struct bundle_summary *summary)
{
    char root[DIGEST_HEX_SIZE];

    if (summary->ledger_root == NULL) {
        return json_null();
    }
    digest_hex(summary->ledger_root, root);
    return json_pack("{s:I,s:s}", "seq", (json_int_t)summary->ledger_seq, "root", root);
}

static json_t *json_summary(const struct bundle *bundle)
{
    struct bundle_summary summary;
    char uuid[SPELL_UUID_LENGTH + 1];
    json_t *funded = json_array();

    bundle_summary(bundle, &summary);
    spell_uuid(summary.ballot_id, uuid);
    if (bundle_each_funded(bundle, add_option, funded) != VERDICT_GOOD) {
        json_decref(funded);
        funded = json_null();
    }
    return json_pack(
        "{s:o,s:o,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "district", json_span(summary.district),
        "title", json_span(summary.title), "ballot_id", uuid, "voters", (json_int_t)summary.voters,
        "votes", (json_int_t)summary.votes, "revisions", (json_int_t)summary.revisions, "leaves",
        (json_int_t)summary.leaves, "checkpoints", (json_int_t)summary.checkpoints, "budget_krw",
        (json_int_t)summary.budget_krw, "funded", funded, "ledger_anchor", json_ledger(&summary));
}

static void print_json(json_t *json)
{
    if (json == NULL || json_dumpf(json, stdout, JSON_INDENT(2)) != 0) {
        (void)fputs("hyeopchi-verify: the JSON could not be written\n", stderr);
    }
    (void)fputs("\n", stdout);
    json_decref(json);
}

void say_verified(struct say *say, const struct bundle *bundle)
{
    clear_bar(say);
    if (say->json) {
        print_json(json_pack("{s:s,s:i,s:o,s:o}", "verdict", "verified", "status", VERDICT_GOOD,
                             "checks", json_checks(say), "summary", json_summary(bundle)));
    } else if (!say->quiet) {
        print_summary(bundle);
    }
}

/* "entries, leaf 12: …" of a finding, as far as it says where. */
static void print_finding(const struct finding *finding)
{
    if (finding->file[0] != '\0') {
        (void)fprintf(stderr, "                     %s", finding->file);
        if (finding->at_position) {
            (void)fprintf(stderr, ", 위치 position %" PRIu64, finding->position);
        }
        (void)fprintf(stderr, ": %s.\n", finding->what);
    } else {
        (void)fprintf(stderr, "                     %s.\n", finding->what);
    }
}

void say_refused(struct say *say, enum verdict verdict, enum check check,
                 const struct finding *finding)
{
    clear_bar(say);
    if (say->json) {
        print_json(json_pack(
            "{s:s,s:i,s:s,s:s,s:o,s:s,s:o}", "verdict", outcome_name(verdict), "status", verdict,
            "check", check_name(check), "file", finding->file, "position",
            finding->at_position ? json_integer((json_int_t)finding->position) : json_null(),
            "what", finding->what, "checks", json_checks(say)));
        return;
    }
    (void)fflush(stdout);
    (void)fprintf(stderr, "%-12s %s  %s\n", check_name(check),
                  verdict == VERDICT_FAILED ? "FAILED" : "unread",
                  verdict == VERDICT_FAILED ? SENTENCES[check].ko_failed : "읽을 수 없습니다");
    print_finding(finding);
    (void)fprintf(stderr, "\n%s\n",
                  verdict == VERDICT_FAILED ? "검증에 실패하였습니다. NOT verified."
                                            : "검증할 수 없습니다. It cannot be verified.");
}
