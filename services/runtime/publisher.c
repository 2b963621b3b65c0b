/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service's own stream, on the loop: the ring of newest events, the bus, and
 * Fetch. Every event that comes here is already durable; nothing here may ever
 * be the only copy of anything.
 */
#include "runtime/publisher.h"

#include "runtime/bus.h"
#include "runtime/clock.h"
#include "runtime/event_fetch.h"
#include "runtime/log.h"
#include "runtime/metrics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FETCH_RETRY_MS = 100 };

static_assert((int)PUBLISHER_FETCH_WAITING_MAX < (int)BUS_REPLY_CONTEXT_COUNT,
              "those who wait must leave room for those who do not");

/* One event in the ring. */
struct ring_entry {
    uint8_t *envelope;
    size_t length;
    uint8_t chain_before[EVENT_CHAIN_SIZE];
};

/* A Fetch that waits for its first event, or for a reader thread. */
struct fetch {
    struct reader_job job;
    struct publisher *publisher;
    struct bus_request *request;
    struct event_fetch_request asked;
    int64_t deadline_ms;
    struct eventlog_entries entries;
    uint8_t chain_before[EVENT_CHAIN_SIZE];
};

struct publisher {
    struct loop *loop;
    struct reader *reader;
    struct bus_pub *pub;
    struct bus_rep *rep;
    uv_timer_t heartbeat;
    struct eventlog_head head;
    bool head_known;
    struct ring_entry ring[PUBLISHER_RING_LENGTH];
    uint64_t ring_low; /* seq of the oldest event in the ring; head.seq + 1 when it is empty */
    size_t ring_size;
    struct fetch *waiting[PUBLISHER_FETCH_WAITING_MAX];
    size_t waiting_count;
    size_t reading_count;
    struct publisher_follower *followers;
    size_t follower_count;
};

static struct metric events_published = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_events_published_total",
    .help = "Events committed and sent to the bus.",
    .labels = "",
};
static struct metric fetches_answered = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_fetches_answered_total",
    .help = "Fetch requests answered with events.",
    .labels = "",
};
static struct metric fetches_refused = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_fetches_refused_total",
    .help = "Fetch requests refused as unreadable, or put off because too many wait.",
    .labels = "",
};

static struct ring_entry *ring_at(struct publisher *publisher, uint64_t seq)
{
    return &publisher->ring[seq % PUBLISHER_RING_LENGTH];
}

static bool ring_has(const struct publisher *publisher, uint64_t seq)
{
    return seq >= publisher->ring_low && seq <= publisher->head.seq;
}

static void ring_drop_oldest(struct publisher *publisher)
{
    struct ring_entry *entry = ring_at(publisher, publisher->ring_low);

    publisher->ring_size -= entry->length;
    free(entry->envelope);
    *entry = (struct ring_entry){0};
    publisher->ring_low++;
}

static void ring_clear(struct publisher *publisher)
{
    while (publisher->ring_low <= publisher->head.seq) {
        ring_drop_oldest(publisher);
    }
}

/* Adds the event after head.seq and moves the head's seq and chain on. */
static void ring_add(struct publisher *publisher, const struct eventlog_entry *added)
{
    struct ring_entry *entry;
    uint8_t *copy = malloc(added->envelope_length);

    assert(added->seq == publisher->head.seq + 1);
    while (publisher->ring_low <= publisher->head.seq &&
           (added->seq - publisher->ring_low >= PUBLISHER_RING_LENGTH ||
            publisher->ring_size + added->envelope_length > PUBLISHER_RING_SIZE_MAX)) {
        ring_drop_oldest(publisher);
    }
    if (copy == NULL) {
        ring_clear(publisher); /* The log has it. */
        publisher->ring_low = added->seq + 1;
    } else {
        memcpy(copy, added->envelope, added->envelope_length);
        entry = ring_at(publisher, added->seq);
        entry->envelope = copy;
        entry->length = added->envelope_length;
        memcpy(entry->chain_before, publisher->head.chain, EVENT_CHAIN_SIZE);
        publisher->ring_size += added->envelope_length;
    }
    event_chain(publisher->head.chain, added->seq, added->envelope, added->envelope_length);
    publisher->head.seq = added->seq;
}

static void publish_frame(struct publisher *publisher, enum event_frame_kind kind,
                          const struct eventlog_entry *entry)
{
    struct event_frame frame = {
        .kind = kind,
        .epoch = publisher->head.epoch,
        .seq = publisher->head.seq,
        .low_seq = publisher->head.low_seq,
    };
    struct buffer buffer;

    if (entry != NULL) {
        frame.payload = entry->envelope;
        frame.payload_length = entry->envelope_length;
    }
    memcpy(frame.stream, publisher->head.stream, sizeof frame.stream);
    buffer_init(&buffer, EVENT_FRAME_SIZE_MAX);
    event_frame_encode(&buffer, &frame);
    if (!buffer_status(&buffer)) {
        bus_pub_send(publisher->pub, buffer.data, buffer.length);
    }
    buffer_release(&buffer);
}

static void heartbeat(uv_timer_t *timer)
{
    struct publisher *publisher = timer->data;

    if (publisher->head_known) {
        publish_frame(publisher, EVENT_FRAME_HEARTBEAT, NULL);
    }
}

static void answer(struct bus_request *request, const struct event_fetch_response *response)
{
    struct buffer buffer;

    metrics_add(response->status == EVENT_FETCH_OK ? &fetches_answered : &fetches_refused, 1);
    buffer_init(&buffer, BUS_MESSAGE_SIZE_MAX);
    event_fetch_encode_response(response, &buffer);
    assert(buffer_status(&buffer) == ERR_OK); /* Bounded by EVENT_FETCH_SIZE_MAX and one event. */
    bus_request_answer(request, buffer.data, buffer.length);
    buffer_release(&buffer);
}

static void answer_status(struct publisher *publisher, struct bus_request *request,
                          enum event_fetch_status status)
{
    struct event_fetch_response response = {
        .status = status,
        .epoch = publisher->head.epoch,
        .head_seq = publisher->head.seq,
        .low_seq = publisher->head.low_seq,
        .retry_after_ms = status == EVENT_FETCH_OVERLOADED ? FETCH_RETRY_MS : 0,
    };

    answer(request, &response);
}

/* From the ring; asked->from_seq is in it. */
static void answer_from_ring(struct publisher *publisher, struct bus_request *request,
                             const struct event_fetch_request *asked)
{
    struct event_fetch_piece pieces[EVENT_FETCH_COUNT_MAX];
    struct event_fetch_response response = {
        .status = EVENT_FETCH_OK,
        .epoch = publisher->head.epoch,
        .head_seq = publisher->head.seq,
        .low_seq = publisher->head.low_seq,
        .envelopes = pieces,
    };
    size_t size = 0;

    memcpy(response.chain_before, ring_at(publisher, asked->from_seq)->chain_before,
           EVENT_CHAIN_SIZE);
    while (response.count < asked->limit && ring_has(publisher, asked->from_seq + response.count)) {
        const struct ring_entry *entry = ring_at(publisher, asked->from_seq + response.count);

        if (response.count > 0 && size + entry->length > EVENT_FETCH_SIZE_MAX) {
            break;
        }
        pieces[response.count].data = entry->envelope;
        pieces[response.count].length = entry->length;
        size += entry->length;
        response.count++;
    }
    answer(request, &response);
}

/* On a reader thread. */
static enum err fetch_work(struct db *db, struct reader_job *job)
{
    struct fetch *fetch = (struct fetch *)job;

    if (db == NULL) {
        return ERR_UNAVAILABLE;
    }
    return eventlog_read(db, fetch->asked.stream, fetch->asked.from_seq, fetch->asked.limit,
                         &fetch->entries, fetch->chain_before);
}

static void fetch_done(struct reader_job *job)
{
    struct fetch *fetch = (struct fetch *)job;
    struct publisher *publisher = fetch->publisher;
    struct event_fetch_piece pieces[EVENT_FETCH_COUNT_MAX];
    struct event_fetch_response response = {
        .status = EVENT_FETCH_OK,
        .epoch = publisher->head.epoch,
        .head_seq = publisher->head.seq,
        .low_seq = publisher->head.low_seq,
        .envelopes = pieces,
    };

    publisher->reading_count--;
    if (job->err) {
        answer_status(publisher, fetch->request, EVENT_FETCH_OVERLOADED);
    } else {
        assert(fetch->entries.count <= EVENT_FETCH_COUNT_MAX);
        for (size_t i = 0; i < fetch->entries.count; i++) {
            pieces[i].data = fetch->entries.entries[i].envelope;
            pieces[i].length = fetch->entries.entries[i].envelope_length;
        }
        response.count = fetch->entries.count;
        if (response.count > 0 &&
            fetch->entries.entries[response.count - 1].seq > response.head_seq) {
            /* The log is ahead of what the writer has told the loop. */
            response.head_seq = fetch->entries.entries[response.count - 1].seq;
        }
        memcpy(response.chain_before, fetch->chain_before, EVENT_CHAIN_SIZE);
        answer(fetch->request, &response);
    }
    eventlog_entries_release(&fetch->entries);
    free(fetch);
}

static struct fetch *fetch_new(struct publisher *publisher, struct bus_request *request,
                               const struct event_fetch_request *asked)
{
    struct fetch *fetch = calloc(1, sizeof *fetch);

    if (fetch != NULL) {
        fetch->job.work = fetch_work;
        fetch->job.done = fetch_done;
        fetch->publisher = publisher;
        fetch->request = request;
        fetch->asked = *asked;
        fetch->deadline_ms = clock_monotonic_ms() + asked->wait_ms;
    }
    return fetch;
}

static void answer_from_log(struct publisher *publisher, struct bus_request *request,
                            const struct event_fetch_request *asked)
{
    struct fetch *fetch = fetch_new(publisher, request, asked);

    if (fetch == NULL || reader_submit(publisher->reader, &fetch->job) != ERR_OK) {
        free(fetch);
        answer_status(publisher, request, EVENT_FETCH_OVERLOADED);
        return;
    }
    publisher->reading_count++;
}

static void answer_nothing(struct publisher *publisher, struct bus_request *request)
{
    struct event_fetch_response response = {
        .status = EVENT_FETCH_OK,
        .epoch = publisher->head.epoch,
        .head_seq = publisher->head.seq,
        .low_seq = publisher->head.low_seq,
    };

    /* Right for from_seq = head + 1, which is what a subscriber that is not ahead asks. */
    memcpy(response.chain_before, publisher->head.chain, EVENT_CHAIN_SIZE);
    answer(request, &response);
}

static void serve(struct publisher *publisher, struct bus_request *request,
                  const struct event_fetch_request *asked)
{
    if (asked->from_seq < publisher->head.low_seq) {
        answer_status(publisher, request, EVENT_FETCH_GONE);
    } else if (ring_has(publisher, asked->from_seq)) {
        answer_from_ring(publisher, request, asked);
    } else if (asked->from_seq <= publisher->head.seq) {
        answer_from_log(publisher, request, asked);
    } else {
        answer_nothing(publisher, request);
    }
}

static void on_request(struct bus_request *request, const void *data, size_t length, void *context)
{
    struct publisher *publisher = context;
    struct event_fetch_request asked;
    struct fetch *fetch;

    if (event_fetch_decode_request(data, length, &asked) != ERR_OK ||
        strcmp(asked.stream, publisher->head.stream) != 0) {
        answer_status(publisher, request, EVENT_FETCH_INVALID);
        return;
    }
    if (!publisher->head_known) {
        answer_status(publisher, request, EVENT_FETCH_OVERLOADED);
        return;
    }
    if (asked.from_seq <= publisher->head.seq || asked.wait_ms == 0) {
        serve(publisher, request, &asked);
        return;
    }
    fetch = publisher->waiting_count < PUBLISHER_FETCH_WAITING_MAX
                ? fetch_new(publisher, request, &asked)
                : NULL;
    if (fetch == NULL) {
        answer_status(publisher, request, EVENT_FETCH_OVERLOADED);
        return;
    }
    publisher->waiting[publisher->waiting_count] = fetch;
    publisher->waiting_count++;
}

/* Answers the waiting fetches whose event has come or whose time is up. */
static void waiting_serve(struct publisher *publisher)
{
    int64_t now_ms = clock_monotonic_ms();
    size_t kept = 0;

    for (size_t i = 0; i < publisher->waiting_count; i++) {
        struct fetch *fetch = publisher->waiting[i];

        if (fetch->asked.from_seq > publisher->head.seq && now_ms < fetch->deadline_ms) {
            publisher->waiting[kept] = fetch;
            kept++;
            continue;
        }
        serve(publisher, fetch->request, &fetch->asked);
        free(fetch);
    }
    publisher->waiting_count = kept;
}

static void tick(uv_timer_t *timer)
{
    heartbeat(timer);
    waiting_serve(timer->data);
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
    metrics_register(&fetches_answered);
    metrics_register(&fetches_refused);
    publisher->loop = loop;
    publisher->reader = options->reader;
    publisher->ring_low = 1;
    memcpy(publisher->head.stream, options->stream, strlen(options->stream) + 1);
    err = bus_pub_open(loop, options->pub_url, &publisher->pub);
    if (!err) {
        err = bus_rep_open(loop, options->fetch_url, on_request, publisher, &publisher->rep);
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
    *ret_publisher = publisher;
    return ERR_OK;
}

static void wake_followers(struct publisher *publisher)
{
    struct publisher_follower *follower;
    struct publisher_follower *next;

    for (follower = publisher->followers; follower != NULL; follower = next) {
        next = follower->next; /* It may stop following. */
        follower->wake(follower);
    }
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
        ring_clear(publisher);
        publisher->ring_low = head->seq + 1;
    }
    publisher->head = *head;
    publisher->head_known = true;
    publish_frame(publisher, EVENT_FRAME_HEARTBEAT, NULL);
    waiting_serve(publisher);
    wake_followers(publisher);
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
        ring_add(publisher, &entries->entries[i]);
        publish_frame(publisher, EVENT_FRAME_EVENT, &entries->entries[i]);
    }
    metrics_add(&events_published, (int64_t)entries->count);
    assert(publisher->head.seq == head->seq);
    assert(memcmp(publisher->head.chain, head->chain, EVENT_CHAIN_SIZE) == 0);
    waiting_serve(publisher);
    wake_followers(publisher);
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
    const struct ring_entry *entry = &publisher->ring[seq % PUBLISHER_RING_LENGTH];

    if (!ring_has(publisher, seq)) {
        return NULL;
    }
    *ret_length = entry->length;
    return entry->envelope;
}

enum err publisher_follow(struct publisher *publisher, struct publisher_follower *follower)
{
    assert(follower->wake != NULL);
    if (publisher->follower_count >= PUBLISHER_FOLLOWER_COUNT_MAX) {
        return ERR_FULL;
    }
    follower->previous = NULL;
    follower->next = publisher->followers;
    if (publisher->followers != NULL) {
        publisher->followers->previous = follower;
    }
    publisher->followers = follower;
    publisher->follower_count++;
    return ERR_OK;
}

void publisher_unfollow(struct publisher *publisher, struct publisher_follower *follower)
{
    assert(publisher->follower_count > 0);
    if (follower->previous != NULL) {
        follower->previous->next = follower->next;
    } else {
        publisher->followers = follower->next;
    }
    if (follower->next != NULL) {
        follower->next->previous = follower->previous;
    }
    follower->previous = NULL;
    follower->next = NULL;
    publisher->follower_count--;
}

static void publisher_freed(uv_handle_t *handle)
{
    struct publisher *publisher = handle->data;

    free(publisher);
}

void publisher_close(struct publisher *publisher)
{
    if (publisher == NULL) {
        return;
    }
    assert(publisher->reading_count == 0);
    for (size_t i = 0; i < publisher->waiting_count; i++) {
        free(publisher->waiting[i]); /* Whoever asked asks again elsewhere. */
    }
    bus_rep_close(publisher->rep);
    bus_pub_close(publisher->pub);
    ring_clear(publisher);
    uv_close((uv_handle_t *)&publisher->heartbeat, publisher_freed);
}
