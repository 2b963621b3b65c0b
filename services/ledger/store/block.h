/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements around blocks: what is sealed, what is not, and the hashes to
 * seal. Nothing here decides where a block ends. Any database thread, the
 * insert only on the writer's.
 */
#ifndef HYEOPCHI_LEDGER_STORE_BLOCK_H
#define HYEOPCHI_LEDGER_STORE_BLOCK_H

#include "ledger/domain/block.h"
#include "ledger/store/journal.h"
#include "runtime/db.h"

#include <stdbool.h>
#include <stdint.h>

enum { STORE_BLOCK_COUNT_MAX = 1000 }; /* blocks in one read */

/* Reads the last block; a zeroed one when there is none. */
ERR_CHECKED enum err store_block_last(struct db *db, const char *shard, struct block *ret_block);

/*
 * Reads up to page->limit blocks with a greater number, in order. ERR_INTERNAL when a root is not
 * as long as a hash.
 */
ERR_CHECKED enum err store_block_list(struct db *db, const char *shard, int64_t after,
                                      struct block *blocks, struct store_page *page);

/* The block that an entry is in. ERR_NOT_FOUND when it is in none yet. */
ERR_CHECKED enum err store_block_of(struct db *db, const char *shard, int64_t seq,
                                    struct block *ret_block);

/*
 * The hashes of the block's entries, one after another. ERR_NOT_FOUND when one of them is missing
 * or is not as long as a hash: the journal is damaged.
 */
ERR_CHECKED enum err store_block_hashes(struct db *db, const char *shard, const struct block *block,
                                        uint8_t hashes[BLOCK_ENTRY_MAX * JOURNAL_HASH_SIZE]);

ERR_CHECKED enum err store_block_insert(struct db *db, const char *shard,
                                        const struct block *block);

/* What waits for a block. */
struct store_block_due {
    bool full; /* entries that fill one */
    bool old;  /* an entry posted at or before the moment that was asked for */
};

ERR_CHECKED enum err store_block_due(struct db *db, const char *shard, int64_t before_ms,
                                     struct store_block_due *ret_due);

#endif
