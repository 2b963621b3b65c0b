/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL of documents and openings. Must never select who cast an opened vote:
 * what opens it is all that leaves the box.
 */
#include "participation/store/board_document.h"

static const char DOCUMENT_INSERT[] =
    "INSERT INTO participation.board_document (ballot_id, name, content) VALUES ($1, $2, $3)";

enum err store_document_insert(struct db *db, const uint8_t *ballot_id, const char *name,
                               const struct buffer *content)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_text(name),
        db_bytes(content->data, content->length),
    };

    return db_exec(db, DOCUMENT_INSERT, params, DB_COUNT(params));
}

/* Appends the only value of a query that finds at most one. */
static enum err append_bytes(struct db *db, const char *sql, const struct db_param params[2],
                             struct buffer *bytes)
{
    struct db_rows *rows = NULL;
    enum err err = db_query(db, sql, params, 2, &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        size_t length = 0;
        const uint8_t *data = db_rows_bytes(rows, 0, 0, &length);

        buffer_append(bytes, data, length);
        err = buffer_status(bytes);
    }
    db_rows_release(rows);
    return err;
}

static const char DOCUMENT_READ[] =
    "SELECT content FROM participation.board_document WHERE ballot_id = $1 AND name = $2";

enum err store_document_read(struct db *db, const uint8_t *ballot_id, const char *name,
                             struct buffer *content)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_text(name)};

    return append_bytes(db, DOCUMENT_READ, params, content);
}

/* The server looks whether we are still there: it would hold the board's lock until it is done. */
static const char OPENINGS_SETTINGS[] =
    "SELECT set_config('statement_timeout', ($1::int4)::text, TRUE),"
    " set_config('client_connection_check_interval', ($2::int4)::text, TRUE)";

/* The first bytes are T("commit"). A page is where an opening begins, in bytes, by the size of a page. */
static const char OPENINGS_INSERT[] =
    "WITH inserted AS ("
    "INSERT INTO participation.board_opening (ballot_id, page, openings)"
    " SELECT $1, o.page, string_agg(o.opening, ''::bytea ORDER BY o.commitment)"
    " FROM ("
    "SELECT c.commitment, c.opening,"
    " ((sum(length(c.opening)) OVER (ORDER BY c.commitment) - length(c.opening))"
    " / $2)::int4 AS page"
    " FROM ("
    "SELECT sha256('\\x0b'::bytea || convert_to('pbv1/commit', 'UTF8') || uuid_send(b.ballot_id)"
    " || b.definition_hash || f.opening) AS commitment, f.opening"
    " FROM ("
    "SELECT DISTINCT ON (v.nullifier) v.ballot_id, v.nullifier, v.rev,"
    " v.blinding || int2send(length(v.choice)::int2) || v.choice AS opening,"
    " length(v.choice) AS choice_length"
    " FROM participation.vote AS v WHERE v.ballot_id = $1"
    " ORDER BY v.nullifier ASC, v.rev DESC"
    ") AS f"
    " INNER JOIN participation.ballot AS b ON b.ballot_id = f.ballot_id"
    " WHERE f.choice_length > 0 AND NOT EXISTS ("
    "SELECT 1 FROM participation.vote_void AS x"
    " WHERE x.ballot_id = f.ballot_id AND x.nullifier = f.nullifier AND x.rev = f.rev"
    ")"
    ") AS c"
    ") AS o"
    " GROUP BY o.page"
    " RETURNING length(openings) AS bytes"
    ")"
    " SELECT coalesce(sum(i.bytes), 0)::int8 FROM inserted AS i";

enum err store_openings_insert(struct db *db, const uint8_t *ballot_id, int64_t *ret_bytes)
{
    const struct db_param settings[] = {db_int32(STORE_OPENINGS_TIMEOUT_MS),
                                        db_int32(STORE_OPENINGS_CHECK_MS)};
    const struct db_param params[] = {db_uuid(ballot_id), db_int64(STORE_OPENING_PAGE_SIZE)};
    struct db_rows *rows = NULL;
    enum err err = db_exec(db, OPENINGS_SETTINGS, settings, DB_COUNT(settings));

    if (!err) {
        err = db_query(db, OPENINGS_INSERT, params, DB_COUNT(params), &rows);
    }
    if (!err) {
        *ret_bytes = db_rows_int64(rows, 0, 0);
    }
    db_rows_release(rows);
    return err;
}

static const char OPENINGS_PAGE[] =
    "SELECT openings FROM participation.board_opening WHERE ballot_id = $1 AND page = $2";

enum err store_openings_page(struct db *db, const uint8_t *ballot_id, int32_t page,
                             struct buffer *openings)
{
    const struct db_param params[] = {db_uuid(ballot_id), db_int32(page)};

    return append_bytes(db, OPENINGS_PAGE, params, openings);
}
