/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event lies at the place of its number, modulo the ring's length.
 */
#include "runtime/event_ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct event_ring_entry *entry_at(struct event_ring *ring, uint64_t seq)
{
    return &ring->entries[seq % EVENT_RING_LENGTH];
}

static void drop_oldest(struct event_ring *ring)
{
    struct event_ring_entry *entry = entry_at(ring, ring->low_seq);

    assert(ring->low_seq < ring->next_seq);
    ring->size -= entry->length;
    free(entry->envelope);
    *entry = (struct event_ring_entry){0};
    ring->low_seq++;
}

void event_ring_restart(struct event_ring *ring, uint64_t next_seq)
{
    while (ring->low_seq < ring->next_seq) {
        drop_oldest(ring);
    }
    assert(ring->size == 0);
    ring->low_seq = next_seq;
    ring->next_seq = next_seq;
}

void event_ring_add(struct event_ring *ring, const struct eventlog_entry *added,
                    const uint8_t chain_before[EVENT_CHAIN_SIZE])
{
    struct event_ring_entry *entry = entry_at(ring, added->seq);
    uint8_t *copy = malloc(added->envelope_length);

    assert(added->seq == ring->next_seq);
    if (copy == NULL) {
        event_ring_restart(ring, added->seq + 1); /* The log has it. */
        return;
    }
    while (ring->low_seq < ring->next_seq &&
           (added->seq - ring->low_seq >= EVENT_RING_LENGTH ||
            ring->size + added->envelope_length > EVENT_RING_SIZE_MAX)) {
        drop_oldest(ring);
    }
    memcpy(copy, added->envelope, added->envelope_length);
    entry->envelope = copy;
    entry->length = added->envelope_length;
    memcpy(entry->chain_before, chain_before, EVENT_CHAIN_SIZE);
    ring->size += added->envelope_length;
    ring->next_seq++;
}

const struct event_ring_entry *event_ring_get(const struct event_ring *ring, uint64_t seq)
{
    if (seq < ring->low_seq || seq >= ring->next_seq) {
        return NULL;
    }
    return &ring->entries[seq % EVENT_RING_LENGTH];
}
