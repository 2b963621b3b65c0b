/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From requests of an accounting system to orders and answers. A rule that a
 * request breaks is its own affair and is said; it stops nobody else.
 */
#include "ledger/finance/apply.h"

#include "ledger/domain/order.h"
#include "ledger/event_key.h"
#include "ledger/events.h"
#include "ledger/finance/events.h"
#include "ledger/post.h"
#include "ledger/store/posting.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/json.h"
#include "runtime/log.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PART_SIZE = 12 }; /* a number as text */

static_assert((int)REQUESTED_ENTRY_MAX <= (int)POST_ORDER_COUNT_MAX, "a request is posted at once");

/* One request on its way; everything is borrowed from finance_apply. */
struct asking {
    struct poster *poster;
    struct writer_tx *tx;
    const struct event *event;
    const struct finance_request *request;
    struct event_cause cause;
    uint8_t
        hash[ORDER_HASH_SIZE]; /* of all of it: the same event with anything else in it differs */
    struct order *orders;
};

static enum err answer(const struct asking *asking);
static enum err build_orders(const struct asking *asking, size_t *ret_built,
                             struct refusal *refusal);
static enum err build_order(const struct asking *asking, size_t place, struct refusal *refusal);
static enum err post(const struct asking *asking);
static enum err say_orders(const struct asking *asking);
static enum err refuse(const struct asking *asking, int32_t entry,
                       const struct order_refusal *refusal);
static enum err refuse_unbuilt(const struct asking *asking, int32_t entry,
                               const struct refusal *refusal);
static void key_of(const struct asking *asking, size_t place, uint8_t ret_key[ENTRY_KEY_SIZE]);
static char *metadata_of(const struct asking *asking, const struct requested_entry *asked);

enum err finance_apply(struct writer_tx *tx, const struct event *event, void *context)
{
    struct finance_request request = {.is_request = false};
    struct asking asking = {
        .poster = context,
        .tx = tx,
        .event = event,
        .request = &request,
        .cause = event_cause_of(event),
    };
    enum err err = finance_hear(event, &request);

    if (!err && request.is_request) {
        crypto_sha256(event->data, event->data_length, asking.hash);
        asking.orders = calloc(REQUESTED_ENTRY_MAX, sizeof *asking.orders);
        err = asking.orders ? answer(&asking) : ERR_UNAVAILABLE;
    }
    free(asking.orders);
    finance_request_release(&request);
    return err;
}

static enum err answer(const struct asking *asking)
{
    const struct finance_request *request = asking->request;
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
    size_t count = asking->request->entry_count;

    for (size_t i = 0; i < count; i++) {
        enum err err = build_order(asking, i, refusal);
        if (err) {
            *ret_built = i;
            return err;
        }
        asking->orders[i].group = count > 1 ? 1 : 0;
        memcpy(asking->orders[i].request_hash, asking->hash, sizeof asking->hash);
    }
    *ret_built = count;
    return ERR_OK;
}

static enum err build_order(const struct asking *asking, size_t place, struct refusal *refusal)
{
    const struct requested_entry *asked = &asking->request->entries[place];
    char day[CLOCK_DAY_SIZE];
    uint8_t key[ENTRY_KEY_SIZE];
    char *metadata = metadata_of(asking, asked);
    struct entry_head head = {.key = key, .metadata = metadata};

    if (!metadata) {
        return ERR_UNAVAILABLE;
    }
    key_of(asking, place, key);
    clock_day_in_korea(asking->event->time_ms, day);
    enum err err = entry_date_parse(day, &head.effective_date);
    if (err) {
        head.effective_date = 0; /* no day of ours: one that needs it is refused for that */
    }
    err = requested_order(asked, &head, &asking->orders[place], refusal);
    free(metadata);
    return err;
}

static enum err post(const struct asking *asking)
{
    struct order *orders[REQUESTED_ENTRY_MAX] = {NULL};
    size_t count = asking->request->entry_count;

    assert(count > 0 && count <= REQUESTED_ENTRY_MAX);
    for (size_t i = 0; i < count; i++) {
        orders[i] = &asking->orders[i];
    }
    enum err err = post_orders(asking->poster, asking->tx, orders, count);
    return err ? err : say_orders(asking);
}

/* All were posted, or one of them says why none was. What was answered before was said before. */
static enum err say_orders(const struct asking *asking)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < asking->request->entry_count; i++) {
        const struct order *order = &asking->orders[i];
        enum refusal_reason reason = order->refusal.reason;
        if (order->result == ORDER_POSTED) {
            err = events_say_entry(asking->tx, &asking->cause, order, "");
        } else if (order->result == ORDER_REFUSED && reason != REFUSAL_GROUP_REFUSED &&
                   (!order->remembered || reason == REFUSAL_KEY_REUSED)) {
            return refuse(asking, (int32_t)i + 1, &order->refusal);
        }
    }
    return err;
}

/*
 * What cannot be orders is refused here, and remembered as posting remembers what it refuses: under
 * the first entry's key, which every request has.
 */
static enum err refuse_unbuilt(const struct asking *asking, int32_t entry,
                               const struct refusal *refusal)
{
    struct order *order = &asking->orders[0];
    const char *shard = asking->poster->shard;
    struct writer_tx *tx = asking->tx;

    memset(order, 0, sizeof *order);
    key_of(asking, 0, order->entry.key);
    memcpy(order->request_hash, asking->hash, sizeof asking->hash);
    enum err err = store_key_recall(tx->db, shard, &order, 1);
    if (err) {
        return err;
    }
    if (order->result != ORDER_PENDING) {
        return order->refusal.reason == REFUSAL_KEY_REUSED ? refuse(asking, 1, &order->refusal)
                                                           : ERR_OK; /* it was said before */
    }
    order_refuse(order, refusal);
    err = store_key_insert(tx->db, shard, tx->now_ms, &order, 1);
    return err ? err : refuse(asking, entry, &order->refusal);
}

static enum err refuse(const struct asking *asking, int32_t entry,
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
        key_of(asking, (size_t)entry - 1, key);
    }
    log_info("entry_request_refused", log_str("event_id", asking->event->id),
             log_int("seq", (int64_t)asking->event->seq), log_int("entry", entry),
             log_str("code", refusal_code(refusal->reason)), log_str("field", refusal->field));
    return events_say_entry_refused(asking->tx, &asking->cause, &refused);
}

/* Entries are told apart by their number: 1, 2, 3 … */
static void key_of(const struct asking *asking, size_t place, uint8_t ret_key[ENTRY_KEY_SIZE])
{
    char part[PART_SIZE];
    const struct event_key source = {EVENTS_STREAM_FINANCE, asking->event->id, part};

    assert(place < REQUESTED_ENTRY_MAX);
    (void)snprintf(part, sizeof part, "%zu", place + 1); /* fits: it is bounded */
    event_key_make(&source, ret_key);
}

/*
 * Malloc'd; NULL when out of memory. The members come in this order for ever: the text is hashed.
 */
static char *metadata_of(const struct asking *asking, const struct requested_entry *asked)
{
    char hold_id[CRYPTO_UUID_TEXT_SIZE];
    char grant_id[CRYPTO_UUID_TEXT_SIZE];
    json_t *value = NULL;
    char *text = NULL;

    crypto_uuid_format(asked->hold_id, hold_id);
    crypto_uuid_format(asked->grant_id, grant_id);
    value = json_pack("{s:s, s:s, s:s, s:s*, s:s*}", "stream", EVENTS_STREAM_FINANCE, "event_id",
                      asking->event->id, "requested_by", asking->request->requested_by, "hold_id",
                      asked->hold == REQUESTED_ID_NAMED ? hold_id : NULL, "grant_id",
                      asked->grant == REQUESTED_ID_NAMED ? grant_id : NULL);
    text = value ? json_text(value) : NULL;
    json_decref(value);
    assert(!text || strlen(text) <= ENTRY_METADATA_LENGTH_MAX);
    return text;
}
