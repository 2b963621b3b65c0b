/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 6962 trees without recursion. A tree of n leaves splits at the largest
 * power of two below n; that is the same tree as hashing neighbours level by
 * level and carrying a lone last node up unchanged, which is how it is built
 * here. Never hashes what a leaf holds: that is the caller's grammar.
 */
#include "runtime/merkle.h"

#include "runtime/crypto.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum { ROOT_STACK_LENGTH_MAX = 64 };

static const uint8_t LEAF_PREFIX = 0x00;
static const uint8_t NODE_PREFIX = 0x01;

static_assert((int)MERKLE_HASH_SIZE == (int)CRYPTO_HASH_SIZE, "trees are over SHA-256");

static void node_hash(const uint8_t *left, const uint8_t *right, uint8_t *ret_hash)
{
    const struct crypto_bytes parts[] = {
        {&NODE_PREFIX, 1},
        {left, MERKLE_HASH_SIZE},
        {right, MERKLE_HASH_SIZE},
    };

    crypto_hash_parts(parts, sizeof parts / sizeof parts[0], ret_hash);
}

void merkle_leaf_hash(const void *leaf, size_t length, uint8_t ret_hash[MERKLE_HASH_SIZE])
{
    const struct crypto_bytes parts[] = {{&LEAF_PREFIX, 1}, {leaf, length}};

    crypto_hash_parts(parts, sizeof parts / sizeof parts[0], ret_hash);
}

void merkle_root(const uint8_t *hashes, size_t count, uint8_t ret_root[MERKLE_HASH_SIZE])
{
    /* Roots of complete subtrees, larger ones first; sizes are the bits of how many leaves went in. */
    uint8_t stack[ROOT_STACK_LENGTH_MAX][MERKLE_HASH_SIZE];
    size_t depth = 0;
    size_t i;

    if (count == 0) {
        crypto_sha256(NULL, 0, ret_root);
        return;
    }

    for (i = 0; i < count; i++) {
        size_t carry;

        assert(depth < ROOT_STACK_LENGTH_MAX);
        memcpy(stack[depth], hashes + i * MERKLE_HASH_SIZE, MERKLE_HASH_SIZE);
        depth++;
        for (carry = i; (carry & 1) != 0; carry >>= 1) {
            node_hash(stack[depth - 2], stack[depth - 1], stack[depth - 2]);
            depth--;
        }
    }
    while (depth > 1) {
        node_hash(stack[depth - 2], stack[depth - 1], stack[depth - 2]);
        depth--;
    }
    memcpy(ret_root, stack[0], MERKLE_HASH_SIZE);
}

/* The largest power of two below count. */
static size_t split_at(size_t count)
{
    size_t split = 1;

    assert(count > 1);
    while (split < count - split) {
        split *= 2;
    }
    return split;
}

void merkle_path(const uint8_t *hashes, size_t count, size_t index, uint8_t *ret_path,
                 size_t *ret_path_length)
{
    size_t from = 0;
    size_t length = 0;
    size_t i;

    assert(index < count);

    /* Down from the root, so the siblings come out in the wrong order. */
    while (count > 1) {
        const size_t split = split_at(count);
        uint8_t *sibling = ret_path + length * MERKLE_HASH_SIZE;

        assert(length < MERKLE_PATH_LENGTH_MAX);
        length++;
        if (index < split) {
            merkle_root(hashes + (from + split) * MERKLE_HASH_SIZE, count - split, sibling);
            count = split;
        } else {
            merkle_root(hashes + from * MERKLE_HASH_SIZE, split, sibling);
            from += split;
            index -= split;
            count -= split;
        }
    }

    for (i = 0; i < length / 2; i++) {
        uint8_t *a = ret_path + i * MERKLE_HASH_SIZE;
        uint8_t *b = ret_path + (length - 1 - i) * MERKLE_HASH_SIZE;
        uint8_t swap[MERKLE_HASH_SIZE];

        memcpy(swap, a, sizeof swap);
        memcpy(a, b, sizeof swap);
        memcpy(b, swap, sizeof swap);
    }
    *ret_path_length = length;
}

size_t merkle_tree_size(size_t count)
{
    size_t nodes = count;

    assert(count > 0);
    while (count > 1) {
        count = count / 2 + count % 2;
        nodes += count;
    }
    return nodes * MERKLE_HASH_SIZE;
}

void merkle_tree_build(const uint8_t *hashes, size_t count, uint8_t *ret_nodes)
{
    uint8_t *level = ret_nodes;

    assert(count > 0);
    memcpy(level, hashes, count * MERKLE_HASH_SIZE);
    while (count > 1) {
        uint8_t *above = level + count * MERKLE_HASH_SIZE;
        size_t i;

        for (i = 0; i + 1 < count; i += 2) {
            const uint8_t *left = level + i * MERKLE_HASH_SIZE;

            node_hash(left, left + MERKLE_HASH_SIZE, above + i / 2 * MERKLE_HASH_SIZE);
        }
        if (i < count) {
            memcpy(above + i / 2 * MERKLE_HASH_SIZE, level + i * MERKLE_HASH_SIZE,
                   MERKLE_HASH_SIZE);
        }
        level = above;
        count = count / 2 + count % 2;
    }
}

void merkle_tree_path(const uint8_t *nodes, size_t count, size_t index, uint8_t *ret_path,
                      size_t *ret_path_length)
{
    const uint8_t *level = nodes;
    size_t length = 0;

    assert(index < count);
    while (count > 1) {
        const size_t sibling = index ^ 1;

        /* The lone last node of a level has no sibling: it was carried up as it is. */
        if (sibling < count) {
            assert(length < MERKLE_PATH_LENGTH_MAX);
            memcpy(ret_path + length * MERKLE_HASH_SIZE, level + sibling * MERKLE_HASH_SIZE,
                   MERKLE_HASH_SIZE);
            length++;
        }
        level += count * MERKLE_HASH_SIZE;
        index /= 2;
        count = count / 2 + count % 2;
    }
    *ret_path_length = length;
}

enum err merkle_root_from_path(const uint8_t leaf_hash[MERKLE_HASH_SIZE], uint64_t index,
                               uint64_t count, const uint8_t *path, size_t path_length,
                               uint8_t ret_root[MERKLE_HASH_SIZE])
{
    uint8_t root[MERKLE_HASH_SIZE];
    uint64_t last;
    size_t used = 0;

    if (index >= count) {
        return ERR_INVALID;
    }

    memcpy(root, leaf_hash, sizeof root);
    for (last = count - 1; last > 0; last >>= 1) {
        const bool is_right = (index & 1) != 0;

        /* A lone last node that is a left one is carried up: nothing in the path for this level. */
        if (is_right || index < last) {
            const uint8_t *sibling;

            if (used == path_length) {
                return ERR_INVALID;
            }
            sibling = path + used * MERKLE_HASH_SIZE;
            used++;
            if (is_right) {
                node_hash(sibling, root, root);
            } else {
                node_hash(root, sibling, root);
            }
        }
        index >>= 1;
    }
    if (used != path_length) {
        return ERR_INVALID;
    }
    memcpy(ret_root, root, sizeof root);
    return ERR_OK;
}
