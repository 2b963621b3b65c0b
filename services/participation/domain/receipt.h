/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service signs once per group commit: that the votes under
 * commit_root are durable and will be on the public board within
 * max_merge_delay_s. A voter's receipt is this body, its signature, and the
 * voter's own path from leaf_hash to commit_root.
 *
 *   receipt = T("receipt") || ballot_id || commit_root || u64 issued_ms || u16 max_merge_delay_s
 *
 * commit_root is the RFC 6962 root of the leaf hashes the commit made durable.
 * This module must never sign, hash or read a clock. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_RECEIPT_H
#define HYEOPCHI_PARTICIPATION_RECEIPT_H

#include <stddef.h>
#include <stdint.h>

#include "participation/domain/ballot.h"
#include "participation/domain/encode.h"
#include "runtime/err.h"

#define RECEIPT_TAG                   "receipt"
#define RECEIPT_SIZE                  (13 + BALLOT_ID_SIZE + ENCODE_HASH_SIZE + 8 + 2)
#define RECEIPT_MAX_MERGE_DELAY_MAX_S 3600

struct receipt {
    uint8_t ballot_id[BALLOT_ID_SIZE];
    uint8_t commit_root[ENCODE_HASH_SIZE];
    int64_t issued_ms;          /* UTC, after the commit */
    uint16_t max_merge_delay_s; /* 1 … RECEIPT_MAX_MERGE_DELAY_MAX_S */
};

/* Writes the body that is signed: RECEIPT_SIZE bytes. Time and delay are valid; that is asserted.
 * The encoder's error is the caller's to ask for. */
void receipt_encode(struct encoder *encoder, const struct receipt *receipt);

/* ERR_INVALID unless the bytes are exactly one receipt body. *ret is written only on success. */
ERR_CHECKED enum err receipt_decode(const uint8_t *data, size_t length, struct receipt *ret);

#endif
