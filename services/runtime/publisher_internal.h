/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The publisher's parts: publisher.c takes over what was committed and tells the
 * bus, publisher_follow.c wakes the followers, publisher_fetch.c answers who
 * asks for events again. For these only.
 */
#ifndef HYEOPCHI_RUNTIME_PUBLISHER_INTERNAL_H
#define HYEOPCHI_RUNTIME_PUBLISHER_INTERNAL_H

#include "runtime/bus.h"
#include "runtime/event_ring.h"
#include "runtime/publisher.h"

#include <stdbool.h>

struct publisher_fetch;

struct publisher {
    struct loop *loop;
    struct reader *reader;
    struct bus_pub *pub;
    struct bus_rep *rep;
    uv_timer_t heartbeat;
    uv_timer_t rest; /* active for a while after events were sent */
    struct eventlog_head head;
    uint64_t published_seq; /* the last that was sent */
    bool head_known;
    struct event_ring ring; /* ends at head.seq */
    struct publisher_fetch *waiting[PUBLISHER_FETCH_WAITING_MAX];
    size_t waiting_count;
    size_t reading_count; /* fetches that a reader thread works on */
    struct publisher_follower *followers;
    size_t follower_count;
};

/* Wakes every follower; it may stop following then. */
void publisher_wake_followers(struct publisher *publisher);

/* Registers the metrics of Fetch; once for each publisher. */
void publisher_fetch_register(void);

/* Somebody asks for events; a bus_request_fn with the publisher as its context. */
void publisher_fetch_asked(struct bus_request *request, const void *data, size_t length,
                           void *context);

/* Answers the waiting fetches whose event has come or whose time is up. */
void publisher_fetch_serve_waiting(struct publisher *publisher);

/* Forgets the waiting fetches. */
void publisher_fetch_close(struct publisher *publisher);

#endif
