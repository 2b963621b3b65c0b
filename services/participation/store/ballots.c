/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL of ballots and approvals: text, parameters and columns side by side.
 * Nothing here decides anything.
 */
#include "participation/store/ballots.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ballot_row_release(struct ballot_row *row)
{
    free(row->definition);
    free(row->lot_seed);
    free(row->jury);
    free(row->result_json);
    *row = (struct ballot_row){0};
}

bool ballot_row_awaits_lot(const struct ballot_row *row, const struct ballot_definition *definition)
{
    return definition->tie == BALLOT_TIE_LOT && row->lot_seed == NULL;
}

struct paper_standing ballot_row_paper(const struct ballot_row *row)
{
    return (struct paper_standing){
        .state = row->state,
        .completed = row->paper_completed_at_ms > 0,
        .issued = row->paper_issued,
        .envelopes = row->paper_envelopes,
        .batches = row->paper_batches,
        .sealed = row->paper_sealed,
    };
}

bool ballot_row_awaits_paper(const struct ballot_row *row)
{
    const struct paper_standing standing = ballot_row_paper(row);

    return paper_is_awaited(&standing);
}

int64_t ballot_row_votes(const struct ballot_row *row, int64_t voids)
{
    return row->voters - voids - row->paper_issued + row->paper_counted;
}

bool ballot_row_awaits_jury(const struct ballot_row *row,
                            const struct ballot_definition *definition)
{
    return definition->jury.present && row->jury == NULL;
}

int64_t ballot_row_closes_at_ms(const struct ballot_row *row,
                                const struct ballot_definition *definition)
{
    return ballot_closes_at_ms(definition, row->extended_to_ms);
}

static const char BALLOT_INSERT[] =
    "INSERT INTO participation.ballot"
    " (ballot_id, district, state, definition, definition_hash, created_at_ms, created_by,"
    " idempotency_key, request_hash)"
    " VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7, $8)"
    " ON CONFLICT (created_by, idempotency_key) DO NOTHING";

enum err store_ballot_insert(struct db *db, const struct ballot_new *ballot)
{
    const struct db_param params[] = {
        db_uuid(ballot->ballot_id),
        db_text(ballot->district),
        db_bytes(ballot->definition, ballot->definition_length),
        db_bytes(ballot->definition_hash, CRYPTO_HASH_SIZE),
        db_int64(ballot->now_ms),
        db_text(ballot->request.operator_id),
        db_text(ballot->request.idempotency_key),
        db_bytes(ballot->request.request_hash, CRYPTO_HASH_SIZE),
    };
    int64_t changed = 0;
    enum err err = db_exec_count(db, BALLOT_INSERT, params, DB_COUNT(params), &changed);

    if (err) {
        return err;
    }
    return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

static const char BALLOT_FIND_REQUEST[] =
    "SELECT ballot_id, request_hash FROM participation.ballot"
    " WHERE created_by = $1 AND idempotency_key = $2";

enum err store_ballot_find_request(struct db *db, const struct ballot_request *request,
                                   uint8_t ret_ballot_id[BALLOT_ID_SIZE],
                                   uint8_t ret_request_hash[CRYPTO_HASH_SIZE])
{
    const struct db_param params[] = {
        db_text(request->operator_id),
        db_text(request->idempotency_key),
    };
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BALLOT_FIND_REQUEST, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        err = db_rows_fixed(rows, 0, 0, ret_ballot_id, BALLOT_ID_SIZE);
    }
    if (!err) {
        err = db_rows_fixed(rows, 0, 1, ret_request_hash, CRYPTO_HASH_SIZE);
    }
    db_rows_release(rows);
    return err;
}

/* The columns of a whole row, in the order row_read() takes them. */
#define BALLOT_COLUMNS                                                                             \
    "ballot_id, state, definition, definition_hash, opening_attempt, coalesce(refusal_code, '')"   \
    ", coalesce(refusal_shortfall_krw, 0), batch_no, voters, revisions, result_json, result_hash"  \
    ", created_at_ms, coalesce(opened_at_ms, 0), coalesce(closed_at_ms, 0)"                        \
    ", coalesce(counted_at_ms, 0), coalesce(certified_at_ms, 0), lot_seed, roll_import_no"         \
    ", coalesce(key_destroyed_at_ms, 0), coalesce(extended_to_ms, 0), voids, exclusions"           \
    ", paper_issued, paper_envelopes, paper_batches, paper_sealed, paper_counted"                  \
    ", coalesce(paper_completed_at_ms, 0), jury"

static enum err row_read_result(const struct db_rows *rows, int64_t row, struct ballot_row *ret_row)
{
    if (db_rows_is_null(rows, row, 10)) {
        return ERR_OK;
    }
    ret_row->result_json = strdup(db_rows_text(rows, row, 10));
    if (ret_row->result_json == NULL) {
        return ERR_FULL;
    }
    return db_rows_fixed(rows, row, 11, ret_row->result_hash, CRYPTO_HASH_SIZE);
}

static enum err row_read_seed(const struct db_rows *rows, int64_t row, struct ballot_row *ret_row)
{
    if (db_rows_is_null(rows, row, 17)) {
        return ERR_OK;
    }
    ret_row->lot_seed = strdup(db_rows_text(rows, row, 17));
    return ret_row->lot_seed != NULL ? ERR_OK : ERR_FULL;
}

static enum err row_read_jury(const struct db_rows *rows, int64_t row, struct ballot_row *ret_row)
{
    const uint8_t *jury;

    if (db_rows_is_null(rows, row, 29)) {
        return ERR_OK;
    }
    jury = db_rows_bytes(rows, row, 29, &ret_row->jury_length);
    ret_row->jury = malloc(ret_row->jury_length + 1);
    if (ret_row->jury == NULL) {
        return ERR_FULL;
    }
    memcpy(ret_row->jury, jury, ret_row->jury_length);
    return ERR_OK;
}

static enum err row_read(const struct db_rows *rows, int64_t row, struct ballot_row *ret_row)
{
    const uint8_t *definition;
    enum err err;

    *ret_row = (struct ballot_row){
        .state = ballot_state_from_name(db_rows_text(rows, row, 1)),
        .opening_attempt = (int32_t)db_rows_int64(rows, row, 4),
        .refusal_shortfall_krw = db_rows_int64(rows, row, 6),
        .batch_no = db_rows_int64(rows, row, 7),
        .voters = db_rows_int64(rows, row, 8),
        .revisions = db_rows_int64(rows, row, 9),
        .created_at_ms = db_rows_int64(rows, row, 12),
        .opened_at_ms = db_rows_int64(rows, row, 13),
        .closed_at_ms = db_rows_int64(rows, row, 14),
        .counted_at_ms = db_rows_int64(rows, row, 15),
        .certified_at_ms = db_rows_int64(rows, row, 16),
        .roll_import_no = (int32_t)db_rows_int64(rows, row, 18),
        .key_destroyed_at_ms = db_rows_int64(rows, row, 19),
        .extended_to_ms = db_rows_int64(rows, row, 20),
        .voids = db_rows_int64(rows, row, 21),
        .exclusions = db_rows_int64(rows, row, 22),
        .paper_issued = db_rows_int64(rows, row, 23),
        .paper_envelopes = db_rows_int64(rows, row, 24),
        .paper_batches = db_rows_int64(rows, row, 25),
        .paper_sealed = db_rows_int64(rows, row, 26),
        .paper_counted = db_rows_int64(rows, row, 27),
        .paper_completed_at_ms = db_rows_int64(rows, row, 28),
    };
    (void)snprintf(ret_row->refusal_code, sizeof ret_row->refusal_code, "%s",
                   db_rows_text(rows, row, 5)); /* The ledger's codes are short. */
    err = db_rows_fixed(rows, row, 0, ret_row->ballot_id, BALLOT_ID_SIZE);
    if (!err) {
        err = db_rows_fixed(rows, row, 3, ret_row->definition_hash, CRYPTO_HASH_SIZE);
    }
    if (!err) {
        err = row_read_result(rows, row, ret_row);
    }
    if (!err) {
        err = row_read_seed(rows, row, ret_row);
    }
    if (!err) {
        err = row_read_jury(rows, row, ret_row);
    }
    definition = db_rows_bytes(rows, row, 2, &ret_row->definition_length);
    ret_row->definition = malloc(ret_row->definition_length + 1);
    if (!err && ret_row->definition == NULL) {
        err = ERR_FULL;
    }
    if (err || ret_row->state == BALLOT_STATE_MISSING) {
        ballot_row_release(ret_row);
        return err ? err : ERR_INTERNAL;
    }
    memcpy(ret_row->definition, definition, ret_row->definition_length);
    return ERR_OK;
}

static enum err read_one(struct db *db, const char *sql, const uint8_t ballot_id[BALLOT_ID_SIZE],
                         struct ballot_row *ret_row)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, sql, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        err = row_read(rows, 0, ret_row);
    }
    db_rows_release(rows);
    return err;
}

static const char BALLOT_READ[] =
    "SELECT " BALLOT_COLUMNS " FROM participation.ballot WHERE ballot_id = $1";

enum err store_ballot_read(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                           struct ballot_row *ret_row)
{
    return read_one(db, BALLOT_READ, ballot_id, ret_row);
}

static const char BALLOT_LOCK[] =
    "SELECT " BALLOT_COLUMNS " FROM participation.ballot WHERE ballot_id = $1 FOR UPDATE";

enum err store_ballot_lock(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                           struct ballot_row *ret_row)
{
    return read_one(db, BALLOT_LOCK, ballot_id, ret_row);
}

static const char BALLOT_LOCK_STATE[] =
    "SELECT state, batch_no, voters, roll_import_no, coalesce(extended_to_ms, 0), voids,"
    " turnout"
    " FROM participation.ballot WHERE ballot_id = $1 FOR UPDATE";

enum err store_ballot_ask_state(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE])
{
    const struct db_param params[] = {db_uuid(ballot_id)};

    return db_query_later(db, BALLOT_LOCK_STATE, params, DB_COUNT(params));
}

enum err store_ballot_hear_state(struct db *db, const struct ballot_definition *definition,
                                 struct ballot_progress *ret_progress, struct turnout *ret_turnout)
{
    struct db_rows *rows = NULL;
    enum err err = db_query_rows(db, &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        *ret_progress = (struct ballot_progress){
            .state = ballot_state_from_name(db_rows_text(rows, 0, 0)),
            .batch_no = db_rows_int64(rows, 0, 1),
            .voters = db_rows_int64(rows, 0, 2),
            .roll_import_no = (int32_t)db_rows_int64(rows, 0, 3),
            .extended_to_ms = db_rows_int64(rows, 0, 4),
            .voids = db_rows_int64(rows, 0, 5),
        };
        turnout_init(ret_turnout, definition);
        turnout_extend(ret_turnout, definition, ret_progress->extended_to_ms);
        err = store_turnout_cells(rows, 6, ret_turnout);
    }
    db_rows_release(rows);
    return err;
}

static const char BALLOT_LIST[] = "SELECT " BALLOT_COLUMNS
                                  " FROM participation.ballot"
                                  " WHERE ballot_id < $1 ORDER BY ballot_id DESC LIMIT $2";

enum err store_ballot_list(struct db *db, const uint8_t *before, size_t count,
                           struct ballot_row *ret_rows, size_t *ret_count)
{
    static const uint8_t last[BALLOT_ID_SIZE] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    };
    const struct db_param params[] = {
        db_uuid(before != NULL ? before : last),
        db_int64((int64_t)count),
    };
    struct db_rows *rows = NULL;
    size_t found = 0;
    enum err err;

    assert(count <= STORE_LIST_COUNT_MAX);
    err = db_query(db, BALLOT_LIST, params, DB_COUNT(params), &rows);
    while (!err && found < (size_t)db_rows_count(rows)) {
        err = row_read(rows, (int64_t)found, &ret_rows[found]);
        found += err ? 0 : 1;
    }
    db_rows_release(rows);
    if (err) {
        for (size_t i = 0; i < found; i++) {
            ballot_row_release(&ret_rows[i]);
        }
        return err;
    }
    *ret_count = found;
    return ERR_OK;
}

static const char BALLOT_FIND_UNCOUNTED[] =
    "SELECT ballot_id FROM participation.ballot"
    " WHERE state = 'closed' AND ballot_id > $1 ORDER BY ballot_id LIMIT 1";

enum err store_ballot_find_uncounted(struct db *db, const uint8_t after[BALLOT_ID_SIZE],
                                     uint8_t ret_ballot_id[BALLOT_ID_SIZE])
{
    const struct db_param params[] = {db_uuid(after)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BALLOT_FIND_UNCOUNTED, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        err = db_rows_fixed(rows, 0, 0, ret_ballot_id, BALLOT_ID_SIZE);
    }
    db_rows_release(rows);
    return err;
}

static const char APPROVAL_INSERT[] =
    "INSERT INTO participation.ballot_approval"
    " (ballot_id, action, attempt, operator_id, content, approved_at_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT DO NOTHING";

enum err store_approval_insert(struct db *db, const struct ballot_row *row,
                               const struct ballot_approval *approval, int64_t now_ms)
{
    const struct db_param params[] = {
        db_uuid(row->ballot_id),
        db_text(ballot_action_name(approval->action)),
        db_int32(row->opening_attempt),
        db_text(approval->operator_id),
        db_bytes(approval->content, BALLOT_CONTENT_SIZE),
        db_int64(now_ms),
    };

    return db_exec(db, APPROVAL_INSERT, params, DB_COUNT(params));
}

static const char APPROVAL_LIST[] =
    "SELECT operator_id, content FROM participation.ballot_approval"
    " WHERE ballot_id = $1 AND action = $2 AND attempt = $3 AND content = $4"
    " ORDER BY approved_at_ms, operator_id LIMIT $5";

enum err store_approval_list(struct db *db, const struct ballot_row *row,
                             const struct ballot_approval *wanted,
                             struct ballot_approval *ret_approvals, size_t *ret_count)
{
    const struct db_param params[] = {
        db_uuid(row->ballot_id),
        db_text(ballot_action_name(wanted->action)),
        db_int32(row->opening_attempt),
        db_bytes(wanted->content, BALLOT_CONTENT_SIZE),
        db_int32(STORE_APPROVAL_COUNT_MAX),
    };
    struct db_rows *rows = NULL;
    size_t count = 0;
    enum err err = db_query(db, APPROVAL_LIST, params, DB_COUNT(params), &rows);

    while (!err && count < (size_t)db_rows_count(rows)) {
        struct ballot_approval *approval = &ret_approvals[count];

        *approval = (struct ballot_approval){.action = wanted->action};
        (void)snprintf(approval->operator_id, sizeof approval->operator_id, "%s",
                       db_rows_text(rows, (int64_t)count, 0)); /* Bounded when it was written. */
        err = db_rows_fixed(rows, (int64_t)count, 1, approval->content, BALLOT_CONTENT_SIZE);
        count++;
    }
    db_rows_release(rows);
    if (!err) {
        *ret_count = count;
    }
    return err;
}

static const char BALLOT_SET_OPENING[] =
    "UPDATE participation.ballot"
    " SET state = 'opening', refusal_code = NULL, refusal_shortfall_krw = NULL"
    " WHERE ballot_id = $1";

enum err store_ballot_set_opening(struct db *db, const uint8_t *ballot_id)
{
    const struct db_param params[] = {db_uuid(ballot_id)};

    return db_exec(db, BALLOT_SET_OPENING, params, DB_COUNT(params));
}

static const char BALLOT_SET_OPEN[] =
    "UPDATE participation.ballot SET state = 'open', opened_at_ms = $2 WHERE ballot_id = $1";

enum err store_ballot_set_open(struct db *db, const uint8_t *ballot_id, int64_t now_ms)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int64(now_ms)};

    return db_exec(db, BALLOT_SET_OPEN, params, DB_COUNT(params));
}

static const char BALLOT_SET_REFUSED[] =
    "UPDATE participation.ballot"
    " SET state = 'draft', opening_attempt = opening_attempt + 1, refusal_code = $2,"
    " refusal_shortfall_krw = $3"
    " WHERE ballot_id = $1";

enum err store_ballot_set_refused(struct db *db, const uint8_t *ballot_id, const char *code,
                                  int64_t shortfall_krw)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_text(code),
        db_int64(shortfall_krw),
    };

    return db_exec(db, BALLOT_SET_REFUSED, params, DB_COUNT(params));
}

static const char BALLOT_SET_CLOSED[] =
    "UPDATE participation.ballot SET state = 'closed', closed_at_ms = $2 WHERE ballot_id = $1";

enum err store_ballot_set_closed(struct db *db, const uint8_t *ballot_id, int64_t now_ms)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int64(now_ms)};

    return db_exec(db, BALLOT_SET_CLOSED, params, DB_COUNT(params));
}

static const char BALLOT_SET_LOT_SEED[] =
    "UPDATE participation.ballot SET lot_seed = $2 WHERE ballot_id = $1";

enum err store_ballot_set_lot_seed(struct db *db, const uint8_t *ballot_id, const char *seed)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_text(seed)};

    return db_exec(db, BALLOT_SET_LOT_SEED, params, DB_COUNT(params));
}

static const char BALLOT_SET_JURY[] =
    "UPDATE participation.ballot SET jury = $2 WHERE ballot_id = $1";

enum err store_ballot_set_jury(struct db *db, const uint8_t *ballot_id, const uint8_t *bytes,
                               size_t length)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_bytes(bytes, length)};

    return db_exec(db, BALLOT_SET_JURY, params, DB_COUNT(params));
}

static const char BALLOT_SET_COUNTED[] =
    "UPDATE participation.ballot"
    " SET state = 'counted', result_json = $2, result_hash = $3, counted_at_ms = $4"
    " WHERE ballot_id = $1";

enum err store_ballot_set_counted(struct db *db, const uint8_t *ballot_id, const char *result_json,
                                  const uint8_t *result_hash, int64_t now_ms)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_text(result_json),
        db_bytes(result_hash, CRYPTO_HASH_SIZE),
        db_int64(now_ms),
    };

    return db_exec(db, BALLOT_SET_COUNTED, params, DB_COUNT(params));
}

static const char BALLOT_SET_CERTIFIED[] =
    "UPDATE participation.ballot SET state = 'certified', certified_at_ms = $2"
    " WHERE ballot_id = $1";

enum err store_ballot_set_certified(struct db *db, const uint8_t *ballot_id, int64_t now_ms)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int64(now_ms)};

    return db_exec(db, BALLOT_SET_CERTIFIED, params, DB_COUNT(params));
}

static const char BALLOT_SET_KEY_DESTROYED[] =
    "UPDATE participation.ballot SET key_destroyed_at_ms = $2 WHERE ballot_id = $1";

enum err store_ballot_set_key_destroyed(struct db *db, const uint8_t *ballot_id, int64_t now_ms)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int64(now_ms)};

    return db_exec(db, BALLOT_SET_KEY_DESTROYED, params, DB_COUNT(params));
}

static const char BALLOT_KEY_IS_DESTROYED[] =
    "SELECT key_destroyed_at_ms IS NOT NULL FROM participation.ballot WHERE ballot_id = $1";

enum err store_ballot_key_is_destroyed(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                       bool *ret_is)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, BALLOT_KEY_IS_DESTROYED, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        *ret_is = db_rows_bool(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}
