/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds as JSON, from rows as they lie in the database. It decides nothing.
 */
#include "ledger/http/hold_json.h"

#include "ledger/domain/kind.h"
#include "ledger/http/answers.h"
#include "runtime/crypto.h"

static enum err read_extensions(struct db *db, const char *shard,
                                const uint8_t hold_id[HOLD_ID_SIZE], json_t *hold);
static json_t *optional_text(const struct db_rows *rows, int64_t row, int column);

enum err hold_json_read(struct db *db, const char *shard, const uint8_t hold_id[HOLD_ID_SIZE],
                        json_t **ret_hold)
{
    static const uint8_t first[HOLD_ID_SIZE] = {0};
    const struct store_filter filter = {.limit = 1};
    const struct store_hold_filter only = {.after = first, .only = hold_id};
    struct db_rows *rows = NULL;
    json_t *hold = NULL;
    enum err err = store_hold_rows(db, shard, &filter, &only, &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        hold = hold_json(rows, 0);
        err = hold ? read_extensions(db, shard, hold_id, hold) : ERR_UNAVAILABLE;
    }
    db_rows_release(rows);
    if (err) {
        json_decref(hold);
        return err;
    }
    *ret_hold = hold;
    return ERR_OK;
}

static enum err read_extensions(struct db *db, const char *shard,
                                const uint8_t hold_id[HOLD_ID_SIZE], json_t *hold)
{
    struct db_rows *rows = NULL;
    json_t *extensions = NULL;
    enum err err = store_hold_extension_rows(db, shard, hold_id, &rows);

    if (err) {
        return err;
    }
    extensions = json_array();
    for (int64_t i = 0; i < db_rows_count(rows); i++) {
        answer_append(
            &extensions,
            json_pack("{s:o, s:o, s:s, s:o, s:s}", "expires_time",
                      answer_time(db_rows_int64(rows, i, STORE_HOLD_EXTENSION_EXPIRES_TIME)),
                      "previous_time",
                      answer_time(db_rows_int64(rows, i, STORE_HOLD_EXTENSION_PREVIOUS_TIME)),
                      "extended_by", db_rows_text(rows, i, STORE_HOLD_EXTENSION_BY),
                      "extended_time",
                      answer_time(db_rows_int64(rows, i, STORE_HOLD_EXTENSION_TIME)), "reason",
                      db_rows_text(rows, i, STORE_HOLD_EXTENSION_REASON)));
    }
    db_rows_release(rows);
    return json_object_set_new(hold, "extensions", extensions) == 0 ? ERR_OK : ERR_UNAVAILABLE;
}

json_t *hold_json(const struct db_rows *rows, int64_t row)
{
    bool committed = !db_rows_is_null(rows, row, STORE_HOLD_SEQ);
    bool ended = !db_rows_is_null(rows, row, STORE_HOLD_ENDED_TIME);
    const char *kind = db_rows_text(rows, row, STORE_HOLD_KIND);

    return json_pack(
        "{s:o, s:s, s:s, s:I, s:s, s:s, s:I, s:o, s:s, s:I, s:o, s:s, s:s, s:o, s:o, s:o, s:o}",
        "hold_id", hold_id_json(rows, row), "kind", kind, "kind_name", kind_name_ko(kind),
        "fiscal_year", (json_int_t)db_rows_int64(rows, row, STORE_HOLD_FISCAL_YEAR), "programme",
        db_rows_text(rows, row, STORE_HOLD_PROGRAMME), "funding_source",
        db_rows_text(rows, row, STORE_HOLD_FUNDING_SOURCE), "amount_krw",
        (json_int_t)db_rows_int64(rows, row, STORE_HOLD_AMOUNT), "expires_time",
        answer_time(db_rows_int64(rows, row, STORE_HOLD_EXPIRES_TIME)), "state",
        db_rows_text(rows, row, STORE_HOLD_STATE), "committed_krw",
        (json_int_t)db_rows_int64(rows, row, STORE_HOLD_COMMITTED), "seq",
        committed ? json_integer((json_int_t)db_rows_int64(rows, row, STORE_HOLD_SEQ))
                  : json_null(),
        "document", db_rows_text(rows, row, STORE_HOLD_DOCUMENT), "placed_by",
        db_rows_text(rows, row, STORE_HOLD_PLACED_BY), "placed_time",
        answer_time(db_rows_int64(rows, row, STORE_HOLD_PLACED_TIME)), "ended_time",
        ended ? answer_time(db_rows_int64(rows, row, STORE_HOLD_ENDED_TIME)) : json_null(),
        "ended_by", optional_text(rows, row, STORE_HOLD_ENDED_BY), "end_reason",
        optional_text(rows, row, STORE_HOLD_END_REASON));
}

json_t *hold_id_json(const struct db_rows *rows, int64_t row)
{
    char text[CRYPTO_UUID_TEXT_SIZE];
    size_t length = 0;

    crypto_uuid_format(db_rows_bytes(rows, row, STORE_HOLD_ID, &length), text);
    return json_string(text);
}

static json_t *optional_text(const struct db_rows *rows, int64_t row, int column)
{
    return db_rows_is_null(rows, row, column) ? json_null()
                                              : json_string(db_rows_text(rows, row, column));
}
