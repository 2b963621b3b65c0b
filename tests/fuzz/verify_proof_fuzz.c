/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any path from a leaf to a root, against a naive one: RFC 6962 read from the
 * root down instead of from the leaf up. Both accept the same paths, and lead
 * to the same root.
 *
 *   u64 index || u64 size || hashes of 32 bytes
 */
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "verify/bytes.h"
#include "verify/tree.h"

enum { LEVELS = 64 };

/* Walks down: whether the leaf is left or right of the split at each level, where there is one. */
static size_t naive_turns(uint64_t index, uint64_t size, bool ret_right[LEVELS])
{
    size_t count = 0;

    while (size > 1) {
        uint64_t split = 1;

        while (split < size - split) {
            split *= 2;
        }
        ret_right[count] = index >= split;
        if (index >= split) {
            index -= split;
            size -= split;
        } else {
            size = split;
        }
        count++;
    }
    return count;
}

static bool naive_root(struct digest *digest, const struct tree_path *path, const uint8_t *leaf,
                       uint8_t ret[DIGEST_SIZE])
{
    bool right[LEVELS];
    size_t count;

    if (path->size > TREE_SIZE_MAX || path->index >= path->size) {
        return false;
    }
    count = naive_turns(path->index, path->size, right);
    if (count != path->count) {
        return false;
    }
    memcpy(ret, leaf, DIGEST_SIZE);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *sibling = path->hashes + i * DIGEST_SIZE;

        if (right[count - 1 - i]) {
            digest_node(digest, sibling, ret, ret);
        } else {
            digest_node(digest, ret, sibling, ret);
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t LEAF[DIGEST_SIZE] = {0x5A};
    struct digest *digest = digest_new();
    uint8_t ours[DIGEST_SIZE] = {0};
    uint8_t theirs[DIGEST_SIZE] = {0};
    struct tree_path path = {0};
    struct reader reader;

    assert(digest != NULL);
    reader_init(&reader, (struct span){.data = size == 0 ? NULL : data, .length = size});
    path.index = read_u64(&reader);
    path.size = read_u64(&reader);
    path.count = reader_left(&reader) / DIGEST_SIZE;
    path.hashes = read_span(&reader, path.count * DIGEST_SIZE).data;
    if (!reader.broken) {
        bool accepted = tree_path_root(&path, digest, LEAF, ours);

        assert(accepted == naive_root(digest, &path, LEAF, theirs));
        assert(memcmp(ours, theirs, sizeof ours) == 0);
        (void)accepted;
    }
    digest_free(digest);
    return 0;
}
