/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which entries are a grant's, and what they come to. One function a statement.
 * Writer thread, inside the writer's transaction, but the last, which any
 * database thread may call. Sums are read from the postings, never kept.
 */
#ifndef HYEOPCHI_LEDGER_STORE_GRANT_ENTRY_H
#define HYEOPCHI_LEDGER_STORE_GRANT_ENTRY_H

#include "ledger/domain/grant_book.h"
#include "ledger/domain/order.h"
#include "ledger/store/posting.h"
#include "ledger/store/settlement.h"
#include "runtime/db.h"

#include <stdbool.h>

/* Gives orders that are pending and correct an entry (grant_kind_follows) that entry's grant, if it
 * has one and they are of its programme. */
ERR_CHECKED enum err store_grant_follow(struct db *db, const char *shard,
                                        struct order *const *orders, size_t count);

/* Fills decided_krw of the accounts that are taken: what grants' entries hold there. Asked and then heard,
 * as what posting reads is (posting.h). */
ERR_CHECKED enum err store_grant_decided_ask(struct db *db, const char *shard,
                                             const struct store_account *accounts, size_t count);
ERR_CHECKED enum err store_grant_decided_hear(struct db *db, struct store_account *accounts,
                                              size_t count);

/* Sets grant_required of pending orders that move a grant's money, name none, and are of a programme
 * that has a grant in their fiscal year, its own or one that its money was carried into. */
ERR_CHECKED enum err store_grant_require(struct db *db, const char *shard,
                                         struct order *const *orders, size_t count);

/* Whether the programme has a grant in that fiscal year, as above. */
ERR_CHECKED enum err store_grant_exists(struct db *db, const char *shard,
                                        const struct store_programme *programme, bool *ret_exists);

/*
 * Fills the books whose ids are filled: terms first, then what their entries come to. A grant that does
 * not exist keeps fiscal_year 0. ERR_INTERNAL when a row makes no sense.
 */
ERR_CHECKED enum err store_grant_book_load(struct db *db, const char *shard,
                                           struct grant_book *books, size_t count);
ERR_CHECKED enum err store_grant_balance_load(struct db *db, const char *shard,
                                              struct grant_book *books, size_t count);

/* Writes which of the orders that were posted now are a grant's. */
ERR_CHECKED enum err store_grant_entry_insert(struct db *db, const char *shard,
                                              struct order *const *orders, size_t count);

/* How many entries are a grant's without saying so, or say so without being it; grants with more decided
 * than they are, or less than nothing on a stage; and lines with more decided than is on their S40. */
ERR_CHECKED enum err store_grant_mismatch_count(struct db *db, const char *shard,
                                                int64_t *ret_count);

#endif
