/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The explanation, one language after the other. Amounts a voter paid are
 * rounded and said to be about so much; everything else is exact.
 */
#include "cli/tally_explain.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>

#include "participation/domain/decimal.h"

#define RULES_EXPLAINED TALLY_RULE_COUNT

struct explain {
    const struct tally_table *table;
    FILE *output;
    bool korean;
};

static const char *pick(const struct explain *explain, const char *korean, const char *english)
{
    return explain->korean ? korean : english;
}

static void put(const struct explain *explain, const char *korean, const char *english)
{
    (void)fputs(pick(explain, korean, english), explain->output);
}

static void put_money(const struct explain *explain, int64_t amount)
{
    tally_table_number(amount, explain->table->result->money_scale, explain->output);
}

static void put_score(const struct explain *explain, int64_t score)
{
    tally_table_number(score, explain->table->result->score_scale, explain->output);
}

static void put_count(const struct explain *explain, int64_t count)
{
    tally_table_number(count, 0, explain->output);
}

/* [id] name */
static void put_option(const struct explain *explain, uint32_t option)
{
    const struct election_option *row = election_option(explain->table->election, option);

    (void)fputc('[', explain->output);
    tally_table_text(row->id, explain->output);
    (void)fputc(']', explain->output);
    if (row->name[0] != '\0') {
        (void)fputc(' ', explain->output);
        tally_table_text(row->name, explain->output);
    }
}

/* How residents' votes and the jury's scores are put together. */
static void explain_jury(const struct explain *explain)
{
    const struct tally_jury *jury = explain->table->result->method.jury;

    if (jury == NULL) {
        return;
    }
    put(explain, "주민투표와 심사 점수를 ", "Residents' votes and the jury's scores are weighed ");
    (void)fprintf(explain->output, "%u:%u", (unsigned)jury->resident_weight,
                  (unsigned)jury->jury_weight);
    put(explain,
        "의 비율로 더한 점수로 순서를 정합니다. 각각 가장 높은 사업이 그 비율만큼을 모두 "
        "얻고, 다른 사업은 그에 견준 만큼을 얻습니다(소수 둘째 자리 아래는 줄여 적음).\n",
        " and added up. Of each, the highest option gets all of the weight and every other its "
        "share of that (shown cut behind two decimal places).\n");
}

/* How each rule works, in two sentences. */
static const char *const RULES_KOREAN[RULES_EXPLAINED] = {
    [TALLY_GREEDY] =
        "점수가 높은 사업부터 차례로 봅니다. 남은 예산으로 할 수 있으면 선정하고, "
        "모자라면 건너뛰고 다음 사업을 봅니다.",
    [TALLY_GREEDY_NO_SKIP] =
        "점수가 높은 사업부터 차례로 선정합니다. 남은 예산을 넘는 사업이 처음 "
        "나오면 거기서 끝냅니다.",
    [TALLY_GREEDY_THRESHOLD] =
        "최저 점수에 이른 사업만 점수가 높은 순서로 봅니다. 남은 예산으로 할 "
        "수 있으면 선정하고, 모자라면 건너뜁니다.",
    [TALLY_EQUAL_SHARES] =
        "예산을 모든 투표자에게 똑같이 나누어 드린 것으로 보고, 사업비는 그 사업을 "
        "지지한 사람들이 자기 몫에서 함께 냅니다. 매번 지지자의 부담이 가장 가벼운 "
        "사업을 선정하고, 지지자에게 남은 몫이 사업비에 못 미치는 사업은 빠집니다.",
    [TALLY_PHRAGMEN] =
        "선정된 사업의 비용은 지지자가 나누어 지는 짐으로 봅니다. 매번 지지자의 짐이 "
        "가장 가볍게 되는 사업을 선정하고, 그 사업이 예산을 넘으면 끝냅니다.",
    [TALLY_COMPARISON] =
        "득표순으로 정한 결과와 균등 몫으로 정한 결과를 견줍니다. 자기가 지지한 사업이 "
        "더 많이 선정되는 투표자가 득표순 쪽에 더 많을 때만 득표순 결과를 씁니다.",
};

static const char *const RULES_ENGLISH[RULES_EXPLAINED] = {
    [TALLY_GREEDY] =
        "Options are taken by score, highest first. What the budget that is left can "
        "pay for is funded; what it cannot is passed over.",
    [TALLY_GREEDY_NO_SKIP] =
        "Options are funded by score, highest first. The first one that does "
        "not fit what is left ends the count.",
    [TALLY_GREEDY_THRESHOLD] =
        "Only options whose score reaches the threshold are taken, highest "
        "first. What fits is funded; what does not is passed over.",
    [TALLY_EQUAL_SHARES] =
        "Every voter is given the same share of the budget, and an option is paid "
        "for by those who support it. Each round funds the option that asks least "
        "of its supporters; when they no longer hold its cost, it is out.",
    [TALLY_PHRAGMEN] =
        "The cost of a funded option is a load its supporters share. Each round funds "
        "the option that leaves them lowest; the count ends when that would pass the "
        "budget.",
    [TALLY_COMPARISON] =
        "The result by score is compared with that of equal shares. It is used only "
        "if more voters see more of their options funded by it.",
};

static void explain_rule(const struct explain *explain)
{
    const struct tally_result *result = explain->table->result;

    put(explain, RULES_KOREAN[result->method.rule], RULES_ENGLISH[result->method.rule]);
    put(explain, "\n예산 ", "\nThe budget is ");
    put_money(explain, result->budget);
    put(explain, ", 투표자 ", ", the voters are ");
    put_count(explain, election_vote_count(explain->table->election));
    put(explain, "명입니다.", ".");
    if (result->endowment.present) {
        put(explain, " 투표자마다 ", " Each voter was given ");
        put(explain, "", result->endowment.part == 0 ? "" : "about ");
        put(explain, result->endowment.part == 0 ? "" : "약 ", "");
        put_money(explain, result->endowment.whole);
        put(explain, "씩 받았습니다.", ".");
    }
    (void)fputc('\n', explain->output);
    explain_jury(explain);
    if (tally_quorum_needed(&result->method) > 0) {
        put(explain, "투표자가 ", "It takes ");
        put_count(explain, tally_quorum_needed(&result->method));
        put(explain, "명 이상이어야 선정합니다.", " voters for anything to be funded.");
        if (result->method.invalid > 0) {
            put(explain, " 표가 무효이거나 백지인 투표자 ", " With ");
            put_count(explain, result->method.invalid);
            put(explain, "명을 더해 ", " whose vote was blank or invalid, there were ");
            put_count(explain, tally_quorum_voted(explain->table->election, &result->method));
            put(explain, "명이 투표했습니다.", ".");
        }
        put(explain, result->quorum_missed ? " 이에 이르지 못했습니다.\n" : "\n",
            result->quorum_missed ? " That is too few.\n" : "\n");
    }
    if (result->compared.present) {
        put(explain, "득표순이 나은 투표자 ", "Voters better off by score: ");
        put_count(explain, result->compared.prefer_greedy);
        put(explain, "명, 균등 몫이 나은 투표자 ", ", by equal shares: ");
        put_count(explain, result->compared.prefer_shares);
        if (result->compared.greedy_wins) {
            put(explain, "명이어서 득표순 결과를 씁니다.\n", "; so the result by score is used.\n");
        } else {
            put(explain, "명이어서 균등 몫 결과를 씁니다.\n",
                "; so the result of equal shares is used.\n");
        }
    }
}

static void explain_shares(const struct explain *explain, const struct tally_round *round)
{
    int64_t cost = election_option(explain->table->election, round->option)->cost;
    bool by_points = explain->table->result->method.satisfaction == TALLY_SATISFACTION_POINTS;

    if (!round->funded) {
        put(explain, "제외: 지지자 ", "out: its ");
        put_count(explain, round->supporters);
        put(explain, "명에게 남은 몫이 모두 합쳐 약 ", " supporters together hold about ");
        put_money(explain, round->price);
        put(explain, "으로, 사업비 ", ", less than its cost of ");
        put_money(explain, cost);
        put(explain, "에 못 미칩니다.\n", ".\n");
        return;
    }
    put(explain, "선정: 지지자 ", "funded: ");
    put_count(explain, round->supporters);
    put(explain, by_points ? "명이 준 점수 1점마다 많아야 약 " : "명이 한 사람당 많아야 약 ",
        " supporters pay at most about ");
    put_money(explain, round->price);
    put(explain, "씩 내어 사업비 ",
        by_points ? " for each point they gave, for its cost of " : " each, for its cost of ");
    put_money(explain, cost);
    put(explain, "를 채웠습니다.", ".");
    if (round->spent > 0) {
        put(explain, " 그 가운데 ", " ");
        put_count(explain, round->spent);
        put(explain, "명은 몫을 다 썼습니다.", " of them have nothing left.");
    }
    (void)fputc('\n', explain->output);
}

/* Why the limits passed over an option at its turn; false when it was not them. */
static bool explain_limit(const struct explain *explain, enum tally_reason reason)
{
    switch (reason) {
    case TALLY_INCOMPATIBLE:
        put(explain, "건너뜀: 함께 할 수 없는 사업이 이미 선정되었습니다.\n",
            "passed over: an option that excludes it is funded already.\n");
        return true;
    case TALLY_OVER_AREA_CAP:
        put(explain, "건너뜀: 그 지역의 예산 한도를 넘습니다.\n",
            "passed over: it would pass the cap of its area.\n");
        return true;
    case TALLY_OVER_FIELD_CAP:
        put(explain, "건너뜀: 그 분야의 예산 한도를 넘습니다.\n",
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

static void put_part(const struct explain *explain, struct tally_fraction part)
{
    char text[TALLY_TABLE_FRACTION_SIZE];

    tally_table_fraction(part, text);
    (void)fputs(text, explain->output);
}

/* Both parts of what an option's turn goes by. */
static void explain_parts(const struct explain *explain, uint32_t option)
{
    const struct tally_result *result = explain->table->result;

    if (result->method.jury == NULL) {
        return;
    }
    put(explain, " (주민 ", " (residents ");
    put_part(explain, tally_jury_residents(result, option));
    put(explain, " + 심사 ", " + jury ");
    put_part(explain, tally_jury_jurys(result, option));
    (void)fputs(" = ", explain->output);
    put_part(explain, tally_jury_combined(result, option));
    (void)fputc(')', explain->output);
}

static void explain_turn(const struct explain *explain, const struct tally_round *round)
{
    const struct tally_outcome *outcome = &explain->table->result->outcomes[round->option];
    int64_t cost = election_option(explain->table->election, round->option)->cost;

    if (!round->funded && explain_limit(explain, outcome->reason)) {
        return;
    }
    put(explain, round->funded ? "선정: 점수 " : "건너뜀: 점수 ",
        round->funded ? "funded: score " : "passed over: score ");
    put_score(explain, outcome->score);
    explain_parts(explain, round->option);
    put(explain, ", 사업비 ", ", cost ");
    put_money(explain, cost);
    if (round->funded && outcome->granted < cost) {
        put(explain, " 가운데 ", ", of which it gets ");
        put_money(explain, outcome->granted);
    }
    if (round->funded) {
        put(explain, ", 남은 예산 ", ", left over ");
        put_money(explain, round->left_over);
    } else {
        put(explain, "이 남은 예산 ", " is more than what is left, ");
        put_money(explain, round->left_over);
        put(explain, "보다 많습니다", "");
    }
    put(explain, ".\n", ".\n");
}

static void explain_round(const struct explain *explain, const struct tally_round *round)
{
    switch (round->step) {
    case TALLY_STEP_SHARES:
        explain_shares(explain, round);
        break;
    case TALLY_STEP_LOAD:
        put(explain, "선정: 지지자 ", "funded: its ");
        put_count(explain, round->supporters);
        put(explain, "명의 짐이 가장 가볍습니다. 남은 예산 ",
            " supporters bear the least. Left over ");
        put_money(explain, round->left_over);
        put(explain, ".\n", ".\n");
        break;
    case TALLY_STEP_PARTIAL:
        put(explain, "일부 선정: 사업비의 정해진 몫 이상이 남아, 남은 예산을 모두 씁니다.\n",
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

    put(explain, result->round_count > 0 ? "\n차례\n" : "",
        result->round_count > 0 ? "\nRounds\n" : "");
    for (uint32_t i = 0; i < result->round_count; i++) {
        if (result->rounds[i].step == TALLY_STEP_FILL && !filling) {
            put(explain, "   (여기부터는 남은 예산을 득표순으로 씁니다.)\n",
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

    put(explain, "\n사업별 결과\n", "\nOption by option\n");
    for (uint32_t option = 0; option < result->option_count; option++) {
        enum tally_reason reason = result->outcomes[option].reason;
        uint32_t round = last_round(result, option);

        put(explain, " - ", " - ");
        put_option(explain, option);
        (void)fputs(": ", explain->output);
        put(explain, REASONS_KOREAN[reason], REASONS_ENGLISH[reason]);
        if (round > 0) {
            put(explain, " (차례 ", " (round ");
            put_count(explain, round);
            (void)fputs(")", explain->output);
        }
        (void)fputs(".\n", explain->output);
    }
}

static void explain_ties(const struct explain *explain)
{
    const struct tally_result *result = explain->table->result;

    if (result->tie_count == 0) {
        put(explain, "\n동점은 없었습니다.\n", "\nThere was no tie.\n");
        return;
    }
    put(explain, "\n동점\n", "\nTies\n");
    for (uint32_t i = 0; i < result->tie_count; i++) {
        (void)fputs(" - ", explain->output);
        tally_table_tie(explain->table, &result->ties[i],
                        explain->korean ? TALLY_FILE_KOREAN : TALLY_FILE_ENGLISH, explain->output);
    }
}

static void explain_in(const struct tally_table *table, FILE *output, bool korean)
{
    const struct explain explain = {.table = table, .output = output, .korean = korean};
    const struct tally_result *result = table->result;

    if (table->title != NULL && *table->title != '\0') {
        tally_table_text(table->title, output);
        (void)fputs("\n\n", output);
    }
    explain_rule(&explain);
    explain_rounds(&explain);
    explain_options(&explain);
    explain_ties(&explain);
    put(&explain, "\n선정 금액 ", "\nTotal cost ");
    put_money(&explain, result->total_cost);
    put(&explain, ", 남은 예산 ", ", left over ");
    put_money(&explain, result->left_over);
    put(&explain, ".\n", ".\n");
}

void tally_explain_write(const struct tally_table *table, FILE *output)
{
    assert(table->election != NULL);
    assert(table->result != NULL);

    explain_in(table, output, true);
    (void)fputs("\n----\n\n", output);
    explain_in(table, output, false);
}
