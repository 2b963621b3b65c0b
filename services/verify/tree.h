/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RFC 6962 tree: its root while leaves arrive one after another, and the
 * way from one leaf to a root.
 *
 * A frontier holds the complete subtrees that the leaves so far make up, the
 * largest first: one for each bit of their number. It takes 2 KiB however many
 * there are. No allocation; a struct belongs to one thread.
 */
#ifndef HYEOPCHI_VERIFY_TREE_H
#define HYEOPCHI_VERIFY_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verify/digest.h"

#define TREE_HEIGHT_MAX 63 /* of subtrees, and hashes in a path */
#define TREE_SIZE_MAX   (UINT64_MAX >> 1)

struct frontier {
    uint64_t size; /* leaves */
    size_t count;  /* subtrees: the bits of size */
    uint8_t subtrees[TREE_HEIGHT_MAX + 1][DIGEST_SIZE];
};

void frontier_init(struct frontier *frontier);

/*
 * Appends a complete subtree of 2^height leaves, of which one leaf is height 0.
 * False, and nothing appended, when the size is not a multiple of 2^height or
 * would be above TREE_SIZE_MAX.
 */
bool frontier_add(struct frontier *frontier, struct digest *digest, unsigned height,
                  const uint8_t hash[DIGEST_SIZE]);

/* The root over the leaves so far; of none it is SHA-256 of nothing. */
void frontier_root(const struct frontier *frontier, struct digest *digest,
                   uint8_t ret_root[DIGEST_SIZE]);

/* The way from a leaf to a root: hashes from the leaf up. */
struct tree_path {
    uint64_t index;        /* of the leaf */
    uint64_t size;         /* of the tree */
    const uint8_t *hashes; /* count * DIGEST_SIZE bytes, borrowed */
    size_t count;
};

/* The root that a path leads to from a leaf's hash; false when no tree of that size has a path of
 * that length from that leaf. */
bool tree_path_root(const struct tree_path *path, struct digest *digest,
                    const uint8_t leaf_hash[DIGEST_SIZE], uint8_t ret_root[DIGEST_SIZE]);

#endif
