/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of verification that recomputes the root of every block from the
 * journal's hashes, which the chain vouches for. It repairs nothing.
 */
#ifndef HYEOPCHI_LEDGER_VERIFY_BLOCKS_H
#define HYEOPCHI_LEDGER_VERIFY_BLOCKS_H

#include "ledger/domain/journal.h"
#include "ledger/verify.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <stdint.h>

struct verify_blocks {
    int64_t block_count; /* sound ones, up to the first fault */
    enum journal_fault fault;
    int64_t seq; /* where the block at fault ends or ought to begin */
};

/*
 * Verifies the blocks of a journal that ends at head_seq, up to the first fault. Reader thread,
 * inside the verification's snapshot. Adds to progress what it walked. An error means that it could not be done.
 */
ERR_CHECKED enum err verify_blocks(struct db *db, const char *shard, int64_t head_seq,
                                   struct verify_progress *progress,
                                   struct verify_blocks *ret_blocks);

#endif
