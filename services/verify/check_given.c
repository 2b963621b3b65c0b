/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people kept, held against the log: the only evidence against somebody
 * who holds every key and publishes another log than the one voters saw.
 */
#include "verify/bundle_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "verify/tree.h"

static int compare_sizes(const void *left, const void *right)
{
    const struct note *const *a = left;
    const struct note *const *b = right;

    if ((*a)->size != (*b)->size) {
        return (*a)->size < (*b)->size ? -1 : 1;
    }
    return *a < *b ? -1 : (*a > *b ? 1 : 0);
}

/* Whether the log had these roots at these sizes; notes are in ascending order of size. */
static enum verdict compare_roots(const struct bundle *bundle, const struct note *const *notes,
                                  struct finding *finding)
{
    struct frontier frontier;
    size_t position = 0;

    frontier_init(&frontier);
    for (size_t i = 0; i < bundle->input.kept_count; i++) {
        const struct note *note = notes[i];
        const char *name = bundle->input.kept[note - bundle->kept].name;
        uint8_t root[DIGEST_SIZE];

        if (note->size > bundle->log.count) {
            return finding_fail(finding, name, "it says %llu leaves, and the log has only %zu",
                                (unsigned long long)note->size, bundle->log.count);
        }
        for (; position < note->size; position++) {
            bool added = frontier_add(&frontier, bundle->digest, 0, bundle->log.hashes[position]);

            assert(added);
            (void)added;
        }
        frontier_root(&frontier, bundle->digest, root);
        if (memcmp(root, note->root, DIGEST_SIZE) != 0) {
            return finding_fail(finding, name, "the log never had this root at %llu leaves",
                                (unsigned long long)note->size);
        }
    }
    return VERDICT_GOOD;
}

enum verdict check_kept(struct bundle *bundle, struct finding *finding)
{
    const struct note **notes = calloc(bundle->input.kept_count + 1, sizeof *notes);
    enum verdict verdict = VERDICT_GOOD;

    if (notes == NULL) {
        return finding_unreadable(finding, "", "there is no memory for the checkpoints given");
    }
    for (size_t i = 0; verdict == VERDICT_GOOD && i < bundle->input.kept_count; i++) {
        const char *name = bundle->input.kept[i].name;

        notes[i] = &bundle->kept[i];
        if (!span_is_text(notes[i]->origin, bundle->origin)) {
            verdict = finding_fail(finding, name, "its origin is not %s", bundle->origin);
        } else if (!note_signed_by(notes[i], &bundle->board_key)) {
            verdict = finding_fail(finding, name, "it is not signed by the board's key");
        }
    }
    if (verdict == VERDICT_GOOD) {
        qsort(notes, bundle->input.kept_count, sizeof *notes, compare_sizes);
        verdict = compare_roots(bundle, notes, finding);
    }
    free(notes);
    return verdict;
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
