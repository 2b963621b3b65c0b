/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turnout tables in a ballot's row, which is read under its lock and written
 * with everything else that a commit counts. On database threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_TURNOUT_H
#define HYEOPCHI_PARTICIPATION_STORE_TURNOUT_H

#include "participation/domain/turnout.h"
#include "runtime/db.h"
#include "runtime/err.h"

/* The cells in which anybody is counted, for a parameter: an int8[] with each cell's number
 * (dimension * 65536 + cell) and its voters. To be released with db_column_release(). */
void store_turnout_column(const struct turnout *turnout, struct db_column *ret_column);

/* Fills the cells of tables that turnout_init() made from such a column of the first row. ERR_INTERNAL
 * when a stored cell is none of the definition's. */
ERR_CHECKED enum err store_turnout_cells(const struct db_rows *rows, int column,
                                         struct turnout *turnout);

/* The same from the ballot's row; voters and revisions are that row's, too. ERR_NOT_FOUND. */
ERR_CHECKED enum err store_turnout_read(struct db *db, const uint8_t *ballot_id,
                                        struct turnout *turnout);

#endif
