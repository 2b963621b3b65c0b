/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots by number. It must never move a slot's memory while a task holds it,
 * which is why the slots are an array and not a queue.
 */
#include "runtime/subscriber_window.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static size_t slot_index(uint64_t seq)
{
    return (size_t)(seq % SUBSCRIBER_WINDOW_LENGTH);
}

static void slot_clear(struct subscriber_slot *slot)
{
    free(slot->envelope);
    *slot = (struct subscriber_slot){0};
}

static void dense_end_move(struct subscriber_window *window)
{
    while (window->dense_end < window->next_seq + SUBSCRIBER_WINDOW_LENGTH &&
           window->slots[slot_index(window->dense_end)].envelope != NULL) {
        window->dense_end++;
    }
}

void window_reset(struct subscriber_window *window, uint64_t next_seq)
{
    for (size_t i = 0; i < SUBSCRIBER_WINDOW_LENGTH; i++) {
        slot_clear(&window->slots[i]);
    }
    window->next_seq = next_seq;
    window->dense_end = next_seq;
}

bool window_fill(struct subscriber_window *window, uint64_t seq, const void *envelope,
                 size_t length)
{
    struct subscriber_slot *slot = &window->slots[slot_index(seq)];

    if (seq < window->next_seq || seq - window->next_seq >= SUBSCRIBER_WINDOW_LENGTH ||
        slot->envelope != NULL || length == 0) {
        return false;
    }
    slot->envelope = malloc(length);
    if (slot->envelope == NULL) {
        return false;
    }
    memcpy(slot->envelope, envelope, length);
    slot->length = length;
    dense_end_move(window);
    return true;
}

bool window_has(const struct subscriber_window *window, uint64_t seq)
{
    return seq < window->dense_end || (seq - window->next_seq < SUBSCRIBER_WINDOW_LENGTH &&
                                       window->slots[slot_index(seq)].envelope != NULL);
}

uint64_t window_first_missing(const struct subscriber_window *window)
{
    return window->dense_end;
}

bool window_is_full(const struct subscriber_window *window)
{
    return window->dense_end - window->next_seq >= SUBSCRIBER_WINDOW_LENGTH;
}

size_t window_dense(const struct subscriber_window *window,
                    const struct subscriber_slot **ret_slots, size_t count)
{
    size_t found = 0;

    while (found < count && window->next_seq + found < window->dense_end) {
        ret_slots[found] = &window->slots[slot_index(window->next_seq + found)];
        found++;
    }
    return found;
}

void window_drop_first(struct subscriber_window *window)
{
    slot_clear(&window->slots[slot_index(window->next_seq)]);
    window->dense_end = window->next_seq;
}

void window_advance(struct subscriber_window *window, uint64_t next_seq)
{
    assert(next_seq >= window->next_seq);
    assert(next_seq - window->next_seq <= SUBSCRIBER_WINDOW_LENGTH);
    while (window->next_seq < next_seq) {
        slot_clear(&window->slots[slot_index(window->next_seq)]);
        window->next_seq++;
    }
    if (window->dense_end < window->next_seq) {
        window->dense_end = window->next_seq;
        dense_end_move(window);
    }
}
