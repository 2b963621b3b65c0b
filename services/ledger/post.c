/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of posting: recall keys, load what the entries touch, let the domain
 * answer each order against it, hash, write. Balances live here for the run
 * only, so that nothing stale can survive a rollback or another leader.
 */
#include "ledger/post.h"

#include "ledger/domain/journal.h"
#include "ledger/store/posting.h"
#include "runtime/crypto.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Everything a run holds; released at its end. */
struct run {
    struct poster *poster;
    struct writer_tx *tx;
    struct order *const *orders;
    size_t order_count;
    struct store_head before;
    struct store_head head;
    struct store_period periods[STORE_PERIOD_COUNT_MAX];
    size_t period_count;
    struct store_account *accounts; /* sorted by account */
    size_t account_count;
};

static enum err run_load(struct run *run);
static enum err run_collect_accounts(struct run *run);
static void run_answer(struct run *run);
static enum err run_write(struct run *run);
static bool any_pending(struct order *const *orders, size_t count);
static bool recall_in_run(struct run *run, size_t index);
static void answer_one(struct run *run, struct order *order);
static void chain(struct run *run, struct order *order);
static enum period_state period_find(const struct run *run, int32_t fiscal_year);
static struct account_balance *balance_find(const struct run *run, const struct account *account);
static int compare_accounts(const void *left, const void *right);

enum err post_orders(struct poster *poster, struct writer_tx *tx, struct order *const *orders,
                     size_t count)
{
    struct run run = {.poster = poster, .tx = tx, .orders = orders, .order_count = count};
    enum err err = ERR_OK;

    assert(count <= POST_ORDER_COUNT_MAX);
    for (size_t i = 0; i < count; i++) {
        order_reset(orders[i]);
    }
    err = store_key_recall(tx->db, poster->shard, orders, count);
    if (err || !any_pending(orders, count)) {
        goto out;
    }
    err = run_load(&run);
    if (err) {
        goto out;
    }
    run_answer(&run);
    err = run_write(&run);

out:
    free(run.accounts);
    return err;
}

static enum err run_load(struct run *run)
{
    struct poster *poster = run->poster;
    struct db *db = run->tx->db;
    enum err err = ERR_OK;

    if (!poster->has_rules) {
        poster->rules.count = 0;
        err = store_rule_list(db, &poster->rules);
        if (err) {
            return err;
        }
        poster->has_rules = true;
    }
    err = store_head_load(db, poster->shard, &run->before);
    if (err) {
        return err;
    }
    run->head = run->before;
    err = store_period_list(db, poster->shard, run->periods, &run->period_count);
    if (err) {
        return err;
    }
    err = run_collect_accounts(run);
    if (err) {
        return err;
    }
    return store_account_load(db, poster->shard, run->accounts, run->account_count);
}

/* Every account the orders touch, once each, sorted. */
static enum err run_collect_accounts(struct run *run)
{
    size_t leg_count = 0;
    size_t count = 0;

    for (size_t i = 0; i < run->order_count; i++) {
        leg_count += run->orders[i]->entry.leg_count;
    }
    run->accounts = calloc(leg_count + 1, sizeof *run->accounts);
    if (!run->accounts) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; i < run->order_count; i++) {
        const struct entry *entry = &run->orders[i]->entry;
        for (size_t leg = 0; leg < entry->leg_count; leg++) {
            account_balance_init(&run->accounts[count].balance, &entry->legs[leg].account);
            count++;
        }
    }
    qsort(run->accounts, count, sizeof *run->accounts, compare_accounts);
    for (size_t i = 0; i < count; i++) {
        const struct account *account = &run->accounts[i].balance.account;
        size_t kept = run->account_count;
        if (kept > 0 && account_equal(account, &run->accounts[kept - 1].balance.account)) {
            continue;
        }
        run->accounts[kept] = run->accounts[i];
        run->account_count++;
    }
    return ERR_OK;
}

static void run_answer(struct run *run)
{
    for (size_t i = 0; i < run->order_count; i++) {
        if (run->orders[i]->result == ORDER_PENDING && !recall_in_run(run, i)) {
            answer_one(run, run->orders[i]);
        }
    }
}

/* The same key twice in one commit: the second is answered from the first. */
static bool recall_in_run(struct run *run, size_t index)
{
    struct order *order = run->orders[index];

    for (size_t i = 0; i < index; i++) {
        const struct order *earlier = run->orders[i];
        if (!earlier->remembered &&
            memcmp(earlier->entry.key, order->entry.key, ENTRY_KEY_SIZE) == 0) {
            struct order_key key;
            order_key_init(&key, earlier);
            order_recall(order, &key);
            return true;
        }
    }
    return false;
}

static void answer_one(struct run *run, struct order *order)
{
    struct account_balance *balances[ENTRY_LEG_MAX];

    assert(order->entry.leg_count <= ENTRY_LEG_MAX);
    for (size_t i = 0; i < order->entry.leg_count; i++) {
        balances[i] = balance_find(run, &order->entry.legs[i].account);
    }
    order_post(order, &run->poster->rules, period_find(run, order->entry.period), balances);
    if (order->result == ORDER_POSTED) {
        chain(run, order);
    }
}

/* Gives a posted order the next number and hash. */
static void chain(struct run *run, struct order *order)
{
    uint8_t document[JOURNAL_DOCUMENT_SIZE_MAX];
    uint8_t bytes[JOURNAL_ENTRY_SIZE_MAX];
    uint8_t document_hash[CRYPTO_HASH_SIZE];
    const struct journal_position position = {
        .shard = run->poster->shard,
        .seq = run->head.seq + 1,
        .posted_time_ms = run->tx->now_ms,
        .previous_hash = run->head.hash,
    };

    size_t size = journal_encode_document(&order->entry, document);
    crypto_sha256(document, size, document_hash);
    size = journal_encode_entry(&position, &order->entry, document_hash, bytes);
    crypto_sha256(bytes, size, order->hash);
    order->seq = position.seq;
    order->posted_time_ms = position.posted_time_ms;
    run->head.seq = order->seq;
    memcpy(run->head.hash, order->hash, JOURNAL_HASH_SIZE);
}

static enum err run_write(struct run *run)
{
    const char *shard = run->poster->shard;
    struct db *db = run->tx->db;
    enum err err = store_key_insert(db, shard, run->tx->now_ms, run->orders, run->order_count);

    if (err || run->head.seq == run->before.seq) {
        return err; /* all were refused: only their keys are remembered */
    }
    err = store_head_set(db, shard, &run->before, &run->head);
    if (err) {
        return err;
    }
    err = store_journal_insert(db, shard, run->orders, run->order_count);
    if (err) {
        return err;
    }
    err = store_posting_insert(db, shard, run->orders, run->order_count);
    if (err) {
        return err;
    }
    return store_account_save(db, shard, run->accounts, run->account_count);
}

static bool any_pending(struct order *const *orders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (orders[i]->result == ORDER_PENDING) {
            return true;
        }
    }
    return false;
}

static enum period_state period_find(const struct run *run, int32_t fiscal_year)
{
    for (size_t i = 0; i < run->period_count; i++) {
        if (run->periods[i].fiscal_year == fiscal_year) {
            return run->periods[i].state;
        }
    }
    return PERIOD_MISSING;
}

static struct account_balance *balance_find(const struct run *run, const struct account *account)
{
    struct store_account wanted = {.balance = {.account = *account}};
    struct store_account *found = bsearch(&wanted, run->accounts, run->account_count,
                                          sizeof *run->accounts, compare_accounts);

    assert(found);
    return &found->balance;
}

static int compare_accounts(const void *left, const void *right)
{
    const struct store_account *a = left;
    const struct store_account *b = right;

    return account_compare(&a->balance.account, &b->balance.account);
}
