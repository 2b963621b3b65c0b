/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the settlement of a programme's grant reads. Writer thread, inside the
 * writer's transaction.
 */
#ifndef HYEOPCHI_LEDGER_STORE_SETTLEMENT_H
#define HYEOPCHI_LEDGER_STORE_SETTLEMENT_H

#include "ledger/domain/settlement.h"
#include "runtime/db.h"

/* A programme in a fiscal year, whatever its sources. */
struct store_programme {
    int32_t fiscal_year;
    const char *code;
};

/*
 * The sources from which the programme's grant was ever advanced (S45), in the order of enum
 * funding_source; their shares are zero. ERR_INTERNAL when a row makes no sense.
 */
ERR_CHECKED enum err
store_settlement_sources(struct db *db, const char *shard, const struct store_programme *programme,
                         struct settlement_source ret_sources[FUNDING_SOURCE_COUNT],
                         size_t *ret_count);

#endif
