/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public board as it is read: what is under a checkpoint, and nothing
 * beyond. All of it is public, and what was read once never changes but for
 * the newest checkpoint. Reader threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_STORE_BOARD_PAGE_H
#define HYEOPCHI_PARTICIPATION_STORE_BOARD_PAGE_H

#include "participation/store/board.h"
#include "runtime/buffer.h"

enum {
    STORE_NOTE_PAGE_COUNT_MAX = 500,   /* checkpoints in one page of the bundle */
    STORE_CODE_ROW_COUNT_MAX = 100000, /* rows of one bucket that are looked at */
    STORE_TILE_ENTRIES_SIZE_MAX = MERKLE_TILE_WIDTH * (2 + LEAF_SIZE_MAX),
};

/* Reads a board's head. ERR_NOT_FOUND. */
ERR_CHECKED enum err store_board_read(struct db *db, const uint8_t *ballot_id,
                                      struct board_head *ret_head);

/* Appends the newest checkpoint's note. ERR_NOT_FOUND when none was signed yet. */
ERR_CHECKED enum err store_board_checkpoint(struct db *db, const uint8_t *ballot_id,
                                            struct buffer *note);

/* A part of a level of tiles: the first `width` hashes or entries of tile `number`. Whoever asks has
 * made sure that they are under a checkpoint. */
struct board_tile {
    unsigned level;
    int64_t number;
    size_t width; /* 1 … MERKLE_TILE_WIDTH */
};

/* Appends the hashes. ERR_INTERNAL when some are missing. */
ERR_CHECKED enum err store_board_tile(struct db *db, const uint8_t *ballot_id,
                                      const struct board_tile *tile, struct buffer *hashes);

/* Appends entries, of level 0. ERR_INTERNAL when some are missing. */
ERR_CHECKED enum err store_board_entries(struct db *db, const uint8_t *ballot_id,
                                         const struct board_tile *tile, struct buffer *entries);

/* The first leaf below `size` with that receipt code. ERR_NOT_FOUND. */
ERR_CHECKED enum err store_board_find(struct db *db, const uint8_t *ballot_id, uint64_t code,
                                      int64_t size, int64_t *ret_position);

/* The length of all checkpoints together, each with its u16. */
ERR_CHECKED enum err store_board_notes_length(struct db *db, const uint8_t *ballot_id,
                                              int64_t *ret_bytes);

/* Appends the checkpoints beyond a size, each with its u16, at most STORE_NOTE_PAGE_COUNT_MAX;
 * *ret_last is the size of the last one, or that given when there is none. */
ERR_CHECKED enum err store_board_notes(struct db *db, const uint8_t *ballot_id, int64_t beyond,
                                       struct buffer *notes, int64_t *ret_last);

#endif
