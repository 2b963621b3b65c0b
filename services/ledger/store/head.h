/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a shard's journal: what the next entry is chained to. It is moved by
 * store_journal_insert() (posting.h) alone. Any database thread; nothing is locked.
 */
#ifndef HYEOPCHI_LEDGER_STORE_HEAD_H
#define HYEOPCHI_LEDGER_STORE_HEAD_H

#include "ledger/domain/journal.h"
#include "runtime/db.h"

struct store_head {
    int64_t epoch;
    int64_t seq;
    uint8_t hash[JOURNAL_HASH_SIZE];
};

/* Reads the head. ERR_NOT_FOUND when the shard has none yet. */
ERR_CHECKED enum err store_head_read(struct db *db, const char *shard, struct store_head *ret_head);

/* For the writer thread: reads the head, making it for a new shard. */
ERR_CHECKED enum err store_head_load(struct db *db, const char *shard, struct store_head *ret_head);

/* The same in two steps, with other questions between them. */
ERR_CHECKED enum err store_head_ask(struct db *db, const char *shard);
ERR_CHECKED enum err store_head_hear(struct db *db, const char *shard, struct store_head *ret_head);

#endif
