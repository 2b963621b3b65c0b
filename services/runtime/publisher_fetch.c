/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetch: whoever has missed events asks for them again. From the ring at once,
 * else from the log by a reader thread; who asks for what has not happened yet
 * waits for a while. Nothing here changes what is published.
 */
#include "runtime/publisher_internal.h"

#include "runtime/clock.h"
#include "runtime/event_fetch.h"
#include "runtime/metrics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FETCH_RETRY_MS = 100 };

static_assert((int)PUBLISHER_FETCH_WAITING_MAX < (int)BUS_REPLY_CONTEXT_COUNT,
              "those who wait must leave room for those who do not");

/* A Fetch that waits for its first event, or for a reader thread. */
struct publisher_fetch {
    struct reader_job job;
    struct publisher *publisher;
    struct bus_request *request;
    struct event_fetch_request asked;
    int64_t deadline_ms;
    struct eventlog_entries entries;
    uint8_t chain_before[EVENT_CHAIN_SIZE];
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
    const struct event_ring_entry *entry = event_ring_get(&publisher->ring, asked->from_seq);
    struct event_fetch_piece pieces[EVENT_FETCH_COUNT_MAX];
    struct event_fetch_response response = {
        .status = EVENT_FETCH_OK,
        .epoch = publisher->head.epoch,
        .head_seq = publisher->head.seq,
        .low_seq = publisher->head.low_seq,
        .envelopes = pieces,
    };
    size_t size = 0;

    memcpy(response.chain_before, entry->chain_before, EVENT_CHAIN_SIZE);
    while (entry != NULL && response.count < asked->limit &&
           (response.count == 0 || size + entry->length <= EVENT_FETCH_SIZE_MAX)) {
        pieces[response.count].data = entry->envelope;
        pieces[response.count].length = entry->length;
        size += entry->length;
        response.count++;
        entry = event_ring_get(&publisher->ring, asked->from_seq + response.count);
    }
    answer(request, &response);
}

/* On a reader thread. */
static enum err fetch_work(struct db *db, struct reader_job *job)
{
    struct publisher_fetch *fetch = (struct publisher_fetch *)job;

    if (db == NULL) {
        return ERR_UNAVAILABLE;
    }
    return eventlog_read(db, fetch->asked.stream, fetch->asked.from_seq, fetch->asked.limit,
                         &fetch->entries, fetch->chain_before);
}

static void answer_nothing(struct publisher *publisher, struct bus_request *request)
{
    struct event_fetch_response response = {
        .status = EVENT_FETCH_OK,
        .epoch = publisher->head.epoch,
        .head_seq = publisher->head.seq,
        .low_seq = publisher->head.low_seq,
    };

    /* Right for from_seq = head + 1; who is ahead of that sees it by the head. */
    memcpy(response.chain_before, publisher->head.chain, EVENT_CHAIN_SIZE);
    answer(request, &response);
}

/* How many of what was read are not beyond the head. The log may hold more: what another leader has
 * written, or a COMMIT in doubt. Whoever got that would hear from our heartbeat that it is not there. */
static size_t count_known(const struct publisher *publisher, const struct eventlog_entries *read)
{
    size_t count = read->count;

    while (count > 0 && read->entries[count - 1].seq > publisher->head.seq) {
        count--;
    }
    return count;
}

/* True when who asks has applied events that our head does not know: another leader's, which the log has
 * and of which we shall hear within a second, or those of a history that was restored to before them. */
static bool is_ahead(const struct publisher *publisher, const struct event_fetch_request *asked)
{
    return asked->from_seq > publisher->head.seq + 1;
}

static void fetch_done(struct reader_job *job)
{
    struct publisher_fetch *fetch = (struct publisher_fetch *)job;
    struct publisher *publisher = fetch->publisher;
    const bool ahead = is_ahead(publisher, &fetch->asked);
    struct event_fetch_piece pieces[EVENT_FETCH_COUNT_MAX];
    struct event_fetch_response response = {
        .status = EVENT_FETCH_OK,
        .epoch = publisher->head.epoch,
        .head_seq = publisher->head.seq,
        .low_seq = publisher->head.low_seq,
        .envelopes = pieces,
    };

    publisher->reading_count--;
    response.count = count_known(publisher, &fetch->entries);
    if (ahead ? job->err != ERR_NOT_FOUND : job->err != ERR_OK) {
        answer_status(publisher, fetch->request, EVENT_FETCH_OVERLOADED);
    } else if (ahead || (response.count == 0 && fetch->entries.count > 0)) {
        /* The log does not know them either; or the head went back while the log was read. */
        answer_nothing(publisher, fetch->request);
    } else {
        assert(response.count <= EVENT_FETCH_COUNT_MAX);
        for (size_t i = 0; i < response.count; i++) {
            pieces[i].data = fetch->entries.entries[i].envelope;
            pieces[i].length = fetch->entries.entries[i].envelope_length;
        }
        memcpy(response.chain_before, fetch->chain_before, EVENT_CHAIN_SIZE);
        answer(fetch->request, &response);
    }
    eventlog_entries_release(&fetch->entries);
    free(fetch);
}

static struct publisher_fetch *fetch_new(struct publisher *publisher, struct bus_request *request,
                                         const struct event_fetch_request *asked)
{
    struct publisher_fetch *fetch = calloc(1, sizeof *fetch);

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
    struct publisher_fetch *fetch = fetch_new(publisher, request, asked);

    if (fetch == NULL || reader_submit(publisher->reader, &fetch->job) != ERR_OK) {
        free(fetch);
        answer_status(publisher, request, EVENT_FETCH_OVERLOADED);
        return;
    }
    publisher->reading_count++;
}

static void serve(struct publisher *publisher, struct bus_request *request,
                  const struct event_fetch_request *asked)
{
    if (asked->from_seq < publisher->head.low_seq) {
        answer_status(publisher, request, EVENT_FETCH_GONE);
    } else if (event_ring_get(&publisher->ring, asked->from_seq) != NULL) {
        answer_from_ring(publisher, request, asked);
    } else if (asked->from_seq <= publisher->head.seq || is_ahead(publisher, asked)) {
        answer_from_log(publisher, request, asked);
    } else {
        answer_nothing(publisher, request);
    }
}

void publisher_fetch_asked(struct bus_request *request, const void *data, size_t length,
                           void *context)
{
    struct publisher *publisher = context;
    struct event_fetch_request asked;
    struct publisher_fetch *fetch;

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

void publisher_fetch_serve_waiting(struct publisher *publisher)
{
    int64_t now_ms = clock_monotonic_ms();
    size_t kept = 0;

    for (size_t i = 0; i < publisher->waiting_count; i++) {
        struct publisher_fetch *fetch = publisher->waiting[i];

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

void publisher_fetch_register(void)
{
    metrics_register(&fetches_answered);
    metrics_register(&fetches_refused);
}

void publisher_fetch_close(struct publisher *publisher)
{
    for (size_t i = 0; i < publisher->waiting_count; i++) {
        free(publisher->waiting[i]); /* Whoever asked asks again elsewhere. */
    }
    publisher->waiting_count = 0;
}
