/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where blocks end, and that no block can be moved, cut, dropped or changed
 * without the checks finding it.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/block.h"

static void a_block_ends_at_a_multiple_of_its_size_wherever_it_begins(void **state)
{
    (void)state;
    assert_int_equal(block_end(1), BLOCK_ENTRY_MAX);
    assert_int_equal(block_end(BLOCK_ENTRY_MAX - 1), BLOCK_ENTRY_MAX);
    assert_int_equal(block_end(BLOCK_ENTRY_MAX), BLOCK_ENTRY_MAX);
    assert_int_equal(block_end(BLOCK_ENTRY_MAX + 1), 2 * BLOCK_ENTRY_MAX);
    assert_false(block_completed(0, BLOCK_ENTRY_MAX - 1));
    assert_true(block_completed(0, BLOCK_ENTRY_MAX));
    assert_true(block_completed(BLOCK_ENTRY_MAX - 1, BLOCK_ENTRY_MAX));
    assert_false(block_completed(BLOCK_ENTRY_MAX, BLOCK_ENTRY_MAX));
    assert_false(block_completed(BLOCK_ENTRY_MAX, 2 * BLOCK_ENTRY_MAX - 1));
    assert_true(block_completed(5, 3 * BLOCK_ENTRY_MAX));
}

/* A full block, one that a closing ended, and the rest of what it left. */
static const struct block BLOCKS[] = {
    {1, 1, BLOCK_ENTRY_MAX, {1}, 7},
    {2, BLOCK_ENTRY_MAX + 1, BLOCK_ENTRY_MAX + 5, {2}, 8},
    {3, BLOCK_ENTRY_MAX + 6, 2 * BLOCK_ENTRY_MAX, {3}, 9},
};

enum { BLOCK_COUNT = 3 };

/* Feeds blocks whose right roots are those of BLOCKS; the first fault, or the end's. */
static enum journal_fault check(const struct block *blocks, size_t count, int64_t head_seq)
{
    struct block_check run = {.number = 0};

    for (size_t i = 0; i < count; i++) {
        enum journal_fault fault = block_check_place(&run, &blocks[i]);
        if (!fault) {
            fault = block_check_root(&run, &blocks[i], BLOCKS[i].root);
        }
        if (fault) {
            return fault;
        }
    }
    return block_check_end(&run, head_seq);
}

static void sound_blocks_are_found_sound(void **state)
{
    (void)state;
    assert_int_equal(check(BLOCKS, 0, 0), JOURNAL_SOUND);
    assert_int_equal(check(BLOCKS, 0, BLOCK_ENTRY_MAX - 1), JOURNAL_SOUND);
    for (int64_t head = 2 * BLOCK_ENTRY_MAX; head < 3 * BLOCK_ENTRY_MAX; head++) {
        assert_int_equal(check(BLOCKS, BLOCK_COUNT, head), JOURNAL_SOUND);
    }
}

static void a_block_that_is_missing_is_found(void **state)
{
    (void)state;
    assert_int_equal(check(BLOCKS, 0, BLOCK_ENTRY_MAX), JOURNAL_FAULT_BLOCK);
    assert_int_equal(check(BLOCKS, BLOCK_COUNT, 3 * BLOCK_ENTRY_MAX), JOURNAL_FAULT_BLOCK);
    assert_int_equal(check(BLOCKS, 2, 2 * BLOCK_ENTRY_MAX), JOURNAL_FAULT_BLOCK);
    assert_int_equal(check(&BLOCKS[1], 2, 2 * BLOCK_ENTRY_MAX), JOURNAL_FAULT_BLOCK);
    /* Blocks of a journal that is longer than its own end. */
    assert_int_equal(check(BLOCKS, BLOCK_COUNT, 2 * BLOCK_ENTRY_MAX - 1), JOURNAL_FAULT_BLOCK);
}

static void every_number_and_every_byte_of_a_root_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < BLOCK_COUNT; i++) {
        for (int change = -1; change <= 1; change += 2) {
            struct block blocks[BLOCK_COUNT];
            memcpy(blocks, BLOCKS, sizeof blocks);
            blocks[i].number += change;
            assert_int_equal(check(blocks, BLOCK_COUNT, 2 * BLOCK_ENTRY_MAX), JOURNAL_FAULT_BLOCK);
            blocks[i].number -= change;
            blocks[i].first_seq += change;
            assert_int_equal(check(blocks, BLOCK_COUNT, 2 * BLOCK_ENTRY_MAX), JOURNAL_FAULT_BLOCK);
            blocks[i].first_seq -= change;
            blocks[i].last_seq += change;
            assert_int_equal(check(blocks, BLOCK_COUNT, 2 * BLOCK_ENTRY_MAX), JOURNAL_FAULT_BLOCK);
        }
        for (size_t byte = 0; byte < JOURNAL_HASH_SIZE; byte++) {
            struct block blocks[BLOCK_COUNT];
            memcpy(blocks, BLOCKS, sizeof blocks);
            blocks[i].root[byte] ^= 0x10;
            assert_int_equal(check(blocks, BLOCK_COUNT, 2 * BLOCK_ENTRY_MAX), JOURNAL_FAULT_BLOCK);
        }
    }
}

static void a_block_of_no_entry_is_none(void **state)
{
    const struct block empty = {1, 1, 0, {1}, 7};

    (void)state;
    assert_int_equal(check(&empty, 1, 5), JOURNAL_FAULT_BLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_ends_at_a_multiple_of_its_size_wherever_it_begins),
        cmocka_unit_test(sound_blocks_are_found_sound),
        cmocka_unit_test(a_block_that_is_missing_is_found),
        cmocka_unit_test(every_number_and_every_byte_of_a_root_counts),
        cmocka_unit_test(a_block_of_no_entry_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
