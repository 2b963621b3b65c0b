/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify/tree: the published vectors, and roots and paths of trees of random
 * sizes held against a naive tree that is written after the recursive
 * definition of RFC 6962 and shares nothing with what it checks.
 */
#include "verify/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { H = DIGEST_SIZE, LEAVES_MAX = 1200, TREES = 40, LEVELS = 16 };

/* A naive tree: every level as a whole, a node without a sibling carried up as it is. */
struct naive {
    size_t counts[LEVELS];
    size_t height;
    uint8_t nodes[LEVELS][LEAVES_MAX][H];
};

static void naive_node(const uint8_t *left, const uint8_t *right, uint8_t *ret)
{
    crypto_hash_sha256_state state;
    static const uint8_t ONE[] = {1};

    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, ONE, 1);
    (void)crypto_hash_sha256_update(&state, left, H);
    (void)crypto_hash_sha256_update(&state, right, H);
    (void)crypto_hash_sha256_final(&state, ret);
}

/* Builds the tree over leaves that are SHA-256 of their number. */
static void naive_build(struct naive *naive, size_t leaves)
{
    size_t level = 0;

    for (size_t i = 0; i < leaves; i++) {
        uint32_t number = (uint32_t)i;

        (void)crypto_hash_sha256(naive->nodes[0][i], (const uint8_t *)&number, sizeof number);
    }
    naive->counts[0] = leaves;
    for (; naive->counts[level] > 1; level++) {
        size_t count = naive->counts[level];

        for (size_t i = 0; i < count; i += 2) {
            if (i + 1 < count) {
                naive_node(naive->nodes[level][i], naive->nodes[level][i + 1],
                           naive->nodes[level + 1][i / 2]);
            } else {
                memcpy(naive->nodes[level + 1][i / 2], naive->nodes[level][i], H);
            }
        }
        naive->counts[level + 1] = (count + 1) / 2;
    }
    naive->height = level;
}

/* The siblings on the way up. */
static size_t naive_path(const struct naive *naive, size_t index, uint8_t ret[LEVELS][H])
{
    size_t count = 0;

    for (size_t level = 0; level < naive->height; level++, index /= 2) {
        size_t sibling = index ^ 1;

        if (sibling < naive->counts[level]) {
            memcpy(ret[count++], naive->nodes[level][sibling], H);
        }
    }
    return count;
}

struct fixture {
    struct digest *digest;
    struct naive *naive;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    fixture->digest = digest_new();
    fixture->naive = calloc(1, sizeof *fixture->naive);
    assert_non_null(fixture->digest);
    assert_non_null(fixture->naive);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    digest_free(fixture->digest);
    free(fixture->naive);
    free(fixture);
    return 0;
}

static uint32_t seed_printed(void)
{
    const char *given = getenv("VERIFY_SEED");
    uint32_t seed = given == NULL ? randombytes_random() : (uint32_t)strtoul(given, NULL, 10);

    print_message("seed: VERIFY_SEED=%u\n", seed);
    return seed;
}

/* A small generator, so that a seed gives the same trees everywhere. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void the_root_of_seven_leaves_is_the_published_one(void **state)
{
    struct fixture *fixture = *state;
    struct frontier frontier;
    uint8_t hash[H];
    char text[DIGEST_HEX_SIZE];

    frontier_init(&frontier);
    for (uint8_t i = 0; i < 7; i++) {
        const uint8_t leaf[11] = {9, 'p', 'b', 'v', '1', '/', 'l', 'e', 'a', 'f', i};

        digest_leaf(fixture->digest, (struct span){.data = leaf, .length = sizeof leaf}, hash);
        assert_true(frontier_add(&frontier, fixture->digest, 0, hash));
    }
    frontier_root(&frontier, fixture->digest, hash);
    digest_hex(hash, text);
    assert_string_equal(text, "bf8e44ed5c0892d28851eb0b58babebec7d9bdf2a61897eecba2f5ec5444515e");
}

static void the_root_of_no_leaves_is_the_hash_of_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct frontier frontier;
    uint8_t hash[H];
    char text[DIGEST_HEX_SIZE];

    frontier_init(&frontier);
    frontier_root(&frontier, fixture->digest, hash);
    digest_hex(hash, text);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void a_growing_tree_has_the_naive_root_at_every_size(void **state)
{
    struct fixture *fixture = *state;
    struct frontier frontier;
    uint8_t root[H];

    frontier_init(&frontier);
    for (size_t size = 1; size <= 300; size++) {
        naive_build(fixture->naive, size);
        assert_true(
            frontier_add(&frontier, fixture->digest, 0, fixture->naive->nodes[0][size - 1]));
        frontier_root(&frontier, fixture->digest, root);
        assert_memory_equal(root, fixture->naive->nodes[fixture->naive->height][0], H);
    }
}

static void whole_subtrees_append_like_their_leaves(void **state)
{
    struct fixture *fixture = *state;
    uint32_t random = seed_printed();

    for (int i = 0; i < TREES; i++) {
        size_t size = 1 + next_random(&random) % LEAVES_MAX;
        struct frontier frontier;
        uint8_t root[H];

        naive_build(fixture->naive, size);
        frontier_init(&frontier);
        while (frontier.size < size) {
            unsigned height = next_random(&random) % 11;

            /* As high as place and rest allow. */
            while ((frontier.size & ((1ULL << height) - 1)) != 0 ||
                   1ULL << height > size - frontier.size) {
                height--;
            }
            assert_true(frontier_add(&frontier, fixture->digest, height,
                                     fixture->naive->nodes[height][frontier.size >> height]));
        }
        frontier_root(&frontier, fixture->digest, root);
        assert_memory_equal(root, fixture->naive->nodes[fixture->naive->height][0], H);
    }
}

static void a_subtree_that_does_not_fit_is_refused(void **state)
{
    struct fixture *fixture = *state;
    const uint8_t hash[H] = {0};
    struct frontier frontier;

    frontier_init(&frontier);
    assert_true(frontier_add(&frontier, fixture->digest, 0, hash));
    assert_false(frontier_add(&frontier, fixture->digest, 1, hash));
    assert_false(frontier_add(&frontier, fixture->digest, TREE_HEIGHT_MAX, hash));
    assert_int_equal(frontier.size, 1);
    frontier.size = TREE_SIZE_MAX;
    assert_false(frontier_add(&frontier, fixture->digest, 0, hash));
}

static void every_path_of_a_random_tree_leads_to_its_root_and_no_other_does(void **state)
{
    struct fixture *fixture = *state;
    uint32_t random = seed_printed();

    for (int i = 0; i < TREES; i++) {
        size_t size = 1 + next_random(&random) % LEAVES_MAX;
        size_t index = next_random(&random) % size;
        uint8_t hashes[LEVELS][H];
        uint8_t root[H];
        const uint8_t *wanted;
        struct tree_path path = {.index = index, .size = size, .hashes = hashes[0]};

        naive_build(fixture->naive, size);
        wanted = fixture->naive->nodes[fixture->naive->height][0];
        path.count = naive_path(fixture->naive, index, hashes);
        assert_true(tree_path_root(&path, fixture->digest, fixture->naive->nodes[0][index], root));
        assert_memory_equal(root, wanted, H);

        if (path.count > 0) {
            size_t at = next_random(&random) % path.count;

            hashes[at][next_random(&random) % H] ^= 1;
            assert_true(
                tree_path_root(&path, fixture->digest, fixture->naive->nodes[0][index], root));
            assert_memory_not_equal(root, wanted, H);
            path.count--;
            assert_false(
                tree_path_root(&path, fixture->digest, fixture->naive->nodes[0][index], root));
        }
        path.count = naive_path(fixture->naive, index, hashes) + 1;
        assert_false(tree_path_root(&path, fixture->digest, fixture->naive->nodes[0][index], root));
    }
}

static void a_path_outside_its_tree_is_refused(void **state)
{
    struct fixture *fixture = *state;
    const uint8_t hash[H] = {0};
    uint8_t root[H];
    struct tree_path path = {.index = 1, .size = 1, .hashes = hash};

    assert_false(tree_path_root(&path, fixture->digest, hash, root));
    path.index = 0;
    path.size = 0;
    assert_false(tree_path_root(&path, fixture->digest, hash, root));
    path.size = UINT64_MAX;
    assert_false(tree_path_root(&path, fixture->digest, hash, root));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_root_of_seven_leaves_is_the_published_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_root_of_no_leaves_is_the_hash_of_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_growing_tree_has_the_naive_root_at_every_size, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(whole_subtrees_append_like_their_leaves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_subtree_that_does_not_fit_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            every_path_of_a_random_tree_leads_to_its_root_and_no_other_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_outside_its_tree_is_refused, set_up, tear_down),
    };

    if (sodium_init() < 0) {
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
