/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From requests for entries to orders and answers. A rule that a request breaks
 * is its own affair and is said; it stops nobody else.
 */
#include "ledger/finance/asking.h"

#include "ledger/domain/order.h"
#include "ledger/events.h"
#include "ledger/store/posting.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)REQUESTED_ENTRY_MAX <= (int)POST_ORDER_COUNT_MAX, "a request is posted at once");

/* One request for entries on its way. */
struct asking {
    const struct finance_asking *base;
    struct order *orders;
};

/* What the log is told of a request that was refused. */
struct refused {
    char event_id[EVENT_ID_SIZE];
    int64_t seq;
    int32_t entry;
    struct order_refusal refusal;
};

static enum err answer(const struct asking *asking);
static enum err build_orders(const struct asking *asking, size_t *ret_built,
                             struct refusal *refusal);
static enum err build_order(const struct asking *asking, size_t place, struct refusal *refusal);
static enum err post(const struct asking *asking);
static enum err say_orders(const struct asking *asking, struct order *const *orders);
static enum err refuse(const struct finance_asking *asking, int32_t entry,
                       const struct order_refusal *refusal);
static enum err refuse_unbuilt(const struct asking *asking, int32_t entry,
                               const struct refusal *refusal);
static enum err log_later(const struct finance_asking *asking, int32_t entry,
                          const struct order_refusal *refusal);
static void log_refused(const void *data);

enum err finance_entries_apply(const struct finance_asking *base)
{
    const size_t count = base->request->entry_count;
    struct asking asking = {.base = base};
    enum err err = ERR_OK;

    /* One at least, to remember a refusal by; what is too many is refused before it is built. */
    asking.orders =
        calloc(count > 0 && count <= REQUESTED_ENTRY_MAX ? count : 1, sizeof *asking.orders);
    err = asking.orders ? answer(&asking) : ERR_UNAVAILABLE;
    free(asking.orders);
    return err;
}

static enum err answer(const struct asking *asking)
{
    const struct finance_request *request = asking->base->request;
    struct refusal refusal = {.reason = REFUSAL_NONE};
    size_t built = 0;
    enum err err = ERR_OK;

    if (!requested_by_valid(request->requested_by)) {
        err = refusal_set(&refusal, REFUSAL_REQUESTER_INVALID, "/requested_by", 0);
    } else if (request->entry_count < 1 || request->entry_count > REQUESTED_ENTRY_MAX) {
        err = refusal_set(&refusal, REFUSAL_ENTRY_COUNT_INVALID, "/entries", 0);
    }
    if (err) {
        return refuse_unbuilt(asking, 0, &refusal);
    }
    err = build_orders(asking, &built, &refusal);
    if (refusal.reason) {
        return refuse_unbuilt(asking, (int32_t)built + 1, &refusal);
    }
    return err ? err : post(asking);
}

/* Any error with the refusal filled, of the entry behind *ret_built others, or not. */
static enum err build_orders(const struct asking *asking, size_t *ret_built,
                             struct refusal *refusal)
{
    size_t count = asking->base->request->entry_count;

    for (size_t i = 0; i < count; i++) {
        enum err err = build_order(asking, i, refusal);
        if (err) {
            *ret_built = i;
            return err;
        }
        asking->orders[i].group = count > 1 ? 1 : 0;
        memcpy(asking->orders[i].request_hash, asking->base->hash, sizeof asking->base->hash);
    }
    *ret_built = count;
    return ERR_OK;
}

static enum err build_order(const struct asking *asking, size_t place, struct refusal *refusal)
{
    const struct requested_entry *asked = &asking->base->request->entries[place];
    uint8_t key[ENTRY_KEY_SIZE];
    char *metadata =
        finance_metadata(asking->base, asked->hold == REQUESTED_ID_NAMED ? asked->hold_id : NULL,
                         asked->grant == REQUESTED_ID_NAMED ? asked->grant_id : NULL);
    const struct entry_head head = {
        .key = key,
        .metadata = metadata,
        .effective_date = finance_day(asking->base),
    };
    enum err err = ERR_OK;

    if (!metadata) {
        return ERR_UNAVAILABLE;
    }
    finance_key(asking->base, place + 1, key);
    err = requested_order(asked, &head, &asking->orders[place], refusal);
    free(metadata);
    return err;
}

static enum err post(const struct asking *asking)
{
    struct order *orders[REQUESTED_ENTRY_MAX] = {NULL};
    size_t count = asking->base->request->entry_count;

    assert(count > 0 && count <= REQUESTED_ENTRY_MAX);
    for (size_t i = 0; i < count; i++) {
        orders[i] = &asking->orders[i];
    }
    enum err err = post_orders(asking->base->poster, asking->base->tx, orders, count);
    return err ? err : say_orders(asking, orders);
}

/* All were posted, or one of them says why none was. */
static enum err say_orders(const struct asking *asking, struct order *const *orders)
{
    const struct finance_asking *base = asking->base;
    const struct events_entries entries = {orders, base->request->entry_count, ""};

    for (size_t i = 0; i < entries.count; i++) {
        const struct order *order = orders[i];
        if (order->result == ORDER_REFUSED && order->refusal.reason != REFUSAL_GROUP_REFUSED) {
            return refuse(base, (int32_t)i + 1, &order->refusal);
        }
    }
    return events_say_entries(base->tx, &base->cause, &entries);
}

/*
 * What cannot be orders is refused here, and remembered as posting remembers what it refuses: under
 * the first entry's key, which every request has.
 */
static enum err refuse_unbuilt(const struct asking *asking, int32_t entry,
                               const struct refusal *refusal)
{
    const struct finance_asking *base = asking->base;
    struct order *order = &asking->orders[0];

    memset(order, 0, sizeof *order);
    finance_key(base, 1, order->entry.key);
    memcpy(order->request_hash, base->hash, sizeof base->hash);
    order_refuse(order, refusal);
    enum err err = store_key_insert(base->tx->db, base->poster->shard, base->tx->now_ms, &order, 1);
    return err ? err : refuse(base, entry, &order->refusal);
}

enum err finance_entries_refuse_reused(const struct finance_asking *asking)
{
    return refuse(asking, 1, &(struct order_refusal){.reason = REFUSAL_KEY_REUSED});
}

static enum err refuse(const struct finance_asking *asking, int32_t entry,
                       const struct order_refusal *refusal)
{
    uint8_t key[ENTRY_KEY_SIZE];
    const struct events_refusal refused = {
        .request_id = asking->event->id,
        .entry = entry,
        .key = entry > 0 ? key : NULL,
        .refusal = refusal,
    };

    if (entry > 0) {
        finance_key(asking, (size_t)entry, key);
    }
    enum err err = log_later(asking, entry, refusal);
    return err ? err : events_say_entry_refused(asking->tx, &asking->cause, &refused);
}

/* What was rolled back is asked for again, and must not be in the log twice. */
static enum err log_later(const struct finance_asking *asking, int32_t entry,
                          const struct order_refusal *refusal)
{
    struct refused refused = {
        .seq = (int64_t)asking->event->seq, .entry = entry, .refusal = *refusal};

    memcpy(refused.event_id, asking->event->id, sizeof refused.event_id);
    return writer_tx_after(asking->tx, log_refused, &refused, sizeof refused);
}

static void log_refused(const void *data)
{
    const struct refused *refused = data;

    log_info("entry_request_refused", log_str("event_id", refused->event_id),
             log_int("seq", refused->seq), log_int("entry", refused->entry),
             log_str("code", refusal_code(refused->refusal.reason)),
             log_str("field", refused->refusal.field));
}
