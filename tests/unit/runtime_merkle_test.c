/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/merkle: the vector of VOTING.md section 3, the known roots of RFC
 * 6962's reference trees, and every path of every tree up to 70 leaves, both
 * ways of making it. Never trusts a path that only its own maker checks: wrong
 * ones must lead elsewhere or be refused.
 */
#include "runtime/crypto.h"
#include "runtime/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LEAF_COUNT_MAX = 70, H = MERKLE_HASH_SIZE };

static void assert_hex(const uint8_t hash[H], const char *expected)
{
    char text[2 * H + 1];

    crypto_hex(hash, H, text, sizeof text);
    assert_string_equal(text, expected);
}

/* Leaf hashes of T("leaf") || u8 i. */
static void numbered_leaves(uint8_t *ret_hashes, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        uint8_t leaf[11] = {9, 'p', 'b', 'v', '1', '/', 'l', 'e', 'a', 'f', (uint8_t)i};

        merkle_leaf_hash(leaf, sizeof leaf, ret_hashes + i * H);
    }
}

static void root_of_seven_leaves_is_the_published_one(void **state)
{
    uint8_t hashes[7 * H];
    uint8_t root[H];

    (void)state;
    numbered_leaves(hashes, 7);
    merkle_root(hashes, 7, root);
    assert_hex(root, "bf8e44ed5c0892d28851eb0b58babebec7d9bdf2a61897eecba2f5ec5444515e");
}

static void roots_are_those_of_the_certificate_transparency_reference_trees(void **state)
{
    static const char *const ROOTS[] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };

    static const struct {
        size_t length;
        const char *bytes;
    } LEAVES[] = {
        {0, ""},
        {1, "\x00"},
        {1, "\x10"},
        {2, "\x20\x21"},
        {2, "\x30\x31"},
        {4, "\x40\x41\x42\x43"},
        {8, "\x50\x51\x52\x53\x54\x55\x56\x57"},
        {16, "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"},
    };

    uint8_t hashes[8 * H];
    uint8_t root[H];
    size_t i;

    (void)state;
    for (i = 0; i < 8; i++) {
        merkle_leaf_hash(LEAVES[i].bytes, LEAVES[i].length, hashes + i * H);
    }
    for (i = 0; i <= 8; i++) {
        merkle_root(hashes, i, root);
        assert_hex(root, ROOTS[i]);
    }
}

/* A wrong leaf, sibling, index or length must not lead to the root. */
static void assert_no_other_path(const uint8_t *hashes, size_t count, size_t index, uint8_t *path,
                                 size_t path_length, const uint8_t root[H])
{
    uint8_t found[H];
    size_t i;

    for (i = 0; i < path_length; i++) {
        path[i * H] ^= 1;
        assert_int_equal(
            merkle_root_from_path(hashes + index * H, index, count, path, path_length, found),
            ERR_OK);
        assert_memory_not_equal(found, root, H);
        path[i * H] ^= 1;
    }
    if (path_length > 0) {
        assert_int_equal(
            merkle_root_from_path(hashes + index * H, index, count, path, path_length - 1, found),
            ERR_INVALID);
    }
    assert_int_equal(
        merkle_root_from_path(hashes + index * H, index, count, path, path_length + 1, found),
        ERR_INVALID);
    assert_int_equal(
        merkle_root_from_path(hashes + index * H, count, count, path, path_length, found),
        ERR_INVALID);
    for (i = 0; i < count; i++) {
        if (i != index && merkle_root_from_path(hashes + index * H, i, count, path, path_length,
                                                found) == ERR_OK) {
            assert_memory_not_equal(found, root, H);
        }
    }
}

static void every_path_of_every_tree_leads_to_the_root_and_no_other_does(void **state)
{
    uint8_t hashes[LEAF_COUNT_MAX * H];
    uint8_t path[(MERKLE_PATH_LENGTH_MAX + 1) * H];
    uint8_t tree_path[MERKLE_PATH_LENGTH_MAX * H];
    size_t count;
    size_t index;

    (void)state;
    numbered_leaves(hashes, LEAF_COUNT_MAX);
    memset(path, 0, sizeof path);
    for (count = 1; count <= LEAF_COUNT_MAX; count++) {
        const size_t size = merkle_tree_size(count);
        uint8_t *nodes = malloc(size);
        uint8_t root[H];

        assert_non_null(nodes);
        merkle_root(hashes, count, root);
        merkle_tree_build(hashes, count, nodes);
        assert_memory_equal(nodes + size - H, root, H);
        for (index = 0; index < count; index++) {
            uint8_t found[H];
            size_t length = 0;
            size_t tree_length = 0;

            merkle_path(hashes, count, index, path, &length);
            merkle_tree_path(nodes, count, index, tree_path, &tree_length);
            assert_int_equal(length, tree_length);
            assert_memory_equal(path, tree_path, length * H);
            assert_int_equal(
                merkle_root_from_path(hashes + index * H, index, count, path, length, found),
                ERR_OK);
            assert_memory_equal(found, root, H);
            assert_no_other_path(hashes, count, index, path, length, root);
        }
        free(nodes);
    }
}

static void huge_trees_take_paths_of_forty_eight_hashes(void **state)
{
    const uint64_t count = UINT64_C(1) << 48;
    static uint8_t path[MERKLE_PATH_LENGTH_MAX * H];
    uint8_t leaf[H] = {1};
    uint8_t root[H];

    (void)state;
    assert_int_equal(merkle_root_from_path(leaf, count - 1, count, path, 48, root), ERR_OK);
    assert_int_equal(merkle_root_from_path(leaf, count - 1, count, path, 47, root), ERR_INVALID);
    assert_int_equal(merkle_root_from_path(leaf, 0, 0, path, 0, root), ERR_INVALID);
}

/* The levels of tiles of one tree, as whoever stores it has them. */
struct tiles {
    uint8_t *hashes[3];
    size_t counts[3];
};

static enum err subtree_of_tiles(void *context, unsigned height, uint64_t index,
                                 uint8_t ret_hash[H])
{
    const struct tiles *tiles = context;
    const unsigned level = height / MERKLE_TILE_HEIGHT;
    const size_t width = (size_t)1 << height % MERKLE_TILE_HEIGHT;

    assert_true(level < 3);
    assert_true((index + 1) * width <= tiles->counts[level]);
    merkle_root(tiles->hashes[level] + index * width * H, width, ret_hash);
    return ERR_OK;
}

static void assert_paths(struct tiles *tiles, size_t count)
{
    const size_t indexes[] = {0, count / 3, count / 2, count - 1};

    for (size_t i = 0; i < sizeof indexes / sizeof indexes[0]; i++) {
        uint8_t expected[MERKLE_PATH_LENGTH_MAX * H];
        uint8_t path[MERKLE_PATH_LENGTH_MAX * H];
        size_t expected_length = 0;
        size_t length = 0;

        merkle_path(tiles->hashes[0], count, indexes[i], expected, &expected_length);
        assert_int_equal(
            merkle_path_read(count, indexes[i], subtree_of_tiles, tiles, path, &length), ERR_OK);
        assert_int_equal(length, expected_length);
        assert_memory_equal(path, expected, length * H);
    }
}

static void a_tree_that_grows_has_the_roots_tiles_and_paths_of_the_whole_one(void **state)
{
    enum { COUNT = 66000 };
    struct merkle_frontier frontier = {.count = 0};
    struct tiles tiles = {.counts = {0, 0, 0}};
    uint8_t root[H];
    uint8_t expected[H];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        tiles.hashes[i] = malloc((size_t)COUNT * H);
        assert_non_null(tiles.hashes[i]);
    }
    merkle_frontier_root(&frontier, root);
    merkle_root(NULL, 0, expected);
    assert_memory_equal(root, expected, H);
    for (size_t count = 1; count <= COUNT; count++) {
        const uint8_t leaf[3] = {(uint8_t)(count >> 16), (uint8_t)(count >> 8), (uint8_t)count};
        uint8_t *hash = tiles.hashes[0] + (count - 1) * H;
        uint8_t above[MERKLE_TILE_LEVEL_MAX][H];
        size_t levels;

        merkle_leaf_hash(leaf, sizeof leaf, hash);
        levels = merkle_frontier_add(&frontier, hash, above);
        tiles.counts[0]++;
        assert_int_equal(levels, count % 65536 == 0 ? 2 : (count % 256 == 0 ? 1 : 0));
        for (size_t i = 0; i < levels; i++) {
            memcpy(tiles.hashes[i + 1] + tiles.counts[i + 1] * H, above[i], H);
            tiles.counts[i + 1]++;
        }
        if (count <= 600 || count % 7919 == 0 || count >= COUNT - 2 || count % 65536 <= 1) {
            merkle_frontier_root(&frontier, root);
            merkle_root(tiles.hashes[0], count, expected);
            assert_memory_equal(root, expected, H);
            assert_paths(&tiles, count);
        }
    }
    merkle_root(tiles.hashes[0], 65536, expected);
    assert_memory_equal(tiles.hashes[2], expected, H);
    for (size_t i = 0; i < 3; i++) {
        free(tiles.hashes[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_that_grows_has_the_roots_tiles_and_paths_of_the_whole_one),
        cmocka_unit_test(root_of_seven_leaves_is_the_published_one),
        cmocka_unit_test(roots_are_those_of_the_certificate_transparency_reference_trees),
        cmocka_unit_test(every_path_of_every_tree_leads_to_the_root_and_no_other_does),
        cmocka_unit_test(huge_trees_take_paths_of_forty_eight_hashes),
    };

    if (crypto_open()) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
