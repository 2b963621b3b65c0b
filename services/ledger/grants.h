/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers grants. Writer thread, inside the transaction under way. A key is
 * answered once for ever, as keys of entries are.
 */
#ifndef HYEOPCHI_LEDGER_GRANTS_H
#define HYEOPCHI_LEDGER_GRANTS_H

#include "ledger/domain/grant.h"
#include "ledger/domain/order.h"
#include "runtime/err.h"
#include "runtime/writer.h"

/* A grant that an operator wants registered. All borrowed. */
struct grants_wanted {
    const struct grant *grant;
    const uint8_t *request_hash; /* ORDER_HASH_SIZE bytes */
    const char *by;              /* "operator:<id>", "finance:<who asked>" */
};

/*
 * Registers a grant. ERR_OK with *ret_refusal filled when it was refused, now or under the same key
 * before; nothing is registered twice.
 */
ERR_CHECKED enum err grants_register(struct writer_tx *tx, const char *shard,
                                     const struct grants_wanted *wanted,
                                     struct order_refusal *ret_refusal);

#endif
