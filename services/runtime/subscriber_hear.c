/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a subscriber hears and what it fetches. Every event goes into the window
 * by its number; the window's holes are fetched. It must never decide that an
 * event is not needed: only the offset in the database does.
 */
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/subscriber_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    FETCH_TIMEOUT_MS = 5000, /* beyond the longest wait asked for */
    LONG_POLL_MS = 1000,
};

void subscriber_connected(void *context)
{
    struct subscriber *self = context;

    if (self->state != SUBSCRIBER_LOADING && self->state != SUBSCRIBER_HALTED) {
        subscriber_reload(self, 0, "the bus has connected anew");
    }
}

static void note_head(struct subscriber *self, const struct event_frame *frame)
{
    if (frame->epoch != self->head_epoch || frame->seq > self->head_seq) {
        self->head_seq = frame->seq;
    }
    self->head_epoch = frame->epoch;
}

static void heard_head(struct subscriber *self, const struct event_frame *frame)
{
    bool epoch_changed = self->head_epoch != 0 && frame->epoch != self->head_epoch;

    if (self->state == SUBSCRIBER_DEGRADED) {
        subscriber_change_state(self, SUBSCRIBER_CATCHING_UP, "the publisher is heard again");
    }
    note_head(self, frame);
    if (epoch_changed) {
        subscriber_reload(self, 0, "the publisher's epoch changed");
        return;
    }
    /* An old heartbeat that a Fetch has overtaken, or a publisher whose history was restored. */
    if (frame->kind == EVENT_FRAME_HEARTBEAT && frame->seq + 1 < self->offset.next_seq) {
        subscriber_reload(self, 0, "the publisher is behind what was applied");
    }
}

/* Keeps an event; true when it was not here yet. */
static bool keep_event(struct subscriber *self, uint64_t seq, const void *envelope, size_t length)
{
    if (window_has(&self->window, seq)) {
        metrics_add(&self->metrics->duplicates, 1);
        return false;
    }
    return window_fill(&self->window, seq, envelope, length);
}

/* How long an event may wait. What is late already, or may be, waits no longer than any. */
static int64_t rest_of(const struct subscriber *self, const struct event_frame *frame)
{
    int64_t rest_ms = SUBSCRIBER_REST_MS;
    struct event event = {0};

    if (self->state != SUBSCRIBER_LIVE || frame->seq < self->head_seq ||
        self->options.rest_ms == NULL) {
        return rest_ms;
    }
    if (event_decode(frame->payload, frame->payload_length, &event) == ERR_OK) {
        rest_ms = self->options.rest_ms(event.type);
    }
    event_release(&event);
    return rest_ms;
}

static void shorten_rest(struct subscriber *self, int64_t rest_ms)
{
    if (rest_ms < self->rest_ms) {
        self->rest_ms = rest_ms;
    }
}

void subscriber_heard(const void *data, size_t length, void *context)
{
    struct subscriber *self = context;
    struct event_frame frame;

    if (event_frame_decode(data, length, &frame) != ERR_OK) {
        log_warn("bus_frame_refused", log_str("stream", self->options.stream),
                 log_int("bytes", (int64_t)length), log_str("action", "ignoring"));
        metrics_add(&self->metrics->refused, 1);
        return;
    }
    if (frame.epoch < self->head_epoch) {
        return; /* From a publisher that was deposed, or from before it was: not a sign of life. */
    }
    self->heard_ms = clock_monotonic_ms();
    /* What is missed here is fetched later. Who loads may stand by, whose lag means nothing; who has
     * halted shall show how much it keeps waiting, and compares histories before it goes on. */
    if (self->state == SUBSCRIBER_LOADING) {
        return;
    }
    if (self->state == SUBSCRIBER_HALTED) {
        note_head(self, &frame);
        subscriber_go_on(self);
        return;
    }
    heard_head(self, &frame);
    if (frame.kind == EVENT_FRAME_EVENT && self->state != SUBSCRIBER_LOADING &&
        self->chain_checked && keep_event(self, frame.seq, frame.payload, frame.payload_length)) {
        self->progressed_ms = self->heard_ms;
        shorten_rest(self, rest_of(self, &frame));
    }
    subscriber_go_on(self);
}

static void fetch_failed(struct subscriber *self, int64_t wait_ms)
{
    self->fetch_not_before_ms = clock_monotonic_ms() + wait_ms;
}

/* True when the publisher's history up to here, where its answer begins, is the one we have applied. */
static bool history_agrees(struct subscriber *self, const struct event_fetch_response *response)
{
    if (response->head_seq + 1 < self->offset.next_seq ||
        memcmp(response->chain_before, self->offset.chain, EVENT_CHAIN_SIZE) != 0) {
        log_error("history_differs", log_str("stream", self->options.stream),
                  log_int("next_seq", (int64_t)self->offset.next_seq),
                  log_int("publisher_head_seq", (int64_t)response->head_seq),
                  log_int("publisher_epoch", (int64_t)response->epoch),
                  log_str("action", "stopping here: rebuild this consumer"));
        subscriber_change_state(self, SUBSCRIBER_HALTED,
                                "the publisher's history is not the one applied");
        return false;
    }
    self->chain_checked = true;
    self->offset.epoch = response->epoch;
    return true;
}

/* True when the answer continues what we have. Where it begins behind events that are not applied
 * yet, only its epoch and its head can tell. */
static bool answer_agrees(struct subscriber *self, const struct event_fetch_response *response)
{
    if (!self->chain_checked ||
        (self->fetch_from == self->offset.next_seq && response->epoch == self->head_epoch)) {
        return history_agrees(self, response);
    }
    if (response->epoch != self->head_epoch || response->head_seq + 1 < self->fetch_from) {
        subscriber_reload(self, 0, "the publisher's history may have changed");
        return false;
    }
    return true;
}

static void heard_fetched_head(struct subscriber *self, const struct event_fetch_response *response)
{
    self->head_epoch = response->epoch;
    /* The log knows better than the bus when it has nothing where the bus has announced something. */
    if (response->head_seq > self->head_seq || self->fetch_from > response->head_seq) {
        self->head_seq = response->head_seq;
    }
}

static void fetched(struct subscriber *self, const struct event_fetch_response *response)
{
    uint64_t from = self->fetch_from;

    if (!answer_agrees(self, response)) {
        return;
    }
    heard_fetched_head(self, response);
    for (size_t i = 0; i < response->count; i++) {
        if (keep_event(self, from + i, response->envelopes[i].data,
                       response->envelopes[i].length)) {
            self->progressed_ms = clock_monotonic_ms();
            shorten_rest(self, SUBSCRIBER_REST_MS);
        }
    }
    if (self->state == SUBSCRIBER_LIVE && response->count > 0) {
        self->gaps_repaired++;
        metrics_add(&self->metrics->gaps, 1);
    }
    /* A publisher that has nothing of what it announced is asked again a little later. */
    self->fetch_not_before_ms = response->count == 0 && from <= response->head_seq
                                    ? clock_monotonic_ms() + SUBSCRIBER_RETRY_MS
                                    : 0;
}

static void on_fetch_reply(const void *reply, size_t length, void *context)
{
    struct subscriber *self = context;
    struct event_fetch_response response;

    self->fetch_busy = false;
    if (self->closing || self->state == SUBSCRIBER_LOADING || self->state == SUBSCRIBER_HALTED) {
        return;
    }
    if (self->fetch_from == 0) {
        subscriber_go_on(
            self); /* Asked before the offset was read again: it answers nothing now. */
        return;
    }
    if (reply == NULL) {
        fetch_failed(self, SUBSCRIBER_RETRY_MS);
    } else if (event_fetch_decode_response(reply, length, &response) != ERR_OK) {
        log_warn("fetch_reply_refused", log_str("stream", self->options.stream),
                 log_str("action", "retrying"));
        fetch_failed(self, SUBSCRIBER_STANDBY_RETRY_MS);
    } else {
        if (response.status == EVENT_FETCH_OK) {
            fetched(self, &response);
        } else if (response.status == EVENT_FETCH_GONE) {
            subscriber_change_state(self, SUBSCRIBER_HALTED,
                                    "the events needed are no longer kept");
        } else {
            fetch_failed(self, response.retry_after_ms > 0 ? response.retry_after_ms
                                                           : SUBSCRIBER_STANDBY_RETRY_MS);
        }
        event_fetch_release(&response);
    }
    subscriber_go_on(self);
}

static void fetch_start(struct subscriber *self, uint64_t from, uint32_t wait_ms)
{
    struct event_fetch_request request = {
        .from_seq = from,
        .limit = EVENT_FETCH_COUNT_MAX,
        .wait_ms = wait_ms,
    };
    uint64_t room = self->offset.next_seq + SUBSCRIBER_WINDOW_LENGTH - from;
    struct buffer buffer;

    if (room < request.limit) {
        request.limit = (uint32_t)room;
    }
    (void)snprintf(request.stream, sizeof request.stream, "%s",
                   self->options.stream); /* Checked in subscriber_open(). */
    buffer_init(&buffer, EVENT_FETCH_SIZE_MAX);
    event_fetch_encode_request(&request, &buffer);
    assert(buffer_status(&buffer) == ERR_OK);
    if (bus_req_send(self->req, buffer.data, buffer.length, FETCH_TIMEOUT_MS + wait_ms,
                     on_fetch_reply, self) == ERR_OK) {
        self->fetch_busy = true;
        metrics_add(&self->metrics->fetches, 1);
        self->fetch_from = from;
    } else {
        fetch_failed(self, SUBSCRIBER_STANDBY_RETRY_MS);
    }
    buffer_release(&buffer);
}

/* Decides whether something is missing that should be fetched now. */
void subscriber_fetch(struct subscriber *self)
{
    int64_t now_ms = clock_monotonic_ms();
    uint64_t missing;
    bool gap;

    if (self->fetch_busy || now_ms < self->fetch_not_before_ms) {
        return;
    }
    if (self->state == SUBSCRIBER_LOADING || self->state == SUBSCRIBER_HALTED ||
        window_is_full(&self->window)) {
        return; /* A full window means that the writer comes first. */
    }
    missing = self->chain_checked ? window_first_missing(&self->window) : self->offset.next_seq;
    if (!self->chain_checked) {
        fetch_start(self, missing, 0);
        return;
    }
    /* Where nobody tells that there is something new, waiting for it is the way to hear. */
    if (self->state == SUBSCRIBER_DEGRADED ||
        (self->state == SUBSCRIBER_PULLING && missing > self->head_seq)) {
        fetch_start(self, missing, LONG_POLL_MS);
        return;
    }
    if (missing > self->head_seq) {
        return;
    }
    /* Live, a missing event is either a hole before one that came, or a tail that may still come. */
    gap = self->state != SUBSCRIBER_LIVE || missing < self->head_seq;
    if (gap || now_ms - self->progressed_ms >= SUBSCRIBER_TAIL_WAIT_MS) {
        fetch_start(self, missing, 0);
    }
}
