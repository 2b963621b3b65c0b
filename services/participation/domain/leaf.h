/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One entry of the public board for one accepted vote, and everything it is
 * made of. Nothing in a leaf says who voted or what was chosen: the nullifier
 * and the commitment are keyed or blinded hashes.
 *
 * This module writes the exact bytes; hashes and MACs are computed outside,
 * with H(name, x) = SHA-256(T(name) || x) and M(k, name, x) =
 * HMAC-SHA256(k, T(name) || x):
 *
 *   k_t        = M(K_ballot, "key/vtag", ballot_id)      secret, per ballot
 *   k_n        = M(K_ballot, "key/null", ballot_id)      secret, per ballot
 *   vtag       = M(k_t, "vtag", ballot_id || subject)    keys the roll; never published
 *   nullifier  = M(k_n, "null", ballot_id || vtag)       keys the vote; public
 *   C          = H("commit", ballot_id || def_hash || r[32] || u16 length || choice_body)
 *   leaf(CAST) = T("leaf") || u8 2 || ballot_id || u64 batch_no || nullifier || u16 rev
 *                || u8 channel || C || ct_hash || req_hash
 *   leaf_hash  = SHA-256(0x00 || leaf)
 *   ct_hash    = H("ct", ct), with an empty ct while sealing is off
 *   req_hash   = SHA-256(the request's RFC 9421 signature base)
 *
 * The functions below write the x of H and M, without the tag in front. No
 * allocation; any thread. The encoder's error is the caller's to ask for.
 */
#ifndef HYEOPCHI_PARTICIPATION_LEAF_H
#define HYEOPCHI_PARTICIPATION_LEAF_H

#include <stddef.h>
#include <stdint.h>

#include "participation/domain/ballot.h"
#include "participation/domain/encode.h"
#include "participation/domain/vote.h"
#include "runtime/err.h"

/* The names of H and M. */
#define LEAF_TAG_KEY_VTAG  "key/vtag"
#define LEAF_TAG_KEY_NULL  "key/null"
#define LEAF_TAG_VTAG      "vtag"
#define LEAF_TAG_NULLIFIER "null"
#define LEAF_TAG_COMMIT    "commit"
#define LEAF_TAG_CT        "ct"
#define LEAF_TAG_LEAF      "leaf"
#define LEAF_TAG_BALLOT    "ballot"

#define LEAF_BLINDING_SIZE 32

enum leaf_type {
    LEAF_TYPE_OPEN = 1,
    LEAF_TYPE_CAST = 2,
    LEAF_TYPE_ISSUE = 3,
    LEAF_TYPE_CLOSE = 4,
    LEAF_TYPE_PAPER = 5,
    LEAF_TYPE_RESULT = 6,
    LEAF_TYPE_AUDIT_ANCHOR = 7,
    LEAF_TYPE_KEY = 8,
    LEAF_TYPE_VOID = 9,
};

/* Bytes of a CAST leaf: T("leaf") is 10. And of the 0x00 in front of what leaf_hash hashes. */
#define LEAF_CAST_SIZE                                                                             \
    (10 + 1 + BALLOT_ID_SIZE + 8 + ENCODE_HASH_SIZE + 2 + 1 + 3 * ENCODE_HASH_SIZE)
#define LEAF_HASH_PREFIX 0x00

/* The content of leaf(CAST). */
struct leaf_cast {
    uint8_t ballot_id[BALLOT_ID_SIZE];
    uint64_t batch_no; /* the group commit that made the vote durable */
    uint8_t nullifier[ENCODE_HASH_SIZE];
    uint16_t rev; /* 1 … VOTE_REVISION_MAX */
    enum ballot_channel channel;
    uint8_t commit[ENCODE_HASH_SIZE];   /* C */
    uint8_t ct_hash[ENCODE_HASH_SIZE];  /* H("ct", ct) */
    uint8_t req_hash[ENCODE_HASH_SIZE]; /* of the signed request the vote came in */
};

/* Writes leaf(CAST): LEAF_CAST_SIZE bytes. rev and channel are valid; that is asserted. */
void leaf_cast_encode(struct encoder *encoder, const struct leaf_cast *cast);

/* ERR_INVALID unless the bytes are exactly one CAST leaf with a valid rev and channel. *ret is
 * written only on success. */
ERR_CHECKED enum err leaf_cast_decode(const uint8_t *data, size_t length, struct leaf_cast *ret);

/* x of k_t and k_n alike, BALLOT_ID_SIZE bytes: the tag tells them apart. */
void leaf_key_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE]);

/* x of vtag: BALLOT_ID_SIZE + VOTE_SUBJECT_SIZE bytes. */
void leaf_vtag_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                      const uint8_t subject[VOTE_SUBJECT_SIZE]);

/* x of the nullifier: BALLOT_ID_SIZE + ENCODE_HASH_SIZE bytes. */
void leaf_nullifier_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                           const uint8_t vtag[ENCODE_HASH_SIZE]);

/* Bytes of x of C for a body of this length. */
#define LEAF_COMMIT_SIZE(body_length)                                                              \
    (BALLOT_ID_SIZE + ENCODE_HASH_SIZE + LEAF_BLINDING_SIZE + 2 + (body_length))

/* What C commits to. */
struct leaf_commit {
    const uint8_t *ballot_id; /* BALLOT_ID_SIZE; this and the others are borrowed */
    const uint8_t *def_hash;  /* ENCODE_HASH_SIZE */
    const uint8_t *blinding;  /* r, LEAF_BLINDING_SIZE random bytes, a new one for every vote */
    const uint8_t *body;      /* choice_body */
    size_t body_length;       /* at most VOTE_BODY_MAX */
};

/* x of C: LEAF_COMMIT_SIZE(body_length) bytes. */
void leaf_commit_encode(struct encoder *encoder, const struct leaf_commit *commit);

#endif
