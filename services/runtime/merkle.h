/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 6962 / RFC 9162 Merkle trees over SHA-256, for receipts (one small tree
 * per commit) and the board (one large tree per ballot, of which nobody ever
 * holds more than a few nodes). Pure; any thread; no recursion.
 *
 * leaf hash = SHA-256(0x00 || leaf), node = SHA-256(0x01 || left || right).
 */
#ifndef HYEOPCHI_RUNTIME_MERKLE_H
#define HYEOPCHI_RUNTIME_MERKLE_H

#include "runtime/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    MERKLE_HASH_SIZE = 32,
    MERKLE_PATH_LENGTH_MAX = 48, /* enough for 2^48 leaves */
    MERKLE_TILE_HEIGHT = 8,      /* levels of a tree that one tile holds: C2SP tlog-tiles */
    MERKLE_TILE_WIDTH = 1 << MERKLE_TILE_HEIGHT,
    MERKLE_TILE_LEVEL_MAX = MERKLE_PATH_LENGTH_MAX / MERKLE_TILE_HEIGHT,
};

void merkle_leaf_hash(const void *leaf, size_t length, uint8_t ret_hash[MERKLE_HASH_SIZE]);

/* Root of count leaf hashes laid out one after another; of no leaves: SHA-256(""). */
void merkle_root(const uint8_t *hashes, size_t count, uint8_t ret_root[MERKLE_HASH_SIZE]);

/* Inclusion path of leaf `index` of `count`, from the leaf up: at most MERKLE_PATH_LENGTH_MAX hashes
 * laid out one after another; ret_path_length counts hashes. */
void merkle_path(const uint8_t *hashes, size_t count, size_t index, uint8_t *ret_path,
                 size_t *ret_path_length);

/*
 * All nodes of a tree at once, for those who need many paths of it: merkle_path() hashes the whole
 * tree each time, merkle_tree_path() hashes nothing. ret_nodes has merkle_tree_size(count) bytes:
 * the leaf hashes, then each level above them; the last hash is the root. count > 0.
 */
size_t merkle_tree_size(size_t count);
void merkle_tree_build(const uint8_t *hashes, size_t count, uint8_t *ret_nodes);
void merkle_tree_path(const uint8_t *nodes, size_t count, size_t index, uint8_t *ret_path,
                      size_t *ret_path_length);

/*
 * A tree that only grows: of all its nodes only the roots of its complete
 * subtrees, larger ones first, as many as `count` has bits. { .count = 0 } is
 * the tree without leaves.
 */
struct merkle_frontier {
    uint64_t count;
    uint8_t roots[MERKLE_PATH_LENGTH_MAX][MERKLE_HASH_SIZE];
};

/* How many roots a tree of count leaves has. */
size_t merkle_frontier_length(uint64_t count);

/*
 * Adds a leaf. Returns how many levels of tiles got a new hash above the leaf's: the root of a
 * subtree that this leaf completed, of 2^8 leaves first, then 2^16 …
 */
size_t merkle_frontier_add(struct merkle_frontier *frontier,
                           const uint8_t leaf_hash[MERKLE_HASH_SIZE],
                           uint8_t ret_tiles[MERKLE_TILE_LEVEL_MAX][MERKLE_HASH_SIZE]);

/* The same root that merkle_root() gives. */
void merkle_frontier_root(const struct merkle_frontier *frontier,
                          uint8_t ret_root[MERKLE_HASH_SIZE]);

/* Reads the root of the index-th subtree of 2^height leaves, which is complete. */
typedef enum err (*merkle_subtree_fn)(void *context, unsigned height, uint64_t index,
                                      uint8_t ret_hash[MERKLE_HASH_SIZE]);

/* merkle_path() for a tree that lies elsewhere. An error of `subtree` is returned. */
ERR_CHECKED enum err merkle_path_read(uint64_t count, uint64_t index, merkle_subtree_fn subtree,
                                      void *context, uint8_t *ret_path, size_t *ret_path_length);

/* The root that a leaf hash and its path lead to. ERR_INVALID when the path's length is wrong. */
ERR_CHECKED enum err merkle_root_from_path(const uint8_t leaf_hash[MERKLE_HASH_SIZE],
                                           uint64_t index, uint64_t count, const uint8_t *path,
                                           size_t path_length, uint8_t ret_root[MERKLE_HASH_SIZE]);

#endif
