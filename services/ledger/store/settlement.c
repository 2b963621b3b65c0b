/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one statement behind settlements: what each source paid out and what of
 * it is not accounted for, both from the postings themselves.
 */
#include "ledger/store/settlement.h"

#include <string.h>

static enum err read_source(const struct db_rows *rows, int64_t row,
                            const struct store_programme *programme,
                            struct settlement_source sources[], bool present[]);

static const char SETTLEMENT_SOURCES[] =
    "SELECT posting.funding_source,"
    "    coalesce(sum(posting.amount_krw) FILTER (WHERE journal.kind = 'grant_payment'"
    "        OR reversed.kind = 'grant_payment'), 0)::int8 AS paid_krw,"
    "    sum(posting.amount_krw)::int8 AS advanced_krw"
    " FROM ledger.posting"
    " INNER JOIN ledger.journal ON journal.shard = posting.shard AND journal.seq = posting.seq"
    " LEFT JOIN ledger.journal AS reversed ON reversed.shard = journal.shard"
    "    AND reversed.seq = journal.linked_seq AND journal.kind = 'reversal'"
    " WHERE posting.shard = $1 AND posting.fiscal_year = $2 AND posting.programme = $3"
    "    AND posting.stage = 'S45'"
    " GROUP BY posting.funding_source";

enum err store_settlement_sources(struct db *db, const char *shard,
                                  const struct store_programme *programme,
                                  struct settlement_source ret_sources[FUNDING_SOURCE_COUNT],
                                  size_t *ret_count)
{
    const struct db_param params[] = {
        db_text(shard),
        db_int32(programme->fiscal_year),
        db_text(programme->code),
    };
    struct settlement_source sources[FUNDING_SOURCE_COUNT];
    bool present[FUNDING_SOURCE_COUNT] = {false};
    struct db_rows *rows = NULL;
    size_t count = 0;
    enum err err = db_query(db, SETTLEMENT_SOURCES, params, DB_COUNT(params), &rows);

    memset(sources, 0, sizeof sources);
    for (int64_t i = 0; !err && i < db_rows_count(rows); i++) {
        err = read_source(rows, i, programme, sources, present);
    }
    for (size_t i = 0; !err && i < FUNDING_SOURCE_COUNT; i++) {
        if (present[i]) {
            ret_sources[count] = sources[i];
            count++;
        }
    }
    db_rows_release(rows);
    if (!err) {
        *ret_count = count;
    }
    return err;
}

static enum err read_source(const struct db_rows *rows, int64_t row,
                            const struct store_programme *programme,
                            struct settlement_source sources[], bool present[])
{
    enum funding_source source = 0;
    enum err err = funding_source_parse(db_rows_text(rows, row, 0), &source);

    if (err) {
        return ERR_INTERNAL;
    }
    struct settlement_source *place = &sources[source - 1];
    place->paid_krw = db_rows_int64(rows, row, 1);
    place->advanced_krw = db_rows_int64(rows, row, 2);
    present[source - 1] = true;
    err = line_init(&place->line, programme->fiscal_year, source, programme->code);
    bool sound = !err && place->paid_krw >= 0 && place->advanced_krw >= 0;
    return sound ? ERR_OK : ERR_INTERNAL; /* only known lines are posted to, above their floor */
}
