/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of texts that live as long as the pool, at addresses that never
 * move, and the numbered set of distinct texts that stands on it.
 *
 * A set finds a text in a bounded number of steps: one that would need more
 * than TEXT_SET_STEPS_MAX (only ids chosen to collide do) is refused, so that
 * no input can make a lookup slow. Neither may free or change a text early.
 * One pool or set belongs to one thread at a time.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TEXT_POOL_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TEXT_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/err.h"

#define TEXT_SET_STEPS_MAX 1024

struct text_pool_chunk;

struct text_pool {
    struct text_pool_chunk *chunks;
    size_t length;
    size_t length_max;
};

/* Makes a pool of at most length_max bytes of text. */
void text_pool_init(struct text_pool *pool, size_t length_max);

/* Frees every text of the pool. Takes NULL and a pool set to zero. */
void text_pool_release(struct text_pool *pool);

/* Copies length bytes and a NUL; *ret belongs to the pool. ERR_FULL when they do not fit. */
ERR_CHECKED enum err text_pool_copy(struct text_pool *pool, const char *bytes, size_t length,
                                    const char **ret);

/* What one text of a set is kept as. */
struct text_set_entry {
    const char *bytes;
    uint32_t length;
    uint32_t hash;
};

struct text_set {
    struct text_pool pool;
    struct text_set_entry *entries;
    uint32_t *slots;
    uint32_t count;
    uint32_t count_max;
    uint32_t entry_capacity;
    uint32_t slot_capacity;
};

/* The two maxima of a set: distinct texts, and bytes in all of them together. */
struct text_set_limits {
    uint32_t count_max;
    size_t length_max;
};

/* Makes an empty set. It holds no memory until something is added. */
void text_set_init(struct text_set *set, struct text_set_limits limits);

/* Frees the set and its texts. Takes NULL and a set made of zeros. */
void text_set_release(struct text_set *set);

/*
 * Stores the number of the text: 0 for the first distinct text added, 1 for
 * the next. A text that was not there is copied in, and *ret_added says so.
 * ERR_FULL when a maximum is reached; the set stays as it was.
 */
ERR_CHECKED enum err text_set_add(struct text_set *set, const char *bytes, size_t length,
                                  bool *ret_added, uint32_t *ret_number);

/* Stores the number of the text; ERR_NOT_FOUND when it is not in the set. */
ERR_CHECKED enum err text_set_find(const struct text_set *set, const char *bytes, size_t length,
                                   uint32_t *ret_number);

/* The text of that number, ended by NUL; it belongs to the set. */
const char *text_set_text(const struct text_set *set, uint32_t number);

#endif
