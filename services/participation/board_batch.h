/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step of a ballot's board, each a transaction of its own: to append a
 * batch of leaves, or to sign the checkpoint of the one before. A batch is
 * durable before it is signed, and nothing is appended behind a batch that is
 * not, so whoever goes on after a crash, or a second replica, makes the very
 * same checkpoint. Database threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_BOARD_BATCH_H
#define HYEOPCHI_PARTICIPATION_BOARD_BATCH_H

#include "participation/commit_receipt.h"
#include "participation/store/board.h"
#include "runtime/db.h"
#include "runtime/err.h"

enum { BOARD_BATCH_LEAF_COUNT_MAX = 65536 }; /* votes; the commit that reaches it is taken whole */

/* Who signs checkpoints, and receipts. */
struct board_signer {
    uint8_t secret[CRYPTO_ED25519_SECRET_SIZE];
    uint8_t public_key[CRYPTO_ED25519_PUBLIC_SIZE];
    const char *district;
    const struct receipt_signer *receipts;
};

/* Reads the key's base64url text. ERR_INVALID when it is not 32 bytes; logged. */
ERR_CHECKED enum err board_signer_load(struct board_signer *signer, const char *text);

/* What is put on a board at once, or when it can be. */
enum board_duty {
    BOARD_DUTY_VOTES, /* from the opening to the end of voting */
    BOARD_DUTY_RESULT, /* the result of a certified ballot, behind all votes: minutes for a million */
};

enum board_outcome {
    BOARD_IDLE,     /* nothing to do, or somebody else does it */
    BOARD_APPENDED, /* a batch; it is to be signed */
    BOARD_SIGNED,
};

/*
 * Does the next step of that duty, if there is one.
 *
 * ERR_INTERNAL  what is stored contradicts itself, logged: nothing is appended.
 * ERR_CONFLICT  the ballot's checkpoints are signed with another key, logged.
 */
ERR_CHECKED enum err board_step(struct db *db, const struct board_signer *signer,
                                const uint8_t *ballot_id, enum board_duty duty,
                                enum board_outcome *ret_outcome);

/* The first bytes of a key's hash, as notes and verifier keys carry them. */
void board_key_hash(const char *name, const uint8_t *public_key,
                    uint8_t ret_hash[CHECKPOINT_KEY_HASH_SIZE]);

/* Leaves on their way to the board, in order; board_batch.c, board_collect.c and board_rows.c only. */
struct board_leaf {
    uint8_t hash[MERKLE_HASH_SIZE];
    size_t at; /* of its entry: u16 length || leaf */
    uint16_t length;
    bool is_cast;
};

struct board_batch {
    const uint8_t *ballot_id;
    enum board_duty duty;
    struct board_head head; /* as it will be */
    struct board_leaf *leaves;
    size_t count;
    size_t capacity;
    size_t cast_count;
    struct buffer entries;
};

/* Puts together the leaves that there are to append now, in order, behind a head that is locked. Errors as
 * board_step() says. */
ERR_CHECKED enum err board_collect(struct db *db, const struct board_signer *signer,
                                   struct board_batch *batch);

/* Turns the leaves into rows and moves the head's size, tree and bytes on. ERR_FULL. */
ERR_CHECKED enum err board_rows_make(struct board_batch *batch, struct board_rows *rows);

#endif
