/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envelopes and their limits: read and written. One function a
 * statement. Writer thread, inside the writer's transaction.
 */
#ifndef HYEOPCHI_LEDGER_STORE_ENVELOPE_H
#define HYEOPCHI_LEDGER_STORE_ENVELOPE_H

#include "ledger/domain/envelope.h"
#include "runtime/db.h"

/* Reads a ballot's envelope; state NONE when it has none. */
ERR_CHECKED enum err store_envelope_load(struct db *db, const char *shard,
                                         const uint8_t ballot_id[BALLOT_ID_SIZE],
                                         struct envelope *ret_envelope);

/* Who changed an envelope, when and why. */
struct store_change {
    int64_t time_ms;
    const char *by;     /* "participation:<event id>", "operator:<id>" */
    const char *reason; /* "" when a message changed it */
};

/* Writes an envelope whose state is not NONE. */
ERR_CHECKED enum err store_envelope_save(struct db *db, const char *shard,
                                         const struct envelope *envelope,
                                         const struct store_change *change);

/* Reads the limit of a (fiscal year, source) and what envelopes take of it. */
ERR_CHECKED enum err store_limit_read(struct db *db, const char *shard, int32_t fiscal_year,
                                      enum funding_source source, struct envelope_limit *ret_limit);

/* A limit to write, and who set it. */
struct store_limit {
    int32_t fiscal_year;
    enum funding_source funding_source;
    int64_t limit_krw;
    const char *set_by;
    int64_t set_time_ms;
};

ERR_CHECKED enum err store_limit_save(struct db *db, const char *shard,
                                      const struct store_limit *limit);

#endif
