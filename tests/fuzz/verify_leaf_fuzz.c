/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the entries of a log: framed leaves, each of which is one of the
 * grammar or none. All bytes belong to exactly one leaf, and a leaf cut short
 * or with a byte behind it is none.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "verify/leaf.h"
#include "verify/log.h"

static void try_leaf(struct span bytes)
{
    uint8_t *longer = calloc(1, bytes.length + 1);
    struct leaf leaf = {0};
    struct leaf other;

    assert(longer != NULL);
    if (leaf_read(bytes, &leaf)) {
        assert(leaf.ballot_id >= bytes.data && leaf.ballot_id + 16 <= bytes.data + bytes.length);
        assert(strcmp(leaf_type_name(leaf.type), "unknown") != 0);
        memcpy(longer, bytes.data, bytes.length);
        assert(!leaf_read((struct span){.data = longer, .length = bytes.length + 1}, &other));
        assert(!leaf_read((struct span){.data = longer, .length = bytes.length - 1}, &other));
        assert(leaf_read((struct span){.data = longer, .length = bytes.length}, &other));
    }
    free(longer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct finding finding = {0};
    struct log log = {0};
    size_t covered = 0;

    if (log_open(&log, (struct span){.data = size == 0 ? NULL : data, .length = size}, &finding) ==
        VERDICT_GOOD) {
        for (size_t i = 0; i < log.count; i++) {
            struct span leaf = log_leaf(&log, i);

            assert(leaf.data == data + covered + 2);
            covered += leaf.length + 2;
            try_leaf(leaf);
        }
        assert(covered == size);
    } else {
        assert(finding.what[0] != '\0');
    }
    log_release(&log);
    return 0;
}
