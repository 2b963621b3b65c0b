/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of equal shares, round by round. It must never carry anything over
 * from one run to the next but memory.
 */
#include "participation/domain/tally_shares.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/tally_rules.h"
#include "participation/domain/tally_shares_state.h"

enum err tally_shares_new(const struct tally_shares_terms *terms, struct tally_shares **ret)
{
    struct tally_shares *shares = calloc(1, sizeof *shares);
    size_t options = election_option_count(terms->election);
    size_t classes = terms->classes->count;
    enum err err;

    assert(terms->ranks != NULL);
    assert(terms->step > 0);

    if (shares == NULL) {
        return ERR_FULL;
    }
    shares->terms = *terms;
    shares->option_count = (uint32_t)options;
    shares->accounts = calloc(classes + 1, sizeof *shares->accounts);
    shares->slope_low = calloc(classes + 1, sizeof *shares->slope_low);
    shares->spent = calloc(classes + 1, sizeof *shares->spent);
    shares->candidates = calloc(options + 1, sizeof *shares->candidates);
    shares->funded = calloc(options + 1, sizeof *shares->funded);
    shares->unsure = calloc(classes + 1, sizeof *shares->unsure);
    shares->class_factors = calloc(options + 1, sizeof *shares->class_factors);
    shares->prices[0].form.factors = calloc(options + 1, sizeof(int64_t));
    shares->prices[1].form.factors = calloc(options + 1, sizeof(int64_t));
    err = tally_exact_init(&shares->exact, (uint32_t)options + 1);
    if (!err) {
        err = tally_gate_open(&shares->gate, terms->election, terms->limits);
    }
    if (err || shares->accounts == NULL || shares->slope_low == NULL || shares->spent == NULL ||
        shares->candidates == NULL || shares->funded == NULL || shares->unsure == NULL ||
        shares->class_factors == NULL || shares->prices[0].form.factors == NULL ||
        shares->prices[1].form.factors == NULL) {
        tally_shares_free(shares);
        return ERR_FULL;
    }
    *ret = shares;
    return ERR_OK;
}

void tally_shares_free(struct tally_shares *shares)
{
    if (shares == NULL) {
        return;
    }
    tally_exact_release(&shares->exact);
    tally_gate_close(&shares->gate);
    free(shares->accounts);
    free(shares->slope_low);
    free(shares->spent);
    free(shares->candidates);
    free(shares->funded);
    free(shares->unsure);
    free(shares->class_factors);
    free(shares->prices[0].form.factors);
    free(shares->prices[1].form.factors);
    free(shares);
}

/* Chooses the units: as fine as an endowment and a worth leave room for. */
static uint64_t choose_units(struct tally_shares *shares, const struct tally_endowment *endowment)
{
    unsigned whole_bits = wide_bits((wide)endowment->whole + 1);
    unsigned worth_bits = wide_bits((wide)shares->terms.classes->worth_max);

    assert(endowment->whole >= 0);
    assert(whole_bits <= SHARES_MONEY_BITS);

    shares->shift = SHARES_MONEY_BITS - whole_bits;
    shares->price_bits = SHARES_PRICE_BITS_MAX;
    if (worth_bits + SHARES_MONEY_BITS + SHARES_PRICE_BITS_MAX + 2 > WIDE_BITS) {
        shares->price_bits = WIDE_BITS - 2 - SHARES_MONEY_BITS - worth_bits;
    }
    shares->slack = endowment->part == 0 ? 0 : 1;
    return (uint64_t)(((wide)endowment->whole << shares->shift) +
                      ((wide)endowment->part << shares->shift) / endowment->divisor);
}

static void start_option(struct tally_shares *shares, uint32_t option, uint64_t held)
{
    const struct tally_classes *classes = shares->terms.classes;
    struct shares_candidate *candidate = &shares->candidates[option];
    uint64_t voters = classes->support_voters[option];
    bool by_cost = shares->terms.satisfaction == TALLY_SATISFACTION_COST;
    int64_t cost = election_option(shares->terms.election, option)->cost;

    *candidate = (struct shares_candidate){
        .standing = voters == 0 ? SHARES_OUT : SHARES_OPEN,
        .round = SHARES_NEVER,
        .cost = cost,
        .need = (wide)cost << shares->shift,
        .money = (wide)held * voters,
        .slope_money = shares->horizon == 0 ? 0 : (wide)voters << SHARES_SLOPE_BITS,
        .rate_factor = by_cost && cost > 0 ? (wide)cost : 1,
    };
    /* When all can pay in full the price is least; it is where the search starts. */
    if (voters > 0 && candidate->need <= candidate->money) {
        wide price = candidate->need << shares->price_bits;
        uint64_t worth = (uint64_t)classes->support_total[option];

        candidate->price = wide_divide_up(price, worth);
        candidate->price_low = price / worth;
        candidate->rate_low = (candidate->price_low << SHARES_RATE_BITS) / candidate->rate_factor;
    }
}

static void start(struct tally_shares *shares, const struct tally_endowment *endowment)
{
    const struct tally_classes *classes = shares->terms.classes;
    uint64_t held = choose_units(shares, endowment);
    uint32_t slope = shares->horizon == 0 ? 0 : 1u << SHARES_SLOPE_BITS;

    for (uint32_t class = 0; class < classes->count; class ++) {
        shares->accounts[class] = (struct shares_account){
            .held = held, .voters = classes->voters[class], .slope_high = slope};
        shares->slope_low[class] = slope;
    }
    memset(shares->spent, 0, classes->count);
    for (uint32_t option = 0; option < shares->option_count; option++) {
        start_option(shares, option, held);
    }
    tally_exact_start(&shares->exact, (wide)endowment->whole * endowment->divisor + endowment->part,
                      endowment->divisor);
    shares_set_horizon(shares, shares->horizon);
    shares->round = 0;
    shares->total_cost = 0;
    shares->funded_count = 0;
    shares->barred_count = 0;
    tally_gate_reset(&shares->gate);
}

/* What the limits no longer admit is out, and cannot come back while the options funded before it are
 * the same: it has no say any more in how far this run holds. */
static void bar(struct tally_shares *shares)
{
    for (uint32_t option = 0; option < shares->option_count; option++) {
        struct shares_candidate *candidate = &shares->candidates[option];
        enum tally_reason reason = TALLY_FUNDED;

        if (candidate->standing == SHARES_FUNDED || candidate->standing == SHARES_BARRED ||
            shares->terms.classes->support_voters[option] == 0 ||
            tally_gate_admits(&shares->gate, option, candidate->cost, &reason)) {
            continue;
        }
        if (shares->record != NULL && candidate->standing == SHARES_OPEN) {
            shares->record->outcomes[option].reason = reason;
        }
        candidate->standing = SHARES_BARRED;
        shares->barred_count++;
    }
}

/* What the supporters held when it was not enough, to the nearest unit of money. */
static int64_t shown_money(const struct tally_shares *shares, wide money)
{
    wide half = shares->shift == 0 ? 0 : (wide)1 << (shares->shift - 1);
    wide whole = (money + half) >> shares->shift;

    return whole > INT64_MAX ? INT64_MAX : (int64_t)whole;
}

/* Whose supporters no longer hold the cost is out for good: balances only fall. */
static enum err drop_unaffordable(struct tally_shares *shares)
{
    for (uint32_t option = 0; option < shares->option_count; option++) {
        struct shares_candidate *candidate = &shares->candidates[option];
        bool affords = false;
        enum err err;

        candidate->fresh = false;
        if (candidate->standing != SHARES_OPEN) {
            continue;
        }
        err = shares_affords(shares, option, &affords);
        if (err) {
            return err;
        }
        if (affords) {
            continue;
        }
        candidate->standing = SHARES_OUT;
        if (shares->record != NULL) {
            tally_note_round(shares->record,
                             &(struct tally_round){
                                 .step = TALLY_STEP_SHARES,
                                 .option = option,
                                 .funded = false,
                                 .supporters = shares->terms.classes->support_voters[option],
                                 .price = shown_money(shares, candidate->money),
                             });
        }
    }
    return ERR_OK;
}

/* Prices the options that may have the least rate; returns a bound no winner's rate passes. */
static wide price_contenders(struct tally_shares *shares)
{
    wide best_high = WIDE_MAX;

    /* Ends: every turn prices an option that was not priced in this round. */
    for (;;) {
        struct shares_candidate *next = NULL;

        for (uint32_t option = 0; option < shares->option_count; option++) {
            struct shares_candidate *candidate = &shares->candidates[option];

            if (candidate->standing == SHARES_OPEN && !candidate->fresh &&
                candidate->rate_low <= best_high &&
                (next == NULL || candidate->rate_low < next->rate_low)) {
                next = candidate;
            }
        }
        if (next == NULL) {
            return best_high;
        }
        shares_price(shares, (uint32_t)(next - shares->candidates));
        best_high = next->rate_high < best_high ? next->rate_high : best_high;
    }
}

static bool contends(const struct tally_shares *shares, uint32_t option, wide best_high)
{
    const struct shares_candidate *candidate = &shares->candidates[option];

    return candidate->standing == SHARES_OPEN && candidate->fresh &&
           candidate->rate_low <= best_high;
}

/* The option of the least rate, and of those the first by the tie rule; option_count: none. */
static enum err find_winner(struct tally_shares *shares, wide best_high, uint32_t *ret)
{
    uint32_t winner = shares->option_count;

    for (uint32_t option = 0; option < shares->option_count; option++) {
        int order = -1;

        if (!contends(shares, option, best_high)) {
            continue;
        }
        if (winner < shares->option_count) {
            enum err err = shares_compare(shares, option, winner, &order);

            if (err) {
                return err;
            }
        }
        if (order < 0 ||
            (order == 0 && shares->terms.ranks[option] < shares->terms.ranks[winner])) {
            winner = option;
        }
    }
    *ret = winner;
    return ERR_OK;
}

/* Writes down who else had the winner's rate. */
static enum err note_tie(struct tally_shares *shares, wide best_high, uint32_t winner)
{
    struct tally_tie_note note = {
        .election = shares->terms.election,
        .ranks = shares->terms.ranks,
        .step = TALLY_STEP_SHARES,
    };
    enum err err = tally_tie_begin(shares->record);

    for (uint32_t option = 0; option < shares->option_count && !err; option++) {
        int order = 0;

        if (!contends(shares, option, best_high)) {
            continue;
        }
        if (option != winner) {
            err = shares_compare(shares, option, winner, &order);
        }
        if (!err && order == 0) {
            err = tally_tie_add(shares->record, option);
        }
    }
    return err ? err : tally_tie_end(shares->record, &note);
}

static enum err fund(struct tally_shares *shares, uint32_t winner)
{
    struct shares_candidate *candidate = &shares->candidates[winner];
    wide slope_low = 0;
    enum err err;

    if (shares->horizon > 0) {
        shares_look_ahead(shares, candidate);
        slope_low = shares_slope_low(shares, winner);
        shares_skip_round(shares, winner, slope_low);
    }
    if (shares->record != NULL) {
        tally_fund(shares->record, winner, candidate->cost);
    }
    err = shares_pay(shares, winner, slope_low);
    if (err) {
        return err;
    }
    tally_gate_take(&shares->gate, winner, candidate->cost);
    shares->funded[shares->funded_count] = winner;
    shares->funded_count++;
    if (__builtin_add_overflow(shares->total_cost, candidate->cost, &shares->total_cost)) {
        shares->total_cost = INT64_MAX;
    }
    return ERR_OK;
}

enum err tally_shares_run(struct tally_shares *shares, const struct tally_endowment *endowment,
                          uint64_t horizon, struct tally_result *record,
                          struct tally_shares_outcome *ret)
{
    int64_t budget = election_budget(shares->terms.election);
    uint32_t winner = 0;
    enum err err = ERR_OK;

    assert(endowment->part < endowment->divisor);
    assert(ret != NULL);

    if (wide_bits((wide)endowment->whole + 1) > SHARES_MONEY_BITS) {
        return ERR_FULL;
    }
    shares->horizon = horizon;
    shares->record = record;
    start(shares, endowment);
    /* Ends: every round funds an option, and the last finds none. */
    while (!err && winner < shares->option_count && shares->total_cost <= budget) {
        wide best_high;

        if (shares->terms.limits != NULL) {
            bar(shares);
        }
        err = drop_unaffordable(shares);
        if (err) {
            break;
        }
        best_high = price_contenders(shares);
        err = find_winner(shares, best_high, &winner);
        if (!err && winner < shares->option_count && record != NULL) {
            err = note_tie(shares, best_high, winner);
        }
        if (!err && winner < shares->option_count) {
            err = fund(shares, winner);
        }
    }
    if (err) {
        return err;
    }
    shares_skip_end(shares);
    *ret = (struct tally_shares_outcome){
        .funded = shares->funded,
        .funded_count = shares->funded_count,
        .barred_count = shares->barred_count,
        .over_budget = shares->total_cost > budget,
        .total_cost = shares->total_cost,
        .skip = shares->skip,
    };
    return ERR_OK;
}

bool tally_shares_is_barred(const struct tally_shares *shares, uint32_t option)
{
    assert(option < shares->option_count);

    return shares->candidates[option].standing == SHARES_BARRED;
}
