/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds the database's rows to the checks of domain/journal.c, page by page.
 * The chain stops at its first fault, since everything after it would differ;
 * accounts go on, since each stands alone.
 */
#include "ledger/verify.h"

#include "ledger/domain/kind_rule.h"
#include "ledger/entry_hash.h"
#include "ledger/store/grant_entry.h"
#include "ledger/store/hold.h"
#include "ledger/store/journal.h"
#include "ledger/store/posting.h"
#include "ledger/verify_blocks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_ENTRY_COUNT = 200 };

#define ROW_COUNT_MAX (INT64_C(1) << 50) /* more is a damaged head's or account's */

/* Everything a verification holds; one allocation. */
struct run {
    struct db *db;
    const char *shard;
    struct verify_progress *progress;
    struct verify_report *report;
    struct kind_rule_set rules;
    struct journal_check chain;
    struct balance_check balances;
    struct order orders[PAGE_ENTRY_COUNT];
    int64_t entry_count; /* as the head has it */
    struct order linked; /* the entry that the one under way names */
    struct account_balance accounts[STORE_ACCOUNT_READ_MAX];
    struct journal_posting postings[STORE_POSTING_COUNT_MAX];
    struct store_page page;     /* of postings */
    size_t posting_at;          /* next of them */
    struct store_posted posted; /* the last of the page */
};

typedef enum err (*count_fn)(struct db *db, const char *shard, int64_t *ret_count);

static enum err verify_all(struct run *run);
static enum err foresee(struct run *run);
static enum err verify_chain(struct run *run);
static enum err verify_entry(struct run *run, const struct order *order,
                             enum journal_fault *ret_fault);
static enum journal_fault verify_hash(struct run *run, const struct order *order);
static enum err verify_head(struct run *run, bool whole);
static enum err verify_count(struct run *run, count_fn count, enum journal_fault fault);
static enum err verify_roots(struct run *run);
static enum err verify_balances(struct run *run);
static enum err verify_account(struct run *run, const struct account_balance *stored);
static enum err posting_page(struct run *run);
static bool report_fault(struct verify_report *report, enum journal_fault fault, int64_t seq,
                         const struct account *account);

static const char SNAPSHOT_SET[] = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

static enum err snapshot_set(struct db *db)
{
    return db_exec(db, SNAPSHOT_SET, NULL, 0);
}

enum err verify_run(struct db *db, const char *shard, struct verify_progress *progress,
                    struct verify_report *ret_report)
{
    struct run *run = calloc(1, sizeof *run);
    enum err err = ERR_OK;

    if (!run) {
        return ERR_UNAVAILABLE;
    }
    memset(ret_report, 0, sizeof *ret_report);
    run->db = db;
    run->shard = shard;
    run->progress = progress;
    run->report = ret_report;
    err = db_begin(db);
    if (err) {
        goto out;
    }
    err = snapshot_set(db);
    if (!err) {
        err = verify_all(run);
    }
    db_rollback(db); /* it only read */

out:
    free(run);
    return err;
}

static enum err verify_all(struct run *run)
{
    size_t faults_before = 0;
    enum err err = store_rule_list(run->db, &run->rules);

    if (!err) {
        err = foresee(run);
    }
    if (err) {
        return err;
    }
    err = verify_chain(run);
    if (err) {
        return err;
    }
    err = verify_count(run, store_key_mismatch_count, JOURNAL_FAULT_KEY);
    if (err) {
        return err;
    }
    err = verify_count(run, store_limit_excess_count, JOURNAL_FAULT_LIMIT);
    if (err) {
        return err;
    }
    err = verify_count(run, store_period_mismatch_count, JOURNAL_FAULT_PERIOD);
    if (err) {
        return err;
    }
    err = verify_roots(run);
    if (err) {
        return err;
    }
    faults_before = run->report->fault_count;
    err = verify_count(run, store_transfer_orphan_count, JOURNAL_FAULT_BALANCE);
    if (err || run->report->fault_count > faults_before) {
        return err; /* postings and accounts cannot be walked side by side */
    }
    err = verify_balances(run);
    if (!err) {
        err = verify_count(run, store_hold_mismatch_count, JOURNAL_FAULT_HOLD);
    }
    return err ? err : verify_count(run, store_grant_mismatch_count, JOURNAL_FAULT_GRANT);
}

/* As many rows as somebody says there are, or none when there cannot be that many. */
static int64_t row_count(int64_t said)
{
    return said < 0 || said > ROW_COUNT_MAX ? 0 : said;
}

/* How much there is to walk, so that somebody can be told; nothing is judged by it. */
static enum err foresee(struct run *run)
{
    struct store_head head = {.seq = 0};
    int64_t posting_count = 0;
    enum err err = store_head_read(run->db, run->shard, &head);

    if (!err || err == ERR_NOT_FOUND) {
        err = store_posting_count(run->db, run->shard, &posting_count);
    }
    run->entry_count = row_count(head.seq);
    if (!err) {
        atomic_store(&run->progress->total, 2 * run->entry_count + row_count(posting_count));
    }
    return err;
}

static enum err verify_chain(struct run *run)
{
    struct store_page page = {.limit = PAGE_ENTRY_COUNT};
    bool whole = true;
    enum err err = ERR_OK;

    journal_check_init(&run->chain, run->shard);
    do {
        err = store_journal_read(run->db, run->shard, run->chain.seq, run->orders, &page);
        if (err) {
            return err;
        }
        for (size_t i = 0; i < page.count && whole; i++) {
            enum journal_fault fault = JOURNAL_SOUND;
            err = verify_entry(run, &run->orders[i], &fault);
            if (err) {
                return err;
            }
            whole = fault == JOURNAL_SOUND ||
                    !report_fault(run->report, fault, run->orders[i].seq, NULL);
            whole = whole && fault != JOURNAL_FAULT_SEQ && fault != JOURNAL_FAULT_HASH;
        }
        atomic_store(&run->progress->done, run->chain.seq);
    } while (page.count == PAGE_ENTRY_COUNT && whole);
    run->report->entry_count = run->chain.seq;
    return verify_head(run, whole);
}

static enum err verify_entry(struct run *run, const struct order *order,
                             enum journal_fault *ret_fault)
{
    const struct entry *linked = NULL;
    int64_t linked_seq = order->entry.linked_seq;

    *ret_fault = verify_hash(run, order);
    if (*ret_fault) {
        return ERR_OK;
    }
    if (linked_seq > 0 && linked_seq < order->seq) {
        struct store_page page = {.limit = 1};
        enum err err = store_journal_read(run->db, run->shard, linked_seq - 1, &run->linked, &page);
        if (err) {
            return err;
        }
        bool found = page.count == 1 && run->linked.seq == linked_seq;
        linked = found && run->linked.result == ORDER_POSTED ? &run->linked.entry : NULL;
    }
    *ret_fault = journal_check_rules(&order->entry, linked, &run->rules);
    return ERR_OK;
}

static enum journal_fault verify_hash(struct run *run, const struct order *order)
{
    uint8_t computed[JOURNAL_HASH_SIZE];
    uint8_t seal[ORDER_SEAL_SIZE];
    const struct journal_position position = {
        .shard = run->shard,
        .seq = run->chain.seq + 1,
        .posted_time_ms = order->posted_time_ms,
        .previous_hash = run->chain.hash,
    };

    if (order->result != ORDER_POSTED) {
        return JOURNAL_FAULT_HASH; /* damaged beyond reading */
    }
    entry_hash(&position, &order->entry, computed);
    enum journal_fault fault =
        journal_check_entry(&run->chain, order->seq, &order->entry, computed, order->hash);
    if (fault) {
        return fault;
    }
    entry_hash_seal(order->request_hash, order->hash, seal);
    return memcmp(seal, order->request_seal, sizeof seal) == 0 ? JOURNAL_SOUND : JOURNAL_FAULT_KEY;
}

/* A chain that broke on the way has said so already; its head would only say it again. */
static enum err verify_head(struct run *run, bool whole)
{
    struct store_head head = {.epoch = 0};
    enum err err = store_head_read(run->db, run->shard, &head);

    if (err && err != ERR_NOT_FOUND) {
        return err;
    }
    run->report->epoch = head.epoch;
    run->report->seq = head.seq;
    memcpy(run->report->hash, head.hash, JOURNAL_HASH_SIZE);
    enum journal_fault fault = journal_check_head(&run->chain, head.seq, head.hash);
    if (whole && fault) {
        (void)report_fault(run->report, fault, head.seq, NULL); /* it is the chain's last */
    }
    return ERR_OK;
}

static enum err verify_count(struct run *run, count_fn count, enum journal_fault fault)
{
    int64_t row_count = 0;
    enum err err = count(run->db, run->shard, &row_count);

    if (err || row_count == 0) {
        return err;
    }
    if (!report_fault(run->report, fault, 0, NULL)) {
        run->report->faults[run->report->fault_count - 1].row_count = row_count;
    }
    return ERR_OK;
}

static enum err verify_roots(struct run *run)
{
    struct verify_blocks blocks = {.fault = JOURNAL_SOUND};
    enum err err = verify_blocks(run->db, run->shard, run->report->seq, run->progress, &blocks);

    if (err) {
        return err;
    }
    run->report->block_count = blocks.block_count;
    atomic_store(&run->progress->done, 2 * run->entry_count);
    if (blocks.fault) {
        (void)report_fault(run->report, blocks.fault, blocks.seq, NULL); /* a full report is kept */
    }
    return ERR_OK;
}

/* Walks accounts and postings side by side; both come in the same order. */
static enum err verify_balances(struct run *run)
{
    struct store_page page = {.limit = STORE_ACCOUNT_READ_MAX};
    int32_t after = 0;
    enum err err = ERR_OK;

    balance_check_init(&run->balances);
    err = posting_page(run);
    do {
        if (!err) {
            err = store_account_read(run->db, run->shard, &after, run->accounts, &page);
        }
        for (size_t i = 0; !err && i < page.count; i++) {
            err = verify_account(run, &run->accounts[i]);
        }
    } while (!err && page.count == STORE_ACCOUNT_READ_MAX);
    run->report->account_count = run->balances.account_count;
    run->report->posting_count = run->balances.posting_count;
    if (err == ERR_INVALID) {
        (void)report_fault(run->report, JOURNAL_FAULT_BALANCE, 0, NULL); /* a row beyond reading */
        err = ERR_OK;
    }
    return err;
}

static enum err verify_account(struct run *run, const struct account_balance *stored)
{
    enum journal_fault fault = JOURNAL_SOUND;
    int64_t seq = 0;

    while (run->posting_at < run->page.count) {
        const struct journal_posting *posting = &run->postings[run->posting_at];
        if (!account_equal(&posting->account, &stored->account)) {
            break;
        }
        if (!fault) {
            fault = balance_check_posting(&run->balances, posting);
            seq = fault ? posting->seq : 0;
        }
        run->posting_at++;
        if (run->posting_at == run->page.count) {
            enum err err = posting_page(run);
            if (err) {
                return err;
            }
        }
    }
    enum journal_fault end = balance_check_account(&run->balances, stored);
    fault = fault ? fault : end;
    if (fault) {
        (void)report_fault(run->report, fault, seq, &stored->account); /* a full report is kept */
    }
    return ERR_OK;
}

/* The next page of postings, after the last one taken. */
static enum err posting_page(struct run *run)
{
    run->posting_at = 0;
    run->page.limit = STORE_POSTING_COUNT_MAX;
    atomic_store(&run->progress->done, 2 * run->entry_count + run->balances.posting_count);
    return store_posting_read(run->db, run->shard, &run->posted, run->postings, &run->page);
}

/* True when the report is full, so that nothing more can be said. */
static bool report_fault(struct verify_report *report, enum journal_fault fault, int64_t seq,
                         const struct account *account)
{
    if (report->fault_count == VERIFY_FAULT_COUNT_MAX) {
        return true;
    }
    struct verify_fault *place = &report->faults[report->fault_count];
    place->fault = fault;
    place->seq = seq;
    if (account) {
        account_code(account, place->account);
    }
    report->fault_count++;
    return false;
}
