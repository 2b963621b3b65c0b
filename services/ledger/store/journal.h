/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal as it lies in the database, for lists, repeated answers and
 * verification. Any database thread; it locks and changes nothing.
 *
 * What is read may have been tampered with, so nothing about it is taken for
 * granted: a row that makes no sense is handed on as damaged.
 */
#ifndef HYEOPCHI_LEDGER_STORE_JOURNAL_H
#define HYEOPCHI_LEDGER_STORE_JOURNAL_H

#include "ledger/domain/journal.h"
#include "ledger/domain/order.h"
#include "ledger/store/head.h"
#include "ledger/store/posting.h"
#include "runtime/db.h"

enum {
    STORE_JOURNAL_COUNT_MAX = 1000, /* entries in one read */
    STORE_ACCOUNT_READ_MAX = 1000,  /* accounts in one read */
    STORE_POSTING_COUNT_MAX = 4000, /* postings in one read */
};

/* How much to read, and how much there was. */
struct store_page {
    size_t limit;
    int32_t fiscal_year;                /* 0: of all; for store_journal_read() only */
    enum funding_source funding_source; /* 0: of all; likewise */
    size_t count;
};

/*
 * Reads up to page->limit entries with seq > after, in order; only those posted in the page's year
 * and with a leg of its source. orders[i].result is POSTED, or PENDING for a damaged row, of which
 * only seq and hash are filled.
 */
ERR_CHECKED enum err store_journal_read(struct db *db, const char *shard, int64_t after,
                                        struct order *orders, struct store_page *page);

/* The entry that another one names, and what was done to it since. */
struct store_link {
    int64_t seq;
    bool found;
    struct order order; /* meaningful only when found */
    bool reversed;
    int64_t taken_krw; /* what 여입 and 과목경정 took back of its expenditure */
};

/* Reads the entry of that number and what names it. ERR_INTERNAL when its row is damaged. */
ERR_CHECKED enum err store_link_read(struct db *db, const char *shard, int64_t seq,
                                     struct store_link *ret_link);

enum store_correction_column { STORE_CORRECTION_SEQ, STORE_CORRECTION_KIND };

/* The entries that name this one, in order, at most STORE_JOURNAL_COUNT_MAX. */
ERR_CHECKED enum err store_correction_rows(struct db *db, const char *shard, int64_t seq,
                                           struct db_rows **ret_rows);

/* How many keys were both accepted and refused. */
ERR_CHECKED enum err store_key_mismatch_count(struct db *db, const char *shard, int64_t *ret_count);

/* How many transfers have no entry, or lack one of their accounts. */
ERR_CHECKED enum err store_transfer_orphan_count(struct db *db, const char *shard,
                                                 int64_t *ret_count);

/* How many postings the accounts say they have, whatever a damaged one says; at most INT64_MAX. */
ERR_CHECKED enum err store_posting_count(struct db *db, const char *shard, int64_t *ret_count);

/* How many (fiscal year, source) have envelopes beyond their limit. */
ERR_CHECKED enum err store_limit_excess_count(struct db *db, const char *shard, int64_t *ret_count);

/* How many closed years have another head than the journal, entries after it, or balances. */
ERR_CHECKED enum err store_period_mismatch_count(struct db *db, const char *shard,
                                                 int64_t *ret_count);

/*
 * Reads accounts in order of their numbers, those after *after (0: from the first), which becomes the
 * last one's. ERR_INVALID when a row is damaged.
 */
ERR_CHECKED enum err store_account_read(struct db *db, const char *shard, int32_t *after,
                                        struct account_balance *balances, struct store_page *page);

/* Where a page of postings ended; zero before the first. */
struct store_posted {
    int32_t account; /* its number */
    int64_t version;
};

/* Reads postings in order of account and version, those after *after. ERR_INVALID likewise. */
ERR_CHECKED enum err store_posting_read(struct db *db, const char *shard,
                                        struct store_posted *after,
                                        struct journal_posting *postings, struct store_page *page);

#endif
