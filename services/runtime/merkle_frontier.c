/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees that grow and lie in tiles: what is kept of them while leaves come, and
 * paths out of what was stored. Must never read or write storage itself.
 */
#include "runtime/merkle.h"

#include "runtime/crypto.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static_assert(MERKLE_TILE_LEVEL_MAX * MERKLE_TILE_HEIGHT == MERKLE_PATH_LENGTH_MAX,
              "every height belongs to a level of tiles");

static void join(const uint8_t *left, const uint8_t *right, uint8_t *ret_hash)
{
    static const uint8_t prefix = 0x01;
    const struct crypto_bytes parts[] = {
        {&prefix, 1},
        {left, MERKLE_HASH_SIZE},
        {right, MERKLE_HASH_SIZE},
    };

    crypto_hash_parts(parts, sizeof parts / sizeof parts[0], ret_hash);
}

size_t merkle_frontier_length(uint64_t count)
{
    size_t length = 0;

    for (; count > 0; count >>= 1) {
        length += count & 1;
    }
    return length;
}

size_t merkle_frontier_add(struct merkle_frontier *frontier,
                           const uint8_t leaf_hash[MERKLE_HASH_SIZE],
                           uint8_t ret_tiles[MERKLE_TILE_LEVEL_MAX][MERKLE_HASH_SIZE])
{
    size_t depth = merkle_frontier_length(frontier->count);
    size_t levels = 0;
    unsigned height = 0;

    assert(frontier->count < UINT64_C(1) << (MERKLE_PATH_LENGTH_MAX - 1));
    memcpy(frontier->roots[depth], leaf_hash, MERKLE_HASH_SIZE);
    for (uint64_t carry = frontier->count; (carry & 1) != 0; carry >>= 1) {
        join(frontier->roots[depth - 1], frontier->roots[depth], frontier->roots[depth - 1]);
        depth--;
        height++;
        if (height % MERKLE_TILE_HEIGHT == 0) {
            memcpy(ret_tiles[levels], frontier->roots[depth], MERKLE_HASH_SIZE);
            levels++;
        }
    }
    frontier->count++;
    assert(depth + 1 == merkle_frontier_length(frontier->count));
    return levels;
}

void merkle_frontier_root(const struct merkle_frontier *frontier,
                          uint8_t ret_root[MERKLE_HASH_SIZE])
{
    size_t depth = merkle_frontier_length(frontier->count);
    uint8_t root[MERKLE_HASH_SIZE];

    if (depth == 0) {
        crypto_sha256(NULL, 0, ret_root);
        return;
    }
    memcpy(root, frontier->roots[depth - 1], sizeof root);
    for (size_t i = depth - 1; i > 0; i--) {
        join(frontier->roots[i - 1], root, root);
    }
    memcpy(ret_root, root, sizeof root);
}

/* The root of the last leaves of a tree that are not yet a complete subtree of 2^height; there is at
 * least one. */
static enum err read_edge(uint64_t count, unsigned height, merkle_subtree_fn subtree, void *context,
                          uint8_t *ret_hash)
{
    uint8_t edge[MERKLE_HASH_SIZE];
    bool begun = false;
    enum err err = ERR_OK;

    for (unsigned bit = 0; bit < height && !err; bit++) {
        uint8_t hash[MERKLE_HASH_SIZE];

        if ((count >> bit & 1) == 0) {
            continue;
        }
        err = subtree(context, bit, (count >> bit) - 1, hash);
        if (!err && begun) {
            join(hash, edge, edge);
        } else if (!err) {
            memcpy(edge, hash, sizeof edge);
            begun = true;
        }
    }
    assert(err || begun);
    if (!err) {
        memcpy(ret_hash, edge, sizeof edge);
    }
    return err;
}

enum err merkle_path_read(uint64_t count, uint64_t index, merkle_subtree_fn subtree, void *context,
                          uint8_t *ret_path, size_t *ret_path_length)
{
    size_t length = 0;
    enum err err = ERR_OK;

    assert(index < count);
    assert(count < UINT64_C(1) << (MERKLE_PATH_LENGTH_MAX - 1));
    for (unsigned height = 0; (count - 1) >> height > 0 && !err; height++) {
        const uint64_t sibling = index >> height ^ 1;
        uint8_t *hash = ret_path + length * MERKLE_HASH_SIZE;

        if (sibling > (count - 1) >> height) {
            continue; /* The lone last node of a level is carried up as it is. */
        }
        assert(length < MERKLE_PATH_LENGTH_MAX);
        length++;
        err = (sibling + 1) << height <= count ? subtree(context, height, sibling, hash)
                                               : read_edge(count, height, subtree, context, hash);
    }
    if (!err) {
        *ret_path_length = length;
    }
    return err;
}
