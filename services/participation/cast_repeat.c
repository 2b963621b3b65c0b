/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that come again, from an earlier commit or within this one: the same
 * key and body get the same receipt. Must never consume anything.
 */
#include "participation/cast_share.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct problem_kind PAPER_HANDED_BACK = {
    .status = 409,
    .code = "paper-handed-back",
    .ko =
        "이 요청으로 교부한 투표용지는 이미 반납되었습니다. 다시 교부하려면 새 Idempotency-Key로 "
        "요청하십시오.",
    .en =
        "The ballot paper that this request issued was handed back; to issue another, use a new "
        "Idempotency-Key.",
};

static const struct problem_kind REPEATS_TOO_MANY = {
    .status = 503,
    .code = "repeats-too-many",
    .ko =
        "이 표는 이미 접수되었으나, 따로 접수된 요청의 답을 한꺼번에 너무 많이 다시 "
        "요청하였습니다. 더 적은 줄로 나누어 다시 요청하십시오.",
    .en =
        "This vote was accepted before, but the answers of too many earlier requests are asked for "
        "at once; ask again for fewer lines at a time.",
};

/* An item and the accepted request it repeats. */
struct repeat {
    struct cast_item *item;
    const struct request_row *row;
};

/* By commit, so that the receipt of each is read, and its tree built, only once. */
static int compare_repeats_by_commit(const void *a, const void *b)
{
    const struct repeat *left = a;
    const struct repeat *right = b;

    return left->row->batch_no < right->row->batch_no ? -1
                                                      : left->row->batch_no > right->row->batch_no;
}

static enum err read_receipt(const struct share *share, int64_t batch_no,
                             struct commit_receipt **ret_receipt)
{
    struct receipt_row row = {0};
    enum err err =
        store_receipt_read(share->tx->db, share->frozen->definition.ballot_id, batch_no, &row);

    if (err) {
        return err == ERR_NOT_FOUND ? ERR_INTERNAL : err;
    }
    err = commit_receipt_restore(&row, ret_receipt);
    receipt_row_release(&row);
    return err;
}

static void refuse_too_many(struct cast_item *item)
{
    cast_item_refuse_kind(item, &REPEATS_TOO_MANY, "idempotency-key");
    if (item->problem != NULL) {
        item->problem->retry_after_s = PROBLEM_RETRY_AFTER_S;
    }
}

/*
 * The items take the answers of the votes that their keys stand for; those of further commits than the
 * maximum are refused, since every other vote of the ballot waits meanwhile. repeats: by commit.
 */
static enum err answer_again(const struct share *share, const struct repeat *repeats, size_t count)
{
    struct commit_receipt *receipt = NULL;
    size_t commit_count = 0;
    enum err err = ERR_OK;
    size_t i;

    for (i = 0; i < count && !err; i++) {
        struct cast_item *item = repeats[i].item;
        const struct request_row *row = repeats[i].row;

        if (receipt == NULL || row->batch_no != repeats[i - 1].row->batch_no) {
            if (commit_count == CAST_RUN_REPEATED_COMMIT_MAX) {
                break;
            }
            commit_count++;
            commit_receipt_release(receipt);
            receipt = NULL;
            err = read_receipt(share, row->batch_no, &receipt);
            assert(err || receipt != NULL);
        }
        if (!err && row->leaf_index >= receipt->leaf_count) {
            err = ERR_INTERNAL;
        }
        if (!err) {
            item->outcome = CAST_REPEATED;
            item->rev = row->rev;
            item->leaf_index = row->leaf_index;
            item->receipt = commit_receipt_hold(receipt);
            memcpy(item->nullifier, row->nullifier, CRYPTO_HASH_SIZE);
        }
    }
    for (; i < count && !err; i++) {
        refuse_too_many(repeats[i].item);
    }
    commit_receipt_release(receipt);
    return err;
}

/* Whether the voter still holds the paper that the request issued: its receipt must not make anybody
 * hand out a paper that does not count. */
static bool still_holds(const struct share *share, const struct cast_item *item,
                        const struct request_row *row)
{
    const struct roll_row *voter = share_find_voter(share, item);

    return voter != NULL && voter->rev == row->rev && voter->channel == BALLOT_CHANNEL_PAPER;
}

/* Finds the items that repeat a request, and refuses those with another body and those whose paper was
 * handed back. */
static size_t match_repeats(const struct share *share, struct repeat *repeats)
{
    size_t count = 0;

    for (size_t i = 0; i < share->count; i++) {
        struct cast_item *item = share->items[i];
        struct request_row wanted = {0};
        const struct request_row *row;

        memcpy(wanted.request_key, item->request_key, CRYPTO_HASH_SIZE);
        row = bsearch(&wanted, share->requests, share->request_count, sizeof share->requests[0],
                      request_row_compare);
        if (row == NULL) {
            continue;
        }
        if (!crypto_equal(row->request_mac, item->request_mac, CRYPTO_HASH_SIZE)) {
            cast_item_refuse_kind(item, &PROBLEM_KEY_REUSED, "idempotency-key");
        } else if (item->vote.reserves && !still_holds(share, item, row)) {
            cast_item_refuse_kind(item, &PAPER_HANDED_BACK, "idempotency-key");
        } else {
            repeats[count] = (struct repeat){.item = item, .row = row};
            count++;
        }
    }
    return count;
}

enum err share_find_repeated(struct share *share)
{
    struct repeat *repeats = NULL;
    size_t count;
    enum err err;

    if (share->request_count == 0) {
        return ERR_OK;
    }
    repeats = calloc(share->count, sizeof *repeats);
    if (repeats == NULL) {
        return ERR_FULL;
    }
    count = match_repeats(share, repeats);
    qsort(repeats, count, sizeof repeats[0], compare_repeats_by_commit);
    err = answer_again(share, repeats, count);
    free(repeats);
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

struct cast_item **share_pending(const struct share *share, size_t *ret_count)
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

enum err share_find_twins(struct share *share)
{
    size_t count = 0;
    struct cast_item **pending = share_pending(share, &count);
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

void share_answer_twins(struct share *share)
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
