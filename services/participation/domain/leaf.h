/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of the public board, and everything the one of an accepted vote
 * is made of. Nothing in a leaf says who voted or what was chosen: the
 * nullifier and the commitment are keyed or blinded hashes.
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
 *   leaf(OPEN, ISSUE, CLOSE, PAPER, RESULT, AUDIT-ANCHOR, KEY, VOID)
 *                as services/verify/README.md says
 *   leaf_hash  = SHA-256(0x00 || leaf)
 *   ct_hash    = H("ct", ct), with an empty ct while sealing is off
 *   req_hash   = SHA-256(the request's RFC 9421 signature base, or its cast_statement.h)
 *
 * The functions below write the x of H and M, without the tag in front. No
 * allocation; any thread. The encoder's error is the caller's to ask for.
 */
#ifndef HYEOPCHI_PARTICIPATION_LEAF_H
#define HYEOPCHI_PARTICIPATION_LEAF_H

#include <stdbool.h>
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

/* Writes leaf(ISSUE): LEAF_ISSUE_SIZE bytes. Of the cast only ballot, batch, nullifier, rev and
 * req_hash are looked at. */
#define LEAF_ISSUE_SIZE (10 + 1 + BALLOT_ID_SIZE + 8 + ENCODE_HASH_SIZE + 2 + ENCODE_HASH_SIZE)
void leaf_issue_encode(struct encoder *encoder, const struct leaf_cast *cast);

/* True if it stands for a ballot paper that was issued: channel paper, and a commitment of zeros,
 * since there is no choice to commit to. */
bool leaf_cast_issues(const struct leaf_cast *cast);

/* ERR_INVALID unless the bytes are exactly one CAST leaf with a valid rev and channel. *ret is
 * written only on success. */
ERR_CHECKED enum err leaf_cast_decode(const uint8_t *data, size_t length, struct leaf_cast *ret);

/* What of a CAST leaf is not the same in all of a commit, as it is stored until it is on the board:
 * nullifier || u16 rev || u8 channel || C || req_hash. */
#define LEAF_CAST_PARTS_SIZE (ENCODE_HASH_SIZE + 2 + 1 + 2 * ENCODE_HASH_SIZE)

void leaf_cast_parts_encode(struct encoder *encoder, const struct leaf_cast *cast);

/* Fills those members and leaves the others alone; rev and channel may be wrong. */
void leaf_cast_parts_decode(struct decoder *decoder, struct leaf_cast *cast);

/* The other leaves. Times are UTC milliseconds and positive, counts not negative; that is asserted.
 * What is borrowed is ENCODE_HASH_SIZE bytes. No leaf is longer than LEAF_SIZE_MAX. */
#define LEAF_SIZE_MAX         LEAF_CAST_SIZE
#define LEAF_STREAM_MAX       64 /* bytes of an anchor's stream */
#define LEAF_KEY_FOR_RECEIPTS 1  /* purpose of leaf(KEY) */

/* leaf(OPEN): first of all. */
struct leaf_open {
    const uint8_t *def_hash;  /* borrowed */
    const uint8_t *roll_hash; /* borrowed; zeros when there is no roll */
    int64_t opened_at_ms;
};

void leaf_open_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                      const struct leaf_open *open);

/* leaf(CLOSE): what stands in front of it. */
struct leaf_close {
    int64_t closed_at_ms;
    int64_t voters;                 /* different nullifiers */
    int64_t revisions;              /* CASTs beyond each voter's first */
    const uint8_t *extensions_hash; /* borrowed: H("extensions", why the window was extended) */
};

void leaf_close_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                       const struct leaf_close *close);

/* leaf(RESULT): last of all. */
struct leaf_result {
    const uint8_t *result_hash;    /* borrowed */
    const uint8_t *documents_hash; /* borrowed: of what is published beside it */
    int64_t counted_at_ms;
};

void leaf_result_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                        const struct leaf_result *result);

/* leaf(AUDIT-ANCHOR): the chain hash of a stream of events at a position. */
struct leaf_anchor {
    const char *stream; /* borrowed; at most LEAF_STREAM_MAX bytes */
    int64_t position;
    const uint8_t *hash; /* borrowed */
};

void leaf_anchor_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                        const struct leaf_anchor *anchor);

/* leaf(KEY): the Ed25519 key that signs receipts from then on. */
void leaf_receipt_key_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                             const uint8_t *public_key, int64_t from_ms);

/* leaf(VOID): takes a CAST back, or for LEAF_VOID_HANDED_BACK an ISSUE. */
#define LEAF_VOID_HANDED_BACK 6 /* the reason behind those of void.h */

struct leaf_void {
    const uint8_t *nullifier; /* borrowed */
    uint16_t rev;             /* 1 … VOTE_REVISION_MAX */
    uint8_t reason;
};

void leaf_void_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                      const struct leaf_void *taken_back);

/* leaf(PAPER): a sealed batch of sheets. */
struct leaf_paper {
    uint32_t batch_no;
    uint32_t envelopes;         /* as many sheets */
    uint32_t counted;           /* sheets that are votes */
    const uint8_t *sheets_hash; /* borrowed; H("paper", what leaf_paper_commit_encode() writes) */
};

void leaf_paper_encode(struct encoder *encoder, const uint8_t ballot_id[BALLOT_ID_SIZE],
                       const struct leaf_paper *paper);

/* x of sheets_hash in front of the sheets' own bytes: ballot_id || def_hash || u32 batch_no || r[32]:
 * LEAF_PAPER_COMMIT_SIZE bytes. */
#define LEAF_TAG_PAPER         "paper"
#define LEAF_PAPER_COMMIT_SIZE (BALLOT_ID_SIZE + ENCODE_HASH_SIZE + 4 + LEAF_BLINDING_SIZE)

struct leaf_paper_commit {
    const uint8_t *ballot_id; /* BALLOT_ID_SIZE; this and the others are borrowed */
    const uint8_t *def_hash;  /* ENCODE_HASH_SIZE */
    uint32_t batch_no;
    const uint8_t *blinding; /* r, LEAF_BLINDING_SIZE random bytes, of this batch only */
};

void leaf_paper_commit_encode(struct encoder *encoder, const struct leaf_paper_commit *commit);

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
