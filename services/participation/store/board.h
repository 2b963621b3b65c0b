/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the public board, as whoever appends to it and signs it needs
 * them: one function per statement, all inside a transaction that has locked
 * the board's head. What is served is read by store/board_page.h. Database
 * threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_BOARD_H
#define HYEOPCHI_PARTICIPATION_STORE_BOARD_H

#include "participation/domain/ballot.h"
#include "participation/domain/ballot_state.h"
#include "participation/domain/checkpoint.h"
#include "participation/domain/leaf.h"
#include "runtime/crypto.h"
#include "runtime/db.h"
#include "runtime/err.h"
#include "runtime/merkle.h"

#include <stdbool.h>

enum {
    STORE_BOARD_LIST_COUNT_MAX = 256, /* boards in one page of the survey */
    STORE_COMMIT_COUNT_MAX = 4096,    /* commits in one batch of the board */
    STORE_RECEIPT_KEY_COUNT_MAX = 256,
    STORE_CODE_REST_BITS = 38, /* of a receipt code behind its bucket's 12 */
    STORE_CODE_REST_SIZE = 5,  /* bytes of those in board_code.codes … */
    STORE_CODE_SIZE_PACKED = STORE_CODE_REST_SIZE + 4, /* … with the offset of the vote behind */
};

/* A row of participation.board. */
struct board_head {
    int64_t size;
    int64_t signed_size;
    int64_t batch_no;
    int64_t signed_batch_no;
    int64_t casts;
    int64_t entries_bytes;
    int64_t openings_bytes;
    int64_t last_time_ms;
    int64_t closed_at_ms; /* 0: CLOSE is not there */
    bool finished;        /* RESULT is */
    uint8_t key[CRYPTO_ED25519_PUBLIC_SIZE];
    size_t receipt_key_count; /* of KEY leaves */
    uint8_t receipt_keys[STORE_RECEIPT_KEY_COUNT_MAX][CRYPTO_ED25519_PUBLIC_SIZE];
    struct merkle_frontier frontier; /* its count is size */
};

/* What the board needs of its ballot's row. */
struct board_ballot {
    enum ballot_state state;
    uint8_t definition_hash[CRYPTO_HASH_SIZE];
    uint8_t result_hash[CRYPTO_HASH_SIZE]; /* zeros before it is counted */
    uint8_t roll_hash[CRYPTO_HASH_SIZE];   /* zeros when it has no roll */
    int64_t opened_at_ms;
    int64_t closed_at_ms;
    int64_t counted_at_ms;
    int64_t batch_no;
    int64_t voters;
    int64_t revisions;
};

/* One line of the survey: a ballot whose board is not finished, or not signed to its end. */
struct board_survey {
    uint8_t ballot_id[BALLOT_ID_SIZE];
    bool has_work;    /* up to the end of voting */
    bool has_result;  /* to be put behind that, or to be signed */
    bool has_pending; /* a commit is in no checkpoint: issued_ms and delay are its receipt's */
    bool is_missing;  /* … and its receipt is gone, or broken */
    int64_t signed_size;
    int64_t issued_ms;
    int64_t max_merge_delay_s;
};

/* Those behind the ballot given (zeros: from the first), by id; at most STORE_BOARD_LIST_COUNT_MAX. */
ERR_CHECKED enum err store_board_survey(struct db *db, const uint8_t *after,
                                        struct board_survey *ret_boards, size_t *ret_count);

/* Makes the head of a board that has none. key signs its checkpoints. */
ERR_CHECKED enum err store_board_make(struct db *db, const uint8_t *ballot_id, const uint8_t *key);

/* Locks the head until the transaction ends. ERR_NOT_FOUND when there is none, or somebody else works
 * on it just now. */
ERR_CHECKED enum err store_board_lock(struct db *db, const uint8_t *ballot_id,
                                      struct board_head *ret_head);

/* Reads the head by a query with these columns in this order; for the store only. */
ERR_CHECKED enum err board_head_query(struct db *db, const char *sql, const uint8_t *ballot_id,
                                      struct board_head *ret_head);

ERR_CHECKED enum err store_board_ballot(struct db *db, const uint8_t *ballot_id,
                                        struct board_ballot *ret_ballot);

/* A commit of votes, borrowed from the rows. */
struct board_commit {
    int64_t batch_no;
    const uint8_t *leaf_hashes;
    size_t leaf_count;
    const uint8_t *casts; /* LEAF_CAST_PARTS_SIZE for each leaf */
    const uint8_t *receipt;
    size_t receipt_length;
    const uint8_t *key;
};

/* Commits after that batch, in order, as many as have leaf_count_max leaves together and then one
 * more, STORE_COMMIT_COUNT_MAX at most. *ret_rows is the caller's, to db_rows_release(). */
ERR_CHECKED enum err store_board_commits(struct db *db, const uint8_t *ballot_id,
                                         int64_t after_batch_no, int64_t leaf_count_max,
                                         struct db_rows **ret_rows);
/* ERR_INTERNAL when a stored row is none. */
ERR_CHECKED enum err store_board_commit_row(const struct db_rows *rows, int64_t row,
                                            struct board_commit *ret_commit);

/* Where a stream of events has got to. ERR_NOT_FOUND before the first one. */
ERR_CHECKED enum err store_board_anchor(struct db *db, const char *stream, int64_t *ret_position,
                                        uint8_t ret_chain[CRYPTO_HASH_SIZE]);

/* Rows on their way in. The columns are int8, bytes, …: board_append.c fills them. */
struct board_rows {
    struct db_column segment_positions;
    struct db_column segment_hashes;
    struct db_column segment_entries;
    struct db_column node_levels;
    struct db_column node_numbers;
    struct db_column node_hashes;
    struct db_column code_buckets;
    struct db_column code_bytes;
    int64_t code_position; /* of all of them: the batch's first leaf */
};

void board_rows_init(struct board_rows *rows);
void board_rows_release(struct board_rows *rows);

/* Adds the rows and moves the head on. */
ERR_CHECKED enum err store_board_append(struct db *db, const uint8_t *ballot_id,
                                        struct board_rows *rows, const struct board_head *head);

/* Keeps a checkpoint of the head's size and says that it is signed. ERR_CONFLICT when there is one of
 * that size. */
ERR_CHECKED enum err store_board_sign(struct db *db, const uint8_t *ballot_id,
                                      const struct board_head *head, const char *note,
                                      int64_t now_ms);

#endif
