/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of posting: recall keys, load what the entries touch, let the domain
 * answer each order against it, hash, write. Balances live here for the run
 * only, so that nothing stale can survive a rollback or another leader.
 */
#include "ledger/post.h"

#include "ledger/blocks.h"
#include "ledger/domain/journal.h"
#include "ledger/holds.h"
#include "ledger/store/journal.h"
#include "ledger/store/posting.h"
#include "runtime/crypto.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Where in a run a key comes first. */
struct first_use {
    const struct order *order;
    size_t index;
};

/* Everything a run holds; released at its end. */
struct run {
    struct poster *poster;
    struct writer_tx *tx;
    struct order *const *orders;
    size_t order_count;
    struct first_use *uses; /* sorted by key */
    size_t use_count;
    struct store_head before;
    struct store_head head;
    struct store_period periods[STORE_PERIOD_COUNT_MAX];
    size_t period_count;
    struct store_link *links; /* entries that the orders name, once each */
    size_t link_count;
    struct holds holds;
    struct store_account *accounts; /* sorted by account */
    size_t account_count;
};

/* What a group of orders is taken back to when one of them is refused. */
struct run_mark {
    struct store_head head;
    struct store_account *accounts;
    struct store_link *links;
    struct store_hold *holds;
};

static enum err run_load(struct run *run);
static enum err run_load_links(struct run *run);
static enum err run_collect_keys(struct run *run);
static enum err run_collect_accounts(struct run *run);
static enum err run_ask(struct run *run);
static enum err run_hear(struct run *run);
static enum err run_answer(struct run *run);
static enum err answer_group(struct run *run, size_t first, size_t count);
static enum err run_mark(const struct run *run, struct run_mark *ret_mark);
static void run_restore(struct run *run, const struct run_mark *mark);
static void run_mark_release(struct run_mark *mark);
static void answer_or_recall(struct run *run, size_t index);
static enum err run_write(struct run *run);
static enum err run_write_held(struct run *run);
static enum err run_seal(struct run *run);
static bool any_pending(struct order *const *orders, size_t count);
static bool recall_in_run(struct run *run, size_t index);
static void answer_one(struct run *run, struct order *order);
static void chain(struct run *run, struct order *order);
static void link_update(const struct run *run, const struct order *order);
static struct store_link *link_find(const struct run *run, int64_t seq);
static enum period_state period_worst(const struct run *run, const struct entry *entry);
static enum period_state period_find(const struct run *run, int32_t fiscal_year);
static struct account_balance *balance_find(const struct run *run, const struct account *account);
static int compare_keys(const void *left, const void *right);
static int compare_uses(const void *left, const void *right);
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
    err = run_load(&run);
    if (!err && any_pending(orders, count)) {
        err = run_answer(&run);
        if (!err) {
            err = run_write(&run);
        }
    }
    holds_release_rows(&run.holds);
    free(run.uses);
    free(run.links);
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
    err = run_load_links(run);
    if (err) {
        return err;
    }
    err = holds_load(run->tx, poster->shard, run->orders, run->order_count, &run->holds);
    if (err) {
        return err;
    }
    err = run_collect_keys(run);
    if (!err) {
        err = run_collect_accounts(run);
    }
    if (!err) {
        err = run_ask(run);
    }
    if (!err) {
        err = run_hear(run);
    }
    for (size_t i = 0; !err && i < run->account_count && run->holds.count > 0; i++) {
        err = holds_check_account(&run->holds, &run->accounts[i].balance, run->tx->now_ms);
    }
    return err;
}

/* Everything that is asked in each run, sent at once. */
static enum err run_ask(struct run *run)
{
    const char *shard = run->poster->shard;
    struct db *db = run->tx->db;
    enum err err = db_use_keys(db);

    if (!err) {
        err = store_key_ask(db, shard, run->orders, run->order_count);
    }
    if (!err) {
        err = store_head_ask(db, shard);
    }
    if (!err) {
        err = store_period_ask(db, shard);
    }
    return err ? err
               : store_account_ask(db, shard, run->tx->now_ms, run->accounts, run->account_count);
}

static enum err run_hear(struct run *run)
{
    struct db *db = run->tx->db;
    bool due = false;
    enum err err = store_key_hear(db, run->orders, run->order_count);

    if (!err) {
        err = store_head_hear(db, run->poster->shard, &run->before);
        run->head = run->before;
    }
    if (!err) {
        err = store_period_hear(db, run->periods, &run->period_count);
    }
    if (!err) {
        err = store_account_hear(db, run->accounts, run->account_count);
    }
    for (size_t i = 0; !err && i < run->account_count; i++) {
        due = due || run->accounts[i].due;
    }
    return due ? holds_load_accounts(run->tx, run->poster->shard, run->accounts, run->account_count)
               : err;
}

/* The entries that orders name; a reversal gets its legs from the one it takes back. */
static enum err run_load_links(struct run *run)
{
    size_t linked_count = 0;

    for (size_t i = 0; i < run->order_count; i++) {
        linked_count += run->orders[i]->entry.linked_seq > 0 ? 1 : 0;
    }
    if (linked_count == 0) {
        return ERR_OK;
    }
    run->links = calloc(linked_count, sizeof *run->links);
    if (!run->links) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; i < run->order_count; i++) {
        struct entry *entry = &run->orders[i]->entry;
        if (entry->linked_seq == 0) {
            continue;
        }
        struct store_link *link = link_find(run, entry->linked_seq);
        if (!link) {
            link = &run->links[run->link_count];
            enum err err =
                store_link_read(run->tx->db, run->poster->shard, entry->linked_seq, link);
            if (err) {
                return err;
            }
            run->link_count++;
        }
        if (strcmp(entry->kind, KIND_REVERSAL) == 0) {
            entry->leg_count = 0; /* the run may be tried again */
            if (link->found) {
                entry_mirror(entry, &link->order.entry);
            }
        }
    }
    return ERR_OK;
}

/* Every key of the orders, once each, sorted. */
static enum err run_collect_keys(struct run *run)
{
    run->uses = calloc(run->order_count + 1, sizeof *run->uses);
    if (!run->uses) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; i < run->order_count; i++) {
        run->uses[i] = (struct first_use){run->orders[i], i};
    }
    qsort(run->uses, run->order_count, sizeof *run->uses, compare_uses);
    for (size_t i = 0; i < run->order_count; i++) {
        size_t kept = run->use_count;
        if (kept == 0 || compare_keys(&run->uses[i], &run->uses[kept - 1]) != 0) {
            run->uses[kept] = run->uses[i];
            run->use_count++;
        }
    }
    return ERR_OK;
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

static enum err run_answer(struct run *run)
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
static enum err answer_group(struct run *run, size_t first, size_t count)
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
        if (i != refused_at && !run->orders[i]->remembered) {
            order_refuse_group(run->orders[i]);
        }
    }
    run_mark_release(&mark);
    return ERR_OK;
}

static enum err run_mark(const struct run *run, struct run_mark *ret_mark)
{
    struct run_mark mark = {
        .head = run->head,
        .accounts = calloc(run->account_count + 1, sizeof *run->accounts),
        .links = calloc(run->link_count + 1, sizeof *run->links),
        .holds = calloc(run->holds.count + 1, sizeof *run->holds.rows),
    };

    if (!mark.accounts || !mark.links || !mark.holds) {
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
    *ret_mark = mark;
    return ERR_OK;
}

static void run_restore(struct run *run, const struct run_mark *mark)
{
    run->head = mark->head;
    memcpy(run->accounts, mark->accounts, run->account_count * sizeof *run->accounts);
    for (size_t i = 0; i < run->link_count; i++) {
        run->links[i] = mark->links[i];
    }
    for (size_t i = 0; i < run->holds.count; i++) {
        run->holds.rows[i] = mark->holds[i];
    }
}

static void run_mark_release(struct run_mark *mark)
{
    free(mark->accounts);
    free(mark->links);
    free(mark->holds);
}

static void answer_or_recall(struct run *run, size_t index)
{
    struct order *order = run->orders[index];

    if (order->result == ORDER_PENDING && !recall_in_run(run, index)) {
        answer_one(run, order);
    }
}

/* The same key twice in one commit: the second is answered from the first. */
static bool recall_in_run(struct run *run, size_t index)
{
    struct order *order = run->orders[index];
    const struct first_use wanted = {order, index};
    const struct first_use *first =
        bsearch(&wanted, run->uses, run->use_count, sizeof *run->uses, compare_keys);
    struct order_key key;

    assert(first); /* Every key of the run is there. */
    if (first->order == order) {
        return false;
    }
    order_key_init(&key, first->order);
    order_recall(order, &key);
    return true;
}

static void answer_one(struct run *run, struct order *order)
{
    struct account_balance *balances[ENTRY_LEG_MAX];
    const struct store_link *link = link_find(run, order->entry.linked_seq);
    struct store_hold *hold = holds_find(&run->holds, order);
    struct order_context context = {
        .rules = &run->poster->rules,
        .period_state = period_worst(run, &order->entry),
        .hold = hold ? &hold->hold : NULL,
        .now_ms = run->tx->now_ms,
    };

    assert(order->entry.leg_count <= ENTRY_LEG_MAX);
    if (link) {
        context.link.entry = link->found ? &link->order.entry : NULL;
        context.link.reversed = link->reversed;
        context.link.taken_krw = link->taken_krw;
    }
    for (size_t i = 0; i < order->entry.leg_count; i++) {
        balances[i] = balance_find(run, &order->entry.legs[i].account);
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
static void link_update(const struct run *run, const struct order *order)
{
    struct store_link *link = link_find(run, order->entry.linked_seq);

    if (!link) {
        return;
    }
    link->reversed = link->reversed || strcmp(order->entry.kind, KIND_REVERSAL) == 0;
    if (kind_rule_set_needs_link(&run->poster->rules, order->entry.kind)) {
        link->taken_krw += entry_taking(&order->entry); /* checked against what is left */
    }
}

static struct store_link *link_find(const struct run *run, int64_t seq)
{
    for (size_t i = 0; i < run->link_count; i++) {
        if (run->links[i].seq == seq) {
            return &run->links[i];
        }
    }
    return NULL;
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
    err = store_journal_insert(db, shard, &(const struct store_heads){&run->before, &run->head},
                               run->orders, run->order_count);
    if (err) {
        return err;
    }
    err = store_posting_insert(db, shard, run->orders, run->order_count);
    if (err) {
        return err;
    }
    err = store_account_save(db, shard, run->accounts, run->account_count);
    if (!err && run->holds.count > 0) {
        err = run_write_held(run);
    }
    return err ? err : run_seal(run);
}

static enum err run_write_held(struct run *run)
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
static enum err run_seal(struct run *run)
{
    const struct event_cause cause = {.traceparent = NULL};
    const struct blocks_wish wish = {.head_seq = run->head.seq, .cause = &cause};
    struct blocks_outcome outcome;

    if (!block_completed(run->before.seq, run->head.seq)) {
        return ERR_OK;
    }
    return blocks_seal(run->tx, run->poster->shard, &wish, &outcome);
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

/* An entry may touch two years; both must be open. */
static enum period_state period_worst(const struct run *run, const struct entry *entry)
{
    enum period_state state = period_find(run, entry->period);

    for (size_t i = 0; i < entry->leg_count && state == PERIOD_OPEN; i++) {
        state = period_find(run, entry->legs[i].account.line.fiscal_year);
    }
    return state;
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

static int compare_keys(const void *left, const void *right)
{
    const struct first_use *a = left;
    const struct first_use *b = right;

    return memcmp(a->order->entry.key, b->order->entry.key, ENTRY_KEY_SIZE);
}

/* By key, then as they came. */
static int compare_uses(const void *left, const void *right)
{
    const struct first_use *a = left;
    const struct first_use *b = right;
    int order = compare_keys(left, right);

    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static int compare_accounts(const void *left, const void *right)
{
    const struct store_account *a = left;
    const struct store_account *b = right;

    return account_compare(&a->balance.account, &b->balance.account);
}
