/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order in which the definition's tie rule puts all options, worked out
 * once: a tie among some of them is decided by their places in it.
 */
#include <assert.h>
#include <openssl/evp.h>
#include <string.h>

#include "verify/recount_internal.h"

#define HASH_SIZE 32
#define LOT_TAG   "\x08pbv1/lot"
#define LOT_MAX   (sizeof LOT_TAG - 1 + 2 + RECOUNT_SEED_MAX + CHOICE_BODY_MAX)

/* What the order needs beside the definition and the count. */
struct ordering {
    const struct recount *recount;
    uint8_t lots[OPTIONS_MAX][HASH_SIZE];
    size_t drawn[OPTIONS_MAX];
};

/* H("lot", u16 length of the seed || seed || id). */
static enum recount_err draw_lot(struct span seed, struct span id, uint8_t ret_hash[HASH_SIZE])
{
    uint8_t bytes[LOT_MAX];
    size_t length = sizeof LOT_TAG - 1;

    assert(seed.length <= RECOUNT_SEED_MAX);
    assert(id.length <= CHOICE_BODY_MAX);
    memcpy(bytes, LOT_TAG, length);
    bytes[length++] = (uint8_t)(seed.length >> 8);
    bytes[length++] = (uint8_t)seed.length;
    memcpy(bytes + length, seed.data, seed.length);
    length += seed.length;
    memcpy(bytes + length, id.data, id.length);
    length += id.length;
    return EVP_Digest(bytes, length, ret_hash, NULL, EVP_sha256(), NULL) == 1 ? RECOUNT_OK
                                                                              : RECOUNT_NO_MEMORY;
}

static int order_of(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

/* Which of two options comes first, and (unless NULL) what said so. */
static int compare(const struct ordering *ordering, uint32_t left, uint32_t right, unsigned *ret_by)
{
    const struct recount *recount = ordering->recount;
    const struct definition *d = recount->definition;
    int by_listing = order_of(left, right);
    int order = 0;
    unsigned by = BY_ID;

    if (d->tie == DEFINITION_TIE_LOWEST_COST_THEN_VOTES) {
        by = BY_COST;
        order = order_of(d->options[left].cost_krw, d->options[right].cost_krw);
        if (order == 0) {
            by = BY_VOTES;
            order = order_of(recount->named[right], recount->named[left]);
        }
    } else if (d->tie == DEFINITION_TIE_LISTED_ORDER) {
        by = BY_LISTED_ORDER;
        order = by_listing;
    } else if (d->tie == DEFINITION_TIE_DRAWN) {
        by = BY_DRAWN;
        order = order_of((int64_t)ordering->drawn[left], (int64_t)ordering->drawn[right]);
    } else if (d->tie == DEFINITION_TIE_LOT) {
        by = BY_LOT;
        order = memcmp(ordering->lots[left], ordering->lots[right], HASH_SIZE);
    }
    if (order == 0) {
        by = BY_ID;
        order = definition_text_order(d->options[left].id, d->options[right].id);
    }
    if (ret_by != NULL) {
        *ret_by = by;
    }
    return order;
}

static enum recount_err prepare(const struct recount *recount, struct ordering *ordering)
{
    const struct definition *d = recount->definition;
    enum recount_err err = RECOUNT_OK;

    ordering->recount = recount;
    for (size_t i = 0; i < d->drawn_count; i++) {
        ordering->drawn[d->drawn[i] - 1] = i;
    }
    for (size_t i = 0; d->tie == DEFINITION_TIE_LOT && i < d->option_count && !err; i++) {
        err = draw_lot(recount->seed, d->options[i].id, ordering->lots[i]);
    }
    return err;
}

enum recount_err recount_order(struct recount *recount)
{
    struct ordering ordering;
    size_t count = recount->definition->option_count;
    enum recount_err err = prepare(recount, &ordering);

    if (err) {
        return err;
    }
    /* The place of an option is the number of those in front of it. */
    for (uint32_t i = 0; i < count; i++) {
        recount->places[i] = 0;
        for (uint32_t k = 0; k < count; k++) {
            recount->places[i] += k != i && compare(&ordering, k, i, NULL) < 0 ? 1U : 0U;
        }
    }
    return RECOUNT_OK;
}

unsigned recount_decided_by(const struct recount *recount, const uint32_t *options, size_t count)
{
    struct ordering ordering;
    unsigned decided_by = 0;

    if (prepare(recount, &ordering)) {
        return 0;
    }
    /* What decides between neighbours is all that decides: any two options differ first in what
     * some two neighbours between them differ first in. */
    for (size_t i = 1; i < count; i++) {
        unsigned by = 0;

        (void)compare(&ordering, options[i - 1], options[i], &by); /* only what decides is asked */
        decided_by |= by;
    }
    return decided_by;
}

void recount_sort_places(const struct recount *recount, uint32_t *options, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t option = options[i];
        size_t at = i;

        while (at > 0 && recount->places[options[at - 1]] > recount->places[option]) {
            options[at] = options[at - 1];
            at--;
        }
        options[at] = option;
    }
}
