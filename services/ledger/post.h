/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posting: takes orders, answers each, and writes all that this calls for in
 * the transaction under way. Everything that ever enters the journal comes
 * through here, on the one writer thread.
 */
#ifndef HYEOPCHI_LEDGER_POST_H
#define HYEOPCHI_LEDGER_POST_H

#include "ledger/domain/kind_rule.h"
#include "ledger/domain/order.h"
#include "ledger/kept.h"
#include "runtime/err.h"
#include "runtime/writer.h"

#include <stdbool.h>
#include <stddef.h>

enum { POST_ORDER_COUNT_MAX = 4096 }; /* orders answered at once */

/* The writer thread's own; zeroed at start. */
struct poster {
    const char *shard; /* borrowed for the service's life */
    bool has_rules;
    struct kind_rule_set rules;
    struct kept kept;
    bool repeated; /* an order had a known key: the next run looks keys up before it answers */
};

/*
 * Answers the orders in their order (see struct order); refusals are answers. Any error means that
 * nothing may be committed. When another process has moved the journal's head, the commit fails as a
 * fenced writer's does.
 */
ERR_CHECKED enum err post_orders(struct poster *poster, struct writer_tx *tx,
                                 struct order *const *orders, size_t count);

/* Has what was read kept for the next run: for work that has posted its last orders, and writes nothing
 * else in the ledger's tables. */
void post_keep(struct poster *poster, const struct writer_tx *tx);

#endif
