/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lots. Two options of one hash would keep the listed order, so that the order
 * must be total whatever the hash does.
 */
#include "participation/domain/tally_lot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* An option with the hash that is its lot. */
struct lot {
    uint8_t hash[TALLY_LOT_HASH_SIZE];
    uint32_t option;
};

static_assert(TALLY_LOT_SEED_MAX <= UINT16_MAX, "the length of a seed is a u16");

static int compare_lots(const void *left, const void *right)
{
    const struct lot *first = left;
    const struct lot *second = right;
    int order = memcmp(first->hash, second->hash, sizeof first->hash);

    return order != 0 ? order : (first->option > second->option) - (first->option < second->option);
}

enum err tally_lot_places(const struct election *election, const char *seed,
                          tally_lot_hash_fn *hash, uint32_t *ret_places)
{
    uint8_t bytes[2 + TALLY_LOT_SEED_MAX + ELECTION_ID_LENGTH_MAX];
    uint32_t count = election_option_count(election);
    size_t length = strlen(seed);
    struct lot *lots;

    assert(hash != NULL);
    assert(ret_places != NULL);

    if (length == 0 || length > TALLY_LOT_SEED_MAX) {
        return ERR_INVALID;
    }
    lots = calloc((size_t)count + 1, sizeof *lots);
    if (lots == NULL) {
        return ERR_FULL;
    }
    bytes[0] = (uint8_t)(length >> 8);
    bytes[1] = (uint8_t)length;
    memcpy(bytes + 2, seed, length);
    for (uint32_t i = 0; i < count; i++) {
        const char *id = election_option(election, i)->id;
        size_t id_length = strlen(id);

        memcpy(bytes + 2 + length, id, id_length);
        hash(TALLY_LOT_TAG, bytes, 2 + length + id_length, lots[i].hash);
        lots[i].option = i;
    }
    qsort(lots, count, sizeof *lots, compare_lots);
    for (uint32_t place = 0; place < count; place++) {
        ret_places[lots[place].option] = place;
    }
    free(lots);
    return ERR_OK;
}
