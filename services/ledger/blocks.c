/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One block after the other, each from the hashes that lie in the database, so
 * that nothing need be remembered between commits.
 */
#include "ledger/blocks.h"

#include "ledger/events.h"
#include "ledger/store/block.h"
#include "runtime/log.h"

#include <assert.h>
#include <string.h>

static_assert((int)MERKLE_HASH_SIZE == (int)JOURNAL_HASH_SIZE, "an entry's hash is a leaf");

static enum err seal(struct writer_tx *tx, const char *shard, struct block *block);
static void leaf_hashes(const uint8_t *hashes, size_t count,
                        uint8_t ret_leaves[BLOCK_ENTRY_MAX * MERKLE_HASH_SIZE]);

enum err blocks_seal(struct writer_tx *tx, const char *shard, const struct blocks_wish *wish,
                     struct blocks_outcome *ret_outcome)
{
    struct block block = {.number = 0};
    struct blocks_outcome outcome = {.sealed_count = 0};
    enum err err = store_block_last(tx->db, shard, &block);

    while (!err && block.last_seq < wish->head_seq && outcome.sealed_count < BLOCKS_SEAL_MAX) {
        block.first_seq = block.last_seq + 1;
        block.last_seq = block_end(block.first_seq);
        if (block.last_seq > wish->head_seq) {
            if (!wish->whole) {
                break;
            }
            block.last_seq = wish->head_seq;
        }
        block.number++;
        err = seal(tx, shard, &block);
        if (!err) {
            err = events_say_block(tx, wish->cause, &block);
            outcome.sealed_count++;
        }
    }
    if (err == ERR_NOT_FOUND) {
        log_error("block_unsealed", log_int("number", block.number),
                  log_int("first_seq", block.first_seq), log_str("reason", "journal damaged"));
        outcome.damaged = true;
        err = ERR_OK;
    }
    if (!err) {
        *ret_outcome = outcome;
    }
    return err;
}

static enum err seal(struct writer_tx *tx, const char *shard, struct block *block)
{
    uint8_t hashes[BLOCK_ENTRY_MAX * JOURNAL_HASH_SIZE];
    enum err err = store_block_hashes(tx->db, shard, block, hashes);

    if (err) {
        return err;
    }
    blocks_root(hashes, (size_t)(block->last_seq - block->first_seq + 1), block->root);
    block->sealed_time_ms = tx->now_ms;
    return store_block_insert(tx->db, shard, block);
}

void blocks_root(const uint8_t *hashes, size_t count, uint8_t ret_root[JOURNAL_HASH_SIZE])
{
    uint8_t leaves[BLOCK_ENTRY_MAX * MERKLE_HASH_SIZE];

    leaf_hashes(hashes, count, leaves);
    merkle_root(leaves, count, ret_root);
}

void blocks_path(const uint8_t *hashes, size_t count, size_t place,
                 uint8_t ret_path[BLOCKS_PATH_SIZE_MAX], size_t *ret_length)
{
    uint8_t leaves[BLOCK_ENTRY_MAX * MERKLE_HASH_SIZE];

    assert(place < count);
    leaf_hashes(hashes, count, leaves);
    merkle_path(leaves, count, place, ret_path, ret_length);
}

static void leaf_hashes(const uint8_t *hashes, size_t count,
                        uint8_t ret_leaves[BLOCK_ENTRY_MAX * MERKLE_HASH_SIZE])
{
    assert(count >= 1);
    assert(count <= BLOCK_ENTRY_MAX);
    for (size_t i = 0; i < count; i++) {
        merkle_leaf_hash(&hashes[i * JOURNAL_HASH_SIZE], JOURNAL_HASH_SIZE,
                         &ret_leaves[i * MERKLE_HASH_SIZE]);
    }
}
