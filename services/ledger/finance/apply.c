/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what is asked for, looks whether it was answered before, and hands it
 * to entries.c or requests.c.
 */
#include "ledger/finance/apply.h"

#include "ledger/event_key.h"
#include "ledger/finance/asking.h"
#include "ledger/store/finance_request.h"
#include "ledger/store/hold.h"
#include "ledger/store/posting.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/json.h"

#include <assert.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PART_SIZE = 24 }; /* a number as text */

/* What is known of a request. */
enum finance_known {
    FINANCE_NEW = 0,
    FINANCE_ANSWERED, /* and all was said */
    FINANCE_REUSED,   /* answered with something else in it */
};

static void hash_request(struct finance_asking *asking);
static enum err apply(const struct finance_asking *asking);
static enum err recall_request(const struct finance_asking *asking, enum finance_known *ret_known);
static enum err recall_entry(const struct finance_asking *asking, enum finance_known *ret_known);
static enum err judge_full(const struct finance_asking *asking);

enum err finance_apply(struct writer_tx *tx, const struct event *event, void *context)
{
    struct finance_request request = {.kind = FINANCE_OTHER};
    struct finance_asking asking = {
        .poster = context,
        .tx = tx,
        .event = event,
        .request = &request,
        .cause = event_cause_of(event),
    };
    enum err err = finance_hear(event, &request);

    if (!err && request.kind != FINANCE_OTHER) {
        hash_request(&asking);
        err = apply(&asking);
    }
    if (err == ERR_FULL) {
        err = judge_full(&asking);
    }
    finance_request_release(&request);
    return err;
}

/* While anything is due, it may be that more is due on one line than is ended at once (holds.h): that is
 * not the request's fault, and the clock mends it. */
static enum err judge_full(const struct finance_asking *asking)
{
    bool due = false;
    enum err err = store_hold_due(asking->tx->db, asking->poster->shard, asking->tx->now_ms, &due);

    if (err) {
        return err;
    }
    return due ? ERR_UNAVAILABLE : ERR_FULL;
}

/*
 * Messages of different types may have the same bytes, so the type belongs to the request. What asks for
 * entries is hashed without it, since the journal keeps such hashes; no message begins like a type's name.
 */
static void hash_request(struct finance_asking *asking)
{
    const struct event *event = asking->event;
    const struct crypto_bytes parts[] = {
        {event->type, strlen(event->type) + 1},
        {event->data, event->data_length},
    };

    if (asking->request->kind == FINANCE_ENTRIES) {
        crypto_sha256(event->data, event->data_length, asking->hash);
    } else {
        crypto_hash_parts(parts, sizeof parts / sizeof parts[0], asking->hash);
    }
}

static enum err apply(const struct finance_asking *asking)
{
    const bool for_entries = asking->request->kind == FINANCE_ENTRIES;
    enum finance_known known = FINANCE_NEW;
    enum err err = recall_request(asking, &known);

    if (!err && known == FINANCE_NEW) {
        err = recall_entry(asking, &known);
    }
    if (err || known == FINANCE_ANSWERED) {
        return err;
    }
    if (known == FINANCE_REUSED) {
        return for_entries ? finance_entries_refuse_reused(asking)
                           : finance_request_refuse_reused(asking);
    }
    return for_entries ? finance_entries_apply(asking) : finance_request_apply(asking);
}

static enum err recall_request(const struct finance_asking *asking, enum finance_known *ret_known)
{
    uint8_t hash[ORDER_HASH_SIZE];
    uint8_t key[ENTRY_KEY_SIZE];

    finance_key(asking, 1, key);
    enum err err = store_finance_recall(asking->tx->db, asking->poster->shard, key, hash);
    if (!err) {
        *ret_known =
            memcmp(hash, asking->hash, sizeof hash) == 0 ? FINANCE_ANSWERED : FINANCE_REUSED;
    }
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* Of what asked for entries the first key is remembered, whether they were posted or refused. */
static enum err recall_entry(const struct finance_asking *asking, enum finance_known *ret_known)
{
    struct order *order = calloc(1, sizeof *order);

    if (!order) {
        return ERR_UNAVAILABLE;
    }
    finance_key(asking, 1, order->entry.key);
    memcpy(order->request_hash, asking->hash, sizeof asking->hash);
    enum err err = store_key_recall(asking->tx->db, asking->poster->shard, &order, 1);
    if (!err && order->result != ORDER_PENDING) {
        *ret_known =
            order->refusal.reason == REFUSAL_KEY_REUSED ? FINANCE_REUSED : FINANCE_ANSWERED;
    }
    free(order);
    return err;
}

void finance_key(const struct finance_asking *asking, size_t number,
                 uint8_t ret_key[ENTRY_KEY_SIZE])
{
    char part[PART_SIZE];
    const struct event_key source = {EVENTS_STREAM_FINANCE, asking->event->id, part};

    assert(number > 0);
    (void)snprintf(part, sizeof part, "%zu", number); /* fits */
    event_key_make(&source, ret_key);
}

/* The members come in this order for ever: the text is hashed. */
char *finance_metadata(const struct finance_asking *asking, const uint8_t *hold_id,
                       const uint8_t *grant_id)
{
    char hold_text[CRYPTO_UUID_TEXT_SIZE];
    char grant_text[CRYPTO_UUID_TEXT_SIZE];
    json_t *value = NULL;
    char *text = NULL;

    if (hold_id) {
        crypto_uuid_format(hold_id, hold_text);
    }
    if (grant_id) {
        crypto_uuid_format(grant_id, grant_text);
    }
    value = json_pack("{s:s, s:s, s:s, s:s*, s:s*}", "stream", EVENTS_STREAM_FINANCE, "event_id",
                      asking->event->id, "requested_by", asking->request->requested_by, "hold_id",
                      hold_id ? hold_text : NULL, "grant_id", grant_id ? grant_text : NULL);
    text = value ? json_text(value) : NULL;
    json_decref(value);
    assert(!text || strlen(text) <= ENTRY_METADATA_LENGTH_MAX);
    return text;
}

int32_t finance_day(const struct finance_asking *asking)
{
    char day[CLOCK_DAY_SIZE];
    int32_t date = 0;

    clock_day_in_korea(asking->event->time_ms, day);
    enum err err = entry_date_parse(day, &date);
    return err ? 0 : date; /* what needs a day is refused for that */
}
