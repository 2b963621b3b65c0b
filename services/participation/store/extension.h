/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of extended windows: one function per statement, on database
 * threads. Until when a ballot takes votes its own row says
 * (ballot_row.extended_to_ms); these say why.
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_EXTENSION_H
#define HYEOPCHI_PARTICIPATION_STORE_EXTENSION_H

#include "participation/domain/ballot.h"
#include "participation/domain/ballot_state.h"
#include "runtime/db.h"
#include "runtime/err.h"

/* One extension. Times are UTC milliseconds. */
struct extension_row {
    int32_t extension_no; /* from 1 */
    int64_t from_ms;      /* when the window would have ended */
    int64_t to_ms;
    char reason[BALLOT_REASON_MAX + 1];
    int64_t extended_at_ms;
};

/* Adds an extension, and makes its end the ballot's. Inside the writer's transaction, under the
 * ballot's row lock. */
ERR_CHECKED enum err store_extension_insert(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                            const struct extension_row *row);
ERR_CHECKED enum err store_ballot_set_extended(struct db *db,
                                               const uint8_t ballot_id[BALLOT_ID_SIZE],
                                               int64_t extended_to_ms);

/* The extensions in order; there is room for BALLOT_EXTENSION_COUNT_MAX. */
ERR_CHECKED enum err store_extension_list(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                          struct extension_row *ret_rows, size_t *ret_count);

#endif
