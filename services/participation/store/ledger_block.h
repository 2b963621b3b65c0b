/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roots of the ledger's journal, as the ledger said them: one function per
 * statement, on database threads. What was heard first is never changed.
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_LEDGER_BLOCK_H
#define HYEOPCHI_PARTICIPATION_STORE_LEDGER_BLOCK_H

#include "runtime/crypto.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <stdbool.h>
#include <stdint.h>

struct ledger_block {
    int64_t number;
    int64_t last_seq; /* its last entry's number in the journal */
    uint8_t root[CRYPTO_HASH_SIZE];
};

/* Keeps a block; *ret_same is false when another one is kept under its number, which then stays. */
ERR_CHECKED enum err store_ledger_block_add(struct db *db, const struct ledger_block *block,
                                            int64_t now_ms, bool *ret_same);

/* The newest block. ERR_NOT_FOUND when none was heard. */
ERR_CHECKED enum err store_ledger_block_last(struct db *db, struct ledger_block *ret_block);

#endif
