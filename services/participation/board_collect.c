/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a batch holds, in the order that services/verify/README.md promises. A
 * commit whose leaves are not those of its receipt is never put on the board:
 * somebody has changed it. Must never write a row of the board but documents
 * and openings, which stand beside it.
 */
#include "participation/board_batch.h"

#include "participation/board_documents.h"
#include "participation/domain/receipt.h"
#include "participation/store/board_document.h"
#include "participation/store/ledger_block.h"
#include "participation/store/paper.h"
#include "participation/store/void.h"
#include "participation/store/votes.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ANCHOR_STREAM        "participation"
#define ANCHOR_STREAM_LEDGER "ledger"

enum {
    OTHER_LEAF_COUNT_MAX = 12, /* leaves of a batch that are neither votes nor VOIDs */
    VOID_PAGE_COUNT = 64,
};

static void log_broken(const uint8_t *ballot_id, const char *event, int64_t batch_no)
{
    char id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(ballot_id, id);
    log_error(event, log_str("ballot_id", id), log_int("batch_no", batch_no),
              log_str("action", "nothing is appended: compare the backups"));
}

/* Makes room for that many more leaves. */
static enum err reserve(struct board_batch *batch, size_t count)
{
    struct board_leaf *leaves;

    if (batch->count + count <= batch->capacity) {
        return ERR_OK;
    }
    leaves = realloc(batch->leaves, 2 * (batch->count + count) * sizeof *leaves);
    if (leaves == NULL) {
        return ERR_FULL;
    }
    batch->leaves = leaves;
    batch->capacity = 2 * (batch->count + count);
    return ERR_OK;
}

/* Adds what was encoded as the batch's next leaf. */
static enum err take_leaf(struct board_batch *batch, const struct encoder *encoder, bool is_cast)
{
    struct board_leaf *leaf = &batch->leaves[batch->count];
    size_t length = 0;
    enum err err = encoder_finish(encoder, &length);

    assert(batch->count < batch->capacity);
    if (err) {
        return err;
    }
    merkle_leaf_hash(encoder->data, length, leaf->hash);
    leaf->at = batch->entries.length;
    leaf->length = (uint16_t)(2 + length);
    leaf->is_cast = is_cast;
    buffer_append_u16(&batch->entries, (uint16_t)length);
    buffer_append(&batch->entries, encoder->data, length);
    batch->count++;
    batch->cast_count += is_cast ? 1 : 0;
    return buffer_status(&batch->entries);
}

/* Times in leaves do not run backwards, even if somebody set the clock back. */
static int64_t later_time(struct board_batch *batch, int64_t time_ms)
{
    if (time_ms > batch->head.last_time_ms) {
        batch->head.last_time_ms = time_ms;
    }
    return batch->head.last_time_ms;
}

static enum err add_key(struct board_batch *batch, const uint8_t *key, int64_t from_ms)
{
    struct board_head *head = &batch->head;
    uint8_t bytes[LEAF_SIZE_MAX];
    struct encoder encoder;

    if (head->receipt_key_count == STORE_RECEIPT_KEY_COUNT_MAX) {
        return ERR_FULL;
    }
    encoder_init(&encoder, bytes, sizeof bytes);
    leaf_receipt_key_encode(&encoder, batch->ballot_id, key, later_time(batch, from_ms));
    memcpy(head->receipt_keys[head->receipt_key_count], key, CRYPTO_ED25519_PUBLIC_SIZE);
    head->receipt_key_count++;
    return take_leaf(batch, &encoder, false);
}

static enum err take_anchor(struct board_batch *batch, const struct leaf_anchor *anchor)
{
    uint8_t bytes[LEAF_SIZE_MAX];
    struct encoder encoder;

    encoder_init(&encoder, bytes, sizeof bytes);
    leaf_anchor_encode(&encoder, batch->ballot_id, anchor);
    return take_leaf(batch, &encoder, false);
}

/* Where our own events have got to. */
static enum err add_anchor(struct db *db, struct board_batch *batch)
{
    uint8_t chain[CRYPTO_HASH_SIZE];
    struct leaf_anchor anchor = {.stream = ANCHOR_STREAM, .hash = chain};
    enum err err = store_board_anchor(db, ANCHOR_STREAM, &anchor.position, chain);

    if (err) {
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    }
    return take_anchor(batch, &anchor);
}

/* The newest root of the ledger's journal that was heard. */
static enum err add_ledger_anchor(struct db *db, struct board_batch *batch)
{
    struct ledger_block block = {.number = 0};
    enum err err = store_ledger_block_last(db, &block);
    const struct leaf_anchor anchor = {
        .stream = ANCHOR_STREAM_LEDGER,
        .position = block.last_seq,
        .hash = block.root,
    };

    if (err) {
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    }
    return take_anchor(batch, &anchor);
}

static enum err add_opening(struct db *db, struct board_batch *batch,
                            const struct board_signer *signer, const struct board_ballot *ballot)
{
    uint8_t bytes[LEAF_SIZE_MAX];
    struct encoder encoder;
    enum err err;

    encoder_init(&encoder, bytes, sizeof bytes);
    leaf_open_encode(&encoder, batch->ballot_id,
                     &(const struct leaf_open){
                         .def_hash = ballot->definition_hash,
                         .roll_hash = ballot->roll_hash,
                         .opened_at_ms = later_time(batch, ballot->opened_at_ms),
                     });
    err = take_leaf(batch, &encoder, false);
    if (!err) {
        err = add_key(batch, signer->receipts->public_key, ballot->opened_at_ms);
    }
    return err ? err : add_ledger_anchor(db, batch);
}

/* True when the leaf hashes are those that the commit's receipt signs. */
static bool receipt_covers(const struct board_commit *commit, const struct receipt *receipt)
{
    uint8_t root[MERKLE_HASH_SIZE];

    merkle_root(commit->leaf_hashes, commit->leaf_count, root);
    return memcmp(root, receipt->commit_root, sizeof root) == 0;
}

static enum err add_casts(struct board_batch *batch, const struct board_commit *commit)
{
    static const uint8_t no_ct[1];
    struct leaf_cast cast = {.batch_no = (uint64_t)commit->batch_no};
    struct decoder decoder;
    enum err err = reserve(batch, commit->leaf_count + OTHER_LEAF_COUNT_MAX);

    memcpy(cast.ballot_id, batch->ballot_id, sizeof cast.ballot_id);
    crypto_tagged_hash(LEAF_TAG_CT, no_ct, 0, cast.ct_hash);
    decoder_init(&decoder, commit->casts, commit->leaf_count * LEAF_CAST_PARTS_SIZE);
    for (size_t i = 0; i < commit->leaf_count && !err; i++) {
        uint8_t bytes[LEAF_CAST_SIZE];
        struct encoder encoder;

        leaf_cast_parts_decode(&decoder, &cast);
        if (cast.rev < 1 || cast.rev > VOTE_REVISION_MAX ||
            cast.channel <= BALLOT_CHANNEL_MISSING || cast.channel >= BALLOT_CHANNEL_END) {
            return ERR_INTERNAL;
        }
        encoder_init(&encoder, bytes, sizeof bytes);
        if (leaf_cast_issues(&cast)) {
            leaf_issue_encode(&encoder, &cast);
        } else {
            leaf_cast_encode(&encoder, &cast);
        }
        err = take_leaf(batch, &encoder, true);
        if (!err && memcmp(batch->leaves[batch->count - 1].hash,
                           commit->leaf_hashes + i * CRYPTO_HASH_SIZE, CRYPTO_HASH_SIZE) != 0) {
            err = ERR_INTERNAL;
        }
    }
    return err;
}

static bool is_current_key(const struct board_head *head, const uint8_t *key)
{
    return head->receipt_key_count > 0 && memcmp(head->receipt_keys[head->receipt_key_count - 1],
                                                 key, CRYPTO_ED25519_PUBLIC_SIZE) == 0;
}

/* Adds a commit. *ret_taken is false when it has to wait for the next batch, behind its KEY leaf. */
static enum err add_commit(struct board_batch *batch, const struct board_commit *commit,
                           bool *ret_taken)
{
    struct board_head *head = &batch->head;
    struct receipt receipt;
    const bool new_key = !is_current_key(head, commit->key);
    enum err err = ERR_OK;

    if (receipt_decode(commit->receipt, commit->receipt_length, &receipt) != ERR_OK ||
        commit->batch_no != head->batch_no + 1 || !receipt_covers(commit, &receipt)) {
        return ERR_INTERNAL;
    }
    if (new_key && batch->cast_count > 0) {
        *ret_taken = false;
        return ERR_OK;
    }
    if (new_key) {
        err = add_key(batch, commit->key, receipt.issued_ms);
    }
    if (!err) {
        err = add_casts(batch, commit);
    }
    if (err) {
        return err; /* The head still says which commit it is. */
    }
    head->batch_no = commit->batch_no;
    head->casts += (int64_t)commit->leaf_count;
    *ret_taken = true;
    return ERR_OK;
}

static int compare_leaves(const void *a, const void *b)
{
    return memcmp(((const struct board_leaf *)a)->hash, ((const struct board_leaf *)b)->hash,
                  MERKLE_HASH_SIZE);
}

static enum err add_commits(struct db *db, struct board_batch *batch)
{
    struct db_rows *rows = NULL;
    bool taken = true;
    size_t first;
    enum err err = store_board_commits(db, batch->ballot_id, batch->head.batch_no,
                                       BOARD_BATCH_LEAF_COUNT_MAX, &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_INTERNAL; /* The ballot counts commits that are not there. */
    }
    for (int64_t i = 0; !err && taken && i < db_rows_count(rows); i++) {
        struct board_commit commit;

        err = store_board_commit_row(rows, i, &commit);
        if (!err) {
            err = add_commit(batch, &commit, &taken);
        }
    }
    if (err == ERR_INTERNAL) {
        log_broken(batch->ballot_id, "board_contradicts_receipt", batch->head.batch_no + 1);
    }
    db_rows_release(rows);
    if (!err) {
        first = batch->count - batch->cast_count; /* What stands in front of them are no votes. */
        qsort(batch->leaves + first, batch->cast_count, sizeof *batch->leaves, compare_leaves);
    }
    return err;
}

static enum err add_close(struct db *db, struct board_batch *batch,
                          const struct board_ballot *ballot)
{
    uint8_t bytes[LEAF_SIZE_MAX];
    struct encoder encoder;
    uint8_t extensions_hash[CRYPTO_HASH_SIZE];
    struct leaf_close close = {
        .voters = ballot->voters,
        .revisions = ballot->revisions,
        .extensions_hash = extensions_hash,
    };
    enum err err = add_ledger_anchor(db, batch);

    if (!err) {
        err = add_anchor(db, batch);
    }
    if (!err && batch->head.casts != ballot->voters + ballot->revisions) {
        log_broken(batch->ballot_id, "board_contradicts_ballot", batch->head.batch_no);
        err = ERR_INTERNAL;
    }
    if (!err) {
        err = board_documents_close(db, batch->ballot_id, extensions_hash);
    }
    if (err) {
        return err;
    }
    close.closed_at_ms = later_time(batch, ballot->closed_at_ms);
    batch->head.closed_at_ms = close.closed_at_ms;
    encoder_init(&encoder, bytes, sizeof bytes);
    leaf_close_encode(&encoder, batch->ballot_id, &close);
    return take_leaf(batch, &encoder, false);
}

static enum err add_void(struct board_batch *batch, const struct void_row *row)
{
    uint8_t bytes[LEAF_SIZE_MAX];
    const struct leaf_void taken_back = {
        .nullifier = row->vote.nullifier,
        .rev = row->vote.rev,
        .reason = (uint8_t)row->reason_code,
    };
    struct encoder encoder;

    encoder_init(&encoder, bytes, sizeof bytes);
    leaf_void_encode(&encoder, batch->ballot_id, &taken_back);
    return take_leaf(batch, &encoder, false);
}

/* Votes are declared void before the count, so all that ever will be are known here. */
static enum err add_voids(struct db *db, struct board_batch *batch)
{
    struct void_row *rows = calloc(VOID_PAGE_COUNT, sizeof *rows);
    size_t count = VOID_PAGE_COUNT;
    int32_t after_no = 0;
    enum err err = rows == NULL ? ERR_FULL : ERR_OK;

    /* Ends: each page starts behind the one before, and all but the last are full. */
    while (!err && count == VOID_PAGE_COUNT) {
        err = store_void_list_final(db, batch->ballot_id, after_no, VOID_PAGE_COUNT, rows, &count);
        if (!err) {
            err = reserve(batch, count + OTHER_LEAF_COUNT_MAX);
        }
        for (size_t i = 0; !err && i < count; i++) {
            after_no = rows[i].void_no;
            err = add_void(batch, &rows[i]);
        }
    }
    free(rows);
    return err;
}

/* Papers that were handed back, whatever their voters did then. */
static enum err add_cancellations(struct db *db, struct board_batch *batch)
{
    struct paper_issue *issues = calloc(STORE_PAPER_PAGE_COUNT, sizeof *issues);
    size_t count = STORE_PAPER_PAGE_COUNT;
    struct paper_issue after = {0};
    enum err err = issues == NULL ? ERR_FULL : ERR_OK;

    /* Ends: each page starts behind the one before, and all but the last are full. */
    while (!err && count == STORE_PAPER_PAGE_COUNT) {
        err = store_paper_cancelled(db, batch->ballot_id, &after, issues, &count);
        if (!err) {
            err = reserve(batch, count + OTHER_LEAF_COUNT_MAX);
        }
        for (size_t i = 0; !err && i < count; i++) {
            uint8_t bytes[LEAF_SIZE_MAX];
            struct encoder encoder;

            after = issues[i];
            encoder_init(&encoder, bytes, sizeof bytes);
            leaf_void_encode(&encoder, batch->ballot_id,
                             &(const struct leaf_void){
                                 .nullifier = issues[i].nullifier,
                                 .rev = issues[i].rev,
                                 .reason = LEAF_VOID_HANDED_BACK,
                             });
            err = take_leaf(batch, &encoder, false);
        }
    }
    free(issues);
    return err;
}

/* All batches are sealed, or the ballot would not be counted. */
static enum err add_papers(struct db *db, struct board_batch *batch)
{
    struct paper_batch *papers = calloc(PAPER_BATCH_MAX, sizeof *papers);
    size_t count = 0;
    enum err err =
        papers == NULL ? ERR_FULL : store_paper_list(db, batch->ballot_id, papers, &count);

    if (!err) {
        err = reserve(batch, count + OTHER_LEAF_COUNT_MAX);
    }
    for (size_t i = 0; !err && i < count; i++) {
        uint8_t bytes[LEAF_SIZE_MAX];
        struct encoder encoder;

        if (papers[i].sealed_at_ms == 0) {
            err = ERR_INTERNAL;
            break;
        }
        encoder_init(&encoder, bytes, sizeof bytes);
        leaf_paper_encode(&encoder, batch->ballot_id,
                          &(const struct leaf_paper){
                              .batch_no = (uint32_t)papers[i].batch_no,
                              .envelopes = (uint32_t)papers[i].envelopes,
                              .counted = (uint32_t)papers[i].counted,
                              .sheets_hash = papers[i].sheets_hash,
                          });
        err = take_leaf(batch, &encoder, false);
    }
    free(papers);
    return err;
}

static enum err add_result(struct db *db, struct board_batch *batch,
                           const struct board_ballot *ballot)
{
    uint8_t bytes[LEAF_SIZE_MAX];
    uint8_t documents_hash[CRYPTO_HASH_SIZE];
    struct encoder encoder;
    enum err err = add_voids(db, batch);

    if (!err) {
        err = add_cancellations(db, batch);
    }
    if (!err) {
        err = add_papers(db, batch);
    }
    if (!err) {
        err = board_documents_finish(db, batch->ballot_id, documents_hash);
    }
    if (!err) {
        err = add_ledger_anchor(db, batch);
    }
    if (!err) {
        encoder_init(&encoder, bytes, sizeof bytes);
        leaf_result_encode(&encoder, batch->ballot_id,
                           &(const struct leaf_result){
                               .result_hash = ballot->result_hash,
                               .documents_hash = documents_hash,
                               .counted_at_ms = later_time(batch, ballot->counted_at_ms),
                           });
        batch->head.finished = true;
        err = take_leaf(batch, &encoder, false);
    }
    return err ? err : store_openings_insert(db, batch->ballot_id, &batch->head.openings_bytes);
}

/* What there is from the opening to the end of voting. */
static enum err collect_votes(struct db *db, const struct board_signer *signer,
                              struct board_batch *batch, const struct board_ballot *ballot)
{
    enum err err = ERR_OK;

    if (batch->head.size == 0) {
        err = add_opening(db, batch, signer, ballot);
    }
    if (!err && ballot->batch_no > batch->head.batch_no) {
        err = add_commits(db, batch);
    }
    if (err || batch->head.batch_no < ballot->batch_no) {
        return err; /* Votes are missing: nothing may follow them yet. */
    }
    if (ballot->closed_at_ms > 0 && batch->head.closed_at_ms == 0) {
        err = add_close(db, batch, ballot);
    }
    return err;
}

/* Whether the ballot's result is all that its board still lacks. */
static bool lacks_result(const struct board_head *head, const struct board_ballot *ballot)
{
    return ballot->state == BALLOT_STATE_CERTIFIED && !head->finished && head->closed_at_ms > 0 &&
           head->batch_no == ballot->batch_no;
}

enum err board_collect(struct db *db, const struct board_signer *signer, struct board_batch *batch)
{
    struct board_ballot ballot;
    enum err err = store_board_ballot(db, batch->ballot_id, &ballot);

    if (!err) {
        err = reserve(batch, OTHER_LEAF_COUNT_MAX);
    }
    if (!err && batch->duty == BOARD_DUTY_VOTES) {
        err = collect_votes(db, signer, batch, &ballot);
    }
    if (!err && batch->duty == BOARD_DUTY_RESULT && lacks_result(&batch->head, &ballot)) {
        err = add_result(db, batch, &ballot);
    }
    return err;
}
