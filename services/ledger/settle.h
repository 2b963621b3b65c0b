/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settles a programme's grant across its sources: splits what the performing
 * body accounts for, and posts it as one linked group, all or none. A grant that
 * is registered is settled by what its own entries come to, and can be settled
 * again; of others, what the programme's accounts have is settled once. Writer
 * thread, in the transaction under way.
 */
#ifndef HYEOPCHI_LEDGER_SETTLE_H
#define HYEOPCHI_LEDGER_SETTLE_H

#include "ledger/domain/settlement.h"
#include "ledger/post.h"
#include "runtime/event_say.h"
#include "runtime/writer.h"

#include <stddef.h>
#include <stdint.h>

enum { SETTLE_ORDER_MAX = 2 * FUNDING_SOURCE_COUNT }; /* an expenditure and a settlement each */

/* What an operator asks for. All borrowed. */
struct settle_wanted {
    const uint8_t *key;          /* ENTRY_KEY_SIZE bytes; the entries' keys follow from it */
    const uint8_t *request_hash; /* ORDER_HASH_SIZE bytes */
    int32_t fiscal_year;
    const char *programme;
    const uint8_t *grant_id; /* ENTRY_KEY_SIZE bytes; NULL: of no grant that is registered */
    struct settlement_terms terms;
    int32_t effective_date;
    const char *document;
    const char *metadata;
    const struct event_cause *cause;
};

/* What came of it: the entries, now or as they were posted before, or why there are none. */
struct settle_result {
    struct order orders[SETTLE_ORDER_MAX]; /* posted, in the order of sources */
    size_t count;
    struct order_refusal refusal;
};

/*
 * Settles, or answers what was answered under the key before. Any error means that nothing may be
 * committed.
 */
ERR_CHECKED enum err settle_run(struct poster *poster, struct writer_tx *tx,
                                const struct settle_wanted *wanted,
                                struct settle_result *ret_result);

#endif
