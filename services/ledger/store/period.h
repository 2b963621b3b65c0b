/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fiscal years as people ask for them, and what closing one reads and writes.
 * Reading: any database thread; writing: writer thread, in its transaction.
 */
#ifndef HYEOPCHI_LEDGER_STORE_PERIOD_H
#define HYEOPCHI_LEDGER_STORE_PERIOD_H

#include "ledger/domain/account.h"
#include "ledger/store/posting.h"
#include "runtime/db.h"

enum { STORE_YEAR_ACCOUNT_MAX = 100000 }; /* accounts of a fiscal year */

enum store_period_column {
    STORE_PERIOD_FISCAL_YEAR,
    STORE_PERIOD_STATE,
    STORE_PERIOD_CLOSED_TIME,
    STORE_PERIOD_CLOSED_SEQ,
    STORE_PERIOD_CLOSED_HASH,
};

/* The fiscal years that were ever opened, or only `fiscal_year` when it is not 0. */
ERR_CHECKED enum err store_period_rows(struct db *db, const char *shard, int32_t fiscal_year,
                                       struct db_rows **ret_rows);

/*
 * All accounts of a year, ordered by account_compare; *ret_accounts is the caller's, to free().
 * ERR_FULL past STORE_YEAR_ACCOUNT_MAX.
 */
ERR_CHECKED enum err store_year_accounts(struct db *db, const char *shard, int32_t fiscal_year,
                                         struct account_balance **ret_accounts, size_t *ret_count);

/* How many ballots hold a reservation in the year. */
ERR_CHECKED enum err store_year_reserved_count(struct db *db, const char *shard,
                                               int32_t fiscal_year, int64_t *ret_count);

/* Closes an open year at this head. ERR_CONFLICT when it is not open. */
ERR_CHECKED enum err store_period_close(struct db *db, const char *shard, int32_t fiscal_year,
                                        const struct store_head *head, int64_t time_ms,
                                        const char *by);

#endif
