/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a voter's receipt: read or refused, and what was read is judged
 * the same each time, with a reason when it is wrong.
 */
#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "fuzz.h"
#include "verify/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct receipt receipt;
    const struct span json = {.data = size == 0 ? NULL : data, .length = size};
    int ready = sodium_init();
    struct digest *digest = digest_new();
    const char *fault;

    assert(ready >= 0);
    assert(digest != NULL);
    (void)ready;
    if (receipt_read(json, &receipt)) {
        uint8_t ballot_id[SPELL_UUID_BYTES];

        assert(receipt.hash_count <= TREE_HEIGHT_MAX);
        memcpy(ballot_id, receipt.body + 13, sizeof ballot_id);
        fault = receipt_fault(&receipt, digest, ballot_id);
        assert(fault == receipt_fault(&receipt, digest, ballot_id));
        if (fault == NULL) {
            /* What is sound is not any more when its leaf is another. */
            receipt.leaf_hash[0] ^= 1;
            assert(receipt_fault(&receipt, digest, ballot_id) != NULL);
        }
    }
    digest_free(digest);
    return 0;
}
