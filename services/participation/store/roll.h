/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of imported rolls: one function per statement, on database threads.
 * Which import counts for a ballot its own row says (ballot_row.roll_import_no).
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_ROLL_H
#define HYEOPCHI_PARTICIPATION_STORE_ROLL_H

#include "participation/domain/roll.h"
#include "runtime/crypto.h"
#include "runtime/db.h"
#include "runtime/err.h"

/* One import. */
struct roll_import_row {
    const uint8_t *ballot_id; /* borrowed */
    int32_t import_no;        /* from 1 */
    uint8_t roll_hash[CRYPTO_HASH_SIZE];
    int64_t voters;
    int64_t imported_at_ms;
};

/* Adds an import and its areas, and makes it the ballot's. Inside the writer's transaction, under the
 * ballot's row lock. */
ERR_CHECKED enum err store_roll_import_insert(struct db *db, const struct roll_import_row *row,
                                              const char *operator_id);
ERR_CHECKED enum err store_roll_bound_insert(struct db *db, const struct roll_import_row *row,
                                             const struct roll *roll);
ERR_CHECKED enum err store_ballot_set_roll(struct db *db, const struct roll_import_row *row);

/* Fills the row of ballot_id and import_no. ERR_INTERNAL when there is none: a ballot's row names one
 * that is there. */
ERR_CHECKED enum err store_roll_import_read(struct db *db, struct roll_import_row *row);

/* Fills the numbers of an import; ret_roll->count is set. ERR_INTERNAL when they are not those of as
 * many areas. */
ERR_CHECKED enum err store_roll_bound_read(struct db *db, const struct roll_import_row *row,
                                           struct roll *ret_roll);

#endif
