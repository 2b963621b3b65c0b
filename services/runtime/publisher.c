/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service's own stream, on the loop: its head, the ring and the bus.
 * Every event that comes here is already durable; nothing here may ever be the
 * only copy of anything.
 */
#include "runtime/publisher_internal.h"

#include "runtime/metrics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct metric events_published = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_events_published_total",
    .help = "Events committed and sent to the bus.",
    .labels = "",
};

static struct metric ring_bytes = {
    .type = METRIC_GAUGE,
    .name = "hyeopchi_event_ring_bytes",
    .help =
        "Envelopes of the latest events, kept in memory for who has missed them; at most 16 MiB.",
    .labels = "",
};

/* Into the ring, and the head moves on by it. */
static void take_over(struct publisher *publisher, const struct eventlog_entry *added)
{
    assert(added->seq == publisher->head.seq + 1);
    event_ring_add(&publisher->ring, added, publisher->head.chain);
    metrics_set(&ring_bytes, (int64_t)publisher->ring.size);
    event_chain(publisher->head.chain, added->seq, added->envelope, added->envelope_length);
    publisher->head.seq = added->seq;
}

static void send_frame(struct publisher *publisher, const struct event_frame *frame)
{
    struct buffer buffer;

    buffer_init(&buffer, EVENT_FRAME_SIZE_MAX);
    event_frame_encode(&buffer, frame);
    if (!buffer_status(&buffer)) {
        bus_pub_send(publisher->pub, buffer.data, buffer.length);
    }
    buffer_release(&buffer);
}

/* A frame that says where the stream stands. */
static struct event_frame frame_of(const struct publisher *publisher, enum event_frame_kind kind)
{
    struct event_frame frame = {
        .kind = kind,
        .epoch = publisher->head.epoch,
        .seq = publisher->head.seq,
        .low_seq = publisher->head.low_seq,
    };

    memcpy(frame.stream, publisher->head.stream, sizeof frame.stream);
    return frame;
}

/* Sends the events that wait. One that the ring has forgotten is missed, and fetched. */
static void publish_waiting(struct publisher *publisher)
{
    struct event_frame frame = frame_of(publisher, EVENT_FRAME_EVENT);

    while (publisher->published_seq < publisher->head.seq) {
        const struct event_ring_entry *entry;

        publisher->published_seq++;
        entry = event_ring_get(&publisher->ring, publisher->published_seq);
        if (entry != NULL) {
            frame.seq = publisher->published_seq;
            frame.payload = entry->envelope;
            frame.payload_length = entry->length;
            send_frame(publisher, &frame);
        }
    }
}

static void on_rest_end(uv_timer_t *timer);

/* At once, unless the last was sent so lately that what waits may wait for more. */
static void publish_or_wait(struct publisher *publisher)
{
    const uint64_t waiting = publisher->head.seq - publisher->published_seq;
    const bool resting = uv_is_active((uv_handle_t *)&publisher->rest) != 0;

    if (waiting == 0 || (resting && waiting < PUBLISHER_WAITING_MAX)) {
        return;
    }
    publish_waiting(publisher);
    (void)uv_timer_start(&publisher->rest, on_rest_end, PUBLISHER_REST_MS, 0); /* Cannot fail. */
}

static void on_rest_end(uv_timer_t *timer)
{
    publish_or_wait(timer->data);
}

static void heartbeat(struct publisher *publisher)
{
    const struct event_frame frame = frame_of(publisher, EVENT_FRAME_HEARTBEAT);

    publish_waiting(publisher);
    send_frame(publisher, &frame);
}

static void tick(uv_timer_t *timer)
{
    struct publisher *publisher = timer->data;

    if (publisher->head_known) {
        heartbeat(publisher);
    }
    publisher_fetch_serve_waiting(publisher);
}

enum err publisher_open(struct loop *loop, const struct publisher_options *options,
                        struct publisher **ret_publisher)
{
    struct publisher *publisher = calloc(1, sizeof *publisher);
    enum err err;

    assert(strlen(options->stream) < EVENT_STREAM_SIZE);
    if (publisher == NULL) {
        return ERR_FULL;
    }
    metrics_register(&events_published);
    metrics_register(&ring_bytes);
    publisher_fetch_register();
    publisher->loop = loop;
    publisher->reader = options->reader;
    event_ring_restart(&publisher->ring, 1);
    memcpy(publisher->head.stream, options->stream, strlen(options->stream) + 1);
    err = bus_pub_open(loop, options->pub_url, &publisher->pub);
    if (!err) {
        const struct bus_rep_options fetch = {
            .url = options->fetch_url,
            .on_request = publisher_fetch_asked,
            .context = publisher,
        };

        err = bus_rep_open(loop, &fetch, &publisher->rep);
    }
    if (err) {
        bus_pub_close(publisher->pub);
        free(publisher);
        return err;
    }
    (void)uv_timer_init(&loop->uv, &publisher->heartbeat); /* Neither can fail. */
    publisher->heartbeat.data = publisher;
    (void)uv_timer_start(&publisher->heartbeat, tick, PUBLISHER_HEARTBEAT_MS,
                         PUBLISHER_HEARTBEAT_MS);
    (void)uv_timer_init(&loop->uv, &publisher->rest);
    publisher->rest.data = publisher;
    *ret_publisher = publisher;
    return ERR_OK;
}

/* The writer connected, took or lost the lead, or another leader has written. */
static void head_moved(struct publisher *publisher, const struct eventlog_head *head)
{
    if (head->epoch == 0) {
        return; /* Never read so far. */
    }
    /* The same number may stand for another history, when one was restored. */
    if (head->seq != publisher->head.seq || head->epoch != publisher->head.epoch ||
        memcmp(head->chain, publisher->head.chain, EVENT_CHAIN_SIZE) != 0) {
        event_ring_restart(&publisher->ring, head->seq + 1);
        metrics_set(&ring_bytes, 0);
        publisher->published_seq = head->seq;
    }
    publisher->head = *head;
    publisher->head_known = true;
    heartbeat(publisher);
    publisher_fetch_serve_waiting(publisher);
    publisher_wake_followers(publisher);
}

void publisher_committed(const struct eventlog_head *head, const struct eventlog_entries *entries,
                         void *context)
{
    struct publisher *publisher = context;

    if (entries->count == 0) {
        head_moved(publisher, head);
        return;
    }
    for (size_t i = 0; i < entries->count; i++) {
        take_over(publisher, &entries->entries[i]);
    }
    publish_or_wait(publisher);
    metrics_add(&events_published, (int64_t)entries->count);
    assert(publisher->head.seq == head->seq);
    assert(memcmp(publisher->head.chain, head->chain, EVENT_CHAIN_SIZE) == 0);
    publisher_fetch_serve_waiting(publisher);
    publisher_wake_followers(publisher);
}

uint64_t publisher_head_seq(const struct publisher *publisher)
{
    return publisher->head.seq;
}

uint64_t publisher_epoch(const struct publisher *publisher)
{
    return publisher->head.epoch;
}

const uint8_t *publisher_ring_get(const struct publisher *publisher, uint64_t seq,
                                  size_t *ret_length)
{
    const struct event_ring_entry *entry = event_ring_get(&publisher->ring, seq);

    if (entry == NULL) {
        return NULL;
    }
    *ret_length = entry->length;
    return entry->envelope;
}

static void on_rest_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_heartbeat_closed(uv_handle_t *handle)
{
    struct publisher *publisher = handle->data;

    uv_close((uv_handle_t *)&publisher->rest, on_rest_closed);
}

void publisher_close(struct publisher *publisher)
{
    if (publisher == NULL) {
        return;
    }
    assert(publisher->reading_count == 0);
    publish_waiting(publisher);
    publisher_fetch_close(publisher);
    bus_rep_close(publisher->rep);
    bus_pub_close(publisher->pub);
    event_ring_restart(&publisher->ring, 1);
    uv_close((uv_handle_t *)&publisher->heartbeat, on_heartbeat_closed);
}
