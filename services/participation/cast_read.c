/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the database knows about a commit's votes before it: the ballot's state,
 * and which requests and voters were here already. All of it is asked in one
 * round trip, behind the lock of the ballot's row. Must never decide anything.
 */
#include "participation/cast_share.h"
#include "participation/store/ballots.h"
#include "participation/store/roll.h"

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

/* The 32 bytes at that offset of every item, in their own order, so that neighbours in an index are
 * looked up one after another. NULL when memory is short. */
static uint8_t *keys_new(const struct share *share, size_t offset)
{
    uint8_t *keys = malloc(share->count * CRYPTO_HASH_SIZE);

    for (size_t i = 0; keys != NULL && i < share->count; i++) {
        memcpy(keys + i * CRYPTO_HASH_SIZE, (const uint8_t *)share->items[i] + offset,
               CRYPTO_HASH_SIZE);
    }
    if (keys != NULL) {
        qsort(keys, share->count, CRYPTO_HASH_SIZE, compare_keys);
    }
    return keys;
}

static enum err ask(const struct share *share)
{
    const uint8_t *ballot_id = share->frozen->definition.ballot_id;
    uint8_t *request_keys = keys_new(share, offsetof(struct cast_item, request_key));
    uint8_t *vtags = keys_new(share, offsetof(struct cast_item, vtag));
    struct db *db = share->tx->db;
    enum err err = request_keys != NULL && vtags != NULL ? ERR_OK : ERR_FULL;

    if (!err) {
        err = store_use_keys(db);
    }
    if (!err) {
        err = store_ballot_ask_state(db, ballot_id);
    }
    if (!err) {
        err = store_request_ask(db, ballot_id, request_keys, share->count);
    }
    if (!err) {
        err = store_roll_ask(db, ballot_id, vtags, share->count);
    }
    free(request_keys);
    free(vtags);
    return err;
}

/* Only for a ballot that has a roll: the round trip is not everybody's. */
static enum err read_standings(struct share *share, int32_t import_no)
{
    const struct ballot_definition *definition = &share->frozen->definition;
    const struct roll_import_row import = {
        .ballot_id = definition->ballot_id,
        .import_no = import_no,
    };

    share->has_roll = import_no > 0;
    if (!share->has_roll) {
        return ERR_OK;
    }
    return store_roll_standing_read(share->tx->db, &import, share->standings,
                                    roll_area_count(definition));
}

static enum err hear(struct share *share)
{
    struct db *db = share->tx->db;
    struct ballot_progress progress = {0};
    enum err err = store_ballot_hear_state(db, &progress);

    share->state = progress.state;
    share->batch_no = progress.batch_no + 1;
    share->voters_before = progress.voters;
    if (!err) {
        err = store_request_hear(db, &share->requests, &share->request_count);
    }
    if (!err) {
        err = store_roll_hear(db, &share->known, &share->known_count);
    }
    if (!err) {
        err = read_standings(share, progress.roll_import_no);
    }
    return err;
}

enum err share_read(struct share *share)
{
    enum err err = ask(share);

    if (!err) {
        err = hear(share);
    }
    if (!err) {
        qsort(share->requests, share->request_count, sizeof share->requests[0],
              request_row_compare);
        qsort(share->known, share->known_count, sizeof share->known[0], roll_row_compare);
    }
    return err;
}
