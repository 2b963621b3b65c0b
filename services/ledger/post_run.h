/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one run of posting holds: the orders and all that the database knows of
 * what they touch, loaded in one round trip, or in none where it is kept from the
 * run before (kept.h). For post.c; must never decide anything. Writer thread.
 */
#ifndef HYEOPCHI_LEDGER_POST_RUN_H
#define HYEOPCHI_LEDGER_POST_RUN_H

#include "ledger/grant_books.h"
#include "ledger/holds.h"
#include "ledger/post.h"
#include "ledger/store/journal.h"
#include "ledger/store/posting.h"

/* Where in a run a key comes first. */
struct first_use {
    const struct order *order;
    size_t index;
};

struct post_run {
    struct poster *poster;
    struct writer_tx *tx;
    struct order *const *orders;
    size_t order_count;
    struct first_use *uses; /* sorted by key */
    size_t use_count;
    struct store_head before;
    struct store_head head;
    struct period periods[STORE_PERIOD_COUNT_MAX];
    size_t period_count;
    struct store_link *links; /* entries that the orders name, once each */
    size_t link_count;
    struct holds holds;
    struct grant_books grants;
    struct store_account *accounts; /* sorted by account */
    size_t account_count;
    bool knows; /* head, years and most accounts are kept from the run before */
    bool
        trusts; /* keys are taken for new ones and not looked up; whoever repeats one, fails the commit */
    bool doubtful; /* trusting that, an order was refused: its key must be looked up first */
    bool misses;   /* an account is not known */
    bool takes;    /* an order takes from an S40 without being a grant's */
};

/* Loads it, and answers the orders whose keys are remembered; holds that are due are ended. The run has
 * its first four fields, knows and trusts, the rest zero; release it whatever this returns. */
ERR_CHECKED enum err post_run_load(struct post_run *run);
void post_run_release(struct post_run *run);

/* The run's first order with the order's key, which may be itself. */
const struct order *post_run_first(const struct post_run *run, const struct order *order);

/* The entry of that number, if an order names it; else NULL. */
struct store_link *post_run_link(const struct post_run *run, int64_t seq);

/* The balance of an account that an order touches. */
struct account_balance *post_run_balance(const struct post_run *run, const struct account *account);

/* The entry's fiscal year when each that it touches is open, else the first of them that is not. */
struct period post_run_period(const struct post_run *run, const struct entry *entry);

#endif
