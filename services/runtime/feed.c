/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients of the feed, from their request to their end, and the clock that
 * gives each its turn. A client's memory goes when it is neither in the list
 * nor with a reader thread, and the feed's when no client's is left.
 */
#include "runtime/feed_internal.h"

#include "runtime/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICK_MS = 250, /* comments, waits, retries */
    PASS_MS = 5,   /* turns given before the loop does its other work */
    NEXT_MS = 1,   /* a timer of 0 ms, set by its own callback, fires before that work */
};

static struct metric clients_now = {
    .type = METRIC_GAUGE,
    .name = "hyeopchi_feed_clients",
    .help = "Clients that follow the feed or wait for it.",
    .labels = "",
};

static void on_wake(struct publisher_follower *follower);
static void on_timer(uv_timer_t *timer);
static void on_timer_closed(uv_handle_t *handle);
static void client_begin(struct feed *feed, struct http_request *request,
                         const struct feed_query *query);
static void client_link(struct feed_client *client);
static void client_unlink(struct feed_client *client);
static void on_stream_closed(void *context);
static void on_stream_drained(void *context);

/* --- The feed. ------------------------------------------------------------------------------------ */

enum err feed_open(const struct feed_options *options, struct feed **ret_feed)
{
    struct feed *feed = calloc(1, sizeof *feed);
    enum err err;

    if (!feed) {
        return ERR_INTERNAL;
    }
    assert(strlen(options->stream) < EVENT_STREAM_SIZE);
    feed->options = *options;
    feed->due_ms = UINT64_MAX;
    feed->follower.wake = on_wake;
    feed_text_init(&feed->scratch);
    for (size_t i = 0; i < FEED_CACHE_LENGTH; i++) {
        feed_text_init(&feed->cache[i]);
    }
    err = publisher_follow(options->publisher, &feed->follower);
    if (err) {
        free(feed);
        return err;
    }
    (void)uv_timer_init(&options->loop->uv, &feed->timer); /* Always succeeds. */
    feed->timer.data = feed;
    /* Requests under way keep the loop going by themselves. */
    uv_unref((uv_handle_t *)&feed->timer);
    metrics_register(&clients_now);
    metrics_register(&feed_events_sent);
    *ret_feed = feed;
    return ERR_OK;
}

void feed_close(struct feed *feed)
{
    struct feed_client *next;

    if (!feed) {
        return;
    }
    assert(!feed->closing);
    feed->closing = true;
    publisher_unfollow(feed->options.publisher, &feed->follower);
    for (struct feed_client *client = feed->first; client; client = next) {
        next = client->next;
        if (client->query.form == FEED_EVENT_STREAM) {
            /* One whose client has just gone leaves the list a little later. */
            http_stream_end(client->request);
        } else {
            feed_client_answer(client);
        }
    }
    uv_close((uv_handle_t *)&feed->timer, on_timer_closed);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct feed *feed = handle->data;

    feed->timer_closed = true;
    feed_free_when_done(feed);
}

void feed_free_when_done(struct feed *feed)
{
    if (!feed->timer_closed || feed->client_count > 0 || feed->reading_count > 0) {
        return;
    }
    for (size_t i = 0; i < FEED_CACHE_LENGTH; i++) {
        feed_text_release(&feed->cache[i]);
    }
    feed_text_release(&feed->scratch);
    free(feed);
}

static void on_wake(struct publisher_follower *follower)
{
    struct feed *feed = (struct feed *)(void *)((char *)follower - offsetof(struct feed, follower));

    /* Not at once: the commit that woke us has its own requests to answer first. */
    if (feed->first) {
        feed_schedule(feed, 0);
    }
}

void feed_schedule(struct feed *feed, uint64_t delay_ms)
{
    uint64_t due_ms = uv_now(&feed->options.loop->uv) + delay_ms;

    if (feed->closing || due_ms >= feed->due_ms) {
        return;
    }
    feed->due_ms = due_ms;
    (void)uv_timer_start(&feed->timer, on_timer, delay_ms, 0); /* Fails only without a callback. */
}

/* Each client stands last when it has its turn: a pass that ends early goes on with who is first. */
static void on_timer(uv_timer_t *timer)
{
    struct feed *feed = timer->data;
    int64_t now_ms = clock_monotonic_ms();
    int64_t end_ms = now_ms + PASS_MS;
    size_t left = feed->client_count;

    feed->due_ms = UINT64_MAX;
    while (left > 0 && feed->first && now_ms < end_ms) {
        struct feed_client *client = feed->first;
        enum feed_turn turn;

        feed_client_move_last(client);
        turn = feed_client_turn(client, now_ms);
        if (feed->first) {
            feed_schedule(feed, turn == FEED_TURN_AGAIN ? NEXT_MS : TICK_MS);
        }
        now_ms = clock_monotonic_ms();
        left--;
    }
    if (left > 0 && feed->first) {
        feed_schedule(feed, NEXT_MS);
    }
}

/* --- Clients. ------------------------------------------------------------------------------------- */

void feed_handle(struct http_request *request, void *context)
{
    struct feed *feed = context;
    struct feed_query query;
    struct problem problem = {.kind = NULL};

    if (feed_query_read(request, &query, &problem)) {
        http_respond_problem(request, &problem);
        return;
    }
    if (feed->client_count >= FEED_CLIENT_COUNT_MAX) {
        http_respond_error(request, ERR_FULL);
        return;
    }
    /* Epochs start at 1: before the first look at the log, no cursor can be judged. */
    if (feed->closing || publisher_epoch(feed->options.publisher) == 0) {
        http_respond_error(request, ERR_UNAVAILABLE);
        return;
    }
    if (strcmp(http_request_method(request), "HEAD") == 0) {
        http_respond(request, 200, feed_content_type(query.form), NULL, 0);
        return;
    }
    client_begin(feed, request, &query);
}

static void client_begin(struct feed *feed, struct http_request *request,
                         const struct feed_query *query)
{
    const struct publisher *publisher = feed->options.publisher;
    struct feed_client *client = calloc(1, sizeof *client);
    bool is_known;

    if (!client) {
        http_respond_error(request, ERR_FULL);
        return;
    }
    client->feed = feed;
    client->request = request;
    client->query = *query;
    client->epoch = publisher_epoch(publisher);
    client->job.work = feed_read_work;
    client->job.done = feed_read_done;
    client->wait_until_ms = clock_monotonic_ms() + query->wait_ms;
    client->sent_at_ms = clock_monotonic_ms();
    memcpy(client->stream, feed->options.stream, strlen(feed->options.stream) + 1);
    buffer_init(&client->out, FEED_OUT_SIZE_MAX);

    /* Event 0 is never kept: a cursor that cannot be true ends like one that is too old. */
    is_known = query->epoch == client->epoch && query->seq <= publisher_head_seq(publisher);
    if (!query->has_cursor) {
        client->next_seq = 1;
    } else {
        client->next_seq = is_known ? query->seq + 1 : 0;
    }
    client_link(client);
    if (query->form == FEED_EVENT_STREAM) {
        http_response_header(request, "X-Accel-Buffering", "no");
        http_stream_begin(request, 200, feed_content_type(query->form), on_stream_closed, client);
        http_stream_on_drained(request, on_stream_drained);
    }
    feed_schedule(feed, 0);
}

static void client_link(struct feed_client *client)
{
    struct feed *feed = client->feed;

    client->previous = feed->last;
    client->next = NULL;
    if (feed->last) {
        feed->last->next = client;
    } else {
        feed->first = client;
    }
    feed->last = client;
    feed->client_count++;
    metrics_set(&clients_now, (int64_t)feed->client_count);
}

static void client_unlink(struct feed_client *client)
{
    struct feed *feed = client->feed;

    if (client->previous) {
        client->previous->next = client->next;
    } else {
        feed->first = client->next;
    }
    if (client->next) {
        client->next->previous = client->previous;
    } else {
        feed->last = client->previous;
    }
    feed->client_count--;
    metrics_set(&clients_now, (int64_t)feed->client_count);
}

void feed_client_move_last(struct feed_client *client)
{
    client_unlink(client);
    client_link(client);
}

/* The client's end: it leaves the list, and memory unless a reader thread still writes to it. */
void feed_client_release(struct feed_client *client)
{
    struct feed *feed = client->feed;

    client_unlink(client);
    client->request = NULL;
    buffer_release(&client->out);
    if (!client->reading) {
        free(client);
    }
    feed_free_when_done(feed);
}

static void on_stream_closed(void *context)
{
    feed_client_release(context);
}

/* It reads: on with it at once, and only with it. */
static void on_stream_drained(void *context)
{
    struct feed_client *client = context;

    if (feed_client_turn(client, clock_monotonic_ms()) == FEED_TURN_AGAIN) {
        feed_schedule(client->feed, 0);
    }
}
