/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One settlement: recall, read the sources, split, post. A key is answered once
 * for ever: refused before any entry was made under the request's own key, else
 * under the keys of its entries.
 */
#include "ledger/settle.h"

#include "ledger/domain/settlement_round.h"
#include "ledger/events.h"
#include "ledger/grant_books.h"
#include "ledger/store/grant_entry.h"
#include "ledger/store/journal.h"
#include "ledger/store/posting.h"
#include "ledger/store/settlement.h"
#include "runtime/crypto.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARTS_PER_SOURCE = SETTLE_ORDER_MAX / FUNDING_SOURCE_COUNT,
    KEY_COUNT = SETTLE_ORDER_MAX + 1, /* the entries', and the request's own */
};

/* The namespace of keys of a settlement's entries: UUIDv5(this, the request's key, place). */
static const uint8_t KEY_NAMESPACE[CRYPTO_UUID_SIZE] = {
    0x91, 0x4c, 0xd0, 0x2e, 0x6a, 0x57, 0x4b, 0x1f, 0x85, 0x33, 0xe0, 0x7d, 0x4e, 0xb2, 0x6c, 0x18,
};

/* Everything a settlement holds; one allocation. */
struct run {
    struct poster *poster;
    struct writer_tx *tx;
    const struct settle_wanted *wanted;
    struct settle_result *result;
    struct order orders[KEY_COUNT]; /* by place: source by source, then the request's own */
    struct order *pointers[KEY_COUNT];
    size_t count;
};

static void keys_init(struct run *run);
static enum err recall(struct run *run, bool *ret_known);
static enum err recall_entry(struct run *run, int64_t seq);
static enum err settle(struct run *run);
static enum err settle_grant(struct run *run);
static enum err settle_programme(struct run *run);
static enum err build_round(struct run *run, const struct settlement_round *round);
static enum err build_source(struct run *run, const struct settlement_source *source);
static enum err build_entry(struct run *run, size_t place, const char *kind,
                            const struct entry_transfer *transfers, size_t count);
static enum err post(struct run *run);
static void take_refusal(struct run *run, const struct order *order);
static enum err refuse(struct run *run, const struct refusal *refusal);

enum err settle_run(struct poster *poster, struct writer_tx *tx, const struct settle_wanted *wanted,
                    struct settle_result *ret_result)
{
    struct run *run = calloc(1, sizeof *run);
    bool known = false;
    enum err err = ERR_OK;

    if (!run) {
        return ERR_UNAVAILABLE;
    }
    memset(ret_result, 0, sizeof *ret_result);
    run->poster = poster;
    run->tx = tx;
    run->wanted = wanted;
    run->result = ret_result;
    keys_init(run);
    err = recall(run, &known);
    if (!err && !known) {
        err = settle(run);
    }
    free(run);
    return err;
}

static void keys_init(struct run *run)
{
    uint8_t name[ENTRY_KEY_SIZE + 1];

    memcpy(name, run->wanted->key, ENTRY_KEY_SIZE);
    for (size_t i = 0; i < KEY_COUNT; i++) {
        struct order *order = &run->orders[i];
        name[ENTRY_KEY_SIZE] = (uint8_t)i;
        if (i == SETTLE_ORDER_MAX) {
            memcpy(order->entry.key, run->wanted->key, ENTRY_KEY_SIZE);
        } else {
            crypto_uuid5(KEY_NAMESPACE, name, sizeof name, order->entry.key);
        }
        memcpy(order->request_hash, run->wanted->request_hash, ORDER_HASH_SIZE);
        run->pointers[i] = order;
    }
}

static enum err recall(struct run *run, bool *ret_known)
{
    enum err err = store_key_recall(run->tx->db, run->poster->shard, run->pointers, KEY_COUNT);

    for (size_t i = 0; !err && i < KEY_COUNT; i++) {
        const struct order *order = &run->orders[i];
        if (i == SETTLE_ORDER_MAX && run->result->count > 0) {
            break; /* it was settled; an entry may have been posted under the request's own key since */
        }
        *ret_known = *ret_known || order->result != ORDER_PENDING;
        if (order->result == ORDER_REFUSED) {
            take_refusal(run, order);
        } else if (order->result == ORDER_REPEATED) {
            err = recall_entry(run, order->seq);
        }
    }
    return err;
}

static enum err recall_entry(struct run *run, int64_t seq)
{
    struct order *order = &run->result->orders[run->result->count];
    struct store_page page = {.limit = 1};
    enum err err = store_journal_read(run->tx->db, run->poster->shard, seq - 1, order, &page);

    assert(run->result->count < SETTLE_ORDER_MAX);
    if (err) {
        return err;
    }
    if (page.count != 1 || order->seq != seq || order->result != ORDER_POSTED) {
        return ERR_INTERNAL; /* the journal lost what a key names */
    }
    run->result->count++;
    return ERR_OK;
}

static enum err settle(struct run *run)
{
    const struct settle_wanted *wanted = run->wanted;
    const struct store_programme programme = {wanted->fiscal_year, wanted->programme};
    struct refusal refusal = {.reason = REFUSAL_NONE};
    bool granted = false;
    enum err err = ERR_OK;

    if (wanted->grant_id) {
        return settle_grant(run);
    }
    err = store_grant_exists(run->tx->db, run->poster->shard, &programme, &granted);
    if (err) {
        return err;
    }
    if (granted && refusal_set(&refusal, REFUSAL_GRANT_MISSING, "/grant_id", 0)) {
        return refuse(run, &refusal);
    }
    return settle_programme(run);
}

static enum err settle_grant(struct run *run)
{
    const struct settle_wanted *wanted = run->wanted;
    struct settlement_round rounds[FUNDING_SOURCE_COUNT];
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct grant_book book;
    size_t count = 0;
    enum err err = grant_books_load_one(run->tx, run->poster->shard, wanted->grant_id, &book);

    if (err && err != ERR_NOT_FOUND) {
        return err;
    }
    if (err) {
        err = refusal_set(&refusal, REFUSAL_GRANT_UNKNOWN, "/grant_id", 0);
    } else if (strcmp(book.programme, wanted->programme) != 0) {
        err = refusal_set(&refusal, REFUSAL_GRANT_LINE_MISMATCH, "/programme", 0);
    } else {
        err =
            settlement_rounds(&wanted->terms, &book, wanted->fiscal_year, rounds, &count, &refusal);
    }
    if (err) {
        return refuse(run, &refusal);
    }
    for (size_t i = 0; !err && i < count; i++) {
        err = build_round(run, &rounds[i]);
    }
    return err ? err : post(run);
}

static enum err build_round(struct run *run, const struct settlement_round *round)
{
    const size_t place = PARTS_PER_SOURCE * ((size_t)round->line.funding_source - 1);
    const struct entry_transfer spent = {round->line, STAGE_S45, STAGE_S50, round->spent_krw};
    enum err err = ERR_OK;

    if (spent.amount_krw > 0) {
        err = build_entry(run, place, "grant_expenditure", &spent, 1);
    }
    if (!err && round->transfer_count > 0) {
        err = build_entry(run, place + 1, "settlement", round->transfers, round->transfer_count);
    }
    return err;
}

static enum err settle_programme(struct run *run)
{
    const struct settle_wanted *wanted = run->wanted;
    const struct store_programme programme = {wanted->fiscal_year, wanted->programme};
    struct settlement_source sources[FUNDING_SOURCE_COUNT];
    struct refusal refusal = {.reason = REFUSAL_NONE};
    size_t count = 0;
    enum err err =
        store_settlement_sources(run->tx->db, run->poster->shard, &programme, sources, &count);

    if (err) {
        return err;
    }
    err = settlement_split(&wanted->terms, sources, count, &refusal);
    if (err) {
        return refuse(run, &refusal);
    }
    for (size_t i = 0; !err && i < count; i++) {
        err = build_source(run, &sources[i]);
    }
    return err ? err : post(run);
}

static enum err build_source(struct run *run, const struct settlement_source *source)
{
    const size_t place = PARTS_PER_SOURCE * ((size_t)source->line.funding_source - 1);
    const struct entry_transfer spent = {source->line, STAGE_S45, STAGE_S50,
                                         source->share.spent_krw};
    struct entry_transfer transfers[SETTLEMENT_TRANSFER_MAX];
    size_t count = settlement_transfers(source, transfers);
    enum err err = ERR_OK;

    if (spent.amount_krw > 0) {
        err = build_entry(run, place, "grant_expenditure", &spent, 1);
    }
    if (!err && count > 0) {
        err = build_entry(run, place + 1, "settlement", transfers, count);
    }
    return err;
}

static enum err build_entry(struct run *run, size_t place, const char *kind,
                            const struct entry_transfer *transfers, size_t count)
{
    const struct settle_wanted *wanted = run->wanted;
    struct order *order = &run->orders[place];
    struct refusal refusal = {.reason = REFUSAL_NONE};
    uint8_t key[ENTRY_KEY_SIZE];
    const struct entry_head head = {
        .key = key,
        .effective_date = wanted->effective_date,
        .document = wanted->document,
        .metadata = wanted->metadata,
    };

    memcpy(key, order->entry.key, sizeof key);
    enum err err = entry_build(&order->entry, &head, kind, transfers, count, &refusal);
    if (err) {
        return ERR_INTERNAL; /* document and amounts were measured before */
    }
    order->group = 1;
    order->has_grant = wanted->grant_id != NULL;
    if (wanted->grant_id) {
        memcpy(order->grant_id, wanted->grant_id, ENTRY_KEY_SIZE);
    }
    run->pointers[run->count] = order;
    run->count++;
    return ERR_OK;
}

static enum err post(struct run *run)
{
    enum err err = post_orders(run->poster, run->tx, run->pointers, run->count);

    if (err) {
        return err;
    }
    for (size_t i = 0; i < run->count; i++) {
        const struct order *order = run->pointers[i];
        if (order->result == ORDER_REFUSED) {
            take_refusal(run, order);
            continue;
        }
        run->result->orders[run->result->count] = *order;
        run->result->count++;
    }
    const struct events_entries entries = {run->pointers, run->count, ""};
    return events_say_entries(run->tx, run->wanted->cause, &entries);
}

/* The reason of the entry that was at fault, not of those that shared its fate. */
static void take_refusal(struct run *run, const struct order *order)
{
    struct order_refusal *refusal = &run->result->refusal;

    assert(order->result == ORDER_REFUSED);
    if (refusal->reason == REFUSAL_NONE || refusal->reason == REFUSAL_GROUP_REFUSED) {
        *refusal = order->refusal;
    }
}

static enum err refuse(struct run *run, const struct refusal *refusal)
{
    struct order *order = &run->orders[SETTLE_ORDER_MAX];

    order_refuse(order, refusal);
    take_refusal(run, order);
    return store_key_insert(run->tx->db, run->poster->shard, run->tx->now_ms, &order, 1);
}
