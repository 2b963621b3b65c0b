/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many steps of the endowment leave a run as it is.
 *
 * While the same options are funded in the same order, every balance rises
 * with the endowment and every price falls, so who can pay in full goes on
 * doing so. From that follow bounds on how fast each balance and each price
 * moves anywhere within the horizon, and from those the number of steps
 * during which no option overtakes the winner of a round and none becomes
 * affordable that was not. It must always err on the side of fewer steps.
 */
#include <assert.h>

#include "participation/domain/tally_shares_state.h"

void shares_skip_none(struct tally_shares *shares)
{
    shares->horizon = 0;
    shares->skip = 0;
}

static void shorten(struct tally_shares *shares, wide steps)
{
    if (steps < shares->skip) {
        shares->skip = (uint64_t)steps;
    }
}

/* number * 2^shift for either sign of shift, rounded up, at most WIDE_MAX. */
static wide scale_up(wide number, int shift)
{
    if (number == WIDE_MAX) {
        return WIDE_MAX;
    }
    if (shift >= 0) {
        return shift < (int)WIDE_BITS ? wide_shift_up(number, (unsigned)shift)
                                      : (number == 0 ? 0 : WIDE_MAX);
    }
    return -shift < (int)WIDE_BITS ? wide_divide_up(number, (wide)1 << (unsigned)-shift)
                                   : (number == 0 ? 0 : 1);
}

/* The same, rounded down; what does not fit stays below what it is. */
static wide scale_down(wide number, int shift)
{
    if (shift >= 0) {
        return shift < (int)WIDE_BITS ? wide_shift_up(number, (unsigned)shift) : number;
    }
    return -shift < (int)WIDE_BITS ? number >> (unsigned)-shift : 0;
}

/* How much a balance of this slope moves in one step, in units of held, rounded up. */
static wide move_of(const struct tally_shares *shares, wide slope)
{
    return scale_up(wide_multiply(slope, shares->terms.step),
                    (int)shares->shift - (int)SHARES_SLOPE_BITS);
}

wide shares_rate_slope(const struct tally_shares *shares, const struct shares_candidate *candidate,
                       wide price_slope, bool up)
{
    int shift = (int)shares->shift + (int)shares->price_bits + (int)SHARES_RATE_BITS -
                (int)SHARES_SLOPE_BITS - (int)SHARES_PRICE_SLOPE_BITS;
    wide moved = wide_multiply(price_slope, shares->terms.step);
    wide factor = candidate->rate_factor;

    assert(factor > 0);

    if (up && (price_slope == WIDE_MAX || moved == WIDE_MAX)) {
        return WIDE_MAX;
    }
    if (!up && moved == WIDE_MAX) {
        moved = price_slope;
    }
    /* Shift first while nothing is lost, for the finer quotient. */
    if (shift >= 0 && shift < (int)WIDE_BITS && wide_bits(moved) + (unsigned)shift < WIDE_BITS) {
        moved <<= (unsigned)shift;
        return up ? wide_divide_up(moved, factor) : moved / factor;
    }
    return up ? scale_up(wide_divide_up(moved, factor), shift) : scale_down(moved / factor, shift);
}

/* For how many steps an option that cannot be afforded now stays so in this round. */
static uint64_t steps_out(const struct tally_shares *shares,
                          const struct shares_candidate *candidate)
{
    wide high = candidate->money + (wide)shares->slack * shares->terms.classes->voter_count;
    wide move = move_of(shares, candidate->slope_money);
    wide steps;

    assert(candidate->standing == SHARES_OUT);

    if (high >= candidate->need) {
        return 0;
    }
    if (move == 0) {
        return UINT64_MAX;
    }
    steps = (candidate->need - high - 1) / move;
    return steps > UINT64_MAX ? UINT64_MAX : (uint64_t)steps;
}

void shares_skip_end(struct tally_shares *shares)
{
    for (uint32_t option = 0; option < shares->option_count && shares->skip > 0; option++) {
        if (shares->candidates[option].standing == SHARES_OUT) {
            shorten(shares, steps_out(shares, &shares->candidates[option]));
        }
    }
}

void shares_set_horizon(struct tally_shares *shares, uint64_t horizon)
{
    shares->horizon = horizon;
    shares->skip = horizon;
    shares->risen = scale_up(wide_multiply(shares->terms.step, horizon),
                             (int)shares->shift - (int)SHARES_SLOPE_BITS);
}

void shares_look_ahead(const struct tally_shares *shares, struct shares_candidate *candidate)
{
    wide fallen = scale_up(
        wide_multiply(wide_multiply(candidate->price_slope, shares->terms.step), shares->horizon),
        (int)shares->shift + (int)shares->price_bits - (int)SHARES_SLOPE_BITS -
            (int)SHARES_PRICE_SLOPE_BITS);

    assert(shares->horizon > 0);
    assert(candidate->fresh);

    candidate->price_least = wide_less(candidate->price_low, fallen);
}

bool shares_poor_throughout(const struct tally_shares *shares,
                            const struct shares_candidate *candidate, uint32_t class, int64_t worth)
{
    const struct shares_account *account = &shares->accounts[class];
    wide risen;

    assert(worth > 0);

    if (account->slope_high == 0 && shares->spent[class] != 0) {
        return true;
    }
    risen = wide_multiply(shares->risen, account->slope_high);
    if (risen >> SHARES_MONEY_BITS != 0) {
        return false;
    }
    return ((wide)account->held + shares->slack + risen) << shares->price_bits <
           wide_multiply(candidate->price_least, (uint64_t)worth);
}

wide shares_slope_low(const struct tally_shares *shares, uint32_t winner)
{
    const struct tally_classes *classes = shares->terms.classes;
    const struct shares_candidate *candidate = &shares->candidates[winner];
    uint32_t end = classes->support_first[winner + 1];
    uint64_t rich_worth = (uint64_t)classes->support_total[winner];
    wide slope = 0;

    assert(shares->horizon > 0);
    assert(candidate->fresh);

    for (uint32_t place = classes->support_first[winner]; place < end; place++) {
        uint32_t class = classes->supporters[place];
        int64_t worth = shares_worth(shares, place);

        if (shares_poor_throughout(shares, candidate, class, worth)) {
            slope += (wide)shares->slope_low[class] * shares->accounts[class].voters;
            rich_worth -= (uint64_t)worth * shares->accounts[class].voters;
        }
    }
    return rich_worth == 0 ? 0 : (slope << SHARES_PRICE_SLOPE_BITS) / rich_worth;
}

/*
 * For how many steps the other option comes behind the winner in this round, if it can be afforded.
 * One that is open is behind it now; of one that is out only the bounds tell.
 */
static wide steps_behind(const struct shares_candidate *other, const struct shares_candidate *best,
                         wide slope_low)
{
    wide closing =
        other->rate_slope == WIDE_MAX ? WIDE_MAX : wide_less(other->rate_slope, slope_low);

    if (other->standing == SHARES_OPEN && closing == 0) {
        return WIDE_MAX; /* the winner falls as fast at least, and stays in front */
    }
    if (other->rate_low <= best->rate_high) {
        return 0;
    }
    return closing == 0 ? WIDE_MAX : (other->rate_low - best->rate_high - 1) / closing;
}

void shares_skip_round(struct tally_shares *shares, uint32_t winner, wide price_slope_low)
{
    const struct shares_candidate *best = &shares->candidates[winner];
    wide slope_low = shares_rate_slope(shares, best, price_slope_low, false);

    assert(best->standing == SHARES_OPEN);

    for (uint32_t option = 0; option < shares->option_count && shares->skip > 0; option++) {
        const struct shares_candidate *other = &shares->candidates[option];
        wide steps;

        if (option == winner || other->standing == SHARES_FUNDED ||
            other->standing == SHARES_BARRED) {
            continue;
        }
        steps = steps_behind(other, best, slope_low);
        if (other->standing == SHARES_OUT && steps < shares->skip) {
            uint64_t out = steps_out(shares, other);

            steps = out > steps ? out : steps;
        }
        if (steps < shares->skip && !other->fresh && other->need / 2 <= other->money) {
            wide again;

            shares_price(shares, option); /* its bounds are those of an earlier round */
            again = steps_behind(other, best, slope_low);
            steps = again > steps ? again : steps;
        }
        shorten(shares, steps);
    }
    if (shares->skip == 0) {
        shares_skip_none(shares); /* slopes are of no use any more */
    }
}
