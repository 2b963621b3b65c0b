/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds: read, placed, ended. One function a statement. Writer thread, inside
 * the writer's transaction, but for store_hold_rows(), store_hold_due() and
 * store_hold_mismatch_count(), which any database thread may ask.
 */
#ifndef HYEOPCHI_LEDGER_STORE_HOLD_H
#define HYEOPCHI_LEDGER_STORE_HOLD_H

#include "ledger/domain/hold.h"
#include "ledger/domain/order.h"
#include "ledger/store/envelope.h"
#include "ledger/store/list.h"
#include "ledger/store/posting.h"
#include "runtime/db.h"

enum {
    STORE_HOLD_EXPIRE_MAX = 256, /* holds that the clock ends at once */
    STORE_HOLD_DUE_MAX = 1024,   /* holds that whoever needs their accounts ends at once */
};

/* A hold as it lies in its row; state NONE when there is none with its id. */
struct store_hold {
    struct hold hold;
    uint8_t request_hash[ORDER_HASH_SIZE];
    int64_t seq;  /* of the entry that took it up; 0 when none did */
    bool changed; /* it ended since it was loaded */
};

/* Who placed a hold, when, and by which request. */
struct store_placing {
    const uint8_t *request_hash; /* ORDER_HASH_SIZE bytes */
    const char *by;
    int64_t time_ms;
};

/* Reads the holds whose hold.id is filled; count at most STORE_ORDER_COUNT_MAX. */
ERR_CHECKED enum err store_hold_load(struct db *db, const char *shard, struct store_hold *holds,
                                     size_t count);

ERR_CHECKED enum err store_hold_insert(struct db *db, const char *shard, const struct hold *hold,
                                       const struct store_placing *placing);

/* Writes the holds that were taken up since they were loaded. */
ERR_CHECKED enum err store_hold_commit(struct db *db, const char *shard, int64_t time_ms,
                                       const struct store_hold *holds, size_t count);

ERR_CHECKED enum err store_hold_release(struct db *db, const char *shard,
                                        const uint8_t hold_id[HOLD_ID_SIZE],
                                        const struct store_change *change);

/* Writes the deadline of a hold and how it came to it. */
ERR_CHECKED enum err store_hold_extend(struct db *db, const char *shard, const struct hold *hold,
                                       int64_t previous_time_ms, const struct store_change *change);

enum store_hold_extension_column {
    STORE_HOLD_EXTENSION_EXPIRES_TIME,
    STORE_HOLD_EXTENSION_PREVIOUS_TIME,
    STORE_HOLD_EXTENSION_BY,
    STORE_HOLD_EXTENSION_TIME,
    STORE_HOLD_EXTENSION_REASON,
};

enum { STORE_HOLD_EXTENSION_MAX = 1000 }; /* extensions of a hold in one read */

/* How a hold's deadline was moved, earliest first. Any database thread. */
ERR_CHECKED enum err store_hold_extension_rows(struct db *db, const char *shard,
                                               const uint8_t hold_id[HOLD_ID_SIZE],
                                               struct db_rows **ret_rows);

/*
 * Ends up to STORE_HOLD_EXPIRE_MAX holds whose deadline is not after now, earliest first, and says
 * which: *ret_holds[ret_count] is the caller's, to free(). Their accounts still hold them:
 * store_account_free_held() is next.
 */
ERR_CHECKED enum err store_hold_expire(struct db *db, const char *shard, int64_t now_ms,
                                       struct hold **ret_holds, size_t *ret_count);

/*
 * The same for all that is due on those of the accounts that say so; for none of them, when they are
 * more than STORE_HOLD_DUE_MAX.
 */
ERR_CHECKED enum err store_hold_expire_of(struct db *db, const char *shard, int64_t now_ms,
                                          const struct store_accounts *accounts,
                                          struct hold **ret_holds, size_t *ret_count);

/* Takes what the holds held off their accounts. */
ERR_CHECKED enum err store_account_free_held(struct db *db, const char *shard,
                                             const struct hold *holds, size_t count);

/* Writes what the accounts hold, where that changed since they were loaded. */
ERR_CHECKED enum err store_account_save_held(struct db *db, const char *shard,
                                             const struct store_account *accounts, size_t count);

/* Whether any hold has passed its deadline and still stands. */
ERR_CHECKED enum err store_hold_due(struct db *db, const char *shard, int64_t now_ms,
                                    bool *ret_due);

enum store_hold_column {
    STORE_HOLD_ID,
    STORE_HOLD_KIND,
    STORE_HOLD_FISCAL_YEAR,
    STORE_HOLD_PROGRAMME,
    STORE_HOLD_FUNDING_SOURCE,
    STORE_HOLD_AMOUNT,
    STORE_HOLD_EXPIRES_TIME,
    STORE_HOLD_STATE,
    STORE_HOLD_COMMITTED,
    STORE_HOLD_SEQ,
    STORE_HOLD_DOCUMENT,
    STORE_HOLD_PLACED_BY,
    STORE_HOLD_PLACED_TIME,
    STORE_HOLD_ENDED_TIME,
    STORE_HOLD_ENDED_BY,
    STORE_HOLD_END_REASON,
};

/* Which holds, beside year, source and limit of a store_filter. */
struct store_hold_filter {
    enum hold_state state; /* HOLD_NONE: all */
    const uint8_t *after;  /* HOLD_ID_SIZE bytes: those with a greater id */
    const uint8_t *only;   /* HOLD_ID_SIZE bytes: this one; NULL: all */
};

/* Holds in order of their ids. */
ERR_CHECKED enum err store_hold_rows(struct db *db, const char *shard,
                                     const struct store_filter *filter,
                                     const struct store_hold_filter *holds,
                                     struct db_rows **ret_rows);

/*
 * How many accounts hold something else than their holds, holds whose entry does not take up what
 * they say, and holds with another deadline than the last one they were extended to.
 */
ERR_CHECKED enum err store_hold_mismatch_count(struct db *db, const char *shard,
                                               int64_t *ret_count);

#endif
