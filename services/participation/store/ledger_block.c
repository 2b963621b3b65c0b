/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two statements about the ledger's blocks.
 */
#include "participation/store/ledger_block.h"

static const char BLOCK_ADD[] =
    "WITH added AS ("
    "    INSERT INTO participation.ledger_block (number, last_seq, root, heard_time_ms)"
    "    VALUES ($1, $2, $3, $4) ON CONFLICT (number) DO NOTHING RETURNING number"
    " )"
    " SELECT NOT EXISTS (SELECT 1 FROM participation.ledger_block AS known"
    "     WHERE known.number = $1 AND (known.last_seq != $2 OR known.root != $3)) AS same"
    " FROM (SELECT count(number) AS number FROM added) AS done";

enum err store_ledger_block_add(struct db *db, const struct ledger_block *block, int64_t now_ms,
                                bool *ret_same)
{
    const struct db_param params[] = {
        db_int64(block->number),
        db_int64(block->last_seq),
        db_bytes(block->root, sizeof block->root),
        db_int64(now_ms),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BLOCK_ADD, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_same = db_rows_bool(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

static const char BLOCK_LAST[] =
    "SELECT number, last_seq, root FROM participation.ledger_block ORDER BY number DESC LIMIT 1";

enum err store_ledger_block_last(struct db *db, struct ledger_block *ret_block)
{
    struct ledger_block block = {.number = 0};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BLOCK_LAST, NULL, 0, &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        err = db_rows_fixed(rows, 0, 2, block.root, sizeof block.root);
    }
    if (!err) {
        block.number = db_rows_int64(rows, 0, 0);
        block.last_seq = db_rows_int64(rows, 0, 1);
        *ret_block = block;
    }
    db_rows_release(rows);
    return err;
}
