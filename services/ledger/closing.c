/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The closing of a year, line by line. All of it is one transaction: a year is
 * open or closed, never half.
 */
#include "ledger/closing.h"

#include "ledger/blocks.h"
#include "ledger/domain/closing.h"
#include "ledger/events.h"
#include "ledger/store/period.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_MAX = 256, /* closing entries posted at once */
    NAME_SIZE = 64,
    TRANSFERS_PER_ENTRY = ENTRY_LEG_MAX / 2,
};

/* The namespace of keys of closing entries: UUIDv5(this, "closing/year/place"). */
static const uint8_t KEY_NAMESPACE[CRYPTO_UUID_SIZE] = {
    0x2b, 0x8e, 0x41, 0x77, 0x90, 0x3d, 0x4c, 0x65, 0xb1, 0x0f, 0x5a, 0xd2, 0x18, 0xe6, 0x39, 0xc4,
};

/* Entries on their way; one allocation. */
struct chunk {
    struct order orders[CHUNK_MAX];
    struct order *pointers[CHUNK_MAX];
    size_t count;
    int64_t made; /* entries so far, for their keys */
};

/* Everything a closing holds. */
struct run {
    struct poster *poster;
    struct writer_tx *tx;
    const struct closing *closing;
    struct chunk *chunk;
};

static enum err period_state_read(const struct run *run, enum period_state *ret_state);
static enum err check_ended(const struct run *run, struct refusal *ret_refusal);
static enum err close_lines(struct run *run, const struct account_balance *accounts, size_t count);
static enum err close_line(struct run *run, const struct account_balance *accounts, size_t count);
static enum err add_entry(struct run *run, const struct entry_transfer *transfers, size_t count);
static enum err post_chunk(struct run *run);

enum err closing_run(struct poster *poster, struct writer_tx *tx, const struct closing *closing,
                     struct refusal *ret_refusal)
{
    struct run run = {.poster = poster, .tx = tx, .closing = closing};
    struct account_balance *accounts = NULL;
    enum period_state state = PERIOD_MISSING;
    struct store_head head = {.epoch = 0};
    int64_t reserved = 0;
    size_t count = 0;
    struct blocks_outcome outcome;
    enum err err = period_state_read(&run, &state);

    memset(ret_refusal, 0, sizeof *ret_refusal);
    if (err || state == PERIOD_CLOSED) {
        return err;
    }
    if (state == PERIOD_MISSING) {
        err = refusal_set(ret_refusal, REFUSAL_PERIOD_MISSING, "/fiscal_year", 0);
        return err ? ERR_OK : ERR_INTERNAL;
    }
    err = check_ended(&run, ret_refusal);
    if (err || ret_refusal->reason) {
        return err;
    }
    err = store_year_reserved_count(tx->db, poster->shard, closing->fiscal_year, &reserved);
    if (!err) {
        err = store_year_accounts(tx->db, poster->shard, closing->fiscal_year, &accounts, &count);
    }
    if (err) {
        return err;
    }
    err = closing_check(accounts, count, reserved, ret_refusal);
    if (err) {
        err = ERR_OK; /* a refusal is an answer */
        goto out;
    }
    run.chunk = calloc(1, sizeof *run.chunk);
    err = run.chunk ? close_lines(&run, accounts, count) : ERR_UNAVAILABLE;
    if (!err) {
        err = store_head_load(tx->db, poster->shard, &head);
    }
    if (!err) {
        err = store_period_close(tx->db, poster->shard, closing->fiscal_year, &head, tx->now_ms,
                                 closing->by);
    }
    if (!err) {
        const struct blocks_wish wish = {head.seq, true, closing->cause};
        err = blocks_seal(tx, poster->shard, &wish, &outcome);
    }

out:
    free(run.chunk);
    free(accounts);
    return err;
}

static enum err period_state_read(const struct run *run, enum period_state *ret_state)
{
    struct store_period periods[STORE_PERIOD_COUNT_MAX];
    size_t count = 0;
    enum err err = store_period_list(run->tx->db, run->poster->shard, periods, &count);

    if (err) {
        return err;
    }
    *ret_state = PERIOD_MISSING;
    for (size_t i = 0; i < count; i++) {
        if (periods[i].fiscal_year == run->closing->fiscal_year) {
            *ret_state = periods[i].state;
        }
    }
    return ERR_OK;
}

/* By the commit's own time, which is the service's clock. */
static enum err check_ended(const struct run *run, struct refusal *ret_refusal)
{
    char day[CLOCK_DAY_SIZE];
    int32_t today = 0;

    clock_day_in_korea(run->tx->now_ms, day);
    enum err err = entry_date_parse(day, &today);
    if (err) {
        return ERR_INTERNAL; /* a clock beyond 2199 */
    }
    err = closing_check_ended(run->closing->fiscal_year, today, ret_refusal);
    return err && !ret_refusal->reason ? ERR_INTERNAL : ERR_OK; /* a refusal is an answer */
}

static enum err close_lines(struct run *run, const struct account_balance *accounts, size_t count)
{
    size_t first = 0;

    while (first < count) {
        size_t after = first + 1;
        while (after < count &&
               line_equal(&accounts[first].account.line, &accounts[after].account.line)) {
            after++;
        }
        enum err err = close_line(run, &accounts[first], after - first);
        if (err) {
            return err;
        }
        first = after;
    }
    return post_chunk(run);
}

static enum err close_line(struct run *run, const struct account_balance *accounts, size_t count)
{
    struct entry_transfer transfers[CLOSING_TRANSFER_MAX];
    size_t total = closing_transfers(accounts, count, transfers);

    for (size_t at = 0; at < total; at += TRANSFERS_PER_ENTRY) {
        size_t left = total - at;
        enum err err =
            add_entry(run, &transfers[at], left < TRANSFERS_PER_ENTRY ? left : TRANSFERS_PER_ENTRY);
        if (err) {
            return err;
        }
    }
    return ERR_OK;
}

static enum err add_entry(struct run *run, const struct entry_transfer *transfers, size_t count)
{
    const struct closing *closing = run->closing;
    struct chunk *chunk = run->chunk;
    struct refusal refusal = {.reason = REFUSAL_NONE};
    uint8_t key[ENTRY_KEY_SIZE];
    char name[NAME_SIZE];
    enum err err = chunk->count == CHUNK_MAX ? post_chunk(run) : ERR_OK;

    if (err) {
        return err;
    }
    int length = snprintf(name, sizeof name, "closing/%d/%lld", (int)closing->fiscal_year,
                          (long long)chunk->made);
    assert(length > 0 && (size_t)length < sizeof name);
    crypto_uuid5(KEY_NAMESPACE, name, (size_t)length, key);
    const struct entry_head head = {
        .key = key,
        .effective_date = closing->fiscal_year * 10000 + 1231,
        .document = closing->document,
        .metadata = closing->metadata,
    };
    struct order *order = &chunk->orders[chunk->count];
    memset(order, 0, sizeof *order);
    err = entry_build(&order->entry, &head, KIND_CLOSING, transfers, count, &refusal);
    if (err) {
        return ERR_INTERNAL; /* document and amounts were measured before */
    }
    crypto_sha256(name, (size_t)length, order->request_hash);
    order->group = 1;
    chunk->pointers[chunk->count] = order;
    chunk->count++;
    chunk->made++;
    return ERR_OK;
}

static enum err post_chunk(struct run *run)
{
    struct chunk *chunk = run->chunk;
    enum err err = ERR_OK;

    if (chunk->count == 0) {
        return ERR_OK;
    }
    err = post_orders(run->poster, run->tx, chunk->pointers, chunk->count);
    for (size_t i = 0; !err && i < chunk->count; i++) {
        /* Everything was checked before; what is refused now rolls the whole closing back. */
        err = chunk->orders[i].result == ORDER_POSTED
                  ? events_say_entry(run->tx, run->closing->cause, &chunk->orders[i], "")
                  : ERR_CONFLICT;
    }
    chunk->count = 0;
    return err;
}
