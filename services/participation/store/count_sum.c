/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements on what a count was made of.
 */
#include "participation/store/count_sum.h"

static const char COUNT_SUM_INSERT[] =
    "INSERT INTO participation.count_sum (ballot_id, distinct_voters, votes, choices, selections,"
    " sheets_vote, sheets_blank, sheets_unclear, sheets_rule_broken, sheets_not_official,"
    " sheets_empty) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

enum err store_count_sum_insert(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                const struct count_sum *sum)
{
    const struct db_param params[] = {
        db_uuid(ballot_id),
        db_int64(sum->distinct_voters),
        db_int64(sum->votes),
        db_int64(sum->choices),
        db_int64(sum->selections),
        db_int64(sum->sheets[PAPER_KIND_VOTE]),
        db_int64(sum->sheets[PAPER_KIND_BLANK]),
        db_int64(sum->sheets[PAPER_KIND_UNCLEAR]),
        db_int64(sum->sheets[PAPER_KIND_RULE_BROKEN]),
        db_int64(sum->sheets[PAPER_KIND_NOT_OFFICIAL]),
        db_int64(sum->sheets[PAPER_KIND_EMPTY]),
    };

    return db_exec(db, COUNT_SUM_INSERT, params, DB_COUNT(params));
}

static const char COUNT_SUM_READ[] =
    "SELECT distinct_voters, votes, choices, selections, sheets_vote, sheets_blank, sheets_unclear,"
    " sheets_rule_broken, sheets_not_official, sheets_empty"
    " FROM participation.count_sum WHERE ballot_id = $1";

enum err store_count_sum_read(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                              struct count_sum *ret_sum)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, COUNT_SUM_READ, params, DB_COUNT(params), &rows);

    if (!err && db_rows_count(rows) == 0) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        *ret_sum = (struct count_sum){
            .distinct_voters = db_rows_int64(rows, 0, 0),
            .votes = db_rows_int64(rows, 0, 1),
            .choices = db_rows_int64(rows, 0, 2),
            .selections = db_rows_int64(rows, 0, 3),
        };
        for (int kind = PAPER_KIND_VOTE; kind < PAPER_KIND_END; kind++) {
            ret_sum->sheets[kind] = db_rows_int64(rows, 0, 3 + kind);
        }
    }
    db_rows_release(rows);
    return err;
}

static const char PAPER_HANDED_BACK[] =
    "SELECT count(*), count(*) FILTER (WHERE NOT EXISTS ("
    "SELECT 1 FROM participation.vote AS later WHERE later.ballot_id = back.ballot_id"
    " AND later.nullifier = back.nullifier AND later.rev > back.rev))"
    " FROM participation.paper_cancellation AS back WHERE back.ballot_id = $1";

enum err store_paper_handed_back(struct db *db, const uint8_t ballot_id[BALLOT_ID_SIZE],
                                 int64_t *ret_count, int64_t *ret_last)
{
    const struct db_param params[] = {db_uuid(ballot_id)};
    struct db_rows *rows = NULL;
    enum err err = db_query(db, PAPER_HANDED_BACK, params, DB_COUNT(params), &rows);

    if (!err) {
        *ret_count = db_rows_int64(rows, 0, 0);
        *ret_last = db_rows_int64(rows, 0, 1);
    }
    db_rows_release(rows);
    return err;
}
