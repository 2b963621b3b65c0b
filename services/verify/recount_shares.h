/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of equal shares for one endowment, exact and with what tells how far
 * the endowment may rise before the run could end otherwise.
 *
 * Votes that hold the same stand in one purse. Everything is a whole number of
 * units of 1 / common, and `common` grows so that no payment is a fraction of
 * one. Beside its value, each amount has a slope: by how much it would be more
 * if the endowment were 1 more and nothing else happened in the run. Every
 * amount is then value + slope * k for an endowment k higher, as long as every
 * decision of the run comes out the same; and each decision is that some such
 * amount is positive, or not negative. The least k at which one of them ceases
 * to be is where the run may first differ.
 *
 * Most of those decisions are who of an option's supporters gives all, and
 * turn out otherwise without another option being funded. Two runs that fund
 * the same in the same order can tell that the runs between them do: with more
 * money nobody has less in a round and no option asks for more, as long as the
 * same was funded before (what a vote has after paying rises with what it had
 * and falls with the price, and the price falls with what its supporters have).
 * So it is enough that in every round each option that was not funded asks in
 * the higher run no less than the funded one asked in the lower, or cannot be
 * afforded even there. Such a run need not be made; README.md says so too.
 */
#ifndef HYEOPCHI_VERIFY_RECOUNT_SHARES_H
#define HYEOPCHI_VERIFY_RECOUNT_SHARES_H

#include "verify/recount_internal.h"

#define NO_PURSE UINT32_MAX
#define NO_GROUP UINT32_MAX

struct amount {
    mpz_t value;
    mpz_t slope;
};

struct purse {
    struct amount holds; /* what each vote of it has */
    size_t classes;      /* that share it; 0: it is free */
    uint32_t first_group;
};

/* Supporters of one option with one purse, to each of whom it is worth the same. */
struct group {
    uint32_t purse;
    int64_t worth;
    int64_t votes;
    bool spent; /* they give all they have */
    uint32_t next_group;
    uint32_t new_purse;
};

/* What an option's supporters pay for each unit of worth: over / under. Each of those who do not give all
 * they have pays over / (common * weight) for it. */
struct price {
    struct amount over;
    mpz_t under;
    int64_t weight;
    int64_t supporters;
    bool open;  /* it may still be funded */
    bool stale; /* its supporters hold less than when the price was found */
};

/* What a run funded, in order, and what each option then asked for a unit of worth: over / under. */
struct course {
    uint32_t options[OPTIONS_MAX];
    mpz_t over[OPTIONS_MAX];
    mpz_t under[OPTIONS_MAX];
    size_t count;
};

struct equal_shares {
    struct recount *recount;
    struct outcome *outcome;
    bool by_cost;   /* a unit of worth is a won of its cost */
    bool all_stale; /* votes support options that they do not name */
    mpz_t common;
    uint32_t *class_purses;
    struct purse *purses;
    size_t purse_count;
    size_t purse_room;
    uint32_t *free_purses;
    size_t free_count;
    struct group *groups;
    size_t group_count;
    size_t group_room;
    struct price prices[OPTIONS_MAX];
    struct course courses[2];
    struct course *course; /* of the run under way */
    struct course *kept;   /* of the one that it is held against */
    bool follows;          /* so far no run between the two can fund anything else */
    bool bounded;          /* whether any decision ever changes */
    mpz_t steps;           /* the least number of steps after which one may */
    mpz_t one;             /* for what is worked out on the way */
    mpz_t other;
};

/* What the run came to beside its outcome. */
enum equal_shares_end {
    SHARES_WITHIN,   /* within the budget, and more money could fund more */
    SHARES_COMPLETE, /* within the budget; all is funded, or kept out by a limit */
    SHARES_OVER,     /* over the budget: the run was given up */
};

/* Makes a run of classes with nothing in their purses; NULL without memory. equal_shares_free takes NULL. */
struct equal_shares *equal_shares_new(struct recount *recount);
void equal_shares_free(struct equal_shares *shares);

/* Runs from the start for an endowment of value / common each, which slope / common more would be one
 * step more. The outcome is the caller's. */
enum recount_err equal_shares_run(struct equal_shares *shares, const mpq_t endowment,
                                  struct outcome *outcome, enum equal_shares_end *ret);

/* Keeps the course of the run that was made last: the next ones are held against it. Until then, where
 * shares->follows, every run between that endowment and the last one funds the same in the same order. */
void equal_shares_keep(struct equal_shares *shares);

/* Everybody in one purse that holds the endowment (recount_purses.c, and so below). */
void equal_shares_endow(struct equal_shares *shares, const mpq_t endowment);

/* Finds the price of an open option; false when its supporters do not hold its cost. */
enum recount_err equal_shares_price(struct equal_shares *shares, uint32_t option,
                                    bool *ret_affordable);

/* Lets the supporters of an option pay, and says how many have nothing left. */
enum recount_err equal_shares_pay(struct equal_shares *shares, uint32_t option, int64_t *ret_spent);

/* Notes that the run goes on as it did only while value + slope * k is at least 0, or above 0. */
void equal_shares_note(struct equal_shares *shares, const mpz_t value, const mpz_t slope,
                       bool above);

#endif
