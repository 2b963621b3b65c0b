/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grants that a run of orders touches, with what their entries come to.
 * They live for the run only, so that nothing stale can survive a rollback. A
 * run without a grant's entry asks the database nothing.
 */
#ifndef HYEOPCHI_LEDGER_GRANT_BOOKS_H
#define HYEOPCHI_LEDGER_GRANT_BOOKS_H

#include "ledger/domain/grant_book.h"
#include "ledger/domain/order.h"
#include "runtime/err.h"
#include "runtime/writer.h"

#include <stddef.h>

struct grant_books {
    struct grant_book *rows; /* each once; of one that does not exist, fiscal_year is 0 */
    size_t count;
};

/*
 * Loads the grants of orders that are pending and have their legs: those they name, and those of the
 * entries that they correct, which the orders then have. Also says which orders should name one.
 * *ret_books is the caller's to grant_books_release(). Writer thread.
 */
ERR_CHECKED enum err grant_books_load(struct writer_tx *tx, const char *shard,
                                      struct order *const *orders, size_t count,
                                      struct grant_books *ret_books);

/* Loads one grant. ERR_NOT_FOUND when there is none. Writer thread. */
ERR_CHECKED enum err grant_books_load_one(struct writer_tx *tx, const char *shard,
                                          const uint8_t grant_id[ENTRY_KEY_SIZE],
                                          struct grant_book *ret_book);

/* The book of the order's grant; NULL when it has none or there is no such grant. */
struct grant_book *grant_books_find(const struct grant_books *books, const struct order *order);

void grant_books_release(struct grant_books *books); /* takes a zeroed one */

#endif
