/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks: where the journal is cut into runs of entries, each sealed under one
 * Merkle root, and the steps that verify them from rows fed one at a time.
 *
 * A block ends at every multiple of BLOCK_ENTRY_MAX, when a fiscal year is
 * closed, and when its first entry has become BLOCK_AGE_MAX_MS old. The next
 * begins right behind it. Hashing is the caller's.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_BLOCK_H
#define HYEOPCHI_LEDGER_DOMAIN_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/domain/journal.h"

enum {
    BLOCK_ENTRY_MAX = 1024,                 /* entries in one block */
    BLOCK_AGE_MAX_MS = 24 * 60 * 60 * 1000, /* how long an entry may wait for its block */
};

struct block {
    int64_t number; /* 1, 2, 3 without a gap */
    int64_t first_seq;
    int64_t last_seq;
    uint8_t root[JOURNAL_HASH_SIZE]; /* RFC 6962; the leaves are the hashes of its entries */
    int64_t sealed_time_ms;
};

/* Runs down the blocks in order of number. Zeroed at start. */
struct block_check {
    int64_t number;   /* of the last sound block */
    int64_t last_seq; /* its last entry */
};

/* The last entry that a block beginning at first_seq may have. */
int64_t block_end(int64_t first_seq);

/* True when a block must end between these two ends of the journal, the second one included. */
bool block_completed(int64_t before_seq, int64_t after_seq);

/*
 * Whether the block stands where the next one must: its number, where it begins, how long it is.
 * Before its entries are read.
 */
enum journal_fault block_check_place(const struct block_check *check, const struct block *stored);

/* Takes the block, whose place was sound; `computed` is the root over its entries' hashes. */
enum journal_fault block_check_root(struct block_check *check, const struct block *stored,
                                    const uint8_t computed[JOURNAL_HASH_SIZE]);

/* Ends the run: every block that must be there before the journal's end is. */
enum journal_fault block_check_end(const struct block_check *check, int64_t head_seq);

#endif
