/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where blocks begin and end. It never looks at a clock or at the entries
 * themselves.
 */
#include "ledger/domain/block.h"

#include <assert.h>
#include <string.h>

int64_t block_end(int64_t first_seq)
{
    assert(first_seq > 0);
    assert(first_seq <= INT64_MAX - BLOCK_ENTRY_MAX);
    return (first_seq + BLOCK_ENTRY_MAX - 1) / BLOCK_ENTRY_MAX * BLOCK_ENTRY_MAX;
}

bool block_completed(int64_t before_seq, int64_t after_seq)
{
    assert(before_seq >= 0);
    assert(after_seq >= before_seq);
    return after_seq / BLOCK_ENTRY_MAX > before_seq / BLOCK_ENTRY_MAX;
}

enum journal_fault block_check_place(const struct block_check *check, const struct block *stored)
{
    assert(check->number >= 0);
    assert(check->last_seq >= check->number);
    if (stored->number != check->number + 1 || stored->first_seq != check->last_seq + 1) {
        return JOURNAL_FAULT_BLOCK;
    }
    bool sized =
        stored->last_seq >= stored->first_seq && stored->last_seq <= block_end(stored->first_seq);
    return sized ? JOURNAL_SOUND : JOURNAL_FAULT_BLOCK;
}

enum journal_fault block_check_root(struct block_check *check, const struct block *stored,
                                    const uint8_t computed[JOURNAL_HASH_SIZE])
{
    assert(stored->number == check->number + 1);
    assert(stored->first_seq == check->last_seq + 1);
    if (memcmp(stored->root, computed, JOURNAL_HASH_SIZE) != 0) {
        return JOURNAL_FAULT_BLOCK;
    }
    check->number = stored->number;
    check->last_seq = stored->last_seq;
    return JOURNAL_SOUND;
}

enum journal_fault block_check_end(const struct block_check *check, int64_t head_seq)
{
    assert(check->last_seq >= 0);
    assert(head_seq >= 0);
    if (check->last_seq > head_seq) {
        return JOURNAL_FAULT_BLOCK;
    }
    return block_completed(check->last_seq, head_seq) ? JOURNAL_FAULT_BLOCK : JOURNAL_SOUND;
}
