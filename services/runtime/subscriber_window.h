/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window a subscriber keeps of a stream: events by number, from the next
 * one to apply on. Its dense beginning is what can be applied, its first hole
 * what has to be fetched. Loop thread; the writer reads slots that it was
 * handed, which stay as they are until window_advance() or window_clear().
 */
#ifndef HYEOPCHI_RUNTIME_SUBSCRIBER_WINDOW_H
#define HYEOPCHI_RUNTIME_SUBSCRIBER_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SUBSCRIBER_WINDOW_LENGTH = 8192 };

/* One event's bytes, waiting for their turn. */
struct subscriber_slot {
    uint8_t *envelope; /* malloc'd; NULL: not here */
    size_t length;
};

struct subscriber_window {
    struct subscriber_slot slots[SUBSCRIBER_WINDOW_LENGTH]; /* by seq modulo the length */
    uint64_t next_seq;                                      /* the first that belongs here */
    uint64_t dense_end; /* everything in next_seq .. dense_end - 1 is here, dense_end is not */
};

/* An empty window from next_seq on; on a zeroed struct, or to forget everything. */
void window_reset(struct subscriber_window *window, uint64_t next_seq);

/* Keeps a copy of an event. False when it is outside the window, here already, or memory is short:
 * then it is a hole like any other. */
bool window_fill(struct subscriber_window *window, uint64_t seq, const void *envelope,
                 size_t length);

/* True when the event is here, or is before next_seq. */
bool window_has(const struct subscriber_window *window, uint64_t seq);

/* The first number that is not here: what to fetch next; next_seq + length when all is full. */
uint64_t window_first_missing(const struct subscriber_window *window);

/* True when no further event fits behind the dense beginning. */
bool window_is_full(const struct subscriber_window *window);

/* Points at the slots of the dense beginning, at most count; returns how many. */
size_t window_dense(const struct subscriber_window *window,
                    const struct subscriber_slot **ret_slots, size_t count);

/* Frees the event at next_seq, which becomes a hole. */
void window_drop_first(struct subscriber_window *window);

/* Frees everything before next_seq and begins there. */
void window_advance(struct subscriber_window *window, uint64_t next_seq);

#endif
