/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which requests of the finance stream were answered, those for entries excepted,
 * which are remembered as all entries are. Writer thread, inside the writer's
 * transaction.
 */
#ifndef HYEOPCHI_LEDGER_STORE_FINANCE_REQUEST_H
#define HYEOPCHI_LEDGER_STORE_FINANCE_REQUEST_H

#include "ledger/domain/order.h"
#include "runtime/db.h"

/* The hash of the request that was answered under the key. ERR_NOT_FOUND when none was. */
ERR_CHECKED enum err store_finance_recall(struct db *db, const char *shard,
                                          const uint8_t key[ENTRY_KEY_SIZE],
                                          uint8_t ret_hash[ORDER_HASH_SIZE]);

/* A request that was answered. */
struct store_finance_request {
    const uint8_t *key;          /* ENTRY_KEY_SIZE bytes */
    const uint8_t *request_hash; /* ORDER_HASH_SIZE bytes */
    int64_t answered_time_ms;
};

ERR_CHECKED enum err store_finance_insert(struct db *db, const char *shard,
                                          const struct store_finance_request *request);

#endif
