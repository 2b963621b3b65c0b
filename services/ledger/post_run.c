/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading a run: entries, holds and grants that the orders name, then keys, head,
 * years and accounts, asked for together.
 */
#include "ledger/post_run.h"

#include "ledger/store/grant_entry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static enum err run_load_links(struct post_run *run);
static enum err run_collect_keys(struct post_run *run);
static enum err run_collect_accounts(struct post_run *run);
static void run_recall(struct post_run *run);
static void run_mark_taken(struct post_run *run);
static enum err run_ask(struct post_run *run);
static enum err run_hear(struct post_run *run);
static struct period period_find(const struct post_run *run, int32_t fiscal_year);
static struct store_account *account_find(const struct post_run *run,
                                          const struct account *account);
static int compare_keys(const void *left, const void *right);
static int compare_uses(const void *left, const void *right);
static int compare_accounts(const void *left, const void *right);

enum err post_run_load(struct post_run *run)
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
    err = grant_books_load(run->tx, poster->shard, run->orders, run->order_count, &run->grants);
    if (err) {
        return err;
    }
    err = run_collect_keys(run);
    if (!err) {
        err = run_collect_accounts(run);
    }
    if (!err) {
        run_recall(run);
        run_mark_taken(run);
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

void post_run_release(struct post_run *run)
{
    holds_release_rows(&run->holds);
    grant_books_release(&run->grants);
    free(run->uses);
    free(run->links);
    free(run->accounts);
}

/* The entries that orders name; a reversal gets its legs from the one it takes back. */
static enum err run_load_links(struct post_run *run)
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
        struct store_link *link = post_run_link(run, entry->linked_seq);
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
static enum err run_collect_keys(struct post_run *run)
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
static enum err run_collect_accounts(struct post_run *run)
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

/* What is kept from the run before. */
static void run_recall(struct post_run *run)
{
    const struct kept *kept = &run->poster->kept;

    if (run->knows) {
        run->before = kept->head;
        run->head = kept->head;
        memcpy(run->periods, kept->periods, kept->period_count * sizeof *kept->periods);
        run->period_count = kept->period_count;
        kept_recall(kept, run->accounts, run->account_count);
    }
    for (size_t i = 0; i < run->account_count && !run->misses; i++) {
        run->misses = !run->accounts[i].known;
    }
}

/* Of which accounts must be known what is decided for grants. */
static void run_mark_taken(struct post_run *run)
{
    for (size_t i = 0; i < run->order_count; i++) {
        const struct order *order = run->orders[i];
        const struct account *taken = order->has_grant ? NULL : grant_entry_taken(&order->entry);
        if (taken) {
            account_find(run, taken)->taken = true;
            run->takes = true;
        }
    }
}

/* Everything that is not known, asked for at once. */
static enum err run_ask(struct post_run *run)
{
    const char *shard = run->poster->shard;
    struct db *db = run->tx->db;
    enum err err = run->trusts ? ERR_OK : store_key_ask(db, shard, run->orders, run->order_count);

    if (!err && !run->knows) {
        err = store_head_ask(db, shard);
    }
    if (!err && !run->knows) {
        err = store_period_ask(db, shard);
    }
    if (!err && run->misses) {
        err = store_account_ask(db, shard, run->tx->now_ms, run->accounts, run->account_count);
    }
    return err || !run->takes
               ? err
               : store_grant_decided_ask(db, shard, run->accounts, run->account_count);
}

static enum err run_hear(struct post_run *run)
{
    struct db *db = run->tx->db;
    enum err err = run->trusts ? ERR_OK : store_key_hear(db, run->orders, run->order_count);

    if (!err && !run->knows) {
        err = store_head_hear(db, run->poster->shard, &run->before);
        run->head = run->before;
    }
    if (!err && !run->knows) {
        err = store_period_hear(db, run->periods, &run->period_count);
    }
    if (!err && run->misses) {
        err = store_account_hear(db, run->accounts, run->account_count);
    }
    if (!err && run->takes) {
        err = store_grant_decided_hear(db, run->accounts, run->account_count);
    }
    return err ? err
               : holds_expire_due(run->tx, run->poster->shard, run->accounts, run->account_count);
}

const struct order *post_run_first(const struct post_run *run, const struct order *order)
{
    const struct first_use wanted = {.order = order};
    const struct first_use *first =
        bsearch(&wanted, run->uses, run->use_count, sizeof *run->uses, compare_keys);

    assert(first); /* Every key of the run is there. */
    return first->order;
}

struct store_link *post_run_link(const struct post_run *run, int64_t seq)
{
    for (size_t i = 0; i < run->link_count; i++) {
        if (run->links[i].seq == seq) {
            return &run->links[i];
        }
    }
    return NULL;
}

struct account_balance *post_run_balance(const struct post_run *run, const struct account *account)
{
    return &account_find(run, account)->balance;
}

static struct store_account *account_find(const struct post_run *run, const struct account *account)
{
    struct store_account wanted = {.balance = {.account = *account}};
    struct store_account *found = bsearch(&wanted, run->accounts, run->account_count,
                                          sizeof *run->accounts, compare_accounts);

    assert(found);
    return found;
}

/* An entry may touch two years; both must be open. */
struct period post_run_period(const struct post_run *run, const struct entry *entry)
{
    struct period period = period_find(run, entry->period);

    for (size_t i = 0; i < entry->leg_count && period.state == PERIOD_OPEN; i++) {
        period = period_find(run, entry->legs[i].account.line.fiscal_year);
    }
    return period;
}

static struct period period_find(const struct post_run *run, int32_t fiscal_year)
{
    for (size_t i = 0; i < run->period_count; i++) {
        if (run->periods[i].fiscal_year == fiscal_year) {
            return run->periods[i];
        }
    }
    return (struct period){fiscal_year, PERIOD_MISSING};
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
