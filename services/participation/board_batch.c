/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps of a board: a batch is appended, or the checkpoint of the one before is
 * signed. Must never append behind a batch that is not signed.
 */
#include "participation/board_batch.h"

#include "participation/store/votes.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum err board_signer_load(struct board_signer *signer, const char *text)
{
    enum err err = crypto_ed25519_parse(text, signer->secret, signer->public_key);

    if (err) {
        log_error(
            "board_key_unreadable",
            log_str("action", "make one with: openssl rand 32 | basenc --base64url | tr -d ="));
    }
    return err;
}

static enum err append(struct db *db, const struct board_signer *signer, struct board_batch *batch,
                       enum board_outcome *ret_outcome)
{
    struct board_rows rows;
    enum err err = board_collect(db, signer, batch);

    if (err || batch->count == 0) {
        return err;
    }
    board_rows_init(&rows);
    err = board_rows_make(batch, &rows);
    if (!err) {
        err = store_board_append(db, batch->ballot_id, &rows, &batch->head);
    }
    board_rows_release(&rows);
    if (!err) {
        *ret_outcome = BOARD_APPENDED;
    }
    return err;
}

void board_key_hash(const char *name, const uint8_t *public_key,
                    uint8_t ret_hash[CHECKPOINT_KEY_HASH_SIZE])
{
    uint8_t x[CHECKPOINT_KEY_SIZE];
    uint8_t hash[CRYPTO_HASH_SIZE];
    struct encoder encoder;

    encoder_init(&encoder, x, sizeof x);
    checkpoint_key_encode(&encoder, name, public_key);
    assert(encoder.err == ERR_OK);
    crypto_sha256(x, encoder.length, hash);
    memcpy(ret_hash, hash, CHECKPOINT_KEY_HASH_SIZE);
}

static enum err sign(struct db *db, const struct board_signer *signer, const uint8_t *ballot_id,
                     const struct board_head *head)
{
    char name[CHECKPOINT_NAME_SIZE];
    char text[CHECKPOINT_TEXT_SIZE];
    char note[CHECKPOINT_NOTE_SIZE];
    uint8_t root[MERKLE_HASH_SIZE];
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    uint8_t key_hash[CHECKPOINT_KEY_HASH_SIZE];
    enum err err;

    checkpoint_name(signer->district, ballot_id, name);
    merkle_frontier_root(&head->frontier, root);
    checkpoint_text(name, (uint64_t)head->size, root, text);
    err = crypto_sign_data(CRYPTO_ED25519, signer->secret, text, strlen(text), signature);
    if (err) {
        return err;
    }
    board_key_hash(name, signer->public_key, key_hash);
    checkpoint_note(name, text, key_hash, signature, note);
    return store_board_sign(db, ballot_id, head, note, clock_now_ms());
}

/* Locks the head, which is made for a ballot that has none. */
static enum err lock_head(struct db *db, const struct board_signer *signer,
                          const uint8_t *ballot_id, struct board_head *ret_head)
{
    enum err err = store_board_lock(db, ballot_id, ret_head);

    if (err == ERR_NOT_FOUND) {
        err = store_board_make(db, ballot_id, signer->public_key);
        if (!err) {
            err = store_board_lock(db, ballot_id, ret_head);
        }
    }
    return err;
}

/* Checkpoints of one ballot are signed by one key: who follows them knows no other. */
static bool key_fits(const struct board_signer *signer, const uint8_t *ballot_id,
                     const struct board_head *head)
{
    char id[CRYPTO_UUID_TEXT_SIZE];

    if (memcmp(head->key, signer->public_key, sizeof head->key) == 0) {
        return true;
    }
    crypto_uuid_format(ballot_id, id);
    log_error("board_key_differs", log_str("ballot_id", id),
              log_str("action", "put back the board_key that the ballot was opened with"));
    return false;
}

/* Inside the transaction. */
static enum err do_step(struct db *db, const struct board_signer *signer, const uint8_t *ballot_id,
                        enum board_duty duty, enum board_outcome *ret_outcome)
{
    struct board_batch batch = {.ballot_id = ballot_id, .duty = duty};
    enum err err = lock_head(db, signer, ballot_id, &batch.head);

    if (err == ERR_NOT_FOUND) {
        return ERR_OK; /* Somebody else works on it. */
    }
    if (!err && !key_fits(signer, ballot_id, &batch.head)) {
        err = ERR_CONFLICT;
    }
    if (!err && batch.head.finished != (duty == BOARD_DUTY_RESULT) &&
        batch.head.size > batch.head.signed_size) {
        return ERR_OK; /* Whoever appended it signs it. */
    }
    if (!err && batch.head.size > batch.head.signed_size) {
        err = sign(db, signer, ballot_id, &batch.head);
        if (!err) {
            *ret_outcome = BOARD_SIGNED;
        }
        return err;
    }
    if (!err) {
        buffer_init(&batch.entries, DB_COLUMN_SIZE_MAX);
        err = append(db, signer, &batch, ret_outcome);
    }
    free(batch.leaves);
    buffer_release(&batch.entries);
    return err;
}

enum err board_step(struct db *db, const struct board_signer *signer, const uint8_t *ballot_id,
                    enum board_duty duty, enum board_outcome *ret_outcome)
{
    enum board_outcome outcome = BOARD_IDLE;
    enum err err = db_begin(db);

    if (!err) {
        err = do_step(db, signer, ballot_id, duty, &outcome);
    }
    if (err || outcome == BOARD_IDLE) {
        db_rollback(db);
    } else {
        err = db_commit(db);
    }
    if (!err) {
        *ret_outcome = outcome;
    }
    return err;
}
