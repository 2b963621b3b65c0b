/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of votes declared void: one function per statement, on database
 * threads. How many a ballot has its own row says (ballot_row.voids); there are
 * never more than VOID_COUNT_MAX.
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_VOID_H
#define HYEOPCHI_PARTICIPATION_STORE_VOID_H

#include "participation/domain/ballot.h"
#include "participation/domain/ballot_state.h"
#include "participation/domain/void.h"
#include "runtime/db.h"
#include "runtime/err.h"

struct void_row {
    int32_t void_no; /* from 1, in the order they were declared */
    struct void_vote vote;
    enum void_reason reason_code;
    char reason[BALLOT_REASON_MAX + 1];
    int64_t voided_at_ms;
};

/* Adds one, and counts it on the ballot's row. Inside the writer's transaction, under the ballot's row
 * lock. */
ERR_CHECKED enum err store_void_insert(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                       const struct void_row *row);
ERR_CHECKED enum err store_ballot_add_void(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE]);

/* Those behind after_no (0: from the first), in the order they were declared; at most count, for which
 * there is room. */
ERR_CHECKED enum err store_void_list(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                     int32_t after_no, size_t count, struct void_row *ret_rows,
                                     size_t *ret_count);

/* The same for those whose vote is a final one: what the public board has behind CLOSE. Nothing is added
 * to them once the ballot is counted. */
ERR_CHECKED enum err store_void_list_final(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                           int32_t after_no, size_t count,
                                           struct void_row *ret_rows, size_t *ret_count);

/* The votes alone, in the order of void_vote_compare(); there is room for VOID_COUNT_MAX. */
ERR_CHECKED enum err store_void_votes(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                      struct void_vote *ret_votes, size_t *ret_count);

/* How many final votes are void: a vote that was declared void and followed by another one is no final
 * one any more. */
ERR_CHECKED enum err store_void_count_final(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                            int64_t *ret_count);

/* The same by reason: ret_counts has VOID_REASON_END places. */
ERR_CHECKED enum err store_void_count_reasons(struct db *db,
                                              const uint8_t ballot_id[BALLOT_ID_SIZE],
                                              int64_t ret_counts[VOID_REASON_END]);

/* The last revision of a nullifier's votes, 0 when there is none, and whether it is a ballot paper that
 * was issued. */
ERR_CHECKED enum err store_vote_last(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                     const uint8_t nullifier[VOID_NULLIFIER_SIZE],
                                     uint16_t *ret_rev, bool *ret_on_paper);

#endif
