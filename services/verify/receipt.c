/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts: reading tells what is no receipt from what is a wrong one, since
 * the first is somebody's mistake and the second somebody's fault.
 */
#include "verify/receipt.h"

#include <assert.h>
#include <string.h>

#include <jansson.h>

/* Reads an integer from 0 on. */
static bool read_number(const json_t *object, const char *name, uint64_t *ret)
{
    const json_t *number = json_object_get(object, name);

    if (!json_is_integer(number) || json_integer_value(number) < 0) {
        return false;
    }
    *ret = (uint64_t)json_integer_value(number);
    return true;
}

/* Reads base64url; of another length than size it is a misfit. */
static bool read_octets(const json_t *text, uint8_t *ret, size_t size, bool *misfit)
{
    struct span span = {
        .data = (const uint8_t *)json_string_value(text),
        .length = json_string_length(text),
    };
    size_t actual = 0;

    if (!json_is_string(text) || !spell_base64url_size(span, &actual)) {
        return false;
    }
    if (!spell_read_base64(span, SPELL_BASE64URL, ret, size)) {
        assert(actual != size);
        *misfit = true;
    }
    return true;
}

static bool read_member(const json_t *object, const char *name, uint8_t *ret, size_t size,
                        bool *misfit)
{
    return read_octets(json_object_get(object, name), ret, size, misfit);
}

static bool read_code(const json_t *object, struct receipt *receipt)
{
    const json_t *code = json_object_get(object, "code");

    if (!json_is_string(code)) {
        return false;
    }
    if (json_string_length(code) != sizeof receipt->code - 1) {
        receipt->misfit = true;
        return true;
    }
    memcpy(receipt->code, json_string_value(code), sizeof receipt->code);
    return true;
}

static bool read_path(const json_t *path, struct receipt *receipt)
{
    const json_t *hashes = json_object_get(path, "hashes");
    uint8_t beyond[DIGEST_SIZE];
    size_t count = json_array_size(hashes);

    if (!read_number(path, "index", &receipt->index) ||
        !read_number(path, "size", &receipt->size) || !json_is_array(hashes)) {
        return false;
    }
    if (count > TREE_HEIGHT_MAX) {
        receipt->misfit = true;
    }
    for (size_t i = 0; i < count; i++) {
        uint8_t *hash = i < TREE_HEIGHT_MAX ? receipt->hashes[i] : beyond;

        if (!read_octets(json_array_get(hashes, i), hash, DIGEST_SIZE, &receipt->misfit)) {
            return false;
        }
    }
    receipt->hash_count = count > TREE_HEIGHT_MAX ? TREE_HEIGHT_MAX : count;
    return true;
}

static bool read_all(const json_t *json, struct receipt *receipt)
{
    const json_t *vote = json_object_get(json, "vote");
    const json_t *signed_part = json_object_get(json, "receipt");

    return read_number(vote, "rev", &receipt->rev) &&
           read_member(vote, "nullifier", receipt->nullifier, sizeof receipt->nullifier,
                       &receipt->misfit) &&
           read_member(vote, "leaf_hash", receipt->leaf_hash, sizeof receipt->leaf_hash,
                       &receipt->misfit) &&
           read_code(signed_part, receipt) &&
           read_member(signed_part, "body", receipt->body, sizeof receipt->body,
                       &receipt->misfit) &&
           read_member(signed_part, "signature", receipt->signature, sizeof receipt->signature,
                       &receipt->misfit) &&
           read_member(signed_part, "key", receipt->key, sizeof receipt->key, &receipt->misfit) &&
           read_path(json_object_get(signed_part, "path"), receipt);
}

bool receipt_read(struct span json, struct receipt *ret)
{
    struct receipt receipt = {0};
    json_t *root;
    bool good;

    if (json.length == 0 || json.length > RECEIPT_LENGTH_MAX) {
        return false;
    }
    root = json_loadb((const char *)json.data, json.length, JSON_REJECT_DUPLICATES, NULL);
    good = root != NULL && read_all(root, &receipt);
    json_decref(root);
    if (good) {
        *ret = receipt;
    }
    return good;
}

/* The commit's root that the body names; false when it is no body of this ballot. */
static bool read_body(const struct receipt *receipt, const uint8_t ballot_id[SPELL_UUID_BYTES],
                      uint8_t ret_root[DIGEST_SIZE])
{
    struct reader reader;
    struct span ballot;
    struct span root;

    reader_init(&reader, (struct span){.data = receipt->body, .length = sizeof receipt->body});
    read_tag(&reader, "receipt");
    ballot = read_span(&reader, SPELL_UUID_BYTES);
    root = read_span(&reader, DIGEST_SIZE);
    (void)read_u64(
        &reader); /* issued_ms and the delay promise a time; a bundle has none to compare. */
    (void)read_u16(&reader);
    if (!reader_done(&reader) || memcmp(ballot.data, ballot_id, SPELL_UUID_BYTES) != 0) {
        return false;
    }
    memcpy(ret_root, root.data, DIGEST_SIZE);
    return true;
}

const char *receipt_fault(const struct receipt *receipt, struct digest *digest,
                          const uint8_t ballot_id[SPELL_UUID_BYTES])
{
    const struct span body = {.data = receipt->body, .length = sizeof receipt->body};
    const struct tree_path path = {
        .index = receipt->index,
        .size = receipt->size,
        .hashes = receipt->hashes[0],
        .count = receipt->hash_count,
    };
    uint8_t promised[DIGEST_SIZE];
    uint8_t root[DIGEST_SIZE];
    uint8_t hash[DIGEST_SIZE];
    char code[SPELL_CODE_SIZE];

    if (receipt->misfit) {
        return "a part of it has the wrong length";
    }
    if (!read_body(receipt, ballot_id, promised)) {
        return "its body is not that of a receipt of this ballot";
    }
    if (!note_ed25519(receipt->signature, body, receipt->key)) {
        return "its key did not sign its body";
    }
    if (!tree_path_root(&path, digest, receipt->leaf_hash, root) ||
        memcmp(root, promised, DIGEST_SIZE) != 0) {
        return "its path does not lead to the root in its body";
    }
    digest_begin_tagged(digest, "code");
    digest_add(digest, (struct span){.data = receipt->leaf_hash, .length = DIGEST_SIZE});
    digest_end(digest, hash);
    spell_code(hash, code);
    if (strcmp(code, receipt->code) != 0) {
        return "its code is not that of its leaf";
    }
    return NULL;
}
