/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frozen budget lines (집행 보류). Writer thread, inside the writer's
 * transaction; posting reads them with the accounts.
 */
#ifndef HYEOPCHI_LEDGER_STORE_FREEZE_H
#define HYEOPCHI_LEDGER_STORE_FREEZE_H

#include "ledger/domain/account.h"
#include "ledger/store/envelope.h"
#include "runtime/db.h"

/* Freezes a line; it stays as it was when it is frozen already. */
ERR_CHECKED enum err store_line_freeze(struct db *db, const char *shard, const struct line *line,
                                       const struct store_change *change);

/* Frees a line; nothing happens when it is free. */
ERR_CHECKED enum err store_line_thaw(struct db *db, const char *shard, const struct line *line);

#endif
