/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The price of an option: the smallest amount per unit of worth at which its
 * supporters, each paying that or all they hold, raise its cost. It must
 * always be a bound on the side its name says.
 */
#include <assert.h>

#include "participation/domain/tally_shares_state.h"

/* Everybody's worth is 1, so who cannot pay in full is one comparison of 64 bits. */
static void measure_plain(const struct tally_shares *shares, uint32_t option, wide price,
                          struct shares_measure *ret)
{
    const struct tally_classes *classes = shares->terms.classes;
    const struct shares_account *accounts = shares->accounts;
    wide asked = (price + (((wide)1 << shares->price_bits) - 1)) >> shares->price_bits;
    uint64_t limit = asked > UINT64_MAX ? UINT64_MAX : (uint64_t)asked;
    uint32_t end = classes->support_first[option + 1];

    for (uint32_t place = classes->support_first[option]; place < end; place++) {
        const struct shares_account *account = &accounts[classes->supporters[place]];

        if (account->held >= limit) {
            ret->rich_worth += account->voters;
            continue;
        }
        ret->poor_money += (wide)account->held * account->voters;
        ret->poor_slope += (wide)account->slope_high * account->voters;
        if (account->held > 0 || shares->spent[classes->supporters[place]] == 0) {
            ret->poor_holders += account->voters;
        }
    }
}

static void measure_weighted(const struct tally_shares *shares, uint32_t option, wide price,
                             struct shares_measure *ret)
{
    const struct tally_classes *classes = shares->terms.classes;
    uint32_t end = classes->support_first[option + 1];

    for (uint32_t place = classes->support_first[option]; place < end; place++) {
        const struct shares_account *account = &shares->accounts[classes->supporters[place]];
        uint64_t worth = (uint64_t)classes->support_worths[place];

        if ((wide)account->held << shares->price_bits >= wide_multiply(price, worth)) {
            ret->rich_worth += worth * account->voters;
            continue;
        }
        ret->poor_money += (wide)account->held * account->voters;
        ret->poor_slope += (wide)account->slope_high * account->voters;
        if (account->held > 0 || shares->spent[classes->supporters[place]] == 0) {
            ret->poor_holders += account->voters;
        }
    }
}

static struct shares_measure measure(const struct tally_shares *shares, uint32_t option, wide price)
{
    struct shares_measure result = {.rich_worth = 0};

    assert(option < shares->option_count);

    if (shares->terms.classes->support_worths == NULL) {
        measure_plain(shares, option, price, &result);
    } else {
        measure_weighted(shares, option, price, &result);
    }
    assert(result.rich_worth <= (uint64_t)TALLY_WORTH_MAX);
    return result;
}

/*
 * From a price that is not too high, always towards the right one: the poor
 * at each are poor at the next. At the end the lower bounds of what is held
 * raise the cost at this price, so the balances themselves do too. When they
 * do not, the price stays where somebody could still pay it in full.
 */
static struct shares_measure search(struct tally_shares *shares, uint32_t option)
{
    struct shares_candidate *candidate = &shares->candidates[option];
    struct shares_measure last = {.rich_worth = 0};
    wide price = candidate->price;

    candidate->unbounded = false;
    /* Ends: every turn but the last finds one more class among the poor. */
    for (;;) {
        struct shares_measure found = measure(shares, option, price);
        wide following;

        if (found.rich_worth == 0) {
            candidate->unbounded = true;
            return last;
        }
        last = found;
        candidate->price = price;
        following = wide_divide_up(
            wide_less(candidate->need, found.poor_money) << shares->price_bits, found.rich_worth);
        if (following <= price) {
            return last;
        }
        price = following;
    }
}

/*
 * Whoever is counted among the poor, what the others must raise is a lower
 * bound, of this price and, with the slope, of any over the horizon. One that
 * is known from an earlier round is kept when it is the better one.
 */
static void bound_below(struct tally_shares *shares, struct shares_candidate *candidate,
                        const struct shares_measure *found, wide slope)
{
    wide lack = (wide)shares->slack * found->poor_holders;
    wide low =
        (wide_less(wide_less(candidate->need, found->poor_money), lack) << shares->price_bits) /
        found->rich_worth;

    assert(found->rich_worth > 0);

    if (low < candidate->price_low) {
        return;
    }
    candidate->price_low = low;
    candidate->rate_low = wide_shift_up(low, SHARES_RATE_BITS) / candidate->rate_factor;
    if (shares->horizon > 0) {
        candidate->rate_slope = shares_rate_slope(shares, candidate, slope, true);
    }
}

void shares_price(struct tally_shares *shares, uint32_t option)
{
    struct shares_candidate *candidate = &shares->candidates[option];
    struct shares_measure found = search(shares, option);
    wide slope = WIDE_MAX;

    assert(candidate->standing != SHARES_FUNDED);
    assert(candidate->rate_factor > 0);

    candidate->fresh = true;
    candidate->plain = !candidate->unbounded && found.poor_holders == 0;
    candidate->rich_worth = found.rich_worth;
    if (found.rich_worth > 0) {
        if (shares->horizon > 0) {
            slope = wide_divide_up(wide_shift_up(found.poor_slope, SHARES_PRICE_SLOPE_BITS),
                                   found.rich_worth);
        }
        bound_below(shares, candidate, &found, slope);
    }
    candidate->rate_high =
        candidate->unbounded
            ? WIDE_MAX
            : wide_divide_up(candidate->price << SHARES_RATE_BITS, candidate->rate_factor);
    if (shares->horizon > 0) {
        candidate->price_slope = candidate->unbounded ? WIDE_MAX : slope;
    }
}
