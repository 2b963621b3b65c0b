/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds between their rows, their accounts and their messages. The rules are
 * the domain's.
 */
#include "ledger/holds.h"

#include "ledger/events.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static enum err place(struct writer_tx *tx, const char *shard, const struct holds_wanted *wanted,
                      struct refusal *ret_refusal);
static enum err recall(struct writer_tx *tx, const char *shard, const struct holds_wanted *wanted,
                       struct order *order, bool *ret_known);
static enum err remember_refusal(struct writer_tx *tx, const char *shard, struct order *order,
                                 const struct refusal *refusal);
static bool any_due(const struct store_account *accounts, size_t count);
static enum err finish_expired(struct writer_tx *tx, const char *shard, const struct hold *holds,
                               size_t count);

enum err holds_load(struct writer_tx *tx, const char *shard, struct order *const *orders,
                    size_t count, struct holds *ret_holds)
{
    struct holds holds = {.rows = NULL};
    size_t drawn = 0;

    for (size_t i = 0; i < count; i++) {
        drawn += orders[i]->draw_krw > 0 ? 1 : 0;
    }
    if (drawn == 0) {
        return ERR_OK;
    }
    holds.rows = calloc(drawn, sizeof *holds.rows);
    if (!holds.rows) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; i < count; i++) {
        if (orders[i]->draw_krw > 0 && !holds_find(&holds, orders[i])) {
            memcpy(holds.rows[holds.count].hold.id, orders[i]->hold_id, HOLD_ID_SIZE);
            holds.count++;
        }
    }
    enum err err = store_hold_load(tx->db, shard, holds.rows, holds.count);
    for (size_t i = 0; !err && i < count; i++) {
        const struct store_hold *row = holds_find(&holds, orders[i]);
        if (!row) {
            continue;
        }
        orders[i]->entry.leg_count = 0; /* the run may be tried again */
        if (row->hold.state != HOLD_NONE) {
            hold_fill_entry(&row->hold, orders[i]->draw_krw, &orders[i]->entry);
        }
    }
    if (err) {
        holds_release_rows(&holds);
        return err;
    }
    *ret_holds = holds;
    return ERR_OK;
}

struct store_hold *holds_find(const struct holds *holds, const struct order *order)
{
    for (size_t i = 0; order->draw_krw > 0 && i < holds->count; i++) {
        if (memcmp(holds->rows[i].hold.id, order->hold_id, HOLD_ID_SIZE) == 0) {
            return &holds->rows[i];
        }
    }
    return NULL;
}

enum err holds_expire_due(struct writer_tx *tx, const char *shard, struct store_account *accounts,
                          size_t count)
{
    const struct store_accounts touched = {accounts, count};
    struct hold *ended = NULL;
    size_t ended_count = 0;
    enum err err = ERR_OK;

    if (!any_due(accounts, count)) {
        return ERR_OK;
    }
    err = store_hold_expire_of(tx->db, shard, tx->now_ms, &touched, &ended, &ended_count);
    if (!err) {
        err = ended_count > 0 ? finish_expired(tx, shard, ended, ended_count) : ERR_FULL;
    }
    free(ended);
    return err ? err : store_account_load(tx->db, shard, tx->now_ms, accounts, count);
}

static bool any_due(const struct store_account *accounts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (accounts[i].due) {
            return true;
        }
    }
    return false;
}

enum err holds_check_account(const struct holds *holds, const struct account_balance *balance,
                             int64_t now_ms)
{
    int64_t left_krw = balance->held_krw;

    for (size_t i = 0; i < holds->count; i++) {
        const struct hold *hold = &holds->rows[i].hold;
        if (hold->state != HOLD_HELD || hold_is_due(hold, now_ms) ||
            !account_equal(&hold->account, &balance->account)) {
            continue; /* what is due was ended when the account was loaded */
        }
        if (hold->amount_krw > left_krw) {
            return ERR_INTERNAL;
        }
        left_krw -= hold->amount_krw;
    }
    return ERR_OK;
}

void holds_release_rows(struct holds *holds)
{
    free(holds->rows);
    holds->rows = NULL;
    holds->count = 0;
}

enum err holds_expire(struct writer_tx *tx, const char *shard, size_t *ret_count)
{
    struct hold *holds = NULL;
    size_t count = 0;
    enum err err = store_hold_expire(tx->db, shard, tx->now_ms, &holds, &count);

    if (!err && count > 0) {
        err = finish_expired(tx, shard, holds, count);
    }
    free(holds);
    if (!err) {
        *ret_count = count;
    }
    return err;
}

/* Frees what they held and says so. */
static enum err finish_expired(struct writer_tx *tx, const char *shard, const struct hold *holds,
                               size_t count)
{
    const struct event_cause cause = event_cause_of(NULL);
    enum err err = store_account_free_held(tx->db, shard, holds, count);

    for (size_t i = 0; !err && i < count; i++) {
        err = events_say_hold_ended(tx, &cause, &holds[i]);
    }
    return err;
}

enum err holds_place(struct writer_tx *tx, const char *shard, const struct holds_wanted *wanted,
                     struct order_refusal *ret_refusal)
{
    struct order *order = calloc(1, sizeof *order); /* what a refusal is remembered as */
    struct refusal refusal = {.reason = REFUSAL_NONE};
    bool known = false;
    enum err err = order ? ERR_OK : ERR_UNAVAILABLE;

    memset(ret_refusal, 0, sizeof *ret_refusal);
    if (err) {
        goto out;
    }
    memcpy(order->entry.key, wanted->hold->id, HOLD_ID_SIZE);
    memcpy(order->request_hash, wanted->request_hash, ORDER_HASH_SIZE);
    err = recall(tx, shard, wanted, order, &known);
    if (err || known) {
        goto out;
    }
    err = place(tx, shard, wanted, &refusal);
    if (!err && refusal.reason) {
        err = remember_refusal(tx, shard, order, &refusal);
    }

out:
    if (!err) {
        *ret_refusal = order->refusal;
    }
    free(order);
    return err;
}

enum err holds_release(struct writer_tx *tx, const char *shard,
                       const struct holds_unwanted *unwanted, struct refusal *ret_refusal)
{
    const struct store_change change = {tx->now_ms, unwanted->by, unwanted->reason};
    struct store_hold row = {.changed = false};
    enum err err = ERR_OK;

    memset(ret_refusal, 0, sizeof *ret_refusal);
    memcpy(row.hold.id, unwanted->hold_id, HOLD_ID_SIZE);
    err = store_hold_load(tx->db, shard, &row, 1);
    if (err) {
        return err;
    }
    err = hold_check_release(&row.hold, tx->now_ms, ret_refusal);
    if (err || row.hold.state == HOLD_RELEASED) {
        return ERR_OK; /* refused, or the same answer as before: nothing to write */
    }
    err = store_hold_release(tx->db, shard, row.hold.id, &change);
    if (!err) {
        err = store_account_free_held(tx->db, shard, &row.hold, 1);
    }
    if (err) {
        return err;
    }
    row.hold.state = HOLD_RELEASED;
    return events_say_hold_ended(tx, unwanted->cause, &row.hold);
}

enum err holds_extend(struct writer_tx *tx, const char *shard,
                      const struct holds_extended *extended, struct refusal *ret_refusal)
{
    const struct store_change change = {tx->now_ms, extended->by, extended->reason};
    struct store_hold row = {.changed = false};
    enum err err = ERR_OK;

    memset(ret_refusal, 0, sizeof *ret_refusal);
    memcpy(row.hold.id, extended->hold_id, HOLD_ID_SIZE);
    err = store_hold_load(tx->db, shard, &row, 1);
    if (err) {
        return err;
    }
    int64_t previous_ms = row.hold.expires_time_ms;
    err = hold_extend(&row.hold, extended->expires_time_ms, tx->now_ms, ret_refusal);
    if (err || row.hold.expires_time_ms == previous_ms) {
        return ERR_OK; /* refused, or the same answer as before: nothing to write */
    }
    err = store_hold_extend(tx->db, shard, &row.hold, previous_ms, &change);
    return err ? err : events_say_hold_extended(tx, extended->cause, &row.hold, previous_ms);
}

/* What was answered under the key before, as a hold or as a refusal. The hold comes first: an entry may
 * have been posted under its key since. */
static enum err recall(struct writer_tx *tx, const char *shard, const struct holds_wanted *wanted,
                       struct order *order, bool *ret_known)
{
    struct store_hold row = {.changed = false};
    enum err err = ERR_OK;

    memcpy(row.hold.id, wanted->hold->id, HOLD_ID_SIZE);
    err = store_hold_load(tx->db, shard, &row, 1);
    if (err) {
        return err;
    }
    if (row.hold.state != HOLD_NONE) {
        *ret_known = true;
        if (memcmp(row.request_hash, wanted->request_hash, ORDER_HASH_SIZE) != 0) {
            order->refusal.reason = REFUSAL_KEY_REUSED;
        }
        return ERR_OK;
    }
    err = store_key_recall(tx->db, shard, &order, 1);
    *ret_known = order->result != ORDER_PENDING;
    /* A key of an entry has another request's hash, so that it is refused, too. */
    return !err && order->result == ORDER_REPEATED ? ERR_INTERNAL : err;
}

static enum err place(struct writer_tx *tx, const char *shard, const struct holds_wanted *wanted,
                      struct refusal *ret_refusal)
{
    const struct store_placing placing = {wanted->request_hash, wanted->by, tx->now_ms};
    struct hold hold = *wanted->hold;
    struct store_account account;
    enum period_state state = PERIOD_MISSING;

    memset(&account, 0, sizeof account);
    account_balance_init(&account.balance, &hold.account);
    enum err err = store_period_state(tx->db, shard, hold.account.line.fiscal_year, &state);
    if (!err) {
        err = store_account_load(tx->db, shard, tx->now_ms, &account, 1);
    }
    if (!err) {
        err = holds_expire_due(tx, shard, &account, 1);
    }
    if (err) {
        return err;
    }
    err = hold_place(&hold, tx->now_ms, state, &account.balance, ret_refusal);
    if (err) {
        return ERR_OK; /* a refusal is an answer */
    }
    err = store_hold_insert(tx->db, shard, &hold, &placing);
    if (!err) {
        err = store_account_save_held(tx->db, shard, &account, 1);
    }
    return err ? err : events_say_hold_placed(tx, wanted->cause, &hold);
}

static enum err remember_refusal(struct writer_tx *tx, const char *shard, struct order *order,
                                 const struct refusal *refusal)
{
    order_refuse(order, refusal);
    assert(!order->remembered);
    return store_key_insert(tx->db, shard, tx->now_ms, &order, 1);
}
