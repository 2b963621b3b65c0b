/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signed receipt of one commit of votes, shared by all requests that have a
 * vote in it, and by those who ask again later. It never changes after it was
 * made; whoever keeps it holds a reference. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_COMMIT_RECEIPT_H
#define HYEOPCHI_PARTICIPATION_COMMIT_RECEIPT_H

#include "participation/domain/receipt.h"
#include "participation/store/votes.h"
#include "runtime/crypto.h"
#include "runtime/err.h"

#include <jansson.h>
#include <stdatomic.h>

/* The service's own key for receipts. */
struct receipt_signer {
    uint8_t secret[CRYPTO_ED25519_SECRET_SIZE];
    uint8_t public_key[CRYPTO_ED25519_PUBLIC_SIZE];
    uint16_t max_merge_delay_s;
};

/* Reads the key's base64url text. ERR_INVALID when it is not 32 bytes; logged. */
ERR_CHECKED enum err receipt_signer_load(struct receipt_signer *signer, const char *text);

struct commit_receipt {
    atomic_int references;
    uint8_t body[RECEIPT_SIZE];
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    uint8_t key[CRYPTO_ED25519_PUBLIC_SIZE];
    size_t leaf_count;
    uint8_t nodes[]; /* the whole tree: merkle_tree_build() */
};

/* What the receipt of a new commit says. */
struct commit_receipt_new {
    const uint8_t *ballot_id;
    const uint8_t *leaf_hashes; /* sorted, one after another */
    size_t leaf_count;
    int64_t issued_ms;
};

/* Builds the tree and signs its root. */
ERR_CHECKED enum err commit_receipt_sign(const struct receipt_signer *signer,
                                         const struct commit_receipt_new *commit,
                                         struct commit_receipt **ret_receipt);

/* The same from a stored row: the bytes that were signed then. ERR_INTERNAL when the row is broken. */
ERR_CHECKED enum err commit_receipt_restore(const struct receipt_row *row,
                                            struct commit_receipt **ret_receipt);

struct commit_receipt *commit_receipt_hold(struct commit_receipt *receipt);
void commit_receipt_release(struct commit_receipt *receipt); /* takes NULL */

/* The leaf hash at an index. Borrowed. */
const uint8_t *commit_receipt_leaf(const struct commit_receipt *receipt, uint32_t leaf_index);

/* Whose answer it is; the nullifier is borrowed. */
struct commit_receipt_vote {
    uint32_t leaf_index;
    uint16_t rev;
    const uint8_t *nullifier;
};

/*
 * Appends two members of a JSON object, without its braces:
 *   "vote": {"rev", "nullifier", "leaf_hash"},
 *   "receipt": {"code", "body", "path": {"index", "size", "hashes"}, "signature", "key"}
 * with bytes as base64url. Written by hand, since a batch has ten thousand of
 * them and nothing in them needs escaping.
 */
void commit_receipt_write(const struct commit_receipt *receipt,
                          const struct commit_receipt_vote *vote, struct buffer *text);

#endif
