/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the leaves say, one by one and together: their grammar and order, the
 * order inside a batch, keys, revisions, and the numbers of CLOSE.
 */
#include "verify/bundle_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PROGRESS_STEP 8192

static const char ENTRIES[] = "entries";

/* What has been seen on the way down the log. */
struct walk {
    struct bundle *bundle;
    struct finding *finding;
    uint64_t time_ms; /* the last there was */
    bool closed;
    bool ended; /* by RESULT */
};

static bool has_time(enum leaf_type type)
{
    return type == LEAF_OPEN || type == LEAF_KEY || type == LEAF_CLOSE || type == LEAF_RESULT;
}

/* Why a leaf may not stand at its place, or NULL. */
static const char *misplaced(const struct walk *walk, size_t position, enum leaf_type type)
{
    if (walk->ended) {
        return "it stands behind RESULT";
    }
    if ((position == 0) != (type == LEAF_OPEN)) {
        return "OPEN is the first leaf, and only there";
    }
    if ((type == LEAF_CAST || type == LEAF_ISSUE) && walk->closed) {
        return "a CAST or ISSUE stands behind CLOSE";
    }
    if ((type == LEAF_CAST || type == LEAF_ISSUE) && walk->bundle->key_count == 0) {
        return "a CAST or ISSUE stands in front of the first KEY";
    }
    if (type == LEAF_PAPER && !walk->closed) {
        return "a PAPER stands in front of CLOSE";
    }
    if (type == LEAF_CLOSE && walk->closed) {
        return "there is a second CLOSE";
    }
    if (type == LEAF_RESULT && !walk->closed) {
        return "RESULT stands in front of CLOSE";
    }
    return NULL;
}

uint64_t bundle_prefix(const uint8_t *hash)
{
    uint64_t prefix = 0;

    for (size_t i = 0; i < sizeof prefix; i++) {
        prefix = prefix << 8 | hash[i];
    }
    return prefix;
}

/* Keeps what later checks ask for; there is room for every leaf. */
static enum verdict keep(struct walk *walk, size_t position, const struct leaf *leaf)
{
    struct bundle *bundle = walk->bundle;

    switch (leaf->type) {
    case LEAF_CAST:
    case LEAF_ISSUE:
        bundle->casts[bundle->cast_count++] = (struct bundle_cast){
            .prefix = bundle_prefix(leaf->nullifier),
            .nullifier = leaf->nullifier,
            .position = (uint32_t)position,
            .rev = leaf->rev,
            .channel = leaf->type == LEAF_ISSUE ? BUNDLE_CHANNEL_ISSUE : leaf->channel,
        };
        break;
    case LEAF_PAPER:
        bundle->paper_count++;
        bundle->envelopes += leaf->envelopes;
        bundle->sheets += leaf->counted;
        break;
    case LEAF_VOID:
        bundle->voids[bundle->void_count++] = (struct bundle_void){
            .nullifier = leaf->nullifier,
            .position = (uint32_t)position,
            .rev = leaf->rev,
            .reason = leaf->reason,
        };
        break;
    case LEAF_KEY:
        if (bundle->key_count == BUNDLE_KEY_MAX) {
            return finding_fail_at(walk->finding, ENTRIES, position, "there are more than %d keys",
                                   BUNDLE_KEY_MAX);
        }
        bundle->keys[bundle->key_count++] = leaf->hash;
        break;
    case LEAF_CLOSE:
        bundle->close = *leaf;
        walk->closed = true;
        break;
    case LEAF_RESULT:
        bundle->result = *leaf;
        walk->ended = true;
        break;
    case LEAF_OPEN:
        bundle->open = *leaf;
        break;
    case LEAF_AUDIT_ANCHOR:
        if (span_is_text(leaf->stream, "ledger")) {
            bundle->ledger = *leaf;
        }
        break;
    default:
        break;
    }
    return VERDICT_GOOD;
}

static enum verdict walk_leaf(struct walk *walk, size_t position)
{
    const char *reason;
    struct leaf leaf;

    if (!leaf_read(log_leaf(&walk->bundle->log, position), &leaf)) {
        return finding_fail_at(walk->finding, ENTRIES, position, "this is no leaf");
    }
    if (memcmp(leaf.ballot_id, walk->bundle->ballot_id, sizeof walk->bundle->ballot_id) != 0) {
        return finding_fail_at(walk->finding, ENTRIES, position, "it is of another ballot");
    }
    reason = misplaced(walk, position, leaf.type);
    if (reason != NULL) {
        return finding_fail_at(walk->finding, ENTRIES, position, "%s", reason);
    }
    if (has_time(leaf.type)) {
        if (leaf.time_ms < walk->time_ms) {
            return finding_fail_at(walk->finding, ENTRIES, position,
                                   "the time of %s lies before an earlier leaf's",
                                   leaf_type_name(leaf.type));
        }
        walk->time_ms = leaf.time_ms;
    }
    return keep(walk, position, &leaf);
}

/* Counts leaves by type, which their eleventh byte says, for the memory that keeping them takes. */
static enum verdict make_room(struct bundle *bundle, struct finding *finding)
{
    const size_t at_type = 10;
    size_t casts = 0;
    size_t voids = 0;

    for (size_t i = 0; i < bundle->log.count; i++) {
        struct span leaf = log_leaf(&bundle->log, i);

        if (leaf.length > at_type) {
            casts += leaf.data[at_type] == LEAF_CAST || leaf.data[at_type] == LEAF_ISSUE ? 1 : 0;
            voids += leaf.data[at_type] == LEAF_VOID ? 1 : 0;
        }
    }
    bundle->casts = calloc(casts + 1, sizeof *bundle->casts);
    bundle->voids = calloc(voids + 1, sizeof *bundle->voids);
    if (bundle->casts == NULL || bundle->voids == NULL) {
        return finding_unreadable(finding, ENTRIES, "there is no memory for %zu votes", casts);
    }
    return VERDICT_GOOD;
}

enum verdict check_leaves(struct bundle *bundle, struct finding *finding)
{
    struct walk walk = {.bundle = bundle, .finding = finding};
    enum verdict verdict;

    static_assert(LOG_LEAF_MAX <= UINT32_MAX, "a position fits into what keeps it");
    verdict = make_room(bundle, finding);
    for (size_t i = 0; verdict == VERDICT_GOOD && i < bundle->log.count; i++) {
        verdict = walk_leaf(&walk, i);
        if (i % PROGRESS_STEP == 0) {
            bundle_progress(bundle, i, bundle->log.count);
        }
    }
    if (verdict == VERDICT_GOOD && !walk.ended) {
        verdict = finding_fail(finding, ENTRIES, "the log does not end with RESULT");
    }
    return verdict;
}

enum verdict check_batches(struct bundle *bundle, struct finding *finding)
{
    const struct bundle_cast *before = NULL;
    size_t batch = 0;

    for (size_t i = 0; i < bundle->cast_count; i++) {
        const struct bundle_cast *cast = &bundle->casts[i];
        struct leaf leaf;
        bool read;

        read = leaf_read(log_leaf(&bundle->log, cast->position), &leaf);
        assert(read);
        if (!read || leaf.batch_no == 0) {
            return finding_fail_at(finding, ENTRIES, cast->position, "its batch_no is 0");
        }
        for (; bundle->checkpoints[batch].size <= cast->position; batch++) {
            before = NULL;
        }
        if (before != NULL && memcmp(bundle->log.hashes[before->position],
                                     bundle->log.hashes[cast->position], DIGEST_SIZE) >= 0) {
            return finding_fail_at(
                finding, ENTRIES, cast->position,
                "its leaf hash is not above that of the CAST or ISSUE before it");
        }
        before = cast;
        if (i % PROGRESS_STEP == 0) {
            bundle_progress(bundle, i, bundle->cast_count);
        }
    }
    return VERDICT_GOOD;
}

enum verdict check_keys(struct bundle *bundle, struct finding *finding)
{
    if (bundle->receipt_key_misfit) {
        return finding_fail(finding, "keys.json", "a receipt key is not of %d bytes",
                            NOTE_KEY_SIZE);
    }
    if (bundle->receipt_key_count != bundle->key_count) {
        return finding_fail(finding, "keys.json", "it names %zu receipt keys, and the log %zu",
                            bundle->receipt_key_count, bundle->key_count);
    }
    for (size_t i = 0; i < bundle->key_count; i++) {
        if (memcmp(bundle->receipt_keys[i], bundle->keys[i], NOTE_KEY_SIZE) != 0) {
            return finding_fail_at(finding, "keys.json", i,
                                   "this receipt key is not that of the KEY leaf");
        }
    }
    return VERDICT_GOOD;
}

static int compare_nullifiers(const struct bundle_cast *a, const struct bundle_cast *b)
{
    if (a->prefix != b->prefix) {
        return a->prefix < b->prefix ? -1 : 1;
    }
    return memcmp(a->nullifier, b->nullifier, BUNDLE_NULLIFIER_SIZE);
}

/* By nullifier, then rev, then position: no two are equal. */
static int compare_casts(const void *left, const void *right)
{
    const struct bundle_cast *a = left;
    const struct bundle_cast *b = right;
    int order = compare_nullifiers(a, b);

    if (order != 0) {
        return order;
    }
    if (a->rev != b->rev) {
        return a->rev < b->rev ? -1 : 1;
    }
    return a->position < b->position ? -1 : (a->position > b->position ? 1 : 0);
}

struct bundle_cast *bundle_last_cast(struct bundle *bundle, const uint8_t *nullifier)
{
    const struct bundle_cast wanted = {.prefix = bundle_prefix(nullifier), .nullifier = nullifier};
    size_t low = 0;
    size_t high = bundle->cast_count;

    /* The first CAST of a nullifier above it; the one wanted stands in front of that. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_nullifiers(&bundle->casts[middle], &wanted) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0 || compare_nullifiers(&bundle->casts[low - 1], &wanted) != 0) {
        return NULL;
    }
    return &bundle->casts[low - 1];
}

/* The ISSUE of that nullifier and rev among the sorted, or NULL. */
static struct bundle_cast *find_issue(struct bundle *bundle, const struct bundle_void *void_leaf)
{
    const struct bundle_cast *last = bundle_last_cast(bundle, void_leaf->nullifier);
    size_t place = last == NULL ? 0 : (size_t)(last - bundle->casts) + 1;

    /* Revisions are contiguous from 1 by now: at most LEAF_REVISION_MAX stand side by side. */
    for (; place > 0; place--) {
        struct bundle_cast *cast = &bundle->casts[place - 1];

        if (memcmp(cast->nullifier, void_leaf->nullifier, BUNDLE_NULLIFIER_SIZE) != 0) {
            return NULL;
        }
        if (cast->rev == void_leaf->rev) {
            return cast->channel == BUNDLE_CHANNEL_ISSUE ? cast : NULL;
        }
    }
    return NULL;
}

static enum verdict apply_handed_back(struct bundle *bundle, const struct bundle_void *void_leaf,
                                      struct finding *finding)
{
    struct bundle_cast *issue = find_issue(bundle, void_leaf);

    if (issue == NULL || issue->position > void_leaf->position) {
        return finding_fail_at(finding, ENTRIES, void_leaf->position,
                               "this VOID names no ISSUE in front of it");
    }
    if (issue->voided) {
        return finding_fail_at(finding, ENTRIES, void_leaf->position,
                               "another VOID names the same ISSUE");
    }
    issue->voided = true;
    return VERDICT_GOOD;
}

static enum verdict apply_void(struct bundle *bundle, const struct bundle_void *void_leaf,
                               struct finding *finding)
{
    struct bundle_cast *cast = bundle_last_cast(bundle, void_leaf->nullifier);

    if (cast == NULL || cast->rev != void_leaf->rev || cast->position > void_leaf->position ||
        cast->channel == BUNDLE_CHANNEL_ISSUE) {
        return finding_fail_at(finding, ENTRIES, void_leaf->position,
                               "this VOID names no final CAST in front of it");
    }
    if (cast->voided) {
        return finding_fail_at(finding, ENTRIES, void_leaf->position,
                               "another VOID names the same CAST");
    }
    cast->voided = true;
    return VERDICT_GOOD;
}

/* Whether a CAST follows the one before it in the sorted array as its next revision. */
static const char *revision_fault(const struct bundle *bundle, const struct bundle_cast *before,
                                  const struct bundle_cast *cast)
{
    if (cast->rev == before->rev) {
        return "this nullifier has the same rev twice";
    }
    if (cast->rev != before->rev + 1) {
        return "a rev of this nullifier is missing";
    }
    if (cast->position < before->position &&
        bundle_batch(bundle, cast->position) != bundle_batch(bundle, before->position)) {
        return "it stands in an earlier batch than the rev before it";
    }
    return NULL;
}

/* Keeps of the VOIDs those that operators decided on: the others were papers. */
static void drop_handed_back(struct bundle *bundle)
{
    size_t kept = 0;

    for (size_t i = 0; i < bundle->void_count; i++) {
        if (bundle->voids[i].reason != LEAF_VOID_HANDED_BACK) {
            bundle->voids[kept++] = bundle->voids[i];
        }
    }
    bundle->void_count = kept;
}

/* Whoever holds a paper votes in no other way; whoever handed it back has no vote unless one follows. */
static enum verdict check_issues(struct bundle *bundle, struct finding *finding)
{
    for (size_t i = 0; i < bundle->cast_count; i++) {
        const struct bundle_cast *issue = &bundle->casts[i];
        const bool is_last =
            i + 1 == bundle->cast_count || compare_nullifiers(issue, issue + 1) != 0;

        if (issue->channel != BUNDLE_CHANNEL_ISSUE) {
            continue;
        }
        if (!is_last && !issue->voided) {
            return finding_fail_at(finding, ENTRIES, issue[1].position,
                                   "its voter holds a paper that was not handed back");
        }
        bundle->issues += is_last && !issue->voided ? 1 : 0;
        bundle->voters -= is_last && issue->voided ? 1 : 0;
    }
    return VERDICT_GOOD;
}

enum verdict check_revisions(struct bundle *bundle, struct finding *finding)
{
    bundle->voters = 0;
    if (bundle->cast_count > 0) {
        qsort(bundle->casts, bundle->cast_count, sizeof *bundle->casts, compare_casts);
    }
    for (size_t i = 0; i < bundle->cast_count; i++) {
        const struct bundle_cast *cast = &bundle->casts[i];
        const char *fault = NULL;

        if (i == 0 || compare_nullifiers(cast - 1, cast) != 0) {
            bundle->voters++;
            fault = cast->rev == 1 ? NULL : "the first rev of this nullifier is missing";
        } else {
            fault = revision_fault(bundle, cast - 1, cast);
        }
        if (fault != NULL) {
            return finding_fail_at(finding, ENTRIES, cast->position, "%s", fault);
        }
        if (i % PROGRESS_STEP == 0) {
            bundle_progress(bundle, i, bundle->cast_count);
        }
    }
    for (size_t i = 0; i < bundle->void_count; i++) {
        enum verdict verdict = bundle->voids[i].reason == LEAF_VOID_HANDED_BACK
                                   ? apply_handed_back(bundle, &bundle->voids[i], finding)
                                   : apply_void(bundle, &bundle->voids[i], finding);

        if (verdict != VERDICT_GOOD) {
            return verdict;
        }
    }
    drop_handed_back(bundle);
    return check_issues(bundle, finding);
}

enum verdict check_close(struct bundle *bundle, struct finding *finding)
{
    uint64_t revisions = bundle->cast_count - bundle->voters;

    if (bundle->close.voters != bundle->voters) {
        return finding_fail(finding, ENTRIES, "CLOSE says %llu voters, and the log has %llu",
                            (unsigned long long)bundle->close.voters,
                            (unsigned long long)bundle->voters);
    }
    if (bundle->close.revisions != revisions) {
        return finding_fail(finding, ENTRIES, "CLOSE says %llu revisions, and the log has %llu",
                            (unsigned long long)bundle->close.revisions,
                            (unsigned long long)revisions);
    }
    if (bundle->close.time_ms / 1000 != bundle->archive.modified_s) {
        return finding_fail(finding, "", "the archive's modification time is not that of CLOSE");
    }
    return VERDICT_GOOD;
}
