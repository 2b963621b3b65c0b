/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What posting reads and writes beside the head: idempotency keys, kinds, fiscal
 * years, accounts, the journal and its postings. One function a statement.
 *
 * Writer thread, inside the writer's transaction (store_rule_list also on
 * reader threads). Nothing here decides anything, and no row is locked: there is
 * one writer, head and term are compared and set before it commits. What writes
 * does not wait for the answer: a statement that fails fails the next that waits,
 * at the latest the commit.
 */
#ifndef HYEOPCHI_LEDGER_STORE_POSTING_H
#define HYEOPCHI_LEDGER_STORE_POSTING_H

#include "ledger/domain/journal.h"
#include "ledger/domain/order.h"
#include "ledger/store/head.h"
#include "runtime/db.h"

enum {
    STORE_ORDER_COUNT_MAX = 4096,                                    /* orders in one statement */
    STORE_PERIOD_COUNT_MAX = 200,                                    /* fiscal years of a shard */
    STORE_ACCOUNT_COUNT_MAX = ENTRY_LEG_MAX * STORE_ORDER_COUNT_MAX, /* accounts in one statement */
};

/* An account as it was loaded; balance.version tells whether it changed since. */
struct store_account {
    struct account_balance balance;
    int32_t number; /* by which transfers name it; 0: it has none yet */
    int64_t loaded_version;
    int64_t loaded_held_krw;
    bool known; /* kept from an earlier run; not read again */
    bool due;   /* some of what it holds has passed its deadline, though it is still held */
    bool taken; /* an S40 that an order takes from without being a grant's */
};

/*
 * What a run of posting reads is asked for together, and then heard in the same
 * order, so that all of it takes one round trip: keys, head (head.h), periods, accounts.
 */

/* Reads the whole kind_rule table into an empty set. ERR_INTERNAL when a row makes no sense. */
ERR_CHECKED enum err store_rule_list(struct db *db, struct kind_rule_set *ret_rules);

/* Answers the orders whose keys are remembered (order_recall); leaves the others as they are. */
ERR_CHECKED enum err store_key_recall(struct db *db, const char *shard, struct order *const *orders,
                                      size_t count);

/* The same in two steps. */
ERR_CHECKED enum err store_key_ask(struct db *db, const char *shard, struct order *const *orders,
                                   size_t count);
ERR_CHECKED enum err store_key_hear(struct db *db, struct order *const *orders, size_t count);

/* Remembers the keys of orders that were refused now; an accepted one is its entry's. */
ERR_CHECKED enum err store_key_insert(struct db *db, const char *shard, int64_t now_ms,
                                      struct order *const *orders, size_t count);

/* The state of a fiscal year, PERIOD_MISSING when it was never opened. */
ERR_CHECKED enum err store_period_state(struct db *db, const char *shard, int32_t fiscal_year,
                                        enum period_state *ret_state);

/* Reads the fiscal years that were ever opened. */
ERR_CHECKED enum err store_period_ask(struct db *db, const char *shard);
ERR_CHECKED enum err store_period_hear(struct db *db, struct period periods[STORE_PERIOD_COUNT_MAX],
                                       size_t *ret_count);

/* Opens a fiscal year; nothing happens when it was opened before. */
ERR_CHECKED enum err store_period_open(struct db *db, const char *shard, int32_t fiscal_year);

/*
 * Fills in the balances of the accounts that exist and are not known and whether anything they hold is due now, and for
 * all of them whether their line is frozen.
 */
ERR_CHECKED enum err store_account_load(struct db *db, const char *shard, int64_t now_ms,
                                        struct store_account *accounts, size_t count);
ERR_CHECKED enum err store_account_ask(struct db *db, const char *shard, int64_t now_ms,
                                       const struct store_account *accounts, size_t count);
ERR_CHECKED enum err store_account_hear(struct db *db, struct store_account *accounts,
                                        size_t count);

/* Adds an account to four columns in a row: fiscal year, programme, funding source, stage. */
void store_account_add(struct db_column columns[], const struct account *account);

/* Gives new accounts that changed a number; asks the server only where there is one. */
ERR_CHECKED enum err store_account_number(struct db *db, struct store_account *accounts,
                                          size_t count);

/* Writes balance and version of the accounts that changed since they were loaded. */
ERR_CHECKED enum err store_account_save(struct db *db, const char *shard,
                                        const struct store_account *accounts, size_t count);

/* Where the journal ended, and where it ends with what is appended. */
struct store_heads {
    const struct store_head *before;
    const struct store_head *after;
};

/* Moves the head and appends the orders that were posted now to the journal. When the head is not
 * `before` any more somebody else posts: then the statement fails as a fenced writer's does. */
ERR_CHECKED enum err store_journal_insert(struct db *db, const char *shard,
                                          const struct store_heads *heads,
                                          struct order *const *orders, size_t count);

/* Accounts with numbers, sorted by account. Borrowed. */
struct store_accounts {
    const struct store_account *rows;
    size_t count;
};

/* Appends their legs, two a row; all their accounts are among these. */
ERR_CHECKED enum err store_transfer_insert(struct db *db, const struct store_accounts *accounts,
                                           struct order *const *orders, size_t count);

#endif
