/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One commit of votes, on the writer thread. The steps of a ballot's share read
 * down commit_ballot(). Every list here is sorted by a hash before it is
 * written, so that nothing in the database keeps the order of arrival.
 */
#include "participation/cast.h"
#include "participation/domain/leaf.h"
#include "participation/events.h"
#include "participation/store/ballots.h"
#include "participation/store/votes.h"
#include "runtime/merkle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* One ballot's share of a commit. */
struct share {
    struct writer_tx *tx;
    const struct frozen *frozen;
    const struct receipt_signer *signer;
    struct cast_item **items;   /* in order of arrival; those without an outcome are still to do */
    const uint8_t **req_hashes; /* of each item's request */
    size_t count;
    enum ballot_state state;
    int64_t batch_no; /* of this commit */
    int64_t voters_before;
    int64_t new_voters;
    int64_t revisions;
    struct turnout *changes;
    struct cast_item **accepted;
    size_t accepted_count;
    struct roll_row *roll; /* of the voters accepted, by vtag */
    size_t roll_count;
};

/* ---- Requests that were seen before ---- */

static int compare_request_rows(const void *a, const void *b)
{
    return memcmp(((const struct request_row *)a)->request_key,
                  ((const struct request_row *)b)->request_key, CRYPTO_HASH_SIZE);
}

/* The item takes the answer of the vote that its key stands for. */
static enum err answer_again(struct share *share, struct cast_item *item,
                             const struct request_row *row)
{
    struct receipt_row receipt = {0};
    enum err err;

    if (!crypto_equal(row->request_mac, item->request_mac, CRYPTO_HASH_SIZE)) {
        cast_item_refuse_kind(item, &PROBLEM_KEY_REUSED, "idempotency-key");
        return ERR_OK;
    }
    err = store_receipt_read(share->tx->db, share->frozen->definition.ballot_id, row->batch_no,
                             &receipt);
    if (err) {
        return err == ERR_NOT_FOUND ? ERR_INTERNAL : err;
    }
    if (row->leaf_index < receipt.leaf_count) {
        err = commit_receipt_restore(&receipt, &item->receipt);
    } else {
        err = ERR_INTERNAL;
    }
    receipt_row_release(&receipt);
    if (!err) {
        item->outcome = CAST_REPEATED;
        item->rev = row->rev;
        item->leaf_index = row->leaf_index;
        memcpy(item->nullifier, row->nullifier, CRYPTO_HASH_SIZE);
    }
    return err;
}

static enum err find_repeated(struct share *share)
{
    uint8_t *keys = malloc(share->count * CRYPTO_HASH_SIZE);
    struct request_row *rows = NULL;
    size_t row_count = 0;
    enum err err;

    if (keys == NULL) {
        return ERR_FULL;
    }
    for (size_t i = 0; i < share->count; i++) {
        memcpy(keys + i * CRYPTO_HASH_SIZE, share->items[i]->request_key, CRYPTO_HASH_SIZE);
    }
    err = store_request_find(share->tx->db, share->frozen->definition.ballot_id, keys, share->count,
                             &rows, &row_count);
    free(keys);
    if (err) {
        return err;
    }
    qsort(rows, row_count, sizeof rows[0], compare_request_rows);
    for (size_t i = 0; i < share->count && row_count > 0 && !err; i++) {
        struct request_row wanted;
        const struct request_row *row;

        memcpy(wanted.request_key, share->items[i]->request_key, CRYPTO_HASH_SIZE);
        row = bsearch(&wanted, rows, row_count, sizeof rows[0], compare_request_rows);
        if (row != NULL) {
            err = answer_again(share, share->items[i], row);
        }
    }
    free(rows);
    return err;
}

/* By key, then by arrival; the array index stands for arrival, since qsort() is not stable. */
static int compare_items_by_request(const void *a, const void *b)
{
    const struct cast_item *const *left = a;
    const struct cast_item *const *right = b;
    int order = memcmp((*left)->request_key, (*right)->request_key, CRYPTO_HASH_SIZE);

    if (order != 0) {
        return order;
    }
    return (*left)->arrival < (*right)->arrival ? -1 : (*left)->arrival > (*right)->arrival;
}

static int compare_items_by_voter(const void *a, const void *b)
{
    const struct cast_item *const *left = a;
    const struct cast_item *const *right = b;
    int order = memcmp((*left)->vtag, (*right)->vtag, CRYPTO_HASH_SIZE);

    if (order != 0) {
        return order;
    }
    return (*left)->arrival < (*right)->arrival ? -1 : (*left)->arrival > (*right)->arrival;
}

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

/* The items still to do, in an array of their own; NULL when memory is short. */
static struct cast_item **pending_items(const struct share *share, size_t *ret_count)
{
    struct cast_item **pending = malloc((share->count + 1) * sizeof(struct cast_item *));
    size_t count = 0;

    for (size_t i = 0; pending != NULL && i < share->count; i++) {
        if (share->items[i]->outcome == CAST_PENDING) {
            pending[count] = share->items[i];
            count++;
        }
    }
    *ret_count = count;
    return pending;
}

/* Of several items under one key in this commit only the first is worked on. */
static enum err find_twins(struct share *share)
{
    size_t count = 0;
    struct cast_item **pending = pending_items(share, &count);
    const struct cast_item *first = NULL;

    if (pending == NULL) {
        return ERR_FULL;
    }
    qsort(pending, count, sizeof(struct cast_item *), compare_items_by_request);
    for (size_t i = 0; i < count; i++) {
        if (first == NULL ||
            memcmp(first->request_key, pending[i]->request_key, CRYPTO_HASH_SIZE) != 0) {
            first = pending[i];
        } else if (crypto_equal(first->request_mac, pending[i]->request_mac, CRYPTO_HASH_SIZE)) {
            pending[i]->same_as = first;
        } else {
            cast_item_refuse_kind(pending[i], &PROBLEM_KEY_REUSED, "idempotency-key");
        }
    }
    free(pending);
    return ERR_OK;
}

/* ---- State, time, and the voters' earlier votes ---- */

static void check_state_and_time(struct share *share)
{
    const struct vote_context context = {
        .definition = &share->frozen->definition,
        .state = share->state,
        .now_ms = share->tx->now_ms,
    };

    for (size_t i = 0; i < share->count; i++) {
        struct cast_item *item = share->items[i];
        struct vote_refusal refusal;

        if (item->outcome == CAST_PENDING && item->same_as == NULL &&
            vote_check(&context, &item->vote, &refusal) != ERR_OK) {
            cast_item_refuse(item, &refusal);
        }
    }
}

static int compare_roll_rows(const void *a, const void *b)
{
    return memcmp(((const struct roll_row *)a)->vtag, ((const struct roll_row *)b)->vtag,
                  CRYPTO_HASH_SIZE);
}

static void count_change(struct share *share, const struct roll_row *before,
                         const struct turnout_place *after)
{
    for (size_t d = 0; d < TURNOUT_DIMENSION_END; d++) {
        share->changes->cells[d][after->cell[d]]++;
        if (before->rev > 0) {
            share->changes->cells[d][before->place.cell[d]]--;
        }
    }
    share->new_voters += before->rev == 0 ? 1 : 0;
    share->revisions += before->rev == 0 ? 0 : 1;
}

/* Gives the item its revision and moves the voter on, or refuses it. */
static enum err revise(struct share *share, struct cast_item *item, struct roll_row *voter)
{
    const struct vote_previous previous = {.rev = voter->rev, .channel = voter->channel};
    struct vote_revision revision;
    struct vote_refusal refusal;
    enum err err;

    if (vote_revise(&previous, item->vote.channel, &revision, &refusal) != ERR_OK) {
        cast_item_refuse(item, &refusal);
        return ERR_OK;
    }
    err = turnout_place_find(&share->frozen->definition, &item->vote, share->tx->now_ms,
                             &item->place);
    if (err) {
        return ERR_INTERNAL; /* vote_check() has found it to be one of the ballot's. */
    }
    count_change(share, voter, &item->place);
    item->rev = revision.rev;
    item->outcome = CAST_ACCEPTED;
    voter->rev = revision.rev;
    voter->channel = item->vote.channel;
    voter->place = item->place;
    share->accepted[share->accepted_count] = item;
    share->accepted_count++;
    return ERR_OK;
}

/* Works through the items of each voter in order of arrival. items: sorted by voter. */
static enum err revise_voters(struct share *share, struct cast_item **items, size_t count,
                              const struct roll_row *known, size_t known_count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < count && !err; i++) {
        struct roll_row *voter;

        if (i == 0 || memcmp(items[i]->vtag, items[i - 1]->vtag, CRYPTO_HASH_SIZE) != 0) {
            struct roll_row wanted = {0};
            const struct roll_row *row;

            memcpy(wanted.vtag, items[i]->vtag, CRYPTO_HASH_SIZE);
            row = bsearch(&wanted, known, known_count, sizeof known[0], compare_roll_rows);
            share->roll[share->roll_count] = row != NULL ? *row : wanted;
            share->roll_count++;
        }
        voter = &share->roll[share->roll_count - 1];
        err = revise(share, items[i], voter);
    }
    return err;
}

static enum err find_voters(struct share *share)
{
    size_t count = 0;
    struct cast_item **pending = pending_items(share, &count);
    uint8_t *vtags = malloc((share->count + 1) * CRYPTO_HASH_SIZE);
    struct roll_row *known = NULL;
    size_t known_count = 0;
    size_t kept = 0;
    enum err err = ERR_FULL;

    if (pending == NULL || vtags == NULL) {
        goto out;
    }
    for (size_t i = 0; i < count; i++) {
        if (pending[i]->same_as == NULL) {
            pending[kept] = pending[i];
            kept++;
        }
    }
    qsort(pending, kept, sizeof(struct cast_item *), compare_items_by_voter);
    for (size_t i = 0; i < kept; i++) {
        memcpy(vtags + i * CRYPTO_HASH_SIZE, pending[i]->vtag, CRYPTO_HASH_SIZE);
    }
    err = ERR_OK;
    if (kept > 0) {
        err = store_roll_find(share->tx->db, share->frozen->definition.ballot_id, vtags, kept,
                              &known, &known_count);
    }
    if (!err && kept > 0) {
        qsort(known, known_count, sizeof known[0], compare_roll_rows);
        err = revise_voters(share, pending, kept, known, known_count);
    }
out:
    free(known);
    free(vtags);
    free(pending);
    return err;
}

/* ---- Leaves, the receipt, and the rows ---- */

static enum err make_leaf(struct share *share, struct cast_item *item)
{
    static const uint8_t no_ct[1];
    uint8_t bytes[LEAF_CAST_SIZE];
    struct leaf_cast cast = {
        .batch_no = (uint64_t)share->batch_no,
        .rev = item->rev,
        .channel = item->vote.channel,
    };
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    memcpy(cast.ballot_id, share->frozen->definition.ballot_id, sizeof cast.ballot_id);
    memcpy(cast.nullifier, item->nullifier, sizeof cast.nullifier);
    memcpy(cast.commit, item->commitment, sizeof cast.commit);
    crypto_tagged_hash(LEAF_TAG_CT, no_ct, 0, cast.ct_hash);
    memcpy(cast.req_hash, share->req_hashes[item->arrival], sizeof cast.req_hash);
    encoder_init(&encoder, bytes, sizeof bytes);
    leaf_cast_encode(&encoder, &cast);
    err = encoder_finish(&encoder, &length);
    if (!err) {
        merkle_leaf_hash(bytes, length, item->leaf_hash);
    }
    return err;
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
    enum err err = hashes == NULL ? ERR_FULL : ERR_OK;

    for (size_t i = 0; i < share->accepted_count && !err; i++) {
        err = make_leaf(share, share->accepted[i]);
    }
    if (!err) {
        qsort(share->accepted, share->accepted_count, sizeof(struct cast_item *),
              compare_items_by_leaf);
        for (size_t i = 0; i < share->accepted_count; i++) {
            share->accepted[i]->leaf_index = (uint32_t)i;
            memcpy(hashes + i * CRYPTO_HASH_SIZE, share->accepted[i]->leaf_hash, CRYPTO_HASH_SIZE);
        }
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
    enum err err = store_roll_upsert(db, ballot_id, share->roll, share->roll_count);

    if (!err) {
        err = insert_votes(share);
    }
    if (!err) {
        err = insert_receipt(share, receipt);
    }
    if (!err) {
        err = store_turnout_change(db, ballot_id, share->changes);
    }
    if (!err) {
        err = store_ballot_add_batch(db, ballot_id, share->new_voters, share->revisions);
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

static enum err accept_votes(struct share *share)
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
    err = sign_receipt(share, &receipt);
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
    return err;
}

/* Items under a key that an earlier one of this commit has used get that one's answer. */
static void answer_twins(struct share *share)
{
    for (size_t i = 0; i < share->count; i++) {
        struct cast_item *item = share->items[i];
        const struct cast_item *first = item->same_as;

        if (first == NULL || item->outcome != CAST_PENDING) {
            continue;
        }
        if (first->outcome == CAST_REFUSED) {
            cast_item_refuse_kind(
                item, first->problem != NULL ? first->problem->kind : &PROBLEM_OVERLOADED,
                first->problem != NULL ? first->problem->field : "");
            continue;
        }
        item->outcome = CAST_REPEATED;
        item->rev = first->rev;
        item->leaf_index = first->leaf_index;
        item->receipt = commit_receipt_hold(first->receipt);
    }
}

static enum err commit_ballot(struct share *share)
{
    const uint8_t *ballot_id = share->frozen->definition.ballot_id;
    int64_t batch_no_before = 0;
    enum err err = store_ballot_lock_state(share->tx->db, ballot_id, &share->state,
                                           &batch_no_before, &share->voters_before);

    share->batch_no = batch_no_before + 1;
    if (!err) {
        err = find_repeated(share);
    }
    if (!err) {
        err = find_twins(share);
    }
    if (!err) {
        check_state_and_time(share);
        err = find_voters(share);
    }
    if (!err) {
        err = accept_votes(share);
    }
    if (!err) {
        answer_twins(share);
    }
    return err;
}

/* ---- The commit ---- */

static void item_reset(struct cast_item *item)
{
    commit_receipt_release(item->receipt);
    item->receipt = NULL;
    item->outcome = CAST_PENDING;
    item->same_as = NULL;
}

/* Collects the undecided items that the jobs have for one ballot. */
static void share_collect(struct share *share, struct writer_job *const *jobs, size_t count)
{
    for (size_t j = 0; j < count; j++) {
        struct cast *cast = (struct cast *)jobs[j];

        if (memcmp(cast->frozen->definition.ballot_id, share->frozen->definition.ballot_id,
                   BALLOT_ID_SIZE) != 0) {
            continue;
        }
        for (size_t i = 0; i < cast->item_count; i++) {
            struct cast_item *item = &cast->items[i];

            if (item->refused_early) {
                continue;
            }
            item_reset(item);
            item->arrival = (uint32_t)share->count;
            share->items[share->count] = item;
            share->req_hashes[share->count] = cast->req_hash;
            share->count++;
        }
    }
}

static enum err work_ballot(struct writer_tx *tx, const struct cast *first,
                            struct writer_job *const *jobs, size_t count, size_t item_total)
{
    struct share share = {.tx = tx, .frozen = first->frozen, .signer = first->signer};
    enum err err = ERR_FULL;

    share.items = calloc(item_total, sizeof(struct cast_item *));
    share.req_hashes = calloc(item_total, sizeof(uint8_t *));
    share.accepted = calloc(item_total, sizeof(struct cast_item *));
    share.roll = calloc(item_total, sizeof(struct roll_row));
    share.changes = calloc(1, sizeof *share.changes);
    if (share.items != NULL && share.req_hashes != NULL && share.accepted != NULL &&
        share.roll != NULL && share.changes != NULL) {
        turnout_init(share.changes, &first->frozen->definition);
        share_collect(&share, jobs, count);
        err = share.count > 0 ? commit_ballot(&share) : ERR_OK;
    }
    free(share.items);
    free(share.req_hashes);
    free(share.accepted);
    free(share.roll);
    free(share.changes);
    return err;
}

/* True when an earlier job of the run is for the same ballot. */
static bool ballot_was_worked(struct writer_job *const *jobs, size_t job)
{
    const struct cast *cast = (const struct cast *)jobs[job];

    for (size_t j = 0; j < job; j++) {
        const struct cast *before = (const struct cast *)jobs[j];

        if (memcmp(before->frozen->definition.ballot_id, cast->frozen->definition.ballot_id,
                   BALLOT_ID_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

enum err cast_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    size_t item_total = 0;
    enum err err = ERR_OK;

    for (size_t j = 0; j < count; j++) {
        item_total += ((const struct cast *)jobs[j])->item_count;
    }
    for (size_t j = 0; j < count && !err; j++) {
        if (!ballot_was_worked(jobs, j)) {
            err = work_ballot(tx, (const struct cast *)jobs[j], jobs, count, item_total);
        }
    }
    return err;
}
