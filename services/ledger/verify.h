/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recomputes the whole ledger from its rows: chain, sums, rules, keys,
 * versions, balances, floors, holds, envelopes, blocks. What `hyeopchi ledger verify` asks for.
 *
 * Reader thread, inside one snapshot of the database, so that postings under
 * way cannot be mistaken for faults. It repairs nothing.
 */
#ifndef HYEOPCHI_LEDGER_VERIFY_H
#define HYEOPCHI_LEDGER_VERIFY_H

#include "ledger/domain/journal.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { VERIFY_FAULT_COUNT_MAX = 100 }; /* faults reported; verification stops there */

struct verify_fault {
    enum journal_fault fault;
    int64_t seq;                     /* the entry at fault; 0 where it is not one entry's */
    char account[ACCOUNT_CODE_SIZE]; /* the account at fault; "" where it is not one account's */
    int64_t row_count;               /* how many rows, where faults are counted together */
};

struct verify_report {
    int64_t epoch;
    int64_t seq; /* of the head */
    uint8_t hash[JOURNAL_HASH_SIZE];
    int64_t entry_count; /* that were verified */
    int64_t posting_count;
    int64_t account_count;
    int64_t block_count;
    struct verify_fault faults[VERIFY_FAULT_COUNT_MAX];
    size_t fault_count;
};

/*
 * How far a verification is, in rows that it has walked: each entry twice, in the chain and in its block,
 * and each posting. Written by its thread, read by any; zeroed before it begins.
 */
struct verify_progress {
    atomic_int_fast64_t done;
    atomic_int_fast64_t total; /* as head and accounts have it; 0: not known yet */
};

/* Verifies a shard. An error means that it could not be done; faults are the report's. */
ERR_CHECKED enum err verify_run(struct db *db, const char *shard, struct verify_progress *progress,
                                struct verify_report *ret_report);

#endif
