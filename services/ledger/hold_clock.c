/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One timer and two jobs, one after the other, never two of them at once.
 */
#include "ledger/hold_clock.h"

#include "ledger/holds.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <assert.h>
#include <string.h>

enum { LOOK_INTERVAL_MS = 1000 };

static void clock_stop(void *context);
static void on_timer(uv_timer_t *timer);
static void look_start(struct hold_clock *clock);
static enum err look_work(struct db *db, struct reader_job *job);
static void look_done(struct reader_job *job);
static enum err end_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);
static void end_done(struct writer_job *job);

static const struct writer_job_type HOLD_EXPIRE = {
    .name = "hold_expire",
    .run_max = 1,
    .work = end_work,
    .done = end_done,
};

enum err hold_clock_open(struct hold_clock *clock, struct host *host)
{
    memset(clock, 0, sizeof *clock);
    clock->host = host;
    clock->shard = host->config.district;
    clock->look.work = look_work;
    clock->look.done = look_done;
    clock->end.type = &HOLD_EXPIRE;
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
    struct hold_clock *clock = context;

    clock->stopping = true;
    uv_close((uv_handle_t *)&clock->timer, NULL);
}

static void on_timer(uv_timer_t *timer)
{
    look_start(timer->data);
}

static void look_start(struct hold_clock *clock)
{
    if (clock->busy || clock->stopping || writer_state(clock->host->writer) != WRITER_LEADING) {
        return;
    }
    enum err err = reader_submit(clock->host->reader, &clock->look);
    clock->busy = err == ERR_OK; /* else the next tick tries again */
}

static enum err look_work(struct db *db, struct reader_job *job)
{
    struct hold_clock *clock =
        (struct hold_clock *)((char *)job - offsetof(struct hold_clock, look));

    clock->due = false;
    return db ? store_hold_due(db, clock->shard, clock_now_ms(), &clock->due) : ERR_UNAVAILABLE;
}

static void look_done(struct reader_job *job)
{
    struct hold_clock *clock =
        (struct hold_clock *)((char *)job - offsetof(struct hold_clock, look));

    assert(clock->busy);
    clock->busy = false;
    if (job->err || !clock->due || clock->stopping) {
        return;
    }
    enum err err = writer_submit(clock->host->writer, &clock->end);
    clock->busy = err == ERR_OK;
}

static enum err end_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct hold_clock *clock =
        (struct hold_clock *)((char *)jobs[0] - offsetof(struct hold_clock, end));

    assert(count == 1);
    clock->ended = 0;
    return holds_expire(tx, clock->shard, &clock->ended);
}

static void end_done(struct writer_job *job)
{
    struct hold_clock *clock =
        (struct hold_clock *)((char *)job - offsetof(struct hold_clock, end));

    assert(clock->busy);
    clock->busy = false;
    if (job->err) {
        log_warn("hold_expire_failed", log_str("error", err_name(job->err)),
                 log_str("action", "retrying"));
        return;
    }
    if (clock->ended > 0) {
        log_info("holds_expired", log_int("count", (int64_t)clock->ended));
    }
    if (clock->ended == STORE_HOLD_EXPIRE_MAX) {
        look_start(clock); /* there may be more */
    }
}
