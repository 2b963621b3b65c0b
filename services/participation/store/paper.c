/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL of paper. Nothing here decides anything, and no statement joins a sheet
 * with a voter.
 */
#include "participation/store/paper.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char CANCEL[] =
    "INSERT INTO participation.paper_cancellation"
    " (ballot_id, nullifier, rev, reason, staff_id, cancelled_at_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6)";

enum err store_paper_cancel(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                            const struct paper_cancellation *cancellation)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_bytes(cancellation->issue.nullifier, CRYPTO_HASH_SIZE),
        db_int16((int16_t)cancellation->issue.rev),
        db_text(cancellation->reason),
        db_text(cancellation->staff_id),
        db_int64(cancellation->cancelled_at_ms),
    };

    return db_exec(db, CANCEL, params, DB_COUNT(params));
}

static const char IS_CANCELLED[] =
    "SELECT 1 FROM participation.paper_cancellation"
    " WHERE ballot_id = $1 AND nullifier = $2 AND rev = $3";

enum err store_paper_is_cancelled(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                  const struct paper_issue *issue, bool *ret_is)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_bytes(issue->nullifier, CRYPTO_HASH_SIZE),
        db_int16((int16_t)issue->rev),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, IS_CANCELLED, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_is = db_rows_count(rows) > 0;
    }
    db_rows_release(rows);
    return err;
}

static const char BALLOT_TAKE_PAPER[] =
    "UPDATE participation.ballot"
    " SET voters = voters - 1, revisions = revisions + 1, paper_issued = paper_issued - 1,"
    " turnout = $2"
    " WHERE ballot_id = $1";

enum err store_ballot_take_paper(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                 const struct turnout *turnout)
{
    struct db_column cells;
    enum err err;

    store_turnout_column(turnout, &cells);
    {
        const struct db_param params[] = {db_uuid(ballot_id), db_column_param(&cells)};

        err = db_exec(db, BALLOT_TAKE_PAPER, params, DB_COUNT(params));
    }
    db_column_release(&cells);
    return err;
}

static const char CANCELLED[] =
    "SELECT nullifier, rev FROM participation.paper_cancellation"
    " WHERE ballot_id = $1 AND (nullifier, rev) > ($2, $3)"
    " ORDER BY nullifier, rev LIMIT $4";

enum err store_paper_cancelled(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                               const struct paper_issue *after, struct paper_issue *ret_issues,
                               size_t *ret_count)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_bytes(after->nullifier, CRYPTO_HASH_SIZE),
        db_int16((int16_t)after->rev),
        db_int32(STORE_PAPER_PAGE_COUNT),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, CANCELLED, params, DB_COUNT(params), &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        ret_issues[i].rev = (uint16_t)db_rows_int64(rows, i, 1);
        err = db_rows_fixed(rows, i, 0, ret_issues[i].nullifier, CRYPTO_HASH_SIZE);
    }
    if (!err) {
        *ret_count = (size_t)db_rows_count(rows);
    }
    db_rows_release(rows);
    return err;
}

static enum err batch_row(const struct db_rows *rows, int64_t row, struct paper_batch *ret_batch)
{
    *ret_batch = (struct paper_batch){
        .batch_no = (int32_t)db_rows_int64(rows, row, 0),
        .envelopes = (int32_t)db_rows_int64(rows, row, 1),
        .sealed_at_ms = db_rows_int64(rows, row, 2),
        .counted = (int32_t)db_rows_int64(rows, row, 3),
    };
    return ret_batch->sealed_at_ms == 0
               ? ERR_OK
               : db_rows_fixed(rows, row, 4, ret_batch->sheets_hash, CRYPTO_HASH_SIZE);
}

static const char BATCH_READ[] =
    "SELECT batch_no, envelopes, coalesce(sealed_at_ms, 0), coalesce(counted, 0), sheets_hash"
    " FROM participation.paper_batch WHERE ballot_id = $1 AND batch_no = $2";

enum err store_paper_read(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE], int32_t batch_no,
                          struct paper_batch *ret_batch)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int32(batch_no)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BATCH_READ, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        err = batch_row(rows, 0, ret_batch);
    }
    db_rows_release(rows);
    return err;
}

static const char BATCH_LIST[] =
    "SELECT batch_no, envelopes, coalesce(sealed_at_ms, 0), coalesce(counted, 0), sheets_hash"
    " FROM participation.paper_batch WHERE ballot_id = $1 ORDER BY batch_no LIMIT $2";

enum err store_paper_list(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                          struct paper_batch *ret_batches, size_t *ret_count)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int32(PAPER_BATCH_MAX)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BATCH_LIST, params, DB_COUNT(params), &rows);

    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        err = batch_row(rows, i, &ret_batches[i]);
    }
    if (!err) {
        *ret_count = (size_t)db_rows_count(rows);
    }
    db_rows_release(rows);
    return err;
}

static const char FIND_UNSEALED[] =
    "SELECT batch_no FROM participation.paper_batch"
    " WHERE ballot_id = $1 AND sealed_at_ms IS NULL ORDER BY batch_no LIMIT 1";

enum err store_paper_find_unsealed(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                   int32_t *ret_batch_no)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, FIND_UNSEALED, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        *ret_batch_no = (int32_t)db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

static const char BATCH_SET[] =
    "INSERT INTO participation.paper_batch (ballot_id, batch_no, envelopes) VALUES ($1, $2, $3)"
    " ON CONFLICT (ballot_id, batch_no) DO UPDATE SET envelopes = excluded.envelopes"
    " WHERE paper_batch.sealed_at_ms IS NULL";

enum err store_paper_set(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                         const struct paper_count *count)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int32(count->batch_no),
        db_int32(count->envelopes),
    };
    int64_t changed = 0;
    enum err err = db_exec_count(db, BATCH_SET, params, DB_COUNT(params), &changed);

    return !err && changed != 1 ? ERR_INTERNAL : err;
}

static const char BATCH_COUNT[] =
    "INSERT INTO participation.paper_batch_count"
    " (ballot_id, batch_no, count_no, envelopes, reason, staff_id, counted_at_ms)"
    " SELECT $1, $2, 1 + count(*), $3, $4, $5, $6"
    " FROM participation.paper_batch_count WHERE ballot_id = $1 AND batch_no = $2";

enum err store_paper_count(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                           const struct paper_count *count)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),     db_int32(count->batch_no), db_int32(count->envelopes),
        db_text(count->reason), db_text(count->staff_id),  db_int64(count->counted_at_ms),
    };

    return db_exec(db, BATCH_COUNT, params, DB_COUNT(params));
}

static const char PROGRESS[] =
    "SELECT (SELECT count(*) FROM participation.paper_batch_count"
    " WHERE ballot_id = $1 AND batch_no = $2),"
    " (SELECT coalesce(max(sheet_no), 0) FROM participation.paper_entry"
    " WHERE ballot_id = $1 AND batch_no = $2)";

enum err store_paper_progress(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                              int32_t batch_no, int64_t *ret_counts, int64_t *ret_last_sheet)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int32(batch_no)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, PROGRESS, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_counts = db_rows_int64(rows, 0, 0);
        *ret_last_sheet = db_rows_int64(rows, 0, 1);
    }
    db_rows_release(rows);
    return err;
}

static const char BALLOT_ADD_ENVELOPES[] =
    "UPDATE participation.ballot"
    " SET paper_envelopes = paper_envelopes + $2, paper_batches = paper_batches + $3"
    " WHERE ballot_id = $1";

enum err store_ballot_add_envelopes(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                    int64_t envelopes, int64_t batches)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int64(envelopes),
        db_int64(batches),
    };

    return db_exec(db, BALLOT_ADD_ENVELOPES, params, DB_COUNT(params));
}

static const char ENTRIES[] =
    "SELECT sheet_no, staff_id, kind, choice FROM participation.paper_entry"
    " WHERE ballot_id = $1 AND batch_no = $2 ORDER BY sheet_no, entry_no LIMIT $3";

enum err store_paper_entries(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                             int32_t batch_no, struct db_rows **ret_rows)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int32(batch_no),
        db_int32(PAPER_SHEET_MAX * PAPER_ENTRY_MAX),
    };

    return db_query(db, ENTRIES, params, DB_COUNT(params), ret_rows);
}

int32_t store_paper_entry_row(const struct db_rows *rows, int64_t row,
                              struct paper_entry *ret_entry)
{
    ret_entry->staff_id = db_rows_text(rows, row, 1);
    ret_entry->kind = (enum paper_kind)db_rows_int64(rows, row, 2);
    ret_entry->choice = db_rows_bytes(rows, row, 3, &ret_entry->choice_length);
    return (int32_t)db_rows_int64(rows, row, 0);
}

static const char ENTER[] =
    "INSERT INTO participation.paper_entry"
    " (ballot_id, batch_no, sheet_no, entry_no, staff_id, kind, choice, entered_at_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

enum err store_paper_enter(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE], int32_t batch_no,
                           const struct paper_entry_new *added, int64_t now_ms)
{
    static const uint8_t none[1];
    const struct paper_entry *entry = &added->entry;
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int32(batch_no),
        db_int16((int16_t)added->sheet_no),
        db_int16((int16_t)added->entry_no),
        db_text(entry->staff_id),
        db_int16((int16_t)entry->kind),
        db_bytes(entry->choice_length > 0 ? entry->choice : none, entry->choice_length),
        db_int64(now_ms),
    };

    return db_exec_later(db, ENTER, params, DB_COUNT(params));
}

static const char SEAL[] =
    "UPDATE participation.paper_batch"
    " SET sealed_at_ms = $3, counted = $4, blinding = $5, sheets_hash = $6, sheets = $7"
    " WHERE ballot_id = $1 AND batch_no = $2 AND sealed_at_ms IS NULL";

enum err store_paper_seal(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                          const struct paper_seal *seal)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int32(seal->batch_no),
        db_int64(seal->sealed_at_ms),
        db_int32(seal->counted),
        db_bytes(seal->blinding, CRYPTO_HASH_SIZE),
        db_bytes(seal->sheets_hash, CRYPTO_HASH_SIZE),
        db_bytes(seal->sheets, seal->sheets_length),
    };
    int64_t changed = 0;
    enum err err = db_exec_count(db, SEAL, params, DB_COUNT(params), &changed);

    return !err && changed != 1 ? ERR_INTERNAL : err;
}

static const char BALLOT_ADD_SEALED[] =
    "UPDATE participation.ballot"
    " SET paper_sealed = paper_sealed + 1, paper_counted = paper_counted + $2"
    " WHERE ballot_id = $1";

enum err store_ballot_add_sealed(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                 int64_t counted)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int64(counted)};

    return db_exec(db, BALLOT_ADD_SEALED, params, DB_COUNT(params));
}

static const char BALLOT_SET_COMPLETED[] =
    "UPDATE participation.ballot SET paper_completed_at_ms = $2, paper_completed_reason = $3"
    " WHERE ballot_id = $1";

enum err store_ballot_set_paper_completed(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                          int64_t now_ms, const char *reason)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int64(now_ms), db_text(reason)};

    return db_exec(db, BALLOT_SET_COMPLETED, params, DB_COUNT(params));
}

static const char COMPLETED_REASON[] =
    "SELECT coalesce(paper_completed_reason, '') FROM participation.ballot WHERE ballot_id = $1";

enum err store_paper_completed_reason(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                      char ret_reason[BALLOT_REASON_MAX + 1])
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, COMPLETED_REASON, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        (void)snprintf(ret_reason, BALLOT_REASON_MAX + 1, "%s",
                       db_rows_text(rows, 0, 0)); /* Its column's domain says that it fits. */
    }
    db_rows_release(rows);
    return err;
}

static const char NEXT[] =
    "SELECT p.batch_no, p.blinding, p.sheets, p.envelopes, p.counted, p.sheets_hash,"
    " b.definition_hash"
    " FROM participation.paper_batch AS p"
    " INNER JOIN participation.ballot AS b ON p.ballot_id = b.ballot_id"
    " WHERE p.ballot_id = $1 AND p.batch_no > $2 AND p.sealed_at_ms IS NOT NULL"
    " ORDER BY p.batch_no LIMIT 1";

/* The domains of these columns say how long they are. */
static const uint8_t *hash_at(const struct db_rows *rows, int column)
{
    size_t length = 0;
    const uint8_t *hash = db_rows_bytes(rows, 0, column, &length);

    assert(length == CRYPTO_HASH_SIZE);
    return hash;
}

enum err store_paper_next(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE], int32_t after_no,
                          struct db_rows **ret_rows, struct paper_sealed *ret_sealed)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int32(after_no)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, NEXT, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (err) {
        db_rows_release(rows);
        return err;
    }
    ret_sealed->batch_no = (int32_t)db_rows_int64(rows, 0, 0);
    ret_sealed->blinding = hash_at(rows, 1);
    ret_sealed->sheets = db_rows_bytes(rows, 0, 2, &ret_sealed->sheets_length);
    ret_sealed->envelopes = (int32_t)db_rows_int64(rows, 0, 3);
    ret_sealed->counted = (int32_t)db_rows_int64(rows, 0, 4);
    ret_sealed->sheets_hash = hash_at(rows, 5);
    ret_sealed->definition_hash = hash_at(rows, 6);
    *ret_rows = rows;
    return ERR_OK;
}

static const char LENGTH[] =
    "SELECT coalesce(sum(40 + length(sheets)), 0)::int8 FROM participation.paper_batch"
    " WHERE ballot_id = $1 AND sealed_at_ms IS NOT NULL";

enum err store_paper_length(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                            int64_t *ret_length)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, LENGTH, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_length = db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

/* Of the batch that is begun what is left of it; else of the next. */
static const char SLICE[] =
    "SELECT f.batch_no,"
    " CASE WHEN f.batch_no = $2 THEN $3 ELSE 0 END,"
    " substr(f.bytes, (CASE WHEN f.batch_no = $2 THEN $3 ELSE 0 END)::int4 + 1, $4::int4)"
    " FROM ("
    "SELECT b.batch_no, int4send(b.batch_no) || b.blinding || int4send(length(b.sheets))"
    " || b.sheets AS bytes, 40 + length(b.sheets) AS bytes_length"
    " FROM participation.paper_batch AS b"
    " WHERE b.ballot_id = $1 AND b.batch_no >= $2 AND b.sealed_at_ms IS NOT NULL"
    ") AS f"
    " WHERE f.batch_no > $2 OR f.bytes_length > $3"
    " ORDER BY f.batch_no LIMIT 1";

enum err store_paper_slice(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                           struct paper_place *place, int64_t length_max, struct buffer *piece)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int32(place->batch_no),
        db_int64(place->offset),
        db_int64(length_max),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, SLICE, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) > 0) {
        size_t length = 0;
        const uint8_t *bytes = db_rows_bytes(rows, 0, 2, &length);

        buffer_append(piece, bytes, length);
        place->batch_no = (int32_t)db_rows_int64(rows, 0, 0);
        place->offset = db_rows_int64(rows, 0, 1) + (int64_t)length;
    }
    db_rows_release(rows);
    return err;
}
