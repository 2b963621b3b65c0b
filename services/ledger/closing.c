/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The closing of a year, line by line. A line is closed in one step; keys of
 * closing entries follow from their line, so that no step can post one twice.
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
    NAME_SIZE = PROGRAMME_LENGTH_MAX + 64,
    TRANSFERS_PER_ENTRY = ENTRY_LEG_MAX / 2,
    LINE_ENTRY_MAX = (CLOSING_TRANSFER_MAX + TRANSFERS_PER_ENTRY - 1) / TRANSFERS_PER_ENTRY,
};

static_assert((int)CLOSING_STEP_EVENT_MAX <= (int)WRITER_BATCH_EVENT_MAX, "a step fits a commit");
static_assert((int)CHUNK_MAX % (int)EVENTS_ENTRY_MAX == 0, "only a step's last event has room");
static_assert((int)LINE_ENTRY_MAX <= (int)CLOSING_STEP_ENTRY_MAX, "every step closes a line");

/* The namespace of keys of closing entries: UUIDv5(this, "closing/year/source/programme/part"). */
static const uint8_t KEY_NAMESPACE[CRYPTO_UUID_SIZE] = {
    0x2b, 0x8e, 0x41, 0x77, 0x90, 0x3d, 0x4c, 0x65, 0xb1, 0x0f, 0x5a, 0xd2, 0x18, 0xe6, 0x39, 0xc4,
};

/* Entries on their way; one allocation. */
struct chunk {
    struct order orders[CHUNK_MAX];
    struct order *pointers[CHUNK_MAX];
    size_t count;
};

/* Everything a step holds. */
struct run {
    struct poster *poster;
    struct writer_tx *tx;
    const struct closing *closing; /* what is asked, then the words of who began */
    struct closing begun_closing;
    struct store_closing begun;
    enum period_state state;
    struct account_balance *accounts; /* what is left to close */
    size_t account_count;
    struct chunk *chunk;
    struct closing_outcome outcome;
};

static enum err load(struct run *run);
static enum err load_begun(struct run *run);
static enum err check(struct run *run);
static enum err close_accounts(struct run *run);
static enum err begin(struct run *run);
static enum err finish(struct run *run);
static enum err check_ended(const struct run *run, struct refusal *ret_refusal);
static enum err close_lines(struct run *run, bool *ret_whole);
static enum err close_line(struct run *run, const struct account_balance *accounts, size_t count);
static enum err add_entry(struct run *run, int part, const struct entry_transfer *transfers,
                          size_t count);
static enum err post_chunk(struct run *run);

enum err closing_step(struct poster *poster, struct writer_tx *tx, const struct closing *closing,
                      struct closing_outcome *ret_outcome)
{
    struct run run = {.poster = poster, .tx = tx, .closing = closing};
    enum err err = load(&run);

    if (err) {
        goto out;
    }
    run.outcome.closed = run.state == PERIOD_CLOSED;
    if (run.state == PERIOD_OPEN || run.state == PERIOD_MISSING) {
        err = check(&run);
    }
    if (!err && !run.outcome.closed && !run.outcome.refusal.reason) {
        err = close_accounts(&run);
    }
    if (!err) {
        *ret_outcome = run.outcome;
    }

out:
    free(run.chunk);
    free(run.accounts);
    return err;
}

enum err closing_resume(struct poster *poster, struct writer_tx *tx,
                        struct closing_outcome *ret_outcome)
{
    const struct event_cause cause = {.traceparent = NULL};
    struct closing closing = {.cause = &cause};
    struct store_closing begun;
    enum err err = store_closing_read(tx->db, poster->shard, 0, &begun);

    if (err) {
        return err;
    }
    closing.fiscal_year = begun.fiscal_year;
    return closing_step(poster, tx, &closing, ret_outcome);
}

static enum err load(struct run *run)
{
    const int32_t year = run->closing->fiscal_year;
    enum err err = store_period_state(run->tx->db, run->poster->shard, year, &run->state);

    if (err || run->state == PERIOD_CLOSED || run->state == PERIOD_MISSING) {
        return err;
    }
    if (run->state == PERIOD_CLOSING) {
        err = load_begun(run);
    }
    if (!err) {
        err = store_year_accounts(run->tx->db, run->poster->shard, year, &run->accounts,
                                  &run->account_count);
    }
    return err;
}

static enum err load_begun(struct run *run)
{
    enum err err =
        store_closing_read(run->tx->db, run->poster->shard, run->closing->fiscal_year, &run->begun);

    if (err) {
        return ERR_INTERNAL; /* its state was read in this transaction */
    }
    run->begun_closing = *run->closing;
    run->begun_closing.by = run->begun.by;
    run->begun_closing.document = run->begun.document;
    run->begun_closing.metadata = run->begun.metadata;
    run->closing = &run->begun_closing;
    return ERR_OK;
}

/* Whether a year may be closed that nobody has begun to close; a refusal is an answer. */
static enum err check(struct run *run)
{
    struct refusal *refusal = &run->outcome.refusal;
    int64_t reserved = 0;
    enum err err = ERR_OK;

    if (run->state == PERIOD_MISSING) {
        err = refusal_set(refusal, REFUSAL_PERIOD_MISSING, "/fiscal_year", 0);
        return err ? ERR_OK : ERR_INTERNAL;
    }
    err = check_ended(run, refusal);
    if (err || refusal->reason) {
        return err;
    }
    err = store_year_reserved_count(run->tx->db, run->poster->shard, run->closing->fiscal_year,
                                    &reserved);
    if (err) {
        return err;
    }
    err = closing_check(run->accounts, run->account_count, reserved, refusal);
    return err && !refusal->reason ? ERR_INTERNAL : ERR_OK;
}

static enum err close_accounts(struct run *run)
{
    bool whole = false;
    enum err err = ERR_OK;

    run->chunk = calloc(1, sizeof *run->chunk);
    if (!run->chunk) {
        return ERR_UNAVAILABLE;
    }
    err = close_lines(run, &whole);
    if (err) {
        return err;
    }
    if (whole) {
        return finish(run);
    }
    return run->state == PERIOD_OPEN ? begin(run) : ERR_OK;
}

static enum err begin(struct run *run)
{
    const struct closing *closing = run->closing;
    struct store_closing *begun = &run->begun;

    assert(strlen(closing->by) < sizeof begun->by);
    assert(strlen(closing->document) < sizeof begun->document);
    assert(strlen(closing->metadata) < sizeof begun->metadata);
    begun->fiscal_year = closing->fiscal_year;
    memcpy(begun->by, closing->by, strlen(closing->by) + 1);
    memcpy(begun->document, closing->document, strlen(closing->document) + 1);
    memcpy(begun->metadata, closing->metadata, strlen(closing->metadata) + 1);
    return store_closing_begin(run->tx->db, run->poster->shard, begun);
}

static enum err finish(struct run *run)
{
    const struct closing *closing = run->closing;
    struct store_head head = {.epoch = 0};
    struct blocks_outcome outcome;
    enum err err = store_head_load(run->tx->db, run->poster->shard, &head);

    if (!err) {
        err = store_period_close(run->tx->db, run->poster->shard, closing->fiscal_year, &head,
                                 run->tx->now_ms, closing->by);
    }
    if (!err) {
        const struct blocks_wish wish = {head.seq, true, closing->cause};
        err = blocks_seal(run->tx, run->poster->shard, &wish, &outcome);
    }
    if (!err) {
        const struct events_closing closed = {closing->fiscal_year, head.seq, head.hash,
                                              run->tx->now_ms};
        err = events_say_period_closed(run->tx, closing->cause, &closed);
    }
    run->outcome.closed = !err;
    return err;
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

/* Closes as many lines as a step takes. */
static enum err close_lines(struct run *run, bool *ret_whole)
{
    const struct account_balance *accounts = run->accounts;
    size_t first = 0;

    while (first < run->account_count &&
           run->outcome.entry_count + LINE_ENTRY_MAX <= CLOSING_STEP_ENTRY_MAX) {
        size_t after = first + 1;
        while (after < run->account_count &&
               line_equal(&accounts[first].account.line, &accounts[after].account.line)) {
            after++;
        }
        enum err err = close_line(run, &accounts[first], after - first);
        if (err) {
            return err;
        }
        first = after;
    }
    *ret_whole = first == run->account_count;
    return post_chunk(run);
}

static enum err close_line(struct run *run, const struct account_balance *accounts, size_t count)
{
    struct entry_transfer transfers[CLOSING_TRANSFER_MAX];
    size_t total = closing_transfers(accounts, count, transfers);
    int part = 0;

    for (size_t at = 0; at < total; at += TRANSFERS_PER_ENTRY) {
        size_t left = total - at;
        enum err err = add_entry(run, part, &transfers[at],
                                 left < TRANSFERS_PER_ENTRY ? left : TRANSFERS_PER_ENTRY);
        if (err) {
            return err;
        }
        part++;
    }
    return ERR_OK;
}

static enum err add_entry(struct run *run, int part, const struct entry_transfer *transfers,
                          size_t count)
{
    const struct closing *closing = run->closing;
    const struct line *line = &transfers[0].line;
    struct chunk *chunk = run->chunk;
    struct refusal refusal = {.reason = REFUSAL_NONE};
    uint8_t key[ENTRY_KEY_SIZE];
    char name[NAME_SIZE];
    enum err err = chunk->count == CHUNK_MAX ? post_chunk(run) : ERR_OK;

    if (err) {
        return err;
    }
    int length = snprintf(name, sizeof name, "closing/%d/%s/%s/%d", (int)closing->fiscal_year,
                          funding_source_code(line->funding_source), line->programme, part);
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
    run->outcome.entry_count++;
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
        /* Everything was checked before; what is refused now rolls the whole step back. */
        err = chunk->orders[i].result == ORDER_POSTED ? ERR_OK : ERR_CONFLICT;
    }
    if (!err) {
        const struct events_entries entries = {chunk->pointers, chunk->count, ""};
        err = events_say_entries(run->tx, run->closing->cause, &entries);
    }
    chunk->count = 0;
    return err;
}
