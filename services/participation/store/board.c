/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL of the public board, as it is written. Nothing here decides what a leaf
 * says or in which order leaves stand.
 */
#include "participation/store/board.h"

#include "participation/domain/receipt.h"

#include <assert.h>
#include <string.h>

static const char SURVEY[] =
    "SELECT b.ballot_id,"
    " coalesce((h.size > h.signed_size AND NOT h.finished) OR h.batch_no < b.batch_no"
    " OR (h.closed_at_ms = 0 AND b.closed_at_ms IS NOT NULL), TRUE),"
    " coalesce(h.finished OR (b.state = 'certified' AND h.size = h.signed_size"
    " AND h.batch_no = b.batch_no AND h.closed_at_ms > 0), FALSE),"
    " b.batch_no > coalesce(h.signed_batch_no, 0), coalesce(h.signed_size, 0), r.body"
    " FROM participation.ballot AS b"
    " LEFT JOIN participation.board AS h ON h.ballot_id = b.ballot_id"
    " LEFT JOIN participation.receipt_batch AS r ON r.ballot_id = b.ballot_id"
    " AND r.batch_no = coalesce(h.signed_batch_no, 0) + 1"
    " WHERE b.ballot_id > $1 AND b.opened_at_ms IS NOT NULL"
    " AND (h.finished IS NOT TRUE OR h.size > h.signed_size)"
    " ORDER BY b.ballot_id LIMIT $2";

static enum err survey_read(const struct db_rows *rows, int64_t row, struct board_survey *ret)
{
    struct receipt receipt = {0};
    size_t length = 0;

    *ret = (struct board_survey){
        .has_work = db_rows_bool(rows, row, 1),
        .has_result = db_rows_bool(rows, row, 2),
        .has_pending = db_rows_bool(rows, row, 3),
        .signed_size = db_rows_int64(rows, row, 4),
    };
    ret->is_missing = ret->has_pending && db_rows_is_null(rows, row, 5);
    if (ret->has_pending && !ret->is_missing) {
        const uint8_t *body = db_rows_bytes(rows, row, 5, &length);

        ret->is_missing = receipt_decode(body, length, &receipt) != ERR_OK;
    }
    if (ret->has_pending && !ret->is_missing) {
        ret->issued_ms = receipt.issued_ms;
        ret->max_merge_delay_s = receipt.max_merge_delay_s;
    }
    return db_rows_fixed(rows, row, 0, ret->ballot_id, BALLOT_ID_SIZE);
}

enum err store_board_survey(struct db *db, const uint8_t *after, struct board_survey *ret_boards,
                            size_t *ret_count)
{
    const struct db_param params[] = {db_uuid(after), db_int32(STORE_BOARD_LIST_COUNT_MAX)};
    struct db_rows *rows = NULL;
    size_t count = 0;
    enum err err = db_query(db, SURVEY, params, DB_COUNT(params), &rows);

    while (!err && count < (size_t)db_rows_count(rows)) {
        err = survey_read(rows, (int64_t)count, &ret_boards[count]);
        count++;
    }
    db_rows_release(rows);
    if (!err) {
        *ret_count = count;
    }
    return err;
}

static const char MAKE[] =
    "INSERT INTO participation.board (ballot_id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING";

enum err store_board_make(struct db *db, const uint8_t *ballot_id, const uint8_t *key)
{
    const struct db_param params[] = {db_uuid(ballot_id),
                                      db_bytes(key, CRYPTO_ED25519_PUBLIC_SIZE)};

    return db_exec(db, MAKE, params, DB_COUNT(params));
}

static enum err head_read(const struct db_rows *rows, struct board_head *ret_head)
{
    struct board_head head = {
        .size = db_rows_int64(rows, 0, 0),
        .signed_size = db_rows_int64(rows, 0, 1),
        .batch_no = db_rows_int64(rows, 0, 2),
        .signed_batch_no = db_rows_int64(rows, 0, 3),
        .casts = db_rows_int64(rows, 0, 4),
        .entries_bytes = db_rows_int64(rows, 0, 5),
        .openings_bytes = db_rows_int64(rows, 0, 6),
        .last_time_ms = db_rows_int64(rows, 0, 7),
        .closed_at_ms = db_rows_int64(rows, 0, 8),
        .finished = db_rows_bool(rows, 0, 9),
    };
    const size_t roots = merkle_frontier_length((uint64_t)head.size);
    enum err err = db_rows_fixed(rows, 0, 10, head.key, sizeof head.key);

    size_t keys_length = 0;
    const uint8_t *keys = db_rows_bytes(rows, 0, 11, &keys_length);

    head.receipt_key_count = keys_length / CRYPTO_ED25519_PUBLIC_SIZE;
    if (!err && keys_length > sizeof head.receipt_keys) {
        err = ERR_INTERNAL;
    }
    if (!err) {
        memcpy(head.receipt_keys, keys, keys_length);
        err = db_rows_fixed(rows, 0, 12, head.frontier.roots[0], roots * MERKLE_HASH_SIZE);
    }
    head.frontier.count = (uint64_t)head.size;
    if (!err) {
        *ret_head = head;
    }
    return err;
}

enum err board_head_query(struct db *db, const char *sql, const uint8_t *ballot_id,
                          struct board_head *ret_head)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, sql, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        err = head_read(rows, ret_head);
    }
    db_rows_release(rows);
    return err;
}

static const char LOCK[] =
    "SELECT size, signed_size, batch_no, signed_batch_no, casts, entries_bytes, openings_bytes,"
    " last_time_ms, closed_at_ms, finished, key, receipt_keys, frontier"
    " FROM participation.board WHERE ballot_id = $1 FOR UPDATE SKIP LOCKED";

enum err store_board_lock(struct db *db, const uint8_t *ballot_id, struct board_head *ret_head)
{
    return board_head_query(db, LOCK, ballot_id, ret_head);
}

static const char BALLOT[] =
    "SELECT b.state, b.definition_hash, b.result_hash, coalesce(b.opened_at_ms, 0),"
    " coalesce(b.closed_at_ms, 0), coalesce(b.counted_at_ms, 0), b.batch_no, b.voters,"
    " b.revisions, r.roll_hash"
    " FROM participation.ballot AS b"
    " LEFT JOIN participation.roll_import AS r ON r.ballot_id = b.ballot_id"
    " AND r.import_no = b.roll_import_no"
    " WHERE b.ballot_id = $1";

enum err store_board_ballot(struct db *db, const uint8_t *ballot_id,
                            struct board_ballot *ret_ballot)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct board_ballot ballot = {0};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BALLOT, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        ballot.state = ballot_state_from_name(db_rows_text(rows, 0, 0));
        ballot.opened_at_ms = db_rows_int64(rows, 0, 3);
        ballot.closed_at_ms = db_rows_int64(rows, 0, 4);
        ballot.counted_at_ms = db_rows_int64(rows, 0, 5);
        ballot.batch_no = db_rows_int64(rows, 0, 6);
        ballot.voters = db_rows_int64(rows, 0, 7);
        ballot.revisions = db_rows_int64(rows, 0, 8);
        err = db_rows_fixed(rows, 0, 1, ballot.definition_hash, CRYPTO_HASH_SIZE);
    }
    if (!err && !db_rows_is_null(rows, 0, 2)) {
        err = db_rows_fixed(rows, 0, 2, ballot.result_hash, CRYPTO_HASH_SIZE);
    }
    if (!err && !db_rows_is_null(rows, 0, 9)) {
        err = db_rows_fixed(rows, 0, 9, ballot.roll_hash, CRYPTO_HASH_SIZE);
    }
    db_rows_release(rows);
    if (!err) {
        *ret_ballot = ballot;
    }
    return err;
}

/* Votes of a time before the board have no casts: theirs are put together from the box, which reads all
 * of it for every such commit. The length of what is stored uncompressed is known without reading it. */
static const char COMMITS[] =
    "SELECT c.batch_no, c.leaf_hashes, coalesce(c.casts, ("
    "SELECT string_agg(v.nullifier || int2send(v.rev) || substr(int2send(v.channel), 2)"
    " || sha256('\\x0b'::bytea || convert_to('pbv1/commit', 'UTF8') || uuid_send(v.ballot_id)"
    " || b.definition_hash || v.blinding || int2send(length(v.choice)::int2) || v.choice)"
    " || v.req_hash, ''::bytea ORDER BY v.leaf_index)"
    " FROM participation.vote AS v"
    " INNER JOIN participation.ballot AS b ON b.ballot_id = v.ballot_id"
    " WHERE v.ballot_id = c.ballot_id AND v.batch_no = c.batch_no"
    ")), c.body, c.key"
    " FROM ("
    "SELECT r.ballot_id, r.batch_no, r.leaf_hashes, r.casts, r.body, r.key,"
    " sum(length(r.leaf_hashes) / 32) OVER (ORDER BY r.batch_no)"
    " - length(r.leaf_hashes) / 32 AS leaves_before"
    " FROM participation.receipt_batch AS r"
    " WHERE r.ballot_id = $1 AND r.batch_no > $2 AND r.batch_no <= $3"
    ") AS c"
    " WHERE c.leaves_before < $4 ORDER BY c.batch_no";

enum err store_board_commits(struct db *db, const uint8_t *ballot_id, int64_t after_batch_no,
                             int64_t leaf_count_max, struct db_rows **ret_rows)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int64(after_batch_no),
        db_int64(after_batch_no + STORE_COMMIT_COUNT_MAX),
        db_int64(leaf_count_max),
    };

    return db_query(db, COMMITS, params, DB_COUNT(params), ret_rows);
}

enum err store_board_commit_row(const struct db_rows *rows, int64_t row,
                                struct board_commit *ret_commit)
{
    struct board_commit commit = {.batch_no = db_rows_int64(rows, row, 0)};
    size_t hashes_length = 0;
    size_t casts_length = 0;
    size_t key_length = 0;

    commit.leaf_hashes = db_rows_bytes(rows, row, 1, &hashes_length);
    if (db_rows_is_null(rows, row, 2)) {
        return ERR_INTERNAL; /* Neither kept nor to be put together. */
    }
    commit.casts = db_rows_bytes(rows, row, 2, &casts_length);
    commit.receipt = db_rows_bytes(rows, row, 3, &commit.receipt_length);
    commit.key = db_rows_bytes(rows, row, 4, &key_length);
    commit.leaf_count = hashes_length / CRYPTO_HASH_SIZE;
    if (commit.leaf_count == 0 || casts_length != commit.leaf_count * LEAF_CAST_PARTS_SIZE ||
        key_length != CRYPTO_ED25519_PUBLIC_SIZE) {
        return ERR_INTERNAL;
    }
    *ret_commit = commit;
    return ERR_OK;
}

static const char ANCHOR[] = "SELECT seq, chain FROM event.stream_head WHERE stream = $1";

enum err store_board_anchor(struct db *db, const char *stream, int64_t *ret_position,
                            uint8_t ret_chain[CRYPTO_HASH_SIZE])
{
    const struct db_param params[] = {db_text(stream)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, ANCHOR, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        err = db_rows_fixed(rows, 0, 1, ret_chain, CRYPTO_HASH_SIZE);
    }
    if (!err) {
        *ret_position = db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

void board_rows_init(struct board_rows *rows)
{
    *rows = (struct board_rows){.code_position = 0};
    db_column_init(&rows->segment_positions, DB_COLUMN_INT64);
    db_column_init(&rows->segment_hashes, DB_COLUMN_BYTES);
    db_column_init(&rows->segment_entries, DB_COLUMN_BYTES);
    db_column_init(&rows->node_levels, DB_COLUMN_INT16);
    db_column_init(&rows->node_numbers, DB_COLUMN_INT64);
    db_column_init(&rows->node_hashes, DB_COLUMN_BYTES);
    db_column_init(&rows->code_buckets, DB_COLUMN_INT16);
    db_column_init(&rows->code_bytes, DB_COLUMN_BYTES);
}

void board_rows_release(struct board_rows *rows)
{
    db_column_release(&rows->segment_positions);
    db_column_release(&rows->segment_hashes);
    db_column_release(&rows->segment_entries);
    db_column_release(&rows->node_levels);
    db_column_release(&rows->node_numbers);
    db_column_release(&rows->node_hashes);
    db_column_release(&rows->code_buckets);
    db_column_release(&rows->code_bytes);
}

static const char SEGMENT_INSERT[] =
    "INSERT INTO participation.board_segment (ballot_id, position, hashes, entries)"
    " SELECT $1, u.position, u.hashes, u.entries"
    " FROM unnest($2::int8 [], $3::bytea [], $4::bytea []) AS u (position, hashes, entries)";

static enum err insert_segments(struct db *db, const uint8_t *ballot_id, struct board_rows *rows)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_column_param(&rows->segment_positions),
        db_column_param(&rows->segment_hashes),
        db_column_param(&rows->segment_entries),
    };

    return db_exec_later(db, SEGMENT_INSERT, params, DB_COUNT(params));
}

static const char NODE_INSERT[] =
    "INSERT INTO participation.board_node (ballot_id, level, number, hash)"
    " SELECT $1, u.level, u.number, u.hash"
    " FROM unnest($2::int2 [], $3::int8 [], $4::bytea []) AS u (level, number, hash)";

static enum err insert_nodes(struct db *db, const uint8_t *ballot_id, struct board_rows *rows)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_column_param(&rows->node_levels),
        db_column_param(&rows->node_numbers),
        db_column_param(&rows->node_hashes),
    };

    return db_exec_later(db, NODE_INSERT, params, DB_COUNT(params));
}

static const char CODE_INSERT[] =
    "INSERT INTO participation.board_code (ballot_id, bucket, position, codes)"
    " SELECT $1, u.bucket, $2, u.codes"
    " FROM unnest($3::int2 [], $4::bytea []) AS u (bucket, codes)";

static enum err insert_codes(struct db *db, const uint8_t *ballot_id, struct board_rows *rows)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int64(rows->code_position),
        db_column_param(&rows->code_buckets),
        db_column_param(&rows->code_bytes),
    };

    return db_exec_later(db, CODE_INSERT, params, DB_COUNT(params));
}

static const char HEAD_UPDATE[] =
    "UPDATE participation.board SET size = $2, batch_no = $3, casts = $4, entries_bytes = $5,"
    " openings_bytes = $6, last_time_ms = $7, closed_at_ms = $8, finished = $9, receipt_keys = $10,"
    " frontier = $11"
    " WHERE ballot_id = $1";

static enum err update_head(struct db *db, const uint8_t *ballot_id, const struct board_head *head)
{
    const size_t roots = merkle_frontier_length(head->frontier.count);
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int64(head->size),
        db_int64(head->batch_no),
        db_int64(head->casts),
        db_int64(head->entries_bytes),
        db_int64(head->openings_bytes),
        db_int64(head->last_time_ms),
        db_int64(head->closed_at_ms),
        db_bool(head->finished),
        db_bytes(head->receipt_keys, head->receipt_key_count * CRYPTO_ED25519_PUBLIC_SIZE),
        db_bytes(head->frontier.roots, roots * MERKLE_HASH_SIZE),
    };

    assert((uint64_t)head->size == head->frontier.count);
    return db_exec(db, HEAD_UPDATE, params, DB_COUNT(params));
}

enum err store_board_append(struct db *db, const uint8_t *ballot_id, struct board_rows *rows,
                            const struct board_head *head)
{
    enum err err = insert_segments(db, ballot_id, rows);

    if (!err && rows->node_levels.count > 0) {
        err = insert_nodes(db, ballot_id, rows);
    }
    if (!err && rows->code_buckets.count > 0) {
        err = insert_codes(db, ballot_id, rows);
    }
    return err ? err : update_head(db, ballot_id, head);
}

static const char CHECKPOINT_INSERT[] =
    "INSERT INTO participation.board_checkpoint (ballot_id, size, note, signed_at_ms)"
    " VALUES ($1, $2, $3, $4)";

static const char HEAD_SIGNED[] =
    "UPDATE participation.board SET signed_size = size, signed_batch_no = batch_no"
    " WHERE ballot_id = $1 AND size = $2";

enum err store_board_sign(struct db *db, const uint8_t *ballot_id, const struct board_head *head,
                          const char *note, int64_t now_ms)
{
    const struct db_param checkpoint[] = {
        db_uuid(ballot_id),
        db_int64(head->size),
        db_text(note),
        db_int64(now_ms),
    };
    const struct db_param params[] = {db_uuid(ballot_id), db_int64(head->size)};
    int64_t changed = 0;
    enum err err = db_exec(db, CHECKPOINT_INSERT, checkpoint, DB_COUNT(checkpoint));

    if (!err) {
        err = db_exec_count(db, HEAD_SIGNED, params, DB_COUNT(params), &changed);
    }
    return err ? err : (changed == 1 ? ERR_OK : ERR_INTERNAL);
}
