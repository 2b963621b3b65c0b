/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL of the public board, as it is read. Segments are put together to tiles
 * here, since who reads knows nothing of batches.
 */
#include "participation/store/board_page.h"

#include <assert.h>
#include <string.h>

static const char HEAD[] =
    "SELECT size, signed_size, batch_no, signed_batch_no, casts, entries_bytes, openings_bytes,"
    " last_time_ms, closed_at_ms, finished, key, receipt_keys, frontier"
    " FROM participation.board WHERE ballot_id = $1";

enum err store_board_read(struct db *db, const uint8_t *ballot_id, struct board_head *ret_head)
{
    return board_head_query(db, HEAD, ballot_id, ret_head);
}

static const char CHECKPOINT[] =
    "SELECT note FROM participation.board_checkpoint"
    " WHERE ballot_id = $1 ORDER BY size DESC LIMIT 1";

enum err store_board_checkpoint(struct db *db, const uint8_t *ballot_id, struct buffer *note)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, CHECKPOINT, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        buffer_append_text(note, db_rows_text(rows, 0, 0));
        err = buffer_status(note);
    }
    db_rows_release(rows);
    return err;
}

static const char SEGMENT_HASHES[] =
    "SELECT hashes FROM participation.board_segment"
    " WHERE ballot_id = $1 AND position >= $2 AND position < $3 ORDER BY position LIMIT 256";

static const char NODE_HASHES[] =
    "SELECT hash FROM participation.board_node"
    " WHERE ballot_id = $1 AND number >= $2 AND number < $3 AND level = $4"
    " ORDER BY number LIMIT 256";

enum err store_board_tile(struct db *db, const uint8_t *ballot_id, const struct board_tile *tile,
                          struct buffer *hashes)
{
    const int64_t first = tile->number * MERKLE_TILE_WIDTH;
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int64(first),
        db_int64(first + (int64_t)tile->width),
        db_int16((int16_t)tile->level),
    };
    const size_t wanted = tile->width * MERKLE_HASH_SIZE;
    struct db_rows *rows = NULL;
    size_t found = 0;
    enum err err;

    assert(tile->width >= 1 && tile->width <= MERKLE_TILE_WIDTH);
    err = tile->level == 0 ? db_query(db, SEGMENT_HASHES, params, 3, &rows)
                           : db_query(db, NODE_HASHES, params, 4, &rows);
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        size_t length = 0;
        const uint8_t *bytes = db_rows_bytes(rows, i, 0, &length);
        const size_t taken = length < wanted - found ? length : wanted - found;

        buffer_append(hashes, bytes, taken);
        found += taken;
    }
    db_rows_release(rows);
    if (!err && found != wanted) {
        err = ERR_INTERNAL;
    }
    return err ? err : buffer_status(hashes);
}

static const char SEGMENT_ENTRIES[] =
    "SELECT entries FROM participation.board_segment"
    " WHERE ballot_id = $1 AND position >= $2 AND position < $3 ORDER BY position LIMIT 256";

/* The length of the first entries, at most *count of them; takes them off *count. */
static size_t entries_length(const uint8_t *bytes, size_t length, size_t *count)
{
    size_t at = 0;

    while (*count > 0 && at + 2 <= length) {
        at += 2 + ((size_t)bytes[at] << 8 | bytes[at + 1]);
        (*count)--;
    }
    return at <= length ? at : length;
}

enum err store_board_entries(struct db *db, const uint8_t *ballot_id, const struct board_tile *tile,
                             struct buffer *entries)
{
    const int64_t first = tile->number * MERKLE_TILE_WIDTH;
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int64(first),
        db_int64(first + (int64_t)tile->width),
    };
    struct db_rows *rows = NULL;
    size_t left = tile->width;
    enum err err = db_query(db, SEGMENT_ENTRIES, params, DB_COUNT(params), &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        size_t length = 0;
        const uint8_t *bytes = db_rows_bytes(rows, i, 0, &length);

        buffer_append(entries, bytes, entries_length(bytes, length, &left));
    }
    db_rows_release(rows);
    if (!err && left > 0) {
        err = ERR_INTERNAL;
    }
    return err ? err : buffer_status(entries);
}

static const char CODES[] =
    "SELECT position, codes FROM participation.board_code"
    " WHERE ballot_id = $1 AND bucket = $2 AND position < $3 ORDER BY position LIMIT $4";

/* The place of a code's votes among those packed; SIZE_MAX when none is it. */
static size_t find_packed(const uint8_t *codes, size_t length, const uint8_t *packed)
{
    for (size_t at = 0; at + STORE_CODE_SIZE_PACKED <= length; at += STORE_CODE_SIZE_PACKED) {
        if (memcmp(codes + at, packed, STORE_CODE_REST_SIZE) == 0) {
            return at;
        }
    }
    return SIZE_MAX;
}

enum err store_board_find(struct db *db, const uint8_t *ballot_id, uint64_t code, int64_t size,
                          int64_t *ret_position)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int16((int16_t)(code >> STORE_CODE_REST_BITS)),
        db_int64(size),
        db_int32(STORE_CODE_ROW_COUNT_MAX),
    };
    uint8_t rest[STORE_CODE_REST_SIZE];
    struct db_rows *rows = NULL;
    bool found = false;
    enum err err = db_query(db, CODES, params, DB_COUNT(params), &rows);

    code &= (UINT64_C(1) << STORE_CODE_REST_BITS) - 1;
    for (size_t i = 0; i < sizeof rest; i++) {
        rest[i] = (uint8_t)(code >> (8 * (sizeof rest - 1 - i)));
    }
    for (int64_t i = 0; !err && !found && i < db_rows_count(rows); i++) {
        size_t length = 0;
        const uint8_t *codes = db_rows_bytes(rows, i, 1, &length);
        const size_t at = find_packed(codes, length, rest);

        if (at != SIZE_MAX) {
            const uint8_t *offset = codes + at + STORE_CODE_REST_SIZE;

            *ret_position =
                db_rows_int64(rows, i, 0) + ((int64_t)offset[0] << 24 | (int64_t)offset[1] << 16 |
                                             (int64_t)offset[2] << 8 | (int64_t)offset[3]);
            found = *ret_position < size;
        }
    }
    db_rows_release(rows);
    return err ? err : (found ? ERR_OK : ERR_NOT_FOUND);
}

static const char NOTES_LENGTH[] =
    "SELECT coalesce(sum(2 + octet_length(note)), 0)::int8 FROM participation.board_checkpoint"
    " WHERE ballot_id = $1";

enum err store_board_notes_length(struct db *db, const uint8_t *ballot_id, int64_t *ret_bytes)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, NOTES_LENGTH, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_bytes = db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

static const char NOTES[] =
    "SELECT size, note FROM participation.board_checkpoint"
    " WHERE ballot_id = $1 AND size > $2 ORDER BY size LIMIT $3";

enum err store_board_notes(struct db *db, const uint8_t *ballot_id, int64_t beyond,
                           struct buffer *notes, int64_t *ret_last)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int64(beyond),
        db_int32(STORE_NOTE_PAGE_COUNT_MAX),
    };
    struct db_rows *rows = NULL;
    int64_t last = beyond;
    enum err err = db_query(db, NOTES, params, DB_COUNT(params), &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        const char *note = db_rows_text(rows, i, 1);

        buffer_append_u16(notes, (uint16_t)strlen(note));
        buffer_append_text(notes, note);
        last = db_rows_int64(rows, i, 0);
    }
    db_rows_release(rows);
    if (!err) {
        err = buffer_status(notes);
    }
    if (!err) {
        *ret_last = last;
    }
    return err;
}
