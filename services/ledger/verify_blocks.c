/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds blocks and the hashes of their entries to the checks of
 * domain/block.c, page by page. It stops at the first fault, since every block
 * stands on the one before.
 */
#include "ledger/verify_blocks.h"

#include "ledger/blocks.h"
#include "ledger/store/block.h"

#include <assert.h>
#include <stdlib.h>

enum { PAGE_BLOCK_COUNT = 100 };

/* Everything this holds; one allocation. */
struct run {
    struct db *db;
    const char *shard;
    struct verify_progress *progress;
    struct block_check check;
    struct block blocks[PAGE_BLOCK_COUNT];
    uint8_t hashes[BLOCK_ENTRY_MAX * JOURNAL_HASH_SIZE];
};

static enum err verify_page(struct run *run, size_t count, struct verify_blocks *blocks);
static enum err verify_block(struct run *run, const struct block *block,
                             enum journal_fault *ret_fault);

enum err verify_blocks(struct db *db, const char *shard, int64_t head_seq,
                       struct verify_progress *progress, struct verify_blocks *ret_blocks)
{
    struct store_page page = {.limit = PAGE_BLOCK_COUNT};
    struct verify_blocks blocks = {.fault = JOURNAL_SOUND};
    struct run *run = calloc(1, sizeof *run);
    enum err err = ERR_OK;

    if (!run) {
        return ERR_UNAVAILABLE;
    }
    run->db = db;
    run->shard = shard;
    run->progress = progress;
    do {
        err = store_block_list(db, shard, run->check.number, run->blocks, &page);
        if (err == ERR_INTERNAL) {
            blocks.fault = JOURNAL_FAULT_BLOCK; /* a root beyond reading */
            blocks.seq = run->check.last_seq + 1;
            err = ERR_OK;
        } else if (!err) {
            err = verify_page(run, page.count, &blocks);
        }
    } while (!err && !blocks.fault && page.count == PAGE_BLOCK_COUNT);
    if (!err && !blocks.fault) {
        blocks.fault = block_check_end(&run->check, head_seq);
        blocks.seq = blocks.fault ? run->check.last_seq + 1 : 0;
    }
    if (!err) {
        blocks.block_count = run->check.number;
        *ret_blocks = blocks;
    }
    free(run);
    return err;
}

static enum err verify_page(struct run *run, size_t count, struct verify_blocks *blocks)
{
    enum err err = ERR_OK;

    assert(count <= PAGE_BLOCK_COUNT);
    for (size_t i = 0; !err && !blocks->fault && i < count; i++) {
        err = verify_block(run, &run->blocks[i], &blocks->fault);
        blocks->seq = blocks->fault ? run->blocks[i].last_seq : 0;
    }
    return err;
}

static enum err verify_block(struct run *run, const struct block *block,
                             enum journal_fault *ret_fault)
{
    uint8_t root[JOURNAL_HASH_SIZE];

    *ret_fault = block_check_place(&run->check, block);
    if (*ret_fault) {
        return ERR_OK;
    }
    enum err err = store_block_hashes(run->db, run->shard, block, run->hashes);
    if (err == ERR_NOT_FOUND) {
        *ret_fault = JOURNAL_FAULT_BLOCK;
        return ERR_OK;
    }
    if (err) {
        return err;
    }
    const int64_t entry_count = block->last_seq - block->first_seq + 1;
    (void)atomic_fetch_add(&run->progress->done, entry_count); /* what it was is nobody's affair */
    blocks_root(run->hashes, (size_t)entry_count, root);
    *ret_fault = block_check_root(&run->check, block, root);
    return ERR_OK;
}
