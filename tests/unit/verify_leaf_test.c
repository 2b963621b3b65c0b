/* SPDX-License-Identifier: Apache-2.0 */
/* verify/leaf and verify/log: each leaf as long as its type says, and the bytes they are framed in. */
#include "verify/leaf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "verify/log.h"

enum { HEAD = 27, LEAF_SIZE_MAX = 512 };

struct made {
    uint8_t bytes[LEAF_SIZE_MAX];
    size_t length;
};

static struct span span_of(const struct made *made)
{
    return (struct span){.data = made->bytes, .length = made->length};
}

static void put(struct made *made, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        made->bytes[made->length++] = (uint8_t)(number >> (8 * (size - 1 - i)));
    }
}

static void fill(struct made *made, uint8_t byte, size_t size)
{
    memset(made->bytes + made->length, byte, size);
    made->length += size;
}

static void begin(struct made *made, uint8_t type)
{
    *made = (struct made){0};
    put(made, 9, 1);
    memcpy(made->bytes + 1, "pbv1/leaf", 9);
    made->length = 10;
    put(made, type, 1);
    fill(made, 0x42, 16);
    assert_int_equal(made->length, HEAD);
}

static void make_cast(struct made *made, uint16_t rev, uint8_t channel)
{
    begin(made, LEAF_CAST);
    put(made, 77, 8);
    fill(made, 0x01, 32);
    put(made, rev, 2);
    put(made, channel, 1);
    fill(made, 0x02, 32);
    fill(made, 0x03, 32);
    fill(made, 0x04, 32);
}

static void make_open(struct made *made)
{
    begin(made, LEAF_OPEN);
    fill(made, 0x05, 32);
    fill(made, 0x09, 32);
    put(made, 1234567, 8);
}

static void make_key(struct made *made, uint8_t purpose)
{
    begin(made, LEAF_KEY);
    put(made, purpose, 1);
    fill(made, 0x06, 32);
    put(made, 99, 8);
}

static void make_anchor(struct made *made, const char *stream)
{
    begin(made, LEAF_AUDIT_ANCHOR);
    put(made, strlen(stream), 2);
    memcpy(made->bytes + made->length, stream, strlen(stream));
    made->length += strlen(stream);
    put(made, 5, 8);
    fill(made, 0x07, 32);
}

static void every_type_reads_what_the_specification_lists(void **state)
{
    struct made made;
    struct leaf leaf;

    (void)state;
    make_open(&made);
    assert_true(leaf_read(span_of(&made), &leaf));
    assert_int_equal(leaf.type, LEAF_OPEN);
    assert_int_equal(leaf.time_ms, 1234567);
    assert_int_equal(leaf.hash[31], 0x05);
    assert_int_equal(leaf.documents[0], 0x09);
    assert_int_equal(leaf.ballot_id[15], 0x42);

    make_cast(&made, 10, LEAF_CHANNEL_PAPER);
    assert_int_equal(made.length, 166);
    assert_true(leaf_read(span_of(&made), &leaf));
    assert_int_equal(leaf.batch_no, 77);
    assert_int_equal(leaf.nullifier[0], 0x01);
    assert_int_equal(leaf.commit[31], 0x02);
    assert_int_equal(leaf.rev, 10);
    assert_int_equal(leaf.channel, LEAF_CHANNEL_PAPER);

    begin(&made, LEAF_ISSUE);
    put(&made, 78, 8);
    fill(&made, 0x0B, 32);
    put(&made, 3, 2);
    fill(&made, 0x0C, 32);
    assert_true(leaf_read(span_of(&made), &leaf));
    assert_int_equal(leaf.batch_no, 78);
    assert_int_equal(leaf.nullifier[31], 0x0B);
    assert_int_equal(leaf.rev, 3);

    begin(&made, LEAF_PAPER);
    put(&made, 9, 4);
    put(&made, 120, 4);
    put(&made, 118, 4);
    fill(&made, 0x0D, 32);
    assert_true(leaf_read(span_of(&made), &leaf));
    assert_int_equal(leaf.batch_no, 9);
    assert_int_equal(leaf.envelopes, 120);
    assert_int_equal(leaf.counted, 118);
    assert_int_equal(leaf.hash[0], 0x0D);
    begin(&made, LEAF_PAPER); /* More votes than envelopes are no batch. */
    put(&made, 9, 4);
    put(&made, 120, 4);
    put(&made, 121, 4);
    fill(&made, 0x0D, 32);
    assert_false(leaf_read(span_of(&made), &leaf));

    begin(&made, LEAF_CLOSE);
    put(&made, 1, 8);
    put(&made, 2, 8);
    put(&made, 3, 8);
    fill(&made, 0x0A, 32);
    assert_true(leaf_read(span_of(&made), &leaf));
    assert_int_equal(leaf.documents[31], 0x0A);
    assert_int_equal(leaf.time_ms, 1);
    assert_int_equal(leaf.voters, 2);
    assert_int_equal(leaf.revisions, 3);

    make_key(&made, LEAF_KEY_RECEIPTS);
    assert_true(leaf_read(span_of(&made), &leaf));
    assert_int_equal(leaf.hash[0], 0x06);

    begin(&made, LEAF_VOID);
    fill(&made, 0x08, 32);
    put(&made, 3, 2);
    put(&made, 255, 1);
    assert_true(leaf_read(span_of(&made), &leaf));
    assert_int_equal(leaf.rev, 3);
    assert_int_equal(leaf.reason, 255);

    begin(&made, LEAF_RESULT);
    fill(&made, 0x0B, 32);
    fill(&made, 0x0C, 32);
    put(&made, 9, 8);
    assert_true(leaf_read(span_of(&made), &leaf));
    assert_int_equal(leaf.hash[0], 0x0B);
    assert_int_equal(leaf.documents[0], 0x0C);
    assert_int_equal(leaf.time_ms, 9);

    make_anchor(&made, "참여");
    assert_true(leaf_read(span_of(&made), &leaf));
    assert_int_equal(leaf.type, LEAF_AUDIT_ANCHOR);
}

static void a_leaf_cut_anywhere_or_with_more_behind_it_is_none(void **state)
{
    struct made made;
    struct leaf leaf;
    size_t length;

    (void)state;
    make_cast(&made, 1, 1);
    length = made.length;
    for (made.length = 0; made.length < length; made.length++) {
        assert_false(leaf_read(span_of(&made), &leaf));
    }
    made.length = length + 1;
    assert_false(leaf_read(span_of(&made), &leaf));
}

static void types_and_numbers_out_of_range_are_no_leaves(void **state)
{
    static const uint8_t TYPES[] = {0, 3, 5, 10, 255};
    struct made made;
    struct leaf leaf;

    (void)state;
    for (size_t i = 0; i < sizeof TYPES; i++) {
        make_open(&made);
        made.bytes[10] = TYPES[i];
        assert_false(leaf_read(span_of(&made), &leaf));
    }
    make_cast(&made, 0, 1);
    assert_false(leaf_read(span_of(&made), &leaf));
    make_cast(&made, 11, 1);
    assert_false(leaf_read(span_of(&made), &leaf));
    make_cast(&made, 1, 0);
    assert_false(leaf_read(span_of(&made), &leaf));
    make_cast(&made, 1, 5);
    assert_false(leaf_read(span_of(&made), &leaf));
    make_key(&made, 2);
    assert_false(leaf_read(span_of(&made), &leaf));
    make_anchor(&made, "line\nline");
    assert_false(leaf_read(span_of(&made), &leaf));
    make_open(&made);
    made.bytes[3] = 'B';
    assert_false(leaf_read(span_of(&made), &leaf));
}

static void a_log_finds_its_leaves_and_hashes_them_on_any_number_of_threads(void **state)
{
    enum { LEAVES = 20000 };

    uint8_t *entries = calloc(LEAVES, 5);
    struct digest *digest = digest_new();
    struct finding finding = {0};
    struct log log = {0};
    uint8_t hash[DIGEST_SIZE];

    (void)state;
    assert_non_null(entries);
    assert_non_null(digest);
    for (size_t i = 0; i < LEAVES; i++) {
        const uint8_t leaf[] = {0, 3, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};

        memcpy(entries + i * sizeof leaf, leaf, sizeof leaf);
    }
    assert_int_equal(
        log_open(&log, (struct span){.data = entries, .length = (size_t)LEAVES * 5}, &finding),
        VERDICT_GOOD);
    assert_int_equal(log.count, LEAVES);
    assert_int_equal(log_hash(&log, NULL, NULL, &finding), VERDICT_GOOD);
    for (size_t i = 0; i < LEAVES; i++) {
        digest_leaf(digest, (struct span){.data = entries + i * 5 + 2, .length = 3}, hash);
        assert_memory_equal(log.hashes[i], hash, DIGEST_SIZE);
    }
    log_release(&log);
    digest_free(digest);
    free(entries);
}

static void entries_that_end_inside_a_leaf_fail_there(void **state)
{
    static const uint8_t BYTES[] = {0, 1, 'a', 0, 2, 'b'};
    struct finding finding = {0};
    struct log log = {0};

    (void)state;
    assert_int_equal(log_open(&log, (struct span){.data = BYTES, .length = sizeof BYTES}, &finding),
                     VERDICT_FAILED);
    assert_int_equal(finding.position, 1);
    assert_int_equal(log_open(&log, (struct span){.data = BYTES, .length = 4}, &finding),
                     VERDICT_FAILED);
    assert_int_equal(log_open(&log, (struct span){0}, &finding), VERDICT_FAILED);
    log_release(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_reads_what_the_specification_lists),
        cmocka_unit_test(a_leaf_cut_anywhere_or_with_more_behind_it_is_none),
        cmocka_unit_test(types_and_numbers_out_of_range_are_no_leaves),
        cmocka_unit_test(a_log_finds_its_leaves_and_hashes_them_on_any_number_of_threads),
        cmocka_unit_test(entries_that_end_inside_a_leaf_fail_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
