/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact prices, and paying them. Nobody must ever pay more than they hold,
 * and the shares of an option must add up to its cost to the last fraction.
 */
#include <assert.h>
#include <string.h>

#include "participation/domain/tally_rules.h"
#include "participation/domain/tally_shares_state.h"

static void form_clear(const struct tally_shares *shares, struct tally_form *form)
{
    form->constant = 0;
    memset(form->factors, 0, shares->exact.count * sizeof *form->factors);
}

/*
 * Adds sign times what the voters of a class hold together, who have paid in
 * full for everything funded that they support.
 */
static void form_add_balance(const struct tally_shares *shares, uint32_t class, int64_t sign,
                             struct tally_form *form)
{
    const struct tally_classes *classes = shares->terms.classes;
    int64_t voters = sign * (int64_t)classes->voters[class];

    assert(shares->spent[class] == 0);
    assert(sign == 1 || sign == -1);

    form->factors[0] += voters;
    for (uint32_t i = classes->first[class]; i < classes->first[class + 1]; i++) {
        uint32_t round = shares->candidates[classes->options[i]].round;

        if (round != SHARES_NEVER) {
            form->factors[round] -= voters * (classes->worths == NULL ? 1 : classes->worths[i]);
        }
    }
}

enum err shares_affords(struct tally_shares *shares, uint32_t option, bool *ret)
{
    const struct tally_classes *classes = shares->terms.classes;
    const struct shares_candidate *candidate = &shares->candidates[option];
    wide lack = (wide)shares->slack * classes->support_voters[option];
    struct shares_price *price = &shares->prices[0];
    enum err err;

    assert(ret != NULL);
    assert(candidate->standing == SHARES_OPEN);

    if (candidate->money >= candidate->need || candidate->money + lack < candidate->need) {
        *ret = candidate->money >= candidate->need;
        return ERR_OK;
    }
    form_clear(shares, &price->form);
    for (uint32_t place = classes->support_first[option];
         place < classes->support_first[option + 1]; place++) {
        if (shares->spent[classes->supporters[place]] == 0) {
            form_add_balance(shares, classes->supporters[place], 1, &price->form);
        }
    }
    price->form.constant = -candidate->cost;
    err = tally_exact_evaluate(&shares->exact, &price->form, &price->value);
    if (!err) {
        *ret = bignum_sign(&price->value) >= 0;
    }
    return err;
}

/* What the bounds say of a supporter's balance and what the price asks of them. */
enum means {
    MEANS_NONE, /* holds nothing */
    MEANS_POOR, /* less than is asked */
    MEANS_RICH, /* as much, or more */
    MEANS_UNSURE,
};

static enum means means_of(const struct tally_shares *shares,
                           const struct shares_candidate *candidate, uint32_t class, int64_t worth)
{
    wide held = (wide)shares->accounts[class].held << shares->price_bits;
    wide most = held + ((wide)shares->slack << shares->price_bits);

    if (shares->spent[class] != 0) {
        return MEANS_NONE;
    }
    if (!candidate->unbounded && held > wide_multiply(candidate->price, (uint64_t)worth)) {
        return MEANS_RICH;
    }
    return most < wide_multiply(candidate->price_low, (uint64_t)worth) ? MEANS_POOR : MEANS_UNSURE;
}

/* Takes a supporter among those who pay all they hold. */
static void make_poor(const struct tally_shares *shares, uint32_t class, int64_t worth,
                      struct shares_price *price)
{
    form_add_balance(shares, class, -1, &price->form);
    price->worth -= (uint64_t)worth * shares->accounts[class].voters;
}

/* Compares what an unsure supporter holds with what the price asks: balance * worth, form * own. */
static enum err compare_balance(struct tally_shares *shares, const struct shares_unsure *unsure,
                                const struct shares_price *price, int *ret)
{
    struct tally_form form = {.factors = shares->class_factors};
    uint64_t own = (uint64_t)unsure->worth * shares->accounts[unsure->class].voters;
    struct bignum balance;
    struct bignum asked;
    enum err err;

    form_clear(shares, &form);
    form_add_balance(shares, unsure->class, 1, &form);
    err = tally_exact_evaluate(&shares->exact, &form, &balance);
    if (!err) {
        err = bignum_multiply(&balance, price->worth);
    }
    bignum_copy(&asked, &price->value);
    if (!err) {
        err = bignum_multiply(&asked, own);
    }
    if (!err) {
        *ret = bignum_compare(&balance, &asked);
    }
    return err;
}

/* Lets the fractions say who of the unsure is poor, until nobody more is. */
static enum err settle_unsure(struct tally_shares *shares, struct shares_price *price)
{
    bool moved = true;
    enum err err = ERR_OK;

    /* Ends: every turn but the last finds somebody poor, and nobody is twice. */
    while (moved && !err) {
        moved = false;
        err = tally_exact_evaluate(&shares->exact, &price->form, &price->value);
        for (uint32_t i = 0; i < shares->unsure_count && !err; i++) {
            struct shares_unsure *unsure = &shares->unsure[i];
            int order = 0;

            if (unsure->poor) {
                continue;
            }
            err = compare_balance(shares, unsure, price, &order);
            unsure->equal = !err && order == 0;
            unsure->poor = !err && order < 0;
            moved = moved || unsure->poor;
        }
        for (uint32_t i = 0; i < shares->unsure_count && moved && !err; i++) {
            struct shares_unsure *unsure = &shares->unsure[i];

            if (unsure->poor && !unsure->equal) {
                make_poor(shares, unsure->class, unsure->worth, price);
                unsure->equal = true; /* counted; among the poor the mark has no other meaning */
            }
        }
    }
    return err;
}

/* The exact price of a priced option. Leaves in unsure whom the bounds could not tell. */
static enum err price_exactly(struct tally_shares *shares, uint32_t option,
                              struct shares_price *ret)
{
    const struct tally_classes *classes = shares->terms.classes;
    const struct shares_candidate *candidate = &shares->candidates[option];
    enum err err;

    assert(candidate->fresh);
    assert(candidate->standing == SHARES_OPEN);

    form_clear(shares, &ret->form);
    ret->form.constant = candidate->cost;
    ret->worth = (uint64_t)classes->support_total[option];
    shares->unsure_count = 0;
    for (uint32_t place = classes->support_first[option];
         place < classes->support_first[option + 1]; place++) {
        uint32_t class = classes->supporters[place];
        int64_t worth = shares_worth(shares, place);
        enum means means = means_of(shares, candidate, class, worth);

        if (means == MEANS_NONE && candidate->cost > 0) {
            ret->worth -= (uint64_t)worth * shares->accounts[class].voters;
        } else if (means == MEANS_POOR) {
            make_poor(shares, class, worth, ret);
        } else if (means == MEANS_UNSURE) {
            shares->unsure[shares->unsure_count] =
                (struct shares_unsure){.class = class, .worth = worth};
            shares->unsure_count++;
        }
    }
    assert(ret->worth > 0);
    err = shares->unsure_count > 0 ? settle_unsure(shares, ret)
                                   : tally_exact_evaluate(&shares->exact, &ret->form, &ret->value);
    assert(err || ret->worth > 0);
    assert(err || bignum_sign(&ret->value) >= 0);
    return err;
}

/* Two prices that are plain fractions of small numbers. By cost the cost itself cancels out. */
static int compare_plain(const struct tally_shares *shares, const struct shares_candidate *left,
                         const struct shares_candidate *right)
{
    bool by_cost = shares->terms.satisfaction == TALLY_SATISFACTION_COST;
    wide left_cost = by_cost ? left->cost > 0 : (wide)left->cost;
    wide right_cost = by_cost ? right->cost > 0 : (wide)right->cost;
    wide left_side = left_cost * right->rich_worth;
    wide right_side = right_cost * left->rich_worth;

    assert(left->plain);
    assert(right->plain);

    return (left_side > right_side) - (left_side < right_side);
}

/* value * worth * factor of the other side; a factor is a cost or 1. */
static enum err cross(struct bignum *value, uint64_t worth, wide factor)
{
    enum err err = bignum_multiply(value, worth);

    assert(factor > 0);
    assert(factor <= UINT64_MAX);

    return err ? err : bignum_multiply(value, (uint64_t)factor);
}

enum err shares_compare(struct tally_shares *shares, uint32_t left, uint32_t right, int *ret)
{
    const struct shares_candidate *first = &shares->candidates[left];
    const struct shares_candidate *second = &shares->candidates[right];
    struct shares_price *prices = shares->prices;
    enum err err;

    assert(first->fresh);
    assert(second->fresh);

    if (first->rate_high < second->rate_low || first->rate_low > second->rate_high) {
        *ret = first->rate_high < second->rate_low ? -1 : 1;
        return ERR_OK;
    }
    if (first->plain && second->plain) {
        *ret = compare_plain(shares, first, second);
        return ERR_OK;
    }
    err = price_exactly(shares, left, &prices[0]);
    if (!err) {
        err = price_exactly(shares, right, &prices[1]);
    }
    if (!err) {
        err = cross(&prices[0].value, prices[1].worth, second->rate_factor);
    }
    if (!err) {
        err = cross(&prices[1].value, prices[0].worth, first->rate_factor);
    }
    if (!err) {
        *ret = bignum_compare(&prices[0].value, &prices[1].value);
    }
    return err;
}

/* How a payment changes the slopes of one balance: by worth * these, for those who pay in full. */
struct slopes {
    wide low;
    wide high;
};

static void change_slopes(struct tally_shares *shares, uint32_t class, int64_t worth,
                          const struct slopes *slopes)
{
    wide low = shares->slope_low[class] +
               (wide_multiply(slopes->low, (uint64_t)worth) >> SHARES_PRICE_SLOPE_BITS);
    wide rise = wide_multiply(slopes->high, (uint64_t)worth);
    wide high = shares->accounts[class].slope_high + wide_unshift_up(rise, SHARES_PRICE_SLOPE_BITS);

    shares->slope_low[class] = low > UINT32_MAX ? UINT32_MAX : (uint32_t)low;
    shares->accounts[class].slope_high = high >= UINT32_MAX ? UINT32_MAX : (uint32_t)high;
    if (high >= UINT32_MAX) {
        shares_skip_none(shares);
    }
}

/* The sums of every option still open that the class supports follow its account. */
static void follow(struct tally_shares *shares, uint32_t class, const struct shares_account *before)
{
    const struct tally_classes *classes = shares->terms.classes;
    const struct shares_account *after = &shares->accounts[class];
    wide paid = (wide)(before->held - after->held) * after->voters;
    bool steeper = after->slope_high >= before->slope_high;
    wide turn = (wide)(steeper ? after->slope_high - before->slope_high
                               : before->slope_high - after->slope_high) *
                after->voters;

    assert(before->held >= after->held);

    for (uint32_t i = classes->first[class]; i < classes->first[class + 1]; i++) {
        struct shares_candidate *candidate = &shares->candidates[classes->options[i]];

        assert(candidate->standing == SHARES_FUNDED || candidate->money >= paid);
        if (candidate->standing != SHARES_FUNDED) {
            candidate->money -= paid;
            candidate->slope_money =
                steeper ? candidate->slope_money + turn : candidate->slope_money - turn;
        }
    }
}

/* One class pays: all it holds, or the price in full. Returns what it still holds at least. */
static uint64_t held_after(const struct tally_shares *shares, uint64_t held, int64_t worth,
                           wide price)
{
    wide asked = wide_unshift_up(wide_multiply(price, (uint64_t)worth), shares->price_bits);

    return asked >= held ? 0 : held - (uint64_t)asked;
}

/* What the payers of one option have in common. */
struct payment {
    uint32_t option;
    wide price; /* at least the price, by less than one unit */
    struct slopes slopes;
    uint32_t next_unsure;
    int64_t payers; /* voters who paid something */
    int64_t spent;  /* of those, who hold nothing now */
};

static void pay_class(struct tally_shares *shares, struct payment *payment, uint32_t class,
                      int64_t worth)
{
    const struct shares_candidate *candidate = &shares->candidates[payment->option];
    struct shares_account *account = &shares->accounts[class];
    struct shares_account before = *account;
    enum means means = means_of(shares, candidate, class, worth);
    bool in_full = means == MEANS_RICH;
    bool empty = means == MEANS_NONE || means == MEANS_POOR;

    if (means == MEANS_UNSURE) {
        const struct shares_unsure *unsure = &shares->unsure[payment->next_unsure];

        assert(unsure->class == class);
        in_full = !unsure->poor;
        empty = unsure->poor || unsure->equal;
        payment->next_unsure++;
    }
    if (shares->horizon > 0) {
        if (!in_full && shares_poor_throughout(shares, candidate, class, worth)) {
            shares->slope_low[class] = 0;
            account->slope_high = 0;
        } else {
            change_slopes(shares, class, worth, &payment->slopes);
            shares->slope_low[class] = in_full ? shares->slope_low[class] : 0;
        }
    }
    if (means != MEANS_NONE) {
        payment->payers += account->voters;
        payment->spent += empty ? account->voters : 0;
    }
    shares->spent[class] = empty ? 1 : 0;
    account->held = empty ? 0 : held_after(shares, account->held, worth, payment->price);
    follow(shares, class, &before);
}

/* What a resident is told: the price for one voter, rounded up to a whole unit of money. */
static int64_t shown_price(const struct tally_shares *shares, wide price)
{
    wide whole = wide_divide_up(price - 1, (wide)1 << (shares->shift + shares->price_bits));

    return whole > INT64_MAX ? INT64_MAX : (int64_t)whole;
}

enum err shares_pay(struct tally_shares *shares, uint32_t option, wide price_slope_low)
{
    const struct tally_classes *classes = shares->terms.classes;
    struct shares_candidate *candidate = &shares->candidates[option];
    struct shares_price *price = &shares->prices[0];
    struct payment payment = {.option = option};
    wide low = 0;
    enum err err = price_exactly(shares, option, price);

    if (!err) {
        err = tally_exact_push(&shares->exact, &price->form, price->worth);
    }
    if (!err) {
        err = tally_exact_last(&shares->exact, shares->shift + shares->price_bits, &low);
    }
    if (err) {
        return err;
    }
    payment.price = low + 1;
    if (shares->horizon > 0) {
        payment.slopes.high = candidate->price_slope;
        payment.slopes.low = price_slope_low;
    }
    /* It stays open while its supporters are gone through: its own sums must not matter. */
    for (uint32_t place = classes->support_first[option];
         place < classes->support_first[option + 1]; place++) {
        pay_class(shares, &payment, classes->supporters[place], shares_worth(shares, place));
    }
    assert(payment.next_unsure == shares->unsure_count);
    shares->slack += (uint64_t)(classes->worth_max >> shares->price_bits) + 2;
    candidate->standing = SHARES_FUNDED;
    candidate->round = shares->exact.count - 1;
    if (shares->record != NULL) {
        tally_note_round(shares->record, &(struct tally_round){
                                             .step = TALLY_STEP_SHARES,
                                             .option = option,
                                             .funded = true,
                                             .supporters = payment.payers,
                                             .spent = payment.spent,
                                             .price = shown_price(shares, payment.price),
                                         });
    }
    return ERR_OK;
}
