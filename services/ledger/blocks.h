/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seals entries of the journal under Merkle roots (domain/block.h says where
 * blocks end), in the transaction that posts or in one of its own.
 *
 * It never holds up money: a journal too damaged to seal is logged and left
 * for verification to report.
 */
#ifndef HYEOPCHI_LEDGER_BLOCKS_H
#define HYEOPCHI_LEDGER_BLOCKS_H

#include "ledger/domain/block.h"
#include "runtime/err.h"
#include "runtime/event_say.h"
#include "runtime/merkle.h"
#include "runtime/writer.h"

#include <stdbool.h>
#include <stddef.h>

enum { BLOCKS_SEAL_MAX = 64 }; /* blocks sealed in one commit; the next one goes on */

/* What is to be sealed. */
struct blocks_wish {
    int64_t head_seq; /* the journal's end */
    bool whole;       /* up to there, else full blocks only */
    const struct event_cause *cause;
};

/* What became of it. */
struct blocks_outcome {
    size_t sealed_count;
    bool damaged; /* the next block's entries are not all there; it was logged */
};

/*
 * Seals what is not sealed yet, at most BLOCKS_SEAL_MAX blocks, and says block.sealed for each, which
 * may come before the entries.posted of the same commit. Writer thread.
 */
ERR_CHECKED enum err blocks_seal(struct writer_tx *tx, const char *shard,
                                 const struct blocks_wish *wish,
                                 struct blocks_outcome *ret_outcome);

/* An inclusion path's bytes: a hash for each level of a block's tree. */
enum { BLOCKS_PATH_SIZE_MAX = MERKLE_PATH_LENGTH_MAX * MERKLE_HASH_SIZE };

/*
 * The RFC 6962 path from the entry in this place, 0 being the first, to the root of the block that
 * these `count` hashes make; ret_length counts hashes. Any thread.
 */
void blocks_path(const uint8_t *hashes, size_t count, size_t place,
                 uint8_t ret_path[BLOCKS_PATH_SIZE_MAX], size_t *ret_length);

/* The root over the hashes of `count` entries, one after another. Any thread. */
void blocks_root(const uint8_t *hashes, size_t count, uint8_t ret_root[JOURNAL_HASH_SIZE]);

#endif
