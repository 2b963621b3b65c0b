/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client's turn: its cursor moves along the publisher's ring as far as the
 * client reads; where the ring has forgotten, a reader thread fetches a stretch
 * of the log. Nothing is queued for a client that does not read: its cursor
 * stays, and what was fetched for it is dropped.
 */
#include "runtime/feed_internal.h"

#include "runtime/clock.h"
#include "runtime/log.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TURN_COUNT_MAX = 200,    /* events for one client before the next one's turn */
    READ_COUNT = 200,        /* events fetched from the log at once */
    READING_COUNT_MAX = 4,   /* fetches under way; the rest of the readers is others' */
    BACKLOG_LOW = 64 * 1024, /* unsent bytes below which a stream is fed again */
    SLICE_SIZE = 64 * 1024,  /* handed to the connection at once */
    RETRY_MS = 1000,         /* after the database was away */
};

static const struct problem_kind FEED_PROBLEM_GONE = {
    .status = 410,
    .code = "cursor-gone",
    .ko =
        "요청한 위치의 이벤트는 더 이상 보관되어 있지 않거나 다른 이력의 것입니다. "
        "Next-After 머리글의 위치부터 다시 받으십시오.",
    .en =
        "The events after this cursor are no longer kept, or belong to another history. "
        "Start again from the cursor in the Next-After header.",
};

struct metric feed_events_sent = {
    .type = METRIC_COUNTER,
    .name = "hyeopchi_feed_events_total",
    .help = "Events given to clients of the feed.",
    .labels = "",
};

static enum feed_turn client_follow(struct feed_client *client, int64_t now_ms);
static enum feed_turn client_at_head(struct feed_client *client, int64_t now_ms);
static bool client_is_full(const struct feed_client *client);
static bool client_flush(struct feed_client *client, int64_t now_ms);
static void client_take(struct feed_client *client, const struct feed_text *text);
static bool client_wants(const struct feed_client *client, const void *envelope, size_t length);
static const struct feed_text *render_from_ring(const struct feed_client *client);
static enum feed_turn read_start(struct feed_client *client);
static void read_deliver(struct feed_client *client);
static void client_reset(struct feed_client *client);
static void answer_gone(struct feed_client *client);
static void end_with_error(struct feed_client *client, enum err err);

/* --- Turns. --------------------------------------------------------------------------------------- */

enum feed_turn feed_client_turn(struct feed_client *client, int64_t now_ms)
{
    const struct publisher *publisher = client->feed->options.publisher;

    if (client->query.form == FEED_EVENT_STREAM && !client_flush(client, now_ms)) {
        return FEED_TURN_BLOCKED;
    }
    if (client->reading) {
        return FEED_TURN_READING;
    }
    if (now_ms < client->retry_at_ms) {
        return FEED_TURN_BLOCKED;
    }
    if (client->epoch != publisher_epoch(publisher)) {
        /* History was restored under it. */
        client->epoch = publisher_epoch(publisher);
        client->query.has_cursor = true;
        client->next_seq = 0;
    }
    return client_follow(client, now_ms);
}

/* From the ring, as far as it goes. */
static enum feed_turn client_follow(struct feed_client *client, int64_t now_ms)
{
    struct feed *feed = client->feed;

    for (int count = 0; count < TURN_COUNT_MAX; count++) {
        const struct feed_text *text;
        size_t length;

        if (client_is_full(client)) {
            if (client->query.form == FEED_EVENT_STREAM) {
                return FEED_TURN_BLOCKED;
            }
            feed_client_answer(client);
            return FEED_TURN_ENDED;
        }
        /* An event that is not there is read from the log, which also knows what is kept. */
        if (client->next_seq > 0 &&
            client->next_seq > publisher_head_seq(feed->options.publisher)) {
            return client_at_head(client, now_ms);
        }
        if (!publisher_ring_get(feed->options.publisher, client->next_seq, &length)) {
            return read_start(client);
        }
        text = render_from_ring(client);
        if (text) {
            client_take(client, text);
        }
        client->next_seq++;
        client->scanned++;
        if (client->query.form == FEED_EVENT_STREAM && !client_flush(client, now_ms)) {
            return FEED_TURN_BLOCKED;
        }
    }
    return FEED_TURN_AGAIN;
}

static enum feed_turn client_at_head(struct feed_client *client, int64_t now_ms)
{
    static const char comment[] = ": hb\n\n";

    if (client->query.form != FEED_EVENT_STREAM) {
        if (client->found == 0 && now_ms < client->wait_until_ms) {
            return FEED_TURN_IDLE;
        }
        feed_client_answer(client);
        return FEED_TURN_ENDED;
    }
    if (now_ms - client->sent_at_ms >= FEED_COMMENT_MS) {
        if (http_stream_write(client->request, comment, sizeof comment - 1)) {
            return FEED_TURN_BLOCKED;
        }
        client->sent_at_ms = now_ms;
    }
    return FEED_TURN_IDLE;
}

/* True when no further event should be added now. */
static bool client_is_full(const struct feed_client *client)
{
    if (client->query.form == FEED_EVENT_STREAM) {
        return client->out.length > 0 || http_stream_backlog(client->request) > BACKLOG_LOW;
    }
    return client->found >= (uint64_t)client->query.limit ||
           client->out.length >= FEED_ANSWER_SIZE_MAX || client->scanned >= FEED_SCAN_COUNT_MAX;
}

/* Hands what is left of an event to the connection, as far as that takes it; true when all went. */
static bool client_flush(struct feed_client *client, int64_t now_ms)
{
    size_t sent = 0;

    while (sent < client->out.length && http_stream_backlog(client->request) <= BACKLOG_LOW) {
        size_t left = client->out.length - sent;
        size_t slice = left < SLICE_SIZE ? left : SLICE_SIZE;

        if (http_stream_write(client->request, client->out.data + sent, slice)) {
            break;
        }
        sent += slice;
        client->sent_at_ms = now_ms;
    }
    buffer_consume(&client->out, sent);
    return client->out.length == 0;
}

/* Adds the event, if the client wants such. */
static void client_take(struct feed_client *client, const struct feed_text *text)
{
    if (!feed_query_wants(&client->query, text->type)) {
        return;
    }
    feed_text_append(text, client->query.form, client->epoch, client->found == 0, &client->out);
    client->found++;
    metrics_add(&feed_events_sent, 1);
}

/* Looks before an event is rendered, which costs much more. One that does not decode is wanted:
 * rendering says so. */
static bool client_wants(const struct feed_client *client, const void *envelope, size_t length)
{
    struct event event;
    bool is_wanted;

    if (client->query.type_count == 0 || event_decode(envelope, length, &event)) {
        return true;
    }
    is_wanted = feed_query_wants(&client->query, event.type);
    event_release(&event);
    return is_wanted;
}

/* The client's next event. NULL: not for it, or an envelope that is none, which our own log should
 * never hold. */
static const struct feed_text *render_from_ring(const struct feed_client *client)
{
    struct feed *feed = client->feed;
    const struct publisher *publisher = feed->options.publisher;
    const uint64_t seq = client->next_seq;
    struct feed_text *text = &feed->cache[seq % FEED_CACHE_LENGTH];
    size_t length;
    const uint8_t *envelope;

    if (text->seq == seq && text->epoch == publisher_epoch(publisher)) {
        return text;
    }
    envelope = publisher_ring_get(publisher, seq, &length);
    if (!client_wants(client, envelope, length)) {
        return NULL;
    }
    if (feed_text_render(text, envelope, length, feed->options.types)) {
        log_error("feed_event_unreadable", log_int("seq", (int64_t)seq));
        return NULL;
    }
    text->epoch = publisher_epoch(publisher);
    return text;
}

/* --- The log. ------------------------------------------------------------------------------------- */

static enum feed_turn read_start(struct feed_client *client)
{
    struct feed *feed = client->feed;

    if (feed->reading_count >= READING_COUNT_MAX) {
        return FEED_TURN_READING; /* The next one to finish wakes us all. */
    }
    client->read_from = client->next_seq;
    if (reader_submit(feed->options.reader, &client->job)) {
        client->retry_at_ms = clock_monotonic_ms() + RETRY_MS;
        return FEED_TURN_BLOCKED;
    }
    client->reading = true;
    feed->reading_count++;
    return FEED_TURN_READING;
}

/* Reader thread. */
enum err feed_read_work(struct db *db, struct reader_job *job)
{
    struct feed_client *client = (struct feed_client *)job;
    uint8_t chain_before[EVENT_CHAIN_SIZE];
    enum err err;

    if (!db) {
        return ERR_UNAVAILABLE;
    }
    err = eventlog_read_head(db, client->stream, &client->head);
    if (err || client->read_from < client->head.low_seq) {
        return err;
    }
    return eventlog_read(db, client->stream, client->read_from, READ_COUNT, &client->entries,
                         chain_before);
}

void feed_read_done(struct reader_job *job)
{
    struct feed_client *client = (struct feed_client *)job;
    struct feed *feed = client->feed;

    client->reading = false;
    feed->reading_count--;
    if (!client->request) {
        eventlog_entries_release(&client->entries);
        free(client);
        feed_free_when_done(feed);
        return;
    }
    feed_client_move_last(client); /* The few fetches go round. */
    if (client->job.err) {
        end_with_error(client, client->job.err);
    } else if (client->next_seq >= client->head.low_seq) {
        read_deliver(client);
    } else {
        client_reset(client);
    }
    if (feed->first) {
        feed_schedule(feed, 0);
    }
}

/* Gives the client what was read, as far as it takes it; the rest is read again another time. Nothing
 * beyond the publisher's head, which the log may hold: its cursor would be refused. */
static void read_deliver(struct feed_client *client)
{
    struct feed *feed = client->feed;
    const uint64_t head_seq = publisher_head_seq(feed->options.publisher);
    int64_t now_ms = clock_monotonic_ms();

    for (size_t i = 0; i < client->entries.count && !client_is_full(client); i++) {
        const struct eventlog_entry *entry = &client->entries.entries[i];

        assert(entry->seq == client->next_seq);
        if (entry->seq > head_seq) {
            break;
        }
        if (!client_wants(client, entry->envelope, entry->envelope_length)) {
            /* Passed over. */
        } else if (feed_text_render(&feed->scratch, entry->envelope, entry->envelope_length,
                                    feed->options.types)) {
            log_error("feed_event_unreadable", log_int("seq", (int64_t)entry->seq));
        } else {
            client_take(client, &feed->scratch);
        }
        client->next_seq++;
        client->scanned++;
        if (client->query.form == FEED_EVENT_STREAM) {
            (void)client_flush(client, now_ms); /* What is left makes the client full. */
        }
    }
    if (client->entries.count == 0) {
        client->retry_at_ms = now_ms + RETRY_MS; /* The log is behind what the publisher knows. */
    }
    eventlog_entries_release(&client->entries);
    client->entries = (struct eventlog_entries){0};
}

/* Its cursor is not in the log: from the oldest event on, or 410 for those who can be told. */
static void client_reset(struct feed_client *client)
{
    uint64_t low_seq = client->head.low_seq;

    client->next_seq = low_seq;
    if (!client->query.has_cursor) {
        return; /* It asked for all there is. */
    }
    client->query.has_cursor = false;
    if (client->query.form == FEED_EVENT_STREAM) {
        buffer_append_format(&client->out,
                             "id: %" PRIu64 "-%" PRIu64
                             "\nevent: reset\n"
                             "data: {\"epoch\":\"%" PRIu64 "\",\"low_seq\":\"%" PRIu64 "\"}\n\n",
                             client->epoch, low_seq - 1, client->epoch, low_seq);
    } else {
        answer_gone(client);
    }
}

/* --- Answers. ------------------------------------------------------------------------------------- */

static void set_next_after(const struct feed_client *client)
{
    char cursor[FEED_CURSOR_SIZE];
    uint64_t last = client->next_seq > 0 ? client->next_seq - 1 : 0;
    int length = snprintf(cursor, sizeof cursor, "%" PRIu64 "-%" PRIu64, client->epoch, last);

    assert(length > 0 && (size_t)length < sizeof cursor);
    http_response_header(client->request, "Next-After", cursor);
}

void feed_client_answer(struct feed_client *client)
{
    struct http_request *request = client->request;
    const char *type = feed_content_type(client->query.form);

    set_next_after(client);
    if (client->query.form == FEED_BATCH) {
        buffer_append_text(&client->out, client->found == 0 ? "[]" : "]");
    }
    if (buffer_status(&client->out)) {
        http_respond_error(request, ERR_INTERNAL);
    } else {
        http_respond(request, 200, type, client->out.data, client->out.length);
    }
    feed_client_release(client);
}

static void answer_gone(struct feed_client *client)
{
    struct problem problem;

    set_next_after(client);
    problem_set(&problem, &FEED_PROBLEM_GONE, "after", NULL, NULL);
    http_respond_problem(client->request, &problem);
    feed_client_release(client);
}

static void end_with_error(struct feed_client *client, enum err err)
{
    if (client->query.form == FEED_EVENT_STREAM) {
        /* The stream goes on when the database does. */
        client->retry_at_ms = clock_monotonic_ms() + RETRY_MS;
        return;
    }
    http_respond_error(client->request, err == ERR_UNAVAILABLE ? err : ERR_INTERNAL);
    feed_client_release(client);
}
