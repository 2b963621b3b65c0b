/* SPDX-License-Identifier: Apache-2.0 */
/* The tree as a binary counter: appending carries, like adding one does. */
#include "verify/tree.h"

#include <assert.h>
#include <string.h>

void frontier_init(struct frontier *frontier)
{
    assert(frontier != NULL);

    *frontier = (struct frontier){0};
}

bool frontier_add(struct frontier *frontier, struct digest *digest, unsigned height,
                  const uint8_t hash[DIGEST_SIZE])
{
    uint64_t leaves;

    assert(frontier->count <= TREE_HEIGHT_MAX);
    if (height >= TREE_HEIGHT_MAX) {
        return false;
    }
    leaves = 1ULL << height;
    if ((frontier->size & (leaves - 1)) != 0 || leaves > TREE_SIZE_MAX - frontier->size) {
        return false;
    }

    memcpy(frontier->subtrees[frontier->count], hash, DIGEST_SIZE);
    frontier->count++;
    /* Each bit that is set from here on is a subtree of the same height: they become one. */
    for (uint64_t rest = frontier->size >> height; (rest & 1) != 0; rest >>= 1) {
        uint8_t *left = frontier->subtrees[frontier->count - 2];

        digest_node(digest, left, frontier->subtrees[frontier->count - 1], left);
        frontier->count--;
    }
    frontier->size += leaves;
    assert(frontier->count <= TREE_HEIGHT_MAX);
    return true;
}

void frontier_root(const struct frontier *frontier, struct digest *digest,
                   uint8_t ret_root[DIGEST_SIZE])
{
    if (frontier->count == 0) {
        digest_sha256(digest, (struct span){0}, ret_root);
        return;
    }
    memcpy(ret_root, frontier->subtrees[frontier->count - 1], DIGEST_SIZE);
    for (size_t i = frontier->count - 1; i > 0; i--) {
        digest_node(digest, frontier->subtrees[i - 1], ret_root, ret_root);
    }
}

bool tree_path_root(const struct tree_path *path, struct digest *digest,
                    const uint8_t leaf_hash[DIGEST_SIZE], uint8_t ret_root[DIGEST_SIZE])
{
    uint64_t node = path->index;
    uint64_t last;
    uint8_t root[DIGEST_SIZE];
    size_t used = 0;

    if (path->size == 0 || path->size > TREE_SIZE_MAX || path->index >= path->size) {
        return false;
    }
    last = path->size - 1;
    memcpy(root, leaf_hash, DIGEST_SIZE);
    /* RFC 9162, 2.1.3.2: the last node of a level that stands alone rises without a sibling. */
    for (; last > 0; last >>= 1, node >>= 1) {
        const uint8_t *sibling;

        if ((node & 1) == 0 && node == last) {
            continue;
        }
        if (used == path->count) {
            return false;
        }
        sibling = path->hashes + used * DIGEST_SIZE;
        used++;
        if ((node & 1) == 1) {
            digest_node(digest, sibling, root, root);
        } else {
            digest_node(digest, root, sibling, root);
        }
    }
    if (used != path->count) {
        return false;
    }
    memcpy(ret_root, root, DIGEST_SIZE);
    return true;
}
