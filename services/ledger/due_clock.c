/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One timer and two jobs, one after the other, never two of them at once.
 */
#include "ledger/due_clock.h"

#include "ledger/holds.h"
#include "ledger/store/hold.h"
#include "ledger/store/period.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <assert.h>
#include <string.h>

enum {
    LOOK_INTERVAL_MS = 1000,
    /* A job does what is due, or a step of a closing. */
    DUE_EVENT_MAX = STORE_HOLD_EXPIRE_MAX + BLOCKS_SEAL_MAX,
};

static_assert((int)CLOSING_STEP_EVENT_MAX <= (int)DUE_EVENT_MAX, "a step of a closing says less");
static_assert((int)DUE_EVENT_MAX <= (int)WRITER_BATCH_EVENT_MAX, "what is due fits a commit");

static void clock_stop(void *context);
static void on_timer(uv_timer_t *timer);
static void look_start(struct due_clock *clock);
static enum err look_work(struct db *db, struct reader_job *job);
static enum err look_closing(struct db *db, struct due_clock *clock);
static void look_done(struct reader_job *job);
static enum err act_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static enum err act_seal(struct writer_tx *tx, struct due_clock *clock);
static void act_done(struct writer_job *job);

static const struct writer_job_type DUE = {
    .name = "due",
    .run_max = 1,
    .work = act_work,
    .done = act_done,
};

enum err due_clock_open(struct due_clock *clock, struct host *host, struct poster *poster)
{
    memset(clock, 0, sizeof *clock);
    clock->host = host;
    clock->shard = host->config.district;
    clock->poster = poster;
    clock->look.work = look_work;
    clock->look.done = look_done;
    clock->act.type = &DUE;
    clock->act.event_count = DUE_EVENT_MAX;
    enum err err = loop_on_stop(&host->loop, clock_stop, clock);
    if (err) {
        return err;
    }
    (void)uv_timer_init(&host->loop.uv, &clock->timer); /* Neither can fail. */
    clock->timer.data = clock;
    (void)uv_timer_start(&clock->timer, on_timer, LOOK_INTERVAL_MS, LOOK_INTERVAL_MS);
    return ERR_OK;
}

static void clock_stop(void *context)
{
    struct due_clock *clock = context;

    clock->stopping = true;
    uv_close((uv_handle_t *)&clock->timer, NULL);
}

static void on_timer(uv_timer_t *timer)
{
    look_start(timer->data);
}

static void look_start(struct due_clock *clock)
{
    if (clock->busy || clock->stopping || writer_state(clock->host->writer) != WRITER_LEADING) {
        return;
    }
    enum err err = reader_submit(clock->host->reader, &clock->look);
    clock->busy = err == ERR_OK; /* else the next tick tries again */
}

static enum err look_work(struct db *db, struct reader_job *job)
{
    struct due_clock *clock = (struct due_clock *)((char *)job - offsetof(struct due_clock, look));
    int64_t now_ms = clock_now_ms();

    clock->holds_due = false;
    clock->blocks_due = (struct store_block_due){.full = false};
    enum err err =
        db ? store_hold_due(db, clock->shard, now_ms, &clock->holds_due) : ERR_UNAVAILABLE;
    if (!err && !clock->blocks_stuck) {
        err = store_block_due(db, clock->shard, now_ms - BLOCK_AGE_MAX_MS, &clock->blocks_due);
    }
    clock->due = clock->holds_due || clock->blocks_due.full || clock->blocks_due.old;
    return err ? err : look_closing(db, clock);
}

static enum err look_closing(struct db *db, struct due_clock *clock)
{
    struct store_closing closing;
    enum err err = store_closing_read(db, clock->shard, 0, &closing);

    clock->closing_due = !err && !clock->due; /* a job of its own */
    clock->due = clock->due || clock->closing_due;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static void look_done(struct reader_job *job)
{
    struct due_clock *clock = (struct due_clock *)((char *)job - offsetof(struct due_clock, look));

    assert(clock->busy);
    clock->busy = false;
    if (job->err || !clock->due || clock->stopping) {
        return;
    }
    enum err err = writer_submit(clock->host->writer, &clock->act);
    clock->busy = err == ERR_OK;
}

static enum err act_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct due_clock *clock =
        (struct due_clock *)((char *)jobs[0] - offsetof(struct due_clock, act));
    enum err err = ERR_OK;

    assert(count == 1);
    clock->holds_ended = 0;
    clock->blocks = (struct blocks_outcome){.sealed_count = 0};
    clock->closing = (struct closing_outcome){.entry_count = 0};
    if (clock->closing_due) {
        err = closing_resume(clock->poster, tx, &clock->closing);
        return err == ERR_NOT_FOUND ? ERR_OK : err; /* somebody else has seen it through */
    }
    if (clock->holds_due) {
        err = holds_expire(tx, clock->shard, &clock->holds_ended);
    }
    return err ? err : act_seal(tx, clock);
}

/* A block that another commit sealed since the look is simply not there to seal any more. */
static enum err act_seal(struct writer_tx *tx, struct due_clock *clock)
{
    const struct event_cause cause = {.traceparent = NULL};
    struct blocks_wish wish = {.whole = clock->blocks_due.old, .cause = &cause};
    struct store_head head = {.epoch = 0};

    if (!clock->blocks_due.full && !clock->blocks_due.old) {
        return ERR_OK;
    }
    enum err err = store_head_load(tx->db, clock->shard, &head);
    if (err) {
        return err;
    }
    wish.head_seq = head.seq;
    return blocks_seal(tx, clock->shard, &wish, &clock->blocks);
}

static void act_done(struct writer_job *job)
{
    struct due_clock *clock = (struct due_clock *)((char *)job - offsetof(struct due_clock, act));

    assert(clock->busy);
    clock->busy = false;
    if (job->err) {
        log_warn("due_failed", log_str("error", err_name(job->err)), log_str("action", "retrying"));
        return;
    }
    if (clock->holds_ended > 0) {
        log_info("holds_expired", log_int("count", (int64_t)clock->holds_ended));
    }
    if (clock->blocks.sealed_count > 0) {
        log_info("blocks_sealed", log_int("count", (int64_t)clock->blocks.sealed_count));
    }
    if (clock->closing.entry_count > 0 || clock->closing.closed) {
        log_info(clock->closing.closed ? "year_closed" : "year_closing",
                 log_int("entries", (int64_t)clock->closing.entry_count));
    }
    clock->blocks_stuck = clock->blocks.damaged;
    if (clock->holds_ended == STORE_HOLD_EXPIRE_MAX ||
        clock->blocks.sealed_count == BLOCKS_SEAL_MAX || clock->closing.entry_count > 0) {
        look_start(clock); /* there may be more */
    }
}
