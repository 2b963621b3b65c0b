/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools and sets of texts. A text's address must never change while the
 * pool lives, so chunks are added and never grown.
 */
#include "participation/domain/text_pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE       65536
#define ENTRIES_FIRST    64
#define SLOTS_FIRST      128
#define SLOTS_PER_ENTRY  2
#define HASH_BASIS       14695981039346656037u
#define HASH_PRIME       1099511628211u
#define HASH_FINAL_PRIME 0xff51afd7ed558ccdu

static_assert(SLOTS_FIRST >= SLOTS_PER_ENTRY * ENTRIES_FIRST, "half of the slots stay free");

struct text_pool_chunk {
    struct text_pool_chunk *next;
    size_t used;
    size_t size;
    char bytes[];
};

void text_pool_init(struct text_pool *pool, size_t length_max)
{
    assert(pool != NULL);
    assert(length_max > 0);
    assert(length_max < SIZE_MAX / 2);

    *pool = (struct text_pool){.length_max = length_max};
}

void text_pool_release(struct text_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    while (pool->chunks != NULL) {
        struct text_pool_chunk *chunk = pool->chunks;

        pool->chunks = chunk->next;
        free(chunk);
    }
    pool->length = 0;
}

/* Puts a chunk with room for size bytes in front. */
static enum err text_pool_grow(struct text_pool *pool, size_t size)
{
    size_t chunk_size = size > CHUNK_SIZE ? size : CHUNK_SIZE;
    struct text_pool_chunk *chunk = malloc(sizeof *chunk + chunk_size);

    assert(size > 0);

    if (chunk == NULL) {
        return ERR_FULL;
    }
    chunk->next = pool->chunks;
    chunk->used = 0;
    chunk->size = chunk_size;
    pool->chunks = chunk;
    return ERR_OK;
}

enum err text_pool_copy(struct text_pool *pool, const char *bytes, size_t length, const char **ret)
{
    struct text_pool_chunk *chunk;
    char *copy;

    assert(pool != NULL);
    assert(bytes != NULL);
    assert(ret != NULL);
    assert(pool->length <= pool->length_max);

    /* The NUL counts too, so that empty texts cannot be added without end. */
    if (length >= pool->length_max - pool->length) {
        return ERR_FULL;
    }
    chunk = pool->chunks;
    if (chunk == NULL || chunk->size - chunk->used < length + 1) {
        enum err err = text_pool_grow(pool, length + 1);

        if (err) {
            return err;
        }
        chunk = pool->chunks;
    }
    copy = chunk->bytes + chunk->used;
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    chunk->used += length + 1;
    pool->length += length + 1;
    *ret = copy;
    return ERR_OK;
}

void text_set_init(struct text_set *set, struct text_set_limits limits)
{
    assert(set != NULL);
    assert(limits.count_max > 0);
    assert(limits.count_max < UINT32_MAX / (2 * SLOTS_PER_ENTRY));

    *set = (struct text_set){.count_max = limits.count_max};
    text_pool_init(&set->pool, limits.length_max);
}

void text_set_release(struct text_set *set)
{
    if (set == NULL) {
        return;
    }
    free(set->entries);
    free(set->slots);
    text_pool_release(&set->pool);
    set->entries = NULL;
    set->slots = NULL;
    set->count = 0;
    set->entry_capacity = 0;
    set->slot_capacity = 0;
}

static uint32_t text_hash(const char *bytes, size_t length)
{
    uint64_t hash = HASH_BASIS;

    assert(bytes != NULL);

    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * HASH_PRIME;
    }
    hash = (hash ^ (hash >> 33)) * HASH_FINAL_PRIME;
    return (uint32_t)(hash >> 32);
}

/* A text being looked up, with its hash. */
struct text_key {
    const char *bytes;
    size_t length;
    uint32_t hash;
};

/*
 * The slot that holds the text, or the free one where it belongs. A slot
 * holds a number plus one, zero when it is free. ERR_FULL after too many steps.
 */
static enum err text_set_slot(const struct text_set *set, const struct text_key *key, uint32_t *ret)
{
    uint32_t mask = set->slot_capacity - 1;

    assert(set->slot_capacity > set->count);
    assert((set->slot_capacity & mask) == 0);

    for (uint32_t step = 0; step < TEXT_SET_STEPS_MAX && step <= mask; step++) {
        uint32_t slot = (key->hash + step) & mask;
        const struct text_set_entry *entry;

        if (set->slots[slot] == 0) {
            *ret = slot;
            return ERR_OK;
        }
        entry = &set->entries[set->slots[slot] - 1];
        if (entry->hash == key->hash && entry->length == key->length &&
            memcmp(entry->bytes, key->bytes, key->length) == 0) {
            *ret = slot;
            return ERR_OK;
        }
    }
    return ERR_FULL;
}

/* Fills slots anew from the entries; every hash is known, so no text is read. */
static enum err text_set_rehash(struct text_set *set, uint32_t slot_capacity)
{
    uint32_t *slots = calloc(slot_capacity, sizeof *slots);
    uint32_t mask = slot_capacity - 1;

    assert((slot_capacity & mask) == 0);
    assert(slot_capacity > set->count);

    if (slots == NULL) {
        return ERR_FULL;
    }
    for (uint32_t number = 0; number < set->count; number++) {
        uint32_t slot = set->entries[number].hash & mask;
        uint32_t step = 0;

        for (; step < TEXT_SET_STEPS_MAX && slots[slot] != 0; step++) {
            slot = (slot + 1) & mask;
        }
        if (step == TEXT_SET_STEPS_MAX) {
            free(slots);
            return ERR_FULL;
        }
        slots[slot] = number + 1;
    }
    free(set->slots);
    set->slots = slots;
    set->slot_capacity = slot_capacity;
    return ERR_OK;
}

/* Makes room for one more entry. */
static enum err text_set_reserve(struct text_set *set)
{
    uint32_t capacity = set->entry_capacity == 0 ? ENTRIES_FIRST : set->entry_capacity * 2;
    uint32_t slots = set->slot_capacity == 0 ? SLOTS_FIRST : set->slot_capacity * 2;
    struct text_set_entry *entries;

    assert(set->count <= set->count_max);
    assert(set->count <= set->entry_capacity);

    if (set->slot_capacity == 0 || set->count + 1 > set->slot_capacity / SLOTS_PER_ENTRY) {
        enum err err = text_set_rehash(set, slots);

        if (err) {
            return err;
        }
    }
    if (set->count < set->entry_capacity) {
        return ERR_OK;
    }
    entries = realloc(set->entries, (size_t)capacity * sizeof *entries);
    if (entries == NULL) {
        return ERR_FULL;
    }
    set->entries = entries;
    set->entry_capacity = capacity;
    return ERR_OK;
}

enum err text_set_add(struct text_set *set, const char *bytes, size_t length, bool *ret_added,
                      uint32_t *ret_number)
{
    struct text_key key = {.bytes = bytes, .length = length, .hash = text_hash(bytes, length)};
    struct text_set_entry entry = {.length = (uint32_t)length, .hash = key.hash};
    uint32_t slot;
    enum err err;

    assert(set != NULL);
    assert(ret_added != NULL);
    assert(ret_number != NULL);

    if (length > UINT32_MAX) {
        return ERR_FULL;
    }
    err = text_set_reserve(set);
    if (err) {
        return err;
    }
    err = text_set_slot(set, &key, &slot);
    if (err) {
        return err;
    }
    if (set->slots[slot] != 0) {
        *ret_added = false;
        *ret_number = set->slots[slot] - 1;
        return ERR_OK;
    }
    if (set->count == set->count_max) {
        return ERR_FULL;
    }
    err = text_pool_copy(&set->pool, bytes, length, &entry.bytes);
    if (err) {
        return err;
    }
    set->entries[set->count] = entry;
    set->slots[slot] = set->count + 1;
    *ret_added = true;
    *ret_number = set->count++;
    return ERR_OK;
}

enum err text_set_find(const struct text_set *set, const char *bytes, size_t length,
                       uint32_t *ret_number)
{
    struct text_key key = {.bytes = bytes, .length = length, .hash = text_hash(bytes, length)};
    uint32_t slot;

    assert(set != NULL);
    assert(ret_number != NULL);

    if (set->count == 0 || text_set_slot(set, &key, &slot) != ERR_OK || set->slots[slot] == 0) {
        return ERR_NOT_FOUND;
    }
    *ret_number = set->slots[slot] - 1;
    return ERR_OK;
}

const char *text_set_text(const struct text_set *set, uint32_t number)
{
    assert(set != NULL);
    assert(number < set->count);

    return set->entries[number].bytes;
}
