/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL of excluded options. Nothing here decides anything.
 */
#include "participation/store/exclusion.h"

#include <assert.h>
#include <stdio.h>

static const char EXCLUSION_INSERT[] =
    "INSERT INTO participation.ballot_exclusion (ballot_id, option_number, reason, excluded_at_ms)"
    " VALUES ($1, $2, $3, $4)";

enum err store_exclusion_insert(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                const struct exclusion_row *row)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int32((int32_t)row->option),
        db_text(row->reason),
        db_int64(row->excluded_at_ms),
    };

    return db_exec(db, EXCLUSION_INSERT, params, DB_COUNT(params));
}

static const char BALLOT_ADD_EXCLUSION[] =
    "UPDATE participation.ballot SET exclusions = exclusions + 1 WHERE ballot_id = $1";

enum err store_ballot_add_exclusion(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    const struct db_param params[] = {db_uuid(ballot_id)};

    return db_exec(db, BALLOT_ADD_EXCLUSION, params, DB_COUNT(params));
}

static const char EXCLUSION_LIST[] =
    "SELECT option_number, reason, excluded_at_ms FROM participation.ballot_exclusion"
    " WHERE ballot_id = $1 ORDER BY option_number LIMIT $2";

enum err store_exclusion_list(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE], size_t count,
                              struct exclusion_row *ret_rows, size_t *ret_count)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int64((int64_t)count)};
    struct db_rows *rows = NULL;
    enum err err;

    assert(count <= BALLOT_OPTION_MAX);
    err = db_query(db, EXCLUSION_LIST, params, DB_COUNT(params), &rows);
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        ret_rows[i].option = (uint32_t)db_rows_int64(rows, i, 0);
        (void)snprintf(ret_rows[i].reason, sizeof ret_rows[i].reason, "%s",
                       db_rows_text(rows, i, 1)); /* Bounded when it was written. */
        ret_rows[i].excluded_at_ms = db_rows_int64(rows, i, 2);
    }
    if (!err) {
        *ret_count = (size_t)db_rows_count(rows);
    }
    db_rows_release(rows);
    return err;
}
