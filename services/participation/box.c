/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the box page by page. A nullifier's last vote is known to be its
 * final one when the next nullifier comes, so one vote is always held back.
 */
#include "participation/box.h"

#include "participation/paper_sheets.h"
#include "participation/store/void.h"
#include "participation/store/votes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Who takes the votes, and which of them are none. */
struct taker {
    box_vote_fn *on_vote;
    void *context;
    struct void_vote voids[VOID_COUNT_MAX];
    size_t void_count;
    struct box_sums sums;
};

/* A paper that was issued takes the place of what was chosen before, and chooses nothing. */
static bool is_issue(const struct box_vote *vote)
{
    return vote->choice_length == 0;
}

/* The last row of a nullifier. */
static enum err take(struct taker *taker, const struct box_vote *vote)
{
    struct void_vote wanted = {.rev = vote->rev};

    taker->sums.nullifiers++;
    if (is_issue(vote)) {
        return ERR_OK;
    }
    memcpy(wanted.nullifier, vote->nullifier, sizeof wanted.nullifier);
    if (bsearch(&wanted, taker->voids, taker->void_count, sizeof wanted, void_vote_compare)) {
        return ERR_OK;
    }
    return taker->on_vote(taker->context, vote);
}

static enum err hold(struct box_vote *held, const struct vote_page_row *row)
{
    enum err err = row->choice_length == 0
                       ? ERR_OK
                       : vote_body_decode(row->choice, row->choice_length, &held->body);

    if (err) {
        return err;
    }
    memcpy(held->nullifier, row->nullifier, sizeof held->nullifier);
    memcpy(held->blinding, row->blinding, sizeof held->blinding);
    memcpy(held->choice, row->choice, row->choice_length); /* A body that was read fits. */
    held->choice_length = row->choice_length;
    held->rev = row->rev;
    held->channel = row->channel;
    return ERR_OK;
}

static enum err take_row(struct box_vote *held, const struct vote_page_row *row,
                         struct taker *taker)
{
    const bool revises =
        held->rev > 0 && memcmp(held->nullifier, row->nullifier, sizeof held->nullifier) == 0;
    enum err err = ERR_OK;

    if (row->rev != (revises ? held->rev + 1 : 1)) {
        return ERR_INTERNAL; /* Revisions are contiguous, or somebody took one out. */
    }
    if (held->rev > 0 && !revises) {
        err = take(taker, held);
    }
    return err ? err : hold(held, row);
}

enum err box_read(struct db *db, const uint8_t *ballot_id, box_vote_fn *on_vote, void *context,
                  struct box_sums *ret_sums)
{
    struct box_vote *held = calloc(1, sizeof *held);
    struct taker *taker = calloc(1, sizeof *taker);
    bool more = true;
    enum err err = held == NULL || taker == NULL ? ERR_FULL : ERR_OK;

    if (!err) {
        taker->on_vote = on_vote;
        taker->context = context;
        err = store_void_votes(db, ballot_id, taker->voids, &taker->void_count);
    }

    /* Ends: every page but the last is full, and each starts behind the one before. */
    while (more && !err) {
        struct db_rows *rows = NULL;

        err = store_vote_page(db, ballot_id, held->rev > 0 ? held->nullifier : NULL, held->rev,
                              &rows);
        more = !err && db_rows_count(rows) == STORE_VOTE_READ_COUNT_MAX;
        for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
            struct vote_page_row row;

            store_vote_page_row(rows, i, &row);
            err = take_row(held, &row, taker);
        }
        db_rows_release(rows);
    }
    if (!err && held->rev > 0) {
        err = take(taker, held);
    }
    if (!err) {
        err = paper_read(db, ballot_id, on_vote, context, taker->sums.sheets);
    }
    if (!err) {
        *ret_sums = taker->sums;
    }
    free(taker);
    free(held);
    return err;
}
