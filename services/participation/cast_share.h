/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One ballot's share of a commit, as the steps of cast_commit.c pass it on. For
 * cast_*.c only, on the writer thread. Whatever a step sets it must set anew
 * each time, since a commit that failed is worked on again.
 */
#ifndef HYEOPCHI_PARTICIPATION_CAST_SHARE_H
#define HYEOPCHI_PARTICIPATION_CAST_SHARE_H

#include "participation/cast.h"
#include "participation/domain/roll.h"
#include "participation/domain/void.h"
#include "participation/store/votes.h"

struct share {
    struct writer_tx *tx;
    const struct frozen *frozen;
    const struct receipt_signer *signer;
    struct cast_item **items;   /* in order of arrival; those without an outcome are still to do */
    const uint8_t **req_hashes; /* of each item's request */
    size_t count;
    bool wary; /* every request is looked up, not only those of voters on the roll */
    enum ballot_state state;
    int64_t batch_no; /* of this commit */
    int64_t voters_before;
    int64_t extended_to_ms;  /* 0: the window was not extended */
    struct void_vote *voids; /* those declared void, in their order; if any */
    size_t void_count;
    bool has_roll;
    struct roll_standing
        standings[BALLOT_AREA_MAX]; /* of each area, as of the last voter accepted */
    struct request_row
        *requests; /* those of the items' requests that were accepted before, by key; if any */
    size_t request_count;
    struct roll_row *known; /* those of the items' voters that are on the roll, by vtag */
    size_t known_count;
    int64_t new_voters;
    int64_t revisions;
    int64_t papers;          /* issued */
    struct turnout *turnout; /* as of the last vote accepted */
    struct cast_item **accepted;
    size_t accepted_count;
    uint8_t *casts;        /* malloc'd while they are written: LEAF_CAST_PARTS_SIZE for each */
    struct roll_row *roll; /* of the voters accepted, by vtag */
    size_t roll_count;
};

/* Locks the ballot's row and fills what was there before this commit (cast_read.c). */
ERR_CHECKED enum err share_read(struct share *share);

/* Items whose request was accepted before take that vote's answer, or are refused when their body
 * is another one (cast_repeat.c). */
ERR_CHECKED enum err share_find_repeated(struct share *share);

/* Of several items under one key in this commit only the first is left to do; the others get
 * same_as, or are refused when their body is another one (cast_repeat.c). */
ERR_CHECKED enum err share_find_twins(struct share *share);

/* The items with same_as take the answer of that one, once it has one (cast_repeat.c). */
void share_answer_twins(struct share *share);

/* Refuses what is early, late or against the rules, as of the ballot's row (cast_revise.c). */
void share_check(struct share *share);

/* Gives what is left its revisions, voter by voter, and fills accepted, roll and turnout
 * (cast_revise.c). */
ERR_CHECKED enum err share_revise(struct share *share);

/* Signs the receipt of what was accepted, writes its rows and says so (cast_write.c). */
ERR_CHECKED enum err share_write(struct share *share);

/* Their order in requests and in known, for qsort() and bsearch(). */
int request_row_compare(const void *a, const void *b);
int roll_row_compare(const void *a, const void *b);

/* The item's voter as of before this commit; NULL when the roll does not have them (cast_read.c). */
const struct roll_row *share_find_voter(const struct share *share, const struct cast_item *item);

/* The items still to do, in an array of their own, malloc'd; NULL when memory is short. */
struct cast_item **share_pending(const struct share *share, size_t *ret_count);

#endif
