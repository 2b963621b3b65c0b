/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fiscal years as people ask for them, and what closing one reads and writes.
 * Reading: any database thread; writing: writer thread, in its transaction.
 */
#ifndef HYEOPCHI_LEDGER_STORE_PERIOD_H
#define HYEOPCHI_LEDGER_STORE_PERIOD_H

#include "ledger/domain/account.h"
#include "ledger/domain/entry.h"
#include "ledger/store/posting.h"
#include "runtime/db.h"

enum {
    STORE_YEAR_ACCOUNT_MAX = 100000, /* accounts of a fiscal year that hold something */
    STORE_CLOSING_BY_SIZE = 160,
};

/* A closing under way, in the words of who began it. */
struct store_closing {
    int32_t fiscal_year;
    char by[STORE_CLOSING_BY_SIZE]; /* "operator:<id>", "finance:<who asked>" */
    char document[ENTRY_DOCUMENT_LENGTH_MAX + 1];
    char metadata[ENTRY_METADATA_LENGTH_MAX + 1];
};

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
 * A year's accounts that hold or promise money or are frozen, ordered by account_compare;
 * *ret_accounts is the caller's, to free(). ERR_FULL past STORE_YEAR_ACCOUNT_MAX.
 */
ERR_CHECKED enum err store_year_accounts(struct db *db, const char *shard, int32_t fiscal_year,
                                         struct account_balance **ret_accounts, size_t *ret_count);

/* How many ballots hold a reservation in the year. */
ERR_CHECKED enum err store_year_reserved_count(struct db *db, const char *shard,
                                               int32_t fiscal_year, int64_t *ret_count);

/* Marks an open year as being closed, for good. ERR_CONFLICT when it is not open. */
ERR_CHECKED enum err store_closing_begin(struct db *db, const char *shard,
                                         const struct store_closing *closing);

/*
 * The closing under way of that year, or of the first such year for 0. ERR_NOT_FOUND when there is
 * none.
 */
ERR_CHECKED enum err store_closing_read(struct db *db, const char *shard, int32_t fiscal_year,
                                        struct store_closing *ret_closing);

/* Closes a year that is open or being closed at this head. ERR_CONFLICT when it is neither. */
ERR_CHECKED enum err store_period_close(struct db *db, const char *shard, int32_t fiscal_year,
                                        const struct store_head *head, int64_t time_ms,
                                        const char *by);

#endif
