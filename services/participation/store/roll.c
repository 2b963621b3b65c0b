/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL of imported rolls. Nothing here decides anything, and nothing here is
 * about a voter.
 */
#include "participation/store/roll.h"

static const char ROLL_IMPORT_INSERT[] =
    "INSERT INTO participation.roll_import"
    " (ballot_id, import_no, roll_hash, voters, imported_by, imported_at_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

enum err store_roll_import_insert(struct db *db, const struct roll_import_row *row,
                                  const char *operator_id)
{
    const struct db_param params[] = {
        db_uuid(row->ballot_id),
        db_int32(row->import_no),
        db_bytes(row->roll_hash, CRYPTO_HASH_SIZE),
        db_int64(row->voters),
        db_text(operator_id),
        db_int64(row->imported_at_ms),
    };

    return db_exec(db, ROLL_IMPORT_INSERT, params, DB_COUNT(params));
}

static const char ROLL_BOUND_INSERT[] =
    "INSERT INTO participation.roll_bound (ballot_id, import_no, cell, voters)"
    " SELECT $1, $2, u.cell, u.voters"
    " FROM unnest($3::int2 [], $4::int8 []) AS u (cell, voters)";

enum err store_roll_bound_insert(struct db *db, const struct roll_import_row *row,
                                 const struct roll *roll)
{
    struct db_column cells;
    struct db_column voters;
    enum err err;

    db_column_init(&cells, DB_COLUMN_INT16);
    db_column_init(&voters, DB_COLUMN_INT64);
    for (size_t i = 0; i < roll->count; i++) {
        db_column_add_int16(&cells, (int16_t)i);
        db_column_add_int64(&voters, roll->voters[i]);
    }
    {
        const struct db_param params[] = {
            db_uuid(row->ballot_id),
            db_int32(row->import_no),
            db_column_param(&cells),
            db_column_param(&voters),
        };

        err = db_exec(db, ROLL_BOUND_INSERT, params, DB_COUNT(params));
    }
    db_column_release(&cells);
    db_column_release(&voters);
    return err;
}

static const char BALLOT_SET_ROLL[] =
    "UPDATE participation.ballot SET roll_import_no = $2 WHERE ballot_id = $1";

enum err store_ballot_set_roll(struct db *db, const struct roll_import_row *row)
{
    const struct db_param params[] = {db_uuid(row->ballot_id), db_int32(row->import_no)};

    return db_exec(db, BALLOT_SET_ROLL, params, DB_COUNT(params));
}

static const char ROLL_IMPORT_READ[] =
    "SELECT roll_hash, voters, imported_at_ms FROM participation.roll_import"
    " WHERE ballot_id = $1 AND import_no = $2";

enum err store_roll_import_read(struct db *db, struct roll_import_row *row)
{
    const struct db_param params[] = {db_uuid(row->ballot_id), db_int32(row->import_no)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, ROLL_IMPORT_READ, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_INTERNAL;
    }
    if (!err) {
        err = db_rows_fixed(rows, 0, 0, row->roll_hash, CRYPTO_HASH_SIZE);
    }
    if (!err) {
        row->voters = db_rows_int64(rows, 0, 1);
        row->imported_at_ms = db_rows_int64(rows, 0, 2);
    }
    db_rows_release(rows);
    return err;
}

static const char ROLL_BOUND_READ[] =
    "SELECT cell, voters FROM participation.roll_bound"
    " WHERE ballot_id = $1 AND import_no = $2 ORDER BY cell";

enum err store_roll_bound_read(struct db *db, const struct roll_import_row *row,
                               struct roll *ret_roll)
{
    const struct db_param params[] = {db_uuid(row->ballot_id), db_int32(row->import_no)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, ROLL_BOUND_READ, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) > BALLOT_AREA_MAX) {
        err = ERR_INTERNAL;
    }
    if (!err) {
        ret_roll->count = (size_t)db_rows_count(rows);
        for (size_t i = 0; i < ret_roll->count; i++) {
            err = db_rows_int64(rows, (int64_t)i, 0) == (int64_t)i ? err : ERR_INTERNAL;
            ret_roll->voters[i] = db_rows_int64(rows, (int64_t)i, 1);
        }
    }
    db_rows_release(rows);
    return err;
}
