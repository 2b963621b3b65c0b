/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL of the roll, the box and their receipts. Rows are written in the order of
 * their keys, never in the order of arrival, so that the two stores cannot be
 * laid side by side.
 */
#include "participation/store/votes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The place of a voter as 2 bytes a table, big-endian. */
static void cells_encode(const struct turnout_place *place, uint8_t ret_cells[STORE_CELLS_SIZE])
{
    for (size_t i = 0; i < TURNOUT_DIMENSION_END; i++) {
        assert(place->cell[i] < TURNOUT_CELL_MAX);
        ret_cells[2 * i] = (uint8_t)(place->cell[i] >> 8);
        ret_cells[2 * i + 1] = (uint8_t)(place->cell[i] & 0xff);
    }
}

static void cells_decode(const uint8_t cells[STORE_CELLS_SIZE], struct turnout_place *ret_place)
{
    for (size_t i = 0; i < TURNOUT_DIMENSION_END; i++) {
        ret_place->cell[i] = (size_t)cells[2 * i] << 8 | cells[2 * i + 1];
    }
}

/* Asks a query over an array of 32-byte keys of one ballot. Such a query looks up one key at a time,
 * by a subquery that LIMIT keeps apart: with "= any(array)" or a join the plan of a day when the table
 * was empty reads all of it for ever after. */
static enum err ask_by_keys(struct db *db, const char *sql, const uint8_t *ballot_id,
                            const uint8_t *keys, size_t count)
{
    struct db_column column;
    enum err err;

    db_column_init(&column, DB_COLUMN_BYTES);
    for (size_t i = 0; i < count; i++) {
        db_column_add_bytes(&column, keys + i * CRYPTO_HASH_SIZE, CRYPTO_HASH_SIZE);
    }
    {
        const struct db_param params[] = {db_uuid(ballot_id), db_column_param(&column)};

        err = db_query_later(db, sql, params, DB_COUNT(params));
    }
    db_column_release(&column);
    return err;
}

/* With the vote each became: asked for one by one, 10,000 lines that come again would be as many round
 * trips under the ballot's lock. */
static const char REQUEST_FIND[] =
    "SELECT r.request_key, r.request_mac, r.nullifier, r.rev, v.batch_no, v.leaf_index"
    " FROM (SELECT unnest($2::bytea []) AS request_key) AS wanted"
    " CROSS JOIN LATERAL ("
    "SELECT q.request_key, q.request_mac, q.nullifier, q.rev FROM participation.vote_request AS q"
    " WHERE q.ballot_id = $1 AND q.request_key = wanted.request_key LIMIT 1"
    ") AS r"
    " LEFT JOIN LATERAL ("
    "SELECT b.batch_no, b.leaf_index FROM participation.vote AS b"
    " WHERE b.ballot_id = $1 AND b.nullifier = r.nullifier AND b.rev = r.rev LIMIT 1"
    ") AS v ON TRUE";

static bool request_read(const struct db_rows *rows, int64_t row, struct request_row *ret_row)
{
    if (db_rows_is_null(rows, row, 4)) {
        return false; /* A request without its vote: they are written together. */
    }
    ret_row->rev = (uint16_t)db_rows_int64(rows, row, 3);
    ret_row->batch_no = db_rows_int64(rows, row, 4);
    ret_row->leaf_index = (uint32_t)db_rows_int64(rows, row, 5);
    return db_rows_fixed(rows, row, 0, ret_row->request_key, CRYPTO_HASH_SIZE) == ERR_OK &&
           db_rows_fixed(rows, row, 1, ret_row->request_mac, CRYPTO_HASH_SIZE) == ERR_OK &&
           db_rows_fixed(rows, row, 2, ret_row->nullifier, CRYPTO_HASH_SIZE) == ERR_OK;
}

enum err store_request_ask(struct db *db, const uint8_t *ballot_id, const uint8_t *keys,
                           size_t count)
{
    return ask_by_keys(db, REQUEST_FIND, ballot_id, keys, count);
}

enum err store_request_hear(struct db *db, struct request_row **ret_rows, size_t *ret_count)
{
    struct db_rows *rows = NULL;
    struct request_row *found = NULL;
    size_t found_count = 0;
    enum err err = db_query_rows(db, &rows);

    if (err) {
        goto out;
    }
    found_count = (size_t)db_rows_count(rows);
    found = calloc(found_count + 1, sizeof *found);
    if (found == NULL) {
        err = ERR_FULL;
        goto out;
    }
    for (size_t i = 0; i < found_count && !err; i++) {
        err = request_read(rows, (int64_t)i, &found[i]) ? ERR_OK : ERR_INTERNAL;
    }
out:
    db_rows_release(rows);
    if (err) {
        free(found);
        return err;
    }
    *ret_rows = found;
    *ret_count = found_count;
    return ERR_OK;
}

/* Who writes the roll holds the ballot's row, so the voters' rows need no lock of their own. */
static const char ROLL_FIND[] =
    "SELECT r.vtag, r.rev, r.channel, r.cells"
    " FROM (SELECT unnest($2::bytea []) AS vtag) AS wanted"
    " CROSS JOIN LATERAL ("
    "SELECT q.vtag, q.rev, q.channel, q.cells FROM participation.roll AS q"
    " WHERE q.ballot_id = $1 AND q.vtag = wanted.vtag LIMIT 1"
    ") AS r";

static bool roll_read(const struct db_rows *rows, int64_t row, struct roll_row *ret_row)
{
    uint8_t cells[STORE_CELLS_SIZE];

    ret_row->rev = (uint16_t)db_rows_int64(rows, row, 1);
    ret_row->channel = (enum ballot_channel)db_rows_int64(rows, row, 2);
    if (db_rows_fixed(rows, row, 0, ret_row->vtag, CRYPTO_HASH_SIZE) != ERR_OK ||
        db_rows_fixed(rows, row, 3, cells, STORE_CELLS_SIZE) != ERR_OK) {
        return false;
    }
    cells_decode(cells, &ret_row->place);
    ret_row->is_stored = true;
    return true;
}

enum err store_roll_ask(struct db *db, const uint8_t *ballot_id, const uint8_t *vtags, size_t count)
{
    return ask_by_keys(db, ROLL_FIND, ballot_id, vtags, count);
}

enum err store_roll_hear(struct db *db, struct roll_row **ret_rows, size_t *ret_count)
{
    struct db_rows *rows = NULL;
    struct roll_row *found = NULL;
    size_t found_count = 0;
    enum err err = db_query_rows(db, &rows);

    if (err) {
        goto out;
    }
    found_count = (size_t)db_rows_count(rows);
    found = calloc(found_count + 1, sizeof *found);
    if (found == NULL) {
        err = ERR_FULL;
        goto out;
    }
    for (size_t i = 0; i < found_count && !err; i++) {
        err = roll_read(rows, (int64_t)i, &found[i]) ? ERR_OK : ERR_INTERNAL;
    }
out:
    db_rows_release(rows);
    if (err) {
        free(found);
        return err;
    }
    *ret_rows = found;
    *ret_count = found_count;
    return ERR_OK;
}

/* Nobody else can have put them there: the ballot's row is locked since they were not found. */
static const char ROLL_INSERT[] =
    "INSERT INTO participation.roll (ballot_id, vtag, rev, channel, cells)"
    " SELECT $1, unnest($2::bytea []), unnest($3::int2 []), unnest($4::int2 []),"
    " unnest($5::bytea [])";

/* By way of a conflict, which looks up one key at a time; a join might read the whole roll. */
static const char ROLL_UPDATE[] =
    "INSERT INTO participation.roll (ballot_id, vtag, rev, channel, cells)"
    " SELECT $1, u.vtag, u.rev, u.channel, u.cells"
    " FROM (SELECT unnest($2::bytea []) AS vtag, unnest($3::int2 []) AS rev,"
    " unnest($4::int2 []) AS channel, unnest($5::bytea []) AS cells) AS u"
    " ON CONFLICT (ballot_id, vtag) DO UPDATE"
    " SET rev = excluded.rev, channel = excluded.channel, cells = excluded.cells";

/* Writes the rows that are stored already, or those that are not. */
static enum err roll_write(struct db *db, const uint8_t *ballot_id, const struct roll_row *rows,
                           size_t count, bool stored)
{
    struct db_column vtags;
    struct db_column revs;
    struct db_column channels;
    struct db_column places;
    size_t written = 0;
    enum err err = ERR_OK;

    db_column_init(&vtags, DB_COLUMN_BYTES);
    db_column_init(&revs, DB_COLUMN_INT16);
    db_column_init(&channels, DB_COLUMN_INT16);
    db_column_init(&places, DB_COLUMN_BYTES);
    for (size_t i = 0; i < count; i++) {
        uint8_t cells[STORE_CELLS_SIZE];

        if (rows[i].is_stored != stored) {
            continue;
        }
        cells_encode(&rows[i].place, cells);
        db_column_add_bytes(&vtags, rows[i].vtag, CRYPTO_HASH_SIZE);
        db_column_add_int16(&revs, (int16_t)rows[i].rev);
        db_column_add_int16(&channels, (int16_t)rows[i].channel);
        db_column_add_bytes(&places, cells, sizeof cells);
        written++;
    }
    if (written > 0) {
        const struct db_param params[] = {
            db_uuid(ballot_id),         db_column_param(&vtags),  db_column_param(&revs),
            db_column_param(&channels), db_column_param(&places),
        };

        err = db_exec_later(db, stored ? ROLL_UPDATE : ROLL_INSERT, params, DB_COUNT(params));
    }
    db_column_release(&vtags);
    db_column_release(&revs);
    db_column_release(&channels);
    db_column_release(&places);
    return err;
}

enum err store_roll_write(struct db *db, const uint8_t *ballot_id, const struct roll_row *rows,
                          size_t count)
{
    enum err err = roll_write(db, ballot_id, rows, count, false);

    return err ? err : roll_write(db, ballot_id, rows, count, true);
}

static const char VOTE_INSERT[] =
    "WITH box AS ("
    "INSERT INTO participation.vote"
    " (ballot_id, nullifier, rev, channel, choice, blinding, req_hash, batch_no, leaf_index)"
    " SELECT $1, unnest($3::bytea []), unnest($4::int2 []), unnest($5::int2 []),"
    " unnest($6::bytea []), unnest($7::bytea []), unnest($8::bytea []), $2, unnest($9::int4 [])"
    ")"
    " INSERT INTO participation.vote_request"
    " (ballot_id, request_key, request_mac, nullifier, rev)"
    " SELECT $1, unnest($10::bytea []), unnest($11::bytea []), unnest($3::bytea []),"
    " unnest($4::int2 [])";

enum vote_column {
    VOTE_NULLIFIER,
    VOTE_REV,
    VOTE_CHANNEL,
    VOTE_CHOICE,
    VOTE_BLINDING,
    VOTE_REQ_HASH,
    VOTE_LEAF_INDEX,
    VOTE_REQUEST_KEY,
    VOTE_REQUEST_MAC,
    VOTE_COLUMN_END,
};

enum err store_vote_insert(struct db *db, const uint8_t *ballot_id, int64_t batch_no,
                           const struct vote_row *rows, size_t count)
{
    static const enum db_column_type types[VOTE_COLUMN_END] = {
        DB_COLUMN_BYTES, DB_COLUMN_INT16, DB_COLUMN_INT16, DB_COLUMN_BYTES, DB_COLUMN_BYTES,
        DB_COLUMN_BYTES, DB_COLUMN_INT32, DB_COLUMN_BYTES, DB_COLUMN_BYTES,
    };
    struct db_column columns[VOTE_COLUMN_END];
    struct db_param params[2 + VOTE_COLUMN_END];
    enum err err;

    db_columns_init(columns, types, VOTE_COLUMN_END);
    for (size_t i = 0; i < count; i++) {
        const struct vote_row *row = &rows[i];

        db_column_add_bytes(&columns[VOTE_NULLIFIER], row->nullifier, CRYPTO_HASH_SIZE);
        db_column_add_int16(&columns[VOTE_REV], (int16_t)row->rev);
        db_column_add_int16(&columns[VOTE_CHANNEL], (int16_t)row->channel);
        db_column_add_bytes(&columns[VOTE_CHOICE], row->choice, row->choice_length);
        db_column_add_bytes(&columns[VOTE_BLINDING], row->blinding, CRYPTO_HASH_SIZE);
        db_column_add_bytes(&columns[VOTE_REQ_HASH], row->req_hash, CRYPTO_HASH_SIZE);
        db_column_add_int32(&columns[VOTE_LEAF_INDEX], (int32_t)row->leaf_index);
        db_column_add_bytes(&columns[VOTE_REQUEST_KEY], row->request_key, CRYPTO_HASH_SIZE);
        db_column_add_bytes(&columns[VOTE_REQUEST_MAC], row->request_mac, CRYPTO_HASH_SIZE);
    }
    params[0] = db_uuid(ballot_id);
    params[1] = db_int64(batch_no);
    db_columns_params(columns, VOTE_COLUMN_END, params + 2);
    err = db_exec_later(db, VOTE_INSERT, params, DB_COUNT(params));
    db_columns_release(columns, VOTE_COLUMN_END);
    return err;
}

static const char RECEIPT_INSERT[] =
    "INSERT INTO participation.receipt_batch"
    " (ballot_id, batch_no, leaf_hashes, body, signature, key, casts)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";

enum err store_receipt_insert(struct db *db, const uint8_t *ballot_id, int64_t batch_no,
                              const struct receipt_row *receipt)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int64(batch_no),
        db_bytes(receipt->leaf_hashes, receipt->leaf_count * CRYPTO_HASH_SIZE),
        db_bytes(receipt->body, receipt->body_length),
        db_bytes(receipt->signature, sizeof receipt->signature),
        db_bytes(receipt->key, sizeof receipt->key),
        db_bytes(receipt->casts, receipt->leaf_count * LEAF_CAST_PARTS_SIZE),
    };

    return db_exec_later(db, RECEIPT_INSERT, params, DB_COUNT(params));
}

/* A copy of a bytea; NULL when memory is short. */
static uint8_t *copy_new(const struct db_rows *rows, int column, size_t *ret_length)
{
    const uint8_t *bytes = db_rows_bytes(rows, 0, column, ret_length);
    uint8_t *copy = malloc(*ret_length + 1);

    if (copy != NULL) {
        memcpy(copy, bytes, *ret_length);
    }
    return copy;
}

static const char RECEIPT_READ[] =
    "SELECT leaf_hashes, body, signature, key FROM participation.receipt_batch"
    " WHERE ballot_id = $1 AND batch_no = $2";

enum err store_receipt_read(struct db *db, const uint8_t *ballot_id, int64_t batch_no,
                            struct receipt_row *ret_receipt)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int64(batch_no)};
    struct receipt_row receipt = {0};
    struct db_rows *rows = NULL;
    size_t length = 0;
    enum err err = db_query(db, RECEIPT_READ, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (err) {
        goto out;
    }
    receipt.leaf_hashes = copy_new(rows, 0, &length);
    receipt.leaf_count = length / CRYPTO_HASH_SIZE;
    receipt.body = copy_new(rows, 1, &receipt.body_length);
    if (receipt.leaf_hashes == NULL || receipt.body == NULL) {
        err = ERR_FULL;
    } else if (receipt.leaf_count == 0 ||
               db_rows_fixed(rows, 0, 2, receipt.signature, sizeof receipt.signature) != ERR_OK ||
               db_rows_fixed(rows, 0, 3, receipt.key, sizeof receipt.key) != ERR_OK) {
        err = ERR_INTERNAL;
    }
out:
    db_rows_release(rows);
    if (err) {
        receipt_row_release(&receipt);
        return err;
    }
    *ret_receipt = receipt;
    return ERR_OK;
}

void receipt_row_release(struct receipt_row *receipt)
{
    free(receipt->leaf_hashes);
    free(receipt->body);
    *receipt = (struct receipt_row){0};
}

static const char BALLOT_ADD_BATCH[] =
    "UPDATE participation.ballot"
    " SET batch_no = batch_no + 1, voters = voters + $2, revisions = revisions + $3,"
    " paper_issued = paper_issued + $4, turnout = $5"
    " WHERE ballot_id = $1";

enum err store_ballot_add_batch(struct db *db, const uint8_t *ballot_id,
                                const struct batch_sums *sums, const struct turnout *turnout)
{
    struct db_column cells;
    enum err err;

    store_turnout_column(turnout, &cells);
    {
        const struct db_param params[] = {
            db_uuid(ballot_id),     db_int64(sums->new_voters), db_int64(sums->revisions),
            db_int64(sums->papers), db_column_param(&cells),
        };

        err = db_exec_later(db, BALLOT_ADD_BATCH, params, DB_COUNT(params));
    }
    db_column_release(&cells);
    return err;
}

static const char VOTE_PAGE[] =
    "SELECT nullifier, rev, choice, blinding, channel FROM participation.vote"
    " WHERE ballot_id = $1 AND (nullifier, rev) > ($2, $3)"
    " ORDER BY nullifier, rev LIMIT $4";

enum err store_vote_page(struct db *db, const uint8_t *ballot_id, const uint8_t *after_nullifier,
                         uint16_t after_rev, struct db_rows **ret_rows)
{
    static const uint8_t none[1];
    const struct db_param params[] = {
        db_uuid(ballot_id),
        after_nullifier != NULL ? db_bytes(after_nullifier, CRYPTO_HASH_SIZE) : db_bytes(none, 0),
        db_int16((int16_t)after_rev),
        db_int64(STORE_VOTE_READ_COUNT_MAX),
    };

    return db_query(db, VOTE_PAGE, params, DB_COUNT(params), ret_rows);
}

void store_vote_page_row(const struct db_rows *rows, int64_t row, struct vote_page_row *ret_row)
{
    size_t length = 0;

    ret_row->nullifier = db_rows_bytes(rows, row, 0, &length);
    assert(length == CRYPTO_HASH_SIZE);
    ret_row->rev = (uint16_t)db_rows_int64(rows, row, 1);
    ret_row->choice = db_rows_bytes(rows, row, 2, &ret_row->choice_length);
    ret_row->blinding = db_rows_bytes(rows, row, 3, &length);
    assert(length == CRYPTO_HASH_SIZE);
    ret_row->channel = (enum ballot_channel)db_rows_int64(rows, row, 4);
}
