/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nonces seen lately. Time is cut into slots of a few seconds; each slot is a
 * small hash set, dropped whole once nothing in it could be accepted any more,
 * so that forgetting costs nothing and no set is ever large to grow. A nonce is
 * kept as a keyed 64-bit hash: a stranger cannot aim for a collision, and by
 * chance one in 2^40 requests is told to sign anew. Never keeps a nonce itself.
 */
#include "runtime/http_signature.h"

#include "runtime/metrics.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOT_MS = 15 * 1000,
    SLOT_COUNT = 2 * HTTP_SIGNATURE_AGE_MAX_MS / SLOT_MS + 2,
    SET_CAPACITY_FIRST = 64,
    INPUT_SIZE = KEYRING_ID_SIZE + 16 + HTTP_SIGNATURE_NONCE_SIZE,
};

/* Open addressing with linear probing; at most half full; 0 marks an empty place. */
struct nonce_set {
    uint64_t *hashes;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
    int64_t slot; /* the time slot it is for */
};

struct nonce_cache {
    struct nonce_set sets[SLOT_COUNT];
    size_t count;
    int64_t latest_ms; /* the latest now of all that came */
    uint8_t key[crypto_shorthash_KEYBYTES];
};

static struct metric nonces = {
    .type = METRIC_GAUGE,
    .name = "hyeopchi_http_nonces",
    .help = "Nonces that are remembered; beyond 4194304 signed requests are refused.",
    .labels = "",
};

static_assert((int)NONCE_CACHE_LENGTH_MAX == 4194304, "the help says so");

enum err nonce_cache_new(struct nonce_cache **ret_cache)
{
    struct nonce_cache *cache = calloc(1, sizeof *cache);

    if (cache == NULL) {
        return ERR_INTERNAL;
    }
    crypto_shorthash_keygen(cache->key);
    metrics_register(&nonces);
    *ret_cache = cache;
    return ERR_OK;
}

static uint64_t nonce_hash(const struct nonce_cache *cache, const char *key_id, const char *nonce)
{
    const size_t key_length = strlen(key_id);
    const size_t nonce_length = strlen(nonce);
    uint8_t input[INPUT_SIZE];
    uint64_t hash = 0;

    static_assert(sizeof hash == crypto_shorthash_BYTES, "one word");
    assert(key_length + 1 + nonce_length <= sizeof input);

    memcpy(input, key_id, key_length + 1);
    memcpy(input + key_length + 1, nonce, nonce_length);
    (void)crypto_shorthash((uint8_t *)&hash, input, key_length + 1 + nonce_length, cache->key);
    return hash != 0 ? hash : 1;
}

/* Where the hash is, or the empty place where it would go. */
static size_t set_find(const uint64_t *hashes, size_t capacity, uint64_t hash)
{
    size_t at = (size_t)hash & (capacity - 1);

    while (hashes[at] != 0 && hashes[at] != hash) {
        at = (at + 1) & (capacity - 1);
    }
    return at;
}

static enum err set_grow(struct nonce_set *set)
{
    const size_t capacity = set->capacity > 0 ? set->capacity * 2 : (size_t)SET_CAPACITY_FIRST;
    uint64_t *hashes = calloc(capacity, sizeof *hashes);
    size_t i;

    if (hashes == NULL) {
        return ERR_FULL;
    }
    for (i = 0; i < set->capacity; i++) {
        if (set->hashes[i] != 0) {
            hashes[set_find(hashes, capacity, set->hashes[i])] = set->hashes[i];
        }
    }
    free(set->hashes);
    set->hashes = hashes;
    set->capacity = capacity;
    return ERR_OK;
}

static void set_clear(struct nonce_cache *cache, struct nonce_set *set)
{
    assert(cache->count >= set->count);
    cache->count -= set->count;
    free(set->hashes);
    *set = (struct nonce_set){.hashes = NULL};
}

/* Drops every set that is not for a slot between the two. */
static void forget(struct nonce_cache *cache, int64_t earliest, int64_t latest)
{
    size_t i;

    for (i = 0; i < SLOT_COUNT; i++) {
        struct nonce_set *set = &cache->sets[i];

        if (set->count > 0 && (set->slot < earliest || set->slot > latest)) {
            set_clear(cache, set);
        }
    }
}

/*
 * Requests end in another order than their times were taken. To one that was overtaken, what the younger
 * one forgot must not look new, nor may it forget what is too far ahead for its own time only. A clock that
 * was set back by more than a request can have waited starts anew: else nothing would be taken until it
 * has caught up.
 */
static int64_t latest_now(struct nonce_cache *cache, int64_t now_ms)
{
    if (now_ms > cache->latest_ms || now_ms < cache->latest_ms - HTTP_SIGNATURE_AGE_MAX_MS) {
        cache->latest_ms = now_ms;
    }
    return cache->latest_ms;
}

enum err nonce_cache_add(struct nonce_cache *cache, const char *key_id, const char *nonce,
                         int64_t created_ms, int64_t now_ms)
{
    const int64_t latest_ms = latest_now(cache, now_ms);
    const int64_t earliest = (latest_ms - HTTP_SIGNATURE_AGE_MAX_MS) / SLOT_MS;
    const int64_t latest = (latest_ms + HTTP_SIGNATURE_AGE_MAX_MS) / SLOT_MS;
    const int64_t slot = created_ms / SLOT_MS;
    const uint64_t hash = nonce_hash(cache, key_id, nonce);
    struct nonce_set *set;
    size_t at;

    static_assert(2 * HTTP_SIGNATURE_AGE_MAX_MS / SLOT_MS + 1 < SLOT_COUNT, "slots never meet");
    assert(now_ms >= HTTP_SIGNATURE_AGE_MAX_MS);

    /* Outside the window nothing is remembered, so whether it was seen cannot be told. */
    if (slot < earliest || slot > latest) {
        return ERR_CONFLICT;
    }
    forget(cache, earliest, latest);

    set = &cache->sets[slot % SLOT_COUNT];
    assert(set->count == 0 || set->slot == slot);
    set->slot = slot;
    if (set->capacity > 0 && set->hashes[set_find(set->hashes, set->capacity, hash)] == hash) {
        return ERR_CONFLICT;
    }
    if (cache->count == NONCE_CACHE_LENGTH_MAX) {
        return ERR_FULL;
    }
    if (2 * (set->count + 1) > set->capacity && set_grow(set)) {
        return ERR_FULL;
    }
    at = set_find(set->hashes, set->capacity, hash);
    assert(set->hashes[at] == 0);
    set->hashes[at] = hash;
    set->count++;
    cache->count++;
    metrics_set(&nonces, (int64_t)cache->count);
    return ERR_OK;
}

enum err nonce_cache_add_request(struct nonce_cache *cache, const char *key_id,
                                 const struct nonce_request *request, int64_t now_ms)
{
    enum err err;

    if (nonce_cache_has(cache, key_id, request->statement, request->created_ms)) {
        return ERR_OK;
    }
    if (nonce_cache_has(cache, key_id, request->nonce, request->created_ms)) {
        return ERR_CONFLICT;
    }
    /* The request before its nonce: were there a place for the nonce alone, the request sent again would
     * be a replay, though nothing was accepted. */
    err = nonce_cache_add(cache, key_id, request->statement, request->created_ms, now_ms);
    return err ? err : nonce_cache_add(cache, key_id, request->nonce, request->created_ms, now_ms);
}

bool nonce_cache_has(const struct nonce_cache *cache, const char *key_id, const char *nonce,
                     int64_t created_ms)
{
    const uint64_t hash = nonce_hash(cache, key_id, nonce);
    const int64_t slot = created_ms / SLOT_MS;
    const struct nonce_set *set;

    assert(created_ms >= 0);
    set = &cache->sets[slot % SLOT_COUNT];
    return set->count > 0 && set->slot == slot &&
           set->hashes[set_find(set->hashes, set->capacity, hash)] == hash;
}

void nonce_cache_free(struct nonce_cache *cache)
{
    size_t i;

    if (cache == NULL) {
        return;
    }
    for (i = 0; i < SLOT_COUNT; i++) {
        free(cache->sets[i].hashes);
    }
    free(cache);
}
