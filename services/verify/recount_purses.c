/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What votes hold and what an option costs each of its supporters: the
 * arithmetic of equal shares. Nothing here decides which option is next.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "verify/recount_shares.h"

void equal_shares_note(struct equal_shares *shares, const mpz_t value, const mpz_t slope,
                       bool above)
{
    assert(mpz_sgn(value) >= (above ? 1 : 0));
    if (mpz_sgn(slope) >= 0) {
        return;
    }
    mpz_neg(shares->other, slope);
    if (above) {
        mpz_cdiv_q(shares->one, value, shares->other);
    } else {
        mpz_fdiv_q(shares->one, value, shares->other);
        mpz_add_ui(shares->one, shares->one, 1);
    }
    if (!shares->bounded || mpz_cmp(shares->one, shares->steps) < 0) {
        mpz_set(shares->steps, shares->one);
        shares->bounded = true;
    }
}

/* A purse nobody has, made when none is free. */
static enum recount_err take_purse(struct equal_shares *shares, uint32_t *ret)
{
    struct purse *purse;

    if (shares->free_count > 0) {
        shares->free_count--;
        *ret = shares->free_purses[shares->free_count];
        return RECOUNT_OK;
    }
    if (shares->purse_count == shares->purse_room) {
        size_t room = shares->purse_room * 2 + 64;
        struct purse *purses = realloc(shares->purses, room * sizeof *purses);
        uint32_t *free_purses;

        if (purses == NULL) {
            return RECOUNT_NO_MEMORY;
        }
        shares->purses = purses;
        free_purses = realloc(shares->free_purses, room * sizeof *free_purses);
        if (free_purses == NULL) {
            return RECOUNT_NO_MEMORY;
        }
        shares->free_purses = free_purses;
        shares->purse_room = room;
    }
    purse = &shares->purses[shares->purse_count];
    mpz_init(purse->holds.value);
    mpz_init(purse->holds.slope);
    purse->classes = 0;
    purse->first_group = NO_GROUP;
    *ret = (uint32_t)shares->purse_count;
    shares->purse_count++;
    return RECOUNT_OK;
}

void equal_shares_endow(struct equal_shares *shares, const mpq_t endowment)
{
    struct purse *purse = &shares->purses[0];

    shares->free_count = 0;
    for (size_t i = shares->purse_count; i > 1; i--) {
        shares->purses[i - 1].classes = 0;
        shares->free_purses[shares->free_count] = (uint32_t)(i - 1);
        shares->free_count++;
    }
    purse->classes = shares->recount->class_count;
    memset(shares->class_purses, 0, shares->recount->class_count * sizeof *shares->class_purses);
    mpz_set(shares->common, mpq_denref(endowment));
    mpz_set(purse->holds.value, mpq_numref(endowment));
    mpz_set(purse->holds.slope, shares->common);
}

/* The group of a purse and a worth among those collected, or NO_GROUP. */
static uint32_t find_group(const struct equal_shares *shares, uint32_t purse, int64_t worth)
{
    uint32_t at = shares->purses[purse].first_group;

    while (at != NO_GROUP && shares->groups[at].worth != worth) {
        at = shares->groups[at].next_group;
    }
    return at;
}

static enum recount_err add_group(struct equal_shares *shares, uint32_t purse, int64_t worth,
                                  uint32_t *ret)
{
    if (shares->group_count == shares->group_room) {
        size_t room = shares->group_room * 2 + 64;
        struct group *groups = realloc(shares->groups, room * sizeof *groups);

        if (groups == NULL) {
            return RECOUNT_NO_MEMORY;
        }
        shares->groups = groups;
        shares->group_room = room;
    }
    *ret = (uint32_t)shares->group_count;
    shares->groups[*ret] = (struct group){.purse = purse,
                                          .worth = worth,
                                          .next_group = shares->purses[purse].first_group,
                                          .new_purse = NO_PURSE};
    shares->purses[purse].first_group = *ret;
    shares->group_count++;
    return RECOUNT_OK;
}

static void drop_groups(struct equal_shares *shares)
{
    for (size_t i = 0; i < shares->group_count; i++) {
        shares->purses[shares->groups[i].purse].first_group = NO_GROUP;
    }
    shares->group_count = 0;
}

/* Sorts the supporters of an option into groups; drop_groups() when they are done with. */
static enum recount_err collect_groups(struct equal_shares *shares, uint32_t option)
{
    const struct recount *recount = shares->recount;

    assert(shares->group_count == 0);
    for (size_t i = recount->starts[option]; i < recount->ends[option]; i++) {
        const struct supporter *supporter = &recount->supporters[i];
        uint32_t purse = shares->class_purses[supporter->class];
        uint32_t group = find_group(shares, purse, supporter->worth);

        if (group == NO_GROUP) {
            enum recount_err err = add_group(shares, purse, supporter->worth, &group);

            if (err) {
                drop_groups(shares);
                return err;
            }
        }
        shares->groups[group].votes += recount->classes[supporter->class].votes;
    }
    return RECOUNT_OK;
}

/*
 * Finds who gives all: whoever has less than the price for what the option is
 * worth to them. Of the cost, over is what the others pay, weight what it is
 * worth to them together; over / weight is never above the price, and rises
 * with everybody found, so that nobody is found who should not be.
 */
static void find_spent(struct equal_shares *shares, struct price *price)
{
    bool found = true;

    while (found && price->weight > 0) {
        found = false;
        for (size_t i = 0; i < shares->group_count && price->weight > 0; i++) {
            struct group *group = &shares->groups[i];
            const struct amount *holds = &shares->purses[group->purse].holds;

            if (group->spent) {
                continue;
            }
            mpz_mul_si(shares->one, holds->value, price->weight);
            mpz_mul_si(shares->other, price->over.value, group->worth);
            if (mpz_cmp(shares->one, shares->other) < 0) {
                group->spent = true;
                found = true;
                price->weight -= group->worth * group->votes;
                mpz_mul_si(shares->one, holds->value, group->votes);
                mpz_sub(price->over.value, price->over.value, shares->one);
                mpz_mul_si(shares->one, holds->slope, group->votes);
                mpz_sub(price->over.slope, price->over.slope, shares->one);
            }
        }
    }
}

/* The price of the option whose groups are collected. */
static void find_price(struct equal_shares *shares, uint32_t option)
{
    int64_t cost_krw = shares->recount->definition->options[option].cost_krw;
    struct price *price = &shares->prices[option];

    price->weight = 0;
    price->supporters = 0;
    for (size_t i = 0; i < shares->group_count; i++) {
        price->weight += shares->groups[i].worth * shares->groups[i].votes;
        price->supporters += shares->groups[i].votes;
    }
    mpz_mul_si(price->over.value, shares->common, cost_krw);
    mpz_set_si(price->over.slope, 0);
    find_spent(shares, price);
    mpz_mul_si(price->under, shares->common, price->weight);
    if (shares->by_cost) {
        mpz_mul_si(price->under, price->under, cost_krw);
    }
    price->stale = false;
}

enum recount_err equal_shares_price(struct equal_shares *shares, uint32_t option,
                                    bool *ret_affordable)
{
    enum recount_err err = collect_groups(shares, option);
    const struct price *price = &shares->prices[option];

    if (err) {
        return err;
    }
    find_price(shares, option);
    drop_groups(shares);
    *ret_affordable = price->weight > 0;
    if (!*ret_affordable) {
        equal_shares_note(shares, price->over.value, price->over.slope, true);
    }
    return RECOUNT_OK;
}

/* That each group gives all, or does not: a decision each. */
static void note_groups(struct equal_shares *shares, const struct price *price)
{
    mpz_t value;
    mpz_t slope;

    mpz_init(value);
    mpz_init(slope);
    for (size_t i = 0; i < shares->group_count; i++) {
        const struct group *group = &shares->groups[i];
        const struct amount *holds = &shares->purses[group->purse].holds;

        mpz_mul_si(value, holds->value, price->weight);
        mpz_mul_si(slope, holds->slope, price->weight);
        mpz_mul_si(shares->one, price->over.value, group->worth);
        mpz_sub(value, value, shares->one);
        mpz_mul_si(shares->one, price->over.slope, group->worth);
        mpz_sub(slope, slope, shares->one);
        if (group->spent) {
            mpz_neg(value, value);
            mpz_neg(slope, slope);
        }
        equal_shares_note(shares, value, slope, false);
    }
    mpz_clear(value);
    mpz_clear(slope);
}

/* Makes the units so much finer that over / weight is a whole number of them, and over that number. */
static void refine(struct equal_shares *shares, struct amount *over, int64_t weight)
{
    mpz_set_si(shares->one, weight);
    mpz_gcd(shares->other, shares->one, over->value);
    mpz_gcd(shares->other, shares->other, over->slope);
    mpz_divexact(over->value, over->value, shares->other);
    mpz_divexact(over->slope, over->slope, shares->other);
    mpz_divexact(shares->one, shares->one, shares->other);
    if (mpz_cmp_ui(shares->one, 1) == 0) {
        return;
    }
    mpz_mul(shares->common, shares->common, shares->one);
    for (size_t i = 0; i < shares->purse_count; i++) {
        if (shares->purses[i].classes > 0) {
            mpz_mul(shares->purses[i].holds.value, shares->purses[i].holds.value, shares->one);
            mpz_mul(shares->purses[i].holds.slope, shares->purses[i].holds.slope, shares->one);
        }
    }
}

/* A purse for what a group has after paying `each` for a unit of worth. */
static enum recount_err fill_purse(struct equal_shares *shares, struct group *group,
                                   const struct amount *each)
{
    enum recount_err err = take_purse(shares, &group->new_purse);
    struct amount *after;
    const struct amount *before;

    if (err) {
        return err;
    }
    after = &shares->purses[group->new_purse].holds;
    before = &shares->purses[group->purse].holds;
    if (group->spent) {
        mpz_set_si(after->value, 0);
        mpz_set_si(after->slope, 0);
        return RECOUNT_OK;
    }
    mpz_mul_si(shares->one, each->value, group->worth);
    mpz_sub(after->value, before->value, shares->one);
    mpz_mul_si(shares->one, each->slope, group->worth);
    mpz_sub(after->slope, before->slope, shares->one);
    assert(mpz_sgn(after->value) >= 0);
    return RECOUNT_OK;
}

/* Gives the supporters of the option their new purses. */
static void change_purses(struct equal_shares *shares, uint32_t option)
{
    struct recount *recount = shares->recount;

    for (size_t i = recount->starts[option]; i < recount->ends[option]; i++) {
        const struct supporter *supporter = &recount->supporters[i];
        const struct vote_class *class = &recount->classes[supporter->class];
        uint32_t before = shares->class_purses[supporter->class];
        uint32_t after = shares->groups[find_group(shares, before, supporter->worth)].new_purse;

        shares->class_purses[supporter->class] = after;
        shares->purses[after].classes++;
        shares->purses[before].classes--;
        for (size_t k = 0; k < class->count; k++) {
            shares->prices[recount->choices[class->first + k].option - 1].stale = true;
        }
    }
    for (size_t i = 0; i < shares->group_count; i++) {
        uint32_t purse = shares->groups[i].purse;

        /* A purse of several groups stands in the list once: the last of them finds it empty. */
        if (shares->purses[purse].classes == 0 && shares->purses[purse].first_group == i) {
            shares->free_purses[shares->free_count] = purse;
            shares->free_count++;
        }
    }
}

enum recount_err equal_shares_pay(struct equal_shares *shares, uint32_t option, int64_t *ret_spent)
{
    struct price *price = &shares->prices[option];
    int64_t spent = 0;
    enum recount_err err = collect_groups(shares, option);

    if (err) {
        return err;
    }
    find_price(shares, option);
    assert(price->weight > 0);
    note_groups(shares, price);
    refine(shares, &price->over, price->weight);
    for (size_t i = 0; i < shares->group_count && !err; i++) {
        struct group *group = &shares->groups[i];

        err = fill_purse(shares, group, &price->over);
        if (!err && mpz_sgn(shares->purses[group->purse].holds.value) == 0) {
            price->supporters -= group->votes; /* who has nothing pays nothing */
        } else if (!err && mpz_sgn(shares->purses[group->new_purse].holds.value) == 0) {
            spent += group->votes;
        }
    }
    if (!err) {
        change_purses(shares, option);
    }
    drop_groups(shares);
    for (size_t i = 0; shares->all_stale && i < shares->recount->definition->option_count; i++) {
        shares->prices[i].stale = true;
    }
    *ret_spent = spent;
    return err;
}
