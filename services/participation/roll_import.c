/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rolls into the database, whole or not at all. Must never change one that the
 * ballot was opened with.
 */
#include "participation/roll_import.h"

#include "participation/store/roll.h"

#include <assert.h>
#include <string.h>

#define TAG_OPENING "opening"

static_assert(CRYPTO_HASH_SIZE == BALLOT_CONTENT_SIZE, "an approval is for a hash");

void roll_hash(const struct ballot_definition *definition, const struct roll *roll,
               uint8_t ret_hash[CRYPTO_HASH_SIZE])
{
    uint8_t bytes[ROLL_ENCODE_MAX];
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    encoder_init(&encoder, bytes, sizeof bytes);
    roll_encode(&encoder, definition, roll);
    err = encoder_finish(&encoder, &length);
    assert(err == ERR_OK); /* ROLL_ENCODE_MAX holds every roll, and areas are valid texts. */
    (void)err;             /* Only read by the assertion. */
    crypto_tagged_hash(ROLL_TAG, bytes, length, ret_hash);
}

enum err roll_opening_content(struct db *db, const struct ballot_row *row,
                              uint8_t ret_content[BALLOT_CONTENT_SIZE])
{
    struct roll_import_row import = {
        .ballot_id = row->ballot_id,
        .import_no = row->roll_import_no,
    };
    uint8_t both[2 * CRYPTO_HASH_SIZE];
    enum err err;

    if (row->roll_import_no == 0) {
        memcpy(ret_content, row->definition_hash, BALLOT_CONTENT_SIZE);
        return ERR_OK;
    }
    err = store_roll_import_read(db, &import);
    if (!err) {
        memcpy(both, row->definition_hash, CRYPTO_HASH_SIZE);
        memcpy(both + CRYPTO_HASH_SIZE, import.roll_hash, CRYPTO_HASH_SIZE);
        crypto_tagged_hash(TAG_OPENING, both, sizeof both, ret_content);
    }
    return err;
}

/* True when the ballot has this very roll; import is then filled. */
static enum err find_same(struct db *db, const struct roll_import *wanted,
                          struct roll_import_row *import, bool *ret_same)
{
    enum err err = ERR_OK;

    *ret_same = false;
    if (import->import_no > 0) {
        err = store_roll_import_read(db, import);
        *ret_same = !err && memcmp(import->roll_hash, wanted->roll_hash, CRYPTO_HASH_SIZE) == 0;
    }
    return err;
}

static enum err insert(struct writer_tx *tx, struct roll_import *wanted,
                       struct roll_import_row *import)
{
    enum err err;

    import->import_no++;
    import->voters = roll_total(&wanted->roll);
    import->imported_at_ms = tx->now_ms;
    memcpy(import->roll_hash, wanted->roll_hash, CRYPTO_HASH_SIZE);
    err = store_roll_import_insert(tx->db, import, wanted->operator_id);
    if (!err) {
        err = store_roll_bound_insert(tx->db, import, &wanted->roll);
    }
    if (!err) {
        err = store_ballot_set_roll(tx->db, import);
    }
    return err;
}

static enum err import_into(struct writer_tx *tx, struct roll_import *wanted,
                            const struct ballot_row *row)
{
    struct roll_import_row import = {
        .ballot_id = row->ballot_id,
        .import_no = row->roll_import_no,
    };
    bool same = false;
    enum err err;

    if (row->state != BALLOT_STATE_DRAFT) {
        wanted->outcome = ROLL_IMPORT_NOT_DRAFT;
        return ERR_OK;
    }
    err = find_same(tx->db, wanted, &import, &same);
    if (!err && same) {
        wanted->outcome = ROLL_IMPORT_REPEATED;
    } else if (!err && import.import_no >= ROLL_IMPORT_COUNT_MAX) {
        wanted->outcome = ROLL_IMPORT_TOO_MANY;
    } else if (!err) {
        wanted->outcome = ROLL_IMPORT_DONE;
        err = insert(tx, wanted, &import);
    }
    wanted->imported_at_ms = import.imported_at_ms;
    return err;
}

enum err roll_import_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct roll_import *wanted = (struct roll_import *)jobs[0];
    struct ballot_row row = {0};
    enum err err;

    assert(count == 1);
    (void)count; /* Only read by the assertion. */
    roll_hash(&wanted->frozen->definition, &wanted->roll, wanted->roll_hash);
    err = store_ballot_lock(tx->db, wanted->frozen->definition.ballot_id, &row);
    if (!err) {
        err = import_into(tx, wanted, &row);
    }
    ballot_row_release(&row);
    return err;
}
