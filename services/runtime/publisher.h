/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop's side of a service's own stream: publishes each event after its
 * COMMIT (at once, or PUBLISHER_REST_MS after those before it, since every message wakes threads in
 * each subscriber), sends heartbeats every second, keeps the newest events in a bounded ring, answers
 * Fetch over REQ/REP (from the ring, else from the log by a reader thread), and wakes followers such as
 * the HTTP feed. Loop thread.
 */
#ifndef HYEOPCHI_RUNTIME_PUBLISHER_H
#define HYEOPCHI_RUNTIME_PUBLISHER_H

#include "runtime/err.h"
#include "runtime/eventlog.h"
#include "runtime/loop.h"
#include "runtime/reader.h"

enum {
    PUBLISHER_HEARTBEAT_MS = 1000,
    PUBLISHER_REST_MS = 20, /* between two times that events are sent; the first goes at once */
    PUBLISHER_WAITING_MAX = 256, /* events that wait for that */
    PUBLISHER_FOLLOWER_COUNT_MAX = 2048,
    PUBLISHER_FETCH_WAITING_MAX = 48, /* long polls; the other contexts of the bus answer at once */
};

struct publisher;

struct publisher_options {
    const char *stream;
    const char *pub_url;
    const char *fetch_url;
    struct reader *reader;
};

ERR_CHECKED enum err publisher_open(struct loop *loop, const struct publisher_options *options,
                                    struct publisher **ret_publisher);

/* The writer's `committed` hook (context: the publisher): takes over the new head, publishes, rings, wakes. Without entries
 * the head was just read: the lead was taken, or another leader has written. */
void publisher_committed(const struct eventlog_head *head, const struct eventlog_entries *entries,
                         void *context);

/* The newest seq known; 0 before any. */
uint64_t publisher_head_seq(const struct publisher *publisher);
uint64_t publisher_epoch(const struct publisher *publisher);

/* The envelope at seq when the ring still has it, else NULL; borrowed until the next callback. */
const uint8_t *publisher_ring_get(const struct publisher *publisher, uint64_t seq,
                                  size_t *ret_length);

/* Calls wake after every commit with events until removed. */
struct publisher_follower {
    void (*wake)(struct publisher_follower *follower);
    struct publisher_follower *previous;
    struct publisher_follower *next;
};
ERR_CHECKED enum err publisher_follow(struct publisher *publisher,
                                      struct publisher_follower *follower);
void publisher_unfollow(struct publisher *publisher, struct publisher_follower *follower);

/* Closes after the reader, whose jobs may still refer to it; frees once the loop has let go. Takes
 * NULL. */
void publisher_close(struct publisher *publisher);

#endif
