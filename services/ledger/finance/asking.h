/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request of the finance stream on its way to its answer: what apply.c
 * hands to entries.c and requests.c. Only these include it. Writer thread.
 */
#ifndef HYEOPCHI_LEDGER_FINANCE_ASKING_H
#define HYEOPCHI_LEDGER_FINANCE_ASKING_H

#include "ledger/domain/order.h"
#include "ledger/finance/events.h"
#include "ledger/post.h"
#include "runtime/event_say.h"
#include "runtime/writer.h"

#include <stddef.h>
#include <stdint.h>

/* All borrowed. */
struct finance_asking {
    struct poster *poster;
    struct writer_tx *tx;
    const struct event *event;
    const struct finance_request *request;
    struct event_cause cause;
    /* Of all of it, its type too: the same event with anything else in it differs. */
    uint8_t hash[ORDER_HASH_SIZE];
};

/* Posts the entries that are asked for, which were not answered before, and answers. */
ERR_CHECKED enum err finance_entries_apply(const struct finance_asking *asking);

/* Does whatever else is asked for, which was not answered before, and answers, and remembers it. */
ERR_CHECKED enum err finance_request_apply(const struct finance_asking *asking);

/* The event was answered before with something else in it: says key-reused, and no more. */
ERR_CHECKED enum err finance_entries_refuse_reused(const struct finance_asking *asking);
ERR_CHECKED enum err finance_request_refuse_reused(const struct finance_asking *asking);

/* The key of what is asked for: of entries the number of each, 1, 2, 3 …; of anything else 1. */
void finance_key(const struct finance_asking *asking, size_t number,
                 uint8_t ret_key[ENTRY_KEY_SIZE]);

/*
 * The metadata of an entry that follows from the request, which names a hold and a grant unless they are
 * NULL. Malloc'd; NULL when out of memory.
 */
char *finance_metadata(const struct finance_asking *asking, const uint8_t *hold_id,
                       const uint8_t *grant_id);

/* The day on which the event was said, in Korea; 0 when it is no day of ours. */
int32_t finance_day(const struct finance_asking *asking);

#endif
