/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The explanation, one language after the other. Amounts a voter paid are
 * rounded and said to be about so much; everything else is exact.
 */
#include "cli/tally_explain.h"

#include "cli/tally_explain_parts.h"
#include "cli/text_width.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>

#include "participation/domain/decimal.h"

/* [id] name */
static void put_option(const struct explain *explain, uint32_t option)
{
    const struct election_option *row = election_option(explain->table->election, option);

    (void)fputc('[', explain->output);
    text_print(row->id, explain->output);
    (void)fputc(']', explain->output);
    if (row->name[0] != '\0') {
        (void)fputc(' ', explain->output);
        text_print(row->name, explain->output);
    }
}

static void explain_shares(const struct explain *explain, const struct tally_round *round)
{
    int64_t cost = election_option(explain->table->election, round->option)->cost;
    bool by_points = explain->table->result->method.satisfaction == TALLY_SATISFACTION_POINTS;

    if (!round->funded) {
        explain_put(explain, "제외: 지지자 ", "out: its ");
        explain_put_count(explain, round->supporters);
        explain_put(explain, "명에게 남은 몫(모두 약 ", " supporters together hold about ");
        explain_put_money(explain, round->price);
        explain_put(explain, ")이 사업비(", ", less than its cost of ");
        explain_put_money(explain, cost);
        explain_put(explain, ")에 못 미칩니다.\n", ".\n");
        return;
    }
    explain_put(explain, "선정: 지지자 ", "funded: ");
    explain_put_count(explain, round->supporters);
    explain_put(explain,
                by_points ? "명이 준 점수 1점마다 많아야 약 " : "명이 한 사람당 많아야 약 ",
                " supporters pay at most about ");
    explain_put_money(explain, round->price);
    explain_put(explain, "씩 내어 사업비(",
                by_points ? " for each point they gave, for its cost of "
                          : " each, for its cost of ");
    explain_put_money(explain, cost);
    explain_put(explain, ")를 채웠습니다.", ".");
    if (round->spent > 0) {
        explain_put(explain, " 그 가운데 ", " ");
        explain_put_count(explain, round->spent);
        explain_put(explain, "명은 몫을 다 썼습니다.", " of them have nothing left.");
    }
    (void)fputc('\n', explain->output);
}

/* Why the limits passed over an option at its turn; false when it was not them. */
static bool explain_limit(const struct explain *explain, enum tally_reason reason)
{
    switch (reason) {
    case TALLY_INCOMPATIBLE:
        explain_put(explain, "건너뜀: 함께 할 수 없는 사업이 이미 선정되었습니다.\n",
                    "passed over: an option that excludes it is funded already.\n");
        return true;
    case TALLY_OVER_AREA_CAP:
        explain_put(explain, "건너뜀: 그 지역의 예산 한도를 넘습니다.\n",
                    "passed over: it would pass the cap of its area.\n");
        return true;
    case TALLY_OVER_FIELD_CAP:
        explain_put(explain, "건너뜀: 그 분야의 예산 한도를 넘습니다.\n",
                    "passed over: it would pass the cap of its field.\n");
        return true;
    case TALLY_FUNDED:
    case TALLY_OVER_BUDGET:
    case TALLY_OVER_LEFT:
    case TALLY_WITHDRAWN:
    case TALLY_FUNDED_PARTLY:
    case TALLY_BELOW_THRESHOLD:
    case TALLY_STOPPED:
    case TALLY_NO_SUPPORTERS:
    case TALLY_SUPPORTERS_SHORT:
    case TALLY_QUORUM_MISSED:
    case TALLY_REASON_COUNT:
        break;
    }
    return false;
}

static void put_combined(const struct explain *explain, uint32_t option)
{
    char text[TALLY_TABLE_FRACTION_SIZE];

    tally_table_combined(explain->table->result, option, text);
    (void)fputs(text, explain->output);
}

/* All parts of what an option's turn goes by. */
static void explain_parts(const struct explain *explain, uint32_t option)
{
    const struct tally_result *result = explain->table->result;
    const struct tally_parts *parts = result->method.parts;

    for (uint32_t part = 0; parts != NULL && part < parts->count; part++) {
        char text[TALLY_TABLE_FRACTION_SIZE];

        tally_table_part(result, part, option, text);
        (void)fputs(part == 0 ? " (" : " + ", explain->output);
        explain_put_part_name(explain, &parts->list[part]);
        (void)fprintf(explain->output, " %s", text);
    }
    if (parts != NULL) {
        (void)fputs(" = ", explain->output);
        put_combined(explain, option);
        (void)fputc(')', explain->output);
    }
}

static void explain_turn(const struct explain *explain, const struct tally_round *round)
{
    const struct tally_outcome *outcome = &explain->table->result->outcomes[round->option];
    int64_t cost = election_option(explain->table->election, round->option)->cost;

    const bool ends = explain->table->result->method.rule == TALLY_GREEDY_NO_SKIP;

    if (!round->funded && explain_limit(explain, outcome->reason)) {
        return;
    }
    explain_put(explain,
                round->funded ? "선정: 점수 "
                : ends        ? "여기서 끝: 점수 "
                              : "건너뜀: 점수 ",
                round->funded ? "funded: score "
                : ends        ? "the count ends here: score "
                              : "passed over: score ");
    explain_put_score(explain, outcome->score);
    explain_parts(explain, round->option);
    if (!round->funded) {
        explain_put(explain, ". 사업비(", ", cost ");
        explain_put_money(explain, cost);
        explain_put(explain, ")가 남은 예산(", " is more than what is left, ");
        explain_put_money(explain, round->left_over);
        explain_put(explain, ")보다 많습니다.\n", ".\n");
        return;
    }
    explain_put(explain, ", 사업비 ", ", cost ");
    explain_put_money(explain, cost);
    if (outcome->granted < cost) {
        explain_put(explain, " 가운데 ", ", of which it gets ");
        explain_put_money(explain, outcome->granted);
    }
    explain_put(explain, ", 남은 예산 ", ", left over ");
    explain_put_money(explain, round->left_over);
    explain_put(explain, ".\n", ".\n");
}

static void explain_round(const struct explain *explain, const struct tally_round *round)
{
    switch (round->step) {
    case TALLY_STEP_SHARES:
        explain_shares(explain, round);
        break;
    case TALLY_STEP_LOAD:
        explain_put(explain, "선정: 지지자 ", "funded: its ");
        explain_put_count(explain, round->supporters);
        explain_put(explain, "명의 짐이 가장 가볍습니다. 남은 예산 ",
                    " supporters bear the least. Left over ");
        explain_put_money(explain, round->left_over);
        explain_put(explain, ".\n", ".\n");
        break;
    case TALLY_STEP_PARTIAL:
        explain_put(
            explain, "일부 선정: 사업비의 정해진 몫 이상이 남아, 남은 예산을 모두 씁니다.\n",
            "funded partly: the stated share of its cost is left, and all of it goes here.\n");
        break;
    case TALLY_STEP_TURN:
    case TALLY_STEP_FILL:
    case TALLY_STEP_COUNT:
        explain_turn(explain, round);
        break;
    }
}

static void explain_rounds(const struct explain *explain)
{
    const struct tally_result *result = explain->table->result;
    bool filling = false;

    explain_put(explain, result->round_count > 0 ? "\n차례\n" : "",
                result->round_count > 0 ? "\nRounds\n" : "");
    for (uint32_t i = 0; i < result->round_count; i++) {
        if (result->rounds[i].step == TALLY_STEP_FILL && !filling) {
            explain_put(explain, "   (여기부터는 남은 예산을 득표순으로 씁니다.)\n",
                        "   (From here on what is left goes by score.)\n");
            filling = true;
        }
        (void)fprintf(explain->output, "%3" PRIu32 ". ", i + 1);
        put_option(explain, result->rounds[i].option);
        (void)fputs(": ", explain->output);
        explain_round(explain, &result->rounds[i]);
    }
}

static const char *const REASONS_KOREAN[TALLY_REASON_COUNT] = {
    [TALLY_FUNDED] = "선정되었습니다",
    [TALLY_OVER_BUDGET] = "사업비가 전체 예산보다 많아 선정되지 않았습니다",
    [TALLY_OVER_LEFT] = "남은 예산이 사업비보다 적어 선정되지 않았습니다",
    [TALLY_WITHDRAWN] = "철회되어 집계하지 않았습니다",
    [TALLY_FUNDED_PARTLY] = "일부 금액으로 선정되었습니다",
    [TALLY_BELOW_THRESHOLD] = "최저 점수에 이르지 못해 집계하지 않았습니다",
    [TALLY_STOPPED] = "차례가 오기 전에 선정이 끝났습니다",
    [TALLY_NO_SUPPORTERS] = "지지한 투표자가 없어 비용을 낼 사람이 없습니다",
    [TALLY_SUPPORTERS_SHORT] = "지지자에게 남은 몫이 사업비에 못 미쳐 선정되지 않았습니다",
    [TALLY_INCOMPATIBLE] = "함께 할 수 없는 사업이 먼저 선정되어 선정되지 않았습니다",
    [TALLY_OVER_AREA_CAP] = "지역별 예산 한도를 넘어 선정되지 않았습니다",
    [TALLY_OVER_FIELD_CAP] = "분야별 예산 한도를 넘어 선정되지 않았습니다",
    [TALLY_QUORUM_MISSED] = "투표자가 정족수에 이르지 못해 선정하지 않았습니다",
};

static const char *const REASONS_ENGLISH[TALLY_REASON_COUNT] = {
    [TALLY_FUNDED] = "funded",
    [TALLY_OVER_BUDGET] = "not funded: it costs more than the whole budget",
    [TALLY_OVER_LEFT] = "not funded: it costs more than what was left",
    [TALLY_WITHDRAWN] = "withdrawn, and not counted",
    [TALLY_FUNDED_PARTLY] = "funded partly, with what was left",
    [TALLY_BELOW_THRESHOLD] = "its score is below the threshold, and it was not counted",
    [TALLY_STOPPED] = "not funded: the count had ended before its turn",
    [TALLY_NO_SUPPORTERS] = "not funded: nobody supports it, so nobody could pay for it",
    [TALLY_SUPPORTERS_SHORT] = "not funded: its supporters no longer held its cost",
    [TALLY_INCOMPATIBLE] = "not funded: an option that excludes it was funded before",
    [TALLY_OVER_AREA_CAP] = "not funded: it would pass the cap of its area",
    [TALLY_OVER_FIELD_CAP] = "not funded: it would pass the cap of its field",
    [TALLY_QUORUM_MISSED] = "not funded: too few voted for anything to be",
};

/* The number of the last round that was the option's; 0: it had none. */
static uint32_t last_round(const struct tally_result *result, uint32_t option)
{
    for (uint32_t i = result->round_count; i > 0; i--) {
        if (result->rounds[i - 1].option == option) {
            return i;
        }
    }
    return 0;
}

static void explain_options(const struct explain *explain)
{
    const struct tally_result *result = explain->table->result;

    explain_put(explain, "\n사업별 결과\n", "\nOption by option\n");
    for (uint32_t option = 0; option < result->option_count; option++) {
        enum tally_reason reason = result->outcomes[option].reason;
        uint32_t round = last_round(result, option);

        explain_put(explain, " - ", " - ");
        put_option(explain, option);
        (void)fputs(": ", explain->output);
        explain_put(explain, REASONS_KOREAN[reason], REASONS_ENGLISH[reason]);
        if (round > 0) {
            explain_put(explain, " (차례 ", " (round ");
            explain_put_count(explain, round);
            (void)fputs(")", explain->output);
        }
        (void)fputs(".\n", explain->output);
    }
}

/* What made options equal: their score, or what was due in that round. */
static void explain_equal(const struct explain *explain, const struct tally_tie *tie)
{
    const struct tally_result *result = explain->table->result;
    const bool by_score = tie->step == TALLY_STEP_TURN || tie->step == TALLY_STEP_FILL;

    if (result->method.parts != NULL) {
        explain_put(explain, "더한 점수 ", "Equal by their combined score of ");
        put_combined(explain, result->tie_options[tie->first]);
        explain_put(explain, ", 같음: ", ": ");
    } else if (by_score) {
        explain_put(explain, "점수 ", "Equal by their score of ");
        explain_put_score(explain, tie->score);
        explain_put(explain, ", 같음: ", ": ");
    } else {
        explain_put(explain, "차례 ", "Equal in round ");
        explain_put_count(explain, (int64_t)tie->round + 1);
        explain_put(explain, "에서 부담이 같음: ", " by what was asked of supporters: ");
    }
}

static void explain_tie(const struct explain *explain, const struct tally_tie *tie)
{
    static const char *const KOREAN[TALLY_CRITERION_COUNT] = {
        "비용이 적은 순", "득표가 많은 순",   "번호 순",
        "공고한 순서",    "공개 추첨한 순서", "공개한 난수로 추첨한 순서",
    };
    static const char *const ENGLISH[TALLY_CRITERION_COUNT] = {
        "lower cost", "more votes", "id", "listed order", "the order drawn in public", "the lot",
    };
    const uint32_t *options = explain->table->result->tie_options + tie->first;
    bool first = true;

    (void)fputs(" - ", explain->output);
    explain_equal(explain, tie);
    for (uint32_t i = 0; i < tie->count; i++) {
        explain_put(explain, i == 0 ? "" : " → ", i == 0 ? "" : ", then ");
        put_option(explain, options[i]);
    }
    explain_put(explain, ". 순서를 정한 기준: ", ". Put in this order by ");
    for (int criterion = 0; criterion < TALLY_CRITERION_COUNT; criterion++) {
        if ((tie->decided_by & 1u << criterion) != 0) {
            (void)fputs(first ? "" : ", ", explain->output);
            explain_put(explain, KOREAN[criterion], ENGLISH[criterion]);
            first = false;
        }
    }
    explain_put(explain,
                tie->decisive ? ". 순서가 달랐다면 결과도 달랐을 수 있습니다.\n"
                              : ". 순서가 달랐어도 결과는 같습니다.\n",
                tie->decisive ? ". Another order could have changed the outcome.\n"
                              : ". No other order would have changed the outcome.\n");
}

static void explain_ties(const struct explain *explain)
{
    const struct tally_result *result = explain->table->result;

    if (result->tie_count == 0) {
        explain_put(explain, "\n순서를 정해야 할 동점은 없었습니다.\n",
                    "\nThere was no tie to break.\n");
        return;
    }
    explain_put(explain, "\n동점\n", "\nTies\n");
    for (uint32_t i = 0; i < result->tie_count; i++) {
        explain_tie(explain, &result->ties[i]);
    }
}

static void explain_in(const struct tally_table *table, FILE *output, bool korean)
{
    const struct explain explain = {.table = table, .output = output, .korean = korean};
    const struct tally_result *result = table->result;

    if (table->title != NULL && *table->title != '\0') {
        text_print(table->title, output);
        (void)fputs("\n\n", output);
    }
    explain_rule(&explain);
    explain_rounds(&explain);
    explain_options(&explain);
    explain_ties(&explain);
    explain_put(&explain, "\n선정 금액 ", "\nTotal cost ");
    explain_put_money(&explain, result->total_cost);
    explain_put(&explain, ", 남은 예산 ", ", left over ");
    explain_put_money(&explain, result->left_over);
    explain_put(&explain, ".\n", ".\n");
}

void tally_explain_write(const struct tally_table *table, FILE *output)
{
    assert(table->election != NULL);
    assert(table->result != NULL);

    explain_in(table, output, true);
    (void)fputs("\n----\n\n", output);
    explain_in(table, output, false);
}
