/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two statements by which a request is answered once.
 */
#include "ledger/store/finance_request.h"

static const char FINANCE_RECALL[] =
    "SELECT request_hash FROM ledger.finance_request WHERE shard = $1 AND key = $2";

enum err store_finance_recall(struct db *db, const char *shard, const uint8_t key[ENTRY_KEY_SIZE],
                              uint8_t ret_hash[ORDER_HASH_SIZE])
{
    const struct db_param params[] = {db_text(shard), db_uuid(key)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, FINANCE_RECALL, params, DB_COUNT(params), &rows);

    if (!err) {
        err = db_rows_count(rows) == 0 ? ERR_NOT_FOUND
                                       : db_rows_fixed(rows, 0, 0, ret_hash, ORDER_HASH_SIZE);
    }
    db_rows_release(rows);
    return err;
}

static const char FINANCE_INSERT[] =
    "INSERT INTO ledger.finance_request (shard, key, request_hash, answered_time_ms)"
    " VALUES ($1, $2, $3, $4)";

enum err store_finance_insert(struct db *db, const char *shard,
                              const struct store_finance_request *request)
{
    const struct db_param params[] = {
        db_text(shard),
        db_uuid(request->key),
        db_bytes(request->request_hash, ORDER_HASH_SIZE),
        db_int64(request->answered_time_ms),
    };

    return db_exec(db, FINANCE_INSERT, params, DB_COUNT(params));
}
