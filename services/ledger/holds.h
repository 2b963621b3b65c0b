/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to holds: placed and released by operators, taken up by entries
 * (post.c asks here for the holds they name), ended by the clock.
 *
 * Writer thread, inside the transaction under way. A deadline counts from its
 * millisecond on, whoever comes first: what is due is ended before anything
 * else looks at its account.
 */
#ifndef HYEOPCHI_LEDGER_HOLDS_H
#define HYEOPCHI_LEDGER_HOLDS_H

#include "ledger/domain/hold.h"
#include "ledger/domain/order.h"
#include "ledger/store/hold.h"
#include "runtime/err.h"
#include "runtime/event_say.h"
#include "runtime/writer.h"

#include <stddef.h>

/* The holds that a run of orders takes up, once each. Zeroed at start. */
struct holds {
    struct store_hold *rows; /* calloc'd */
    size_t count;
};

/* Reads the holds that the orders take up, and gives the entries of those that exist their legs. */
ERR_CHECKED enum err holds_load(struct writer_tx *tx, const char *shard,
                                struct order *const *orders, size_t count, struct holds *ret_holds);

/* The hold that the order takes up; NULL when it takes up none. */
struct store_hold *holds_find(const struct holds *holds, const struct order *order);

/*
 * Ends what is due on accounts that were loaded, and loads them again if anything was. ERR_FULL, and
 * nothing is ended, when that is more than STORE_HOLD_DUE_MAX: the clock ends them, others' work goes on.
 */
ERR_CHECKED enum err holds_expire_due(struct writer_tx *tx, const char *shard,
                                      struct store_account *accounts, size_t count);

/*
 * ERR_INTERNAL when the account holds less than those of its holds that are not due: a row is
 * damaged.
 */
ERR_CHECKED enum err holds_check_account(const struct holds *holds,
                                         const struct account_balance *balance, int64_t now_ms);

/* Takes NULL rows. */
void holds_release_rows(struct holds *holds);

/*
 * Ends holds that are due on any account, at most STORE_HOLD_EXPIRE_MAX of them, and says so;
 * *ret_count is how many.
 */
ERR_CHECKED enum err holds_expire(struct writer_tx *tx, const char *shard, size_t *ret_count);

/* A hold that an operator wants. All borrowed. */
struct holds_wanted {
    const struct hold *hold; /* with everything but its state */
    const uint8_t *request_hash;
    const char *by; /* "operator:<id>", "finance:<who asked>" */
    const struct event_cause *cause;
};

/*
 * Places a hold and says so. ERR_OK with *ret_refusal filled when it was refused, now or under the
 * same key before; nothing is placed twice.
 */
ERR_CHECKED enum err holds_place(struct writer_tx *tx, const char *shard,
                                 const struct holds_wanted *wanted,
                                 struct order_refusal *ret_refusal);

/* A hold that an operator gives back. All borrowed. */
struct holds_unwanted {
    const uint8_t *hold_id;
    const char *by;
    const char *reason;
    const struct event_cause *cause;
};

/* Releases a hold and says so; again, nothing happens. Refused as above. */
ERR_CHECKED enum err holds_release(struct writer_tx *tx, const char *shard,
                                   const struct holds_unwanted *unwanted,
                                   struct refusal *ret_refusal);

/* A hold whose deadline an operator moves later. All borrowed. */
struct holds_extended {
    const uint8_t *hold_id;
    int64_t expires_time_ms;
    const char *by;
    const char *reason;
    const struct event_cause *cause;
};

/* Moves a hold's deadline and says so; the same deadline again, nothing happens. Refused as above. */
ERR_CHECKED enum err holds_extend(struct writer_tx *tx, const char *shard,
                                  const struct holds_extended *extended,
                                  struct refusal *ret_refusal);

#endif
