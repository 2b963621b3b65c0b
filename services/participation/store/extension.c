/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL of extended windows. Nothing here decides anything.
 */
#include "participation/store/extension.h"

#include <stdio.h>

static const char EXTENSION_INSERT[] =
    "INSERT INTO participation.ballot_extension"
    " (ballot_id, extension_no, from_ms, to_ms, reason, extended_at_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

enum err store_extension_insert(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                const struct extension_row *row)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),     db_int16((int16_t)row->extension_no),
        db_int64(row->from_ms), db_int64(row->to_ms),
        db_text(row->reason),   db_int64(row->extended_at_ms),
    };

    return db_exec(db, EXTENSION_INSERT, params, DB_COUNT(params));
}

static const char BALLOT_SET_EXTENDED[] =
    "UPDATE participation.ballot SET extended_to_ms = $2 WHERE ballot_id = $1";

enum err store_ballot_set_extended(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                   int64_t extended_to_ms)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int64(extended_to_ms)};

    return db_exec(db, BALLOT_SET_EXTENDED, params, DB_COUNT(params));
}

static const char EXTENSION_LIST[] =
    "SELECT extension_no, from_ms, to_ms, reason, extended_at_ms"
    " FROM participation.ballot_extension WHERE ballot_id = $1 ORDER BY extension_no LIMIT $2";

enum err store_extension_list(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                              struct extension_row *ret_rows, size_t *ret_count)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int32(BALLOT_EXTENSION_COUNT_MAX)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, EXTENSION_LIST, params, DB_COUNT(params), &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        struct extension_row *row = &ret_rows[i];

        row->extension_no = (int32_t)db_rows_int64(rows, i, 0);
        row->from_ms = db_rows_int64(rows, i, 1);
        row->to_ms = db_rows_int64(rows, i, 2);
        (void)snprintf(row->reason, sizeof row->reason, "%s",
                       db_rows_text(rows, i, 3)); /* Bounded when it was written. */
        row->extended_at_ms = db_rows_int64(rows, i, 4);
    }
    if (!err) {
        *ret_count = (size_t)db_rows_count(rows);
    }
    db_rows_release(rows);
    return err;
}
