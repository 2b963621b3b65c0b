/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaves, the receipt and the rows of a commit. Every list here is sorted by a
 * hash before it is written, so that nothing in the database keeps the order of
 * arrival within a commit.
 */
#include "participation/cast_share.h"
#include "participation/domain/leaf.h"
#include "participation/events.h"
#include "participation/store/ballots.h"
#include "runtime/merkle.h"

#include <stdlib.h>
#include <string.h>

static int compare_items_by_leaf(const void *a, const void *b)
{
    const struct cast_item *const *left = a;
    const struct cast_item *const *right = b;

    return memcmp((*left)->leaf_hash, (*right)->leaf_hash, CRYPTO_HASH_SIZE);
}

static int compare_items_by_nullifier(const void *a, const void *b)
{
    const struct cast_item *const *left = a;
    const struct cast_item *const *right = b;
    int order = memcmp((*left)->nullifier, (*right)->nullifier, CRYPTO_HASH_SIZE);

    return order != 0 ? order : (int)(*left)->rev - (int)(*right)->rev;
}

/* Everything but ct_hash. */
static struct leaf_cast cast_of(const struct share *share, const struct cast_item *item)
{
    struct leaf_cast cast = {
        .batch_no = (uint64_t)share->batch_no,
        .rev = item->rev,
        .channel = item->vote.channel,
    };

    memcpy(cast.ballot_id, share->frozen->definition.ballot_id, sizeof cast.ballot_id);
    memcpy(cast.nullifier, item->nullifier, sizeof cast.nullifier);
    memcpy(cast.commit, item->commitment, sizeof cast.commit);
    memcpy(cast.req_hash, share->req_hashes[item->arrival], sizeof cast.req_hash);
    return cast;
}

static enum err make_leaf(struct share *share, const uint8_t *ct_hash, struct cast_item *item)
{
    uint8_t bytes[LEAF_CAST_SIZE];
    struct leaf_cast cast = cast_of(share, item);
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    memcpy(cast.ct_hash, ct_hash, sizeof cast.ct_hash);
    encoder_init(&encoder, bytes, sizeof bytes);
    if (leaf_cast_issues(&cast)) {
        leaf_issue_encode(&encoder, &cast);
    } else {
        leaf_cast_encode(&encoder, &cast);
    }
    err = encoder_finish(&encoder, &length);
    if (!err) {
        merkle_leaf_hash(bytes, length, item->leaf_hash);
    }
    return err;
}

/* What the board will make the same leaves of, in the order of the leaf hashes. */
static enum err keep_casts(struct share *share)
{
    const size_t capacity = share->accepted_count * LEAF_CAST_PARTS_SIZE;
    struct encoder encoder;
    size_t length = 0;

    share->casts = malloc(capacity);
    if (share->casts == NULL) {
        return ERR_FULL;
    }
    encoder_init(&encoder, share->casts, capacity);
    for (size_t i = 0; i < share->accepted_count; i++) {
        const struct leaf_cast cast = cast_of(share, share->accepted[i]);

        leaf_cast_parts_encode(&encoder, &cast);
    }
    return encoder_finish(&encoder, &length);
}

static enum err sign_receipt(struct share *share, struct commit_receipt **ret_receipt)
{
    uint8_t *hashes = malloc(share->accepted_count * CRYPTO_HASH_SIZE);
    struct commit_receipt_new commit = {
        .ballot_id = share->frozen->definition.ballot_id,
        .leaf_hashes = hashes,
        .leaf_count = share->accepted_count,
        .issued_ms = share->tx->now_ms,
    };
    static const uint8_t no_ct[1];
    uint8_t ct_hash[CRYPTO_HASH_SIZE]; /* of no ciphertext, which is every vote's */
    enum err err = hashes == NULL ? ERR_FULL : ERR_OK;

    crypto_tagged_hash(LEAF_TAG_CT, no_ct, 0, ct_hash);
    for (size_t i = 0; i < share->accepted_count && !err; i++) {
        err = make_leaf(share, ct_hash, share->accepted[i]);
    }
    if (!err) {
        qsort(share->accepted, share->accepted_count, sizeof(struct cast_item *),
              compare_items_by_leaf);
        for (size_t i = 0; i < share->accepted_count; i++) {
            share->accepted[i]->leaf_index = (uint32_t)i;
            memcpy(hashes + i * CRYPTO_HASH_SIZE, share->accepted[i]->leaf_hash, CRYPTO_HASH_SIZE);
        }
        err = keep_casts(share);
    }
    if (!err) {
        err = commit_receipt_sign(share->signer, &commit, ret_receipt);
    }
    free(hashes);
    return err;
}

static enum err insert_votes(struct share *share)
{
    struct vote_row *rows = calloc(share->accepted_count, sizeof *rows);
    enum err err;

    if (rows == NULL) {
        return ERR_FULL;
    }
    qsort(share->accepted, share->accepted_count, sizeof(struct cast_item *),
          compare_items_by_nullifier);
    for (size_t i = 0; i < share->accepted_count; i++) {
        const struct cast_item *item = share->accepted[i];

        rows[i] = (struct vote_row){
            .nullifier = item->nullifier,
            .rev = item->rev,
            .channel = item->vote.channel,
            .choice = item->body,
            .choice_length = item->body_length,
            .blinding = item->blinding,
            .req_hash = share->req_hashes[item->arrival],
            .request_key = item->request_key,
            .request_mac = item->request_mac,
            .leaf_index = item->leaf_index,
        };
    }
    err = store_vote_insert(share->tx->db, share->frozen->definition.ballot_id, share->batch_no,
                            rows, share->accepted_count);
    free(rows);
    return err;
}

static enum err insert_receipt(struct share *share, struct commit_receipt *receipt)
{
    struct receipt_row row = {
        .leaf_hashes = receipt->nodes,
        .leaf_count = receipt->leaf_count,
        .casts = share->casts,
        .body = receipt->body,
        .body_length = sizeof receipt->body,
    };

    memcpy(row.signature, receipt->signature, sizeof row.signature);
    memcpy(row.key, receipt->key, sizeof row.key);
    return store_receipt_insert(share->tx->db, share->frozen->definition.ballot_id, share->batch_no,
                                &row);
}

static enum err write_accepted(struct share *share, struct commit_receipt *receipt)
{
    const uint8_t *ballot_id = share->frozen->definition.ballot_id;
    struct db *db = share->tx->db;
    enum err err = insert_votes(share);

    if (!err) {
        err = insert_receipt(share, receipt);
    }
    if (!err) {
        err = store_ballot_add_batch(db, ballot_id,
                                     &(const struct batch_sums){
                                         .new_voters = share->new_voters,
                                         .revisions = share->revisions,
                                         .papers = share->papers,
                                     },
                                     share->turnout);
    }
    return err;
}

/* Drops the voters of whom nothing was accepted: their rows stay as they are. */
static void keep_changed_voters(struct share *share)
{
    size_t kept = 0;

    for (size_t i = 0; i < share->roll_count; i++) {
        if (share->roll[i].rev > 0) {
            share->roll[kept] = share->roll[i];
            kept++;
        }
    }
    share->roll_count = kept;
}

enum err share_write(struct share *share)
{
    const struct events_votes_accepted said = {
        .ballot_id = share->frozen->definition.ballot_id,
        .batch_no = share->batch_no,
        .new_voters = share->new_voters,
        .revisions = share->revisions,
        .voters = share->voters_before + share->new_voters,
    };
    struct commit_receipt *receipt = NULL;
    enum err err;

    if (share->accepted_count == 0) {
        return ERR_OK;
    }
    keep_changed_voters(share);
    /* First, so that the database writes the roll while leaves are hashed here. */
    err = store_roll_write(share->tx->db, said.ballot_id, share->roll, share->roll_count);
    if (!err) {
        err = sign_receipt(share, &receipt);
    }
    if (!err) {
        err = write_accepted(share, receipt);
    }
    if (!err) {
        err = events_say_votes_accepted(share->tx, &said);
    }
    for (size_t i = 0; i < share->accepted_count && !err; i++) {
        share->accepted[i]->receipt = commit_receipt_hold(receipt);
    }
    commit_receipt_release(receipt);
    free(share->casts);
    share->casts = NULL;
    return err;
}
