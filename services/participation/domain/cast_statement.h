/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a front end or the staff signs when votes are handed in by message
 * (proto/hyeopchi/participation/v1/cast.proto): fixed bytes, not the message,
 * which protobuf may encode in more than one way.
 *
 *   statement = T("cast-request") || u8 kind (1 vote, 2 batch) || ballot_id || str key_id
 *               || str nonce || u64 created_ms || u64 expires_ms (0: none)
 *               || str idempotency_key || SHA-256(body)
 *
 * The signature is the key's over these bytes as they are, and their SHA-256 is
 * the vote's req_hash. This module must never sign, hash or read a clock. Any
 * thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_CAST_STATEMENT_H
#define HYEOPCHI_PARTICIPATION_CAST_STATEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "participation/domain/ballot.h"
#include "participation/domain/encode.h"

#define CAST_STATEMENT_TAG                 "cast-request"
#define CAST_STATEMENT_KEY_ID_MAX          79
#define CAST_STATEMENT_NONCE_MIN           16
#define CAST_STATEMENT_NONCE_MAX           64
#define CAST_STATEMENT_IDEMPOTENCY_KEY_MAX 255
#define CAST_STATEMENT_SIZE_MAX                                                                    \
    (18 + 1 + BALLOT_ID_SIZE + 2 + CAST_STATEMENT_KEY_ID_MAX + 2 + CAST_STATEMENT_NONCE_MAX + 16 + \
     2 + CAST_STATEMENT_IDEMPOTENCY_KEY_MAX + ENCODE_HASH_SIZE)

enum cast_kind { CAST_KIND_VOTE = 1, CAST_KIND_BATCH = 2 };

/* Texts are borrowed. */
struct cast_statement {
    enum cast_kind kind;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    const char *key_id;
    const char *nonce;
    int64_t created_ms;
    int64_t expires_ms; /* 0: none */
    const char *idempotency_key;
    uint8_t body_hash[ENCODE_HASH_SIZE];
};

/* The member that breaks its rule, as the message names it: "nonce"; NULL when all are sound. A missing
 * idempotency key is sound here: it is a problem of its own. */
const char *cast_statement_fault(const struct cast_statement *statement);

/* Writes the bytes, at most CAST_STATEMENT_SIZE_MAX, of a statement without fault. The encoder's error is
 * the caller's to ask for. */
void cast_statement_encode(struct encoder *encoder, const struct cast_statement *statement);

#endif
