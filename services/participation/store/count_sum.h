/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a count was made of: one row for each ballot that was counted. One
 * function per statement, on database threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_COUNT_SUM_H
#define HYEOPCHI_PARTICIPATION_STORE_COUNT_SUM_H

#include "participation/domain/ballot.h"
#include "participation/domain/paper.h"
#include "runtime/db.h"
#include "runtime/err.h"

struct count_sum {
    int64_t distinct_voters;        /* in the box, those who handed a paper back not among them */
    int64_t votes;                  /* that were counted, sheets among them */
    int64_t choices;                /* options that those name, vote by vote */
    int64_t selections;             /* votes that name an option, option by option */
    int64_t sheets[PAPER_KIND_END]; /* by what they are; the first place is not used */
};

/* Records it. Inside the writer's transaction, under the ballot's row lock. */
ERR_CHECKED enum err store_count_sum_insert(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                            const struct count_sum *sum);

/* ERR_NOT_FOUND when there is none. */
ERR_CHECKED enum err store_count_sum_read(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                          struct count_sum *ret_sum);

/* How many papers were handed back, and how many of them are their nullifier's last row. */
ERR_CHECKED enum err store_paper_handed_back(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                             int64_t *ret_count, int64_t *ret_last);

#endif
