/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the rule works, before what came of it. Each sentence is for a resident
 * who has never seen the rule; none may say more than the rule does.
 */
#include "cli/tally_explain_parts.h"

#define RULES_EXPLAINED TALLY_RULE_COUNT

static const char *pick(const struct explain *explain, const char *korean, const char *english)
{
    return explain->korean ? korean : english;
}

void explain_put(const struct explain *explain, const char *korean, const char *english)
{
    (void)fputs(pick(explain, korean, english), explain->output);
}

void explain_put_money(const struct explain *explain, int64_t amount)
{
    tally_table_number(amount, explain->table->result->money_scale, explain->output);
}

void explain_put_score(const struct explain *explain, int64_t score)
{
    tally_table_number(score, explain->table->result->score_scale, explain->output);
}

void explain_put_count(const struct explain *explain, int64_t count)
{
    tally_table_number(count, 0, explain->output);
}

void explain_put_part_name(const struct explain *explain, const struct tally_part *part)
{
    tally_table_part_name(part, explain->korean ? TALLY_FILE_KOREAN : TALLY_FILE_ENGLISH,
                          explain->output);
}

/* What each part is of, its weight, and how many votes it has. */
static void explain_list(const struct explain *explain, const struct tally_parts *parts)
{
    for (uint32_t i = 0; i < parts->count; i++) {
        const struct tally_part *part = &parts->list[i];

        (void)fputs(i > 0 ? ", " : "", explain->output);
        explain_put_part_name(explain, part);
        (void)fprintf(explain->output, " %u", (unsigned)part->weight);
        if (part->of == TALLY_PART_CHANNELS) {
            explain_put(explain, " (", " (");
            explain_put_count(explain, explain->table->result->part_votes[i]);
            explain_put(explain, "표)", " votes)");
        }
    }
}

/* How the parts of a score are put together. */
static void explain_weights(const struct explain *explain)
{
    const struct tally_parts *parts = explain->table->result->method.parts;

    if (parts == NULL) {
        return;
    }
    if (tally_parts_by_channel(&explain->table->result->method)) {
        explain_put(explain, "투표 경로별 반영 비율은 ", "Votes are weighed by channel: ");
        explain_list(explain, parts);
        explain_put(explain, "입니다. 이 ", ". By these weights they are ");
    } else {
        explain_put(explain, "주민투표와 심사 점수를 ",
                    "Residents' votes and the jury's scores are weighed ");
        (void)fprintf(explain->output, "%u:%u", (unsigned)parts->list[0].weight,
                      (unsigned)parts->list[1].weight);
        explain_put(explain, "의 ", " and ");
    }
    explain_put(explain,
                "비율로 더한 점수로 순서를 정합니다. 각각 가장 높은 사업이 그 비율만큼을 모두 "
                "얻고, 다른 사업은 그에 견준 만큼을 얻습니다(소수 둘째 자리 아래는 줄여 적음).\n",
                "added up. Of each, the highest option gets all of the weight and every other its "
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
        "더 많이 선정되는 투표자가 득표순 쪽에 더 많을 때만 득표순 결과를 씁니다. 균등 몫에서는 "
        "예산을 모든 투표자에게 똑같이 나누어 드린 것으로 보고, 사업비는 그 사업을 지지한 "
        "사람들이 자기 몫에서 함께 냅니다.",
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
        "if more voters see more of their options funded by it. By equal shares every voter "
        "is given the same share of the budget, and an option is paid for by those who "
        "support it.",
};

/* What a score is, by the kind of vote. */
static const char *const SCORES_KOREAN[ELECTION_VOTE_TYPE_COUNT] = {
    [ELECTION_APPROVAL] = "점수는 그 사업을 고른 표의 수입니다.",
    [ELECTION_CHOOSE_1] = "점수는 그 사업을 고른 표의 수입니다.",
    [ELECTION_CUMULATIVE] = "점수는 투표자들이 그 사업에 나누어 준 점수의 합입니다.",
    [ELECTION_SCORING] = "점수는 투표자들이 그 사업에 매긴 점수의 합입니다.",
    [ELECTION_ORDINAL] = ("점수는 순위로 매깁니다. 사업을 n개 적은 표에서 첫째는 n점을 받고, "
                          "다음은 한 점씩 적게 받습니다."),
};

static const char *const SCORES_ENGLISH[ELECTION_VOTE_TYPE_COUNT] = {
    [ELECTION_APPROVAL] = "A score is the number of votes that name the option.",
    [ELECTION_CHOOSE_1] = "A score is the number of votes that name the option.",
    [ELECTION_CUMULATIVE] = "A score is the sum of the points that voters gave the option.",
    [ELECTION_SCORING] = "A score is the sum of the points that voters gave the option.",
    [ELECTION_ORDINAL] =
        ("A score is given by place: in a vote that ranks n options the first gets "
         "n points, and each one after it a point less."),
};

/* What follows equal shares. */
static const char *const COMPLETIONS_KOREAN[TALLY_COMPLETION_COUNT] = {
    [TALLY_COMPLETION_NONE] = "지지자들이 낼 수 있는 사업이 더 없으면 남은 예산은 쓰지 않습니다.",
    [TALLY_COMPLETION_ADD1] =
        ("똑같이 나눈 몫만으로는 예산이 많이 남을 수 있어, 몫을 1씩 늘려 가며 처음부터 다시 "
         "계산하고, 예산 안에 든 마지막 결과를 씁니다. 그래서 나누어 드린 몫을 모두 더하면 "
         "예산보다 "
         "많을 수 있지만, 선정 금액은 예산을 넘지 않습니다."),
    [TALLY_COMPLETION_ADD1_EXHAUSTIVE] =
        ("똑같이 나눈 몫만으로는 예산이 많이 남을 수 있어, 몫을 1씩 늘려 가며 처음부터 다시 "
         "계산하고, 예산을 넘기 전이나 더 선정할 수 있는 사업이 없을 때 멈춥니다. 그래서 나누어 "
         "드린 "
         "몫을 모두 더하면 예산보다 많을 수 있지만, 선정 금액은 예산을 넘지 않습니다."),
    [TALLY_COMPLETION_ADD1U] =
        ("똑같이 나눈 몫만으로는 예산이 많이 남을 수 있어, 몫을 1씩 늘려 가며 처음부터 다시 "
         "계산하고, 예산 안에 든 마지막 결과를 씁니다. 그래서 나누어 드린 몫을 모두 더하면 "
         "예산보다 "
         "많을 수 있지만, 선정 금액은 예산을 넘지 않습니다. 그래도 남은 예산은 점수가 높은 "
         "사업부터 씁니다."),
    [TALLY_COMPLETION_UTILITARIAN] = "그러고도 남은 예산은 점수가 높은 사업부터 씁니다.",
};

static const char *const COMPLETIONS_ENGLISH[TALLY_COMPLETION_COUNT] = {
    [TALLY_COMPLETION_NONE] = "What is left when supporters can pay for nothing more is not used.",
    [TALLY_COMPLETION_ADD1] =
        ("Equal shares alone may leave much of the budget, so everything is worked out again and "
         "again with shares raised by 1, and the last outcome within the budget is used. All "
         "shares "
         "together may then be more than the budget; what is funded is not."),
    [TALLY_COMPLETION_ADD1_EXHAUSTIVE] =
        ("Equal shares alone may leave much of the budget, so everything is worked out again and "
         "again with shares raised by 1, until the budget would be passed or nothing more fits. "
         "All "
         "shares together may then be more than the budget; what is funded is not."),
    [TALLY_COMPLETION_ADD1U] =
        ("Equal shares alone may leave much of the budget, so everything is worked out again and "
         "again with shares raised by 1, and the last outcome within the budget is used. All "
         "shares "
         "together may then be more than the budget; what is funded is not. What is left even then "
         "goes by score."),
    [TALLY_COMPLETION_UTILITARIAN] = "What is left after that goes by score.",
};

/* What the rule leaves open: its order, its threshold, what a score is, what follows it. */
static void explain_terms(const struct explain *explain)
{
    const struct tally_method *method = &explain->table->result->method;
    const enum election_vote_type type = election_vote_type(explain->table->election);
    const bool shares = method->rule == TALLY_EQUAL_SHARES || method->rule == TALLY_COMPARISON;

    if (shares) {
        explain_put(explain, " ", " ");
        explain_put(explain, COMPLETIONS_KOREAN[method->completion],
                    COMPLETIONS_ENGLISH[method->completion]);
    }
    if (method->rule != TALLY_PHRAGMEN && method->rule != TALLY_EQUAL_SHARES) {
        explain_put(explain, " ", " ");
        explain_put(explain, SCORES_KOREAN[type], SCORES_ENGLISH[type]);
    }
    if (!shares && method->rule != TALLY_PHRAGMEN &&
        method->satisfaction == TALLY_SATISFACTION_CARDINALITY) {
        explain_put(explain, " 차례는 점수를 사업비로 나눈 값이 큰 순서입니다.",
                    " Turns go by score divided by cost, the largest first.");
    }
    if (method->rule == TALLY_GREEDY_THRESHOLD) {
        explain_put(explain, " 최저 점수는 ", " The threshold is ");
        tally_table_number(method->threshold.units, method->threshold.scale, explain->output);
        explain_put(explain, "점입니다.", ".");
    }
}

void explain_rule(const struct explain *explain)
{
    const struct tally_result *result = explain->table->result;

    explain_put(explain, RULES_KOREAN[result->method.rule], RULES_ENGLISH[result->method.rule]);
    explain_terms(explain);
    explain_put(explain, "\n예산 ", "\nThe budget is ");
    explain_put_money(explain, result->budget);
    explain_put(explain, ", 투표자 ", ", the voters are ");
    explain_put_count(explain, election_vote_count(explain->table->election));
    explain_put(explain, "명입니다.", ".");
    if (result->endowment.present) {
        explain_put(explain, " 투표자마다 ", " Each voter was given ");
        explain_put(explain, "", result->endowment.part == 0 ? "" : "about ");
        explain_put(explain, result->endowment.part == 0 ? "" : "약 ", "");
        explain_put_money(explain, result->endowment.whole);
        explain_put(explain, "씩 받았습니다.", ".");
    }
    (void)fputc('\n', explain->output);
    explain_weights(explain);
    if (tally_quorum_needed(&result->method) > 0) {
        explain_put(explain, "투표자가 ", "It takes ");
        explain_put_count(explain, tally_quorum_needed(&result->method));
        explain_put(explain, "명 이상이어야 선정합니다.", " voters for anything to be funded.");
        if (result->method.invalid > 0) {
            explain_put(explain, " 표가 무효이거나 백지인 투표자 ", " With ");
            explain_put_count(explain, result->method.invalid);
            explain_put(explain, "명을 더해 ", " whose vote was blank or invalid, there were ");
            explain_put_count(explain,
                              tally_quorum_voted(explain->table->election, &result->method));
            explain_put(explain, "명이 투표했습니다.", ".");
        }
        explain_put(explain, result->quorum_missed ? " 이에 이르지 못했습니다.\n" : "\n",
                    result->quorum_missed ? " That is too few.\n" : "\n");
    }
    if (result->compared.present) {
        explain_put(explain, "득표순이 나은 투표자 ", "Voters better off by score: ");
        explain_put_count(explain, result->compared.prefer_greedy);
        explain_put(explain, "명, 균등 몫이 나은 투표자 ", ", by equal shares: ");
        explain_put_count(explain, result->compared.prefer_shares);
        if (result->compared.greedy_wins) {
            explain_put(explain, "명이어서 득표순 결과를 씁니다.\n",
                        "; so the result by score is used.\n");
        } else {
            explain_put(explain, "명이어서 균등 몫 결과를 씁니다.\n",
                        "; so the result of equal shares is used.\n");
        }
    }
}
