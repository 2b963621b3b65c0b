/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements that find where a shard's journal ends. Moving it is posting.c's.
 */
#include "ledger/store/head.h"

static enum err read_head(const struct db_rows *rows, struct store_head *ret_head)
{
    if (db_rows_count(rows) == 0) {
        return ERR_NOT_FOUND;
    }
    ret_head->epoch = db_rows_int64(rows, 0, 0);
    ret_head->seq = db_rows_int64(rows, 0, 1);
    return db_rows_fixed(rows, 0, 2, ret_head->hash, JOURNAL_HASH_SIZE);
}

static const char HEAD_READ[] = "SELECT epoch, seq, hash FROM ledger.head WHERE shard = $1";

enum err store_head_ask(struct db *db, const char *shard)
{
    const struct db_param params[] = {db_text(shard)};

    return db_query_later(db, HEAD_READ, params, DB_COUNT(params));
}

enum err store_head_read(struct db *db, const char *shard, struct store_head *ret_head)
{
    const struct db_param params[] = {db_text(shard)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, HEAD_READ, params, DB_COUNT(params), &rows);

    if (!err) {
        err = read_head(rows, ret_head);
    }
    db_rows_release(rows);
    return err;
}

static const char HEAD_INSERT[] =
    "INSERT INTO ledger.head (shard) VALUES ($1) RETURNING epoch, seq, hash";

static enum err head_insert(struct db *db, const char *shard, struct store_head *ret_head)
{
    const struct db_param params[] = {db_text(shard)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, HEAD_INSERT, params, DB_COUNT(params), &rows);

    if (!err) {
        err = read_head(rows, ret_head);
    }
    db_rows_release(rows);
    return err;
}

enum err store_head_hear(struct db *db, const char *shard, struct store_head *ret_head)
{
    struct db_rows *rows = NULL;
    enum err err = db_query_rows(db, &rows);

    if (!err) {
        err = read_head(rows, ret_head);
    }
    db_rows_release(rows);
    return err == ERR_NOT_FOUND ? head_insert(db, shard, ret_head) : err;
}

enum err store_head_load(struct db *db, const char *shard, struct store_head *ret_head)
{
    enum err err = store_head_ask(db, shard);

    return err ? err : store_head_hear(db, shard, ret_head);
}
