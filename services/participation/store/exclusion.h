/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of excluded options: one function per statement, on database
 * threads. How many a ballot has its own row says (ballot_row.exclusions).
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_EXCLUSION_H
#define HYEOPCHI_PARTICIPATION_STORE_EXCLUSION_H

#include "participation/domain/ballot.h"
#include "participation/domain/ballot_state.h"
#include "runtime/db.h"
#include "runtime/err.h"

struct exclusion_row {
    uint32_t option; /* its number in the definition */
    char reason[BALLOT_REASON_MAX + 1];
    int64_t excluded_at_ms;
};

/* Adds one, and counts it on the ballot's row. Inside the writer's transaction, under the ballot's row
 * lock. */
ERR_CHECKED enum err store_exclusion_insert(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                            const struct exclusion_row *row);
ERR_CHECKED enum err store_ballot_add_exclusion(struct db *db,
                                                const uint8_t ballot_id[BALLOT_ID_SIZE]);

/* All of them by the options' numbers; at most count, for which there is room. */
ERR_CHECKED enum err store_exclusion_list(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                          size_t count, struct exclusion_row *ret_rows,
                                          size_t *ret_count);

#endif
