/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the roll and the box: one function per statement, written with
 * arrays so that one statement serves a whole commit. On database threads; all
 * but the two readers run inside the writer's transaction.
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_VOTES_H
#define HYEOPCHI_PARTICIPATION_STORE_VOTES_H

#include "participation/domain/leaf.h"
#include "participation/domain/vote.h"
#include "participation/store/turnout.h"
#include "runtime/crypto.h"
#include "runtime/db.h"
#include "runtime/err.h"

enum {
    STORE_CELLS_SIZE = 2 * TURNOUT_DIMENSION_END, /* a turnout_place as it lies in the roll */
    STORE_VOTE_READ_COUNT_MAX = 10000,            /* votes in one page of counting */
};

/* An accepted request that was seen before, with the vote it became. */
struct request_row {
    uint8_t request_key[CRYPTO_HASH_SIZE];
    uint8_t request_mac[CRYPTO_HASH_SIZE];
    uint8_t nullifier[CRYPTO_HASH_SIZE];
    uint16_t rev;
    int64_t batch_no;
    uint32_t leaf_index;
};

/* A voter as the roll knows one. */
struct roll_row {
    uint8_t vtag[CRYPTO_HASH_SIZE];
    uint16_t rev;
    enum ballot_channel channel;
    struct turnout_place place;
    bool is_stored; /* read from the roll; false for a voter who is new */
};

/* One vote for the box. */
struct vote_row {
    const uint8_t *nullifier;
    uint16_t rev;
    enum ballot_channel channel;
    const uint8_t *choice;
    size_t choice_length;
    const uint8_t *blinding;
    const uint8_t *req_hash;
    const uint8_t *request_key;
    const uint8_t *request_mac;
    uint32_t leaf_index;
};

/* The signed receipt of a commit. Memory that is read is malloc'd. */
struct receipt_row {
    uint8_t *leaf_hashes;
    size_t leaf_count;
    const uint8_t *casts; /* written only: LEAF_CAST_PARTS_SIZE for each leaf */
    uint8_t *body;
    size_t body_length;
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    uint8_t key[CRYPTO_ED25519_PUBLIC_SIZE];
};

/* What a commit asks of the database is asked at once, and heard in the same order: one round trip
 * serves all of it. Keys and vtags are 32 bytes each, one after another. */

/* Those of the keys that were accepted before, in no order; *ret_rows is malloc'd. */
ERR_CHECKED enum err store_request_ask(struct db *db, const uint8_t *ballot_id, const uint8_t *keys,
                                       size_t count);
ERR_CHECKED enum err store_request_hear(struct db *db, struct request_row **ret_rows,
                                        size_t *ret_count);

/* Those of the voters that are on the roll, in no order; *ret_rows is malloc'd. */
ERR_CHECKED enum err store_roll_ask(struct db *db, const uint8_t *ballot_id, const uint8_t *vtags,
                                    size_t count);
ERR_CHECKED enum err store_roll_hear(struct db *db, struct roll_row **ret_rows, size_t *ret_count);

/* What is written here is sent at once and heard of with the transaction's next question: see
 * db_exec_later(). */

/* Puts new voters on the roll and moves stored ones on; each vtag once. */
ERR_CHECKED enum err store_roll_write(struct db *db, const uint8_t *ballot_id,
                                      const struct roll_row *rows, size_t count);

/* Adds votes and the requests they came by. */
ERR_CHECKED enum err store_vote_insert(struct db *db, const uint8_t *ballot_id, int64_t batch_no,
                                       const struct vote_row *rows, size_t count);

ERR_CHECKED enum err store_receipt_insert(struct db *db, const uint8_t *ballot_id, int64_t batch_no,
                                          const struct receipt_row *receipt);

/* Reads a commit's receipt. ERR_NOT_FOUND. To be released with receipt_row_release(). */
ERR_CHECKED enum err store_receipt_read(struct db *db, const uint8_t *ballot_id, int64_t batch_no,
                                        struct receipt_row *ret_receipt);
void receipt_row_release(struct receipt_row *receipt);

/* What a commit adds to the ballot's counters. */
struct batch_sums {
    int64_t new_voters;
    int64_t revisions;
    int64_t papers; /* that were issued */
};

/* Counts one commit more and sets the turnout tables, read under the ballot's row lock. */
ERR_CHECKED enum err store_ballot_add_batch(struct db *db, const uint8_t *ballot_id,
                                            const struct batch_sums *sums,
                                            const struct turnout *turnout);

/* One vote of the box, borrowed from the page. */
struct vote_page_row {
    const uint8_t *nullifier;
    uint16_t rev;
    const uint8_t *choice;
    size_t choice_length;
    const uint8_t *blinding; /* r of its commitment */
    enum ballot_channel channel;
};

/* Votes behind (nullifier, rev) in that order, at most STORE_VOTE_READ_COUNT_MAX; NULL: from the
 * first. *ret_rows is the caller's, to db_rows_release(). */
ERR_CHECKED enum err store_vote_page(struct db *db, const uint8_t *ballot_id,
                                     const uint8_t *after_nullifier, uint16_t after_rev,
                                     struct db_rows **ret_rows);
void store_vote_page_row(const struct db_rows *rows, int64_t row, struct vote_page_row *ret_row);

#endif
