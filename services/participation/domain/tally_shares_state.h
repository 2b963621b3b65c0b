/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a run of equal shares, shared by the files that make one:
 * tally_shares.c (rounds), tally_shares_price.c (what an option costs its
 * supporters), tally_shares_pay.c (exact prices, paying) and
 * tally_shares_skip.c (how far a run holds). Nobody else includes this header.
 *
 * Units: money is kept in units of money times 2^shift, a price (money per
 * unit of worth) in 2^(shift + PRICE bits), a rate in RATE_BITS more, a slope
 * of a balance in 2^-SLOPE_BITS, a slope of a price in PRICE_SLOPE_BITS more.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_SHARES_STATE_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_SHARES_STATE_H

#include "participation/domain/tally_exact.h"
#include "participation/domain/tally_gate.h"
#include "participation/domain/tally_shares.h"

#define SHARES_MONEY_BITS       61u /* an endowment in units of 2^-shift is below 2^61 */
#define SHARES_PRICE_BITS_MAX   32u
#define SHARES_RATE_BITS        33u
#define SHARES_SLOPE_BITS       16u
#define SHARES_PRICE_SLOPE_BITS 32u
#define SHARES_NEVER            UINT32_MAX

static_assert(SHARES_MONEY_BITS + SHARES_PRICE_BITS_MAX + SHARES_RATE_BITS < 128,
              "a rate fits in 128 bits");

/* What a voter of one class holds: at least held, at most held + slack; a spent class holds 0. */
struct shares_account {
    uint64_t held;
    uint32_t voters;
    uint32_t slope_high; /* over the horizon the balance rises at most so fast */
};

enum shares_standing {
    SHARES_OPEN,
    SHARES_FUNDED,
    SHARES_OUT,
    SHARES_BARRED, /* by the limits, for as long as what was funded before is the same */
};

struct shares_candidate {
    enum shares_standing standing;
    bool fresh;     /* priced in this round */
    bool plain;     /* the price is exactly cost / rich_worth: all who pay less hold nothing */
    uint32_t round; /* when it was funded; its price is that number of the exact fractions */
    int64_t cost;
    wide need;        /* the cost in units of held */
    wide money;       /* what its supporters hold: the sum of held; kept up while it is out, too */
    wide slope_money; /* the sum of their slope_high */
    wide price;       /* at least the price, or where to start looking when it is unbounded */
    wide price_low;   /* at most the price */
    bool unbounded;   /* the lower bounds do not reach the cost; the balances themselves do */
    wide rate_low;    /* price / what the option is worth to those who pay it in full */
    wide rate_high;
    wide rate_factor;
    uint64_t rich_worth;
    wide price_slope; /* over the horizon the price falls at most so fast; WIDE_MAX: no bound */
    wide rate_slope;  /* the same for rate_low, by step */
    wide price_least; /* at most the price, anywhere within the horizon */
};

/* A price as an exact fraction: form / worth. */
struct shares_price {
    struct tally_form form;
    uint64_t worth;
    struct bignum value; /* the form times the denominator, once evaluated */
};

/* A supporter who may or may not be able to pay in full, until the fractions say. */
struct shares_unsure {
    uint32_t class;
    int64_t worth;
    bool poor;  /* holds less than the price asks */
    bool equal; /* holds exactly what it asks */
};

struct tally_shares {
    struct tally_shares_terms terms;
    uint32_t option_count;
    unsigned shift;
    unsigned price_bits;
    uint32_t round;
    uint64_t slack;
    int64_t total_cost;
    struct shares_account *accounts;
    uint32_t *slope_low; /* per class, beside slope_high */
    uint8_t *spent;      /* per class: 1 when it holds nothing */
    struct shares_candidate *candidates;
    uint32_t *funded;
    uint32_t funded_count;
    uint32_t barred_count;
    struct tally_gate gate;
    struct tally_exact exact;
    struct shares_price prices[2];
    struct shares_unsure *unsure;
    uint32_t unsure_count;
    int64_t *class_factors; /* room for the form of one balance */
    uint64_t horizon;       /* 0: no slopes are kept */
    wide risen;             /* what a slope of 1 adds to a balance over the horizon, at least */
    uint64_t skip;
    struct tally_result *record;
};

/* What one look at an option's supporters adds up, at some price. */
struct shares_measure {
    wide poor_money;       /* of those who hold less than the price asks */
    uint64_t poor_holders; /* how many of them hold anything */
    uint64_t rich_worth;   /* to those who can pay in full */
    wide poor_slope;       /* the slope_high of the others together */
};

/* The worth of the option to its supporter in that place of the list. */
static inline int64_t shares_worth(const struct tally_shares *shares, uint32_t place)
{
    const int64_t *worths = shares->terms.classes->support_worths;

    return worths == NULL ? 1 : worths[place];
}

/* Finds the bounds of an option's price, and its slope when there is a horizon. */
void shares_price(struct tally_shares *shares, uint32_t option);

/* Whether the supporters hold the cost. ERR_FULL when the fractions get too long. */
ERR_CHECKED enum err shares_affords(struct tally_shares *shares, uint32_t option, bool *ret);

/* Compares the rates of two priced options exactly: negative when left is the smaller. */
ERR_CHECKED enum err shares_compare(struct tally_shares *shares, uint32_t left, uint32_t right,
                                    int *ret);

/* The supporters of a priced option pay for it. */
ERR_CHECKED enum err shares_pay(struct tally_shares *shares, uint32_t option, wide price_slope_low);

/* Shortens the skip so that what is out at the end of a run stays so to the end. */
void shares_skip_end(struct tally_shares *shares);

/*
 * Shortens the skip so that the winner of this round, before it is paid for, stays before every
 * other option: those that are out come back in vain if they would come behind it.
 */
void shares_skip_round(struct tally_shares *shares, uint32_t winner, wide price_slope_low);

/* Over the horizon the price of the winner falls at least so fast; a slope of a price. */
wide shares_slope_low(const struct tally_shares *shares, uint32_t winner);

/* Whether that supporter holds less than the price asks over the whole horizon. */
bool shares_poor_throughout(const struct tally_shares *shares,
                            const struct shares_candidate *candidate, uint32_t class,
                            int64_t worth);

/* Makes ready to answer that for an option about to be funded, and for a run. */
void shares_look_ahead(const struct tally_shares *shares, struct shares_candidate *candidate);
void shares_set_horizon(struct tally_shares *shares, uint64_t horizon);

/* Gives up the skip: a slope has no bound. */
void shares_skip_none(struct tally_shares *shares);

/* A slope of a price as one of a rate, by step, rounded up or down. */
wide shares_rate_slope(const struct tally_shares *shares, const struct shares_candidate *candidate,
                       wide price_slope, bool up);

#endif
