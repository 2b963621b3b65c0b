/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ballot's box: its final votes, in the order of their nullifiers, without
 * those that operators declared void, and then the sheets of paper that are
 * votes, batch by batch. Never the roll, nor a ballot's key. Database threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_BOX_H
#define HYEOPCHI_PARTICIPATION_BOX_H

#include "participation/domain/leaf.h"
#include "participation/domain/paper.h"
#include "participation/domain/vote_body.h"
#include "runtime/crypto.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <stdbool.h>

/* The last revision of a nullifier, or a sheet. */
struct box_vote {
    uint8_t nullifier[CRYPTO_HASH_SIZE]; /* of a sheet: zeros */
    uint16_t rev;                        /* 0: none yet; of a sheet: 1 */
    bool on_paper;                       /* a sheet */
    enum ballot_channel channel;         /* that it came through; of a sheet paper */
    /* Of a sheet a hash of its batch's and its place, which nobody can foretell. */
    uint8_t blinding[LEAF_BLINDING_SIZE];
    uint8_t choice[VOTE_BODY_MAX]; /* as its commitment has it */
    size_t choice_length;
    struct vote_body body; /* the same, read */
};

/* What was read beside the votes. */
struct box_sums {
    int64_t nullifiers;             /* different ones, whatever their last revision is */
    int64_t sheets[PAPER_KIND_END]; /* of sealed batches, by what they are */
};

/* Takes a final vote, borrowed for the call; an error ends the reading. */
typedef enum err box_vote_fn(void *context, const struct box_vote *vote);

/*
 * Reads all of it. *ret_sums is written on success.
 *
 * ERR_INVALID   a stored choice is none.
 * ERR_INTERNAL  a voter's revisions have a gap. Batches that are not sealed are not read.
 * Else what on_vote returned, or the database.
 */
ERR_CHECKED enum err box_read(struct db *db, const uint8_t *ballot_id, box_vote_fn *on_vote,
                              void *context, struct box_sums *ret_sums);

#endif
