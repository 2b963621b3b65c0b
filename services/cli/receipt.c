/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking a receipt. The key is the caller's, never the receipt's own: a forged
 * receipt brings a key that fits it.
 */
#include "cli/receipt.h"

#include "participation/domain/receipt.h"
#include "runtime/merkle.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A receipt's bytes, out of its JSON. */
struct receipt_parts {
    uint8_t leaf_hash[MERKLE_HASH_SIZE];
    uint8_t body[RECEIPT_SIZE];
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    uint8_t key[CRYPTO_ED25519_PUBLIC_SIZE];
    uint8_t path[MERKLE_PATH_LENGTH_MAX * MERKLE_HASH_SIZE];
    size_t path_length;
    uint64_t index;
    uint64_t size;
    const char *code;
};

static enum err read_bytes(const json_t *text, uint8_t *ret_bytes, size_t length)
{
    size_t found = 0;

    if (!json_is_string(text)) {
        return ERR_INVALID;
    }
    if (crypto_base64url_parse(json_string_value(text), json_string_length(text), ret_bytes, length,
                               &found)) {
        return ERR_INVALID;
    }
    return found == length ? ERR_OK : ERR_INVALID;
}

static enum err read_path(const json_t *path, struct receipt_parts *parts)
{
    const json_t *hashes = json_object_get(path, "hashes");
    const json_t *index = json_object_get(path, "index");
    const json_t *size = json_object_get(path, "size");
    size_t i;

    if (!json_is_array(hashes) || json_array_size(hashes) > MERKLE_PATH_LENGTH_MAX ||
        !json_is_integer(index) || !json_is_integer(size) || json_integer_value(index) < 0 ||
        json_integer_value(size) < 1) {
        return ERR_INVALID;
    }
    parts->index = (uint64_t)json_integer_value(index);
    parts->size = (uint64_t)json_integer_value(size);
    parts->path_length = json_array_size(hashes);
    for (i = 0; i < parts->path_length; i++) {
        if (read_bytes(json_array_get(hashes, i), parts->path + i * MERKLE_HASH_SIZE,
                       MERKLE_HASH_SIZE)) {
            return ERR_INVALID;
        }
    }
    return ERR_OK;
}

static enum err read_parts(const json_t *answer, struct receipt_parts *parts)
{
    const json_t *vote = json_object_get(answer, "vote");
    const json_t *receipt = json_object_get(answer, "receipt");

    parts->code = json_string_value(json_object_get(receipt, "code"));
    if (parts->code == NULL ||
        read_bytes(json_object_get(vote, "leaf_hash"), parts->leaf_hash, MERKLE_HASH_SIZE) ||
        read_bytes(json_object_get(receipt, "body"), parts->body, sizeof parts->body) ||
        read_bytes(json_object_get(receipt, "signature"), parts->signature,
                   sizeof parts->signature) ||
        read_bytes(json_object_get(receipt, "key"), parts->key, sizeof parts->key)) {
        return ERR_INVALID;
    }
    return read_path(json_object_get(receipt, "path"), parts);
}

static enum err fail(const char **ret_failed, const char *check)
{
    *ret_failed = check;
    return ERR_INVALID;
}

/* The code that belongs to a leaf hash. */
static void code_of(const uint8_t leaf_hash[MERKLE_HASH_SIZE], char ret_code[CODE_SIZE])
{
    uint8_t hash[CRYPTO_HASH_SIZE];

    crypto_tagged_hash(CODE_TAG, leaf_hash, MERKLE_HASH_SIZE, hash);
    code_format(code_from_hash(hash), ret_code);
}

enum err receipt_check(const json_t *answer, const uint8_t service_key[CRYPTO_ED25519_PUBLIC_SIZE],
                       struct receipt_facts *ret_facts, const char **ret_failed)
{
    struct receipt_parts parts = {.code = NULL};
    uint8_t root[MERKLE_HASH_SIZE];
    struct receipt_facts facts;
    struct receipt receipt;

    if (read_parts(answer, &parts)) {
        return fail(ret_failed, "format");
    }
    if (!crypto_equal(parts.key, service_key, sizeof parts.key)) {
        return fail(ret_failed, "key");
    }
    if (crypto_verify(CRYPTO_ED25519, service_key, CRYPTO_ED25519_PUBLIC_SIZE, parts.body,
                      sizeof parts.body, parts.signature)) {
        return fail(ret_failed, "signature");
    }
    if (receipt_decode(parts.body, sizeof parts.body, &receipt)) {
        return fail(ret_failed, "body");
    }
    if (merkle_root_from_path(parts.leaf_hash, parts.index, parts.size, parts.path,
                              parts.path_length, root) ||
        !crypto_equal(root, receipt.commit_root, sizeof root)) {
        return fail(ret_failed, "path");
    }
    code_of(parts.leaf_hash, facts.code);
    if (strcmp(parts.code, facts.code) != 0) {
        return fail(ret_failed, "code");
    }
    crypto_uuid_format(receipt.ballot_id, facts.ballot_id);
    facts.issued_ms = receipt.issued_ms;
    facts.max_merge_delay_s = receipt.max_merge_delay_s;
    *ret_facts = facts;
    return ERR_OK;
}
