/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units, their faults, and their queue in order of the time at which they are
 * due. Must never reorder units that no rule says it of.
 */
#include "proxy_flow.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { READ_SIZE = 64 * 1024, HANDSHAKE_SIZE = 8, LENGTH_SIZE = 8, REORDER_MS = 40 };

struct flow_unit {
    struct flow_unit *next;
    uint64_t due_ms;
    size_t length;
    bool last; /* the connection is reset behind it */
    char data[];
};

struct flow_write {
    uv_write_t request;
    struct flow_unit *unit;
};

static uint64_t random_state = 1;

void flow_seed(uint64_t seed)
{
    random_state = seed != 0 ? seed : 1;
}

/* xorshift64: good enough to throw dice. */
static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static bool happens(const struct flow *flow, enum flow_fault fault)
{
    int64_t chance = flow->rules->chance[fault];

    if (chance <= 0 || random_next() % FLOW_CHANCE_ALL >= (uint64_t)chance) {
        return false;
    }
    flow->counts->faults[fault]++;
    return true;
}

static void on_timer(uv_timer_t *timer);

static void schedule(struct flow *flow)
{
    uint64_t now_ms = uv_now(flow->timer.loop);
    uint64_t wait_ms;

    if (flow->closed || flow->first == NULL) {
        return;
    }
    wait_ms = flow->first->due_ms > now_ms ? flow->first->due_ms - now_ms : 0;
    (void)uv_timer_start(&flow->timer, on_timer, wait_ms, 0); /* Cannot fail with a callback. */
}

static struct flow_unit *unit_new(const char *data, size_t length)
{
    struct flow_unit *unit = malloc(sizeof *unit + length);

    assert(unit != NULL);
    *unit = (struct flow_unit){.length = length};
    memcpy(unit->data, data, length);
    return unit;
}

/* When a unit that comes now is to be passed on. */
static uint64_t due_of(struct flow *flow, size_t length)
{
    const struct flow_rules *rules = flow->rules;
    uint64_t now_ms = uv_now(flow->timer.loop);
    uint64_t due_ms = now_ms + (uint64_t)rules->delay_ms;

    if (rules->jitter_ms > 0) {
        due_ms += random_next() % (uint64_t)rules->jitter_ms;
    }
    if (due_ms < flow->due_last_ms) {
        due_ms = flow->due_last_ms;
    }
    if (rules->rate_bytes_s > 0) {
        due_ms += (uint64_t)length * 1000 / (uint64_t)rules->rate_bytes_s;
    }
    flow->counts->delayed += due_ms > now_ms;
    flow->due_last_ms = due_ms;
    return due_ms;
}

static void enqueue(struct flow *flow, struct flow_unit *unit)
{
    struct flow_unit **place = &flow->first;

    while (*place != NULL && (*place)->due_ms <= unit->due_ms) {
        place = &(*place)->next;
    }
    unit->next = *place;
    *place = unit;
    flow->queued += unit->length;
    schedule(flow);
}

static void damage(const struct flow *flow, struct flow_unit *unit)
{
    /* The length in front of a message stays: else the link would stall, which is another fault. */
    size_t start = flow->framed && unit->length > LENGTH_SIZE ? LENGTH_SIZE : 0;

    size_t place = start + random_next() % (unit->length - start);
    unsigned flipped = (unsigned char)unit->data[place] ^ 1U << random_next() % 8;

    unit->data[place] = (char)flipped;
}

static void take_unit(struct flow *flow, const char *data, size_t length)
{
    struct flow_unit *unit;

    assert(length > 0);
    flow->counts->units++;
    flow->counts->bytes += length;
    if (flow->rules->swallow != 0) {
        flow->counts->swallowed++;
        flow->torn = true;
        return;
    }
    if (happens(flow, FLOW_DROP)) {
        flow->torn = flow->torn || !flow->framed;
        return;
    }
    unit = unit_new(data, length);
    unit->due_ms = due_of(flow, length);
    if (happens(flow, FLOW_CORRUPT)) {
        damage(flow, unit);
    }
    if (happens(flow, FLOW_TRUNCATE)) {
        unit->length = (unit->length + 1) / 2;
        unit->last = true;
    }
    if (happens(flow, FLOW_REORDER)) {
        unit->due_ms += REORDER_MS;
    }
    if (happens(flow, FLOW_DUPLICATE)) {
        struct flow_unit *twin = unit_new(unit->data, unit->length);

        twin->due_ms = unit->due_ms;
        enqueue(flow, twin);
    }
    enqueue(flow, unit);
}

/* Appends to the frame that is not whole yet. */
static void keep_partial(struct flow *flow, const char *data, size_t length)
{
    size_t needed = flow->partial_length + length;

    if (needed > flow->partial_size) {
        size_t size = needed * 2;
        char *grown = realloc(flow->partial, size);

        assert(grown != NULL);
        flow->partial = grown;
        flow->partial_size = size;
    }
    memcpy(flow->partial + flow->partial_length, data, length);
    flow->partial_length = needed;
}

/* The size of the unit that the partial bytes begin with; 0 while that is not known. */
static size_t unit_size(const struct flow *flow)
{
    uint64_t length = 0;

    if (!flow->greeted) {
        return HANDSHAKE_SIZE;
    }
    if (flow->partial_length < LENGTH_SIZE) {
        return 0;
    }
    for (size_t i = 0; i < LENGTH_SIZE; i++) {
        length = length << 8 | (unsigned char)flow->partial[i];
    }
    /* Nonsense passes as it comes. */
    return length > FLOW_FRAME_SIZE_MAX ? flow->partial_length : LENGTH_SIZE + (size_t)length;
}

static void take_framed(struct flow *flow, const char *data, size_t length)
{
    size_t done = 0;
    size_t size;

    keep_partial(flow, data, length);
    for (;;) {
        size_t rest = flow->partial_length - done;

        if (done > 0) {
            memmove(flow->partial, flow->partial + done, rest);
            flow->partial_length = rest;
            done = 0;
        }
        size = unit_size(flow);
        if (size == 0 || flow->partial_length < size) {
            return;
        }
        if (flow->greeted) {
            take_unit(flow, flow->partial, size);
        } else {
            struct flow_unit *greeting = unit_new(flow->partial, size);

            greeting->due_ms = due_of(flow, size);
            enqueue(flow, greeting);
            flow->greeted = true;
        }
        done = size;
    }
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)handle;
    (void)suggested;
    *buffer = uv_buf_init(malloc(READ_SIZE), READ_SIZE);
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    struct flow *flow = stream->data;

    if (length > 0 && flow->framed) {
        take_framed(flow, buffer->base, (size_t)length);
    } else if (length > 0) {
        take_unit(flow, buffer->base, (size_t)length);
    }
    free(buffer->base);
    if (length < 0) {
        flow->finished = true;
        if (length != UV_EOF || flow->first == NULL) {
            flow->ended(flow, length != UV_EOF);
        }
        return;
    }
    flow_go_on(flow);
}

static void on_written(uv_write_t *request, int status)
{
    struct flow_write *write = request->data;

    (void)status; /* A target that is gone is noticed where it is read. */
    free(write->unit);
    free(write);
}

static bool send_first(struct flow *flow)
{
    struct flow_unit *unit = flow->first;
    struct flow_write *write = malloc(sizeof *write);
    uv_buf_t buffer = uv_buf_init(unit->data, (unsigned)unit->length);
    bool last = unit->last;

    assert(write != NULL);
    flow->first = unit->next;
    flow->queued -= unit->length;
    *write = (struct flow_write){.unit = unit};
    write->request.data = write;
    if (uv_write(&write->request, flow->target, &buffer, 1, on_written) != 0) {
        free(unit);
        free(write);
    }
    return last;
}

static void on_timer(uv_timer_t *timer)
{
    struct flow *flow = timer->data;
    bool last = false;

    while (!last && flow->first != NULL && flow->first->due_ms <= uv_now(timer->loop)) {
        last = send_first(flow);
    }
    if (last) {
        flow->ended(flow, true);
        return;
    }
    if (flow->finished && flow->first == NULL) {
        flow->ended(flow, false);
        return;
    }
    schedule(flow);
    flow_go_on(flow);
}

void flow_open(struct flow *flow, uv_loop_t *loop)
{
    (void)uv_timer_init(loop, &flow->timer); /* Always 0. */
    flow->timer.data = flow;
    flow->source->data = flow;
}

void flow_go_on(struct flow *flow)
{
    bool wanted = !flow->closed && !flow->finished && flow->rules->hold == 0 &&
                  flow->queued < FLOW_QUEUE_SIZE_MAX;
    bool held = !flow->closed && flow->rules->hold != 0;

    flow->counts->held += held && !flow->held;
    flow->held = held;
    if (wanted == flow->reading) {
        return;
    }
    flow->reading = wanted;
    if (!wanted) {
        (void)uv_read_stop(flow->source); /* Always 0. */
    } else if (uv_read_start(flow->source, on_allocate, on_read) != 0) {
        flow->ended(flow, true);
    }
}

void flow_stop(struct flow *flow)
{
    flow->closed = true;
    (void)uv_timer_stop(&flow->timer); /* Always 0. */
    if (flow->reading && uv_is_closing((uv_handle_t *)flow->source) == 0) {
        (void)uv_read_stop(flow->source);
    }
    flow->reading = false;
}

void flow_close(struct flow *flow, uv_close_cb closed_cb)
{
    flow_stop(flow);
    uv_close((uv_handle_t *)&flow->timer, closed_cb);
}

void flow_release(struct flow *flow)
{
    struct flow_unit *unit = flow->first;

    while (unit != NULL) {
        struct flow_unit *next = unit->next;

        free(unit);
        unit = next;
    }
    flow->first = NULL;
    free(flow->partial);
    flow->partial = NULL;
}
