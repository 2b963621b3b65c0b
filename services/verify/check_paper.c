/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the paper reconciles: every batch's sheets are those that the log
 * commits to, as many as its envelopes, each within the rules; and there are no
 * more envelopes than voters who hold a paper. What is a vote is counted with
 * the others.
 */
#include "verify/bundle_internal.h"

#include <assert.h>
#include <string.h>

#include "verify/choice.h"

#define KIND_VOTE     1
#define KIND_NO_SHEET 6
#define KIND_END      7 /* 2 blank, 3 unclear, 4 against the rules, 5 no official paper, 6 no sheet */

static const char PAPER[] = "paper";

/* One batch as the file has it. */
struct batch {
    size_t position;    /* of its PAPER */
    struct leaf leaf;   /* that PAPER */
    struct span bytes;  /* the sheets */
    struct span prefix; /* u32 batch_no as it stands in the file */
    struct span blinding;
};

/* Whether the sheets are what the PAPER's hash is of. */
static bool hash_matches(const struct bundle *bundle, const struct batch *batch)
{
    const struct span parts[] = {
        {.data = bundle->ballot_id, .length = sizeof bundle->ballot_id},
        {.data = bundle->def_hash, .length = sizeof bundle->def_hash},
        batch->prefix,
        batch->blinding,
        batch->bytes,
    };
    uint8_t hash[DIGEST_SIZE];

    digest_begin_tagged(bundle->digest, "paper");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        digest_add(bundle->digest, parts[i]);
    }
    digest_end(bundle->digest, hash);
    return memcmp(hash, batch->leaf.hash, DIGEST_SIZE) == 0;
}

/* By their bytes; a sheet that goes on behind another's end stands behind it. */
static int compare_sheets(struct span a, struct span b)
{
    const int order = memcmp(a.data, b.data, a.length < b.length ? a.length : b.length);

    if (order != 0 || a.length == b.length) {
        return order;
    }
    return a.length < b.length ? -1 : 1;
}

/* Reads one sheet, and keeps it when it is a vote. */
static enum verdict read_sheet(struct bundle *bundle, const struct batch *batch,
                               struct reader *reader, struct span *before, struct finding *finding)
{
    const size_t start = reader->offset;
    const uint8_t kind = read_u8(reader);
    const struct span body = read_prefixed(reader);
    struct span whole;
    enum choice_fault fault;

    if (reader->broken || kind < KIND_VOTE || kind >= KIND_END ||
        (kind != KIND_VOTE && body.length > 0)) {
        return finding_fail_at(finding, PAPER, batch->position, "this batch has what is no sheet");
    }
    whole = (struct span){.data = reader->data + start, .length = reader->offset - start};
    if (before->data != NULL && compare_sheets(*before, whole) > 0) {
        return finding_fail_at(finding, PAPER, batch->position,
                               "the sheets of this batch are not in the order of their bytes");
    }
    *before = whole;
    if (kind != KIND_VOTE) {
        bundle->invalid += kind != KIND_NO_SHEET ? 1 : 0;
        return VERDICT_GOOD;
    }
    fault = choice_check(bundle->definition, LEAF_CHANNEL_PAPER, body);
    if (fault != CHOICE_OK) {
        return finding_fail_at(finding, PAPER, batch->position,
                               "a sheet of this batch breaks the ballot's rules: %s",
                               choice_fault_name(fault));
    }
    bundle->votes[bundle->vote_count++] = (struct bundle_vote){
        .body = body,
        .position = (uint32_t)batch->position,
        .channel = LEAF_CHANNEL_PAPER,
    };
    return VERDICT_GOOD;
}

static enum verdict check_sheets(struct bundle *bundle, const struct batch *batch,
                                 struct finding *finding)
{
    const size_t votes_before = bundle->vote_count;
    struct span before = {0};
    struct reader reader;
    enum verdict verdict = VERDICT_GOOD;

    reader_init(&reader, batch->bytes);
    for (uint32_t i = 0; verdict == VERDICT_GOOD && i < batch->leaf.envelopes; i++) {
        verdict = read_sheet(bundle, batch, &reader, &before, finding);
    }
    if (verdict != VERDICT_GOOD) {
        return verdict;
    }
    if (!reader_done(&reader)) {
        return finding_fail_at(finding, PAPER, batch->position,
                               "this batch has more sheets than envelopes");
    }
    if (bundle->vote_count - votes_before != batch->leaf.counted) {
        return finding_fail_at(finding, PAPER, batch->position,
                               "the log says that %lu sheets of this batch are votes, and %lu are",
                               (unsigned long)batch->leaf.counted,
                               (unsigned long)(bundle->vote_count - votes_before));
    }
    return VERDICT_GOOD;
}

/* Reads the file's part that a PAPER commits to. */
static enum verdict check_batch(struct bundle *bundle, struct reader *file, struct batch *batch,
                                struct finding *finding)
{
    struct reader number;

    batch->prefix = read_span(file, 4);
    batch->blinding = read_span(file, BUNDLE_BLINDING_SIZE);
    batch->bytes = read_span(file, read_u32(file));
    if (file->broken) {
        return finding_fail_at(finding, PAPER, batch->position,
                               "the file ends where the sheets of this PAPER should be");
    }
    reader_init(&number, batch->prefix);
    if (read_u32(&number) != batch->leaf.batch_no || !hash_matches(bundle, batch)) {
        return finding_fail_at(finding, PAPER, batch->position,
                               "these are not the sheets of this PAPER");
    }
    return check_sheets(bundle, batch, finding);
}

/* Whether the log has batches of paper, or papers that were issued. */
static bool has_paper(const struct bundle *bundle)
{
    for (size_t i = 0; i < bundle->cast_count; i++) {
        if (bundle->casts[i].channel == BUNDLE_CHANNEL_ISSUE) {
            return true;
        }
    }
    return bundle->paper_count > 0;
}

/* Before any sheet is kept: there is room for as many as voters hold papers. */
static enum verdict check_numbers(const struct bundle *bundle, struct finding *finding)
{
    if (bundle->archive.present[ARCHIVE_PAPER] != (bundle->paper_count > 0)) {
        return finding_fail(finding, PAPER, "%s",
                            bundle->paper_count > 0
                                ? "the log has batches of paper, and there are none"
                                : "the log has no batch of paper");
    }
    if ((bundle->definition->channels & (1U << LEAF_CHANNEL_PAPER)) == 0 && has_paper(bundle)) {
        return finding_fail(finding, PAPER, "%s",
                            "the log has paper, and the ballot does not accept votes on it");
    }
    if (bundle->envelopes > bundle->issues) {
        return finding_fail(finding, PAPER, "there are %llu envelopes, and %llu papers",
                            (unsigned long long)bundle->envelopes,
                            (unsigned long long)bundle->issues);
    }
    return VERDICT_GOOD;
}

enum verdict check_paper(struct bundle *bundle, struct finding *finding)
{
    uint64_t batch_no = 0;
    struct reader file;
    enum verdict verdict = check_numbers(bundle, finding);

    reader_init(&file, bundle->archive.files[ARCHIVE_PAPER]);
    /* PAPERs stand behind CLOSE, and the log ends with RESULT: they are not far. */
    for (size_t i = 0; verdict == VERDICT_GOOD && bundle->paper_count > 0 && i < bundle->log.count;
         i++) {
        struct batch batch = {.position = i};

        if (!leaf_read(log_leaf(&bundle->log, i), &batch.leaf) || batch.leaf.type != LEAF_PAPER) {
            continue;
        }
        if (batch.leaf.batch_no <= batch_no) {
            return finding_fail_at(finding, "entries", i,
                                   "its batch_no is not above that of the PAPER before it");
        }
        batch_no = batch.leaf.batch_no;
        verdict = check_batch(bundle, &file, &batch, finding);
    }
    if (verdict == VERDICT_GOOD && !reader_done(&file)) {
        verdict = finding_fail(finding, PAPER, "it goes on behind the last PAPER's sheets");
    }
    return verdict;
}
