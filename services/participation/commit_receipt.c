/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts of commits. Nothing here may depend on when or in which order the
 * votes of a commit came.
 */
#include "participation/commit_receipt.h"

#include "participation/domain/code.h"
#include "participation/domain/encode.h"
#include "runtime/log.h"
#include "runtime/merkle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 256 }; /* of what is written as base64url: a receipt's body is the longest */

static_assert((int)ENCODE_HASH_SIZE == (int)MERKLE_HASH_SIZE, "Leaves are SHA-256 hashes.");

enum err receipt_signer_load(struct receipt_signer *signer, const char *text)
{
    enum err err = crypto_ed25519_parse(text, signer->secret, signer->public_key);

    if (err) {
        log_error(
            "receipt_key_unreadable",
            log_str("action", "make one with: openssl rand 32 | basenc --base64url | tr -d ="));
    }
    return err;
}

static struct commit_receipt *receipt_new(const uint8_t *leaf_hashes, size_t leaf_count)
{
    struct commit_receipt *receipt = calloc(1, sizeof *receipt + merkle_tree_size(leaf_count));

    if (receipt != NULL) {
        atomic_init(&receipt->references, 1);
        receipt->leaf_count = leaf_count;
        merkle_tree_build(leaf_hashes, leaf_count, receipt->nodes);
    }
    return receipt;
}

enum err commit_receipt_sign(const struct receipt_signer *signer,
                             const struct commit_receipt_new *commit,
                             struct commit_receipt **ret_receipt)
{
    struct commit_receipt *receipt = receipt_new(commit->leaf_hashes, commit->leaf_count);
    struct receipt said = {
        .issued_ms = commit->issued_ms,
        .max_merge_delay_s = signer->max_merge_delay_s,
    };
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    if (receipt == NULL) {
        return ERR_FULL;
    }
    memcpy(said.ballot_id, commit->ballot_id, sizeof said.ballot_id);
    memcpy(said.commit_root,
           receipt->nodes + merkle_tree_size(commit->leaf_count) - MERKLE_HASH_SIZE,
           sizeof said.commit_root);
    encoder_init(&encoder, receipt->body, sizeof receipt->body);
    receipt_encode(&encoder, &said);
    err = encoder_finish(&encoder, &length);
    if (!err) {
        assert(length == RECEIPT_SIZE);
        err = crypto_sign_data(CRYPTO_ED25519, signer->secret, receipt->body, length,
                               receipt->signature);
    }
    if (err) {
        commit_receipt_release(receipt);
        return err;
    }
    memcpy(receipt->key, signer->public_key, sizeof receipt->key);
    *ret_receipt = receipt;
    return ERR_OK;
}

enum err commit_receipt_restore(const struct receipt_row *row, struct commit_receipt **ret_receipt)
{
    struct commit_receipt *receipt;

    if (row->body_length != RECEIPT_SIZE) {
        return ERR_INTERNAL;
    }
    receipt = receipt_new(row->leaf_hashes, row->leaf_count);
    if (receipt == NULL) {
        return ERR_FULL;
    }
    memcpy(receipt->body, row->body, sizeof receipt->body);
    memcpy(receipt->signature, row->signature, sizeof receipt->signature);
    memcpy(receipt->key, row->key, sizeof receipt->key);
    *ret_receipt = receipt;
    return ERR_OK;
}

struct commit_receipt *commit_receipt_hold(struct commit_receipt *receipt)
{
    atomic_fetch_add(&receipt->references, 1);
    return receipt;
}

void commit_receipt_release(struct commit_receipt *receipt)
{
    if (receipt != NULL && atomic_fetch_sub(&receipt->references, 1) == 1) {
        free(receipt);
    }
}

const uint8_t *commit_receipt_leaf(const struct commit_receipt *receipt, uint32_t leaf_index)
{
    assert(leaf_index < receipt->leaf_count);
    return receipt->nodes + (size_t)leaf_index * MERKLE_HASH_SIZE;
}

/* "name":"base64url of the bytes", behind what stands there. */
static void write_bytes(struct buffer *text, const char *name, const uint8_t *bytes, size_t length)
{
    char encoded[TEXT_SIZE];

    assert(crypto_base64_size(length) <= sizeof encoded);
    crypto_base64url(bytes, length, encoded, sizeof encoded);
    buffer_append_text(text, name);
    buffer_append_text(text, encoded);
    buffer_append_u8(text, '"');
}

static void write_path(struct buffer *text, const struct commit_receipt *receipt,
                       uint32_t leaf_index)
{
    uint8_t path[MERKLE_PATH_LENGTH_MAX * MERKLE_HASH_SIZE];
    size_t length = 0;

    merkle_tree_path(receipt->nodes, receipt->leaf_count, leaf_index, path, &length);
    buffer_append_format(text, ",\"path\":{\"index\":%u,\"size\":%zu,\"hashes\":[", leaf_index,
                         receipt->leaf_count);
    for (size_t i = 0; i < length; i++) {
        write_bytes(text, i == 0 ? "\"" : ",\"", path + i * MERKLE_HASH_SIZE, MERKLE_HASH_SIZE);
    }
    buffer_append_text(text, "]}");
}

void commit_receipt_write(const struct commit_receipt *receipt,
                          const struct commit_receipt_vote *vote, struct buffer *text)
{
    const uint8_t *leaf_hash = commit_receipt_leaf(receipt, vote->leaf_index);
    uint8_t code_hash[CRYPTO_HASH_SIZE];
    char code[CODE_SIZE];

    crypto_tagged_hash(CODE_TAG, leaf_hash, MERKLE_HASH_SIZE, code_hash);
    code_format(code_from_hash(code_hash), code);
    buffer_append_format(text, "\"vote\":{\"rev\":%u", (unsigned)vote->rev);
    write_bytes(text, ",\"nullifier\":\"", vote->nullifier, CRYPTO_HASH_SIZE);
    write_bytes(text, ",\"leaf_hash\":\"", leaf_hash, MERKLE_HASH_SIZE);
    buffer_append_text(text, "},\"receipt\":{\"code\":\"");
    buffer_append_text(text, code);
    buffer_append_u8(text, '"');
    write_bytes(text, ",\"body\":\"", receipt->body, sizeof receipt->body);
    write_path(text, receipt, vote->leaf_index);
    write_bytes(text, ",\"signature\":\"", receipt->signature, sizeof receipt->signature);
    write_bytes(text, ",\"key\":\"", receipt->key, sizeof receipt->key);
    buffer_append_u8(text, '}');
}
