/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subscriber on the loop: its states, what it hands to the writer, and when
 * it starts over. Nothing here is remembered across a restart: the offset in
 * the database is the only state that counts.
 */
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/subscriber_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICK_MS = 50,
    RETRY_MAX_MS = 10000,
    DELAY_LOG_MS = 60000,
    LIVE_AFTER_MS = 5000, /* how long the lag must stay small before the bus is heard again */
};

const char *subscriber_state_name(enum subscriber_state state)
{
    static const char *const names[] = {
        "loading", "catching_up", "live", "pulling", "degraded", "halted",
    };

    assert((size_t)state < sizeof names / sizeof names[0]);
    return names[state];
}

/* The only writer of state. */
void subscriber_change_state(struct subscriber *self, enum subscriber_state state, const char *why)
{
    enum subscriber_state before = self->state;

    if (before == state) {
        return;
    }
    self->state = state;
    metrics_set(&self->metrics->state, state);
    if (state == SUBSCRIBER_PULLING) {
        metrics_add(&self->metrics->pulls, 1);
        bus_sub_pause(self->sub);
    } else if (before == SUBSCRIBER_PULLING) {
        bus_sub_resume(self->sub);
    }
    if (state == SUBSCRIBER_HALTED || state == SUBSCRIBER_DEGRADED) {
        log_warn("subscriber_state", log_str("stream", self->options.stream),
                 log_str("from", subscriber_state_name(before)),
                 log_str("to", subscriber_state_name(state)), log_str("why", why),
                 log_int("next_seq", (int64_t)self->offset.next_seq));
    } else {
        log_info("subscriber_state", log_str("stream", self->options.stream),
                 log_str("from", subscriber_state_name(before)),
                 log_str("to", subscriber_state_name(state)), log_str("why", why),
                 log_int("next_seq", (int64_t)self->offset.next_seq));
    }
}

static uint64_t lag(const struct subscriber *self)
{
    return self->head_seq >= self->offset.next_seq ? self->head_seq - self->offset.next_seq + 1 : 0;
}

/* Begins again from the offset in the database; everything held in memory is forgotten then. */
void subscriber_reload(struct subscriber *self, int64_t wait_ms, const char *why)
{
    self->task_not_before_ms = clock_monotonic_ms() + wait_ms;
    subscriber_change_state(self, SUBSCRIBER_LOADING, why);
}

/* How long to wait after a passing failure: twice as long each time, until something succeeds. */
static int64_t back_off(struct subscriber *self)
{
    int64_t wait_ms = self->retry_ms;

    self->retry_ms = wait_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : wait_ms * 2;
    return wait_ms;
}

/* ---- The writer ---- */

static void task_start(struct subscriber *self, enum subscriber_task_kind kind)
{
    struct subscriber_task *task = &self->task;

    task->job.type = &SUBSCRIBER_TASK_TYPE;
    task->subscriber = self;
    task->options = &self->options;
    task->kind = kind;
    task->offset = self->offset;
    task->halted = false;
    if (writer_submit(self->writer, &task->job) == ERR_OK) {
        self->task_busy = true;
    } else {
        self->task_not_before_ms = clock_monotonic_ms() + SUBSCRIBER_STANDBY_RETRY_MS / 10;
    }
}

/* True while everything there is may wait for more to come. */
static bool is_resting(const struct subscriber *self)
{
    return self->task.count < self->apply_count_max &&
           clock_monotonic_ms() - self->applied_ms < self->rest_ms;
}

static void apply_start(struct subscriber *self)
{
    self->task.count = window_dense(&self->window, self->task.slots, self->apply_count_max);
    if (self->task.count > 0 && !is_resting(self)) {
        task_start(self, SUBSCRIBER_TASK_APPLY);
    }
    if (self->task_busy) {
        self->rest_ms = INT64_MAX; /* What comes meanwhile says anew how long it may wait. */
    }
}

static void bury_start(struct subscriber *self)
{
    self->task.count = window_dense(&self->window, self->task.slots, 1);
    assert(self->task.count == 1); /* It has just failed to apply, so it is here. */
    self->task.failure = err_name(self->failure);
    self->task.skip = self->options.policy == SUBSCRIBER_PARK;
    task_start(self, SUBSCRIBER_TASK_BURY);
}

/* Picks the next thing for the writer, if there is one and its time has come. */
static void work_as_needed(struct subscriber *self)
{
    if (self->task_busy || clock_monotonic_ms() < self->task_not_before_ms) {
        return;
    }
    if (self->state == SUBSCRIBER_LOADING) {
        self->term = writer_term(self->writer);
        task_start(self, SUBSCRIBER_TASK_LOAD);
    } else if (self->resolution != NULL) {
        self->task.resolution = self->resolution;
        task_start(self, SUBSCRIBER_TASK_RESOLVE);
    } else if (self->state == SUBSCRIBER_HALTED || !self->chain_checked) {
        return;
    } else if (self->attempts >= SUBSCRIBER_ATTEMPT_COUNT_MAX) {
        bury_start(self);
    } else {
        apply_start(self);
    }
}

static void loaded(struct subscriber *self)
{
    const struct subscriber_task *task = &self->task;

    if (task->job.err) {
        self->task_not_before_ms = clock_monotonic_ms() + back_off(self);
        return;
    }
    self->offset = task->offset_after;
    self->chain_checked = false;
    self->fetch_from = 0;
    self->attempts = 0;
    self->rest_ms = 0;
    window_reset(&self->window, self->offset.next_seq);
    if (task->halted && self->options.policy == SUBSCRIBER_HALT) {
        subscriber_change_state(self, SUBSCRIBER_HALTED, "the next event is a dead letter");
    } else {
        subscriber_change_state(self, SUBSCRIBER_CATCHING_UP, "the offset is known");
    }
}

static void moved(struct subscriber *self)
{
    self->offset.next_seq = self->task.offset_after.next_seq;
    memcpy(self->offset.chain, self->task.offset_after.chain, EVENT_CHAIN_SIZE);
    window_advance(&self->window, self->offset.next_seq);
    self->attempts = 0;
    self->retry_ms = SUBSCRIBER_RETRY_MS;
}

/* True when the failure says nothing about the event: then the offset is read again. */
static bool failed_for_now(struct subscriber *self)
{
    if (self->task.offset_lost) {
        subscriber_reload(self, SUBSCRIBER_STANDBY_RETRY_MS, "another process moved the offset");
        return true;
    }
    if (self->task.job.err == ERR_UNAVAILABLE) {
        subscriber_reload(self, back_off(self),
                          "the database cannot do it now, or what became of a commit is unknown");
        return true;
    }
    return false;
}

/* It may be the event: a lock that is never free, a statement that never ends in time. Nothing is given
 * up for that, but somebody has to know; the event is found as one that fails for good is. */
static void delayed(struct subscriber *self)
{
    const int64_t now_ms = clock_monotonic_ms();

    self->delays = self->delayed_seq == self->offset.next_seq ? self->delays + 1 : 1;
    self->delayed_seq = self->offset.next_seq;
    if (self->delays < SUBSCRIBER_ATTEMPT_COUNT_MAX) {
        return;
    }
    self->apply_count_max = 1;
    if (self->task.count > 1 || now_ms < self->delay_not_before_ms) {
        return;
    }
    self->delay_not_before_ms = now_ms + DELAY_LOG_MS;
    log_error("event_delayed", log_str("stream", self->options.stream),
              log_int("seq", (int64_t)self->offset.next_seq),
              log_str("error", err_name(self->task.job.err)),
              log_str("sqlstate", self->task.sqlstate), log_int("attempt", (int64_t)self->delays),
              log_str("action",
                      "see database_error before this line; goes on by itself once the"
                      " database can apply the event"));
}

static void applied(struct subscriber *self)
{
    const struct subscriber_task *task = &self->task;

    if (!task->job.err) {
        self->events_applied += task->applied;
        metrics_add(&self->metrics->applied, (int64_t)task->applied);
        moved(self);
        self->applied_ms = clock_monotonic_ms();
        if (task->applied < task->count || task->count == self->apply_count_max) {
            self->rest_ms = 0; /* There is more. */
        }
        self->apply_count_max = self->apply_count_max * 2 > SUBSCRIBER_APPLY_COUNT_MAX
                                    ? SUBSCRIBER_APPLY_COUNT_MAX
                                    : self->apply_count_max * 2;
        return;
    }
    self->rest_ms = 0;
    if (failed_for_now(self)) {
        if (!task->offset_lost) {
            delayed(self);
        }
        return;
    }
    self->task_not_before_ms = clock_monotonic_ms() + SUBSCRIBER_RETRY_MS;
    self->failure = task->job.err;
    if (task->count > 1) {
        self->apply_count_max = 1; /* Find the one that is to blame. */
        return;
    }
    self->attempts++;
    if (self->attempts == 1) {
        window_drop_first(&self->window); /* The bus may have spoilt it: ask the log. */
    }
    log_warn("event_not_applied", log_str("stream", self->options.stream),
             log_int("seq", (int64_t)self->offset.next_seq),
             log_str("error", err_name(task->job.err)), log_int("attempt", self->attempts));
}

static void buried(struct subscriber *self)
{
    if (self->task.job.err) {
        if (!failed_for_now(self)) {
            subscriber_reload(self, SUBSCRIBER_STANDBY_RETRY_MS,
                              "the dead letter could not be written");
        }
        return;
    }
    self->dead_letters++;
    metrics_add(&self->metrics->dead, 1);
    log_error("event_dead_letter", log_str("stream", self->options.stream),
              log_int("seq", (int64_t)self->offset.next_seq), log_str("error", self->task.failure),
              log_bool("halted", !self->task.skip),
              log_str("action", "decide with: hyeopchi events dead list"));
    self->attempts = 0;
    if (self->task.skip) {
        moved(self);
    } else {
        subscriber_change_state(self, SUBSCRIBER_HALTED, "an event could not be applied");
    }
}

static void resolved(struct subscriber *self)
{
    struct subscriber_resolution *resolution = self->resolution;
    enum err err = self->task.job.err;

    self->resolution = NULL;
    if (!err) {
        log_info("dead_letter_resolved", log_str("stream", self->options.stream),
                 log_int("seq", (int64_t)resolution->seq),
                 log_bool("retried", resolution->decision == SUBSCRIBER_RETRY),
                 log_str("operator", resolution->operator_id));
        subscriber_reload(self, 0, "an operator decided about a dead letter");
    } else if (err == ERR_UNAVAILABLE) {
        subscriber_reload(self, back_off(self), "what became of a decision is unknown");
    }
    resolution->done(resolution, err);
}

/* Whoever decided hears that nothing is certain: the letter shows what became of it. */
static void resolution_drop(struct subscriber *self)
{
    struct subscriber_resolution *resolution = self->resolution;

    self->resolution = NULL;
    if (resolution != NULL) {
        resolution->done(resolution, ERR_UNAVAILABLE);
    }
}

static void maybe_free(struct subscriber *self)
{
    if (self->timer_closed && !self->task_busy) {
        window_reset(&self->window, 1);
        free(self);
    }
}

void subscriber_task_done(struct writer_job *job)
{
    struct subscriber *self = ((struct subscriber_task *)job)->subscriber;

    self->task_busy = false;
    if (self->closing) {
        resolution_drop(self);
        maybe_free(self);
        return;
    }
    switch (self->task.kind) {
    case SUBSCRIBER_TASK_LOAD:
        loaded(self);
        break;
    case SUBSCRIBER_TASK_APPLY:
        applied(self);
        break;
    case SUBSCRIBER_TASK_BURY:
        buried(self);
        break;
    case SUBSCRIBER_TASK_RESOLVE:
        resolved(self);
        break;
    }
    subscriber_go_on(self);
}

/* ---- Time and states ---- */

/* What others do while they lead is not heard of here: whoever has lost the lead does not know any
 * more that it has to halt, and cannot carry out what an operator decides. */
static void judge_lead(struct subscriber *self)
{
    if (self->task_busy) {
        return;
    }
    if (writer_state(self->writer) != WRITER_LEADING) {
        resolution_drop(self);
    }
    if (self->state == SUBSCRIBER_HALTED && writer_term(self->writer) != self->term) {
        subscriber_reload(self, 0, "the lead was lost");
    }
}

static void judge_silence(struct subscriber *self, int64_t now_ms)
{
    int64_t since_ms = self->heard_ms > self->redialed_ms ? self->heard_ms : self->redialed_ms;

    if (self->state == SUBSCRIBER_PULLING || now_ms - since_ms < SUBSCRIBER_SILENCE_MS) {
        return;
    }
    self->redialed_ms = now_ms;
    bus_sub_redial(self->sub);
    metrics_add(&self->metrics->redials, 1);
    if (self->state == SUBSCRIBER_LIVE || self->state == SUBSCRIBER_CATCHING_UP) {
        subscriber_change_state(self, SUBSCRIBER_DEGRADED, "no heartbeat");
    }
}

static void judge_lag(struct subscriber *self, int64_t now_ms)
{
    uint64_t behind = lag(self);

    metrics_set(&self->metrics->lag, (int64_t)behind);
    if (!self->chain_checked) {
        return;
    }
    if (behind >= SUBSCRIBER_LAG_LIVE) {
        self->small_lag_since_ms = now_ms;
    }
    switch (self->state) {
    case SUBSCRIBER_CATCHING_UP:
        if (behind == 0) {
            subscriber_change_state(self, SUBSCRIBER_LIVE, "everything is applied");
            break;
        }
        if (behind > SUBSCRIBER_LAG_PULL) {
            subscriber_change_state(self, SUBSCRIBER_PULLING, "far behind");
        }
        break;
    case SUBSCRIBER_LIVE:
        if (behind > SUBSCRIBER_LAG_PULL) {
            subscriber_change_state(self, SUBSCRIBER_PULLING, "far behind");
        }
        break;
    case SUBSCRIBER_PULLING:
        if (now_ms - self->small_lag_since_ms >= LIVE_AFTER_MS) {
            self->heard_ms = now_ms;
            subscriber_change_state(self, SUBSCRIBER_CATCHING_UP, "nearly caught up");
        }
        break;
    case SUBSCRIBER_LOADING:
    case SUBSCRIBER_DEGRADED:
    case SUBSCRIBER_HALTED:
        break;
    }
}

void subscriber_go_on(struct subscriber *self)
{
    judge_lag(self, clock_monotonic_ms());
    work_as_needed(self);
    subscriber_fetch(self);
}

static void tick(uv_timer_t *timer)
{
    struct subscriber *self = timer->data;

    judge_lead(self);
    judge_silence(self, clock_monotonic_ms());
    subscriber_go_on(self);
}

/* ---- Opening and closing ---- */

static enum err endpoints_open(struct subscriber *self)
{
    const struct bus_sub_options sub_options = {
        .url = self->options.sub_url,
        .topic = self->options.stream,
        .queue_length = self->options.sub_queue_length,
        .on_message = subscriber_heard,
        .on_connected = subscriber_connected,
        .context = self,
    };
    enum err err = bus_sub_open(self->loop, &sub_options, &self->sub);

    if (err) {
        return err;
    }
    err = bus_req_open(self->loop, self->options.fetch_url, 0, &self->req);
    if (err) {
        bus_sub_close(self->sub);
    }
    return err;
}

enum err subscriber_open(struct loop *loop, struct writer *writer,
                         const struct subscriber_options *options,
                         struct subscriber **ret_subscriber)
{
    struct subscriber *self;
    enum err err;

    assert(options->apply != NULL);
    if (strlen(options->stream) >= EVENT_STREAM_SIZE) {
        return ERR_INVALID;
    }
    self = calloc(1, sizeof *self);
    if (self == NULL) {
        return ERR_FULL;
    }
    self->loop = loop;
    self->writer = writer;
    self->options = *options;
    self->apply_count_max = SUBSCRIBER_APPLY_COUNT_MAX;
    self->retry_ms = SUBSCRIBER_RETRY_MS;
    self->heard_ms = clock_monotonic_ms();
    window_reset(&self->window, 1);
    err = subscriber_metrics_make(self->options.stream, &self->metrics);
    if (!err) {
        err = endpoints_open(self);
    }
    if (err) {
        free(self);
        return err;
    }
    (void)uv_timer_init(&loop->uv, &self->timer); /* Neither can fail. */
    self->timer.data = self;
    (void)uv_timer_start(&self->timer, tick, 0, TICK_MS);
    *ret_subscriber = self;
    return ERR_OK;
}

void subscriber_status(const struct subscriber *self, struct subscriber_status *ret_status)
{
    *ret_status = (struct subscriber_status){
        .stream = self->options.stream,
        .state = self->state,
        .next_seq = self->offset.next_seq,
        .head_seq = self->head_seq,
        .gaps_repaired = self->gaps_repaired,
        .events_applied = self->events_applied,
        .dead_letters = self->dead_letters,
    };
}

enum err subscriber_resolve(struct subscriber *self, struct subscriber_resolution *resolution)
{
    assert(resolution->done != NULL);
    if (self->resolution != NULL) {
        return ERR_CONFLICT;
    }
    if (self->state == SUBSCRIBER_LOADING || writer_state(self->writer) != WRITER_LEADING) {
        return ERR_UNAVAILABLE;
    }
    self->resolution = resolution;
    subscriber_go_on(self);
    return ERR_OK;
}

static void timer_closed(uv_handle_t *handle)
{
    struct subscriber *self = handle->data;

    self->timer_closed = true;
    maybe_free(self);
}

void subscriber_close(struct subscriber *self)
{
    if (self == NULL) {
        return;
    }
    self->closing = true;
    if (!self->task_busy || self->task.kind != SUBSCRIBER_TASK_RESOLVE) {
        resolution_drop(self);
    }
    bus_sub_close(self->sub);
    bus_req_close(self->req);
    uv_close((uv_handle_t *)&self->timer, timer_closed);
}
