/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL of votes declared void. Nothing here decides anything.
 */
#include "participation/store/void.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char VOID_INSERT[] =
    "INSERT INTO participation.vote_void"
    " (ballot_id, void_no, nullifier, rev, reason_code, reason, voided_at_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)";

enum err store_void_insert(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                           const struct void_row *row)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int32(row->void_no),
        db_bytes(row->vote.nullifier, sizeof row->vote.nullifier),
        db_int16((int16_t)row->vote.rev),
        db_int16((int16_t)row->reason_code),
        db_text(row->reason),
        db_int64(row->voided_at_ms),
    };

    return db_exec(db, VOID_INSERT, params, DB_COUNT(params));
}

static const char BALLOT_ADD_VOID[] =
    "UPDATE participation.ballot SET voids = voids + 1 WHERE ballot_id = $1";

enum err store_ballot_add_void(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    const struct db_param params[] = {db_uuid(ballot_id)};

    return db_exec(db, BALLOT_ADD_VOID, params, DB_COUNT(params));
}

static enum err read_rows(struct db_rows *rows, struct void_row *ret_rows, size_t *ret_count)
{
    enum err err = ERR_OK;

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        struct void_row *row = &ret_rows[i];

        row->void_no = (int32_t)db_rows_int64(rows, i, 0);
        row->vote.rev = (uint16_t)db_rows_int64(rows, i, 2);
        row->reason_code = (enum void_reason)db_rows_int64(rows, i, 3);
        (void)snprintf(row->reason, sizeof row->reason, "%s",
                       db_rows_text(rows, i, 4)); /* Bounded when it was written. */
        row->voided_at_ms = db_rows_int64(rows, i, 5);
        err = db_rows_fixed(rows, i, 1, row->vote.nullifier, sizeof row->vote.nullifier);
    }
    if (!err) {
        *ret_count = (size_t)db_rows_count(rows);
    }
    return err;
}

/* One of the two lists below: the next of them after a number. */
static enum err list(struct db *db, const char *statement, const uint8_t ballot_id[BALLOT_ID_SIZE],
                     int32_t after_no, size_t count, struct void_row *ret_rows, size_t *ret_count)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int32(after_no),
        db_int64((int64_t)count),
    };
    struct db_rows *rows = NULL;
    enum err err;

    assert(count <= VOID_COUNT_MAX);
    err = db_query(db, statement, params, DB_COUNT(params), &rows);
    if (!err) {
        err = read_rows(rows, ret_rows, ret_count);
    }
    db_rows_release(rows);
    return err;
}

static const char VOID_LIST[] =
    "SELECT void_no, nullifier, rev, reason_code, reason, voided_at_ms"
    " FROM participation.vote_void WHERE ballot_id = $1 AND void_no > $2"
    " ORDER BY void_no LIMIT $3";

enum err store_void_list(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE], int32_t after_no,
                         size_t count, struct void_row *ret_rows, size_t *ret_count)
{
    return list(db, VOID_LIST, ballot_id, after_no, count, ret_rows, ret_count);
}

/* A vote behind it means that it is no final one any more. */
static const char VOID_LIST_FINAL[] =
    "SELECT d.void_no, d.nullifier, d.rev, d.reason_code, d.reason, d.voided_at_ms"
    " FROM participation.vote_void AS d"
    " WHERE d.ballot_id = $1 AND d.void_no > $2 AND NOT EXISTS ("
    "SELECT 1 FROM participation.vote AS v WHERE v.ballot_id = d.ballot_id"
    " AND v.nullifier = d.nullifier AND v.rev > d.rev)"
    " ORDER BY d.void_no LIMIT $3";

enum err store_void_list_final(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                               int32_t after_no, size_t count, struct void_row *ret_rows,
                               size_t *ret_count)
{
    return list(db, VOID_LIST_FINAL, ballot_id, after_no, count, ret_rows, ret_count);
}

static const char VOID_VOTES[] =
    "SELECT nullifier, rev FROM participation.vote_void WHERE ballot_id = $1"
    " ORDER BY nullifier, rev LIMIT $2";

enum err store_void_votes(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                          struct void_vote *ret_votes, size_t *ret_count)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int32(VOID_COUNT_MAX)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, VOID_VOTES, params, DB_COUNT(params), &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        ret_votes[i].rev = (uint16_t)db_rows_int64(rows, i, 1);
        err = db_rows_fixed(rows, i, 0, ret_votes[i].nullifier, sizeof ret_votes[i].nullifier);
    }
    if (!err) {
        *ret_count = (size_t)db_rows_count(rows);
    }
    db_rows_release(rows);
    return err;
}

static const char VOID_COUNT_FINAL[] =
    "SELECT count(*) FROM participation.vote_void AS d WHERE d.ballot_id = $1 AND NOT EXISTS ("
    "SELECT 1 FROM participation.vote AS v WHERE v.ballot_id = d.ballot_id"
    " AND v.nullifier = d.nullifier AND v.rev > d.rev)";

enum err store_void_count_final(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                int64_t *ret_count)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, VOID_COUNT_FINAL, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_count = db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

static const char VOID_COUNT_REASONS[] =
    "SELECT d.reason_code, count(*) FROM participation.vote_void AS d"
    " WHERE d.ballot_id = $1 AND NOT EXISTS ("
    "SELECT 1 FROM participation.vote AS v WHERE v.ballot_id = d.ballot_id"
    " AND v.nullifier = d.nullifier AND v.rev > d.rev)"
    " GROUP BY d.reason_code";

enum err store_void_count_reasons(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                  int64_t ret_counts[VOID_REASON_END])
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, VOID_COUNT_REASONS, params, DB_COUNT(params), &rows);

    memset(ret_counts, 0, VOID_REASON_END * sizeof ret_counts[0]);
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        const int64_t code = db_rows_int64(rows, i, 0);

        if (code <= VOID_REASON_MISSING || code >= VOID_REASON_END) {
            err = ERR_INTERNAL;
        } else {
            ret_counts[code] = db_rows_int64(rows, i, 1);
        }
    }
    db_rows_release(rows);
    return err;
}

static const char VOTE_LAST[] =
    "SELECT rev, length(choice) = 0 FROM participation.vote WHERE ballot_id = $1 AND nullifier = $2"
    " ORDER BY rev DESC LIMIT 1";

enum err store_vote_last(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                         const uint8_t nullifier[VOID_NULLIFIER_SIZE], uint16_t *ret_rev,
                         bool *ret_on_paper)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_bytes(nullifier, VOID_NULLIFIER_SIZE),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, VOTE_LAST, params, DB_COUNT(params), &rows);

    if (!err) {
        const bool found = db_rows_count(rows) > 0;

        *ret_rev = found ? (uint16_t)db_rows_int64(rows, 0, 0) : 0;
        *ret_on_paper = found && db_rows_bool(rows, 0, 1);
    }
    db_rows_release(rows);
    return err;
}
