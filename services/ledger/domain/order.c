/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How orders are answered. Nothing is written here; the caller writes what an
 * answer calls for in one transaction.
 */
#include "ledger/domain/order.h"

#include "ledger/domain/krw.h"

#include <assert.h>
#include <string.h>

static enum err post_to_grant(const struct order *order, const struct order_context *context,
                              struct refusal *ret_refusal);
static enum err check_decided(const struct order *order, struct account_balance *const balances[],
                              struct refusal *ret_refusal);
static enum err refuse_decided(const struct entry *entry, int64_t shortfall_krw,
                               struct refusal *ret_refusal);
static void count_decided(const struct order *order, struct account_balance *const balances[]);
static enum err post_balances(struct order *order, const struct order_context *context,
                              struct account_balance *const balances[],
                              struct refusal *ret_refusal);
static enum err post_drawn(struct order *order, const struct order_context *context,
                           struct account_balance *const balances[], struct refusal *ret_refusal);

enum err order_init_draw(struct order *order, const struct entry_head *head,
                         const uint8_t hold_id[HOLD_ID_SIZE], int64_t amount_krw,
                         struct refusal *ret_refusal)
{
    enum err err = ERR_OK;

    assert(order);
    assert(amount_krw > 0);
    /* The hold says of which of its kinds it is. */
    err = entry_start(&order->entry, head, "commitment", ret_refusal);
    if (!err) {
        memcpy(order->hold_id, hold_id, HOLD_ID_SIZE);
        order->draw_krw = amount_krw;
    }
    return err;
}

void order_reset(struct order *order)
{
    assert(order);
    order->result = ORDER_PENDING;
    order->remembered = false;
    order->seq = 0;
    order->posted_time_ms = 0;
    memset(order->hash, 0, sizeof order->hash);
    memset(order->request_seal, 0, sizeof order->request_seal);
    memset(order->postings, 0, sizeof order->postings);
    memset(&order->refusal, 0, sizeof order->refusal);
    assert(order->result == ORDER_PENDING);
}

void order_recall(struct order *order, const struct order_key *key)
{
    assert(order->result == ORDER_PENDING);
    assert((key->seq == 0) == (key->refusal.reason != REFUSAL_NONE));
    order->remembered = true;
    if (memcmp(order->request_hash, key->request, ORDER_REQUEST_SIZE) != 0) {
        struct refusal refusal = {0};
        enum err err = refusal_set(&refusal, REFUSAL_KEY_REUSED, "", 0);
        assert(err);
        order_refuse(order, &refusal);
        return;
    }
    if (key->seq == 0) {
        order->result = ORDER_REFUSED;
        order->refusal = key->refusal;
        return;
    }
    order->result = ORDER_REPEATED;
    order->seq = key->seq;
}

void order_key_init(struct order_key *key, const struct order *order)
{
    assert(order->result == ORDER_POSTED || order->result == ORDER_REFUSED);
    assert(!order->remembered);
    memset(key, 0, sizeof *key);
    memcpy(key->request, order->request_hash, ORDER_REQUEST_SIZE);
    key->seq = order->result == ORDER_POSTED ? order->seq : 0;
    key->refusal = order->refusal;
}

void order_post(struct order *order, const struct order_context *context,
                struct account_balance *const balances[])
{
    struct refusal refusal = {0};
    enum err err = ERR_OK;

    assert(order->result == ORDER_PENDING);
    assert(context->rules);
    err = entry_check_link(&order->entry, context->rules, &context->link, &refusal);
    if (!err && order->draw_krw > 0) {
        err = hold_check(context->hold, order->draw_krw, context->now_ms, &refusal);
    }
    if (!err) {
        err = entry_check(&order->entry, context->rules, context->period, &refusal);
    }
    if (!err) {
        err = post_balances(order, context, balances, &refusal);
    }
    if (err) {
        order_refuse(order, &refusal);
        return;
    }
    order->result = ORDER_POSTED;
}

void order_refuse_group(struct order *order)
{
    struct refusal refusal = {0};
    enum err err = refusal_set(&refusal, REFUSAL_GROUP_REFUSED, "", 0);

    assert(err);
    assert(order->result == ORDER_PENDING || order->result == ORDER_POSTED);
    order_reset(order);
    order_refuse(order, &refusal);
}

/* The grant's own floors first, since they say more; taken back when the accounts refuse. */
static enum err post_balances(struct order *order, const struct order_context *context,
                              struct account_balance *const balances[], struct refusal *ret_refusal)
{
    struct grant_book before = {.fiscal_year = 0};
    enum err err = ERR_OK;

    assert(order->entry.leg_count > 0);
    assert(ret_refusal);
    if (context->grant) {
        before = *context->grant;
    }
    err = post_to_grant(order, context, ret_refusal);
    if (!err) {
        err = check_decided(order, balances, ret_refusal);
    }
    if (err) {
        return err;
    }
    err = order->draw_krw > 0 ? post_drawn(order, context, balances, ret_refusal)
                              : entry_post(&order->entry, balances, order->postings, ret_refusal);
    if (err && context->grant) {
        *context->grant = before;
    }
    if (!err) {
        count_decided(order, balances);
    }
    return err;
}

static enum err post_to_grant(const struct order *order, const struct order_context *context,
                              struct refusal *ret_refusal)
{
    assert(order->has_grant || !context->grant);
    assert(!order->has_grant || !order->grant_required);
    if (order->grant_required) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_MISSING, "/grant_id", 0);
    }
    if (!order->has_grant) {
        return ERR_OK;
    }
    if (!context->grant) {
        return refusal_set(ret_refusal, REFUSAL_GRANT_UNKNOWN, "/grant_id", 0);
    }
    return grant_book_post(context->grant, &order->entry, ret_refusal);
}

/* What is decided for grants leaves S40 under their names only. */
static enum err check_decided(const struct order *order, struct account_balance *const balances[],
                              struct refusal *ret_refusal)
{
    const struct entry *entry = &order->entry;
    const struct account *taken = order->has_grant ? NULL : grant_entry_taken(entry);
    int64_t left_krw = 0;
    int64_t decided_krw = 0;

    assert(entry->leg_count <= ENTRY_LEG_MAX);
    assert(balances[0]);
    for (size_t i = 0; taken && i < entry->leg_count; i++) {
        if (&entry->legs[i].account == taken) {
            left_krw = balances[i]->balance_krw;
            decided_krw = balances[i]->decided_krw;
        }
    }
    for (size_t i = 0; taken && i < entry->leg_count; i++) {
        const struct entry_leg *leg = &entry->legs[i];
        if (account_equal(&leg->account, taken) && krw_add(left_krw, leg->amount_krw, &left_krw)) {
            return ERR_OK; /* entry_post says so */
        }
    }
    if (!taken || left_krw < 0 || left_krw >= decided_krw) {
        return ERR_OK;
    }
    return refuse_decided(entry, decided_krw - left_krw, ret_refusal);
}

/* Some kinds can name a grant, and the others can have none of its money that is not paid out. */
static enum err refuse_decided(const struct entry *entry, int64_t shortfall_krw,
                               struct refusal *ret_refusal)
{
    const bool names = grant_kind_valid(entry->kind) && !grant_kind_follows(entry->kind);
    enum err err = refusal_set(ret_refusal, names ? REFUSAL_GRANT_MISSING : REFUSAL_GRANT_DECIDED,
                               names ? "/grant_id" : "/amount_krw", shortfall_krw);

    assert(err);
    assert(shortfall_krw > 0);
    ret_refusal->has_account = true;
    ret_refusal->account = *grant_entry_taken(entry);
    return err;
}

/* What a grant's entry decides, pays out or gives back, for the next that takes from there. */
static void count_decided(const struct order *order, struct account_balance *const balances[])
{
    const struct entry *entry = &order->entry;

    assert(entry->leg_count <= ENTRY_LEG_MAX);
    assert(balances[0]);
    for (size_t i = 0; order->has_grant && i < entry->leg_count; i++) {
        if (entry->legs[i].account.stage == STAGE_S40) {
            balances[i]->decided_krw += entry->legs[i].amount_krw; /* what is posted fits */
        }
    }
}

/* The hold frees its money for this entry; all of that is taken back when the entry is refused. */
static enum err post_drawn(struct order *order, const struct order_context *context,
                           struct account_balance *const balances[], struct refusal *ret_refusal)
{
    struct account_balance *balance = balances[0];
    struct hold before = *context->hold;
    int64_t held_krw = balance->held_krw;

    assert(account_equal(&balance->account, &before.account));
    assert(order->entry.legs[0].amount_krw == -order->draw_krw);
    hold_end(context->hold, HOLD_COMMITTED, order->draw_krw, balance);
    enum err err = entry_post(&order->entry, balances, order->postings, ret_refusal);
    if (err) {
        balance->held_krw = held_krw;
        *context->hold = before;
    }
    return err;
}

void order_refusal_init(struct order_refusal *ret_refusal, const struct refusal *refusal)
{
    size_t length = strlen(refusal->field);

    assert(length < ORDER_FIELD_SIZE);
    assert(refusal->reason != REFUSAL_NONE);
    memset(ret_refusal, 0, sizeof *ret_refusal);
    ret_refusal->reason = refusal->reason;
    ret_refusal->shortfall_krw = refusal->shortfall_krw;
    memcpy(ret_refusal->field, refusal->field, length);
    if (refusal->has_account) {
        account_code(&refusal->account, ret_refusal->account);
    }
}

void order_refuse(struct order *order, const struct refusal *refusal)
{
    assert(order);
    assert(refusal->reason != REFUSAL_NONE);
    order->result = ORDER_REFUSED;
    order_refusal_init(&order->refusal, refusal);
}
