/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hashes of an entry's row: over the bytes of domain/journal.h, and over what is
 * remembered of its request. For those who post and those who verify; any thread.
 */
#ifndef HYEOPCHI_LEDGER_ENTRY_HASH_H
#define HYEOPCHI_LEDGER_ENTRY_HASH_H

#include "ledger/domain/journal.h"
#include "ledger/domain/order.h"

/* The entry's hash at this position. */
void entry_hash(const struct journal_position *position, const struct entry *entry,
                uint8_t ret_hash[JOURNAL_HASH_SIZE]);

/* What binds a remembered request to its entry: the first bytes of SHA-256(request ‖ hash). */
void entry_hash_seal(const uint8_t request[ORDER_REQUEST_SIZE],
                     const uint8_t hash[JOURNAL_HASH_SIZE], uint8_t ret_seal[ORDER_SEAL_SIZE]);

#endif
