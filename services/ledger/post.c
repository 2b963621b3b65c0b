/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of posting: load what the orders touch (post_run.h), let the domain
 * answer each order against it, hash, write.
 */
#include "ledger/post_run.h"

#include "ledger/blocks.h"
#include "ledger/entry_hash.h"
#include "ledger/store/grant_entry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)POST_ORDER_COUNT_MAX <= (int)STORE_ORDER_COUNT_MAX, "orders are stored at once");

/* What a group of orders is taken back to when one of them is refused. */
struct run_mark {
    struct store_head head;
    struct store_account *accounts;
    struct store_link *links;
    struct store_hold *holds;
    struct grant_book *grants;
};

static enum err run_post(struct post_run *run);
static void run_keep(const struct post_run *run);
static enum err run_answer(struct post_run *run);
static enum err answer_group(struct post_run *run, size_t first, size_t count);
static void answer_refused(const struct post_run *run, struct order *order);
static void recall_first(struct order *order, const struct order *first);
static enum err run_mark(const struct post_run *run, struct run_mark *ret_mark);
static void run_restore(struct post_run *run, const struct run_mark *mark);
static void run_mark_release(struct run_mark *mark);
static void answer_or_recall(struct post_run *run, size_t index);
static enum err run_write(struct post_run *run);
static enum err run_write_held(struct post_run *run);
static enum err run_seal(struct post_run *run);
static bool any_order(const struct post_run *run, enum order_result result);
static bool any_remembered(struct order *const *orders, size_t count);
static void answer_one(struct post_run *run, struct order *order);
static void chain(struct post_run *run, struct order *order);
static void link_update(const struct post_run *run, const struct order *order);

enum err post_orders(struct poster *poster, struct writer_tx *tx, struct order *const *orders,
                     size_t count)
{
    const bool knows = kept_take(&poster->kept, tx);
    struct post_run run = {.poster = poster,
                           .tx = tx,
                           .orders = orders,
                           .order_count = count,
                           .knows = knows,
                           .trusts = knows};
    enum err err = run_post(&run);

    assert(count <= POST_ORDER_COUNT_MAX);
    if (!err && run.doubtful) {
        run = (struct post_run){
            .poster = poster, .tx = tx, .orders = orders, .order_count = count, .knows = knows};
        err = run_post(&run);
    }
    poster->repeated = any_remembered(orders, count);
    return err;
}

void post_keep(struct poster *poster, const struct writer_tx *tx)
{
    if (!poster->repeated) {
        kept_keep(&poster->kept, tx);
    }
}

/* All of a run; nothing is written when it is doubtful. */
static enum err run_post(struct post_run *run)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < run->order_count; i++) {
        order_reset(run->orders[i]);
    }
    err = post_run_load(run);
    if (!err && any_order(run, ORDER_PENDING)) {
        err = run_answer(run);
        run->doubtful = run->trusts && any_order(run, ORDER_REFUSED);
        if (!err && !run->doubtful) {
            err = run_write(run);
        }
    }
    if (!err && !run->doubtful) {
        run_keep(run);
    }
    post_run_release(run);
    return err;
}

static void run_keep(const struct post_run *run)
{
    struct kept *kept = &run->poster->kept;

    kept->head = run->head;
    memcpy(kept->periods, run->periods, run->period_count * sizeof *kept->periods);
    kept->period_count = run->period_count;
    kept_fill(kept, run->accounts, run->account_count);
}

static enum err run_answer(struct post_run *run)
{
    size_t at = 0;

    while (at < run->order_count) {
        int32_t group = run->orders[at]->group;
        size_t count = 1;
        while (group != 0 && at + count < run->order_count &&
               run->orders[at + count]->group == group) {
            count++;
        }
        if (count == 1) {
            answer_or_recall(run, at);
        } else {
            enum err err = answer_group(run, at, count);
            if (err) {
                return err;
            }
        }
        at += count;
    }
    return ERR_OK;
}

/* All of the group or none; what was answered before stays as it was. */
static enum err answer_group(struct post_run *run, size_t first, size_t count)
{
    struct run_mark mark = {.accounts = NULL};
    bool refused = false;
    size_t refused_at = 0;
    enum err err = run_mark(run, &mark);

    if (err) {
        return err;
    }
    for (size_t i = first; i < first + count && !refused; i++) {
        answer_or_recall(run, i);
        refused = run->orders[i]->result == ORDER_REFUSED;
        refused_at = i;
    }
    if (refused) {
        run_restore(run, &mark);
    }
    for (size_t i = first; i < first + count && refused; i++) {
        if (i != refused_at) {
            answer_refused(run, run->orders[i]);
        }
    }
    run_mark_release(&mark);
    return ERR_OK;
}

/* Of a group that is refused for the sake of another order. One that repeats a key of this run is answered
 * as that one is now; what was answered before the run stays. */
static void answer_refused(const struct post_run *run, struct order *order)
{
    const struct order *first = post_run_first(run, order);

    if (first->remembered) {
        return;
    }
    if (first == order) {
        order_refuse_group(order);
        return;
    }
    order_reset(order);
    recall_first(order, first);
}

/* The same key twice in one commit. */
static void recall_first(struct order *order, const struct order *first)
{
    struct order_key key;

    order_key_init(&key, first);
    order_recall(order, &key);
}

static enum err run_mark(const struct post_run *run, struct run_mark *ret_mark)
{
    struct run_mark mark = {
        .head = run->head,
        .accounts = calloc(run->account_count + 1, sizeof *run->accounts),
        .links = calloc(run->link_count + 1, sizeof *run->links),
        .holds = calloc(run->holds.count + 1, sizeof *run->holds.rows),
        .grants = calloc(run->grants.count + 1, sizeof *run->grants.rows),
    };

    if (!mark.accounts || !mark.links || !mark.holds || !mark.grants) {
        run_mark_release(&mark);
        return ERR_UNAVAILABLE;
    }
    memcpy(mark.accounts, run->accounts, run->account_count * sizeof *run->accounts);
    for (size_t i = 0; i < run->link_count; i++) {
        mark.links[i] = run->links[i];
    }
    for (size_t i = 0; i < run->holds.count; i++) {
        mark.holds[i] = run->holds.rows[i];
    }
    for (size_t i = 0; i < run->grants.count; i++) {
        mark.grants[i] = run->grants.rows[i];
    }
    *ret_mark = mark;
    return ERR_OK;
}

static void run_restore(struct post_run *run, const struct run_mark *mark)
{
    run->head = mark->head;
    memcpy(run->accounts, mark->accounts, run->account_count * sizeof *run->accounts);
    for (size_t i = 0; i < run->link_count; i++) {
        run->links[i] = mark->links[i];
    }
    for (size_t i = 0; i < run->holds.count; i++) {
        run->holds.rows[i] = mark->holds[i];
    }
    for (size_t i = 0; i < run->grants.count; i++) {
        run->grants.rows[i] = mark->grants[i];
    }
}

static void run_mark_release(struct run_mark *mark)
{
    free(mark->accounts);
    free(mark->links);
    free(mark->holds);
    free(mark->grants);
}

static void answer_or_recall(struct post_run *run, size_t index)
{
    struct order *order = run->orders[index];
    const struct order *first = post_run_first(run, order);

    if (order->result != ORDER_PENDING) {
        return;
    }
    if (first == order) {
        answer_one(run, order);
        return;
    }
    recall_first(order, first);
}

static void answer_one(struct post_run *run, struct order *order)
{
    struct account_balance *balances[ENTRY_LEG_MAX];
    const struct store_link *link = post_run_link(run, order->entry.linked_seq);
    struct store_hold *hold = holds_find(&run->holds, order);
    struct order_context context = {
        .rules = &run->poster->rules,
        .period = post_run_period(run, &order->entry),
        .hold = hold ? &hold->hold : NULL,
        .grant = grant_books_find(&run->grants, order),
        .now_ms = run->tx->now_ms,
    };

    assert(order->entry.leg_count <= ENTRY_LEG_MAX);
    if (link) {
        context.link.entry = link->found ? &link->order.entry : NULL;
        context.link.reversed = link->reversed;
        context.link.taken_krw = link->taken_krw;
    }
    for (size_t i = 0; i < order->entry.leg_count; i++) {
        balances[i] = post_run_balance(run, &order->entry.legs[i].account);
    }
    order_post(order, &context, balances);
    if (order->result == ORDER_POSTED) {
        link_update(run, order);
        chain(run, order);
        if (hold) {
            hold->changed = true;
            hold->seq = order->seq;
        }
    }
}

/* What a posted entry did to the one it names, for the next that names it. */
static void link_update(const struct post_run *run, const struct order *order)
{
    struct store_link *link = post_run_link(run, order->entry.linked_seq);

    if (!link) {
        return;
    }
    link->reversed = link->reversed || strcmp(order->entry.kind, KIND_REVERSAL) == 0;
    if (kind_rule_set_needs_link(&run->poster->rules, order->entry.kind)) {
        link->taken_krw += entry_taking(&order->entry); /* checked against what is left */
    }
}

/* Gives a posted order the next number and hash. */
static void chain(struct post_run *run, struct order *order)
{
    const struct journal_position position = {
        .shard = run->poster->shard,
        .seq = run->head.seq + 1,
        .posted_time_ms = run->tx->now_ms,
        .previous_hash = run->head.hash,
    };

    entry_hash(&position, &order->entry, order->hash);
    entry_hash_seal(order->request_hash, order->hash, order->request_seal);
    order->seq = position.seq;
    order->posted_time_ms = position.posted_time_ms;
    run->head.seq = order->seq;
    memcpy(run->head.hash, order->hash, JOURNAL_HASH_SIZE);
}

static enum err run_write(struct post_run *run)
{
    const char *shard = run->poster->shard;
    struct db *db = run->tx->db;
    enum err err = store_key_insert(db, shard, run->tx->now_ms, run->orders, run->order_count);

    if (err || run->head.seq == run->before.seq) {
        return err; /* all were refused: only their keys are remembered */
    }
    err = store_account_number(db, run->accounts, run->account_count);
    if (err) {
        return err;
    }
    err = store_journal_insert(db, shard, &(const struct store_heads){&run->before, &run->head},
                               run->orders, run->order_count);
    if (err) {
        return err;
    }
    err =
        store_transfer_insert(db, &(const struct store_accounts){run->accounts, run->account_count},
                              run->orders, run->order_count);
    if (err) {
        return err;
    }
    err = store_account_save(db, shard, run->accounts, run->account_count);
    if (!err && run->grants.count > 0) {
        err = store_grant_entry_insert(db, shard, run->orders, run->order_count);
    }
    if (!err && run->holds.count > 0) {
        err = run_write_held(run);
    }
    return err ? err : run_seal(run);
}

static enum err run_write_held(struct post_run *run)
{
    const char *shard = run->poster->shard;
    struct db *db = run->tx->db;
    enum err err = store_account_save_held(db, shard, run->accounts, run->account_count);

    if (err) {
        return err;
    }
    return store_hold_commit(db, shard, run->tx->now_ms, run->holds.rows, run->holds.count);
}

/* Seals the blocks that this run's entries filled. */
static enum err run_seal(struct post_run *run)
{
    const struct event_cause cause = {.traceparent = NULL};
    const struct blocks_wish wish = {.head_seq = run->head.seq, .cause = &cause};
    struct blocks_outcome outcome;

    if (!block_completed(run->before.seq, run->head.seq)) {
        return ERR_OK;
    }
    return blocks_seal(run->tx, run->poster->shard, &wish, &outcome);
}

static bool any_order(const struct post_run *run, enum order_result result)
{
    for (size_t i = 0; i < run->order_count; i++) {
        if (run->orders[i]->result == result) {
            return true;
        }
    }
    return false;
}

static bool any_remembered(struct order *const *orders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (orders[i]->remembered) {
            return true;
        }
    }
    return false;
}
