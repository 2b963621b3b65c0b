/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two statements that freeze and free a line.
 */
#include "ledger/store/freeze.h"

static const char LINE_FREEZE[] =
    "INSERT INTO ledger.line_freeze (shard, fiscal_year, programme, funding_source, reason,"
    "    frozen_by, frozen_time_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (shard, fiscal_year, programme, funding_source) DO NOTHING";

enum err store_line_freeze(struct db *db, const char *shard, const struct line *line,
                           const struct store_change *change)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(line->fiscal_year),
        db_text(line->programme),
        db_text(funding_source_code(line->funding_source)),
        db_text(change->reason),
        db_text(change->by),
        db_int64(change->time_ms),
    };

    return db_exec(db, LINE_FREEZE, params, DB_COUNT(params));
}

static const char LINE_THAW[] =
    "DELETE FROM ledger.line_freeze WHERE shard = $1 AND fiscal_year = $2 AND programme = $3"
    "    AND funding_source = $4";

enum err store_line_thaw(struct db *db, const char *shard, const struct line *line)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(line->fiscal_year),
        db_text(line->programme),
        db_text(funding_source_code(line->funding_source)),
    };

    return db_exec(db, LINE_THAW, params, DB_COUNT(params));
}
