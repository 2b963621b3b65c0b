/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people kept, held against the log: the only evidence against somebody
 * who holds every key and publishes another log than the one voters saw.
 */
#include "verify/bundle_internal.h"

#include <assert.h>
#include <string.h>

/* Whether the bundle has a checkpoint of this size and root; it has every one ever signed. */
static bool has_checkpoint(const struct bundle *bundle, const struct note *note)
{
    const struct bundle_checkpoint *checkpoint;

    if (note->size > bundle->log.count) {
        return false;
    }
    /* The batch that ends with the note's last leaf is that of its size, if there is one. */
    checkpoint = &bundle->checkpoints[bundle_batch(bundle, note->size - 1)];
    return checkpoint->size == note->size && memcmp(checkpoint->root, note->root, DIGEST_SIZE) == 0;
}

enum verdict check_kept(struct bundle *bundle, struct finding *finding)
{
    for (size_t i = 0; i < bundle->input.kept_count; i++) {
        const char *name = bundle->input.kept[i].name;
        const struct note *note = &bundle->kept[i];

        assert(note->size > 0);
        if (!span_is_text(note->origin, bundle->origin)) {
            return finding_fail(finding, name, "its origin is not %s", bundle->origin);
        }
        if (!note_signed_by(note, &bundle->board_key)) {
            return finding_fail(finding, name, "it is not signed by the board's key");
        }
        if (!has_checkpoint(bundle, note)) {
            return finding_fail(finding, name,
                                "the bundle has no such checkpoint of %llu leaves, and it must "
                                "have every one ever signed",
                                (unsigned long long)note->size);
        }
    }
    return VERDICT_GOOD;
}

/* The CAST of that leaf hash, or NULL. Few receipts are given: looking at all leaves is quick enough. */
static const struct bundle_cast *find_cast(const struct bundle *bundle,
                                           const uint8_t leaf_hash[DIGEST_SIZE])
{
    for (size_t i = 0; i < bundle->cast_count; i++) {
        const struct bundle_cast *cast = &bundle->casts[i];

        if (memcmp(bundle->log.hashes[cast->position], leaf_hash, DIGEST_SIZE) == 0) {
            return cast;
        }
    }
    return NULL;
}

static bool key_known(const struct bundle *bundle, const uint8_t key[NOTE_KEY_SIZE])
{
    for (size_t i = 0; i < bundle->key_count; i++) {
        if (memcmp(bundle->keys[i], key, NOTE_KEY_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

static enum verdict check_one(struct bundle *bundle, const struct receipt *receipt,
                              const char *name, struct finding *finding)
{
    const char *fault = receipt_fault(receipt, bundle->digest, bundle->ballot_id);
    const struct bundle_cast *cast;

    if (fault != NULL) {
        return finding_fail(finding, name, "%s", fault);
    }
    if (!key_known(bundle, receipt->key)) {
        return finding_fail(finding, name, "no KEY leaf of the log names its key");
    }
    cast = find_cast(bundle, receipt->leaf_hash);
    if (cast == NULL) {
        return finding_fail(finding, name, "its vote is not in the log");
    }
    if (cast->rev != receipt->rev ||
        memcmp(cast->nullifier, receipt->nullifier, BUNDLE_NULLIFIER_SIZE) != 0) {
        return finding_fail_at(finding, name, cast->position,
                               "its leaf has another rev or nullifier than it says");
    }
    return VERDICT_GOOD;
}

enum verdict check_receipt(struct bundle *bundle, struct finding *finding)
{
    for (size_t i = 0; i < bundle->input.receipt_count; i++) {
        enum verdict verdict =
            check_one(bundle, &bundle->receipts[i], bundle->input.receipts[i].name, finding);

        if (verdict != VERDICT_GOOD) {
            return verdict;
        }
        bundle_progress(bundle, i, bundle->input.receipt_count);
    }
    return VERDICT_GOOD;
}
