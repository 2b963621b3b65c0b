/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest events of a stream, in memory: a bounded run without gaps that
 * loses its oldest as it grows. A copy, never the only one: where memory is
 * short it forgets. One thread.
 */
#ifndef HYEOPCHI_RUNTIME_EVENT_RING_H
#define HYEOPCHI_RUNTIME_EVENT_RING_H

#include "runtime/event.h"
#include "runtime/eventlog.h"

enum {
    EVENT_RING_LENGTH = 8192,
    EVENT_RING_SIZE_MAX = 16 * 1024 * 1024, /* bytes of all envelopes */
};

struct event_ring_entry {
    uint8_t *envelope;
    size_t length;
    uint8_t chain_before[EVENT_CHAIN_SIZE];
};

struct event_ring {
    struct event_ring_entry entries[EVENT_RING_LENGTH];
    uint64_t low_seq;  /* the oldest there; next_seq when the ring is empty */
    uint64_t next_seq; /* the one to be added next */
    size_t size;
};

/* Forgets everything; next_seq is the event that comes next. A zeroed ring may be restarted. */
void event_ring_restart(struct event_ring *ring, uint64_t next_seq);

/* Adds a copy of the event at next_seq; the chain is that of the event before. */
void event_ring_add(struct event_ring *ring, const struct eventlog_entry *added,
                    const uint8_t chain_before[EVENT_CHAIN_SIZE]);

/* The event of that number; NULL when the ring does not have it. Borrowed until the next change. */
const struct event_ring_entry *event_ring_get(const struct event_ring *ring, uint64_t seq);

#endif
