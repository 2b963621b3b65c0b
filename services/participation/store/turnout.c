/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turnout tables in a ballot's row: a list of cells, each a number and the
 * voters there. Must never know who they are.
 */
#include "participation/store/turnout.h"

#include <assert.h>

/* A cell's number in a ballot's row. */
enum { TURNOUT_CELL_BITS = 16 };

static_assert(TURNOUT_CELL_MAX <= 1 << TURNOUT_CELL_BITS, "a cell's number has its bits");

void store_turnout_column(const struct turnout *turnout, struct db_column *ret_column)
{
    db_column_init(ret_column, DB_COLUMN_INT64);
    for (size_t d = 0; d < TURNOUT_DIMENSION_END; d++) {
        for (size_t c = 0; c < turnout->cell_count[d]; c++) {
            if (turnout->cells[d][c] != 0) {
                db_column_add_int64(ret_column, (int64_t)(d << TURNOUT_CELL_BITS | c));
                db_column_add_int64(ret_column, turnout->cells[d][c]);
            }
        }
    }
}

enum err store_turnout_cells(const struct db_rows *rows, int column, struct turnout *turnout)
{
    const int64_t count = db_rows_array_count(rows, 0, column);

    if (count < 0 || count % 2 != 0) {
        return ERR_INTERNAL;
    }
    for (int64_t i = 0; i < count; i += 2) {
        const uint64_t number = (uint64_t)db_rows_array_int64(rows, 0, column, i);
        const uint64_t dimension = number >> TURNOUT_CELL_BITS;
        const uint64_t cell = number & ((1U << TURNOUT_CELL_BITS) - 1);

        if (dimension >= TURNOUT_DIMENSION_END || cell >= turnout->cell_count[dimension]) {
            return ERR_INTERNAL;
        }
        turnout->cells[dimension][cell] = db_rows_array_int64(rows, 0, column, i + 1);
    }
    return ERR_OK;
}

static const char TURNOUT_READ[] = "SELECT turnout FROM participation.ballot WHERE ballot_id = $1";

enum err store_turnout_read(struct db *db, const uint8_t *ballot_id, struct turnout *turnout)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, TURNOUT_READ, params, DB_COUNT(params), &rows);

    if (!err) {
        err = db_rows_count(rows) > 0 ? store_turnout_cells(rows, 0, turnout) : ERR_NOT_FOUND;
    }
    db_rows_release(rows);
    return err;
}
