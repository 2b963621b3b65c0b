/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One commit of votes, on the writer thread: the steps of a ballot's share read
 * down commit_ballot(). Must never leave a result of an earlier try standing.
 */
#include "participation/board_batch.h"
#include "participation/cast_share.h"
#include "participation/domain/leaf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* So many commits look up every request after one had to be tried again, as when somebody uses a key for
 * two voters: who does so all the time shall not have every commit done twice. */
enum { WARY_COMMIT_COUNT = 1000 };

static_assert((size_t)CAST_RUN_VOTE_MAX >= CAST_LINE_COUNT_MAX, "one request alone always fits");
static_assert((BOARD_BATCH_LEAF_COUNT_MAX + (size_t)CAST_RUN_VOTE_MAX) * (2 + LEAF_CAST_SIZE) <
                  DB_COLUMN_SIZE_MAX,
              "the board's batch that ends with the largest commit fits one column");

static int wary_commits; /* still to come; the writer thread's */

static enum err commit_ballot(struct share *share)
{
    enum err err = share_read(share);

    if (!err) {
        err = share_find_repeated(share);
    }
    if (!err) {
        err = share_find_twins(share);
    }
    if (!err) {
        share_check(share);
        err = share_revise(share);
    }
    if (!err) {
        err = share_write(share);
    }
    if (!err) {
        share_answer_twins(share);
    }
    return err;
}

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
    struct share share = {
        .tx = tx,
        .frozen = first->frozen,
        .signer = first->signer,
        .wary = wary_commits > 0,
    };
    enum err err = ERR_FULL;

    share.items = calloc(item_total, sizeof(struct cast_item *));
    share.req_hashes = calloc(item_total, sizeof(uint8_t *));
    share.accepted = calloc(item_total, sizeof(struct cast_item *));
    share.roll = calloc(item_total, sizeof(struct roll_row));
    share.turnout = malloc(sizeof *share.turnout);
    if (share.items != NULL && share.req_hashes != NULL && share.accepted != NULL &&
        share.roll != NULL && share.turnout != NULL) {
        share_collect(&share, jobs, count);
        err = share.count > 0 ? commit_ballot(&share) : ERR_OK;
    }
    free(share.items);
    free(share.req_hashes);
    free(share.accepted);
    free(share.roll);
    free(share.turnout);
    free(share.requests);
    free(share.voids);
    free(share.known);
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

static size_t count_items(struct writer_job *const *jobs, size_t count)
{
    size_t item_total = 0;

    for (size_t j = 0; j < count; j++) {
        item_total += ((const struct cast *)jobs[j])->item_count;
    }
    return item_total;
}

enum err cast_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    const size_t item_total = count_items(jobs, count);
    enum err err = ERR_OK;

    if (count > 1 && item_total > CAST_RUN_VOTE_MAX) {
        return ERR_FULL;
    }
    wary_commits -= wary_commits > 0 ? 1 : 0;
    for (size_t j = 0; j < count; j++) {
        struct cast *cast = (struct cast *)jobs[j];

        wary_commits = cast->tried ? WARY_COMMIT_COUNT : wary_commits;
        cast->tried = true;
    }
    for (size_t j = 0; j < count && !err; j++) {
        if (!ballot_was_worked(jobs, j)) {
            err = work_ballot(tx, (const struct cast *)jobs[j], jobs, count, item_total);
        }
    }
    return err;
}
