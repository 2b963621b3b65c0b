/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the database knows about a commit's votes before it: the ballot's state,
 * and which voters and requests were here already. The voters are asked for in
 * one round trip, behind the lock of the ballot's row; requests only where
 * their voter was here. Must never decide anything.
 */
#include "participation/cast_share.h"
#include "participation/store/ballots.h"
#include "participation/store/roll.h"
#include "participation/store/void.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int request_row_compare(const void *a, const void *b)
{
    return memcmp(((const struct request_row *)a)->request_key,
                  ((const struct request_row *)b)->request_key, CRYPTO_HASH_SIZE);
}

int roll_row_compare(const void *a, const void *b)
{
    return memcmp(((const struct roll_row *)a)->vtag, ((const struct roll_row *)b)->vtag,
                  CRYPTO_HASH_SIZE);
}

static int compare_keys(const void *a, const void *b)
{
    return memcmp(a, b, CRYPTO_HASH_SIZE);
}

const struct roll_row *share_find_voter(const struct share *share, const struct cast_item *item)
{
    struct roll_row wanted = {0};

    memcpy(wanted.vtag, item->vtag, CRYPTO_HASH_SIZE);
    return share->known_count == 0 ? NULL
                                   : bsearch(&wanted, share->known, share->known_count,
                                             sizeof share->known[0], roll_row_compare);
}

/* Whether the item's request may be among those accepted before. Then its voter is on the roll,
 * unless the key was used for somebody else: that fails by the table's key when the vote is
 * written, and the second try is wary. */
static bool may_come_again(const struct share *share, const struct cast_item *item)
{
    return share->wary || share_find_voter(share, item) != NULL;
}

/* The 32 bytes at that offset of the items, of all or of those that may come again; in their own order,
 * so that neighbours in an index are looked up one after another. NULL when memory is short. */
static uint8_t *keys_new(const struct share *share, size_t offset, bool all, size_t *ret_count)
{
    uint8_t *keys = malloc(share->count * CRYPTO_HASH_SIZE);
    size_t count = 0;

    for (size_t i = 0; keys != NULL && i < share->count; i++) {
        if (all || may_come_again(share, share->items[i])) {
            memcpy(keys + count * CRYPTO_HASH_SIZE, (const uint8_t *)share->items[i] + offset,
                   CRYPTO_HASH_SIZE);
            count++;
        }
    }
    if (keys != NULL) {
        qsort(keys, count, CRYPTO_HASH_SIZE, compare_keys);
    }
    *ret_count = count;
    return keys;
}

/* Only for a ballot that has a roll: the round trip is not everybody's. */
static enum err read_standings(struct share *share, int32_t import_no)
{
    const struct ballot_definition *definition = &share->frozen->definition;
    const struct roll_import_row import = {
        .ballot_id = definition->ballot_id,
        .import_no = import_no,
    };
    struct roll roll = {0};
    enum err err;

    share->has_roll = import_no > 0;
    if (!share->has_roll) {
        return ERR_OK;
    }
    err = store_roll_bound_read(share->tx->db, &import, &roll);
    if (!err && roll.count != roll_area_count(definition)) {
        err = ERR_INTERNAL;
    }
    for (size_t i = 0; !err && i < roll.count; i++) {
        share->standings[i] = (struct roll_standing){
            .bound = roll.voters[i],
            .taken = share->turnout->cells[TURNOUT_DIMENSION_AREA][i],
        };
    }
    return err;
}

/* Only for a ballot that has any, likewise. */
static enum err read_voids(struct share *share, int64_t count)
{
    if (count == 0) {
        return ERR_OK;
    }
    share->voids = calloc(VOID_COUNT_MAX, sizeof share->voids[0]);
    if (share->voids == NULL) {
        return ERR_FULL;
    }
    return store_void_votes(share->tx->db, share->frozen->definition.ballot_id, share->voids,
                            &share->void_count);
}

static enum err ask_voters(const struct share *share)
{
    const uint8_t *ballot_id = share->frozen->definition.ballot_id;
    struct db *db = share->tx->db;
    size_t count = 0;
    uint8_t *vtags = keys_new(share, offsetof(struct cast_item, vtag), true, &count);
    enum err err = vtags != NULL ? ERR_OK : ERR_FULL;

    if (!err) {
        err = store_ballot_ask_state(db, ballot_id);
    }
    if (!err) {
        err = store_roll_ask(db, ballot_id, vtags, count);
    }
    free(vtags);
    return err;
}

static enum err hear_voters(struct share *share)
{
    struct db *db = share->tx->db;
    struct ballot_progress progress = {0};
    enum err err =
        store_ballot_hear_state(db, &share->frozen->definition, &progress, share->turnout);

    share->state = progress.state;
    share->batch_no = progress.batch_no + 1;
    share->voters_before = progress.voters;
    share->extended_to_ms = progress.extended_to_ms;
    if (!err) {
        err = store_roll_hear(db, &share->known, &share->known_count);
    }
    if (!err) {
        err = read_standings(share, progress.roll_import_no);
    }
    if (!err) {
        err = read_voids(share, progress.voids);
    }
    return err;
}

static enum err read_requests(struct share *share)
{
    struct db *db = share->tx->db;
    size_t count = 0;
    uint8_t *keys = keys_new(share, offsetof(struct cast_item, request_key), false, &count);
    enum err err = keys != NULL ? ERR_OK : ERR_FULL;

    if (!err && count > 0) {
        err = store_request_ask(db, share->frozen->definition.ballot_id, keys, count);
        if (!err) {
            err = store_request_hear(db, &share->requests, &share->request_count);
        }
    }
    free(keys);
    return err;
}

enum err share_read(struct share *share)
{
    enum err err = ask_voters(share);

    if (!err) {
        err = hear_voters(share);
    }
    if (!err) {
        qsort(share->known, share->known_count, sizeof share->known[0], roll_row_compare);
        err = read_requests(share);
    }
    if (!err && share->request_count > 0) {
        qsort(share->requests, share->request_count, sizeof share->requests[0],
              request_row_compare);
    }
    return err;
}
