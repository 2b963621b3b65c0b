/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks and the hashes they are made of. What is read may have been tampered
 * with, so lengths and numbers are looked at before they are used.
 */
#include "ledger/store/block.h"

#include <assert.h>
#include <string.h>

static enum err read_block(const struct db_rows *rows, int64_t row, struct block *ret_block);
static enum err query_block(struct db *db, const char *sql, const struct db_param params[2],
                            struct block *ret_block);

static const char BLOCK_LAST[] =
    "SELECT number, first_seq, last_seq, root, sealed_time_ms FROM ledger.block"
    " WHERE shard = $1 AND number > $2 ORDER BY number DESC LIMIT 1";

enum err store_block_last(struct db *db, const char *shard, struct block *ret_block)
{
    const struct db_param params[] = {db_text(shard), db_int64(0)};
    enum err err = query_block(db, BLOCK_LAST, params, ret_block);

    if (err != ERR_NOT_FOUND) {
        return err;
    }
    memset(ret_block, 0, sizeof *ret_block);
    return ERR_OK;
}

static const char BLOCK_LIST[] =
    "SELECT number, first_seq, last_seq, root, sealed_time_ms FROM ledger.block"
    " WHERE shard = $1 AND number > $2 ORDER BY number LIMIT $3";

enum err store_block_list(struct db *db, const char *shard, int64_t after, struct block *blocks,
                          struct store_page *page)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int64(after),
        db_int64((int64_t)page->limit),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BLOCK_LIST, params, DB_COUNT(params), &rows);

    assert(page->limit <= STORE_BLOCK_COUNT_MAX);
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        err = read_block(rows, i, &blocks[i]);
    }
    if (!err) {
        page->count = (size_t)db_rows_count(rows);
    }
    db_rows_release(rows);
    return err;
}

static const char BLOCK_OF[] =
    "SELECT number, first_seq, last_seq, root, sealed_time_ms FROM ledger.block"
    " WHERE shard = $1 AND last_seq >= $2 ORDER BY last_seq LIMIT 1";

enum err store_block_of(struct db *db, const char *shard, int64_t seq, struct block *ret_block)
{
    const struct db_param params[] = {db_text(shard), db_int64(seq)};

    return query_block(db, BLOCK_OF, params, ret_block);
}

static const char BLOCK_HASHES[] =
    "SELECT seq, hash FROM ledger.journal WHERE shard = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq";

enum err store_block_hashes(struct db *db, const char *shard, const struct block *block,
                            uint8_t hashes[BLOCK_ENTRY_MAX * JOURNAL_HASH_SIZE])
{
    const struct db_param params[] = {
        db_text(shard),
        db_int64(block->first_seq),
        db_int64(block->last_seq),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BLOCK_HASHES, params, DB_COUNT(params), &rows);

    assert(block->last_seq >= block->first_seq);
    assert(block->last_seq - block->first_seq < BLOCK_ENTRY_MAX);
    if (!err && db_rows_count(rows) != block->last_seq - block->first_seq + 1) {
        err = ERR_NOT_FOUND; /* numbers are unique, so that one is missing */
    }
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        if (db_rows_fixed(rows, i, 1, &hashes[i * JOURNAL_HASH_SIZE], JOURNAL_HASH_SIZE)) {
            err = ERR_NOT_FOUND;
        }
    }
    db_rows_release(rows);
    return err;
}

static const char BLOCK_INSERT[] =
    "INSERT INTO ledger.block (shard, number, first_seq, last_seq, root, sealed_time_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

enum err store_block_insert(struct db *db, const char *shard, const struct block *block)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int64(block->number),
        db_int64(block->first_seq),
        db_int64(block->last_seq),
        db_bytes(block->root, JOURNAL_HASH_SIZE),
        db_int64(block->sealed_time_ms),
    };

    return db_exec_later(db, BLOCK_INSERT, params, DB_COUNT(params));
}

static const char BLOCK_DUE[] =
    "SELECT coalesce(bool_or(head.seq / $3 > sealed.last_seq / $3), FALSE),"
    "    coalesce(bool_or(journal.posted_time_ms <= $2), FALSE)"
    " FROM ("
    "    SELECT coalesce(max(last_seq), 0) AS last_seq FROM ledger.block WHERE shard = $1"
    " ) AS sealed"
    " INNER JOIN ledger.head ON head.shard = $1"
    " LEFT JOIN ledger.journal ON journal.shard = head.shard"
    "    AND journal.seq = sealed.last_seq + 1";

enum err store_block_due(struct db *db, const char *shard, int64_t before_ms,
                         struct store_block_due *ret_due)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int64(before_ms),
        db_int64(BLOCK_ENTRY_MAX),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BLOCK_DUE, params, DB_COUNT(params), &rows);

    if (!err) {
        ret_due->full = db_rows_bool(rows, 0, 0);
        ret_due->old = db_rows_bool(rows, 0, 1);
    }
    db_rows_release(rows);
    return err;
}

/* ERR_NOT_FOUND when there is no row. */
static enum err query_block(struct db *db, const char *sql, const struct db_param params[2],
                            struct block *ret_block)
{
    struct db_rows *rows = NULL;
    enum err err = db_query(db, sql, params, 2, &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        err = read_block(rows, 0, ret_block);
    }
    db_rows_release(rows);
    return err;
}

static enum err read_block(const struct db_rows *rows, int64_t row, struct block *ret_block)
{
    ret_block->number = db_rows_int64(rows, row, 0);
    ret_block->first_seq = db_rows_int64(rows, row, 1);
    ret_block->last_seq = db_rows_int64(rows, row, 2);
    ret_block->sealed_time_ms = db_rows_int64(rows, row, 4);
    return db_rows_fixed(rows, row, 3, ret_block->root, JOURNAL_HASH_SIZE);
}
